"""Questions about projects whose months are reported: each is answered at most two clicks from the overview, or from
what a link of its head opens. What a page says is held against rows that are counted here in plain Python.
"""

from datetime import date

import pytest

from demonstration.months.writing import make_months
from problems.models import ProblemStep
from projects.models import AnnualPlan, Project, ProjectMonth
from rollups.services import rebuild_rollups
from tests.browser.test_ten_questions import TODAY, Walk, text_of
from tests.browser.test_twelve_questions import choose, count_of, open_from_head

pytestmark = pytest.mark.browser

LAST_MONTH = date(2023, 7, 1)


def months_in_force(until=LAST_MONTH):
    """Return each project's newest accepted month up to `until`."""
    found = {}
    for month in ProjectMonth.objects.filter(state="accepted", period__lte=until).order_by("period", "submitted_on"):
        found[month.project_id] = month
    return found


def is_behind(project, months, planned):
    """More than one percentage point below the time elapsed, both to one decimal; of no month, nobody knows."""
    month = months.get(project.pk)
    if month is None or month.period != LAST_MONTH or not planned.get(project.pk):
        return False
    return round(100 * month.invested_wan / planned[project.pk], 1) < round(100 * LAST_MONTH.month / 12, 1) - 1


def which_projects_report_a_problem(walk):
    told = {pk for pk, month in months_in_force().items() if month.problem_zh}
    found = ProblemStep.objects.last_by(TODAY).open().exclude(problem__project=None)
    with_problem = told | set(found.values_list("problem__project", flat=True))
    assert len(with_problem) == 2
    open_from_head(walk, "项目")
    choose(walk, "报告存在问题")
    assert count_of(walk) == len(with_problem)
    shown = set(text_of(walk.page.locator("main tbody td:first-child")))
    assert shown and shown <= set(Project.objects.filter(pk__in=with_problem).values_list("code", flat=True))


def which_energy_projects_of_yantai_are_behind_their_plan(walk):
    months = months_in_force()
    planned = dict(AnnualPlan.objects.filter(year=2023).values_list("project", "planned_wan"))
    own = Project.objects.filter(city__short_zh="烟台", category__slug="energy")
    behind = {each.code for each in own if is_behind(each, months, planned)}
    assert behind
    walk.click(walk.part("四、").get_by_role("link", name="烟台", exact=True))
    row = walk.part("阶段和类别").locator("tbody tr").filter(has=walk.page.get_by_role("link", name="能源", exact=True))
    walk.click(row.locator("td a").last)
    assert count_of(walk) == len(behind)
    assert set(text_of(walk.page.locator("main tbody td:first-child"))) == behind


def which_city_completes_least_of_its_annual_plan(walk):
    """Find the city on the overview's map and table, and whether others fell behind it."""
    months, sums = months_in_force(), {}
    for plan in AnnualPlan.objects.filter(year=2023).select_related("project__city"):
        own = sums.setdefault(plan.project.city.short_zh, [0, 0])
        own[0] += months[plan.project_id].invested_wan if plan.project_id in months else 0
        own[1] += plan.planned_wan
    rates = {name: f"{100 * invested / planned:.1f}%" for name, (invested, planned) in sums.items()}
    walk.click(walk.part("四、").locator(".switch").get_by_role("link", name="投资完成率"))
    rows = [row.split("\t") for row in walk.part("四、").locator("table.places tbody tr").all_inner_texts()]
    assert {row[0].split()[1]: row[1] for row in rows} == rates
    assert rows[-1][0].split()[1] == min(sums, key=lambda name: sums[name][0] / sums[name][1])


QUESTIONS = (
    which_projects_report_a_problem,
    which_energy_projects_of_yantai_are_behind_their_plan,
    which_city_completes_least_of_its_annual_plan,
)


def test_each_is_answered_in_two_clicks(watched, site):
    """One after the other: to make the months takes longer than to ask."""
    page, wrong = watched
    make_months(TODAY)
    rebuild_rollups()
    page.set_viewport_size({"width": 1366, "height": 768})
    for ask in QUESTIONS:
        ask(Walk(page, site))
    assert wrong == []
