"""The region in which a project counts, whatever its table says of the place."""

import pytest

from ledger.commit import commit_ledger
from ledger.near_names import name_questions
from ledger.preview import Preview, preview
from ledger.rows import Values
from measures.models import Plan
from projects.models import Project
from regions.models import Region, kind_of_code
from tests.factories import make_plan, make_project, region

from .test_layouts import read, table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "today")]

COLUMNS = ["项目名称", "项目类别", "建设阶段", "总投资（万元）"]
PROJECT = ["净水厂", "环保", "在建", 18000]


def seen(plan: Plan, *places: tuple[str, str], name: str = "净水厂") -> Preview:
    """The preview of one project, with these columns of its place."""
    headers, cells = [each[0] for each in places], [each[1] for each in places]
    file = table([*COLUMNS, *headers], [name, *PROJECT[1:], *cells])
    ledger = read(file).ledger
    assert name_questions(ledger, plan) == []
    return preview(ledger, plan)


def placed(plan: Plan, *places: tuple[str, str]) -> Values:
    found = seen(plan, *places)
    assert found.faults == []
    [project] = found.merged.touched("projects")
    return {name: project[name] for name in ("city", "county")}


@pytest.fixture
def city() -> Plan:
    """The plan of a city with one district."""
    region("370202")
    return make_plan("city", region=region("370200"), comparator=None)


@pytest.fixture
def county() -> Plan:
    return make_plan("county", region=region("370202"), comparator=None)


@pytest.fixture
def province() -> Plan:
    region("370202")
    return make_plan()


def test_a_district_of_a_city_is_what_its_projects_count_in(city: Plan) -> None:
    counted = {"city": "370202", "county": None}
    assert placed(city, ("所在县区", "市南区")) == counted
    assert placed(city, ("建设地点", "市南区")) == counted
    assert placed(city, ("所在市", "青岛市"), ("所在县区", "市南区")) == counted
    found = seen(city, ("所在市", "青岛市"))
    assert [each.column for each in found.faults] == ["city"]


def test_a_county_of_a_province_counts_in_its_city(province: Plan) -> None:
    counted = {"city": "370200", "county": "370202"}
    assert placed(province, ("所在县区", "市南区")) == counted
    assert placed(province, ("建设地点", "市南区")) == counted
    assert placed(province, ("所在市", "青岛市"), ("所在县区", "市南区")) == counted
    region("370600")
    wrong = seen(province, ("所在市", "烟台市"), ("所在县区", "市南区"))
    assert [each.column for each in wrong.faults] == ["county"]


def test_projects_of_a_region_without_parts_count_in_it_and_their_addresses_are_named(county: Plan) -> None:
    counted = {"city": "370202", "county": None}
    assert placed(county) == counted
    assert placed(county, ("建设地点", "市南区")) == counted
    assert placed(county, ("所在县区", "市南区")) == counted
    town = seen(county, ("建设地点", "市南区八大关街道"), ("所在县区", "开发区"))
    assert (town.faults, town.notices) == (
        [],
        ["2 places of projects are no regions of the site, and are not kept, such as 市南区八大关街道, 开发区."],
    )
    other = seen(county, ("建设地点", "青岛市"))
    assert [(each.column, other.notices) for each in other.faults] == [("city", [])]


def test_a_table_of_projects_is_loaded_again_without_a_change(county: Plan) -> None:
    file = table([*COLUMNS, "建设地点"], [*PROJECT, "城关镇"])
    commit_ledger(read(file).ledger, county, by=None, answers={})
    assert Project.objects.get().city.code == "370202"
    again = preview(read(file).ledger, county)
    assert [str(each.what) for each in again.entries if each.sheet == "projects"] == ["unchanged"]


def test_a_county_that_the_site_could_have_is_a_mistake(province: Plan) -> None:
    [fault] = seen(province, ("所在市", "青岛市"), ("所在县区", "市东区")).faults
    assert (fault.column, fault.sentence) == ("county", "There is no “市东区” in Regions.")


def test_counties_of_a_site_that_has_none_are_left_out() -> None:
    region("370200")
    found = seen(make_plan(), ("所在市", "青岛市"), ("所在县区", "市南区"))
    assert (found.faults, found.notices) == (
        [],
        ["1 place of projects is no region of the site, and is not kept: 市南区."],
    )


def test_a_site_without_regions_says_what_to_do() -> None:
    plan = make_plan("none", region=None, comparator=None)
    Region.objects.filter(parent__isnull=False).delete()
    Region.objects.all().delete()
    [fault, *_more] = seen(plan, ("所在市", "青岛市")).faults
    assert fault.sentence == (
        "There is no region yet for “青岛市”: add the sheet “Regions” to the file, or name the place with its code."
    )


def test_a_file_without_places_leaves_those_of_projects_as_they_are(province: Plan) -> None:
    project = make_project(plan=province, city="370200", county="370202", name_zh="净水厂")
    project.category.name_zh = "环保"
    project.category.save()
    found = seen(province)
    assert found.faults == []
    [entry] = [each for each in found.entries if each.key == (project.code,)]
    assert (found.faults, entry["city"], entry["county"]) == ([], "370200", "370202")
    assert {cell.column for cell in entry.cells}.isdisjoint({"city", "county"})


@pytest.mark.parametrize(("code", "kind"), [("370000", "province"), ("370600", "city"), ("370602", "county")])
def test_a_code_says_what_kind_of_region_has_it(code: str, kind: str) -> None:
    assert kind_of_code(code) == kind
