"""The common part of the workbooks that are filled in: a kind says what a row is about, how the site's rows are read,
and how a row of the file is judged and filed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.access_rules import Rule
from accounts.models import Department, User
from accounts.permissions import may_file_for
from core.exceptions import NotAllowed
from core.scope_changes import check_in_plan
from ledger.declaration import Column, Kind, Sheet
from ledger.workbook import header_text
from measures.models import Measure, Plan
from projects.models import Project
from regions.models import Region
from reporting.doubts import Answers
from reporting.evidence import MAX_EVIDENCE, EvidenceData, clean_document_number, clean_url, too_many
from reporting.models import TEXTS, AbstractEvidence, AbstractReport
from reporting.workflow import EDITABLE_STATES
from web.formats.numbers import format_number
from workbooks.models import Upload

# What is filled in, as text: a choice by its value, a day as 2023-08-29, money in 万元, yes or no, "" where it
# is empty.
type Cells = dict[str, str]
YES, NO = "yes", "no"
# Whose rows they are.
type Place = Department | Region

# How the text of a cell becomes what the workbook has.
TYPED: Mapping[Kind, Callable[[str], Any]] = {
    Kind.DAY: date.fromisoformat,
    Kind.MONEY: int,
    Kind.PERCENT: int,
    Kind.NUMBER: Decimal,
    Kind.YES_NO: lambda text: text == YES,
}
NUMBERS = (Kind.MONEY, Kind.PERCENT, Kind.NUMBER)
EVIDENCE = ("document_number", "url")
CLEAN = {"document_number": clean_document_number, "url": clean_url}


@dataclass(frozen=True)
class MonthRow(ABC):
    """A measure, a project or an indicator, as the site has it. `report`: that of the month or of the period, the open
    one, else the newest accepted one."""

    subject: Any
    report: Any

    @cached_property
    def evidence(self) -> Sequence[AbstractEvidence]:
        """Returns the evidence of the report, which is fetched already."""
        return sorted(self.report.evidence.all(), key=lambda each: each.pk) if self.report is not None else ()

    @property
    def pieces(self) -> Sequence[AbstractEvidence]:
        """Returns the documents and links of the report."""
        return [each for each in self.evidence if not each.file]

    @property
    def files(self) -> int:
        """Returns how many files the report has."""
        return len(self.evidence) - len(self.pieces)

    @property
    def open_report(self) -> Any:
        """The one that may be written in: a draft, or one that was returned."""
        return self.report if self.report is not None and self.report.state in EDITABLE_STATES else None

    @property
    def key(self) -> Cells:
        """Returns the cells of the columns that name the row."""
        return {"code": self.subject.code}

    @property
    @abstractmethod
    def name(self) -> str:
        """Returns the name of the row in the reader's language, such as with its code."""

    @property
    @abstractmethod
    def cells(self) -> Cells:
        """Returns the cells of the columns that are filled in."""

    @property
    @abstractmethod
    def shown(self) -> Cells:
        """Returns the cells of the columns beside the filled-in ones, in the reader's language."""

    @property
    def status(self) -> str:
        """Returns the status that the report is written against: where it has changed since the download, somebody
        decides."""
        return ""

    def rests_on(self) -> list[Any]:
        """Returns the data, as JSON, that the outcome of the row rests on besides its cells."""
        return []

    def evidence_cells(self) -> Cells:
        """Returns the cells of the evidence, of several documents or links the first."""
        return {name: next(filter(None, (getattr(each, name) for each in self.pieces)), "") for name in EVIDENCE}


@dataclass(frozen=True)
class Question:
    """Something unlikely: its `name` is what a person confirms."""

    name: str
    text: str


@dataclass(frozen=True)
class Judgement:
    """`evidence`: the documents and links that the report would have; `reasons`: why it could not be submitted;
    `doubts`: what is asked about first."""

    evidence: Sequence[EvidenceData] = ()
    reasons: Sequence[str] = ()
    doubts: Sequence[Question] = ()


class What(StrEnum):
    """The outcome of a row: its report is submitted; is submitted if somebody says that what is unlikely is so, and
    stays a draft otherwise; stays a draft; or is left alone. Or the row is wrong."""

    SUBMIT = "submit"
    DOUBT = "doubt"
    DRAFT = "draft"
    LEFT = "left"
    WRONG = "wrong"


@dataclass(frozen=True)
class HeldRow:
    """`cells`: what stood in those that are filled in; `shown`: in the others; `status`: what a report was against."""

    cells: Cells
    shown: Cells
    status: str


