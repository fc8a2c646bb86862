"""Reports of a measure: read by whoever may, and filed by the department that leads it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.response import Response

from accounts.models import User
from accounts.permissions import may_report, may_see_evidence, may_see_names, may_see_report
from core.exceptions import NotAllowed
from core.statuses import MeasureStatus
from core.texts import MAX_TEXT_LENGTH
from measures.api.addresses import plan_slug
from measures.filing import file_report, rewrite_report
from measures.filters import REPORT_SEARCH, asked_plan
from measures.models import Measure, Report
from measures.querysets import ReportQuerySet
from measures.reports import submit_report, withdraw_report
from reporting.evidence import MAX_EVIDENCE
from reporting.models import TEXTS, ProblemChoice
from reporting.services import allowed_moves
from reporting.workflow import MOVES, STEPS, ReportState
from web.api.endpoints import Endpoint, ListEndpoint, Row
from web.api.permissions import MayRead, MayWrite
from web.api.request_body import (
    BodyField,
    choice_field,
    day_field,
    flag_field,
    integer_field,
    list_field,
    month_field,
    one_of_objects,
    read_body,
    shape_of,
    text_field,
    url_field,
)
from web.api.schema import (
    AS_OF,
    DAY,
    MOMENT,
    MONTH,
    PROBLEM,
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
    one_of,
    optional,
    record,
)
from web.days import api_timestamp
from web.formats.sources import format_source
from web.html.links import query_of
from web.language import localized
from web.lists.filters import ChoiceFilter, UpdatedFilterSet

_TITLE = gettext_lazy("What the document or the page is called")
EVIDENCE: dict[str, Shape] = {
    "id": meaning(gettext_lazy("Number of the row"), WHOLE),
    **local_names("title", _TITLE),
    "document_number": meaning(gettext_lazy("Number of the issued document; empty where it is none")),
    "url": meaning(gettext_lazy("Address of the page; empty where it is none")),
    "file_name": meaning(gettext_lazy("Name of the file; empty where it is none")),
}
_KEPT_OF_EVIDENCE: dict[str, Shape] = {
    **in_both("title", _TITLE),
    **{name: EVIDENCE[name] for name in ("document_number", "url", "file_name")},
}
_KEPT: dict[str, Shape] = {
    "status": choice(MeasureStatus.choices, gettext_lazy("The status that it asked for")),
    "against_status": choice(MeasureStatus.choices, gettext_lazy("The status in force when it was written")),
    "effective_on": meaning(gettext_lazy("The day on which the status was to take effect"), optional(DAY)),
    **{name: shape for text, label in TEXTS.items() for name, shape in in_both(text, label).items()},
    "evidence": meaning(
        gettext_lazy("Documents, links and files that it had"),
        array(record(_KEPT_OF_EVIDENCE)),
    ),
}


def _in_order(content: Row) -> Row:
    """What a step kept, as its shape has it: PostgreSQL forgets the order of keys."""
    evidence = [{name: each[name] for name in _KEPT_OF_EVIDENCE} for each in content["evidence"]]
    return {**{name: content[name] for name in _KEPT}, "evidence": evidence}


STEP: dict[str, Shape] = {
    "move": choice(STEPS, gettext_lazy("What happened")),
    "made_on": meaning(gettext_lazy("The day"), DAY),
    "made_at": meaning(gettext_lazy("The moment; null where the day alone is known"), optional(MOMENT)),
    "made_by": meaning(
        gettext_lazy("User name of whoever did it; null for those who may not see names, and where nobody is known"),
        optional(TEXT),
    ),
    "note": meaning(gettext_lazy("The words of the reviewing office")),
    "content": meaning(
        gettext_lazy("What the report said then; null where an earlier version of the site had not kept it"),
        optional(record(_KEPT)),
    ),
}
REPORT: dict[str, Shape] = {
    "id": meaning(gettext_lazy("Number of the report"), WHOLE),
    "measure": meaning(gettext_lazy("Code of the measure")),
    "department": meaning(gettext_lazy("Slug of the department that wrote it")),
    "period": meaning(gettext_lazy("The month that it is for"), MONTH),
    "state": choice(ReportState.choices, gettext_lazy("Its present state")),
    "version": meaning(gettext_lazy("Increases with each save; a PUT must give the version that was read"), WHOLE),
    "status": choice(MeasureStatus.choices, gettext_lazy("The status that it asks for")),
    "against_status": choice(MeasureStatus.choices, gettext_lazy("The status in force when it was written")),
    "effective_on": meaning(gettext_lazy("The day on which the status is to take effect"), optional(DAY)),
    **{name: shape for text, label in TEXTS.items() for name, shape in local_names(text, label).items()},
    "problem_choice": {
        **one_of(["", *ProblemChoice.values]),
        "description": gettext_lazy("What it says about problems; empty where it follows from its text"),
    },
    "about_problem": meaning(gettext_lazy("Number of the measure's problem that it is about"), optional(WHOLE)),
    "evidence": meaning(gettext_lazy("Documents, links and files that prove it"), array(record(EVIDENCE))),
    "submitted_on": meaning(gettext_lazy("The day it was last submitted; null where it never was"), optional(DAY)),
    "decided_on": meaning(gettext_lazy("The day on which it was decided; null until then"), optional(DAY)),
    "decision_note": meaning(
        gettext_lazy("What the reviewing office wrote; null for those who see accepted reports only"), optional(TEXT)
    ),
    "steps": meaning(
        gettext_lazy("Its life, oldest first; null for those who see accepted reports only"),
        optional(array(record(STEP))),
    ),
    "moves": meaning(
        gettext_lazy("What the caller may do with it now"), array(choice((move.name, move.label) for move in MOVES))
    ),
    "provenance": PROVENANCE,
    "source": SOURCE,
    "updated_at": UPDATED_AT,
    "url": URL,
}

_CALLED = text_field(most=200).described_as(meaning(_TITLE))
_DOCUMENT = {
    "document_number": text_field(most=80, required=True).described_as(
        meaning(gettext_lazy("Number of the issued document"))
    ),
    "title": _CALLED,
}
_LINK = {
    "url": url_field(most=500, required=True).described_as(meaning(gettext_lazy("Address of the page"))),
    "title": _CALLED,
}
_CONTENT: dict[str, BodyField] = {
    "against_status": choice_field(MeasureStatus.values).described_as(REPORT["against_status"]),
    "effective_on": day_field().described_as(REPORT["effective_on"]),
    **{name: text_field(most=MAX_TEXT_LENGTH).described_as(meaning(label)) for name, label in TEXTS.items()},
    "problem_choice": choice_field(ProblemChoice.values).described_as(REPORT["problem_choice"]),
    "about_problem": integer_field().described_as(REPORT["about_problem"]),
    "confirms_no_problem": flag_field().described_as(
        meaning(gettext_lazy("With `none` while a problem is open: that it no longer stands in the way"))
    ),
    "evidence": list_field(
        one_of_objects(_DOCUMENT, _LINK, message=lambda: _("Give either a document number or an address.")),
        most=MAX_EVIDENCE,
    ).described_as(meaning(gettext_lazy("Documents and links that prove it"))),
    "submit": flag_field().described_as(meaning(gettext_lazy("Whether it is handed to the reviewing office at once"))),
}
NEW: dict[str, BodyField] = {
    "period": month_field(required=True).described_as(REPORT["period"]),
    "status": choice_field(MeasureStatus.values, required=True).described_as(REPORT["status"]),
    **_CONTENT,
}
CHANGED: dict[str, BodyField] = {
    "version": integer_field(required=True).described_as(REPORT["version"]),
    "status": choice_field(MeasureStatus.values).described_as(REPORT["status"]),
    **_CONTENT,
}
NOTHING: dict[str, BodyField] = {}


class ReportFilter(UpdatedFilterSet):
    state = ChoiceFilter(choices=ReportState.choices, label=gettext_lazy("State"))
    status = ChoiceFilter(choices=MeasureStatus.choices, label=gettext_lazy("Status after this report"))
    search = REPORT_SEARCH

    class Meta:
        model = Report
        fields: list[str] = []


class ReportEndpoint(Endpoint):
    """What the list and a single report share: who sees which, how one is shown, and how a refusal is."""

    permission_classes = [MayRead, MayWrite]
    columns = REPORT
    takes_plan = True
    write_component = "FiledReport"

    @cached_property
    def measure(self) -> Measure:
        """Raises Http404 for one that was not listed by the day."""
        measures = Measure.objects.in_plan(asked_plan(self.request._request)).listed(self.day)
        measure = measures.filter(code=self.kwargs["code"]).first()
        if measure is None:
            raise Http404
        return measure

    @classmethod
    def write_shape(cls) -> Shape:
        return record({"as_of": AS_OF, **REPORT})

    @classmethod
    def conflict_shape(cls) -> Shape:
        also = {
            "theirs": meaning(gettext_lazy("The report as it stands now"), record(REPORT)),
            "was": choice(MeasureStatus.choices, gettext_lazy("The status that the report was begun against")),
            "current": choice(MeasureStatus.choices, gettext_lazy("The status in force now")),
        }
        return record({**PROBLEM["properties"], **also}, sometimes=("errors", *also))

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, NotAllowed):
            # The other version, or the other status, so that the caller can choose.
            if isinstance(theirs := getattr(exc, "theirs", None), Report):
                response.data["theirs"] = self.row(theirs)
            response.data.update({name: getattr(exc, name) for name in ("was", "current") if hasattr(exc, name)})
        return response

    def sees_whole(self, report: Report) -> bool:
        """Also while it is not accepted, with the reviewer's words and all steps."""
        return may_see_report(self.request.user, department=report.readers_department_id, is_accepted=False)

    def reports(self) -> ReportQuerySet:
        """Those submitted by the day, and drafts that were last edited by it."""
        by_the_day = Q(submitted_on__lte=self.day) | Q(submitted_on=None, edited_at__date__lte=self.day)
        return self.measure.reports.filter(by_the_day).prefetch_related(
            "evidence", "steps__made_by", "department__merged_into", "about_problem"
        )

    def row(self, report: Report) -> Row:
        accepted, whole = report.state == ReportState.ACCEPTED, self.sees_whole(report)
        files = may_see_evidence(self.request.user, department=report.readers_department_id, is_accepted=accepted)
        return {
            "id": report.pk,
            "measure": self.measure.code,
            "department": report.department.slug,
            "period": f"{report.period:%Y-%m}",
            "state": report.state,
            "version": report.version,
            "status": report.status,
            "against_status": report.against_status,
            "effective_on": report.effective_on,
            **{name: value for text in TEXTS for name, value in _in_both(report, text).items()},
            "problem_choice": report.problem_choice,
            "about_problem": report.about_problem.number if report.about_problem else None,
            "evidence": [
                {
                    "id": each.pk,
                    **_in_both(each, "title"),
                    "document_number": each.document_number,
                    "url": each.url,
                    "file_name": each.file_name,
                }
                for each in sorted(report.evidence.all(), key=lambda evidence: evidence.pk)
                if files or not each.file
            ],
            "submitted_on": report.submitted_on,
            "decided_on": report.decided_on,
            "decision_note": report.decision_note if whole else None,
            "steps": self.steps(report) if whole else None,
            "moves": [move.name for move in allowed_moves(report, self.request.user)],
            "provenance": report.provenance,
            "source": format_source(report.source),
            "updated_at": api_timestamp(report.updated_at),
            "url": self.report_address(report),
        }

    def steps(self, report: Report) -> list[Row]:
        names = may_see_names(self.request.user)
        return [
            {
                "move": step.move,
                "made_on": step.made_on,
                "made_at": step.made_at and api_timestamp(step.made_at),
                "made_by": step.made_by.get_username() if names and step.made_by else None,
                "note": step.note,
                "content": _in_order(step.content) if step.content else None,
            }
            for step in sorted(report.steps.all(), key=lambda step: step.pk)
        ]

    def report_address(self, report: Report) -> str:
        address = self.address("api-report", self.measure.code, str(report.pk))
        return query_of(address, plan=plan_slug(self))

    def filer(self) -> User:
        """Who files; raises PermissionDenied for others than the lead department's reporters."""
        user: User = self.request.user
        if not may_report(user, lead=self.measure.lead_department_id):
            raise PermissionDenied(str(Report.filing_refusal))
        return user

    def answer(self, report: Report, **more: Any) -> Response:
        return Response({"as_of": self.day, **self.row(report)}, **more)


