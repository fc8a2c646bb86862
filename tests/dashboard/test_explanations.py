"""Why this number? Each explanation against numbers worked out by hand, and against the answers that it explains."""

import html
import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client, RequestFactory
from django.utils import translation

from core.clock import now
from dashboard import explanations as explaining
from dashboard.figures import Figures
from dashboard.summary import summary, summary_meta
from measures.models import Plan, Section
from rollups.engine import mark_stale
from rollups.models import MeasureRollup, RollupRun, StaleCell
from rollups.services import rebuild_rollups, refresh_stale_rollups
from tests import factories as make
from tests.sweeps import each_in_one_way, one_in, sample_or_whole, some_of
from web.errors import BadQuery

pytestmark = pytest.mark.django_db

TODAY = date(2023, 8, 29)
DAYS = [TODAY, date(2023, 6, 30), date(2022, 12, 31)]


@pytest.fixture
def demo(demonstration):
    return Plan.objects.get()


@pytest.fixture
def reader(demo):
    return Client(headers={"accept-language": "en"})


def explained(plan, query, *, day=TODAY):
    with translation.override("en"):
        return explaining.asked_explanation(RequestFactory().get(f"/explain/?{query}"), Figures(plan, day))


def at(answer, path):
    for part in path.split("."):
        answer = answer[part]
    return answer


def inputs_of(found):
    return [(each.figure or each.label, each.value if each.day is None else each.day) for each in found.inputs]


def test_the_rates_and_gaps_of_the_demonstration_are_worked_out(demo):
    rate = explained(demo, "figure=measures.completion_rate")
    assert (rate.value, rate.working) == (Decimal("5.2"), "13 ÷ 249 = 5.2%")
    assert inputs_of(rate) == [("measures.completed", 13), ("measures.total", 249)]
    elapsed = explained(demo, "figure=measures.time_elapsed")
    assert (elapsed.value, elapsed.working) == (Decimal("22.0"), "241 ÷ 1,096 = 22.0%")
    assert [value for _label, value in inputs_of(elapsed)] == [241, 1096, date(2023, 1, 1), date(2025, 12, 31)]
    gap = explained(demo, "figure=measures.gap")
    assert (gap.value, gap.working) == (Decimal("-16.8"), "5.2 − 22.0 = −16.8")
    assert inputs_of(gap) == [
        ("measures.completion_rate", Decimal("5.2")),
        ("measures.time_elapsed", Decimal("22.0")),
    ]
    due = explained(demo, "figure=measures.due_rate")
    assert (due.value, due.working) == (Decimal("9.2"), "23 ÷ 249 = 9.2%")
    to_plan = explained(demo, "figure=measures.gap_to_plan")
    assert (to_plan.value, to_plan.working) == (Decimal("-4.0"), "5.2 − 9.2 = −4.0")


def test_totals_are_the_sums_of_their_parts(demo):
    total = explained(demo, "figure=measures.total")
    assert (total.value, total.working) == (249, "13 + 105 + 131 = 249")
    investment = explained(demo, "figure=projects.total_investment")
    assert (investment.value, investment.working) == (84500, "845,000,000 ÷ 10,000 = 84,500")
    assert [value for _label, value in inputs_of(investment)] == [3186, 845_000_000]
    assert investment.rows.count == 3186


def test_a_light_says_the_days_of_its_rule(demo, settings):
    assert (settings.PILOTZONE_DUE_SOON_DAYS, settings.PILOTZONE_SILENT_DAYS) == (60, 62)
    yellow = explained(demo, "figure=measures.lights.yellow")
    assert [(each.value, each.unit) for each in yellow.inputs] == [(60, "days"), (62, "days")]
    assert explained(demo, "figure=measures.lights.red").inputs == []


def test_an_indicator_is_explained_by_its_observation(demo):
    growth = explained(demo, "figure=indicators.gdp_growth_ytd.value")
    latest = growth.indicator_state.latest
    assert (growth.value, latest.period, latest.released_on) == (Decimal("6.2"), "2023H1", date(2023, 7, 20))
    assert (latest.verified, growth.indicator_state.previous, growth.indicator_state.comparator) == (
        True,
        Decimal("3.6"),
        Decimal("5.5"),
    )
    gap = explained(demo, "figure=indicators.gdp_growth_ytd.gap")
    assert (gap.value, gap.working) == (Decimal("0.7"), "6.2 − 5.5 = +0.7")
    assert gap.description["unit"] == "percentage points"


