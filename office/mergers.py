"""The mergers of departments into others."""

from dataclasses import dataclass
from typing import Any

from auditlog.models import LogEntry
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.log import log_changes, log_links
from accounts.models import Department, User
from accounts.permissions import check_reviewer
from core.clock import today
from core.exceptions import NotAllowed
from core.texts import clean_text
from measures.editing.terms import terms_change
from measures.models import Measure, Report, Term, TermsChange
from measures.owners import clear_owners
from measures.services import cell_of, check_not_merged, locked_measures, send_figures_changed
from problems.mergers import move_problems, owned_open_problems, problems_of
from reporting.workflow import OPEN_STATES


@dataclass(frozen=True)
class Holdings:
    """How much belongs to a department: measures that it leads, measures that it takes part in, people, open problems
    that it must solve, and projects that it leads."""

    led: int
    joined: int
    people: int
    problems: int = 0
    projects: int = 0


def count_holdings(department: Department) -> Holdings:
    return Holdings(
        led=department.led_measures.count(),
        joined=department.joined_measures.count(),
        people=department.users.count(),
        problems=owned_open_problems(department).count(),
        projects=department.led_projects.count(),
    )


@transaction.atomic
def merge_departments(source: Department, *, into: Department, by: User, reason: str) -> Holdings:
    """Merges a department into another for good: by a reviewer, with a reason, on record. Returns what moved.

    Everything that refers to `source` refers to `into` afterwards; reports stay with their measures. Of problems, what
    is past stays as it was: who raised one, who owned one that is closed. The number of statements does not grow with
    the measures. Raises NotAllowed.
    """
    check_reviewer(by)
    reason = clean_text(reason, field="reason", if_empty=_("Please say why."))
    if source == into:
        raise NotAllowed(_("A department cannot be merged into itself."), field="into")
    # All, in one order: departments that were merged into `source` before are written too, and mergers that run at the
    # same time wait for each other.
    departments = {each.pk: each for each in Department.objects.select_for_update(no_key=True).order_by("pk")}
    source, into = departments[source.pk], departments[into.pk]
    if source.is_merged:
        raise NotAllowed(_("This department has been merged already."))
    check_not_merged(into, field="into")
    # As everywhere: people before measures.
    people = list(User.objects.select_for_update(no_key=True).filter(department=source).order_by("pk"))
    # Locked together, those that it takes part in too: two mergers at once wait for each other and cannot deadlock.
    joined_by_source = Q(pk__in=_participations().filter(department=source).values("measure"))
    with_problems = Q(pk__in=problems_of(source).values("measure"))
    touched = locked_measures().filter(Q(lead_department=source) | joined_by_source | with_problems)
    led = [measure for measure in touched if measure.lead_department_id == source.pk]
    before = {cell_of(measure) for measure in led}
    TermsChange.objects.bulk_create(
        terms_change(measure, Term.LEAD_DEPARTMENT, source, into, by=by, reason=reason) for measure in led
    )
    joined = _move_participation(source, into, by=by)
    clear_owners(led, by=by)
    Measure.objects.filter(lead_department=source).update(lead_department=into)
    _move_reports(source, into)
    projects = _move_projects(source, into, by=by)
    _move_indicators(source, into, by=by)
    problems = move_problems(source, into, by=by, reason=reason)
    User.objects.filter(department=source).update(department=into)
    log_changes(((person, {"department": [str(source.pk), str(into.pk)]}) for person in people), by=by)
    # Addresses of departments that were merged into it before must lead to one that is not merged.
    Department.objects.filter(merged_into=source).update(merged_into=into)
    source.merged_into, source.merged_on = into, today()
    source.save(update_fields=["merged_into", "merged_on"])
    # A department that leads nothing has no change of terms to say who merged it and why.
    LogEntry.objects.log_create(
        source,
        action=LogEntry.Action.UPDATE,
        actor=by,
        changes={"merged_into": ["None", str(into.pk)]},
        additional_data={"reason": reason},
    )
    if before:
        send_figures_changed(*before, *((plan, section, into.pk) for plan, section, _lead in before))
    return Holdings(len(led), joined, len(people), problems, projects)


def _move_reports(source: Department, into: Department) -> None:
    """Reports go along. Where both have an open one for the same measure and month, that of `source` stays under its
    name, and the people of `into` read it."""
    of_into = Report.objects.filter(
        department=into, measure=OuterRef("measure"), period=OuterRef("period"), state__in=OPEN_STATES
    )
    reports = Report.objects.filter(department=source)
    reports.exclude(Exists(of_into), state__in=OPEN_STATES).update(department=into)


def _move_projects(source: Department, into: Department, *, by: User) -> int:
    projects = list(source.led_projects.select_for_update().order_by("pk"))
    source.led_projects.update(lead_department=into)
    log_changes(((project, {"lead_department": [str(source.pk), str(into.pk)]}) for project in projects), by=by)
    return len(projects)


def _move_indicators(source: Department, into: Department, *, by: User) -> None:
    """Moves the indicators that `source` owns, with what was filed of them. Where both have an open value of the same
    period, that of `source` stays under its name."""
    indicators = list(source.indicators.select_for_update().order_by("pk"))
    source.indicators.update(owner=into)
    log_changes(((each, {"owner": [str(source.pk), str(into.pk)]}) for each in indicators), by=by)
    key = ("indicator", "region", "period_kind", "period_start", "period_end")
    of_into = into.value_reports.open().filter(**{name: OuterRef(name) for name in key})
    source.value_reports.exclude(Exists(of_into), state__in=OPEN_STATES).update(department=into)


def _participations() -> Any:
    """Returns the manager of the rows that say which department takes part in which measure."""
    return Measure.participating_departments.through._default_manager


def _move_participation(source: Department, into: Department, *, by: User) -> int:
    """Puts `into` in the place of `source` among participating departments, unless it takes part already or leads.

    Comes before the change of leads. Returns in how many measures `source` took part; the log of each measure keeps
    what was so before.
    """
    participations = _participations()
    both = participations.filter(department__in=(source, into)).values_list("measure", "department")
    before = set(both.all())
    participations.filter(
        Q(measure__lead_department__in=(source, into), department=source)
        | Q(measure__lead_department=source, department=into)
        | Q(measure__in=participations.filter(department=into).values("measure"), department=source)
    ).delete()
    participations.filter(department=source).update(department=into)
    after = set(both.all())
    others = {measure for measure, _department in before ^ after}
    Measure.objects.filter(pk__in=others).mark_updated()
    log_links(Measure.objects.in_bulk(others), "participating_departments", before, after, of=(source, into), by=by)
    return sum(department == source.pk for _measure, department in before)
