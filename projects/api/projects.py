from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from accounts.access_rules import READERS
from core.periods import last_ended_month
from core.scoped import is_out
from measures.api.addresses import plan_slug, row_address
from measures.filters import asked_plan
from measures.models import Measure
from projects.api.annual_plans import annual_plan_fields
from projects.filters import PROJECT_ORDERINGS, ProjectFilter
from projects.models import SAID, Project, ProjectClass, Stage, Term, TermsChange
from projects.terms import first_values
from web.api.endpoints import ListEndpoint, RowEndpoint
from web.api.fields import (
    ORIGIN,
    UPDATED,
    Chunk,
    Field,
    Reader,
    among,
    both_fields,
    column,
    grouped,
    linked,
    local_field,
    local_fields,
    local_text,
    placed_codes,
    sorted_codes,
    stored,
)
from web.api.shapes import (
    ADDRESS,
    FLAG,
    MOMENT,
    MONTH,
    TEXT,
    array,
    choice,
    meaning,
    one_of,
    optional,
    quantity,
    record,
    translated,
)
from web.days import api_timestamp
from web.formats.money import wan_to_yi, yi_number
from web.html.links import path_segment, query_of
from web.lists.filters import asks_for_scope


def _other_cities(chunk: Chunk) -> Mapping[int, list[str]]:
    links = Project.also_in.through.objects.filter(among("project", chunk.ids))
    return sorted_codes(grouped(links.order_by().values_list("project_id", "region__code")))


def _measures(chunk: Chunk) -> Mapping[int, list[str]]:
    links = Project.measures.through.objects.filter(among("project", chunk.ids))
    day = chunk.endpoint.day
    listed = links.filter(~is_out(Measure, day, subject="measure"), measure__listed_on__lte=day)
    return placed_codes(listed, "project_id", "measure")


def _measure_urls(chunk: Chunk) -> Mapping[int, list[str]]:
    base, query = chunk.endpoint.address("api-measures"), query_of("", plan=plan_slug(chunk.endpoint))
    return {
        project: [f"{base}{path_segment(code)}/{query}" for code in codes]
        for project, codes in _measures(chunk).items()
    }


def _county_name(chunk: Chunk) -> Reader:
    name = local_text("county__name")
    return lambda row: name(row) or ""


def _month_of_the_year(chunk: Chunk) -> Reader:
    """The project's newest accepted month, where it is of the year of the newest month that ended by the day."""
    year = last_ended_month(chunk.endpoint.day).year

    def read(row: Any) -> date | None:
        month: date | None = row["in_force__period"]
        return month if month is not None and month.year == year else None

    return read


def _rate_month(chunk: Chunk) -> Reader:
    month_of_row = _month_of_the_year(chunk)
    return lambda row: f"{month:%Y-%m}" if (month := month_of_row(row)) else None


def _listed_then(chunk: Chunk) -> Reader:
    then = chunk.endpoint.compared
    return lambda row: then is not None and row["listed_on"] <= then


def _revisions(chunk: Chunk) -> Mapping[int, list[TermsChange]]:
    """Return the changes of terms by project, the newest first."""
    return grouped((each.project_id, each) for each in TermsChange.objects.filter(among("project", chunk.ids)))


def _original_investment(chunk: Chunk) -> Reader:
    first = {project: first_values(found) for project, found in _revisions(chunk).items()}

    def read(row: Any) -> int | float:
        return yi_number(int(first.get(row["pk"], {}).get(Term.INVESTMENT, row["investment_wan"])))

    return read


def _terms_changes(chunk: Chunk) -> Reader:
    found = {project: [_revision(each) for each in revisions] for project, revisions in _revisions(chunk).items()}
    return lambda row: found.get(row["pk"], [])


def _revision(change: TermsChange) -> dict[str, str]:
    values = {"old_value": change.old_value, "new_value": change.new_value}
    if change.field == Term.INVESTMENT:
        values = {name: f"{wan_to_yi(int(value)):f}" for name, value in values.items()}
    return {
        "field": TERMS[Term(change.field)],
        **values,
        "reason": change.reason,
        "recorded_at": api_timestamp(change.recorded_at),
    }


# Terms as rows of the API name them.
TERMS = {
    Term.INVESTMENT: "total_investment",
    Term.PLANNED_START: "planned_start_on",
    Term.PLANNED_COMPLETION: "planned_completion_on",
}
TERMS_CHANGE = {
    "field": meaning(gettext_lazy("What was changed"), one_of(TERMS.values())),
    "old_value": meaning(
        gettext_lazy("What it was before: a day, or an amount in 100 million yuan; empty where there was none")
    ),
    "new_value": meaning(
        gettext_lazy("What it became: a day, or an amount in 100 million yuan; empty where there is none")
    ),
    "reason": meaning(gettext_lazy("Why, in the language in which it was written")),
    "recorded_at": meaning(gettext_lazy("The moment at which it was entered"), MOMENT),
}


