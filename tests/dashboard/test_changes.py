"""Differences between two days, worked out by hand on a small plan.

Between 31 May and 29 August 2023: M001 promoting -> in progress -> completed; M002 completed -> reopened (in
progress); M003 -> in progress; M004 unchanged, for its completion in June was a mistake that was put right; M005 was
recorded in July as in progress from 20 May on, so it was that on 31 May already; M006 listed in July, in progress since
August; M007 unchanged.
"""

import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.html import strip_tags

from core.scope import ScopeKind
from dashboard.changes import (
    Changes,
    EarlierFigures,
    Fall,
    earlier_figures,
    fallen_most,
    figure_changes,
    indicator_changes,
)
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.overview.attention import format_fallen
from indicators.models import Indicator
from measures.editing.scope import change_scope
from measures.models import Measure
from measures.timeline import load_history
from projects.models import Project
from projects.services import change_scope as change_project_scope
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.pages import text_of
from web.limits import thresholds
from web.site import site_profile

pytestmark = pytest.mark.django_db

NOW, THEN = date(2023, 8, 29), date(2023, 5, 31)


@pytest.fixture
def plan(today, open_reading, settings):
    settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 8, 1)
    plan = make.make_plan()
    section = make.make_section(plan, slug="innovation", number=1, title_en="Innovation")
    science = make.make_department("science", short_en="Science")
    energy = make.make_department("energy", short_en="Energy")

    def measure(code, lead=science, **fields):
        return make.make_measure(section, lead, code=code, title_en=f"Title of {code}", **fields)

    first = measure("M001", due_on=date(2023, 12, 31))
    make.make_change(first, "in_progress", date(2023, 6, 5))
    make.make_change(first, "completed", date(2023, 7, 10), old_status="in_progress")
    second = measure("M002", due_on=date(2023, 8, 1))
    make.make_change(second, "completed", date(2023, 4, 1))
    make.make_change(second, "in_progress", date(2023, 6, 20), old_status="completed")
    third = measure("M003", energy)
    make.make_change(third, "in_progress", date(2023, 8, 15))
    fourth = measure("M004")
    wrong = make.make_change(fourth, "completed", date(2023, 6, 10))
    make.make_change(
        fourth,
        "promoting",
        date(2023, 6, 5),
        old_status="completed",
        supersedes=wrong,
        recorded_at=make.shanghai(date(2023, 7, 1)),
    )
    fifth = measure("M005")
    make.make_change(
        fifth,
        "in_progress",
        date(2023, 5, 20),
        recorded_at=make.shanghai(date(2023, 7, 5)),
        report=make.make_report(fifth, date(2023, 7, 5), status="in_progress"),
    )
    sixth = measure("M006", energy, listed_on=date(2023, 7, 3))
    make.make_change(sixth, "in_progress", date(2023, 8, 2))
    measure("M007")

    for slug in make.CATEGORIES:
        make.make_category(plan, slug)
    make.make_project(plan, investment=10_000, listed_on=THEN)
    make.make_project(plan, investment=25_000, listed_on=date(2023, 6, 1))
    make.make_project(plan, investment=5_000, listed_on=NOW, category="innovation")
    make.make_project(make.make_plan("other"), investment=77_000, listed_on=date(2023, 6, 1))

    growth = make.make_indicator("gdp_growth_ytd", name_en="GDP growth", headline=1, cumulative=True)
    quarter = {"period": "2023Q1", "period_kind": "quarter", "period_end": date(2023, 3, 31)}
    make.make_observation(growth, "4.7", released_on=date(2023, 4, 18), **quarter)
    make.make_observation(growth, "6.2")
    make.make_observation(growth, "5.5", region_code="100000")
    amount = make.make_indicator("gdp_ytd", name_en="GDP", unit="100 million yuan", headline=2, cumulative=True)
    make.make_observation(amount, "20411", released_on=date(2023, 4, 18), **quarter)
    make.make_observation(amount, "44125", verified=False)
    return plan


def get(address):
    if "lang=" in address:
        return Client().get(address)
    separator = "&" if "?" in address else "?"
    return Client().get(f"{address}{separator}lang=en")


def page(address):
    answer = get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def changes(plan, now=NOW, then=THEN):
    return Changes(Figures(plan, now), Figures(plan, then))


def test_measures_that_fell_back_come_first_then_the_completed_the_others_and_the_new(plan):
    rows = [
        (each.measure.code, each.status_then, each.status.value, each.since, each.light_then, each.light)
        for each in changes(plan).measures
    ]
    assert rows == [
        ("M002", "completed", "in_progress", date(2023, 6, 20), "green", "red"),
        ("M001", "promoting", "completed", date(2023, 7, 10), "yellow", "green"),
        ("M003", "promoting", "in_progress", date(2023, 8, 15), "yellow", "green"),
        ("M006", None, "in_progress", date(2023, 8, 2), None, "green"),
    ]
    counts = {"changed": 3, "completed": 1, "fell_back": 1, "newly_listed": 1, "left": 0, "returned": 0}
    assert changes(plan).counts == counts


