"""Texts stand in the language in which they are written, whoever wrote them and in whichever language they read."""

from types import SimpleNamespace
from typing import Any

import pytest

from core.exceptions import NotAllowed
from core.texts import TextInBoth, language_of, text_columns, written_text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("已开工", "zh"),
        ("Construction began", "en"),
        ("GDP增长6.2%", "zh"),
        ("Site of 山东重工, cleared", "zh"),
        ("6.2%", "en"),
        ("，。", "en"),
        ("", "en"),
    ],
)
def test_a_single_chinese_character_makes_a_text_chinese(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("present", "text", "columns"),
    [
        (("", ""), " 已开工 ", ("已开工", "")),
        (("", ""), " Begun ", ("", "Begun")),
        # The old translation would say something else.
        (("已开工", "Begun"), "已停工", ("已停工", "")),
        (("已开工", "Begun"), "Stopped", ("", "Stopped")),
        (("已开工", "Begun"), "", ("", "")),
        # It says what stands there.
        (("已开工", "Begun"), "已开工", ("已开工", "Begun")),
        (("已开工", "Begun"), "Begun", ("已开工", "Begun")),
        (("已开工", "Begun"), TextInBoth(en="It began"), ("已开工", "It began")),
        (("已开工", "Begun"), TextInBoth(zh=""), ("", "Begun")),
        (("", ""), TextInBoth("已开工", "Begun"), ("已开工", "Begun")),
        # Whoever names the language is believed.
        (("", ""), TextInBoth(en="山东重工"), ("", "山东重工")),
    ],
)
def test_where_a_text_stands(present: tuple[str, str], text: Any, columns: tuple[str, str]) -> None:
    row = SimpleNamespace(text_zh=present[0], text_en=present[1])
    assert text_columns("text", text, present=row) == {"text_zh": columns[0], "text_en": columns[1]}


def test_too_long_a_text_is_refused_in_either_language() -> None:
    for text in ("x" * 11, TextInBoth(zh="x" * 11), TextInBoth(en="x" * 11)):
        with pytest.raises(NotAllowed) as refused:
            text_columns("text", text, field="title", max_length=10)
        assert refused.value.field == "title"


def test_a_text_in_one_language_is_bare() -> None:
    rows = [SimpleNamespace(text_zh=zh, text_en=en) for zh, en in (("甲", ""), ("", "A"), ("甲", "A"), ("", ""))]
    assert [written_text(row, "text") for row in rows] == ["甲", "A", TextInBoth("甲", "A"), ""]
