"""A page out of the cache is the one that would be made anew for the same reader; when it is not, it is made anew."""

import gzip
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisIsAway

from accounts.models import User
from core import metrics
from core.clock import now
from measures.reports import ReportData, accept_report, save_draft, submit_report
from measures.views.measures import MeasureDetail
from tests.factories import file_report, make_indicator, make_measure, make_user, region
from web.models import SavedView

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture(autouse=True)
def _a_site_that_keeps(settings: Any, today: date, open_reading: None) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600


@pytest.fixture
def measure() -> Any:
    return make_measure(title_en="Pipes of the old town")


def is_made(client: Client, address: str) -> bool:
    """Return whether the page was made for this visit: a cached one asks for the version and the reader alone."""
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return any("measures_plan" in query["sql"] for query in caught)


def test_the_second_visitor_is_given_what_the_first_one_was(measure: Any) -> None:
    first = Client().get("/").content.decode()
    with CaptureQueriesContext(connection) as caught:
        second = Client().get("/").content.decode()
    assert [query["sql"].count("web_datachange") > 0 for query in caught] == [True]
    assert TOKEN.sub("", first) == TOKEN.sub("", second)


def test_each_visit_counts_as_one_lookup(measure: Any) -> None:
    def counted() -> list[float]:
        return [metrics.cache_lookups.labels(result)._value.get() for result in ("miss", "hit")]

    before = counted()
    Client().get("/")
    assert counted() == [before[0] + 1, before[1]]
    Client().get("/")
    assert counted() == [before[0] + 1, before[1] + 1]


def test_each_account_has_a_token_of_its_own_that_works(measure: Any) -> None:
    visitor, other = Client(enforce_csrf_checks=True), Client()
    for client, name in ((visitor, "vic"), (other, "val")):
        client.force_login(make_user(name))
        client.get("/measures/")
    tokens = TOKEN.findall(visitor.get("/measures/").content.decode())
    assert len(tokens) >= 2
    assert len(set(tokens)) == 1
    assert len(tokens[0]) == 64
    assert TOKEN.findall(other.get("/measures/").content.decode())[0] != tokens[0]
    choice = {"language": "en", "next": "/"}
    assert visitor.post("/language/", choice | {"csrfmiddlewaretoken": tokens[0]}).status_code == 302
    assert visitor.post("/language/", choice).status_code == 403


def test_pages_of_visitors_have_no_token_and_are_sent_as_they_are_kept(measure: Any) -> None:
    plain = Client(enforce_csrf_checks=True)
    made = plain.get("/measures/", headers={"accept-encoding": ""})
    assert not TOKEN.search(made.content.decode())
    assert not plain.cookies
    sent = [Client().get("/measures/", headers={"accept-encoding": "gzip, br"}) for _n in range(2)]
    assert {each.headers["Content-Encoding"] for each in sent} == {"gzip"}
    # Packed anew, it would have other random bytes each time.
    assert sent[0].content == sent[1].content
    assert gzip.decompress(sent[0].content) == made.content
    assert plain.get("/measures/", headers={"accept-encoding": ""}).content == made.content
    for each in (made, *sent):
        assert {"Accept-Encoding", "Accept-Language", "Cookie"} <= set(each.headers["Vary"].split(", "))
    assert plain.post("/language/", {"language": "en", "next": "/"}).status_code == 302


@pytest.mark.parametrize(
    "change",
    ["/measures/?page_size=10", "/measures/?lang=en", "/measures/?as_of=2023-06-30", "/projects/"],
)
def test_another_address_is_another_page(measure: Any, change: str) -> None:
    client = Client()
    assert is_made(client, "/measures/")
    assert not is_made(client, "/measures/")
    assert is_made(client, change)


def test_language_and_large_print_are_pages_of_their_own(measure: Any) -> None:
    assert "Pipes of the old town" not in Client().get("/measures/").content.decode()
    english = Client(headers={"accept-language": "en"})
    assert "Pipes of the old town" in english.get("/measures/").content.decode()
    large = Client()
    large.post("/language/", {"size": "large", "next": "/"})
    assert 'data-size="large"' in large.get("/measures/").content.decode()
    assert 'data-size="large"' not in Client().get("/measures/").content.decode()


def test_the_large_print_of_an_account_is_a_page_of_its_own(measure: Any) -> None:
    person, client = make_user("vic"), Client()
    client.force_login(person)
    assert 'data-size="large"' not in client.get("/measures/").content.decode()
    User.objects.filter(pk=person.pk).update(large_print=True)
    assert 'data-size="large"' in client.get("/measures/").content.decode()


