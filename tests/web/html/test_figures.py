from decimal import Decimal

import pytest
from django.utils import translation

from tests.web.rendering import render

pytestmark = pytest.mark.usefixtures("english")


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
    """A stand-in for what a page with explained figures has in its context."""

    def of(self, path):
        if path != "measures.total":
            return None
        return {"url": "/explain/?figure=measures.total&city=1", "label": 'Why "this"?', "source": "/api/v1/x/?a=1&b=2"}


def test_a_figure_that_is_explained_opens_its_explanation_unless_it_opens_rows():
    html = render('{% figure "measures.total" 3 %}3{% endfigure %}', why=Why())
    marked = 'data-figure="measures.total" data-value="3" data-source="/api/v1/x/?a=1&amp;b=2">3</a>'
    opened = 'href="/explain/?figure=measures.total&amp;city=1" title="Why &quot;this&quot;?" data-why'
    assert html == f'<a {opened} class="figure" {marked}'
    html = render('{% figure "measures.total" 3 href="/rows/" %}3{% endfigure %}', why=Why())
    assert html == f'<a href="/rows/" class="figure" {marked}'


def test_a_block_has_one_link_to_how_its_figures_are_counted():
    html = render('{% explanation_link "measures.total" %}', why=Why())
    opened = 'href="/explain/?figure=measures.total&amp;city=1" title="Why &quot;this&quot;?" data-why'
    assert html == f'<a class="how" {opened}>How this is counted</a>'
    assert render('{% explanation_link "measures.total" "Rules" %}', why=Why()).endswith(">Rules</a>")
    assert render('{% explanation_link "other" %}', why=Why()) == ""
    assert render('{% explanation_link "measures.total" %}') == ""


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
        assert render(f"{{% unit {tag} %}}") == written


def test_a_figure_of_another_source_and_one_without_an_explanation_have_none():
    for tag in ('{% figure "measures.total" 3 source="/api/v1/y/" %}', '{% figure "other" 3 %}'):
        assert render(f"{tag}3{{% endfigure %}}", why=Why()).startswith("<span")
