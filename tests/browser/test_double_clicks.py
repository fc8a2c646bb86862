"""Whoever presses twice is answered once."""

import pytest

from measures.models import Report

pytestmark = pytest.mark.browser

# By hand the second press comes after the first has been sent; nearer ones the browser makes one by itself.
PRESS_TWICE = "button => { button.click(); setTimeout(() => button.click(), 200); }"


def press_twice(page, button, address):
    """Presses, and again while the answer is on its way."""
    sent = []
    page.route(address, lambda route: sent.append(route))
    button.evaluate(PRESS_TWICE)
    page.wait_for_timeout(500)
    for route in sent:
        route.continue_()
    assert len(sent) == 1


def test_no_change_pressed_twice_is_filed_and_not_refused(enter, site, settings):
    settings.PILOTZONE_TODAY = settings.PILOTZONE_TODAY.replace(month=9, day=20)  # nobody has reported September
    ada = enter("ada")
    ada.goto(f"{site}/workspace/")
    press_twice(ada, ada.get_by_role("button", name="No change this month").first, "**/workspace/no-change/")
    ada.get_by_text("1 report submitted: no change this month").wait_for()
    assert Report.objects.filter(state="submitted").count() == 1
