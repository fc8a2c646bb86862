"""The site by keyboard alone: everything is reached, one sees where one is, and nothing holds the focus."""

import pytest

from tests.sweeps import each_in_one_way

pytestmark = pytest.mark.browser

# Where the focus is, whether one sees it, and whether it is the end of the page. A date field has stops of its own
# inside, the last of them the button that opens its calendar.
FOCUS = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  if (!window.stops) window.stops = new Map();
  if (!window.stops.has(element)) window.stops.set(element, window.stops.size);
  const box = element.getClientRects()[0] || {width: 0, height: 0, top: 0, bottom: 0, left: 0, right: 0};
  const seen = () => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  return {
    number: window.stops.get(element),
    words: element.outerHTML.slice(0, 120),
    // Around the button in a date field, Chromium draws a ring that no style reads.
    outlined: seen() || (element.type === "date" && !element.matches(":focus-visible")),
    placed: box.width >= 5 && box.height >= 5 && box.bottom > 0 && box.top < innerHeight && box.right > 0
      && box.left < innerWidth,
  };
}"""
MOST_STOPS = 400


def press_tab(page):
    page.keyboard.press("Tab")
    stop = page.evaluate(FOCUS)
    assert stop is None or (stop["outlined"] and stop["placed"]), f"one does not see the focus: {stop}"
    return stop


def tab_to(page, selector):
    """Presses Tab until the focus is on the first element that the selector finds."""
    wanted = page.locator(selector).first
    wanted.wait_for(state="attached")
    for _time in range(MOST_STOPS):
        press_tab(page)
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"no Tab reaches {selector}")


def enter_at(page, selector, wait_for):
    tab_to(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(wait_for)


@pytest.fixture
def reader(browser, site):
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def test_from_the_overview_to_a_measure(reader, site):
    page = reader
    page.goto(f"{site}/?lang=en")
    press_tab(page)
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    press_tab(page)
    assert page.evaluate("document.activeElement.closest('main') !== null")

    page.goto(f"{site}/")
    enter_at(page, "nav a[href^='/measures/']", "**/measures/**")
    tab_to(page, "select[name=status]")
    page.keyboard.press("ArrowDown")
    enter_at(page, ".filters-submit button", "**status=promoting**")
    page.get_by_text("131 results").first.wait_for()
    enter_at(page, "a[href*='ordering=due_on']", "**ordering=due_on**")
    enter_at(page, "a[rel=next]", "**page=2**")
    enter_at(page, ".chip", lambda url: "status=" not in url)
    page.get_by_text("249 results").first.wait_for()
    tab_to(page, "main tbody a")
    title = page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")
    page.locator(".kicker").wait_for()
    assert page.locator("h1").inner_text() == title


def test_language_day_and_comparison(reader, site):
    page = reader
    page.goto(f"{site}/")
    assert page.locator("html").get_attribute("lang") == "en"
    tab_to(page, "button[name=language]")
    page.keyboard.press("Enter")
    page.locator("html[lang=zh-Hans]").wait_for()
    tab_to(page, "button[name=size]")
    page.keyboard.press("Enter")
    page.locator("html[data-size=large]").wait_for()

    tab_to(page, "#as-of")
    page.keyboard.type("06302023")
    page.keyboard.press("Enter")
    page.wait_for_url("**as_of=2023-06-30**")
    tab_to(page, "#compare")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.wait_for_url("**compare=last_month**")
    assert "as_of=2023-06-30" in page.url


def test_menu_and_filters_of_a_phone(reader, site):
    page = reader
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(f"{site}/")
    assert page.locator("nav a[href^='/measures/']").first.is_hidden()
    tab_to(page, ".menu-button")
    page.keyboard.press("Enter")
    assert page.locator(".menu-button").get_attribute("aria-expanded") == "true"
    enter_at(page, "nav a[href^='/measures/']", "**/measures/**")
    assert page.locator("select[name=light]").is_hidden()
    tab_to(page, ".filters-fold")
    page.keyboard.press("Enter")
    tab_to(page, "select[name=light]")
    page.keyboard.press("End")
    enter_at(page, ".filters-submit button", "**light=red**")


WALKS = {
    None: (
        "/",
        "/measures/",
        "/measures/M172/",
        "/changes/",
        "/projects/?category=energy",
        "/cities/",
        "/accounts/login/",
    ),
    "ada": ("/workspace/", "/measures/M002/report/", "/measures/M001/"),
    "rita": ("/review/", "/review/board/", "/measures/M172/reopen/"),
}


@pytest.mark.parametrize(("person", "width"), each_in_one_way(list(WALKS), [1280, 360]))
def test_tab_goes_through_a_page_and_out_of_it(enter, site, person, width):
    page = enter(person)
    page.set_viewport_size({"width": width, "height": 800})
    for address in WALKS[person]:
        page.goto(site + address)
        numbers = []
        while True:
            stop = press_tab(page)
            if stop is None:
                continue  # in the browser's own bar, between the end and the beginning
            if numbers[1:] and stop["number"] == 0:
                break
            # Forward only; within a date field several times on the same.
            assert not numbers or stop["number"] in (numbers[-1], numbers[-1] + 1), f"{address} goes back to {stop}"
            numbers.append(stop["number"])
            assert numbers.count(stop["number"]) <= 4, f"{address} holds the focus at {stop}"
        reachable = page.locator(
            "a[href]:visible, button:not([disabled]):not([tabindex='-1']):visible, select:visible,"
            "textarea:visible, input:not([type=hidden]):not([type=radio]):visible, summary:visible"
        ).count()
        assert len(set(numbers)) >= reachable, f"{address}: {len(set(numbers))} stops for {reachable} controls"
