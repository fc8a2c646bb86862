"""Django's backend for PostgreSQL, with a bound for a server that does not answer (`outage`)."""

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base

from core import metrics
from pilotzone.postgresql import outage


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._execute_watched)

    def get_new_connection(self, conn_params: Any) -> Any:
        outage.check()
        try:
            with metrics.pool_waiting.track_inprogress():
                connection = super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            outage.begin()
            raise
        metrics.pool_in_use.inc()
        return connection

    def _execute_watched(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        with outage.watched(self.connection):
            return execute(sql, params, many, context)

    def _close(self) -> None:
        if self.connection is not None:
            metrics.pool_in_use.dec()
        super()._close()  # type: ignore[misc]  # it has no type

    def _commit(self) -> None:
        with outage.watched(self.connection):
            super()._commit()  # type: ignore[misc]  # it has no type

    def _rollback(self) -> None:
        with outage.watched(self.connection):
            super()._rollback()  # type: ignore[misc]  # it has no type
