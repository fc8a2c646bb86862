"""Ten questions that an official asks, and one more: each is answered at most two clicks from the overview.

What the page says is held against the rows of the database, counted here in plain Python.
"""

import re
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

import pytest

from accounts.models import Department
from indicators.models import Observation
from measures.models import Measure, Report, StatusChange
from projects.models import Project

pytestmark = pytest.mark.browser

TODAY = date(2023, 8, 29)
STARTS_ON, ENDS_ON = date(2023, 1, 1), date(2025, 12, 31)
MOST_CLICKS = 2


class Walk:
    """A way through the site that starts at the overview and counts its clicks."""

    def __init__(self, page, site):
        self.page = page
        self.clicks = 0
        page.goto(f"{site}/")

    def click(self, place):
        assert self.clicks < MOST_CLICKS, "a third click"
        self.clicks += 1
        before = self.page.url
        place.click()
        self.page.wait_for_url(lambda url: url != before)

    def part(self, title):
        return self.page.locator("section.part").filter(has=self.page.locator("h2", has_text=title))

    def table(self, caption):
        return self.page.locator("table").filter(has=self.page.locator("caption", has_text=caption))

    def row(self, name):
        """The first row of the page's tables that begins with a name."""
        head = self.page.locator("th[scope=row]").filter(has_text=re.compile(rf"^\s*{re.escape(name)}\s*$"))
        return self.page.locator("main tr").filter(has=head).first

    @property
    def heading(self):
        return self.page.locator("h1").inner_text()

    @property
    def lead(self):
        return self.page.locator("main p.lead").inner_text()


def text_of(cells):
    return [cell.strip() for cell in cells.all_inner_texts()]


def codes_of(walk):
    return sorted(set(re.findall(r"\bM\d{3}\b", " ".join(walk.page.locator("main tbody tr").all_inner_texts()))))


def rounded(value):
    return Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP)


def statuses(on=TODAY):
    """The status of each measure that was listed by the day: the last row that nothing replaced."""
    found = {}
    for change in StatusChange.objects.filter(effective_on__lte=on, superseded_by=None).order_by(
        "effective_on", "recorded_at", "pk"
    ):
        found[change.measure_id] = change.status
    return found


def rates(by):
    """Of each section or department, by its id: its completion rate and how many measures it has."""
    now, total, completed = statuses(), Counter(), Counter()
    for measure in Measure.objects.all():
        total[getattr(measure, by)] += 1
        completed[getattr(measure, by)] += now[measure.pk] == "completed"
    return {key: rounded(Decimal(completed[key] * 100) / total[key]) for key in total}


def elapsed():
    return rounded(Decimal(((TODAY - STARTS_ON).days + 1) * 100) / ((ENDS_ON - STARTS_ON).days + 1))


def overdue():
    now = statuses()
    due = Measure.objects.filter(due_on__lt=TODAY).order_by("due_on", "code")
    return [measure for measure in due if now[measure.pk] != "completed"]


def which_department_is_furthest_behind(walk):
    walk.click(walk.page.get_by_role("link", name="查看全部35个部门"))
    table = walk.page.locator("main table").first
    names = text_of(table.locator("tbody th[scope=row]"))
    gaps = [row.split("\t")[2] for row in table.locator("tbody tr").all_inner_texts()]
    found = rates("lead_department_id")
    least = min(found.values())
    behind = {each.short_zh for each in Department.objects.all() if found.get(each.pk) == least}
    assert set(names[: len(behind)]) == behind
    assert set(gaps[: len(behind)]) == {f"{least - elapsed():.1f}"}


def what_is_overdue_in_energy(walk):
    own = [each.code for each in overdue() if each.lead_department.slug == "energy"]
    red = walk.row("能源局").locator("td").nth(2)
    assert red.inner_text().strip() == str(len(own))
    # Others have some: the number opens exactly those.
    own = [each.code for each in overdue() if each.lead_department.slug == "natural-resources"]
    assert len(own) == 2
    walk.click(walk.row("自然资源厅").locator("td").nth(2).get_by_role("link", name="2"))
    assert "共2条" in walk.page.locator("main").inner_text()
    assert codes_of(walk) == sorted(own)


