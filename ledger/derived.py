"""Rows that follow from what a load does with measures and projects: they are on record, as if services had done it."""

from collections.abc import Container, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from accounts.models import User
from core.clock import SHANGHAI, today
from core.signals import person_changed
from core.statuses import MeasureStatus
from ledger.bindings import TERMS
from ledger.checks.problems import first_owner
from ledger.codec import to_plain
from ledger.contents import key_of, with_all_columns
from ledger.history import report_behind
from ledger.merging import Cell, Item, Merged
from ledger.rows import Row, Values
from ledger.scopes import SCOPES
from ledger.sheets import SHEETS
from ledger.writing import BATCH_SIZE, Ids
from measures.models import Measure, Report, StatusChange, Term
from measures.owners import clear_owners
from measures.rules import effective_changes, restating
from measures.services import load_changes
from notices.models import NoticeKind
from notices.services import notify_of_measures
from problems.workflow import ProblemState
from reporting.services import return_report
from reporting.workflow import ReportState

# Of changed terms, with the sheet of whom they are about.
TERMS_SHEETS = {
    "terms_changes": "measures",
    "project_terms_changes": "projects",
    "annual_plan_changes": "annual_plans",
}


def derived_item(sheet: str, values: Values) -> Item:
    """A new row that the file does not have."""
    full = with_all_columns(sheet, values)
    return Item(sheet, key_of(sheet, full), full, None, Row(sheet, 0, values))


def add_first_rows(merged: Merged, *, at: datetime, changed: Container[str] = ()) -> None:
    """A new measure begins as under way on the day it is listed, where its history does not say so itself. `changed`:
    codes of those that have changes to come, which were recorded later."""
    first = {key: rows[0] for key, rows in merged.stories("status_history").items()}
    for measure in list(merged.touched("measures")):
        row = first.get(measure.key)
        if measure.site is None and measure["listed_on"] and (row is None or row["status"] != MeasureStatus.PROMOTING):
            is_alone = row is None and measure["code"] not in changed
            begun = _first_row(measure, at=at if is_alone else _midnight(measure["listed_on"]))
            merged.items["status_history"][begun.key] = begun


def add_first_steps(merged: Merged) -> None:
    """A new problem was raised on its day, where its steps do not say so themselves."""
    told = {item.key[:3] for item in merged.items["problem_steps"].values()}
    for problem in list(merged.touched("problems")):
        if problem.site is None and problem["raised_on"] and problem.key not in told:
            values = {
                "measure": problem["measure"],
                "project": problem["project"],
                "problem": problem["number"],
                "made_on": problem["raised_on"],
                "number": 1,
                "move": "raise",
                "state": ProblemState.RAISED.value,
                "owner": first_owner(merged, problem),
                "is_escalated": False,
            }
            raised = derived_item("problem_steps", values)
            merged.items["problem_steps"][raised.key] = raised


def _midnight(day: date) -> datetime:
    """Recorded before whatever else is of the day."""
    return datetime.combine(day, time.min, SHANGHAI)


def _first_row(measure: Item, *, at: datetime) -> Item:
    return derived_item(
        "status_history",
        {
            "measure": measure["code"],
            "recorded_at": at,
            "number": 1,
            "status": MeasureStatus.PROMOTING.value,
            "effective_on": measure["listed_on"],
            "restates": False,
            "reason_zh": "列入行动计划",
            "reason_en": "Listed in the action plan",
            "provenance": measure["provenance"],
            "source": measure["source"],
        },
    )


def changes_of_terms(merged: Merged, sheet: str, *, at: datetime, by: User | None, reason: str) -> list[Item]:
    """`sheet`: one of TERMS_SHEETS."""
    about = TERMS_SHEETS[sheet]
    return [
        derived_item(
            sheet,
            {
                **dict(zip(SHEETS[sheet].key, item.key, strict=False)),
                "recorded_at": at,
                **({"field": field} if (field := TERMS[about][cell.column]) else {}),
                "old_value": _as_text(cell.old),
                "new_value": _as_text(cell.new),
                "reason": reason,
                "recorded_by": by.username if by else None,
            },
        )
        for item in merged.touched(about)
        for cell in item.cells
        if cell.column in TERMS[about]
    ]


def _as_text(value: Any) -> str | None:
    return None if value is None else str(to_plain(value))


