"""The values of a new row where the file says nothing, and keys that a file may leave out."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import Role
from core.clock import SHANGHAI, today
from core.provenance import Provenance
from indicators.models import Direction, IndicatorGroup
from indicators.rules import is_comparable
from ledger.bindings import EVIDENCE_OF
from ledger.contents import Contents
from ledger.places import whole_place
from ledger.references import NAMES, Names, folded, made_slug
from ledger.rows import Row, Values
from measures.models import Plan
from web.models import Languages

# Of a status change where a file names the day alone: decided in the afternoon.
RECORDED_AT = time(16, 0, tzinfo=SHANGHAI)
# Sheets whose rows may name that day alone.
RECORDED_BY_DAY = ("status_history", "scope_changes", "project_scope_changes")

_NUMBERED_CODE = re.compile(r"(.*?)(\d{1,9})")

# By sheet, the column that new rows are numbered in.
NUMBERED = {
    **dict.fromkeys(("departments", "sections", "categories", "problem_categories", "themes"), "number"),
    **dict.fromkeys(("measures", "projects"), "position"),
}

Default = Callable[[Values, Any], Any]


def _always(value: Any) -> Default:
    return lambda values, merged: value


def _as(column: str) -> Default:
    return lambda values, merged: values[column]


def _first_day(values: Values, merged: Any) -> Any:
    """Return the plan's first day; today, where the plan is still to begin: nothing happens in the future."""
    return min(merged.plan["starts_on"], today()) if merged.plan else None


def _whole_place(values: Values, merged: Any) -> Any:
    return whole_place([item.values for item in merged.items["regions"].values()])


def _after_the_others(sheet: str) -> dict[str, Default]:
    column = NUMBERED[sheet]
    return {column: lambda values, merged: merged.next_number(sheet, column)}


def _lead(values: Values, merged: Any) -> Any:
    measure = merged.items["measures"].get((values["measure"],))
    return measure["lead_department"] if measure else None


def _by_unit(values: Values, merged: Any) -> bool:
    return is_comparable(values["unit"] or "")


def _last_on_the_agenda(values: Values, merged: Any) -> int:
    agenda = [item for item in merged.items["meeting_items"].values() if item["meeting"] == values["meeting"]]
    return 1 + max((item["position"] or 0 for item in agenda), default=0)


_PROVENANCE = {"provenance": _always(Provenance.REPORTED.value)}

DEFAULTS: Mapping[str, Mapping[str, Default]] = {
    "regions": _PROVENANCE,
    "departments": _PROVENANCE | _after_the_others("departments"),
    "people": {"role": _always(Role.VIEWER.value), "active": _always(True)},
    "site": {"languages": _always(Languages.BOTH.value)},
    "plan": _PROVENANCE | {"region": _whole_place, "large_project": _always(Plan().large_project_wan)},
    "milestones": _PROVENANCE | {"day_known": _always(True)},
    "sections": _PROVENANCE | _after_the_others("sections"),
    "measures": _PROVENANCE
    | {
        "lead_provenance": _as("provenance"),
        "listed_on": _first_day,
        **_after_the_others("measures"),
    },
    "problem_categories": _PROVENANCE | _after_the_others("problem_categories"),
    "problems": _PROVENANCE,
    "meeting_items": {"position": _last_on_the_agenda},
    "reports": _PROVENANCE | {"department": _lead},
    "status_history": _PROVENANCE | {"restates": _always(False)},
    "categories": _PROVENANCE | _after_the_others("categories"),
    "projects": _PROVENANCE
    | {
        "investment_provenance": _as("provenance"),
        "invested_before": _always(0),
        "listed_on": _first_day,
        **_after_the_others("projects"),
    },
    "project_months": _PROVENANCE,
    "indicators": _PROVENANCE
    | {
        "direction": lambda values, merged: likely_direction(values).value,
        "zh_factor": _always(Decimal(1)),
        "cumulative": _always(False),
        "is_share": _always(False),
        "group": _always(IndicatorGroup.OTHER.value),
        "may_join": _always(True),
        "may_compare": _by_unit,
        "may_add_up": _always(False),
        "may_rank": _always(False),
    },
    "observations": _PROVENANCE | {"exact": _always(True), "verified": _always(False)},
    "targets": _PROVENANCE | {"single_year": _always(False), "derived": _always(False)},
    "themes": _PROVENANCE | _after_the_others("themes"),
}
# An empty cell of these leaves what the site has: the column is never empty.
KEPT_WHERE_EMPTY = {sheet: set(columns) - {"region"} for sheet, columns in DEFAULTS.items()}