def test_a_change_of_the_first_of_the_two_days_is_none_between_them(plan):
    assert [each.measure.code for each in changes(plan, then=date(2023, 6, 20)).measures] == ["M001", "M003", "M006"]
    assert changes(plan, then=date(2023, 6, 19)).measures[0].measure.code == "M002"
    assert [each.measure.code for each in changes(plan, now=date(2023, 7, 9)).measures] == ["M002", "M001", "M006"]
    assert changes(plan, now=date(2023, 5, 21), then=date(2023, 5, 20)).measures == []


def test_a_row_entered_late_counts_from_its_own_day(plan):
    assert [each.measure.code for each in changes(plan, now=THEN, then=date(2023, 5, 19)).measures] == ["M005"]


def test_figures_then_and_now(plan):
    found = figure_changes(Figures(plan, NOW), Figures(plan, THEN))
    measures = {path: each for path, each in found.items() if path.startswith("measures.")}
    assert {path: (each.then, each.now, each.change) for path, each in measures.items()} == {
        "measures.total": (6, 7, 1),
        "measures.completed": (1, 1, 0),
        "measures.in_progress": (1, 4, 3),
        "measures.promoting": (4, 2, -2),
        # 151 of 1096 days, 241 of 1096.
        "measures.completion_rate": (Decimal("16.7"), Decimal("14.3"), Decimal("-2.4")),
        "measures.time_elapsed": (Decimal("13.8"), Decimal("22.0"), Decimal("8.2")),
        "measures.gap": (Decimal("2.9"), Decimal("-7.7"), Decimal("-10.6")),
        "measures.due": (0, 1, 1),
        "measures.due_rate": (Decimal("0.0"), Decimal("14.3"), Decimal("14.3")),
        "measures.gap_to_plan": (Decimal("16.7"), Decimal("0.0"), Decimal("-16.7")),
        "measures.lights.green": (1, 4, 3),
        "measures.lights.yellow": (5, 2, -3),
        "measures.lights.red": (0, 1, 1),
        # M002, due on 1 August.
        "measures.due_before": (0, 1, 1),
        "measures.completed_in_time": (0, 0, 0),
        "measures.completed_late": (0, 0, 0),
        "measures.overdue": (0, 1, 1),
        "measures.in_time_rate": (None, None, None),
        "measures.longest_overdue": (0, 28, 28),
        "measures.due_days_moved": (0, 0, 0),
        "measures.by_first_due_day.due_before": (0, 1, 1),
        "measures.by_first_due_day.completed_in_time": (0, 0, 0),
        "measures.by_first_due_day.completed_late": (0, 0, 0),
        "measures.by_first_due_day.overdue": (0, 1, 1),
        "measures.forecast.expected": (None, None, None),
        "measures.forecast.lowest": (None, None, None),
        "measures.forecast.highest": (None, None, None),
    }
    assert (found["projects.total"].then, found["projects.total"].change) == (1, 2)
    assert found["projects.total_investment"].change == 3
    assert found["projects.by_category.innovation.total_investment"].change == Decimal("0.5")


def test_before_the_plan_there_is_no_rate_to_compare_with(plan):
    found = figure_changes(Figures(plan, NOW), Figures(plan, date(2022, 12, 31)))
    assert (found["measures.total"].then, found["measures.total"].change) == (0, 7)
    assert (found["measures.gap"].then, found["measures.gap"].change) == (None, None)


def test_sums_of_different_periods_are_not_compared_but_rates_are(plan):
    now = indicator_changes(Figures(plan, NOW), THEN)
    growth, amount = now["indicators.gdp_growth_ytd.value"], now["indicators.gdp_ytd.value"]
    assert (growth.then, growth.now, growth.change) == (Decimal("4.7"), Decimal("6.2"), Decimal("1.5"))
    # The half year's sum is not verified: it is the first quarter's on both days.
    assert (amount.then, amount.change) == (20411, 0)
    plan_amount = amount.now
    from indicators.models import Observation

    Observation.objects.update(verified=True)
    amount = indicator_changes(Figures(plan, NOW), THEN)["indicators.gdp_ytd.value"]
    assert plan_amount == 20411
    assert (amount.then, amount.now, amount.change) == (None, 44125, None)
    early = indicator_changes(Figures(plan, NOW), date(2023, 4, 17))
    assert early["indicators.gdp_growth_ytd.value"].then is None


def test_projects_and_values_of_the_days_after_the_first_and_up_to_the_second(plan):
    found = changes(plan)
    assert (found.projects["total"], found.projects["total_investment"]) == (2, 3)
    assert found.projects["by_category"]["innovation"] == {"total": 1, "total_investment": Decimal("0.5")}
    assert found.projects["by_category"]["industry"] == {"total": 0, "total_investment": 0}
    assert [(each.indicator.code, each.period) for each in found.observations] == [("gdp_growth_ytd", "2023H1")]
    assert [each.period for each in changes(plan, then=date(2023, 7, 20)).observations] == []
    assert [each.period for each in changes(plan, then=date(2023, 7, 19)).observations] == ["2023H1"]


