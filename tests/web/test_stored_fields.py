"""Fields of the API that are columns of a model: what they say comes from the model."""

from measures.models import Report, StatusChange
from projects.models import Project
from web.api.fields import stored


def test_the_help_text_says_what_it_means_where_no_words_do() -> None:
    field = stored(Project, "list_name")
    assert (field.columns, field.shape["type"]) == (("list_name",), "string")
    assert field.shape["description"] == Project._meta.get_field("list_name").help_text
    assert stored(Project, "list_name", "Its list").shape["description"] == "Its list"


def test_what_may_be_null_on_the_way_may_be_null_at_its_end() -> None:
    assert "nullable" not in stored(Project, "city__code", "City").shape
    assert stored(Project, "county__code", "County").shape["nullable"]
    assert stored(StatusChange, "superseded_by__pk", "Id").shape == {
        "type": "integer",
        "nullable": True,
        "description": "Id",
    }


def test_choices_and_types_are_those_of_the_column() -> None:
    assert stored(Report, "status", "Status").shape["enum"] == ["promoting", "in_progress", "completed"]
    old = stored(StatusChange, "old_status", "Before").shape
    assert (old["nullable"], old["enum"][-1]) == (True, None)
    assert stored(Project, "planned_start_on", "Day").shape["format"] == "date"
    assert stored(StatusChange, "recorded_at", "Moment").shape["format"] == "date-time"
