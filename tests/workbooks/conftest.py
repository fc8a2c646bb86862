from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.ledger.example import folder
from tests.pages import text_of
from tests.workbooks.months import shown
from workbooks import tasks
from workbooks.models import Upload

__all__ = ["folder"]


@pytest.fixture
def page_address() -> str:
    """Return the address that a month's workbook is sent to."""
    return "/workspace/ledger/"


@pytest.fixture
def send(page: Client, page_address: str, django_capture_on_commit_callbacks: Any) -> Callable[..., Upload]:
    """Uploads a file, and has it read."""

    def upload(content: bytes, name: str = "month.xlsx", query: str = "") -> Upload:
        with django_capture_on_commit_callbacks(execute=True):
            answer = page.post(page_address + query, {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 302, text_of(answer.content.decode())
        # With a queue nobody has worked on it yet.
        tasks.work_on_waiting_uploads_task()
        return Upload.objects.order_by("-pk")[0]

    return upload


@pytest.fixture
def act(page: Client, django_capture_on_commit_callbacks: Any) -> Callable[..., str]:
    """Presses a button of a file's page, and returns what the next page says."""

    def press(upload: Upload, action: str = "load", **fields: str) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            page.post(upload.get_absolute_url(), {"action": action, **fields})
        tasks.work_on_waiting_uploads_task()
        return shown(page, upload)

    return press
