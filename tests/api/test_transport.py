"""How answers travel: compressed where the caller can read it, and to other sites only where they are named."""

import gzip
import json
from typing import Any

import brotli
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from tests.api.conftest import API
from web.middleware import CompressionMiddleware

pytestmark = pytest.mark.django_db
ELSEWHERE = {"Origin": "https://charts.example.org"}


class TestCompression:
    @pytest.mark.parametrize("accepted", ["br", "gzip, deflate, br", "gzip, br;q=0.5", "br;q=1.0, gzip"])
    def test_brotli_for_data(self, accepted: str, site: Any, ask: Any) -> None:
        plain = ask("measures/")
        packed = ask("measures/", **{"Accept-Encoding": accepted})
        assert packed["Content-Encoding"] == "br"
        assert brotli.decompress(packed.content) == plain.content
        assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content) / 3
        assert "Accept-Encoding" in packed["Vary"]
        # Other bytes than those of the plain answer, so the mark is a weak one, and is known when it comes back.
        assert packed["ETag"] == f"W/{plain['ETag']}"
        assert ask("measures/", **{"If-None-Match": packed["ETag"], "Accept-Encoding": "br"}).status_code == 304

    @pytest.mark.parametrize("accepted", ["gzip", "gzip, br;q=0", "br;q=0.0, gzip", "abrupt, gzip"])
    def test_gzip_for_who_cannot_read_it(self, accepted: str, site: Any, ask: Any) -> None:
        packed = ask("measures/", **{"Accept-Encoding": accepted})
        assert packed["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == ask("measures/").content

    @pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx"])
    def test_files_too(self, form: str, site: Any, ask: Any) -> None:
        packed = ask(f"plans/?format={form}", **{"Accept-Encoding": "br"})
        assert packed["Content-Encoding"] == "br"
        assert "Content-Length" not in packed
        whole = brotli.decompress(b"".join(packed.streaming_content))
        if form != "xlsx":
            assert whole == b"".join(ask(f"plans/?format={form}").streaming_content)
        else:
            assert whole.startswith(b"PK")

    def test_a_short_answer_stays_as_it_is(self, site: Any, ask: Any) -> None:
        assert "Content-Encoding" not in ask(
            "plans/?fields=slug&lang=en&page_size=1", **{"Accept-Encoding": "identity"}
        )
        request = RequestFactory().get("/api/", headers={"Accept-Encoding": "br"})
        assert "Content-Encoding" not in CompressionMiddleware(lambda _request: HttpResponse("x" * 199))(request)

    def test_pages_have_gzip_alone_which_adds_bytes_at_random(self, site: Any, open_reading: None) -> None:
        client = Client(headers={"Accept-Encoding": "br, gzip"})
        assert client.get("/measures/")["Content-Encoding"] == "gzip"
        assert client.get("/api/docs/")["Content-Encoding"] == "gzip"

    def test_a_stream_goes_out_as_it_comes(self) -> None:
        made = []

        def pieces() -> Any:
            for number in range(2000):
                made.append(number)
                yield json.dumps({"number": number, "noise": str(hash(str(number)))}).encode()

        request = RequestFactory().get("/api/", headers={"Accept-Encoding": "br"})
        response: Any = CompressionMiddleware(lambda _request: StreamingHttpResponse(pieces(), content_type="x/y"))(
            request
        )
        next(iter(response.streaming_content))
        assert len(made) < 2000


class TestOtherSites:
    def test_they_may_not_unless_named(self, site: Any, ask: Any) -> None:
        assert "Access-Control-Allow-Origin" not in ask("plans/", **ELSEWHERE)

    def test_those_that_are_named_may_read(self, site: Any, ask: Any, settings: Any) -> None:
        settings.CORS_ALLOWED_ORIGINS = ["https://charts.example.org"]
        answer = ask("plans/", **ELSEWHERE)
        assert answer["Access-Control-Allow-Origin"] == "https://charts.example.org"
        assert "Access-Control-Allow-Credentials" not in answer
        assert {"ETag", "Link", "Retry-After"} <= set(answer["Access-Control-Expose-Headers"].split(", "))
        assert "Access-Control-Allow-Origin" not in ask("plans/", Origin="https://charts.example.org.evil.net")

    def test_they_ask_first_what_they_may_send(self, site: Any, client: Client, settings: Any) -> None:
        settings.CORS_ALLOWED_ORIGINS = ["https://charts.example.org"]
        asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
        answer = client.options(f"{API}plans/", headers={**ELSEWHERE, **asked})
        assert answer.status_code == 200
        assert "POST" not in answer["Access-Control-Allow-Methods"]
        assert "authorization" in answer["Access-Control-Allow-Headers"]

    def test_pages_are_not_for_them(self, site: Any, client: Client, open_reading: None, settings: Any) -> None:
        settings.CORS_ALLOWED_ORIGINS = ["https://charts.example.org"]
        assert "Access-Control-Allow-Origin" not in client.get("/measures/", headers=ELSEWHERE)
