import pytest

from core.provenance import of_aggregate


@pytest.mark.parametrize(
    ("is_published", "has_illustrative", "provenance"),
    [
        (True, False, "published"),
        (True, True, "published"),
        (False, True, "illustrative"),
        (False, False, "reported"),
    ],
)
def test_a_figure_is_published_or_no_better_than_its_rows(is_published, has_illustrative, provenance):
    assert of_aggregate(is_published=is_published, has_illustrative=has_illustrative) == provenance
