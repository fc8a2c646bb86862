"""Lighthouse, as on a phone, on the demonstration as `./run demo` serves it: what it finds, and how quick it is."""

import json
import os
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import serving
from tests.lanes import clean_environment
from tests.services import ROOT, find_chromium

pytestmark = pytest.mark.browser

PAGES = {"the overview": "/?lang=zh-hans", "the list of measures": "/measures/?lang=zh-hans"}
GATES = ("accessibility", "best-practices")
FLAGS = ["--headless=new", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def demo(node, tmp_path_factory):
    """The address of a demonstration of its own."""
    with serving.demo({**clean_environment(), "PILOTZONE_DATA_DIR": str(tmp_path_factory.mktemp("demo"))}) as site:
        yield f"http://127.0.0.1:{site.port}"


def look(url, *categories):
    """Run Lighthouse on a page and return its report, as its JSON says it."""
    flags = [*FLAGS, *(["--no-sandbox"] if os.getuid() == 0 else [])]
    command = [str(ROOT / "node_modules/.bin/lighthouse"), url, "--quiet", "--output=json"]
    command += ["--no-enable-error-reporting", "--disable-full-page-screenshot", f"--chrome-flags={' '.join(flags)}"]
    command += [f"--only-categories={','.join(categories)}"]
    environment = {**os.environ, "CHROME_PATH": find_chromium()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["requestedUrl"] == report["finalDisplayedUrl"] == url
    return report


def found(report):
    """Yield each audit that costs a page points, with the elements that it is about."""
    for category in report["categories"].values():
        for audit in (report["audits"][one["id"]] for one in category["auditRefs"] if one["weight"]):
            if audit["score"] is not None and audit["score"] < 1:
                items = audit.get("details", {}).get("items", [])
                yield f"{audit['title']}: {[item.get('node', {}).get('snippet', item) for item in items]}"


@pytest.mark.long
def test_lighthouse_finds_nothing_in_the_overview_and_the_list_of_measures(demo):
    with ThreadPoolExecutor() as at_once:
        reports = list(at_once.map(lambda path: look(demo + path, *GATES), PAGES.values()))
    assert [fault for report in reports for fault in found(report)] == []
    scores = [category["score"] for report in reports for category in report["categories"].values()]
    assert scores == [1, 1, 1, 1]


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES)
def test_how_quick_a_page_is_on_a_phone_is_told(demo, page, capsys):
    """The median of three, since one differs from the next. A score of the machine too, so no gate."""
    scores = [look(demo + PAGES[page], "performance")["categories"]["performance"]["score"] for _ in range(3)]
    points = [round(100 * score) for score in scores]
    median = statistics.median(points)
    verdict = "reaches" if median >= 90 else "misses"
    with capsys.disabled():
        sys.stdout.write(f"\nLighthouse's performance of {page}: {points}, whose median {verdict} 90\n")
