"""The form saves itself, and what it cannot save stays in the browser until it can."""

import re

import pytest

from measures.models import Report
from tests.browser.conftest import held, log_in
from tests.services import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def form(enter, site):
    """Ada's form; it will be refused things on purpose."""
    page = enter("ada", is_watched=False)
    page.goto(f"{site}/measures/M001/report/")
    return page


def state(page):
    return page.locator("#draft-state")


def drafts():
    return Report.objects.filter(state="draft", measure__code="M001")


def test_typing_is_saved_two_seconds_later_and_is_there_in_another_browser(form, enter, site):
    form.locator("#id_what_was_done").fill("")
    form.locator("#id_what_was_done").press_sequentially("Half a thought", delay=20)
    state(form).get_by_text(re.compile(r"Draft saved \d\d:\d\d")).wait_for()
    assert drafts().get().what_was_done_en == "Half a thought"
    form.locator("#id_what_was_done").press_sequentially(", and the rest", delay=20)
    form.locator("#id_version[value='2']").wait_for(state="attached")

    other = enter("ada")
    other.goto(f"{site}/measures/M001/report/")
    assert other.locator("#id_what_was_done").input_value() == "Half a thought, and the rest"


def test_what_is_typed_while_the_scripts_are_loading_is_saved_too(form):
    scripts = held(form, "**/report*.js")
    form.reload(wait_until="commit")
    form.locator("input[name=status][value=completed]").check()
    form.locator("#id_what_was_done").fill("Typed on a slow line")
    scripts[0].continue_()
    state(form).get_by_text("Draft saved").wait_for()
    assert (drafts().get().status, drafts().get().what_was_done_en) == ("completed", "Typed on a slow line")


def test_what_is_typed_while_the_scripts_are_loading_is_newer_than_what_the_browser_kept(form):
    form.route("**/report/draft/*", lambda route: route.abort())
    form.locator("#id_what_was_done").fill("Older")
    form.locator("#id_next_step").fill("Kept")
    state(form).get_by_text("What you typed is kept in this browser").wait_for()
    form.unroute("**/report/draft/*")
    scripts = held(form, "**/report*.js")
    form.reload(wait_until="commit")
    form.locator("#id_what_was_done").fill("Newer")
    scripts[0].continue_()
    state(form).get_by_text("Draft saved").wait_for()
    assert (drafts().get().what_was_done_en, drafts().get().next_step_en) == ("Newer", "Kept")


def test_a_click_while_a_draft_is_being_saved_waits_for_it(form):
    waiting = []
    form.route("**/report/draft/*", lambda route: route.continue_() if waiting else waiting.append(route))
    with form.expect_request("**/report/draft/*"):
        form.locator("#id_what_was_done").fill("Second")
    form.locator("#id_next_step").fill("Third")
    form.get_by_role("button", name="Submit", exact=True).dblclick()
    form.wait_for_timeout(300)
    assert "/report/" in form.url and not drafts().exists()
    waiting[0].continue_()
    form.get_by_text("Report submitted.", exact=True).wait_for()
    report = Report.objects.get(state="submitted", measure__code="M001")
    assert (report.what_was_done_en, report.next_step_en) == ("Second", "Third")


def test_text_outlives_a_session_that_ended(form, site):
    form.context.clear_cookies(name="sessionid")
    form.locator("#id_what_was_done").fill("Typed too late")
    state(form).get_by_text("Not saved: you are no longer logged in.").wait_for()
    log_in(form, site, "ada")
    form.goto(f"{site}/measures/M001/report/")
    form.get_by_text("What you typed before is restored below from this browser.").wait_for()
    assert form.locator("#id_what_was_done").input_value() == "Typed too late"
    state(form).get_by_text("Draft saved").wait_for()
    assert drafts().get().what_was_done_en == "Typed too late"
    assert form.evaluate("localStorage.length") == 0


def test_what_is_typed_right_before_leaving_is_on_the_server(form, site):
    noting = "const send = fetch; fetch = (to, how) => (sessionStorage.keepalive = how.keepalive, send(to, how))"
    form.evaluate(f"() => {{ {noting} }}")
    form.locator("#id_what_was_done").fill("Typed and gone")
    form.goto(f"{site}/workspace/")
    # The sending outlives the page, and even its tab.
    assert form.evaluate("sessionStorage.keepalive") == "true"
    wait_until(lambda: drafts().filter(what_was_done_en="Typed and gone").exists(), "The saving")
    form.goto(f"{site}/measures/M001/report/")
    assert form.locator("#id_what_was_done").input_value() == "Typed and gone"
    assert form.locator("#restored").is_hidden()
    assert form.evaluate("localStorage.length") == 0


