"""The site's own rows that a plan needs: its places, departments and people; and the plan itself."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role
from ledger.declaration import Column, Kind, Sheet
from ledger.sheets.columns import (
    day,
    in_both,
    names,
    one_of,
    part,
    ref,
    short_names,
    sourced,
    whole,
)
from regions.models import RegionKind
from web.models import MAX_DUE_DAY, MAX_LIMIT_DAYS, Languages

REGIONS = Sheet(
    name="regions",
    label=_("Regions"),
    help=_("Country, province, cities and counties: whatever a plan, a project or an indicator speaks of."),
    key=("code",),
    columns=(
        Column("code", _("Code"), _("Six digits of GB/T 2260."), "370600", Kind.CODE, required=True, most=6),
        one_of("kind", _("Kind"), _("What it is."), RegionKind, example="city", required=True),
        ref("parent", _("Lies in"), _("The larger region. Empty for the largest one."), "regions", example="110000"),
        *names(60, 80, ("烟台市", "Yantai")),
        *short_names(("烟台", "Yantai")),
        whole("tile_row", _("Row on the tile map"), _("From 1; empty: no place on it."), "2", least=1),
        whole("tile_column", _("Column on the tile map"), _("From 1, together with the row."), "6", least=1),
        *sourced(),
    ),
)

DEPARTMENTS = Sheet(
    name="departments",
    label=_("Departments"),
    help=_("Who leads measures and takes part in them. Without this sheet, leads with new names become departments."),
    key=("slug",),
    columns=(
        Column(
            "slug",
            _("Name in addresses"),
            _("Small letters and hyphens. Empty in a new row: made from the name."),
            "science-technology",
            Kind.CODE,
            most=50,
        ),
        whole("number", _("Number"), _("Its place in the official order. Empty in a new row: after the others."), "2"),
        *names(60, 120, ("省科技厅", "Department of Science and Technology")),
        *short_names(("科技厅", "Science and Technology")),
        ref("merged_into", _("Merged into"), _("The department that does its work now."), "departments"),
        day("merged_on", _("Date merged"), _("The day it ceased.")),
        *sourced(),
    ),
)

PEOPLE = Sheet(
    name="people",
    label=_("People"),
    help=_("Who logs in. No passwords: a new account gets one by an invitation. Superusers are not in it."),
    key=("username",),
    columns=(
        Column("username", _("Account name"), _("With which the person logs in."), "wang", required=True, most=150),
        Column("last_name", pgettext_lazy("person", "Family name"), _("As it is shown."), "王", most=150),
        Column("first_name", pgettext_lazy("person", "Given name"), _("As it is shown."), "芳", most=150),
        Column("email", _("E-mail address"), _("For notices."), "wang@example.org", most=254),
        one_of("role", _("Role"), _("What the person may do. Empty in a new row: viewer."), Role, example="reporter"),
        ref("department", _("Department"), _("Whose reports the person files."), "departments"),
        part(_("Whose projects the person reports, instead of a department.")),
        Column("active", _("Active"), _("“No” keeps the person from logging in."), "yes", Kind.YES_NO),
    ),
)

SITE = Sheet(
    name="site",
    label=pgettext_lazy("ledger", "Site"),
    help=_("One row: what the site is called, its place, its languages and its limits."),
    key=(),
    columns=(
        *names(60, 80, ("重点任务进展", "Progress of the plan")),
        *in_both(
            "place",
            30,
            60,
            (_("Short name of the place (Chinese)"), _("Short name of the place (English)")),
            _("As sentences name it."),
            ("烟台", "Yantai"),
        ),
        *in_both(
            "subject",
            60,
            120,
            (_("What it is about (Chinese)"), _("What it is about (English)")),
            _("Such as the name of the zone or the task."),
            ("绿色低碳高质量发展", "Green and low-carbon development"),
        ),
        one_of(
            "languages",
            _("Languages"),
            _("In which the site is read. Empty in a new row: both."),
            Languages,
            example="both",
        ),
        whole(
            "report_due_day",
            _("Day of the month on which reports are due"),
            _("From 1 to 28. Empty: as the server is set up."),
            "25",
            least=1,
            most=MAX_DUE_DAY,
        ),
        whole(
            "due_soon_days",
            _("Yellow light: due within so many days"),
            _("While the measure is under way. Empty: as the server is set up."),
            "60",
            least=1,
            most=MAX_LIMIT_DAYS,
        ),
        whole(
            "silent_days",
            _("Yellow light: no report for more than so many days"),
            _("Empty: as the server is set up."),
            "62",
            least=1,
            most=MAX_LIMIT_DAYS,
        ),
    ),
)

PLAN = Sheet(
    name="plan",
    label=_("Action plan"),
    help=_("One row: the plan that this ledger is of."),
    key=("slug",),
    columns=(
        Column(
            "slug",
            _("Name in addresses"),
            _("Small letters, digits and hyphens. Empty for a new plan: made from its name."),
            "green-2026",
            Kind.CODE,
            most=50,
        ),
        *names(120, 200, ("绿色发展三年行动计划", "Three-year green action plan")),
        day("starts_on", _("First day"), _("From which time elapsed is counted."), "2026-01-01", required=True),
        day("ends_on", _("Last day"), _("At most 20 calendar years."), "2028-12-31", required=True),
        ref(
            "region",
            _("Region"),
            _("Its projects lie in the members of this region. Empty: the one that holds all others but the country."),
            "regions",
            example="110000",
        ),
        ref(
            "comparator",
            _("Compared with"),
            _("The region that indicators are compared with. Empty: nothing is compared."),
            "regions",
            example="中国",
        ),
        *sourced(),
    ),
)
