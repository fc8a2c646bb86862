"""Named questions about plans, measures, their status changes and reports. They find and count; rules judge."""

from collections.abc import Iterable
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
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from core.lights import Light, Thresholds, light_conditions, silent_since
from core.periods import month_end
from core.statuses import MeasureStatus
from core.timestamps import UpdatedAtQuerySet
from reporting.querysets import AbstractReportQuerySet

if TYPE_CHECKING:
    from accounts.models import Department
    from measures.models import Measure, Plan, Report, StatusChange


def _model(name: str) -> Any:
    """A model of this app, by name: `measures.models` imports this module."""
    return apps.get_model("measures", name)


class PlanQuerySet(UpdatedAtQuerySet["Plan"]):
    def current(self) -> "Plan | None":
        """The plan that pages and filters read where none is named; None on an empty site."""
        return self.filter(slug=settings.PILOTZONE_PLAN).first() or self.order_by("-starts_on").first()


# The order in which changes came into force: the last of a measure by a day is the one in force on that day.
IN_ORDER = ("effective_on", "recorded_at", "pk")


def _later_change() -> Q:
    """A change that comes after the outer one."""
    later, same = Q(), Q()
    for column in IN_ORDER:
        later |= same & Q(**{f"{column}__gt": OuterRef(column)})
        same &= Q(**{column: OuterRef(column)})
    return later


def of_change_in_force(column: str, *, on: date, measure: str = "pk") -> Subquery:
    """A column of the change in force on the day; the outer query names the measure `measure`.

    The same rule as `StatusChangeQuerySet.in_force`, which finds the changes of all measures at once; for a column of
    each measure this takes half the time.
    """
    changes = _model("StatusChange").objects.effective().filter(measure=OuterRef(measure), effective_on__lte=on)
    return Subquery(changes.order_by(*(f"-{name}" for name in IN_ORDER)).values(column)[:1])


class StatusChangeQuerySet(UpdatedAtQuerySet["StatusChange"]):
    def effective(self) -> Self:
        """Changes that nothing supersedes."""
        # Not `superseded_by__isnull`: PostgreSQL expects one row of that join, and loops where it should hash.
        return self.filter(~Exists(_model("StatusChange").objects.filter(supersedes=OuterRef("pk"))))

    def in_plan(self, plan: Any) -> Self:
        return self.filter(measure__section__plan=plan)

    def history(self, as_of: date) -> Self:
        """The effective changes by the day, measure by measure, in the order in which they came into force."""
        rows = self.effective().filter(effective_on__lte=as_of, measure__listed_on__lte=as_of)
        return rows.order_by("measure__code", *IN_ORDER)

    def in_force(self, as_of: date) -> Self:
        """The change of each measure that gives its status on the day."""
        rows = _model("StatusChange").objects.effective().filter(measure=OuterRef("measure"), effective_on__lte=as_of)
        return self.effective().filter(~Exists(rows.filter(_later_change())), effective_on__lte=as_of)

    def cells(self, as_of: date, *, limits: Thresholds) -> QuerySet[Any, Any]:
        """One row per finest cell (plan, section, lead department) with its counts on the day.

        The refresh, past days and the verification all count with this, and nothing else does.
        """
        conditions = light_conditions(on=as_of, limits=limits, prefix="measure__")
        return (
            self.in_force(as_of)
            .filter(measure__listed_on__lte=as_of)
            .annotate(has_recent_report=Exists(_model("Report").objects.recent(as_of, limits, of=OuterRef("measure"))))
            .values("measure__section__plan", "measure__section", "measure__lead_department")
            .order_by()
            .annotate(
                total=Count("pk"),
                **{status.value: Count("pk", filter=Q(status=status)) for status in MeasureStatus},
                due=Count("pk", filter=Q(measure__due_on__lte=as_of)),
                **{light.value: Count("pk", filter=conditions[light]) for light in Light},
            )
        )


