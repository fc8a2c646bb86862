"""The questions about what the cells of a column leave open, asked once, before they are read."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.clock import today
from ledger.cells import (
    HEADER_UNITS,
    NO_HINT,
    UNITS,
    Hint,
    Parsed,
    choice_in_words,
    finer_amount,
    has_no_unit,
    has_no_year,
    in_words,
    is_lasting,
    is_named_percentage,
    kept_amount,
    parse_cell,
)
from ledger.declaration import Column, Kind, Sheet
from ledger.raw import MAX_FAULTS, Value, same_name
from ledger.rows import Fault
from ledger.sentences import CellError, first_of
from ledger.tables import Table, TableRow

EXAMPLES = 3
# Before and after this year.
YEARS = 5
UNIT_CHOICES = (("wan", _("10,000 yuan")), ("yi", _("100 million yuan")))
UNIT_OF_CHOICE = {"wan": UNITS["万元"], "yi": UNITS["亿元"]}
SCALE_CHOICES = (("share", _("0.9 means 90%")), ("percent", _("0.9 means 0.9%")))
# Asked of amounts besides their unit.
ROUNDING = "rounding"
ROUNDING_CHOICES = (("round", _("Round them to whole 万元 (10,000 yuan)")), ("refuse", _("Mark them as wrong")))

# By sheet, the columns of who leads and of who takes part.
LEADS = {"measures": ("lead_department", "participating_departments")}
LEADS_CHOICES = (
    ("first", _("The first one leads, the others take part")),
    ("refuse", _("Mark them as wrong")),
)
# By sheet, the column of a deadline, and the one that keeps the words of what lasts.
LASTING = {"measures": ("due_on", "due_text")}
# A blank is one behind the end of a name alone.
BETWEEN_LEADS = re.compile(r"\s*[;；,，、/\n]\s*|(?<=[局委办厅部院会])\s+(?=\S\S)")
# What says in the cell itself who leads or takes part: 牵头单位：… before names, or （牵头） behind one.
_LEADS, _OTHERS = r"(?:牵头|主办|主责|责任)(?:单位|部门)?", r"(?:配合|协办|协同|参与|参加)(?:单位|部门)?"
ROLE_BEFORE = re.compile(rf"(?:({_LEADS})|{_OTHERS})\s*[:：]\s*")
ROLE_BEHIND = re.compile(rf"\s*[(（](?:({_LEADS})|{_OTHERS})[)）]")

# What is asked, and the answers that do not depend on the day.
ASKED: Mapping[Kind, tuple[str, tuple[tuple[str, str | Promise], ...]]] = {
    Kind.DAY: ("year", ()),
    Kind.MONEY: ("unit", UNIT_CHOICES),
    Kind.PERCENT: ("scale", SCALE_CHOICES),
    Kind.NUMBER: ("scale", SCALE_CHOICES),
}


@dataclass(frozen=True)
class Question:
    """`kind`: year, unit, scale or rounding. `choices`: answers with their labels. `examples`: cells of the file."""

    sheet: Sheet
    column: Column
    kind: str
    choices: tuple[tuple[str, str | Promise], ...]
    examples: tuple[str, ...]

    guess = ""

    @property
    def sheet_label(self) -> str | Promise:
        return self.sheet.label

    @property
    def label(self) -> str | Promise:
        return self.column.label

    @property
    def key(self) -> str:
        """Returns the key under which its answer is given: the same for all tables of one sheet in a file."""
        return question_key(self.sheet, self.column, self.kind)


@dataclass(frozen=True)
class ReadRow:
    """`values`: those of the cells that could be read, as `Kind` says; `wrong`: the columns of the others."""

    number: int
    values: Mapping[str, Parsed | tuple[Parsed, ...]]
    wrong: tuple[str, ...] = ()


def question_key(sheet: Sheet, column: Column, kind: str = "") -> str:
    key = f"{sheet.name}.{column.name}"
    return f"{key}.{ROUNDING}" if kind == ROUNDING else key


def questions(table: Table, answers: Mapping[str, str]) -> list[Question]:
    """Returns the questions that `answers` (key -> value of a choice) does not answer."""
    found = (each for column in table.columns for each in _questions(table, column, answers))
    return [each for each in found if answers.get(each.key) not in dict(each.choices)]


def _questions(table: Table, column: Column, answers: Mapping[str, str]) -> Iterator[Question]:
    if open_cells := _open_cells(table, column):
        kind, choices = ASKED[column.kind]
        yield Question(table.sheet, column, kind, choices or _years(), _examples(map(str, open_cells)))
    if several := [value for value in _leads(table, column) if len(_leads_and_others(value)[0]) > 1]:
        yield Question(table.sheet, column, "leads", LEADS_CHOICES, _examples(several))
    if finer := _finer_amounts(table, column, answers):
        # What would be kept is what is asked about.
        texts = (f"{value} → {kept_amount(amount):,} 万元" for value, amount in finer)
        yield Question(table.sheet, column, ROUNDING, ROUNDING_CHOICES, _examples(texts))


def _leads(table: Table, column: Column) -> Iterator[str]:
    if column.name == LEADS.get(table.sheet.name, ("",))[0]:
        yield from (value for row in table.rows if isinstance(value := row.cells[column.name], str))


def _leads_and_others(text: str) -> tuple[list[str], list[str]]:
    """Returns the departments that a cell of the lead names, and those that it says take part."""
    leads: list[str] = []
    others: list[str] = []
    group = leads
    for part in BETWEEN_LEADS.split(text.strip()):
        if before := ROLE_BEFORE.match(part):
            group = leads if before[1] else others
        behind = ROLE_BEHIND.search(part)
        name = ROLE_BEHIND.sub("", ROLE_BEFORE.sub("", part)).strip()
        if name:
            (group if behind is None else leads if behind[1] else others).append(name)
    return leads, others


def _with_one_lead(table: Table, values: dict[str, Any], answers: Mapping[str, str]) -> dict[str, CellError]:
    """Leave the first of several leads in a cell, and add the others to those who take part.

    Return what is wrong, by column, where that is not the answer.
    """
    lead, others = LEADS.get(table.sheet.name, ("", ""))
    leads, joined = _leads_and_others(values.get(lead) or "")
    if len(leads) > 1 and answers.get(question_key(table.sheet, table.sheet.column(lead))) != "first":
        del values[lead]
        return {lead: CellError(_("One department leads a measure; the others take part."))}
    if joined or (leads and leads != [values[lead]]):
        values[lead] = next(iter(leads), None)
        values[others] = tuple(dict.fromkeys([*(values.get(others) or ()), *leads[1:], *joined]))
    return {}


def _with_lasting_words(table: Table, row: TableRow, values: dict[str, Any]) -> dict[str, CellError]:
    """Keep the words of what lasts, which has no due day; a row that says its due day has none. Return what is wrong,
    by column."""
    due, words = LASTING.get(table.sheet.name, ("", ""))
    if due not in values:
        return {}
    if is_lasting(row.cells[due]):
        try:
            values[words] = parse_cell(row.cells[due], table.sheet.column(words))
        except CellError as error:
            return {due: error}
    elif values[due] is not None or words not in values:
        values[words] = None
    return {}


def _examples(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(texts), EXAMPLES))


def _finer_amounts(table: Table, column: Column, answers: Mapping[str, str]) -> list[tuple[Value, Decimal]]:
    """The amounts that have more digits than are kept, each with what it is in 万元."""
    if column.kind is not Kind.MONEY:
        return []
    hint = _money_hint(table, column, answers)
    amounts = ((value, finer_amount(value, hint)) for value in (row.cells[column.name] for row in table.rows))
    return [(value, amount) for value, amount in amounts if amount is not None]


def _open_cells(table: Table, column: Column) -> list[Value]:
    """Returns the cells that can be read in two ways."""
    values = (row.cells[column.name] for row in table.rows)
    if column.kind is Kind.DAY:
        return [value for value in values if has_no_year(value, column)]
    if column.kind is Kind.MONEY and _header_unit(table, column) is None:
        return [value for value in values if has_no_unit(value)]
    is_plain = _is_ours(table, column) if column.kind is Kind.PERCENT else table.has_formats
    return [] if is_plain else _shares(_percentages(table, column))


def _percentages(table: Table, column: Column) -> Iterator[Value]:
    """The cells of a column that are in per cent: all, or those of some rows, or none."""
    rows = table.percentages.get(column.name, ())
    is_whole = column.kind is Kind.PERCENT
    return (row.cells[column.name] for row in table.rows if is_whole or row.number in rows)


def _years() -> tuple[tuple[str, str | Promise], ...]:
    this = today().year
    return tuple((str(year), str(year)) for year in range(this - YEARS, this + YEARS + 1))


def _shares(values: Iterable[Value]) -> list[Value]:
    """The numbers of a column in which all lie between -1 and 1 and none says what it is."""
    numbers = []
    for value in values:
        text = same_name(str(value)).replace("−", "-")
        if re.fullmatch(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+|\d(?:\.\d+)?e-\d+)", text):
            numbers.append((value, float(text)))
    if any(abs(number) > 1 for _value, number in numbers):
        return []
    return [value for value, number in numbers if number]


def _is_ours(table: Table, column: Column) -> bool:
    """Returns whether this site wrote the table, so that it says what its numbers are."""
    # Who saves it in another format may lose what was typed as a percentage.
    return (table.has_base and table.has_formats) or table.header[column.name] == column.name


def _header_unit(table: Table, column: Column) -> Decimal | None:
    """Returns the unit of a column, in 万元, as its header says; where the header is the column's name, as in a CSV
    file, the column's own unit."""
    header = table.header[column.name]
    text = same_name(header)
    if text == same_name(column.name):
        return UNITS["万元" if column.in_wan else "亿元"]
    return _unit_in(text) or _unit_in(f"({table.unit})")


