"""Log-ins by a provider of OpenID Connect: a real one, and one that forges."""

import base64
import hashlib
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from auditlog.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.db import IntegrityError, transaction
from django.test import Client
from joserfc.jwk import RSAKey
from oidc_provider_mock import User as ProviderUser
from oidc_provider_mock import run_server_in_thread

from accounts import oidc
from accounts.log import MAX_REFUSALS
from accounts.models import User
from accounts.people import change_person, invite_person, person_state
from accounts.sign_on import PROVIDER
from accounts.tokens import create_token, use_token
from core.exceptions import NotAllowed
from core.sign_on_settings import ProviderSettings
from tests.accounts.test_second_factor import code_of, set_up
from tests.factories import make_department, make_user
from tests.forging_provider import CLIENT, ForgingProvider, forging_provider

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
DONE = "/accounts/sign-on/done/"
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture(scope="module")
def real_issuer() -> Iterator[str]:
    known = [
        ProviderUser(sub="u-1"),
        ProviderUser(sub="u-2", claims={"amr": ["pwd", "otp"]}),
        ProviderUser(sub="u-3", claims={"acr": "gold"}),
    ]
    with run_server_in_thread(user_claims=known) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def forger() -> Iterator[ForgingProvider]:
    with forging_provider() as provider:
        yield provider


def use(settings: Any, issuer: str, **more: Any) -> ProviderSettings:
    settings.PILOTZONE_OIDC = ProviderSettings(issuer, CLIENT, "s3cret-of-the-client", "City log-in", **more)
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, PROVIDER]
    oidc._provider.cache_clear()
    known: ProviderSettings = settings.PILOTZONE_OIDC
    return known


@pytest.fixture
def real(settings: Any, real_issuer: str) -> ProviderSettings:
    return use(settings, real_issuer)


@pytest.fixture
def forged(settings: Any, forger: ForgingProvider) -> ForgingProvider:
    use(settings, forger.issuer)
    return forger


def make_linked(name: str = "vic", *, subject: str = "u-1", issuer: str, **fields: Any) -> User:
    return make_user(name, oidc_issuer=issuer, oidc_subject=subject, **fields)


@pytest.fixture
def vic(real_issuer: str) -> User:
    return make_linked(issuer=real_issuer)


