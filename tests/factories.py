"""Rows for tests: each function makes one, with sensible values for what a test does not care about."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import count
from typing import Any

from accounts.models import Department, User
from core.clock import SHANGHAI
from core.period_codes import read_period
from core.periods import month_end
from indicators.models import HeadlineIndicator, Indicator, Observation, Target, ValueReport
from indicators.rules import is_comparable
from measures import filing
from measures.editing.terms import terms_change
from measures.models import Measure, Plan, Report, Section, StatusChange, Term
from problems.models import Meeting, Problem, ProblemCategory
from problems.workflow import BY_NAME as PROBLEM_MOVES
from projects.models import Category, Project, ProjectMonth, RankExemption
from regions.models import Region
from themes.models import MEMBERS, Theme

_numbers = count(1)
FIRST_DAY = date(2023, 1, 3)
# Of everybody whom `make_user` makes.
PASSWORD = "only-for-tests"
SHOWN = {"provenance": "illustrative", "source": "Made for tests"}


class _Yes(dict[str, str]):
    """Whoever files says that it is so, whatever is asked."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return "核实无误"


YES = _Yes()


def next_number() -> int:
    """A number that no other row of this run has."""
    return next(_numbers)


@contextmanager
def numbers_from_one() -> Iterator[None]:
    """Number rows from one in the block, for those made once for many tests: they have the same numbers whichever test
    came first."""
    global _numbers
    before, _numbers = _numbers, count(1)
    try:
        yield
    finally:
        _numbers = count(max(next(before), next(_numbers)))


def shanghai(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=SHANGHAI)


REGIONS = {
    "100000": ("country", None, "中国", "China"),
    "370000": ("province", "100000", "山东省", "Shandong"),
    "370100": ("city", "370000", "济南市", "Jinan"),
    "370200": ("city", "370000", "青岛市", "Qingdao"),
    "370300": ("city", "370000", "淄博市", "Zibo"),
    "370600": ("city", "370000", "烟台市", "Yantai"),
    "371000": ("city", "370000", "威海市", "Weihai"),
    "370202": ("county", "370200", "市南区", "Shinan"),
}


def region(code: str = "370000") -> Region:
    """The region of the code, and what it lies in; made when first asked for."""
    found = Region.objects.filter(code=code).first()
    if found is not None:
        return found
    kind, parent, name_zh, name_en = REGIONS[code]
    tile = {"tile_row": 1, "tile_column": int(code[2:4])} if kind == "city" else {}
    return Region.objects.create(
        code=code,
        kind=kind,
        parent=None if parent is None else region(parent),
        name_zh=name_zh,
        name_en=name_en,
        short_zh="全国" if kind == "country" else name_zh.rstrip("省市区"),
        short_en=name_en,
        **tile,
        **SHOWN,
    )


def make_plan(slug: str = "shandong-2023-2025", **fields: Any) -> Plan:
    """The plan of the slug; that of the demonstration by default, made when first asked for."""
    if found := Plan.objects.filter(slug=slug).first():
        return found
    values = {
        "region": region(),
        "comparator": region("100000"),
        "name_zh": "三年行动计划",
        "name_en": "Three-year action plan",
        "starts_on": date(2023, 1, 1),
        "ends_on": date(2025, 12, 31),
        **SHOWN,
        **fields,
    }
    return Plan.objects.create(slug=slug, **values)


def make_section(plan: Plan | None = None, **fields: Any) -> Section:
    number = next_number()
    values = {"slug": f"section-{number}", "number": number, "title_zh": f"任务{number}", "title_en": f"Task {number}"}
    return Section.objects.create(plan=plan or make_plan(), **{**values, **SHOWN, **fields})


def make_department(slug: str = "", **fields: Any) -> Department:
    number = next_number()
    values = {
        "slug": slug or f"department-{number}",
        "number": number,
        "name_zh": f"省第{number}厅",
        "name_en": f"Department {number}",
        "short_zh": f"{number}厅",
        "short_en": f"Dept {number}",
    }
    return Department.objects.create(**{**values, **SHOWN, **fields})


