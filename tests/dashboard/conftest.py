"""A plan with cities, of which some tests count the projects."""

from datetime import date

import pytest

from measures.models import Plan
from tests import factories as make

CITIES = ("370100", "370200", "370300", "370600")


@pytest.fixture
def plan(today: date, open_reading: None) -> Plan:
    plan = make.make_plan()
    for code in CITIES:
        make.region(code)
    return plan
