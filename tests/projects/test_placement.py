"""A project lies in a city of its plan's region, so that the sums by city are that of the plan."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from core.clock import today as today_of_site
from core.exceptions import NotAllowed
from dashboard.figures import Figures
from projects.models import Project
from projects.services import save_project
from regions.models import Region
from rollups.services import rebuild_rollups
from tests.core.test_bounds import form_of
from tests.factories import SHOWN, make_category, make_plan, make_project, make_user, region

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere():
    """Two regions that are no city of Shandong, and one of another province."""
    names = {"name_zh": "北京市", "name_en": "Beijing", "short_zh": "北京", "short_en": "Beijing"}
    beijing = Region.objects.create(code="110000", kind="province", parent=region("100000"), **names, **SHOWN)
    names = {"name_zh": "朝阳区", "name_en": "Chaoyang", "short_zh": "朝阳", "short_en": "Chaoyang"}
    return Region.objects.create(code="110105", kind="city", parent=beijing, **names, **SHOWN)


@pytest.mark.parametrize("code", ["370000", "370202", "110105"])
def test_a_project_in_the_province_a_county_or_another_province_is_refused_by_the_service(today, elsewhere, code):
    project = make_project()
    project.city = elsewhere if code == "110105" else region(code)
    with translation.override("en"), pytest.raises(NotAllowed, match=r"does not lie directly in 山东省\.") as refusal:
        save_project(project, by=make_user("admin"))
    assert refusal.value.field == "city"


def test_the_county_lies_in_the_city(today):
    project = make_project(city="370100")
    project.county = region("370202")
    admin = make_user("admin")
    with pytest.raises(NotAllowed) as refusal:
        save_project(project, by=admin)
    assert refusal.value.field == "county"
    project.city = region("370200")
    save_project(project, by=admin)


def test_a_plan_without_a_region_takes_no_project(today):
    project = make_project()
    project.plan = make_plan("another", region=None)
    project.category = make_category(project.plan)
    with pytest.raises(NotAllowed) as refusal:
        save_project(project, by=make_user("admin"))
    assert refusal.value.field == "city"


@pytest.mark.parametrize(
    ("changed", "english", "chinese"),
    [
        ({"city": "370202"}, "市南区 does not lie directly in 山东省.", "市南区不是山东省直接下辖的地区"),
        ({"city": "370100", "county": "370202"}, "市南区 is not in 济南市.", "市南区不在济南市"),
        (
            {"also_in": "370200"},
            "青岛市 is not another region of the kind of 青岛市.",
            "青岛市不是与青岛市同级的其他地区",
        ),
        (
            {"also_in": "370202"},
            "市南区 is not another region of the kind of 青岛市.",
            "市南区不是与青岛市同级的其他地区",
        ),
    ],
)
def test_the_administration_refuses_it_in_words(client, today, changed, english, chinese):
    client.force_login(make_user("admin", is_staff=True, is_superuser=True))
    project = make_project(city="370200")
    for code in ("370100", "370202"):
        region(code)
    form = form_of(project, **{name: region(code).pk for name, code in changed.items()})
    for language, words in (("en", english), ("zh-hans", chinese)):
        answer = client.post(f"/admin/projects/project/{project.pk}/change/?lang={language}", form)
        assert answer.status_code == 200
        assert words in answer.content.decode()
    assert Project.objects.get().city == region("370200")
    allowed = form_of(project, also_in=region("370100").pk)
    assert client.post(f"/admin/projects/project/{project.pk}/change/", allowed).status_code == 302
    assert Project.objects.get().also_in.get() == region("370100")


def test_the_check_names_each_project_that_lies_elsewhere(today, elsewhere):
    make_project(city="370200")
    lost, wrong = make_project(city="370202"), make_project(city="370100", county="370202")
    twice = make_project(city="370100")
    twice.also_in.add(*(region(code) for code in ("370100", "370200", "370202")))
    rebuild_rollups()
    out = StringIO()
    with pytest.raises(CommandError, match="4 rows contradict"):
        call_command("verify_rollups", stdout=out)
    assert out.getvalue().splitlines() == [
        f"project {lost.code} of {lost.plan.slug} lies in 370202, which does not lie directly in 370000",
        f"project {wrong.code} of {wrong.plan.slug} lies in county 370202, which is not in 370100",
        f"project {twice.code} of {twice.plan.slug} lies in 370100 too, which is not another of its kind",
        f"project {twice.code} of {twice.plan.slug} lies in 370202 too, which is not another of its kind",
    ]


def test_sums_by_city_are_that_of_the_plan_and_name_only_its_cities(today, elsewhere):
    for code in ("370100", "370200", "370200"):
        make_project(city=code)
    rebuild_rollups()
    figures = Figures(make_plan(), today_of_site())
    cities = {each.key: each.figures["total"] for each in figures.projects_by("city")}
    assert cities == {"370100": 1, "370200": 2}
    assert sum(cities.values()) == figures.projects_by("plan")[0].figures["total"]


def test_a_plan_with_projects_keeps_its_region(client, today):
    client.force_login(make_user("admin", is_staff=True, is_superuser=True))
    plan = make_project().plan
    names = ("slug", "name_zh", "name_en", "starts_on", "ends_on", "large_project_wan", "provenance", "source")
    form = {name: getattr(plan, name) for name in names} | {"region": region("100000").pk}
    assert client.post(f"/admin/measures/plan/{plan.pk}/change/", form).status_code == 302
    plan.refresh_from_db()
    assert plan.region == region("370000")


def test_a_region_stays_where_it_lies(client, today):
    client.force_login(make_user("admin", is_staff=True, is_superuser=True))
    city = region("370200")
    names = ("name_zh", "name_en", "short_zh", "short_en", "tile_row", "tile_column", "provenance", "source")
    form = {name: getattr(city, name) for name in names} | {"parent": region("100000").pk, "kind": "city"}
    assert client.post(f"/admin/regions/region/{city.pk}/change/", form).status_code == 302
    city.refresh_from_db()
    assert city.parent == region("370000")


def test_a_new_region_lies_in_a_larger_one(client, today):
    client.force_login(make_user("admin", is_staff=True, is_superuser=True))
    names = {"name_zh": "新区", "name_en": "New", "short_zh": "新", "short_en": "New", "provenance": "reported"}
    form = {"code": "370299", "kind": "city", "tile_row": "", "tile_column": "", "source": "", **names}
    for code, status in (("370202", 200), ("370200", 200), ("370000", 302)):
        answer = client.post("/admin/regions/region/add/?lang=en", form | {"parent": region(code).pk})
        assert answer.status_code == status, code
        assert ("It must lie in a larger region." in answer.content.decode()) == (status == 200)
