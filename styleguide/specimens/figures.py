"""Specimens of figures, facts and entries of the navigation."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.statuses import MeasureStatus
from dashboard.charts.strips import blocks
from indicators.drawings import BulletBar, Dot, Trend
from indicators.verdicts import Verdict
from styleguide.specimens.specimen import Entry, Specimen, component, component_entry, in_language


class SampleFigureLinks:
    """A stand-in for dashboard.pages.links.FigureLinks."""

    def of(self, path: str) -> dict[str, str]:
        label = _("Why this number? %(figure)s") % {"figure": MeasureStatus.COMPLETED.label}
        return {"url": f"/explain/?figure={path}", "label": label, "source": "/api/v1/summary/"}


def figure_entries() -> list[Entry]:
    figure = '{% figure "measures.completed" 13 '
    headline = (
        '<span class="figure-label">{% status_mark "completed" %}</span><span class="n1-line">'
        '{% figure "measures.completed" 13 href="#" classes="n1" %}13{% endfigure %} '
        '<span class="unit">5.2%</span></span>'
    )
    explained = '{% figure "measures.completion_rate" 5.2 classes="n1" %}5.2{% endfigure %}'
    facts = [
        {"label": _("Lead department"), "value": in_language("能源局", "Energy"), "url": "#"},
        {"label": _("Due date"), "value": "2023-06-30"},
        {"label": _("Last report"), "value": ""},
    ]
    return [
        Entry(
            "figure",
            [
                Specimen(f"{figure}%}}13{{% endfigure %}}", _("alone")),
                Specimen(f'{figure}href="#" %}}13{{% endfigure %}}', _("opens its rows")),
                Specimen(headline, _("headline figure"), {"why": SampleFigureLinks()}),
                Specimen(explained + '{% unit "%" %}', _("says why"), {"why": SampleFigureLinks()}),
                Specimen(
                    '<span class="n2-line">'
                    '{% figure "projects.total_investment" 84500 classes="n2" %}8.45{% endfigure %} '
                    f'<span class="unit">{_("trillion yuan")}</span></span>',
                    _("second headline figure"),
                ),
            ],
        ),
        Entry(
            "explanation_link",
            [Specimen('{% explanation_link "measures.completed" %}', "", {"why": SampleFigureLinks()})],
        ),
        *due_chart_entries(),
        component_entry("facts.html", "facts=facts", _("facts without a value are left out"), facts=facts),
        Entry(
            "fact", [Specimen('<dl class="facts">{% fact words %}13{% endfact %}</dl>', "", {"words": _("Measures")})]
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


def due_chart_entries() -> list[Entry]:
    days = [9, 14, 29, 29, 29, 60, 60, 60, 60, 90]
    stages = blocks([("completed", 29), ("under_construction", 242), ("preparing", 47)], width=100)
    return [
        component_entry("stage_bar.html", "blocks=blocks", blocks=stages),
        Entry(
            "due_strip",
            [
                Specimen("{% due_strip 12 1 10 %}", _("twelve on time, one late, ten overdue")),
                Specimen("{% due_strip 60 8 12 %}", _("a bar where there are many")),
            ],
        ),
        Entry("days_strip", [Specimen("{% days_strip days %}", "", {"days": days})]),
        Entry("forecast_bar", [Specimen("{% forecast_bar 13 74 50 125 249 %}")]),
        *indicator_mark_entries(),
    ]


def indicator_mark_entries() -> list[Entry]:
    """Return the entries for the marks in a row of an indicator: the verdict, the way to its target, how it went."""
    verdict = "verdict=verdict label=verdict.label note=note"
    no_target = pgettext("indicators", "No target")
    bar = BulletBar(Decimal(62), Decimal(30), Decimal(87))
    dots = [Dot(Decimal(4 + 22 * place), Decimal(y), place == 4) for place, y in enumerate((20, 16, 17, 9, 4))]
    line = " ".join(f"{dot.x},{dot.y}" for dot in dots)
    return [
        Entry(
            "verdict.html",
            [
                *(component("verdict.html", verdict, verdict=each, note="") for each in Verdict),
                component("verdict.html", verdict, _("without a target"), verdict="", note=no_target),
            ],
        ),
        component_entry("bullet_bar.html", "bar=bar", bar=bar),
        Entry(
            "trend.html",
            [
                component("trend.html", "trend=trend", trend=Trend(dots, [])),
                component(
                    "trend.html", "trend=trend", _("a line where there are many"), trend=Trend(dots[-1:], [line])
                ),
            ],
        ),
    ]
