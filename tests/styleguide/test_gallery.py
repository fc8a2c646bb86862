"""The gallery holds every component and every tag, each in a line that works."""

import html
import re

import pytest
from django.template.loader import get_template

from tests import factories as make
from tests.services import ROOT
from web.site import site_profile
from web.templatetags import pilotzone

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
COMPONENTS = sorted(path.name for path in (ROOT / "templates/components").glob("*.html"))


def gallery(client, language="en"):
    client.force_login(make.make_user("admin", is_superuser=True))
    answer = client.get(f"/gallery/?lang={language}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def codes(client):
    """The lines of code that the page shows."""
    return [html.unescape(code) for code in re.findall(r"<code>(.*?)</code>", gallery(client), flags=re.DOTALL)]


def test_every_component_is_included(codes):
    text = " ".join(codes)
    shown = set(re.findall(r'{% include "components/([\w.]+)"', text))
    # Some are written by a tag of the same name.
    shown |= {f"{name}.html" for name in re.findall(r"{% (\w+) ", text) if name in pilotzone.register.tags}
    assert set(COMPONENTS) - shown == set()
    assert len(COMPONENTS) > 10


def test_every_tag_and_filter_of_the_library_is_used(codes):
    text = " ".join(codes)
    tags = {name for name in pilotzone.register.tags if re.search(rf"{{% {name}\b", text)}
    filters = {name for name in pilotzone.register.filters if re.search(rf"\|{name}\b", text)}
    assert set(pilotzone.register.tags) - tags == set()
    assert set(pilotzone.register.filters) - filters == set()


def test_an_id_is_there_once(client):
    ids = re.findall(r'\sid="([^"]+)"', gallery(client))
    assert sorted({one for one in ids if ids.count(one) > 1}) == []


def test_each_state_of_the_parts_is_there(client):
    page = gallery(client)
    for part in ("button-quiet", "button-danger", "field-fault", "box-error", "aria-sort=\"descending\"", "table-dense",
                 "bar-tall", "light-green", "light-yellow", "light-red", "rel=\"prev\"", "rel=\"next\""):  # fmt: skip
        assert part in page, part
    kinds = set(re.findall(r'class="chart chart-(\w+)"', page))
    assert kinds == {"course", "map", "line", "steps", "due", "strip", "dots"}
    assert "no data for this period" in page.lower()


def test_it_asks_no_more_than_who_is_there(client, django_assert_max_num_queries):
    client.force_login(make.make_user("admin", is_superuser=True))
    site_profile()
    with django_assert_max_num_queries(6):
        client.get("/gallery/")


def test_the_code_of_a_component_says_what_it_takes():
    """The head of each file says what the gallery cannot tell."""
    for name in COMPONENTS:
        assert "{% comment %}" in get_template(f"components/{name}").template.source, name
