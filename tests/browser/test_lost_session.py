"""Tests of what was sent after the session had ended: this browser kept it for whoever typed it, and for nobody
else."""

from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.models import Department, User
from measures.models import Comment, Measure, Report, TermsChange
from tests.browser.conftest import PASSWORD, log_in
from tests.documents import make_pdf
from tests.factories import file_report
from tests.services import wait_until

pytestmark = pytest.mark.browser


def lose_session(page):
    page.context.clear_cookies(name="sessionid")


def return_as(page, name):
    """Log in through the link of the page that says that nothing was saved."""
    page.get_by_role("heading", name="This was not saved").wait_for()
    page.locator("main").get_by_role("link", name="Log in").click()
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def kept(page):
    return page.evaluate("Object.keys(localStorage)")


def everything_shown(page):
    """The page as it stands, with what its fields hold."""
    fields = "Array.from(document.querySelectorAll('input, textarea, select'), field => field.value).join('\\n')"
    return page.content() + page.evaluate(fields)


def test_a_comment_is_in_its_field_again_and_is_sent_once(enter, site):
    ada = enter("ada", is_watched=False)
    ada.goto(f"{site}/measures/M001/")
    ada.locator("#id_text").fill("Typed for long")
    lose_session(ada)
    ada.get_by_role("button", name="Add a comment").click()
    expect(ada.locator("main")).to_contain_text("Typed for long", use_inner_text=True)
    return_as(ada, "ada")
    assert ada.url == f"{site}/measures/M001/"
    assert ada.locator("#id_text").input_value() == "Typed for long"
    ada.get_by_role("button", name="Add a comment").click()
    ada.get_by_text("The comment was added").wait_for()
    assert Comment.objects.get().text == "Typed for long"
    assert ada.locator("#id_text").input_value() == ""
    assert kept(ada) == []


def test_a_return_has_its_words_again(enter, site):
    ada = User.objects.get(username="ada")
    measure = Measure.objects.filter(lead_department=ada.department).order_by("code").first()
    status = measure.status_changes.latest("effective_on").status
    report = file_report(measure, by=ada, status=status, period=date(2023, 8, 1))
    rita = enter("rita", is_watched=False)
    rita.goto(f"{site}/review/")
    row = rita.locator(f"#report-{report.pk}")
    row.get_by_text("Return", exact=False).first.click()
    rita.locator(f"#note-{report.pk}").fill("Say how many")
    lose_session(rita)
    row.locator("button[value=return]").click()
    return_as(rita, "rita")
    assert rita.locator(f"#note-{report.pk}").input_value() == "Say how many"
    assert rita.locator(f"#note-{report.pk}").is_visible()
    row.locator("button[value=return]").click()
    rita.get_by_text("1 report returned").wait_for()
    assert Report.objects.get(pk=report.pk).decision_note == "Say how many"
    assert kept(rita) == []


def test_a_form_of_the_office_has_its_words_and_choices_again_and_says_so(enter, site):
    rita = enter("rita", is_watched=False)
    rita.goto(f"{site}/measures/M001/terms/")
    rita.locator("#id_due_on").fill("2025-03-31")
    rita.locator("#id_lead_department").select_option("energy")
    rita.locator("#id_reason").fill("Floods")
    notice = rita.get_by_text("is restored from this browser")
    assert notice.is_hidden()
    lose_session(rita)
    rita.get_by_role("button", name="Save").click()
    return_as(rita, "rita")
    notice.wait_for()
    fields = [rita.locator(name).input_value() for name in ("#id_due_on", "#id_lead_department", "#id_reason")]
    assert fields == ["2025-03-31", "energy", "Floods"]

    # Refused, it comes back with what was sent, and what is changed then is kept as well.
    rita.locator("#id_due_on").fill("2022-12-31")
    rita.get_by_role("button", name="Save").click()
    rita.get_by_text("it cannot be due before").first.wait_for()
    assert notice.is_hidden()
    rita.locator("#id_due_on").fill("2025-04-30")
    lose_session(rita)
    rita.get_by_role("button", name="Save").click()
    return_as(rita, "rita")
    assert rita.locator("#id_due_on").input_value() == "2025-04-30"
    rita.get_by_role("button", name="Save").click()
    rita.get_by_text("The terms were changed").wait_for()
    assert set(TermsChange.objects.values_list("field", flat=True)) == {"due_on", "lead_department"}
    assert kept(rita) == []


def test_what_is_on_the_server_is_one_click_away(enter, site):
    rita = enter("rita")
    rita.goto(f"{site}/measures/M001/terms/")
    shown = [rita.locator(name).input_value() for name in ("#id_due_on", "#id_lead_department", "#id_section")]
    rita.locator("#id_due_on").fill("2025-03-31")
    rita.locator("#id_lead_department").select_option("energy")
    rita.locator("#id_reason").fill("Floods")
    rita.reload()
    rita.get_by_role("button", name="Use what is on the server").click()
    assert shown == [rita.locator(name).input_value() for name in ("#id_due_on", "#id_lead_department", "#id_section")]
    assert rita.locator("#id_reason").input_value() == ""
    assert kept(rita) == []


