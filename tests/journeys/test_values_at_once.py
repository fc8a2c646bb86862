"""Filed values in many hands at the same moment: one decision, and each is told once."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from core.period_codes import read_period
from indicators.models import Indicator, ValueReport
from indicators.values.services import ValueData, accept_value, save_value, submit_value
from notices.due_values import notify_of_due_values
from notices.models import Notice
from reporting.services import delete_abandoned_drafts, return_report
from tests.factories import make_department, make_indicator, make_plan, make_user, region
from tests.journeys.test_at_once import EIGHT, at_once, split

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
VALUE = ValueData(Decimal("6.3"), verified=True, released_on=date(2023, 7, 21))


@pytest.fixture(autouse=True)
def _at_once(real_connections: Any, today: date) -> None:
    make_plan()


@pytest.fixture
def growth() -> Indicator:
    return make_indicator("growth", owner=make_department("science"), frequency="quarter", due_days=20)


@pytest.fixture
def ada(growth: Indicator) -> User:
    return make_user("ada", role="reporter", department=growth.owner)


@pytest.fixture
def draft(growth: Indicator, ada: User) -> ValueReport:
    period = read_period("2023Q2")
    assert period is not None
    return save_value(growth, region(), period, by=ada, data=VALUE)


def test_eight_workers_tell_of_a_value_that_is_due_and_it_is_told_once(growth: Indicator, ada: User) -> None:
    done, _refusals = split(at_once([lambda: notify_of_due_values(date(2023, 7, 19))] * EIGHT))
    assert done == [None] * EIGHT
    assert Notice.objects.get().user == ada


def test_of_eight_decisions_one_counts_and_the_department_is_told_of_it(draft: ValueReport, ada: User) -> None:
    submit_value(draft, by=ada)

    def decide(number: int) -> Any:
        report, by = ValueReport.objects.get(pk=draft.pk), User.objects.get(username=f"reviewer-{number}")
        return accept_value(report, by=by) if number % 2 else return_report(report, by=by, note="来源？")

    for number in range(EIGHT):
        make_user(f"reviewer-{number}", role="reviewer")
    well, refusals = split(at_once([lambda number=number: decide(number) for number in range(EIGHT)]))
    assert (len(well), len(refusals)) == (1, EIGHT - 1)
    draft.refresh_from_db()
    assert Notice.objects.get().kind == draft.state


def test_eight_workers_delete_an_abandoned_draft_and_one_counts_it(draft: ValueReport, ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_active=False)
    ValueReport.objects.update(edited_at=datetime(2022, 7, 1, tzinfo=UTC))
    deleted, _refusals = split(at_once([lambda: delete_abandoned_drafts(ValueReport)] * EIGHT))
    assert sorted(deleted) == [0] * (EIGHT - 1) + [1]
    assert not ValueReport.objects.exists()
