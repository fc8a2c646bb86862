"""What the page of all cities shows, and that of one. `then`: the figures of the day that a page is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.rounding import whole
from dashboard.changes import earlier_figures
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.pages.ordering import API_PROJECT_ORDERINGS, PROJECT_SORT_KEYS, api_ordering, rank, sort_groups
from dashboard.pages.overview.by_city import map_chart
from dashboard.pages.rows import city_rows, project_changes
from dashboard.pages.sentences import format_share, format_since, rounding_note
from projects.models import Project
from regions.models import Region
from regions.words import PartWords
from web.formats.money import format_rounded_money, rounded_money
from web.formats.numbers import format_number
from web.formats.text import format_sentence
from web.language import localized

MAX_PROJECTS = 20


def figures_by_category(figures: Figures, city: Region) -> dict[str, dict[str, Any]]:
    """From the cells that the page has read anyway."""
    return figures.projects_by_category(figures.project_cells.narrow({"city": {city.pk}}))


def city_list(
    figures: Figures, links: Links, *, ordering: str, show: str, then: Figures | None = None
) -> dict[str, Any]:
    """`show` (total or total_investment) is what the map, the columns of the categories and the bars measure."""
    cities = sort_groups(figures.projects_by("city"), PROJECT_SORT_KEYS, ordering)
    rows = city_rows(cities, links)
    counts = [[each[show] for each in figures_by_category(figures, city.group).values()] for city in cities]
    sums = [each[show] for each in figures.projects["by_category"].values()]
    changes = _changes(cities, then)
    is_investment = show == "total_investment"
    chart = map_chart(figures, links, cities, map_of=show)
    return {
        "cities": [
            {
                "city": row,
                "categories": [whole(each) for each in own],
                "change": changes.get(city.key),
                "shown": city.figures[show],
            }
            for city, row, own in zip(cities, rows, counts, strict=True)
        ],
        "since": format_since(figures, then),
        "provenance": figures.provenance_of("projects"),
        "change": then and project_changes(figures.projects, then.projects),
        "categories": [
            {"label": localized(each, "name"), "shown": whole(own)}
            for each, own in zip(figures.categories.values(), sums, strict=True)
        ],
        "rounding": (
            rounding_note(_investments(cities), figures.projects["total_investment"])
            or rounding_note(sums, figures.projects[show])
            or _rounding_of_changes(figures, cities, then)
        ),
        "whole_total": whole(figures.projects["total_investment"]),
        "is_investment": is_investment,
        # It has no tag of its own: the page is tagged as a whole.
        "charts": {} if chart is None else {"map": replace(chart, provenance="")},
        "api_ordering": api_ordering(ordering, API_PROJECT_ORDERINGS),
        "measured": _measured(links, ordering, show),
        "largest": max((city.figures[show] for city in cities), default=0),
        "sentence": _list_sentence(figures.plan.part_words, figures.projects, cities),
    }


def _measured(links: Links, ordering: str, show: str) -> list[dict[str, Any]]:
    """What the map may show, the shown one among them."""
    return [
        {
            "label": label,
            "url": links.url("dashboard:cities", show=name, ordering=ordering),
            "is_chosen": name == show,
        }
        for name, label in (("total_investment", _("Total investment")), ("total", _("Projects")))
    ]


def _changes(cities: Sequence[GroupFigures], then: Figures | None) -> dict[str, dict[str, int]]:
    """By the city's key; empty without an earlier day."""
    if then is None:
        return {}
    earlier = earlier_figures(then, "city", cities)
    return {city.key: project_changes(city.figures, earlier[city.key]) for city in cities}


def _investments(groups: Sequence[GroupFigures]) -> list[Decimal]:
    return [each.figures["total_investment"] for each in groups]


def _rounding_of_changes(figures: Figures, cities: Sequence[GroupFigures], then: Figures | None) -> str:
    if then is None:
        return ""
    earlier = earlier_figures(then, "city", cities)
    changes = [city.figures["total_investment"] - earlier[city.key]["total_investment"] for city in cities]
    return rounding_note(changes, figures.projects["total_investment"] - then.projects["total_investment"])


def _list_sentence(words: PartWords, projects: Mapping[str, Any], cities: Sequence[GroupFigures]) -> str:
    with_projects = sum(bool(city.figures["total"]) for city in cities)
    return _("%(projects)s in %(cities)s, with an investment of %(investment)s.") % {
        "projects": ngettext("%(count)s project", "%(count)s projects", projects["total"])
        % {"count": format_number(projects["total"])},
        "cities": words.counted(with_projects, format_number(with_projects)),
        "investment": format_rounded_money(projects["total_investment"]),
    }


def city_detail(figures: Figures, city: Region, links: Links, *, then: Figures | None = None) -> dict[str, Any]:
    cities = figures.projects_by("city")
    group = next(each for each in cities if each.group == city)
    own, province = group.figures, figures.projects
    by_category = figures_by_category(figures, city)
    earlier_by_category = figures_by_category(then, city) if then else {}
    amount, unit = rounded_money(own["total_investment"])
    share = format_share(own["total_investment"], province["total_investment"])
    projects = Project.objects.in_plan(figures.plan).in_scope(figures.day).filter(city=city)
    return {
        "row": group,
        "provenance": figures.provenance_of("projects", city=city),
        "counts": own,
        "since": format_since(figures, then),
        "change": then and project_changes(own, earlier_figures(then, "city", [group])[group.key]),
        "name": group.name,
        "sentence": city_sentence(own, share),
        "investment": amount,
        "investment_unit": unit,
        "whole_investment": whole(own["total_investment"]),
        "shares": {"total": format_share(own["total"], province["total"]), "investment": share},
        "rank": rank(group.key, cities, lambda each: each.figures["total_investment"], least=1),
        "list_url": links.url("projects:list", city=city.code),
        "categories": [
            {
                "label": localized(each, "name"),
                "path": f"projects.by_category.{slug}",
                "url": links.url("projects:list", city=city.code, category=slug),
                "whole": whole(by_category[slug]["total_investment"]),
                **by_category[slug],
                "change": then and project_changes(by_category[slug], earlier_by_category[slug]),
            }
            for slug, each in figures.categories.items()
        ],
        "rounding": rounding_note((each["total_investment"] for each in by_category.values()), own["total_investment"]),
        "largest": max((each["total_investment"] for each in by_category.values()), default=0),
        "projects": projects.select_related("category").order_by("-investment_wan", "-position")[:MAX_PROJECTS],
        "most_projects": MAX_PROJECTS,
    }


def city_sentence(own: Mapping[str, Any], share: str) -> str:
    if not own["total"]:
        return _("No projects are listed by this day.")
    text = ngettext(
        "%(count)s project with an investment of %(investment)s, %(share)s.",
        "%(count)s projects with an investment of %(investment)s, %(share)s.",
        own["total"],
    )
    return format_sentence(
        text,
        count=format_number(own["total"]),
        investment=format_rounded_money(own["total_investment"]),
        share=format_html("<strong>{}</strong>", _("%(share)s of the total") % {"share": share}),
    )
