"""The lines of the bench, with their budgets, and the table of docs/performance.md that they are written into."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
LARGEST = 1000


@dataclass(frozen=True)
class Line:
    """`budget`: the most that it may be, in its unit, or the least where `is_floor`; `grows`: how many times its value
    at 1x it may be on more data."""

    name: str
    unit: str
    budget: float | None = None
    grows: float | None = None
    # Where another budget holds for the largest site.
    largest: float | None = None
    is_floor: bool = False

    def limit(self, data: str) -> float | None:
        return self.largest if self.largest and data.endswith(f" {LARGEST:,}x") else self.budget

    @property
    def words(self) -> str:
        """The budget as the table says it."""
        if self.budget is None and self.grows is None:
            return "-"
        said = "" if self.budget is None else f"{'at least ' * self.is_floor}{figure(self.budget)} {self.unit}".strip()
        largest = f"{figure(self.largest)} at {LARGEST:,}x" if self.largest else ""
        grows = f"{figure(self.grows)} x that of 1x" if self.grows else ""
        return "; ".join(filter(None, (said, largest, grows)))


# A kept page may take a millisecond where a loop takes 43.
KEPT = 1 / 43
# What changes with the data is a page's links and counts, not how many rows it has.
SAME = 1.2
LINES = (
    Line("migration of an empty database, processor time", "s", 2),
    Line("demonstration, first start", "s", 8),
    Line("demonstration, second start", "s", 3),
    Line("first visit, compressed", "KB", 100),
    Line("installation", "MB", 285),
    Line("memory of a web process", "MB", 100),
    Line("overview", "loops", 1, grows=1.1),
    Line("a department", "loops", 1, grows=1.1),
    Line("a city", "loops", 1, grows=1.1),
    Line("measures, 100 rows", "loops", 0.6),
    Line("projects, 50 rows", "loops", 0.5),
    Line("API, summary", "loops", 0.25),
    Line("API, 100 projects", "loops", 0.2),
    Line("a kept page", "loops", KEPT),
    Line("departments", "loops", grows=SAME),
    Line("a measure", "loops", grows=SAME),
    Line("month board", "loops", grows=SAME),
    Line("projects behind their plan", "loops", grows=SAME),
    Line("workspace of a city", "loops", grows=SAME),
    Line("review of months", "loops", grows=SAME),
    Line("problems", "loops", grows=SAME),
    Line("checks of the data", "loops", grows=SAME),
    Line("search, two characters", "loops", grows=SAME),
    Line("search, initials", "loops", grows=SAME),
    Line("API, 100 projects, beside a stock view", "x", 1 / 3),
    Line("NDJSON of a plan, beside a raw cursor", "x", 3),
    Line("memory of a long export", "MB", 20),
    Line("full rebuild, beside plain SQL", "x", 1.5),
    Line("full rebuild, queries", "queries", 40),
    Line("refresh of a cell", "loops", grows=SAME),
    Line("refresh of an accepted month", "loops", grows=SAME),
    Line("workbook of all projects, preview", "s", 5),
    Line("workbook of all projects, load", "s", 10),
    Line("workbook of all projects, memory", "MB", 300),
    Line("accepted report to total, p99", "ms", 200, largest=1000),
    Line("memory of a Celery worker", "MB", 300),
)
# Of `--load`, which has a table row like the others and a column of its own.
LOAD_LINES = (
    Line("users at work, answers a second", "", 50, is_floor=True),
    Line("users at work, p95", "ms", 300),
    Line("filing beside wrong log-ins, p95", "ms", 1000),
    Line("reading beside wrong log-ins, p95", "ms"),
    Line("filing beside right log-ins, p95", "ms", 1000),
    Line("reading beside right log-ins, p95", "ms"),
)
BY_NAME = {line.name: line for line in (*LINES, *LOAD_LINES)}


@dataclass(frozen=True)
class Finding:
    """A line as it was measured on some data, such as `PostgreSQL 100x`."""

    line: Line
    data: str
    value: float
    note: str = ""

    def verdict(self, at_1x: float | None) -> str:
        limit = self.line.limit(self.data)
        over = limit is not None and (self.value < limit if self.line.is_floor else self.value > limit)
        grown = bool(self.line.grows and at_1x and self.value > at_1x * self.line.grows)
        return "UNDER" if over and self.line.is_floor else "OVER" if over or grown else "ok" if limit else ""


@dataclass
class Results:
    """All findings by data and line, in the order in which they came."""

    found: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def add(self, name: str, data: str, value: float, note: str = "") -> Finding:
        finding = self.found[name, data] = Finding(BY_NAME[name], data, value, note)
        return finding

    @property
    def data(self) -> list[str]:
        return list(dict.fromkeys(data for _name, data in self.found))

    def missing(self, lines: Iterable[Line]) -> list[str]:
        names = {name for name, _data in self.found}
        return [line.name for line in lines if line.name not in names]

    def at_1x(self, finding: Finding) -> float | None:
        first = self.found.get((finding.line.name, f"{finding.data.split()[0]} 1x"))
        return first.value if first and first is not finding else None

    def text(self) -> str:
        """A line each, for a terminal."""
        return "\n".join(
            f"{each.data:16} {each.line.name:48} {figure(each.value) + ' ' + each.line.unit:>14}"
            f"  {each.verdict(self.at_1x(each)):5} {each.note}{self.growth(each)}".rstrip()
            for each in self.found.values()
        )

    def growth(self, finding: Finding) -> str:
        at_1x = self.at_1x(finding)
        return f" ({finding.value / at_1x:.2f} x that of 1x)" if at_1x and finding.line.grows else ""

    def cells(self, data: str) -> dict[str, str]:
        """The column of these data, by line: what is over its budget is bold."""
        found = {}
        for each in self.found.values():
            if each.data == data:
                said = f"{figure(each.value)}{self.growth(each).replace(' that of 1x', '')}"
                found[each.line.name] = f"**{said}**" if each.verdict(self.at_1x(each)) in ("OVER", "UNDER") else said
        return found


def figure(value: float) -> str:
    """Three digits that count, or whole from a hundred on."""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"


# The table in the page

RUNS, ROWS = "runs", "results"
RUN_HEADS = ("data", "version", "commit", "day", "machine")


def table_in(text: str, name: str) -> list[list[str]]:
    """The rows of cells between the markers, without the heads' rule; empty before the first time."""
    lines = _between(text, name)[1].strip().splitlines()
    rows = [[cell.strip() for cell in line.strip("| \n").split(" | ")] for line in lines if line.startswith("|")]
    return [*rows[:1], *rows[2:]]


