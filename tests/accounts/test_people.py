"""Accounts as administrators keep them."""

import re
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.core.mail import send_mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import translation

from accounts.lockout import LIMITS, locked_names
from accounts.models import User
from accounts.people import (
    change_person,
    first_administrator_link,
    invite_person,
    person_state,
    remove_second_factor,
    reset_password,
    set_active,
    unlock_person,
)
from accounts.tokens import create_token, use_token
from core.edit_conflicts import ChangedMeanwhile
from core.exceptions import NotAllowed
from notices.models import Notice
from notices.wording import notice_sentence, notice_url
from pilotzone import env
from tests.factories import make_department, make_user, region

pytestmark = pytest.mark.django_db
PASSWORD = "Eine-lange-Zeile"


# As the settings say it where no mail server is named.
WITHOUT_A_SERVER = env.mailer("PILOTZONE_EMAIL_URL", timeout=10)


@pytest.fixture
def mia() -> User:
    return make_user("mia", role="administrator")


@pytest.fixture
def console(settings: Any) -> None:
    settings.MAILERS = {"default": WITHOUT_A_SERVER}


def invite(mia: User, **changes: Any) -> Any:
    values = {"username": "li", "name": "李敏", "email": "", "role": "viewer", "department": None, "city": None}
    return invite_person(by=mia, **values | changes)


def change(person: User, by: User, **changes: Any) -> User:
    values = {
        "name": person.get_full_name(),
        "email": person.email,
        "role": person.role,
        "department": person.department,
        "city": person.city,
    }
    return change_person(person, by=by, **{"opened": person_state(person), **values, **changes})


def set_through(path: str, password: str = PASSWORD) -> Any:
    """Open a link as a person does, set a password there, and return the answer."""
    client = Client()
    form = client.get(path)
    if form.status_code != 302:
        return form
    return client.post(form["Location"], {"new_password1": password, "new_password2": password})


