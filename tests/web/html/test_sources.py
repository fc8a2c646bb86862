import pytest
from django.utils import translation

from tests.web.formats.test_sources import BOTH
from web.html.sources import source_link


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
        assert source_link(source) == shown


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
        assert source_link(source) == shown


@pytest.mark.parametrize(
    ("language", "name"), [("zh-hans", "中国日报网，2023年8月29日"), ("en", "China Daily, 29 August 2023")]
)
def test_a_link_has_the_name_in_the_readers_language(language, name):
    with translation.override(language):
        assert source_link(BOTH) == f'<a href="https://example.org/a" rel="noopener noreferrer">{name}</a>'


def test_what_a_source_says_is_never_markup():
    assert "<b>" not in source_link("<b>A list</b>; https://example.org/a")
