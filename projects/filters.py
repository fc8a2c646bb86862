from django.utils.translation import gettext_lazy, pgettext_lazy

from core.provenance import Provenance
from measures.models import Measure
from projects.models import Category, Project, Stage
from regions.models import Region, RegionKind
from web.lists.filters import ChoiceFilter, DayFilter, SearchFilter, SlugFilter, UpdatedFilterSet

_cities = Region.objects.filter(kind=RegionKind.CITY)


class ProjectFilter(UpdatedFilterSet):
    """For projects of one plan that were listed by a day."""

    search = SearchFilter("code", "name_zh", "name_en")
    city = SlugFilter(
        to_field_name="code",
        queryset=_cities,
        label=pgettext_lazy("project", "City"),
        empty_label=gettext_lazy("Any city"),
    )
    category = ChoiceFilter(choices=Category.choices, label=gettext_lazy("Category"))
    stage = ChoiceFilter(choices=Stage.choices, label=gettext_lazy("Stage"))
    county = SlugFilter(
        to_field_name="code",
        queryset=Region.objects.filter(kind=RegionKind.COUNTY),
        label=gettext_lazy("County"),
    )
    also_in = SlugFilter(to_field_name="code", queryset=_cities, label=gettext_lazy("Also in"))
    measure = SlugFilter(
        field_name="measures",
        to_field_name="code",
        queryset=Measure.objects.all(),
        label=gettext_lazy("Measure"),
    )
    listed_from = DayFilter(field_name="listed_on", lookup_expr="gte", label=gettext_lazy("Listed from"))
    listed_to = DayFilter(field_name="listed_on", lookup_expr="lte", label=gettext_lazy("Listed by"))
    provenance = ChoiceFilter(choices=Provenance.choices, label=gettext_lazy("Provenance"))

    # Fields of the page's form; links and the API use the others too.
    shown = ("search", "city", "category", "stage")

    class Meta:
        model = Project
        fields: list[str] = []


PROJECT_ORDERINGS = {
    "code": ["code"],
    "total_investment": ["investment_wan", "code"],
    "listed_on": ["listed_on", "code"],
    "city": ["city__code", "code"],
    "category": ["category", "code"],
    "stage": ["stage", "code"],
}
