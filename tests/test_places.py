"""The product is of no place: outside the demonstration nothing names the place, the plan or the year of its data."""

import re
import subprocess
from pathlib import Path

from django.conf import settings

# What belongs to the demonstration, to its tests or to prose about it.
LEFT_OUT = (
    "fixtures/",
    "tests/",
    "docs/",
    "benchmarks/",
    "README",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "demonstration/management/commands/demo.py",
)
# What rows were before, as migrations must know it, and what is not ours.
NOT_READ = re.compile(r"/migrations/|^(requirements.*\.txt|package-lock\.json)$|\.(svg|png|ico|woff2)$")
PLACES = re.compile(
    r"shandong|山东|laizhou|莱州|\b370000\b|\b100000\b|pilot zone|先行区|全省|national average", re.IGNORECASE
)
# A day, a month or a period as an example of its format: 2023-08-29, 2023H1, 29 August 2023, 2023年8月.
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
EXAMPLE = re.compile(
    rf"2023-(W?[0-9]{{2}})|2023(H1|Q[1-4])|(?:{MONTHS}|H1) 2023|2023年|plan-2023-2025|date(?:time)?\(2023, "
)
YEAR = re.compile(r"(?<![0-9.])2023(?![0-9])")


def source() -> dict[str, str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [name for name in listed.stdout.split("\n") if name and not name.startswith(LEFT_OUT)]
    paths = [Path(settings.BASE_DIR, name) for name in names if not NOT_READ.search(name)]
    return {str(path.relative_to(settings.BASE_DIR)): path.read_text() for path in paths if path.is_file()}


def lines_with(pattern: re.Pattern[str], *, but: re.Pattern[str] | None = None) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in source().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(but.sub("", line) if but else line)
    ]


def test_nothing_names_the_place_of_the_demonstration() -> None:
    assert lines_with(PLACES) == []


def test_its_year_is_an_example_of_a_format_and_nothing_else() -> None:
    assert lines_with(YEAR, but=EXAMPLE) == []


def test_the_search_looks_at_code_templates_scripts_and_texts() -> None:
    found = source()
    assert {"web/site.py", "templates/base.html", "locale/zh_Hans/LC_MESSAGES/django.po"} <= found.keys()
    assert PLACES.search("The Pilot Zone") and PLACES.search('region="370000"') and not PLACES.search("370600")
    assert YEAR.search(EXAMPLE.sub("", "since 2023")) and not YEAR.search(EXAMPLE.sub("", "such as 2023-06-30"))
