# ruff: noqa: E501 (rows of data)
"""Rules that a file may not break: each broken one is told by sheet, row and column, all at once, and nothing is
loaded."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import Department
from measures.models import Measure, Section
from tests.ledger.example import append, complaints, edit, load, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

Break = Callable[[Path], object]


def swap(name: str, old: str, new: str) -> Break:
    return lambda folder: edit(folder, name, old, new)


def add(name: str, line: str) -> Break:
    return lambda folder: append(folder, name, line)


def _of_site(*cases: tuple[str, Break, str]) -> dict[str, tuple[Break, str]]:
    return {name: (damage, expected) for name, damage, expected in cases}


CASES = _of_site(
    (
        "nothing where something must be",
        swap("sections", "水,Water", ","),
        "sections, row 3, title_zh: A value is wanted in one of the two languages.",
    ),
    ("bad date", swap("measures", "2023-12-31", "2023-02-29"), "measures, row 2, due_on:"),
    ("bad month", swap("reports", ",2023-06,", ",2023-13,"), "reports, row 3, period:"),
    ("bad flag", swap("observations", ",yes,,", ",perhaps,,"), "observations, row 2, exact:"),
    ("unknown choice", swap("projects", "preparing", "dreaming"), "projects, row 2, stage:"),
    ("below zero", swap("projects", "9.4201", "-9.42"), "projects, row 2, total_investment:"),
    ("more money than there is", swap("projects", "9.4201", "123456789"), "projects, row 2, total_investment:"),
    ("not a number", swap("observations", "6.2", "NaN"), "observations, row 2, value:"),
    ("seven decimals", swap("observations", "6.2", "6.2000001"), "observations, row 2, value:"),
    ("too many digits", swap("observations", "6.2", "1234567890"), "observations, row 2, value:"),
    ("huge exponent", swap("observations", "6.2", "1e999999999"), "observations, row 2, value:"),
    ("factor of nothing", swap("indicators", "%,%,1", "%,%,0"), "indicators, row 2, zh_factor: A number above 0"),
    ("number no small integer", swap("sections", "water,2", "water,32768"), "sections, row 3, number:"),
    ("year beyond the calendar", swap("targets", "2025,", "10000,"), "targets, row 2, due_year:"),
    ("day beyond the calendar", swap("measures", "2023-12-31", "2101-01-01"), "measures, row 2, due_on: A day from 1990-01-01 to 2100-12-31 is wanted."),
    ("observed before 1900", swap("observations", "2023-07-20", "1899-12-31"), "observations, row 2, released_on: A day from 1900-01-01"),
    ("too long", swap("sections", "水,Water", "水" * 121 + ",Water"), "sections, row 3, title_zh:"),
    ("control character", swap("measures", "措施一", "措\x07施"), "measures, row 2, title_zh:"),
    (
        "unknown lead department",
        swap("measures", ",,,energy,", ",,,fishery,"),
        "measures, row 2, lead_department: There is no “fishery” in Departments.",
    ),
    (
        "unknown link",
        swap("links", "M002,P0001", "M003,P0001"),
        "links, row 3, measure: There is no “M003” in Measures.",
    ),
    ("link with both", swap("links", "M002,P0001,", "M002,P0001,pm25"), "links, row 3, project: Name a project or an"),
    ("unknown section", swap("measures", "M002,water", "M002,air"), "measures, row 3, section: There is no “air” in"),
    (
        "a row that others need is gone",
        swap("regions", "370100,city,370000,济南市,Jinan,济南,Jinan,2,2,published,GB/T 2260\n", ""),
        "projects, row 3, city: There is no “370100” in Regions.",
    ),
    (
        "row twice",
        add("departments", "energy,3,省能源局,Energy Bureau,能源局,Energy,illustrative,"),
        "departments, row 4, slug: The same row stands in row 2.",
    ),
    (
        "observation twice, with another value",
        add(
            "observations",
            "gdp_growth_ytd,370000,H1,half_year,2023-01-01,2023-06-30,6.9,yes,b,2023-07-20,x,yes,published,Statistics",
        ),
        "observations, row 3, released_on: The same row stands in row 2.",
    ),
    (
        "half year typed as a year",
        swap("observations", "half_year", "year"),
        "observations, row 2, period_kind: The days are not the first and the last of this kind: year.",
    ),
    (
        "published without a source",
        swap("indicators", "2,published,Statistics", "2,published,"),
        "indicators, row 3, source: A published row needs its source.",
    ),
    (
        "code of the wrong shape",
        swap("indicators", "pm25,细", "PM 25,细"),
        "indicators, row 3, code: Small letters, digits and _",
    ),
    (
        "plan that ends before it starts",
        swap("plan", "2025-12-31", "2022-12-31"),
        "plan, row 2, ends_on: The plan ends before it starts.",
    ),
    (
        "plan of many years",
        swap("plan", "2025-12-31", "2043-12-31"),
        "plan, row 2, ends_on: A plan runs over at most 20 calendar years.",
    ),
    (
        "measure due before it is listed",
        swap("measures", "2023-12-31", "2023-01-02"),
        "measures, row 2, due_on: The measure is due before it is listed.",
    ),
    (
        "period that ends before it starts",
        swap("observations", "2023-06-30", "2022-06-30"),
        "observations, row 2, period_end: The period ends before it starts.",
    ),
    (
        "release assumed before the work that the source cites",
        swap(
            "observations",
            "2023-07-20,stated,yes,published,Statistics",
            "2023-07-20,assumed,yes,published,Li et al. 2024",
        ),
        "observations, row 2, released_on: The source is a work of 2024",
    ),
    (
        "release assumed before the day of its only source",
        swap(
            "observations",
            "2023-07-20,stated,yes,published,Statistics",
            "2023-07-20,assumed,yes,published,China Daily of 29 August 2023",
        ),
        "observations, row 2, released_on: The source is of 2023-08-29: no earlier day",
    ),
    ("half a baseline", swap("targets", "46,2020-12-31", "46,"), "targets, row 2, baseline_on: A baseline needs both"),
    (
        "project in a province",
        swap("projects", "370100,,,", "370000,,,"),
        "projects, row 3, city: 370000 does not lie directly in 370000",
    ),
    (
        "county of another city",
        swap("projects", "370200,370202,370100", "370100,370202,"),
        "projects, row 2, county: 370202 is not in 370100",
    ),
    (
        "also in a county",
        swap("projects", "370202,370100", "370202,370202"),
        "projects, row 2, also_in: 370202 is not another region of the kind of 370200",
    ),
    (
        "city without a province",
        swap("regions", "city,370000,青岛市", "city,,青岛市"),
        "regions, row 3, parent: It must lie in a larger region.",
    ),
    (
        "province in a city",
        swap("regions", "province,100000", "province,370200"),
        "regions, row 5, parent: It must lie in a larger region.",
    ),
    (
        "country in a province",
        swap("regions", "country,,", "country,370000,"),
        "regions, row 6, parent: A country lies in no region",
    ),
    ("half a tile", swap("regions", "Qingdao,2,5", "Qingdao,2,"), "regions, row 3, tile_row: A tile needs both"),
    (
        "tile of a country",
        swap("regions", "中国,China,,", "中国,China,1,1"),
        "regions, row 6, tile_row: A country has no tile",
    ),
    ("tile in row zero", swap("regions", "Qingdao,2,5", "Qingdao,0,5"), "regions, row 3, tile_row:"),
    (
        "two cities on one tile",
        swap("regions", "Jinan,2,2", "Jinan,2,5"),
        "regions, row 4, tile_column: 5 belongs to “370200” already.",
    ),
    (
        "section number twice",
        swap("sections", "water,2", "water,1"),
        "sections, row 3, number: 1 belongs to “energy” already.",
    ),
    (
        "category of no name",
        swap("categories", "能源,Energy", ","),
        "categories, row 3, name_zh: A value is wanted in one of the two languages.",
    ),
    (
        "category of another plan",
        swap("projects", "370100,energy", "370100,wind"),
        "projects, row 2, category: There is no “wind” in Categories.",
    ),
    (
        "number of another category",
        swap("categories", "energy,2", "energy,1"),
        "categories, row 3, number: 1 belongs to “industry” already.",
    ),
    (
        "headline twice",
        swap("indicators", "no,2", "no,1"),
        "indicators, row 3, headline: 1 belongs to “gdp_growth_ytd” already.",
    ),
    (
        "decided report without its day",
        swap("reports", "2023-04-13,accepted", ",accepted"),
        "reports, row 2, decided_on: A decided report has its day",
    ),
    (
        "undecided report with a day",
        swap("reports", ",submitted,illu", "2023-08-11,submitted,illu"),
        "reports, row 4, decided_on: A decided report has its day",
    ),
    (
        "decided before it was filed",
        swap("reports", "2023-04-13,", "2023-04-06,"),
        "reports, row 2, decided_on: The report is decided before it was submitted.",
    ),
    (
        "filed before its month",
        swap("reports", ",2023-04,", ",2023-05,"),
        "reports, row 2, submitted_on: The report is submitted before its month begins.",
    ),
    ("draft", swap("reports", ",submitted,illu", ",draft,illu"), "reports, row 4, state: A report that is loaded was submitted"),
    (
        "document without a number",
        swap("evidence", "鲁1号", ""),
        "evidence, row 2, document_number: A document needs its number",
    ),
    (
        "document of no report",
        swap("evidence", "2023-06-22", "2023-06-23"),
        "evidence, row 2, submitted_on: No report of the measure was submitted on that day.",
    ),
    (
        "two open reports for a month",
        add("reports", "M002,2023-08-11,2023-08,promoting,promoting,无,None,,,,,,submitted,illustrative,"),
        "reports, row 5, state: The month has an open report already.",
    ),
    (
        "two reports on one day",
        add("reports", "M002,2023-08-10,2023-07,promoting,promoting,无,None,,,,,2023-08-11,accepted,illustrative,"),
        "reports, row 5, number: The same row stands in row 4.",
    ),
    (
        "first row with an old status",
        swap("status_history", "M002,2023-01-06 16:00,,", "M002,2023-01-06 16:00,in_progress,"),
        "status_history, row 7, status: The first row of a measure is “Under way”",
    ),
    (
        "first row on another day",
        swap(
            "status_history",
            "M002,2023-01-06 16:00,,promoting,2023-01-03",
            "M002,2023-01-06 16:00,,promoting,2023-01-04",
        ),
        "status_history, row 7, effective_on: The first row is of the day on which the measure was listed: 2023-01-03.",
    ),
    (
        "two first rows",
        add("status_history", "M002,2023-02-06 16:00,,promoting,2023-01-02,,,列入,Listed,illustrative,"),
        "status_history, row 8, effective_on: The row takes effect before the first one.",
    ),
    (
        "wrong old status",
        swap("status_history", "in_progress,completed,2023-06-20", "promoting,completed,2023-06-20"),
        "status_history, row 4, old_status: “Progress made” was in force before this row.",
    ),
    (
        "row of the story is gone, and its report was not accepted",
        lambda folder: (
            swap("reports", "2023-04-13,accepted", "2023-04-13,returned")(folder),
            swap(
                "status_history",
                "M001,2023-04-13 16:00,promoting,in_progress,2023-04-04,,2023-04-07,开工,Begun,illustrative,\n",
                "",
            )(folder),
        ),
        "status_history, row 3, old_status: “Under way” was in force before this row.",
    ),
    (
        "row that changes nothing",
        swap("status_history", "promoting,in_progress,2023-04-04", "promoting,promoting,2023-04-04"),
        "status_history, row 3, status: The row changes nothing.",
    ),
    (
        "recorded before it takes effect",
        swap("status_history", "in_progress,2023-04-04", "in_progress,2023-04-14"),
        "status_history, row 3, effective_on: The change is recorded before it takes effect.",
    ),
    (
        "two rows recorded at one moment",
        swap("status_history", "2023-07-03 16:00", "2023-08-02 16:00"),
        "status_history, row 6, number: The same row stands in row 5.",
    ),
    (
        "report that does not exist",
        swap("status_history", "2023-06-22", "2023-06-23"),
        "status_history, row 4, report: No accepted report of the measure was submitted on that day.",
    ),
    (
        "report of another change",
        swap("status_history", "2023-06-22", "2023-04-07"),
        "status_history, row 4, report: Another change rests on this report.",
    ),
    (
        "report that was not accepted",
        swap("reports", "2023-06-26,accepted", "2023-06-26,returned"),
        "status_history, row 4, report: No accepted report of the measure was submitted on that day.",
    ),
    (
        "report that states another status",
        swap("reports", "completed,in_progress", "promoting,in_progress"),
        "status_history, row 4, report: The report of that day states another change.",
    ),
    (
        "report behind a first row",
        swap("status_history", "2023-01-03,,,列入,Listed,illustrative,\nM001", "2023-01-03,,2023-04-07,列入,Listed,illustrative,\nM001"),
        "status_history, row 2, report: The first row, corrections and reopenings rest on no report.",
    ),
    (
        "report behind a correction",
        swap("status_history", "2023-06-26 16:00,,更正", "2023-06-26 16:00,2023-06-22,更正"),
        "status_history, row 5, report: The first row, corrections and reopenings rest on no report.",
    ),
    (
        "report behind a reopening",
        swap("status_history", "2023-08-01,,,", "2023-08-01,,2023-06-22,"),
        "status_history, row 6, report: The first row, corrections and reopenings rest on no report.",
    ),
    (
        "correction of nothing",
        swap("status_history", "2023-06-25,2023-06-26 16:00", "2023-06-25,2023-06-27 16:00"),
        "status_history, row 5, supersedes: No earlier row of the measure that still holds was recorded then.",
    ),
    (
        "correction of a later row",
        swap("status_history", "2023-06-25,2023-06-26 16:00", "2023-06-25,2023-08-02 16:00"),
        "status_history, row 5, supersedes: No earlier row of the measure that still holds was recorded then.",
    ),
    (
        "row corrected twice",
        add("status_history", "M001,2023-08-09 16:00,completed,completed,2023-06-26,2023-06-26 16:00,,更正,Correction,illustrative,"),
        "status_history, row 8, supersedes: No earlier row of the measure that still holds was recorded then.",
    ),
    (
        "correction before its neighbour",
        swap("status_history", "completed,2023-06-25", "completed,2023-04-03"),
        "status_history, row 5, effective_on: A day from 2023-04-04 to 2023-07-03 is wanted.",
    ),
    (
        "correction of the first row to another status",
        add("status_history", "M002,2023-08-09 16:00,promoting,completed,2023-01-03,2023-01-06 16:00,,更正,Correction,illustrative,"),
        "status_history, row 8, status: The first status of a measure is “Under way”.",
    ),
    (
        "correction with the wrong old status",
        swap("status_history", "completed,completed,2023-06-25", "in_progress,completed,2023-06-25"),
        "status_history, row 5, old_status: The row that this one replaces says “Completed”.",
    ),
    (
        "correction of a row that counts for no day",
        add(
            "status_history",
            "M002,2023-01-07 16:00,promoting,in_progress,2023-01-03,,,开工,Begun,illustrative,\n"
            "M002,2023-01-08 16:00,in_progress,completed,2023-01-03,,,完成,Done,illustrative,\n"
            "M002,2023-01-09 16:00,in_progress,in_progress,2023-01-03,2023-01-07 16:00,,更正,Correction,illustrative,",
        ),
        "status_history, row 10, supersedes: The replaced row counts for no day: another one follows on the same day.",
    ),
    (
        "status change of no day",
        add("status_history", "M001,,in_progress,completed,,,,完成,Done,illustrative,"),
        "status_history, row 8, effective_on: A value is wanted.",
    ),
    (
        "status change of a day that cannot be read",
        add("status_history", "M001,,in_progress,completed,soon,,,完成,Done,illustrative,"),
        "status_history, row 8, effective_on: A day such as 2023-06-30",
    ),
    (
        "suspension of no day",
        lambda folder: (folder / "scope_changes.csv").write_text(
            "measure,kind,effective_on,reason\nM001,suspended,,等待\nM001,resumed,2023-08-01,恢复\n", encoding="utf-8"
        ),
        "scope_changes, row 2, effective_on: A value is wanted.",
    ),
    ("unknown status in a story", swap("status_history", "promoting,in_progress,2023-04-04", "promoting,begun,2023-04-04"), "status_history, row 3, status: “begun”"),
    ("unknown kind of region", swap("regions", "370202,county", "370202,village"), "regions, row 2, kind: “village”"),
    (
        "milestones that are none",
        swap("targets", "source\npm25,370000,2025,38,µg/m3,,no,46,2020-12-31,A plan,2021-10-01,,published,A plan", "source,milestones\npm25,370000,2025,38,µg/m3,,no,46,2020-12-31,A plan,2021-10-01,,published,A plan,soon"),
        "targets, row 2, milestones:",
    ),
    (
        "half a merger",
        swap("departments", "source\nenergy,1,省能源局,Energy Bureau,能源局,Energy,illustrative,", "source,merged_on\nenergy,1,省能源局,Energy Bureau,能源局,Energy,illustrative,,2023-05-01"),
        "departments, row 2, merged_on: A merger needs both the department and the day.",
    ),
    (
        "lead called as two are",
        lambda folder: (add("departments", "power,3,市能源局,,能源局,,illustrative,")(folder), swap("measures", ",,,energy,", ",,,能源局,")(folder)),
        "measures, row 2, lead_department: “能源局” may be several: energy, power. Write which.",
    ),
)  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_broken_rule_is_told_by_sheet_row_and_column_and_nothing_is_loaded(folder: Path, name: str) -> None:
    damage, expected = CASES[name]
    damage(folder)
    found = complaints(folder)
    assert [line for line in found if line.startswith(expected)], found


def departments(folder: Path, *rows: str) -> None:
    """Write a sheet of more departments, beside the two that lead measures."""
    head = "slug,name_zh,merged_into,merged_on\nenergy,省能源局,,\nwater,省水利厅,,\n"
    text = head + "".join(f"{row},2023-05-01\n" for row in rows)
    (folder / "departments.csv").write_text(text, encoding="utf-8")


def test_departments_that_are_merged_in_a_circle_or_into_themselves_are_wrong_at_their_cells(folder: Path) -> None:
    departments(folder, "one,甲厅,乙厅", "two,乙厅,three", "three,丙厅,one", "alone,丁厅,丁厅", "four,戊厅,one")
    # Who leads or takes part is another question: a measure is led by one of them.
    edit(folder, "measures", ",,,water,", ",,,two,")
    circle = "merged_into: Departments are merged in a circle:"
    assert complaints(folder) == [
        f"departments, row 4, {circle} one → two → three → one.",
        f"departments, row 5, {circle} two → three → one → two.",
        f"departments, row 6, {circle} three → one → two → three.",
        "departments, row 7, merged_into: A department cannot be merged into itself.",
        "5 rows more rest on these.",
    ]


def test_mergers_one_after_the_other_lead_to_the_last_department(folder: Path) -> None:
    departments(folder, "one,甲厅,乙厅", "two,乙厅,省水利厅")
    edit(folder, "measures", ",,,water,", ",,,one,")
    load(folder)
    water = Department.objects.get(slug="water")
    merged = Department.objects.filter(merged_into=water).values_list("slug", flat=True)
    assert sorted(merged) == ["one", "two"]
    assert Measure.objects.get(code="M002").lead_department == water


def test_all_problems_are_listed_at_once(folder: Path) -> None:
    """Cells that cannot be read, name nothing or break a rule are listed in the order of the sheets."""
    edit(folder, "sections", "water,2", "water,two")
    edit(folder, "projects", "9.4201", "much")
    edit(folder, "measures", "2023-12-31", "soon")
    edit(folder, "measures", ",,,energy,", ",,,fishery,")
    edit(folder, "plan", "2025-12-31", "2022-12-31")
    edit(folder, "reports", "2023-04-13,", "2023-04-06,")
    assert [line.split(":")[0] for line in complaints(folder)] == [
        "plan, row 2, ends_on",
        "sections, row 3, number",
        "measures, row 2, due_on",
        "measures, row 2, lead_department",
        "projects, row 2, total_investment",
        "reports, row 2, decided_on",
        "13 rows more rest on these.",
    ]


def test_bad_input_leaves_a_loaded_site_as_it_is(folder: Path) -> None:
    load(folder)
    edit(folder, "sections", "water,2", "air,3,气,Air,illustrative,\nwater,2")
    edit(folder, "measures", "2023-12-31", "soon")
    complaints(folder)
    assert not Section.objects.filter(slug="air").exists()


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere").endswith("nowhere is not there.")
