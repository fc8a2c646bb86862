"""The tags and filters of templates: what they do stands in web/formats (text), web/html (markup) and web/lists."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from web import language
from web.days import ComparisonChoice, comparison_choices, month_ends
from web.formats import dates, money, numbers, text
from web.glossary import term_link
from web.html import bars, due_charts, figures, forms, links, marks
from web.html.languages import mark_language
from web.html.nowrap import nowrap, wrap_address
from web.html.sources import source_link
from web.lists.chips import filter_chips
from web.site import remembered

register = template.Library()

# Numbers and money
register.filter("number", numbers.format_number)
register.filter("change", numbers.format_change)
register.filter("percent", numbers.format_percent)
register.filter("gap", numbers.format_gap)
register.filter("gap_cell", numbers.format_gap_cell)
register.filter("true_minus", numbers.with_true_minus)
register.filter("yi", money.format_yi)
register.filter("yi_cell", money.format_yi_cell)
register.filter("money", money.format_exact_money)

# Days and times
register.filter("day", dates.format_day)
register.filter("days", dates.format_days)
register.filter("month", dates.format_month)
register.filter("month_name", dates.format_month_name)
register.filter("short_month", dates.format_short_month)
register.filter("iso", dates.format_iso_day)
register.filter("datetime", dates.format_datetime)
register.filter("duration", dates.format_duration)

# Texts
register.filter("result_count", text.format_result_count)
register.filter("person", text.format_person)
register.filter("full_stop", text.with_full_stop)
register.filter("nowrap", nowrap)
register.filter("wrap_address", wrap_address)
register.filter("mark_language", mark_language)

# Marks, bars and figures
register.simple_tag(marks.status_cells)
register.simple_tag(marks.status_mark)
register.simple_tag(marks.change_mark)
register.simple_tag(marks.light_mark)
register.simple_tag(marks.light_count)
register.simple_tag(marks.problem_state_mark)
register.simple_tag(marks.problem_due)
register.simple_tag(marks.scope_tag)
register.simple_tag(marks.provenance_tag)
register.simple_tag(bars.status_bar)
register.simple_tag(bars.value_bar)
register.simple_tag(due_charts.due_strip)
register.simple_tag(due_charts.days_strip)
register.simple_tag(due_charts.forecast_bar)
register.simple_tag(term_link, name="term")
register.simple_tag(figures.unit_of, name="unit")

# Addresses, and the site as it was last read, for pages that must not ask the database
register.simple_tag(links.query_of)
register.simple_tag(remembered, name="remembered_site")

# Filters of lists
register.simple_tag(filter_chips)
register.simple_tag(forms.visible_fields, name="filter_fields")
register.simple_tag(forms.folded_fields)
register.filter(forms.is_any_asked)
register.simple_tag(forms.form_id)


@register.simple_block_tag
def capture(content: SafeString) -> SafeString:
    """`{% capture as name %}…{% endcapture %}`: what stands between, for a page that writes it in more than one place,
    since a block may be defined only once."""
    return content


@register.simple_block_tag
def fact(content: SafeString, label: str) -> SafeString:
    """`{% fact _("Stage") %}{{ stage }}{% endfact %}`: a term and what is said of it, within a `<dl>`."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, content)


@register.simple_tag
def heads(*labels: str, classes: str = "") -> SafeString:
    """`{% heads _("Code") _("Title") %}`: the heads of columns that stand side by side, all of the same classes."""
    attributes = format_html(' class="{}"', classes) if classes else ""
    return format_html_join("", '<th scope="col"{}>{}</th>', ((attributes, label) for label in labels))


@register.simple_block_tag
def scroller(content: SafeString, label: str, classes: str = "") -> SafeString:
    """`{% scroller _("Targets") %}<table>…</table>{% endscroller %}`: a box in which a wide table is scrolled, with the
    keyboard, too."""
    box = '<div class="{}" tabindex="0" role="region" aria-label="{}">{}</div>'
    return format_html(box, f"{classes} scroller".strip(), label, content)


