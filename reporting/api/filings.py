"""The API of what is filed and reviewed: read by whoever may, and written by those who file it.

An app's own endpoints say what one is about, what it says, and which services write it; the rest stands here.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.response import Response

from accounts.access_rules import READERS, REPORT_READERS, Facts
from accounts.models import User
from accounts.permissions import may_see_evidence, may_see_names, may_see_report, signed_in
from core.exceptions import NotAllowed
from reporting.doubts import Doubtful
from reporting.evidence import MAX_EVIDENCE
from reporting.models import AbstractFiling
from reporting.services import allowed_moves, withdraw_report
from reporting.workflow import MOVES, STEPS, ReportState
from web.api.endpoints import Endpoint, ListEndpoint, Row
from web.api.request_body import (
    BodyField,
    choice_field,
    flag_field,
    integer_field,
    list_field,
    one_of_objects,
    read_body,
    text_field,
    url_field,
)
from web.api.shapes import (
    AS_OF,
    DAY,
    MOMENT,
    PROBLEM,
    TEXT,
    UPDATED_AT,
    URL,
    WHOLE,
    Shape,
    array,
    choice,
    in_both,
    local_names,
    meaning,
    optional,
    record,
)
from web.days import api_timestamp
from web.language import localized
from web.lists.filters import ChoiceFilter, UpdatedFilterSet

_TITLE = gettext_lazy("What the document or the page is called")
EVIDENCE: dict[str, Shape] = {
    "id": meaning(gettext_lazy("Number of the row"), WHOLE),
    **local_names("title", _TITLE),
    "document_number": meaning(gettext_lazy("Number of the issued document; empty where it is none")),
    "url": meaning(gettext_lazy("Address of the page; empty where it is none")),
    "file_name": meaning(gettext_lazy("Name of the file; empty where it is none")),
}
_KEPT_OF_EVIDENCE: dict[str, Shape] = {
    **in_both("title", _TITLE),
    **{name: EVIDENCE[name] for name in ("document_number", "url", "file_name")},
}

STATE: dict[str, Shape] = {
    "state": choice(ReportState.choices, gettext_lazy("Its present state")),
    "version": meaning(gettext_lazy("Increases with each save; a PUT must give the version that was read"), WHOLE),
}


def kept_content(columns: Mapping[str, Shape]) -> dict[str, Shape]:
    """Returns the shape of what a step keeps: these columns of what was filed, and its evidence."""
    pieces = array(record(_KEPT_OF_EVIDENCE))
    return {**columns, "evidence": meaning(gettext_lazy("Documents, links and files that it had"), pieces)}


def doubts_shape(names: Mapping[str, str | Promise]) -> Shape:
    """Returns the shape of `doubts` in a refusal. `names`: what may be asked about, by the names of the questions."""
    doubt = record(
        {
            "name": choice(names.items(), gettext_lazy("What is to stand in `confirmed`")),
            "field": meaning(gettext_lazy("The field that it is about")),
            "question": meaning(gettext_lazy("What is asked, in the language of the request")),
        }
    )
    return meaning(gettext_lazy("What of it is unlikely and was not confirmed"), array(doubt))


def doubts_of(refusal: NotAllowed) -> Row:
    if not isinstance(refusal, Doubtful):
        return {}
    columns = ("name", "field", "question")
    return {"doubts": [{name: getattr(each, name) for name in columns} for each in refusal.doubts]}


def confirmed_field(names: Collection[str]) -> BodyField:
    return list_field(choice_field(names), most=len(names)).described_as(
        meaning(gettext_lazy("What of it is unlikely and is so all the same, by the names that a refusal gave"))
    )


def life(kept: Mapping[str, Shape]) -> dict[str, Shape]:
    """Returns the shapes of a report's evidence, of what became of it and of what may be done. `kept`: what each of its
    steps keeps."""
    step: dict[str, Shape] = {
        "move": choice(STEPS, gettext_lazy("What happened")),
        "made_on": meaning(gettext_lazy("The day"), DAY),
        "made_at": meaning(gettext_lazy("The moment; null where the day alone is known"), optional(MOMENT)),
        "made_by": meaning(
            gettext_lazy(
                "User name of whoever did it; null for those who may not see names, and where nobody is known"
            ),
            optional(TEXT),
        ),
        "note": meaning(gettext_lazy("The words of the reviewing office")),
        "content": meaning(
            gettext_lazy("What the report said then; null where an earlier version of the site had not kept it"),
            optional(record(kept)),
        ),
    }
    return {
        "evidence": meaning(gettext_lazy("Documents, links and files that prove it"), array(record(EVIDENCE))),
        "submitted_on": meaning(gettext_lazy("The day it was last submitted; null where it never was"), optional(DAY)),
        "decided_on": meaning(gettext_lazy("The day on which it was decided; null until then"), optional(DAY)),
        "decision_note": meaning(
            gettext_lazy("What the reviewing office wrote; null for those who see accepted reports only"),
            optional(TEXT),
        ),
        "steps": meaning(
            gettext_lazy("Its life, oldest first; null for those who see accepted reports only"),
            optional(array(record(step))),
        ),
        "moves": meaning(
            gettext_lazy("What the caller may do with it now"), array(choice((move.name, move.label) for move in MOVES))
        ),
    }


def filing_columns(
    *,
    about: Mapping[str, Shape],
    period: Shape,
    said: Mapping[str, Shape],
    kept: Mapping[str, Shape],
    origin: Mapping[str, Shape],
) -> dict[str, Shape]:
    """Returns the columns of what is filed. `about`: what it is about; `said`: what it says itself; `kept`: what each
    of its steps keeps; `origin`: where it comes from."""
    return {
        "id": meaning(gettext_lazy("Number of the report"), WHOLE),
        **about,
        "department": meaning(gettext_lazy("Slug of the department that wrote it")),
        "period": period,
        **STATE,
        **said,
        **life(kept),
        **origin,
        "updated_at": UPDATED_AT,
        "url": URL,
    }


_CALLED = text_field(most=200).described_as(meaning(_TITLE))
_DOCUMENT = {
    "document_number": text_field(most=80, required=True).described_as(
        meaning(gettext_lazy("Number of the issued document"))
    ),
    "title": _CALLED,
}
_LINK = {
    "url": url_field(most=500, required=True).described_as(meaning(gettext_lazy("Address of the page"))),
    "title": _CALLED,
}
# What may be sent of any, and what must be of one that is changed.
SENT: dict[str, BodyField] = {
    "evidence": list_field(
        one_of_objects(_DOCUMENT, _LINK, message=lambda: _("Give either a document number or an address.")),
        most=MAX_EVIDENCE,
    ).described_as(meaning(gettext_lazy("Documents and links that prove it"))),
    "submit": flag_field().described_as(meaning(gettext_lazy("Whether it is handed to the reviewing office at once"))),
}
VERSION: dict[str, BodyField] = {"version": integer_field(required=True).described_as(STATE["version"])}
NOTHING: dict[str, BodyField] = {}


class FilingFilter(UpdatedFilterSet):
    state = ChoiceFilter(choices=ReportState.choices, label=gettext_lazy("State"))


class FilingEndpoint(Endpoint):
    """The base of the list of all that was filed about something and of a single one: who sees which, how one is shown,
    and how a refusal is.

    An app's own has `filing_columns`.
    """

    model: type[AbstractFiling]
    body: Mapping[str, BodyField] = {}
    # What each step keeps.
    kept: Mapping[str, Shape]
    # What a refusal says besides the one that stands in the way.
    conflict_columns: Mapping[str, Shape] = {}

    @cached_property
    def subject(self) -> Any:
        """Returns the subject of the filings. Raises Http404 for one that is not there on the day."""
        raise NotImplementedError

    def of_subject(self) -> Any:
        """Every filing about it, with what one is shown by."""
        raise NotImplementedError

    def content(self, report: Any) -> Row:
        """Returns the report's own content, by the names of `columns`."""
        raise NotImplementedError

    def kept_row(self, content: Row) -> Row:
        """Returns the content that a step kept, by the names of `kept` but evidence."""
        return {name: content[name] for name in self.kept if name != "evidence"}

    def filing_address(self, report: Any) -> str:
        raise NotImplementedError

    def options(self, values: dict[str, Any]) -> dict[str, Any]:
        """Takes out of what was sent what the services take beside what a report says."""
        reason = values.pop("confirmed_reason", "")
        return {
            "evidence": values.pop("evidence", None),
            "submit": values.pop("submit", False),
            "answers": dict.fromkeys(values.pop("confirmed", ()), reason),
        }

    @classmethod
    def write_shape(cls) -> Shape:
        return record({"as_of": AS_OF, **cls.columns})

    @classmethod
    def conflict_shape(cls) -> Shape:
        theirs = meaning(gettext_lazy("The report as it stands now"), record(cls.columns))
        also = {"theirs": theirs, **cls.conflict_columns}
        return record({**PROBLEM["properties"], **also}, sometimes=("errors", *also))

    def read(self, data: Any) -> dict[str, Any]:
        """Returns what was sent, by the names that services know. Raises BadBody."""
        return read_body(data, self.body)

    def conflict_details(self, refusal: NotAllowed) -> Row:
        """Returns those of `conflict_columns` that the refusal knows."""
        return doubts_of(refusal)

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, NotAllowed):
            # The other version, or what else the caller can choose by.
            if isinstance(theirs := getattr(exc, "theirs", None), self.model):
                response.data["theirs"] = self.row(theirs)
            response.data.update(self.conflict_details(exc))
        return response

    def sees_whole(self, report: Any) -> bool:
        """Also while it is not accepted, with the reviewer's words and all steps."""
        return may_see_report(self.request.user, department=report.readers_department_id, is_accepted=False)

    def filings(self) -> Any:
        """Returns the filings submitted by the day, and drafts that were last edited by it."""
        by_the_day = Q(submitted_on__lte=self.day) | Q(submitted_on=None, edited_at__date__lte=self.day)
        found = self.of_subject().filter(by_the_day)
        return found.prefetch_related("evidence", "steps__made_by", "department__merged_into")

    def row(self, report: Any) -> Row:
        whole = self.sees_whole(report)
        values = {
            "id": report.pk,
            "department": report.department.slug,
            "state": report.state,
            "version": report.version,
            "evidence": self.evidence(report),
            "submitted_on": report.submitted_on,
            "decided_on": report.decided_on,
            "decision_note": report.decision_note if whole else None,
            "steps": self.steps(report) if whole else None,
            "moves": [move.name for move in allowed_moves(report, self.request.user)],
            "provenance": report.provenance,
            "updated_at": api_timestamp(report.updated_at),
            "url": self.filing_address(report),
            **self.content(report),
        }
        return {name: values[name] for name in self.columns}

    def evidence(self, report: Any) -> list[Row]:
        accepted = report.state == ReportState.ACCEPTED
        files = may_see_evidence(self.request.user, department=report.readers_department_id, is_accepted=accepted)
        return [
            {
                "id": each.pk,
                **text_in_both(each, "title"),
                "document_number": each.document_number,
                "url": each.url,
                "file_name": each.file_name,
            }
            for each in sorted(report.evidence.all(), key=lambda evidence: evidence.pk)
            if files or not each.file
        ]

    def steps(self, report: Any) -> list[Row]:
        names = may_see_names(self.request.user)
        return [
            {
                "move": step.move,
                "made_on": step.made_on,
                "made_at": step.made_at and api_timestamp(step.made_at),
                "made_by": step.made_by.get_username() if names and step.made_by else None,
                "note": step.note,
                "content": self.step_content(step.content) if step.content else None,
            }
            for step in sorted(report.steps.all(), key=lambda step: step.pk)
        ]

    def step_content(self, content: Row) -> Row:
        """Returns the content of a step as its shape has it: PostgreSQL forgets the order of keys."""
        evidence = [{name: each[name] for name in _KEPT_OF_EVIDENCE} for each in content["evidence"]]
        return {**self.kept_row(content), "evidence": evidence}

    def answer(self, report: Any, **more: Any) -> Response:
        return Response({"as_of": self.day, **self.row(report)}, **more)