def how_much_is_invested_in_yantai(walk):
    projects = Project.objects.filter(city__code="370600", listed_on__lte=TODAY)
    wan = sum(projects.values_list("investment_wan", flat=True))
    said = text_of(walk.row("烟台").locator("td"))
    assert abs(int(said[1].replace(",", "")) - Decimal(wan) / 10_000) < 1
    walk.click(walk.row("烟台").get_by_role("link"))
    assert walk.heading == "烟台市"
    figure = walk.page.locator("[data-figure='projects.total_investment']")
    assert Decimal(figure.get_attribute("data-value")) == Decimal(wan) / 10_000
    # In 万亿元, as the headline of a page says it.
    assert Decimal(figure.inner_text()) == round(Decimal(wan) / 100_000_000, 2)
    assert walk.page.locator("[data-figure='projects.total']").inner_text() == str(projects.count())


def what_changed_since_may(walk):
    walk.click(walk.page.get_by_role("link", name="与7月末持平"))
    walk.click(walk.page.get_by_role("link", name="5月", exact=True))
    assert walk.heading == "2023年5月31日至2023年8月29日变化情况"
    before, now = statuses(date(2023, 5, 31)), statuses()
    changed = [each for each in Measure.objects.all() if before.get(each.pk) != now[each.pk]]
    assert len(changed) > 20
    completed = sum(now[each.pk] == "completed" for each in changed)
    assert f"{len(changed)}项政策措施状态有变化（新完成{completed}项，状态回退0项）" in walk.lead
    assert codes_of(walk) == sorted(each.code for each in changed)


def which_departments_have_not_reported_for_august(walk):
    month = date(2023, 8, 1)
    now = statuses(month - timedelta(days=1))
    filed = set(
        Report.objects.filter(period=month, state__in=["submitted", "accepted"]).values_list("measure_id", flat=True)
    )
    owing = {
        each.lead_department.short_zh
        for each in Measure.objects.select_related("lead_department")
        if now.get(each.pk) != "completed" and each.pk not in filed
    }
    row = walk.row("填报")
    assert f"8月：部分未报{len(owing)}个" in "".join(row.inner_text().split())
    assert len(owing) == 8
    # Of all months that are owed; the table below has each month.
    walk.click(row.get_by_role("link", name="9"))
    august = walk.page.locator("#chart-reports-rows tbody tr", has=walk.page.locator("td:last-child .month-missing"))
    assert {each.strip() for each in august.locator("th").all_text_contents()} == owing


def how_far_is_the_plan(walk):
    completed, total = Counter(statuses().values())["completed"], Measure.objects.count()
    rate = rounded(Decimal(completed * 100) / total)
    due = Measure.objects.filter(due_on__lt=TODAY).count()
    assert f"到期{due}项：" in walk.lead
    assert f"逾期未完成{len(overdue())}项" in walk.lead
    text = "".join(walk.page.locator(".headline").inner_text().split())
    assert f"已完成{completed}{rate}%" in text
    assert f"共{total}项" in text
    assert f"序时进度{elapsed()}%，差距−{elapsed() - rate}个百分点" in text


def which_section_is_slowest(walk):
    found = rates("section_id")
    least = min(found.values())
    slowest = {
        each.section.title_zh for each in Measure.objects.select_related("section") if found[each.section_id] == least
    }
    assert slowest == {"协同推进降碳减污扩绿增长"}
    sentence = walk.part("三、责任落实").locator("p.sentence").inner_text()
    assert f"完成率最低的是“协同推进降碳减污扩绿增长”（{least}%）" in sentence
    # And in order of the red lights, in one click.
    walk.click(walk.part("三、责任落实").get_by_role("link", name="红灯").first)
    assert walk.heading == "各重点任务完成情况"
    reds = Counter(each.section.title_zh for each in overdue())
    shown = [row.split("\t") for row in walk.page.locator("main table").first.locator("tbody tr").all_inner_texts()]
    assert [int(row[3]) for row in shown] == sorted((reds[row[0].strip()] for row in shown), reverse=True)


def what_is_due_within_60_days_and_still_promoted(walk):
    now = statuses()
    soon = Measure.objects.filter(due_on__gte=TODAY, due_on__lte=TODAY + timedelta(days=60))
    codes = [each.code for each in soon if now[each.pk] == "promoting"]
    walk.click(walk.row("黄灯").locator("td").first.get_by_role("link", name=str(len(codes)), exact=True))
    assert codes_of(walk) == sorted(codes)
    assert f"共{len(codes)}条" in walk.page.locator("main").inner_text()


