"""The office says which questions about unlikely entries are asked, and tries them on a year's entries."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.editing.terms import change_terms
from office.trials import try_checks
from office.views.plausibility import CHECKS
from projects.models import ProjectMonth
from projects.months.services import MonthData, month_doubts, save_month
from reporting.plausibility import Limits, limits
from tests.factories import (
    make_department,
    make_indicator,
    make_measure,
    make_observation,
    make_project,
    make_project_month,
    make_report,
    make_user,
    region,
)
from tests.pages import text_of
from web.models import Site

pytestmark = pytest.mark.django_db
URL = "/office/plausibility/"


@pytest.fixture
def site(today: date) -> SimpleNamespace:
    project = make_project(city="370300", code="P0730", stage="preparing", investment=100_000)
    for month, invested in ((3, 1_000), (4, 2_000), (5, 3_000), (6, 4_000)):
        make_project_month(
            project, date(2023, month, 1), invested_wan=invested, progress=month, started_on=date(2023, 3, 1)
        )
    return SimpleNamespace(
        project=project,
        zoe=make_user("zoe", role="reporter", city=region("370300")),
        rita=make_user("rita", role="reviewer"),
    )


@pytest.fixture
def rita(site: SimpleNamespace) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(site.rita)
    return client


def form_of(client: Client) -> dict[str, str]:
    """Return the values of the page's form, as a browser would send them."""
    form = client.get(URL).context["form"]
    sent = {name: str(form[name].value()) for name in form.fields if form[name].value()}
    return {**sent, "opened": form.opened_text}


def july(site: SimpleNamespace, **values: Any) -> ProjectMonth:
    data = {"started_on": date(2023, 3, 1), "invested_wan": 5_000, "progress": 7, **values}
    return save_month(site.project, by=site.zoe, data=MonthData("under_construction", **data), period=date(2023, 7, 1))


def names(month: ProjectMonth) -> set[str]:
    return {each.name for each in month_doubts(month)}


def test_as_it_ships_all_are_asked(rita: Client, site: SimpleNamespace) -> None:
    form = form_of(rita)
    assert {each.name for each in CHECKS if not each.needs_reason} == {
        name.removesuffix("_asked") for name in form if name.endswith("_asked")
    }
    assert form["jump"] == "3"
    assert Site.objects.count() == 0
    # 3,001 in a month, where 1,000 are usual.
    assert names(july(site, invested_wan=7_001)) == {"jump"}


def test_a_limit_is_another(rita: Client, site: SimpleNamespace) -> None:
    answer = rita.post(URL, form_of(rita) | {"jump": "4"}, follow=True)
    assert "The questions were changed" in text_of(answer.content.decode())
    assert limits().chosen == {"jump": 4}
    month = july(site, invested_wan=8_000)
    assert names(month) == set()
    month.invested_wan = 8_001
    assert names(month) == {"jump"}
    entry = LogEntry.objects.get_for_model(Site).latest("pk")
    assert entry.actor == site.rita and "plausibility" in entry.changes


def test_one_is_not_asked_any_more_and_is_again(rita: Client, site: SimpleNamespace) -> None:
    form = form_of(rita)
    del form["jump_asked"]
    rita.post(URL, form)
    assert limits().chosen == {"jump": None}
    assert names(july(site, invested_wan=7_001)) == set()
    rita.post(URL, form_of(rita) | {"jump_asked": "on"})
    assert limits().chosen == {}


def test_what_contradicts_accepted_reports_is_always_asked(rita: Client) -> None:
    assert "contradicts_asked" not in form_of(rita)
    assert "always, with a reason" in text_of(rita.get(URL).content.decode())


@pytest.mark.parametrize("limit", ["", "0", "-1", "1001", "many"])
def test_a_limit_that_is_none_is_refused_at_its_field(rita: Client, limit: str) -> None:
    answer = rita.post(URL, form_of(rita) | {"jump": limit})
    assert answer.status_code == 200 and answer.context["form"].errors["jump"]
    assert not Site.objects.exists()


def test_two_who_change_it_are_told(rita: Client, site: SimpleNamespace) -> None:
    first, second = form_of(rita), form_of(rita)
    rita.post(URL, first | {"jump": "4"})
    answer = rita.post(URL, second | {"jump": "5"})
    assert "Somebody else has changed this" in text_of(answer.content.decode())
    assert limits().chosen == {"jump": 4}


def test_nothing_changed_is_said(rita: Client) -> None:
    assert "Nothing was changed." in text_of(rita.post(URL, form_of(rita)).content.decode())


class TestTrial:
    def test_counts_what_each_would_have_asked_and_saves_nothing(self, rita: Client, site: SimpleNamespace) -> None:
        make_project_month(site.project, date(2023, 7, 1), invested_wan=8_001, progress=6, started_on=date(2023, 3, 1))
        text = text_of(rita.post(URL, form_of(rita) | {"action": "try"}).content.decode())
        assert "times 1 entry P0730 July 2023 40.01 million yuan was invested since the last report" in text
        page = rita.post(URL, form_of(rita) | {"action": "try", "jump": "5"}).content.decode()
        assert "40.01 million yuan was invested since" not in text_of(page)
        assert re.search(r'name="jump" value="5"', page)
        assert not Site.objects.exists()

    def test_counts_due_dates_after_the_plan_that_were_set_in_the_year(
        self, rita: Client, site: SimpleNamespace, today: date
    ) -> None:
        late = date(2026, 6, 30)
        make_measure(code="M0801", due_on=late, listed_on=date(2023, 1, 3))
        make_measure(code="M0802", due_on=date(2025, 12, 31), listed_on=date(2023, 1, 3))
        old, moved = (make_measure(code=code, listed_on=date(2021, 1, 3), due_on=late) for code in ("M0803", "M0804"))
        change_terms(moved, by=site.rita, due_on=date(2026, 7, 1), reason="延期", answers={"due_after_plan": ""})
        trial = try_checks(Limits({}), plan=site.project.plan, day=today)["due_after_plan"]
        assert [each.url for each in trial.found] == ["/measures/M0801/", "/measures/M0804/"]
        assert old.code not in str(trial.found)

    def test_asks_as_many_queries_for_many_entries(self, site: SimpleNamespace, today: date) -> None:
        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                try_checks(Limits({}), plan=site.project.plan, day=today)
            return len(queries)

        def add() -> None:
            project = make_project(site.project.plan, city="370300")
            measure = make_measure(lead_department=make_department(), due_on=date(2026, 6, 30))
            indicator = make_indicator(owner=make_department())
            for month in (3, 4, 5):
                make_project_month(project, date(2023, month, 1), invested_wan=month, progress=month)
                make_report(measure, date(2023, month, 20), what_was_done_zh="本月状态无变化。", what_was_done_en="")
            make_observation(indicator, "5")

        add()
        before = asked()
        for _number in range(3):
            add()
        assert asked() <= before
        assert try_checks(Limits({}), plan=site.project.plan, day=today)["unchanged"].asked == 4
