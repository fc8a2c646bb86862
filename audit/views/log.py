"""The page of the log: who did what, when and from where. Those who may see logs read it; nobody changes it."""

import functools
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from typing import Any

import django_filters
from auditlog.models import LogEntry
from dateutil.parser import parse as parse_datetime
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, DateTimeField, ForeignKey, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts.access_rules import LOG_READERS
from accounts.log import MASK, Event, Result, log_export, log_reading, result_of
from audit.seals import seal_state
from core.clock import SHANGHAI
from core.statement_timeout import statement_timeout
from web.errors import BadQuery, not_one_of
from web.formats.dates import format_datetime
from web.formats.numbers import NO_VALUE, format_number
from web.formats.text import format_list
from web.language import localized
from web.lists.exports import EXPORT_FORMATS, ExportRow, FileInfo, check_rows, export
from web.lists.filters import ChoiceFilter, DayFilter, SearchFilter
from web.views import FilteredListView, TodayView

_EVENT = "additional_data__event"
_IS_A_CHANGE = Q(**{f"{_EVENT}__isnull": True})
# Of these models the changes have kinds of their own; those of all others are changes of the data.
_MODELS = {
    "accounts": [("accounts", "user"), ("auth", "group")],
    "tokens": [("accounts", "accesstoken")],
    "reports": [("measures", "reportstep")],
}
KINDS: dict[str, tuple[str | Promise, Q]] = {
    "logins": (gettext_lazy("Log-ins and log-outs"), Q(**{f"{_EVENT}__in": [Event.LOGIN, Event.LOGOUT]})),
    "failures": (gettext_lazy("Failed log-ins"), Q(**{f"{_EVENT}__in": [Event.LOGIN_FAILED, Event.LOCKED_OUT]})),
    "accounts": (
        gettext_lazy("Accounts and roles"),
        _IS_A_CHANGE | Q(**{f"{_EVENT}__in": [Event.UNLOCKED, Event.LINK_MADE]}),
    ),
    "tokens": (pgettext_lazy("log", "Access tokens"), _IS_A_CHANGE),
    "reports": (pgettext_lazy("log", "Steps of reports"), _IS_A_CHANGE),
    "data": (gettext_lazy("Changes of the data"), _IS_A_CHANGE),
    "exports": (gettext_lazy("Exports"), Q(**{_EVENT: Event.EXPORT})),
    "settings": (gettext_lazy("Settings"), Q(**{_EVENT: Event.SETTINGS})),
    "refusals": (pgettext_lazy("log", "Refusals"), Q(**{_EVENT: Event.REFUSED})),
    "log": (
        pgettext_lazy("log", "The log itself"),
        Q(**{f"{_EVENT}__in": [Event.LOG_READ, Event.LOG_CHECKED, Event.LOG_PRUNED]}),
    ),
}
# Of a file. Rows that are read and written at once.
CHUNK = 500
COLUMNS: Mapping[str, Mapping[str, Any]] = {
    "id": {"description": gettext_lazy("Number of the entry, which the check against the seals names")},
    "time": {"description": gettext_lazy("When, by the clock of Shanghai")},
    "person": {"description": gettext_lazy("Who; empty: the site itself, or a command on the server")},
    "what": {"description": pgettext_lazy("log", "What was done")},
    "object": {"description": gettext_lazy("With which object")},
    "details": {"description": gettext_lazy("Old and new values, and what else is known")},
    "result": {"description": gettext_lazy("Whether it was done, refused, or failed")},
    "address": {"description": gettext_lazy("From which address")},
    "request": {"description": gettext_lazy("Id of the request, as in X-Request-ID")},
}


def _of_models(kind: str) -> Q:
    return Q.create(
        [
            Q(content_type__app_label=app, content_type__model=model)
            for each, models in _MODELS.items()
            for app, model in models
            if each == kind or kind == "data"
        ],
        Q.OR,
    )


class SearchChanges(SearchFilter):
    """Finds words of the changes too, and the id of a request: SQLite keeps letters beyond ASCII as escapes there."""

    def filter(self, qs: QuerySet[Any, Any], value: str) -> QuerySet[Any, Any]:
        qs = qs.alias(changes_as_text=Cast("changes", TextField()))
        for word in (value or "").split():
            found = Q(object_repr__icontains=word) | Q(remote_addr__icontains=word) | Q(cid=word)
            for spelling in {word, ascii_spelling(word)}:
                found |= Q(changes_as_text__icontains=spelling)
            qs = qs.filter(found)
        return qs


