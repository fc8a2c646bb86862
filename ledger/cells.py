"""The parsers that turn a cell into the value of its column: one for each kind."""

import math
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI
from ledger.deadlines import LASTING, YearWantedError, last_day, leaves_year_open
from ledger.declaration import Column, Kind, Text
from ledger.headers import in_all_languages
from ledger.raw import CellFault, Value, same_name
from ledger.sentences import CellError, shortened
from web.formats.money import WAN_PER_YI
from web.formats.numbers import trimmed

type Parsed = str | int | bool | date | Decimal | None
type Plain = str | int | float | bool | date

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
LINE_BREAK = re.compile(r"\r\n?")
DAY = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})日?")
DAY_IN_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
DAY_OF_A_YEAR = re.compile(r"(\d{1,2})月(\d{1,2})日?|(\d{1,2})[-./](\d{1,2})")
MIDNIGHT = re.compile(r"[ T]0?0:00(?::00)?(?:\.0+)?$")
MONTH = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})月?(?:份)?|(\d{4})(\d{2})")
NUMBER = re.compile(r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)")
# More than any column keeps, and fewer than Decimal computes with.
MAX_DIGITS = 20
BOUNDS = (_("At least %(limit)s is wanted."), _("At most %(limit)s is wanted."))
WAN_BOUNDS = (
    _("At least %(limit)s 万元 (10,000 yuan) is wanted."),
    _("At most %(limit)s 万元 (10,000 yuan) is wanted."),
)
# Words behind an amount, and how many 万元 they are.
UNITS = {
    "亿元": Decimal(WAN_PER_YI),
    "亿": Decimal(WAN_PER_YI),
    "100millionyuan": Decimal(WAN_PER_YI),
    "万元": Decimal(1),
    "万": Decimal(1),
    "10,000yuan": Decimal(1),
    "元": Decimal(1) / WAN_PER_YI,
    "yuan": Decimal(1) / WAN_PER_YI,
}
# In a header.
HEADER_UNITS = ("亿元", "100millionyuan", "万元", "10,000yuan")
UNIT_BEHIND = re.compile(rf"(.*?)({'|'.join(sorted(map(re.escape, UNITS), key=len, reverse=True))})")
YES = {"是", "有", "√", "✓", "✔", "☑", "对", "y", "yes", "true", "1", "1.0"}
NO = {"否", "无", "×", "✗", "✘", "x", "☐", "不是", "n", "no", "false", "0", "0.0"}
EXCEL_DAY = re.compile(r"[0-9]{2,7}(?:\.[0-9]+)?")
# Day 60 of a workbook is a 29 February 1900 that never was; nothing of a plan is that old.
EXCEL_EPOCH, FIRST_EXCEL_DAY, LAST_EXCEL_DAY = date(1899, 12, 30), 61, 2_958_465
# One of many values, and what parts it from the next.
QUOTED_PART = re.compile(r'"((?:[^"]|"")*)"\s*(?:[;；\n]|$)')
# What offices write in place of the names of choices.
CHOICE_WORDS: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(
    (Path(__file__).parent / "sheets" / "choices.toml").read_text(encoding="utf-8")
)
# What a spreadsheet shows where a formula failed, in files that say no more.
FAILED = re.compile(r"#(?:REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)|Err:\d{3}")


@dataclass(frozen=True)
class Hint:
    """The answers to what the cells of a column leave open. `year`: of a day without one; `unit`: of an amount
    without one, in 万元; `rounds`: amounts finer than 万元 are rounded; `is_share`: 0.9 is 90 %; `is_percentage`: the
    row is in per cent."""

    year: int | None = None
    unit: Decimal | None = Decimal(WAN_PER_YI)
    rounds: bool = False
    is_share: bool = False
    is_percentage: bool = False


NO_HINT = Hint()


def parse_cell(value: Value, column: Column, hint: Hint = NO_HINT) -> Parsed | tuple[Parsed, ...]:
    """The value, as `Kind` says; None for an empty cell, () for one of many values. Raises CellError."""
    if isinstance(value, CellFault):
        raise _failed(value.error)
    if isinstance(value, str):
        value = LINE_BREAK.sub("\n", value).strip()
        if FAILED.fullmatch(value):
            raise _failed(value)
    if value is None or value == "":
        return () if column.many else None
    parse = PARSERS[column.kind]
    if column.many:
        parts = split_many(value) if isinstance(value, str) else [value]
        return tuple(parse(part, column, hint) for part in parts)
    return parse(value, column, hint)


