"""Problems of projects: as those of measures are read and written, by the same endpoints."""

from django.utils.translation import gettext_lazy

from problems.api.problems import MeasureProblems, ProblemDetail, ProblemMoves
from problems.models import ProblemSubject


class ProjectProblems(MeasureProblems):
    subject_kind = ProblemSubject.PROJECT
    summary = gettext_lazy("The problems of a project that were raised by the day, each as it was on that day.")
    write_summary = gettext_lazy(
        "Raises a problem of a project, or keeps a draft of it: for reporters of its lead department and of its city."
    )
    permission_refusal = gettext_lazy(
        "Only the lead department and the city of this project, and the office, may raise a problem of it."
    )


class ProjectProblemDetail(ProblemDetail):
    subject_kind = ProblemSubject.PROJECT
    summary = gettext_lazy("One problem of a project, as it was on the day, with its steps up to then.")


class ProjectProblemMoves(ProblemMoves):
    subject_kind = ProblemSubject.PROJECT
