"""Pictures of the demonstration, for people to look at: `./run screenshots --help` says which."""

import argparse
import csv
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.services import ROOT, find_chromium, free_port

# As the site names it without HTTPS; to ask it would take settings and a data folder.
SIZE_COOKIE = "pilotzone_size"
PAGES = {
    "overview": "/",
    "overview-march": "/?as_of=2023-03-31",
    "overview-compared": "/?compare=2023-05-31",
    "brief": "/brief/",
    "brief-section": "/sections/marine/brief/",
    "brief-theme": "/themes/energy/brief/",
    "brief-department": "/departments/natural-resources/brief/",
    "brief-city": "/cities/370600/brief/",
    "presentation": "/presentation/",
    "changes": "/changes/?compare=2023-05-31",
    "measures": "/measures/",
    "measures-changed": "/measures/?compare=2023-05-31&changed=yes",
    "measures-red": "/measures/?light=red",
    "measures-due": "/measures/?due_from=2023-10-01&due_to=2023-12-31",
    "problems": "/problems/?state=open",
    "problem": "/measures/M025/problems/1/",
    "meetings": "/meetings/",
    "plans": "/plans/",
    "projects-large": "/projects/?investment_from=100&stage=preparing",
    "measure": "/measures/M172/",
    "lights": "/lights/",
    "projects": "/projects/",
    "project": "/projects/P0001/",
    "indicators": "/indicators/",
    "indicator": "/indicators/gdp_growth_ytd/",
    "indicator-path": "/indicators/nre_capacity/",
    "decoupling": "/indicators/co2_emissions/",
    "departments": "/departments/",
    "department": "/departments/energy/",
    "plan": "/plan/",
    "plan-first": "/plan/first/",
    "sections": "/sections/",
    "themes": "/themes/",
    "theme": "/themes/energy/",
    "project-groups": "/project-groups/",
    "section": "/sections/innovation/",
    "cities": "/cities/",
    "city": "/cities/370600/",
    "published": "/published/",
    "search": "/search/?q=氢能",
    "search-all": "/search/?q=energy",
    "explain": "/explain/?figure=measures.completion_rate",
    "login": "/accounts/login/",
    "forgotten": "/accounts/forgotten/",
    "forgotten-sent": "/accounts/forgotten/sent/",
    "bad-day": "/?as_of=2023-02-30",
    "not-found": "/nothing/",
    "glossary": "/glossary/",
    "guides": "/guide/",
    "guide-reader": "/guide/reader/",
    "guide-department": "/guide/department/",
    "guide-office": "/guide/office/",
    "guide-analyst": "/guide/analyst/",
    "guide-administrator": "/guide/administrator/",
    "api-docs": "/api/docs/",
    "api-help": "/api/help/",
    "api-dictionary": "/api/dictionary/",
}
# For those who are logged in: account, path.
WORK_PAGES = {
    "workspace": ("ada", "/workspace/"),
    "workspace-city": ("zoe", "/workspace/"),
    "workspace-mine": ("ada", "/workspace/?whose=mine"),
    "month": ("ada", "/workspace/ledger/"),
    "month-projects": ("zoe", "/workspace/projects/month/"),
    "month-values": ("ada", "/workspace/values/"),
    "owners": ("ada", "/office/measures/M002/owners/"),
    "many-owners": ("ada", "/office/departments/science-technology/owners/"),
    "paste-values": ("ada", "/indicators/rd_intensity/value/paste/"),
    "report": ("ada", "/measures/M002/report/"),
    "report-due": ("ada", "/measures/M013/report/"),
    "inbox": ("ada", "/inbox/"),
    "tokens": ("ada", "/accounts/tokens/"),
    "account": ("ada", "/accounts/password/"),
    "sessions": ("ada", "/accounts/sessions/"),
    "confirm": ("ada", "/accounts/confirm/"),
    "second-factor": ("ada", "/accounts/second-factor/"),
    "set-up-app": ("ada", "/accounts/second-factor/set-up/"),
    "measure-ada": ("ada", "/measures/M002/"),
    "review": ("rita", "/review/"),
    "returned": ("rita", "/review/returned/"),
    "board": ("rita", "/review/board/"),
    "project-month": ("zoe", "/projects/P0672/month/"),
    "review-values": ("rita", "/review/indicators/"),
    "review-projects": ("rita", "/review/projects/"),
    "board-projects": ("rita", "/review/projects/board/"),
    "assign-problems": ("rita", "/problems/assign/"),
    "assign-problem": ("rita", "/measures/M025/problems/1/assign/"),
    "raise-problem": ("ada", "/measures/M001/problems/new/"),
    "add-meeting": ("rita", "/meetings/add/?state=open"),
    "merge": ("rita", "/departments/energy/merge/"),
    "terms": ("rita", "/measures/M002/terms/"),
    "measure-rita": ("rita", "/measures/M172/"),
    "office-current-plan": ("rita", "/office/current-plan/"),
    "office-departments": ("mia", "/office/departments/"),
    "office-department": ("mia", "/office/departments/energy/"),
    "office-add-department": ("mia", "/office/add-department/"),
    "office-site": ("mia", "/office/site/"),
    "office-limits": ("mia", "/office/limits/"),
    "office-plan": ("mia", "/office/plan/"),
    "office-add-milestone": ("mia", "/office/add-milestone/"),
    "office-categories": ("mia", "/office/categories/"),
    "office-category": ("mia", "/office/categories/energy/"),
    "office-remove-category": ("mia", "/office/categories/energy/remove/"),
    "office-admin": ("mia", "/office/"),
    "office-people": ("mia", "/office/people/"),
    "office-invite": ("mia", "/office/people/invite/"),
    "start-done": ("mia", "/data/start/done/"),
    "data": ("rita", "/data/"),
    # The demonstration's own.
    "load": ("rita", "/data/loads/1/"),
    "office": ("rita", "/office/"),
    "office-measures": ("rita", "/office/measures/"),
    "office-add-measure": ("rita", "/office/add-measure/"),
    "office-projects": ("rita", "/office/projects/"),
    "office-add-project": ("rita", "/office/add-project/"),
    "office-project": ("rita", "/office/projects/P0001/"),
    "office-project-terms": ("rita", "/office/projects/P0001/terms/"),
    "office-sections": ("rita", "/office/sections/"),
    "office-problem-categories": ("rita", "/office/problem-categories/"),
    "office-problem-category": ("rita", "/office/problem-categories/money/"),
    "office-add-problem-category": ("rita", "/office/add-problem-category/"),
    "office-remove-problem-category": ("rita", "/office/problem-categories/money/remove/"),
    "office-themes": ("rita", "/office/themes/"),
    "office-theme": ("rita", "/office/themes/energy/"),
    "office-add-theme": ("rita", "/office/add-theme/"),
    "office-remove-theme": ("rita", "/office/themes/energy/remove/"),
    "office-indicators": ("rita", "/office/indicators/"),
    "office-indicator": ("rita", "/office/indicators/energy_intensity_change/"),
    "office-add-indicator": ("rita", "/office/add-indicator/"),
    "office-add-target": ("rita", "/office/indicators/energy_intensity_change/add-target/"),
    "office-section": ("rita", "/office/sections/marine/"),
    "office-add-section": ("rita", "/office/add-section/"),
    "office-remove-section": ("rita", "/office/sections/marine/remove/"),
    "office-measure": ("rita", "/office/measures/M172/"),
    "refused": ("ben", "/measures/M002/report/"),
    "runs": ("admin", "/runs/"),
    "integrity": ("admin", "/integrity/"),
    "backups": ("admin", "/backups/"),
    "log": ("audit", "/log/"),
    "log-check": ("audit", "/log/check/"),
    "permissions": ("audit", "/accounts/permissions/"),
    "permission": ("audit", "/accounts/permissions/?account=ben&asked=/measures/M172/report/&method=POST"),
    "gallery": ("admin", "/gallery/"),
}
WIDTHS = (360, 768, 1366)
PICTURES = ROOT / "static" / "img"
# The table that the quick start begins with, what is typed besides it, and how a spreadsheet shows it.
SAMPLE = ROOT / "fixtures" / "samples" / "county.csv"
NAMES = {
    "name_zh": "云阳县重点工作推进平台",
    "place_zh": "云阳",
    "plan_zh": "云阳县重点工作",
    "starts_on": "2027-01-01",
    "ends_on": "2027-12-31",
}
QUICK_START_DAY = "2027-08-15"
SHEET_STYLE = """
    table { border-collapse: collapse; font: 14px sans-serif; white-space: nowrap }
    caption, td { padding: 4px 8px; border: 1px solid #bbb }
    caption { border-bottom: 0; font-size: 16px; font-weight: bold }
"""
LOG = "printed.txt"
# Every page with charts.
CHART_PAGES = {
    "overview": "/",
    "overview-plan": "/?course=plan&map=total",
    "department": "/departments/energy/",
    "sections": "/sections/",
    "section": "/sections/innovation/",
    "cities": "/cities/",
    "measure": "/measures/M172/",
    "growth": "/indicators/gdp_growth_ytd/",
    "pm25": "/indicators/pm25/",
    "capacity": "/indicators/nre_capacity/",
    "intensity": "/indicators/energy_intensity_change/",
    "emissions": "/indicators/co2_emissions/",
}


