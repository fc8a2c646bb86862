"""The site's own rows that a plan needs: its places, departments and people; and the plan itself."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department, User
from ledger.declaration import Kind, Sheet
from ledger.sheets.columns import column_of, in_both, names, part, place, short_names, slug, sourced
from measures.models import Plan
from regions.models import Region
from web.models import Site

REGIONS = Sheet(
    name="regions",
    label=_("Regions"),
    help=_("Country, province, cities and counties: whatever a plan, a project or an indicator speaks of."),
    key=("code",),
    columns=(
        column_of(Region, "code", _("Six digits of GB/T 2260."), "370600", kind=Kind.CODE),
        column_of(Region, "kind", _("What it is."), "city"),
        column_of(Region, "parent", _("The larger region. Empty for the largest one."), "110000"),
        *names(Region, ("烟台市", "Yantai")),
        *short_names(Region, ("烟台", "Yantai")),
        column_of(Region, "tile_row", _("From 1; empty: no place on it."), "2", least=1),
        column_of(Region, "tile_column", _("From 1, together with the row."), "6", least=1),
        *sourced(Region),
    ),
)

DEPARTMENTS = Sheet(
    name="departments",
    label=_("Departments"),
    help=_("Who leads measures and takes part in them. Without this sheet, leads with new names become departments."),
    key=("slug",),
    columns=(
        slug(Department, "science-technology"),
        place(
            Department, help=_("Its place in the official order. Empty in a new row: after the others."), example="2"
        ),
        *names(Department, ("省科技厅", "Department of Science and Technology")),
        *short_names(Department, ("科技厅", "Science and Technology")),
        column_of(Department, "merged_into", _("The department that does its work now.")),
        column_of(Department, "merged_on", _("The day it ceased.")),
        *sourced(Department),
    ),
)

PEOPLE = Sheet(
    name="people",
    label=_("People"),
    help=_("Who logs in. No passwords: a new account gets one by an invitation. Superusers are not in it."),
    key=("username",),
    columns=(
        # Django's own fields have Django's labels.
        column_of(User, "username", _("With which the person logs in."), "wang", label=_("Account name")),
        column_of(User, "last_name", _("As it is shown."), "王", label=pgettext_lazy("person", "Family name")),
        column_of(User, "first_name", _("As it is shown."), "芳", label=pgettext_lazy("person", "Given name")),
        column_of(User, "email", _("For notices."), "wang@example.org", label=_("E-mail address")),
        column_of(User, "role", _("What the person may do. Empty in a new row: viewer."), "reporter"),
        column_of(User, "department", _("Whose reports the person files.")),
        part(User, _("Whose projects the person reports, instead of a department.")),
        column_of(
            User, "is_active", _("“No” keeps the person from logging in."), "yes", name="active", label=_("Active")
        ),
    ),
)

SITE = Sheet(
    name="site",
    label=pgettext_lazy("ledger", "Site"),
    help=_("One row: what the site is called, its place, its languages and its limits."),
    key=(),
    columns=(
        *names(Site, ("重点任务进展", "Progress of the plan")),
        *in_both(Site, "place", _("As sentences name it."), ("烟台", "Yantai")),
        *in_both(
            Site,
            "subject",
            _("Such as the name of the zone or the task."),
            ("绿色低碳高质量发展", "Green and low-carbon development"),
        ),
        column_of(Site, "languages", _("In which the site is read. Empty in a new row: both."), "both"),
        column_of(Site, "report_due_day", _("From 1 to 28. Empty: as the server is set up."), "25"),
        column_of(Site, "due_soon_days", _("While the measure is under way. Empty: as the server is set up."), "60"),
        column_of(Site, "silent_days", _("Empty: as the server is set up."), "62"),
    ),
)

PLAN = Sheet(
    name="plan",
    label=_("Action plan"),
    help=_("One row: the plan that this ledger is of."),
    key=("slug",),
    columns=(
        slug(Plan, "green-2026", _("Small letters, digits and hyphens. Empty for a new plan: made from its name.")),
        *names(Plan, ("绿色发展三年行动计划", "Three-year green action plan")),
        column_of(Plan, "starts_on", _("From which time elapsed is counted."), "2026-01-01"),
        column_of(Plan, "ends_on", _("At most 20 calendar years."), "2028-12-31"),
        column_of(
            Plan,
            "first_reporting_month",
            _("Months before it owe no report. Empty: as the server says, else from the oldest report on."),
            "2026-02",
            kind=Kind.MONTH,
        ),
        column_of(
            Plan,
            "large_project_wan",
            _("In 亿元 (100 million yuan), with up to 4 decimals. Empty in a new row: 100."),
            "1",
            name="large_project",
            kind=Kind.MONEY,
        ),
        column_of(
            Plan,
            "region",
            _("Its projects lie in the members of this region. Empty: the one that holds all others but the country."),
            "110000",
        ),
        column_of(
            Plan, "comparator", _("The region that indicators are compared with. Empty: nothing is compared."), "中国"
        ),
        *sourced(Plan),
    ),
)