def split_many(text: str) -> list[str]:
    """Splits a text by semicolons and line breaks; by 、 and ， only where there are none, since names have them too.
    Text in quotation marks is one part, since codes may have semicolons."""
    has_semicolons = re.search(r"[;；\n]", text)
    if has_semicolons and '"' in text:
        return list(_quoted_parts(text))
    separators = r"[;；\n]" if has_semicolons else "[、，]"
    return [part.strip() for part in re.split(separators, text) if part.strip()]


def _quoted_parts(text: str) -> Iterator[str]:
    rest = text.strip()
    while rest:
        if match := QUOTED_PART.match(rest):
            part = match[1].replace('""', '"')
            rest = rest[match.end() :].strip()
        else:
            part, _between, rest = (each.strip() for each in re.split(r"([;；\n]|$)", rest, maxsplit=1))
        if part:
            yield part


def plain_text(value: Plain) -> str:
    """Returns a value as it would be typed, without the blanks around it: full width becomes ASCII."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return MIDNIGHT.sub("", value.isoformat(" "))
    return unicodedata.normalize("NFKC", str(value)).strip()


def _failed(error: str) -> CellError:
    if error:
        return CellError(_("The formula of this cell failed (%(error)s); write its value."), error=error)
    return CellError(_("The formula of this cell has no value; open the file in a spreadsheet program and save it."))


def _text(value: Plain, column: Column, hint: Hint) -> str:
    text = value if isinstance(value, str) else plain_text(value)
    if CONTROL.search(text):
        raise CellError(_("The text has control characters; type it anew."))
    if column.most is not None and len(text) > column.most:
        raise CellError(_("Up to %(limit)s characters; this has %(count)s."), limit=column.most, count=len(text))
    return text


def _code(value: Plain, column: Column, hint: Hint) -> str:
    return _text(plain_text(value), column, hint)


def _day_or_deadline(value: Plain, column: Column, hint: Hint) -> date | None:
    return _deadline(value, column, hint) if column.is_deadline else _day(value, column, hint)


def _deadline(value: Plain, column: Column, hint: Hint) -> date | None:
    """A day, or words that mean the last one of a month, a quarter or a year; None where what is to be done lasts."""
    text = _text_of_day(value)
    if LASTING.fullmatch(text):
        return None
    if isinstance(value, float) and text.endswith(".1"):
        # October was typed, or January: a number keeps no zero at its end.
        raise _no_day(text)
    try:
        found = last_day(text, year=hint.year)
    except YearWantedError:
        raise _no_year() from None
    except ValueError:
        raise CellError(_("The calendar has no day %(text)s."), text=shortened(text)) from None
    return found or _day(value, column, hint)


def _text_of_day(value: Value) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "".join(MIDNIGHT.sub("", plain_text(value)).split()) if isinstance(value, str | int | float) else ""


def _no_year() -> CellError:
    return CellError(_("The day has no year; write it as 2023-06-30."))


def in_words(value: Value, hint: Hint) -> date | None:
    """Return the day that the words of a deadline mean; None where it is none, or is written as a day."""
    try:
        return last_day(_text_of_day(value), year=hint.year)
    except ValueError:
        return None


def is_lasting(value: Value) -> bool:
    return bool(LASTING.fullmatch(_text_of_day(value)))


def _day(value: Plain, column: Column, hint: Hint) -> date:
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = _text_of_day(value)
    if EXCEL_DAY.fullmatch(text) and FIRST_EXCEL_DAY <= float(text) < LAST_EXCEL_DAY:
        return EXCEL_EPOCH + timedelta(days=int(float(text)))
    year, month, day = _parts_of_day(text, hint)
    try:
        return date(year, month, day)
    except ValueError:
        raise CellError(_("The calendar has no day %(text)s."), text=text) from None


def _parts_of_day(text: str, hint: Hint) -> tuple[int, ...]:
    if match := DAY.fullmatch(text) or DAY_IN_DIGITS.fullmatch(text):
        return tuple(map(int, match.groups()))
    if match := DAY_OF_A_YEAR.fullmatch(text):
        if hint.year is None:
            raise _no_year()
        return (hint.year, *(int(each) for each in match.groups() if each))
    raise _no_day(text)


def _no_day(text: str) -> CellError:
    return CellError(_("A day such as 2023-06-30 or 2023年6月30日 is wanted, not “%(text)s”."), text=shortened(text))


def has_no_year(value: Value, column: Column) -> bool:
    if not isinstance(value, str):
        return False
    text = _text_of_day(value)
    return bool(DAY_OF_A_YEAR.fullmatch(text)) or (column.is_deadline and leaves_year_open(text))


def _moment(value: Plain, column: Column, hint: Hint) -> datetime:
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001  # Shanghai's, below
    elif isinstance(value, float) and FIRST_EXCEL_DAY <= value < LAST_EXCEL_DAY:
        days = datetime(1899, 12, 30) + timedelta(days=value)  # noqa: DTZ001  # a day, of no zone
        moment = (days + timedelta(milliseconds=500)).replace(microsecond=0)
    else:
        moment = _moment_of_text(plain_text(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _moment_of_text(text: str) -> datetime:
    day, separator, time = text.replace("T", " ").partition(" ")
    try:
        found = _day(day, Column("", "", ""), NO_HINT)
        return datetime.fromisoformat(f"{found.isoformat()}T{time.strip().zfill(5) if separator else '00:00'}")
    except (CellError, ValueError):
        wanted = _("A day and a time such as 2023-06-30 16:00 are wanted, not “%(text)s”.")
        raise CellError(wanted, text=shortened(text)) from None


def _month(value: Plain, column: Column, hint: Hint) -> date:
    text = "".join(plain_text(value).split())
    if match := MONTH.fullmatch(text):
        year, month = (int(each) for each in match.groups() if each)
        if year >= 1 and 1 <= month <= 12:
            return date(year, month, 1)
    try:
        return _day(value, column, hint).replace(day=1)
    except CellError:
        raise CellError(
            _("A month such as 2023-06 or 2023年6月 is wanted, not “%(text)s”."), text=shortened(text)
        ) from None


def _yes_no(value: Plain, column: Column, hint: Hint) -> bool:
    text = same_name(plain_text(value))
    if text not in YES | NO:
        raise CellError(_("Yes or no is wanted, not “%(text)s”."), text=shortened(text))
    return text in YES


def _decimal(value: Plain) -> Decimal:
    text = "".join(plain_text(value).split()).replace("−", "-")
    # A float is the shortest number that is it: 0.1 stands for 0.1.
    is_number = math.isfinite(value) if isinstance(value, float) else bool(NUMBER.fullmatch(text))
    if not is_number or isinstance(value, bool | date):
        raise CellError(_("A number is wanted, not “%(text)s”."), text=shortened(plain_text(value)))
    return Decimal(text.replace(",", ""))


def _bounded(number: Decimal, column: Column, decimals: int) -> Decimal:
    """Checks that a number is within the column's bounds and has no more decimals than allowed, and returns it."""
    at_least, at_most = WAN_BOUNDS if column.kind is Kind.MONEY else BOUNDS
    if column.least is not None and number < column.least:
        raise CellError(at_least, limit=column.least)
    if column.most is not None and number > column.most:
        raise CellError(at_most, limit=column.most)
    if number.adjusted() > MAX_DIGITS:
        raise CellError(_("The number is too large."))
    number = trimmed(number)
    if number != round(number, decimals):
        if not decimals:
            raise CellError(_("A whole number is wanted, not %(number)s."), number=shortened(f"{number:f}"))
        raise CellError(_("Up to %(limit)s decimals are wanted."), limit=decimals)
    # There is no minus 0.
    return number or Decimal(0)


