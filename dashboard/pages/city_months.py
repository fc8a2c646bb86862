"""The months of a year of a city: what is invested of its annual plan, and its rank by that."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import takewhile
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.pace import gap, month_share, percent, to_tenth
from core.periods import last_ended_month, month_end
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.ordering import Rank, rank
from projects.charts.investment import invested_months, investment_chart
from projects.models import Project, RankExemption, exempt_on
from projects.months.by_city import months_of_cities
from web.formats.dates import format_month, format_month_name, format_short_month
from web.formats.money import format_rounded_money, wan_to_yi
from web.formats.text import format_list


class MonthRow(NamedTuple):
    """`added`: invested in the month, in 亿元 to one decimal; `completion`, `elapsed` and `gap` of the annual plan by
    its end; `missing`: how many projects have not reported it."""

    month: date
    added: Decimal
    completion: Decimal | None
    elapsed: Decimal
    gap: Decimal | None
    rank: Rank
    missing: int


def city_months(
    figures: Figures,
    city: GroupFigures,
    cities: Sequence[GroupFigures],
    exemptions: Sequence[RankExemption],
) -> dict[str, Any]:
    """Return the rows of the months, the oldest first, with a sentence and their chart. Nothing of a plan in which no
    project has reported a month. Of the projects in the plan on the day of the page, also for the months before. One
    query."""
    if not figures.has_project_months:
        return {"months": [], "charts": {}}
    projects = Project.objects.in_plan(figures.plan).in_scope(figures.day)
    found = months_of_cities(projects, until=last_ended_month(figures.day))
    planned = {key: sums.get("planned", 0) for key, sums in figures.project_cells.sum_by("city").items()}
    amounts = invested_months([(each.month, each.invested_wan) for each in found.get(city.group.pk, ())])
    rows = []
    for number, amount in enumerate(amounts):
        completions = {key: percent(own[number].invested_wan, planned.get(key, 0)) for key, own in found.items()}
        elapsed = month_share(amount.month.month)
        excused = exempt_on(exemptions, month_end(amount.month))
        rows.append(
            MonthRow(
                month=amount.month,
                added=to_tenth(wan_to_yi(amount.added_wan)),
                completion=completions[city.group.pk],
                elapsed=elapsed,
                gap=gap(completions[city.group.pk], elapsed),
                rank=_rank(city, cities, completions, excused),
                missing=city.figures["total"] - found[city.group.pk][number].reported,
            )
        )
    chart = investment_chart(
        amounts,
        planned_wan=planned.get(city.group.pk),
        as_of=figures.day,
        missing=_("None of its projects has reported a month of this year"),
        provenance=figures.provenance_of("projects", city=city.group),
    )
    return {
        "months": rows,
        "months_sentence": _sentence(rows),
        "earlier_ranks": _earlier_ranks(rows),
        "charts": {chart.name: replace(chart, has_own_table=True)},
    }


def _rank(
    city: GroupFigures,
    cities: Sequence[GroupFigures],
    completions: Mapping[int, Decimal | None],
    excused: Container[str],
) -> Rank:
    def completion(row: GroupFigures) -> Decimal | None:
        return completions.get(row.group.pk)

    return rank(city.key, cities, completion, least=1, excused=excused)


def _sentence(months: Sequence[MonthRow]) -> str:
    """Say what was invested in the last month against the one before, and since when the city is ahead or behind."""
    if not months:
        return ""
    last = months[-1]
    words = {"month": format_month(last.month), "amount": format_rounded_money(last.added)}
    clauses = [_("%(amount)s was invested in %(month)s") % words]
    if len(months) > 1 and (more := last.added - months[-2].added):
        text = _("%(amount)s more than in %(month)s") if more > 0 else _("%(amount)s less than in %(month)s")
        before = {"amount": format_rounded_money(abs(more)), "month": format_month_name(months[-2].month)}
        clauses.append(text % before)
    if last.gap:
        sign = 1 if last.gap > 0 else -1
        same = takewhile(lambda each: each.gap is not None and each.gap * sign > 0, reversed(months))
        since = {"month": format_month_name(list(same)[-1].month)}
        text = _("ahead of time elapsed since %(month)s") if sign > 0 else _("behind time elapsed since %(month)s")
        clauses.append(text % since)
    return pgettext("between clauses", "; ").join(clauses) + pgettext("end of a sentence", ".")


def _earlier_ranks(months: Sequence[MonthRow]) -> str:
    """Return the ranks of the month before the last one and of the first: Jun 7th, Jan 10th."""
    earlier = [each for each in (*months[-2:-1], *months[: max(0, len(months) - 2)][:1]) if each.rank.place]
    return format_list(f"{format_short_month(each.month)} {each.rank.words}" for each in earlier)
