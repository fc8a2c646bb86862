"""Briefs: the same on the page and in the Word file, right, and never more than one sheet holds."""

import html
import re
from datetime import date
from io import BytesIO

import docx
import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx.oxml.ns import qn

from accounts.models import Department
from briefs.sheet import Cell, Column, format_some, rows_that_fit, shortened, width_of
from measures.models import Measure
from projects.models import Project
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.pages import joined, text_of
from tests.sweeps import each_in_one_way
from web.site import site_profile

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

BRIEFS = ["/brief/", "/sections/innovation/brief/", "/departments/science/brief/", "/cities/370200/brief/"]
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def site(today, open_reading, settings):
    """Return a plan in which, on 29 August 2023, science leads nine measures of Innovation. Three were due before: one
    was done in time, one late, one is overdue since 1 August. Of the others one is due in September and one in 2024,
    one was done before its day, one fell back, one was listed and one began to move in August."""
    settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 8, 1)
    section = make.make_section(slug="innovation", number=1, title_zh="创新驱动发展", title_en="Innovation")
    science = make.make_department("science", name_zh="省科技厅", short_zh="科技厅", name_en="Science Department")

    def measure(title, due_on=None, **fields):
        return make.make_measure(section, science, title_en=title, due_on=due_on, **fields)

    make.make_change(measure("In time", date(2023, 5, 31)), "completed", date(2023, 5, 31))
    make.make_change(measure("Late", date(2023, 6, 30)), "completed", date(2023, 7, 10))
    measure("Overdue", date(2023, 8, 1))
    measure("September", date(2023, 9, 30))
    early = measure("Early", date(2025, 6, 30))
    make.make_change(early, "in_progress", date(2023, 3, 1))
    make.make_change(early, "completed", date(2023, 8, 20), old_status="in_progress")
    back = measure("Back")
    make.make_change(back, "in_progress", date(2023, 4, 1))
    make.make_change(back, "promoting", date(2023, 8, 9), old_status="in_progress")
    measure("New", listed_on=date(2023, 8, 15))
    measure("Next year", date(2024, 3, 31))
    make.make_change(measure("Moving"), "in_progress", date(2023, 8, 3))
    make.make_project(city="370200", investment=93_600_000, stage="preparing", name_en="Harbour")
    make.make_project(city="370200", investment=6_400_000, name_en="Wind farm", listed_on=date(2023, 8, 10))
    make.make_project(city="370600", investment=100_000_000)
    rebuild_rollups()
    return section.plan


def address_of(path, **query):
    parts = [f"{name}={value}" for name, value in {"lang": "en", **query}.items()]
    return f"{path}?{'&'.join(parts)}"


def page_of(path, **query):
    answer = Client().get(address_of(path, **query))
    assert answer.status_code == 200, path
    return joined(answer.content.decode())


def file_of(path, **query):
    answer = Client().get(address_of(path, format="docx", **query))
    assert (answer.status_code, answer["Content-Type"]) == (200, WORD)
    return docx.Document(BytesIO(b"".join(answer.streaming_content)))


def plain(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def tables_of(page):
    """Heading -> the rows of its table, each cell a text; without a table its sentence."""
    found = {}
    for part in page.split('<section class="brief-part">')[1:]:
        part = part.split("</section>")[0]
        heading = plain(part.split("</h2>")[0])
        rows = re.findall(r"<tr>(.*?)</tr>", part, flags=re.DOTALL)
        found[heading] = [
            [plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL)] for row in rows
        ]
    return found


def tables_of_file(document):
    found, heading = {}, ""
    for block in document.iter_inner_content():
        if hasattr(block, "rows") and heading:
            found[heading] = [[cell.text.strip() for cell in row.cells] for row in block.rows]
        elif getattr(block, "style", None) is not None and block.style.name == "Heading 1":
            heading = block.text
            found[heading] = []
    return found


def figures_of(page):
    """label -> value, unit and note."""
    block = page.split('<div class="brief-figures">')[1].split('<section class="brief-part">')[0]
    found = {}
    for each in block.split('<span class="figure-label">')[1:]:
        label, rest = each.split("</span>", 1)
        found[plain(label)] = plain(rest)
    return found


def runs_of(document):
    footers = [section.footer._element for section in document.sections]
    for root in (document.element.body, *footers):
        yield from root.iter(qn("w:r"))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("path", "day"), each_in_one_way(list(BRIEFS), ["", "2023-07-31", "2022-12-31"]))
