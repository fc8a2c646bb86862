"""A plan added beside another by an administrator, and its ledger uploaded by a reviewer."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from measures.models import Plan
from problems.models import ProblemCategory
from tests import factories as make
from workbooks.models import Upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
EN = {"Accept-Language": "en"}
FORM = {"name_zh": "港口计划", "name_en": "", "starts_on": "2023-07-01", "ends_on": "2026-12-31", "slug": "harbour"}


def client_of(name: str, **who: Any) -> Client:
    client = Client(headers=EN)
    client.force_login(make.make_user(name, **who))
    return client


@pytest.fixture
def first() -> Plan:
    plan: Plan = make.make_plan()
    make.make_measure(plan=plan)
    return plan


def errors(client: Client, **changed: str) -> dict[str, list[str]]:
    page: Any = client.post("/office/add-plan/", FORM | changed)
    assert page.status_code == 200
    assert page.context["form"]["name_zh"].value() == (FORM | changed)["name_zh"]
    assert not Plan.objects.filter(name_zh="港口计划").exists()
    return dict(page.context["form"].errors)


def test_an_administrator_adds_one_and_the_current_plan_stays(first: Plan) -> None:
    answer = client_of("mia", role="administrator").post("/office/add-plan/", FORM)
    assert answer["Location"] == "/?plan=harbour"
    added = Plan.objects.get(slug="harbour")
    assert (added.name_zh, added.starts_on, added.ends_on) == ("港口计划", date(2023, 7, 1), date(2026, 12, 31))
    assert ProblemCategory.objects.filter(plan=added).exists()
    assert Plan.objects.current() == first


def test_a_name_that_is_taken_days_the_wrong_way_round_and_no_name_are_refused(first: Plan) -> None:
    mia = client_of("mia", role="administrator")
    taken = "There is an action plan of this name in addresses already."
    assert errors(mia, slug="shandong-2023-2025") == {"slug": [taken]}
    assert errors(mia, ends_on="2023-06-30") == {"ends_on": ["The last day is before the first."]}
    assert errors(mia, slug="Harbour") == {"slug": ["Small letters, digits and hyphens alone."]}
    assert errors(mia, name_zh=" ") == {"name_zh": ["A name is wanted, in Chinese or in English."]}


def test_a_reviewer_may_not(first: Plan) -> None:
    assert client_of("rita", role="reviewer").post("/office/add-plan/", FORM).status_code == 403
    assert not Plan.objects.filter(slug="harbour").exists()


def test_until_it_is_loaded_its_pages_lead_reviewers_to_the_upload(first: Plan) -> None:
    client_of("mia", role="administrator").post("/office/add-plan/", FORM)
    page = client_of("rita", role="reviewer").get("/?plan=harbour").content.decode()
    assert "This action plan is being set up" in page
    assert 'href="/data/?plan=harbour#upload"' in page
    assert 'title="Choose another action plan">港口计划</summary>' in page
    page = client_of("vic", role="viewer").get("/?plan=harbour").content.decode()
    assert "nothing is wanted from you" in page and "/data/" not in page


def test_its_table_is_loaded_into_it_and_nothing_leads_into_a_first_visit(
    first: Plan, django_capture_on_commit_callbacks: Any
) -> None:
    admin = client_of("admin", is_superuser=True)
    admin.post("/office/add-plan/", FORM)
    table = "编号,名称,牵头单位,重点任务\nH1,扩建码头,省交通厅,港口\n"
    with django_capture_on_commit_callbacks(execute=True):
        admin.post("/data/?plan=harbour", {"file": SimpleUploadedFile("港口.csv", table.encode())})
    upload = Upload.objects.get()
    page = admin.get(upload.get_absolute_url()).content.decode()
    assert "/data/?plan=harbour" in page
    assert "/data/start/" not in page
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(upload.get_absolute_url(), {"action": "load"})
    upload.refresh_from_db()
    assert upload.load is not None
    assert admin.get(upload.get_absolute_url())["Location"] == f"/data/loads/{upload.load.pk}/"
    assert [each.code for each in Plan.objects.get(slug="harbour").measures.all()] == ["H1"]
    assert first.measures.count() == 1
