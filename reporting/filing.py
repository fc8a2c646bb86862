"""A whole report in one go: what it says, its evidence and its submission, or nothing of it. Apps file theirs with
these."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import NotAllowed
from reporting.evidence import EvidenceData, replace_evidence
from reporting.models import AbstractFiling
from reporting.services import check_filer, lock_report
from reporting.workflow import OPEN_STATES, REVIEWED_ALREADY


class AlreadyBegun(NotAllowed):
    """The period has an open report; `theirs` is it."""

    def __init__(self, theirs: AbstractFiling) -> None:
        super().__init__(_("There is an open report for this period already."), field="period")
        # Any: it is of the app's own model.
        self.theirs: Any = theirs


def lock_open(report: AbstractFiling, *, by: User) -> None:
    """Locks what it is about, and reads it as it is now. Raises NotAllowed unless it is open and the person's."""
    lock_report(report)
    if report.state not in OPEN_STATES:
        raise NotAllowed(str(REVIEWED_ALREADY))
    # Not one that another department left: what is saved is that of the one whose it is to file now.
    check_filer(report, by)


def complete[R: AbstractFiling](
    report: R, *, by: User, evidence: Iterable[EvidenceData] | None, submit: Callable[[R], R] | None
) -> R:
    """Gives a saved one its evidence, which stays where it is None, and hands it in by `submit`, if it is to be."""
    if evidence is not None:
        replace_evidence(report, by=by, wanted=evidence)
    return submit(report) if submit is not None else report
