"""Reports that wait to be accepted, and what has to be so once they were, whatever went wrong meanwhile."""

import itertools
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import connections

from accounts.models import User
from audit.chain import Fault
from audit.check import check_log
from audit.seals import seal_log
from measures.models import Measure, Report, StatusChange
from measures.reports import accept_report
from rollups.models import MeasureRollup, StaleCell
from rollups.services import rebuild_rollups, verify_rollups
from tests.factories import file_report, make_department, make_measure, make_section, make_user
from tests.services import wait_until

# Seconds: a sweep is sent every half minute; the rest is for reconnecting, on a busy machine.
ONE_SWEEP = 30 + 15


def make_reports(*, sections: int, departments: int, each: int) -> list[Report]:
    """Submitted reports that say "in progress", in turn for each section and department."""
    people = []
    for number in range(departments):
        department = make_department()
        email = f"reporter-{number}@example.org"
        people.append(make_user(f"reporter-{number}", role="reporter", department=department, email=email))
    cells = list(itertools.product([make_section() for _section in range(sections)], people))
    made = [
        file_report(make_measure(section, person.department), by=person, status="in_progress")
        for _round in range(each)
        for section, person in cells
    ]
    rebuild_rollups()
    return made


def accept(report: Report, by: User) -> Any:
    """Accept the report as a request of the site does: with a connection from the pool, given back afterwards."""
    try:
        return accept_report(Report.objects.get(pk=report.pk), by=by)
    finally:
        connections.close_all()


def in_progress() -> int:
    return sum(MeasureRollup.objects.values_list("in_progress", flat=True))


def assert_log_is_whole(*, but: Fault | None = None) -> None:
    """Seal the whole log and assert that `manage.py verify_audit` would find no fault in it. `but`: a fault that is
    right."""
    seal_log()
    assert [str(each) for each in check_log().findings if each.fault != but] == []


def assert_right(reports: Iterable[Report], *, but: Fault | None = None) -> None:
    """The accepted reports are whole, the totals are exactly theirs, and so is the log, except for what `but` says."""
    wait_until(lambda: not StaleCell.objects.exists(), "every mark cleared", ONE_SWEEP)
    pks = [report.pk for report in reports]
    assert Report.objects.filter(pk__in=pks, state="accepted").count() == len(pks)
    changes = StatusChange.objects.filter(report__in=pks, status="in_progress")
    assert Counter(changes.values_list("report", flat=True)) == Counter(pks)
    assert in_progress() == len(pks)
    assert sum(MeasureRollup.objects.values_list("total", flat=True)) == Measure.objects.count()
    assert verify_rollups() == []
    assert_log_is_whole(but=but)
