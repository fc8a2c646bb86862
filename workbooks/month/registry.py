"""The kinds of workbooks, and which kind a file is."""

from typing import Any

from workbooks.models import Upload
from workbooks.month.kinds import MonthKind
from workbooks.month.measures import MEASURE_MONTH
from workbooks.month.projects import PROJECT_MONTH
from workbooks.month.values import INDICATOR_VALUES

KINDS: dict[str, MonthKind[Any]] = {each.upload_kind: each for each in (MEASURE_MONTH, PROJECT_MONTH, INDICATOR_VALUES)}


def kind_of(upload: Upload) -> MonthKind[Any]:
    return KINDS[upload.kind]
