"""Words to search for, made from the text that a reader typed."""

import pytest

from core.searching import found_pattern, search_text, search_words


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("", ""),
        ("  氢能\t 海上\n风电 ", "氢能 海上 风电"),
        ("\u3000氢能\u3000", "氢能"),
        ("x\0y", "xy"),
        ("\0", ""),
        ("%_'\"\\ 😀", "%_'\"\\ 😀"),
    ],
)
def test_what_was_typed_becomes_one_line(typed: str, text: str) -> None:
    assert search_text(typed) == text


def test_a_word_counts_once() -> None:
    assert search_words("ab 氢能 ab") == ["ab", "氢能"]


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (["wind"], "Wind power, upwind", ["Wind", "wind"]),
        (["qn"], "氢能 QN", ["氢能", "QN"]),
        (["氢", "氢能"], "氢能与氢", ["氢能", "氢"]),
        (["a.c", "(", "%"], "abc a.c (5%)", ["a.c", "(", "%"]),
    ],
)
def test_every_place_is_found(words: list[str], text: str, found: list[str]) -> None:
    pattern = found_pattern(words)
    assert pattern is not None and pattern.findall(text) == found


def test_without_words_there_is_nothing_to_find() -> None:
    assert found_pattern([]) is None
