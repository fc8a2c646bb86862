"""What `./run bench` decides: which sizes, what is over its budget, and when an accepted report is in the totals."""

import json
import re
import subprocess
import time

import pytest
from django.db import connections

from accounts.models import User
from benchmarks import __main__ as bench
from benchmarks import accepting, cast, growth, inside, load, loading, sizes, under_load
from benchmarks.accepting import Accepted, Watch
from benchmarks.bench import EVERY_PROJECT
from benchmarks.child import Child
from benchmarks.forms import checked, form_of, hidden_fields
from benchmarks.report import Finding, table
from benchmarks.under_load import Found
from measures.models import Load
from pilotzone.celery import app
from projects.models import Project
from rollups.models import StaleCell
from rollups.services import rebuild_rollups, verify_rollups
from tests import factories as make

GB = 1_000_000_000


@pytest.fixture
def disk(monkeypatch):
    monkeypatch.setattr(growth, "free_space", lambda: 100 * GB)


@pytest.mark.parametrize(
    ("asked", "sizes"),
    [
        ("", [1, 100]),
        ("--quick", [1]),
        ("--size 1", [1]),
        ("--size 1000", [1, 1000]),
        ("--size 1000 --size 100", [1, 100, 1000]),
        ("--quick --size 100", [1, 100]),
        ("--all", [1, 100, 1000]),
    ],
)
def test_the_sizes_that_are_asked_for_and_1x_beside_them(disk, asked, sizes):
    assert bench.read_options(asked.split()).sizes == sizes


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("--size 10", "(choose from 1, 100, 1000)"),
        ("--size many", "invalid int value: 'many'"),
        ("--all --size 1", "--size and --all exclude each other"),
        ("--fast", "unrecognized arguments: --fast"),
    ],
)
def test_what_it_does_not_know_is_said_in_a_line(disk, capsys, asked, said):
    with pytest.raises(SystemExit) as end:
        bench.read_options(asked.split())
    assert end.value.code == 2
    line = capsys.readouterr().err
    assert said in line
    assert line.count("\n") == 1
    assert "./run bench --help" in line


def test_a_disk_that_is_too_small_is_said_before_anything_starts(monkeypatch, capsys):
    monkeypatch.setattr(growth, "free_space", lambda: 2 * GB)
    with pytest.raises(SystemExit) as end:
        bench.read_options(["--all"])
    assert end.value.code == 2
    assert re.search(r"1,000x needs about 16 GB in \S+, and 2.0 GB are free: .*TMPDIR", capsys.readouterr().err)
    assert bench.read_options(["--size", "100"]).sizes == [1, 100]


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (Finding("page", measured=50, baseline=10, budget=6), "ok"),
        (Finding("page", measured=70, baseline=10, budget=6), "OVER"),
        (Finding("memory", measured=250, budget=250), "ok"),
        (Finding("memory", measured=251, budget=250), "OVER"),
        (Finding("pages a second", measured=400, budget=400, is_floor=True), "ok"),
        (Finding("pages a second", measured=399, budget=400, is_floor=True), "UNDER"),
        (Finding("empty view", measured=1), ""),
        (Finding("rebuild", note="the rows differ", is_wrong=True), "WRONG"),
        (Finding("everything", note="no PostgreSQL"), "not measured"),
    ],
)
def test_a_budget_is_for_the_ratio_where_there_is_a_baseline(finding, verdict):
    assert finding.verdict == verdict


def test_a_line_says_which_size():
    finding = Finding("overview", "SQLite", 1000, measured=12, baseline=10, budget=1.2, unit="ms", p95=20, note="busy")
    line = table([finding]).splitlines()[2]
    assert re.sub(" +", " ", line) == "SQLite 1,000x overview 12 ms (p95 20) 10 ms 1.20 x <= 1.20 x ok: busy"


def test_a_comparison_ends_when_its_time_is_up_but_not_before_three_runs():
    runs = []

    def slow():
        runs.append("measured")
        time.sleep(0.02)

    found = inside.compare(slow, lambda: runs.append("baseline"), times=20, seconds=0, clock=time.perf_counter)
    assert runs == ["measured", "baseline"] * 4
    assert found["times"] == 3
    assert found["measured"] >= 20 > found["baseline"]


