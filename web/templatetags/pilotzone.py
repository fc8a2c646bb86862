"""How values are written on a page, in the reader's language. Values in, text out: nothing here asks the database."""

import html
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.http import QueryDict
from django.urls import resolve, reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from core.lights import Light
from core.periods import MonthState
from core.provenance import Provenance
from core.statuses import MeasureStatus
from web import language
from web.days import CHOSEN
from web.days import month_ends as ends_of_months
from web.formats.dates import (
    format_day,
    format_days,
    format_duration,
    format_iso_day,
    format_month,
    format_month_name,
    format_time,
)
from web.formats.money import format_exact_money, format_yi, format_yi_cell, yi_decimals
from web.formats.numbers import (
    NO_VALUE,
    format_change,
    format_gap,
    format_gap_cell,
    format_number,
    format_percent,
    json_number,
    round_to_tenth,
    to_decimal,
    with_true_minus,
)
from web.formats.sources import named_source
from web.formats.text import format_person, format_result_count, with_full_stop
from web.language import is_chinese

register = template.Library()

register.filter("number", format_number)
register.filter("change", format_change)
register.filter("percent", format_percent)
register.filter("gap", format_gap)
register.filter("gap_cell", format_gap_cell)
register.filter("minus", with_true_minus)
register.filter("yi", format_yi)
register.filter("yi_cell", format_yi_cell)
register.filter("yuan", format_exact_money)
register.filter("day", format_day)
register.filter("days", format_days)
register.filter("month", format_month)
register.filter("month_name", format_month_name)
register.filter("iso", format_iso_day)
register.filter("moment", format_time)
register.filter("duration", format_duration)
register.filter("results", format_result_count)
register.filter("person", format_person)
register.filter("full_stop", with_full_stop)


@register.filter("yi_decimals")
def yi_decimals_of_column(rows, column: str) -> int:
    """`{% with decimals=projects|yi_decimals:"investment_wan" %}`: for `yi_cell`."""
    return yi_decimals(getattr(row, column) for row in rows)


# What cuts or dresses the rows of an answer, and says nothing of which they are.
ABOUT_PAGES = {"page", "page_size", "cursor", "format", "fields"}


def _escaped(text) -> str:
    """As `conditional_escape`, which takes four times as long over a plain text, or a mark, to find that it is one."""
    if type(text) is SafeString:
        return text
    return html.escape(text) if type(text) is str else conditional_escape(text)


@register.simple_block_tag
def keep(content) -> SafeString:
    """`{% keep as name %}…{% endkeep %}`: what stands between, to be written in more than one place. A block may be
    defined once only."""
    return content


@register.filter
def source(text) -> SafeString:
    """The name of a source, as a link where its address is known."""
    return unbroken(named_source(text))


# What a line does not end within: a day or a period, and a number with its unit. Tags are passed over.
_WHOLE = re.compile(
    r"""
    (<[^>]*>)
    | \d{4}-\d\d-\d\d
    | \d{1,2}\ [A-Z][a-z]+\ \d{4}(?:\ \(%\))?
    | (?:\d{4}—)?\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?|上半年|[一二三四]季度|前三季度)?
    | \d{1,2}月(?:\d{1,2}日|末)?
    | 第\d+页
    | \bpages?\ \d+
    | (?<![A-Za-z\d.,])[+−-]?\d+(?:[.,]\d+)*(?:
        个百分点|万千瓦|亿千瓦时|万?亿元|万[元吨]|微克/立方米|[项个条天次台家座处%]
        | \ \d+\ million\ yuan
        | \ [A-Za-z]+(?:\ (?:points?|yuan))?
    )
    """,
    re.VERBOSE,
)


@register.filter
def unbroken(sentence) -> SafeString:
    """A sentence whose days and numbers stay whole at the end of a line: 2023年8月29日, 16.8个百分点, 83.82 GW."""
    text = conditional_escape(sentence)
    return mark_safe(_WHOLE.sub(lambda found: found[1] or f'<span class="nowrap">{found[0]}</span>', text))


