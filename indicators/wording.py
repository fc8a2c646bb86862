"""An indicator's values in the reader's language: Chinese pages show value x `zh_factor` in `unit_zh`, English ones the
unit that `web.formats.units` has for theirs."""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from indicators.models import Indicator, Observation, Target
from indicators.state import ChangeSince, is_rate
from web import language
from web.charts.text import value_text
from web.formats.dates import format_day, format_iso_day
from web.formats.numbers import MINUS, NO_VALUE, trimmed
from web.formats.periods import format_period
from web.formats.units import english_decimals, english_unit, format_with_unit, in_english_unit


def shown_value(indicator: Indicator, value: Decimal, *, exactly: bool = False) -> Decimal:
    """Return a value in the unit of `shown_unit`; `exactly` for the table of an indicator's own values."""
    if language.column_suffix() == "zh":
        return trimmed(value * indicator.zh_factor)
    return in_english_unit(value, indicator.unit, exactly=exactly)


def shown_unit(indicator: Indicator) -> str:
    is_own = language.is_chinese() and indicator.unit_zh
    return indicator.unit_zh if is_own else english_unit(indicator.unit)


def in_one_bracket(text: str) -> str:
    """Return a text with two brackets in a row made one: what follows a Chinese name that ends with a bracket of its
    own goes into it: 排放量（CEADs清单，万吨）."""
    return text.replace("）（", "，")


def named_in(name: str, unit: str) -> str:
    """Return a name with the unit of its values: GDP (billion yuan)."""
    return in_one_bracket(_("%(name)s (%(unit)s)") % {"name": name, "unit": unit})


def number_cell(indicator: Indicator, value: Decimal | None, *, exact: bool = True, exactly: bool = False) -> str:
    """Return a number for table cells, where the unit stands elsewhere: 6.2, -3.95, 8,382, 约115; a rate has at least
    one decimal."""
    if value is None:
        return NO_VALUE
    shown = shown_value(indicator, value, exactly=exactly)
    return as_cell(value_text(shown, percent=is_rate(indicator), exact=exact, decimals=_least_decimals(indicator)))


def as_cell(text: str) -> str:
    """Return a number as tables write it: without the unit, and with a minus that other programs read too."""
    return text.replace("%", "").replace(MINUS, "-")


def signed_cell(change: Decimal, text: str) -> str:
    """Return a change, written as `text`, for a cell: with its sign, and none on zero."""
    return f"+{as_cell(text)}" if change > 0 else as_cell(text)


def digits_after(indicator: Indicator, values: Sequence[Decimal]) -> int:
    """Decimals that give the middle one of some values three digits, but no more than the values have: the unit of a
    country is large for a city."""
    shown = [shown_value(indicator, value, exactly=True) for value in values]
    own = max(max(-int(each.as_tuple().exponent), 0) for each in shown)
    middle = median(shown)
    return min(own, max(2 - middle.adjusted(), 0)) if middle else own


def rounded_text(value: Decimal, decimals: int, *, exact: bool = True) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return value_text(rounded, exact=exact, decimals=decimals if rounded else 0)


def short_text(indicator: Indicator, value: Decimal, *, like: Sequence[Decimal], exact: bool = True) -> str:
    """A value in the unit that is shown, with the decimals that suit those `like` it."""
    return rounded_text(shown_value(indicator, value, exactly=True), digits_after(indicator, like), exact=exact)


def _least_decimals(indicator: Indicator) -> int:
    return 0 if language.column_suffix() == "zh" else english_decimals(indicator.unit)


def change_cell(indicator: Indicator, change: Decimal | None, value: Decimal | None) -> str:
    """Return a change for the cell beside the `value` that it led to: with its sign, and none on zero. An amount has no
    more decimals than the value beside it, unless nothing but those changed."""
    if change is None or value is None:
        return NO_VALUE
    if not is_rate(indicator):
        decimals = max(-int(trimmed(value).as_tuple().exponent), 0)
        change = change.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) or change
    return signed_cell(change, number_cell(indicator, change))


def with_unit(indicator: Indicator, value: Decimal, *, exact: bool = True, exactly: bool = False) -> str:
    """Return a value with its unit, for sentences: 6.2%, 2.49% of GDP, 8,382万千瓦, 83.82 GW; `exactly` with all
    decimals."""
    shown, decimals = shown_value(indicator, value, exactly=exactly), _least_decimals(indicator)
    text = value_text(shown, percent=is_rate(indicator), exact=exact, decimals=decimals)
    unit = shown_unit(indicator).removeprefix("%")
    return format_with_unit(text, unit.strip())


def change_words(indicator: Indicator, change: Decimal) -> str:
    """Return a change in words, for sentences: up 2.6 percentage points, 减少2,408亿元. A change of nothing is left to
    the caller."""
    if is_rate(indicator):
        words = _("up %(points)s percentage points") if change > 0 else _("down %(points)s percentage points")
        return words % {"points": number_cell(indicator, abs(change))}
    words = _("up %(amount)s") if change > 0 else _("down %(amount)s")
    return words % {"amount": with_unit(indicator, abs(change))}


