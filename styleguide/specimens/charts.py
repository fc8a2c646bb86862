"""The specimens of charts in the gallery."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from core.lights import Light
from core.statuses import MeasureStatus
from dashboard.charts.due_dates import Due, due_chart
from dashboard.charts.month_strip import DueDay, MonthCounts, month_strip
from dashboard.charts.progress_curve import Course, RunningTotal, progress_curve
from dashboard.figures import Figures
from dashboard.pages.links import Links
from indicators.charts.cities import CityDot, city_dots
from indicators.charts.decoupling import Axis, YearPoint, decoupling_path
from indicators.charts.detail import Scene, indicator_line
from indicators.charts.forms import choose_course
from indicators.charts.points import IndicatorPoint, TargetPoint
from measures.charts.status_history import status_history_figure
from measures.models import Plan
from styleguide.specimens.specimen import DAY, ENDS, STARTS, Entry, Specimen, component, in_language
from web.charts.chart import Chart, Column, Figure
from web.charts.steps import Step
from web.charts.tile_map import Tile, city_tile_map
from web.formats.dates import format_day, format_year


def chart_entries() -> list[Entry]:
    return [
        Entry("chart.html", [*_figures(), *_with_and_without_rows()]),
        Entry("charts_head.html", [component("charts_head.html")], is_visible=False),
        Entry("htmx_head.html", [component("htmx_head.html")], is_visible=False),
    ]


def _figures() -> list[Specimen]:
    """One of each kind, and what stands in place of a chart without rows."""
    drawn = [
        (_("Completion rate"), "course", _progress_curve()),
        (_("before the plan"), "course", _progress_curve_before_the_plan()),
        (_("Investment by city (100 million yuan)"), "map", _city_tile_map()),
        (_("Measures due and completed"), "strip", _month_strip()),
        (_("Emissions and GDP"), "line", _decoupling_path()),
        (_("Status of a measure"), "steps", _status_history()),
        ("PM2.5", "line", _indicator_line()),
        (_("New and renewable energy capacity"), "line", _indicator_dots()),
        (_("PM2.5 by city"), "dots", _city_dots()),
        (_("in place of a chart without rows"), "line", None),
    ]
    charts = [
        Chart(
            name=f"chart-{n}",
            title=caption,
            figure=figure,
            summary=caption,
            columns=[Column(_("Year"), is_number=False), Column("PM2.5")],
            rows=[("2022", 36)] if figure else [],
            kind=kind,
            note=_("An open mark is a rounded value"),
            provenance="illustrative",
            missing=_("No data for this period"),
        )
        for n, (caption, kind, figure) in enumerate(drawn, start=1)
    ]
    return [component("chart.html", "no_file=True", chart.title, chart=chart) for chart in charts]


def _progress_curve() -> Figure:
    completed = [
        RunningTotal(date(2023, 3, 20), 1),
        RunningTotal(date(2023, 5, 31), 7),
        RunningTotal(date(2023, 6, 19), 13),
    ]
    return progress_curve(Course(completed, _due(), as_of=DAY, plan_start=STARTS, plan_end=ENDS, total=249))


def _progress_curve_before_the_plan() -> Figure:
    return progress_curve(Course([], _due(), as_of=date(2022, 12, 1), plan_start=STARTS, plan_end=ENDS, total=249))


def _due() -> list[RunningTotal]:
    return [
        RunningTotal(date(2023, 6, 30), 18),
        RunningTotal(date(2023, 8, 15), 23),
        RunningTotal(date(2023, 12, 31), 89),
    ]


def _city_tile_map() -> Figure:
    return city_tile_map(
        [
            Tile(in_language("烟台", "Yantai"), 1, 5, 10307, "#"),
            Tile(in_language("威海", "Weihai"), 1, 6, 3363, "#"),
            Tile(in_language("青岛", "Qingdao"), 2, 5, 8897, "#"),
            Tile(in_language("枣庄", "Zaozhuang"), 4, 3, 2371, "#"),
        ]
    )


def _month_strip() -> Figure:
    counts: list[tuple[int, int | None, int]] = [
        (0, 0, 0),
        (1, 1, 0),
        (10, 7, 1),
        (3, 0, 0),
        (12, None, 0),
        (51, None, 0),
    ]
    months = [MonthCounts(date(2023, n, 1), *count) for n, count in enumerate(counts, 5)]
    largest = DueDay(date(2023, 10, 31), 51)
    return month_strip(months, as_of=DAY, ends_on=ENDS, needed=Decimal("8.4"), largest=largest)


def _decoupling_path() -> Figure:
    points = [
        YearPoint(2016, Decimal(5880), Decimal("863.43")),
        YearPoint(2017, Decimal(6300), Decimal("835.82")),
        YearPoint(2018, Decimal(6660), Decimal("901.65"), gdp_is_exact=False),
        YearPoint(2019, Decimal(7050), Decimal("937.12")),
    ]
    emissions = Axis(_("CO2 emissions"), in_language("百万吨", "Mt"))
    return decoupling_path(points, gdp=Axis(_("GDP"), _("billion yuan")), emissions=emissions)


def _status_history() -> Figure:
    changes = [
        Step(date(2023, 5, 31), "in_progress"),
        Step(date(2023, 5, 31), "completed", is_superseded=True),
        Step(date(2023, 1, 3), "promoting"),
    ]
    return status_history_figure(changes, date(2023, 6, 30), DAY)


def _indicator_line() -> Figure:
    values = ((2017, 57), (2018, 52), (2019, 50), (2021, 39), (2022, 36))
    years = [
        IndicatorPoint(date(year, 1, 1), date(year, 12, 31), "year", value, format_year(year), verified=year != 2021)
        for year, value in values
    ]
    years[0] = years[0]._replace(exact=False, is_floor=True)
    targets = [TargetPoint(2025, 35, f"{_('Target')} 35", years[-1])]
    return indicator_line(_scene(years, targets))


def _indicator_dots() -> Figure:
    """Few values are no line: each has its number."""
    days = [
        IndicatorPoint(day, day, "day", value, format_day(day))
        for day, value in ((date(2022, 6, 30), 6637), (date(2023, 6, 30), 8382))
    ]
    base = IndicatorPoint(date(2022, 12, 31), date(2022, 12, 31), "day", 7461, format_day(date(2022, 12, 31)))
    target = TargetPoint(2025, 9000, f"{_('Target')} 9,000", base, path_is_inferred=True)
    return indicator_line(_scene(days, [target]))


def _scene(points: list[IndicatorPoint], targets: list[TargetPoint]) -> Scene:
    return Scene(choose_course(points), in_language("示例省", "Sample Province"), targets=targets)


def _city_dots() -> Figure:
    named = [(in_language("威海", "Weihai"), "25.3", "26.7"), (in_language("淄博", "Zibo"), "49.2", "56")]
    dots = [CityDot(name, Decimal(value), value, Decimal(earlier)) for name, value, earlier in named]
    mean = _("mean of %(count)s: %(value)s") % {"count": 2, "value": "37.3"}
    return city_dots(dots, mean=Decimal("37.3"), mean_words=mean, percent=False, is_level=False)


def _with_and_without_rows() -> list[Specimen]:
    measures = [
        Due(date(2023, 6, 30), MeasureStatus.COMPLETED, Light.GREEN),
        Due(date(2023, 8, 15), MeasureStatus.PROMOTING, Light.RED),
        Due(date(2023, 12, 31), MeasureStatus.IN_PROGRESS, Light.GREEN),
        Due(date(2026, 3, 31), MeasureStatus.PROMOTING, Light.GREEN),
        Due(None, MeasureStatus.PROMOTING, Light.GREEN),
    ]
    figures = Figures(Plan(starts_on=STARTS, ends_on=ENDS), DAY)
    charts = [
        due_chart(measures, figures, Links({}), provenance="illustrative"),
        due_chart([], figures, Links({}), provenance="illustrative"),
    ]
    return [
        component(
            "chart.html",
            "no_file=True",
            chart.title if chart.figure else chart.missing,
            chart=replace(chart, name=f"{chart.name}-{n}"),
        )
        for n, chart in enumerate(charts)
    ]
