"""Tests that after any change readers are shown what would be made anew: for every cached page and answer of the API,
and whoever reads."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import resolve

from accounts.models import Department, User
from core import metrics
from core.clock import now
from indicators.models import Indicator, Observation
from measures.models import Measure, Report
from measures.reports import ReportData, accept_report, save_draft, submit_report
from measures.services import add_comment
from notices.models import Notice, NoticeKind
from office.mergers import merge_departments
from pilotzone.celery import app
from projects.models import Project
from reporting.services import return_report
from rollups.services import rebuild_rollups
from tests.api.addresses import ALL
from tests.browser.samples import SAMPLES, Sample, live_in
from tests.factories import file_report, make_user, region
from tests.pages import OF_THE_VISIT
from tests.sweeps import sample_or_whole, some_of
from web.models import SavedView

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


class Shown(NamedTuple):
    status: int
    content: bytes


@pytest.fixture
def parts(
    settings: Any, today: date, open_reading: None, committed_demonstration: None, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    make_user("ada", role="reporter", department=Department.objects.get(slug="science-technology"))
    make_user("rita", role="reviewer")
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    return live_in()


def is_cached_page(sample: Sample, parts: dict[str, str]) -> bool:
    if not sample.name or sample.status != 200 or sample.fields is not None:
        return False
    view = resolve(sample.where(parts).partition("?")[0]).func
    return bool(getattr(getattr(view, "view_class", None), "is_cached", False))


def accept(parts: dict[str, str]) -> None:
    measure = Measure.objects.get(code="M172")
    reporter = User.objects.create_user("lin", role="reporter", department=measure.lead_department)
    status = "in_progress" if measure.reports.order_by("-period").first().status == "promoting" else "promoting"
    report = file_report(measure, by=reporter, status=status, effective_on=date(2023, 8, 29), problem="设备迟到")
    accept_report(report, by=User.objects.get(username="rita"))
    assert Report.objects.get(pk=report.pk).state == "accepted"


def list_a_project(parts: dict[str, str]) -> None:
    project = Project.objects.get(code="P0001")
    project.investment_wan += 1_000_000
    project.name_zh = "改名的项目"
    project.save()
    rebuild_rollups()


def publish(parts: dict[str, str]) -> None:
    growth = Indicator.objects.get(code="gdp_growth_ytd")
    Observation.objects.create(
        indicator=growth, region=region("370000"), period="2023-07", period_kind="months", value="6.4",
        period_start=date(2023, 1, 1), period_end=date(2023, 7, 31), released_on=date(2023, 8, 20), verified=True,
        provenance="illustrative", source="试验",
    )  # fmt: skip


def rename(parts: dict[str, str]) -> None:
    Department.objects.filter(slug="energy").update(short_zh="新能源局", name_zh="省新能源局", short_en="New Energy")


def rename_a_person(parts: dict[str, str]) -> None:
    User.objects.filter(username="ada").update(last_name="新", first_name="名")


def merge(parts: dict[str, str]) -> None:
    energy, other = Department.objects.get(slug="energy"), Department.objects.get(slug="science-technology")
    merge_departments(energy, into=other, by=User.objects.get(username="rita"), reason="机构改革")


def comment(parts: dict[str, str]) -> None:
    add_comment(Measure.objects.get(code="M172"), by=User.objects.get(username="rita"), text="请抓紧")


CHANGES: dict[str, tuple[Callable[[dict[str, str]], None], set[str]]] = {
    "a project is changed": (list_a_project, {"dashboard:overview", "projects:list", "projects/", "summary/"}),
    "a value is published": (publish, {"indicators:list", "indicators:detail", "observations/"}),
    "a department has a new name": (rename, {"dashboard:departments", "dashboard:department"}),
    "a person has a new name": (rename_a_person, {"measures:list", "dashboard:overview"}),
    "departments are merged": (merge, {"dashboard:departments", "dashboard:overview"}),
    "somebody comments": (comment, {"measures:detail"}),
}


# Always among the places that are looked at, unless a test looks at others: the tests name them.
NAMED = {
    "dashboard:sections",
    "dashboard:changes",
    "measures:detail",
    "rollups/measures/",
    "status-changes/",
    "changes/",
}
NAMED |= set().union(*(at_least for _act, at_least in CHANGES.values()))


class Readers:
    """People who open every cached page and answer, or some of them, and what they were shown."""

    def __init__(
        self,
        people: Sequence[str],
        parts: dict[str, str],
        settings: Any,
        *,
        whole: bool,
        named: Collection[str] = frozenset(NAMED),
    ) -> None:
        self.settings = settings
        # By the name of the page, or the address in the API.
        self.places = {each.name: each.where(parts) for each in reversed(SAMPLES) if is_cached_page(each, parts)}
        self.places |= {path: f"/api/v1/{path}" for path in ALL}
        assert len(self.places) > 12 + len(ALL)
        looked_at = {*named, *some_of(self.places, " ".join(people), whole=whole, number=3)}
        self.places = {name: address for name, address in self.places.items() if name in looked_at}
        self.clients = {name: Client() for name in people}
        for name, client in self.clients.items():
            if name:
                client.force_login(User.objects.get(username=name))
        # Whether the page came out of the cache, when it was last shown to the person.
        self.was_cached: dict[tuple[str, str], bool] = {}

    def shown(self) -> dict[tuple[str, str], bytes]:
        """Return each page as each person is shown it, which is as it would be made for them: a page that comes out of
        the cache is compared with one made without it. One that was made is in the cache for the next time, as it
        is."""
        return {
            (person, place): self._open(person, place, client, address)
            for person, client in self.clients.items()
            for place, address in self.places.items()
        }

    def _open(self, person: str, place: str, client: Client, address: str) -> bytes:
        first, was_cached = self._get(client, address)
        self.was_cached[person, place] = was_cached
        if was_cached:
            self.settings.PILOTZONE_PAGE_CACHE_SECONDS = 0
            assert self._get(client, address) == (first, False), (person, address)
            self.settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
        assert self._get(client, address) == (first, first.status == 200), (person, address)
        return first.content

    def _get(self, client: Client, address: str) -> tuple[Shown, bool]:
        """Return the answer, and whether it comes out of the cache."""
        hits = metrics.cache_lookups.labels("hit")._value
        before = hits.get()
        answer = client.get(address)
        assert answer.status_code in (200, 302, 401), address
        return Shown(answer.status_code, OF_THE_VISIT.sub(b"", answer.content)), hits.get() > before


@sample_or_whole
def test_after_a_report_is_accepted_every_reader_has_the_pages_that_would_be_made(
    whole: bool, parts: dict[str, str], settings: Any
) -> None:
    people = ["", "ada", "rita", "vic", "admin"] if whole else ["", "ada", "rita"]
    readers = Readers(people, parts, settings, whole=whole)
    before = readers.shown()
    accept(parts)
    after = readers.shown()
    changed = {place for (person, place), shown in after.items() if shown != before[person, place]}
    assert changed >= {"dashboard:overview", "dashboard:changes", "dashboard:departments", "dashboard:sections"}
    assert changed >= {"measures:list", "measures:detail"}
    assert changed >= {"summary/", "rollups/measures/", "status-changes/", "changes/"}


# What a version is made of depends on the database, and the test above asks for it; what a change touches does not.
@pytest.mark.one_database
@sample_or_whole
def test_after_any_other_change_too(whole: bool, parts: dict[str, str], settings: Any) -> None:
    readers = Readers(["", "ada"], parts, settings, whole=whole)
    before = readers.shown()
    for what, (act, at_least) in CHANGES.items():
        act(parts)
        after = readers.shown()
        changed = {place for (person, place), shown in after.items() if shown != before[person, place]}
        assert changed >= at_least, what
        before = after


def unreported() -> Any:
    measures = Measure.objects.with_status(date(2023, 8, 29)).exclude(reports__period=date(2023, 8, 1))
    return measures.earliest("pk")


def begin_a_report(parts: dict[str, str]) -> None:
    measure = unreported()
    values = ReportData(measure.status, measure.status, what_was_done="只有本部门看得到的草稿")
    save_draft(measure, by=User.objects.get(username="lin"), data=values)


def submit_it(parts: dict[str, str]) -> None:
    submit_report(
        Report.objects.get(state="draft", what_was_done_zh__contains="草稿"), by=User.objects.get(username="lin")
    )


def return_it(parts: dict[str, str]) -> None:
    report = Report.objects.get(state="submitted", what_was_done_zh__contains="草稿")
    return_report(report, by=User.objects.get(username="rita"), note="请补充")


@pytest.mark.one_database
@sample_or_whole
def test_those_who_only_read_share_their_pages_and_each_has_what_is_their_own(
    whole: bool, parts: dict[str, str], settings: Any
) -> None:
    make_user("lin", role="reporter", department=unreported().lead_department)
    vera = make_user("vera", first_name="<b>Vera</b>")
    SavedView.objects.create(user=vera, page="measures:list", name="我的", query="status=completed", created_at=now())
    named = {"dashboard:overview", "measures:list", "measures:detail"}
    readers = Readers(["", "vic", "vera"], parts, settings, whole=whole, named=named)
    shown = readers.shown()
    assert b"&lt;b&gt;Vera&lt;/b&gt;" in shown["vera", "dashboard:overview"]
    assert "我的".encode() in shown["vera", "measures:list"]
    assert "我的".encode() not in shown["vic", "measures:list"]
    # She is given what was made for the other.
    assert {place for place in readers.places if readers.was_cached["vera", place]} >= {
        "dashboard:overview",
        "measures:detail",
    }
    for act in (begin_a_report, submit_it, return_it):
        act(parts)
        # Pages that outlast what few may see are compared with those that would be made, like all others.
        readers.shown()
    Notice.objects.create(user=vera, kind=NoticeKind.ACCOUNT, day=now().date(), created_at=now())
    readers.shown()
    shown = readers.shown()
    assert b'<b class="count">1<' in shown["vera", "dashboard:overview"]
    assert b'<b class="count">1<' not in shown["vic", "dashboard:overview"]
    assert readers.was_cached["vera", "dashboard:overview"]
