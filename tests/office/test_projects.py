"""The office's pages of projects."""

import json
from datetime import date

import pytest

from projects.editing import project_state, terms_state
from projects.models import AnnualPlan, Project, TermsChange
from tests.factories import make_department, make_measure, make_project, make_user, region
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
PAGE, TERMS = "/office/projects/P0001/", "/office/projects/P0001/terms/"
CODE = "2105-370602-04-01-123456"


@pytest.fixture
def rita():
    return make_user("rita", role="reviewer", first_name="李敏")


@pytest.fixture
def project():
    for code in ("370100", "370600", "370202"):
        region(code)
    measure = make_measure(code="M001")
    return make_project(
        code="P0001",
        name_zh="海上风电",
        name_en="Wind farm",
        city="370200",
        stage="preparing",
        investment=94_200,
        measures=[measure],
        planned_completion_on=date(2023, 6, 30),
        provenance="reported",
        investment_provenance="reported",
        source="",
    )


@pytest.fixture
def office(client, rita):
    client.force_login(rita)
    client.cookies["pilotzone_language"] = "en"
    return client


def sent(project, **changes):
    """Return the values that the form of the project sends."""
    return {**project_state(project), "opened": json.dumps(project_state(project)), **changes}


def sent_terms(project, **changes):
    return {**terms_state(project), "opened": json.dumps(terms_state(project)), "reason": "概算调整", **changes}


def new(**changes):
    values = {
        "code": "P0002",
        "name_zh": "新项目",
        "city": "370600",
        "category": "energy",
        "opening_stage": "preparing",
        "investment_wan": "12.5",
        "listed_on": "2023-03-01",
    }
    return {**values, **changes}


class TestAdd:
    def test_a_project_is_added_with_all_that_it_says(self, office, project):
        make_department("energy-board")
        said = new(
            county="",
            also_in=["370100"],
            project_class="reserve",
            list_name="省重大项目名单",
            lead_department="energy-board",
            national_code=f" {CODE} ",
            planned_start_on="2023-04-01",
            planned_completion_on="2024-12-31",
            measures="M001",
        )
        answer = office.post("/office/add-project/", said)
        assert answer["Location"] == "/office/projects/P0002/"
        added = Project.objects.get(code="P0002")
        assert (added.city.code, added.category.slug, added.opening_stage) == ("370600", "energy", "preparing")
        assert (added.investment_wan, added.listed_on, added.position) == (125_000, date(2023, 3, 1), 1)
        assert (added.project_class, added.list_name, added.national_code) == ("reserve", "省重大项目名单", CODE)
        assert added.lead_department.slug == "energy-board"
        assert (added.planned_start_on, added.planned_completion_on) == (date(2023, 4, 1), date(2024, 12, 31))
        assert [each.code for each in added.measures.all()] == ["M001"]
        assert [each.code for each in added.also_in.all()] == ["370100"]
        assert (added.provenance, added.investment_provenance) == ("reported", "reported")
        assert not added.terms_changes.exists()
        assert "The project was added" in office.get(answer["Location"]).content.decode()

    @pytest.mark.parametrize(
        ("wrong", "english", "chinese"),
        [
            ({"code": "P0001"}, "The plan has a project of this code already", "该行动计划中已有此编号的项目"),
            ({"name_zh": ""}, "A name is wanted", "须填写中文或英文名称"),
            ({"county": "370202"}, "is not in", "不在"),
            ({"investment_wan": "a lot"}, "Write an amount in 100 million yuan", "亿元"),
            ({"national_code": "2105-370602-04-01-12345"}, "20 digits, with hyphens", "20位数字"),
            ({"measures": "M001; M999"}, "no measure of this code: M999", "M999"),
            (
                {"planned_start_on": "2023-05-01", "planned_completion_on": "2023-04-30"},
                "The planned completion is before the planned start",
                "计划竣工日期早于计划开工日期",
            ),
        ],
    )
    def test_what_is_wrong_is_said_in_both_languages_and_nothing_typed_is_lost(
        self, office, project, wrong, english, chinese
    ):
        for language, words in (("en", english), ("zh-hans", chinese)):
            office.cookies["pilotzone_language"] = language
            html = office.post("/office/add-project/", new(list_name="某名单", **wrong)).content.decode()
            assert words in text_of(html)
            assert 'value="某名单"' in html
        assert Project.objects.get() == project