class ReportQuerySet(AbstractReportQuerySet["Report"]):
    def recent(self, as_of: date, limits: Thresholds, *, of: OuterRef) -> Self:
        """Accepted reports of the outer measure that keep it from being silent on the day."""
        return self.accepted().filter(
            measure=of, submitted_on__gte=silent_since(as_of, limits), submitted_on__lte=as_of
        )

    def in_plan(self, plan: Any) -> Self:
        return self.filter(measure__section__plan=plan)

    def first_filed(self, months: Iterable[date], *, by: date) -> dict[tuple[str, date], date]:
        """By a measure's code and the month, the day of the first report that was filed by the day `by`. One that came
        later adds to it, and makes nobody late."""
        rows = self.filed(*months, by=by).order_by().values_list("measure__code", "period")
        return {(code, month): day for code, month, day in rows.annotate(first=Min("submitted_on"))}


class MeasureQuerySet(UpdatedAtQuerySet["Measure"]):
    def in_plan(self, plan: Any) -> Self:
        return self.filter(section__plan=plan)

    def listed(self, as_of: date) -> Self:
        return self.filter(listed_on__lte=as_of)

    def led_by(self, department: "Department") -> Self:
        return self.filter(lead_department=department)

    def with_status(self, as_of: date) -> Self:
        """Adds `status` and `status_since`, those of the change in force on the day."""
        return self.annotate(
            status=of_change_in_force("status", on=as_of),
            status_since=of_change_in_force("effective_on", on=as_of),
        )

    def with_status_then(self, day: date) -> Self:
        """Adds `status_then`, the status on an earlier day; null for a measure that was not listed by then."""
        return self.annotate(status_then=Case(When(listed_on__lte=day, then=of_change_in_force("status", on=day))))

    def with_last_report(self, as_of: date) -> Self:
        """Adds `last_report_on`: the greatest day of submission by the day among reports accepted by now."""
        reports = _model("Report").objects.accepted().filter(measure=OuterRef("pk"), submitted_on__lte=as_of)
        last = reports.order_by("-submitted_on").values("submitted_on")[:1]
        return self.annotate(last_report_on=Subquery(last, output_field=DateField()))

    def with_light(self, as_of: date, *, limits: Thresholds) -> Self:
        """Adds `light`, and its `gravity` (red 0, yellow 1, green 2); needs `with_status` and `with_last_report`."""
        recent = Q(last_report_on__isnull=False, last_report_on__gte=silent_since(as_of, limits))
        has_report = Case(When(recent, then=Value(True)), default=Value(False), output_field=BooleanField())
        queryset = self.annotate(has_recent_report=has_report)
        conditions = light_conditions(on=as_of, limits=limits)
        red, yellow, green = Light.RED.value, Light.YELLOW.value, Light.GREEN.value
        return queryset.annotate(
            light=Case(
                When(conditions[Light.RED], then=Value(red)),
                When(conditions[Light.YELLOW], then=Value(yellow)),
                default=Value(green),
                output_field=CharField(),
            ),
            gravity=Case(When(light=red, then=0), When(light=yellow, then=1), default=2, output_field=IntegerField()),
        )

    def as_of(self, day: date, *, limits: Thresholds) -> Self:
        """Measures listed by the day, each with its status, last report and light of that day."""
        return self.listed(day).with_status(day).with_last_report(day).with_light(day, limits=limits)

    def owing(self, month: date, *, by: date) -> Self:
        """Measures that owe a report for a month, as `rules.owes_report` says."""
        earlier = _model("StatusChange").objects.in_force(month - timedelta(days=1)) if month > date.min else None
        listed = self.listed(min(month_end(month), by))
        if earlier is None:
            return listed
        return listed.filter(~Exists(earlier.filter(measure=OuterRef("pk"), status=MeasureStatus.COMPLETED)))

    def changed(self) -> Self:
        """Those that had another status on the earlier day, or were listed since; needs `with_status` and
        `with_status_then`."""
        return self.exclude(status_then__isnull=False, status=F("status_then"))
