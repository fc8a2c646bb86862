"""The form of a value of an indicator, and the files of its evidence."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import EVIDENCE_READERS, VALUE_REPORTERS, Facts
from core.clock import today
from core.exceptions import NotAllowed
from core.period_codes import Period, read_period
from indicators.addresses import value_form_url
from indicators.dues import due_day, next_period, owed_periods, rhythm_of
from indicators.models import Indicator, ValueReport, ValueReportEvidence
from indicators.values.forms import ValueForm, first_values, form_values, has_two_units
from indicators.values.history import ValueHistory, load_history
from indicators.values.rules import why_incomplete
from indicators.values.services import check_period, lock_indicator, open_value, save_value, submit_value, value_doubts
from indicators.values.wording import ValueRow, entries, step_texts, value_rows
from indicators.wording import shown_unit
from measures.filters import OfAskedPlan
from regions.models import Region, RegionKind
from reporting.doubts import Doubt
from reporting.forms import TYPED_EVIDENCE
from reporting.steps import Entry, StepRow, step_rows
from reporting.views.drafts import DraftView, FormContext, FormPage, SavesItself
from reporting.views.evidence import EvidenceFile
from web.errors import BadQuery
from web.formats.periods import format_period
from web.html.links import query_of
from web.language import localized
from web.unsaved_input import labels_of


class RegionField(forms.ModelChoiceField):  # type: ignore[type-arg]  # at run time it takes no argument
    def label_from_instance(self, obj: Any) -> str:
        return localized(obj, "name")


class PeriodForm(forms.Form):
    """A form that asks which value is to be filed. It is sent as the address of the value's form."""

    period = forms.CharField(
        label=gettext_lazy("Period"),
        help_text=gettext_lazy("Such as 2023H1, 2023Q1, 2023-06, 2023-01/08, 2022 or 2023-06-30."),
    )
    region = RegionField(
        Region.objects.exclude(kind=RegionKind.COUNTY),
        label=gettext_lazy("Region"),
        to_field_name="code",
        empty_label=None,
    )

    use_required_attribute = False


class ValueView(OfAskedPlan, DraftView):
    """A view of the value of an indicator, a region and a period, for the reporters of the department that owns the
    indicator."""

    permission = write_permission = VALUE_REPORTERS
    permission_refusal = ValueReport.filing_refusal
    form_class = ValueForm
    region: Region
    # None: it is to be chosen.
    period: Period | None

    @cached_property
    def indicator(self) -> Indicator:
        return get_object_or_404(Indicator.objects.select_related("owner"), code=self.kwargs["code"])

    def permission_facts(self) -> Facts:
        return {"department": None if self.indicator.derived_form else self.indicator.owner_id}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.region = self.asked_region(request.GET.get("region", ""))
        self.period = self.asked_period(request.GET.get("period", ""))
        return super().serve(request, *args, **kwargs)

    def asked_region(self, code: str) -> Region:
        if not code and self.plan is not None:
            region: Region = self.plan.region
            return region
        found = Region.objects.filter(code=code).first()
        if found is None:
            raise BadQuery({"region": [_("There is no such region.")]})
        return found

    def asked_period(self, text: str) -> Period | None:
        if not text:
            return None
        period = read_period(text)
        if period is None:
            raise BadQuery({"period": [_("This is no period; write it like 2023H1, 2023Q1, 2023-06 or 2022.")]})
        try:
            check_period(period)
        except NotAllowed as refusal:
            raise BadQuery({"period": [str(refusal)]}) from None
        return period

    @property
    def of_period(self) -> Period:
        """Return the period where one is needed. Raises BadQuery without one."""
        if self.period is None:
            raise BadQuery({"period": [_("Say of which period the value is.")]})
        return self.period

    @classmethod
    def form_address(cls, request: HttpRequest) -> str:
        assert request.resolver_match is not None
        address = reverse("indicators:value", args=[request.resolver_match.kwargs["code"]])
        return query_of(address, **{name: request.GET.get(name, "") for name in ("period", "region", "plan")})

    def url_of(self, name: str) -> str:
        plan = self.plan.action_slug if self.plan is not None else ""
        code = self.period.code if self.period is not None else ""
        return value_form_url(self.indicator.code, code, self.region, plan=plan, name=name)

    @property
    def form_url(self) -> str:
        return self.url_of("indicators:value")

    @property
    def draft_url(self) -> str:
        return self.url_of("indicators:value_draft")

    @property
    def workspace_url(self) -> str:
        plan = self.plan.action_slug if self.plan is not None else ""
        return query_of(reverse("measures:workspace"), plan=plan) + "#values"

    @property
    def store(self) -> str:
        return f"value:{self.indicator.pk}:{self.region.pk}:{self.of_period.code}"

    @property
    def due_on(self) -> date | None:
        return due_day(rhythm_of(self.indicator), self.of_period)

    @cached_property
    def history(self) -> ValueHistory:
        return load_history(self.indicator.pk, self.region.pk)

    def lock_subject(self) -> None:
        lock_indicator(self.indicator.pk)

    def find_report(self) -> ValueReport | None:
        return open_value(self.indicator, self.region, self.of_period)

    def make_form(self, *args: Any, **kwargs: Any) -> ValueForm:
        releases = self.history.releases_of(self.of_period)
        return ValueForm(*args, indicator=self.indicator, releases=releases, **kwargs)

    def values_of(self, report: ValueReport) -> dict[str, Any]:
        return form_values(report, has_releases=bool(self.history.releases_of(self.of_period)))

    def write(self, form: ValueForm, version: int | None) -> ValueReport:
        return save_value(
            self.indicator, self.region, self.of_period, by=self.user, data=form.value_data(), version=version
        )

    def refusals(self, report: ValueReport) -> Iterable[NotAllowed]:
        return why_incomplete(report, self.history, on=today())

    def steps_of(self, report: ValueReport) -> list[StepRow]:
        return step_rows(report, partial(step_texts, self.indicator))


