"""The changes of a measure's terms, as pages show them."""

from collections.abc import Collection
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Department
from measures.models import Measure, Section, Term, TermsChange
from web.language import localized


class TermSummary(NamedTuple):
    """How often a term was changed, and what it was at first, as texts."""

    times: str
    first: str


class TermRow(NamedTuple):
    """A change of terms with its values as texts: a day, or the name of a department or section."""

    change: TermsChange
    old: str
    new: str


def term_rows(measure: Measure) -> list[TermRow]:
    """Return the rows of the measure's changes of terms, the newest first."""
    changes = list(measure.terms_changes.select_related("recorded_by"))
    names = term_names(changes, plan=measure.plan_id)

    def written(term: str, value: str) -> str:
        return names.get((term, value), value) or _("No due date")

    return [TermRow(each, written(each.field, each.old_value), written(each.field, each.new_value)) for each in changes]


def term_names(changes: Collection[TermsChange], *, plan: int) -> dict[tuple[str, str], str]:
    """Return the names of the departments and sections that changes speak of, by the term and what is kept of it."""
    slugs = {
        term: {value for each in changes if each.field == term for value in (each.old_value, each.new_value)}
        for term in Term
    }
    names: dict[tuple[str, str], str] = {}
    if slugs[Term.LEAD_DEPARTMENT]:
        departments = Department.objects.filter(slug__in=slugs[Term.LEAD_DEPARTMENT])
        names |= {(Term.LEAD_DEPARTMENT, each.slug): localized(each, "short") for each in departments}
    if slugs[Term.SECTION]:
        sections = Section.objects.filter(plan=plan, slug__in=slugs[Term.SECTION])
        names |= {(Term.SECTION, each.slug): localized(each, "title") for each in sections}
    return names


def summarize_terms(rows: list[TermRow]) -> dict[str, TermSummary]:
    """Return a summary by the name of the term, for those that were changed; `rows` come newest first."""
    summaries = {}
    for term in Term:
        own = [row for row in rows if row.change.field == term]
        if own:
            times = ngettext("moved once", "moved %(count)s times", len(own)) % {"count": len(own)}
            summaries[term.value] = TermSummary(times, own[-1].old)
    return summaries
