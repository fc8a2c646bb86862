"""Every address of the API, as the tables of the tests go through them, and what its refusals say."""

from typing import Any

LISTS = (
    "measures/",
    "projects/",
    "indicators/",
    "observations/",
    "indicators/gdp_growth_ytd/series/",
    "indicators/gdp_growth_ytd/filed-values/",
    "rollups/measures/",
    "rollups/projects/",
    "plans/",
    "sections/",
    "categories/",
    "themes/",
    "departments/",
    "regions/",
    "status-changes/",
    "meetings/",
    "project-months/",
    "projects/P0001/months/",
    "reports/",
    "measures/M001/reports/",
    "problems/",
    "measures/M001/problems/",
    "projects/P0001/problems/",
)
SINGLE = (
    "",
    "summary/",
    "changes/",
    "measures/M001/",
    "measures/M001/history/",
    "measures/M001/problems/1/",
    "projects/P0001/",
    "projects/P0001/problems/1/",
    "themes/energy/",
    "indicators/gdp_growth_ytd/",
)
ALL = LISTS + SINGLE
# Where something is sent, each with its method; numbers stand for those of a report.
WRITTEN = (
    ("post", "measures/M001/reports/"),
    ("put", "measures/M001/reports/1/"),
    ("post", "measures/M001/reports/1/submit/"),
    ("post", "measures/M001/reports/1/withdraw/"),
    ("post", "indicators/gdp_growth_ytd/filed-values/"),
    ("put", "indicators/gdp_growth_ytd/filed-values/1/"),
    ("post", "indicators/gdp_growth_ytd/filed-values/1/submit/"),
    ("post", "indicators/gdp_growth_ytd/filed-values/1/withdraw/"),
    ("post", "measures/M001/problems/"),
    ("put", "measures/M001/problems/1/"),
    ("post", "measures/M001/problems/1/moves/"),
    ("post", "projects/P0001/problems/"),
    ("put", "projects/P0001/problems/1/"),
    ("post", "projects/P0001/problems/1/moves/"),
)


def wrong(answer: Any) -> dict[str, list[str]]:
    """Return the errors of a refusal by parameter, or by the pointer of each field that was sent."""
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, list[str]] = {}
    for each in answer.json()["errors"]:
        found.setdefault(each.get("parameter") or each["pointer"], []).append(each["detail"])
    return found
