"""The words in which sheets and their columns are declared: readers, templates and docs/data.md follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.functional import Promise

Text = str | Promise


class Kind(Enum):
    """How a cell is read, and as what: the type in Python stands behind it."""

    TEXT = "text"  # str
    CODE = "code"  # str, NFKC and trimmed
    DAY = "day"  # date
    MOMENT = "moment"  # aware datetime
    MONTH = "month"  # date, its first day
    YES_NO = "yes_no"  # bool
    WHOLE = "whole"  # int
    NUMBER = "number"  # Decimal
    PERCENT = "percent"  # Decimal, 90 for 90 %; int where the column has no decimals
    MONEY = "money"  # int, 万元; written in 亿元, or in 万元 where the column says so, if the cell names no unit
    CHOICE = "choice"  # str, the value of one of `choices`
    REFERENCE = "reference"  # str, as it stands in the cell: a code, a slug, a name or a short name


# A column equals itself alone: labels that wait for a language are slow to compare.
@dataclass(frozen=True, eq=False)
class Column:
    """`name`: the header of a CSV file; `label`: that of a workbook, where the name is understood, too.

    `help` says what the cell means and in which unit. `refers_to`: the sheet whose rows a reference names. `many`: a
    tuple of values, with semicolons between them in the cell. `most`: the longest text, or the greatest number;
    `least`: the smallest number. `in_wan`: money is written in 万元. `width`: in a workbook, in characters; 0 where its
    kind says enough. `unit_in`: the column that says in which unit the number of a row is: a text, or a reference
    to a row with a unit. `optional_where`: another column and the value of it with which a required
    cell may be empty. `is_deadline`: words such as 2024年底 mean their last day. `field`: that of the sheet's model;
    empty where it has none of its own.
    """

    name: str
    label: Text
    help: Text
    example: str = ""
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[tuple[str, Text], ...] = ()
    refers_to: str = ""
    many: bool = False
    most: int | None = None
    least: int | None = None
    decimals: int = 0
    in_wan: bool = False
    width: int = 0
    unit_in: str = ""
    optional_where: tuple[str, str] | None = None
    is_deadline: bool = False
    field: str = ""

    def is_needed(self, values: Mapping[str, Any]) -> bool:
        """Returns whether a row with these values needs a value in this column."""
        if self.optional_where is None:
            return self.required
        column, value = self.optional_where
        return self.required and values.get(column) != value


@dataclass(frozen=True)
class Sheet:
    """`name`: that of its CSV file; `label`: the title of the sheet in a workbook. `key`: the columns that name a row
    within the plan. `required`: a file without it cannot be loaded into an empty site."""

    name: str
    label: Text
    help: Text
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False

    def column(self, name: str) -> Column:
        return next(each for each in self.columns if each.name == name)

    @property
    def links(self) -> tuple[str, ...]:
        """The names of the columns that are many-to-many."""
        return tuple(each.name for each in self.columns if each.many)
