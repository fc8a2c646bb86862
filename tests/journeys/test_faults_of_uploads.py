"""A worker is killed while it files a workbook: within a minute another one has filed it, once and as a whole."""

import time
from datetime import date
from typing import Any

import pytest
from django.test import Client

from measures.models import Report, ReportStep
from tests import factories as make
from tests.running import beat, hold, worker
from tests.services import wait_until
from tests.workbooks.months import downloaded, fill, signed_in
from workbooks.models import Upload
from workbooks.uploads import keep_upload, work_on

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

CODES = [f"M10{number}" for number in range(6)]
MINUTE = 60


@pytest.fixture
def upload(today: date) -> Upload:
    """Six rows, accepted and not filed yet."""
    science = make.make_department("science")
    measures = [make.make_measure(lead_department=science, code=code) for code in CODES]
    ada = make.make_user("ada", role="reporter", department=science)
    content = fill(downloaded(signed_in(Client(), ada)), {code: {"What was done": "Talks"} for code in CODES})
    plan = measures[0].plan
    sent = keep_upload(
        plan, by=ada, name="month.xlsx", content=content, period=date(2023, 8, 1), kind=Upload.Kind.MONTH
    )
    work_on(sent.pk)
    Upload.objects.update(state=Upload.State.ACCEPTED)
    return sent


@pytest.mark.long
@pytest.mark.faults("worker killed", "SIGKILL in the middle of a workbook, then another one")
def test_a_workbook_whose_worker_is_killed_is_filed_within_a_minute(upload: Upload, broker: Any, tmp_path: Any) -> None:
    in_the_middle = "EXISTS (SELECT FROM measures_report)"
    with beat(broker.url, tmp_path):
        with hold(Report, "INSERT", in_the_middle) as held, worker(broker.url) as victim:
            wait_until(lambda: held.held, "the worker standing still between two rows")
            orphans = held.held
            victim.kill()
            killed_at = time.monotonic()
            held.release()
            wait_until(lambda: not orphans & held.connected, "the end of the worker's transaction")
        assert not Report.objects.exists()
        with worker(broker.url, "second"):
            wait_until(lambda: Upload.objects.get().is_loaded, "the workbook filed", MINUTE)
            assert time.monotonic() - killed_at < MINUTE
    assert sorted(Report.objects.values_list("measure__code", "state")) == [(code, "submitted") for code in CODES]
    assert ReportStep.objects.count() == len(CODES)
    assert [each["code"] for each in Upload.objects.get().findings["submit"]] == CODES
