"""The log of the site: who did what, when and from where.

Changes of rows get there through auditlog, which is told of the models next to their definitions. Everything else that
it holds is written here, into the same table, with the kind of `Event` in `additional_data`. Nothing deletes from it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Set
from contextvars import copy_context
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from auditlog.context import auditlog_value, set_extra_data
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import AccessToken, LogSeal, User
from accounts.sign_on import PASSWORD, PROVIDER, WAYS, way_of
from core import request_id
from core.client_address import client_address

# Of what somebody typed as a user name.
MAX_NAME_LENGTH = 150
MASK = "***"
# The setting with which the digests of all secrets are keyed.
SECRET_KEY = "PILOTZONE_SECRET_KEY"  # noqa: S105  # the name of a setting
# Refusals of one address, or of one account, that are logged within such a time: a script goes on with thousands.
MAX_REFUSALS, REFUSALS_WITHIN = 30, timedelta(minutes=15)
# The same of one account at one address of the site is logged once.
SAME_REFUSAL_WITHIN = timedelta(minutes=1)
MAX_PATH_LENGTH = 500


class Event(models.TextChoices):
    """The events that are logged and change no row."""

    LOGIN = "login", _("Logged in")
    LOGIN_FAILED = "login_failed", _("Log-in failed")
    LOCKED_OUT = "locked_out", _("Log-in refused: locked out")
    LOGOUT = "logout", _("Logged out")
    IDLE = "idle", _("Logged out after a pause")
    TOO_OLD = "too_old", _("Logged out at the end of the longest session")
    CONFIRMED = "confirmed", _("Password entered once more")
    UNLOCKED = "unlocked", _("Account unlocked")
    FACTOR_SET_UP = "factor_set_up", _("Second factor set up")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    RECOVERY_CODES_MADE = "recovery_codes_made", _("Recovery codes made")
    RECOVERY_CODE_USED = "recovery_code_used", _("Recovery code used")
    FORGOTTEN = "forgotten", _("Link asked for by e-mail")
    FORGOTTEN_SENT = "forgotten_sent", _("Link sent for a forgotten password")
    LINK_MADE = "link_made", _("Link made to set a password")
    EXPORT = "export", _("Exported a list")
    SETTINGS = "settings", _("Settings changed")
    REFUSED = "refused", _("Refused: not allowed")
    LOG_READ = "log_read", _("Read the log")
    LOG_CHECKED = "log_checked", _("Log checked against its seals")
    LOG_PRUNED = "log_pruned", _("Old log entries exported and deleted")
    RESTORED = "restored", _("Backup brought back")


class Result(models.TextChoices):
    DONE = "done", pgettext_lazy("result", "Done")
    REFUSED = "refused", pgettext_lazy("result", "Refused")
    FAILED = "failed", pgettext_lazy("result", "Failed")


_RESULTS = {
    Event.LOGIN_FAILED: Result.FAILED,
    Event.LOCKED_OUT: Result.REFUSED,
    Event.REFUSED: Result.REFUSED,
}


def result_of(details: Mapping[str, Any] | None) -> Result:
    """Return whether what an entry of the log tells succeeded; `details` is its `additional_data`.

    A change is logged in the transaction that makes it, so it succeeded.
    """
    details = details or {}
    if details.get("event") == Event.LOG_CHECKED and details.get("found"):
        return Result.FAILED
    return _RESULTS.get(details.get("event", ""), Result.DONE)


def mask(value: str) -> str:
    """Returns a mask in place of a password's hash."""
    return MASK


def connect_log() -> None:
    """Has the log told of log-ins and log-outs."""
    user_logged_in.connect(log_login, dispatch_uid="log")
    user_login_failed.connect(log_failed_login, dispatch_uid="log")
    user_logged_out.connect(log_logout, dispatch_uid="log")


