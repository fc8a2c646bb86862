"""Periods of indicators in the reader's language."""

from datetime import date

from core.periods import PeriodKind
from web.formats.dates import format_day, format_month, format_month_name
from web.language import is_chinese


def format_period(kind: str, start: date, end: date) -> str:
    """2023年上半年, H1 2023; 2023年1—8月, January to August 2023; 2021—2022年, 2021–2022."""
    if kind == PeriodKind.DAY:
        return format_day(end)
    if kind == PeriodKind.MONTH:
        return format_month(end)
    return _chinese(kind, start, end) if is_chinese() else _english(kind, start, end)


def format_month_names(first: date, last: date) -> str:
    """Months of one year, without the year: 5—8月, May to August."""
    if is_chinese():
        return f"{first.month}—{last.month}月"
    return f"{format_month_name(first)} to {format_month_name(last)}"


def _chinese(kind: str, start: date, end: date) -> str:
    rest: dict[str, str] = {
        PeriodKind.MONTHS: format_month_names(start, end),
        PeriodKind.QUARTER: f"{'一二三四'[_quarter(end) - 1]}季度",
        PeriodKind.HALF_YEAR: f"{'上' if start.month == 1 else '下'}半年",
        PeriodKind.THREE_QUARTERS: "前三季度",
    }
    return f"{start.year}—{end.year}年" if kind == PeriodKind.YEARS else f"{start.year}年{rest.get(kind, '')}"


def _english(kind: str, start: date, end: date) -> str:
    if kind == PeriodKind.MONTHS:
        return f"{format_month_name(start)} to {format_month(end)}"
    before: dict[str, str] = {
        PeriodKind.QUARTER: f"Q{_quarter(end)} ",
        PeriodKind.HALF_YEAR: f"H{1 if start.month == 1 else 2} ",
        PeriodKind.THREE_QUARTERS: "Q1 to Q3 ",
        PeriodKind.YEARS: f"{start.year}–",
    }
    return f"{before.get(kind, '')}{end.year}"


def _quarter(end: date) -> int:
    return (end.month + 2) // 3
