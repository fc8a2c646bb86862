"""Plans for load tests: straight copies of the demo's plan, so that a site of a thousand plans can be measured.

A copy has rows of its own wherever a plan owns rows (`OWNED`), and shares departments, regions, people and indicators.
It differs from the demo's plan in ids, slug, name and codes, and says of each row that it is made up. Nothing is drawn
by lot: copy 2 is the same on every machine.

Published figures, files and the links of indicators are not copied: a source spoke of the one plan, a file is one
file, and each indicator of the site would list a thousand times its measures.
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
from datasets.loading import FILES, DataSet, tell_the_planner, write
from measures.models import Comment, Evidence, Measure, Plan, Report, Section, StatusChange, TermsChange
from projects.models import Project
from rollups.models import MeasureRollup, ProjectRollup
from rollups.services import rebuild_rollups

# What four digits hold, in slugs and codes.
MOST = 9_999
# As the demo's own made-up rows say it.
MADE_UP = "示例数据 | Made for the demonstration"

# The tables of which a plan owns rows, and the way from such a row to its plan.
OWNED: Mapping[type[Model], str] = {
    Plan: "pk",
    Section: "plan",
    Measure: "section__plan",
    Measure.participating_departments.through: "measure__section__plan",
    Report: "measure__section__plan",
    Evidence: "report__measure__section__plan",
    StatusChange: "measure__section__plan",
    Project: "plan",
    Project.also_in.through: "project__plan",
    Project.measures.through: "project__plan",
}


def _numbered(code: str, number: int) -> str:
    """M001 of copy 2 is M0002001: a letter and digits, as codes are."""
    return f"{code[0]}{number:04d}{code[1:]}"


# Columns that must differ from the demo's, and how the copy of a number has them.
RENEWED: Mapping[tuple[type[Model], str], Callable[[Any, int], Any]] = {
    (Plan, "slug"): lambda slug, number: f"{slug}-{number:04d}",
    (Plan, "name_zh"): lambda name, number: f"{name}（副本{number:04d}）",
    (Plan, "name_en"): lambda name, number: f"{name} (copy {number:04d})",
    (Measure, "code"): _numbered,
    (Project, "code"): _numbered,
    (Evidence, "key"): lambda key, number: uuid5(NAMESPACE_URL, f"{key}/{number}"),
    # COPY takes a value for every column.
    **{
        (model, "updated_at"): lambda _at, _number: timezone.now()
        for model in OWNED
        if issubclass(model, UpdatedAtModel)
    },
}
# Columns that every copy has alike.
RESTATED: Mapping[str, str] = {
    "provenance": Provenance.ILLUSTRATIVE,
    "lead_provenance": Provenance.ILLUSTRATIVE,
    "investment_provenance": Provenance.ILLUSTRATIVE,
    "source": MADE_UP,
}

Row = list[Any]


class Refused(Exception):
    """Why nothing is generated, as a sentence."""


def generate(times: int, data: DataSet, *, on_plan: Callable[[int], Any], on_totals: Callable[[], None]) -> int:
    """Makes the database hold `times` plans: the demo's, which `data` describes, and its copies.

    Loads the demo first where the database is empty. Each plan is a transaction of its own. `on_plan` hears how many
    plans are there at the start, then 1 after each; `on_totals` that their totals are about to be counted. Returns how
    many plans were added. Raises Refused, having changed nothing.
    """
    (slug,) = (row["slug"] for row in data.rows["plans"])
    slugs = {_copy_slug(slug, number): number for number in range(1, MOST + 1)}
    have = _plans_there(slugs, data)
    if have and max(have) > times:
        raise Refused(f"There are {max(have)} plans already, and plans are never taken away: use an empty database.")
    missing = [number for number in range(1, times + 1) if number not in have]
    on_plan(times - len(missing))
    templates: list[_Template] = []
    for plans, number in enumerate(missing, times - len(missing) + 1):
        if number == 1:
            write(data)
        else:
            templates = templates or _templates(Plan.objects.get(slug=slug))
            _add_copy(number, templates)
        # A foreign key is checked by a plan made for the size the table was then known to have.
        if plans & (plans - 1) == 0:
            tell_the_planner(OWNED)
        on_plan(1)
        # With DEBUG on, Django would keep the text of every statement, rows and all.
        reset_queries()
    # Also what was added by a run that ended before this. Until then the plan's totals are counted for each reader.
    if Plan.objects.exclude(Exists(MeasureRollup.objects.filter(plan=OuterRef("pk")))).exists():
        on_totals()
        tell_the_planner(OWNED)
        rebuild_rollups()
        tell_the_planner([MeasureRollup, ProjectRollup])
    return len(missing)


def _copy_slug(slug: str, number: int) -> str:
    """The first is the demo's own plan."""
    return slug if number == 1 else f"{slug}-{number:04d}"


