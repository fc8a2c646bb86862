"""Tests of what the page of a measure tells of its past, and of what is changed from there."""

from datetime import date
from typing import Any

import pytest

from accounts.models import Session, User
from measures.editing.corrections import correct_status
from measures.editing.terms import change_terms
from measures.models import Comment, Measure, StatusChange
from measures.reports import accept_report
from measures.services import add_comment
from tests.factories import (
    file_report,
    make_change,
    make_department,
    make_measure,
    make_section,
    make_user,
    region,
    shanghai,
)
from tests.pages import text_of

pytestmark = pytest.mark.django_db
PAGE = "/measures/M101/"


@pytest.fixture(autouse=True)
def _in_english(today: date, open_reading: None, client: Any) -> None:
    client.cookies["pilotzone_language"] = "en"


@pytest.fixture
def ada() -> User:
    department = make_department("science", short_en="Science")
    return make_user("ada", role="reporter", department=department, first_name="Ada")


@pytest.fixture
def ben() -> User:
    return make_user("ben", role="reporter", department=make_department("energy", short_en="Energy"))


@pytest.fixture
def rita() -> User:
    return make_user("rita", role="reviewer", first_name="Rita")


@pytest.fixture
def vic() -> User:
    return make_user("vic")


@pytest.fixture
def measure(ada: User) -> Measure:
    assert ada.department is not None
    return make_measure(code="M101", lead_department=ada.department, due_on=date(2023, 12, 31))


def words_of(client: Any, user: User | None, url: str = PAGE) -> str:
    if user:
        client.force_login(user)
    response = client.get(url)
    assert response.status_code == 200, response.content.decode()
    return text_of(response.content.decode())


class TestHistory:
    def test_names_are_for_the_office_and_the_auditor(self, client, measure, ada, rita, vic):
        accept_report(file_report(measure, by=ada, status="in_progress"), by=rita)
        told = "Submitted by Ada, accepted by Rita"
        row = "2023-08-29 Progress made 有了进展 Rita 2023-08-29"
        for user in (rita, make_user("audit", role="auditor")):
            text = words_of(client, user)
            assert told in text and row in text
        for user in (vic, ada):
            text = words_of(client, user)
            assert "Rita" not in text and "有了进展 2023-08-29" in text
        client.logout()
        assert "Rita" not in words_of(client, None)

    def test_a_correction_says_that_it_is_one(self, client, measure, rita):
        wrong = make_change(measure, "completed", date(2023, 5, 31))
        correct_status(wrong, by=rita, status="in_progress", effective_on=date(2023, 5, 31), reason="Typed wrongly")
        text = words_of(client, None)
        assert "2023-05-31 Progress made Correction Typed wrongly 2023-08-29 2023-05-31 Completed Corrected" in text

    def test_a_moved_due_date_keeps_its_first_day_in_sight(self, client, measure, rita, vic):
        change_terms(measure, by=rita, reason="Floods", due_on=date(2024, 3, 31))
        change_terms(measure, by=rita, reason="More floods", due_on=date(2024, 6, 30))
        for user in (None, vic):
            text = words_of(client, user)
            assert "moved 2 times; at first 2023-12-31" in text
            assert "Due date 2024-03-31 2024-06-30 More floods 2023-08-29" in text
            assert "Due date 2023-12-31 2024-03-31 Floods 2023-08-29" in text

    def test_a_moved_lead_and_section_are_named(self, client, measure, ben, rita):
        marine = make_section(slug="marine", title_en="Marine economy")
        change_terms(measure, by=rita, reason="Reform", lead_department=ben.department, section=marine)
        text = words_of(client, rita)
        assert "moved once; at first Science" in text
        assert "Lead department Science Energy Reform Rita 2023-08-29" in text
        assert "Marine economy Reform Rita" in text

    def test_a_measure_that_never_moved_says_nothing_of_it(self, client, measure):
        text = words_of(client, None)
        assert "moved" not in text and "Changes of terms" not in text

    def test_past_days_are_only_told(self, client, measure, rita):
        make_change(measure, "completed", date(2023, 5, 31))
        now, then = words_of(client, rita), words_of(client, rita, f"{PAGE}?as_of=2023-06-30")
        for label in (
            "Change due date, lead department or priority area",
            "Reopen a completed measure",
            "Add a comment",
        ):
            assert label in now and label not in then

    def test_links_to_forms_are_for_the_office(self, client, measure, ada, vic):
        make_change(measure, "completed", date(2023, 5, 31))
        for user in (ada, vic):
            text = words_of(client, user)
            assert (
                "Change due date, lead department or priority area" not in text
                and "Reopen" not in text
                and "Correct " not in text
            )

    def test_chinese(self, client, measure, rita):
        change_terms(measure, by=rita, reason="汛期影响", due_on=date(2024, 3, 31))
        client.cookies["pilotzone_language"] = "zh-hans"
        text = words_of(client, rita)
        assert "已调整1次；最初为2023-12-31" in text and "调整完成时限、牵头单位或重点任务" in text


