import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest


class SizeLimit(FileUploadHandler):
    """Drops a file as soon as it is too large; the rest of the form arrives. `refused_files` names what was dropped."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > settings.PILOTZONE_EVIDENCE_MEGABYTES * 1024 * 1024:
            request: Any = self.request
            request.refused_files = [*refused_files(request), self.file_name or ""]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class NamelessFileHandler(FileUploadHandler):
    """Keeps what is too large for the memory in a file without a name: it goes with the process, also by a kill."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        nameless = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - closed with the request
        self.file: UploadedFile[bytes] = UploadedFile(
            nameless,
            self.file_name,
            self.content_type,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        self.file.seek(0)
        self.file.size = file_size
        return self.file


def refused_files(request: HttpRequest) -> list[str]:
    """The names of the files that were too large to be taken."""
    names: list[str] = getattr(request, "refused_files", [])
    return names
