"""Checks for rows that contradict each other, which services prevent and no constraint can."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from measures.models import Measure
from projects.models import Project
from regions.models import Region


def contradictions() -> Iterator[str]:
    """A sentence for each row that stands against another; services let none arise."""
    astray = Measure.objects.exclude(section__plan=F("plan")).order_by("plan__slug", "code")
    for code, plan, section in astray.values_list("code", "plan__slug", "section__plan__slug"):
        yield f"measure {code} of {plan} is in a section of {section}"
    links = Project.measures.through.objects.exclude(measure__plan=F("project__plan"))
    rows = links.order_by("project__plan__slug", "project__code", "measure__code")
    columns = ("project__code", "project__plan__slug", "measure__code", "measure__plan__slug")
    for project, plan, measure, other in rows.values_list(*columns):
        yield f"project {project} of {plan} is linked to measure {measure} of {other}"
    astray_projects = Project.objects.exclude(category__plan=F("plan")).order_by("plan__slug", "code")
    columns = ("code", "plan__slug", "category__slug", "category__plan__slug")
    for code, plan, category, other in astray_projects.values_list(*columns):
        yield f"project {code} of {plan} has the category {category} of {other}"
    yield from _misplaced_projects()


def _misplaced_projects() -> Iterator[str]:
    in_order = Project.objects.order_by("plan__slug", "code")
    is_whole = ~Exists(Region.objects.filter(parent=OuterRef("plan__region")))
    astray = in_order.exclude(Q(city__parent=F("plan__region")) | Q(city=F("plan__region")) & is_whole)
    for code, plan, city, region in astray.values_list("code", "plan__slug", "city__code", "plan__region__code"):
        yield f"project {code} of {plan} lies in {city}, which does not lie directly in {region}"
    astray = in_order.filter(county__isnull=False).exclude(county__parent=F("city"))
    for code, plan, city, county in astray.values_list("code", "plan__slug", "city__code", "county__code"):
        yield f"project {code} of {plan} lies in county {county}, which is not in {city}"
    links: Any = Project.also_in.through.objects.order_by("project__plan__slug", "project__code", "region__code")
    twice = links.exclude(~Q(region=F("project__city")), region__kind=F("project__city__kind"))
    for code, plan, other in twice.values_list("project__code", "project__plan__slug", "region__code"):
        yield f"project {code} of {plan} lies in {other} too, which is not another of its kind"
