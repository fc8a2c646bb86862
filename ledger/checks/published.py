"""Amounts that a source published: what a file may change of them."""

from django.utils.translation import gettext as _

from core.provenance import Provenance
from ledger.bindings import PUBLISHED_AMOUNTS
from ledger.merging import Item, Merged
from ledger.sheets import SHEETS


def check_published_amounts(merged: Merged) -> None:
    """Checks that another amount comes with its source, or is no longer said to be published."""
    for sheet, columns in PUBLISHED_AMOUNTS.items():
        for item in merged.touched(sheet):
            changed = {cell.column for cell in item.cells}
            for amount, provenance in columns.items():
                if amount in changed and item[provenance] == Provenance.PUBLISHED and _lacks_source(item, provenance):
                    merged.add_problem(item, amount, _sentence(sheet, provenance))


def _lacks_source(item: Item, provenance: str) -> bool:
    """A file that says for the first time that the amount is published may mean the source that is there already."""
    was_published = item.site is not None and item.site[provenance] == Provenance.PUBLISHED
    is_as_before = was_published and all(cell.column != "source" for cell in item.cells)
    return item["source"] is None or is_as_before


def _sentence(sheet: str, provenance: str) -> str:
    words = {
        "source": SHEETS[sheet].column("source").label,
        "provenance": SHEETS[sheet].column(provenance).label,
        "reported": Provenance.REPORTED.label,
    }
    sentence = _(
        "The amount is published: name the source of the new one under “%(source)s”, or choose “%(reported)s” under"
        " “%(provenance)s”."
    )
    return sentence % words
