"""Django's `migrate`, which first refuses a database of a version that this code knows nothing of."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from core.own_apps import unknown_migrations


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if unknown_migrations(MigrationRecorder(connection).applied_migrations()):
            name = connection.settings_dict["NAME"]
            subject, remedy = f"database {name}", "name an empty one in DATABASE_URL"
            if Path(name).parent == settings.DATA_DIR:
                subject = f"data folder {settings.DATA_DIR}"
                remedy = "delete it, or name another with --data-dir or PILOTZONE_DATA_DIR"
            raise CommandError(
                f"The {subject} was made by another version of Pilotzone and cannot be read by this one: {remedy}."
            )
        super().handle(*args, **options)
