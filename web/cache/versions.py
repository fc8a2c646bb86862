"""The version of the data that pages show: another one after each transaction that changed anything of it.

Each such transaction adds a row with a random token, by itself, whoever writes and however: forms, services, the
admin, bulk statements. The version is the sum of the tokens of all rows that can be seen, so it changes in the moment
in which the writing transaction is committed, not before, and in whatever order transactions end. A counter would
make writers wait for each other, or go up before what it counts can be seen.

What is changed past Django, by hand in the database, is noticed only when cached pages expire
(`PILOTZONE_PAGE_CACHE_SECONDS`).
"""

import re
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Sum

from web.models import DataChange

TOKEN_BITS = 40
# So many of the newest rows stay: with none left, the sum would be one that was there before.
KEPT_ROWS = 100
# Written with each call of the API by token, and shown on no page that is kept.
NOT_SHOWN = {DataChange._meta.db_table, "accounts_accesstoken"}
_WRITES = re.compile(r'\s*(?:WITH\b.*?\b)?(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.DOTALL)

_is_paused = False


def current() -> str:
    """One query. Equal to an earlier one where nothing of the data has changed since."""
    tokens = DataChange.objects.aggregate(sum=Sum("token"))["sum"]
    # PostgreSQL sums whole numbers to a decimal.
    return f"{int(tokens or 0):x}"


def watch(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of `connection_created`."""
    if connection.alias == DEFAULT_DB_ALIAS and note_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(note_writes)


def note_writes(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Wrapper of every statement: one that writes to what pages show brings a new version, in the same transaction.

    A lone statement outside of any is followed by its new version at once.
    """
    result = execute(sql, params, many, context)
    found = _WRITES.match(sql)
    if found and not _is_paused and found[1] in shown_tables():
        _note(context["connection"])
    return result


def pause(**kwargs: Any) -> None:
    """Receiver of `pre_migrate`: the table may not be there yet."""
    global _is_paused
    _is_paused = True


def resume(**kwargs: Any) -> None:
    """Receiver of `post_migrate`: a migration may have changed anything."""
    global _is_paused
    _is_paused = False
    _add()


def forget_old_changes() -> int:
    """Removes all but the newest rows; the version changes once more."""
    kept = DataChange.objects.order_by("-pk")[:KEPT_ROWS].values("pk")
    oldest = min((row["pk"] for row in kept), default=0)
    return DataChange.objects.filter(pk__lt=oldest).delete()[0]


@cache
def shown_tables() -> frozenset[str]:
    """The tables of this project's own apps."""
    ours = [config for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
    models = [model for config in ours for model in config.get_models(include_auto_created=True)]
    return frozenset(model._meta.db_table for model in models) - NOT_SHOWN


def _note(connection: BaseDatabaseWrapper) -> None:
    """Once for a transaction. Django forgets what waits for a commit when a savepoint or all is rolled back: as long as
    ours waits there, so does the row that came with it.
    """
    if any(waiting[1] is _committed for waiting in connection.run_on_commit):
        return
    _add()
    transaction.on_commit(_committed, using=connection.alias)


def _add() -> None:
    DataChange.objects.create(token=secrets.randbits(TOKEN_BITS))


def _committed() -> None:
    """Waits for the commit, and does nothing then."""
