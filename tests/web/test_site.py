"""Tests of the name of the site and the languages that it offers, which are data of the site."""

from html import unescape
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.exceptions import NotAllowed
from tests.factories import make_plan, make_user
from web.cache import versions
from web.models import DataChange, Site
from web.site import NEUTRAL, change_site, forget_version, site_profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(today: object, open_reading: None) -> object:
    make_plan()
    return make_user("root", is_superuser=True, is_staff=True)


def overview(language: str = "", **headers: str) -> str:
    response = Client().get("/" + (f"?lang={language}" if language else ""), headers=headers)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_without_a_row_the_name_is_neutral(root: object) -> None:
    page = overview("en")
    assert f"<title>Overview · {NEUTRAL.name_en}</title>" in page
    assert "<h1>Where the plan stands</h1>" in page
    assert "重点任务推进情况平台" in overview("zh-hans")


def test_a_change_is_on_the_next_page(root: object) -> None:
    overview("en")
    change_site(by=root, name_en="Harbour", place_en="the harbour", subject_en="All of it")
    page = overview("en")
    assert "· Harbour</title>" in page
    assert "<h1>Where the harbour stands</h1>" in page
    assert '<span class="product-full">All of it</span>' in page
    # In the other language, too: there is no other name.
    assert "· Harbour</title>" in overview("zh-hans")


def test_a_site_of_one_language_offers_no_other(root: object) -> None:
    assert 'name="language" value="en"' in overview("zh-hans")
    change_site(by=root, name_zh="港口", languages="zh-hans")
    for page in (overview("en"), overview(accept_language="en")):
        assert '<html lang="zh-Hans"' in page
        assert 'name="language"' not in page
    client = Client()
    client.force_login(make_user("eve", language="en"))
    assert client.get("/api/v1/plans/?lang=en").headers["Content-Language"] == "zh-hans"
    change_site(by=root, languages="en")
    assert '<html lang="en"' in overview("zh-hans")


def test_a_warm_page_asks_no_more_for_it(root: object) -> None:
    change_site(by=root, name_zh="港口")
    overview()
    overview()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        overview()
        site_profile()
    assert not [each for each in queries if "web_site" in each["sql"]]


def test_what_another_process_changed_is_seen_with_the_next_version(root: object) -> None:
    change_site(by=root, name_zh="港口")
    assert site_profile().name == "港口"
    seen = versions.of_site
    change_site(by=root, name_zh="码头")
    # As if this process had not made the change, which is of another transaction than the first.
    versions.of_site = seen
    DataChange.objects.create(token=1, kind="site")
    versions.current(["measures"])
    assert site_profile().name == "码头"


def test_only_administrators_change_it_and_it_has_a_name(root: object) -> None:
    with pytest.raises(NotAllowed):
        change_site(by=make_user("rita", role="reviewer"), name_zh="我的")
    with pytest.raises(NotAllowed):
        change_site(by=AnonymousUser(), name_zh="我的")  # type: ignore[arg-type]
    with pytest.raises(NotAllowed, match="须填写中文或英文名称"):
        change_site(by=root, name_zh="", name_en="")
    with pytest.raises(ValidationError):
        change_site(by=root, name_zh="港口", languages="fr")
    with pytest.raises(NotAllowed, match="report_due_day"):
        change_site(by=root, name_zh="港口", report_due_day=3)
    with pytest.raises(NotAllowed, match="没有任何变更"):
        change_site(by=root, opened={"name_zh": ""}, name_zh="")
    assert not Site.objects.exists()


def test_without_a_database_the_name_is_the_one_that_was_read_last(
    root: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_site(by=root, name_zh="港口")
    assert site_profile().name == "港口"
    forget_version()
    monkeypatch.setattr(versions, "current", Mock(side_effect=OperationalError))
    assert site_profile().name == "港口"


def test_the_administration_changes_it(root: object) -> None:
    client = Client()
    client.force_login(root)  # type: ignore[arg-type]
    typed = {"name_zh": "港口", "languages": "both"}
    assert client.post("/admin/web/site/add/", typed).status_code == 302
    assert client.get("/admin/web/site/add/").status_code == 403
    assert client.post("/admin/web/site/1/change/", {**typed, "name_zh": "码头"}).status_code == 302
    assert site_profile().name == "码头"
    assert client.post("/admin/web/site/1/delete/", {"post": "yes"}).status_code == 403