@pytest.fixture(autouse=True)
def english(client: Client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


def begin(client: Client, query: str = "") -> Any:
    return client.get(f"/accounts/sign-on/{query}", headers={"Sec-Fetch-Site": "same-origin"})


def asked_of_provider(answer: Any) -> dict[str, str]:
    assert answer.status_code == 302, answer.status_code
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def agree(answer: Any, sub: str = "u-1", action: str = "") -> str:
    """Agree as a person does on the page of the real provider, and return the address to which it sends the browser."""
    form = {"sub": sub, "action": action} if action else {"sub": sub}
    page = requests.post(answer["Location"], form, allow_redirects=False, timeout=10)
    assert page.status_code == 302, page.text
    return page.headers["Location"]


def log_in(client: Client, sub: str = "u-1", query: str = "") -> Any:
    return client.get(agree(begin(client, query), sub))


def is_in(client: Client) -> bool:
    return client.get("/accounts/tokens/").status_code == 200


def entries(event: str) -> list[LogEntry]:
    return list(LogEntry.objects.filter(additional_data__event=event).order_by("pk"))


class TestLogIn:
    def test_the_page_offers_it_and_it_leads_in(self, client: Client, real: ProviderSettings, vic: User) -> None:
        page = client.get("/accounts/login/?next=/measures/").text
        assert "Log in with City log-in" in page
        assert 'href="/accounts/sign-on/?next=%2Fmeasures%2F"' in page
        answer = log_in(client, query="?next=/measures/")
        assert (answer.status_code, answer["Location"]) == (302, "/measures/")
        assert is_in(client)
        (entry,) = entries("login")
        assert (entry.actor, entry.additional_data["way"]) == (vic, "provider")

    def test_in_chinese_too(self, client: Client, real: ProviderSettings) -> None:
        assert "使用City log-in登录" in client.get("/accounts/login/?lang=zh-hans").text

    def test_without_a_provider_there_is_none_of_it(self, client: Client) -> None:
        assert "sign-on" not in client.get("/accounts/login/").text
        assert [client.get(path).status_code for path in ("/accounts/sign-on/", DONE, "/accounts/logged-out/")] == [
            404
        ] * 3

    def test_a_reporter_goes_on_to_the_workspace(self, client: Client, real: ProviderSettings) -> None:
        make_linked("ada", issuer=real.issuer, role="reporter", department=make_department("science"))
        assert log_in(client)["Location"] == "/workspace/"

    def test_never_goes_on_to_another_site(self, client: Client, real: ProviderSettings, vic: User) -> None:
        assert log_in(client, query="?next=https://elsewhere.example/")["Location"] == "/"
        assert is_in(client)

    def test_an_address_that_comes_back_with_the_answer_is_not_believed(
        self, client: Client, real: ProviderSettings, vic: User
    ) -> None:
        answer = client.get(agree(begin(client)) + "&next=//elsewhere.example/")
        assert answer["Location"] == "/"

    def test_the_key_of_the_session_is_another_one(self, client: Client, real: ProviderSettings, vic: User) -> None:
        back = agree(begin(client))
        before = client.session.session_key
        client.get(back)
        assert client.session.session_key != before

    def test_no_token_is_kept(self, client: Client, real: ProviderSettings, vic: User) -> None:
        log_in(client)
        assert not [name for name in dict(client.session) if "token" in name or name.startswith("_state")]

    def test_it_tells_of_the_log_in_before(self, client: Client, real: ProviderSettings, vic: User) -> None:
        log_in(Client())
        log_in(client)
        assert "You last logged in at" in client.get("/").text

    def test_whoever_is_in_already_goes_on(self, client: Client, real: ProviderSettings, vic: User) -> None:
        log_in(client)
        assert begin(client, "?next=/measures/")["Location"] == "/measures/"

    def test_of_a_post_nothing_is_taken(self, client: Client, real: ProviderSettings) -> None:
        assert client.post("/accounts/sign-on/").status_code == client.post(DONE).status_code == 405

    def test_local_accounts_go_on(self, client: Client, real: ProviderSettings, vic: User) -> None:
        client.post("/accounts/login/", {"username": "vic", "password": "only-for-tests"})
        assert is_in(client)
        assert entries("login")[0].additional_data["way"] == "password"

    def test_no_other_site_sends_somebody_through(self, client: Client, real: ProviderSettings, vic: User) -> None:
        """Whoever has a session at the provider would be in without having wanted it."""
        for headers in (
            {},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "none"},
            {"Referer": "https://a.example/"},
        ):
            answer = client.get("/accounts/sign-on/?next=/measures/", headers=headers)
            assert answer["Location"] == "/accounts/login/?next=%2Fmeasures%2F", headers
        old = client.get("/accounts/sign-on/", headers={"Referer": "http://testserver/accounts/login/"})
        assert old["Location"].startswith(real.issuer)

    def test_what_is_asked_of_the_provider(self, client: Client, real: ProviderSettings) -> None:
        asked = asked_of_provider(begin(client))
        again = asked_of_provider(begin(client))
        assert (asked["response_type"], asked["scope"], asked["client_id"]) == ("code", "openid", CLIENT)
        assert (asked["redirect_uri"], asked["code_challenge_method"]) == (f"http://testserver{DONE}", "S256")
        for secret in ("state", "nonce", "code_challenge"):
            assert len(asked[secret]) >= 20
            assert asked[secret] != again[secret]


