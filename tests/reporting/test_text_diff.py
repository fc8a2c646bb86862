"""The text of a report now beside that of the one before it, in one language."""

from types import SimpleNamespace

import pytest
from django.utils import translation

from reporting.models import TEXTS
from reporting.text_diff import compare_texts


def saying(zh: str, en: str) -> SimpleNamespace:
    empty = {f"{name}_{language}": "" for name in TEXTS for language in ("zh", "en")}
    return SimpleNamespace(**empty | {"problem_zh": zh, "problem_en": en})


@pytest.mark.parametrize("reader", ["zh-hans", "en"])
def test_an_english_text_is_compared_with_the_english_one_for_every_reader(reader: str) -> None:
    with translation.override(reader):
        [compared] = compare_texts(saying("", "Two permits are missing"), saying("缺证", "Three permits are missing"))
    assert compared.text == "Two permits are missing"
    pieces = [(piece.kind, piece.text.strip()) for piece in compared.pieces]
    assert pieces == [("removed", "Three permits are missing"), ("added", "Two permits are missing")]
