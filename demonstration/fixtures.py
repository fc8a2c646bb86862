"""The demonstration's ledger, as it is shipped."""

from django.conf import settings

from ledger.reading import read_ledger
from ledger.rows import Ledger

FOLDER = settings.BASE_DIR / "fixtures"
# Of rows that are made for it.
SOURCE = "示例数据 | Made for the demonstration"


def read_demonstration() -> Ledger:
    return read_ledger(FOLDER).ledger
