"""The sheets of all that a plan consists of."""

from django.utils.translation import gettext_lazy as _

from dashboard.models import PublishedFigure
from ledger.declaration import Kind, Sheet
from ledger.sheets.columns import (
    column_of,
    in_both,
    leave,
    names,
    part,
    place,
    provenance,
    ref,
    remove,
    slug,
    source,
    sourced,
    titles,
)
from measures.models import Measure, PlanMilestone, Section
from projects.models import Category, Project

_IN_THE_LIST = _("Its place in the list. Empty in a new row: after the others, in the order of the file.")

MILESTONES = Sheet(
    name="milestones",
    label=_("Milestones"),
    help=_("What happened to the plan, or will: marks on the charts over time."),
    key=("happens_on",),
    columns=(
        column_of(PlanMilestone, "happens_on", _("The first of its month where only that is known.")),
        column_of(PlanMilestone, "day_known", _("Empty in a new row: yes."), "yes"),
        *names(PlanMilestone, ("行动计划公布", "Action plan published")),
        *sourced(PlanMilestone),
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
        slug(Section, "innovation", _("Small letters and hyphens. Empty in a new row: made from the number.")),
        place(Section),
        *titles(Section, ("创新驱动发展", "Innovation-driven development")),
        *sourced(Section),
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
        column_of(
            Measure,
            "code",
            _("Names the measure within its plan. Empty in a new row: numbered."),
            "M001",
            required=False,
        ),
        column_of(Measure, "section", _("By its name in addresses, number or title."), "innovation"),
        *titles(Measure, ("建设实验室", "Build the laboratory")),
        *in_both(
            Measure,
            "description",
            _("What is to be done."),
            ("推动实验室全面运行。", "Bring the laboratory into full operation."),
        ),
        column_of(Measure, "lead_department", _("By its name, short name or name in addresses."), "science-technology"),
        column_of(Measure, "participating_departments", _("Several with ; between them."), "education; finance"),
        *in_both(
            Measure, "target", _("What is to be reached."), ("实验室全面投入运行", "Laboratory in full operation")
        ),
        column_of(
            Measure,
            "listed_on",
            _("From which it counts. Empty in a new row: the plan's first day."),
            "2023-01-03",
            required=False,
        ),
        column_of(
            Measure,
            "due_on",
            _("By which it is due; 2024年底 means its last day. Empty: never late."),
            "2023-12-31",
            is_deadline=True,
        ),
        column_of(
            Measure,
            "due_text",
            _("In place of a due date where there is none: 长期 in the column of due dates is kept here."),
            "长期坚持",
        ),
        provenance(Measure, _("Of its title and target. Empty in a new row: reported.")),
        provenance(Measure, _("Empty in a new row: as the measure's."), "lead_provenance"),
        source(Measure),
        place(Measure, "position", _IN_THE_LIST),
        *leave(),
    ),
)

CATEGORIES = Sheet(
    name="categories",
    label=_("Categories"),
    help=_("What the plan sorts its projects by."),
    key=("slug",),
    columns=(
        slug(Category, "energy"),
        place(Category),
        *names(Category, ("能源", "Energy")),
        *sourced(Category),
        remove(),
    ),
)

PROJECTS = Sheet(
    name="projects",
    label=_("Projects"),
    help=_("What supports the plan, each counted in one region."),
    key=("code",),
    columns=(
        column_of(
            Project,
            "code",
            _("Names the project within its plan. Empty in a new row: numbered."),
            "P0001",
            required=False,
        ),
        *names(Project, ("电子信息产业园", "Electronic-information park")),
        part(Project, _("In which it counts: a member of the plan's region."), "370600"),
        column_of(Project, "county", _("Of that region."), "370602"),
        column_of(Project, "also_in", _("Other members of the plan's region that it lies in.")),
        column_of(Project, "category", _("By its name in addresses or its name."), "energy"),
        column_of(
            Project,
            "opening_stage",
            _("How far it is before its first month."),
            "under_construction",
            name="stage",
            label=_("Stage"),
        ),
        column_of(
            Project,
            "investment_wan",
            _("In 亿元 (100 million yuan), with up to 4 decimals."),
            "9.42",
            name="total_investment",
            kind=Kind.MONEY,
        ),
        column_of(
            Project,
            "invested_before_wan",
            _("In 亿元 (100 million yuan): in the years before that of its first month. Empty in a new row: 0."),
            "3.1",
            name="invested_before",
            kind=Kind.MONEY,
        ),
        column_of(
            Project,
            "listed_on",
            _("From which it counts. Empty in a new row: the plan's first day."),
            required=False,
        ),
        column_of(
            Project,
            "lead_department",
            _("By its name, short name or name in addresses. Empty: none."),
            "science-technology",
        ),
        column_of(Project, "project_class", _("Empty: not stated; it counts as implementing."), "implementing"),
        column_of(Project, "list_name", _("The list of projects that it belongs to, by its name"), "省重大项目名单"),
        column_of(
            Project,
            "national_code",
            _("As the approval platform gave it."),
            "2105-370602-04-01-123456",
            kind=Kind.CODE,
        ),
        column_of(Project, "planned_start_on", _("Empty: no day is planned."), "2023-04-01", is_deadline=True),
        column_of(Project, "planned_completion_on", _("Empty: no day is planned."), "2024-12-31", is_deadline=True),
        provenance(Project, _("Of its name and city. Empty in a new row: reported.")),
        provenance(Project, _("Empty in a new row: as the project's."), "investment_provenance"),
        source(Project),
        place(Project, "position", _IN_THE_LIST),
        *leave(),
    ),
)

LINKS = Sheet(
    name="links",
    label=_("Links"),
    help=_("Which projects support a measure, and which indicators it is to move: one of the two in each row."),
    key=("measure", "project", "indicator"),
    columns=(
        ref("measure", _("Measure"), _("Its code."), "measures", "M001", required=True),
        ref("project", _("Project"), _("Its code."), "projects", "P0001"),
        ref("indicator", _("Indicator"), _("Its code."), "indicators", "gdp_growth_ytd"),
        remove(),
    ),
)

PUBLISHED_FIGURES = Sheet(
    name="published_figures",
    label=_("Published figures"),
    help=_("Totals that a source states, held against those that the rows give."),
    key=("as_of", "figure"),
    columns=(
        column_of(PublishedFigure, "as_of", _("The day that the figure speaks of.")),
        column_of(PublishedFigure, "figure", _("Its path in the summary of the API."), "measures.total"),
        column_of(PublishedFigure, "value", _("As published."), "249", most=99_999_999_999, unit_in="unit"),
        column_of(PublishedFigure, "unit", _("Of the value."), "measures"),
        source(PublishedFigure, required=True),
        remove(),
    ),
)
