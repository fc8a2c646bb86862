"""The page on which people make and revoke their own access tokens."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AccessToken, Scope, Session
from accounts.tokens import create_token, revoke_token
from tests import factories as make
from tests.pages import text_of

pytestmark = pytest.mark.django_db

TOKENS = "/accounts/tokens/"
KEY = re.compile(r"pz_[\w-]{43}")


@pytest.fixture
def vic(today: Any) -> Any:
    return make.make_user("vic", language="en")


@pytest.fixture
def ada(today: Any) -> Any:
    return make.make_user("ada", role="reporter", department=make.make_department("science"), language="en")


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form(**fields: Any) -> dict[str, Any]:
    return {"name": "Nightly export", "scope": "read", "days": "90", "newest": "", **fields}


def shown(client: Client) -> str:
    return text_of(client.get(TOKENS).content.decode())


def key_in(answer: Any) -> str:
    (key,) = KEY.findall(answer.content.decode())
    return key


def test_a_citys_reporter_is_offered_what_a_city_files(today: Any) -> None:
    zoe = make.make_user("zoe", role="reporter", city=make.region("370200"), language="en")
    words = shown(logged_in(zoe))
    assert "Read, and raise and answer problems" in words
    assert "Read, and file" not in words
    assert logged_in(zoe).post(TOKENS, form(scope="problems")).status_code == 200
    assert zoe.access_tokens.get().scope == "problems"


@pytest.mark.parametrize(("longest", "chosen"), [(180, "90"), (60, "60"), (7, "7")])
def test_the_page_chooses_ninety_days_or_the_longest_that_the_site_allows(
    vic: Any, settings: Any, longest: int, chosen: str
) -> None:
    settings.PILOTZONE_TOKEN_DAYS = longest
    radios = re.findall(r'<input[^>]*name="days"[^>]*>', logged_in(vic).get(TOKENS).text)
    assert [re.findall(r'value="(\d+)"', each) for each in radios if "checked" in each] == [[chosen]]


class TestMaking:
    def test_the_token_is_shown_once_and_opens_the_api(self, vic: Any) -> None:
        client = logged_in(vic)
        answer = client.post(TOKENS, form())
        assert answer.status_code == 200
        # Once in the whole page, and the page is told once.
        key = key_in(answer)
        assert "<h1>Your new access token</h1>" in answer.content.decode()
        assert "Copy it now" in text_of(answer.content.decode())
        assert 'curl -H "Authorization: Bearer pz_…" "http://testserver/api/v1/summary/"' in answer.content.decode()
        headers = {"Authorization": f"Bearer {key}"}
        assert Client().get("/api/v1/plans/", headers=headers).status_code == 200
        assert not KEY.search(client.get(TOKENS).content.decode())

    def test_what_was_asked_for_is_what_is_made(self, ada: Any) -> None:
        logged_in(ada).post(TOKENS, form(name="  Month-end job ", scope="reports", days="180"))
        token = AccessToken.objects.get()
        assert (token.user, token.name, token.scope) == (ada, "Month-end job", "reports")
        assert token.expires_at - token.created_at == timedelta(days=180)

    def test_ninety_days_and_reading_are_what_is_offered_first(self, ada: Any) -> None:
        page = logged_in(ada).get(TOKENS).content.decode()
        chosen = re.findall(r'<input type="radio" name="(\w+)" value="(\w+)"[^>]*checked', page)
        assert chosen == [("scope", "read"), ("days", "90")]
        assert re.findall(r'name="days" value="(\d+)"', page) == ["30", "90", "180"]

    def test_no_browser_and_nobody_between_keeps_the_page(self, vic: Any) -> None:
        client = logged_in(vic)
        for answer in (client.get(TOKENS), client.post(TOKENS, form())):
            assert {"private", "no-store"} <= set(answer["Cache-Control"].replace(" ", "").split(","))
            assert not answer.has_header("ETag")

    def test_the_key_is_kept_nowhere(
        self, vic: Any, caplog: pytest.LogCaptureFixture, settings: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
        client = logged_in(vic)
        client.get(TOKENS)
        with caplog.at_level(logging.DEBUG):
            answer = client.post(TOKENS, form())
        key = key_in(answer)
        sessions = [each.get_decoded() for each in Session.objects.all()]
        assert sessions
        assert key not in str(sessions)
        assert list(get_messages(answer.wsgi_request)) == []
        assert key not in str(answer.cookies) + str(answer.headers) + str(client.cookies)
        assert key not in str(list(AccessToken.objects.values())) + str(list(LogEntry.objects.values()))
        assert key not in caplog.text + "".join(capsys.readouterr())
        assert key not in str(getattr(cache, "_cache", ""))

    @pytest.mark.parametrize("has_one", [False, True])
    def test_a_reload_makes_no_second_one_and_shows_the_first_no_more(self, vic: Any, has_one: bool) -> None:
        newest = create_token(vic, scope=Scope.READ)[0].pk if has_one else ""
        client = logged_in(vic)
        assert key_in(client.post(TOKENS, form(newest=newest)))
        made = AccessToken.objects.count()
        for _time in range(2):
            again = client.post(TOKENS, form(newest=newest)).content.decode()
            assert not KEY.search(again)
            assert "No token was made: you have made one since this form was opened." in text_of(again)
        assert AccessToken.objects.count() == made

    def test_the_form_that_was_refused_for_that_makes_another_when_it_is_sent_again(self, vic: Any) -> None:
        client = logged_in(vic)
        client.post(TOKENS, form())
        refused = client.post(TOKENS, form(name="Second")).content.decode()
        found = re.search(r'name="newest" value="(\d+)"', refused)
        assert found is not None
        assert 'value="Second"' in refused
        assert key_in(client.post(TOKENS, form(name="Second", newest=found[1])))
        assert list(AccessToken.objects.values_list("name", flat=True)) == ["Second", "Nightly export"]

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"name": ""}, "What it is for: This field is required."),
            ({"name": "   "}, "What it is for: This field is required."),
            ({"name": "x" * 101}, "What it is for: At most 100 characters; there are 101."),
            ({"scope": ""}, "Permissions: This field is required."),
            ({"scope": "write"}, "Permissions: Select a valid choice."),
            ({"days": "3660"}, "Expires after: Select a valid choice."),
            ({"days": ""}, "Expires after: This field is required."),
            ({"newest": "x"}, "Enter a whole number."),
        ],
    )
    def test_bad_input_comes_back_with_a_sentence(self, vic: Any, fields: dict[str, str], sentence: str) -> None:
        answer = logged_in(vic).post(TOKENS, form(**fields))
        assert answer.status_code == 200
        assert sentence in text_of(answer.content.decode())
        assert not AccessToken.objects.exists()

    def test_a_hundred_characters_are_a_name_and_are_shown_as_typed(self, vic: Any) -> None:
        name = "<script>alert(1)</script>" + "长" * 75
        client = logged_in(vic)
        assert key_in(client.post(TOKENS, form(name=name)))
        page = client.get(TOKENS).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert" not in page

    @pytest.mark.parametrize("role", ["viewer", "reviewer", "auditor"])
    def test_who_does_not_report_is_offered_reading_only_and_gets_no_other(self, today: Any, role: str) -> None:
        client = logged_in(make.make_user("somebody", role=role, language="en"))
        page = client.get(TOKENS).content.decode()
        assert re.findall(r'name="scope" value="(\w+)"', page) == ["read"]
        answer = client.post(TOKENS, form(scope="reports"))
        assert "Permissions: Select a valid choice." in text_of(answer.content.decode())
        assert not AccessToken.objects.exists()

    def test_ada_is_offered_both(self, ada: Any) -> None:
        page = logged_in(ada).get(TOKENS).content.decode()
        assert re.findall(r'name="scope" value="(\w+)"', page) == ["read", "reports", "values", "problems"]

    def test_twenty_valid_ones_are_the_most(self, vic: Any) -> None:
        made = [create_token(vic, scope=Scope.READ)[0] for _n in range(20)]
        client = logged_in(vic)
        answer = client.post(TOKENS, form(newest=made[-1].pk))
        assert "This account has 20 valid access tokens, and may have no more: revoke one first." in text_of(
            answer.content.decode()
        )
        assert AccessToken.objects.count() == 20
        # Neither a revoked nor an expired one counts.
        revoke_token(made[0])
        assert key_in(client.post(TOKENS, form(newest=made[-1].pk)))
        now = timezone.now()
        AccessToken.objects.filter(pk=made[1].pk).update(created_at=now - timedelta(days=9), expires_at=now)
        newest = AccessToken.objects.order_by("-pk").values_list("pk", flat=True)[0]
        assert key_in(client.post(TOKENS, form(newest=newest)))

    def test_others_have_twenty_of_their_own(self, vic: Any, ada: Any) -> None:
        for _n in range(20):
            create_token(vic, scope=Scope.READ)
        assert key_in(logged_in(ada).post(TOKENS, form()))

    def test_it_is_on_record_who_made_it(self, vic: Any) -> None:
        logged_in(vic).post(TOKENS, form())
        entry = LogEntry.objects.get_for_object(AccessToken.objects.get()).get()
        assert (entry.get_action_display(), entry.actor) == ("create", vic)
        assert entry.changes["name"] == ["None", "Nightly export"]
        assert "digest" not in entry.changes


class TestTheList:
    def test_each_token_with_what_matters_of_it(self, ada: Any) -> None:
        read, _key = create_token(ada, scope=Scope.READ, name="Reads")
        used, _key = create_token(ada, scope=Scope.REPORT, name="Reports", days=30)
        gone, _key = create_token(ada, scope=Scope.READ, name="Old")
        moments = {
            read.pk: ("2026-03-01T00:30:00+00:00", "2126-05-30T00:30:00+00:00", None),
            # Half past midnight in Shanghai is the evening before in Greenwich.
            used.pk: ("2026-03-01T16:30:00+00:00", "2126-03-31T16:30:00+00:00", "2026-03-05T06:07:08+00:00"),
            gone.pk: ("2020-01-01T00:00:00+00:00", "2020-03-31T00:00:00+00:00", None),
        }
        for pk, (made, expires, last) in moments.items():
            AccessToken.objects.filter(pk=pk).update(created_at=made, expires_at=expires, last_used_at=last)
        words = shown(logged_in(ada))
        assert "Reads Read Valid 2026-03-01 2126-05-30 Never Revoke Reads" in words
        assert "Reports File everything Valid 2026-03-02 2126-04-01 2026-03-05 14:07 Revoke Reports" in words
        assert "Old Read Expired 2020-01-01 2020-03-31 Never" in words
        revoke_token(read)
        revoke_token(gone)
        words = shown(logged_in(ada))
        assert "Reads Read Revoked 2026-03-01 2126-05-30 Never" in words
        assert "Revoke Reads" not in words
        # Revoked, whatever happened later.
        assert "Old Read Revoked 2020-01-01" in words

    def test_nobody_sees_those_of_another(self, vic: Any, ada: Any) -> None:
        create_token(ada, scope=Scope.REPORT, name="Of Ada")
        assert "Of Ada" in shown(logged_in(ada))
        admin = make.make_user("admin", is_staff=True, is_superuser=True, language="en")
        for other in (vic, admin):
            words = shown(logged_in(other))
            assert "Of Ada" not in words
            assert "You have no access tokens yet." in words

    def test_the_page_of_the_account_leads_to_it_and_the_head_to_that(self, vic: Any, open_reading: None) -> None:
        inbox = logged_in(vic).get("/inbox/").content.decode()
        assert 'href="/accounts/password/"' in inbox and TOKENS not in inbox
        assert f'<a href="{TOKENS}">Access tokens</a>' in logged_in(vic).get("/accounts/password/").content.decode()
        assert TOKENS not in Client().get("/accounts/login/").content.decode()

    def test_more_than_fifty_go_on_another_page(self, vic: Any) -> None:
        for number in range(51):
            revoke_token(create_token(vic, scope=Scope.READ, name=f"Number {number}")[0])
        client = logged_in(vic)
        assert "Page 1 of 2" in shown(client)
        last = text_of(client.get(f"{TOKENS}?page=2").content.decode())
        assert "Number 0 " in last
        assert "Number 1 " not in last

    def test_many_tokens_take_no_more_queries(self, vic: Any) -> None:
        client = logged_in(vic)

        def queries() -> int:
            with CaptureQueriesContext(connection) as found:
                client.get(TOKENS)
            return len(found)

        create_token(vic, scope=Scope.READ)
        queries()
        few = queries()
        for _n in range(15):
            create_token(vic, scope=Scope.READ)
        assert queries() == few

    def test_in_chinese(self, vic: Any) -> None:
        vic.language = "zh-hans"
        vic.save()
        create_token(vic, scope=Scope.READ, name="夜间导出")
        words = shown(logged_in(vic))
        assert "夜间导出 读取 有效" in words
        assert "access" not in words.lower()


class TestRevoking:
    def where(self, token: AccessToken) -> str:
        return f"/accounts/tokens/{token.pk}/revoke/"

    def test_first_it_is_said_what_it_means(self, vic: Any) -> None:
        token, key = create_token(vic, scope=Scope.READ, name="Nightly export")
        words = text_of(logged_in(vic).get(self.where(token)).content.decode())
        assert "Whatever uses it is refused from then on. It cannot be undone, but you can make a new one." in words
        assert "Nightly export" in words
        # To look is not to do.
        assert Client().get("/api/v1/plans/", headers={"Authorization": f"Bearer {key}"}).status_code == 200

    def test_from_then_on_it_opens_nothing_and_stays_on_record(self, vic: Any) -> None:
        token, key = create_token(vic, scope=Scope.READ, name="Nightly export")
        other, _key = create_token(vic, scope=Scope.READ, name="Another")
        client = logged_in(vic)
        answer = client.post(self.where(token), follow=True)
        assert answer.redirect_chain == [(TOKENS, 302)]
        assert "The access token was revoked" in text_of(answer.content.decode())
        refused = Client().get("/api/v1/plans/?lang=en", headers={"Authorization": f"Bearer {key}"})
        assert refused.status_code == 401
        assert refused.json()["detail"] == "This access token has been revoked."
        other.refresh_from_db()
        assert other.revoked_at is None
        entry = LogEntry.objects.get_for_object(token).order_by("-pk")[0]
        assert (entry.get_action_display(), entry.actor) == ("update", vic)
        assert list(entry.changes) == ["revoked_at"]

    def test_twice_is_as_once(self, vic: Any) -> None:
        token, _key = create_token(vic, scope=Scope.READ)
        client = logged_in(vic)
        client.post(self.where(token))
        first = AccessToken.objects.get().revoked_at
        assert first is not None
        assert client.post(self.where(token)).url == TOKENS
        assert client.get(self.where(token)).url == TOKENS
        assert AccessToken.objects.get().revoked_at == first

    def test_that_of_another_is_not_found(self, vic: Any, ada: Any) -> None:
        token, _key = create_token(ada, scope=Scope.READ)
        admin = make.make_user("admin", is_staff=True, is_superuser=True)
        for other in (vic, admin):
            client = logged_in(other)
            assert client.get(self.where(token)).status_code == 404
            assert client.post(self.where(token)).status_code == 404
        token.refresh_from_db()
        assert token.revoked_at is None

    def test_no_form_of_another_site_is_taken(self, vic: Any) -> None:
        token, _key = create_token(vic, scope=Scope.READ)
        client = Client(enforce_csrf_checks=True)
        client.force_login(vic)
        assert client.post(self.where(token)).status_code == 403
        assert client.post(TOKENS, form(newest=token.pk)).status_code == 403
        token.refresh_from_db()
        assert (token.revoked_at, AccessToken.objects.count()) == (None, 1)


def test_whoever_is_not_logged_in_logs_in_first(vic: Any, open_reading: None) -> None:
    token, _key = create_token(vic, scope=Scope.READ)
    for address in (TOKENS, f"{TOKENS}{token.pk}/revoke/"):
        assert Client().get(address).url == f"/accounts/login/?next={address}"
        assert Client().post(address, form()).url == f"/accounts/login/?next={address}"
    token.refresh_from_db()
    assert (token.revoked_at, AccessToken.objects.count()) == (None, 1)