# Their words are for readers; the help text, for whoever fills in the form, says it of any other.
SAID_FIELDS = {name: stored(Project, name) for name in SAID} | {
    "project_class": column(
        "project_class",
        choice(
            [*ProjectClass.choices, ("", gettext_lazy("Not stated: it counts as implementing"))],
            gettext_lazy("Whether it is to be built, or to be made ready"),
        ),
    ),
    "list_name": stored(Project, "list_name", gettext_lazy("The list of projects that it belongs to; may be empty")),
    "national_code": stored(
        Project, "national_code", gettext_lazy("Its code among all investment projects of the country; may be empty")
    ),
}
PROJECT = {
    "code": stored(Project, "code", gettext_lazy("Code of the project")),
    **local_fields("name", gettext_lazy("Name of the project")),
    "city": stored(Project, "city__code", gettext_lazy("Code of the city in which it counts")),
    "county": stored(Project, "county__code", gettext_lazy("Code of its county; null where it has none")),
    "also_in": linked(meaning(gettext_lazy("Codes of other cities that it lies in"), array(TEXT)), _other_cities),
    "category": stored(Project, "category__slug", gettext_lazy("Slug of its category")),
    "stage": column(
        "stage", choice(Stage.choices, gettext_lazy("The stage on the day: that of its newest accepted month"))
    ),
    "total_investment": column(
        "investment_wan",
        quantity("100 million yuan", description=gettext_lazy("Planned total investment")),
        convert=yi_number,
    ),
    "listed_on": stored(Project, "listed_on", gettext_lazy("The day from which it belongs to the plan")),
    "scope": column(
        "scope", choice(ProjectFilter.base_filters["scope"].extra["choices"], gettext_lazy("The scope on the day"))
    ),
    "lead_department": stored(
        Project, "lead_department__slug", gettext_lazy("Slug of the department that leads it; null where none does")
    ),
    **SAID_FIELDS,
    "planned_start_on": stored(
        Project, "planned_start_on", gettext_lazy("The day on which it is planned to start; may be null")
    ),
    "planned_completion_on": stored(
        Project, "planned_completion_on", gettext_lazy("The day by which it is planned to be completed; may be null")
    ),
    "rate_month": Field(
        meaning(
            gettext_lazy("Its newest accepted month of the year, of which its completion is; null where it has none"),
            optional(MONTH),
        ),
        ("in_force__period",),
        _rate_month,
    ),
    **annual_plan_fields(
        "annual_plan__planned_wan", "in_force__invested_wan", "in_force__period", month=_month_of_the_year
    ),
    "measures": linked(
        meaning(gettext_lazy("Codes of the measures that it supports, listed by the day"), array(TEXT)), _measures
    ),
    "provenance": ORIGIN["provenance"],
    "investment_provenance": stored(Project, "investment_provenance", gettext_lazy("Where its investment comes from")),
    "source": ORIGIN["source"],
    **UPDATED,
    "url": row_address("api-projects"),
}
_CITY, _COUNTY = gettext_lazy("Name of its city"), gettext_lazy("Name of its county, empty where it has none")
DETAILS = {
    "plan": stored(Project, "plan__slug", gettext_lazy("Slug of its action plan")),
    "city_name": local_field(_CITY, "city__name"),
    **both_fields("city_name", _CITY, "city__name"),
    "county_name": Field(translated(_COUNTY), ("county__name_zh", "county__name_en"), _county_name),
    "original_investment": Field(
        quantity("100 million yuan", description=gettext_lazy("Planned total investment before it was ever revised")),
        ("pk", "investment_wan"),
        _original_investment,
    ),
    "terms_changes": Field(
        meaning(
            gettext_lazy("Revisions of its total investment and planned days, the newest first"),
            array(record(TERMS_CHANGE)),
        ),
        ("pk",),
        _terms_changes,
    ),
    "measure_urls": linked(
        meaning(gettext_lazy("Addresses of these measures in the API"), array(ADDRESS)), _measure_urls
    ),
}
LISTED_THEN = {
    "listed_then": Field(
        meaning(gettext_lazy("Whether it was listed by the earlier day already"), FLAG), ("listed_on",), _listed_then
    )
}


# Names of places and codes of measures are in it, and lists may be asked for by theme.
KINDS = ("projects", "regions", "measures", "plans", "themes")


class Projects(ListEndpoint):
    permission = READERS
    component = "ProjectList"
    summary = gettext_lazy("The projects of a plan that were listed by the day; investment in 100 million yuan.")
    row_fields = PROJECT
    compared_fields = LISTED_THEN
    takes_compare = True
    filterset_class = ProjectFilter
    orderings = PROJECT_ORDERINGS
    default_ordering = "code"
    takes_plan = True
    name = "projects"
    # The slug of a department that was merged finds the projects of its successor.
    kinds = (*KINDS, "accounts")

    def get_queryset(self) -> QuerySet[Any, Any]:
        request = self.request._request
        projects = Project.objects.in_plan(asked_plan(request))
        found = projects.of_asked_scope(self.day, is_asked=asks_for_scope(request))
        return found.with_annual_plan(last_ended_month(self.day).year)


class ProjectDetail(RowEndpoint):
    permission = READERS
    component = "Project"
    summary = gettext_lazy("One project, with the names of its places.")
    takes_plan = True
    kinds = KINDS
    row_fields = PROJECT | DETAILS
    compared_fields = LISTED_THEN
    takes_compare = True

    def get_answer(self, request: Any, code: str) -> Response:
        projects = Project.objects.in_plan(asked_plan(self.request._request)).with_scope(self.day)
        projects = projects.with_annual_plan(last_ended_month(self.day).year)
        return self.get_row(projects.filter(code=code))
