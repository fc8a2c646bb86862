"""Lists as files for Excel: types, what a sheet says of itself, how long it may be; and no text that would run."""

import csv
import io
import json
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from django.urls import resolve
from hypothesis import given, settings
from hypothesis import strategies as st

import web.api.endpoints
from measures.models import Measure
from problems.models import Meeting, Problem
from tests.api.addresses import LISTS, wrong
from tests.api.conftest import API
from tests.api.test_lists import whole
from web.lists.exports import FileInfo, export, export_cell
from web.lists.file_columns import file_columns

# What begins a formula, in the narrow and in the wide form, and what a program may leave out before it.
BEGINNINGS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)"]


# A day, as the reader of sheets gives it.
midnight = datetime.fromisoformat


def book_of(answer: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(whole(answer)))


@pytest.mark.django_db
def test_cells_of_a_sheet_have_their_types(site: Any, ask: Any) -> None:
    rows = list(book_of(ask("measures/?format=xlsx&fields=code,due_on,indicators")).worksheets[0].values)
    assert rows[1:] == [
        ("M001", midnight("2023-06-30"), "gdp_growth_ytd"),
        ("M002", midnight("2023-08-01"), None),
        ("M003", midnight("2023-10-01"), None),
        ("M004", None, None),
    ]
    sheet = book_of(ask("observations/?format=xlsx&region=370000&fields=value,exact,period_end")).worksheets[0]
    [_heads, first, *_others] = sheet.iter_rows()
    assert [cell.value for cell in first] == [6.2, True, midnight("2023-06-30")]
    assert [cell.data_type for cell in first] == ["n", "b", "d"]
    assert first[2].number_format == "yyyy-mm-dd"
    [_heads, first, *_others] = book_of(ask("projects/?format=xlsx&fields=total_investment")).worksheets[0].values
    assert first == (1234.5678,)


def test_a_code_with_a_semicolon_is_told_from_two_codes() -> None:
    assert export_cell(["1.1", "1;2", "P3"]) == '1.1;"1;2";P3'
    [cells] = csv.reader([export_cell(["1.1", "1;2", "P3"])], delimiter=";")
    assert cells == ["1.1", "1;2", "P3"]


def lines_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(whole(answer).decode("utf-8-sig"), newline="")))


@pytest.mark.django_db
def test_what_has_members_has_a_column_for_each_in_a_file(site: Any, ask: Any) -> None:
    [line] = lines_of(ask("indicators/?format=csv&fields=code,latest,target,comparator&lang=en"))
    assert line == {
        "code": "gdp_growth_ytd",
        "latest_period": "2023H1",
        "latest_value": "6.2",
        "latest_released_on": "2023-07-20",
        "latest_release_basis": "stated",
        "latest_provenance": "illustrative",
        "target_value": "6",
        "target_due_year": "2025",
        "target_qualifier": "",
        "target_document": "A plan document",
        "comparator_region": "100000",
        "comparator_value": "5.5",
    }
    [line] = lines_of(ask("rollups/measures/?format=csv&fields=total,lights"))
    assert line == {"total": "4", "lights_green": "2", "lights_yellow": "1", "lights_red": "1"}
    # Of another day under the name that JSON gives them.
    [line] = lines_of(ask("rollups/measures/?format=csv&fields=total,lights_then&compare=2023-08-28"))
    assert line == {"total": "4", "lights_then_green": "2", "lights_then_yellow": "1", "lights_then_red": "1"}


@pytest.mark.django_db
def test_what_there_is_not_leaves_its_columns_empty(site: Any, ask: Any) -> None:
    # Nothing was released by the day.
    [line] = lines_of(ask("indicators/?format=csv&has_value=no&as_of=2023-04-01&fields=code,latest"))
    assert set(line) == {
        "code",
        *(f"latest_{name}" for name in ("period", "value", "released_on", "release_basis", "provenance")),
    }
    assert set(line.values()) == {"gdp_growth_ytd", ""}


