"""Names by the initials of their pinyin."""

import re

import pytest

from core.pinyin import initials_pattern


def finds(word: str, name: str) -> bool:
    pattern = initials_pattern(word)
    return bool(pattern and re.search(pattern, name))


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("qn", "实施氢能产业发展工程"),
        ("QN", "氢能"),
        ("hsfd", "烟台海上风电项目"),
        ("zb", "淄博市"),
        # Characters with several readings: cháng and zhǎng, chóng and zhòng, dān and shàn.
        ("cq", "长清区"),
        ("zj", "增长计划"),
        ("cq", "重庆"),
        ("zd", "重点项目"),
        ("sx", "单县"),
        # Two with an umlaut and a vowel at the beginning.
        ("ls", "绿色低碳"),
        ("ea", "恩安"),
    ],
)
def test_initials_find_a_name(word: str, name: str) -> None:
    assert finds(word, name)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("nq", "氢能"),
        ("qn", "氢的能"),
        ("qn", "qn"),
        # A reading of old texts: xióng.
        ("xc", "能产"),
    ],
)
def test_initials_of_another_name_do_not(word: str, name: str) -> None:
    assert not finds(word, name)


@pytest.mark.parametrize(
    "word", ["", "q", "氢能", "q能", "M028", "q-n", "q n", "qnqnqnqnq", "ｑｎ", "q\n", "city", "uv", "\0\0"]
)
def test_what_is_no_initials_makes_no_pattern(word: str) -> None:
    """One letter, more than eight, anything but letters, and letters that begin no syllable: i, u and v."""
    assert initials_pattern(word) == ""


def test_a_pattern_is_a_set_of_characters_for_each_letter() -> None:
    """The pattern means the same to PostgreSQL, to Python and to SQLite, which asks Python."""
    assert re.fullmatch(r"\[[\u4e00-\u9fff]+\]\[[\u4e00-\u9fff]+\]", initials_pattern("qn"))