@register.filter
def at_slashes(address) -> SafeString:
    """An address that is broken after its slashes, where it needs to be."""
    return mark_safe(re.sub(r"(/+)", r"\1<wbr>", _escaped(address)))


@register.filter
def local(thing, name: str) -> str:
    """`obj|local:"title"`: the column `title_zh` or `title_en` of an object or a dict, by the reader's
    language; the other language where that one is empty."""
    if not thing:
        return ""
    return language.local(SimpleNamespace(**thing) if isinstance(thing, dict) else thing, name)


@register.filter
def as_written(text) -> SafeString:
    """For what people typed, before `linebreaksbr`: marks what is not in the language of the page."""
    return language.as_written(str(text or ""))


@lru_cache(maxsize=16)
def _status_cells(status: MeasureStatus) -> SafeString:
    cells = format_html_join(
        "",
        '<rect class="{}" x="{}" y="0.5" width="4.4" height="8"/>',
        (("cell on" if n < status.depth else "cell", f"{n * 6 + 0.5:g}") for n in range(len(MeasureStatus))),
    )
    return format_html(
        '<svg class="cells status-{}" viewBox="0 0 17.4 9" aria-hidden="true" focusable="false">{}</svg>',
        status.tone,
        cells,
    )


@register.simple_tag
def status_cells(status) -> SafeString:
    """The bare mark of a status, for keys and choices that write the word themselves."""
    return _status_cells(MeasureStatus(status))


@register.simple_tag
@language.kept
def change_mark(then, now) -> SafeString:
    """How a status differs from that of the earlier day which a page compares with: a tag, and the status `then` in
    quiet ink. `then` is None for what was not listed; nothing where both are the same."""
    if not then:
        return format_html('<span class="tag">{}</span>', _("Newly listed"))
    before, after = MeasureStatus(then), MeasureStatus(now)
    if before == after:
        return mark_safe("")
    return format_html(
        '<span class="tag">{}</span> <span class="quiet nowrap">{}</span>',
        _("Fell back") if after.depth < before.depth else _("Changed"),
        _("was: %(status)s") % {"status": before.label},
    )


@register.simple_tag
@language.kept
def status_mark(status) -> SafeString:
    """Three cells, as many filled as the status is deep, and its word."""
    if not status:
        return mark_safe(NO_VALUE)
    status = MeasureStatus(status)
    return format_html('<span class="mark">{} {}</span>', _status_cells(status), status.label)


_LIGHT_SHAPES = {
    Light.GREEN: '<circle cx="6" cy="6" r="3.6"/>',
    Light.YELLOW: '<path d="M6 1.4 11 10.6H1Z"/>',
    Light.RED: '<path d="M6 .6 11.4 6 6 11.4 .6 6Z"/>',
}


@lru_cache(maxsize=16)
def _lamp(shape: str) -> SafeString:
    return mark_safe(f'<svg class="lamp" viewBox="0 0 12 12" aria-hidden="true" focusable="false">{shape}</svg>')


@register.simple_tag
def light_mark(light, bare=False, count=None, note="", href="", short=False) -> SafeString:
    """A shape and the light's word; `note` follows it in quiet ink (days late, the reason). `short=True` is for columns
    whose head is "Light": Green, where elsewhere stands Green light.

    `bare=True count=n` is for count columns whose head names the light: mark and number, and a quiet 0. With `href` the
    number opens the rows. Without `bare`, `count=0` makes mark and word quiet: the number stands beside them.
    """
    if bare and not count:
        return mark_safe('<span class="zero">0</span>')
    if not light:
        return mark_safe(NO_VALUE)
    if not bare:
        return _light_words(light, note, is_quiet=count == 0, is_short=short)
    light = Light(light)
    lamp, shown = _lamp(_LIGHT_SHAPES[light]), format_number(count)
    if href:
        shown = f'<a class="figure" href="{_escaped(href)}">{shown}</a>'
    return mark_safe(f'<span class="light light-{light.value}">{lamp} <span class="word">{shown}</span></span>')


