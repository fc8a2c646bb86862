"""Tests of every list: columns, pages, order, search, files, and refusals that name what is allowed."""

import csv
import io
import json
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators.models import ValueReport
from tests import factories as make
from tests.api.addresses import ALL, LISTS, SINGLE, wrong
from tests.api.test_contract import file_of
from web.site import site_profile

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def recorded_columns(path: str) -> list[str]:
    """Return the fields of a row of the list, in order, as its recorded example has them."""
    row = json.loads(file_of(path).read_text(encoding="utf-8"))["results"][0]
    return list(row)


def whole(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_has_its_fields_in_order(path: str, site: Any, ask: Any) -> None:
    answer = ask(path).json()
    assert list(answer) == ["as_of", "count", "next", "previous", "meta", "results"]
    assert answer["count"] == len(answer["results"]) > 0
    for row in answer["results"]:
        assert list(row) == recorded_columns(path)


@pytest.mark.parametrize("path", LISTS)
def test_the_address_of_each_row_answers(path: str, site: Any, ask: Any) -> None:
    for row in ask(path).json()["results"]:
        assert row["url"].startswith("http://testserver/api/v1/")
        assert ask(row["url"].removeprefix("http://testserver/api/v1/")).status_code == 200


# What has members of its own in JSON has a column for each of them in files.
HEADS = {
    "latest": ["latest_period", "latest_value", "latest_released_on", "latest_release_basis", "latest_provenance"],
    "target": ["target_value", "target_due_year", "target_qualifier", "target_document"],
    "judged_target": [f"judged_target_{name}" for name in ("value", "due_year", "qualifier", "document")],
    "comparator": ["comparator_region", "comparator_value"],
    "lights": ["lights_green", "lights_yellow", "lights_red"],
    "directions": [f"directions_{name}" for name in ("problem", "owner", "note", "due_on", "given_on", "state")],
    "evidence": [
        f"evidence_{name}" for name in ("id", "title", "title_zh", "title_en", "document_number", "url", "file_name")
    ],
    "steps": [f"steps_{name}" for name in ("move", "made_on", "made_at", "made_by", "note")],
}


def heads_of(path: str) -> list[str]:
    # The target of a measure is a text.
    flat = {"target"} if path == "measures/" else set()
    return [head for name in recorded_columns(path) for head in ([name] if name in flat else HEADS.get(name, [name]))]


@pytest.mark.parametrize("path", LISTS)
def test_files_hold_the_same_rows_as_the_json(path: str, site: Any, ask: Any) -> None:
    rows = ask(path).json()["results"]

    lines = whole(ask(f"{path}?format=ndjson")).decode().splitlines()
    assert [json.loads(line) for line in lines] == rows

    text = whole(ask(f"{path}?format=csv"))
    assert text.startswith(b"\xef\xbb\xbf")
    heads, *cells = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    assert heads == heads_of(path)
    assert [line[0] for line in cells] == [str(row[heads[0]]) for row in rows]

    answer = ask(f"{path}?format=xlsx")
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    sheet = openpyxl.load_workbook(io.BytesIO(whole(answer))).active
    assert [cell.value for cell in sheet[1]] == heads
    assert sheet.max_row == len(rows) + 1


def test_cells_of_a_csv_file(site: Any, ask: Any) -> None:
    site.first.title_en = "=1+1"
    site.first.save()
    rows = {
        row["code"]: row for row in csv.DictReader(whole(ask("measures/?format=csv")).decode("utf-8-sig").splitlines())
    }
    assert rows["M001"]["title_en"] == "'=1+1"
    assert rows["M001"]["participating_departments"] == "power"
    assert rows["M004"]["due_on"] == ""
    lines = whole(ask("observations/?format=csv&region=370000")).decode("utf-8-sig").splitlines()
    first = next(csv.DictReader(lines))
    assert (first["value"], first["exact"]) == ("6.2", "true")


def test_files_hold_every_row_unless_a_page_is_asked_for(site: Any, ask: Any) -> None:
    for number in range(60):
        make.make_project(code=f"Q{number:04}")
    assert len(ask("projects/").json()["results"]) == 50
    assert len(whole(ask("projects/?format=ndjson")).splitlines()) == 63
    assert len(whole(ask("projects/?format=ndjson&page=2")).splitlines()) == 13
    assert len(whole(ask("projects/?format=ndjson&page_size=7")).splitlines()) == 7


@pytest.mark.parametrize("path", LISTS)
def test_pages_follow_each_other_and_keep_the_question(path: str, site: Any, ask: Any) -> None:
    every = ask(path).json()["results"]
    found, address = [], f"{path}?page_size=1&lang=zh-hans"
    while address:
        answer = ask(address.removeprefix("http://testserver/api/v1/")).json()
        found += answer["results"]
        assert answer["count"] == len(every)
        address = answer["next"]
    assert [row["url"] for row in found] == [row["url"] for row in every]


REFUSED = [
    "nothing=1",
    "statsu=completed",
    "format=pdf",
    "format=JSON",
    "lang=fr",
    "ordering=nothing",
    "ordering=--code",
    "page=0",
    "page=-1",
    "page=x",
    "page=１",
    "page=1.0",
    "page=99999999999999999999",
    "page=1000",
    "page_size=0",
    "page_size=1001",
    "page_size=all",
    "search=%00",
]


@pytest.mark.parametrize("path", LISTS)
def test_what_a_list_cannot_answer_is_refused_in_json(path: str, site: Any, ask: Any) -> None:
    for query in REFUSED:
        name = query.split("=")[0]
        for kind in ("",) if name == "format" else ("", "&format=csv"):
            answer = ask(f"{path}?{query}{kind}")
            assert answer.status_code == 400, query
            assert list(wrong(answer)) == [name]
            assert answer.json()["detail"]


@pytest.mark.parametrize("path", SINGLE)
def test_what_a_single_answer_cannot_say_is_refused(path: str, site: Any, ask: Any) -> None:
    for query in ("nothing=1", "format=csv", "format=xml", "lang=fr", "page=1"):
        answer = ask(f"{path}?{query}")
        assert answer.status_code == 400, query
        assert list(wrong(answer)) == [query.split("=")[0]]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("measures/?status=done", "Under way (promoting), Progress made (in_progress), completed"),
        ("measures/?light=blue", "Green light (green), Yellow light (yellow), Red light (red)"),
        ("measures/?section=nothing", "energy, innovation"),
        ("measures/?department=nothing", "power, science"),
        ("measures/?plan=nothing", "shandong-2023-2025"),
        ("measures/?nothing=1", "due_from"),
        ("measures/?ordering=nothing", "last_report_on"),
        ("measures/?format=pdf", "json, csv, xlsx, ndjson"),
        ("measures/?lang=fr", "zh-hans, en"),
        ("measures/?page=9", "1"),
        ("measures/?page_size=1001", "1000"),
        ("projects/?city=370202", "370100, 370200, 370600"),
        ("projects/?category=water", "energy, industry, infrastructure, innovation"),
        ("projects/?stage=done", "suspended"),
        ("rollups/measures/?by=city", "plan, section, department"),
        ("rollups/projects/?by=section", "plan, city, category, stage, city,category, city,stage"),
        ("rollups/projects/?by=city,city", "category,city"),
        ("rollups/projects/?by=plan,city", "category,city"),
        ("indicators/?headline=maybe", "yes, no"),
        ("observations/?period_kind=week", "half_year"),
        ("regions/?kind=town", "country, province, city, county"),
    ],
)
def test_a_refusal_names_what_is_allowed(query: str, named: str, site: Any, ask: Any) -> None:
    answer = ask(f"{query}&lang=en" if "lang=" not in query else query)
    assert answer.status_code == 400
    assert named in answer.json()["detail"]


