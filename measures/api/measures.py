from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from accounts.permissions import may_see_names
from core.lights import Light, light_of, thresholds
from core.provenance import Provenance
from core.statuses import MeasureStatus
from measures.api.reports import EVIDENCE, WORDS
from measures.api.reports import REPORT as FILED
from measures.api.status_changes import REASON, STATUS_CHANGE, change_rows, change_values
from measures.comparison import status_and_light
from measures.filters import MEASURE_ORDERINGS, MeasureFilter, asked_list_comparison, asked_plan
from measures.models import Evidence, Measure, Report, StatusChange
from web.api.endpoints import Endpoint, ListEndpoint, Row, among, grouped, joined, local_text
from web.api.schema import (
    ADDRESS,
    DAY,
    PROVENANCE,
    SOURCE,
    TEXT,
    UPDATED_AT,
    URL,
    WHOLE,
    Shape,
    array,
    choice,
    in_both,
    local_names,
    meaning,
    optional,
    record,
    translated,
)
from web.days import written_moment
from web.formats.sources import format_source

_DESCRIPTION, _TARGET = gettext_lazy("What is to be done"), gettext_lazy("What is to be reached")
MEASURE: dict[str, Shape] = {
    "code": meaning(gettext_lazy("Code of the measure")),
    **local_names("title", gettext_lazy("Title of the measure")),
    "description": translated(_DESCRIPTION),
    "section": meaning(gettext_lazy("Slug of its section")),
    "lead_department": meaning(gettext_lazy("Slug of the department that leads it")),
    "participating_departments": meaning(gettext_lazy("Slugs of the departments that take part"), array(TEXT)),
    "status": choice(MeasureStatus.choices, gettext_lazy("The status in force on the day")),
    "status_since": meaning(gettext_lazy("The day since which it has that status"), DAY),
    "light": choice(Light.choices, gettext_lazy("The light on the day, by the rule of the lights")),
    "light_reason": meaning(gettext_lazy("Why it has that light, in the language of the request")),
    "due_on": meaning(gettext_lazy("The day by which it is due; null where none is set"), optional(DAY)),
    "listed_on": meaning(gettext_lazy("The day from which it belongs to the plan"), DAY),
    "target": translated(_TARGET),
    "last_report_on": meaning(
        gettext_lazy("The day on which its last report by the day that is accepted by now was submitted"), optional(DAY)
    ),
    "projects": meaning(gettext_lazy("Codes of the projects that support it, listed by the day"), array(TEXT)),
    "indicators": meaning(gettext_lazy("Codes of the indicators that it is to move"), array(TEXT)),
    "provenance": PROVENANCE,
    "lead_provenance": choice(Provenance.choices, gettext_lazy("Where its lead department comes from")),
    "source": SOURCE,
    "updated_at": UPDATED_AT,
    "url": URL,
}
LONGER: dict[str, Shape] = {
    "plan": meaning(gettext_lazy("Slug of its action plan")),
    **in_both("description", _DESCRIPTION),
    **in_both("target", _TARGET),
    "history": meaning(gettext_lazy("Address of its history in the API"), ADDRESS),
}
STATUS_THEN: dict[str, Shape] = {
    "status_then": optional(
        choice(MeasureStatus.choices, gettext_lazy("The status on the earlier day; null: it was not listed then"))
    )
}
LIGHT_THEN: dict[str, Shape] = {
    "light_then": optional(
        choice(Light.choices, gettext_lazy("The light on the earlier day; null: it was not listed then"))
    )
}
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
    "updated_at",
]


class MeasureRows(Endpoint):
    """What the list and a single measure share."""

    def get_meta(self) -> Row:
        if self.fields is not None and "light" not in self.fields:
            return {}
        words = _("The rule of lights, applied on the day; the row says why.")
        rule = {"unit": "", "cumulative": False, "provenance": None, "published_for": None, "source": ""}
        return {"light": {**rule, "explain": words, "url": self.address("measures:lights")}}

    def get_queryset(self) -> Any:
        return Measure.objects.as_of(self.day, limits=thresholds()).values(*_VALUES)

    def make_rows(self, objects: Sequence[Mapping[str, Any]]) -> Iterable[Row]:
        ids = [each["pk"] for each in objects]
        participating = grouped(
            Measure.participating_departments.through.objects.filter(among("measure", ids))
            .order_by("department__number")
            .values_list("measure_id", "department__slug")
        )
        supported = Measure.projects.through.objects.filter(among("measure", ids), project__listed_on__lte=self.day)
        projects = joined(supported, "measure_id", "project__code")
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
                "source": format_source(each["source"]),
                "updated_at": written_moment(each["updated_at"]),
                "url": f"{base}{each['code']}/",
            }


class Measures(MeasureRows, ListEndpoint):
    component = "MeasureList"
    summary = gettext_lazy(
        "The measures of a plan that were listed by the day, each with its status and light of that day."
    )
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
    component = "Measure"
    summary = gettext_lazy("One measure, with its texts in both languages.")
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
REPORT_TEXTS: dict[str, Shape] = {name: shape for text in WORDS for name, shape in in_both(text, WORDS[text]).items()}
REPORT: dict[str, Shape] = {
    **{name: FILED[name] for name in ("id", "period", "status", "against_status")},
    **REPORT_TEXTS,
    "submitted_on": FILED["submitted_on"],
    "decided_on": FILED["decided_on"],
    "documents": meaning(
        gettext_lazy("Documents and links that prove it; no files"),
        array(record({name: EVIDENCE[name] for name in ("title_zh", "title_en", "document_number", "url")})),
    ),
    "provenance": PROVENANCE,
    "source": SOURCE,
    "submitted_by": meaning(gettext_lazy("User name of who submitted it"), optional(TEXT)),
    "decided_by": meaning(gettext_lazy("User name of who decided it"), optional(TEXT)),
}
CHANGE: dict[str, Shape] = {
    **STATUS_CHANGE,
    **in_both("reason", REASON),
    "report": meaning(gettext_lazy("Id of the report that it was accepted with"), optional(WHOLE)),
    "provenance": PROVENANCE,
    "source": SOURCE,
    "recorded_by": meaning(gettext_lazy("User name of who entered it"), optional(TEXT)),
}


class MeasureHistory(Endpoint):
    component = "MeasureHistory"
    summary = gettext_lazy(
        "Every status change of a measure up to the day, wrong ones too, and its accepted reports. People are named "
        "only to reviewers and auditors; files are not handed out here."
    )
    columns = {
        "measure": MEASURE["code"],
        "status_changes": meaning(
            gettext_lazy("Its status changes, the earliest first"), array(record(CHANGE, sometimes=["recorded_by"]))
        ),
        "reports": meaning(
            gettext_lazy("Its accepted reports, the earliest month first"), array(record(REPORT, sometimes=PEOPLE))
        ),
        "url": URL,
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
                source=format_source(each["source"]),
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
            "source": format_source(report.source),
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
