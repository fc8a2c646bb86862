"""Tests that the site's data say from when lights turn yellow and when reports are due; settings stand where they say
nothing."""

from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.exceptions import NotAllowed
from core.lights import Thresholds
from reporting.months import reports_due_on
from rollups.models import StaleCell
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_rollups
from rollups.tasks import refresh_rollups_task
from tests import factories as make
from web.cache import versions
from web.limits import change_limits, stored_thresholds, thresholds
from web.models import Site
from web.site import NEUTRAL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "open_reading")]


@pytest.fixture
def mia() -> User:
    mia: User = make.make_user("mia", role="administrator")
    return mia


@pytest.fixture
def soon_due() -> Any:
    """Due in 33 days and still under way: yellow by the setting of 60 days."""
    return make.make_measure(code="M001", listed_on=date(2023, 8, 1), due_on=date(2023, 10, 1))


def lights() -> Any:
    return Client().get("/api/v1/summary/").json()["measures"]["lights"]


def test_without_a_row_and_in_empty_columns_the_settings_hold(settings: Any, mia: User) -> None:
    settings.PILOTZONE_DUE_SOON_DAYS, settings.PILOTZONE_SILENT_DAYS = 30, 45
    settings.PILOTZONE_REPORT_DUE_DAY = 20
    assert thresholds() == stored_thresholds() == Thresholds(due_soon=30, silent=45)
    change_limits(by=mia, silent_days=90)
    assert thresholds() == stored_thresholds() == Thresholds(due_soon=30, silent=90)
    assert reports_due_on(date(2023, 8, 1)) == date(2023, 8, 20)
    change_limits(by=mia, report_due_day=5)
    assert reports_due_on(date(2023, 8, 1)) == date(2023, 8, 5)


def test_a_site_without_a_profile_keeps_its_neutral_name(mia: User) -> None:
    change_limits(by=mia, due_soon_days=30)
    assert (Site.objects.get().name_zh, Site.objects.get().name_en) == (NEUTRAL.name_zh, NEUTRAL.name_en)


def test_stored_lights_are_counted_anew_and_so_are_those_of_earlier_days(
    soon_due: Any, mia: User, django_capture_on_commit_callbacks: Any
) -> None:
    rebuild_rollups()
    assert lights() == {"green": 0, "yellow": 1, "red": 0}
    with django_capture_on_commit_callbacks(execute=True):
        change_limits(by=mia, due_soon_days=32)
    refresh_stale_rollups()
    assert not StaleCell.objects.exists()
    assert lights() == {"green": 1, "yellow": 0, "red": 0}
    assert verify_rollups() == []
    earlier = Client().get("/api/v1/summary/?as_of=2023-08-28").json()
    assert earlier["measures"]["lights"] == {"green": 1, "yellow": 0, "red": 0}


def test_what_is_stored_is_counted_with_the_days_that_are_stored(soon_due: Any, mia: User) -> None:
    """A process that has not heard of the change yet stores no old light."""
    known = thresholds()
    seen = versions.of_site
    change_limits(by=mia, due_soon_days=32)
    versions.of_site = seen
    assert thresholds() == known
    rebuild_rollups()
    versions.current()
    assert lights() == {"green": 1, "yellow": 0, "red": 0}


def test_a_task_asks_anew(mia: User) -> None:
    thresholds()
    seen = versions.of_site
    change_limits(by=mia, due_soon_days=32)
    versions.of_site = seen
    refresh_rollups_task.apply()
    assert thresholds().due_soon == 32


@pytest.mark.parametrize("address", ["/", "/lights/", "/api/v1/measures/", "/api/v1/summary/"])
def test_each_page_and_answer_is_another_one_after_the_change(
    soon_due: Any, mia: User, settings: Any, address: str
) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    client = Client()
    # The first answer brings a cookie.
    client.get(address)
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    change_limits(by=mia, due_soon_days=32)
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_a_warm_page_asks_no_more_for_them(soon_due: Any, mia: User) -> None:
    change_limits(by=mia, due_soon_days=32)
    Client().get("/measures/")
    with CaptureQueriesContext(connection) as queries:
        Client().get("/measures/?ordering=-code")
    assert not [each for each in queries if "web_site" in each["sql"]]


@pytest.mark.parametrize(
    "values", [{"report_due_day": 29}, {"report_due_day": 0}, {"due_soon_days": 0}, {"silent_days": 367}]
)
def test_what_is_out_of_bounds_is_refused(mia: User, values: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        change_limits(by=mia, **values)
    assert not Site.objects.exists()


def test_only_administrators_change_them(mia: User) -> None:
    with pytest.raises(NotAllowed):
        change_limits(by=make.make_user("rita", role="reviewer"), due_soon_days=30)
    assert not Site.objects.exists()


def test_the_log_has_old_and_new(mia: User) -> None:
    change_limits(by=mia, due_soon_days=30)
    change_limits(by=mia, due_soon_days=45)
    entry = LogEntry.objects.get_for_object(Site.objects.get()).first()
    assert entry is not None and entry.changes == {"due_soon_days": ["30", "45"]}
