"""The answers about sheets, columns and names of files that were loaded: known again in the next file, until somebody
has it asked anew."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_reviewer
from ledger.bindings import BINDINGS
from ledger.headers import NOT_READ
from ledger.matching import NAMED
from ledger.sheets import SHEETS
from ledger.shown import column_label, sheet_label
from measures.models import Load
from web.language import localized


@dataclass(frozen=True)
class Match:
    """An answer that is known again. `about`: what kind of thing is meant; `name`: as the file has it; `meaning`: what
    it was said to be."""

    key: str
    about: str
    name: str
    meaning: str


def known_matches() -> dict[str, str]:
    """Return what was said of the sheets and columns of files that were loaded; of the same the newest."""
    loads = Load.objects.filter(taken_back_at=None).exclude(matched={}).order_by("loaded_at", "pk")
    return {key: value for matched in loads.values_list("matched", flat=True) for key, value in matched.items()}


@transaction.atomic
def forget_match(key: str, *, by: User) -> None:
    """Forgets it in all loads: else an older one would be known again. Raises NotAllowed."""
    check_reviewer(by)
    for load in Load.objects.select_for_update().exclude(matched={}).order_by("pk"):
        if load.matched.pop(key, None) is not None:
            load.save(update_fields=["matched"])


def matches_of(load: Load) -> list[Match]:
    """Returns what was said of the file of a load, in the order in which it was asked."""
    rows = _names_of_rows(load)
    return [_match(key, value, rows) for key, value in load.matched.items()]


def _match(key: str, value: str, rows: Mapping[tuple[str, str], str]) -> Match:
    subject, _colon, name = key.partition(":")
    if key.startswith(NAMED):
        sheet, _colon, name = name.partition(":")
        return Match(key, sheet_label(sheet), name, rows.get((sheet, value), value))
    if value == NOT_READ:
        meaning = _("Not read")
    else:
        meaning = sheet_label(value) if subject == "sheet" else column_label(subject, value)
    if subject == "sheet":
        return Match(key, _("Sheets of the file"), name.replace("|", ", "), meaning)
    return Match(key, sheet_label(subject), name, meaning)


def _names_of_rows(load: Load) -> dict[tuple[str, str], str]:
    """Returns what the rows of the site are called that names of the file mean, by sheet and key."""
    keys = defaultdict(set)
    for key, value in load.matched.items():
        if key.startswith(NAMED):
            keys[key.removeprefix(NAMED).partition(":")[0]].add(value)
    names: dict[tuple[str, str], str] = {}
    for sheet in keys.keys() & SHEETS.keys():
        [column] = SHEETS[sheet].key
        binding, field = BINDINGS[sheet], SHEETS[sheet].column(column).field
        of_plan = {binding.plan: load.plan} if binding.plan else {}
        rows = binding.model._default_manager.filter(**{f"{field}__in": keys[sheet]}, **of_plan)
        stem = "title" if sheet == "sections" else "name"
        names |= {(sheet, getattr(row, field)): localized(row, stem) for row in rows}
    return names
