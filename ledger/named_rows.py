"""Rows that a table names and brings no sheet of: departments, and the first priority areas and categories."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace

from ledger.contents import Contents
from ledger.defaults import complete_keys
from ledger.layout import without_number
from ledger.references import Names, folded
from ledger.rows import Row
from ledger.sheets import SHEETS

# By sheet: the columns of others that name its rows, and the stem of the columns of its own names.
NAMED_BY: Mapping[str, tuple[tuple[tuple[str, str], ...], str]] = {
    "departments": (
        (
            ("measures", "lead_department"),
            ("measures", "participating_departments"),
            ("projects", "lead_department"),
            ("indicators", "owner"),
        ),
        "name",
    ),
    "sections": ((("measures", "section"),), "title"),
    "categories": ((("projects", "category"),), "name"),
}
# Of a plan whose table has none: slug and titles.
ONLY_SECTION = {"slug": "section-1", "title_zh": "重点任务", "title_en": "Priority tasks"}


def add_named_rows(
    rows: dict[str, list[Row]], names: Mapping[str, Names], contents: Contents, *, given: Container[str]
) -> None:
    """Adds to the rows, by sheet, those that others name and that are not there; `given`: sheets that the file has.

    Once there are some, a new name is more likely a wrong one: then only leads of measures become departments.
    """
    for sheet, (columns, stem) in NAMED_BY.items():
        if sheet in given:
            continue
        asked = columns if not contents.rows[sheet] else columns[:1] if sheet == "departments" else ()
        unknown = [name for name in _written(rows, asked) if _is_new_name(name, sheet, stem, names[sheet])]
        rows[sheet] = _made(sheet, stem, unknown, names[sheet], contents)
    sections = names["sections"]
    if rows["measures"] and not sections.keys:
        rows["sections"] = [Row("sections", 0, dict(ONLY_SECTION))]
        sections.add(ONLY_SECTION["slug"], ONLY_SECTION)
    if len(sections.keys) == 1:
        only = {"section": next(iter(sections.keys.values()))}
        rows["measures"] = [
            row if row.values.get("section") else replace(row, values=row.values | only) for row in rows["measures"]
        ]


def _written(rows: Mapping[str, Sequence[Row]], columns: Iterable[tuple[str, str]]) -> dict[str, None]:
    """The names that stand in the columns, each once, in the order of the first column, then of the next."""
    found: dict[str, None] = {}
    for sheet, column in columns:
        for row in rows[sheet]:
            value = row.values.get(column) or ()
            found |= dict.fromkeys([value] if isinstance(value, str) else value)
    return found


def _column(stem: str, name: str) -> str:
    return f"{stem}_{'en' if name.isascii() else 'zh'}"


def _made(sheet: str, stem: str, unknown: Sequence[str], names: Names, contents: Contents) -> list[Row]:
    titles = [without_number(name) for name in unknown]
    made = [Row(sheet, 0, {_column(stem, title): title}) for title in titles]
    made = complete_keys(sheet, made, contents)
    for name, row in zip(unknown, made, strict=True):
        names.add(row.values["slug"], row.values)
        # As the table writes it, too.
        names.names.setdefault(folded(name), set()).add(row.values["slug"])
    return made


def _is_new_name(name: str, sheet: str, stem: str, names: Names) -> bool:
    """Returns whether nothing is called so, and something may be: what is too long for a name is none."""
    return names.is_unknown(name) and len(name) <= (SHEETS[sheet].column(_column(stem, name)).most or 0)
