"""The specimens of tables in the gallery."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.pages.rows import GroupRow
from styleguide.specimens.specimen import Entry, Specimen, component, in_language


def table_entries() -> list[Entry]:
    columns = [
        {"label": pgettext("table head", "City")},
        {"label": pgettext("unit in a table head", "Projects"), "number": True},
        {"label": _("Investment (100 million yuan)"), "number": True},
    ]
    cities = [(in_language("烟台", "Yantai"), "321", "10,307"), (in_language("青岛", "Qingdao"), "340", "8,897")]
    rows = [[{"text": name, "url": "#"}, count, amount] for name, count, amount in cities]
    context: dict[str, Any] = {"columns": columns, "rows": rows, "total": [_("Total"), "661", "19,204"]}
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
    group_rows = '{% include "dashboard/_group_rows.html" with elapsed=22 %}'
    words = {"name": _("Department"), "rate": _("Completion rate"), "status": _("Status")}
    lines = [
        (in_language("科技厅", "Science and Technology"), Decimal("5.3")),
        (in_language("能源局", "Energy"), Decimal(0)),
    ]
    return [
        Entry(
            "table.html",
            [
                component("table.html", "caption=caption", _("with a sum"), caption=_("Projects by city"), **context),
                component("table.html", 'total="" classes="table-dense"', _("close rows"), **context),
            ],
        ),
        Entry(
            "heads",
            [
                Specimen(
                    '{% scroller words.name %}<table class="table"><thead><tr>{% heads words.name words.status %}'
                    '{% heads words.rate classes="number" %}</tr></thead></table>{% endscroller %}',
                    "",
                    {"words": words},
                )
            ],
        ),
        Entry("zip", [Specimen("{% for column, cell in columns|zip:total %}{{ cell }} {% endfor %}", "", context)]),
        Entry(
            "sort_head",
            [Specimen(sorted_table, _("sorted by rate, the highest first"), {"words": words, "lines": lines})],
        ),
        Entry("table-bars", [Specimen(bars, _("bars last"), {"words": words, "lines": lines})]),
        Entry(
            "_group_rows.html",
            [Specimen(group_rows, "", {"rows": _bar_rows(), "head": _("Department")})],
        ),
    ]


def _bar_rows() -> list[GroupRow]:
    figures = {
        "completion_rate": Decimal("12.5"),
        "gap_to_plan": Decimal("-12.5"),
        "overdue": 2,
        "longest_overdue": 60,
        "due_before": 3,
        "completed_in_time": 1,
        "in_time_rate": None,
        "lights": {"red": 2, "yellow": 0},
        "completed": 1,
        "in_progress": 2,
        "promoting": 5,
        "total": 8,
    }
    return [GroupRow(in_language("能源局", "Energy"), "#", figures, red_url="#")]
