"""Every address of the API, as the tables of the tests go through them."""

LISTS = (
    "measures/",
    "projects/",
    "indicators/",
    "observations/",
    "rollups/measures/",
    "rollups/projects/",
    "plans/",
    "sections/",
    "departments/",
    "regions/",
    "status-changes/",
    "measures/M001/reports/",
)
SINGLE = (
    "summary/",
    "changes/",
    "measures/M001/",
    "measures/M001/history/",
    "projects/P0001/",
    "indicators/gdp_growth_ytd/",
)
ALL = LISTS + SINGLE
# Where something is sent, each with its method; numbers stand for those of a report.
WRITTEN = (
    ("post", "measures/M001/reports/"),
    ("put", "measures/M001/reports/1/"),
    ("post", "measures/M001/reports/1/submit/"),
    ("post", "measures/M001/reports/1/withdraw/"),
)
