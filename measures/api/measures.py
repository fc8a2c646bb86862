from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.response import Response

from accounts.roles import may_see_names
from measures.api.changes import STATUS_CHANGE, change_rows, change_values
from measures.changes import status_and_light
from measures.filters import MEASURE_ORDERINGS, MeasureFilter, asked_list_comparison, asked_plan
from measures.models import Evidence, Measure, Report, StatusChange
from reporting.lights import Light, light_of, thresholds
from reporting.provenance import Provenance
from reporting.statuses import MeasureStatus
from web.api import Endpoint, ListEndpoint, Row, among, grouped, local_text
from web.schema import ADDRESS, DAY, TEXT, WHOLE, Shape, array, local_names, one_of, optional, record
from web.sources import source_text

STATUS = one_of(MeasureStatus.values)
MEASURE: dict[str, Shape] = {
    "code": TEXT,
    **local_names("title"),
    "description": TEXT,
    "section": TEXT,
    "lead_department": TEXT,
    "participating_departments": array(TEXT),
    "status": STATUS,
    "status_since": DAY,
    "light": one_of(Light.values),
    "light_reason": TEXT,
    "due_on": optional(DAY),
    "listed_on": DAY,
    "target": TEXT,
    "last_report_on": optional(DAY),
    "projects": array(TEXT),
    "indicators": array(TEXT),
    "provenance": one_of(Provenance.values),
    "lead_provenance": one_of(Provenance.values),
    "source": TEXT,
    "url": ADDRESS,
}
LONGER: dict[str, Shape] = {
    "plan": TEXT,
    "description_zh": TEXT,
    "description_en": TEXT,
    "target_zh": TEXT,
    "target_en": TEXT,
    "history": ADDRESS,
}
STATUS_THEN: dict[str, Shape] = {
    "status_then": optional({**STATUS, "enum": [*STATUS["enum"], None], "description": "Null: not listed then"})
}
LIGHT_THEN: dict[str, Shape] = {"light_then": optional({**one_of(Light.values), "enum": [*Light.values, None]})}
_VALUES = [
    "pk",
    "code",
    "title_zh",
    "title_en",
    "description_zh",
    "description_en",
    "section__slug",
    "section__plan__slug",
    "lead_department__slug",
    "status",
    "status_since",
    "due_on",
    "listed_on",
    "target_zh",
    "target_en",
    "last_report_on",
    "provenance",
    "lead_provenance",
    "source",
]


class MeasureRows(Endpoint):
    """What the list and a single measure share."""

    def get_queryset(self) -> Any:
        return Measure.objects.as_of(self.day, limits=thresholds()).values(*_VALUES)

    def make_rows(self, objects: Sequence[Mapping[str, Any]]) -> Iterable[Row]:
        ids = [each["pk"] for each in objects]
        participating = grouped(
            Measure.participating_departments.through.objects.filter(among("measure", ids))
            .order_by("department__number")
            .values_list("measure_id", "department__slug")
        )
        projects = grouped(
            Measure.projects.through.objects.filter(among("measure", ids), project__listed_on__lte=self.day)
            .order_by("project__code")
            .values_list("measure_id", "project__code")
        )
        indicators = grouped(
            Measure.indicators.through.objects.filter(among("measure", ids))
            .order_by("indicator__code")
            .values_list("measure_id", "indicator__code")
        )
        title, description, target = local_text("title"), local_text("description"), local_text("target")
        limits, base = thresholds(), self.address("api-measures")
        for each in objects:
            verdict = light_of(
                status=each["status"],
                due_on=each["due_on"],
                listed_on=each["listed_on"],
                last_report_on=each["last_report_on"],
                on=self.day,
                limits=limits,
            )
            yield {
                "code": each["code"],
                "title": title(each),
                "title_zh": each["title_zh"],
                "title_en": each["title_en"],
                "description": description(each),
                "section": each["section__slug"],
                "lead_department": each["lead_department__slug"],
                "participating_departments": participating.get(each["pk"], []),
                "status": each["status"],
                "status_since": each["status_since"],
                "light": verdict.light.value,
                "light_reason": str(verdict.reason),
                "due_on": each["due_on"],
                "listed_on": each["listed_on"],
                "target": target(each),
                "last_report_on": each["last_report_on"],
                "projects": projects.get(each["pk"], []),
                "indicators": indicators.get(each["pk"], []),
                "provenance": each["provenance"],
                "lead_provenance": each["lead_provenance"],
                "source": source_text(each["source"]),
                "url": f"{base}{each['code']}/",
            }


class Measures(MeasureRows, ListEndpoint):
    """The measures of a plan that were listed by the day, each with its status and light of that day."""

    component = "MeasureList"
    columns = MEASURE
    filterset_class = MeasureFilter
    orderings = MEASURE_ORDERINGS
    default_ordering = "code"
    takes_plan = True
    takes_compare = True
    compared_columns = STATUS_THEN
    name = "measures"

    def asked_comparison(self, request: Any) -> date | None:
        return asked_list_comparison(request, self.day)

    def get_queryset(self) -> QuerySet:
        measures = super().get_queryset().in_plan(asked_plan(self.request._request))
        return measures.with_status_then(self.compared).values(*_VALUES, "status_then") if self.compared else measures

    def make_rows(self, objects: Sequence[Mapping[str, Any]]) -> Iterable[Row]:
        rows = super().make_rows(objects)
        if not self.compared:
            return rows
        return ({**row, "status_then": each["status_then"]} for row, each in zip(rows, objects, strict=True))


