"""The presentation: one part at a time, from the figures of the API."""

import re
from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from dashboard.figures import Figures
from dashboard.pages.links import Links
from dashboard.pages.presentation import presentation_context
from measures.models import Measure, Plan, Section
from rollups.models import StaleCell
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.pages import joined

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(today, open_reading):
    """Return a plan with six measures due before the day: Science completed one on time and one late and has two
    overdue, Energy one of two. A seventh has no due day."""
    section = make.make_section(slug="innovation", number=1, title_en="Innovation")
    science = make.make_department("science", short_en="Science")
    energy = make.make_department("energy", short_en="Energy")
    days = [date(2023, 4, 30)] * 2 + [date(2023, 6, 30)] * 2 + [date(2023, 8, 28), date(2023, 5, 31), None]
    leads = [science] * 4 + [energy] * 3
    measures = [make.make_measure(section, lead, due_on=due_on) for due_on, lead in zip(days, leads, strict=True)]
    for measure, on in zip(measures, [date(2023, 4, 30), date(2023, 5, 1)], strict=False):
        make.make_change(measure, "completed", on)
    make.make_change(measures[5], "completed", date(2023, 3, 1))
    return section.plan


def context(plan, part=1, on=date(2023, 8, 29)):
    with translation.override("en"):
        return presentation_context(Figures(plan, on), Links({}), part=part)


def values_of(plan, key):
    return {each.key: each.values for each in context(plan).parts}[key]


def page(query=""):
    answer = Client().get(f"/presentation/?lang=en{query}")
    assert answer.status_code == 200
    return joined(answer.content.decode())


def shown_parts(html):
    sections = re.findall(r"<section\b([^>]*)>", html)
    assert len(sections) == 5
    return [re.search(r'id="part-(\d)"', each)[1] for each in sections if not re.search(r"\shidden\b", each)]


@pytest.mark.parametrize("part", ["1", "2", "3", "4", "5"])
def test_all_parts_are_in_the_page_and_the_one_asked_for_is_shown(site, part):
    assert shown_parts(page(f"&part={part}")) == [part]


def test_the_first_part_is_shown_where_none_is_asked_for(site):
    assert shown_parts(page()) == ["1"]


def test_no_other_part_can_be_asked_for(site):
    answer = Client().get("/presentation/?part=6&lang=en")
    assert answer.status_code == 400
    assert "1, 2, 3, 4, 5" in answer.content.decode()


def test_links_keep_day_and_language(site):
    html = page("&as_of=2023-06-30&part=5")
    links = dict(re.findall(r'href="(\?[^"]*)"[^>]* data-(?:turn|part)="(-?\d)"', html.replace("&amp;", "&")))
    assert "Data as of 30 June 2023" in html
    assert links
    for address in links:
        assert "as_of=2023-06-30" in address and "lang=en" in address
    assert re.search(r'href="/\?(?=[^"]*as_of=2023-06-30)(?=[^"]*lang=en)[^"]*" data-leave', html.replace("&amp;", "&"))


def test_the_next_of_the_last_is_the_first(site):
    assert (context(site, 5).before, context(site, 5).after) == ("4", "1")
    assert (context(site, 1).before, context(site, 1).after) == ("5", "2")


def test_the_verdict_sums_and_calls_who_must_act_first(site):
    verdict = values_of(site, "verdict")
    assert verdict["days_overdue"] == [60, 60, 1]
    assert [(row["name"], row["overdue"]) for row in verdict["called"]] == [("Science", 2), ("Energy", 1)]
    html = page()
    assert "6 measures were due: 2 completed on time, 1 completed late, 3 overdue" in html
    assert "As of" not in re.search(r'<p class="said">(.*?)</p>', html)[1]


def test_months_count_what_falls_due_and_what_was_completed_in_each(site):
    columns = values_of(site, "months")["columns"]
    assert [each["due"] for each in columns] == [0, 0, 0, 2, 1, 2, 0, 1, 0, 0, 0, 0]
    assert [each["completed"] for each in columns] == [0, 0, 1, 1, 1, 0, 0, 0, None, None, None, None]
    assert [each["so_far"] for each in columns[:8]] == [0, 0, 1, 2, 3, 3, 3, 3]
    assert [each["is_current"] for each in columns].index(True) == 7


def test_completions_of_earlier_years_count_so_far(site):
    Plan.objects.filter(pk=site.pk).update(starts_on=date(2022, 1, 1))
    measure = make.make_measure(Section.objects.get(), make.make_department(), listed_on=date(2022, 1, 3))
    make.make_change(measure, "completed", date(2022, 12, 1))
    assert [each["so_far"] for each in values_of(site, "months")["columns"][:3]] == [1, 1, 2]


def test_who_must_act_has_six_rows_and_counts_the_others(site):
    section = make.make_section(slug="other", number=2)
    for number in range(7):
        lead = make.make_department(f"lead-{number}")
        make.make_measure(section, lead, due_on=date(2023, 7, 1 + number))
    table = values_of(site, "urgent")["tables"][0]
    assert [row["overdue"] for row in table["rows"]] == [2, 1, 1, 1, 1, 1]
    assert table["rows"][0]["in_time"] == "1 of 4"
    assert table["others"] == "3 others: 1 overdue each"


def test_open_problems_stand_below_who_must_act(site):
    assert values_of(site, "urgent")["problems"] == ""
    measure = Measure.objects.first()
    # Waits for the office since twenty days, of which it has seven.
    make.make_problem(measure, date(2023, 8, 9))
    make.make_problem(measure, date(2023, 8, 19), steps=["assign"], due_on=date(2023, 8, 26))
    assert "2 problems are not closed; 2 overdue, the longest by 13 days; the oldest is 20 days old." in page("&part=3")


def test_the_parts_of_what_the_plan_hides_are_left_out_and_the_others_numbered_anew(site):
    Plan.objects.update(hidden_modules=["projects", "regions"])
    assert [(each.number, each.key) for each in context(Plan.objects.get()).parts] == [
        ("1", "verdict"),
        ("2", "months"),
        ("3", "urgent"),
        ("4", "outcomes"),
    ]
    assert context(Plan.objects.get(), 5).shown == "Outcomes"
    Plan.objects.update(hidden_modules=["measures", "projects", "indicators"])
    assert [each.key for each in context(Plan.objects.get()).parts] == ["verdict"]


def test_nothing_overdue_says_so(today, open_reading):
    section = make.make_section()
    make.make_measure(section, make.make_department("science"))
    html = page("&part=3")
    assert "No measure is overdue." in html and "None is overdue" in html


def test_before_the_plan_it_says_so(site):
    assert "The plan begins on 1 January 2023." in page("&as_of=2022-12-31")


def test_it_says_of_when_the_totals_are(site, monkeypatch):
    at = make.shanghai(date(2023, 8, 29))
    for module in ("rollups.engine", "rollups.freshness"):
        monkeypatch.setattr(f"{module}.now", lambda: at)
    make.make_project()
    rebuild_rollups()
    assert "Updated at 09:00" in page()
    StaleCell.objects.create(kind="projects", key=[site.pk, 1, "energy", "completed"], marked_at=at)
    assert "Totals are being refreshed" in page()


def test_a_site_without_a_plan(today, open_reading):
    assert "This site is being set up" in page()


def test_the_demonstration_says_that_it_is_one(site, settings):
    assert "not official statistics" not in page()
    settings.PILOTZONE_DEMO = True
    assert "not official statistics" in page()


def test_it_asks_the_database_no_more_with_more_rows(demonstration, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        page()
