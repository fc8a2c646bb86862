"""The expected state of projects, their annual plans and their months: as `tests.simulator.expected` has measures."""

from calendar import monthrange
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.counting import MonthRow, ProjectRow, is_in_plan
from tests.simulator.people import OPEN, People, Step, must

# The stages that follow each other, with the day that each needs.
DAYS = {"under_construction": "started_on", "completed": "completed_on", "in_production": "in_production_on"}
BUILT = ("completed", "in_production")
FILED = ("submitted", "accepted")

# What it tells of a month by itself; to the other questions everybody says yes.
DOUBTS = ("over_total", "less_invested", "less_progress", "completed_early", "unfinished")


@dataclass
class ExpectedProject(ProjectRow):
    """`plan_changes`: how often an annual plan was another one before."""

    lead: int | None = None
    invested_before: int = 0
    plans: dict[int, int] = field(default_factory=dict)
    plan_changes: int = 0

    @property
    def is_out(self) -> bool:
        return bool(self.scope) and self.scope[-1][1] == "withdrawn"


@dataclass
class ExpectedMonth:
    """`said`: its columns as they were typed. `place`: that of its last submission among all. `unit`: who submitted it,
    a department or a city."""

    pk: int
    project: int
    period: date
    said: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    state: str = "draft"
    submitted_on: date | None = None
    place: int = 0
    unit: tuple[str, int] | None = None
    # Of an acceptance.
    decided_on: date | None = None
    steps: list[Step] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def reached(self) -> list[str]:
        """The days that its stage needs."""
        stages = list(DAYS)
        return list(DAYS.values())[: stages.index(self.said["stage"]) + 1] if self.said["stage"] in DAYS else []