# What the name of an indicator has of which less is better, unless it says how much less.
_LESS_IS_BETTER = re.compile(r"能耗|煤耗|消耗|消费量|排放|浓度|强度|用水量|负债|失业|死亡|事故|贫困|逾期|投诉")
_HOW_MUCH_LESS = re.compile(r"(?:下降|降低|减少|削减|压减)(?:率|幅度|比例|量)?$")


def likely_direction(values: Values) -> Direction:
    """Returns whether more of an indicator is better, as far as its Chinese name tells."""
    name = folded(values.get("name_zh") or "").partition("(")[0]
    return Direction.DOWN if _LESS_IS_BETTER.search(name) and not _HOW_MUCH_LESS.search(name) else Direction.UP


def complete_keys(sheet: str, rows: list[Row], contents: Contents) -> list[Row]:
    """Rows with the parts of their keys that a file may leave out."""
    if sheet in ("sections", "departments", "categories", "problem_categories", "themes"):
        return _with_slugs(sheet, rows, contents)
    if sheet == "indicators":
        return _with_slugs(sheet, rows, contents, column="code", between="_")
    if sheet in ("measures", "projects"):
        return _with_codes(sheet, rows, contents)
    if sheet == "plan":
        return [replace(row, values=row.values | {"slug": _plan_slug(row.values, contents)}) for row in rows]
    if sheet in ("problems", "meetings", "problem_steps", "meeting_items"):
        return _with_keys_of_problems(sheet, rows, contents)
    if sheet in (*EVIDENCE_OF, *EVIDENCE_OF.values()):
        return [replace(row, values={**row.values, "number": row.values.get("number") or 1}) for row in rows]
    if sheet in RECORDED_BY_DAY:
        return [replace(row, values=_completed_history(row.values)) for row in rows]
    return rows


def _with_keys_of_problems(sheet: str, rows: list[Row], contents: Contents) -> list[Row]:
    if sheet == "problem_steps":
        return _with_numbers_of_the_day(rows)
    if sheet == "meeting_items":
        return [replace(row, values=_completed(row.values, "direction_on", "direction_number")) for row in rows]
    return _with_numbers(sheet, rows, contents)


def _with_slugs(
    sheet: str, rows: list[Row], contents: Contents, *, column: str = "slug", between: str = "-"
) -> list[Row]:
    """The slug of the row that has the number or the name already, else a new one; `column` holds it, and `between`
    stands between its words."""
    names = Names(sheet)
    for (slug,), values in contents.rows[sheet].items():
        names.add(slug, values)
    taken = set(names.keys.values()) | {row.values[column] for row in rows if row.values.get(column)}
    # As slugs are made, whatever stands between their words.
    taken = {slug.replace(between, "-") for slug in taken}
    found = []
    for number, row in enumerate(rows, 1):
        if row.values.get(column) is None:
            slug = _named(names, row.values)
            if slug is None:
                made = _made(sheet, row.values, number, taken)
                taken.add(made)
                slug = made.replace("-", between)
            row = replace(row, values={**row.values, column: slug})
        found.append(row)
    return found