class TestChange:
    def test_a_change_is_saved_and_the_list_shows_it(self, office, project):
        answer = office.post(
            PAGE, sent(project, opening_stage="in_production", city="370600", list_name="省重大项目名单")
        )
        assert answer["Location"] == PAGE
        project.refresh_from_db()
        assert (project.opening_stage, project.city.code, project.list_name) == (
            "in_production",
            "370600",
            "省重大项目名单",
        )
        assert [each.code for each in project.measures.all()] == ["M001"]
        text = text_of(office.get("/office/projects/?search=重大").content.decode())
        assert "P0001 Wind farm Yantai In production 9.42" in text
        assert "No projects match" in text_of(office.get("/office/projects/?search=nothing").content.decode())

    def test_measures_are_linked_and_unlinked(self, office, project):
        make_measure(code="M002")
        office.post(PAGE, sent(project, measures="Ｍ002；"))
        assert [each.code for each in project.measures.all()] == ["M002"]

    def test_who_saves_second_is_shown_what_the_first_wrote(self, office, project):
        form = sent(project, list_name="我的")
        Project.objects.filter(pk=project.pk).update(list_name="别人的")
        html = office.post(PAGE, form).content.decode()
        assert "Somebody else has changed this" in html and "别人的" in html and 'value="我的"' in html
        project.refresh_from_db()
        assert project.list_name == "别人的"

    def test_a_published_one_changes_with_reason_and_source(self, office, project):
        Project.objects.filter(pk=project.pk).update(provenance="published", source="A list")
        project.refresh_from_db()
        form = sent(project, opening_stage="completed")
        assert "Please" not in office.get(PAGE).content.decode()
        assert "Required" in text_of(office.post(PAGE, form).content.decode())
        assert Project.objects.get().opening_stage == "preparing"
        office.post(PAGE, {**form, "reason": "验收", "source": "鲁发改〔2023〕1号"})
        assert Project.objects.get().opening_stage == "completed"

    def test_the_history_says_who_and_from_what_to_what(self, office, project):
        office.post(PAGE, sent(project, opening_stage="completed", city="370600", reason="核实"))
        office.post(TERMS, sent_terms(Project.objects.get(), investment_wan="12"))
        told = [
            (row.what, row.old, row.new, row.who and row.who.first_name) for row in office.get(PAGE).context["history"]
        ]
        assert ("Stage before its first month", "Preparing", "Completed", "李敏") in told
        assert ("City", "青岛市", "烟台市", "李敏") in told
        assert ("Total investment", "942 million yuan", "1.2 billion yuan", "李敏") in told
        # Once: the log has it, too.
        assert [row[0] for row in told].count("Total investment") == 1

    def test_the_newest_of_each_kind_is_first_in_the_history(self, office, project, settings):
        settings.PILOTZONE_TODAY = None
        office.post(TERMS, sent_terms(project, investment_wan="12"))
        office.post(PAGE, sent(Project.objects.get(), city="370600", reason="核实"))
        office.post(TERMS, sent_terms(Project.objects.get(), investment_wan="13"))
        changed = [row.what for row in office.get(PAGE).context["history"] if row.old]
        assert changed == ["Total investment", "City", "Total investment"]


class TestTerms:
    def test_a_revision_keeps_the_original_and_says_the_overrun(self, office, client, project, rita):
        assert office.post(TERMS, sent_terms(project, investment_wan="12"))["Location"] == PAGE
        project.refresh_from_db()
        assert project.investment_wan == 120_000
        office.post(TERMS, sent_terms(project, planned_completion_on="2023-12-31", reason="征地"))
        rows = TermsChange.objects.order_by("pk").values_list("field", "old_value", "new_value", "reason")
        assert list(rows) == [
            ("investment_wan", "94200", "120000", "概算调整"),
            ("planned_completion_on", "2023-06-30", "2023-12-31", "征地"),
        ]
        text = text_of(office.get("/projects/P0001/").content.decode())
        assert "At first 942 million yuan, now 1.2 billion yuan: an overrun of 258 million yuan (27.4%)" in text
        assert "At first 2023-06-30, now 2023-12-31: 184 days later" in text
        assert "李敏" in text and "征地" in text
        assert "/office/projects/P0001/terms/" in office.get("/projects/P0001/").content.decode()

    def test_readers_see_the_revision_and_no_name_and_no_link(self, office, settings, project):
        settings.PILOTZONE_PUBLIC_READING = True
        office.post(TERMS, sent_terms(project, investment_wan="9"))
        office.logout()
        office.cookies["pilotzone_language"] = "en"
        html = office.get("/projects/P0001/").content.decode()
        assert "At first 942 million yuan, now 900 million yuan: 42 million yuan less (4.5%)" in text_of(html)
        assert "李敏" not in html and "/office/" not in html

    def test_a_project_that_was_never_revised_shows_nothing(self, office, project):
        assert "Changes of terms" not in office.get("/projects/P0001/").content.decode()

    @pytest.mark.parametrize(
        ("wrong", "english", "chinese"),
        [
            ({"reason": " ", "investment_wan": "12"}, "This field is required", "必填"),
            ({}, "Nothing was changed", "没有任何变更"),
            ({"planned_start_on": "2023-07-01"}, "before the planned start", "计划竣工日期早于计划开工日期"),
            ({"planned_start_on": "1989-12-31"}, "A day from 1990-01-01", "1990-01-01"),
            ({"investment_wan": "100000.0001"}, "10 trillion yuan", "10万亿元"),
        ],
    )
    def test_what_is_wrong_is_said_in_both_languages(self, office, project, wrong, english, chinese):
        for language, words in (("en", english), ("zh-hans", chinese)):
            office.cookies["pilotzone_language"] = language
            assert words in text_of(office.post(TERMS, sent_terms(project, **wrong)).content.decode())
        assert not TermsChange.objects.exists()

    def test_two_who_revise_at_once_do_not_write_over_each_other(self, office, project):
        form = sent_terms(project, investment_wan="12")
        Project.objects.filter(pk=project.pk).update(investment_wan=100_000)
        html = office.post(TERMS, form).content.decode()
        assert "Somebody else has changed this" in html and 'value="12"' in html
        assert Project.objects.get().investment_wan == 100_000

    def test_a_published_one_names_its_source_and_stays_published(self, office, project):
        said = {"provenance": "published", "investment_provenance": "published", "source": "A list"}
        Project.objects.filter(pk=project.pk).update(**said)
        assert "Required" in text_of(office.post(TERMS, sent_terms(project, investment_wan="12")).content.decode())
        assert Project.objects.get().investment_wan == 94_200
        office.post(TERMS, sent_terms(project, investment_wan="12", source="鲁发改〔2023〕1号"))
        changed = Project.objects.get()
        assert (changed.investment_wan, changed.investment_provenance) == (120_000, "published")

    def test_a_published_total_of_a_row_that_is_not_becomes_reported(self, office, project):
        Project.objects.filter(pk=project.pk).update(investment_provenance="published")
        office.post(TERMS, sent_terms(project, investment_wan="12"))
        assert Project.objects.get().investment_provenance == "reported"


