"""The file of answers about columns: written by a page, read by the command."""

import pytest

from ledger.answers import read_answers, written_answers
from ledger.sentences import FileRefused

pytestmark = pytest.mark.usefixtures("english")

ANSWERS = {
    "sheet:干什么|谁来干": "measures",
    "measures:干什么": "title_zh",
    "measures:a=b": "target_zh",
    "measures:备注": "-",
    "measures.due_on": "2024",
    "projects.total_investment.rounding": "round",
}


def test_what_is_written_is_read_again() -> None:
    text = written_answers({**ANSWERS, "unlikely": "9f86d081", "pasted": "measures"})
    assert text.splitlines()[1:] == [
        "sheet:干什么|谁来干=measures",
        "measures:干什么=title_zh",
        "measures:a=b=target_zh",
        "measures:备注=-",
        "measures.due_on=2024",
        "projects.total_investment.rounding=round",
    ]
    assert read_answers(text) == ANSWERS


def test_without_answers_there_is_no_file() -> None:
    assert written_answers({"unlikely": "9f86d081"}) == ""


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("measures:干什么=title", "Measures has no column “title”. Its name is one of: code, section, title_zh"),
        ("measures.due=2024", "Measures has no column “due”. Its name is one of: code,"),
        ("measure:干什么=title_zh", "There is no sheet “measure”. Its name is one of: site, regions,"),
        ("sheet:干什么=tasks", "There is no sheet “tasks”."),
        ("tasks:备注=-", "There is no sheet “tasks”."),
        ("干什么", "There is no sheet “”."),
        ("干什么=title_zh", "There is no sheet “干什么”."),
    ],
)
def test_a_line_that_answers_nothing_is_refused_with_its_number(line: str, sentence: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read_answers(f"# A remark\n\nmeasures:干什么=title_zh\n{line}\n")
    assert str(refusal.value).startswith(f"Line 4: {sentence}")
