"""Actions of people on projects and their months: see `tests.simulator.actions`."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from accounts.models import Department, User
from core.exceptions import NotAllowed
from core.scope import ScopeKind
from measures.models import Plan
from projects.annual_plans import set_annual_plan
from projects.editing import change_project_terms, terms_state
from projects.models import Project, ProjectClass, ProjectMonth, Stage
from projects.months.rules import CHECKS
from projects.months.services import MonthData, accept_month, save_month, submit_month, undo_month
from projects.services import change_scope as change_project_scope
from projects.services import save_project
from reporting.services import discard_draft, do_each, return_report, withdraw_report
from tests.factories import CATEGORIES, SHOWN, category, region
from tests.simulator.expected import Expected
from tests.simulator.expected_projects import BUILT, DAYS, DOUBTS, ExpectedMonth
from tests.simulator.requests import Action, Request, stale
from tests.simulator.world import CITIES, World


def save_a_project(world: World) -> Request | None:
    pk, project = world.a_project()
    by, row = world.of_the_office(), stale(Project, pk)
    values = {
        "city": region(world.one_of(CITIES)),
        "category": category(Plan.objects.get(pk=project.plan), world.one_of(list(CATEGORIES))),
        "opening_stage": world.one_of(Stage.values),
        "investment_wan": world.random.randint(0, 1_000_000),
        "listed_on": world.a_day(date(2023, 1, 3)),
        "project_class": world.one_of(ProjectClass.values),
        "planned_start_on": world.a_day(world.clock.moment.date()) + timedelta(days=world.random.randint(0, 500)),
        "lead_department": Department.objects.get(pk=world.a_department()),
    }
    names = [name for name in values if world.chance(0.4)]

    def do(user: User) -> Project:
        project = row()
        for name in names:
            setattr(project, name, values[name])
        return save_project(project, by=user)

    return Request(by, do, lambda expected, ack, first, last: expected.project_saved(ack))


def revise_a_project(world: World) -> Request | None:
    pk, _project = world.a_project()
    by, row = world.of_the_office(), stale(Project, pk)
    opened, investment = terms_state(row()), world.random.randint(0, 1_000_000)

    def do(user: User) -> Project:
        change_project_terms(row(), by=user, opened=opened, reason="概算调整", investment_wan=investment)
        return Project.objects.get(pk=pk)

    return Request(by, do, lambda expected, ack, first, last: expected.project_saved(ack))


def add_a_project(world: World) -> Request | None:
    if len(world.expected.projects) >= 40:
        return None
    world.serial += 1
    values = {"name_zh": "新项目", "name_en": "New", "investment_provenance": "illustrative", **SHOWN}
    values |= {
        "city": region(world.one_of(CITIES)),
        "code": f"X{world.serial:04}",
    }
    values |= {
        "listed_on": world.a_day(date(2023, 1, 3)),
        "investment_wan": 10_007,
        "opening_stage": world.one_of(Stage.values),
    }
    plan = Plan.objects.get(pk=world.one_of(world.sections))
    values |= {"plan_id": plan.pk, "category": category(plan, world.one_of(list(CATEGORIES)))}

    def do(user: User) -> Project:
        if Project.objects.filter(plan=values["plan_id"], code=values["code"]).exists():
            raise NotAllowed("As the form says.")
        return save_project(Project(**values), by=user)

    return Request(
        world.of_the_office(),
        do,
        lambda expected, ack, first, last: expected.project_saved(ack),
    )


def change_scope_of_project(world: World) -> Request | None:
    pk, project = world.a_project()
    is_out = bool(project.scope) and project.scope[-1][1] == "withdrawn"
    kind = ScopeKind.READMITTED if is_out != world.chance(0.1) else ScopeKind.WITHDRAWN
    since = max([project.listed_on, *(day for day, _kind in project.scope)])
    by, row, on = world.of_the_office(), stale(Project, pk), world.a_day(since)

    def note(expected: Expected, ack: Any, first: date, last: date) -> None:
        expected.scope_changed(ack, expected.projects[pk], by=by, last=last)

    return Request(
        by, lambda user: change_project_scope(row(), kind, by=user, effective_on=on, reason="不再实施"), note
    )


def _said(world: World, pk: int, period: date) -> dict[str, Any]:
    """Draw what a month says: mostly as the rules want it, going on from the one before."""
    project, before = world.expected.projects[pk], world.expected.month_before(pk, period)
    was: dict[str, Any] = before.said if before else {"stage": project.stage}
    stage = was["stage"] if world.chance(0.6) else world.one_of(Stage.values)
    stages = list(DAYS)
    reached = stages[: stages.index(stage) + 1] if stage in stages else []
    days = dict.fromkeys(DAYS.values())
    for name in (DAYS[each] for each in reached):
        day = was.get(name) or period + timedelta(days=world.random.randint(0, 5))
        days[name] = max([day, *filter(None, days.values())])
    if stage == "suspended":
        days["started_on"] = was.get("started_on")
    is_of_the_year = before and before.period.year == period.year
    more, further = world.random.randint(-40, 400) * 10, world.random.randint(-1, 20)
    progress = 100 if stage in BUILT and world.chance(0.7) else min(max(was.get("progress", 0) + further, 0), 100)
    turns = (stage == "suspended") != (was["stage"] == "suspended")
    said: dict[str, Any] = {
        "stage": stage,
        **days,
        "stage_reason": "用地未落实" if turns else "",
        "invested_wan": max((was["invested_wan"] if is_of_the_year else 0) + more, 0),
        "progress": progress,
        "what_was_done": world.a_text("月报"),
    }
    if world.chance(0.06):
        said[world.one_of(["started_on", "completed_on", "invested_wan", "progress"])] = None
    return said


def _confirmed(world: World, month: ExpectedMonth) -> frozenset[str]:
    """Mostly all that is unlikely, as whoever was asked would."""
    is_complete = None not in (month.said["invested_wan"], month.said["progress"])
    return frozenset(world.expected.doubts(month) if is_complete and world.chance(0.8) else ())


def _answers(confirmed: Collection[str]) -> dict[str, str]:
    others = {check.name for check in CHECKS} - set(DOUBTS)
    return dict.fromkeys({*confirmed, *others}, "")


def file_a_month(world: World) -> Request | None:
    """A whole month at once, mostly of a project that has no open one for it."""
    today = world.clock.moment.date()
    back = -31 if world.chance(0.04) else world.random.choice((0, 31, 31, 31, 62))
    period = (today - timedelta(days=back)).replace(day=1)
    busy = {each.project for each in world.expected.months.values() if each.is_open and each.period == period}
    projects = world.expected.projects.items()
    found = world.mostly(projects, lambda each: each[0] not in busy and not each[1].is_out)
    if found is None:
        return None
    pk, project = found
    by, said, row = world.of_the_project(project), _said(world, pk, period), stale(Project, pk)
    confirmed = _confirmed(world, ExpectedMonth(0, pk, period, said))

    def do(user: User) -> ProjectMonth:
        month = save_month(row(), by=user, data=MonthData(**said), period=period)
        return submit_month(month, by=user, answers=_answers(confirmed))

    def note(expected: Expected, ack: Any, first: date, last: date) -> None:
        expected.month_saved(ack, by=by, said=said, version=None, last=last)
        expected.month_submitted(ack, by=by, confirmed=confirmed, first=first, last=last)

    return by and Request(by, do, note, projects=(pk,))


def write_a_month(world: World) -> Request | None:
    """A draft, begun or written on; the version is the one that the writer saw."""
    pk, project = world.a_project()
    months = world.expected.months_of(pk)
    seen = world.one_of(each for each in months if each.state in ("draft", "returned"))
    period = seen.period if seen else world.clock.moment.date().replace(day=1)
    by, said, row = world.of_the_project(project), _said(world, pk, period), stale(Project, pk)
    version = seen.version if seen else None

    def note(expected: Expected, ack: Any, first: date, last: date) -> None:
        expected.month_saved(ack, by=by, said=said, version=version, last=last)

    return by and Request(
        by,
        lambda user: save_month(row(), by=user, data=MonthData(**said), period=period, version=version),
        note,
        projects=(pk,),
    )


def submit_a_month(world: World) -> Request | None:
    month = world.a_month("draft", "returned")
    by = month and world.of_the_project(world.expected.projects[month.project])
    if not month or not by:
        return None
    row, confirmed = stale(ProjectMonth, month.pk), _confirmed(world, month)

    def note(expected: Expected, ack: Any, first: date, last: date) -> None:
        expected.month_submitted(ack, by=by, confirmed=confirmed, first=first, last=last)

    return Request(
        by, lambda user: submit_month(row(), by=user, answers=_answers(confirmed)), note, projects=(month.project,)
    )


def withdraw_a_month(world: World) -> Request | None:
    month = world.a_month("submitted")
    by = month and world.of_the_project(world.expected.projects[month.project])
    if not month or not by:
        return None
    row = stale(ProjectMonth, month.pk)
    return Request(
        by,
        lambda user: withdraw_report(row(), by=user),
        lambda expected, ack, first, last: expected.month_withdrawn(ack, by=by),
        projects=(month.project,),
    )


def discard_a_month(world: World) -> Request | None:
    month = world.a_month("draft")
    by = month and world.of_the_project(world.expected.projects[month.project])
    if not month or not by:
        return None
    row = stale(ProjectMonth, month.pk)
    return Request(
        by,
        lambda user: discard_draft(row(), by=user),
        lambda expected, ack, first, last: expected.month_discarded(month.pk, by=by),
        projects=(month.project,),
    )


def accept_a_month(world: World) -> Request | None:
    month = world.a_month("submitted")
    if month is None:
        return None
    by, row = world.of_the_office(), stale(ProjectMonth, month.pk)
    return Request(
        by,
        lambda user: accept_month(row(), by=user),
        lambda expected, ack, first, last: expected.month_accepted(ack, by=by, first=first, last=last),
        projects=(month.project,),
    )


def _some_months(world: World) -> list[ExpectedMonth]:
    """Ticked on one page: each once, and mostly those that wait."""
    found = [world.a_month("submitted") for _number in range(world.random.randint(2, 4))]
    return list({month.pk: month for month in found if month}.values())


def accept_some_months(world: World) -> Request | None:
    """Each is accepted, or refused, by itself."""
    if not (months := _some_months(world)):
        return None
    by, rows = world.of_the_office(), [stale(ProjectMonth, each.pk) for each in months]

    def note(expected: Expected, ack: Any, first: date, last: date) -> None:
        for outcome in ack:
            if outcome.ok:
                expected.month_accepted(outcome.subject, by=by, first=first, last=last)

    return Request(
        by,
        lambda user: do_each([row() for row in rows], lambda month: accept_month(month, by=user)),
        note,
        projects=tuple(each.project for each in months),
    )


def return_some_months(world: World) -> Request | None:
    if not (months := _some_months(world)):
        return None
    by, rows = world.of_the_office(), [stale(ProjectMonth, each.pk) for each in months]

    def note(expected: Expected, ack: Any, first: date, last: date) -> None:
        for outcome in ack:
            if outcome.ok:
                expected.month_returned(outcome.subject.pk, by=by)

    return Request(
        by,
        lambda user: do_each([row() for row in rows], lambda month: return_report(month, by=user, note="请核实投资额")),
        note,
        projects=tuple(each.project for each in months),
    )


def undo_a_month(world: World) -> Request | None:
    today = world.clock.moment.date()
    accepted = [each for each in world.expected.months.values() if each.state == "accepted"]
    month = world.one_of(each for each in accepted if each.decided_on == today) or world.one_of(accepted)
    if month is None:
        return None
    by, row = world.of_the_office(), stale(ProjectMonth, month.pk)
    return Request(
        by,
        lambda user: undo_month(row(), by=user, note="误点"),
        lambda expected, ack, first, last: expected.month_undone(month.pk, by=by, first=first),
        projects=(month.project,),
    )


def plan_a_year(world: World) -> Request | None:
    """Mostly the year that rates speak of; a plan that is changed has a reason, seldom none."""
    pk, _project = world.a_project()
    by, row = world.of_the_office(), stale(Project, pk)
    year = world.clock.moment.year - world.chance(0.2)
    planned, reason = world.random.randint(0, 20) * 1_003, "年度计划调整" if world.chance(0.8) else ""

    def note(expected: Expected, ack: Any, first: date, last: date) -> None:
        expected.annual_plan_set(pk, by=by, year=year, planned=planned, reason=reason)

    return Request(
        by,
        lambda user: set_annual_plan(row(), by=user, year=year, planned_wan=planned, reason=reason),
        note,
        projects=(pk,),
    )


# With the weight of each.
PROJECT_ACTIONS: dict[Action, int] = {
    save_a_project: 6,
    revise_a_project: 3,
    add_a_project: 2,
    change_scope_of_project: 3,
    file_a_month: 12,
    write_a_month: 4,
    submit_a_month: 4,
    withdraw_a_month: 1,
    discard_a_month: 1,
    accept_a_month: 7,
    accept_some_months: 3,
    return_some_months: 2,
    undo_a_month: 2,
    plan_a_year: 4,
}
