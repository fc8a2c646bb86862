"""Tests of the order in which a list asks for its rows."""

from datetime import date

import pytest
from django.db import connection

from projects.models import Project
from tests.factories import make_plan
from web.lists.listing import in_order

pytestmark = pytest.mark.both_databases


def test_rows_without_a_value_come_last_whichever_way() -> None:
    for down in (False, True):
        assert in_order(Project, "planned_start_on", down=down).nulls_last
        assert in_order(Project, "stage", down=down).nulls_last, "worked out: it may have none"
        assert not in_order(Project, "code", down=down).nulls_last


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL chooses by how many rows there are")
def test_a_page_of_projects_is_read_in_the_order_of_its_index() -> None:
    order = [in_order(Project, name, down=False) for name in ("position", "code")]
    rows = Project.objects.in_plan(make_plan()).in_scope(date(2023, 8, 29)).order_by(*order, "pk")[:50]
    plan = rows.explain()
    assert "USING INDEX project_in_order" in plan
    assert "TEMP B-TREE" not in plan
