"""Tests of what a city, a lead department and the office do with a project's month, and what is refused or asked
about."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation

from core.exceptions import NotAllowed
from core.scope import ScopeKind
from projects.annual_plans import set_annual_plan
from projects.models import Project, ProjectMonth
from projects.months.figures import load_history
from projects.months.services import MonthData, accept_month, carried_over, save_month, submit_month, undo_month
from projects.services import change_scope
from reporting.doubts import Doubtful
from reporting.services import DraftChanged, do_each, return_report, withdraw_report
from rollups import engine
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_rollups
from tests.factories import make_department, make_project, make_project_month, make_user, region

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
JULY, AUGUST = date(2023, 7, 1), date(2023, 8, 1)
BUILDING = MonthData("under_construction", started_on=date(2023, 3, 1), invested_wan=3_000, progress=40)


@pytest.fixture
def site(today: date) -> SimpleNamespace:
    energy = make_department("energy")
    return SimpleNamespace(
        project=make_project(city="370300", stage="preparing", investment=10_000, lead_department=energy),
        zoe=make_user("zoe", role="reporter", city=region("370300")),
        yan=make_user("yan", role="reporter", city=region("370600")),
        ben=make_user("ben", role="reporter", department=energy),
        ada=make_user("ada", role="reporter", department=make_department("other")),
        rita=make_user("rita", role="reviewer"),
    )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def filed(site: SimpleNamespace, data: MonthData = BUILDING, period: date = JULY, **options: Any) -> ProjectMonth:
    month = save_month(site.project, by=site.zoe, data=data, period=period)
    return submit_month(month, by=site.zoe, **options)


def refused(do: Any) -> tuple[str, str | None]:
    with pytest.raises(NotAllowed) as raised:
        do()
    return str(raised.value), raised.value.field


class TestWhoFiles:
    @pytest.mark.parametrize("name", ["zoe", "ben"])
    def test_its_city_and_its_lead_department(self, site: SimpleNamespace, name: str) -> None:
        person = getattr(site, name)
        month = save_month(site.project, by=person, data=BUILDING, period=JULY)
        assert submit_month(month, by=person).state == "submitted"
        assert [step.move for step in month.steps.all()] == ["submit"]

    @pytest.mark.parametrize("name", ["yan", "ada", "rita"])
    def test_nobody_else(self, site: SimpleNamespace, name: str) -> None:
        words, _field = refused(lambda: save_month(site.project, by=getattr(site, name), data=BUILDING, period=JULY))
        assert words == "Only the project's city and its lead department may report on this project"
        assert not ProjectMonth.objects.exists()

    def test_city_and_department_go_on_with_the_same_draft(self, site: SimpleNamespace) -> None:
        draft = save_month(site.project, by=site.zoe, data=BUILDING, period=JULY)
        changed = replace(BUILDING, progress=45)
        again = save_month(site.project, by=site.ben, data=changed, period=JULY, version=draft.version)
        assert (again.pk, again.progress) == (draft.pk, 45)
        with pytest.raises(DraftChanged):
            save_month(
                site.project, by=site.zoe, data=replace(BUILDING, progress=50), period=JULY, version=draft.version
            )

    def test_none_for_a_month_to_come_before_it_was_listed_or_while_it_is_out(self, site: SimpleNamespace) -> None:
        Project.objects.update(listed_on=date(2023, 5, 4))
        assert refused(lambda: filed(site, period=date(2023, 9, 1)))[1] == "period"
        assert refused(lambda: filed(site, period=date(2023, 4, 1)))[1] == "period"
        change_scope(site.project, ScopeKind.WITHDRAWN, by=site.rita, effective_on=date(2023, 8, 1), reason="不再实施")
        assert refused(lambda: filed(site))[0].startswith("Withdrawn since 2023-08-01")


WRONG = [
    (replace(BUILDING, invested_wan=None), "invested_wan", "This field is required"),
    (replace(BUILDING, progress=None), "progress", "This field is required"),
    (replace(BUILDING, started_on=None), "started_on", "Say on which day this stage began."),
    (replace(BUILDING, started_on=date(2023, 8, 1)), "started_on", "The day is after 31 July"),
    (replace(BUILDING, completed_on=date(2023, 7, 1)), "completed_on", "this day is not known yet"),
    (MonthData("preparing", started_on=date(2023, 3, 1), invested_wan=0, progress=0), "started_on", "not known yet"),
    (replace(BUILDING, stage="completed", completed_on=date(2023, 2, 1)), "completed_on", "before that of the stage"),
    (replace(BUILDING, stage="suspended"), "stage_reason", "why the project is suspended"),
]


@pytest.mark.parametrize(("data", "field", "words"), WRONG)
def test_what_is_incomplete_is_refused_with_its_field(
    site: SimpleNamespace, data: MonthData, field: str, words: str
) -> None:
    sentence, at = refused(lambda: filed(site, data))
    assert at == field
    assert words in sentence
    # It is kept as a draft: nothing typed is lost.
    assert ProjectMonth.objects.get().state == "draft"


def test_a_project_that_goes_on_says_why(site: SimpleNamespace) -> None:
    make_project_month(site.project, date(2023, 6, 1), stage="suspended", started_on=date(2023, 3, 1))
    assert refused(lambda: filed(site))[1] == "stage_reason"
    month = ProjectMonth.objects.open().get()
    saved = save_month(
        site.project, by=site.zoe, data=replace(BUILDING, stage_reason="用地已落实"), period=JULY, version=month.version
    )
    assert submit_month(saved, by=site.zoe).stage_reason == "用地已落实"


BUILT = replace(BUILDING, stage="completed", completed_on=date(2023, 7, 20))
DOUBTS = [
    (replace(BUILDING, invested_wan=1_999), {"less_invested"}),
    (replace(BUILDING, progress=29), {"less_progress"}),
    (replace(BUILDING, invested_wan=9_001), {"over_total"}),
    (replace(BUILT, invested_wan=3_000, progress=100), {"completed_early"}),
    (replace(BUILT, invested_wan=8_000, progress=90), {"unfinished"}),
    (replace(BUILT, invested_wan=8_000, progress=100), set()),
    (replace(BUILDING, invested_wan=9_000), set()),
]


@pytest.mark.parametrize(("data", "names"), DOUBTS)
def test_what_is_unlikely_is_asked_about_and_then_believed(
    site: SimpleNamespace, data: MonthData, names: set[str]
) -> None:
    Project.objects.update(invested_before_wan=400)
    make_project_month(site.project, date(2022, 12, 1), invested_wan=600, progress=20)
    make_project_month(site.project, date(2023, 6, 1), invested_wan=2_000, progress=30, started_on=date(2023, 3, 1))
    month = save_month(site.project, by=site.zoe, data=data, period=JULY)
    assert load_history([month.project_id]).past(month).invested_before == 1_000
    if names:
        with pytest.raises(Doubtful) as raised:
            submit_month(month, by=site.zoe)
        assert {each.name for each in raised.value.doubts} == names
        assert ProjectMonth.objects.get(pk=month.pk).state == "draft"
    assert submit_month(month, by=site.zoe, answers=dict.fromkeys(names, "")).state == "submitted"


def test_a_new_month_goes_on_from_the_one_before(site: SimpleNamespace) -> None:
    assert carried_over(site.project, JULY) == MonthData("preparing")
    make_project_month(site.project, date(2022, 12, 1), invested_wan=600, progress=20, started_on=date(2022, 3, 1))
    first = carried_over(site.project, date(2023, 1, 1))
    # Of another year: nothing is invested yet.
    assert (first.invested_wan, first.progress, first.started_on) == (0, 20, date(2022, 3, 1))
    make_project_month(site.project, date(2023, 1, 1), invested_wan=50, progress=25, started_on=date(2022, 3, 1))
    assert carried_over(site.project, date(2023, 2, 1)).invested_wan == 50


class TestTheOffice:
    def test_accepts_many_at_once_and_the_figures_move_by_exactly_that(self, site: SimpleNamespace) -> None:
        others = [make_project(site.project.plan, city="370300", stage="preparing", investment=5_000) for _ in range(3)]
        for each in [site.project, *others]:
            set_annual_plan(each, by=site.rita, year=2023, planned_wan=4_000)
        rebuild_rollups()
        months = []
        for number, project in enumerate([site.project, *others]):
            data = replace(BUILDING, invested_wan=1_000 + number)
            month = save_month(project, by=site.zoe, data=data, period=JULY)
            months.append(submit_month(month, by=site.zoe))
        before = self.totals(site)
        # One is decided by a colleague meanwhile, the others go through.
        return_report(months[3], by=site.rita, note="请核对")
        outcomes = do_each(months, lambda month: accept_month(month, by=site.rita))
        assert [each.ok for each in outcomes] == [True, True, True, False]
        assert outcomes[3].reason == "This report has already been reviewed"
        refresh_stale_rollups()
        after = self.totals(site)
        moved = {name: after[name] - before[name] for name in after if after[name] != before[name]}
        assert moved == {"started": 3, "invested": 3_003, "without_month": -3}
        assert verify_rollups() == []

    def totals(self, site: SimpleNamespace) -> dict[str, int]:
        day = date(2023, 8, 29)
        return engine.read_cells("projects", plan_id=site.project.plan_id, day=day, today=day).totals()

    def test_undoes_an_acceptance_of_the_same_day(self, site: SimpleNamespace) -> None:
        rebuild_rollups()
        before = self.totals(site)
        month = accept_month(filed(site), by=site.rita)
        refresh_stale_rollups()
        assert self.totals(site) != before
        assert undo_month(month, by=site.rita, note="误点").state == "submitted"
        refresh_stale_rollups()
        assert self.totals(site) == before
        assert verify_rollups() == []

    def test_undoes_one_that_a_later_month_follows(self, site: SimpleNamespace) -> None:
        july = accept_month(filed(site), by=site.rita)
        august = accept_month(filed(site, replace(BUILDING, invested_wan=3_200), AUGUST), by=site.rita)
        undone = undo_month(july, by=site.rita, note="误点")
        assert (undone.state, undone.superseded_from) == ("submitted", None)
        assert ProjectMonth.objects.get(pk=august.pk).superseded_from is None
        accept_month(undone, by=site.rita)
        assert ProjectMonth.objects.get(pk=july.pk).superseded_from == AUGUST

    def test_a_returned_month_is_mended_and_comes_again(self, site: SimpleNamespace) -> None:
        month = filed(site)
        return_report(month, by=site.rita, note="投资额请核对")
        month.refresh_from_db()
        data = replace(BUILDING, invested_wan=3_100)
        again = save_month(site.project, by=site.zoe, data=data, period=JULY, version=month.version)
        submit_month(again, by=site.zoe)
        assert [step.move for step in again.steps.all()] == ["submit", "return", "resubmit"]
        assert [step.content["invested_wan"] for step in again.steps.all()] == [3_000, 3_000, 3_100]

    def test_its_filer_takes_back_what_is_not_decided(self, site: SimpleNamespace) -> None:
        month = withdraw_report(filed(site), by=site.zoe)
        assert month.state == "draft"
        submit_month(month, by=site.zoe)
        accept_month(month, by=site.rita)
        assert refused(lambda: withdraw_report(month, by=site.zoe))[0] == "This report has already been reviewed"

    def test_a_month_that_has_not_ended_is_accepted_and_decides_from_its_last_day(self, site: SimpleNamespace) -> None:
        accept_month(filed(site, period=AUGUST), by=site.rita)
        stages = [Project.objects.listed(date(2023, 8, day)).get().stage for day in (29, 30, 31)]
        assert stages == ["preparing", "preparing", "under_construction"]

    def test_sets_the_annual_plan_and_says_why_when_it_changes(self, site: SimpleNamespace) -> None:
        plan = set_annual_plan(site.project, by=site.rita, year=2023, planned_wan=4_000)
        assert refused(lambda: set_annual_plan(site.project, by=site.rita, year=2023, planned_wan=5_000))[1] == "reason"
        set_annual_plan(site.project, by=site.rita, year=2023, planned_wan=5_000, reason="年中调整")
        change = plan.changes.get()
        assert (change.old_value, change.new_value, change.reason) == ("4000", "5000", "年中调整")
        again = refused(lambda: set_annual_plan(site.project, by=site.rita, year=2023, planned_wan=5_000, reason="再"))
        assert again == ("Nothing was changed.", "planned_wan")
        words, _field = refused(lambda: set_annual_plan(site.project, by=site.zoe, year=2023, planned_wan=1))
        assert words == "You may not do this"
        assert plan.changes.count() == 1