def _with_codes(sheet: str, rows: list[Row], contents: Contents) -> list[Row]:
    """The code of the row that is called so already, else the one after the greatest number."""
    written = [row.values["code"] for row in rows if row.values.get("code")]
    if len(written) == len(rows):
        return rows
    known = {title: code for (code,), values in contents.rows[sheet].items() for title in titles_of(values)}
    new = numbered_codes([*(code for (code,) in contents.rows[sheet]), *written])

    def coded(values: Values) -> Values:
        own = (known.get(title) for title in titles_of(values))
        return values if values.get("code") else values | {"code": next(filter(None, own), None) or next(new)}

    return [replace(row, values=coded(row.values)) for row in rows]


def titles_of(values: Values) -> list[str]:
    """Returns what a measure or project is called, as names are compared."""
    names = (values.get(name) for name in ("title_zh", "title_en", "name_zh", "name_en"))
    return [folded(name) for name in names if name]


def numbered_codes(codes: Iterable[str]) -> Iterator[str]:
    """Yields the codes after the greatest number: M013 after M012; 1, 2 and so on where none is numbered."""
    matches = (_NUMBERED_CODE.fullmatch(each) for each in codes)
    number, stem, width = max(((int(each[2]), each[1], len(each[2])) for each in matches if each), default=(0, "", 1))
    return (f"{stem}{next_number:0{width}}" for next_number in count(number + 1))


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
    made = made_slug(name or sheet, taken)
    # Codes of indicators begin with a letter.
    return made_slug(f"indicator {name}", taken) if sheet == "indicators" and made[0].isdigit() else made


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
        values = _completed(values, day, number)
    return values


def _completed(values: Values, day: str, number: str) -> Values:
    """Adds the number of the first of several rows of a day, where the day alone is written."""
    if values.get(day) is None:
        return values
    return {**values, number: values.get(number) or 1}


# By what a row without its number is known again, and within what rows are numbered.
_KNOWN_BY: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "problems": (("raised_on", "text_zh", "text_en"), ("measure", "project")),
    "meetings": (("held_on", "title_zh", "title_en"), ()),
}


def _with_numbers(sheet: str, rows: list[Row], contents: Contents) -> list[Row]:
    """The number of the row that says the same already, else the next."""
    same, within = _KNOWN_BY[sheet]

    def group(values: Values) -> tuple[str, ...]:
        return _folded(map(values.get, within))

    held = list(contents.rows[sheet].values())
    known = {(*group(values), *(values.get(name) for name in same)): values["number"] for values in held}
    numbered = [*held, *(row.values for row in rows if row.values.get("number"))]
    taken = {(*group(values), values["number"]) for values in numbered}
    if sheet == "problems":
        taken |= {(*_folded(codes), number) for *codes, number in contents.draft_problems}
    last = _greatest(taken)
    found = []
    for row in rows:
        if row.values.get("number") is None:
            of = group(row.values)
            number = known.pop((*of, *(row.values.get(name) for name in same)), None)
            if number is None:
                number = last[of] = last.get(of, 0) + 1
            row = replace(row, values={**row.values, "number": number})
        found.append(row)
    return found


def _folded(parts: Iterable[Any]) -> tuple[str, ...]:
    """Returns texts in the form in which they are compared: an empty one is an empty text."""
    return tuple(folded(part or "") for part in parts)


def _greatest(taken: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], int]:
    """Returns each group's greatest number; a number stands at the end of each tuple, after what names its group."""
    last: dict[tuple[Any, ...], int] = {}
    for *parts, number in taken:
        last[tuple(parts)] = max(number, last.get(tuple(parts), 0))
    return last


def _with_numbers_of_the_day(rows: list[Row]) -> list[Row]:
    """Steps of one problem on one day, counted in the order of the file where they say nothing."""
    seen: Counter[tuple[Any, ...]] = Counter()
    found = []
    for row in rows:
        codes = map(row.values.get, ("measure", "project"))
        of = (*_folded(codes), row.values.get("problem"), row.values.get("made_on"))
        seen[of] = row.values.get("number") or seen[of] + 1
        found.append(replace(row, values={**row.values, "number": seen[of]}))
    return found
