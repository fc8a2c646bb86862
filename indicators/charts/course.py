"""The course of an indicator as a chart: its values, those of the comparator, its targets and the way to them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.periods import PeriodKind
from indicators.charts.common_years import years_words
from indicators.charts.detail import Scene, indicator_line, numbered_notes
from indicators.charts.forms import Course, Form, bands, choose_course, missing_years, near_targets
from indicators.charts.points import BOUND, IndicatorPoint, TargetPoint, is_floor, row_id
from indicators.models import Indicator, Observation, Target
from indicators.rules import is_comparable
from indicators.state import IndicatorState, is_rate
from indicators.verdict_words import required_value
from indicators.verdicts import Judgement, Verdict
from indicators.wording import (
    in_one_bracket,
    named_in,
    period_words,
    remarks,
    shown_unit,
    shown_value,
    target_label,
    target_words,
)
from regions.words import NEUTRAL, PartWords
from web.charts.chart import Chart, Column
from web.charts.text import value_text
from web.formats.dates import format_day
from web.formats.numbers import MINUS
from web.formats.sources import format_source
from web.formats.text import format_list
from web.language import localized


def own_course(state: IndicatorState, observations: Iterable[Observation], targets: Iterable[Target]) -> Course:
    """The values of the plan's region in the form that they have. `observations`: those released by the day, the newest
    first."""
    indicator = state.indicator
    return choose_course(
        points(indicator, (row for row in observations if row.region == state.region), unverified=True),
        cumulative=indicator.cumulative,
        is_rate=is_rate(indicator),
        may_join=indicator.may_join,
        base=_common_base(indicator, [each for each in targets if each.region == state.region]),
    )


def _common_base(indicator: Indicator, targets: Iterable[Target]) -> IndicatorPoint | None:
    """The stated base of the newest target that has one: what accumulates since then is set against it."""
    stated = [
        each
        for each in targets
        if each.baseline_on is not None and not each.single_year and _is_of_its_kind(each, indicator, versus=True)
    ]
    newest = max(stated, key=lambda each: (each.adopted_on, each.pk), default=None)
    return None if newest is None else _stated_start(indicator, newest)


def _is_of_its_kind(target: Target, indicator: Indicator, *, versus: bool) -> bool:
    """Return whether a target's number can be set against values of the indicator. `versus`: also one that counts from
    a year."""
    return target.unit == indicator.unit and all(
        BOUND.fullmatch(word) or (versus and word.startswith("versus ")) for word in remarks(target)
    )


def _stated_start(indicator: Indicator, target: Target) -> IndicatorPoint | None:
    base, value = target.baseline_on, target.baseline_value
    if base is None or value is None:
        return None
    return IndicatorPoint(base, base, PeriodKind.DAY, shown_value(indicator, value), format_day(base))


def indicator_chart(
    state: IndicatorState,
    course: Course,
    observations: Sequence[Observation],
    targets: Sequence[Target],
    *,
    on: date,
    parts: PartWords = NEUTRAL,
    sentences: Iterable[str] = (),
) -> Chart:
    """The course of the plan's region, with that of the one that it is compared with where they compare; without a
    figure where its form is a number.

    `observations`: all released by the day, with their regions, the newest first; `targets`: all adopted by then;
    `parts`: what the region's parts are called; `sentences`: what is said of the figures, without full stops.
    """
    indicator, region = state.indicator, state.region
    near, far = _targets(state, course, targets, on=on)
    scene = _scene(state, course, observations, near, parts)
    rows = list(_rows(scene, parts))
    newest = _newest(row for row in observations if row.region == region)
    joined = pgettext("between clauses", "; ").join(filter(None, sentences))
    unit = shown_unit(indicator)
    return Chart(
        name="indicator-line",
        title=in_one_bracket(
            _("%(name)s (%(unit)s), as of %(day)s")
            % {"name": localized(indicator, "name"), "unit": unit, "day": format_day(on)}
        ),
        figure=None if course.form is Form.NUMBER else indicator_line(scene),
        summary=joined + pgettext("end of a sentence", ".") if course.drawn and joined else "",
        columns=[
            Column(_("Series"), is_number=False),
            Column(_("Period"), is_number=False),
            Column(named_in(_("Value"), unit), value_text),
            Column(_("Accuracy"), is_number=False),
        ],
        rows=[cells for _url, cells in rows],
        urls=[url for url, _cells in rows],
        note=_note(indicator, scene, far),
        source=newest.source if newest else indicator.source,
        provenance=newest.provenance if newest else "",
        on=newest.period_end if newest else None,
        has_own_table=True,
        missing="" if course.drawn else _("No verified figure available."),
    )


def _newest(rows: Iterable[Observation]) -> Observation | None:
    return max(rows, key=lambda row: (row.verified, row.period_end, row.released_on), default=None)


def _scene(
    state: IndicatorState,
    course: Course,
    observations: Sequence[Observation],
    targets: Sequence[TargetPoint],
    parts: PartWords,
) -> Scene:
    return Scene(
        course=course,
        name=localized(state.region, "short") if state.region is not None else "",
        others=_others(state, course, observations),
        comparator_name=state.against_name,
        targets=targets,
        bands=bands(_cities_by_year(state, observations), course),
        bands_label=_("Lowest to highest of the %(places)s") % {"places": parts.many},
        percent=is_rate(state.indicator),
        is_level=not is_comparable(state.indicator.unit),
    )


def _others(state: IndicatorState, course: Course, observations: Iterable[Observation]) -> list[IndicatorPoint]:
    if not state.indicator.may_compare or state.against is None:
        return []
    return course.of_the_kind(points(state.indicator, (row for row in observations if row.region == state.against)))


def _cities_by_year(
    state: IndicatorState, observations: Iterable[Observation]
) -> dict[tuple[date, date], tuple[str, list[float]]]:
    """The values of the region's parts in whole years, in the unit that is shown. None where they are sums of which the
    region is the total, or where the method does not let regions be compared."""
    indicator = state.indicator
    if indicator.may_add_up or not indicator.may_compare or state.region is None:
        return {}
    by_city: dict[int, list[Observation]] = defaultdict(list)
    for row in observations:
        if row.region.parent_id == state.region.pk and row.period_kind == PeriodKind.YEAR:
            by_city[row.region_id].append(row)
    found: dict[tuple[date, date], tuple[str, list[float]]] = {}
    for rows in by_city.values():
        for point in points(indicator, rows):
            found.setdefault((point.start, point.end), (point.label, []))[1].append(float(point.value))
    return found


def _targets(
    state: IndicatorState, course: Course, targets: Sequence[Target], *, on: date
) -> tuple[list[TargetPoint], list[Target]]:
    """Return the targets of the region that are drawn, and the others: far ones, and those whose number means something
    else than the values."""
    indicator, judged = state.indicator, state.judged_target
    targets = [each for each in targets if each.region == state.region]
    rows = shown_targets([each for each in targets if _fits(indicator, course, each)], judged)
    aims = {_aim(state, course, each): each for each in rows}
    near = near_targets(aims, course.drawn, on=on)
    drawn = {aims[each].pk for each in near}
    ahead = [each for each in shown_targets(targets, judged) if each.pk not in drawn and each.due_year >= on.year]
    return near, ahead


def _aim(state: IndicatorState, course: Course, target: Target) -> TargetPoint:
    """Return the point of a target, with the path and the verdict where it is the one that is judged."""
    indicator = state.indicator
    aim = TargetPoint(
        target.due_year,
        shown_value(indicator, target.value),
        re.sub(r"-(?=[0-9])", MINUS, target_label(target, indicator)),
        None if target.single_year else _stated_start(indicator, target),
        "#targets",
    )
    found = state.judgement
    if found is None or target != state.judged_target:
        return aim
    if target.single_year:
        return aim._replace(verdict=_verdict_word(found))
    required = required_value(found)
    return aim._replace(
        path_from=aim.path_from or _known_start(indicator, course, found),
        path_is_inferred=found.is_baseline_inferred,
        milestones=tuple(
            (day.year, shown_value(indicator, value))
            for day, value in found.goal.milestones
            if day > _path_begins(found)
        ),
        required=None if required is None or found.is_met else shown_value(indicator, required),
        verdict=_verdict_word(found),
    )


def _verdict_word(found: Judgement) -> str:
    """Return the word at the end of a path; the reason why nothing can be judged stands in the page."""
    return "" if found.verdict == Verdict.CANNOT_JUDGE else str(found.verdict.label)


def _path_begins(found: Judgement) -> date:
    """Return the day on which the path begins: that of the baseline, or where none is known, that of the newest
    value."""
    if found.baseline is not None:
        return found.baseline.on
    return found.value.end if found.value is not None else date.max


def _known_start(indicator: Indicator, course: Course, found: Judgement) -> IndicatorPoint | None:
    """The inferred base, else the newest value; nothing where the target is met."""
    if found.is_met or found.value is None:
        return None
    if found.is_baseline_inferred and found.baseline is not None and found.reason is None:
        day, value = found.baseline.on, shown_value(indicator, found.baseline.value)
        same = next((each for each in course.drawn if each.end == day and each.value == value), None)
        return same or IndicatorPoint(day, day, PeriodKind.DAY, value, format_day(day))
    period = (found.value.start, found.value.end)
    return next((each for each in course.drawn if (each.start, each.end) == period), None)


def _fits(indicator: Indicator, course: Course, target: Target) -> bool:
    """Return whether a target's number means the same as the values that are drawn."""
    if course.base is not None:
        return target.baseline_on == course.base.end and _is_of_its_kind(target, indicator, versus=True)
    return _is_of_its_kind(target, indicator, versus=False)


