"""The first page of the office: what this person may do."""

from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.access_rules import OFFICE
from accounts.models import User
from accounts.permissions import may_administer, may_review, signed_in
from web.views import TodayView


class Task(NamedTuple):
    url_name: str
    label: str | Promise
    text: str | Promise


_OF_REVIEWERS = [
    Task(
        "office:measures",
        pgettext_lazy("navigation", "Measures"),
        gettext_lazy(
            "Add one, change its texts and participating departments, its due date, lead or status; its history"
        ),
    ),
    Task(
        "office:projects",
        pgettext_lazy("navigation", "Projects"),
        gettext_lazy("Add one, change what it says, its total investment or planned days; withdraw or readmit one"),
    ),
    Task(
        "office:current_plan",
        gettext_lazy("Current plan"),
        gettext_lazy("Which action plan pages and answers show where none is named"),
    ),
    Task(
        "office:exemptions",
        gettext_lazy("Excused from the ranking"),
        gettext_lazy("Which of them have no rank, from when to when, and why"),
    ),
    Task(
        "office:sections",
        gettext_lazy("Priority areas"),
        gettext_lazy("Add, rename and renumber them; remove one that is empty"),
    ),
    Task(
        "office:themes",
        pgettext_lazy("navigation", "Themes"),
        gettext_lazy(
            "Add, change and remove them: which priority areas, measures, projects and indicators belong to each"
        ),
    ),
    Task(
        "office:indicators",
        pgettext_lazy("navigation", "Indicators"),
        gettext_lazy("Add and change them: names, units, who owes values and how often; their targets"),
    ),
    Task(
        "office:problem_categories",
        gettext_lazy("Categories of problems"),
        gettext_lazy("Add, rename and renumber them; remove one that is unused"),
    ),
    Task("measures:review", gettext_lazy("Review"), gettext_lazy("Accept or return what departments have submitted")),
    Task(
        "office:plausibility",
        gettext_lazy("Questions about unlikely entries"),
        gettext_lazy("What is asked before something is submitted, and from where on; tried on a year's entries"),
    ),
    Task(
        "notices:board",
        gettext_lazy("Monthly submission status"),
        gettext_lazy("Who has reported a month; reminders"),
    ),
]
_OF_ADMINISTRATORS = [
    Task(
        "office:people",
        gettext_lazy("People"),
        gettext_lazy("Invite people, give them roles, unlock or close accounts, make links to set a password"),
    ),
    Task(
        "office:departments",
        gettext_lazy("Departments"),
        gettext_lazy("Add, rename and renumber them; how many measures and people each has"),
    ),
    Task(
        "office:site",
        gettext_lazy("The site's profile"),
        gettext_lazy("What it is called, for which place it is, its languages"),
    ),
    Task(
        "office:limits",
        gettext_lazy("Lights and due day"),
        gettext_lazy("From when measures turn yellow, and by which day of a month reports are due"),
    ),
    Task(
        "office:plan",
        gettext_lazy("The plan's profile"),
        gettext_lazy("Its names, days, region and milestones, and what its indicators are compared with"),
    ),
    Task(
        "dashboard:plans",
        gettext_lazy("Action plans"),
        gettext_lazy("All of them beside each other; add one"),
    ),
    Task(
        "office:categories",
        gettext_lazy("Categories of projects"),
        gettext_lazy("Add, rename and renumber them; remove one that is unused"),
    ),
    Task(
        "rollups:runs",
        gettext_lazy("State of the totals"),
        gettext_lazy("Whether they are up to date; check or recompute them"),
    ),
    Task("backups", gettext_lazy("Backups"), gettext_lazy("When the last one was made, and whether it is whole")),
    Task("log", pgettext_lazy("navigation", "Log"), gettext_lazy("Who did what, when and from where")),
    Task(
        "permissions",
        gettext_lazy("Who may do what"),
        gettext_lazy("Every address with its rule; why a person may open one or not"),
    ),
]


class Group(NamedTuple):
    heading: str | Promise
    rows: list[tuple[str, Task]]


def tasks_of(user: User) -> list[Group]:
    """Returns the tasks of a person, by whose they are, each with its address."""
    groups = []
    if may_review(user):
        groups.append((gettext_lazy("The plan"), _OF_REVIEWERS))
    if may_administer(user):
        groups.append((gettext_lazy("The site"), _OF_ADMINISTRATORS))
    return [Group(heading, [(reverse(task.url_name), task) for task in tasks]) for heading, tasks in groups]


class OfficeIndex(TodayView):
    template_name = "office/index.html"
    permission = OFFICE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(groups=tasks_of(signed_in(self.request.user)), **kwargs)
