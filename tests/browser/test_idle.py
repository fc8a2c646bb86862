"""The warning before a session ends, and what was typed when it has ended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Session
from accounts.sessions import SessionStore
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser


def wait_on_the_server(*, minutes):
    for row in Session.objects.exclude(user=None):
        session = SessionStore(row.pk)
        session["active_at"] = (timezone.now() - timedelta(minutes=minutes)).timestamp()
        session.save()


def open_report(enter, site):
    ada = enter("ada", is_watched=False)
    ada.clock.install()
    ada.goto(f"{site}/measures/M001/report/")
    return ada


def test_the_page_warns_and_the_person_stays(enter, site):
    ada = open_report(enter, site)
    box = ada.locator("#idle")
    ada.clock.run_for("27:00")
    assert box.is_hidden()
    wait_on_the_server(minutes=28.5)
    ada.clock.run_for("01:30")
    assert box.is_visible()
    assert "Are you still there?" in box.inner_text()
    stay = box.get_by_role("button", name="Stay logged in")
    assert stay.evaluate("each => each === document.activeElement")
    with ada.expect_response("**/accounts/active/") as told:
        stay.click()
    assert told.value.status == 204
    box.wait_for(state="hidden")
    ada.clock.run_for("20:00")
    assert box.is_hidden()


def test_typing_alone_keeps_the_session(enter, site):
    ada = open_report(enter, site)
    ada.route("**/report/draft/*", lambda route: route.abort())
    wait_on_the_server(minutes=20)
    ada.clock.run_for("20:00")
    with ada.expect_response("**/accounts/active/"):
        ada.locator("[name=what_was_done]").press_sequentially("a")
    ada.clock.run_for("20:00")
    assert ada.locator("#idle").is_hidden()


def test_what_was_typed_is_there_again_after_the_end(enter, site):
    ada = open_report(enter, site)
    # Without a request: the line was away when it was typed.
    ada.route("**/report/draft/*", lambda route: route.abort())
    ada.route("**/accounts/active/", lambda route: route.abort())
    ada.locator("[name=what_was_done]").fill("Typed before the pause")
    wait_on_the_server(minutes=40)
    ada.clock.run_for("31:00")
    box = ada.locator("#idle")
    box.get_by_text("You were logged out.").wait_for()
    ada.unroute_all()
    box.get_by_role("link", name="Log in again").click()
    ada.locator("input[name=username]").fill("ada")
    ada.locator("input[name=password]").fill(PASSWORD)
    ada.get_by_role("button", name="Log in").click()
    ada.wait_for_url(f"{site}/measures/M001/report/")
    assert ada.locator("[name=what_was_done]").input_value() == "Typed before the pause"
