"""docs/data.md: what each column of the ledger holds, from the declaration of its sheets."""

from collections.abc import Iterator

from django.utils.translation import override

from ledger.declaration import Column, Kind, Sheet
from ledger.sheets import SHEETS

HEAD = """# The ledger

What `manage.py load_data` reads and `manage.py export_data` writes: all that a site holds of one plan, as an Excel
workbook with a sheet for each table below, or as a folder of CSV files of these names. This page is made from
`ledger/sheets/`, as the reader and the template are: `RECORD_DOCUMENTS=1 ./run test --lane sqlite
tests/ledger/test_document.py` renews it. [The demonstration's files](../fixtures/README.md) are an example.

- A row is found by its key. One that is new is added; one that is there is changed to what the file says, cell by cell,
  and only in the columns that the file has. A row that is not in the file stays; it goes when its column `remove` gives
  a reason.
- A plan that is loaded beside others changes nothing of what is shown where none is named: that the office chooses, and
  no ledger says it.
- Needed to begin with are `plan`, `sections` and `measures`; all other sheets and most columns may be missing. "New
  rows" means that a new row needs a value there, "key" that every row does.
- Whatever names another row may do so by its key, its name or its short name. Several are separated by `;`. A code may
  have one itself: then it stands in quotation marks, `"1;2"; 3`.
- A table of your own need not look like the template. Its header may use the words of `ledger/sheets/headers.toml`;
  a title and a line such as 单位：万元 may stand above it; cells of areas, departments, regions and deadlines may be
  merged over rows; headings such as 一、产业升级 between rows are priority areas, or categories of projects; rows of
  sums are left out, and compared with their rows. The first table of a plan makes its departments, areas and
  categories. Afterwards a department, region or area that nobody has is asked about where it may be one that is there,
  as 省发改委 is 发展改革委: once for all cells alike, and known in the next file.
- A deadline in words is its last day: 2024年底, 2024年第三季度, 2024年6月前, 2024-2026年. What lasts (长期) has none,
  and keeps its words (`due_text`).
- A day is written as 2026-06-30, 2026年6月30日, 2026/6/30 or as a date of the spreadsheet, a month as 2026-06, an
  amount with its unit (万元 or 亿元), a yes or no as yes, no, 是 or 否.
- Amounts are kept in whole 万元 (10,000 yuan). Where some have more digits, it is asked whether they are to be rounded.
- A value in per cent is written as 5.2 or 5.2%. A cell of Excel (.xlsx) that shows 5.2% is 5.2; other formats keep no
  percentages, so that it is asked about values in per cent that all lie between -1 and 1.
- What happened lies not ahead: months, submissions, decisions, statuses and values of days to come are wrong. What is
  unlikely, such as a value far from the last ones, is asked about, and loaded when somebody says that it is so.
- What happened to a measure (reports, evidence, status history, changes of terms, suspensions, steps of problems, what
  meetings decided) is on record: a load adds rows, and rewrites none. The words and the category of a problem may
  change.
- An accepted report changes the status of its measure from its effective date on, else from the day it was submitted,
  as on the site. Where `status_history` has no row of that change, it follows from the report, and the preview says how
  many do.
- When a load ends the data checks run over its rows. What they find is shown with the load, and refuses nothing.
- Another total of a project whose investment is published comes with another `source`, or with another
  `investment_provenance`.
- `provenance` is `published` (a source states it), `reported` (filed by a department, or entered without a named
  source) or `illustrative` (made up for a demonstration, and shown as such); `source` names the source as
  `Chinese | English; address`.
"""


def data_document() -> str:
    with override("en"):
        return HEAD + "".join(f"\n{section}" for sheet in SHEETS.values() for section in _section(sheet))


def _section(sheet: Sheet) -> Iterator[str]:
    key = ", ".join(f"`{name}`" for name in sheet.key) or "none"
    rows = "".join(_row(sheet, column) for column in sheet.columns)
    yield (
        f"## `{sheet.name}`\n\n{sheet.label}. {sheet.help} Key: {key}.\n\n"
        f"| column | label | needed | what it holds | example |\n| --- | --- | --- | --- | --- |\n{rows}"
    )


def _row(sheet: Sheet, column: Column) -> str:
    needed = "no"
    if column.required:
        needed = "key" if column.name in sheet.key else "new rows"
    cells = (f"`{column.name}`", column.label, needed, _meaning(column), column.example)
    return "| " + " | ".join(str(cell).replace("|", r"\|") for cell in cells) + " |\n"


def _meaning(column: Column) -> str:
    parts = [str(column.help)]
    if column.choices:
        parts.append(f"One of {', '.join(f'`{value}`' for value, _label in column.choices)}.")
    if column.refers_to:
        parts.append(f"Rows of `{column.refers_to}`." if column.many else f"A row of `{column.refers_to}`.")
    if column.most is not None and column.kind in (Kind.TEXT, Kind.CODE):
        parts.append(f"At most {column.most:,} characters.")
    return " ".join(parts)
