from datetime import date

import pytest
from django.utils import translation

from web.formats.periods import format_period


@pytest.mark.parametrize(
    ("kind", "start", "end", "chinese", "english"),
    [
        ("day", date(2023, 6, 30), date(2023, 6, 30), "2023年6月30日", "30 June 2023"),
        ("month", date(2024, 5, 1), date(2024, 5, 31), "2024年5月", "May 2024"),
        ("months", date(2023, 1, 1), date(2023, 8, 31), "2023年1—8月", "January to August 2023"),
        ("quarter", date(2023, 1, 1), date(2023, 3, 31), "2023年一季度", "Q1 2023"),
        ("quarter", date(2023, 10, 1), date(2023, 12, 31), "2023年四季度", "Q4 2023"),
        ("half_year", date(2023, 1, 1), date(2023, 6, 30), "2023年上半年", "H1 2023"),
        ("half_year", date(2023, 7, 1), date(2023, 12, 31), "2023年下半年", "H2 2023"),
        ("three_quarters", date(2022, 1, 1), date(2022, 9, 30), "2022年前三季度", "Q1 to Q3 2022"),
        ("year", date(2022, 1, 1), date(2022, 12, 31), "2022年", "2022"),
        ("years", date(2021, 1, 1), date(2022, 12, 31), "2021—2022年", "2021–2022"),
    ],
)
def test_a_period_has_a_name_in_both_languages(kind, start, end, chinese, english):
    with translation.override("zh-hans"):
        assert format_period(kind, start, end) == chinese
    with translation.override("en"):
        assert format_period(kind, start, end) == english
