"""Reading pages about indicators."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.access_rules import READERS
from accounts.permissions import may_open_office
from core.periods import PeriodKind
from indicators.by_city import compare_cities
from indicators.charts.beside import apart_rows, city_rows, single_value
from indicators.charts.cities import CitiesPart, cities_part
from indicators.charts.course import indicator_chart, own_course
from indicators.charts.decoupling import decoupling_charts, has_decoupling
from indicators.charts.points import row_id
from indicators.drawings import bullet_bar, trend
from indicators.dues import next_due, rhythm_of
from indicators.filters import INDICATOR_ORDERINGS, IndicatorFilter, indicators_of
from indicators.models import Indicator, IndicatorGroup, Observation, Target
from indicators.released import every_observation
from indicators.state import ChangeSince, IndicatorState, indicator_states, is_rate
from indicators.values.wording import next_value_words
from indicators.verdict_words import (
    earlier_sentence,
    pace_sentence,
    verdict_counts,
    verdict_note,
    verdict_rank,
    working_sentences,
)
from indicators.wording import (
    assumed_note,
    change_cell,
    change_words,
    number_cell,
    period_words,
    release_cell,
    release_words,
    shown_unit,
    since_words,
    target_words,
    with_unit,
)
from measures.filters import asked_plan
from measures.models import Plan
from regions.models import Region
from regions.words import NEUTRAL
from web.formats.dates import format_day, format_iso_day
from web.formats.numbers import NO_VALUE, format_number
from web.formats.sources import format_source
from web.html.sources import source_link
from web.views import ListPageView, PageView


class IndicatorList(ListPageView):
    shows_filings = False
    template_name = "indicators/indicator_list.html"
    filterset_class = IndicatorFilter
    orderings = INDICATOR_ORDERINGS
    default_ordering = "group"
    # All groups stand on one page, each in the order of verdicts.
    default_page_size = 200

    def get_queryset(self) -> QuerySet[Indicator]:
        asks = any(self.request.GET.getlist("has_value"))
        return indicators_of(asked_plan(self.request), on=self.day, asks_for_values=asks)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        found = indicator_states(context["page"], on=self.day, plan=asked_plan(self.request))
        is_grouped = context["listing"].ordering == self.default_ordering
        return context | {
            "groups": grouped_rows(found, self.compared) if is_grouped else [all_rows(found, self.compared)],
            "verdicts": [count for count in verdict_counts(found) if count.number] if found else [],
            "without_value": without_value_words(self._without_value()),
            "no_value": NO_VALUE,
        }

    def _without_value(self) -> int:
        """How many the office does not see here, unless it asks for them."""
        if not may_open_office(self.request.user) or any(self.request.GET.getlist("has_value")):
            return 0
        every: Any = indicators_of(None, on=self.day, asks_for_values=True)
        return int(every.filter(has_value=False).count())


def without_value_words(number: int) -> str:
    """Return how many indicators have no value, in words; empty for none."""
    if not number:
        return ""
    words = ngettext("%(count)s indicator without a value", "%(count)s indicators without a value", number)
    return words % {"count": format_number(number)}


class Group(NamedTuple):
    """Rows of a list under one head; the list of one order has a single group without a label."""

    label: str
    rows: list[dict[str, Any]]
    has_targets: bool


def grouped_rows(states: Sequence[IndicatorState], compared: date | None) -> list[Group]:
    """Return the rows by group, each group's in the order of verdicts."""
    groups = []
    for value, label in IndicatorGroup.choices:
        own = sorted(
            (each for each in states if each.indicator.group == value),
            key=lambda each: (verdict_rank(each), each.latest is None),
        )
        if own:
            groups.append(all_rows(own, compared)._replace(label=str(label)))
    return groups


def all_rows(states: Sequence[IndicatorState], compared: date | None) -> Group:
    return Group("", [list_row(each, compared) for each in states], any(each.judgement for each in states))


def list_row(state: IndicatorState, compared: date | None) -> dict[str, Any]:
    indicator, latest, found = state.indicator, state.latest, state.judgement
    return {
        "indicator": indicator,
        "has_decoupling": has_decoupling(indicator),
        "latest": latest,
        "value": number_cell(indicator, state.value),
        "unit": shown_unit(indicator),
        "period": period_words(latest) if latest else "",
        "change": change_cell(indicator, state.change, state.value),
        "trend": trend(state),
        "target": target_words(state.judged_target, indicator) if state.judged_target else "",
        "bar": bullet_bar(found),
        "verdict": state.verdict,
        "note": verdict_note(indicator, found) if found else against_comparator(state),
        "since": since_cells(ChangeSince(state, compared)) if compared else None,
    }


