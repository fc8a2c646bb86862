from django.urls import path

from measures.models import ProblemSubject
from measures.views import problem_forms
from measures.views import problems as problem_views
from projects import views

app_name = "projects"
PROJECT = ProblemSubject.PROJECT
urlpatterns = [
    path("", views.ProjectList.as_view(), name="list"),
    path("<str:code>/", views.ProjectDetail.as_view(), name="detail"),
    path("<str:code>/scope/", views.ChangeScope.as_view(), name="scope"),
    path("<str:code>/problems/new/", problem_forms.RaiseProblem.as_view(subject_kind=PROJECT), name="raise_problem"),
    path(
        "<str:code>/problems/<int:number>/", problem_views.ProblemDetail.as_view(subject_kind=PROJECT), name="problem"
    ),
    path(
        "<str:code>/problems/<int:number>/evidence/<uuid:key>/",
        problem_views.problem_evidence,
        {"subject_kind": PROJECT},
        name="problem_evidence",
    ),
    path(
        "<str:code>/problems/<int:number>/raise/",
        problem_forms.RaiseDraft.as_view(subject_kind=PROJECT),
        name="problem_draft",
    ),
    path(
        "<str:code>/problems/<int:number>/<str:move>/",
        problem_forms.MovePage.as_view(subject_kind=PROJECT),
        name="problem_move",
    ),
]