def take(page: Page, address: str, path: Path, *, whole: bool) -> None:
    page.goto(address)
    for top in range(0, page.evaluate("document.documentElement.scrollHeight"), 500):
        page.evaluate(f"window.scrollTo(0, {top})")
        page.wait_for_timeout(80)
    page.wait_for_timeout(500)
    page.evaluate("window.scrollTo(0, 0)")
    # The gallery at 360 px is tens of thousands of pixels tall: half a minute is not always enough for it.
    page.screenshot(path=path, full_page=whole, timeout=180_000)


def take_all(pages: dict[str, str], browser: Browser, site: str, folder: Path, state: str | None = None) -> None:
    for language, width in product(("zh-hans", "en"), WIDTHS):
        page = browser.new_page(viewport={"width": width, "height": 900}, storage_state=state)
        for name, path in pages.items():
            address = f"{site}{path}{'&' if '?' in path else '?'}lang={language}"
            take(page, address, folder / f"{name}-{language}-{width}.png", whole=True)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            print(f"{name} {language} {width}" + (f": {wide} px too wide" if wide > 0 else ""), flush=True)
        page.close()


def take_charts(browser: Browser, site: str, folder: Path) -> None:
    for language, width, size in product(("zh-hans", "en"), (1366, 360), ("normal", "large")):
        context = browser.new_context(viewport={"width": width, "height": 900})
        context.add_cookies([{"name": SIZE_COOKIE, "value": size, "url": site}])
        page = context.new_page()
        for name, path in CHART_PAGES.items():
            page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={language}")
            for plot in page.locator(".chart-plot").all():
                chart = plot.locator("xpath=ancestor::figure")
                chart.scroll_into_view_if_needed()
                page.locator(f'[data-chart="{chart.get_attribute("data-chart")}"][data-drawn="true"]').wait_for()
                shot = f"{name}-{chart.get_attribute('data-chart')}-{language}-{width}-{size}.png"
                chart.screenshot(path=folder / shot)
            if (width, size) == (1366, "normal"):
                page.pdf(path=folder / f"{name}-{language}.pdf", prefer_css_page_size=True)
            print(f"{name} {language} {width} {size}", flush=True)
        context.close()