def since_cells(since: ChangeSince) -> dict[str, Any]:
    """Return the value on the earlier day, the period that it was of, and the change, as cells of a row."""
    indicator = since.now.indicator
    return {
        "is_first": since.is_first,
        "is_new": since.latest is not None and not since.is_same,
        "value": number_cell(indicator, since.value),
        "period": period_words(since.latest) if since.latest else "",
        "is_changed": bool(since.change),
        "change": change_cell(indicator, since.change, since.now.value),
    }


class IndicatorDetail(PageView):
    permission = READERS
    shows_filings = False
    template_name = "indicators/indicator_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        indicator = get_object_or_404(Indicator.objects.select_related("owner"), code=kwargs["code"])
        plan = asked_plan(self.request)
        [state] = indicator_states([indicator], on=self.day, plan=plan)
        observations = in_order(every_observation(indicator, on=self.day), state)
        targets = list(indicator.targets.adopted(self.day).select_related("region").order_by("due_year", "-adopted_on"))
        found = state.judgement
        sentences = [key_sentence(state), pace_sentence(indicator, found) if found else ""]
        course = own_course(state, observations, targets)
        decoupling = decoupling_charts(indicator, observations, on=self.day, home=state.region)
        by_city = by_city_part(plan, state, observations)
        charts = [
            indicator_chart(
                state,
                course,
                observations,
                targets,
                on=self.day,
                parts=plan.part_words if plan else NEUTRAL,
                sentences=sentences,
            ),
            *decoupling,
            *([by_city.dots, by_city.tiles] if by_city else []),
        ]
        return super().get_context_data(
            indicator=indicator,
            state=state,
            key_sentence=key_sentence(state),
            further_sentence=further_sentence(state),
            verdict=state.verdict,
            verdict_note=verdict_note(indicator, found) if found else "",
            earlier=earlier_sentence(indicator, state.earlier),
            working=working_sentences(indicator, found) if found else [],
            since=since_words(ChangeSince(state, self.compared), format_day(self.compared)) if self.compared else "",
            unit=shown_unit(indicator),
            source=source_link(indicator.source),
            charts={chart.name: chart for chart in charts if chart is not None},
            course=charts[0],
            number=single_value(indicator, course),
            apart=apart_rows(indicator, course),
            by_city=by_city,
            city_rows=city_rows(by_city.cities) if by_city else [],
            decoupling=decoupling,
            observations=observation_rows(indicator, observations),
            assumed=assumed_note(observations),
            corrections=corrections(indicator, self.day),
            targets=[target_row(row, state) for row in targets],
            measures=indicator.measures.in_plan(plan).in_scope(self.day).order_by("position", "code"),
            next_value=next_value(state, observations, on=self.day),
            **kwargs,
        )


def next_value(state: IndicatorState, observations: Iterable[Observation], *, on: date) -> str:
    """Empty where nobody owes any, and on the pages of a site without a plan."""
    indicator, region = state.indicator, state.region
    if indicator.owner is None or region is None:
        return ""
    ends = [row.period_end for row in observations if row.region_id == region.pk]
    due = next_due(rhythm_of(indicator), known_until=max(ends, default=None), on=on)
    return next_value_words(indicator, due) if due else ""


def by_city_part(plan: Plan | None, state: IndicatorState, observations: Iterable[Observation]) -> CitiesPart | None:
    """The parts of the plan's region beside each other; None where too few have a value. One query, and none where no
    part has one."""
    region = state.region
    own = [row for row in observations if region is not None and row.region.parent_id == region.pk]
    if plan is None or not own:
        return None
    parts = list(Region.objects.members_of(region.pk if region else None).order_by("code"))
    found = compare_cities(state.indicator, own, parts)
    return found and cities_part(found, plan.part_words, url_of=city_row_address)


def city_row_address(city: Region) -> str:
    """The city's row of the page: its own page belongs to a room above, to which the row leads."""
    return f"#city-{city.code}"


