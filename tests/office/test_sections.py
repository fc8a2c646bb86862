"""The office's pages of priority areas."""

import json

import pytest

from measures.editing.sections import SECTIONS
from measures.models import Section
from tests.factories import make_measure, make_section, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
PAGE = "/office/sections/first/"
EN = {"Accept-Language": "en"}


@pytest.fixture
def section():
    return make_section(slug="first", number=1, title_zh="第一", title_en="First", provenance="reported", source="")


@pytest.fixture
def office(client):
    client.force_login(make_user("rita", role="reviewer"))
    return client


def test_a_section_is_added_with_a_name_in_addresses(office, section):
    new = {"number": "2", "title_zh": "海洋", "title_en": "Marine", "slug": "marine"}
    assert office.post("/office/add-section/", new)["Location"] == "/office/sections/"
    assert Section.objects.get(slug="marine").plan == section.plan
    page = office.post("/office/add-section/", new | {"slug": "Marine Two", "number": "3"}, headers=EN)
    assert "Small letters, digits and hyphens alone" in page.content.decode()


def test_two_people_rename_it(office, section):
    form = {"number": "1", "title_zh": "我的名", "title_en": "First", "opened": json.dumps(SECTIONS.state(section))}
    Section.objects.update(title_zh="对方的名")
    page = office.post(PAGE, form, headers=EN)
    assert [(v.opened, v.stored, v.typed) for v in page.context["versions"]] == [("第一", "对方的名", "我的名")]
    assert Section.objects.get().title_zh == "对方的名"


def test_the_way_to_remove_it_is_shown_where_it_is_empty(office, section):
    assert f"{PAGE}remove/" in office.get(PAGE).content.decode()
    make_measure(section)
    assert f"{PAGE}remove/" not in office.get(PAGE).content.decode()
    page = office.post(f"{PAGE}remove/", headers=EN).content.decode()
    assert "It has measures" in page
    assert Section.objects.exists()


def test_the_list_says_how_many_measures_each_has(office, section):
    make_measure(section)
    make_section(section.plan, number=2)
    assert [row.held for row, *_names in office.get("/office/sections/").context["rows"]] == [1, 0]
