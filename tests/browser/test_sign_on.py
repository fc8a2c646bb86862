"""Tests of the way to a provider and back, as a person does it: the content security policy and cookies have to let it
through."""

from urllib.parse import urlsplit

import pytest
from oidc_provider_mock import run_server_in_thread

from accounts.models import User
from tests.accounts.test_oidc import use

pytestmark = pytest.mark.browser


@pytest.fixture
def issuer(settings):
    with run_server_in_thread() as server:
        yield use(settings, f"http://localhost:{server.server_port}").issuer


def log_in(page, site, subject):
    page.goto(f"{site}/accounts/login/?next=/workspace/")
    page.get_by_role("link", name="Log in with City log-in").click()
    page.locator("input[name=sub]").fill(subject)
    page.get_by_role("button", name="Authorize", exact=True).click()


def test_somebody_unknown_is_told_an_id_with_which_they_get_in(enter, site, issuer):
    page = enter(None, is_watched=False)
    log_in(page, site, "u-1")
    page.get_by_role("heading", name="You have no account here yet").wait_for()
    subject = page.locator("main code").inner_text()
    assert subject == "u-1"

    User.objects.filter(username="ada").update(oidc_issuer=issuer, oidc_subject=subject)
    log_in(page, site, "u-1")
    page.wait_for_url(f"{site}/workspace/")

    page.get_by_role("button", name="Log out").first.click()
    page.get_by_role("heading", name="Logged out").wait_for()
    page.get_by_role("link", name="Log out at City log-in too").click()
    page.wait_for_url(f"{issuer}/**")
    assert urlsplit(page.url).path == "/oauth2/end_session"
