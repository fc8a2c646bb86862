"""Reports as rows of the office's pages: those that wait for its decision, and those that it accepted today."""

from dataclasses import dataclass
from typing import Any

from reporting.steps import Comparison, StepRow


@dataclass(kw_only=True)
class DecisionRow:
    """A report about which the office decides. `refusal`: why it was not done just now; `note`: the words that were
    sent with the form of its own row then; `is_sent`: whether it was ticked, as it is, in what was sent just now."""

    report: Any
    refusal: str = ""
    note: str | None = None
    is_sent: bool = False

    @property
    def has_open_form(self) -> bool:
        """Return whether the form of the row is shown again, with its words."""
        return self.note is not None

    @property
    def own_refusal(self) -> str:
        """Return the refusal that stands beside the words of the row's own form."""
        return self.refusal if self.has_open_form else ""


@dataclass(kw_only=True)
class WaitingRow(DecisionRow):
    """`since_return`: beside what the office returned; `since_shown`: beside what was shown to the person who decided
    just now."""

    steps: list[StepRow]
    since_return: Comparison | None = None
    since_shown: Comparison | None = None

    @property
    def returned_before(self) -> list[Any]:
        """The steps with which the office returned it."""
        return [row.step for row in self.steps if row.step.is_return]


@dataclass(kw_only=True)
class AcceptedRow(DecisionRow):
    """A report that was accepted today: its acceptance can be undone. `name`: of what it is about."""

    name: str


@dataclass
class ReasonOfMany:
    """The form in which one reason is given for all that are ticked. `text`: what was typed; `refusal`: why nothing was
    done with it."""

    is_open: bool = False
    text: str = ""
    refusal: str = ""
