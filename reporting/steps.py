"""The life of a report as a page or an answer shows it: its steps, oldest first, and what it said at each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.utils.functional import Promise

from reporting.models import TEXTS, AbstractFiling, AbstractReportStep
from web.language import localized

# A label, and what stands behind it.
type Entry = tuple[str | Promise, str]


@dataclass(frozen=True)
class StepRow:
    """`texts`: what the report said, where that is news: at each submission. `evidence`: what was attached then."""

    step: AbstractReportStep
    texts: list[Entry]
    evidence: list[str]

    @property
    def has_content(self) -> bool:
        return bool(self.texts or self.evidence)


def report_texts(content: Mapping[str, Any]) -> list[Entry]:
    """What a step of a report in words kept of them."""
    then = SimpleNamespace(**content)
    return [(label, text) for name, label in TEXTS.items() if (text := localized(then, name))]


def step_rows(
    report: AbstractFiling, texts_of: Callable[[Mapping[str, Any]], list[Entry]] = report_texts
) -> list[StepRow]:
    """`texts_of`: what is shown of the content that a step has kept."""
    return [_row(step, texts_of) for step in sorted(report.steps.all(), key=lambda step: step.pk)]


def _row(step: Any, texts_of: Callable[[Mapping[str, Any]], list[Entry]]) -> StepRow:
    # What an earlier version of the site had not kept is empty.
    if not step.hands_in or not step.content:
        return StepRow(step, [], [])
    pieces = [_name_of(SimpleNamespace(**each)) for each in step.content["evidence"]]
    return StepRow(step, texts_of(step.content), pieces)


def _name_of(piece: Any) -> str:
    parts = (localized(piece, "title") or piece.file_name or piece.url, piece.document_number)
    return " ".join(filter(None, parts))
