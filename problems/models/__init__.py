from problems.models.meetings import Meeting, MeetingItem
from problems.models.problems import (
    SUBJECTS,
    Problem,
    ProblemCategory,
    ProblemEvidence,
    ProblemStep,
    ProblemSubject,
)

__all__ = [
    "SUBJECTS",
    "Meeting",
    "MeetingItem",
    "Problem",
    "ProblemCategory",
    "ProblemEvidence",
    "ProblemStep",
    "ProblemSubject",
]
