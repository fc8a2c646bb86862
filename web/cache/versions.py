"""The version of the data that pages show: each transaction that changes the data brings another version.

A wrapper of all statements adds a row with a random token to each such transaction, whoever writes: forms, services,
the admin, bulk statements. The version is the sum of the tokens of all committed rows, so it changes when the writing
transaction is committed, and in whatever order transactions end. A counter would make writers wait for each other, or
go up before its change can be seen.

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
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.models import AccessToken
from web.models import DataChange

TOKEN_BITS = 40
# So many of the newest rows stay: with none left, the sum would be one that was there before.
NEWEST_ROWS = 100
# Access tokens are written with each call of the API, and no cached page shows them.
UNWATCHED = {DataChange, AccessToken}
_WRITES = re.compile(r'\s*(?:WITH\b.*?\b)?(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.DOTALL)

_is_paused = False


def current() -> str:
    """One query. Equal to an earlier one where nothing of the data has changed since."""
    # Every cached page and answer asks this. The ORM would take as long to write the statement as all the rest takes.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT SUM(token) FROM {DataChange._meta.db_table}")
        [tokens] = cursor.fetchone()
    # PostgreSQL sums whole numbers to a decimal.
    return f"{int(tokens or 0):x}"


def watch_connection(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of `connection_created`."""
    if connection.alias == DEFAULT_DB_ALIAS and record_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(record_writes)


def record_writes(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Wrapper of every statement: one that writes to a watched table brings a new version, in the same transaction, or
    at once where there is none.
    """
    result = execute(sql, params, many, context)
    found = _WRITES.match(sql)
    if found and not _is_paused and found[1] in watched_tables():
        _record_once(context["connection"])
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


def delete_old_changes() -> int:
    """Removes all but the newest rows; the version changes once more."""
    newest = DataChange.objects.order_by("-pk").values_list("pk", flat=True)[:NEWEST_ROWS]
    oldest = min(newest, default=0)
    return DataChange.objects.filter(pk__lt=oldest).delete()[0]


@cache
def watched_tables() -> frozenset[str]:
    """Those of this project's own apps."""
    ours = [config for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
    models = {model for config in ours for model in config.get_models(include_auto_created=True)}
    return frozenset(model._meta.db_table for model in models - UNWATCHED)


def _record_once(connection: BaseDatabaseWrapper) -> None:
    """Adds one row to a transaction. When a savepoint or the whole is rolled back, Django forgets the functions that
    wait for its commit: as long as ours waits, the row that was added with it is there too.
    """
    if any(waiting[1] is _committed for waiting in connection.run_on_commit):
        return
    _add()
    transaction.on_commit(_committed, using=connection.alias)


def _add() -> None:
    DataChange.objects.create(token=secrets.randbits(TOKEN_BITS))


def _committed() -> None:
    """Waits for the commit, and does nothing then."""
