"""Every page of the site in a real browser, in both languages: found by its URL name, so that none is forgotten."""

import time
from collections import Counter
from itertools import product
from urllib.parse import urlsplit

import pytest
from django.urls import get_resolver

from accounts.models import User
from accounts.preferences import SIZE_COOKIE
from tests.browser.conftest import watch
from tests.browser.faults import barriers, draw_charts, ill_labelled, ill_made, too_wide, torn, untranslated
from tests.browser.samples import NO_PAGES, SAMPLES, live_in, session_of
from tests.pages import patterns
from tests.sweeps import by_hash, sample_or_whole, some_of

pytestmark = pytest.mark.browser

LANGUAGES = ("zh-hans", "en")
SIZES = ("normal", "large")
WIDTHS = (360, 1366)
# Several tests, so that several processes share the walk.
PARTS = 4
# What else people have: the narrowest phone, tablets, older and larger monitors.
OTHER_WIDTHS = (320, 768, 1024, 1440, 1920)


def test_every_address_has_a_sample_or_a_reason():
    names = {name for name, _view in patterns(get_resolver())}
    without = [name for group in NO_PAGES.values() for name in group]
    assert {sample.name for sample in SAMPLES if sample.name} | set(without) == names
    assert {name for name, times in Counter(without).items() if times > 1} == set()
    assert {sample.name for sample in SAMPLES} & set(without) == set()


@pytest.fixture
def look(browser, site, people, settings):
    """look(sample, language, size, width, do): what is wrong with the page, opened by its person. `do` gives more."""
    settings.ROOT_URLCONF = "tests.browser.urls"
    parts = live_in()
    pages = {}

    def page_of(person):
        if person not in pages:
            context = browser.new_context(locale="en")
            if person:
                context.add_cookies([{"name": "sessionid", "value": session_of(person), "url": site}])
            page = context.new_page()
            pages[person] = (page, watch(page, site))
        return pages[person]

    def look(sample, language, size, width, *others):
        page, wrong = page_of(sample.person)
        if sample.person:
            User.objects.filter(username=sample.person).update(large_print=size == "large", language=language)
        page.context.add_cookies([{"name": SIZE_COOKIE, "value": size, "url": site}])
        page.set_viewport_size({"width": width, "height": 800})
        address = site + sample.where(parts)
        address += f"{'&' if urlsplit(address).query else '?'}lang={language}"
        answer = page.goto(address)
        if sample.fields is not None:
            answer = send(page, sample)
        if sample.name == "api-docs":
            page.locator("#api-docs .opblock").first.wait_for()
        found = [] if answer.status == sample.status else [f"answers {answer.status}"]
        found += ill_made(page, language) + untranslated(page, language)
        found += [fault for other in others for fault in other(page)]
        # The page that was asked for may be refused where the sample says so, which Chromium tells its console.
        found += [
            fault
            for fault in wrong
            if sample.status == 200 or not (address in fault or f"status of {sample.status}" in fault)
        ]
        wrong.clear()
        return found

    yield look
    for page, _wrong in pages.values():
        page.context.close()


def send(page, sample):
    """Fills in the form and sends it, also where the browser would refuse to. Gives the answer."""
    with page.expect_navigation() as sent:
        page.locator(sample.button).first.evaluate(FILL_IN_AND_SEND, sample.fields)
    return sent.value


FILL_IN_AND_SEND = """(button, fields) => {
  button.form.noValidate = true;
  for (const [name, value] of Object.entries(fields)) button.form.elements[name].value = value;
  button.click();
}"""


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_whole_on_a_phone_and_axe_finds_nothing(look, part):
    """Each page in one language and size; one in three with its charts drawn, and with axe, which takes longer than all
    the rest. The other ways to look at it are walked below.
    """
    found = []
    with_axe = some_of(SAMPLES, "axe", whole=False, number=len(SAMPLES) // 3)
    for sample in SAMPLES[part::PARTS]:
        language, size = by_hash(product(LANGUAGES, SIZES), str(sample))[0]
        more = [draw_charts, too_wide, torn, barriers] if sample in with_axe else [too_wide, torn]
        faults = look(sample, language, size, 360, *more)
        found += [f"{sample} {language} {size}: {fault}" for fault in faults]
    assert not found, "\n".join(found)


def at_other_widths(page):
    found = []
    for width in OTHER_WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        # A chart that was drawn already is drawn anew a moment after the window has another width.
        end = time.monotonic() + 2
        while too_wide(page) and time.monotonic() < end:
            page.wait_for_timeout(50)
        found += [f"{fault} at {width}" for fault in too_wide(page) + torn(page)]
    return found


@pytest.mark.long
@pytest.mark.parametrize(("language", "size"), list(product(LANGUAGES, SIZES)))
def test_no_page_is_wider_than_any_window(look, language, size):
    found = [f"{sample}: {fault}" for sample in SAMPLES for fault in look(sample, language, size, 360, at_other_widths)]
    assert not found, "\n".join(found)


CHARTED = [
    sample
    for sample in SAMPLES
    if not sample.query
    and sample.name.partition(":")[2] in ("overview", "section", "department", "city", "detail")
    and sample.fields is None
]


@sample_or_whole
def test_labels_of_charts_are_whole_and_apart(look, whole):
    found = []
    for sample in CHARTED:
        languages = some_of(LANGUAGES, str(sample), whole=whole)
        for language, width in product(languages, (320, *WIDTHS) if whole else (360,)):
            faults = look(sample, language, "normal", width, draw_charts, ill_labelled)
            found += [f"{sample} {language} at {width}: {fault}" for fault in faults]
    assert not found, "\n".join(found)


@pytest.mark.long
@pytest.mark.parametrize(("language", "size", "width"), list(product(LANGUAGES, SIZES, WIDTHS)))
def test_axe_finds_nothing_anywhere(look, language, size, width):
    found = [
        f"{sample}: {fault}"
        for sample in SAMPLES
        for fault in look(sample, language, size, width, draw_charts, too_wide, barriers)
    ]
    assert not found, "\n".join(found)
