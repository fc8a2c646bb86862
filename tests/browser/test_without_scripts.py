"""Every page without its scripts: it opens, its charts are tables, and what one does goes through forms and links."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.samples import SAMPLES, live_in, session_of
from tests.sweeps import sample_or_whole, some_of

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(browser, site):
    """Opens a browser without scripts on a phone, for a person."""
    contexts = []

    def open_browser(person=""):
        context = browser.new_context(java_script_enabled=False, locale="en", viewport={"width": 360, "height": 800})
        contexts.append(context)
        if person:
            context.add_cookies([{"name": "sessionid", "value": session_of(person), "url": site}])
        return context.new_page()

    yield open_browser
    for context in contexts:
        context.close()


# The place of a chart that is not drawn takes no room. Its rows stand in its figure or beside it in its part; where the
# page said them before, the whole part is gone.
CHARTS = """() => Array.from(document.querySelectorAll(".chart-plot"), plot => {
  let around = plot.closest("figure");
  const last = around.offsetHeight ? ".part" : ".page";
  while (!around.querySelector("table") && !around.matches(last)) around = around.parentElement;
  const table = around.querySelector("table");
  return [plot.dataset.figureId, plot.offsetHeight < 20, Boolean(table) && table.offsetHeight > 30];
})"""


@sample_or_whole
def test_every_page_opens_and_its_charts_are_tables(plain, site, people, whole):
    parts = live_in()
    # A form that is refused, and a fault of ours, show the same parts with scripts and without.
    opened = [sample for sample in SAMPLES if sample.fields is None and sample.status != 500]
    opened = some_of(opened, "", whole=whole, number=len(opened) // 3)
    pages = {person: plain(person) for person in {sample.person for sample in opened}}
    wrong, charts = [], 0
    for sample in opened:
        page = pages[sample.person]
        answer = page.goto(site + sample.where(parts))
        if answer.status != sample.status:
            wrong.append(f"{sample} answers {answer.status}")
        if page.locator("h1:visible").count() != 1:
            wrong.append(f"{sample} has {page.locator('h1:visible').count()} headings")
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong.append(f"{sample} is too wide")
        for name, is_flat, has_rows in page.evaluate(CHARTS):
            charts += 1
            if not (is_flat and has_rows):
                wrong.append(
                    f"{sample}: chart {name}{'' if is_flat else ' keeps an empty place'}"
                    f"{'' if has_rows else ' has no table'}"
                )
    assert not wrong, "\n".join(wrong)
    assert charts >= (10 if whole else 3)


def test_menu_filters_day_and_size_of_a_phone(plain, site):
    page = plain()
    page.goto(f"{site}/")
    measures = page.locator("nav a[href^='/measures/']").first
    assert measures.is_hidden()
    page.locator(".menu-button").click()
    measures.click()
    expect(page.locator("h1")).to_have_text("Measures", use_inner_text=True)

    page.locator("select[name=status]").select_option("completed")
    page.locator(".filters-submit button").click()
    expect(page.locator("main")).to_contain_text("13 results", use_inner_text=True)
    with page.expect_navigation():
        page.locator("a[href*='ordering=due_on']").first.click()
    assert "status=completed" in page.url and "ordering=due_on" in page.url
    page.locator(".chip").click()
    expect(page.locator("main")).to_contain_text("249 results", use_inner_text=True)
    with page.expect_navigation():
        page.locator("a[rel=next]").click()
    assert "page=2" in page.url

    page.locator("#as-of").fill("2023-03-31")
    page.locator(".menu-button").click()
    page.locator("#compare").select_option("last_month")
    with page.expect_navigation():
        page.locator(".as-of button").click()
    assert "as_of=2023-03-31" in page.url and "compare=last_month" in page.url
    page.locator("button[name=size]").click()
    assert page.locator("html").get_attribute("data-size") == "large"
    assert "as_of=2023-03-31" in page.url


def test_what_is_sent_after_the_session_has_ended_is_shown_to_be_copied(plain, site, people):
    page = plain("ada")
    page.goto(f"{site}/measures/M001/report/")
    page.locator("#id_what_was_done").fill("Built the plant\nin two months" + "x" * 300)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator("h1")).to_have_text("This was not saved", use_inner_text=True)
    # A pattern, since white space of a text is not compared: the line break must be there.
    expect(page.locator("main")).to_contain_text(re.compile("Built the plant\nin two months"), use_inner_text=True)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator("main").get_by_role("link", name="Log in").click()
    page.locator("input[name=username]").fill("ada")
    page.locator("input[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Log in").click()
    assert "/measures/M001/report/" in page.url
    assert "Built" not in page.locator("#id_what_was_done").input_value()
