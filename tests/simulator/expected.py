"""The expected state, by what was acknowledged: plain Python, without the product's rules and without a database.

Each method says what an acknowledged change means. Where it could not have been allowed, it raises Fault; what was
refused is never told here, and nothing of it may have happened.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.counting import MeasureRow, count_measures, count_projects
from tests.simulator.expected_projects import ExpectedProject, ExpectedProjects
from tests.simulator.people import OPEN, Step, must

# In days before (positive) and after the due date.
NOTICE_DAYS = {30: "due_soon", 7: "due_soon", 1: "due_soon", -1: "overdue", -7: "overdue"}


def notice_of(left: int) -> str | None:
    """`left`: days until something is due."""
    return NOTICE_DAYS.get(left) or ("overdue" if left < 0 and left % 30 == 0 else None)


@dataclass
class Entry:
    """A status that somebody gave a measure. `report`: the one whose acceptance gave it."""

    pk: int
    day: date
    status: str
    report: int | None = None


@dataclass
class ExpectedReport:
    pk: int
    measure: int
    department: int
    period: date
    status: str
    against: str
    effective_on: date | None
    text: str
    version: int
    state: str = "draft"
    has_evidence: bool = False
    submitted_on: date | None = None
    # Of an acceptance.
    decided_on: date | None = None
    steps: list[Step] = field(default_factory=list)


@dataclass
class ExpectedMeasure:
    pk: int
    plan: int
    section: int
    lead: int
    listed_on: date
    due_on: date | None
    history: list[Entry]
    scope: list[tuple[date, str]] = field(default_factory=list)
    participants: set[int] = field(default_factory=set)
    comments: int = 0
    # An acceptance is undone only while the office has changed no status here since.
    touched_since_accepted: bool = False

    @property
    def current(self) -> Entry:
        return self.history[-1]

    @property
    def is_out(self) -> bool:
        return bool(self.scope) and self.scope[-1][1] in ("suspended", "withdrawn")


@dataclass
class Expected(ExpectedProjects):
    measures: dict[int, ExpectedMeasure] = field(default_factory=dict)
    reports: dict[int, ExpectedReport] = field(default_factory=dict)
    merged_into: dict[int, int] = field(default_factory=dict)
    due_notices: set[tuple[int, str, int, date]] = field(default_factory=set)
    # Of months of projects: by person, kind, month and day.
    due_months: set[tuple[int, str, date, date]] = field(default_factory=set)

    # What follows from it

    def successor(self, department: int) -> int:
        while department in self.merged_into:
            department = self.merged_into[department]
        return department

    def reports_of(self, measure: int) -> list[ExpectedReport]:
        return [each for each in self.reports.values() if each.measure == measure]

    def count(self, kind: str, day: date) -> dict[Any, dict[str, int]]:
        if kind == "projects":
            return count_projects(self.projects.values(), day)
        return count_measures(map(self.row_of, self.measures.values()), day)

    def row_of(self, measure: ExpectedMeasure) -> MeasureRow:
        return MeasureRow(
            plan=measure.plan,
            section=measure.section,
            lead=measure.lead,
            listed_on=measure.listed_on,
            due_on=measure.due_on,
            history=[(each.day, each.status) for each in measure.history],
            scope=measure.scope,
            accepted=[r.submitted_on for r in self.reports_of(measure.pk) if r.state == "accepted" and r.submitted_on],
        )

    def notices_of(self, person: int) -> int:
        others = sum(number for key, number in self.notices.items() if key[0] == person)
        return others + sum(key[0] == person for key in (*self.due_notices, *self.due_months))

    # Notices

    def tell(
        self, departments: Iterable[int], kind: str, measure: int, *, report: int | None = None, by: int | None = None
    ) -> None:
        told = set(departments)
        for person in self.people.values():
            if person.department in told and person.pk != by:
                self.notices[person.pk, kind, measure, report, None] += 1

    def tell_concerned(self, measure: ExpectedMeasure, kind: str, *, by: int) -> None:
        self.tell({measure.lead, *measure.participants}, kind, measure.pk, by=by)

    def tell_of_due_dates(self, day: date) -> None:
        for measure in self.measures.values():
            row = self.row_of(measure)
            in_force = [each.status for each in measure.history if each.day <= day]
            if measure.due_on is None or not count_measures([row], day) or in_force[-1] == "completed":
                continue
            kind = notice_of((measure.due_on - day).days)
            for person in self.people.values():
                if kind and person.department == measure.lead:
                    self.due_notices.add((person.pk, kind, measure.pk, day))

    def tell_of_due_months(self, plan: int, day: date) -> None:
        months = self.months_since_the_first(plan, day)
        for person in self.people.values():
            owed = [each for each in months if any(self.owes(unit, plan, each, day) for unit in person.units)]
            for month in owed:
                left = (month.replace(day=25) - day).days
                kind = notice_of(left)
                if kind and (left >= -7 or month == owed[0]):
                    self.due_months.add((person.pk, kind, month, day))

    # What departments do

    def _check_filer(self, report: ExpectedReport, by: int) -> None:
        lead = self.measures[report.measure].lead
        must(self.people[by].department == lead == report.department, f"{by} wrote report {report.pk} of another")
        must(not self.measures[report.measure].is_out, f"report {report.pk} was written on a measure that is out")

    def saved(self, report: Any, *, by: int, text: str, version: int | None = None) -> None:
        known = self.reports.get(report.pk)
        if known is None:
            same = [r for r in self.reports_of(report.measure_id) if r.period == report.period and r.state in OPEN]
            must(
                all(each.department != report.department_id for each in same),
                f"report {report.pk} is a second open one of its month",
            )
            known = self.reports[report.pk] = ExpectedReport(
                report.pk, report.measure_id, report.department_id, report.period, "", "", None, "", 0
            )
        else:
            must(known.state in ("draft", "returned"), f"report {report.pk} was written while {known.state}")
            is_seen = version == known.version or text == known.text
            must(is_seen, f"report {report.pk} was saved over a version that nobody saw")
        self._check_filer(known, by)
        known.status, known.against, known.effective_on = report.status, report.against_status, report.effective_on
        known.text, known.version = text, report.version

    def submitted(self, report: Any, *, by: int, first: date, last: date) -> None:
        known, measure = self.reports[report.pk], self.measures[report.measure_id]
        self._check_filer(known, by)
        must(known.state in ("draft", "returned"), f"report {report.pk} was submitted while {known.state}")
        must(known.against == measure.current.status, f"report {report.pk} was submitted against an old status")
        if known.status == "completed" != measure.current.status:
            must(known.has_evidence, f"report {report.pk} says completed without evidence")
        if known.status != measure.current.status:
            must(measure.current.status != "completed", f"report {report.pk} reopens a completed measure")
        if known.effective_on:
            must(measure.current.day <= known.effective_on <= last, f"report {report.pk} is effective on a wrong day")
        must(first <= report.submitted_on <= last, f"report {report.pk} was submitted on another day")
        move = "submit" if known.state == "draft" else "resubmit"
        known.state, known.submitted_on, known.decided_on = "submitted", report.submitted_on, None
        known.steps.append(Step(move, by, known.text))

    def withdrawn(self, report: Any, *, by: int) -> None:
        known = self.reports[report.pk]
        lead = self.measures[known.measure].lead
        must(self.people[by].department == lead == known.department, f"{by} withdrew report {report.pk} of another")
        must(known.state == "submitted", f"report {report.pk} was withdrawn while {known.state}")
        known.state, known.version = "draft", report.version
        known.steps.append(Step("withdraw", by, known.text))

    def discarded(self, report: int, *, by: int) -> None:
        known = self.reports.pop(report)
        must(known.state == "draft" and not known.submitted_on, f"report {report} was thrown away, though submitted")
        must(self.people[by].department == known.department, f"{by} threw report {report} of another away")

    def commented(self, measure: int, *, by: int) -> None:
        known, person = self.measures[measure], self.people[by]
        is_concerned = person.is_office or person.department in (known.lead, *known.participants)
        must(is_concerned, f"{by} commented on measure {measure}")
        known.comments += 1
        self.tell_concerned(known, "comment", by=by)

    # What the office does

    def accepted(self, report: Any, change: Any, *, by: int, first: date, last: date) -> None:
        known, measure = self.reports[report.pk], self.measures[report.measure_id]
        self.check_office(by)
        must(known.state == "submitted", f"report {report.pk} was accepted while {known.state}")
        must(not measure.is_out, f"report {report.pk} was accepted on a measure that is out")
        must(known.against == measure.current.status, f"report {report.pk} was accepted against an old status")
        must(first <= report.decided_on <= last, f"report {report.pk} was accepted on another day")
        must((change is not None) == (known.status != measure.current.status), f"status after report {report.pk}")
        if change is not None:
            assert known.submitted_on
            day = max(known.effective_on or known.submitted_on, measure.current.day)
            measure.history.append(Entry(change.pk, day, known.status, known.pk))
        known.state, known.decided_on, measure.touched_since_accepted = "accepted", report.decided_on, False
        known.steps.append(Step("accept", by, known.text))
        self.tell([self.successor(known.department)], "accepted", measure.pk, report=known.pk)

    def returned(self, report: int, *, by: int) -> None:
        known = self.reports[report]
        self.check_office(by)
        must(known.state == "submitted", f"report {report} was returned while {known.state}")
        known.state, known.decided_on = "returned", None
        known.steps.append(Step("return", by, known.text))
        self.tell([self.successor(known.department)], "returned", known.measure, report=known.pk)

    def acceptance_undone(self, report: int, *, by: int, first: date) -> None:
        known, measure = self.reports[report], self.measures[self.reports[report].measure]
        self.check_office(by)
        must(known.state == "accepted", f"the acceptance of report {report} was undone while {known.state}")
        must(known.decided_on and known.decided_on >= first, f"an acceptance of an earlier day was undone: {report}")
        must(not measure.touched_since_accepted, f"something rested on the acceptance of report {report}")
        must(known.department == measure.lead, f"the acceptance of a former lead's report {report} was undone")
        if measure.current.report == known.pk:
            measure.history.pop()
        known.state, known.decided_on = "submitted", None
        known.steps.append(Step("undo_acceptance", by, known.text))
        self.tell([self.successor(known.department)], "undone", measure.pk, report=known.pk)

    def status_corrected(self, wrong: int, correction: Any, *, by: int, last: date) -> None:
        self.check_office(by)
        measure = self.measures[correction.measure_id]
        place = next((at for at, each in enumerate(measure.history) if each.pk == wrong), None)
        must(place is not None, f"status change {wrong} was corrected, though it counted no more")
        assert place is not None
        before, after = measure.history[:place], measure.history[place + 1 :]
        must(not before or before[-1].day <= correction.effective_on, "a correction stands before the row before it")
        must(not after or correction.effective_on < after[0].day, "a correction stands after the row after it")
        must(correction.effective_on <= last, "a correction is effective in the future")
        must(before or correction.status == "promoting", "the first status is not promoting")
        measure.history[place] = Entry(correction.pk, correction.effective_on, correction.status)
        measure.touched_since_accepted = True
        self.tell_concerned(measure, "corrected", by=by)

    def reopened(self, change: Any, *, by: int, last: date) -> None:
        self.check_office(by)
        measure = self.measures[change.measure_id]
        must(measure.current.status == "completed" != change.status, f"measure {measure.pk} was not completed")
        must(not measure.is_out, f"measure {measure.pk} was reopened while out")
        must(measure.current.day <= change.effective_on <= last, f"measure {measure.pk} was reopened on a wrong day")
        measure.history.append(Entry(change.pk, change.effective_on, change.status))
        measure.touched_since_accepted = True
        self.tell_concerned(measure, "reopened", by=by)

    def terms_changed(self, measure: int, terms: dict[str, Any], *, by: int) -> None:
        """`terms` with departments and sections by id. With another lead, what the old one has submitted comes back."""
        self.check_office(by)
        known = self.measures[measure]
        old_lead, lead = known.lead, terms.get("lead", known.lead)
        must(lead not in self.merged_into, f"measure {measure} was given to a department that is merged")
        due_moved = terms.get("due_on", known.due_on) != known.due_on
        known.section, known.due_on = terms.get("section", known.section), terms.get("due_on", known.due_on)
        known.lead = lead
        if lead != old_lead:
            known.participants -= {old_lead, lead}
            waiting = [r for r in self.reports_of(measure) if r.state == "submitted" and r.department == old_lead]
            for report in waiting:
                self.returned(report.pk, by=by)
            self.tell([old_lead], "lead_taken", measure)
            self.tell([lead], "lead_given", measure)
        if due_moved:
            self.tell_concerned(known, "due_moved", by=by)

    def listing_moved(self, measure: int, listed_on: date) -> None:
        known = self.measures[measure]
        must(all(each.day >= listed_on for each in known.history[1:]), f"measure {measure} is listed after a change")
        known.listed_on = known.history[0].day = listed_on

    def scope_changed(self, row: Any, subject: ExpectedMeasure | ExpectedProject, *, by: int, last: date) -> None:
        self.check_office(by)
        is_out = bool(subject.scope) and subject.scope[-1][1] in ("suspended", "withdrawn")
        comes_back = row.kind in ("resumed", "readmitted")
        is_allowed = is_out == comes_back or (subject.scope[-1:] and subject.scope[-1][1] == "suspended" != row.kind)
        must(is_allowed, f"{row} cannot follow {subject.scope[-1:]}")
        first = max([subject.listed_on, *(day for day, _kind in subject.scope)])
        must(first <= row.effective_on <= last, f"{row} is effective on a wrong day")
        subject.scope.append((row.effective_on, row.kind))
        if isinstance(subject, ExpectedMeasure):
            self.tell_concerned(subject, row.kind, by=by)

    def merged(self, source: int, into: int, *, by: int) -> None:
        self.check_office(by)
        must(source != into and not {source, into} & self.merged_into.keys(), f"{source} was merged into {into}")
        for measure in self.measures.values():
            lead = into if measure.lead == source else measure.lead
            joined = {into if each == source else each for each in measure.participants}
            measure.lead, measure.participants = lead, joined - {lead}
        moving = [each for each in self.reports.values() if each.department == source]
        taken = {(r.measure, r.period) for r in self.reports.values() if r.department == into and r.state in OPEN}
        for report in moving:
            if report.state not in OPEN or (report.measure, report.period) not in taken:
                report.department = into
        for person in self.people.values():
            if person.department == source:
                person.department = into
        for project in self.projects.values():
            if project.lead == source:
                project.lead = into
        for month in self.months.values():
            if month.unit == ("department", source):
                month.unit = ("department", into)
        self.merged_into[source] = into
