"""A code after the password: set up, asked for, used once, taken away."""

import base64
import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken

from accounts.lockout import LIMITS
from accounts.models import AuthenticatorApp, User
from accounts.people import remove_second_factor
from accounts.second_factor import app_to_confirm, check_code, confirm_app, renew_codes
from accounts.second_factor_keys import encrypt_key
from accounts.tokens import create_token
from core.exceptions import NotAllowed
from tests.factories import make_department, make_measure, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "only-for-tests"


def code_of(user: User, *, steps: int = 0) -> str:
    """Return the code that the app shows so many half minutes from now."""
    device = AuthenticatorApp.objects.get(user=user)
    totp = TOTP(device.bin_key)
    totp.time = timezone.now().timestamp() + 30 * steps
    return f"{totp.token():06}"


def set_up(user: User) -> list[str]:
    """Set up an app whose newest code is as if it were used a while ago, and return the recovery codes."""
    app_to_confirm(user)
    codes = confirm_app(user, code_of(user))
    AuthenticatorApp.objects.filter(user=user).update(last_t=-1)
    assert codes is not None
    return codes


def enter(client: Client, name: str = "vic", *, query: str = "") -> Any:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client.post(f"/accounts/login/{query}", {"username": name, "password": PASSWORD})


def send(client: Client, code: str, **more: str) -> Any:
    return client.post("/accounts/code/", {"code": code, **more})


def is_in(client: Client) -> bool:
    return client.get("/accounts/tokens/").status_code == 200


def let_guess_again(user: User) -> None:
    AuthenticatorApp.objects.filter(user=user).update(throttling_failure_timestamp=None, throttling_failure_count=0)


@pytest.fixture
def vic() -> User:
    return make_user("vic")


class TestSettingUp:
    def test_a_code_confirms_the_app_and_brings_ten_recovery_codes(self, client: Client, vic: User) -> None:
        enter(client)
        page = client.get("/accounts/second-factor/set-up/").text
        assert 'src="data:image/svg+xml' in page
        answer = client.post("/accounts/second-factor/set-up/", {"code": code_of(vic)})
        assert len(re.findall(r"<li>(?:[a-z2-9]{6}-){3}[a-z2-9]{6}</li>", answer.text)) == 10
        assert "no-store" in answer["Cache-Control"]
        assert "You have 10 recovery codes left" in client.get("/accounts/second-factor/").text

    def test_the_key_stays_while_it_is_not_confirmed(self, client: Client, vic: User) -> None:
        enter(client)
        keys = [re.findall(r'class="secret".*?>([A-Z2-7 ]+)<', client.get(self.path).text) for _n in range(2)]
        assert keys[0] == keys[1] != []

    path = "/accounts/second-factor/set-up/"

    def test_a_wrong_code_confirms_nothing(self, client: Client, vic: User) -> None:
        enter(client)
        client.get(self.path)
        wrong = f"{(int(code_of(vic)) + 1) % 10**6:06}"
        assert "The code is not correct" in client.post(self.path, {"code": wrong}).text
        assert not AuthenticatorApp.objects.filter(confirmed=True).exists()
        assert "验证码不正确" in client.post(f"{self.path}?lang=zh-hans", {"code": wrong}).text

    def test_other_sessions_end(self, client: Client, vic: User) -> None:
        other = Client()
        enter(other)
        enter(client)
        client.get(self.path)
        client.post(self.path, {"code": code_of(vic)})
        assert (is_in(client), is_in(other)) == (True, False)

    def test_recovery_codes_are_not_stored_as_they_are(self, vic: User) -> None:
        codes = {each.replace("-", "") for each in set_up(vic)}
        assert not codes & set(StaticToken.objects.values_list("token", flat=True))

    def test_neither_key_nor_recovery_code_can_be_guessed(self, vic: User) -> None:
        keys = {app_to_confirm(make_user(f"ann{number}")).bin_key for number in range(10)}
        assert len(keys) == 10
        assert {len(key) * 8 for key in keys} == {160}
        codes = {code.replace("-", "") for _n in range(10) for code in renew_codes(vic)}
        assert len(codes) == 100
        assert {len(code) for code in codes} == {24}
        letters = len({letter for code in codes for letter in code})
        # Below this OWASP ASVS 5 (6.5.2) wants a slow hash.
        assert 24 * math.log2(letters) > 112

    def test_a_site_may_offer_none(self, client: Client, vic: User, settings: Any) -> None:
        settings.PILOTZONE_SECOND_FACTOR = "off"
        enter(client)
        assert client.get("/accounts/second-factor/").status_code == 404
        assert client.get(self.path).status_code == 404
        assert "Second factor" not in client.get("/accounts/password/").text


