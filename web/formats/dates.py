"""Days, months, moments and spans of time in the reader's language."""

from datetime import date, datetime

from babel.dates import format_date, format_skeleton
from babel.units import format_unit
from django.utils import timezone
from django.utils.translation import gettext as _

from web.formats.numbers import NO_VALUE
from web.language import babel_locale, is_chinese

type OptionalDay = date | None


def format_day(value: OptionalDay) -> str:
    """Return a day for sentences: 2023年8月29日, 29 August 2023."""
    return format_date(_to_day(value), "long", locale=babel_locale()) if value else NO_VALUE


def format_month(value: OptionalDay) -> str:
    """The month that a day lies in: 2023年8月, August 2023."""
    return format_skeleton("yMMMM", _to_day(value), locale=babel_locale()) if value else NO_VALUE


def format_month_name(value: date) -> str:
    """The month alone, where its year is clear: 8月, August."""
    return f"{value.month}月" if is_chinese() else format_date(value, "MMMM", locale=babel_locale())


def format_short_month(value: date) -> str:
    """The same in a chart: 8月, Aug."""
    return f"{value.month}月" if is_chinese() else format_date(value, "MMM", locale="en")


def format_short_day(value: date) -> str:
    """A day in a chart, where its year is clear: 8月29日, 29 Aug."""
    return f"{value.month}月{value.day}日" if is_chinese() else format_date(value, "d MMM", locale="en")


def format_year(year: int) -> str:
    return f"{year}年" if is_chinese() else str(year)


def format_iso_day(value: OptionalDay) -> str:
    """Return a day for tables and fields: 2023-08-29."""
    return _to_day(value).isoformat() if value else NO_VALUE


def format_datetime(value: datetime | None, today: date | None = None) -> str:
    """The time of a moment in Shanghai, with its day unless that is `today`: 14:32, 2023-08-28 14:32."""
    if not value:
        return NO_VALUE
    local_time = timezone.localtime(value)
    return f"{local_time:%H:%M}" if local_time.date() == today else f"{local_time:%Y-%m-%d %H:%M}"


def format_days(count: int) -> str:
    """Return a number of days with its unit: 1 day, 30 days, 30天."""
    return format_unit(count, "day", locale=babel_locale())


def format_duration(seconds: float | None) -> str:
    """Return a duration in one unit, whole from ten seconds on: 340 ms, 3.2 s, 95 s, 12 min, 30 h, 4 days. Units change
    at twice their size, so that little is rounded away."""
    if seconds is None:
        return NO_VALUE
    milliseconds = round(seconds * 1000)
    if milliseconds < 1000:
        return _("%(number)s ms") % {"number": milliseconds}
    if seconds < 120:
        text = f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}".removesuffix(".0")
        return _("%(number)s s") % {"number": text}
    if seconds < 2 * 3600:
        return _("%(number)s min") % {"number": int(seconds // 60)}
    if seconds < 2 * 86400:
        return _("%(number)s h") % {"number": int(seconds // 3600)}
    return format_days(int(seconds // 86400))


def _to_day(value: date) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value
