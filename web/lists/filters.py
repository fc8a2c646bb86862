"""The base of every filter set: one for the page and the API of a list.

Choices and slugs may be several, repeated or with commas between them: rows of any of them. Days, moments and words to
search for are one.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django_filters.fields import ChoiceField

from accounts.models import Department
from core.codes import clean_code
from core.forms import ParsedField
from core.pinyin import initials_pattern
from core.scope import PlanScope
from core.searching import MOST_SEARCHED, search_words
from web.days import parse_day, parse_month, parse_timestamp
from web.errors import not_one_of
from web.formats.money import WAN_PER_YI
from web.language import localized
from web.values import asked_values

# At most so many allowed values are named in a refusal.
MAX_NAMED = 60
# In 100 million yuan; no project's is as long.
AMOUNT = re.compile(r"[0-9]{1,6}(\.[0-9]{1,4})?")


class DayField(forms.DateField):
    """Only YYYY-MM-DD in ASCII digits."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": gettext_lazy("There is no such date; choose another, such as 2023-06-30")}

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        day = parse_day(value) if isinstance(value, str) else value
        if day is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class DayFilter(django_filters.DateFilter):
    field_class = DayField


class AmountField(ParsedField):
    """An amount of money in 100 million yuan, with at most four decimals: whole 万元."""

    # A number's own input would show nothing of what it refuses.
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {
        "invalid": gettext_lazy("Write an amount in 100 million yuan as digits, such as 100 or 0.5.")
    }

    def parse(self, text: str, /) -> Decimal | None:
        return Decimal(text.strip()) if AMOUNT.fullmatch(text.strip()) else None


class InvestmentField(AmountField):
    """Typed in 亿元; cleaned, it is in 万元."""

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return None if amount is None else int(amount * WAN_PER_YI)


class AmountFilter(django_filters.Filter):
    """A filter over a column of 万元."""

    field_class = AmountField

    def filter(self, qs: QuerySet[Any, Any], value: Decimal | None) -> QuerySet[Any, Any]:
        kept: QuerySet[Any, Any] = super().filter(qs, None if value is None else int(value * WAN_PER_YI))
        return kept


class MonthField(ParsedField):
    """A month written as YYYY-MM: its first day."""

    default_error_messages = {"invalid": gettext_lazy("This is not a month; write it like 2023-06.")}
    parse = staticmethod(parse_month)

    def prepare_value(self, value: Any) -> Any:
        """Return a stored day as its month."""
        return str(value).removesuffix("-01") if value and parse_day(str(value)) else value


class MonthFilter(django_filters.Filter):
    field_class = MonthField


class TimestampField(ParsedField):
    """A time with its offset, or a day: its start in Shanghai."""

    default_error_messages = {
        "invalid": gettext_lazy(
            "Write a moment with its offset, such as 2023-08-29T01:30:00Z (the + of +08:00 must be encoded in an "
            "address), or a day, such as 2023-08-29."
        )
    }
    parse = staticmethod(parse_timestamp)


class TimestampFilter(django_filters.Filter):
    field_class = TimestampField


class UpdatedFilterSet(django_filters.FilterSet):
    """A filter set of rows that know when they were last written (`core.timestamps.UpdatedAtModel`)."""

    # Compared in seconds: SQLite keeps times as texts, with as many decimals as each has.
    updated_since = TimestampFilter(field_name="updated_at", lookup_expr="gte", label=gettext_lazy("Updated since"))


