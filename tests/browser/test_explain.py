"""Why this number? As a panel over the page for those with scripts, as a page for those without."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

FIGURE = "[data-figure='measures.gap']"


@pytest.mark.parametrize(
    ("language", "words", "heading", "formula"),
    [
        ("en", "Why this number? Versus time elapsed", "Versus time elapsed", "Completion rate minus time elapsed"),
        ("zh-hans", "数据说明：与序时进度相比", "与序时进度相比", "完成率减去序时进度"),
    ],
)
def test_by_keyboard_the_panel_opens_is_read_and_closes(watched, site, language, words, heading, formula):
    page, wrong = watched
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{site}/?lang={language}")
    address = page.url
    assert page.locator(FIGURE).get_attribute("title") == words
    # From the figure before it, as a reader goes.
    page.locator("[data-figure='measures.time_elapsed']").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.title") == words
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name=heading)
    panel.wait_for()
    text = panel.inner_text()
    assert formula in text
    assert "5.2 − 22.0 = −16.8" in text
    assert page.url == address
    assert page.evaluate("document.activeElement.closest('dialog') !== null")

    # An input is explained in the same panel, and Esc leads back to the figure that was pressed.
    panel.locator("a[data-why]").first.focus()
    page.keyboard.press("Enter")
    page.locator("dialog").get_by_text("13 ÷ 249 = 5.2%").wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.title") == words
    assert page.url == address
    assert wrong == []


@pytest.mark.parametrize("width", [1280, 360])
def test_by_hand_the_panel_fits_and_its_button_closes_it(watched, site, width):
    page, wrong = watched
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{site}/departments/energy/?lang=en")
    page.locator("[data-figure='measures.completion_rate']").click()
    panel = page.get_by_role("dialog", name="Completion rate")
    panel.wait_for()
    box = panel.bounding_box()
    assert (box["x"] >= 0, box["x"] + box["width"]) == (True, width)
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    assert "Energy Administration" in panel.inner_text()
    panel.get_by_role("button", name="Close").click()
    panel.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.dataset.figure") == "measures.completion_rate"
    assert wrong == []


def test_a_block_has_one_way_to_how_it_is_counted_and_paper_none(watched, site):
    page, wrong = watched
    page.set_viewport_size({"width": 1366, "height": 640})
    page.goto(f"{site}/?lang=en")
    links = page.locator("a.how:visible")
    on_first_screen = [each.bounding_box()["y"] < 640 for each in links.all()]
    assert 1 <= sum(on_first_screen) <= 5
    page.get_by_role("link", name="How it is worked out", exact=True).click()
    panel = page.get_by_role("dialog", name="Forecast")
    panel.wait_for()
    # From one explanation to all others of the kind.
    panel.get_by_text("How the other figures are counted").click()
    panel.get_by_role("link", name="On-time completion rate", exact=True).click()
    page.locator("dialog").get_by_text("12 ÷ 23 = 52.2%").wait_for()
    page.keyboard.press("Escape")
    page.emulate_media(media="print")
    assert page.locator("a.how:visible").count() == 0
    assert wrong == []


def test_without_scripts_a_figure_opens_a_page(browser, site):
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(f"{site}/?lang=en&as_of=2023-06-30")
    with page.expect_navigation():
        page.locator("[data-figure='measures.completion_rate']").click()
    assert "/explain/?figure=measures.completion_rate&as_of=2023-06-30" in page.url
    expect(page.locator("h1")).to_have_text("Completion rate", use_inner_text=True)
    expect(page.locator("main")).to_contain_text("13 ÷ 249 = 5.2%", use_inner_text=True)
    assert page.get_by_role("button", name="Close").count() == 0
    page.get_by_role("link", name="Completed", exact=True).click()
    expect(page.locator("h1")).to_have_text("Completed", use_inner_text=True)
    page.get_by_role("link", name="Open the 13 rows that were counted").click()
    expect(page.locator("main")).to_contain_text("13 results", use_inner_text=True)
    context.close()


def test_with_the_session_gone_the_log_in_page_comes(page, site, settings):
    page.goto(f"{site}/?lang=en")
    settings.PILOTZONE_PUBLIC_READING = False
    page.locator(FIGURE).click()
    page.wait_for_url("**/accounts/login/?next=**")
