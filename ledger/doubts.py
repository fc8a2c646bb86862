"""The questions about rows of a file that are not wrong, but unlikely: those that forms ask, each once for all rows of
which it is asked. No query: what was before a row is among those of the site and of the file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.periods import month_of
from indicators.models import Indicator, Observation, ValueReport
from indicators.values import rules as value_rules
from indicators.values.history import ValueHistory
from ledger.merging import Item, Merged
from ledger.sheets import SHEETS
from measures import report_checks
from measures.editing import due_day_doubts
from measures.models import Report
from projects.models import Project, ProjectMonth
from projects.models.months import STAGE_DAYS
from projects.months import rules as month_rules
from reporting.doubts import Doubt
from reporting.plausibility import Check, Limits
from reporting.workflow import FILED_STATES

# Of the rows of which a question is asked, the first are named.
EXAMPLES = 5
CHECKS: Mapping[str, Sequence[Check]] = {
    "measures": due_day_doubts.CHECKS,
    "reports": report_checks.CHECKS,
    "project_months": month_rules.CHECKS,
    "observations": value_rules.CHECKS,
}
# What names a row for people.
NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "measures": ("code",),
    "reports": ("measure", "period"),
    "project_months": ("project", "period"),
    "observations": ("indicator", "region", "period"),
}
WORDS = ("what_was_done_zh", "what_was_done_en", "next_step_zh", "next_step_en")

type Asked = tuple[Item, Iterable[Doubt]]


@dataclass(frozen=True)
class Unlikely:
    """A question, and the rows of a sheet that it is asked of. `check`: its name; `title`: what is asked about; `rows`:
    names of the rows, in the file's order."""

    sheet: str
    check: str
    title: str
    rows: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def examples(self) -> tuple[str, ...]:
        return self.rows[:EXAMPLES]

    def __str__(self) -> str:
        between = pgettext("between items", ", ")
        more = ["…"] if self.count > EXAMPLES else []
        words = {
            "sheet": SHEETS[self.sheet].label,
            "title": self.title,
            "count": self.count,
            "rows": between.join([*self.examples, *more]),
        }
        return (
            ngettext(
                "%(sheet)s, %(title)s: %(count)s row (%(rows)s)",
                "%(sheet)s, %(title)s: %(count)s rows (%(rows)s)",
                self.count,
            )
            % words
        )


def find_unlikely(merged: Merged, limits: Limits) -> list[Unlikely]:
    """Finds the unlikely rows, in the order of the sheets, and of their questions."""
    found: dict[tuple[str, str], list[Item]] = defaultdict(list)
    kinds = (_due_days, _reports, _months, _values)
    for item, doubts in chain.from_iterable(each(merged, limits) for each in kinds):
        for name in dict.fromkeys(each.name for each in doubts):
            found[item.sheet, name].append(item)
    return [
        _unlikely(sheet, check, found[sheet, check.name], limits)
        for sheet, checks in CHECKS.items()
        for check in checks
        if (sheet, check.name) in found
    ]


def _unlikely(sheet: str, check: Check, items: Sequence[Item], limits: Limits) -> Unlikely:
    in_order = sorted(items, key=lambda item: item.number)
    return Unlikely(sheet, check.name, _title(check, limits), tuple(map(_name, in_order)))


def _title(check: Check, limits: Limits) -> str:
    if check.limit is None:
        return str(check.label)
    words = {"check": check.label, "limit": limits.of(check), "unit": check.unit}
    return _("%(check)s (%(limit)s %(unit)s)") % words


def _name(item: Item) -> str:
    parts = (item[column] for column in NAMED_BY[item.sheet])
    return " ".join(part if isinstance(part, str) else f"{part:%Y-%m}" for part in parts)


def _by(merged: Merged, sheet: str, columns: tuple[str, ...], order: tuple[str, ...]) -> Iterator[list[Item]]:
    """The rows of each measure, project or series of which the file brings some, in their order: of equal ones those
    of the site first."""
    concerned = {tuple(item[name] for name in columns) for item in merged.touched(sheet)}
    groups: dict[tuple[Any, ...], list[Item]] = defaultdict(list)
    for item in merged.there(sheet):
        group = tuple(item[name] for name in columns)
        if group in concerned:
            groups[group].append(item)
    for items in groups.values():
        yield sorted(items, key=lambda item: (*(item[name] for name in order), item.is_touched))


