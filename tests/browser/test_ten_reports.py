"""A department's month: ten measures without a change, and one real report. Counts what it takes."""

import sys
import time
from datetime import date

import pytest

from measures.models import Report

pytestmark = pytest.mark.browser

MOST_CLICKS, MOST_SECONDS = 25, 180
WORDS = "崂山实验室新增国家任务2项，累计14项。"
# How long a practised person takes (the keystroke-level model of Card, Moran and Newell): to think of the next step,
# to point at it and press the button; and to type one letter with an input method, about three keystrokes.
SECONDS_A_CLICK = 1.35 + 1.1 + 0.2
SECONDS_A_LETTER = 3 * 0.28
COUNT_CLICKS = "addEventListener('pointerdown', event => event.isTrusted && window.clicked(), true)"


def test_ten_reports_without_a_change_and_a_real_one(site, enter, settings, capsys):
    settings.PILOTZONE_TODAY = date(2023, 9, 20)  # nobody has reported September
    clicks = []
    ada = enter("ada")
    ada.context.expose_function("clicked", lambda: clicks.append(time.monotonic()))
    ada.context.add_init_script(COUNT_CLICKS)
    ada.goto(f"{site}/")
    started = time.monotonic()

    ada.locator("nav a[href='/workspace/']").click()
    ada.wait_for_url("**/workspace/")
    boxes = ada.locator("label.tick:has(input[name=measure])")
    boxes.first.wait_for()
    codes = [each.get_attribute("value") for each in ada.locator("input[name=measure][type=checkbox]").all()]
    wanted = [code for code in codes if code != "M001"][:10]
    for code in wanted:
        boxes.filter(has=ada.locator(f"input[value={code}]")).click()
    ada.locator("form#ticked button").first.click()
    ada.get_by_text("10 reports submitted").wait_for()
    assert Report.objects.filter(state="submitted").count() == 10

    ada.locator("a[href='/measures/M001/report/?period=2023-09']").last.click()
    ada.locator("textarea[name=what_was_done]").click()
    ada.keyboard.press("Control+A")
    ada.keyboard.type(WORDS)
    ada.locator(".form-actions button[name=action][value=submit]").click()
    ada.wait_for_url("**/workspace/**")
    clock = time.monotonic() - started

    filed = Report.objects.filter(state="submitted", period="2023-09-01")
    assert sorted(filed.values_list("measure__code", flat=True)) == sorted(["M001", *wanted])
    assert filed.get(measure__code="M001").what_was_done_zh == WORDS
    persons = clock + len(clicks) * SECONDS_A_CLICK + len(WORDS) * SECONDS_A_LETTER
    with capsys.disabled():
        sys.stdout.write(
            f"\nTen reports and one: {len(clicks)} clicks; {clock:.0f} seconds of the site,"
            f" {persons:.0f} with a practised person's hand and head\n"
        )
    # Each box has been counted, so the count is a real one.
    assert 11 < len(clicks) <= MOST_CLICKS
    assert persons < MOST_SECONDS
