"""The brief of a theme: its indicators, its measures, its projects and what stands in their way."""

from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext

from briefs.cities import largest_projects_part
from briefs.measures import coming_part, next_due_figure, overdue_figure, overdue_part, status_shares
from briefs.problems import problems_part
from briefs.sheet import (
    MAX_NAME,
    MAX_SHORT_NAME,
    MAX_TITLE,
    Brief,
    BriefFigure,
    Cell,
    Column,
    Part,
    rows_that_fit,
    shortened,
)
from briefs.subject import Subject
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.groups import listed_measures
from dashboard.pages.links import Links
from dashboard.pages.overview.outcomes import indicator_row
from dashboard.pages.sentences import format_earlier_day
from dashboard.pages.themes import theme_sentence
from dashboard.theme_figures import ThemeFigures, provenance_of_measures, theme_figures
from indicators.verdict_words import verdict_rank
from indicators.verdicts import Verdict
from projects.models import Project
from themes.models import Theme
from web.formats.money import rounded_money
from web.formats.numbers import format_number, format_percent
from web.language import localized

# Rows of the tables, and lines of text.
MAX_INDICATORS, INDICATOR_LINES = 6, 7
OVERDUE_LINES, COMING_LINES = 4, 3
MAX_PROJECTS, PROJECT_LINES = 3, 4


def theme_brief(figures: Figures, then: Figures, links: Links, theme: Theme) -> Brief:
    [own] = theme_figures(figures, [theme], listed_measures(figures, None).in_themes([theme]))
    name = localized(theme, "name")
    about = Subject(figures, then, "theme", GroupFigures(theme.slug, name, theme, dict(own.measures)), links)
    parts = [
        _indicators_part(own, about),
        overdue_part(about, lines=OVERDUE_LINES) if own.measures["overdue"] else None,
        coming_part(about, lines=COMING_LINES),
        _projects_part(own, about),
        problems_part(about),
    ]
    return Brief(
        name=shortened(name, MAX_TITLE),
        day=figures.day,
        since=format_earlier_day(then.day, figures.day.year),
        sentence=theme_sentence(own, figures),
        figures=_figures(own, about),
        statuses=status_shares(own.measures),
        counts=own.measures,
        # No measure is due next where none of them is left.
        parts=[each for each in parts if each is not None and (each.rows or each.nothing)],
        provenance=provenance_of_measures(theme, figures),
        back_url=links.url("dashboard:theme", theme.slug),
        back_label=name,
    )


def _figures(own: ThemeFigures, about: Subject) -> list[BriefFigure]:
    """The summary of the API has those of the whole plan alone: these are in its answer about the theme."""
    source = about.links.url("api-theme", own.theme.slug)
    overdue = replace(overdue_figure(about), path="measures_overdue")
    found = [overdue, next_due_figure(about), _investment(own, about), _problems(own, about)]
    return [replace(each, source=source) for each in found]


def _investment(own: ThemeFigures, about: Subject) -> BriefFigure:
    amount, unit = rounded_money(own.projects["total_investment"])
    total, completion = own.projects["total"], own.projects["plan_completion"]
    note = f"{format_number(total)} {npgettext('unit', 'project', 'projects', total)}"
    if about.figures.has_project_months and completion is not None:
        share = _("%(share)s of this year's plan") % {"share": format_percent(completion)}
        note = pgettext("between clauses", ", ").join([note, share])
    url = about.links.as_of(about.day).url("projects:list", theme=own.theme.slug, ordering="-total_investment")
    return BriefFigure(
        _("Total investment"),
        "total_investment",
        own.projects["total_investment"],
        amount,
        unit=unit,
        note=note,
        url=url,
    )


def _problems(own: ThemeFigures, about: Subject) -> BriefFigure:
    count, overdue = own.problems["open"], own.problems["overdue"]
    return BriefFigure(
        _("Open problems"),
        "problems_open",
        count,
        format_number(count),
        note=pgettext("problem", "%(count)s overdue") % {"count": format_number(overdue)} if overdue else "",
        url=about.links.as_of(about.day).url("problems:list", state="open", theme=own.theme.slug),
    )


def _indicators_part(own: ThemeFigures, about: Subject) -> Part:
    """Return the part on indicators: those behind their target first, those without one last and as far as there is
    room."""
    columns = [
        Column(_("Indicator"), 32),
        Column(_("Latest value"), 18, is_number=True),
        Column(_("Period"), 14),
        Column(_("Target"), 18),
        Column(pgettext("indicators", "Verdict"), 18),
    ]
    rows = []
    for state in sorted(own.states, key=lambda each: (verdict_rank(each), each.latest is None)):
        row = indicator_row(state, about.links)
        value = row["shown"] if state.latest is None else f"{row['shown']} {row['unit']}"
        cells = [Cell(shortened(row["name"], MAX_NAME), row["url"]), Cell(value, is_bold=state.latest is not None)]
        verdict = state.verdict.label if state.verdict else ""
        target = Cell(shortened(str(row["target"]), MAX_SHORT_NAME))
        rows.append([*cells, Cell(row["period"]), target, Cell(str(verdict), is_bold=state.verdict == Verdict.BEHIND)])
    shown = rows_that_fit(columns, rows, most=MAX_INDICATORS, lines=INDICATOR_LINES)
    return Part(
        pgettext("navigation", "Indicators"),
        columns,
        shown,
        nothing=_("This theme names no indicators."),
        left_out=len(rows) - len(shown),
        url=about.links.as_of(about.day).url("dashboard:theme", own.theme.slug),
    )


def _projects_part(own: ThemeFigures, about: Subject) -> Part | None:
    if not own.projects["total"]:
        return None
    return largest_projects_part(
        Project.objects.in_plan(about.figures.plan).in_scope(about.day).in_themes([own.theme]),
        about.figures,
        about.links,
        heads=(_("Largest projects"), about.figures.plan.part_words.of_project),
        beside="city",
        total=own.projects["total"],
        most=MAX_PROJECTS,
        lines=PROJECT_LINES,
        theme=own.theme.slug,
    )
