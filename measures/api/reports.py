"""Reports of a measure: read by whoever may, and filed by the department that leads it."""

from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy

from accounts.access_rules import MEASURE_REPORTERS, Facts
from accounts.models import Scope, User
from core.exceptions import NotAllowed
from core.statuses import MeasureStatus
from core.texts import MAX_REASON_LENGTH, MAX_TEXT_LENGTH
from measures.api.addresses import plan_slug
from measures.filing import file_report, rewrite_report
from measures.filters import REPORT_SEARCH, asked_plan
from measures.models import Measure, Report
from measures.querysets import ReportQuerySet
from measures.report_checks import DOUBTS
from measures.reports import submit_report
from reporting.api.filings import (
    SENT,
    VERSION,
    FilingDetail,
    FilingEndpoint,
    FilingFilter,
    FilingList,
    FilingSubmission,
    FilingWithdrawal,
    confirmed_field,
    doubts_shape,
    filing_columns,
    kept_content,
    text_in_both,
)
from reporting.models import TEXTS, ProblemChoice
from web.api.endpoints import Row
from web.api.request_body import (
    BodyField,
    choice_field,
    day_field,
    flag_field,
    integer_field,
    month_field,
    read_text,
    shape_of,
    text_field,
    text_fields,
)
from web.api.shapes import (
    DAY,
    MONTH,
    PROVENANCE,
    SOURCE,
    WHOLE,
    choice,
    in_both,
    local_names,
    meaning,
    one_of,
    optional,
)
from web.formats.sources import format_source
from web.html.links import query_of
from web.lists.filters import ChoiceFilter

KEPT = kept_content(
    {
        "status": choice(MeasureStatus.choices, gettext_lazy("The status that it asked for")),
        "against_status": choice(MeasureStatus.choices, gettext_lazy("The status in force when it was written")),
        "effective_on": meaning(gettext_lazy("The day on which the status was to take effect"), optional(DAY)),
        **{name: shape for text, label in TEXTS.items() for name, shape in in_both(text, label).items()},
    }
)
REPORT = filing_columns(
    about={"measure": meaning(gettext_lazy("Code of the measure"))},
    period=meaning(gettext_lazy("The month that it is for"), MONTH),
    said={
        "status": choice(MeasureStatus.choices, gettext_lazy("The status that it asks for")),
        "against_status": choice(MeasureStatus.choices, gettext_lazy("The status in force when it was written")),
        "effective_on": meaning(gettext_lazy("The day on which the status is to take effect"), optional(DAY)),
        **{name: shape for text, label in TEXTS.items() for name, shape in local_names(text, label).items()},
        "problem_choice": {
            **one_of(["", *ProblemChoice.values]),
            "description": gettext_lazy("What it says about problems; empty where it follows from its text"),
        },
        "about_problem": meaning(gettext_lazy("Number of the measure's problem that it is about"), optional(WHOLE)),
    },
    kept=KEPT,
    origin={"provenance": PROVENANCE, "source": SOURCE},
)

_CONTENT: dict[str, BodyField] = {
    "against_status": choice_field(MeasureStatus.values).described_as(REPORT["against_status"]),
    "effective_on": day_field().described_as(REPORT["effective_on"]),
    **{
        key: each
        for name, label in TEXTS.items()
        for key, each in text_fields(name, label, most=MAX_TEXT_LENGTH).items()
    },
    "problem_choice": choice_field(ProblemChoice.values).described_as(REPORT["problem_choice"]),
    "about_problem": integer_field().described_as(REPORT["about_problem"]),
    "confirms_no_problem": flag_field().described_as(
        meaning(gettext_lazy("With `none` while a problem is open: that it no longer stands in the way"))
    ),
    "confirmed": confirmed_field(DOUBTS),
    "confirmed_reason": text_field(most=MAX_REASON_LENGTH).described_as(
        meaning(gettext_lazy("Why, where one of `confirmed` wants words"))
    ),
    **SENT,
}
NEW: dict[str, BodyField] = {
    "period": month_field(required=True).described_as(REPORT["period"]),
    "status": choice_field(MeasureStatus.values, required=True).described_as(REPORT["status"]),
    **_CONTENT,
}
CHANGED: dict[str, BodyField] = {
    **VERSION,
    "status": choice_field(MeasureStatus.values).described_as(REPORT["status"]),
    **_CONTENT,
}


