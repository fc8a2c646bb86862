"""The version of the data that pages show: each transaction that changes the data brings another version.

A wrapper of all statements adds a row with a random token to each such transaction for each kind of data that it
writes, whoever writes: forms, services, the admin, bulk statements. The version is the sum of the tokens of all
committed rows, or of those of some kinds, so it changes when the writing transaction is committed, and in whatever
order transactions end. A counter would make writers wait for each other, or go up before its change can be seen.

The kind of a row is its app, or what its model says as `data_kind`: drafts are saved every few seconds, and an answer
about regions must not change with them. What a report holds before it is accepted has kinds of its own: those who only
read see nothing of `DRAFTS`, and few pages show them who has filed, `FILINGS`. A model that no cached page shows says
`is_versioned = False`. Columns that a model names as `unversioned_columns` bring no version: each log-in writes one.

What is changed past Django, by hand in the database, is noticed only when cached pages expire
(`PILOTZONE_PAGE_CACHE_SECONDS`).
"""

import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from accounts.models import AccessToken
from core.own_apps import own_models
from web.models import DataChange, IdempotencyKey

TOKEN_BITS = 40
# So many of the newest rows of each kind stay: with none left, the sum would be one that was there before.
NEWEST_ROWS = 100
# A row that counts for every kind: of a migration, or from before there was one for each.
ANY_KIND = ""
# Access tokens and idempotency keys are written with each call of the API, and no cached page shows them.
UNWATCHED = {DataChange, AccessToken, IdempotencyKey}
_WRITES = re.compile(r'\s*(?:WITH\b.*?\b)?(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.DOTALL)
_READS = re.compile(r'\b(?:FROM|JOIN)\s+"?(\w+)')
# As Django writes it; any other is taken to write every column.
_UPDATE = re.compile(r'UPDATE "\w+" SET (.*?) WHERE ', re.DOTALL)
_COLUMN_SET = re.compile(r'"(\w+)" = ')

# Of the site's profile alone, as this process last saw it; None where that is to be asked for.
of_site: int | None = None
SITE_KIND = "site"
REPORTS, FILINGS, DRAFTS = "reports", "filings", "drafts"
# What every page shows, whatever it reads: the site's profile, and what a migration may have changed.
EVERYWHERE = (SITE_KIND, ANY_KIND)
_kind_of_reports = ContextVar("kind_of_reports", default=REPORTS)
_tables_read: ContextVar[set[str] | None] = ContextVar("tables_read", default=None)
_is_paused = False


@contextmanager
def reports_as(kind: str) -> Iterator[None]:
    """Count what is written to reports within the block as of that kind, DRAFTS or FILINGS: none of it is or was
    accepted."""
    token = _kind_of_reports.set(kind)
    try:
        yield
    finally:
        _kind_of_reports.reset(token)


def sums_by_kind() -> dict[str, int]:
    """Return the sum of the tokens of each kind, in one query."""
    # Every cached page and answer asks this. The ORM would take as long to write the statement as all the rest takes.
    global of_site
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT kind, SUM(token) FROM {DataChange._meta.db_table} GROUP BY kind")  # noqa: S608  # our own word
        # PostgreSQL sums whole numbers to a decimal.
        sums = {kind: int(tokens) for kind, tokens in cursor.fetchall()}
    # The site's own comes along: its profile is in every page, and must cost no query more.
    of_site = sum(sums.get(kind, 0) for kind in EVERYWHERE)
    return sums


def version_of(sums: Mapping[str, int], kinds: Collection[str] = (), *, but: Collection[str] = ()) -> str:
    """Equal to an earlier one where nothing of the data of these kinds, or of all `but` some, has changed since."""
    # Whoever reads reports reads what they hold before they are accepted, unless it is said not to be shown.
    of_reports = (FILINGS, DRAFTS) if REPORTS in kinds else ()
    chosen = {*kinds, *of_reports, *EVERYWHERE} if kinds else sums.keys()
    return f"{sum(tokens for kind, tokens in sums.items() if kind in chosen and kind not in but):x}"


def current(kinds: Collection[str] = (), *, but: Collection[str] = ()) -> str:
    return version_of(sums_by_kind(), kinds, but=but)


def note_reads(**kwargs: Any) -> None:
    """Receiver of `request_started`: the tables that are read from now on are those of this request."""
    _tables_read.set(set())


def kinds_read() -> frozenset[str]:
    """Return the kinds of all data that this request has read; none where that is not known."""
    tables = _tables_read.get() or set()
    return frozenset(watched_tables()[each] for each in tables & watched_tables().keys())


def watch_connection(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of `connection_created`: has `record_writes` wrap the statements of the default database."""
    if connection.alias == DEFAULT_DB_ALIAS and record_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(record_writes)


def record_writes(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Wrapper of every statement: one that writes to a watched table brings a new version, in the same transaction, or
    at once where there is none. Within a request it notes the tables that are read."""
    global of_site
    if (tables := _tables_read.get()) is not None:
        tables.update(_READS.findall(sql))
    result = execute(sql, params, many, context)
    found = _WRITES.match(sql)
    if found and not _is_paused and (kind := watched_tables().get(found[1])) and _writes_versioned(sql, found[1]):
        _record_once(context["connection"], _kind_of_reports.get() if kind == REPORTS else kind)
        if kind == SITE_KIND:
            of_site = None
    return result


def pause(**kwargs: Any) -> None:
    """Receiver of `pre_migrate`: the table may not be there yet."""
    global _is_paused
    _is_paused = True


def resume(**kwargs: Any) -> None:
    """Receiver of `post_migrate`: a migration may have changed anything."""
    global _is_paused
    _is_paused = False
    _add(ANY_KIND)


def delete_old_changes() -> int:
    """Removes all but the newest rows of each kind; the version changes once more."""
    deleted = 0
    for kind in list(DataChange.objects.order_by().values_list("kind", flat=True).distinct()):
        rows = DataChange.objects.filter(kind=kind)
        oldest = min(rows.order_by("-pk").values_list("pk", flat=True)[:NEWEST_ROWS])
        deleted += rows.filter(pk__lt=oldest).delete()[0]
    return deleted


@cache
def watched_tables() -> Mapping[str, str]:
    """The tables of this project's own apps, each with the kind of its rows."""
    return {model._meta.db_table: _kind_of(model) for model in _watched_models()}


def _kind_of(model: type[Model]) -> str:
    """Links of a many-to-many field are of the kind of the rows that have them."""
    of: Any = model._meta.auto_created or model
    kind: str = getattr(of, "data_kind", of._meta.app_label)
    return kind


@cache
def _unversioned_columns() -> Mapping[str, Collection[str]]:
    """Return the unversioned columns of each table, by its name."""
    return {model._meta.db_table: getattr(model, "unversioned_columns", ()) for model in _watched_models()}


def _watched_models() -> set[type[Model]]:
    found = set(own_models(with_links=True)) - UNWATCHED
    return {model for model in found if getattr(model, "is_versioned", True)}


def _writes_versioned(sql: str, table: str) -> bool:
    """Return whether a statement writes more than unversioned columns of the table."""
    unversioned, update = _unversioned_columns()[table], _UPDATE.match(sql)
    return not (unversioned and update) or not set(_COLUMN_SET.findall(update[1])) <= set(unversioned)


def _record_once(connection: BaseDatabaseWrapper, kind: str) -> None:
    """Adds one row for the kind to a transaction. When a savepoint or the whole is rolled back, Django forgets the
    functions that wait for its commit: as long as ours waits, the row that was added with it is there too.
    """
    committed = _committed(kind)
    if any(waiting[1] is committed for waiting in connection.run_on_commit):
        return
    _add(kind)
    transaction.on_commit(committed, using=connection.alias)


def _add(kind: str) -> None:
    DataChange.objects.create(token=secrets.randbits(TOKEN_BITS), kind=kind)


@cache
def _committed(kind: str) -> Callable[[], None]:
    """Waits for the commit, and does nothing then: the same function each time for a kind."""

    def do_nothing() -> None:
        pass

    return do_nothing
