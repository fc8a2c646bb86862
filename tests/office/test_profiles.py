"""The office's pages of the site's and the plan's profile, of milestones and of categories; Mia administers."""

import json
from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, transaction

from measures.editing.milestones import milestone_state
from measures.models import Plan, PlanMilestone
from projects.categories import CATEGORIES
from projects.models import Category
from projects.plans import plan_state
from regions.models import Region
from tests import factories as make
from tests.pages import text_of
from web.limits import LIMITS
from web.models import Site
from web.site import COLUMNS, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
EN = {"Accept-Language": "en"}
NAMELESS = ["A name is wanted, in Chinese or in English."]


@pytest.fixture
def mia(client: Any) -> Any:
    client.force_login(make.make_user("mia", role="administrator"))
    return client


@pytest.fixture
def plan() -> Plan:
    plan: Plan = make.make_plan()
    Plan.objects.update(provenance="reported", source="")
    plan.refresh_from_db()
    return plan


def errors(page: Any) -> dict[str, list[str]]:
    assert page.status_code == 200
    return dict(page.context["form"].errors)


class TestSite:
    FORM = {"name_zh": "港口平台", "name_en": "", "place_zh": "港口", "languages": "zh-hans"}

    def test_every_page_says_the_new_name_and_the_log_the_old_one(self, mia: Any) -> None:
        assert mia.post("/office/site/", self.FORM)["Location"] == "/office/"
        assert "港口平台" in mia.get("/office/").content.decode()
        mia.post("/office/site/", self.FORM | {"name_zh": "码头平台"})
        entry = LogEntry.objects.get_for_object(Site.objects.get()).first()
        assert entry.changes == {"name_zh": ["港口平台", "码头平台"]}
        assert entry.actor.username == "mia"

    def test_without_a_name_it_is_refused_with_what_was_typed(self, mia: Any) -> None:
        page = mia.post("/office/site/", self.FORM | {"name_zh": " "}, headers=EN)
        assert errors(page) == {"name_zh": NAMELESS}
        assert page.context["form"]["place_zh"].value() == "港口"
        assert not Site.objects.exists()

    def test_two_at_once(self, mia: Any) -> None:
        opened = json.dumps(state_of(Site(), COLUMNS))
        Site.objects.create(name_zh="对方的名")
        page = mia.post("/office/site/", self.FORM | {"opened": opened}, headers=EN)
        assert [(v.opened, v.stored, v.typed) for v in page.context["versions"]] == [("—", "对方的名", "港口平台")]
        assert Site.objects.get().name_zh == "对方的名"