class TestComments:
    def test_lead_participant_and_office_comment(self, client, measure, ada, ben, rita):
        measure.participating_departments.add(ben.department)
        for user in (ada, ben, rita):
            client.force_login(user)
            response = client.post(f"{PAGE}comment/", {"text": f"From {user.username}"})
            assert response.url == f"{PAGE}#comments"
        assert set(Comment.objects.values_list("written_by__username", "text")) == {
            ("ada", "From ada"),
            ("ben", "From ben"),
            ("rita", "From rita"),
        }

    @pytest.mark.parametrize("who", ["ben", "vic", None])
    def test_others_do_not(self, client, measure, ben, vic, who):
        if who:
            client.force_login({"ben": ben, "vic": vic}[who])
        response = client.post(f"{PAGE}comment/", {"text": "Mine"})
        assert response.status_code == 403
        assert not Comment.objects.exists()

    def test_those_with_an_account_see_them_without_names(self, client, measure, ada, rita, vic):
        add_comment(measure, by=ada, text="From the lead <b>")
        add_comment(measure, by=rita, text="From the office")
        text = words_of(client, vic)
        assert "2023-08-29 Science From the lead &lt;b&gt;" in text
        assert "2023-08-29 Reviewing office From the office" in text and "Rita" not in text
        assert "2023-08-29 Ada From the lead" in words_of(client, rita)
        # Whoever reports for a city now is not taken for the office.
        User.objects.filter(pk=ada.pk).update(department=None, city=region("370200"))
        assert "2023-08-29 Qingdao From the lead" in words_of(client, vic)
        client.logout()
        assert "From the" not in words_of(client, None) and "Comments" not in words_of(client, None)

    @pytest.mark.parametrize(
        ("text", "sentence"), [("", "This field is required"), ("   ", "This field is required"), ("长" * 2001, "2000")]
    )
    def test_a_refused_one_comes_back_with_its_words(self, client, measure, ada, text, sentence):
        client.force_login(ada)
        html = client.post(f"{PAGE}comment/", {"text": text}).content.decode()
        assert sentence in text_of(html) and "What you typed is kept below" in text_of(html)
        assert text.strip() in html
        assert not Comment.objects.exists()

    def test_without_a_session_it_is_shown_and_not_stored(self, client, measure):
        response = client.post(f"{PAGE}comment/", {"text": "Typed for long"})
        html = response.content.decode()
        assert response.status_code == 403
        assert "no-store" in response["Cache-Control"]
        assert "Your comment Typed for long" in text_of(html)
        assert 'href="/accounts/login/?next=%2Fmeasures%2FM101%2Fcomment%2F"' in html
        assert not Comment.objects.exists() and not Session.objects.exists()

    def test_its_address_leads_back(self, client, measure, vic):
        client.force_login(vic)
        assert client.get(f"{PAGE}comment/?as_of=2023-06-30").url == f"{PAGE}?as_of=2023-06-30"

    def test_of_an_unknown_measure(self, client, rita):
        client.force_login(rita)
        assert client.post("/measures/M404/comment/", {"text": "Mine"}).status_code == 404


def shown(measure: Measure) -> dict[str, str]:
    """Return the values that the form of the terms sends when nothing is touched."""
    values = {
        "due_on": measure.due_on.isoformat() if measure.due_on else "",
        "lead_department": measure.lead_department.slug,
        "section": measure.section.slug,
    }
    return {**values, **{f"initial-{name}": value for name, value in values.items()}, "reason": ""}


