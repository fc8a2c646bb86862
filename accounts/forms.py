from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.models import AccessToken, Scope, User
from accounts.passwords import describe_rules
from accounts.permissions import scopes_of
from accounts.tokens import TOKEN_DAYS
from core.forms import TypedTextField

SIZES = [("normal", "normal"), ("large", "large")]
# When somebody is e-mailed of returned work: at once, or in the day's e-mail.
RETURNS = [("at_once", "at_once"), ("daily", "daily")]
# How long the owner of a token may let it last.
LASTING_DAYS = (30, TOKEN_DAYS, 180)
_SCOPES = {
    Scope.READ: _("Read what I may see"),
    Scope.REPORTS: _("Read, and file the reports of my department on measures"),
    Scope.VALUES: _("Read, and file the values of my department's indicators"),
    Scope.PROBLEMS: _("Read, and raise and answer problems"),
}


class PreferencesForm(forms.Form):
    """The language or the size of print that a reader chose, or when somebody with an account is e-mailed of returned
    work; `next` is the page to go back to."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    size = forms.ChoiceField(choices=SIZES, required=False)
    returns = forms.ChoiceField(choices=RETURNS, required=False)
    next = forms.CharField(required=False)


class LoginForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("The user name or password is not correct"),
        "directory_away": _(
            "The directory that checks your password does not answer. Try again in a while; whoever has a password of "
            "this site can log in with it."
        ),
    }

    def get_invalid_login_error(self) -> ValidationError:
        if getattr(self.request, "directory_is_away", False):
            return ValidationError(self.error_messages["directory_away"], code="directory_away")
        return super().get_invalid_login_error()


class _NewPassword:
    """A mixin with our words for what Django says of a new password: Django's Chinese is not that of an office.

    The owner has chosen the password: the account need not wait for another.
    """

    fields: Any
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = describe_rules(self.user)
        self.fields["new_password2"].label = _("New password once more")
        self.fields["new_password2"].help_text = ""

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = False
        saved: User = super().save(commit)  # type: ignore[misc]  # of the form that it is mixed into
        return saved


class PasswordForm(_NewPassword, PasswordChangeForm):
    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": _("The old password is not correct"),
        "password_mismatch": _("The two new passwords differ"),
    }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        new = cleaned.get("new_password1")
        if new and new == cleaned.get("old_password"):
            # That it is among the last ones says less.
            self.errors.pop("new_password2", None)
            self.add_error("new_password1", _("This is the old password; choose another one."))
        return cleaned


class FirstPasswordForm(_NewPassword, SetPasswordForm):  # type: ignore[type-arg]  # at run time it takes no argument
    """A form to set a password, for whoever has a link and no password."""

    error_messages = {**SetPasswordForm.error_messages, "password_mismatch": _("The two new passwords differ")}


class ForgottenForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=User._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class CodeForm(forms.Form):
    """A form for a code of an app, or a recovery code."""

    code = TypedTextField(
        label=pgettext_lazy("second factor", "Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}),
    )


class OwnPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("The password is not correct"), code="password_incorrect")
        return password


class TokenForm(forms.Form):
    """A new token, with the scopes that the account may have."""

    name = TypedTextField(
        label=_("What it is for"),
        help_text=_("A name by which you will know it, such as the program that uses it"),
        max_length=AccessToken._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.TypedChoiceField(
        label=pgettext_lazy("token", "Permissions"), coerce=Scope, initial=Scope.READ, widget=forms.RadioSelect
    )
    days = forms.TypedChoiceField(label=_("Expires after"), coerce=int, widget=forms.RadioSelect)
    # The page writes it anew each time that it is shown.
    newest = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        scope: Any = self.fields["scope"]
        scope.choices = [(each.value, _SCOPES[each]) for each in scopes_of(user)]
        days: Any = self.fields["days"]
        days.choices = [
            (number, ngettext("%(count)s day", "%(count)s days", number) % {"count": number})
            for number in sorted({min(each, settings.PILOTZONE_TOKEN_DAYS) for each in LASTING_DAYS})
        ]
        days.initial = min(TOKEN_DAYS, settings.PILOTZONE_TOKEN_DAYS)
