"""docs/data.md says what the sheets' declaration does."""

import os

from django.utils.translation import override

from ledger.headers import header_key
from ledger.sheets import SHEETS
from tests.ledger.data_document import data_document
from tests.services import ROOT

DOCUMENT = ROOT / "docs" / "data.md"


def test_the_document_is_what_the_sheets_are() -> None:
    made = data_document()
    if os.environ.get("RECORD_DOCUMENTS"):
        DOCUMENT.write_text(made, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == made


def test_it_names_each_column_with_its_meaning_and_example() -> None:
    lines = data_document().splitlines()
    code = "Names the measure within its plan. Empty in a new row: numbered. At most 32 characters."
    assert f"| `code` | Code | no | {code} | M001 |" in lines
    status = "From the effective date on. One of `promoting`, `in_progress`, `completed`."
    assert f"| `status` | New status | new rows | {status} | in_progress |" in lines


def test_every_column_is_explained_and_every_reference_leads_to_a_sheet() -> None:
    for sheet in SHEETS.values():
        names = [column.name for column in sheet.columns]
        assert len(names) == len(set(names))
        for language in ("en", "zh-hans"):
            with override(language):
                labels = [header_key(str(column.label)) for column in sheet.columns]
                assert len(labels) == len(set(labels)), (sheet.name, language)
        assert set(sheet.key) <= set(names)
        for column in sheet.columns:
            assert str(column.label), (sheet.name, column.name)
            assert str(column.help), (sheet.name, column.name)
            assert not column.refers_to or column.refers_to in SHEETS
