"""The state of the stored totals: whether some wait, whether they are right, which runs failed. For the staff page
and for the machines that watch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import Task
from celery.result import EagerResult
from django.db.models import Count, Min, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from kombu.exceptions import OperationalError

from accounts.models import Department
from core.clock import SHANGHAI, now, today
from core.lights import Light
from core.statuses import MeasureStatus
from measures.models import Plan, Section
from projects.models import Category, Stage
from regions.models import Region
from rollups import engine
from rollups.models import RollupRun, StaleCell, Verification
from rollups.tasks import rebuild_rollups_task, verify_rollups_task
from web.formats.dates import format_day, format_duration
from web.formats.money import format_yi_cell
from web.formats.numbers import format_number
from web.formats.text import format_sentence
from web.language import local

# In hours: what has gone well for a day is no longer news.
RECENT = 24


@dataclass(frozen=True)
class Waiting:
    """The cells that some change has marked, each counted once; `seconds` is the age of the oldest mark, 0 without."""

    cells: int
    seconds: float

    @property
    def age(self) -> str:
        """In words, from a whole second on: nobody asks for less of what a sweep takes."""
        return format_duration(max(self.seconds, 1)) if self.cells else format_duration(None)


def waiting(at: datetime) -> Waiting:
    # The key alone tells cells apart: those of measures have three parts, those of projects four.
    found = StaleCell.objects.aggregate(cells=Count("key", distinct=True), oldest=Min("marked_at"))
    oldest = found["oldest"]
    return Waiting(found["cells"], max((at - oldest).total_seconds(), 0) if oldest else 0)


def newest_runs() -> QuerySet[RollupRun]:
    """By number, not by time: the clock of the demonstration begins its day again at midnight."""
    return RollupRun.objects.order_by("-pk")


def last_check() -> Verification | None:
    return Verification.objects.order_by("-pk").first()


def failed_runs(at: datetime) -> QuerySet[RollupRun]:
    """Those of the last hours."""
    return RollupRun.objects.filter(started_at__gt=at - timedelta(hours=RECENT)).exclude(error="")


@dataclass(frozen=True)
class State:
    """`last_run` and `check` are None where there was none yet. `is_mended`: since the check that found differences
    everything was recomputed."""

    at: datetime
    waiting: Waiting
    last_run: RollupRun | None
    check: Verification | None
    failed: int
    is_of_today: bool
    is_mended: bool

    @property
    def is_waiting_long(self) -> bool:
        """Longer than two sweeps: nobody takes the marks."""
        return self.waiting.seconds > 60

    @property
    def sentence(self) -> SafeString:
        """The worst of what is so."""
        run, check = self.last_run, self.check
        if run is None:
            return format_sentence(_("%(fact)s: no run has ended yet."), fact=_bold(_("No totals are stored")))
        if run.error:
            return format_sentence(
                _("%(fact)s, on %(when)s: %(error)s"),
                fact=_bold(_("The last run failed")),
                when=when(run.started_at),
                error=first_line(run.error),
            )
        if check and check.differing:
            found = ngettext(
                "The last check found %(count)s difference",
                "The last check found %(count)s differences",
                check.differing,
            ) % {"count": format_number(check.differing)}
            words = (
                _("%(fact)s, on %(when)s. All totals were recomputed since; check again to be sure.")
                if self.is_mended
                else _("%(fact)s, on %(when)s.")
            )
            return format_sentence(words, fact=_bold(found), when=when(check.started_at))
        if not self.is_of_today:
            return format_sentence(
                _("%(fact)s; the next sweep renews them. Until then pages count live."),
                fact=_bold(_("The stored totals are those of an earlier day")),
            )
        if self.waiting.cells:
            wait = ngettext("%(count)s cell waits", "%(count)s cells wait", self.waiting.cells)
            return format_sentence(
                _("%(fact)s to be recomputed, the oldest for %(age)s."),
                fact=_bold(wait % {"count": format_number(self.waiting.cells)}),
                age=self.waiting.age,
            )
        fresh = _bold(_("All totals are fresh"))
        if check is None:
            return format_sentence(_("%(fact)s; they have not been checked yet."), fact=fresh)
        return format_sentence(
            _("%(fact)s; checked on %(when)s: no difference."), fact=fresh, when=when(check.started_at)
        )


def _bold(words: str) -> SafeString:
    return format_sentence("<strong>%(words)s</strong>", words=words)


def when(at: datetime) -> str:
    """For sentences: 28 August 2023 at 23:30, 2023年8月28日23:30."""
    local_time = at.astimezone(SHANGHAI)
    return _("%(day)s at %(time)s") % {"day": format_day(local_time), "time": f"{local_time:%H:%M}"}


def first_line(error: str) -> str:
    return error.strip().partition("\n")[0]


def state() -> State:
    at = now()
    check = last_check()
    mended = False
    if check and check.differing:
        mended = RollupRun.objects.filter(full=True, error="", started_at__gt=check.finished_at).exists()
    return State(
        at=at,
        waiting=waiting(at),
        last_run=newest_runs().first(),
        check=check,
        failed=failed_runs(at).count(),
        is_of_today=engine.is_of(today()),
        is_mended=mended,
    )


@dataclass(frozen=True)
class Line:
    """A cell that differed, in words: its two lines of counts, each with whether it differs."""

    name: str
    plan: str
    as_of: str
    stored: list[tuple[str, bool]]
    fresh: list[tuple[str, bool]]


@dataclass(frozen=True)
class Differences:
    """Those of one kind, under the heads of their counts."""

    title: str
    heads: list[str]
    lines: list[Line]


def differences(check: Verification) -> list[Differences]:
    """What the check kept, by kind; four queries, however many there are."""
    keys = [(each["kind"], each["key"]) for each in check.differences]
    names: dict[type, dict[int, Any]] = {
        Plan: Plan.objects.in_bulk({key[0] for _kind, key in keys}),
        Section: Section.objects.in_bulk({key[1] for kind, key in keys if kind == "measures"}),
        Department: Department.objects.in_bulk({key[2] for kind, key in keys if kind == "measures"}),
        Region: Region.objects.in_bulk({key[1] for kind, key in keys if kind == "projects"}),
    }

    def named(model: type, pk: int, field: str) -> str:
        row = names[model].get(pk)
        return local(row, field) if row else _("no longer there (%(id)s)") % {"id": pk}

    def line(kind: str, each: Mapping[str, Any]) -> Line:
        key = each["key"]
        if kind == "measures":
            parts = [named(Department, key[2], "short"), named(Section, key[1], "title")]
        else:
            parts = [named(Region, key[1], "short"), str(Category(key[2]).label), str(Stage(key[3]).label)]
        stored, fresh = each["stored"] or {}, each["fresh"] or {}
        counts = engine.TABLES[kind].counts
        differs = [stored.get(name) != fresh.get(name) for name in counts]
        return Line(
            name=" · ".join(parts),
            plan=named(Plan, key[0], "name"),
            as_of=each["as_of"],
            stored=list(zip([_written(name, stored.get(name)) for name in counts], differs, strict=True)),
            fresh=list(zip([_written(name, fresh.get(name)) for name in counts], differs, strict=True)),
        )

    titles = {
        "measures": _("Measures, by lead department and section"),
        "projects": _("Projects, by city, category and stage"),
    }
    found = []
    for kind, title in titles.items():
        lines = [line(kind, each) for each in check.differences if each["kind"] == kind]
        if lines:
            found.append(Differences(title, [str(_head(name)) for name in engine.TABLES[kind].counts], lines))
    return found


def _head(count: str) -> Any:
    heads: dict[str, Any] = {
        "total": _("Total"),
        "due": pgettext("number of measures", "Due"),
        "investment": _("Investment (100 million yuan)"),
    }
    heads.update((each.value, each.label) for each in (*MeasureStatus, *Light))
    return heads[count]


def _written(count: str, value: int | None) -> str:
    return format_yi_cell(value) if count == "investment" else format_number(value)


TASKS: Mapping[str, Task] = {"recompute": rebuild_rollups_task, "check": verify_rollups_task}


def begin(task: Task) -> str:
    """Has a worker do it, or without a broker this process. Returns how it stands: `queued`, `done`, `failed`, or
    `refused` where the broker does not answer.
    """
    try:
        result = task.delay()
    except OperationalError:
        return "refused"
    if not isinstance(result, EagerResult):
        return "queued"
    return "done" if result.successful() else "failed"
