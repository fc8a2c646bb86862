"""The last changes of cells of the site, by whom and when: as the log knows them, or the load that brought them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from accounts.models import User
from ledger.bindings import BINDINGS
from ledger.codec import parsed_key
from ledger.merging import CellName
from ledger.preview import Preview
from ledger.sheets import SHEETS
from measures.models import LoadedRow
from web.formats.dates import format_datetime
from web.formats.text import format_person

# Rows that one statement asks for.
BATCH_SIZE = 500


@dataclass(frozen=True)
class LastChange:
    """The last change of a cell. `by`: None for a command. `load`: the number of the load that did it, None for a
    change on the site."""

    at: datetime
    by: User | None
    load: int | None = None

    def __str__(self) -> str:
        """Returns the change in the reader's language."""
        words = {"time": format_datetime(self.at), "load": self.load}
        who = format_person(self.by) if self.by else _("a command")
        if self.load is None:
            return _("Changed by %(person)s, %(time)s") % {**words, "person": who}
        return _("Changed by %(person)s, %(time)s, with load %(load)s") % {**words, "person": who}


def last_changes(seen: Preview) -> Mapping[CellName, LastChange]:
    """Returns the last change of each cell in conflict, since the download. A cell whose change nobody noted is left
    out."""
    cells = {
        (entry.sheet, entry.key, cell.column) for entry in seen.conflicts for cell in entry.cells if cell.is_conflict
    }
    found: dict[CellName, LastChange] = {}
    if cells:
        for cell, change in [*_of_the_log(cells, seen), *_of_loads(cells, seen)]:
            if cell not in found or found[cell].at < change.at:
                found[cell] = change
    return found


def _of_the_log(cells: Iterable[CellName], seen: Preview) -> Iterable[tuple[CellName, LastChange]]:
    ids = seen.contents.ids
    types = {sheet: ContentType.objects.get_for_model(BINDINGS[sheet].model) for sheet in {cell[0] for cell in cells}}
    wanted: dict[tuple[int, int], list[tuple[str, CellName]]] = {}
    for cell in cells:
        sheet, key, column = cell
        if name := SHEETS[sheet].column(column).field:
            wanted.setdefault((types[sheet].pk, ids[sheet][key]), []).append((name, cell))
    for some in batched({pk for _type, pk in wanted}, BATCH_SIZE):
        entries = LogEntry.objects.filter(
            content_type__in=types.values(), object_id__in=some, timestamp__gte=seen.downloaded_at
        ).exclude(action=LogEntry.Action.CREATE)
        for entry in entries.select_related("actor").order_by("timestamp", "pk"):
            for name, cell in wanted.get((entry.content_type_id, entry.object_id), ()):
                if name in (entry.changes or {}):
                    yield cell, LastChange(entry.timestamp, entry.actor)


def _of_loads(cells: Iterable[CellName], seen: Preview) -> Iterable[tuple[CellName, LastChange]]:
    wanted: dict[tuple[str, Any], list[CellName]] = {}
    for cell in cells:
        wanted.setdefault(cell[:2], []).append(cell)
    rows = LoadedRow.objects.filter(
        sheet__in={sheet for sheet, _key in wanted}, load__loaded_at__gte=seen.downloaded_at, load__taken_back_at=None
    ).exclude(what=LoadedRow.What.REMOVED)
    for row in rows.select_related("load__loaded_by").order_by("pk").iterator():
        for cell in wanted.get((row.sheet, parsed_key(row.sheet, row.key)), ()):
            if cell[2] in row.new:
                yield cell, LastChange(row.load.loaded_at, row.load.loaded_by, row.load_id)
