"""Accounts for the users of a load, and rows that they look at. Runs in a process of the site, by `manage.py shell`."""

import json
import sys
from collections import defaultdict
from itertools import chain
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import Department, Role, User
from core.clock import today
from core.periods import month_of
from indicators.models import Indicator
from measures.models import Measure, Plan, Report
from projects.models import Project
from web.limits import thresholds
from web.lists.listing import PAGE_SIZE

PASSWORD = "a-password-of-the-load"  # of a throwaway site


def make_cast(readers: int, reporters: int, exporters: int, crowd: int) -> None:
    """Prints it as JSON."""
    # Made once: a hash is slow on purpose.
    password = make_password(PASSWORD)
    shares = _shares(reporters)
    slugs = dict(Department.objects.values_list("pk", "slug"))
    people = {
        "readers": [{"name": f"reader-{number}"} for number in range(readers)],
        "exporters": [{"name": f"exporter-{number}"} for number in range(exporters)],
        "crowd": [{"name": f"crowd-{number}"} for number in range(crowd)],
        "reporters": [
            {"name": f"{slugs[department]}-{number}", "department": department, "measures": codes}
            for number, (department, codes) in enumerate(shares)
        ],
    }
    User.objects.bulk_create(
        User(
            username=each["name"],
            password=password,
            role=Role.REPORTER if "department" in each else Role.VIEWER,
            department_id=each.get("department"),
        )
        for each in chain(*people.values())
    )
    json.dump(people | _rows() | {"password": PASSWORD}, sys.stdout, ensure_ascii=False)


def _shares(number: int) -> list[tuple[int, list[str]]]:
    """Return for each reporter a department and the codes of measures, which are nobody else's; those with a report of
    the month come last, since it is to be withdrawn."""
    plan = Plan.objects.current()
    reported = set(Report.objects.filter(period=month_of(today())).values_list("measure_id", flat=True))
    led = defaultdict[int, list[str]](list)
    for measure in Measure.objects.in_plan(plan).as_of(today(), limits=thresholds()).order_by("pk"):
        if measure.pk not in reported:
            led[measure.lead_department_id].append(measure.code)
    people = dict.fromkeys(led, 0)
    for _number in range(number):
        # To the department that has the most measures for each of its people.
        people[max(people, key=lambda department: len(led[department]) / (people[department] + 1))] += 1
    return [
        (department, led[department][place::count]) for department, count in people.items() for place in range(count)
    ]


def _rows() -> dict[str, Any]:
    plan = Plan.objects.current()
    projects, measures = Project.objects.filter(plan=plan), Measure.objects.in_plan(plan)
    return {
        "departments": sorted(set(measures.values_list("lead_department__slug", flat=True))),
        "cities": sorted(set(projects.values_list("city__code", flat=True))),
        "measures": sorted(measures.values_list("code", flat=True)),
        "projects": sorted(projects.values_list("code", flat=True))[::40],
        # Of the list of projects: the least data have one.
        "pages": [2, 1] if projects.count() > PAGE_SIZE else [1],
        "indicators": sorted(Indicator.objects.values_list("code", flat=True)),
    }