def test_nobody_is_given_the_page_of_a_person_with_other_rights(measure: Any) -> None:
    pages = {}
    for person in (make_user("rita", role="reviewer"), make_user("vic")):
        client = Client()
        client.force_login(person)
        pages[person.username] = client.get(f"/measures/{measure.code}/").content.decode()
    pages["anyone"] = Client().get(f"/measures/{measure.code}/").content.decode()
    assert f"/measures/{measure.code}/terms/" in pages["rita"]
    assert f"/measures/{measure.code}/terms/" not in pages["vic"]
    assert f"/measures/{measure.code}/terms/" not in pages["anyone"]
    assert "/accounts/logout/" not in pages["anyone"]
    assert re.search(r">\s*vic\s*<", pages["vic"])
    assert re.search(r">\s*rita\s*<", pages["rita"])


def opened(person: User, address: str) -> tuple[bool, str]:
    """Return whether the page is made for this person, and what it says."""
    client = Client()
    client.force_login(person)
    return is_made(client, address), client.get(address).content.decode()


def test_of_many_who_ask_at_once_one_has_the_page_made(measure: Any, real_connections: None, monkeypatch: Any) -> None:
    """Many ask at once after a change, and a whole page takes a tenth of a second of a processor."""
    make, made, start = MeasureDetail.respond, [], threading.Barrier(4)

    def make_slowly(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        made.append(request.path)
        time.sleep(0.3)
        return make(self, request, *args, **kwargs)

    def visit(_number: int) -> int:
        try:
            start.wait(10)
            return Client().get(f"/measures/{measure.code}/").status_code
        finally:
            connections.close_all()

    monkeypatch.setattr(MeasureDetail, "respond", make_slowly)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(visit, range(4))) == [200] * 4
    assert len(made) == 1


def test_viewers_share_a_page_and_each_has_their_own_name_and_number(measure: Any) -> None:
    address = f"/measures/{measure.code}/"
    first, second = make_user("vic"), make_user("vera", first_name="<Vera>")
    assert opened(first, address)[0]
    is_made_anew, page = opened(second, address)
    assert not is_made_anew
    assert "&lt;Vera&gt;" in page
    assert re.search(r">\s*vic\s*<", page) is None
    assert set(re.findall(r'data-user="(\d*)"', page)) == {str(second.pk)}


@pytest.mark.parametrize("other", ["a department", "a city", "another role", "an administrator"])
def test_whoever_may_see_something_else_shares_no_page(measure: Any, other: str) -> None:
    fields: dict[str, dict[str, Any]] = {
        "a department": {"department": measure.lead_department},
        "a city": {"city": region("370300")},
        "another role": {"role": "auditor"},
        "an administrator": {"is_superuser": True},
    }
    address = f"/measures/{measure.code}/"
    # A new account would make every page new.
    viewer, somebody = make_user("vic"), make_user("other", **fields[other])
    assert opened(viewer, address)[0]
    assert opened(somebody, address)[0]


def test_a_list_with_views_that_somebody_saved_is_theirs(measure: Any) -> None:
    first, second, third = make_user("vic"), make_user("vera"), make_user("third")
    SavedView.objects.create(user=second, page="measures:list", name="我的", query="status=completed", created_at=now())
    assert "我的" not in opened(first, "/measures/")[1]
    assert "我的" in opened(second, "/measures/")[1]
    assert not opened(first, "/measures/")[0]
    is_made_anew, page = opened(third, "/measures/")
    assert not is_made_anew and "我的" not in page


def test_a_draft_makes_pages_new_for_those_who_may_see_it(measure: Any) -> None:
    ada = make_user("adele", role="reporter", department=measure.lead_department)
    people = {"viewer": make_user("vic"), "auditor": make_user("audit", role="auditor")}
    rita = make_user("rita", role="reviewer")
    for person in people.values():
        opened(person, "/measures/")
    data = ReportData("promoting", "promoting", what_was_done="开工")
    report = save_draft(measure, by=ada, data=data)
    assert {name: opened(person, "/measures/")[0] for name, person in people.items()} == {
        "viewer": False,
        "auditor": True,
    }
    opened(people["viewer"], "/")
    opened(people["viewer"], "/measures/?owing=2023-08")
    data = ReportData("promoting", "promoting", what_was_done="开工了")
    save_draft(measure, by=ada, data=data, version=report.version)
    assert not opened(people["viewer"], "/")[0]
    report.refresh_from_db()
    submit_report(report, by=ada)
    # Who has filed shows here, and there not.
    assert opened(people["viewer"], "/")[0]
    assert opened(people["viewer"], "/measures/?owing=2023-08")[0]
    assert not opened(people["viewer"], "/measures/")[0]
    accept_report(report, by=rita)
    assert opened(people["viewer"], "/measures/")[0]


