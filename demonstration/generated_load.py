"""Plans for load tests: copies of the demo's plan, so that a site of a thousand plans can be measured.

A copy has its own rows of the tables in `PLAN_PATHS`, and shares departments, regions, people and indicators. It
differs from the demo's plan in ids, slug, name and codes, and every row of it is illustrative. Nothing is random: copy
2 is the same on every machine.

Not copied: published figures (a source spoke of the one plan), files (a file belongs to one report), meetings, the
links of indicators (each would list a thousand times its measures), and the steps of months (each repeats what its
month says, and no figure reads them).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, reset_queries, transaction
from django.db.models import Exists, Max, Model, OuterRef
from django.utils import timezone

from core.provenance import Provenance
from core.timestamps import UpdatedAtModel
from demonstration.fixtures import SOURCE
from indicators.models import HeadlineIndicator
from ledger.bindings import BINDINGS
from ledger.commit import commit_ledger
from ledger.rows import Ledger
from ledger.writing import analyze_tables
from measures.models import (
    Comment,
    Evidence,
    Measure,
    Plan,
    Report,
    ReportStep,
    ScopeChange,
    Section,
    StatusChange,
    TermsChange,
)
from problems.models import Meeting, MeetingItem, Problem, ProblemCategory, ProblemStep
from projects.models import AnnualPlan, AnnualPlanChange, Category, Project, ProjectMonth, ProjectMonthEvidence
from projects.models import ScopeChange as ProjectScopeChange
from projects.models import TermsChange as ProjectTermsChange
from rollups.models import MeasureRollup, ProjectRollup
from rollups.services import rebuild_rollups
from themes.models import MEMBERS, Theme

# The numbers of copies have four digits, in slugs and codes.
MAX_PLANS = 9_999

# The tables of which a plan has rows of its own, and the path from a row to its plan.
PLAN_PATHS: Mapping[type[Model], str] = {
    Plan: "pk",
    Section: "plan",
    Measure: "plan",
    Measure.participating_departments.through: "measure__plan",
    ProblemCategory: "plan",
    Problem: "plan",
    Problem.helpers.through: "problem__plan",
    ProblemStep: "problem__plan",
    Meeting: "plan",
    MeetingItem: "meeting__plan",
    Report: "measure__plan",
    Evidence: "report__measure__plan",
    ReportStep: "report__measure__plan",
    StatusChange: "measure__plan",
    ScopeChange: "measure__plan",
    ScopeChange.successors.through: "scopechange__measure__plan",
    Category: "plan",
    Project: "plan",
    Project.also_in.through: "project__plan",
    Project.measures.through: "project__plan",
    ProjectScopeChange: "project__plan",
    AnnualPlan: "project__plan",
    AnnualPlanChange: "annual_plan__project__plan",
    ProjectMonth: "project__plan",
    ProjectMonthEvidence: "report__project__plan",
    HeadlineIndicator: "plan",
    Theme: "plan",
    **{getattr(Theme, name).through: "theme__plan" for name in MEMBERS},
}
# Of which rows may be left out: the path from a row to the month that it is of.
MONTH_PATHS: Mapping[type[Model], str] = {ProjectMonth: "period", ProjectMonthEvidence: "report__period"}
EVIDENCE = (Evidence, ProjectMonthEvidence)


def _numbered(code: str, number: int) -> str:
    """M001 of copy 2 is M0002001: a letter and digits, as codes are."""
    return f"{code[0]}{number:04d}{code[1:]}"


# Columns that must differ from the demo's: their value from the demo's and the number of the copy.
CHANGED_COLUMNS: Mapping[tuple[type[Model], str], Callable[[Any, int], Any]] = {
    (Plan, "slug"): lambda slug, number: f"{slug}-{number:04d}",
    (Plan, "name_zh"): lambda name, number: f"{name}（副本{number:04d}）",
    (Plan, "name_en"): lambda name, number: f"{name} (copy {number:04d})",
    (Plan, "is_current"): lambda _is_current, _number: False,
    (Measure, "code"): _numbered,
    (Project, "code"): _numbered,
    **{(model, "key"): lambda key, number: uuid5(NAMESPACE_URL, f"{key}/{number}") for model in EVIDENCE},
    # COPY takes a value for every column.
    **{
        (model, "updated_at"): lambda _at, _number: timezone.now()
        for model in PLAN_PATHS
        if issubclass(model, UpdatedAtModel)
    },
}
# Columns with the same value in every copy.
FIXED_VALUES: Mapping[str, str] = {
    "provenance": Provenance.ILLUSTRATIVE,
    "lead_provenance": Provenance.ILLUSTRATIVE,
    "investment_provenance": Provenance.ILLUSTRATIVE,
    "source": SOURCE,
}

Row = list[Any]


class LoadRefused(Exception):
    """Why nothing is generated, as a sentence."""


def generate_plans(
    times: int,
    demonstration: Ledger,
    *,
    months: int | None = None,
    on_plan: Callable[[int], Any],
    on_totals: Callable[[], None],
) -> int:
    """Makes the database hold `times` plans: the demonstration's and copies of it. Returns how many were
    added. Each is a transaction of its own.

    `months`: how many a copy has of its projects, the newest ones; None for all that the demonstration made.
    `on_plan` is told how many plans are there at the start, then 1 after each; `on_totals` is called before their
    totals are counted. Raises LoadRefused, having changed nothing.
    """
    (slug,) = (row.values["slug"] for row in demonstration.rows["plan"])
    existing = _existing_plans(slug, demonstration)
    if existing and max(existing) > times:
        highest = max(existing)
        raise LoadRefused(f"There are {highest} plans already, and plans are never taken away: use an empty database.")
    missing = [number for number in range(1, times + 1) if number not in existing]
    on_plan(times - len(missing))
    templates: list[_TableTemplate] = []
    for plans, number in enumerate(missing, times - len(missing) + 1):
        if number == 1:
            commit_ledger(demonstration, None, by=None, unlikely_is_so=True)
        else:
            templates = templates or _table_templates(Plan.objects.get(slug=slug), months=months)
            _add_copy(number, templates)
        # At 1, 2, 4, 8 … plans: PostgreSQL checks foreign keys by query plans made for the size that it last saw.
        if plans & (plans - 1) == 0:
            analyze_tables(PLAN_PATHS)
        on_plan(1)
        # With DEBUG on, Django would keep the text of every statement, rows and all.
        reset_queries()
    # Also plans that an interrupted run added. Until then their totals are counted for each reader.
    if Plan.objects.exclude(Exists(MeasureRollup.objects.filter(plan=OuterRef("pk")))).exists():
        on_totals()
        analyze_tables(PLAN_PATHS)
        rebuild_rollups()
        analyze_tables([MeasureRollup, ProjectRollup])
    return len(missing)


def _copy_slug(slug: str, number: int) -> str:
    """The first is the demo's own plan."""
    return slug if number == 1 else f"{slug}-{number:04d}"


