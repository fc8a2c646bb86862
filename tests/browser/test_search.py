"""The search by keyboard, on a phone, and without scripts."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

BOX = ".tools [data-search]"


def test_ctrl_k_leads_to_the_box_and_enter_searches(watched, site):
    page, wrong = watched
    page.goto(f"{site}/projects/?lang=en&as_of=2023-06-30")
    page.keyboard.press("Control+k")
    page.locator(f"{BOX}:focus").wait_for()
    assert page.locator(BOX).get_attribute("aria-keyshortcuts") == "Control+K"
    page.keyboard.type("氢能")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    assert "as_of=2023-06-30" in page.url
    expect(page.locator("#projects b").first).to_have_text("氢能", use_inner_text=True)
    # On its own page the large box takes it, and what stands there is selected.
    page.locator("h1").click()
    page.keyboard.press("Control+k")
    page.locator("#search:focus").wait_for()
    page.keyboard.type("风电")
    assert page.locator("#search").input_value() == "风电"
    assert wrong == []


def test_a_key_alone_leads_nowhere(watched, site):
    page, wrong = watched
    page.goto(f"{site}/measures/?lang=en")
    for key in ("/", "k", "Shift+K", "Alt+k"):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.matches('input')") is False
    page.locator("main input[name=search]").click()
    page.keyboard.type("a/k")
    assert page.locator("main input[name=search]").input_value() == "a/k"
    assert wrong == []


def test_on_a_tablet_the_kinds_stand_side_by_side(page, site):
    page.set_viewport_size({"width": 768, "height": 900})
    page.goto(f"{site}/search/?q=氢能&lang=en")
    kinds = [each.bounding_box() for each in page.locator(".search-kinds li").all()]
    assert len(kinds) == 8
    assert max(each["width"] for each in kinds) < 300
    assert len({each["y"] for each in kinds}) < 3


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
    expect(page.locator("#projects h2")).to_have_text("Projects", use_inner_text=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