def what_is_the_latest_growth_and_the_gap_to_china(walk):
    def latest(region):
        rows = Observation.objects.filter(
            indicator__code="gdp_growth_ytd", region__code=region, released_on__lte=TODAY, verified=True, exact=True
        )
        return max(rows, key=lambda row: (row.period_end, row.released_on))

    own, country = latest("370000"), latest("100000")
    assert (own.period, country.period) == ("2023H1", "2023H1")
    figure = walk.page.locator("[data-figure='indicators.gdp_growth_ytd.value']").first
    gap = walk.page.locator("[data-figure='indicators.gdp_growth_ytd.gap']").first
    assert (Decimal(figure.inner_text()), Decimal(gap.inner_text())) == (own.value, own.value - country.value)
    assert "2023年上半年" in walk.page.locator(".headline").inner_text()
    walk.click(figure)
    assert "2023年上半年：6.2%" in walk.lead and "0.7个百分点" in walk.lead


def which_projects_support_a_measure(walk):
    measure = overdue()[0]
    names = list(measure.projects.filter(listed_on__lte=TODAY).order_by("code").values_list("name_zh", flat=True))
    walk.click(walk.table("逾期最久的措施").get_by_role("link", name=measure.title_zh))
    assert walk.heading == measure.title_zh
    facts = walk.page.locator("dl.facts").inner_text()
    assert len(names) > 5 and all(name in facts for name in names[:5])
    walk.click(walk.page.get_by_role("link", name=f"查看全部{len(names)}个项目"))
    assert f"共{len(names)}条" in walk.page.locator("main").inner_text()
    assert walk.page.locator("main tbody tr").count() == min(len(names), 50)
    assert names[-1] in walk.page.locator("main").inner_text()


def what_must_be_done_a_month_to_finish_in_time(walk):
    now = Counter(statuses().values())
    left = now["promoting"] + now["in_progress"]
    months = Decimal((ENDS_ON - TODAY).days) / (Decimal("365.25") / 12)
    needed = int((left / months).quantize(Decimal(1), ROUND_HALF_UP))
    assert needed == 8
    assert f"今后每月需完成约{needed}项" in walk.part("二、推进进程").locator("p.sentence").inner_text()


def who_lost_most_ground(walk):
    """Since the end of July, of those that lead five measures or more: by the gap to time elapsed, then to the plan."""
    now, then = statuses(), statuses(date(2023, 7, 31))
    falls = {}
    for department in Department.objects.all():
        own = list(Measure.objects.filter(lead_department=department))
        if len(own) < 5:
            continue
        completed = [sum(each[m.pk] == "completed" for m in own) for each in (then, now)]
        due = [sum(m.due_on is not None and m.due_on <= on for m in own) for on in (date(2023, 7, 31), TODAY)]
        rate, plan = ([rounded(Decimal(n * 100) / len(own)) for n in counts] for counts in (completed, due))
        falls[department.short_zh] = (rate[0] - rate[1], (rate[0] - plan[0]) - (rate[1] - plan[1]))
    most = max(falls.values())
    names = {name for name, fall in falls.items() if fall == most}
    row = walk.row("进度差距扩大最多")
    assert all(name in row.inner_text() for name in names)
    assert f"与计划进度的差距较7月末扩大{most[1]}个百分点，扩大最多" in row.inner_text()
    walk.click(row.get_by_role("link", name=str(len(names)), exact=True))
    assert set(text_of(walk.page.locator("main table").first.locator("tbody th[scope=row]"))) == names


QUESTIONS = {
    "哪个部门进度最慢": which_department_is_furthest_behind,
    "能源方面有哪些措施逾期": what_is_overdue_in_energy,
    "烟台总投资多少": how_much_is_invested_in_yantai,
    "5月以来有哪些变化": what_changed_since_may,
    "8月哪些部门还没有填报": which_departments_have_not_reported_for_august,
    "计划总体进展到哪一步": how_far_is_the_plan,
    "哪项重点任务最慢": which_section_is_slowest,
    "60天内到期还没有进展的是哪些": what_is_due_within_60_days_and_still_promoted,
    "最新的地区生产总值增速是多少，比全国高多少": what_is_the_latest_growth_and_the_gap_to_china,
    "哪些项目支撑这项措施": which_projects_support_a_measure,
    "要按期完成，每月要完成多少项": what_must_be_done_a_month_to_finish_in_time,
    "哪个部门退步最多": who_lost_most_ground,
}


def test_each_question_is_answered_in_two_clicks(watched, site):
    page, wrong = watched
    page.set_viewport_size({"width": 1366, "height": 768})
    answers = {}
    for question, ask in QUESTIONS.items():
        walk = Walk(page, site)
        try:
            ask(walk)
        except Exception as fault:  # the other questions are asked all the same
            answers[question] = f"{urlsplit(page.url).path}: {type(fault).__name__}: {fault}"
    assert answers == {}
    assert wrong == []