def _existing_plans(slug: str, demonstration: Ledger) -> set[int]:
    """The numbers of the plans in the database. Raises LoadRefused where it may hold somebody's work."""
    numbers = {_copy_slug(slug, number): number for number in range(1, MAX_PLANS + 1)}
    existing = set()
    for each in Plan.objects.values_list("slug", flat=True):
        if each not in numbers:
            raise LoadRefused(f"The plan {each} is neither the demonstration's nor a copy of it.")
        existing.add(numbers[each])
    if not existing and any(_has_rows(sheet) for sheet in BINDINGS):
        raise LoadRefused("There is no plan, but the database is not empty.")
    if existing and 1 not in existing:
        raise LoadRefused("The demonstration's own plan is not there.")
    # What people try out in the demonstration is nobody's work.
    if existing and not settings.PILOTZONE_DEMO:
        _refuse_if_used(slug, demonstration)
    return existing


def _has_rows(sheet: str) -> bool:
    """Accounts and the site's name aside: they are no work."""
    return sheet not in ("people", "site") and BINDINGS[sheet].model._default_manager.exists()


def _refuse_if_used(slug: str, demonstration: Ledger) -> None:
    """A site in real use may have begun with the demonstration's rows."""
    for model, name in ((Measure, "measures"), (Project, "projects")):
        codes = model._default_manager.filter(**{f"{PLAN_PATHS[model]}__slug": slug}).values_list("code", flat=True)
        if other := set(codes) ^ {row.values["code"] for row in demonstration.rows[name]}:
            raise LoadRefused(f"The {name} of the demonstration are not as shipped: see {min(other)}.")
    work = (
        Report.objects.exclude(submitted_by=None, edited_by=None, decided_by=None),
        StatusChange.objects.exclude(recorded_by=None),
        Comment.objects.all(),
        TermsChange.objects.all(),
        ProjectTermsChange.objects.all(),
        AnnualPlan.objects.all(),
        ProjectMonth.objects.all(),
        Problem.objects.filter(raised_on=None),
        ProblemStep.objects.exclude(made_by=None),
        Meeting.objects.exclude(number__in=[row.values["number"] for row in demonstration.rows.get("meetings", [])]),
    )
    if any(rows.exists() for rows in work):
        raise LoadRefused("People have filed, decided, changed or commented here.")


