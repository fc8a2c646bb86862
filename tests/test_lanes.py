"""The output and exit code of `./run test` when a lane cannot run, or fails."""

from types import SimpleNamespace

import pytest

from tests import lanes, services
from tests.conftest import pytest_ignore_collect, refuse_hidden_marks


@pytest.fixture
def suite(monkeypatch):
    """Stands in for pytest: every lane passes 3 tests unless told otherwise."""
    outcome = {"sqlite": {"passed": 3}, "browser": {"passed": 3}, "postgres": {"passed": 3}}

    def play(name):
        def lane_runs(runner, lane):
            result = outcome[name]
            if isinstance(result, Exception):
                raise result
            lane.counts = result
            lane.failed = bool(result.get("failed"))

        return lane_runs

    for name in lanes.LANES:
        monkeypatch.setattr(lanes.Runner, name, play(name))
    monkeypatch.setattr(lanes, "termination_like_ctrl_c", lanes.ExitStack)
    monkeypatch.delenv("PILOTZONE_REQUIRE_LANES", raising=False)
    return outcome


def last_lines(capsys):
    return capsys.readouterr().out.splitlines()[-3:]


def test_the_last_lines_say_which_lanes_ran(suite, capsys):
    assert lanes.main([]) == 0
    assert last_lines(capsys) == [
        "lane sqlite: ran (3 passed)",
        "lane browser: ran (3 passed)",
        "lane postgres: ran (3 passed)",
    ]


def test_a_missing_program_is_named_and_the_other_lanes_run(suite, capsys):
    suite["postgres"] = services.Missing("no PostgreSQL: install the Debian package postgresql")
    assert lanes.main([]) == 0
    assert last_lines(capsys)[2] == ("lane postgres: did not run: no PostgreSQL: install the Debian package postgresql")


def test_a_required_lane_that_did_not_run_fails_the_run(suite, capsys, monkeypatch):
    monkeypatch.setenv("PILOTZONE_REQUIRE_LANES", "sqlite,browser")
    suite["browser"] = services.Missing("no Chromium: install the Debian package chromium")
    assert lanes.main([]) == 1
    assert last_lines(capsys)[1].endswith("chromium (and it is required)")


def test_a_required_lane_in_which_no_test_was_selected_fails_the_run(suite, capsys, monkeypatch):
    monkeypatch.setenv("PILOTZONE_REQUIRE_LANES", "postgres")
    suite["postgres"] = {}
    assert lanes.main([]) == 1


def test_a_failed_test_fails_the_run_after_the_other_lanes_ran(suite, capsys):
    suite["sqlite"] = {"passed": 2, "failed": 1, "errors": 0, "skipped": 0}
    assert lanes.main([]) == 1
    sqlite, _, postgres = last_lines(capsys)
    assert sqlite == "lane sqlite: ran (2 passed, 1 failed)"
    assert postgres == "lane postgres: ran (3 passed)"


def test_a_server_that_does_not_start_fails_the_run(suite, capsys):
    suite["postgres"] = RuntimeError("initdb failed: no space left")
    assert lanes.main([]) == 1
    assert last_lines(capsys)[2] == "lane postgres: did not run: initdb failed: no space left"


def test_too_little_coverage_fails_the_run_and_is_measured_only_when_asked(suite, monkeypatch):
    monkeypatch.setattr(lanes.Runner, "covered", lambda runner: False)
    assert lanes.main([]) == 0
    assert lanes.main(["--coverage"]) == 1


def test_an_unknown_required_lane_is_a_mistake(suite, monkeypatch):
    monkeypatch.setenv("PILOTZONE_REQUIRE_LANES", "sqlite,postgre")
    with pytest.raises(SystemExit) as refusal:
        lanes.main([])
    assert refusal.value.code == 2


def test_a_pass_for_a_mark_imports_only_the_files_that_name_it(tmp_path, monkeypatch):
    named, other, helper = tmp_path / "test_named.py", tmp_path / "test_other.py", tmp_path / "services.py"
    named.write_text("pytestmark = pytest.mark.services\n")
    other.write_text("pytestmark = pytest.mark.django_db\n")
    helper.write_text("")
    monkeypatch.setenv("PILOTZONE_TEST_ONLY", "services")
    assert [pytest_ignore_collect(path) for path in (named, other, helper, tmp_path)] == [None, True, None, None]
    monkeypatch.setenv("PILOTZONE_TEST_ONLY", "")
    assert pytest_ignore_collect(other) is None


@pytest.mark.parametrize(
    ("arguments", "started"),
    [
        ([], True),
        (["-k", "rules"], True),
        (["tests/browser"], True),
        (["tests/measures", "tests/browser/test_every_page.py::test_one"], True),
        (["tests/measures"], False),
        (["tests/measures/test_rules.py::TestLights"], False),
    ],
)
def test_a_pass_for_a_mark_that_no_file_names_is_not_started(arguments, started, tmp_path, monkeypatch):
    monkeypatch.setattr(lanes, "run", lambda command, environment: lanes.NOTHING_SELECTED)
    options = SimpleNamespace(long=False, marks="", coverage=False, processes="")
    runner, lane = lanes.Runner(options, arguments, tmp_path), lanes.Lane("browser")
    runner.pytest(lane, "", {}, only="browser")
    assert runner.passes == int(started)
    assert str(lane) == "lane browser: did not run: no test of it was selected"


def test_a_mark_that_its_file_does_not_name_stops_the_run(request, monkeypatch):
    request.node.add_marker("browser")
    with pytest.raises(pytest.UsageError, match=r"test_lanes\.py has tests marked browser"):
        refuse_hidden_marks([request.node])


REPORT = """<testsuites><testsuite name="pytest" errors="0" failures="0" skipped="0" tests="3">
<testcase classname="tests.measures.test_rules" name="test_one" time="1.5" />
<testcase classname="tests.measures.test_rules.EveryLightTest" name="test_two" time="0.5" />
<testcase classname="tests.api.test_lists" name="test_three" time="6" />
</testsuite></testsuites>"""


def test_the_files_that_took_longest_are_named_first(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    times = lanes.read_times(report)
    assert times == {"tests/measures/test_rules.py": 2.0, "tests/api/test_lists.py": 6.0}
    assert lanes.dearest(times) == [
        "   6.0 s   75%  tests/api/test_lists.py",
        "   2.0 s   25%  tests/measures/test_rules.py",
    ]
    assert lanes.dearest(times, number=1) == ["   6.0 s   75%  tests/api/test_lists.py"]
    assert lanes.read_times(tmp_path / "missing.xml") == {}
