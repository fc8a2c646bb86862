"""A coordination meeting in a real browser, from the filters to the sheet on paper and in Word."""

from datetime import date
from io import BytesIO
from unicodedata import normalize

import pytest
from docx import Document
from playwright.sync_api import expect
from pypdf import PdfReader

from measures.models import Measure
from problems.meetings import Direction, give_direction
from problems.models import Meeting, ProblemStep
from tests.factories import User, make_problem

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "项目用地涉及永久基本农田和生态保护红线，新增建设用地指标尚未落实，前期手续无法办理，影响按期开工"
ENGLISH = (
    "The site touches farmland under protection: there is no land quota, permits cannot be had and work cannot begin"
)
WHAT = "由省自然资源厅牵头，九月中旬前统筹落实新增建设用地指标，逐项目明确办结时间，办理情况每周报办公室。"


@pytest.fixture
def problems(people):
    measures = Measure.objects.order_by("position").select_related("lead_department")[:21]
    return [
        make_problem(each, date(2023, 7, number), text_zh=TEXT, text_en=ENGLISH)
        for number, each in enumerate(measures, start=1)
    ]


def test_a_meeting_from_the_filters_to_its_sheet_on_paper_and_in_word(enter, site, problems):
    rita = enter("rita")
    # What the list of problems links to: those raised from 2 July on.
    rita.goto(f"{site}/meetings/add/?state=open&raised_from=2023-07-02&search=永久基本农田&lang=en")
    assert rita.locator("[name=problems]:checked").count() == 20
    rita.get_by_label("Title (Chinese)").fill("八月份重点任务推进问题协调会")
    rita.get_by_label("Title (English)").fill("August meeting on key tasks")
    rita.get_by_label("Date", exact=True).fill("2023-08-29")
    rita.get_by_label("Place").fill("省政府第一会议室")
    rita.get_by_role("button", name="Put on the agenda").click()
    rita.get_by_text("The meeting was added").wait_for()
    assert rita.locator("tbody tr").count() == 20

    rita.get_by_role("link", name="Give the direction").first.click()
    rita.get_by_label("Owner").select_option("natural-resources")
    rita.get_by_label("What is to be done").fill(WHAT)
    rita.get_by_label("By when").fill("2023-09-15")
    rita.get_by_label("Energy", exact=True).check()
    rita.get_by_role("button", name="Give the direction").click()
    rita.get_by_text("The direction was given").wait_for()
    first = rita.locator("tbody tr").first.inner_text()
    assert "Natural Resources, by 2023-09-15" in first
    assert WHAT in first
    assert "17 days left" in first
    step = ProblemStep.objects.latest("pk")
    assert (step.problem, step.owner.slug, step.due_on) == (problems[1], "natural-resources", date(2023, 9, 15))

    meeting, by = Meeting.objects.latest("number"), User.objects.get(username="rita")
    for item in meeting.items.filter(direction=None):
        give_direction(item, by=by, direction=Direction(step.owner, WHAT, date(2023, 9, 30)))
    for language, title in (("zh-hans", "八月份重点任务推进问题协调会"), ("en", "August meeting on key tasks")):
        rita.goto(f"{site}/meetings/{meeting.number}/?lang={language}")
        sheets = [plain(each.extract_text()) for each in PdfReader(BytesIO(rita.pdf(prefer_css_page_size=True))).pages]
        assert len(sheets) <= 2
        assert title in sheets[0]
        assert all(each.code in "".join(sheets) for each in problems[1:])
        with rita.expect_download() as download:
            rita.locator("a[download]").click()
        document = Document(download.value.path())
        [table] = document.tables
        rows = [[cell.text for cell in row.cells] for row in table.rows][1:]
        shown = [row.inner_text() for row in rita.locator("tbody tr").all()]
        assert document.paragraphs[0].text == title
        assert len(rows) == len(shown) == 20
        for cells, row in zip(rows, shown, strict=True):
            assert cells[0].split()[0] in row
            for said in (WHAT, cells[2].partition(WHAT)[0].rstrip("：: ")):
                assert said in cells[2]
                assert said in row


def plain(text):
    """A PDF names some glyphs by their radicals (⾏ for 行)."""
    return normalize("NFKC", text)


def test_problems_change_places_without_scripts(browser, site, problems, enter):
    rita = enter("rita")
    rita.goto(f"{site}/meetings/add/?raised_from=2023-07-20&search=永久基本农田&lang=en")
    rita.get_by_label("Title (English)").fill("Small")
    rita.get_by_label("Date", exact=True).fill("2023-09-10")
    rita.get_by_role("button", name="Put on the agenda").click()
    rita.get_by_text("The meeting was added").wait_for()
    state = rita.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=state, locale="en")
    page = context.new_page()
    page.goto(f"{site}/meetings/{Meeting.objects.latest('number').number}/")
    page.get_by_role("link", name="Agenda").click()
    page.get_by_role("button", name="off the agenda").last.wait_for()
    codes = page.locator("tbody th a").all_inner_texts()
    page.get_by_role("button", name=f"Move {codes[1]} up").click()
    expect(page.locator("tbody th a")).to_have_text(codes[::-1])
    page.get_by_role("button", name=f"Take {codes[0]} off the agenda").click()
    expect(page.locator("tbody th a")).to_have_text(codes[1:])
    context.close()