class Totals:
    """Stands for the connection that looks: the scores of the cells."""

    def __init__(self, scores):
        self.scores = scores

    def execute(self, sql, parameters):
        self.asked = parameters[0]
        return self

    def fetchall(self):
        return [(cell, self.scores[cell]) for cell in self.asked]


def test_a_report_is_in_the_totals_once_its_cell_has_reached_its_score():
    watch = Watch("")
    at = time.monotonic() - 0.5
    first, second, other = Accepted(1, 11, at), Accepted(1, 12, at), Accepted(2, 5, at)
    assert watch._look(Totals({1: 11, 2: 4}), [first, second, other]) == [second, other]
    assert watch._look(Totals({1: 12, 2: 4}), [second, other]) == [other]
    assert len(watch.milliseconds) == 2
    assert all(500 <= each < 5000 for each in watch.milliseconds)


@pytest.fixture
def site(today, monkeypatch):
    """Four measures that two departments lead, and a reviewer."""
    for slug in ("energy", "science"):
        department = make.make_department(slug)
        for _ in range(2):
            make.make_measure(lead_department=department)
    make.make_user("rita", role="reviewer")
    rebuild_rollups()
    monkeypatch.setattr(accepting, "PATIENCE", 0.5)
    yield
    connections.close_all()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_every_accepted_report_is_seen_in_the_totals(site, monkeypatch):
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    assert accepting.file_reports(4) == {"filed": 4}
    found = accepting.accept_reports(per_second=50)
    assert (found["accepted"], found["lost"], found["errors"]) == (4, 0, [])
    assert len(found["milliseconds"]) == 4
    assert StaleCell.objects.count() == 0
    assert verify_rollups() == []


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_report_that_no_refresh_brings_in_is_lost(site, monkeypatch):
    monkeypatch.setattr("rollups.receivers.refresh_rollups_task.delay", lambda: None)
    accepting.file_reports(4)
    found = accepting.accept_reports(per_second=50)
    assert (found["accepted"], found["lost"], found["milliseconds"]) == (4, 4, [])


@pytest.mark.one_database
@pytest.mark.django_db
def test_a_workbook_is_loaded_and_leaves_the_site_as_it_was(today):
    plan = make.make_plan()
    # A plan that holds nothing yet would get its categories of problems, too.
    make.make_section(plan)
    for number in range(2):
        make.make_project(plan, code=f"P{number}", investment=number)
    before = list(Project.objects.values_list("code", "investment_wan"))
    found = loading.load_workbook(rows=5, times=1)
    assert found["rows"] == 5
    assert all(found[name] > 0 for name in ("preview", "load", "baseline", "megabytes"))
    assert 20 < found["queries"] < 60
    assert list(Project.objects.values_list("code", "investment_wan")) == before
    assert not Load.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("open_reading", "today")
def test_the_long_export_has_the_projects_of_every_plan(client, settings):
    settings.ROOT_URLCONF = "benchmarks.urls"
    for slug in ("first", "second"):
        make.make_project(make.make_plan(slug))
    answer = client.get(EVERY_PROJECT)
    assert answer.status_code == 200
    assert len(answer.getvalue().splitlines()) == 2


@pytest.mark.django_db(transaction=True)
def test_the_refresh_of_an_accepted_month_counts_the_cells_of_its_place(today):
    project = make.make_project()
    make.make_project_month(project, make.FIRST_DAY.replace(day=1))
    inside._some_months.cache_clear()
    found = inside.refresh_month(turn=0)
    assert found["measured"] > 0
    assert verify_rollups() == []


