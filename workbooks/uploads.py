"""Files that people send: kept as a draft until they are loaded, read and loaded by a task."""

import logging
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from accounts.log import do_as
from accounts.models import User
from accounts.permissions import check_reviewer
from core.clock import now
from core.exceptions import NotAllowed
from core.texts import MAX_REASON_LENGTH, clean_text, without_controls
from ledger.answers import written_answers
from ledger.codec import parsed_key
from ledger.commit import LoadRefused, commit_ledger
from ledger.contents import begun_sheets
from ledger.files import read_file
from ledger.matches import known_matches
from ledger.matching import match_questions
from ledger.merging import CellName
from ledger.preview import preview
from ledger.raw import MAX_BYTES
from ledger.reading import Reading, only_what_may_be_loaded, read_tables, with_codes, with_names
from ledger.sentences import FileRefused
from ledger.sheets import SHEETS
from ledger.tables import Tables, find_tables, read_pasted
from ledger.versions import find_version, rows_of_version
from measures.models import Plan
from web.leases import HeldLease, LeaseLost, leased
from workbooks import findings
from workbooks.models import Upload
from workbooks.month import filing as month_filing
from workbooks.month import findings as month_findings
from workbooks.month.preview import look
from workbooks.month.registry import KINDS

log = logging.getLogger(__name__)

State = Upload.State
# What is done to a file, in this order; the page shows how far it has come.
STEPS = (
    gettext_lazy("Reading the file"),
    gettext_lazy("Understanding its cells"),
    gettext_lazy("Comparing it with the site"),
    gettext_lazy("Writing down the differences"),
)
# Counts of what is found, of a ledger and of what is filled in, by which the site would change.
WRITTEN = ("new", "changed", "removed", "submit", "doubt", "draft")
# What a person decides about a file that was read.
DECIDED = ("choices", "leaves_out_wrong", "is_confirmed", "reason", "answers")
# Among the answers: the key of what was asked about as unlikely, and is so.
UNLIKELY = "unlikely"
# A draft that nobody has loaded is deleted after so many days.
KEPT_DAYS = 14
# Of one person and plan.
MAX_DRAFTS = 20


@transaction.atomic
def keep_upload(
    plan: Plan | None,
    *,
    by: User,
    name: str,
    content: bytes,
    is_pasted: bool = False,
    answers: Mapping[str, str] = MappingProxyType({}),
    period: date | None = None,
    kind: Upload.Kind = Upload.Kind.LEDGER,
) -> Upload:
    """`kind`: the ledger of a plan, or what the person's department or city reports; `period`: the month, where that is
    of one. Raises NotAllowed for what is empty or too large; what is in it shows when it is read."""
    if kind == Upload.Kind.LEDGER:
        check_reviewer(by)
    elif not KINDS[kind].permission.allows(by):
        raise NotAllowed(_("You may not do this"))
    if not content.strip():
        raise NotAllowed(_("The file is empty"), field="file")
    if len(content) > MAX_BYTES:
        raise NotAllowed(
            _("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1024 // 1024}, field="file"
        )
    # One that is to be loaded goes only once it is.
    drafts = drafts_of(by, kind).filter(plan=plan).exclude(state__in=[State.ACCEPTED, State.LOADING])
    for old in drafts[MAX_DRAFTS - 1 :]:
        old.delete()
    return Upload.objects.create(
        kind=kind,
        period=period,
        department=by.department if kind in KINDS else None,
        city=by.city if kind in KINDS else None,
        plan=plan,
        uploaded_by=by,
        uploaded_at=now(),
        # The end of a path says what it is.
        file_name=without_controls(name).rsplit("/", 1)[-1].rsplit("\\", 1)[-1][-255:],
        is_pasted=is_pasted,
        content=content,
        answers=dict(answers),
        language=get_language() or "",
    )


def drafts_of(person: User, kind: Upload.Kind) -> QuerySet[Upload]:
    """Returns the uploads of a person that were not loaded, the newest first, without their contents."""
    return Upload.objects.filter(uploaded_by=person, kind=kind).exclude(state=State.LOADED).defer("content", "result")


@transaction.atomic
def read_again(upload: Upload, *, answers: Mapping[str, str] | None = None) -> None:
    """Has the upload read again in the reader's language, with further answers. Nothing happens while it is being
    worked on."""
    own = Upload.objects.select_for_update().get(pk=upload.pk)
    if own.state not in (State.READ, State.REFUSED):
        return
    own.answers |= answers or {}
    own.state, own.step, own.language, own.sentence = State.WAITING, 0, get_language() or "", ""
    own.save(update_fields=["answers", "state", "step", "language", "sentence"])


@transaction.atomic
def decide(
    upload: Upload,
    *,
    choices: Iterable[tuple[list[Any], str]],
    leaves_out_wrong: bool,
    is_confirmed: bool,
    reason: str,
    unlikely_is_so: bool = False,
    is_final: bool = False,
) -> None:
    """Keeps what the person chose: of cells in conflict the value of the file or the site, and what else is asked.
    `unlikely_is_so`: said of what the preview asks about. `is_final`: it is to be loaded so.

    Raises NotAllowed where it may not be loaded; what was chosen is kept nevertheless by whoever catches it outside.
    """
    own = Upload.objects.select_for_update().get(pk=upload.pk)
    if own.state != State.READ:
        raise NotAllowed(_("The file is being worked on, or is loaded already."))
    chosen = {tuple_of(cell): [*cell, choice] for *cell, choice in own.choices}
    chosen |= {tuple_of(cell): [*cell, choice] for cell, choice in choices}
    own.choices = list(chosen.values())
    own.leaves_out_wrong, own.is_confirmed = leaves_out_wrong, is_confirmed
    own.reason = clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH)
    if asked := own.findings.get("unlikely_key"):
        own.answers |= {UNLIKELY: asked if unlikely_is_so else ""}
    if is_final and why_not_loaded(own) == "":
        own.state, own.step, own.sentence = State.ACCEPTED, 0, ""
    own.save(update_fields=[*DECIDED, "state", "step", "sentence"])


