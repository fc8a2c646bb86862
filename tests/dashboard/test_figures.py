"""The figures, counted by hand and in plain Python from the rows."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from core.lights import light_of
from dashboard.figures import Figures
from dashboard.pages.city import figures_by_category
from dashboard.pages.links import Links
from dashboard.pages.ordering import Rank, rank, sort_groups
from dashboard.pages.overview.progress import month_ends
from dashboard.summary import summary
from measures.models import Measure, Plan, StatusChange
from measures.reporting_months import months_of
from measures.rules import Change, in_force
from measures.timeline import load_history, total_on
from projects.models import Project
from reporting.months import ReportingMonth
from rollups.models import MeasureRollup, ProjectRollup, RollupRun
from tests import factories as make
from web.limits import thresholds

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

DAYS = [
    date(2022, 12, 31),
    date(2023, 1, 3),
    date(2023, 3, 31),
    date(2023, 5, 31),
    date(2023, 6, 30),
    date(2023, 8, 29),
]


@pytest.fixture
def demo(demonstration):
    """Return the demonstration's plan without rollups: each day is counted from the rows."""
    for model in (MeasureRollup, ProjectRollup, RollupRun):
        model.objects.all().delete()
    return Plan.objects.get()


def counted_in_python(plan, day):
    """(section, department) -> counts, from every row of the plan, without a query that groups or judges."""
    found = {}
    for measure in Measure.objects.filter(plan=plan).prefetch_related("status_changes", "reports"):
        changes = [
            Change(row.pk, row.status, row.effective_on, row.recorded_at, row.supersedes_id)
            for row in measure.status_changes.all()
        ]
        current = in_force(changes, on=day)
        if measure.listed_on > day or current is None:
            continue
        filed = [
            report.submitted_on
            for report in measure.reports.all()
            if report.state == "accepted" and report.submitted_on <= day
        ]
        light = light_of(
            status=current.status,
            due_on=measure.due_on,
            listed_on=measure.listed_on,
            last_report_on=max(filed, default=None),
            on=day,
            limits=thresholds(),
        ).light
        counts = found.setdefault((measure.section_id, measure.lead_department_id), Counter())
        counts.update(["total", current.status, light.value])
        if measure.due_on is not None and measure.due_on <= day:
            counts["due"] += 1
    return found


@pytest.mark.parametrize("day", DAYS)
def test_the_counts_are_those_of_the_rows(demo, day):
    expected = counted_in_python(demo, day)
    figures = Figures(demo, day)
    total = sum(expected.values(), Counter())
    for name in ("total", "completed", "in_progress", "promoting", "due"):
        assert figures.measures[name] == total[name], name
    assert figures.measures["lights"] == {light: total[light] for light in ("green", "yellow", "red")}
    for by, place in (("section", 0), ("department", 1)):
        for row in figures.measures_by(by):
            own = sum((counts for key, counts in expected.items() if key[place] == row.group.pk), Counter())
            assert (row.figures["total"], row.figures["completed"], row.figures["lights"]["red"]) == (
                own["total"],
                own["completed"],
                own["red"],
            )


def test_the_published_figures_come_out_to_the_last_digit(demo):
    figures = Figures(demo, date(2023, 8, 29))
    measures, projects = figures.measures, figures.projects
    assert [measures[name] for name in ("total", "completed", "in_progress", "promoting")] == [249, 13, 105, 131]
    assert (measures["completion_rate"], measures["time_elapsed"], measures["gap"]) == (
        Decimal("5.2"),
        Decimal("22.0"),
        Decimal("-16.8"),
    )
    assert measures["lights"]["red"] == 10
    assert (projects["total"], projects["total_investment"]) == (3186, 84500)
    growth = summary(figures)["indicators"]["gdp_growth_ytd"]
    assert (growth["value"], growth["comparator"]["value"], growth["gap"]) == (
        Decimal("6.2"),
        Decimal("5.5"),
        Decimal("0.7"),
    )
    assert figures.published_for("measures.completed").as_of == date(2023, 6, 30)
    assert figures.published_for("measures.due") is None


def test_a_gap_is_published_on_the_day_of_its_source_alone(demo):
    published = Figures(demo, date(2023, 6, 30))
    assert (published.measures["gap"], published.provenance_of("measures.gap")) == (Decimal("-11.3"), "published")
    for day, gap in ((date(2023, 7, 1), "-11.4"), (date(2023, 8, 29), "-16.8")):
        later = Figures(demo, day)
        assert later.measures["gap"] == Decimal(gap)
        assert later.published_for("measures.gap") is None
        assert later.provenance_of("measures.gap") == "illustrative"
        # A count that is still the same is the one that was published.
        assert later.published_for("measures.completion_rate").as_of == date(2023, 6, 30)


def test_the_course_and_the_figures_of_each_day_agree(demo):
    history = load_history(demo, date(2023, 8, 29))
    for day in DAYS[1:]:
        assert total_on(history.completed, day) == Figures(demo, day).measures["completed"], day
        assert total_on(history.due, day) == Figures(demo, day).measures["due"], day
    figures = Figures(demo, date(2023, 8, 29))
    last = month_ends(figures, history, Links({}))[-1]
    assert (last["due"], last["completed"], last["in_time_rate"], last["gap"]) == (
        figures.measures["due"],
        13,
        Decimal("52.2"),
        Decimal("-4.0"),
    )
    assert len(history.overdue) == figures.measures["lights"]["red"]


