"""Reading pages about indicators."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.periods import PeriodKind
from indicators.charts.decoupling import decoupling_charts, has_decoupling
from indicators.charts.time_series import indicator_chart, path_sentence, path_to_target, row_id
from indicators.filters import INDICATOR_ORDERINGS, IndicatorFilter
from indicators.models import Indicator, Observation
from indicators.state import ChangeSince, IndicatorState, indicator_states, is_rate
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
from web.formats.dates import format_day
from web.formats.numbers import NO_VALUE, format_number
from web.html.sources import source_link
from web.views import ListPageView, PageView


class IndicatorList(ListPageView):
    template_name = "indicators/indicator_list.html"
    filterset_class = IndicatorFilter
    orderings = INDICATOR_ORDERINGS
    default_ordering = "headline"

    def get_queryset(self) -> QuerySet[Indicator]:
        return Indicator.objects.with_headline(asked_plan(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        found = indicator_states(context["page"], on=self.day, plan=asked_plan(self.request))
        return context | {
            "rows": [list_row(each, self.compared) for each in found],
            "against": found[0].against_name if found else "",
            "no_value": NO_VALUE,
            "assumed": assumed_note(each.latest for each in found),
        }


def list_row(state: IndicatorState, compared: date | None) -> dict[str, Any]:
    indicator, latest = state.indicator, state.latest
    return {
        "indicator": indicator,
        "has_decoupling": has_decoupling(indicator),
        "latest": latest,
        "released": release_cell(latest) if latest else NO_VALUE,
        "value": number_cell(indicator, state.value),
        "unit": shown_unit(indicator),
        "period": period_words(latest) if latest else "",
        "change": change_cell(indicator, state.change, state.value),
        "target": target_words(state.target, indicator) if state.target else "",
        "comparator": number_cell(indicator, state.comparator),
        "since": since_cells(ChangeSince(state, compared)) if compared else None,
    }


def since_cells(since: ChangeSince) -> dict[str, Any]:
    """What the value was on the earlier day, the period that it was of, and the change."""
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
    template_name = "indicators/indicator_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        indicator = get_object_or_404(Indicator, code=kwargs["code"])
        [state] = indicator_states([indicator], on=self.day, plan=asked_plan(self.request))
        observations = in_order(indicator.observations.released(self.day).select_related("region"), state)
        targets = list(indicator.targets.adopted(self.day).select_related("region").order_by("due_year", "-adopted_on"))
        path = path_to_target(state, observations, targets, on=self.day)
        way = path_sentence(indicator, path) if path else ""
        sentences = [key_sentence(state), way]
        charts = [
            indicator_chart(state, observations, targets, path, on=self.day, sentences=sentences),
            *decoupling_charts(indicator, observations, on=self.day, home=state.region),
        ]
        return super().get_context_data(
            indicator=indicator,
            state=state,
            key_sentence=key_sentence(state),
            path_sentence=way,
            further_sentence=further_sentence(state),
            since=since_words(ChangeSince(state, self.compared), format_day(self.compared)) if self.compared else "",
            unit=shown_unit(indicator),
            source=source_link(indicator.source),
            charts={chart.name: chart for chart in charts},
            course=charts[0],
            decoupling=charts[1:],
            observations=[
                {
                    "row": row,
                    "id": row_id(row),
                    "period": period_words(row),
                    "released": release_cell(row),
                    "value": number_cell(indicator, row.value, exact=row.exact, exactly=True),
                    "source": source_link(row.source),
                }
                for row in observations
            ],
            assumed=assumed_note(observations),
            corrections=corrections(indicator, self.day),
            targets=[
                {"row": row, "words": target_words(row, indicator), "document": source_link(row.document)}
                for row in targets
            ],
            measures=indicator.measures.in_plan(asked_plan(self.request))
            .in_scope(self.day)
            .order_by("position", "code"),
            **kwargs,
        )


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
    """Those of the plan's region, of what it is compared with, then of the others by code; the newest period first."""
    rank = {each.pk: place for place, each in enumerate((state.region, state.against)) if each is not None}
    newest_first = sorted(observations, key=lambda row: (row.period_end, row.released_on, row.pk), reverse=True)
    return sorted(newest_first, key=lambda row: (rank.get(row.region_id, 2), row.region.code))


def key_sentence(state: IndicatorState) -> str:
    if state.latest is None or state.value is None:
        return ""
    value = with_unit(state.indicator, state.value)
    return _("%(period)s: %(value)s") % {"period": period_words(state.latest), "value": value}


def further_sentence(state: IndicatorState) -> str:
    """What follows the value: against the comparator and the year before, and the day of release where it is stated."""
    if state.latest is None:
        return ""
    clauses = []
    if state.gap is not None and state.comparator is not None:
        clauses.append(against_comparator(state))
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
    return pgettext("between clauses", ", ").join(clauses)


def against_comparator(state: IndicatorState) -> str:
    assert state.gap is not None and state.comparator is not None
    if is_rate(state.indicator) and state.gap:
        points = {"points": format_number(abs(state.gap)), "region": state.against_name}
        if state.gap > 0:
            return _("%(points)s percentage points above %(region)s") % points
        return _("%(points)s percentage points below %(region)s") % points
    return _("%(region)s: %(value)s") % {
        "region": state.against_name,
        "value": with_unit(state.indicator, state.comparator),
    }
