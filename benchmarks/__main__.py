"""Measures pages, API and totals against the budgets of docs/performance.md: `./run bench`."""

import argparse
import os
import subprocess
import sys
import time
import tomllib
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from benchmarks import growth, under_load
from benchmarks.bench import Bench
from benchmarks.growth import SIZES, USUAL_SIZES
from benchmarks.lines import LINES, LOAD_LINES, PAGE, written
from tests import services
from tests.lanes import termination_like_ctrl_c

# How often each line is taken: of twelve the smallest repeats.
TIMES, QUICK_TIMES = 12, 4


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"bench: {message}; ./run bench --help lists what it knows.\n")


# `./run help` and docs/performance.md say the same, and a test holds them to it.
USUAL = f"{' and '.join(map(str, USUAL_SIZES))} times the demonstration's data: fifteen minutes"
HELP = {
    "--size": f"{', '.join(map(str, SIZES[:-1]))} or {SIZES[-1]} times the data; may be given again",
    "--all": f"all three sizes: an hour and {growth.gigabytes(SIZES):.0f} GB of disk",
    "--quick": "the data once, fewer repetitions: three minutes, rough figures",
    "--smoke": "each line once on the least data, as CI does: a minute",
    "--load": f"instead, {under_load.USERS} users at work on a whole site: six minutes",
    "--write": "also put the results into docs/performance.md",
}


def parser() -> Parser:
    made = Parser(
        prog="./run bench",
        allow_abbrev=False,
        description="Measures pages, API and totals against their budgets, on throwaway servers of its own: SQLite (up"
        f" to {growth.LARGEST_SQLITE}x), PostgreSQL and Redis. N times the data is N plans of the demonstration's size."
        f" Without options {USUAL}.",
        epilog="Ends with 1 when something could not be measured; a budget that is over is a finding, not a failure."
        " docs/performance.md says what each line means.",
    )
    made.add_argument("--size", type=int, action="append", choices=SIZES, metavar="N", help=HELP["--size"])
    for option in ("--all", "--quick", "--smoke", "--load", "--write"):
        made.add_argument(option, action="store_true", help=HELP[option])
    return made


def read_options(arguments: list[str]) -> argparse.Namespace:
    reading = parser()
    options = reading.parse_args(arguments)
    if why := contradiction(options):
        reading.error(why)
    wanted = SIZES if options.all else options.size or (SIZES[:1] if options.quick or options.smoke else USUAL_SIZES)
    options.sizes = sorted({SIZES[0], *wanted})
    if why := growth.missing_space(options.sizes, growth.free_space()):
        reading.exit(2, f"bench: {why}.\n")
    return options


def contradiction(options: argparse.Namespace) -> str:
    """Why these options cannot be given together, or not now; empty where they can."""
    chosen = [name for name in ("size", "all", "quick", "smoke", "load") if getattr(options, name)]
    if len(chosen) > 1 and chosen != ["size", "quick"]:
        return f"--{chosen[0]} and --{chosen[1]} exclude each other"
    if options.write and {"quick", "smoke"} & set(chosen):
        return "--write takes figures that repeat, and --quick and --smoke give none"
    if options.write and (changed := changed_files()):
        return f"--write names the commit that it measured: commit {changed[0]} first"
    return ""


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=services.ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def changed_files() -> list[str]:
    """Return the files that differ from the commit, but for the page that is written into."""
    changed = git("status", "--porcelain", "--untracked-files=no").splitlines()
    return [line[3:] for line in changed if line[3:] != str(PAGE.relative_to(services.ROOT))]


def about() -> dict[str, str]:
    """Return what the figures depend on, without the name of the machine."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    project = tomllib.loads((services.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    machine = f"{len(os.sched_getaffinity(0))} cores, {gigabytes:.0f} GB, Python {sys.version.split()[0]}"
    return {
        "version": project["version"],
        "commit": git("rev-parse", "--short=8", "HEAD").strip(),
        "day": datetime.now(UTC).date().isoformat(),
        "machine": f"{machine}; load {os.getloadavg()[0]:.1f} at the start",
    }


def measure(options: argparse.Namespace, home: Path, stack: ExitStack) -> Bench:
    times = 1 if options.smoke else QUICK_TIMES if options.quick else TIMES
    bench = Bench(home, options.sizes, times, is_smoke=options.smoke)
    if options.load:
        bench.load(home, stack.enter_context(services.postgresql()), under_load.USERS, under_load.SECONDS)
    else:
        bench.sqlite()
        bench.postgresql()
    lines = LOAD_LINES if options.load else (*LINES, *LOAD_LINES) if options.smoke else LINES
    bench.failures += bench.results.missing(lines)
    return bench


def main(arguments: list[str]) -> int:
    options = read_options(arguments)
    measured, start = about(), time.monotonic()
    try:
        with termination_like_ctrl_c(), ExitStack() as stack:
            bench = measure(options, stack.enter_context(services.folder("pilotzone-bench-")), stack)
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return 130
    except (RuntimeError, TimeoutError, services.Missing, subprocess.SubprocessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(bench.results.text())
    print(f"\n{measured['machine']}; {time.monotonic() - start:.0f} seconds")
    if options.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), bench.results, measured), encoding="utf-8")
    if bench.failures:
        print("\n".join(["Not measured, or wrong:", *bench.failures]))
    # Users who wait are what --load is for.
    slow = options.load and any(each.verdict(None) in ("OVER", "UNDER") for each in bench.results.found.values())
    return 1 if bench.failures or slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
