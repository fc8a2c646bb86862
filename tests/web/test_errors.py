import pytest
from django.test import Client


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
    assert answer.json() == {"type": "/api/help/#server-error", "title": title, "status": 500, "detail": sentence}

    page = client.get(f"/measures/?lang={language}")
    assert page.status_code == 500
    assert "text/html" in page["Content-Type"]
    assert "secret" not in page.content.decode()
