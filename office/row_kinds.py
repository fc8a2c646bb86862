"""The kinds of rows that a plan has in an order, with the words of their pages."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.access_rules import ADMINISTRATORS, REVIEWERS, Rule
from measures.editing.sections import SECTIONS
from measures.models import Plan
from measures.plan_rows import PlanRows
from office.forms import words_of
from office.theme_fields import member_fields
from problems.categories import CATEGORIES as PROBLEM_CATEGORIES
from projects.categories import CATEGORIES
from themes.editing import THEMES
from web.html.links import query_of


class FormWords(NamedTuple):
    """The words of a form: its heading, what is said when it is done, and what it means. `explanation` may hold
    %(plan)s, the name of the plan; `link`: what a link to it is called, if not by its heading."""

    heading: str | Promise
    done: str | Promise
    explanation: str | Promise = ""
    link: str | Promise = ""

    @property
    def link_label(self) -> str | Promise:
        return self.link or self.heading


def no_members(plan: Plan) -> dict[str, forms.Field]:
    return {}


@dataclass(frozen=True)
class RowKind:
    """A kind of rows, as its four pages show them: a list, and the forms that add, change and remove one.

    `name` and `plural`: in names of addresses. `held_label`: of how many measures or projects are in each, which are
    `counted`. `keeps`: why a row cannot be removed while something is in it. `members`: the fields of the rows that it
    is linked to.
    """

    rows: PlanRows[Any]
    name: str
    plural: str
    permission: Rule
    heading: str | Promise
    counted: str
    held_label: str | Promise
    empty: str | Promise
    add: FormWords
    change: FormWords
    remove: FormWords
    keeps: str | Promise = ""
    members: Callable[[Plan], dict[str, forms.Field]] = no_members

    def label(self, column: str) -> str | Promise:
        label: str | Promise = self.rows.model._meta.get_field(column).verbose_name
        return label

    def words_fields(self, columns: Iterable[str]) -> dict[str, forms.Field]:
        return {name: words_of(self.rows.model, name) for name in columns}

    def list_url(self, plan: Plan) -> str:
        return query_of(reverse(f"office:{self.plural}"), plan=plan.link_slug)


SECTION_PAGES = RowKind(
    SECTIONS,
    name="section",
    plural="sections",
    permission=REVIEWERS,
    heading=gettext_lazy("Priority areas"),
    counted="measures",
    held_label=gettext_lazy("Number of measures"),
    empty=gettext_lazy("The plan has no priority areas yet"),
    add=FormWords(
        gettext_lazy("Add a priority area"),
        gettext_lazy("The priority area was added"),
        gettext_lazy("It joins “%(plan)s”, without measures yet."),
    ),
    change=FormWords(gettext_lazy("Rename or renumber a priority area"), gettext_lazy("The priority area was changed")),
    remove=FormWords(
        gettext_lazy("Remove a priority area"),
        gettext_lazy("The priority area was removed; the log keeps what it was"),
        gettext_lazy("Only one that has no measures can be removed. Links to its page lead nowhere then."),
    ),
    keeps=gettext_lazy(
        "It can be removed once it has no measures: each is given to another priority area on its own page."
    ),
)
THEME_PAGES = RowKind(
    THEMES,
    name="theme",
    plural="themes",
    permission=REVIEWERS,
    heading=pgettext_lazy("navigation", "Themes"),
    counted="indicators",
    held_label=gettext_lazy("Number of indicators"),
    empty=gettext_lazy("The plan has no themes yet"),
    add=FormWords(
        gettext_lazy("Add a theme"),
        gettext_lazy("The theme was added"),
        gettext_lazy(
            "It joins “%(plan)s”. Its measures are those of its priority areas and the single ones; its projects are "
            "those of its categories."
        ),
    ),
    change=FormWords(gettext_lazy("Change a theme"), gettext_lazy("The theme was changed")),
    remove=FormWords(
        gettext_lazy("Remove a theme"),
        gettext_lazy("The theme was removed; the log keeps what it was"),
        gettext_lazy("Its measures, projects and indicators stay as they are. Links to its page lead nowhere then."),
    ),
    members=member_fields,
)
CATEGORY_PAGES = RowKind(
    CATEGORIES,
    name="category",
    plural="categories",
    permission=ADMINISTRATORS,
    heading=gettext_lazy("Categories of projects"),
    counted="projects",
    held_label=gettext_lazy("Number of projects"),
    empty=gettext_lazy("The plan has no categories yet"),
    add=FormWords(
        gettext_lazy("Add a category"),
        gettext_lazy("The category was added"),
        gettext_lazy("It joins “%(plan)s”, without projects yet."),
    ),
    change=FormWords(gettext_lazy("Rename or renumber a category"), gettext_lazy("The category was changed")),
    remove=FormWords(
        gettext_lazy("Remove a category"),
        gettext_lazy("The category was removed; the log keeps what it was"),
        gettext_lazy("Only one that has no projects can be removed. Links that filter by it find nothing then."),
    ),
    keeps=gettext_lazy("It can be removed once it has no projects: each is given to another category first."),
)
PROBLEM_CATEGORY_PAGES = RowKind(
    PROBLEM_CATEGORIES,
    name="problem_category",
    plural="problem_categories",
    permission=REVIEWERS,
    heading=gettext_lazy("Categories of problems"),
    counted="problems",
    held_label=gettext_lazy("Number of problems"),
    empty=gettext_lazy("The plan has no categories yet"),
    add=FormWords(
        gettext_lazy("Add a category of problems"),
        gettext_lazy("The category was added"),
        gettext_lazy("It joins “%(plan)s”, without problems yet."),
        link=gettext_lazy("Add a category"),
    ),
    change=FormWords(
        gettext_lazy("Rename or renumber a category of problems"), gettext_lazy("The category was changed")
    ),
    remove=FormWords(
        gettext_lazy("Remove a category of problems"),
        gettext_lazy("The category was removed; the log keeps what it was"),
        gettext_lazy("Only one that has no problems can be removed. Links that filter by it find nothing then."),
        link=gettext_lazy("Remove a category"),
    ),
    keeps=gettext_lazy("It can be removed once it has no problems: each is given to another category first."),
)
