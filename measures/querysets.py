"""Named questions about plans, measures, their status changes and reports. They find and count; rules judge."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.conf import settings
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from core.clock import today
from core.dated import DatedRows
from core.lights import Light, Thresholds, light_conditions, silent_since
from core.periods import month_end
from core.provenance import Provenance
from core.scope import PlanScope
from core.scoped import ScopedQuerySet, is_out, scope_of
from core.statuses import MeasureStatus
from core.succession import IN_ORDER
from core.timestamps import UpdatedAtQuerySet
from regions.models import Region
from reporting.querysets import AbstractReportQuerySet, is_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Department, User
    from measures.models import Measure, Plan, Report, StatusChange


def _model(name: str) -> Any:
    """A model of this app, by name: `measures.models` imports this module."""
    return apps.get_model("measures", name)


class PlanQuerySet(UpdatedAtQuerySet["Plan"]):
    def with_others(self) -> Self:
        """Adds `has_others`: whether the site has other plans, too; and the first and the last of the kinds that
        the regions are of which its own consists."""
        kinds = Region.objects.filter(parent=OuterRef("region")).values("kind")
        return self.select_related("region", "comparator").annotate(
            has_others=Exists(_model("Plan").objects.exclude(pk=OuterRef("pk"))),
            first_kind=Subquery(kinds.order_by("kind")[:1]),
            last_kind=Subquery(kinds.order_by("-kind")[:1]),
        )

    def current(self) -> "Plan | None":
        """The plan that pages, addresses and filters mean where none is named: that of PILOTZONE_PLAN, else the one
        that the office has chosen, else the newest that has begun, else the first to begin; None on an empty site."""
        if (pinned := self.pinned()) is not None:
            return pinned
        # Of two that begin on a day, the one that was there first.
        begun = self.filter(Q(is_current=True) | Q(starts_on__lte=today()))
        return begun.order_by("-is_current", "-starts_on", "pk").first() or self.order_by("starts_on", "pk").first()

    def pinned(self) -> "Plan | None":
        """The plan that the operator names in PILOTZONE_PLAN; None where there is no such plan."""
        return self.filter(slug=settings.PILOTZONE_PLAN).first() if settings.PILOTZONE_PLAN else None


def of_change_in_force(column: str, *, on: date, measure: str = "pk") -> Subquery:
    """A column of the change in force on the day; the outer query names the measure `measure`."""
    changes = _model("StatusChange").objects.in_force(on).filter(measure=OuterRef(measure)).order_by()
    return Subquery(changes.values(column)[:1])


def is_illustrative(as_of: date) -> Q:
    """The condition of a change in force that something is illustrative of what counts of its measure on the day: the
    measure, its lead, the change, or an accepted report."""
    reports = _model("Report").objects.accepted().filter(measure=OuterRef("measure"), submitted_on__lte=as_of)
    return (
        Q(provenance=Provenance.ILLUSTRATIVE)
        | Q(measure__provenance=Provenance.ILLUSTRATIVE)
        | Q(measure__lead_provenance=Provenance.ILLUSTRATIVE)
        | Q(Exists(reports.filter(provenance=Provenance.ILLUSTRATIVE)))
    )


class StatusChangeQuerySet(DatedRows, UpdatedAtQuerySet["StatusChange"]):
    def effective(self) -> Self:
        """Changes that nothing supersedes."""
        # Not `superseded_by__isnull`: PostgreSQL expects one row of that join, and loops where it should hash.
        return self.filter(~Exists(_model("StatusChange").objects.filter(supersedes=OuterRef("pk"))))

    def in_plan(self, plan: Any) -> Self:
        return self.filter(measure__plan=plan)

    def history(self, as_of: date) -> Self:
        """The effective changes by the day, measure by measure, in the order in which they came into force."""
        rows = self.effective().filter(effective_on__lte=as_of, measure__listed_on__lte=as_of)
        return rows.order_by("measure__position", "measure__code", *IN_ORDER)

    def cells(self, as_of: date, *, limits: Thresholds) -> QuerySet[Any, Any]:
        """One row per finest cell (plan, section, lead department) with its counts on the day.

        The refresh, past days and the verification all count with this, and nothing else does.
        """
        conditions = light_conditions(on=as_of, limits=limits, prefix="measure__")
        return (
            self.counting(as_of)
            .annotate(has_recent_report=Exists(_model("Report").objects.recent(as_of, limits, of=OuterRef("measure"))))
            .values("measure__plan", "measure__section", "measure__lead_department")
            .order_by()
            .annotate(
                total=Count("pk"),
                **{status.value: Count("pk", filter=Q(status=status)) for status in MeasureStatus},
                due=Count("pk", filter=Q(measure__due_on__lte=as_of)),
                **{light.value: Count("pk", filter=conditions[light]) for light in Light},
                illustrative=Count("pk", filter=is_illustrative(as_of)),
            )
        )

    def counting(self, as_of: date) -> Self:
        """The change in force of each measure in the plan on the day."""
        inside = ~is_out(_model("Measure"), as_of, subject="measure")
        return self.in_force(as_of).filter(inside, measure__listed_on__lte=as_of)

    def illustrative(self, as_of: date) -> Self:
        """Return those of the changes that `counting` gives whose measure rests on something illustrative."""
        return self.filter(is_illustrative(as_of))


class ReportQuerySet(AbstractReportQuerySet["Report"]):
    def recent(self, as_of: date, limits: Thresholds, *, of: OuterRef) -> Self:
        """Accepted reports of the outer measure that keep it from being silent on the day."""
        return self.accepted().filter(
            measure=of, submitted_on__gte=silent_since(as_of, limits), submitted_on__lte=as_of
        )

    def in_plan(self, plan: Any) -> Self:
        return self.filter(measure__plan=plan)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        return self.filter(is_visible_to(user))

    def left_by(self, department: "Department") -> Self:
        """Return the unfinished reports that the department wrote on measures that another department leads now."""
        own = Q(department=department) | Q(department__merged_into=department)
        return (
            self.open()
            .filter(own)
            .exclude(measure__lead_department=F("department"))
            .order_by("measure__position", "measure__code", "period")
        )

    def first_filed(self, *, since: date, by: date) -> dict[tuple[str, date], date]:
        """Return, by a measure's code and each month from `since` on, the day of the first report that was filed by the
        day `by`. One that came later adds to it, and makes nobody late."""
        rows = self.filed(by=by).filter(period__gte=since).order_by().values_list("measure__code", "period")
        return {(code, month): day for code, month, day in rows.annotate(first=Min("submitted_on"))}

    def accepted_days(self, *, since: date, by: date) -> dict[str, list[date]]:
        """Return, by a measure's code, the days from `since` up to `by` on which its accepted reports were last
        submitted, in their order."""
        rows: QuerySet[Any, Any] = self.accepted().filter(submitted_on__gte=since, submitted_on__lte=by)
        days: dict[str, list[date]] = {}
        for code, day in rows.order_by("submitted_on").values_list("measure__code", "submitted_on").distinct():
            days.setdefault(code, []).append(day)
        return days


class MeasureQuerySet(ScopedQuerySet["Measure"]):
    def in_plan(self, plan: Any) -> Self:
        return self.filter(plan=plan)

    def in_themes(self, themes: Any) -> Self:
        """Return the measures of the priority areas of any of the themes, and those that one names itself;
        `themes.members.Members.has_measure` says the same."""
        sections = _model("Section").objects.filter(themes__in=themes).order_by().values("pk")
        named = _model("Measure").objects.filter(themes__in=themes).order_by().values("pk")
        return self.filter(Q(section__in=sections) | Q(pk__in=named))

    def led_by(self, department: "Department") -> Self:
        return self.filter(lead_department=department)

    def kept_by(self, person: "User") -> Self:
        """Return the measures of which the person is owner or deputy."""
        return self.filter(Q(owner=person) | Q(deputy=person))

    def keepers(self) -> dict[str, set[int]]:
        """Return the ids of owner and deputy of measures of one plan, by the code of each that has one or both."""
        kept = self.exclude(owner=None, deputy=None).order_by().values_list("code", "owner", "deputy")
        return {code: {each for each in both if each is not None} for code, *both in kept}

    def with_status(self, as_of: date) -> Self:
        """Adds `status` and `status_since`, those of the change in force on the day, which conditions name
        `in_force`."""
        return self._with_change(as_of, "in_force").annotate(
            status=F("in_force__status"), status_since=F("in_force__effective_on")
        )

    def _with_change(self, on: date, name: str) -> Self:
        in_force = _model("StatusChange").succession.in_force(on, rows="status_changes")
        return self.alias(**{name: FilteredRelation("status_changes", condition=in_force)})

    def with_first_due_on(self) -> Self:
        """Adds `first_due_on`, as `rules.first_due_on` says, by what is known now."""
        # Days are kept as texts there.
        moves = _model("TermsChange").objects.filter(measure=OuterRef("pk"), field="due_on")
        # Of a move at least one side is a day.
        first = Case(When(old_value="", then=F("new_value")), default=F("old_value"))
        oldest = moves.order_by("recorded_at", "pk").annotate(first=first).values("first")[:1]
        return self.annotate(first_due_on=Coalesce(Cast(Subquery(oldest), DateField()), F("due_on")))

    def with_due_moved(self) -> Self:
        """Adds `is_due_moved`: whether the due day is another than the first one, by what is known now."""
        is_first = Q(due_on=F("first_due_on")) | Q(due_on=None, first_due_on=None)
        moved = Case(When(is_first, then=Value(False)), default=Value(True), output_field=BooleanField())
        return self.with_first_due_on().annotate(is_due_moved=moved)

    def with_status_then(self, day: date) -> Self:
        """Adds `status_then` and `scope_then`, those of an earlier day; null for one that was not listed by then."""
        return self._with_change(day, "in_force_then").annotate(
            status_then=Case(When(listed_on__lte=day, then=F("in_force_then__status"))),
            scope_then=Case(When(listed_on__lte=day, then=scope_of(self.model, day))),
        )

    def unchanged_since(self, day: date) -> Self:
        """Return the measures that were listed by an earlier day and had the same status on it; needs `with_status`."""
        return self._with_change(day, "in_force_then").filter(listed_on__lte=day, status=F("in_force_then__status"))

    def with_last_report(self, as_of: date) -> Self:
        """Adds `last_report_on`: the greatest day of submission by the day among reports accepted by now; and
        `reports_from`, as `light_of` takes it."""
        reports = _model("Report").objects.accepted().filter(measure=OuterRef("pk"), submitted_on__lte=as_of)
        last = reports.order_by("-submitted_on").values("submitted_on")[:1]
        return self.annotate(
            last_report_on=Subquery(last, output_field=DateField()), reports_from=F("plan__first_reporting_month")
        )

    def with_light(self, as_of: date, *, limits: Thresholds) -> Self:
        """Adds `light`, null for those that are out, and its `gravity` to order by; needs `in_scope` or `with_scope`,
        `with_status` and `with_last_report`."""
        is_recent = Q(last_report_on__gte=silent_since(as_of, limits))
        has_report = Case(When(is_recent, then=Value(True)), default=Value(False), output_field=BooleanField())
        conditions = light_conditions(on=as_of, limits=limits)
        graver = {light: conditions[light] for light in (Light.RED, Light.YELLOW)}
        lights = [When(condition, then=Value(light.value)) for light, condition in graver.items()]
        gravities = [When(condition, then=light.gravity) for light, condition in graver.items()]
        is_out, green = ~Q(scope=PlanScope.IN_PLAN.value), Light.GREEN
        gravity = Case(When(is_out, then=green.gravity), *gravities, default=green.gravity)
        light = Case(When(is_out, then=None), *lights, default=Value(green.value), output_field=CharField())
        return self.alias(has_recent_report=has_report, gravity=gravity).annotate(light=light)

    def as_of(self, day: date, *, limits: Thresholds) -> Self:
        """Measures in scope on the day, each with its status, last report and light of that day."""
        return self.in_scope(day).with_status(day).with_last_report(day).with_light(day, limits=limits)

    def with_all_of(self, day: date, *, limits: Thresholds) -> Self:
        """The same of all listed by the day; those that are out have a `scope` and no light."""
        return self.with_scope(day).with_status(day).with_last_report(day).with_light(day, limits=limits)

    def owing(self, month: date, *, by: date, first_month: date = date.min) -> Self:
        """Measures that owe a report for a month, as `rules.owes_report` says, filed or not."""
        if month < first_month or month > by:
            return self.none()
        earlier = _model("StatusChange").objects.in_force(month - timedelta(days=1)) if month > date.min else None
        inside = self.in_scope(by).in_scope(min(month_end(month), by))
        if earlier is None:
            return inside
        return inside.filter(~Exists(earlier.filter(measure=OuterRef("pk"), status=MeasureStatus.COMPLETED)))

    def still_owing(self, month: date, *, by: date, first_month: date = date.min) -> Self:
        """Return the measures that owe a report for a month and have filed none for it or a later one."""
        filed = _model("Report").objects.filed(by=by).filter(measure=OuterRef("pk"), period__gte=month)
        return self.owing(month, by=by, first_month=first_month).filter(~Exists(filed))

    def covered(self, month: date, *, by: date, first_month: date = date.min) -> Self:
        """Return the measures that owed a report for a month and filed none for it, but one for a later month, which
        ended the duty."""
        filed = _model("Report").objects.filed(by=by).filter(measure=OuterRef("pk"))
        found = self.owing(month, by=by, first_month=first_month).filter(~Exists(filed.filter(period=month)))
        return found.filter(Exists(filed.filter(period__gt=month)))

    def changed(self) -> Self:
        """Return the measures that had another status on the earlier day, were listed since, left or returned; needs
        `with_status`, `with_status_then`, and `in_scope` or `with_scope`."""
        inside = Q(scope=PlanScope.IN_PLAN.value)
        same = Q(status_then__isnull=False, scope_then=PlanScope.IN_PLAN.value, status=F("status_then"))
        left = Q(scope_then__isnull=False) & ~Q(scope_then=F("scope"))
        return self.filter((inside & ~same) | (~inside & left))
