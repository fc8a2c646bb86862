"""Plans of other places than a province with cities on a map: every page opens, and says nothing of a country."""

from datetime import date
from html import unescape

import pytest
from django.test import Client

from core.exceptions import NotAllowed
from measures.models import Plan
from projects.models import Project
from projects.services import save_project
from regions.models import Region
from rollups.consistency import contradictions
from rollups.services import rebuild_rollups
from tests.factories import make_indicator, make_measure, make_observation, make_plan, make_project, make_user, region

pytestmark = pytest.mark.django_db
PAGES = ("/", "/cities/", "/presentation/", "/indicators/", "/indicators/gdp_growth_ytd/", "/projects/", "/brief/")


def pages(plan: Plan, place: str) -> dict[str, str]:
    rebuild_rollups()
    found = {}
    for page in (*PAGES, f"/cities/{place}/", f"/cities/{place}/brief/"):
        response = Client().get(f"{page}?lang=en&plan={plan.slug}")
        assert response.status_code == 200, page
        found[page] = unescape(response.content.decode())
    return found


@pytest.fixture
def county(today: date, open_reading: None) -> Region:
    made = region("370202")
    make_observation(make_indicator("gdp_growth_ytd", headline=1), region_code="370200")
    return made


def test_a_city_with_counties_that_have_no_place_on_a_map(county: Region) -> None:
    plan = make_plan("city", region=region("370200"), comparator=None)
    make_measure(plan=plan)
    make_project(plan, city="370202", name_en="Harbour")
    shown = pages(plan, "370202")
    assert "Shinan" in shown["/"] and "Shinan" in shown["/cities/"]
    assert "Harbour" in shown["/cities/370202/"]
    for page, text in shown.items():
        assert 'data-chart="map"' not in text and "Schematic map" not in text, page
        assert "China" not in text and "Against" not in text, page
    assert list(contradictions()) == []
    rows = Client().get("/api/v1/rollups/projects/?by=city&plan=city").json()["results"]
    assert [(row["key"], row["total"]) for row in rows] == [("370202", 1)]


def test_a_region_without_members_is_its_own(county: Region) -> None:
    plan = make_plan("county", region=county, comparator=region("370200"))
    project = make_project(plan, city="370202", name_en="Pier")
    shown = pages(plan, "370202")
    assert "Pier" in shown["/cities/370202/"]
    assert list(contradictions()) == []
    save_project(Project.objects.get(pk=project.pk), by=make_user("rita", role="reviewer"))


def test_a_region_with_members_is_none_of_them(county: Region) -> None:
    plan = make_plan("city", region=region("370200"))
    project = make_project(plan, city="370202")
    project.city = region("370200")
    with pytest.raises(NotAllowed, match="不是青岛市直接下辖的地区"):
        save_project(project, by=make_user("rita", role="reviewer"))


def test_a_plan_without_a_region_opens(county: Region) -> None:
    plan = make_plan("nowhere", region=None, comparator=None)
    make_measure(plan=plan)
    rebuild_rollups()
    for page in PAGES:
        assert Client().get(f"{page}?plan=nowhere").status_code == 200, page
