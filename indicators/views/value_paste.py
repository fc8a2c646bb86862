"""Values of an indicator pasted from a spreadsheet: seen first, then submitted together, or saved as drafts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.exceptions import NotAllowed
from core.forms import TypedTextField
from core.texts import MAX_REASON_LENGTH
from indicators.models import Indicator, ValueReport
from indicators.values.forms import YES, ValueForm, WrittenInUnits, first_values, has_two_units
from indicators.values.pasting import MAX_LINES, PastedLine, file_lines, judge_lines, read_lines, shown_key
from indicators.values.services import ValueData
from indicators.views.value_form import ValueView
from indicators.wording import number_cell, shown_unit
from web.errors import add_refusal
from web.unsaved_input import labels_of


class PasteForm(WrittenInUnits, forms.Form):
    text = TypedTextField(
        label=gettext_lazy("Lines"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=gettext_lazy("Period, value and release date, as copied from Excel: 2023Q1, 5.3, 2023-04-20."),
    )
    unit = ValueForm.base_fields["unit"]
    release_basis = ValueForm.base_fields["release_basis"]
    value_provenance = ValueForm.base_fields["value_provenance"]
    source = ValueForm.base_fields["source"]
    verified = forms.ChoiceField(
        label=gettext_lazy("Checked against the source"),
        choices=ValueForm.base_fields["verified"].choices,  # type: ignore[attr-defined]  # of a ChoiceField
        widget=forms.RadioSelect,
    )
    scope = ValueForm.base_fields["scope"]
    reason = TypedTextField(
        label=gettext_lazy("Why it is revised"),
        required=False,
        max_length=MAX_REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Only where a period has a value already: yours then revises it."),
    )

    use_required_attribute = False

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        if has_two_units(indicator):
            units: Any = self.fields["unit"]
            units.choices = ValueForm(indicator=indicator).fields["unit"].choices  # type: ignore[attr-defined]
        else:
            del self.fields["unit"]

    def shared(self) -> ValueData:
        """Return the data of a valid form that all lines have in common."""
        names = ("release_basis", "value_provenance", "source", "scope", "reason")
        return ValueData(
            in_chinese_unit=self.is_chinese,
            verified=self.cleaned_data["verified"] == YES,
            **{name: self.cleaned_data[name] for name in names},
        )


class PastePage(ValueView):
    http_method_names = ["get", "post"]
    typed_fields = labels_of(PasteForm, "text", "source", "scope", "reason")

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        return self.show(PasteForm(indicator=self.indicator, initial=first_values(self.indicator, self.history.last)))

    def post(self, request: HttpRequest, code: str) -> HttpResponseBase:
        form = PasteForm(request.POST, indicator=self.indicator)
        if not form.is_valid():
            return self.show(form)
        lines: list[PastedLine] = []
        try:
            lines = read_lines(form.cleaned_data["text"], factor=form.factor)
            judge_lines(lines, self.indicator, self.region, shared=form.shared())
            if self.file(lines):
                return redirect(self.workspace_url)
        except NotAllowed as refusal:
            add_refusal(form, refusal)
        return self.show(form, lines)

    def file(self, lines: list[PastedLine]) -> bool:
        """File the lines, and return whether they were to be filed: else they are only looked at. Raises NotAllowed."""
        data, action = self.request.POST, self.request.POST.get("action")
        if action == "submit":
            if data.get("shown") != shown_key(lines):
                raise NotAllowed(_("This is something else than what you looked at. Look again, then submit it."))
            confirmed = data.getlist("confirmed")
            self.tell(file_lines(lines, self.indicator, self.region, by=self.user, submits=True, confirmed=confirmed))
        elif action == "save":
            self.tell(file_lines(lines, self.indicator, self.region, by=self.user, submits=False))
        return action in ("submit", "save")

    def tell(self, filed: list[ValueReport]) -> None:
        kept = sum(each.is_draft for each in filed)
        if kept == len(filed):
            sentence = ngettext("%(count)s draft saved", "%(count)s drafts saved", kept) % {"count": kept}
        elif kept:
            words = {"submitted": len(filed) - kept, "kept": kept}
            sentence = _("%(submitted)s submitted, %(kept)s kept as drafts.") % words
        else:
            sentence = ngettext("%(count)s value submitted", "%(count)s values submitted", len(filed))
            sentence %= {"count": len(filed)}
        messages.success(self.request, sentence)

    def show(self, form: PasteForm, lines: list[PastedLine] | None = None) -> HttpResponseBase:
        confirmed = self.request.POST.getlist("confirmed")
        rows = [
            {
                "line": line,
                "is_confirmed": line.key in confirmed,
                "value": number_cell(self.indicator, line.value, exactly=True) if line.value is not None else "",
            }
            for line in lines or []
        ]
        return TemplateResponse(
            self.request,
            "indicators/value_paste.html",
            {
                "form": form,
                "rows": rows,
                "shown": shown_key(lines or []),
                "faults": sum(bool(line.errors) for line in lines or []),
                "indicator": self.indicator,
                "region": self.region,
                "plan": self.plan,
                "unit": shown_unit(self.indicator),
                "most": MAX_LINES,
                "paste_url": self.url_of("indicators:paste"),
                "periods_url": self.url_of("indicators:value"),
                "workspace_url": self.workspace_url,
                "as_of": None,
            },
        )
