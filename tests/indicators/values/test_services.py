"""Rules for what a department and the office do with a value of an indicator, and what is refused or asked about: Ada
reports for the department that owns `growth`, Ben for another, Rita reviews."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from core.exceptions import NotAllowed
from core.period_codes import Period, read_period
from indicators.models import Indicator, Observation, ValueReport
from indicators.services import correct_observation
from indicators.state import indicator_states
from indicators.values.rules import is_far
from indicators.values.services import ValueData, accept_value, save_value, submit_value, undo_value
from office.mergers import merge_departments
from reporting.doubts import Doubtful
from reporting.services import DraftChanged, discard_draft, do_each, return_report, withdraw_report
from tests.factories import make_department, make_indicator, make_observation, make_plan, make_user, region

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TODAY = date(2023, 8, 29)
SECOND_QUARTER = read_period("2023Q2")
VALUE = ValueData(
    Decimal("6.3"),
    verified=True,
    released_on=date(2023, 7, 21),
    value_provenance="published",
    source="山东省统计局",
)


@pytest.fixture
def site(today: date) -> SimpleNamespace:
    plan, science = make_plan(), make_department("science")
    return SimpleNamespace(
        plan=plan,
        science=science,
        energy=make_department("energy"),
        growth=make_indicator("growth", owner=science),
        home=region(),
        ada=make_user("ada", role="reporter", department=science),
        ben=make_user("ben", role="reporter", department=make_department("other")),
        rita=make_user("rita", role="reviewer"),
    )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def drafted(site: SimpleNamespace, period: Period | None = SECOND_QUARTER, **changes: Any) -> ValueReport:
    assert period is not None
    return save_value(site.growth, site.home, period, by=site.ada, data=replace(VALUE, **changes))


def filed(site: SimpleNamespace, period: Period | None = SECOND_QUARTER, **changes: Any) -> ValueReport:
    answers = changes.pop("answers", {})
    return submit_value(drafted(site, period, **changes), by=site.ada, answers=answers)


def refused(do: Any) -> tuple[str, str | None]:
    with pytest.raises(NotAllowed) as raised:
        do()
    return str(raised.value), raised.value.field


def value_on(site: SimpleNamespace, day: date) -> Decimal | None:
    [state] = indicator_states([site.growth], on=day, plan=site.plan)
    return state.value


class TestWhoFiles:
    def test_the_department_that_owns_the_indicator(self, site: SimpleNamespace) -> None:
        report = filed(site)
        assert (report.state, report.department, report.period) == ("submitted", site.science, "2023Q2")
        assert [step.move for step in report.steps.all()] == ["submit"]
        assert report.steps.get().content["value"] == "6.300000"

    @pytest.mark.parametrize("name", ["ben", "rita"])
    def test_nobody_else(self, site: SimpleNamespace, name: str) -> None:
        by = getattr(site, name)
        words, _field = refused(lambda: save_value(site.growth, site.home, SECOND_QUARTER, by=by, data=VALUE))
        assert words == "Only the responsible department may file values of this indicator"
        assert not ValueReport.objects.exists()

    def test_nor_a_department_that_owned_it_before(self, site: SimpleNamespace) -> None:
        report = drafted(site)
        site.growth.owner = site.energy
        site.growth.save()
        refused(lambda: submit_value(report, by=site.ada))
        kim = make_user("kim", role="reporter", department=site.energy)
        own = save_value(site.growth, site.home, SECOND_QUARTER, by=kim, data=VALUE)
        assert own != report and ValueReport.objects.open().count() == 2

    def test_of_one_that_nobody_owns_nothing_is_filed(self, site: SimpleNamespace) -> None:
        unowned = make_indicator("unowned")
        refused(lambda: save_value(unowned, site.home, SECOND_QUARTER, by=site.ada, data=VALUE))

    def test_nor_of_one_that_is_derived(self, site: SimpleNamespace) -> None:
        per_head = make_indicator(
            "per_head",
            owner=site.science,
            derived_form="per_head",
            derived_from=site.growth,
            derived_with=make_indicator("people"),
        )
        words, _field = refused(lambda: save_value(per_head, site.home, SECOND_QUARTER, by=site.ada, data=VALUE))
        assert "derived from those of other indicators" in words


def test_of_departments_that_merge_the_indicators_and_what_was_filed_go_along(site: SimpleNamespace) -> None:
    report = filed(site)
    merge_departments(site.science, into=site.energy, by=site.rita, reason="机构改革")
    report.refresh_from_db()
    site.growth.refresh_from_db()
    site.ada.refresh_from_db()
    assert (site.growth.owner, report.department, site.ada.department) == (site.energy,) * 3
    assert withdraw_report(report, by=site.ada).state == "draft"


class TestDraft:
    def test_may_be_incomplete_and_is_one_of_its_period(self, site: SimpleNamespace) -> None:
        first = save_value(site.growth, site.home, SECOND_QUARTER, by=site.ada, data=ValueData())
        again = save_value(site.growth, site.home, SECOND_QUARTER, by=site.ada, data=VALUE, version=first.version)
        assert (first.pk, again.value) == (again.pk, Decimal("6.3"))
        with pytest.raises(IntegrityError), transaction.atomic():
            ValueReport.objects.create(
                indicator=site.growth,
                region=site.home,
                department=site.science,
                period="2023Q2",
                period_kind="quarter",
                period_start=date(2023, 4, 1),
                period_end=date(2023, 6, 30),
            )

    def test_that_a_colleague_saved_meanwhile_is_not_written_over(self, site: SimpleNamespace) -> None:
        first = drafted(site)
        save_value(
            site.growth,
            site.home,
            SECOND_QUARTER,
            by=site.ada,
            data=replace(VALUE, value=Decimal("6.4")),
            version=first.version,
        )
        with pytest.raises(DraftChanged):
            save_value(
                site.growth, site.home, SECOND_QUARTER, by=site.ada, data=replace(VALUE, value=Decimal(7)), version=1
            )

    def test_is_thrown_away(self, site: SimpleNamespace) -> None:
        discard_draft(drafted(site), by=site.ada)
        assert not ValueReport.objects.exists()

    def test_of_what_is_no_period_is_refused(self, site: SimpleNamespace) -> None:
        assert SECOND_QUARTER is not None
        wrong = SECOND_QUARTER._replace(start=date(2023, 4, 2))
        words, field = refused(lambda: save_value(site.growth, site.home, wrong, by=site.ada, data=VALUE))
        assert (words, field) == ("There is no such period.", "period")

    def test_a_value_beyond_all_bounds_and_a_long_text_are_refused(self, site: SimpleNamespace) -> None:
        assert refused(lambda: drafted(site, value=Decimal(10) ** 13))[1] == "value"
        assert refused(lambda: drafted(site, released_on=date(1800, 1, 1)))[1] == "released_on"
        assert refused(lambda: drafted(site, note="x" * 301))[1] == "note"


INCOMPLETE = [
    ({"value": None}, "value", "This field is required"),
    ({"verified": None}, "verified", "Say whether the value was checked against its source."),
    ({"source": ""}, "source", "A published value needs its source."),
    ({"released_on": None}, "released_on", "This field is required"),
    ({"released_on": date(2023, 8, 30)}, "released_on", "The day is in the future"),
]


@pytest.mark.parametrize(
    ("changes", "field", "words"), INCOMPLETE, ids=[f"{each[1]}: {each[2]}" for each in INCOMPLETE]
)
def test_what_is_missing_is_named(site: SimpleNamespace, changes: dict[str, Any], field: str, words: str) -> None:
    report = drafted(site, **changes)
    assert refused(lambda: submit_value(report, by=site.ada)) == (words, field)
    report.refresh_from_db()
    assert report.state == "draft"


SHARE = "The indicator is a share of a whole: its value lies between 0 and 100."


class TestShareOfAWhole:
    @pytest.fixture(autouse=True)
    def _share(self, site: SimpleNamespace) -> None:
        site.growth.is_share = True
        site.growth.save()

    @pytest.mark.parametrize("value", ["-0.000001", "100.000001", "6300"])
    def test_outside_0_to_100_is_refused(self, site: SimpleNamespace, value: str) -> None:
        report = drafted(site, value=Decimal(value))
        assert refused(lambda: submit_value(report, by=site.ada)) == (SHARE, "value")

    @pytest.mark.parametrize("value", ["0", "100"])
    def test_its_bounds_are_values(self, site: SimpleNamespace, value: str) -> None:
        assert filed(site, value=Decimal(value)).state == "submitted"

    def test_that_became_one_meanwhile_is_not_accepted(self, site: SimpleNamespace) -> None:
        Indicator.objects.update(is_share=False)
        report = filed(site, value=Decimal(101))
        Indicator.objects.update(is_share=True)
        report.indicator.refresh_from_db()
        assert refused(lambda: accept_value(report, by=site.rita)) == (SHARE, "value")
        assert not Observation.objects.exists()

    def test_other_rates_may_be_anything(self, site: SimpleNamespace) -> None:
        Indicator.objects.update(is_share=False)
        assert filed(site, value=Decimal("-12.5")).state == "submitted"


def test_from_its_own_records_a_value_needs_no_source(site: SimpleNamespace) -> None:
    report = filed(site, source="", value_provenance="reported")
    assert accept_value(report, by=site.rita).provenance == "reported"


def test_a_release_day_that_the_source_contradicts_is_refused(site: SimpleNamespace) -> None:
    report = drafted(site, source="Guan et al. 2023", release_basis="assumed", released_on=date(2022, 7, 1))
    words, field = refused(lambda: submit_value(report, by=site.ada, answers={"early": ""}))
    assert field == "released_on" and "work of 2023" in words


class TestAcceptance:
    def test_makes_the_observation(self, site: SimpleNamespace) -> None:
        report = filed(
            site, scope="仅含可再生能源 | renewables", note="基数 | base", basis="constant prices", exact=False
        )
        made = accept_value(report, by=site.rita)
        assert (made.value, made.period, made.period_kind) == (Decimal("6.3"), "2023Q2", "quarter")
        assert (made.period_start, made.period_end, made.released_on) == (
            date(2023, 4, 1),
            date(2023, 6, 30),
            date(2023, 7, 21),
        )
        assert (made.exact, made.verified, made.provenance, made.source) == (False, True, "published", "山东省统计局")
        assert (made.scope, made.note, made.basis) == ("仅含可再生能源 | renewables", "基数 | base", "constant prices")
        assert (made.recorded_by, made.release_basis, report.observation, report.state) == (
            site.rita,
            "stated",
            made,
            "accepted",
        )

    def test_a_revision_counts_from_its_day_on_and_before_it_the_earlier_value(self, site: SimpleNamespace) -> None:
        make_observation(site.growth, "6.2")
        report = filed(
            site,
            read_period("2023H1"),
            value=Decimal("6.5"),
            released_on=date(2023, 8, 28),
            purpose="revision",
            reason="终核",
        )
        assert value_on(site, TODAY) == Decimal("6.2")
        made = accept_value(report, by=site.rita)
        assert (value_on(site, TODAY), value_on(site, date(2023, 8, 27))) == (Decimal("6.5"), Decimal("6.2"))
        assert (made.reason, Observation.objects.effective().count()) == ("终核", 2)

    def test_a_correction_replaces_the_wrong_row_for_all_days(self, site: SimpleNamespace) -> None:
        wrong = make_observation(site.growth, "2.6", scope="部分 | part")
        report = filed(
            site,
            read_period("2023H1"),
            value=Decimal("6.2"),
            released_on=wrong.released_on,
            purpose="correction",
            corrects=wrong.pk,
            reason="录入错误",
        )
        made = accept_value(report, by=site.rita)
        wrong.refresh_from_db()
        assert (wrong.superseded, made.supersedes, made.reason, made.scope) == (True, wrong, "录入错误", "")
        assert value_on(site, date(2023, 8, 1)) == Decimal("6.2")

    def test_of_many_each_by_itself(self, site: SimpleNamespace) -> None:
        good = filed(site)
        gone = withdraw_report(filed(site, read_period("2023Q1"), released_on=date(2023, 4, 20)), by=site.ada)
        outcomes = do_each([good, gone], lambda report: accept_value(report, by=site.rita))
        assert [(each.ok, each.reason) for each in outcomes] == [
            (True, ""),
            (False, "The department has withdrawn this report"),
        ]
        assert Observation.objects.count() == 1

    def test_is_for_the_office(self, site: SimpleNamespace) -> None:
        report = filed(site)
        assert refused(lambda: accept_value(report, by=site.ada))[0] == "You may not do this"
        assert not Observation.objects.exists()

    def test_of_a_release_that_came_meanwhile_is_refused_and_changes_nothing(self, site: SimpleNamespace) -> None:
        report = filed(site)
        make_observation(
            site.growth,
            period="2023Q2",
            period_kind="quarter",
            period_start=date(2023, 4, 1),
            released_on=date(2023, 7, 21),
        )
        words, _field = refused(lambda: accept_value(report, by=site.rita))
        report.refresh_from_db()
        assert ("recorded already" in words, report.state, report.observation) == (True, "submitted", None)


class TestSecondValueOfAPeriod:
    def test_says_whether_it_is_a_revision_or_a_correction(self, site: SimpleNamespace) -> None:
        make_observation(site.growth)
        report = drafted(site, read_period("2023H1"))
        words, field = refused(lambda: submit_value(report, by=site.ada))
        assert field == "purpose" and "a revision or corrects it" in words

    def test_says_why(self, site: SimpleNamespace) -> None:
        make_observation(site.growth)
        report = drafted(site, read_period("2023H1"), purpose="revision")
        assert refused(lambda: submit_value(report, by=site.ada)) == ("Please say why.", "reason")

    def test_a_revision_of_the_same_day_is_refused(self, site: SimpleNamespace) -> None:
        make_observation(site.growth)
        report = drafted(site, read_period("2023H1"), purpose="revision", reason="终核", released_on=date(2023, 7, 20))
        words, field = refused(lambda: submit_value(report, by=site.ada))
        assert (words, field) == ("The value was released on 2023-07-20; a revision comes later.", "released_on")

    def test_the_same_release_again_is_refused(self, site: SimpleNamespace) -> None:
        """Whatever is said of it: a correction to the day of another release."""
        wrong = make_observation(site.growth)
        make_observation(site.growth, "6.4", released_on=date(2023, 8, 1))
        report = drafted(
            site,
            read_period("2023H1"),
            purpose="correction",
            corrects=wrong.pk,
            reason="错",
            released_on=date(2023, 8, 1),
        )
        words, field = refused(lambda: submit_value(report, by=site.ada))
        assert "recorded already" in words and field == "released_on"

    def test_corrects_a_row_of_its_own_period_alone(self, site: SimpleNamespace) -> None:
        other = make_observation(site.growth)
        words, field = refused(lambda: drafted(site, purpose="correction", corrects=other.pk))
        assert (words, field) == ("The value that it corrects is not there any more.", "purpose")

    def test_a_row_that_was_corrected_meanwhile_is_not_corrected_again(self, site: SimpleNamespace) -> None:
        wrong = make_observation(site.growth)
        report = filed(site, read_period("2023H1"), purpose="correction", corrects=wrong.pk, reason="错")
        correct_observation(wrong, by=site.rita, reason="错", value=Decimal(6))
        words, _field = refused(lambda: accept_value(report, by=site.rita))
        assert words == "This row was corrected already; correct the newer one."


class TestUndoing:
    def test_takes_the_observation_back(self, site: SimpleNamespace) -> None:
        report = filed(site)
        accept_value(report, by=site.rita)
        undo_value(report, by=site.rita, note="看错行")
        assert (report.state, report.observation, Observation.objects.count()) == ("submitted", None, 0)
        assert [step.move for step in report.steps.all()] == ["submit", "accept", "undo_acceptance"]
        assert accept_value(report, by=site.rita).value == Decimal("6.3")

    def test_of_a_correction_lets_the_row_count_again(self, site: SimpleNamespace) -> None:
        wrong = make_observation(site.growth)
        report = filed(
            site, read_period("2023H1"), value=Decimal(6), purpose="correction", corrects=wrong.pk, reason="错"
        )
        accept_value(report, by=site.rita)
        undo_value(report, by=site.rita, note="不错")
        wrong.refresh_from_db()
        assert (wrong.superseded, value_on(site, TODAY)) == (False, Decimal("6.2"))
        assert accept_value(report, by=site.rita).supersedes == wrong

    def test_needs_words_and_the_day_of_the_acceptance(self, site: SimpleNamespace, settings: Any) -> None:
        report = filed(site)
        accept_value(report, by=site.rita)
        assert refused(lambda: undo_value(report, by=site.rita, note=" "))[1] == "note"
        settings.PILOTZONE_TODAY = date(2023, 8, 30)
        assert "own day only" in refused(lambda: undo_value(report, by=site.rita, note="错"))[0]
        assert Observation.objects.count() == 1

    def test_of_what_was_corrected_or_begun_anew_is_refused(self, site: SimpleNamespace) -> None:
        report = filed(site)
        made = accept_value(report, by=site.rita)
        draft = drafted(site, purpose="correction", corrects=made.pk)
        assert "has been begun" in refused(lambda: undo_value(report, by=site.rita, note="错"))[0]
        discard_draft(draft, by=site.ada)
        correct_observation(made, by=site.rita, reason="错", value=Decimal(6))
        assert "corrected already" in refused(lambda: undo_value(report, by=site.rita, note="错"))[0]


def test_a_returned_value_is_written_anew_and_submitted_again(site: SimpleNamespace) -> None:
    report = filed(site)
    return_report(report, by=site.rita, note="来源？")
    again = save_value(site.growth, site.home, SECOND_QUARTER, by=site.ada, data=VALUE, version=report.version)
    submit_value(again, by=site.ada)
    assert [step.move for step in again.steps.all()] == ["submit", "return", "resubmit"]


# Is it far? The last values, the value, and the answer worked out by hand.
FAR = [
    (["1", "2", "3"], "100", False),  # of three nobody can tell
    (["10", "11", "12", "13"], "14", False),  # range 3 about the middle 11.5: 8.5 to 14.5
    (["10", "11", "12", "13"], "14.5", False),
    (["10", "11", "12", "13"], "14.6", True),
    (["10", "11", "12", "13"], "8.5", False),
    (["10", "11", "12", "13"], "8.4", True),
    (["6.2", "6.2", "6.2", "6.2"], "6.2", False),  # nothing has changed so far
    (["6.2", "6.2", "6.2", "6.2"], "6.3", True),
    # Mean 2 and standard deviation 3: to 11, before twice the range ends at 16.
    (["1", "1", "1", "1", "1", "1", "1", "1", "1", "11"], "10.9", False),
    (["1", "1", "1", "1", "1", "1", "1", "1", "1", "11"], "11.1", True),
    (["5.8", "6.0", "6.2", "6.1", "5.9"], "62", True),  # the point was left out
]


@pytest.mark.parametrize(("last", "value", "answer"), FAR)
def test_far_from_the_last_values(last: list[str], value: str, answer: bool) -> None:
    assert is_far(Decimal(value), [Decimal(each) for each in last], spreads=3) is answer


class TestDoubts:
    def quarters(self, site: SimpleNamespace, *values: str, **fields: Any) -> None:
        for number, value in enumerate(values):
            year, quarter = 2022 - number // 4, 4 - number % 4
            found = read_period(f"{year}Q{quarter}")
            assert found is not None
            make_observation(
                site.growth,
                value,
                period=found.code,
                period_kind="quarter",
                period_start=found.start,
                period_end=found.end,
                released_on=date(year + 1, 2, 1),
                **fields,
            )

    def doubts(self, do: Any) -> list[tuple[str, str, str]]:
        with pytest.raises(Doubtful) as raised:
            do()
        return [(each.name, each.field, each.question) for each in raised.value.doubts]

    def test_a_value_far_outside_is_asked_about_and_not_refused(self, site: SimpleNamespace) -> None:
        self.quarters(site, "6.0", "6.1", "5.9", "6.2", "6.0")
        report = drafted(site, value=Decimal(63))
        assert self.doubts(lambda: submit_value(report, by=site.ada)) == [
            ("far", "value", "The last 5 values lie between 5.9% and 6.2%. Is it 63.0%?")
        ]
        assert submit_value(report, by=site.ada, answers={"far": ""}).state == "submitted"

    def test_it_is_set_against_the_last_twelve(self, site: SimpleNamespace) -> None:
        self.quarters(site, *["6.0", "6.1", "6.2"] * 4, "600")
        assert [name for name, *_rest in self.doubts(lambda: filed(site, value=Decimal(60)))] == ["far"]

    def test_and_against_what_was_released_last_of_each(self, site: SimpleNamespace) -> None:
        self.quarters(site, "6.0", "6.1", "6.2", "90")
        make_observation(
            site.growth,
            "6.3",
            period="2022Q1",
            period_kind="quarter",
            period_start=date(2022, 1, 1),
            period_end=date(2022, 3, 31),
            released_on=date(2023, 3, 1),
        )
        assert [name for name, *_rest in self.doubts(lambda: filed(site, value=Decimal(60)))] == ["far"]

    def test_not_against_another_region(self, site: SimpleNamespace) -> None:
        self.quarters(site, "6.0", "6.1", "6.2", "6.3", region_code="100000")
        assert filed(site, value=Decimal(60)).state == "submitted"

    def test_a_period_of_another_length_is_asked_about(self, site: SimpleNamespace) -> None:
        self.quarters(site, "6.0", "6.1")
        found = self.doubts(lambda: filed(site, read_period("2022"), released_on=date(2023, 2, 1)))
        assert found == [
            ("kind", "value", "The last values were of another length (Quarter). Is this one of: Year?"),
        ]

    def test_but_not_one_that_is_due(self, site: SimpleNamespace) -> None:
        self.quarters(site, "6.0", "6.1")
        site.growth.frequency, site.growth.due_days = "year", 60
        site.growth.save()
        assert filed(site, read_period("2022"), released_on=date(2023, 2, 1)).state == "submitted"

    def test_a_release_before_the_end_of_the_period_is_asked_about(self, site: SimpleNamespace) -> None:
        found = self.doubts(lambda: filed(site, read_period("2023")))
        assert found == [
            ("early", "released_on", "It was released before its period ended, on 31 December 2023. Is that so?")
        ]
