"""The questions to the database against the rules in plain Python, over made-up histories."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.clock import SHANGHAI
from core.lights import (
    Light,
    Thresholds,
    is_overdue,
    light_of,
    overdue_condition,
    should_have_moved,
    should_have_moved_condition,
    silent_since,
)
from core.periods import month_end, months_between
from core.punctuality import Completion, completion_condition, punctuality
from core.scope import scope_on
from measures.models import Measure, Plan, Report, StatusChange
from measures.reporting_months import months_of, reports_owed
from measures.rules import Change, first_due_on, in_force, owes_report
from measures.services import load_changes
from measures.timeline import load_history, total_on
from tests.factories import (
    leave,
    make_change,
    make_department,
    make_measure,
    make_plan,
    make_report,
    make_section,
    move_due_day,
    shanghai,
)
from tests.sweeps import examples

LIMITS = Thresholds(due_soon=60, silent=62)
START = date(2023, 1, 1)
STATUSES = ("promoting", "in_progress", "completed")
# Days a few steps apart, so that edges and equal days come up often.
KINDS = st.sampled_from(["suspended", "withdrawn", "resumed"])
days = st.integers(0, 160).map(lambda number: START + timedelta(days=number))
statuses = st.sampled_from(STATUSES)


@st.composite
def stories(draw: Any) -> dict[str, Any]:
    """A measure's columns, its later rows (some of them corrections) and its reports."""
    listed_on = draw(days)
    rows = draw(
        st.lists(
            st.tuples(statuses, st.integers(0, 60), st.integers(0, 2), st.one_of(st.none(), st.integers(0, 5))),
            max_size=5,
        )
    )
    return {
        "listed_on": listed_on,
        "due_on": draw(st.one_of(st.none(), st.integers(0, 160).map(lambda n: listed_on + timedelta(days=n)))),
        # status, days after listing, day of recording, the row that it corrects if there is one
        "rows": rows,
        # kind, days after listing, day of recording
        "left": draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["suspended", "withdrawn", "resumed"]), st.integers(0, 90), st.integers(0, 1)
                ),
                max_size=3,
            )
        ),
        "reports": draw(st.lists(st.tuples(days, st.sampled_from(["accepted", "submitted", "returned"])), max_size=3)),
    }


MONTHS = [date(2023, month, 1) for month in (1, 2, 3)]


@st.composite
def filings(draw: Any) -> list[tuple[int, date, str]]:
    """Reports of a measure: month, day of submission, state. At most one of a month is open."""
    accepted = st.tuples(st.integers(1, 3), days, st.just("accepted"))
    opened = st.tuples(st.integers(1, 3), days, st.sampled_from(["draft", "submitted", "returned"]))
    return draw(st.lists(accepted, max_size=3)) + draw(st.lists(opened, max_size=3, unique_by=lambda each: each[0]))


# Due after ten days, completed after twenty: overdue only in between.
COMPLETED_LATE = {
    "listed_on": START,
    "due_on": START + timedelta(days=10),
    "rows": [("completed", 20, 0, None)],
    "left": [],
    "reports": [],
}


def build(story: dict[str, Any], section: Any, department: Any) -> Measure:
    measure = make_measure(section, department, listed_on=story["listed_on"], due_on=story["due_on"])
    rows = [StatusChange.objects.get(measure=measure)]
    gone: set[int] = set()
    for status, after, recorded, corrects in story["rows"]:
        effective_on = measure.listed_on + timedelta(days=after)
        # Few different moments: rows of one day and one moment are told apart by their id.
        moment = datetime(2023, 12, 1 + recorded, tzinfo=SHANGHAI)
        place = None if corrects is None or corrects >= len(rows) else corrects
        if place is not None and rows[place].pk not in gone and place > 0:
            wrong = rows[place]
            gone.add(wrong.pk)
            row = make_change(
                measure, status, effective_on, old_status=wrong.status, supersedes=wrong, recorded_at=moment
            )
        else:
            # A completion brings its report; without one a measure only goes back from completed.
            old_status = "in_progress" if status == "completed" else "completed"
            row = make_change(measure, status, effective_on, old_status=old_status, recorded_at=moment)
        rows.append(row)
    for kind, after, recorded in story["left"]:
        moment = datetime(2023, 12, 1 + recorded, tzinfo=SHANGHAI)
        leave(measure, kind, measure.listed_on + timedelta(days=after), recorded_at=moment)
    for place, (submitted_on, state) in enumerate(story["reports"]):
        # A month of its own for each: one open report a month.
        make_report(measure, submitted_on, state=state, period=date(2000 + place, 1, 1))
    return measure


