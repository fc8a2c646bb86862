"""The sheets of all that a plan consists of."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.bounds import MAX_DESCRIPTION_LENGTH, MAX_INVESTMENT_WAN
from core.codes import MAX_CODE_LENGTH
from core.provenance import Provenance
from ledger.declaration import Column, Kind, Sheet
from ledger.sheets.columns import (
    day,
    in_both,
    leave,
    names,
    one_of,
    part,
    ref,
    refs,
    remove,
    sourced,
    titles,
    whole,
)
from projects.models import ProjectClass, Stage
from projects.national_codes import NATIONAL_CODE_LENGTH

# What an integer holds on every database.
MAX_POSITION = 2_147_483_647

MILESTONES = Sheet(
    name="milestones",
    label=_("Milestones"),
    help=_("What happened to the plan, or will: marks on the charts over time."),
    key=("happens_on",),
    columns=(
        day(
            "happens_on",
            pgettext_lazy("milestone", "Date"),
            _("The first of its month where only that is known."),
            required=True,
        ),
        Column(
            "day_known", _("The day is known, not the month alone"), _("Empty in a new row: yes."), "yes", Kind.YES_NO
        ),
        *names(120, 200, ("行动计划公布", "Action plan published")),
        *sourced(),
        remove(),
    ),
)

SECTIONS = Sheet(
    name="sections",
    label=_("Priority areas"),
    help=_("The parts of the plan."),
    key=("slug",),
    required=True,
    columns=(
        Column(
            "slug",
            _("Name in addresses"),
            _("Small letters and hyphens. Empty in a new row: made from the number."),
            "innovation",
            Kind.CODE,
            most=50,
        ),
        whole("number", _("Number"), _("Its place in the plan. Empty in a new row: after the others."), "1"),
        *titles(120, 200, ("创新驱动发展", "Innovation-driven development")),
        *sourced(),
        remove(),
    ),
)

MEASURES = Sheet(
    name="measures",
    label=_("Measures"),
    help=_("The items of the plan. One without a status history begins as under way on the day it is listed."),
    key=("code",),
    required=True,
    columns=(
        Column(
            "code",
            _("Code"),
            _("Names the measure within its plan."),
            "M001",
            Kind.CODE,
            required=True,
            most=MAX_CODE_LENGTH,
        ),
        ref(
            "section",
            _("Priority area"),
            _("By its name in addresses, number or title."),
            "sections",
            example="innovation",
            required=True,
        ),
        *titles(200, 300, ("建设实验室", "Build the laboratory")),
        *in_both(
            "description",
            MAX_DESCRIPTION_LENGTH,
            MAX_DESCRIPTION_LENGTH,
            (_("Description (Chinese)"), _("Description (English)")),
            _("What is to be done."),
            ("推动实验室全面运行。", "Bring the laboratory into full operation."),
        ),
        ref(
            "lead_department",
            _("Lead department"),
            _("By its name, short name or name in addresses."),
            "departments",
            example="science-technology",
            required=True,
        ),
        refs(
            "participating_departments",
            _("Participating departments"),
            _("Several with ; between them."),
            "departments",
            example="education; finance",
        ),
        *in_both(
            "target",
            300,
            400,
            (_("Target (Chinese)"), _("Target (English)")),
            _("What is to be reached."),
            ("实验室全面投入运行", "Laboratory in full operation"),
        ),
        day(
            "listed_on",
            pgettext_lazy("measure", "Date listed"),
            _("From which it counts. Empty in a new row: the plan's first day."),
            "2023-01-03",
        ),
        day("due_on", _("Due date"), _("By which it is due. Empty: never late."), "2023-12-31"),
        one_of(
            "provenance",
            _("Provenance"),
            _("Of its title and target. Empty in a new row: reported."),
            Provenance,
            example="reported",
        ),
        one_of(
            "lead_provenance",
            _("Provenance of the lead department"),
            _("Empty in a new row: as the measure's."),
            Provenance,
            example="reported",
        ),
        sourced()[1],
        whole(
            "position",
            _("Position"),
            _("Its place in the list. Empty in a new row: after the others, in the order of the file."),
            "1",
            most=MAX_POSITION,
        ),
        *leave(),
    ),
)

CATEGORIES = Sheet(
    name="categories",
    label=_("Categories"),
    help=_("What the plan sorts its projects by."),
    key=("slug",),
    columns=(
        Column(
            "slug",
            _("Name in addresses"),
            _("Small letters and hyphens. Empty in a new row: made from the name."),
            "energy",
            Kind.CODE,
            most=50,
        ),
        whole("number", _("Number"), _("Its place in the plan. Empty in a new row: after the others."), "1"),
        *names(60, 120, ("能源", "Energy")),
        *sourced(),
        remove(),
    ),
)

PROJECTS = Sheet(
    name="projects",
    label=_("Projects"),
    help=_("What supports the plan, each counted in one region."),
    key=("code",),
    columns=(
        Column(
            "code",
            _("Code"),
            _("Names the project within its plan."),
            "P0001",
            Kind.CODE,
            required=True,
            most=MAX_CODE_LENGTH,
        ),
        *names(200, 300, ("电子信息产业园", "Electronic-information park")),
        part(_("In which it counts: a member of the plan's region."), example="370600", required=True),
        ref("county", _("County"), _("Of that region."), "regions", example="370602"),
        refs("also_in", _("Also in"), _("Other members of the plan's region that it lies in."), "regions"),
        ref(
            "category",
            _("Category"),
            _("By its name in addresses or its name."),
            "categories",
            example="energy",
            required=True,
        ),
        one_of(
            "stage",
            _("Stage"),
            _("How far it is before its first month."),
            Stage,
            example="under_construction",
            required=True,
        ),
        Column(
            "total_investment",
            _("Total investment"),
            _("In 亿元 (100 million yuan), with up to 4 decimals."),
            "9.42",
            Kind.MONEY,
            required=True,
            least=0,
            most=MAX_INVESTMENT_WAN,
        ),
        Column(
            "invested_before",
            _("Invested in the years before"),
            _("In 亿元 (100 million yuan): in the years before that of its first month. Empty in a new row: 0."),
            "3.1",
            Kind.MONEY,
            least=0,
            most=MAX_INVESTMENT_WAN,
        ),
        day("listed_on", _("Date listed"), _("From which it counts. Empty in a new row: the plan's first day.")),
        ref(
            "lead_department",
            _("Lead department"),
            _("By its name, short name or name in addresses. Empty: none."),
            "departments",
            example="science-technology",
        ),
        one_of(
            "project_class",
            pgettext_lazy("project", "Class"),
            _("Empty: not stated; it counts as implementing."),
            ProjectClass,
            example="implementing",
        ),
        Column(
            "list_name",
            _("Project list"),
            _("The list of projects that it belongs to, by its name"),
            "省重大项目名单",
            most=100,
        ),
        Column(
            "national_code",
            _("National project code"),
            _("As the approval platform gave it."),
            "2105-370602-04-01-123456",
            Kind.CODE,
            most=NATIONAL_CODE_LENGTH,
        ),
        day("planned_start_on", _("Planned start"), _("Empty: no day is planned."), "2023-04-01"),
        day(
            "planned_completion_on",
            pgettext_lazy("project", "Planned completion"),
            _("Empty: no day is planned."),
            "2024-12-31",
        ),
        one_of(
            "provenance",
            _("Provenance"),
            _("Of its name and city. Empty in a new row: reported."),
            Provenance,
            example="reported",
        ),
        one_of(
            "investment_provenance",
            _("Provenance of the investment"),
            _("Empty in a new row: as the project's."),
            Provenance,
            example="reported",
        ),
        sourced()[1],
        whole(
            "position",
            _("Position"),
            _("Its place in the list. Empty in a new row: after the others, in the order of the file."),
            "1",
            most=MAX_POSITION,
        ),
        *leave(),
    ),
)

LINKS = Sheet(
    name="links",
    label=_("Links"),
    help=_("Which projects support a measure, and which indicators it is to move: one of the two in each row."),
    key=("measure", "project", "indicator"),
    columns=(
        ref("measure", _("Measure"), _("Its code."), "measures", example="M001", required=True),
        ref("project", _("Project"), _("Its code."), "projects", example="P0001"),
        ref("indicator", _("Indicator"), _("Its code."), "indicators", example="gdp_growth_ytd"),
        remove(),
    ),
)

PUBLISHED_FIGURES = Sheet(
    name="published_figures",
    label=_("Published figures"),
    help=_("Totals that a source states, held against those that the rows give."),
    key=("as_of", "figure"),
    columns=(
        day("as_of", _("As of"), _("The day that the figure speaks of."), required=True),
        Column(
            "figure", _("Figure"), _("Its path in the summary of the API."), "measures.total", required=True, most=60
        ),
        Column(
            "value",
            _("Value"),
            _("As published."),
            "249",
            Kind.NUMBER,
            required=True,
            decimals=4,
            most=99_999_999_999,
            unit_in="unit",
        ),
        Column("unit", _("Unit"), _("Of the value."), "measures", most=40),
        Column(
            "source",
            _("Source"),
            _("Who published it, where: Chinese | English; address."),
            "Government Gazette 2026 No. 5",
            required=True,
            most=600,
        ),
        remove(),
    ),
)
