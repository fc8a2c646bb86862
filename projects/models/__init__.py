from projects.models.exemptions import RankExemption, exempt_on
from projects.models.months import AnnualPlan, AnnualPlanChange, ProjectMonth, ProjectMonthEvidence, ProjectMonthStep
from projects.models.projects import SAID, Category, Project, ProjectClass, ScopeChange, Stage
from projects.models.terms import Term, TermsChange

__all__ = [
    "SAID",
    "AnnualPlan",
    "AnnualPlanChange",
    "Category",
    "Project",
    "ProjectClass",
    "ProjectMonth",
    "ProjectMonthEvidence",
    "ProjectMonthStep",
    "RankExemption",
    "ScopeChange",
    "Stage",
    "Term",
    "TermsChange",
    "exempt_on",
]
