"""Cities that are excused from the ranking: what the office may enter, and what it is told."""

from collections.abc import Callable, Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.utils import translation

from accounts.models import User
from core.clock import now
from core.edit_conflicts import ChangedMeanwhile
from core.exceptions import NotAllowed
from projects.exemptions import change_exemption, excuse_city, exemption_state, remove_exemption
from projects.models import RankExemption
from projects.rules import Days, exempt_already
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "open_reading")]

JULY, AUGUST, SEPTEMBER = (date(2023, month, 1) for month in (7, 8, 9))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def site() -> SimpleNamespace:
    return SimpleNamespace(
        plan=make.make_plan(),
        city=make.region("370200"),
        other=make.region("370100"),
        rita=make.make_user("rita", role="reviewer"),
        zoe=make.make_user("zoe", role="reporter", city=make.region("370200")),
    )


def excuse(site: Any, **values: Any) -> RankExemption:
    given = {"by": site.rita, "city": site.city, "starts_on": JULY, "reason_zh": "受灾停工", **values}
    return excuse_city(site.plan, **given)


def refused(act: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(NotAllowed) as refusal:
        act()
    return str(refusal.value), refusal.value.field


def end(exemption: RankExemption, by: User, ends_on: date | None, **values: Any) -> RankExemption:
    given = {"reason_zh": exemption.reason_zh, "reason_en": exemption.reason_en, **values}
    return change_exemption(exemption, by=by, ends_on=ends_on, **{"opened": exemption_state(exemption), **given})


def test_its_first_day_may_be_its_last(site: Any) -> None:
    assert excuse(site, ends_on=JULY).ends_on == JULY


def test_it_says_from_when_to_when_why_and_who_entered_it(site: Any) -> None:
    found = excuse(site, ends_on=AUGUST, reason_en=" A flood ")
    assert (found.starts_on, found.ends_on, found.reason_zh, found.reason_en) == (JULY, AUGUST, "受灾停工", "A flood")
    assert found.recorded_by == site.rita and found.recorded_at.date() == now().date()
    assert [found.holds_on(day) for day in (date(2023, 6, 30), JULY, AUGUST, date(2023, 8, 2))] == [
        *(False, True, True, False)
    ]
    assert LogEntry.objects.get_for_object(found).count() == 1


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"reason_zh": " "}, "A reason is wanted, in Chinese or in English: every reader sees it.", "reason_zh"),
        ({"reason_zh": "长" * 301}, "At most 300 characters; there are 301.", "reason_zh"),
        ({"ends_on": date(2023, 6, 30)}, "The last day is before the first.", "ends_on"),
        ({"starts_on": date(1989, 1, 1)}, "A day from 1990-01-01 to 2100-12-31 is wanted.", "starts_on"),
    ],
)
def test_what_is_refused(site: Any, values: dict[str, Any], sentence: str, field: str) -> None:
    assert refused(lambda: excuse(site, **values)) == (sentence, field)
    assert not RankExemption.objects.exists()


def test_only_a_reviewer_excuses_and_only_parts_of_the_plans_region(site: Any) -> None:
    with pytest.raises(NotAllowed):
        excuse(site, by=site.zoe)
    country = make.region("100000")
    assert refused(lambda: excuse(site, city=country)) == ("The plan does not consist of this region.", "city")
    found = excuse(site)
    for act in (lambda: end(found, site.zoe, AUGUST), lambda: remove_exemption(found, by=site.zoe)):
        with pytest.raises(NotAllowed):
            act()


def test_two_of_a_city_do_not_overlap_and_may_follow_each_other(site: Any) -> None:
    excuse(site, ends_on=AUGUST)
    sentence = "It is excused from 2023-07-01 to 2023-08-01 already."
    assert refused(lambda: excuse(site, starts_on=AUGUST)) == (sentence, "starts_on")
    later = excuse(site, starts_on=date(2023, 8, 2))
    assert refused(lambda: excuse(site, starts_on=SEPTEMBER)) == (
        *("It is excused from 2023-08-02 on already.", "starts_on"),
    )
    assert excuse(site, city=site.other, starts_on=SEPTEMBER)
    first = RankExemption.objects.earliest("pk")
    assert refused(lambda: end(first, site.rita, None))[1] == "ends_on"
    assert end(later, site.rita, SEPTEMBER).ends_on == SEPTEMBER


@pytest.mark.parametrize(
    ("first", "last", "is_taken"),
    [(1, 9, False), (1, 10, True), (12, 13, True), (20, None, True), (21, None, False), (1, None, True)],
)
def test_days_overlap_where_they_share_one(first: int, last: int | None, is_taken: bool) -> None:
    days = Days(date(2023, 7, first), last and date(2023, 7, last))
    assert bool(exempt_already(days, [Days(date(2023, 7, 10), date(2023, 7, 20))])) is is_taken


def test_it_ends_early_and_of_two_at_once_the_second_sees_the_first(site: Any) -> None:
    found = excuse(site)
    opened = exemption_state(found)
    assert end(found, site.rita, AUGUST).ends_on == AUGUST
    assert refused(lambda: end(found, site.rita, AUGUST, opened={}))[0] == "Nothing was changed."
    with pytest.raises(ChangedMeanwhile):
        end(found, site.rita, SEPTEMBER, opened=opened)
    remove_exemption(found, by=site.rita)
    remove_exemption(found, by=site.rita)
    assert refused(lambda: end(found, site.rita, None))[0] == "Somebody has removed this exemption."


def test_the_office_enters_one_ends_it_and_readers_see_it(site: Any, client: Any) -> None:
    client.force_login(site.rita)
    headers = {"Accept-Language": "en"}
    form = {"city": "370200", "starts_on": "2023-08-01", "ends_on": "", "reason_zh": "受灾停工", "reason_en": "A flood"}
    assert client.post("/office/add-exemption/", form)["Location"] == "/office/exemptions/"
    found = RankExemption.objects.get()
    listed = client.get("/office/exemptions/", headers=headers).content.decode()
    assert "A flood" in listed and "Until further notice" in listed
    address = f"/office/exemptions/{found.pk}/"
    opened = client.get(address).context["form"].opened_text
    end_it = {"ends_on": "2023-08-28", "reason_zh": "受灾停工", "reason_en": "A flood", "opened": opened}
    assert client.post(address, end_it).status_code == 302
    found.refresh_from_db()
    assert found.ends_on == date(2023, 8, 28)
    assert "2023-08-28" in client.get("/office/exemptions/").content.decode()
    again = client.post("/office/add-exemption/", form | {"starts_on": "2023-08-28"}, headers=headers)
    assert "It is excused from 2023-08-01 to 2023-08-28 already." in again.content.decode()
    assert "/office/exemptions/" in client.get("/cities/").content.decode()
    client.force_login(site.zoe)
    assert "/office/exemptions/" not in client.get("/cities/").content.decode()