class TestInvitation:
    def test_whoever_has_the_link_sets_a_password_and_logs_in(self, mia: User) -> None:
        link = invite(mia, role="reporter", department=make_department("science"))
        assert not link.person.has_usable_password()
        assert set_through(link.path)["Location"] == "/accounts/login/"
        client = Client()
        client.post("/accounts/login/", {"username": "li", "password": PASSWORD})
        assert client.get("/workspace/").status_code == 200

    def test_a_link_is_good_once(self, mia: User) -> None:
        link = invite(mia)
        set_through(link.path)
        again = set_through(link.path, "Eine-andere-Zeile")
        assert again.status_code == 200
        assert User.objects.get(username="li").check_password(PASSWORD)

    def test_a_newer_link_ends_the_older(self, mia: User) -> None:
        older, newer = invite(mia), invite(mia)
        assert older.person == newer.person
        assert set_through(older.path).status_code == 200
        assert set_through(newer.path).status_code == 302

    def test_a_link_is_good_for_three_days(self, mia: User, monkeypatch: pytest.MonkeyPatch) -> None:
        link = invite(mia)
        for days, status in ((3.01, 200), (2.99, 302)):
            later = datetime.now() + timedelta(days=days)  # noqa: DTZ005  # as Django's own clock has it
            monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self, later=later: later)
            assert set_through(link.path).status_code == status

    def test_a_closed_account_has_no_link(self, mia: User) -> None:
        link = invite(mia)
        set_active(link.person, by=mia, is_active=False)
        assert set_through(link.path).status_code == 200

    @pytest.mark.parametrize("password", ["123", "password123", "1234567890123"])
    def test_a_weak_password_is_refused(self, mia: User, password: str) -> None:
        assert set_through(invite(mia).path, password).status_code == 200
        assert not User.objects.get(username="li").has_usable_password()

    @pytest.mark.parametrize("path", ["MQ/x", "x/x", "MTIzNDU2/c8-1", "%00/%00"])
    def test_a_link_that_nobody_made_opens_nothing(self, client: Client, path: str) -> None:
        answer = client.get(f"/accounts/set-password/{path}/", headers={"Accept-Language": "en"})
        assert "This link is good no more" in answer.content.decode()

    def test_it_goes_by_mail_where_the_site_sends_any(self, mia: User, settings: Any) -> None:
        settings.PILOTZONE_SITE_URL = "https://pilotzone.example"
        link = invite(mia, email="li@example.org")
        assert link.is_sent
        [sent] = mail.outbox
        assert sent.to == ["li@example.org"]
        assert f"https://pilotzone.example{link.path}" in sent.body

    @pytest.mark.parametrize(
        ("language", "words"), [("en", "Set a password"), ("zh-hans", "请设置账号密码"), ("", "请设置账号密码")]
    )
    def test_the_mail_is_in_the_language_of_the_person(self, mia: User, language: str, words: str) -> None:
        person = make_user("li", email="li@example.org")
        User.objects.filter(pk=person.pk).update(language=language)
        with translation.override("en"):
            reset_password(person, by=mia)
        [sent] = mail.outbox
        assert words in sent.subject

    @pytest.mark.usefixtures("console")
    def test_it_is_handed_over_where_the_site_sends_none(self, mia: User) -> None:
        assert not invite(mia, email="li@example.org").is_sent

    def test_it_is_handed_over_where_the_mail_fails(self, mia: User, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*args: Any) -> None:
            raise OSError

        monkeypatch.setattr(mail.EmailMessage, "send", fail)
        assert not invite(mia, email="li@example.org").is_sent

    @pytest.mark.parametrize("username", ["mia", "MIA"])
    def test_a_name_is_given_once(self, mia: User, username: str) -> None:
        with pytest.raises(NotAllowed) as refusal:
            invite(mia, username=username)
        assert refusal.value.field == "username"
        assert User.objects.count() == 1

    def test_an_account_in_use_is_no_invitation(self, mia: User) -> None:
        set_through(invite(mia).path)
        with pytest.raises(NotAllowed):
            invite(mia)
        assert User.objects.get(username="li").check_password(PASSWORD)

    def test_a_reporter_may_be_of_a_city(self, mia: User) -> None:
        person = invite(mia, role="reporter", city=region("370200")).person
        assert (person.role, person.department, person.city.code) == ("reporter", None, "370200")

    @pytest.mark.parametrize("role", ["reporter", "viewer"])
    def test_a_reporter_needs_a_department_or_a_city_and_nobody_has_both(self, mia: User, role: str) -> None:
        with pytest.raises(NotAllowed) as refusal:
            invite(mia, role="reporter")
        assert refusal.value.field == "department"
        with pytest.raises(NotAllowed) as refusal:
            invite(mia, role=role, department=make_department(), city=region("370200"))
        assert refusal.value.field == "city"

    @pytest.mark.parametrize(
        ("department", "city", "wrong"),
        [(False, False, ["department"]), (True, True, ["city"]), (False, True, []), (True, False, [])],
    )
    def test_the_administration_says_the_same(
        self, admin_client: Client, department: bool, city: bool, wrong: list[str]
    ) -> None:
        form = {
            "username": "li",
            "password1": "Long-enough-1",
            "password2": "Long-enough-1",
            "usable_password": "true",
            "role": "reporter",
            "department": make_department().pk if department else "",
            "city": region("370200").pk if city else "",
        }
        answer = admin_client.post("/admin/accounts/user/add/", form)
        assert (list(answer.context["adminform"].errors) if wrong else answer.status_code) == (wrong or 302)
        assert User.objects.filter(username="li").exists() is not bool(wrong)

    @pytest.mark.parametrize("role", ["viewer", "reviewer", "auditor"])
    def test_only_administrators(self, role: str) -> None:
        with pytest.raises(NotAllowed):
            invite(make_user("someone", role=role))
        assert User.objects.count() == 1