def test_members_have_the_figures_that_their_own_page_had_then(plan):
    then = Figures(plan, THEN)
    rows = Figures(plan, NOW).measures_by("department")
    found = earlier_figures(then, "department", rows)
    assert found == {row.key: row.figures for row in then.measures_by("department")}
    assert (found["science"]["total"], found["energy"]["total"]) == (5, 1)


def test_the_page_says_it_in_a_sentence_and_lists_the_rows(plan):
    html = page("/changes/?compare=2023-05-31")
    text = text_of(html)
    assert (
        "Since 31 May 2023, 1 turned red and 3 turned green ; "
        "3 measures changed status (1 completed, 1 reversed), 1 measure was newly listed; "
        "2 projects with an investment of 300 million yuan were listed; 1 indicator value was released." in text
    )
    assert "M002 Title of M002 Status reversed Completed Progress made Red light 2023-06-20 Science" in text
    assert "M001 Title of M001 Newly completed Under way Yellow light Completed 2023-07-10 Science" in text
    assert "M006 Title of M006 Newly listed — Progress made 2023-08-02 Energy" in text
    assert [row[0] for row in rows_of_part(html, "measures")] == ["M002", "M001", "M003", "M006"]
    assert "GDP growth H1 2023 6.2 % 2023-07-20" in text
    assert (
        'href="/projects/?category=innovation&amp;listed_from=2023-06-01&amp;listed_to=2023-08-29&amp;'
        'compare=2023-05-31"' in html
    )
    assert 'href="/measures/?changed=yes&amp;compare=2023-05-31"' in html
    assert '<a href="/indicators/?compare=2023-05-31">View all indicators' in html


def rows_of_part(html, part):
    """Texts of the cells of the rows of a part of the page."""
    body = html[html.index(f'<section class="part" id="{part}">') :]
    rows = re.findall(r"<tr>(.*?)</tr>", body[: body.index("</section>")], re.DOTALL)
    cells = (re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows[1:])
    return [[" ".join(strip_tags(cell).split()) for cell in row] for row in cells]


def test_it_leads_with_the_lights_that_turned_and_what_fell_due(plan):
    html = page("/changes/?compare=2023-05-31")
    assert html.index('id="lights"') < html.index('id="measures"')
    assert "1 turned red and 3 turned green. 1 measure fell due: 1 overdue." in text_of(html)
    assert rows_of_part(html, "lights") == [
        ["M002", "Title of M002", "Green", "Red", "28 days late", "2023-08-01", "Science"],
        ["M001", "Title of M001", "Yellow", "Green", "Completed on time", "2023-12-31", "Science"],
        ["M003", "Title of M003", "Yellow", "Green", "On course", "—", "Energy"],
        ["M005", "Title of M005", "Yellow", "Green", "On course", "—", "Science"],
    ]
    assert 'href="/measures/?due_from=2023-05-31&amp;due_to=2023-08-28&amp;compare=2023-05-31"' in html


def test_what_fell_due_is_told_from_the_day_compared_with_to_the_day_before(plan):
    lead = Measure.objects.get(code="M007").lead_department
    section = Measure.objects.get(code="M007").section
    late = make.make_measure(section, lead, code="M008", due_on=THEN)
    make.make_change(late, "completed", date(2023, 6, 2))
    make.make_measure(section, lead, code="M009", due_on=NOW)
    make.make_measure(section, lead, code="M010", due_on=date(2023, 5, 30))
    found = changes(plan)
    assert [each.measure.code for each in found.fell_due] == ["M002", "M008"]
    assert (found.punctuality.completed_late, found.punctuality.overdue) == (1, 1)
    now, then = found.now.due_figures["due_before"], found.then.due_figures["due_before"]
    assert now - then == len(found.fell_due)
    html = page("/changes/?compare=2023-05-31")
    assert "2 measures fell due: 1 completed late, 1 overdue." in text_of(html)
    [outcome] = [row[4] for row in rows_of_part(html, "lights") if row[0] == "M008"]
    assert outcome == "Completed 2 days late"


def test_each_figure_of_the_page_is_what_the_api_has_there(plan):
    html = page("/changes/?compare=2023-05-31&as_of=2023-08-20")
    marks = re.findall(r'data-figure="([^"]+)" data-value="([^"]*)"(?: data-source="([^"]+)")?', html)
    answers = {}

    def value(path, source):
        address = source.replace("&amp;", "&") or "/api/v1/summary/?as_of=2023-08-20"
        if address not in answers:
            answers[address] = Client().get(address).json()
        found = answers[address]
        for part in path.split("."):
            found = found[part]
        return "" if found is None else str(found)

    assert len(marks) > 50
    assert {source for *_rest, source in marks} == {
        "",
        "/api/v1/summary/?as_of=2023-05-31",
        "/api/v1/changes/?compare=2023-05-31&amp;as_of=2023-08-20",
    }
    assert [(path, shown) for path, shown, source in marks if value(path, source) != shown] == []