def test_a_draft_that_is_thrown_away_takes_words_that_were_never_saved_with_it(form, site):
    before = form.locator("#id_what_was_done").input_value()
    form.locator("#id_what_was_done").fill("Half")
    state(form).get_by_text("Draft saved").wait_for()
    form.reload()
    form.get_by_text("Delete this draft").click()
    form.locator("#id_what_was_done").fill("Half a thought")
    form.get_by_role("button", name="Delete draft").click()
    form.get_by_text("The draft was deleted").wait_for()
    form.goto(f"{site}/measures/M001/report/")
    assert form.locator("#id_what_was_done").input_value() == before
    assert form.evaluate("localStorage.length") == 0
    assert not drafts().exists()


def test_what_never_reached_the_server_is_there_again_with_both_versions(form, site):
    form.locator("#id_what_was_done").fill("On the server")
    state(form).get_by_text("Draft saved").wait_for()
    form.evaluate("() => { window.fetch = () => Promise.reject(); }")
    form.locator("#id_what_was_done").fill("Only in the browser")
    form.goto(f"{site}/workspace/")
    form.goto(f"{site}/measures/M001/report/")
    box = form.locator("#restored")
    box.wait_for()
    assert "On the server" in box.inner_text()
    assert "Only in the browser" in box.inner_text()
    wait_until(lambda: drafts().get().what_was_done_en == "Only in the browser", "The saving")
    box.get_by_role("button", name="Use what is on the server").click()
    form.locator("#id_version[value='3']").wait_for(state="attached")
    assert drafts().get().what_was_done_en == "On the server"


def test_an_answer_that_got_lost_is_no_conflict_with_oneself(form):
    def take_and_lose(route):
        route.fetch()
        route.abort()

    form.route("**/report/draft/*", take_and_lose, times=1)
    form.locator("#id_what_was_done").fill("Half")
    state(form).get_by_text("Not saved").wait_for()
    assert drafts().get().what_was_done_en == "Half"
    form.locator("#id_what_was_done").fill("Half a thought")
    state(form).get_by_text("Draft saved").wait_for()
    assert drafts().get().what_was_done_en == "Half a thought"


def test_two_tabs_that_write_different_fields_end_up_the_same(form, site):
    other = form.context.new_page()
    other.goto(f"{site}/measures/M001/report/")
    form.locator("#id_what_was_done").fill("From the first")
    state(form).get_by_text("Draft saved").wait_for()
    other.locator("#id_next_step").fill("From the second")
    state(other).get_by_text("Draft saved").wait_for()
    assert (drafts().get().what_was_done_en, drafts().get().next_step_en) == ("From the first", "From the second")
    assert other.locator("#id_what_was_done").input_value() == "From the first"


def test_who_logs_out_leaves_the_last_words_on_the_server_and_nothing_in_the_browser(form, site):
    other = form.context.new_page()
    other.goto(f"{site}/measures/M002/report/")
    form.locator("#id_what_was_done").fill("Last words")
    form.get_by_role("button", name="Log out").first.click()
    form.wait_for_url(f"{site}/")
    assert drafts().get().what_was_done_en == "Last words"
    other.locator("#id_what_was_done").fill("After the log-out")
    everything = "JSON.stringify([localStorage, sessionStorage])"
    assert "words" not in form.evaluate(everything)
    assert "kept:" not in form.evaluate(everything)


def test_two_people_at_once_are_told_and_nothing_is_lost(form, enter, site):
    form.locator("#id_what_was_done").fill("Ada began")
    state(form).get_by_text("Draft saved").wait_for()
    other = enter("ada", is_watched=False)
    other.goto(f"{site}/measures/M001/report/")
    other.locator("#id_what_was_done").fill("The other went on")
    other.locator("#id_version[value='2']").wait_for(state="attached")

    form.locator("#id_what_was_done").fill("Ada went on too")
    state(form).get_by_text("A colleague has saved this report in the meantime").wait_for()
    form.get_by_role("button", name="Save draft").last.click()
    versions = form.locator("#versions").inner_text()
    assert "The other went on" in versions and "Ada went on too" in versions
    assert drafts().get().what_was_done_en == "The other went on"
    form.get_by_role("button", name="Save draft").last.click()
    form.locator("#id_version[value='3']").wait_for(state="attached")
    assert drafts().get().what_was_done_en == "Ada went on too"
