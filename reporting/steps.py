"""The life of a report as a page or an answer shows it: its steps, oldest first, and what it said at each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from reporting.models import TEXTS, AbstractFiling, AbstractReportStep, digest_of
from web.language import localized

# A label, and what stands behind it.
type Entry = tuple[str | Promise, str]


@dataclass(frozen=True)
class StepRow:
    """`texts`: what the report said, where that is news: at each submission. `evidence`: what was attached then."""

    step: AbstractReportStep
    texts: list[Entry]
    evidence: list[str]


def report_texts(content: Mapping[str, Any]) -> list[Entry]:
    """Return the texts that a step of a report in words kept."""
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
    return StepRow(step, texts_of(step.content), _names_of_evidence(step.content))


def _names_of_evidence(content: Mapping[str, Any]) -> list[str]:
    return [_name_of(SimpleNamespace(**each)) for each in content["evidence"]]


def _name_of(piece: Any) -> str:
    parts = (localized(piece, "title") or piece.file_name or piece.url, piece.document_number)
    return " ".join(filter(None, parts))


@dataclass(frozen=True)
class Difference:
    """The words of a report before under a label, and its words now; either may be empty."""

    label: str
    before: str
    now: str


@dataclass(frozen=True)
class Comparison:
    """A report beside what it said at an earlier step."""

    step: AbstractReportStep
    differences: list[Difference]


def compare_with_step(
    report: AbstractFiling, step: Any, entries_of: Callable[[Mapping[str, Any]], Iterable[Entry]]
) -> Comparison:
    """`entries_of`: what is shown of a content, label by label. What was attached is compared, too."""

    def entries(content: Mapping[str, Any]) -> dict[str, str]:
        shown = {str(label): text for label, text in entries_of(content)}
        return shown | {_("Evidence"): "\n".join(_names_of_evidence(content))}

    before, now = entries(step.content), entries(report.content())
    labels = {**before, **now}
    pairs = [Difference(label, before.get(label, ""), now.get(label, "")) for label in labels]
    return Comparison(step, [pair for pair in pairs if pair.before != pair.now])


def last_return(report: AbstractFiling) -> Any:
    """The step with which the office returned it last, and which kept what it said; None where there is none."""
    return next((step for step in _newest_first(report) if step.is_return and step.content), None)


def step_shown(report: AbstractFiling, digest: str) -> Any:
    """The step with which the content of this digest was submitted, else the submission before the last one; None where
    there is neither."""
    submissions = [step for step in _newest_first(report) if step.hands_in and step.content]
    named = [step for step in submissions if digest_of(step.content) == digest]
    return next(iter([*named, *submissions[1:]]), None)


def _newest_first(report: AbstractFiling) -> list[Any]:
    return sorted(report.steps.all(), key=lambda step: step.pk, reverse=True)