def test_amounts_are_whole_and_say_where_they_do_not_add_up(plan):
    text = text_of(page("/changes/?compare=2023-05-31"))
    # 1 was listed by May; 0.5 of innovation and 2.5 since: 1 and 4 are more than 4.
    assert "Investment 1 4 +3 100 million yuan" in text
    assert "Investment: Innovation 0 1 +1 100 million yuan" in text
    assert "Because of rounding, parts may not add up to the total." in text


def test_the_earlier_figure_opens_its_explanation_of_that_day(plan):
    html = page("/changes/?compare=2023-05-31")
    address = "/explain/?figure=measures.completed&amp;as_of=2023-05-31"
    assert f'href="{address}"' in html
    assert 'data-value="1"' in page(address.replace("&amp;", "&"))


def test_without_a_comparison_it_is_the_end_of_last_month(plan):
    assert "What changed from 31 July 2023 to 29 August 2023" in text_of(page("/changes/"))
    assert "What changed from 28 February 2023 to 31 March 2023" in text_of(page("/changes/?as_of=2023-03-31"))
    assert "What changed from 30 June 2023 to 29 August 2023" in text_of(page("/changes/?compare=last_quarter"))


def test_nothing_changed_is_said(plan):
    text = text_of(page("/changes/?compare=2023-08-28"))
    assert "Since 28 August 2023, no light turned ; no measure changed status; 1 project with" in text
    assert "No light turned. No measure fell due." in text
    text = text_of(page("/changes/?as_of=2023-02-20"))
    assert "no measure changed status; no project was listed; no indicator value was released." in text
    assert "No measure changed status, and none was newly listed" in text


def test_who_left_and_who_is_back_are_named_with_the_day_of_that(plan):
    by, project = make.make_user("rita", role="reviewer"), Project.objects.in_scope(THEN).first()
    first, second = Measure.objects.filter(code__in=["M004", "M007"]).order_by("code")
    change_scope(first, ScopeKind.SUSPENDED, by=by, effective_on=date(2023, 7, 3), reason="资金未到位")
    change_scope(second, ScopeKind.SUSPENDED, by=by, effective_on=date(2023, 5, 2), reason="资金未到位")
    change_scope(second, ScopeKind.RESUMED, by=by, effective_on=date(2023, 8, 4), reason="资金已到位")
    change_project_scope(project, ScopeKind.WITHDRAWN, by=by, effective_on=date(2023, 8, 5), reason="重复")
    html = page("/changes/?compare=2023-05-31")
    text = text_of(html)
    assert "1 was suspended or withdrawn, 1 was resumed;" in text
    assert "were listed, 1 was withdrawn;" in text
    assert re.search(r"suspended or withdrawn: 1 ?; resumed: 1 ?\.", text)
    assert "2023-07-03" in html and "2023-08-04" in html


def test_each_month_end_of_the_plan_before_the_day_is_one_click_away(plan):
    html = page("/changes/?as_of=2023-04-10")
    links = re.findall(r'<dd>\s*<a\s+href="([^"]+)"[^>]*>([^<]+)</a>', html)
    assert [(href.replace("&amp;", "&"), words.strip()) for href, words in links] == [
        ("/changes/?compare=2023-01-31&as_of=2023-04-10", "January"),
        ("/changes/?compare=2023-02-28&as_of=2023-04-10", "February"),
        ("/changes/?compare=2023-03-31&as_of=2023-04-10", "March"),
    ]
    assert re.search(r'aria-current="true"\s*>\s*March', html)


@pytest.mark.parametrize(
    "address", ["/", "/changes/", "/measures/", "/departments/", "/sections/", "/projects/", "/cities/", "/indicators/"]
)
@pytest.mark.parametrize("raw", ["2023-08-29", "2024-01-01", "yesterday", "2023-02-30"])
def test_what_cannot_be_compared_with_is_refused_in_the_frame_with_a_way_back(plan, address, raw):
    answer = get(f"{address}?compare={raw}&plan={plan.slug}")
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "or 2023-08-28 or an earlier day." in text_of(text)
    assert f'href="{address}?plan={plan.slug}&amp;lang=en"' in text


@pytest.mark.parametrize(
    "address", ["/changes/", "/", "/measures/", "/departments/science/", "/sections/", "/cities/", "/indicators/"]
)
@pytest.mark.parametrize("query", ["as_of=0001-02-01&compare=0001-01-01", "as_of=0001-04-01&compare=last_quarter"])
def test_the_calendar_s_first_days_can_be_compared(plan, address, query):
    assert get(f"{address}?{query}").status_code == 200


def test_the_calendar_s_first_month_has_no_month_before(plan):
    answer = get("/changes/?as_of=0001-01-15")
    assert answer.status_code == 400
    assert "There is no earlier day to compare with." in answer.content.decode()
    assert get("/?as_of=0001-01-15").status_code == 200


def test_a_site_without_a_plan_says_so(today, open_reading):
    assert "This site is being set up" in page("/changes/")
    assert "This site is being set up" in page("/?compare=last_month")