class MeasureDetail(MeasureRows):
    """One measure, with its texts in both languages."""

    component = "Measure"
    columns = MEASURE | LONGER
    takes_compare = True
    compared_columns = STATUS_THEN | LIGHT_THEN

    def get(self, request: Any, code: str) -> Response:
        found = self.get_queryset().filter(code=code).first()
        if found is None:
            raise Http404
        [row] = self.make_rows([found])
        more = {name: found[name] for name in LONGER if name in found}
        return Response(
            {
                "as_of": self.day,
                **row,
                "plan": found["section__plan__slug"],
                **more,
                "history": self.address("api-measure-history", code),
                **self.then(found["pk"]),
            }
        )

    def then(self, measure: int) -> Row:
        if self.compared is None:
            return {}
        before = status_and_light([measure], self.compared, limits=thresholds())
        status, light = before.get(measure, (None, None))
        return {"status_then": status, "light_then": light}


PEOPLE = ("submitted_by", "decided_by")
REPORT_TEXTS = [f"{text}_{code}" for text in ("what_was_done", "problem", "next_step") for code in ("zh", "en")]
REPORT: dict[str, Shape] = {
    "id": WHOLE,
    "period": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
    "status": STATUS,
    "against_status": STATUS,
    **dict.fromkeys(REPORT_TEXTS, TEXT),
    "submitted_on": DAY,
    "decided_on": optional(DAY),
    "documents": array(record(dict.fromkeys(("title_zh", "title_en", "document_number", "url"), TEXT))),
    "provenance": one_of(Provenance.values),
    "source": TEXT,
    **{name: optional(TEXT) for name in PEOPLE},
}
CHANGE: dict[str, Shape] = {
    **STATUS_CHANGE,
    "reason_zh": TEXT,
    "reason_en": TEXT,
    "report": optional(WHOLE),
    "provenance": one_of(Provenance.values),
    "source": TEXT,
    "recorded_by": optional(TEXT),
}


class MeasureHistory(Endpoint):
    """Every status change of a measure up to the day, wrong ones too, and its accepted reports.

    People are named only to reviewers and auditors; files are not handed out here.
    """

    component = "MeasureHistory"
    columns = {
        "measure": TEXT,
        "status_changes": array(record(CHANGE, sometimes=["recorded_by"])),
        "reports": array(record(REPORT, sometimes=PEOPLE)),
        "url": ADDRESS,
    }

    def get(self, request: Any, code: str) -> Response:
        measure = Measure.objects.listed(self.day).filter(code=code).first()
        if measure is None:
            raise Http404
        names = may_see_names(request.user)
        return Response(
            {
                "as_of": self.day,
                "measure": measure.code,
                "status_changes": self._changes(measure, names=names),
                "reports": self._reports(measure, names=names),
                "url": self.address("api-measure-history", measure.code),
            }
        )

    def _changes(self, measure: Measure, *, names: bool) -> list[Row]:
        more = ("report_id", "provenance", "source", "recorded_by__username")
        changes = StatusChange.objects.filter(measure=measure, effective_on__lte=self.day)
        found = list(change_values(changes, *more).order_by("effective_on", "recorded_at", "pk"))
        rows = list(change_rows(found, self.address("api-measures")))
        for row, each in zip(rows, found, strict=True):
            row.update(
                reason_zh=each["reason_zh"],
                reason_en=each["reason_en"],
                report=each["report_id"],
                provenance=each["provenance"],
                source=source_text(each["source"]),
            )
            if names:
                row["recorded_by"] = each["recorded_by__username"]
        return rows

    def _reports(self, measure: Measure, *, names: bool) -> list[Row]:
        reports = (
            Report.objects.accepted()
            .filter(measure=measure, submitted_on__lte=self.day)
            .select_related("submitted_by", "decided_by")
            .prefetch_related("evidence")
            .order_by("period", "submitted_on", "pk")
        )
        return [self._report(each, names=names) for each in reports]

    def _report(self, report: Report, *, names: bool) -> Row:
        row = {
            "id": report.pk,
            "period": f"{report.period:%Y-%m}",
            "status": report.status,
            "against_status": report.against_status,
            **{name: getattr(report, name) for name in REPORT_TEXTS},
            "submitted_on": report.submitted_on,
            "decided_on": report.decided_on,
            "documents": [_document(each) for each in report.evidence.all() if not each.file],
            "provenance": report.provenance,
            "source": source_text(report.source),
        }
        if names:
            row["submitted_by"] = report.submitted_by and report.submitted_by.get_username()
            row["decided_by"] = report.decided_by and report.decided_by.get_username()
        return row


def _document(evidence: Evidence) -> Row:
    return {
        "title_zh": evidence.title_zh,
        "title_en": evidence.title_en,
        "document_number": evidence.document_number,
        "url": evidence.url,
    }
