"""How periods of indicators are named in rows and addresses, and what people write for them."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from core.periods import PeriodKind, is_period, month_end


class Period(NamedTuple):
    """A period by its kind, its first and its last day. It need not be a period of the kind: see `is_period`."""

    kind: PeriodKind
    start: date
    end: date

    @property
    def code(self) -> str:
        """2023H1, 2023Q1, 2023Q1-Q3, 2023-06, 2023-01/08, 2022, 2020-2022, 2023-06-30."""
        return period_code(self.kind, self.start, self.end)


def period_code(kind: str, start: date, end: date) -> str:
    year = f"{start.year:04}"
    codes: dict[str, Callable[[], str]] = {
        PeriodKind.DAY: end.isoformat,
        PeriodKind.MONTH: lambda: f"{year}-{end.month:02}",
        PeriodKind.MONTHS: lambda: f"{year}-01/{end.month:02}",
        PeriodKind.QUARTER: lambda: f"{year}Q{(end.month + 2) // 3}",
        PeriodKind.HALF_YEAR: lambda: f"{year}H{1 if start.month == 1 else 2}",
        PeriodKind.THREE_QUARTERS: lambda: f"{year}Q1-Q3",
        PeriodKind.YEAR: lambda: year,
        PeriodKind.YEARS: lambda: f"{year}-{end.year:04}",
    }
    return codes[kind]()


def of_months(kind: PeriodKind, year: int, first: int, last: int, last_year: int | None = None) -> Period:
    """Return the period from the first day of a month to the last day of another. Raises ValueError where there is no
    such month."""
    return Period(kind, date(year, first, 1), month_end(date(last_year or year, last, 1)))


def _month(year: str, month: str) -> Period:
    return of_months(PeriodKind.MONTH, int(year), int(month), int(month))


def _quarter(year: str, number: str) -> Period:
    last = 3 * (_IN_CHINESE.find(number) + 1 or int(number))
    return of_months(PeriodKind.QUARTER, int(year), last - 2, last)


def _half(year: str, half: str) -> Period:
    last = 6 if half in "1上" else 12
    return of_months(PeriodKind.HALF_YEAR, int(year), last - 5, last)


def _day(year: str, month: str, day: str) -> Period:
    found = date(int(year), int(month), int(day))
    return Period(PeriodKind.DAY, found, found)


# What codes look like, as a regular expression of JSON Schema; whether there is such a day is another question.
_MONTH_NUMBER = "(0[1-9]|1[0-2])"
CODE_PATTERN = (
    rf"^(?!0000)[0-9]{{4}}(H[12]|Q[1-4]|Q1-Q3|-{_MONTH_NUMBER}|-01/{_MONTH_NUMBER}|-[0-9]{{4}}"
    rf"|-{_MONTH_NUMBER}-(0[1-9]|[12][0-9]|3[01]))?$"
)

_IN_CHINESE = "一二三四"
_YEAR = r"(\d{4})"
# After blanks are gone and dashes are one. What a person may write -> the period.
_FORMS: list[tuple[str, Callable[..., Period]]] = [
    (rf"{_YEAR}年?(?:全年)?", lambda year: of_months(PeriodKind.YEAR, int(year), 1, 12)),
    (rf"{_YEAR}年?-{_YEAR}年?", lambda first, last: of_months(PeriodKind.YEARS, int(first), 1, 12, int(last))),
    (rf"{_YEAR}年?(?:Q1-Q?3|前三季度|1-3季度)", lambda year: of_months(PeriodKind.THREE_QUARTERS, int(year), 1, 9)),
    (rf"{_YEAR}年?Q([1-4])", _quarter),
    (rf"{_YEAR}年?第?([1-4一二三四])季度?", _quarter),
    (rf"{_YEAR}年?H([12])", _half),
    (rf"{_YEAR}年?([上下])半年", _half),
    (
        rf"{_YEAR}(?:-0?1/|年0?1-)(\d{{1,2}})月?",
        lambda year, last: of_months(PeriodKind.MONTHS, int(year), 1, int(last)),
    ),
    (rf"{_YEAR}[-./年](\d{{1,2}})月?", _month),
    (rf"{_YEAR}[-./年](\d{{1,2}})[-./月](\d{{1,2}})日?", _day),
]


def read_period(text: str) -> Period | None:
    """The period that a person names, by its code or as 2023年上半年 or 2023年1—8月; None for anything else."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    plain = re.sub("[–—−至~]+", "-", plain)
    for pattern, make in _FORMS:
        if found := re.fullmatch(pattern, plain, re.ASCII):
            try:
                period = make(*found.groups())
            except ValueError:
                return None
            return period if period.start <= period.end and is_period(*period) else None
    return None


def period_of_code(code: str) -> Period | None:
    """The period whose code it is; None where there is none."""
    period = read_period(code)
    return period if period is not None and period.code == code else None
