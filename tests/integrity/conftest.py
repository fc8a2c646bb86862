"""Fixtures of the data checks, some of which look at what a ledger loaded."""

from tests.ledger.example import folder

__all__ = ["folder"]
