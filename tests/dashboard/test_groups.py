"""Priority areas and departments: who must act first, what a department takes part in, and what it did."""

import html
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department
from dashboard.figures import MIN_MEASURES_TO_RANK
from dashboard.pages.groups import FIRST_MEASURES
from measures.models import Measure, Report, StatusChange
from tests import factories as make
from tests.pages import joined
from web.site import site_profile

pytestmark = pytest.mark.django_db


def words_of(markup: str) -> str:
    """The text of a part of a page, without a space before its punctuation."""
    markup = re.sub(r"<script.*?</script>", "", markup, flags=re.DOTALL)
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())
    return re.sub(r" (?=[;,.)])", "", words).replace("( ", "(")


def text_at(address: str) -> str:
    whole = page(address)
    return words_of(whole[whole.index("<main") :])


def page(address: str) -> str:
    answer = Client().get(f"{address}{'&' if '?' in address else '?'}lang=en")
    assert answer.status_code == 200, address
    return joined(answer.content.decode())


def count_queries(client: Client, address: str) -> int:
    # A process reads it once.
    site_profile()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def names(text: str, kind: str) -> list[str]:
    """The names in the first table of a page, in its order."""
    table = re.findall(r"<table.*?</table>", text, re.DOTALL)[0]
    return re.findall(rf'<th scope="row"><a href="/{kind}/[\w-]+/[^"]*">([^<]+)</a>', table)


@pytest.fixture
def site(today: date, open_reading: None, settings: Any) -> Any:
    """Return a plan in which, on 2023-08-29, Agriculture has one overdue for 29 days and one completed late; Culture
    one for 60 days; Energy two, the longest for 14; Finance one completed on time; Health none that was due."""
    settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 1, 1)
    section = make.make_section(slug="innovation", number=1, title_en="Innovation")
    departments = {
        slug: make.make_department(slug, number=number, short_en=slug.title(), name_en=slug.title())
        for number, slug in enumerate(("agriculture", "culture", "energy", "finance", "health"), start=1)
    }

    def measure(slug: str, due_on: date | None, completed_on: date | None = None) -> Measure:
        found = make.make_measure(section, departments[slug])
        Measure.objects.filter(pk=found.pk).update(due_on=due_on)
        if completed_on:
            make.make_change(found, "completed", completed_on)
        return found

    measure("agriculture", date(2023, 7, 31))
    measure("agriculture", date(2023, 5, 31), date(2023, 6, 2))
    measure("culture", date(2023, 6, 30))
    measure("energy", date(2023, 8, 15))
    measure("energy", date(2023, 8, 20))
    measure("finance", date(2023, 6, 30), date(2023, 6, 30))
    measure("health", date(2023, 9, 30))
    measure("health", None)
    return section.plan


