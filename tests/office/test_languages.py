"""A site in one language asks for nothing in the other, and what is stored in it stays."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.models import Department
from indicators.models import Indicator
from measures.models import Measure, Plan, PlanMilestone, Section
from office.views.editing import FormPage
from problems.models import ProblemCategory
from projects.models import Category, Project, RankExemption
from tests import factories as make
from tests.pages import patterns
from tests.sweeps import one_in
from themes.models import Theme
from web.models import Site

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.one_database]

# Every form of the office, by its URL name: its address, and what of the other language it would ask for.
FORMS = {
    "office:site": ("/office/site/", "name_en"),
    "office:limits": ("/office/limits/", ""),
    "office:plausibility": ("/office/plausibility/", ""),
    "office:current_plan": ("/office/current-plan/", ""),
    "office:plan": ("/office/plan/", "name_en"),
    "office:add_plan": ("/office/add-plan/", "name_en"),
    "office:add_milestone": ("/office/add-milestone/", "name_en"),
    "office:milestone": ("/office/milestones/{milestone}/", "name_en"),
    "office:remove_milestone": ("/office/milestones/{milestone}/remove/", ""),
    "office:add_category": ("/office/add-category/", "name_en"),
    "office:category": ("/office/categories/energy/", "name_en"),
    "office:remove_category": ("/office/categories/energy/remove/", ""),
    "office:add_problem_category": ("/office/add-problem-category/", "name_en"),
    "office:problem_category": ("/office/problem-categories/money/", "name_en"),
    "office:remove_problem_category": ("/office/problem-categories/money/remove/", ""),
    "office:add_department": ("/office/add-department/", "short_en"),
    "office:department": ("/office/departments/science/", "short_en"),
    "office:add_section": ("/office/add-section/", "title_en"),
    "office:section": ("/office/sections/innovation/", "title_en"),
    "office:remove_section": ("/office/sections/innovation/remove/", ""),
    "office:add_theme": ("/office/add-theme/", "name_en"),
    "office:theme": ("/office/themes/energy/", "note_en"),
    "office:remove_theme": ("/office/themes/energy/remove/", ""),
    "office:add_indicator": ("/office/add-indicator/", "name_en"),
    "office:indicator": ("/office/indicators/pm25/", "name_en"),
    "office:add_target": ("/office/indicators/pm25/add-target/", ""),
    "office:target": ("/office/indicators/pm25/targets/{target}/", ""),
    "office:remove_target": ("/office/indicators/pm25/targets/{target}/remove/", ""),
    "office:add_measure": ("/office/add-measure/", "title_en"),
    "office:measure": ("/office/measures/M001/", "description_en"),
    "office:add_project": ("/office/add-project/", "name_en"),
    "office:project": ("/office/projects/P0001/", "name_en"),
    "office:project_terms": ("/office/projects/P0001/terms/", ""),
    "office:annual_plan": ("/office/projects/P0001/annual-plans/2023/", ""),
    "office:add_exemption": ("/office/add-exemption/", "reason_en"),
    "office:exemption": ("/office/exemptions/{exemption}/", "reason_en"),
    "office:remove_exemption": ("/office/exemptions/{exemption}/remove/", ""),
    "office:owners": ("/office/measures/M001/owners/", ""),
    "office:many_owners": ("/office/departments/science/owners/", ""),
    "office:invite": ("/office/people/invite/", ""),
    "office:person": ("/office/people/{person}/", ""),
    "office:person_link": ("/office/people/{person}/link/", ""),
    "office:close_person": ("/office/people/{person}/close/", ""),
    "office:reopen_person": ("/office/people/{person}/reopen/", ""),
    "office:unlock_person": ("/office/people/{person}/unlock/", ""),
    "office:remove_second_factor": ("/office/people/{person}/second-factor/", ""),
    # Below the office's own pages.
    "problems:add_meeting": ("/meetings/add/", "title_en"),
    "problems:change_meeting": ("/meetings/1/change/", "title_en"),
    "problems:remove_meeting": ("/meetings/1/remove/", ""),
    "problems:direction": ("/meetings/1/directions/{item}/", ""),
}
# A form that changes a row: what is typed, and where the other language of it is.
CHANGES: dict[str, tuple[dict[str, str], Callable[[], str]]] = {
    "office:site": ({"name_zh": "新名", "languages": "zh-hans"}, lambda: Site.objects.get().name_en),
    "office:plan": ({"name_zh": "新名"}, lambda: Plan.objects.get().name_en),
    "office:milestone": ({"name_zh": "新名", "known": "day"}, lambda: PlanMilestone.objects.get().name_en),
    "office:category": ({"name_zh": "新名"}, lambda: Category.objects.get(slug="energy").name_en),
    "office:problem_category": ({"name_zh": "新名"}, lambda: ProblemCategory.objects.get(slug="money").name_en),
    "office:department": ({"name_zh": "新名"}, lambda: Department.objects.get(slug="science").name_en),
    "office:section": ({"title_zh": "新名"}, lambda: Section.objects.get().title_en),
    "office:theme": ({"name_zh": "新名"}, lambda: Theme.objects.get().name_en),
    "office:indicator": ({"name_zh": "新名"}, lambda: Indicator.objects.get().name_en),
    "office:exemption": ({"reason_zh": "新名"}, lambda: RankExemption.objects.get().reason_en),
    "office:measure": ({"title_zh": "新名"}, lambda: Measure.objects.get().title_en),
    "office:project": ({"name_zh": "新名"}, lambda: Project.objects.get().name_en),
}


@pytest.fixture
def parts() -> dict[str, int]:
    """A row of each kind, named in both languages."""
    plan = make.make_plan(name_zh="计划", name_en="A plan")
    section = make.make_section(plan, slug="innovation", number=1)
    lead = make.make_department("science", number=1)
    measure = make.make_measure(section, lead, code="M001")
    meeting = make.make_meeting([make.make_problem(measure)])
    Category.objects.update_or_create(
        plan=plan, slug="energy", defaults={"number": 9, "name_zh": "能源", "name_en": "Energy"}
    )
    make.make_project(plan, code="P0001")
    ProblemCategory.objects.update_or_create(
        plan=plan, slug="money", defaults={"number": 9, "name_zh": "资金", "name_en": "Money"}
    )
    named = {"name_zh": "印发", "name_en": "Issued"}
    milestone = PlanMilestone.objects.create(plan=plan, happens_on="2023-02-01", **named)
    item = meeting.items.get()
    make.make_theme(plan, "energy", number=9)
    exemption = make.make_exemption(plan, "370200", reason_en="Flood")
    return {
        "exemption": exemption.pk,
        "target": make.make_target(make.make_indicator("pm25")).pk,
        "milestone": milestone.pk,
        "person": make.make_user("li").pk,
        "item": item.pk,
    }


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make.make_user("root", is_superuser=True, role="administrator"))
    return client


def offer(languages: str) -> None:
    Site.objects.update_or_create(id=1, defaults={"name_zh": "平台", "name_en": "Site", "languages": languages})


def fields_of(page: str) -> set[str]:
    return set(re.findall(r'<(?:input|textarea|select)[^>]*\sname="([\w-]+)"', page))


def test_every_form_of_the_office_is_looked_at_here() -> None:
    views = {name: getattr(view, "view_class", None) for name, view in patterns(get_resolver())}
    forms = {name for name, view in views.items() if isinstance(view, type) and issubclass(view, FormPage)}
    assert {name for name in forms if name.startswith("office:")} == {each for each in FORMS if "office:" in each}


@pytest.mark.parametrize("name", one_in(2, list(FORMS)))
def test_a_form_has_the_fields_of_the_offered_languages_alone(admin: Client, parts: dict[str, int], name: str) -> None:
    address, asked = FORMS[name]
    offer("both")
    both = fields_of(admin.get(address.format(**parts)).content.decode())
    assert not asked or {asked, asked.replace("_en", "_zh")} <= both
    offer("zh-hans")
    chinese = fields_of(admin.get(address.format(**parts)).content.decode())
    assert chinese == {each for each in both if not each.endswith("_en")}
    offer("en")
    english = fields_of(admin.get(address.format(**parts)).content.decode())
    assert english == {each for each in both if not each.endswith("_zh")}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_stored_in_the_other_language_stays(admin: Client, parts: dict[str, int], name: str) -> None:
    offer("zh-hans")
    address, (typed, stored) = FORMS[name][0].format(**parts), CHANGES[name]
    before = stored()
    form = admin.get(address).context["form"]
    held = {each.name: each.value() for each in form.visible_fields() if each.value() and not each.field.disabled}
    # Also where somebody sends it nevertheless.
    forged = {each: "forged" for each in form.fields if each.endswith("_en")}
    answer = admin.post(address, held | forged | {"reason": "r", "source": "s"} | typed | {"opened": form.opened_text})
    assert answer.status_code == 302, answer.context["form"].errors
    assert before and stored() == before


def test_a_row_that_is_added_is_named_in_the_language_of_the_site(admin: Client, parts: dict[str, int]) -> None:
    offer("zh-hans")
    new = {"number": "7", "name_zh": "新厅", "slug": "new"}
    assert admin.post("/office/add-department/", new).status_code == 302
    assert Department.objects.get(slug="new").name_en == ""


def test_the_template_of_the_ledger_asks_for_the_offered_languages_alone(admin: Client, parts: dict[str, int]) -> None:
    def headers() -> list[str]:
        answer: Any = admin.get("/data/download/?content=template")
        book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
        return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]

    offer("zh-hans")
    assert not [each for each in headers() if each.endswith("（英文）")]
    offer("both")
    assert [each for each in headers() if each.endswith("（英文）")]