def make_measure(
    section: Section | None = None, lead_department: Department | None = None, *, first_row: bool = True, **fields: Any
) -> Measure:
    """A measure with its first status change, of the day it was listed. `plan=` picks the plan of a new section."""
    number = next_number()
    section = section or make_section(fields.pop("plan", None))
    values = {
        "code": f"M{number:03}",
        "title_zh": f"措施{number}",
        "title_en": f"Measure {number}",
        "description_zh": "说明",
        "description_en": "What it is about",
        "listed_on": FIRST_DAY,
        "lead_provenance": "illustrative",
    }
    measure = Measure.objects.create(
        plan=section.plan,
        section=section,
        lead_department=lead_department or make_department(),
        **{**values, **SHOWN, **fields},
    )
    if first_row:
        make_change(measure, "promoting", measure.listed_on, old_status=None)
    return measure


def make_report(measure: Measure, submitted_on: date, *, state: str = "accepted", **fields: Any) -> Report:
    """A report for the month of its submission, decided on the day it came where its state says so."""
    values = {
        "department": measure.lead_department,
        "period": submitted_on.replace(day=1),
        "status": "promoting",
        "against_status": "promoting",
        "what_was_done_zh": "做了工作",
        "what_was_done_en": "Work was done",
        "submitted_on": submitted_on,
        "decided_on": submitted_on if state in ("accepted", "returned") else None,
    }
    return Report.objects.create(measure=measure, state=state, **{**values, **SHOWN, **fields})


def make_change(
    measure: Measure, status: str, effective_on: date, *, old_status: str | None = "promoting", **fields: Any
) -> StatusChange:
    """A status change; the accepted report behind it is made where the rules want one."""
    needs_report = old_status not in (None, "completed") and not fields.get("supersedes")
    if needs_report and "report" not in fields:
        fields["report"] = make_report(measure, effective_on, status=status, against_status=old_status)
    values = {
        "old_status": old_status,
        "recorded_at": shanghai(effective_on),
        "reason_zh": "原因",
        "reason_en": "Reason",
    }
    return StatusChange.objects.create(
        measure=measure, status=status, effective_on=effective_on, **{**values, **SHOWN, **fields}
    )


def move_due_day(measure: Measure, due_on: date | None, on: date = date(2023, 2, 1)) -> None:
    """Gives a measure another due day, or none, with the row that keeps the one before."""
    by = User.objects.filter(username="rita").first() or make_user("rita", role="reviewer")
    row = terms_change(measure, Term.DUE_ON, measure.due_on, due_on, by=by, reason="因故")
    row.recorded_at = shanghai(on)
    row.save()
    measure.due_on = due_on
    measure.save()


def leave(subject: Any, kind: str, on: date = FIRST_DAY, **fields: Any) -> Any:
    """A row of leaving or returning of a measure or a project."""
    by = fields.pop("by", None) or User.objects.filter(username="rita").first() or make_user("rita", role="reviewer")
    values = {"kind": kind, "effective_on": on, "reason": "因故", "recorded_at": shanghai(on), "recorded_by": by}
    return subject.scope_changes.create(**{**values, **fields})


# Those of the demonstration's plan, in their order.
CATEGORIES = {
    "innovation": ("科技创新", "Innovation"),
    "industry": ("重点产业", "Key industries"),
    "infrastructure": ("基础设施", "Infrastructure"),
    "energy": ("能源", "Energy"),
}


def category(plan: Plan, slug: str) -> Category:
    """The plan's category of the slug, made when first asked for."""
    return Category.objects.filter(plan=plan, slug=slug).first() or make_category(plan, slug)


def make_category(plan: Plan | None = None, slug: str = "", **fields: Any) -> Category:
    if slug in CATEGORIES:
        number, (zh, en) = list(CATEGORIES).index(slug) + 1, CATEGORIES[slug]
    else:
        number = 100 + next_number()
        zh, en = f"类别{number}", f"Category {number}"
    values = {"slug": slug or f"category-{number}", "number": number, "name_zh": zh, "name_en": en}
    return Category.objects.create(plan=plan or make_plan(), **{**values, **SHOWN, **fields})