def _is_new(item: Item) -> bool:
    return item.row is not None and item.site is None


def _is_changed(item: Item, column: str) -> bool:
    return any(cell.column == column for cell in item.cells)


def _due_days(merged: Merged, limits: Limits) -> Iterator[Asked]:
    ends_on = merged.plan["ends_on"] if merged.plan else None
    for item in merged.touched("measures"):
        if ends_on is not None and (_is_new(item) or _is_changed(item, "due_on")):
            yield item, due_day_doubts.doubts_about(item["due_on"], limits, ends_on=ends_on)


def _reports(merged: Merged, limits: Limits) -> Iterator[Asked]:
    for items in _by(merged, "reports", ("measure",), ("period", "submitted_on", "number")):
        filed: list[Report] = []
        for item in items:
            if item["state"] not in FILED_STATES:
                continue
            words = {name: item[name] or "" for name in WORDS}
            said = {name: item[name] or "" for name in ("status", "against_status", "state")}
            report = Report(period=item["period"], effective_on=item["effective_on"], **said, **words)
            if _is_new(item):
                yield item, report_checks.plain_doubts_about(report, report_checks.Past(filed), limits)
            filed.append(report)


def _months(merged: Merged, limits: Limits) -> Iterator[Asked]:
    planned = {item.key: item["planned"] for item in merged.there("annual_plans")}
    for items in _by(merged, "project_months", ("project",), ("period", "submitted_on", "number")):
        project = _project(merged.items["projects"].get((items[0]["project"],)))
        filed: list[ProjectMonth] = []
        of_years: dict[int, int] = {}
        for item in items:
            complete = None not in (item["stage"], item["invested_since_january"], item["progress"])
            if project is None or not complete or item["state"] not in FILED_STATES:
                continue
            month, year = _month(item, project), item["period"].year
            if _is_new(item):
                before = project.invested_before_wan + sum(wan for each, wan in of_years.items() if each < year)
                past = month_rules.Past(filed, before, planned.get((item["project"], year)))
                yield item, month_rules.doubts_about(month, past, limits)
            filed.append(month)
            of_years[year] = item["invested_since_january"]


def _project(item: Item | None) -> Project | None:
    if item is None or item["total_investment"] is None:
        return None
    return Project(investment_wan=item["total_investment"], invested_before_wan=item["invested_before"] or 0)


def _month(item: Item, project: Project) -> ProjectMonth:
    return ProjectMonth(
        project=project,
        period=month_of(item["period"]),
        stage=item["stage"],
        invested_wan=item["invested_since_january"],
        progress=item["progress"],
        **{name: item[name] for name in STAGE_DAYS},
    )


def _values(merged: Merged, limits: Limits) -> Iterator[Asked]:
    order = ("released_on", "period_end", "period_start")
    for items in _by(merged, "observations", ("indicator", "region"), order):
        indicator = _indicator(merged.items["indicators"].get((items[0]["indicator"],)))
        released: list[Observation] = []
        for number, item in enumerate(items):
            if indicator is None or item["value"] is None or item["period_kind"] is None:
                continue
            if _is_new(item) or _is_changed(item, "value"):
                report = ValueReport(indicator=indicator, **_columns(item))
                yield item, value_rules.doubts_about(report, ValueHistory(list(released)), limits)
            # The history is put in order by days, and by the numbers of rows.
            released.append(Observation(pk=number, **_columns(item)))


def _indicator(item: Item | None) -> Indicator | None:
    """None for one that has no values of its own."""
    if item is None or item["derived_form"] is not None or not item["zh_factor"]:
        return None
    texts = {name: item[name] or "" for name in ("unit", "unit_zh", "frequency")}
    numbers = {name: item[name] for name in ("zh_factor", "due_days")}
    return Indicator(code=item["code"], cumulative=bool(item["cumulative"]), **texts, **numbers)


def _columns(item: Item) -> dict[str, Any]:
    names = ("period", "period_kind", "period_start", "period_end", "value", "released_on")
    return {name: item[name] for name in names}