def ascii_spelling(word: str) -> str:
    """Return the word as JSON in ASCII has it, without the quotes."""
    return word.encode("ascii", "backslashreplace").decode() if word.isprintable() else word


class LogFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    since = DayFilter(method="filter_since", label=pgettext_lazy("log", "From"))
    until = DayFilter(method="filter_until", label=pgettext_lazy("log", "To"))
    who = django_filters.CharFilter(method="filter_who", label=gettext_lazy("Person (user name)"))
    what = ChoiceFilter(
        method="filter_what", choices=[(name, label) for name, (label, _q) in KINDS.items()], label=gettext_lazy("What")
    )
    search = SearchChanges(label=gettext_lazy("Search by object, change or address"))

    shown = ("since", "until", "who", "what", "search")

    def filter_since(self, qs: QuerySet[LogEntry], name: str, day: date) -> QuerySet[LogEntry]:
        return qs.filter(timestamp__gte=_start_of(day))

    def filter_until(self, qs: QuerySet[LogEntry], name: str, day: date) -> QuerySet[LogEntry]:
        return qs if day == date.max else qs.filter(timestamp__lt=_start_of(day + timedelta(days=1)))

    def filter_who(self, qs: QuerySet[LogEntry], name: str, value: str) -> QuerySet[LogEntry]:
        """Filter by account; failed log-ins by the name that was typed."""
        typed = Q(object_repr__icontains=value, **{f"{_EVENT}__in": [Event.LOGIN_FAILED, Event.LOCKED_OUT]})
        return qs.filter(Q(actor__username__icontains=value) | typed)

    def filter_what(self, qs: QuerySet[LogEntry], name: str, value: list[str]) -> QuerySet[LogEntry]:
        return qs.filter(functools.reduce(operator.or_, map(_is_of_kind, value)))


def _is_of_kind(name: str) -> Q:
    kind: Q = KINDS[name][1]
    if name == "data":
        return kind & ~_of_models(name)
    return kind & _of_models(name) if name in _MODELS else kind


def _start_of(day: date) -> datetime:
    # Years 1 and 9999 have moments that UTC has not.
    start = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    return start.astimezone(UTC) if day.year > 1 else datetime(1, 1, 1, tzinfo=UTC)


