"""The check of a PDF for what is refused, as a process of its own finds it."""

import logging
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from django.core.files.base import File
from django.utils.translation import gettext as _

from core.exceptions import NotAllowed

PROCESS = Path(__file__).with_name("pdf_process.py")
# What the process may use, besides the file: 50,000 objects take two thirds of the memory and half of the seconds.
MEMORY, SECONDS = 300 * 1024 * 1024, 15
# Of a web process: the bounds of several at once would be more than a container has.
_one_at_a_time = threading.Lock()

logger = logging.getLogger(__name__)


def check_pdf(file: "File[bytes]") -> None:
    """Raises NotAllowed for one that runs something, holds other files, needs a password, or cannot be looked through
    within bounds. One that is damaged is taken, as viewers take it."""
    sentences = {
        "active": _(
            "The PDF contains scripts, other files, or actions that run when it is opened; print it to a new PDF, and"
            " upload that."
        ),
        "locked": _("The file is protected with a password; save it without one."),
        "": _("The PDF is too involved to be looked through; print it to a new PDF, and upload that."),
    }
    try:
        sentence = sentences.get(_finding(file))
    except OSError as error:
        logger.exception("A PDF could not be looked through")
        raise NotAllowed(_("Please choose the files once more: they could not be kept."), field="evidence") from error
    if sentence is not None:
        raise NotAllowed(sentence, field="evidence")


def _finding(file: "File[bytes]") -> str:
    """Returns the word that the process says; empty where something goes beyond a bound."""
    with _one_at_a_time, tempfile.TemporaryFile() as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        command = [sys.executable, "-I", str(PROCESS), str(MEMORY + 2 * file.size), str(SECONDS)]
        done = subprocess.run(command, stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return done.stdout.strip()
