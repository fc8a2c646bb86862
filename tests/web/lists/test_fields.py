"""The fields of a list's form: each of its filters has one, but for those that only links and the API use."""

from typing import Any

import pytest

from measures.filters import MeasureFilter
from problems.filters import ProblemFilter
from projects.filters import ProjectFilter


@pytest.mark.parametrize(
    ("filters", "without_a_field"),
    [
        (
            MeasureFilter,
            {
                "changed",
                "completion",
                "covered",
                "due_moved",
                "owing",
                "provenance",
                "since_from",
                "since_to",
                "updated_since",
            },
        ),
        (ProblemFilter, {"measure", "project", "updated_since"}),
        (ProjectFilter, {"also_in", "county", "measure", "provenance", "updated_since"}),
    ],
)
def test_each_filter_has_a_field_but_those_of_links(filters: Any, without_a_field: set[str]) -> None:
    assert set(filters.base_filters) - {*filters.shown, *filters.folded} == without_a_field
    assert not set(filters.shown) & set(filters.folded)
