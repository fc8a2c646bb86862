"""Two people who change the same row: the second is told what the first wrote, and nothing is written over unseen.

A form carries what its fields held when it was opened. `updated_at` would not do for this: it also moves when a report
is accepted or a row is linked, which no form of the office shows, and accounts have none.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.exceptions import NotAllowed

# Field -> its value as a form carries it: a text, an ISO day, a slug or a key; a list of them for several rows.
type State = Mapping[str, str | list[str]]


class ChangedMeanwhile(NotAllowed):
    """Somebody else changed these fields since the form was opened; `stored` is what they hold now."""

    def __init__(self, stored: State) -> None:
        super().__init__(_("Somebody else has changed this since you opened the form. Compare both, then save again."))
        self.stored = stored


def as_state(value: Any) -> str | list[str]:
    """A value of a column, or of a cleaned form, as a form carries it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    for name in ("slug", "code"):
        if hasattr(value, name):
            return str(getattr(value, name))
    if isinstance(value, Iterable) and not isinstance(value, str):
        return sorted(str(as_state(each)) for each in value)
    return str(value)


def check_unchanged(opened: State, stored: State) -> None:
    """Raises ChangedMeanwhile where a field holds something else than when the form was opened."""
    changed = {name: value for name, value in stored.items() if name in opened and opened[name] != value}
    if changed:
        raise ChangedMeanwhile(changed)
