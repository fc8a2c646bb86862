"""Each data check finds a row that was made wrong, and none of the demonstration's but those named here."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.models import Department, User
from core.clock import now
from indicators.models import Indicator, Observation
from integrity import running
from integrity.checks import FOLDER, Check, Severity, all_checks
from integrity.models import IntegrityRun
from measures.models import Evidence, Measure, Report, StatusChange, TermsChange
from projects.models import Project, ProjectMonth
from projects.models import TermsChange as ProjectTermsChange
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

# What the demonstration has of them, and why.
OF_THE_DEMONSTRATION = {
    # Kinds of emissions that are there for comparison: their sources are abroad, and no department of the plan's.
    "indicator_with_values_without_owner": 10,
}


# Of a measure that may take over in April, of one that is listed later, and of one that is suspended by then.
LISTED = (date(2023, 1, 3), date(2023, 4, 2), date(2023, 1, 3))


def merge(department: Department, on: date = date(2023, 3, 1)) -> Department:
    """Merge a department by hand: the service gives all that it has to the other one."""
    Department.objects.filter(pk=department.pk).update(merged_into=make.make_department(), merged_on=on)
    return department


def measure_of_merged_department() -> int:
    measure = make.make_measure()
    merge(measure.lead_department)
    return 1


def project_of_merged_department() -> int:
    make.make_project(lead_department=merge(make.make_department()))
    return 1


def indicator_of_merged_department() -> int:
    make.make_indicator(owner=merge(make.make_department()))
    return 1


def person_of_merged_department() -> int:
    department = make.make_department()
    make.make_user("ada", role="reporter", department=department)
    make.make_user("bob", role="reporter", department=department, is_active=False)
    merge(department)
    return 1


def reporter_without_duties() -> int:
    make.make_user("ada", role="reporter", department=make.make_department())
    make.make_user("bob", role="reporter", department=make.make_measure().lead_department)
    return 1


def measure_owner_elsewhere() -> int:
    for number, (is_active, is_here) in enumerate([(True, False), (False, True), (True, True)]):
        measure = make.make_measure()
        department = measure.lead_department if is_here else make.make_department()
        owner = make.make_user(f"owner-{number}", role="reporter", department=department, is_active=is_active)
        Measure.objects.filter(pk=measure.pk).update(owner=owner, updated_at=now())
    return 2


def open_problem_of_withdrawn() -> int:
    measure, project = make.make_measure(), make.make_project(lead_department=make.make_department())
    for subject in (measure, project):
        make.make_problem(subject)
        make.leave(subject, "withdrawn")
    make.make_problem(make.make_measure())
    return 2


def successor_out_of_plan() -> int:
    first = make.make_measure(listed_on=date(2023, 1, 3))
    second, late, gone = (make.make_measure(first.section, listed_on=day) for day in LISTED)
    make.leave(gone, "suspended", date(2023, 3, 1))
    for successor in (second, late, gone, make.make_measure(make.make_section(make.make_plan("another")))):
        old = make.make_measure(first.section)
        make.leave(old, "withdrawn", date(2023, 4, 1)).successors.add(successor)
    # Of a withdrawal that was taken back on the same day nothing is asked.
    wrong = make.make_measure(first.section)
    make.leave(wrong, "withdrawn", date(2023, 4, 1)).successors.add(gone)
    make.leave(wrong, "resumed", date(2023, 4, 1))
    make.leave(first, "withdrawn", date(2023, 4, 1)).successors.add(first)
    return 4


def problem_of_merged_department() -> int:
    problem = make.make_problem(make.make_measure())
    owner = problem.last_step.owner
    merge(owner)
    merge(Department.objects.get(pk=owner.pk).successor)
    return 1


def observation_before_period_end() -> int:
    early = make.make_observation(make.make_indicator())
    Observation.objects.filter(pk=early.pk).update(
        released_on=early.period_end - timedelta(days=1), exact=True, updated_at=now()
    )
    marked = make.make_observation(make.make_indicator())
    Observation.objects.filter(pk=marked.pk).update(
        released_on=marked.period_end - timedelta(days=1), exact=False, updated_at=now()
    )
    return 1


def derived_indicator_with_values() -> int:
    source, indicator = make.make_indicator(), make.make_indicator()
    make.make_observation(indicator)
    Indicator.objects.filter(pk=indicator.pk).update(derived_form="year_on_year", derived_from=source, updated_at=now())
    return 1


def share_outside_its_whole() -> int:
    for value in ("-0.1", "100.1"):
        make.make_observation(make.make_indicator(is_share=True), value)
    for value in ("0", "100"):
        make.make_observation(make.make_indicator(is_share=True), value)
    make.make_observation(make.make_indicator(), "-6")
    return 2


def owed_indicator_without_owner() -> int:
    make.make_indicator(frequency="month", due_days=20)
    return 1


def indicator_with_values_without_owner() -> int:
    make.make_observation(make.make_indicator())
    make.make_observation(make.make_indicator(owner=make.make_department()))
    return 1


def target_without_baseline_of_several_scopes() -> int:
    indicator = make.make_indicator()
    first = make.make_observation(indicator)
    make.make_observation(indicator, released_on=first.released_on + timedelta(days=9), scope="市区 | Urban")
    make.make_target(indicator)
    return 1


def evidence_file_missing() -> int:
    report = make.make_report(make.make_measure(), date(2023, 6, 20))
    there = Evidence(report=report, file_name="a.pdf", **make_named())
    there.file.save("a.pdf", ContentFile(b"%PDF"))
    gone = Evidence(report=report, file_name="b.pdf", **make_named())
    gone.file.save("b.pdf", ContentFile(b"%PDF"))
    gone.file.storage.delete(gone.file.name)
    return 1


def make_named() -> dict[str, str]:
    return {"title_zh": "附件", "content_type": "application/pdf"}


def accepted_report_without_status() -> int:
    report = make.make_report(make.make_measure(), date(2023, 6, 20))
    Report.objects.filter(pk=report.pk).update(status="completed", against_status="in_progress", updated_at=now())
    return 1


def report_about_no_problem() -> int:
    problem = make.make_problem(make.make_measure())
    for measure, number in ((problem.measure, problem.number), (problem.measure, 7), (make.make_measure(), 1)):
        report = make.make_report(measure, date(2023, 6, 20))
        Report.objects.filter(pk=report.pk).update(about_problem=number, updated_at=now())
    month = make.make_project_month(make.make_project(), date(2023, 5, 1))
    ProjectMonth.objects.filter(pk=month.pk).update(about_problem=1, updated_at=now())
    return 3


def project_total_not_of_its_last_change() -> int:
    rita = make.make_user("rita", role="reviewer")
    for number, total in enumerate((500, 501)):
        project = make.make_project(investment=500)
        ProjectTermsChange.objects.create(
            project=project,
            field="investment_wan",
            old_value="400",
            new_value=str(total),
            reason="核定",
            recorded_at=now(),
            recorded_by=rita,
        )
        assert number in (0, 1)
    return 1


def due_day_not_of_its_last_change() -> int:
    rita = make.make_user("rita", role="reviewer")
    for day in ("2024-06-30", "2024-07-31"):
        TermsChange.objects.create(
            measure=make.make_measure(due_on=date(2024, 6, 30)),
            field="due_on",
            new_value=day,
            reason="核定",
            recorded_at=now(),
            recorded_by=rita,
        )
    return 1


def status_not_superseded_by_the_next() -> int:
    measure = make.make_measure()
    make.make_change(measure, "in_progress", date(2023, 3, 1))
    StatusChange.objects.filter(measure=measure, old_status=None).update(superseded_from=None)
    return 1


def investment_falls_within_year() -> int:
    project = make.make_project()
    for month, invested in ((date(2023, 5, 1), 300), (date(2023, 6, 1), 200), (date(2023, 7, 1), 900)):
        make.make_project_month(project, month, invested_wan=invested)
    for month, after in ((date(2023, 5, 1), date(2023, 6, 1)), (date(2023, 6, 1), date(2023, 7, 1))):
        ProjectMonth.objects.filter(period=month).update(superseded_from=after, updated_at=now())
    return 1


MADE_WRONG: dict[str, Callable[[], int]] = {
    name: globals()[name] for name in (path.stem for path in FOLDER.glob("*.toml"))
}


def check_of(name: str) -> Check:
    (found,) = [each for each in all_checks() if each.name == name]
    return found


@pytest.mark.parametrize("name", sorted(MADE_WRONG))
def test_a_check_finds_what_was_made_wrong_and_nothing_before(name: str, today: date) -> None:
    check = check_of(name)
    assert running.run_check(check) == running.Found([], 0)
    count = MADE_WRONG[name]()
    found = running.run_check(check)
    assert (found.count, found.error) == (count, "")
    assert len(running.addresses(found.rows)) == count or name in (
        "person_of_merged_department",
        "reporter_without_duties",
    )
    assert all(row.name for row in found.rows)


@pytest.mark.usefixtures("demonstration")
def test_the_demonstration_has_none_but_those_with_a_reason() -> None:
    found = {check.name: running.run_check(check) for check in all_checks()}
    assert {name: each.count for name, each in found.items() if each.count} == OF_THE_DEMONSTRATION
    assert not [each for each in found.values() if each.error]


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.name)
def test_a_check_says_what_it_is_in_both_languages_and_only_reads(check: Check) -> None:
    for what in ("title", "why", "do"):
        assert re.search(r"[\u4e00-\u9fff]", getattr(check, f"{what}_zh"))
        assert not re.search(r"[\u4e00-\u9fff]|,", getattr(check, f"{what}_en").replace(",", ""))
        assert not re.search(r"[,;:]", getattr(check, f"{what}_zh"))
    words = set(re.findall(r"[A-Za-z_]+", check.statement.upper()))
    assert check.statement.startswith("SELECT ")
    assert not words & {"INSERT", "UPDATE", "DELETE", "DROP", "ALTER", "CREATE", "PRAGMA", "SET"}
    assert "ORDER BY" in check.statement


def wrong_site() -> User:
    measure_of_merged_department()
    return make.make_user("ann", role="administrator")


class TestTheCommand:
    def test_names_rows_and_exits_1_where_one_is_an_error(self, today: date) -> None:
        wrong_site()
        out = io.StringIO()
        with pytest.raises(CommandError, match=r"Rows that are errors: 1\. Checks that could not run: 0\."):
            call_command("check_integrity", stdout=out)
        assert "measures.measure" in out.getvalue()
        assert re.search(r"error +1  measure_of_merged_department: A measure", out.getvalue())
        assert "info" in out.getvalue()
        assert IntegrityRun.objects.count() == 1

    def test_only_the_worst_where_that_is_asked_and_exits_0_where_none_is(self, today: date) -> None:
        out = io.StringIO()
        call_command("check_integrity", "--severity", "error", stdout=out)
        assert "error" in out.getvalue()
        assert "warning" not in out.getvalue()

    def test_a_check_that_cannot_run_is_told_and_the_others_go_on(self, monkeypatch: Any, today: date) -> None:
        broken = Check("broken", Severity.INFO, "SELECT nothing", *(["x"] * 6))
        chosen = (broken, check_of("measure_owner_elsewhere"))
        monkeypatch.setattr(
            "integrity.management.commands.check_integrity.all_checks",
            lambda: chosen,
        )
        monkeypatch.setattr(running, "all_checks", lambda: chosen)
        out = io.StringIO()
        with pytest.raises(CommandError, match="could not run: 1"):
            call_command("check_integrity", stdout=out)
        assert "nothing" in out.getvalue()
        assert "measure_owner_elsewhere" in out.getvalue()


class TestThePage:
    def test_an_administrator_runs_them_and_follows_a_row(self, today: date) -> None:
        client = Client()
        client.force_login(wrong_site())
        assert "尚未核查" in client.get("/integrity/").content.decode()
        page = client.post("/integrity/", follow=True).content.decode()
        measure = Measure.objects.get()
        assert f'href="{measure.get_absolute_url()}"' in page
        assert check_of("measure_of_merged_department").title_zh in page
        assert "1项核查发现问题" in page
        english = client.get("/integrity/?lang=en").content.decode()
        assert check_of("measure_of_merged_department").do_en in english.replace("&#x27;", "'")

    def test_names_of_rows_are_text(self, today: date) -> None:
        client = Client()
        client.force_login(wrong_site())
        IntegrityRun.objects.create(
            started_at=now(),
            finished_at=now(),
            results={
                "measure_owner_elsewhere": {
                    "rows": [{"model": "measures.measure", "id": 0, "name": "<b>x</b>", "detail": "<i>y</i>"}],
                    "count": 1,
                    "error": "",
                }
            },
        )
        page = client.get("/integrity/").content.decode()
        assert "<b>x" not in page
        assert "<i>y" not in page


def test_metrics_tell_of_the_last_run(monitor: Client, today: date) -> None:
    assert "pilotzone_integrity_rows{" not in monitor.get("/metrics").content.decode()
    measure_of_merged_department()
    running.run_and_keep()
    told = monitor.get("/metrics").content.decode()
    assert 'pilotzone_integrity_rows{check="measure_of_merged_department",severity="error"} 1.0' in told
    assert "pilotzone_integrity_failed_checks 0.0" in told
    assert "pilotzone_integrity_timestamp_seconds " in told


def test_the_nightly_task_names_errors_and_old_runs_go(today: date, caplog: Any) -> None:
    from integrity.tasks import check_integrity_task

    measure_of_merged_department()
    check_integrity_task()
    assert "measure_of_merged_department" in caplog.text
    assert running.delete_old_runs() == 0
    IntegrityRun.objects.update(started_at=now() - timedelta(days=31))
    assert running.delete_old_runs() == 1


def test_they_ask_few_questions(today: date) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        running.run_and_keep()
    assert len(queries) <= 3 * len(all_checks()) + 3


def test_no_project_is_touched(today: date) -> None:
    make.make_project()
    before = list(Project.objects.values())
    running.run_and_keep()
    assert list(Project.objects.values()) == before
