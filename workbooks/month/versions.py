"""The contents of a workbook when it was downloaded: its plan, whose it was, its month, and each row."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from accounts.models import Department
from ledger.versions import find_version, keep_text, text_of_version
from measures.models import Plan
from workbooks.month.kinds import HeldRow, MonthKind, MonthRow, Place
from workbooks.month.registry import KINDS


@dataclass(frozen=True)
class MonthVersion:
    """`place`: a department or a city, as `place_of` names it; `month`: as `month_code` names it; `rows` by
    what names them."""

    kind: MonthKind[Any]
    plan: Plan
    place: dict[str, str]
    month: str
    rows: Mapping[str, HeldRow]


def place_of(place: Place) -> dict[str, str]:
    return {"department": place.slug} if isinstance(place, Department) else {"city": place.code}


def month_code(month: date | None) -> str:
    """2023-08; empty for a workbook that is of no month."""
    return f"{month:%Y-%m}" if month is not None else ""


def keep_month(
    kind: MonthKind[Any], rows: Mapping[str, MonthRow], *, plan: Plan, place: Place, month: date | None
) -> str:
    """The digest under which it is kept, which goes into the file."""
    held = {code: asdict(HeldRow(row.cells, row.shown, row.status)) for code, row in rows.items()}
    named = {**place_of(place), "month": month_code(month), "plan": plan.slug}
    return keep_text(plan, json.dumps({kind.version_key: {**named, "rows": held}}, ensure_ascii=False, sort_keys=True))


def find_month(digest: str) -> MonthVersion | None:
    """None where the file names no version of such a workbook that this site has."""
    version = find_version(digest)
    contents = json.loads(text_of_version(version)) if version is not None else {}
    kind = next((each for each in KINDS.values() if each.version_key in contents), None)
    if version is None or kind is None:
        return None
    held = contents[kind.version_key]
    # A file of an earlier release has fewer columns.
    rows = {code: HeldRow(**{**row, "cells": kind.empty_cells() | row["cells"]}) for code, row in held["rows"].items()}
    place = {name: held[name] for name in ("department", "city") if name in held}
    return MonthVersion(kind, version.plan, place, held["month"], rows)
