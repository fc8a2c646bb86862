"""Problems on the pages of the dashboard: how many, how old, who must act, and those of a department or a section."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dashboard.figures import Figures, GroupFigures
from dashboard.pages.links import Links
from dashboard.problem_figures import PlanProblem, closed_from, oldest_open, problem_figures, shares_by_category
from problems.models import ProblemStep
from problems.rows import BY_DUE_DAY, ProblemRow, problem_rows, problems_of_department
from problems.rules import CLOSED_DAYS, ProblemCounts, WaitingFor, count_problems
from regions.models import Region
from themes.models import Theme
from web.formats.numbers import format_number
from web.formats.text import format_names, format_sentence
from web.language import localized

# Departments that a sentence names.
MAX_OWNERS = 3
# On the page of a department or a section; its list has all.
MAX_ROWS = 20


def attention_row(figures: Figures, links: Links) -> dict[str, Any]:
    """Return the row on problems among what needs attention: open problems, and what is urgent about them."""
    counts = figures.problem_counts
    if not figures.problem_rows:
        text: SafeString | str = _("No problem has been raised")
    elif not counts.open:
        text = _("None is open")
    else:
        text = format_sentence(
            _("Not closed; %(overdue)s, %(to_verify)s to be verified"),
            overdue=_bold_if(
                counts.overdue, pgettext("problem", "%(count)s overdue") % {"count": format_number(counts.overdue)}
            ),
            to_verify=format_number(counts.to_verify),
        )
    return {"problems_text": text, "problems_url": links.url("problems:list", state="open")}


def _bold_if(count: int, text: str) -> SafeString | str:
    return format_html('<strong class="past-due">{}</strong>', text) if count else text


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
        "open_url": links.url("problems:list", state="open"),
        "waiting": [
            {
                "name": each.label,
                "path": f"problems.waiting.{each.value}",
                "value": counts.waiting[each],
                "url": links.url("problems:list", waiting=each.value),
                "does": does,
            }
            for each, does in _what_they_do().items()
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
    text = ngettext(
        "%(open)s problem is open, %(overdue)s; to be solved by %(owners)s.",
        "%(open)s problems are open, %(overdue)s; to be solved by %(owners)s.",
        counts.open,
    )
    return format_sentence(
        text,
        open=format_number(counts.open),
        overdue=_bold_if(
            counts.overdue, pgettext("problem", "%(count)s overdue") % {"count": format_number(counts.overdue)}
        ),
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
        text = ngettext("%(count)s other department", "%(count)s other departments", more)
        named.append(format_html("{}", text % {"count": format_number(more)}))
    # Each is escaped.
    return SafeString(format_names(named))


def department_problems(figures: Figures, group: GroupFigures, links: Links) -> dict[str, Any]:
    """Return the problems that a department must solve, helps with or raised."""
    department = group.group
    rows = problems_of_department(department, figures.plan, on=figures.day)
    own = _figures_of([each for each in figures.problem_rows if each.owner == department.pk], figures)
    by_role = {role: sum(each.role == role for each in rows) for role in ("owner", "helper", "raiser")}
    return {
        "problem_figures": own,
        "problem_url": links.url("problems:list", state="open", owner=group.key),
        "problem_overdue_url": links.url("problems:list", overdue="yes", owner=group.key),
        "problem_sentence": _sentence_of_department(by_role, own["overdue"]),
        **_shown(rows),
    }


def section_problems(figures: Figures, group: GroupFigures, links: Links) -> dict[str, Any]:
    """The open problems of the measures of a section."""
    steps = ProblemStep.objects.in_plan(figures.plan).last_by(figures.day).open().with_rows()
    rows = problem_rows(steps.filter(problem__measure__section=group.group).order_by(*BY_DUE_DAY), on=figures.day)
    own = _figures_of([each for each in figures.problem_rows if each.section == group.group.pk], figures)
    return {
        "problem_figures": own,
        "problem_url": links.url("problems:list", state="open", section=group.key),
        "problem_overdue_url": links.url("problems:list", overdue="yes", section=group.key),
        "problem_sentence": _sentence_of_open(own["open"], own["overdue"]),
        **_shown(rows),
    }


def city_problems(figures: Figures, city: Region, links: Links) -> dict[str, Any]:
    """The open problems of the projects of a city."""
    steps = ProblemStep.objects.in_plan(figures.plan).last_by(figures.day).open().with_rows()
    rows = problem_rows(steps.filter(problem__project__city=city).order_by(*BY_DUE_DAY), on=figures.day)
    return {
        "problem_url": links.url("problems:list", state="open", city=city.code),
        "problem_sentence": _sentence_of_open(len(rows), sum(row.left.is_overdue for row in rows)),
        **_shown(rows),
    }


def theme_problems(figures: Figures, theme: Theme, links: Links) -> dict[str, Any]:
    """The open problems of the measures and projects of a theme."""
    steps = ProblemStep.objects.in_plan(figures.plan).in_themes([theme]).last_by(figures.day).open().with_rows()
    rows = problem_rows(steps.order_by(*BY_DUE_DAY), on=figures.day)
    return {
        "problem_url": links.url("problems:list", state="open", theme=theme.slug),
        "problem_sentence": _sentence_of_open(len(rows), sum(row.left.is_overdue for row in rows)),
        **_shown(rows),
    }


def _sentence_of_open(count: int, overdue: int) -> SafeString | str:
    text = ngettext("%(open)s problem is open, %(overdue)s.", "%(open)s problems are open, %(overdue)s.", count)
    late = _bold_if(overdue, pgettext("problem", "%(count)s overdue") % {"count": format_number(overdue)})
    return format_sentence(text, open=format_number(count), overdue=late)


def _figures_of(problems: Iterable[PlanProblem], figures: Figures) -> dict[str, Any]:
    return problem_figures(count_problems(problems, on=figures.day))


def _shown(rows: Sequence[ProblemRow]) -> dict[str, Any]:
    return {"problem_rows": rows[:MAX_ROWS], "problems_not_shown": max(0, len(rows) - MAX_ROWS)}


def _sentence_of_department(by_role: dict[str, int], overdue: int) -> SafeString | str:
    words = {role: format_number(count) for role, count in by_role.items()}
    text = (
        _("Open problems: it must solve %(owner)s, helps with %(helper)s and raised %(raiser)s; %(overdue)s.")
        if by_role["helper"]
        else _("Open problems: it must solve %(owner)s and raised %(raiser)s that others solve; %(overdue)s.")
    )
    late = _bold_if(overdue, pgettext("problem", "%(count)s overdue") % {"count": format_number(overdue)})
    return format_sentence(text, **words, overdue=late)
