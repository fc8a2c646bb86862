"""Projects as the reviewing office keeps them: the list, a new one, what one says, and its terms."""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from core.scope import PlanScope
from core.scoped import scope_of
from measures.filters import asked_plan, members_of_asked_plan
from measures.models import Plan
from office.forms import EXPLANATION
from office.history import annual_plan_history, project_history
from office.project_forms import LINKS, WRITTEN, AnnualPlanForm, NewProjectForm, ProjectForm, ProjectTermsForm
from office.views.editing import AddCodedRow, CodedRowPage
from office.views.lists import ListWords, PlanList
from projects.annual_plans import annual_plan_state, set_annual_plan
from projects.editing import (
    COLUMNS,
    add_project,
    change_project,
    change_project_terms,
    project_state,
    terms_state,
)
from projects.filters import ClassFilter, categories_of_asked_plan
from projects.models import AnnualPlan, Project, ProjectClass, Stage, Term
from projects.terms_history import terms_history
from web.lists.filters import ChoiceFilter, DepartmentFilter, SearchFilter, SlugFilter
from web.unsaved_input import labels_of


class OfficeProjectFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    search = SearchFilter("code", "national_code", "list_name", names=["name"])
    city = SlugFilter(to_field_name="code", queryset=members_of_asked_plan, label=pgettext_lazy("project", "City"))
    category = SlugFilter(queryset=categories_of_asked_plan, label=gettext_lazy("Category"))
    stage = ChoiceFilter(choices=Stage.choices, label=gettext_lazy("Stage"))
    project_class = ClassFilter(choices=ProjectClass.choices, label=pgettext_lazy("project", "Class"))
    lead = DepartmentFilter(field_name="lead_department", label=gettext_lazy("Lead department"))

    shown = ("search", "city", "category", "stage", "project_class", "lead")


class OfficeProjects(PlanList):
    """All of the plan: those that are out, and those that are listed later, too."""

    words = ListWords(
        pgettext_lazy("navigation", "Projects"),
        gettext_lazy("Projects of the plan"),
        empty=gettext_lazy("The plan has no projects yet"),
        none_found=gettext_lazy("No projects match these filters"),
    )
    template_name = "office/projects.html"
    filterset_class = OfficeProjectFilter
    orderings = {
        "code": ["position", "code"],
        "city": ["city__code", "position", "code"],
        "stage": ["stage", "position", "code"],
        "total_investment": ["investment_wan", "position", "code"],
    }
    default_ordering = "code"

    def get_queryset(self) -> QuerySet[Project]:
        projects = Project.objects.in_plan(asked_plan(self.request)).select_related("city", "lead_department")
        return projects.with_stage(self.day).annotate(scope=scope_of(Project, self.day))


class ProjectPage(CodedRowPage):
    list_name, list_label = "office:projects", pgettext_lazy("navigation", "Projects")
    row_name = "office:project"


class AddProject(ProjectPage, AddCodedRow):
    heading, sheet = gettext_lazy("Add a project"), "projects"
    done = gettext_lazy("The project was added; it counts in the totals from the day it is listed")
    typed_fields = labels_of(
        NewProjectForm,
        *("code", "name_zh", "name_en", "listed_on", *Term.values, *WRITTEN),
    )

    def make_form(self, data: Any = None) -> NewProjectForm:
        return NewProjectForm(data, plan=self.plan)

    def save(self, form: NewProjectForm, by: User) -> Project:
        values = dict(form.cleaned_data)
        columns = {name: values.pop(name) for name in COLUMNS}
        return add_project(self.plan, by=by, columns=columns, **values)


class ChangedProjectPage(ProjectPage):
    """A page about one project of the plan."""

    name_column, names_code = "name", True
    side_template = "office/_project_tasks.html"

    @cached_property
    def subject(self) -> Any:
        projects: Any = Project.objects.in_plan(self.plan).select_related(
            *("plan__region", "city", "county", "category", "lead_department")
        )
        return get_object_or_404(projects.annotate(scope=scope_of(Project, self.day)), code=self.kwargs["code"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        planned = {each.year: each for each in self.subject.annual_plans.all()}
        return super().get_context_data(
            is_out=self.subject.scope != PlanScope.IN_PLAN,
            annual_plans=[(year, planned.get(year)) for year in years_of(self.plan, planned)],
            **kwargs,
        )


def years_of(plan: Plan, planned: Iterable[int]) -> list[int]:
    """Returns the years of the plan, and others for which something is planned."""
    return sorted({*range(plan.starts_on.year, plan.ends_on.year + 1), *planned})


class ChangeProject(ChangedProjectPage):
    template_name = "office/form_with_history.html"
    heading = gettext_lazy("Change a project")
    done = gettext_lazy("The project was changed; what it said before is in its history")
    typed_fields = labels_of(ProjectForm, *WRITTEN)

    def make_form(self, data: Any = None) -> ProjectForm:
        state, is_published = project_state(self.subject), self.subject.is_published
        return ProjectForm(data, plan=self.plan, state=state, is_published=is_published)

    def save(self, form: ProjectForm, by: User) -> Project:
        values = form.cleaned_data
        return change_project(
            self.subject,
            by=by,
            opened=form.opened,
            columns={name: values[name] for name in COLUMNS},
            **{name: values[name] for name in (*LINKS, *EXPLANATION) if name in values},
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(history=project_history(self.subject), **kwargs)


class ChangeProjectTerms(ChangedProjectPage):
    template_name = "office/project_terms.html"
    heading = gettext_lazy("Change total investment or planned days")
    explanation = gettext_lazy("What was planned before, who changed it and why stay visible on the project's page.")
    done = gettext_lazy("The terms were changed; the old ones stay on record")
    typed_fields = labels_of(ProjectTermsForm, *Term.values, "reason")

    def make_form(self, data: Any = None) -> ProjectTermsForm:
        return ProjectTermsForm(data, state=terms_state(self.subject), is_published=self.subject.is_published)

    def save(self, form: ProjectTermsForm, by: User) -> Project:
        change_project_terms(self.subject, by=by, opened=form.opened, **form.cleaned_data)
        project: Project = self.subject
        return project

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(history=terms_history(self.subject), may_see_names=True, **kwargs)


class ChangeAnnualPlan(ChangedProjectPage):
    """The page of a project's annual plan of one year."""

    template_name = "office/form_with_history.html"
    explanation = gettext_lazy(
        "How much is to be invested in the year. What was planned before, who changed it and why stay on record."
    )
    done = gettext_lazy("The annual plan was saved")
    typed_fields = labels_of(AnnualPlanForm, "planned_wan", "reason")

    @property
    def heading(self) -> str:  # type: ignore[override]  # it names the year
        return _("Annual plan %(year)s") % {"year": self.year}

    @cached_property
    def year(self) -> int:
        year: int = self.kwargs["year"]
        if year not in years_of(self.plan, [each.year for each in self.subject.annual_plans.all()]):
            raise Http404
        return year

    @cached_property
    def annual_plan(self) -> AnnualPlan | None:
        found: AnnualPlan | None = self.subject.annual_plans.filter(year=self.year).first()
        return found

    def make_form(self, data: Any = None) -> AnnualPlanForm:
        return AnnualPlanForm(data, state=annual_plan_state(self.annual_plan), is_first=self.annual_plan is None)

    def save(self, form: AnnualPlanForm, by: User) -> Project:
        set_annual_plan(self.subject, by=by, year=self.year, opened=form.opened, **form.cleaned_data)
        project: Project = self.subject
        return project

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        history = annual_plan_history(self.annual_plan) if self.annual_plan else []
        return super().get_context_data(history=history, **kwargs)