class TestLogIn:
    def test_the_password_alone_opens_nothing(self, client: Client, vic: User) -> None:
        set_up(vic)
        assert enter(client, query="?next=/inbox/")["Location"] == "/accounts/code/?next=%2Finbox%2F"
        assert not is_in(client)
        assert client.get("/admin/")["Location"].startswith("/admin/login/")
        assert client.get("/api/v1/measures/").status_code == 401

    def test_the_code_does_and_goes_on(self, client: Client, vic: User) -> None:
        set_up(vic)
        enter(client)
        before = client.session.session_key
        answer = send(client, code_of(vic), next="/inbox/")
        assert answer["Location"] == "/inbox/"
        assert client.session.session_key != before
        assert is_in(client)

    def test_never_on_to_another_site(self, client: Client, vic: User) -> None:
        set_up(vic)
        enter(client)
        assert send(client, code_of(vic), next="https://elsewhere.example/")["Location"] == "/"

    def test_a_code_is_good_once(self, vic: User) -> None:
        set_up(vic)
        code = code_of(vic)
        first, second = Client(), Client()
        for client in (first, second):
            enter(client)
        assert send(first, code).status_code == 302
        assert send(second, code).status_code == 200
        assert not is_in(second)

    def test_a_recovery_code_is_good_once_however_it_is_written(self, vic: User) -> None:
        code = set_up(vic)[0]
        first, second = Client(), Client()
        for client in (first, second):
            enter(client)
        assert send(first, f" {code.upper().replace('-', ' ')} ").status_code == 302
        assert send(second, code).status_code == 200
        assert LogEntry.objects.filter(additional_data__event="recovery_code_used", actor=vic).count() == 1

    def test_the_last_ones_are_told(self, client: Client, vic: User) -> None:
        codes = set_up(vic)
        for code in codes[:7]:
            assert check_code(vic, code)
        enter(client)
        send(client, codes[7])
        assert "2 recovery codes are left" in client.get("/accounts/tokens/").text

    def test_whoever_guesses_waits(self, vic: User) -> None:
        set_up(vic)
        assert not check_code(vic, "000000")
        # Even the right one, for a second; after each wrong one for twice as long.
        assert not check_code(vic, code_of(vic))
        let_guess_again(vic)
        assert check_code(vic, code_of(vic))

    def test_guessing_codes_locks_the_account(self, client: Client, vic: User) -> None:
        set_up(vic)
        enter(client)
        for _n in range(LIMITS[0]):
            answer = send(client, "000000")
        assert send(client, code_of(vic)).status_code == 429
        assert answer.status_code in (200, 429)
        assert LogEntry.objects.filter(additional_data__event="login_failed", object_repr="vic").count() >= 4

    def test_the_password_is_right_for_ten_minutes(self, client: Client, vic: User) -> None:
        set_up(vic)
        enter(client)
        session = client.session
        session["waits_for_code"][2] -= timedelta(minutes=11).total_seconds()
        session.save()
        assert send(client, code_of(vic))["Location"] == "/accounts/login/"

    @pytest.mark.parametrize("change", [{"is_active": False}, {"role": "reviewer"}, {"password": "other"}], ids=str)
    def test_and_while_the_account_is_the_same(self, client: Client, vic: User, change: dict[str, Any]) -> None:
        set_up(vic)
        enter(client)
        User.objects.update(**change)
        assert send(client, code_of(vic))["Location"] == "/accounts/login/"

    def test_without_a_password_there_is_no_code_to_enter(self, client: Client) -> None:
        assert client.get("/accounts/code/")["Location"] == "/accounts/login/"

    def test_access_tokens_need_none(self, client: Client, vic: User) -> None:
        make_measure()
        _token, key = create_token(vic, scope="read")
        set_up(vic)
        assert client.get("/api/v1/measures/", headers={"Authorization": f"Bearer {key}"}).status_code == 200

    def test_a_site_that_stops_offering_it_asks_nobody(self, client: Client, vic: User, settings: Any) -> None:
        set_up(vic)
        settings.PILOTZONE_SECOND_FACTOR = "off"
        enter(client)
        assert is_in(client)


