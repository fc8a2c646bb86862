import io
import os
import zipfile

import pytest

from ledger.csv_files import read_csv, write_csv, write_csv_folder, write_csv_zip
from ledger.declaration import Column

from .samples import SHEETS

TEXT = "码,名称\nP1,甲\n"


def rows(content):
    return [(row.number, *row.cells) for row in read_csv(io.BytesIO(content), "projects").sheets[0].rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_the_encoding_is_told_by_the_bytes(encoding):
    assert rows(TEXT.encode(encoding)) == [(1, "码", "名称"), (2, "P1", "甲")]


def test_a_letter_that_two_pieces_part_is_one(monkeypatch):
    monkeypatch.setattr("ledger.csv_files.PIECE", 4)
    assert rows(TEXT.encode()) == [(1, "码", "名称"), (2, "P1", "甲")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_makes_most_cells(delimiter):
    lines = [["code", "many", "text"], ["P1", "a", "one"], ["P2", "b", "two"]]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode()
    assert rows(content) == [(number, *line) for number, line in enumerate(lines, 1)]


@pytest.mark.parametrize("text", ["a; b; c; d", "a\tb\tc\td"])
def test_delimiters_within_texts_do_not_count(text):
    assert rows(f'# v1\ncode,title\nP1,"{text}"\n'.encode()) == [(2, "code", "title"), (3, "P1", text)]
    assert rows(f"code;title\nP1;{'1,5' * 9}\n".encode())[0] == (1, "code", "title")


def test_a_quoted_line_break_is_within_its_cell_and_rows_are_counted_as_a_spreadsheet_does():
    content = b'# v1,,\r\ncode,title\r\n\r\nP1,"one\r\ntwo, ""three"""\r\n,\r\nP2,\r\n'
    assert rows(content) == [(2, "code", "title"), (4, "P1", 'one\ntwo, "three"'), (6, "P2")]
    assert read_csv(io.BytesIO(content), "x").base == "v1"


def test_a_column_of_numbers_is_no_base_version():
    assert rows(b"#,code\n1,P1\n") == [(1, "#", "code"), (2, "1", "P1")]


def written(*values):
    output = io.StringIO()
    write_csv(output, [Column("text", "", "")], [{"text": value} for value in values])
    return output.getvalue().splitlines()[1:]


def test_a_text_that_looks_like_a_formula_is_written_as_a_text_and_read_as_it_was():
    texts = ["=1+1", "+1", "-1", "@a", "＝1", "'=1", "''-1", "it's", "'quoted'"]
    lines = written(*texts)
    assert lines == ["'=1+1", "'+1", "'-1", "'@a", "'＝1", "''=1", "'''-1", "it's", "'quoted'"]
    assert [row[1] for row in rows("\n".join(lines).encode())] == texts


ROWS = {
    "projects": [{"code": "P1", "title": "甲", "investment": 12_345, "partners": ("a", "b"), "is_open": True}],
    "departments": [],
}
PROJECTS_CSV = (
    "\ufeff# v1\r\n"
    "code,title,department,partners,stage,investment,share,due_on,month,recorded_at,is_open,position,value\r\n"
    "P1,甲,,a; b,,1.2345,,,,,yes,,\r\n"
)


def test_a_folder_has_a_file_for_each_sheet_with_the_base_version_in_front(tmp_path):
    write_csv_folder(tmp_path / "new", SHEETS, ROWS, base="v1")
    assert sorted(os.listdir(tmp_path / "new")) == ["departments.csv", "projects.csv"]
    assert (tmp_path / "new" / "projects.csv").read_bytes() == PROJECTS_CSV.encode()


def test_an_archive_has_equal_bytes_for_equal_rows(monkeypatch):
    first, second = io.BytesIO(), io.BytesIO()
    write_csv_zip(first, SHEETS, ROWS, base="v1")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    write_csv_zip(second, SHEETS, ROWS, base="v1")
    assert first.getvalue() == second.getvalue()
    assert zipfile.ZipFile(first).read("projects.csv") == PROJECTS_CSV.encode()