@dataclass(frozen=True)
class Entry:
    """A row of the file. `code`: what names it, as `MonthKind.code_of` says; `row`: what the site holds; `cells`: what
    would be filed; `base`: what the file held at the download; `conflicts`: the columns that both have changed since.
    `reasons`: why it stays a draft or is left alone; `doubts`: what is unlikely. `evidence`: the documents and links
    that the report would have."""

    number: int
    code: str
    what: What
    row: Any = None
    cells: Cells = field(default_factory=dict)
    base: HeldRow | None = None
    conflicts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    doubts: tuple[Question, ...] = ()
    evidence: tuple[EvidenceData, ...] = ()

    @property
    def submits(self) -> bool:
        return self.what is What.SUBMIT

    @property
    def answers(self) -> Answers:
        """Returns the answers to what is unlikely about it."""
        return {each.name: "" for each in self.doubts}

    @property
    def is_filed(self) -> bool:
        """Returns whether anything of the row would be written."""
        return self.what in (What.SUBMIT, What.DOUBT, What.DRAFT)

    @property
    def has_moved(self) -> bool:
        """Returns whether the status that the report is written against has changed since the download."""
        return self.base is not None and self.row is not None and self.base.status != self.row.status

    @property
    def is_conflict(self) -> bool:
        """Returns whether somebody has to say first that what the file says holds."""
        return self.is_filed and (bool(self.conflicts) or self.has_moved)

    def decided(self, *, is_confirmed: bool) -> "Entry":
        """Returns a doubtful entry as it is once somebody has said whether it is so."""
        if self.what is not What.DOUBT:
            return self
        if is_confirmed:
            return replace(self, what=What.SUBMIT)
        return replace(self, what=What.DRAFT, reasons=tuple(each.text for each in self.doubts))


class MonthKind[R: MonthRow](ABC):
    """`shown`: columns that are read by the person and not read back; `filled`: the others, but for those that name the
    row.

    `is_of_month`: its reports are those of one month; else it has whatever is due on the day. `version_key`: under
    which a kept version says what it is of. `pages`: how the names of its addresses begin; `file_name`: how that of its
    workbook ends; `logged_as`: what the log of exports calls it, before "a department".
    """

    upload_kind: ClassVar[Upload.Kind]
    sheet: ClassVar[Sheet]
    shown: ClassVar[tuple[Column, ...]]
    filled: ClassVar[tuple[Column, ...]]
    is_of_month: ClassVar[bool] = True
    version_key: ClassVar[str]
    pages: ClassVar[str]
    file_name: ClassVar[str]
    logged_as: ClassVar[str]
    # So few that each wrong cell has its own sentence.
    max_rows: ClassVar[int]
    # Said to those who may not file such a report, of a row that is not named, and of one that is accepted already.
    filing_refusal: ClassVar[str | Promise]
    # Who opens its pages, and what is left of a file that was sent: which rows are theirs is another question.
    permission: ClassVar[Rule]
    own_files: ClassVar[Rule]
    code_missing: ClassVar[str | Promise]
    accepted_note: ClassVar[str | Promise] = ""

    @property
    def shown_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.shown)

    @property
    def locked(self) -> Mapping[str, Collection[str]]:
        return {self.sheet.name: {*self.sheet.key, *self.shown_names}}

    def code_of(self, values: Mapping[str, Any]) -> str:
        """Returns the code that names a row of a file; empty where it is not named."""
        return values.get("code") or ""

    def label(self, name: str) -> str:
        """Returns the label of a column as the workbook heads it."""
        column = next((each for each in self.sheet.columns if each.name == name), None)
        return "" if column is None else header_text(column).rstrip("*")

    def empty_cells(self) -> Cells:
        return {column.name: "" for column in self.filled}

    def plain_text(self, text: str) -> str:
        """Returns a text in the form in which two are compared."""
        return text.replace("\r\n", "\n").strip()

    def texts_of(self, report: AbstractReport) -> Cells:
        return {name: self.plain_text(getattr(report, f"{name}_zh") or getattr(report, f"{name}_en")) for name in TEXTS}

    def may_file(self, user: User, place: Place) -> bool:
        """Returns whether the user may file reports of the place."""
        if isinstance(place, Department):
            return may_file_for(user, department=place.pk)
        return may_file_for(user, city=place.pk)

    def text(self, name: str, value: str) -> str:
        """A cell as a person reads it."""
        column = self.sheet.column(name)
        if not value:
            return ""
        if column.choices:
            return str(dict(column.choices).get(value, value))
        if column.kind is Kind.YES_NO:
            return _("yes") if value == YES else _("no")
        return format_number(Decimal(value)) if column.kind in NUMBERS else value

    def typed(self, name: str, value: str) -> Any:
        """A cell as the workbook has it."""
        kind = self.sheet.column(name).kind
        return TYPED[kind](value) if value and kind in TYPED else value

    @abstractmethod
    def read(self, place: Place, *, plan: Plan, month: date | None, kept_by: User | None = None) -> Mapping[str, R]:
        """Reads the rows, by what names them, in the order of the workbook: what can be reported by those of the place,
        for the month where the kind is of one. A fixed number of queries."""

    @abstractmethod
    def judge(self, row: R, cells: Cells) -> Judgement:
        """Judges the report that would be written. Raises NotAllowed where it could not even be kept."""

    @abstractmethod
    def why_not_reported(self, codes: Collection[str], *, plan: Plan, place: Place) -> Mapping[str, str]:
        """Why nothing can be reported of these. A fixed number of queries."""

    @abstractmethod
    def lock(self, upload: Upload) -> None:
        """Whoever reports or decides on one of the rows meanwhile waits."""

    @abstractmethod
    def file(self, rows: Sequence[Entry], upload: Upload) -> None:
        """Files the rows in the transaction of the caller, as the person who uploaded it. Raises NotAllowed."""

    @abstractmethod
    def form_url(self, row: R, upload: Upload) -> str: ...

    def reason(self, refusal: NotAllowed) -> str:
        """Returns the text of a refusal, with the column that it is about where the sentence does not say so."""
        column = next((each for each in self.filled if each.name == refusal.field), None)
        if column is None:
            return str(refusal)
        return _("%(label)s: %(text)s") % {"label": column.label, "text": refusal}