class TestPeople:
    def test_somebody_unknown_is_told_what_to_tell(self, client: Client, real: ProviderSettings) -> None:
        before = User.objects.count()
        answer = log_in(client, "stranger-7")
        assert answer.status_code == 403
        assert "You have no account here yet" in answer.text
        assert '<code lang="zxx">stranger-7</code>' in answer.text
        assert not is_in(client)
        assert User.objects.count() == before
        (entry,) = entries("login_failed")
        assert (entry.object_repr, entry.additional_data["way"]) == ("stranger-7", "provider")

    def test_a_name_or_an_e_mail_address_is_nobodys_id(self, client: Client, real: ProviderSettings) -> None:
        make_user("u-1", email="u-1")
        assert log_in(client, "u-1").status_code == 403

    def test_the_id_at_another_provider_is_somebody_else(self, client: Client, real: ProviderSettings) -> None:
        make_linked(issuer="https://former.example")
        assert log_in(client).status_code == 403

    def test_a_closed_account_stays_closed(self, client: Client, real: ProviderSettings, vic: User) -> None:
        User.objects.update(is_active=False)
        answer = log_in(client)
        assert (answer.status_code, "Your account is closed" in answer.text) == (403, True)
        assert not is_in(client)
        assert entries("login_failed")[0].object_repr == "vic"

    def test_a_script_does_not_fill_the_log(self, client: Client, real: ProviderSettings) -> None:
        for _n in range(MAX_REFUSALS + 2):
            log_in(client, "stranger-7")
        assert len(entries("login_failed")) == MAX_REFUSALS

    def test_an_account_that_is_locked_for_wrong_passwords_is_open_to_its_owner(
        self, client: Client, real: ProviderSettings, vic: User
    ) -> None:
        for _n in range(6):
            last = client.post("/accounts/login/", {"username": "vic", "password": "wrong"})
        assert last.status_code == 429
        log_in(client)
        assert is_in(client)

    def test_no_password_logs_in_by_the_backend_of_the_provider(
        self, client: Client, real: ProviderSettings, settings: Any, vic: User
    ) -> None:
        settings.AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", PROVIDER]
        client.post("/accounts/login/?code=x&state=y", {"username": "vic", "password": "only-for-tests"})
        assert not is_in(client)

    def test_sessions_end_where_the_site_has_no_provider_any_more(
        self, client: Client, real: ProviderSettings, settings: Any, vic: User
    ) -> None:
        log_in(client)
        settings.AUTHENTICATION_BACKENDS = settings.AUTHENTICATION_BACKENDS[:-1]
        assert not is_in(client)


