"""One report from the first word to the history: filed, returned, corrected, accepted; and who is kept out of it."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from measures.models import Measure, Report, StatusChange
from reporting.text_diff import clauses
from tests.documents import make_pdf
from tests.factories import file_report

pytestmark = pytest.mark.browser

FORM = "/measures/M001/report/?period=2023-08"
FIRST_WORDS = "实验室八月全面运行，承担国家任务12项。"
REASON = "请写明验收文号和日期。"
BETTER_WORDS = "实验室八月全面运行，承担国家任务12项；8月25日通过省级验收。"


def status_of(page, address):
    return page.goto(address).status


def is_sent_to_log_in(page, address):
    page.goto(address)
    return "/accounts/login/" in page.url


def completed_measures(page, site):
    page.goto(f"{site}/")
    return page.locator("[data-figure='measures.completed']").first.get_attribute("data-value")


def text_of(page):
    return page.locator("main").inner_text()


def choose(page, status):
    page.locator(f"input[name=status][value={status}]").check()


def write(page, words):
    page.locator("textarea[name=what_was_done]").fill(words)


def press(page, action):
    """The visible button: the form has a hidden one for the Enter key."""
    page.locator(f".form-actions button[name=action][value={action}]").click()


def test_a_completion_is_filed_returned_corrected_and_accepted(site, enter):
    ada, rita = enter("ada"), enter("rita")
    ben, nobody = enter("ben", is_watched=False), enter(None, is_watched=False)

    def others_are_kept_out(*addresses):
        for address in addresses:
            assert status_of(ben, site + address) == 403, address
            assert is_sent_to_log_in(nobody, site + address), address

    assert completed_measures(nobody, site) == "13"
    others_are_kept_out(FORM, "/review/", "/review/board/")
    assert is_sent_to_log_in(nobody, f"{site}/workspace/")
    # Ben's own workspace is his own.
    assert status_of(ben, f"{site}/workspace/") == 200
    assert "M001" not in text_of(ben)

    # Ada writes, is called away, and finds her words again in another browser.
    ada.goto(f"{site}/workspace/")
    ada.locator("tr", has_text="M001").locator(f"a[href='{FORM}']").last.click()
    choose(ada, "completed")
    write(ada, FIRST_WORDS)
    expect(ada.locator("input[name=version]")).not_to_have_value("")
    ada.context.close()
    ada = enter("ada")
    ada.goto(site + FORM)
    assert ada.locator("textarea[name=what_was_done]").input_value() == FIRST_WORDS
    assert ada.locator("input[name=status][value=completed]").is_checked()
    assert completed_measures(nobody, site) == "13"

    # A completion without evidence is refused, with everything still in the form; with a PDF it goes off.
    press(ada, "submit")
    expect(ada.locator("main [role=alert]").first).to_be_visible()
    assert ada.locator("textarea[name=what_was_done]").input_value() == FIRST_WORDS
    pdf = make_pdf("Acceptance of the laboratory")
    ada.locator("input[type=file]").set_input_files(
        {"name": "验收意见.pdf", "mimeType": "application/pdf", "buffer": pdf}
    )
    press(ada, "submit")
    ada.wait_for_url("**/workspace/**")
    assert Report.objects.get(state="submitted").measure.code == "M001"

    # The report, and its evidence, are Ada's and the office's.
    ada.goto(site + FORM)
    link = ada.locator("a", has_text="验收意见.pdf")
    evidence = link.get_attribute("href")
    with ada.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "验收意见.pdf"
    with open(download.value.path(), "rb") as file:
        assert file.read() == pdf
    others_are_kept_out(FORM, evidence)
    assert completed_measures(nobody, site) == "13"
    nobody.goto(f"{site}/measures/M001/")
    assert FIRST_WORDS not in text_of(nobody)

    # Rita returns it with words.
    rita.goto(f"{site}/review/")
    case = rita.locator("article", has_text="M001")
    assert FIRST_WORDS in case.inner_text()
    assert case.locator(f"a[href='{evidence}']").count() == 1
    case.locator("summary").click()
    case.locator("textarea[name=note]").fill(REASON)
    case.locator("button[name=decision][value=return]").click()
    expect(rita.locator("article")).to_have_count(0)
    assert Report.objects.get(state="returned", measure__code="M001").decision_note == REASON
    others_are_kept_out(FORM, evidence, "/review/")

    # Ada is told, corrects and submits again.
    ada.goto(f"{site}/workspace/")
    assert ada.locator(".tools-inbox .count").inner_text().startswith("1")
    assert REASON in ada.locator("tr", has_text="M001").inner_text()
    ada.locator(".tools-inbox a").click()
    ada.wait_for_url("**/inbox/")
    ada.locator(".inbox a", has_text="M001").click()
    ada.wait_for_url(f"**{FORM}")
    assert REASON in text_of(ada)
    assert ada.locator("textarea[name=what_was_done]").input_value() == FIRST_WORDS
    assert ada.locator(f"a[href='{evidence}']").count() == 1
    write(ada, BETTER_WORDS)
    press(ada, "submit")
    ada.wait_for_url("**/workspace/**")

    # Rita accepts.
    rita.goto(f"{site}/review/")
    case = rita.locator("article", has_text="M001")
    # Beside what she returned.
    assert all(clause in case.inner_text() for clause in clauses(BETTER_WORDS))
    assert REASON in case.inner_text()
    case.locator("button[name=decision][value=accept]").click()
    # It is no longer among those that wait, and can be taken back today.
    expect(rita.locator("article button[value=accept]")).to_have_count(0)
    expect(rita.locator("article", has_text="M001")).to_have_count(1)

    # The overview counts it, and the history tells it all.
    assert completed_measures(nobody, site) == "14"
    change = StatusChange.objects.get(measure__code="M001", status="completed")
    assert (change.old_status, change.effective_on.isoformat()) == ("in_progress", "2023-08-29")
    rita.goto(f"{site}/measures/M001/")
    told = text_of(rita)
    for words in ("Completed", "2023-08-29", BETTER_WORDS, "ada", "rita", "验收意见.pdf"):
        assert words in told, words
    nobody.goto(f"{site}/measures/M001/")
    told = text_of(nobody)
    assert BETTER_WORDS in told
    for words in ("ada", "rita", "验收意见.pdf", REASON, FIRST_WORDS):
        assert words not in told, words
    # Evidence of an accepted report is for every account, and for nobody without one.
    assert ben.context.request.get(site + evidence).body() == pdf
    assert is_sent_to_log_in(nobody, site + evidence)
    assert status_of(ben, site + FORM) == 403
    ada.goto(f"{site}/inbox/")
    assert ada.locator("main").inner_text().count("M001") >= 2


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_on_a_telephone_everything_fits(site, enter, language):
    ada, rita = enter("ada"), enter("rita")
    measure = Measure.objects.get(code="M001")
    words = {"what_was_done": FIRST_WORDS * 20, "problem": "https://example.org/" + "a" * 200}
    file_report(measure, by=User.objects.get(username="ada"), status="in_progress", texts=words)
    pages = {
        ada: ["/workspace/?period=2023-08", FORM, "/measures/M002/report/?period=2023-08", "/inbox/"],
        rita: ["/review/", "/review/board/", "/measures/M001/terms/"],
    }
    for page, addresses in pages.items():
        page.set_viewport_size({"width": 360, "height": 740})
        for address in addresses:
            page.goto(f"{site}{address}{'&' if '?' in address else '?'}lang={language}")
            assert page.locator("html").get_attribute("lang").lower().startswith(language[:2])
            widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            assert widths == [360, 360], address
