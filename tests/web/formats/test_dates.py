from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from web.formats.dates import (
    format_datetime,
    format_day,
    format_days,
    format_duration,
    format_iso_day,
    format_month,
    format_month_name,
    format_short_day,
    format_short_month,
    format_year,
)

pytestmark = pytest.mark.usefixtures("english")
AUGUST_29 = date(2023, 8, 29)


def test_a_number_of_days_is_one_day_or_several():
    assert [format_days(count) for count in (0, 1, 2, 1200)] == ["0 days", "1 day", "2 days", "1,200 days"]
    with translation.override("zh-hans"):
        assert [format_days(count) for count in (1, 60)] == ["1天", "60天"]


def test_days_are_written_for_sentences_in_both_languages_and_for_tables():
    assert format_day(AUGUST_29) == "29 August 2023"
    assert format_month(AUGUST_29) == "August 2023"
    assert format_iso_day(AUGUST_29) == "2023-08-29"
    assert format_day(None) == format_iso_day(None) == "—"
    with translation.override("zh-hans"):
        assert format_day(AUGUST_29) == "2023年8月29日"
        assert format_month(AUGUST_29) == "2023年8月"


def test_a_moment_late_in_the_day_of_greenwich_is_the_next_day_in_shandong():
    assert format_iso_day(datetime(2023, 8, 29, 20, 0, tzinfo=UTC)) == "2023-08-30"


@pytest.mark.parametrize("first_day", [date(1, 1, 1), date(9999, 12, 31)])
def test_the_ends_of_the_calendar_are_days_too(first_day):
    assert format_iso_day(first_day)[4:] in ("-01-01", "-12-31")
    assert format_day(first_day)


@pytest.mark.parametrize(
    ("value", "today", "text"),
    [
        (datetime(2023, 8, 29, 6, 32, 59, tzinfo=UTC), AUGUST_29, "14:32"),
        (datetime(2023, 8, 29, 16, 0, tzinfo=UTC), AUGUST_29, "2023-08-30 00:00"),
        (datetime(2023, 8, 28, 15, 59, tzinfo=UTC), AUGUST_29, "2023-08-28 23:59"),
        (datetime(2023, 8, 28, 16, 0, tzinfo=UTC), AUGUST_29, "00:00"),
        (datetime(2023, 8, 29, 6, 32, tzinfo=UTC), None, "2023-08-29 14:32"),
        (None, AUGUST_29, "—"),
    ],
)
def test_a_moment_is_a_time_in_shanghai_with_its_day_when_that_is_not_today(value, today, text):
    assert format_datetime(value, today) == text


@pytest.mark.parametrize(
    ("seconds", "text", "chinese"),
    [
        (0, "0 ms", "0毫秒"),
        (0.0374, "37 ms", "37毫秒"),
        (0.9996, "1 s", "1秒"),
        (3.24, "3.2 s", "3.2秒"),
        (12.4, "12 s", "12秒"),
        (119, "119 s", "119秒"),
        (120, "2 min", "2分钟"),
        (7_199, "119 min", "119分钟"),
        (7_200, "2 h", "2小时"),
        (172_799, "47 h", "47小时"),
        (172_800, "2 days", "2天"),
        (None, "—", "—"),
    ],
)
def test_a_duration_has_one_unit(seconds, text, chinese):
    assert format_duration(seconds) == text
    with translation.override("zh-hans"):
        assert format_duration(seconds) == chinese


@pytest.mark.parametrize(
    ("day", "english", "chinese"),
    [
        (date(2023, 9, 3), ["September", "Sep", "3 Sep"], ["9月", "9月", "9月3日"]),
        (date(2023, 12, 31), ["December", "Dec", "31 Dec"], ["12月", "12月", "12月31日"]),
    ],
)
def test_months_and_days_are_short_where_the_year_is_clear(day, english, chinese):
    for language, texts in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            assert [format_month_name(day), format_short_month(day), format_short_day(day)] == texts


def test_a_year_has_its_sign_in_chinese():
    assert format_year(2023) == "2023"
    with translation.override("zh-hans"):
        assert format_year(2023) == "2023年"
