"""The base of the office's forms: a row is added, or one is changed that somebody else may be changing, too."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.access_rules import ADMINISTRATORS, REVIEWERS
from core.edit_conflicts import ChangedMeanwhile
from core.exceptions import NotAllowed
from measures.views.plans import PlanPage
from office.forms import EditRow, OpenedForm, close_other_languages, open_fields
from web import form_pages
from web.html.links import query_of
from web.language import localized
from web.models import Site


class Crumb(NamedTuple):
    url: str | Promise
    label: str | Promise


OFFICE = Crumb(reverse_lazy("office:index"), pgettext_lazy("navigation", "Office"))
# The button of a form that adds a row.
ADD = pgettext_lazy("button", "Add")


class FormPage(form_pages.FormPage):
    """A form of the office, in the languages that the site offers. It leads back to the last of its crumbs."""

    template_name = "office/form.html"
    # Whether it is done once however often it is sent.
    is_once = True
    # Beside the form.
    side_template = ""

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE]

    def success_url(self, saved: Any) -> str:
        return str(self.crumbs[-1].url)

    def get_form(self, data: Any = None) -> Any:
        form = super().get_form(data)
        close_other_languages(form)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        return context | {
            "crumbs": self.crumbs,
            "cancel_url": self.crumbs[-1].url,
            "is_once": self.is_once,
            "side_template": self.side_template,
            "rows": form.rows if isinstance(form, OpenedForm) else [EditRow(field) for field in open_fields(form)],
        }

    def show_refusal(self, form: Any, refusal: NotAllowed) -> HttpResponseBase:
        """Shows, where somebody else wrote meanwhile, what was so, what the other wrote, and what was typed: the latter
        stays in the form."""
        if not isinstance(refusal, ChangedMeanwhile):
            return super().show_refusal(form, refusal)
        versions = form.versions(refusal.stored)
        other = LogEntry.objects.get_for_object(self.subject).select_related("actor").first()
        form.add_error(None, str(refusal))
        return self.render_to_response(self.get_context_data(form=form, versions=versions, other=other))


class RemovePage(FormPage):
    submit = pgettext_lazy("button", "Remove")
    is_final = True


class SitePage(FormPage):
    """A page about the one row of the site."""

    permission = write_permission = ADMINISTRATORS

    @cached_property
    def subject(self) -> Site:
        return Site.objects.first() or Site()


class PlanFormPage(PlanPage, FormPage):
    """A page of a reviewer, about a row of the plan that the address names; `in_plan` is the query of the plan."""

    permission = write_permission = REVIEWERS
    # The list in which its row stands: the name of the address, and what it is called.
    list_name = ""
    list_label: str | Promise = ""

    @property
    def crumbs(self) -> Sequence[Crumb]:
        return [OFFICE, self.list_crumb(self.list_name, self.list_label)] if self.list_name else [OFFICE]

    def list_crumb(self, url_name: str, label: str | Promise) -> Crumb:
        """Return the crumb of a list of the plan."""
        return Crumb(query_of(reverse(url_name), plan=self.plan.link_slug), label)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(in_plan=query_of("", plan=self.plan.link_slug), **kwargs)


class CodedRowPage(PlanFormPage):
    """A page about a measure or a project, which leads to the row's own page at `row_name` once it is saved."""

    row_name: str

    def success_url(self, saved: Any) -> str:
        return query_of(reverse(self.row_name, args=[saved.code]), plan=self.plan.link_slug)


class AddCodedRow(CodedRowPage):
    """A form for one row, which leads to where several are pasted; `sheet`: theirs."""

    template_name = "office/add_coded_row.html"
    submit = ADD
    sheet: str

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = query_of("", plan=self.plan.link_slug, sheet=self.sheet)
        return super().get_context_data(paste_query=query, **kwargs)

    @property
    def explanation(self) -> str:
        return _("It joins “%(plan)s”. Days before today are counted anew with it.") % {
            "plan": localized(self.plan, "name")
        }
