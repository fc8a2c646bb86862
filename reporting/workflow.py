"""The life of a report: its states, and the one table of moves between them.

The table drives `reporting.services.apply_move`, the buttons on pages, the `moves` of the API, and tests.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Role


class ReportState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("report state", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("report state", "Submitted")
    ACCEPTED = "accepted", pgettext_lazy("report state", "Accepted")
    RETURNED = "returned", pgettext_lazy("report state", "Returned")


OPEN_STATES = (ReportState.DRAFT, ReportState.SUBMITTED, ReportState.RETURNED)
EDITABLE_STATES = (ReportState.DRAFT, ReportState.RETURNED)
FILED_STATES = (ReportState.SUBMITTED, ReportState.ACCEPTED)

SUBMITTED_ALREADY = gettext_lazy("This report has been submitted already.")
REVIEWED_ALREADY = gettext_lazy("This report has already been reviewed")


@dataclass(frozen=True)
class Move:
    """`by` is the role that makes it: whoever files the report, or a reviewer. `refusal` is said in any other state."""

    name: str
    label: str | Promise
    before: ReportState
    after: ReportState
    by: Role
    refusal: str | Promise


MOVES = (
    Move(
        name="submit",
        label=pgettext_lazy("report move", "Submit"),
        before=ReportState.DRAFT,
        after=ReportState.SUBMITTED,
        by=Role.REPORTER,
        refusal=SUBMITTED_ALREADY,
    ),
    Move(
        name="resubmit",
        label=pgettext_lazy("report move", "Submit again"),
        before=ReportState.RETURNED,
        after=ReportState.SUBMITTED,
        by=Role.REPORTER,
        refusal=SUBMITTED_ALREADY,
    ),
    Move(
        name="withdraw",
        label=pgettext_lazy("report move", "Withdraw"),
        before=ReportState.SUBMITTED,
        after=ReportState.DRAFT,
        by=Role.REPORTER,
        refusal=REVIEWED_ALREADY,
    ),
    Move(
        name="accept",
        label=pgettext_lazy("report move", "Accept"),
        before=ReportState.SUBMITTED,
        after=ReportState.ACCEPTED,
        by=Role.REVIEWER,
        refusal=REVIEWED_ALREADY,
    ),
    Move(
        name="return",
        label=pgettext_lazy("report move", "Return"),
        before=ReportState.SUBMITTED,
        after=ReportState.RETURNED,
        by=Role.REVIEWER,
        refusal=REVIEWED_ALREADY,
    ),
)


def moves_from(state: str, *, role: str) -> list[Move]:
    return [move for move in MOVES if move.before == state and move.by == role]
