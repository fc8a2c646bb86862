from django.urls import path

from dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.OverviewPage.as_view(), name="overview"),
    path("plans/", views.PlansPage.as_view(), name="plans"),
    path("plan/", views.PlanOverview.as_view(), name="plan"),
    path("plan/first/", views.FirstVersionPage.as_view(), name="first_version"),
    path("presentation/", views.PresentationPage.as_view(), name="presentation"),
    path("changes/", views.ChangesPage.as_view(), name="changes"),
    path("sections/", views.SectionsPage.as_view(), name="sections"),
    path("sections/<slug:slug>/", views.SectionPage.as_view(), name="section"),
    path("themes/", views.ThemesPage.as_view(), name="themes"),
    path("themes/<slug:slug>/", views.ThemePage.as_view(), name="theme"),
    path("departments/", views.DepartmentsPage.as_view(), name="departments"),
    path("departments/<slug:slug>/", views.DepartmentPage.as_view(), name="department"),
    path("cities/", views.CitiesPage.as_view(), name="cities"),
    path("cities/<slug:code>/", views.CityPage.as_view(), name="city"),
    path("project-groups/", views.ProjectGroupsPage.as_view(), name="project_groups"),
    path("search/", views.SearchPage.as_view(), name="search"),
    path("published/", views.PublishedPage.as_view(), name="published"),
    path("explain/", views.ExplainPage.as_view(), name="explain"),
]
