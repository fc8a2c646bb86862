import pytest
from django.utils import translation

from accounts.models import User
from web.formats.text import format_list, format_names, format_person, format_result_count, with_full_stop

pytestmark = pytest.mark.usefixtures("english")


def test_a_sentence_of_an_error_ends_with_one_full_stop():
    assert with_full_stop("The file is too large") == "The file is too large."
    assert with_full_stop("This field is required.") == "This field is required."
    assert with_full_stop("What <now>?") == "What <now>?"
    assert with_full_stop("What <now>") == "What &lt;now&gt;."
    with translation.override("zh-hans"):
        assert with_full_stop("附件大小超出限制") == "附件大小超出限制。"
        assert with_full_stop("该字段是必填项。") == "该字段是必填项。"


@pytest.mark.parametrize(
    ("names", "items", "in_english", "in_chinese"),
    [
        (["能源局"], "能源局", "能源局", "能源局"),
        (["能源局", "财政厅"], "能源局, 财政厅", "能源局 and 财政厅", "能源局、财政厅"),
        (["A", "B", "C"], "A, B, C", "A, B and C", "A、B、C"),
    ],
)
def test_names_and_items_stand_in_a_row(names, items, in_english, in_chinese):
    assert (format_list(names), format_names(names)) == (items, in_english)
    with translation.override("zh-hans"):
        assert format_names(names) == in_chinese


def test_a_list_says_how_many_rows_it_has():
    assert [format_result_count(count) for count in (0, 1, 1518)] == ["0 results", "1 result", "1,518 results"]


def test_a_person_has_a_name_else_a_user_name():
    assert format_person(User(username="ada", first_name="Ada", last_name="Sun")) == "Ada Sun"
    assert format_person(User(username="ada")) == "ada"
    assert format_person(None) == "—"