def test_a_child_that_ends_says_why(tmp_path):
    log = tmp_path / "log"
    log.write_text("Traceback\n  …\nValueError: no such table\n\n")
    with subprocess.Popen(["true"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        process.wait()
        with pytest.raises(RuntimeError, match=r"the measurement “api” failed: ValueError: no such table$"):
            Child(process, log).ask("api", patience=5)


def test_a_child_that_does_not_answer_is_not_waited_for(tmp_path):
    with subprocess.Popen(["sleep", "60"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        with pytest.raises(RuntimeError, match=r"the measurement “api” took longer than 0.1 s"):
            Child(process, tmp_path / "log").ask("api", patience=0.1)
        process.kill()


def test_a_first_visit_is_the_page_and_what_its_head_names_but_the_charts_script():
    parser = sizes.Resources()
    parser.feed(
        '<link rel="stylesheet" href="/a.css"><link rel="icon" href="/a.svg"><script src="/a.js"></script>'
        '<script src="/static/plotly.min.js" defer></script><script src="/a.js"></script><script>1</script>'
    )
    assert parser.found == ["/a.css", "/a.js"]


def test_an_installation_is_its_packages_its_tools_and_its_data(tmp_path):
    (tmp_path / "db.sqlite3").write_bytes(b"1234")
    parts = sizes.installation(tmp_path)
    assert parts["data"] == 4
    # plotly alone has 40 MB; the tools of a developer would be as much again.
    assert 100e6 < parts["packages"] < 300e6


@pytest.mark.django_db(transaction=True)
def test_a_reader_with_an_account_asks_as_that_person(today, live_server):
    make.make_user("rita", role="reviewer", password="a password")
    port = int(live_server.url.rpartition(":")[2])
    page = "/review/board/"
    assert load.fetch(port, page)[0].status == 302
    assert load.fetch(port, page, **load.log_in(port, "rita", "a password"))[0].status == 200
    with pytest.raises(RuntimeError, match="rita could not log in"):
        load.log_in(port, "rita", "another password")


QUICK, SLOW = [20.0] * 95, [400.0] * 6


@pytest.mark.parametrize(
    ("times", "statuses", "failures", "said"),
    [
        (QUICK * 64, {"200": 6080}, {}, []),
        (QUICK, {"200": 95}, {}, ["0.8 answers a second are fewer than 50"]),
        ((QUICK + SLOW) * 64, {"200": 6464}, {}, ["p95 is 400 ms, more than 300"]),
        (QUICK * 64, {"200": 6077, "500": 1, "429": 1, "0": 1}, {}, ["3 answers were 5xx or 429, or none came"]),
        (QUICK * 64, {"200": 6079, "302": 1}, {"report: submit: 200 instead of 302": 1}, ["1 steps failed"]),
    ],
)
def test_two_hundred_users_are_promised_a_pace_no_refusal_and_an_answer_in_time(times, statuses, failures, said):
    found = Found({"overview": times}, statuses, failures, seconds=120, cpu_seconds=20)
    assert found.shortcomings(200) == said


def test_the_table_of_users_has_a_line_for_each_step():
    found = Found({"search": [10, 20, 30], "overview": [5]}, {"200": 4}, {"search: 500 instead of 200": 2}, 1, 1)
    lines = [line.split() for line in under_load.Found.table(found)]
    assert lines[0] == ["step", "answers", "failures", "p50", "p95", "p99", "longest"]
    assert lines[1] == ["overview", "1", "0", "5", "ms", "5", "ms", "5", "ms", "5", "ms"]
    assert lines[2] == ["search", "3", "2", "20", "ms", "29", "ms", "30", "ms", "30", "ms"]
    assert lines[3][:3] == ["all", "4", "2"]


@pytest.mark.django_db
def test_users_find_on_the_pages_what_they_send_back(today, client):
    measure = make.make_measure()
    client.force_login(make.make_user("adele", role="reporter", department=measure.lead_department))
    page = client.get(f"/measures/{measure.code}/report/").content.decode()
    form = form_of(page, "report-form")
    assert {"csrfmiddlewaretoken", "form_id", "version", "known", "against_status"} <= set(hidden_fields(form))
    assert checked(form, "problem_choice") == "none"
    assert form_of(page, "report-submitted") == ""


@pytest.mark.django_db
def test_reporters_share_no_measure(today, capsys):
    for slug, measures in (("energy", 5), ("science", 2)):
        department = make.make_department(slug)
        for _ in range(measures):
            make.make_measure(lead_department=department)
    cast.make_cast(readers=2, reporters=3, exporters=1)
    made = json.loads(capsys.readouterr().out)
    assert [len(made[kind]) for kind in ("readers", "reporters", "exporters")] == [2, 3, 1]
    shares = [each["measures"] for each in made["reporters"]]
    assert sorted(map(len, shares)) == [2, 2, 3]
    assert len({code for share in shares for code in share}) == 7
    assert User.objects.get(username=made["reporters"][0]["name"]).check_password(made["password"])
