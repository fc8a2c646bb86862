"""One filter set for the page and the API of each list."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db.models import F, Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.lights import Light
from core.provenance import Provenance
from core.punctuality import Completion, completion_condition
from core.statuses import MeasureStatus
from measures.models import Measure, Plan, Section
from measures.querysets import MeasureQuerySet
from measures.reporting_months import first_reporting_month
from regions.models import Region
from regions.words import NEUTRAL
from reporting.models import TEXT_COLUMNS
from web.days import LAST_MONTH, asked_comparison, asked_day
from web.errors import BadQuery, not_one_of
from web.html.links import register_asked_plan
from web.lists.filters import (
    ChoiceFilter,
    CodeFilter,
    DayFilter,
    DepartmentFilter,
    MonthFilter,
    ScopeFilter,
    SearchFilter,
    SlugFilter,
    UpdatedFilterSet,
    YesNoFilter,
)

# Of rows that have no list of their own among the pages: the API and the search of the whole site find them alike.
DEPARTMENT_SEARCH = SearchFilter("slug", names=["name", "short"])
# No initials: two letters stand for something in nearly every text.
REPORT_SEARCH = SearchFilter("measure__code", *TEXT_COLUMNS)


def asked_plan(request: HttpRequest) -> Plan | None:
    """The plan of `?plan=`, else the current one; None on an empty site. Raises BadQuery for an unknown plan."""
    # The view, its filters and the frame of its page ask: it is read once a request.
    attributes = vars(request)
    if "_asked_plan" not in attributes:
        attributes["_asked_plan"] = _read_asked_plan(request)
    plan: Plan | None = attributes["_asked_plan"]
    return plan


class OfAskedPlan:
    """A page that is about the plan that its address names; `plan` is None on a site without one."""

    request: HttpRequest

    @cached_property
    def plan(self) -> Any:
        return asked_plan(self.request)


def asked_plan_or_404(request: HttpRequest) -> Plan:
    """Return the plan that the address names, or the current one. Raises Http404 on a site without a plan."""
    plan = asked_plan(request)
    if plan is None:
        raise Http404(_("There is no action plan yet."))
    return plan


def _read_asked_plan(request: HttpRequest) -> Plan | None:
    slug = request.GET.get("plan", "")
    if not slug:
        current: Plan | None = Plan.objects.with_others().current()
        if current is not None:
            current.link_slug = ""
        return current
    plan: Plan | None = Plan.objects.with_others().filter(slug=slug).first()
    if plan is None:
        raise BadQuery({"plan": [not_one_of(Plan.objects.values_list("slug", flat=True)[:20])]})
    return plan


def _slug_of_asked_plan(request: HttpRequest) -> str:
    plan = asked_plan(request)
    return "" if plan is None else str(plan.slug)


register_asked_plan(_slug_of_asked_plan)

# The value of `whose` in the address of a department's pages.
MINE = "mine"


def asked_whose(request: HttpRequest) -> str:
    """MINE, which is what the person looks after; or empty, for all that the department leads. Raises BadQuery for
    anything else."""
    whose = request.GET.get("whose", "")
    if whose not in ("", MINE):
        raise BadQuery({"whose": [not_one_of([MINE])]})
    return whose


def of_asked_plan(model: type[Model]) -> Callable[[HttpRequest | None], Any]:
    """Return a function that gives a filter the rows of the model in the plan of a request; all, without a request."""

    def rows(request: HttpRequest | None) -> Any:
        return model._default_manager.filter(plan=asked_plan(request)) if request else model._default_manager.all()

    return rows


sections_of_asked_plan = of_asked_plan(Section)
measures_of_asked_plan = of_asked_plan(Measure)


def members_of_asked_plan(request: HttpRequest | None) -> Any:
    """The regions that the plan consists of."""
    plan = asked_plan(request) if request else None
    return Region.objects.members_of(plan.region_id) if plan else Region.objects.all()


def themes_of_asked_plan(request: HttpRequest | None) -> Any:
    # They stand above measures, and are found by what links them to a plan.
    themes: Any = Plan.themes.rel.related_model._default_manager
    return themes.filter(plan=asked_plan(request)) if request else themes.all()


def asked_list_comparison(request: HttpRequest, day: date) -> date | None:
    """The earlier day that a list of measures is compared with; the end of last month where only changed measures are
    asked for and no day is named. Raises BadQuery.
    """
    return asked_comparison(request, day, default=LAST_MONTH if any(request.GET.getlist("changed")) else "")


class PlanFilter(UpdatedFilterSet):
    search = SearchFilter("slug", names=["name"])

    shown = ("search",)


PLAN_ORDERINGS = {"starts_on": ["starts_on", "slug"], "slug": ["slug"]}


class ChangedFilter(YesNoFilter):
    """Measures whose status differs from that of the earlier day, or that were listed since."""

    def filter(self, qs: Any, value: Sequence[Any]) -> Any:
        if set(value) == {"yes"}:
            return qs.changed()
        return qs.filter(status=F("status_then")) if set(value) == {"no"} else qs


class UnchangedFilter(DayFilter):
    """Measures whose status is the one that they had on an earlier day."""

    def filter(self, qs: Any, value: date | None) -> Any:
        if value is None:
            return qs
        # What happens after the day of the list is not looked at.
        return qs.unchanged_since(min(value, asked_day(self.parent.request)))


class CompletionFilter(ChoiceFilter):
    """Measures due before the day of the list that were completed on time or late."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Completion.choices, label=gettext_lazy("Completion"), **kwargs)

    def filter(self, qs: Any, value: Sequence[Any]) -> Any:
        day, asked = asked_day(self.parent.request), Q()
        for each in value:
            asked |= completion_condition(each, on=day)
        return qs.filter(asked)


