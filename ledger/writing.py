"""Writes merged rows to their tables, with as few statements as there are tables."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField, Model
from django.db.models.expressions import DatabaseDefault
from django.db.models.functions import Now

from accounts.models import User
from core.provenance import Provenance
from core.timestamps import UpdatedAtModel
from indicators.models import HeadlineIndicator, Indicator, Observation
from ledger.bindings import BINDINGS, EVIDENCE_OF
from ledger.contents import order_of
from ledger.merging import Item
from ledger.rows import Key
from ledger.sheets import SHEETS
from measures.models import Load, Measure, Plan, StatusChange
from problems.models import Problem, ProblemStep
from projects.models import Project
from regions.models import RegionKind
from reporting.models import AbstractReport
from reporting.workflow import ReportState

# Rows of one statement.
BATCH_SIZE = 1_500
Ids = dict[str, dict[Key, int]]


def _named_before_naming(sheet: str, items: list[Item]) -> list[list[Item]]:
    """Rows of a sheet that name others of it, after those that they may name; each part is one statement."""
    if sheet == "regions":
        # A parent stands before its children: the country, the province, the cities, the counties.
        return [[item for item in items if item["kind"] == kind] for kind in RegionKind]
    # The one that does a merged one's work is not merged itself, nor derived what others are derived from.
    names_another = {"departments": "merged_into", "indicators": "derived_form"}.get(sheet)
    if names_another is None:
        return [items]
    return [[item for item in items if (item[names_another] is not None) == does] for does in (False, True)]


def lock_plan(plan: Plan) -> Plan:
    """Returns the plan; whoever decides on one of its measures meanwhile, or loads another file, waits."""
    locked = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    list(Measure.objects.select_for_update().filter(plan=plan).order_by("pk").values_list("pk"))
    return locked


class Writer:
    """Writes what a load does, sheet by sheet in their order; `ids` grows by what it adds."""

    def __init__(self, load: Load | None, plan: Plan | None, ids: Ids, *, by: User | None) -> None:
        self.load, self.plan, self.ids, self.by = load, plan, ids, by

    def add(self, sheet: str, items: list[Item]) -> None:
        if sheet == "status_history":
            self._add_history(items)
        elif sheet in ("problem_steps", "project_months"):
            # In the order in which they were made, which theirs in the table tells.
            self._add(sheet, _in_order(items))
        elif sheet != "links":
            for rows in _named_before_naming(sheet, items):
                self._add(sheet, rows)

    def _add(self, sheet: str, items: list[Item]) -> None:
        model: Any = BINDINGS[sheet].model
        rows = [model(**self._values(sheet, item)) for item in items]
        for row, item in zip(rows, items, strict=True):
            self._complete(row, item)
        if sheet == "problem_steps":
            _keep_contents(rows)
        model._default_manager.bulk_create(rows, batch_size=BATCH_SIZE)
        self.ids[sheet] |= {item.key: row.pk for item, row in zip(items, rows, strict=True)}
        self.link(sheet, items)
        if sheet == "indicators":
            self._set_headlines(items)

    def change(self, sheet: str, items: list[Item]) -> None:
        """One statement a few hundred rows: an insertion that finds each row there already."""
        if not items:
            return
        if sheet == "observations":
            self._correct(items)
            return
        model: Any = BINDINGS[sheet].model
        changed = {self.ids[sheet][item.key]: item for item in items}
        rows = list(model._default_manager.select_for_update().filter(pk__in=changed).order_by("pk"))
        for row in rows:
            for cell in changed[row.pk].cells:
                for attribute, value in self._attribute(sheet, cell.column, cell.new).items():
                    setattr(row, attribute, value)
        upsert(model, rows, self._fields(sheet, items))
        self.link(sheet, items)
        if sheet == "indicators":
            self._set_headlines([item for item in items if any(cell.column == "headline" for cell in item.cells)])

    def _set_headlines(self, items: list[Item]) -> None:
        """The places of indicators on the overview of the plan."""
        own = {self.ids["indicators"][item.key]: item["headline"] for item in items}
        HeadlineIndicator.objects.filter(plan=self.plan, indicator__in=own).delete()
        HeadlineIndicator.objects.bulk_create(
            HeadlineIndicator(plan=self.plan, indicator_id=pk, number=number)
            for pk, number in own.items()
            if number is not None
        )

    def _correct(self, items: list[Item]) -> None:
        """An observation is not rewritten: the wrong one stays visible, and counts for no day."""
        assert self.load is not None
        wrong = {item.key: self.ids["observations"][item.key] for item in items}
        Observation.objects.filter(pk__in=wrong.values()).update(superseded=True)
        rows = [Observation(**self._values("observations", item)) for item in items]
        for row, item in zip(rows, items, strict=True):
            row.supersedes_id, row.reason = wrong[item.key], self.load.reason
            if self.by is not None:
                row.recorded_at, row.recorded_by = self.load.loaded_at, self.by
        Observation.objects.bulk_create(rows, batch_size=BATCH_SIZE)
        self.ids["observations"] |= {item.key: row.pk for item, row in zip(items, rows, strict=True)}

    def _fields(self, sheet: str, items: list[Item]) -> list[str]:
        """Returns the names of the model fields that the changed cells belong to."""
        changed = {cell.column for item in items for cell in item.cells}
        columns = [SHEETS[sheet].column(name) for name in sorted(changed)]
        return [each.field for each in columns if each.field and not each.many]

    def remove(self, sheet: str, items: list[Item]) -> None:
        if items:
            pks = [self.ids[sheet][item.key] for item in items]
            BINDINGS[sheet].model._default_manager.filter(pk__in=pks).delete()

    def _values(self, sheet: str, item: Item) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in SHEETS[sheet].columns:
            if item[column.name] is not None:
                values |= self._attribute(sheet, column.name, item[column.name])
        if BINDINGS[sheet].plan == "plan":
            values["plan"] = self.plan
        return values

    def _attribute(self, sheet: str, name: str, value: Any) -> dict[str, Any]:
        """The attribute of a model's row that a column's value becomes."""
        column = SHEETS[sheet].column(name)
        attribute = column.field
        if not attribute or column.many:
            return {}
        if column.refers_to:
            return {f"{attribute}_id": None if value is None else self.ids[column.refers_to][(value,)]}
        field: Any = BINDINGS[sheet].model._meta.get_field(attribute)
        return {attribute: "" if value is None and field.empty_strings_allowed and not field.null else value}

    def _complete(self, row: Any, item: Item) -> None:
        """Fills in the values that a new row needs and its sheet does not say."""
        if item.sheet == "people":
            row.set_unusable_password()
        elif item.sheet == "published_figures":
            row.provenance = Provenance.PUBLISHED
        elif item.sheet in EVIDENCE_OF:
            row.report_id = self.ids[EVIDENCE_OF[item.sheet]][item.key[:-2]]
        elif item.sheet == "annual_plan_changes":
            row.annual_plan_id = self.ids["annual_plans"][item.key[:2]]
        elif item.sheet == "problem_steps":
            row.problem_id = self.ids["problems"][item.key[:3]]
        elif item.sheet == "meeting_items":
            row.meeting_id = self.ids["meetings"][item.key[:1]]
            row.problem_id = self.ids["problems"][item.key[1:]]
            if item["direction_on"] is not None:
                row.direction_id = self.ids["problem_steps"][direction_key(item)]

    def link(self, sheet: str, items: Iterable[Item]) -> None:
        """The links of columns that hold many, as the rows have them now."""
        for name in SHEETS[sheet].links:
            target = SHEETS[sheet].column(name).refers_to
            added, taken = [], []
            for item in items:
                before = set(item.site[name]) if item.site else set()
                own = self.ids[sheet][item.key]
                added += [(own, self.ids[target][(key,)]) for key in item[name] if key not in before]
                taken += [(own, self.ids[target][(key,)]) for key in before - set(item[name])]
            write_links(BINDINGS[sheet].model._meta.get_field(name), added, taken)

    def _add_history(self, items: list[Item]) -> None:
        changes = {item.key: self._change(item) for item in items}
        _count_acceptances(changes.values())
        replaced = {item.key: replaced_key(item) for item in items if item["supersedes"] is not None}
        self._add_changes({key: row for key, row in changes.items() if key not in replaced})
        # A corrected row stands before its correction.
        while replaced:
            ready = [key for key, old in replaced.items() if old in self.ids["status_history"]]
            for key in ready:
                changes[key].supersedes_id = self.ids["status_history"][replaced.pop(key)]
            self._add_changes({key: changes[key] for key in ready})

    def _add_changes(self, changes: Mapping[Key, StatusChange]) -> None:
        StatusChange.objects.bulk_create(changes.values(), batch_size=BATCH_SIZE)
        self.ids["status_history"] |= {key: row.pk for key, row in changes.items()}

    def _change(self, item: Item) -> StatusChange:
        behind = (item["measure"], item["report"], item["report_number"] or 1)
        row = StatusChange(**self._values("status_history", item))
        row.report_id = None if item["report"] is None else self.ids["reports"][behind]
        row.load = self.load
        return row


def _in_order(items: Iterable[Item]) -> list[Item]:
    by_key = {item.key: item for item in items}
    return [by_key[key] for key in order_of(by_key)]


def _keep_contents(steps: Iterable[ProblemStep]) -> None:
    """A file does not say what a problem said when a step was made with it: what it says now is kept."""
    problems = Problem.objects.select_related("category").prefetch_related("helpers")
    contents = {pk: each.content() for pk, each in problems.in_bulk({step.problem_id for step in steps}).items()}
    for step in steps:
        step.content = contents[step.problem_id]


def direction_key(item: Item) -> Key:
    """Returns the key of the step that a meeting made with a problem."""
    return (*item.key[1:], item["direction_on"], item["direction_number"] or 1)


def _count_acceptances(changes: Iterable[StatusChange]) -> None:
    """Several may rest on one report: its acceptance was undone and made again."""
    resting = sorted((row for row in changes if row.report_id is not None), key=lambda row: row.recorded_at)
    there = StatusChange.objects.filter(report__in={row.report_id for row in resting})
    count: Counter[int | None] = Counter(there.values_list("report", flat=True))
    for row in resting:
        count[row.report_id] += 1
        row.acceptance = count[row.report_id]


def replaced_key(item: Item) -> Key:
    return (item["measure"], item["supersedes"], item["supersedes_number"] or 1)


def insert(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Makes new rows from values by attribute (`project_id` for a foreign key); what a row leaves out has the default
    of its field. `bulk_create` takes three times as long: it makes objects, and prepares each value anew."""
    blank = vars(model())
    with connection.cursor() as cursor:
        columns: list[Any] = [
            (field, _preparation(field, cursor.db))
            for field in model._meta.concrete_fields
            if not field.primary_key and not isinstance(blank[field.attname], DatabaseDefault)
        ]
        quote = connection.ops.quote_name
        names, places = ", ".join(quote(field.column) for field, _prepare in columns), ", ".join(["%s"] * len(columns))
        statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608  # names of our own
        defaults = [(field.attname, blank[field.attname], prepare) for field, prepare in columns]
        values = ([prepare(row.get(name, default)) for name, default, prepare in defaults] for row in rows)
        cursor.executemany(statement, values)  # type: ignore[arg-type]  # drivers take any iterable


