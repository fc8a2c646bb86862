"""Files that people send: a ledger, or the reports of a month, kept as a draft, read, decided about and loaded."""
