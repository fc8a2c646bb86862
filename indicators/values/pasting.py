"""Values pasted from a spreadsheet, a line each: they are submitted together, or become drafts, all of them or none."""

import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import today
from core.exceptions import NotAllowed
from core.period_codes import Period, read_period
from core.periods import PeriodKind
from indicators.models import Indicator, Purpose, ValueReport
from indicators.values.filing import ValueFiling, file_values
from indicators.values.forms import DECIMALS, read_number
from indicators.values.history import ValueHistory, load_history
from indicators.values.rules import doubts_about, why_incomplete
from indicators.values.services import ValueData, check_period, new_value, open_values
from regions.models import Region
from reporting.doubts import Doubt
from reporting.models import digest_of
from reporting.plausibility import limits
from web.formats.periods import format_period

MAX_LINES = 200
COLUMNS = 3


@dataclass
class PastedLine:
    """`number`: of the line in what was pasted, from 1. `value` is in the indicator's `unit`. Where `errors` are, it
    can be no draft; where `doubts` are, it is submitted once somebody said that it is so."""

    number: int
    text: str
    period: Period | None = None
    value: Decimal | None = None
    released_on: date | None = None
    data: ValueData | None = None
    errors: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def period_words(self) -> str:
        return "" if self.period is None else format_period(*self.period)

    @property
    def key(self) -> str:
        """Is equal for two lines that become the same, and of which the same is asked."""
        says = asdict(self.data) if self.data is not None else {"text": self.text}
        says |= {"period": self.period_words, "doubts": [each.question for each in self.doubts]}
        return digest_of({name: str(value) for name, value in says.items()})


def read_lines(text: str, *, factor: Decimal = Decimal(1)) -> list[PastedLine]:
    """Reads each line, and says what cannot be read. `factor`: a value times this is in the unit it was written in.
    Empty lines are left out, and a head over the columns. Raises NotAllowed for more than MAX_LINES, or none."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    written = [(number, line) for number, line in lines if line]
    if written and _is_head(written[0][1]):
        written = written[1:]
    if not written:
        raise NotAllowed(_("Paste at least one line: period, value and release date."), field="text")
    if len(written) > MAX_LINES:
        words = {"most": MAX_LINES, "count": len(written)}
        raise NotAllowed(_("At most %(most)s lines; there are %(count)s.") % words, field="text")
    return [_read_line(number, line, factor) for number, line in written]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"\t|\s{2,}", line)]


def _is_head(line: str) -> bool:
    period, *others = _cells(line)
    return read_period(period) is None and not any(map(read_number, others))


def _read_line(number: int, line: str, factor: Decimal) -> PastedLine:
    found, cells = PastedLine(number, line), _cells(line)
    if len(cells) != COLUMNS:
        words = {"count": len(cells)}
        found.errors.append(_("Three columns are wanted: period, value, release date; there are %(count)s.") % words)
        return found
    period, value, released = cells
    found.period = read_period(period)
    if found.period is None:
        found.errors.append(_("This is no period; write it like 2023H1, 2023Q1, 2023-06 or 2022."))
    typed = read_number(value)
    if typed is None:
        found.errors.append(_("Write a number in digits, such as 1,234.5 or -3.9."))
    else:
        found.value = (typed / factor).quantize(DECIMALS)
        if found.value != typed / factor:
            found.errors.append(_("A value has at most six decimals in the indicator’s own unit."))
    day = read_period(released)
    if day is None or day.kind != PeriodKind.DAY:
        found.errors.append(_("There is no such date; choose another, such as 2023-06-30"))
    else:
        found.released_on = day.end
    return found


def shown_key(lines: Sequence[PastedLine]) -> str:
    """Names what the preview of the lines shows: it comes back with their submission."""
    return digest_of({"lines": [each.key for each in lines]})


def judge_lines(lines: Sequence[PastedLine], indicator: Indicator, region: Region, *, shared: ValueData) -> None:
    """Adds to each line what it is to become, why it cannot, and what of it is unlikely. `shared`: what all have in
    common; its reason makes revisions of those whose period has a value. The number of queries does not grow with the
    lines."""
    history, seen = load_history(indicator.pk, region.pk), dict[Period, int]()
    begun = {each.span for each in open_values(indicator, region)}
    for line in lines:
        if line.errors or line.period is None:
            continue
        if line.period in seen:
            line.errors.append(_("The period is in line %(number)s, too.") % {"number": seen[line.period]})
            continue
        seen[line.period] = line.number
        if line.period in begun:
            line.errors.append(_("A value of this period is begun already: open it."))
            continue
        _judge(line, line.period, indicator, region, shared, history)


def _judge(
    line: PastedLine,
    period: Period,
    indicator: Indicator,
    region: Region,
    shared: ValueData,
    history: ValueHistory,
) -> None:
    try:
        check_period(period)
    except NotAllowed as refusal:
        line.errors.append(str(refusal))
        return
    revises = bool(history.releases_of(period))
    line.data = replace(
        shared,
        value=line.value,
        released_on=line.released_on,
        purpose=Purpose.REVISION.value if revises else "",
        reason=shared.reason if revises else "",
    )
    report = new_value(indicator, region, period, line.data)
    if revises and not report.reason:
        line.errors.append(_("The period has a value already: say below why it is revised."))
        return
    line.errors += [str(refusal) for refusal in why_incomplete(report, history, on=today())]
    if not line.errors:
        line.doubts = list(doubts_about(report, history, limits()))


def file_lines(
    lines: Sequence[PastedLine],
    indicator: Indicator,
    region: Region,
    *,
    by: User,
    submits: bool,
    confirmed: Collection[str] = (),
) -> list[ValueReport]:
    """Submits the value of each line, or makes a draft of it; what is unlikely stays a draft unless the key of its line
    is `confirmed`. Raises NotAllowed, and makes none, where one cannot be. The number of queries does not grow with the
    lines."""
    filings = []
    for line in lines:
        if line.errors or line.period is None or line.data is None:
            raise NotAllowed(_("Nothing was saved: correct the lines first."))
        is_so = not line.doubts or line.key in confirmed
        answers = {each.name: "" for each in line.doubts}
        filings.append(ValueFiling(indicator.pk, line.period, line.data, None, submits and is_so, answers))
    return file_values(filings, by=by, region=region)
