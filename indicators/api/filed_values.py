"""Values of an indicator as they are filed: read by whoever may, and filed by the department that owns it."""

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import VALUE_REPORTERS, Facts
from accounts.models import Scope, User
from indicators.api.indicators import CODE, REGION
from indicators.models import RELEASE_BASES, Indicator, Purpose, ValueProvenance, ValueReport
from indicators.querysets import ValueReportQuerySet
from indicators.values.filing import file_value, rewrite_value
from indicators.values.rules import DOUBTS
from indicators.values.services import TEXTS, submit_value
from regions.models import Region
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
)
from web.api.endpoints import Row
from web.api.request_body import (
    BodyField,
    choice_field,
    day_field,
    flag_field,
    integer_field,
    nullable_field,
    number_field,
    period_field,
    shape_of,
    text_field,
)
from web.api.shapes import (
    DAY,
    FLAG,
    NUMBER,
    PROVENANCE,
    UNIT,
    WHOLE,
    Shape,
    choice,
    meaning,
    one_of,
    optional,
)
from web.errors import BadBody
from web.formats.numbers import json_number, trimmed
from web.lists.filters import SearchFilter, SlugFilter

# What a value says itself, by the names of its columns.
_SAID: dict[str, Shape] = {
    "value": meaning(
        gettext_lazy("The value, in the unit of the indicator; null in a draft without one"), optional(NUMBER)
    ),
    "exact": meaning(gettext_lazy("Whether it is the exact value, and not rounded or “more than”"), FLAG),
    "verified": meaning(
        gettext_lazy("Whether it was checked against its source; null in a draft that does not say"), optional(FLAG)
    ),
    "released_on": meaning(
        gettext_lazy("The day of publication, from which it counts; null in a draft without one"), optional(DAY)
    ),
    "release_basis": choice(RELEASE_BASES, gettext_lazy("What the release date rests on")),
    "value_provenance": choice(ValueProvenance.choices, gettext_lazy("Where the value comes from")),
    "source": meaning(gettext_lazy("Who published it, as it was written: Chinese | English; address")),
    "basis": meaning(gettext_lazy("What the value rests on, such as constant prices")),
    "scope": meaning(gettext_lazy("The part that it is for, as it was written: Chinese | English; empty: the whole")),
    "note": meaning(gettext_lazy("A break or a base effect, for readers, as it was written: Chinese | English")),
    "purpose": {
        **one_of(["", *Purpose.values]),
        "description": gettext_lazy("Why it is filed for a period that has a value; empty where it has none"),
    },
    "reason": meaning(gettext_lazy("Why it is revised or corrected")),
}
PERIOD = meaning(gettext_lazy("The period that the value is of, such as 2023H1"))
KEPT = kept_content({"period": PERIOD, **_SAID})
FILED_VALUE = filing_columns(
    about={"indicator": CODE, "region": REGION},
    period=PERIOD,
    said={
        "unit": UNIT,
        **_SAID,
        "corrects": meaning(
            gettext_lazy("Id of the observation that was wrong; null where it corrects none"), optional(WHOLE)
        ),
        "observation": meaning(
            gettext_lazy("Id of the observation that it became; null until it is accepted"), optional(WHOLE)
        ),
    },
    kept=KEPT,
    origin={"provenance": PROVENANCE},
)

_CONTENT: dict[str, BodyField] = {
    "value": nullable_field(number_field()).described_as(FILED_VALUE["value"]),
    "exact": flag_field().described_as(FILED_VALUE["exact"]),
    "verified": nullable_field(flag_field()).described_as(FILED_VALUE["verified"]),
    "released_on": day_field().described_as(FILED_VALUE["released_on"]),
    "release_basis": choice_field(value for value, _label in RELEASE_BASES).described_as(FILED_VALUE["release_basis"]),
    "value_provenance": choice_field(ValueProvenance.values).described_as(FILED_VALUE["value_provenance"]),
    **{name: text_field(most=most).described_as(FILED_VALUE[name]) for name, most in TEXTS.items()},
    "purpose": choice_field(["", *Purpose.values]).described_as(FILED_VALUE["purpose"]),
    "corrects": nullable_field(integer_field()).described_as(FILED_VALUE["corrects"]),
    "confirmed": confirmed_field(DOUBTS),
    **SENT,
}
NEW: dict[str, BodyField] = {
    "region": text_field(most=12, required=True).described_as(FILED_VALUE["region"]),
    "period": period_field(required=True).described_as(FILED_VALUE["period"]),
    **_CONTENT,
}
CHANGED: dict[str, BodyField] = {**VERSION, **_CONTENT}


