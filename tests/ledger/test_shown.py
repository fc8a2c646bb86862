from datetime import datetime

import pytest

from core.clock import SHANGHAI
from ledger.shown import row_name
from measures.models import Term


@pytest.mark.parametrize(
    "moment", [datetime(2023, 8, 29, 20, 42, 8, 792195, tzinfo=SHANGHAI), "2023-08-29 20:42:08.792195"]
)
def test_a_moment_in_the_name_of_a_row_has_no_fractions_of_a_second(moment):
    assert row_name("terms_changes", ("M020", moment, "due_on"), {}) == f"M020 2023-08-29 20:42:08 {Term.DUE_ON.label}"


def test_an_amount_in_the_name_of_a_row_keeps_its_decimals():
    assert row_name("measures", ("3.10",), {"title_en": "Sea ranching"}) == "3.10 Sea ranching"
