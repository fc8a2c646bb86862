"""Evidence of a report: files, links and issued documents, while the report is being written."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import now
from core.exceptions import NotAllowed
from core.texts import clean_text, text_columns, without_controls
from reporting.file_types import check_file
from reporting.models import AbstractEvidence, AbstractFiling
from reporting.services import check_editable, lock_report
from web.cache.versions import DRAFTS, reports_as

logger = logging.getLogger(__name__)

# A document has a `document_number`, a link a `url`; both may have a `title`.
EvidenceData = Mapping[str, str]

# One report holds at most so many pieces.
MAX_EVIDENCE = 20
MAX_TITLE_LENGTH = 200
MAX_URL_LENGTH = 500
MAX_NUMBER_LENGTH = 80


def check_ahead(files: Sequence["File[bytes]"]) -> None:
    """Looks through files before the transaction in which they are attached. It takes seconds, for which others would
    wait; what is refused is told when the file is attached."""
    for file in files[:MAX_EVIDENCE]:
        with suppress(NotAllowed):
            check_file(file)


def attach_file(report: AbstractFiling, *, by: User, file: "File[bytes]") -> AbstractEvidence:
    """Stores a file under a random name. Raises NotAllowed as `check_file`."""
    content_type = check_file(file)
    with transaction.atomic():
        return _keeping(file, content_type, lambda columns: _attach(report, by=by, **columns))


def keep_files(step: Any, files: Sequence["File[bytes]"]) -> None:
    """Stores the files that come with a step, which is made in this transaction: all, or none and no step. Raises
    NotAllowed as `attach_file`."""
    content_types = [check_file(file) for file in files]
    kept: list[AbstractEvidence] = []
    try:
        for file, content_type in zip(files, content_types, strict=True):
            kept.append(
                _keeping(file, content_type, lambda columns: step.evidence.create(attached_at=now(), **columns))
            )
    except Exception:
        # Their rows go with the transaction; nobody would find the files.
        for each in kept:
            each.file.storage.delete(str(each.file.name))
        raise


def _keeping(
    file: "File[bytes]", content_type: str, attach: Callable[[dict[str, Any]], AbstractEvidence]
) -> AbstractEvidence:
    # No system has longer names; the end says what it is.
    name = without_controls(file.name or "").rsplit("/", 1)[-1].rsplit("\\", 1)[-1][-255:]
    try:
        return attach({"file": file, "file_name": name, "content_type": content_type, "size": file.size})
    except OSError as error:
        # A full disk must not take what was typed with it.
        logger.exception("A file of evidence could not be kept")
        sentence = _("Please choose the files once more: they could not be kept.")
        raise NotAllowed(sentence, field="evidence") from error


@transaction.atomic
def attach_link(report: AbstractFiling, *, by: User, url: str, title: str = "") -> AbstractEvidence:
    return _attach(report, by=by, **link_columns(url, title))


@transaction.atomic
def attach_document(report: AbstractFiling, *, by: User, number: str, title: str = "") -> AbstractEvidence:
    """An issued document by its number (发文字号) and title."""
    return _attach(report, by=by, **document_columns(number, title))


def link_columns(url: str, title: str = "") -> dict[str, str]:
    """Returns the columns of a link, cleaned. Raises NotAllowed."""
    return {"url": clean_url(url), **_title_columns(title, field="url_title")}


def document_columns(number: str, title: str = "") -> dict[str, str]:
    """Returns the columns of an issued document, cleaned. Raises NotAllowed."""
    titles = _title_columns(title, field="document_title")
    return {"document_number": clean_document_number(number), **titles}


def _title_columns(title: str, *, field: str) -> dict[str, str]:
    return text_columns("title", title, field=field, max_length=MAX_TITLE_LENGTH)


def clean_url(url: str) -> str:
    """Returns the address of a link, cleaned. Raises NotAllowed."""
    url = clean_text(url, field="url", max_length=MAX_URL_LENGTH, if_empty=_("This field is required"))
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError:
        raise NotAllowed(_("It must be an address that begins with http:// or https://."), field="url") from None
    return url


def clean_document_number(number: str) -> str:
    """Returns the number of an issued document, cleaned. Raises NotAllowed."""
    return clean_text(
        number, field="document_number", max_length=MAX_NUMBER_LENGTH, if_empty=_("This field is required")
    )


def too_many() -> NotAllowed:
    return NotAllowed(_("At most %(count)s pieces of evidence") % {"count": MAX_EVIDENCE}, field="evidence")


def _attach(report: AbstractFiling, *, by: User, **columns: Any) -> AbstractEvidence:
    lock_report(report)
    check_editable(report, by, field="evidence")
    if report.evidence.count() >= MAX_EVIDENCE:
        raise too_many()
    with reports_as(DRAFTS):
        evidence: AbstractEvidence = report.evidence.create(attached_at=now(), **columns)
    return evidence


@dataclass(frozen=True)
class EvidenceChange[E: AbstractEvidence]:
    """The change that makes the documents and links of a report those wanted. `gone`: those that it has and are not
    wanted; `added`: the columns of new ones."""

    gone: Sequence[E]
    added: Sequence[dict[str, str]]


def evidence_change[E: AbstractEvidence](had: Iterable[E], wanted: Iterable[EvidenceData]) -> EvidenceChange[E]:
    """Files stay, and so does what is there already. Raises NotAllowed."""
    named = [(each.get("document_number", ""), each.get("url", ""), each.get("title", "")) for each in wanted]
    asked = list(dict.fromkeys(named))
    pieces = {(each.document_number, each.url, each.title_zh or each.title_en): each for each in had if not each.file}
    return EvidenceChange(
        [each for key, each in pieces.items() if key not in asked],
        [
            link_columns(url, title) if url else document_columns(number, title)
            for number, url, title in asked
            if (number, url, title) not in pieces
        ],
    )


def replace_evidence(report: AbstractFiling, *, by: User, wanted: Iterable[EvidenceData]) -> None:
    """Makes the documents and links of a report those wanted. Raises NotAllowed."""
    change = evidence_change(report.evidence.filter(file=""), wanted)
    for each in change.gone:
        remove_evidence(each, by=by)
    for columns in change.added:
        _attach(report, by=by, **columns)


@transaction.atomic
def remove_evidence(evidence: AbstractEvidence, *, by: User) -> None:
    """Takes a piece of evidence off a report that is still being written."""
    report: AbstractFiling = evidence.report
    lock_report(report)
    check_editable(report, by, field="evidence")
    evidence.delete_file()
    with reports_as(DRAFTS):
        evidence.delete()
