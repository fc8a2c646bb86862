from django import forms
from django.conf import settings

SIZES = [("normal", "normal"), ("large", "large")]


class PreferencesForm(forms.Form):
    """The language or the size of print that a reader chose; `next` is the page to go back to."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    size = forms.ChoiceField(choices=SIZES, required=False)
    next = forms.CharField(required=False)
