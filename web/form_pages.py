"""The base of pages on which one form adds a row or changes one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import signed_in
from core.exceptions import NotAllowed
from web.errors import add_refusal
from web.language import localized
from web.views import TodayView


class FormPage(TodayView):
    """A page with one form. A refusal goes back with what was typed.

    `heading` and what is said when it is `done` may hold %(name)s, the name of the subject. `is_final`: it cannot be
    undone.
    """

    form_class: Any = forms.Form
    heading: str | Promise
    submit: str | Promise = gettext_lazy("Save")
    done: str | Promise = ""
    is_final = False
    # The column that names the subject in the reader's language, and whether its code stands before that.
    name_column = ""
    names_code = False

    @property
    def subject(self) -> Any:
        """The row that is changed; None where one is added."""
        return None

    @property
    def subject_name(self) -> str:
        name = localized(self.subject, self.name_column) if self.name_column else ""
        return f"{self.subject.code} {name}" if self.names_code else name

    @property
    def explanation(self) -> str | Promise:
        return ""

    def make_form(self, data: Any = None) -> Any:
        """Make the form; None where there is nothing to change, and the explanation says why."""
        return self.form_class(data)

    def get_form(self, data: Any = None) -> Any:
        """Return the form as the page shows it."""
        return self.make_form(data)

    def save(self, form: Any, by: User) -> Any:
        """Saves the form and returns what the service gives. Raises NotAllowed."""
        raise NotImplementedError

    def success_url(self, saved: Any) -> str:
        raise NotImplementedError

    @property
    def action(self) -> str:
        """Return the address to which the form is sent."""
        return self.request.path

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "form" not in kwargs:
            kwargs["form"] = self.get_form()
        return super().get_context_data(
            subject=self.subject,
            subject_name=self.subject_name,
            heading=str(self.heading) % {"name": self.subject_name},
            explanation=self.explanation,
            submit=self.submit,
            is_final=self.is_final,
            action=self.action,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.get_form(request.POST)
        if form is not None and form.is_valid():
            try:
                saved = self.save(form, signed_in(request.user))
            except NotAllowed as refusal:
                return self.show_refusal(form, refusal)
            messages.success(request, str(self.done) % {"name": self.subject_name})
            return redirect(self.success_url(saved))
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def show_refusal(self, form: Any, refusal: NotAllowed) -> HttpResponseBase:
        add_refusal(form, refusal)
        return self.render_to_response(self.get_context_data(form=form, **self.kwargs))
