"""The life of a problem: its states, who takes part, and the one table of moves between them."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from reporting.moves import Move, steps_of


class ProblemState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("problem state", "Draft")
    RAISED = "raised", pgettext_lazy("problem state", "To be assigned")
    ASSIGNED = "assigned", pgettext_lazy("problem state", "Being solved")
    SOLVED = "solved", pgettext_lazy("problem state", "To be verified")
    CLOSED = "closed", pgettext_lazy("problem state", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("problem state", "Withdrawn")

    @property
    def depth(self) -> int:
        """How many of the four dots of its mark are filled."""
        return _DEPTHS.get(self, 0)


_DEPTHS = {
    ProblemState.RAISED: 1,
    ProblemState.ASSIGNED: 2,
    ProblemState.SOLVED: 3,
    ProblemState.CLOSED: 4,
}
OPEN_STATES = (ProblemState.RAISED, ProblemState.ASSIGNED, ProblemState.SOLVED)
# Those that everybody reads: a draft is for the department that writes it.
LISTED_STATES = (*OPEN_STATES, ProblemState.CLOSED, ProblemState.WITHDRAWN)


class Party(StrEnum):
    """The part that a person takes in a problem; one person may take several."""

    RAISER = "raiser"  # the department that raised it
    OWNER = "owner"  # the department that must solve it
    HELPER = "helper"  # those asked to help, and those that carry out what it stands in the way of
    OFFICE = "office"


_NOT_RAISED = gettext_lazy("This problem has been assigned, solved or withdrawn meanwhile.")
_NOT_ASSIGNED = gettext_lazy("This problem is not being solved at present.")
_NOT_SOLVED = gettext_lazy("This problem does not wait for verification.")
_NOT_OPEN = gettext_lazy("This problem is not open any more.")

MOVES = (
    Move(
        name="raise",
        label=pgettext_lazy("problem move", "Raise"),
        done=pgettext_lazy("problem step", "Raised"),
        before=(ProblemState.DRAFT,),
        after=ProblemState.RAISED,
        by=(Party.RAISER,),
        refusal=gettext_lazy("This problem has been raised already."),
    ),
    Move(
        name="assign",
        label=pgettext_lazy("problem move", "Assign"),
        done=pgettext_lazy("problem step", "Assigned"),
        before=(ProblemState.RAISED,),
        after=ProblemState.ASSIGNED,
        by=(Party.OFFICE,),
        refusal=_NOT_RAISED,
    ),
    Move(
        name="solve",
        label=pgettext_lazy("problem move", "Report as solved"),
        done=pgettext_lazy("problem step", "Reported as solved"),
        before=(ProblemState.ASSIGNED,),
        after=ProblemState.SOLVED,
        by=(Party.OWNER,),
        refusal=_NOT_ASSIGNED,
        needs_note=True,
    ),
    Move(
        name="close",
        label=pgettext_lazy("problem move", "Close as verified"),
        done=pgettext_lazy("problem step", "Verified and closed"),
        before=(ProblemState.SOLVED,),
        after=ProblemState.CLOSED,
        by=(Party.OFFICE,),
        refusal=_NOT_SOLVED,
        needs_note=True,
    ),
    Move(
        name="send_back",
        label=pgettext_lazy("problem move", "Send back"),
        done=pgettext_lazy("problem step", "Sent back"),
        before=(ProblemState.SOLVED,),
        after=ProblemState.ASSIGNED,
        by=(Party.OFFICE,),
        refusal=_NOT_SOLVED,
        needs_note=True,
    ),
    Move(
        name="reply",
        label=pgettext_lazy("problem move", "Reply"),
        done=pgettext_lazy("problem step", "Replied"),
        before=OPEN_STATES,
        after=None,
        by=(Party.RAISER, Party.OWNER, Party.HELPER, Party.OFFICE),
        refusal=_NOT_OPEN,
        needs_note=True,
    ),
    Move(
        name="reassign",
        label=pgettext_lazy("problem move", "Change owner or due date"),
        done=pgettext_lazy("problem step", "Assignment changed"),
        before=(ProblemState.ASSIGNED,),
        after=None,
        by=(Party.OFFICE,),
        refusal=_NOT_ASSIGNED,
        needs_note=True,
    ),
    Move(
        name="reword",
        label=pgettext_lazy("problem move", "Reword"),
        done=pgettext_lazy("problem step", "Reworded"),
        before=(ProblemState.RAISED,),
        after=None,
        by=(Party.RAISER, Party.OFFICE),
        refusal=_NOT_RAISED,
    ),
    Move(
        name="take_back",
        label=pgettext_lazy("problem move", "Not solved yet"),
        done=pgettext_lazy("problem step", "Taken back: not solved yet"),
        before=(ProblemState.SOLVED,),
        after=ProblemState.ASSIGNED,
        by=(Party.OWNER,),
        refusal=_NOT_SOLVED,
        needs_note=True,
    ),
    Move(
        name="withdraw",
        label=pgettext_lazy("problem move", "Withdraw"),
        done=pgettext_lazy("problem step", "Withdrawn"),
        before=(ProblemState.RAISED, ProblemState.ASSIGNED),
        after=ProblemState.WITHDRAWN,
        by=(Party.RAISER, Party.OFFICE),
        refusal=gettext_lazy("Only a problem that is not yet reported as solved can be withdrawn."),
        needs_note=True,
    ),
    Move(
        name="restore",
        label=pgettext_lazy("problem move", "Raise again"),
        done=pgettext_lazy("problem step", "Raised again"),
        before=(ProblemState.WITHDRAWN,),
        after=ProblemState.RAISED,
        by=(Party.RAISER, Party.OFFICE),
        refusal=gettext_lazy("This problem is not withdrawn."),
        needs_note=True,
    ),
    Move(
        name="reopen",
        label=pgettext_lazy("problem move", "Reopen"),
        done=pgettext_lazy("problem step", "Reopened"),
        before=(ProblemState.CLOSED,),
        after=ProblemState.ASSIGNED,
        by=(Party.OFFICE,),
        refusal=gettext_lazy("This problem is not closed."),
        needs_note=True,
    ),
)
BY_NAME = {move.name: move for move in MOVES}
STEPS = steps_of(MOVES)
# A reply, another assignment or other words leave a problem in the state that it has.
GIVING_A_STATE = tuple(move.name for move in MOVES if move.after is not None)
# With which the office says who solves it, and by when.
ASSIGNING = ("assign", "reassign")
