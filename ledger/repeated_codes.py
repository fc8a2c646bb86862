"""Tables whose numbers begin at 1, as those of rows of the site do that are called otherwise: asked once whether they
are the same rows or further ones."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from django.utils.translation import gettext as _

from ledger.contents import read_contents
from ledger.declaration import Kind
from ledger.defaults import titles_of
from ledger.matching import MAX_EXAMPLE, MatchQuestion
from ledger.questions import EXAMPLES, question_key
from ledger.rows import Key, Ledger, Values
from ledger.sheets import SHEETS
from measures.models import Plan

# Sheets whose rows have codes that may be left out.
ASKED = ("measures", "projects")
SAME, FURTHER = "same", "further"


def code_questions(ledger: Ledger, plan: Plan | None) -> dict[str, MatchQuestion]:
    """Returns a question by sheet for those whose numbers are those of other rows of the site, mostly."""
    counted = [sheet for sheet in ASKED if _is_counted(sheet, ledger)]
    if not counted or ledger.base:
        # A file that was downloaded has the codes of the site.
        return {}
    contents = read_contents(plan, without=SHEETS.keys() - set(counted))
    asked: dict[str, MatchQuestion] = {}
    for sheet in counted:
        held = contents.rows[sheet]
        common = [row.values for row in ledger.rows[sheet] if (row.values["code"],) in held]
        others = list(_called_otherwise(common, held))
        if 2 * len(others) > len(common):
            asked[sheet] = _question(sheet, others)
    return asked


def with_further_rows(ledger: Ledger, sheet: str) -> Ledger:
    """Returns the ledger without the codes of a sheet: its rows are known by their names, or get the next codes."""
    rows = [replace(row, values={**row.values, "code": None}) for row in ledger.rows[sheet]]
    return replace(ledger, rows={**ledger.rows, sheet: rows})


def _is_counted(sheet: str, ledger: Ledger) -> bool:
    """Returns whether the codes of a sheet only count its rows, from 1, and no other sheet names them."""
    codes = [str(row.values.get("code") or "") for row in ledger.rows.get(sheet, ())]
    return codes == [str(number) for number in range(1, len(codes) + 1)] and bool(codes) and not _names(sheet, ledger)


def _names(sheet: str, ledger: Ledger) -> bool:
    """Returns whether rows of the file name those of the sheet."""
    return any(
        row.values.get(column.name)
        for name, rows in ledger.rows.items()
        for column in SHEETS[name].columns
        if column.kind is Kind.REFERENCE and column.refers_to == sheet
        for row in rows
    )


def _called_otherwise(rows: list[Values], held: Mapping[Key, Values]) -> Iterator[tuple[Values, Values]]:
    """Yields the rows whose names are none of the site's row of the same code, each with that."""
    for values in rows:
        own, other = titles_of(values), held[values["code"],]
        if own and not set(own) & set(titles_of(other)):
            yield values, other


def _question(sheet: str, others: list[tuple[Values, Values]]) -> MatchQuestion:
    code = SHEETS[sheet].column("code")
    examples = (f"{new['code']}: {_title(old)} → {_title(new)}" for new, old in others)
    return MatchQuestion(
        question_key(SHEETS[sheet], code),
        "codes",
        SHEETS[sheet].label,
        str(code.label),
        (
            (FURTHER, _("Further rows: those that the site does not have by name get the next numbers")),
            (SAME, _("The same rows under new names: they change those of the site")),
        ),
        tuple(islice(examples, EXAMPLES)),
        "",
    )


def _title(values: Values) -> str:
    names = (values.get(f"{stem}_{language}") for language in ("zh", "en") for stem in ("title", "name"))
    return str(next(filter(None, names)))[:MAX_EXAMPLE]
