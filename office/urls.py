from django.urls import path

from office.views import (
    categories,
    departments,
    index,
    limits,
    measures,
    owners,
    people,
    plan,
    problem_categories,
    projects,
    sections,
    site,
)

app_name = "office"
urlpatterns = [
    path("", index.OfficeIndex.as_view(), name="index"),
    path("measures/", measures.OfficeMeasures.as_view(), name="measures"),
    # Not below the list: any word may be the code of a measure.
    path("add-measure/", measures.AddMeasure.as_view(), name="add_measure"),
    path("measures/<str:code>/", measures.ChangeMeasure.as_view(), name="measure"),
    path("measures/<str:code>/owners/", owners.ChangeOwners.as_view(), name="owners"),
    path("projects/", projects.OfficeProjects.as_view(), name="projects"),
    path("add-project/", projects.AddProject.as_view(), name="add_project"),
    path("projects/<str:code>/", projects.ChangeProject.as_view(), name="project"),
    path("projects/<str:code>/terms/", projects.ChangeProjectTerms.as_view(), name="project_terms"),
    path("sections/", sections.OfficeSections.as_view(), name="sections"),
    path("add-section/", sections.AddSection.as_view(), name="add_section"),
    path("sections/<slug:slug>/", sections.ChangeSection.as_view(), name="section"),
    path("sections/<slug:slug>/remove/", sections.RemoveSection.as_view(), name="remove_section"),
    path("problem-categories/", problem_categories.OfficeProblemCategories.as_view(), name="problem_categories"),
    path("add-problem-category/", problem_categories.AddProblemCategory.as_view(), name="add_problem_category"),
    path(
        "problem-categories/<slug:slug>/", problem_categories.ChangeProblemCategory.as_view(), name="problem_category"
    ),
    path(
        "problem-categories/<slug:slug>/remove/",
        problem_categories.RemoveProblemCategory.as_view(),
        name="remove_problem_category",
    ),
    path("site/", site.ChangeSite.as_view(), name="site"),
    path("limits/", limits.ChangeLimits.as_view(), name="limits"),
    path("plan/", plan.ChangePlan.as_view(), name="plan"),
    path("add-milestone/", plan.AddMilestone.as_view(), name="add_milestone"),
    path("milestones/<int:pk>/", plan.ChangeMilestone.as_view(), name="milestone"),
    path("milestones/<int:pk>/remove/", plan.RemoveMilestone.as_view(), name="remove_milestone"),
    path("categories/", categories.OfficeCategories.as_view(), name="categories"),
    path("add-category/", categories.AddCategory.as_view(), name="add_category"),
    path("categories/<slug:slug>/", categories.ChangeCategory.as_view(), name="category"),
    path("categories/<slug:slug>/remove/", categories.RemoveCategory.as_view(), name="remove_category"),
    path("departments/", departments.OfficeDepartments.as_view(), name="departments"),
    path("add-department/", departments.AddDepartment.as_view(), name="add_department"),
    path("departments/<slug:slug>/", departments.ChangeDepartment.as_view(), name="department"),
    path("people/", people.OfficePeople.as_view(), name="people"),
    path("people/invite/", people.InvitePerson.as_view(), name="invite"),
    path("people/<int:pk>/", people.ChangePerson.as_view(), name="person"),
    path("people/<int:pk>/link/", people.ResetPassword.as_view(), name="person_link"),
    path("people/<int:pk>/close/", people.ClosePerson.as_view(), name="close_person"),
    path("people/<int:pk>/reopen/", people.ReopenPerson.as_view(), name="reopen_person"),
    path("people/<int:pk>/unlock/", people.UnlockPerson.as_view(), name="unlock_person"),
]