def tuple_of(cell: list[Any]) -> tuple[Any, ...]:
    sheet, key, column = cell
    return (sheet, tuple(key), column)


def open_conflicts(upload: Upload, found: Mapping[str, Any]) -> int:
    """How many cells in conflict nobody has decided yet."""
    chosen = {tuple_of(cell) for *cell, _choice in upload.choices}
    return sum(tuple_of(each["cell"]) not in chosen for each in found.get("conflicts", ()))


def unlikely_is_so(upload: Upload) -> bool:
    """Returns whether the person confirmed all unlikely values that the preview asks about now."""
    asked = upload.findings.get("unlikely_key")
    return bool(asked) and asked == upload.answers.get(UNLIKELY)


def why_not_loaded(upload: Upload) -> str:
    """Returns a sentence on what stands in the way of loading it, by what it was found to do; "" where nothing does."""
    found = upload.findings
    if found.get("questions"):
        return _("Answer the questions about the columns first.")
    if found["file_problems"]:
        return _("The file cannot be loaded.")
    if open_conflicts(upload, found):
        return _("Some cells were changed on the site, too: decide first which value holds.")
    if found["wrong"] and not upload.leaves_out_wrong:
        return _("Some rows are wrong: correct them, or have them left out.")
    if not any(found["counts"].get(name) for name in WRITTEN) and not found["conflicts"]:
        return _("The file holds nothing that the site does not have.")
    return _why_not_confirmed(upload, found)


def _why_not_confirmed(upload: Upload, found: Mapping[str, Any]) -> str:
    if found["needs_confirmation"] and not upload.is_confirmed:
        return _("The file would change rows of the site: confirm that it may.")
    if found.get("unlikely") and not unlikely_is_so(upload):
        return _("Some rows are unlikely: look at them, and confirm that they are so.")
    return ""


def waiting_uploads() -> QuerySet[Upload]:
    """Finds those on which somebody is at work, or is to be: whether one is, its lease says."""
    states = [State.WAITING, State.READING, State.ACCEPTED, State.LOADING]
    return Upload.objects.filter(state__in=states).order_by("uploaded_at", "pk")


def work_on(pk: int) -> None:
    """Reads a file, or loads it, whichever it waits for. Where another process is at it nothing happens."""
    with leased(f"upload {pk}") as lease:
        upload = _take(pk) if lease is not None else None
        if upload is None or lease is None:
            return
        with override(upload.language):
            try:
                _work_on(upload, lease)
            except LeaseLost:
                log.warning("Upload %s was taken over by another process, since this one hung", pk)


def _work_on(upload: Upload, lease: HeldLease) -> None:
    try:
        if upload.state == State.LOADING:
            _load(upload, lease)
        else:
            _read(upload, lease)
    except LeaseLost:
        raise
    except FileRefused as refusal:
        _refuse(upload, lease, str(refusal))
    except Exception:
        log.exception("Upload %s could not be worked on", upload.pk)
        sentence = _("The site failed at this file. Try again, or tell those who keep the site.")
        _refuse(upload, lease, sentence)


@transaction.atomic
def _take(pk: int) -> Upload | None:
    upload = waiting_uploads().select_for_update().filter(pk=pk).first()
    if upload is not None:
        is_read = upload.state in (State.ACCEPTED, State.LOADING)
        upload.state, upload.begun_at = State.LOADING if is_read else State.READING, timezone.now()
        upload.save(update_fields=["state", "begun_at"])
    return upload


