"""The content of the page of all sections, and of that of one."""

from typing import Any

from django.utils.translation import gettext as _

from dashboard.charts.due_dates import due_chart, due_rows
from dashboard.figures import Figures
from dashboard.pages.groups import (
    get_group_or_404,
    group_detail,
    group_sentence,
    group_table,
    listed_measures,
    urgency_sentence,
)
from dashboard.pages.links import Links
from dashboard.pages.problems import section_problems
from web.formats.text import format_counted


def section_list(figures: Figures, links: Links, *, ordering: str, then: Figures | None = None) -> dict[str, Any]:
    groups = figures.with_problems(figures.measures_with_due_by("section"), "section")
    return {
        **group_table(figures, "section", groups, links, ordering=ordering, then=then),
        "sentence": urgency_sentence(figures, "section", groups),
        "charts": {"due": due_chart(due_rows(figures), figures, links, provenance=figures.provenance_of("measures"))},
    }


def section_detail(figures: Figures, slug: str, links: Links, *, then: Figures | None = None) -> dict[str, Any]:
    """Raises Http404 for a section that the plan does not have."""
    groups = figures.measures_with_due_by("section")
    section = get_group_or_404(groups, slug)
    measures = list(listed_measures(figures, then).filter(section=section.group))
    count = section.figures["total"]
    return {
        **group_detail(figures, "section", section, groups, measures, links, then=then),
        "sentence": group_sentence(
            figures,
            section,
            groups,
            measures,
            total=format_counted(
                "The priority area has %(count)s measure", "The priority area has %(count)s measures", count
            ),
            nothing=_("Nothing to measure"),
        ),
        **section_problems(figures, section, links),
    }
