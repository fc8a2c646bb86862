"""Words for the regions of which a plan's region consists: on each page, and no text of a page calls them otherwise."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from measures.models import Plan
from regions.models import Region
from tests import factories as make
from tests.pages import joined

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "open_reading"), pytest.mark.one_database]

CITY = re.compile(r"\b(?:city|cities)\b|各市|所在市|全部市|[0-9]个市|按市|跨市", re.IGNORECASE)
PAGES = [
    "/",
    "/cities/",
    "/cities/990102/",
    "/cities/990102/brief/",
    "/projects/",
    "/projects/X1/",
    "/presentation/",
    "/search/?q=East",
    "/measures/",
]


def place(code: str, kind: str, parent: Region | None, zh: str, en: str, **fields: Any) -> Region:
    names = {"name_zh": zh, "name_en": en, "short_zh": zh, "short_en": en}
    return Region.objects.create(code=code, kind=kind, parent=parent, provenance="reported", **names, **fields)


@pytest.fixture
def plan() -> Plan:
    """Return the plan of a town with two districts, which lies in a province with others."""
    province = place("990000", "province", None, "云岭", "Yunling")
    town = place("990100", "city", province, "云中", "Yunzhong")
    place("990200", "city", province, "澄湖", "Chenghu")
    east = place("990102", "county", town, "东区", "East", tile_row=1, tile_column=1)
    place("990103", "county", town, "西区", "West", tile_row=1, tile_column=2)
    plan: Plan = make.make_plan("town", region=town, comparator=province, starts_on=date(2023, 1, 1))
    lead = make.make_department(number=1)
    make.make_measure(make.make_section(plan, number=1), lead)
    make.make_project(plan, code="X1", city=east.code, name_zh="东区项目", name_en="East road")
    return plan


def seen(address: str, language: str) -> str:
    """The words of a page, its choices, and the texts that are read out."""
    answer = Client(headers={"Accept-Language": language}).get(address)
    assert answer.status_code == 200, address
    page = re.sub(
        r"<script.*?</script>|http://testserver/api/\S*", " ", joined(answer.content.decode()), flags=re.DOTALL
    )
    labels = re.findall(r'(?:aria-label|title|data-label|content)="([^"]*)"', page)
    return " ".join([re.sub(r"<[^>]+>", " ", page), *labels])


@pytest.mark.parametrize("address", PAGES)
def test_the_districts_of_a_city_are_never_called_cities(plan: Plan, address: str) -> None:
    english, chinese = seen(address, "en"), seen(address, "zh-CN")
    assert CITY.findall(english) + CITY.findall(chinese) == []
    # In the navigation of each but the presentation.
    assert "districts" in english.lower() or address == "/presentation/"
    assert "各区县" in chinese


def test_those_of_a_province_are_and_of_several_kinds_none_is(plan: Plan) -> None:
    def heading() -> tuple[str, str]:
        words = Plan.objects.with_others().get().part_words
        with override("en"):
            english = words.heading
        with override("zh-hans"):
            return english, words.heading

    assert heading() == ("Districts", "各区县情况")
    Plan.objects.update(region=Region.objects.get(code="990000"))
    assert heading() == ("Cities", "各市情况")
    place("990300", "county", Region.objects.get(code="990000"), "直管", "Zhiguan")
    assert heading() == ("Regions", "各地区情况")
    # A district alone is its own part.
    Plan.objects.update(region=Region.objects.get(code="990102"))
    assert heading() == ("Districts", "各区县情况")


def test_the_words_ask_no_query_of_their_own(plan: Plan, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        found = Plan.objects.with_others().get()
        assert str(found.part_words.one)
    with override("en"):
        assert [found.part_words.counted(number, str(number)) for number in (1, 2)] == ["1 district", "2 districts"]
    assert Plan.objects.get().part_words == found.part_words
