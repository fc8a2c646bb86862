"""One search for the whole site: what it finds, of which plan and day, and what no words do to it."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.pages import text_of
from web.site import site_profile

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

KINDS = ("Measures", "Projects", "Indicators", "Departments", "Cities", "Accepted reports", "Problems", "Themes")


@pytest.fixture
def site(today: date, open_reading: None) -> Any:
    """Hydrogen (氢能) in every kind of rows, beside rows without it."""
    section = make.make_section(slug="innovation", number=1)
    energy = make.make_department(
        "energy", name_zh="省能源局", name_en="Energy Administration", short_zh="能源局", short_en="Energy"
    )
    measure = make.make_measure(
        section, energy, code="M028", title_zh="实施氢能产业发展工程", title_en="Develop the hydrogen industry"
    )
    make.make_measure(section, energy, code="M029", title_zh="发展海上风电", title_en="Develop wind power at sea")
    make.make_project(code="P0001", name_zh="氢能示范项目", name_en="Hydrogen pilot", investment=312_000, city="370600")
    make.make_project(code="P0002", name_zh="氢能检测平台", name_en="Hydrogen testing", investment=1_000_000)
    make.make_project(code="P0003", name_zh="海上风电项目", name_en="Wind farm", investment=70_000)
    make.make_indicator("hydrogen_stations", name_zh="加氢站", name_en="Hydrogen stations")
    make.make_report(
        measure, date(2023, 7, 24), what_was_done_zh="产业基地一期主体完工，3家<氢能>企业入驻。", what_was_done_en=""
    )
    return section.plan


def page(q: str, **query: str) -> str:
    answer = Client().get("/search/?" + urlencode({"q": q, "lang": "en", **query}))
    assert answer.status_code == 200
    return answer.content.decode()


def counts(html: str) -> dict[str, int]:
    """Return the counts of the list at the left by the label of each kind; empty where nothing was found."""
    listed = re.findall(r"<li[^>]*>(?:<a [^>]*>)?([\w ]+?)(?:</a>)? <(?:strong|span)>([\d,]+)</", html)
    return {label: int(count.replace(",", "")) for label, count in listed}


def numbers(*found: int, problems: int = 0, themes: int = 0) -> dict[str, int]:
    return dict(zip(KINDS, [*found, problems, themes], strict=True))


class TestWhatIsFound:
    @pytest.mark.parametrize(
        ("q", "found"),
        [
            # Measures, projects, indicators, departments, cities, reports.
            ("氢能", (1, 2, 0, 0, 0, 1)),
            ("氢", (1, 2, 1, 0, 0, 1)),
            ("qn", (1, 2, 0, 0, 0, 0)),
            ("hydrogen", (1, 2, 1, 0, 0, 0)),
            ("HYDROGEN pilot", (0, 1, 0, 0, 0, 0)),
            ("m028", (1, 0, 0, 0, 0, 1)),
            ("P0003", (0, 1, 0, 0, 0, 0)),
            ("energy", (0, 0, 0, 1, 0, 0)),
            ("nyj", (0, 0, 0, 1, 0, 0)),
            ("烟台", (0, 0, 0, 0, 1, 0)),
            ("Yantai", (0, 0, 0, 0, 1, 0)),
            ("yt", (0, 0, 0, 0, 1, 0)),
            ("370600", (0, 0, 0, 0, 1, 0)),
            ("企业入驻", (0, 0, 0, 0, 0, 1)),
        ],
    )
    def test_each_word_in_each_kind(self, site: Any, q: str, found: tuple[int, ...]) -> None:
        assert counts(page(q)) == numbers(*found)

    def test_found_words_are_bold_and_the_sum_of_the_projects_is_said(self, site: Any) -> None:
        html = page("氢能", lang="zh-hans")
        assert "实施<b>氢能</b>产业发展工程" in html
        assert "3家&lt;<b>氢能</b>&gt;企业入驻。" in html
        words = text_of(html)
        assert "总投资131.2亿元" in words
        assert words.index("检测平台") < words.index("示范项目"), "the largest comes first"

    def test_words_of_the_other_language_are_shown_beside_the_name(self, site: Any) -> None:
        html = page("氢能")
        assert "Develop the hydrogen industry" in html
        assert '<span lang="zh-Hans">实施<b>氢能</b>产业发展工程</span>' in html

    def test_its_rows_lead_to_their_pages(self, site: Any) -> None:
        html = page("氢能", as_of="2023-07-31")
        assert 'href="/measures/M028/?as_of=2023-07-31"' in html
        assert 'href="/projects/P0001/?as_of=2023-07-31"' in html
        assert 'href="/departments/energy/?as_of=2023-07-31"' in page("能源局", as_of="2023-07-31")
        assert 'href="/cities/370600/?as_of=2023-07-31"' in page("烟台", as_of="2023-07-31")

    def test_a_long_list_leads_to_the_list_that_has_all_of_it(self, site: Any) -> None:
        for _number in range(5):
            make.make_project(name_en="Hydrogen and more")
        html = page("hydrogen", as_of="2023-08-01")
        assert counts(html)["Projects"] == 7
        [address] = re.findall(r'href="(/projects/\?[^"]*)"', html.partition('id="projects"')[2])
        assert address == "/projects/?search=hydrogen&amp;as_of=2023-08-01"
        answer = Client().get(address.replace("&amp;", "&") + "&lang=en").content.decode()
        assert "7 results" in answer

    def test_problems_by_their_words_and_their_code_with_state_owner_and_days(self, site: Any) -> None:
        measure = make.make_measure(code="M031", title_zh="建设加氢站", title_en="Build stations")
        texts = {"text_zh": "部分园区存在<资金缺口>", "text_en": ""}
        for steps in ([], ["assign"]):
            make.make_problem(measure, date(2023, 7, 1), steps=steps, due_on=date(2023, 8, 20), **texts)
        make.make_problem(measure, date(2023, 7, 1)).steps.all()
        # Nobody reads a draft.
        measure.problems.create(number=9, **texts)
        html = page("资金缺口")
        assert counts(html)["Problems"] == 2
        assert '<a href="/measures/M031/problems/2/" lang="zh-Hans">部分园区存在&lt;<b>资金缺口</b>&gt;</a>' in html
        words = text_of(html)
        assert "Being solved" in words and "To be assigned" in words and words.count(" 9 days overdue") == 1
        # The office had seven days to assign the other.
        assert words.count("52 days overdue") == 1
        assert counts(page("M031-2"))["Problems"] == 1
        assert counts(page("m031"))["Problems"] == 3
        assert counts(page("M031-99999999999")) == {}
        # Before they were raised.
        assert counts(page("资金缺口", as_of="2023-06-30")) == {}

    def test_more_problems_than_shown_lead_to_their_list(self, site: Any) -> None:
        measure = make.make_measure(code="M031")
        for _number in range(6):
            make.make_problem(measure, text_en="No money for stations")
        html = page("no money")
        assert counts(html)["Problems"] == 6 and html.count('/problems/6/"') + html.count('/problems/5/"') == 1
        [address] = re.findall(r'href="(/problems/\?[^"]*)"', html.partition('id="problems"')[2])
        listed = Client().get(address.replace("&amp;", "&") + "&lang=en").content.decode()
        assert "6 results" in listed

    def test_all_reports_are_on_pages_of_their_own(self, site: Any) -> None:
        measure = make.make_measure(code="M030")
        for _number in range(60):
            make.make_report(measure, date(2023, 8, 1), what_was_done_en="Tested stations")
        html = page("stations")
        assert counts(html)["Accepted reports"] == 60
        assert 'href="/search/?q=stations&amp;kind=reports"' in html
        first, last = page("stations", kind="reports"), page("stations", kind="reports", page="2")
        assert [each.count("Tested <b>stations</b>") for each in (html, first, last)] == [5, 50, 10]


class TestWhatIsNot:
    def test_rows_of_another_plan(self, site: Any) -> None:
        other = make.make_plan("other", starts_on=date(2022, 1, 1))
        make.make_project(other, name_zh="氢能公交")
        there = make.make_measure(plan=other, title_zh="氢能走廊")
        make.make_report(there, date(2023, 7, 1), what_was_done_zh="氢能走廊开工")
        assert counts(page("氢能")) == numbers(1, 2, 0, 0, 0, 1)
        html = page("氢能", plan="other")
        assert counts(html) == numbers(1, 1, 0, 0, 0, 1)
        assert "plan=other" in html and "产业发展工程" not in html

    def test_what_came_after_the_day(self, site: Any) -> None:
        make.make_project(name_zh="氢能港口", listed_on=date(2023, 8, 1))
        make.leave(make.make_project(name_zh="氢能渔船"), "withdrawn", date(2023, 6, 1))
        assert counts(page("氢能"))["Projects"] == 3
        assert counts(page("氢能", as_of="2023-07-23")) == numbers(1, 2, 0, 0, 0, 0)

    @pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
    def test_a_report_that_was_not_accepted(self, site: Any, state: str) -> None:
        measure = make.make_measure(code="M030")
        make.make_report(measure, date(2023, 8, 1), state=state, what_was_done_zh="氢能保密")
        html = page("氢能")
        assert counts(html)["Accepted reports"] == 1
        assert "保密" not in html

    def test_without_an_account_where_reading_is_closed(self, site: Any, settings: Any) -> None:
        settings.PILOTZONE_PUBLIC_READING = False
        answer = Client().get("/search/?q=氢能")
        assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


NASTY = [
    "%",
    "_",
    "\\",
    "%' OR 1=1 --",
    '"><script>alert(1)</script>',
    "😀",
    "\0",
    "x\0y",
    "x",
    "(",
    "[a-z]+$",
    "$",
    "zz" * 4,
    " ".join(["qn"] * 30),
    "\u202e氢",
    "NULL",
]


@pytest.mark.parametrize("q", NASTY, ids=range(len(NASTY)))
def test_anything_at_all_is_answered_with_a_page(site: Any, q: str) -> None:
    html = page(q)
    assert "<h1>Search</h1>" in html
    assert "<script>alert" not in html


@pytest.mark.parametrize("q", ["%", "__", "\\", "[a-z]+$", "氢%能", "氢_"])
def test_wildcards_are_signs_like_others(site: Any, q: str) -> None:
    assert "Nothing was found" in page(q)
    make.make_project(name_en=f"Sign {q} here")
    assert counts(page(q))["Projects"] == 1


def test_nothing_asked_is_nothing_searched(site: Any) -> None:
    for q in ("", "  ", "\0"):
        html = page(q)
        assert counts(html) == {} and "Nothing was found" not in html


@pytest.mark.parametrize("q", ["氢" * 101, "字" * 50_000, "ab " * 33_000], ids=["101", "50,000", "words"])
@pytest.mark.parametrize("kind", ["all", "reports"])
def test_more_than_can_be_searched_for_is_refused_and_not_said_again(site: Any, q: str, kind: str) -> None:
    answer = Client().get("/search/", {"q": q, "kind": kind, "as_of": "2023-07-31", "lang": "en"})
    html = answer.content.decode()
    assert answer.status_code == 400
    assert f"At most 100 characters; there are {len(q.strip())}." in text_of(html)
    assert len(html) < 30_000
    assert "as_of=2023-07-31" in html, "what else was asked for stays"


def test_as_much_as_can_be_searched_for_is_searched_for(site: Any) -> None:
    assert "Nothing was found" in page("氢" * 100)
    assert "Nothing was found" in page("氢" * 100 + " " * 9)


@pytest.mark.parametrize("path", ["/measures/", "/projects/", "/indicators/"])
def test_a_list_refuses_what_a_database_could_not_take(site: Any, path: str) -> None:
    """SQLite has no place for a thousand conditions."""
    answer = Client().get(path, {"search": "ab " * 1_200, "lang": "en"})
    assert answer.status_code == 400
    assert "At most 100 characters; there are 3599" in text_of(answer.content.decode())


def test_a_site_without_a_plan_says_so(today: date, open_reading: None) -> None:
    assert "This site is being set up" in page("氢能")


def test_the_number_of_queries_does_not_grow_with_the_rows(site: Any) -> None:
    def queries() -> int:
        site_profile()
        with CaptureQueriesContext(connection) as made:
            page("hydrogen")
        return len(made)

    make.make_report(make.make_measure(), date(2023, 8, 1), what_was_done_en="Hydrogen")
    make.make_department(name_en="Hydrogen")
    make.make_problem(make.make_measure(), text_en="Hydrogen")
    few = queries()
    for number in range(8):
        measure = make.make_measure(title_en=f"Hydrogen {number}")
        make.make_project(name_en=f"Hydrogen {number}")
        make.make_department(name_en=f"Hydrogen {number}")
        make.make_indicator(name_en=f"Hydrogen {number}")
        make.make_report(measure, date(2023, 8, 1), what_was_done_en="Hydrogen")
        make.make_problem(measure, text_en="Hydrogen")
    assert queries() == few
    assert few <= 17


def test_the_box_is_in_the_head_of_every_page_and_keeps_day_and_plan(site: Any) -> None:
    html = Client().get(f"/measures/?as_of=2023-07-31&plan={site.slug}&status=completed&lang=en").content.decode()
    [box] = re.findall(r'<form\s+class="site-search".*?</form>', html.partition('<nav class="site-nav"')[0], re.DOTALL)
    assert 'action="/search/"' in box
    assert re.findall(r'type="hidden" name="(\w+)"', box) == ["as_of", "plan"]
