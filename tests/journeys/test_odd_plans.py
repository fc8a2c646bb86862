"""Plans that rules and pages think of last: every page opens on the days that matter, with the figures of the API."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from measures.models import Measure, Plan, Section
from tests import factories as make
from tests.journeys.test_same_figures import Reader, at, figures_of, plain
from tests.sweeps import sample_or_whole, some_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
# Of the factories' days.
LISTED, TODAY = date(2023, 1, 3), date(2023, 8, 29)
DUE = date(2023, 6, 30)
PARTS = ("completed_in_time", "completed_late", "overdue")
SUMMED = ("total", "completed", "due", "due_before", *PARTS)
PAGES = (
    "/",
    "/?course=plan",
    "/presentation/",
    "/sections/",
    "/sections/first/",
    "/departments/",
    "/departments/energy/?from=2023-01&to=2023-12",
    "/brief/",
    "/departments/energy/brief/",
)


def section_of(**fields: Any) -> Section:
    return make.make_section(make.make_plan(**fields), slug="first", number=1)


def measure_of(section: Section, due_on: date | None = None, **fields: Any) -> Measure:
    lead = section.measures.first().lead_department if section.measures.exists() else make.make_department("energy")
    return make.make_measure(section, lead, due_on=due_on, **fields)


def nothing_due() -> None:
    section = section_of()
    for number in range(7):
        measure = measure_of(section)
        if number < 3:
            make.make_change(measure, "completed", date(2023, 3 + number, 15))


def all_due_on_a_day() -> None:
    section = section_of()
    for number in range(8):
        measure = measure_of(section, DUE)
        if number < 6:
            # Two before, two on the day, two after.
            make.make_change(measure, "completed", date(2023, 6, 28 + number // 2) if number < 4 else date(2023, 7, 1))


def two_months() -> None:
    section = section_of(starts_on=date(2023, 6, 1), ends_on=date(2023, 7, 31))
    for number in range(6):
        measure = measure_of(section, date(2023, 7, 31), listed_on=date(2023, 6, 1))
        if number < 4:
            make.make_change(measure, "completed", date(2023, 7, 5 + number))


def one_day() -> None:
    section = section_of(starts_on=DUE, ends_on=DUE)
    make.make_change(measure_of(section, DUE, listed_on=DUE), "completed", DUE)


def not_begun() -> None:
    measure_of(section_of(starts_on=date(2024, 1, 1)), date(2024, 6, 30))


def ended() -> None:
    section = section_of(starts_on=date(2022, 1, 1), ends_on=date(2022, 12, 31))
    for number in range(5):
        measure = measure_of(section, date(2022, 12, 31), listed_on=date(2022, 1, 1))
        if number < 4:
            make.make_change(measure, "completed", date(2022, 12, 30) if number < 2 else date(2023, 2, 1))


def one_measure() -> None:
    measure_of(section_of(), DUE)


def back_and_forth() -> None:
    """Reopened; suspended and resumed; withdrawn; moved twice; recorded later."""
    section = section_of()
    reopened = measure_of(section, DUE)
    make.make_change(reopened, "completed", date(2023, 5, 1))
    make.make_change(reopened, "in_progress", date(2023, 7, 10), old_status="completed")
    resumed = measure_of(section, DUE)
    make.leave(resumed, "suspended", date(2023, 6, 1))
    make.leave(resumed, "resumed", date(2023, 7, 15))
    withdrawn = measure_of(section, DUE)
    make.make_change(withdrawn, "completed", date(2023, 6, 1))
    make.leave(withdrawn, "withdrawn", date(2023, 7, 1))
    moved = measure_of(section, date(2023, 3, 31))
    make.move_due_day(moved, DUE, on=date(2023, 3, 1))
    make.move_due_day(moved, date(2025, 12, 31), on=date(2023, 6, 29))
    make.make_change(moved, "completed", date(2023, 6, 1))
    late = measure_of(section, DUE)
    make.make_change(late, "completed", DUE, recorded_at=make.shanghai(date(2023, 8, 20)))
    measure_of(section, LISTED)


ODD: list[Callable[[], None]] = [
    nothing_due,
    all_due_on_a_day,
    two_months,
    one_day,
    not_begun,
    ended,
    one_measure,
    back_and_forth,
]


def days(plan: Plan) -> list[date]:
    near = [plan.starts_on - timedelta(days=1), plan.ends_on, DUE, DUE + timedelta(days=1), TODAY]
    return sorted({day for day in near if day <= TODAY})


@sample_or_whole
@pytest.mark.parametrize("odd", ODD, ids=lambda each: each.__name__)
@pytest.mark.usefixtures("today", "open_reading")
def test_every_page_opens_and_has_the_figures_of_the_api(odd: Callable[[], None], whole: bool) -> None:
    odd()
    for day in days(Plan.objects.get()):
        reader = Reader(day.isoformat())
        for address in some_of(PAGES, f"{odd.__name__} {day}", whole=whole):
            for path, value, source, shown in figures_of(reader.page(address)):
                number = at(reader.answer(source) if source else reader.api("summary/"), path)
                where = (address, day, path, source)
                assert value == ("" if number is None else str(number)), where
                assert plain(shown) == number, where
        summary = reader.api("summary/")["measures"]
        assert (
            sum(summary[each] for each in ("completed_in_time", "completed_late", "overdue")) == summary["due_before"]
        )
        assert summary["overdue"] == summary["lights"]["red"]
        for by in ("section", "department"):
            rows = reader.api(f"rollups/measures/?by={by}")["results"]
            for name in SUMMED:
                assert sum(row[name] for row in rows) == summary[name], (day, by, name)
