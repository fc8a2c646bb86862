"""The office's pages of measures."""

import json
from datetime import date

import pytest

from core.scope import ScopeKind
from measures.editing.measures import measure_state
from measures.editing.scope import change_scope
from measures.editing.terms import change_terms
from measures.models import Measure
from tests.factories import make_department, make_measure, make_section, make_user
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
PAGE = "/office/measures/M001/"


@pytest.fixture
def rita():
    return make_user("rita", role="reviewer", first_name="李敏")


@pytest.fixture
def measure():
    section = make_section(slug="innovation", title_en="Innovation")
    return make_measure(section, make_department("science"), code="M001", title_zh="旧名", title_en="Old name")


@pytest.fixture
def office(client, rita):
    client.force_login(rita)
    return client


def sent(measure, **changes):
    """Return the values that the form of the measure sends."""
    texts = {name: value for name, value in measure_state(measure).items() if name != "participating_departments"}
    return texts | {"opened": json.dumps(measure_state(measure))} | changes


def test_a_measure_is_added_and_opened(office, measure):
    new = {
        "code": "M002",
        "section": "innovation",
        "title_zh": "新措施",
        "title_en": "A new one",
        "lead_department": "science",
        "participating_departments": [make_department("energy").slug],
        "listed_on": "2023-08-01",
    }
    answer = office.post("/office/add-measure/", new, headers={"Accept-Language": "en"})
    assert answer["Location"] == "/office/measures/M002/"
    added = Measure.objects.get(code="M002")
    assert (added.title_zh, added.listed_on, added.due_on) == ("新措施", date(2023, 8, 1), None)
    page = office.get(answer["Location"], headers={"Accept-Language": "en"}).content.decode()
    assert "The measure was added" in page


def test_a_measure_is_added_with_what_it_has_reached(office, measure):
    new = {"code": "M002", "section": "innovation", "title_zh": "新措施", "lead_department": "science"}
    new |= {"listed_on": "2023-08-01", "first_status": "in_progress", "reached_on": "2023-08-10"}
    page = office.post("/office/add-measure/", new, headers={"Accept-Language": "en"})
    assert page.context["form"].errors == {"reason": ["Say what it has reached: no report does."]}
    office.post("/office/add-measure/", new | {"reason": "已建成一期"})
    page = office.get("/office/measures/M002/", headers={"Accept-Language": "en"}).content.decode()
    assert "Progress made from 2023-08-10" in page and "已建成一期" in page


def test_a_due_date_after_the_plan_is_asked_about_and_then_believed(office, measure):
    new = {"code": "M002", "section": "innovation", "title_zh": "新措施", "lead_department": "science"}
    new |= {"listed_on": "2023-08-01", "due_on": "2026-06-30"}
    page = office.post("/office/add-measure/", new, headers={"Accept-Language": "en"})
    text = text_of(page.content.decode())
    assert "The plan ends on 31 December 2025 already. Is the measure due later? Correct it It is so" in text
    assert page.context["form"].errors == {
        "__all__": ["Some of this is unlikely. Correct it, or tick that it is so, and submit again."]
    }
    assert Measure.objects.count() == 1
    assert office.post("/office/add-measure/", new | {"confirmed": "due_after_plan"}).status_code == 302
    assert Measure.objects.get(code="M002").due_on == date(2026, 6, 30)


def test_so_is_a_due_date_that_is_moved_there(office, measure):
    address = "/measures/M001/terms/"
    form = office.get(address, headers={"Accept-Language": "en"}).context["form"]
    shown = {f"initial-{name}": form[name].value() or "" for name in ("due_on", "lead_department", "section")}
    moved = {"due_on": "2026-06-30", "lead_department": "science", "section": "innovation", "reason": "延期"}
    page = office.post(address, shown | moved, headers={"Accept-Language": "en"})
    assert "Is the measure due later?" in page.content.decode()
    assert 'value="2026-06-30"' in page.content.decode()
    measure.refresh_from_db()
    assert measure.due_on is None
    assert office.post(address, shown | moved | {"confirmed": "due_after_plan"}).status_code == 302
    measure.refresh_from_db()
    assert measure.due_on == date(2026, 6, 30)


def test_a_refusal_keeps_what_was_typed(office, measure):
    page = office.post("/office/add-measure/", {"code": "M001", "title_zh": "已经写好的名称"})
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="已经写好的名称"' in text
    assert Measure.objects.count() == 1