class MeasureReports(ReportEndpoint, ListEndpoint):
    http_method_names = ["get", "head", "options", "post"]
    component = "ReportList"
    summary = gettext_lazy(
        "The reports of a measure: accepted ones; also the others for the department that wrote them, the office and "
        "auditors."
    )
    write_summary = gettext_lazy(
        "Files the report of a month, as a draft or, with `submit`, handed to the office at once."
    )
    request_bodies = {"POST": ("NewReport", shape_of(NEW))}
    filterset_class = ReportFilter
    orderings = {"period": ["period", "submitted_on"], "submitted_on": ["submitted_on"], "state": ["state", "period"]}
    default_ordering = "-period"
    name = "reports"

    def get_queryset(self) -> QuerySet[Report]:
        return self.reports().visible_to(self.request.user)

    def make_rows(self, objects: Sequence[Report]) -> Iterable[Row]:
        return self.with_asked_fields(map(self.row, objects))

    def post(self, request: Any, code: str) -> Response:
        by = self.filer()
        values = read_body(request.data, NEW)
        report = file_report(
            self.measure,
            by=by,
            period=values.pop("period"),
            evidence=values.pop("evidence", ()),
            submit=values.pop("submit", False),
            confirms_no_problem=values.pop("confirms_no_problem", False),
            values=values,
        )
        address = self.report_address(report)
        return self.answer(report, status=status.HTTP_201_CREATED, headers={"Location": address})


