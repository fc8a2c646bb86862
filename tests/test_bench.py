"""Tests of what `./run bench` decides, that all of it runs, and that its page says what the code measures."""

import json
import re
import sys

import pytest
from django.db import connections

from accounts.models import User
from benchmarks import __main__ as bench
from benchmarks import accepting, cast, growth, inside, lines, sizes
from benchmarks.bench import Bench
from benchmarks.forms import checked, form_of, hidden_fields
from benchmarks.lines import BY_NAME, LINES, LOAD_LINES, PAGE, ROWS, Finding, Line, Results
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.lanes import clean_environment
from tests.services import ROOT, process, wait_until

GB = 1_000_000_000


@pytest.fixture(autouse=True)
def _room_and_a_commit(monkeypatch):
    monkeypatch.setattr(growth, "free_space", lambda: 100 * GB)
    monkeypatch.setattr(bench, "changed_files", list)


@pytest.mark.parametrize(
    ("asked", "sizes"),
    [
        ("--write", [1, 100]),
        ("--quick", [1]),
        ("--smoke", [1]),
        ("--size 1 --write", [1]),
        ("--size 1000 --size 100", [1, 100, 1000]),
        ("--quick --size 100", [1, 100]),
        ("--all", [1, 100, 1000]),
    ],
)
def test_the_sizes_that_are_asked_for_and_1x_beside_them(asked, sizes):
    assert bench.read_options(asked.split()).sizes == sizes


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("--size 10", "(choose from 1, 100, 1000)"),
        ("--size many", "invalid int value: 'many'"),
        ("--all --size 1", "--size and --all exclude each other"),
        ("--smoke --load", "--smoke and --load exclude each other"),
        ("--write --quick", "--write takes figures that repeat, and --quick and --smoke give none"),
        ("--smoke --write", "--write takes figures that repeat, and --quick and --smoke give none"),
        ("--fast", "unrecognized arguments: --fast"),
    ],
)
def test_what_it_does_not_do_is_said_in_a_line(capsys, asked, said):
    with pytest.raises(SystemExit) as end:
        bench.read_options(asked.split())
    assert end.value.code == 2
    line = capsys.readouterr().err
    assert said in line
    assert line.count("\n") == 1


def test_only_what_was_committed_is_written_down(monkeypatch, capsys):
    monkeypatch.setattr(bench, "changed_files", lambda: ["web/views.py"])
    with pytest.raises(SystemExit, match="2"):
        bench.read_options(["--write"])
    assert "commit web/views.py first" in capsys.readouterr().err


def test_a_disk_that_is_too_small_is_said_before_anything_starts(monkeypatch, capsys):
    monkeypatch.setattr(growth, "free_space", lambda: 2 * GB)
    with pytest.raises(SystemExit, match="2"):
        bench.read_options(["--all"])
    assert re.search(r"1,000x needs about 16 GB in \S+, and 2.0 GB are free: .*TMPDIR", capsys.readouterr().err)
    assert bench.read_options(["--size", "100"]).sizes == [1, 100]


PACE = Line("pace", "", 50, is_floor=True)
PAGE_LINE = Line("page", "loops", 1, grows=1.1)
REPORTS = Line("reports", "ms", 200, largest=1000)


@pytest.mark.parametrize(
    ("line", "data", "value", "at_1x", "verdict"),
    [
        (PACE, "200 users", 50, None, "ok"),
        (PACE, "200 users", 49, None, "UNDER"),
        (PAGE_LINE, "SQLite 1x", 1, None, "ok"),
        (PAGE_LINE, "SQLite 1x", 1.01, None, "OVER"),
        (PAGE_LINE, "SQLite 100x", 0.66, 0.6, "ok"),
        (PAGE_LINE, "SQLite 100x", 0.67, 0.6, "OVER"),
        (REPORTS, "PostgreSQL 100x", 201, None, "OVER"),
        (REPORTS, "PostgreSQL 1,000x", 201, None, "ok"),
        (Line("free", "ms"), "SQLite 1x", 9, None, ""),
    ],
)
def test_a_budget_is_for_the_value_and_for_what_it_was_on_less_data(line, data, value, at_1x, verdict):
    assert Finding(line, data, value).verdict(at_1x) == verdict


