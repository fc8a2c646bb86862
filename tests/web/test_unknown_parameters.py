"""Tests that what an address names and its page does not know is left out, said in one line, and kept nowhere."""

import html
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from tests.factories import make_measure
from tests.pages import text_of
from web.cache import pages
from web.views import PARAMETERS_OF_EVERY_PAGE, PageView

SAID = "Parts of the address that this page does not know were left out: "


@pytest.mark.django_db
class TestOnePage:
    @pytest.fixture(autouse=True)
    def _english(self, today: Any, open_reading: None, client: Client) -> None:
        make_measure(code="M001")
        client.cookies["pilotzone_language"] = "en"

    def shown(self, client: Client, address: str) -> str:
        answer = client.get(address)
        assert answer.status_code == 200
        return answer.content.decode()

    @pytest.mark.parametrize("address", ["/", "/measures/", "/measures/M001/", "/explain/?figure=measures.total"])
    def test_it_answers_and_says_what_it_does_not_know(self, client: Client, address: str) -> None:
        more = "&" if "?" in address else "?"
        page = self.shown(client, f"{address}{more}from=singlemessage&utm_source=a&utm_source=b")
        assert f"{SAID}from and utm_source" in text_of(page)
        assert "singlemessage" not in page
        assert SAID not in text_of(self.shown(client, address))

    def test_what_it_knows_stays(self, client: Client) -> None:
        page = self.shown(client, "/measures/?status=completed&isappinstalled=0&as_of=2023-06-30")
        assert "No measure" in page
        assert 'value="completed" selected' in page
        assert 'value="2023-06-30"' in page
        assert "isappinstalled=" not in page

    def test_names_are_written_as_text_and_cut(self, client: Client) -> None:
        page = self.shown(client, "/?<b>x=1&" + "&".join(f"{'y' * 50}{n}=1" for n in range(9)))
        assert "&lt;b&gt;x" in page
        assert "<b>x" not in page
        assert page.count("y" * 40 + "…") == 4
        assert "y" * 41 not in page


@pytest.mark.django_db(transaction=True)
def test_strangers_cannot_fill_the_cache_with_them(settings: Any, today: Any, open_reading: None) -> None:
    make_measure()
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    stored, store = [], pages.store
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            pages, "store", lambda key, *answer, **made_of: stored.append(key) or store(key, *answer, **made_of)
        )
        for number in range(50):
            address = f"/measures/?made{number}=up{number}&lang=en"
            assert f"{SAID}made{number}" in text_of(Client().get(address).content.decode())
    assert len(stored) == 1


@pytest.mark.django_db
def test_no_link_of_the_site_names_what_its_page_does_not_know(demonstration: None, client: Client) -> None:
    looked_at = set()
    for address in (
        "/",
        "/measures/",
        "/projects/",
        "/departments/",
        "/sections/",
        "/cities/",
        "/indicators/",
        "/changes/",
    ):
        for link in re.findall(r'(?:href|action)="(/[^"]*)"', client.get(address).content.decode()):
            split = urlsplit(html.unescape(link))
            if split.path.startswith("/static/"):
                continue
            view = getattr(resolve(split.path).func, "view_class", None)
            if view is None or not issubclass(view, PageView) or not view.is_cached:
                continue
            known = {*PARAMETERS_OF_EVERY_PAGE, *parameters_of(view)}
            names = {name for name, _value in parse_qsl(split.query)}
            assert names <= known, link
            looked_at |= {(view, name) for name in names}
    assert len(looked_at) > 15


def parameters_of(view: Any) -> Any:
    return view().parameters
