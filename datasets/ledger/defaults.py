"""What a new row holds where the file says nothing, and keys that a file may leave out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from accounts.models import Role
from core.clock import SHANGHAI
from core.provenance import Provenance
from datasets.ledger.contents import Contents
from datasets.ledger.references import NAMES, Names, made_slug
from datasets.ledger.rows import Row, Values
from regions.models import RegionKind
from web.models import Languages

# Of a status change where a file names the day alone: decided in the afternoon.
RECORDED_AT = time(16, 0, tzinfo=SHANGHAI)

Default = Callable[[Values, Any], Any]


def _always(value: Any) -> Default:
    return lambda values, merged: value


def _as(column: str) -> Default:
    return lambda values, merged: values[column]


def _first_day(values: Values, merged: Any) -> Any:
    return merged.plan["starts_on"] if merged.plan else None


def whole_place(values: Values, merged: Any) -> Any:
    """The region that all others lie in, the country aside; None where there are several."""
    regions = {item["code"]: item for item in merged.items["regions"].values()}
    countries = {code for code, item in regions.items() if item["kind"] == RegionKind.COUNTRY}
    tops = [code for code, item in regions.items() if item["parent"] in {None, *countries}]
    found = [code for code in tops if code not in countries]
    return found[0] if len(found) == 1 else None


def _after_the_others(sheet: str, column: str) -> Default:
    return lambda values, merged: merged.next_number(sheet, column)


def _lead(values: Values, merged: Any) -> Any:
    measure = merged.items["measures"].get((values["measure"],))
    return measure["lead_department"] if measure else None


_PROVENANCE = {"provenance": _always(Provenance.REPORTED.value)}

DEFAULTS: Mapping[str, Mapping[str, Default]] = {
    "regions": _PROVENANCE,
    "departments": _PROVENANCE | {"number": _after_the_others("departments", "number")},
    "people": {"role": _always(Role.VIEWER.value), "active": _always(True)},
    "site": {"languages": _always(Languages.BOTH.value)},
    "plan": _PROVENANCE | {"region": whole_place},
    "milestones": _PROVENANCE | {"day_known": _always(True)},
    "sections": _PROVENANCE | {"number": _after_the_others("sections", "number")},
    "measures": _PROVENANCE
    | {
        "lead_provenance": _as("provenance"),
        "listed_on": _first_day,
        "position": _after_the_others("measures", "position"),
    },
    "reports": _PROVENANCE | {"department": _lead},
    "status_history": _PROVENANCE | {"restates": _always(False)},
    "categories": _PROVENANCE | {"number": _after_the_others("categories", "number")},
    "projects": _PROVENANCE
    | {
        "investment_provenance": _as("provenance"),
        "listed_on": _first_day,
        "position": _after_the_others("projects", "position"),
    },
    "indicators": _PROVENANCE | {"zh_factor": _always(Decimal(1)), "cumulative": _always(False)},
    "observations": _PROVENANCE | {"exact": _always(True), "verified": _always(False)},
    "targets": _PROVENANCE | {"derived": _always(False)},
}
# What new rows are numbered by: sheet and column.
NUMBERED = (
    ("departments", "number"),
    ("sections", "number"),
    ("categories", "number"),
    ("measures", "position"),
    ("projects", "position"),
)
# An empty cell of these leaves what the site has: the column is never empty.
KEPT_WHERE_EMPTY = {sheet: set(columns) - {"region"} for sheet, columns in DEFAULTS.items()}


def complete_keys(sheet: str, rows: list[Row], contents: Contents) -> list[Row]:
    """Rows with the parts of their keys that a file may leave out."""
    if sheet in ("sections", "departments", "categories"):
        return _with_slugs(sheet, rows, contents)
    if sheet == "plan":
        return [replace(row, values=row.values | {"slug": _plan_slug(row.values, contents)}) for row in rows]
    if sheet in ("reports", "evidence"):
        return [replace(row, values={**row.values, "number": row.values.get("number") or 1}) for row in rows]
    if sheet in ("status_history", "scope_changes", "project_scope_changes"):
        return [replace(row, values=_completed_history(row.values)) for row in rows]
    return rows


def _with_slugs(sheet: str, rows: list[Row], contents: Contents) -> list[Row]:
    """The slug of the row that has the number or the name already, else a new one."""
    names = Names(sheet)
    for (slug,), values in contents.rows[sheet].items():
        names.add(slug, values)
    taken = set(names.keys.values()) | {row.values["slug"] for row in rows if row.values.get("slug")}
    found = []
    for number, row in enumerate(rows, 1):
        if row.values.get("slug") is None:
            slug = _named(names, row.values) or _made(sheet, row.values, number, taken)
            taken.add(slug)
            row = replace(row, values={**row.values, "slug": slug})
        found.append(row)
    return found


def _named(names: Names, values: Values) -> str | None:
    for column in NAMES[names.sheet]:
        if values.get(column) is not None:
            try:
                if slug := names.find(str(values[column])):
                    return slug
            except ValueError:
                continue
    return None


def _made(sheet: str, values: Values, number: int, taken: set[str]) -> str:
    if sheet == "sections":
        return made_slug(f"section-{values.get('number') or number}", taken)
    name = values.get("short_en") or values.get("name_en") or values.get("short_zh") or values.get("name_zh")
    return made_slug(name or sheet, taken)


def _plan_slug(values: Values, contents: Contents) -> str | None:
    if values.get("slug"):
        slug: str = values["slug"]
        return slug
    [slug] = [key[0] for key in contents.rows["plan"]] or [""]
    name = values.get("name_en") or values.get("name_zh")
    return slug or (made_slug(name, ()) if name else None)


def _completed_history(values: Values) -> Values:
    """Counts and moments that are seldom written."""
    values = dict(values)
    if values.get("recorded_at") is None and values.get("effective_on") is not None:
        values["recorded_at"] = datetime.combine(values["effective_on"], RECORDED_AT)
    values["number"] = values.get("number") or 1
    for day, number in (("supersedes", "supersedes_number"), ("report", "report_number")):
        if values.get(day) is not None:
            values[number] = values.get(number) or 1
    return values
