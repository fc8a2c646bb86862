"""The switch of the cities, their table, their ranks, and the page of one: held against counts in plain Python."""

import re
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from core.periods import last_ended_month
from dashboard.figures import Figures
from dashboard.pages.cities import city_list
from dashboard.pages.city import city_detail
from dashboard.pages.city_projects import MAX_PROJECTS
from dashboard.pages.city_ranks import city_ranks, fallen_cities
from dashboard.pages.city_statistics import cities_of_both_days, city_measures, large_statistic, with_kinds
from dashboard.pages.links import Links
from measures.models import Plan
from projects.models import AnnualPlan, Project, Stage
from regions.models import Region
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.dashboard.conftest import CITIES
from tests.dashboard.test_groups import count_queries, names, page, text_at
from tests.pages import text_of
from tests.sweeps import one_in

pytestmark = pytest.mark.django_db

CATEGORIES = ("innovation", "industry", "infrastructure", "energy")
NOW, THEN = date(2023, 8, 29), date(2023, 5, 31)
LARGE_WAN = 1_000_000


def put(plan: Plan, city: str, count: int = 1, **fields: Any) -> None:
    for _n in range(count):
        make.make_project(plan, city=city, **fields)


def context(plan: Plan, show: str = "total_investment", **choices: Any) -> dict[str, Any]:
    figures, then = Figures(plan, NOW), choices.pop("then", None)
    with translation.override("en"):
        return city_list(
            figures,
            Links({}),
            measure=city_measures(plan)[show],
            ordering=choices.pop("ordering", f"-{show}"),
            then=Figures(plan, then) if then else None,
            **choices,
        )


