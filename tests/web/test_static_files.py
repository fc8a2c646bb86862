"""Static files have addresses with their hash, and are served as small as they are there."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from demonstration import embedded_static
from tests.services import ROOT
from web.static_files import HashedFilesStorage, StaticFilesMiddleware


def test_a_file_that_was_not_collected_keeps_its_plain_address(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a { background: url(b.svg) } b { background: url(away.svg) }")
    (tmp_path / "b.svg").write_text("<svg/>")
    storage = HashedFilesStorage(tmp_path)
    collected = storage.post_process({name: (storage, name) for name in ("a.css", "b.svg")})
    assert [name for name, _hashed, done in collected if isinstance(done, Exception)] == []
    address = HashedFilesStorage(tmp_path).url("a.css")
    assert re.fullmatch(r"/static/a\.[0-9a-f]{12}\.css", address)
    rewritten = (tmp_path / Path(address).name).read_text()
    assert re.search(r'url\("b\.[0-9a-f]{12}\.svg"\)', rewritten) and "away.svg" in rewritten
    assert storage.url("nowhere.css") == "/static/nowhere.css"
    assert HashedFilesStorage(tmp_path / "empty").url("a.css") == "/static/a.css"


@pytest.mark.django_db  # an answer that is closed asks for connections
def test_a_brotli_file_that_is_made_while_the_server_runs_is_served(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS = tmp_path, False
    (tmp_path / "a.css").write_text("a {}" * 100)
    (tmp_path / "a.css.gz").write_bytes(gzip.compress(b"a {}" * 100))
    middleware = StaticFilesMiddleware(lambda request: HttpResponse(status=404))

    def encoding() -> str:
        request = RequestFactory().get("/static/a.css", headers={"Accept-Encoding": "gzip, br"})
        answer = middleware(request)
        answer.close()
        return str(answer["Content-Encoding"])

    assert encoding() == "gzip"
    (tmp_path / "a.css.br").write_bytes(b"made by now")
    assert encoding() == "br"


def test_what_is_collected_is_compressed_once_and_has_all_that_pages_name(monkeypatch: Any, tmp_path: Path) -> None:
    folder = tmp_path / "static"
    embedded_static.collect_static_files(folder)
    files = json.loads((folder / "staticfiles.json").read_text())["paths"]
    named = {
        name
        for template in ROOT.glob("**/templates/**/*.html")
        if "node_modules" not in template.parts and ".venv" not in template.parts
        for name in re.findall(r"{% static '([^']+)' %}", template.read_text(encoding="utf-8"))
    }
    assert len(named) > 50
    assert named - files.keys() == set()
    assert (folder / f"{files['plotly/plotly.min.js']}.gz").stat().st_size < 1_600_000
    assert not list(folder.glob("plotly/widgetbundle*"))
    # A second start.
    sheet = folder / files["css/base.css"]
    sheet.unlink()
    embedded_static.collect_static_files(folder)
    assert not sheet.exists()
    monkeypatch.setattr(embedded_static, "_fingerprint", lambda: "of another version")
    embedded_static.collect_static_files(folder)
    assert sheet.exists()
