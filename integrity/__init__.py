"""Checks of the data: what the database itself cannot forbid, each a statement in a file (ADR 30)."""
