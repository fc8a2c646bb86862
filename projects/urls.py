from django.urls import path

from projects.views import projects as views

app_name = "projects"
urlpatterns = [
    path("", views.ProjectList.as_view(), name="list"),
    path("<str:code>/", views.ProjectDetail.as_view(), name="detail"),
    path("<str:code>/scope/", views.ChangeScope.as_view(), name="scope"),
]
