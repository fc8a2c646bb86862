"""Rita takes acceptances of Ada's reports on M001 back: on the same day, with a reason, while nothing rests on them."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from core.exceptions import NotAllowed
from core.signals import figures_changed
from dashboard.figures import Figures
from measures.editing.acceptances import undo_acceptance
from measures.editing.corrections import correct_status, reopen_measure
from measures.editing.terms import change_terms, move_listing
from measures.filing import file_report
from measures.models import Measure, Report, StatusChange
from measures.reports import accept_report
from notices.services import notices_for
from notices.wording import notice_sentence
from reporting.services import return_report
from rollups.services import refresh_stale_rollups, verify_rollups
from tests import factories as make
from tests.pages import text_of
from web.limits import thresholds

pytestmark = pytest.mark.django_db

TODAY, MAY = date(2023, 8, 29), date(2023, 5, 18)
WHY = "点错了，材料不全"
DOCUMENT = [{"document_number": "鲁1号"}]


@pytest.fixture
def site(today: date) -> SimpleNamespace:
    """M001 is in progress since May."""
    science = make.make_department("science")
    measure = make.make_measure(make.make_section(make.make_plan()), science, code="M001", due_on=date(2023, 7, 31))
    make.make_change(measure, "in_progress", MAY)
    ada = make.make_user("ada", role="reporter", department=science, language="en")
    rita = make.make_user("rita", role="reviewer", language="en")
    return SimpleNamespace(measure=measure, science=science, ada=ada, rita=rita)


def accepted(site: SimpleNamespace, status: str = "completed", **fields: Any) -> Report:
    values = {"status": status, "what_was_done": "完成", **fields}
    period = values.pop("period", None)
    report = file_report(site.measure, by=site.ada, values=values, evidence=DOCUMENT, period=period, answers=make.YES)
    accept_report(report, by=site.rita)
    return report


def undo(site: SimpleNamespace, report: Report, note: str = WHY) -> Report:
    return undo_acceptance(report, by=site.rita, note=note)


def state(site: SimpleNamespace) -> dict[str, Any]:
    """All that a reader sees of the measure today, and the figures."""
    measures = Measure.objects.as_of(TODAY, limits=thresholds())
    columns = ("status", "status_since", "light", "last_report_on")
    figures = Figures(site.measure.section.plan, TODAY)
    return {
        "measure": measures.values(*columns).get(pk=site.measure.pk),
        "figures": figures.measures,
        "latest_change_on": figures.latest_change_on,
        "in_may": Measure.objects.with_status(MAY).values("status", "status_since").get(pk=site.measure.pk),
    }


class TestUndoing:
    @pytest.mark.parametrize("status", ["completed", "promoting", "in_progress"])
    def test_everything_is_as_before_and_the_report_waits_again(self, site: Any, status: str) -> None:
        before = state(site)
        report = accepted(site, status=status, problem="停工")
        assert state(site) != before
        undo(site, report)
        assert state(site) == before
        report.refresh_from_db()
        assert (report.state, report.decided_on, report.decided_by) == ("submitted", None, None)
        assert (report.submitted_on, report.submitted_by) == (TODAY, site.ada)

    def test_nothing_is_deleted(self, site: Any) -> None:
        report = accepted(site)
        [change] = report.status_changes.all()
        undo(site, report)
        again = StatusChange.objects.get(supersedes=change)
        assert (again.old_status, again.status, again.effective_on) == ("completed", "in_progress", MAY)
        assert (again.restates, again.recorded_by, again.reason_zh) == (True, site.rita, WHY)
        assert [(step.move, step.note) for step in report.steps.all()] == [
            ("submit", ""),
            ("accept", ""),
            ("undo_acceptance", WHY),
        ]

    def test_the_report_is_accepted_and_undone_again(self, site: Any) -> None:
        before = state(site)
        report = accepted(site)
        for _time in range(2):
            undo(site, report)
            assert state(site) == before
            accept_report(report, by=site.rita)
        assert state(site)["measure"]["status"] == "completed"
        assert [change.acceptance for change in report.status_changes.order_by("pk")] == [1, 2, 3]

    def test_it_may_be_returned_instead(self, site: Any) -> None:
        report = undo(site, accepted(site))
        assert return_report(report, by=site.rita, note="请补充").state == "returned"

    def test_the_stored_totals_follow(self, site: Any) -> None:
        report = accepted(site)
        refresh_stale_rollups()
        undo(site, report)
        refresh_stale_rollups()
        assert not verify_rollups()
        assert Figures(site.measure.section.plan, TODAY).measures["completed"] == 0

    def test_its_cell_is_signalled(self, site: Any) -> None:
        report, heard = accepted(site), []

        def listen(sender: Any, *, kind: str, cells: Any, **kwargs: Any) -> None:
            heard.append((kind, cells))

        figures_changed.connect(listen)
        try:
            undo(site, report)
        finally:
            figures_changed.disconnect(listen)
        section = site.measure.section
        assert heard == [("measures", {(section.plan_id, section.pk, site.science.pk)})]

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            (
                "en",
                "The acceptance of the report for August 2023 on M001 {} was undone; it waits for its review again.",
            ),
            ("zh-hans", "M001 {}2023年8月的填报已撤销审核通过，重新等待审核。"),
        ],
    )
    def test_the_department_is_told(self, site: Any, language: str, sentence: str) -> None:
        undo(site, accepted(site))
        with translation.override(language):
            title = site.measure.title_en if language == "en" else site.measure.title_zh
            assert notice_sentence(notices_for(site.ada).latest("pk")) == sentence.format(title)


class TestRefusals:
    def refused(self, site: Any, report: Report, sentence: str) -> None:
        before = (StatusChange.objects.count(), report.steps.count())
        with translation.override("en"), pytest.raises(NotAllowed, match=sentence):
            undo(site, report)
        report.refresh_from_db()
        assert (report.state, (StatusChange.objects.count(), report.steps.count())) == ("accepted", before)

    @pytest.mark.parametrize("note", ["", "  \n"])
    def test_without_a_reason(self, site: Any, note: str) -> None:
        report = accepted(site)
        with translation.override("en"), pytest.raises(NotAllowed, match="Please say why the acceptance is undone"):
            undo(site, report, note=note)

    def test_on_another_day(self, site: Any, settings: Any) -> None:
        report = accepted(site)
        settings.PILOTZONE_TODAY = date(2023, 8, 30)
        self.refused(site, report, "on its own day only")

    def test_after_a_correction(self, site: Any) -> None:
        report = accepted(site)
        change = report.status_changes.get()
        correct_status(change, by=site.rita, status="in_progress", effective_on=TODAY, reason="有误")
        self.refused(site, report, "has changed since")

    def test_after_a_reopening(self, site: Any) -> None:
        report = accepted(site)
        reopen_measure(site.measure, by=site.rita, status="in_progress", effective_on=TODAY, reason="返工")
        self.refused(site, report, "has changed since")

    def test_after_another_acceptance_that_changed_the_status(self, site: Any) -> None:
        report = accepted(site, status="in_progress", period=date(2023, 7, 1))
        accepted(site)
        self.refused(site, report, "has changed since")

    def test_while_a_report_of_a_later_month_waits(self, site: Any) -> None:
        report = accepted(site, status="in_progress", period=date(2023, 7, 1))
        file_report(site.measure, by=site.ada, values={"status": "in_progress", "what_was_done": "八月"})
        self.refused(site, report, "The report for August 2023 rests on it")

    def test_while_the_department_writes_another_for_the_month(self, site: Any) -> None:
        report = accepted(site, status="in_progress")
        file_report(site.measure, by=site.ada, values={"status": "in_progress"}, submit=False)
        self.refused(site, report, "has begun another report for this month")

    def test_after_a_change_of_lead(self, site: Any) -> None:
        report = accepted(site)
        change_terms(site.measure, by=site.rita, reason="职能划转", lead_department=make.make_department())
        self.refused(site, report, "Another department leads the measure now")

    def test_of_a_data_set(self, site: Any) -> None:
        report = make.make_report(site.measure, TODAY, status="in_progress", against_status="in_progress")
        self.refused(site, report, "came with a data set")

    def test_an_older_report_does_not_stand_in_the_way(self, site: Any) -> None:
        accepted(site, status="in_progress", period=date(2023, 7, 1))
        assert undo(site, accepted(site)).state == "submitted"


class TestHistory:
    def test_a_correction_of_what_was_restated_holds_after_the_undoing(self, site: Any) -> None:
        undo(site, accepted(site))
        change = site.measure.status_changes.get(effective_on=MAY, supersedes=None)
        correct_status(change, by=site.rita, status="in_progress", effective_on=date(2023, 6, 1), reason="日期有误")
        on = {day: Measure.objects.with_status(day).get().status for day in (MAY, date(2023, 6, 1), TODAY)}
        assert on == {MAY: "promoting", date(2023, 6, 1): "in_progress", TODAY: "in_progress"}
        assert Measure.objects.with_status(TODAY).get().status_since == date(2023, 6, 1)

    def test_a_row_that_restates_is_not_corrected_itself(self, site: Any) -> None:
        undo(site, accepted(site))
        again = StatusChange.objects.get(restates=True)
        with translation.override("en"), pytest.raises(NotAllowed, match="correct that one"):
            correct_status(again, by=site.rita, status="promoting", effective_on=TODAY, reason="有误")

    def test_the_listing_moves_with_what_restates_it(self, site: Any) -> None:
        measure = make.make_measure(site.measure.section, site.science, code="M002")
        report = file_report(measure, by=site.ada, values={"status": "in_progress", "what_was_done": "开工"})
        accept_report(report, by=site.rita)
        undo(site, report)
        move_listing(measure, by=site.rita, listed_on=date(2023, 2, 1))
        assert {row.effective_on for row in measure.status_changes.effective()} == {date(2023, 2, 1)}


class TestPages:
    def post(self, client: Client, report: Report, note: str = WHY) -> Any:
        return client.post(
            "/review/decide/", {"report": report.content_key, "decision": "undo_acceptance", "note": note}
        )

    def test_rita_undoes_it_where_she_reviews(self, site: Any, client: Client) -> None:
        report = accepted(site)
        client.force_login(site.rita)
        page = client.get("/review/").content.decode()
        assert "Accepted today" in text_of(page)
        answer = self.post(client, report)
        assert answer.status_code == 302
        text = text_of(client.get("/review/").content.decode())
        assert "The acceptance was undone; the report waits again" in text
        assert "Accepted today" not in text

    def test_a_refusal_stands_beside_it_with_what_was_typed(self, site: Any, client: Client) -> None:
        report = accepted(site)
        reopen_measure(site.measure, by=site.rita, status="in_progress", effective_on=TODAY, reason="返工")
        client.force_login(site.rita)
        text = text_of(self.post(client, report).content.decode())
        assert "The status of the measure has changed since: correct it instead." in text
        assert WHY in text

    @pytest.mark.parametrize("who", ["ada", "vic", "audit"])
    def test_nobody_else_undoes_it(self, site: Any, client: Client, who: str) -> None:
        report = accepted(site)
        others = {"vic": lambda: make.make_user("vic"), "audit": lambda: make.make_user("audit", role="auditor")}
        client.force_login(site.ada if who == "ada" else others[who]())
        assert self.post(client, report).status_code == 403
        report.refresh_from_db()
        assert report.state == "accepted"

    def test_the_measure_says_what_the_row_is(self, site: Any, client: Client) -> None:
        undo(site, accepted(site))
        client.force_login(site.rita)
        assert "Acceptance undone" in text_of(client.get("/measures/M001/").content.decode())

    def test_the_api_offers_it_on_the_day_alone(self, site: Any, client: Client, settings: Any) -> None:
        report = accepted(site)
        client.force_login(site.rita)
        address = f"/api/v1/measures/M001/reports/{report.pk}/"
        assert client.get(address).json()["moves"] == ["undo_acceptance"]
        settings.PILOTZONE_TODAY = date(2023, 8, 30)
        assert client.get(address).json()["moves"] == []
