"""The sentences of notices, and the page to which each leads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import AccountChange
from core.clock import today
from core.period_codes import read_period
from indicators.models import ValueReport
from measures.addresses import report_url
from measures.models import Measure, Plan
from measures.owners import own_codes
from measures.reporting_months import ReportsOwed, outstanding_codes, reports_owed
from notices.models import Notice, NoticeKind
from problems.rows import overdue_by_department
from projects.addresses import month_form_url
from projects.models import ProjectMonth
from projects.months.workspace import FilingUnit, months_owed
from reporting.models import AbstractFiling
from reporting.months import ReportingMonth
from web.formats.dates import format_day, format_month
from web.formats.numbers import format_number
from web.formats.periods import format_period
from web.formats.text import excerpt, format_counted, format_list
from web.html.links import naming_plan, query_of
from web.language import is_chinese, localized

CODES_NAMED = 10  # in a reminder
EXCERPT = 40  # characters of a problem

# Of what needs no more words than what it is about.
SENTENCES: dict[str, str | Promise] = {
    NoticeKind.RETURNED: gettext_lazy("The report for %(month)s on %(subject)s was returned."),
    NoticeKind.ACCEPTED: gettext_lazy("The report for %(month)s on %(subject)s was accepted."),
    NoticeKind.REMINDER: gettext_lazy("The office reminds your department of its reports for %(month)s."),
    NoticeKind.LEAD_GIVEN: gettext_lazy("Your department now leads %(subject)s."),
    NoticeKind.LEAD_TAKEN: gettext_lazy("%(subject)s is now led by another department: %(lead)s."),
    NoticeKind.CORRECTED: gettext_lazy("The office corrected a status of %(subject)s."),
    NoticeKind.REOPENED: gettext_lazy("The office reopened %(subject)s: it is no longer completed."),
    NoticeKind.UNDONE: gettext_lazy(
        "The acceptance of the report for %(month)s on %(subject)s was undone; it waits for its review again."
    ),
    NoticeKind.TAKEN_BACK: gettext_lazy("The report for %(month)s on %(subject)s was withdrawn by %(unit)s."),
    NoticeKind.SUSPENDED: gettext_lazy("The office suspended %(subject)s: no reports are due until it is resumed."),
    NoticeKind.RESUMED: gettext_lazy("The office resumed %(subject)s: monthly reports are due again."),
    NoticeKind.WITHDRAWN: gettext_lazy("The office withdrew %(subject)s from the plan: no more reports are due."),
    NoticeKind.PROBLEM: gettext_lazy("Problem %(problem)s: %(step)s."),
    NoticeKind.PROBLEM_DUE: gettext_lazy("Problem %(problem)s is to be solved by %(day)s."),
    NoticeKind.PROBLEM_LATE: gettext_lazy("Problem %(problem)s was to be solved by %(day)s and is not solved yet."),
    NoticeKind.COMMENT: gettext_lazy("There is a new comment on %(subject)s."),
    NoticeKind.LOG_ALARM: gettext_lazy("The check of the night found that the log is not as it was sealed."),
}
SENTENCES_WITH_DAY: dict[str, str | Promise] = {
    NoticeKind.DUE_SOON: gettext_lazy("%(subject)s is due on %(day)s."),
    NoticeKind.OVERDUE: gettext_lazy("%(subject)s was due on %(day)s and was not completed in time."),
    NoticeKind.DUE_MOVED: gettext_lazy("The due date of %(subject)s was changed; it is now %(day)s."),
}
# Of a month of all projects of a city or department.
SENTENCES_OF_PROJECTS: dict[str, str | Promise] = {
    NoticeKind.DUE_SOON: gettext_lazy("The monthly reports on your projects for %(month)s are due on %(day)s."),
    NoticeKind.OVERDUE: gettext_lazy("The monthly reports on your projects for %(month)s were due on %(day)s."),
    NoticeKind.REMINDER: gettext_lazy("The office reminds your city of its monthly reports on projects for %(month)s."),
}
# Of a filed value, and of one that is due.
SENTENCES_OF_VALUES: dict[str, str | Promise] = {
    NoticeKind.RETURNED: gettext_lazy("The value of %(indicator)s for %(value_period)s (%(region)s) was returned."),
    NoticeKind.ACCEPTED: gettext_lazy("The value of %(indicator)s for %(value_period)s (%(region)s) was accepted."),
    NoticeKind.UNDONE: gettext_lazy(
        "The acceptance of the value of %(indicator)s for %(value_period)s (%(region)s) was undone; it waits for its "
        "review again."
    ),
    NoticeKind.DUE_SOON: gettext_lazy(
        "The value of %(indicator)s for %(value_period)s (%(region)s) is due on %(day)s."
    ),
    NoticeKind.OVERDUE: gettext_lazy(
        "The value of %(indicator)s for %(value_period)s (%(region)s) was due on %(day)s and is not submitted yet."
    ),
}


@dataclass(frozen=True)
class ReportsState:
    """The state of what departments owe of a plan now. `owed`: reports; `keepers`: who looks after which measure;
    `overdue`: how many problems departments should have solved."""

    owed: ReportsOwed
    keepers: Mapping[str, set[int]]
    overdue: Mapping[int, int]


# What projects owe, by month: those of a city, or those that a department leads.
type ProjectMonths = Mapping[date, ReportingMonth]


def notice_sentences(notices: Sequence[Notice]) -> list[str]:
    """Returns the sentences of notices of one person, in the reader's language, of the rows as they are now: the same
    few queries for one and for fifty."""
    of_projects = [each for each in notices if _is_of_projects(each)]
    reminders = [each for each in notices if each.kind == NoticeKind.REMINDER and each not in of_projects]
    reports: dict[int | None, ReportsState] = {plan.pk: _reports_state(plan) for plan in _plans_of(reminders)}
    months: dict[int | None, ProjectMonths] = {
        plan.pk: _project_months(plan, of_projects) for plan in _plans_of(of_projects)
    }
    return [notice_sentence(each, reports.get(each.plan_id), months.get(each.plan_id)) for each in notices]


def _plans_of(notices: Sequence[Notice]) -> Iterable[Plan]:
    """Returns the plans of the notices, in no query where there are none."""
    keys = {each.plan_id for each in notices if each.plan_id is not None}
    return Plan.objects.in_bulk(keys).values()


def _is_of_projects(notice: Notice) -> bool:
    """Returns whether the notice is about a month of all projects of a city, or of those that a department leads."""
    is_due = notice.kind in (NoticeKind.DUE_SOON, NoticeKind.OVERDUE)
    return notice.plan_id is not None and notice.period is not None and (is_due or notice.city_id is not None)


def _reports_state(plan: Plan) -> ReportsState:
    return ReportsState(
        reports_owed(plan, by=today()),
        Measure.objects.in_plan(plan).keepers(),
        overdue_by_department(plan, on=today()),
    )


def _project_months(plan: Plan, notices: Sequence[Notice]) -> ProjectMonths:
    """`notices`: those of months of projects. None are known to a person who files for no city or department now."""
    user = notices[0].user
    unit: FilingUnit = "city" if user.city_id is not None else "lead_department"
    own = user.city_id or user.department_id
    if own is None:
        return {}
    asked = sorted({each.period for each in notices if each.period is not None and each.plan_id == plan.pk})
    owed = months_owed(plan, day=today(), months=asked, unit=unit, of=own)
    return {month: by_unit[own] for month, by_unit in owed.items() if own in by_unit}


def notice_sentence(
    notice: Notice, reports: ReportsState | None = None, project_months: ProjectMonths | None = None
) -> str:
    """`reports`: of the plan of a department's reminder, which then says what of them is outstanding; `project_months`:
    the same for notices of months of projects."""
    words, period, department = _words(notice), notice.period, notice.user.department_id
    if _is_of_projects(notice):
        # Who files for another city since is told no more of what the first owes.
        is_own = notice.city_id == notice.user.city_id
        month = project_months.get(period) if project_months and period is not None and is_own else None
        return str(SENTENCES_OF_PROJECTS[notice.kind]) % words + _outstanding_months(month)
    is_reminder = notice.kind == NoticeKind.REMINDER
    # Who has left the department since is told no more of what it owes.
    if is_reminder and reports is not None and period is not None and department is not None:
        codes = outstanding_codes(reports.owed, period, department)
        # Who looked after one of them when the reminder was written reads of all.
        sentence = _reminder(own_codes(codes, reports.keepers, notice.user) or codes) % words
        problems = reports.overdue.get(department, 0)
        return sentence + _overdue_problems(problems) if problems else sentence
    return _sentence_for(notice) % words


def _outstanding_months(month: ReportingMonth | None) -> str:
    """Returns the text at the end of notices of months of projects: how many are outstanding; empty where none is owed,
    or that is not known."""
    if month is None:
        return ""
    values = {"missing": format_number(month.missing), "owed": format_number(month.owed)}
    text = _("All are submitted now.") if month.is_reported else _("Outstanding: %(missing)s of %(owed)s.") % values
    return ("" if is_chinese() else " ") + text


def _words(notice: Notice) -> dict[str, str]:
    measure, report, step = notice.measure, notice.report, notice.step
    monthly = report or notice.month
    filing = monthly or notice.value_report
    period = notice.period or (monthly.period if monthly else None)
    due_on = step.due_on if step else measure.due_on if measure else notice.due_on
    return _words_of_value(notice) | {
        "subject": _subject_of(notice),
        "month": format_month(period),
        "day": format_day(due_on),
        "problem": f"{step.problem.code} {excerpt(localized(step.problem, 'text'), EXCERPT)}" if step else "",
        "step": step.get_move_display() if step else "",
        "lead": localized(measure.lead_department, "short") if measure else "",
        "note": filing.decision_note if filing else "",
        "unit": _unit_of(notice.month) if notice.month else "",
    }


def _subject_of(notice: Notice) -> str:
    """The measure, or the project of a month."""
    if notice.month is not None:
        return f"{notice.month.project.code} {localized(notice.month.project, 'name')}"
    return f"{notice.measure.code} {localized(notice.measure, 'title')}" if notice.measure is not None else ""


def _unit_of(month: ProjectMonth) -> str:
    """Returns the name of the unit that submitted the month."""
    unit = month.filing_department or month.filing_city
    return localized(unit, "short") if unit is not None else _("the other side")


def _words_of_value(notice: Notice) -> dict[str, str]:
    """Returns the words of the filed value, or of the one that is due; none of any other notice."""
    value, plan = notice.value_report, notice.plan
    indicator = value.indicator if value else notice.indicator
    if indicator is None:
        return {}
    span = value.span if value else read_period(notice.value_period)
    region = value.region if value else plan.region if plan else None
    return {
        "indicator": localized(indicator, "name"),
        "value_period": format_period(*span) if span else notice.value_period,
        "region": localized(region, "short") if region else "",
    }


def _reminder(codes: Sequence[str]) -> str:
    """`codes`: the measures whose reports of the month are outstanding. For `%` with the month."""
    if not codes:
        return _("The office reminded your department of its reports for %(month)s; all are submitted now.")
    named = format_list(sorted(codes)[:CODES_NAMED]) + ("" if len(codes) <= CODES_NAMED else " …")
    text = ngettext(
        "Please submit your department's reports for %(month)s: %(count)s is outstanding (%(measures)s).",
        "Please submit your department's reports for %(month)s: %(count)s are outstanding (%(measures)s).",
        len(codes),
    )
    return text.replace("%(count)s", format_number(len(codes))).replace("%(measures)s", named)


def _overdue_problems(count: int) -> str:
    """Returns the text at the end of a reminder: how many problems are overdue."""
    return ("" if is_chinese() else " ") + format_counted(
        "%(count)s problem that your department must solve is overdue.",
        "%(count)s problems that your department must solve are overdue.",
        count,
    )


def _sentence_for(notice: Notice) -> str:
    measure, is_of_value = notice.measure, notice.value_report is not None or notice.indicator is not None
    if notice.kind == NoticeKind.RETURNED and _says_why(notice.report or notice.value_report or notice.month):
        if is_of_value:
            return _("The value of %(indicator)s for %(value_period)s (%(region)s) was returned: %(note)s")
        return _("The report for %(month)s on %(subject)s was returned: %(note)s")
    if notice.kind in AccountChange:
        return AccountChange(notice.kind).sentence
    sentences = SENTENCES_OF_VALUES if is_of_value else SENTENCES
    if notice.kind in sentences:
        return str(sentences[notice.kind])
    if measure is None or measure.due_on is None:
        return _("%(subject)s no longer has a due date.")
    return str(SENTENCES_WITH_DAY[notice.kind])


def _says_why(filing: AbstractFiling | None) -> bool:
    """Returns whether the filing is returned still, with a reason."""
    return filing is not None and filing.is_returned and bool(filing.decision_note)


def _value_url(notice: Notice, report: ValueReport) -> str:
    """The form where it came back to be written again, else the indicator."""
    is_back = notice.kind == NoticeKind.RETURNED and report.may_be_filed_by(notice.user)
    return report.get_form_url() if is_back else report.indicator.get_absolute_url()


def _month_url(notice: Notice, month: ProjectMonth) -> str:
    """The form where it is to be written again, else the project."""
    project = month.project
    if month.may_be_filed_by(notice.user) and not month.is_filed(by=today()):
        return month_form_url(project.code, month.period, plan=project.plan.link_slug)
    return project.get_absolute_url()


def _workspace_url(notice: Notice) -> str:
    """Returns the address of the workspace, with the month of projects; that of measures shows what is owed of all
    months."""
    month = f"{notice.period:%Y-%m}" if notice.period is not None and _is_of_projects(notice) else ""
    plan = notice.plan.link_slug if notice.plan is not None else ""
    return query_of(reverse("measures:workspace"), period=month, plan=plan)


# Of what is about no row of the plan.
PAGES: dict[str, str] = {**dict.fromkeys(AccountChange.values, "accounts:password"), NoticeKind.LOG_ALARM: "log_check"}


def notice_url(notice: Notice) -> str:
    """The page to act on: the form of what came back or is due, the workspace for a reminder, else what it is about."""
    if notice.kind in PAGES:
        return reverse(PAGES[notice.kind])
    if notice.step is not None:
        return notice.step.problem.get_absolute_url()
    if notice.value_report is not None:
        return _value_url(notice, notice.value_report)
    if notice.month is not None:
        return _month_url(notice, notice.month)
    if notice.indicator is not None and notice.plan is not None:
        return notice.indicator.get_form_url(notice.value_period, notice.plan.region, plan=notice.plan.link_slug)
    if notice.measure is None:
        return _workspace_url(notice)
    if notice.report is not None and notice.kind == NoticeKind.RETURNED:
        return report_url(notice.measure.code, notice.report.period, plan=notice.measure.plan.link_slug)
    return notice.measure.get_absolute_url()


def lasting_notice_url(notice: Notice, *, current: Plan | None) -> str:
    """The same for what is sent, and read when another plan may be the current one: it names the plan of what it is
    about, and the `current` one where that is of none."""
    if notice.kind in PAGES:
        return notice_url(notice)
    plan = _plan_of(notice) or current
    return naming_plan(notice_url(notice), "" if plan is None else plan.slug)


def _plan_of(notice: Notice) -> Plan | None:
    if notice.step is not None:
        return notice.step.problem.plan
    if notice.month is not None:
        return notice.month.project.plan
    return notice.plan if notice.measure is None else notice.measure.plan
