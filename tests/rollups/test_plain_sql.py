"""The plain statements that the engine is measured against say the same of who left and returned."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from benchmarks.inside import PlainSQL
from rollups import engine
from rollups.services import rebuild_rollups
from tests.factories import leave, make_department, make_measure, make_project, make_section

DAY = date(2023, 8, 29)


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
    run = rebuild_rollups()
    plain = PlainSQL()
    plain.run(day, run_id=run.pk)
    measures = {date(2023, 4, 30): 4, date(2023, 5, 1): 2, date(2023, 8, 1): 2, DAY: 2}[day]
    expected = {"measures": ("total", measures), "projects": ("investment", 111 if day < date(2023, 5, 1) else 110)}
    for kind, table in engine.TABLES.items():
        assert plain.cells(kind) == table.count_from_source(day)
        name, number = expected[kind]
        assert engine.add_up(plain.cells(kind).values())[name] == number
