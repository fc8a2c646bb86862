"""The context of the lines of the log: the request or the task at hand, who asked, and from where."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import LazyObject, empty

from core import request_id


@dataclass
class Caller:
    """The caller of a request: `address` is that of the person. The request is let go of when it is answered."""

    address: str
    request: HttpRequest | None
    user_id: int | None = None
    user_name: str = ""

    def look(self) -> None:
        """Finds out who it is, where that is known already: a line of the log asks no database."""
        user: Any = vars(self.request).get("user") if self.request is not None else None
        if isinstance(user, LazyObject):
            user = user._wrapped
        if user is None or user is empty or user.pk is None:
            return
        self.user_id, self.user_name = user.pk, user.get_username()

    def settle(self) -> None:
        self.look()
        self.request = None


_caller: ContextVar[Caller | None] = ContextVar("caller", default=None)
_task: ContextVar[tuple[str, str] | None] = ContextVar("task", default=None)


def begin(request: HttpRequest, address: str | None) -> Caller:
    caller = Caller(address or "", request)
    _caller.set(caller)
    return caller


def forget() -> None:
    _caller.set(None)


def begin_task(task_id: str, name: str) -> Any:
    """The way back to what was before it, for `end_task`: a task without a worker runs in a request."""
    return _task.set((task_id, name))


def end_task(token: Any) -> None:
    _task.reset(token)


def fields() -> dict[str, Any]:
    """Return the parts of the context that are known, by the names that they have in a line of JSON."""
    found: dict[str, Any] = {}
    if (identity := request_id.current()) != request_id.NONE:
        found["request_id"] = identity
    if (caller := _caller.get()) is not None:
        caller.look()
        if caller.user_id is not None:
            found |= {"user_id": caller.user_id, "user": caller.user_name}
        if caller.address:
            found["address"] = caller.address
    if (running := _task.get()) is not None:
        found |= {"task_id": running[0], "task": running[1]}
    return found
