"""The makers of columns: those that a model's field declares, and those that several sheets have."""

from dataclasses import replace
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department, User
from core.codes import CodeField
from core.texts import MAX_REASON_LENGTH
from indicators.models import Indicator
from ledger.declaration import Column, Kind, Text
from measures.models import Measure, Section
from problems.models import ProblemCategory
from projects.models import Category, Project
from regions.models import Region

# The greatest number that rows of a day, or problems of a measure, are counted to.
MAX_COUNT = 999
ModelClass = type[models.Model]
type Field = models.Field[Any, Any]

# The first class that a field is of says its kind.
KINDS: tuple[tuple[type, Kind], ...] = (
    (models.BooleanField, Kind.YES_NO),
    (models.DateTimeField, Kind.MOMENT),
    (models.DateField, Kind.DAY),
    (models.DecimalField, Kind.NUMBER),
    (models.IntegerField, Kind.WHOLE),
    (models.ForeignKey, Kind.REFERENCE),
    (models.ManyToManyField, Kind.REFERENCE),
    (models.SlugField, Kind.CODE),
    (CodeField, Kind.CODE),
    (models.Field, Kind.TEXT),
)
EXAMPLES = {Kind.DAY: "2023-06-30", Kind.MOMENT: "2023-04-13 16:00"}
# The sheets whose rows a reference names.
SHEETS_OF: dict[ModelClass, str] = {
    Region: "regions",
    Department: "departments",
    User: "people",
    Section: "sections",
    Measure: "measures",
    Category: "categories",
    Project: "projects",
    ProblemCategory: "problem_categories",
    Indicator: "indicators",
}


def column_of(
    model: ModelClass,
    field_name: str,
    help: Text = "",
    example: str | None = None,
    *,
    name: str = "",
    label: Text = "",
    kind: Kind | None = None,
    required: bool | None = None,
    least: int | None = None,
    most: int | None = None,
    unit_in: str = "",
    optional_where: tuple[str, str] | None = None,
    in_wan: bool = False,
    is_deadline: bool = False,
    width: int = 0,
) -> Column:
    """Makes the column of a field: what is not given here is as the model declares it.

    `name` and `label`: where the ledger calls it otherwise. `example`: None for that of its kind.
    """
    field: Any = model._meta.get_field(field_name)
    kind = kind or _kind(field)
    own_least, own_most = _limits(field)
    return Column(
        name or field_name,
        label or field.verbose_name,
        help,
        EXAMPLES.get(kind, "") if example is None else example,
        kind,
        _needs_value(field) if required is None else required,
        tuple(field.choices or ()),
        SHEETS_OF[field.related_model] if field.is_relation else "",
        many=bool(field.many_to_many),
        most=own_most if most is None else most,
        least=own_least if least is None else least,
        decimals=getattr(field, "decimal_places", 0),
        in_wan=in_wan,
        is_deadline=is_deadline,
        width=width,
        unit_in=unit_in,
        optional_where=optional_where,
        field=field_name,
    )


def _kind(field: Field) -> Kind:
    return Kind.CHOICE if field.choices else next(kind for cls, kind in KINDS if isinstance(field, cls))


def _needs_value(field: Field) -> bool:
    return not (field.null or field.blank or field.has_default())


def _limits(field: Field) -> tuple[int | None, int | None]:
    """Returns the least and the greatest number that a field takes on every database; or None and the longest text."""
    if not isinstance(field, models.IntegerField):
        return None, None if field.choices else field.max_length
    least, most = BaseDatabaseOperations.integer_field_ranges[field.get_internal_type()]
    return (
        max([least, *(each.limit_value for each in field.validators if isinstance(each, MinValueValidator))]),
        min([most, *(each.limit_value for each in field.validators if isinstance(each, MaxValueValidator))]),
    )


def in_both(
    model: ModelClass, name: str, help: Text, example: tuple[str, str] = ("", ""), *, most: int | None = None
) -> list[Column]:
    """Makes the columns of a text in Chinese and in English."""
    return [
        column_of(model, f"{name}_zh", help, example[0], most=most),
        column_of(model, f"{name}_en", help, example[1], most=most),
    ]


def names(model: ModelClass, example: tuple[str, str]) -> list[Column]:
    return in_both(model, "name", _("One of the two languages is enough."), example)


def titles(model: ModelClass, example: tuple[str, str]) -> list[Column]:
    return in_both(model, "title", _("One of the two languages is enough."), example)


def short_names(model: ModelClass, example: tuple[str, str]) -> list[Column]:
    return in_both(model, "short", _("For charts and narrow columns. Empty: the name."), example)


def reasons(model: ModelClass, example: tuple[str, str]) -> list[Column]:
    return in_both(model, "reason", _("Why, in one of the two languages."), example)


def slug(model: ModelClass, example: str, help: Text = "") -> Column:
    """Makes the column of a row's name in addresses, which the site makes for a row without one."""
    help = help or _("Small letters and hyphens. Empty in a new row: made from the name.")
    return column_of(model, "slug", help, example, required=False)


def place(model: ModelClass, name: str = "number", help: Text = "", example: str = "1") -> Column:
    """Makes the column of a row's place among others, which the site finds for a row without one."""
    help = help or _("Its place in the plan. Empty in a new row: after the others.")
    return column_of(model, name, help, example, required=False)


def part(model: ModelClass, help: Text, example: str = "") -> Column:
    """Makes the column of a part of the plan's region: a city of a province, a district of a city."""
    return column_of(model, "city", help, example, label=_("Region"))


def provenance(model: ModelClass, help: Text, name: str = "provenance") -> Column:
    return column_of(model, name, help, "reported")


def source(model: ModelClass, *, required: bool = False) -> Column:
    help = _("Who published it, where: Chinese | English; address.")
    return column_of(model, "source", help, "Government Gazette 2026 No. 5", required=required)


def sourced(model: ModelClass) -> list[Column]:
    help = _("“Published” needs a source that states the row. Empty in a new row: reported.")
    return [provenance(model, help), source(model)]


def ref(name: str, label: Text, help: Text, refers_to: str, example: str = "", *, required: bool = False) -> Column:
    """Makes the column of a reference that no field of the sheet's model holds."""
    return Column(name, label, help, example, Kind.REFERENCE, required, refers_to=refers_to)


def counted(name: str, label: Text, help: Text, example: str = "", *, required: bool = False) -> Column:
    """Makes the column of a number that no field of the sheet's model holds."""
    return Column(name, label, help, example, Kind.WHOLE, required, least=1, most=MAX_COUNT)


def numbered(help: Text) -> Column:
    return counted("number", _("Number"), help)


def of_another(column: Column) -> Column:
    """Makes the same column for rows that have it through another row, as evidence has the measure of its report."""
    return replace(column, field="")


def remove() -> Column:
    return Column(
        "remove",
        pgettext_lazy("ledger", "Remove, because"),
        _("A reason takes the row away. Empty: it stays. A row that is not in the file stays, too."),
        most=MAX_REASON_LENGTH,
    )


def leave() -> list[Column]:
    """Makes the columns of a sheet whose rows leave their plan from a day on and stay readable."""
    return [
        Column(
            "remove",
            pgettext_lazy("ledger", "Withdraw, because"),
            _("A reason withdraws it from the plan; the days before keep their totals. Empty: it stays as it is."),
            most=MAX_REASON_LENGTH,
        ),
        Column(
            "removed_on",
            pgettext_lazy("ledger", "Withdrawn from"),
            _("The first day out of the plan. Empty: today."),
            EXAMPLES[Kind.DAY],
            Kind.DAY,
        ),
    ]
