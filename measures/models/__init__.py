from measures.models.changes import Comment, MeasureEvent, StatusChange, Term, TermsChange
from measures.models.loads import Load, LoadedRow
from measures.models.modules import Module, hide_modules, show_with_rows_of
from measures.models.plans import Measure, Plan, PlanMilestone, ScopeChange, Section
from measures.models.reports import Evidence, Report, ReportStep

__all__ = [
    "Comment",
    "Evidence",
    "Load",
    "LoadedRow",
    "Measure",
    "MeasureEvent",
    "Module",
    "Plan",
    "PlanMilestone",
    "Report",
    "ReportStep",
    "ScopeChange",
    "Section",
    "StatusChange",
    "Term",
    "TermsChange",
    "hide_modules",
    "show_with_rows_of",
]
