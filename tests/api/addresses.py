"""Every address of the API that is read, as the tables of the tests go through them."""

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
)
SINGLE = (
    "summary/",
    "measures/M001/",
    "measures/M001/history/",
    "projects/P0001/",
    "indicators/gdp_growth_ytd/",
)
ALL = LISTS + SINGLE
