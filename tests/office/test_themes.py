"""The office's pages of themes."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from auditlog.models import LogEntry

from core.exceptions import NotAllowed
from tests import factories as make
from tests.pages import text_of
from themes.editing import THEMES
from themes.models import Theme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST = "/office/themes/"
PAGE = f"{LIST}energy/"
EN = {"Accept-Language": "en"}
FORM = {"number": "7", "name_zh": "能源转型", "name_en": "Energy transition"}
NOTHING: dict[str, Any] = {
    "note_zh": "",
    "note_en": "",
    "sections": [],
    "categories": [],
    "indicators": [],
    "measures": [],
}


@pytest.fixture
def site() -> SimpleNamespace:
    plan = make.make_plan()
    section = make.make_section(plan, slug="energy", number=1, title_zh="能源")
    measure = make.make_measure(make.make_section(plan, slug="other", number=2), code="M028")
    category, indicator = make.make_category(plan, "energy"), make.make_indicator("nre_capacity")
    theme = make.make_theme(
        plan, "energy", number=1, name_zh="能源", name_en="Energy", provenance="reported", source="", sections=[section]
    )
    return SimpleNamespace(
        plan=plan, section=section, measure=measure, category=category, indicator=indicator, theme=theme
    )


@pytest.fixture
def office(client: Any) -> Any:
    client.force_login(make.make_user("rita", role="reviewer"))
    return client


def members(theme: Theme) -> dict[str, list[str]]:
    state = THEMES.state(theme)
    return {name: list(state[name]) for name in ("sections", "categories", "indicators", "measures")}


def test_is_added_with_its_members_changed_and_removed(office: Any, site: Any) -> None:
    sent = FORM | {
        "slug": "air",
        "sections": ["energy", "other"],
        "categories": ["energy"],
        "indicators": ["nre_capacity"],
        "measures": " m028 ；",
    }
    page = office.post("/office/add-theme/", sent | {"measures": "M028；"})
    assert page["Location"] == LIST
    air = Theme.objects.get(slug="air")
    assert air.plan == site.plan
    assert members(air) == {
        "sections": ["energy", "other"],
        "categories": ["energy"],
        "indicators": ["nre_capacity"],
        "measures": ["M028"],
    }
    assert (
        office.post(f"{LIST}air/", FORM | {"number": "8", "sections": ["other"], "note_zh": "说明"}).status_code == 302
    )
    air.refresh_from_db()
    assert (air.number, air.note_zh) == (8, "说明")
    assert members(air) == {"sections": ["other"], "categories": [], "indicators": [], "measures": []}
    logged = LogEntry.objects.get_for_object(air).filter(action=LogEntry.Action.UPDATE)
    assert {"sections", "measures", "note_zh"} <= {name for entry in logged for name in entry.changes}
    assert office.post(f"{LIST}air/remove/").status_code == 302
    assert not Theme.objects.filter(slug="air").exists()
    site.section.refresh_from_db()


def test_the_form_shows_what_it_holds(office: Any, site: Any) -> None:
    site.theme.measures.add(site.measure)
    page = office.get(PAGE, headers=EN)
    html = page.content.decode()
    assert 'value="M028"' in html
    assert page.context["form"]["sections"].value() == ["energy"]
    # What is not changed is refused as such: the form gives back what it showed.
    same = {"number": "1", "name_zh": "能源", "name_en": "Energy", "sections": ["energy"], "measures": "M028"}
    assert "Nothing was changed." in text_of(office.post(PAGE, same, headers=EN).content.decode())


def test_what_is_wrong_is_said(office: Any, site: Any) -> None:
    for address, sent, field in (
        ("/office/add-theme/", FORM | {"slug": "energy"}, "slug"),
        ("/office/add-theme/", FORM | {"slug": "Not A Slug"}, "slug"),
        ("/office/add-theme/", FORM | {"slug": "air", "number": "1"}, "number"),
        ("/office/add-theme/", FORM | {"slug": "air", "measures": "M028; M999"}, "measures"),
        ("/office/add-theme/", FORM | {"slug": "air", "sections": ["none"]}, "sections"),
        (PAGE, {"number": "1", "name_zh": "", "name_en": ""}, "name_zh"),
    ):
        page = office.post(address, sent, headers=EN)
        assert (page.status_code, list(page.context["form"].errors)) == (200, [field]), sent
    page = office.post("/office/add-theme/", FORM | {"slug": "air", "measures": "M028; M999"}, headers=EN)
    assert "The plan has no measure of the code M999." in page.content.decode()
    assert 'value="M028; M999"' in page.content.decode()
    assert Theme.objects.count() == 1


def test_two_people_change_it(office: Any, site: Any) -> None:
    opened = json.dumps(THEMES.state(site.theme))
    site.theme.measures.add(site.measure)
    sent = {"number": "1", "name_zh": "能源", "name_en": "Energy", "sections": ["energy", "other"], "opened": opened}
    page = office.post(PAGE, sent, headers=EN)
    assert [(v.label, v.opened, v.stored, v.typed) for v in page.context["versions"]] == [
        ("Single measures", "—", "M028", "—")
    ]
    assert members(site.theme)["sections"] == ["energy"]


def test_members_of_another_plan_are_refused(site: Any) -> None:
    rita = make.make_user("rita", role="reviewer")
    other = make.make_section(make.make_plan("other"), slug="far", number=1)
    with pytest.raises(NotAllowed) as caught:
        THEMES.add(site.plan, by=rita, slug="air", number=2, name_zh="气", **NOTHING | {"sections": [other]})
    assert caught.value.field == "sections"
    assert Theme.objects.count() == 1


def test_only_the_office_keeps_them(site: Any) -> None:
    opened = THEMES.state(site.theme)
    for role in ("viewer", "auditor", "administrator"):
        user = make.make_user(role, role=role)
        for refused in (
            lambda user=user: THEMES.add(site.plan, by=user, slug="new", number=9, name_zh="新", **NOTHING),
            lambda user=user: THEMES.change(site.theme, by=user, opened=opened, number=2, name_zh="新", **NOTHING),
            lambda user=user: THEMES.remove(site.theme, by=user),
        ):
            with pytest.raises(NotAllowed):
                refused()
    assert Theme.objects.get().name_zh == "能源"
