"""Measures that leave the plan and return: what they count for, what is refused, where they are found."""

import re
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from core.exceptions import NotAllowed
from core.scope import ScopeKind
from core.signals import figures_changed
from dashboard.changes import Changes, EarlierFigures
from dashboard.figures import Figures
from measures import filing
from measures.editing.corrections import reopen_measure
from measures.editing.scope import change_scope
from measures.editing.terms import move_listing
from measures.models import Measure, Report, ScopeChange
from measures.reporting_months import months_of
from measures.reports import accept_report, submit_report
from measures.timeline import load_history
from measures.workspace import load_workspace
from notices.due_dates import notify_of_due_dates
from notices.models import Notice
from notices.services import notices_for
from notices.wording import notice_sentence
from projects.services import change_scope as change_project_scope
from rollups import engine
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_rollups
from tests.factories import (
    file_report,
    leave,
    make_change,
    make_department,
    make_indicator,
    make_measure,
    make_project,
    make_user,
    shanghai,
)
from tests.pages import text_of
from web.limits import thresholds

pytestmark = pytest.mark.django_db
REPORT = "/measures/M101/report/?period=2023-08"
TODAY, MAY, LISTED = date(2023, 8, 29), date(2023, 5, 1), date(2023, 1, 3)


@pytest.fixture(autouse=True)
def _english(today: date, open_reading: None, client: Any) -> None:
    client.cookies["pilotzone_language"] = "en"


@pytest.fixture
def rita() -> User:
    return make_user("rita", role="reviewer")


@pytest.fixture
def ada() -> User:
    return make_user("ada", role="reporter", department=make_department("science"))


@pytest.fixture
def measure(ada: User) -> Measure:
    return make_measure(code="M101", lead_department=ada.department, due_on=date(2023, 8, 30))


def totals(measure: Measure, day: date) -> int:
    cells = engine.read_cells("measures", plan_id=measure.plan_id, day=day, today=TODAY)
    return cells.totals().get("total", 0)


def test_a_suspended_measure_counts_until_the_day_and_again_when_it_is_resumed(measure: Measure, rita: User) -> None:
    rebuild_rollups()
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=MAY, reason="资金未到位")
    refresh_stale_rollups()
    assert [totals(measure, day) for day in (date(2023, 4, 30), MAY, TODAY)] == [1, 0, 0]
    change_scope(measure, ScopeKind.RESUMED, by=rita, effective_on=date(2023, 8, 1), reason="资金已到位")
    refresh_stale_rollups()
    assert [totals(measure, day) for day in (date(2023, 4, 30), date(2023, 7, 31), TODAY)] == [1, 0, 1]
    assert verify_rollups() == []


def test_a_measure_added_by_mistake_is_withdrawn_from_its_first_day(measure: Measure, rita: User) -> None:
    change_scope(measure, ScopeKind.WITHDRAWN, by=rita, effective_on=LISTED, reason="误加")
    assert totals(measure, LISTED) == totals(measure, TODAY) == 0
    assert Measure.objects.get() == measure


def test_its_cell_is_signalled(measure: Measure, rita: User) -> None:
    heard: list[Any] = []

    def listen(sender: Any, *, kind: str, cells: Any, **kwargs: Any) -> None:
        heard.append((kind, cells))

    figures_changed.connect(listen)
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=TODAY, reason="暂缓")
    figures_changed.disconnect(listen)
    assert heard == [("measures", {(measure.plan_id, measure.section_id, measure.lead_department_id)})]


@pytest.mark.parametrize(
    ("kind", "day", "reason"),
    [
        (ScopeKind.RESUMED, TODAY, "继续"),
        (ScopeKind.SUSPENDED, TODAY, " "),
        (ScopeKind.SUSPENDED, date(2023, 1, 2), "暂缓"),
        (ScopeKind.SUSPENDED, date(2023, 8, 30), "暂缓"),
    ],
)
def test_what_cannot_be_is_refused(measure: Measure, rita: User, kind: ScopeKind, day: date, reason: str) -> None:
    with pytest.raises(NotAllowed):
        change_scope(measure, kind, by=rita, effective_on=day, reason=reason)
    assert not ScopeChange.objects.exists()


