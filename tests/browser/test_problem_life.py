"""One problem from the first word to its closing: raised by one department, solved by another, verified by the office;
what a viewer reads of it, and what a visitor does not."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from measures.models import Measure, Report
from problems.models import Problem
from tests.browser.faults import barriers, too_wide
from tests.documents import make_pdf
from tests.factories import make_user

pytestmark = pytest.mark.browser

TEXT = "实验室用地指标缺口12亩，需协调解决。"
ORDER = "请能源局牵头，9月底前解决用地指标。"
ANSWER = "已与自然资源厅对接，拟从年度计划中调剂。"
SOLUTION = "指标已下达。"
MISSING = "请附指标下达文件。"
BETTER = "指标已下达，文件附后。"
VERIFIED = "已电话核实，文件无误。"
FORM = "/measures/M001/report/?period=2023-08"


def main_text(page):
    return page.locator("main").inner_text()


def send(page):
    """The visible button of the form: it leads to another page."""
    with page.expect_navigation():
        page.locator("main .form-actions button[value=submit]").click()


def make(page, move):
    """Opens the form of a move from the page of the problem."""
    page.locator(f".problem-moves a[href*='/{move}/']").click()
    page.wait_for_url(f"**/{move}/**")


def raise_with_a_report(page, site):
    page.goto(site + FORM)
    page.locator("textarea[name=what_was_done]").fill("实验室运行。")
    page.locator("input[name=problem_choice][value=new]").check()
    page.locator("textarea[name=problem]").fill(TEXT)
    # Nothing of it is on the list before the report is submitted.
    expect(page.locator("input[name=version]")).not_to_have_value("")
    assert not Problem.objects.filter(measure__code="M001").exists()
    send(page)


def raise_by_itself(page, site):
    page.goto(f"{site}/measures/M001/problems/new/")
    page.locator("textarea[name=text]").fill(TEXT[:6])
    with page.expect_navigation():
        page.locator("button[value=draft]").click()
    assert page.locator("textarea[name=text]").input_value() == TEXT[:6]
    page.locator("textarea[name=text]").fill(TEXT)
    send(page)


@pytest.mark.parametrize(
    ("language", "width", "raise_it"),
    [
        ("zh-hans", 1366, raise_with_a_report),
        ("en", 360, raise_by_itself),
        pytest.param("zh-hans", 360, raise_with_a_report, marks=pytest.mark.long),
        pytest.param("en", 1366, raise_by_itself, marks=pytest.mark.long),
    ],
)
def test_a_problem_is_raised_assigned_answered_sent_back_solved_and_closed(site, enter, language, width, raise_it):
    make_user("vic", role="viewer", password="only-for-tests")
    ada, ben, rita, vic, nobody = (enter(name) for name in ("ada", "ben", "rita", "vic", None))
    User.objects.update(language=language)
    everybody = [ada, ben, rita, vic, nobody]
    for page in everybody:
        page.set_viewport_size({"width": width, "height": 800})
    measure = Measure.objects.get(code="M001")
    number = measure.problems.count() + 1
    address = f"{site}/measures/M001/problems/{number}/"

    raise_it(ada, site)
    problem = Problem.objects.get(measure=measure, number=number)
    assert (problem.state, problem.text_zh) == ("raised", TEXT)

    # The office finds it among what is not closed, and says who solves it by when.
    rita.goto(f"{site}/problems/?state=open&waiting=office&search=M001")
    rita.locator("main a", has_text=TEXT[:8]).click()
    rita.wait_for_url("**/problems/**")
    make(rita, "assign")
    rita.locator("select[name=owner]").select_option("energy")
    rita.locator("input[name=due_on]").fill("2023-09-30")
    rita.locator("textarea[name=note]").fill(ORDER)
    send(rita)

    # Its owner is told, answers, and says that it is solved.
    ben.goto(f"{site}/inbox/")
    ben.locator(".inbox a", has_text="M001-").first.click()
    ben.wait_for_url("**/problems/**")
    assert ORDER in main_text(ben)
    make(ben, "reply")
    ben.locator("textarea[name=note]").fill(ANSWER)
    send(ben)
    make(ben, "solve")
    # Without words it is refused, and nothing happens.
    ben.locator("main .form-actions button[value=submit]").click()
    expect(ben.locator("main [role=alert]").first).to_be_visible()
    assert Problem.objects.get(pk=problem.pk).state == "assigned"
    ben.locator("textarea[name=note]").fill(SOLUTION)
    send(ben)

    # The office verifies: it sends it back, and closes it when the document is there.
    rita.goto(address)
    make(rita, "send_back")
    rita.locator("textarea[name=note]").fill(MISSING)
    send(rita)
    ben.goto(address)
    make(ben, "solve")
    ben.locator("textarea[name=note]").fill(BETTER)
    pdf = make_pdf("Land quota")
    ben.locator("input[type=file]").set_input_files(
        {"name": "指标下达.pdf", "mimeType": "application/pdf", "buffer": pdf}
    )
    send(ben)
    rita.goto(address)
    make(rita, "close")
    rita.locator("textarea[name=note]").fill(VERIFIED)
    send(rita)
    assert Problem.objects.get(pk=problem.pk).state == "closed"

    # Every word is there for who has an account; a visitor reads what happened, and none of what was said.
    words = [ORDER, ANSWER, SOLUTION, MISSING, BETTER, VERIFIED]
    for page in (ada, ben, rita, vic):
        page.goto(address)
        found = main_text(page)
        assert [each for each in [TEXT, *words] if each not in found] == []
        assert too_wide(page) == []
        assert barriers(page) == []
    nobody.goto(address)
    found = main_text(nobody)
    assert TEXT in found
    assert [each for each in words if each in found] == []
    file = vic.locator("a", has_text="指标下达.pdf")
    with vic.expect_download() as download:
        file.click()
    assert download.value.suggested_filename == "指标下达.pdf"
    nobody.goto(site + file.get_attribute("href"))
    assert "/accounts/login/" in nobody.url
    if raise_it is raise_with_a_report:
        assert Report.objects.get(measure=problem.measure, about_problem=problem.number).state == "submitted"