@language.kept
def _light_words(light, note, *, is_quiet: bool, is_short: bool) -> SafeString:
    light = Light(light)
    short = {
        Light.GREEN: _("Green"),
        Light.YELLOW: _("Yellow"),
        Light.RED: _("Red"),
    }
    return format_html(
        '<span class="light light-{}{}">{} <span class="word">{}</span></span>{}',
        light.value,
        " light-none" if is_quiet else "",
        _lamp(_LIGHT_SHAPES[light]),
        short[light] if is_short else light.label,
        format_html(' <span class="quiet">{}</span>', note) if note else "",
    )


_MONTH_SHAPES = {
    MonthState.ON_TIME: '<circle cx="6" cy="6" r="5"/>',
    MonthState.LATE: '<circle cx="6" cy="6" r="4.2"/>',
    MonthState.MISSING: '<path d="M2 2 10 10M10 2 2 10"/>',
    MonthState.PENDING: '<path d="M2 6H10"/>',
}


@register.simple_tag
def month_mark(state, text="") -> SafeString:
    """How a department stands with a month's reports: a shape and its word, or `text` in the word's place. A dash for
    one that owes nothing."""
    if not state:
        return mark_safe(NO_VALUE)
    state = MonthState(state)
    shape = _lamp(_MONTH_SHAPES[state])
    shown = format_html('<span class="visually-hidden">{} </span>{}', state.label, text) if text else state.label
    return format_html('<span class="month month-{}">{} {}</span>', state.value, shape, shown)


@register.simple_tag
@language.kept
def provenance_tag(provenance, on=None, published="") -> SafeString:
    """`on`: the day that a published figure was published for; `published`: what of the thing is published, in words,
    where the rest of the page is not."""
    if not provenance:
        return mark_safe("")
    provenance = Provenance(provenance)
    words = provenance.label if not published or provenance != Provenance.PUBLISHED else published
    if on and provenance == Provenance.PUBLISHED:
        words = _("Published, as of %(day)s") % {"day": format_iso_day(on) if is_chinese() else format_day(on)}
    return format_html('<span class="tag tag-{}">{}</span>', provenance.value, words)


def _share(part, whole) -> str:
    """Percent widths as attributes: bars then need neither a style attribute nor a script."""
    return f"{to_decimal(part) * 100 / to_decimal(whole):.2f}%" if whole else "0%"


@lru_cache(maxsize=256)
def _tick(kind: str, at, height: str) -> SafeString:
    # The white halo keeps an ink tick visible on the dark part of a bar.
    return format_html(
        '<svg x="{0}" width="1" height="{2}" overflow="visible"><rect class="halo" x="-2.5" width="5" height="100%"/>'
        '<line class="tick tick-{1}" y2="100%"/></svg>',
        f"{round_to_tenth(at)}%",
        kind,
        height,
    )


def _is_at_end(at) -> bool:
    """Whether a label has its room at the left of its tick."""
    return round_to_tenth(at) > 55


# A part of less percent is drawn 3 px wide: in a bar of a table row, in a tall one.
LEAST_SHARES = (3, 1)
# Of the tall bar: how far down the ticks of the upper and the lower label reach, and where those stand.
TICK_HEIGHTS, LABEL_ROWS = ("38", "56"), ("0.75em", "2.25em")


def _tick_label(kind: str, at, words: str, dy: str) -> SafeString:
    """Below the bar at its tick, on the side where there is room."""
    return format_html(
        '<text class="tick-label tick-label-{}" x="{}%" y="40" dy="{}"{}>{}</text>',
        kind,
        round_to_tenth(at),
        dy,
        mark_safe(' text-anchor="end"') if _is_at_end(at) else "",
        words,
    )


def _cell_tags(columns) -> list[tuple[str, str]]:
    """What opens and closes the cells of each column."""
    has_head = any(column.get("head") for column in columns)
    tags = []
    for n, column in enumerate(columns):
        is_head = column.get("head") if has_head else n == 0
        name = next((f' class="{name}"' for name in ("number", "short") if column.get(name)), "")
        tags.append((f'<th scope="row"{name}>', "</th>") if is_head else (f"<td{name}>", "</td>"))
    return tags