def _plans_there(slugs: Mapping[str, int], data: DataSet) -> set[int]:
    """The numbers of the plans in the database. Raises Refused where it may hold somebody's work."""
    have = set()
    for slug in Plan.objects.values_list("slug", flat=True):
        if slug not in slugs:
            raise Refused(f"The plan {slug} is neither the demonstration's nor a copy of it.")
        have.add(slugs[slug])
    if not have and any(file.model._default_manager.exists() for file in FILES.values()):
        raise Refused("There is no plan, but the database is not empty.")
    if have and 1 not in have:
        raise Refused("The demonstration's own plan is not there.")
    # What people try out in the demonstration is nobody's work.
    if have and not settings.PILOTZONE_DEMO:
        _refuse_work(data)
    return have


def _refuse_work(data: DataSet) -> None:
    """A site in earnest may have begun with the demonstration's rows."""
    (slug,) = (row["slug"] for row in data.rows["plans"])
    for model, name in ((Measure, "measures"), (Project, "projects")):
        codes = model._default_manager.filter(**{f"{OWNED[model]}__slug": slug}).values_list("code", flat=True)
        if other := set(codes) ^ {row["code"] for row in data.rows[name]}:
            raise Refused(f"The {name} of the demonstration are not as shipped: see {min(other)}.")
    work = (
        Report.objects.exclude(submitted_by=None, edited_by=None, decided_by=None),
        StatusChange.objects.exclude(recorded_by=None),
        Comment.objects.all(),
        TermsChange.objects.all(),
    )
    if any(rows.exists() for rows in work):
        raise Refused("People have filed, decided, changed or commented here.")


class _Template:
    """The demo's rows of a table. Where one refers to another row of the plan, it has the place of that row among the
    demo's of its table: the id at which a copy's rows begin, added to it, is the id of the row in the copy.
    """

    def __init__(self, model: type[Model], rows: list[Row], places: Mapping[Any, Mapping[int, int]]) -> None:
        fields = model._meta.concrete_fields
        names = [field.attname for field in fields]
        self.model = model
        self.references = [(at, field.related_model) for at, field in enumerate(fields) if field.related_model in OWNED]
        self.renewals = [(at, RENEWED[model, name]) for at, name in enumerate(names) if (model, name) in RENEWED]
        self.rows = [[RESTATED.get(name, value) for name, value in zip(names, row, strict=True)] for row in rows]
        for row in self.rows:
            for at, target in self.references:
                if row[at] is not None:
                    row[at] = places[target][row[at]]

    def copy(self, number: int, starts: Mapping[Any, int]) -> Iterator[Row]:
        for own_id, template in enumerate(self.rows, starts[self.model]):
            row = template.copy()
            row[0] = own_id
            for at, target in self.references:
                if row[at] is not None:
                    row[at] += starts[target]
            for at, renew in self.renewals:
                row[at] = renew(row[at], number)
            yield row


def _templates(plan: Plan) -> list[_Template]:
    rows: dict[type[Model], list[Row]] = {}
    for model, path in OWNED.items():
        found = model._default_manager.filter(**{path: plan.pk}).order_by("pk")
        if model is Evidence:
            found = found.filter(file="")
        rows[model] = list(found.values_list(*(field.attname for field in model._meta.concrete_fields)))
    places = {model: {row[0]: place for place, row in enumerate(found)} for model, found in rows.items()}
    return [_Template(model, found, places) for model, found in rows.items()]


@transaction.atomic
def _add_copy(number: int, templates: Iterable[_Template]) -> None:
    starts = {model: (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1 for model in OWNED}
    for each in templates:
        _insert(each.model, each.copy(number, starts))
    # PostgreSQL does not notice ids that it did not give out itself.
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(OWNED)):
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
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
