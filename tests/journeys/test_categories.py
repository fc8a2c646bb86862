"""A plan sorts its projects by categories of its own: beside the demonstration's, the other plan has two others."""

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client

from core.exceptions import NotAllowed
from dashboard.changes import Changes
from dashboard.figures import Figures
from measures.models import Plan
from projects.models import Category, Project
from projects.services import save_project
from rollups.consistency import contradictions
from rollups.services import rebuild_rollups, verify_rollups
from tests.factories import CATEGORIES, make_category, make_plan, make_project, make_user
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def other(today: date, open_reading: None) -> Plan:
    """Health has 1.5 billion yuan in two projects, schools 0.3 in one; the current plan has one of energy. Schools have
    a Chinese name alone; the slug of health is no name of a column."""
    current, other = make_plan("current"), make_plan("other", starts_on=date(2022, 1, 1))
    for slug in CATEGORIES:
        make_category(current, slug)
    make_category(other, "health--care", number=2, name_zh="卫生健康", name_en="Health")
    make_category(other, "schools", number=1, name_zh="教育", name_en="")
    make_project(current, code="P0001", investment=70_000)
    make_project(other, code="P0001", investment=100_000, category="health--care")
    make_project(other, code="P0002", investment=50_000, category="health--care", city="370100")
    make_project(other, code="P0003", investment=30_000, category="schools", listed_on=date(2023, 8, 1))
    rebuild_rollups()
    return other


