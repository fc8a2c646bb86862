"""The page of the plan as it was first listed: what stood in its first list, and what is otherwise on the day."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.figures import Figures
from measures.editing.scope import change_scope
from measures.editing.terms import change_terms
from office.mergers import merge_departments
from tests import factories as make
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LISTED, MOVED = date(2023, 1, 3), date(2023, 12, 31)


def page(address: str = "/plan/first/", **query: str) -> str:
    answer = Client().get(address, {"lang": "en", **query})
    assert answer.status_code == 200
    return text_of(answer.content.decode())


@pytest.fixture
def site(today: date, open_reading: None) -> SimpleNamespace:
    """A plan of seven measures; an eighth was added in June."""
    energy = make.make_department("energy", short_en="Energy")
    finance = make.make_department("finance", short_en="Finance")
    section = make.make_section(title_en="Innovation", slug="innovation")
    other = make.make_section(title_en="Transport", slug="transport")
    measures = {
        code: make.make_measure(section, energy, code=code, title_en=f"Title {code}", due_on=date(2024, 6, 30))
        for code in ("M001", "M002", "M003", "M004", "M005", "M006", "M007")
    }
    measures["M008"] = make.make_measure(section, energy, code="M008", listed_on=date(2023, 6, 1), due_on=MOVED)
    rita = make.make_user("rita", role="reviewer")
    return SimpleNamespace(
        plan=section.plan, rita=rita, energy=energy, finance=finance, other=other, section=section, **measures
    )


@pytest.fixture
def revised(site: SimpleNamespace) -> SimpleNamespace:
    """The same after a revision in mid-term, with each kind of change once."""
    reason = {"by": site.rita, "reason": "中期调整"}
    change_terms(site.M001, due_on=date(2025, 12, 31), **reason)
    change_terms(site.M001, due_on=date(2025, 6, 30), **reason)
    change_terms(site.M002, lead_department=site.finance, section=site.other, **reason)
    day = {"effective_on": date(2023, 8, 1), **reason}
    change_scope(site.M003, "withdrawn", **day)
    change_scope(site.M004, "withdrawn", successors=[site.M008], **day)
    change_scope(site.M005, "withdrawn", successors=[site.M007, site.M008], **day)
    change_scope(site.M006, "suspended", **day)
    return site


def test_says_what_was_first_listed_and_what_changed_since(revised: SimpleNamespace) -> None:
    assert (
        "7 measures were first listed on 3 January 2023; since then 1 was added, 1 withdrawn, 1 merged into another, "
        "1 split, 1 suspended, 1 has another due date, 1 has another lead department, 1 is in another priority area. "
        "On 29 August 2023 the plan has 4." in page()
    )


def test_each_measure_stands_as_it_was_listed_beside_what_it_is(revised: SimpleNamespace) -> None:
    shown = page()
    for row in (
        "M001 Title M001 Energy 2024-06-30 Was due 2024-06-30, now 2025-06-30 M002",
        "M002 Title M002 Energy 2024-06-30 Was led by Energy, now by Finance Was in “Innovation”, now in “Transport”",
        "M003 Title M003 Energy 2024-06-30 Withdrawn on 2023-08-01 M004",
        "M004 Title M004 Energy 2024-06-30 Merged into M008 on 2023-08-01 M005",
        "M005 Title M005 Energy 2024-06-30 Split into M007, M008 on 2023-08-01 M006",
        "M006 Title M006 Energy 2024-06-30 Suspended on 2023-08-01 M007",
        "M007 Title M007 Energy 2024-06-30 As first listed M008",
        "Energy 2023-12-31 Added on 2023-06-01",
    ):
        assert row in shown
    assert "Titles are as they are today" in shown


def test_counts_agree_with_the_figures_of_the_day(revised: SimpleNamespace) -> None:
    figures = Figures(revised.plan, date(2023, 8, 29))
    assert figures.measures["total"] == 4
    assert figures.due_figures["due_days_moved"] == 1


def test_only_what_changed_is_shown_on_request(revised: SimpleNamespace) -> None:
    shown = page(show="changed")
    assert "As first listed" not in shown and "Title M007" not in shown
    assert "Title M001" in shown and "Added on 2023-06-01" in shown
    assert Client().get("/plan/first/?show=colour").status_code == 400
    assert Client().get("/plan/first/?page=2").status_code == 400


def test_leaving_and_listing_are_of_the_day_and_terms_of_every_day(revised: SimpleNamespace) -> None:
    shown = page(as_of="2023-05-31")
    assert "since then 1 has another due date, 1 has another lead department" in shown
    assert "On 31 May 2023 the plan has 7." in shown
    assert "Withdrawn on" not in shown and "Added on" not in shown
    assert "As of 2 January 2023, no measure is listed yet." in page(as_of="2023-01-02")


def test_an_unchanged_plan_says_so(site: SimpleNamespace) -> None:
    shown = page(as_of="2023-05-31")
    assert "7 measures were first listed on 3 January 2023; nothing on record has changed since." in shown
    assert "Only what changed" not in shown
    empty = page(as_of="2023-05-31", show="changed")
    assert "Nothing on record has changed since the plan was first listed. All measures" in empty


def test_a_due_day_that_was_given_later_was_not_moved(site: SimpleNamespace) -> None:
    first = make.make_measure(site.section, site.energy, code="M009", due_on=None)
    change_terms(first, by=site.rita, reason="明确时限", due_on=date(2024, 6, 30))
    change_terms(site.M001, by=site.rita, reason="取消时限", due_on=None)
    shown = page(as_of="2023-05-31")
    assert "since then 1 has another due date, 1 was given a due date." in shown
    assert "— Had no due date, now due 2024-06-30" in shown
    assert "Was due 2024-06-30, now without a due date" in shown


def test_what_was_changed_back_is_no_difference(site: SimpleNamespace) -> None:
    for day in (date(2025, 12, 31), date(2024, 6, 30)):
        change_terms(site.M001, by=site.rita, reason="更正", due_on=day)
    assert "nothing on record has changed since" in page(as_of="2023-05-31")


def test_a_merged_department_is_named_as_it_led_then(site: SimpleNamespace) -> None:
    merge_departments(site.energy, into=site.finance, by=site.rita, reason="机构改革")
    assert "Title M001 Energy 2024-06-30 Was led by Energy, now by Finance" in page()


def test_the_page_of_the_plan_links_to_it(site: SimpleNamespace) -> None:
    assert "The plan as first listed" in page("/plan/")


def test_of_another_plan_it_shows_nothing(revised: SimpleNamespace) -> None:
    plan = make.make_plan("another", starts_on=date(2022, 1, 1), ends_on=date(2024, 12, 31))
    make.make_measure(make.make_section(plan), revised.energy, code="N001", listed_on=date(2022, 1, 1))
    shown = page(plan="another")
    assert "1 measure was first listed on 1 January 2022; nothing on record has changed since." in shown
    assert "M001" not in shown and "N001" not in page()


def test_statements_do_not_grow_with_the_measures(revised: SimpleNamespace) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            page()
        return len(seen)

    page()
    before = statements()
    for number in range(10, 40):
        measure = make.make_measure(revised.section, revised.energy, code=f"M0{number}", due_on=MOVED)
        make.move_due_day(measure, date(2024, 12, 31))
        make.leave(measure, "suspended", date(2023, 8, 1))
    assert statements() == before


def test_it_reads_in_chinese(revised: SimpleNamespace) -> None:
    shown = text_of(Client().get("/plan/first/?lang=zh-hans").content.decode())
    assert "完成时限原为2024-06-30，现为2025-06-30" in shown
    assert "2023-08-01并入M008" in shown
