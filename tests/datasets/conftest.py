from tests.datasets.ledger.example import folder

__all__ = ["folder"]
