"""Comparing with an earlier day in a real browser, with scripts and without."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import held
from tests.browser.test_overview import is_too_wide

pytestmark = pytest.mark.browser


def test_what_changed_since_may_is_two_clicks_away(watched, site):
    page, wrong = watched
    page.goto(site)
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="turned red").click()
    page.get_by_role("link", name="May", exact=True).click()
    text = page.locator("main").inner_text()
    assert "27 measures changed status (7 completed, 0 reversed)" in text
    assert "224 projects" in text
    assert page.locator("#measures tbody tr").count() == 27
    assert wrong == []


def test_each_page_says_what_was_so_at_the_end_of_may(watched, site):
    # Of the demonstration's data: 224 projects of 6,217.80 亿元 were listed in June to August, 20 of 318.17 in Qingdao;
    # M063 was in progress from 14 June on; growth of the first quarter was released in April, of the half year in July.
    page, wrong = watched
    expected = {
        "/": "up 1.5 percentage points since end of May (before: 4.7%, Q1 2023)",
        "/cities/": "+224 +6,218",
        "/cities/370200/": "+318 since end of May",
        "/measures/M063/": "On 31 May 2023: under way, green light; now: progress made, green light.",
        "/projects/P0391/": "Listed since 31 May 2023, on 30 June 2023.",
        "/indicators/gdp_growth_ytd/": "Up 1.5 percentage points since 31 May 2023 (before: 4.7%, Q1 2023).",
    }
    for path, words in expected.items():
        page.goto(f"{site}{path}?lang=en&compare=2023-05-31")
        assert words in " ".join(page.locator("main").inner_text().split()), path
    assert wrong == []


def test_the_picker_sends_what_is_chosen_and_links_keep_it(watched, site):
    page, wrong = watched
    page.set_viewport_size({"width": 1366, "height": 800})
    page.goto(site)
    page.get_by_role("button", name="English").click()
    assert page.locator("[name=compare_day]").is_hidden()
    with page.expect_navigation():
        page.get_by_label("Compare", exact=True).select_option("last_quarter")
    assert page.url == f"{site}/?compare=last_quarter"
    expect(page.locator("main")).to_contain_text("since end of June", use_inner_text=True)

    page.get_by_label("Compare", exact=True).select_option("day")
    with page.expect_navigation():
        page.get_by_label("Day to compare with").fill("2023-05-31")
    assert page.url == f"{site}/?compare=2023-05-31"
    page.get_by_role("link", name="Measures", exact=True).first.click()
    expect(page).to_have_url(f"{site}/measures/?compare=2023-05-31")
    page.get_by_role("link", name="Show only those").click()
    expect(page.locator("main tbody tr")).to_have_count(27)
    with page.expect_navigation():
        page.get_by_label("Compare", exact=True).select_option("")
    assert "compare" not in page.url
    with page.expect_navigation():
        page.locator("#as-of").fill("2023-06-30")
    assert "as_of=2023-06-30" in page.url
    assert wrong == []


def test_arrow_keys_in_the_list_wait_until_it_is_left(watched, site):
    page, wrong = watched
    page.goto(f"{site}/measures/?lang=en")
    choice = page.get_by_label("Compare", exact=True)
    choice.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(200)
    assert "compare" not in page.url
    with page.expect_navigation():
        page.keyboard.press("Tab")
    assert "compare=last_month" in page.url
    assert wrong == []


def test_what_is_chosen_while_the_scripts_are_loading_is_sent_when_it_is_left(watched, site):
    page, wrong = watched
    choice, day = page.get_by_label("Compare", exact=True), page.locator("#as-of")
    for field, choose, sent in (
        (choice, lambda: choice.select_option("last_quarter"), "compare=last_quarter"),
        (day, lambda: day.fill("2023-06-30"), "as_of=2023-06-30"),
    ):
        scripts = held(page, "**/explain*.js")
        page.goto(f"{site}/?lang=en", wait_until="commit")
        field.focus()
        choose()
        scripts[0].continue_()
        page.wait_for_load_state()
        with page.expect_navigation():
            field.blur()
        assert sent in page.url
    assert wrong == []


def test_without_scripts_the_picker_has_both_fields(browser, site):
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(f"{site}/?lang=en")
    page.locator("[name=as_of]").fill("2023-06-30")
    page.get_by_label("Compare", exact=True).select_option("day")
    page.get_by_label("Day to compare with").fill("2023-03-31")
    with page.expect_navigation():
        page.get_by_role("button", name="Go").click()
    assert "as_of=2023-06-30" in page.url
    assert "compare=2023-03-31" in page.url
    assert "compare_day" not in page.url
    expect(page.locator("main")).to_contain_text("since end of March", use_inner_text=True)
    context.close()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_on_a_phone_it_is_part_of_the_menu_but_shows_when_on(watched, site, language):
    page, wrong = watched
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{site}/?lang={language}")
    assert page.locator("#compare").is_hidden()
    page.locator(".menu-button").click()
    assert page.locator("#compare").is_visible()
    lists = ("/", "/changes/", "/measures/", "/departments/", "/cities/", "/indicators/")
    for path in (*lists, "/departments/energy/", "/cities/370200/", "/measures/M063/", "/indicators/gdp_growth_ytd/"):
        page.goto(f"{site}{path}?lang={language}&compare=2023-03-31")
        assert page.locator("#compare").is_visible()
        assert not is_too_wide(page), path
    assert wrong == []
