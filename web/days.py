"""Days and times in addresses.

The day of a page or an answer is `?as_of=YYYY-MM-DD`, the earlier day that it is compared with `?compare=`, the month
of a report `?period=YYYY-MM`, the time since which rows were updated `?updated_since=`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, today
from core.periods import month_end, month_of, months_between
from web.errors import BadQuery

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIMESTAMP = re.compile(rf"{DAY.pattern}T[0-9:]{{5,8}}(\.[0-9]{{1,9}})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])")
# What a reader chooses for every page: links from one page to another keep these parameters.
STICKY_PARAMETERS = ("as_of", "compare", "plan")
# Values of `compare` besides a day.
LAST_MONTH, LAST_QUARTER = "last_month", "last_quarter"
# The value of `compare` with which the picker says that the day is in its second field, and the name of that field.
DAY_OF_CHOICE, DAY_FIELD = "day", "compare_day"
# Ten years: a longer list is no quick choice.
MAX_MONTHS = 120


def parse_day(raw: str) -> date | None:
    """A day written as YYYY-MM-DD in ASCII digits; None for anything else."""
    if not DAY.fullmatch(raw):
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def parse_timestamp(raw: str) -> datetime | None:
    """A time of ISO 8601 with its offset, to the second; a day is its start in Shanghai. None for anything else."""
    if day := parse_day(raw):
        timestamp = datetime.combine(day, time.min, SHANGHAI)
    elif TIMESTAMP.fullmatch(raw):
        try:
            timestamp = datetime.fromisoformat(raw).replace(microsecond=0)
        except ValueError:
            return None
    else:
        return None
    try:
        return timestamp.astimezone(UTC)
    except OverflowError:
        # The calendar begins and ends in Shanghai at other moments than in UTC.
        if timestamp.year == 1:
            return datetime.min.replace(tzinfo=UTC)
        return datetime.max.replace(microsecond=0, tzinfo=UTC)


def api_timestamp(timestamp: datetime) -> str:
    """Return a time as the API gives times: in Shanghai, to the second."""
    return timestamp.astimezone(SHANGHAI).isoformat(timespec="seconds")


def parse_month(raw: str) -> date | None:
    """The first day of a month written as YYYY-MM; None for anything else."""
    return parse_day(f"{raw}-01")


def asked_month(raw: str) -> date:
    """The month that a text from a request names; this month where it is empty. Raises BadQuery for anything but a
    month, and for one after this."""
    if not raw:
        return month_of(today())
    month = parse_month(raw)
    if month is None:
        raise BadQuery({"period": [_("This is not a month; write it like 2023-06.")]})
    if month > today():
        raise BadQuery({"period": [_("The month is in the future.")]})
    return month


def asked_day(request: HttpRequest) -> date:
    """The day of `?as_of=`, today without it. Raises BadQuery for anything but a day, and for one after today."""
    raw = request.GET.get("as_of", "")
    if not raw:
        return today()
    day = parse_day(raw)
    if day is None:
        raise BadQuery({"as_of": [_("There is no such date; choose another, such as 2023-06-30"), _latest()]})
    if day > today():
        raise BadQuery({"as_of": [_("The day is in the future"), _latest()]})
    return day


def asked_range(params: QueryDict) -> tuple[date | None, date | None]:
    """The days of `?from=` and `?to=`, None where none is given. Raises BadQuery for anything but days, and for a last
    one before the first."""
    first, last = (_optional_day(params, name) for name in ("from", "to"))
    if first is not None and last is not None and last < first:
        raise BadQuery({"to": [_("The last day lies before the first one.")]})
    return first, last


def asked_vintage(params: QueryDict, day: date) -> date:
    """The day of `?vintage=`, by which what is shown was released; that of the answer without it. Raises BadQuery for
    anything but a day, and for one after that of the answer."""
    vintage = _optional_day(params, "vintage")
    if vintage is not None and vintage > day:
        sentence = _(
            "The answer is of %(day)s: what was released later is not in it; choose that day or an earlier one."
        )
        raise BadQuery({"vintage": [sentence % {"day": day.isoformat()}]})
    return vintage or day


def _optional_day(params: QueryDict, name: str) -> date | None:
    raw = params.get(name, "")
    day = parse_day(raw)
    if raw and day is None:
        raise BadQuery({name: [_("There is no such date; choose another, such as 2023-06-30")]})
    return day


def _latest() -> str:
    return _("Choose %(today)s or an earlier day.") % {"today": today().isoformat()}


def end_of_month_before(day: date) -> date | None:
    """The last day of the month before; None in the calendar's first month."""
    first = month_of(day)
    return first - timedelta(days=1) if first > date.min else None


