"""Rows and cells of the ledger as a page shows them, in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.declaration import Column, Kind
from ledger.rows import Fault
from ledger.sheets import SHEETS
from ledger.workbook import choice_text, header_text
from ledger.written import written_text
from web.language import in_language

# Whose rows have a page: what its address takes of the key.
PAGES = {
    "measures": ("measures:detail", ("code",)),
    "projects": ("projects:detail", ("code",)),
}


def sheet_label(sheet: str, table: str = "") -> str:
    """Returns the label of a sheet, with the name of the table of the file where it has several of that sheet."""
    label = str(SHEETS[sheet].label) if sheet in SHEETS else sheet
    return f"{label} · {table}" if table else label


def in_order_of_file(faults: Iterable[Fault]) -> list[Fault]:
    """Returns the faults by their sheets, rows and columns; those of the file as a whole come first."""
    order = {name: at for at, name in enumerate(SHEETS)}
    return sorted(faults, key=lambda each: (order.get(each.sheet, -1), each.table, each.number, each.column))


def column_label(sheet: str, name: str) -> str:
    """Returns the label of a column with its unit; the name as it stands where the sheet has no such column."""
    column = next((each for each in SHEETS[sheet].columns if each.name == name), None) if sheet in SHEETS else None
    return header_text(column).rstrip("*") if column else name


def cell_text(sheet: str, name: str, value: Any) -> str:
    """Returns the text of a cell; "" for an empty one."""
    column = SHEETS[sheet].column(name)
    if isinstance(value, list | tuple):
        return "; ".join(_one_text(each, column) for each in value)
    return _one_text(value, column)


def shown_change(sheet: str, name: str, old: Any, new: Any) -> dict[str, str]:
    """Returns the label of a column, and the texts of its old and its new value."""
    return {
        "column": column_label(sheet, name),
        "old": cell_text(sheet, name, old),
        "new": cell_text(sheet, name, new),
    }


def _one_text(value: Any, column: Column) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is not None and column.choices:
        return choice_text(value, column)
    return written_text(value, column)


def _key_text(sheet: str, name: str, part: Any) -> str:
    """Moments without fractions of a second: those are for machines."""
    text = cell_text(sheet, name, part)
    return text.partition(".")[0] if SHEETS[sheet].column(name).kind is Kind.MOMENT else text


def row_name(sheet: str, key: tuple[Any, ...], values: Mapping[str, Any]) -> str:
    """Returns the row's key, and its title where it has one."""
    names = zip(SHEETS[sheet].key, key, strict=False)
    parts = [_key_text(sheet, name, part) for name, part in names if part is not None]
    titles = [values.get(f"{stem}_{language}") or "" for stem in ("title", "name") for language in ("zh", "en")]
    title = in_language(titles[0] or titles[2], titles[1] or titles[3])
    return " ".join([*parts, title] if title and title not in parts else parts)


def row_address(sheet: str, key: tuple[Any, ...], plan_slug: str) -> str:
    """Returns the address of the page of a row that the site has; "" where its kind has none."""
    if sheet == "problems":
        measure, project, number = key
        page, code = ("problems:measure_problem", measure) if measure else ("problems:project_problem", project)
        address = reverse(page, args=[code, number])
    elif sheet in PAGES:
        view, arguments = PAGES[sheet]
        address = reverse(view, kwargs=dict(zip(arguments, key, strict=True)))
    else:
        return ""
    return f"{address}?plan={plan_slug}" if plan_slug else address
