"""Fixtures of the ledger."""

from tests.ledger.example import folder

__all__ = ["folder"]
