"""Helpers that the tests of charts share."""

import json
from typing import Any

import plotly.graph_objects as go
from django.core.serializers.json import DjangoJSONEncoder

from web.charts.chart import Figure


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for key, value in changes.items():
        is_deep = isinstance(value, dict) and isinstance(base.get(key), dict)
        both[key] = merged(base[key], value) if is_deep else value
    return both


def checked(figure: Figure) -> Figure:
    """Plotly takes it, wide and narrow, and every number in it is a JSON number."""
    go.Figure(data=figure["data"], layout=figure["layout"])
    go.Figure(data=figure["data"], layout=merged(figure["layout"], figure["narrow"]))
    assert json.loads(json.dumps(figure, cls=DjangoJSONEncoder)) == json.loads(json.dumps(figure))
    return figure