def log_in(browser: Browser, site: str, name: str, password: str, state: Path) -> str:
    """Logs in once; what the browser keeps of it is in the file returned."""
    page = browser.new_page()
    page.goto(f"{site}/accounts/login/?lang=en")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(password)
    page.locator("main form button").click()
    page.context.storage_state(path=state)
    if name == "ada":
        # Something for the office to review.
        page.goto(f"{site}/workspace/?lang=en")
        page.get_by_role("button", name="No change this month").last.click()
    page.close()
    return str(state)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run screenshots", description=main.__doc__)
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="where to; made if it is not there")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--charts",
        action="store_true",
        help="every chart instead, wide and narrow, in normal and large print, and its page on paper",
    )
    names = [*PAGES, *WORK_PAGES]
    kind.add_argument(
        "--page", action="append", choices=names, metavar="NAME", help=f"this page alone: {', '.join(names)}"
    )
    options = parser.parse_args()
    if options.folder is None and (options.charts or options.page):
        parser.error("name the FOLDER that the pictures go into.")
    options.page = options.page or names
    return options


def take_pages(browser: Browser, site: str, folder: Path, names: list[str], data: Path) -> None:
    """`data`: the folder of the demonstration, where it keeps the passwords."""
    take_all({name: PAGES[name] for name in names if name in PAGES}, browser, site, folder)
    passwords = json.loads((data / "demo-accounts.json").read_text(encoding="utf-8"))
    for account in ("ada", "zoe", "rita", "ben", "mia", "audit", "admin"):
        pages = {name: path for name, (who, path) in WORK_PAGES.items() if who == account and name in names}
        # Ada first, even where none of hers is asked for: what the office reviews is what she files.
        state = log_in(browser, site, account, passwords[account], data / f"{account}.json")
        take_all(pages, browser, site, folder, state)


