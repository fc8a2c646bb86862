"""Compares the database with what was acknowledged."""

from collections import Counter
from datetime import date
from typing import Any

from core.succession import IN_ORDER
from measures.models import Comment, Measure, Report, ReportStep, ScopeChange, StatusChange
from notices.models import Notice
from projects.kinds import BEHIND, NO_MONTH
from projects.models import AnnualPlanChange, Project, ProjectMonth, ProjectMonthStep
from projects.movement import read_movement
from rollups import engine
from rollups.consistency import contradictions
from rollups.models import StaleCell, Verification
from rollups.services import verify_rollups
from tests.counting import count_movement, is_in_plan, standing
from tests.simulator.expected import Expected, ExpectedReport
from tests.simulator.expected_projects import DAYS, ExpectedMonth
from tests.simulator.people import Step, must

DUE_KINDS = ("due_soon", "overdue")
# Whom problems are told of is held by tests of their own: here only that each such notice is e-mailed, too.
OF_PROBLEMS = ("problem", "problem_due", "problem_late")


def same(what: str, found: Any, expected: Any) -> None:
    must(found == expected, f"{what}\n  in the database: {found}\n  expected:        {expected}")


def check_totals(expected: Expected, plans: list[int], today: date) -> None:
    """Each stored cell is right for its day, or marked as stale."""
    marks = list(StaleCell.objects.all())
    same("cells set aside", [mark.error for mark in marks if mark.error], [])
    stale = {(mark.kind, mark.cell) for mark in marks}
    for kind, table in engine.TABLES.items():
        stored = {cell.key: cell for plan in plans for cell in table.stored_cells(plan)}
        days = {cell.as_of for cell in stored.values()} or {today}
        counted = {day: expected.count(kind, day) for day in days}
        for key in sorted(stored.keys() | counted[max(days)].keys(), key=str):
            cell = stored.get(key)
            day = cell.as_of if cell else max(days)
            if (kind, key) not in stale:
                what = f"stored {kind} {key} as of {day}, which are not marked as stale"
                same(what, cell and cell.counts, counted[day].get(key))


def check_readers(expected: Expected, plans: list[int], today: date) -> None:
    """Check what pages get while no cell is stale."""
    for kind in engine.TABLES:
        counted = expected.count(kind, today)
        for plan in plans:
            own = {key: counts for key, counts in counted.items() if key[0] == plan}
            read = engine.read_cells(kind, plan_id=plan, day=today, today=today)
            same(f"{kind} of plan {plan} as readers get them", dict(read.counts), own)


def check_numbers(expected: Expected) -> None:
    """How many rows there are: quick, so that the step is known in which one was lost or doubled."""
    reports, measures = expected.reports.values(), expected.measures.values()
    same("steps of reports", ReportStep.objects.count(), sum(len(each.steps) for each in reports))
    states = Counter(Report.objects.order_by().values_list("state", flat=True))
    same("reports by state", states, Counter(each.state for each in reports))
    months, projects = expected.months.values(), expected.projects.values()
    same("steps of months", ProjectMonthStep.objects.count(), sum(len(each.steps) for each in months))
    states = Counter(ProjectMonth.objects.order_by().values_list("state", flat=True))
    same("months by state", states, Counter(each.state for each in months))
    changes = sum(each.plan_changes for each in projects)
    same("changes of annual plans", AnnualPlanChange.objects.count(), changes)
    same("comments", Comment.objects.count(), sum(each.comments for each in measures))
    same("leavings and returnings", ScopeChange.objects.count(), sum(len(each.scope) for each in measures))
    effective = StatusChange.objects.effective().filter(restates=False).count()
    same("status changes in force", effective, sum(len(each.history) for each in measures))
    number = sum(expected.notices.values()) + len(expected.due_notices) + len(expected.due_months)
    same("notices", Notice.objects.exclude(kind__in=OF_PROBLEMS).count(), number)


def check_measure(expected: Expected, pk: int) -> None:
    known, measure = expected.measures[pk], Measure.objects.get(pk=pk)
    terms = (measure.plan_id, measure.section_id, measure.lead_department_id, measure.listed_on, measure.due_on)
    same(f"terms of measure {pk}", terms, (known.plan, known.section, known.lead, known.listed_on, known.due_on))
    joined = set(measure.participating_departments.values_list("pk", flat=True))
    same(f"participating departments of measure {pk}", joined, known.participants)
    rows = list(measure.status_changes.effective().order_by(*IN_ORDER))
    history = [(row.pk, row.effective_on, row.status) for row in rows if not row.restates]
    same(f"history of measure {pk}", history, [(each.pk, each.day, each.status) for each in known.history])
    same(f"status of measure {pk}", rows[-1].status, known.current.status)
    scope = list(measure.scope_changes.order_by(*IN_ORDER).values_list("effective_on", "kind"))
    same(f"leaving and returning of measure {pk}", scope, known.scope)
    reports = {each.pk: each for each in measure.reports.prefetch_related("steps")}
    same(f"reports of measure {pk}", sorted(reports), sorted(each.pk for each in expected.reports_of(pk)))
    for each in expected.reports_of(pk):
        check_report(reports[each.pk], each)


def check_report(found: Report, known: ExpectedReport) -> None:
    columns = ("department_id", "period", "state", "status", "against_status", "effective_on", "what_was_done_zh")
    wanted = (known.department, known.period, known.state, known.status, known.against, known.effective_on, known.text)
    same(f"report {known.pk}", tuple(getattr(found, name) for name in columns), wanted)
    same(
        f"version and day of report {known.pk}",
        (found.version, found.submitted_on),
        (known.version, known.submitted_on),
    )
    check_steps(f"report {known.pk}", found, known.steps)