class TestPicker:
    def test_offers_the_ends_of_the_plan_s_months_and_what_to_compare_with(self, plan):
        html = page("/measures/?compare=last_quarter&status=completed")
        assert '<option value="2023-07-31" label="July 2023">' in html
        assert "2023-08-31" not in html
        assert '<option value="last_quarter" selected>' in html
        assert re.search(r'name="compare_day"\s+value="2023-06-30"', html)
        assert '<input type="hidden" name="status" value="completed">' in html
        _before, _form, picker = html.partition('<form class="as-of"')
        assert 'type="hidden" name="compare' not in picker.partition("</form>")[0]

    def test_a_day_of_choice_stays_chosen(self, plan):
        html = page("/?compare=2023-05-31")
        assert '<option value="day" selected>' in html
        assert re.search(r'name="compare_day"\s+value="2023-05-31"', html)

    def test_forms_have_none(self, plan):
        ada = make.make_user("ada", role="reporter", department=Measure.objects.get(code="M007").lead_department)
        client = Client()
        client.force_login(ada)
        for address in ("/workspace/", "/measures/M007/report/"):
            answer = client.get(f"{address}?compare=nonsense")
            assert answer.status_code == 200
            assert 'class="as-of"' not in answer.content.decode()

    def test_links_keep_the_comparison_but_not_those_into_the_api(self, plan):
        html = page("/?compare=2023-05-31")
        assert 'href="/measures/?compare=2023-05-31"' in html
        assert 'href="/departments/science/?compare=2023-05-31"' in html
        html = page("/departments/science/?compare=2023-05-31")
        [source] = set(re.findall(r'data-source="([^"]*figure=measures.completed&[^"]*)"', html))
        assert "compare" not in source
        assert get(source.replace("&amp;", "&")).status_code == 200


class TestMarks:
    def test_the_list_marks_what_differs_only_when_asked(self, plan):
        text = text_of(page("/measures/?compare=2023-05-31"))
        assert "Title of M001 Completed Changed was: Under way" in text
        assert "Title of M002 Progress made Status reversed was: Completed" in text
        assert "Title of M006 Progress made Newly listed Green" in text
        assert "Title of M004 Under way Yellow" in text
        assert "4 of these have changed since 31 May 2023" in text
        text = text_of(page("/measures/"))
        assert "Changed" not in text and "Newly listed" not in text

    def test_only_what_changed_can_be_shown(self, plan):
        text = text_of(page("/measures/?compare=2023-05-31&changed=yes"))
        assert re.findall(r"M\d+ Title", text) == ["M001 Title", "M002 Title", "M003 Title", "M006 Title"]
        text = text_of(page("/measures/?compare=2023-05-31&changed=no"))
        assert re.findall(r"M\d+ Title", text) == ["M004 Title", "M005 Title", "M007 Title"]
        # Without a day: since the end of July.
        text = text_of(page("/measures/?changed=yes"))
        assert re.findall(r"M\d+ Title", text) == ["M003 Title", "M006 Title"]

    def test_the_export_asks_the_api_the_same(self, plan):
        html = page("/measures/?compare=2023-05-31&changed=yes")
        [address] = set(re.findall(r'href="(/api/v1/measures/[^"]*format=csv)"', html))
        lines = b"".join(get(address.replace("&amp;", "&")).streaming_content).decode().splitlines()
        assert len(lines) == 5
        html = page("/projects/?compare=2023-05-31")
        [address] = set(re.findall(r'href="(/api/v1/projects/[^"]*format=csv)"', html))
        assert get(address.replace("&amp;", "&")).status_code == 200

    def test_departments_and_their_measures_show_the_change(self, plan):
        html = page("/departments/?compare=2023-05-31")
        assert "Completed since end of May" in html
        text = text_of(page("/departments/science/?compare=2023-05-31"))
        assert "Completed 1 unchanged since end of May" in text
        assert "Progress made 2 +1 since end of May" in text
        assert "Progress made Status reversed was: Completed" in text
        assert "since end of May" not in page("/departments/science/")

    def test_new_projects_are_marked_and_can_be_listed(self, plan):
        assert page("/projects/?compare=2023-05-31").count("Newly listed") == 2
        assert page("/projects/").count("Newly listed") == 0
        assert text_of(page("/projects/?listed_from=2023-06-01&listed_to=2023-08-28")).count("1 result") == 1