class TestOrder:
    def test_who_must_act_first_stands_first(self, site: Any) -> None:
        assert names(page("/departments/"), "departments") == ["Energy", "Culture", "Agriculture", "Finance", "Health"]

    def test_the_first_three_are_named(self, site: Any) -> None:
        lead = words_of(re.search(r'<p class="lead">.*?</p>', page("/departments/"), re.DOTALL)[0])  # type: ignore[index]
        assert lead.startswith(
            "As of 29 August 2023, 4 measures are overdue in 3 departments: "
            "Energy (2, longest 14 days), Culture (1, 60 days) and Agriculture (1, 29 days);"
        )
        assert "4 measures are overdue in 1 priority area: Innovation (4, longest 60 days)." in words_of(
            page("/sections/")
        )

    def test_of_more_than_three_the_others_are_left_out(self, site: Any) -> None:
        fishery = make.make_department("fishery", number=6, short_en="Fishery")
        late = make.make_measure(Measure.objects.first().section, fishery)  # type: ignore[union-attr]
        Measure.objects.filter(pk=late.pk).update(due_on=date(2023, 8, 28))
        text = text_at("/departments/")
        assert "5 measures are overdue in 4 departments, first of all Energy (2, longest 14 days), Culture" in text
        assert "Agriculture (1, 29 days);" in text

    def test_where_nothing_is_overdue_it_says_so(self, site: Any) -> None:
        assert "As of 31 May 2023, no measure is overdue;" in text_at("/departments/?as_of=2023-05-31")
        assert "The day is before the plan began" in page("/departments/?as_of=2022-12-31")

    def test_a_row_has_no_percentage_below_five_due(self, site: Any) -> None:
        [row] = [each for each in page("/departments/").split("<tr>") if ">Agriculture</a>" in each][:1]
        assert re.findall(r"\d+/\d+|[\d.]+%", words_of(row)) == ["0/2"]
        assert re.search(r'<a class="figure late" href="/measures/\?light=red&amp;department=agriculture">1</a>', row)
        assert "0/6" in text_at("/sections/") or "1/6" in text_at("/sections/")
        assert "16.7%" in page("/sections/")  # one of six

    def test_the_table_opens_in_the_apis_order(self, site: Any) -> None:
        for where, ordering in (
            ("/departments/", "urgency"),
            ("/departments/?ordering=-total", "-total"),
            ("/departments/?ordering=-rate", "-completion_rate"),
            ("/departments/?ordering=gap_to_plan", "gap_to_plan"),
            ("/departments/?ordering=-longest_overdue", "-longest_overdue"),
        ):
            shown = page(where)
            address = re.search(r'<code class="address">http://testserver(.*?)</code>', shown)
            assert address and f"ordering={ordering}" in address[1]
            rows = Client().get(address[1].replace("&amp;", "&")).json()["results"]
            assert [row["key"].title() for row in rows] == names(shown, "departments")

    def test_the_ranking_by_completion_is_a_way_to_sort(self, site: Any) -> None:
        usual = page("/departments/")
        assert '<a href="?lang=en&amp;ordering=-rate">Rank by completion rate</a>' in usual
        assert "Rank</th>" not in usual
        for _more in range(4):
            make.make_measure(Measure.objects.first().section, Department.objects.get(slug="health"))  # type: ignore[union-attr]
        ranked = page("/departments/?ordering=-rate")
        assert names(ranked, "departments")[:2] == ["Finance", "Agriculture"]
        assert "The 1 department that leads 5 or more measures" in words_of(ranked)
        [health] = [each for each in ranked.split("<tr>") if ">Health</a>" in each][:1]
        assert re.search(r'<td class="number">1st</td>\s*<td class="number">0.0%</td>', health)

    def test_the_head_of_overdue_says_that_the_most_stand_first(self, site: Any) -> None:
        head = re.search(r'<th[^>]*aria-sort="([a-z]+)"[^>]*>\s*<a href="([^"]+)"', page("/departments/"))
        assert head and head[1] == "descending"
        assert head[2].endswith("ordering=-urgency")


