from collections.abc import Iterator

import pytest
from django.utils.translation import override

from tests.datasets.ledger.example import folder

__all__ = ["folder"]


@pytest.fixture
def english() -> Iterator[None]:
    with override("en"):
        yield
