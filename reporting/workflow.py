"""The life of a report: its states, and the one table of moves between them. Whoever files it makes some
(Role.REPORTER), a reviewer the others (Role.REVIEWER)."""

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Role
from reporting.moves import Move, steps_of


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


MOVES = (
    Move(
        name="submit",
        label=pgettext_lazy("report move", "Submit"),
        done=pgettext_lazy("report step", "Submitted"),
        before=(ReportState.DRAFT,),
        after=ReportState.SUBMITTED,
        by=(Role.REPORTER,),
        refusal=SUBMITTED_ALREADY,
    ),
    Move(
        name="resubmit",
        label=pgettext_lazy("report move", "Submit again"),
        done=pgettext_lazy("report step", "Submitted again"),
        before=(ReportState.RETURNED,),
        after=ReportState.SUBMITTED,
        by=(Role.REPORTER,),
        refusal=SUBMITTED_ALREADY,
    ),
    Move(
        name="withdraw",
        label=pgettext_lazy("report move", "Withdraw"),
        done=pgettext_lazy("report step", "Withdrawn"),
        before=(ReportState.SUBMITTED,),
        after=ReportState.DRAFT,
        by=(Role.REPORTER,),
        by_same_unit=True,
        refusal=REVIEWED_ALREADY,
    ),
    Move(
        name="accept",
        label=pgettext_lazy("report move", "Accept"),
        done=pgettext_lazy("report step", "Accepted"),
        before=(ReportState.SUBMITTED,),
        after=ReportState.ACCEPTED,
        by=(Role.REVIEWER,),
        refusal=REVIEWED_ALREADY,
    ),
    Move(
        name="return",
        label=pgettext_lazy("report move", "Return"),
        done=pgettext_lazy("report step", "Returned"),
        before=(ReportState.SUBMITTED,),
        after=ReportState.RETURNED,
        by=(Role.REVIEWER,),
        refusal=REVIEWED_ALREADY,
    ),
    Move(
        name="undo_acceptance",
        label=pgettext_lazy("report move", "Undo the acceptance"),
        done=pgettext_lazy("report step", "Acceptance undone"),
        before=(ReportState.ACCEPTED,),
        after=ReportState.SUBMITTED,
        by=(Role.REVIEWER,),
        refusal=gettext_lazy("This report is not accepted."),
        same_day=True,
    ),
)

# What a step of a report's life may be.
STEPS = steps_of(MOVES)
# With which the department hands it to the office.
HAND_IN_MOVES = tuple(each.name for each in MOVES if each.after == ReportState.SUBMITTED and Role.REPORTER in each.by)
