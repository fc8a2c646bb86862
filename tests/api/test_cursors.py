"""Pages by cursor, while the rows change between one page and the next."""

import random
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from measures.filters import MEASURE_ORDERINGS, STATUS_CHANGE_ORDERINGS
from measures.models import Measure
from projects.filters import PROJECT_ORDERINGS
from projects.models import Project
from tests import factories as make
from tests.api.addresses import wrong
from tests.sweeps import one_in
from web.site import site_profile

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def both_ways(orderings: Any) -> list[str]:
    return [sign + name for name in orderings for sign in ("", "-")]


def follow(ask: Any, path: str, between: Any = lambda: None) -> list[Any]:
    """The rows of all pages; `between` is called after each."""
    address, rows = f"{path}{'&' if '?' in path else '?'}cursor=*", []
    for _ in range(200):
        answer = ask(address).json()
        assert answer["previous"] is None
        rows += answer["results"]
        if answer["next"] is None:
            return rows
        address = path.partition("?")[0] + "?" + urlsplit(answer["next"]).query
        between()
    raise AssertionError("it never ends")


def some_projects(number: int, chance: random.Random) -> None:
    for _ in range(number):
        make.make_project(
            city=chance.choice(["370100", "370200", "370600"]),
            investment=chance.choice([10, 20, 20, 30]),
            category=chance.choice(["energy", "innovation"]),
            listed_on=date(2023, 1, 2) + timedelta(days=chance.randrange(3)),
        )


@pytest.mark.parametrize("ordering", both_ways(PROJECT_ORDERINGS))
def test_the_pages_hold_the_list_in_its_order(ordering: str, site: Any, ask: Any) -> None:
    some_projects(20, random.Random(ordering))
    whole = [row["code"] for row in ask(f"projects/?ordering={ordering}").json()["results"]]
    assert len(whole) == 23
    for size in (7, 23) if ordering != "code" else (1, 7, 22, 23, 24):
        paged = [row["code"] for row in follow(ask, f"projects/?ordering={ordering}&page_size={size}")]
        assert paged == whole, size


@pytest.mark.parametrize("ordering", both_ways(MEASURE_ORDERINGS))
def test_rows_without_a_value_have_their_place_too(ordering: str, site: Any, ask: Any) -> None:
    for day in (None, date(2023, 8, 1), None, date(2023, 8, 1), date(2024, 1, 1)):
        make.make_measure(due_on=day, section=site.first.section)
    whole = [row["code"] for row in ask(f"measures/?ordering={ordering}").json()["results"]]
    assert len(whole) == 9
    assert [row["code"] for row in follow(ask, f"measures/?ordering={ordering}&page_size=2")] == whole


@pytest.mark.parametrize("ordering", both_ways(STATUS_CHANGE_ORDERINGS))
def test_moments_have_their_place(ordering: str, site: Any, ask: Any) -> None:
    whole = [row["id"] for row in ask(f"status-changes/?ordering={ordering}").json()["results"]]
    assert [row["id"] for row in follow(ask, f"status-changes/?ordering={ordering}&page_size=1")] == whole


@pytest.mark.parametrize("path", ["observations/?ordering=-value", "indicators/?", "regions/?", "departments/?"])
def test_other_lists_have_them_too(path: str, site: Any, ask: Any) -> None:
    whole = [row["url"] for row in ask(path).json()["results"]]
    assert [row["url"] for row in follow(ask, f"{path}&page_size=1")] == whole


@pytest.mark.parametrize("ordering", one_in(3, both_ways(PROJECT_ORDERINGS)))
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 5))])
def test_each_untouched_row_comes_once_while_others_come_change_and_go(
    seed: int, ordering: str, site: Any, ask: Any
) -> None:
    chance = random.Random(f"{seed} {ordering}")
    some_projects(40, chance)
    # P0001 has a problem, which keeps it.
    before = set(Project.objects.exclude(code="P0001").values_list("code", flat=True))
    touched: set[str] = set()

    def disturb() -> None:
        some_projects(chance.randrange(4), chance)
        victims = chance.sample(sorted(before - touched), k=min(2, len(before - touched)))
        for code in victims:
            touched.add(code)
            project = Project.objects.get(code=code)
            if chance.random() < 0.5:
                project.delete()
            else:
                Project.objects.filter(pk=project.pk).update(
                    investment_wan=chance.choice([5, 20, 40]), opening_stage=chance.choice(["preparing", "completed"])
                )

    rows = [row["code"] for row in follow(ask, f"projects/?ordering={ordering}&page_size=5", disturb)]
    assert touched
    untouched = before - touched
    assert sorted(code for code in rows if code in untouched) == sorted(untouched)


def test_pages_by_number_would_not_do(site: Any, ask: Any) -> None:
    """Cursors are needed because a row that goes shifts the numbered pages by one."""
    first = [row["code"] for row in ask("projects/?ordering=-code&page_size=1").json()["results"]]
    Project.objects.get(code=first[0]).delete()
    second = [row["code"] for row in ask("projects/?ordering=-code&page_size=1&page=2").json()["results"]]
    assert (first, second) == (["P0003"], ["P0001"])  # P0002 is on no page


def test_the_next_page_speaks_of_the_same_day(site: Any, ask: Any, today: date) -> None:
    following = parse_qs(urlsplit(ask("projects/?page_size=1&cursor=*").json()["next"]).query)
    assert following["as_of"] == [today.isoformat()]


def test_a_file_links_to_its_next_page(site: Any, ask: Any) -> None:
    answer = ask("projects/?page_size=1&cursor=*&format=csv&fields=code")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.split() == ["code", "P0001"]
    assert answer["Link"].endswith('; rel="next"')
    following = ask("projects/?" + urlsplit(answer["Link"].partition(">")[0][1:]).query)
    assert b"".join(following.streaming_content).decode("utf-8-sig").split() == ["code", "P0002"]


@pytest.mark.parametrize("cursor", ["x", "**", "WzFd", "WzFd:abc", "%00", "' or 1=1 --", "9" * 5000])
def test_what_is_no_cursor_is_refused(cursor: str, site: Any, ask: Any) -> None:
    answer = ask(f"projects/?cursor={cursor}")
    assert answer.status_code == 400
    assert list(wrong(answer)) == ["cursor"]


def test_a_cursor_belongs_to_its_ordering(site: Any, ask: Any) -> None:
    cursor = parse_qs(urlsplit(ask("projects/?page_size=1&cursor=*").json()["next"]).query)["cursor"][0]
    answer = ask(f"projects/?ordering=-code&lang=en&cursor={cursor}")
    assert wrong(answer) == {"cursor": ["This cursor belongs to the ordering code."]}


def test_it_is_a_number_or_a_cursor(site: Any, ask: Any) -> None:
    answer = ask("projects/?page=1&cursor=*&lang=en")
    assert wrong(answer) == {"cursor": ["Ask for pages by number or by cursor, not both."]}


def test_sums_have_none(site: Any, ask: Any) -> None:
    assert list(wrong(ask("rollups/measures/?cursor=*"))) == ["cursor"]


def test_a_page_by_cursor_asks_no_more_of_the_database_for_more_rows(
    site: Any, ask: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        make.make_measure(section=site.first.section)
    assert Measure.objects.count() == 35
    for size in (1, 30):
        site_profile()
        with django_assert_max_num_queries(9):
            ask(f"measures/?cursor=*&page_size={size}")
