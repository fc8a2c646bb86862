"""The month of a city's projects, or of those that a department leads."""

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Department, User
from accounts.rules import FILE_OWNERS, REPORTERS
from core.clock import today
from core.exceptions import NotAllowed
from core.scope_changes import check_in_plan
from measures.models import Plan
from problems.models import Problem, ProblemStep
from problems.on_day import open_problems_of
from projects.addresses import month_form_url
from projects.models import Project, ProjectMonth, Stage
from projects.models.months import STAGE_DAYS
from projects.month_figures import History, load_history
from projects.month_filing import MonthFiling, file_months
from projects.month_rules import Past, doubts_about, why_incomplete
from projects.month_work import ProjectRow, load_project_work
from projects.months import MonthData, columns_of, data_after, new_month
from reporting.models import TEXTS, ProblemChoice
from reporting.plausibility import limits
from reporting.report_problems import problem_columns, resolve_choice, why_no_answer, why_no_owner
from reporting.workflow import OPEN_STATES
from web.language import localized
from workbooks.models import Upload
from workbooks.month.kinds import (
    Cells,
    Judgement,
    MonthKind,
    MonthRow,
    Place,
    Question,
    RowToFile,
    split_evidence,
    written_evidence,
)
from workbooks.month.sheets import PROJECT_FILLED, PROJECT_SHOWN, PROJECTS

# Columns of a month that are in a cell as they are in the database.
_COLUMNS = ("invested_wan", "progress", "stage", *STAGE_DAYS, "stage_reason")


@dataclass(frozen=True)
class ProjectMonthRow(MonthRow):
    """`subject` has its `stage`. `before`: the accepted month that the report goes on from, or a new one would;
    `past`: what is known of the project then; `opened`: the last steps of its open problems, the oldest first;
    `departments`: by each of their names, in small letters."""

    month: date = date.min
    state_label: str = ""
    before: ProjectMonth | None = None
    past: Past = field(default_factory=Past)
    opened: Sequence[ProblemStep] = ()
    departments: Mapping[str, Department] = field(default_factory=dict)
    # Of the problem that the report raised.
    proposed_owner: str = ""

    @property
    def name(self) -> str:
        return f"{self.subject.code} {localized(self.subject, 'name')}"

    @cached_property
    def carried(self) -> MonthData:
        """Returns the known values of the stage and its days: how much was invested is said anew for each month."""
        data = data_after(self.before, self.subject, self.month)
        return MonthData(data.stage, data.started_on, data.completed_on, data.in_production_on)

    @cached_property
    def cells(self) -> Cells:
        report = self.report
        if report is None:
            texts = dict.fromkeys((*TEXTS, "problem_owner"), "")
            return {**_plain_columns(self.carried), **texts, **self.evidence_cells()}
        texts = {**PROJECT_MONTH.texts_of(report), "problem_owner": self.proposed_owner}
        return {**_plain_columns(report), **texts, **self.evidence_cells()}

    def problem_owner(self, cells: Cells) -> Department | None:
        """Raises NotAllowed for a name that no department has."""
        name = cells["problem_owner"].casefold()
        if name and name not in self.departments:
            raise NotAllowed(_("No department has this name."), field="problem_owner")
        return self.departments.get(name)

    @cached_property
    def shown(self) -> Cells:
        project, last, report = self.subject, self.before, self.report
        is_of_the_year = last is not None and last.period.year == self.month.year
        return {
            "title": localized(project, "name"),
            "category": localized(project.category, "name"),
            "total": _plain(project.investment_wan),
            "planned": _plain(self.past.planned_wan),
            "stage_now": str(Stage(project.stage).label),
            "last_invested": _plain(last.invested_wan) if is_of_the_year and last else "",
            "last_progress": _plain(last.progress) if last else "",
            "report_state": self.state_label,
            "note": report.decision_note if report is not None and report.is_returned else "",
        }


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _plain_columns(row: Any) -> Cells:
    return {name: _plain(getattr(row, name)) for name in _COLUMNS}


