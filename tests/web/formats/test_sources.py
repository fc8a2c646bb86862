import pytest
from django.utils import translation

from web.formats.sources import format_source

BOTH = "中国日报网，2023年8月29日 | China Daily, 29 August 2023; https://example.org/a"


@pytest.mark.parametrize(
    ("language", "name"), [("zh-hans", "中国日报网，2023年8月29日"), ("en", "China Daily, 29 August 2023")]
)
def test_a_source_with_two_names_has_the_readers_in_the_api(language, name):
    with translation.override(language):
        assert format_source(BOTH) == f"{name}; https://example.org/a"
        assert format_source(BOTH.removesuffix("; https://example.org/a")) == name


def test_a_source_with_one_name_has_it_for_everybody():
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert format_source("Made for tests") == "Made for tests"
            assert format_source("A list; https://example.org/a") == "A list; https://example.org/a"