def withdraw(items: Iterable[Item], sheet: str, ids: Ids, *, at: datetime, by: User | None, kind: str) -> None:
    """The rows that say that measures or projects left their plan; `kind` of the other way says that they are back."""
    model = SCOPES[sheet].model
    model.objects.bulk_create(
        [
            model(
                **{f"{model.succession.subject}_id": ids[sheet][item.key]},
                kind=kind,
                effective_on=item["removed_on"] or today(),
                reason=item["remove"],
                recorded_at=at,
                recorded_by=by,
            )
            for item in items
        ],
        batch_size=BATCH_SIZE,
    )


def move_listings(items: Iterable[Item], ids: Ids) -> None:
    """The first rows of measures move with the days they are listed."""
    days: dict[int, date] = {
        ids["measures"][item.key]: item["listed_on"]
        for item in items
        if any(cell.column == "listed_on" for cell in item.cells)
    }
    moved: list[StatusChange] = []
    for measure in Measure.objects.filter(pk__in=days).prefetch_related("status_changes"):
        changes = effective_changes(load_changes(measure))
        same = {row.id for row in (changes[0], *restating(changes, changes[0]))}
        for row in measure.status_changes.all():
            if row.pk in same:
                row.effective_on = days[measure.pk]
                moved.append(row)
    StatusChange.objects.bulk_update(moved, ["effective_on"], batch_size=BATCH_SIZE)
    StatusChange.objects.filter(measure__in=days).settle()


def drop_new_leads(merged: Merged) -> None:
    """Neither the old lead nor the new one is among those that participate."""
    for item in list(merged.touched("measures")):
        lead = next((cell for cell in item.cells if cell.column == Term.LEAD_DEPARTMENT), None)
        joined = item["participating_departments"]
        if lead is None or item.site is None or not {lead.old, lead.new} & set(joined):
            continue
        item.values["participating_departments"] = tuple(each for each in joined if each not in (lead.old, lead.new))
        others = [cell for cell in item.cells if cell.column != "participating_departments"]
        old, new = item.site["participating_departments"], item["participating_departments"]
        item.cells = (*others, Cell("participating_departments", old, new)) if old != new else tuple(others)


def date_new_reports(merged: Merged) -> None:
    """A report says from when its status holds."""
    for item in merged.touched("status_history"):
        behind = report_behind(merged, item)
        if behind is not None and behind.site is None and behind["effective_on"] is None:
            behind.values["effective_on"] = item["effective_on"]


def hand_over(items: Iterable[Item], ids: Ids, *, by: User | None, reason: str) -> None:
    """Does all that follows from new lead departments (see `measures.editing.terms`), and notifies of new due dates."""
    cells = [(ids["measures"][item.key], cell) for item in items for cell in item.cells]
    old_leads = {pk: ids["departments"][(cell.old,)] for pk, cell in cells if cell.column == Term.LEAD_DEPARTMENT}
    due = {pk for pk, cell in cells if cell.column == Term.DUE_ON}
    if by is None or not (old_leads or due):
        return
    measures = Measure.objects.in_bulk(old_leads.keys() | due)
    _return_waiting(old_leads, by=by, reason=reason)
    clear_owners([measures[pk] for pk in old_leads], by=by)
    _notify(old_leads, due, measures, by=by)


def tell_of_people(items: Iterable[Item], ids: Ids, *, by: User | None) -> None:
    """Sends a signal for each person whose role, department, city or state the load changes; see `core.signals`."""
    told = ("role", "department", "city", "active")
    changed = [ids["people"][item.key] for item in items if any(cell.column in told for cell in item.cells)]
    for person in User.objects.filter(pk__in=changed).order_by("pk"):
        person_changed.send(sender=User, person=person, by=by)


def _notify(old_leads: Mapping[int, int], due: Iterable[int], measures: Mapping[int, Measure], *, by: User) -> None:
    leads = {pk: measure.lead_department_id for pk, measure in measures.items()}
    joined = Measure.participating_departments.through._default_manager.filter(measure__in=due)
    news = {
        NoticeKind.LEAD_TAKEN: [(old, pk) for pk, old in old_leads.items()],
        NoticeKind.LEAD_GIVEN: [(leads[pk], pk) for pk in old_leads],
        NoticeKind.DUE_MOVED: [(leads[pk], pk) for pk in due] + list(joined.values_list("department", "measure")),
    }
    for kind, concerned in news.items():
        notify_of_measures(kind, [(department, measures[pk]) for department, pk in concerned], by=by)


def _return_waiting(old_leads: Mapping[int, int], *, by: User, reason: str) -> None:
    waiting = Report.objects.filter(measure__in=old_leads, state=ReportState.SUBMITTED).select_related("department")
    for report in waiting:
        if old_leads[report.measure_id] in (report.department_id, report.department.successor.pk):
            return_report(report, by=by, note=reason)
