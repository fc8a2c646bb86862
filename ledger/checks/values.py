"""The checks of values of indicators: the rules of `indicators.rules`, said of the rows of a file."""

from indicators.rules import HAS_NO_SHARES, NO_SHARE, may_be_share
from ledger.merging import Merged


def check_shares(merged: Merged) -> None:
    """Checks that no share of a whole has a value below 0 or above 100, whichever of the two the file brings."""
    shares = {item["code"]: item for item in merged.there("indicators") if item["is_share"]}
    for item in merged.there("observations"):
        indicator = shares.get(item["indicator"])
        if indicator is None or item["value"] is None or may_be_share(item["value"]):
            continue
        if item.is_touched:
            merged.add_problem(item, "value", str(NO_SHARE))
        else:
            merged.add_problem(indicator if indicator.is_touched else None, "is_share", str(HAS_NO_SHARES))
