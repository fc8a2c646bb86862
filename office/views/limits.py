"""The page of limits: from when lights turn yellow, and by which day of a month its reports are due."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.edit_conflicts import State
from office.forms import NumberField, OpenedForm
from office.views.editing import SitePage
from web.limits import LIMITS, change_limits
from web.models import MAX_DUE_DAY, MAX_LIMIT_DAYS, Site
from web.site import state_of
from web.unsaved_input import labels_of


class LimitsForm(OpenedForm):
    report_due_day = NumberField(label=gettext_lazy("Reports are due by day"), max_value=MAX_DUE_DAY, required=False)
    due_soon_days = NumberField(
        label=gettext_lazy("Yellow: days before the due date"), max_value=MAX_LIMIT_DAYS, required=False
    )
    silent_days = NumberField(
        label=gettext_lazy("Yellow: days without an accepted report"), max_value=MAX_LIMIT_DAYS, required=False
    )

    def __init__(self, data: Any = None, *, state: State) -> None:
        super().__init__(data, state=state)
        texts = {
            "report_due_day": _("Of each month, from 1 to %(most)s. Empty: %(empty)s, as the server is set up."),
            "due_soon_days": _(
                "A measure that is still “Under way” turns yellow so many days before it is due, from 1 to %(most)s. "
                "Empty: %(empty)s."
            ),
            "silent_days": _(
                "A measure turns yellow after more than so many days, from 1 to %(most)s. Empty: %(empty)s."
            ),
        }
        for name, text in texts.items():
            field: Any = self.fields[name]
            field.help_text = text % {"most": field.max_value, "empty": getattr(settings, f"PILOTZONE_{name.upper()}")}


class ChangeLimits(SitePage):
    heading = gettext_lazy("Lights and due day")
    explanation = gettext_lazy(
        "The lights of all measures are counted anew with these days, those of earlier days, too, and whether reports "
        "of earlier months came in time."
    )
    done = gettext_lazy("The limits were changed; the lights are counted anew")
    typed_fields = labels_of(LimitsForm, *LIMITS)

    def make_form(self, data: Any = None) -> LimitsForm:
        return LimitsForm(data, state=state_of(self.subject, LIMITS))

    def save(self, form: LimitsForm, by: User) -> Site:
        return change_limits(by=by, opened=form.opened, **form.cleaned_data)
