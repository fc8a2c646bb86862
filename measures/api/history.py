from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from accounts.access_rules import READERS
from accounts.permissions import may_see_names
from core.scope import ScopeKind
from core.succession import IN_ORDER
from measures.api.addresses import plan_slug
from measures.api.measures import MEASURE
from measures.api.reports import REPORT as FILED
from measures.api.status_changes import REASON, STATUS_CHANGE
from measures.filters import asked_plan
from measures.models import Evidence, Measure, Report, ScopeChange
from reporting.api.filings import EVIDENCE
from reporting.models import TEXTS
from web.api.endpoints import Endpoint, Row
from web.api.fields import (
    ORIGIN,
    Chunk,
    Field,
    both_fields,
    column,
    columns_of,
    linked,
    make_rows,
    placed_codes,
    shapes_of,
)
from web.api.shapes import (
    PROVENANCE,
    SOURCE,
    TEXT,
    URL,
    WHOLE,
    Shape,
    array,
    choice,
    in_both,
    meaning,
    optional,
    record,
)
from web.formats.sources import format_source
from web.html.links import query_of

PEOPLE = ("submitted_by", "decided_by")
REPORT_TEXTS: dict[str, Shape] = {
    name: shape for text, label in TEXTS.items() for name, shape in in_both(text, label).items()
}
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
CHANGE = {
    **STATUS_CHANGE,
    **both_fields("reason", REASON),
    "report": column("report_id", meaning(gettext_lazy("Id of the report that it was accepted with"), optional(WHOLE))),
    **ORIGIN,
}
RECORDED_BY = {
    "recorded_by": column("recorded_by__username", meaning(gettext_lazy("User name of who entered it"), optional(TEXT)))
}


def _successors(chunk: Chunk) -> Mapping[int, list[str]]:
    links = ScopeChange.successors.through._default_manager.filter(scopechange__in=chunk.ids)
    return placed_codes(links, "scopechange", "measure")


SCOPE_CHANGE = {
    "kind": column(
        "kind",
        choice(
            [each for each in ScopeKind.choices if each[0] != ScopeKind.READMITTED],
            gettext_lazy("Whether it was suspended, withdrawn or resumed"),
        ),
    ),
    "effective_on": STATUS_CHANGE["effective_on"],
    "recorded_at": STATUS_CHANGE["recorded_at"],
    "reason": column("reason", meaning(gettext_lazy("Why, in the language in which it was written"))),
    "successors": linked(
        meaning(gettext_lazy("Codes of the measures that take over from one that was withdrawn"), array(TEXT)),
        _successors,
    ),
}


class MeasureHistory(Endpoint):
    permission = READERS
    component = "MeasureHistory"
    takes_plan = True
    summary = gettext_lazy(
        "Every status change of a measure up to the day, wrong ones too, and its accepted reports. People are named "
        "only to reviewers and auditors; files are not handed out here."
    )
    columns = {
        "measure": MEASURE["code"].shape,
        "status_changes": meaning(
            gettext_lazy("Its status changes, the earliest first"),
            array(record(shapes_of(CHANGE | RECORDED_BY), sometimes=RECORDED_BY)),
        ),
        "scope_changes": meaning(
            gettext_lazy("Its leaving the plan and returning, the earliest first"),
            array(record(shapes_of(SCOPE_CHANGE | RECORDED_BY), sometimes=RECORDED_BY)),
        ),
        "reports": meaning(
            gettext_lazy("Its accepted reports, the earliest month first"), array(record(REPORT, sometimes=PEOPLE))
        ),
        "url": URL,
    }

    def get_answer(self, request: Any, code: str) -> Response:
        measures = Measure.objects.in_plan(asked_plan(request._request)).listed(self.day)
        measure = measures.filter(code=code).first()
        if measure is None:
            raise Http404
        names = may_see_names(request.user)
        return Response(
            {
                "as_of": self.day,
                "measure": measure.code,
                "status_changes": self._rows(measure.status_changes, CHANGE, names=names),
                "scope_changes": self._rows(measure.scope_changes, SCOPE_CHANGE, names=names),
                "reports": self._reports(measure, names=names),
                "url": query_of(self.address("api-measure-history", measure.code), plan=plan_slug(self)),
            }
        )

    def _rows(self, changes: Any, fields: Mapping[str, Field], *, names: bool) -> list[Row]:
        """Rows by the day, in the order in which they came into force."""
        fields = {**fields, **RECORDED_BY} if names else fields
        known = changes.filter(effective_on__lte=self.day).order_by(*IN_ORDER)
        return list(make_rows(Chunk(self, list(known.values(*columns_of(fields.values())))), fields))

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