def _preparation(field: Any, database: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    """Returns the function that makes a value of the field one of the database. Days, states and names come again and
    again."""

    def prepare(value: Any) -> Any:
        return field.get_db_prep_save(value, database)

    return prepare if isinstance(field, JSONField) else cache(prepare)


def upsert(model: Any, rows: list[Any], fields: list[str]) -> None:
    """Writes these fields of rows that are there."""
    if not fields:
        return
    if issubclass(model, UpdatedAtModel):
        fields = [*fields, "updated_at"]
        for row in rows:
            row.updated_at = Now()
    model._default_manager.bulk_create(
        rows, batch_size=BATCH_SIZE, update_conflicts=True, unique_fields=["pk"], update_fields=fields
    )


def write_links(relation: Any, added: list[tuple[int, int]], taken: list[tuple[int, int]]) -> None:
    """Pairs of ids: the row with the many-to-many, and what it is linked with."""
    through = relation.remote_field.through
    here, there = f"{relation.m2m_field_name()}_id", f"{relation.m2m_reverse_field_name()}_id"
    rows = [through(**{here: own, there: other}) for own, other in dict.fromkeys(added)]
    through._default_manager.bulk_create(rows, batch_size=BATCH_SIZE, ignore_conflicts=True)
    if taken:
        wanted = set(taken)
        found = through._default_manager.filter(**{f"{here}__in": {own for own, _other in wanted}})
        gone = [pk for pk, own, other in found.values_list("pk", here, there) if (own, other) in wanted]
        through._default_manager.filter(pk__in=gone).delete()


def write_both_links(new: Iterable[Item], removed: Iterable[Item], ids: Ids) -> None:
    """Writes the links of measures with projects, and with indicators."""
    for column, model in (("project", Project), ("indicator", Indicator)):
        added, taken = (
            [
                (ids[f"{column}s"][(item[column],)], ids["measures"][(item["measure"],)])
                for item in items
                if item[column] is not None
            ]
            for items in (new, removed)
        )
        write_links(model._meta.get_field("measures"), added, taken)


def add_steps(model: type[AbstractReport], report_ids: Collection[int]) -> None:
    """Adds the known steps of reports that came without any: the days of submission and decision."""
    any_model: Any = model
    reports = any_model.objects.filter(pk__in=report_ids, steps=None).prefetch_related("evidence").order_by("pk")
    step_model = any_model._meta.get_field("steps").related_model
    steps = []
    for report in reports:
        decision = "accept" if report.state == ReportState.ACCEPTED else "return"
        content = report.content()
        moves = [("submit", report.submitted_on, report.submitted_at, report.submitted_by_id, "")]
        if report.decided_on:
            moves.append((decision, report.decided_on, report.decided_at, report.decided_by_id, report.decision_note))
        steps += [
            {
                "report_id": report.pk,
                "move": move,
                "made_on": on,
                "made_at": at,
                "made_by_id": by,
                "note": note,
                "content": content,
            }
            for move, on, at, by, note in moves
        ]
    insert(step_model, steps)


def analyze_tables(models: Iterable[type[Model]]) -> None:
    """A database that was empty a moment ago plans as if it still were, and would count for minutes."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
