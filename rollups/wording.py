"""The texts and tables about the stored totals on the staff page of runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Department
from core.clock import SHANGHAI
from core.lights import Light
from core.provenance import Provenance
from core.statuses import MeasureStatus
from measures.models import Plan, Section
from projects.models import Category, Stage
from regions.models import Region
from rollups.engine import TABLES
from rollups.models import RollupRun, StaleCell, Verification
from rollups.runs import StaleCells, TotalsState
from web.formats.dates import format_day, format_duration
from web.formats.money import format_yi_cell
from web.formats.numbers import format_number
from web.formats.text import format_counted, format_sentence
from web.language import localized


def format_age(stale: StaleCells) -> str:
    """Return the age of the oldest stale cell, from a whole second on: a sweep takes longer than that."""
    return format_duration(max(stale.oldest_seconds, 1)) if stale.count else format_duration(None)


def first_line(error: str) -> str:
    return error.strip().partition("\n")[0]


def totals_sentence(state: TotalsState) -> SafeString:
    """The worst that there is to say."""
    if state.last_run is None:
        return format_sentence(_("%(fact)s: no run has ended yet."), fact=_bold(_("No totals are stored")))
    if state.last_run.error:
        return _failure_sentence(state.last_run)
    if state.set_aside:
        return _set_aside_sentence(state.set_aside)
    if state.verification and state.verification.differing:
        return _differences_sentence(state.verification, is_rebuilt_since=state.is_rebuilt_since)
    if not state.is_of_today:
        return format_sentence(
            _("%(fact)s; the next sweep renews them. Until then pages count live."),
            fact=_bold(_("The stored totals are those of an earlier day")),
        )
    if state.stale.count:
        return _stale_sentence(state.stale)
    return _fresh_sentence(state.verification)


def _failure_sentence(run: RollupRun) -> SafeString:
    return format_sentence(
        _("%(fact)s, on %(when)s: %(error)s"),
        fact=_bold(_("The last run failed")),
        when=_format_time(run.started_at),
        error=first_line(run.error),
    )


def _set_aside_sentence(count: int) -> SafeString:
    fact = format_counted("%(count)s cell cannot be counted", "%(count)s cells cannot be counted", count)
    return format_sentence(_("%(fact)s; all other totals go on. What is wrong stands below."), fact=_bold(fact))


def _differences_sentence(verification: Verification, *, is_rebuilt_since: bool) -> SafeString:
    found = format_counted(
        "The last check found %(count)s difference",
        "The last check found %(count)s differences",
        verification.differing,
    )
    text = (
        _("%(fact)s, on %(when)s. All totals were recomputed since; check again to be sure.")
        if is_rebuilt_since
        else _("%(fact)s, on %(when)s.")
    )
    return format_sentence(text, fact=_bold(found), when=_format_time(verification.started_at))


def _stale_sentence(stale: StaleCells) -> SafeString:
    waiting = format_counted("%(count)s cell waits", "%(count)s cells wait", stale.count)
    return format_sentence(
        _("%(fact)s to be recomputed, the oldest for %(age)s."), fact=_bold(waiting), age=format_age(stale)
    )


def _fresh_sentence(verification: Verification | None) -> SafeString:
    fresh = _bold(_("Totals are up to date"))
    if verification is None:
        return format_sentence(_("%(fact)s; they have not been checked yet."), fact=fresh)
    return format_sentence(
        _("%(fact)s; checked on %(when)s: no difference."), fact=fresh, when=_format_time(verification.started_at)
    )


def _bold(fact: str) -> SafeString:
    return format_html("<strong>{}</strong>", fact)


def _format_time(at: datetime) -> str:
    """Return a time for sentences: 28 August 2023 at 23:30, 2023年8月28日23:30."""
    local_time = at.astimezone(SHANGHAI)
    return _("%(day)s at %(time)s") % {"day": format_day(local_time), "time": f"{local_time:%H:%M}"}


@dataclass(frozen=True)
class SetAsideRow:
    """A cell whose rows cannot be counted."""

    name: str
    plan: str
    mark: StaleCell
    first_line: str


def set_aside_rows(marks: Iterable[StaleCell]) -> list[SetAsideRow]:
    marks = list(marks)
    names = CellNames([(mark.kind, mark.key) for mark in marks])
    return [
        SetAsideRow(names.cell(mark.kind, mark.key), names.plan(mark.key), mark, first_line(mark.error))
        for mark in marks
    ]


@dataclass(frozen=True)
class DifferenceRow:
    """A cell that differs: its stored and its fresh counts as texts, each with whether they differ."""

    name: str
    plan: str
    as_of: str
    error: str
    stored: list[tuple[str, bool]]
    fresh: list[tuple[str, bool]]


@dataclass(frozen=True)
class DifferenceTable:
    """The differences of one kind of cells; `heads` are the names of the counts."""

    title: str
    heads: list[str]
    rows: list[DifferenceRow]


def difference_tables(verification: Verification) -> list[DifferenceTable]:
    """The recorded differences of a verification by kind. Five queries, however many there are."""
    names = CellNames([(each["kind"], each["key"]) for each in verification.differences])
    titles = {
        "measures": _("Measures, by lead department and priority area"),
        "projects": _("Projects, by region, category and stage"),
    }
    tables = []
    for kind, title in titles.items():
        rows = [_difference_row(each, names) for each in verification.differences if each["kind"] == kind]
        if rows:
            heads = [_count_label(name) for name in TABLES[kind].count_fields]
            tables.append(DifferenceTable(title, heads, rows))
    return tables


class CellNames:
    """The names of cells, whose keys hold ids."""

    def __init__(self, cells: list[tuple[str, list[Any]]]) -> None:
        measures = [key for kind, key in cells if kind == "measures"]
        projects = [key for kind, key in cells if kind == "projects"]
        self.objects: Mapping[type[Model], Mapping[Any, Model]] = {
            Plan: Plan.objects.in_bulk({key[0] for _kind, key in cells}),
            Section: Section.objects.in_bulk({key[1] for key in measures}),
            Department: Department.objects.in_bulk({key[2] for key in measures}),
            Region: Region.objects.in_bulk({key[1] for key in projects}),
            Category: Category.objects.in_bulk({key[2] for key in projects}),
        }

    def name_of(self, model: type[Model], pk: int, field: str) -> str:
        found = self.objects[model].get(pk)
        return localized(found, field) if found else _("no longer there (%(id)s)") % {"id": pk}

    def plan(self, key: list[Any]) -> str:
        return self.name_of(Plan, key[0], "name")

    def cell(self, kind: str, key: list[Any]) -> str:
        if kind == "measures":
            parts = [self.name_of(Department, key[2], "short"), self.name_of(Section, key[1], "title")]
        else:
            names = [self.name_of(Region, key[1], "short"), self.name_of(Category, key[2], "name")]
            parts = [*names, str(Stage(key[3]).label)]
        return " · ".join(parts)


def _difference_row(difference: Mapping[str, Any], names: CellNames) -> DifferenceRow:
    kind, key = difference["kind"], difference["key"]
    stored, fresh = difference["stored"] or {}, difference["fresh"] or {}
    error = first_line(difference.get("error", ""))

    def texts(counts: Mapping[str, int]) -> list[tuple[str, bool]]:
        return [
            (_format_count(name, counts.get(name)), stored.get(name) != fresh.get(name))
            for name in TABLES[kind].count_fields
        ]

    return DifferenceRow(
        names.cell(kind, key), names.plan(key), difference["as_of"], error, texts(stored), texts(fresh)
    )


def _count_label(count: str) -> str:
    labels = {
        "total": _("Total"),
        "due": pgettext("number of measures", "Due"),
        "investment": _("Investment (100 million yuan)"),
        "started": pgettext("number of projects", "Started"),
        "to_start": _("To be started this year"),
        "planned": _("Annual plan (100 million yuan)"),
        "invested": _("Invested since 1 January (100 million yuan)"),
        "without_month": _("Without a month"),
        "illustrative": str(Provenance.ILLUSTRATIVE.label),
        **{each.value: str(each.label) for each in (*MeasureStatus, *Light)},
    }
    return labels[count]


def _format_count(count: str, value: int | None) -> str:
    return format_yi_cell(value) if count in ("investment", "planned", "invested") else format_number(value)
