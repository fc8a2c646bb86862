"""Reports as rows of the office's pages: those that wait for its decision, and those that it accepted today."""

from dataclasses import dataclass
from typing import Any

from reporting.steps import Comparison, StepRow


@dataclass(kw_only=True)
class WaitingRow:
    """`refusal`: why it was not decided just now; `note`: the words of a return in this row that was not done;
    `is_sent`: whether it was ticked, as it is, in what was sent just now. `since_return`: beside what the office
    returned; `since_shown`: beside what was shown to the person who decided just now.
    """

    report: Any
    steps: list[StepRow]
    refusal: str = ""
    note: str | None = None
    is_sent: bool = False
    since_return: Comparison | None = None
    since_shown: Comparison | None = None

    @property
    def is_returning(self) -> bool:
        return self.note is not None

    @property
    def returned_before(self) -> list[Any]:
        """The steps with which the office returned it."""
        return [row.step for row in self.steps if row.step.is_return]


@dataclass
class AcceptedRow:
    """What was accepted today: its acceptance can be undone. `note`: the words of an undoing that failed."""

    report: Any
    refusal: str = ""
    note: str = ""
