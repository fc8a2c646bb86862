"""Views of lists that people save by name: their own, in their bounds, and shared as an address alone."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.exceptions import NotAllowed
from tests.factories import make_measure, make_user
from tests.pages import joined, text_of
from web.models import SavedView
from web.saved_views import MAX_SAVED_VIEWS, rename_view, save_view

pytestmark = pytest.mark.django_db
RED = "/measures/?light=red&ordering=due_on&as_of=2023-06-30&page=1&lang=en"


@pytest.fixture(autouse=True)
def _a_site(today: Any, open_reading: None) -> None:
    make_measure(code="M001")


@pytest.fixture
def ada() -> Client:
    return logged_in("ada")


def logged_in(name: str) -> Client:
    client = Client()
    client.force_login(make_user(name))
    client.cookies["pilotzone_language"] = "en"
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return joined(answer.content.decode())


def views() -> list[tuple[str, str, str, str]]:
    return list(SavedView.objects.values_list("user__username", "page", "name", "query"))


def test_filters_and_order_are_saved_and_not_the_day(ada: Client) -> None:
    answer = ada.post(RED, {"name": "  Red\u202e  by\nday "})
    assert (answer.status_code, answer["Location"]) == (302, RED)
    assert views() == [("ada", "measures:list", "Red by day", "light=red&ordering=due_on")]
    shown = page(ada, "/measures/?as_of=2023-03-31")
    assert '<a href="/measures/?light=red&amp;ordering=due_on&amp;as_of=2023-03-31">Red by day</a>' in shown
    # The open one is marked, whatever the order of its parameters.
    assert 'aria-current="true">Red by day</a>' in page(ada, "/measures/?ordering=due_on&light=red")
    assert "Red by day" not in page(ada, "/projects/")


def test_another_plan_and_comparison_belong_to_a_view(ada: Client) -> None:
    ada.post("/measures/?plan=shandong-2023-2025&compare=2023-03-31&changed=yes&utm_source=mail", {"name": "moved"})
    assert views()[0][3] == "changed=yes&compare=2023-03-31&plan=shandong-2023-2025"


def test_nobody_sees_or_changes_the_view_of_another(ada: Client) -> None:
    ada.post(RED, {"name": "Ada's own"})
    view, ben = SavedView.objects.get(), logged_in("ben")
    assert "Ada's own" not in page(ben, "/measures/") and "Ada&#x27;s own" not in page(ben, "/measures/")
    assert "Saved views" not in page(Client(), "/measures/?lang=en")
    for answer in (ben.get(f"/views/{view.pk}/"), ben.post(f"/views/{view.pk}/", {"delete": "yes"})):
        assert answer.status_code == 404
        assert b"Ada" not in answer.content
    assert Client().post("/measures/?lang=en", {"name": "mine"}).status_code == 403
    assert [view.name for view in SavedView.objects.all()] == ["Ada's own"]
    # What is shared is the address.
    assert ben.get(view.address).status_code == Client().get(view.address).status_code == 200


@pytest.mark.parametrize(
    ("language", "name", "sentence"),
    [
        ("en", "Red", "You have a view of this name; choose another one."),
        ("zh-hans", "Red", "已有同名视图，请换一个名称。"),
        ("en", "字" * 61, "At most 60 characters; there are 61."),
        ("zh-hans", " \n\u202e", "此项为必填项"),
        # Nothing of it can be seen: a space and a joiner without width.
        ("en", "\u200b \u3000\u200d", "This field is required"),
    ],
)
def test_a_refused_name_is_kept_in_the_open_form(ada: Client, language: str, name: str, sentence: str) -> None:
    save_view("measures:list", by=make_user("ben"), name="Red", query="")
    ada.post(RED, {"name": "Red"})
    answer = ada.post(f"/measures/?light=red&lang={language}", {"name": name})
    html = joined(answer.content.decode())
    assert answer.status_code == 200
    assert sentence in text_of(html)
    assert '<details class="fold saved-views" id="saved-views" open>' in html
    assert name.strip() != name or f'value="{name}"' in html
    assert SavedView.objects.count() == 2


def test_a_list_that_cannot_be_shown_is_not_saved(ada: Client) -> None:
    for query in ("light=blue", "ordering=colour", "plan=nowhere", "due_from=1&due_from=2", "as_of=2023-02-30"):
        assert ada.post(f"/measures/?{query}", {"name": "bad"}).status_code == 400
    with pytest.raises(NotAllowed, match="2000"):
        save_view("measures:list", by=make_user("ben"), name="long", query="x" * 2_001)
    assert views() == []


def test_a_person_has_so_many_views_and_no_more(ada: Client) -> None:
    assert MAX_SAVED_VIEWS == 50
    user = make_user("ben")
    for number in range(50):
        save_view(("measures:list", "projects:list")[number % 2], by=user, name=f"view {number}", query="")
    with pytest.raises(NotAllowed, match="50"):
        save_view("indicators:list", by=user, name="one more", query="")
    assert ada.post(RED, {"name": "of another person"}).status_code == 302


def test_a_name_is_free_on_another_list_and_for_another_person(ada: Client) -> None:
    for address in ("/measures/", "/projects/", "/indicators/"):
        assert ada.post(address, {"name": "all"}).status_code == 302
    assert logged_in("ben").post("/measures/", {"name": "all"}).status_code == 302
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(
            user_id=views_of("ada")[0].user_id, page="measures:list", name="all", created_at="2023-08-29T00:00Z"
        )


def views_of(name: str) -> list[SavedView]:
    return list(SavedView.objects.filter(user__username=name, page="measures:list"))


def test_a_view_is_renamed_and_deleted_by_its_owner(ada: Client) -> None:
    ada.post(RED, {"name": "Red"})
    ada.post("/measures/?light=yellow", {"name": "Yellow"})
    red = SavedView.objects.get(name="Red")
    edit = page(ada, f"/views/{red.pk}/")
    assert 'value="Red"' in edit
    assert "http://testserver/measures/?light=red&amp;ordering=due_on&amp;plan=shandong-2023-2025</code>" in edit
    refused = ada.post(f"/views/{red.pk}/", {"name": "Yellow"})
    assert "You have a view of this name" in text_of(joined(refused.content.decode()))
    assert ada.post(f"/views/{red.pk}/", {"name": "Red"})["Location"] == red.address
    assert ada.post(f"/views/{red.pk}/", {"name": "Late"})["Location"] == "/measures/?light=red&ordering=due_on"
    assert {view.name for view in views_of("ada")} == {"Late", "Yellow"}
    assert ada.post(f"/views/{red.pk}/", {"delete": "yes"})["Location"] == "/measures/"
    assert [view.name for view in views_of("ada")] == ["Yellow"]
    assert "The view was deleted" in page(ada, "/measures/")
    assert ada.get(f"/views/{red.pk}/").status_code == 404


def test_the_log_says_who_saved_renamed_and_deleted(ada: Client) -> None:
    ada.post(RED, {"name": "Red"})
    view = SavedView.objects.get()
    rename_view(view, name="Late")
    view.delete()
    entries = LogEntry.objects.filter(content_type__model="savedview").order_by("pk")
    assert [(entry.get_action_display(), entry.object_repr) for entry in entries] == [
        ("create", "Red"),
        ("update", "Late"),
        ("delete", "Late"),
    ]
    assert entries[0].actor.username == "ada"


def test_saving_leaves_answers_of_the_api_as_they_are(ada: Client) -> None:
    before = ada.get("/api/v1/projects/").headers["ETag"]
    ada.post(RED, {"name": "Red"})
    assert ada.get("/api/v1/projects/").headers["ETag"] == before


def test_views_cost_one_query_however_many_they_are(ada: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            page(ada, "/measures/")
        return len([each for each in found if "savedview" in each["sql"]])

    assert queries() == 1
    for number in range(5):
        ada.post("/measures/", {"name": f"view {number}"})
    # The first visit after the last one shows its message.
    page(ada, "/measures/")
    assert queries() == 1
