"""What a load touches besides its own rows: cells of figures, and rows that show others."""

from collections.abc import Iterable, Mapping
from typing import Any

from datasets.ledger.merging import Item, Merged
from datasets.ledger.rows import Key, Values
from indicators.models import Indicator
from measures.models import Measure, Plan, Report
from projects.models import Project

AllIds = Mapping[str, Mapping[Key, int]]
Cells = dict[str, set[tuple[Any, ...]]]


def links_of(items: Iterable[Item], sheet: str, ids: AllIds) -> list[tuple[int, int]]:
    """Ids of projects or indicators, each with that of a measure."""
    column = "project" if sheet == "projects" else "indicator"
    return [
        (ids[sheet][(item[column],)], ids["measures"][(item["measure"],)]) for item in items if item[column] is not None
    ]


def cells_of(merged: Merged, ids: AllIds, plan: Plan | None, *, before: bool) -> Cells:
    """The cells that count what the load touches, as they were before it or as they are after it."""
    found: Cells = {"measures": set(), "projects": set()}
    if plan is None:
        return found
    concerned = {item["code"] for item in merged.touched("measures")}
    for sheet in ("status_history", "reports"):
        concerned |= {item["measure"] for item in merged.touched(sheet)}
    for code in concerned:
        item = merged.items["measures"][(code,)]
        values = item.site if before else item.values
        if values is not None:
            section, lead = ids["sections"][(values["section"],)], ids["departments"][(values["lead_department"],)]
            found["measures"].add((plan.pk, section, lead))
    for item in merged.touched("projects"):
        values = item.site if before else item.values
        if values is not None:
            found["projects"].add(_project_cell(values, ids, plan))
    return found


def _project_cell(values: Values, ids: AllIds, plan: Plan) -> tuple[Any, ...]:
    return (plan.pk, ids["regions"][(values["city"],)], ids["categories"][(values["category"],)], values["stage"])


def mark_updated(merged: Merged, ids: AllIds) -> None:
    """Of rows that show what was loaded: bulk statements send no signals."""
    shown: dict[Any, set[int]] = {
        Measure: _measures_shown(merged, ids),
        Report: {ids["reports"][item.key[:3]] for item in merged.touched("evidence")},
    }
    for model, sheet, column in ((Project, "projects", "project"), (Indicator, "indicators", "indicator")):
        shown[model] = {ids[sheet][(each[column],)] for each in merged.touched("links") if each[column] is not None}
    for sheet in ("observations", "targets"):
        shown[Indicator] |= {ids["indicators"][(item["indicator"],)] for item in merged.touched(sheet)}
    for model, pks in shown.items():
        if pks:
            model._default_manager.filter(pk__in=pks).mark_updated()


def _measures_shown(merged: Merged, ids: AllIds) -> set[int]:
    """Measures whose reports, statuses, terms, links or listed projects changed."""
    codes = {
        item["measure"]
        for sheet in ("reports", "status_history", "terms_changes", "links")
        for item in merged.touched(sheet)
    }
    moved = {
        item["code"]
        for item in merged.touched("projects")
        if any(cell.column in ("listed_on", "remove") for cell in item.cells)
    }
    codes |= {item["measure"] for item in merged.items["links"].values() if item["project"] in moved}
    return {ids["measures"][(code,)] for code in codes}