class LogPage(TodayView, FilteredListView):
    template_name = "audit/log.html"
    filterset_class = LogFilter
    orderings = {"time": ["timestamp"]}
    default_ordering = "-time"
    http_method_names = ["get", "head", "options"]
    permission = LOG_READERS

    def get_queryset(self) -> QuerySet[LogEntry]:
        # Joined, both would be read of every entry before the page.
        entries: QuerySet[LogEntry] = LogEntry.objects.prefetch_related("actor", "content_type")
        return entries

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if file_format := request.GET.get("format", ""):
            return self.get_file(file_format)
        response: HttpResponse = super().get(request, *args, **kwargs)
        if request.method == "GET":
            log_reading(request)
        return response

    def get_file(self, file_format: str) -> HttpResponseBase:
        """All rows of the filters. Raises BadQuery for a format that there is not, or that has no room for them."""
        if file_format not in EXPORT_FORMATS:
            raise BadQuery({"format": [not_one_of(EXPORT_FORMATS)]})
        # Without the entry that tells of this file.
        newest = LogEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        rows = self.listing().rows.filter(pk__lte=newest)
        count = rows.count()
        check_rows(file_format, count)
        log_export(self.request, what="log", file_format=file_format, rows=count)
        return export(
            file_format,
            name=f"log-{self.day}",
            columns=list(COLUMNS),
            rows=_exported(rows),
            about=FileInfo(
                title="log",
                day=self.day,
                address=self.request.build_absolute_uri(),
                filters={name: value for name in LogFilter.base_filters if (value := self.request.GET.get(name))},
                columns=COLUMNS,
            ),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        is_filtered = any(self.request.GET.get(name) for name in LogFilter.base_filters)
        rows = log_rows(list(context["page"]))
        return context | {"rows": rows, "is_filtered": is_filtered, "seals": seal_state()}


def _exported(entries: QuerySet[LogEntry]) -> Iterator[ExportRow]:
    with statement_timeout(settings.PILOTZONE_EXPORT_TIMEOUT):
        for chunk in batched(entries.iterator(chunk_size=CHUNK), CHUNK):
            for entry, row in zip(chunk, log_rows(chunk), strict=True):
                yield {
                    "id": entry.pk,
                    "time": row.at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
                    "person": row.who,
                    "what": row.what,
                    "object": row.subject,
                    "details": "\n".join(row.details),
                    "result": row.result.label,
                    "address": row.address,
                    "request": entry.cid,
                }


@dataclass(frozen=True)
class LogRow:
    """An entry as the page shows it. `who` is an account, or the name that somebody typed (`is_typed`); empty: the
    site itself, or a command on the server."""

    at: datetime
    who: str
    is_typed: bool
    what: str
    subject: str
    details: list[str]
    result: Result
    address: str


def log_rows(entries: Sequence[LogEntry]) -> list[LogRow]:
    names = _names_of_references(entries)
    return [_row(entry, names) for entry in entries]


# Whoever does it is the object too.
_OF_PERSON = (Event.LOGIN, Event.LOGOUT, Event.EXPORT, Event.REFUSED, Event.LOG_READ)


def _row(entry: LogEntry, names: Mapping[tuple[type[Model], str], str]) -> LogRow:
    more = entry.additional_data or {}
    event = more.get("event")
    is_typed = event in (Event.LOGIN_FAILED, Event.LOCKED_OUT)
    is_of_person = event in _OF_PERSON or is_typed
    who = entry.object_repr if is_typed else entry.actor.get_username() if entry.actor else ""
    what, details = _what_and_details(entry, event, names)
    if reason := more.get("reason"):
        details.append(_("Reason: %(reason)s") % {"reason": reason})
    if source := more.get("source"):
        details.append(_("Source: %(source)s") % {"source": source})
    return LogRow(
        at=entry.timestamp,
        who=who,
        is_typed=is_typed,
        what=what,
        subject="" if is_of_person else entry.object_repr,
        details=details,
        result=result_of(more),
        address=entry.remote_addr or "",
    )


def _what_and_details(
    entry: LogEntry, event: str | None, names: Mapping[tuple[type[Model], str], str]
) -> tuple[str, list[str]]:
    if event is not None and event in _DETAILS:
        return str(Event(event).label), _DETAILS[event](entry.additional_data)
    is_step = (entry.content_type.app_label, entry.content_type.model) in _MODELS["reports"]
    if is_step and entry.changes:
        return _value(_field(entry, "move"), entry.changes["move"][1], names), []
    what = str(Event(event).label) if event in Event.values else _what(entry)
    return what, [_details_of_change(entry, name, change, names) for name, change in _changes_of(entry)]


def _what(entry: LogEntry) -> str:
    model = entry.content_type.model_class()
    kind = str(model._meta.verbose_name) if model else entry.content_type.model
    texts = {
        LogEntry.Action.CREATE: pgettext("log", "Added: %(kind)s"),
        LogEntry.Action.UPDATE: pgettext("log", "Changed: %(kind)s"),
        LogEntry.Action.DELETE: pgettext("log", "Deleted: %(kind)s"),
        LogEntry.Action.ACCESS: pgettext("log", "Read: %(kind)s"),
    }
    return texts[entry.action] % {"kind": kind}


def _details_of_export(more: Mapping[str, Any]) -> list[str]:
    parts = [f"{more['what']}.{more['format']}"]
    if more["rows"] is not None:
        parts.append(_("rows: %(count)s") % {"count": format_number(more["rows"])})
    if more["as_of"]:
        parts.append(_("as of %(day)s") % {"day": more["as_of"]})
    return [format_list([*parts, *_by_token(more)]), more["address"]]


def _by_token(more: Mapping[str, Any]) -> list[str]:
    return [] if more["token"] is None else [_("by access token “%(name)s”") % {"name": more["token"]}]


def _details_of_refusal(more: Mapping[str, Any]) -> list[str]:
    return [f"{more['method']} {more['path']}", *_by_token(more)]


def _details_of_check(more: Mapping[str, Any]) -> list[str]:
    numbers = {"count": format_number(more["checked"]), "found": format_number(more["found"])}
    return [_("entries: %(count)s, faults: %(found)s") % numbers, more["seal"] or NO_VALUE]


def _details_of_pruning(more: Mapping[str, Any]) -> list[str]:
    words = {"count": format_number(more["entries"]), "file": more["file"]}
    return [_("entries: %(count)s, file: %(file)s") % words, f"SHA-256 {more['sha256']}", more["seal"]]


# Who vouched for a person who came without a password of this site.
_WAYS = {"provider": gettext_lazy("By single sign-on"), "directory": gettext_lazy("By the directory")}


def _details_of_login(more: Mapping[str, Any]) -> list[str]:
    return [str(_WAYS[way])] if (way := more.get("way")) in _WAYS else []


# Of events that change no row.
_DETAILS: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    Event.LOGIN: _details_of_login,
    Event.LOGIN_FAILED: _details_of_login,
    Event.EXPORT: _details_of_export,
    Event.REFUSED: _details_of_refusal,
    Event.LOG_READ: lambda more: [more["address"]],
    Event.LOG_CHECKED: _details_of_check,
    Event.LOG_PRUNED: _details_of_pruning,
}