class SaveValueDraft(SavesItself, ValueView):
    pass


class ValueContext(NamedTuple):
    """The values that only the page of a value has. `entries`: what a filed one says; `releases`: what was recorded of
    the period."""

    indicator: Indicator
    region: Region
    period: str
    unit: str
    asks_for_unit: bool
    entries: list[Entry]
    releases: list[ValueRow]
    last_values: list[ValueRow]


class ValuePage(FormPage, ValueView):
    template_name = "indicators/value_form.html"
    file_view = "indicators:evidence"
    unsaved_refusal = gettext_lazy(
        "Not saved: this indicator is no longer your department’s, or the form is from before your last log-in. What "
        "you typed is kept in this browser and can be copied."
    )
    typed_fields = labels_of(ValueForm, *ValueForm.written, *TYPED_EVIDENCE)
    shown_fields = ValueForm.typed

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        return self.show_periods() if self.period is None else super().get(request, code)

    def first_values(self) -> dict[str, Any]:
        return first_values(self.indicator, self.history.last)

    def show_periods(self) -> HttpResponseBase:
        """Return the page with the periods that are owed, and a field for any other period."""
        indicator, on, last = self.indicator, today(), self.history.last
        rhythm = rhythm_of(indicator)
        owed = owed_periods(rhythm, known_until=last.period_end if last else None, on=on)
        coming = next_period(rhythm, on=on)
        plan = self.plan.action_slug if self.plan is not None else ""
        return TemplateResponse(
            self.request,
            "indicators/value_periods.html",
            {
                "indicator": indicator,
                "region": self.region,
                "plan": self.plan,
                "owed": [
                    {
                        "period": format_period(*each.period),
                        "due_on": each.due_on,
                        "is_late": each.due_on < on,
                        "url": value_form_url(indicator.code, each.period.code, self.region, plan=plan),
                    }
                    for each in owed
                ],
                "coming": coming,
                "coming_period": format_period(*coming.period) if coming else "",
                "form": PeriodForm(initial={"region": self.region.code}),
                "paste_url": value_form_url(indicator.code, "", self.region, plan=plan, name="indicators:paste"),
                "last_values": value_rows(indicator, self.history.newest_first[:12]),
                "workspace_url": self.workspace_url,
                "as_of": None,
            },
        )

    def hand_in(self, form: ValueForm, report: ValueReport) -> None:
        submit_value(report, by=self.user, answers=self.answers)

    def doubts_about(self, report: ValueReport) -> list[Doubt]:
        return value_doubts(report)

    def subject_context(self, report: ValueReport | None, form: FormContext | None) -> ValueContext:
        return ValueContext(
            indicator=self.indicator,
            region=self.region,
            period=format_period(*self.of_period),
            unit=shown_unit(self.indicator),
            asks_for_unit=has_two_units(self.indicator),
            entries=entries(report) if report is not None else [],
            releases=value_rows(self.indicator, reversed(self.history.releases_of(self.of_period))),
            last_values=value_rows(self.indicator, self.history.newest_first[:12]),
        )


class ValueEvidenceFile(EvidenceFile):
    permission = EVIDENCE_READERS
    model = ValueReportEvidence
