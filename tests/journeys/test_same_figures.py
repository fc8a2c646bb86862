"""A figure is the same wherever it stands: page, API and files, on any day and under any filter."""

import csv
import io
import re
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import get_resolver

from dashboard.figures import MIN_MEASURES_TO_RANK
from tests.browser.samples import NO_PAGES
from tests.pages import joined, patterns
from tests.sweeps import each_in_one_way, one_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

DAYS = ["2023-03-31", "2023-06-30", ""]
SECTIONS = ("innovation", "green-low-carbon")
DEPARTMENTS = ("energy", "science-technology", "natural-resources")
CITIES = ("370600", "371700")
THEMES = ("energy", "air-water")
# Every page of the dashboard that anyone may read, by its URL name.
PAGES = {
    "dashboard:overview": ["/", "/?map=total&course=plan", "/?compare=2023-02-28"],
    "dashboard:plan": ["/plan/"],
    # Shows rows, and no figure of the API.
    "dashboard:first_version": [],
    "dashboard:plans": ["/plans/"],
    "briefs:plan": ["/brief/"],
    "briefs:section": [f"/sections/{slug}/brief/" for slug in SECTIONS],
    "briefs:department": [f"/departments/{slug}/brief/" for slug in DEPARTMENTS],
    "briefs:theme": [f"/themes/{slug}/brief/" for slug in THEMES],
    "briefs:city": [f"/cities/{code}/brief/" for code in CITIES],
    "dashboard:presentation": ["/presentation/"],
    "dashboard:changes": ["/changes/", "/changes/?compare=2023-01-31"],
    "dashboard:sections": ["/sections/", "/sections/?compare=2023-02-28"],
    "dashboard:project_groups": ["/project-groups/", "/project-groups/?by=size"],
    "dashboard:section": [f"/sections/{slug}/" for slug in SECTIONS],
    "dashboard:themes": ["/themes/", "/themes/?compare=2023-02-28"],
    "dashboard:theme": [f"/themes/{slug}/" for slug in THEMES],
    "dashboard:departments": ["/departments/", "/departments/?reported=no"],
    "dashboard:department": [f"/departments/{slug}/" for slug in DEPARTMENTS],
    "dashboard:cities": [
        "/cities/",
        "/cities/?show=total&columns=categories",
        "/cities/?show=suspended",
        "/cities/?show=large&columns=categories",
    ],
    "dashboard:city": [f"/cities/{code}/" for code in CITIES],
    "dashboard:published": ["/published/"],
    # Shows rows, and no figure of the API.
    "dashboard:search": [],
    "dashboard:explain": [
        "/explain/?figure=measures.gap&department=energy",
        "/explain/?figure=measures.lights.yellow",
        "/explain/?figure=measures.in_time_rate",
        "/explain/?figure=measures.due_before&department=energy",
        "/explain/?figure=measures.forecast.highest",
        "/explain/?figure=projects.total_investment&city=370600",
        "/explain/?figure=indicators.gdp_growth_ytd.value",
    ],
}
FOR_STAFF = {"rollups:runs", "styleguide:gallery"}
MEASURE_FILTERS = ["status=in_progress", "section=innovation", "department=energy", "light=red"]
PROJECT_FILTERS = ["city=370600&category=energy"]
CATEGORIES = ("innovation", "industry", "infrastructure", "energy")


