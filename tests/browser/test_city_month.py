"""A city's month: Zibo takes its workbook of 202 projects home, changes 30 rows in a spreadsheet program, sends it
back, settles a conflict and an error, and submits; the office accepts 28 at once and returns two with words; the
figures of the province move by exactly that, and the map and the ranks follow.
"""

import time
from datetime import date

import openpyxl
import pytest
from playwright.sync_api import expect

from accounts.models import User
from demonstration.months.writing import make_months
from projects.models import AnnualPlan, Project, ProjectMonth
from projects.months.services import accept_month
from regions.models import Region
from rollups.services import rebuild_rollups
from tests.browser.test_ten_questions import TODAY
from tests.factories import PASSWORD, make_user
from tests.workbooks.test_project_months import saved_by_libreoffice
from workbooks.month.sheets import PROJECTS

pytestmark = pytest.mark.browser

PINNED = date(2023, 9, 5)
ZIBO = "370300"
JULY, AUGUST = date(2023, 7, 1), date(2023, 8, 1)
# In 万元: what each of the thirty invested in August.
ADDED = 100
DONE = {"en": "Steel frame closed, equipment ordered", "zh-hans": "主体结构封顶，设备已订货"}
REASON = {"en": "Name the lot of land that is closed", "zh-hans": "请写明已完工的标段"}
# Columns of the sheet by their place: its heads are in the reader's language.
CODE, INVESTED, PROGRESS, WORDS = "code", "invested_wan", "progress", "what_was_done"


@pytest.fixture
def zibo(people, settings):
    """Zibo's projects that wait for August, the largest first, with July's month; what was submitted is accepted."""
    make_months(TODAY)
    city = Region.objects.get(code=ZIBO)
    for name in ("zoe", "max"):
        make_user(name, role="reporter", city=city, password=PASSWORD)
    settings.PILOTZONE_TODAY = PINNED
    waiting = ProjectMonth.objects.filter(state="submitted", project__city=city)
    for month in waiting.select_related("project"):
        accept_month(month, by=User.objects.get(username="rita"))
    rebuild_rollups()
    months = ProjectMonth.objects.filter(project__city=city)
    begun = set(months.filter(period=AUGUST).values_list("project", flat=True))
    july = months.filter(period=JULY, state="accepted", stage="under_construction").exclude(project__in=begun)
    found = july.exclude(superseded_from__isnull=False).select_related("project").order_by("-project__investment_wan")
    half_invested = [each for each in found if 2 * (each.invested_wan + ADDED) < each.project.investment_wan]
    assert Project.objects.filter(city=city).count() == 202 and len(half_invested) >= 30
    return half_invested[:30]


def rows_of(path):
    """The codes of its rows."""
    sheet = max(openpyxl.load_workbook(path).worksheets, key=lambda each: each.max_column)
    return [row[0].value for row in sheet.iter_rows(min_row=2) if row[0].value]


def changed(path, months, words, *, wrong=()):
    """The workbook with August in the rows of these; the progress of those in `wrong` is nonsense."""
    book = openpyxl.load_workbook(path)
    # A sheet beside it says how to fill it in.
    sheet = max(book.worksheets, key=lambda each: each.max_column)
    places = {column.name: number for number, column in enumerate(PROJECTS.columns, start=1)}
    rows = {row[places[CODE] - 1].value: row[0].row for row in sheet.iter_rows(min_row=2)}
    for month in months:
        row = rows[month.project.code]
        sheet.cell(row, places[INVESTED]).value = month.invested_wan + ADDED
        sheet.cell(row, places[PROGRESS]).value = 450 if month in wrong else min(99, month.progress + 2)
        sheet.cell(row, places[WORDS]).value = words
    book.save(path)


def province(page, site):
    """The figures of the plan and of Zibo, as programs read them."""
    plan = page.request.get(f"{site}/api/v1/rollups/projects/").json()["results"][0]
    city = page.request.get(f"{site}/api/v1/rollups/projects/?by=city&key={ZIBO}").json()["results"][0]
    return plan, city


def in_plain_python():
    """Return what is invested since 1 January and what is planned, in 万元, by city."""
    newest, sums = {}, {}
    months = ProjectMonth.objects.filter(state="accepted", period__lte=AUGUST).order_by("period", "submitted_on", "pk")
    for month in months:
        newest[month.project_id] = month
    for plan in AnnualPlan.objects.filter(year=2023).select_related("project__city"):
        own = sums.setdefault(plan.project.city.code, [0, 0])
        own[0] += newest[plan.project_id].invested_wan if plan.project_id in newest else 0
        own[1] += plan.planned_wan
    return sums


def upload(page, path):
    page.locator("#upload input[type=file]").set_input_files(path)
    page.locator("#upload .form-actions button").click()
    page.locator("#decide").wait_for()


def is_as_wide_as_the_screen(page):
    wide, screen = page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
    assert wide <= screen, (page.url, wide, screen)


def person(enter, name, language, width):
    page = enter(name)
    User.objects.filter(username=name).update(language=language)
    page.context.add_cookies([{"name": "pilotzone_language", "value": language, "url": page.url}])
    page.set_viewport_size({"width": width, "height": 800})
    return page


