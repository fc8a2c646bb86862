import pytest

from accounts.models import User
from accounts.tokens import TokenRefused, create_token, use_token
from tests.factories import make_department, make_user, region

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(client, today):
    client.cookies["pilotzone_language"] = "en"


def log_in(client, password: str, **more):
    return client.post("/accounts/login/", {"username": "vic", "password": password, **more})


class TestLogIn:
    def test_goes_on_to_the_page_asked_for(self, client):
        make_user("vic", password="only-for-tests")
        response = log_in(client, "only-for-tests", next="/measures/?as_of=2023-06-30")
        assert response.status_code == 302
        assert response.url == "/measures/?as_of=2023-06-30"

    def test_never_goes_on_to_another_site(self, client):
        make_user("vic", password="only-for-tests")
        assert log_in(client, "only-for-tests", next="https://elsewhere.example/").url == "/"

    @pytest.mark.parametrize(
        ("role", "asked", "landing"),
        [
            ("reporter", "", "/workspace/"),
            # The front door is no wish for another page.
            ("reporter", "/", "/workspace/"),
            ("reporter", "/measures/?light=red", "/measures/?light=red"),
            ("reviewer", "", "/"),
            ("viewer", "/", "/"),
        ],
    )
    def test_a_reporter_lands_on_the_workspace(self, client, role, asked, landing):
        department = make_department("energy") if role == "reporter" else None
        make_user("vic", password="only-for-tests", role=role, department=department)
        assert log_in(client, "only-for-tests", next=asked).url == landing

    def test_so_does_one_of_a_city(self, client):
        make_user("vic", password="only-for-tests", role="reporter", city=region("370200"))
        assert log_in(client, "only-for-tests").url == "/workspace/"

    def test_a_wrong_password_is_answered_with_a_message(self, client):
        make_user("vic", password="only-for-tests")
        response = log_in(client, "guess")
        assert response.status_code == 200
        assert 'role="alert"' in response.content.decode()
        assert 'value="vic"' in response.content.decode()

    def test_guessing_locks_the_account(self, client):
        make_user("vic", password="only-for-tests")
        for _n in range(5):
            response = log_in(client, "guess")
        assert response.status_code == 429
        assert "please try again in 15 minutes" in response.content.decode()
        assert log_in(client, "only-for-tests").status_code == 429

    def test_log_out_takes_a_form_and_ends_the_session(self, client):
        client.force_login(make_user("vic"))
        assert client.get("/accounts/logout/").status_code == 405
        assert client.post("/accounts/logout/").status_code == 302
        assert "_auth_user_id" not in client.session


