"""The life of a report: its states, and the one table of moves between them.

The table drives the guard in the services, the buttons on pages, the `moves` of the API, and tests.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


class ReportState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("report state", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("report state", "Submitted")
    ACCEPTED = "accepted", pgettext_lazy("report state", "Accepted")
    RETURNED = "returned", pgettext_lazy("report state", "Returned")


OPEN_STATES = (ReportState.DRAFT, ReportState.SUBMITTED, ReportState.RETURNED)
FILED_STATES = (ReportState.SUBMITTED, ReportState.ACCEPTED)


@dataclass(frozen=True)
class Move:
    """`by` is the role that makes it: the lead department's reporter, or a reviewer."""

    name: str
    label: str | Promise
    before: ReportState
    after: ReportState
    by: str


MOVES = (
    Move("submit", pgettext_lazy("report move", "Submit"), ReportState.DRAFT, ReportState.SUBMITTED, "reporter"),
    Move(
        "resubmit",
        pgettext_lazy("report move", "Submit again"),
        ReportState.RETURNED,
        ReportState.SUBMITTED,
        "reporter",
    ),
    Move(
        "withdraw",
        pgettext_lazy("report move", "Withdraw"),
        ReportState.SUBMITTED,
        ReportState.DRAFT,
        "reporter",
    ),
    Move(
        "accept",
        pgettext_lazy("report move", "Accept"),
        ReportState.SUBMITTED,
        ReportState.ACCEPTED,
        "reviewer",
    ),
    Move(
        "return",
        pgettext_lazy("report move", "Return"),
        ReportState.SUBMITTED,
        ReportState.RETURNED,
        "reviewer",
    ),
)


def moves_from(state: str, *, role: str) -> list[Move]:
    return [move for move in MOVES if move.before == state and move.by == role]
