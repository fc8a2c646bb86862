"""The figures of a plan's themes on a day, by the same rules as those of sections and cities.

Stored totals know no single measures: those of a theme are counted from its rows. Its projects are whole categories,
whose totals are stored.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.provenance import Provenance, of_aggregate
from dashboard.due_days import due_figures
from dashboard.figures import Figures, measure_figures, staged_figures
from dashboard.problem_figures import PlanProblem, problem_figures
from indicators.models import Indicator
from indicators.state import IndicatorState, indicator_states
from measures.models import Measure, StatusChange
from problems.rules import count_problems
from rollups.engine import Counts
from themes.members import Members, read_members
from themes.models import Theme


@dataclass(frozen=True)
class ThemeFigures:
    """`measures` has the figures of due days, too; `listed` are its measures with their status and light."""

    theme: Theme
    members: Members
    listed: Sequence[Any]
    measures: Mapping[str, Any]
    projects: Mapping[str, Any]
    problems: Mapping[str, Any]
    # Of its indicators that have a value or a target by the day.
    states: Sequence[IndicatorState]

    @property
    def with_target(self) -> int:
        """How many of its indicators have a target."""
        return sum(each.judgement is not None for each in self.states)


def theme_figures(figures: Figures, themes: Sequence[Theme], measures: Iterable[Any]) -> list[ThemeFigures]:
    """Return the figures of some themes of the plan, in their order. `measures`: those of the plan that count on the
    day, with their status and light. The number of queries does not depend on how many themes there are."""
    listed, members = list(measures), read_members(themes)
    wanted = {pk for each in members.values() for pk in each.indicators}
    states = indicator_states(Indicator.objects.filter(pk__in=wanted), on=figures.day, plan=figures.plan)
    return [_figures_of(figures, each, members[each.pk], listed, states) for each in themes]


def _figures_of(
    figures: Figures, theme: Theme, members: Members, listed: Iterable[Any], states: Iterable[IndicatorState]
) -> ThemeFigures:
    own = [each for each in listed if members.has_measure(each.pk, each.section_id)]
    days = [row for row in figures.measure_days if members.has_measure(row.measure, row.section)]
    cells = figures.project_cells.narrow({"category": members.categories})
    problems = [each for each in figures.problem_rows if is_problem_of(members, each)]
    return ThemeFigures(
        theme=theme,
        members=members,
        listed=own,
        measures={
            **measure_figures(_counts(own, figures), figures.plan, figures.day),
            **due_figures(days, figures.plan, figures.day),
        },
        projects=staged_figures(cells, on=figures.day),
        problems=problem_figures(count_problems(problems, on=figures.day)),
        states=[each for each in states if each.indicator.pk in members.indicators and (each.latest or each.judgement)],
    )


def provenance_of_measures(theme: Theme, figures: Figures) -> Provenance:
    """Return the provenance of sums of the theme's measures, which cells do not tell: one statement."""
    measures = Measure.objects.in_themes([theme]).order_by().values("pk")
    rows = StatusChange.objects.in_plan(figures.plan).counting(figures.day).filter(measure__in=measures)
    return of_aggregate(is_published=False, has_illustrative=rows.illustrative(figures.day).exists())


def _counts(measures: Sequence[Any], figures: Figures) -> Counts:
    """Return the counts that the cells of these measures would sum to."""
    counts = Counter(total=len(measures))
    counts.update(each.status for each in measures)
    counts.update(each.light for each in measures)
    counts["due"] = sum(each.due_on is not None and each.due_on <= figures.day for each in measures)
    return counts


def is_problem_of(members: Members, problem: PlanProblem) -> bool:
    """Return whether the problem belongs to a theme with these members, as `ProblemStepQuerySet.in_themes` finds
    them."""
    if problem.measure is not None:
        return members.has_measure(problem.measure, problem.section)
    return problem.project_category is not None and members.has_category(problem.project_category)