def shown_cells(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The text of each cell by the city's code and the head of its column."""
    heads = [head.label for head in found["heads"]]
    return {
        "".join(re.findall(r"\d{6}", row["city"].url)): dict(
            zip(heads, [cell.text for cell in row["cells"]], strict=True)
        )
        for row in found["cities"]
    }


def listed_of(plan: Plan, city: str, kind: str) -> dict[str, Any]:
    """The part of a city's page with its list of projects of the kind."""
    return city_detail(Figures(plan, NOW), Region.objects.get(code=city), Links({}), kind=kind)


def percent(part: int, of: int) -> str:
    return f"{(Decimal(part * 100) / of).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


class TestCountedInPlainPython:
    @pytest.fixture(params=one_in(3, range(3)))
    def projects(self, request: Any, plan: Plan) -> list[Project]:
        """Some are listed after the earlier day, some were withdrawn."""
        random = Random(request.param)
        for _n in range(24):
            project = make.make_project(
                plan,
                city=random.choice(CITIES[:3]),
                category=random.choice(CATEGORIES),
                stage=random.choice(Stage.values),
                investment=random.choice((999_999, 1_000_000, 2_345_678, 12_345)),
                listed_on=random.choice((date(2023, 1, 3), date(2023, 7, 1))),
            )
            if random.random() < 0.1:
                make.leave(project, "withdrawn", on=date(2023, 8, 1))
        rebuild_rollups()
        gone = Project.objects.filter(scope_changes__isnull=False)
        return list(Project.objects.exclude(pk__in=gone).select_related("city", "category"))

    def test_the_table_of_stages(self, plan: Plan, projects: list[Project]) -> None:
        found = shown_cells(context(plan, "suspended"))
        assert set(found) == set(CITIES)
        for code, cells in found.items():
            own = [each for each in projects if each.city.code == code]
            stages = Counter(each.opening_stage for each in own)
            with translation.override("en"):
                assert {str(stage.label): cells[str(stage.label)] for stage in Stage} == {
                    str(stage.label): str(stages[stage.value]) for stage in Stage
                }
            assert cells["Projects"] == str(len(own))
            large = [each for each in own if each.opening_stage == "preparing" and each.investment_wan >= LARGE_WAN]
            assert cells["Large, not started"] == str(len(large))
            assert cells["Share suspended"] == (percent(stages["suspended"], len(own)) if own else "—")

    @pytest.mark.parametrize("show", [name for name, each in city_measures(Plan()).items() if not each.is_rate])
    def test_each_measure_by_category(self, plan: Plan, projects: list[Project], show: str) -> None:
        def counts(each: Project) -> bool:
            if show in ("suspended", "behind"):
                # No project has a plan that it could be behind.
                return each.opening_stage == show
            return show != "large" or (each.opening_stage == "preparing" and each.investment_wan >= LARGE_WAN)

        expected = Counter[tuple[str, str]]()
        for each in filter(counts, projects):
            expected[each.city.code, each.category.name_en] += each.investment_wan if "investment" in show else 1
        found = context(plan, show, columns="categories")
        for code, cells in shown_cells(found).items():
            for category in {each.category.name_en for each in projects}:
                amount = expected[code, category]
                amount = (amount + 5_000) // 10_000 if "investment" in show else amount
                assert cells[category] == f"{amount:,}", (code, category)
        total = found["totals"][0].text
        whole = sum(expected.values())
        assert total == f"{(whole + 5_000) // 10_000 if 'investment' in show else whole:,}"

    def test_rates_are_of_sums_and_offered_once_a_month_was_reported(self, plan: Plan, projects: list[Project]) -> None:
        assert "Completion of the annual plan" not in offered(plan)
        sums = {code: [0, 0] for code in CITIES}
        for number, project in enumerate(projects):
            planned, invested = 1_000 + number, 7 * number
            AnnualPlan.objects.create(project=project, year=NOW.year, planned_wan=planned)
            month = make.make_project_month(
                project, last_ended_month(NOW), stage=project.opening_stage, invested_wan=invested
            )
            sums[project.city.code][0] += invested
            sums[project.city.code][1] += planned
            assert month.state == "accepted"
        rebuild_rollups()
        assert "Completion of the annual plan" in offered(plan)
        found = context(plan, "plan_completion", columns="categories")
        for code, cells in shown_cells(found).items():
            invested, planned = sums[code]
            rate = f"{Decimal(100 * invested) / planned:.1f}%" if planned else "—"
            assert cells["Completion of the annual plan"] == rate
        invested, planned = (sum(each) for each in zip(*sums.values(), strict=True))
        assert found["totals"][0].text == f"{Decimal(100 * invested) / planned:.1f}%"
        elapsed = Decimal(100 * last_ended_month(NOW).month) / 12
        behind = round(elapsed, 1) - round(Decimal(100 * invested) / planned, 1)
        assert f"{behind} percentage points behind the time elapsed" in found["measure_sentence"]
        assert "0 of" in found["measure_sentence"]
        # Where nothing else is asked for, rates come first: on the page of cities, the overview and the presentation.
        heads = text_at("/cities/").partition("City Completion of the annual plan")[2]
        assert heads.startswith(" ↓ Rank then (end of June) Start rate Projects Total investment")
        sentence = f"{behind} percentage points behind the time elapsed"
        for address in ("/cities/", "/", "/presentation/?part=4"):
            assert sentence in text_at(address), address

    def test_who_is_behind_the_annual_plan_by_city_and_category(self, plan: Plan, projects: list[Project]) -> None:
        month = last_ended_month(NOW)
        expected = Counter[tuple[str, str]]()
        for number, project in enumerate(projects):
            AnnualPlan.objects.create(project=project, year=NOW.year, planned_wan=12_000)
            # From no month of investment to as many as have passed, and one more.
            invested = 1_000 * (number % (month.month + 2))
            make.make_project_month(project, month, stage=project.opening_stage, invested_wan=invested)
            expected[project.city.code, project.category.slug] += invested < 1_000 * month.month
        rebuild_rollups()
        found = context(plan, "behind", columns="categories")
        assert sum(expected.values()) > 3
        assert found["totals"][0].text == f"{sum(expected.values()):,}"
        assert "behind their annual plans" in found["measure_sentence"]
        for row in found["cities"]:
            code = row["city"].url.strip("/").split("/")[1]
            by_category = Figures(plan, NOW).categories
            for slug, cell in zip(by_category, row["cells"][-len(by_category) :], strict=True):
                assert cell.text == str(expected[code, slug])
                assert cell.url == (
                    f"/projects/?city={code}&category={slug}&behind=yes" if expected[code, slug] else ""
                )
                if cell.url:
                    assert f"{expected[code, slug]} result" in text_at(cell.url)
        city, slug = next(key for key, count in expected.items() if count)
        detail = page(f"/cities/{city}/")
        behind, late = listed_of(plan, city, "behind"), listed_of(plan, city, "late")
        assert behind["listed_total"] == sum(n for key, n in expected.items() if key[0] == city)
        assert len(behind["projects"]) == min(behind["listed_total"], MAX_PROJECTS)
        assert all(each.is_behind for each in behind["projects"])
        assert (late["listed_total"], late["projects"]) == (0, [])
        assert f'href="/projects/?city={city}&amp;category={slug}&amp;behind=yes">{expected[city, slug]}</a>' in detail

    def test_a_city_shows_its_late_projects(self, plan: Plan) -> None:
        put(plan, "370200", 1, stage="preparing", planned_start_on=NOW - timedelta(days=1))
        put(plan, "370200", 1, stage="preparing", planned_start_on=NOW)
        first = Project.objects.get(planned_start_on=NOW - timedelta(days=1))
        # Without any month of a project nobody knows which stand still.
        assert "Late 0" not in text_at("/cities/370200/")
        assert Client().get("/cities/370200/?kind=late").status_code == 400
        make.make_project_month(first, last_ended_month(NOW), stage="preparing")
        rebuild_rollups()
        late = listed_of(plan, "370200", "late")
        assert [each.project for each in late["projects"]] == [first]
        assert late["list_url"] == "/projects/?city=370200&late=yes"
        assert "planned to start in August 2023" in text_at("/cities/370200/?kind=late")

    def test_the_order_of_a_kind_is_known_where_another_measure_is_shown(self, plan: Plan) -> None:
        put(plan, "370200", 1, stage="preparing", investment=LARGE_WAN)
        for name in ("large", "behind"):
            assert Client().get(f"/cities/?ordering=-{name}&show=total").status_code == 200
        assert Client().get("/cities/?ordering=late").status_code == 400

    def test_large_projects_are_the_same_with_another_day_beside(self, plan: Plan, projects: list[Project]) -> None:
        now, then = Figures(plan, NOW), Figures(plan, THEN)
        large = [large_statistic(plan)]
        both, both_then = cities_of_both_days(now, then, large)
        alone = with_kinds(Figures(plan, NOW), now.projects_by("city"), large)
        assert [each.figures["large"] for each in both] == [each.figures["large"] for each in alone]
        earlier = Figures(plan, THEN)
        alone_then = with_kinds(earlier, earlier.projects_by("city"), large)
        assert both_then and [each.figures for each in both_then] == [each.figures for each in alone_then]
        assert sum(each.figures["large"] for each in both) >= sum(each.figures["large"] for each in both_then)

    def test_the_page_of_a_city(self, plan: Plan, projects: list[Project]) -> None:
        city = Region.objects.get(code="370200")
        found = city_detail(Figures(plan, NOW), city, Links({}))
        own = [each for each in projects if each.city.code == "370200"]
        stages = Counter(each.opening_stage for each in own)
        assert {row.stage.value: row.total for row in found["stages"]} == {s: stages[s] for s in Stage.values}
        assert sum(block.width for block in found["stage_blocks"]) == pytest.approx(100, abs=0.3)
        suspended, large = listed_of(plan, "370200", "suspended"), listed_of(plan, "370200", "large")
        found_codes = {each.project.code for each in suspended["projects"]}
        assert found_codes == {e.code for e in own if e.opening_stage == "suspended"}
        amounts = [e.investment_wan for e in own if e.opening_stage == "preparing" and e.investment_wan >= LARGE_WAN]
        assert [each.project.investment_wan for each in large["projects"]] == sorted(amounts, reverse=True)
        assert large["listed_total"] == len(amounts)


def offered(plan: Plan) -> list[str]:
    switches = context(plan, "total_investment")["switches"]
    with translation.override("en"):
        return [str(each["label"]) for each in switches["measures"]]


class TestRanks:
    def test_equals_share_a_rank_and_the_next_is_left_out(self, plan: Plan) -> None:
        for code, count in zip(CITIES, (4, 2, 2, 1), strict=True):
            put(plan, code, count, stage="suspended")
        make.region("371000")
        found = city_ranks(Figures(plan, NOW).projects_by("city"), city_measures(plan)["suspended"])
        # Nobody is the first of those with the most of what had better not be.
        assert [found[code].now.place for code in CITIES] == [4, 2, 2, 1]
        # One without projects has no rank, and is not counted among the ranked.
        assert (found["371000"].now.place, found["370100"].now.of) == (None, 4)
        text = text_at("/cities/?show=suspended")
        assert "of the 4 cities with projects; ties share a rank (1, 2, 2, 4)" in text
        assert "9 projects are suspended, with an investment of 900 million yuan; most of them in Jinan (4)." in text
        assert names(page("/cities/?show=suspended"), "cities") == []  # the rank stands before the name
        assert re.findall(r'class="place">([^<]+)<', page("/cities/?show=suspended"))[:5] == ["4", "2", "2", "1", "—"]

    def test_who_fell_back_by_most_places(self, plan: Plan) -> None:
        """Jinan was first by the number of projects and is third now; Zibo rose past both others."""
        put(plan, "370100", 3, listed_on=date(2023, 1, 3))
        put(plan, "370200", 2, listed_on=date(2023, 1, 3))
        put(plan, "370300", 1, listed_on=date(2023, 1, 3))
        put(plan, "370200", 2, listed_on=date(2023, 7, 1))
        put(plan, "370300", 9, listed_on=date(2023, 7, 1))
        address = "/cities/?show=total&fallen=most&compare=2023-05-31"
        assert re.findall(r'href="/cities/(\d+)/', page(address).partition("<table")[2]) == ["370100"]
        text = text_at(address)
        assert "Fell back by most places since 31 May 2023" in text
        assert "3 Jinan" in text and "1 back 2" in text
        # Without a day it is since the end of last month, when all was as it is.
        none = text_at("/cities/?show=total&fallen=most")
        assert "since 31 July 2023" in none and "No city fell back among the others" in none
        whole = text_at("/cities/?show=total&compare=2023-05-31")
        assert "Rank then (end of May)" in whole and "Only cities that fell back most since end of May" in whole

    def test_more_suspended_projects_are_a_fall(self, plan: Plan) -> None:
        put(plan, "370100", 2, stage="suspended", listed_on=date(2023, 1, 3))
        put(plan, "370200", 1, stage="suspended", listed_on=date(2023, 1, 3))
        put(plan, "370200", 4, stage="suspended", listed_on=date(2023, 7, 1))
        measure = city_measures(plan)["suspended"]
        cities, then = cities_of_both_days(Figures(plan, NOW), Figures(plan, THEN), [measure])
        ranks = city_ranks(cities, measure, then)
        assert {key: rank.fallen for key, rank in ranks.items() if rank.fallen} == {"370200": 1}
        assert [each.key for each in fallen_cities(cities, ranks)] == ["370200"]
        # In that order the first are those that must act.
        text = text_at("/cities/?show=suspended&compare=2023-05-31")
        assert "Rank by “Suspended projects”, the fewest first, of the 2 cities with projects" in text

    def test_a_share_of_few_projects_carries_a_warning(self, plan: Plan) -> None:
        put(plan, "370100", 9, stage="suspended")
        put(plan, "370200", 10)
        rows = page("/cities/?show=suspended").partition("<tbody>")[2].split("<tr>")
        assert ["Small base" in row for row in rows if "/cities/370" in row] == [True, False, False, False]
        assert "Small base: fewer than 10 projects" in text_at("/cities/")
        put(plan, "370100", 1)
        assert "Small base" not in text_at("/cities/")


class TestTable:
    def test_sorts_by_each_stage_and_opens_in_the_order_of_what_is_shown(self, plan: Plan) -> None:
        for number, stage in enumerate(Stage.values):
            put(plan, CITIES[number % 4], number + 2, stage=stage)
        for stage in Stage.values:
            shown = page(f"/cities/?ordering=-{stage}")
            heads = re.findall(r'aria-sort="(\w+)">\s*<a href="[^"]*" id="sort-(\w+)"', shown)
            assert heads == [("descending", stage)]
            first = re.findall(r'href="/cities/(\d+)/', shown.partition("<tbody>")[2])[0]
            counts = Counter(Project.objects.filter(opening_stage=stage).values_list("city__code", flat=True))
            assert first == counts.most_common(1)[0][0]
        for show in city_measures(plan):
            assert re.search(
                rf'aria-sort="descending">\s*<a href="[^"]*" id="sort-{show}"', page(f"/cities/?show={show}")
            )
        assert Client().get("/cities/?ordering=-share").status_code == 400

    def test_suspended_and_large_ones_open_their_lists(self, plan: Plan) -> None:
        put(plan, "370200", 2, stage="suspended")
        put(plan, "370200", 1, stage="preparing", investment=LARGE_WAN)
        shown = page("/cities/")
        for query, count in (("stage=suspended", 2), ("stage=preparing&amp;investment_from=100", 1)):
            [address] = re.findall(rf'href="(/projects/\?city=370200&amp;{query})"', shown)
            assert f"{count} result" in text_at(address.replace("&amp;", "&"))

    def test_by_large_projects_the_api_lists_these(self, plan: Plan) -> None:
        put(plan, "370200", 1, stage="preparing", investment=LARGE_WAN)
        put(plan, "370100", 1, stage="preparing", investment=LARGE_WAN - 1)
        found = re.search(r'class="address">http://testserver([^<]+)<', page("/cities/?show=large"))
        assert found
        rows = Client().get(found[1].replace("&amp;", "&")).json()["results"]
        assert [row["city"] for row in rows] == ["370200"]

    def test_another_measure_keeps_the_columns_and_brings_its_own_order(self, plan: Plan) -> None:
        put(plan, "370200", category="energy")
        switches = context(plan, "suspended", columns="categories", ordering="name")["switches"]
        assert [each["url"] for each in switches["measures"]][:2] == [
            "/cities/?columns=categories",
            "/cities/?show=total&columns=categories",
        ]
        assert [each["url"] for each in switches["columns"]] == [
            "/cities/?show=suspended",
            "/cities/?show=suspended&columns=categories",
        ]

    def test_production_is_listed_once_a_project_has_reached_it(self, plan: Plan) -> None:
        put(plan, "370200", stage="completed")
        for path in ("/cities/", "/cities/370200/"):
            assert "In production" not in page(path)
        put(plan, "370200", stage="in_production")
        for path in ("/cities/", "/cities/370200/", "/cities/370600/"):
            assert "In production" in page(path)

    def test_without_projects_and_before_the_plan(self, plan: Plan) -> None:
        assert "No projects are listed by this day." in text_at("/cities/?show=suspended")
        assert "The day is before the plan began" in text_at("/cities/?show=large&as_of=2022-12-31")
        empty = text_at("/cities/370200/")
        assert "No projects are listed by this day." in empty
        assert "No project is suspended." in text_at("/cities/370200/?kind=suspended")
        assert "No project of 10 billion yuan or more has yet to start." in text_at("/cities/370200/?kind=large")
        assert "stage-bar" not in page("/cities/370200/")
        assert "The day is before the plan began" in text_at("/cities/370200/?as_of=2022-12-31")

    def test_asks_a_fixed_number_of_queries(self, plan: Plan) -> None:
        put(plan, "370200", stage="suspended", investment=LARGE_WAN)
        put(plan, "370200", stage="preparing", investment=LARGE_WAN)
        rebuild_rollups()
        ceilings = {
            "/cities/": 11,
            "/cities/?show=large&columns=categories": 11,
            "/cities/?show=suspended&fallen=most&compare=2023-05-31": 11,
            # One for the indicators, of which it has none; test_city_indicators.py has those with values.
            "/cities/370200/": 16,
        }
        before = {address: count_queries(Client(), address) for address in ceilings}
        assert {address: count for address, count in before.items() if count > ceilings[address]} == {}
        for code in CITIES:
            put(plan, code, 3, stage="suspended")
            put(plan, code, 3, stage="preparing", investment=LARGE_WAN)
        rebuild_rollups()
        assert {address: count_queries(Client(), address) for address in ceilings} == before


class TestOverview:
    def test_the_switch_keeps_what_else_the_page_shows(self, plan: Plan) -> None:
        put(plan, "370200", stage="suspended")
        shown = page("/?course=plan&as_of=2023-08-01")
        part = shown[shown.index('id="where"') :]
        for name in ("total", "suspended", "large"):
            assert f'href="/?course=plan&amp;map={name}&amp;as_of=2023-08-01#where"' in part
        assert 'href="/?course=plan&amp;as_of=2023-08-01#where"' in part
        chosen = page("/?map=suspended")
        assert 'href="/?course=year&amp;map=suspended#course"' in chosen
        assert 'href="/cities/?show=suspended"' in chosen
        assert "1 project is suspended, with an investment of" in chosen

    def test_a_county_says_what_is_large(self, plan: Plan) -> None:
        Plan.objects.update(large_project_wan=10_000)
        put(plan, "370200", 2, stage="preparing", investment=10_000)
        put(plan, "370100", 1, stage="preparing", investment=9_999)
        put(plan, "370100", 1, stage="under_construction", investment=LARGE_WAN)
        rebuild_rollups()
        address = "/projects/?stage=preparing&amp;investment_from=1"
        overview, cities = page("/?map=large"), page("/cities/?show=large")
        assert "100 million yuan or more, not started: 200 million yuan" in text_of(overview)
        assert "2 projects of 100 million yuan or more have not started" in text_of(overview)
        assert f'href="{address}">2</a>' in "".join(overview.split("\n")).replace("  ", "")
        for part in (
            "Projects of 100 million yuan or more not started, by city, as of",
            "2 projects of 100 million yuan or more have not started, with an investment of 200 million yuan",
            "Large: 100 million yuan or more",
        ):
            assert part in text_of(cities)
        assert 'href="/projects/?city=370200&amp;stage=preparing&amp;investment_from=1"' in cities
        assert "2 projects with an investment of 200 million yuan" in text_at("/cities/370200/?kind=large")
        assert "No project of 100 million yuan or more has yet to start." in text_at("/cities/370100/?kind=large")
        listed = text_at("/projects/")
        assert "100 million yuan or more, not started 2 projects, 200 million yuan" in listed
        assert "2 results" in text_at(address.replace("&amp;", "&"))
        # The classes of size are the same of all plans.
        assert "10 billion yuan or more" not in overview + cities
        assert "10 billion yuan or more, not started" not in listed
        assert "1亿元以上未开工 2个，2亿元" in text_of(Client().get("/projects/?lang=zh-hans").content.decode())

    def test_it_asks_nothing_more(self, demonstration: None) -> None:
        usual = count_queries(Client(), "/")
        assert count_queries(Client(), "/?map=suspended") == count_queries(Client(), "/?map=total") == usual
        # Cells do not tell how large a project is.
        assert count_queries(Client(), "/?map=large") == usual + 1 <= 22

    def test_on_the_day_of_the_demonstration(self, demonstration: None) -> None:
        text = text_at("/?map=suspended")
        assert "68 projects are suspended, with an investment of 174.6 billion yuan" in text
        assert "most of them in Qingdao and Linyi (8 each)." in text
        text = text_at("/?map=large")
        assert (
            "27 projects of 10 billion yuan or more have not started, with an investment of 518.1 billion yuan" in text
        )
        city = text_at("/cities/370200/")
        assert "Suspended projects 8 joint 15th of 16" in city
        assert "8 projects with an investment of" in text_at("/cities/370200/?kind=suspended")
