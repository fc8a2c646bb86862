import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import translation


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "title", "sentence"),
    [
        ("zh-hans", "本站故障", "系统出现异常，请稍后再试"),
        ("en", "An error on this site", "Something went wrong on our side"),
    ],
)
def test_a_fault_of_ours_is_json_from_the_api_and_a_page_elsewhere(
    monkeypatch, open_reading, language, title, sentence
):
    def fail(*args):
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr("web.days.today", fail)
    client = Client(raise_request_exception=False)

    answer = client.get(f"/api/v1/measures/?lang={language}")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer.json() == {
        "type": "/api/help/#server-error",
        "title": title,
        "status": 500,
        "detail": sentence,
        "request_id": answer["X-Request-ID"],
    }

    page = client.get(f"/measures/?lang={language}")
    assert page.status_code == 500
    assert "text/html" in page["Content-Type"]
    assert "secret" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "title"), [("zh-hans", "数据库暂时无响应"), ("en", "The database does not answer")]
)
def test_without_the_database_the_page_is_in_a_language_of_whoever_asks(monkeypatch, language, title):
    """The thread still has that of the one before, and the account that says more cannot be read."""

    def fail(request):
        raise OperationalError("no route to host")

    monkeypatch.setattr("django.contrib.auth.middleware.get_user", fail)
    client = Client(raise_request_exception=False, headers={"accept-language": language})
    with translation.override("en" if language == "zh-hans" else "zh-hans"):
        page = client.get("/measures/")
    assert page.status_code == 503
    assert f"<h1>{title}</h1>" in page.content.decode()
    # The way back to the same page; what was sent is not sent again by a link.
    assert '<a href="">' in page.content.decode()
    assert '<a href="">' not in client.post("/measures/").content.decode()
