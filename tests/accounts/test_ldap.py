"""Log-ins with the password of a directory: a real slapd.

Its package needs headers of OpenLDAP, which few machines have: where it or slapd is missing this is skipped.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.lockout import LIMITS
from accounts.log import Event
from accounts.models import User
from accounts.sign_on import DIRECTORY
from core.sign_on_settings import DirectorySettings
from tests.accounts.test_oidc import entries, is_in
from tests.accounts.test_second_factor import code_of, set_up
from tests.directory_server import BASE, PASSWORD, READER, READER_PASSWORD, DirectoryServer, directory_server
from tests.factories import make_user
from tests.services import Missing

pytest.importorskip("ldap", reason="no python-ldap: docs/operations.md says how it is installed")
pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
LOCAL = "only-for-tests"


@pytest.fixture(scope="module")
def server() -> Iterator[DirectoryServer]:
    try:
        with directory_server() as one:
            yield one
    except Missing as missing:
        pytest.skip(str(missing))


def use(settings: Any, url: str, **changes: str) -> None:
    values = {
        "bind_dn": READER,
        "bind_password": READER_PASSWORD,
        "search_base": BASE,
        "person_filter": "(uid=%(user)s)",
    }
    settings.PILOTZONE_LDAP = DirectorySettings(url, **values | changes)
    backends = [each for each in settings.AUTHENTICATION_BACKENDS if each != DIRECTORY]
    settings.AUTHENTICATION_BACKENDS = [*backends, DIRECTORY]


@pytest.fixture(autouse=True)
def used(settings: Any, server: DirectoryServer) -> None:
    use(settings, server.url)


@pytest.fixture
def vic() -> User:
    return make_user("vic", password=LOCAL)


def enter(client: Client, name: str = "vic", password: str = PASSWORD, query: str = "") -> Any:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client.post(f"/accounts/login/{query}", {"username": name, "password": password})


class TestLogIn:
    def test_the_password_of_the_directory_leads_in(self, client: Client, vic: User) -> None:
        answer = enter(client, query="?next=/measures/")
        assert (answer.status_code, answer["Location"]) == (302, "/measures/")
        assert is_in(client)
        (entry,) = entries(Event.LOGIN)
        assert (entry.actor, entry.additional_data["way"]) == (vic, "directory")

    def test_a_wrong_one_does_not(self, client: Client, vic: User) -> None:
        assert "The user name or password is not correct" in enter(client, password="wrong").text
        assert not is_in(client)

    def test_without_a_directory_it_opens_nothing(self, client: Client, vic: User, settings: Any) -> None:
        settings.AUTHENTICATION_BACKENDS = settings.AUTHENTICATION_BACKENDS[:-1]
        enter(client)
        assert not is_in(client)

    @pytest.mark.parametrize("password", ["", " "])
    def test_an_empty_password_is_refused(self, client: Client, vic: User, password: str) -> None:
        """The directory takes an empty password for somebody who wants to be nobody, and lets them in."""
        enter(client, password=password)
        assert not is_in(client)

    def test_not_even_asked(self, vic: User) -> None:
        from accounts.directory import DirectoryBackend

        assert DirectoryBackend().authenticate(None, username="vic", password="") is None
        assert DirectoryBackend().authenticate(None, username="vic", password=PASSWORD) == vic

    @pytest.mark.parametrize(
        "name", ["*", "vi*", "vic)(uid=*", "*)(|(uid=vic", "vic\\2a", "(uid=vic)", "vic)(cn=*))\0"]
    )
    def test_a_name_with_signs_of_a_filter_finds_nobody(self, client: Client, vic: User, name: str) -> None:
        from accounts.directory import DirectoryBackend

        # Were it searched as it is, an account of that very name would be let in as somebody else.
        if "\0" not in name:
            make_user(name, password=LOCAL)
        assert DirectoryBackend().authenticate(None, username=name, password=PASSWORD) is None
        enter(client, name)
        assert not is_in(client)

    def test_local_passwords_go_on(self, client: Client, vic: User) -> None:
        enter(client, password=LOCAL)
        assert is_in(client)
        assert entries(Event.LOGIN)[0].additional_data["way"] == "password"

    def test_what_a_referral_names_is_not_asked(self, client: Client, vic: User, server: DirectoryServer) -> None:
        enter(client)
        assert is_in(client)
        with pytest.raises(BlockingIOError):
            server.elsewhere.accept()

    def test_another_filter(self, client: Client, vic: User, server: DirectoryServer, settings: Any) -> None:
        use(settings, server.url, person_filter="(&(uid=%(user)s)(cn=nobody))")
        enter(client)
        assert not is_in(client)


class TestPeople:
    def test_somebody_of_the_directory_without_an_account_gets_none(self, client: Client) -> None:
        before = User.objects.count()
        assert "The user name or password is not correct" in enter(client, "ada").text
        assert User.objects.count() == before

    def test_a_closed_account_stays_closed(self, client: Client, vic: User) -> None:
        from accounts.directory import DirectoryBackend

        User.objects.update(is_active=False)
        assert DirectoryBackend().authenticate(None, username="vic", password=PASSWORD) is None
        enter(client)
        assert not is_in(client)

    def test_closing_it_ends_the_session(self, client: Client, vic: User) -> None:
        enter(client)
        User.objects.update(is_active=False)
        assert not is_in(client)

    def test_the_name_is_that_of_the_account(self, client: Client) -> None:
        """A directory takes capital and small letters for the same; here they are two accounts."""
        make_user("vic", password=LOCAL, role="administrator")
        make_user("VIC", password=LOCAL)
        enter(client, "VIC")
        assert client.get("/office/people/").status_code == 403
        assert is_in(client)

    def test_nothing_of_the_account_is_changed(self, client: Client, vic: User) -> None:
        User.objects.update(first_name="Vic", email="vic@city.example")
        enter(client)
        vic.refresh_from_db()
        assert (vic.first_name, vic.email, vic.role) == ("Vic", "vic@city.example", "viewer")
        assert vic.check_password(LOCAL)

    def test_whoever_comes_so_needs_no_other_password(self, client: Client, vic: User) -> None:
        User.objects.update(must_change_password=True, password_changed_at="2020-01-01T00:00Z")
        enter(client)
        assert is_in(client)

    def test_the_second_factor_is_asked_for(self, client: Client, vic: User) -> None:
        set_up(vic)
        assert enter(client)["Location"] == "/accounts/code/"
        assert not is_in(client)
        client.post("/accounts/code/", {"code": code_of(vic)})
        assert is_in(client)
        assert entries(Event.LOGIN)[0].additional_data["way"] == "directory"


class TestLockOut:
    def test_wrong_passwords_lock_the_account_for_the_directory_too(self, client: Client, vic: User) -> None:
        for _n in range(LIMITS[0]):
            last = enter(client, password="wrong")
        assert last.status_code == 429
        assert enter(client).status_code == 429
        assert not is_in(client)
        assert len(entries(Event.LOGIN_FAILED)) + len(entries(Event.LOCKED_OUT)) == LIMITS[0] + 1


class TestAway:
    def test_is_said_and_local_passwords_go_on(self, client: Client, vic: User, settings: Any) -> None:
        use(settings, "ldap://127.0.0.1:9")
        assert "The directory that checks your password does not answer." in enter(client).text
        assert not is_in(client)
        enter(client, password=LOCAL)
        assert is_in(client)

    def test_is_said_where_the_directory_does_not_know_the_site(
        self, client: Client, vic: User, server: DirectoryServer, settings: Any
    ) -> None:
        use(settings, server.url, bind_password="another")
        assert "The directory that checks your password does not answer." in enter(client).text


class TestEncryption:
    def test_elsewhere_than_on_this_machine_it_is_asked_for(self) -> None:
        def known(url: str) -> DirectorySettings:
            return DirectorySettings(url, "", "", BASE, "(uid=%(user)s)")

        assert known("ldap://directory.example").starts_tls
        assert known("ldap://127.0.0.2").starts_tls
        assert not known("ldaps://directory.example").starts_tls
        assert not known("ldap://localhost:389").starts_tls

    @pytest.mark.parametrize("address", ["ldaps://127.0.0.1:{tls_port}", "ldap://127.0.0.2:{port}"])
    def test_a_certificate_that_nobody_trusts_is_refused(
        self, client: Client, vic: User, server: DirectoryServer, settings: Any, address: str
    ) -> None:
        use(settings, address.format(tls_port=server.tls_port, port=server.port))
        assert "The directory that checks your password does not answer." in enter(client).text
        assert not is_in(client)

    @pytest.mark.parametrize("address", ["ldaps://127.0.0.1:{tls_port}", "ldap://127.0.0.2:{port}"])
    def test_one_of_an_authority_that_the_site_trusts_is_taken(
        self, client: Client, vic: User, server: DirectoryServer, settings: Any, address: str
    ) -> None:
        url = address.format(tls_port=server.tls_port, port=server.port)
        use(settings, url, ca_file=str(server.certificate))
        enter(client)
        assert is_in(client)
