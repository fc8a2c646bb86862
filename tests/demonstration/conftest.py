"""Fixtures of the demonstration."""

from tests.ledger.example import folder

__all__ = ["folder"]
