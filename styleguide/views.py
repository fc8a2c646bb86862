"""The staff page of components: each of templates/components/ and of the template library in all its states.

A specimen is the very code that it shows: one line as a page would have it, rendered with data made here. No database.
"""

from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NamedTuple

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.template import engines
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.permissions import may_see_gallery
from core.lights import Light
from core.periods import MonthState
from core.provenance import Provenance
from core.statuses import MeasureStatus
from dashboard.charts import due_dates as due_chart
from dashboard.charts import report_matrix as report_chart
from dashboard.charts.growth import GrowthPoint, growth_figure
from dashboard.charts.progress_curve import RunningTotal, progress_curve
from dashboard.charts.stacked_bars import CityRow, StatusRow, city_bars, status_bars
from dashboard.charts.tile_map import Tile, city_tile_map
from dashboard.charts.treemap import Area, treemap
from dashboard.figures import Figures
from dashboard.pages.links import Links
from dashboard.pages.rows import GroupRow
from indicators.charts.decoupling import Axis, YearPoint, decoupling_path
from indicators.charts.detail import IndicatorPoint, TargetPoint, indicator_line
from measures.charts.status_history import StatusPoint, status_history_figure
from measures.models import Plan
from projects.models import Category
from reporting.months import ReportingMonth
from web.charts.chart import Chart, Column
from web.charts.text import month_name, year_name
from web.language import localized
from web.lists.filters import DayField
from web.views import WorkPage

DAY, STARTS, ENDS = date(2023, 8, 29), date(2023, 1, 1), date(2025, 12, 31)
LIBRARIES = "{% load i18n pilotzone %}"
# What the address of a list would say, for the parts that read it.
ADDRESS = "status=completed&light=red&light=yellow&as_of=2023-06-30&ordering=-completion_rate&page=2"


class Specimen(NamedTuple):
    """`state`: what is special about it, in words; `given`: what the page gives besides."""

    code: str
    state: str = ""
    given: dict[str, Any] = {}


class Entry(NamedTuple):
    """A component or a mark, by the name that its file or tag has. Not `shown`: what has nothing to see."""

    name: str
    specimens: list[Specimen]
    shown: bool = True


class Values(NamedTuple):
    """Filters and tags that write a value: the code beside what comes of it. `machine`: no words but addresses."""

    name: str
    codes: list[str]
    given: dict[str, Any] = {}
    machine: bool = False