class TestTerms:
    URL = f"{PAGE}terms/"

    def test_shows_what_holds_and_changes_it_with_a_reason(self, client, measure, ben, rita):
        client.force_login(rita)
        html = client.get(self.URL).content.decode()
        assert 'value="2023-12-31"' in html and '<option value="science" selected>' in html
        data = {**shown(measure), "due_on": "2024-03-31", "lead_department": "energy", "reason": "Reform"}
        response = client.post(self.URL, data, follow=True)
        assert response.redirect_chain == [(PAGE, 302)]
        assert "The terms were changed; the old ones stay on record" in text_of(response.content.decode())
        measure.refresh_from_db()
        assert (measure.due_on, measure.lead_department) == (date(2024, 3, 31), ben.department)
        assert measure.terms_changes.count() == 2

    def test_a_due_date_can_be_taken_away(self, client, measure, rita):
        client.force_login(rita)
        client.post(self.URL, {**shown(measure), "due_on": "", "reason": "Long-term"})
        measure.refresh_from_db()
        assert measure.due_on is None

    def test_without_a_session_the_words_are_shown_and_not_stored(self, client, measure):
        response = client.post(self.URL, {**shown(measure), "due_on": "2024-03-31", "reason": "Floods"})
        assert response.status_code == 403
        assert "Due date 2024-03-31 Reason Floods" in text_of(response.content.decode())
        assert not measure.terms_changes.exists() and not Session.objects.exists()

    def test_what_a_colleague_changed_in_the_meantime_stays(self, client, measure, ben, rita):
        client.force_login(rita)
        data = {**shown(measure), "due_on": "2024-03-31", "reason": "Floods"}
        change_terms(measure, by=rita, reason="Reform", lead_department=ben.department)
        client.post(self.URL, data)
        measure.refresh_from_db()
        assert (measure.due_on, measure.lead_department) == (date(2024, 3, 31), ben.department)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"due_on": "2024-03-31"}, "Reason: This field is required"),
            ({"reason": "Why"}, "Nothing was changed."),
            (
                {"due_on": "2022-12-31", "reason": "Why"},
                "Due date: The measure was listed on 2023-01-03; it cannot be due before.",
            ),
            (
                {"due_on": "31.3.2024", "reason": "Why"},
                "Due date: There is no such date; choose another, such as 2023-06-30",
            ),
            ({"section": "nowhere", "reason": "Why"}, "Priority area: This value is not allowed"),
            ({"lead_department": "<b>", "reason": "Why"}, "Lead department: This value is not allowed"),
            ({"due_on": "2024-03-31", "reason": "长" * 301}, "Reason: "),
        ],
    )
    def test_a_refusal_keeps_what_was_typed(self, client, measure, rita, changes, sentence):
        client.force_login(rita)
        data = {**shown(measure), **changes}
        html = client.post(self.URL, data).content.decode()
        assert sentence in text_of(html)
        assert data["reason"] in html and "What you typed is kept below" in text_of(html)
        assert not measure.terms_changes.exists()