class ReportFilter(FilingFilter):
    status = ChoiceFilter(choices=MeasureStatus.choices, label=gettext_lazy("Status after this report"))
    search = REPORT_SEARCH


class ReportEndpoint(FilingEndpoint):
    model = Report
    columns = REPORT
    kept = KEPT
    write_permission = MEASURE_REPORTERS
    token_scope = Scope.REPORTS
    permission_refusal = Report.filing_refusal
    takes_plan = True
    write_component = "FiledReport"
    conflict_columns = {
        "was": choice(MeasureStatus.choices, gettext_lazy("The status that the report was begun against")),
        "current": choice(MeasureStatus.choices, gettext_lazy("The status in force now")),
        "doubts": doubts_shape(DOUBTS),
    }

    @cached_property
    def subject(self) -> Measure:
        """Raises Http404 for one that was not listed by the day."""
        measures = Measure.objects.in_plan(asked_plan(self.request._request)).listed(self.day)
        measure = measures.filter(code=self.kwargs["code"]).first()
        if measure is None:
            raise Http404
        return measure

    def of_subject(self) -> ReportQuerySet:
        return self.subject.reports.all()

    def write_permission_facts(self) -> Facts:
        return {"lead": self.subject.lead_department_id}

    def conflict_details(self, refusal: NotAllowed) -> Row:
        moved = {name: getattr(refusal, name) for name in ("was", "current") if hasattr(refusal, name)}
        return {**moved, **super().conflict_details(refusal)}

    def content(self, report: Report) -> Row:
        return {
            "measure": self.subject.code,
            "period": f"{report.period:%Y-%m}",
            "status": report.status,
            "against_status": report.against_status,
            "effective_on": report.effective_on,
            **{name: value for text in TEXTS for name, value in text_in_both(report, text).items()},
            "problem_choice": report.problem_choice,
            "about_problem": report.about_problem,
            "source": format_source(report.source),
        }

    def filing_address(self, report: Report) -> str:
        address = self.address("api-report", self.subject.code, str(report.pk))
        return query_of(address, plan=plan_slug(self))

    def read(self, data: Any) -> dict[str, Any]:
        values = super().read(data)
        for name in TEXTS:
            sent = values.keys() & {name, f"{name}_zh", f"{name}_en"}
            if sent:
                text = read_text(values, name, present="")
                values = {key: value for key, value in values.items() if key not in sent} | {name: text}
        return values

    def options(self, values: dict[str, Any]) -> dict[str, Any]:
        return super().options(values) | {"confirms_no_problem": values.pop("confirms_no_problem", False)}


class MeasureReports(ReportEndpoint, FilingList):
    component = "ReportList"
    summary = gettext_lazy(
        "The reports of a measure: accepted ones; also the others for the department that wrote them, the office and "
        "auditors."
    )
    write_summary = gettext_lazy(
        "Files the report of a month, as a draft or, with `submit`, handed to the office at once."
    )
    body = NEW
    request_bodies = {"POST": ("NewReport", shape_of(NEW))}
    filterset_class = ReportFilter
    orderings = {"period": ["period", "submitted_on"], "submitted_on": ["submitted_on"], "state": ["state", "period"]}
    default_ordering = "-period"
    name = "reports"

    def file(self, values: dict[str, Any], *, by: User) -> Report:
        return file_report(self.subject, by=by, period=values.pop("period"), values=values, **self.options(values))


class ReportDetail(ReportEndpoint, FilingDetail):
    component = "Report"
    summary = gettext_lazy("One report.")
    write_summary = gettext_lazy("Changes a draft or a returned report: fields that are left out stay as they are.")
    body = CHANGED
    request_bodies = {"PUT": ("ChangedReport", shape_of(CHANGED))}
    rewrite = staticmethod(rewrite_report)


class ReportSubmission(ReportEndpoint, FilingSubmission):
    make_move = staticmethod(submit_report)


class ReportWithdrawal(ReportEndpoint, FilingWithdrawal):
    pass
