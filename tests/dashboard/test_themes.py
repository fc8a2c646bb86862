"""The pages of themes: what each counts is what its links list, on any day, in either language."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from indicators.models import Indicator
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.dashboard.test_groups import count_queries, page, text_at
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(today: date, open_reading: None) -> Any:
    """Make two themes. On 29 August 2023 Energy has the two measures of its priority area and one of Innovation: one
    completed in time, one overdue since 1 August, one due on 31 December; of its three projects, 5 billion yuan, one is
    suspended; one problem of its measures and one of its projects are open, which the office should have assigned. The
    other theme has nothing."""
    plan = make.make_plan()
    energy = make.make_section(plan, slug="energy", number=1, title_zh="能源", title_en="Energy area")
    other = make.make_section(plan, slug="innovation", number=2, title_en="Innovation")
    done = make.make_measure(energy, code="M001", title_en="Done", due_on=date(2023, 6, 30))
    make.make_change(done, "completed", date(2023, 6, 20))
    late = make.make_measure(energy, code="M002", title_en="Late", due_on=date(2023, 8, 1))
    single = make.make_measure(other, code="M003", title_en="Hydrogen", due_on=date(2023, 12, 31))
    make.make_measure(other, code="M004", title_en="Elsewhere", due_on=date(2023, 8, 1))
    for code, wan, stage in (("P0001", 300_000, "under_construction"), ("P0002", 150_000, "preparing")):
        make.make_project(plan, code=code, investment=wan, stage=stage, category="energy", name_en=f"Plant {code}")
    stopped = make.make_project(plan, code="P0003", investment=50_000, stage="suspended", category="energy")
    make.make_project(plan, code="P0004", investment=900_000, category="industry")
    make.make_problem(late, raised_on=date(2023, 7, 1), owner=late.lead_department, due_on=date(2023, 8, 20))
    make.make_problem(stopped, raised_on=date(2023, 8, 1), owner=late.lead_department)
    capacity = make.make_indicator("nre_capacity", name_zh="装机", name_en="Capacity", unit="GW", unit_zh="万千瓦")
    make.make_observation(capacity, "83.82", period="2023H1")
    make.make_target(capacity, value="90")
    share = make.make_indicator("coal_share", name_zh="煤电占比", name_en="Coal share")
    theme = make.make_theme(
        plan,
        "energy",
        number=1,
        name_zh="能源转型",
        name_en="Energy transition",
        note_en="What changes the mix.",
        sections=[energy],
        categories=[plan.categories.get(slug="energy")],
        indicators=[capacity, share],
        measures=[single],
    )
    make.make_theme(plan, "empty", number=2, name_zh="空专题", name_en="Nothing yet")
    rebuild_rollups()
    return SimpleNamespace(plan=plan, theme=theme, energy=energy, single=single, late=late)


def rows_at(address: str) -> int:
    """How many rows a list has."""
    answer = Client().get(address)
    assert answer.status_code == 200, address
    count: int = answer.context["page"].paginator.count
    return count


def linked(text: str, shown: str) -> str:
    """The address of the first figure that is written so."""
    found = re.search(rf'<a href="([^"]+)" class="figure[^"]*"[^>]*>\s*{re.escape(shown)}\s*</a>', text)
    assert found, shown
    return found[1].replace("&amp;", "&")


def test_one_sentence_says_it_all(site: Any) -> None:
    text = text_at("/themes/energy/")
    assert (
        "1 of 3 measures are completed, 1 overdue; 3 projects with an investment of 5.0 billion yuan; "
        "1 of 1 indicator has a target: Cannot judge 1; 2 problems are open, 2 overdue." in text
    )
    assert "What changes the mix." in text
    chinese = text_of(Client().get("/themes/energy/?lang=zh-hans").content.decode())
    assert (
        "3项措施已完成1项，逾期1项；3个项目总投资50亿元；1个指标中1个设有目标：无法判断1；问题2项未销号，逾期2项。"
        in re.sub(r"\s", "", chinese)
    )


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/measures/?theme=energy", 3),
        ("/measures/?theme=energy&status=completed", 1),
        ("/measures/?theme=energy&light=red", 1),
        ("/measures/?theme=empty", 0),
        ("/measures/?theme=energy,empty", 3),
        ("/projects/?theme=energy", 3),
        ("/projects/?theme=energy&stage=suspended", 1),
        ("/projects/?theme=empty", 0),
        ("/problems/?theme=energy&state=open", 2),
        ("/problems/?theme=energy&overdue=yes", 2),
        ("/problems/?theme=empty", 0),
    ],
)
def test_lists_know_the_theme(site: Any, path: str, count: int) -> None:
    assert rows_at(path) == count
    assert Client().get(f"/api/v1{path}").json()["count"] == count


def test_each_figure_leads_to_the_rows_that_it_counts(site: Any) -> None:
    text = page("/themes/energy/")
    figures = text[text.index("group-figures-5") : text.index('id="indicators"')]
    found = {
        re.findall(r'href="([^"]+)"', attributes)[0].replace("&amp;", "&"): int(shown)
        for attributes, shown in re.findall(r'<a ([^>]*class="figure[^"]*"[^>]*)>\s*(\d+)\s*</a>', figures)
    }
    assert sorted(found.values()) == [0, 1, 1, 2, 2, 2, 3, 3]
    for address, shown in found.items():
        assert rows_at(address) == shown, address
    assert linked(figures, "5.0") == "/projects/?ordering=-total_investment&theme=energy"


def test_what_is_late_comes_before_what_is_due_next(site: Any) -> None:
    text = page("/themes/energy/")
    part = text[text.index('id="measures"') : text.index('id="projects"')]
    assert re.findall(r">(Late|Hydrogen|Done|Elsewhere)<", part) == ["Late", "Hydrogen"]
    assert "28 days overdue" in part


def test_projects_by_stage_and_the_largest(site: Any) -> None:
    text = page("/themes/energy/")
    part = text[text.index('id="projects"') : text.index('id="problems"')]
    assert re.findall(r"Plant P\d+", part) == ["Plant P0001", "Plant P0002"]
    assert 'href="/projects/?stage=suspended&amp;theme=energy"' in part
    assert "P0004" not in part


def test_an_indicator_without_a_value_is_listed_where_it_has_a_target(site: Any) -> None:
    def part() -> str:
        text = page("/themes/energy/")
        return text[text.index('id="indicators"') : text.index('id="measures"')]

    assert "Capacity" in part() and "83.82" in part() and "Coal share" not in part()
    make.make_target(Indicator.objects.get(name_en="Coal share"), "55")
    assert re.search(r"Coal share</a></th>\s*<td class=\"number\">\s*—", part())
    assert "No value yet" in part()


def test_an_empty_theme_and_a_plan_without_any_say_so(site: Any) -> None:
    assert "This theme has no members yet." in text_at("/themes/empty/")
    site.plan.themes.all().delete()
    assert "The plan has no themes yet" in text_at("/themes/")
    assert Client().get("/themes/energy/").status_code == 404


def test_the_list_has_them_in_their_order_with_their_figures(site: Any) -> None:
    text = page("/themes/")
    assert re.findall(r'<th scope="row"><a href="/themes/(\w+)/[^"]*">', text) == ["energy", "empty"]
    assert "The plan has 2 themes; measures are overdue in" in text_at("/themes/")
    body = text[text.index("<tbody") : text.index("</tbody>")]
    assert rows_at(linked(body, "3")) == 3
    assert "/themes/energy/brief/" in body


def test_as_of_a_past_day_and_before_the_plan(site: Any) -> None:
    assert "0 of 3 measures are completed" in text_at("/themes/energy/?as_of=2023-06-01")
    assert "1 of 3 measures are completed, 1 more falls due on 1 August" in text_at("/themes/energy/?as_of=2023-07-01")
    for path in ("/themes/", "/themes/energy/", "/themes/energy/brief/"):
        assert "The day is before the plan began" in text_at(f"{path}?as_of=2022-12-01")


def test_compared_with_an_earlier_day(site: Any) -> None:
    assert "+1 since end of May" in text_at("/themes/energy/?compare=2023-05-31")
    assert "Completed since end of May" in text_at("/themes/?compare=2023-05-31")


def test_an_unknown_theme(site: Any) -> None:
    assert Client().get("/themes/none/").status_code == 404
    assert Client().get("/themes/none/brief/").status_code == 404
    answer = Client().get("/measures/?theme=none&lang=en")
    assert answer.status_code == 400
    assert "empty, energy" in answer.content.decode()
    assert Client().get("/api/v1/measures/?theme=none").status_code == 400
    make.make_plan("other", starts_on=date(2022, 1, 1))
    assert Client().get("/themes/energy/?plan=other").status_code == 404


def test_queries_are_few_and_do_not_grow(site: Any) -> None:
    paths = ("/themes/", "/themes/energy/", "/themes/energy/?compare=2023-05-31")
    before = [count_queries(Client(), path) for path in paths]
    for number in range(10):
        make.make_measure(site.energy, code=f"N{number:03}", due_on=date(2023, 8, 1 + number))
        make.make_project(site.plan, category="energy")
        make.make_problem(site.single, raised_on=date(2023, 8, 2))
        site.theme.indicators.add(make.make_indicator(f"more_{number}"))
        make.make_theme(site.plan, f"more-{number}", sections=[site.energy])
    rebuild_rollups()
    after = [count_queries(Client(), path) for path in paths]
    assert after == before
    assert max(after[:2]) <= 30


def test_search_finds_a_theme_by_name_or_initials(site: Any) -> None:
    for words in ("Energy transition", "能源转型", "nyzx"):
        text = page(f"/search/?q={words}")
        assert 'id="themes"' in text and 'href="/themes/energy/"' in text, words
    assert 'id="themes"' not in page("/search/?q=Hydrogen")