def _table_row(tags: list[tuple[str, str]], row) -> str:
    cells = []
    for (opens, closes), cell in zip(tags, row, strict=True):
        if isinstance(cell, dict):
            text = _escaped(cell["text"])
            if cell.get("url"):
                text = f'<a href="{_escaped(cell["url"])}">{text}</a>'
        else:
            text = _escaped(cell)
        cells.append(f"{opens}{text}{closes}")
    return f"<tr>{''.join(cells)}</tr>"


@register.simple_tag
def table_row(columns, row) -> SafeString:
    """One row of components/table.html: a cell is a text, a mark, or a dict with `text` and `url`. Of a column it takes
    `number`, `short`, and `head` where that is not the first one.
    """
    return mark_safe(_table_row(_cell_tags(columns), row))


@register.simple_tag
def table_rows(columns, rows) -> SafeString:
    """Many of them. A list of some hundred rows is written ten times as quickly as by a template that writes cells."""
    tags = _cell_tags(columns)
    return mark_safe("\n".join([_table_row(tags, row) for row in rows]))


BAR_PARTS = (MeasureStatus.COMPLETED, MeasureStatus.IN_PROGRESS, MeasureStatus.PROMOTING)


@dataclass(frozen=True)
class BarWords:
    """What a bar is read aloud with; `item` and `clause` stand between those."""

    statuses: dict[MeasureStatus, str]
    elapsed: str
    plan: str
    nothing: str
    item: str
    clause: str


@language.kept
def _bar_words() -> BarWords:
    return BarWords(
        statuses={status: str(status.label) for status in BAR_PARTS},
        elapsed=_("Time elapsed"),
        plan=_("Plan curve"),
        nothing=_("Nothing to measure"),
        item=pgettext("between items", ", "),
        clause=pgettext("between clauses", "; "),
    )


@register.simple_tag
def status_bar(
    completed, in_progress, promoting, total, tick=None, plan_tick=None, labels=False, plan_note=""
) -> SafeString:
    """The three statuses of a group as one bar. `tick`: time elapsed in percent; `plan_tick`: the plan curve.

    `labels=True` makes the tall bar of a headline block, with words below the ticks; `plan_note` follows
    the plan curve's (23 due). Without it the bar fits a table row.
    """
    said = _bar_words()
    parts = dict(zip(BAR_PARTS, (completed, in_progress, promoting), strict=True))
    words = (
        said.item.join(f"{said.statuses[status]} {format_number(count)}" for status, count in parts.items())
        if total
        else said.nothing
    )
    if tick is not None:
        words += f"{said.clause}{said.elapsed} {format_percent(tick)}"
    if plan_tick is not None:
        words += f"{said.clause}{said.plan} {format_percent(plan_tick)}"

    # What is written as it is here are numbers and names of ours: a page has dozens of bars, and escapes texts alone.
    top, height = (8, 22) if labels else (3, 14)
    least = LEAST_SHARES[bool(labels)]
    drawn, thin, before = [], [], 0
    for status, count in parts.items():
        if count and total:
            x = _share(before, total)
            if count * 100 < least * total:
                # Too thin to be seen in percent: in px, over the tick that may stand there.
                edge, halo_x, part_x = ("100%", -5, -3) if before + count == total else (x, 0, 0)
                # Of one percent and more it is wider than the halo here and there, which would cut it in two.
                halo = f'<rect class="halo" x="{halo_x}" width="5" height="100%"/>' if count * 100 < total else ""
                thin.append(
                    f'<svg class="thin" x="{edge}" y="{top}" width="5" height="{height}" overflow="visible">{halo}'
                    f'<rect class="part status-{status.tone}" x="{part_x}" width="3" height="100%"/></svg>'
                )
            drawn.append(
                f'<rect class="part status-{status.tone}" x="{x}" y="{top}" width="{_share(count, total)}"'
                f' height="{height}"/>'
            )
            if before:
                drawn.append(f'<line class="seam" x1="{x}" x2="{x}" y1="{top}" y2="{top + height}"/>')
            before += count
    # Of two labels on one side of their ticks, the upper one is that whose words the other tick does not run through.
    at_end = tick is not None and _is_at_end(tick)
    plan_first = (
        tick is not None
        and plan_tick is not None
        and at_end == _is_at_end(plan_tick)
        and (plan_tick < tick if at_end else plan_tick > tick)
    )
    elapsed_row, plan_row = (1, 0) if plan_first else (0, 1)
    drawn.append(f'<rect class="frame" x="0" y="{top}" width="100%" height="{height}"/>')
    if plan_tick is not None:
        drawn.append(_tick("plan", plan_tick, TICK_HEIGHTS[plan_row] if labels else "20"))
    if tick is not None:
        drawn.append(_tick("elapsed", tick, TICK_HEIGHTS[elapsed_row] if labels else "20"))
    drawn += thin
    if labels:
        if tick is not None:
            drawn.append(
                _tick_label("elapsed", tick, f"{said.elapsed} {format_percent(tick)}", LABEL_ROWS[elapsed_row])
            )
        if plan_tick is not None:
            drawn.append(
                _tick_label(
                    "plan", plan_tick, f"{said.plan} {format_percent(plan_tick)}{plan_note}", LABEL_ROWS[plan_row]
                )
            )
    return mark_safe(
        f'<svg class="bar{" bar-tall" if labels else ""}" role="img" aria-label="{_escaped(words)}"'
        f' focusable="false">{"".join(drawn)}</svg>'
    )


