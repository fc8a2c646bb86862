"""Tests of the parts of a text that are marked as in another language than the page."""

import time

import pytest
from django.utils import translation

from web.html.languages import mark_language


@pytest.mark.parametrize(
    ("language", "text", "marked"),
    [
        ("zh-hans", "见 (GDP growth 2023) 一文", '见 (<span lang="en">GDP growth 2023</span>) 一文'),
        ("zh-hans", "GDP 增长", "GDP 增长"),
        ("zh-hans", "one\ntwo words", 'one\n<span lang="en">two words</span>'),
        ("en", "In 2023年12月 done", 'In <span lang="zh-Hans">2023年12月</span> done'),
        ("en", "12 of 3项目.pdf", '12 of <span lang="zh-Hans">3项目.pdf</span>'),
    ],
)
def test_runs_of_the_other_language_say_so(language: str, text: str, marked: str) -> None:
    with translation.override(language):
        assert mark_language(text) == marked


@pytest.mark.parametrize("piece", ["x", "x1", "1", "x!", "字", "字x", "x\n", "1 ", "字1!"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_text_takes_long(language: str, piece: str) -> None:
    """A stranger may send it: quadratic, one word of 200,000 letters takes ten minutes."""
    begun = time.process_time()
    with translation.override(language):
        mark_language(piece * (200_000 // len(piece)))
    assert time.process_time() - begun < 2
