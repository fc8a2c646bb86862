"""The lights of a measure by month, on its page."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from core.lights import Thresholds
from measures.models import Measure
from tests.factories import leave, make_change, make_measure, make_report
from tests.pages import text_of
from web.limits import thresholds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _open(today: date, open_reading: None) -> None: ...


def months_of(address: str) -> Any:
    return Client(headers={"Accept-Language": "en"}).get(address).context["months"]


def test_each_turn_has_its_reason() -> None:
    measure = make_measure(code="M001", listed_on=date(2023, 1, 3), due_on=date(2023, 5, 20))
    make_change(measure, "in_progress", date(2023, 2, 1))
    make_report(measure, submitted_on=date(2023, 2, 10))
    make_change(measure, "completed", date(2023, 7, 4))
    months = months_of("/measures/M001/")
    assert [(each.day, each.light, each.reason) for each in months] == [
        (date(2023, 1, 31), "green", ""),
        (date(2023, 2, 28), "green", ""),
        (date(2023, 3, 31), "green", ""),
        (date(2023, 4, 30), "yellow", "79 days unreported"),
        (date(2023, 5, 31), "red", "11 days late"),
        (date(2023, 6, 30), "red", ""),
        (date(2023, 7, 31), "green", "Completed 45 days late"),
        (date(2023, 8, 29), "green", ""),
    ]
    text = text_of(Client(headers={"Accept-Language": "en"}).get("/measures/M001/").content.decode())
    assert "Light at the end of each month Jan Green Feb Green Mar Green Apr Yellow 79 days unreported" in text
    # A day of the past knows no later month, nor what was not recorded by it.
    assert [each.day for each in months_of("/measures/M001/?as_of=2023-02-15")] == [
        date(2023, 1, 31),
        date(2023, 2, 15),
    ]


def test_while_it_is_out_of_the_plan_it_has_no_light() -> None:
    measure = make_measure(code="M001", listed_on=date(2023, 5, 1), due_on=date(2023, 5, 20))
    leave(measure, "suspended", date(2023, 6, 10))
    leave(measure, "resumed", date(2023, 7, 10))
    lights = [each.light for each in months_of("/measures/M001/")]
    assert lights == ["red", None, "red", "red"]
    # That it is back is the reason of no light.
    assert [each.reason for each in months_of("/measures/M001/")][2] == "72 days late"


@pytest.mark.one_database
def test_they_are_those_of_the_lists(demonstration: None) -> None:
    limits: Thresholds = thresholds()
    codes = ["M001", "M063", "M085", "M172", "M240"]
    shown = {code: months_of(f"/measures/{code}/") for code in codes}
    for number, each in enumerate(shown["M001"]):
        listed = Measure.objects.filter(code__in=codes).with_all_of(each.day, limits=limits)
        lights = dict(listed.order_by().values_list("code", "light"))
        assert {code: months[number].light for code, months in shown.items()} == lights
