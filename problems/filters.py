"""One filter set for the page of problems and for their list in the API: over the step of each that holds on a day."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.codes import clean_code
from measures.filters import (
    InThemeFilter,
    NamesPlaces,
    measures_of_asked_plan,
    members_of_asked_plan,
    of_asked_plan,
    sections_of_asked_plan,
)
from problems.models import Problem, ProblemCategory, ProblemSubject
from problems.rules import WAITING_CONDITIONS, WaitingFor, overdue_condition
from problems.workflow import LISTED_STATES, OPEN_STATES, ProblemState
from projects.filters import projects_of_asked_plan
from web.days import asked_day
from web.lists.filters import (
    ChoiceFilter,
    CodeFilter,
    DayFilter,
    DepartmentFilter,
    SearchFilter,
    SlugFilter,
    TimestampFilter,
    YesNoFilter,
)

# Any state that is not closed and not withdrawn.
OPEN = "open"
STATES = [(OPEN, pgettext_lazy("problem", "Not closed")), *((state.value, state.label) for state in LISTED_STATES)]
# In days: at least as old as that.
AGES = (30, 60, 90, 180)
# Of digits: no problem has such a number, and databases refuse it.
LONG_NUMBER = 6


class ConditionFilter(ChoiceFilter):
    """A filter by choices that are conditions of the database, each with its own."""

    def __init__(self, conditions: Mapping[Any, Q], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conditions = conditions

    def filter(self, qs: Any, value: Sequence[str]) -> Any:
        condition = Q()
        for each in value:
            condition |= self.conditions[each]
        return qs.filter(condition)


class StateFilter(ChoiceFilter):
    def filter(self, qs: Any, value: Sequence[str]) -> Any:
        states = {state for each in value for state in (OPEN_STATES if each == OPEN else [each])}
        return qs.filter(state__in=states) if states else qs


class OverdueFilter(YesNoFilter):
    def filter(self, qs: Any, value: Sequence[str]) -> Any:
        condition = overdue_condition(asked_day(self.parent.request))
        if set(value) == {"yes"}:
            return qs.filter(condition)
        # Not `exclude`: that keeps no row without a due date.
        in_time = Q(due_on=None) & Q(state=ProblemState.ASSIGNED) | ~condition
        return qs.filter(in_time) if set(value) == {"no"} else qs


class AgeFilter(ChoiceFilter):
    """Raised at least so many days before the day of the list; of several the smallest."""

    def filter(self, qs: Any, value: Sequence[str]) -> Any:
        if not value:
            return qs
        day = asked_day(self.parent.request)
        days = min(int(each) for each in value)
        # The first days of the calendar have no day so long before them.
        return qs.filter(problem__raised_on__lte=day - timedelta(days=days)) if day.toordinal() > days else qs.none()


class PresentDepartmentFilter(DepartmentFilter):
    """Also what belonged to departments that were merged into these: who owned a problem stays on record."""

    def filter(self, qs: Any, value: Sequence[Any]) -> Any:
        if not value:
            return qs
        merged = Q(**{f"{self.field_name}__merged_into__in": value})
        return qs.filter(Q(**{f"{self.field_name}__in": value}) | merged)


class OwnerFilter(PresentDepartmentFilter):
    """A filter by the department that a problem is assigned to; who is suggested is responsible for nothing."""

    def filter(self, qs: Any, value: Sequence[Any]) -> Any:
        return qs.owned_by(*value) if value else qs


class HelperFilter(DepartmentFilter):
    def filter(self, qs: Any, value: Sequence[Any]) -> Any:
        # A problem that asks two of them comes once.
        return qs.filter(problem__in=Problem.objects.filter(helpers__in=value).values("pk")) if value else qs


class ProblemSearchFilter(SearchFilter):
    """Also by the code of a problem. Of texts no initials are looked for: two letters stand for something in nearly
    every one."""

    def condition(self, word: str) -> Q:
        condition = super().condition(word)
        code, _hyphen, number = word.rpartition("-")
        if code and number.isascii() and number.isdecimal() and len(number) < LONG_NUMBER:
            wanted = clean_code(code)
            of_that_code = Q(problem__measure__code__iexact=wanted) | Q(problem__project__code__iexact=wanted)
            condition |= of_that_code & Q(problem__number=int(number))
        return condition


class ProblemFilter(NamesPlaces):
    updated_since = TimestampFilter(
        field_name="problem__updated_at", lookup_expr="gte", label=gettext_lazy("Updated since")
    )
    search = ProblemSearchFilter(
        "problem__measure__code",
        "problem__project__code",
        "problem__text_zh",
        "problem__text_en",
        names=["problem__measure__title", "problem__project__name"],
    )
    state = StateFilter(choices=STATES, label=pgettext_lazy("problem", "State"), empty_label=gettext_lazy("Any state"))
    waiting = ConditionFilter(WAITING_CONDITIONS, choices=WaitingFor.choices, label=gettext_lazy("Waiting for"))
    owner = OwnerFilter(field_name="owner", label=pgettext_lazy("problem", "Owner"))
    category = SlugFilter(
        field_name="problem__category",
        queryset=of_asked_plan(ProblemCategory),
        label=pgettext_lazy("problem", "Category"),
    )
    overdue = OverdueFilter(label=pgettext_lazy("problem", "Overdue"))
    age = AgeFilter(
        choices=[(str(days), format_lazy(gettext_lazy("{days} days or more"), days=days)) for days in AGES],
        label=pgettext_lazy("problem", "Age"),
    )
    section = SlugFilter(
        field_name="problem__measure__section", queryset=sections_of_asked_plan, label=gettext_lazy("Priority area")
    )
    theme = InThemeFilter()
    raised_by = PresentDepartmentFilter(field_name="problem__raised_by", label=pgettext_lazy("problem", "Raised by"))
    helper = HelperFilter(label=gettext_lazy("Asked to help"))
    subject = ConditionFilter(
        {kind.value: Q(**{f"problem__{kind}__isnull": False}) for kind in ProblemSubject},
        choices=ProblemSubject.choices,
        label=pgettext_lazy("problem", "What it is about"),
        empty_label=gettext_lazy("Measures and projects"),
    )
    measure = CodeFilter(field_name="problem__measure", queryset=measures_of_asked_plan, label=gettext_lazy("Measure"))
    project = CodeFilter(field_name="problem__project", queryset=projects_of_asked_plan, label=gettext_lazy("Project"))
    city = SlugFilter(
        field_name="problem__project__city",
        to_field_name="code",
        queryset=members_of_asked_plan,
        label=pgettext_lazy("project", "City"),
    )
    raised_from = DayFilter(field_name="problem__raised_on", lookup_expr="gte", label=gettext_lazy("Raised from"))
    closed_from = DayFilter(method="filter_closed", label=gettext_lazy("Closed from"))

    # Fields of the page's form, and those that it folds away; links and the API use the others too.
    shown = ("search", "state", "waiting", "owner", "category", "overdue")
    folded = ("subject", "age", "section", "theme", "city", "raised_by", "helper", "raised_from", "closed_from")

    def filter_closed(self, qs: Any, name: str, value: Any) -> Any:
        return qs.filter(state=ProblemState.CLOSED, made_on__gte=value) if value else qs


# Lists put rows without a value last: problems of measures before those of projects.
_POSITIONS = ["problem__measure__position", "problem__project__position"]
PROBLEM_ORDERINGS = {
    "code": [
        "problem__measure__position",
        "problem__measure__code",
        "problem__project__position",
        "problem__project__code",
        "problem__number",
    ],
    "raised_on": ["problem__raised_on", *_POSITIONS, "problem__number"],
    "due_on": ["due_on", "problem__raised_on", *_POSITIONS, "problem__number"],
    "state": ["state", "problem__raised_on", *_POSITIONS],
    "owner": ["owner__number", "due_on", *_POSITIONS],
    "category": ["problem__category__number", "due_on", *_POSITIONS],
}