class TestCorrect:
    def address(self, change: StatusChange) -> str:
        return f"{PAGE}correct/{change.pk}/"

    def test_names_the_row_and_the_days_that_are_allowed(self, client, measure, rita):
        make_change(measure, "in_progress", date(2023, 4, 20))
        wrong = make_change(measure, "completed", date(2023, 5, 31), old_status="in_progress")
        text = words_of(client, rita, self.address(wrong))
        assert "Replaces this row" in text and "2023-05-31 Completed Reason 2023-05-31" in text
        assert "From 2023-04-20 to 2023-08-29." in text

    def test_corrects(self, client, measure, rita):
        wrong = make_change(measure, "completed", date(2023, 5, 31))
        client.force_login(rita)
        data = {"status": "in_progress", "effective_on": "2023-05-20", "reason": "Typed wrongly"}
        response = client.post(self.address(wrong), data, follow=True)
        assert "The status change was corrected" in text_of(response.content.decode())
        assert (wrong.superseded_by.status, wrong.superseded_by.effective_on) == ("in_progress", date(2023, 5, 20))
        assert wrong.superseded_by.recorded_by == rita

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"reason": " "}, "Reason: This field is required"),
            ({"effective_on": "2023-09-01"}, "The day must lie between 2023-01-03 and 2023-08-29."),
            ({"effective_on": "soon"}, "Effective date: There is no such date; choose another, such as 2023-06-30"),
            ({"status": "done"}, "New status: "),
        ],
    )
    def test_a_refusal_keeps_what_was_typed(self, client, measure, rita, changes, sentence):
        wrong = make_change(measure, "completed", date(2023, 5, 31))
        client.force_login(rita)
        data = {"status": "in_progress", "effective_on": "2023-05-20", "reason": "Typed wrongly", **changes}
        html = client.post(self.address(wrong), data).content.decode()
        assert sentence in text_of(html)
        assert data["reason"] in html and data["effective_on"] in html
        assert not hasattr(StatusChange.objects.get(pk=wrong.pk), "superseded_by")

    def test_a_row_that_was_corrected_before_says_so(self, client, measure, rita):
        wrong = make_change(measure, "completed", date(2023, 5, 31))
        correct_status(wrong, by=rita, status="in_progress", effective_on=date(2023, 5, 31), reason="Why")
        client.force_login(rita)
        for response in (client.get(self.address(wrong)), client.post(self.address(wrong), {"status": "promoting"})):
            assert "This row has already been corrected." in text_of(response.content.decode())
        assert StatusChange.objects.filter(supersedes__isnull=False).count() == 1

    def test_of_another_measure(self, client, measure, rita):
        change = make_measure().status_changes.get()
        client.force_login(rita)
        assert client.get(self.address(change)).status_code == 404


class TestReopen:
    URL = f"{PAGE}reopen/"

    def test_reopens_a_completed_measure(self, client, measure, rita):
        make_change(measure, "completed", date(2023, 5, 31))
        client.force_login(rita)
        assert "From 2023-05-31 to 2023-08-29." in text_of(client.get(self.URL).content.decode())
        data = {"status": "in_progress", "effective_on": "2023-08-01", "reason": "Came back"}
        response = client.post(self.URL, data, follow=True)
        assert "The measure was reopened" in text_of(response.content.decode())
        assert Measure.objects.with_status(date(2023, 8, 1)).get().status == "in_progress"

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"reason": ""}, "Reason: This field is required"),
            ({"effective_on": "2023-05-30"}, "The day must lie between 2023-05-31 and 2023-08-29."),
            ({"status": "completed"}, "New status: "),
        ],
    )
    def test_a_refusal_keeps_what_was_typed(self, client, measure, rita, changes, sentence):
        make_change(measure, "completed", date(2023, 5, 31))
        client.force_login(rita)
        data = {"status": "in_progress", "effective_on": "2023-08-01", "reason": "Came back", **changes}
        html = client.post(self.URL, data).content.decode()
        assert sentence in text_of(html) and data["effective_on"] in html
        assert measure.status_changes.count() == 2

    def test_any_other_cannot_be_reopened(self, client, measure, rita):
        client.force_login(rita)
        for response in (client.get(self.URL), client.post(self.URL, {"status": "promoting"})):
            assert "Only a completed measure can be reopened." in text_of(response.content.decode())
        assert measure.status_changes.count() == 1


@pytest.mark.parametrize("form", ["terms/", "correct/{}/", "reopen/"])
@pytest.mark.parametrize("who", ["ada", "vic", "audit", None])
def test_forms_of_the_office_are_for_reviewers(client, measure, ada, vic, form, who):
    change = make_change(measure, "completed", date(2023, 5, 31), recorded_at=shanghai(date(2023, 6, 1)))
    if who:
        client.force_login({"ada": ada, "vic": vic}.get(who) or make_user(who, role="auditor"))
    address = PAGE + form.format(change.pk)
    data = {"status": "in_progress", "effective_on": "2023-08-01", "due_on": "2024-01-01", "reason": "Why"}
    assert client.get(address).status_code == (403 if who else 302)
    assert client.post(address, data).status_code == 403
    assert measure.status_changes.count() == 2 and not measure.terms_changes.exists()