@pytest.mark.parametrize("day", one_in(3, DAYS))
def test_every_figure_of_the_summary_is_explained_with_the_same_value(demo, day):
    with translation.override("en"):
        answer, described = summary(Figures(demo, day)), summary_meta(Figures(demo, day))
    assert len(described) >= 23
    for path, about in described.items():
        found = explained(demo, f"figure={path}", day=day)
        assert found.value == at(answer, path), path
        assert found.description == about, path
        assert found.label, path


@pytest.mark.parametrize("day", one_in(3, DAYS))
def test_a_narrowed_figure_is_that_of_the_member(demo, day):
    figures = Figures(demo, day)
    for by, name, names in (
        ("section", "measures", ("completed", "completion_rate", "gap", "due", "gap_to_plan")),
        ("department", "measures", ("total", "completed", "completion_rate", "gap")),
        ("city", "projects", ("total", "total_investment")),
        ("category", "projects", ("total", "total_investment")),
        ("stage", "projects", ("total", "total_investment")),
    ):
        rows = figures.measures_by(by) if name == "measures" else figures.projects_by(by)
        for row in rows[:6]:
            for each in names:
                found = explained(demo, f"figure={name}.{each}&{by}={row.key}", day=day)
                assert found.value == row.figures[each], (by, row.key, each)


def test_two_narrowings_meet_in_the_rows_of_both(today):
    plan, ada = make.make_plan(), make.make_department("ada")
    energy, sea = make.make_section(plan, slug="energy"), make.make_section(plan, slug="sea")
    for section, department, done in (
        (energy, ada, True),
        (energy, ada, False),
        (energy, make.make_department("ben"), True),
        (sea, ada, True),
    ):
        measure = make.make_measure(section, department)
        if done:
            make.make_change(measure, "completed", date(2023, 6, 1))
    make.make_project(plan, city="370200", category="energy", stage="completed", investment=70_000)
    make.make_project(plan, city="370200", category="energy", stage="preparing", investment=5)
    make.make_project(plan, city="370100", category="energy", stage="completed", investment=900)
    found = explained(plan, "figure=measures.completion_rate&section=energy&department=ada")
    assert (found.value, found.working, found.cells) == (Decimal("50.0"), "1 ÷ 2 = 50.0%", 1)
    assert explained(plan, "figure=measures.completed").cells == 3
    found = explained(plan, "figure=projects.by_category.energy.total_investment&city=370200&stage=completed")
    assert (found.value, found.working, found.rows.count) == (Decimal(7), "70,000 ÷ 10,000 = 7", 1)


def test_a_narrowed_figure_is_not_a_published_one(demo):
    assert explained(demo, "figure=measures.completed").description["published_for"] == "2023-06-30"
    section = Section.objects.filter(plan=demo).first().slug
    about = explained(demo, f"figure=measures.completed&section={section}").description
    assert (about["provenance"], about["published_for"], about["source"]) == ("illustrative", None, "")


def test_before_the_plan_there_is_nothing_to_work_out(demo):
    rate = explained(demo, "figure=measures.completion_rate", day=date(2022, 12, 31))
    assert (rate.value, rate.working, rate.rows.count) == (None, "", 0)


def test_the_run_is_the_newest_one_and_none_where_figures_are_counted_live(demo):
    found = explained(demo, "figure=measures.total")
    assert found.run == RollupRun.objects.order_by("-pk").first()
    assert not found.freshness.is_live
    first = found.run
    section = Section.objects.filter(plan=demo).first()
    make.make_measure(section, code="X001")
    measure = section.measures.get(code="X001")
    mark_stale("measures", [(demo.pk, section.pk, measure.lead_department_id)])
    refresh_stale_rollups()
    found = explained(demo, "figure=measures.total")
    assert found.run.pk > first.pk
    assert (found.value, found.run.cells, found.run.full) == (250, 1, False)
    assert found.freshness.computed_at == found.run.started_at
    # Projects were not touched.
    assert explained(demo, "figure=projects.total").run == first
    for live in (
        explained(demo, "figure=measures.total", day=date(2023, 6, 30)),
        explained(demo, "figure=measures.time_elapsed"),
        explained(demo, "figure=indicators.gdp_growth_ytd.value"),
    ):
        assert live.run is None
        assert live.freshness.is_live
    # While the day turns, cells of yesterday are not used.
    MeasureRollup.objects.filter(section=section).update(as_of=date(2023, 8, 28))
    found = explained(demo, "figure=measures.total")
    assert (found.value, found.run, found.freshness.is_live) == (250, None, True)


