"""Constraints by which the database itself refuses what must never be, whoever writes: no form and no service stands
between."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import CheckConstraint
from django.db.models.deletion import ProtectedError

from accounts.models import AccessToken, Department, Session, UsedPassword, User
from core.own_apps import own_models
from core.provenance import Sourced
from dashboard.models import PublishedFigure
from indicators.models import HeadlineIndicator, Indicator, Observation, Target, ValueReportEvidence
from integrity.models import IntegrityRun
from measures.models import Evidence, Load, Measure, Plan, PlanMilestone, Report, Section, StatusChange
from notices.models import Notice
from problems.models import Meeting, MeetingItem, Problem, ProblemEvidence
from projects.models import Project, ProjectMonthEvidence, TermsChange
from regions.models import Region
from reporting.models import AbstractFiling, AbstractReport
from rollups.models import MeasureRollup, ProjectRollup, StaleCell
from tests.factories import (
    SHOWN,
    leave,
    make_category,
    make_change,
    make_department,
    make_exemption,
    make_indicator,
    make_measure,
    make_observation,
    make_plan,
    make_problem,
    make_problem_category,
    make_project,
    make_report,
    make_section,
    make_target,
    make_user,
    region,
    shanghai,
)

pytestmark = pytest.mark.both_databases

# A proxy has no table, and no constraints of its own.
MODELS = [model for model in own_models() if not model._meta.proxy and model._meta.app_label != "web"]


def names(model: type[models.Model]) -> set[str]:
    return {constraint.name for constraint in model._meta.constraints}


@pytest.mark.parametrize("model", [m for m in MODELS if issubclass(m, Sourced)], ids=lambda m: m._meta.label)
def test_every_row_with_a_provenance_is_held_to_it(model: type[models.Model]) -> None:
    prefix = model._meta.db_table
    assert {f"{prefix}_provenance_known", f"{prefix}_published_has_source"} <= names(model)


def test_every_model_with_a_provenance_is_one_of_them() -> None:
    with_column = {m for m in MODELS if any(field.name == "provenance" for field in m._meta.fields)}
    assert with_column == {m for m in MODELS if issubclass(m, Sourced)}
    assert len(with_column) == 19


@pytest.mark.parametrize("model", [m for m in MODELS if issubclass(m, AbstractFiling)], ids=lambda m: m._meta.label)
def test_every_report_has_the_constraints_of_a_report(model: type[models.Model]) -> None:
    prefix = f"{model._meta.app_label}_{model._meta.model_name}"
    rules = (
        "state_known",
        "decided_has_day",
        "decision_has_time_and_person",
        "filed_has_day",
        "submission_has_time_and_person",
        "note_in_bounds",
        *(["texts_in_bounds"] if issubclass(model, AbstractReport) else []),
    )
    assert {f"{prefix}_{rule}" for rule in rules} <= names(model)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_a_decision_has_a_time_and_a_person_or_neither(model: type[models.Model]) -> None:
    """Some constraint names both of each pair x_at and x_by; what the product itself records has no person."""
    fields = {field.name for field in model._meta.fields}
    for at in sorted(name for name in fields if name.endswith("_at") and f"{name[:-3]}_by" in fields):
        if (model, at) in ((StatusChange, "recorded_at"), (Load, "loaded_at"), (Load, "taken_back_at")):
            continue
        by = f"{at[:-3]}_by"
        if not model._meta.get_field(at).null and not model._meta.get_field(by).null:
            continue
        conditions = [str(each.condition) for each in model._meta.constraints if isinstance(each, CheckConstraint)]
        assert [each for each in conditions if f"{at}__isnull" in each and f"{by}__isnull" in each], (at, by)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_every_choice_is_held_to_its_values(model: type[models.Model]) -> None:
    conditions = [str(each.condition) for each in model._meta.constraints if isinstance(each, CheckConstraint)]
    for field in model._meta.fields:
        if field.choices:
            assert [each for each in conditions if f"{field.name}__in" in each], field.name


def test_rows_that_others_rest_on_are_protected() -> None:
    """CASCADE only for what is a part of its parent."""
    parts = {
        (field.model, field.name)
        for model in MODELS
        for field in model._meta.fields
        if field.remote_field and field.remote_field.on_delete is models.CASCADE  # type: ignore[attr-defined]
    }
    assert parts == {
        (AccessToken, "user"),
        (Session, "user"),
        (UsedPassword, "user"),
        (Evidence, "report"),
        (ProjectMonthEvidence, "report"),
        (ValueReportEvidence, "report"),
        (Notice, "user"),
        (Notice, "measure"),
        (Notice, "plan"),
        (PlanMilestone, "plan"),
        (Notice, "report"),
        (Notice, "step"),
        (Notice, "value_report"),
        (Notice, "month"),
        (Notice, "indicator"),
        (Notice, "city"),
        (ProblemEvidence, "step"),
        (MeetingItem, "meeting"),
        (MeasureRollup, "plan"),
        (MeasureRollup, "section"),
        (MeasureRollup, "lead_department"),
        (ProjectRollup, "plan"),
        (ProjectRollup, "city"),
        (ProjectRollup, "category"),
        (PublishedFigure, "plan"),
        (HeadlineIndicator, "plan"),
        (HeadlineIndicator, "indicator"),
        (IntegrityRun, "load"),
    }


DAY = date(2023, 8, 29)
AT = shanghai(DAY)
Write = Callable[[], Any]


def change(**fields: Any) -> Write:
    """A second row of a measure, sound but for the fields."""

    def write() -> None:
        measure = make_measure()
        values = {"old_status": "promoting", "status": "in_progress", "effective_on": DAY, **fields}
        if "report" not in values:
            values["report"] = make_report(measure, DAY)
        if values.get("supersedes") == "first":
            values["supersedes"] = measure.status_changes.get()
        StatusChange.objects.create(measure=measure, recorded_at=AT, **SHOWN, **values)

    return write


def report(**fields: Any) -> Write:
    return lambda: make_report(make_measure(), DAY, **fields)


def supersede_twice() -> None:
    measure = make_measure()
    first = measure.status_changes.get()
    for _time in range(2):
        make_change(measure, "promoting", measure.listed_on, supersedes=first)


def rest_twice_on_one_report() -> None:
    measure = make_measure()
    moved = make_change(measure, "in_progress", DAY)
    make_change(measure, "completed", DAY, old_status="in_progress", report=moved.report)


def two_open_reports() -> None:
    measure = make_measure()
    make_report(measure, DAY, state="submitted")
    make_report(measure, DAY, state="draft")


def problem(**fields: Any) -> Write:
    return lambda: make_problem(make_measure(), DAY, **fields)


def problem_step(**fields: Any) -> Write:
    """A second step of a problem, sound but for the fields."""

    def write() -> None:
        held = make_problem(make_measure(), DAY)
        values = {"move": "reply", "state": "raised", "made_on": DAY, "content": held.content(), "note": "答"}
        held.steps.create(**{**values, "owner": held.measure.lead_department, **fields})

    return write


def meeting(**fields: Any) -> Meeting:
    plan = make_plan()
    return Meeting.objects.create(**{"plan": plan, "number": 7001, "title_zh": "协调会", "held_on": DAY, **fields})


def put_twice_on_a_meeting() -> None:
    held, met = make_problem(make_measure(), DAY), meeting()
    for position in (1, 2):
        met.items.create(problem=held, position=position)


def rollup(**fields: Any) -> Write:
    def write() -> None:
        measure = make_measure()
        counts = {"total": 3, "promoting": 1, "in_progress": 1, "completed": 1, "due": 1, "green": 3}
        values = {**counts, "yellow": 0, "red": 0, **fields}
        cell = {"plan": measure.section.plan, "section": measure.section, "lead_department": measure.lead_department}
        MeasureRollup.objects.create(**cell, **values, as_of=DAY, computed_at=AT)

    return write


def revise(**fields: Any) -> TermsChange:
    values = {"field": "investment_wan", "old_value": "9000", "new_value": "10000", "reason": "设计变更"}
    rita = make_user("rita", role="reviewer")
    return make_project().terms_changes.create(recorded_at=AT, recorded_by=rita, **{**values, **fields})


def user(**fields: Any) -> Write:
    return lambda: make_user("somebody", **fields)


def two_of(make: Callable[..., Any], **fields: Any) -> Write:
    return lambda: [make(**fields) for _time in range(2)]


def place(**fields: Any) -> Write:
    names = {"name_zh": "某地", "name_en": "Place", "short_zh": "某地", "short_en": "Place"}
    return lambda: Region.objects.create(
        **{**names, **SHOWN, "code": "370300", "kind": "city", "parent": region(), **fields}
    )


def merge_into_itself() -> None:
    department = make_department()
    Department.objects.filter(pk=department.pk).update(merged_into=department, merged_on=DAY)


def enter_twice() -> None:
    rita = make_user("rita")
    measure = make_measure()
    for day in (DAY, DAY):
        make_change(measure, "in_progress", day, report=None, recorded_by=rita)


NEVER: dict[str, Write] = {
    # departments
    "a department merged into itself": merge_into_itself,
    "a merger without a day": lambda: make_department(merged_into=make_department()),
    "a day without a merger": lambda: make_department(merged_on=DAY),
    # status changes
    "a change to an unknown status": change(status="finished"),
    "a change from an unknown status": change(old_status="begun"),
    "a change that changes nothing": change(status="promoting"),
    "a change without a report": change(report=None),
    "a completion without a report": change(status="completed", report=None),
    "what the office enters without a reason": lambda: change(report=None, recorded_by=make_user("rita"))(),
    "what the office enters twice": enter_twice,
    "a completion that the office enters": lambda: change(
        status="completed", report=None, recorded_by=make_user("rita"), reason_zh="已完成"
    )(),
    "a correction with a report": change(supersedes="first"),
    "a reopening with a report": change(old_status="completed"),
    "a first row with a report": change(old_status=None, status="promoting"),
    "a second first row": change(old_status=None, status="promoting", report=None),
    "a first row that is not promoting": lambda: make_change(
        make_measure(first_row=False), "in_progress", DAY, old_status=None
    ),
    "a row corrected twice": supersede_twice,
    "two changes on one report": rest_twice_on_one_report,
    # reports
    "a report in no state": report(state="lost"),
    "a report of an unknown status": report(status="finished"),
    "a report against an unknown status": report(against_status=""),
    "an accepted report without its day": report(decided_on=None),
    "a returned report without its day": report(state="returned", decided_on=None),
    "a decision of nobody": report(decided_at=AT),
    "a decision at no time": lambda: report(decided_by=make_user("rita", role="reviewer"))(),
    "a submitted report without its day": lambda: Report.objects.filter(
        pk=make_report(make_measure(), DAY, state="submitted").pk
    ).update(submitted_on=None),
    "a submission of nobody": report(submitted_at=AT),
    "a submission at no time": lambda: report(submitted_by=make_user("rita", role="reviewer"))(),
    "two open reports for a month": two_open_reports,
    "a step that no report takes": lambda: make_report(make_measure(), DAY).steps.create(
        move="burn", made_on=DAY, content={}
    ),
    "a step of nobody": lambda: make_report(make_measure(), DAY).steps.create(
        move="submit", made_on=DAY, made_at=AT, content={}
    ),
    "evidence of nothing": lambda: Evidence.objects.create(report=make_report(make_measure(), DAY), title_zh="空"),
    # problems and meetings
    "a problem that says nothing": problem(text_zh="", text_en=""),
    "a problem of a very long text": problem(text_zh="字" * 2001),
    "a problem raised before the calendar": lambda: make_problem(make_measure(), date(1889, 1, 1)),
    "a draft edited by nobody": problem(edited_at=AT),
    "two problems of one number": lambda: [
        Problem.objects.create(measure=measure, number=7, text_zh="缺人") for measure in [make_measure()] * 2
    ],
    "a problem from nowhere": problem(provenance="rumour"),
    "a step that no problem takes": problem_step(move="burn"),
    "a step to an unknown state": problem_step(state="lost"),
    "a step back to a draft": problem_step(state="draft"),
    "a step of a problem by nobody": problem_step(made_at=AT),
    "a step of a very long note": problem_step(note="字" * 2001),
    "a step due after the calendar": problem_step(due_on=date(2101, 1, 1)),
    "a reply with a file of nothing": lambda: ProblemEvidence.objects.create(
        step=make_problem(make_measure(), DAY).steps.get(), title_zh="空"
    ),
    "a category of problems without a name": lambda: make_problem_category(name_zh="", name_en=""),
    "two categories of problems of one slug": two_of(make_problem_category, slug="same"),
    "two categories of problems of one number": two_of(make_problem_category, number=7001),
    "a meeting without a title": lambda: meeting(title_zh="", title_en=""),
    "two meetings of one number": two_of(meeting),
    "a meeting beyond the calendar": lambda: meeting(held_on=date(2101, 1, 1)),
    "a problem that is twice on a meeting": put_twice_on_a_meeting,
    # exemptions from the ranking
    "an exemption without a reason": lambda: make_exemption(reason_zh="", reason_en=""),
    "an exemption that ends before it begins": lambda: make_exemption(ends_on=date(2023, 6, 30)),
    "an exemption beyond the calendar": lambda: make_exemption(ends_on=date(2101, 1, 1)),
    "two exemptions of a city from one day on": lambda: [
        make_exemption(ends_on=date(2023, 7, last)) for last in (1, 2)
    ],
    "two exemptions of a city without an end": lambda: [
        make_exemption(starts_on=date(2023, month, 1)) for month in (1, 2)
    ],
    "an exemption recorded by nobody": lambda: make_exemption(recorded_at=AT),
    # leaving and returning
    "a measure that is readmitted": lambda: leave(make_measure(), "readmitted"),
    "a project that is suspended": lambda: leave(make_project(), "suspended"),
    "leaving without a reason": lambda: leave(make_measure(), "withdrawn", reason=""),
    # plans, measures
    "a plan that ends before it starts": lambda: make_plan("back", ends_on=date(2022, 12, 31)),
    "two plans of one slug": two_of(
        lambda: Plan.objects.create(slug="plan", name_zh="计划", name_en="Plan", starts_on=DAY, ends_on=DAY, **SHOWN)
    ),
    "two current plans": lambda: [make_plan(slug, is_current=True) for slug in ("one", "two")],
    "a plan without a name": lambda: make_plan("nameless", name_zh="", name_en=""),
    "a milestone without a name": lambda: PlanMilestone.objects.create(
        plan=make_plan(), happens_on=DAY, name_zh="", name_en="", **SHOWN
    ),
    "a section without a title": lambda: make_section(title_zh="", title_en=""),
    "a measure without a title": lambda: make_measure(title_zh="", title_en=""),
    "a project without a name": lambda: make_project(name_zh="", name_en=""),
    "an indicator without a name": lambda: make_indicator(name_zh="", name_en=""),
    "a department without a name": lambda: make_department(name_zh="", name_en=""),
    "a region without a name": lambda: Region.objects.create(code="000001", kind="country", **SHOWN),
    "two sections of one number": two_of(make_section, number=7001),
    "two sections of one slug": two_of(make_section, slug="same"),
    "a measure due before it is listed": lambda: make_measure(listed_on=DAY, due_on=date(2023, 8, 28)),
    "a measure whose deputy is its owner": lambda: make_measure(owner=(ada := make_user("ada")), deputy=ada),
    "a measure without a code": lambda: make_measure(code=""),
    "a measure with two codes": lambda: make_measure(code="M001,M002"),
    "a measure whose code is a folder": lambda: make_measure(code=".."),
    "a measure whose code is a path": lambda: make_measure(code="1/2"),
    "a measure whose code turns around": lambda: make_measure(code="M\u202e001"),
    "a measure with a long code": lambda: make_measure(code="M" * 33),
    "two measures of one code": two_of(make_measure, code="M7001"),
    "a lead department from nowhere": lambda: make_measure(lead_provenance="rumour"),
    "a rumour": lambda: make_measure(provenance="rumour"),
    "a publication without a source": lambda: make_measure(provenance="published", source=""),
    # projects
    "an investment below zero": lambda: make_project(investment=-1),
    "two categories of one number": two_of(make_category, number=7001),
    "two categories of one slug": two_of(make_category, slug="same"),
    "a category without a name": lambda: make_category(name_zh="", name_en=""),
    "a project of an unknown class": lambda: make_project(project_class="dream"),
    "a national code without its hyphens": lambda: make_project(national_code="210537060204011234560000"),
    "a project completed before it starts": lambda: make_project(
        planned_start_on=date(2023, 5, 1), planned_completion_on=date(2023, 4, 30)
    ),
    "a planned day beyond the calendar": lambda: make_project(planned_start_on=date(2101, 1, 1)),
    "a term of projects that is none": lambda: revise(field="stage"),
    "a revision that changes nothing": lambda: revise(old_value="10000", new_value="10000"),
    "a revision without a reason": lambda: revise(reason=""),
    "a project in an unknown stage": lambda: make_project(stage="dream"),
    "a project whose code is two lines": lambda: make_project(code="P0\n01"),
    "two projects of one code": two_of(make_project, code="P70001"),
    "an investment from nowhere": lambda: make_project(investment_provenance=""),
    # indicators
    "a direction to nowhere": lambda: make_indicator(direction="left"),
    "a factor of nothing": lambda: make_indicator(zh_factor=0),
    "two first headlines": two_of(make_indicator, headline=9001),
    "a period of an unknown kind": lambda: make_observation(make_indicator(), period_kind="moon"),
    "a period that ends before it starts": lambda: make_observation(
        make_indicator(), period_start=DAY, period_end=date(2023, 8, 28)
    ),
    "a baseline at no time": lambda: make_target(make_indicator(), baseline_value=1),
    "a baseline of nothing": lambda: make_target(make_indicator(), baseline_on=DAY),
    "a target for year zero": lambda: make_target(make_indicator(), due_year=0),
    "a target beyond the calendar": lambda: make_target(make_indicator(), due_year=10_000),
    # regions, accounts
    "a region of an unknown kind": place(kind="village"),
    "a country in a province": place(kind="country"),
    "half a tile": place(tile_row=1),
    "a tile of a country": place(kind="country", parent=None, tile_row=1, tile_column=1),
    "a tile in row zero": place(tile_row=0, tile_column=1),
    "two regions of one code": two_of(place(code="370400")),
    "a user of an unknown role": user(role="king"),
    "a reporter of neither a department nor a city": user(role="reporter"),
    "a reporter of both": lambda: user(role="reporter", department=make_department(), city=region("370200"))(),
    "a user of a department and a city": lambda: user(department=make_department(), city=region("370200"))(),
    "two departments of one slug": two_of(make_department, slug="same"),
    # dashboard
    "a rollup whose statuses do not sum": rollup(promoting=2),
    "a rollup whose lights do not sum": rollup(red=1),
    "a rollup with more due than there are": rollup(due=4),
    "a mark of an unknown kind": lambda: StaleCell.objects.create(kind="people", key=[1], marked_at=AT),
    "two figures of one day": two_of(
        lambda: PublishedFigure.objects.create(
            plan=make_plan(), as_of=DAY, figure="measures.total", value=249, provenance="published", source="A paper"
        )
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", NEVER)
def test_the_database_refuses(what: str) -> None:
    # What is too long for its column is an error of the data to PostgreSQL.
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        NEVER[what]()


@pytest.mark.django_db
def test_the_database_takes_what_may_be() -> None:
    """The same writers without the fault: a refusal above is for the fault alone."""
    change()()
    change(old_status="promoting", status="promoting", supersedes="first", report=None)()
    change(old_status="completed", status="in_progress", report=None)()
    change(report=None, recorded_by=make_user("rob"), reason_zh="已建成一期")()
    for state in ("draft", "submitted", "accepted", "returned"):
        report(state=state)()
    reviewer = make_user("rita", role="reviewer")
    problem(edited_at=AT, edited_by=reviewer)()
    problem_step(made_at=AT, made_by=reviewer, due_on=date(2100, 12, 31))()
    meeting().items.create(problem=Problem.objects.first(), position=1)
    make_problem_category()
    report(decided_at=AT, decided_by=reviewer, submitted_at=AT, submitted_by=reviewer)()
    rollup()()
    user(role="reporter", department=make_department())()
    make_user("zoe", role="reporter", city=region("370200"))
    place(tile_row=1, tile_column=1)()
    make_measure(due_on=None)
    make_target(make_indicator(), due_year=2100, baseline_value=1, baseline_on=DAY)
    make_observation(make_indicator(headline=None), period_start=DAY, period_end=DAY)
    make_project(investment=0)


@pytest.mark.django_db
def test_accepted_reports_of_one_month_may_be_several() -> None:
    measure = make_measure()
    for _time in range(2):
        make_report(measure, DAY)
    make_report(measure, DAY, state="submitted")
    assert Report.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [Plan, Section, Department, Region, Measure, Indicator, Report, User, Problem])
def test_what_others_rest_on_cannot_be_deleted(kind: type[models.Model]) -> None:
    make_change(make_measure(), "in_progress", DAY, recorded_by=make_user("rita", role="reviewer"))
    make_problem(make_measure())
    make_project()
    make_observation(make_indicator())
    with pytest.raises(ProtectedError):
        kind._default_manager.all().delete()
    assert kind._default_manager.exists()


def test_every_model_of_the_walk_is_known() -> None:
    """A new model must come by here."""
    assert len(MODELS) == 54
    assert {Observation, Target, Project, ProjectRollup} <= set(MODELS)
