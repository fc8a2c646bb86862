"""Forms and requests that are sent twice and done once.

Whoever sends a form, or a request that changes something, gives it an id. Its outcome is kept under that id in the
transaction of the change; sent again, it is answered with what came of it. A refusal is not kept: nothing was done, so
it may be tried again.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.utils import timezone

from accounts.access_rules import NotConfirmed
from accounts.models import User
from web.models import IdempotencyKey

# The field of a form that holds its id, and the cookie that tells its page that it was done.
FORM_ID = "form_id"
DONE_COOKIE = f"{settings.COOKIE_PREFIX}pilotzone_done"
MAX_KEY_LENGTH = 200
RETENTION_DAYS = 7


class KeyReused(Exception):
    """The id came before with something else."""


def new_form_id() -> str:
    return secrets.token_urlsafe(16)


@transaction.atomic
def do_once[R: HttpResponseBase](
    do: Callable[[], R],
    *,
    user: User,
    key: str,
    fingerprint: str,
    outcome_of: Callable[[R], Mapping[str, Any] | None],
) -> R | IdempotencyKey:
    """Return the answer of `do`; where it was done before, what came of it then.

    `outcome_of` says what is to be kept of an answer, None where nothing is. Of two at once the second waits for the
    first: one row of the key stands in the way of another. Raises KeyReused.
    """
    found, is_new = IdempotencyKey.objects.get_or_create(
        user=user, key=key, defaults={"fingerprint": fingerprint, "created_at": timezone.now()}
    )
    if not is_new:
        if found.fingerprint != fingerprint:
            raise KeyReused
        return found
    response = do()
    outcome = outcome_of(response)
    if outcome is None:
        found.delete()
    else:
        IdempotencyKey.objects.filter(pk=found.pk).update(**outcome)
    return response


def post_form_once(request: HttpRequest, user: User, respond: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """A form that leads on to another page was done; one that comes back, or asks for the password first, was not.

    The same id with other words, after a step back in the browser, is another form: its key holds the words too.
    """
    form_id = request.POST[FORM_ID]
    fingerprint = _fingerprint_of_form(request)
    response = do_once(
        respond,
        user=user,
        key=hashlib.sha256(f"{form_id}\0{fingerprint}".encode()).hexdigest(),
        fingerprint=fingerprint,
        outcome_of=lambda response: _redirect(request, response),
    )
    if isinstance(response, IdempotencyKey):
        for level, text in response.messages:
            messages.add_message(request, level, text)
        response = HttpResponse(status=response.status, headers={"Location": response.location})
    if 300 <= response.status_code < 400 and not isinstance(response, NotConfirmed):
        # Read by the page's script, which forgets the words that it kept.
        response.set_cookie(DONE_COOKIE, form_id, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def is_form_id(text: str) -> bool:
    return 0 < len(text) <= MAX_KEY_LENGTH and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def delete_old_keys() -> int:
    """Removes those older than RETENTION_DAYS: nobody waits for such an answer any more."""
    before = timezone.now() - timedelta(days=RETENTION_DAYS)
    return IdempotencyKey.objects.filter(created_at__lt=before).delete()[0]


def _redirect(request: HttpRequest, response: HttpResponseBase) -> Mapping[str, Any] | None:
    if not isinstance(response, HttpResponseRedirectBase) or isinstance(response, NotConfirmed):
        return None
    # Those that this form leaves for the next page, and none that wait for it already.
    told = getattr(messages.get_messages(request), "_queued_messages", [])
    return {
        "status": response.status_code,
        "location": response.url,
        "messages": [(each.level, str(each.message)) for each in told],
    }


def _fingerprint_of_form(request: HttpRequest) -> str:
    """Return a fingerprint of all that was sent but for the token of the session, which changes with the page."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}".encode())
    for name, values in sorted(request.POST.lists()):
        if name not in (FORM_ID, "csrfmiddlewaretoken"):
            digest.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()
