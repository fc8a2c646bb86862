"""A real Chromium on the demonstration's data; what a page must never do fails every test that opens one."""

import os
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection

from accounts.models import Department
from demonstration.fixtures import FOLDER as FIXTURES
from tests.factories import PASSWORD, make_user

# Without these Chromium calls home, and a call to another host fails the test.
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    chromium = os.environ.get("PILOTZONE_CHROMIUM") or "/usr/bin/chromium"
    return {**browser_type_launch_args, "executable_path": chromium, "args": [*sandbox, *QUIET]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "zh-CN"}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """The tests' database is a file, so that each request has a connection of its own, as on a real site. One in memory
    has a single connection for all threads: a request that outlives its test breaks the next one's transaction.
    """
    django_settings.DATABASES["default"]["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "db.sqlite3")


@pytest.fixture(scope="session")
def loaded():
    """The tests' database as the first test loaded the demonstration into it: empty before."""
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as kept:
        yield kept


@pytest.fixture
def site(transactional_db, live_server, settings, today, open_reading, loaded, capsys):
    """The address of the demonstration, open to readers, as of its pinned day."""
    assert not connection.is_in_memory_db()
    settings.PILOTZONE_DEMO = True
    connection.ensure_connection()
    if loaded.execute("PRAGMA page_count").fetchone()[0]:
        loaded.backup(connection.connection)
    else:
        call_command("load_data", FIXTURES, unlikely_is_so=True)
        connection.connection.backup(loaded)
    return live_server.url


@pytest.fixture
def watched(page, site):
    """The page, and the list of what went wrong in it: console errors, exceptions, refused or foreign requests."""
    return page, watch(page, site)


def wait_until_said(page, words):
    """A list says its count when the new body is in working order; until then a link of it is an ordinary link."""
    page.locator("#list-said", has_text=words).wait_for(state="attached")


def watch(page, site):
    wrong = []
    page.on("console", lambda message: message.type in ("error", "warning") and wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    # A request that a click cut short is no failure.
    page.on("requestfailed", lambda r: r.failure != "net::ERR_ABORTED" and wrong.append(f"{r.failure}: {r.url}"))
    page.on("response", lambda answer: answer.status >= 400 and wrong.append(f"{answer.status}: {answer.url}"))
    home = urlsplit(site).netloc

    def check_host(request):
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != home:
            wrong.append(f"another host: {request.url}")

    page.on("request", check_host)
    return wrong


def held(page, pattern):
    """Hold the page's next request for such an address in the returned list, until it is told to `continue_()`: a slow
    line."""
    waiting = []
    page.route(pattern, lambda route: waiting.append(route), times=1)
    return waiting


@pytest.fixture
def people(site):
    """Ada reports for Science and Technology, which leads M001; Ben for Energy; Rita reviews."""
    departments = {"ada": "science-technology", "ben": "energy"}
    for name, slug in departments.items():
        make_user(name, role="reporter", department=Department.objects.get(slug=slug), password=PASSWORD)
    make_user("rita", role="reviewer", password=PASSWORD)


@pytest.fixture
def enter(browser, site, people):
    """Opens a browser of its own for a person (None: for somebody without an account), logged in through the page
    for that. Returns a watched page, as `watched` does; nothing may have gone wrong in it when the test ends.
    """
    contexts, faults = [], {}

    def open_browser(name, *, is_watched=True):
        context = browser.new_context(locale="en", viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        if is_watched:
            faults[name] = watch(page, site)
        if name is not None:
            log_in(page, site, name)
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert {name: wrong for name, wrong in faults.items() if wrong} == {}


def log_in(page, site, name):
    page.goto(f"{site}/accounts/login/")
    page.locator("input[name=username]").click()
    page.keyboard.type(name)
    page.locator("input[name=password]").click()
    page.keyboard.type(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