class FilingList(FilingEndpoint, ListEndpoint):
    """A list to which a new one is added; `body` is what is sent of it."""

    http_method_names = ["get", "head", "options", "post"]
    permission = READERS

    def file(self, values: dict[str, Any], *, by: User) -> Any:
        """Makes one of what was sent."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        visible: QuerySet[Any] = self.filings().visible_to(self.request.user)
        return visible

    def make_rows(self, objects: Sequence[Any]) -> Iterable[Row]:
        return self.with_asked_fields(map(self.row, objects))

    def post(self, request: Any, code: str) -> Response:
        report = self.file(self.read(request.data), by=signed_in(request.user))
        headers = {"Location": self.filing_address(report)}
        return self.answer(report, status=status.HTTP_201_CREATED, headers=headers)


class FilingDetail(FilingEndpoint):
    """A single one, which may be changed; `body` is what is sent for that, `rewrite` the service that changes it."""

    http_method_names = ["get", "head", "options", "put"]
    permission = REPORT_READERS
    rewrite: Callable[..., Any]

    @cached_property
    def filing(self) -> Any:
        report = self.filings().filter(pk=self.kwargs["report"]).first()
        if report is None:
            raise Http404
        return report

    def permission_facts(self) -> Facts:
        report = self.filing
        return {"department": report.readers_department_id, "is_accepted": report.state == ReportState.ACCEPTED}

    def get_answer(self, request: Any, code: str, report: int) -> Response:
        return self.answer(self.filing)

    def put(self, request: Any, code: str, report: int) -> Response:
        # Whoever changes it must see it, too: it may be of the department that led before.
        self.check_row("GET")
        values = self.read(request.data)
        by, version, options = signed_in(request.user), values.pop("version"), self.options(values)
        return self.answer(self.rewrite(self.filing, by=by, version=version, values=values, **options))


class FilingMove(FilingDetail):
    """A move that needs no words. `make_move`: the service that makes it."""

    http_method_names = ["post", "options"]
    created_status = status.HTTP_200_OK
    make_move: Callable[..., Any]

    def post(self, request: Any, code: str, report: int) -> Response:
        self.check_row("GET")
        read_body(request.data or {}, NOTHING)
        return self.answer(self.make_move(self.filing, by=signed_in(request.user)))


class FilingSubmission(FilingMove):
    write_summary = gettext_lazy("Hands a draft or a returned report to the office.")


class FilingWithdrawal(FilingMove):
    write_summary = gettext_lazy("Takes a submitted report back, until it is decided.")
    make_move = staticmethod(withdraw_report)


def text_in_both(thing: Any, field: str) -> dict[str, str]:
    return {
        field: localized(thing, field),
        **{f"{field}_{code}": getattr(thing, f"{field}_{code}") for code in ("zh", "en")},
    }
