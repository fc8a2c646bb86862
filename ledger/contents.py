"""The site's data of a plan, in the words of the ledger: a file is compared with it, an export writes it."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from core.clock import SHANGHAI
from core.scope import ScopeKind
from indicators.models import HeadlineIndicator, Indicator
from ledger.bindings import BINDINGS, EVIDENCE_OF, path_of
from ledger.declaration import Column
from ledger.rows import Key, Values
from ledger.sheets import SHEETS
from measures.models import Plan, ReportStep
from problems.models import Problem
from projects.models import Project, ProjectMonthStep
from reporting.workflow import HAND_IN_MOVES


@dataclass
class Contents:
    """The values of each row, and its id, by sheet and key."""

    rows: dict[str, dict[Key, Values]] = field(default_factory=lambda: {name: {} for name in SHEETS})
    ids: dict[str, dict[Key, int]] = field(default_factory=lambda: {name: {} for name in SHEETS})
    # Of reports that were handed in again since: the start of their keys, up to an earlier day of submission.
    earlier_submissions: set[Key] = field(default_factory=set)
    # Of drafts of problems, which are in no file: measure, project and number, and what they are sorted under.
    draft_problems: set[Key] = field(default_factory=set)
    draft_categories: set[str] = field(default_factory=set)


# Of a sheet: the paths to the ids of the rows that its rows belong to or name, each with the sheet of these and the
# columns that the end of their keys goes to.
_PROBLEM = {"problem_id": ("problems", ("measure", "project", "problem"))}
LINKS: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "problem_steps": _PROBLEM,
    "meeting_items": {
        "meeting_id": ("meetings", ("meeting",)),
        **_PROBLEM,
        "direction_id": ("problem_steps", ("direction_on", "direction_number")),
    },
    "status_history": {"report_id": ("reports", ("report", "report_number"))},
    "annual_plan_changes": {"annual_plan_id": ("annual_plans", ("project", "year"))},
    **{sheet: {"report_id": (reports, SHEETS[reports].key)} for sheet, reports in EVIDENCE_OF.items()},
}
STEPS = {"reports": ReportStep, "project_months": ProjectMonthStep}
# Many rows with long texts, on which no row of another sheet rests.
SHEETS_OF_MONTHS = ("project_months", "project_month_evidence")


def read_contents(plan: Plan | None, *, without: Container[str] = ()) -> Contents:
    """Reads the site's own rows and the plan's, but for the sheets `without`. A query a sheet, and where it has
    rows one for each of its columns that hold many."""
    contents = Contents()
    for sheet in BINDINGS:
        if sheet not in without and (plan is not None or not BINDINGS[sheet].plan):
            READERS.get(sheet, _read_rows)(sheet, plan, contents)
    if plan is not None:
        _read_links(plan, contents)
    return contents


def rows_of(sheet: str, plan: Plan | None) -> QuerySet[Any]:
    binding = BINDINGS[sheet]
    rows = binding.model._default_manager.all()
    if binding.plan:
        rows = rows.filter(**{binding.plan: plan.pk if plan else None})
    return rows.exclude(**binding.excluded) if binding.excluded else rows


def begun_sheets(plan: Plan | None) -> set[str]:
    """Return the sheets whose rows a first table brings and of which there are some. A query for each."""
    return {sheet for sheet in ("measures", "projects") if rows_of(sheet, plan).exists()}


def key_of(sheet: str, values: Values) -> Key:
    return tuple(values.get(column) for column in SHEETS[sheet].key)


def with_all_columns(sheet: str, values: Values) -> Values:
    """Returns the values of a new row, with those that are not given as empty ones."""
    return {column.name: () if column.many else None for column in SHEETS[sheet].columns} | values


def plain(value: Any) -> Any:
    """Returns a value as the ledger says it: no empty text, no zeros after the last digit, and moments of Shanghai."""
    if value == "":
        return None
    if isinstance(value, Decimal):
        return normalized(value)
    return value.astimezone(SHANGHAI) if isinstance(value, datetime) else value


def normalized(value: Decimal) -> Decimal:
    """Returns a number without zeros at the end, and without an exponent."""
    short = value.normalize()
    return short.quantize(Decimal(1)) if short.as_tuple().exponent > 0 else short  # type: ignore[operator]  # a number


def _columns(sheet: str) -> list[Column]:
    """Returns the columns of a sheet that one query reads."""
    return [each for each in SHEETS[sheet].columns if not each.many and path_of(each)]


def _read_rows(sheet: str, plan: Plan | None, contents: Contents, *beside: str) -> None:
    """Reads the rows of a sheet, with what they say of the rows that they belong to; `beside`: paths that are read,
    too."""
    links = LINKS.get(sheet, {})
    rows = list(_read(sheet, plan, *links, *beside))
    for path, (other, columns) in links.items():
        _fill_in(rows, path, contents.ids[other], columns)
    # Of otherwise equal keys the database has the order alone.
    is_numbered = SHEETS[sheet].key[-1:] == ("number",) and not path_of(SHEETS[sheet].column("number"))
    seen: Counter[Key] = Counter()
    for pk, values in rows:
        if is_numbered:
            group = key_of(sheet, values)[:-1]
            seen[group] += 1
            values["number"] = seen[group]
        key = key_of(sheet, values)
        contents.rows[sheet][key], contents.ids[sheet][key] = values, pk


def _fill_in(rows: Iterable[tuple[int, Values]], path: str, ids: Mapping[Key, int], columns: Sequence[str]) -> None:
    """Puts the end of the key of another row into the columns, where there was its id; None where there is none."""
    keys = {pk: key for key, pk in ids.items()}
    for _pk, values in rows:
        key = keys.get(values.pop(path), (None,) * len(columns))
        values |= zip(columns, key[-len(columns) :], strict=True)


def _read(sheet: str, plan: Plan | None, *beside: str) -> Iterator[tuple[int, Values]]:
    """Each row with its id, by id; `beside`: paths that are read, too."""
    columns = _columns(sheet)
    paths = [path_of(each) for each in columns]
    names = [each.name for each in columns] + list(beside)
    rows = list(rows_of(sheet, plan).order_by("pk").values_list("pk", *paths, *beside))
    links = {each: _read_many(sheet, each, plan) for each in SHEETS[sheet].columns if each.many and rows}
    for pk, *found in rows:
        values = dict(zip(names, map(plain, found), strict=True))
        for column, linked in links.items():
            values[column.name] = tuple(linked.get(pk, ()))
        yield pk, values


def _read_many(sheet: str, column: Column, plan: Plan | None) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    path = path_of(column)
    for pk, value in rows_of(sheet, plan).filter(**{f"{path}__isnull": False}).order_by(path).values_list("pk", path):
        found.setdefault(pk, []).append(value)
    return found


def _read_leaving(sheet: str, plan: Plan | None, contents: Contents) -> None:
    """Measures or projects; `_read_scopes` says who of them was withdrawn."""
    _read_rows(sheet, plan, contents)
    for values in contents.rows[sheet].values():
        values["remove"] = values["removed_on"] = None


def _read_problems(sheet: str, plan: Plan | None, contents: Contents) -> None:
    _read_rows(sheet, plan, contents)
    drafts = Problem.objects.filter(plan=plan, raised_on=None)
    for *key, category in drafts.values_list("measure__code", "project__code", "number", "category__slug"):
        contents.draft_problems.add(tuple(key))
        contents.draft_categories |= {category} - {None}


def _read_reports(sheet: str, plan: Plan | None, contents: Contents) -> None:
    """Reads reports of measures or of projects, and as what they were submitted before."""
    _read_rows(sheet, plan, contents)
    subject, *month = SHEETS[sheet].key[:-2]
    steps = STEPS[sheet]._default_manager.filter(**{f"report__{subject}__plan": plan}, move__in=HAND_IN_MOVES)
    handed_in = set(steps.values_list(f"report__{subject}__code", *(f"report__{name}" for name in month), "made_on"))
    contents.earlier_submissions |= handed_in - {key[:-1] for key in contents.rows[sheet]}


def _read_evidence(sheet: str, plan: Plan | None, contents: Contents) -> None:
    """Read the documents and links that stand behind reports; files are left out, since a load neither brings nor
    removes any."""
    _read_rows(sheet, plan, contents)
    for key in [key for key in contents.ids[sheet] if key[-2:] == (None, None)]:
        del contents.rows[sheet][key], contents.ids[sheet][key]


def _read_history(sheet: str, plan: Plan | None, contents: Contents) -> None:
    _read_rows(sheet, plan, contents, "supersedes_id")
    rows = [(contents.ids[sheet][key], values) for key, values in contents.rows[sheet].items()]
    _fill_in(rows, "supersedes_id", contents.ids[sheet], ("supersedes", "supersedes_number"))


def _read_people(sheet: str, plan: Plan | None, contents: Contents) -> None:
    """Superusers are in no file, and rows on record may name them."""
    _read_rows(sheet, plan, contents)
    superusers = User.objects.filter(is_superuser=True).values_list("username", "pk")
    contents.ids[sheet] |= {(username,): pk for username, pk in superusers}


def _read_scopes(sheet: str, plan: Plan | None, contents: Contents) -> None:
    """Reads the rows on who left the plan and returned. A withdrawal that stands is in the row of the measure or
    project, too."""
    _read_rows(sheet, plan, contents)
    subject = SHEETS[sheet].column(SHEETS[sheet].key[0])
    newest: dict[str, Values] = {}
    for values in contents.rows[sheet].values():
        code = values[subject.name]
        if code not in newest or _when(newest[code]) <= _when(values):
            newest[code] = values
    for code, values in newest.items():
        if values["kind"] == ScopeKind.WITHDRAWN:
            left = contents.rows[subject.refers_to][code,]
            left["remove"], left["removed_on"] = values["reason"], values["effective_on"]


def _when(change: Values) -> tuple[date, datetime]:
    return change["effective_on"], change["recorded_at"]


def _read_links(plan: Plan, contents: Contents) -> None:
    for name, model in (("project", Project), ("indicator", Indicator)):
        links: Any = model.measures.through._default_manager.filter(measure__plan=plan)
        for measure, code in links.values_list("measure__code", f"{name}__code"):
            values = {"measure": measure, "project": None, "indicator": None, name: code}
            contents.rows["links"][key_of("links", values)] = values


def _read_indicators(sheet: str, plan: Plan | None, contents: Contents) -> None:
    _read_rows(sheet, plan, contents)
    headlines = HeadlineIndicator.objects.filter(plan=plan).values_list("indicator__code", "number")
    numbers = dict(headlines) if plan else {}
    for (code,), values in contents.rows[sheet].items():
        values["headline"] = numbers.get(code)


READERS = {
    "indicators": _read_indicators,
    "people": _read_people,
    "measures": _read_leaving,
    "projects": _read_leaving,
    "problems": _read_problems,
    "reports": _read_reports,
    "evidence": _read_evidence,
    "status_history": _read_history,
    "scope_changes": _read_scopes,
    "project_scope_changes": _read_scopes,
    "project_months": _read_reports,
    "project_month_evidence": _read_evidence,
}


def order_of(keys: Iterable[Key]) -> list[Key]:
    """Keys in an order that is the same on every machine; empty parts first."""
    return sorted(keys, key=lambda key: [(part is not None, part if part is not None else 0) for part in key])