@transaction.atomic
def _end(upload: Upload, lease: HeldLease, state: Upload.State, sentence: str = "") -> None:
    """Raises LeaseLost, and keeps nothing."""
    lease.confirm()
    upload.state, upload.sentence = state, sentence
    upload.save(update_fields=["state", "sentence", "result", "load", "content"])


@transaction.atomic
def _refuse(upload: Upload, lease: HeldLease, sentence: str) -> None:
    """Nothing else of it is saved, since a transaction that failed has left in it what is not so. One that is loaded
    stays so: a commit may have gone through of which no answer came. Raises LeaseLost."""
    lease.confirm()
    at_work = Upload.objects.filter(pk=upload.pk, state__in=[State.READING, State.LOADING])
    at_work.update(state=State.REFUSED, sentence=sentence)


def _begin_step(upload: Upload, step: int) -> None:
    Upload.objects.filter(pk=upload.pk).update(step=step)


def tables_of(upload: Upload) -> Tables:
    """Returns the tables of an upload. Raises FileRefused."""
    sheets = list(SHEETS.values())
    if upload.is_pasted:
        return read_pasted(bytes(upload.content).decode(), sheets, _answers(upload))
    return find_tables(read_file(BytesIO(upload.content), upload.file_name), sheets, _answers(upload))


def _answers(upload: Upload) -> dict[str, str]:
    return {**known_matches(), **upload.answers}


def answers_file(upload: Upload) -> str:
    """Returns what was answered about a file, as the command that loads one reads it; "" where nothing was asked."""
    return "" if upload.is_pasted else written_answers(upload.answers)


def understood(upload: Upload, tables: Tables) -> Reading:
    answers = _answers(upload)
    reading = only_what_may_be_loaded(read_tables(tables, upload.file_name, answers), by=upload.uploaded_by)
    return with_codes(with_names(reading, upload.plan, answers), upload.plan, answers)


def cells_chosen(upload: Upload) -> dict[CellName, str]:
    return {(sheet, parsed_key(sheet, key), column): choice for sheet, key, column, choice in upload.choices}


def _read(upload: Upload, lease: HeldLease, sentence: str = "") -> None:
    """Keeps what the file would do, and `sentence`: why it was not done."""
    _begin_step(upload, 0)
    upload.findings = month_findings.found(look(upload), upload) if upload.is_filled_in else _found(upload)
    _end(upload, lease, State.READ, sentence)


def _found(upload: Upload) -> dict[str, Any]:
    """Finds what a ledger would do."""
    tables = tables_of(upload)
    _begin_step(upload, 1)
    if unmatched := match_questions(tables, _answers(upload), begun=begun_sheets(upload.plan)):
        return findings.asked(unmatched, tables.notices)
    reading = understood(upload, tables)
    if asked := reading.unmatched or reading.questions:
        return findings.asked(asked, reading.notices)
    _begin_step(upload, 2)
    answers = cells_chosen(upload)
    seen = preview(reading.ledger, upload.plan, answers=answers)
    undecided = preview(reading.ledger, upload.plan) if answers else seen
    _begin_step(upload, 3)
    version = find_version(reading.ledger.base)
    base = rows_of_version(version) if version and undecided.conflicts else {}
    return findings.found(seen, undecided, base=base, notices=[*reading.notices, *seen.notices])


def _load(upload: Upload, lease: HeldLease) -> None:
    try:
        with transaction.atomic():
            if upload.is_filled_in:
                upload.findings = do_as(upload.uploaded_by, partial(month_filing.file_month, upload))
            else:
                _load_ledger(upload)
            # The site keeps what it loaded, and the file only until then.
            upload.content = b""
            _end(upload, lease, State.LOADED)
    except NotAllowed as refusal:
        own = Upload.objects.get(pk=upload.pk)
        if own.is_filled_in or isinstance(refusal, LoadRefused):
            # What it would do now, beside why it was not done.
            _read(own, lease, str(refusal))
        else:
            _end(own, lease, State.READ, str(refusal))


def _load_ledger(upload: Upload) -> None:
    reading = understood(upload, tables_of(upload))
    upload.load = commit_ledger(
        reading.ledger,
        upload.plan,
        by=upload.uploaded_by,
        site=upload.findings["site"],
        answers=cells_chosen(upload),
        leave_out_wrong=upload.leaves_out_wrong,
        confirmed=upload.is_confirmed,
        unlikely_is_so=unlikely_is_so(upload),
        reason=upload.reason,
    )
    upload.result = None


@transaction.atomic
def discard(upload: Upload) -> None:
    """Forgets a file that was not loaded."""
    Upload.objects.filter(pk=upload.pk).exclude(state__in=[State.LOADING, State.LOADED]).delete()


def delete_old_uploads() -> int:
    """Also those that were loaded: the load itself stays."""
    old = Upload.objects.filter(uploaded_at__lt=now() - timedelta(days=KEPT_DAYS))
    return old.exclude(state__in=[State.READING, State.LOADING]).delete()[0]
