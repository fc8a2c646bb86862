"""The first visit: four steps from an empty site to its first plan, which may be left and gone on with."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from measures.models import Load, Measure, Plan
from projects.plans import STATE, change_plan, plan_state
from regions.models import Region
from rollups.services import refresh_stale_rollups
from tests.factories import make_user
from tests.pages import text_of
from tests.second_site import PLACE, Row, write_workbook
from web.models import Site
from workbooks import tasks
from workbooks.models import Upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

Act = Callable[..., str]

NAMES = {
    "languages": "zh-hans",
    "name_zh": "云岭省重点任务推进平台",
    "place_zh": "云岭",
    "plan_zh": "云岭行动计划",
    "starts_on": "2023-01-01",
    "ends_on": "2025-12-31",
}
PROVINCE = {"code": "990000", "kind": "省", "name_zh": PLACE}
MEASURES: dict[str, list[Row]] = {
    "regions": [PROVINCE, {"code": "990100", "kind": "市", "parent": PLACE, "name_zh": "云中市"}],
    "sections": [{"title_zh": "先进制造"}],
    "measures": [{"code": "1.1", "section": "先进制造", "title_zh": "建立台账", "lead_department": "省发展改革委"}],
}


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[[dict[str, list[Row]]], SimpleUploadedFile]:
    def made(rows: dict[str, list[Row]]) -> SimpleUploadedFile:
        write_workbook(tmp_path / "计划.xlsx", rows)
        return SimpleUploadedFile("计划.xlsx", (tmp_path / "计划.xlsx").read_bytes())

    return made


def client_of(**user: Any) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(make_user(user.pop("username", "mia"), language="en", **user))
    return client


@pytest.fixture
def admin() -> Client:
    return client_of(is_superuser=True, role="administrator")


@pytest.fixture
def act(admin: Client, django_capture_on_commit_callbacks: Any) -> Act:
    """Sends a form, has what it asks for done, and returns the address that it leads to."""

    def send(address: str, **fields: Any) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            answer = admin.post(address, fields)
        assert answer.status_code == 302, text_of(answer.content.decode())
        tasks.work_on_waiting_uploads_task()
        return str(answer["Location"])

    return send


def goes_on_at(client: Client) -> str:
    return str(client.get("/data/start/")["Location"])


class TestTheFourSteps:
    def test_each_follows_from_what_the_site_holds(self, admin: Client, act: Act, workbook: Any) -> None:
        assert 'href="/data/start/"' in admin.get("/").content.decode()
        assert goes_on_at(admin) == "/data/start/names/"
        assert admin.get("/data/start/done/")["Location"] == "/data/start/names/"
        assert act("/data/start/names/", **NAMES) == goes_on_at(admin) == "/data/start/workbook/"
        # Its pages have nothing to show yet.
        assert 'href="/data/start/"' in admin.get("/").content.decode()
        draft = act("/data/start/workbook/", file=workbook(MEASURES))
        assert goes_on_at(admin) == draft == Upload.objects.get().get_absolute_url()
        page = admin.get(draft).content.decode()
        assert 'aria-current="step"' in page and 'href="/data/start/names/"' in page
        # The region of the plan follows from the file; nobody has to confirm what nobody has entered.
        assert PLACE in page and not Upload.objects.get().findings["needs_confirmation"]
        act(draft, action="load")
        assert goes_on_at(admin) == admin.get(draft)["Location"] == "/data/start/done/"
        done = admin.get("/data/start/done/").content.decode()
        assert "云岭行动计划" in done and f'href="/data/loads/{Load.objects.get().pk}/"' in done
        assert admin.get("/data/start/names/")["Location"] == "/data/start/done/"
        plan = Plan.objects.select_related("region").get()
        assert (plan.name_zh, str(plan.region)) == ("云岭行动计划", PLACE)
        assert Measure.objects.get().plan == plan
        assert "/data/start/" not in admin.get("/").content.decode()

    def test_reports_are_asked_for_from_the_month_after_the_visit_unless_another_is_typed(
        self, admin: Client, act: Act
    ) -> None:
        assert f'value="{date(2023, 9, 1):%Y-%m}"' in admin.get("/data/start/names/").content.decode()
        act("/data/start/names/", **NAMES, first_reporting_month="2023-11")
        assert Plan.objects.get().first_reporting_month == date(2023, 11, 1)
        assert 'value="2023-11"' in admin.get("/data/start/names/").content.decode()
        answer = admin.post("/data/start/names/", NAMES | {"first_reporting_month": "November"})
        assert "first_reporting_month" in answer.context["form"].errors
        assert 'value="November"' in answer.content.decode()

    def test_a_place_with_a_code_is_the_region_of_the_plan(self, admin: Client, act: Act, workbook: Any) -> None:
        act("/data/start/names/", **NAMES, place_code="990001")
        act("/data/start/names/", **NAMES, place_code="990000")
        place = Region.objects.get()
        assert (place.code, place.kind, place.name_zh) == ("990000", "province", "云岭")
        assert 'value="990000"' in admin.get("/data/start/names/").content.decode()
        # A file has its whole name: nobody has to confirm it.
        draft = act("/data/start/workbook/", file=workbook(MEASURES))
        assert not Upload.objects.get().findings["needs_confirmation"]
        act(draft, action="load")
        assert [str(each) for each in Region.objects.all()] == [PLACE, "云中市"]
        assert Plan.objects.get().region_id == place.pk

    def test_nobody_is_silent_before_reports_are_owed(
        self, admin: Client, act: Act, workbook: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        def lights() -> tuple[int, int]:
            refresh_stale_rollups()
            yellow: int = admin.get("/api/v1/summary/").json()["measures"]["lights"]["yellow"]
            return yellow, text_of(admin.get("/measures/").content.decode()).count("天无填报")

        act("/data/start/names/", **NAMES, first_reporting_month="2023-09")
        draft = act("/data/start/workbook/", file=workbook(MEASURES))
        act(draft, action="load")
        assert lights() == (0, 0)
        plan = Plan.objects.get()
        values = {name: getattr(plan, name) for name in STATE} | {"first_reporting_month": date(2023, 6, 1)}
        with django_capture_on_commit_callbacks(execute=True):
            change_plan(plan, by=User.objects.get(username="mia"), opened=plan_state(plan), **values)
        assert lights() == (1, 1)

    @pytest.mark.parametrize(
        ("typed", "field"),
        [({"place_code": "99"}, "place_code"), ({"place_code": "990000", "place_zh": ""}, "place_zh")],
    )
    def test_a_code_has_six_digits_and_a_place_a_name(self, admin: Client, typed: Any, field: str) -> None:
        answer = admin.post("/data/start/names/", NAMES | typed)
        assert list(answer.context["form"].errors) == [field]
        assert not Plan.objects.exists() and not Region.objects.exists()

    def test_a_draft_that_is_forgotten_leads_back_to_the_second_step(
        self, admin: Client, act: Act, workbook: Any
    ) -> None:
        act("/data/start/names/", **NAMES)
        draft = act("/data/start/workbook/", file=workbook(MEASURES))
        assert act(draft, action="discard") == goes_on_at(admin) == "/data/start/workbook/"

    def test_a_load_that_is_taken_back_leaves_the_site_at_the_second_step(
        self, admin: Client, act: Act, workbook: Any
    ) -> None:
        act("/data/start/names/", **NAMES)
        act(act("/data/start/workbook/", file=workbook(MEASURES)), action="load")
        act(f"/data/loads/{Load.objects.get().pk}/", reason="wrong file")
        assert goes_on_at(admin) == "/data/start/workbook/"
        assert Plan.objects.get().region is None

    def test_a_workbook_that_names_the_plan_shows_old_and_new(self, admin: Client, act: Act, workbook: Any) -> None:
        """Also the name in addresses, which was made of what was typed and is in no link yet."""
        act("/data/start/names/", **NAMES)
        own = {"slug": "yunling", "name_zh": "云岭计划", "starts_on": "2023-01-01", "ends_on": "2026-12-31"}
        draft = act("/data/start/workbook/", file=workbook({"plan": [own], **MEASURES}))
        [changed] = Upload.objects.get().findings["changed"]
        cells = {(cell["old"], cell["new"]) for cell in changed["cells"]}
        old = Plan.objects.get().slug
        assert old == "plan-2023-2025" and cells >= {
            (old, "yunling"),
            ("云岭行动计划", "云岭计划"),
            ("2025-12-31", "2026-12-31"),
        }
        act(draft, action="load")
        assert Plan.objects.get().slug == old
        act(draft, action="load", confirm="on")
        assert (Plan.objects.get().slug, Plan.objects.get().name_zh) == ("yunling", "云岭计划")
        act(f"/data/loads/{Load.objects.get().pk}/", reason="wrong file")
        assert (Plan.objects.get().slug, Plan.objects.get().name_zh) == (old, "云岭行动计划")

    def test_what_only_fills_an_empty_cell_needs_no_consent(self, admin: Client, act: Act, workbook: Any) -> None:
        act("/data/start/names/", **NAMES)
        own = {"name_zh": NAMES["plan_zh"], "starts_on": "2023-01-01", "ends_on": "2025-12-31", "region": PLACE}
        act(act("/data/start/workbook/", file=workbook({"plan": [own], **MEASURES})), action="load")
        assert str(Plan.objects.get().region) == PLACE


class TestNames:
    def test_what_is_typed_is_kept_and_can_be_changed_until_something_is_loaded(self, admin: Client, act: Act) -> None:
        act("/data/start/names/", **NAMES)
        assert 'value="云岭行动计划"' in admin.get("/data/start/names/").content.decode()
        act("/data/start/names/", **NAMES | {"plan_zh": "云岭三年行动计划", "ends_on": "2026-12-31"})
        plan = Plan.objects.get()
        assert (plan.name_zh, str(plan.ends_on)) == ("云岭三年行动计划", "2026-12-31")
        assert Site.objects.get().name_zh == NAMES["name_zh"]

    def test_a_language_that_is_not_offered_is_neither_read_nor_wiped(self, admin: Client, act: Act) -> None:
        act("/data/start/names/", **NAMES | {"languages": "both", "name_en": "Yunling", "plan_en": "Plan"})
        act("/data/start/names/", **NAMES | {"name_en": "Something else", "plan_en": ""})
        assert (Site.objects.get().name_en, Plan.objects.get().name_en) == ("Yunling", "Plan")

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"plan_zh": ""}, "A name is wanted"),
            ({"plan_zh": "", "plan_en": "In the other language"}, "A name is wanted"),
            ({"name_zh": ""}, "A name is wanted"),
            ({"ends_on": "2022-12-31"}, "The last day is before the first"),
            ({"ends_on": "2093-12-31"}, "calendar years"),
            ({"starts_on": "2023-02-30"}, "There is no such date"),
            ({"languages": "fr"}, "fr"),
        ],
    )
    def test_what_cannot_be_is_refused_with_what_was_typed(
        self, admin: Client, fields: dict[str, str], sentence: str
    ) -> None:
        answer = admin.post("/data/start/names/", NAMES | fields)
        page = answer.content.decode()
        assert answer.status_code == 200 and sentence in text_of(page)
        assert 'value="云岭"' in page
        assert not Plan.objects.exists() and not Site.objects.exists()


class TestWho:
    def test_others_are_told_that_the_site_is_being_set_up(self) -> None:
        vic = client_of(username="vic")
        page = text_of(vic.get("/").content.decode())
        assert "This site is being set up" in page and "nothing is wanted from you" in page
        assert vic.get("/data/start/").status_code == vic.get("/data/start/names/").status_code == 403

    def test_a_reviewer_is_led_to_the_data(self) -> None:
        assert 'href="/data/"' in client_of(username="rita", role="reviewer").get("/").content.decode()

    def test_an_administrator_who_does_not_review_is_told_who_loads(self, workbook: Any) -> None:
        mia = client_of(role="administrator")
        mia.post("/data/start/names/", NAMES | {"languages": "both"})
        page = mia.get("/data/start/workbook/").content.decode()
        assert "Data are loaded by reviewers" in text_of(page) and 'type="file"' not in page
        assert mia.post("/data/start/workbook/", {"file": workbook(MEASURES)}).status_code == 403


def test_a_file_for_a_plan_whose_place_nobody_can_tell_asks_for_it(admin: Client, act: Act, workbook: Any) -> None:
    act("/data/start/names/", **NAMES)
    other = {"code": "980000", "kind": "省", "name_zh": "另一省"}
    draft = act("/data/start/workbook/", file=workbook(MEASURES | {"regions": [*MEASURES["regions"], other]}))
    [sentence] = Upload.objects.get().findings["file_problems"]
    assert sentence in text_of(admin.get(draft).content.decode())
    act(draft, action="load")
    assert not Load.objects.exists()


def test_the_districts_of_a_city_are_the_members_of_its_plan(admin: Client, act: Act, workbook: Any) -> None:
    act("/data/start/names/", **NAMES)
    places: list[Row] = [
        {"code": "990100", "kind": "市", "name_zh": "云中市"},
        {"code": "990102", "kind": "县（市、区）", "parent": "云中市", "name_zh": "东区"},
    ]
    act(act("/data/start/workbook/", file=workbook(MEASURES | {"regions": places})), action="load")
    assert str(Plan.objects.get().region) == "云中市"


def test_the_file_is_kept_apart_from_the_names(admin: Client, act: Act, workbook: Any) -> None:
    """The first step may be gone back to while a file waits; it is read with the new names."""
    act("/data/start/names/", **NAMES)
    draft = act("/data/start/workbook/", file=workbook(MEASURES))
    act("/data/start/names/", **NAMES | {"plan_zh": "新名称"})
    assert goes_on_at(admin) == draft
    act(draft, action="load")
    act(draft, action="load")
    assert Measure.objects.get().plan.name_zh == "新名称"


def test_the_sample_of_the_quick_start_loads_without_a_question(admin: Client, act: Act) -> None:
    act("/data/start/names/", **NAMES | {"starts_on": "2023-01-01", "ends_on": "2028-12-31"})
    sample = Path(settings.BASE_DIR) / "fixtures" / "samples" / "county.csv"
    draft = act("/data/start/workbook/", file=SimpleUploadedFile("county.csv", sample.read_bytes()))
    findings = Upload.objects.get().findings
    assert not findings.get("questions") and not findings["wrong"]
    act(draft, action="load")
    measures = list(Measure.objects.values_list("title_zh", "section__title_zh", "lead_department__name_zh", "due_on"))
    assert measures[0] == ("新建标准厂房8万平方米", "产业升级", "县发展改革局", date(2027, 9, 30))
    assert measures[11] == ("完善社区养老服务设施", "民生改善", "县民政局", None)
    assert len(measures) == 12
