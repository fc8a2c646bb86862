"""Ten questions that an official asks, and one more: each is answered at most two clicks from the overview.

What the page says is held against the rows of the database, counted here in plain Python.
"""

import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

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
        self.page.wait_for_url(lambda url: url != before, wait_until="domcontentloaded")

    def part(self, title):
        return self.page.locator("section.part").filter(has=self.page.locator("h2", has_text=title))

    def table(self, caption):
        return self.page.locator("table").filter(has=self.page.locator("caption", has_text=caption))

    def row(self, name):
        """The first row of the page's tables that begins with a name."""
        head = self.page.locator("th[scope=row]").filter(has_text=re.compile(rf"^\s*(\d+\s+)?{re.escape(name)}\s*$"))
        return self.page.locator("main tr").filter(has=head).first

    @property
    def heading(self):
        return self.page.locator("h1").inner_text()

    @property
    def lead(self):
        return self.page.locator("main p.lead").inner_text()


def text_of(cells):
    return [cell.strip() for cell in cells.all_inner_texts()]


def codes_of(walk, place="main"):
    rows = walk.page.locator(place).locator("tbody tr").all_inner_texts()
    return sorted(set(re.findall(r"\bM\d{3}\b", " ".join(rows))))


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


def elapsed():
    return rounded(Decimal(((TODAY - STARTS_ON).days + 1) * 100) / ((ENDS_ON - STARTS_ON).days + 1))


def overdue():
    now = statuses()
    due = Measure.objects.filter(due_on__lt=TODAY).order_by("due_on", "code")
    return [measure for measure in due if now[measure.pk] != "completed"]


def by_who_must_act_first(of):
    """Names of what `of` gives of a measure, with how many are overdue and for how long at most: whoever must act first
    before the others, as far as these two tell them apart."""
    days = defaultdict(list)
    for measure in overdue():
        days[of(measure)].append((TODAY - measure.due_on).days)
    return sorted(((len(own), max(own), name) for name, own in days.items()), key=lambda row: (-row[0], -row[1]))


def which_department_must_act_first(walk):
    found = by_who_must_act_first(lambda measure: measure.lead_department.short_zh)
    assert text_of(walk.page.locator(".called li a"))[:2] == [name for _count, _days, name in found[:2]]
    walk.click(walk.page.get_by_role("link", name="查看全部35个部门"))
    table = walk.page.locator("main table").first
    rows = [row.split("\t") for row in table.locator("tbody tr").all_inner_texts()]
    names = text_of(table.locator("tbody th[scope=row]"))
    assert names[:2] == [name for _count, _days, name in found[:2]]
    counts = dict(zip(names, (row[1].strip() for row in rows), strict=True))
    assert {name: counts[name] for *_rest, name in found} == {name: str(count) for count, _days, name in found}


def what_is_overdue_in_energy(walk):
    own = [each.code for each in overdue() if each.lead_department.slug == "energy"]
    walk.click(walk.page.get_by_role("link", name="查看全部35个部门"))
    assert walk.row("能源局").locator("td").first.inner_text().strip() == str(len(own))
    # Others have some: the number opens exactly those.
    own = [each.code for each in overdue() if each.lead_department.slug == "natural-resources"]
    assert len(own) == 2
    walk.click(walk.row("自然资源厅").locator("td").first.get_by_role("link", name="2"))
    expect(walk.page.locator("main")).to_contain_text("共2条", use_inner_text=True)
    assert codes_of(walk) == sorted(own)


def how_much_is_invested_in_yantai(walk):
    projects = Project.objects.filter(city__code="370600", listed_on__lte=TODAY)
    wan = sum(projects.values_list("investment_wan", flat=True))
    said = text_of(walk.row("烟台").locator("td"))
    assert abs(int(said[0].replace(",", "")) - Decimal(wan) / 10_000) < 1
    walk.click(walk.row("烟台").get_by_role("link"))
    assert walk.heading == "烟台市"
    figure = walk.page.locator(".figures [data-figure='projects.total_investment']")
    assert Decimal(figure.get_attribute("data-value")) == Decimal(wan) / 10_000
    # In 万亿元, as the headline of a page says it.
    assert Decimal(figure.inner_text()) == round(Decimal(wan) / 100_000_000, 2)
    assert walk.page.locator(".figures [data-figure='projects.total']").inner_text() == str(projects.count())