def end_of_quarter_before(day: date) -> date | None:
    """The last day of the quarter before; None in the calendar's first quarter."""
    return end_of_month_before(day.replace(month=day.month - (day.month - 1) % 3, day=1))


def quarter_after(day: date) -> tuple[date, date] | None:
    """The first and the last day of the quarter after that of a day; None at the end of the calendar."""
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    if first.month < 10:
        first = first.replace(month=first.month + 3)
    elif first.year < date.max.year:
        first = date(first.year + 1, 1, 1)
    else:
        return None
    return first, month_end(first.replace(month=first.month + 2))


def half_year_before(day: date) -> date | None:
    """The same day six months earlier, or the last one of that month; None at the calendar's beginning."""
    year, month = (day.year, day.month - 6) if day.month > 6 else (day.year - 1, day.month + 6)
    if not year:
        return None
    end = month_end(date(year, month, 1))
    return end.replace(day=min(day.day, end.day))


def asked_comparison(request: HttpRequest, day: date, *, default: str = "") -> date | None:
    """The earlier day of `?compare=`, or of `default` without it; None where both are empty. `day`: of the page.

    Raises BadQuery for anything but a day before `day`, and for a month or quarter before the calendar's first.
    """
    raw = request.GET.get("compare", "") or default
    if not raw:
        return None
    if raw in (LAST_MONTH, LAST_QUARTER):
        found = end_of_month_before(day) if raw == LAST_MONTH else end_of_quarter_before(day)
        if found is None:
            raise BadQuery({"compare": [_("There is no earlier day to compare with.")]})
        return found
    found = parse_day(raw)
    if found is None:
        raise BadQuery({"compare": [_("This is nothing to compare with"), _comparable(day)]})
    if found >= day:
        raise BadQuery(
            {"compare": [_("The day to compare with must come before the day of the page"), _comparable(day)]}
        )
    return found


def _comparable(day: date) -> str:
    if day == date.min:
        return _("There is no earlier day to compare with.")
    return _("Choose %(month)s, %(quarter)s, or %(last)s or an earlier day.") % {
        "month": LAST_MONTH,
        "quarter": LAST_QUARTER,
        "last": (day - timedelta(days=1)).isoformat(),
    }


@dataclass(frozen=True)
class ComparisonChoice:
    """An earlier day that the pickers offer, as `compare` takes it."""

    value: str
    label: str
    is_chosen: bool


def comparison_choices(chosen: str, *, is_compared: bool) -> list[ComparisonChoice]:
    """The days to compare with, the last one a day of choice. `chosen` is the `compare` of the address; a page may
    compare with the end of last month without being asked.
    """
    labels = {
        "": _("No comparison"),
        LAST_MONTH: _("End of last month"),
        LAST_QUARTER: _("End of last quarter"),
        DAY_OF_CHOICE: _("Another day"),
    }
    if not chosen:
        current = LAST_MONTH if is_compared else ""
    else:
        current = chosen if chosen in (LAST_MONTH, LAST_QUARTER) else DAY_OF_CHOICE
    return [ComparisonChoice(value, label, value == current) for value, label in labels.items()]


def comparison_redirect(request: HttpRequest) -> str | None:
    """The address that a request of the day pickers is redirected to; None for any other request.

    The pickers always send the second field of the comparison: its day goes into `compare`, if it was chosen. They also
    send today: that is left out, so that tomorrow the address means tomorrow.
    """
    if DAY_FIELD not in request.GET:
        return None
    query = request.GET.copy()
    day = query.pop(DAY_FIELD)[-1]
    if query.get("compare") == DAY_OF_CHOICE:
        query["compare"] = day
    if not query.get("compare"):
        query.pop("compare", None)
    if query.get("as_of") == today().isoformat():
        query.pop("as_of")
    return request.path + (f"?{query.urlencode()}" if query else "")


def month_ends(first: date, last: date) -> list[date]:
    """The ends of months from the month of `first` up to `last`, the newest first; at most those of the last ten
    years."""
    start = max(first, date(max(last.year - MAX_MONTHS // 12, 1), 1, 1))
    ends = [end for month in months_between(start, last) if (end := month_end(month)) <= last]
    return ends[::-1][:MAX_MONTHS]