class TestDepartment:
    @pytest.fixture
    def energy(self, site: Any) -> Department:
        """Takes part in two measures of others, one of which is overdue; its two own have four reports in the second
        quarter that are accepted (one behind a change of status), one that is not, and one of July."""
        energy = Department.objects.get(slug="energy")
        for slug in ("culture", "health"):
            joined_measure = Measure.objects.filter(lead_department__slug=slug).order_by("code").first()
            assert joined_measure
            joined_measure.participating_departments.add(energy)
        first, second = energy.led_measures.order_by("code")
        make.make_report(first, date(2023, 4, 20), status="in_progress", what_was_done_en="Began to build. " * 20)
        make.make_report(first, date(2023, 5, 20), what_was_done_en="Went on")
        make.make_report(second, date(2023, 6, 20), what_was_done_en="Prepared")
        make.make_report(second, date(2023, 5, 20), state="submitted", what_was_done_en="Not accepted")
        make.make_report(second, date(2023, 7, 20), what_was_done_en="In July")
        make.make_change(first, "in_progress", date(2023, 4, 3))
        return energy

    def test_lists_what_it_takes_part_in(self, energy: Department) -> None:
        text = text_at("/departments/energy/")
        assert "Measures it participates in 2 Led by other departments; 1 rated red, 1 rated yellow." in text
        shown = page("/departments/energy/")
        assert 'href="/measures/?participating=energy"' in shown
        assert "View all 2 measures it participates in" in text
        assert text_at("/measures/?participating=energy").count("Culture") >= 1
        assert "It participates in no measure of this plan." in page("/departments/finance/")

    def test_tells_what_its_accepted_reports_said_in_the_last_quarter(self, energy: Department) -> None:
        shown = page("/departments/energy/")
        text = words_of(shown)
        assert "Work in April to June 2023" in text
        assert "4 reports on 2 measures; 1 measure changed status, 0 of them to completed." in text
        assert "Began to build." in text and "Went on" in text and "Prepared" in text
        assert "Not accepted" not in text and "In July" not in text
        # A long text is cut.
        assert "…" in text and "Began to build. " * 10 not in text
        assert re.findall(r'rowspan="(\d)"', shown) == ["3", "1"]

    def test_tells_it_of_the_months_that_are_asked_for(self, energy: Department) -> None:
        assert "In July" in text_at("/departments/energy/?from=2023-07&to=2023-08")
        # Whichever comes first, and of one month alone.
        assert "Work in May to July 2023" in text_at("/departments/energy/?from=2023-07&to=2023-05")
        one = text_at("/departments/energy/?from=2023-04")
        assert "Work in April 2023" in one and "2 reports on 1 measure" in one
        none = text_at("/departments/energy/?from=2023-01&to=2023-02")
        assert "No accepted report and no change of status in these months" in none

    @pytest.mark.parametrize(
        ("query", "chosen"),
        [
            ("from=2023-01&to=2023-12&as_of=2023-03-31", ["2023-01", "2023-12"]),
            ("to=9999-12", ["9999-12", "9999-12"]),
            ("from=0001-01&to=2023-02", ["0001-01", "2023-02"]),
        ],
    )
    def test_the_form_shows_the_months_that_are_told_outside_the_plan_too(
        self, energy: Department, query: str, chosen: list[str]
    ) -> None:
        form = page(f"/departments/energy/?{query}").partition('<form class="period')[2].partition("</form>")[0]
        assert re.findall(r'<option value="([^"]*)" selected', form) == chosen

    def test_on_a_past_day_tells_what_was_filed_by_then(self, energy: Department) -> None:
        text = text_at("/departments/energy/?from=2023-04&to=2023-06&as_of=2023-05-19")
        assert "2 reports on 1 measure" in text and "Went on" not in text
        assert "Work in January to March 2023" in text_at("/departments/energy/?as_of=2023-05-19")
        # In the plan's first quarter: what there is of it.
        assert "Work in January to February 2023" in text_at("/departments/energy/?as_of=2023-02-10")
        assert "Work in" not in text_at("/departments/energy/?as_of=2022-12-31")

    def test_says_how_the_months_went(self, energy: Department) -> None:
        table = re.search(
            r'<section class="part" id="months">.*?</table>', page("/departments/agriculture/"), re.DOTALL
        )
        assert table
        rows = [words_of(each) for each in table[0].split("<tr>")[2:]]
        # One was completed in June, the other is overdue since July; the one of May was overdue at the end of no month.
        assert rows[1] == "Newly completed 0 0 0 0 0 1 0 0"
        assert rows[2] == "Overdue at the end of the month 0 0 0 0 0 0 0 1"

    def test_a_measure_that_is_overdue_says_for_how_long(self, energy: Department) -> None:
        shown = page("/departments/energy/")
        assert '<span class="late">14 days overdue</span>' in shown
        assert "14 days, 9 days" in words_of(shown)
        assert "32 days left" in text_at("/departments/health/")

    def test_of_many_measures_the_green_ones_are_folded(self, energy: Department) -> None:
        section = Measure.objects.first().section  # type: ignore[union-attr]
        for number in range(12):
            make.make_measure(
                section,
                energy,
                due_on=date(2023, 8, 1) if number < 6 else date(2024, 6, 30),
                listed_on=date(2023, 8, 1),
            )
        context = Client().get("/departments/energy/").context
        lights = [[each.measure.light for each in context[name]] for name in ("measures", "more_measures")]
        assert len(lights[0]) >= FIRST_MEASURES and "red" not in lights[1] and "yellow" not in lights[1]
        assert lights[0].count("red") == context["counts"]["overdue"] >= 6
        assert f"{len(lights[1])} more measures, rated green" in text_at("/departments/energy/")

    def test_what_is_not_green_is_never_folded(self, energy: Department) -> None:
        section = Measure.objects.first().section  # type: ignore[union-attr]
        for _n in range(FIRST_MEASURES + 3):
            make.make_measure(section, energy, due_on=date(2023, 8, 1))
        context = Client().get("/departments/energy/").context
        assert len(context["measures"]) > FIRST_MEASURES
        assert {each.measure.light for each in context["more_measures"]} <= {"green"}

    @pytest.mark.parametrize(
        ("words", "more", "is_nothing"),
        [
            ("本月状态无变化。", {}, True),
            ("状态无变化，各项工作有序推进。", {}, True),
            ("完成招标。", {}, False),
            ("本月状态无变化。", {"status": "completed"}, False),
            ("本月状态无变化。", {"problem_zh": "缺地"}, False),
        ],
    )
    def test_a_report_says_that_nothing_changed(self, words: str, more: dict[str, str], is_nothing: bool) -> None:
        report = Report(what_was_done_zh=words, **{"status": "promoting", "against_status": "promoting", **more})
        assert report.says_no_change == is_nothing

    def test_a_department_of_few_measures_has_no_gap(self, energy: Department) -> None:
        assert Measure.objects.filter(lead_department=energy).count() < MIN_MEASURES_TO_RANK
        assert "Versus planned completion" not in text_at("/departments/energy/")

    def test_asks_a_fixed_number_of_queries(self, energy: Department) -> None:
        client = Client()
        before = count_queries(client, "/departments/energy/")
        section = Measure.objects.first().section  # type: ignore[union-attr]
        for number in range(5):
            own, other = make.make_measure(section, energy), make.make_measure(section)
            other.participating_departments.add(energy)
            make.make_report(own, date(2023, 5, 20), status="in_progress")
            make.make_change(own, "in_progress", date(2023, 5, 3 + number))
        assert count_queries(client, "/departments/energy/") == before


