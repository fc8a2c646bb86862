"""Files that a page of data writes for whoever asks."""

import tempfile
from collections.abc import Callable
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from ledger.sentences import FileRefused
from workbooks.downloads import FORMATS


def attachment(
    request: HttpRequest,
    write: Callable[[BinaryIO], object],
    *,
    name: str,
    back: Any,
    file_format: str = "xlsx",
    log: Callable[[Any], None] | None = None,
) -> HttpResponseBase:
    """The file that `write` writes; where it refuses to, its sentence on the page `back`, as `redirect` takes it.

    `log` is told what `write` returned, once the file is whole. What is no workbook is an archive of files.
    """
    output = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
    try:
        written = write(output)
    except FileRefused as refusal:
        output.close()
        messages.error(request, str(refusal))
        return redirect(back)
    if log is not None:
        log(written)
    output.seek(0)
    return FileResponse(
        output,
        as_attachment=True,
        filename=f"{name}.{'xlsx' if file_format == 'xlsx' else 'zip'}",
        content_type=FORMATS[file_format],
    )
