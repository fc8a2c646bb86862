"""Found words in the texts that hold them."""

import pytest
from django.utils.safestring import SafeString

from web.html.found import FoundWords


@pytest.mark.parametrize(
    ("searched", "text", "shown"),
    [
        ("氢能", "实施氢能产业", "实施<b>氢能</b>产业"),
        ("qn", "实施氢能产业", "实施<b>氢能</b>产业"),
        ("wind 风", "Wind 风", "<b>Wind</b> <b>风</b>"),
        ("nothing", "a <b> & c", "a &lt;b&gt; &amp; c"),
        ("<b> &", "a <b> & c", "a <b>&lt;b&gt;</b> <b>&amp;</b> c"),
        # No word is found in the markup of another.
        ("amp lt", "& <", "&amp; &lt;"),
        ("", "text", "text"),
    ],
)
def test_found_words_are_bold_and_all_else_is_text(searched: str, text: str, shown: str) -> None:
    marked = FoundWords(searched).mark(text)
    assert isinstance(marked, SafeString) and marked == shown


def test_an_excerpt_begins_shortly_before_the_first_word_and_says_what_it_leaves_out() -> None:
    long = "甲" * 50 + "氢能" + "乙" * 100
    assert FoundWords("氢能").excerpt(long) == "…" + "甲" * 20 + "<b>氢能</b>" + "乙" * 68 + "…"
    assert FoundWords("氢能").excerpt("氢能\n已开工") == "<b>氢能</b> 已开工"
    assert FoundWords("M028").excerpt("甲" * 91) == "甲" * 90 + "…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # Twenty characters before it lies the middle of a word, ninety after that of another.
        ("Construction of the first hydrogen base", "…of the first <b>hydrogen</b> base"),
        (f"The hydrogen {'a' * 90} b", "The <b>hydrogen</b>…"),
        (f"{'a' * 40}hydrogen", "…<b>hydrogen</b>"),
        # A Chinese text may be cut anywhere, also beside Latin letters.
        (f"{'甲' * 30}A{'乙' * 19}hydrogen", f"…A{'乙' * 19}<b>hydrogen</b>"),
    ],
)
def test_an_excerpt_cuts_no_word_of_latin_letters(text: str, shown: str) -> None:
    assert FoundWords("hydrogen").excerpt(text) == shown


def test_it_is_known_whether_a_text_holds_one() -> None:
    assert FoundWords("qn x").are_in("氢能")
    assert not FoundWords("qn").are_in("风电")
    assert not FoundWords("").are_in("风电")
