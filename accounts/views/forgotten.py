"""The pages on which whoever forgot the password asks for a link."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.generic import FormView, TemplateView

from accounts.access_rules import ANYONE
from accounts.forgotten import WITHIN, may_ask, send_links
from accounts.forms import ForgottenForm
from accounts.people import sends_email


class ForgottenPassword(FormView):  # type: ignore[type-arg]  # at run time it takes no argument
    """The page on which one asks for a link; without a mail server it says whom to ask."""

    permission = write_permission = ANYONE
    form_class = ForgottenForm
    template_name = "accounts/forgotten.html"
    http_method_names = ["get", "head", "post", "options"]
    success_url = reverse_lazy("accounts:forgotten_sent")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sends_email=sends_email(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not sends_email():
            return self.get(request, *args, **kwargs)
        if not may_ask(request):
            minutes = int(WITHIN.total_seconds() / 60)
            return render(request, "accounts/forgotten_too_often.html", {"minutes": minutes}, status=429)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        send_links(self.request, form.cleaned_data["email"])
        return super().form_valid(form)


class ForgottenSent(TemplateView):
    permission = ANYONE
    template_name = "accounts/forgotten_sent.html"