def _rows(scene: Scene, parts: PartWords) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield the rows of the table of what is drawn, each behind the address to which its first cell leads."""
    if scene.course.form is Form.NUMBER:
        return
    drawn, places = scene.course.drawn, {"places": parts.many}
    for title, series in ((scene.name, drawn), (scene.comparator_name, scene.others)):
        for point in series:
            yield point.url, (title, point.label, point.value, _accuracy(point))
    for band in scene.bands:
        yield "#by-city", (_("Lowest of the %(places)s") % places, band.label, band.lowest, None)
        yield "#by-city", (_("Highest of the %(places)s") % places, band.label, band.highest, None)
    for aim in scene.targets:
        if aim.path_from and aim.path_from not in drawn:
            yield "#targets", (_("Baseline"), aim.path_from.label, aim.path_from.value, None)
        if aim.required is not None:
            yield "#targets", (_("Required by then"), drawn[-1].label, aim.required, None)
        for year, value in aim.milestones:
            yield "#targets", (_("Milestone"), str(year), value, None)
        yield "#targets", (aim.label, str(aim.due_year), aim.value, None)


def _note(indicator: Indicator, scene: Scene, far: Sequence[Target]) -> str:
    """All that is said under the figure, as one note without its full stop. `far`: targets that are not drawn."""
    course = scene.course
    if course.form is Form.NUMBER:
        return ""
    said = []
    if scene.bounds.is_cut:
        said.append(_("The vertical axis does not start at 0"))
    if any(not each.verified for each in course.drawn):
        said.append(_("hollow: not verified"))
    if any(not each.exact for each in course.drawn):
        said.append(_("diamond or triangle: rounded, or a lower limit"))
    if missing := missing_years(course):
        said.append(_("no values for %(years)s") % {"years": years_words(missing)})
    if course.apart:
        said.append(_("values of other periods are in the table below"))
    if far:
        words = [target_words(each, indicator, unit=True) for each in far]
        said.append(_("not drawn: targets of %(targets)s") % {"targets": format_list(words)})
    said += [f"{mark} {point.label} {format_source(point.note)}" for point, mark in numbered_notes(course).items()]
    return capfirst(pgettext("between clauses", "; ").join(said))


def _accuracy(point: IndicatorPoint) -> str | None:
    """How a value that is not verified or not exact is to be read."""
    if not point.verified:
        return _("Not verified")
    if point.is_floor:
        return _("The source says more than this")
    return None if point.exact else _("Rounded")


def shown_targets(targets: Sequence[Target], judged: Target | None) -> list[Target]:
    """One a year, the newest; the one that is judged in any case. The nearest first."""
    by_year: dict[int, Target] = {}
    for target in sorted(targets, key=lambda each: (each.adopted_on, each.pk)):
        by_year[target.due_year] = target
    if judged is not None and judged in targets:
        by_year[judged.due_year] = judged
    return [by_year[year] for year in sorted(by_year)]


def points(
    indicator: Indicator, observations: Iterable[Observation], *, unverified: bool = False
) -> list[IndicatorPoint]:
    """The newest value of each period, a verified one where there is one; `observations` come newest first.
    `unverified`: also those of periods that have no other."""
    newest: dict[Any, Observation] = {}
    for row in sorted(observations, key=lambda row: not row.verified):
        if row.verified or unverified:
            newest.setdefault((row.period_start, row.period_end, row.period_kind), row)
    return [point_of(indicator, row) for row in newest.values()]


def point_of(indicator: Indicator, row: Observation) -> IndicatorPoint:
    return IndicatorPoint(
        row.period_start,
        row.period_end,
        row.period_kind,
        shown_value(indicator, row.value),
        period_words(row),
        exact=row.exact,
        is_floor=is_floor(row),
        url=f"#{row_id(row)}",
        verified=row.verified,
        note=row.note,
    )
