"""A site whose names are in one language alone: readers of either see them, wherever a name stands."""

from datetime import date
from html import unescape

import pytest
from django.test import Client

from rollups.services import rebuild_rollups
from tests.factories import (
    make_change,
    make_department,
    make_indicator,
    make_measure,
    make_observation,
    make_plan,
    make_project,
    make_section,
    make_user,
    region,
)

pytestmark = pytest.mark.django_db
PAGES = (
    "/",
    "/plan/",
    "/plan/first/",
    "/presentation/",
    "/measures/",
    "/measures/M001/",
    "/projects/",
    "/projects/P0001/",
    "/indicators/",
    "/indicators/gdp_growth_ytd/",
    "/departments/",
    "/departments/energy/",
    "/sections/",
    "/sections/heat/",
    "/cities/",
    "/cities/370100/",
    "/changes/?compare=2023-01-10",
    "/search/?q=M001",
    "/brief/",
    "/departments/energy/brief/",
    "/cities/370100/brief/",
)


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest, today: date, open_reading: None) -> str:
    """The language that the site has; names begin with N."""
    own: str = request.param
    other = {"zh": "en", "en": "zh"}[own]

    def named(text: str, field: str = "name", *, short: bool = False) -> dict[str, str]:
        names = {f"{field}_{own}": text, f"{field}_{other}": ""}
        return names | ({"short_zh": "", "short_en": ""} if short else {})

    province, city = region(), region("370100")
    for each, text in ((province, "Nprovince"), (city, "Ncity")):
        for column, value in named(text, short=True).items():
            setattr(each, column, value)
        each.save()
    plan = make_plan(**named("Nplan"))
    section = make_section(plan, slug="heat", number=1, **named("Nsection", "title"))
    lead = make_department("energy", **named("Ndepartment", short=True))
    measure = make_measure(section, lead, code="M001", due_on=date(2023, 8, 1), **named("Nmeasure", "title"))
    make_change(measure, "in_progress", date(2023, 5, 1))
    make_project(plan, code="P0001", city="370100", measures=[measure], **named("Nproject"))
    make_observation(make_indicator("gdp_growth_ytd", measures=[measure], headline=1, **named("Nindicator")))
    rebuild_rollups()
    return own


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_every_page_opens_with_its_names(language: str, lang: str) -> None:
    client = Client()
    shown = {}
    for page in PAGES:
        response = client.get(f"{page}{'&' if '?' in page else '?'}lang={lang}")
        assert response.status_code == 200, page
        shown[page] = unescape(response.content.decode())
    for page, name in {
        "/": "Nsection",
        "/measures/": "Ndepartment",
        "/measures/M001/": "Nmeasure",
        "/projects/": "Ncity",
        "/projects/P0001/": "Nproject",
        "/indicators/": "Nindicator",
        "/departments/": "Ndepartment",
        "/sections/heat/": "Nsection",
        "/cities/": "Ncity",
        "/search/?q=M001": "Nmeasure",
        "/brief/": "Nmeasure",
        "/cities/370100/brief/": "Ncity",
    }.items():
        assert name in shown[page], page


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_api_falls_back_and_keeps_both_columns(language: str, lang: str) -> None:
    client = Client()

    def first(name: str) -> dict[str, str]:
        row: dict[str, str] = client.get(f"/api/v1/{name}/?lang={lang}").json()["results"][0]
        return row

    other = {"zh": "en", "en": "zh"}[language]
    measure = first("measures")
    assert measure["title"] == measure[f"title_{language}"] == "Nmeasure"
    assert measure[f"title_{other}"] == ""
    department = first("departments")
    assert department["name"] == department["short_name"] == "Ndepartment"
    assert department["short_name_zh"] == ""
    assert first("projects")["name"] == "Nproject"
    assert first("plans")["name"] == "Nplan"


def test_the_administration_names_every_row(language: str) -> None:
    client = Client()
    client.force_login(make_user("root", is_superuser=True, is_staff=True))
    for address, name in {
        "measures/measure": "Nmeasure",
        "measures/section": "Nsection",
        "measures/plan": "Nplan",
        "projects/project": "Nproject",
        "indicators/indicator": "Nindicator",
        "accounts/department": "Ndepartment",
        "regions/region": "Ncity",
    }.items():
        assert name in client.get(f"/admin/{address}/").content.decode(), address


def test_a_row_without_any_name_is_refused_in_words(language: str) -> None:
    client = Client()
    client.force_login(make_user("root", is_superuser=True, is_staff=True))
    typed = {"slug": "water", "number": "7", "provenance": "reported"}
    page = client.post("/admin/accounts/department/add/", typed).content.decode()
    assert "须填写中文或英文名称" in page
    assert client.post("/admin/accounts/department/add/", {**typed, "name_zh": "水利厅"}).status_code == 302
