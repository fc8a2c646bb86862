"""The things that a load touches besides its own rows: cells of figures, and rows that show others."""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from core.signals import figures_changed
from indicators.models import Indicator
from ledger.bindings import BINDINGS
from ledger.merging import Item, Merged
from ledger.rows import Key, Values
from ledger.scopes import SCOPES
from measures.models import Measure, Plan, Report
from problems.models import Meeting, Problem
from projects.models import Project, ProjectMonth
from projects.services import cells_of_place

# Rows about projects that change what cells count.
COUNTED_OF_PROJECTS = ("project_scope_changes", "annual_plans", "project_months")

# Rows about measures or projects that do so.
COUNTED = {"measures": ("status_history", "reports", "scope_changes"), "projects": COUNTED_OF_PROJECTS}

AllIds = Mapping[str, Mapping[Key, int]]
Cells = dict[str, set[tuple[Any, ...]]]


def cells_of(merged: Merged, ids: AllIds, plan: Plan | None, *, before: bool) -> Cells:
    """The cells that count what the load touches, as they were before it or as they are after it."""
    if plan is None:
        return {"measures": set(), "projects": set()}
    counted = {}
    for sheet, records in COUNTED.items():
        keys = {item.key[:1] for each in (sheet, *records) for item in merged.touched(each)}
        items = [merged.items[sheet][key] for key in keys]
        counted[sheet] = [values for item in items if (values := item.site if before else item.values) is not None]
    return cells_of_rows(counted, ids, plan)


def cells_of_rows(counted: Mapping[str, Iterable[Values]], ids: AllIds, plan: Plan) -> Cells:
    """The cells that count these rows of measures and of projects."""
    found: Cells = {"measures": set(), "projects": set()}
    for values in counted["measures"]:
        section, lead = ids["sections"][(values["section"],)], ids["departments"][(values["lead_department"],)]
        found["measures"].add((plan.pk, section, lead))
    for values in counted["projects"]:
        city, category = ids["regions"][(values["city"],)], ids["categories"][(values["category"],)]
        found["projects"] |= cells_of_place(plan.pk, city, category)
    return found


def tell_of_cells(before: Cells, after: Cells) -> None:
    for kind, sender in (("measures", Measure), ("projects", Project)):
        if cells := before[kind] | after[kind]:
            figures_changed.send(sender=sender, kind=kind, cells=cells)


# What rows are about, with its sheet.
ABOUT = {"measure": "measures", "project": "projects", "indicator": "indicators"}


def rows_written(merged: Merged, ids: AllIds) -> set[tuple[str, int]]:
    """Names by model and id the rows that the load wrote, and the measures, projects and indicators that they are
    about."""
    found: set[tuple[str, Key]] = set()
    for sheet in BINDINGS:
        for item in merged.touched(sheet):
            if not item.is_deleted:
                found.add((sheet, item.key))
            found |= {(about, (item[column],)) for column, about in ABOUT.items() if item[column] is not None}
    return {(BINDINGS[sheet].model._meta.label_lower, ids[sheet][key]) for sheet, key in found if key in ids[sheet]}


# Rows that show their parts: their sheet, that of the parts, and how much of a part's key is theirs.
SHOWN_WITH_PARTS = (
    (Problem, "problems", "problem_steps", 3),
    (Meeting, "meetings", "meeting_items", 1),
    (Report, "reports", "evidence", -2),
    (ProjectMonth, "project_months", "project_month_evidence", -2),
)


def mark_updated(merged: Merged, ids: AllIds) -> None:
    """Marks rows that show what was loaded as updated: bulk statements send no signals."""
    moved = {sheet: _moved(merged, sheet) for sheet in SCOPES}
    shown: dict[Any, set[int]] = {
        Measure: _measures_shown(merged, ids, moved["projects"]),
        **{
            model: {ids[sheet][item.key[:width]] for item in merged.touched(parts)}
            for model, sheet, parts, width in SHOWN_WITH_PARTS
        },
    }
    for model, sheet, column in ((Project, "projects", "project"), (Indicator, "indicators", "indicator")):
        shown[model] = {ids[sheet][(code,)] for code in _linked(merged, column, moved["measures"])}
    shown[Project] |= {ids["projects"][(code,)] for code in moved["projects"] | _revised(merged)}
    for sheet in ("observations", "targets"):
        shown[Indicator] |= {ids["indicators"][(item["indicator"],)] for item in merged.touched(sheet)}
    shown[Indicator] |= {ids["indicators"][item.key] for item in _derived(merged)}
    for model, pks in shown.items():
        if pks:
            model._default_manager.filter(pk__in=pks).mark_updated()


def _derived(merged: Merged) -> Iterator[Item]:
    """The indicators whose values follow from what the load brings of others."""
    given = {item["indicator"] for item in merged.touched("observations")}
    return (
        item
        for item in merged.items["indicators"].values()
        if not given.isdisjoint({item["derived_from"], item["derived_with"]})
    )


def _revised(merged: Merged) -> set[str]:
    """The codes of projects whose revisions, plans or months the load brings."""
    sheets = ("project_terms_changes", "annual_plans", "annual_plan_changes", "project_months")
    return {item["project"] for sheet in sheets for item in merged.touched(sheet)}


def _linked(merged: Merged, column: str, measures: Container[str]) -> set[str]:
    """The codes of projects or indicators whose links changed, or which name one of the measures."""
    links = merged.items["links"].values()
    found = {item[column] for item in links if item.is_touched or item["measure"] in measures}
    return found - {None}


def _moved(merged: Merged, sheet: str) -> set[str]:
    """The codes of measures or projects that are in the plan on other days than before."""
    listed = {
        item["code"]
        for item in merged.touched(sheet)
        if any(cell.column in ("listed_on", "remove") for cell in item.cells)
    }
    return listed | {item[SCOPES[sheet].column] for item in merged.touched(SCOPES[sheet].sheet)}


def _measures_shown(merged: Merged, ids: AllIds, projects: Container[str]) -> set[int]:
    """Measures whose reports, statuses, terms, scope or links changed, those that take over from them, and those of the
    projects, by code."""
    codes = {
        item["measure"]
        for sheet in ("reports", "status_history", "terms_changes", "scope_changes", "links")
        for item in merged.touched(sheet)
    }
    left = {item["measure"] for item in merged.touched("scope_changes")}
    changes = [item for item in merged.items["scope_changes"].values() if item["measure"] in left]
    codes |= {code for item in changes for code in item["successors"]}
    codes |= {item["measure"] for item in merged.items["links"].values() if item["project"] in projects}
    return {ids["measures"][(code,)] for code in codes}
