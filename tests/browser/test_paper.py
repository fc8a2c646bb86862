"""Pages on paper, read back from the PDF that Chromium makes of them."""

import re
from io import BytesIO
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from accounts.models import Department
from measures.models import Section
from themes.models import Theme

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A4 = (595, 842)  # points


def printed(page, address):
    """The text of each sheet. All charts are drawn before, as for a reader who has seen the page."""
    page.goto(address)
    for chart in page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        page.locator(f'[data-chart="{chart.get_attribute("data-chart")}"][data-drawn="true"]').wait_for()
    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    for sheet in sheets:
        assert [round(float(edge)) for edge in (sheet.mediabox.width, sheet.mediabox.height)] == pytest.approx(
            A4, abs=1
        )
    return [plain(sheet.extract_text()) for sheet in sheets]


def plain(text):
    """A PDF names some glyphs by their radicals (⾏ for 行)."""
    return normalize("NFKC", text)


def lines(sheet):
    return [line.strip() for line in sheet.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("language", "count", "product", "day"),
    [("zh-hans", 3, "先行区建设推进情况调度平台 · 总览", "截至 2023-08-29"),
     ("en", 4, "Pilot zone progress dashboard · Overview", "As of 2023-08-29")],
)  # fmt: skip
def test_the_overview_takes_few_sheets_that_say_what_they_are(watched, site, language, count, product, day):
    page, wrong = watched
    sheets = printed(page, f"{site}/?lang={language}")
    assert len(sheets) == count
    headings = {plain(text).strip() for text in page.locator("h2, h3, caption, figcaption").all_inner_texts()}
    for number, sheet in enumerate(sheets, start=1):
        said = lines(sheet)
        assert any(product in line and day in line for line in said), said[:3]
        assert any(line.replace(" ", "") == f"{number}/{len(sheets)}" for line in said), said[-3:]
        written = [line for line in said if line.replace(" ", "") != f"{number}/{len(sheets)}"]
        assert written[-1] not in headings
    assert wrong == []


def test_a_list_says_on_each_sheet_what_it_was_narrowed_to_and_repeats_its_head(watched, site):
    page, wrong = watched
    sheets = printed(page, f"{site}/projects/?category=energy&as_of=2023-06-30&lang=en")
    assert len(sheets) > 1
    for sheet in sheets:
        assert "Projects · As of 2023-06-30" in sheet
        assert "Category: Energy" in lines(sheet)[0] or "Category: Energy" in " ".join(lines(sheet)[:3])
        # Its head may take two lines.
        assert "Total investment (100 million yuan)" in " ".join(sheet.split())
    assert "Clear filters" not in "".join(sheets)
    assert wrong == []


def test_the_line_of_paper_is_not_on_the_screen(watched, site):
    page, _wrong = watched
    page.goto(f"{site}/measures/")
    assert not page.locator(".print-line").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".print-line").is_visible()
    assert not page.locator(".site-nav").is_visible()


def test_lights_and_statuses_are_words_on_paper(watched, site):
    page, _wrong = watched
    (sheet,) = printed(page, f"{site}/measures/?light=red&lang=en")
    assert len(re.findall(r"\bRed\s+\d+\s+days\s+late\b", sheet)) == 10
    assert sheet.count("Progress made") + sheet.count("Under way") >= 10


# Printing is what takes long: all of them are printed at once, each from the top of a sheet.
ADD_BRIEFS = """async addresses => {
  for (const address of addresses) {
    const text = await (await fetch(address)).text();
    const brief = new DOMParser().parseFromString(text, "text/html").querySelector(".brief");
    brief.style.breakBefore = "page";
    document.querySelector(".page").append(document.importNode(brief, true));
  }
}"""


# English words are longer.
@pytest.mark.parametrize("language", [pytest.param("zh-hans", marks=pytest.mark.long), "en"])
def test_every_brief_is_one_sheet(watched, site, language):
    page, wrong = watched
    paths = ["/brief/", "/brief/?as_of=2023-06-30"]
    paths += [f"/sections/{slug}/brief/" for slug in Section.objects.values_list("slug", flat=True)]
    paths += [f"/departments/{slug}/brief/" for slug in Department.objects.values_list("slug", flat=True)]
    paths += [f"/themes/{slug}/brief/" for slug in Theme.objects.values_list("slug", flat=True)]
    paths += [f"/cities/{code}/brief/" for code in ("370100", "370600", "371500", "371700")]
    assert len(paths) == 57
    page.goto(f"{site}{paths[0]}?lang={language}")
    page.evaluate(ADD_BRIEFS, [f"{path}{'&' if '?' in path else '?'}lang={language}" for path in paths[1:]])
    sheets = [sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages]
    # Each begins with its head: a sheet without one is the second of the brief before.
    head = {"zh-hans": "简报", "en": "One-page brief"}[language]
    assert [text[:200] for text in sheets if head not in "".join(text.split("\n")[:3])] == []
    assert len(sheets) == len(paths)
    assert wrong == []


def test_what_was_not_drawn_yet_is_drawn_or_in_its_rows(watched, site):
    """A reader who prints at once, without having seen the lower half."""
    page, _wrong = watched
    page.goto(f"{site}/?lang=en")
    first = page.locator(".chart").first
    first.scroll_into_view_if_needed()
    page.locator('.chart[data-drawn="true"]').first.wait_for()
    assert page.locator('.chart:not([data-drawn="true"])').count() > 0
    text = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf())).pages)
    assert "51 fall due" in text
    # On the map, and in the table beside it.
    assert text.count("Heze") >= 2
    assert page.locator('.chart:not([data-drawn="true"])').count() == 0
