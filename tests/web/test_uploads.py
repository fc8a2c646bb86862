"""Files on their way to the site."""

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory


def test_a_large_file_on_its_way_has_no_name_that_a_kill_would_leave(tmp_path: Path, settings: Any) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    content = b"%PDF-" + bytes(3 * 1024 * 1024)
    request = RequestFactory().post("/", {"words": "a", "evidence": SimpleUploadedFile("大.pdf", content)})
    file = request.FILES["evidence"]
    assert list(tmp_path.iterdir()) == []
    assert (request.POST["words"], file.name, file.size) == ("a", "大.pdf", len(content))
    assert b"".join(file.chunks()) == content
    request.close()
    assert file.closed