def written(text: str, results: Results, about: Mapping[str, str]) -> str:
    """The page with the columns of what was run now; the other columns stay, and lines that are gone go.

    `about`: version, commit, day and machine of the run.
    """
    runs = {row[0]: row for row in table_in(text, RUNS)[1:]}
    columns = _columns(table_in(text, ROWS))
    for data in results.data:
        runs[data] = [data, *(about[head] for head in RUN_HEADS[1:])]
        columns[data] = results.cells(data)
    order = sorted(runs, key=_place)
    text = _replaced(text, RUNS, [RUN_HEADS, *(runs[data] for data in order)])
    rows = [
        [line.name, line.words, *(columns[data].get(line.name, "-") for data in order)] for line in BY_NAME.values()
    ]
    return _replaced(text, ROWS, [["line", "budget", *order], *rows])


def _columns(rows: list[list[str]]) -> dict[str, dict[str, str]]:
    heads = rows[0] if rows else []
    return {head: {row[0]: row[at] for row in rows[1:]} for at, head in enumerate(heads) if at > 1}


def _place(data: str) -> tuple[bool, str, int]:
    database, _space, size = data.partition(" ")
    return not size.endswith("x"), database, int(re.sub(r"\D", "", size) or 0)


def _between(text: str, name: str) -> tuple[str, str, str]:
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = text.split(begin)
    inside, after = rest.split(end)
    return before + begin, inside, end + after


def _replaced(text: str, name: str, rows: Iterable[Iterable[str]]) -> str:
    before, _old, after = _between(text, name)
    return f"{before}\n{'\n'.join(_markdown(rows))}\n\n{after}"


def _markdown(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    for at, row in enumerate(rows):
        cells = list(row)
        yield f"| {' | '.join(cells)} |"
        if at == 0:
            yield f"| {' | '.join(['---'] * len(cells))} |"