class TestChange:
    def test_the_log_has_old_and_new(self, mia: User) -> None:
        person, science = make_user("li"), make_department("science")
        change(person, mia, name="李敏", role="reporter", department=science)
        assert LogEntry.objects.get_for_object(person).first().changes == {
            "first_name": ["", "李敏"],
            "role": ["viewer", "reporter"],
            "department": ["None", str(science.pk)],
        }

    def test_what_another_wrote_is_not_written_over(self, mia: User) -> None:
        person = make_user("li")
        opened = person_state(person)
        change(person, mia, role="auditor")
        with pytest.raises(ChangedMeanwhile):
            change(User.objects.get(pk=person.pk), mia, opened=opened, role="reviewer")
        assert User.objects.get(pk=person.pk).role == "auditor"

    def test_nobody_takes_their_own_role_or_closes_their_own_account(self, mia: User) -> None:
        with pytest.raises(NotAllowed):
            change(mia, mia, role="viewer")
        with pytest.raises(NotAllowed):
            set_active(mia, by=mia, is_active=False)
        with pytest.raises(NotAllowed):
            reset_password(mia, by=mia)
        mia.refresh_from_db()
        assert (mia.role, mia.is_active, mia.has_usable_password()) == ("administrator", True, True)

    def test_of_two_who_take_each_others_role_one_stays(self, mia: User) -> None:
        max_ = make_user("max", role="administrator")
        change(max_, mia, role="viewer")
        # His page was open meanwhile, and knows him as an administrator still.
        max_.role = "administrator"
        with pytest.raises(NotAllowed):
            change(mia, max_, role="viewer")
        assert list(User.objects.filter(role="administrator")) == [mia]

    def test_a_closed_administrator_does_nothing(self, mia: User) -> None:
        max_ = make_user("max", role="administrator")
        set_active(max_, by=mia, is_active=False)
        max_.is_active = True
        with pytest.raises(NotAllowed):
            set_active(mia, by=max_, is_active=False)
        assert User.objects.get(username="mia").is_active

    def test_an_administrator_has_no_power_over_a_superuser(self, mia: User) -> None:
        root = make_user("root", is_superuser=True)
        for attempt in (
            lambda: change(root, mia, name="x"),
            lambda: set_active(root, by=mia, is_active=False),
            lambda: reset_password(root, by=mia),
            lambda: unlock_person(root, by=mia),
        ):
            with pytest.raises(NotAllowed):
                attempt()
        change(root, root, name="Root")
        reset_password(mia, by=root)


