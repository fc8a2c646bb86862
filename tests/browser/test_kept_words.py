"""Words half typed and boxes ticked in one row outlive what is done in another."""

from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.models import User
from measures.models import Comment, Measure, Report
from measures.reports import ReportData, save_draft, submit_report
from tests.services import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def waiting(people):
    """Two of Ada's reports, waiting for Rita."""
    ada = User.objects.get(username="ada")
    reports = []
    for measure in Measure.objects.filter(lead_department=ada.department).order_by("code")[:2]:
        status = measure.status_changes.latest("effective_on").status
        data = ReportData(status=status, against_status=status, what_was_done="Done")
        reports.append(submit_report(save_draft(measure, by=ada, data=data, period=date(2023, 8, 1)), by=ada))
    return reports


def test_a_half_typed_return_and_a_tick_outlive_the_acceptance_of_another_row(enter, site, waiting):
    first, second = waiting
    rita = enter("rita")
    rita.goto(f"{site}/review/")
    row = rita.locator(f"#report-{second.pk}")
    row.get_by_text("Return", exact=False).first.click()
    rita.locator(f"#note-{second.pk}").fill("How many of th")
    row.get_by_role("checkbox").check()
    rita.locator(f"#report-{first.pk}").get_by_role("button", name="Accept").click()
    rita.get_by_text("1 report accepted").wait_for()
    assert rita.locator(f"#note-{second.pk}").input_value() == "How many of th"
    assert rita.locator(f"#note-{second.pk}").is_visible()
    assert row.get_by_role("checkbox").is_checked()

    rita.locator(f"#note-{second.pk}").fill("How many of them?")
    row.locator("button[value=return]").click()
    rita.get_by_text("1 report returned").wait_for()
    assert Report.objects.get(pk=second.pk).decision_note == "How many of them?"
    assert rita.evaluate("Object.keys(localStorage).filter(key => key.includes('return:'))") == []


def test_ticks_in_the_workspace_outlive_no_change_of_another_row(enter, site, settings):
    settings.PILOTZONE_TODAY = settings.PILOTZONE_TODAY.replace(month=9, day=20)
    ada = enter("ada")
    ada.goto(f"{site}/workspace/")
    boxes = ada.locator("input[name=measure][type=checkbox]")
    kept = boxes.nth(2).get_attribute("value")
    boxes.nth(2).check()
    ada.get_by_role("button", name="No change this month").first.click()
    ada.get_by_text("1 report submitted: no change this month").wait_for()
    assert ada.locator("input[name=measure][type=checkbox]:checked").evaluate_all("all => all.map(x => x.value)") == [
        kept
    ]
    ada.get_by_role("link", name="Select none").or_(ada.get_by_role("link", name="Select all")).click()
    ada.get_by_role("link", name="Select none").click()
    expect(ada.locator("input[name=measure][type=checkbox]:checked")).to_have_count(0)


def test_a_comment_whose_answer_got_lost_is_there_to_send_again_and_stands_there_once(enter, site):
    ada = enter("ada", is_watched=False)
    ada.goto(f"{site}/measures/M001/")

    def take_and_lose(route):
        route.fetch(max_redirects=0)
        route.abort()

    ada.route("**/comment/", take_and_lose, times=1)
    ada.locator("#id_text").fill("Well done")
    ada.get_by_role("button", name="Add a comment").click()
    wait_until(lambda: Comment.objects.exists(), "The comment")
    ada.wait_for_timeout(500)
    ada.context.clear_cookies(name="pilotzone_done")
    ada.context.clear_cookies(name="messages")
    ada.goto(f"{site}/measures/M001/")
    assert ada.locator("#id_text").input_value() == "Well done"
    ada.get_by_role("button", name="Add a comment").click()
    ada.get_by_text("The comment was added").wait_for()
    assert Comment.objects.count() == 1
    assert ada.locator("#id_text").input_value() == ""
    ada.locator("#id_text").fill("Well done")
    ada.get_by_role("button", name="Add a comment").click()
    ada.get_by_text("The comment was added").wait_for()
    assert Comment.objects.count() == 2
