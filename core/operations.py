"""Operations of migrations."""

from typing import Any

from django.core.management.base import CommandError
from django.db.migrations.operations import AddConstraint


class AddBound(AddConstraint):
    """Of a migration: adds a bound to columns that may hold rows outside of it, and then says which these are."""

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