@pytest.mark.parametrize("path", LISTS)
def test_search_finds_by_each_word_and_nothing_by_nonsense(path: str, site: Any, ask: Any) -> None:
    assert ask(f"{path}?search=zzzz").json()["count"] == 0
    first = ask(path).json()["results"][0]
    code = next(filter(None, map(first.get, ("code", "slug", "key", "measure", "project", "indicator", "title"))))
    assert ask(f"{path}?search={code}").json()["count"] >= 1


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("measures/?status=completed", ["M001"]),
        ("measures/?light=red", ["M002"]),
        ("measures/?section=innovation", ["M001", "M004"]),
        ("measures/?department=power", ["M002", "M003"]),
        ("measures/?participating=power", ["M001"]),
        ("measures/?due_from=2023-08-01&due_to=2023-09-30", ["M002"]),
        ("measures/?search=wind", ["M003"]),
        ("measures/?plan=another-plan", ["M005"]),
        ("measures/?ordering=-due_on", ["M003", "M002", "M001", "M004"]),
        ("measures/?ordering=last_report_on", ["M002", "M001", "M004", "M003"]),
        ("projects/?city=370200&category=energy", ["P0001", "P0003"]),
        ("projects/?also_in=370600", ["P0001"]),
        ("projects/?county=370202", ["P0003"]),
        ("projects/?measure=M003", ["P0001"]),
        ("projects/?ordering=-total_investment", ["P0001", "P0003", "P0002"]),
        ("projects/?plan=another-plan", []),
        ("indicators/?measure=M001", ["gdp_growth_ytd"]),
        ("regions/?parent=370000", ["370100", "370200", "370600"]),
        ("regions/?kind=county", ["370202"]),
    ],
)
def test_filters_and_orders(query: str, codes: list[str], site: Any, ask: Any) -> None:
    assert [row["code"] for row in ask(query).json()["results"]] == codes


