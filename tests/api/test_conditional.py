"""Asking whether an answer is still the newest costs little, and never hides a change."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from tests import factories as make
from tests.api.addresses import ALL, LISTS
from tests.api.conftest import API
from tests.sweeps import sample_or_whole, some_of
from web.cache import pages

pytestmark = pytest.mark.django_db

# What says when it was counted.
COUNTED = ("summary/",)


@pytest.mark.parametrize("path", ALL)
def test_who_has_the_answer_gets_a_304(path: str, site: Any, ask: Any) -> None:
    first = ask(path)
    assert first["ETag"].startswith('W/"' if path in COUNTED else '"')
    assert first["Cache-Control"] == "private, no-cache"
    again = ask(path, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert {"Authorization", "Accept-Language", "Cookie"} <= set(again["Vary"].split(", "))


@sample_or_whole
@pytest.mark.parametrize("path", LISTS)
def test_so_it_is_with_files(path: str, whole: bool, site: Any, ask: Any) -> None:
    for form in some_of(("csv", "xlsx", "ndjson"), path, whole=whole):
        tag = ask(f"{path}?format={form}")["ETag"]
        assert ask(f"{path}?format={form}", **{"If-None-Match": tag}).status_code == 304, form
        assert ask(f"{path}?format=json", **{"If-None-Match": tag}).status_code == 200, form


@pytest.mark.parametrize("path", ALL)
def test_it_takes_one_query_that_reads_one_row(path: str, site: Any, ask: Any) -> None:
    tag = ask(path)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        assert ask(path, **{"If-None-Match": tag}).status_code == 304
    assert [query["sql"].partition("(")[0] for query in queries] == ["SELECT kind, SUM"]


# Versions come with commits.
@pytest.mark.django_db(transaction=True)
def test_any_change_is_seen_at_once(site: Any, ask: Any) -> None:
    tags = {path: ask(path)["ETag"] for path in ALL}
    make.make_change(site.first, "in_progress", date(2023, 8, 29), old_status="completed")
    series = "indicators/gdp_growth_ytd/series/"
    assert not_new(ask, tags) == ["departments/", series, "observations/", "plans/", "regions/", "sections/"]


# One write of each kind of data that some answers name.
WRITES = {
    "regions": lambda site: make.Region.objects.update(name_en="Elsewhere"),
    "accounts": lambda site: make.make_department(),
    "indicators": lambda site: make.make_indicator(),
    "reports": lambda site: make.make_report(site.first, date(2023, 8, 20), state="draft"),
    "themes": lambda site: make.make_theme(),
}
OF_PLANS, OF_PROJECTS = ("categories/", "plans/", "sections/"), ("projects/", "projects/P0001/")
OF_MONTHS = ("project-months/", "projects/P0001/months/")
OF_INDICATORS = ("indicators/", "indicators/gdp_growth_ytd/", "indicators/gdp_growth_ytd/series/")
OF_PROBLEMS = (
    *("measures/M001/problems/", "measures/M001/problems/1/", "meetings/", "problems/"),
    *("projects/P0001/problems/", "projects/P0001/problems/1/"),
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kind", "unchanged"),
    [
        # A city may have raised a problem.
        ("regions", ["departments/", *OF_PLANS, "meetings/", "reports/", "status-changes/"]),
        ("accounts", ["observations/", "regions/", *OF_PLANS, "projects/P0001/", *OF_INDICATORS, *OF_MONTHS]),
        (
            "indicators",
            [
                "departments/",
                "regions/",
                *OF_PLANS,
                *OF_PROBLEMS,
                *OF_PROJECTS,
                "reports/",
                "status-changes/",
                *OF_MONTHS,
            ],
        ),
        (
            "themes",
            [
                *("departments/", "observations/", "regions/", "reports/", "status-changes/", "meetings/"),
                *(*OF_PLANS, *OF_MONTHS, "indicators/gdp_growth_ytd/series/"),
            ],
        ),
        # A draft that saves itself.
        (
            "reports",
            [
                *("departments/", "observations/", "regions/", "status-changes/"),
                *(*OF_PLANS, *OF_PROJECTS, *OF_INDICATORS),
            ],
        ),
    ],
)
def test_an_answer_changes_with_the_data_that_it_shows(kind: str, unchanged: list[str], site: Any, ask: Any) -> None:
    tags = {path: ask(path)["ETag"] for path in ALL}
    WRITES[kind](site)
    assert not_new(ask, tags) == sorted(unchanged)


def not_new(ask: Any, tags: dict[str, str]) -> list[str]:
    """The addresses whose answer is the one that the tag names."""
    answers = {path: ask(path, **{"If-None-Match": tag}) for path, tag in tags.items()}
    assert all(answers[path].status_code == 304 or answers[path]["ETag"] != tag for path, tag in tags.items())
    return sorted(path for path, answer in answers.items() if answer.status_code == 304)


def test_the_next_day_is_another_version(site: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = ask("measures/")["ETag"]
    monkeypatch.setattr(clock, "today", lambda: date(2023, 8, 30))
    for module in ("web.days", "web.cache.pages"):
        monkeypatch.setattr(f"{module}.today", lambda: date(2023, 8, 30))
    assert ask("measures/", **{"If-None-Match": tag}).status_code == 200


def test_it_differs_by_language_address_and_reader(
    site: Any, client: Client, open_reading: None, token_of: Any
) -> None:
    def tag(path: str, **headers: str) -> str:
        return client.get(API + path, headers=headers)["ETag"]

    rita = token_of(make.make_user("rita", role="reviewer"))
    tags = [
        tag("measures/"),
        tag("measures/?lang=en"),
        tag("measures/", **{"Accept-Language": "en"}),
        tag("measures/?page_size=2"),
        tag("measures/", **rita),
    ]
    assert len(set(tags)) == 5


@pytest.mark.parametrize(
    ("path", "status"), [("measures/M999/", 404), ("measures/?nothing=1", 400), ("measures/?status=nothing", 400)]
)
def test_no_condition_hides_a_refusal(path: str, status: int, site: Any, ask: Any) -> None:
    answer = ask(path)
    assert answer.status_code == status
    assert "Last-Modified" not in answer
    for condition in ({"If-None-Match": "*"}, {"If-Modified-Since": "Tue, 29 Aug 2023 00:00:00 GMT"}):
        assert ask(path, **condition).status_code == status


def test_any_mark_will_do_where_there_is_an_answer(site: Any, ask: Any) -> None:
    assert ask("plans/", **{"If-None-Match": "*"}).status_code == 304
    assert ask("plans/", **{"If-None-Match": f'"other", W/{ask("plans/")["ETag"]}'}).status_code == 304


class TestLastModified:
    @pytest.fixture
    def at(self, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
        settings.CACHE_URL = "redis://of.the.tests"
        moment = [1_700_000_000.2]
        monkeypatch.setattr(pages.time, "time", lambda: moment[0])
        return moment

    def test_without_a_shared_cache_none_is_told(self, at: Any, site: Any, ask: Any, settings: Any) -> None:
        settings.CACHE_URL = ""
        ask("plans/")
        at[0] += 1
        assert "Last-Modified" not in ask("plans/")

    def test_processes_tell_the_same(self, at: Any, site: Any, ask: Any) -> None:
        ask("plans/")
        at[0] += 5
        told = ask("plans/")["Last-Modified"]
        at[0] += 3600
        assert ask("plans/")["Last-Modified"] == told == "Tue, 14 Nov 2023 22:13:20 GMT"

    def test_it_is_told_once_its_second_has_passed(self, at: Any, site: Any, ask: Any) -> None:
        assert "Last-Modified" not in ask("plans/")
        at[0] += 1
        answer = ask("plans/")
        assert answer["Last-Modified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
        assert ask("plans/", **{"If-Modified-Since": answer["Last-Modified"]}).status_code == 304

    @pytest.mark.django_db(transaction=True)
    def test_two_changes_of_one_second_are_told_apart(self, at: Any, site: Any, ask: Any) -> None:
        ask("measures/")
        at[0] += 1.1
        told = ask("measures/")["Last-Modified"]
        # In the second after the one that was told, the soonest that can be.
        make.make_change(site.first, "in_progress", date(2023, 8, 29), old_status="completed")
        assert ask("measures/", **{"If-Modified-Since": told}).status_code == 200
        at[0] += 1
        assert ask("measures/", **{"If-Modified-Since": told}).status_code == 200

    def test_the_mark_goes_before_the_day(self, at: Any, site: Any, ask: Any) -> None:
        ask("plans/")
        at[0] += 2
        answer = ask("plans/")
        headers = {"If-None-Match": '"another"', "If-Modified-Since": answer["Last-Modified"]}
        assert ask("plans/", **headers).status_code == 200


def is_made(ask: Any, path: str) -> bool:
    """Return whether an answer was made for this caller: a cached one asks for the version alone."""
    with CaptureQueriesContext(connection) as queries:
        assert ask(path).status_code == 200
    return any("web_datachange" not in query["sql"] for query in queries)


@pytest.mark.parametrize("path", ALL)
def test_an_answer_is_made_once_and_is_the_same_for_who_asks_next(
    path: str, site: Any, ask: Any, settings: Any
) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    first = ask(f"{path}?lang=en")
    # The root reads nothing.
    assert is_made(ask, path) or not path
    with CaptureQueriesContext(connection) as queries:
        again = ask(f"{path}?lang=en")
    assert [query["sql"].count("web_datachange") > 0 for query in queries] == [True]
    assert again.content == first.content
    of_the_moment = {"Last-Modified", "RateLimit", "X-Request-ID"}
    headers = [{name: value for name, value in each.items() if name not in of_the_moment} for each in (first, again)]
    assert headers[0] == headers[1]


def test_the_pages_before_and_after_are_named_in_a_cached_answer_too(site: Any, ask: Any, settings: Any) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    first, again = (ask("measures/?page_size=1&page=2") for _ in range(2))
    assert first["Link"].count("rel=") == 2
    assert again["Link"] == first["Link"]


def test_nobody_is_given_what_was_made_for_another(people: Any, open_reading: None, settings: Any) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    for _ in range(2):
        for person, sees_names in ((people.rita, True), (people.nobody, False), (people.vic, False)):
            changes = person("get", "measures/M002/history/").json()["status_changes"]
            assert ("recorded_by" in changes[0]) is sees_names


def test_a_refusal_or_a_file_is_not_cached(site: Any, ask: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    found: list[str] = []
    monkeypatch.setattr(
        "web.cache.pages.cache.set", lambda key, *args: found.append(key) if key.startswith("page:") else None
    )
    assert ask("measures/?light=blue").status_code == 400
    assert ask("measures/M999/").status_code == 404
    assert ask("measures/?format=csv").status_code == 200
    assert found == []
    assert ask("measures/").status_code == 200
    assert len(found) == 1