class TestTheAdministration:
    def test_has_no_log_in_of_its_own(self, client: Client) -> None:
        root = make_user("root", is_staff=True, is_superuser=True)
        set_up(root)
        answer = client.post("/admin/login/", {"username": "root", "password": PASSWORD}, follow=True)
        assert answer.request["PATH_INFO"] == "/accounts/login/"
        assert not is_in(client)
        enter(client, "root", query="?next=/admin/")
        assert client.get("/admin/").status_code == 302
        send(client, code_of(root))
        assert client.get("/admin/").status_code == 200

    def test_is_refused_to_those_who_are_logged_in_and_may_not(self, client: Client, vic: User) -> None:
        enter(client)
        assert client.get("/admin/", follow=True).status_code == 403

    def test_shows_no_key(self, client: Client) -> None:
        client.force_login(make_user("root", is_staff=True, is_superuser=True))
        assert client.get("/admin/otp_totp/totpdevice/").status_code == 404
        assert client.get("/admin/otp_static/staticdevice/").status_code == 404


class TestWhatIsDoneWithIt:
    def logged_in(self, user: User) -> Client:
        client = Client()
        enter(client, user.username)
        send(client, code_of(user))
        AuthenticatorApp.objects.filter(user=user).update(last_t=-1)
        return client

    def ask(self, client: Client, action: str, code: str) -> Any:
        return client.post("/accounts/second-factor/", {"action": action, "code": code})

    def test_is_removed_with_a_code(self, vic: User) -> None:
        set_up(vic)
        client = self.logged_in(vic)
        assert "The code is not correct" in self.ask(client, "remove", "000000").text
        assert AuthenticatorApp.objects.exists()
        let_guess_again(vic)
        assert self.ask(client, "remove", code_of(vic)).status_code == 302
        assert not AuthenticatorApp.objects.exists()
        assert not StaticToken.objects.exists()
        assert LogEntry.objects.filter(additional_data__event="factor_removed", actor=vic).count() == 1

    def test_new_recovery_codes_end_the_old_ones(self, vic: User) -> None:
        old = set_up(vic)
        client = self.logged_in(vic)
        page = self.ask(client, "codes", code_of(vic)).text
        new = re.findall(r"<li>((?:[a-z2-9]{6}-){3}[a-z2-9]{6})</li>", page)
        assert len(new) == 10
        assert not check_code(vic, old[0])
        StaticToken.objects.first().device.throttle_reset()
        assert check_code(vic, new[0])

    def test_an_administrator_removes_that_of_another(self, vic: User) -> None:
        set_up(vic)
        client, mia = self.logged_in(vic), make_user("mia", role="administrator")
        office = Client()
        office.force_login(mia)
        assert "second-factor" in office.get(f"/office/people/{vic.pk}/").text
        assert office.post(f"/office/people/{vic.pk}/second-factor/").status_code == 302
        assert not AuthenticatorApp.objects.exists()
        assert not is_in(client)
        assert LogEntry.objects.filter(additional_data__event="factor_removed", actor=mia).count() == 1
        assert "second-factor" not in office.get(f"/office/people/{vic.pk}/").text

    def test_not_their_own_nor_that_of_a_superuser(self) -> None:
        mia, root = make_user("mia", role="administrator"), make_user("root", is_superuser=True)
        for person in (mia, root):
            with pytest.raises(NotAllowed):
                remove_second_factor(person, by=mia)