class TestPlan:
    FORM = {
        "name_zh": "新计划",
        "name_en": "New plan",
        "starts_on": "2023-01-01",
        "ends_on": "2025-12-31",
        "large_project_wan": "100",
        "region": "370000",
        "comparator": "100000",
    }

    def send(self, mia: Any, **changes: str) -> Any:
        return mia.post("/office/plan/", self.FORM | changes, headers=EN)

    def test_is_renamed_and_compared_with_nothing(self, mia: Any, plan: Plan) -> None:
        assert self.send(mia, comparator="", first_reporting_month="2023-05")["Location"] == "/office/plan/"
        plan.refresh_from_db()
        assert (plan.name_zh, plan.comparator) == ("新计划", None)
        assert plan.first_reporting_month == date(2023, 5, 1)
        assert 'value="2023-05"' in mia.get("/office/plan/").content.decode()
        assert LogEntry.objects.get_for_object(plan).first().changes["name_zh"] == ["三年行动计划", "新计划"]

    @pytest.mark.parametrize(
        ("typed", "wan"), [("1", 10_000), ("0.5", 5_000), ("100", 1_000_000), ("100000", 1_000_000_000)]
    )
    def test_says_what_is_large(self, mia: Any, plan: Plan, typed: str, wan: int) -> None:
        assert plan.large_project_wan == 1_000_000
        assert 'name="large_project_wan" value="100"' in mia.get("/office/plan/").content.decode()
        assert self.send(mia, large_project_wan=typed).status_code == 302
        plan.refresh_from_db()
        assert plan.large_project_wan == wan
        assert f'name="large_project_wan" value="{typed}"' in mia.get("/office/plan/").content.decode()

    @pytest.mark.parametrize("typed", ["0", "-1", "", "much", "0.00001", "100000.0001"])
    def test_an_amount_that_none_can_be_large_by_is_refused(self, mia: Any, plan: Plan, typed: str) -> None:
        assert list(errors(self.send(mia, large_project_wan=typed))) == ["large_project_wan"]
        plan.refresh_from_db()
        assert plan.large_project_wan == 1_000_000

    @pytest.mark.parametrize("wan", [0, 1_000_000_001])
    def test_no_column_holds_such_an_amount(self, plan: Plan, wan: int) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Plan.objects.update(large_project_wan=wan)

    @pytest.mark.parametrize(
        ("days", "refused"),
        [
            ({"starts_on": "2023-02-01"}, None),
            ({"starts_on": "2023-02-02"}, "starts_on"),
            ({"ends_on": "2024-06-30"}, None),
            ({"ends_on": "2024-06-29"}, "ends_on"),
            ({"ends_on": "2022-12-31"}, "ends_on"),
            ({"ends_on": "2063-12-31"}, "ends_on"),
            ({"starts_on": "1800-01-01"}, "starts_on"),
            ({"starts_on": "soon"}, "starts_on"),
        ],
    )
    def test_its_days_hold_its_measures(self, mia: Any, plan: Plan, days: dict[str, str], refused: str | None) -> None:
        listed, due = date(2023, 2, 1), date(2024, 6, 30)
        make.make_measure(make.make_section(plan), code="M001", listed_on=listed, due_on=due)
        answer = self.send(mia, **days)
        if refused is None:
            assert answer.status_code == 302
        else:
            assert set(errors(answer)) == {refused}
            plan.refresh_from_db()
            assert (plan.name_zh, plan.starts_on, plan.ends_on) == (
                "三年行动计划",
                date(2023, 1, 1),
                date(2025, 12, 31),
            )

    def test_the_sentence_names_a_measure(self, mia: Any, plan: Plan) -> None:
        make.make_measure(make.make_section(plan), code="M001", due_on=date(2025, 6, 30))
        assert errors(self.send(mia, ends_on="2024-12-31")) == {
            "ends_on": ["1 measure is listed or due outside these days: M001."]
        }

    def test_a_measure_that_was_outside_already_is_no_reason(self, mia: Any, plan: Plan) -> None:
        make.make_measure(make.make_section(plan), listed_on=date(2022, 12, 1), due_on=date(2026, 3, 31))
        assert self.send(mia, ends_on="2024-12-31").status_code == 302

    def test_its_region_holds_its_projects(self, mia: Any, plan: Plan) -> None:
        Region.objects.create(code="440000", kind="province", parent=make.region("100000"), name_zh="某省")
        assert self.send(mia, region="440000").status_code == 302
        assert self.send(mia, region="370000").status_code == 302
        make.make_project(plan, code="P0001", city="370200")
        assert errors(self.send(mia, region="440000")) == {"region": ["1 project does not lie in this region: P0001."]}
        assert errors(self.send(mia, region="")) == {"region": ["The plan lies in a region."]}
        assert errors(self.send(mia, comparator="370000")) == {"comparator": ["A region is not compared with itself."]}
        assert Plan.objects.get().region.code == "370000"

    def test_a_published_one_changes_with_its_source(self, mia: Any, plan: Plan) -> None:
        Plan.objects.update(provenance="published", source="A paper")
        assert set(errors(self.send(mia))) == {"reason", "source"}
        assert self.send(mia, reason="更正", source="公报").status_code == 302
        entry = LogEntry.objects.get_for_object(plan).first()
        assert entry.additional_data == {"reason": "更正", "source": "公报"}

    def test_two_at_once(self, mia: Any, plan: Plan) -> None:
        opened = json.dumps(plan_state(plan))
        Plan.objects.update(ends_on=date(2026, 12, 31))
        page = self.send(mia, opened=opened, ends_on="2027-12-31")
        assert [(v.stored, v.typed) for v in page.context["versions"]] == [("2026-12-31", "2027-12-31")]

    def test_without_a_name(self, mia: Any, plan: Plan) -> None:
        assert errors(self.send(mia, name_zh="", name_en="")) == {"name_zh": NAMELESS}