def test_the_word_file_says_what_the_page_says(site, path, day, language):
    query = {"as_of": day, "lang": language} if day else {"lang": language}
    page, document = page_of(path, **query), file_of(path, **query)
    tables = tables_of(page)
    assert len(tables) >= 2
    assert tables_of_file(document) == tables
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    sentence = plain(page.split('<p class="brief-sentence">')[1].split("</p>")[0])
    name = plain(page.split("<h1>")[1].split("</h1>")[0])
    assert paragraphs[0] == name
    # Where a tag ends the page has a space more.
    assert paragraphs[2].replace(" ", "") == sentence.replace(" ", "")
    labels, values, notes = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    shown = figures_of(page)
    for label, value, note in zip(labels, values, notes, strict=True):
        assert shown[label].replace(" ", "") == f"{value}{note}".replace(" ", "")


def test_the_figures_are_those_counted_by_hand(site):
    page = page_of("/sections/innovation/brief/")
    figures = figures_of(page)
    # With three due there is no rate.
    assert figures["Completed on time"] == "1 measure of 3 due, 1 late"
    assert figures["Overdue"] == "1 measure longest 28 days"
    assert figures["Due in September"] == "1 measure 31 March 2024: 1"
    # Completed: May, July, August: fewer than three in the six months that ended before August.
    assert figures["Forecast for the end of 2025"] == "— none: too few completions"
    assert figures["9 policy measures"].startswith("Completed 3 (33.3%), Progress made 1 (11.1%), Under way 5 (55.6%)")
    assert 'data-figure="measures.overdue" data-value="1"' in page


def test_what_changed_is_told_by_kind_with_names(site):
    tables = tables_of(page_of("/sections/innovation/brief/"))
    assert tables["3. Changes since end of July"][1:] == [
        ["Newly overdue", "1", "Overdue"],
        ["Newly completed", "1", "Early"],
        ["Advanced", "1", "Moving"],
        ["Status reversed", "1", "Back"],
        ["Newly listed", "1", "New"],
    ]
    since_june = tables_of(page_of("/sections/innovation/brief/", compare="2023-06-30"))
    assert since_june["3. Changes since end of June"][2] == ["Newly completed", "2", "Late; Early"]
    # Suspended and resumed are rare: they have a row only where there are some.
    make.leave(Measure.objects.get(title_en="Next year"), "suspended", date(2023, 8, 20))
    tables = tables_of(page_of("/sections/innovation/brief/"))
    assert ["Suspended or withdrawn", "1", "Next year"] in tables["3. Changes since end of July"]


def test_overdue_is_what_was_not_so_on_the_earlier_day(site):
    """Nothing is overdue on its due day; a measure that was reopened since, or came back, is newly overdue."""
    Measure.objects.filter(title_en="Overdue").update(due_on=date(2023, 7, 31))
    row = tables_of(page_of("/brief/"))["3. Changes since end of July"][1]
    assert row == ["Newly overdue", "1", "Overdue"]
    Measure.objects.filter(title_en="Overdue").update(due_on=date(2023, 7, 30))
    row = tables_of(page_of("/brief/"))["3. Changes since end of July"][1]
    assert row == ["Newly overdue", "0", ""]
    late = Measure.objects.get(title_en="Late")
    make.make_change(late, "in_progress", date(2023, 8, 2), old_status="completed")
    row = tables_of(page_of("/brief/"))["3. Changes since end of July"][1]
    assert row == ["Newly overdue", "1", "Late"]


def test_what_is_due_on_the_day_itself_is_still_to_come(site):
    Measure.objects.filter(title_en="Overdue").update(due_on=date(2023, 8, 28))
    Measure.objects.filter(title_en="September").update(due_on=date(2023, 8, 29))
    tables = tables_of(page_of("/brief/"))
    assert [row[0] for row in tables["1. Longest overdue"][1:]] == ["Overdue"]
    assert "September" in str(tables)