def test_a_department_that_took_over_another_has_its_cells_too(demo):
    taken, successor = make.make_department(), make.make_department("successor")
    make.make_measure(Section.objects.filter(plan=demo).first(), taken, code="X001")
    rebuild_rollups()
    type(taken).objects.filter(pk=taken.pk).update(merged_into=successor, merged_on=TODAY)
    assert explained(demo, "figure=measures.total&department=successor").value == 1


REFUSED = [
    ("", "figure", "Choose one of: measures.total, "),
    ("figure=measures.latest_change_on", "figure", "indicators.gdp_growth_ytd.value"),
    ("figure=measures", "figure", "measures.lights.red"),
    ("figure=indicators.nothing.value", "figure", "measures.total"),
    ("figure=indicators.pm25.gap", "figure", "measures.total"),
    ("figure=measures.total&city=370200", "city", "measures.total; what does: section, department."),
    ("figure=measures.time_elapsed&section=innovation", "section", "Nothing narrows measures.time_elapsed."),
    ("figure=projects.total&department=energy", "department", "projects.total; what does: city, category, stage."),
    ("figure=projects.by_category.energy.total&category=energy", "category", "what does: city, stage."),
    ("figure=indicators.gdp_growth_ytd.value&city=370200", "city", "Nothing narrows"),
    ("figure=measures.total&section=nothing", "section", "innovation"),
    ("figure=measures.total&department=nothing", "department", "science-technology"),
    ("figure=projects.total&city=370000", "city", "370200"),
    ("figure=projects.total&stage=nothing", "stage", "suspended"),
]


def test_what_cannot_be_explained_is_refused_with_what_can(demo):
    for query, parameter, words in REFUSED:
        with pytest.raises(BadQuery) as refusal:
            explained(demo, query)
        assert list(refusal.value.problems) == [parameter], query
        assert words in str(refusal.value), query


COUNTS = [
    "figure=measures.total",
    "figure=measures.completed",
    "figure=measures.in_progress&department=energy",
    "figure=measures.due",
    "figure=measures.due&section=innovation",
    "figure=measures.lights.red",
    "figure=measures.lights.yellow&section=innovation",
    "figure=projects.total&city=370600&stage=preparing",
    "figure=projects.by_category.energy.total",
]


@sample_or_whole
@pytest.mark.parametrize("day", ["", "&as_of=2023-06-30"])
def test_the_link_opens_exactly_the_rows_that_were_counted(reader, day, whole):
    for query in some_of(COUNTS, day, whole=whole, number=4):
        check_rows(reader, query, day)


def check_rows(reader, query, day):
    page = reader.get(f"/explain/?{query}{day}").content.decode()
    value = int(re.search(r'data-value="(\d+)"', page)[1])
    address = re.search(r'<li>\s*<a href="([^"]+)">', page.partition("<article")[2])[1].replace("&amp;", "&")
    assert re.search(rf">\s*{value:,} results?\s*<", reader.get(address).content.decode())
    answer = reader.get(f"/api/v1/explain/?{query}{day}").json()
    assert answer["rows"]["count"] == answer["value"] == value
    assert reader.get(answer["rows"]["url"]).json()["count"] == value
    assert re.search(rf">\s*{value:,} results?\s*<", reader.get(answer["rows"]["page"]).content.decode())


