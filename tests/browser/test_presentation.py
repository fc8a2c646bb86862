"""The presentation on large screens: nothing scrolls, everything doubles, and it is turned by keyboard."""

import re
from itertools import product

import pytest
from playwright.sync_api import expect

from tests.services import wait_until
from tests.sweeps import one_in

pytestmark = pytest.mark.browser

SCREENS = {(1920, 1080): 22, (3840, 2160): 44, (1366, 768): 15.6}
PARTS = ("1", "2", "3", "4", "5")
LANGUAGES = ("zh-hans", "en")

# What scrolls, what is cut or runs into the foot, and the smallest letters.
LOOK = """() => {
  const found = [], root = document.documentElement;
  if (root.scrollHeight > innerHeight || root.scrollWidth > innerWidth) found.push("scrolls");
  const foot = document.querySelector(".stage-foot").getBoundingClientRect().top;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let least = Infinity;
  const drawn = [];
  while (walker.nextNode()) {
    const text = walker.currentNode, words = text.data.trim(), element = text.parentElement;
    if (!words || element.closest("[hidden], .visually-hidden, h2, title")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (box.left < 0 || box.right > innerWidth || box.bottom > innerHeight) found.push(`cuts "${words}"`);
    if (element.closest("main") && box.bottom > foot) found.push(`"${words}" runs into the foot`);
    const drawing = element.ownerSVGElement;
    if (drawing) drawn.push([words, element.getBoundingClientRect()]);
    const scale = drawing ? element.getScreenCTM().a : 1;
    least = Math.min(least, scale * parseFloat(getComputedStyle(element).fontSize));
  }
  drawn.forEach(([words, one], index) => drawn.slice(index + 1).forEach(([others, other]) => {
    const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    if (wide > 1 && high > 0.25 * Math.min(one.height, other.height)) found.push(`"${words}" and "${others}" overlap`);
  }));
  return [found, least];
}"""


@pytest.mark.parametrize("as_of", one_in(2, ["", "2023-06-30", "2022-12-31"]))
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: f"{screen[0]}x{screen[1]}")
def test_no_part_scrolls_or_is_cut_and_nothing_is_small(watched, site, screen, as_of):
    page, wrong = watched
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    faults = {}
    for part, language in product(PARTS, LANGUAGES):
        page.goto(f"{site}/presentation/?part={part}&lang={language}&as_of={as_of}")
        found, least = page.evaluate(LOOK)
        if found or least < SCREENS[screen] - 0.1:
            faults[part, language] = (found, least)
    assert faults == {}
    assert wrong == []


