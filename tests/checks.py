"""The checks that `./run check` runs, one after the other."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.services import ROOT

# Lines of shell, in the folder of the project; the programs of .venv come first.
CHECKS = {
    "ruff check": "ruff check --quiet",
    "ruff format": "ruff format --quiet --check",
    "templates are indented": "djhtml --check --tabwidth 2 templates",
    "docstrings are sentences": "python -m tests.lint_docstrings",
    "mypy": "mypy",
    "import contracts": "lint-imports",
    "django check": "python manage.py check",
    "migrations are complete": "python manage.py makemigrations --check --dry-run",
    "fixtures are what their generator makes": "python fixtures/make_fixtures.py --check",
    "migrations suit a site that runs": "python -m tests.lint_migrations",
    "no known holes in packages": "python -m tests.known_holes",
    "shell scripts": (
        "sh -n run && bash -n .ci/run && if command -v shellcheck >/dev/null; then shellcheck run .ci/run; fi"
    ),
    "nothing newer than Chromium 86": (
        r"find static templates \( -name '*.css' -o -name '*.js' -o -name '*.html' \)"
        " -exec node frontend/old_browsers.mjs {} +"
    ),
}
# What a check exits with that could not be made: sysexits.h calls it a failure for now.
LEFT_OUT = 75
# Checks that are left out where their program is missing, but not in CI; and what to install.
NEEDS = {"nothing newer than Chromium 86": ("node", "Node is missing (the Debian packages nodejs and npm)")}


def run(name: str, environment: dict[str, str]) -> bool:
    """One line when it passes, its output when it does not."""
    program, missing = NEEDS.get(name, ("", ""))
    if program and not shutil.which(program) and not os.environ.get("CI"):
        print(f"skip  {name}: {missing}", flush=True)
        return True
    command = f"{{ {CHECKS[name]}; }} 2>&1"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode == LEFT_OUT:
        print(f"skip  {name}: {done.stdout.strip()}", flush=True)
        return True
    print(f"ok    {name}" if done.returncode == 0 else f"{done.stdout}FAIL  {name}", flush=True)
    return done.returncode == 0


def main(names: list[str]) -> int:
    if unknown := [name for name in names if name not in CHECKS]:
        print(f"run: there is no check {unknown[0]}; there are: {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as data:
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": programs, "PILOTZONE_DATA_DIR": data}
        try:
            failed = [name for name in names or CHECKS if not run(name, environment)]
        except KeyboardInterrupt:
            return 130
    if failed:
        print(f"run: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
