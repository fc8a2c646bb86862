"""Columns that several sheets have."""

from dataclasses import replace

from django.db.models import Choices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.provenance import Provenance
from core.published import MAX_SOURCE_LENGTH
from core.texts import MAX_REASON_LENGTH
from ledger.declaration import Column, Kind

Text = str | Promise
# What a small integer holds on every database.
MAX_PLACE = 32_767


def in_both(
    name: str, zh: int, en: int, label: tuple[Text, Text], help: Text, example: tuple[str, str]
) -> list[Column]:
    """A text in Chinese and in English, with the most characters of each."""
    return [
        Column(f"{name}_zh", label[0], help, example[0], most=zh),
        Column(f"{name}_en", label[1], help, example[1], most=en),
    ]


def names(zh: int, en: int, example: tuple[str, str]) -> list[Column]:
    return in_both(
        "name", zh, en, (_("Name (Chinese)"), _("Name (English)")), _("One of the two languages is enough."), example
    )


def titles(zh: int, en: int, example: tuple[str, str]) -> list[Column]:
    return in_both(
        "title", zh, en, (_("Title (Chinese)"), _("Title (English)")), _("One of the two languages is enough."), example
    )


def short_names(example: tuple[str, str]) -> list[Column]:
    return in_both(
        "short",
        30,
        60,
        (_("Short name (Chinese)"), _("Short name (English)")),
        _("For charts and narrow columns. Empty: the name."),
        example,
    )


def reasons(zh: int, en: int, example: tuple[str, str]) -> list[Column]:
    return in_both(
        "reason",
        zh,
        en,
        (_("Reason (Chinese)"), _("Reason (English)")),
        _("Why, in one of the two languages."),
        example,
    )


def one_of(
    name: str, label: Text, help: Text, choices: type[Choices], *, example: str = "", required: bool = False
) -> Column:
    return Column(name, label, help, example, Kind.CHOICE, required, choices)


def ref(name: str, label: Text, help: Text, refers_to: str, *, example: str = "", required: bool = False) -> Column:
    return Column(name, label, help, example, Kind.REFERENCE, required, refers_to=refers_to)


def part(help: Text, *, example: str = "", required: bool = False) -> Column:
    """A part of the plan's region: a city of a province, a district of a city."""
    column = ref("city", _("Region"), help, "regions", example=example, required=required)
    return replace(column, aliases=(pgettext_lazy("project", "City"),))


def refs(name: str, label: Text, help: Text, refers_to: str, *, example: str = "") -> Column:
    return Column(name, label, help, example, Kind.REFERENCE, refers_to=refers_to, many=True)


def day(name: str, label: Text, help: Text, example: str = "2023-06-30", *, required: bool = False) -> Column:
    return Column(name, label, help, example, Kind.DAY, required)


def whole(name: str, label: Text, help: Text, example: str, *, least: int = 0, most: int = MAX_PLACE) -> Column:
    return Column(name, label, help, example, Kind.WHOLE, least=least, most=most)


def about_problem(help: Text) -> Column:
    """Makes the column of a report for the number of a problem of what it is about."""
    return whole("about_problem", pgettext_lazy("ledger", "Number of the problem"), help, "", least=1, most=999)


def sourced() -> list[Column]:
    return [
        one_of(
            "provenance",
            _("Provenance"),
            _("“Published” needs a source that states the row. Empty in a new row: reported."),
            Provenance,
            example="reported",
        ),
        Column(
            "source",
            _("Source"),
            _("Who published it, where: Chinese | English; address."),
            "Government Gazette 2026 No. 5",
            most=MAX_SOURCE_LENGTH,
        ),
    ]


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
        day("removed_on", pgettext_lazy("ledger", "Withdrawn from"), _("The first day out of the plan. Empty: today.")),
    ]


def numbered(help: Text, name: str = "number", label: Text = "") -> Column:
    return whole(name, label or _("Number"), help, "", least=1, most=999)