class TestRequired:
    @pytest.fixture(autouse=True)
    def _required(self, settings: Any) -> None:
        settings.PILOTZONE_SECOND_FACTOR = "required"

    @pytest.mark.parametrize("role", ["reviewer", "auditor", "administrator"])
    @pytest.mark.parametrize("path", ["/", "/office/", "/review/", "/log/", "/accounts/tokens/", "/admin/", "/inbox/"])
    def test_these_reach_nothing_else(self, client: Client, role: str, path: str) -> None:
        make_user("someone", role=role, is_staff=True)
        enter(client, "someone")
        assert client.get(path)["Location"] == "/accounts/second-factor/set-up/"
        assert client.get("/api/v1/measures/").status_code == 403
        assert client.post("/office/people/invite/", {"username": "x"}).status_code == 403
        assert not User.objects.filter(username="x").exists()

    def test_nor_does_a_superuser(self, client: Client) -> None:
        make_user("root", is_staff=True, is_superuser=True)
        enter(client, "root")
        assert client.get("/admin/accounts/user/")["Location"] == "/accounts/second-factor/set-up/"

    def test_once_it_is_set_up_all_is_open(self, client: Client) -> None:
        rita = make_user("rita", role="reviewer")
        enter(client, "rita")
        assert "Set up a second factor first" in client.get("/review/", follow=True).text
        client.post("/accounts/second-factor/set-up/", {"code": code_of(rita)})
        assert client.get("/review/").status_code == 200

    def test_a_session_that_showed_no_code_logs_in_again(self, client: Client, settings: Any) -> None:
        rita = make_user("rita", role="reviewer")
        set_up(rita)
        settings.PILOTZONE_SECOND_FACTOR = "off"
        enter(client, "rita")
        settings.PILOTZONE_SECOND_FACTOR = "required"
        assert client.get("/review/", follow=True).request["PATH_INFO"] == "/accounts/login/"

    def test_others_may_and_need_not(self, client: Client, vic: User) -> None:
        enter(client)
        assert is_in(client)

    @pytest.mark.parametrize("role", ["viewer", "reporter", "reviewer"])
    def test_of_everyone_where_the_site_says_so(self, client: Client, settings: Any, role: str) -> None:
        settings.PILOTZONE_SECOND_FACTOR = "everyone"
        make_user("someone", role=role, department=make_department())
        enter(client, "someone")
        assert client.get("/measures/")["Location"] == "/accounts/second-factor/set-up/"

    def test_whoever_is_late_with_it_enters_the_password_again(self, client: Client) -> None:
        make_user("rita", role="reviewer")
        enter(client, "rita")
        session = client.session
        session["confirmed_at"] -= 3600
        session.save()
        page = client.get("/review/", follow=True)
        assert page.request["PATH_INFO"] == "/accounts/confirm/"
        assert page.status_code == 200

    def test_tokens_go_on(self, client: Client) -> None:
        make_measure()
        _token, key = create_token(make_user("rita", role="reviewer"), scope="read")
        assert client.get("/api/v1/measures/", headers={"Authorization": f"Bearer {key}"}).status_code == 200


