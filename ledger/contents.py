"""The site's data of a plan, in the words of the ledger: a file is compared with it, an export writes it."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator
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


# Many rows with long texts, on which no row of another sheet rests.
SHEETS_OF_MONTHS = ("project_months", "project_month_evidence")


def read_contents(plan: Plan | None, *, without: Container[str] = ()) -> Contents:
    """Reads the site's own rows and the plan's, but for the sheets `without`. A query a sheet, and one for each of its
    columns that hold many."""
    contents = Contents()
    for sheet in BINDINGS:
        if sheet not in without and (plan is not None or not BINDINGS[sheet].plan):
            READERS.get(sheet, _read_plain)(sheet, plan, contents)
    if plan is not None:
        _read_links(plan, contents)
    return contents


def rows_of(sheet: str, plan: Plan | None) -> QuerySet[Any]:
    binding = BINDINGS[sheet]
    rows = binding.model._default_manager.all()
    if binding.plan:
        rows = rows.filter(**{binding.plan: plan.pk if plan else None})
    return rows.exclude(**binding.excluded) if binding.excluded else rows


def key_of(sheet: str, values: Values) -> Key:
    return tuple(values.get(column) for column in SHEETS[sheet].key)


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


def _read_plain(sheet: str, plan: Plan | None, contents: Contents) -> None:
    for pk, values in _read(sheet, plan):
        key = key_of(sheet, values)
        contents.rows[sheet][key], contents.ids[sheet][key] = values, pk


def _read(sheet: str, plan: Plan | None, *beside: str) -> Iterator[tuple[int, Values]]:
    """Each row with its id, by id; `beside`: paths that are read, too."""
    columns = _columns(sheet)
    paths = [path_of(each) for each in columns]
    links = {each: _read_many(sheet, each, plan) for each in SHEETS[sheet].columns if each.many}
    names = [each.name for each in columns] + list(beside)
    for pk, *found in rows_of(sheet, plan).order_by("pk").values_list("pk", *paths, *beside):
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
    _read_plain(sheet, plan, contents)
    for values in contents.rows[sheet].values():
        values["remove"] = values["removed_on"] = None


def _read_problems(sheet: str, plan: Plan | None, contents: Contents) -> None:
    _read_plain(sheet, plan, contents)
    drafts = Problem.objects.filter(plan=plan, raised_on=None)
    for *key, category in drafts.values_list("measure__code", "project__code", "number", "category__slug"):
        contents.draft_problems.add(tuple(key))
        contents.draft_categories |= {category} - {None}


def _read_problem_steps(sheet: str, plan: Plan | None, contents: Contents) -> None:
    problems = {pk: key for key, pk in contents.ids["problems"].items()}
    seen: Counter[Key] = Counter()
    for pk, values in _read(sheet, plan, "problem_id"):
        of = problems[values.pop("problem_id")]
        values["measure"], values["project"], values["problem"] = of
        seen[*of, values["made_on"]] += 1
        values["number"] = seen[*of, values["made_on"]]
        key = key_of(sheet, values)
        contents.rows[sheet][key], contents.ids[sheet][key] = values, pk


def _read_meeting_items(sheet: str, plan: Plan | None, contents: Contents) -> None:
    problems = {pk: key for key, pk in contents.ids["problems"].items()}
    steps = {pk: key for key, pk in contents.ids["problem_steps"].items()}
    for pk, values in _read(sheet, plan, "meeting__number", "problem_id", "direction_id"):
        values["meeting"] = values.pop("meeting__number")
        values["measure"], values["project"], values["problem"] = problems[values.pop("problem_id")]
        direction = steps.get(values.pop("direction_id"))
        values["direction_on"], values["direction_number"] = direction[3:] if direction else (None, None)
        key = key_of(sheet, values)
        contents.rows[sheet][key], contents.ids[sheet][key] = values, pk


def _read_reports(sheet: str, plan: Plan | None, contents: Contents) -> None:
    seen: Counter[Key] = Counter()
    for pk, values in _read(sheet, plan):
        seen[values["measure"], values["submitted_on"]] += 1
        values["number"] = seen[values["measure"], values["submitted_on"]]
        key = key_of(sheet, values)
        contents.rows[sheet][key], contents.ids[sheet][key] = values, pk
    _read_earlier_submissions(plan, contents)


def _read_earlier_submissions(plan: Plan | None, contents: Contents) -> None:
    steps = ReportStep.objects.filter(report__measure__plan=plan, move__in=HAND_IN_MOVES)
    handed_in = set(steps.values_list("report__measure__code", "made_on"))
    contents.earlier_submissions |= handed_in - {key[:2] for key in contents.rows["reports"]}


def _read_months(sheet: str, plan: Plan | None, contents: Contents) -> None:
    seen: Counter[Key] = Counter()
    for pk, values in _read(sheet, plan):
        of = (values["project"], values["period"], values["submitted_on"])
        seen[of] += 1
        values["number"] = seen[of]
        key = key_of(sheet, values)
        contents.rows[sheet][key], contents.ids[sheet][key] = values, pk
    steps = ProjectMonthStep.objects.filter(report__project__plan=plan, move__in=HAND_IN_MOVES)
    handed_in = set(steps.values_list("report__project__code", "report__period", "made_on"))
    contents.earlier_submissions |= handed_in - {key[:3] for key in contents.rows[sheet]}


def _read_annual_plan_changes(sheet: str, plan: Plan | None, contents: Contents) -> None:
    plans = {pk: key for key, pk in contents.ids["annual_plans"].items()}
    for pk, values in _read(sheet, plan, "annual_plan_id"):
        values["project"], values["year"] = plans[values.pop("annual_plan_id")]
        key = key_of(sheet, values)
        contents.rows[sheet][key], contents.ids[sheet][key] = values, pk


def _read_evidence(sheet: str, plan: Plan | None, contents: Contents) -> None:
    """Read the documents and links that stand behind reports; files are left out, since a load neither brings nor
    removes any."""
    about = EVIDENCE_OF[sheet]
    reports = {pk: key for key, pk in contents.ids[about].items()}
    for pk, values in _read(sheet, plan, "report"):
        values |= zip(SHEETS[about].key, reports[values.pop("report")], strict=True)
        if values["document_number"] or values["url"]:
            key = key_of(sheet, values)
            contents.rows[sheet][key], contents.ids[sheet][key] = values, pk


def _read_history(sheet: str, plan: Plan | None, contents: Contents) -> None:
    reports = {pk: key for key, pk in contents.ids["reports"].items()}
    seen: Counter[Key] = Counter()
    rows = list(_read(sheet, plan, "supersedes_id", "report_id"))
    keys: dict[int, Key] = {}
    for pk, values in rows:
        seen[values["measure"], values["recorded_at"]] += 1
        values["number"] = seen[values["measure"], values["recorded_at"]]
        keys[pk] = key_of(sheet, values)
    for pk, values in rows:
        replaced, behind = keys.get(values.pop("supersedes_id")), reports.get(values.pop("report_id"))
        values["supersedes"], values["supersedes_number"] = replaced[1:] if replaced else (None, None)
        values["report"], values["report_number"] = behind[1:] if behind else (None, None)
        contents.rows[sheet][keys[pk]], contents.ids[sheet][keys[pk]] = values, pk


def _read_people(sheet: str, plan: Plan | None, contents: Contents) -> None:
    """Superusers are in no file, and rows on record may name them."""
    _read_plain(sheet, plan, contents)
    superusers = User.objects.filter(is_superuser=True).values_list("username", "pk")
    contents.ids[sheet] |= {(username,): pk for username, pk in superusers}


def _read_scopes(sheet: str, plan: Plan | None, contents: Contents) -> None:
    """Reads the rows on who left the plan and returned. A withdrawal that stands is in the row of the measure or
    project, too."""
    subject = SHEETS[sheet].column(SHEETS[sheet].key[0])
    seen: Counter[Key] = Counter()
    newest: dict[str, Values] = {}
    for pk, values in _read(sheet, plan):
        code = values[subject.name]
        seen[code, values["recorded_at"]] += 1
        values["number"] = seen[code, values["recorded_at"]]
        key = key_of(sheet, values)
        contents.rows[sheet][key], contents.ids[sheet][key] = values, pk
        if code not in newest or _when(newest[code]) <= _when(values):
            newest[code] = values
    for code, values in newest.items():
        if values["kind"] == ScopeKind.WITHDRAWN:
            left = contents.rows[subject.refers_to][code,]
            left["remove"], left["removed_on"] = values["reason"], values["effective_on"]


def _when(change: Values) -> tuple[date, datetime]:
    return change["effective_on"], change["recorded_at"]


def _read_links(plan: Plan, contents: Contents) -> None:
    rows = contents.rows["links"]
    projects: Any = Project.measures.through._default_manager.filter(measure__plan=plan)
    for measure, project in projects.values_list("measure__code", "project__code"):
        rows[measure, project, None] = {"measure": measure, "project": project, "indicator": None}
    indicators: Any = Indicator.measures.through._default_manager.filter(measure__plan=plan)
    for measure, indicator in indicators.values_list("measure__code", "indicator__code"):
        rows[measure, None, indicator] = {"measure": measure, "project": None, "indicator": indicator}


def _read_indicators(sheet: str, plan: Plan | None, contents: Contents) -> None:
    _read_plain(sheet, plan, contents)
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
    "problem_steps": _read_problem_steps,
    "meeting_items": _read_meeting_items,
    "reports": _read_reports,
    "evidence": _read_evidence,
    "status_history": _read_history,
    "scope_changes": _read_scopes,
    "project_scope_changes": _read_scopes,
    "annual_plan_changes": _read_annual_plan_changes,
    "project_months": _read_months,
    "project_month_evidence": _read_evidence,
}


def order_of(keys: Iterable[Key]) -> list[Key]:
    """Keys in an order that is the same on every machine; empty parts first."""
    return sorted(keys, key=lambda key: [(part is not None, part if part is not None else 0) for part in key])