def test_everything_doubles(page, site):
    sizes = []
    for width, height in ((1920, 1080), (3840, 2160)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{site}/presentation/")
        sizes.append(
            page.evaluate(
                """() => [".said", ".n1 .figure", ".n2", ".label"].map(
                  each => parseFloat(getComputedStyle(document.querySelector(each)).fontSize))"""
            )
        )
    assert sizes[0][:3] == pytest.approx([46, 172, 72], abs=0.1)
    assert 27 <= sizes[0][3] <= 36
    assert sizes[1] == pytest.approx([2 * each for each in sizes[0]], abs=0.1)


@pytest.fixture
def stage(watched, site):
    page, wrong = watched
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{site}/presentation/?as_of=2023-06-30&lang=en")
    yield page
    assert wrong == []


def shown(page):
    slides = page.locator(".slide:visible")
    assert slides.count() == 1
    number = slides.get_attribute("id").removeprefix("part-")
    # Address, title, the mark in the foot and the focus follow.
    assert f"part={number}" in page.url or "part=" not in page.url
    assert page.locator("[data-part][aria-current]").get_attribute("data-part") == number
    assert page.title().startswith(slides.get_attribute("data-name"))
    return number


def test_it_is_turned_by_keyboard(stage):
    for keys, expected in {
        "ArrowRight": "2",
        "PageDown": "3",
        "Space": "4",
        "ArrowDown": "5",
    }.items():
        stage.keyboard.press(keys)
        assert shown(stage) == expected
    stage.keyboard.press("ArrowRight")
    assert shown(stage) == "1"
    for keys, expected in {"ArrowLeft": "5", "PageUp": "4", "ArrowUp": "3", "End": "5", "Home": "1", "4": "4"}.items():
        stage.keyboard.press(keys)
        assert shown(stage) == expected
    stage.keyboard.press("7")
    assert shown(stage) == "4"
    assert stage.evaluate("document.activeElement.id") == "part-4"
    assert "as_of=2023-06-30" in stage.url and "lang=en" in stage.url
    stage.keyboard.press("Escape")
    stage.wait_for_url(lambda url: "/presentation/" not in url)
    assert re.search(r"/\?.*as_of=2023-06-30", stage.url)


def test_other_shortcuts_of_the_browser_stay_its_own(stage):
    stage.keyboard.press("Control+ArrowRight")
    stage.keyboard.press("Alt+2")
    assert shown(stage) == "1"


def test_it_turns_by_itself_only_when_told_to(watched, site):
    page, _wrong = watched
    page.clock.install()
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{site}/presentation/?lang=en")
    page.clock.run_for(60_000)
    assert shown(page) == "1"
    page.keyboard.press("p")
    expect(page.locator("[data-play]")).to_have_text("P Stop turning", use_inner_text=True)
    page.clock.run_for(20_500)
    assert shown(page) == "2"
    # Turned by hand, a part has its whole time.
    page.clock.run_for(15_000)
    page.keyboard.press("ArrowRight")
    page.clock.run_for(15_000)
    assert shown(page) == "3"
    page.clock.run_for(5_500)
    assert shown(page) == "4"
    page.keyboard.press("p")
    expect(page.locator("[data-play]")).to_have_text("P Turn automatically", use_inner_text=True)
    page.clock.run_for(60_000)
    assert shown(page) == "4"


def test_with_each_round_it_shows_the_figures_anew(watched, site):
    page, _wrong = watched
    page.clock.install()
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{site}/presentation/?lang=en&part=5")
    page.evaluate("document.querySelector('.said').textContent = 'of yesterday'")
    page.keyboard.press("p")
    page.clock.run_for(20_500)
    page.locator("#part-1:visible").wait_for()
    assert "of yesterday" not in page.locator("#part-1 .said").inner_text()
    assert shown(page) == "1"
    page.keyboard.press("ArrowRight")
    assert shown(page) == "2"


def test_single_keys_can_be_turned_off(stage):
    stage.get_by_role("button", name="Single keys: on").click()
    stage.keyboard.press("3")
    assert shown(stage) == "1"
    stage.keyboard.press("p")
    expect(stage.locator("[data-play]")).to_have_text("P Turn automatically", use_inner_text=True)
    stage.keyboard.press("ArrowRight")
    assert shown(stage) == "2"
    stage.reload()
    stage.keyboard.press("4")
    assert shown(stage) == "2"
    stage.get_by_role("button", name="Single keys: off").click()
    stage.keyboard.press("4")
    assert shown(stage) == "4"


def test_it_fills_the_screen_and_leaves_it_again(stage):
    def is_full():
        # Not `wait_for_function`, which asks again by an `eval` that the policy of the page refuses.
        return stage.evaluate("document.fullscreenElement !== null")

    stage.keyboard.press("f")
    wait_until(is_full, "the presentation filling the screen")
    stage.keyboard.press("ArrowRight")
    assert is_full()
    stage.keyboard.press("f")
    wait_until(lambda: not is_full(), "the presentation leaving it")


def test_in_a_small_window_the_keys_scroll(stage):
    stage.set_viewport_size({"width": 800, "height": 500})
    stage.keyboard.press("PageDown")
    assert shown(stage) == "1"
    stage.keyboard.press("ArrowRight")
    assert shown(stage) == "2"


def test_without_scripts_each_part_has_an_address(browser, site):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1920, "height": 1080}, locale="en")
    page = context.new_page()
    page.goto(f"{site}/presentation/?lang=en")
    seen = []
    for _turn in range(6):
        seen.append(page.locator(".slide:visible").get_attribute("id"))
        page.get_by_role("link", name="Next").click()
    assert seen == [f"part-{number}" for number in "123451"]
    assert page.locator(".stage-keys button:visible").count() == 0
    page.get_by_role("link", name="5 Outcomes").click()
    assert page.locator(".slide:visible").get_attribute("id") == "part-5"
    context.close()
