"""The reduced plotly.js draws every chart of the gallery in a real browser, which has nothing to say to it."""

import subprocess

import pytest

from tests.browser.faults import draw_charts
from tests.browser.samples import session_of
from tests.factories import make_user
from tests.services import ROOT

pytestmark = pytest.mark.browser


# Plotly draws a trace that it does not have as lines, and says nothing.
MISDRAWN = """() => [...document.querySelectorAll("figure[data-drawn=true] .chart-plot")].filter((plot) => {
  const wanted = JSON.parse(document.getElementById(plot.dataset.figureId).textContent).data;
  return String(wanted.map((trace) => trace.type)) !== String(plot._fullData.map((trace) => trace.type));
}).map((plot) => plot.dataset.figureId)"""


@pytest.fixture(scope="session")
def reduced_plotly(node, tmp_path_factory):
    file = tmp_path_factory.mktemp("bundle") / "plotly.min.js"
    subprocess.run(["npm", "run", "--silent", "bundle", "--", f"--outfile={file}"], cwd=ROOT, check=True)
    return file


def test_the_reduced_plotly_draws_every_chart(reduced_plotly, watched, site):
    page, wrong = watched
    make_user("admin", is_superuser=True)
    page.context.add_cookies([{"name": "sessionid", "value": session_of("admin"), "url": site}])
    # The site's own answer with another body: the policy in its headers stays.
    page.route("**/plotly.min.js", lambda route: route.fulfill(response=route.fetch(), path=reduced_plotly))
    for address in ("/", "/gallery/"):
        page.goto(f"{site}{address}")
        assert draw_charts(page) == []
        assert page.locator("figure[data-drawn=true] .main-svg").count() > 0
        assert page.evaluate(MISDRAWN) == []
        assert len(page.evaluate("Object.keys(Plotly.PlotSchema.get().traces)")) < 5
    assert wrong == []
