"""Reading pages about projects."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.access_rules import READERS
from accounts.permissions import may_report_project, may_review, may_see_names, may_see_project_report
from core.clock import today
from core.periods import month_of
from core.scope import PROJECT_KINDS, out_since, scope_on, scope_window
from measures.editing.forms import ScopeForm
from measures.filters import asked_plan
from measures.views.editing import ScopePage
from projects.addresses import month_form_url
from projects.charts.investment import invested_months, investment_chart
from projects.charts.timeline import timeline_chart
from projects.filters import PROJECT_ORDERINGS, ProjectFilter
from projects.kinds import BEHIND, NO_MONTH, format_large, large_projects, least_of_large
from projects.models import Project, ProjectMonth, Stage
from projects.months.figures import History, MonthFigures, load_history
from projects.rates import financial_progress
from projects.services import change_scope
from projects.standing import Standing, standing_of
from projects.sums import ProjectSum
from projects.terms_history import TermsHistory, terms_history
from regions.words import NEUTRAL
from reporting.workflow import ReportState
from web.charts.chart import Chart
from web.formats.money import format_exact_money, format_rounded_money
from web.formats.numbers import format_number
from web.formats.text import format_list
from web.html.links import query_of, query_with
from web.html.sources import source_link
from web.language import local_columns
from web.limits import thresholds
from web.lists.filters import asks_for_scope
from web.views import ListPageView, PageView, QuickChoice, Share


class ProjectList(ListPageView):
    shows_totals = True
    shows_filings = False
    template_name = "projects/project_list.html"
    filterset_class = ProjectFilter
    orderings = PROJECT_ORDERINGS
    # The largest first. The API goes on by code: programs that ask for no order count on it.
    default_ordering = "-total_investment"

    def get_queryset(self) -> QuerySet[Project]:
        self.plan = asked_plan(self.request)
        projects = Project.objects.in_plan(self.plan).select_related("city", "category")
        return projects.of_asked_scope(self.day, is_asked=asks_for_scope(self.request))

    def count(self, rows: Any) -> int:
        """Count the projects by stage and by city, and large ones by themselves, in one query."""
        large = Q(investment_wan__gte=least_of_large(self.plan))
        city = ["city__code", *local_columns("city__short")]
        groups = rows.order_by().values_list("stage", *city).annotate(rows=Count("pk"), wan=Sum("investment_wan"))
        groups = groups.annotate(
            large=Count("pk", filter=large), large_wan=Sum("investment_wan", filter=large, default=0)
        )
        self.by_stage = {stage.value: ProjectSum() for stage in Stage}
        self.by_city: dict[tuple[str, str], ProjectSum] = {}
        self.large_preparing = ProjectSum()
        for stage, code, *names, number, wan, large_number, large_wan in groups:
            self.by_stage[stage].add(number, wan)
            self.by_city.setdefault((code, next(filter(None, names))), ProjectSum()).add(number, wan)
            if stage == Stage.PREPARING:
                self.large_preparing.add(large_number, large_wan)
        return sum(each.number for each in self.by_stage.values())

    def quick_choices(self) -> list[QuickChoice]:
        large = large_projects(self.plan)
        return [
            QuickChoice(
                _("%(least)s or more, not started") % {"least": format_large(self.plan)},
                large.filters,
                self.large_note(large.filters),
            ),
            QuickChoice(Stage.SUSPENDED.label, {"stage": Stage.SUSPENDED.value}),
            QuickChoice(_("Behind the annual plan"), BEHIND.filters),
            QuickChoice(_("No month reported"), NO_MONTH.filters),
            QuickChoice(_("Reports a problem"), {"problem": "yes"}),
        ]

    def large_note(self, filters: Iterable[str]) -> str:
        """How many large projects have not started, and what they cost. Empty where the list is narrowed by what the
        choice would set otherwise."""
        large = self.large_preparing
        if not large.number or any(self.request.GET.get(name) for name in filters):
            return ""
        text = ngettext("%(count)s project, %(amount)s", "%(count)s projects, %(amount)s", large.number)
        return text % {"count": format_number(large.number), "amount": format_rounded_money(large.yi)}

    def counts(self) -> str:
        """The total investment, then how many projects are in each stage that has some."""
        stages = [
            _("%(count)s %(stage)s")
            % {"count": format_number(self.by_stage[stage.value].number), "stage": str(stage.label).lower()}
            for stage in Stage
            if self.by_stage[stage.value].number
        ]
        investment = sum(each.wan for each in self.by_stage.values())
        amount = _("total investment %(amount)s") % {"amount": format_exact_money(investment)}
        return pgettext("between clauses", "; ").join(filter(None, [amount, format_list(stages)]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "plan": self.plan,
            "counts": self.counts(),
            "shares_label": _("By %(place)s") % {"place": self.plan.part_words.one if self.plan else NEUTRAL.one},
            "shares": [
                self.share(name, sums, city=code)
                for (code, name), sums in sorted(
                    self.by_city.items(), key=lambda each: (-each[1].number, -each[1].wan, each[0])
                )
            ],
            "more_shares_label": _("By stage"),
            "more_shares": [
                self.share(str(stage.label), self.by_stage[stage.value], stage=stage.value)
                for stage in Stage
                if self.by_stage[stage.value].number
            ],
            "is_before_plan": self.plan is not None and self.day < self.plan.starts_on,
        }

    def share(self, name: str, sums: ProjectSum, **filters: str) -> Share:
        return Share(name, sums.number, query_with(self.request.GET, **filters), format_exact_money(sums.wan))


class ProjectDetail(PageView):
    permission = READERS
    shows_filings = False
    template_name = "projects/project_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan = asked_plan(self.request)
        projects: Any = Project.objects.in_plan(plan).with_stage(self.day)
        if self.compared:
            projects = projects.with_stage_then(self.compared)
        projects = projects.select_related("city", "county", "category", "lead_department")
        project: Any = get_object_or_404(projects, code=kwargs["code"])
        as_of_day: Any = project.measures.as_of(self.day, limits=thresholds()).order_by("position", "code")
        if self.compared:
            as_of_day = as_of_day.with_status_then(self.compared)
        measures = list(as_of_day.prefetch_related("indicators"))
        changes = project.scope_changes.select_related("recorded_by").filter(effective_on__lte=self.day)
        scope_changes, terms = list(changes), terms_history(project)
        return super().get_context_data(
            project=project,
            plan=plan,
            in_plan=query_of("", plan=plan.link_slug if plan is not None else ""),
            is_listed=project.listed_on <= self.day,
            can_show_listing=project.listed_on <= today(),
            source=source_link(project.source),
            scope_changes=scope_changes,
            left=out_since(scope_changes, on=self.day),
            history=terms,
            stage_then=Stage(project.stage_then).label if self.compared else "",
            **self.months_of(project, plan, terms),
            may_see_names=may_see_names(self.request.user),
            may_change=self.day == today() and may_review(self.request.user),
            also_in=project.also_in.all(),
            measures=measures,
            # Those that its measures are to move.
            indicators=list({each.pk: each for measure in measures for each in measure.indicators.all()}.values()),
            **kwargs,
        )

    def months_of(self, project: Project, plan: Any, terms: TermsHistory) -> dict[str, Any]:
        """Return the context of the months: those accepted up to the day of the page; today the others too, for those
        who may see them."""
        user, is_today = self.request.user, self.day == today()
        whose: Any = {"lead": project.lead_department_id, "city": project.city_id}
        sees_open = is_today and may_see_project_report(user, **whose, is_accepted=False)
        history = load_history([project.pk], until=self.day)
        months = list(history.months.get(project.pk, ()))
        opened = sorted(project.months.open(), key=lambda each: each.period) if sees_open else []
        months = sorted([*months, *opened], key=lambda each: each.period)
        for each in months:
            each.project = project
        may_file = is_today and may_report_project(user, **whose)
        decided = history.decided(project.pk, on=self.day)
        last = history.figures(decided[-1]) if decided else None
        standing = standing_of(project, decided, figures=last, first=terms.first, on=self.day)
        return {
            "months": [history.figures(each) for each in reversed(months)],
            "standing": standing,
            "last": last,
            "invested": invested_in_total(project, history, last),
            "charts": project_charts(project, standing, decided, on=self.day),
            "sees_open": sees_open,
            "waiting": [each for each in opened if each.state == ReportState.SUBMITTED],
            "month_form_url": month_form_url(project.code, month_of(today()), plan=plan.link_slug) if may_file else "",
        }


def invested_in_total(project: Project, history: History, last: MonthFigures | None) -> dict[str, Any]:
    """Return what is invested by the last accepted month, in 万元, and how much of the total that is, in per cent."""
    if last is None:
        return {"wan": project.invested_before_wan, "share": None}
    wan = history.invested_before(last.month) + (last.month.invested_wan or 0)
    return {"wan": wan, "share": financial_progress(wan, project.investment_wan)}


def project_charts(
    project: Project, standing: Standing, months: Sequence[ProjectMonth], *, on: date
) -> dict[str, Chart]:
    """Return the charts of a project that was listed by the day: its milestones, and what is invested of the annual
    plan in the year of its newest month. `months`: those that decided by the day, the oldest first."""
    if project.listed_on > on:
        return {}
    year = months[-1].period.year if months else on.year
    invested = invested_months([(each.period, each.invested_wan or 0) for each in months if each.period.year == year])
    provenance = months[-1].provenance if months else ""
    figures = standing.figures
    charts = [
        timeline_chart(standing, months, provenance=provenance or project.provenance),
        investment_chart(
            invested,
            planned_wan=figures.planned_wan if figures is not None else None,
            as_of=on,
            missing=_("No month of this project was accepted by this day"),
            provenance=provenance,
        ),
    ]
    return {chart.name: replace(chart, has_own_table=chart.name == "investment") for chart in charts}


class ChangeScope(ScopePage):
    name_column = "name"
    heading = gettext_lazy("Withdraw or readmit a project")
    explanation = gettext_lazy(
        "While it is out it counts in no total. The days before keep their totals, and what is recorded here stays "
        "visible. A project whose building is halted stays in the plan: that is its stage."
    )
    change = staticmethod(change_scope)

    @cached_property
    def subject(self) -> Project:
        projects = Project.objects.in_plan(asked_plan(self.request)).select_related("plan")
        return get_object_or_404(projects, code=self.kwargs["code"])

    def make_form(self, data: Any = None) -> ScopeForm | None:
        rows, listed_on = list(self.subject.scope_changes.all()), self.subject.listed_on
        if listed_on > self.day:
            return None
        window = scope_window(rows, listed_on=listed_on, today=self.day)
        return ScopeForm(data, kinds=PROJECT_KINDS[scope_on(rows, on=self.day)], window=window)