def test_a_row_that_two_values_of_a_filter_find_comes_once(site: Any, ask: Any) -> None:
    site.first.participating_departments.add(make.make_department("joined"))
    found = ask("measures/?participating=power&participating=joined").json()
    assert ([row["code"] for row in found["results"]], found["count"]) == (["M001"], 1)


def many_rows(site: Any, number: int) -> None:
    """More of everything: `number` measures, each with a department, a change, a report, a project, an indicator."""
    for index in range(number):
        measure = make.make_measure(make.make_section(site.plan), code=f"N{index:04}")
        measure.participating_departments.set([make.make_department()])
        make.make_change(measure, "in_progress", date(2023, 4, 1))
        make.make_project(site.plan, code=f"Q{index:04}", county="370202", also_in=["370600"], measures=[measure])
        indicator = make.make_indicator(measures=[measure])
        make.make_observation(indicator, "1")
        make.make_target(indicator)
        make.make_plan(f"plan-{index}")
        make.Region.objects.create(
            code=f"3711{index:02}" if index < 100 else f"37{index:04}",
            kind="county",
            parent=make.region("370100"),
            name_zh="区",
            name_en="District",
            short_zh="区",
            short_en="District",
            **make.SHOWN,
        )


@pytest.mark.one_database
def test_the_number_of_queries_does_not_grow_with_the_rows(site: Any, ask: Any) -> None:
    def queries() -> dict[str, int]:
        counts = {}
        for path in ALL:
            for query in ("?page_size=1000", "?format=ndjson") if path in LISTS else ("",):
                site_profile()
                with CaptureQueriesContext(connection) as asked:
                    answer = ask(path + query)
                    assert answer.status_code == 200
                    if answer.streaming:
                        list(answer.streaming_content)
                counts[path + query] = len(asked)
        return counts

    many_rows(site, 10)
    before = queries()
    make.Region.objects.filter(kind="county", parent__code="370100").delete()
    make.Target.objects.all().delete()
    # That of the filed value of the small site stays with it.
    make.Observation.objects.exclude(pk__in=ValueReport.objects.values("observation")).delete()
    make.Project.objects.filter(code__startswith="Q").delete()
    make.Indicator.objects.exclude(code="gdp_growth_ytd").delete()
    make.StatusChange.objects.filter(measure__code__startswith="N").delete()
    make.Report.objects.filter(measure__code__startswith="N").delete()
    make.Measure.objects.filter(code__startswith="N").delete()
    many_rows(site, 100)
    assert queries() == before
    # A theme joins figures of measures, projects, indicators and problems.
    own = {path: number for path, number in before.items() if not path.startswith("themes/")}
    # The summary joins them too, and counts reports.
    assert max(own.values()) <= 18 and max(before.values()) <= 23
