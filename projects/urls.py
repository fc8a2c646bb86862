from django.urls import path

from projects.views import month_form, month_review
from projects.views import projects as views

app_name = "projects"
urlpatterns = [
    path("projects/", views.ProjectList.as_view(), name="list"),
    path("projects/<str:code>/", views.ProjectDetail.as_view(), name="detail"),
    path("projects/<str:code>/scope/", views.ChangeScope.as_view(), name="scope"),
    path("projects/<str:code>/month/", month_form.MonthPage.as_view(), name="month"),
    path("projects/<str:code>/month/draft/", month_form.SaveMonthDraft.as_view(), name="month_draft"),
    path("projects/<str:code>/evidence/<uuid:key>/", month_form.MonthEvidenceFile.as_view(), name="evidence"),
    path("review/projects/", month_review.MonthReviewPage.as_view(), name="review"),
    path("review/projects/decide/", month_review.DecideMonths.as_view(), name="decide"),
    path("review/projects/returned/", month_review.ReturnedMonths.as_view(), name="returned"),
]
