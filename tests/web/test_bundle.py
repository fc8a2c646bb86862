"""The reduced plotly.js of `./run bundle` is of the version that the figures are made for, and draws each of them."""

import json
import re
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from django.contrib.staticfiles import finders
from django.core.management import call_command
from plotly.offline import get_plotlyjs_version

from tests.services import ROOT

ENTRY = (ROOT / "frontend" / "plotly.js").read_text(encoding="utf-8")
PACKAGE = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
LOCK = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))


def traces_of_our_charts() -> set[str]:
    """Wherever a module of ours makes a figure."""
    types = set()
    packages = [file.parent for file in ROOT.glob("*/__init__.py") if file.parent.name != "tests"]
    for file in (file for package in packages for file in package.rglob("*.py")):
        types |= set(re.findall(r'"type": "(\w+)"', file.read_text(encoding="utf-8")))
    return {name for name in types if hasattr(go.Figure, f"add_{name}")}


def test_it_is_of_the_version_of_the_python_package() -> None:
    assert PACKAGE["dependencies"]["plotly.js"] == get_plotlyjs_version()
    assert LOCK["packages"]["node_modules/plotly.js"]["version"] == get_plotlyjs_version()


def test_it_has_each_trace_that_a_chart_uses() -> None:
    used = traces_of_our_charts()
    assert {"bar", "scatter"} <= used
    assert used - set(re.findall(r'require\("plotly\.js/lib/(\w+)"\)', ENTRY)) == set()


def test_the_lock_names_no_registry() -> None:
    assert [name for name, package in LOCK["packages"].items() if "resolved" in package] == []


def test_without_it_the_whole_plotly_is_served() -> None:
    found = [Path(path) for path in finders.find("plotly/plotly.min.js", find_all=True)]
    reduced = ROOT / "frontend" / "built" / "plotly.min.js"
    assert [path for path in found if path != reduced] == [Path(go.__file__).parents[1] / "package_data/plotly.min.js"]
    assert reduced not in found[1:]


def test_what_is_collected_for_the_image_can_be_read_by_the_user_who_serves_it(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*.*") if path.is_file()} == {0o644}