class TestPagesOfOne:
    """Each says how the one thing differs from the earlier day, where a day is named."""

    @pytest.mark.parametrize(
        ("code", "day", "words"),
        [
            ("M001", "2023-05-31", "On 31 May 2023: under way, yellow light; now: completed, green light."),
            ("M001", "2023-06-05", "On 5 June 2023: progress made, green light; now: completed, green light."),
            ("M001", "2023-07-10", "The same status and light as on 10 July 2023."),
            ("M002", "2023-05-31", "now: progress made, red light. Status reversed"),
            # The light alone: due on 1 August.
            ("M002", "2023-08-01", "On 1 August 2023: progress made, yellow light; now: progress made, red light."),
            ("M006", "2023-07-03", "On 3 July 2023: under way, green light; now: progress made, green light."),
            ("M006", "2023-07-02", "On 2 July 2023 it was not yet listed; it was listed on 3 July 2023."),
            ("M001", "2022-12-31", "On 31 December 2022 it was not yet listed; it was listed on 3 January 2023."),
        ],
    )
    def test_a_measure(self, plan, code, day, words):
        assert words in text_of(page(f"/measures/{code}/?compare={day}"))

    def test_a_measure_without_a_comparison_or_not_listed_by_the_page_s_day(self, plan):
        assert "The same status" not in page("/measures/M007/")
        assert "The same status" not in page("/measures/M006/?as_of=2023-07-02&compare=2023-07-01")

    def test_a_project(self, plan):
        measure = Measure.objects.get(code="M001")
        make.make_project(plan, code="P7001", listed_on=date(2023, 6, 1), measures=[measure])
        text = text_of(page("/projects/P7001/?compare=2023-05-31"))
        assert "Listed since 31 May 2023, on 1 June 2023." in text
        assert "Completed Changed was: Under way" in text
        text = text_of(page("/projects/P7001/?compare=2023-06-01"))
        assert "On 1 June 2023: under construction." in text
        make.make_project_month(Project.objects.get(code="P7001"), date(2023, 7, 1), stage="suspended")
        assert "On 30 July 2023: under construction." in text_of(page("/projects/P7001/?compare=2023-07-30"))
        assert "On 31 July 2023: suspended." in text_of(page("/projects/P7001/?compare=2023-07-31"))

    @pytest.mark.parametrize(
        ("code", "day", "words"),
        [
            ("gdp_growth_ytd", "2023-04-17", "First published since 17 April 2023."),
            ("gdp_growth_ytd", "2023-05-31", "Up 1.5 percentage points since 31 May 2023 (before: 4.7%, Q1 2023)."),
            ("gdp_growth_ytd", "2023-07-20", "No new figure since 20 July 2023."),
            ("gdp_ytd", "2023-05-31", "No new figure since 31 May 2023."),
        ],
    )
    def test_an_indicator(self, plan, code, day, words):
        assert words in text_of(page(f"/indicators/{code}/?compare={day}"))

    def test_an_indicator_of_sums_and_one_without_a_value(self, plan):
        amount = Indicator.objects.get(code="gdp_ytd")
        make.make_observation(amount, "44126", released_on=date(2023, 8, 1))
        text = text_of(page("/indicators/gdp_ytd/?compare=2023-05-31"))
        assert "New figure since 31 May 2023 (before: 2,041.1 billion yuan, Q1 2023)." in text
        assert "since" not in text_of(page("/indicators/gdp_ytd/?as_of=2023-01-31&compare=2022-12-31"))
        same = make.make_indicator("same", unit="GW")
        year = {"period": "2021", "period_start": date(2021, 1, 1), "period_end": date(2021, 12, 31)}
        make.make_observation(same, "5", released_on=date(2022, 3, 1), **year)
        make.make_observation(same, "5")
        assert "New figure since 31 May 2023, with the same value (before: 5 GW" in text_of(
            page("/indicators/same/?compare=2023-05-31")
        )

    def test_the_files_of_an_indicator_s_page_open(self, plan):
        html = page("/indicators/gdp_growth_ytd/?compare=2023-05-31")
        links = set(re.findall(r'href="(/api/v1/observations/[^"]*)"', html))
        assert len(links) == 4
        assert {get(link.replace("&amp;", "&")).status_code for link in links} == {200}

    def test_the_list_of_indicators(self, plan):
        text = text_of(page("/indicators/?compare=2023-05-31"))
        assert "Value on 2023-05-31 Period then Change since 2023-05-31" in text
        assert "GDP growth Illustrative Released since 6.2 % H1 2023 4.7 Q1 2023 +1.5" in text
        assert "GDP Illustrative 2,041.1 billion yuan Q1 2023 2,041.1 Q1 2023 0.0" in text
        assert "GDP growth Illustrative First published since 6.2 % H1 2023 — — —" in text_of(
            page("/indicators/?compare=2023-04-17")
        )
        assert "Period then" not in page("/indicators/")

    @pytest.mark.parametrize("address", ["/indicators/", "/projects/"])
    def test_files_of_a_list_say_it_too(self, plan, address):
        html = page(f"{address}?compare=2023-05-31")
        [link] = set(re.findall(r'href="(/api/v1/[^"]*format=csv)"', html))
        head = b"".join(get(link.replace("&amp;", "&")).streaming_content).decode().splitlines()[0]
        then = ",".join(
            f"latest_then_{name}" for name in ("period", "value", "released_on", "release_basis", "provenance")
        )
        assert head.endswith(f",{then},change" if "indicators" in address else ",listed_then")

    def test_cities(self, plan):
        text = text_of(page("/cities/?compare=2023-05-31"))
        assert "Projects since end of May Investment since end of May" in text
        assert "1 Qingdao 4 1 3 0 3 0 0 0.0% Small base 0 +2 +3" in text
        assert "Total 4 3 0 3 0 0 0.0% 0 +2 +3" in text
        assert "1 Qingdao 4 1 3 1 0 0 4 +2 +3" in text_of(page("/cities/?columns=categories&compare=2023-05-31"))
        assert "since end of May" not in page("/cities/")
        # Before the plan nothing was listed.
        assert "Small base 0 +3 +4" in text_of(page("/cities/?compare=2022-12-31"))
        # On the day itself the half of 100 million yuan was listed, which rounds up.
        assert "Small base 0 +1 +1" in text_of(page("/cities/?compare=2023-08-28"))

    def test_a_city(self, plan):
        html = page("/cities/370200/?compare=2023-05-31")
        text = text_of(html)
        assert "+2 since end of May" in text and "+3 since end of May" in text
        assert "Innovation 1 1 +1 +1" in text
        assert html.count("Newly listed") == 2
        assert "since end of May" not in page("/cities/370200/")