def _unit_in(text: str) -> Decimal | None:
    """Returns the unit that a text names; None where it names none, or several."""
    units = {UNITS[name] for name in HEADER_UNITS if name in text}
    if not units and re.search(r"[(\[,]元", text):
        return UNITS["元"]
    return units.pop() if len(units) == 1 else None


def hints(table: Table, answers: Mapping[str, str]) -> dict[str, Hint]:
    """Name of a column -> how its cells are read; nothing for a column that leaves nothing open."""
    return {column.name: _hint(table, column, answers) for column in table.columns}


def _hint(table: Table, column: Column, answers: Mapping[str, str]) -> Hint:
    if column.kind is Kind.MONEY:
        return _money_hint(table, column, answers)
    for question in _questions(table, column, answers):
        answer = answers.get(question.key, "")
        if answer in dict(question.choices):
            is_day = column.kind is Kind.DAY
            return replace(NO_HINT, year=int(answer)) if is_day else replace(NO_HINT, is_share=answer == "share")
    return NO_HINT


def _money_hint(table: Table, column: Column, answers: Mapping[str, str]) -> Hint:
    """A header that names the unit is not asked about."""
    unit = _header_unit(table, column) or UNIT_OF_CHOICE.get(answers.get(question_key(table.sheet, column), ""))
    return Hint(unit=unit, rounds=answers.get(question_key(table.sheet, column, ROUNDING)) == "round")