@register.simple_tag
def measure_rows(rows, elapsed, sortable=False, since="", month="") -> SafeString:
    """The rows of dashboard/_measure_rows.html, which says what it takes. Pages have dozens of them, and a template
    that writes their cells takes five times as long."""
    counts = ("completed", "in_progress", "promoting", "total") if sortable else ("total",)
    opens = '<tr><th scope="row" class="wide">' if sortable and not month else '<tr><th scope="row">'
    written = []
    for row in rows:
        f = row.figures
        cells = [
            ("number", format_percent(f["completion_rate"])),
            ("number", format_gap_cell(f["gap"])),
            ("number", light_mark("red", bare=True, count=f["lights"]["red"], href=row.red_url)),
            ("number", light_mark("yellow", bare=True, count=f["lights"]["yellow"], href=row.yellow_url)),
            *(("number" if f[name] else "number zero", format_number(f[name])) for name in counts),
        ]
        if since:
            cells.append(
                ("number strong" if row.completed_change else "number zero", format_change(row.completed_change))
            )
        if month:
            missing = row.month.missing if row.month else None
            cells.append(("number", '<span class="zero">0</span>' if missing == 0 else format_number(missing)))
        cells.append(
            (
                "bar-cell",
                status_bar(f["completed"], f["in_progress"], f["promoting"], f["total"], tick=elapsed)
                if f["total"]
                else f'<span class="note">{_escaped(_bar_words().nothing)}</span>',
            )
        )
        tds = "".join([f'<td class="{classes}">{text}</td>' for classes, text in cells])
        written.append(f'{opens}<a href="{_escaped(row.url)}">{_escaped(row.name)}</a></th>{tds}</tr>\n')
    return mark_safe("".join(written))


@register.simple_tag
def value_bar(value, maximum) -> SafeString:
    """One plain bar in a table row whose number stands in the cell before it."""
    return mark_safe(
        '<svg class="bar bar-plain" aria-hidden="true" focusable="false">'
        f'<rect class="plain" y="3" width="{_share(value or 0, maximum)}" height="14"/></svg>'
    )


def query_with(params, **changes) -> str:
    """The query string of a QueryDict with changes: None removes, a list sets several values.

    Any change but one of `page` itself starts again on the first page.
    """
    query = dict(params.lists())
    if "page" not in changes:
        query.pop("page", None)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        elif isinstance(value, (list, tuple)):
            query[name] = [str(one) for one in value]
        else:
            query[name] = [value.isoformat() if isinstance(value, date) else str(value)]
    return "?" + urlencode(query, doseq=True)


def _params(context) -> QueryDict:
    """Empty on a page without a request: the error pages have none."""
    request = context.get("request")
    return request.GET if request else QueryDict()


@register.simple_tag(takes_context=True)
def url_with(context, **changes) -> str:
    """`{% url_with status="completed" page=None %}`: this page's query string with changes."""
    return query_with(_params(context), **changes)