class TestMilestones:
    FORM = {"happens_on": "2023-05-20", "known": "day", "name_zh": "印发", "name_en": "Issued"}

    def test_is_added_changed_and_removed(self, mia: Any, plan: Plan) -> None:
        assert mia.post("/office/add-milestone/", self.FORM)["Location"] == "/office/plan/"
        row = PlanMilestone.objects.get()
        assert (row.plan, row.happens_on, row.day_known) == (plan, date(2023, 5, 20), True)
        assert f"/office/milestones/{row.pk}/" in mia.get("/office/plan/").content.decode()
        page = f"/office/milestones/{row.pk}/"
        assert errors(mia.post(page, self.FORM, headers=EN)) == {"__all__": ["Nothing was changed."]}
        assert mia.post(page, self.FORM | {"known": "month"}).status_code == 302
        row.refresh_from_db()
        assert (row.happens_on, row.day_known) == (date(2023, 5, 1), False)
        assert mia.post(f"{page}remove/").status_code == 302
        assert not PlanMilestone.objects.exists()
        entry = LogEntry.objects.get_for_object(row).first()
        assert (entry.action, entry.actor.username) == (LogEntry.Action.DELETE, "mia")

    def test_what_is_wrong_is_said(self, mia: Any, plan: Plan) -> None:
        mia.post("/office/add-milestone/", self.FORM)
        again = mia.post("/office/add-milestone/", self.FORM | {"name_zh": "其他"}, headers=EN)
        assert errors(again) == {"happens_on": ["The plan has a milestone on this day already."]}
        nameless = self.FORM | {"happens_on": "2024-01-01", "name_zh": "", "name_en": ""}
        assert errors(mia.post("/office/add-milestone/", nameless, headers=EN)) == {"name_zh": NAMELESS}
        assert PlanMilestone.objects.count() == 1

    def test_two_at_once(self, mia: Any, plan: Plan) -> None:
        mia.post("/office/add-milestone/", self.FORM)
        row = PlanMilestone.objects.get()
        opened = json.dumps(milestone_state(row))
        PlanMilestone.objects.update(name_zh="对方的名")
        form = self.FORM | {"name_zh": "我的名", "opened": opened}
        page = mia.post(f"/office/milestones/{row.pk}/", form, headers=EN)
        assert [(v.opened, v.stored, v.typed) for v in page.context["versions"]] == [("印发", "对方的名", "我的名")]

    def test_of_another_plan_is_not_found(self, mia: Any, plan: Plan) -> None:
        other = make.make_plan("other", starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31))
        row = PlanMilestone.objects.create(plan=other, happens_on=date(2020, 5, 1), name_zh="别的")
        assert mia.get(f"/office/milestones/{row.pk}/").status_code == 404
        assert mia.get(f"/office/milestones/{row.pk}/?plan=other").status_code == 200


