"""The problems of a measure, a project or a department on pages of the rooms that these stand in."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from core.clock import today
from measures.filters import MINE
from measures.models import Plan
from problems.models import Problem
from problems.on_day import kind_of
from problems.rows import ProblemsOf, WorkspaceProblems, problems_of, waiting_for_office, workspace_problems
from reporting.models import AbstractReport
from web.html.links import query_of

register = template.Library()


@register.simple_tag(takes_context=True)
def problems_of_subject(context: Context, subject: Any) -> ProblemsOf:
    """Return the problems of a measure or project, by the day of the page."""
    problem = Problem(**{kind_of(subject): subject})
    return problems_of(problem, on=context["as_of"] or today(), user=context["user"])


@register.simple_tag(takes_context=True)
def problems_of_workspace(context: Context) -> WorkspaceProblems:
    """Return the problems that concern the department of a workspace."""
    return workspace_problems(
        context["department"],
        context["plan"] or None,
        on=today(),
        user=context["user"],
        kept_only=context["whose"] == MINE,
    )


@register.simple_tag
def problems_waiting_for_office(plan: Plan | None) -> dict[str, int]:
    """How many the office has yet to assign and to verify."""
    return waiting_for_office(plan or None, on=today())


@register.simple_tag
def reported_problem_url(report: AbstractReport) -> str:
    """The page of the problem that a report is about."""
    page = reverse(f"problems:{kind_of(report.subject)}_problem", args=[report.subject.code, report.about_problem])
    return query_of(page, plan=report.subject.plan.link_slug)
