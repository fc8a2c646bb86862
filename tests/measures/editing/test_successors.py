"""Measures that are merged into others, or split: what counts on which day, what both pages say, what is refused."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.utils import translation

from accounts.models import User
from core.exceptions import NotAllowed
from core.scope import ScopeKind
from measures.editing.scope import change_scope
from measures.editing.terms import move_listing
from measures.models import Measure, ScopeChange
from rollups import engine
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_rollups
from tests.factories import leave, make_change, make_department, make_measure, make_plan, make_section, make_user
from tests.pages import text_of

pytestmark = pytest.mark.django_db
TODAY, LISTED, MARCH, MAY = date(2023, 8, 29), date(2023, 1, 3), date(2023, 3, 1), date(2023, 5, 1)
FORM = "/measures/M101/scope/"
REASON = "职责调整"


@pytest.fixture(autouse=True)
def _english(today: date, open_reading: None, client: Any) -> Iterator[None]:
    client.cookies["pilotzone_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def rita() -> User:
    return make_user("rita", role="reviewer")


@pytest.fixture
def measures() -> list[Measure]:
    """M101, M102 and M103 of one priority area: the first completed in February, the second under way, the third with
    progress made since then."""
    section, lead = make_section(), make_department("science")
    codes = ("M101", "M102", "M103")
    found = [make_measure(section, lead, code=code, title_en=f"Title of {code}", listed_on=LISTED) for code in codes]
    make_change(found[0], "completed", date(2023, 2, 1))
    make_change(found[2], "in_progress", date(2023, 2, 1))
    return found


def pass_on(measure: Measure, *successors: Measure, by: User, on: date = MAY) -> ScopeChange:
    return change_scope(measure, ScopeKind.WITHDRAWN, by=by, effective_on=on, reason=REASON, successors=successors)


def counts(plan_id: int, day: date) -> tuple[int, int, int, int]:
    """Total, completed, progress made, under way."""
    found = engine.read_cells("measures", plan_id=plan_id, day=day, today=TODAY).totals()
    total, completed, in_progress, promoting = (
        found.get(name, 0) for name in ("total", "completed", "in_progress", "promoting")
    )
    return total, completed, in_progress, promoting


def api(client: Any, code: str, day: date = TODAY) -> tuple[list[str], list[str]]:
    row = client.get(f"/api/v1/measures/{code}/?as_of={day}").json()
    return row["predecessors"], row["successors"]


@pytest.mark.both_databases
def test_two_measures_become_one_and_the_days_before_keep_their_totals(
    measures: list[Measure], rita: User, client: Any
) -> None:
    first, second, third = measures
    rebuild_rollups()
    days = (date(2023, 4, 30), MAY, TODAY)
    assert [counts(first.plan_id, day) for day in days] == [(3, 1, 1, 1)] * 3
    pass_on(first, third, by=rita)
    pass_on(second, third, by=rita)
    refresh_stale_rollups()
    assert [counts(first.plan_id, day) for day in days] == [(3, 1, 1, 1), (1, 0, 1, 0), (1, 0, 1, 0)]
    assert verify_rollups() == []
    assert api(client, "M103") == (["M101", "M102"], [])
    assert api(client, "M101") == api(client, "M102") == ([], ["M103"])
    assert api(client, "M103", date(2023, 4, 30)) == api(client, "M101", date(2023, 4, 30)) == ([], [])


def test_one_measure_becomes_two(measures: list[Measure], rita: User, client: Any) -> None:
    first, second, third = measures
    pass_on(first, third, second, by=rita)
    assert [counts(first.plan_id, day) for day in (date(2023, 4, 30), MAY)] == [(3, 1, 1, 1), (2, 0, 1, 1)]
    assert api(client, "M101") == ([], ["M102", "M103"])
    assert api(client, "M102") == api(client, "M103") == (["M101"], [])


def test_a_new_measure_takes_over_from_the_day_on_which_it_is_listed(measures: list[Measure], rita: User) -> None:
    new = make_measure(measures[0].section, code="M104", listed_on=MAY)
    pass_on(measures[0], new, by=rita)
    assert [counts(new.plan_id, day)[0] for day in (date(2023, 4, 30), MAY)] == [3, 3]


def test_the_pages_of_both_say_it_from_the_day_on(measures: list[Measure], rita: User, client: Any) -> None:
    pass_on(measures[0], measures[1], by=rita)
    old = text_of(client.get("/measures/M101/").content.decode())
    assert f"Withdrawn Since 1 May 2023: {REASON} Merged into M102 It counts in no total from that day on." in old
    assert "Taken over by M102 Title of M102" in old
    new = text_of(client.get("/measures/M102/").content.decode())
    assert f"Takes over from M101 Title of M101 Since 1 May 2023: {REASON}" in new
    for code in ("M101", "M102"):
        before = text_of(client.get(f"/measures/{code}/?as_of=2023-04-30").content.decode())
        assert "Merged into" not in before
        assert "Takes over from" not in before
    pass_on(measures[1], measures[2], make_measure(measures[0].section, code="M104"), by=rita, on=TODAY)
    assert "Split into M103, M104" in text_of(client.get("/measures/M102/").content.decode())


def test_the_page_of_changes_and_both_histories_say_it(measures: list[Measure], rita: User, client: Any) -> None:
    pass_on(measures[0], measures[1], by=rita)
    page = client.get(f"/changes/?plan={measures[0].plan.slug}&as_of=2023-08-29&compare=2023-03-31")
    assert "M101 Title of M101 Withdrawn Merged into M102" in text_of(page.content.decode())
    client.force_login(rita)
    histories = [text_of(client.get(f"/office/measures/{code}/").content.decode()) for code in ("M101", "M102")]
    assert f"Merged into M102 from 2023-05-01 {REASON}" in histories[0]
    assert f"Takes over from M101 from 2023-05-01 {REASON}" in histories[1]
    changes = client.get("/api/v1/measures/M101/history/").json()["scope_changes"]
    assert [(each["kind"], each["successors"]) for each in changes] == [("withdrawn", ["M102"])]


def test_resuming_the_withdrawn_one_ends_it_and_both_rows_stay(
    measures: list[Measure], rita: User, client: Any
) -> None:
    pass_on(measures[0], measures[1], by=rita)
    change_scope(measures[0], ScopeKind.RESUMED, by=rita, effective_on=date(2023, 6, 1), reason="合并有误")
    assert api(client, "M101") == api(client, "M102") == ([], [])
    assert api(client, "M102", date(2023, 5, 31)) == (["M101"], [])
    days = (date(2023, 5, 31), date(2023, 6, 1))
    assert [counts(measures[0].plan_id, day)[0] for day in days] == [2, 3]
    page = text_of(client.get("/measures/M101/").content.decode())
    assert "Withdrawn Merged into M102" in page
    assert "Taken over by" not in page


def test_both_are_updated_for_who_asks_what_changed_since(measures: list[Measure], rita: User) -> None:
    def written() -> list[Any]:
        return list(Measure.objects.order_by("code").values_list("updated_at", flat=True))

    before = written()
    pass_on(measures[0], measures[1], by=rita)
    merged = written()
    assert [old == new for old, new in zip(before, merged, strict=True)] == [False, False, True]
    change_scope(measures[0], ScopeKind.RESUMED, by=rita, effective_on=TODAY, reason="合并有误")
    assert [old == new for old, new in zip(merged, written(), strict=True)] == [False, False, True]


def test_the_log_keeps_who_follows_whom(measures: list[Measure], rita: User) -> None:
    change = pass_on(measures[0], measures[1], by=rita)
    entries = LogEntry.objects.get_for_object(change).order_by("pk")
    assert [entry.changes["successors"]["objects"] for entry in entries if "successors" in entry.changes] == [
        [str(measures[1])]
    ]


@pytest.mark.parametrize(
    ("kind", "codes", "sentence"),
    [
        (ScopeKind.WITHDRAWN, ["M101"], "A measure cannot take over from itself."),
        (ScopeKind.WITHDRAWN, ["M102", "M101"], "A measure cannot take over from itself."),
        (ScopeKind.SUSPENDED, ["M102"], "Only a measure that is withdrawn is taken over by others."),
        (ScopeKind.WITHDRAWN, ["M102", "N201"], "N201 is not in the plan on 2023-05-01"),
        (ScopeKind.WITHDRAWN, ["L301"], "L301 is not in the plan on 2023-05-01"),
        (ScopeKind.WITHDRAWN, ["W401"], "W401 is not in the plan on 2023-05-01"),
        (ScopeKind.WITHDRAWN, ["S501"], "S501 is not in the plan on 2023-05-01"),
    ],
)
def test_who_cannot_take_over_is_refused(
    measures: list[Measure], rita: User, kind: ScopeKind, codes: list[str], sentence: str
) -> None:
    """Refuses a measure itself, one of another plan, one that is listed later, and one that is out on the day."""
    make_measure(make_section(make_plan("another")), code="N201")
    make_measure(measures[0].section, code="L301", listed_on=date(2023, 5, 2))
    leave(make_measure(measures[0].section, code="W401"), "withdrawn", MAY)
    leave(make_measure(measures[0].section, code="S501"), "suspended", MARCH)
    before = ScopeChange.objects.count()
    with pytest.raises(NotAllowed, match=sentence) as refusal:
        change_scope(
            measures[0],
            kind,
            by=rita,
            effective_on=MAY,
            reason=REASON,
            successors=Measure.objects.filter(code__in=codes),
        )
    assert refusal.value.field == "successors"
    assert ScopeChange.objects.count() == before


def test_measures_take_over_in_no_circle(measures: list[Measure], rita: User) -> None:
    first, second, third = measures
    pass_on(first, second, by=rita)
    with pytest.raises(NotAllowed, match="M101 is not in the plan on 2023-08-29"):
        pass_on(second, first, by=rita, on=TODAY)
    for day in (MARCH, MAY):
        with pytest.raises(NotAllowed, match="It takes over from M101 on 2023-05-01, and can leave only after"):
            pass_on(second, first, by=rita, on=day)
    with pytest.raises(NotAllowed, match="It takes over from M101"):
        change_scope(second, ScopeKind.SUSPENDED, by=rita, effective_on=MARCH, reason=REASON)
    pass_on(second, third, by=rita, on=date(2023, 5, 2))
    with pytest.raises(NotAllowed, match="is not in the plan"):
        pass_on(third, first, by=rita, on=TODAY)


def test_nothing_rests_on_a_merger_that_was_taken_back_the_same_day(measures: list[Measure], rita: User) -> None:
    pass_on(measures[0], measures[1], by=rita)
    change_scope(measures[0], ScopeKind.RESUMED, by=rita, effective_on=MAY, reason="合并有误")
    pass_on(measures[1], measures[0], by=rita)
    assert measures[1].scope_changes.get().successors.get() == measures[0]


def test_who_takes_over_is_not_listed_later(measures: list[Measure], rita: User) -> None:
    pass_on(measures[0], measures[1], by=rita)
    move_listing(measures[1], by=rita, listed_on=MARCH)
    with pytest.raises(NotAllowed, match="takes over from another one on 2023-05-01"):
        move_listing(measures[1], by=rita, listed_on=date(2023, 5, 2))


def test_only_the_office_merges(measures: list[Measure], client: Any) -> None:
    ada = make_user("ada", role="reporter", department=measures[0].lead_department)
    with pytest.raises(NotAllowed):
        pass_on(measures[0], measures[1], by=ada)
    client.force_login(ada)
    values = {"kind": "withdrawn", "effective_on": "2023-05-01", "successors": "M102", "reason": REASON}
    assert client.post(FORM, values).status_code == 403
    assert not ScopeChange.objects.exists()


def test_the_office_merges_on_a_page_and_what_was_typed_stays(measures: list[Measure], rita: User, client: Any) -> None:
    client.force_login(rita)
    assert "merge, split or resume" in text_of(client.get("/measures/M101/").content.decode())
    values = {"kind": "withdrawn", "effective_on": "2023-05-01", "reason": REASON}
    for typed, sentence in (
        ("M102; X999", "The plan has no measure of the code X999."),
        ("M101", "A measure cannot take over from itself."),
    ):
        page = client.post(FORM, values | {"successors": typed}).content.decode()
        assert sentence in text_of(page)
        assert REASON in page
        assert f'value="{typed}"' in page
    assert not ScopeChange.objects.exists()
    assert client.post(FORM, values | {"successors": "Ｍ１０３；M102"}).status_code == 302
    row = ScopeChange.objects.get()
    assert (row.kind, row.effective_on, row.reason, row.recorded_by) == ("withdrawn", MAY, REASON, rita)
    assert [each.code for each in row.successors.all()] == ["M102", "M103"]
    assert 'name="successors"' not in client.get(FORM).content.decode()
    client.post(FORM, {"kind": "resumed", "effective_on": "2023-06-01", "successors": "M102", "reason": REASON})
    assert [each.successors.count() for each in ScopeChange.objects.order_by("pk")] == [2, 0]