def test_the_longest_overdue_come_first_then_by_code_and_the_rest_is_counted(site):
    section, science = site.sections.get(), Department.objects.get(slug="science")
    for number in range(12, 0, -1):
        make.make_measure(
            section, science, code=f"X{number:03}", title_en=f"Task {number}", due_on=date(2023, 7, 1 + number // 3)
        )
    page = page_of("/sections/innovation/brief/", as_of="2023-08-29")
    rows = tables_of(page)["1. Longest overdue"][1:]
    assert [row[0] for row in rows] == [f"Task {number}" for number in range(1, 11)]
    assert rows[0][1:3] == ["2023-07-01", "59 days"]
    address = (
        "http://testserver/measures/?light=red&ordering=due_on&section=innovation&as_of=2023-08-29"
        "&plan=shandong-2023-2025"
    )
    assert f"3 more: {address}" in text_of(page).replace("&amp;", "&")
    file = file_of("/sections/innovation/brief/", as_of="2023-08-29")
    assert f"3 more: {address}" in [each.text for each in file.paragraphs]
    listed = Client().get(address, {"lang": "en", "light": "red", "as_of": "2023-08-29"}).content.decode()
    assert "13 results" in listed


def test_the_problems_that_are_not_closed_come_by_due_date_and_the_rest_is_counted(site):
    measure = Measure.objects.get(title_en="Overdue")
    energy = make.make_department("energy", short_en="Energy")
    for number, due_on in enumerate((None, None, date(2023, 9, 30), date(2023, 8, 1)), start=1):
        steps = ["assign"] if due_on else []
        text = {"text_zh": "", "text_en": f"Land {number}"}
        make.make_problem(measure, date(2023, 7, number), steps=steps, due_on=due_on, owner=energy, **text)
    closed = {"steps": ["assign", "solve", "close"], "days": [date(2023, 8, 20)] * 3, "due_on": date(2023, 9, 1)}
    make.make_problem(measure, date(2023, 8, 8), text_zh="", text_en="Money", **closed)
    tables = tables_of(page_of("/sections/innovation/brief/"))
    assert tables["2. Problems not closed: 4"] == [
        ["Problem", "To be solved by", "Days open", "Owner"],
        ["Land 4", "2023-08-01", "56 days", "Energy"],
        ["Land 3", "2023-09-30", "57 days", "Energy"],
        ["Land 1", "—", "59 days", "To be assigned"],
    ]
    page = page_of("/sections/innovation/brief/", as_of="2023-08-29")
    address = "http://testserver/problems/?state=open&section=innovation&as_of=2023-08-29"
    assert f"1 more: {address}" in text_of(page).replace("&amp;", "&")
    listed = Client().get("/problems/?state=open&section=innovation&as_of=2023-08-29&lang=en")
    assert "4 results" in listed.content.decode()
    assert tables_of_file(file_of("/brief/"))["2. Problems not closed: 4"] == tables["2. Problems not closed: 4"]
    # Of a department those that it must solve, as of the day.
    for day in ("2023-08-29", "2023-08-19"):
        # On the earlier day one of its measures had one that was not assigned.
        assert "Problems" not in " ".join(tables_of(page_of("/departments/science/brief/", as_of=day)))
    own = tables_of(page_of("/departments/energy/brief/"))
    assert [title for title in own if "Problems not closed" in title] == ["2. Problems not closed: 2"]


def test_a_department_is_told_its_outstanding_reports(site, settings):
    settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 7, 1)
    tables = tables_of(page_of("/departments/science/brief/"))
    # Three filed nothing for July, but August: the duty ended. New was not listed yet.
    assert tables["4. Reports outstanding"][1:] == [
        ["July 2023", "7", "1", "3", "3", "Overdue; September; Next year"],
        ["August 2023", "7", "3", "0", "4", "Overdue; September; New; Next year"],
    ]
    page = page_of("/departments/science/brief/", as_of="2023-07-10")
    assert "No report is outstanding" in page
    # Who leads is known there.
    assert tables["1. Longest overdue"][0] == ["Overdue measures", "Due date", "Days overdue", "Status"]


def test_a_city_has_its_projects(site):
    page = page_of("/cities/370200/brief/")
    figures = figures_of(page)
    assert figures["Projects"] == "2 projects 66.7% of the total"
    assert figures["Total investment"] == "1 trillion yuan 50.0% of the total"
    tables = tables_of(page)
    assert tables["1. Projects by stage"][1] == ["Preparing", "1", "50.0%", "9,360", "93.6%"]
    assert [row[0] for row in tables["2. Largest projects"][1:]] == ["Harbour", "Wind farm"]
    assert tables["3. Changes since end of July"][1] == ["Newly added", "1", "64.0 billion yuan", "Wind farm"]
    assert "Overdue" not in text_of(page)
    make.leave(Project.objects.get(name_en="Harbour"), "withdrawn", date(2023, 8, 20))
    left = tables_of(page_of("/cities/370200/brief/"))["3. Changes since end of July"][2]
    assert left == ["Withdrawn", "1", "936.0 billion yuan", "Harbour"]


