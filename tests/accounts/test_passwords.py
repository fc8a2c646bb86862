"""The rules of passwords: two profiles, what was used before, and what nobody else may choose."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation

from accounts.models import UsedPassword, User
from accounts.passwords import count_kinds, describe_rules
from accounts.people import invite_person, reset_password
from accounts.tokens import TokenRefused, create_token, use_token
from tests.factories import make_department, make_measure, make_user, region

pytestmark = pytest.mark.django_db
GOOD = "Lange-Zeile-7"
OTHER = "Andere-Zeile-8"


@pytest.fixture
def asvs(settings: Any) -> None:
    settings.PILOTZONE_PASSWORD_PROFILE = "asvs"


def change(client: Client, old: str, new: str) -> Any:
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post("/accounts/password/?lang=en", form)


@pytest.mark.parametrize(
    ("password", "kinds"),
    [("abc", 1), ("abc1", 2), ("Abc1", 3), ("Abc1!", 4), ("中文", 1), ("中文a1", 3), ("", 0), ("a b", 2)],
)
def test_kinds_of_characters(password: str, kinds: int) -> None:
    assert count_kinds(password) == kinds


class TestProfiles:
    @pytest.mark.parametrize(
        ("password", "role", "dengbao", "asvs"),
        [
            ("Abcdefg-12", "viewer", "taken", "refused"),
            ("Abcdefg-1", "viewer", "refused", "refused"),
            ("abcdefghjk12", "viewer", "refused", "taken"),
            ("abcdefghjk-12", "viewer", "taken", "taken"),
            ("一座小城 三条大河 六个省份", "viewer", "refused", "taken"),
            ("748120395586", "viewer", "refused", "taken"),
            ("Abcdefghj-12", "reviewer", "taken", "refused"),
            ("Abcdefghjkl-123", "administrator", "taken", "taken"),
            # In the list of leaked ones, and like the name.
            ("Password123", "viewer", "refused", "refused"),
            ("Longusername-1", "viewer", "refused", "refused"),
        ],
    )
    def test_each_takes_other_passwords(self, settings: Any, password: str, role: str, dengbao: str, asvs: str) -> None:
        user = make_user("longusername", role=role)
        for profile, wanted in (("dengbao", dengbao), ("asvs", asvs)):
            settings.PILOTZONE_PASSWORD_PROFILE = profile
            try:
                validate_password(password, user)
            except ValidationError:
                assert wanted == "refused", profile
            else:
                assert wanted == "taken", profile

    def test_the_form_says_the_rules_of_level_three_in_both_languages(self) -> None:
        with translation.override("zh-hans"):
            assert describe_rules(None) == (
                "至少10个字符。大写字母、小写字母、数字、其他字符中至少含3类。"
                "不得使用已知泄露的密码，不得与本人姓名、账号相近，也不得以本地名称为主。不得与最近5次用过的密码相同。90天后须更换"
            )
        with translation.override("en"):
            assert "None of your last 5 passwords. To be changed after 90 days" in describe_rules(None)

    def test_the_form_says_those_of_asvs(self, asvs: None) -> None:
        with translation.override("en"):
            assert describe_rules(make_user("rita", role="reviewer")).startswith("At least 15 characters. Of any kind")
            assert "days" not in describe_rules(None)
        with translation.override("zh-hans"):
            assert describe_rules(None).startswith("至少12个字符。")


class TestNamesOfThePlace:
    @pytest.mark.parametrize(
        ("password", "is_taken"),
        [
            ("Jinan-2026-a", True),
            ("Qingdao@2026", False),
            ("qingdaoQINGDAO-2", False),
            ("Pilotzone-26", False),
            ("青岛Qingdao-26", False),
            ("Fisheries-26", False),
            ("Fisheries-26-w4lk", True),
            ("Qingdao-w4lk-ov", True),
        ],
    )
    def test_are_no_password_by_themselves(self, password: str, is_taken: bool) -> None:
        region("370200")
        make_department("fisheries")
        try:
            validate_password(password, make_user("vic"))
        except ValidationError as refusal:
            assert not is_taken
            assert any("本地名称" in each for each in refusal.messages)
        else:
            assert is_taken


class TestHistory:
    def test_none_of_the_last_five_is_taken_again(self, client: Client) -> None:
        vic = make_user("vic", password=GOOD)
        client.force_login(vic)
        for old, new in zip(range(5), range(1, 6), strict=True):
            assert change(client, f"{GOOD}{old}" if old else GOOD, f"{GOOD}{new}").status_code == 302
        page = change(client, f"{GOOD}5", f"{GOOD}2").content.decode()
        assert "This was one of your last 5 passwords; choose another one." in page
        # The sixth before is forgotten.
        assert change(client, f"{GOOD}5", GOOD).status_code == 302
        assert vic.used_passwords.count() == 5

    def test_only_hashes_are_kept(self) -> None:
        vic = make_user("vic", password=GOOD)
        [used] = UsedPassword.objects.filter(user=vic)
        assert GOOD not in used.digest
        assert used.digest == vic.password

    def test_a_password_from_before_the_history_counts_too(self) -> None:
        vic = make_user("vic", password=GOOD)
        UsedPassword.objects.all().delete()
        with pytest.raises(ValidationError):
            validate_password(GOOD, vic)

    def test_a_link_does_not_lead_back_to_the_old_one(self) -> None:
        vic = make_user("vic", password=GOOD)
        link = reset_password(vic, by=make_user("mia", role="administrator"))
        with pytest.raises(ValidationError):
            validate_password(GOOD, link.person)

    def test_asvs_keeps_none(self, asvs: None) -> None:
        vic = make_user("vic", password="a few quiet words")
        assert not vic.used_passwords.exists()
        validate_password("a few quiet words", vic)


class TestAge:
    def log_in(self, client: Client, *, days: int) -> User:
        vic = make_user("vic", password=GOOD)
        User.objects.update(password_changed_at=timezone.now() - timedelta(days=days, minutes=-1))
        client.post("/accounts/login/", {"username": "vic", "password": GOOD})
        vic.refresh_from_db()
        return vic

    def test_one_of_ninety_days_is_changed_at_the_log_in(self, client: Client) -> None:
        make_measure()
        self.log_in(client, days=91)
        assert client.get("/measures/")["Location"] == "/accounts/password/"
        assert change(client, GOOD, OTHER).status_code == 302
        assert client.get("/measures/").status_code == 200

    def test_a_younger_one_stays(self, client: Client) -> None:
        assert not self.log_in(client, days=90).must_change_password

    def test_asvs_knows_no_age(self, client: Client, asvs: None) -> None:
        assert not self.log_in(client, days=4000).must_change_password


class TestAnotherIsToBeChosen:
    """An account whose password somebody else knows."""

    @pytest.fixture
    def vic(self) -> User:
        return make_user("vic", password=GOOD, must_change_password=True)

    @pytest.mark.parametrize("path", ["/", "/measures/", "/accounts/tokens/", "/inbox/", "/plan/", "/guide/"])
    def test_every_page_leads_to_the_form(self, client: Client, vic: User, path: str) -> None:
        client.force_login(vic)
        assert client.get(path)["Location"] == "/accounts/password/"

    def test_the_admin_too(self, client: Client, vic: User) -> None:
        User.objects.update(is_staff=True, is_superuser=True)
        client.force_login(User.objects.get())
        assert client.get("/admin/accounts/user/")["Location"] == "/accounts/password/"

    def test_the_form_and_the_way_out_are_open(self, client: Client, vic: User) -> None:
        client.force_login(vic)
        page = client.get("/", follow=True).content.decode()
        assert "请先更换密码" in page
        assert client.post("/language/", {"language": "en"}).status_code == 302
        assert "Choose another password first" in client.get("/", follow=True).content.decode()
        assert client.post("/accounts/logout/").status_code == 302

    def test_the_api_says_so(self, client: Client, vic: User) -> None:
        client.force_login(vic)
        answer = client.get("/api/v1/measures/", headers={"Accept-Language": "en"})
        assert answer.status_code == 403
        assert "Choose another password first" in answer.json()["detail"]

    def test_access_tokens_wait(self, vic: User) -> None:
        _token, key = create_token(vic, scope="read")
        with pytest.raises(TokenRefused):
            use_token(key)
        User.objects.update(must_change_password=False)
        assert use_token(key).user == vic

    def test_what_was_sent_meanwhile_is_shown(self, client: Client) -> None:
        department = make_department("science")
        measure = make_measure(lead_department=department)
        ada = make_user("ada", role="reporter", department=department, must_change_password=True)
        client.force_login(ada)
        answer = client.post(f"/measures/{measure.code}/report/", {"what_was_done": "开工了"})
        assert answer.status_code == 403
        assert "开工了" in answer.content.decode()

    def test_the_owner_chooses_and_goes_on(self, client: Client, vic: User) -> None:
        client.force_login(vic)
        assert change(client, GOOD, OTHER).status_code == 302
        vic.refresh_from_db()
        assert not vic.must_change_password

    def test_an_invitation_and_a_reset_ask_for_it(self) -> None:
        mia = make_user("mia", role="administrator")
        values = {"name": "李敏", "email": "", "role": "viewer", "department": None, "city": None}
        assert invite_person(by=mia, username="li", **values).person.must_change_password
        assert reset_password(make_user("vic"), by=mia).person.must_change_password

    def test_the_administration_has_no_page_to_guess_ones_own_password(self, client: Client) -> None:
        client.force_login(make_user("root", is_staff=True, is_superuser=True))
        for ask in (client.get, client.post):
            assert ask("/admin/password_change/")["Location"] == "/accounts/password/"

    def test_so_does_a_password_that_a_superuser_sets(self, client: Client) -> None:
        vic = make_user("vic")
        client.force_login(make_user("root", is_staff=True, is_superuser=True))
        form = {"password1": GOOD, "password2": GOOD, "usable_password": "true"}
        assert client.post(f"/admin/accounts/user/{vic.pk}/password/", form).status_code == 302
        vic.refresh_from_db()
        assert vic.check_password(GOOD)
        assert vic.must_change_password
