from datetime import date

import pytest

from measures.models import Report
from measures.reporting_months import (
    month_of_department,
    months_by_department,
    months_of,
    months_of_department,
    months_shown,
    reports_owed,
)
from measures.timeline import load_history
from notices.reminders import month_board
from tests import factories as make
from tests.pages import text_of

pytestmark = pytest.mark.django_db

MONTHS = [date(2023, month, 1) for month in range(1, 9)]


@pytest.fixture
def plan(settings):
    """Reports are owed from January on. Science leads two measures: one from January on, completed on 20 July; one
    from 10 July on."""
    settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 1, 1)
    plan = make.make_plan()
    section, science = make.make_section(plan), make.make_department("science")
    first = make.make_measure(section, science, code="M001", listed_on=date(2023, 1, 3))
    second = make.make_measure(section, science, code="M002", listed_on=date(2023, 7, 10))
    make.make_report(first, date(2023, 2, 20))
    make.make_report(first, date(2023, 4, 2), state="submitted", period=date(2023, 3, 1))
    make.make_report(first, date(2023, 5, 20), state="returned")
    make.make_change(first, "completed", date(2023, 7, 20))
    make.make_report(second, date(2023, 8, 20), state="draft")
    make.make_report(make.make_measure(section, make.make_department(), code="M003"), date(2023, 6, 20))
    return plan


def test_a_plan_that_names_its_first_month_owes_none_before_it_whatever_the_server_says(plan):
    plan.first_reporting_month = date(2023, 6, 1)
    assert list(reports_owed(plan, by=date(2023, 8, 29))) == [date(2023, 6, 1), date(2023, 7, 1), date(2023, 8, 1)]
    assert months(plan, date(2023, 8, 29), of=[date(2023, 5, 1), date(2023, 6, 1)]) == [(0, 0), (1, 0)]


def months(plan, day, of=MONTHS):
    science = make.Department.objects.get(slug="science")
    found = months_of_department(science.pk, plan=plan, months=of, by=day)
    assert found == [month_of_department(science.pk, plan=plan, month=month, by=day) for month in of]
    return [(month.owed, month.filed) for month in found]


def science_months(plan):
    science = make.Department.objects.get(slug="science")
    return months_of_department(science.pk, plan=plan, months=MONTHS, by=date(2023, 8, 29))


def test_each_month_of_a_department_as_it_stands_on_the_day(plan, django_assert_num_queries):
    # What was left out is owed no longer once a later month is filed, and stays on the record.
    expected = [(1, 0), (1, 1), (1, 1), (1, 0), (1, 0), (1, 0), (2, 1), (1, 0)]
    assert months(plan, date(2023, 8, 29)) == expected
    assert [each.covered for each in science_months(plan)] == [1, 0, 0, 1, 1, 1, 0, 0]
    assert [each.missing for each in science_months(plan)] == [0, 0, 0, 0, 0, 0, 1, 1]
    # The report for March came in April; the second measure was not yet listed.
    assert months(plan, date(2023, 3, 31), MONTHS[:3]) == [(1, 0), (1, 1), (1, 0)]
    assert months(plan, date(2023, 1, 2), MONTHS[:1]) == [(0, 0)]
    science = make.Department.objects.get(slug="science")
    with django_assert_num_queries(2):
        months_of_department(science.pk, plan=plan, months=MONTHS, by=date(2023, 8, 29))


@pytest.mark.parametrize(
    ("day", "owed", "filed"),
    [
        (date(2023, 2, 19), 2, 1),
        (date(2023, 2, 20), 2, 2),
        (date(2023, 3, 31), 1, 0),
        (date(2023, 5, 31), 1, 0),
        (date(2023, 7, 9), 1, 0),
        (date(2023, 7, 10), 2, 0),
        (date(2023, 7, 31), 2, 1),
        (date(2023, 8, 29), 1, 0),
    ],
)
def test_the_history_of_a_plan_tells_what_is_owed(plan, django_assert_num_queries, day, owed, filed):
    science = make.Department.objects.get(slug="science")
    # Completed on the first day of February, which it still owes and reported with it; for July it owes none, but there
    # is a report all the same.
    done = make.make_measure(make.Section.objects.get(), science, code="M004", listed_on=date(2023, 1, 3))
    make.make_change(done, "completed", date(2023, 2, 1))
    make.make_report(done, date(2023, 7, 5))
    history = load_history(plan, day)
    with django_assert_num_queries(1):
        found = months_of(plan, day=day, history=history)
    assert (found[science.pk].owed, found[science.pk].filed) == (owed, filed)
    assert found == months_of(plan, day=day)