class TestOverview:
    def test_growth_stands_beside_what_it_was(self, plan):
        assert "up 1.5 percentage points since end of May (before: 4.7%, Q1 2023)" in text_of(
            page("/?compare=2023-05-31")
        )
        assert "no new figure since end of July" in text_of(page("/"))
        assert "first published since 17 April" in text_of(page("/?compare=2023-04-17"))
        # In July the first half year was released.
        assert "up 1.5 percentage points since end of June (before: 4.7%, Q1 2023)" in text_of(
            page("/?as_of=2023-07-20")
        )
        assert "no new figure since end of June" in text_of(page("/?as_of=2023-07-19"))

    def test_says_what_changed_since_the_day(self, plan):
        text = text_of(page("/?compare=2023-05-31"))
        assert "+3 since end of May" in text
        assert "−2 since end of May" in text
        assert "+300 million yuan since end of May" in text
        assert "since end of May: 1 turned red and 3 turned green, 3 changed status, 1 newly listed" in text
        assert "Status reversed since end of May 1" in text
        assert "Completed since end of May" in text

    def test_without_one_changes_are_since_the_end_of_last_month(self, plan):
        text = text_of(page("/"))
        assert "since end of July: 1 turned red, 1 turned yellow and 1 turned green, 2 changed status" in text
        # What is as it was says so once, not figure by figure.
        assert "Completed 1 14.3% Progress made 4 57.1% +2 since end of July" in text
        assert "Time elapsed 22.0% , gap −7.7 points" in text
        assert "Since end of July Red light" in text
        assert "3 projects 400 million yuan +1 since end of July +50 million yuan since end of July" in text
        # Marks on the rows of tables are for those who ask.
        assert "Completed since" not in text
        assert "Status reversed" not in text

    def test_leads_to_the_changes(self, plan):
        assert 'href="/changes/"' in page("/")
        assert 'href="/changes/?compare=2023-05-31"' in page("/?compare=2023-05-31")

    def test_a_day_of_another_year_says_so(self, plan):
        assert "since end of December 2022" in page("/?compare=2022-12-31")
        assert "since 3 May" in page("/?compare=2023-05-03")


class TestLostMost:
    def test_of_those_that_fell_alike_the_plan_curve_decides(self, plan):
        # Science has five measures, enough to be ranked; one of them was due on 1 August and is not completed.
        text = text_of(page("/"))
        assert "Slipped furthest Science: 20.0 points against plan since end of July 1" in text

    @pytest.mark.parametrize(
        ("to_plan", "english", "chinese"),
        [
            ("0.0", "X: 2.7 points against schedule since", "X与序时进度的差距较7月末扩大2.7个百分点"),
            ("1.5", "X: 1.5 points against plan since", "X与计划进度的差距较7月末扩大1.5个百分点"),
        ],
    )
    def test_is_measured_against_the_plan_where_it_can_be(self, to_plan, english, chinese):
        member = SimpleNamespace(short_zh="X", short_en="X")
        fall = Fall(SimpleNamespace(group=member, figures={}), Decimal("2.7"), Decimal(to_plan))
        with translation.override("en"):
            assert english in format_fallen([fall], date(2023, 8, 29), date(2023, 7, 31))
        with translation.override("zh-hans"):
            assert chinese in format_fallen([fall], date(2023, 8, 29), date(2023, 7, 31))

    def test_opens_exactly_those_rows(self, plan):
        opened = page("/departments/?fallen=most&compare=2023-07-31")
        assert 'href="/departments/?fallen=most&amp;compare=2023-07-31"' in page("/")
        assert "/departments/science/" in opened and "/departments/energy/" not in opened
        assert "Fell furthest behind since 31 July 2023" in text_of(opened)
        # Without a day it is since the end of last month.
        assert "Fell furthest behind since 31 July 2023" in text_of(page("/departments/?fallen=most"))

    def test_nobody_fell_where_nothing_was_measured_before(self, plan):
        text = text_of(page("/departments/?fallen=most&as_of=2023-01-31"))
        assert "No department fell further behind schedule" in text

    def test_small_members_are_left_out_and_equals_stand_together(self):
        def row(key, gap, to_plan, total=5):
            figures = {"gap": Decimal(gap), "gap_to_plan": Decimal(to_plan), "total": total}
            return GroupFigures(key, key, None, figures)

        before = {key: row(key, "1.0", "1.0").figures for key in "abcde"}
        rows = [
            row("a", "-1.7", "0.0"),
            row("b", "-1.7", "-3.0"),
            row("c", "-1.7", "-3.0"),
            row("d", "-90.0", "-90.0", total=4),
            row("e", "1.2", "-9.0"),
        ]
        found = fallen_most(rows, before)
        assert [(each.group.key, each.points, each.points_to_plan) for each in found] == [
            ("b", Decimal("2.7"), Decimal("4.0")),
            ("c", Decimal("2.7"), Decimal("4.0")),
        ]
        assert fallen_most(rows[4:], before) == []
        assert fallen_most([], {}) == []


