"""The plain statements that the engine is measured against say the same of who left and returned."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from benchmarks.plain_sql import PlainSQL
from projects.models import AnnualPlan
from rollups import engine
from rollups.services import rebuild_rollups
from tests.factories import leave, make_department, make_measure, make_project, make_project_month, make_section

pytestmark = pytest.mark.both_databases

DAY = date(2023, 8, 29)


def report_months() -> None:
    """Make months of a project that started in April, was suspended in June and corrected in July, and of a reserve
    one; and a project that is to start this year."""
    started_on = date(2023, 4, 3)
    moving = make_project(stage="preparing", investment=1_000, planned_start_on=date(2023, 3, 1))
    for year, planned in ((2022, 70), (2023, 900)):
        AnnualPlan.objects.create(project=moving, year=year, planned_wan=planned)
    make_project_month(moving, date(2022, 12, 1), stage="preparing", invested_wan=60)
    make_project_month(moving, date(2023, 4, 1), invested_wan=100, started_on=started_on)
    make_project_month(moving, date(2023, 6, 1), stage="suspended", invested_wan=200, started_on=started_on)
    for day, invested in ((1, 250), (9, 300)):
        filed = {"submitted_on": date(2023, 8, day), "invested_wan": invested, "started_on": started_on}
        make_project_month(moving, date(2023, 7, 1), **filed)
    make_project_month(make_project(investment=0, project_class="reserve"), date(2023, 5, 1), invested_wan=5)
    make_project(investment=0, stage="preparing", planned_start_on=date(2023, 11, 1))
    make_project_month(make_project(investment=0), date(2023, 7, 1), state="submitted")


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="DISTINCT ON")
@pytest.mark.parametrize("day", [date(2023, 4, 30), date(2023, 5, 1), date(2023, 8, 1), DAY])
def test_plain_statements_and_engine_count_the_same(day: date, today: Any) -> None:
    section, lead = make_section(), make_department()
    _stays, suspended, withdrawn, back = (make_measure(section, lead) for _each in range(4))
    leave(suspended, "suspended", date(2023, 5, 1))
    leave(withdrawn, "withdrawn", date(2023, 8, 1))
    leave(back, "suspended", date(2023, 5, 1))
    leave(back, "resumed", date(2023, 8, 1))
    gone, again, _here = (make_project(investment=number) for number in (1, 10, 100))
    leave(gone, "withdrawn", date(2023, 5, 1))
    leave(again, "withdrawn", date(2023, 5, 1))
    leave(again, "readmitted", date(2023, 5, 1))
    report_months()
    run = rebuild_rollups()
    plain = PlainSQL()
    plain.run(day, run_id=run.pk)
    measures = {date(2023, 4, 30): 4, date(2023, 5, 1): 2, date(2023, 8, 1): 2, DAY: 2}[day]
    expected = {"measures": ("total", measures), "projects": ("investment", 1_111 if day < date(2023, 5, 1) else 1_110)}
    for kind, table in engine.TABLES.items():
        assert plain.cells(kind) == table.count_from_source(day)
        name, number = expected[kind]
        assert engine.add_up(plain.cells(kind).values())[name] == number
