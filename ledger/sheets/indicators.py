"""The sheets of all that tells whether the plan works."""

from django.utils.translation import gettext_lazy as _

from indicators.models import HeadlineIndicator, Indicator, Observation, Target
from ledger.declaration import Column, Kind, Sheet, Text
from ledger.sheets.columns import ModelClass, column_of, names, of_another, remove, sourced

# Digits before the point: with six decimals, 15 in all is what SQLite keeps of a number.
MAX_VALUE = 999_999_999

_INDICATOR = column_of(Observation, "indicator", _("Its code."), "pm25")
_REGION = column_of(Observation, "region", _("By its code or name."), "110000")


def _value(model: ModelClass, name: str, help: Text, example: str, unit_in: str = "unit") -> Column:
    return column_of(model, name, help, example, least=-MAX_VALUE, most=MAX_VALUE, unit_in=unit_in)


INDICATORS = Sheet(
    name="indicators",
    label=_("Indicators"),
    help=_("Figures that tell whether the plan works."),
    key=("code",),
    columns=(
        column_of(
            Indicator,
            "code",
            _("Small letters, digits and _. Empty in a new row: made from the name."),
            "pm25",
            kind=Kind.CODE,
            required=False,
        ),
        *names(Indicator, ("细颗粒物", "PM2.5")),
        column_of(Indicator, "unit", _("Of the values in this file."), "µg/m3"),
        column_of(Indicator, "unit_zh", _("That Chinese pages show. Empty: the unit."), "微克/立方米"),
        column_of(
            Indicator,
            "zh_factor",
            _("A value times this is in the Chinese unit. Empty in a new row: 1."),
            "1",
            least=0,
            most=999_999,
        ),
        column_of(
            Indicator,
            "direction",
            _("Whether more of it is better. Empty in a new row: by its name."),
            "down",
            required=False,
        ),
        column_of(
            Indicator, "cumulative", _("Whether its values sum up from 1 January. Empty in a new row: no."), "no"
        ),
        column_of(
            Indicator,
            "is_share",
            _("Whether its values are parts of a whole in per cent, from 0 to 100. Empty in a new row: no."),
            "no",
        ),
        column_of(Indicator, "group", _("What it is listed under. Empty in a new row: other."), "environment"),
        column_of(Indicator, "owner", _("That files its values. Empty: nobody does.")),
        column_of(Indicator, "frequency", _("How often a new value comes. Empty: nothing is due.")),
        column_of(Indicator, "due_days", _("From the end of a period to the day by which its value is due."), "30"),
        column_of(Indicator, "may_join", _("Whether charts join its values. Empty in a new row: yes."), "yes"),
        column_of(
            Indicator,
            "may_compare",
            _("Whether a province’s value can be set against the country’s. Empty in a new row: by its unit."),
            "yes",
        ),
        column_of(
            Indicator,
            "may_add_up",
            _("Whether the values of cities sum up to the province’s. Empty in a new row: no."),
            "yes",
        ),
        column_of(Indicator, "may_rank", _("Whether its method allows it. Empty in a new row: no."), "yes"),
        column_of(Indicator, "derived_form", _("How its values follow from those of others. Empty: it has its own.")),
        column_of(Indicator, "derived_from", _("The indicator that is divided or compared.")),
        column_of(Indicator, "derived_with", _("What it is divided by, or what is taken away.")),
        of_another(
            column_of(
                HeadlineIndicator,
                "number",
                _("Its place on the overview of the plan. Empty: not there."),
                "1",
                name="headline",
                label=_("Headline indicators"),
                required=False,
            )
        ),
        *sourced(Indicator),
    ),
)

OBSERVATIONS = Sheet(
    name="observations",
    label=_("Observations"),
    help=_(
        "Values of indicators, each as it was released on a day. Another value of the same release is a correction."
    ),
    key=("indicator", "region", "period_kind", "period_start", "period_end", "released_on"),
    columns=(
        _INDICATOR,
        _REGION,
        column_of(Observation, "period", _("How it is named."), "2023H1"),
        column_of(Observation, "period_kind", _("How long it is."), "half_year"),
        column_of(Observation, "period_start", _("From 1900 on."), "2023-01-01"),
        column_of(Observation, "period_end", _("Included."), "2023-06-30"),
        _value(Observation, "value", _("In the unit of the indicator."), "36.5", "indicator"),
        column_of(Observation, "exact", _("“No” for a rounded or “more than” figure. Empty in a new row: yes."), "yes"),
        column_of(Observation, "basis", _("Such as constant prices.")),
        column_of(
            Observation, "scope", _("Where it is not the whole that the indicator’s name says: Chinese | English.")
        ),
        column_of(Observation, "note", _("A break or a base effect, for readers: Chinese | English.")),
        column_of(Observation, "released_on", _("The day of publication, from which it counts."), "2023-07-20"),
        column_of(
            Observation,
            "release_basis",
            _("“stated”, or how the day was assumed: not before the day of the source or the year of a cited work."),
            "stated",
        ),
        column_of(
            Observation, "verified", _("Whether it was checked against its source. Empty in a new row: no."), "yes"
        ),
        *sourced(Observation),
    ),
)

TARGETS = Sheet(
    name="targets",
    label=_("Targets"),
    help=_("What a document wants an indicator to be by a year."),
    key=("indicator", "region", "due_year", "document", "value", "qualifier"),
    columns=(
        _INDICATOR,
        _REGION,
        column_of(Target, "due_year", _("By whose end it is due."), "2025"),
        _value(Target, "value", _("In the unit of this row."), "38"),
        column_of(Target, "unit", _("The indicator's unit."), "µg/m3"),
        column_of(Target, "qualifier", _("Such as “about” or “more than”.")),
        column_of(Target, "scope", _("Only values of the same scope are compared with it.")),
        column_of(
            Target, "milestones", _("By the ends of years on the way: 2024 = 36; 2025 = 35.5"), "2024 = 42; 2025 = 40"
        ),
        column_of(
            Target,
            "single_year",
            _("A growth or a level of the due year, which its own value alone decides. Empty in a new row: no."),
            "no",
        ),
        column_of(Target, "derived", _("Computed from another target: never in force. Empty in a new row: no."), "no"),
        _value(Target, "baseline_value", _("From which the document starts."), "46"),
        column_of(Target, "baseline_on", _("Together with its value."), "2020-12-31"),
        column_of(Target, "document", _("That sets it, written as a source."), "Clean air plan"),
        column_of(Target, "adopted_on", _("The day of the document."), "2021-10-01"),
        column_of(Target, "adopted_basis", _("Where the document states no day.")),
        *sourced(Target),
        remove(),
    ),
)