def read_rows(table: Table, answers: Mapping[str, str]) -> tuple[list[ReadRow], list[Fault]]:
    """The rows of a table, and what is wrong with their cells: of very many the first, and how many more there are."""
    by_column = hints(table, answers)
    of_percentages = {name: replace(hint, is_percentage=True) for name, hint in by_column.items()}
    rows: list[ReadRow] = []
    faults: list[Fault] = []
    for row in table.rows:
        values, errors = _read_cells(table, row, by_column, of_percentages)
        errors |= _with_one_lead(table, values, answers)
        errors |= _with_lasting_words(table, row, values)
        found = (Fault(table.sheet.name, row.number, name, str(error)) for name, error in errors.items())
        faults += islice(found, max(MAX_FAULTS - len(faults), 0))
        rows.append(ReadRow(row.number, values, tuple(errors)))
    more = sum(len(row.wrong) for row in rows) - len(faults)
    if more:
        sentence = gettext("%(count)s more cells of this sheet are wrong.") % {"count": more}
        faults.append(Fault(table.sheet.name, 0, "", sentence))
    return rows, faults


def _read_cells(
    table: Table, row: TableRow, hints: Mapping[str, Hint], of_percentages: Mapping[str, Hint]
) -> tuple[dict[str, Any], dict[str, CellError]]:
    """Returns the values of the cells that can be read, and what is wrong with the others; by column."""
    values: dict[str, Any] = {}
    errors: dict[str, CellError] = {}
    for column in table.columns:
        is_percentage = row.number in table.percentages.get(column.name, ())
        hint = (of_percentages if is_percentage else hints)[column.name]
        try:
            values[column.name] = parse_cell(row.cells[column.name], column, hint)
        except CellError as error:
            errors[column.name] = error
    return values, errors