def test_the_second_of_two_editors_sees_both_versions(office, measure, client):
    form = sent(measure, title_zh="我的名称")
    other = make_user("rob", role="reviewer", first_name="王强")
    client.force_login(other)
    assert client.post(PAGE, sent(measure, title_zh="对方的名称", reason="印发件")).status_code == 302
    client.force_login(make_user("ria", role="reviewer"))
    page = client.post(PAGE, form, headers={"Accept-Language": "zh-hans"}).content.decode()
    cells = page.split('class="table versions"')[1].split("</table>")[0]
    assert [word in cells for word in ("旧名", "对方的名称", "我的名称")] == [True, True, True]
    assert "王强" in page
    assert 'value="我的名称"' in page
    assert Measure.objects.get().title_zh == "对方的名称"
    # Sent again, knowing both, it is saved.
    opened = json.dumps(measure_state(Measure.objects.get()))
    assert client.post(PAGE, form | {"opened": opened}).status_code == 302
    assert Measure.objects.get().title_zh == "我的名称"


def test_the_form_of_both_versions_is_opened_with_the_newest(office, measure):
    form = sent(measure, title_zh="我的名称")
    Measure.objects.update(title_zh="对方的名称")
    page = office.post(PAGE, form)
    assert page.context["form"].opened["title_zh"] == "对方的名称"
    assert page.context["form"].opened["title_en"] == "Old name"


@pytest.mark.parametrize("opened", ["", "{", "[]", '{"title_zh": 1}', '{"other": "x"}'])
def test_a_version_that_no_form_of_ours_wrote_does_no_harm(office, measure, opened):
    assert office.post(PAGE, sent(measure, title_zh="新名称", opened=opened)).status_code == 302
    assert Measure.objects.get().title_zh == "新名称"


def test_a_changed_field_shows_what_it_held(office, measure):
    page = office.post(PAGE, sent(measure, title_zh="长" * 201, title_en="New name"), headers={"Accept-Language": "en"})
    rows = {row.field.name: (row.opened, row.is_changed) for row in page.context["rows"]}
    assert rows["title_en"] == ("Old name", True)
    assert rows["target_zh"] == ("—", False)


def test_the_history_says_who_when_and_from_what_to_what(office, measure, rita):
    office.post(PAGE, sent(measure, title_zh="新名", participating_departments=[make_department("energy").slug]))
    change_terms(measure, by=rita, reason="专题会议", due_on=date(2023, 12, 31))
    change_scope(measure, ScopeKind.SUSPENDED, by=rita, effective_on=date(2023, 8, 20), reason="暂缓")
    rows = office.get(PAGE, headers={"Accept-Language": "en"}).context["history"]
    told = [(row.what, row.old, row.new, row.who.first_name if row.who else "", row.reason) for row in rows]
    assert ("Title (Chinese)", "旧名", "新名", "李敏", "") in told
    assert ("Due date", "No due date", "2023-12-31", "李敏", "专题会议") in told
    assert ("Scope", "", "Suspended from 2023-08-20", "李敏", "暂缓") in told
    assert ("Status", "", "Under way from 2023-01-03") in [each[:3] for each in told]
    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)


def test_the_list_finds_and_filters(office, measure):
    make_measure(make_section(slug="energy"), make_department("power"), code="M002", title_zh="氢能")

    def codes(query):
        return [each.code for each in office.get(f"/office/measures/{query}").context["page"].object_list]

    assert codes("") == ["M001", "M002"]
    assert codes("?search=氢能") == ["M002"]
    assert codes("?section=innovation") == ["M001"]
    assert codes("?department=power") == ["M002"]
    assert codes("?ordering=-code") == ["M002", "M001"]
    assert codes("?search=nothing") == []


def test_the_list_asks_as_often_for_many_measures(office, measure, django_assert_max_num_queries):
    for number in range(2, 30):
        make_measure(measure.section, measure.lead_department, code=f"M{number:03}")
    with django_assert_max_num_queries(12):
        office.get("/office/measures/")
    assert office.get("/office/measures/?ordering=nothing").status_code == 400


def test_a_measure_that_is_not_there_is_not_found(office, measure):
    assert office.get("/office/measures/M999/").status_code == 404


def test_what_came_without_a_session_is_shown(client, measure):
    page = client.post(PAGE, {"title_zh": "写了很久的名称"})
    assert page.status_code == 403
    assert "写了很久的名称" in page.content.decode()
