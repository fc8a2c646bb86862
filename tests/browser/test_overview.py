import pytest
from playwright.sync_api import expect

from tests.browser.faults import draw_charts
from tests.sweeps import each_in_one_way

pytestmark = pytest.mark.browser

CHARTS = 2  # the months, the tile map
SENTENCE = {"zh-hans": "先行区建设总体进展", "en": "Where the pilot zone stands"}
COMPLETED = {"zh-hans": "共13条", "en": "13 results"}


def scroll_through(page):
    """Charts are drawn when they come near the view."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, 500):
        page.evaluate(f"window.scrollTo(0, {top})")
        page.wait_for_timeout(60)


def is_too_wide(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize(("width", "language"), each_in_one_way([1280, 360], ["zh-hans", "en"]))
def test_the_overview_draws_its_charts_and_leads_from_a_figure_to_a_measure(watched, site, language, width):
    page, wrong = watched
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site}/?lang={language}")

    assert page.locator("h1").inner_text() == SENTENCE[language]
    assert page.locator("html").get_attribute("lang") == {"zh-hans": "zh-Hans", "en": "en"}[language]
    scroll_through(page)
    # Not a text for the page to evaluate: its own policy refuses that whenever it is asked twice.
    page.locator("figure [data-drawn=true], figure[data-drawn=true]").nth(CHARTS - 1).wait_for()
    assert page.locator("figure .main-svg").count() >= CHARTS
    assert not is_too_wide(page)

    figure = page.locator("[data-figure='measures.completed']").first
    assert figure.inner_text().strip() == "13"
    assert figure.get_attribute("data-value") == "13"
    with page.expect_navigation():
        figure.click()
    assert "status=completed" in page.url
    page.goto(f"{page.url}{'&' if '?' in page.url else '?'}lang={language}")
    assert COMPLETED[language] in page.locator("main").inner_text()
    rows = page.locator("main tbody tr")
    assert rows.count() == 13
    assert not is_too_wide(page)

    title = rows.first.locator("a").last
    expected = title.inner_text()
    with page.expect_navigation():
        title.click()
    assert "/measures/M" in page.url
    page.goto(f"{page.url}{'&' if '?' in page.url else '?'}lang={language}")
    assert page.locator("h1").inner_text() == expected
    scroll_through(page)
    page.locator("[data-drawn=true]").first.wait_for()
    assert not is_too_wide(page)
    assert wrong == []


def test_a_reader_chooses_a_past_day_and_a_language_that_stay(watched, site):
    page, wrong = watched
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{site}/?as_of=2023-03-31")
    assert page.locator("[data-figure='measures.completed']").first.get_attribute("data-value") != "13"
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Where the pilot zone stands", use_inner_text=True)
    assert "as_of=2023-03-31" in page.url
    page.get_by_role("link", name="Measures", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("Measures", use_inner_text=True)
    assert wrong == []


def test_every_number_of_the_charts_stands_on_the_page_without_scripts(browser, site):
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(f"{site}/?lang=en")
    text = page.locator("main").inner_text()
    for number in ("13", "105", "131", "3,186", "84,500", "10,307", "6.2", "5.5"):
        assert number in text, number
    for table in page.locator("figure table").all():
        assert table.is_visible()
    context.close()


@pytest.mark.parametrize("address", ["/", "/sections/", "/cities/"])
def test_a_chart_that_is_drawn_moves_nothing_below_it(watched, site, address):
    """The keyboard may be further down already, and a link may have led there."""
    page, _wrong = watched
    page.goto(site + address)
    place = "document.querySelector('.site-foot').getBoundingClientRect().top + window.scrollY"
    before = page.evaluate(place)
    assert draw_charts(page) == []
    assert abs(page.evaluate(place) - before) < 8


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("width", "height"), [(1366, 640), (360, 780)])
def test_the_first_screen_says_where_the_plan_stands_and_whom_to_call(watched, site, language, width, height):
    page, wrong = watched
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{site}/?lang={language}")
    names = page.locator(".called li")
    assert names.count() == 3
    for shown in (page.locator("h1"), page.locator("p.lead"), page.locator(".n1[data-figure='measures.overdue']")):
        assert shown.bounding_box()["y"] > 0
        assert shown.bounding_box()["y"] + shown.bounding_box()["height"] <= height
    last = names.nth(2).bounding_box()
    assert last["y"] + last["height"] <= height
    assert not is_too_wide(page)
    assert wrong == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_on_a_phone_the_overview_is_seven_screens_long(watched, site, language):
    """A part that has a page of its own leads there: the overview was twice as long."""
    page, wrong = watched
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{site}/?lang={language}")
    scroll_through(page)
    assert page.evaluate("document.documentElement.scrollHeight") <= 4_500
    assert not is_too_wide(page)
    for address in ("/sections/", "/departments/", "/cities/", "/indicators/", "/problems/"):
        assert page.locator(f"main a[href^='{address}']").filter(visible=True).count()
    assert wrong == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_on_a_phone_the_longest_city_is_eight_screens_long(watched, site, language):
    """Qingdao has most projects, and problems, indicators and months as well."""
    page, wrong = watched
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{site}/cities/370200/?lang={language}")
    scroll_through(page)
    assert page.evaluate("document.documentElement.scrollHeight") <= 5_000
    assert not is_too_wide(page)
    assert page.locator("#projects tbody tr").filter(visible=True).count() == 5
    assert wrong == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_on_a_phone_the_longest_department_is_nine_screens_long(watched, site, language):
    """Industry and Information Technology leads and joins many measures, and something of its own is overdue."""
    page, wrong = watched
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{site}/departments/industry-information/?lang={language}")
    scroll_through(page)
    assert page.evaluate("document.documentElement.scrollHeight") <= 6_000
    assert not is_too_wide(page)
    assert wrong == []
