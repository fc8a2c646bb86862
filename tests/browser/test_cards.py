"""Tests of the rows of lists on phones, which are cards: what decides comes first, nothing is cut, and all of a card
can be touched."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import wait_until_said
from tests.browser.samples import session_of

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
LISTS = [
    "/measures/",
    "/measures/?light=red",
    "/measures/?compare=2023-03-31&ordering=-due_on",
    "/projects/",
    "/projects/?stage=suspended",
    "/indicators/",
    "/indicators/?compare=2023-03-31",
]
# Of each card: how far below its upper edge the words of each kind begin, and what is beside the page or cut.
CARDS = """() => Array.from(document.querySelectorAll(".cards tbody tr"), card => {
  const top = card.getBoundingClientRect().top;
  const parts = Array.from(card.querySelectorAll("td, th, .light, .quiet, a, .tag"));
  const shown = parts.filter(each => each.getClientRects().length);
  const below = name => {
    const found = card.querySelector(name);
    return found ? Math.round(found.getBoundingClientRect().top - top) : null;
  };
  return {
    light: below(".light"), due: below(".card-due"), lead: below(".card-lead"), first: below(".card-first"),
    name: below("th a"),
    cut: shown.filter(each => {
      const box = each.getBoundingClientRect();
      return box.right > innerWidth || box.left < 0 || each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0;
    }).map(each => each.textContent.trim()),
  };
})"""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", ["normal", "large"])
def test_nothing_of_a_card_is_cut_and_what_decides_is_seen_first(browser, site, language, size):
    context = browser.new_context(viewport=PHONE)
    context.add_cookies([{"name": "pilotzone_size", "value": size, "url": site}])
    page = context.new_page()
    wrong = []
    for address in LISTS:
        page.goto(f"{site}{address}{'&' if '?' in address else '?'}lang={language}")
        assert page.locator(".cards tbody tr").count() > 1
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            wrong.append(f"{address} is scrolled sideways")
        if page.evaluate("(box => box.scrollWidth > box.clientWidth)(document.querySelector('.scroller'))"):
            wrong.append(f"the rows of {address} are scrolled sideways")
        for number, card in enumerate(page.evaluate(CARDS)):
            wrong += [f"{address} card {number} cuts {text}" for text in card["cut"]]
            if size == "normal" and "measures" in address:
                late = [name for name in ("light", "due", "lead") if not 0 <= card[name] < 60]
                wrong += [f"{address} card {number}: {name} is not seen first" for name in late]
                if not card["light"] <= card["due"] <= card["lead"] < card["name"]:
                    wrong.append(f"{address} card {number} has another order")
            if "projects" in address and not card["first"] < card["name"]:
                wrong.append(f"{address} card {number}: the amount is below the name")
    context.close()
    assert wrong == []


def test_all_of_a_card_leads_to_its_page_without_scripts(browser, site):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="en", has_touch=True)
    page = context.new_page()
    page.goto(f"{site}/measures/?light=red")
    card = page.locator(".cards tbody tr").first
    code = card.locator("td").first.text_content()
    box = card.bounding_box()
    # The lower right corner, where no word stands.
    card.tap(position={"x": box["width"] - 5, "y": box["height"] - 5})
    page.wait_for_url(f"**/measures/{code}/**")
    # A further link of a card keeps its own place.
    page.goto(f"{site}/indicators/")
    page.locator(".cards tbody th a + a").first.tap()
    page.wait_for_url("**#emissions-and-gdp")
    context.close()


def test_lists_are_sorted_and_filtered_by_keyboard_on_a_phone(watched, site):
    page, wrong = watched
    page.set_viewport_size(PHONE)
    page.goto(f"{site}/measures/?lang=en")
    page.locator("#sort-due_on").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**ordering=due_on**")
    wait_until_said(page, "249")
    page.locator(".quick-choices a", has_text="Due next quarter").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**due_to=2023-12-31**")
    # The choice is gone from the page: its place is where the answer begins.
    page.locator("#count:focus", has_text="54").wait_for()
    page.locator(".shares summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_url("**department=**")
    expect(page.locator(".chips")).to_contain_text(name, use_inner_text=True)
    assert "ordering=due_on" in page.url
    assert wrong == []


def test_more_filters_and_a_saved_view_by_keyboard_without_scripts(browser, site, people):
    context = browser.new_context(java_script_enabled=False, locale="en", viewport={"width": 1366, "height": 768})
    context.add_cookies([{"name": "sessionid", "value": session_of("ada"), "url": site}])
    page = context.new_page()
    page.goto(f"{site}/projects/")
    page.locator("input[name=investment_from]").fill("100")
    page.keyboard.press("Enter")
    page.wait_for_url("**investment_from=100**")
    page.locator(".filters-more summary").focus()
    page.keyboard.press("Enter")
    page.locator("input[name=listed_from]").fill("2023-02-30")
    page.locator(".saved-views summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Large ones")
    page.keyboard.press("Enter")
    assert page.locator(".messages").inner_text().startswith("The view was saved")
    page.goto(f"{site}/projects/")
    page.locator(".saved-views summary").click()
    page.get_by_role("link", name="Large ones", exact=True).click()
    expect(page).to_have_url(f"{site}/projects/?investment_from=100")
    context.close()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_session_is_ended_on_a_phone_without_scrolling_sideways(browser, site, people, language):
    context = browser.new_context(viewport=PHONE)
    # Another one, to be ended.
    session_of("ada")
    context.add_cookies([{"name": "sessionid", "value": session_of("ada"), "url": site}])
    page = context.new_page()
    page.goto(f"{site}/accounts/sessions/?lang={language}")
    assert page.evaluate("(box => box.scrollWidth <= box.clientWidth)(document.querySelector('.scroller'))")
    box = page.locator(".cards button[name=end]").first.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
    context.close()
