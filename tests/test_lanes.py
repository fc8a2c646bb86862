"""What `./run test` says and answers when a lane cannot run, or fails."""

import pytest

from tests import lanes, services


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