def make_problem_category(plan: Plan | None = None, slug: str = "", **fields: Any) -> ProblemCategory:
    number = 100 + next_number()
    values = {
        "slug": slug or f"kind-{number}",
        "number": number,
        "name_zh": f"问题类别{number}",
        "name_en": f"Kind {number}",
    }
    return ProblemCategory.objects.create(plan=plan or make_plan(), **{**values, **SHOWN, **fields})


def make_theme(plan: Plan | None = None, slug: str = "", **fields: Any) -> Theme:
    """Make a theme with its members, given as rows by the names of their columns."""
    number = 100 + next_number()
    members = {name: fields.pop(name, ()) for name in MEMBERS}
    values = {
        "slug": slug or f"theme-{number}",
        "number": number,
        "name_zh": f"专题{number}",
        "name_en": f"Theme {number}",
    }
    theme = Theme.objects.create(plan=plan or make_plan(), **{**values, **SHOWN, **fields})
    for name, rows in members.items():
        getattr(theme, name).set(rows)
    return theme


def make_project(plan: Plan | None = None, *, city: str = "370200", investment: int = 10_000, **fields: Any) -> Project:
    """`investment` is in 万元 (10,000 yuan), `city` and `county` are codes, `category` is a slug: that of one of the
    plan's, made when first asked for."""
    number, plan, slug = next_number(), plan or make_plan(), fields.pop("category", "energy")
    measures, also_in, county = fields.pop("measures", ()), fields.pop("also_in", ()), fields.pop("county", None)
    values = {
        "code": f"P{number:04}",
        "name_zh": f"项目{number}",
        "name_en": f"Project {number}",
        "category": category(plan, slug),
        "opening_stage": fields.pop("stage", "under_construction"),
        "listed_on": FIRST_DAY,
        "investment_provenance": "illustrative",
    }
    project = Project.objects.create(
        plan=plan,
        city=region(city),
        county=region(county) if county else None,
        investment_wan=investment,
        **{**values, **SHOWN, **fields},
    )
    project.stage = project.opening_stage
    project.measures.set(measures)
    project.also_in.set([region(code) for code in also_in])
    return project


def make_project_month(project: Project, period: date, **fields: Any) -> ProjectMonth:
    """Accepted, where `state` says nothing else; its months are settled."""
    filed_on = fields.pop("submitted_on", month_end(period))
    state = fields.pop("state", "accepted")
    values: dict[str, Any] = {"stage": "under_construction", "invested_wan": 0, "progress": 0, **SHOWN}
    if state != "draft":
        values |= {"submitted_on": filed_on}
    if state in ("accepted", "returned"):
        values |= {"decided_on": filed_on}
    month = ProjectMonth.objects.create(project=project, period=period, state=state, **{**values, **fields})
    ProjectMonth.objects.filter(pk=month.pk).settle()
    return month


def make_indicator(code: str = "", **fields: Any) -> Indicator:
    number = next_number()
    measures, headline = fields.pop("measures", ()), fields.pop("headline", number)
    values = {
        "code": code or f"indicator_{number}",
        "name_zh": f"指标{number}",
        "name_en": f"Indicator {number}",
        "unit": "%",
        "unit_zh": "%",
        "direction": "up",
    }
    values["may_compare"] = is_comparable(fields.get("unit", values["unit"]))
    indicator = Indicator.objects.create(**{**values, **SHOWN, **fields})
    if headline is not None:
        for plan in Plan.objects.all() or [make_plan()]:
            HeadlineIndicator.objects.create(plan=plan, indicator=indicator, number=headline)
    indicator.measures.set(measures)
    return indicator


def make_observation(
    indicator: Indicator, value: Any = "6.2", *, region_code: str = "370000", **fields: Any
) -> Observation:
    values = {
        "period": "2023H1",
        "period_kind": "half_year",
        "period_start": date(2023, 1, 1),
        "period_end": date(2023, 6, 30),
        "released_on": date(2023, 7, 20),
        "release_basis": "stated",
        "verified": True,
    }
    return Observation.objects.create(
        indicator=indicator, region=region(region_code), value=value, **{**values, **SHOWN, **fields}
    )


