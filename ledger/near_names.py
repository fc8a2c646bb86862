"""The names in a table that no row of the site has, and what they may mean there: asked once for all cells alike."""

import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import islice

from django.utils.translation import gettext as _

from ledger.contents import Contents, read_contents
from ledger.declaration import Column, Kind
from ledger.layout import without_number
from ledger.matching import ALIKE, NAMED, NEW, WRONG, MatchQuestion
from ledger.places import places_of, without_addresses
from ledger.questions import EXAMPLES, LEADS
from ledger.recognition import NAME_COLUMNS
from ledger.references import NAMES, Names, folded
from ledger.rows import Fault, Ledger, Row, Values
from ledger.sheets import SHEETS
from measures.models import Plan
from web.language import in_language

# The sheets whose rows are asked about where the site has some.
ASKED = ("departments", "regions", "sections")
MAX_QUESTIONS, MAX_CHOICES = 20, 4
# So many names that nobody has are looked at, of so many letters.
MAX_NAMES, MAX_LETTERS = 100, 60
# Before and behind what a Chinese department or region is told by.
BEFORE = re.compile(r"^[省市县区州]")
BEHIND = re.compile(r"(?:委员会|办公室|[委厅局办部处院省市县区州]|中心)$")
# How alike a name and its short form are, of 1: with such a one it is likely meant.
SHORT_FORM = 0.9


def name_questions(ledger: Ledger, plan: Plan | None) -> list[MatchQuestion]:
    """Returns a question for each name that may be another one of the site: of very many the first."""
    contents = read_contents(plan, without=SHEETS.keys() - set(ASKED))
    if plan is not None and "regions" not in ledger.rows:
        ledger = _without_addresses(ledger, plan, contents)
    found = (each for sheet in ASKED if contents.rows[sheet] for each in _of_sheet(sheet, ledger, contents))
    return list(islice(found, MAX_QUESTIONS))


def _without_addresses(ledger: Ledger, plan: Plan, contents: Contents) -> Ledger:
    """Removes the places of projects that can be no region: nobody is asked which one is meant."""
    places = places_of(contents.rows["regions"].values(), plan.region.code if plan.region else None)
    names = _names("regions", ledger, contents)
    projects = [without_addresses(row, places, names)[0] for row in ledger.rows.get("projects", ())]
    return replace(ledger, rows={**ledger.rows, "projects": projects})


def _of_sheet(sheet: str, ledger: Ledger, contents: Contents) -> Iterator[MatchQuestion]:
    names = _names(sheet, ledger, contents)
    forms = {key: _forms_of(sheet, values) for (key,), values in contents.rows[sheet].items()}
    unknown = [name for name in _written(sheet, ledger) if len(name) <= MAX_LETTERS and names.is_unknown(name)]
    for name in unknown[:MAX_NAMES]:
        if near := _near(name, forms):
            choices = [(key, _label(sheet, contents.rows[sheet][key,])) for key, _alike in near]
            if sheet == "departments" and sheet not in ledger.rows and name in _leads(ledger):
                choices.append((NEW, _("A new one")))
            choices.append((WRONG, _("Mark them as wrong")))
            examples = tuple(islice(_places_of(name, sheet, ledger), EXAMPLES))
            best, alike = near[0]
            guess = best if alike >= SHORT_FORM else ""
            label = SHEETS[sheet].label
            yield MatchQuestion(name_key(sheet, name), "name", label, name, tuple(choices), examples, guess)


def _names(sheet: str, ledger: Ledger, contents: Contents) -> Names:
    """Returns what the rows of the site and of the file are called."""
    names = Names(sheet)
    for (key,), values in contents.rows[sheet].items():
        names.add(key, values)
    for number, row in enumerate(ledger.rows.get(sheet, ())):
        names.add(row.values.get(SHEETS[sheet].key[0]) or f"{number}", row.values)
    return names


def name_key(sheet: str, name: str) -> str:
    """Returns the key under which it is answered what a name means."""
    return f"{NAMED}{sheet}:{folded(name)}"


def _references(sheet: str, to: Container[str]) -> list[Column]:
    return [each for each in SHEETS[sheet].columns if each.kind is Kind.REFERENCE and each.refers_to in to]


def _names_in(row: Row, column: Column) -> Sequence[str]:
    value = row.values.get(column.name)
    return (value if column.many else (value,)) if value else ()