def test_projects_by_category_and_city_sum_to_the_rows(demo):
    figures = Figures(demo, date(2023, 8, 29))
    expected = Counter()
    for project in Project.objects.all():
        expected[project.city_id, project.category.slug] += project.investment_wan
    for city in figures.projects_by("city"):
        for category, counts in figures_by_category(figures, city.group).items():
            assert counts["total_investment"] * 10_000 == expected[city.group.pk, category]
    assert sum(row.figures["total"] for row in figures.projects_by("city")) == 3186


def test_a_completion_that_is_taken_back_counts_until_then(today):
    measure = make.make_measure(due_on=date(2023, 5, 1))
    wrong = make.make_measure()
    plan = measure.section.plan
    make.make_change(measure, "completed", date(2023, 4, 3))
    make.make_change(measure, "in_progress", date(2023, 8, 7), old_status="completed")
    mistake = make.make_change(wrong, "completed", date(2023, 4, 10))
    make.make_change(wrong, "in_progress", date(2023, 4, 10), supersedes=mistake)
    history = load_history(plan, date(2023, 8, 29))
    assert history.completed == [(date(2023, 4, 3), 1), (date(2023, 8, 7), 0)]
    assert load_history(plan, date(2023, 8, 6)).completed == [(date(2023, 4, 3), 1)]
    assert history.fell_back_since(date(2023, 7, 31)) == 1
    assert history.changed_since(date(2023, 7, 31)) == 1
    assert history.changed_since(date(2023, 8, 7)) == 0
    assert [entry.measure for entry in history.overdue] == [measure.code]
    assert history.without_due_date == 1


def test_a_department_has_reported_a_month_when_each_measure_that_owes_a_report_has_one(today):
    ada, ben = make.make_department(), make.make_department()
    section = make.make_section()
    filed, returned, done, later = (make.make_measure(section, ada) for _ in range(4))
    make.make_report(filed, date(2023, 8, 20), state="submitted")
    make.make_report(returned, date(2023, 8, 21), state="returned")
    make.make_change(done, "completed", date(2023, 7, 31))
    Measure.objects.filter(pk=later.pk).update(listed_on=date(2023, 8, 30))
    StatusChange.objects.filter(measure=later).update(effective_on=date(2023, 8, 30))
    make.make_report(make.make_measure(section, ben), date(2023, 8, 1))
    months = months_of(section.plan, day=date(2023, 8, 29))
    assert months == {
        ada.pk: ReportingMonth(owed=2, filed=1, last_on=date(2023, 8, 20)),
        ben.pk: ReportingMonth(owed=1, filed=1, last_on=date(2023, 8, 1)),
    }
    assert not months[ada.pk].is_reported
    assert months[ben.pk].is_reported
    # The day before it was filed, the report was not there.
    assert months_of(section.plan, day=date(2023, 8, 19))[ada.pk].filed == 0


def test_before_the_plan_there_is_nothing_and_no_rate(today):
    plan = make.make_measure().section.plan
    for day in (date(1, 1, 1), date(2022, 12, 31)):
        measures = Figures(plan, day).measures
        assert (measures["total"], measures["completion_rate"], measures["gap"]) == (0, None, None)
        assert measures["time_elapsed"] == 0
        assert month_ends(Figures(plan, day), load_history(plan, day), Links({})) == []


def test_ranks_leave_out_small_members_and_ties_share_a_place(today):
    section = make.make_section()
    departments = [make.make_department() for _ in range(4)]
    for department, total, completed in zip(departments, (5, 5, 5, 4), (1, 1, 0, 4), strict=True):
        for n in range(total):
            measure = make.make_measure(section, department)
            if n < completed:
                make.make_change(measure, "completed", date(2023, 4, 3))
    rows = Figures(section.plan, date(2023, 8, 29)).measures_by("department")

    def place(n):
        return rank(departments[n].slug, rows, lambda row: row.figures["completion_rate"], least=5)

    assert [place(n) for n in range(4)] == [
        Rank(1, 3, is_tied=True),
        Rank(1, 3, is_tied=True),
        Rank(3, 3),
        Rank(None, 3),
    ]
    with translation.override("en"):
        assert [(each.before, each.shown) for each in map(place, range(4))] == [
            ("joint", "1st"),
            ("joint", "1st"),
            ("", "3rd"),
            ("", ""),
        ]
        assert [Rank(n, 30).shown for n in (2, 11, 12, 13, 21, 22)] == ["2nd", "11th", "12th", "13th", "21st", "22nd"]
    with translation.override("zh-hans"):
        assert [(each.before, each.shown) for each in (place(0), place(2))] == [("并列第", "1"), ("第", "3")]


def test_rows_without_a_value_come_last_either_way(today):
    section = make.make_section()
    busy, idle = make.make_department(), make.make_department()
    make.make_measure(section, busy)
    rows = Figures(section.plan, date(2023, 8, 29)).measures_by("department")
    sorts = {"gap": lambda row: row.figures["gap"]}
    for ordering in ("gap", "-gap"):
        assert [row.key for row in sort_groups(rows, sorts, ordering)] == [busy.slug, idle.slug]
