from django.urls import path

from measures.views import editing
from measures.views import measures as views
from measures.views import report_form as report_views
from measures.views import review as review_views
from measures.views import workspace as workspace_views

app_name = "measures"
urlpatterns = [
    path("measures/", views.MeasureList.as_view(), name="list"),
    # Not below the measures: any word is a code.
    path("lights/", views.LightsRule.as_view(), name="lights"),
    path("measures/<str:code>/", views.MeasureDetail.as_view(), name="detail"),
    path("measures/<str:code>/comment/", views.CommentOnMeasure.as_view(), name="comment"),
    path("measures/<str:code>/terms/", editing.ChangeTerms.as_view(), name="terms"),
    path("measures/<str:code>/correct/<int:pk>/", editing.CorrectStatus.as_view(), name="correct"),
    path("measures/<str:code>/reopen/", editing.Reopen.as_view(), name="reopen"),
    path("measures/<str:code>/scope/", editing.ChangeScope.as_view(), name="scope"),
    path("measures/<str:code>/report/", report_views.ReportPage.as_view(), name="report"),
    path("measures/<str:code>/report/draft/", report_views.SaveDraft.as_view(), name="draft"),
    path("measures/<str:code>/report/discard/", report_views.DiscardDraft.as_view(), name="discard"),
    path("measures/<str:code>/evidence/<uuid:key>/", report_views.ReportEvidenceFile.as_view(), name="evidence"),
    path("workspace/", workspace_views.workspace, name="workspace"),
    path("workspace/no-change/", workspace_views.NoChange.as_view(), name="no_change"),
    path("review/", review_views.ReviewPage.as_view(), name="review"),
    path("review/decide/", review_views.Decide.as_view(), name="decide"),
    path("review/returned/", review_views.ReturnedReports.as_view(), name="returned"),
]
