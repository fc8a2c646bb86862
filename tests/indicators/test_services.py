"""Observations are added, revised and corrected; a row that was there stays as it was."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import translation

from core.exceptions import NotAllowed
from indicators.models import Indicator, Observation
from indicators.services import add_observation, correct_observation, revise_observation
from indicators.state import indicator_states
from tests.factories import make_indicator, make_observation, make_plan, make_user, region

pytestmark = pytest.mark.django_db
PUBLISHED = {"provenance": "published", "source": "中国日报网"}
JULY, AUGUST = date(2023, 7, 20), date(2023, 8, 10)


@pytest.fixture
def admin(today):
    return make_user("admin", is_staff=True, is_superuser=True)


@pytest.fixture
def observation(today):
    return make_observation(make_indicator("gdp_growth_ytd"), "6.2", **PUBLISHED)


def value_on(day):
    [state] = indicator_states([Observation.objects.first().indicator], on=day, plan=make_plan())
    return state.value


def draft(observation, **changed):
    names = ("indicator", "region", "period", "period_kind", "period_start", "period_end", "value", "released_on")
    return Observation(
        **{name: getattr(observation, name) for name in names} | PUBLISHED | {"verified": True} | changed
    )


def test_a_correction_holds_for_all_days_and_leaves_the_wrong_row_as_it_was(observation, admin):
    right = correct_observation(observation, by=admin, reason="录入错误", value=Decimal("6.9"), source="省统计局")

    wrong = Observation.objects.get(pk=observation.pk)
    assert wrong.value == Decimal("6.2")
    assert (wrong.source, wrong.superseded, wrong.superseded_by) == ("中国日报网", True, right)
    assert (right.reason, right.recorded_by, right.source) == ("录入错误", admin, "省统计局")
    assert right.recorded_at is not None
    assert value_on(JULY) == Decimal("6.9")
    assert value_on(date(2023, 8, 29)) == Decimal("6.9")


def test_a_revision_counts_from_its_own_release_day(observation, admin):
    revise_observation(
        observation, by=admin, reason="年度修订", released_on=AUGUST, source="省统计局", value=Decimal("6.5")
    )
    assert value_on(date(2023, 8, 9)) == Decimal("6.2")
    assert value_on(AUGUST) == Decimal("6.5")
    assert not Observation.objects.filter(superseded=True).exists()


@pytest.mark.parametrize("released_on", [JULY, date(2023, 7, 19)])
def test_a_revision_comes_after_the_first_release(observation, admin, released_on):
    with pytest.raises(NotAllowed) as refusal:
        revise_observation(observation, by=admin, reason="修订", released_on=released_on, source="省统计局")
    assert refusal.value.field == "released_on"


@pytest.mark.parametrize(
    ("changed", "reason", "field"),
    [
        ({"value": Decimal("6.9")}, "", "reason"),
        ({"value": Decimal("6.9")}, " ", "reason"),
        ({"value": Decimal("6.9"), "source": ""}, "录入错误", "source"),
        ({"period_kind": "year"}, "录入错误", "period_kind"),
        ({"released_on": date(2101, 1, 1)}, "录入错误", "released_on"),
        ({}, "录入错误", None),
    ],
)
def test_a_correction_without_reason_or_source_or_of_nothing_changes_nothing(
    observation, admin, changed, reason, field
):
    with pytest.raises(NotAllowed) as refusal:
        correct_observation(observation, by=admin, reason=reason, **changed)
    assert refusal.value.field == field
    assert Observation.objects.get().superseded is False


def test_a_row_is_corrected_once(observation, admin):
    right = correct_observation(observation, by=admin, reason="录入错误", value=Decimal("6.9"))
    with pytest.raises(NotAllowed):
        correct_observation(observation, by=admin, reason="录入错误", value=Decimal("7"))
    correct_observation(right, by=admin, reason="再次更正", value=Decimal("7"))
    assert value_on(JULY) == Decimal("7")


def test_the_same_release_is_recorded_once(observation, admin):
    with pytest.raises(NotAllowed) as refusal:
        add_observation(draft(observation, value=Decimal("6.3")), by=admin)
    assert refusal.value.field == "released_on"
    assert add_observation(draft(observation, released_on=AUGUST), by=admin).pk


def test_two_who_record_the_same_release_at_once_get_one_row_and_a_sentence(observation, admin, monkeypatch):
    """The column holds what the look before it could not see."""
    with pytest.raises(IntegrityError), transaction.atomic():
        make_observation(observation.indicator, "6.3")
    monkeypatch.setattr("indicators.services.check_observation", lambda *args, **kwargs: None)
    with pytest.raises(NotAllowed):
        add_observation(draft(observation), by=admin)
    assert Observation.objects.count() == 1


def test_a_half_year_typed_as_a_year_is_refused_in_words(observation, admin):
    with translation.override("en"), pytest.raises(NotAllowed, match="first and the last of: Year") as refusal:
        add_observation(draft(observation, period_kind="year", released_on=AUGUST), by=admin)
    assert refusal.value.field == "period_kind"


def test_no_release_is_assumed_before_the_work_that_the_source_cites(observation, admin):
    cited = {"source": "CEADs; cite Guan et al. 2024", "released_on": AUGUST}
    with translation.override("en"), pytest.raises(NotAllowed, match=r"is a work of 2024: no earlier day") as refusal:
        add_observation(draft(observation, **cited, release_basis="assumed"), by=admin)
    assert refusal.value.field == "released_on"
    assert add_observation(draft(observation, **cited, release_basis="stated"), by=admin).pk


def test_no_release_is_assumed_before_its_only_source_and_a_calendar_gives_an_earlier_day(observation, admin):
    report = {"released_on": date(2023, 7, 25), "release_basis": "assumed"}
    with translation.override("en"), pytest.raises(NotAllowed, match="is of 2023-08-29: no earlier day") as refusal:
        add_observation(draft(observation, **report, source="China Daily, 29 August 2023"), by=admin)
    assert refusal.value.field == "released_on"
    both = "China Daily, 29 August 2023; calendar of releases: 17 July 2023"
    assert add_observation(draft(observation, **report, source=both), by=admin).pk


def test_a_corrected_row_cannot_be_deleted(observation, admin):
    correct_observation(observation, by=admin, reason="录入错误", value=Decimal("6.9"))
    with pytest.raises(ProtectedError):
        observation.delete()


class TestAdministration:
    @pytest.fixture(autouse=True)
    def _administrator(self, client, admin):
        client.force_login(admin)

    @pytest.fixture
    def form(self, observation):
        names = ("period", "period_kind", "period_start", "period_end", "value", "basis", "released_on")
        flags = {"exact": "on", "verified": "on", "release_basis": "stated"}
        places = {"indicator": observation.indicator_id, "region": observation.region_id}
        return {name: getattr(observation, name) for name in names} | flags | places | PUBLISHED

    def address(self, observation):
        return f"/admin/indicators/observation/{observation.pk}/change/"

    def test_an_edit_becomes_a_correction(self, client, observation, form):
        answer = client.post(self.address(observation), form | {"value": "6.9", "reason": "录入错误"})
        assert answer.status_code == 302
        observation.refresh_from_db()
        assert (observation.value, observation.superseded) == (Decimal("6.2"), True)
        assert observation.superseded_by.value == Decimal("6.9")

    def test_an_edit_without_a_reason_is_refused(self, client, observation, form):
        answer = client.post(self.address(observation), form | {"value": "6.9"})
        assert answer.status_code == 200
        assert Observation.objects.get().value == Decimal("6.2")

    def test_an_over_long_reason_is_refused_with_its_length_and_not_cut(self, client, observation, form):
        answer = client.post(f"{self.address(observation)}?lang=en", form | {"value": "6.9", "reason": "长" * 301})
        assert "At most 300 characters; there are 301." in answer.content.decode()
        assert not re.search(r'<textarea name="reason"[^>]* maxlength', answer.content.decode())
        assert Observation.objects.get().value == Decimal("6.2")

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "These days are not the first and the last of: Year."), ("zh-hans", "起止日期与时期类型不符：年。")],
    )
    def test_a_half_year_as_a_year_is_refused_in_words(self, client, observation, form, language, words):
        answer = client.post(f"/admin/indicators/observation/add/?lang={language}", form | {"period_kind": "year"})
        assert words in answer.content.decode()
        assert Observation.objects.count() == 1

    def test_the_same_release_is_refused_in_words(self, client, observation, form):
        answer = client.post("/admin/indicators/observation/add/?lang=en", form | {"value": "6.3"})
        assert "This release is recorded already." in answer.content.decode()
        assert Observation.objects.count() == 1

    def test_a_share_of_a_whole_beyond_it_is_refused_in_words(self, client, observation, form):
        Indicator.objects.update(is_share=True)
        edited = form | {"value": "106.2", "reason": "录入错误"}
        answer = client.post(f"{self.address(observation)}?lang=en", edited)
        assert "The indicator is a share of a whole: its value lies between 0 and 100." in answer.content.decode()
        assert Observation.objects.get().value == Decimal("6.2")

    def test_a_new_release_is_added(self, client, observation, form, admin):
        released = form | {"released_on": AUGUST, "value": "6.5"}
        assert client.post("/admin/indicators/observation/add/", released).status_code == 302
        assert Observation.objects.get(released_on=AUGUST).recorded_by == admin

    def test_nothing_is_deleted_and_a_corrected_row_is_only_read(self, client, observation, form, admin):
        assert (
            client.post(f"/admin/indicators/observation/{observation.pk}/delete/", {"post": "yes"}).status_code == 403
        )
        correct_observation(observation, by=admin, reason="录入错误", value=Decimal("6.9"))
        answer = client.post(self.address(observation), form | {"value": "7", "reason": "再次"})
        assert answer.status_code == 403
        assert Observation.objects.count() == 2


class TestHistory:
    @pytest.fixture(autouse=True)
    def _corrected(self, observation, admin, open_reading):
        self.wrong = observation
        self.right = correct_observation(observation, by=admin, reason="录入错误", value=Decimal("6.9"))

    def rows(self, client, query=""):
        return client.get(f"/api/v1/observations/{query}").json()["results"]

    def test_the_api_gives_what_holds_and_the_wrong_rows_when_asked(self, client):
        [row] = self.rows(client)
        assert (row["id"], row["value"], row["supersedes"], row["superseded_by"], row["reason"]) == (
            self.right.pk, 6.9, self.wrong.pk, None, "录入错误",
        )  # fmt: skip
        [row] = self.rows(client, "?superseded=yes")
        assert (row["id"], row["value"], row["superseded_by"]) == (self.wrong.pk, 6.2, self.right.pk)
        assert len(self.rows(client, "?superseded=yes,no")) == 2

    def test_an_export_holds_only_what_counts(self, client):
        text = b"".join(client.get("/api/v1/observations/?format=csv").streaming_content).decode()
        assert (text.count("6.9"), text.count("6.2")) == (1, 0)

    def test_the_page_shows_the_correction(self, client):
        page = client.get("/indicators/gdp_growth_ytd/").content.decode()
        assert "更正记录" in page
        assert "录入错误" in page
        assert "<s>6.2</s>" in page

    def test_the_country_is_another_key(self, admin):
        other = draft(self.right, region=region("100000"))
        assert add_observation(other, by=admin).pk
