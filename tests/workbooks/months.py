"""A month's workbook in the hands of a person: downloaded, filled in, sent back."""

import io
from collections.abc import Mapping
from typing import Any

import openpyxl
from django.test import Client

from tests.pages import text_of
from workbooks.models import Upload

type Rows = Mapping[str, Mapping[str, Any]]


def signed_in(client: Client, person: Any) -> Client:
    client.force_login(person)
    client.cookies["pilotzone_language"] = "en"
    return client


def downloaded(client: Client, address: str = "/workspace/ledger/download/") -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer)))


def heads_of(sheet: Any) -> dict[str, int]:
    return {cell.value.rstrip("*"): cell.column for cell in sheet[1]}


def rows_of(sheet: Any) -> dict[str, dict[str, Any]]:
    heads = heads_of(sheet)
    return {
        row[heads["Code"] - 1].value: {head: row[at - 1].value for head, at in heads.items()}
        for row in sheet.iter_rows(min_row=2)
        if row[heads["Code"] - 1].value
    }


def fill(book: Any, rows: Rows, title: str = "Reports of the month") -> bytes:
    """Fill in what a person types, by code and head, and return the workbook as their program saves it."""
    sheet = book[title]
    heads = heads_of(sheet)
    numbers = {sheet.cell(at, heads["Code"]).value: at for at in range(2, sheet.max_row + 1)}
    for code, cells in rows.items():
        for head, value in cells.items():
            sheet.cell(numbers[code], heads[head]).value = value
    return saved(book)


def saved(book: Any) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def shown(page: Client, upload: Upload) -> str:
    return text_of(page.get(upload.get_absolute_url(), follow=True).content.decode())


def part(page: Client, upload: Upload, name: str) -> str:
    html = page.get(upload.get_absolute_url()).content.decode()
    return next((text_of(f"<main{each}</main>") for each in html.split("<section")[1:] if f'id="{name}"' in each), "")