def _number(value: Plain, column: Column, hint: Hint) -> Decimal:
    if hint.is_percentage:
        number = _percentage(value, hint)
    elif column.unit_in and is_named_percentage(value):
        wanted = _("This is a percentage, and the row is in another unit: write the number in the unit of the row.")
        raise CellError(wanted)
    else:
        number = _decimal(value)
    return _bounded(_computed(number, value, column.decimals), column, column.decimals)


def _computed(number: Decimal, value: Plain, decimals: int) -> Decimal:
    """A formula's 0.30000000000000004 is 0.3: what is off by less than a workbook can tell is rounded away."""
    if isinstance(value, float) and number.adjusted() < 15:
        rounded = round(number, decimals)
        if abs(rounded - number) <= abs(number) * Decimal("1e-14"):
            return rounded
    return number


def _whole(value: Plain, column: Column, hint: Hint) -> int:
    return int(_bounded(_computed(_decimal(value), value, 0), column, 0))


def _percent(value: Plain, column: Column, hint: Hint) -> Decimal | int:
    number = _bounded(_computed(_percentage(value, hint), value, column.decimals), column, column.decimals)
    return number if column.decimals else int(number)


def _percentage(value: Plain, hint: Hint) -> Decimal:
    if is_named_percentage(value):
        return _decimal(plain_text(value).removesuffix("%"))
    return _decimal(value) * (100 if hint.is_share else 1)


