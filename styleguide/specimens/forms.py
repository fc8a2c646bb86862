"""Specimens of fields, errors and messages."""

from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.forms import TypedTextField
from core.lights import Light
from core.statuses import MeasureStatus
from styleguide.specimens.specimen import Entry, component, component_entry
from web.lists.filters import DayField


class SampleForm(forms.Form):
    """A field of each kind, as the product's forms have them."""

    title = forms.CharField(max_length=20)
    done = TypedTextField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    status = forms.ChoiceField(choices=MeasureStatus.choices, widget=forms.RadioSelect)
    light = forms.ChoiceField(choices=Light.choices, required=False)
    due_on = DayField(required=False)
    file = forms.FileField(required=False)
    sure = forms.BooleanField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        labels = {
            "title": _("Title"),
            "done": _("What was done"),
            "status": _("Status"),
            "light": _("Light"),
            "due_on": _("Due date"),
            "file": pgettext("evidence", "File"),
            "sure": _("I have checked what I typed"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["title"].help_text = _("At most 20 characters")


def form_entries() -> list[Entry]:
    empty, wrong = SampleForm(auto_id="plain-%s"), SampleForm({"due_on": "2023-08-30"}, auto_id="wrong-%s")
    for name in ("light", "due_on", "file"):
        wrong.add_error(name, _("This value is not allowed; choose one of: %(values)s") % {"values": "2023-06-30"})
    hinted = SampleForm(auto_id="hinted-%s")
    refused = SampleForm({"status": "promoting"}, auto_id="refused-%s")
    names = list(empty.fields)
    messages = [
        (constants.SUCCESS, _("All totals were recomputed.")),
        (constants.INFO, _("Totals are being refreshed")),
        (constants.WARNING, _("The day is before the plan began")),
        (constants.ERROR, _("The queue of tasks does not answer, so nothing was begun. Is Redis running?")),
    ]
    hint, with_hint = _("What follows, and by when"), "field=form.light plain=True hint=hint"
    return [
        Entry(
            "field.html",
            [
                *(component("field.html", f"field=form.{name}", _("without errors"), form=empty) for name in names),
                component("field.html", with_hint, _("with a hint"), form=hinted, hint=hint),
                *(component("field.html", f"field=form.{name}", _("with an error"), form=wrong) for name in names),
            ],
        ),
        component_entry("error_summary.html", "form=form", form=refused),
        component_entry(
            "unsaved.html",
            "heading=heading typed=typed advice=advice only",
            heading=_("What you typed was not saved"),
            typed=[(_("What was done"), "完成关键设备招标。"), (_("Problems"), "部分设备到货延期。")],
            advice=_("To use it, copy it, withdraw the report, and put it in."),
        ),
        component_entry(
            "messages.html",
            state=_("success, information, warning and error"),
            messages=[Message(level, text) for level, text in messages],
        ),
    ]
