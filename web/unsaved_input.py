"""Input of a form that came without a session: shown to whoever sent it, to be copied, and stored nowhere.

Where scripts run the browser keeps it (`static/js/kept.js`), and the form shows it again after the log-in.
"""

from collections.abc import Mapping

from django.contrib.auth.views import redirect_to_login
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.text import Truncator

from accounts.access_rules import GuardedView, to_confirm

# Of one field. No field of the site takes as many; a stranger may send millions.
MAX_CHARACTERS = 20_000


class ShowsUnsavedInput(GuardedView):
    """A view whose forms need a log-in. `typed_fields`: the names of what a person writes there -> their labels."""

    typed_fields: Mapping[str, str | Promise] = {}

    @classmethod
    def form_address(cls, request: HttpRequest) -> str:
        """Return the address of the form that was sent."""
        return request.get_full_path()

    def show_unsaved(self, request: HttpRequest, *, must_confirm: bool = False) -> HttpResponse:
        """Says that nothing was saved, and what was typed. `must_confirm`: for want of the password alone."""
        posted = [(label, request.POST.get(name, "")) for name, label in self.typed_fields.items()]
        context = {
            "typed": [(label, Truncator(text).chars(MAX_CHARACTERS)) for label, text in posted if text.strip()],
            "had_files": bool(request.FILES),
            "form_address": self.form_address(request),
            "must_confirm": must_confirm,
            "as_of": None,
        }
        response = render(request, "not_saved.html", context, status=403)
        # A step back in the browser shows it to nobody else.
        add_never_cache_headers(response)
        return response

    def turn_away(self, request: HttpRequest) -> HttpResponseBase:
        """Also where somebody is no longer logged in."""
        if request.method == "POST":
            return self.show_unsaved(request)
        return redirect_to_login(self.form_address(request))

    def ask_for_password(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST":
            return self.show_unsaved(request, must_confirm=True)
        return to_confirm(self.form_address(request))


def labels_of(form: type[Form], *names: str) -> dict[str, str | Promise]:
    """The labels of these fields of a form, as `typed_fields` takes them."""
    return {name: form.base_fields[name].label or name for name in names}
