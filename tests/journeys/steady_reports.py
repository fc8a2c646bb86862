"""Reports with a file, submitted and accepted at a steady pace until the process is ended."""

import sys
import threading
import time
from collections.abc import Sequence
from itertools import count

from django.core.files.base import ContentFile
from django.db import connections

from accounts.models import Department, User
from core.clock import today
from core.statuses import MeasureStatus
from measures.models import Measure
from measures.reports import ReportData, accept_report, save_draft, submit_report
from reporting.evidence import attach_file
from tests.documents import make_pdf
from web.limits import thresholds

NEXT = {MeasureStatus.PROMOTING: MeasureStatus.IN_PROGRESS, MeasureStatus.IN_PROGRESS: MeasureStatus.COMPLETED}
WRITERS = 4


def run(per_second: float) -> None:
    """Prints a line for each report once it is accepted: its id, and how many milliseconds all of it took."""
    measures = Measure.objects.as_of(today(), limits=thresholds()).filter(status__in=NEXT)
    keys = list(measures.exclude(reports__period=today().replace(day=1)).order_by("pk").values_list("pk", flat=True))
    reporters = {
        each.pk: User.objects.get_or_create(
            username=f"steady-{each.slug}", defaults={"role": "reporter", "department": each}
        )[0]
        for each in Department.objects.all()
    }
    reviewer = User.objects.get_or_create(username="steady", defaults={"role": "reviewer"})[0]
    numbers, begin = count(), time.monotonic()

    def work() -> None:
        try:
            for number in numbers:
                time.sleep(max(begin + number / per_second - time.monotonic(), 0))
                report(keys, number, reporters, reviewer)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _each in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def report(keys: Sequence[int], number: int, reporters: dict[int, User], reviewer: User) -> None:
    started = time.monotonic()
    measure = Measure.objects.as_of(today(), limits=thresholds()).get(pk=keys[number])
    by = reporters[measure.lead_department_id]
    data = ReportData(NEXT[MeasureStatus(measure.status)], measure.status, what_was_done="备份时填报")
    draft = save_draft(measure, by=by, data=data)
    attach_file(draft, by=by, file=ContentFile(make_pdf(), name="proof.pdf"))
    accepted = submit_report(draft, by=by)
    accept_report(accepted, by=reviewer)
    sys.stdout.write(f"{accepted.pk} {(time.monotonic() - started) * 1000:.0f}\n")
    sys.stdout.flush()
