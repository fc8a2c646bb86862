"""Tests of what the parts of pages in templates/components write."""

from decimal import Decimal

import pytest
from django import forms
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation

from tests.web.rendering import compact, render
from web.charts.chart import Chart, Column
from web.formats.numbers import format_number

pytestmark = pytest.mark.usefixtures("english")


def test_each_error_of_a_form_ends_with_a_full_stop():
    class Form(forms.Form):
        name = forms.CharField(error_messages={"required": "Say it"})

    form = Form({})
    form.add_error(None, "Say anything")
    summary = compact(get_template("components/error_summary.html").render({"form": form}))
    assert "<li>Say anything.</li>" in summary
    assert "Name: Say it.</a>" in summary
    assert "What you typed is kept below." in summary
    field = compact(get_template("components/field.html").render({"field": form["name"]}))
    assert ">Say it.</div>" in field


def table(**context) -> str:
    """Return the HTML between the heads of components/table.html and its end."""
    html = render('{% include "components/table.html" %}', **context)
    return compact(html.partition("</thead>")[2])


def test_a_table_row_has_its_head_its_links_and_its_numbers():
    columns = [{"label": "City"}, {"label": "Projects", "number": True}]
    rows = [[{"text": "Qingdao & more", "url": "/cities/370200/?as_of=2023-06-30&plan=a"}, "340"], ["Yantai", 0]]
    assert table(columns=columns, rows=rows, total=["Total", "661"]) == (
        '<tbody><tr><th scope="row"><a href="/cities/370200/?as_of=2023-06-30&amp;plan=a">Qingdao &amp; more</a></th>'
        '<td class="number">340</td></tr><tr><th scope="row">Yantai</th><td class="number">0</td></tr></tbody>'
        '<tfoot><tr><th scope="row">Total</th><td class="number">661</td></tr></tfoot></table></div>'
    )


def test_what_a_table_shows_is_escaped():
    note = "<script>"
    cells = [[note], [{"text": note, "url": '"><script>'}]]
    assert table(columns=[{}], rows=cells) == (
        '<tbody><tr><th scope="row">&lt;script&gt;</th></tr>'
        '<tr><th scope="row"><a href="&quot;&gt;&lt;script&gt;">&lt;script&gt;</a></th></tr></tbody></table></div>'
    )


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_error_pages_stand_without_any_context(name, language):
    with translation.override(language):
        html = get_template(name).render()
    assert "<h1>" in html and 'href="/"' in html


def test_a_refused_form_links_to_its_fields_and_ties_the_error_to_the_input():
    class Report(forms.Form):
        done = forms.CharField(label="What was done", widget=forms.Textarea, max_length=500)

    html = render(
        '{% include "components/error_summary.html" %}{% for field in form %}'
        '{% include "components/field.html" %}{% endfor %}',
        form=Report({"done": ""}),
    )
    assert '<a href="#id_done">' in html
    assert 'id="id_done_error"' in html and 'aria-describedby="id_done_error"' in html
    assert html.index('id="id_done_error"') < html.index("<textarea")
    assert "At most 500 characters" in html


def test_a_chart_hands_over_its_figure_and_its_rows():
    chart = Chart(
        name="growth",
        title="Growth & more",
        figure={"data": [{"y": [Decimal("6.2")]}], "layout": {"title": "</script>"}},
        summary="It grew.",
        columns=[Column("Period", is_number=False), Column("Value", format_number)],
        rows=[("2023H1", Decimal("6.2")), ("2023Q1", None)],
        urls=["/q/?a=1&b=2", ""],
    )
    html = render(
        '{% include "components/chart.html" %}', chart=chart, request=RequestFactory().get("/?as_of=2023-06-30")
    )
    html = compact(html)
    assert '<div class="chart-plot" data-figure-id="chart-growth" data-label="Growth &amp; more"' in compact(html)
    assert '<script id="chart-growth" type="application/json">' in html
    assert "\\u0026lt;/script\\u003E" in html
    assert "</script>" not in html.partition("application/json")[2].partition("</script>")[0]
    assert '"y":[6.2]' in html
    assert '<p class="visually-hidden" id="chart-growth-summary">It grew.</p>' in html
    assert '<a href="/q/?a=1&amp;b=2">2023H1</a>' in html
    assert '<td class="number">6.2</td>' in html
    assert '<td class="number">—</td>' in html
    assert 'href="?as_of=2023-06-30&amp;chart=growth"' in html


def test_a_chart_without_its_input_says_what_is_missing():
    chart = Chart("growth", "Growth", None, "", [], [], missing="No data for 2024")
    html = render('{% include "components/chart.html" %}', chart=chart, request=RequestFactory().get("/"))
    assert "No data for 2024" in html
    assert "chart-plot" not in html
    assert "CSV" not in html
