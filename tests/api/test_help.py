"""The page of help: what it shows works as it stands there."""

import html
import re
import subprocess
import sys
from datetime import date
from typing import Any
from urllib.request import urlopen

import pytest
from django.test import Client

from accounts.models import Scope
from accounts.tokens import create_token
from measures.models import Measure
from projects.models import Project
from tests import factories as make
from web.api.problem_details import PROBLEMS

BLOCK = re.compile(r'<code class="language-python" id="([\w-]+)">(.*?)</code>', re.DOTALL)
LABORATORY = {"en": "Build a laboratory", "zh-hans": "建设实验室"}
WIND = {"en": "Offshore wind", "zh-hans": "海上风电"}


def said(language: str) -> dict[str, str]:
    """Return what each block prints on the small site, where M004 began its work in August."""
    return {
        "python-plain": f"2023-07-31 1\nM001 {LABORATORY[language]}\n",
        "python-pandas": "3\ncategory\nenergy        1235.5678\ninnovation       0.5000\n"
        "Name: total_investment, dtype: float64\n",
        "python-ndjson": f"3 {WIND[language]}\n",
        "python-cursor": "3\n",
        "python-since": "4\n",
        "python-compare": "M004 promoting in_progress\n2023-07-31 1\n",
        "python-token": "4\n",
        "python-conditional": "as before\n",
        "python-refusal": "400 /api/help/#invalid-parameters\nstatus ['promoting', 'in_progress', 'completed']\n",
    }


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_block_of_python_prints_what_it_should(
    language: str, site: Any, live_server: Any, open_reading: None
) -> None:
    make.make_change(Measure.objects.get(code="M004"), "in_progress", date(2023, 8, 10))
    Project.objects.filter(code="P0001").update(name_zh=WIND["zh-hans"])
    _token, key = create_token(make.make_user("vic"), scope=Scope.READ)
    with urlopen(f"{live_server.url}/api/help/?lang={language}") as page:
        blocks = {name: html.unescape(code) for name, code in BLOCK.findall(page.read().decode())}
    environment = {"PILOTZONE_TOKEN": key, "PYTHONIOENCODING": "utf-8"}
    printed = {}
    for name, code in blocks.items():
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=environment, timeout=60
        )
        assert run.returncode == 0, (name, run.stderr)
        printed[name] = run.stdout
    assert printed == said(language)


def test_on_a_closed_site_each_block_sends_the_token(site: Any, live_server: Any, client: Client) -> None:
    make.make_change(Measure.objects.get(code="M004"), "in_progress", date(2023, 8, 10))
    vic = make.make_user("vic")
    _token, key = create_token(vic, scope=Scope.READ)
    client.force_login(vic)
    page = client.get("/api/help/?lang=en").content.decode().replace("http://testserver", live_server.url)
    environment = {"PILOTZONE_TOKEN": key, "PYTHONIOENCODING": "utf-8"}
    for name, code in BLOCK.findall(page):
        command = [sys.executable, "-c", html.unescape(code)]
        run = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=60)
        assert run.returncode == 0, (name, run.stderr)
    others = re.findall(r'<code class="language-(?:r|m)">(.*?)</code>', page, flags=re.DOTALL)
    assert len(others) == 3
    assert all("Authorization" in code for code in others)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_address_on_it_answers(language: str, site: Any, ask: Any, client: Client) -> None:
    page = html.unescape(client.get(f"/api/help/?lang={language}").content.decode())
    addresses = set(re.findall(r"http://testserver(/api/v1/[^\s\"<]*)", page))
    assert len(addresses) > 8
    refused = {each for each in addresses if client.get(each).status_code != 200}
    assert refused == {f"/api/v1/measures/?status=done&lang={language}"}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_problem_has_its_place_with_what_to_do(language: str, db: None, open_reading: None) -> None:
    page = Client().get(f"/api/help/?lang={language}").content.decode()
    advice = re.findall(r'id="([\w-]+)">\s*<h3><code>\1</code> [^<]+</h3>\s*<p>([^<]{10,})</p>', page)
    assert [name for name, _words in advice] == list(PROBLEMS)
