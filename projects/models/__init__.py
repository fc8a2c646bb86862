from projects.models.months import AnnualPlan, AnnualPlanChange, ProjectMonth, ProjectMonthEvidence, ProjectMonthStep
from projects.models.projects import MAX_LIST_NAME, Category, Project, ProjectClass, ScopeChange, Stage
from projects.models.terms import Term, TermsChange

__all__ = [
    "MAX_LIST_NAME",
    "AnnualPlan",
    "AnnualPlanChange",
    "Category",
    "Project",
    "ProjectClass",
    "ProjectMonth",
    "ProjectMonthEvidence",
    "ProjectMonthStep",
    "ScopeChange",
    "Stage",
    "Term",
    "TermsChange",
]