@pytest.mark.parametrize(("language", "width"), [("en", 1366), pytest.param("zh-hans", 360, marks=pytest.mark.long)])
def test_thirty_rows_of_two_hundred_and_two(language, width, zibo, enter, site, libreoffice, tmp_path):
    zoe, max_, rita = (person(enter, name, language, width) for name in ("zoe", "max", "rita"))
    path = tmp_path / "month.xlsx"
    fine, conflict, wrong = zibo[:28], zibo[28], zibo[29]

    # She takes the workbook home; a colleague begins one of its rows meanwhile.
    zoe.goto(f"{site}/workspace/?period=2023-08")
    is_as_wide_as_the_screen(zoe)
    with zoe.expect_download() as download:
        zoe.goto(f"{site}/workspace/projects/month/?period=2023-08")
        is_as_wide_as_the_screen(zoe)
        zoe.locator("a[href^='/workspace/projects/month/download/']").click()
    download.value.save_as(path)
    assert len(rows_of(path)) == 202
    max_.goto(f"{site}/projects/{conflict.project.code}/month/?period=2023-08")
    max_.locator("input[name=invested_wan]").fill("0.0001")
    max_.locator(".form-actions button[name=action][value=draft]").click()
    max_.wait_for_load_state()
    changed(path, zibo, DONE[language], wrong=[wrong])
    path.write_bytes(saved_by_libreoffice(libreoffice, path.read_bytes(), tmp_path))

    # The preview: 28 are right, one was changed by both, one is wrong.
    zoe.goto(f"{site}/workspace/projects/month/?period=2023-08")
    upload(zoe, path)
    is_as_wide_as_the_screen(zoe)
    expect(zoe.locator("#submit li")).to_have_count(28)
    assert conflict.project.code in zoe.locator("#conflicts").inner_text()
    expect(zoe.locator("#wrong td").last).to_contain_text("100", use_inner_text=True)
    assert ProjectMonth.objects.filter(period=AUGUST, state="submitted", project__city__code=ZIBO).count() == 0
    for choice in zoe.locator("#conflicts input[value=file]").all():
        choice.check()
    zoe.locator("#decide input[name=leave_out]").check()
    zoe.locator("#decide button[name=action][value=load]").click()
    zoe.locator("#decide").wait_for(state="detached")
    filed = ProjectMonth.objects.filter(period=AUGUST, state="submitted", project__city__code=ZIBO)
    assert filed.count() == 29

    # The wrong one, put right in the same workbook.
    changed(path, [wrong], DONE[language])
    path.write_bytes(saved_by_libreoffice(libreoffice, path.read_bytes(), tmp_path))
    zoe.goto(f"{site}/workspace/projects/month/?period=2023-08")
    upload(zoe, path)
    expect(zoe.locator("#submit li")).to_have_count(1)
    zoe.locator("#decide button[name=action][value=load]").click()
    zoe.locator("#decide").wait_for(state="detached")
    assert set(filed.values_list("project__code", flat=True)) == {each.project.code for each in zibo}

    # The office accepts 28 at once, and returns two.
    plan_then, city_then = province(rita, site)
    returned, pks = [fine[0], fine[1]], dict(filed.values_list("project", "pk"))
    accepted = [each for each in zibo if each not in returned]
    rita.goto(f"{site}/review/projects/?city={ZIBO}")
    is_as_wide_as_the_screen(rita)
    for each in accepted:
        rita.locator(f"input[name=report][value^='{pks[each.project_id]}-']").check()
    rita.locator("#ticked button[value=accept]").click()
    rita.locator("#accepted-today").wait_for()
    began = time.monotonic()
    plan, city = province(rita, site)
    took = time.monotonic() - began
    moved = 28 * ADDED / 10_000
    for now, then in ((plan, plan_then), (city, city_then)):
        assert round(now["invested_this_year"] - then["invested_this_year"], 4) == moved
        assert then["without_month"] - now["without_month"] == 28
        assert [now[name] for name in ("total", "total_investment", "planned_this_year")] == [
            then[name] for name in ("total", "total_investment", "planned_this_year")
        ]
    assert took < 1
    for each in returned:
        rita.locator(f"input[name=report][value^='{pks[each.project_id]}-']").check()
    rita.locator("#ticked summary").click()
    rita.locator("#ticked textarea[name=note]").fill(REASON[language])
    rita.locator("#ticked button[value=return]").click()
    rita.wait_for_load_state()
    states = dict(ProjectMonth.objects.filter(pk__in=pks.values()).values_list("project", "state"))
    assert [states[each.project_id] for each in returned] == ["returned"] * 2
    assert list(states.values()).count("accepted") == 28
    assert province(rita, site)[0] == plan

    # The map, the table and the ranks say the same; the returned ones lead Zoe's list, with the office's words.
    sums = in_plain_python()
    rates = {code: round(100 * invested / planned + 1e-9, 1) for code, (invested, planned) in sums.items()}
    rita.goto(f"{site}/cities/?show=plan_completion")
    is_as_wide_as_the_screen(rita)
    row = rita.locator(f"table.places tr:has(a[href^='/cities/{ZIBO}/'])").first
    assert f"{rates[ZIBO]}%" in row.inner_text()
    place = 1 + sum(rate > rates[ZIBO] for rate in rates.values())
    assert row.locator(".place").inner_text().strip() == str(place)
    assert f"{rates[ZIBO]}%" in rita.locator(".map-place").text_content()
    zoe.goto(f"{site}/workspace/?period=2023-08")
    first = zoe.locator("main table tbody tr").first.inner_text()
    assert REASON[language] in first and any(each.project.code in first for each in returned)