def answer_of(address: str) -> Any:
    answer = Client().get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def words_of(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200
    return text_of(answer.content.decode())


@pytest.mark.parametrize("as_of", ["", "&as_of=2023-08-29", "&as_of=2023-08-28"])
def test_the_summary_has_those_of_its_plan(other: Plan, as_of: str) -> None:
    found = answer_of(f"summary/?plan=other{as_of}")
    assert list(found["projects"]["by_category"].items()) == [
        ("schools", {"total": 1, "total_investment": 3}),
        ("health--care", {"total": 2, "total_investment": 15}),
    ]
    named = [path for path in found["meta"] if path.startswith("projects.by_category.")]
    assert [path.split(".")[2] for path in named] == ["schools"] * 2 + ["health--care"] * 2
    assert {found["meta"][path]["provenance"] for path in named} == {"illustrative"}
    current = answer_of(f"summary/?plan=current{as_of}")["projects"]["by_category"]
    assert {slug: each["total"] for slug, each in current.items()} == {**dict.fromkeys(CATEGORIES, 0), "energy": 1}


def test_rollups_lists_and_files_name_them_by_slug(other: Plan) -> None:
    rows = answer_of("rollups/projects/?by=category&plan=other&lang=en")["results"]
    shown = [(row["key"], row["name"], row["total"]) for row in rows]
    assert shown == [("schools", "教育", 1), ("health--care", "Health", 2)]
    listed = answer_of(rows[1]["url"].partition("/api/v1/")[2])
    assert [(row["code"], row["category"]) for row in listed["results"]] == [
        ("P0001", "health--care"),
        ("P0002", "health--care"),
    ]
    file = Client().get("/api/v1/projects/?plan=other&category=schools,health--care&format=csv")
    lines = csv.DictReader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig")))  # type: ignore[attr-defined]
    assert [line["category"] for line in lines] == ["health--care", "health--care", "schools"]
    categories = answer_of("categories/?plan=other&lang=en")["results"]
    assert [(row["slug"], row["number"], row["name"], row["plan"]) for row in categories] == [
        ("schools", 1, "教育", "other"),
        ("health--care", 2, "Health", "other"),
    ]


def test_that_of_another_plan_is_refused_and_the_plans_own_are_named(other: Plan) -> None:
    for address in (
        "projects/?plan=other&category=energy",
        "explain/?figure=projects.total&plan=other&category=energy",
    ):
        answer = Client().get(f"/api/v1/{address}&lang=en")
        assert answer.status_code == 400
        assert "health--care, schools" in answer.json()["detail"]
    answer = Client().get("/api/v1/explain/?figure=projects.by_category.energy.total&plan=other&lang=en")
    assert answer.status_code == 400
    assert "projects.by_category.schools.total" in answer.json()["detail"]


def test_an_explanation_counts_the_rows_of_the_category(other: Plan) -> None:
    found = answer_of(
        "explain/?figure=projects.by_category.health--care.total_investment&plan=other&city=370200&lang=en"
    )
    assert (found["value"], found["label"]) == (10, "Investment: Health")
    assert found["rows"]["count"] == 1
    assert answer_of(found["rows"]["url"].partition("/api/v1/")[2])["count"] == 1
    narrowed = answer_of("explain/?figure=projects.total&plan=other&category=schools")
    assert (narrowed["value"], narrowed["narrowed"]) == (1, {"category": "schools"})
    assert "Investment: Health" in words_of(
        "/explain/?figure=projects.by_category.health--care.total_investment&plan=other&lang=en"
    )


def test_pages_show_those_of_their_plan(other: Plan) -> None:
    cities = words_of("/cities/?columns=categories&plan=other&lang=en")
    assert "教育 Health" in cities
    assert "Key industries" not in cities
    assert "教育 0 0 Health 1 10" in words_of("/cities/370200/?plan=other&lang=en&as_of=2023-07-31")
    assert "Energy 1 7" in words_of("/cities/370200/?lang=en")
    changes = words_of("/changes/?plan=other&compare=2023-07-31&lang=en")
    assert "教育 1 3 Health 0 0" in changes
    page = Client().get("/projects/?plan=other&lang=en").content.decode()
    assert '<option value="schools">教育</option>' in page
    assert '<option value="energy">' not in page
    assert "Energy" not in words_of("/projects/P0001/?plan=other&lang=en")
    assert "Energy" in words_of("/projects/P0001/?lang=en")


def test_changes_between_two_days_sum_to_the_total(other: Plan) -> None:
    listed = answer_of("changes/?plan=other&compare=2023-07-31")["projects"]
    assert listed["by_category"]["schools"] == {"total": 1, "total_investment": 3}
    assert sum(each["total"] for each in listed["by_category"].values()) == listed["total"] == 1


def test_a_plan_without_categories_shows_no_part_of_them(today: date, open_reading: None) -> None:
    make_plan()
    make_project(make_plan("other", starts_on=date(2022, 1, 1)))
    assert answer_of("summary/")["projects"]["by_category"] == {}
    assert answer_of("rollups/projects/?by=category")["results"] == answer_of("categories/")["results"] == []
    assert "Projects by category" not in words_of("/cities/370200/?lang=en")
    assert "Categories in" not in words_of("/cities/?columns=categories&lang=en")
    assert "Category" not in words_of("/changes/?lang=en")


def test_both_days_of_a_comparison_read_the_categories_once(other: Plan, django_assert_num_queries: Any) -> None:
    changes = Changes(Figures(other, date(2023, 8, 29)), Figures(other, date(2023, 7, 31)))
    assert list(changes.now.categories) == ["schools", "health--care"]
    with django_assert_num_queries(0):
        assert list(changes.then.categories) == ["schools", "health--care"]


def test_a_category_of_another_plan_is_refused_and_found_if_it_is_there(other: Plan) -> None:
    project, foreign = Project.objects.get(plan=other, code="P0003"), Category.objects.get(slug="energy")
    project.category = foreign
    with pytest.raises(NotAllowed) as refusal:
        save_project(project, by=make_user("admin", is_superuser=True))
    assert refusal.value.field == "category"
    assert list(contradictions()) == verify_rollups() == []
    Project.objects.filter(pk=project.pk).update(category=foreign)
    assert list(contradictions()) == ["project P0003 of other has the category energy of current"]


def test_one_with_projects_cannot_be_deleted(other: Plan) -> None:
    with pytest.raises(ProtectedError):
        Category.objects.get(slug="schools").delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.filter(slug="schools").update(number=2)


def test_the_administration_offers_those_of_the_plan_alone(other: Plan) -> None:
    client = Client()
    client.force_login(make_user("admin", is_staff=True, is_superuser=True))
    project = Project.objects.get(plan=other, code="P0003")
    form = {
        **{
            name: getattr(project, name)
            for name in (
                "code",
                "name_zh",
                "name_en",
                "opening_stage",
                "listed_on",
                "provenance",
            )
        },
        "invested_before_wan": 0,
        "plan": other.pk,
        "city": project.city_id,
        "investment_wan": 1,
        "investment_provenance": "illustrative",
    }
    address = f"/admin/projects/project/{project.pk}/change/?lang=en"
    refused = client.post(address, {**form, "category": Category.objects.get(slug="energy").pk})
    # Escaped as HTML.
    assert "Only a category of the project" in refused.content.decode()
    assert client.post(address, {**form, "category": Category.objects.get(slug="health--care").pk}).status_code == 302
    nameless = {"plan": other.pk, "slug": "wood", "number": 3, "provenance": "reported"}
    refused = client.post("/admin/projects/category/add/?lang=en", nameless)
    assert "A name is wanted, in Chinese or in English." in refused.content.decode()
    assert client.post("/admin/projects/category/add/", {**nameless, "name_zh": "水利"}).status_code == 302
    own = f"/admin/projects/category/{project.category_id}/change/?lang=en"
    taken = client.post(own, {**nameless, "slug": "water", "name_zh": "水"}).content.decode()
    assert "Category with this Action plan and Number already exists." in re.sub(r"&\w+;", "", taken)
    current = Plan.objects.get(slug="current")
    assert (
        client.post(own, {**nameless, "slug": "water", "number": 7, "name_zh": "水", "plan": current.pk}).status_code
        == 302
    )
    assert Category.objects.get(slug="water", number=7).plan == other
