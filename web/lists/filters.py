"""The base of every filter set: one for the page and the API of a list."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from accounts.models import Department
from web.days import parse_day, parse_timestamp
from web.errors import not_one_of
from web.language import localized

# At most so many allowed values are named in a refusal.
MAX_NAMED = 60


class DayField(forms.DateField):
    """Only YYYY-MM-DD in ASCII digits."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": gettext_lazy("This is not a valid date")}

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        day = parse_day(value) if isinstance(value, str) else value
        if day is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class DayFilter(django_filters.DateFilter):
    field_class = DayField


class TimestampField(forms.Field):
    """A time with its offset, or a day: its start in Shanghai."""

    default_error_messages = {
        "invalid": gettext_lazy(
            "Write a moment with its offset, such as 2023-08-29T01:30:00Z (the + of +08:00 must be encoded in an "
            "address), or a day, such as 2023-08-29."
        )
    }

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        timestamp = parse_timestamp(value)
        if timestamp is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return timestamp


class TimestampFilter(django_filters.Filter):
    field_class = TimestampField


class UpdatedFilterSet(django_filters.FilterSet):
    """Of rows that know when they were last written (`core.timestamps.UpdatedAtModel`)."""

    # Compared in seconds: SQLite keeps times as texts, with as many decimals as each has.
    updated_since = TimestampFilter(field_name="updated_at", lookup_expr="gte", label=gettext_lazy("Updated since"))


class SlugField(forms.ModelChoiceField):  # type: ignore[type-arg]  # it takes none at run time
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_messages["invalid_choice"] = gettext_lazy("No row of that name exists.")

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError as refusal:
            # A short list is named in full; a misspelt code of a long one is found on its page.
            rows: Any = self.queryset
            names = list(rows.order_by().values_list(self.to_field_name, flat=True)[: MAX_NAMED + 1])
            if refusal.code != "invalid_choice" or len(names) > MAX_NAMED:
                raise
            raise forms.ValidationError(not_one_of(sorted(names)), code="invalid_choice") from None

    def label_from_instance(self, obj: Any) -> str:
        for field in ("short", "title", "name"):
            if hasattr(obj, f"{field}_zh"):
                return localized(obj, field)
        return str(obj)


class SlugFilter(django_filters.ModelChoiceFilter):
    """A row by its public name: a slug or a code."""

    field_class = SlugField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("to_field_name", "slug")
        kwargs.setdefault("empty_label", gettext_lazy("All"))
        super().__init__(*args, **kwargs)


class DepartmentField(SlugField):
    """Offers the departments that were not merged. The slug of one that was merged means its successor: an old bookmark
    finds the same rows, and the field shows whose they are now.
    """

    @cached_property
    def successors(self) -> dict[str, str]:
        merged = Department.objects.exclude(merged_into=None)
        return dict(merged.values_list("slug", "merged_into__slug"))

    def to_python(self, value: Any) -> Any:
        return super().to_python(self.successors.get(value, value) if value else value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return self.successors.get(data, data) if data else data


class DepartmentFilter(SlugFilter):
    field_class = DepartmentField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, queryset=Department.objects.not_merged(), **kwargs)


class SearchFilter(django_filters.CharFilter):
    """Each word must stand in one of the columns."""

    def __init__(self, *columns: str, **kwargs: Any) -> None:
        self.columns = columns
        kwargs.setdefault("label", gettext_lazy("Search by title or code"))
        super().__init__(**kwargs)

    def filter(self, qs: QuerySet[Any, Any], value: str) -> QuerySet[Any, Any]:
        for word in (value or "").split():
            condition = Q()
            for column in self.columns:
                condition |= Q(**{f"{column}__icontains": word})
            qs = qs.filter(condition)
        return qs


class ChoiceFilter(django_filters.ChoiceFilter):
    """A refusal names the allowed values."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", gettext_lazy("All"))
        super().__init__(*args, **kwargs)

    @property
    def field(self) -> forms.Field:
        field: forms.Field = super().field
        field.error_messages["invalid_choice"] = not_one_of(value for value, _label in self.extra["choices"])
        return field


class YesNoFilter(ChoiceFilter):
    """yes or no."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("choices", [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))])
        super().__init__(*args, **kwargs)

    def filter(self, qs: QuerySet[Any, Any], value: str) -> QuerySet[Any, Any]:
        rows: QuerySet[Any, Any] = super().filter(qs, {"yes": True, "no": False}.get(value, value))
        return rows