def is_named_percentage(value: Value) -> bool:
    """Says whether a text is a percentage by itself, as 5.2 % is."""
    return isinstance(value, str) and plain_text(value).endswith("%")


def _money(value: Plain, column: Column, hint: Hint) -> int:
    number = _in_wan(value, hint)
    kept = kept_amount(number)
    if kept != number and not hint.rounds:
        words = {"number": shortened(f"{number:f}"), "kept": f"{kept:f}"}
        raise CellError(
            _("Amounts are kept in whole 万元 (10,000 yuan): %(number)s would become %(kept)s. Write a whole one."),
            **words,
        )
    return int(_bounded(kept, column, 0))


def kept_amount(wan: Decimal) -> Decimal:
    """Whole 万元, rounded half up."""
    return wan.quantize(Decimal(1), ROUND_HALF_UP) if wan.adjusted() <= MAX_DIGITS else wan


def finer_amount(value: Value, hint: Hint) -> Decimal | None:
    """Returns the amount of a cell in 万元 where it has more digits than are kept; else None."""
    if value is None or isinstance(value, CellFault):
        return None
    try:
        number = _in_wan(value, hint)
    except CellError:
        return None
    return None if number == kept_amount(number) else number


def _in_wan(value: Plain, hint: Hint) -> Decimal:
    text = "".join(plain_text(value).split()).casefold()
    match = UNIT_BEHIND.fullmatch(text) if isinstance(value, str) else None
    unit = UNITS[match[2]] if match else hint.unit
    if unit is None:
        raise CellError(_("The amount has no unit; write 万元 or 亿元 behind it."))
    return trimmed(_computed(_decimal(match[1] if match else value) * unit, value, 0))


def has_no_unit(value: Value) -> bool:
    if isinstance(value, str):
        return bool(re.search(r"[1-9]", text := plain_text(value))) and not UNIT_BEHIND.fullmatch(same_name(text))
    # Nothing is nothing in every unit.
    return isinstance(value, int | float) and not isinstance(value, bool) and value != 0


def _choice(value: Plain, column: Column, hint: Hint) -> str:
    found = choice_names(column).get(same_name(plain_text(value)))
    if found is None:
        values = {"text": shortened(plain_text(value)), "names": _Labels(column)}
        raise CellError(_("“%(text)s” is not one of: %(names)s."), **values)
    return found


@dataclass(frozen=True)
class _Labels:
    """The labels of the choices, in the reader's language."""

    column: Column

    def __str__(self) -> str:
        return ", ".join(str(label) for _value, label in self.column.choices)


@cache
def choice_names(column: Column) -> dict[str, str]:
    """Returns the names that the choices may be called by -> their values. A label of two choices names neither."""
    names: dict[str, str] = {}
    twice = set()
    for value, label in column.choices:
        for text in {same_name(each) for each in in_all_languages(label)}:
            if names.setdefault(text, str(value)) != str(value):
                twice.add(text)
    names = {text: value for text, value in names.items() if text not in twice}
    return _office_words(column) | names | {same_name(str(value)): str(value) for value, _label in column.choices}


def _office_words(column: Column) -> dict[str, str]:
    return {same_name(word): value for value, words in CHOICE_WORDS.get(column.name, {}).items() for word in words}


def choice_in_words(value: Value, column: Column) -> Text | None:
    """Return the label of the choice that a cell means in the words of offices; None where it names it, or none."""
    found = _office_words(column).get(same_name(value)) if isinstance(value, str) else None
    return dict(column.choices).get(found) if found else None


PARSERS: dict[Kind, Callable[[Plain, Column, Hint], Parsed]] = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.DAY: _day_or_deadline,
    Kind.MOMENT: _moment,
    Kind.MONTH: _month,
    Kind.YES_NO: _yes_no,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.PERCENT: _percent,
    Kind.MONEY: _money,
    Kind.CHOICE: _choice,
    Kind.REFERENCE: _text,
}
