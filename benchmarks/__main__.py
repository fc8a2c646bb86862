"""Measures pages, API and rollups against the budgets of docs/performance.md: `./run bench`."""

import argparse
import json
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from benchmarks import growth, under_load
from benchmarks.bench import Bench
from benchmarks.growth import SIZES, USUAL_SIZES
from benchmarks.report import table
from tests import services
from tests.lanes import termination_like_ctrl_c

RESULTS = Path(__file__).parent / "results"
UNMEASURED = "the overview in a browser"


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"bench: {message}; ./run bench --help lists what it knows.\n")


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        prog="./run bench",
        allow_abbrev=False,
        description="Measures pages, API and rollups against their budgets, on throwaway servers of its own: SQLite"
        f" (up to {growth.LARGEST_SQLITE}x), and PostgreSQL and Redis where they are installed. N times the data is"
        " N plans of the demonstration's size. Without options 1x and 100x, in about six minutes.",
        epilog="Ends with 1 when something could not be measured or the compared rows differ; a budget that is over"
        " is a finding, not a failure. docs/performance.md says what each line means.",
    )
    parser.add_argument(
        "--size",
        type=int,
        action="append",
        choices=SIZES,
        metavar="N",
        help=f"how many times the data: {', '.join(map(str, SIZES))}; may be given again. 1x is always measured, since"
        " the others are compared with it",
    )
    parser.add_argument("--all", action="store_true", help="every size; 1000x takes an hour and 16 GB of disk")
    parser.add_argument("--pages", action="store_true", help="only the pages and their memory: a third of the time")
    parser.add_argument("--quick", action="store_true", help="1x alone and fewer repetitions: a minute, rough figures")
    parser.add_argument(
        "--plans", action="store_true", help="also print the database's plans of the full rebuild and of its baseline"
    )
    parser.add_argument(
        "--load",
        action="store_true",
        help=f"instead, {under_load.USERS} users at work on a whole site for {under_load.SECONDS} seconds; ends with 1"
        " when it does not keep what it promises",
    )
    parser.add_argument("--users", type=int, default=under_load.USERS, help="of --load")
    parser.add_argument("--seconds", type=int, default=under_load.SECONDS, help="of --load")
    options = parser.parse_args(arguments)
    if options.load:
        return options
    if options.size and options.all:
        parser.error("--size and --all exclude each other")
    if options.all:
        wanted = SIZES
    elif options.size:
        wanted = tuple(options.size)
    else:
        wanted = SIZES[:1] if options.quick else USUAL_SIZES
    options.sizes = sorted({SIZES[0], *wanted})
    if why := growth.missing_space(options.sizes, growth.free_space()):
        parser.exit(2, f"bench: {why}.\n")
    return options


def save(bench: Bench, seconds: float) -> list[Path]:
    RESULTS.mkdir(exist_ok=True)
    result = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": bench.quick,
        "sizes": list(bench.sizes),
        "seconds": round(seconds),
        "machine": bench.machine | bench.versions,
        "postgresql": growth.POSTGRESQL_OPTIONS,
        "findings": [finding.as_json() for finding in bench.findings],
    }
    latest = RESULTS / "latest.json"
    latest.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    written = [latest]
    for size, sides in bench.plans.items():
        path = RESULTS / f"plans-{size}x.txt"
        path.write_text(plans_text(size, sides), encoding="utf-8")
        written.append(path)
    return written


def plans_text(size: int, sides: dict[str, list[str]]) -> str:
    heads = {"measured": "the engine's", "baseline": "the plain"}
    parts = [
        f"Full rebuild at {size:,}x, {heads[side]} statement on {table}:\n\n{plan}\n"
        for side, plans in sides.items()
        for table, plan in zip(("measures", "projects"), plans, strict=True)
    ]
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    options = read_options(arguments)
    start = time.monotonic()
    try:
        with termination_like_ctrl_c(), ExitStack() as stack:
            if options.load:
                return under_load.run(options.users, options.seconds)
            home = stack.enter_context(services.folder("pilotzone-bench-"))
            bench = Bench(sizes=options.sizes, quick=options.quick, only_pages=options.pages, home=home)
            bench.sqlite()
            bench.postgresql()
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return 130
    except (RuntimeError, TimeoutError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    seconds = time.monotonic() - start
    print(table(bench.findings))
    about = bench.machine
    print(f"\n{about['cores']} cores ({about['processor']}), {about['memory_gb']} GB, Python {about['python']}", end="")
    print("".join(f", {version}" for version in bench.versions.values()))
    if about["load"] > about["cores"] / 2:
        print(f"Other work was going on (load {about['load']} at the start): judge by the CPU figures.")
    print(f"Not measured yet: {UNMEASURED}.")
    if options.plans:
        for size, sides in bench.plans.items():
            print(f"\n{plans_text(size, sides)}")
    names = [str(path.relative_to(services.ROOT)) for path in save(bench, seconds)]
    print(f"{seconds:.0f} seconds; written to {', '.join(names)}")
    return 1 if any(finding.is_wrong or finding.measured is None for finding in bench.findings) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
