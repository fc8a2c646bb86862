"""Tests of who looks after a measure: Ada and Cai report for Science, Ben for Energy, Vic looks at Science, Rita
reviews."""

import json
import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.models import User
from accounts.people import change_person, person_state, set_active
from core.edit_conflicts import ChangedMeanwhile
from core.exceptions import NotAllowed
from measures.editing.terms import change_terms
from measures.models import Measure
from measures.owners import owners_state, set_owners
from measures.reports import accept_report
from measures.services import add_comment
from notices.due_dates import notify_of_due_dates
from notices.models import Notice
from notices.reminders import remind_department
from notices.wording import notice_sentences
from office.mergers import merge_departments
from reporting.services import return_report
from tests import factories as make
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
EN = {"Accept-Language": "en"}
PAGE = "/office/measures/M001/owners/"


@pytest.fixture
def site() -> SimpleNamespace:
    science, energy = make.make_department("science"), make.make_department("energy")
    people = {name: make.make_user(name, role="reporter", department=science) for name in ("ada", "cai")}
    return SimpleNamespace(
        science=science,
        energy=energy,
        ben=make.make_user("ben", role="reporter", department=energy),
        vic=make.make_user("vic", department=science),
        rita=make.make_user("rita", role="reviewer"),
        mia=make.make_user("mia", role="administrator"),
        one=make.make_measure(lead_department=science, code="M001", due_on=date(2023, 9, 28)),
        two=make.make_measure(lead_department=science, code="M002", due_on=date(2023, 9, 28)),
        **people,
    )


def give(measure: Measure, *, by: User, owner: User | None = None, deputy: User | None = None) -> Measure:
    measure.refresh_from_db()
    return set_owners(measure, by=by, opened=owners_state(measure), owner=owner, deputy=deputy)


def keepers(measure: Measure) -> tuple[str | None, str | None]:
    row = Measure.objects.values_list("owner__username", "deputy__username").get(pk=measure.pk)
    return row[0], row[1]


def last_change(measure: Measure) -> tuple[Any, Any]:
    """Return the newest change as the log has it, and who made it."""
    entry = LogEntry.objects.get_for_object(measure).first()
    return entry.changes, entry.actor


def told(kind: str) -> set[tuple[str, str]]:
    rows = Notice.objects.filter(kind=kind).values_list("user__username", "measure__code")
    return {(str(user), str(code)) for user, code in rows}


class TestSetting:
    def test_reporters_of_the_lead_and_the_office_do(self, site: Any) -> None:
        give(site.one, by=site.cai, owner=site.ada)
        assert keepers(site.one) == ("ada", None)
        assert last_change(site.one)[0] == {"owner": ["None", str(site.ada.pk)]}
        give(site.one, by=site.rita, owner=site.cai, deputy=site.ada)
        assert keepers(site.one) == ("cai", "ada")
        for other in (site.ben, site.vic, site.mia):
            with pytest.raises(NotAllowed):
                give(site.one, by=other)
        assert keepers(site.one) == ("cai", "ada")

    @pytest.mark.parametrize("name", ["ben", "vic", "rita", "gone"])
    def test_only_active_reporters_of_the_lead_can_be(self, site: Any, name: str) -> None:
        make.make_user("gone", role="reporter", department=site.science, is_active=False)
        with pytest.raises(NotAllowed) as refusal:
            give(site.one, by=site.rita, deputy=User.objects.get(username=name))
        assert refusal.value.field == "deputy"
        assert keepers(site.one) == (None, None)

    def test_the_deputy_is_another(self, site: Any) -> None:
        with pytest.raises(NotAllowed) as refusal:
            give(site.one, by=site.ada, owner=site.ada, deputy=site.ada)
        assert refusal.value.field == "deputy"
        with pytest.raises(IntegrityError), transaction.atomic():
            Measure.objects.filter(pk=site.one.pk).update(owner=site.ada, deputy=site.ada)

    def test_the_second_of_two_is_told(self, site: Any) -> None:
        opened = owners_state(site.one)
        give(site.one, by=site.cai, owner=site.cai)
        with override("en"), pytest.raises(NotAllowed, match="Nothing was changed"):
            give(site.one, by=site.cai, owner=site.cai)
        with pytest.raises(ChangedMeanwhile) as refusal:
            set_owners(site.one, by=site.ada, opened=opened, owner=site.ada, deputy=None)
        assert refusal.value.stored == {"owner": "cai"}
        assert keepers(site.one) == ("cai", None)


