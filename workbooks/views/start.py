"""The pages of the first visit; its third step is the page of the uploaded file."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import cached_property

from accounts.access_rules import ADMINISTRATORS, FOUNDERS
from accounts.permissions import signed_in
from core.exceptions import NotAllowed
from ledger.views import load_counts
from measures.filters import OfAskedPlan
from measures.models import Load
from web.errors import add_refusal
from web.models import Site
from web.site import COLUMNS
from web.unsaved_input import labels_of
from web.views import TodayView
from workbooks.forms import NamesForm
from workbooks.setup import Setup, Step, name_site, place_of_setup, setup_of
from workbooks.views.data import DataPage


class SetupView(OfAskedPlan, TodayView):
    """A step of the first visit. Once that is over, each leads to the last one."""

    step: Step
    permission = write_permission = ADMINISTRATORS

    @cached_property
    def setup_state(self) -> Setup:
        return setup_of(self.plan, signed_in(self.request.user))

    def respond(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.setup_state.address(self.step):
            return redirect(self.setup_state.address(self.setup_state.current))
        return super().respond(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(setup_steps=self.setup_state.steps(self.step), **kwargs)


class StartPage(SetupView):
    """Goes on where the first visit was left."""

    def respond(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return redirect(self.setup_state.address(self.setup_state.current))


class NamesStep(SetupView):
    template_name = "workbooks/start/names.html"
    step = Step.NAMES
    typed_fields = labels_of(NamesForm, *(name for name in NamesForm.base_fields if name != "languages"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "form" not in kwargs:
            site, plan = Site.objects.first() or Site(), self.plan
            held = {name: getattr(site, name) for name in COLUMNS}
            held["place_code"] = getattr(place_of_setup(), "code", "")
            if plan:
                held |= {"plan_zh": plan.name_zh, "plan_en": plan.name_en}
                held |= {name: getattr(plan, name) for name in ("starts_on", "ends_on", "first_reporting_month")}
            kwargs["form"] = NamesForm(initial=held)
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NamesForm(request.POST)
        if form.is_valid():
            try:
                name_site(self.plan, by=signed_in(request.user), site=form.site, named=form.plan, region=form.region)
            except NotAllowed as refusal:
                add_refusal(form, refusal)
            except ValidationError as refusal:
                form.add_error(None, refusal.messages)
            else:
                return redirect("workbooks:start_workbook")
        return self.render_to_response(self.get_context_data(form=form))


class WorkbookStep(SetupView, DataPage):
    template_name = "workbooks/start/workbook.html"
    step = Step.WORKBOOK
    permission = ADMINISTRATORS
    write_permission = FOUNDERS


class DoneStep(SetupView):
    template_name = "workbooks/start/done.html"
    step = Step.DONE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        load = Load.objects.filter(plan=self.plan, taken_back_at=None).order_by("loaded_at", "pk").first()
        return super().get_context_data(load=load, counts=load_counts(load) if load else [], plan=self.plan, **kwargs)
