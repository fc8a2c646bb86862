"""The search by keyboard, on a phone, and without scripts."""

import pytest

pytestmark = pytest.mark.browser

BOX = ".tools [data-search]"


def test_a_slash_leads_to_the_box_and_enter_searches(watched, site):
    page, wrong = watched
    page.goto(f"{site}/projects/?lang=en&as_of=2023-06-30")
    page.keyboard.press("/")
    page.locator(f"{BOX}:focus").wait_for()
    page.keyboard.type("氢能/a")
    assert page.locator(BOX).input_value() == "氢能/a", "where one writes, a slash is a slash"
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    assert "as_of=2023-06-30" in page.url
    assert page.locator("#projects b").first.inner_text() == "氢能"
    # On its own page the large box takes the slash.
    page.locator("h1").click()
    page.keyboard.press("/")
    page.locator("#search:focus").wait_for()
    page.keyboard.press("ControlOrMeta+/")
    assert page.locator("#search").input_value() == "氢能"
    assert wrong == []


def test_filters_keep_their_slash(watched, site):
    page, wrong = watched
    page.goto(f"{site}/measures/?lang=en")
    page.locator("main input[name=search]").click()
    page.keyboard.type("a/b")
    assert page.locator("main input[name=search]").input_value() == "a/b"
    assert wrong == []


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_the_box_is_in_the_menu(browser, site, scripts):
    context = browser.new_context(java_script_enabled=scripts, locale="en", viewport={"width": 360, "height": 700})
    page = context.new_page()
    page.goto(f"{site}/measures/?lang=en")
    assert page.locator("[data-search]:visible").count() == 0
    page.locator(".menu-button").click()
    box = page.locator("[data-search]:visible")
    box.fill("hsfd")
    box.press("Enter")
    page.wait_for_url("**/search/?**")
    assert page.locator("#projects h2").inner_text() == "Projects"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