@pytest.mark.django_db
def test_a_member_of_each_of_a_list_is_joined_in_its_place(site: Any, ask: Any) -> None:
    problem = Problem.objects.get(measure__code="M002")
    meeting = Meeting.objects.get()
    other = Problem.objects.get(measure__code="M004")
    given = {"owner": other.last_step.owner, "due_on": date(2023, 9, 1), "note": "a;b", "content": other.content()}
    meeting.items.create(
        position=2,
        problem=other,
        direction=other.steps.create(move="assign", state="assigned", made_on=date(2023, 7, 20), **given),
    )
    assert problem.number == other.number == 1
    [line] = lines_of(ask("meetings/?format=csv&fields=number,directions"))
    # The words of a direction are for those who log in.
    assert line == {
        "number": "1",
        "directions_problem": "M002-1;M004-1",
        "directions_owner": "power;power",
        "directions_note": ";",
        "directions_due_on": "2023-08-10;2023-09-01",
        "directions_given_on": "2023-07-20;2023-07-20",
        "directions_state": "assigned;assigned",
    }
    [row] = [json.loads(line) for line in whole(ask("meetings/?format=ndjson&fields=directions")).splitlines()]
    assert [each["problem"] for each in row["directions"]] == ["M002-1", "M004-1"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", LISTS)
def test_no_cell_of_a_file_holds_json(path: str, site: Any, ask: Any) -> None:
    list_class = resolve(API + path).func.cls
    shapes = {**list_class.columns, **list_class.compared_columns}
    columns = file_columns(shapes)
    for name, column in columns.items():
        kind = column.shape["type"]
        assert kind in ("string", "number", "integer", "boolean") or column.shape["items"]["type"] == "string", name
    # No two fields make columns of one name: each member has one.
    assert len(columns) == sum(max(1, len(file_columns({name: shape}))) for name, shape in shapes.items())
    cells = [cell for line in lines_of(ask(f"{path}?format=csv")) for cell in line.values()]
    assert cells
    assert [cell for cell in cells if cell.startswith(("{", "["))] == []


@pytest.mark.django_db
def test_a_sheet_explains_each_column(site: Any, ask: Any) -> None:
    rows, about = book_of(ask("indicators/?format=xlsx&lang=en&fields=code,latest")).worksheets
    [heads, first] = rows.values
    assert heads == (
        "code",
        "latest_period",
        "latest_value",
        "latest_released_on",
        "latest_release_basis",
        "latest_provenance",
    )
    assert first == ("gdp_growth_ytd", "2023H1", 6.2, midnight("2023-07-20"), "stated", "illustrative")
    lines = [tuple(cell for cell in line if cell is not None) for line in about.values]
    fields = lines[lines.index(("Field", "Unit", "Description")) + 1 :]
    assert [line[0] for line in fields[:6]] == list(heads)


@pytest.mark.django_db
def test_the_first_row_and_column_stay_and_can_be_filtered_by(site: Any, ask: Any) -> None:
    sheet = book_of(ask("projects/?format=xlsx&fields=code,city")).worksheets[0]
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("数据", "B2", "A1:B4")
    assert [cell.font.b for cell in sheet[1]] == [True, True]


@pytest.mark.django_db
def test_the_second_sheet_says_what_the_first_is(site: Any, ask: Any) -> None:
    answer = ask("projects/?format=xlsx&lang=en&category=energy&fields=code,total_investment,source")
    rows, about = book_of(answer).worksheets
    assert (rows.title, about.title) == ("Rows", "About this file")
    lines = [tuple(cell for cell in line if cell is not None) for line in about.values]
    assert lines[:4] == [
        ("List", "projects"),
        ("As of", midnight("2023-08-29")),
        ("Rows", 2),
        (
            "Address",
            f"http://testserver{API}projects/?format=xlsx&lang=en&category=energy&fields=code,total_investment,source"
            "&plan=shandong-2023-2025",
        ),
    ]
    assert ("Filter: category", "energy") in lines
    fields = lines[lines.index(("Field", "Unit", "Description")) + 1 :]
    assert [line[0] for line in fields[:3]] == ["code", "total_investment", "source"]
    assert fields[1][1] == "100 million yuan"
    assert lines[-2:] == [("Sources",), ("Made for tests",)]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_more_rows_than_a_sheet_holds_are_refused(
    language: str, site: Any, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.lists.exports, "MAX_ROWS", 3)
    answer = ask(f"measures/?format=xlsx&lang={language}")
    assert answer.status_code == 400
    sentences = {
        "en": "A sheet of Excel holds 3 rows; take CSV.",
        "zh-hans": "Excel的一张工作表最多容纳3行，请改用CSV格式。",
    }
    assert wrong(answer) == {"format": [sentences[language]]}
    for fitting in (
        "measures/?format=xlsx&status=promoting",
        "measures/?format=xlsx&page_size=2",
        "measures/?format=csv",
    ):
        assert ask(fitting).status_code == 200, fitting


@pytest.mark.django_db
@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_of_a_row_does_not_run(text: str, site: Any, ask: Any) -> None:
    Measure.objects.filter(code="M001").update(title_en=text, source=text)
    [_head, line, *_others] = csv.reader(
        io.StringIO(whole(ask("measures/?format=csv&fields=title_en,source")).decode("utf-8-sig"), newline="")
    )
    assert line == [f"'{text}", f"'{text}"]
    for sheet in book_of(ask("measures/?format=xlsx&fields=title_en,source")).worksheets:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d", "inlineStr"}


@pytest.mark.django_db
def test_a_filter_that_is_named_in_the_file_does_not_run(site: Any, ask: Any) -> None:
    about = book_of(ask("measures/?format=xlsx&lang=en&search=%3D1%2B1")).worksheets[1]
    assert ("Filter: search", "'=1+1") in [line[:2] for line in about.values]


DANGEROUS = st.builds(
    "".join, st.tuples(st.sampled_from(BEGINNINGS), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
)


@pytest.mark.parametrize("path", LISTS)
@settings(max_examples=8, derandomize=True, deadline=None, database=None)
@given(text=DANGEROUS.filter(lambda text: "\0" not in text))
def test_no_text_field_of_a_list_can_run(path: str, text: str) -> None:
    columns = resolve(API + path).func.cls.columns
    row = {name: [text, text] if shape["type"] == "array" else text for name, shape in columns.items()}
    about = FileInfo(title="list", day=date(2023, 8, 29), address="http://testserver/", filters={}, columns=columns)
    for kind in ("csv", "xlsx"):
        answer = export(kind, name="list", columns=list(columns), rows=[row], about=about)
        if kind == "csv":
            [_heads, cells] = csv.reader(io.StringIO(whole(answer).decode("utf-8-sig"), newline=""))
            # A quotation mark begins a list of texts that have a semicolon themselves; what it begins does not run.
            assert all(cell.startswith((f"'{text}", '"')) for cell in cells)
        else:
            sheets = openpyxl.load_workbook(io.BytesIO(whole(answer))).worksheets
            assert len(sheets[0]["A2"].value) >= len("'") + 1
            assert "f" not in {cell.data_type for sheet in sheets for row in sheet.iter_rows() for cell in row}