class Reader:
    """Opens pages, answers and files as of a day."""

    def __init__(self, day: str) -> None:
        self.day = day
        self.client = Client(headers={"accept-language": "en"})
        self.answers: dict[str, Any] = {}

    def at_day(self, address: str) -> str:
        return address if not self.day else f"{address}{'&' if '?' in address else '?'}as_of={self.day}"

    def page(self, address: str) -> str:
        answer = self.client.get(self.at_day(address))
        assert answer.status_code == 200, address
        return joined(answer.content.decode())

    def answer(self, address: str) -> Any:
        """JSON, of an address that names its day already."""
        if address not in self.answers:
            answer = self.client.get(address)
            assert answer.status_code == 200, (address, answer.content)
            self.answers[address] = answer.json()
        return self.answers[address]

    def api(self, path: str) -> Any:
        return self.answer(self.at_day(f"/api/v1/{path}"))

    def csv(self, path: str) -> list[dict[str, str]]:
        answer: Any = self.client.get(self.at_day(f"/api/v1/{path}{'&' if '?' in path else '?'}format=csv"))
        assert answer.status_code == 200, path
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def sheet(self, path: str) -> list[dict[str, Any]]:
        """The rows of an Excel file, each cell as the file has it: a number is one, and so is a day."""
        answer: Any = self.client.get(self.at_day(f"/api/v1/{path}{'&' if '?' in path else '?'}format=xlsx"))
        assert answer.status_code == 200, path
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)), read_only=True)
        heads, *rows = book.worksheets[0].iter_rows(values_only=True)
        return [dict(zip(heads, row, strict=True)) for row in rows]


@pytest.fixture(params=one_in(2, DAYS), ids=lambda day: day or "today")
def reader(request: Any, demonstration: None) -> Reader:
    return Reader(request.param)


def is_open(reader: Reader, address: str) -> bool:
    """Return whether there was something by the day: no growth, and nothing of the plan, was published by the end of
    March."""
    return reader.day != "2023-03-31" or not ("indicators." in address or address == "/published/")


FIGURE = re.compile(
    r'<(a|span)(?P<attributes>(?: [a-z-]+(?:="[^"]*")?)* data-figure="(?P<path>[^"]+)"[^>]*)>(?P<shown>.*?)</\1>',
    re.DOTALL,
)


def figures_of(page: str) -> list[tuple[str, str, str, str]]:
    """Return each figure's path, its value, where the API has it (nothing: in the summary), and what is shown."""
    assert page.count("data-figure=") == len(FIGURE.findall(page)), "a figure that this test does not see"
    found = []
    for match in FIGURE.finditer(page):
        attributes = match["attributes"]
        value, source = (re.search(rf' {name}="([^"]*)"', attributes) for name in ("data-value", "data-source"))
        assert value, match["path"]
        address = source[1].replace("&amp;", "&") if source else ""
        found.append((match["path"], value[1], address, re.sub(r"<[^>]+>", "", match["shown"]).strip()))
    return found


def at(answer: Any, path: str) -> Any:
    """The number at a path; an explanation is about one figure alone."""
    if answer.get("figure") == path:
        return answer["value"]
    for part in path.split("."):
        answer = answer[part]
    return answer


def plain(shown: str) -> float | None:
    """A number as it is written on a page; None for a dash."""
    text = shown.replace(",", "").replace("\u2212", "-").removesuffix("%")
    return None if text == "—" else float(text)


def field_of(row: dict[str, Any], column: str) -> str:
    """The field of the JSON of which a column of a file is, whole or one of its members."""
    if column in row:
        return column
    return next(
        name
        for name, value in row.items()
        if column.startswith(f"{name}_") and (value is None or isinstance(value, dict))
    )


def value_of(row: dict[str, Any], column: str) -> Any:
    name = field_of(row, column)
    return row[name] if name == column or row[name] is None else row[name][column.removeprefix(f"{name}_")]