class Select(forms.Select):
    """A choice of one, which keeps several that the address names: they are one option more."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return asked_values(data, name)

    def format_value(self, value: Any) -> list[str]:
        return super().format_value(value) or [""]

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        if len(value) < 2:
            return super().optgroups(name, value, attrs)
        together = ",".join(value)
        groups = super().optgroups(name, [together], attrs)
        labels = {str(option["value"]): option["label"] for _name, options, _at in groups for option in options}
        label = pgettext("between items", ", ").join(str(labels.get(each, each)) for each in value)
        chosen = self.create_option(name, together, label, selected=True, index=len(groups))
        # Below “All”.
        return [*groups[:1], (None, [chosen], len(groups)), *groups[1:]]


def row_label(row: Any) -> str:
    """Return the label of a row in a choice, as short as it may be."""
    for field in ("short", "title", "name"):
        if hasattr(row, f"{field}_zh"):
            return localized(row, field)
    return str(row)


class SlugField(forms.ModelChoiceField):  # type: ignore[type-arg]  # it takes none at run time
    widget = Select

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_messages["invalid_choice"] = gettext_lazy("No row of that name exists.")

    def present_name(self, name: str) -> str:
        """Return the name that a row has today; `name` may be one that it had before."""
        return name

    def clean(self, value: Any) -> list[Any]:
        """The rows of all names, in their order. Raises ValidationError where one has none."""
        names = list(dict.fromkeys(map(self.present_name, value)))
        rows: Any = self.queryset
        try:
            found = list(rows.filter(**{f"{self.to_field_name}__in": names})) if names else []
        except ValueError:
            # No text of a database.
            found = []
        # Codes are a plan's own: more than one row may have a name.
        if {self.prepare_value(row) for row in found} != set(names):
            raise self._refusal()
        return sorted(found, key=lambda row: names.index(self.prepare_value(row)))

    def _refusal(self) -> forms.ValidationError:
        # A short list is named in full; a misspelt code of a long one is found on its page.
        rows: Any = self.queryset
        known = list(rows.order_by().values_list(self.to_field_name, flat=True).distinct()[: MAX_NAMED + 1])
        message = self.error_messages["invalid_choice"] if len(known) > MAX_NAMED else not_one_of(sorted(known))
        return forms.ValidationError(message, code="invalid_choice")

    def bound_data(self, data: Any, initial: Any) -> Any:
        return list(dict.fromkeys(map(self.present_name, data)))

    def label_from_instance(self, obj: Any) -> str:
        return row_label(obj)


class ChoicesField(ChoiceField):
    widget = Select

    def clean(self, value: Any) -> list[Any]:
        return [super(ChoicesField, self).clean(each) for each in value]


class AnyOf(django_filters.Filter):
    """Keeps the rows of any of several values; all where none is asked for."""

    takes_several = True

    def filter(self, qs: QuerySet[Any, Any], value: Sequence[Any]) -> QuerySet[Any, Any]:
        if not value:
            return qs
        condition = Q()
        for each in value:
            one = Q(**{f"{self.field_name}__{self.lookup_expr}": each})
            condition |= ~one if self.exclude else one
        links = {field.name for field in qs.model._meta.many_to_many}
        if len(value) > 1 and self.field_name.partition("__")[0] in links:
            # A row that is linked to two of them comes once.
            return qs.filter(pk__in=qs.model._base_manager.filter(condition).values("pk"))
        return qs.filter(condition)


class SlugFilter(AnyOf, django_filters.ModelChoiceFilter):
    """Rows by their public names: slugs or codes."""

    field_class = SlugField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("to_field_name", "slug")
        kwargs.setdefault("empty_label", gettext_lazy("All"))
        super().__init__(*args, **kwargs)


class CodeField(SlugField):
    """A field for codes of measures or projects, however they are spelt."""

    def present_name(self, name: str) -> str:
        return clean_code(name)


class CodeFilter(SlugFilter):
    field_class = CodeField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, to_field_name="code", **kwargs)


class DepartmentField(SlugField):
    """Offers the departments that were not merged. The slug of one that was merged means its successor: an old bookmark
    finds the same rows, and the field shows whose they are now.
    """

    @cached_property
    def successors(self) -> dict[str, str]:
        merged = Department.objects.exclude(merged_into=None)
        return dict(merged.values_list("slug", "merged_into__slug"))

    def present_name(self, name: str) -> str:
        return self.successors.get(name, name)


class DepartmentFilter(SlugFilter):
    field_class = DepartmentField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, queryset=Department.objects.not_merged(), **kwargs)


class SearchField(forms.CharField):
    """`chip_label`: what stands before the words once they are searched for."""

    chip_label = gettext_lazy("Keyword")


class SearchFilter(django_filters.CharFilter):
    """Each word must stand in one of the columns, or be the initials of a Chinese name: `names` are the columns of
    these, as they begin (`title` is `title_zh`)."""

    field_class = SearchField

    def __init__(self, *columns: str, names: Sequence[str] = (), **kwargs: Any) -> None:
        self.names = [f"{name}_zh" for name in names]
        self.columns = [*columns, *(f"{name}_{language}" for name in names for language in ("zh", "en"))]
        kwargs.setdefault("label", gettext_lazy("Keyword or code"))
        too_long = gettext_lazy("At most %(limit_value)s characters; there are %(show_value)s.")
        super().__init__(max_length=MOST_SEARCHED, error_messages={"max_length": too_long}, **kwargs)

    def filter(self, qs: QuerySet[Any, Any], value: str) -> QuerySet[Any, Any]:
        for word in search_words(value or ""):
            qs = qs.filter(self.condition(word))
        return qs

    def condition(self, word: str) -> Q:
        condition = Q()
        for column in self.columns:
            is_code = column.rpartition("__")[2] == "code"
            condition |= Q(**{f"{column}__icontains": clean_code(word) if is_code else word})
        if pattern := initials_pattern(word):
            for column in self.names:
                condition |= Q(**{f"{column}__regex": pattern})
        return condition


class ChoiceFilter(AnyOf, django_filters.ChoiceFilter):
    """A refusal names the allowed values."""

    field_class = ChoicesField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", gettext_lazy("All"))
        super().__init__(*args, **kwargs)

    @property
    def field(self) -> forms.Field:
        field: forms.Field = super().field
        names = {str(value): label for value, label in self.extra["choices"]}
        field.error_messages["invalid_choice"] = not_one_of(names, names=names)
        return field


class ScopeFilter(ChoiceFilter):
    """A filter by the scope of measures or projects on the day. Without it a list has those that count on the day
    alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("choices", PlanScope.choices)
        super().__init__(*args, label=pgettext_lazy("plan", "Scope"), **kwargs)


def asks_for_scope(request: HttpRequest) -> bool:
    """Return whether the rows of a list need their scope (`ScopedQuerySet.of_asked_scope`)."""
    return any(request.GET.getlist("scope"))


class YesNoFilter(ChoiceFilter):
    """A filter by yes or no."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("choices", [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))])
        super().__init__(*args, **kwargs)

    def filter(self, qs: QuerySet[Any, Any], value: Sequence[Any]) -> QuerySet[Any, Any]:
        return super().filter(qs, [{"yes": True, "no": False}.get(each, each) for each in value])


def several_of(filterset: type[django_filters.FilterSet]) -> set[str]:
    """The filters that take several values."""
    return {name for name, each in filterset.base_filters.items() if getattr(each, "takes_several", False)}
