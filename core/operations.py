"""Operations of migrations beside Django's own."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError
from django.db.migrations.operations import AddConstraint
from django.db.migrations.operations.base import Operation


class AddBound(AddConstraint):
    """An operation of a migration that adds a bound to columns that may hold rows outside of it, and then says which
    these are."""

    MOST_NAMED = 20

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        constraint: Any = self.constraint
        columns = sorted(constraint.condition.referenced_base_fields)
        rows = model._base_manager.using(schema_editor.connection.alias).exclude(constraint.condition)
        if count := rows.count():
            shown = [
                ", ".join(f"{name} {str(value)[:40]}" for name, value in row.items())
                for row in rows.order_by("pk").values("pk", *columns)[: self.MOST_NAMED]
            ]
            raise CommandError(
                f"Of {model._meta.db_table}, {count} rows hold values that cannot be ({constraint.name});"
                " correct them with the version that wrote them, in its administration, then migrate again."
                f" They are: {'; '.join(shown)}{' …' if count > len(shown) else ''}."
            )
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class AtOnce(Operation):
    """Operations none of which needs what another does to the same table: models that are created, nullable columns,
    constraints. Django renders all related models again after each operation, which took most of the time of an empty
    database; here they are rendered once.

    As the last operation of a migration it has that noted as applied in the transaction that makes the tables. Django
    notes it afterwards where statements wait for the end of the transaction: one that is killed in between could
    neither be repeated nor gone on with, and the notes of a squashed migration, one for each that it replaces, take a
    while.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)
        for statement in schema_editor.deferred_sql:
            schema_editor.execute(statement, None)
        schema_editor.deferred_sql.clear()

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Takes back one after the other: SQLite makes a table anew without each column that goes."""
        states = [to_state]
        for operation in self.operations:
            states.append(states[-1].clone())
            operation.state_forwards(app_label, states[-1])
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, states.pop(), states[-1])

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)


class MoveContentTypes(Operation):
    """Models that moved to this migration's app keep their content types, and with them permissions and entries of the
    log. Those of a new database are made after its migrations."""

    reversible = True

    def __init__(self, model_names: Sequence[str], *, of: str) -> None:
        """Take the names of the models; `of`: the app that they were of."""
        self.model_names, self.of = model_names, of

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Content types are no part of it."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._move(schema_editor, old=self.of, new=app_label)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._move(schema_editor, old=app_label, new=self.of)

    def _move(self, schema_editor: Any, *, old: str, new: str) -> None:
        for name in self.model_names:
            sql = "UPDATE django_content_type SET app_label = %s WHERE app_label = %s AND model = %s"
            schema_editor.execute(sql, [new, old, name])

    def describe(self) -> str:
        return f"Content types of {', '.join(self.model_names)} move from {self.of}"
