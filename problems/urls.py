from django.urls import URLPattern, path

from problems.models import ProblemSubject
from problems.views import assignment, meetings, moves, problems

app_name = "problems"


def paths_of(kind: ProblemSubject) -> list[URLPattern]:
    """Return the paths of problems below the pages of measures, or of projects."""
    of_subject, of_problem = f"{kind}s/<str:code>/problems", f"{kind}s/<str:code>/problems/<int:number>"
    return [
        path(f"{of_subject}/new/", moves.RaiseProblem.as_view(subject_kind=kind), name=f"{kind}_raise"),
        path(f"{of_problem}/", problems.ProblemDetail.as_view(subject_kind=kind), name=f"{kind}_problem"),
        path(
            f"{of_problem}/evidence/<uuid:key>/",
            problems.problem_evidence,
            {"subject_kind": kind},
            name=f"{kind}_evidence",
        ),
        path(f"{of_problem}/raise/", moves.RaiseDraft.as_view(subject_kind=kind), name=f"{kind}_draft"),
        path(f"{of_problem}/<str:move>/", moves.MovePage.as_view(subject_kind=kind), name=f"{kind}_move"),
    ]


urlpatterns = [
    *paths_of(ProblemSubject.MEASURE),
    *paths_of(ProblemSubject.PROJECT),
    path("problems/", problems.ProblemList.as_view(), name="list"),
    path("problems/assign/", assignment.AssignProblems.as_view(), name="assign"),
    path("meetings/", meetings.MeetingList.as_view(), name="meetings"),
    path("meetings/add/", meetings.AddMeeting.as_view(), name="add_meeting"),
    path("meetings/<int:number>/", meetings.MeetingSheet.as_view(), name="meeting"),
    path("meetings/<int:number>/word/", meetings.MeetingWord.as_view(), name="meeting_word"),
    path("meetings/<int:number>/change/", meetings.ChangeMeeting.as_view(), name="change_meeting"),
    path("meetings/<int:number>/remove/", meetings.RemoveMeeting.as_view(), name="remove_meeting"),
    path("meetings/<int:number>/agenda/", meetings.MeetingAgenda.as_view(), name="meeting_agenda"),
    path("meetings/<int:number>/directions/<int:pk>/", meetings.GiveDirection.as_view(), name="direction"),
]