class TestOwnerIsTold:
    """The notices of changes that let another into an account: none happens behind its owner's back."""

    def notices(self, person: User) -> list[str]:
        return list(Notice.objects.filter(user=person).values_list("kind", flat=True))

    def test_of_a_link(self, mia: User) -> None:
        person = make_user("li", email="li@example.org", language="en")
        reset_password(person, by=mia)
        assert self.notices(person) == ["account_link"]
        # The e-mail is the link's own.
        assert [each.to for each in mail.outbox] == [["li@example.org"]]
        notice = Notice.objects.get()
        with translation.override("en"):
            assert "made a link with which a new password for your account is set" in notice_sentence(notice)
        assert notice_url(notice) == "/accounts/password/"

    def test_of_another_address_at_the_old_one_too(self, mia: User, django_capture_on_commit_callbacks: Any) -> None:
        person = make_user("li", email="li@example.org", language="en")
        with django_capture_on_commit_callbacks(execute=True):
            change(person, mia, email="mine@elsewhere.example")
        assert self.notices(person) == ["account"]
        assert {each.to[0] for each in mail.outbox} == {"li@example.org", "mine@elsewhere.example"}
        assert "An administrator changed your account" in mail.outbox[0].body

    def test_of_another_address_by_the_administration_too(
        self, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        person = make_user("li", email="li@example.org", language="en")
        client.force_login(make_user("root", is_staff=True, is_superuser=True))
        path = f"/admin/accounts/user/{person.pk}/change/"
        form = client.get(path).context["adminform"].form.initial
        left_out = {"groups", "user_permissions", "password", "date_joined", "last_login"}
        typed = {name: value for name, value in form.items() if value is not None and name not in left_out}
        typed |= {"date_joined_0": "2023-01-01", "date_joined_1": "09:00", "email": "mine@elsewhere.example"}
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(path, typed).status_code == 302
        assert {each.to[0] for each in mail.outbox} == {"li@example.org", "mine@elsewhere.example"}

    def test_of_a_second_factor_that_is_gone(self, mia: User, django_capture_on_commit_callbacks: Any) -> None:
        person = make_user("li", email="li@example.org")
        with django_capture_on_commit_callbacks(execute=True):
            remove_second_factor(person, by=mia)
        assert self.notices(person) == ["account_2fa"]
        assert "双因素认证" in mail.outbox[0].body

    def test_not_of_what_they_did_themselves(self, django_capture_on_commit_callbacks: Any) -> None:
        root = make_user("root", is_superuser=True, email="root@example.org")
        with django_capture_on_commit_callbacks(execute=True):
            change(root, root, name="Root")
        assert self.notices(root) == [] and mail.outbox == []

    def test_a_mail_server_that_fails_stops_nothing(
        self, mia: User, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*args: Any) -> None:
            raise OSError

        monkeypatch.setattr(mail.EmailMessage, "send", fail)
        person = make_user("li", email="li@example.org")
        with django_capture_on_commit_callbacks(execute=True):
            change(person, mia, name="李敏")
        assert User.objects.get(pk=person.pk).first_name == "李敏"


@pytest.mark.usefixtures("console")
class TestWithoutAMailServer:
    """The text printed in place of an e-mail, which is in the log of the server, which many read."""

    def test_no_link_is_printed(self, mia: User, capsys: pytest.CaptureFixture[str], caplog: Any) -> None:
        links = [invite(mia, email="li@example.org"), reset_password(make_user("vic", email="vic@example.org"), by=mia)]
        office = Client()
        office.force_login(mia)
        shown = office.post(
            "/office/people/invite/", {"username": "wu", "name": "吴", "role": "viewer", "email": "wu@a.cn"}
        )
        links.append(re.search(r"/accounts/set-password/[^\s\"<]+", shown.text)[0])
        Client().post("/accounts/forgotten/", {"email": "li@example.org"})
        paths = [getattr(link, "path", link) for link in links]
        for path in paths:
            Client().get(path)
        printed = "".join(capsys.readouterr()) + caplog.text
        for path in paths:
            assert path.rstrip("/").rpartition("/")[2] not in printed

    def test_nor_one_of_an_email_that_somebody_else_sends(self, capsys: pytest.CaptureFixture[str]) -> None:
        send_mail("链接", "密码：https://a.cn/accounts/set-password/MQ/c8-123456/ 请设置", None, ["li@example.org"])
        printed = capsys.readouterr().out
        assert "c8-123456" not in printed
        assert "链接" in printed and "/accounts/set-password/MQ/***" in printed


class TestEndOfTokens:
    @pytest.mark.parametrize(
        "change_it",
        [
            lambda person, mia: change(person, mia, role="auditor"),
            lambda person, mia: set_active(person, by=mia, is_active=False),
            lambda person, mia: reset_password(person, by=mia),
        ],
        ids=["role", "closed", "password"],
    )
    def test_another_role_a_closed_account_or_a_new_password_end_them(self, mia: User, change_it: Any) -> None:
        person = make_user("li")
        token, _key = create_token(person, scope="read")
        change_it(person, mia)
        token.refresh_from_db()
        assert token.revoked_at is not None

    def test_another_name_does_not(self, mia: User) -> None:
        person = make_user("li")
        token, _key = create_token(person, scope="read")
        change(person, mia, name="李敏")
        token.refresh_from_db()
        assert token.revoked_at is None


class TestEndOfAPassword:
    def test_password_sessions_and_tokens_end(self, mia: User) -> None:
        person = make_user("li")
        person.set_password(PASSWORD)
        person.save()
        client = Client()
        client.force_login(person)
        _token, key = create_token(person, scope="read")
        reset_password(person, by=mia)
        assert not User.objects.get(pk=person.pk).check_password(PASSWORD)
        assert client.get("/accounts/tokens/").status_code == 302
        with pytest.raises(Exception, match=r"revoked|作废"):
            use_token(key)

    def test_the_log_says_who_made_the_link_and_nothing_of_it(self, mia: User) -> None:
        person = make_user("li")
        link = reset_password(person, by=mia)
        entries = LogEntry.objects.get_for_object(person)
        assert [(e.actor, e.additional_data["event"]) for e in entries if e.additional_data] == [(mia, "link_made")]
        token = link.path.rstrip("/").rpartition("/")[2]
        assert not re.search(re.escape(token), str(list(LogEntry.objects.values())))


class TestLockout:
    def guess(self, times: int) -> None:
        for _time in range(times):
            Client().post("/accounts/login/", {"username": "li", "password": "wrong"})

    def test_a_locked_account_is_named_and_unlocked(self, mia: User) -> None:
        person = make_user("li")
        person.set_password(PASSWORD)
        person.save()
        self.guess(LIMITS[0] - 1)
        assert locked_names(["li", "mia"]) == set()
        self.guess(1)
        assert locked_names(["li", "mia"]) == {"li"}
        unlock_person(person, by=mia)
        assert locked_names(["li"]) == set()
        answer = Client().post("/accounts/login/", {"username": "li", "password": PASSWORD})
        assert answer.status_code == 302

    def test_a_new_password_unlocks_too(self, mia: User) -> None:
        person = make_user("li")
        self.guess(LIMITS[0])
        set_through(reset_password(person, by=mia).path)
        assert locked_names(["li"]) == set()


class TestTheFirstAdministrator:
    def test_a_new_site_has_a_link_until_a_password_is_set(self, db: None) -> None:
        first, second = first_administrator_link(), first_administrator_link()
        assert first is not None and second is not None
        assert first.person == second.person == User.objects.get(is_superuser=True)
        assert not second.person.has_usable_password()
        assert set_through(first.path).status_code == 200
        assert set_through(second.path).status_code == 302
        assert first_administrator_link() is None
        client = Client()
        client.post("/accounts/login/", {"username": "admin", "password": PASSWORD})
        assert client.get("/admin/").status_code == 200

    def test_the_first_one_has_the_name_that_is_asked_for(self, db: None) -> None:
        """Anybody who would guess passwords knows what accounts are called elsewhere."""
        with pytest.raises(CommandError, match="is no name of an account"):
            call_command("first_administrator", username="li min")
        call_command("first_administrator", username="limin", stdout=(output := StringIO()))
        assert "limin" in output.getvalue()
        assert list(User.objects.values_list("username", "is_superuser")) == [("limin", True)]

    def test_a_site_with_an_administrator_has_none(self, mia: User) -> None:
        mia.set_password(PASSWORD)
        mia.save()
        assert first_administrator_link() is None
        assert not User.objects.filter(is_superuser=True).exists()

    def test_whoever_was_closed_is_none(self, mia: User) -> None:
        mia.is_active = False
        mia.save()
        link = first_administrator_link()
        assert link is not None and link.person != mia

    def test_the_command_prints_it_until_there_is_one(self, db: None, settings: Any) -> None:
        settings.PILOTZONE_SITE_URL = "https://plan.example"
        output = StringIO()
        call_command("first_administrator", stdout=output)
        found = re.search(r"  https://plan\.example(/accounts/set-password/\S+)$", output.getvalue(), re.MULTILINE)
        assert found, output.getvalue()
        set_through(found[1])
        output = StringIO()
        call_command("first_administrator", stdout=output)
        assert "has an administrator" in output.getvalue() and "set-password" not in output.getvalue()
        call_command("first_administrator", stdout=(silent := StringIO()), verbosity=0)
        assert silent.getvalue() == ""
