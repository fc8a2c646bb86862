"""The pages on which the month of a plan's row is written: of a measure, or of a project."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise, cached_property

from core.clock import today
from core.periods import month_of
from core.scope import out_since
from measures.addresses import month_url, report_url
from measures.filters import OfAskedPlan
from reporting.models import TEXTS
from reporting.report_problems import open_problems
from reporting.views.drafts import DraftView, FormPage
from web.days import asked_month
from web.errors import BadQuery
from web.html.links import named_plan


class MonthDraftView(OfAskedPlan, DraftView):
    """A view of what is filed of a row of a plan for a month. An app's own says of which row, and the rest below."""

    # Names of the addresses of the form, and of the drafts that it saves.
    form_name: str
    draft_name: str
    # Begins the name of what the browser keeps.
    store_name: str
    unlisted_refusal: str | Promise

    @cached_property
    def month(self) -> date:  # type: ignore[override]  # always one
        return asked_month(self.request.GET.get("period", ""))

    @property
    def subject(self) -> Any:
        """Returns the row of the plan. Raises Http404."""
        raise NotImplementedError

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.month < month_of(self.subject.listed_on) or self.subject.listed_on > today():
            raise BadQuery({"period": [str(self.unlisted_refusal)]})
        return super().serve(request, *args, **kwargs)

    @cached_property
    def opened(self) -> list[Any]:
        """The last steps of the open problems of the row."""
        return open_problems(self.subject, on=today())

    @classmethod
    def form_address(cls, request: HttpRequest) -> str:
        assert request.resolver_match is not None
        month = asked_month(request.GET.get("period", ""))
        code = request.resolver_match.kwargs["code"]
        return report_url(code, month, plan=named_plan(request.GET), name=cls.form_name)

    def address(self, name: str) -> str:
        return report_url(self.subject.code, self.month, plan=self.plan.action_slug, name=name)

    @property
    def form_url(self) -> str:
        return self.address(self.form_name)

    @property
    def draft_url(self) -> str:
        return self.address(self.draft_name)

    @property
    def workspace_url(self) -> str:
        return month_url("measures:workspace", self.month, plan=self.plan)

    @property
    def store(self) -> str:
        return f"{self.store_name}:{self.subject.pk}:{self.month:%Y-%m}"


class MonthFormPage(FormPage, MonthDraftView):
    """The form of a MonthDraftView, or the submitted report."""

    shown_fields = tuple(TEXTS)

    @property
    def left(self) -> Any:
        return out_since(self.subject.scope_changes.all(), on=today())
