"""What a month's workbook held when it was downloaded: its plan, department and month, and each row."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from accounts.models import Department
from datasets.ledger.versions import find_version, keep_text, text_of_version
from datasets.month.contents import Cells, MonthRow, empty_cells
from measures.models import Plan

# None of the names of a ledger's sheets.
KEY = "month_of_department"


@dataclass(frozen=True)
class HeldRow:
    """`cells`: what stood in those that are filled in; `shown`: in the others; `status`: the measure's current one."""

    cells: Cells
    shown: Cells
    status: str


@dataclass(frozen=True)
class MonthVersion:
    """`department`: its slug; `month`: as 2023-08; `rows` by code."""

    plan: Plan
    department: str
    month: str
    rows: Mapping[str, HeldRow]


def keep_month(rows: Mapping[str, MonthRow], *, plan: Plan, department: Department, month: date) -> str:
    """The digest under which it is kept, which goes into the file."""
    held = {code: asdict(HeldRow(row.cells, row.shown, row.measure.status)) for code, row in rows.items()}
    contents = {KEY: {"department": department.slug, "month": f"{month:%Y-%m}", "plan": plan.slug, "rows": held}}
    return keep_text(plan, json.dumps(contents, ensure_ascii=False, sort_keys=True))


def find_month(digest: str) -> MonthVersion | None:
    """None where the file names no version of a month that this site has."""
    version = find_version(digest)
    held = json.loads(text_of_version(version)).get(KEY) if version is not None else None
    if version is None or held is None:
        return None
    # A file of an earlier release has fewer columns.
    rows = {code: HeldRow(**{**row, "cells": empty_cells() | row["cells"]}) for code, row in held["rows"].items()}
    return MonthVersion(version.plan, held["department"], held["month"], rows)