def test_no_months_need_no_query(plan, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert months_of_department(1, plan=plan, months=[], by=date(2022, 12, 31)) == []


def test_the_page_of_a_department_shows_them(plan, today, open_reading, client):
    text = text_of(client.get("/departments/science/?lang=en").content.decode())
    assert "By month Month Jan Feb Mar Apr May Jun Jul Aug" in text
    assert "Submitted/due 0/1 +1 1 covered later 1/1 1/1 0/1 +1 1 covered later" in text
    assert "Submitted/due" not in text_of(client.get("/departments/science/?lang=en&as_of=2022-06-01").content.decode())


def test_the_months_of_all_departments_are_those_of_each(plan, django_assert_num_queries):
    day = date(2023, 8, 29)
    with django_assert_num_queries(2):
        found = months_by_department(plan, months=MONTHS, by=day)
    other, science = make.Department.objects.order_by("-number")[0], make.Department.objects.get(slug="science")
    assert set(found) == {science.pk, other.pk}
    for pk, own in found.items():
        assert own == months_of_department(pk, plan=plan, months=MONTHS, by=day)
    assert {pk: (own[-1].owed, own[-1].filed) for pk, own in found.items()} == {
        pk: (month.owed, month.filed) for pk, month in months_of(plan, day=day).items()
    }


def test_how_a_department_stands_with_each_month(plan):
    """The department reports in time, after the 25th of the month, or not."""
    science = make.Department.objects.get(slug="science")

    def states(day):
        months = months_shown(plan, day)
        found = months_by_department(plan, months=months, by=day)
        return [own.state(month, day=day) for month, own in zip(months, found[science.pk], strict=True)]

    assert states(date(2023, 8, 29)) == [
        "covered", "on_time", "late", "covered", "covered", "covered", "missing", "missing",
    ]  # fmt: skip
    # The report for March is not in, and is not due before the 25th is over.
    assert states(date(2023, 3, 25)) == ["covered", "on_time", "pending"]
    assert states(date(2023, 3, 26)) == ["covered", "on_time", "missing"]


def test_what_is_filed_again_later_makes_no_month_late(plan):
    science, day = make.Department.objects.get(slug="science"), date(2023, 8, 29)
    (before,) = months_of_department(science.pk, plan=plan, months=[date(2023, 2, 1)], by=day)
    make.make_report(make.Measure.objects.get(code="M001"), date(2023, 2, 27))
    (february,) = months_of_department(science.pk, plan=plan, months=[date(2023, 2, 1)], by=day)
    assert february == before
    assert february.state(date(2023, 2, 1), day=day) == "on_time"


@pytest.mark.parametrize(("is_filed", "missing"), [(False, {"science": 1}), (True, {})])
def test_the_board_misses_what_departments_and_the_overview_miss(plan, is_filed, missing):
    """A report that waits for its review counts for all of them from the day it was submitted."""
    day, august = date(2023, 8, 29), date(2023, 8, 1)
    make.make_report(make.Measure.objects.get(code="M003"), date(2023, 8, 20), period=august)
    if is_filed:
        Report.objects.filter(state="draft").delete()
        make.make_report(make.Measure.objects.get(code="M002"), day, state="submitted", period=august)
    slugs = dict(make.Department.objects.values_list("pk", "slug"))
    for months in (months_of(plan, day=day), months_of(plan, day=day, history=load_history(plan, day))):
        assert {slugs[pk]: each.missing for pk, each in months.items() if each.missing} == missing
    board = month_board(plan, month=august, day=day)
    assert {row.key: row.month.missing for row in board if row.month.missing} == missing


def test_months_are_those_of_the_year_since_the_plan_began():
    plan = make.make_plan(starts_on=date(2023, 3, 15))
    assert months_shown(plan, date(2023, 4, 1)) == [date(2023, 3, 1), date(2023, 4, 1)]
    assert months_shown(plan, date(2024, 2, 29)) == [date(2024, 1, 1), date(2024, 2, 1)]
    assert months_shown(plan, date(2023, 3, 14)) == []
