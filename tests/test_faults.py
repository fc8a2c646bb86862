"""`./run test --long -k faults` ends with one table, from which no fault can vanish unnoticed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import faults
from tests.conftest import pytest_itemcollected
from tests.services import ROOT


def marked() -> Iterator[str]:
    """The names in all marks, as they stand in the source."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.faults":
                name, _done = node.args
                assert isinstance(name, ast.Constant), f"{path}: the name of a fault is written out"
                yield str(name.value)


def test_every_fault_of_the_list_has_a_test_and_no_test_another_fault() -> None:
    assert set(marked()) == set(faults.FAULTS)


def test_there_are_at_least_as_many_as_were_once_tried() -> None:
    assert len(set(faults.FAULTS)) == len(faults.FAULTS) >= 33


REPORT = """<testsuites><testsuite>
<testcase classname="tests.test_a" name="test_one" time="3.4"><properties>
<property name="fault" value="Redis hung"/><property name="done" value="SIGSTOP"/><property name="slowest" value="0.3"/>
</properties></testcase>
<testcase classname="tests.test_a" name="test_two" time="1"><properties>
<property name="fault" value="Redis away"/><property name="done" value="SIGTERM"/></properties>
<failure message="no"/></testcase>
<testcase classname="tests.test_a" name="test_three" time="0"><properties>
<property name="fault" value="beat hung"/><property name="done" value="SIGSTOP"/></properties>
<skipped message="of PostgreSQL"/></testcase>
<testcase classname="tests.test_a" name="test_four" time="1"/>
</testsuite></testsuites>"""


def test_the_table_has_a_line_for_each_trial_and_for_each_fault_that_nobody_tried(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    here = list(faults.read_trials(report, "sqlite"))
    report.write_text(REPORT.replace('<skipped message="of PostgreSQL"/>', ""))
    there = list(faults.read_trials(report, "postgres"))
    lines = [line.split("  ") for line in faults.table([*here, *there])]
    told = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert told[0] == ["fault", "what was done", "lane", "outcome", "seconds", "slowest answer"]
    assert ["Redis hung", "SIGSTOP", "sqlite", "survived", "3", "0.3"] in told
    assert ["Redis away", "SIGTERM", "postgres", "FAILED", "1"] in told
    assert [line for line in told if line[0] == "beat hung"] == [["beat hung", "SIGSTOP", "postgres", "survived", "0"]]
    assert ["web process killed", "did not run"] in told
    assert {line[0] for line in told[1:]} == set(faults.FAULTS)
    assert [each.outcome for each in here if each.fault == "beat hung"] == ["skipped: of PostgreSQL"]


def test_a_marked_test_says_so_in_the_report(request: pytest.FixtureRequest) -> None:
    request.node.add_marker(pytest.mark.faults("Redis hung", "SIGSTOP"))
    pytest_itemcollected(request.node)
    assert request.node.user_properties == [("fault", "Redis hung"), ("done", "SIGSTOP")]
    # It is none.
    request.node.user_properties.clear()
