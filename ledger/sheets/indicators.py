"""The sheets of all that tells whether the plan works."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.bounds import FIRST_DAY, LAST_DAY
from core.periods import PeriodKind
from indicators.derived import DerivedForm
from indicators.models import MAX_DUE_DAYS, MAX_SCOPE_LENGTH, Direction, Frequency, IndicatorGroup
from ledger.declaration import Column, Kind, Sheet
from ledger.sheets.columns import Text, day, names, one_of, ref, remove, sourced, whole

# Digits before the point: with six decimals, 15 in all is what SQLite keeps of a number.
MAX_VALUE = 999_999_999

_INDICATOR = ref("indicator", _("Indicator"), _("Its code."), "indicators", example="pm25", required=True)
_REGION = ref("region", _("Region"), _("By its code or name."), "regions", example="110000", required=True)


def yes_no(name: str, label: Text, help: Text) -> Column:
    return Column(name, label, help, "yes", Kind.YES_NO)


def scope(help: Text) -> Column:
    return Column("scope", pgettext_lazy("indicators", "Scope"), help, "", most=MAX_SCOPE_LENGTH)


def value(name: str, label: Text, help: Text, example: str, *, unit_in: str, required: bool = False) -> Column:
    return Column(
        name,
        label,
        help,
        example,
        Kind.NUMBER,
        required,
        least=-MAX_VALUE,
        most=MAX_VALUE,
        decimals=6,
        unit_in=unit_in,
    )


INDICATORS = Sheet(
    name="indicators",
    label=_("Indicators"),
    help=_("Figures that tell whether the plan works."),
    key=("code",),
    columns=(
        Column(
            "code",
            _("Code"),
            _("Small letters, digits and _, such as gdp_growth"),
            "pm25",
            Kind.CODE,
            required=True,
            most=60,
        ),
        *names(80, 160, ("细颗粒物", "PM2.5")),
        Column("unit", _("Unit"), _("Of the values in this file."), "µg/m3", required=True, most=40),
        Column(
            "unit_zh",
            _("Unit (Chinese)"),
            _("That Chinese pages show. Empty: the unit."),
            "微克/立方米",
            most=40,
        ),
        Column(
            "zh_factor",
            _("Factor to the Chinese unit"),
            _("A value times this is in the Chinese unit. Empty in a new row: 1."),
            "1",
            Kind.NUMBER,
            least=0,
            most=999_999,
            decimals=4,
        ),
        one_of(
            "direction",
            _("Desired direction"),
            _("Whether more of it is better."),
            Direction,
            example="down",
            required=True,
        ),
        Column(
            "cumulative",
            _("Cumulative"),
            _("Whether its values sum up from 1 January. Empty in a new row: no."),
            "no",
            Kind.YES_NO,
        ),
        Column(
            "is_share",
            _("Share of a whole"),
            _("Whether its values are parts of a whole in per cent, from 0 to 100. Empty in a new row: no."),
            "no",
            Kind.YES_NO,
        ),
        one_of(
            "group",
            _("Group"),
            _("What it is listed under. Empty in a new row: other."),
            IndicatorGroup,
            example="environment",
        ),
        ref("owner", _("Responsible department"), _("That files its values. Empty: nobody does."), "departments"),
        one_of("frequency", _("Frequency"), _("How often a new value comes. Empty: nothing is due."), Frequency),
        whole(
            "due_days",
            _("Days until due"),
            _("From the end of a period to the day by which its value is due."),
            "30",
            most=MAX_DUE_DAYS,
        ),
        yes_no("may_join", _("Joined by a line"), _("Whether charts join its values. Empty in a new row: yes.")),
        yes_no(
            "may_compare",
            _("Compared with other regions"),
            _("Whether a province’s value can be set against the country’s. Empty in a new row: by its unit."),
        ),
        yes_no(
            "may_add_up",
            _("Parts of a region add up to it"),
            _("Whether the values of cities sum up to the province’s. Empty in a new row: no."),
        ),
        yes_no("may_rank", _("Cities are ranked"), _("Whether its method allows it. Empty in a new row: no.")),
        one_of(
            "derived_form",
            _("Derived as"),
            _("How its values follow from those of others. Empty: it has its own."),
            DerivedForm,
        ),
        ref("derived_from", _("Derived from"), _("The indicator that is divided or compared."), "indicators"),
        ref("derived_with", _("Derived with"), _("What it is divided by, or what is taken away."), "indicators"),
        whole("headline", _("Headline indicators"), _("Its place on the overview of the plan. Empty: not there."), "1"),
        *sourced(),
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
        Column("period", _("Period"), _("How it is named."), "2023H1", required=True, most=24),
        one_of(
            "period_kind", _("Kind of period"), _("How long it is."), PeriodKind, example="half_year", required=True
        ),
        day("period_start", _("First day of the period"), _("From 1900 on."), "2023-01-01", required=True),
        day("period_end", _("Last day of the period"), _("Included."), "2023-06-30", required=True),
        value("value", _("Value"), _("In the unit of the indicator."), "36.5", unit_in="indicator", required=True),
        Column(
            "exact",
            _("Exact"),
            _("“No” for a rounded or “more than” figure. Empty in a new row: yes."),
            "yes",
            Kind.YES_NO,
        ),
        Column("basis", _("What the value rests on"), _("Such as constant prices."), "", most=300),
        scope(_("Where it is not the whole that the indicator’s name says: Chinese | English.")),
        Column("note", _("Note"), _("A break or a base effect, for readers: Chinese | English."), "", most=300),
        day(
            "released_on",
            _("Release date"),
            _("The day of publication, from which it counts."),
            "2023-07-20",
            required=True,
        ),
        Column(
            "release_basis",
            _("What the release date rests on"),
            _("“stated”, or how the day was assumed: not before the year of the work that the source cites."),
            "stated",
            most=80,
        ),
        Column(
            "verified",
            _("Verified"),
            _("Whether it was checked against its source. Empty in a new row: no."),
            "yes",
            Kind.YES_NO,
        ),
        *sourced(),
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
        Column(
            "due_year",
            _("Due year"),
            _("By whose end it is due."),
            "2025",
            Kind.WHOLE,
            required=True,
            least=FIRST_DAY.year,
            most=LAST_DAY.year,
        ),
        value("value", _("Target"), _("In the unit of this row."), "38", unit_in="unit", required=True),
        Column("unit", _("Unit"), _("The indicator's unit."), "µg/m3", required=True, most=40),
        Column("qualifier", _("Qualifier"), _("Such as “about” or “more than”."), "", most=120),
        scope(_("Only values of the same scope are compared with it.")),
        Column(
            "milestones",
            _("Milestones"),
            _("By the ends of years on the way: 2024 = 36; 2025 = 35.5"),
            "2024 = 42; 2025 = 40",
            most=200,
        ),
        Column(
            "derived",
            _("Derived from the document"),
            _("Computed from another target: never in force. Empty in a new row: no."),
            "no",
            Kind.YES_NO,
        ),
        value("baseline_value", _("Baseline"), _("From which the document starts."), "46", unit_in="unit"),
        day("baseline_on", _("Day of the baseline"), _("Together with its value."), "2020-12-31"),
        Column(
            "document",
            _("Document"),
            _("That sets it, written as a source."),
            "Clean air plan",
            required=True,
            most=200,
        ),
        day("adopted_on", _("Date adopted"), _("The day of the document."), "2021-10-01", required=True),
        Column(
            "adopted_basis", _("What the date adopted rests on"), _("Where the document states no day."), "", most=120
        ),
        *sourced(),
        remove(),
    ),
)