def _number(value: Decimal | None) -> int | float | None:
    return None if value is None else json_number(trimmed(value))


class FiledValueFilter(FilingFilter):
    region = SlugFilter(to_field_name="code", queryset=Region.objects.all(), label=gettext_lazy("Region"))
    search = SearchFilter("indicator__code", "source", names=["indicator__name", "region__name"])


class FiledValueEndpoint(FilingEndpoint):
    model = ValueReport
    columns = FILED_VALUE
    kept = KEPT
    write_permission = VALUE_REPORTERS
    token_scope = Scope.VALUES
    permission_refusal = ValueReport.filing_refusal
    write_component = "WrittenValue"
    conflict_columns = {"doubts": doubts_shape(DOUBTS)}

    @cached_property
    def subject(self) -> Indicator:
        return get_object_or_404(Indicator, code=self.kwargs["code"])

    def of_subject(self) -> ValueReportQuerySet:
        return self.subject.value_reports.select_related("region")

    def write_permission_facts(self) -> Facts:
        return {"department": self.subject.owner_id}

    def content(self, report: ValueReport) -> Row:
        return {
            **{name: getattr(report, name) for name in _SAID},
            "value": _number(report.value),
            "indicator": self.subject.code,
            "region": report.region.code,
            "period": report.period,
            "unit": self.subject.unit,
            "corrects": report.corrects_id,
            "observation": report.observation_id,
        }

    def kept_row(self, content: Row) -> Row:
        value = content["value"]
        return super().kept_row(content) | {"value": None if value is None else _number(Decimal(value))}

    def filing_address(self, report: ValueReport) -> str:
        return self.address("api-value", self.subject.code, str(report.pk))


class FiledValues(FiledValueEndpoint, FilingList):
    component = "FiledValueList"
    summary = gettext_lazy(
        "The values filed of an indicator: accepted ones; also the others for the department that wrote them, the "
        "office and auditors."
    )
    write_summary = gettext_lazy("Files a value, as a draft or, with `submit`, handed to the office at once.")
    body = NEW
    request_bodies = {"POST": ("NewValue", shape_of(NEW))}
    filterset_class = FiledValueFilter
    orderings = {
        "period": ["period_end", "region__code", "submitted_on"],
        "submitted_on": ["submitted_on"],
        "state": ["state", "period_end"],
    }
    default_ordering = "-period"
    name = "filed-values"

    def file(self, values: dict[str, Any], *, by: User) -> ValueReport:
        region = Region.objects.filter(code=values.pop("region")).first()
        if region is None:
            raise BadBody({"region": [_("There is no such region.")]})
        return file_value(self.subject, region, values.pop("period"), by=by, values=values, **self.options(values))


class FiledValueDetail(FiledValueEndpoint, FilingDetail):
    component = "FiledValue"
    summary = gettext_lazy("One filed value.")
    write_summary = gettext_lazy("Changes a draft or a returned value: fields that are left out stay as they are.")
    body = CHANGED
    request_bodies = {"PUT": ("ChangedValue", shape_of(CHANGED))}
    rewrite = staticmethod(rewrite_value)


class FiledValueSubmission(FiledValueEndpoint, FilingSubmission):
    make_move = staticmethod(submit_value)


class FiledValueWithdrawal(FiledValueEndpoint, FilingWithdrawal):
    pass
