"""Stored files and the rows that name them. A process that is killed may leave a file without its row: what is stored
comes before its row is committed, and what is deleted goes after that."""

import logging
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import FileField

from core.files import UNFINISHED

log = logging.getLogger(__name__)

# Seconds. Whoever sends or brings back a younger one may still be at it.
LEAST_AGE = 24 * 3600
# As `reporting.models.random_name` names them. Whatever else lies in the folder is none of ours.
OURS = re.compile(r"(?P<start>[0-9a-f]{2})/\.?(?P=start)[0-9a-f]{30}(?:\..*)?")


def file_fields() -> Iterator[FileField]:
    """All columns that name a stored file."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField):
                yield field


def named_files() -> set[str]:
    return {
        name
        for field in file_fields()
        for name in field.model._default_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
    }


def missing_files() -> list[str]:
    """Files that rows name and that are not there."""
    absent = {name for name in named_files() if not default_storage.exists(name)}
    # A piece of evidence may have been removed meanwhile.
    return sorted(absent & named_files()) if absent else []


def delete_files_without_row() -> int:
    """Delete the old files of evidence that no row names, and return how many; the log names each. Where there are more
    of them than rows that name one, the database is more likely to be another site's, or a backup half brought back:
    then all stay."""
    old = set(_old_files())
    named = named_files()
    without_row = old - named
    if len(without_row) > len(named):
        log.error(
            "%d files of evidence have no row, and only %d have one: none was deleted. See whether DATABASE_URL and"
            " PILOTZONE_DATA_DIR are of the same site.",
            len(without_row),
            len(named),
        )
        return 0
    for name in sorted(without_row):
        log.warning("The file %s of the evidence has no row, and is deleted.", name)
        default_storage.delete(name)
    return len(without_row)


def delete_unfinished_files() -> int:
    """Deletes files that a process was writing in the data folder when it was killed."""
    unfinished = [path for path in Path(settings.DATA_DIR).glob(f".*{UNFINISHED}") if _is_old(path)]
    for path in unfinished:
        path.unlink(missing_ok=True)
    return len(unfinished)


def _old_files() -> Iterator[str]:
    """Yield the names of the files of evidence in the store that are old enough to be deleted."""
    root = Path(default_storage.path(""))
    for folder, _folders, names in os.walk(root):
        for path in (Path(folder, name) for name in names):
            name = str(path.relative_to(root))
            if OURS.fullmatch(name) and _is_old(path):
                yield name


def _is_old(path: Path) -> bool:
    """Returns whether a file is old, by when it came to its place, which a copy that keeps the times of its source does
    not change."""
    try:
        return time.time() - path.lstat().st_ctime > LEAST_AGE
    except FileNotFoundError:
        return False