class TestQuestions:
    """Questions of officials before a meeting, each answered within two clicks."""

    @pytest.fixture(autouse=True)
    def _demonstration(self, demonstration: None) -> None:
        pass

    def test_what_did_industry_and_it_do_in_the_second_quarter(self) -> None:
        expected = Report.objects.filter(
            department__slug="industry-information",
            state="accepted",
            period__in=[date(2023, 4, 1), date(2023, 5, 1), date(2023, 6, 1)],
        )
        assert expected.count() == 75
        assert 'href="/departments/"' in page("/")
        assert 'href="/departments/industry-information/"' in page("/departments/")
        shown = page("/departments/industry-information/")
        assert "Work in April to June 2023" in words_of(shown)
        assert "75 reports on 26 measures" in words_of(shown)
        work = shown[shown.index('id="work"') :]
        # Those that say no more than that nothing changed are folded.
        telling = [each for each in expected if not each.says_no_change]
        assert 0 < len(telling) < 30
        assert sum(int(each) for each in re.findall(r'rowspan="(\d+)"', work)) == len(telling)
        unchanged = len({each.measure_id for each in expected} - {each.measure_id for each in telling})
        assert f"No change: {unchanged} measures" in words_of(work)
        changes = StatusChange.objects.effective().filter(
            measure__lead_department__slug="industry-information",
            effective_on__range=(date(2023, 4, 1), date(2023, 6, 30)),
        )
        moved = changes.values("measure").distinct().count()
        assert f"{moved} measures changed status" in words_of(shown)

    def test_which_measures_does_finance_take_part_in(self) -> None:
        codes = set(Measure.objects.filter(participating_departments__slug="finance").values_list("code", flat=True))
        assert len(codes) == 51
        shown = page("/departments/finance/")
        assert "Measures it participates in 51" in words_of(shown)
        address = re.search(r'href="(/measures/\?participating=finance)"', shown)
        assert address
        assert "51 results" in text_at(address[1]) or ">51<" in page(address[1])
        rows = Client().get("/api/v1/measures/?participating=finance&page_size=1000").json()["results"]
        assert {row["code"] for row in rows} == codes

    def test_who_must_act_first(self) -> None:
        text = text_at("/departments/")
        assert (
            "10 measures are overdue in 9 departments, first of all Natural Resources (2, longest 60 days), "
            "Water Resources (1, 90 days) and Civil Affairs (1, 60 days)" in text
        )


def test_what_only_operators_need_is_not_shown_to_the_public(site: Any) -> None:
    address = "/explain/?figure=measures.completed"
    assert "Cells summed" not in page(address)
    client = Client()
    client.force_login(make.make_user("admin", is_superuser=True))
    assert "Cells summed" in client.get(f"{address}&lang=en").content.decode()


def test_the_menu_leads_to_the_priority_areas_and_the_foot_to_the_plan(site: Any) -> None:
    shown = page("/")
    nav = shown[shown.index('<ul class="nav-list">') :]
    hrefs = re.findall(r'href="([^"]+)"', nav[: nav.index("</ul>")])
    rows = ["/measures/", "/projects/", "/indicators/", "/themes/", "/problems/?state=open"]
    assert hrefs == ["/", "/sections/", *rows, "/departments/", "/cities/"]
    assert 'href="/plan/"' in shown[shown.index("<footer") :]
