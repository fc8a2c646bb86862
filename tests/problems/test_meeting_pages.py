"""The pages of coordination meetings: the list, the sheet with its Word file, the office's forms."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx import Document

from problems.meetings import Direction, give_direction
from problems.models import Meeting, Problem
from tests.factories import make_department, make_measure, make_meeting, make_problem, make_user
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "open_reading")]

TODAY, DUE = date(2023, 8, 29), date(2023, 9, 30)
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def problems() -> list[Problem]:
    texts = ("No land", "No money", "No permit")
    return [
        make_problem(make_measure(code=f"M00{n}", title_en=f"Measure {n}"), date(2023, 8, n), text_en=text)
        for n, text in enumerate(texts, start=1)
    ]


@pytest.fixture
def rita() -> Client:
    client = Client(headers=ENGLISH)
    client.force_login(make_user("rita", role="reviewer"))
    return client


@pytest.fixture
def owner() -> Any:
    return make_department("natural", short_en="Natural Resources", short_zh="自然资源厅")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return text_of(answer.content.decode())


def direct(meeting: Meeting, owner: Any, *, position: int = 1, due_on: date = DUE, what: str = "Give the land") -> None:
    by = make_user(f"reviewer-{meeting.pk}-{position}", role="reviewer")
    give_direction(meeting.items.get(position=position), by=by, direction=Direction(owner, what, due_on))


def test_the_list_counts_problems_directions_and_what_is_overdue(
    problems: list[Problem], owner: Any, settings: Any
) -> None:
    nobody = Client(headers=ENGLISH)
    assert "No coordination meeting was held yet." in page(nobody, "/meetings/")
    settings.PILOTZONE_TODAY = date(2023, 8, 20)
    meeting = make_meeting(problems, held_on=date(2023, 8, 20), title_en="Land")
    direct(meeting, owner, due_on=date(2023, 8, 25))
    direct(meeting, owner, position=2)
    settings.PILOTZONE_TODAY = TODAY
    make_meeting(held_on=date(2023, 9, 4), title_en="Next", place="")
    text = page(nobody, "/meetings/")
    assert "Next To come 2023-09-04 — 0 0 0 Land 2023-08-20 省政府第一会议室 3 2 1" in text
    # Before the first was overdue, and before the next was known of.
    text = page(nobody, "/meetings/?as_of=2023-08-25")
    assert "Land 2023-08-20 省政府第一会议室 3 2 0" in text
    assert "Next" not in text
    assert nobody.get("/meetings/?page=2").status_code == 400


def test_the_sheet_says_of_each_problem_who_does_what_by_when(
    problems: list[Problem], owner: Any, rita: Client
) -> None:
    meeting = make_meeting(problems[:2], title_en="Land")
    direct(meeting, owner)
    text = page(rita, f"/meetings/{meeting.number}/")
    assert "28 August 2023, 省政府第一会议室 . 2 problems on the agenda, 1 direction given." in text
    raiser = problems[0].raised_by
    assert raiser is not None
    assert f"M001-1 No land M001 Measure 1 {raiser.short_en} open 28 days" in text
    assert "Natural Resources, by 2023-09-30 Give the land Being solved 32 days left" in text
    assert "No direction yet; to be assigned" in text
    assert "Give the direction" in text
    # The note of a step is not for visitors; who and by when are.
    text = page(Client(headers=ENGLISH), f"/meetings/{meeting.number}/")
    assert "Natural Resources, by 2023-09-30" in text
    assert "Give the" not in text
    assert "What is to be done is shown to those who are logged in." in text
    # On a day before.
    text = page(rita, f"/meetings/{meeting.number}/?as_of=2023-08-28")
    assert "2 problems on the agenda, 0 directions given." in text
    assert "Give the" not in text
    for number in ("99", "9" * 30):
        assert rita.get(f"/meetings/{number}/").status_code == 404
    assert rita.get(f"/meetings/{meeting.number}/?as_of=2023-08-27").status_code == 404


def word(client: Client, address: str) -> tuple[str, str]:
    answer: Any = client.get(address)
    assert answer.status_code == 200
    document = Document(BytesIO(b"".join(answer.streaming_content)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(each.text for each in document.paragraphs), *cells])
    return text, answer["Content-Disposition"]


def test_the_word_file_says_the_same(problems: list[Problem], owner: Any, rita: Client) -> None:
    meeting = make_meeting(problems[:2], title_en="Land: a/b?")
    direct(meeting, owner)
    text, name = word(rita, f"/meetings/{meeting.number}/word/")
    assert 'filename="Land- a-b-2023-08-28.docx"' in name
    for part in (
        "Land: a/b?",
        "28 August 2023, 省政府第一会议室",
        "M001-1 No land (M001 Measure 1)",
        "Natural Resources, by 2023-09-30: Give the land",
        "Being solved, 32 days left",
        "No direction yet; to be assigned",
        "As of 29 August 2023",
    ):
        assert part in text
    text, _name = word(Client(headers=ENGLISH), f"/meetings/{meeting.number}/word/")
    assert "Natural Resources, by 2023-09-30" in text
    assert "Give the land" not in text
    assert "As of 28 August 2023" in word(rita, f"/meetings/{meeting.number}/word/?as_of=2023-08-28")[0]
    empty = make_meeting(title_en="Nothing")
    assert "No problem is on the agenda yet" in word(rita, f"/meetings/{empty.number}/word/")[0]


def test_problems_come_onto_an_agenda_from_the_filters_of_their_list(
    problems: list[Problem], owner: Any, rita: Client
) -> None:
    lead = problems[1].raised_by
    assert lead is not None
    address = f"/meetings/add/?raised_by={lead.slug}&state=open&as_of=2023-08-01"
    answer = rita.get(address)
    assert [row["problem"].code for row in answer.context["rows"]] == ["M002-1"]
    assert answer.context["rows"][0]["is_ticked"]
    # Without a filter all that are open are there to be ticked.
    answer = rita.get("/meetings/add/")
    assert [(row["problem"].code, row["is_ticked"]) for row in answer.context["rows"]] == [
        ("M001-1", False),
        ("M002-1", False),
        ("M003-1", False),
    ]
    assert rita.get("/meetings/add/?owner=nobody").status_code == 400
    typed = {"meeting": "new", "title_en": "", "held_on": "2023-08-29", "place": "Room 1"}
    answer = rita.post("/meetings/add/", typed)
    assert "Choose at least one problem." in text_of(answer.content.decode())
    chosen = [str(problems[2].pk), str(problems[0].pk)]
    answer = rita.post("/meetings/add/", {**typed, "problems": chosen})
    text = answer.content.decode()
    assert "A name is wanted" in text
    assert [row["is_ticked"] for row in answer.context["rows"]] == [True, False, True]
    answer = rita.post("/meetings/add/", {**typed, "title_en": "First", "held_on": "", "problems": chosen})
    assert "This field is required" in text_of(answer.content.decode())
    answer = rita.post("/meetings/add/", {**typed, "title_en": "First", "problems": chosen})
    meeting = Meeting.objects.get()
    assert answer["Location"] == f"/meetings/{meeting.number}/"
    # In the order of the page.
    assert [item.problem.code for item in meeting.items.order_by("position")] == ["M001-1", "M003-1"]
    answer = rita.post("/meetings/add/", {"meeting": "1", "problems": [p.pk for p in problems]}, follow=True)
    text = text_of(answer.content.decode())
    assert "1 problem was put on the agenda" in text
    assert "On the agenda already: M001-1, M003-1" in text
    assert meeting.items.count() == 3
    # One that was held is offered no more.
    Meeting.objects.update(held_on=date(2023, 8, 28))
    answer = rita.post("/meetings/add/", {"meeting": "1", "problems": chosen})
    assert answer.status_code == 200
    assert answer.context["form"].errors["meeting"]


def test_the_office_changes_a_meeting_its_agenda_and_directs(problems: list[Problem], owner: Any, rita: Client) -> None:
    meeting = make_meeting(problems, held_on=TODAY, title_en="Land")
    here = f"/meetings/{meeting.number}"
    first, second, third = meeting.items.order_by("position")
    assert rita.post(f"{here}/agenda/", {"down": first.pk}).status_code == 302
    assert rita.post(f"{here}/agenda/", {"off": third.pk}).status_code == 302
    assert list(meeting.items.order_by("position")) == [second, first]
    text = text_of(rita.post(f"{here}/agenda/", {"off": third.pk}).content.decode())
    assert "A colleague has taken this problem off the agenda." in text
    for wrong in ({}, {"off": "x"}, {"sideways": first.pk}):
        assert rita.post(f"{here}/agenda/", wrong).status_code == 404
    shown = {"initial-title_en": "Land", "initial-title_zh": meeting.title_zh, "initial-held_on": "2023-08-29"}
    typed = {"title_en": "Land and sea", "title_zh": meeting.title_zh, "held_on": "2023-08-29"}
    Meeting.objects.update(place="Room 2")
    place = {"initial-place": meeting.place, "place": meeting.place}
    assert rita.post(f"{here}/change/", {**shown, **typed, **place}).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.title_en, meeting.place) == ("Land and sea", "Room 2")
    text = text_of(rita.post(f"{here}/change/", {**shown, **typed, **place, "held_on": "2023-02-30"}).content.decode())
    assert "There is no such date" in text

    form = rita.get(f"{here}/directions/{first.pk}/").context["form"]
    lead = problems[0].measure.lead_department
    assert (form["owner"].value(), form["due_on"].value()) == (lead.slug, None)
    given = {"owner": owner.slug, "what": "Give the land", "due_on": "2023-09-30", "helpers": [lead.slug]}
    answer = rita.post(f"{here}/directions/{first.pk}/", {**given, "due_on": "2023-08-01"})
    assert "The day must not lie before today." in text_of(answer.content.decode())
    assert "Give the land" in answer.content.decode()
    answer = rita.post(f"{here}/directions/{first.pk}/", given)
    assert answer["Location"] == f"{here}/"
    step = problems[0].steps.latest("pk")
    assert (step.owner, step.note, step.due_on, step.move) == (owner, "Give the land", DUE, "assign")
    # A second one: what was typed stays on the page.
    answer = rita.post(f"{here}/directions/{first.pk}/", {**given, "what": "Otherwise"})
    assert "A colleague has given the direction on this problem already." in text_of(answer.content.decode())
    assert "Otherwise" in answer.content.decode()
    assert rita.get(f"{here}/directions/{first.pk}/").context["form"] is None
    assert rita.get(f"{here}/directions/{third.pk}/").status_code == 404
    assert rita.get(f"{here}/remove/").context["form"] is None
    empty = make_meeting(held_on=TODAY)
    assert rita.post(f"/meetings/{empty.number}/remove/")["Location"] == "/meetings/"
    assert Meeting.objects.count() == 1


def test_queries_do_not_grow_with_the_rows(problems: list[Problem], owner: Any, rita: Client) -> None:
    def counts() -> list[int]:
        found = []
        for address in (
            "/meetings/",
            "/meetings/1/",
            "/meetings/1/agenda/",
            "/meetings/add/?state=open",
            "/meetings/1/word/",
        ):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert rita.get(address).status_code == 200
            found.append(len(queries))
        return found

    meeting = make_meeting(problems[:1], held_on=TODAY)
    direct(meeting, owner)
    counts()
    before = counts()
    for number in range(4, 12):
        problem = make_problem(make_measure(code=f"M{number:03}"), date(2023, 8, 2))
        meeting.items.create(problem=problem, position=number)
        direct(meeting, make_department(), position=number)
        make_meeting([problem])
    assert counts() == before