class DueMovedFilter(YesNoFilter):
    """Measures whose due day is another than their first one, by what is known now."""

    def filter(self, qs: Any, value: Sequence[Any]) -> Any:
        return super().filter(qs.with_due_moved(), value) if value else qs


class DutyFilter(MonthFilter):
    """A filter by a question of measures about the report that they owe for a month, on the day of the list."""

    def __init__(self, question: Callable[..., QuerySet[Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.question = question

    def filter(self, qs: Any, value: date | None) -> Any:
        if value is None:
            return qs
        day, plan = asked_day(self.parent.request), asked_plan(self.parent.request)
        return self.question(qs, value, by=day, first_month=first_reporting_month(plan, by=day))


class NamesPlaces(UpdatedFilterSet):
    """A filter set with a filter by `city`, which says what the places of the plan are."""

    shown: Sequence[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = asked_plan(self.request) if self.request else None
        words = plan.part_words if plan else NEUTRAL
        place = self.filters["city"]
        place.label, place.extra["empty_label"] = words.of_project, _("Any %(place)s") % {"place": words.one}
        if plan and plan.hides.get("regions"):
            self.shown = [name for name in self.shown if name != "city"]


class InThemeFilter(SlugFilter):
    """A filter by theme over rows whose queryset has `in_themes`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=themes_of_asked_plan, label=gettext_lazy("Theme"), **kwargs)

    def filter(self, qs: Any, value: Sequence[Any]) -> Any:
        return qs.in_themes(value) if value else qs


class MeasureFilter(UpdatedFilterSet):
    """The filters for measures of one plan as of a day (`Measure.objects.as_of`)."""

    search = SearchFilter("code", names=["title"])
    status = ChoiceFilter(
        choices=MeasureStatus.choices, label=gettext_lazy("Status"), empty_label=gettext_lazy("Any status")
    )
    section = SlugFilter(queryset=sections_of_asked_plan, label=gettext_lazy("Priority area"))
    theme = InThemeFilter()
    department = DepartmentFilter(field_name="lead_department", label=gettext_lazy("Lead department"))
    light = ChoiceFilter(choices=Light.choices, label=gettext_lazy("Light"))
    scope = ScopeFilter()
    participating = DepartmentFilter(
        field_name="participating_departments", label=pgettext_lazy("department", "Participating")
    )
    due_from = DayFilter(field_name="due_on", lookup_expr="gte", label=gettext_lazy("Due from"))
    due_to = DayFilter(field_name="due_on", lookup_expr="lte", label=gettext_lazy("Due by"))
    due_moved = DueMovedFilter(field_name="is_due_moved", label=gettext_lazy("Due day moved"))
    completion = CompletionFilter()
    since_from = DayFilter(field_name="status_since", lookup_expr="gte", label=gettext_lazy("Status since, from"))
    since_to = DayFilter(field_name="status_since", lookup_expr="lte", label=gettext_lazy("Status since, up to"))
    provenance = ChoiceFilter(choices=Provenance.choices, label=gettext_lazy("Provenance"))
    owing = DutyFilter(MeasureQuerySet.still_owing, label=gettext_lazy("Report outstanding for"))
    covered = DutyFilter(MeasureQuerySet.covered, label=gettext_lazy("Covered by a later month"))
    changed = ChangedFilter(label=gettext_lazy("Changed since the comparison day"))

    unchanged_since = UnchangedFilter(label=gettext_lazy("Status unchanged since"))

    # Fields of the page's form, and those that it folds away; links and the API use the others too.
    shown = ("search", "status", "light", "section", "department", "participating")
    folded = ("theme", "due_from", "due_to", "unchanged_since", "scope")


MEASURE_ORDERINGS = {
    # As the plan lists them: 1.2.10 comes after 1.2.9.
    "code": ["position", "code"],
    "due_on": ["due_on", "position", "code"],
    "status": ["status", "position", "code"],
    "status_since": ["status_since", "position", "code"],
    # Of equal lights the one that is due first.
    "light": ["gravity", "due_on", "position", "code"],
    "last_report_on": ["last_report_on", "position", "code"],
    "department": ["lead_department__number", "position", "code"],
    "section": ["section__number", "position", "code"],
}


class StatusChangeFilter(UpdatedFilterSet):
    measure = CodeFilter(queryset=measures_of_asked_plan, label=gettext_lazy("Measure"))
    status = ChoiceFilter(choices=MeasureStatus.choices, label=gettext_lazy("New status"))
    section = SlugFilter(
        field_name="measure__section", queryset=sections_of_asked_plan, label=gettext_lazy("Priority area")
    )
    department = DepartmentFilter(field_name="measure__lead_department", label=gettext_lazy("Lead department"))
    effective_from = DayFilter(field_name="effective_on", lookup_expr="gte", label=gettext_lazy("Effective from"))
    effective_to = DayFilter(field_name="effective_on", lookup_expr="lte", label=gettext_lazy("Effective by"))
    superseded = YesNoFilter(
        field_name="superseded_by", lookup_expr="isnull", exclude=True, label=gettext_lazy("Corrected")
    )
    search = SearchFilter("measure__code", "reason_zh", "reason_en", names=["measure__title"])


STATUS_CHANGE_ORDERINGS = {
    "effective_on": ["effective_on", "recorded_at"],
    "recorded_at": ["recorded_at"],
    "measure": ["measure__position", "measure__code", "effective_on"],
}
