"""The page of the questions about unlikely entries: which are asked, and from where on; they can be tried on a year's
entries."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import REVIEWERS
from accounts.models import User
from core.edit_conflicts import State
from indicators.values.rules import CHECKS as OF_VALUES
from measures.editing.due_day_doubts import CHECKS as OF_DUE_DAYS
from measures.filters import asked_plan
from measures.report_checks import CHECKS as OF_MEASURES
from office.forms import NumberField, OpenedForm
from office.trials import Trial, try_checks
from office.views.editing import SitePage
from projects.months.rules import CHECKS as OF_PROJECTS
from reporting.plausibility import MAX_LIMIT, Check, Limits, change_plausibility, state_of_checks
from web.models import Site

GROUPS = (
    (gettext_lazy("Reports of measures"), OF_MEASURES),
    (gettext_lazy("Months of projects"), OF_PROJECTS),
    (gettext_lazy("Values of indicators"), OF_VALUES),
    (gettext_lazy("Due dates of measures"), OF_DUE_DAYS),
)
CHECKS: tuple[Check, ...] = (*OF_MEASURES, *OF_PROJECTS, *OF_VALUES, *OF_DUE_DAYS)


class PlausibilityForm(OpenedForm):
    """A form that holds for each check whether it is asked, and its limit."""

    def __init__(self, data: Any = None, *, state: State) -> None:
        super().__init__(data, state=state)
        for check in CHECKS:
            if not check.needs_reason:
                label = _("%(check)s: ask") % {"check": check.label}
                self.fields[f"{check.name}_asked"] = forms.BooleanField(label=label, required=False)
            if check.limit is not None:
                label = _("%(check)s (%(unit)s)") % {"check": check.label, "unit": check.unit}
                self.fields[check.name] = NumberField(label=label, max_value=MAX_LIMIT)

    @property
    def chosen(self) -> dict[str, int | None]:
        """Returns the choices of a valid form that differ from what the site ships with."""
        found: dict[str, int | None] = {}
        for check in CHECKS:
            limit = self.cleaned_data.get(check.name, check.limit)
            if not check.needs_reason and not self.cleaned_data[f"{check.name}_asked"]:
                found[check.name] = None
            elif limit != check.limit:
                found[check.name] = limit
        return found


class ChangePlausibility(SitePage):
    template_name = "office/plausibility.html"
    heading = gettext_lazy("Questions about unlikely entries")
    explanation = gettext_lazy(
        "Whoever files is asked, and may say that it is so; the answer stands beside the entry where you review it."
    )
    done = gettext_lazy("The questions were changed")
    permission = write_permission = REVIEWERS
    trials: dict[str, Trial] | None = None

    def make_form(self, data: Any = None) -> PlausibilityForm:
        return PlausibilityForm(data, state=state_of_checks(CHECKS, Limits(self.subject.plausibility)))

    def save(self, form: PlausibilityForm, by: User) -> Site:
        return change_plausibility(form.chosen, by=by, checks=CHECKS, opened=form.opened)

    def success_url(self, saved: Site) -> str:
        return reverse("office:plausibility")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.POST.get("action") != "try":
            return super().post(request, *args, **kwargs)
        form = self.get_form(request.POST)
        if form.is_valid():
            self.trials = try_checks(Limits(form.chosen), plan=asked_plan(request), day=self.day)
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        return context | {
            "is_tried": self.trials is not None,
            "groups": [
                (
                    title,
                    [
                        {
                            "check": check,
                            "asked": form[f"{check.name}_asked"] if not check.needs_reason else None,
                            "limit": form[check.name] if check.limit is not None else None,
                            "trial": (self.trials or {}).get(check.name),
                        }
                        for check in checks
                    ],
                )
                for title, checks in GROUPS
            ],
        }
