"""The one declaration of the ledger: its sheets in the order in which they are loaded, with their columns.

Reader, template, comparison and docs/data.md follow from it. A row names others by the keys of their sheets.
"""

from collections.abc import Mapping

from ledger.declaration import Sheet
from ledger.sheets.indicators import INDICATORS, OBSERVATIONS, TARGETS
from ledger.sheets.investment import ANNUAL_PLAN_CHANGES, ANNUAL_PLANS, RANK_EXEMPTIONS
from ledger.sheets.plan import CATEGORIES, LINKS, MEASURES, MILESTONES, PROJECTS, PUBLISHED_FIGURES, SECTIONS
from ledger.sheets.problems import MEETING_ITEMS, MEETINGS, PROBLEM_CATEGORIES, PROBLEM_STEPS, PROBLEMS
from ledger.sheets.records import (
    PROJECT_SCOPE_CHANGES,
    PROJECT_TERMS_CHANGES,
    SCOPE_CHANGES,
    STATUS_HISTORY,
    TERMS_CHANGES,
)
from ledger.sheets.reports import EVIDENCE, PROJECT_MONTH_EVIDENCE, PROJECT_MONTHS, REPORTS
from ledger.sheets.site import DEPARTMENTS, PEOPLE, PLAN, REGIONS, SITE
from ledger.sheets.themes import THEMES

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