class TestTheIdOfAPerson:
    @pytest.fixture
    def mia(self) -> User:
        return make_user("mia", role="administrator")

    def change(self, person: User, by: User, subject: str) -> User:
        same: Any = {"name": person.get_full_name(), "email": person.email, "role": person.role}
        opened = person_state(person)
        return change_person(person, by=by, opened=opened, **same, department=None, city=None, oidc_subject=subject)

    def test_an_administrator_enters_it(self, client: Client, real: ProviderSettings, mia: User) -> None:
        person = make_user("vic", first_name="Vic")
        client.force_login(mia)
        page = client.get(f"/office/people/{person.pk}/").text
        assert "Id at City log-in" in page
        form = {"name": "Vic", "role": "viewer", "oidc_subject": " u-1 "}
        assert client.post(f"/office/people/{person.pk}/", form).status_code == 302
        person.refresh_from_db()
        assert (person.oidc_issuer, person.oidc_subject) == (real.issuer, "u-1")
        assert LogEntry.objects.get_for_object(person).filter(changes__has_key="oidc_subject").exists()
        log_in(other := Client())
        assert is_in(other)

    def test_without_a_provider_nobody_is_asked_for_it(self, client: Client, mia: User) -> None:
        person = make_linked(issuer="https://former.example", first_name="Vic")
        client.force_login(mia)
        assert "oidc_subject" not in client.get(f"/office/people/{person.pk}/").text
        form = {"name": "Victor", "role": "viewer", "oidc_subject": "u-9"}
        assert client.post(f"/office/people/{person.pk}/", form).status_code == 302
        person.refresh_from_db()
        assert (person.first_name, person.oidc_issuer, person.oidc_subject) == (
            "Victor",
            "https://former.example",
            "u-1",
        )

    def test_no_two_accounts_have_the_same(self, real: ProviderSettings, vic: User, mia: User) -> None:
        with pytest.raises(NotAllowed) as refusal:
            self.change(make_user("ben"), mia, "u-1")
        assert refusal.value.field == "oidc_subject"
        with pytest.raises(IntegrityError), transaction.atomic():
            make_linked("carl", issuer=real.issuer)

    def test_it_names_its_provider(self, real: ProviderSettings, mia: User) -> None:
        for wrong in ({"oidc_issuer": real.issuer}, {"oidc_subject": "u-1"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                make_user("carl", **wrong)

    def test_where_it_changes_sessions_end(self, client: Client, real: ProviderSettings, vic: User, mia: User) -> None:
        log_in(client)
        self.change(vic, mia, "")
        assert not is_in(client)
        vic.refresh_from_db()
        assert (vic.oidc_issuer, vic.oidc_subject) == ("", "")
        assert log_in(client).status_code == 403

    def test_only_administrators_change_it(self, real: ProviderSettings, vic: User) -> None:
        with pytest.raises(NotAllowed):
            self.change(vic, make_user("rita", role="reviewer"), "u-9")


class TestPasswords:
    def test_whoever_comes_so_needs_none(self, client: Client, real: ProviderSettings, vic: User) -> None:
        vic.set_unusable_password()
        vic.must_change_password = True
        vic.save()
        log_in(client)
        assert is_in(client)
        assert "The account has no password here" in client.get("/accounts/password/").text
        _token, key = create_token(vic, scope="read", name="x")  # type: ignore[arg-type]  # as a form gives it
        assert use_token(key).user == vic

    def test_nor_is_an_old_one_asked_for(self, client: Client, real: ProviderSettings, vic: User) -> None:
        User.objects.update(password_changed_at="2020-01-01T00:00Z")
        log_in(client)
        assert is_in(client)
        vic.refresh_from_db()
        assert not vic.must_change_password

    def test_one_that_must_be_changed_still_must_at_the_log_in_with_it(
        self, client: Client, real: ProviderSettings, vic: User
    ) -> None:
        User.objects.update(must_change_password=True)
        log_in(client)
        assert is_in(client)
        client.logout()
        client.post("/accounts/login/", {"username": "vic", "password": "only-for-tests"})
        assert client.get("/accounts/tokens/")["Location"] == "/accounts/password/"

    def test_the_link_of_an_invitation_ends_with_the_first_log_in(self, client: Client, real: ProviderSettings) -> None:
        mia = make_user("mia", role="administrator")
        who: Any = {"username": "vic", "name": "Vic", "email": "", "role": "viewer", "department": None, "city": None}
        link = invite_person(by=mia, **who)
        User.objects.filter(pk=link.person.pk).update(oidc_issuer=real.issuer, oidc_subject="u-1")
        assert client.get(link.path).status_code == 302
        log_in(Client())
        assert client.get(link.path).status_code == 200


class TestSecondFactor:
    def test_that_of_the_site_is_asked_for_as_after_a_password(
        self, client: Client, real: ProviderSettings, vic: User
    ) -> None:
        set_up(vic)
        answer = log_in(client, query="?next=/measures/")
        assert answer["Location"] == "/accounts/code/?next=%2Fmeasures%2F"
        assert not is_in(client)
        code = client.post(answer["Location"], {"code": code_of(vic)})
        assert code["Location"] == "/measures/"
        assert is_in(client)
        assert entries("login")[0].additional_data["way"] == "provider"

    def test_what_the_provider_says_of_it_counts_where_the_site_says_so(
        self, client: Client, settings: Any, real_issuer: str
    ) -> None:
        vic = make_linked(issuer=real_issuer, subject="u-2", role="auditor")
        set_up(vic)
        settings.PILOTZONE_SECOND_FACTOR = "required"
        use(settings, real_issuer, second_factor=frozenset({"otp"}))
        log_in(client, "u-2")
        assert is_in(client)

    def test_so_does_a_level_that_it_names(self, client: Client, settings: Any, real_issuer: str) -> None:
        make_linked(issuer=real_issuer, subject="u-3", role="auditor")
        settings.PILOTZONE_SECOND_FACTOR = "required"
        use(settings, real_issuer, second_factor=frozenset({"gold"}))
        log_in(client, "u-3")
        assert is_in(client)

    def test_and_not_otherwise(self, client: Client, real: ProviderSettings) -> None:
        vic = make_linked(issuer=real.issuer, subject="u-2")
        set_up(vic)
        log_in(client, "u-2")
        assert not is_in(client)

    def test_whoever_must_have_one_sets_it_up(self, client: Client, real: ProviderSettings, settings: Any) -> None:
        make_linked(issuer=real.issuer, role="auditor")
        settings.PILOTZONE_SECOND_FACTOR = "required"
        log_in(client)
        assert client.get("/accounts/tokens/")["Location"] == "/accounts/second-factor/set-up/"


class TestLogOut:
    def test_ends_the_session_here_and_tells_of_the_one_there(
        self, client: Client, real: ProviderSettings, vic: User
    ) -> None:
        log_in(client)
        answer = client.post("/accounts/logout/")
        assert answer["Location"] == "/accounts/logged-out/"
        assert not is_in(client)
        page = client.get("/accounts/logged-out/").text
        assert "At City log-in you may still be logged in" in page
        assert f'href="{real.issuer}/oauth2/end_session?post_logout_redirect_uri=http%3A%2F%2Ftestserver' in page
        assert f"client_id={CLIENT}" in page

    def test_others_go_where_they_went(self, client: Client, real: ProviderSettings, vic: User) -> None:
        client.post("/accounts/login/", {"username": "vic", "password": "only-for-tests"})
        assert client.post("/accounts/logout/")["Location"] == "/"

    def test_a_provider_without_such_a_page_is_named_without_a_link(
        self, client: Client, forged: ForgingProvider
    ) -> None:
        page = client.get("/accounts/logged-out/").text
        assert "At City log-in you may still be logged in" in page
        assert forged.issuer not in page

    def test_so_is_one_that_is_away(self, client: Client, settings: Any) -> None:
        use(settings, "http://127.0.0.1:9")
        assert client.get("/accounts/logged-out/").status_code == 200


class TestAnswers:
    """The answers that are taken to prove who somebody is, and those that are not."""

    @pytest.fixture
    def linked(self, forged: ForgingProvider) -> User:
        return make_linked(issuer=forged.issuer)

    def come_back(self, client: Client, forged: ForgingProvider, id_token: Any, query: str = "") -> Any:
        """Come back with a code, for which the provider gives the token that `id_token` makes of the nonce."""
        asked = asked_of_provider(begin(client))
        forged.id_token = id_token(asked["nonce"])
        return client.get(f"{DONE}?code=c&state={asked['state']}{query}")

    def check_refused(self, client: Client, answer: Any) -> None:
        assert answer.status_code == 403
        assert "The log-in was not confirmed" in answer.text
        assert SESSION_KEY not in client.session
        assert not entries("login")

    def test_a_right_one_is_taken(self, client: Client, forged: ForgingProvider, linked: User) -> None:
        asked = asked_of_provider(begin(client))
        forged.id_token = forged.sign(forged.claims(asked["nonce"]))
        client.get(f"{DONE}?code=c&state={asked['state']}")
        assert is_in(client)
        (form,) = forged.asked
        assert (form["grant_type"], form["code"]) == ("authorization_code", "c")
        assert len(form["code_verifier"]) >= 43
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert "/userinfo" not in forged.paths

    def test_one_of_the_right_state_that_names_its_issuer_too(
        self, client: Client, forged: ForgingProvider, linked: User
    ) -> None:
        self.come_back(client, forged, lambda nonce: forged.sign(forged.claims(nonce)), f"&iss={forged.issuer}")
        assert is_in(client)

    @pytest.mark.parametrize(
        "changes",
        [
            {"nonce": "of somebody else"},
            {"nonce": None},
            {"aud": "another-site"},
            {"aud": "another-site", "azp": CLIENT},
            {"aud": [CLIENT, "another-site"], "azp": "another-site"},
            {"aud": [CLIENT, "another-site"]},
            {"aud": None},
            {"iss": "https://elsewhere.example"},
            {"iss": None},
            {"exp": 1_700_000_000},
            {"exp": None},
            {"nbf": 4_000_000_000},
            {"iat": None},
            {"sub": None},
            {"sub": ""},
            {"sub": 7},
            {"sub": "u-1\0"},
            {"sub": "u" * 256},
            {"amr": "otp"},
        ],
        ids=str,
    )
    def test_a_wrong_claim(
        self, client: Client, forged: ForgingProvider, linked: User, changes: dict[str, Any]
    ) -> None:
        answer = self.come_back(client, forged, lambda nonce: forged.sign(forged.claims(nonce, **changes)))
        self.check_refused(client, answer)

    def test_several_audiences_of_which_this_site_is_the_one_that_asked(
        self, client: Client, forged: ForgingProvider, linked: User
    ) -> None:
        both = {"aud": [CLIENT, "another-site"], "azp": CLIENT}
        self.come_back(client, forged, lambda nonce: forged.sign(forged.claims(nonce, **both)))
        assert is_in(client)

    def test_no_algorithm(self, client: Client, forged: ForgingProvider, linked: User) -> None:
        self.check_refused(client, self.come_back(client, forged, lambda nonce: forged.unsigned(forged.claims(nonce))))

    def test_a_secret_in_place_of_a_key(self, client: Client, forged: ForgingProvider, linked: User) -> None:
        made = self.come_back(client, forged, lambda nonce: forged.signed_with_the_public_key(forged.claims(nonce)))
        self.check_refused(client, made)

    def test_another_algorithm_of_the_same_key(self, client: Client, forged: ForgingProvider, linked: User) -> None:
        made = self.come_back(client, forged, lambda nonce: forged.sign(forged.claims(nonce), alg="RS512"))
        self.check_refused(client, made)

    def test_another_key(self, client: Client, forged: ForgingProvider, linked: User) -> None:
        made = self.come_back(client, forged, lambda nonce: forged.sign(forged.claims(nonce), key=OTHER_KEY))
        self.check_refused(client, made)

    def test_a_key_that_the_token_brings_along(self, client: Client, forged: ForgingProvider, linked: User) -> None:
        own = {"jwk": OTHER_KEY.as_dict(private=False), "jku": "https://elsewhere.example/jwks"}
        made = self.come_back(client, forged, lambda nonce: forged.sign(forged.claims(nonce), key=OTHER_KEY, **own))
        self.check_refused(client, made)

    @pytest.mark.parametrize("kind", ["at+jwt", "logout+jwt"])
    def test_a_token_for_another_purpose(
        self, client: Client, forged: ForgingProvider, linked: User, kind: str
    ) -> None:
        made = self.come_back(client, forged, lambda nonce: forged.sign(forged.claims(nonce), typ=kind))
        self.check_refused(client, made)

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", 7, None, {"sub": "u-1"}], ids=str)
    def test_no_token(self, client: Client, forged: ForgingProvider, linked: User, token: Any) -> None:
        self.check_refused(client, self.come_back(client, forged, lambda nonce: token))

    def test_a_key_that_is_new_is_asked_for(self, client: Client, forged: ForgingProvider, linked: User) -> None:
        self.come_back(client, forged, lambda nonce: forged.sign(forged.claims(nonce)))
        forged.key = RSAKey.generate_key(2048, {"kid": "two"})
        other = Client()
        self.come_back(other, forged, lambda nonce: forged.sign(forged.claims(nonce), kid="two"))
        assert is_in(other)

    def test_a_forged_state(self, client: Client, forged: ForgingProvider, linked: User) -> None:
        nonce = asked_of_provider(begin(client))["nonce"]
        forged.id_token = forged.sign(forged.claims(nonce))
        for query in ("code=c&state=forged", "code=c", "state=forged", "", "code=c&state="):
            self.check_refused(client, client.get(f"{DONE}?{query}"))
        assert not forged.asked

    def test_the_state_of_another_browser(self, client: Client, forged: ForgingProvider, linked: User) -> None:
        asked = asked_of_provider(begin(Client()))
        forged.id_token = forged.sign(forged.claims(asked["nonce"]))
        self.check_refused(client, client.get(f"{DONE}?code=c&state={asked['state']}"))
        assert not forged.asked

    def test_an_answer_is_taken_once(self, client: Client, forged: ForgingProvider, linked: User) -> None:
        asked = asked_of_provider(begin(client))
        forged.id_token = forged.sign(forged.claims(asked["nonce"]))
        client.get(f"{DONE}?code=c&state={asked['state']}")
        assert is_in(client)
        client.logout()
        again = client.get(f"{DONE}?code=c&state={asked['state']}")
        assert (again.status_code, is_in(client), len(forged.asked)) == (403, False, 1)

    def test_a_code_of_the_real_provider_is_good_once(self, client: Client, real: ProviderSettings, vic: User) -> None:
        back = agree(begin(client))
        client.get(back)
        state = asked_of_provider(begin(other := Client()))["state"]
        code = parse_qs(urlsplit(back).query)["code"][0]
        assert other.get(f"{DONE}?code={code}&state={state}").status_code == 403

    def test_that_of_another_provider(self, client: Client, forged: ForgingProvider, linked: User) -> None:
        made = self.come_back(client, forged, lambda nonce: forged.sign(forged.claims(nonce)), "&iss=https://a.example")
        self.check_refused(client, made)
        assert not forged.asked

    def test_a_person_who_was_refused_there(self, client: Client, real: ProviderSettings, vic: User) -> None:
        answer = client.get(agree(begin(client), action="deny"))
        assert (answer.status_code, "City log-in did not let you in" in answer.text) == (403, True)
        assert not is_in(client)


class TestAway:
    def check_away(self, client: Client, answer: Any) -> None:
        assert answer.status_code == 503
        assert "City log-in does not answer" in answer.text
        assert "Whoever has a password of this site can log in with it." in answer.text
        assert not is_in(client)

    def test_before_it_is_asked(self, client: Client, settings: Any) -> None:
        use(settings, "http://127.0.0.1:9")
        self.check_away(client, begin(client))
        assert client.get("/accounts/login/").status_code == 200

    def test_between_the_question_and_the_answer(self, client: Client, forged: ForgingProvider, settings: Any) -> None:
        state = asked_of_provider(begin(client))["state"]
        forged.metadata["token_endpoint"] = "http://127.0.0.1:9/token"
        oidc._provider.cache_clear()
        self.check_away(client, client.get(f"{DONE}?code=c&state={state}"))

    def test_it_is_asked_again_once_it_is_back(self, client: Client, forged: ForgingProvider) -> None:
        forged.metadata["issuer"] = "https://elsewhere.example"
        self.check_away(client, begin(client))
        del forged.metadata["issuer"]
        assert begin(client).status_code == 302

    def test_what_it_said_of_itself_is_asked_for_again_after_a_while(
        self, client: Client, forged: ForgingProvider, monkeypatch: Any
    ) -> None:
        begin(client)
        begin(client)
        assert len(forged.paths) == 1
        later = time.monotonic() + oidc.KEPT + 1
        monkeypatch.setattr("accounts.oidc.time.monotonic", lambda: later)
        begin(client)
        assert len(forged.paths) == 2

    @pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
    def test_where_it_sends_on_to_is_not_asked(self, client: Client, forged: ForgingProvider, name: str) -> None:
        make_linked(issuer=forged.issuer)
        with forging_provider() as elsewhere:
            forged.redirects_to = f"{elsewhere.issuer}/token"
            if name == "jwks_uri":
                forged.metadata["jwks_uri"] = f"{forged.issuer}/token"
            asked = asked_of_provider(begin(client))
            forged.id_token = forged.sign(forged.claims(asked["nonce"]))
            self.check_away(client, client.get(f"{DONE}?code=c&state={asked['state']}"))
            assert not elsewhere.paths

    @pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"])
    def test_nothing_is_asked_or_led_to_without_encryption(
        self, client: Client, forged: ForgingProvider, name: str
    ) -> None:
        forged.metadata[name] = "http://login.example/x"
        self.check_away(client, begin(client))

    @pytest.mark.parametrize("said", [{"token_endpoint": None}, {"jwks_uri": 7}, {"issuer": None}])
    def test_one_that_does_not_say_where_to_ask(
        self, client: Client, forged: ForgingProvider, said: dict[str, Any]
    ) -> None:
        forged.metadata.update(said)
        self.check_away(client, begin(client))

    def test_one_that_takes_the_secret_in_the_form_alone(self, client: Client, forged: ForgingProvider) -> None:
        make_linked(issuer=forged.issuer)
        forged.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
        TestAnswers().come_back(client, forged, lambda nonce: forged.sign(forged.claims(nonce)))
        assert is_in(client)
        assert forged.asked[0]["client_secret"] == "s3cret-of-the-client"