class TestCategories:
    FORM = {"number": "7", "name_zh": "海洋", "name_en": "Marine"}

    def test_is_added_renamed_and_removed(self, mia: Any, plan: Plan) -> None:
        assert mia.post("/office/add-category/", self.FORM | {"slug": "marine"})["Location"] == "/office/categories/"
        row = Category.objects.get(slug="marine")
        assert row.plan == plan
        assert mia.post("/office/categories/marine/", self.FORM | {"number": "8"}).status_code == 302
        row.refresh_from_db()
        assert row.number == 8
        assert mia.post("/office/categories/marine/remove/").status_code == 302
        assert not Category.objects.filter(slug="marine").exists()

    def test_one_that_is_used_stays(self, mia: Any, plan: Plan) -> None:
        project = make.make_project(plan)
        page = f"/office/categories/{project.category.slug}/"
        assert f"{page}remove/" not in mia.get(page).content.decode()
        answer = mia.post(f"{page}remove/", headers=EN)
        assert errors(answer) == {"__all__": ["It has projects: give them to another category first."]}
        assert Category.objects.filter(pk=project.category_id).exists()

    def test_what_is_wrong_is_said(self, mia: Any, plan: Plan) -> None:
        make.make_category(plan, "first", number=1, name_en="First")
        send = {"slug": "first", **self.FORM}
        page = mia.post("/office/add-category/", send, headers=EN)
        assert errors(page) == {"slug": ["The plan has a category of this name in addresses already."]}
        page = mia.post("/office/add-category/", send | {"slug": "second", "number": "1"}, headers=EN)
        assert errors(page) == {"number": ["“First” has this number: choose one that is free."]}
        page = mia.post("/office/categories/first/", {"number": "1", "name_zh": "", "name_en": ""}, headers=EN)
        assert errors(page) == {"name_zh": NAMELESS}

    def test_two_at_once(self, mia: Any, plan: Plan) -> None:
        row = make.make_category(plan, "first", number=7, name_zh="原名", name_en="Marine", provenance="reported")
        opened = json.dumps(CATEGORIES.state(row))
        Category.objects.filter(pk=row.pk).update(name_zh="对方的名")
        page = mia.post("/office/categories/first/", self.FORM | {"opened": opened}, headers=EN)
        assert [(v.opened, v.stored, v.typed) for v in page.context["versions"]] == [("原名", "对方的名", "海洋")]


def test_no_other_page_of_the_office_takes_a_row_without_a_name(client: Any) -> None:
    client.force_login(make.make_user("admin", is_staff=True, is_superuser=True))
    section = make.make_section(slug="first", number=1, provenance="reported", source="")
    measure = make.make_measure(section, code="M001", provenance="reported", source="")
    make.make_department("energy", provenance="reported", source="")
    for address, form, field in (
        ("/office/sections/first/", {"number": "1"}, "title_zh"),
        ("/office/add-section/", {"number": "2", "slug": "second"}, "title_zh"),
        ("/office/measures/M001/", {}, "title_zh"),
        ("/office/departments/energy/", {"number": "1"}, "name_zh"),
        ("/office/add-department/", {"number": "2", "slug": "other"}, "name_zh"),
    ):
        assert errors(client.post(address, form, headers=EN)) == {field: NAMELESS}, address
    measure.refresh_from_db()
    assert measure.title_zh


class TestLimits:
    FORM = {"report_due_day": "20", "due_soon_days": "30", "silent_days": ""}

    def test_rules_and_glossary_say_the_new_days(self, mia: Any, plan: Plan) -> None:
        assert mia.post("/office/limits/", self.FORM)["Location"] == "/office/"
        assert "within the next 30" in text_of(mia.get("/lights/", headers=EN).content.decode())
        glossary = text_of(mia.get("/glossary/?lang=en").content.decode())
        assert "due within 30 days" in glossary and "for more than 62 days" in glossary
        assert "due by day 20 of that month" in glossary

    def test_a_day_that_not_each_month_has_is_refused_with_what_was_typed(self, mia: Any) -> None:
        page = mia.post("/office/limits/", self.FORM | {"report_due_day": "31"}, headers=EN)
        assert errors(page) == {"report_due_day": ["Ensure this value is less than or equal to 28."]}
        assert page.context["form"]["due_soon_days"].value() == "30"
        assert not Site.objects.exists()

    def test_two_at_once(self, mia: Any) -> None:
        site = Site.objects.create(name_zh="港口", due_soon_days=30)
        opened = json.dumps(state_of(site, LIMITS))
        Site.objects.update(due_soon_days=40)
        page = mia.post("/office/limits/", self.FORM | {"due_soon_days": "50", "opened": opened}, headers=EN)
        assert [(v.opened, v.stored, v.typed) for v in page.context["versions"]] == [("30", "40", "50")]
        assert Site.objects.get().due_soon_days == 40
