"""The content of the page of the plan as it was first listed."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.paginator import Page
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.scope import PlanScope
from dashboard.pages.links import Links
from dashboard.pages.sentences import counted_clauses
from measures.first_version import FirstVersion, ListedMeasure
from measures.models import Term
from web.formats.dates import format_day
from web.formats.numbers import format_number
from web.formats.text import format_counted, format_sentence
from web.language import localized
from web.lists.listing import asked_page


class FirstRow(NamedTuple):
    """A measure with its lead when it was listed, and in words what is otherwise on the day."""

    listed: ListedMeasure
    lead: str
    differences: list[str]


class FirstVersionContext(NamedTuple):
    """The values of the page. `page`: of FirstRows; `changed`: how many measures have changed; `switch` is empty where
    none has."""

    sentence: SafeString | str
    page: Page[Any]
    total: int
    changed: int
    switch: list[dict[str, Any]]


def first_version_context(
    version: FirstVersion, links: Links, params: QueryDict, *, changed_only: bool
) -> FirstVersionContext:
    changed = [each for each in version.measures if each.has_changed]
    page = asked_page(params, changed if changed_only else version.measures)
    page.object_list = [_row(each, version) for each in page]
    return FirstVersionContext(
        sentence=first_version_sentence(version),
        page=page,
        total=len(version.measures),
        changed=len(changed),
        switch=_switch(links, changed_only=changed_only) if changed else [],
    )


def _switch(links: Links, *, changed_only: bool) -> list[dict[str, Any]]:
    name = "dashboard:first_version"
    return [
        {"label": _("All measures"), "url": links.url(name), "is_chosen": not changed_only},
        {
            "label": pgettext("measures", "Only those that changed"),
            "url": links.url(name, show="changed"),
            "is_chosen": changed_only,
        },
    ]


def _row(listed: ListedMeasure, version: FirstVersion) -> FirstRow:
    former = listed.former_lead
    lead = localized(listed.measure.lead_department, "short")
    return FirstRow(listed, _name(version, Term.LEAD_DEPARTMENT, former) or lead, list(_differences(listed, version)))


def _name(version: FirstVersion, term: Term, slug: str) -> str:
    return version.names.get((term, slug), slug)


def _differences(listed: ListedMeasure, version: FirstVersion) -> Iterator[str]:
    """Yield in words what is otherwise now."""
    measure, left = listed.measure, listed.left
    if listed.was_added:
        yield _("Added on %(day)s") % {"day": measure.listed_on.isoformat()}
    if left is not None:
        what = left.successors_note or left.get_kind_display()
        yield _("%(what)s on %(day)s") % {"what": what, "day": left.effective_on.isoformat()}
    if listed.due_on != measure.due_on:
        yield _format_due(listed)
    if listed.former_lead:
        names = {
            "old": _name(version, Term.LEAD_DEPARTMENT, listed.former_lead),
            "new": localized(measure.lead_department, "short"),
        }
        yield _("Was led by %(old)s, now by %(new)s") % names
    if listed.former_section:
        names = {
            "old": _name(version, Term.SECTION, listed.former_section),
            "new": localized(measure.section, "title"),
        }
        yield _("Was in “%(old)s”, now in “%(new)s”") % names


def _format_due(listed: ListedMeasure) -> str:
    old, new = listed.due_on, listed.measure.due_on
    if old is None:
        return _("Had no due date, now due %(new)s") % {"new": new}
    if new is None:
        return _("Was due %(old)s, now without a due date") % {"old": old}
    return _("Was due %(old)s, now %(new)s") % {"old": old, "new": new}


def first_version_sentence(version: FirstVersion) -> SafeString | str:
    """Return how many were first listed, what changed since, and how many there are. Other terms are counted of those
    in the plan alone, as the figures of due days are."""
    day, measures = version.day, version.measures
    if version.listed_on is None:
        return _("As of %(day)s, no measure is listed yet.") % {"day": format_day(day)}
    added = sum(each.was_added for each in measures)
    inside = [each for each in measures if each.left is None]
    listed = format_counted(
        "%(count)s measure was first listed on %(day)s",
        "%(count)s measures were first listed on %(day)s",
        len(measures) - added,
        day=format_day(version.listed_on),
    )
    changes = _counted_changes(added, measures, inside)
    if not changes:
        return format_sentence(_("%(listed)s; nothing on record has changed since."), listed=listed)
    return format_sentence(
        _("%(listed)s; since then %(changes)s. On %(day)s the plan has %(count)s."),
        listed=listed,
        changes=pgettext("between clauses", ", ").join(changes),
        day=format_day(day),
        count=format_number(len(inside)),
    )


def _counted_changes(added: int, measures: list[ListedMeasure], inside: list[ListedMeasure]) -> list[str]:
    left = Counter(_way_out(each) for each in measures)
    moved = sum(each.is_due_moved for each in inside)
    given = sum(each.due_on != each.measure.due_on and not each.is_due_moved for each in inside)
    leads = sum(bool(each.former_lead) for each in inside)
    sections = sum(bool(each.former_section) for each in inside)
    split, merged = left["split"], left["merged"]
    return counted_clauses(
        (added, ngettext("%(count)s was added", "%(count)s were added", added)),
        (left[PlanScope.WITHDRAWN], _("%(count)s withdrawn")),
        (merged, _("%(count)s merged into another")),
        (split, _("%(count)s split")),
        (left[PlanScope.SUSPENDED], _("%(count)s suspended")),
        (moved, ngettext("%(count)s has another due date", "%(count)s have another due date", moved)),
        (given, ngettext("%(count)s was given a due date", "%(count)s were given a due date", given)),
        (leads, ngettext("%(count)s has another lead department", "%(count)s have another lead department", leads)),
        (
            sections,
            ngettext("%(count)s is in another priority area", "%(count)s are in another priority area", sections),
        ),
    )


def _way_out(listed: ListedMeasure) -> str:
    """Return how a measure left the plan: suspended, withdrawn, merged or split; empty for one that is in it."""
    if listed.left is None:
        return ""
    successors = len(listed.left.successors.all())
    return ("merged" if successors == 1 else "split") if successors else listed.left.kind