def test_a_change_is_on_the_next_page(measure: Any) -> None:
    client = Client(headers={"accept-language": "en"})
    client.get("/measures/")
    measure.title_en = "Pipes of the new town"
    measure.save()
    page = client.get("/measures/").content.decode()
    assert "Pipes of the new town" in page
    assert "Pipes of the old town" not in page


def test_an_accepted_report_is_on_the_next_page(measure: Any, today: date) -> None:
    ada = make_user("ada", role="reporter", department=measure.lead_department)
    rita = make_user("rita", role="reviewer")
    report = file_report(measure, by=ada, status="in_progress", effective_on=today)
    client = Client()
    for address in ("/", "/measures/", f"/measures/{measure.code}/", "/departments/", "/changes/"):
        client.get(address)
        assert not is_made(client, address), address
    accept_report(report, by=rita)
    assert 'data-figure="measures.in_progress" data-value="1"' in client.get("/").content.decode()
    for address in ("/measures/", f"/measures/{measure.code}/", "/departments/", "/changes/"):
        assert is_made(client, address), address


def test_a_change_leaves_the_pages_as_they_are_that_show_nothing_of_it(measure: Any, today: date) -> None:
    ada, rita = (
        make_user("ada", role="reporter", department=measure.lead_department),
        make_user("rita", role="reviewer"),
    )
    report = file_report(measure, by=ada, status="promoting", problem="设备迟到")
    assert [is_made(Client(), address) for address in ("/indicators/", "/measures/")] == [True, True]
    accept_report(report, by=rita)
    assert [is_made(Client(), address) for address in ("/indicators/", "/measures/")] == [False, True]
    make_indicator()
    assert [is_made(Client(), address) for address in ("/indicators/", "/measures/")] == [True, False]


def test_when_the_day_turns_every_page_is_of_the_new_day(measure: Any, settings: Any) -> None:
    client = Client()
    assert "2023-08-29" in client.get("/").content.decode()
    settings.PILOTZONE_TODAY = date(2023, 8, 30)
    page = client.get("/").content.decode()
    assert "2023年8月30日" in page
    assert "2023年8月29日" not in page


def test_a_page_with_a_message_is_shown_once(measure: Any) -> None:
    ada = make_user("ada", role="reporter", department=measure.lead_department)
    client = Client()
    client.force_login(ada)
    client.post(f"/measures/{measure.code}/comment/", {"text": "看过了"})
    address = f"/measures/{measure.code}/"
    assert "意见已发表" in client.get(address).content.decode()
    assert "意见已发表" not in client.get(address).content.decode()


def test_what_is_refused_is_not_cached(measure: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[str] = []
    monkeypatch.setattr("web.cache.pages.cache.set", lambda key, *args: stored.append(key))
    client = Client()
    assert client.get("/?as_of=2023-02-30").status_code == 400
    assert client.get("/measures/M999/").status_code == 404
    assert stored == []
    assert client.get("/measures/").status_code == 200
    assert len(stored) == 1


def test_a_browser_that_has_the_page_is_told_so_until_it_changes(measure: Any) -> None:
    client = Client()
    answer = client.get("/measures/")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    tag = {"if-none-match": client.get("/measures/").headers["ETag"]}
    unchanged = client.get("/measures/", headers=tag)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    measure.title_zh = "新名称"
    measure.save()
    assert client.get("/measures/", headers=tag).status_code == 200


def test_a_page_is_sent_compressed_and_is_the_same(measure: Any) -> None:
    client = Client()
    plain = client.get("/measures/").content.decode()
    for _ in range(2):
        answer = client.get("/measures/", headers={"accept-encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert TOKEN.sub("", gzip.decompress(answer.content).decode()) == TOKEN.sub("", plain)
        assert len(answer.content) < len(plain) / 2
    tag = {"if-none-match": answer.headers["ETag"], "accept-encoding": "gzip"}
    assert client.get("/measures/", headers=tag).status_code == 304


def test_a_browser_without_its_cookie_is_not_told_that_its_old_token_still_stands(measure: Any) -> None:
    client = Client()
    client.force_login(make_user())
    client.get("/measures/")
    tag = {"if-none-match": client.get("/measures/").headers["ETag"]}
    assert client.get("/measures/", headers=tag).status_code == 304
    del client.cookies["csrftoken"]
    assert client.get("/measures/", headers=tag).status_code == 200


def test_with_redis_away_pages_are_made_anew(measure: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RedisIsAway("nobody listens")

    monkeypatch.setattr("web.cache.pages.cache.get", fail)
    monkeypatch.setattr("web.cache.pages.cache.set", fail)
    client = Client()
    for _ in range(2):
        assert is_made(client, "/measures/")


def test_nothing_is_cached_where_the_site_says_so(measure: Any, settings: Any) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 0
    client = Client()
    assert is_made(client, "/measures/")
    assert is_made(client, "/measures/")
