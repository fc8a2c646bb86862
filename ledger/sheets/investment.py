"""The sheets of what is to be invested in projects by year, and of places that are not ranked by it."""

from django.utils.translation import gettext_lazy as _

from ledger.declaration import Kind, Sheet
from ledger.sheets.columns import column_of, of_another, part, reasons, remove
from ledger.sheets.records import changed_by_hand, recorded_at
from ledger.sheets.reports import PROJECT
from projects.models import AnnualPlan, AnnualPlanChange, RankExemption

_YEAR = column_of(AnnualPlan, "year", _("The calendar year."), "2026", least=1990, most=2100)

ANNUAL_PLANS = Sheet(
    name="annual_plans",
    label=_("Annual plans"),
    help=_("How much of a project is to be invested in a year. Another amount for a year that has one needs a person."),
    key=("project", "year"),
    columns=(
        PROJECT,
        _YEAR,
        column_of(
            AnnualPlan,
            "planned_wan",
            _("In 亿元 (100 million yuan), with up to 4 decimals."),
            "2.5",
            name="planned",
            kind=Kind.MONEY,
        ),
    ),
)

ANNUAL_PLAN_CHANGES = Sheet(
    name="annual_plan_changes",
    label=_("Changes of annual plans"),
    help=_("Annual plans that were changed before."),
    key=("project", "year", "recorded_at"),
    columns=(
        of_another(PROJECT),
        of_another(_YEAR),
        recorded_at(AnnualPlanChange),
        column_of(AnnualPlanChange, "old_value", _("As a whole number of 万元 (10,000 yuan)."), "20000"),
        column_of(AnnualPlanChange, "new_value", _("As a whole number of 万元 (10,000 yuan)."), "25000"),
        *changed_by_hand(AnnualPlanChange, "工期提前"),
    ),
)

RANK_EXEMPTIONS = Sheet(
    name="rank_exemptions",
    label=_("Excused from the ranking"),
    help=_("Cities or districts that have no rank from a day to another. Totals go on counting them."),
    key=("city", "starts_on"),
    columns=(
        part(RankExemption, _("That is not ranked."), "371000"),
        column_of(RankExemption, "starts_on", _("Without a rank."), "2023-08-01"),
        column_of(RankExemption, "ends_on", _("Without a rank. Empty: until further notice."), "2023-12-31"),
        *reasons(RankExemption, ("受灾停工", "Stopped after a flood")),
        column_of(RankExemption, "recorded_at", _("Together with the person; empty where it is not known.")),
        column_of(RankExemption, "recorded_by", _("The account name. Empty: nobody is known.")),
        remove(),
    ),
)
