"""The one declaration of the ledger: its sheets in the order in which they are loaded, with their columns.

Reader, template, comparison and docs/data.md follow from it. A row names others by the keys of their sheets.
"""

from collections.abc import Mapping

from datasets.ledger.declaration import Sheet
from datasets.ledger.sheets.indicators import INDICATORS, OBSERVATIONS, TARGETS
from datasets.ledger.sheets.months import (
    ANNUAL_PLAN_CHANGES,
    ANNUAL_PLANS,
    PROJECT_MONTH_EVIDENCE,
    PROJECT_MONTHS,
    RANK_EXEMPTIONS,
)
from datasets.ledger.sheets.plan import CATEGORIES, LINKS, MEASURES, MILESTONES, PROJECTS, PUBLISHED_FIGURES, SECTIONS
from datasets.ledger.sheets.problems import (
    MEETING_ITEMS,
    MEETINGS,
    PROBLEM_CATEGORIES,
    PROBLEM_STEPS,
    PROBLEMS,
)
from datasets.ledger.sheets.records import (
    EVIDENCE,
    PROJECT_SCOPE_CHANGES,
    PROJECT_TERMS_CHANGES,
    REPORTS,
    SCOPE_CHANGES,
    STATUS_HISTORY,
    TERMS_CHANGES,
)
from datasets.ledger.sheets.site import DEPARTMENTS, PEOPLE, PLAN, REGIONS, SITE
from datasets.ledger.sheets.themes import THEMES

SHEETS: Mapping[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        SITE,
        REGIONS,
        DEPARTMENTS,
        PEOPLE,
        PLAN,
        MILESTONES,
        SECTIONS,
        MEASURES,
        CATEGORIES,
        PROJECTS,
        PROBLEM_CATEGORIES,
        PROBLEMS,
        PROBLEM_STEPS,
        MEETINGS,
        MEETING_ITEMS,
        REPORTS,
        EVIDENCE,
        STATUS_HISTORY,
        TERMS_CHANGES,
        SCOPE_CHANGES,
        PROJECT_TERMS_CHANGES,
        PROJECT_SCOPE_CHANGES,
        ANNUAL_PLANS,
        ANNUAL_PLAN_CHANGES,
        PROJECT_MONTHS,
        PROJECT_MONTH_EVIDENCE,
        RANK_EXEMPTIONS,
        INDICATORS,
        LINKS,
        OBSERVATIONS,
        TARGETS,
        THEMES,
        PUBLISHED_FIGURES,
    )
}
