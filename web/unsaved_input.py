"""What was typed into a form whose session had ended: held in the session until the person has logged in again."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

KEY = "unsaved_input"
# Of one field, in characters, and of forms in one session: a visitor who is not logged in may fill both.
MAX_CHARACTERS = 20_000
MAX_FORMS = 3


class RestoresInput:
    """A view whose form outlives a lost session: those of its fields that are named."""

    restored_fields: Sequence[str] = ()

    @classmethod
    def form_address(cls, request: HttpRequest) -> str:
        """What the form's input is stored under."""
        return request.path

    @classmethod
    def store_input(cls, request: HttpRequest) -> None:
        """Stores what was posted; `had_files` where files came with it, which are lost."""
        names = [name for name in cls.restored_fields if name in request.POST]
        typed = {name: request.POST[name][:MAX_CHARACTERS] for name in names}
        if request.FILES:
            typed["had_files"] = "true"
        forms = request.session.get(KEY, {})
        address = cls.form_address(request)
        forms.pop(address, None)
        request.session[KEY] = dict([*forms.items(), (address, typed)][-MAX_FORMS:])


def has_unsaved_input(request: HttpRequest) -> bool:
    return bool(request.session.get(KEY))


def unsaved_input(request: HttpRequest, address: str) -> dict[str, str]:
    """What was typed into the form of the address; empty where nothing was."""
    typed: dict[str, str] = request.session.get(KEY, {}).get(address, {})
    return typed


def forget_input(request: HttpRequest, address: str) -> None:
    forms = request.session.get(KEY, {})
    if forms.pop(address, None) is not None:
        request.session[KEY] = forms


def restore_input(request: HttpRequest, address: str) -> dict[str, str]:
    """What was typed, once, with a message that it was not sent yet."""
    typed = unsaved_input(request, address)
    forget_input(request, address)
    if typed:
        messages.warning(request, _("You were logged out before this was sent. What you typed is kept below."))
    return typed
