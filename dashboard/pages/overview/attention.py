"""The first part of the overview: what needs attention."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.lights import OVERDUE, Light
from dashboard.changes import Fall, earlier_figures, fallen_most
from dashboard.figures import MIN_MEASURES_TO_RANK, Figures, GroupFigures, project_figures
from dashboard.pages.links import Links
from dashboard.pages.overview.months import Months
from dashboard.pages.problems import attention_words
from dashboard.pages.sentences import format_earlier_day
from measures.models import Module
from measures.reporting_months import late_reports
from measures.timeline import History
from projects.kinds import format_large, large_projects
from reporting.months import LateReports
from reporting.wording import format_late, format_missing
from web.formats.dates import format_days
from web.formats.money import format_rounded_money
from web.formats.numbers import format_number
from web.formats.text import format_counted, format_names, format_sentence
from web.language import localized
from web.limits import thresholds

MAX_OVERDUE = 5
MAX_FALLEN_NAMES = 3


@dataclass(frozen=True)
class AttentionRow:
    """A thing that needs attention, and how many there are. `path`: of the figure; `light`: of the measures, in place
    of a name; `change`: since the earlier day, None where nothing is compared."""

    name: str
    details: SafeString | str
    count: int
    url: str
    path: str = ""
    light: str = ""
    change: int | None = None


class Attention:
    """The first part of the overview. `then`: the figures of the earlier day, None without one."""

    def __init__(
        self,
        figures: Figures,
        links: Links,
        history: History,
        departments: list[GroupFigures],
        months: Months,
        then: Figures | None,
    ) -> None:
        self.figures = figures
        self.links = links
        self.history = history
        self.departments = departments
        self.months = months
        self.then = then
        self.late = late_reports(figures.plan, day=figures.day, owed=months.owed)

    def context(self) -> dict[str, Any]:
        overdue = self._longest_overdue()
        return {
            "sentence": _attention_sentence(self.figures, overdue, len(self.history.overdue), self.late),
            "since": format_earlier_day(self.then.day, self.figures.day.year) if self.then else "",
            "rows": self.rows(),
            "overdue": overdue,
            "red_url": self.links.url("measures:list", light="red"),
        }

    def rows(self) -> list[AttentionRow]:
        """Return the lights, and of the rest what there is."""
        plan = self.figures.plan
        rows = [self._slipped(), self._reports()]
        if not plan.hides.get(Module.PROBLEMS):
            rows.insert(1, self._problems())
        if not plan.hides.get(Module.PROJECTS):
            rows.append(self._large_projects())
        return [self._red(), self._yellow(), *(row for row in [*rows, self._reversed()] if row.count)]

    def _red(self) -> AttentionRow:
        return self._of_light(Light.RED, OVERDUE)

    def _yellow(self) -> AttentionRow:
        limits = thresholds()
        soon = self.history.due_soon(limits)
        details = format_sentence(
            _(
                "%(soon)s due within %(due_soon)s and still “Under way”; %(silent)s without an accepted report for "
                "over %(days)s"
            ),
            soon=_due_soon_link(soon, self.figures.day, limits.due_soon, self.links),
            due_soon=format_days(limits.due_soon),
            silent=format_number(self.figures.measures["lights"][Light.YELLOW] - soon),
            days=format_days(limits.silent),
        )
        return self._of_light(Light.YELLOW, details)

    def _of_light(self, light: Light, details: Any) -> AttentionRow:
        count = self.figures.measures["lights"][light.value]
        return AttentionRow(
            "",
            details,
            count,
            self.links.url("measures:list", light=light.value),
            path=f"measures.lights.{light.value}",
            light=light.value,
            change=count - self.months.lights_then[light] if self.then else None,
        )

    def _slipped(self) -> AttentionRow:
        ranked = [row for row in self.departments if row.figures["total"] >= MIN_MEASURES_TO_RANK]
        since = self.then.day if self.then else None
        fallen = fallen_most(ranked, earlier_figures(self.then, "department", ranked)) if self.then else []
        compared = {"compare": since.isoformat()} if since else {}
        return AttentionRow(
            _("Slipped furthest"),
            format_fallen(fallen, self.figures.day, since),
            len(fallen),
            self.links.url("dashboard:departments", fallen="most", **compared),
        )

    def _problems(self) -> AttentionRow:
        count, details = attention_words(self.figures)
        return AttentionRow(
            pgettext("navigation", "Problems"),
            details,
            count,
            self.links.url("problems:list", state="open"),
            path="problems.open",
            change=count - self.then.problem_counts.open if self.then else None,
        )

    def _reports(self) -> AttentionRow:
        """Not compared: who owes reports goes by the due day of the month, and says little of what was done since."""
        missing = format_missing({each.month: each.missing for each in self.late.months}, day=self.figures.day)
        return AttentionRow(
            pgettext("a row of what needs attention", "Reports"),
            _("outstanding: %(months)s") % {"months": missing},
            len(self.late.departments),
            self.links.url("dashboard:departments", reported="no"),
        )

    def _large_projects(self) -> AttentionRow:
        """Large ones that have not started: how many, and their investment."""
        kind = large_projects(self.figures.plan)
        self.figures.read_kinds([kind], self.then)
        found = self.figures.cells_of_kind(kind).totals()
        count = found.get("total", 0)
        details = _("%(least)s or more, not started: %(investment)s") % {
            "least": format_large(self.figures.plan),
            "investment": format_rounded_money(project_figures(found)["total_investment"]),
        }
        return AttentionRow(
            _("Large projects"),
            details,
            count,
            self.links.url("projects:list", **kind.filters),
            change=count - self.then.cells_of_kind(kind).totals().get("total", 0) if self.then else None,
        )

    def _reversed(self) -> AttentionRow:
        """Measures whose status went back since the earlier day."""
        count = self.history.fell_back_since(self.then.day) if self.then else 0
        details = ""
        if self.then:
            details = _("since %(since)s") % {"since": format_earlier_day(self.then.day, self.figures.day.year)}
        return AttentionRow(_("Status reversed"), details, count, self.links.url("dashboard:changes") + "#measures")

    def _longest_overdue(self) -> list[dict[str, Any]]:
        names = {row.group.pk: row for row in self.departments}
        return [
            {
                "name": localized(entry, "title"),
                "url": self.links.url("measures:detail", entry.measure),
                "days": (self.figures.day - entry.due_on).days,
                "department": localized(names[entry.department_id].group, "short"),
                "due_on": entry.due_on,
            }
            for entry in self.history.overdue[:MAX_OVERDUE]
            if entry.due_on is not None
        ]


def _due_soon_link(count: int, day: date, days: int, links: Links) -> SafeString | str:
    """How many are due soon and did not move; it opens them."""
    if not count:
        return format_number(count)
    due = {"due_from": day.isoformat(), "due_to": (day + timedelta(days=days)).isoformat()}
    url = links.url("measures:list", status="promoting", **due)
    return format_html('<a class="figure" href="{}">{}</a>', url, format_number(count))


def format_fallen(fallen: list[Fall], day: date, since: date | None) -> str:
    """Return a clause that names the departments that lost most ground, and how much."""
    if since is None:
        return ""
    values = {"since": format_earlier_day(since, day.year)}
    if not fallen:
        return _("no department fell further behind since %(since)s") % values
    first = fallen[0]
    values["departments"] = (
        format_names([localized(each.group.group, "short") for each in fallen])
        if len(fallen) <= MAX_FALLEN_NAMES
        else format_counted("%(count)s department", "%(count)s departments", len(fallen))
    )
    if first.points_to_plan > 0:
        values["points"] = format_number(first.points_to_plan)
        return _("%(departments)s: %(points)s points against plan since %(since)s") % values
    values["points"] = format_number(first.points)
    return _("%(departments)s: %(points)s points against schedule since %(since)s") % values


def _attention_sentence(figures: Figures, longest: list[dict[str, Any]], overdue: int, unfiled: LateReports) -> str:
    yellow = figures.measures["lights"]["yellow"]
    if overdue:
        late = format_counted(
            "%(count)s measure is overdue, by %(days)s",
            "%(count)s measures are overdue, by up to %(days)s",
            overdue,
            days=format_days(longest[0]["days"]),
        )
    else:
        late = _("No measure is overdue")
    more = format_counted("%(count)s measure has a yellow light", "%(count)s measures have a yellow light", yellow)
    return _("%(late)s; %(yellow)s; %(reports)s.") % {
        "late": late,
        "yellow": more,
        "reports": format_late(unfiled, day=figures.day),
    }