def observation_rows(indicator: Indicator, observations: Sequence[Observation]) -> list[dict[str, Any]]:
    """Each period in its newest release, with its first one where that was another value; in the order given."""
    releases: dict[tuple[Any, ...], list[Observation]] = {}
    for row in observations:
        key = (row.region_id, row.period_kind, row.period_start, row.period_end, row.scope)
        releases.setdefault(key, []).append(row)
    return [observation_row(indicator, sorted(rows, key=lambda row: row.released_on)) for rows in releases.values()]


def observation_row(indicator: Indicator, releases: Sequence[Observation]) -> dict[str, Any]:
    """`releases`: of one period, the first one first."""

    def cell(row: Observation) -> str:
        return number_cell(indicator, row.value, exact=row.exact, exactly=True)

    first, row = releases[0], releases[-1]
    return {
        "row": row,
        "id": row_id(row),
        "period": period_words(row),
        "released": release_cell(row),
        "value": cell(row),
        "scope": format_source(row.scope),
        "note": format_source(row.note),
        "source": source_link(row.source),
        "is_revised": row is not first,
        "first": {"value": cell(first), "released": format_iso_day(first.released_on)},
    }


def target_row(target: Target, state: IndicatorState) -> dict[str, Any]:
    """Return the row of a target, with the verdict on it if it is of the plan's region."""
    found = state.judge(target) if target.region_id == (state.region and state.region.pk) else None
    return {
        "row": target,
        "words": target_words(target, state.indicator),
        "scope": format_source(target.scope),
        "document": source_link(target.document),
        "is_judged": target == state.judged_target,
        "verdict": found and found.verdict,
        "note": verdict_note(state.indicator, found) if found else "",
    }


def corrections(indicator: Indicator, day: date) -> list[dict[str, Any]]:
    """The wrong values released by the day, each with the row that corrects it; the newest correction first."""
    wrong = indicator.observations.filter(superseded=True, released_on__lte=day).select_related(
        "region", "superseded_by"
    )
    return [
        {
            "row": row,
            "right": row.superseded_by,
            "period": period_words(row),
            "value": number_cell(indicator, row.value, exact=row.exact, exactly=True),
            "right_value": number_cell(indicator, row.superseded_by.value, exact=row.superseded_by.exact, exactly=True),
        }
        for row in wrong.order_by("-superseded_by__pk")
    ]


def in_order(observations: Iterable[Observation], state: IndicatorState) -> list[Observation]:
    """Return the observations of the plan's region, of what it is compared with, then of the others by code; the newest
    period first."""
    rank = {each.pk: place for place, each in enumerate((state.region, state.against)) if each is not None}
    newest_first = sorted(observations, key=lambda row: (row.period_end, row.released_on, row.pk), reverse=True)
    return sorted(newest_first, key=lambda row: (rank.get(row.region_id, 2), row.region.code))


def key_sentence(state: IndicatorState) -> str:
    if state.latest is None or state.value is None:
        return ""
    value = with_unit(state.indicator, state.value)
    return _("%(period)s: %(value)s") % {"period": period_words(state.latest), "value": value}


def further_sentence(state: IndicatorState) -> str:
    """Return the sentence that follows the value: against the comparator and the year before, the day of release where
    it is stated, and what a derived one is based on."""
    if state.latest is None:
        return ""
    clauses = [against_comparator(state)]
    if state.change is not None:
        # Chinese says 同期 of a part of a year alone.
        is_year = state.latest.period_kind == PeriodKind.YEAR
        if state.change:
            words = {"change": change_words(state.indicator, state.change)}
            more = pgettext("whole years", "%(change)s on the year before") if is_year else ""
            clauses.append((more or _("%(change)s on the year before")) % words)
        elif is_year:
            clauses.append(pgettext("whole years", "the same as the year before"))
        else:
            clauses.append(_("the same as the year before"))
    if not state.latest.is_release_assumed:
        clauses.append(release_words(state.latest))
    if state.latest.inputs:
        clauses.append(state.latest.basis)
    return pgettext("between clauses", ", ").join(filter(None, clauses))


def against_comparator(state: IndicatorState) -> str:
    """Return the words of the comparison with another region; empty where there is none."""
    if state.gap is None or state.comparator is None:
        return ""
    if is_rate(state.indicator) and state.gap:
        points = {"points": format_number(abs(state.gap)), "region": state.against_name}
        if state.gap > 0:
            return _("%(points)s percentage points above %(region)s") % points
        return _("%(points)s percentage points below %(region)s") % points
    return _("%(region)s: %(value)s") % {
        "region": state.against_name,
        "value": with_unit(state.indicator, state.comparator),
    }
