"""Every write moves `updated_at` of the rows that show it, and of no other: what moves is written here by hand."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.departments import NAMES, change_department, department_state
from accounts.models import Department, User
from core.period_codes import read_period
from core.scope import ScopeKind
from core.timestamps import UpdatedAtModel, UpdatedAtQuerySet
from indicators.models import Indicator, Observation, ValueReport
from indicators.values import services as values
from measures import reports, services
from measures.editing.acceptances import undo_acceptance
from measures.editing.corrections import correct_status, reopen_measure
from measures.editing.measures import change_texts, enter_measure, measure_state
from measures.editing.sections import SECTIONS
from measures.editing.terms import change_terms, move_listing
from measures.models import Measure, Plan, PlanMilestone, Report, Section, StatusChange
from measures.owners import owners_state, set_owners
from notices.reminders import remind_department
from office.mergers import merge_departments
from problems.categories import CATEGORIES
from problems.meetings import Direction, change_meeting, give_direction, put_on_agenda, take_off_agenda
from problems.models import Meeting, Problem, ProblemCategory
from problems.services import (
    Assignment,
    ProblemData,
    assign_problem,
    discard_problem_draft,
    move_problem,
    raise_problem,
    save_problem_draft,
)
from projects.annual_plans import set_annual_plan
from projects.editing import change_project_terms, terms_state
from projects.models import AnnualPlan, Category, Project, ProjectMonth
from projects.months import services as months
from projects.services import change_scope, save_project
from regions.models import Region
from reporting.evidence import attach_document, remove_evidence
from reporting.services import discard_draft, return_report, withdraw_report
from tests import factories as make
from themes.editing import THEMES
from themes.models import Theme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DAY = date(2023, 8, 25)
DATED: dict[type[UpdatedAtModel], Callable[[Any], str]] = {
    Region: lambda row: f"region {row.code}",
    Department: lambda row: f"department {row.slug}",
    Plan: lambda row: f"plan {row.slug}",
    PlanMilestone: lambda row: f"milestone {row.name_en}",
    Section: lambda row: f"section {row.slug}",
    Measure: lambda row: f"measure {row.code}",
    Report: lambda row: f"report {row.measure.code} {row.period:%Y-%m}",
    StatusChange: lambda row: f"change {row.measure.code} {row.effective_on} {row.status}",
    ProblemCategory: lambda row: f"kind {row.slug}",
    Problem: lambda row: f"problem {row.code}",
    Meeting: lambda row: f"meeting {row.number}",
    Category: lambda row: f"category {row.slug}",
    Project: lambda row: f"project {row.code}",
    AnnualPlan: lambda row: f"annual plan {row.project.code} {row.year}",
    ProjectMonth: lambda row: f"month {row.project.code} {row.period:%Y-%m}",
    Indicator: lambda row: f"indicator {row.code}",
    ValueReport: lambda row: f"value {row.indicator.code} {row.period}",
    Observation: lambda row: f"observation {row.indicator.code} {row.period}",
    Theme: lambda row: f"theme {row.slug}",
}
Steps = Iterator[None]
WRITES: list[tuple[Callable[[Any], Steps], set[str]]] = []


def moves(*rows: str) -> Callable[[Callable[[Any], Steps]], Callable[[Any], Steps]]:
    """Register a function: what it does after its `yield` is written into these rows; what it does before prepares
    it."""

    def keep(write: Callable[[Any], Steps]) -> Callable[[Any], Steps]:
        WRITES.append((write, set(rows)))
        return write

    return keep


@pytest.fixture
def site() -> SimpleNamespace:
    """M001 is promoting, M002 in progress, M003 completed; P0001 and `growth` are linked with M002."""
    plan = make.make_plan("plan")
    innovation, energy = make.make_section(plan, slug="innovation"), make.make_section(plan, slug="energy")
    science, power = make.make_department("science"), make.make_department("power")
    first = make.make_measure(innovation, science, code="M001")
    second = make.make_measure(energy, power, code="M002")
    third = make.make_measure(energy, power, code="M003")
    make.make_change(second, "in_progress", date(2023, 4, 6))
    make.make_change(third, "completed", date(2023, 5, 8))
    first.participating_departments.set([power])
    make.make_project(plan, code="P0001", city="370200", measures=[second], also_in=["370600"])
    make.make_project(plan, code="P0002", city="370100")
    growth = make.make_indicator("growth", measures=[second])
    make.make_observation(growth)
    make.make_target(growth)
    make.make_observation(make.make_indicator("solar"), period="2022")
    return SimpleNamespace(
        **{each.slug: each for each in (innovation, energy, science, power)},
        **{each.code: each for model in (Measure, Project, Indicator) for each in model.objects.all()},
        ada=make.make_user("ada", role="reporter", department=science),
        rita=make.make_user("rita", role="reviewer"),
    )


def change(code: str, status: str) -> StatusChange:
    return StatusChange.objects.get(measure__code=code, status=status)


# The life of a report: nobody learns from a measure that one is being written.


@moves("report M001 2023-08")
def a_draft_is_begun(site: Any) -> Steps:
    yield
    reports.save_draft(site.M001, by=site.ada, data=reports.ReportData("promoting", "promoting", DAY))


@moves("report M001 2023-08")
def evidence_is_attached(site: Any) -> Steps:
    draft = reports.save_draft(site.M001, by=site.ada, data=reports.ReportData("promoting", "promoting", DAY))
    yield
    attach_document(draft, by=site.ada, number="No. 1")


@moves("report M001 2023-08")
def evidence_is_taken_off(site: Any) -> Steps:
    draft = reports.save_draft(site.M001, by=site.ada, data=reports.ReportData("promoting", "promoting", DAY))
    evidence = attach_document(draft, by=site.ada, number="No. 1")
    yield
    remove_evidence(evidence, by=site.ada)


@moves()
def a_draft_is_thrown_away(site: Any) -> Steps:
    draft = reports.save_draft(site.M001, by=site.ada, data=reports.ReportData("promoting", "promoting", DAY))
    attach_document(draft, by=site.ada, number="No. 1")
    yield
    discard_draft(draft, by=site.ada)


@moves("report M001 2023-08")
def a_report_is_filed(site: Any) -> Steps:
    yield
    make.file_report(site.M001, by=site.ada, status="promoting")


@moves("report M001 2023-08")
def a_report_is_withdrawn(site: Any) -> Steps:
    report = make.file_report(site.M001, by=site.ada, status="promoting")
    yield
    withdraw_report(report, by=site.ada)


@moves("report M001 2023-08")
def a_report_is_returned(site: Any) -> Steps:
    report = make.file_report(site.M001, by=site.ada, status="promoting")
    yield
    return_report(report, by=site.rita, note="Which ones?")


@moves("report M001 2023-08", "measure M001")
def a_report_is_accepted(site: Any) -> Steps:
    report = make.file_report(site.M001, by=site.ada, status="promoting")
    yield
    reports.accept_report(report, by=site.rita)


@moves("report M001 2023-08", "measure M001", "change M001 2023-08-25 in_progress")
def a_report_is_accepted_that_changes_the_status(site: Any) -> Steps:
    report = make.file_report(site.M001, by=site.ada, status="in_progress", effective_on=DAY)
    yield
    reports.accept_report(report, by=site.rita)


@moves("month P0001 2023-08")
def a_month_is_begun_and_gets_evidence(site: Any) -> Steps:
    yield
    draft = months.save_month(site.P0001, by=city_reporter(), data=BUILDING, period=date(2023, 8, 1))
    attach_document(draft, by=draft.edited_by, number="No. 1")


@moves("month P0001 2023-08", "project P0001")
def a_month_is_accepted(site: Any) -> Steps:
    zoe = city_reporter()
    draft = months.save_month(site.P0001, by=zoe, data=BUILDING, period=date(2023, 8, 1))
    months.submit_month(draft, by=zoe)
    yield
    months.accept_month(draft, by=site.rita)


@moves("value growth 2023Q2")
def a_value_is_begun_and_gets_evidence(site: Any) -> Steps:
    own_growth(site)
    yield
    draft = values.save_value(site.growth, make.region(), read_period("2023Q2"), by=site.ada, data=VALUE)
    attach_document(draft, by=site.ada, number="No. 1")


@moves("value growth 2023Q2", "indicator growth", "observation growth 2023Q2")
def a_value_is_accepted(site: Any) -> Steps:
    own_growth(site)
    draft = values.save_value(site.growth, make.region(), read_period("2023Q2"), by=site.ada, data=VALUE)
    values.submit_value(draft, by=site.ada, answers={"kind": ""})
    yield
    values.accept_value(draft, by=site.rita)


def own_growth(site: Any) -> None:
    Indicator.objects.filter(pk=site.growth.pk).update(owner=site.science)
    site.growth.refresh_from_db()


VALUE = values.ValueData(Decimal("6.3"), verified=True, released_on=date(2023, 7, 21))


@moves("annual plan P0001 2023", "project P0001")
def an_annual_plan_is_set(site: Any) -> Steps:
    yield
    set_annual_plan(site.P0001, by=site.rita, year=2023, planned_wan=100)


def city_reporter() -> User:
    return make.make_user("zoe", role="reporter", city=make.region("370200"))


BUILDING = months.MonthData("under_construction", started_on=date(2023, 3, 1), invested_wan=100, progress=10)


@moves()
def people_are_reminded_and_comment(site: Any) -> Steps:
    yield
    services.add_comment(site.M001, by=site.rita, text="How far is it?")
    remind_department(site.science, by=site.rita, plan=site.M001.section.plan, period=date(2023, 8, 1))


# Problems: the measure knows nothing of them.


@moves("problem M001-1")
def a_problem_is_kept_as_a_draft_and_raised(site: Any) -> Steps:
    yield
    draft = save_problem_draft(Problem(measure=site.M001), by=site.ada, data=ProblemData("Money"))
    raise_problem(draft, by=site.ada, data=ProblemData("Money"), version=1)


@moves("problem M001-1")
def a_problem_is_assigned_with_help(site: Any) -> Steps:
    problem = make.make_problem(site.M001)
    make.make_problem(site.M001)
    yield
    assignment = Assignment(owner=site.science, due_on=date(2023, 9, 30), helpers=[site.power])
    assign_problem(problem, by=site.rita, assignment=assignment, note="By the end of September")


@moves("problem M001-1")
def a_problem_is_said_to_be_solved(site: Any) -> Steps:
    problem = make.make_problem(site.M001, steps=["assign"])
    yield
    move_problem(problem, "solve", by=site.ada, note="Done")


@moves()
def the_draft_of_a_problem_is_thrown_away(site: Any) -> Steps:
    draft = save_problem_draft(Problem(measure=site.M001), by=site.ada, data=ProblemData())
    yield
    discard_problem_draft(draft, by=site.ada)


@moves("kind money")
def a_category_of_problems_is_renamed(site: Any) -> Steps:
    category = make.make_problem_category(site.M001.section.plan, "money", provenance="reported")
    make.make_problem(site.M001, category=category)
    values = {"number": category.number, "name_zh": "资金", "name_en": "Funds"}
    yield
    opened = CATEGORIES.state(category)
    CATEGORIES.change(category, by=site.rita, opened=opened, **values)


# Measures and their statuses.


@moves("measure M001")
def somebody_looks_after_it(site: Any) -> Steps:
    yield
    set_owners(site.M001, by=site.rita, opened=owners_state(site.M001), owner=site.ada, deputy=None)


@moves("measure M004", "change M004 2023-08-25 promoting")
def a_measure_is_added(site: Any) -> Steps:
    draft = Measure(code="M004", title_en="New", section=site.energy, lead_department=site.power)
    draft.provenance = draft.lead_provenance = "illustrative"
    yield
    services.add_measure(draft, by=site.rita, listed_on=DAY)


@moves("measure M002")
def the_words_of_a_measure_are_changed(site: Any) -> Steps:
    yield
    site.M002.title_en = "Another title"
    services.change_measure(site.M002, by=site.rita)


@moves("measure M002")
def the_office_changes_its_texts_and_participants(site: Any) -> Steps:
    yield
    change_texts(
        site.M002,
        by=site.rita,
        opened=measure_state(site.M002),
        texts={"title_en": "Another title"},
        participating_departments=[site.science],
    )


@moves("measure M004", "change M004 2023-08-25 promoting")
def the_office_adds_a_measure(site: Any) -> Steps:
    yield
    enter_measure(
        site.energy,
        by=site.rita,
        code="M004",
        lead_department=site.power,
        participating_departments=[],
        listed_on=DAY,
        due_on=None,
        texts={"title_zh": "新", "title_en": "New"},
    )


@moves("section energy")
def a_section_is_renamed(site: Any) -> Steps:
    yield
    values = {"number": site.energy.number, "title_zh": "新名", "title_en": "New"}
    opened = SECTIONS.state(site.energy)
    SECTIONS.change(site.energy, by=site.rita, opened=opened, **values, reason="Agreed", source="The plan")


@moves("department power")
def a_department_is_renamed(site: Any) -> Steps:
    mia = make.make_user("mia", role="administrator")
    opened = department_state(site.power)
    yield
    names = {name: f"{site.power.number} {name}" for name in NAMES}
    change_department(site.power, by=mia, opened=opened, number=7, **names)


@moves("measure M002")
def its_terms_are_changed(site: Any) -> Steps:
    yield
    change_terms(
        site.M002,
        by=site.rita,
        reason="Agreed",
        due_on=DAY,
        lead_department=site.science,
        section=site.innovation,
    )


@moves("measure M002", "change M002 2023-04-06 in_progress", "change M002 2023-04-07 in_progress")
def a_status_is_corrected(site: Any) -> Steps:
    wrong = change("M002", "in_progress")
    yield
    correct_status(wrong, by=site.rita, status="in_progress", effective_on=date(2023, 4, 7), reason="A slip")


@moves("measure M001", "report M001 2023-08", "change M001 2023-08-29 in_progress")
def an_acceptance_is_undone(site: Any) -> Steps:
    report = make.file_report(site.M001, by=site.ada, status="in_progress")
    reports.accept_report(report, by=site.rita)
    yield
    undo_acceptance(report, by=site.rita, note="A mistake")


@moves("measure M003", "change M003 2023-08-25 in_progress")
def a_measure_is_reopened(site: Any) -> Steps:
    yield
    reopen_measure(site.M003, by=site.rita, status="in_progress", effective_on=DAY, reason="Found open")


@moves("measure M002", "change M002 2023-02-01 promoting", "project P0001", "indicator growth")
def a_measure_is_listed_from_another_day(site: Any) -> Steps:
    yield
    move_listing(site.M002, by=site.rita, listed_on=date(2023, 2, 1))


@moves(
    *("measure M001", "measure M002", "measure M003", "department power", "report M002 2023-04", "report M003 2023-05")
)
def departments_are_merged(site: Any) -> Steps:
    yield
    merge_departments(site.power, into=site.science, by=site.rita, reason="Decided")


@moves("department empty", "department other")
def a_department_that_has_nothing_but_an_older_one_is_merged(site: Any) -> Steps:
    empty, other = make.make_department("empty"), make.make_department("other")
    merge_departments(other, into=empty, by=site.rita, reason="Decided")
    yield
    merge_departments(empty, into=site.science, by=site.rita, reason="Decided")


@moves("measure M001")
def a_department_takes_part_no_more(site: Any) -> Steps:
    yield
    site.M001.participating_departments.clear()


@moves("measure M003")
def a_department_takes_part(site: Any) -> Steps:
    yield
    site.science.joined_measures.add(site.M003)


@moves("measure M003")
def a_department_that_takes_part_is_deleted(site: Any) -> Steps:
    third = make.make_department("third")
    site.M003.participating_departments.add(third)
    yield
    Department.objects.filter(pk=third.pk).delete()


# Projects.


@moves("project P0003")
def a_project_is_added(site: Any) -> Steps:
    yield
    site.P0002.pk, site.P0002.code, site.P0002._state.adding = None, "P0003", True
    save_project(site.P0002, by=site.rita)


@moves("project P0001")
def a_project_moves_to_another_city(site: Any) -> Steps:
    yield
    site.P0001.city = make.region("370100")
    save_project(site.P0001, by=site.rita)


@moves("project P0001")
def the_total_of_a_project_is_revised(site: Any) -> Steps:
    yield
    opened = terms_state(site.P0001)
    change_project_terms(site.P0001, by=site.rita, opened=opened, reason="概算调整", investment_wan=12_345)


@moves("project P0001", "measure M002")
def a_project_is_listed_from_another_day(site: Any) -> Steps:
    yield
    site.P0001.listed_on = DAY
    save_project(site.P0001, by=site.rita)


@moves("project P0001", "measure M002")
def a_project_is_withdrawn(site: Any) -> Steps:
    yield
    change_scope(site.P0001, ScopeKind.WITHDRAWN, by=site.rita, effective_on=DAY, reason="并入其他项目")


@moves("project P0002", "measure M001", "measure M003")
def a_project_is_linked(site: Any) -> Steps:
    yield
    site.P0002.measures.add(site.M001, site.M003)


@moves("project P0001", "project P0002", "measure M002", "measure M003")
def links_of_a_measure_are_set_anew(site: Any) -> Steps:
    site.M003.projects.add(site.P0002)
    yield
    site.M003.projects.remove(site.P0002)
    site.M002.projects.clear()


@moves()
def a_link_is_made_that_is_there(site: Any) -> Steps:
    yield
    site.P0001.measures.add(site.M002)


@moves("project P0001")
def a_project_lies_in_another_city_too(site: Any) -> Steps:
    yield
    site.P0001.also_in.add(make.region("370100"))


# Indicators: the administration writes them.


@moves("observation growth 2023Q1", "indicator growth")
def an_observation_is_added(site: Any) -> Steps:
    yield
    make.make_observation(site.growth, "4.9", period="2023Q1", released_on=date(2023, 4, 18))


@moves("observation growth 2023H1", "indicator growth")
def an_observation_is_changed(site: Any) -> Steps:
    yield
    row = site.growth.observations.get()
    row.value = "6.3"
    row.save(update_fields=["value"])


@moves("observation solar 2023H1", "indicator growth", "indicator solar")
def an_observation_goes_to_another_indicator(site: Any) -> Steps:
    yield
    row = site.growth.observations.get()
    row.indicator, row.released_on = site.solar, date(2023, 7, 21)
    row.save()


@moves("indicator growth")
def observations_are_deleted(site: Any) -> Steps:
    yield
    Observation.objects.filter(indicator=site.growth).delete()


@moves("indicator growth")
def a_target_is_changed(site: Any) -> Steps:
    yield
    target = site.growth.targets.get()
    target.value = 8
    target.save()


@moves("indicator solar", "observation solar 2022")
def an_indicator_is_changed(site: Any) -> Steps:
    yield
    site.solar.unit = "10,000 kW"
    site.solar.save()


@moves("indicator solar", "measure M001")
def an_indicator_is_linked(site: Any) -> Steps:
    yield
    site.solar.measures.add(site.M001)


@moves("measure M001")
def an_indicator_is_deleted(site: Any) -> Steps:
    bare = make.make_indicator("bare", measures=[site.M001])
    yield
    bare.delete()


# What stands by itself.


@moves("region 370100")
def a_region_is_renamed(site: Any) -> Steps:
    yield
    region = make.region("370100")
    region.name_en = "Ji'nan"
    region.save()


@moves("theme wind")
def a_theme_gets_another_member(site: Any) -> Steps:
    theme = make.make_theme(site.energy.plan, "wind", sections=[site.energy])
    yield
    values = {name: THEMES.state(theme)[name] for name in ("number", "name_zh", "name_en", "note_zh", "note_en")}
    members = {"sections": [site.energy], "categories": [], "indicators": [], "measures": [site.M001]}
    why = {"reason": "Agreed", "source": "The plan"}
    THEMES.change(theme, by=site.rita, opened=THEMES.state(theme), **values, **members, **why)


@moves("theme wind")
def a_member_of_a_theme_is_deleted(site: Any) -> Steps:
    bare = make.make_indicator("bare")
    make.make_theme(site.energy.plan, "wind", indicators=[bare])
    yield
    bare.delete()


@moves("section energy", "department science", "plan plan")
def a_section_a_department_and_a_plan_are_renamed(site: Any) -> Steps:
    yield
    site.energy.title_en = "Energy"
    site.energy.save()
    Department.objects.filter(slug="science").update(name_en="Science")
    plan = site.energy.plan
    plan.name_en = "The plan"
    Plan.objects.bulk_update([plan], ["name_en"])


@moves("meeting 1")
def a_meeting_changes(site: Any) -> Steps:
    meeting = make.make_meeting(plan=site.energy.plan)
    make.make_meeting(plan=site.energy.plan)
    yield
    change_meeting(meeting, by=site.rita, place="Room 2")


@moves("meeting 1")
def an_agenda_changes(site: Any) -> Steps:
    problems = [make.make_problem(each, DAY) for each in (site.M001, site.M002)]
    meeting = make.make_meeting(problems[:1])
    yield
    put_on_agenda(meeting, problems[1:], by=site.rita)
    take_off_agenda(meeting.items.get(problem=problems[0]), by=site.rita)


@moves("meeting 1", "problem M001-1")
def a_direction_is_given(site: Any) -> Steps:
    item = make.make_meeting([make.make_problem(site.M001, DAY)]).items.get()
    yield
    give_direction(item, by=site.rita, direction=Direction(site.power, "Give the land", date(2023, 9, 30)))


@moves("meeting 1", "problem M001-1")
def a_problem_of_a_meeting_goes_on(site: Any) -> Steps:
    problem = make.make_problem(site.M001, DAY)
    make.make_meeting([problem])
    make.make_meeting([make.make_problem(site.M002, DAY)])
    yield
    move_problem(problem, "withdraw", by=site.rita, note="Done")


@moves()
def people_change(site: Any) -> Steps:
    yield
    make.make_user("ben", role="reporter", department=site.power)


@pytest.mark.parametrize(("write", "rows"), WRITES, ids=[write.__name__ for write, _rows in WRITES])
def test_what_is_written_moves_the_rows_that_show_it(write: Callable[[Any], Steps], rows: set[str], site: Any) -> None:
    steps = write(site)
    next(steps)
    for model in DATED:
        model.objects.update(updated_at=LONG_AGO)
    # The real time, whatever the day of the demonstration; the database's clock is that of this machine.
    before = datetime.now(UTC) - timedelta(seconds=1)
    assert next(steps, None) is None
    after = datetime.now(UTC) + timedelta(seconds=1)
    moved = {name(row): row.updated_at for model, name in DATED.items() for row in model.objects.all()}
    moved = {name: moment for name, moment in moved.items() if moment != LONG_AGO}
    assert set(moved) == rows
    assert [name for name, moment in moved.items() if not before <= moment <= after] == []


def test_every_dated_table_is_in_the_table() -> None:
    assert {model for model in apps.get_models() if issubclass(model, UpdatedAtModel)} == set(DATED)
    assert [model for model in DATED if not isinstance(model.objects.all(), UpdatedAtQuerySet)] == []


def test_a_row_knows_its_moment_once_it_is_saved(site: Any) -> None:
    Measure.objects.update(updated_at=LONG_AGO)
    site.M001.save()
    assert site.M001.updated_at == Measure.objects.get(code="M001").updated_at > LONG_AGO
    made = make.make_section(slug="new")
    assert made.updated_at == Section.objects.get(slug="new").updated_at


def test_it_is_no_news_for_the_log(site: Any) -> None:
    LogEntry.objects.all().delete()
    site.M001.save()
    site.P0001.save()
    assert not LogEntry.objects.exists()


def test_accepting_asks_the_database_one_more_thing(site: Any) -> None:
    """The measure is told once, whether or not its status changes."""
    for status in ("promoting", "in_progress"):
        is_change = status == "in_progress"
        report = make.file_report(site.M001, by=site.ada, status=status, effective_on=DAY if is_change else None)
        with CaptureQueriesContext(connection) as queries:
            reports.accept_report(report, by=site.rita)
        told = [query["sql"] for query in queries if query["sql"].startswith('UPDATE "measures_measure"')]
        assert len(told) == 1