def what_changed_since_may(walk):
    walk.click(walk.page.get_by_role("link", name="项转红灯"))
    walk.click(walk.page.get_by_role("link", name="5月", exact=True))
    assert walk.heading == "2023年5月31日至2023年8月29日变化情况"
    before, now = statuses(date(2023, 5, 31)), statuses()
    changed = [each for each in Measure.objects.all() if before.get(each.pk) != now[each.pk]]
    assert len(changed) > 20
    completed = sum(now[each.pk] == "completed" for each in changed)
    assert f"{len(changed)}项政策措施状态有变化（新完成{completed}项，状态回退0项）" in walk.lead
    assert codes_of(walk, "#measures") == sorted(each.code for each in changed)


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
    late = [each for each in Measure.objects.all() if now.get(each.pk) != "completed" and each.pk not in filed]
    assert f"8月{len(late)}项" in "".join(row.inner_text().split())
    assert len(owing) == 8
    # Of all months that are owed; the table below has each month.
    walk.click(row.get_by_role("link", name="9"))
    incomplete = set()
    for each in walk.page.locator("#months tbody tr").all():
        submitted, due = re.findall(r"\d+", each.locator("td").last.inner_text())[:2]
        if int(submitted) < int(due):
            incomplete.add(each.locator("th").inner_text().strip())
    assert incomplete == owing


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


def which_priority_area_must_act_first(walk):
    found = by_who_must_act_first(lambda measure: measure.section.title_zh)
    part = walk.part("三、责任落实")
    names = text_of(part.locator("table").first.locator("tbody th[scope=row]"))
    assert names[:2] == [name for _count, _days, name in found[:2]]
    assert f"{len(overdue())}项逾期" in part.locator("p.sentence").first.inner_text()
    # And in order of the longest delay, in one click.
    walk.click(part.get_by_role("link", name="最长（天）").first)
    assert walk.heading == "重点任务推进情况"
    shown = [row.split("\t") for row in walk.page.locator("main table").first.locator("tbody tr").all_inner_texts()]
    longest = {name: days for _count, days, name in found}
    assert [int(row[2].strip().replace("—", "0")) for row in shown] == sorted(
        (longest.get(row[0].strip(), 0) for row in shown), reverse=True
    )


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
    expect(walk.page.locator(".headline")).to_contain_text("2023年上半年", use_inner_text=True)
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
    months = (ENDS_ON.year - TODAY.year) * 12 + ENDS_ON.month - TODAY.month
    needed = rounded(Decimal(left) / months)
    assert f"今后月均需{needed}项" in walk.part("二、推进进程").inner_text()


def who_lost_most_ground(walk):
    """Find who lost most since the end of July, of those that lead five measures or more: by the gap to time elapsed,
    then to the plan."""
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
    assert f"与计划进度的差距较7月末扩大{most[1]}个百分点" in row.inner_text()
    walk.click(row.get_by_role("link", name=str(len(names)), exact=True))
    assert set(text_of(walk.page.locator("main table").first.locator("tbody th[scope=row]"))) == names


QUESTIONS = {
    "哪个部门最该催办": which_department_must_act_first,
    "能源方面有哪些措施逾期": what_is_overdue_in_energy,
    "烟台总投资多少": how_much_is_invested_in_yantai,
    "5月以来有哪些变化": what_changed_since_may,
    "8月哪些部门还没有填报": which_departments_have_not_reported_for_august,
    "计划总体进展到哪一步": how_far_is_the_plan,
    "哪项重点任务最该催办": which_priority_area_must_act_first,
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