def test_of_several_turns_the_smallest_of_each_side_counts(monkeypatch):
    """Seconds that a loop and the page took in turns: the first warm up, the next came on a busy machine."""
    spent = iter([0.010, 0.010, 0.080, 0.300, 0.040, 0.110, 0.050, 0.100])
    clock = [0.0]

    def spend():
        clock[0] += next(spent)

    monkeypatch.setattr(inside, "processor_seconds", lambda: clock[0])
    monkeypatch.setattr(inside, "sum_a_million_squares", spend)
    value, note = inside.in_loops(spend, times=3)
    assert value == pytest.approx(2.5)
    assert note == "100 ms, a loop 40 ms"


# The page


def test_each_line_has_a_figure_in_the_page():
    heads, *rows = lines.table_in(PAGE.read_text(encoding="utf-8"), ROWS)
    assert [row[:2] for row in rows] == [[line.name, line.words] for line in BY_NAME.values()], "./run bench --write"
    # Users at work have a table of their own in the page, until a machine has nothing else to do for `--load --write`.
    empty = {row[0] for row in rows if set(row[2:]) <= {"-"}}
    assert empty <= {line.name for line in LOAD_LINES}
    assert {"SQLite 1x", "PostgreSQL 1x"} <= set(heads)


def test_no_figure_of_the_page_is_older_than_three_versions():
    released = re.findall(r"(?m)^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    heads, *runs = lines.table_in(PAGE.read_text(encoding="utf-8"), lines.RUNS)
    assert tuple(heads) == lines.RUN_HEADS
    assert runs
    present = bench.about()["version"]
    assert [run for run in runs if run[1] not in (present, *released[:3])] == [], "./run bench --write"


EMPTY = "before\n<!-- runs -->\n<!-- end of runs -->\n<!-- results -->\n<!-- end of results -->\nafter\n"
ABOUT = {"version": "1.0", "commit": "abc", "day": "2026-01-01", "machine": "2 cores"}


def test_a_run_writes_its_own_columns_and_leaves_the_others(monkeypatch):
    monkeypatch.setattr(lines, "BY_NAME", {line.name: line for line in (PAGE_LINE, REPORTS)})
    first, second = Results(), Results()
    first.add("page", "SQLite 1x", 0.5)
    first.add("page", "SQLite 100x", 0.56)
    second.add("reports", "PostgreSQL 1x", 1234.5)
    second.add("page", "SQLite 1x", 0.25)
    text = lines.written(lines.written(EMPTY, first, ABOUT), second, {**ABOUT, "version": "2.0"})
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert [row[:2] for row in lines.table_in(text, "runs")[1:]] == [
        ["PostgreSQL 1x", "2.0"],
        ["SQLite 1x", "2.0"],
        ["SQLite 100x", "1.0"],
    ]
    assert lines.table_in(text, "results") == [
        ["line", "budget", "PostgreSQL 1x", "SQLite 1x", "SQLite 100x"],
        ["page", "1 loops; 1.1 x that of 1x", "-", "0.25", "**0.56 (1.12 x)**"],
        ["reports", "200 ms; 1,000 at 1,000x", "**1,234**", "-", "-"],
    ]


def test_the_help_of_the_script_and_the_page_say_the_same_of_each_option():
    script, page = (" ".join((ROOT / name).read_text(encoding="utf-8").split()) for name in ("run", PAGE))
    options = {name: action for action in bench.parser()._actions for name in action.option_strings}
    assert set(bench.HELP) == set(options) - {"-h", "--help"}
    for name, words in bench.HELP.items():
        metavar = f" {options[name].metavar}" if options[name].metavar else ""
        assert f" {name}{metavar} {words} " in script
        assert f" {name}{metavar} {words} " in page
    assert bench.USUAL in script
    assert f"./run bench {bench.USUAL}" in page


# What could not be measured


def test_a_line_that_was_not_measured_is_named_and_fails(monkeypatch, capsys):
    for part in ("sqlite", "postgresql"):
        monkeypatch.setattr(Bench, part, lambda bench: bench.add("overview", "SQLite 1x", 1))
    assert bench.main(["--quick"]) == 1
    said = capsys.readouterr().out.partition("Not measured, or wrong:\n")[2].splitlines()
    assert said == [line.name for line in LINES if line.name != "overview"]


def test_the_lines_after_one_that_fails_are_measured_and_it_ends_with_1(monkeypatch, capsys):
    monkeypatch.setitem(inside.GROUPS, "site", [lambda times: 1 / 0, lambda times: [("overview", times, "")]])
    assert inside.main("site", 3) == 1
    said = capsys.readouterr()
    assert json.loads(said.out) == {"name": "overview", "value": 3, "note": ""}
    assert "ZeroDivisionError" in said.err


@pytest.mark.services
def test_every_line_is_measured_on_the_least_data():
    with process([sys.executable, "-m", "benchmarks", "--smoke"], clean_environment()) as smoke:
        wait_until(lambda: not smoke.is_alive, "the end of the smoke", 600)
        assert smoke.popen.returncode == 0, smoke.output


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_report_that_no_refresh_brings_in_is_missed(today, monkeypatch):
    monkeypatch.setattr("rollups.tasks.refresh_rollups_task.delay", lambda: None)
    monkeypatch.setattr(accepting, "PATIENCE", 0.2)
    make.make_measure()
    make.make_user("rita", role="reviewer")
    rebuild_rollups()
    with pytest.raises(AssertionError, match="1 reports never came into the totals"):
        accepting.accept_all(accepting.file_reports(1), per_second=50)
    connections.close_all()


def test_a_first_visit_is_the_page_and_what_its_head_names_but_the_charts_script():
    assert sizes.resources(
        '<link rel="stylesheet" href="/a.css"><link rel="icon" href="/a.svg"><script src="/a.js"></script>'
        '<script src="/static/plotly.min.js" defer></script><script src="/a.js"></script><script>1</script>'
    ) == ["/a.css", "/a.js"]


# Users at work


@pytest.mark.one_database
@pytest.mark.django_db
def test_users_find_on_the_pages_what_they_send_back(today, client):
    measure = make.make_measure()
    client.force_login(make.make_user("adele", role="reporter", department=measure.lead_department))
    page = client.get(f"/measures/{measure.code}/report/").content.decode()
    form = form_of(page, "report-form")
    assert {"csrfmiddlewaretoken", "form_id", "version", "known", "against_status"} <= set(hidden_fields(form))
    assert checked(form, "problem_choice") == "none"
    assert form_of(page, "report-submitted") == ""


@pytest.mark.one_database
@pytest.mark.django_db
def test_reporters_share_no_measure(today, capsys):
    for slug, measures in (("energy", 5), ("science", 2)):
        department = make.make_department(slug)
        for _ in range(measures):
            make.make_measure(lead_department=department)
    cast.make_cast(readers=2, reporters=3, exporters=1, crowd=2)
    made = json.loads(capsys.readouterr().out)
    assert [len(made[kind]) for kind in ("readers", "reporters", "exporters")] == [2, 3, 1]
    shares = [each["measures"] for each in made["reporters"]]
    assert sorted(map(len, shares)) == [2, 2, 3]
    assert len({code for share in shares for code in share}) == 7
    assert User.objects.get(username=made["reporters"][0]["name"]).check_password(made["password"])
