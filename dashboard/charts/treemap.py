"""Investment as areas: the categories of projects, and in each the cities."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.pace import percent
from core.rounding import whole
from dashboard.pages.sentences import rounding_note
from projects.models import Category
from web.charts.axes import Margin, layout, plain
from web.charts.chart import Chart, Column, Figure
from web.charts.theme import CATEGORY_TONES, GROUND, INK, NARROW_FONT, Tone
from web.formats.dates import format_day
from web.formats.money import WAN_PER_YI, format_rounded_money
from web.formats.numbers import format_number, format_percent

# px. Text that would have to be smaller is left out; the table has it.
LEAST_TEXT = 11
HEAD = 24
ROOT = "all"
NO_CATEGORY = Tone(GROUND, GROUND, INK)


class Area(NamedTuple):
    """The projects of a category in a city. `investment` is in 亿元 (100 million yuan); `url`: their list."""

    category: Category
    city: str
    projects: int
    investment: Decimal
    url: str = ""


class Head(NamedTuple):
    """A category with its areas, the largest first."""

    category: Category
    areas: list[Area]

    @property
    def projects(self) -> int:
        return sum(area.projects for area in self.areas)

    @property
    def investment(self) -> Decimal:
        return sum((area.investment for area in self.areas), Decimal(0))


class Node(NamedTuple):
    """What stands in the drawing: all, a category or a city in it."""

    key: str
    parent: str
    name: str
    projects: int
    investment: Decimal
    url: str
    tone: Tone


def heads_of(areas: Sequence[Area]) -> list[Head]:
    """The categories that have projects, the largest first."""
    order = {category: n for n, category in enumerate(CATEGORY_TONES)}
    by_category: dict[Category, list[Area]] = {}
    for area in sorted(areas, key=lambda one: -one.investment):
        if area.projects:
            by_category.setdefault(area.category, []).append(area)
    heads = [Head(category, own) for category, own in by_category.items()]
    return sorted(heads, key=lambda head: (-head.investment, order[head.category.value]))


def treemap(areas: Sequence[Area], urls: Mapping[str, str]) -> Figure:
    """All investment, each category a part of it, and in that the cities; areas are as large as their investment.

    `urls`: where a click on the head of a category leads, and of all ("").
    """
    heads = [head for head in heads_of(areas) if head.investment]
    all_projects = sum(head.projects for head in heads)
    total = sum((head.investment for head in heads), Decimal(0))
    # The head of an area is its name alone, so that the sum has to be part of it.
    name = f"{_('Total')} {format_number(whole(total))}"
    nodes = [Node(ROOT, "", name, all_projects, total, urls.get("", ""), NO_CATEGORY)]
    for head in heads:
        category = head.category.value
        tone = CATEGORY_TONES[category]
        head_tone = Tone(tone.edge, tone.edge, GROUND)
        name, url = str(head.category.label), urls.get(category, "")
        nodes.append(Node(category, ROOT, name, head.projects, head.investment, url, head_tone))
        for area in head.areas:
            if area.investment:
                key = f"{category}/{area.city}"
                nodes.append(Node(key, category, area.city, area.projects, area.investment, area.url, tone))
    return {
        "data": [
            {
                "type": "treemap",
                "ids": [node.key for node in nodes],
                "parents": [node.parent for node in nodes],
                "labels": [node.name for node in nodes],
                "values": [plain(node.investment) for node in nodes],
                "branchvalues": "total",
                "text": [format_number(whole(node.investment)) for node in nodes],
                "texttemplate": "%{label}<br>%{text}",
                "hovertext": [_hover(node, total) for node in nodes],
                "hoverinfo": "text",
                "customdata": [node.url for node in nodes],
                "insidetextfont": {"color": [node.tone.text for node in nodes]},
                "outsidetextfont": {"color": INK},
                "marker": {
                    "colors": [node.tone.fill for node in nodes],
                    "line": {"color": GROUND, "width": 2},
                    "pad": {"t": HEAD, "l": 2, "r": 0, "b": 0},
                },
                "pathbar": {"visible": False},
                "tiling": {"pad": 0, "packing": "binary"},
            }
        ],
        "layout": layout(
            height=520,
            margin=Margin(0, 0, 0, 0),
            uniformtext={"minsize": LEAST_TEXT, "mode": "hide"},
        ),
        "narrow": {"font": {"size": NARROW_FONT}},
        "key": [
            {"label": _key_words(head, total), "fill": CATEGORY_TONES[head.category.value].edge, "edge": GROUND}
            for head in heads
        ],
    }


def _hover(node: Node, total: Decimal) -> str:
    category = Category(node.parent).label if node.parent in CATEGORY_TONES else ""
    title = pgettext("between clauses", ", ").join(filter(None, [node.name, str(category)]))
    amount = _("%(value)s (%(notes)s)") % {
        "value": format_rounded_money(node.investment),
        "notes": format_percent(share_of(node.investment, total)),
    }
    return f"<b>{title}</b><br>{amount}<br>{_projects(node.projects)}"


def _projects(count: int) -> str:
    return ngettext("%(count)s project", "%(count)s projects", count) % {"count": format_number(count)}


def _key_words(head: Head, total: Decimal) -> str:
    return _("%(value)s (%(notes)s)") % {
        "value": f"{head.category.label} {format_number(whole(head.investment))}",
        "notes": format_percent(share_of(head.investment, total)),
    }


def share_of(part: Decimal, of: Decimal) -> Decimal | None:
    """In percent, to one decimal; of amounts in 亿元, which are whole in 万元."""
    return percent(int(part * WAN_PER_YI), int(of * WAN_PER_YI))


def investment_chart(areas: Sequence[Area], urls: Mapping[str, str], *, on: date, provenance: str) -> Chart:
    """The treemap with its rows: each category, then its cities, the largest first. `urls` as `treemap` takes them."""
    heads = heads_of(areas)
    total = sum((head.investment for head in heads), Decimal(0))
    rows: list[tuple[Any, ...]] = []
    row_urls = []
    for head in heads:
        name = str(head.category.label)
        rows.append((name, _("All cities"), head.projects, head.investment, share_of(head.investment, total)))
        row_urls.append(urls.get(head.category.value, ""))
        for area in head.areas:
            rows.append((name, area.city, area.projects, area.investment, share_of(area.investment, total)))
            row_urls.append(area.url)
    sums = [([head.investment for head in heads], total)]
    sums += [([area.investment for area in head.areas], head.investment) for head in heads]
    return Chart(
        name="investment",
        title=_("Investment by category and city (100 million yuan), as of %(day)s") % {"day": format_day(on)},
        figure=treemap(areas, urls) if total else None,
        summary=_summary(heads, total) if total else "",
        columns=[
            Column(_("Category"), is_number=False),
            Column(pgettext("table head", "City"), is_number=False),
            Column(pgettext("unit in a table head", "Projects"), format_number),
            Column(_("Investment (100 million yuan)"), lambda amount: format_number(whole(amount))),
            Column(_("Share of investment"), format_percent),
        ],
        rows=rows,
        total=(_("Total"), None, sum(head.projects for head in heads), total, share_of(total, total)) if heads else (),
        urls=row_urls,
        kind="free",
        note=next(filter(None, (rounding_note(parts, of) for parts, of in sums)), ""),
        provenance=provenance,
        missing="" if total else _("No projects with an investment are listed by this day."),
    )


def _summary(heads: Sequence[Head], total: Decimal) -> str:
    first = heads[0]
    largest = max((area for head in heads for area in head.areas), key=lambda area: area.investment)
    return _(
        "The category with the most investment is %(category)s, with %(amount)s (%(share)s); "
        "the largest single area is %(of_largest)s in %(city)s, with %(largest)s (%(largest_share)s)."
    ) % {
        "category": first.category.label,
        "amount": format_rounded_money(first.investment),
        "share": format_percent(share_of(first.investment, total)),
        "of_largest": largest.category.label,
        "city": largest.city,
        "largest": format_rounded_money(largest.investment),
        "largest_share": format_percent(share_of(largest.investment, total)),
    }
