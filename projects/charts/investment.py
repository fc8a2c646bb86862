"""The chart of what is invested in a project month by month, against its annual plan. Plain values in, a figure out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.pace import month_share, percent
from core.statuses import MeasureStatus
from web.charts.axes import Margin, layout, narrow_layout, scale, tick_room, tick_values, x_axis, y_axis
from web.charts.chart import Chart, Column, Figure
from web.charts.labels import label
from web.charts.theme import ACCENT, INK_2, PLAN_LINE, STATUS_TONES, SUBJECT_LINE, swatch
from web.formats.dates import format_day, format_month, format_short_month
from web.formats.money import format_exact_money, wan_to_yi
from web.formats.numbers import format_number, format_percent

ADDED_TONE = STATUS_TONES[MeasureStatus.PROMOTING]
HEIGHT, NARROW_HEIGHT = 330, 260


@dataclass(frozen=True)
class InvestedMonth:
    """The investment by the end of a month, in 万元: since 1 January, and in the month or since the one before it."""

    month: date
    invested_wan: int
    added_wan: int


def invested_months(months: Sequence[Any]) -> list[InvestedMonth]:
    """Return the investment of accepted months of one year. `months`: those that decided, the oldest first."""
    found: list[InvestedMonth] = []
    for each in months:
        before = found[-1].invested_wan if found else 0
        found.append(InvestedMonth(each.period, each.invested_wan, each.invested_wan - before))
    return found


def investment_chart(
    months: Sequence[InvestedMonth], *, planned_wan: int | None, as_of: date, provenance: str = ""
) -> Chart:
    """`months`: of one year, the oldest first. `planned_wan`: its annual plan, in 万元."""
    if not months:
        return Chart(
            name="investment",
            title=_("Investment against the annual plan, as of %(day)s") % {"day": format_day(as_of)},
            figure=None,
            summary="",
            columns=[],
            rows=[],
            missing=_("No month of this project was accepted by this day"),
        )
    last = months[-1]
    words = {
        "month": format_month(last.month),
        "amount": format_exact_money(last.invested_wan),
        "share": format_percent(percent(last.invested_wan, planned_wan or 0)),
        "elapsed": format_percent(month_share(last.month.month)),
    }
    if planned_wan:
        sentence = _(
            "By the end of %(month)s %(amount)s is invested since 1 January, %(share)s of the annual plan; "
            "%(elapsed)s of the year has passed."
        )
    else:
        sentence = _("By the end of %(month)s %(amount)s is invested since 1 January; no annual plan is set.")
    return Chart(
        name="investment",
        title=_("Investment since 1 January against the annual plan (100 million yuan), as of %(day)s")
        % {"day": format_day(as_of)},
        figure=investment_figure(months, planned_wan=planned_wan),
        summary=sentence % words,
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
                percent(each.invested_wan, planned_wan) if planned_wan else None,
                month_share(each.month.month),
            )
            for each in months
        ],
        provenance=provenance,
        note="" if planned_wan else _("No annual plan is set for this year"),
    )


def investment_figure(months: Sequence[InvestedMonth], *, planned_wan: int | None) -> Figure:
    """Columns for what each month added, a line for what they sum up to, and the annual plan by twelfths."""
    planned = wan_to_yi(planned_wan) if planned_wan else Decimal(0)
    amounts = [wan_to_yi(wan) for each in months for wan in (each.invested_wan, each.added_wan)]
    ticks, span = scale(min([Decimal(0), *amounts]), max([planned, *amounts]))
    texts = tick_values(ticks, percent=False)
    names = [date(months[-1].month.year, number, 1) for number in range(1, 13)]
    margin, narrow = Margin(tick_room(texts, least=36), 12, 22, 28), Margin(tick_room(texts, least=30), 8, 22, 26)
    ticked = {"tickvals": list(range(1, 13)), "ticktext": [format_short_month(each) for each in names]}
    few = {"tickvals": [1, 4, 7, 10], "ticktext": [format_short_month(names[n]) for n in (0, 3, 6, 9)]}
    return {
        "data": [_columns(months), *_plan_line(planned), _sum_line(months)],
        "layout": layout(
            height=HEIGHT,
            margin=margin,
            xaxis=x_axis(range=[0.4, 12.6], **ticked),
            yaxis=y_axis(range=list(span), tickvals=ticks, ticktext=texts),
            annotations=_plan_words(planned),
        ),
        "narrow": narrow_layout(height=NARROW_HEIGHT, margin=narrow, xaxis=few),
        "key": [swatch(pgettext("investment", "Added"), ADDED_TONE)],
    }


def _columns(months: Sequence[InvestedMonth]) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": [each.month.month for each in months],
        "y": [float(wan_to_yi(each.added_wan)) for each in months],
        "width": 0.55,
        "marker": {"color": ADDED_TONE.fill, "line": {"color": ADDED_TONE.edge, "width": 1}},
        "hovertext": [f"{format_month(each.month)}<br>{format_number(wan_to_yi(each.added_wan))}" for each in months],
        "hoverinfo": "text",
    }


def _sum_line(months: Sequence[InvestedMonth]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [each.month.month for each in months],
        "y": [float(wan_to_yi(each.invested_wan)) for each in months],
        "line": SUBJECT_LINE,
        "marker": {"size": 8, "color": ACCENT},
        "hovertext": [
            f"{format_month(each.month)}<br>{format_number(wan_to_yi(each.invested_wan))}" for each in months
        ],
        "hoverinfo": "text",
    }


def _plan_line(planned: Decimal) -> list[dict[str, Any]]:
    """Return the line of the annual plan by twelfths, one by the end of each month: where time elapsed stands."""
    if not planned:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": list(range(1, 13)),
            "y": [round(float(planned) * number / 12, 4) for number in range(1, 13)],
            "line": PLAN_LINE,
            "hoverinfo": "skip",
        }
    ]


def _plan_words(planned: Decimal) -> list[dict[str, Any]]:
    if not planned:
        return []
    words = _("Annual plan %(amount)s") % {"amount": format_number(planned)}
    where: dict[str, Any] = {"x": 12.5, "y": float(planned), "xanchor": "right", "yanchor": "bottom", "yshift": 3}
    return [label(words, colour=INK_2, **where)]