def expected_status(measure: Measure, on: date) -> Change | None:
    return in_force(load_changes(measure), on=on)


def expected_scope(measure: Measure, on: date) -> str:
    return scope_on(measure.scope_changes.all(), on=on)


def counts_on(measure: Measure, on: date) -> bool:
    return expected_scope(measure, on) == "in_plan"


def expected_light(measure: Measure, status: str, on: date) -> str:
    accepted = Report.objects.filter(measure=measure, state="accepted").values_list("submitted_on", flat=True)
    return light_of(
        status=status,
        due_on=measure.due_on,
        listed_on=measure.listed_on,
        last_report_on=max((day for day in accepted if day <= on), default=None),
        reports_from=measure.plan.first_reporting_month,
        on=on,
        limits=LIMITS,
    ).light.value


class TheDatabaseSaysWhatTheRulesSay(TestCase):
    @settings(deadline=None, max_examples=examples(25))
    @given(
        made=st.lists(stories(), min_size=1, max_size=8),
        on=st.lists(days, min_size=1, max_size=5),
        reports_from=st.none() | days,
    )
    def test_status_light_and_cells_of_any_day(
        self, made: list[dict[str, Any]], on: list[date], reports_from: date | None
    ) -> None:
        make_plan(first_reporting_month=reports_from)
        sections = [make_section(), make_section()]
        departments = [make_department(), make_department()]
        measures = [build(story, sections[place % 2], departments[place % 3 // 2]) for place, story in enumerate(made)]
        for day in [*on, date.min, date.max]:
            rows = {row.pk: row for row in Measure.objects.as_of(day, limits=LIMITS)}
            forces = {row.measure_id: row.pk for row in StatusChange.objects.in_force(day)}
            counts: dict[tuple[int, int], Counter[str]] = {}
            for measure in measures:
                row = expected_status(measure, day)
                if row is None or not counts_on(measure, day):
                    assert measure.pk not in rows
                    if row is None:
                        assert measure.pk not in forces
                    continue
                light = expected_light(measure, row.status, day)
                asked: Any = rows[measure.pk]
                assert (asked.status, asked.status_since) == (row.status, row.effective_on)
                assert forces[measure.pk] == row.id
                assert asked.light == light
                cell = counts.setdefault((measure.section_id, measure.lead_department_id), Counter())
                cell.update(["total", row.status, light])
                cell["due"] += measure.due_on is not None and measure.due_on <= day
            cells = {
                (cell["measure__section"], cell["measure__lead_department"]): cell
                for cell in StatusChange.objects.cells(day, limits=LIMITS)
            }
            assert cells.keys() == counts.keys()
            for key, count in counts.items():
                names = ["total", "due", *STATUSES, *(light.value for light in Light)]
                assert {name: cells[key][name] for name in names} == {name: count[name] for name in names}

    @settings(deadline=None, max_examples=examples(15))
    @given(made=st.lists(stories(), min_size=1, max_size=6), on=st.lists(days, min_size=2, max_size=4))
    @example(made=[COMPLETED_LATE], on=[START + timedelta(days=15), START + timedelta(days=40)])
    def test_who_is_overdue_due_soon_and_owes_a_report(self, made: list[dict[str, Any]], on: list[date]) -> None:
        """The rules say the same of each measure as the conditions find and as the history of a page counts."""
        section, department = make_section(), make_department()
        measures = [build(story, section, department) for story in made]
        for day in on:
            month = day.replace(day=1)
            expected: dict[str, set[int]] = {"overdue": set(), "should_have_moved": set(), "owing": set()}
            statuses = {}
            for measure in measures:
                row, before = expected_status(measure, day), expected_status(measure, month - timedelta(days=1))
                if row is None or not counts_on(measure, day):
                    continue
                statuses[measure.code] = row.status
                due: dict[str, Any] = {"due_on": measure.due_on, "status": row.status, "on": day}
                found = {
                    "overdue": is_overdue(**due),
                    "should_have_moved": should_have_moved(**due, limits=LIMITS),
                    "owing": owes_report(
                        listed_on=measure.listed_on,
                        status_before=before.status if before else None,
                        is_out=not counts_on(measure, day) or not counts_on(measure, min(month_end(month), day)),
                        month=month,
                        by=day,
                    ),
                }
                for name, is_so in found.items():
                    expected[name] |= {measure.pk} if is_so else set()

            as_of = Measure.objects.as_of(day, limits=LIMITS)
            conditions = {
                "overdue": as_of.filter(overdue_condition(on=day)),
                "should_have_moved": as_of.filter(should_have_moved_condition(on=day, limits=LIMITS)),
                "owing": Measure.objects.owing(month, by=day),
            }
            for name, rows in conditions.items():
                assert {row.pk for row in rows} == expected[name], name

            history = load_history(section.plan, day)
            codes = {measure.code: measure.pk for measure in measures}
            assert {entry.measure: entry.status for entry in history.latest} == statuses
            assert {codes[entry.measure] for entry in history.overdue} == expected["overdue"]
            assert history.due_soon(LIMITS) == len(expected["should_have_moved"])
            assert {codes[code] for code in history.owing(month)} == expected["owing"]
            for earlier in (each for each in on if each < day):
                then = {entry.measure: entry.status for entry in history.on(earlier) if entry}
                rows_then = {each.code: expected_status(each, earlier) for each in measures}
                inside = {each.code for each in measures if counts_on(each, earlier)}
                assert then == {code: row.status for code, row in rows_then.items() if row and code in inside}
            for each in on:
                if each <= day:
                    inside = [one for one in measures if one.listed_on <= each and counts_on(one, each)]
                    due = sum(one.due_on is not None and one.due_on <= each for one in inside)
                    completed = sum(expected_status(one, each).status == "completed" for one in inside)
                    assert total_on(history.listed, each) == len(inside)
                    assert total_on(history.due, each) == due
                    assert total_on(history.completed, each) == completed

    @settings(deadline=None, max_examples=examples(15))
    @given(filings=st.lists(filings(), min_size=1, max_size=6), on=st.lists(days, min_size=1, max_size=4))
    def test_which_reports_are_filed_for_which_month(
        self, filings: list[list[tuple[int, date, str]]], on: list[date]
    ) -> None:
        section, department = make_section(), make_department()
        reports = []
        for filed in filings:
            measure = make_measure(section, department)
            months = [(date(2023, month, 1), day, state) for month, day, state in filed]
            reports += [make_report(measure, day, state=state, period=month) for month, day, state in months]
        for day, month in product(on, MONTHS):
            filed_on: dict[tuple[str, date], date] = {}
            expected = [each for each in reports if each.period == month and each.is_filed(by=day)]
            for each in sorted(expected, key=lambda report: report.submitted_on, reverse=True):
                filed_on[each.measure.code, month] = each.submitted_on
            filed = Report.objects.filed(by=day)
            assert set(filed.filter(period=month)) == set(expected)
            found = Report.objects.first_filed(since=month, by=day)
            assert {key: on for key, on in found.items() if key[1] == month} == filed_on
            assert {period for _code, period in found} <= {each for each in MONTHS if each >= month}

    @settings(deadline=None, max_examples=examples(15))
    @given(
        filings=st.lists(filings(), min_size=1, max_size=5),
        on=st.lists(days, min_size=1, max_size=3),
        first_month=st.sampled_from(MONTHS),
        completed_after=st.lists(st.integers(1, 90), max_size=2),
    )
    def test_which_months_are_still_owed(
        self,
        filings: list[list[tuple[int, date, str]]],
        on: list[date],
        first_month: date,
        completed_after: list[int],
    ) -> None:
        """The rule says the same of each measure and month as the conditions find and as pages read."""
        section, department = make_section(), make_department()
        measures = [make_measure(section, department) for _filed in filings]
        for measure, filed in zip(measures, filings, strict=True):
            for month, day, state in filed:
                make_report(measure, day, state=state, period=date(2023, month, 1))
        for measure, after in zip(measures, completed_after, strict=False):
            done = measure.listed_on + timedelta(days=after)
            report = make_report(measure, done, state="accepted", period=date(2000, 1, 1))
            make_change(measure, "completed", done, report=report)
        for day in on:
            months = months_between(first_month, day)
            expected: dict[date, set[str]] = {month: set() for month in months}
            for measure, month in product(measures, months):
                before = expected_status(measure, month - timedelta(days=1))
                filed_months = [each.period for each in measure.reports.all() if each.is_filed(by=day)]
                if owes_report(
                    listed_on=measure.listed_on,
                    status_before=before.status if before else None,
                    is_out=False,
                    month=month,
                    by=day,
                    first_month=first_month,
                    last_filed=max(filed_months, default=None),
                ):
                    expected[month].add(measure.code)
            for month, codes in expected.items():
                found = Measure.objects.still_owing(month, by=day, first_month=first_month)
                assert {each.code for each in found} == codes
            with override_settings(PILOTZONE_FIRST_REPORTING_MONTH=first_month):
                owed = reports_owed(section.plan, by=day)
            still = {
                month: {code for code, each in reports.items() if each.is_missing} for month, reports in owed.items()
            }
            assert still == expected

    @settings(deadline=None, max_examples=examples(15))
    @example(made=[COMPLETED_LATE], on=[date(2023, 1, 15), date(2023, 1, 25)], reports_from=None)
    @given(
        made=st.lists(stories(), min_size=1, max_size=6),
        on=st.lists(days, min_size=2, max_size=4),
        reports_from=st.none() | days,
    )
    def test_the_history_knows_lights_and_completions_of_every_day(
        self, made: list[dict[str, Any]], on: list[date], reports_from: date | None
    ) -> None:
        make_plan(first_reporting_month=reports_from)
        section, department = make_section(), make_department()
        for story in made:
            build(story, section, department)
        history = load_history(section.plan, max(on))
        since = silent_since(min(on), LIMITS)
        submitted = Report.objects.in_plan(section.plan).accepted_days(since=since, by=max(on))
        for day in on:
            rows: Any = Measure.objects.in_plan(section.plan).as_of(day, limits=LIMITS)
            lights = history.lights(day, submitted=submitted, limits=LIMITS, reports_from=reports_from)
            codes = [entries[0].measure for entries in history.measures]
            found = {code: light for code, light in zip(codes, lights, strict=True) if light}
            assert found == {row.code: row.light for row in rows}
            completed = [(row.due_on, row.status_since if row.status == "completed" else None) for row in rows]
            assert sorted(history.due_days(day), key=str) == sorted(completed, key=str), day
            counts = punctuality(completed, on=day)
            for completion in Completion:
                asked = rows.filter(completion_condition(completion, on=day))
                assert asked.count() == getattr(counts, f"completed_{completion.value}"), day

    @settings(deadline=None, max_examples=examples(15))
    @given(made=st.lists(stories(), min_size=1, max_size=6), on=st.lists(days, min_size=2, max_size=4))
    def test_what_changed_between_any_two_days(self, made: list[dict[str, Any]], on: list[date]) -> None:
        section, department = make_section(), make_department()
        measures = {each.pk: each for each in (build(story, section, department) for story in made)}
        earlier = [date.min, *sorted(on)]
        for then, now in zip(earlier, [*earlier[1:], date.max], strict=True):
            rows = Measure.objects.with_all_of(now, limits=LIMITS).with_status_then(then)
            found: dict[int, Any] = {row.pk: row for row in rows}
            was = {pk: expected_status(measures[pk], then) for pk in found}
            for pk, row in found.items():
                before = was[pk]
                assert row.status_then == (before.status if before else None)
                assert row.scope_then == (expected_scope(measures[pk], then) if before else None)
                assert row.scope == expected_scope(measures[pk], now)
                assert (row.light is None) == (row.scope != "in_plan")
            differing = set()
            for pk, row in found.items():
                before, after = (row.status_then, row.scope_then), (row.status, row.scope)
                if row.scope == "in_plan":
                    differing |= {pk} if before != after else set()
                else:
                    differing |= {pk} if row.scope_then not in (None, row.scope) else set()
            assert {row.pk for row in rows.changed()} == differing

    @settings(deadline=None, max_examples=examples(15))
    @given(made=st.lists(st.lists(st.none() | days, min_size=1, max_size=5), min_size=1, max_size=6))
    def test_the_first_due_day(self, made: list[list[date | None]]) -> None:
        section, department = make_section(), make_department()
        expected: dict[int, date | None] = {}
        for due_days in made:
            measure = make_measure(section, department, listed_on=START, due_on=due_days[0])
            moves = [(before, after) for before, after in pairwise(due_days) if before != after]
            # Some on one day, so that the order of their rows counts.
            for place, (_before, after) in enumerate(moves):
                move_due_day(measure, after, on=START + timedelta(days=place // 2))
            expected[measure.pk] = first_due_on(due_days[-1], moves)
        found: Any = Measure.objects.with_due_moved()
        assert {row.pk: row.first_due_on for row in found} == expected
        assert {row.pk: row.is_due_moved for row in found} == {row.pk: row.due_on != expected[row.pk] for row in found}


pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.parametrize(
    ("due_after", "status", "reported", "light"),
    [
        (-1, "in_progress", 0, "red"),
        (0, "promoting", 0, "yellow"),
        (60, "promoting", 0, "yellow"),
        (61, "promoting", 0, "green"),
        (0, "in_progress", 0, "green"),
        (None, "in_progress", 62, "green"),
        (None, "in_progress", 63, "yellow"),
        (-1, "completed", 99, "green"),
    ],
)
def test_the_light_at_its_edges(due_after: int | None, status: str, reported: int, light: str) -> None:
    day = date(2023, 8, 29)
    measure = make_measure(
        listed_on=date(2023, 1, 3), due_on=None if due_after is None else day + timedelta(days=due_after)
    )
    if status != "promoting":
        make_change(measure, status, date(2023, 2, 1))
    make_report(measure, day - timedelta(days=reported))
    assert Measure.objects.as_of(day, limits=LIMITS).get().light == light


def test_a_report_counts_for_the_light_from_its_submission_if_it_is_accepted_by_now() -> None:
    day = date(2023, 8, 29)
    measure = make_measure(listed_on=date(2023, 1, 3))
    report = make_report(measure, date(2023, 8, 1), state="submitted")
    assert Measure.objects.as_of(day, limits=LIMITS).get().light == "yellow"
    Report.objects.filter(pk=report.pk).update(state="accepted", decided_on=date(2023, 9, 15))
    row: Any = Measure.objects.as_of(day, limits=LIMITS).get()
    assert (row.light, row.last_report_on) == ("green", date(2023, 8, 1))
    assert Measure.objects.as_of(date(2023, 7, 31), limits=LIMITS).get().light == "yellow"


def test_a_measure_counts_from_the_day_it_was_listed() -> None:
    make_measure(listed_on=date(2023, 3, 1))
    assert not Measure.objects.as_of(date(2023, 2, 28), limits=LIMITS).exists()
    assert not StatusChange.objects.cells(date(2023, 2, 28), limits=LIMITS).exists()
    assert Measure.objects.as_of(date(2023, 3, 1), limits=LIMITS).get().status == "promoting"


def test_the_history_holds_only_what_stands_in_the_order_of_coming_into_force() -> None:
    measure = make_measure(listed_on=date(2023, 1, 3))
    wrong = make_change(measure, "in_progress", date(2023, 4, 1))
    done = make_change(measure, "completed", date(2023, 6, 1), old_status="in_progress")
    right = make_change(
        measure,
        "in_progress",
        date(2023, 5, 1),
        old_status="in_progress",
        supersedes=wrong,
        recorded_at=shanghai(date(2023, 8, 1)),
    )
    rows = StatusChange.objects.in_plan(make_plan()).history(date(2023, 8, 29))
    assert [row.pk for row in rows][1:] == [right.pk, done.pk]
    assert [row.status for row in StatusChange.objects.history(date(2023, 4, 30))] == ["promoting"]


def test_measures_of_another_plan_do_not_count() -> None:
    make_measure()
    other = make_measure(plan=make_plan("another", starts_on=date(2026, 1, 1), ends_on=date(2028, 12, 31)))
    assert list(Measure.objects.in_plan(other.section.plan)) == [other]
    assert list(Measure.objects.led_by(other.lead_department)) == [other]
    assert [row.measure for row in StatusChange.objects.in_plan(other.section.plan)] == [other]


def test_what_a_department_owes_for_a_month() -> None:
    department = make_department()
    section = make_section()
    august, by = date(2023, 8, 1), date(2023, 8, 29)

    def listed(day: date, completed_on: date | None = None) -> Measure:
        measure = make_measure(section, department, listed_on=day)
        if completed_on:
            make_change(measure, "completed", completed_on)
        return measure

    listed(date(2023, 1, 3), completed_on=date(2023, 7, 31))
    listed(date(2023, 8, 30))
    owing = [listed(date(2023, 1, 3), completed_on=date(2023, 8, 1)), listed(date(2023, 8, 29))]
    assert set(Measure.objects.owing(august, by=by)) == set(owing)

    month = months_of(make_plan(), day=by)[department.pk]
    # The change of 1 August brought its own report.
    assert (month.owed, month.filed, month.missing, month.is_reported) == (2, 1, 1, False)
    make_report(owing[1], date(2023, 8, 29), state="submitted")
    assert months_of(make_plan(), day=by)[department.pk].is_reported
    assert not months_of(make_plan(), day=date(2023, 8, 28))[department.pk].missing


@pytest.mark.parametrize(
    ("state", "submitted_on", "filed"),
    [
        ("submitted", date(2023, 8, 20), True),
        ("accepted", date(2023, 8, 20), True),
        ("returned", date(2023, 8, 20), False),
        ("draft", date(2023, 8, 20), False),
        ("accepted", date(2023, 8, 30), False),
    ],
)
def test_which_reports_are_in_for_a_month(state: str, submitted_on: date, filed: bool) -> None:
    measure, by = make_measure(), date(2023, 8, 29)
    report = make_report(measure, submitted_on, state=state)
    found = Report.objects.first_filed(since=date(2023, 8, 1), by=by)
    assert found == ({(measure.code, date(2023, 8, 1)): submitted_on} if filed else {})
    assert report.is_filed(by=by) is filed


def test_nothing_is_owed_before_the_calendar_begins() -> None:
    make_measure()
    assert not Measure.objects.owing(date.min, by=date.min).exists()
    assert Measure.objects.owing(date(9999, 12, 1), by=date.max).count() == 1


def test_the_current_plan_is_the_newest_that_has_begun_unless_the_setting_names_one(settings: Any) -> None:
    settings.PILOTZONE_TODAY = date(2023, 8, 29)
    assert Plan.objects.current() is None
    make_plan("last", starts_on=date(2026, 1, 1), ends_on=date(2028, 12, 31))
    to_come = make_plan("next", starts_on=date(2023, 8, 30), ends_on=date(2025, 12, 31))
    assert Plan.objects.current() == to_come, "none has begun: the first to begin"
    oldest = make_plan("oldest", starts_on=date(2020, 1, 1), ends_on=date(2022, 12, 31))
    assert Plan.objects.current() == oldest
    begun = make_plan("begun", starts_on=date(2023, 8, 29), ends_on=date(2025, 12, 31))
    make_plan("begun-as-well", starts_on=date(2023, 8, 29), ends_on=date(2025, 12, 31))
    assert Plan.objects.current() == begun
    settings.PILOTZONE_PLAN = "oldest"
    assert Plan.objects.current() == oldest
    settings.PILOTZONE_PLAN = "nowhere"
    assert Plan.objects.current() == begun


def test_each_question_is_one_query_however_many_rows(django_assert_num_queries: Any) -> None:
    for _each in range(5):
        make_measure()
    day = date(2023, 8, 29)
    with django_assert_num_queries(1):
        assert len(Measure.objects.as_of(day, limits=LIMITS)) == 5
    with django_assert_num_queries(1):
        assert len(StatusChange.objects.cells(day, limits=LIMITS)) == 5
