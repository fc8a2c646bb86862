"""What a reader sees for a value. The expected texts are written by hand."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import mark_safe

from web.charts.chart import Chart, Column
from web.formats.dates import format_day, format_days, format_duration, format_iso_day, format_month, format_time
from web.formats.money import format_exact_money, format_yi, format_yi_cell, yi_decimals
from web.formats.numbers import format_gap, format_gap_cell, format_number, format_percent
from web.formats.text import with_full_stop
from web.templatetags import pilotzone as tags

AUGUST_29 = date(2023, 8, 29)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def render(source: str, path: str = "/", **context) -> str:
    return Template("{% load pilotzone %}" + source).render(Context({"request": RequestFactory().get(path), **context}))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1518, "1,518"),
        (0, "0"),
        (Decimal("84500"), "84,500"),
        (Decimal("6.20"), "6.20"),
        (-3, "-3"),
        (1234.5, "1,234.5"),
        (None, "—"),
    ],
)
def test_numbers_have_thousands_and_keep_their_decimals(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(5.2, "5.2%"), (Decimal("10"), "10.0%"), (0, "0.0%"), (100, "100.0%"), (Decimal("0.05"), "0.1%"), (None, "—")],
)
def test_a_rate_always_has_one_decimal(value, text):
    assert format_percent(value) == text


@pytest.mark.parametrize(
    ("value", "in_a_sentence", "in_a_cell"),
    [
        (Decimal("-16.8"), "\u221216.8", "-16.8"),
        (0.7, "+0.7", "+0.7"),
        (Decimal("0.0"), "0.0", "0.0"),
        (Decimal("-0.0"), "0.0", "0.0"),
        (None, "—", "—"),
    ],
)
def test_a_gap_has_its_sign_and_a_hyphen_only_in_cells(value, in_a_sentence, in_a_cell):
    assert format_gap(value) == in_a_sentence
    assert format_gap_cell(value) == in_a_cell


@pytest.mark.parametrize(
    ("wan", "text"),
    [(845_000_000, "84,500"), (123_456, "12.3456"), (1, "0.0001"), (10_500, "1.05"), (0, "0"), (None, "—")],
)
def test_investment_is_shown_in_yi_yuan_to_the_last_wan(wan, text):
    assert format_yi(wan) == text


@pytest.mark.parametrize(
    ("wan", "english", "chinese"),
    [
        (845_000_000, "8.45 trillion yuan", "84,500亿元"),
        (8_748_200, "87.482 billion yuan", "874.82亿元"),
        (100_000, "1 billion yuan", "10亿元"),
        (94_200, "942 million yuan", "9.42亿元"),
        (28, "0.28 million yuan", "0.0028亿元"),
        (0, "0 million yuan", "0亿元"),
        (None, "—", "—"),
    ],
)
def test_an_amount_in_a_sentence_is_exact_in_the_units_of_its_language(wan, english, chinese):
    with translation.override("en"):
        assert format_exact_money(wan) == english
    with translation.override("zh-hans"):
        assert format_exact_money(wan) == chinese


@pytest.mark.parametrize(
    ("wan", "text"),
    [(845_000_000, "84,500.00"), (123_456, "12.3456"), (28_000, "2.80"), (94_200, "9.42"), (0, "0.00"), (None, "—")],
)
def test_investments_in_a_column_have_their_points_below_each_other(wan, text):
    assert format_yi_cell(wan) == text


def test_a_column_of_investments_has_the_decimals_of_its_most_exact_one():
    column = [SimpleNamespace(investment_wan=wan) for wan in (28_000, 123_450, 94_200)]
    decimals = yi_decimals(each.investment_wan for each in column)
    assert [format_yi_cell(each.investment_wan, decimals) for each in column] == ["2.800", "12.345", "9.420"]
    assert yi_decimals([28_000]) == yi_decimals([]) == 2


def test_a_number_of_days_is_one_day_or_several():
    assert [format_days(count) for count in (0, 1, 2, 1200)] == ["0 days", "1 day", "2 days", "1,200 days"]
    with translation.override("zh-hans"):
        assert [format_days(count) for count in (1, 60)] == ["1天", "60天"]


def test_a_sentence_of_an_error_ends_with_one_full_stop():
    assert with_full_stop("The file is too large") == "The file is too large."
    assert with_full_stop("This field is required.") == "This field is required."
    assert with_full_stop("What <now>?") == "What <now>?"
    assert with_full_stop("What <now>") == "What &lt;now&gt;."
    with translation.override("zh-hans"):
        assert with_full_stop("附件大小超出限制") == "附件大小超出限制。"
        assert with_full_stop("该字段是必填项。") == "该字段是必填项。"


def test_each_error_of_a_form_ends_with_a_full_stop():
    class Form(forms.Form):
        name = forms.CharField(error_messages={"required": "Say it"})

    form = Form({})
    form.add_error(None, "Say anything")
    summary = get_template("components/error_summary.html").render({"form": form})
    assert "<li>Say anything.</li>" in summary
    assert "Name: Say it.</a>" in summary
    assert "What you typed is kept below." in summary
    field = get_template("components/field.html").render({"field": form["name"]})
    assert ">Say it.</div>" in field


def test_a_light_that_nothing_has_is_quiet():
    assert 'class="light light-red light-none"' in tags.light_mark("red", count=0)
    assert "light-none" not in tags.light_mark("red", count=1) + tags.light_mark("red")


def test_days_are_written_for_sentences_in_both_languages_and_for_tables():
    assert format_day(AUGUST_29) == "29 August 2023"
    assert format_month(AUGUST_29) == "August 2023"
    assert format_iso_day(AUGUST_29) == "2023-08-29"
    assert format_day(None) == format_iso_day(None) == "—"
    with translation.override("zh-hans"):
        assert format_day(AUGUST_29) == "2023年8月29日"
        assert format_month(AUGUST_29) == "2023年8月"


def test_a_moment_late_in_the_day_of_greenwich_is_the_next_day_in_shandong():
    assert format_iso_day(datetime(2023, 8, 29, 20, 0, tzinfo=UTC)) == "2023-08-30"


@pytest.mark.parametrize("first_day", [date(1, 1, 1), date(9999, 12, 31)])
def test_the_ends_of_the_calendar_are_days_too(first_day):
    assert format_iso_day(first_day)[4:] in ("-01-01", "-12-31")
    assert format_day(first_day)


def test_the_other_language_stands_in_where_a_column_is_empty():
    row = {"title_zh": "编制规划", "title_en": ""}
    assert tags.local(row, "title") == "编制规划"
    assert tags.local({"title_zh": "编制规划", "title_en": "Write the plan"}, "title") == "Write the plan"
    with translation.override("zh-hans"):
        assert tags.local({"title_zh": "编制规划", "title_en": "Write the plan"}, "title") == "编制规划"


@pytest.mark.parametrize(
    ("status", "filled", "word"),
    [("promoting", 1, "Being promoted"), ("in_progress", 2, "In progress"), ("completed", 3, "Completed")],
)
def test_a_status_is_three_cells_and_its_word(status, filled, word):
    mark = tags.status_mark(status)
    assert mark.count("<rect") == 3
    assert mark.count('class="cell on"') == filled
    assert mark.endswith(f"{word}</span>")


def test_a_light_is_a_shape_and_its_word_and_says_why():
    mark = tags.light_mark("red", note="60 days <late>")
    assert "light-red" in mark and "Red light" in mark and "60 days &lt;late&gt;" in mark
    assert "<circle" in tags.light_mark("green")


def test_in_a_count_column_a_light_is_its_number_and_none_is_a_quiet_zero():
    assert tags.light_mark("red", bare=True, count=0) == '<span class="zero">0</span>'
    link = tags.light_mark("red", bare=True, count=3, href="/measures/?light=red&section=energy")
    assert '<a class="figure" href="/measures/?light=red&amp;section=energy">3</a>' in link
    bare = tags.light_mark("yellow", bare=True, count=12)
    assert ">12</span>" in bare and "Yellow" not in bare


def test_a_published_figure_says_for_which_day():
    assert ">Published, as of 30 June 2023<" in tags.provenance_tag("published", on=date(2023, 6, 30))
    assert ">Illustrative<" in tags.provenance_tag("illustrative", on=date(2023, 6, 30))
    assert tags.provenance_tag("") == ""


def test_the_status_bar_says_its_counts_and_its_parts_fill_it():
    bar = tags.status_bar(13, 105, 131, 249, tick=22.0, plan_tick=9.2, labels=True, plan_note=" (23 due)")
    assert 'aria-label="Completed 13, In progress 105, Being promoted 131; Time elapsed 22.0%; Plan curve 9.2%"' in bar
    assert 'x="0.00%" y="8" width="5.22%"' in bar
    assert 'x="5.22%" y="8" width="42.17%"' in bar
    assert 'x="47.39%" y="8" width="52.61%"' in bar
    assert 'x="22.0%"' in bar and "Plan curve 9.2% (23 due)" in bar
    assert "style=" not in bar


def test_an_empty_group_has_an_empty_bar():
    bar = tags.status_bar(1, 0, 248, 249, plan_tick=0.4, labels=True)
    assert bar.index("tick-plan") < bar.index('status-completed" x="0" width="3"'), "one of many is seen, over its tick"
    bar = tags.status_bar(0, 0, 0, 0)
    assert 'aria-label="Nothing to measure"' in bar
    assert "part" not in bar


def test_a_tick_label_near_the_end_of_the_bar_stands_on_its_left():
    assert 'text-anchor="end"' in tags.status_bar(9, 1, 0, 10, tick=90, labels=True)
    assert "text-anchor" not in tags.status_bar(9, 1, 0, 10, tick=20, labels=True)


@pytest.mark.parametrize(
    ("tick", "plan_tick", "upper"),
    [(22, 9.2, "elapsed"), (9.2, 22, "plan"), (88.5, 80.1, "plan"), (80.1, 88.5, "elapsed"), (50, 60, "elapsed")],
)
def test_no_tick_runs_through_the_words_of_another(tick, plan_tick, upper):
    """Words at the right of their ticks: the upper ones belong to the tick further right; at the left, further left."""
    bar = tags.status_bar(9, 1, 0, 10, tick=tick, plan_tick=plan_tick, labels=True)
    rows = re.findall(r'tick-label-(\w+)" x="[\d.]+%" y="40" dy="([\d.]+)em"', bar)
    assert {kind for kind, row in rows if row == "0.75"} == {upper}
    assert len(rows) == 2
    heights = dict(re.findall(r'height="(\d+)" overflow.*?tick-(\w+)"', bar))
    assert heights == {"38": upper, "56": "plan" if upper == "elapsed" else "elapsed"}


def test_a_value_bar_is_a_share_of_the_largest():
    assert 'width="25.00%"' in tags.value_bar(5, 20)
    assert 'width="0%"' in tags.value_bar(5, 0)


def test_links_change_one_thing_and_start_on_the_first_page():
    params = QueryDict("status=completed&page=3&city=370100&city=370200")
    assert tags.query_with(params, status=None) == "?city=370100&city=370200"
    assert tags.query_with(params, page=4) == "?status=completed&page=4&city=370100&city=370200"
    assert tags.query_with(params, as_of=AUGUST_29, city=["370100"]) == (
        "?status=completed&city=370100&as_of=2023-08-29"
    )


def test_a_link_in_a_page_is_escaped():
    assert render('{% url_with status="completed" %}', "/?section=a%22b") == "?section=a%22b&amp;status=completed"


def test_a_chip_drops_its_filter_or_one_of_its_values():
    page = "/?city=370100&city=370200&status=completed"
    assert render('{% url_without "city" "370100" %}', page) == "?city=370200&amp;status=completed"
    assert render('{% url_without "city" %}', page) == "?status=completed"


def test_hidden_inputs_carry_the_rest_of_the_address_but_not_the_page():
    html = render('{% keep_query without="as_of" %}', "/?as_of=2023-03-31&page=2&search=%3Cb%3E&plan=p")
    assert html == ('<input type="hidden" name="search" value="&lt;b&gt;"><input type="hidden" name="plan" value="p">')


def test_the_navigation_marks_the_open_page_and_keeps_the_day():
    link = render('{% nav_link "/measures/" "Measures" %}', "/measures/M001/?as_of=2023-03-31&page=2")
    assert link == '<li><a href="/measures/?as_of=2023-03-31" aria-current="true">Measures</a></li>'
    assert 'aria-current="page"' in render('{% nav_link "/measures/" "Measures" %}', "/measures/")
    assert "aria-current" not in render('{% nav_link "/" "Overview" %}', "/measures/")


def test_a_sorted_column_says_so_and_its_link_turns_it_round():
    head = render('{% sort_head "due_on" "Due" number=True %}', "/?ordering=due_on&status=completed")
    assert head == (
        '<th scope="col" class="number" aria-sort="ascending"><a href="?ordering=-due_on&amp;status=completed"'
        ' id="sort-due_on" hx-boost="true" hx-swap="innerHTML show:none">'
        'Due&nbsp;<span class="arrow" aria-hidden="true">↑</span></a></th>'
    )
    assert 'aria-sort="descending"' in render('{% sort_head "due_on" "Due" %}', "/?ordering=-due_on")
    assert "aria-sort" not in render('{% sort_head "due_on" "Due" default="code" %}')
    assert 'aria-sort="ascending"' in render('{% sort_head "code" "Code" default="code" %}')


def test_the_unit_of_a_head_stays_whole():
    head = render('{% sort_head "investment" "Investment (100 million yuan)" %}')
    assert 'Investment (<span class="nowrap">100 million yuan</span>)</a>' in head


@pytest.mark.parametrize(
    ("value", "raw"),
    [(249, "249"), (Decimal("5.2"), "5.2"), (Decimal("-16.8"), "-16.8"), (Decimal("84500"), "84500"), (None, "")],
)
def test_a_figure_carries_the_number_of_the_api(value, raw):
    html = render('{% figure "measures.total" value %} {{ value|number }} {% endfigure %}', value=value)
    assert html.startswith(f'<span class="figure" data-figure="measures.total" data-value="{raw}">')


def test_a_figure_opens_the_rows_behind_it():
    html = render(
        '{% figure "gap" value href=rows source="/api/v1/x/" classes="n1" %}{{ text }}{% endfigure %}',
        value=13,
        rows="/measures/?status=completed&x=1",
        text="<13>",
    )
    assert html == (
        '<a href="/measures/?status=completed&amp;x=1" class="figure n1" data-figure="gap" data-value="13"'
        ' data-source="/api/v1/x/">&lt;13&gt;</a>'
    )


class Why:
    """What a page with explained figures has in its context."""

    def of(self, path):
        if path != "measures.total":
            return None
        return {"url": "/explain/?figure=measures.total&city=1", "words": 'Why "this"?', "source": "/api/v1/x/?a=1&b=2"}


def test_a_figure_that_is_explained_has_a_mark_without_text_beside_it():
    html = render('{% figure "measures.total" 3 %}3{% endfigure %}', why=Why())
    assert html == (
        '<span class="figure" data-figure="measures.total" data-value="3" data-source="/api/v1/x/?a=1&amp;b=2">3</span>'
        '<a class="why" href="/explain/?figure=measures.total&amp;city=1" aria-label="Why &quot;this&quot;?"'
        " data-why></a>"
    )


def test_the_mark_of_a_figure_stands_behind_its_unit():
    figure = '{% figure "measures.total" 3 as total %}3{% endfigure %}'
    html = render(figure + "{% with_unit %}{{ total }} in all{% endwith_unit %}", why=Why())
    assert re.sub(r"<a [^>]*>", "<a>", html).endswith(">3</span> in all<a></a>")
    assert html.count('class="why"') == 1
    assert render("{% with_unit %} 3 in all {% endwith_unit %}") == "3 in all"


@pytest.mark.parametrize(
    ("language", "tag", "written"),
    [
        ("en", '"%"', '<span class="unit">%</span>'),
        ("en", '"GW" "quiet"', ' <span class="quiet">GW</span>'),
        ("zh-hans", '"个" "quiet"', '<span class="quiet">个</span>'),
        ("zh-hans", '"万亿元"', ' <span class="unit">万亿元</span>'),
        ("zh-hans", '"个百分点" ""', "个百分点"),
        ("en", '"points" ""', " points"),
        ("en", '"" "quiet"', ""),
    ],
)
def test_a_unit_is_set_off_where_it_is_a_word(language, tag, written):
    with translation.override(language):
        assert render(f"{{% unit_of {tag} %}}") == written


def test_a_figure_of_another_source_and_one_without_an_explanation_have_none():
    for tag in ('{% figure "measures.total" 3 source="/api/v1/y/" %}', '{% figure "other" 3 %}'):
        assert "why" not in render(f"{tag}3{{% endfigure %}}", why=Why())


class Filters(forms.Form):
    search = forms.CharField(required=False, label="Search")
    status = forms.ChoiceField(required=False, label="Status", choices=[("", "Any"), ("completed", "Completed")])
    overdue = forms.NullBooleanField(required=False, label="Overdue")


def test_chips_name_the_filters_in_use_in_words():
    form = Filters({"status": "completed", "search": "", "overdue": "false"})
    assert form.is_valid()
    assert tags.filter_chips(form) == [
        {"parameter": "status", "label": "Status", "text": "Completed"},
        {"parameter": "overdue", "label": "Overdue", "text": "No"},
    ]


def test_a_page_shows_only_the_filters_it_names():
    assert [field.name for field in tags.filter_fields(Filters(), ("status",))] == ["status"]
    assert len(tags.filter_fields(Filters())) == 3


def test_a_table_row_has_its_head_its_links_and_its_numbers():
    columns = [{"label": "City"}, {"label": "Projects", "number": True}]
    row = [{"text": "Qingdao & more", "url": "/cities/370200/"}, "340"]
    assert tags.table_row(columns, row) == (
        '<tr><th scope="row"><a href="/cities/370200/">Qingdao &amp; more</a></th><td class="number">340</td></tr>'
    )


def test_many_rows_have_their_head_where_a_column_says_so():
    columns = [{}, {"head": True}, {"number": True}]
    rows = [["M001", "Ports", 3], ["M002", {"text": "Rails", "url": "/measures/M002/?as_of=2023-06-30&plan=a"}, 0]]
    assert tags.table_rows(columns, rows) == (
        '<tr><td>M001</td><th scope="row">Ports</th><td class="number">3</td></tr>\n'
        '<tr><td>M002</td><th scope="row"><a href="/measures/M002/?as_of=2023-06-30&amp;plan=a">Rails</a></th>'
        '<td class="number">0</td></tr>'
    )


def test_what_is_kept_is_escaped_unless_it_was_before():
    note = "<script>"
    for _again in range(2):
        assert tags.light_mark("red", note=note).endswith('<span class="quiet">&lt;script&gt;</span>')
        assert tags.light_mark("red", note=mark_safe(note)).endswith('<span class="quiet"><script></span>')
    assert tags.table_rows([{}], [[note], [{"text": note, "url": '"><script>'}]]) == (
        '<tr><th scope="row">&lt;script&gt;</th></tr>\n'
        '<tr><th scope="row"><a href="&quot;&gt;&lt;script&gt;">&lt;script&gt;</a></th></tr>'
    )
    shown = tags.light_mark("red", bare=True, count=2, href='/?a="><script>&b')
    assert '<a class="figure" href="/?a=&quot;&gt;&lt;script&gt;&amp;b">2</a>' in shown


def test_what_is_kept_follows_the_language():
    for _again in range(2):
        with translation.override("en"):
            assert "Completed" in tags.status_mark("completed")
            assert "Completed 2, In progress 0, Being promoted 1" in tags.status_bar(2, 0, 1, 3)
        with translation.override("zh-hans"):
            assert "已完成" in tags.status_mark("completed")
            assert "已完成2" in tags.status_bar(2, 0, 1, 3).replace(" ", "")


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
    assert '<div class="chart-plot" data-figure-id="chart-growth" data-label="Growth &amp; more"' in html
    assert '<script id="chart-growth" type="application/json">' in html
    assert (
        "\\u003C/script" in html and "</script>" not in html.partition("application/json")[2].partition("</script>")[0]
    )
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


@pytest.mark.parametrize(
    ("value", "today", "text"),
    [
        (datetime(2023, 8, 29, 6, 32, 59, tzinfo=UTC), AUGUST_29, "14:32"),
        (datetime(2023, 8, 29, 16, 0, tzinfo=UTC), AUGUST_29, "2023-08-30 00:00"),
        (datetime(2023, 8, 28, 15, 59, tzinfo=UTC), AUGUST_29, "2023-08-28 23:59"),
        (datetime(2023, 8, 28, 16, 0, tzinfo=UTC), AUGUST_29, "00:00"),
        (datetime(2023, 8, 29, 6, 32, tzinfo=UTC), None, "2023-08-29 14:32"),
        (None, AUGUST_29, "—"),
    ],
)
def test_a_moment_is_a_time_in_shanghai_with_its_day_when_that_is_not_today(value, today, text):
    assert format_time(value, today) == text


@pytest.mark.parametrize(
    ("seconds", "text", "chinese"),
    [
        (0, "0 ms", "0毫秒"),
        (0.0374, "37 ms", "37毫秒"),
        (0.9996, "1 s", "1秒"),
        (3.24, "3.2 s", "3.2秒"),
        (12.4, "12 s", "12秒"),
        (119, "119 s", "119秒"),
        (120, "2 min", "2分钟"),
        (7_199, "119 min", "119分钟"),
        (7_200, "2 h", "2小时"),
        (172_799, "47 h", "47小时"),
        (172_800, "2 days", "2天"),
        (None, "—", "—"),
    ],
)
def test_a_duration_has_one_unit(seconds, text, chinese):
    assert format_duration(seconds) == text
    with translation.override("zh-hans"):
        assert format_duration(seconds) == chinese


@pytest.mark.parametrize(
    ("sentence", "whole"),
    [
        ("From 2023-01-31 & on", ["2023-01-31"]),
        ("As of 29 August 2023, 13 of 249 are completed (5.2%)", ["29 August 2023", "13 of", "249 are", "5.2%"]),
        ("Growth, as of 29 August 2023 (%)", ["29 August 2023 (%)"]),
        ("16.8 percentage points behind; 83.82 GW against 90", ["16.8 percentage points", "83.82 GW"]),
        ("before: 2.04 trillion yuan, Q1 2023", ["2.04 trillion yuan"]),
        ("截至2023年8月29日，8个部门8月填报未完成", ["2023年8月29日", "8个", "8月"]),
        ("年鉴，第162页，表3", ["第162页"]),
        ("Yearbook, page 162, table 3", ["page 162"]),
        ("较7月末，2021—2022年变化−11.1%，欠序时进度16.8个百分点", ["7月末", "2021—2022年", "−11.1%", "16.8个百分点"]),
        ("2023年上半年装机8,382万千瓦，投资3.56万亿元", ["2023年上半年", "8,382万千瓦", "3.56万亿元"]),
        ("PM2.5年均浓度36微克/立方米", ["36微克/立方米"]),
    ],
)
def test_days_and_numbers_in_a_sentence_are_not_broken(sentence, whole):
    html = render("{{ sentence|unbroken }}", sentence=sentence)
    assert re.findall(r'<span class="nowrap">(.*?)</span>', html) == whole
    assert re.sub("<.*?>", "", html) == sentence.replace("&", "&amp;")


def test_what_stands_in_a_tag_is_left_as_it_is():
    link = mark_safe('<a href="/2023-08-29/" title="13项">13项</a>')
    assert render("{{ link|unbroken }}", link=link) == (
        '<a href="/2023-08-29/" title="13项"><span class="nowrap">13项</span></a>'
    )
