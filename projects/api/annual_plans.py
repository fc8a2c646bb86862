"""The annual plan in rows of the API: of a project, and of one of its months."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from core.pace import percent
from projects.rates import plan_gap
from web.api.fields import Chunk, Field, Reader, column
from web.api.shapes import NUMBER, optional, quantity
from web.formats.money import yi_number
from web.formats.numbers import json_number

ANNUAL_PLAN = quantity(
    "100 million yuan",
    optional(NUMBER),
    description=gettext_lazy("What is to be invested in the year; null where nothing says so"),
)
PLAN_COMPLETION = quantity(
    "%",
    optional(NUMBER),
    description=gettext_lazy("Invested since 1 January / annual_plan; null without a plan or a month of the year"),
)
PLAN_GAP = quantity(
    "percentage points",
    optional(NUMBER),
    description=gettext_lazy("plan_completion less the time elapsed at the end of that month, which is month / 12"),
)


def annual_plan_fields(
    planned: str, invested: str, period: str, *, month: Callable[[Chunk], Reader]
) -> dict[str, Field]:
    """Return the fields of an annual plan, its completion and its gap, from the columns of a row: what is planned for a
    year, and what was invested in it until a month. `month`: that one, None where the row has none of the year."""

    def of_month(rate: Callable[[int, int, date], Decimal | None]) -> Callable[[Chunk], Reader]:
        def read(chunk: Chunk) -> Reader:
            month_of_row = month(chunk)

            def read_row(row: Any) -> int | float | None:
                of_year, planned_wan = month_of_row(row), row[planned]
                if of_year is None or planned_wan is None:
                    return None
                return json_number(rate(planned_wan, row[invested], of_year))

            return read_row

        return read

    columns = (planned, invested, period)
    return {
        "annual_plan": column(planned, ANNUAL_PLAN, convert=lambda wan: None if wan is None else yi_number(wan)),
        "plan_completion": Field(PLAN_COMPLETION, columns, of_month(_completion)),
        "plan_gap": Field(PLAN_GAP, columns, of_month(_gap)),
    }


def _completion(planned_wan: int, invested_wan: int, _month: date) -> Decimal | None:
    return percent(invested_wan, planned_wan)


def _gap(planned_wan: int, invested_wan: int, month: date) -> Decimal | None:
    return plan_gap(planned_wan, invested_wan, month=month)
