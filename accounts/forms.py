from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

SIZES = [("normal", "normal"), ("large", "large")]


class PreferencesForm(forms.Form):
    """The language or the size of print that a reader chose; `next` is the page to go back to."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    size = forms.ChoiceField(choices=SIZES, required=False)
    next = forms.CharField(required=False)


class LoginForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("The user name or password is not correct"),
    }