def check_steps(what: str, report: Any, known: list[Step]) -> None:
    steps = sorted(report.steps.all(), key=lambda step: step.pk)
    same(f"steps of {what}", [s.move for s in steps], [each.move for each in known])
    for step, each in zip(steps, known, strict=True):
        row = (step.pk, step.move, step.made_by_id, step.made_on, step.made_at, step.note, repr(step.content))
        if each.row is None:
            told = (step.made_by_id, step.content["what_was_done_zh"])
            same(f"step {step.pk} of {what}", told, (each.by, each.text))
            each.row = row
        same(f"step {step.pk} of {what}, as it was at first", row, each.row)


def check_project(expected: Expected, pk: int) -> None:
    known, project = expected.projects[pk], Project.objects.get(pk=pk)
    row = (project.plan_id, project.city_id, project.category_id, project.opening_stage, project.investment_wan)
    same(f"project {pk}", row, (known.plan, known.city, known.category, known.stage, known.investment))
    same(f"lead of project {pk}", project.lead_department_id, known.lead)
    scope = list(project.scope_changes.order_by(*IN_ORDER).values_list("effective_on", "kind"))
    same(f"leaving and returning of project {pk}", scope, known.scope)
    plans = dict(project.annual_plans.values_list("year", "planned_wan"))
    same(f"annual plans of project {pk}", plans, known.plans)
    months = {each.pk: each for each in project.months.prefetch_related("steps")}
    same(f"months of project {pk}", sorted(months), sorted(each.pk for each in expected.months_of(pk)))
    for each in expected.months_of(pk):
        check_month(months[each.pk], each)
    accepted = expected.accepted_months(pk)
    until = [months[each.pk].superseded_from for each in accepted]
    next_ones = [*(each.period for each in accepted[1:]), None] if accepted else []
    same(f"until when months of project {pk} decide", until, next_ones)


def check_month(found: ProjectMonth, known: ExpectedMonth) -> None:
    row = (found.project_id, found.period, found.state, found.version, found.submitted_on)
    same(f"month {known.pk}", row, (known.project, known.period, known.state, known.version, known.submitted_on))
    columns = ("stage", *DAYS.values(), "stage_reason", "invested_wan", "progress")
    said = {name: getattr(found, name) for name in columns}
    same(f"what month {known.pk} says", said | {"what_was_done": found.what_was_done_zh}, known.said)
    check_steps(f"month {known.pk}", found, known.steps)


def check_notices(expected: Expected) -> None:
    others = Notice.objects.exclude(kind__in=(*DUE_KINDS, *OF_PROBLEMS)).values_list(
        "user", "kind", "measure", "report", "month"
    )
    same("notices", Counter(others.order_by()), +expected.notices)
    due = Notice.objects.filter(kind__in=DUE_KINDS).order_by()
    of_measures = due.exclude(measure=None).values_list("user", "kind", "measure", "day")
    same("notices of due dates", Counter(of_measures), Counter(expected.due_notices))
    of_months = due.filter(measure=None).values_list("user", "kind", "period", "day")
    same("notices of due months", Counter(of_months), Counter(expected.due_months))


def check_lists_of_projects(expected: Expected, plan: int, past: date, today: date) -> None:
    """Check what entered and left the stock since, and who is behind or has not reported, on both days."""
    rows = {pk: each for pk, each in expected.projects.items() if each.plan == plan}
    found = read_movement(plan, then=past, now=today)
    amounts = [
        {k: (each.number, each.wan) for k, each in sums.items() if each.number} for sums in (found.stock, found.stages)
    ]
    same(f"movement of projects since {past}", tuple(amounts), count_movement(rows.values(), past, today))
    for day in (past, today):
        projects = Project.objects.in_plan(plan).in_scope(day).with_stage(day)
        for kind in (BEHIND, NO_MONTH):
            listed = set(kind.narrow(projects, day).values_list("pk", flat=True))
            counted = {pk for pk, row in rows.items() if is_in_plan(row, day) and standing(row, day) == kind.name}
            same(f"projects that are {kind.name} on {day}", listed, counted)


def check_all(expected: Expected, past: date, today: date) -> None:
    """Everything, and what was so on a past day."""
    for pk in expected.measures:
        check_measure(expected, pk)
    check_notices(expected)
    for pk in expected.projects:
        check_project(expected, pk)
    for kind, table in engine.TABLES.items():
        same(f"{kind} as of {past}", table.count_from_source(past), expected.count(kind, past))
    for plan in {each.plan for each in expected.projects.values()}:
        check_lists_of_projects(expected, plan, past, today)
    same("contradictions", list(contradictions()), [])
    verifications = Verification.objects.filter(differing__gt=0)
    same("verifications that found a difference", [each.differences for each in verifications], [])


def check_at_rest(expected: Expected, plans: list[int], today: date) -> None:
    """Check the site after a sweep: no mark is left, all is of today, and the product's own verification agrees."""
    same("stale cells after a sweep", StaleCell.objects.count(), 0)
    days = {day for table in engine.TABLES.values() for day in table.stored_rows().values_list("as_of", flat=True)}
    must(days <= {today}, f"after a sweep on {today} stored cells are of {days}")
    check_totals(expected, plans, today)
    check_readers(expected, plans, today)
    same("verification", [str(each) for each in verify_rollups()], [])
