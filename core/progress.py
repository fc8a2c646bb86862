from collections.abc import Iterable
from typing import Any

from tqdm import tqdm


def bar(what: str, total: int | None = None, *, over: Iterable[Any] | None = None, unit: str = "B") -> "tqdm[Any]":
    """A bar of bytes, or of what `unit` says, which moves as `over` is gone through; drawn on a terminal alone, and
    gone at its end."""
    return tqdm(over, what, total, leave=False, unit=unit, unit_scale=unit == "B", disable=None)
