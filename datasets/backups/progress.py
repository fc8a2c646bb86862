from typing import Any

from tqdm import tqdm


def bar(what: str, total: int | None = None) -> "tqdm[Any]":
    """A bar of bytes; drawn on a terminal alone, and gone at its end."""
    return tqdm(desc=what, total=total, unit="B", unit_scale=True, leave=False, disable=None)
