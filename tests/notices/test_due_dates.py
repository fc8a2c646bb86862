"""Notices of due dates: who is told of which, and when. The days are written by hand."""

from datetime import date
from typing import Any

import pytest

from notices.due_dates import notify_of_due_dates
from notices.models import Notice
from notices.rules import due_notice
from notices.tasks import notify_of_due_dates_task
from pilotzone.schedule import TASKS as SCHEDULE
from tests import factories as make

DUE = date(2023, 9, 30)


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (date(2023, 8, 30), None),
        (date(2023, 8, 31), "due_soon"),  # 30 days
        (date(2023, 9, 1), None),
        (date(2023, 9, 22), None),
        (date(2023, 9, 23), "due_soon"),  # 7 days
        (date(2023, 9, 29), "due_soon"),  # 1 day
        (date(2023, 9, 30), None),  # the day itself
        (date(2023, 10, 1), "overdue"),  # 1 day late
        (date(2023, 10, 2), None),
        (date(2023, 10, 7), "overdue"),  # 7 days
        (date(2023, 10, 29), None),
        (date(2023, 10, 30), "overdue"),  # 30 days
        (date(2023, 11, 6), None),  # 37 days
        (date(2023, 11, 29), "overdue"),  # 60 days
        (date(2024, 9, 24), "overdue"),  # 360 days
        (date(2024, 9, 30), None),  # 366 days
    ],
)
def test_the_days_on_which_a_due_date_is_told(on: date, kind: str | None) -> None:
    assert due_notice(DUE, status="in_progress", on=on) == kind
    assert due_notice(DUE, status="completed", on=on) is None


def test_without_a_due_date_there_is_nothing_to_tell() -> None:
    assert due_notice(None, status="in_progress", on=DUE) is None


@pytest.fixture
def science(db: Any, today: date) -> Any:
    """Ada and a colleague report for Science; Vic only looks at it, and a third has left."""
    science = make.make_department("science")
    make.make_user("ada", role="reporter", department=science)
    make.make_user("colleague", role="reporter", department=science)
    make.make_user("gone", role="reporter", department=science, is_active=False)
    make.make_user("vic", department=science)
    make.make_user("ben", role="reporter", department=make.make_department("energy"))
    make.make_user("rita", role="reviewer")
    return science


def told() -> set[tuple[str, str, str]]:
    rows = Notice.objects.values_list("user__username", "kind", "measure__code")
    return {(str(user), kind, str(code)) for user, kind, code in rows}


def test_the_lead_departments_reporters_are_told_once_a_day(science: Any, today: date) -> None:
    make.make_measure(lead_department=science, code="M001", due_on=date(2023, 9, 28))  # in 30 days
    late = make.make_measure(lead_department=science, code="M002", due_on=date(2023, 8, 28))  # 1 day late
    make.make_measure(lead_department=science, code="M003", due_on=date(2023, 9, 27))  # in 29 days
    make.make_measure(lead_department=science, code="M004")
    make.make_measure(lead_department=science, code="M005", due_on=date(2023, 9, 5), listed_on=date(2023, 8, 30))
    done = make.make_measure(lead_department=science, code="M006", due_on=date(2023, 8, 22))
    make.make_change(done, "completed", date(2023, 8, 1))
    late.participating_departments.add(make.make_department("joins"))

    expected = {
        ("ada", "due_soon", "M001"),
        ("ada", "overdue", "M002"),
        ("colleague", "due_soon", "M001"),
        ("colleague", "overdue", "M002"),
    }
    notify_of_due_dates(today)
    assert told() == expected
    assert {notice.day for notice in Notice.objects.all()} == {date(2023, 8, 29)}
    notify_of_due_dates(today)
    notify_of_due_dates_task()
    assert Notice.objects.count() == 4


def test_the_next_notice_of_the_same_measure_is_a_new_one(science: Any) -> None:
    make.make_measure(lead_department=science, code="M001", due_on=date(2023, 9, 28))
    for day in (date(2023, 8, 29), date(2023, 9, 21), date(2023, 9, 22)):
        notify_of_due_dates(day)
    assert Notice.objects.filter(user__username="ada").count() == 2


def test_the_number_of_queries_does_not_grow(science: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        make.make_measure(lead_department=science, code=f"M{number:03}", due_on=date(2023, 9, 28))
    with django_assert_max_num_queries(5):
        notify_of_due_dates(date(2023, 8, 29))
    assert Notice.objects.count() == 40


def test_the_tasks_are_in_the_schedule(settings: Any) -> None:
    notices = {entry["task"]: entry["schedule"] for entry in SCHEDULE.values() if entry["task"].startswith("notices.")}
    assert notices.pop("notices.tasks.send_returns_task") == 60
    times = {name: (schedule.hour, schedule.minute) for name, schedule in notices.items()}
    assert times == {
        "notices.tasks.notify_of_due_dates_task": ({7}, {30}),
        "notices.tasks.notify_of_due_values_task": ({7}, {30}),
        "notices.tasks.notify_of_due_months_task": ({7}, {30}),
        "notices.tasks.send_digests_task": ({8}, {0}),
    }
    assert settings.CELERY_TIMEZONE == "Asia/Shanghai"
