"""The month of a city's projects, or of those that a department leads."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import FILE_OWNERS, REPORTERS
from accounts.models import Department, User
from core.clock import today
from core.exceptions import NotAllowed
from measures.models import Plan
from problems.models import Problem, ProblemStep
from problems.on_day import open_problems_of
from projects.addresses import month_form_url
from projects.models import Project, ProjectMonth, Stage
from projects.models.months import STAGE_DAYS
from projects.months.figures import History, load_history
from projects.months.filing import MonthFiling, file_months
from projects.months.rules import Past, doubts_about, why_incomplete
from projects.months.services import MonthData, columns_of, data_after, new_month
from projects.months.workspace import ProjectRow, load_project_work
from reporting.models import TEXTS, ProblemChoice
from reporting.plausibility import limits
from reporting.report_problems import problem_columns, resolve_choice, why_no_answer, why_no_owner
from reporting.workflow import OPEN_STATES
from web.language import localized
from workbooks.models import Upload
from workbooks.month.kinds import (
    Cells,
    Entry,
    Judgement,
    MonthRow,
    Place,
    Question,
    SubjectMonth,
    written_evidence,
)
from workbooks.month.sheets import PROJECT_FILLED, PROJECT_SHOWN, PROJECTS

# Columns of a month that are in a cell as they are in the database.
_COLUMNS = ("invested_wan", "progress", "stage", *STAGE_DAYS, "stage_reason")


@dataclass(frozen=True)
class ProjectMonthRow(MonthRow):
    """`subject` has its `stage`; `work`: its row in the workspace, `history`: what is known of the month; `opened`: the
    last steps of its open problems, the oldest first; `departments`: by each of their names, in small letters;
    `proposed_owner`: of the problem that the report raised."""

    work: ProjectRow
    history: History
    opened: Sequence[ProblemStep]
    departments: Mapping[str, Department]
    proposed_owner: str

    @cached_property
    def _written(self) -> ProjectMonth:
        # An accepted one is gone on from by the one that takes its place.
        is_open = self.report is not None and self.report.state in OPEN_STATES
        return self.report if is_open else new_month(self.subject, self.work.month)

    @cached_property
    def before(self) -> ProjectMonth | None:
        """Returns the accepted month that the report goes on from, or a new one would."""
        return self.history.before(self._written)

    @cached_property
    def past(self) -> Past:
        """Returns the facts that are known of the project then."""
        return self.history.past(self._written)

    @property
    def name(self) -> str:
        return f"{self.subject.code} {localized(self.subject, 'name')}"

    @cached_property
    def carried(self) -> MonthData:
        """Returns the known values of the stage and its days: how much was invested is said anew for each month."""
        data = data_after(self.before, self.subject, self.work.month)
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
        is_of_the_year = last is not None and last.period.year == self.work.month.year
        return {
            "title": localized(project, "name"),
            "category": localized(project.category, "name"),
            "total": _plain(project.investment_wan),
            "planned": _plain(self.past.planned_wan),
            "stage_now": str(Stage(project.stage).label),
            "last_invested": _plain(last.invested_wan) if is_of_the_year and last else "",
            "last_progress": _plain(last.progress) if last else "",
            "report_state": str(self.work.state_label),
            "note": report.decision_note if report is not None and report.is_returned else "",
        }


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _plain_columns(row: Any) -> Cells:
    return {name: _plain(getattr(row, name)) for name in _COLUMNS}


class ProjectsMonth(SubjectMonth[ProjectMonthRow]):
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
    subjects, url_of = Project, staticmethod(month_form_url)
    unknown_code = gettext_lazy("The plan has no project with this code.")
    not_yet_listed = gettext_lazy("The project was not yet listed in this month.")
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
        for row in rows:
            if row.report is not None:
                row.report.project = row.project
        owners = _proposed_owners(reports)
        history = load_history([row.project.pk for row in rows], until=month)
        opened = open_problems_of([row.project for row in rows], on=today())
        departments = _departments()
        return {
            row.project.code: ProjectMonthRow(
                row.project,
                row.report,
                row,
                history,
                opened.get(row.project.pk, ()),
                departments,
                owners.get(row.report.pk, "") if row.report is not None else "",
            )
            for row in rows
        }

    def judge(self, row: ProjectMonthRow, cells: Cells) -> Judgement:
        report, evidence = row.open_report, written_evidence(row, cells)
        written = copy.copy(report) if report else new_month(row.subject, row.work.month)
        data = month_data(row, cells)
        columns = columns_of(data, written) | problem_columns(written, data.problem_choice, data.about_problem)
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

    def is_held_by(self, subject: Project, place: Place) -> bool:
        return place.pk == (subject.lead_department_id if isinstance(place, Department) else subject.city_id)

    def lock(self, upload: Upload) -> None:
        own = _own_projects(upload.place, upload.plan)
        list(own.select_for_update().order_by("pk").values_list("pk"))

    def file(self, rows: Sequence[Entry], upload: Upload) -> None:
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
