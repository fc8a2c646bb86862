"""The page of who may do what, for administrators and auditors: the whole matrix, and one decision explained."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.access_rules import LOG_READERS, RULES
from accounts.models import User
from core.exceptions import NotAllowed
from core.forms import TypedTextField
from permissions.explained import METHODS, explain, facts_of_person
from permissions.matrix import KINDS, PARTS, POWERS, Part, matrix
from web.views import TodayView

ALL = gettext_lazy("All")


class DecisionForm(forms.Form):
    account = TypedTextField(
        label=gettext_lazy("Person (user name)"),
        help_text=gettext_lazy("Empty: somebody without an account."),
        required=False,
        max_length=150,
    )
    asked = TypedTextField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("As the browser shows it, or from its first slash on."),
        max_length=2000,
    )
    method = forms.ChoiceField(
        label=pgettext_lazy("request", "Method"),
        choices=[(each, each) for each in METHODS],
        help_text=gettext_lazy("GET reads, POST and PUT change."),
    )

    use_required_attribute = False

    def clean_account(self) -> User | None:
        name = self.cleaned_data["account"].strip()
        if not name:
            return None
        found = User.objects.select_related("department", "city").filter(username=name).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has this user name."))
        return found


class MatrixForm(forms.Form):
    """A form that chooses what the matrix shows."""

    part = forms.ChoiceField(
        label=gettext_lazy("Part of the site"), required=False, choices=[("", ALL), *PARTS.items()]
    )
    rule = forms.ChoiceField(
        label=gettext_lazy("Who may"),
        required=False,
        choices=[("", ALL), *((name, rule.words) for name, rule in RULES.items())],
    )


class PermissionsPage(TodayView):
    """`?account=&asked=&method=` explains one decision; `?part=` and `?rule=` choose lines of the matrix."""

    template_name = "permissions/permissions.html"
    http_method_names = ["get", "head", "options"]
    permission = LOG_READERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # A link may name the person alone.
        begun = {"account": request.GET.get("account", ""), "method": METHODS[0]}
        form = DecisionForm(request.GET) if "asked" in request.GET else DecisionForm(initial=begun)
        explanation, person = None, None
        if form.is_bound and form.is_valid():
            person = form.cleaned_data["account"]
            try:
                explanation = explain(person, form.cleaned_data["asked"], form.cleaned_data["method"])
            except NotAllowed as refusal:
                form.add_error("asked", str(refusal))
        context = self.get_context_data(form=form, explanation=explanation, person_facts=facts_of_person(person))
        return self.render_to_response(context, status=400 if form.errors else 200)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = MatrixForm(self.request.GET)
        parts = self.parts(chosen.cleaned_data) if chosen.is_valid() else []
        return super().get_context_data(
            kinds=KINDS,
            powers=POWERS,
            chosen=chosen,
            parts=parts,
            count=sum(len(part.lines) for part in parts),
            reads_openly=settings.PILOTZONE_PUBLIC_READING,
            **kwargs,
        )

    def parts(self, wanted: dict[str, str]) -> list[Part]:
        rule = RULES.get(wanted["rule"])
        found = [part for part in matrix() if wanted["part"] in ("", part.name)]
        if rule is not None:
            found = [Part(each.name, each.label, [line for line in each.lines if line.rule is rule]) for each in found]
        return [part for part in found if part.lines]
