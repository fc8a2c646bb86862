"""The review of a project's month that waits: what it changes, and what of it is unlikely."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from projects.models import ProjectMonth, Stage
from projects.models.months import STAGE_DAYS
from projects.months.figures import MonthFigures, load_history
from projects.months.rules import doubts_about
from reporting.doubts import Doubt, with_kept
from reporting.models import TEXTS, ProblemChoice
from reporting.plausibility import limits
from reporting.review_rows import WaitingRow
from reporting.steps import Entry, report_texts, step_rows
from web.formats.money import format_exact_money
from web.language import localized

# In the order of a project's life.
STAGES = Stage.values


@dataclass(kw_only=True)
class ReviewRow(WaitingRow):
    """`doubts`: what whoever filed it was asked about and said is so."""

    figures: MonthFigures
    doubts: list[Doubt]

    @property
    def texts(self) -> list[tuple[str | Promise, str]]:
        return [(label, text) for name, label in TEXTS.items() if (text := localized(self.report, name))]

    @property
    def has_new_problem(self) -> bool:
        return bool(self.report.problem_choice == ProblemChoice.NEW)

    @property
    def is_suspended(self) -> bool:
        return bool(self.figures.changes_stage and self.report.stage == Stage.SUSPENDED)

    @property
    def steps_back(self) -> bool:
        """Return whether the project was further before; one that goes on after a suspension does not step back."""
        was, now = self.figures.stage_before, self.report.stage
        return Stage.SUSPENDED not in (was, now) and STAGES.index(now) < STAGES.index(was)

    @property
    def is_ticked_with_all(self) -> bool:
        """Return whether the row is ticked with all others: what is unlikely, a suspension, a step back and problems
        that are gone are looked at one by one."""
        return not (self.doubts or self.is_suspended or self.steps_back or self.report.denies_problem)


def review_rows(months: Iterable[ProjectMonth]) -> list[ReviewRow]:
    """Rows for months that wait, with their evidence and steps fetched. Two queries."""
    shown = list(months)
    history, asked = load_history({each.project_id for each in shown}), limits()
    rows = []
    for each in shown:
        figures = history.figures(each)
        doubts = with_kept(doubts_about(each, history.past(each), asked), each.answers)
        rows.append(ReviewRow(report=each, figures=figures, doubts=doubts, steps=step_rows(each)))
    return rows


def month_entries(content: Mapping[str, Any]) -> list[Entry]:
    """Return the content of a month that a step kept, label by label."""
    invested, progress = content["invested_wan"], content["progress"]
    said: list[Entry] = [
        (_("Stage"), str(Stage(content["stage"]).label)),
        *((_label(name), content[name] or "") for name in STAGE_DAYS),
        (_label("stage_reason"), content["stage_reason"]),
        (_("Invested since 1 January"), "" if invested is None else format_exact_money(invested)),
        (_("Physical progress"), "" if progress is None else f"{progress}%"),
    ]
    return [*((label, text) for label, text in said if text), *report_texts(content)]


def _label(name: str) -> str:
    column: Any = ProjectMonth._meta.get_field(name)
    return str(column.verbose_name)
