"""Tests of what every answer tells the browser not to do."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/", "/api/v1/", "/accounts/login/", "/nothing/", "/static/css/base.css"])
def test_each_answer_bounds_what_the_browser_may_do(address: str, open_reading: None) -> None:
    headers = Client().get(address).headers
    assert "microphone=()" in headers["Permissions-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = dict(each.strip().split(" ", 1) for each in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
