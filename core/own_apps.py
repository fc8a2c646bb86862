"""The apps of this project, their models and their migrations."""

from collections.abc import Iterable
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model


def own_apps() -> list[AppConfig]:
    """The apps of this project, in the order in which they stand on each other."""
    return [config for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]


def own_models(*, with_links: bool = False) -> list[type[Model]]:
    """Return the models of the project's own apps; `with_links`: also those of many-to-many fields."""
    return [model for config in own_apps() for model in config.get_models(include_auto_created=with_links)]


def unknown_migrations(applied: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return app and name of the migrations of our own apps that were applied and that the code does not have."""
    ours = {config.label for config in own_apps()}
    known = MigrationLoader(None).disk_migrations
    return sorted((app, name) for app, name in applied if app in ours and (app, name) not in known)