class SampleForm(forms.Form):
    """A field of each kind, as the product's forms have them."""

    title = forms.CharField(max_length=20)
    done = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    status = forms.ChoiceField(choices=MeasureStatus.choices, widget=forms.RadioSelect)
    light = forms.ChoiceField(choices=Light.choices, required=False)
    due_on = DayField(required=False)
    file = forms.FileField(required=False)
    sure = forms.BooleanField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        labels = {
            "title": _("Title"),
            "done": _("What was done"),
            "status": _("Status"),
            "light": _("Light"),
            "due_on": _("Due date"),
            "file": _("File"),
            "sure": _("I have checked what I typed"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["title"].help_text = _("At most 20 characters")


class FilterForm(forms.Form):
    q = forms.CharField(required=False)
    status = forms.ChoiceField(choices=MeasureStatus.choices, required=False)
    light = forms.ChoiceField(choices=Light.choices, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        labels = {"q": _("Search by title or code"), "status": _("Status"), "light": _("Light")}
        for name, label in labels.items():
            self.fields[name].label = label


class Asker:
    """Answers the `figure` tag as dashboard.explanations.Why does."""

    def of(self, path: str) -> dict[str, str]:
        words = _("Why this number? %(figure)s") % {"figure": MeasureStatus.COMPLETED.label}
        return {"url": f"/explain/?figure={path}", "words": words, "source": "/api/v1/summary/"}


def _name(zh: str, en: str) -> str:
    return localized(SimpleNamespace(name_zh=zh, name_en=en), "name")


def _states(template: str, states: dict[str, str]) -> list[Specimen]:
    return [Specimen(template % value, state) for value, state in states.items()]


def buttons() -> list[Entry]:
    plain = f'<button class="button%s">{_("Save draft")}</button>'
    states = {
        "": _("one on a page"),
        " button-quiet": _("beside it"),
        " button-danger": _("what cannot be undone"),
        " button-small": _("in a row of a table"),
        " button-quiet button-small": _("in a row, beside it"),
    }
    return [
        Entry(
            "button",
            [
                *_states(plain, states),
                Specimen(f'<a class="button" href="#">{_("File a report")}</a>', _("a link")),
                Specimen(f'<button class="link-button">{_("Log out")}</button>', _("in the head of the page")),
            ],
        )
    ]


def forms_and_filters() -> list[Entry]:
    empty, wrong = SampleForm(auto_id="plain-%s"), SampleForm({"due_on": "2023-08-30"}, auto_id="wrong-%s")
    for name in ("light", "due_on", "file"):
        wrong.add_error(name, _("This value is not allowed; choose one of: %(values)s") % {"values": "2023-06-30"})
    hinted = SampleForm(auto_id="hinted-%s")
    refused = SampleForm({"status": "promoting"}, auto_id="refused-%s")
    filters = FilterForm({"q": "", "status": "completed", "light": "red"}, auto_id="filter-%s")
    field = '{% include "components/field.html" with field=form.'
    names = list(empty.fields)
    messages = [
        (constants.SUCCESS, _("All totals were recomputed.")),
        (constants.INFO, _("Totals are being refreshed")),
        (constants.WARNING, _("The day is before the plan began")),
        (constants.ERROR, _("The queue of tasks does not answer, so nothing was begun. Is Redis running?")),
    ]
    hint = _("What follows, and by when")
    return [
        Entry(
            "field.html",
            [
                *(Specimen(f"{field}{name} %}}", _("without errors"), {"form": empty}) for name in names),
                Specimen(f"{field}light plain=True hint=hint %}}", _("with a hint"), {"form": hinted, "hint": hint}),
                *(Specimen(f"{field}{name} %}}", _("with an error"), {"form": wrong}) for name in names),
            ],
        ),
        Entry(
            "error_summary.html",
            [Specimen('{% include "components/error_summary.html" with form=form %}', "", {"form": refused})],
        ),
        Entry(
            "messages.html",
            [
                Specimen(
                    '{% include "components/messages.html" %}',
                    _("success, information, warning and error"),
                    {"messages": [Message(level, text) for level, text in messages]},
                )
            ],
        ),
        Entry(
            "filter_form.html",
            [Specimen('{% include "components/filter_form.html" with form=filter.form %}', "", _filter(filters))],
        ),
        Entry(
            "chips.html",
            [Specimen('{% include "components/chips.html" with form=filter.form %}', "", _filter(filters))],
        ),
        Entry(
            "count_line.html",
            [
                Specimen(
                    '{% api_url "api-measures" as address %}'
                    '{% include "components/count_line.html" with count=1518 counts=counts %}',
                    "",
                    {"counts": f"{MeasureStatus.COMPLETED.label} 13"} | _filter(filters),
                )
            ],
        ),
        Entry(
            "use_list.html",
            [
                Specimen(
                    '{% api_url "api-measures" as address %}{% include "components/use_list.html" %}', _("with files")
                ),
                Specimen(
                    '{% api_url "api-changes" as address %}{% include "components/use_list.html" with no_files=True %}',
                    _("where the API gives no files"),
                ),
            ],
        ),
        Entry(
            "pagination.html",
            [
                Specimen(
                    '{% include "components/pagination.html" with page=page label=label %}',
                    label,
                    {"page": Paginator(range(110), 50).page(number), "label": label},
                )
                for number, label in enumerate((_("first page"), _("middle page"), _("last page")), start=1)
            ],
        ),
        Entry(
            "pickers.html",
            [
                Specimen(
                    '{% include "components/pickers.html" %}',
                    "",
                    {
                        "as_of": DAY,
                        "compared": date(2023, 7, 31),
                        "today": DAY,
                        "plan": SimpleNamespace(starts_on=STARTS, ends_on=ENDS),
                    },
                )
            ],
        ),
        Entry(
            "empty.html",
            [
                Specimen(
                    '{% include "components/empty.html" with text=text %}',
                    _("nothing helps"),
                    {"text": _("No data for this period")},
                ),
                Specimen(
                    '{% include "components/empty.html" with text=text url="#" label=label %}',
                    _("with the link that helps"),
                    {"text": _("No measures match these filters"), "label": _("Clear filters")},
                ),
            ],
        ),
        Entry(
            "refreshing.html",
            [
                Specimen(
                    '{% include "components/refreshing.html" %}',
                    _("while totals are refreshed; else nothing"),
                    {"rollup_state": SimpleNamespace(refreshing=True)},
                )
            ],
        ),
    ]


def _filter(form: forms.Form) -> dict[str, Any]:
    """What a list gives: its filter set with a bound form, whose values chips read."""
    form.is_valid()
    return {"form": form, "filter": SimpleNamespace(form=form, base_filters={"status": None, "light": None})}


def marks() -> list[Entry]:
    statuses = {status.value: "" for status in MeasureStatus}
    lights = {light.value: "" for light in Light}
    return [
        Entry("status_mark", [*_states('{%% status_mark "%s" %%}', statuses), Specimen("{% status_mark None %}")]),
        Entry("status_cells", _states('{%% status_cells "%s" %%}', statuses)),
        Entry(
            "light_mark",
            [
                *_states('{%% light_mark "%s" %%}', lights),
                Specimen('{% light_mark "red" note=note %}', _("with its reason"), {"note": _("Overdue")}),
                *_states('{%% light_mark "%s" short=True %%}', {light: _("in a column of lights") for light in lights}),
                Specimen("{% light_mark None %}", _("not judged")),
            ],
        ),
        Entry(
            "light_count",
            [
                *_states('{%% light_count "%s" 3 %%}', {light: _("in a column of it") for light in lights}),
                Specimen('{% light_count "red" 0 %}', _("none of them")),
            ],
        ),
        Entry(
            "month_mark",
            [
                *_states('{%% month_mark "%s" %%}', {state.value: "" for state in MonthState}),
                Specimen('{% month_mark "missing" "33/35" %}', _("in a column of it")),
                Specimen("{% month_mark None %}", _("not judged")),
            ],
        ),
        Entry(
            "provenance_tag",
            [
                Specimen('{% provenance_tag "published" on=day %}', "", {"day": date(2023, 6, 30)}),
                *_states('{%% provenance_tag "%s" %%}', {one.value: "" for one in Provenance}),
            ],
        ),
        Entry(
            "change_mark",
            [
                Specimen('{% change_mark "promoting" "completed" %}', _("a step forward")),
                Specimen('{% change_mark "completed" "in_progress" %}', _("a step back")),
                Specimen('{% change_mark None "promoting" %}', _("Newly listed")),
            ],
        ),
        Entry(
            "status_bar",
            [
                Specimen("{% status_bar 13 105 131 249 tick=22 %}", _("in a row of a table")),
                Specimen("{% status_bar 0 0 3 3 tick=22 %}", _("one status only")),
                Specimen("{% status_bar 0 0 0 0 %}", _("Nothing to measure")),
                Specimen(
                    "{% status_bar 13 105 131 249 tick=22 plan_tick=9.2 labels=True %}", _("with its ticks named")
                ),
                Specimen(
                    "{% status_bar 200 30 19 249 tick=88.5 plan_tick=80.1 labels=True %}", _("near the end of the plan")
                ),
            ],
        ),
        Entry(
            "status_key.html",
            [
                Specimen('{% include "components/status_key.html" %}'),
                Specimen('{% include "components/status_key.html" with tick=22 %}', _("with time elapsed")),
            ],
        ),
        Entry(
            "value_bar",
            _states("{%% value_bar %s 8897 %%}", {"8897": _("the largest"), "2371": "", "0": _("none of them")}),
        ),
    ]


def figures_and_facts() -> list[Entry]:
    figure = '{% figure "measures.completed" 13 '
    headline = (
        '<span class="figure-label">{% status_mark "completed" %}</span><span class="n1-line">'
        '{% figure "measures.completed" 13 href="#" classes="n1" %}13{% endfigure %} '
        '<span class="unit">5.2%</span></span>'
    )
    explained = '{% with_unit %}{% figure "measures.completion_rate" 5.2 classes="n1" %}5.2{% endfigure %}'
    facts = [
        {"label": _("Lead department"), "value": _name("能源局", "Energy"), "url": "#"},
        {"label": _("Due date"), "value": "2023-06-30"},
        {"label": _("Last report"), "value": ""},
    ]
    return [
        Entry(
            "figure",
            [
                Specimen(f"{figure}%}}13{{% endfigure %}}", _("alone")),
                Specimen(f'{figure}href="#" %}}13{{% endfigure %}}', _("opens its rows")),
                Specimen(f'{figure}href="#" %}}13{{% endfigure %}}', _("says why"), {"why": Asker()}),
                Specimen(headline, _("headline figure"), {"why": Asker()}),
                Specimen(explained + '{% unit "%" %}{% endwith_unit %}', _("says why"), {"why": Asker()}),
                Specimen(
                    '<span class="n2-line">'
                    '{% figure "projects.total_investment" 84500 classes="n2" %}8.45{% endfigure %} '
                    f'<span class="unit">{_("trillion yuan")}</span></span>',
                    _("second headline figure"),
                ),
            ],
        ),
        Entry(
            "facts.html",
            [
                Specimen(
                    '{% include "components/facts.html" with facts=facts %}',
                    _("facts without a value are left out"),
                    {"facts": facts},
                )
            ],
        ),
        Entry(
            "nav_link",
            [
                Specimen('<ul class="nav-list">{% nav_link "/" words %}</ul>', "", {"words": _("Overview")}),
                Specimen(
                    '<ul class="nav-list">{% nav_link request.path words count=3 %}</ul>',
                    _("the page that is open, where three rows wait"),
                    {"words": _("Review")},
                ),
            ],
        ),
    ]


def tables() -> list[Entry]:
    columns = [
        {"label": pgettext("table head", "City")},
        {"label": pgettext("unit in a table head", "Projects"), "number": True},
        {"label": _("Investment (100 million yuan)"), "number": True},
    ]
    cities = [(_name("烟台", "Yantai"), "321", "10,307"), (_name("青岛", "Qingdao"), "340", "8,897")]
    rows = [[{"text": name, "url": "#"}, count, amount] for name, count, amount in cities]
    given = {"columns": columns, "rows": rows, "total": [_("Total"), "661", "19,204"]}
    table = '{% include "components/table.html" with '
    sorted_table = (
        '<table class="table"><thead><tr>'
        '{% sort_head "name" words.name %}{% sort_head "completion_rate" words.rate number=True %}'
        '</tr></thead><tbody>{% for name, rate in lines %}<tr><th scope="row">{{ name }}</th>'
        '<td class="number">{{ rate|percent }}</td></tr>{% endfor %}</tbody></table>'
    )
    bars = (
        '<table class="table table-bars"><thead><tr><th scope="col">{{ words.name }}</th>'
        '<th scope="col" class="number">{{ words.rate }}</th><th scope="col">{{ words.status }}</th></tr></thead>'
        '<tbody>{% for name, rate in lines %}<tr><th scope="row"><a href="#">{{ name }}</a></th>'
        '<td class="number">{{ rate|percent }}</td><td class="bar-cell">{% status_bar 1 2 5 8 tick=22 %}</td></tr>'
        "{% endfor %}</tbody></table>"
    )
    measure_rows = '{% include "dashboard/_measure_rows.html" with elapsed=22 %}'
    words = {"name": _("Department"), "rate": _("Completion rate"), "status": _("Status")}
    lines = [(_name("科技厅", "Science and Technology"), Decimal("5.3")), (_name("能源局", "Energy"), Decimal(0))]
    return [
        Entry(
            "table.html",
            [
                Specimen(f"{table}caption=caption %}}", _("with a sum"), given | {"caption": _("Projects by city")}),
                Specimen(f'{table}total="" classes="table-dense" %}}', _("close rows"), given),
            ],
        ),
        Entry("zip", [Specimen("{% for column, cell in columns|zip:total %}{{ cell }} {% endfor %}", "", given)]),
        Entry(
            "sort_head",
            [Specimen(sorted_table, _("sorted by rate, the highest first"), {"words": words, "lines": lines})],
        ),
        Entry("table-bars", [Specimen(bars, _("bars last"), {"words": words, "lines": lines})]),
        Entry(
            "_measure_rows.html",
            [Specimen(measure_rows, "", {"rows": _bar_rows(), "head": _("Department")})],
        ),
    ]


def _bar_rows() -> list[GroupRow]:
    figures = {
        "completion_rate": Decimal("12.5"),
        "gap": Decimal("-9.5"),
        "lights": {"red": 2, "yellow": 0},
        "completed": 1,
        "in_progress": 2,
        "promoting": 5,
        "total": 8,
    }
    return [GroupRow(_name("能源局", "Energy"), "#", figures, red_url="#")]


def charts_shown() -> list[Entry]:
    completed = [
        RunningTotal(date(2023, 3, 20), 1),
        RunningTotal(date(2023, 5, 31), 7),
        RunningTotal(date(2023, 6, 19), 13),
    ]
    due = [
        RunningTotal(date(2023, 6, 30), 18),
        RunningTotal(date(2023, 8, 15), 23),
        RunningTotal(date(2023, 12, 31), 89),
    ]
    changes = [
        StatusPoint(date(2023, 5, 31), "in_progress"),
        StatusPoint(date(2023, 5, 31), "completed", is_superseded=True),
        StatusPoint(date(2023, 1, 3), "promoting"),
    ]
    yantai, weihai, qingdao = _name("烟台", "Yantai"), _name("威海", "Weihai"), _name("青岛", "Qingdao")
    tiles = [
        Tile(yantai, 1, 5, 10307, "#"),
        Tile(weihai, 1, 6, 3363, "#"),
        Tile(qingdao, 2, 5, 8897, "#"),
        Tile(_name("枣庄", "Zaozhuang"), 4, 3, 2371, "#"),
    ]
    departments = [
        StatusRow(_name("能源局", "Energy"), 0, 12, 23),
        StatusRow(_name("科技厅", "Science and Technology"), 1, 7, 11),
    ]
    by_city = [CityRow(qingdao, 3132, 3457, 1826, 482), CityRow(weihai, 1194, 851, 1192, 126)]
    quarters = [
        (date(2022, 12, 31), "3.9", "3.0"),
        (date(2023, 3, 31), "4.7", "4.5"),
        (date(2023, 6, 30), "6.2", "5.5"),
    ]
    growth = [GrowthPoint(end, Decimal(here), Decimal(there)) for end, here, there in quarters]
    shandong, china = _name("山东", "Shandong"), _name("全国", "China")
    years = [
        IndicatorPoint(date(year, 1, 1), date(year, 12, 31), "year", value, year_name(year), year != 2021)
        for year, value in ((2020, 46), (2021, 39), (2022, 36))
    ]
    years[0] = years[0]._replace(exact=False, is_floor=True)
    targets = [TargetPoint(2025, 35, f"{_('Target')} 35", years[-1])]
    areas = [
        Area(category, city, 20, Decimal(amount), "#")
        for city, amounts in ((yantai, (352, 3836, 2342, 3777)), (weihai, (126, 1194, 851, 1192)))
        for category, amount in zip(Category, amounts, strict=True)
    ]
    path = [
        YearPoint(2016, Decimal("5.88"), Decimal("863.43")),
        YearPoint(2017, Decimal("6.30"), Decimal("835.82")),
        YearPoint(2018, Decimal("6.66"), Decimal("901.65"), gdp_is_exact=False),
        YearPoint(2019, Decimal("7.05"), Decimal("937.12")),
    ]
    axes = {"gdp": Axis(_("GDP"), _("trillion yuan")), "emissions": Axis(_("CO2 emissions"), _name("百万吨", "Mt"))}
    plan: dict[str, Any] = {"plan_start": STARTS, "plan_end": ENDS, "total": 249}
    empty = Chart("", "", None, "", [], [], missing=_("No data for this period"))
    drawn = [
        (_("Completion rate"), "course", progress_curve(completed, due, as_of=DAY, **plan)),
        (_("before the plan"), "course", progress_curve([], due, as_of=date(2022, 12, 1), **plan)),
        (_("Investment by city (100 million yuan)"), "map", city_tile_map(tiles)),
        (_("GDP growth"), "line", growth_figure(growth, subject_name=shandong, comparator_name=china)),
        (_("Measures by lead department and status"), "free", status_bars(departments)),
        (_("Investment by city and category"), "free", city_bars(by_city)),
        (_("Where the investment goes"), "free", treemap(areas, {})),
        (_("Emissions and GDP"), "line", decoupling_path(path, **axes)),
        (_("Status of a measure"), "steps", status_history_figure(changes, date(2023, 6, 30), DAY)),
        ("PM2.5", "line", indicator_line(years, targets=targets, unit="µg/m³", name=shandong)),
        (_("in place of a chart without rows"), "line", None),
    ]
    columns = [Column(_("Year"), is_number=False), Column("PM2.5")]
    specimens = [
        Specimen(
            '{% include "components/chart.html" with no_file=True %}',
            caption,
            {
                "chart": replace(
                    empty,
                    name=f"chart-{n}",
                    title=caption,
                    summary=caption,
                    figure=figure,
                    kind=kind,
                    columns=columns,
                    rows=[("2022", 36)] if figure else [],
                    note=_("An open mark is a rounded value"),
                    provenance="illustrative",
                )
            },
        )
        for n, (caption, kind, figure) in enumerate(drawn, start=1)
    ]
    specimens += _reports_and_due_dates()
    return [
        Entry("chart.html", specimens),
        Entry("charts_head.html", [Specimen('{% include "components/charts_head.html" %}')], shown=False),
        Entry("htmx_head.html", [Specimen('{% include "components/htmx_head.html" %}')], shown=False),
    ]


def _reports_and_due_dates() -> list[Specimen]:
    """With rows, and without."""
    months = [date(2023, month, 1) for month in (6, 7, 8)]
    in_time, late = ReportingMonth(2, 2, date(2023, 6, 20)), ReportingMonth(2, 2, date(2023, 6, 28))
    missing, pending, nothing = ReportingMonth(35, 33), ReportingMonth(2, 0), ReportingMonth(0, 0)
    counts = {
        _name("能源局", "Energy"): (in_time, late, missing),
        _name("科技厅", "Science"): (nothing, in_time, pending),
    }
    states = [(MonthState.ON_TIME, MonthState.LATE, MonthState.MISSING), (None, MonthState.ON_TIME, MonthState.PENDING)]
    rows = [
        report_chart.ReportRow(name, name, "#", [report_chart.MonthMark(*mark) for mark in zip(own, of, strict=True)])
        for (name, own), of in zip(counts.items(), states, strict=True)
    ]
    figures = Figures(Plan(starts_on=STARTS, ends_on=ENDS), DAY)
    measures = [
        due_chart.Due(date(2023, 6, 30), MeasureStatus.COMPLETED, Light.GREEN),
        due_chart.Due(date(2023, 8, 15), MeasureStatus.PROMOTING, Light.RED),
        due_chart.Due(date(2023, 12, 31), MeasureStatus.IN_PROGRESS, Light.GREEN),
        due_chart.Due(date(2026, 3, 31), MeasureStatus.PROMOTING, Light.GREEN),
        due_chart.Due(None, MeasureStatus.PROMOTING, Light.GREEN),
    ]
    shown = [
        report_chart.report_chart(rows, rows, months=months, day=DAY),
        report_chart.report_chart([], [], months=months, day=DAY),
        due_chart.due_chart(measures, figures, Links({})),
        due_chart.due_chart([], figures, Links({})),
    ]
    given = {"report_rows": rows, "report_months": [month_name(month) for month in months]}
    return [
        Specimen(
            '{% include "components/chart.html" with no_file=True %}',
            chart.title if chart.figure else chart.missing,
            given | {"chart": replace(chart, name=f"{chart.name}-{n}")},
        )
        for n, chart in enumerate(shown)
    ]


def values() -> list[Values]:
    morning = datetime(2023, 8, 29, 1, 30, tzinfo=UTC)
    given: dict[str, Any] = {"on": DAY, "at": morning, "none": None, "less": Decimal("-16.8"), "more": Decimal("0.7")}
    given |= {"until": _name("至2023-08-28", "to 2023-08-28"), "named": "国家统计局 | National Bureau of Statistics"}
    given |= {"amounts": [SimpleNamespace(investment_wan=123456), SimpleNamespace(investment_wan=120000)]}
    given |= {"row": {"name_zh": "省能源局", "name_en": "Energy Administration"}}
    given |= {"ada": SimpleNamespace(get_full_name=lambda: _name("艾达", "Ada"), get_username=lambda: "ada")}
    return [
        Values(
            _("Numbers"),
            [
                "{{ 1518|number }}", "{{ none|number }}", "{{ 40|result_count }}", "{{ 5.25|percent }}",
                "{{ less|gap }}",
                "{{ more|gap }}", "{{ less|gap_cell }}", "{{ 3|change }}", '{{ "-3"|true_minus }}', "{{ 123456|yi }}",
                "{{ 28000|yi_cell }}", "{{ 28000|money }}", "{{ 30|days }}",
                "{{ amounts|yi_decimals:'investment_wan' }}",
            ],
            given,
        ),
        Values(
            _("Days and times"),
            [
                "{{ on|day }}", "{{ on|month }}", "{{ on|month_name }}", "{{ on|iso }}", "{{ at|datetime:on }}",
                "{{ at|datetime }}", "{{ 0.34|duration }}", "{{ 95|duration }}", "{{ 90000|duration }}",
                "{{ until|nowrap }}", "{{ until|full_stop }}", "{{ named|source }}",
            ],
            given,
        ),
        Values(
            _("Names and texts"),
            [
                '{{ row|localized:"name" }}', "{{ ada|person }}", "{{ none|person }}",
                "{{ row.name_en|mark_language }}",
                "{% capture as words %}{{ on|day }}{% endcapture %}{{ words }}",
            ],
            given,
        ),
        Values(
            _("Addresses, from what the page's own says"),
            [
                '{% url_with status="promoting" %}', '{% url_without "light" %}', '{% url_without "light" "red" %}',
                '{% api_url "api-measures" by="plan" %}', '{{ "/api/v1/"|wrap_at_slashes }}',
                "{% sticky_query %}", '{% chart_csv_url "course" %}',
                '{% query_inputs without="light" as inputs %}{{ inputs|force_escape }}',
                '{% filter_fields form "light" as fields %}{{ fields|length }}',
                "{% filter_chips form as chips %}{{ chips|length }}",
                '{% month_ends plan on as ends %}{{ ends|length }}',
                '{% comparison_choices on as choices %}{{ choices|length }}',
            ],
            given
            | {"plan": SimpleNamespace(starts_on=STARTS, ends_on=ENDS)}
            | _filter(FilterForm({"status": "completed"})),
            machine=True,
        ),
    ]  # fmt: skip


def as_asked(request: HttpRequest) -> HttpRequest:
    """The request, as if its address were that of a filtered list."""
    sample = copy(request)
    sample.GET = QueryDict(ADDRESS)
    return sample


def render(code: str, given: dict[str, Any], request: HttpRequest) -> str:
    return engines["django"].from_string(LIBRARIES + code).render(given, request)


class GalleryPage(WorkPage):
    template_name = "styleguide/gallery.html"

    def may_open(self, request: HttpRequest) -> bool:
        return may_see_gallery(request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request = as_asked(self.request)
        parts = {
            "buttons": (_("Buttons"), buttons()),
            "forms": (_("Forms, filters and messages"), forms_and_filters()),
            "marks": (_("Marks and bars"), marks()),
            "figures": (_("Figures and facts"), figures_and_facts()),
            "tables": (_("Tables"), tables()),
            "charts": (_("Charts"), charts_shown()),
        }
        return super().get_context_data(
            parts=[
                {
                    "slug": slug,
                    "title": title,
                    "entries": [
                        {
                            "name": entry.name,
                            "specimens": [
                                (one, render(one.code, one.given, request) if entry.shown else "")
                                for one in entry.specimens
                            ],
                        }
                        for entry in entries
                    ],
                }
                for slug, (title, entries) in parts.items()
            ],
            values=[
                {
                    "name": each.name,
                    "machine": each.machine,
                    "lines": [(code, render(code, each.given, request)) for code in each.codes],
                }
                for each in values()
            ],
            **kwargs,
        )
