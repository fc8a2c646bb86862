"""The content of the page of all themes, and of that of one. `then`: the figures of the day that a page is compared
with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.lights import Light
from core.rounding import whole
from core.statuses import MeasureStatus
from dashboard.figures import Figures
from dashboard.pages.city import stage_part
from dashboard.pages.groups import format_days_overdue, format_next_due_day, join_clauses, listed_measures
from dashboard.pages.links import Links
from dashboard.pages.overview.outcomes import indicator_row
from dashboard.pages.problems import open_rows, problem_part
from dashboard.pages.rows import measure_lines, project_changes, status_rows
from dashboard.pages.sentences import format_share, format_since
from dashboard.theme_figures import ThemeFigures, provenance_of_measures, theme_figures
from indicators.state import IndicatorState
from indicators.verdict_words import verdict_list, verdict_rank
from problems.models import ProblemStep
from projects.models import Project
from themes.models import Theme
from web.formats.money import format_rounded_money, rounded_money
from web.formats.numbers import format_gap_cell, format_number, format_percent
from web.formats.text import format_counted, format_list, format_sentence
from web.language import localized

# On the page of a theme; the lists have all.
MAX_LATE, MAX_COMING, MAX_PROJECTS = 10, 8, 8


def all_theme_figures(figures: Figures) -> list[ThemeFigures]:
    """Return the figures of all themes in the order of the plan."""
    themes = list(figures.plan.themes.order_by("number"))
    return theme_figures(figures, themes, listed_measures(figures, None)) if themes else []


def theme_list(figures: Figures, links: Links, *, then: Figures | None = None) -> dict[str, Any]:
    found = all_theme_figures(figures)
    earlier = {each.theme.pk: each for each in all_theme_figures(then)} if then else {}
    return {
        "since": format_since(figures, then),
        "rows": [_list_row(each, earlier.get(each.theme.pk), links) for each in found],
        "sentence": _list_sentence(found, figures),
    }


def _list_row(each: ThemeFigures, then: ThemeFigures | None, links: Links) -> dict[str, Any]:
    return {
        "name": localized(each.theme, "name"),
        "url": links.url("dashboard:theme", each.theme.slug),
        "slug": each.theme.slug,
        "counts": each.measures,
        "completed_change": then and each.measures["completed"] - then.measures["completed"],
        "projects": each.projects,
        "whole": whole(each.projects["total_investment"]),
        "problems": each.problems,
        "indicators": len(each.states),
        "with_target": each.with_target,
        "source": links.url("api-theme", each.theme.slug),
        "urls": _urls(each.theme, links),
    }


def _urls(theme: Theme, links: Links) -> dict[str, str]:
    """Return the addresses of the rows that the figures of a theme count."""
    own = {"theme": theme.slug}
    return {
        "measures": links.url("measures:list", **own),
        "completed": links.url("measures:list", status=MeasureStatus.COMPLETED.value, **own),
        "overdue": links.url("measures:list", light=Light.RED.value, ordering="due_on", **own),
        "projects": links.url("projects:list", **own),
        "investment": links.url("projects:list", ordering="-total_investment", **own),
        "problems": links.url("problems:list", state="open", **own),
        "problems_overdue": links.url("problems:list", overdue="yes", **own),
    }


def _list_sentence(found: Sequence[ThemeFigures], figures: Figures) -> SafeString | str:
    if figures.day < figures.plan.starts_on:
        return _("The day is before the plan began")
    late = [each for each in found if each.measures["overdue"]]
    clauses: list[SafeString | str] = [
        format_counted("The plan has %(count)s theme", "The plan has %(count)s themes", len(found))
    ]
    if late:
        names = [
            _("%(name)s (%(count)s)")
            % {"name": localized(each.theme, "name"), "count": format_number(each.measures["overdue"])}
            for each in sorted(late, key=lambda each: (-each.measures["overdue"], each.theme.number))
        ]
        text = format_html("<strong>{}</strong>", format_list(names))
        clauses.append(format_sentence(_("measures are overdue in %(names)s"), names=text))
    else:
        clauses.append(_("no measure is overdue"))
    return as_sentence(clauses)


def as_sentence(clauses: Iterable[SafeString | str]) -> SafeString:
    return format_html("{}{}", join_clauses(clauses), pgettext("end of a sentence", "."))


def theme_detail(figures: Figures, theme: Theme, links: Links, *, then: Figures | None = None) -> dict[str, Any]:
    [own] = theme_figures(figures, [theme], listed_measures(figures, then).in_themes([theme]))
    earlier = theme_figures(then, [theme], listed_measures(then, None).in_themes([theme]))[0] if then else None
    rows = [_indicator_row(each, links) for each in sorted(own.states, key=verdict_rank)]
    steps = ProblemStep.objects.in_plan(figures.plan).in_themes([theme])
    amount, unit = rounded_money(own.projects["total_investment"])
    return {
        "theme": theme,
        "name": localized(theme, "name"),
        "sentence": theme_sentence(own, figures),
        "counts": own.measures,
        "projects_counts": own.projects,
        "problem_figures": own.problems,
        "investment": amount,
        "investment_unit": unit,
        "investment_share": format_share(own.projects["total_investment"], figures.projects["total_investment"]),
        "shows_rates": figures.has_project_months and bool(own.projects["planned_this_year"]),
        "plan_gap": format_gap_cell(own.projects["plan_gap"]),
        "statuses": status_rows(own.measures, links, earlier.measures if earlier else None, theme=theme.slug),
        "days_overdue": format_days_overdue(own.listed, figures.day),
        "next_due": format_next_due_day(own.listed, figures.day),
        "since": format_since(figures, then),
        "project_change": earlier and project_changes(own.projects, earlier.projects),
        "source": links.url("api-theme", theme.slug),
        "indicators": rows,
        "indicator_sentence": _indicator_sentence(own),
        "provenance": provenance_of_measures(theme, figures),
        "project_provenance": figures.provenance_of("projects", category=own.members.categories),
        **_measure_part(own, figures.day),
        **_project_part(figures, own, links),
        "urls": _urls(theme, links),
        **problem_part(open_rows(steps, figures.day), links, theme=theme.slug),
    }


def _indicator_row(state: IndicatorState, links: Links) -> dict[str, Any]:
    return {**indicator_row(state, links), "source": links.url("api-indicator", state.indicator.code)}


def _measure_part(own: ThemeFigures, day: date) -> dict[str, Any]:
    """Return the part on measures not completed: what is late, the longest first, and what falls due next."""
    rows = [each for each in own.listed if each.due_on and each.status != MeasureStatus.COMPLETED]
    late = [each for each in rows if each.due_on < day]
    coming = [each for each in rows if each.due_on >= day]
    return {
        "late": measure_lines(late[:MAX_LATE], day),
        "late_left_out": max(0, len(late) - MAX_LATE),
        "coming": measure_lines(coming[:MAX_COMING], day),
    }


def _project_part(figures: Figures, own: ThemeFigures, links: Links) -> dict[str, Any]:
    cells = figures.project_cells.narrow({"category": own.members.categories})
    largest: Any = Project.objects.in_plan(figures.plan).in_scope(figures.day).in_themes([own.theme])
    largest = largest.select_related("category").order_by("-investment_wan", "position", "code")
    return {
        **stage_part(figures, cells, links, theme=own.theme.slug),
        "projects": largest[:MAX_PROJECTS] if own.projects["total"] else [],
    }


def theme_sentence(own: ThemeFigures, figures: Figures) -> SafeString | str:
    """One sentence over all: measures, what is overdue, projects and their investment, indicators, problems."""
    if figures.day < figures.plan.starts_on:
        return _("The day is before the plan began")
    clauses = [
        _measures_clause(own, figures.day),
        _projects_clause(own, has_months=figures.has_project_months),
        _indicators_clause(own),
        _problems_clause(own.problems),
    ]
    found = [each for each in clauses if each]
    return as_sentence(found) if found else _("This theme has no members yet") + pgettext("end of a sentence", ".")


def _measures_clause(own: ThemeFigures, day: date) -> SafeString | str:
    """2 of 35 measures are completed, 1 is overdue; what falls due next where nothing is."""
    counts = own.measures
    if not counts["total"]:
        return ""
    text = ngettext(
        "%(completed)s of %(total)s measure is completed",
        "%(completed)s of %(total)s measures are completed",
        counts["total"],
    )
    done = text % {"completed": format_number(counts["completed"]), "total": format_number(counts["total"])}
    if counts["overdue"]:
        late = pgettext("measures", "%(count)s overdue") % {"count": format_number(counts["overdue"])}
        rest: SafeString | str = format_html("<strong>{}</strong>", late)
    else:
        rest = format_next_due_day(own.listed, day) or pgettext("measures", "none overdue")
    return format_sentence(_("%(done)s, %(rest)s"), done=done, rest=rest)


def _projects_clause(own: ThemeFigures, *, has_months: bool) -> str:
    """548 projects with 228 billion yuan, of whose annual plan 60.5% is done, 2.2 points ahead of the time elapsed."""
    counts = own.projects
    if not counts["total"]:
        return ""
    words = format_counted(
        "%(count)s project with an investment of %(investment)s",
        "%(count)s projects with an investment of %(investment)s",
        counts["total"],
        investment=format_rounded_money(counts["total_investment"]),
    )
    if not has_months or counts["plan_completion"] is None:
        return words
    return _("%(projects)s, %(share)s of this year's plan invested") % {
        "projects": words,
        "share": format_percent(counts["plan_completion"]),
    }


def _indicators_clause(own: ThemeFigures) -> str:
    if not own.states:
        return ""
    words = format_counted(
        "%(with_target)s of %(count)s indicator has a target",
        "%(with_target)s of %(count)s indicators have a target",
        len(own.states),
        with_target=format_number(own.with_target),
    )
    verdicts = verdict_list(own.states)
    return _("%(indicators)s: %(verdicts)s") % {"indicators": words, "verdicts": verdicts} if verdicts else words


def _indicator_sentence(own: ThemeFigures) -> str:
    clause = _indicators_clause(own)
    return clause + pgettext("end of a sentence", ".") if clause else ""


def _problems_clause(problems: Mapping[str, Any]) -> SafeString | str:
    if not problems["open"]:
        return ""
    words = format_counted("%(count)s problem is open", "%(count)s problems are open", problems["open"])
    if not problems["overdue"]:
        return words
    late = pgettext("problem", "%(count)s overdue") % {"count": format_number(problems["overdue"])}
    return format_sentence(
        _("%(problems)s, %(overdue)s"), problems=words, overdue=format_html("<strong>{}</strong>", late)
    )
