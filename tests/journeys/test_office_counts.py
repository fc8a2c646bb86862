"""Tests that the pages of the office and of data in and out count what the API counts."""

import pytest

from accounts.models import Department, User
from regions.models import Region
from tests.browser.samples import SAMPLES
from tests.factories import make_user
from tests.journeys.test_same_figures import Reader, Tables, are_those_of_the_api, counted, figures_of, plain
from tests.pages import joined

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
# What is of one milestone, person, upload or load is opened by `tests/browser` alone.
PAGES = [
    sample
    for sample in SAMPLES
    if sample.name.startswith(("office:", "workbooks:", "ledger:", "integrity"))
    and sample.fields is None
    and not any("{" in value for value in sample.path.values())
]


@pytest.fixture
def reader(demonstration: None) -> Reader:
    make_user("ada", role="reporter", department=Department.objects.get(slug="science-technology"))
    make_user("zoe", role="reporter", city=Region.objects.get(code="370300"))
    make_user("rita", role="reviewer")
    make_user("mia", role="administrator")
    make_user("audit", role="auditor")
    make_user("admin", is_superuser=True, is_staff=True)
    return Reader("")


def page_for(reader: Reader, name: str, address: str) -> str:
    reader.client.force_login(User.objects.get(username=name))
    answer = reader.client.get(address)
    assert answer.status_code == 200, (name, address)
    return joined(answer.content.decode())


def test_each_figure_of_their_pages_is_that_of_the_api(reader: Reader) -> None:
    assert len(PAGES) > 20
    for sample in PAGES:
        are_those_of_the_api(reader, figures_of(page_for(reader, sample.person, sample.where({}))))


def test_its_lists_count_what_the_rollups_count(reader: Reader) -> None:
    """No measure of the demonstration has left its plan, and each is listed by now."""
    sections = Tables(page_for(reader, "rita", "/office/sections/")).members("office/sections")
    totals = totals_of(reader, "rollups/measures/?by=section&page_size=1000")
    assert {key: plain(cells[-1]) for key, cells in sections.items()} == totals

    departments = Tables(page_for(reader, "mia", "/office/departments/")).members("office/departments")
    totals = totals_of(reader, "rollups/measures/?by=department&page_size=1000")
    assert {key: plain(cells[3]) for key, cells in departments.items()} == totals

    categories = Tables(page_for(reader, "mia", "/office/categories/")).members("office/categories")
    assert {key: plain(cells[-1]) for key, cells in categories.items()} == totals_of(
        reader, "rollups/projects/?by=category"
    )
    assert counted(page_for(reader, "rita", "/office/measures/")) == reader.api("summary/")["measures"]["total"]


def totals_of(reader: Reader, path: str) -> dict[str, float]:
    rows = reader.api(path)["results"]
    assert rows
    return {row["key"]: row["total"] for row in rows}
