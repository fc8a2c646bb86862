"""Tests that what was sent is let go of with the answer, not when the garbage collector comes."""

import gc
from typing import Any

import pytest

pytestmark = pytest.mark.django_db
TEXT = "只有这一次" * 20_000


def holders() -> list[Any]:
    """Whatever Python knows of that holds the text. Nothing else is compared: that of others may take locks."""
    lists = [each for each in gc.get_objects() if type(each) is list]
    return [each for each in lists if any(type(item) is str and item == TEXT for item in each)]


def test_a_long_form_does_not_stay_in_memory(client: Any, today: Any) -> None:
    gc.collect()
    gc.disable()
    try:
        answer = client.post("/measures/M172/report/", {"what_was_done": TEXT})
        assert answer.status_code == 403
        assert holders() == []
    finally:
        gc.enable()
