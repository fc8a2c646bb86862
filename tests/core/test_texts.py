from pathlib import Path

import pytest
from django.conf import settings

from core.exceptions import NotAllowed
from core.forms import TypedTextField
from core.texts import clean_text, without_controls


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b\x07c\x1b[0m", "abc[0m"),
        ("one\r\ntwo\rthree\x0bfour\u2028five", "one\ntwo\nthree\nfour\nfive"),
        ("a\tb\n", "a\tb\n"),
        ("safe\u202efdp.exe", "safefdp.exe"),
        ("\ufeff全部建成", "全部建成"),
        ("𠮷野家 é 👍🏽 \u200d", "𠮷野家 é 👍🏽 \u200d"),
    ],
)
def test_control_characters_go_and_words_stay(typed: str, kept: str) -> None:
    assert without_controls(typed) == kept
    assert TypedTextField(strip=False).clean(typed) == kept


def test_over_long_text_is_refused_with_its_length_and_not_cut() -> None:
    with pytest.raises(NotAllowed) as refusal:
        clean_text("字" * 2103, field="problem", max_length=2000)
    assert (str(refusal.value), refusal.value.field) == ("最多2000字，现有2103字。", "problem")


def test_no_browser_cuts_what_is_pasted() -> None:
    attrs = TypedTextField(max_length=200).widget.attrs
    assert "maxlength" not in attrs
    assert attrs["data-max"] == "200"


def test_no_template_has_a_browser_cut_either() -> None:
    templates = (Path(settings.BASE_DIR) / "templates").rglob("*.html")
    assert [path.name for path in templates if "maxlength" in path.read_text(encoding="utf-8")] == []