class ReportDetail(ReportEndpoint):
    http_method_names = ["get", "head", "options", "put"]
    component = "Report"
    summary = gettext_lazy("One report.")
    write_summary = gettext_lazy("Changes a draft or a returned report: fields that are left out stay as they are.")
    request_bodies: Mapping[str, tuple[str, Shape]] = {"PUT": ("ChangedReport", shape_of(CHANGED))}

    def get_report(self, pk: int) -> Report:
        report = self.reports().filter(pk=pk).first()
        if report is None:
            raise Http404
        if report.state != ReportState.ACCEPTED and not self.sees_whole(report):
            raise PermissionDenied if self.request.user.is_authenticated else NotAuthenticated
        return report

    def get_answer(self, request: Any, code: str, report: int) -> Response:
        return self.answer(self.get_report(report))

    def put(self, request: Any, code: str, report: int) -> Response:
        by, found = self.filer(), self.get_report(report)
        values = read_body(request.data, CHANGED)
        changed = rewrite_report(
            found,
            by=by,
            version=values.pop("version"),
            evidence=values.pop("evidence", None),
            submit=values.pop("submit", False),
            confirms_no_problem=values.pop("confirms_no_problem", False),
            values=values,
        )
        return self.answer(changed)


class ReportMove(ReportDetail):
    """A move that needs no words."""

    http_method_names = ["post", "options"]
    request_bodies = {}
    created_status = status.HTTP_200_OK

    def make_move(self, report: Report, *, by: User) -> Report:
        raise NotImplementedError

    def post(self, request: Any, code: str, report: int) -> Response:
        by, found = self.filer(), self.get_report(report)
        read_body(request.data or {}, NOTHING)
        return self.answer(self.make_move(found, by=by))


class ReportSubmission(ReportMove):
    write_summary = gettext_lazy("Hands a draft or a returned report to the office.")

    def make_move(self, report: Report, *, by: User) -> Report:
        return submit_report(report, by=by)


class ReportWithdrawal(ReportMove):
    write_summary = gettext_lazy("Takes a submitted report back, until it is decided.")

    def make_move(self, report: Report, *, by: User) -> Report:
        return withdraw_report(report, by=by)


def _in_both(thing: Any, field: str) -> dict[str, str]:
    return {
        field: localized(thing, field),
        **{f"{field}_{code}": getattr(thing, f"{field}_{code}") for code in ("zh", "en")},
    }