def test_the_page_says_it_in_both_languages(reader):
    page = reader.get("/explain/?figure=measures.gap").content.decode()
    assert '<h1 id="explanation-title" tabindex="-1">Versus time elapsed</h1>' in page
    assert "5.2 − 22.0 = −16.8" in page
    assert "Open the 249 rows that were counted" in page
    assert '<a href="/explain/?figure=measures.completion_rate" data-why>Completion rate</a>' in page
    page = reader.get("/explain/?figure=measures.gap&department=energy&lang=zh-hans&as_of=2023-08-29").content.decode()
    assert "与序时进度相比</h1>" in page
    assert "0.0 − 22.0 = −22.0" in page
    assert "省能源局" in page
    assert "查看计入的35条明细" in page
    # Its inputs are narrowed as it is, but for time elapsed, which is the same for all.
    assert "/explain/?figure=measures.completion_rate&amp;department=energy&amp;as_of=2023-08-29" in page
    assert "/explain/?figure=measures.time_elapsed&amp;as_of=2023-08-29" in page


def test_the_page_of_an_indicator_has_its_observation_in_the_readers_unit(reader):
    page = reader.get("/explain/?figure=indicators.nre_capacity.value&lang=zh-hans").content.decode()
    for text in ("8,382", "万千瓦", "2023年6月30日", "经核实", "/indicators/nre_capacity/"):
        assert text in page, text


def test_a_page_without_a_figure_is_refused_in_the_frame(reader):
    for query in ("", "?figure=nothing", "?figure=measures.total&city=370200"):
        answer = reader.get(f"/explain/{query}")
        assert answer.status_code == 400, query
        assert "<main" in answer.content.decode()


def test_the_number_of_queries_does_not_grow(demo, django_assert_max_num_queries):
    client = Client()
    for query in ("measures.gap&department=energy", "projects.total&city=370200", "indicators.gdp_growth_ytd.value"):
        with django_assert_max_num_queries(15):
            assert client.get(f"/explain/?figure={query}").status_code == 200
        with django_assert_max_num_queries(10):
            assert client.get(f"/api/v1/explain/?figure={query}").status_code == 200


@pytest.mark.parametrize(
    ("path", "query"),
    each_in_one_way(
        ["/", "/departments/energy/", "/sections/innovation/", "/cities/370600/", "/published/"],
        ["", "?as_of=2023-06-30"],
    ),
)
def test_each_figure_of_a_page_leads_to_the_explanation_of_the_same_number(reader, path, query):
    page = html.unescape(reader.get(f"{path}{query}").content.decode())
    figures = re.findall(
        r'<a href="([^"]+)"(?: title="Why this number\? [^"]+" (data-why))? class="figure[^"]*"'
        r' data-figure="([^"]+)" data-value="([^"]*)"(?: data-source="([^"]+)")?>',
        page,
    )
    assert len(figures) >= 4
    assert len(figures) == page.count("data-figure=")
    for address, explains, figure, value, source in figures:
        explanation = source or f"/api/v1/explain/?figure={figure}{query.replace('?', '&')}"
        found = reader.get(explanation).json()
        assert found["figure"] == figure
        assert value == ("" if found["value"] is None else str(found["value"])), figure
        if query:
            assert "as_of=2023-06-30" in address
        if explains:
            assert address == explanation.removeprefix("/api/v1")
            assert f'data-value="{value}"' in reader.get(address).content.decode()
    assert ("/api/v1/explain/" in page) == (path.count("/") == 3), "members have a source of their own"


def test_the_pages_of_members_say_whose_figure_it_is(reader):
    page = reader.get("/departments/energy/").content.decode()
    assert 'data-source="/api/v1/explain/?figure=measures.completed&amp;department=energy"' in page
    page = reader.get("/cities/370600/").content.decode()
    assert 'href="/explain/?figure=projects.by_category.energy.total_investment&amp;city=370600"' in page


def test_an_answer_says_when_a_change_waits(demo):
    StaleCell.objects.create(kind="measures", key=[demo.pk, 1, 1], marked_at=now())
    answer = Client().get("/api/v1/explain/?figure=measures.total").json()
    assert answer["refreshing"] is True


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("measures.completion_rate", "More is better."),
        ("measures.lights.red", "Less is better."),
        ("measures.longest_overdue", "Less is better."),
        ("problems.closed_recently", "More is better."),
        ("projects.total_investment", "More is neither better nor worse."),
        ("indicators.pm25.value", "Less is better."),
    ],
)
def test_each_figure_says_which_way_is_better(reader, figure, words):
    assert words in reader.get(f"/explain/?figure={figure}").content.decode()
