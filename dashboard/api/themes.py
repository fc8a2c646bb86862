"""The themes of a plan, with the figures that their pages show."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from accounts.access_rules import READERS
from dashboard.figure_definitions import YI
from dashboard.figures import Figures
from dashboard.pages.groups import listed_measures
from dashboard.theme_figures import ThemeFigures, theme_figures
from measures.api.addresses import plan_slug
from measures.filters import asked_plan
from themes.filters import THEME_ORDERINGS, ThemeFilter
from themes.models import MEMBERS, Theme
from web.api.endpoints import ListEndpoint, Row, RowEndpoint
from web.api.fields import Chunk, Field, Reader, value
from web.api.shapes import (
    ADDRESS,
    PROVENANCE,
    SOURCE,
    TEXT,
    UPDATED_AT,
    URL,
    WHOLE,
    Shape,
    array,
    in_both,
    local_names,
    meaning,
    quantity,
    translated,
)
from web.days import api_timestamp
from web.formats.numbers import json_number
from web.formats.sources import format_source
from web.html.links import path_segment, query_of
from web.language import localized

NAME = local_names("name", gettext_lazy("Name of the theme"))
NOTE = gettext_lazy("What else there is to say about the theme")


def _attribute(name: str, shape: Shape) -> Field:
    """A column of the theme."""
    return value(shape, lambda row: getattr(row.theme, name))


def _members(name: str, key: str, words: Any) -> Field:
    def read(row: ThemeFigures) -> list[str]:
        return sorted(getattr(each, key) for each in getattr(row.theme, name).all())

    return value(meaning(words, array(TEXT)), read)


def _number(kind: str, name: str, words: Any) -> Field:
    """How many measures, projects or problems (`kind`)."""
    return value(meaning(words, WHOLE), lambda row: getattr(row, kind)[name])


def _address(name: str, *, key: bool = False) -> Any:
    """Return a reader of the address of the theme itself, below the list with the URL name, or of its rows in that
    list."""

    def reader(chunk: Chunk) -> Reader:
        base, plan = chunk.endpoint.address(name), plan_slug(chunk.endpoint)
        if key:
            return lambda row: f"{base}{path_segment(row.theme.slug)}/{query_of('', plan=plan)}"
        return lambda row: query_of(base, theme=row.theme.slug, plan=plan)

    return reader


THEME = {
    "slug": _attribute("slug", meaning(gettext_lazy("Slug of the theme"))),
    "number": _attribute("number", meaning(gettext_lazy("Its place in the plan"), WHOLE)),
    "name": value(NAME["name"], lambda row: localized(row.theme, "name")),
    "name_zh": _attribute("name_zh", NAME["name_zh"]),
    "name_en": _attribute("name_en", NAME["name_en"]),
    "plan": value(meaning(gettext_lazy("Slug of its action plan")), lambda row: row.theme.plan.slug),
    "sections": _members("sections", "slug", gettext_lazy("Slugs of its priority areas")),
    "categories": _members("categories", "slug", gettext_lazy("Slugs of its categories of projects")),
    "indicators": _members("indicators", "code", gettext_lazy("Codes of its indicators")),
    "measures": _members(
        "measures", "code", gettext_lazy("Codes of the measures that it names besides those of its priority areas")
    ),
    "measures_total": _number("measures", "total", gettext_lazy("How many measures belong to it on the day")),
    "measures_completed": _number("measures", "completed", gettext_lazy("How many of them are completed")),
    "measures_overdue": _number("measures", "overdue", gettext_lazy("How many of them are overdue")),
    "projects_total": _number("projects", "total", gettext_lazy("How many projects belong to it on the day")),
    "total_investment": value(
        quantity(YI, description=gettext_lazy("Planned total investment of its projects")),
        lambda row: json_number(row.projects["total_investment"]),
    ),
    "problems_open": _number(
        "problems", "open", gettext_lazy("How many problems of its measures and projects are open")
    ),
    "updated_at": value(UPDATED_AT, lambda row: api_timestamp(row.theme.updated_at)),
    "url": Field(URL, (), _address("api-themes", key=True)),
}
DETAILS = {
    "note": value(translated(NOTE), lambda row: localized(row.theme, "note")),
    "note_zh": _attribute("note_zh", in_both("note", NOTE)["note_zh"]),
    "note_en": _attribute("note_en", in_both("note", NOTE)["note_en"]),
    "all_measures": value(
        meaning(gettext_lazy("Codes of all measures that belong to it on the day"), array(TEXT)),
        lambda row: [each.code for each in sorted(row.listed, key=lambda each: (each.position, each.code))],
    ),
    "measure_list": Field(
        meaning(gettext_lazy("Address of its measures in the API"), ADDRESS), (), _address("api-measures")
    ),
    "project_list": Field(
        meaning(gettext_lazy("Address of its projects in the API"), ADDRESS), (), _address("api-projects")
    ),
    "provenance": _attribute("provenance", PROVENANCE),
    "source": value(SOURCE, lambda row: format_source(row.theme.source)),
}


class ThemeRows(RowEndpoint):
    """The base of the list and of a single theme: rows are made of the figures of each on the day."""

    takes_plan = True

    def make_rows(self, objects: Sequence[Theme]) -> Iterable[Row]:
        plan = asked_plan(self.request._request)
        if plan is None or not objects:
            return []
        prefetch_related_objects(objects, "plan", *MEMBERS)
        figures = Figures(plan, self.day)
        return super().make_rows(theme_figures(figures, objects, listed_measures(figures, None)))

    def get_queryset(self) -> QuerySet[Theme]:
        return Theme.objects.filter(plan=asked_plan(self.request._request))


class Themes(ThemeRows, ListEndpoint):
    permission = READERS
    component = "ThemeList"
    summary = gettext_lazy("The themes of a plan: what belongs to each, and how it stands on the day.")
    row_fields: Mapping[str, Field] = THEME
    filterset_class = ThemeFilter
    orderings = THEME_ORDERINGS
    default_ordering = "number"
    name = "themes"


class ThemeDetail(ThemeRows):
    permission = READERS
    component = "Theme"
    summary = gettext_lazy("One theme, with all measures that belong to it on the day.")
    row_fields: Mapping[str, Field] = THEME | DETAILS

    def get_answer(self, request: Any, slug: str) -> Response:
        theme = self.get_queryset().filter(slug=slug).first()
        if theme is None:
            raise Http404
        [row] = self.make_rows([theme])
        return Response({"as_of": self.day, **row})
