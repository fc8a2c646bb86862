"""The id of the request that is being answered: the same in the answer, in its refusal and on every line of the log."""

import re
import uuid
from contextvars import ContextVar

# What a caller may choose: no line breaks, and nothing that a log would have to quote.
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
NONE = "-"
_current: ContextVar[str] = ContextVar("request_id", default=NONE)


def begin(asked: str = "") -> str:
    """Set and return the id of a new request: the one that the caller gave, where it is sane, else a new one."""
    request_id = asked if SANE.fullmatch(asked) else uuid.uuid4().hex
    _current.set(request_id)
    return request_id


def current() -> str:
    """Return the id of the request at hand, `-` outside of a request."""
    return _current.get()


def end() -> None:
    _current.set(NONE)
