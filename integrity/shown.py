"""The findings of a run of the checks, as pages and commands show them, in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from integrity.checks import Check, all_checks
from integrity.models import IntegrityRun
from integrity.running import Found, addresses, found_in
from web.formats.text import format_counted

# Of the rows that a check finds, a command prints so many; the page shows more.
FIRST_FEW = 20


@dataclass(frozen=True)
class CheckRow:
    """A check as a page shows it. `found` is None before its first run; `rows`: the address of each, or "", its name
    and what is wrong."""

    check: Check
    title: str
    why: str
    do: str
    found: Found | None
    rows: list[tuple[str, str, str]]

    @property
    def found_something(self) -> bool:
        """Rows, or that it cannot run."""
        return self.found is not None and bool(self.found.count or self.found.error)


def check_rows(run: IntegrityRun | None) -> list[CheckRow]:
    """Returns the rows of all checks, the worst first."""
    found = [(check, found_in(run, check)) for check in all_checks()]
    links = addresses(row for _check, each in found if each for row in each.rows)
    return [_check_row(check, each, links) for check, each in found]


def _check_row(check: Check, found: Found | None, links: dict[tuple[str, int], str]) -> CheckRow:
    rows = [(links.get((row.model, row.id), ""), row.name, row.detail) for row in found.rows] if found else []
    return CheckRow(check, check.said("title"), check.said("why"), check.said("do"), found, rows)


def findings_of(run: IntegrityRun) -> list[CheckRow]:
    """Returns the rows of the checks that found something."""
    return [each for each in check_rows(run) if each.found_something]


def first_lines(found: Found) -> Iterator[str]:
    """Yields the lines that a command prints of what a check found."""
    if found.error:
        yield f"could not run: {found.error}"
    yield from map(str, found.rows[:FIRST_FEW])
    if found.count > FIRST_FEW:
        yield f"… and {found.count - FIRST_FEW:,} more."


def said_of_load(findings: list[CheckRow]) -> str:
    """`findings`: those of the run of a load."""
    if not findings:
        return _("The data checks found nothing in what was loaded.")
    return format_counted(
        "%(count)s data check found something in what was loaded.",
        "%(count)s data checks found something in what was loaded.",
        len(findings),
    )
