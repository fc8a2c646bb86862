from django.urls import path

from briefs import views

app_name = "briefs"
urlpatterns = [
    path("brief/", views.BriefPage.as_view(), name="plan"),
    path("sections/<slug:slug>/brief/", views.SectionBriefPage.as_view(), name="section"),
    path("departments/<slug:slug>/brief/", views.DepartmentBriefPage.as_view(), name="department"),
    path("themes/<slug:slug>/brief/", views.ThemeBriefPage.as_view(), name="theme"),
    path("cities/<slug:code>/brief/", views.CityBriefPage.as_view(), name="city"),
]
