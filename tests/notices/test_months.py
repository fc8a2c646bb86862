"""A project's month that a city or the lead department submitted: who may withdraw it, and who hears of it. Zoe reports
for the project's city, Ben for the department that leads it."""

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from core.exceptions import NotAllowed
from notices.models import Notice
from notices.services import notices_for
from notices.wording import notice_sentence, notice_url
from office.mergers import merge_departments
from projects.models import ProjectMonth
from projects.months.services import MonthData, accept_month, save_month, submit_month, undo_month
from reporting.services import allowed_moves, return_report, withdraw_report
from tests.factories import make_department, make_plan, make_project, make_user, region
from tests.pages import text_of

pytestmark = pytest.mark.django_db
JULY = date(2023, 7, 1)
BUILDING = {"stage": "under_construction", "started_on": date(2023, 3, 1), "invested_wan": 6_200, "progress": 40}
FORM = "/projects/P0001/month/?period=2023-07"
REFUSAL = "Only the department or city that submitted this month may withdraw it"


@pytest.fixture
def site(today: date) -> SimpleNamespace:
    energy, plan = make_department("energy", short_en="Energy"), make_plan("plan", starts_on=date(2023, 1, 1))
    project = make_project(plan, city="370300", code="P0001", name_en="Wind farm", stage="preparing")
    project.lead_department = energy
    project.save()
    return SimpleNamespace(
        project=project,
        energy=energy,
        rita=make_user("rita", role="reviewer"),
        zoe=make_user("zoe", role="reporter", city=region("370300")),
        ben=make_user("ben", role="reporter", department=energy),
    )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def submitted(site: SimpleNamespace, by: Any) -> ProjectMonth:
    data = MonthData(what_was_done="Towers", problem_choice="none", **BUILDING)
    return submit_month(save_month(site.project, by=by, data=data, period=JULY), by=by)


def told(person: Any) -> list[tuple[str, str, str]]:
    """Kind, sentence and address of each notice, oldest first."""
    notices = reversed(notices_for(person))
    return [(each.kind, notice_sentence(each), notice_url(each)) for each in notices]


def signed_in(person: Any) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person)
    return client


@pytest.mark.parametrize(("filer", "other"), [("zoe", "ben"), ("ben", "zoe")])
def test_only_the_side_that_submitted_a_month_withdraws_it_and_the_other_hears_of_it(
    site: SimpleNamespace, filer: str, other: str
) -> None:
    filer, other = getattr(site, filer), getattr(site, other)
    month = submitted(site, filer)
    assert [move.name for move in allowed_moves(month, other)] == []
    with pytest.raises(NotAllowed, match=REFUSAL):
        withdraw_report(month, by=other)
    page = signed_in(other).post(FORM, {"action": "withdraw"}, follow=True)
    assert REFUSAL in page.content.decode()
    assert 'value="withdraw"' not in page.content.decode()
    assert ProjectMonth.objects.get().state == "submitted"
    assert not Notice.objects.exists()
    assert [move.name for move in allowed_moves(month, filer)] == ["withdraw"]
    assert 'value="withdraw"' in signed_in(filer).get(FORM).content.decode()
    withdraw_report(month, by=filer)
    unit = "Energy" if filer == site.ben else "Zibo"
    assert told(other) == [
        ("taken_back", f"The report for July 2023 on P0001 Wind farm was withdrawn by {unit}.", f"{FORM}"),
    ]
    assert told(filer) == []
    assert f"withdrawn by {unit}" in text_of(signed_in(other).get("/inbox/").content.decode())


def test_a_side_that_files_for_the_project_no_longer_keeps_nobody_from_withdrawing(site: SimpleNamespace) -> None:
    month = submitted(site, site.ben)
    site.project.lead_department = make_department("science")
    site.project.save()
    month.refresh_from_db()
    assert [move.name for move in allowed_moves(month, site.zoe)] == ["withdraw"]


def test_a_department_that_was_merged_into_the_lead_is_the_lead(site: SimpleNamespace) -> None:
    month = submitted(site, site.ben)
    science = make_department("science")
    merge_departments(site.energy, into=science, by=site.rita, reason="They are one")
    eva = make_user("eva", role="reporter", department=science)
    month = ProjectMonth.objects.get(pk=month.pk)
    assert [move.name for move in allowed_moves(month, eva)] == ["withdraw"]
    assert allowed_moves(month, site.zoe) == []


def test_those_who_submitted_a_month_hear_what_the_office_decides(site: SimpleNamespace) -> None:
    month = submitted(site, site.zoe)
    return_report(month, by=site.rita, note="How many?")
    assert told(site.zoe) == [("returned", "The report for July 2023 on P0001 Wind farm was returned: How many?", FORM)]
    submit_month(month, by=site.zoe)
    accept_month(month, by=site.rita)
    assert told(site.zoe)[0][1:] == ("The report for July 2023 on P0001 Wind farm was returned.", "/projects/P0001/")
    undo_month(month, by=site.rita, note="Too early")
    assert [each[1:] for each in told(site.zoe)[1:]] == [
        ("The report for July 2023 on P0001 Wind farm was accepted.", "/projects/P0001/"),
        (
            "The acceptance of the report for July 2023 on P0001 Wind farm was undone; it waits for its review again.",
            "/projects/P0001/",
        ),
    ]
    assert told(site.ben) == []


def test_where_nobody_is_known_to_have_submitted_it_both_hear_and_both_may_withdraw(site: SimpleNamespace) -> None:
    month = submitted(site, site.zoe)
    ProjectMonth.objects.update(filing_city=None)
    month.refresh_from_db()
    assert [move.name for move in allowed_moves(month, site.ben)] == ["withdraw"]
    accept_month(month, by=site.rita)
    assert [each[0] for each in told(site.ben) + told(site.zoe)] == ["accepted", "accepted"]