def _naming(sheet: str, ledger: Ledger) -> Iterator[tuple[Row, Sequence[str]]]:
    """Yields the rows that name rows of a sheet, by each of their columns, and these names."""
    for name, rows in ledger.rows.items():
        for column in _references(name, (sheet,)):
            yield from ((row, _names_in(row, column)) for row in rows)


def _written(sheet: str, ledger: Ledger) -> dict[str, None]:
    return {name: None for _row, names in _naming(sheet, ledger) for name in names}


def _leads(ledger: Ledger) -> Collection[str]:
    return {row.values.get(LEADS["measures"][0], "") for row in ledger.rows.get("measures", ())}


def _places_of(name: str, sheet: str, ledger: Ledger) -> Iterator[str]:
    """Yields what the rows are called that name it."""
    for row, names in _naming(sheet, ledger):
        if name in names:
            titles = (row.values.get(column) for column in (*NAME_COLUMNS, *SHEETS[row.sheet].key))
            yield str(next(filter(None, titles), row.number))


def _label(sheet: str, values: Values) -> str:
    stem = "title" if sheet == "sections" else "name"
    return in_language(values.get(f"{stem}_zh") or "", values.get(f"{stem}_en") or "")


def _forms_of(sheet: str, values: Values) -> set[str]:
    texts = (values.get(column) for column in NAMES[sheet] if column != "number")
    return {form for text in texts if text for form in _forms(text)}


def _forms(text: str) -> set[str]:
    """Returns what a name is told by, with and without what says whose department it is."""
    whole = folded(without_number(text))
    bare = BEHIND.sub("", whole)
    return {form for form in (bare, BEFORE.sub("", bare)) if len(form) > 1} or {whole}


def _near(name: str, forms: Mapping[str, Iterable[str]]) -> list[tuple[str, float]]:
    """Returns the keys of the rows whose names are most like it, with how alike they are, of 1."""
    own = _forms(name)
    found = ((key, max((_alike(a, b) for a in own for b in each), default=0.0)) for key, each in forms.items())
    return nlargest(MAX_CHOICES, ((key, alike) for key, alike in found if alike >= ALIKE), key=lambda each: each[1])


def _alike(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    if short == long:
        return 1
    if 2 * len(set(short) & set(long)) < len(set(short)):
        return 0
    is_word = len(short) > 3 or not short.isascii()
    if is_word and short in long:
        return SHORT_FORM
    # 发改 of 发展改革.
    letters = iter(long)
    if not short.isascii() and short[0] == long[0] and all(letter in letters for letter in short):
        return SHORT_FORM
    return SequenceMatcher(None, short, long, autojunk=False).ratio()


def with_meant_names(ledger: Ledger, said: Mapping[str, str]) -> Ledger:
    """Puts the keys of the rows that are meant in place of their names, and marks as wrong what is said to be so.
    `said`: what a name means, by `name_key`."""
    rows: dict[str, list[Row]] = {}
    faults, unreadable = [*ledger.faults], dict(ledger.unreadable)
    for sheet, held in ledger.rows.items():
        columns = _references(sheet, ASKED)
        rows[sheet] = []
        for row in held:
            values, wrong = _meant(row, columns, said)
            rows[sheet].append(replace(row, values=values))
            faults += wrong
            if wrong:
                unreadable[row.place] = (*unreadable.get(row.place, ()), *(each.column for each in wrong))
    return replace(ledger, rows=rows, faults=faults, unreadable=unreadable)


def _meant(row: Row, columns: Iterable[Column], said: Mapping[str, str]) -> tuple[Values, list[Fault]]:
    values, faults = dict(row.values), []
    for column in columns:
        names = _names_in(row, column)
        answers = {name: said.get(name_key(column.refers_to, name), NEW) for name in names}
        if wrong := [name for name in names if answers[name] == WRONG]:
            text = _("There is no “%(name)s” in %(sheet)s.")
            words = {"name": wrong[0], "sheet": SHEETS[column.refers_to].label}
            faults.append(Fault(row.sheet, row.number, column.name, text % words, row.table))
            del values[column.name]
        elif names:
            keys = tuple(name if answers[name] == NEW else answers[name] for name in names)
            values[column.name] = keys if column.many else keys[0]
    return values, faults