def test_only_the_office_decides_who_leaves(measure: Measure, ada: User) -> None:
    with pytest.raises(NotAllowed):
        change_scope(measure, ScopeKind.SUSPENDED, by=ada, effective_on=TODAY, reason="暂缓")


def test_a_withdrawal_by_mistake_is_taken_back_and_both_rows_stay(measure: Measure, rita: User) -> None:
    change_scope(measure, ScopeKind.WITHDRAWN, by=rita, effective_on=TODAY, reason="误操作")
    with pytest.raises(NotAllowed):
        change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=TODAY, reason="暂缓")
    change_scope(measure, ScopeKind.RESUMED, by=rita, effective_on=TODAY, reason="撤销有误")
    assert totals(measure, TODAY) == 1
    assert [row.kind for row in measure.scope_changes.order_by("pk")] == ["withdrawn", "resumed"]


def test_of_two_rows_of_a_day_the_one_that_was_entered_last_holds(measure: Measure, rita: User) -> None:
    """Also where the clock of a pinned day has begun anew between the two."""
    leave(measure, "suspended", TODAY, by=rita, recorded_at=shanghai(date(2023, 8, 30)))
    change_scope(measure, ScopeKind.RESUMED, by=rita, effective_on=TODAY, reason="继续")
    assert totals(measure, TODAY) == 1


def test_the_listing_does_not_move_behind_the_leaving(measure: Measure, rita: User) -> None:
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=MAY, reason="暂缓")
    with pytest.raises(NotAllowed, match="2023-05-01"):
        move_listing(measure, by=rita, listed_on=date(2023, 5, 2))


def test_who_is_out_owes_nothing_and_is_told_of_no_due_day(measure: Measure, rita: User, ada: User) -> None:
    assert months_of(measure.plan, day=TODAY)
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=TODAY, reason="暂缓")
    assert months_of(measure.plan, day=TODAY) == {}
    workspace = load_workspace(
        measure.lead_department, plan=measure.plan, month=date(2023, 8, 1), day=TODAY, limits=thresholds()
    )
    assert (workspace.owed, workspace.missing) == (0, 0)
    notify_of_due_dates(TODAY)
    assert not ada.notices.filter(kind__in=["due_soon", "overdue"]).exists()


def test_a_month_at_whose_end_it_was_out_is_not_owed_after_it_was_resumed(
    measure: Measure, rita: User, settings: Any
) -> None:
    settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 5, 1)
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=date(2023, 6, 15), reason="暂缓")
    change_scope(measure, ScopeKind.RESUMED, by=rita, effective_on=date(2023, 7, 10), reason="继续")
    for month, owed in ((date(2023, 5, 1), 1), (date(2023, 6, 1), 0), (date(2023, 7, 1), 1)):
        assert Measure.objects.owing(month, by=TODAY).count() == owed
        assert len(months_of(measure.plan, month=month, day=TODAY)) == owed


def test_the_departments_concerned_are_told(measure: Measure, rita: User, ada: User) -> None:
    pat = make_user("pat", role="reporter", department=make_department("forestry"))
    measure.participating_departments.add(pat.department)
    make_user("ben", role="reporter", department=make_department("finance"))
    steps = [(ScopeKind.SUSPENDED, 3), (ScopeKind.RESUMED, 4), (ScopeKind.WITHDRAWN, 5)]
    for kind, day in steps:
        change_scope(measure, kind, by=rita, effective_on=date(2023, 5, day), reason="暂缓")
    for user in (ada, pat):
        with translation.override("en"):
            assert [notice_sentence(each) for each in notices_for(user).order_by("pk")] == [
                f"The office suspended M101 {measure.title_en}: no reports are due until it is resumed.",
                f"The office resumed M101 {measure.title_en}: monthly reports are due again.",
                f"The office withdrew M101 {measure.title_en} from the plan: no more reports are due.",
            ]
    assert Notice.objects.count() == 6