@pytest.mark.parametrize("path", BRIEFS)
def test_a_plan_with_nothing_in_it_has_briefs(site, path):
    Project.objects.all().delete()
    Measure.objects.update(listed_on=date(2023, 8, 29), due_on=None)
    for query in ({"as_of": "2023-08-28"}, {"as_of": "2022-12-31"}, {"as_of": "2023-01-01"}):
        page_of(path, **query)
        assert file_of(path, **query).paragraphs
    empty = page_of("/brief/", as_of="2023-08-28")
    assert "No measure is overdue" in empty
    assert "no measure is listed yet" in empty
    assert "The plan begins on 1 January 2023." in page_of("/brief/", as_of="2022-12-31")


def test_a_site_without_a_plan_says_so(today, open_reading):
    for query in ({}, {"format": "docx"}):
        answer = Client().get(address_of("/brief/", **query))
        assert "This site is being set up" in answer.content.decode()


@pytest.mark.parametrize("path", BRIEFS)
def test_a_format_that_there_is_not_is_refused_naming_those_there_are(site, path):
    answer = Client().get(address_of(path, format="pdf"))
    assert answer.status_code == 400
    assert "html, docx" in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["/sections/nowhere/brief/", "/departments/nowhere/brief/", "/cities/370000/brief/", "/cities/1/brief/"]
)
def test_of_what_there_is_not_there_is_no_brief(site, path):
    assert Client().get(path).status_code == 404
    assert Client().get(f"{path}?format=docx").status_code == 404


def test_the_brief_of_a_merged_department_is_that_of_its_successor(site):
    science = Department.objects.get(slug="science")
    make.make_department("old", merged_into=science, merged_on=date(2023, 2, 1))
    answer = Client().get("/departments/old/brief/?format=docx")
    assert (answer.status_code, answer["Location"]) == (302, "/departments/science/brief/?format=docx")


def test_the_file_has_a_name_in_the_language_of_the_reader_and_is_logged(site):
    client = Client()
    client.force_login(make.make_user("vic"))
    names = {}
    for language in ("en", "zh-hans"):
        answer = client.get(address_of("/sections/innovation/brief/", format="docx", lang=language))
        names[language] = answer["Content-Disposition"]
    assert names["en"] == 'attachment; filename="One-page brief-Innovation-2023-08-29.docx"'
    assert "%E4%B8%80%E9%A1%B5%E7%AE%80%E6%8A%A5-%E5%88%9B%E6%96%B0" in names["zh-hans"]
    logged = LogEntry.objects.filter(additional_data__event="export")
    assert [entry.actor.username for entry in logged] == ["vic", "vic"]


def test_every_run_and_every_style_has_an_east_asian_font_and_none_is_japanese(site):
    for path in BRIEFS:
        for language in ("en", "zh-hans"):
            document = file_of(path, lang=language)
            runs = list(runs_of(document))
            assert len(runs) > 20
            for run in runs:
                fonts = run.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
                assert fonts.get(qn("w:eastAsia")) in {"方正小标宋简体", "黑体", "楷体", "仿宋", "宋体"}, run.xml
            markup = document.styles.element.xml + document.settings.element.xml
            assert "Theme=" not in markup.replace("w:clrSchemeMapping", "")
            assert "ja-JP" not in markup
            assert "ＭＳ" not in markup


def test_the_sheet_is_laid_out_as_the_standard_says(site):
    """GB/T 9704: A4, 37 mm above, 28 left, 26 right, 35 below; the title in 小标宋 of 22 points, headings in 黑体."""
    document = file_of("/brief/", lang="zh-hans")
    section = document.sections[0]
    edges = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(each.mm) for each in edges] == [37, 28, 26, 35]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    title = document.styles["Title"]
    assert title.font.size.pt == 22
    assert title.element.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    assert document.styles["Heading 1"].element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
    assert document.styles["Heading 1"].element.pPr.find(qn("w:outlineLvl")) is not None
    assert "PAGE" in section.footer._element.xml


