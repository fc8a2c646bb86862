from measures.models.changes import Comment, StatusChange, Term, TermsChange
from measures.models.loads import Load, LoadedRow
from measures.models.meetings import Meeting, MeetingItem
from measures.models.notices import Notice, NoticeKind
from measures.models.plans import Measure, Plan, PlanMilestone, ScopeChange, Section
from measures.models.problems import Problem, ProblemCategory, ProblemEvidence, ProblemStep, ProblemSubject
from measures.models.reports import Evidence, Report, ReportStep

__all__ = [
    "Comment",
    "Evidence",
    "Load",
    "LoadedRow",
    "Measure",
    "Meeting",
    "MeetingItem",
    "Notice",
    "NoticeKind",
    "Plan",
    "PlanMilestone",
    "Problem",
    "ProblemCategory",
    "ProblemEvidence",
    "ProblemStep",
    "ProblemSubject",
    "Report",
    "ReportStep",
    "ScopeChange",
    "Section",
    "StatusChange",
    "Term",
    "TermsChange",
]