def main() -> None:
    """Pictures of the demonstration: without a folder those of the READMEs, with one every page in both
    languages and three widths, about eight minutes."""
    options = read_arguments()
    with tempfile.TemporaryDirectory() as data, demonstration(Path(data)) as site, sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=sandbox)
        if options.folder is None:
            page = browser.new_page(viewport={"width": 1366, "height": 1000}, locale="zh-CN")
            for picture, language in (("overview.png", "en"), ("overview-zh.png", "zh-hans")):
                take(page, f"{site}/?lang={language}", ROOT / "docs" / picture, whole=False)
            take_quick_start(browser, Path(data))
            return
        options.folder.mkdir(parents=True, exist_ok=True)
        if options.charts:
            take_charts(browser, site, options.folder)
        else:
            take_pages(browser, site, options.folder, options.page, Path(data))


def take_quick_start(browser: Browser, data: Path) -> None:
    """Takes the pictures of the quick start: the table of a county, and the site that a first visit makes of it."""
    with open(SAMPLE, encoding="utf-8-sig", newline="") as content:
        table = list(csv.reader(content))
    page = browser.new_page(viewport={"width": 1100, "height": 900}, locale="zh-CN")
    [title], *rows = table
    cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    body = f"<caption>{escape(title)}</caption><tr>{'</tr><tr>'.join(cells)}</tr>"
    page.set_content(f"<style>{SHEET_STYLE}</style><table>{body}</table>")
    page.locator("table").screenshot(path=PICTURES / "quick-start-table.png")
    with running("serve", data / "county", PILOTZONE_TODAY=QUICK_START_DAY) as site:
        link = re.search(r"http://\S+/set-password/\S+", (data / "county" / LOG).read_text(encoding="utf-8"))
        assert link is not None
        _make_first_visit(page, site, link[0])
        page.set_viewport_size({"width": 1366, "height": 900})
        take(page, f"{site}/", PICTURES / "quick-start-site.png", whole=False)


def _make_first_visit(page: Page, site: str, link: str) -> None:
    """Does what the quick start says, from the link that `./run serve` prints to the loaded site."""
    password = secrets.token_urlsafe()
    page.goto(link)
    _fill(page, new_password1=password, new_password2=password)
    _fill(page, username="admin", password=password)
    page.goto(f"{site}/data/start/names/")
    page.locator("[name=languages][value=zh-hans]").check()
    _fill(page, **NAMES)
    _fill(page, file=SAMPLE)
    page.locator("button[value=load]").click(timeout=60_000)
    page.wait_for_url("**/data/start/done/", timeout=60_000)


def _fill(page: Page, **values: str | Path) -> None:
    for name, value in values.items():
        field = page.locator(f"main [name={name}]")
        if isinstance(value, Path):
            field.set_input_files(value)
        else:
            field.fill(value)
    page.locator("main form button.button").first.click()


@contextmanager
def demonstration(data: Path) -> Iterator[str]:
    """Yield the address of the demonstration, while it runs with its data in this folder."""
    with running("demo", data) as site:
        yield site


@contextmanager
def running(command: str, data: Path, **settings: str) -> Iterator[str]:
    """Yield the address of a site while it runs with its data in this folder, where what it prints is in `LOG`."""
    port = free_port()
    data.mkdir(exist_ok=True)
    with open(data / LOG, "w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "manage.py", command, "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "PILOTZONE_DATA_DIR": str(data), **settings},
            stdout=log,
            stderr=log,
        )
    site = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{site}/healthz")
        yield site
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str) -> None:
    for _try in range(1_800):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The demonstration did not start.")


if __name__ == "__main__":
    main()