def release_cell(row: Observation) -> str:
    """The day of release in a table, with a star where it is assumed, which `assumed_note` explains."""
    return f"{format_iso_day(row.released_on)}*" if row.is_release_assumed else format_iso_day(row.released_on)


def release_day(row: Observation) -> str:
    """The same where no note follows: 2023-07-20 (assumed), 2023-07-20（推算）."""
    words = {"day": format_iso_day(row.released_on)}
    return _("%(day)s (estimated)") % words if row.is_release_assumed else words["day"]


def release_words(row: Observation) -> str:
    """Return the day of release for a sentence: released on 20 July 2023. For a day that the source states."""
    return _("released on %(day)s") % {"day": format_day(row.released_on)}


def assumed_note(rows: Iterable[Observation | None]) -> str:
    """Return the note on what the star means, under a table that has one; else nothing."""
    if not any(row is not None and row.is_release_assumed for row in rows):
        return ""
    return _("* Release date assumed from when such figures are usually released.")


def period_words(row: Observation) -> str:
    return format_period(row.period_kind, row.period_start, row.period_end)


def since_words(since: ChangeSince, day: str) -> str:
    """How a value differs from that of an earlier day, which `day` names, and what it was; empty where there is none on
    either day."""
    words: dict[str, str] = {"since": day}
    if since.is_first:
        return _("first published since %(since)s") % words
    if since.latest is None or since.value is None:
        return ""
    if since.is_same:
        return _("no new figure since %(since)s") % words
    indicator, change = since.now.indicator, since.change
    value = with_unit(indicator, since.value)
    words["then"] = _("%(value)s, %(period)s") % {"value": value, "period": period_words(since.latest)}
    if change is None:
        # Sums from 1 January to different days.
        return _("new figure since %(since)s (before: %(then)s)") % words
    if not change:
        return _("new figure since %(since)s, with the same value (before: %(then)s)") % words
    words["change"] = change_words(indicator, change)
    return _("%(change)s since %(since)s (before: %(then)s)") % words


def remarks(target: Target) -> list[str]:
    return [word for word in re.split(r"[,;]\s+|\s+(?=\()", target.qualifier) if word]


def target_words(target: Target, indicator: Indicator, *, unit: bool = False) -> str:
    """Return a target in words: at least 9,000 (2025), with what the document adds; sentences want the unit. A target
    below a year's level says what it is: 2030年较2005年下降68.0%以上."""
    if cut := _cut_words(target, indicator):
        return cut
    value, notes = _parts(target, indicator, with_unit if unit else number_cell)
    year = f"{target.due_year}年" if language.column_suffix() == "zh" else str(target.due_year)
    return _("%(value)s (%(notes)s)") % {"value": value, "notes": _joined([year, *notes])}


def _cut_words(target: Target, indicator: Indicator) -> str:
    found = re.fullmatch(
        r"(?:(about|at least|above)[,;] )?versus ([0-9]{4})(?:[,;] (about|at least|above))?", target.qualifier
    )
    if not found or not is_rate(indicator) or target.value >= 0:
        return ""
    amount, bound = with_unit(indicator, abs(target.value)), found[1] or found[3]
    words = {
        "amount": _bound(bound) % {"value": amount} if bound else amount,
        "year": target.due_year,
        "base": found[2],
    }
    return _("cut of %(amount)s by %(year)s from %(base)s") % words


def target_label(target: Target, indicator: Indicator) -> str:
    """The same for a chart, which adds the year itself; a rate with its sign, as at the ends of lines."""
    value, notes = _parts(target, indicator, _on_chart)
    label = _("Target %(value)s") % {"value": value}
    return _("%(value)s (%(notes)s)") % {"value": label, "notes": _joined(notes)} if notes else label


def _on_chart(indicator: Indicator, value: Decimal) -> str:
    return value_text(shown_value(indicator, value), percent=is_rate(indicator))


def _parts(target: Target, indicator: Indicator, written: Callable[[Indicator, Decimal], str]) -> tuple[str, list[str]]:
    """The value as it is written there, with its bound, and the document's remarks."""
    value = written(indicator, target.value)
    notes = []
    for word in remarks(target):
        if word in ("about", "at least", "above"):
            value = _bound(word) % {"value": value}
        else:
            notes.append(_note(word, indicator))
    return value, notes


def _joined(words: list[str]) -> str:
    return pgettext("between clauses", ", ").join(words)


def _bound(word: str) -> str:
    return {"about": _("about %(value)s"), "at least": _("at least %(value)s"), "above": _("more than %(value)s")}[word]


def _note(word: str, indicator: Indicator) -> str:
    """A remark of the document in the reader's language; as it stands where it is not one of those known."""
    if base := re.fullmatch(r"versus ([0-9]{4})", word):
        return _("compared with %(year)s") % {"year": base[1]}
    if aim := re.fullmatch(r"aiming for ([0-9,.]+)", word):
        value = number_cell(indicator, Decimal(aim[1].replace(",", "")))
        return _("aiming for %(value)s") % {"value": value}
    known = {
        "(renewables)": _("renewables only"),
        "key areas": _("key areas"),
        "new in the year": _("new in the year"),
    }
    return known.get(word, word)
