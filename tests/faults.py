"""The faults that a site has to survive, and the table of what tests made of them: `./run test --long -k faults`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

# Whoever adds one marks its test with it: @pytest.mark.faults(name, what is done).
FAULTS = (
    "web process killed",
    "web server killed",
    "web process hung",
    "worker killed",
    "worker hung",
    "worker told to end",
    "beat killed",
    "beat hung",
    "Redis away",
    "Redis hung",
    "PostgreSQL away",
    "PostgreSQL hung",
    "lock held, SQLite",
    "lock held, PostgreSQL",
    "disk full at the start",
    "disk full on a write",
    "disk full on an upload",
    "data folder read-only",
    "key file empty",
    "key file binary",
    "key file cut off",
    "demo file empty",
    "demo file binary",
    "demo file cut off",
    "database cut off",
    "database overwritten",
    "upload cut off",
    "clock put forward",
    "clock put back",
    "migration killed, SQLite",
    "migration killed, PostgreSQL",
    "copied with cp",
    "backup restored",
    "backup under load",
    "disk full while backing up",
    "killed while backing up",
    "PostgreSQL away while backing up",
    "Redis away while backing up",
    "worker killed while backing up",
    "killed while restoring",
    "key of a backup wrong",
    "site lost",
    "PostgreSQL's disk lost",
    "message delivered twice",
    "two beats",
)
HEADS = ("fault", "what was done", "lane", "outcome", "seconds", "slowest answer")


@dataclass(frozen=True)
class Trial:
    """A test of a fault in a lane. `slowest`: how long somebody waited for an answer, where that was measured;
    `figures`: lines of what else was."""

    fault: str
    done: str
    lane: str
    outcome: str
    seconds: str
    slowest: str
    figures: tuple[str, ...]
    test: str

    @property
    def has_run(self) -> bool:
        return not self.outcome.startswith("skipped")


def read_trials(report: Path, lane: str) -> Iterator[Trial]:
    """Yield the trials in a report of pytest in the format of JUnit."""
    if not report.exists():
        return
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        properties = [(each.get("name", ""), each.get("value", "")) for each in case.iter("property")]
        told = dict(properties)
        if "fault" not in told:
            continue
        test = f"{case.get('classname')} {case.get('name')}"
        seconds = f"{float(case.get('time', 0)):.0f}"
        figures = tuple(value for name, value in properties if name == "figures")
        slowest = told.get("slowest", "")
        yield Trial(told["fault"], told["done"], lane, _outcome(case), seconds, slowest, figures, test)


def _outcome(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "FAILED"
    skipped = case.find("skipped")
    return "survived" if skipped is None else f"skipped: {skipped.get('message', '')}"


def table(trials: Iterable[Trial]) -> list[str]:
    """Lines: every fault of the list, in its order, also where no test of it ran; then the figures that tests told."""
    found = list(trials)
    ran = {each.test for each in found if each.has_run}
    # What a lane skips is told of where another one runs it.
    shown = [each for each in found if each.has_run or each.test not in ran]
    rows: list[tuple[str, ...]] = [HEADS]
    for fault in FAULTS:
        of_this = [each for each in shown if each.fault == fault]
        rows += [(fault, each.done, each.lane, each.outcome, each.seconds, each.slowest) for each in of_this]
        if not of_this:
            rows.append((fault, "", "", "did not run", "", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [*lines, *(f"{each.fault}: {line}" for each in shown for line in each.figures)]