@register.simple_tag(takes_context=True)
def url_without(context, name: str, value=None) -> str:
    """This page's query string without a parameter, or without one of its values. For filter chips."""
    kept = [] if value is None else [one for one in _params(context).getlist(name) if one != str(value)]
    return query_with(_params(context), **{name: kept or None})


@register.simple_tag(takes_context=True)
def chart_file(context, name: str) -> str:
    """This page's address for the rows of one of its charts as CSV."""
    return query_with(_params(context), chart=name)


@register.simple_tag(takes_context=True)
def same_rows(context, name: str, **changes) -> str:
    """The address of an answer of the API with the rows of this page, in the page's language.

    It asks for the day, the comparison and the plan of the page, those that this answer knows; on a page that is a list
    for its filters and its order too. `changes` come on top.
    """
    address = reverse(name)
    endpoint: Any = resolve(address).func
    known = set(endpoint.cls.parameter_shapes()) - ABOUT_PAGES
    if "filter" not in context:
        known &= set(CHOSEN)
    params = _params(context)
    asked = {each: params[each] for each in params if each in known and params[each]}
    return f"{address}?{urlencode({**asked, **changes, 'lang': get_language()}, safe=',')}"


@register.simple_tag(takes_context=True)
def keep_query(context, without=()) -> SafeString:
    """Hidden inputs that carry the page's parameters through a GET form, but for those the form asks for:
    `without`, names with spaces between or bound fields. It starts again on the first page."""
    names = without.split() if isinstance(without, str) else [field.name for field in without]
    return format_html_join(
        "",
        '<input type="hidden" name="{}" value="{}">',
        (
            (name, value)
            for name, values in _params(context).lists()
            if name != "page" and name not in names
            for value in values
            if value
        ),
    )


@register.simple_tag
def filter_fields(form, shown=()) -> list:
    """The fields of a filter form that a page shows; all of them where it names none."""
    return [field for field in form.visible_fields() if not shown or field.name in shown]


@register.simple_tag
def select_options(groups) -> SafeString:
    """The options of a select, as its widget groups them and Django's own template writes them, but without attributes
    of their own: filters have dozens of them on each page."""
    written = []
    for name, options, _index in groups:
        lines = "".join(
            f'\n<option value="{_escaped(str(option["value"]))}"{" selected" if option["selected"] else ""}>'
            f"{_escaped(option['label'])}</option>"
            for option in options
        )
        written.append(f'\n<optgroup label="{_escaped(name)}">{lines}\n</optgroup>' if name else lines)
    return mark_safe("".join(written))


@register.simple_tag
def filter_chips(form) -> list[dict]:
    """The filters in use, for components/chips.html, from a bound and valid filter form."""
    chips = []
    for name, value in getattr(form, "cleaned_data", {}).items():
        field = form.fields[name]
        if value is None or value == "" or (value is False and not isinstance(field, forms.NullBooleanField)):
            continue
        if isinstance(value, bool):
            text = _("Yes") if value else _("No")
        elif hasattr(field, "label_from_instance"):
            text = field.label_from_instance(value)
        elif hasattr(field, "choices"):
            text = dict(field.choices).get(value, value)
        else:
            text = (
                format_time(value)
                if isinstance(value, datetime)
                else format_iso_day(value)
                if isinstance(value, date)
                else value
            )
        chips.append({"parameter": name, "label": field.label or name, "text": text})
    return chips


def chosen_in(params: QueryDict) -> str:
    """`?as_of=`, `compare` and `plan` as the reader chose them, for links to other pages of the site; else nothing."""
    kept = {name: params[name] for name in CHOSEN if params.get(name)}
    return query_with(QueryDict(), **kept) if kept else ""


@register.simple_tag(takes_context=True)
def chosen_day(context) -> str:
    """The same of this page's address."""
    return chosen_in(_params(context))


@register.simple_tag
def month_ends(plan, today) -> list[date]:
    """The quick choices of a day: the ends of the plan's months up to today, the newest first."""
    return ends_of_months(plan.starts_on, min(plan.ends_on, today)) if plan and today else []


