import pytest
from django.utils import translation

from web.formats.sources import format_source, named_source


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Communique of 2022", "Communique of 2022"),
        ("", ""),
        ("A list; https://example.org/a", '<a href="https://example.org/a" rel="noopener noreferrer">A list</a>'),
        (
            "https://example.org/a",
            '<a href="https://example.org/a" rel="noopener noreferrer">https://example.org/a</a>',
        ),
        ("See https://example.org/a, page 3", "See https://example.org/a, page 3"),
    ],
)
def test_an_address_stands_behind_the_name(source, shown):
    with translation.override("en"):
        assert named_source(source) == shown


@pytest.mark.parametrize(
    ("language", "source", "shown"),
    [
        (
            "en",
            "山东省2023年公报 (communique of 2022)",
            '<span lang="zh-Hans">山东省2023年公报</span> (communique of 2022)',
        ),
        (
            "zh-hans",
            "山东省2023年公报 (communique of 2022)",
            '山东省2023年公报 (<span lang="en">communique of 2022</span>)',
        ),
        (
            "zh-hans",
            "China Daily, 29 August 2023; https://example.org/a",
            '<a href="https://example.org/a" rel="noopener noreferrer">'
            '<span lang="en">China Daily, 29 August 2023</span></a>',
        ),
        ("zh-hans", "GDP核算方案", "GDP核算方案"),
        ("en", "See 公报.pdf, page 3", 'See <span lang="zh-Hans">公报.pdf</span>, page 3'),
        ("en", "<b>公报</b>", '&lt;b&gt;<span lang="zh-Hans">公报</span>&lt;/b&gt;'),
    ],
)
def test_a_source_in_another_language_says_so(language, source, shown):
    with translation.override(language):
        assert named_source(source) == shown


BOTH = "中国日报网，2023年8月29日 | China Daily, 29 August 2023; https://example.org/a"


@pytest.mark.parametrize(
    ("language", "name"), [("zh-hans", "中国日报网，2023年8月29日"), ("en", "China Daily, 29 August 2023")]
)
def test_a_source_with_two_names_has_the_readers_on_pages_and_in_the_api(language, name):
    with translation.override(language):
        assert named_source(BOTH) == f'<a href="https://example.org/a" rel="noopener noreferrer">{name}</a>'
        assert format_source(BOTH) == f"{name}; https://example.org/a"
        assert format_source(BOTH.removesuffix("; https://example.org/a")) == name


def test_a_source_with_one_name_has_it_for_everybody():
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert format_source("Made for tests") == "Made for tests"
            assert format_source("A list; https://example.org/a") == "A list; https://example.org/a"


def test_what_a_source_says_is_never_markup():
    assert "<b>" not in named_source("<b>A list</b>; https://example.org/a")
