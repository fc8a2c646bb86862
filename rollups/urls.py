from django.urls import path

from rollups import views

app_name = "rollups"
urlpatterns = [
    path("runs/", views.RunsPage.as_view(), name="runs"),
]
