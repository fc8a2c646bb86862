from django import forms
from django.utils.translation import gettext_lazy

from core.forms import TypedTextField
from core.texts import MAX_REASON_LENGTH


class TakeBackForm(forms.Form):
    reason = TypedTextField(
        label=gettext_lazy("Reason"), max_length=MAX_REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
