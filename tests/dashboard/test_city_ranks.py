"""The ranks of cities: those that are excused, and what the ranks were at the end of last month."""

import re
from datetime import date

import pytest

from measures.models import Plan
from projects.models import Project
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.dashboard.conftest import CITIES
from tests.dashboard.test_cities import NOW, THEN, context, put
from tests.dashboard.test_groups import page, text_at

pytestmark = pytest.mark.django_db


def test_an_excused_city_has_no_rank_on_its_days_and_counts_all_the_same(plan: Plan) -> None:
    for code, count in zip(CITIES, (4, 3, 2, 1), strict=True):
        put(plan, code, count, stage="suspended", listed_on=date(2023, 1, 3))
    make.make_exemption(plan, "370200", date(2023, 6, 1), ends_on=date(2023, 8, 29), reason_en="A flood")
    make.make_exemption(plan, "370300", date(2023, 8, 30), reason_en="Not yet")
    found = context(plan, "suspended", then=THEN)
    ranks = {row["city"].name: (row["rank"].now.place, row["rank"].then.place) for row in found["cities"]}
    assert ranks == {"Jinan": (3, 4), "Qingdao": (None, 3), "Zibo": (2, 2), "Yantai": (1, 1)}
    assert [row["is_excused"] for row in found["cities"]] == [False, True, False, False]
    assert (found["ranked"], found["totals"][0].text) == (3, "10")
    text = text_at("/cities/?show=suspended")
    assert "of the 3 cities with projects; ties share a rank (1, 2, 2, 4)" in text
    assert "Qingdao is excused from the ranking from 1 June 2023 to 29 August 2023: A flood" in text
    assert "Not yet" not in text and "Qingdao Not ranked" in text
    # On the day before the first it has its rank.
    before = text_at("/cities/?show=suspended&as_of=2023-05-31")
    assert "of the 4 cities" in before and "excused" not in before
    city = text_at("/cities/370200/")
    assert "Qingdao is excused from the ranking from 1 June 2023 to 29 August 2023: A flood" in city
    assert "Suspended projects 3 —" in city
    assert "excused" not in text_at("/cities/370100/")
    assert "Not ranked: A flood" in text_at("/cities/370200/brief/")


def test_nobody_falls_back_because_another_is_excused(plan: Plan) -> None:
    for code, count in zip(CITIES, (4, 3, 2, 1), strict=True):
        put(plan, code, count, stage="suspended", listed_on=date(2023, 1, 3))
    # On the earlier day alone, and on the later one alone.
    make.make_exemption(plan, "370100", date(2023, 5, 1), ends_on=THEN)
    make.make_exemption(plan, "370200", NOW)
    for show, places in (
        ("total", {"Jinan": (None, 1), "Qingdao": (1, None), "Zibo": (2, 2), "Yantai": (3, 3)}),
        ("suspended", {"Jinan": (None, 3), "Qingdao": (3, None), "Zibo": (2, 2), "Yantai": (1, 1)}),
    ):
        ranks = {row["city"].name: row["rank"] for row in context(plan, show, then=THEN)["cities"]}
        assert {name: (each.then.place, each.now.place) for name, each in ranks.items()} == places
        assert not any(each.fallen for each in ranks.values())
    make.make_exemption(plan, "370300", NOW)
    ranks = {row["city"].name: row["rank"] for row in context(plan, "total", then=THEN)["cities"]}
    assert (ranks["Yantai"].then.place, ranks["Yantai"].now.place, ranks["Yantai"].fallen) == (3, 2, 0)


def test_who_was_excused_on_the_earlier_day_did_not_fall_back(plan: Plan) -> None:
    for code, count in zip(CITIES, (4, 3, 2, 1), strict=True):
        put(plan, code, count, listed_on=date(2023, 1, 3))
    put(plan, "370300", 5, listed_on=date(2023, 7, 1))
    make.make_exemption(plan, "370100", date(2023, 5, 1), ends_on=THEN)
    ranks = {row["city"].name: row["rank"] for row in context(plan, "total", then=THEN)["cities"]}
    places = {name: (each.then.place, each.now.place, each.fallen) for name, each in ranks.items()}
    # Qingdao fell behind Zibo alone: Jinan had no rank on the earlier day.
    assert places == {"Jinan": (None, 2, 0), "Qingdao": (1, 3, 1), "Zibo": (2, 1, 0), "Yantai": (3, 4, 0)}


def test_without_an_end_it_is_excused_until_further_notice(plan: Plan) -> None:
    put(plan, "370200", 1)
    make.make_exemption(plan, "370200", NOW)
    make.make_exemption(make.make_plan("other"), "370100", NOW)
    text = text_at("/cities/")
    assert "Qingdao is excused from the ranking from 29 August 2023 on: 受灾停工" in text
    assert text.count("excused") == 1
    # The overview ranks as the page of cities does.
    put(plan, "370100", 2)
    assert re.findall(r'class="place">([^<]+)<', page("/"))[:2] == ["1", "—"]


def test_the_rank_of_the_end_of_last_month_stands_beside_it(plan: Plan) -> None:
    put(plan, "370100", 2, listed_on=date(2023, 7, 31))
    put(plan, "370200", 1, listed_on=date(2023, 7, 31))
    put(plan, "370200", 2, listed_on=date(2023, 8, 1))
    text = text_at("/cities/?show=total")
    assert "Rank then (end of July)" in text and "1 Qingdao 3 2" in text and "2 Jinan 2 1 back 1" in text
    # A day that is chosen stands there in its place, and the changes since it.
    chosen = text_at("/cities/?show=total&compare=2023-05-31")
    assert "Rank then (end of May)" in chosen and "end of July" not in chosen and "1 Qingdao 3 —" in chosen
    assert "Projects since" in chosen and "Projects since" not in text
    # July's rates are those of 31 July, too: beside them stands June's.
    for project in Project.objects.all():
        make.make_project_month(project, date(2023, 6, 1))
    rebuild_rollups()
    assert "Rank then (end of June)" in text_at("/cities/?show=start_rate")
    # Before the plan's first month was over there is none.
    assert "Rank then" not in text_at("/cities/?as_of=2023-01-20")