def test_nothing_is_reported_on_who_is_out_and_what_was_typed_stays(
    measure: Measure, rita: User, ada: User, client: Any
) -> None:
    waiting = file_report(measure, by=ada, status="promoting", period=date(2023, 7, 1))
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=TODAY, reason="资金未到位。")
    with pytest.raises(NotAllowed, match="资金未到位"):
        accept_report(waiting, by=rita)
    client.force_login(ada)
    closed = client.get(REPORT).content.decode()
    assert re.search(r"资金未到位 ?\. Nothing can be reported until it is resumed", text_of(closed))
    assert 'id="report-form"' not in closed
    typed = {"status": "promoting", "against_status": "promoting", "what_was_done": "已开工建设", "action": "submit"}
    page = client.post(REPORT, typed)
    assert "资金未到位" in page.content.decode()
    assert "已开工建设" in page.content.decode()
    assert Report.objects.get() == waiting


def test_the_overview_counts_who_left_and_who_is_back_and_calls_none_newly_listed(
    measure: Measure, rita: User, client: Any
) -> None:
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=date(2023, 7, 30), reason="资金未到位")
    address = f"/?plan={measure.plan.slug}&as_of=2023-08-29&compare="
    assert "since end of June: 1 suspended or withdrawn" in text_of(client.get(f"{address}2023-06-30").content.decode())
    change_scope(measure, ScopeKind.RESUMED, by=rita, effective_on=date(2023, 8, 1), reason="资金已到位")
    text = text_of(client.get(f"{address}2023-07-31").content.decode())
    assert "since end of July: 1 resumed" in text
    assert "newly listed" not in text


def test_who_is_out_is_not_reopened(measure: Measure, rita: User) -> None:
    make_change(measure, "completed", MAY)
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=TODAY, reason="资金未到位")
    with pytest.raises(NotAllowed, match="资金未到位"):
        reopen_measure(measure, by=rita, status="in_progress", effective_on=TODAY, reason="返工")


def test_a_draft_that_was_begun_before_stays_and_waits_for_the_measure_to_be_resumed(
    measure: Measure, rita: User, ada: User
) -> None:
    values = {"status": "promoting", "what_was_done": "写了一半"}
    report = filing.file_report(measure, by=ada, values=values, submit=False)
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=TODAY, reason="资金未到位")
    with pytest.raises(NotAllowed, match="资金未到位"):
        submit_report(report, by=ada)
    change_scope(measure, ScopeKind.RESUMED, by=rita, effective_on=TODAY, reason="继续")
    assert submit_report(report, by=ada).what_was_done_zh == "写了一半"


def test_the_page_says_since_when_and_why(measure: Measure, rita: User, client: Any) -> None:
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=MAY, reason="资金未到位")
    text = text_of(client.get("/measures/M101/").content.decode())
    assert "资金未到位" in text
    assert "It counts in no total from that day on." in text
    assert "Leaving and returning" in text
    assert "资金未到位" not in text_of(client.get("/measures/M101/?as_of=2023-04-30").content.decode())


def test_the_office_suspends_on_a_page(measure: Measure, rita: User, client: Any) -> None:
    client.force_login(rita)
    assert "/measures/M101/scope/" in client.get("/measures/M101/").content.decode()
    values = {"kind": "suspended", "effective_on": "2023-09-30", "reason": "资金未到位"}
    page = client.post("/measures/M101/scope/", values)
    assert "The day must lie between" in page.content.decode()
    assert "资金未到位" in page.content.decode()
    assert client.post("/measures/M101/scope/", values | {"effective_on": "2023-08-29"}).status_code == 302
    row = ScopeChange.objects.get()
    assert (row.kind, row.effective_on, row.reason, row.recorded_by) == ("suspended", TODAY, "资金未到位", rita)


