"""The glossary and the guides: each in both languages, each link and anchor there."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from pilotzone.manual import GUIDES
from tests import factories as make
from tests.pages import text_of
from tests.services import ROOT
from web.glossary import TERMS, term_link

pytestmark = pytest.mark.django_db
HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("key", TERMS)
def test_each_term_has_both_languages(key: str) -> None:
    term = TERMS[key]
    with translation.override("en"):
        assert term.name and term.words and not HAN.search(f"{term.name}{term.words}")
    with translation.override("zh-hans"):
        assert HAN.search(str(term.name)) and HAN.search(term.words)
        assert "%" not in term.words


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_term_leads_to_its_place_in_the_glossary(client, open_reading, language: str) -> None:
    page = client.get(f"/glossary/?lang={language}").content.decode()
    for key in TERMS:
        with translation.override(language):
            address = re.search(r'href="([^"]+)"', term_link(key))
            assert address and address[1] == f"/glossary/#{key}"
            assert page.count(f'id="{key}"') == 1


def test_a_term_says_the_numbers_of_the_site(client, open_reading, settings) -> None:
    settings.PILOTZONE_DUE_SOON_DAYS, settings.PILOTZONE_SILENT_DAYS = 45, 91
    settings.PILOTZONE_REPORT_DUE_DAY = 20
    text = text_of(client.get("/glossary/?lang=en").content.decode())
    assert "due within 45 days" in text and "for more than 91 days" in text
    assert "due by day 20 of that month" in text
    assert 'title="Green, yellow or red, set automatically each day. Red: overdue. Yellow: due within 45' in term_link(
        "light"
    )


def test_a_term_can_stand_under_another_name() -> None:
    with translation.override("en"):
        assert term_link("time_elapsed", "<schedule>").endswith(">&lt;schedule&gt;</a>")


@pytest.mark.parametrize("role", GUIDES)
def test_each_guide_is_in_both_languages_and_its_links_lead_to_pages(client, role: str) -> None:
    make.make_plan()
    client.force_login(make.make_user("admin", is_superuser=True, is_staff=True))
    parts = {}
    for language in ("zh-hans", "en"):
        page = client.get(f"/guide/{role}/?lang={language}")
        html = page.content.decode()
        main = html[html.index("<main") : html.index("</main>")]
        parts[language] = (main.count("<h2"), main.count("<li"))
        assert (HAN.search(main.replace("中文", "")) is not None) == (language == "zh-hans")
        for address in re.findall(r'href="(/[^"#]*)', main):
            assert client.get(address).status_code in (200, 403), address
    assert parts["zh-hans"][0] == parts["en"][0] >= 4


def test_the_guide_of_administrators_says_the_rules_of_this_site(client, open_reading, settings) -> None:
    settings.PILOTZONE_PASSWORD_PROFILE, settings.PILOTZONE_IDLE_MINUTES = "asvs", 45
    text = text_of(client.get("/guide/administrator/?lang=en").content.decode())
    assert "A new password on this site: At least 12 characters" in text
    assert "after 45 minutes in which its owner does nothing" in text


def test_every_role_has_its_files_and_no_other_has(client, open_reading) -> None:
    for language in ("zh", "en"):
        assert {path.stem for path in (ROOT / "templates/guide" / language).glob("*.html")} == set(GUIDES)
    assert client.get("/guide/nobody/").status_code == 404


@pytest.mark.parametrize(
    ("person", "address", "role"),
    [("reporter", "/workspace/", "department"), ("reviewer", "/review/", "office")],
)
def test_the_first_page_of_a_role_leads_to_its_guide(client, person: str, address: str, role: str) -> None:
    make.make_plan()
    department = make.make_department("energy") if person == "reporter" else None
    client.force_login(make.make_user(person, role=person, department=department))
    assert f'href="{reverse("guide", args=[role])}"' in client.get(address).content.decode()


def test_the_foot_of_every_page_leads_to_both(client) -> None:
    foot = client.get("/accounts/login/").content.decode().partition("<footer")[2]
    assert 'href="/guide/"' in foot and 'href="/glossary/"' in foot


@pytest.mark.parametrize(("language", "word"), [("en", "demonstration"), ("zh-hans", "演示")])
def test_only_a_demonstration_is_told_of_one(client, open_reading, settings, language: str, word: str) -> None:
    def telling() -> set[str]:
        pages = ["/glossary/", "/guide/", *(f"/guide/{role}/" for role in GUIDES)]
        contents = {page: client.get(f"{page}?lang={language}").content.decode() for page in pages}
        return {page for page, html in contents.items() if word in html[html.index("<main") : html.index("</main>")]}

    settings.PILOTZONE_DEMO = False
    assert telling() == set()
    settings.PILOTZONE_DEMO = True
    assert telling() == {"/glossary/", "/guide/reader/"}
