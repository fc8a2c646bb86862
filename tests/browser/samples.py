"""A sample of every page of the site: its URL name, what it is of, who opens it; and what is no page, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import resolve, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.lockout import LIMITS
from accounts.models import Department, Scope, User
from accounts.tokens import create_token, revoke_token
from core.period_codes import read_period
from indicators.models import Indicator, Target, ValueReport
from indicators.values.services import ValueData, accept_value, save_value, submit_value
from measures.editing.corrections import reopen_measure
from measures.models import Measure, Plan, PlanMilestone, StatusChange
from measures.reports import ReportData, accept_report, save_draft
from measures.services import add_comment
from notices.models import Notice
from problems.meetings import Direction, give_direction
from problems.models import Problem
from problems.services import ProblemData, save_problem_draft
from projects.annual_plans import set_annual_plan
from projects.exemptions import excuse_city
from projects.models import Project
from projects.months.services import MonthData, accept_month, save_month, submit_month
from regions.models import Region
from reporting.evidence import attach_document, attach_file
from reporting.services import return_report
from tests.addresses import ROWS
from tests.documents import make_pdf
from tests.factories import YES, file_report, make_meeting, make_problem, make_user
from web.saved_views import save_view
from workbooks.models import Upload
from workbooks.uploads import decide, keep_upload, work_on

# Whom too many wrong passwords have locked out.
LOCKED = "kim"
# Not the one that the form of a report hides for the Enter key.
FORM_BUTTON = "main form[method=post] .form-actions button"


@dataclass(frozen=True)
class Sample:
    """`name`: the URL name, "" for an address that none has. `person`: who opens it, "" for anyone.

    `fields`: what is then typed into the form of `button`, by the names of its fields, and sent; None: only open it.
    """

    name: str
    query: str = ""
    person: str = ""
    path: dict[str, str] = field(default_factory=dict)
    address: str = ""
    status: int = 200
    fields: dict[str, str] | None = None
    button: str = FORM_BUTTON

    def __str__(self) -> str:
        words = [self.person or "anyone", f"{self.address or self.name}{self.query}", *self.path.values()]
        return " ".join(words if self.fields is None else [*words, "sent"])

    def where(self, parts: dict[str, str]) -> str:
        path = {name: value.format(**parts) for name, value in self.path.items()}
        return (self.address or reverse(self.name, kwargs=path)) + self.query


def page(name: str, query: str = "", *, person: str = "", **path: str) -> Sample:
    return Sample(name, query, person, path)


def sent(
    name: str, fields: dict[str, str], query: str = "", *, person: str = "", button: str = FORM_BUTTON, **path: str
) -> Sample:
    """The page that answers a form which is refused."""
    return Sample(name, query, person=person, path=path, fields=fields, button=button)


MEASURE = partial(page, code="M172")
PROBLEM = partial(page, code="M025", number="1")
# More than the ordinary look at a page: rows, filters, other people, and forms that are refused.
SPECIAL = [
    page("dashboard:overview", "?as_of=2023-03-31"),
    page("dashboard:overview", "?as_of=2022-12-31"),
    page("dashboard:overview", "?compare=last_quarter"),
    page("dashboard:presentation", "?part=2"),
    page("dashboard:presentation", "?part=3&as_of=2023-06-30"),
    page("dashboard:presentation", "?part=4"),
    page("dashboard:presentation", "?part=5"),
    page("dashboard:presentation", "?as_of=2022-12-31"),
    page("dashboard:section", slug="innovation"),
    page("dashboard:themes", "?compare=last_month"),
    page("dashboard:theme", slug="energy"),
    page("dashboard:theme", "?as_of=2022-12-31", slug="air-water"),
    page("dashboard:departments", "?fallen=most"),
    page("dashboard:departments", "?ordering=-rate"),
    page("dashboard:department", slug="energy"),
    page("dashboard:department", "?from=2023-01&to=2023-08", slug="natural-resources"),
    page("dashboard:department", slug="science-technology", person="rita"),
    page("dashboard:city", code="370600"),
    page("briefs:plan", "?as_of=2022-12-31"),
    page("briefs:section", slug="marine"),
    page("briefs:department", slug="natural-resources"),
    page("briefs:theme", slug="energy"),
    page("briefs:city", code="370600"),
    page("dashboard:search"),
    page("dashboard:search", "?q=氢能"),
    page("dashboard:search", "?q=完成&kind=reports&page=2"),
    page("dashboard:search", "?q=M999"),
    page("dashboard:explain", "?figure=indicators.gdp_growth_ytd.value"),
    page("dashboard:explain", "?figure=projects.total_investment"),
    page("rollups:runs", "?failed=1", person="audit"),
    page("integrity", person="admin"),
    page("dashboard:changes", "?compare=2023-03-31&as_of=2023-06-30"),
    page("measures:list", "?light=red&section=innovation&page_size=10"),
    page("measures:list", "?q=nothing-is-called-so"),
    page("measures:list", "?due_from=2023-10-01&due_to=2023-12-31&light=yellow", person="ada"),
    page("web:saved_view", pk="{view}", person="ada"),
    MEASURE("measures:detail"),
    page("measures:detail", code="M001", person="ada"),
    page("measures:detail", code="M001", person="rita"),
    page("measures:detail", code="M009", person="vic"),
    page("measures:terms", code="M002", person="rita"),
    page("measures:correct", code="M009", pk="{change}", person="rita"),
    page("measures:reopen", code="M172", person="rita"),
    page("measures:scope", code="M172", person="rita"),
    page("projects:scope", code="P0001", person="rita"),
    page("office:index", person="mia"),
    page("office:measures", "?search=M1&section=marine", person="rita"),
    page("office:measures", "?search=0000", person="rita"),
    page("office:measure", code="M172", person="rita"),
    page("office:projects", "?search=P000&city=370200&stage=preparing", person="rita"),
    page("office:projects", "?search=0000", person="rita"),
    page("office:project", code="P0001", person="rita"),
    page("office:project_terms", code="P0001", person="rita"),
    page("office:annual_plan", code="P0001", year="2023", person="rita"),
    page("office:owners", code="M001", person="ada"),
    page("office:owners", code="M001", person="rita"),
    page("office:many_owners", slug="science-technology", person="ada"),
    page("office:many_owners", "?ticked=all", slug="science-technology", person="rita"),
    page("office:exemption", pk="{exemption}", person="rita"),
    page("office:remove_exemption", pk="{exemption}", person="rita"),
    page("office:theme", slug="energy", person="rita"),
    page("office:remove_theme", slug="energy", person="rita"),
    page("office:indicators", "?search=gdp&group=economy&ordering=-targets", person="rita"),
    page("office:indicators", "?search=0000", person="rita"),
    page("office:indicator", code="energy_intensity_change", person="rita"),
    page("office:add_target", code="energy_intensity_change", person="rita"),
    page("office:target", code="energy_intensity_change", pk="{target}", person="rita"),
    page("office:remove_target", code="energy_intensity_change", pk="{target}", person="rita"),
    page("office:problem_category", slug="money", person="rita"),
    page("office:remove_problem_category", slug="money", person="rita"),
    page("office:departments", person="admin"),
    page("office:department", slug="energy", person="mia"),
    page("office:department", slug="energy", person="admin"),
    page("office:milestone", pk="{milestone}", person="mia"),
    page("office:remove_milestone", pk="{milestone}", person="mia"),
    page("office:category", slug="energy", person="mia"),
    page("office:remove_category", slug="energy", person="mia"),
    page("office:people", "?search=0000", person="mia"),
    page("office:person", pk="{person}", person="mia"),
    page("office:person", pk="{locked}", person="mia"),
    page("office:person_link", pk="{person}", person="mia"),
    page("office:close_person", pk="{person}", person="mia"),
    page("office:close_person", pk="{ada}", person="mia"),
    page("office:reopen_person", pk="{person}", person="mia"),
    page("office:unlock_person", pk="{locked}", person="mia"),
    # The pages that show a link.
    Sample("office:person_link", person="mia", path={"pk": "{person}"}, fields={}),
    page("accounts:set_password", uidb64="MQ", token="used"),
    sent("accounts:set_up_app", {"code": "000000"}, person="vic"),
    sent("accounts:forgotten", {"email": "nobody"}),
    page("office:remove_second_factor", pk="{person}", person="mia"),
    page("accounts:set_password", uidb64="{uid}", token="{link}", person="vic"),
    page("office:section", slug="marine", person="rita"),
    page("office:remove_section", slug="marine", person="rita"),
    page("permissions", "?account=ada&asked=/measures/M001/report/&method=POST", person="audit"),
    page("measures:report", code="M001", person="ada"),
    page("measures:report", code="M002", person="ada"),
    page("measures:report", code="M003", person="ada"),
    page("measures:report", code="M004", person="ada"),
    page("office:merge", slug="energy", person="rita"),
    page("problems:list"),
    page("problems:list", "?state=open&waiting=office&ordering=-raised_on", person="rita"),
    page("problems:list", "?search=0000", person="ada"),
    PROBLEM("problems:measure_problem"),
    PROBLEM("problems:measure_problem", person="rita"),
    page("problems:measure_problem", code="M001", number="1", person="vic"),
    page("problems:measure_problem", "?as_of=2023-01-31", code="M025", number="1"),
    page("problems:measure_raise", code="M002", person="ada"),
    page("problems:measure_draft", code="M002", number="1", person="ada"),
    PROBLEM("problems:measure_move", move="assign", person="rita"),
    PROBLEM("problems:measure_move", move="reply", person="rita"),
    PROBLEM("problems:measure_move", move="close", person="rita"),
    page("problems:measure_move", code="M003", number="1", move="reword", person="ada"),
    page("problems:meetings", person="rita"),
    page("problems:meeting", number="3"),
    page("problems:meeting", number="3", person="rita"),
    page("problems:change_meeting", number="3", person="rita"),
    page("problems:remove_meeting", number="4", person="rita"),
    page("problems:meeting_agenda", number="3", person="rita"),
    page("problems:direction", number="3", pk="{item}", person="rita"),
    page("measures:workspace", "?period=2023-03", person="ada"),
    page("measures:workspace", "?whose=mine", person="ada"),
    page("measures:workspace", person="zoe"),
    page("measures:workspace", "?period=2023-07", person="zoe"),
    page("measures:workspace", "?period=2023-07&state=returned", person="zoe"),
    page("projects:month", "?period=2023-08", code="P0672", person="zoe"),
    page("projects:month", "?period=2023-07", code="P0672", person="zoe"),
    page("projects:month", "?period=2023-07", code="P0673", person="zoe"),
    page("projects:month", "?period=2023-07", code="P0674", person="zoe"),
    page("projects:review", "?city=370300&ticked=all", person="rita"),
    page("notices:city_board", "?period=2023-07", person="rita"),
    page("projects:detail", code="P0672", person="zoe"),
    page("indicators:value", code="rd_intensity", person="ada"),
    page("indicators:value", "?period=2022", code="rd_intensity", person="ada"),
    page("indicators:value", "?period=2021", code="rd_intensity", person="ada"),
    page("indicators:value", "?period=2023H1", code="rd_growth", person="ada"),
    page("indicators:paste", code="rd_intensity", person="ada"),
    page("indicators:review", "?ticked=all", person="rita"),
    page("indicators:review", "?ticked=accepted", person="rita"),
    page("measures:returned", "?department=energy", person="rita"),
    page("notices:inbox", person="ada"),
    page("workbooks:data", person="audit"),
    page("workbooks:upload", pk="{upload}", person="rita"),
    page("workbooks:upload", pk="{asked}", person="rita"),
    page("workbooks:upload", pk="{waiting}", person="rita"),
    page("workbooks:upload", pk="{refused}", person="rita"),
    page("ledger:load", pk="{load}", person="rita"),
    page("workbooks:month_upload", pk="{month}", person="ada"),
    page("workbooks:month_upload", pk="{sent}", person="ada"),
    page("workbooks:project_month", person="zoe"),
    page("workbooks:project_month_upload", pk="{city_month}", person="zoe"),
    page("workbooks:project_month_upload", pk="{city_sent}", person="zoe"),
    page("workbooks:values_upload", pk="{values}", person="ada"),
    page("workbooks:values_upload", pk="{values_sent}", person="ada"),
    page("projects:list", "?category=energy&city=370600"),
    page("projects:detail", code="P0001"),
    page("projects:detail", code="P0001", person="rita"),
    page("problems:project_problem", code="P0001", number="1", person="rita"),
    page("problems:project_raise", code="P0001", person="rita"),
    page("problems:project_draft", code="P0001", number="2", person="rita"),
    page("problems:project_move", code="P0001", number="1", move="assign", person="rita"),
    page("indicators:detail", code="gdp_growth_ytd"),
    # With its cities beside each other, and nothing of the province.
    page("indicators:detail", code="co2_emissions_city"),
    page("accounts:tokens", person="ada"),
    page("accounts:token_revoke", pk="{token}", person="vic"),
    # The page that shows a new token.
    Sample("accounts:tokens", person="rita", fields={"name": "夜间导出"}),
    page("guide", role="reader"),
    page("guide", role="department", person="ada"),
    page("guide", role="office", person="rita"),
    page("guide", role="analyst"),
    page("guide", role="administrator", person="admin"),
    # What is shown where there is no page, or not for this person.
    Sample("", address="/nothing/", status=404),
    Sample("", address="/?as_of=2023-02-30", status=400),
    Sample("", address="/projects/?investment_from=ten&category=energy", status=400),
    Sample("", address="/review/", person="ada", status=403),
    Sample("", address="/broken/", status=500),
    # What follows a form that is refused.
    sent("accounts:login", {"username": "ada", "password": "wrong"}),
    Sample("accounts:login", fields={"username": LOCKED, "password": "wrong"}, status=429),
    sent("accounts:password", {"old_password": "wrong", "new_password1": "1234", "new_password2": ""}, person="vic"),
    sent("accounts:tokens", {"name": ""}, person="ada"),
    sent("measures:list", {"name": ""}, button=".save-view button", person="ada"),
    sent("web:saved_view", {"name": ""}, pk="{view}", person="ada"),
    sent("measures:detail", {"text": ""}, code="M001", person="ada"),
    sent("measures:terms", {"reason": ""}, code="M002", person="rita"),
    sent("measures:correct", {"reason": ""}, code="M009", pk="{change}", person="rita"),
    sent("measures:reopen", {"reason": ""}, code="M044", person="rita"),
    sent("measures:scope", {"reason": ""}, code="M044", person="rita"),
    sent("projects:scope", {"reason": ""}, code="P0002", person="rita"),
    sent("office:add_measure", {"code": "M001", "title_zh": ""}, person="rita"),
    sent("office:add_section", {"number": "1", "slug": "A b"}, person="rita"),
    sent("office:add_theme", {"number": "1", "slug": "A b", "measures": "M999"}, person="rita"),
    sent("office:theme", {"name_zh": "", "name_en": ""}, slug="energy", person="rita"),
    sent("office:add_indicator", {"code": "O 3", "zh_factor": "much"}, person="rita"),
    sent("office:indicator", {"name_zh": "", "name_en": ""}, code="energy_intensity_change", person="rita"),
    sent("office:add_target", {"value": "much", "milestones": "2024"}, code="energy_intensity_change", person="rita"),
    sent("office:target", {"baseline_on": ""}, code="energy_intensity_change", pk="{target}", person="rita"),
    sent("office:remove_target", {}, code="energy_intensity_change", pk="{target}", person="rita"),
    sent("office:add_exemption", {"city": "", "reason_zh": "", "reason_en": ""}, person="rita"),
    sent("office:exemption", {"ends_on": "2022-12-31"}, pk="{exemption}", person="rita"),
    sent("office:current_plan", {"reason": ""}, person="rita"),
    sent("office:add_department", {"number": "0", "slug": "energy"}, person="mia"),
    sent("office:site", {"name_zh": "", "name_en": ""}, person="mia"),
    sent("office:limits", {"report_due_day": "31"}, person="mia"),
    sent("office:plausibility", {"jump": ""}, person="rita"),
    sent("office:plan", {"ends_on": "2023-08-31"}, person="mia"),
    sent("office:add_plan", {"slug": "New plan"}, person="mia"),
    sent("office:add_milestone", {"name_zh": ""}, person="mia"),
    sent("office:milestone", {"happens_on": ""}, pk="{milestone}", person="mia"),
    sent("office:add_category", {"number": "0", "slug": "energy"}, person="mia"),
    sent("office:category", {"name_zh": "", "name_en": ""}, slug="energy", person="mia"),
    sent("office:remove_category", {}, slug="energy", person="mia"),
    sent("office:add_problem_category", {"number": "0", "slug": "money"}, person="rita"),
    sent("office:problem_category", {"name_zh": "", "name_en": ""}, slug="money", person="rita"),
    sent("office:remove_problem_category", {}, slug="money", person="rita"),
    sent("office:department", {"name_zh": "", "short_zh": "能源"}, slug="energy", person="mia"),
    sent("office:invite", {"username": "a b", "email": "no address"}, person="mia"),
    sent("office:person", {"name": "", "role": "reporter", "department": ""}, pk="{person}", person="mia"),
    sent("office:section", {"title_zh": ""}, slug="marine", person="rita"),
    sent("office:remove_section", {}, slug="marine", person="rita"),
    sent("office:measure", {"title_zh": "", "title_en": ""}, code="M172", person="rita"),
    sent("office:add_project", {"code": "P0001", "name_zh": "", "investment_wan": "a lot"}, person="rita"),
    sent("office:project", {"name_zh": "", "name_en": "", "national_code": "21"}, code="P0001", person="rita"),
    sent("office:annual_plan", {"planned_wan": ""}, code="P0001", year="2023", person="rita"),
    sent("office:project_terms", {"investment_wan": "12", "reason": ""}, code="P0001", person="rita"),
    sent("office:many_owners", {}, slug="science-technology", person="ada"),
    sent("office:owners", {"owner": "ada", "deputy": "ada"}, code="M006", person="ada"),
    sent("measures:report", {"what_was_done": ""}, code="M006", person="ada"),
    sent("measures:report", {"status": "completed", "effective_on": "2023-09-30"}, code="M006", person="ada"),
    sent("problems:measure_raise", {"text": ""}, code="M002", person="ada"),
    sent("problems:project_raise", {"text": "用地未批"}, code="P0001", person="rita"),
    sent("problems:project_move", {"note": ""}, code="P0001", number="1", move="withdraw", person="rita"),
    sent("problems:measure_move", {"due_on": ""}, code="M025", number="1", move="assign", person="rita"),
    sent("problems:assign", {"due_on": ""}, button="#assign button", person="rita"),
    sent("problems:measure_move", {"note": ""}, code="M025", number="1", move="withdraw", person="rita"),
    sent("problems:add_meeting", {"title_zh": ""}, person="rita"),
    sent("problems:change_meeting", {"title_zh": "", "title_en": ""}, number="3", person="rita"),
    sent("problems:direction", {"what": "", "due_on": "2023-08-01"}, number="3", pk="{item}", person="rita"),
    sent("office:merge", {"reason": ""}, slug="energy", person="rita"),
    sent("measures:workspace", {}, button="#ticked button", person="ada"),
    sent("workbooks:data", {"pasted": ""}, button="#upload .form-actions button", person="rita"),
    sent("workbooks:month", {}, button="#upload .form-actions button", person="ada"),
    sent("workbooks:project_month", {}, button="#upload .form-actions button", person="zoe"),
    sent("workbooks:values", {}, button="#upload .form-actions button", person="ada"),
    sent("measures:review", {}, button="#ticked button", person="rita"),
    sent("projects:month", {"started_on": ""}, code="P0675", person="zoe"),
    sent("projects:month", {"invested_wan": "9999", "progress": "1"}, code="P0675", person="zoe"),
    sent("indicators:value", {"value": "25"}, "?period=2023H1", code="rd_intensity", person="ada"),
    sent("indicators:paste", {"text": "2020\tmuch\t2021-02-28"}, code="rd_intensity", person="ada"),
    sent("indicators:review", {}, button="#ticked .strip button", person="rita"),
    sent("projects:review", {}, button="#ticked .strip button", person="rita"),
    sent("measures:review", {"note": ""}, button=".case-act [value=return]", person="rita"),
]

# No page of ours to look at, by what answers instead.
NO_PAGES = {
    "answers in JSON": {"healthz", "readyz", "version", "schema", *(row.name for row in ROWS if row.is_api)},
    "numbers for a machine": {"metrics"},
    "a file": {
        "measures:evidence",
        "projects:evidence",
        "indicators:evidence",
        "problems:measure_evidence",
        "problems:project_evidence",
        "problems:meeting_word",
        "workbooks:download",
        "workbooks:columns",
        "workbooks:marked",
        "workbooks:month_download",
        "workbooks:project_month_download",
        "workbooks:values_download",
        "workbooks:office_month",
    },
    "a word for the form that asked": {
        "measures:draft",
        "projects:month_draft",
        "indicators:value_draft",
        "accounts:active",
    },
    "sends on to a page, or shows that page again with its errors": {
        "accounts:logout",
        "admin_log_in",
        "admin_password_change",
        # After a password alone; tests/browser/test_second_factor.py looks at it.
        "accounts:code",
        # On a site that has its first plan; tests/browser/test_newcomer.py looks at them on a new one.
        "workbooks:start",
        "workbooks:start_names",
        "workbooks:start_workbook",
        "language",
        "measures:comment",
        "measures:decide",
        "measures:discard",
        "notices:inbox_read",
        "measures:no_change",
        "notices:notice",
        "notices:remind",
        "notices:remind_city",
        "projects:decide",
        "indicators:decide",
    },
    # tests/accounts/test_oidc.py reads them.
    "is there only on a site with single sign-on": {"accounts:sign_on", "accounts:signed_on", "accounts:logged_out"},
    "Django's administration": {"admin:index"},
}


def ordinary_samples() -> Iterator[Sample]:
    """Yield each page of the registry that speaks of no row, as the first person sees it who is let in."""
    left_out = {name for names in NO_PAGES.values() for name in names}
    for row in ROWS:
        if row.method != "GET" or row.name in left_out or not row.admitted or has_arguments(row.address):
            continue
        person = next(each for each in row.admitted if each != "nobody")
        query = row.address.partition("?")[2]
        yield Sample(row.name, f"?{query}" if query else "", "" if person == "anyone" else person)


def has_arguments(address: str) -> bool:
    return "{" in address or bool(resolve(address.partition("?")[0]).kwargs)


SAMPLES = [*ordinary_samples(), *SPECIAL]


def live_in() -> dict[str, str]:
    """Reports in every state, comments, notices and a failed run, on top of the demonstration's data and the people
    of the fixture `people`. Gives the numbers that stand in braces in the samples."""
    ada, rita = User.objects.get(username="ada"), User.objects.get(username="rita")
    vic = make_user("vic")
    revoke_token(create_token(vic, scope=Scope.READ, name="试用")[0])
    token, _key = create_token(vic, scope=Scope.READ, name="每月末导出政策措施与项目数据的程序")
    make_user("zoe", role="reporter", city=Region.objects.get(code="370300"))
    make_user("audit", role="auditor")
    make_user("mia", role="administrator")
    make_user("admin", is_staff=True, is_superuser=True)
    first, third, fourth, done = (Measure.objects.get(code=code) for code in ("M001", "M003", "M004", "M009"))
    begun = "崂山实验室八月全面运行。"
    draft = save_draft(first, by=ada, data=ReportData("in_progress", "in_progress", what_was_done=begun))
    attach_file(draft, by=ada, file=ContentFile(make_pdf(), name="验收意见.pdf"))
    attach_document(draft, by=ada, number="鲁科字〔2023〕12号", title="验收意见")
    add_comment(first, by=ada, text="八月底前报验收材料。")
    add_comment(first, by=rita, text="请附验收意见。")
    file_report(third, by=ada, status="in_progress")
    returned = file_report(fourth, by=ada, status="in_progress")
    return_report(returned, by=rita, note="请写明文号。")
    accepted = file_report(Measure.objects.get(code="M005"), by=ada, status="in_progress")
    accept_report(accepted, by=rita, note="同意。")
    reopen_measure(done, by=rita, status="in_progress", effective_on=accepted.submitted_on, reason="复查发现材料不全")
    for _attempt in range(LIMITS[0]):
        Client().post(reverse("accounts:login"), {"username": LOCKED, "password": "wrong"})
    change = StatusChange.objects.filter(measure=done, status="completed").latest("pk")
    assert Notice.objects.filter(user=ada).exists()
    view = save_view("measures:list", by=ada, name="下季度到期的黄灯", query="light=yellow&due_from=2023-10-01")
    unraised = Problem(measure=Measure.objects.get(code="M002"))
    save_problem_draft(unraised, by=ada, data=ProblemData("用地指标尚缺12亩。"))
    problems = [make_problem(each, date(2023, 7, 20)) for each in (first, third, fourth)]
    meeting = make_meeting(problems)
    make_meeting(problems[:1], held_on=date(2023, 9, 6), title_zh="九月协调会", title_en="September meeting")
    directed, undirected = meeting.items.order_by("position")[:2]
    energy = Department.objects.get(slug="energy")
    project = Project.objects.get(code="P0001")
    make_problem(project, date(2023, 7, 20), owner=energy, raised_by=None)
    save_problem_draft(Problem(project=project), by=rita, data=ProblemData("接入系统批复尚未取得。"))
    give_direction(directed, by=rita, direction=Direction(energy, "统筹保障用地指标。", date(2023, 9, 15)))
    flooded = {"city": Region.objects.get(code="371400"), "starts_on": date(2023, 8, 1), "reason_zh": "受灾停工"}
    exemption = excuse_city(Plan.objects.get(), by=rita, **flooded)
    invited = make_user("lea")
    zoe = User.objects.get(username="zoe")
    file_project_months(zoe, rita)
    file_values(ada, rita)
    return (
        uploads_of(rita)
        | months_of(ada)
        | project_months_of(zoe)
        | values_files_of(ada)
        | {
            "change": str(change.pk),
            "item": str(undirected.pk),
            "milestone": str(PlanMilestone.objects.earliest("happens_on").pk),
            "exemption": str(exemption.pk),
            "target": str(Target.objects.filter(indicator__code="energy_intensity_change").earliest("pk").pk),
            "token": str(token.pk),
            "view": str(view.pk),
            "ada": str(ada.pk),
            "person": str(make_user("pete", first_name="王强").pk),
            "locked": str(make_user(LOCKED).pk),
            "uid": urlsafe_base64_encode(force_bytes(invited.pk)),
            "link": default_token_generator.make_token(invited),
        }
    )


def file_project_months(zoe: User, rita: User) -> None:
    """July of four projects: an accepted and a submitted one of June and July, one that was returned, and a draft."""
    june, july = date(2023, 6, 1), date(2023, 7, 1)
    first, second, third = (Project.objects.get(code=code) for code in ("P0672", "P0673", "P0674"))
    data = MonthData(
        "under_construction", date(2023, 3, 1), invested_wan=5_000, progress=40, what_was_done="主体封顶。"
    )
    accept_month(submit_month(save_month(first, by=zoe, data=data, period=june), by=zoe), by=rita)
    set_annual_plan(first, by=rita, year=2023, planned_wan=12_000)
    less = replace(data, invested_wan=4_500, progress=45)
    submit_month(save_month(first, by=zoe, data=less, period=july), by=zoe, answers=YES)
    returned = submit_month(save_month(second, by=zoe, data=data, period=july), by=zoe)
    return_report(returned, by=rita, note="本年累计完成投资请与统计口径核对。")
    draft = save_month(third, by=zoe, data=data, period=july)
    attach_document(draft, by=zoe, number="淄建字〔2023〕3号", title="施工许可证")


def file_values(ada: User, rita: User) -> None:
    """A revision that waits, a correction that was returned, a draft, and a value that was accepted today."""
    intensity, growth = (Indicator.objects.get(code=code) for code in ("rd_intensity", "rd_growth"))
    owned = Indicator.objects.filter(pk__in=[intensity.pk, growth.pk])
    owned.update(owner=ada.department, frequency="year", due_days=90)
    home = Plan.objects.get().region
    data = ValueData(Decimal("2.52"), verified=True, released_on=date(2023, 8, 15), source="山东省统计局")

    def save(indicator: Indicator, period: str, **changes: Any) -> ValueReport:
        found = read_period(period)
        assert found is not None
        return save_value(indicator, home, found, by=ada, data=replace(data, **changes))

    submit_value(save(intensity, "2022", purpose="revision", reason="终核数。"), by=ada, answers=YES)
    wrong = intensity.observations.get(period="2021", region=home)
    corrected = {"purpose": "correction", "corrects": wrong.pk, "reason": "录入有误。"}
    returned = submit_value(save(intensity, "2021", **corrected), by=ada, answers=YES)
    return_report(returned, by=rita, note="请附公报原文。")
    draft = save(growth, "2023H1", verified=None)
    attach_document(draft, by=ada, number="鲁统字〔2023〕8号", title="科技统计公报")
    earlier = save(growth, "2021", value=Decimal("10.1"), released_on=date(2022, 3, 1))
    accept_value(submit_value(earlier, by=ada, answers=YES), by=rita)


MEASURES = """编号,名称（中文）,完成时限
M010,建设黄河三角洲生态保护区,2024-12-31
M011,,2023-02-30
M999,,2025-06-30
"""
LOADED = "编号,名称（中文）,完成时限\nM020,建设数字化海洋牧场,2024-12-31\n"
AMOUNTS = "编号,总投资\nP0001,12500\nP0002,98000\n"


def uploads_of(person: User) -> dict[str, str]:
    """Files in each state, and a load: by the names that stand in braces in the samples."""
    plan = Plan.objects.get()
    names = {"upload": MEASURES, "asked": AMOUNTS, "refused": "%PDF-1.7", "waiting": MEASURES, "loaded": LOADED}
    made = {}
    for name, content in names.items():
        upload = made[name] = keep_upload(plan, by=person, name=f"台账-{name}.csv", content=content.encode())
        if name != "waiting":
            work_on(upload.pk)
    upload = Upload.objects.get(pk=made.pop("loaded").pk)
    decide(upload, choices=[], leaves_out_wrong=False, is_confirmed=True, reason="按印发文件订正", is_final=True)
    work_on(upload.pk)
    upload.refresh_from_db()
    return {name: str(each.pk) for name, each in made.items()} | {"load": str(upload.load_id)}


MONTH = """编号,拟报状态,生效日期,工作进展,存在问题
M001,取得进展,,崂山实验室八月通过验收。,
M006,已完成,2023-08-20,首批示范项目全部投产。,
M007,取得进展,2023-02-30,谈判中。,资金未到位。
M999,,,开工。,
"""


def months_of(person: User) -> dict[str, str]:
    """Make the files that a department filled in: one that waits, with rows of each kind, and one that was
    submitted."""
    waits, sent = MONTH, "编号,工作进展\nM008,八月开工。\n"
    return files_of_month(person, Upload.Kind.MONTH, {"month": waits, "sent": sent})


PROJECTS = """code,invested_wan,progress,stage,started_on,what_was_done,problem
P0672,4500,45,under_construction,2023-03-01,主体封顶。,
P0676,1200,,under_construction,2023-05-08,基础施工。,用地指标未落实。
P0677,1800,130,under_construction,2023-04-11,基础施工。,
P0678,2600,35,under_construction,2023-02-20,厂房钢结构安装。,
P9999,100,5,,,开工。,
"""
FILED = "code,invested_wan,progress,stage,started_on\nP0701,1500,20,under_construction,2023-04-01\n"


def project_months_of(person: User) -> dict[str, str]:
    """The same of the projects of a city; one row is unlikely."""
    return files_of_month(person, Upload.Kind.PROJECTS, {"city_month": PROJECTS, "city_sent": FILED})


VALUES = """code,period,value,released_on,source,verified,note
rd_growth,2023H1,9.8,2023-08-15,山东省统计局,是,
rd_growth,2019,8,,,,
nothing,2023H1,3,,,,
"""


def values_files_of(person: User) -> dict[str, str]:
    """The same of the indicators of a department, once `file_values` has made drafts of them."""
    sent = "code,period,value,released_on,source,verified\nhightech_firms,2022,23000,2023-08-01,山东省科技厅,是\n"
    return files_of(person, Upload.Kind.VALUES, {"values": VALUES, "values_sent": sent})


def files_of_month(person: User, kind: Upload.Kind, files: dict[str, str]) -> dict[str, str]:
    return files_of(person, kind, files, period=date(2023, 8, 1))


def files_of(person: User, kind: Upload.Kind, files: dict[str, str], *, period: date | None = None) -> dict[str, str]:
    """Upload the files and return the ids of their uploads by their names; the last one is filed."""
    plan, made = Plan.objects.get(), {}
    for name, content in files.items():
        upload = keep_upload(
            plan, by=person, name=f"填报-{name}.csv", content=content.encode(), period=period, kind=kind
        )
        work_on(upload.pk)
        made[name] = str(upload.pk)
    decide(upload, choices=[], leaves_out_wrong=False, is_confirmed=True, reason="", is_final=True)
    work_on(upload.pk)
    return made


def session_of(person: str) -> str:
    """The key of a session in which the person is logged in; quicker than the page for that."""
    client = Client()
    client.force_login(User.objects.get(username=person), backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value