@pytest.mark.parametrize("day", ["2022-12-31", "2023-01-03", "2023-05-31", "2023-06-20", "2023-08-01", "2023-08-28"])
def test_the_overview_makes_of_its_history_what_is_counted_for_the_day(plan, day):
    now, day = Figures(plan, NOW), date.fromisoformat(day)
    earlier, counted = EarlierFigures(now, day, load_history(plan, NOW)), Figures(plan, day)
    assert earlier.measures == {name: value for name, value in counted.measures.items() if name != "lights"}
    assert earlier.projects.items() <= counted.projects.items()
    for by in ("section", "department"):
        rows = now.measures_by(by)
        made, found = earlier_figures(earlier, by, rows), earlier_figures(counted, by, rows)
        for figures in (*made.values(), *found.values()):
            del figures["lights"]
        assert made == found


def count_queries(address):
    # A process reads it once.
    site_profile()
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(address).status_code == 200
    return len(queries)


def test_the_number_of_queries_is_fixed(plan):
    rebuild_rollups()
    addresses = {
        # One of these asks for all problems of the plan.
        "/": 22,
        "/?compare=2023-05-31": 22,
        # The movement of projects is one more.
        "/changes/?compare=2023-05-31": 14,
        "/measures/?compare=2023-05-31": 12,
        "/departments/?compare=2023-05-31": 13,
        # Large projects that have not started, on both days.
        "/cities/?compare=2023-05-31": 11,
        "/indicators/?compare=2023-05-31": 8,
        # Each answer of the API has the version of the data, and what figures are needs the published ones.
        # Twice the measures of both days: whose status differs, and whose light.
        "/api/v1/changes/?compare=2023-05-31": 16,
        "/api/v1/measures/?compare=2023-05-31": 8,
        "/api/v1/projects/?compare=2023-05-31": 7,
        "/api/v1/indicators/?compare=2023-05-31": 6,
        "/api/v1/rollups/projects/?by=city&compare=2023-05-31": 9,
    }
    before = {address: count_queries(address) for address in addresses}
    assert {address: number for address, number in before.items() if number > addresses[address]} == {}
    section, lead = make.make_section(plan), make.make_department()
    for _n in range(12):
        measure = make.make_measure(section, lead)
        make.make_change(measure, "in_progress", date(2023, 7, 7))
        make.make_project(plan, listed_on=date(2023, 7, 7))
    rebuild_rollups()
    assert {address: count_queries(address) for address in addresses} == before


def test_the_status_of_an_earlier_day_is_that_of_the_list_of_that_day(plan):
    limits = thresholds()
    first = [date.min, date(2023, 1, 2), date(2023, 1, 3), date(2023, 4, 1)]
    for day in (*first, THEN, date(2023, 6, 10), date(2023, 7, 2), date(2023, 7, 3)):
        of_day = dict(Measure.objects.as_of(day, limits=limits).values_list("code", "status"))
        rows = Measure.objects.as_of(NOW, limits=limits).with_status_then(day)
        assert {row.code: row.status_then for row in rows} == {row.code: of_day.get(row.code) for row in rows}
        assert set(rows.changed().values_list("code", flat=True)) == {
            row.code for row in rows if row.status != of_day.get(row.code)
        }


def test_a_comparison_costs_at_most_one_query_more(plan):
    make.make_project(plan, code="P7001", measures=[Measure.objects.get(code="M001")])
    rebuild_rollups()
    more = {
        # What was released by then, and what is listed, is among what the page reads anyway.
        "/": 0,
        "/indicators/": 0,
        "/indicators/gdp_growth_ytd/": 0,
        "/projects/P7001/": 0,
        "/measures/M001/": 1,
        # It tells the ranks of an earlier day in any case.
        "/cities/": 0,
        "/cities/370200/": 1,
        "/api/v1/indicators/": 0,
        "/api/v1/projects/": 0,
        "/api/v1/measures/M001/": 1,
    }
    found = {path: count_queries(f"{path}?compare=2023-05-31") - count_queries(path) for path in more}
    assert found == more