@dataclass
class ExpectedProjects(People):
    projects: dict[int, ExpectedProject] = field(default_factory=dict)
    months: dict[int, ExpectedMonth] = field(default_factory=dict)
    submissions: int = 0
    # By person, kind, measure, report and month; those of due dates besides by day.
    notices: Counter[tuple[int, str, int | None, int | None, int | None]] = field(default_factory=Counter)

    # What follows from it

    def months_of(self, project: int) -> list[ExpectedMonth]:
        return [each for each in self.months.values() if each.project == project]

    def accepted_months(self, project: int) -> list[ExpectedMonth]:
        """Return the accepted months in order, of two for one month the one that was submitted last behind the
        other."""
        accepted = [each for each in self.months_of(project) if each.state == "accepted"]
        return sorted(accepted, key=lambda each: (each.period, each.place))

    def month_before(self, project: int, period: date) -> ExpectedMonth | None:
        """The accepted one that a new one for the month goes on from."""
        return next((each for each in reversed(self.accepted_months(project)) if each.period <= period), None)

    def said_before(self, month: ExpectedMonth) -> dict[str, Any] | None:
        before = self.month_before(month.project, month.period)
        return before.said if before else None

    def _filed_before(self, month: ExpectedMonth) -> ExpectedMonth | None:
        """The last one up to its month that waits or is accepted."""
        filed = [
            each
            for each in self.months_of(month.project)
            if each.state in ("submitted", "accepted") and each.period <= month.period and each is not month
        ]
        return max(filed, key=lambda each: (each.period, each.place), default=None)

    def doubts(self, month: ExpectedMonth) -> set[str]:
        """The names of what is unlikely about a complete month, as far as the simulator knows: `DOUBTS`."""
        project, said = self.projects[month.project], month.said
        accepted = self.accepted_months(month.project)
        of_years = {each.period.year: each.said["invested_wan"] for each in accepted}
        earlier = sum(amount for year, amount in of_years.items() if year < month.period.year)
        invested = project.invested_before + earlier + said["invested_wan"]
        before = self._filed_before(month)
        found = {"over_total": invested > project.investment}
        if before:
            is_less = said["invested_wan"] < before.said["invested_wan"]
            found["less_invested"] = is_less and before.period.year == month.period.year
            found["less_progress"] = said["progress"] < before.said["progress"]
        if said["stage"] in BUILT:
            # 59.95 % is shown as 60.0 %, and is not asked about.
            found["completed_early"] = project.investment > 0 and invested * 10_000 < project.investment * 5_995
            found["unfinished"] = said["progress"] < 100
        return {name for name, holds in found.items() if holds}

    def _settle(self, project: int) -> None:
        """The rows that decide, for `tests.counting`, which takes the last of those for one month."""
        self.projects[project].months = [
            MonthRow(each.period, each.said["stage"], each.said["started_on"], each.said["invested_wan"])
            for each in self.accepted_months(project)
        ]

    # What is owed

    def months_since_the_first(self, plan: int, day: date) -> list[date]:
        """Return the months from the first that anybody began to that of the day."""
        begun = [each.period for each in self.months.values() if self.projects[each.project].plan == plan]
        month, months = min((each for each in begun if each <= day), default=day.replace(day=1)), []
        while month <= day:
            months.append(month)
            month = (month + timedelta(days=31)).replace(day=1)
        return months

    def owes(self, unit: tuple[str, int], plan: int, month: date, day: date) -> bool:
        """Return whether a city or a department has a project whose month is not filed."""
        filed = {each.project for each in self.months.values() if each.period == month and each.state in FILED}
        end = month.replace(day=monthrange(month.year, month.month)[1])
        return any(
            project.plan == plan
            and unit in (("city", project.city), ("department", project.lead))
            and project.listed_on <= end
            and is_in_plan(project, day)
            and pk not in filed
            for pk, project in self.projects.items()
        )

    # Who withdraws a month, and who hears of it

    def sides(self, month: ExpectedMonth) -> set[tuple[str, int]]:
        """Return the city and the lead department, if any, that file for the month's project."""
        project = self.projects[month.project]
        return {("city", project.city), *([("department", project.lead)] if project.lead is not None else [])}

    def submitters(self, month: ExpectedMonth) -> set[tuple[str, int]]:
        sides = self.sides(month)
        return {month.unit} if month.unit in sides else sides

    def _tell_of_month(self, month: ExpectedMonth, kind: str, *, sides: Collection[tuple[str, int]], by: int) -> None:
        for person in self.people.values():
            if person.units & set(sides) and person.pk != by:
                self.notices[person.pk, kind, None, None, month.pk] += 1

    # What the office does with projects

    def project_saved(self, project: Any) -> None:
        known = self.projects.get(project.pk)
        self.projects[project.pk] = ExpectedProject(
            plan=project.plan_id,
            city=project.city_id,
            category=project.category_id,
            stage=project.opening_stage,
            investment=project.investment_wan,
            listed_on=project.listed_on,
            is_reserve=project.project_class == "reserve",
            planned_start_on=project.planned_start_on,
            lead=project.lead_department_id,
            invested_before=project.invested_before_wan,
            scope=known.scope if known else [],
            months=known.months if known else [],
            plans=known.plans if known else {},
            plan_changes=known.plan_changes if known else 0,
        )

    def annual_plan_set(self, pk: int, *, by: int, year: int, planned: int, reason: str) -> None:
        self.check_office(by)
        project = self.projects[pk]
        was = project.plans.get(year)
        must(was != planned, f"an annual plan of project {pk} was changed to what it was")
        must(reason or was is None, f"an annual plan of project {pk} was changed without a reason")
        project.plan_changes += was is not None
        project.plans[year] = planned

    # What cities and lead departments do with months

    def _check_month_filer(self, month: ExpectedMonth, by: int) -> None:
        project, person = self.projects[month.project], self.people[by]
        is_of_lead = project.lead is not None and person.department == project.lead
        must(person.city == project.city or is_of_lead, f"{by} wrote month {month.pk} of another's project")

    def _check_writable(self, month: ExpectedMonth, by: int, *, verb: str) -> None:
        self._check_month_filer(month, by)
        must(not self.projects[month.project].is_out, f"month {month.pk} was {verb} while its project is out")
        must(month.state in ("draft", "returned"), f"month {month.pk} was {verb} while {month.state}")

    def month_saved(self, month: Any, *, by: int, said: dict[str, Any], version: int | None, last: date) -> None:
        known = self.months.get(month.pk)
        if known is None:
            same = [each for each in self.months_of(month.project_id) if each.is_open and each.period == month.period]
            must(not same, f"month {month.pk} is a second open one of its project")
            listed_on = self.projects[month.project_id].listed_on
            must(listed_on.replace(day=1) <= month.period <= last, f"month {month.pk} is of a wrong month")
            known = self.months[month.pk] = ExpectedMonth(month.pk, month.project_id, month.period)
        else:
            must(version == known.version or said == known.said, f"month {month.pk} was saved over another version")
        self._check_writable(known, by, verb="saved")
        known.said, known.version = said, month.version

    def month_submitted(self, month: Any, *, by: int, confirmed: Collection[str], first: date, last: date) -> None:
        known = self.months[month.pk]
        self._check_writable(known, by, verb="submitted")
        self._check_complete(known, last)
        asked = self.doubts(known) - set(confirmed)
        must(not asked, f"month {month.pk} was submitted, and nobody confirmed {sorted(asked)}")
        must(first <= month.submitted_on <= last, f"month {month.pk} was submitted on another day")
        self.submissions += 1
        move = "submit" if known.state == "draft" else "resubmit"
        known.state, known.submitted_on, known.place = "submitted", month.submitted_on, self.submissions
        known.decided_on = None
        units, lead = self.people[by].units, ("department", self.projects[known.project].lead)
        known.unit = lead if lead in units else next(iter(units))
        self._step(known, move, by)

    def _check_complete(self, month: ExpectedMonth, last: date) -> None:
        said, period = month.said, month.period
        must(None not in (said["invested_wan"], said["progress"]), f"month {month.pk} was submitted without a number")
        may_have = ["started_on"] if said["stage"] == "suspended" else month.reached
        has = [name for name in DAYS.values() if said[name]]
        must(set(month.reached) <= set(has) <= set(may_have), f"month {month.pk} was submitted with {has}")
        days = [said[name] for name in has]
        end = min(last, period.replace(day=monthrange(period.year, period.month)[1]))
        must(days == sorted(days) and all(day <= end for day in days), f"days of month {month.pk}: {days}")
        was = (self.said_before(month) or {"stage": self.projects[month.project].stage})["stage"]
        turns = (was == "suspended") != (said["stage"] == "suspended")
        must(said["stage_reason"] or not turns, f"month {month.pk} says not why building stops or goes on")

    def month_withdrawn(self, month: Any, *, by: int) -> None:
        known = self.months[month.pk]
        self._check_month_filer(known, by)
        must(known.state == "submitted", f"month {month.pk} was withdrawn while {known.state}")
        submitters = self.submitters(known)
        must(self.people[by].units & submitters, f"month {month.pk} was withdrawn by those who had not submitted it")
        others = self.sides(known) - submitters or self.sides(known)
        self._tell_of_month(known, "taken_back", sides=others, by=by)
        known.state, known.version = "draft", month.version
        self._step(known, "withdraw", by)

    def month_discarded(self, month: int, *, by: int) -> None:
        known = self.months.pop(month)
        self._check_month_filer(known, by)
        must(known.state == "draft" and not known.submitted_on, f"month {month} was thrown away, though submitted")

    # What the office does with months

    def month_accepted(self, month: Any, *, by: int, first: date, last: date) -> None:
        known = self.months[month.pk]
        self.check_office(by)
        must(known.state == "submitted", f"month {month.pk} was accepted while {known.state}")
        must(not self.projects[known.project].is_out, f"month {month.pk} was accepted while its project is out")
        must(first <= month.decided_on <= last, f"month {month.pk} was accepted on another day")
        known.state, known.decided_on = "accepted", month.decided_on
        self._step(known, "accept", by)
        self._tell_of_month(known, "accepted", sides=self.submitters(known), by=by)
        self._settle(known.project)

    def month_returned(self, month: int, *, by: int) -> None:
        known = self.months[month]
        self.check_office(by)
        must(known.state == "submitted", f"month {month} was returned while {known.state}")
        known.state, known.decided_on = "returned", None
        self._step(known, "return", by)
        self._tell_of_month(known, "returned", sides=self.submitters(known), by=by)

    def month_undone(self, month: int, *, by: int, first: date) -> None:
        known = self.months[month]
        self.check_office(by)
        must(known.state == "accepted", f"the acceptance of month {month} was undone while {known.state}")
        must(known.decided_on and known.decided_on >= first, f"an acceptance of an earlier day was undone: {month}")
        others = [each for each in self.months_of(known.project) if each.is_open and each.period == known.period]
        must(not others, f"month {month} became a second open one of its project")
        known.state, known.decided_on = "submitted", None
        self._step(known, "undo_acceptance", by)
        self._tell_of_month(known, "undone", sides=self.submitters(known), by=by)
        self._settle(known.project)

    def _step(self, month: ExpectedMonth, move: str, by: int) -> None:
        month.steps.append(Step(move, by, month.said["what_was_done"]))
