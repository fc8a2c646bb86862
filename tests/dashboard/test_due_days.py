"""Figures of who was in time, what falls due next and the forecast, counted by hand; page, API and files have the
same."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import translation

from core.forecast import forecast
from core.punctuality import punctuality
from dashboard import explanations as explaining
from dashboard.figures import Figures
from measures.models import Measure, Plan
from measures.rules import first_due_on, in_force
from measures.services import load_changes
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = date(2023, 8, 29)
JUNE, JULY, YEAR_END = date(2023, 6, 30), date(2023, 7, 31), date(2023, 12, 31)
NAMES = ("due_before", "completed_in_time", "completed_late", "overdue")


@pytest.fixture
def plan(today: date, open_reading: None) -> Plan:
    """Section *first* (of Science) has the plain cases, section *second* (of Energy) the odd ones."""
    plan = make.make_plan()
    first, second = make.make_section(plan, slug="first", number=1), make.make_section(plan, slug="second", number=2)
    science, energy = make.make_department("science", number=1), make.make_department("energy", number=2)

    def measure(code: str, due_on: date | None = None, **fields: Any) -> Measure:
        section, lead = (first, science) if code < "W105" else (second, energy)
        return make.make_measure(section, lead, code=code, due_on=due_on, **fields)

    make.make_change(measure("W101", JUNE), "completed", date(2023, 6, 20))
    make.make_change(measure("W102", JUNE), "completed", date(2023, 7, 2))
    measure("W103", JULY)
    reopened = measure("W104", date(2023, 8, 28))
    make.make_change(reopened, "completed", date(2023, 5, 1))
    make.make_change(reopened, "in_progress", date(2023, 8, 10), old_status="completed")
    # Entered as of 5 July, and corrected to the due day itself.
    corrected = measure("W105", JUNE)
    wrong = make.make_change(corrected, "completed", date(2023, 7, 5))
    make.make_change(
        corrected,
        "completed",
        JUNE,
        old_status="completed",
        supersedes=wrong,
        recorded_at=make.shanghai(date(2023, 8, 1)),
    )
    # Moved to the end of the year; moved, and completed between both days; taken away; given for the first time; moved
    # there and back.
    make.move_due_day(measure("W106", date(2023, 5, 31)), YEAR_END)
    late_by_the_first = measure("W107", date(2023, 4, 30))
    make.move_due_day(late_by_the_first, JUNE, on=date(2023, 4, 28))
    make.move_due_day(late_by_the_first, JULY, on=date(2023, 6, 28))
    make.make_change(late_by_the_first, "completed", date(2023, 7, 20))
    make.move_due_day(measure("W108", date(2023, 3, 31)), None)
    make.move_due_day(measure("W109"), date(2023, 9, 30))
    make.leave(measure("W110", date(2023, 2, 28)), "suspended", date(2023, 8, 1))
    measure("W111", listed_on=date(2023, 8, 1))
    there_and_back = measure("W112", YEAR_END)
    make.move_due_day(there_and_back, date(2024, 6, 30), on=date(2023, 3, 1))
    make.move_due_day(there_and_back, YEAR_END, on=date(2023, 3, 2))
    make.make_measure(plan=make.make_plan("other"), due_on=JUNE)
    return plan


def parts(figures: dict[str, Any]) -> tuple[int, ...]:
    return tuple(figures[name] for name in NAMES)


@pytest.mark.parametrize(
    ("day", "now", "by_first", "rate", "longest"),
    [
        # In time W101, W105, W107; late W102; overdue W103 for 29 days, W104 for one. By the first days W107 is late,
        # and W106 and W108 are overdue.
        (TODAY, (6, 3, 1, 2), (8, 2, 2, 4), Decimal("50.0"), 29),
        # W104 was completed and not yet due; W110 was in the plan, overdue since 28 February.
        (date(2023, 7, 31), (4, 2, 1, 1), (7, 2, 2, 3), None, 153),
        # W102 and W107 were not completed.
        (date(2023, 7, 1), (4, 2, 0, 2), (7, 2, 0, 5), None, 123),
        # On the due day itself nothing of June is overdue.
        (JUNE, (1, 0, 0, 1), (4, 0, 0, 4), None, 122),
        (date(2022, 12, 31), (0, 0, 0, 0), (0, 0, 0, 0), None, 0),
    ],
)
def test_in_time_late_and_overdue_by_the_due_day_and_by_the_first_one(
    plan: Plan, day: date, now: tuple[int, ...], by_first: tuple[int, ...], rate: Decimal | None, longest: int
) -> None:
    figures = Figures(plan, day)
    found = figures.due_figures
    assert (parts(found), parts(found["by_first_due_day"])) == (now, by_first)
    assert (found["in_time_rate"], found["longest_overdue"]) == (rate, longest)
    assert found["overdue"] == figures.measures["lights"]["red"]


def test_a_due_day_that_was_moved_back_or_given_later_is_not_another_one(plan: Plan) -> None:
    # W106, W107 and W108.
    assert Figures(plan, TODAY).due_figures["due_days_moved"] == 3


def test_what_falls_due_next(plan: Plan) -> None:
    expected = {"month": "2023-09", "in_month": 1, "peak_on": "2023-12-31", "on_peak": 2}
    assert Figures(plan, TODAY).due_figures["next_due"] == expected
    # W104 on 28 August, with what was completed; the peak is W106's and W112's day, which W109's is not.
    expected = {"month": "2023-08", "in_month": 1, "peak_on": "2023-12-31", "on_peak": 2}
    assert Figures(plan, JULY).due_figures["next_due"] == expected


def test_the_forecast(plan: Plan) -> None:
    # Four completions in June and July: 4 + 4/6 x 28 = 22.7, and 11 measures in the plan. None from February to April.
    expected = {"expected": 11, "lowest": 4, "highest": 11}
    assert Figures(plan, TODAY).due_figures["forecast"] == expected
    for number in range(20):
        make.make_measure(plan.sections.get(slug="first"), code=f"X{number:03}")
    assert Figures(plan, TODAY).due_figures["forecast"] == {"expected": 23, "lowest": 4, "highest": 31}
    # Five months had ended before 30 June.
    assert Figures(plan, JUNE).due_figures["forecast"] == {"expected": None, "lowest": None, "highest": None}


def test_the_demonstration(demonstration: None) -> None:
    plan = Plan.objects.get()
    found = Figures(plan, TODAY).due_figures
    assert parts(found) == parts(found["by_first_due_day"]) == (23, 12, 1, 10)
    assert (found["in_time_rate"], found["due_days_moved"]) == (Decimal("52.2"), 0)
    assert found["next_due"] == {"month": "2023-09", "in_month": 12, "peak_on": "2023-12-31", "on_peak": 51}
    assert found["forecast"] == {"expected": 74, "lowest": 50, "highest": 125}
    [late] = [
        (row.completed_on - row.due_on).days
        for row in Figures(plan, TODAY).measure_days
        if row.completed_on and row.due_on and row.due_on < min(row.completed_on, TODAY)
    ]
    assert late == 2


@pytest.mark.parametrize("day", [date(2023, 3, 31), JUNE, date(2023, 8, 1), TODAY])
def test_the_figures_are_those_of_the_rules_in_plain_python(demonstration: None, day: date) -> None:
    plan = Plan.objects.get()
    now, first, done = [], [], []
    for measure in Measure.objects.filter(plan=plan, listed_on__lte=day):
        change = in_force(load_changes(measure), on=day)
        completed_on = change.effective_on if change and change.status == "completed" else None
        done += [completed_on] if completed_on else []
        now.append((measure.due_on, completed_on))
        first.append((first_due_on(measure.due_on, []), completed_on))
    found = Figures(plan, day).due_figures
    for rows, figures in ((now, found), (first, found["by_first_due_day"])):
        of = punctuality(rows, on=day)
        assert parts(figures) == tuple(getattr(of, name) for name in NAMES)
    ahead = forecast(done, total=len(now), starts_on=plan.starts_on, ends_on=plan.ends_on, on=day)
    assert found["forecast"]["expected"] == (ahead and ahead.expected)
    assert len(done) == Figures(plan, day).measures["completed"]


def test_sections_and_departments_sum_to_the_plan(demonstration: None) -> None:
    figures = Figures(Plan.objects.get(), TODAY)
    total = figures.due_figures
    for by in ("plan", "section", "department"):
        of = figures.punctuality_by(by).values()
        assert tuple(sum(getattr(each, name) for each in of) for name in NAMES) == parts(total)
        assert max(each.longest_overdue for each in of) == total["longest_overdue"]


def test_one_query_however_many_are_asked_for(plan: Plan, django_assert_num_queries: Any) -> None:
    figures = Figures(plan, TODAY)
    with django_assert_num_queries(1):
        assert figures.due_figures["due_before"] == 6
        assert len(figures.punctuality_by("section")) == 2
        assert figures.value_at("measures.forecast.lowest") == 4


def explained(plan: Plan, query: str, day: date = TODAY) -> explaining.Explanation:
    with translation.override("en"):
        return explaining.asked_explanation(RequestFactory().get(f"/explain/?{query}"), Figures(plan, day))


def test_each_is_explained_by_its_parts(plan: Plan) -> None:
    for number in range(20):
        make.make_measure(plan.sections.get(slug="first"), code=f"X{number:03}")
    workings = {
        "due_before": "3 + 1 + 2 = 6",
        "in_time_rate": "3 ÷ 6 = 50.0%",
        "by_first_due_day.due_before": "2 + 2 + 4 = 8",
        "forecast.expected": "4 + 4 ÷ 182.625 × 855 = 23",
        "forecast.lowest": "4 + 0 ÷ 91.3125 × 855 = 4",
        # 41.3, and there are 31.
        "forecast.highest": "",
        "overdue": "",
    }
    for name, working in workings.items():
        assert explained(plan, f"figure=measures.{name}").working == working, name
    highest = explained(plan, "figure=measures.forecast.highest")
    assert (highest.value, [each.value for each in highest.inputs]) == (31, [4, 4, 855])
    by_first = explained(plan, "figure=measures.by_first_due_day.due_before")
    assert [each.figure for each in by_first.inputs] == [f"measures.by_first_due_day.{name}" for name in NAMES[1:]]


def test_where_there_is_no_forecast_nothing_went_in(plan: Plan) -> None:
    found = explained(plan, "figure=measures.forecast.expected", JUNE)
    assert (found.value, found.working, found.inputs) == (None, "", [])


def test_with_fewer_than_five_due_the_counts_are_said_and_no_rate(plan: Plan) -> None:
    found = explained(plan, "figure=measures.in_time_rate&section=first")
    assert (found.value, found.working, [each.value for each in found.inputs]) == (None, "", [1, 4])
    assert found.rows is not None
    assert found.rows.count == 4
    narrowed = explained(plan, "figure=measures.overdue&section=second,first&department=science")
    assert narrowed.value == 2


@pytest.mark.parametrize("name", ["due_before", "in_time_rate", "overdue", "longest_overdue"])
@pytest.mark.parametrize("scope", ["", "&section=first", "&department=energy"])
def test_the_rows_behind_are_those_that_were_counted(plan: Plan, name: str, scope: str) -> None:
    for day in (TODAY, JUNE):
        answer = Client().get(f"/api/v1/explain/?figure=measures.{name}{scope}&as_of={day}").json()
        assert Client().get(answer["rows"]["url"]).json()["count"] == answer["rows"]["count"], day
    assert explained(plan, f"figure=measures.by_first_due_day.overdue{scope}").rows is None


def test_the_page_of_an_explanation_shows_it(plan: Plan) -> None:
    page = Client().get("/explain/?figure=measures.due_before&lang=en").content.decode()
    assert "3 + 1 + 2 = 6" in page
    page = Client().get("/explain/?figure=measures.in_time_rate&lang=zh-hans").content.decode()
    assert "按期完成率" in page
    assert "3 ÷ 6 = 50.0%" in page


def test_sections_are_listed_by_who_must_act_first(plan: Plan) -> None:
    make.make_section(plan, slug="idle", number=0)
    answer = Client().get("/api/v1/rollups/measures/?by=section&ordering=urgency").json()
    rows = {row["key"]: row for row in answer["results"]}
    # Nothing is overdue in the others, which have no gap to the plan either: by their numbers.
    assert (list(rows), rows["second"]["gap_to_plan"]) == (["first", "idle", "second"], 0)
    assert parts(rows["first"]) == (4, 1, 1, 2)
    assert parts(rows["second"]) == (2, 2, 0, 0)
    assert parts(rows["idle"]) == (0, 0, 0, 0)
    assert (rows["first"]["longest_overdue"], rows["first"]["in_time_rate"]) == (29, None)
    text = b"".join(Client().get("/api/v1/rollups/measures/?by=section&format=csv").streaming_content)
    of_file = {row["key"]: row for row in csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""))}
    for key, row in rows.items():
        assert tuple(int(of_file[key][name]) for name in NAMES) == parts(row)
        for name in (*NAMES, "longest_overdue", "in_time_rate"):
            assert explained(plan, f"figure=measures.{name}&section={key}").value == row[name], (key, name)
