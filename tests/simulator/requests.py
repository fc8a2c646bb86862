"""The request that an action gives: a change that a person asks for, now or much later."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from accounts.models import User
from tests.simulator.expected import Expected
from tests.simulator.world import World


@dataclass
class Request:
    """`do` makes the change with the person; `note` tells what it means, with what was acknowledged and the first and
    the last day of the change. `measure`, `projects`: those to look at afterwards."""

    by: int
    do: Callable[[User], Any]
    note: Callable[[Expected, Any, date, date], None]
    measure: int | None = None
    projects: tuple[int, ...] = ()
    key: str = ""
    name: str = ""

    @property
    def about(self) -> str:
        return f"projects {self.projects}" if self.projects else f"measure {self.measure}"


type Action = Callable[[World], Request | None]


def stale[R: Model](model: type[R], pk: int) -> Callable[[], R]:
    """The row as it is now, however often and late it is asked for."""
    row = model._default_manager.filter(pk=pk).first()
    return lambda: copy.copy(row)  # type: ignore[return-value]