def _changes_of(entry: LogEntry) -> Iterable[tuple[str, Any]]:
    """Field -> old and new value, or the links that came or went; what a new row has left empty is left out."""
    for name, change in (entry.changes or {}).items():
        is_empty = isinstance(change, list) and change[0] in ("None", "") and change[1] in ("None", "")
        # Of a row that went, auditlog has its key, and what referred to it.
        is_other = name == "id" or getattr(_field(entry, name), "auto_created", False)
        if not is_empty and not is_other:
            yield name, change


def _field(entry: LogEntry, name: str) -> Any:
    model = entry.content_type.model_class()
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _details_of_change(entry: LogEntry, name: str, change: Any, names: Mapping[tuple[type[Model], str], str]) -> str:
    field = _field(entry, name)
    label = capfirst(str(getattr(field, "verbose_name", name)))
    if isinstance(change, Mapping):
        texts = {"add": _("%(field)s: added %(names)s"), "delete": _("%(field)s: removed %(names)s")}
        return texts[change["operation"]] % {"field": label, "names": format_list(change["objects"])}
    old, new = (_value(field, each, names) for each in change)
    if change[1] == MASK:
        return _("%(field)s: another one") % {"field": label} if change[0] == MASK else label
    if name == entry.object_repr:
        # A setting: its name is the object.
        return f"{old} → {new}"
    if entry.action == LogEntry.Action.CREATE:
        return _("%(field)s: %(value)s") % {"field": label, "value": new}
    if entry.action == LogEntry.Action.DELETE:
        return _("%(field)s: %(value)s") % {"field": label, "value": old}
    return _("%(field)s: %(old)s → %(new)s") % {"field": label, "old": old, "new": new}


def _value(field: Any, value: str | None, names: Mapping[tuple[type[Model], str], str]) -> str:
    if value in (None, "None", ""):
        return NO_VALUE
    assert value is not None
    if isinstance(field, BooleanField):
        return _("Yes") if value == "True" else _("No")
    if isinstance(field, ForeignKey):
        return names.get((field.related_model, value), value)
    if isinstance(field, DateTimeField):
        return _format_moment(value)
    return str(dict(getattr(field, "flatchoices", ())).get(value, value))


def _format_moment(value: str) -> str:
    """The log has moments as texts, in UTC."""
    try:
        moment = parse_datetime(value)
    except ValueError:
        return value
    return format_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _names_of_references(entries: Iterable[LogEntry]) -> dict[tuple[type[Model], str], str]:
    """(model, key as the log has it) -> the name of the row now. One query for each model that is referred to."""
    keys = defaultdict[type[Model], set[str]](set)
    for entry in entries:
        for name, change in _changes_of(entry):
            field = _field(entry, name)
            if isinstance(field, ForeignKey) and isinstance(change, list):
                keys[field.related_model] |= {each for each in change if str(each).isdecimal()}
    return {
        (model, str(pk)): _name_of(row)
        for model, found in keys.items()
        for pk, row in model._base_manager.in_bulk(map(int, found)).items()
    }


def _name_of(row: Model) -> str:
    named = next((name for name in ("short", "title", "name") if hasattr(row, f"{name}_zh")), None)
    return localized(row, named) if named else str(row)
