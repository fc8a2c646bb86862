"""The check that rows are of a version that this code can read."""

from collections.abc import Iterable

from django.db.migrations.loader import MigrationLoader

from core.own_apps import own_apps


def unknown_migrations(applied: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """App and name of the migrations of our own apps that were applied and that the code does not have."""
    ours = {config.label for config in own_apps()}
    known = MigrationLoader(None).disk_migrations
    return sorted((app, name) for app, name in applied if app in ours and (app, name) not in known)