@pytest.mark.parametrize("role", ["reporter", "viewer", "auditor", "administrator"])
def test_everybody_else_is_refused(client, project, role):
    client.force_login(make_user("other", role=role, department=make_department() if role == "reporter" else None))
    for address in ("/office/projects/", "/office/add-project/", PAGE, TERMS):
        assert client.get(address).status_code == 403
    assert client.post(TERMS, sent_terms(project, investment_wan="12")).status_code == 403
    assert Project.objects.get().investment_wan == 94_200


def test_the_list_has_those_that_are_listed_later_and_pages_of_fifty(office, project):
    make_project(code="P0900", listed_on=date(2024, 1, 1))
    assert "P0900" in office.get("/office/projects/").content.decode()
    for _n in range(50):
        make_project()
    assert "Page 1 of 2" in text_of(office.get("/office/projects/").content.decode())


def test_an_unknown_project_is_not_found(office, project):
    assert office.get("/office/projects/P9999/").status_code == 404
    assert office.get("/office/projects/P9999/terms/").status_code == 404


class TestAnnualPlan:
    PAGE = "/office/projects/P0001/annual-plans/2023/"

    def test_the_first_needs_no_reason_and_a_change_does_and_is_in_the_history(self, office, project):
        first = office.post(self.PAGE, {"planned_wan": "1.5", "opened": json.dumps({"planned_wan": ""})})
        assert first["Location"] == PAGE
        assert "Annual plan 2023" in text_of(office.get(PAGE).content.decode())
        plan = project.annual_plans.get()
        assert (plan.year, plan.planned_wan) == (2023, 15_000)
        changed = {"planned_wan": "2", "opened": json.dumps({"planned_wan": "1.5"})}
        assert "This field is required" in text_of(office.post(self.PAGE, {**changed, "reason": " "}).content.decode())
        assert office.post(self.PAGE, {**changed, "reason": "年中调整"}).status_code == 302
        plan.refresh_from_db()
        assert plan.planned_wan == 20_000
        for page in (self.PAGE, PAGE):
            shown = text_of(office.get(page).content.decode())
            assert "150 million yuan → 200 million yuan 年中调整" in shown

    def test_nobody_writes_over_another_unseen(self, office, project):
        plan = AnnualPlan.objects.create(project=project, year=2023, planned_wan=30_000)
        opened = json.dumps({"planned_wan": "1.5"})
        answer = office.post(self.PAGE, {"planned_wan": "2", "reason": "调整", "opened": opened})
        assert "Somebody else has changed this" in text_of(answer.content.decode())
        plan.refresh_from_db()
        assert plan.planned_wan == 30_000

    def test_a_year_is_one_of_the_plan_or_one_that_is_planned(self, office, project):
        assert office.get("/office/projects/P0001/annual-plans/2022/").status_code == 404
        AnnualPlan.objects.create(project=project, year=2022, planned_wan=0)
        assert office.get("/office/projects/P0001/annual-plans/2022/").status_code == 200
        assert 'value="0"' in office.get("/office/projects/P0001/annual-plans/2022/").content.decode()
