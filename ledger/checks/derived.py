"""The checks of derived indicators: the rule of `indicators.derived`, said of the rows of a file."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from indicators.derived import Misfit, Part, misfit
from ledger.merging import Item, Merged


def check_derived(merged: Merged) -> None:
    """Checks that each derived indicator is derived as the rule allows, and that none has values of its own."""
    indicators = {item["code"]: item for item in merged.there("indicators")}
    for item in indicators.values():
        if item["derived_form"] is not None or item["derived_from"] is not None or item["derived_with"] is not None:
            _check_parts(merged, item, indicators)
    for item in merged.there("observations"):
        indicator = indicators.get(item["indicator"])
        if indicator is None or indicator["derived_form"] is None:
            continue
        if item.is_touched:
            sentence = _("This indicator is derived from others and has no values of its own.")
            merged.add_problem(item, "indicator", sentence)
        elif indicator.is_touched:
            merged.add_problem(indicator, "derived_form", _("It has values of its own; a derived indicator has none."))


def _check_parts(merged: Merged, item: Item, indicators: Mapping[str, Item]) -> None:
    parts = [indicators.get(item[name]) for name in ("derived_from", "derived_with")]
    source, other = (_part(each) if each else None for each in parts)
    found: Misfit | None = misfit(item["derived_form"] or "", _part(item), source, other)
    if found is None:
        return
    if item.is_touched:
        merged.add_problem(item, found.field, found.sentence)
        return
    # The row is as it was: what it is derived from has changed.
    sentence = _("%(code)s is derived from it, which this does not allow.") % {"code": item["code"]}
    for each in parts:
        if each is not None and each.is_touched:
            merged.add_problem(each, "unit" if each["derived_form"] is None else "derived_form", sentence)


def _part(item: Item) -> Part:
    return Part(item["code"], item["unit"] or "", item["derived_form"] is not None)
