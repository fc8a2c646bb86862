import pytest
from django.core.exceptions import ValidationError

from core.codes import clean_code, validate_code


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("M001", "M001"),
        (" 1.2.4 ", "1.2.4"),
        ("一（三）", "一(三)"),
        ("\u3000Ｐ０１\u3000", "P01"),
        ("a b", "a b"),
        ("①", "1"),
    ],
)
def test_a_code_has_one_spelling(written: str, stored: str) -> None:
    assert clean_code(written) == stored


@pytest.mark.parametrize(
    "code", ["M001", "1.2.4", "一(三)", "a b", "50%", "x#y", "x?y", "...", "a\\b", "<b>", "x" * 32]
)
def test_any_text_is_a_code(code: str) -> None:
    validate_code(code)


@pytest.mark.parametrize(
    "code", ["1/2", "1／2", "a,b", "a，b", ".", "..", "．", "a\nb", "a\x00b", "a\u200bb", "a\u202eb"]
)
def test_what_would_break_addresses_and_lists_is_no_code(code: str) -> None:
    with pytest.raises(ValidationError, match="任意文字"):
        validate_code(code)