@register.filter("zip")
def zip_with(columns: Iterable[Any], row: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Pair the columns with the cells of a row: `{% for column, cell in columns|zip:row %}`."""
    return zip(columns, row, strict=True)


@register.filter
def yi_decimals(rows: Iterable[Any], column: str) -> int:
    """Return the decimals of a column for `yi_cell`: `{% with decimals=projects|yi_decimals:"investment_wan" %}`."""
    return money.yi_decimals(getattr(row, column) for row in rows)


@register.filter
def source(value: str) -> SafeString:
    """The name of a source, as a link where its address is known."""
    return nowrap(source_link(value))


@register.filter
def localized(thing: Any, name: str) -> str:
    """`obj|localized:"title"`: the column `title_zh` or `title_en` of an object or a dict, by the reader's language;
    the other language where that one is empty."""
    if not thing:
        return ""
    return language.localized(SimpleNamespace(**thing) if isinstance(thing, dict) else thing, name)


@register.simple_block_tag(takes_context=True)
def figure(
    context: Context,
    content: SafeString,
    path: str,
    value: numbers.Number | None,
    href: str | None = None,
    source: str | None = None,
    classes: str = "",
) -> SafeString:
    """`{% figure "measures.completed" 13 href="/measures/?status=completed" %}13{% endfigure %}`, see
    `web.html.figures.figure`; a page with explained figures has `why` in its context."""
    return figures.figure(
        content, path=path, value=value, href=href, source=source, classes=classes, why=context.get("why")
    )


@register.simple_tag(takes_context=True)
def explanation_link(context: Context, path: str, text: str = "") -> SafeString | str:
    """`{% explanation_link "measures.in_time_rate" %}`, see `web.html.figures.explanation_link`."""
    return figures.explanation_link(path, text, why=context.get("why"))


@register.simple_tag(takes_context=True, name="comparison_choices")
def choices_of_comparison(context: Context, compared: date | None) -> list[ComparisonChoice]:
    """Return the choices of what the page may be compared with; the one that is chosen says so."""
    return comparison_choices(_params(context).get("compare", ""), is_compared=compared is not None)


@register.simple_tag(name="month_ends")
def plan_month_ends(plan: Any, today: date | None) -> list[date]:
    """The quick choices of a day: the ends of the plan's months up to today, the newest first."""
    return month_ends(plan.starts_on, min(plan.ends_on, today)) if plan and today else []


@register.simple_tag(takes_context=True)
def url_with(context: Context, **changes: Any) -> str:
    """`{% url_with status="completed" page=None %}`: this page's query string with changes."""
    return links.query_with(_params(context), **changes)


@register.simple_tag(takes_context=True)
def url_without(context: Context, name: str, value: Any = None) -> str:
    """Return this page's query string without a parameter, or without one of its values, for filter chips."""
    return links.query_without(_params(context), name, value)


@register.simple_tag(takes_context=True)
def chart_csv_url(context: Context, name: str) -> str:
    """Return this page's address for the rows of one of its charts as CSV."""
    return links.query_with(_params(context), chart=name)


@register.simple_tag(takes_context=True)
def api_url(context: Context, name: str, *parts: str, filters: Mapping[str, Any] | None = None, **changes: Any) -> str:
    """`{% api_url "api-measures" format="csv" %}`: the address of the API's answer with the rows of this page. `parts`:
    what the path of the answer names, such as a code."""
    asked = {**(filters or {}), **changes}
    return links.api_url(name, *parts, params=_params(context), is_list="filter" in context, changes=asked)


@register.simple_tag(takes_context=True)
def lasting_address(context: Context, address: str) -> str:
    """`{% lasting_address address %}`: what stands on the page to be copied, naming the plan of the page."""
    plan = context.get("plan")
    return links.naming_plan(address, plan.slug) if plan else address


@register.simple_tag(takes_context=True)
def sticky_query(context: Context) -> str:
    """The query string of the day, comparison and plan of this page, for links to other pages of the site."""
    return links.sticky_query(_params(context))


@register.simple_tag(takes_context=True)
def row_url(context: Context, row: Any) -> str:
    """`{% row_url measure %}`: the address of its page, with the day and the comparison of this page, in its plan."""
    return links.row_url(row, _params(context), plan=context.get("plan"))


@register.simple_tag(takes_context=True)
def plan_url(context: Context, plan: Any) -> str:
    """`{% plan_url plan %}`: the address of a plan's overview, on the day that the reader chose."""
    return links.query_of("/", as_of=_params(context).get("as_of", ""), plan=plan.link_slug)


@register.simple_tag(takes_context=True)
def query_inputs(context: Context, without: Any = ()) -> SafeString:
    """Hidden inputs that carry this page's parameters through a GET form, see `web.html.forms.query_inputs`."""
    return forms.query_inputs(_params(context), without)


@register.simple_tag(takes_context=True)
def sticky_inputs(context: Context) -> SafeString:
    """Hidden inputs with the day, the comparison and the plan that a reader chose, for a form that leads elsewhere."""
    return forms.sticky_inputs(_params(context))


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(context: Context, url: str, label: str, count: int | None = None, **filters: str) -> dict[str, Any]:
    """One entry of the navigation. It keeps the day and the plan that the reader chose; the page that is open, or lies
    beneath, is marked. `count`: how many rows wait there, shown unless there are none. `filters`: of a list, to begin
    with."""
    path = getattr(context.get("request"), "path", "")
    is_beneath = url != "/" and path.startswith(url)
    return {
        "url": url,
        "query": links.sticky_query(_params(context), **filters),
        "current": "page" if path == url else "true" if is_beneath else "",
        "label": label,
        "count": count,
    }


@register.inclusion_tag("components/sort_head.html", takes_context=True)
def sort_head(
    context: Context, ordering: str, label: str, number: bool = False, default: str = "", falls: bool = False
) -> dict[str, Any]:
    """The head of a column that sorts. `ordering`: that of the first click, such as "-total" where the most is wanted
    first. `default`: the ordering of the page when the address names none. `falls`: the numbers fall in this order,
    though its name has no minus (who must act first).
    """
    params = _params(context)
    current = (params.get("ordering") or default).split(",")[0]
    name = ordering.removeprefix("-")
    direction = ""
    if current.removeprefix("-") == name:
        direction = "descending" if current.startswith("-") != falls else "ascending"
    other = name if ordering.startswith("-") else f"-{name}"
    return {
        "name": name,
        "label": label,
        "number": number,
        "direction": direction,
        "is_ascending": direction == "ascending",
        "query": links.query_with(params, ordering=other if current == ordering else ordering),
    }


def _params(context: Context) -> QueryDict:
    """Empty on a page without a request: the error pages have none."""
    request = context.get("request")
    return request.GET if request else QueryDict()
