import pytest

from web.sources import named_source


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
    assert named_source(source) == shown


def test_what_a_source_says_is_never_markup():
    assert "<b>" not in named_source("<b>A list</b>; https://example.org/a")
