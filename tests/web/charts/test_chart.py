"""Tests of what a chart hands over to the script that draws it."""

import html
import json
import re

from web.charts.chart import Chart


def drawn(*texts: str) -> list[str]:
    """Return the texts that Plotly is given for these."""
    figure = {"data": [{"hovertext": list(texts)}], "layout": {}}
    chart = Chart(name="a", title="A", figure=figure, summary="", columns=(), rows=())
    content = re.fullmatch(r"<script[^>]*>(.*)</script>", chart.script, re.DOTALL)[1]
    assert not re.search("[<>]", content)
    return json.loads(content)["data"][0]["hovertext"]


def test_a_name_with_markup_is_written_and_not_obeyed() -> None:
    for name in (
        '<a href="https://evil.example">Energy</a>',
        "<span style='font-size:99px'>Energy</span>",
        "a < b",
        "<!--",
    ):
        [shown] = drawn(f"<b>{name}</b><br>3")
        # Plotly reads entities after it has looked for its markup.
        assert html.unescape(shown) == f"<b>{name}</b><br>3"
        assert re.findall("<[^>]*>", shown) == ["<b>", "</b>", "<br>"]


def test_what_charts_write_themselves_stays() -> None:
    text = "<b>Completed</b><br>12%<extra></extra>"
    assert drawn(text) == [text]