class SubjectMonth[R: MonthRow](MonthKind[R]):
    """The common part of the months of measures and of projects. `unknown_code` and `not_yet_listed`: said of a code
    that is none of the plan, and of one that was listed later; `url_of`: what gives the address of a report's form."""

    subjects: ClassVar[type[Measure | Project]]
    unknown_code: ClassVar[str | Promise]
    not_yet_listed: ClassVar[str | Promise]
    url_of: ClassVar[Callable[..., str]]

    @abstractmethod
    def is_held_by(self, subject: Any, place: Place) -> bool: ...

    def why_not_reported(self, codes: Collection[str], *, plan: Plan, place: Place) -> Mapping[str, str]:
        rows: Any = self.subjects._default_manager
        found = rows.in_plan(plan).filter(code__in=codes).prefetch_related("scope_changes")
        subjects = {each.code: each for each in found}
        return {code: str(self._why_not_reported(subjects.get(code), place)) for code in codes}

    def _why_not_reported(self, subject: Any, place: Place) -> str | Promise | NotAllowed:
        if subject is None:
            return self.unknown_code
        if not self.is_held_by(subject, place):
            return self.filing_refusal
        try:
            check_in_plan(subject)
        except NotAllowed as refusal:
            return refusal
        return self.not_yet_listed

    def form_url(self, row: R, upload: Upload) -> str:
        assert upload.period is not None and upload.plan is not None
        return type(self).url_of(row.subject.code, upload.period, plan=upload.plan.action_slug)


def written_evidence(row: MonthRow, cells: Cells) -> list[EvidenceData]:
    """The documents and links that its report would have. Raises NotAllowed."""
    is_open = row.open_report is not None
    evidence = list(_written_evidence(row.pieces if is_open else (), cells))
    if len(evidence) + (row.files if is_open else 0) > MAX_EVIDENCE:
        raise too_many()
    return evidence


def _written_evidence(pieces: Iterable[AbstractEvidence], cells: Cells) -> Iterator[EvidenceData]:
    """Yield the documents and links that the report has afterwards: the first of each as the file says, the others as
    they were. Raises NotAllowed."""
    wanted, changed = {name: cells[name] for name in EVIDENCE}, dict[str, str]()
    for each in pieces:
        own = {name: wanted.pop(name) for name in EVIDENCE if name in wanted and getattr(each, name)}
        if all(getattr(each, name) == value for name, value in own.items()):
            yield {"document_number": each.document_number, "url": each.url, "title": each.title_zh or each.title_en}
        else:
            changed |= own
    for name, value in (changed | wanted).items():
        if value:
            yield {name: CLEAN[name](value)}
