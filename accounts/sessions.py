"""The sessions of people: whose each is, from where it was begun, and when it ends.

SESSION_ENGINE: Django's backend with a column for the account. What else the list of one's sessions shows of each
stands in the session itself. Times are real ones, also where the day is pinned: else no session would ever end there.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Session, User
from core.client_address import client_address

BEGAN, ACTIVE, CONFIRMED, ADDRESS, AGENT = "began_at", "active_at", "confirmed_at", "address", "agent"
# Of what a browser says it is.
MAX_AGENT_LENGTH = 300
NOTE_ACTIVITY_AFTER = timedelta(minutes=1)
# So long a password that was entered opens what is asked for with it.
CONFIRMED_FOR = timedelta(minutes=10)


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: Any) -> Session:
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return session


class OwnSession(NamedTuple):
    """`mark` names it in a form: its key is a secret, also from those who look over a shoulder."""

    mark: str
    agent: str
    address: str
    began_at: datetime
    active_at: datetime
    is_this: bool


def begin_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Begins the session of a log-in; a receiver of `user_logged_in`."""
    moment = timezone.now()
    _make_room(user, at=moment)
    request.session[BEGAN] = request.session[ACTIVE] = request.session[CONFIRMED] = moment.timestamp()
    request.session[ADDRESS] = client_address(request) or ""
    request.session[AGENT] = request.META.get("HTTP_USER_AGENT", "")[:MAX_AGENT_LENGTH]


def _make_room(user: User, *, at: datetime) -> None:
    """Makes room for one more session: those end in which nothing was done for the longest time. Viewers may have any
    number."""
    if user.is_plain_viewer:
        return
    newest_first = sorted(_open_sessions(user, at=at), key=lambda each: active_at(each[1]), reverse=True)
    surplus = [each.pk for each, _data in newest_first[settings.PILOTZONE_SESSIONS_AT_ONCE - 1 :]]
    user.sessions.filter(pk__in=surplus).delete()


def note_activity(request: HttpRequest, *, at: datetime) -> None:
    """Notes that the person did something, and from where; written once a minute at most."""
    if at - active_at(request.session) >= NOTE_ACTIVITY_AFTER:
        request.session[ACTIVE] = at.timestamp()
        request.session[ADDRESS] = client_address(request) or ""


def confirm(session: SessionBase, *, at: datetime) -> None:
    """The person has just entered the password."""
    session[CONFIRMED] = at.timestamp()


def is_confirmed(session: SessionBase, *, at: datetime) -> bool:
    return at - _moment(session, CONFIRMED) < CONFIRMED_FOR


def _moment(session: SessionBase | dict[str, Any], name: str) -> datetime:
    """Returns a moment that the session notes; of a session from before this was noted, one so long ago that it has
    ended."""
    return datetime.fromtimestamp(session.get(name, 0), UTC)


def active_at(session: SessionBase | dict[str, Any]) -> datetime:
    return _moment(session, ACTIVE)


def idle_minutes(user: User) -> int:
    """Returns the number of minutes without a step of the person after which a session ends."""
    return settings.PILOTZONE_IDLE_MINUTES_ADMINISTRATOR if user.can_administer else settings.PILOTZONE_IDLE_MINUTES


def is_idle(session: SessionBase | dict[str, Any], user: User, *, at: datetime) -> bool:
    """A step that is not a minute younger than the one before was not noted."""
    return at - active_at(session) >= timedelta(minutes=idle_minutes(user)) + NOTE_ACTIVITY_AFTER


def is_too_old(session: SessionBase | dict[str, Any], user: User, *, at: datetime) -> bool:
    """Returns whether the session has lasted too long. That of a viewer ends with its cookie at the latest: a screen in
    a hall is nobody's working day."""
    if user.is_plain_viewer:
        longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    else:
        longest = timedelta(hours=settings.PILOTZONE_SESSION_HOURS)
    return at - _moment(session, BEGAN) >= longest


def own_sessions(user: User, *, this: str | None, at: datetime) -> list[OwnSession]:
    """Returns the sessions in which somebody can go on as this person, the present one first. `this`: its key."""
    found = [
        OwnSession(
            mark=_mark(each.pk),
            agent=data.get(AGENT, ""),
            address=data.get(ADDRESS, ""),
            began_at=_moment(data, BEGAN),
            active_at=active_at(data),
            is_this=each.pk == this,
        )
        for each, data in _open_sessions(user, at=at)
    ]
    return sorted(found, key=lambda each: (each.is_this, each.active_at), reverse=True)


def _open_sessions(user: User, *, at: datetime) -> list[tuple[Session, dict[str, Any]]]:
    rows = [(each, each.get_decoded()) for each in user.sessions.filter(expire_date__gt=at)]
    # A password or a right that changed since has ended the others.
    present = user.get_session_auth_hash()
    return [
        (each, data)
        for each, data in rows
        if constant_time_compare(data.get(HASH_SESSION_KEY, ""), present)
        and not is_idle(data, user, at=at)
        and not is_too_old(data, user, at=at)
    ]


def end_outdated_sessions(sender: Any, person: User, **kwargs: Any) -> None:
    """Receiver of `person_changed`: they open nothing any more, and do not come back when a right does."""
    present = person.get_session_auth_hash()
    outdated = [each.pk for each in person.sessions.all() if each.get_decoded().get(HASH_SESSION_KEY) != present]
    person.sessions.filter(pk__in=outdated).delete()


def end_session(user: User, mark: str) -> bool:
    """Ends a session and returns whether the account had it."""
    keys = [key for key in user.sessions.values_list("pk", flat=True) if _mark(key) == mark]
    return user.sessions.filter(pk__in=keys).delete()[0] > 0


def end_sessions(user: User, *, but: str | None = None) -> int:
    """All, or all but the one of this key; how many."""
    return user.sessions.exclude(pk=but or "").delete()[0]


def _mark(key: str) -> str:
    return salted_hmac("accounts.sessions", key, algorithm="sha256").hexdigest()[:20]
