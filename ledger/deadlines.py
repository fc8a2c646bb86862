"""Deadlines as offices write them, such as 2024年底, 2024年第三季度, 6月底前 and 2024-2026: each means its last day."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date

# 完成 is what is due, and 前 how it is said: neither changes the day.
_BEHIND = r"(?:底|末)?(?:之前|以前|前)?(?:完成)?"
_QUARTERS = {**{str(number): number for number in range(1, 5)}, "一": 1, "二": 2, "三": 3, "四": 4}
# What has no end has no day either.
LASTING = re.compile(
    r"(?:长期|持续|常态化?|全过程)(?:坚持|推进|实施|推动|落实|开展|进行)?(?:[、,](?:长期|持续)(?:坚持|推进|实施)?)*"
    r"|ongoing|continuous|long[- ]?term",
    re.IGNORECASE,
)


class YearWantedError(ValueError):
    """The words leave the year open."""


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


# Patterns of the words, and what their last group says; the first group is the year, where there is one.
_WORDS: tuple[tuple[re.Pattern[str], Callable[[int, str], date]], ...] = (
    (re.compile(rf"(\d{{4}})()年?{_BEHIND}"), lambda year, _rest: date(year, 12, 31)),
    (re.compile(r"(\d{4})年?[-—–~至到](\d{4})年?" + _BEHIND), lambda _year, last: date(int(last), 12, 31)),
    (re.compile(rf"(\d{{4}})[年/.-](\d{{1,2}})月?份?{_BEHIND}"), lambda year, month: _end_of_month(year, int(month))),
    (
        re.compile(r"(?:(\d{4})年)?(\d{1,2}月\d{1,2})日?(?:之前|以前|前)(?:完成)?"),
        lambda year, day: date(year, *map(int, day.split("月"))),
    ),
    (re.compile(rf"()(\d{{1,2}})月份?{_BEHIND}"), lambda year, month: _end_of_month(year, int(month))),
    (
        re.compile(rf"(?:(\d{{4}})年)?第?([一二三四1-4])季度?{_BEHIND}"),
        lambda year, quarter: _end_of_month(year, 3 * _QUARTERS[quarter]),
    ),
    (re.compile(r"(\d{4})年?q([1-4])", re.IGNORECASE), lambda year, quarter: _end_of_month(year, 3 * int(quarter))),
    (
        re.compile(rf"(?:(\d{{4}})年)?(上半年|年中|下半年|年内|年){_BEHIND}"),
        lambda year, half: date(year, 6, 30) if half in ("上半年", "年中") else date(year, 12, 31),
    ),
    (re.compile(r"(?:by)?(?:the)?endof(\d{4})()", re.IGNORECASE), lambda year, _rest: date(year, 12, 31)),
)


def last_day(text: str, *, year: int | None) -> date | None:
    """Return the last day of what the words say; None where they are none of these. `text`: narrow and without blanks;
    `year`: of words that name none. Raises YearWantedError, and ValueError for a month that there is not."""
    for pattern, day_of in _WORDS:
        if match := pattern.fullmatch(text.removeprefix("今")):
            named = int(match[1]) if match[1] else year
            if named is None:
                raise YearWantedError
            return day_of(named, match[2])
    return None


def leaves_year_open(text: str) -> bool:
    try:
        last_day(text, year=None)
    except YearWantedError:
        return True
    except ValueError:
        pass
    return False