def log_login(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    log_own_event(Event.LOGIN, user, request, way=way_of(request.session) if request else PASSWORD)


def log_logout(sender: Any, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        log_own_event(Event.LOGOUT, user, request)


def log_failed_login(
    sender: Any, credentials: Mapping[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Logs a failed log-in under the name as it was typed, whether or not there is such an account."""
    name = str(credentials.get("username", ""))[:MAX_NAME_LENGTH].replace("\0", "")
    address = client_address(request) if request else None
    is_locked = getattr(request, "axes_locked_out", False)
    event = Event.LOCKED_OUT if is_locked else Event.LOGIN_FAILED
    if not is_locked or recent_events(event, REFUSALS_WITHIN).filter(remote_addr=address).count() < MAX_REFUSALS:
        _write_event(event, name, address=address)


def log_refused_sign_on(request: HttpRequest, name: str) -> None:
    """Logs that the provider of single sign-on vouched for somebody who may not come in, under the id there or the name
    here; bounded by address."""
    address, way = client_address(request), WAYS[PROVIDER]
    refused = recent_events(Event.LOGIN_FAILED, REFUSALS_WITHIN).filter(additional_data__way=way, remote_addr=address)
    if refused.count() < MAX_REFUSALS:
        _write_event(Event.LOGIN_FAILED, name, address=address, details={"way": way})


def log_forgotten(request: HttpRequest, email: str) -> None:
    """Logs that a link was asked for, under the address as it was typed, whether or not there is such an account."""
    _write_event(Event.FORGOTTEN, email, address=client_address(request))


def recent_events(event: Event, age: timedelta) -> models.QuerySet[LogEntry]:
    """Return the entries of this kind that are no older than `age`."""
    entries = LogEntry.objects.filter(timestamp__gte=now() - age, action=LogEntry.Action.ACCESS)
    found: models.QuerySet[LogEntry] = entries.filter(additional_data__event=event)
    return found


class LastLogin(NamedTuple):
    """`failures`: how many log-ins failed since, under this user name."""

    at: datetime
    address: str | None
    failures: int


def last_login(user: User) -> LastLogin | None:
    """The newest log-in of an account that is in the log; None where there is none."""
    content_type = ContentType.objects.get_for_model(User)
    entries = LogEntry.objects.filter(content_type=content_type, action=LogEntry.Action.ACCESS)
    last = entries.filter(object_id=user.pk, additional_data__event=Event.LOGIN).order_by("-timestamp").first()
    if last is None:
        return None
    failed = entries.filter(timestamp__gt=last.timestamp, object_repr=user.get_username(), object_id=None)
    number = failed.filter(additional_data__event__in=[Event.LOGIN_FAILED, Event.LOCKED_OUT]).count()
    return LastLogin(last.timestamp, last.remote_addr, number)


def log_refusal(request: HttpRequest) -> None:
    """Logs that a person with an account was answered with 403; visitors without one are not logged. Bounded by
    account."""
    if isinstance(request.user, AnonymousUser):
        return
    what = {"method": request.method, "path": request.path[:MAX_PATH_LENGTH].replace("\0", "")}
    same_since = now() - SAME_REFUSAL_WITHIN
    logged = recent_events(Event.REFUSED, REFUSALS_WITHIN).filter(actor=request.user)
    recent = list(logged.order_by("-timestamp").values_list("timestamp", "additional_data")[:MAX_REFUSALS])
    is_same = any(at > same_since and what.items() <= details.items() for at, details in recent)
    if not is_same and len(recent) < MAX_REFUSALS:
        log_own_event(Event.REFUSED, request.user, request, **what, token=_name_of_token(request))


def log_reading(request: HttpRequest) -> None:
    """Logs that a person read a page of the log, with the filters of its address."""
    assert not isinstance(request.user, AnonymousUser)
    log_own_event(Event.LOG_READ, request.user, request, address=request.get_full_path())


def log_event_of_log(event: Event, **details: Any) -> None:
    """Logs what the site did with the log itself."""
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(LogSeal),
        object_repr="",
        action=LogEntry.Action.ACCESS,
        additional_data={"event": event, **details},
    )


def _name_of_token(request: HttpRequest) -> str | None:
    token = getattr(request, "auth", None)
    return token.name if isinstance(token, AccessToken) else None


def log_account_event(event: Event, user: User, *, by: User) -> None:
    """Logs what an administrator or the owner, `by`, did with the account of `user`, and no change of its row tells."""
    address = auditlog_value.get({}).get("remote_addr")
    _write_event(event, user.get_username(), user=user, by=by, address=address)


def do_as[T](person: User, do: Callable[[], T]) -> T:
    """Does what the log is to say the person did, also where no request says who asks."""

    def run() -> T:
        address = auditlog_value.get({}).get("remote_addr")
        with set_extra_data({"actor": person, "remote_addr": address}):
            return do()

    # auditlog does not put back what it was told before.
    return copy_context().run(run)


def log_export(
    request: HttpRequest, *, what: str, file_format: str, as_of: date | None = None, rows: int | None = None
) -> None:
    """Logs that a person took a list as a file, with the filters of its address; visitors without an account are not
    logged.

    `rows`: how many the file has, where that is known.
    """
    if isinstance(request.user, AnonymousUser) or request.method != "GET":
        return
    log_own_event(
        Event.EXPORT,
        request.user,
        request,
        what=what,
        format=file_format,
        address=request.get_full_path(),
        as_of=as_of and as_of.isoformat(),
        rows=rows,
        token=_name_of_token(request),
    )


def log_changes(
    changes: Iterable[tuple[models.Model, Mapping[str, Any]]],
    *,
    by: User | None,
    action: int = LogEntry.Action.UPDATE,
) -> None:
    """Logs for each row what auditlog would log if it were saved by itself: for statements that change many rows at
    once. `by`: None for a command."""
    address = auditlog_value.get({}).get("remote_addr")
    LogEntry.objects.bulk_create(
        LogEntry(
            content_type=ContentType.objects.get_for_model(row),
            object_pk=str(row.pk),
            object_id=row.pk,
            object_repr=str(row),
            action=action,
            actor=by,
            cid=request_id.current(),
            remote_addr=address,
            changes=change,
        )
        for row, change in changes
    )


def log_created(rows: Iterable[models.Model], *, by: User | None) -> None:
    """Log the creation of rows that one statement made, which sends no signal for each."""
    changes = ((row, model_instance_diff(None, row)) for row in rows)
    log_changes(((row, change) for row, change in changes if change), by=by, action=LogEntry.Action.CREATE)


def log_links(
    rows: Mapping[int, models.Model],
    field: str,
    before: Set[tuple[int, int]],
    after: Set[tuple[int, int]],
    *,
    of: Iterable[models.Model],
    by: User,
) -> None:
    """The same of a many-to-many field of `rows` by their ids: which links came and went, each the id of a row and that
    of one `of` those at the other end."""
    names = {each.pk: str(each) for each in of}
    log_changes(
        (
            (rows[row], {field: {"type": "m2m", "operation": operation, "objects": [names[other]]}})
            for operation, links in (("delete", before - after), ("add", after - before))
            for row, other in sorted(links)
        ),
        by=by,
    )


def log_own_event(event: Event, user: User, request: HttpRequest | None, **details: Any) -> None:
    address = client_address(request) if request else None
    _write_event(event, user.get_username(), user=user, by=user, address=address, details=details)


def _write_event(
    event: Event,
    name: str,
    *,
    user: User | None = None,
    by: User | None = None,
    address: str | None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write a row of the log about an account. `name`: its user name; where there is no account, what somebody
    typed."""
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(User),
        object_pk=str(user.pk) if user else "",
        object_id=user.pk if user else None,
        object_repr=name[:MAX_NAME_LENGTH],
        action=LogEntry.Action.ACCESS,
        actor=by,
        cid=request_id.current(),
        remote_addr=address,
        additional_data={"event": event, **(details or {})},
    )


def log_settings(values: Mapping[str, str], *, secrets: Collection[str] = ()) -> None:
    """Holds the settings of this start against the last that were logged, and logs each that differs.

    Of those in `secrets` the log gets the name alone, and a keyed digest by which the next start knows whether they are
    the same. With another secret key nobody can tell: its entry has the new digests of the others, which are taken to
    be as they were. Processes that start at once log a change once.
    """
    digests = {name: salted_hmac("accounts.log", values[name], algorithm="sha256").hexdigest() for name in secrets}
    values = {name: MASK if name in secrets else value for name, value in values.items()}
    if not _differing(values, digests):
        return
    content_type = ContentType.objects.get_for_model(LogEntry)
    with transaction.atomic():
        # The others wait here, and find nothing to log.
        ContentType.objects.select_for_update(no_key=True).get(pk=content_type.pk)
        differing = _differing(values, digests)
        # What differs in its digest alone, which another key made.
        renewed = {name: digests[name] for name, pair in differing.items() if pair == (MASK, MASK)}
        renewed = renewed if renewed.pop(SECRET_KEY, None) else {}
        for name, (old, new) in differing.items():
            if name in renewed:
                continue
            more = {"digests": renewed} if name == SECRET_KEY else {}
            LogEntry.objects.create(
                content_type=content_type,
                object_pk=name,
                object_repr=name,
                action=LogEntry.Action.UPDATE,
                changes={name: [old, new]},
                additional_data={"event": Event.SETTINGS, "digest": digests.get(name), **more},
            )


def _differing(values: Mapping[str, str], digests: Mapping[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """Name -> the value that was logged last, and the one of now; None where there is none."""
    logged = LogEntry.objects.filter(additional_data__event=Event.SETTINGS).order_by("pk")
    known: dict[str, tuple[str | None, str | None]] = {}
    for name, changes, details in logged.values_list("object_pk", "changes", "additional_data"):
        known[name] = changes[name][1], details["digest"]
        known |= {other: (MASK, digest) for other, digest in details.get("digests", {}).items()}
    return {
        name: (known.get(name, (None, None))[0], values.get(name))
        for name in sorted({*values, *known})
        if known.get(name, (None, None)) != (values.get(name), digests.get(name))
    }
