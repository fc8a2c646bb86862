from django.urls import path

from measures.office import views as office_views
from measures.views import measures as views
from measures.views import meetings as meeting_views
from measures.views import problem_assignment, problem_forms
from measures.views import problems as problem_views
from measures.views import report_form as report_views
from measures.views import review as review_views
from measures.views import workspace as workspace_views
from measures.views.evidence import ReportEvidenceFile
from measures.views.plans import PlanList

app_name = "measures"
urlpatterns = [
    path("measures/", views.MeasureList.as_view(), name="list"),
    # Not below the measures: any word is a code.
    path("lights/", views.LightsRule.as_view(), name="lights"),
    path("measures/<str:code>/", views.MeasureDetail.as_view(), name="detail"),
    path("measures/<str:code>/comment/", views.CommentOnMeasure.as_view(), name="comment"),
    path("measures/<str:code>/terms/", office_views.ChangeTerms.as_view(), name="terms"),
    path("measures/<str:code>/correct/<int:pk>/", office_views.CorrectStatus.as_view(), name="correct"),
    path("measures/<str:code>/reopen/", office_views.Reopen.as_view(), name="reopen"),
    path("measures/<str:code>/scope/", office_views.ChangeScope.as_view(), name="scope"),
    path("measures/<str:code>/report/", report_views.ReportPage.as_view(), name="report"),
    path("measures/<str:code>/report/draft/", report_views.SaveDraft.as_view(), name="draft"),
    path("measures/<str:code>/report/discard/", report_views.DiscardDraft.as_view(), name="discard"),
    path("measures/<str:code>/evidence/<uuid:key>/", ReportEvidenceFile.as_view(), name="evidence"),
    path("measures/<str:code>/problems/new/", problem_forms.RaiseProblem.as_view(), name="raise_problem"),
    path("measures/<str:code>/problems/<int:number>/", problem_views.ProblemDetail.as_view(), name="problem"),
    path(
        "measures/<str:code>/problems/<int:number>/evidence/<uuid:key>/",
        problem_views.problem_evidence,
        name="problem_evidence",
    ),
    path("measures/<str:code>/problems/<int:number>/raise/", problem_forms.RaiseDraft.as_view(), name="problem_draft"),
    path(
        "measures/<str:code>/problems/<int:number>/<str:move>/",
        problem_forms.MovePage.as_view(),
        name="problem_move",
    ),
    path("problems/", problem_views.ProblemList.as_view(), name="problems"),
    path("problems/assign/", problem_assignment.AssignProblems.as_view(), name="assign_problems"),
    path("plans/", PlanList.as_view(), name="plans"),
    path("departments/<slug:slug>/merge/", office_views.MergeDepartment.as_view(), name="merge"),
    path("meetings/", meeting_views.MeetingList.as_view(), name="meetings"),
    path("meetings/add/", meeting_views.AddMeeting.as_view(), name="add_meeting"),
    path("meetings/<int:number>/", meeting_views.MeetingSheet.as_view(), name="meeting"),
    path("meetings/<int:number>/word/", meeting_views.MeetingWord.as_view(), name="meeting_word"),
    path("meetings/<int:number>/change/", meeting_views.ChangeMeeting.as_view(), name="change_meeting"),
    path("meetings/<int:number>/remove/", meeting_views.RemoveMeeting.as_view(), name="remove_meeting"),
    path("meetings/<int:number>/agenda/", meeting_views.MeetingAgenda.as_view(), name="meeting_agenda"),
    path("meetings/<int:number>/directions/<int:pk>/", meeting_views.GiveDirection.as_view(), name="direction"),
    path("workspace/", workspace_views.workspace, name="workspace"),
    path("workspace/no-change/", workspace_views.NoChange.as_view(), name="no_change"),
    path("review/", review_views.ReviewPage.as_view(), name="review"),
    path("review/decide/", review_views.Decide.as_view(), name="decide"),
    path("review/returned/", review_views.ReturnedReports.as_view(), name="returned"),
]
