"""The link between each sheet and the rows of the database that it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from accounts.models import Department, User
from dashboard.models import PublishedFigure
from indicators.models import Indicator, Observation, Target
from ledger.declaration import Column
from ledger.sheets import SHEETS
from measures.models import (
    Evidence,
    Measure,
    Plan,
    PlanMilestone,
    Report,
    ScopeChange,
    Section,
    StatusChange,
    Term,
    TermsChange,
)
from problems.models import Meeting, MeetingItem, Problem, ProblemCategory, ProblemStep
from projects.models import (
    AnnualPlan,
    AnnualPlanChange,
    Category,
    Project,
    ProjectMonth,
    ProjectMonthEvidence,
    RankExemption,
)
from projects.models import ScopeChange as ProjectScopeChange
from projects.models import Term as ProjectTerm
from projects.models import TermsChange as ProjectTermsChange
from regions.models import Region
from reporting.workflow import ReportState
from themes.models import Theme
from web.models import Site

# Columns that say something about a row and are none of its own.
BESIDE = ("remove", "removed_on")


@dataclass(frozen=True)
class Binding:
    """`plan`: the path from a row to its plan, empty where rows are the site's. `excluded`: of rows that a sheet leaves
    out."""

    model: type[Model]
    plan: str = ""
    excluded: Mapping[str, Any] = field(default_factory=dict)


BINDINGS: Mapping[str, Binding] = {
    "site": Binding(Site),
    "regions": Binding(Region),
    "departments": Binding(Department),
    "people": Binding(User, excluded={"is_superuser": True}),
    "plan": Binding(Plan, "pk"),
    "milestones": Binding(PlanMilestone, "plan"),
    "sections": Binding(Section, "plan"),
    "measures": Binding(Measure, "plan"),
    "categories": Binding(Category, "plan"),
    "projects": Binding(Project, "plan"),
    "problem_categories": Binding(ProblemCategory, "plan"),
    "problems": Binding(Problem, "plan", {"raised_on": None}),
    "problem_steps": Binding(ProblemStep, "problem__plan"),
    "meetings": Binding(Meeting, "plan"),
    "meeting_items": Binding(MeetingItem, "meeting__plan"),
    "reports": Binding(Report, "measure__plan", {"submitted_on": None}),
    "evidence": Binding(Evidence, "report__measure__plan", {"report__submitted_on": None}),
    "status_history": Binding(StatusChange, "measure__plan"),
    "terms_changes": Binding(TermsChange, "measure__plan"),
    "scope_changes": Binding(ScopeChange, "measure__plan"),
    "project_terms_changes": Binding(ProjectTermsChange, "project__plan"),
    "project_scope_changes": Binding(ProjectScopeChange, "project__plan"),
    "annual_plans": Binding(AnnualPlan, "project__plan"),
    "annual_plan_changes": Binding(AnnualPlanChange, "annual_plan__project__plan"),
    "project_months": Binding(ProjectMonth, "project__plan", {"state": ReportState.DRAFT}),
    "project_month_evidence": Binding(
        ProjectMonthEvidence, "report__project__plan", {"report__state": ReportState.DRAFT}
    ),
    "rank_exemptions": Binding(RankExemption, "plan"),
    "indicators": Binding(Indicator),
    "observations": Binding(Observation, excluded={"superseded": True}),
    "targets": Binding(Target),
    "themes": Binding(Theme, "plan"),
    "published_figures": Binding(PublishedFigure, "plan"),
}
# Rows that happened: a load adds some, and rewrites none.
RECORDS = (
    "problem_steps",
    "meeting_items",
    "reports",
    "evidence",
    "status_history",
    "terms_changes",
    "scope_changes",
    "project_terms_changes",
    "project_scope_changes",
    "annual_plan_changes",
    "project_months",
    "project_month_evidence",
)
# Those of them that are on record with whoever made them.
RECORDED_BY_SOMEBODY = (
    "terms_changes",
    "scope_changes",
    "project_terms_changes",
    "project_scope_changes",
    "annual_plan_changes",
)
# Sheets of evidence, with those of the reports that it belongs to.
EVIDENCE_OF = {"evidence": "reports", "project_month_evidence": "project_months"}
# Columns that are terms, with the field that a row of changed terms names, by the sheet of whom they are about; an
# empty one where there is one term alone.
TERMS: Mapping[str, Mapping[str, str]] = {
    "measures": {term.value: term.value for term in Term},
    "projects": {
        "total_investment": ProjectTerm.INVESTMENT.value,
        "planned_start_on": ProjectTerm.PLANNED_START.value,
        "planned_completion_on": ProjectTerm.PLANNED_COMPLETION.value,
    },
    "annual_plans": {"planned": ""},
}
# Amounts that a source may have published, with the column that says whether one did, by sheet.
PUBLISHED_AMOUNTS: Mapping[str, Mapping[str, str]] = {"projects": {"total_investment": "investment_provenance"}}
# Rows that are of a measure or of a project: they name one of the two.
OF_MEASURE_OR_PROJECT = ("problems", "problem_steps", "meeting_items")
# Rows that are not deleted: they leave their plan on a day.
LEAVING = ("measures", "projects")


def path_of(column: Column) -> str:
    """The path to what a column says; empty where it is put together otherwise."""
    if not column.field or not column.refers_to:
        return column.field
    named = SHEETS[column.refers_to]
    return f"{column.field}__{named.column(*named.key).field}"
