"""Problems on the pages of the dashboard: how many, how old, who must act, and those of a department or a section."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dashboard.figures import Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.problem_figures import (
    MIN_PROBLEMS_FOR_SHARE,
    closed_from,
    oldest_open,
    problem_figures,
    shares_by_category,
)
from problems.models import ProblemStep
from problems.querysets import ProblemStepQuerySet
from problems.rows import BY_DUE_DAY, ProblemRow, problem_rows, problems_of_department
from problems.rules import CLOSED_DAYS, OVERDUE_OF_OWNERS, ProblemCounts, WaitingFor, count_problems
from web.formats.numbers import format_number
from web.formats.text import format_counted, format_names, format_sentence
from web.language import localized

# Departments that a sentence names.
MAX_OWNERS = 3
# On the page of a department or a section; its list has all.
MAX_ROWS = 20


def attention_words(figures: Figures) -> tuple[int, SafeString | str]:
    """Return how many problems are open, and what is urgent about them."""
    counts = figures.problem_counts
    text = format_sentence(
        _("Not closed; %(overdue)s, %(to_verify)s to be verified"),
        overdue=_format_late(counts.overdue),
        to_verify=format_number(counts.to_verify),
    )
    return counts.open, text


def _format_late(overdue: int) -> SafeString | str:
    """Return how many are overdue, bold where there are some."""
    text = pgettext("problem", "%(count)s overdue") % {"count": format_number(overdue)}
    return format_html('<strong class="past-due">{}</strong>', text) if overdue else text


def problem_block(figures: Figures, links: Links, departments: Iterable[GroupFigures]) -> dict[str, Any]:
    """Return the block on problems for the overview: who must act on how many, how long they wait and what they are
    about. Nothing of a plan without problems."""
    if not figures.problem_rows:
        return {}
    counts, oldest = figures.problem_counts, oldest_open(figures.problem_rows)
    shares = shares_by_category(counts)
    return {
        "sentence": _sentence(counts, departments, links),
        "overdue_url": links.url("problems:list", overdue="yes"),
        "waiting": [
            {
                "name": each.label,
                "path": f"problems.waiting.{each.value}",
                "value": counts.waiting[each],
                "url": links.url("problems:list", waiting=each.value),
                "does": does,
                "overdue": counts.overdue_by_waiting[each],
            }
            for each, does in _what_they_do().items()
            if counts.waiting[each]
        ],
        "oldest_url": oldest and links.url(f"problems:{oldest.subject_kind}_problem", oldest.code, oldest.number),
        "closed_days": CLOSED_DAYS,
        "closed_url": links.url("problems:list", state="closed", closed_from=closed_from(figures.day).isoformat()),
        "categories": [
            {
                "name": localized(each.category, "name") if each.category.slug else _("Without a category"),
                "open": each.open,
                "overdue": counts.overdue_by_category[each.category],
                "share": each.share,
                "url": each.category.slug and links.url("problems:list", state="open", category=each.category.slug),
            }
            for each in sorted(shares, key=lambda each: -each.open)
        ],
        "has_shares": counts.open >= MIN_PROBLEMS_FOR_SHARE,
        "most": max((each.open for each in shares), default=0),
    }


def _what_they_do() -> dict[WaitingFor, str]:
    return {
        WaitingFor.DEPARTMENT: _("to solve"),
        WaitingFor.OFFICE: _("to assign or verify"),
        WaitingFor.GOVERNMENT: _("to coordinate"),
    }


def _sentence(counts: ProblemCounts, departments: Iterable[GroupFigures], links: Links) -> SafeString | str:
    """How many are open and overdue, and who must solve most of them."""
    if not counts.open:
        return _("No problem is open") + pgettext("end of a sentence", ".")
    owners = sorted(
        (each for each in departments if counts.by_owner[each.group.pk]),
        key=lambda each: (-counts.by_owner[each.group.pk], -counts.overdue_by_owner[each.group.pk]),
    )
    text = (
        ngettext(
            "%(open)s problem is open, %(overdue)s; to be solved by %(owners)s.",
            "%(open)s problems are open, %(overdue)s; to be solved by %(owners)s.",
            counts.open,
        )
        if owners
        else ngettext("%(open)s problem is open, %(overdue)s.", "%(open)s problems are open, %(overdue)s.", counts.open)
    )
    return format_sentence(
        text,
        open=format_number(counts.open),
        overdue=_format_late(counts.overdue),
        owners=_format_owners(owners, counts, links),
    )


def _format_owners(owners: Sequence[GroupFigures], counts: ProblemCounts, links: Links) -> SafeString | str:
    named = [
        format_html(
            '<a href="{}">{}</a>',
            links.url("problems:list", state="open", owner=each.key),
            _("%(name)s (%(count)s)")
            % {
                "name": localized(each.group, "short"),
                "count": format_number(counts.by_owner[each.group.pk]),
            },
        )
        for each in owners[:MAX_OWNERS]
    ]
    if (more := len(owners) - MAX_OWNERS) > 0:
        named.append(
            format_html("{}", format_counted("%(count)s other department", "%(count)s other departments", more))
        )
    # Each is escaped.
    return SafeString(format_names(named))


def department_problems(figures: Figures, group: GroupFigures, links: Links) -> dict[str, Any]:
    """Return the problems that a department must solve, helps with or raised."""
    rows = problems_of_department(group.group, figures.plan, on=figures.day)
    own = _own_figures(figures, group, links, field="owner")
    by_role = {role: sum(each.role == role for each in rows) for role in ("owner", "helper", "raiser")}
    return {
        **own,
        "problem_url": links.url("problems:list", state="open", owner=group.key),
        "problem_sentence": _sentence_of_department(by_role, own["problem_figures"]["overdue"]),
        **_shown(rows),
    }


def section_problems(figures: Figures, group: GroupFigures, links: Links) -> dict[str, Any]:
    """The open problems of the measures of a section."""
    steps = ProblemStep.objects.in_plan(figures.plan).filter(problem__measure__section=group.group)
    own = _own_figures(figures, group, links, field="section")
    return {**own, **problem_part(open_rows(steps, figures.day), links, section=group.key)}


def _own_figures(figures: Figures, group: GroupFigures, links: Links, *, field: str) -> dict[str, Any]:
    """`field`: what names the group among the problems of the plan and in addresses of their list."""
    own = [each for each in figures.problem_rows if getattr(each, field) == group.group.pk]
    counts = count_problems(own, on=figures.day)
    of_owner = {"overdue": counts.overdue_of_owners} if field == "owner" else {}
    overdue = OVERDUE_OF_OWNERS if field == "owner" else {"overdue": "yes"}
    return {
        "problem_figures": problem_figures(counts) | of_owner,
        "problem_overdue_url": links.url("problems:list", **overdue, **{field: group.key}),
    }


def open_rows(steps: ProblemStepQuerySet, day: date) -> list[ProblemRow]:
    """Return those problems of the steps that are open on the day, whoever must act first first."""
    return problem_rows(steps.last_by(day).open().with_rows().order_by(*BY_DUE_DAY), on=day)


def problem_part(rows: Sequence[ProblemRow], links: Links, *, most: int = MAX_ROWS, **filters: str) -> dict[str, Any]:
    """Return the part on some open problems. `filters`: the same in addresses of their list; `most`: rows at most."""
    count, overdue = len(rows), sum(row.left.is_overdue for row in rows)
    text = ngettext("%(open)s problem is open, %(overdue)s.", "%(open)s problems are open, %(overdue)s.", count)
    return {
        "problem_url": links.url("problems:list", state="open", **filters),
        "problem_sentence": format_sentence(text, open=format_number(count), overdue=_format_late(overdue)),
        **_shown(rows, most),
    }


def _shown(rows: Sequence[ProblemRow], most: int = MAX_ROWS) -> dict[str, Any]:
    return {"problem_rows": rows[:most], "problems_not_shown": max(0, len(rows) - most)}


def _sentence_of_department(by_role: dict[str, int], overdue: int) -> SafeString | str:
    words = {role: format_number(count) for role, count in by_role.items()}
    text = (
        _("Open problems: it must solve %(owner)s, helps with %(helper)s and raised %(raiser)s; %(overdue)s.")
        if by_role["helper"]
        else _("Open problems: it must solve %(owner)s and raised %(raiser)s that others solve; %(overdue)s.")
    )
    return format_sentence(text, **words, overdue=_format_late(overdue))
