"""The chart of what is invested of an annual plan, against the time elapsed: of a project, or of a city. Plain values
in, a figure out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.pace import Pace, gap, month_share, pace, percent
from projects.rates import PACE_TOLERANCE
from web.charts.axes import Margin, layout, narrow_layout, scale, tick_values, x_axis, y_axis
from web.charts.chart import Chart, Column, Figure
from web.charts.labels import EndLabel, bracket, end_labels, label
from web.charts.text_size import about_wide
from web.charts.theme import ACCENT, COMPARATOR, ELAPSED_LINE, FONT, NARROW_FONT, SUBJECT_LINE
from web.formats.dates import format_day, format_month, format_short_month, format_year
from web.formats.money import format_exact_money, wan_to_yi
from web.formats.numbers import format_number, format_percent

HEIGHT, NARROW_HEIGHT = 330, 260
# Until this month the words at the last point have more room at its right than at its left.
LAST_EARLY_MONTH = 4
# Under this share, in per cent, there is no room for words below the last point.
LOW_SHARE = 20
# And above it where it stands over this part of the axis.
HIGH_SHARE = Decimal("0.85")


@dataclass(frozen=True)
class InvestedMonth:
    """The investment by the end of a month, in 万元: since 1 January, and in the month or since the one before it."""

    month: date
    invested_wan: int
    added_wan: int


def invested_months(amounts: Sequence[tuple[date, int]]) -> list[InvestedMonth]:
    """Return the months of one year. `amounts`: what was invested by the end of each, in 万元, the oldest first."""
    found: list[InvestedMonth] = []
    for month, invested_wan in amounts:
        before = found[-1].invested_wan if found else 0
        found.append(InvestedMonth(month, invested_wan, invested_wan - before))
    return found


def investment_chart(
    months: Sequence[InvestedMonth], *, planned_wan: int | None, as_of: date, missing: str, provenance: str = ""
) -> Chart:
    """`months`: of one year, the oldest first. `planned_wan`: its annual plan, in 万元. `missing`: what to say where
    there are no months."""
    is_drawn = bool(months and planned_wan)
    return Chart(
        name="investment",
        title=_title(months, as_of),
        figure=investment_figure(months, planned_wan=planned_wan) if months and planned_wan else None,
        summary=investment_sentence(months[-1], planned_wan=planned_wan) if months else "",
        columns=[
            Column(_("Month"), format_month, is_number=False),
            Column(_("Invested since 1 January (100 million yuan)"), format_number),
            Column(_("Added (100 million yuan)"), format_number),
            Column(_("Of the annual plan"), format_percent),
            Column(_("Time elapsed"), format_percent),
        ],
        rows=[
            (
                each.month,
                wan_to_yi(each.invested_wan),
                wan_to_yi(each.added_wan),
                percent(each.invested_wan, planned_wan or 0),
                month_share(each.month.month),
            )
            for each in months
        ],
        provenance=provenance,
        missing="" if is_drawn else _("No annual plan is set for this year") if months else missing,
    )


def _title(months: Sequence[InvestedMonth], as_of: date) -> str:
    words = {"day": format_day(as_of), "year": format_year(months[-1].month.year if months else as_of.year)}
    return _("Completion of the annual plan of %(year)s against the time elapsed, as of %(day)s") % words


def investment_sentence(last: InvestedMonth, *, planned_wan: int | None) -> str:
    """Say how much is invested by the end of the month, and how much of the annual plan that is."""
    if planned_wan:
        sentence = _(
            "By the end of %(month)s %(amount)s is invested since 1 January, %(share)s of the annual plan; "
            "%(elapsed)s of the year has passed."
        )
    else:
        sentence = _("By the end of %(month)s %(amount)s is invested since 1 January; no annual plan is set.")
    return sentence % {
        "month": format_month(last.month),
        "amount": format_exact_money(last.invested_wan),
        "share": format_percent(percent(last.invested_wan, planned_wan or 0)),
        "elapsed": format_percent(month_share(last.month.month)),
    }


def investment_figure(months: Sequence[InvestedMonth], *, planned_wan: int) -> Figure:
    """The share of the annual plan that is invested, and the time elapsed: from 1 January, which is 0, to the end of
    December, which is 12."""
    shares = [Decimal(0), *(percent(each.invested_wan, planned_wan) or Decimal(0) for each in months)]
    last = months[-1].month
    elapsed = month_share(last.month)
    ticks, span = scale(0, max(Decimal(100), *shares))
    names = [date(last.year, number, 1) for number in range(1, 13)]
    # The words above a high last point need room.
    top = 48 if shares[-1] > HIGH_SHARE * Decimal(span[1]) else 22
    margin = Margin(44, round(about_wide(f"{_('Time elapsed')} 100%", FONT)) + 16, top, 28)
    narrow = Margin(36, round(about_wide(_("Time elapsed"), NARROW_FONT)) + 12, top, 26)
    words = _at_last(last, shares[-1], gap(shares[-1], elapsed))

    def annotations(height: int, margin: Margin, *, is_narrow: bool) -> list[dict[str, Any]]:
        end = EndLabel(_("Time elapsed"), "100%", 100, COMPARATOR)
        return [*end_labels([end], x=12, span=span, height=height, margin=margin, narrow=is_narrow), words]

    return {
        "data": [
            _line([0, 12], [Decimal(0), Decimal(100)], {"line": ELAPSED_LINE, "hoverinfo": "skip"}),
            _line(
                [0, *(each.month.month for each in months)],
                shares,
                {"line": SUBJECT_LINE, "hovertext": ["", *map(_hover, months, shares[1:])], "hoverinfo": "text"},
            ),
            _line([last.month], shares[-1:], {"mode": "markers", "marker": {"size": 9, "color": ACCENT}}),
        ],
        "layout": layout(
            height=HEIGHT,
            margin=margin,
            # A month is named in its middle, and ends where its line does.
            xaxis=x_axis(range=[0, 12], tickvals=[n - 0.5 for n in range(1, 13)], ticktext=_month_names(names)),
            yaxis=y_axis(range=list(span), tickvals=ticks, ticktext=tick_values(ticks, percent=True)),
            shapes=bracket(last.month, shares[-1], elapsed) if _is_off(shares[-1], elapsed) else [],
            annotations=annotations(HEIGHT, margin, is_narrow=False),
        ),
        "narrow": narrow_layout(
            height=NARROW_HEIGHT,
            margin=narrow,
            xaxis={"tickvals": [0.5, 3.5, 6.5, 9.5], "ticktext": _month_names(names[::3])},
            annotations=annotations(NARROW_HEIGHT, narrow, is_narrow=True),
        ),
    }


def _month_names(months: Sequence[date]) -> list[str]:
    return [format_short_month(each) for each in months]


def _is_off(share: Decimal, elapsed: Decimal) -> bool:
    return pace(gap(share, elapsed), tolerance=PACE_TOLERANCE) != Pace.ON_PACE


def _hover(each: InvestedMonth, share: Decimal) -> str:
    amount = format_exact_money(each.invested_wan)
    return f"{format_month(each.month)}<br>{format_percent(share)} · {amount}"


def _line(x: Sequence[int], y: Sequence[Decimal], more: dict[str, Any]) -> dict[str, Any]:
    drawn = {"type": "scatter", "mode": "lines", "x": list(x), "y": [float(each) for each in y], "cliponaxis": False}
    return drawn | more


def _at_last(month: date, share: Decimal, points: Decimal | None) -> dict[str, Any]:
    """Return the words at the last point, on the side of the line where nothing is drawn."""
    words = {"month": format_short_month(month), "share": format_percent(share)}
    lines = [f"<b>{_('End of %(month)s: %(share)s') % words}</b>"]
    if points:
        text = (
            pgettext("chart", "%(points)s points ahead")
            if points > 0
            else pgettext("chart", "%(points)s points behind")
        )
        lines.append(text % {"points": format_number(abs(points))})
    place: dict[str, Any] = {"xanchor": "left", "xshift": 10, "yanchor": "top", "yshift": -6, "align": "left"}
    if share < LOW_SHARE:
        # Below it are the names of the months.
        place |= {"yanchor": "bottom", "yshift": 2}
    if points is not None and points >= 0:
        is_early = month.month <= LAST_EARLY_MONTH
        side: dict[str, Any] = {"xanchor": "left", "xshift": -24} if is_early else {"xanchor": "right", "xshift": -10}
        place |= {**side, "yanchor": "bottom", "yshift": 8}
    return label("<br>".join(lines), x=month.month, y=float(share), colour=ACCENT, **place)
