"""Marks beside words: of a status, a light, a provenance. Each carries its word for those who do not see its shape or
colour."""

from datetime import date
from typing import Protocol

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.lights import Light
from core.provenance import Provenance
from core.scope import PlanScope
from core.statuses import MeasureStatus
from web.formats.dates import format_days, format_iso_day
from web.formats.numbers import NO_VALUE, format_number

NONE_WRITTEN = mark_safe(NO_VALUE)  # noqa: S308  # a dash


def _lamp(shape: str) -> SafeString:
    return mark_safe(f'<svg class="lamp" viewBox="0 0 12 12" aria-hidden="true" focusable="false">{shape}</svg>')  # noqa: S308  # our own drawing


def _cells(status: MeasureStatus) -> SafeString:
    """Three cells, as many filled as the status is deep."""
    classes = ["cell on" if n < status.depth else "cell" for n in range(len(MeasureStatus))]
    cells = [
        f'<rect class="{each}" x="{n * 6 + 0.5:g}" y="0.5" width="4.4" height="8"/>' for n, each in enumerate(classes)
    ]
    return mark_safe(  # noqa: S308  # our own drawing
        f'<svg class="cells status-{status.tone}" viewBox="0 0 17.4 9" aria-hidden="true" focusable="false">'
        f"{''.join(cells)}</svg>"
    )


class KnownState(Protocol):
    """The state of a problem: `depth` says how many of the four dots are filled."""

    @property
    def label(self) -> str | Promise: ...

    @property
    def depth(self) -> int: ...


class TimeLeft(Protocol):
    """The time until the due day of a problem: `days` are negative once it is over, None without one. `is_settled`:
    nobody has to solve it any more; `is_said_solved`: its owner says that it is."""

    @property
    def days(self) -> int | None: ...

    @property
    def is_settled(self) -> bool: ...

    @property
    def is_said_solved(self) -> bool: ...


def _dots(filled: int) -> SafeString:
    """Draw the dots of the state of a problem."""
    dots = [
        f'<circle class="{"dot on" if n < filled else "dot"}" cx="{n * 11 + 5}" cy="5" r="3.6"/>'
        for n in range(STATE_DOTS)
    ]
    return mark_safe(  # noqa: S308  # our own drawing
        f'<svg class="dots" viewBox="0 0 43 10" aria-hidden="true" focusable="false">{"".join(dots)}</svg>'
    )


STATE_DOTS = 4
CELLS = {status: _cells(status) for status in MeasureStatus}
LIGHTS = {
    Light.GREEN: _lamp('<circle cx="6" cy="6" r="3.6"/>'),
    Light.YELLOW: _lamp('<path d="M6 1.4 11 10.6H1Z"/>'),
    Light.RED: _lamp('<path d="M6 .6 11.4 6 6 11.4 .6 6Z"/>'),
}


def status_cells(status: str) -> SafeString:
    """The bare mark of a status, for keys and choices that write the word themselves."""
    return CELLS[MeasureStatus(status)]


def status_mark(status: str | None) -> SafeString:
    """The cells of a status and its word."""
    if not status:
        return NONE_WRITTEN
    status = MeasureStatus(status)
    return format_html('<span class="mark">{} {}</span>', CELLS[status], status.label)


def problem_state_mark(state: KnownState | None) -> SafeString:
    """Four dots, filled up to the state of a problem, and its word."""
    if state is None:
        return NONE_WRITTEN
    return format_html('<span class="mark">{} {}</span>', _dots(state.depth), state.label)


def problem_due(left: TimeLeft) -> SafeString:
    """How long whoever is waited for has left to act on a problem, or by how long that is over."""
    if left.is_settled:
        return NONE_WRITTEN
    if left.days is None:
        return format_html('<span class="quiet nowrap">{}</span>', pgettext("problem", "No due date set"))
    if left.days < 0:
        text = _("%(days)s overdue") % {"days": format_days(-left.days)}
        return format_html('<strong class="past-due nowrap">{}</strong>', text)
    text = _("%(days)s left") % {"days": format_days(left.days)} if left.days else _("Due today")
    return format_html('<span class="nowrap">{}</span>', text)


def change_mark(then: str | None, now: str) -> SafeString:
    """How a status differs from that of the earlier day which a page compares with: a tag, and the status `then`.

    `then` is None for what was not listed; nothing where both are the same.
    """
    if not then:
        return format_html('<span class="tag">{}</span>', _("Newly listed"))
    before, after = MeasureStatus(then), MeasureStatus(now)
    if before == after:
        return SafeString()
    return format_html(
        '<span class="tag">{}</span> <span class="quiet nowrap">{}</span>',
        _("Status reversed") if after.depth < before.depth else _("Changed"),
        _("was: %(status)s") % {"status": before.label},
    )


def light_mark(light: str | None, count: int | None = None, note: str = "", short: bool = False) -> SafeString:
    """A shape and the light's word; `note` follows it in quiet ink (days late, the reason).

    `count`: the number that stands beside it; 0 makes mark and word quiet. `short`: for columns whose head is "Light":
    Green, where elsewhere stands Green light. Without a light the note alone.
    """
    if not light:
        return format_html('<span class="quiet">{}</span>', note) if note else NONE_WRITTEN
    light = Light(light)
    return format_html(
        '<span class="light light-{}{}">{} <span class="word">{}</span></span>{}',
        light.value,
        " light-none" if count == 0 else "",
        LIGHTS[light],
        _short_label(light) if short else light.label,
        format_html(' <span class="quiet">{}</span>', note) if note else "",
    )


def scope_tag(scope: str | None) -> SafeString:
    """Says of a measure or a project that it is out of its plan; nothing of one that is in it."""
    if scope is None or scope == PlanScope.IN_PLAN:
        return SafeString("")
    return format_html('<span class="tag">{}</span>', PlanScope(scope).label)


def light_count(light: str, count: int | None, href: str = "") -> SafeString:
    """Return a light's shape and the number, or a quiet 0, for count columns whose head names the light. With `href`
    the number opens the rows."""
    if not count:
        return mark_safe('<span class="zero">0</span>')
    light = Light(light)
    number = format_number(count)
    return format_html(
        '<span class="light light-{}">{} <span class="word">{}</span></span>',
        light.value,
        LIGHTS[light],
        format_html('<a class="figure" href="{}">{}</a>', href, number) if href else number,
    )


def provenance_tag(provenance: str | None, on: date | None = None, published: str = "") -> SafeString:
    """Return the tag of a provenance. `on`: the day that a published figure was published for; `published`: what of the
    thing is published, in words, where the rest of the page is not."""
    if not provenance:
        return SafeString()
    provenance = Provenance(provenance)
    text = str(provenance.label)
    if provenance == Provenance.PUBLISHED:
        text = published or text
        if on:
            text = _("Published %(day)s") % {"day": format_iso_day(on)}
    return format_html('<span class="tag tag-{}">{}</span>', provenance.value, text)


def _short_label(light: Light) -> str:
    return {Light.GREEN: _("Green"), Light.YELLOW: _("Yellow"), Light.RED: _("Red")}[light]