class TestKeysInTheDatabase:
    """Encrypted, for one account, with the secret key of the site."""

    def stored(self, user: User) -> str:
        key: str = AuthenticatorApp.objects.get(user=user).key
        return key

    def log_in(self, user: User, code: str, *, language: str = "en") -> str:
        """Send the code in the second step of the log-in, and return the text of the answer."""
        client = Client()
        enter(client, user.username)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        answer = client.post("/accounts/code/", {"code": code}, follow=True)
        assert answer.status_code == 200
        assert is_in(client) is (answer.request["PATH_INFO"] != "/accounts/code/")
        text: str = answer.text
        return text

    def test_nobody_reads_them_there(self, vic: User) -> None:
        set_up(vic)
        key = AuthenticatorApp.objects.get(user=vic).bin_key
        assert len(key) == 20
        stored = self.stored(vic)
        for told in (key.hex(), base64.b64encode(key).decode(), base64.b32encode(key).decode()):
            assert told not in stored
        # PostgreSQL holds the column to it.
        assert len(stored) <= 80

    def test_the_same_key_looks_otherwise_each_time(self) -> None:
        assert encrypt_key(b"k" * 20, user_id=1) != encrypt_key(b"k" * 20, user_id=1)

    def test_another_secret_key_reads_none_and_says_what_to_do(
        self, vic: User, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        set_up(vic)
        code = code_of(vic)
        settings.SECRET_KEY = "restored elsewhere, where another one is kept, at random"
        assert "The key of your second factor cannot be read on this site. Ask an administrator" in self.log_in(
            vic, code
        )
        assert "本站无法读取您的双因素认证密钥，请联系管理员停用双因素认证，再重新启用。" in self.log_in(
            vic, code, language="zh-hans"
        )
        # It is no guess.
        assert not LogEntry.objects.filter(additional_data__event="login_failed").exists()
        assert f"second factor of user {vic.pk} cannot be read" in caplog.text
        assert self.stored(vic) not in caplog.text

    def test_an_administrator_then_removes_it(self, client: Client, vic: User, settings: Any) -> None:
        set_up(vic)
        settings.SECRET_KEY = "restored elsewhere, where another one is kept, at random"
        client.force_login(make_user("mia", role="administrator"))
        assert client.post(f"/office/people/{vic.pk}/second-factor/").status_code == 302
        assert not AuthenticatorApp.objects.exists()

    def test_one_that_nobody_had_confirmed_is_made_anew(self, client: Client, vic: User, settings: Any) -> None:
        app_to_confirm(vic)
        before = self.stored(vic)
        settings.SECRET_KEY = "restored elsewhere, where another one is kept, at random"
        enter(client)
        assert client.get("/accounts/second-factor/set-up/").status_code == 200
        assert self.stored(vic) != before
        assert client.post("/accounts/second-factor/set-up/", {"code": code_of(vic)}).status_code == 200
        assert AuthenticatorApp.objects.get(user=vic).confirmed

    @pytest.mark.parametrize(
        "change",
        [
            lambda key: "",
            lambda key: "ab" * 20,
            lambda key: key[:-4],
            lambda key: key[:-1] + "!",
            lambda key: key[:10] + ("A" if key[10] != "A" else "B") + key[11:],
        ],
        ids=["none", "not encrypted", "cut off", "no base64", "another letter"],
    )
    def test_one_that_was_changed_lets_nobody_in(self, vic: User, change: Callable[[str], str]) -> None:
        codes = set_up(vic)
        code = code_of(vic)
        AuthenticatorApp.objects.update(key=change(self.stored(vic)))
        assert "cannot be read on this site" in self.log_in(vic, code)
        assert "cannot be read on this site" not in self.log_in(vic, codes[0])

    def test_that_of_another_account_opens_none(self, vic: User) -> None:
        ann = make_user("ann")
        set_up(ann)
        set_up(vic)
        code = code_of(vic)
        AuthenticatorApp.objects.filter(user=ann).update(key=self.stored(vic))
        assert "cannot be read on this site" in self.log_in(ann, code)

    def test_after_another_secret_key_that_of_before_reads_until_the_next_code(self, vic: User, settings: Any) -> None:
        codes = set_up(vic)
        old, settings.SECRET_KEY = settings.SECRET_KEY, "changed once a year, as the manual has it, at random 2027"
        settings.SECRET_KEY_FALLBACKS = ["of another year, when others were here, at random, 2025", old]
        assert "cannot be read" not in self.log_in(vic, code_of(vic))
        assert check_code(vic, codes[0])
        assert not check_code(vic, codes[0])
        settings.SECRET_KEY_FALLBACKS = []
        let_guess_again(vic)
        assert "cannot be read" not in self.log_in(vic, code_of(vic, steps=1))