@pytest.mark.parametrize(("language", "tag"), [("en", "en-GB"), ("zh-hans", "zh-CN")])
def test_the_file_says_its_title_and_language_and_names_nobody(site, language, tag):
    document = file_of("/brief/", lang=language)
    about = document.core_properties
    assert about.title.startswith("Three-year action plan" if language == "en" else "三年行动计划")
    assert (about.author, about.last_modified_by, about.comments, about.language) == ("", "", "", tag)
    lang = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}/{qn('w:lang')}")
    assert (lang.get(qn("w:val")), lang.get(qn("w:eastAsia"))) == (tag, "zh-CN")
    assert not [rel for rel in document.part.package.rels.values() if "thumbnail" in rel.reltype]


HOSTILE = "<b>x</b>&amp; ]]> \x0b\x1f\ufffe\u2028 \"'`=1+1 \U0001f600\t𠮷"


def test_hostile_names_are_texts_and_break_no_file(site):
    Measure.objects.update(title_en=HOSTILE)
    site.sections.update(title_en=HOSTILE)
    Department.objects.update(name_en=HOSTILE, short_en=HOSTILE)
    Project.objects.update(name_en=HOSTILE)
    for path in BRIEFS:
        document = file_of(path)
        texts = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        assert any(text.startswith("<b>x</b>&amp; ]]> \"'`=1+1 \U0001f600 𠮷") for text in texts), texts
        assert "<b>x</b>" not in page_of(path)
    answer = Client().get(address_of("/sections/innovation/brief/", format="docx"))
    assert re.fullmatch(r"attachment; filename\*=utf-8''[\w.%~-]+", answer["Content-Disposition"])


def test_long_names_are_cut_and_rows_give_way(site):
    """A sheet holds so many lines: names of two lines leave fewer rows, which are counted."""
    section, science = site.sections.get(), Department.objects.get(slug="science")
    for number in range(10):
        make.make_measure(section, science, title_en=f"{number} {'long ' * 58}", due_on=date(2023, 7, 1))
    page = page_of("/sections/innovation/brief/")
    tables = tables_of(page)
    rows = tables["1. Longest overdue"][1:]
    assert len(rows) == 4
    assert all(row[0].endswith("…") and width_of(row[0]) <= 110 for row in rows)
    assert "7 more: " in text_of(page)
    assert len(tables_of(page)) == 3


def test_queries_do_not_grow_with_the_rows(site):
    def queries(path, **query):
        site_profile()
        with CaptureQueriesContext(connection) as found:
            Client().get(address_of(path, **query))
        return len(found)

    before = {path: queries(path, format="docx") for path in BRIEFS}
    section, science = site.sections.get(), Department.objects.get(slug="science")
    for number in range(12):
        measure = make.make_measure(section, science, due_on=date(2023, 8, 1 + number))
        make.make_change(measure, "in_progress", date(2023, 8, 20))
        make.make_project(city="370200", listed_on=date(2023, 8, 12))
    rebuild_rollups()
    assert {path: queries(path, format="docx") for path in BRIEFS} == before
    assert max(before.values()) <= 22


def test_widths_are_counted_in_halves_of_a_chinese_character():
    assert width_of("氢能") == 4
    assert width_of("abcd") == pytest.approx(3.4)
    assert shortened("推进海洋强省建设", 16) == "推进海洋强省建设"
    assert shortened("推进海洋强省建设", 15) == "推进海洋强省建…"[:-2] + "建…"


def test_names_are_listed_as_far_as_they_fit():
    assert format_some([], 0) == ""
    assert format_some(["甲", "乙"], 2) == "甲；乙"
    names = ["推进海洋强省建设" * 3] * 5
    assert format_some(names, 5) == f"{names[0]}；{names[0]}；另3项"
    assert format_some(names[:2], 40).endswith("另38项")


def test_rows_fit_by_their_lines():
    columns = [Column("", 50), Column("", 50)]
    one, two = [Cell("短"), Cell("")], [Cell("长" * 23), Cell("")]
    assert len(rows_that_fit(columns, [one] * 12, most=10, lines=14)) == 10
    assert len(rows_that_fit(columns, [two] * 12, most=10, lines=14)) == 7
    assert len(rows_that_fit(columns, [one, two, one], most=10, lines=2)) == 1
    assert rows_that_fit(columns, [one], most=10, lines=0) == []
    assert rows_that_fit(columns, [one], most=10, lines=-3) == []