def is_same_sheet(sheet: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """Each cell is the value of the JSON, with its type; what is empty is an empty cell."""
    assert len(sheet) == len(rows)
    for cells, row in zip(sheet, rows, strict=True):
        assert list(dict.fromkeys(field_of(row, name) for name in cells)) == list(row)
        for name, cell in cells.items():
            value = value_of(row, name)
            if isinstance(value, list):
                assert (cell or "") == ";".join(value), name
            elif isinstance(cell, datetime):
                assert f"{cell:%Y-%m-%d %H:%M:%S}" == f"{value} 00:00:00", name
            else:
                assert not name.endswith("_on") or value is None, (name, cell)
                # In Python true is 1.
                assert (cell, isinstance(cell, bool)) == (value if value != "" else None, isinstance(value, bool)), name


class Tables(HTMLParser):
    """The bodies of a page's tables, row by row: the text of each cell; and the first address of each row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.addresses: list[list[str]] = []
        self.is_in_cell = False
        self.feed(page[page.index("<main") : page.index("</main>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
            self.addresses.append([])
        elif tag == "tr":
            self.tables[-1].append([])
            self.addresses[-1].append("")
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.is_in_cell = True
        elif tag == "a" and self.is_in_cell and not self.addresses[-1][-1]:
            self.addresses[-1][-1] = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.is_in_cell = False

    def handle_data(self, data: str) -> None:
        if self.is_in_cell:
            self.tables[-1][-1][-1] = f"{self.tables[-1][-1][-1]} {data}".strip()

    def members(self, kind: str) -> dict[str, list[str]]:
        """The rows that lead to a section, a department or a city, by its key: the texts of their cells."""
        found: dict[str, list[str]] = {}
        for table, addresses in zip(self.tables, self.addresses, strict=True):
            for row, address in zip(table, addresses, strict=True):
                if match := re.match(rf"/{kind}/([^/?]+)/", address):
                    found.setdefault(match[1], row)  # the tables of charts come after
        return found


def test_every_page_of_the_dashboard_is_among_those_read_here():
    names = {name for name, _view in patterns(get_resolver()) if name.startswith(("dashboard:", "briefs:"))}
    assert names == set(PAGES) | FOR_STAFF & names | {n for s in NO_PAGES.values() for n in s} & names


@pytest.mark.parametrize(
    ("address", "day"), each_in_one_way([each for pages in PAGES.values() for each in pages], DAYS)
)
def test_each_figure_of_a_page_is_that_of_the_api(demonstration: None, address: str, day: str) -> None:
    reader = Reader(day)
    if not is_open(reader, address):
        return
    figures = figures_of(reader.page(address))
    assert figures or address.partition("?")[0] in ("/sections/", "/departments/", "/cities/", "/plans/")
    are_those_of_the_api(reader, figures)


def are_those_of_the_api(reader: Reader, figures: list[tuple[str, str, str, str]]) -> None:
    for path, value, source, shown in figures:
        number = at(reader.answer(source) if source else reader.api("summary/"), path)
        assert value == ("" if number is None else str(number)), (path, source)
        if path.startswith("indicators."):
            continue  # written in the reader's unit
        if number is None:
            assert shown == "—", path
        elif not path.endswith("total_investment"):
            assert plain(shown) == number, path
        elif plain(shown) is not None and number >= 10_000 and "." in shown and "by_category" not in path:
            # Trillions; an explanation has them exactly.
            assert plain(shown) in (round(number / 10_000, 2), round(number / 10_000, 8), number), path
        elif "." in shown:
            assert plain(shown) == number or abs(plain(shown) - number / 10) <= 0.05, path  # billions
        else:
            assert abs(plain(shown) - number) < 1, path


@pytest.mark.parametrize("by", ["section", "department"])
def test_the_tables_of_members_are_the_rollups_of_the_api_and_of_the_csv(reader: Reader, by: str) -> None:
    rows = {row["key"]: row for row in reader.api(f"rollups/measures/?by={by}&page_size=1000")["results"]}
    of_file = {row["key"]: row for row in reader.csv(f"rollups/measures/?by={by}")}
    is_same_sheet(reader.sheet(f"rollups/measures/?by={by}"), list(rows.values()))
    shown = Tables(reader.page(f"/{by}s/")).members(f"{by}s")
    assert set(shown) == set(rows) == set(of_file)
    for key, row in rows.items():
        overdue, longest, in_time, *counts = shown[key][1:9]
        assert (plain(overdue), plain(longest)) == (row["overdue"], row["longest_overdue"] or None), key
        share = f"{row['completed_in_time']}/{row['due_before']}" if row["due_before"] else "—"
        assert in_time.split() == [share, *([] if row["in_time_rate"] is None else [f"{row['in_time_rate']}%"])], key
        names = ("total", "completed", "in_progress", "promoting")
        assert [plain(cell) for cell in counts] == [gap_shown(row), *(row[name] for name in names)], key
        cells = of_file[key]
        for name in row.keys() - {"key", "name", "name_zh", "name_en", "lights", "url"}:
            assert cells[name] == ("" if row[name] is None else str(row[name])), (key, name)
        assert {light: int(cells[f"lights_{light}"]) for light in row["lights"]} == row["lights"]
    summary = reader.api("summary/")["measures"]
    punctuality = ("due_before", "completed_in_time", "completed_late", "overdue")
    for name in ("total", "completed", "in_progress", "promoting", "due", *punctuality):
        assert sum(row[name] for row in rows.values()) == summary[name]
    for light, count in summary["lights"].items():
        assert sum(row["lights"][light] for row in rows.values()) == count


def gap_shown(row: dict[str, Any]) -> float | None:
    """Return the gap that pages show: of so few measures that one decides it, none."""
    return row["gap_to_plan"] if row["total"] >= MIN_MEASURES_TO_RANK else None


def test_the_overview_names_members_with_the_same_figures(reader: Reader) -> None:
    tables = Tables(reader.page("/"))
    for by in ("section", "department"):
        rows = {row["key"]: row for row in reader.api(f"rollups/measures/?by={by}&page_size=1000")["results"]}
        if not any(row["due_before"] for row in rows.values()):
            # Nothing was due yet: tables of zeros are left out.
            assert f'<a href="/{by}s/' in reader.page("/") and "table-bars urgency" not in reader.page("/")
            continue
        shown = tables.members(f"{by}s")
        assert len(shown) == 11
        for key, cells in shown.items():
            row = rows[key]
            assert [plain(cell) for cell in cells[1:3]] == [row["overdue"], row["longest_overdue"] or None], key
            assert cells[3].split()[0] == f"{row['completed_in_time']}/{row['due_before']}", key
            assert [plain(cells[4]), plain(cells[6])] == [gap_shown(row), row["total"]], key
        in_order = [each["key"] for each in reader.api(f"rollups/measures/?by={by}&ordering=urgency")["results"]]
        # Most pages of the API have fifty rows; departments that lead nothing are left out.
        assert list(shown) == [key for key in in_order if rows[key]["total"]][:11]


NOTE = "Because of rounding, parts may not add up to the total."


def rounded(amount: float) -> int:
    """Half up: each amount for itself."""
    return int(Decimal(str(amount)).to_integral_value("ROUND_HALF_UP"))


def test_cities_are_the_rollups_of_the_api_and_of_the_csv_and_their_sums(reader: Reader) -> None:
    rows = {row["key"]: row for row in reader.api("rollups/projects/?by=city&page_size=1000")["results"]}
    of_file = {row["key"]: row for row in reader.csv("rollups/projects/?by=city")}
    is_same_sheet(reader.sheet("rollups/projects/?by=city"), list(rows.values()))
    projects = reader.api("summary/")["projects"]
    whole = rounded(projects["total_investment"])
    by_category = {"total": "/cities/?show=total&columns=categories", "total_investment": "/cities/?columns=categories"}
    pages = {address: reader.page(address) for address in ("/", *by_category.values())}
    for address, page in pages.items():
        tables = Tables(page)
        shown = tables.members("cities")
        assert set(shown) == set(rows) == set(of_file)
        # The figure of the map stands first, which is the investment unless asked for otherwise.
        # The table of the page has the rank of an earlier day behind it.
        second = 2 if address == "/" else 3
        total_at, investment_at = (1, second) if "total" in address else (second, 1)
        for key, row in rows.items():
            assert plain(shown[key][total_at]) == row["total"] == int(of_file[key]["total"])
            assert plain(shown[key][investment_at]) == rounded(row["total_investment"])
            assert of_file[key]["total_investment"] == str(row["total_investment"])
        assert sum(plain(cells[total_at]) for cells in shown.values()) == projects["total"]
        if sum(plain(cells[investment_at]) for cells in shown.values()) != whole:
            assert NOTE in page
        if address == "/":
            continue
        foot = next(table[-1] for table in tables.tables if len(table[-1]) == 9)
        assert (plain(foot[total_at]), plain(foot[investment_at])) == (projects["total"], whole)
        if "total" in address:
            for row in [*shown.values(), foot]:
                assert sum(plain(cell) for cell in row[4:8]) == plain(row[1])
            for column in range(4, 8):
                assert sum(plain(row[column]) for row in shown.values()) == plain(foot[column])
        else:
            sums = [projects["by_category"][name]["total_investment"] for name in CATEGORIES]
            assert [plain(cell) for cell in foot[4:8]] == [rounded(each) for each in sums]
    for code in CITIES:
        page = reader.page(f"/cities/{code}/")
        city = next(table for table in Tables(page).tables if table[0][0] == "Category")
        assert plain(city[-1][2]) == rounded(rows[code]["total_investment"])
        if sum(plain(row[2]) for row in city[1:-1]) != plain(city[-1][2]):
            assert NOTE in page
        listed = reader.api(f"projects/?city={code}&page_size=1000")["results"]
        for name, cells in zip(CATEGORIES, city[1:-1], strict=True):
            own = [Decimal(str(row["total_investment"])) for row in listed if row["category"] == name]
            assert (plain(cells[1]), plain(cells[2])) == (len(own), rounded(sum(own, Decimal(0))))


def test_the_stages_of_the_cities_are_those_of_the_api_and_sum_to_the_plan(reader: Reader) -> None:
    rows = {row["key"]: row for row in reader.api("rollups/projects/?by=city&page_size=1000")["results"]}
    stages = {row["key"]: row["total"] for row in reader.api("rollups/projects/?by=stage")["results"]}
    # No project has reached it: pages have no column of it.
    assert stages.pop("in_production") == 0
    tables = Tables(reader.page("/cities/"))
    shown = tables.members("cities")
    for key, row in rows.items():
        assert [plain(cell) for cell in shown[key][4 : 4 + len(stages)]] == [row[stage] for stage in stages]
        assert sum(row[stage] for stage in stages) == row["total"]
        large = reader.api(f"projects/?city={key}&stage=preparing&investment_from=100&page_size=1")["count"]
        assert plain(shown[key][5 + len(stages)]) == large
        city = next(table for table in Tables(reader.page(f"/cities/{key}/")).tables if table[0][0] == "Stage")
        assert [plain(cells[1]) for cells in city[1:]] == [row[stage] for stage in stages]
    foot = next(table[-1] for table in tables.tables if table[-1][0] == "Total" and len(table[-1]) > 8)
    assert [plain(cell) for cell in foot[4 : 4 + len(stages)]] == list(stages.values())


def test_cities_are_rounded_for_themselves_and_a_note_says_where_they_do_not_add_up(reader: Reader) -> None:
    cities = reader.page("/cities/?columns=categories")
    foot = next(table[-1] for table in Tables(cities).tables if len(table[-1]) == 9)
    if sum(plain(each) or 0 for each in foot[4:8]) != plain(foot[1]):
        assert NOTE in cities


# At the end of May each rounded for itself would sum to 99.9.
@pytest.mark.parametrize("day", [*DAYS, "2023-05-31"])
def test_percentages_that_are_shown_together_sum_to_100(demonstration: None, day: str) -> None:
    page = Reader(day).page("/")
    # Up to the end tag that stands as far in as the start tag.
    groups = re.findall(r"\n( *)<(\w+)[^>]* data-shares[ >](.*?)\n\1</\2>", page, re.DOTALL)
    assert len(groups) == 1
    for _indent, _tag, group in groups:
        tenths = [round(float(each) * 10) for each in re.findall(r">\s*([\d.]+)%\s*<", group)]
        assert (len(tenths), sum(tenths)) == (3, 1000)


def counted(page: str) -> int:
    match = re.search(r'id="count"[^>]*>([\d,]+) results?<', page)
    assert match
    return int(match[1].replace(",", ""))


@pytest.mark.parametrize("query", MEASURE_FILTERS)
def test_a_list_of_measures_has_the_same_rows_everywhere(reader: Reader, query: str) -> None:
    page = reader.page(f"/measures/?{query}")
    answer = reader.api(f"measures/?{query}&page_size=1000")
    rows, of_file = answer["results"], reader.csv(f"measures/?{query}")
    assert counted(page) == answer["count"] == len(rows) == len(of_file) > (-1 if "light" in query else 0)
    assert [row["code"] for row in of_file] == [row["code"] for row in rows]
    is_same_sheet(reader.sheet(f"measures/?{query}"), rows)
    lines = [row for table in Tables(page).tables for row in table[1:]]
    assert [line[0] for line in lines] == [row["code"] for row in rows][:50]
    for row, cells in zip(rows, of_file, strict=True):
        assert (cells["status"], cells["light"]) == (row["status"], row["light"])
        assert cells["due_on"] == (row["due_on"] or "")
    figures = reader.api("summary/")["measures"]
    name, _sign, value = query.partition("=")
    if name in ("section", "department"):
        figures = next(row for row in reader.csv(f"rollups/measures/?by={name}") if row["key"] == value)
        counts = [sum(row["status"] == status for row in rows) for status in ("completed", "in_progress", "promoting")]
        assert counts == [int(figures[status]) for status in ("completed", "in_progress", "promoting")]
        assert "{} completed, {} with progress made, {} under way".format(*counts) in page
        assert reader.api(f"explain/?figure=measures.total&{query}")["value"] == len(rows) == int(figures["total"])
    else:
        assert len(rows) == (figures["lights"][value] if name == "light" else figures[value])


@pytest.mark.parametrize("query", PROJECT_FILTERS)
def test_a_list_of_projects_has_the_same_rows_everywhere(reader: Reader, query: str) -> None:
    # Without an order the page has the largest first, and the API goes by code.
    page = reader.page(f"/projects/?{query}&ordering=code")
    answer = reader.api(f"projects/?{query}&page_size=1000")
    rows, of_file = answer["results"], reader.csv(f"projects/?{query}")
    assert counted(page) == answer["count"] == len(rows) == len(of_file) > 0
    assert [row["code"] for row in of_file] == [row["code"] for row in rows]
    is_same_sheet(reader.sheet(f"projects/?{query}"), rows)
    lines = [row for table in Tables(page).tables for row in table[1:]]
    assert [line[0] for line in lines] == [row["code"] for row in rows][:50]
    for line, row, cells in zip(lines, rows, of_file, strict=False):
        assert plain(line[5]) == row["total_investment"] == float(cells["total_investment"])
    wan = sum(round(row["total_investment"] * 10_000) for row in rows)
    explained = reader.api(f"explain/?figure=projects.total_investment&{query}")
    assert explained["value"] == wan / 10_000
    assert f"total investment {wan / 100_000:,}".rstrip("0").rstrip(".") + " billion yuan" in page


def test_indicators_are_listed_with_the_values_of_the_api_and_of_the_csv(reader: Reader) -> None:
    answer, of_file = reader.api("indicators/?page_size=1000"), reader.csv("indicators/")
    assert counted(reader.page("/indicators/")) == answer["count"] == len(of_file)
    is_same_sheet(reader.sheet("indicators/"), answer["results"])
    for row, cells in zip(answer["results"], of_file, strict=True):
        assert row["code"] == cells["code"]
        for name in ("period", "value", "released_on", "provenance"):
            value = value_of(row, f"latest_{name}")
            assert cells[f"latest_{name}"] == ("" if value is None else str(value)), row["code"]
    for code, figures in reader.api("summary/")["indicators"].items():
        latest = next(row["latest"] for row in answer["results"] if row["code"] == code)
        assert (latest["value"], latest["period"]) == (figures["value"], figures["period"])
