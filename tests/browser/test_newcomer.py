"""A newcomer with a spreadsheet: an empty folder, one command, and the site of another place stands, in Chinese alone.

The workbook is typed by hand, as `tests.second_site` has it, and saved once by LibreOffice. Each figure was counted
by hand from its rows.
"""

import csv
import io
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import watch
from tests.browser.faults import barriers, ill_made, too_wide
from tests.own_site import GREETING, started
from tests.second_site import CITIES, DAY, PLAN, ROWS, write_workbook

pytestmark = pytest.mark.browser

MOST_COMMANDS, MOST_CLICKS, MOST_SECONDS = 3, 30, 600
WIDE, NARROW, HEIGHT = 1366, 360, 780
PASSWORD = "yunling-2026-tai"
# Rows and columns of the eight cities on the map.
TILES = [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2)]


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: Any, libreoffice: str) -> Path:
    """Return the path of a workbook that openpyxl wrote, as LibreOffice saves it."""
    folder = tmp_path_factory.mktemp("newcomer")
    tiles = dict(zip(CITIES, TILES, strict=True))
    regions = [
        {**row, "tile_row": tiles[row["name_zh"]][0], "tile_column": tiles[row["name_zh"]][1]}
        if row["name_zh"] in tiles
        else row
        for row in ROWS["regions"]
    ]
    write_workbook(folder / "云岭.xlsx", {**ROWS, "regions": regions})
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    words = ["--headless", "--convert-to", "xlsx", "--outdir", str(folder / "saved"), str(folder / "云岭.xlsx")]
    subprocess.run([libreoffice, profile, *words], check=True, capture_output=True, timeout=180)
    saved: Path = folder / "saved" / "云岭.xlsx"
    with zipfile.ZipFile(saved) as parts:
        assert b"LibreOffice" in parts.read("docProps/app.xml")
    return saved


class Newcomer:
    """Somebody at a window of this width, whose clicks are counted."""

    def __init__(self, page: Page, root: str, width: int) -> None:
        self.page, self.root, self.width = page, root, width
        self.clicks = 0

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def leave_by(self, target: Locator) -> None:
        """Click the target and wait until the page that it leads to is there."""
        with self.page.expect_navigation():
            self.click(target)

    def press(self, name: str) -> None:
        self.leave_by(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        self.leave_by(self.page.locator("main").get_by_role("link", name=name, exact=True).first)

    def go(self, name: str) -> None:
        """Go to a page by the main navigation."""
        if self.width == NARROW:
            self.click(self.page.locator(".menu-button"))
        self.leave_by(self.page.locator("#menu").get_by_role("link", name=name, exact=True))

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            self.page.locator(f"main [name={name}]").fill(text)

    def look(self) -> None:
        """Nothing may be on the page that is on no page of the site, in a window of the other width neither."""
        for width in (WIDE + NARROW - self.width, self.width):
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            assert too_wide(self.page) == [], (self.page.url, width)
        assert [*ill_made(self.page, "zh-hans"), *barriers(self.page)] == [], self.page.url

    def answer(self, path: str) -> Any:
        answer = self.page.request.get(f"{self.root}{path}")
        assert answer.ok, path
        return answer


@pytest.fixture
def newcomer(request: Any, browser: Browser, tmp_path: Path) -> Iterator[tuple[Newcomer, str, float]]:
    """Yield a newcomer, the link that the one command printed, and when the command was given."""
    begun = time.monotonic()
    with started(tmp_path, {"PILOTZONE_TODAY": DAY.isoformat()}) as (serve, port):
        greeting = GREETING.search(serve.output)
        assert greeting, serve.output
        root = f"http://127.0.0.1:{port}"
        context = browser.new_context(locale="zh-CN", viewport={"width": request.param, "height": HEIGHT})
        page = context.new_page()
        wrong = watch(page, root)
        yield Newcomer(page, root, request.param), greeting[2], begun
        context.close()
        assert wrong == []


# Each page is looked at in both widths anyway; to click through a second new site takes as long as the first.
@pytest.mark.parametrize("newcomer", [NARROW, pytest.param(WIDE, marks=pytest.mark.long)], indirect=True)
def test_a_site_of_ones_own_from_a_spreadsheet(newcomer: tuple[Newcomer, str, float], workbook: Path) -> None:
    (person, link, begun), page = newcomer, newcomer[0].page
    commands = 1

    page.goto(person.root + link)
    person.fill(new_password1=PASSWORD, new_password2=PASSWORD)
    person.press("设置密码")
    person.fill(username="admin", password=PASSWORD)
    person.press("登录")
    person.follow("建立平台（共四步）")

    person.look()
    person.click(page.get_by_label("中文", exact=True))
    assert not page.locator("[name=name_en]").is_visible()
    person.fill(name_zh="云岭省重点任务推进平台", place_zh="云岭", subject_zh="云岭省现代化产业体系建设")
    person.fill(plan_zh=PLAN, starts_on="2026-01-01", ends_on="2030-12-31")
    person.press("保存并继续")

    person.look()
    with page.expect_file_chooser() as chooser:
        person.click(page.locator("input[type=file]"))
    chooser.value.set_files(workbook)
    person.press("上传并预览")
    page.locator("#new").wait_for()
    person.look()
    # The plan was named without its region, which the workbook names.
    expect(page.locator("#changed")).to_contain_text("云岭省", use_inner_text=True)
    person.click(page.locator("#decide [value=load]"))
    page.get_by_role("heading", name="平台已建立").wait_for(timeout=60_000)
    person.look()
    person.follow("打开总览")
    built = time.monotonic() - begun

    person.look()
    overview = page.locator("main").inner_text()
    assert "云岭" in overview
    assert figure(page, "measures.total") == "60" and figure(page, "measures.completed") == "6"
    person.go("政策措施")
    person.look()
    expect(page.locator(".count-line").first).to_contain_text("60", use_inner_text=True)
    person.go("各市情况")
    person.look()
    page.locator('[data-chart="map"]').first.wait_for()
    city = page.locator("main tr", has_text="云中").first.inner_text().split()
    # Its rank, and that of the end of last month.
    assert city[:5] == ["4", "云中", "4,357", "4", "50"]
    person.go("指标")
    person.look()
    expect(page.locator("main")).to_contain_text("46.9", use_inner_text=True)

    summary = person.answer("/api/v1/summary/").json()
    assert {name: summary["measures"][name] for name in ("total", "completed", "in_progress", "promoting")} == {
        "total": 60,
        "completed": 6,
        "in_progress": 24,
        "promoting": 30,
    }
    assert summary["measures"]["lights"]["red"] == 18
    assert (summary["projects"]["total"], summary["projects"]["total_investment"]) == (400, 26_181)
    assert [each["total"] for each in summary["projects"]["by_category"].values()] == [133, 134, 133]
    assert summary["indicators"]["gdp_growth_ytd"]["value"] == 6.1
    exported = person.answer("/api/v1/projects/?format=csv").body().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert len(rows) == 400 and rows[0]["code"] == "云重001"
    book = openpyxl.load_workbook(io.BytesIO(person.answer("/api/v1/measures/?format=xlsx").body()))
    assert book.worksheets[0].max_row == 61

    assert commands <= MOST_COMMANDS and person.clicks <= MOST_CLICKS and built <= MOST_SECONDS


def figure(page: Page, name: str) -> str:
    return page.locator(f'[data-figure="{name}"]').first.get_attribute("data-value") or ""