def test_lists_leave_it_out_and_find_it_by_its_scope(measure: Measure, rita: User, client: Any) -> None:
    make_measure(measure.section, measure.lead_department, code="M102")
    project = make_project(code="P0900", measures=[measure])
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=MAY, reason="暂缓")

    def codes(query: str) -> list[str]:
        return [row["code"] for row in client.get(f"/api/v1/measures/{query}").json()["results"]]

    assert codes("") == ["M102"]
    assert codes("?scope=suspended") == ["M101"]
    assert codes("?scope=withdrawn") == []
    assert codes("?scope=in_plan,suspended") == ["M101", "M102"]
    assert codes("?as_of=2023-04-30") == ["M101", "M102"]
    assert "M101" not in text_of(client.get("/measures/").content.decode())
    assert "M101" in text_of(client.get("/measures/?scope=suspended").content.decode())
    row = client.get("/api/v1/measures/M101/").json()
    assert (row["scope"], row["light"], row["light_reason"]) == ("suspended", None, "")
    assert client.get("/api/v1/measures/?scope=suspended&light=red").json()["results"] == []
    assert client.get(f"/api/v1/projects/{project.code}/").json()["measures"] == []
    history = client.get("/api/v1/measures/M101/history/").json()
    assert [(each["kind"], each["reason"]) for each in history["scope_changes"]] == [("suspended", "暂缓")]


def test_pages_and_figures_name_and_count_nobody_who_is_out(
    measure: Measure, rita: User, ada: User, client: Any
) -> None:
    """The measure and the project are illustrative, what stays is reported."""
    make_indicator("gdp_growth_ytd", measures=[measure])
    stays = make_measure(measure.section, code="M102", provenance="reported", lead_provenance="reported")
    stays.status_changes.update(provenance="reported")
    make_project(provenance="reported", investment_provenance="reported")
    project = make_project(name_en="Gone project", listed_on=date(2023, 6, 1), measures=[stays])
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=MAY, reason="暂缓")
    change_project_scope(project, ScopeKind.WITHDRAWN, by=rita, effective_on=date(2023, 6, 1), reason="误加")
    pages = dict.fromkeys(("/measures/M102/", "/cities/370200/", "/projects/"), project.name_en)
    for address, name in (*pages.items(), ("/indicators/gdp_growth_ytd/", measure.title_en)):
        assert name not in text_of(client.get(address).content.decode()), address
    assert client.get("/api/v1/indicators/gdp_growth_ytd/").json()["measures"] == []
    now, then = Figures(measure.plan, TODAY), Figures(measure.plan, date(2023, 4, 30))
    assert now.provenance_of("measures") == now.provenance_of("projects") == "reported"
    assert Changes(now, then).projects["total"] == 0
    assert EarlierFigures(now, TODAY, load_history(measure.plan, TODAY)).projects["total"] == 1
    client.force_login(ada)
    assert client.get("/workspace/").context["work"].rows == []


def test_changes_name_who_left_and_who_returned(measure: Measure, rita: User, client: Any) -> None:
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=MAY, reason="暂缓")
    change_scope(measure, ScopeKind.RESUMED, by=rita, effective_on=date(2023, 8, 1), reason="继续")
    left = client.get("/api/v1/changes/?compare=2023-04-30&as_of=2023-06-30").json()
    assert (left["counts"]["left"], left["counts"]["changed"]) == (1, 0)
    [row] = left["measures"]
    assert (row["scope_then"], row["scope"], row["light"]) == ("in_plan", "suspended", None)
    back = client.get("/api/v1/changes/?compare=2023-06-30").json()
    assert (back["counts"]["returned"], back["measures"][0]["scope_then"]) == (1, "suspended")
    assert "Back in the plan" in text_of(client.get("/changes/?compare=2023-06-30").content.decode())
