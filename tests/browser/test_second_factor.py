"""Tests of the way from an app that is set up to a log-in with its code, as a person does it."""

import time

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import expect

from accounts.models import AuthenticatorApp
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.browser


def code_of(name):
    totp = TOTP(AuthenticatorApp.objects.get(user__username=name).bin_key)
    totp.time = time.time()
    return f"{totp.token():06}"


def test_it_is_set_up_and_asked_for(enter, site):
    rita = enter("rita", is_watched=False)
    rita.goto(f"{site}/accounts/password/")
    rita.locator("main").get_by_role("link", name="Second factor").click()
    rita.get_by_role("link", name="Set up the second factor").click()
    picture = rita.get_by_role("img", name="The key as a QR code")
    rita.wait_for_load_state()
    assert picture.evaluate("each => each.complete && each.naturalWidth > 100")
    rita.get_by_label("Code").fill(code_of("rita"))
    rita.get_by_role("button", name="Confirm").click()
    expect(rita.locator(".recovery-codes li")).to_have_count(10)
    codes = rita.locator(".recovery-codes li").all_inner_texts()
    rita.emulate_media(media="print")
    assert rita.locator(".recovery-codes").is_visible()
    rita.emulate_media(media="screen")
    rita.get_by_role("link", name="I have kept them").click()
    with rita.expect_navigation():
        rita.get_by_role("button", name="Log out").first.click()

    rita.goto(f"{site}/accounts/login/?next=/review/")
    rita.locator("input[name=username]").fill("rita")
    rita.locator("input[name=password]").fill(PASSWORD)
    rita.locator("main").get_by_role("button", name="Log in").click()
    rita.get_by_role("heading", name="Enter the code").wait_for()
    field = rita.get_by_label("Code")
    assert field.get_attribute("autocomplete") == "one-time-code"
    field.fill("000000")
    rita.locator("main").get_by_role("button", name="Log in").click()
    rita.get_by_text("The code is not correct").first.wait_for()
    rita.get_by_label("Code").fill(codes[0])
    rita.locator("main").get_by_role("button", name="Log in").click()
    rita.wait_for_url(f"{site}/review/")
    rita.get_by_text("You last logged in at").wait_for()
