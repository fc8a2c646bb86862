"""Lists change without a reload, and the address, the head and the keyboard's place stay right."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import wait_until_said

pytestmark = pytest.mark.browser


def mark(page):
    """A reload would lose it."""
    page.evaluate("window.stayed = true")


def stayed(page):
    return page.evaluate("window.stayed === true")


def count(page):
    return page.locator("#count").inner_text()


def wait_for_focus(page, name):
    page.locator(f"#{name}:focus").wait_for(timeout=5000)


def test_filters_chips_and_the_way_back(watched, site):
    page, wrong = watched
    page.goto(f"{site}/measures/?lang=en")
    assert count(page) == "249 results"
    mark(page)
    page.locator("select[name=status]").select_option("completed")
    page.locator("#filters-send").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**status=completed**")
    assert count(page) == "13 results"
    wait_for_focus(page, "filters-send")
    wait_until_said(page, "13 results")
    page.locator("select[name=light]").select_option("red")
    page.locator("#filters-send").click()
    page.wait_for_url("**light=red**")
    wait_until_said(page, "0 results")
    expect(page.locator("main")).to_contain_text("No measures match these filters", use_inner_text=True)
    assert page.locator(".chip").count() == 2

    page.locator(".chip").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "light=red" not in url)
    assert page.locator(".chip").count() == 1
    wait_for_focus(page, "count")
    assert stayed(page)

    # The head is of the new address too.
    with page.expect_navigation():
        page.get_by_role("button", name="中文").click()
    assert "status=completed" in page.url
    assert count(page) == "共13条"
    page.go_back()
    page.go_back()
    page.wait_for_url("**light=red**")
    assert page.locator("select[name=light]").input_value() == "red"
    assert wrong == []


def test_sorting_and_pages_keep_the_keyboards_place(watched, site):
    page, wrong = watched
    page.goto(f"{site}/projects/?lang=en")
    mark(page)
    page.locator("#sort-total_investment").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**ordering=total_investment**")
    wait_for_focus(page, "sort-total_investment")
    wait_until_said(page, "3,186 results")
    page.keyboard.press("Enter")
    page.wait_for_url("**ordering=-total_investment**")
    wait_until_said(page, "3,186 results")
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url("**page=2**")
    expect(page.locator(".pagination")).to_contain_text("Page 2 of 64", use_inner_text=True)
    assert stayed(page)
    # A row opens its own page, as a link does.
    page.locator("main tbody a").first.click()
    page.wait_for_url("**/projects/P**")
    assert not stayed(page)
    assert wrong == []


def test_a_refusal_is_shown_and_the_menu_still_opens(page, site):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}/measures/?lang=en")
    mark(page)
    page.locator(".filters-fold").click()
    # As a stale form would send it.
    page.evaluate("document.querySelector('select[name=status] option:last-child').value = 'finished'")
    page.locator("select[name=status]").select_option("finished")
    page.locator("#filters-send").click()
    page.wait_for_url("**status=finished**")
    expect(page.locator("main")).to_contain_text("completed", use_inner_text=True)
    assert stayed(page)
    page.locator(".menu-button").click()
    assert page.get_by_role("link", name="Indicators").first.is_visible()
