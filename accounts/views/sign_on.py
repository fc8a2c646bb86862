"""The way to the provider of single sign-on, back from it, and the page after the log-out."""

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, login
from django.contrib.auth.views import LogoutView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views import View

from accounts.access_rules import ANYONE
from accounts.log import last_login, log_refused_sign_on
from accounts.log_in import GoesOn, tell_of_last_login, wait_for_code
from accounts.models import User
from accounts.second_factor import SHOWN, wants_code
from accounts.sign_on import (
    PROVIDER,
    Answer,
    AnswerRefused,
    ProviderAway,
    person_of,
    provider_of_site,
    was_clicked_here,
)

log = logging.getLogger(__name__)
# In a session of nobody: where it goes on after the log-in.
NEXT = "sign_on_next"


def _of_provider(name: str) -> Any:
    """A function of `accounts.oidc`, whose packages are installed only where a provider is set."""
    return import_string(f"accounts.oidc.{name}")


class ProviderPage(GoesOn, View):
    """Is there only where the site has a provider."""

    permission = ANYONE
    # No HEAD: an answer of the provider is good once.
    http_method_names = ["get", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if settings.PILOTZONE_OIDC is None:
            raise Http404
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def refuse(self, heading: str, sentence: str, *, status: int, subject: str = "") -> HttpResponse:
        context = {"heading": heading, "sentence": sentence, "subject": subject, "name": provider_of_site().name}
        return render(self.request, "accounts/not_signed_on.html", context, status=status)

    def say_away(self, reason: Exception) -> HttpResponse:
        log.warning("The provider of single sign-on cannot be asked: %s", reason)
        sentence = _("Try again in a while. Whoever has a password of this site can log in with it.")
        heading = _("%(name)s does not answer") % {"name": provider_of_site().name}
        return self.refuse(heading, sentence, status=503)


class SignOn(ProviderPage):
    """The page that leads to the provider, from the page of the log-in alone."""

    def get(self, request: HttpRequest) -> HttpResponse:
        following = self.get_redirect_url()
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        if not was_clicked_here(request):
            return redirect(reverse("accounts:login", query={"next": following} if following else None))
        try:
            callback = request.build_absolute_uri(reverse("accounts:signed_on"))
            response: HttpResponse = _of_provider("ask")(request, callback)
        except ProviderAway as reason:
            return self.say_away(reason)
        request.session[NEXT] = following
        return response


class SignedOn(ProviderPage):
    """The page to which the provider leads back."""

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Returns the address of `SignOn`, which looked whether it is one of this site; an address that came along is
        not believed."""
        return str(self.request.session.get(NEXT, ""))

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            answer: Answer = _of_provider("read_answer")(request)
        except ProviderAway as reason:
            return self.say_away(reason)
        except AnswerRefused as reason:
            log.warning("A log-in by single sign-on was refused: %s", reason)
            return self.refuse(_("The log-in was not confirmed"), _not_confirmed(request), status=403)
        person = person_of(answer)
        if person is None or not person.is_active:
            return self.refuse_person(answer.subject, person)
        return self.let_in(person, answer)

    def refuse_person(self, subject: str, person: User | None) -> HttpResponse:
        log_refused_sign_on(self.request, person.get_username() if person else subject)
        if person:
            sentence = _("An administrator has closed it and can open it again.")
            return self.refuse(_("Your account is closed"), sentence, status=403)
        sentence = _(
            "Nobody gets one by logging in: ask your administrator for it, and tell them this id, "
            "by which %(name)s knows you."
        )
        sentence = sentence % {"name": provider_of_site().name}
        return self.refuse(_("You have no account here yet"), sentence, status=403, subject=subject)

    def let_in(self, person: User, answer: Answer) -> HttpResponse:
        """Lets the person in as after a password."""
        request, following = self.request, self.get_redirect_url()
        request.session.pop(NEXT, None)
        if wants_code(person) and not answer.has_second_factor:
            person.backend = PROVIDER
            return wait_for_code(request, person, following)
        previous = last_login(person)
        login(request, person, backend=PROVIDER)
        if answer.has_second_factor:
            request.session[SHOWN] = True
        tell_of_last_login(request, previous)
        return redirect(following or self.get_default_redirect_url())


def _not_confirmed(request: HttpRequest) -> str:
    if request.GET.get("error") == "access_denied":
        return _("%(name)s did not let you in, or you went back.") % {"name": provider_of_site().name}
    return _("What came back could not be checked, or was used already. Begin anew on the page of the log-in.")


class LogOut(LogoutView):
    """Whoever came by the provider is told that its session goes on."""

    write_permission = ANYONE

    def get_success_url(self) -> str:
        return reverse("accounts:logged_out") if self.came_by_provider else super().get_success_url()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.came_by_provider = request.session.get(BACKEND_SESSION_KEY) == PROVIDER
        return super().dispatch(request, *args, **kwargs)


class LoggedOut(ProviderPage):
    """The page after the log-out, with a link to the provider's own: the content security policy would stop a form that
    led there."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            url = _of_provider("log_out_url")(back=request.build_absolute_uri(reverse("accounts:login")))
        except ProviderAway as reason:
            log.warning("The provider of single sign-on cannot be asked: %s", reason)
            url = None
        context = {"name": provider_of_site().name, "log_out_url": url}
        return render(request, "accounts/logged_out.html", context)