def test_what_cannot_be_undone_is_confirmed_anew(enter, site):
    rita = enter("rita", is_watched=False)
    rita.goto(f"{site}/office/departments/energy/merge/")
    rita.locator("#id_into").select_option("science-technology")
    rita.locator("#id_reason").fill("Reform")
    rita.locator("#id_confirmed").check()
    lose_session(rita)
    rita.get_by_role("button", name="Merge").click()
    return_as(rita, "rita")
    assert rita.locator("#id_into").input_value() == "science-technology"
    assert rita.locator("#id_reason").input_value() == "Reform"
    assert not rita.locator("#id_confirmed").is_checked()
    assert Department.objects.get(slug="energy").merged_into is None


def test_a_report_has_its_words_and_its_link_again_and_asks_for_its_files(enter, site, tmp_path):
    ada = enter("ada", is_watched=False)
    ada.goto(f"{site}/measures/M001/report/")
    ada.route("**/report/draft/*", lambda route: route.abort())
    ada.locator("#id_what_was_done").fill("Built the plant")
    ada.locator("#id_url").fill("https://gov.example/1")
    (tmp_path / "a.pdf").write_bytes(make_pdf())
    ada.locator("#id_evidence").set_input_files(tmp_path / "a.pdf")
    lose_session(ada)
    ada.get_by_role("button", name="Submit", exact=True).click()
    ada.unroute("**/report/draft/*")
    expect(ada.locator("main")).to_contain_text("Built the plant", use_inner_text=True)
    return_as(ada, "ada")
    ada.get_by_text("What you typed before is restored below from this browser.").wait_for()
    ada.get_by_text("Please choose the files once more").wait_for()
    assert ada.locator("#id_what_was_done").input_value() == "Built the plant"
    assert ada.locator("#id_url").input_value() == "https://gov.example/1"
    ada.locator("#draft-state").get_by_text("Draft saved").wait_for()
    # The link is not yet on the server: it is attached when the form is sent.
    assert len(kept(ada)) == 1
    ada.get_by_role("button", name="Submit", exact=True).click()
    ada.get_by_text("Report submitted.", exact=True).wait_for()
    report = Report.objects.get(state="submitted", measure__code="M001")
    assert (report.what_was_done_en, report.evidence.get().url) == ("Built the plant", "https://gov.example/1")
    assert kept(ada) == []


def test_the_next_who_logs_in_in_the_same_browser_meets_none_of_it(enter, site):
    colleague = User.objects.get(username="ben")
    colleague.department = Department.objects.get(slug="science-technology")
    colleague.save()
    page = enter("ada", is_watched=False)
    page.goto(f"{site}/measures/M001/report/")
    page.route("**/report/draft/*", lambda route: route.abort())
    page.locator("#id_what_was_done").fill("Secret of Ada")
    page.locator("#id_url").fill("https://secret.example/ada")
    lose_session(page)
    page.get_by_role("button", name="Save draft").last.click()
    page.get_by_role("heading", name="This was not saved").wait_for()
    page.unroute("**/report/draft/*")
    log_in(page, site, "ada")
    page.goto(f"{site}/measures/M001/")
    page.locator("#id_text").fill("Secret comment")
    lose_session(page)
    page.get_by_role("button", name="Add a comment").click()

    return_as(page, "ben")
    assert page.url == f"{site}/measures/M001/"
    for address in ("/measures/M001/", "/measures/M001/report/", "/workspace/"):
        page.goto(site + address)
        page.wait_for_load_state("networkidle")
        assert "ecret" not in everything_shown(page).replace("secretar", "")
    # He sends his own, and hers is neither sent nor gone.
    page.goto(f"{site}/measures/M001/")
    page.locator("#id_text").fill("Of Ben")
    page.get_by_role("button", name="Add a comment").click()
    page.get_by_text("The comment was added").wait_for()
    page.go_back()
    assert "ecret" not in everything_shown(page).replace("secretar", "")
    page.goto(f"{site}/")
    page.get_by_role("button", name="Log out").first.click()
    page.wait_for_url(f"{site}/")
    assert [comment.text for comment in Comment.objects.all()] == ["Of Ben"]
    assert not Report.objects.filter(what_was_done_en__contains="Secret").exists()

    log_in(page, site, "ada")
    page.goto(f"{site}/measures/M001/")
    assert page.locator("#id_text").input_value() == "Secret comment"
    page.goto(f"{site}/measures/M001/report/")
    page.get_by_text("What you typed before is restored below from this browser.").wait_for()
    assert page.locator("#id_what_was_done").input_value() == "Secret of Ada"
    wait_until(lambda: Report.objects.filter(what_was_done_en="Secret of Ada").exists(), "The draft")


def test_what_somebody_left_in_a_browser_goes_after_a_month(enter, site):
    page = enter("ada")
    day = 24 * 3600 * 1000
    for key, days in (("kept:999:comment:1:text", 29), ("kept:998:comment:1:text", 31)):
        entry = f"JSON.stringify({{value: 'Left', at: Date.now() - {days * day}}})"
        page.evaluate(f"localStorage.setItem('{key}', {entry})")
    page.goto(f"{site}/workspace/")
    assert kept(page) == ["kept:999:comment:1:text"]