def make_value_report(
    indicator: Indicator, period: str = "2023H1", value: Any = "6.2", *, state: str = "accepted", **fields: Any
) -> ValueReport:
    """Make a value that the department which owns an indicator filed; an accepted one needs its `observation`."""
    span, day = read_period(period), date(2023, 7, 20)
    assert span is not None
    values = {
        "department": indicator.owner,
        "region": region(),
        "period_kind": span.kind,
        "period_start": span.start,
        "period_end": span.end,
        "released_on": day,
        "verified": True,
        "submitted_on": None if state == "draft" else day,
        "decided_on": day if state in ("accepted", "returned") else None,
    }
    return ValueReport.objects.create(
        indicator=indicator, period=period, value=value, state=state, **{**values, **SHOWN, **fields}
    )


def make_target(indicator: Indicator, value: Any = "7", *, region_code: str = "370000", **fields: Any) -> Target:
    values = {
        "due_year": 2025,
        "unit": indicator.unit,
        "document": "A plan document",
        "adopted_on": date(2022, 12, 1),
    }
    return Target.objects.create(
        indicator=indicator, region=region(region_code), value=value, **{**values, **SHOWN, **fields}
    )


def make_user(username: str = "vic", *, role: str = "viewer", password: str = PASSWORD, **fields: Any) -> User:
    return User.objects.create_user(username, password=password, role=role, **fields)


def file_report(measure: Measure, *, by: User, **fields: Any) -> Report:
    """A submitted report of the lead department, through its service; `texts` are filled in."""
    texts = {"what_was_done": "有了进展", **(fields.pop("texts", None) or {})}
    period, evidence = fields.pop("period", None), fields.pop("evidence", ())
    values = {**texts, **fields}
    return filing.file_report(measure, by=by, period=period, values=values, evidence=evidence, answers=YES)


def about(subject: Measure | Project) -> dict[str, Any]:
    """The column of a problem that says what it is about."""
    return {"measure" if isinstance(subject, Measure) else "project": subject}


def make_problem(
    subject: Measure | Project, raised_on: date | None = None, *, steps: Sequence[str] = (), **fields: Any
) -> Problem:
    """A problem of a measure or project, raised on the day; `steps`: further moves, all on that day unless `days` says
    others.

    `owner`, `due_on` and `is_escalated` are those of its steps.
    """
    holds = {name: fields.pop(name) for name in ("owner", "due_on", "is_escalated") if name in fields}
    holds.setdefault("owner", subject.lead_department)
    raised_on = raised_on or subject.listed_on
    days = fields.pop("days", [raised_on] * len(steps))
    number = subject.problems.count() + 1
    texts = {"text_zh": "配套资金不足", "text_en": "Matching funds are missing"}
    problem = Problem.objects.create(
        raised_on=raised_on,
        **about(subject),
        **{"number": number, "raised_by": subject.lead_department, **texts, **fields},
    )
    state = ""
    for name, day in zip(["raise", *steps], [raised_on, *days], strict=True):
        state = PROBLEM_MOVES[name].after or state
        problem.steps.create(move=name, state=state, made_on=day, content=problem.content(), **holds)
    return problem


def make_meeting(problems: Sequence[Problem] = (), held_on: date = date(2023, 8, 28), **fields: Any) -> Meeting:
    """Make a meeting with the problems on its agenda, and no direction yet."""
    plan = fields.pop("plan", None) or (problems[0].plan if problems else make_plan())
    titles = {"title_zh": "八月协调会", "title_en": "August meeting", "place": "省政府第一会议室"}
    number = plan.meetings.count() + 1
    meeting = Meeting.objects.create(plan=plan, held_on=held_on, **{"number": number, **titles, **fields})
    for position, problem in enumerate(problems, start=1):
        meeting.items.create(problem=problem, position=position)
    return meeting


def make_exemption(
    plan: Plan | None = None, city: str = "370200", starts_on: date = date(2023, 7, 1), **fields: Any
) -> RankExemption:
    """Make an exemption of a city from ranking, until further notice, for a flood."""
    values = {"reason_zh": "受灾停工", **fields}
    return RankExemption.objects.create(plan=plan or make_plan(), city=region(city), starts_on=starts_on, **values)
