"""The password once more, before somebody at an open session changes who gets into the account."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import FormView

from accounts.access_rules import ACCOUNTS, GuardedView
from accounts.forms import OwnPasswordForm
from accounts.log import Event, log_own_event
from accounts.log_in import GoesOn, count_failure, is_locked, locked_out
from accounts.permissions import signed_in
from accounts.sessions import confirm


class ConfirmPassword(GuardedView, GoesOn, FormView):  # type: ignore[type-arg]  # at run time it takes no argument
    """Wrong passwords count as failed log-ins. Whoever has none here logs in once more."""

    permission = write_permission = ACCOUNTS
    form_class = OwnPasswordForm
    template_name = "accounts/confirm.html"
    http_method_names = ["get", "head", "post", "options"]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"next": self.get_redirect_url()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_locked(request, signed_in(request.user)):
            return locked_out(request)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        if form.has_error("password", "password_incorrect"):
            count_failure(self.request, signed_in(self.request.user))
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        confirm(self.request.session, at=timezone.now())
        log_own_event(Event.CONFIRMED, signed_in(self.request.user), self.request)
        return super().form_valid(form)
