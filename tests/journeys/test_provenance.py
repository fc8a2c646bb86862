"""Tests of where figures come from: what departments file is reported, what was made up stays illustrative."""

from datetime import date
from typing import Any

import pytest

from dashboard.figures import Figures
from dashboard.models import PublishedFigure
from measures.editing.corrections import correct_status, reopen_measure
from measures.models import Measure, StatusChange
from measures.reports import accept_report
from tests import factories as make
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "open_reading"), pytest.mark.both_databases]

REPORTED = {"provenance": "reported", "source": ""}
DAY = date(2023, 8, 29)


@pytest.fixture
def measure() -> Measure:
    """Return a measure of a plan in which all was entered by the office, also its lead and a project."""
    plan = make.make_plan(**REPORTED)
    measure = make.make_measure(
        make.make_section(plan, slug="energy", **REPORTED), code="M001", lead_provenance="reported", **REPORTED
    )
    StatusChange.objects.update(**REPORTED)
    make.make_project(plan, investment_provenance="reported", **REPORTED)
    return measure


@pytest.fixture
def ada(measure: Measure) -> Any:
    return make.make_user("ada", role="reporter", department=measure.lead_department)


@pytest.fixture
def rita() -> Any:
    return make.make_user("rita", role="reviewer")


def meta_of(client: Any, query: str = "") -> dict[str, str]:
    found = client.get(f"/api/v1/summary/?{query}").json()["meta"]
    return {path: each["provenance"] for path, each in found.items()}


def test_what_a_department_files_and_the_office_accepts_is_reported(measure, ada, rita):
    report = make.file_report(measure, by=ada, status="in_progress")
    change = accept_report(report, by=rita)
    assert (report.provenance, report.source) == (change.provenance, change.source) == ("reported", "")


def test_what_the_office_corrects_or_reopens_is_reported_whatever_the_old_row_was(ada, rita, client):
    old = make.make_measure(code="M101")
    row = make.make_change(old, "completed", date(2023, 5, 8), provenance="published", source="A paper")
    fixed = correct_status(row, by=rita, status="completed", effective_on=date(2023, 5, 9), reason="Wrong day")
    again = reopen_measure(old, by=rita, status="in_progress", effective_on=DAY, reason="Not done")
    for change in (fixed, again):
        assert (change.provenance, change.source) == ("reported", "")


def test_a_row_entered_without_saying_is_reported(client):
    client.force_login(make.make_user("root", role="viewer", is_staff=True, is_superuser=True))
    assert '<option value="reported" selected>' in client.get("/admin/measures/plan/add/?lang=en").content.decode()


def test_a_sum_is_reported_until_one_row_behind_it_is_illustrative(client, measure):
    found = meta_of(client)
    assert found["measures.total"] == found["measures.lights.red"] == found["projects.total"] == "reported"
    make.make_project(measure.section.plan, category="industry", listed_on=date(2023, 8, 1))
    found = meta_of(client)
    assert (found["measures.total"], found["projects.total"]) == ("reported", "illustrative")
    # Of the categories only the one that the row is in; and no day before it was listed.
    assert found["projects.by_category.industry.total"] == "illustrative"
    assert found["projects.by_category.energy.total"] == "reported"
    assert meta_of(client, "as_of=2023-07-31")["projects.total"] == "reported"


@pytest.mark.parametrize("row", ["measure", "lead", "status", "report"])
def test_each_row_that_counts_makes_the_sum_illustrative(client, measure, row):
    match row:
        case "measure":
            Measure.objects.update(provenance="illustrative")
        case "lead":
            Measure.objects.update(lead_provenance="illustrative")
        case "status":
            StatusChange.objects.update(provenance="illustrative")
        case _:
            make.make_report(measure, date(2023, 8, 20))
    assert meta_of(client)["measures.total"] == "illustrative"
    # Of the months before, the report was not yet there.
    assert meta_of(client, "as_of=2023-08-19")["measures.total"] == ("reported" if row == "report" else "illustrative")


def test_a_sum_that_a_source_states_stays_published(client, measure):
    plan = measure.section.plan
    PublishedFigure.objects.create(
        plan=plan, as_of=DAY, figure="measures.total", value=1, provenance="published", source="A paper"
    )
    assert meta_of(client)["measures.total"] == "published"
    make.make_measure(measure.section)
    assert meta_of(client)["measures.total"] == "illustrative"


def test_a_figure_of_one_section_says_so_of_its_own_rows(client, measure):
    other = make.make_measure(make.make_section(measure.section.plan, slug="ocean"))
    asked = "/api/v1/explain/?figure=measures.total"
    assert client.get(asked).json()["provenance"] == "illustrative"
    assert client.get(f"{asked}&section=energy").json()["provenance"] == "reported"
    assert client.get(f"{asked}&section=ocean").json()["provenance"] == "illustrative"
    assert client.get(f"{asked}&department={other.lead_department.slug}").json()["provenance"] == "illustrative"
    assert client.get("/api/v1/rollups/measures/?by=section").json()["meta"]["total"]["provenance"] == "illustrative"
    assert ">Reported<" in client.get("/explain/?figure=measures.total&section=energy&lang=en").content.decode()


@pytest.mark.parametrize(
    "address", ["/", "/cities/", "/cities/370200/", "/departments/", "/sections/", "/sections/energy/", "/changes/"]
)
def test_pages_say_reported_and_nothing_illustrative(client, measure, address):
    html = client.get(address, {"lang": "en"}).content.decode()
    assert 'tag-illustrative">' not in html and ">Illustrative<" not in html
    if address != "/changes/":
        assert '<span class="tag tag-reported">Reported</span>' in html
    assert '<span class="tag tag-reported">填报数据</span>' in client.get("/", {"lang": "zh-hans"}).content.decode()


def test_lists_find_reported_rows_on_the_page_and_in_the_api(client, measure):
    make.make_measure(measure.section)
    assert client.get("/api/v1/measures/?provenance=reported").json()["count"] == 1
    assert "M001" in text_of(client.get("/measures/?provenance=reported&lang=en").content.decode())


def test_provenance_follows_from_the_cells_and_asks_nothing_more(measure, django_assert_num_queries):
    figures = Figures(measure.section.plan, DAY)
    assert figures.published == {}
    assert (figures.measures["total"], figures.projects["total"]) == (1, 1)
    with django_assert_num_queries(0):
        for path in ("measures.due", "measures.due_rate", "projects", "projects.total"):
            figures.provenance_of(path)
