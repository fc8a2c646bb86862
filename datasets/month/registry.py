"""Which kind of month a file is of."""

from typing import Any

from datasets.models import Upload
from datasets.month.kinds import MonthKind
from datasets.month.measures import MEASURE_MONTH
from datasets.month.projects import PROJECT_MONTH

KINDS: dict[str, MonthKind[Any]] = {each.upload_kind: each for each in (MEASURE_MONTH, PROJECT_MONTH)}


def kind_of(upload: Upload) -> MonthKind[Any]:
    return KINDS[upload.kind]
