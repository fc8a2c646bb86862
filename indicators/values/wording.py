"""The words of a filed value, for pages: its entries, those of a step of its life, and values beside which it
stands."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from indicators.dues import DuePeriod
from indicators.models import RELEASE_BASES, Indicator, Observation, Purpose, ValueProvenance, ValueReport
from indicators.wording import number_cell, period_words, release_day, with_unit
from reporting.steps import Entry
from web.formats.dates import format_day
from web.formats.periods import format_period
from web.language import localized


def next_value_words(indicator: Indicator, due: DuePeriod) -> str:
    """Return the words that say by when an indicator's owner owes which value."""
    words = {
        "period": format_period(*due.period),
        "day": format_day(due.due_on),
        "department": localized(indicator.owner, "short"),
    }
    return _("%(period)s, due from %(department)s by %(day)s") % words


class ValueRow(NamedTuple):
    """A value that is there, as a row of a table."""

    period: str
    value: str
    released: str
    is_verified: bool


def value_rows(indicator: Indicator, observations: Iterable[Observation]) -> list[ValueRow]:
    return [
        ValueRow(
            period_words(row),
            number_cell(indicator, row.value, exact=row.exact, exactly=True),
            release_day(row),
            row.verified,
        )
        for row in observations
    ]


def entries(report: ValueReport) -> list[Entry]:
    """Return the content of a filed value, label by label; what is empty is left out."""
    return step_texts(report.indicator, report.content())


def step_texts(indicator: Indicator, content: Mapping[str, Any]) -> list[Entry]:
    """Return the content that a step of a filed value's life kept, label by label."""
    value, exact = content["value"], content["exact"]
    said: list[Entry] = [
        (_("Value"), "" if value is None else with_unit(indicator, Decimal(value), exact=exact, exactly=True)),
        (_("Release date"), content["released_on"] or ""),
        (_label("release_basis"), str(dict(RELEASE_BASES)[content["release_basis"]])),
        (_label("value_provenance"), str(ValueProvenance(content["value_provenance"]).label)),
        (_("Source"), content["source"]),
        (_("Checked against the source"), {True: _("Yes"), False: _("Not yet")}.get(content["verified"], "")),
        (_label("purpose"), str(Purpose(content["purpose"]).label) if content["purpose"] else ""),
        (_("Reason"), content["reason"]),
        *((_label(name), content[name]) for name in ("basis", "scope", "note")),
    ]
    return [(name, text) for name, text in said if text]


def _label(name: str) -> str:
    column: Any = ValueReport._meta.get_field(name)
    return str(column.verbose_name)
