from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from accounts.models import User
from tests.web.rendering import render
from web.language import column_suffix, localized
from web.middleware import LanguageMiddleware


def answer(query: str = "", *, account: str | None = None, cookie: str = "", browser: str = "") -> HttpResponse:
    request = RequestFactory().get(f"/{query}", headers={"Accept-Language": browser} if browser else {})
    request.user = AnonymousUser() if account is None else User(language=account)
    if cookie:
        request.COOKIES["pilotzone_language"] = cookie
    return LanguageMiddleware(lambda request: HttpResponse(translation.get_language()))(request)


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ({}, "zh-hans"),
        ({"browser": "en-GB,en;q=0.8,zh;q=0.5"}, "en"),
        ({"browser": "zh-CN,zh;q=0.9,en;q=0.8"}, "zh-hans"),
        ({"browser": "zh-TW"}, "zh-hans"),
        ({"browser": "en;q=0.4, zh-CN;q=0.9"}, "zh-hans"),
        ({"browser": "en;q=0, de"}, "zh-hans"),
        ({"browser": "de-DE, en;q=0.7, zh;q=0.3"}, "en"),
        ({"browser": "de-DE, fr"}, "zh-hans"),
        ({"browser": "EN-us"}, "en"),
        ({"browser": ";;;,q=,="}, "zh-hans"),
        ({"cookie": "en", "browser": "zh-CN"}, "en"),
        ({"cookie": "xx", "browser": "en"}, "en"),
        ({"account": "zh-hans", "cookie": "en", "browser": "en"}, "zh-hans"),
        ({"account": "", "cookie": "en"}, "en"),
        ({"query": "?lang=en", "account": "zh-hans", "cookie": "zh-hans", "browser": "zh"}, "en"),
        ({"query": "?lang=zh-hans", "account": "en"}, "zh-hans"),
        ({"query": "?lang=xx", "account": "en"}, "en"),
    ],
)
def test_whose_word_counts_for_the_language(asked: dict[str, Any], language: str) -> None:
    response = answer(**asked)
    assert response.content.decode() == language
    assert response.headers["Content-Language"] == language


def test_caches_keep_the_languages_apart() -> None:
    assert answer().headers["Vary"] == "Accept-Language, Cookie"


def test_data_is_told_in_the_language_of_the_reader_else_in_the_other() -> None:
    both = SimpleNamespace(title_zh="措施", title_en="Measure")
    only_chinese = SimpleNamespace(title_zh="措施", title_en="")
    with translation.override("en"):
        assert (column_suffix(), localized(both, "title"), localized(only_chinese, "title")) == (
            "en",
            "Measure",
            "措施",
        )
    for language in ("zh-hans", None):
        with translation.override(language):
            assert (column_suffix(), localized(both, "title")) == ("zh", "措施")


def test_the_other_language_stands_in_where_a_column_is_empty():
    title = '{{ row|localized:"title" }}'
    both = {"title_zh": "编制规划", "title_en": "Write the plan"}
    with translation.override("en"):
        assert render(title, row={"title_zh": "编制规划", "title_en": ""}) == "编制规划"
        assert render(title, row=both) == "Write the plan"
    with translation.override("zh-hans"):
        assert render(title, row=both) == "编制规划"