class TestLeaving:
    def leave(self, site: Any, **change: Any) -> None:
        state = {"name": "", "email": "", "role": "reporter", "department": site.science, "city": None}
        change_person(site.ada, by=site.mia, opened=person_state(site.ada), **state | change)

    @pytest.fixture(autouse=True)
    def _kept(self, site: Any) -> None:
        give(site.one, by=site.rita, owner=site.ada, deputy=site.cai)
        give(site.two, by=site.rita, deputy=site.ada)

    def test_for_another_department(self, site: Any) -> None:
        self.leave(site, department=site.energy)
        assert (keepers(site.one), keepers(site.two)) == ((None, "cai"), (None, None))
        assert last_change(site.one) == ({"owner": [str(site.ada.pk), "None"]}, site.mia)
        assert last_change(site.two) == ({"deputy": [str(site.ada.pk), "None"]}, site.mia)

    def test_for_another_role(self, site: Any) -> None:
        self.leave(site, role="viewer")
        assert (keepers(site.one), keepers(site.two)) == ((None, "cai"), (None, None))

    def test_a_new_name_changes_nothing(self, site: Any) -> None:
        self.leave(site, name="艾达")
        assert (keepers(site.one), keepers(site.two)) == (("ada", "cai"), (None, "ada"))

    def test_a_closed_account(self, site: Any) -> None:
        set_active(site.ada, by=site.mia, is_active=False)
        assert (keepers(site.one), keepers(site.two)) == ((None, "cai"), (None, None))
        set_active(site.ada, by=site.mia, is_active=True)
        assert keepers(site.one) == (None, "cai")

    def test_by_the_admin(self, site: Any, client: Any) -> None:
        client.force_login(make.make_user("admin", is_staff=True, is_superuser=True))
        page = client.get(f"/admin/accounts/user/{site.ada.pk}/change/")
        form = {name: value for name, value in page.context["adminform"].form.initial.items() if value is not None}
        form = {name: value for name, value in form.items() if name not in ("groups", "user_permissions", "password")}
        form |= {"date_joined_0": "2023-01-01", "date_joined_1": "09:00", "department": site.energy.pk}
        form = {name: value for name, value in form.items() if name not in ("date_joined", "last_login")}
        answer = client.post(f"/admin/accounts/user/{site.ada.pk}/change/", form)
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        assert (keepers(site.one), keepers(site.two)) == ((None, "cai"), (None, None))

    def test_all_or_nothing(self, site: Any, monkeypatch: Any) -> None:
        monkeypatch.setattr("measures.owners.log_changes", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            self.leave(site, department=site.energy)
        assert User.objects.get(username="ada").department == site.science
        assert keepers(site.one) == ("ada", "cai")

    def test_with_the_lead(self, site: Any) -> None:
        change_terms(site.one, by=site.rita, reason="职责调整", lead_department=site.energy)
        assert (keepers(site.one), keepers(site.two)) == ((None, None), (None, "ada"))
        entries = [entry.changes for entry in LogEntry.objects.get_for_object(site.one)]
        assert any(each.keys() >= {"owner", "deputy", "lead_department"} for each in entries)
        change_terms(site.two, by=site.rita, reason="顺延", due_on=date(2023, 12, 31))
        assert keepers(site.two) == (None, "ada")

    def test_in_a_merger(self, site: Any) -> None:
        merge_departments(site.science, into=site.energy, by=site.rita, reason="机构改革")
        assert (keepers(site.one), keepers(site.two)) == ((None, None), (None, None))
        changes = {"owner": [str(site.ada.pk), "None"], "deputy": [str(site.cai.pk), "None"]}
        assert last_change(site.one) == (changes, site.rita)

    def test_the_number_of_queries_does_not_grow(self, site: Any) -> None:
        def leave_with(number: int) -> int:
            for _each in range(number):
                give(make.make_measure(lead_department=site.science), by=site.rita, owner=site.cai)
            with CaptureQueriesContext(connection) as queries:
                set_active(site.cai, by=site.mia, is_active=False)
            set_active(site.cai, by=site.mia, is_active=True)
            return len(queries)

        assert leave_with(1) >= leave_with(8)


class TestNotices:
    def test_a_due_date_is_told_to_those_who_look_after_it(self, site: Any, today: date) -> None:
        give(site.one, by=site.rita, owner=site.ada)
        notify_of_due_dates(today)
        assert told("due_soon") == {("ada", "M001"), ("ada", "M002"), ("cai", "M002")}

    def test_the_deputy_too(self, site: Any, today: date) -> None:
        make.make_user("dai", role="reporter", department=site.science)
        give(site.one, by=site.rita, owner=site.ada, deputy=site.cai)
        notify_of_due_dates(today)
        assert {user for user, code in told("due_soon") if code == "M001"} == {"ada", "cai"}

    def test_what_the_office_does_is_told_to_them_and_to_all_who_take_part(self, site: Any) -> None:
        site.one.participating_departments.add(site.energy)
        give(site.one, by=site.rita, owner=site.ada)
        add_comment(site.one, by=site.rita, text="请抓紧。")
        assert told("comment") == {("ada", "M001"), ("ben", "M001")}
        Notice.objects.all().delete()
        add_comment(site.one, by=site.ada, text="已办。")
        assert told("comment") == {("ben", "M001")}

    def test_a_returned_report_is_told_to_its_writer_too(self, site: Any) -> None:
        make.make_user("dai", role="reporter", department=site.science)
        give(site.one, by=site.rita, owner=site.ada)
        report = make.file_report(site.one, by=site.cai, status="in_progress")
        return_report(report, by=site.rita, note="请写明数量")
        assert told("returned") == {("ada", "M001"), ("cai", "M001")}
        accept_report(make.file_report(site.two, by=site.cai, status="in_progress"), by=site.rita)
        assert told("accepted") == {("ada", "M002"), ("cai", "M002"), ("dai", "M002")}

    def test_a_reminder_names_what_concerns_a_person(self, site: Any) -> None:
        give(site.one, by=site.rita, owner=site.ada)
        give(site.two, by=site.rita, owner=site.cai)
        make.make_user("dai", role="reporter", department=site.science)
        plan, month = site.one.plan, date(2023, 8, 1)
        assert remind_department(site.science, by=site.rita, plan=plan, period=month) == 2
        notices = list(Notice.objects.order_by("user__username"))
        assert [(each.user.username, "M001" in text, "M002" in text) for each, text in _said(notices)] == [
            ("ada", True, False),
            ("cai", False, True),
        ]

    def test_what_nobody_looks_after_concerns_all(self, site: Any) -> None:
        give(site.one, by=site.rita, owner=site.ada)
        assert remind_department(site.science, by=site.rita, plan=site.one.plan, period=date(2023, 8, 1)) == 2
        notices = list(Notice.objects.order_by("user__username"))
        assert [(each.user.username, "M001" in text, "M002" in text) for each, text in _said(notices)] == [
            ("ada", True, True),
            ("cai", False, True),
        ]

    def test_a_lead_given_away_is_told_to_all_of_the_old_department(self, site: Any) -> None:
        give(site.one, by=site.rita, owner=site.ada)
        change_terms(site.one, by=site.rita, reason="职责调整", lead_department=site.energy)
        assert told("lead_taken") == {("ada", "M001"), ("cai", "M001")}
        assert told("lead_given") == {("ben", "M001")}


def _said(notices: list[Notice]) -> list[tuple[Notice, str]]:
    return list(zip(notices, notice_sentences(notices), strict=True))


class TestPages:
    def test_the_department_says_who_and_comes_back_to_its_workspace(self, site: Any, client: Any) -> None:
        client.force_login(site.cai)
        assert PAGE in client.get("/workspace/").content.decode()
        page = client.get(PAGE)
        assert [each.username for each in page.context["form"].fields["owner"].queryset] == ["ada", "cai"]
        form = {"owner": "ada", "deputy": "cai", "opened": page.context["form"].opened_text}
        assert client.post(PAGE, form)["Location"] == "/workspace/"
        assert keepers(site.one) == ("ada", "cai")

    def test_the_office_comes_back_to_the_measure_whose_history_names_them(self, site: Any, client: Any) -> None:
        User.objects.filter(pk=site.ada.pk).update(first_name="艾达")
        client.force_login(site.rita)
        assert client.post(PAGE, {"owner": "ada"})["Location"] == "/office/measures/M001/"
        page = client.get("/office/measures/M001/", headers=EN)
        assert [(row.what, row.old, row.new) for row in page.context["history"][:1]] == [("Owner", "", "艾达")]

    def test_a_refusal_comes_back_with_what_was_chosen(self, site: Any, client: Any) -> None:
        client.force_login(site.ada)
        page = client.post(PAGE, {"owner": "ada", "deputy": "ada"}, headers=EN)
        assert page.context["form"].errors == {"deputy": ["The deputy is somebody else than the owner."]}
        assert page.context["form"]["owner"].value() == "ada"
        assert "owner" in client.post(PAGE, {"owner": "ben"}, headers=EN).context["form"].errors
        assert keepers(site.one) == (None, None)

    def test_two_at_once(self, site: Any, client: Any) -> None:
        client.force_login(site.ada)
        opened = json.dumps(owners_state(site.one))
        give(site.one, by=site.cai, owner=site.cai)
        page = client.post(PAGE, {"owner": "ada", "deputy": "", "opened": opened}, headers=EN)
        assert [(v.opened, v.stored, v.typed) for v in page.context["versions"]] == [("—", "cai", "ada")]

    @pytest.mark.parametrize(
        ("name", "sees"), [("rita", True), ("ada", True), ("vic", True), ("ben", False), ("mia", False)]
    )
    def test_the_names_are_for_whoever_may_see_them(self, site: Any, client: Any, name: str, sees: bool) -> None:
        User.objects.filter(pk=site.cai.pk).update(first_name="蔡某某")
        give(site.one, by=site.rita, owner=site.cai)
        client.force_login(getattr(site, name))
        assert ("蔡某某" in client.get("/measures/M001/").content.decode()) is sees

    def test_visitors_and_the_api_never_see_them(self, site: Any, client: Any, settings: Any) -> None:
        settings.PILOTZONE_PUBLIC_READING = True
        User.objects.filter(pk=site.cai.pk).update(first_name="蔡某某")
        give(site.one, by=site.rita, owner=site.cai)
        for address in ("/measures/M001/", "/measures/?export=csv", "/api/v1/measures/M001/", "/api/v1/measures/"):
            answer = client.get(address)
            text = answer.content.decode()
            assert answer.status_code == 200 and "M001" in text
            assert "蔡某某" not in text and "owner" not in text

    def test_mine_is_what_the_person_looks_after(self, site: Any, client: Any) -> None:
        give(site.one, by=site.rita, owner=site.ada)
        give(site.two, by=site.rita, owner=site.cai)
        three = make.make_measure(lead_department=site.science, code="M003")
        give(three, by=site.rita, owner=site.cai, deputy=site.ada)
        make.make_measure(lead_department=site.energy, code="M004").participating_departments.add(site.science)
        client.force_login(site.ada)
        work = client.get("/workspace/", {"whose": "mine"}).context["work"]
        assert ({row.measure.code for row in work.rows}, work.owed, work.participating) == ({"M001", "M003"}, 2, [])
        ours = client.get("/workspace/").context["work"]
        assert ({row.measure.code for row in ours.rows}, ours.owed) == ({"M001", "M002", "M003"}, 3)
        assert [each.code for each in ours.participating] == ["M004"]

    def test_mine_stays_in_the_address(self, site: Any, client: Any) -> None:
        give(site.one, by=site.rita, owner=site.ada)
        client.force_login(site.ada)
        page = client.get("/workspace/?whose=mine&period=2023-07").content.decode()
        assert "period=2023-06&amp;whose=mine" in page and "period=2023-08&amp;whose=mine" in page
        sent = client.post("/workspace/no-change/?whose=mine", {"measure": "M001", "period": "2023-08"})
        assert sent["Location"] == "/workspace/?period=2023-08&whose=mine"
        page = client.get(sent["Location"], headers=EN).content.decode()
        assert "All measures that you look after are reported this month" in text_of(page)
        assert client.get("/workspace/?whose=hers").status_code == 400

    def test_nothing_of_mine(self, site: Any, client: Any) -> None:
        client.force_login(site.ada)
        page = client.get("/workspace/?whose=mine", headers=EN).content.decode()
        assert "You look after no measure yet" in text_of(page)


class TestMany:
    MANY = "/office/departments/science/owners/"

    def keys(self, client: Any, query: str = "") -> dict[str, bool]:
        """Return the values that the boxes send, and whether each is ticked."""
        html = client.get(f"{self.MANY}{query}").content.decode()
        boxes = re.findall(r'<input\s+type="checkbox"\s+name="measure"[^>]*>', html)
        return {re.findall(r'value="([^"]+)"', box)[0]: "checked" in box for box in boxes}

    @pytest.mark.parametrize("name", ["cai", "rita"])
    def test_those_ticked_are_given_to_one_person(self, site: Any, client: Any, name: str) -> None:
        give(site.two, by=site.rita, owner=site.cai, deputy=site.ada)
        three = make.make_measure(lead_department=site.science, code="M003")
        make.make_measure(lead_department=site.energy, code="M004")
        client.force_login(getattr(site, name))
        keys = list(self.keys(client))
        assert len(keys) == 3
        sent = {"measure": keys[:2], "owner": "cai"}
        assert client.post(self.MANY, sent, headers=EN)["Location"] == self.MANY
        assert "It is on record who looks after 2 measures" in text_of(
            client.get(self.MANY, headers=EN).content.decode()
        )
        assert (keepers(site.one), keepers(site.two), keepers(three)) == (("cai", None), ("cai", "ada"), (None, None))
        assert last_change(site.one) == ({"owner": ["None", str(site.cai.pk)]}, getattr(site, name))

    def test_a_place_is_given_to_nobody(self, site: Any, client: Any) -> None:
        give(site.one, by=site.rita, owner=site.cai, deputy=site.ada)
        client.force_login(site.cai)
        client.post(self.MANY, {"measure": list(self.keys(client)), "deputy": "*"})
        assert (keepers(site.one), keepers(site.two)) == (("cai", None), (None, None))

    def test_each_is_refused_by_itself_in_its_row(self, site: Any, client: Any) -> None:
        three = make.make_measure(lead_department=site.science, code="M003")
        give(three, by=site.rita, deputy=site.cai)
        client.force_login(site.cai)
        keys = list(self.keys(client))
        give(site.two, by=site.rita, owner=site.ada)
        html = client.post(self.MANY, {"measure": keys, "owner": "cai"}, headers=EN).content.decode()
        assert "It is on record who looks after 1 measure" in text_of(html)
        rows = {code: html.partition(f"<td>{code}</td>")[2].partition("</tr>")[0] for code in ("M001", "M002", "M003")}
        assert "Somebody else has changed this since you opened the form" in rows["M002"]
        assert "The deputy is somebody else than the owner" in rows["M003"]
        assert (keepers(site.one), keepers(site.two), keepers(three)) == (
            ("cai", None),
            ("ada", None),
            (None, "cai"),
        )
        # What was shown otherwise is not ticked as it is now, nor what is done.
        assert ["checked" in row for row in rows.values()] == [False, False, True]

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"measure": [], "owner": "ada"}, "Select at least one measure."),
            ({"measure": ["x", "1", "1:ada", "999999::"], "owner": "ada"}, "Select at least one measure."),
            ({}, "Choose an owner or a deputy."),
            ({"owner": "ben"}, "Select a valid choice"),
        ],
    )
    def test_bad_input_is_said_and_ticks_stay(self, site: Any, client: Any, data: Any, sentence: str) -> None:
        client.force_login(site.ada)
        keys = list(self.keys(client))
        html = client.post(self.MANY, {"measure": keys} | data, headers=EN).content.decode()
        assert sentence in text_of(html)
        assert len(re.findall(r'name="measure"[^>]*checked', html)) == (0 if "measure" in data else 2)
        assert (keepers(site.one), keepers(site.two)) == ((None, None), (None, None))

    def test_all_are_ticked_and_it_is_linked_where_one_is_given(self, site: Any, client: Any) -> None:
        client.force_login(site.rita)
        assert list(self.keys(client, "?ticked=all").values()) == [True, True]
        assert self.MANY in client.get("/office/measures/?department=science").content.decode()
        assert self.MANY in client.get(PAGE).content.decode()
        client.force_login(site.ada)
        assert self.MANY in client.get("/workspace/").content.decode()

    @pytest.mark.parametrize("name", ["ben", "vic", "mia"])
    def test_is_for_the_department_and_the_office(self, site: Any, client: Any, name: str) -> None:
        client.force_login(getattr(site, name))
        assert client.get(self.MANY).status_code == 403
        assert client.post(self.MANY, {"measure": f"{site.one.pk}::", "owner": "ada"}).status_code == 403
        assert keepers(site.one) == (None, None)

    def test_many_cost_no_more_statements(self, site: Any, client: Any) -> None:
        client.force_login(site.rita)
        self.keys(client)
        counts = []
        for number in (0, 10):
            for _each in range(number):
                give(make.make_measure(lead_department=site.science), by=site.rita, owner=site.cai, deputy=site.ada)
            with CaptureQueriesContext(connection) as queries:
                assert len(self.keys(client)) == 2 + number
            counts.append(len(queries))
        assert counts[0] == counts[1]