class TestPassword:
    def test_says_what_is_wrong_as_the_site_speaks(self, client):
        client.force_login(make_user("vic", password="only-for-tests"))
        form = {"old_password": "guess", "new_password1": "A-much-longer-one", "new_password2": "another"}
        page = client.post("/accounts/password/?lang=zh-hans", form).content.decode()
        assert "旧密码不正确。" in page
        assert "两次输入的新密码不一致。" in page
        assert "至少10个字符" in page
        assert "你的" not in page

    def test_is_changed_by_its_owner(self, client):
        client.force_login(make_user("vic", password="only-for-tests"))
        form = {
            "old_password": "only-for-tests",
            "new_password1": "A-much-longer-one",
            "new_password2": "A-much-longer-one",
        }
        assert client.post("/accounts/password/", form).url == "/accounts/password/done/"
        assert User.objects.get(username="vic").check_password("A-much-longer-one")

    def test_a_weak_one_is_refused_with_a_message(self, client):
        client.force_login(make_user("vic", password="only-for-tests"))
        form = {"old_password": "only-for-tests", "new_password1": "12345", "new_password2": "12345"}
        response = client.post("/accounts/password/", form)
        assert response.status_code == 200
        assert 'role="alert"' in response.content.decode()
        assert User.objects.get(username="vic").check_password("only-for-tests")

    def change(self, client, **fields):
        new = {"new_password1": "A-much-longer-one", "new_password2": "A-much-longer-one"}
        return client.post("/accounts/password/", {"old_password": "only-for-tests", **new, **fields})

    def test_the_old_one_is_not_taken_again(self, client):
        client.force_login(make_user("vic", password="only-for-tests"))
        response = self.change(client, new_password1="only-for-tests", new_password2="only-for-tests")
        assert "This is the old password; choose another one." in response.content.decode()

    def test_access_tokens_end_with_it_however_it_is_changed(self, client):
        user = make_user("vic", password="only-for-tests")
        client.force_login(user)
        _token, key = create_token(user, scope="read")
        assert self.change(client).status_code == 302
        with pytest.raises(TokenRefused):
            use_token(key)
        another, _key = create_token(user, scope="read")
        user.set_password("yet-another-one")
        user.save()
        another.refresh_from_db()
        assert another.revoked_at is not None

    def test_a_log_in_that_makes_the_hash_anew_ends_no_token(self, client, settings):
        user = make_user("vic", password="only-for-tests")
        old_hash = user.password
        token, _key = create_token(user, scope="read")
        settings.PASSWORD_HASHERS = [
            "django.contrib.auth.hashers.ScryptPasswordHasher",
            *settings.PASSWORD_HASHERS,
        ]
        assert log_in(client, "only-for-tests").status_code == 302
        user.refresh_from_db()
        token.refresh_from_db()
        assert user.password != old_hash
        assert token.revoked_at is None

    def test_wrong_old_ones_are_counted_like_log_ins(self, client):
        client.force_login(make_user("vic", password="only-for-tests"))
        answers = [self.change(client, old_password="guess").status_code for _ in range(6)]
        assert answers == [200] * 4 + [429] * 2
        assert self.change(client).status_code == 429
        assert User.objects.get(username="vic").check_password("only-for-tests")

    def test_others_log_in_first(self, client):
        assert client.get("/accounts/password/").url == "/accounts/login/?next=/accounts/password/"


class TestPreferences:
    def test_the_language_is_kept_in_a_cookie(self, client):
        response = client.post("/language/", {"language": "zh-hans", "next": "/measures/?as_of=2023-06-30&lang=en"})
        assert response.url == "/measures/?as_of=2023-06-30"
        assert response.cookies["pilotzone_language"].value == "zh-hans"

    def test_and_in_the_account_of_those_who_have_one(self, client):
        client.force_login(make_user("vic"))
        client.post("/language/", {"language": "en"})
        client.post("/language/", {"size": "large"})
        vic = User.objects.get(username="vic")
        assert (vic.language, vic.large_print) == ("en", True)

    def test_large_print_is_on_from_the_next_page(self, client, open_reading):
        client.post("/language/", {"size": "large"})
        assert 'data-size="large"' in client.get("/measures/").content.decode()
        client.post("/language/", {"size": "normal"})
        assert 'data-size="large"' not in client.get("/measures/").content.decode()

    @pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
    def test_never_goes_on_to_another_site(self, client, elsewhere):
        assert client.post("/language/", {"language": "en", "next": elsewhere}).url == "/"

    def test_nor_to_one_that_hides_in_the_path(self, client):
        form = {"language": "en", "next": "http://testserver//elsewhere.example/"}
        assert client.post("/language/", form).url == "/elsewhere.example/"

    def test_a_language_that_is_none_changes_nothing(self, client):
        response = client.post("/language/", {"language": "xx"})
        assert response.status_code == 302
        assert "pilotzone_language" not in response.cookies

    def test_takes_a_form_only(self, client):
        assert client.get("/language/").status_code == 405


def test_the_page_for_logging_in_has_the_name_of_the_site(client):
    """Django's own view has another `site` in its context."""
    page = client.get("/accounts/login/?lang=en").content.decode()
    assert "Key task progress" in page and "testserver" not in page
