"""A workbook reads back to equal values, whatever sheets are declared."""

import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db.models import TextChoices
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import SHANGHAI
from ledger.cells import CONTROL
from ledger.csv_files import write_csv_zip
from ledger.declaration import Column, Kind, Sheet
from ledger.files import read_file
from ledger.questions import questions, read_rows
from ledger.tables import find_tables
from ledger.workbook import write_workbook
from projects.models import Stage
from tests.sweeps import examples

pytestmark = pytest.mark.both_databases

LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"]) | st.sampled_from("=+-@'\"\n;,、_x000D_")
TEXTS = st.text(LETTERS, min_size=1, max_size=30).map(str.strip).filter(lambda text: text and not CONTROL.search(text))
WORDS = st.text("abcXYZ0123456789-_.省厅（=+@'", min_size=1, max_size=12).map(str.strip).filter(bool)
CODES = st.text("abcXYZ0123456789-_.省厅=+@'", min_size=1, max_size=12)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=SHANGHAI)
)
VALUES = {
    Kind.TEXT: TEXTS,
    Kind.CODE: CODES,
    Kind.DAY: st.dates(),
    Kind.MOMENT: MOMENTS,
    Kind.MONTH: st.dates().map(lambda day: day.replace(day=1)),
    Kind.YES_NO: st.booleans(),
    Kind.WHOLE: st.integers(-(10**17), 10**17),
    Kind.NUMBER: st.decimals(-(10**13), 10**13, places=4),
    Kind.PERCENT: st.decimals(0, 100, places=2),
    Kind.MONEY: st.integers(-(10**14), 10**14),
    Kind.CHOICE: st.sampled_from(Stage.values),
    Kind.REFERENCE: WORDS,
}
MANY = (Kind.CODE, Kind.CHOICE, Kind.REFERENCE, Kind.DAY)


@st.composite
def columns(draw, name):
    kind = draw(st.sampled_from(Kind))
    return Column(
        name,
        f"Label of {name}",
        "",
        kind=kind,
        required=draw(st.booleans()),
        choices=Stage.choices if kind is Kind.CHOICE else (),
        many=kind in MANY and draw(st.booleans()),
        decimals={Kind.NUMBER: 4, Kind.PERCENT: 2}.get(kind, 0),
    )


def values(column):
    one = VALUES[column.kind]
    return st.lists(one, max_size=3).map(tuple) if column.many else st.none() | one


@st.composite
def ledgers(draw):
    """Declared sheets, and rows of each."""
    sheets, rows = [], {}
    for name in draw(st.sampled_from([["alpha"], ["alpha", "beta"]])):
        declared = [draw(columns(f"{name}_{number}")) for number in range(draw(st.integers(1, 6)))]
        key = Column("key", "Key", "", kind=Kind.CODE, required=True)
        sheet = Sheet(name, f"Sheet {name}", "", ("key",), (key, *declared))
        sheets.append(sheet)
        rows[name] = [
            {"key": f"K{number}", **{column.name: draw(values(column)) for column in declared}}
            for number in range(draw(st.integers(0, 4)))
        ]
    return sheets, rows


def read(file, sheets):
    raw = read_file(file, "ledger")
    assert raw.base == "v1"
    found = {}
    tables = find_tables(raw, sheets)
    assert not tables.notices and not tables.faults
    for table in tables.tables:
        assert not table.faults and not table.notices and not questions(table, {})
        rows, problems = read_rows(table, {})
        assert [str(each) for each in problems] == []
        found[table.sheet.name] = [dict(row.values) for row in rows]
    return found


def round_trip(write, ledger):
    sheets, rows = ledger
    file, again = io.BytesIO(), io.BytesIO()
    with translation.override("zh-hans"):
        write(file, sheets, rows, base="v1")
        write(again, sheets, rows, base="v1")
    assert file.getvalue() == again.getvalue()
    with translation.override("en"):
        assert read(file, sheets) == rows


@given(ledgers())
@settings(max_examples=examples(60), deadline=None)
def test_csv_files_read_back_to_equal_values(ledger):
    round_trip(write_csv_zip, ledger)


@given(ledgers())
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_workbook_reads_back_to_equal_values(ledger):
    round_trip(write_workbook, ledger)


class Kinds(TextChoices):
    """Choices whose labels have what stands between many values."""

    COUNTY = "county", "县（市、区）"
    CITY = "city", "市"


@pytest.mark.parametrize("write", [write_csv_zip, write_workbook])
@pytest.mark.parametrize(
    ("many", "value"), [(False, "county"), (True, ("county",)), (True, ("city", "county")), (True, ())]
)
def test_a_label_with_a_comma_in_it_stays_whole(write, many, value):
    column = Column("value", "Value", "", kind=Kind.CHOICE, choices=Kinds.choices, many=many)
    sheet = Sheet("alpha", "Alpha", "", ("key",), (Column("key", "Key", "", kind=Kind.CODE, required=True), column))
    round_trip(write, ([sheet], {"alpha": [{"key": "K", "value": value}]}))


@pytest.mark.parametrize("write", [write_csv_zip, write_workbook])
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, "_x000D_ and _x005F_"),
        (Kind.TEXT, "'=1"),
        (Kind.TEXT, 'a "quote"\nand, a; line'),
        (Kind.CODE, "007"),
        (Kind.CODE, "1.10"),
        (Kind.NUMBER, Decimal("0.0001")),
        (Kind.DAY, date(1, 1, 1)),
        (Kind.DAY, date(1900, 3, 1)),
        (Kind.DAY, date(9999, 12, 31)),
        (Kind.PERCENT, Decimal("0.5")),
        (Kind.MONEY, 1),
    ],
)
def test_what_is_easily_lost_is_kept(write, kind, value):
    column = Column("value", "Value", "", kind=kind, decimals=4)
    sheet = Sheet("alpha", "Alpha", "", ("key",), (Column("key", "Key", "", kind=Kind.CODE, required=True), column))
    round_trip(write, ([sheet], {"alpha": [{"key": "K", "value": value}]}))