def conversions(table: Table, answers: Mapping[str, str]) -> Iterator[str]:
    """Says of each column which of its cells were taken for percentages, and which amounts were rounded."""
    for column in table.columns:
        finer = _finer_amounts(table, column, answers)
        if finer and _money_hint(table, column, answers).rounds:
            words = {"sheet": table.sheet.label, "label": column.label, "count": len(finer)}
            yield gettext("%(sheet)s, %(label)s: amounts that were rounded to whole 万元: %(count)s") % words
        named = [value for value in _percentages(table, column) if is_named_percentage(value)]
        if named:
            words = {"sheet": table.sheet.label, "label": column.label, "cell": str(named[0]), "count": len(named)}
            text = gettext(
                "%(sheet)s, %(label)s: percentages were read as they are shown, such as %(cell)s; cells: %(count)s"
            )
            yield text % words
        if column.is_deadline:
            yield from _deadlines(table, column, answers)
        if column.kind is Kind.CHOICE:
            yield from _choices_in_words(table, column)


def _deadlines(table: Table, column: Column, answers: Mapping[str, str]) -> Iterator[str]:
    """Says which day the words of deadlines were taken for, and which have none."""
    hint, values = _hint(table, column, answers), [row.cells[column.name] for row in table.rows]
    words = {"sheet": table.sheet.label, "label": column.label}
    read = [(value, day) for value in values if (day := in_words(value, hint))]
    if read:
        names = ", ".join(_examples(f"{value} → {day.isoformat()}" for value, day in read))
        text = gettext(
            "%(sheet)s, %(label)s: words were read as the last day that they mean: %(names)s; cells: %(count)s"
        )
        yield text % (words | {"names": names, "count": len(read)})
    if lasting := [str(value) for value in values if is_lasting(value)]:
        text = gettext("%(sheet)s, %(label)s: what lasts has no day: %(names)s; cells: %(count)s")
        yield text % (words | {"names": ", ".join(_examples(lasting)), "count": len(lasting)})


def _choices_in_words(table: Table, column: Column) -> Iterator[str]:
    """Says which choice the words of offices were taken for."""
    values = [row.cells[column.name] for row in table.rows]
    read = [(value, label) for value in values if (label := choice_in_words(value, column))]
    if read:
        words = {"sheet": table.sheet.label, "label": column.label, "count": len(read)}
        names = first_of(f"{value} → {label}" for value, label in read)
        text = gettext("%(sheet)s, %(label)s: words were read as a choice: %(names)s; cells: %(count)s")
        yield text % (words | {"names": names})


def differing_sums(table: Table, rows: Iterable[ReadRow], answers: Mapping[str, str]) -> Iterator[str]:
    """Says which sums of the file are not those of its rows."""
    by_column, read = hints(table, answers), {row.number: row.values for row in rows}
    for sum_row, cells in table.sums:
        for column in table.columns:
            if column.kind is not Kind.MONEY or cells.get(column.name) is None:
                continue
            try:
                said: Any = parse_cell(cells[column.name], column, by_column[column.name])
            except CellError:
                continue
            added: Any = sum(read[number].get(column.name) or 0 for number in sum_row.rows if number in read)
            if said != added:
                words = {"sheet": table.sheet.label, "row": sum_row.number, "label": column.label}
                amounts = {"said": f"{said:,}", "sum": f"{added:,}"}
                text = gettext(
                    "%(sheet)s, row %(row)s, %(label)s: the sum says %(said)s 万元, and its rows add up to %(sum)s 万元"
                )
                yield text % (words | amounts)