class ProjectsMonth(MonthKind[ProjectMonthRow]):
    upload_kind = Upload.Kind.PROJECTS
    sheet, shown, filled = PROJECTS, PROJECT_SHOWN, PROJECT_FILLED
    version_key = "month_of_projects"
    pages = "workbooks:project_month"
    file_name = "projects"
    logged_as = "month of projects of"
    # No city has nearly as many.
    max_rows = 2_000
    permission = REPORTERS
    own_files = FILE_OWNERS
    filing_refusal = ProjectMonth.filing_refusal
    code_missing = gettext_lazy("The code is missing: it names the project.")
    accepted_note = gettext_lazy("This month is accepted already: this one takes its place once it is accepted")

    def read(
        self, place: Place, *, plan: Plan, month: date | None, kept_by: User | None = None
    ) -> Mapping[str, ProjectMonthRow]:
        assert month is not None
        own = _own_projects(place, plan).select_related("category")
        work = load_project_work(own, month=month, day=today())
        rows = sorted(work.rows, key=lambda row: (row.project.position, row.project.code))
        reports = [row.report for row in rows if row.report is not None]
        prefetch_related_objects(reports, "evidence")
        owners = _proposed_owners(reports)
        history = load_history([row.project.pk for row in rows], until=month)
        opened = open_problems_of([row.project for row in rows], on=today())
        departments = _departments()
        return {
            row.project.code: replace(
                _project_row(row, history, opened.get(row.project.pk, ()), departments),
                proposed_owner=owners.get(row.report.pk, "") if row.report is not None else "",
            )
            for row in rows
        }

    def judge(self, row: ProjectMonthRow, cells: Cells) -> Judgement:
        report, evidence = row.open_report, written_evidence(row, cells)
        written = copy.copy(report) if report else new_month(row.subject, row.month)
        data = month_data(row, cells)
        columns = columns_of(data) | problem_columns(written, data.problem_choice, data.about_problem)
        for name, value in columns.items():
            setattr(written, name, value)
        resolve_choice(written, row.opened)
        refusals = [
            *why_incomplete(written, row.before, on=today()),
            *why_no_answer(written, row.opened, is_confirmed=False),
            *why_no_owner(written, row.problem_owner(cells)),
        ]
        if refusals:
            return Judgement(evidence, [self.reason(each) for each in refusals])
        doubts = doubts_about(written, row.past, limits())
        return Judgement(evidence, (), [Question(each.name, each.question) for each in doubts])

    def why_not_reported(self, codes: Collection[str], *, plan: Plan, place: Place) -> Mapping[str, str]:
        found = Project.objects.in_plan(plan).filter(code__in=codes).prefetch_related("scope_changes")
        projects = {each.code: each for each in found}
        return {code: _why_not_reported(projects.get(code), place) for code in codes}

    def lock(self, upload: Upload) -> None:
        own = _own_projects(upload.place, upload.plan)
        list(own.select_for_update().order_by("pk").values_list("pk"))

    def file(self, rows: Sequence[RowToFile], upload: Upload) -> None:
        assert upload.period is not None
        filings = [
            MonthFiling(
                each.row.subject.pk,
                month_data(each.row, each.cells),
                each.row.open_report.version if each.row.open_report is not None else None,
                each.evidence,
                each.submits,
                each.answers,
                each.row.problem_owner(each.cells),
            )
            for each in rows
        ]
        file_months(filings, by=upload.uploaded_by, period=upload.period)

    def form_url(self, row: ProjectMonthRow, upload: Upload) -> str:
        assert upload.period is not None and upload.plan is not None
        return month_form_url(row.subject.code, upload.period, plan=upload.plan.action_slug)


PROJECT_MONTH = ProjectsMonth()


def month_data(row: ProjectMonthRow, cells: Cells) -> MonthData:
    """Returns the month's data from the cells; an empty stage leaves the stage as it is."""
    report = row.open_report
    # What was chosen about problems holds for the text that it was chosen with; of another one it follows.
    is_same_text = report is not None and cells["problem"] == row.cells["problem"]
    about = report.about_problem if report is not None and is_same_text else None
    return MonthData(
        stage=cells["stage"] or (report.stage if report is not None else row.carried.stage),
        stage_reason=cells["stage_reason"],
        what_was_done=cells["what_was_done"],
        problem=cells["problem"],
        next_step=cells["next_step"],
        problem_choice=report.problem_choice if report is not None and is_same_text else "",
        about_problem=about,
        **_days_and_numbers(cells),
    )


def _days_and_numbers(cells: Cells) -> dict[str, Any]:
    days = {name: date.fromisoformat(cells[name]) if cells[name] else None for name in STAGE_DAYS}
    return days | {name: int(cells[name]) if cells[name] else None for name in ("invested_wan", "progress")}


def _departments() -> dict[str, Department]:
    return {
        name.casefold(): each
        for each in Department.objects.not_merged()
        for name in (each.slug, each.short_zh, each.short_en, each.name_zh, each.name_en)
        if name
    }


def _proposed_owners(reports: list[ProjectMonth]) -> dict[int, str]:
    """Returns the departments thought able to solve the problems that the reports raised: short names, by the ids of
    the reports."""
    raised = {(each.project_id, each.about_problem): each.pk for each in reports if _raised_one(each)}
    owners = Problem.objects.filter(project__in=[project for project, _number in raised]).exclude(proposed_owner=None)
    rows = owners.order_by().values_list("project", "number", "proposed_owner__short_zh")
    return {raised[project, number]: name for project, number, name in rows if (project, number) in raised}


def _raised_one(report: ProjectMonth) -> bool:
    return report.problem_choice == ProblemChoice.NEW and report.about_problem is not None


def _own_projects(place: Place, plan: Plan | None) -> Any:
    own = {"lead_department": place} if isinstance(place, Department) else {"city": place}
    return Project.objects.in_plan(plan).filter(**own)


def _project_row(
    row: ProjectRow, history: History, opened: Sequence[ProblemStep], departments: Mapping[str, Department]
) -> ProjectMonthRow:
    report = row.report
    if report is not None:
        report.project = row.project
    # An accepted one is gone on from by the one that takes its place.
    written = report if report is not None and report.state in OPEN_STATES else new_month(row.project, row.month)
    pieces, files = split_evidence(report) if report is not None else ([], 0)
    return ProjectMonthRow(
        row.project,
        report,
        pieces,
        files,
        row.month,
        str(row.state_label),
        history.before(written),
        history.past(written),
        opened,
        departments,
    )


def _why_not_reported(project: Project | None, place: Place) -> str:
    if project is None:
        return _("The plan has no project with this code.")
    held = project.lead_department_id if isinstance(place, Department) else project.city_id
    if held != place.pk:
        return str(ProjectMonth.filing_refusal)
    try:
        check_in_plan(project)
    except NotAllowed as refusal:
        return str(refusal)
    return _("The project was not yet listed in this month.")
