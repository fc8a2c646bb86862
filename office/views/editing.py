"""The base of the office's forms: a row is added, or one is changed that somebody else may be changing, too."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.permissions import signed_in
from accounts.rules import REVIEWERS
from core.exceptions import NotAllowed
from core.versions import ChangedMeanwhile
from measures.views.plans import PlanPage
from office.forms import EditRow, OpenedForm, close_other_languages, open_fields
from web.errors import add_refusal
from web.views import TodayView


class Crumb(NamedTuple):
    url: str | Promise
    label: str | Promise


OFFICE = Crumb(reverse_lazy("office:index"), pgettext_lazy("navigation", "Office"))


class FormPage(TodayView):
    """A page with one form. A refusal goes back with what was typed.

    `heading`, `submit` and what is said when it is `done` may hold %(name)s, the name of the subject.
    """

    template_name = "office/form.html"
    heading: str | Promise
    submit: str | Promise
    done: str | Promise = ""
    is_final = False
    # Whether it is done once however often it is sent.
    is_once = True
    # Beside the form.
    side_template = ""

    @property
    def explanation(self) -> str | Promise:
        return ""

    @property
    def subject(self) -> Any:
        """The row that is changed; None where one is added."""
        return None

    @property
    def subject_name(self) -> str:
        return ""

    @property
    def crumbs(self) -> Sequence[Crumb]:
        raise NotImplementedError

    def make_form(self, data: Any = None) -> Any:
        raise NotImplementedError

    def offered_form(self, data: Any = None) -> Any:
        """Returns the form in the languages that the site offers."""
        form = self.make_form(data)
        close_other_languages(form)
        return form

    def save(self, form: Any, by: User) -> Any:
        """Saves the form and returns what the service gives. Raises NotAllowed."""
        raise NotImplementedError

    def success_url(self, saved: Any) -> str:
        raise NotImplementedError

    @property
    def action(self) -> str:
        return self.request.path

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "form" not in kwargs:
            kwargs["form"] = self.offered_form()
        form = kwargs["form"]
        words = {"name": self.subject_name}
        return super().get_context_data(
            subject=self.subject,
            subject_name=self.subject_name,
            heading=str(self.heading) % words,
            explanation=self.explanation,
            submit=self.submit,
            crumbs=self.crumbs,
            cancel_url=self.crumbs[-1].url,
            is_final=self.is_final,
            is_once=self.is_once,
            action=self.action,
            side_template=self.side_template,
            rows=form.rows if isinstance(form, OpenedForm) else [EditRow(field) for field in open_fields(form)],
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.offered_form(request.POST)
        if form.is_valid():
            try:
                saved = self.save(form, signed_in(request.user))
            except ChangedMeanwhile as refusal:
                return self.show_versions(form, refusal)
            except NotAllowed as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, str(self.done) % {"name": self.subject_name})
                return redirect(self.success_url(saved))
        return self.render_to_response(self.get_context_data(form=form, **kwargs))

    def show_versions(self, form: OpenedForm, refusal: ChangedMeanwhile) -> HttpResponse:
        """Shows what was so, what the other wrote, and what was typed: the latter stays in the form."""
        versions = form.versions(refusal.stored)
        other = LogEntry.objects.get_for_object(self.subject).select_related("actor").first()
        form.add_error(None, str(refusal))
        context = self.get_context_data(form=form, versions=versions, other=other)
        return self.render_to_response(context)


class PlanFormPage(PlanPage, FormPage):
    """A page of a reviewer, about a row of the plan that the address names."""

    permission = write_permission = REVIEWERS