@register.simple_tag(takes_context=True)
def nav_link(context, url: str, label: str, count=None) -> SafeString:
    """One entry of the navigation. It keeps the day and the plan that the reader chose; the page that is
    open, or lies beneath, is marked. `count`: how many rows wait there, shown unless there are none."""
    if not url:
        return mark_safe("")
    path = getattr(context.get("request"), "path", "")
    current = "page" if path == url else "true" if url != "/" and path.startswith(url) else ""
    return format_html(
        '<li><a href="{}{}"{}>{}{}</a></li>',
        url,
        chosen_day(context),
        format_html(' aria-current="{}"', current) if current else "",
        label,
        format_html(' <span class="count">{}</span>', format_number(count)) if count else "",
    )


@register.simple_tag(takes_context=True)
def sort_head(context, ordering: str, label: str, number=False, default: str = "") -> SafeString:
    """The head of a column that sorts. `default`: the ordering of the page when the address names none."""
    current = (_params(context).get("ordering") or default).split(",")[0]
    is_up, is_down = current == ordering, current == f"-{ordering}"
    attributes = ' class="number"' if number else ""
    if is_up or is_down:
        attributes += f' aria-sort="{"ascending" if is_up else "descending"}"'
    arrow = (
        mark_safe(f'&nbsp;<span class="arrow" aria-hidden="true">{"↑" if is_up else "↓"}</span>')
        if is_up or is_down
        else ""
    )
    link = query_with(_params(context), ordering=f"-{ordering}" if is_up else ordering)
    return format_html(
        '<th scope="col"{}><a href="{}" id="sort-{}" hx-boost="true" hx-swap="innerHTML show:none">{}{}</a></th>',
        mark_safe(attributes),
        link,
        ordering,
        unbroken(label),
        arrow,
    )


def _why(link) -> SafeString:
    """A quiet mark that opens the explanation of a figure. Its sign comes from the style sheet, so that a table that
    is copied holds numbers alone."""
    words = _escaped(link["words"])
    return mark_safe(f'<a class="why" href="{_escaped(link["url"])}" aria-label="{words}" data-why></a>')


_MARK = re.compile(r'<a class="why"[^>]*></a>')


@register.simple_block_tag
def with_unit(content) -> SafeString:
    """A figure with its unit, or with the words that it stands in: the marks that explain it come after them, since one
    between a number and its unit reads as a doubt.

    {% with_unit %}{% figure "measures.gap" -16.8 %}−16.8{% endfigure %} points{% endwith_unit %}
    """
    text = content.strip()
    return mark_safe(_MARK.sub("", text) + "".join(_MARK.findall(text)))


@register.simple_tag
def unit_of(unit, classes="unit") -> str:
    """The unit behind a figure: closed up where it is a percent sign, or a Chinese unit of body size."""
    if not unit:
        return mark_safe("")
    is_close = unit == "%" or (is_chinese() and classes != "unit")
    space = "" if is_close else " "
    return format_html('{}<span class="{}">{}</span>', space, classes, unit) if classes else space + unit


@register.simple_block_tag(takes_context=True)
def figure(context, content, path, value, href=None, source=None, classes="") -> SafeString:
    """A figure that can be held against the API: `path` in its answer (of `source`, else of the summary),
    `value` the very number there. With `href` it opens the rows behind it.

        {% figure "measures.completed" 13 href="/measures/?status=completed" %}13{% endfigure %}

    Where the page has `why` (an explanations.Why), a mark beside it opens its explanation; on the page of a member
    that is also the `source`, whose `value` it is.
    """
    why = context.get("why") if source is None else None
    link = why.of(path) if why else None
    if link:
        source = link["source"]
    raw = "" if value is None else str(json_number(value))
    tag, opens = ("a", f' href="{_escaped(href)}"') if href else ("span", "")
    more = f" {_escaped(classes)}" if classes else ""
    its_source = f' data-source="{_escaped(source)}"' if source else ""
    return mark_safe(
        f'<{tag}{opens} class="figure{more}" data-figure="{_escaped(path)}" data-value="{_escaped(raw)}"{its_source}>'
        f"{content.strip()}</{tag}>{_why(link) if link else ''}"
    )