class _TableTemplate:
    """The demo's rows of a table, to be copied. A reference to another row of the plan is held as that row's position
    among the demo's rows of its table; a copy adds the id at which its own rows of that table begin.
    """

    def __init__(self, model: type[Model], rows: list[Row], positions: Mapping[Any, Mapping[int, int]]) -> None:
        fields = list(enumerate(model._meta.concrete_fields))
        self.model = model
        self.references = [(at, field.related_model) for at, field in fields if field.related_model in PLAN_PATHS]
        self.changes = [
            (at, CHANGED_COLUMNS[model, field.attname])
            for at, field in fields
            if (model, field.attname) in CHANGED_COLUMNS
        ]
        self.rows: list[Row] = [[FIXED_VALUES.get(field.attname, row[at]) for at, field in fields] for row in rows]
        for row in self.rows:
            for at, target in self.references:
                if row[at] is not None:
                    row[at] = positions[target][row[at]]

    def copy(self, number: int, first_ids: Mapping[Any, int]) -> Iterator[Row]:
        """The rows of the copy of that number."""
        for pk, template in enumerate(self.rows, first_ids[self.model]):
            row = template.copy()
            row[0] = pk
            for at, target in self.references:
                if row[at] is not None:
                    row[at] += first_ids[target]
            for at, change in self.changes:
                row[at] = change(row[at], number)
            yield row


def _table_templates(plan: Plan, *, months: int | None = None) -> list[_TableTemplate]:
    rows: dict[type[Model], list[Row]] = {}
    periods = ProjectMonth.objects.in_plan(plan).order_by("-period").values_list("period", flat=True).distinct()
    for model, path in PLAN_PATHS.items():
        found = model._default_manager.filter(**{path: plan.pk}).order_by("pk")
        if model in EVIDENCE:
            found = found.filter(file="")
        if months is not None and model in MONTH_PATHS:
            found = found.filter(**{f"{MONTH_PATHS[model]}__in": list(periods[:months])})
        rows[model] = list(found.values_list(*(field.attname for field in model._meta.concrete_fields)))
    positions = {model: {row[0]: position for position, row in enumerate(found)} for model, found in rows.items()}
    return [_TableTemplate(model, found, positions) for model, found in rows.items()]


@transaction.atomic
def _add_copy(number: int, templates: Iterable[_TableTemplate]) -> None:
    first_ids = {model: (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1 for model in PLAN_PATHS}
    for each in templates:
        _insert(each.model, each.copy(number, first_ids))
    # The rows brought ids of their own, which PostgreSQL's sequences do not know.
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(PLAN_PATHS)):
            cursor.execute(statement)


def _insert(model: type[Model], rows: Iterator[Row]) -> None:
    """Rows with all columns, in the model's order. PostgreSQL takes a thousand plans by COPY in three minutes, by
    INSERT in ten.
    """
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create([model(*row) for row in rows])
        return
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.attname) for field in model._meta.concrete_fields)
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor:
        from psycopg.types.json import JsonbDumper

        cursor.adapters.register_dumper(dict, JsonbDumper)
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
