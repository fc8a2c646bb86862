"""The life of a report as a page or an answer shows it: its steps, oldest first, and what it said at each."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.utils.functional import Promise

from reporting.models import TEXTS, AbstractReport, AbstractReportStep
from web.language import localized


@dataclass(frozen=True)
class StepRow:
    """`texts`: what the report said, where that is news: at each submission. `evidence`: what was attached then."""

    step: AbstractReportStep
    texts: list[tuple[str | Promise, str]]
    evidence: list[str]

    @property
    def has_content(self) -> bool:
        return bool(self.texts or self.evidence)


def step_rows(report: AbstractReport) -> list[StepRow]:
    return [_row(step) for step in sorted(report.steps.all(), key=lambda step: step.pk)]


def _row(step: Any) -> StepRow:
    # What an earlier version of the site had not kept is empty.
    if not step.hands_in or not step.content:
        return StepRow(step, [], [])
    then = SimpleNamespace(**step.content)
    texts = [(label, text) for name, label in TEXTS.items() if (text := localized(then, name))]
    return StepRow(step, texts, [_name_of(SimpleNamespace(**each)) for each in then.evidence])


def _name_of(piece: Any) -> str:
    parts = (localized(piece, "title") or piece.file_name or piece.url, piece.document_number)
    return " ".join(filter(None, parts))
