"""The log is sealed: what is altered, removed, inserted or put in another order afterwards is found."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.log import Event
from accounts.models import LogSeal
from audit import seals, tasks
from audit.chain import Check
from audit.check import check_log
from audit.noted_seals import read_noted
from audit.seals import METHODS, content_of, link_of, seal_log, seal_state
from pilotzone.schedule import TASKS as SCHEDULE
from tests.factories import make_user
from tests.sweeps import examples

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def add(number: int = 1, **fields: Any) -> list[LogEntry]:
    content_type = ContentType.objects.get_for_model(LogEntry)
    made = [
        LogEntry.objects.create(
            content_type=content_type,
            object_pk=str(each),
            object_repr=f"第{each}项",
            action=LogEntry.Action.UPDATE,
            **{"changes": {"name": ["旧", f"新{each}"]}, "remote_addr": "192.0.2.7", "cid": "4f2a", **fields},
        )
        for each in range(number)
    ]
    return made


@pytest.fixture
def sealed() -> list[LogEntry]:
    """Ten entries, numbers 1 to 10 of the chain."""
    make_user("ada")
    LogEntry.objects.all().delete()
    entries = add(10)
    assert seal_log() == 10
    assert faults() == []
    return entries


def faults(check: Check | None = None) -> list[tuple[str, int | None]]:
    """Each with the number of the seal, or, where there is none, the id of the entry."""
    check = check or check_log()
    assert check.found == len(check.findings)
    return [(each.fault.value, each.entry if each.number is None else each.number) for each in check.findings]


def rows(model: Any, **wanted: Any) -> Any:
    """Past the managers, as in the database itself."""
    return QuerySet(model).filter(**wanted)


# Of the texts {"action":null,…,"timestamp":"2026-01-02T03:04:05.000006+00:00"} and ["",1,7,"2026-…","sha256","…"].
CONTENT = "83b60770e69b74e5a908944e2a6ec9ba6d67050047bd1ae4c34f9de966409530"
FIRST = "4514208d13d88690227d34a18a927aa60f15f1db3c01b619b32dea972ff2eb32"
SECOND = "c1f703ec13251ecbaa12eb80fb9c100317c462210d2c41a5c8a235268eb741aa"


def test_every_column_of_an_entry_is_sealed() -> None:
    """An update of auditlog that brings another column needs a method of sealing with a new name."""
    assert set(METHODS["sha256"].columns) == {field.attname for field in LogEntry._meta.concrete_fields}


def test_a_seal_is_computed_as_it_says() -> None:
    """Written by hand: seals of today must be understood in years."""
    entry = dict.fromkeys(METHODS["sha256"].columns) | {
        "id": 7,
        "object_repr": "项",
        "changes": {"b": 1, "a": [None, "é"]},
    }
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    entry["timestamp"] = moment
    assert content_of(entry, "sha256") == CONTENT
    seal = LogSeal(number=1, entry_id=7, sealed_at=moment, algorithm="sha256", content=CONTENT)
    seal.digest = link_of(None, seal)
    assert seal.digest == FIRST
    following = LogSeal(number=2, entry_id=9, sealed_at=moment, algorithm="sha256", content=CONTENT)
    assert link_of(seal, following) == SECOND


OTHER: dict[str, Any] = {
    "id": 999,
    "timestamp": timedelta(seconds=1),
    "actor_id": "ada",
    "actor_email": "a@example.org",
    "remote_addr": "192.0.2.8",
    "remote_port": 1,
    "cid": "4f2b",
    "content_type_id": "user",
    "object_pk": "x",
    "object_id": 5,
    "object_repr": "第 项",
    "action": 2,
    "changes": {"name": ["旧", "旧"]},
    "changes_text": "x",
    "serialized_data": {"a": 1},
    "additional_data": {"reason": "x"},
}


@pytest.mark.parametrize("column", METHODS["sha256"].columns)
def test_an_altered_column_is_found(column: str, sealed: list[LogEntry]) -> None:
    value = OTHER[column]
    if column == "actor_id":
        value = make_user("ben").pk
        seal_log()
    elif column == "content_type_id":
        value = ContentType.objects.get_for_model(LogSeal).pk
    elif column == "timestamp":
        value = sealed[3].timestamp + value
    before = check_log().found
    rows(LogEntry, pk=sealed[3].pk).update(**{column: value})
    found = faults()
    assert before == 0
    # With another id it is another entry, which has no seal yet.
    assert found == [("removed" if column == "id" else "altered", 4)]


class TestTampering:
    @pytest.mark.parametrize("number", [1, 5, 10])
    def test_a_removed_entry(self, sealed: list[LogEntry], number: int) -> None:
        rows(LogEntry, pk=sealed[number - 1].pk).delete()
        assert faults() == [("removed", number)]

    def test_two_entries_that_changed_places(self, sealed: list[LogEntry]) -> None:
        one, other = (QuerySet(LogEntry).get(pk=sealed[each].pk) for each in (2, 6))
        one.pk, other.pk = other.pk, one.pk
        QuerySet(LogEntry).bulk_update([one, other], ["object_repr", "object_pk", "changes", "timestamp"])
        assert faults() == [("altered", 3), ("altered", 7)]

    def test_two_seals_that_changed_places(self, sealed: list[LogEntry]) -> None:
        for number, entry in ((3, -1), (7, sealed[2].pk), (3, sealed[6].pk)):
            rows(LogSeal, number=number).update(entry_id=entry)
        found = faults()
        assert {("broken", 3), ("broken", 7), ("altered", 3), ("altered", 7)} == set(found)

    def test_an_entry_and_its_seal_that_were_removed(self, sealed: list[LogEntry]) -> None:
        rows(LogEntry, pk=sealed[4].pk).delete()
        rows(LogSeal, number=5)._raw_delete("default")
        assert faults() == [("gap", 6)]

    def test_an_altered_entry_whose_seal_was_made_anew(self, sealed: list[LogEntry]) -> None:
        rows(LogEntry, pk=sealed[4].pk).update(remote_addr="192.0.2.9")
        [entry] = rows(LogEntry, pk=sealed[4].pk).values()
        seal = LogSeal.objects.get(number=5)
        seal.content = content_of(entry, "sha256")
        seal.digest = link_of(LogSeal.objects.get(number=4), seal)
        rows(LogSeal, number=5).update(content=seal.content, digest=seal.digest)
        assert faults() == [("broken", 6)]

    def test_the_first_entries_with_their_seals(self, sealed: list[LogEntry]) -> None:
        """The first entries are gone as if they had been pruned, but the log would say so."""
        rows(LogEntry, pk__lte=sealed[4].pk).delete()
        rows(LogSeal, number__lt=5)._raw_delete("default")
        assert faults() == [("gap", 5), ("removed", 5)]

    @pytest.mark.parametrize("column", ["content", "digest", "algorithm", "sealed_at"])
    def test_an_altered_seal(self, sealed: list[LogEntry], column: str) -> None:
        value = now() - timedelta(minutes=1) if column == "sealed_at" else "0"
        rows(LogSeal, number=5).update(**{column: value})
        assert faults()[0] == ("broken", 5)

    def test_an_entry_inserted_among_old_ones_is_never_sealed(
        self, sealed: list[LogEntry], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        two_hours_ago = now() - timedelta(hours=2)
        monkeypatch.setattr(seals, "now", lambda: two_hours_ago)
        hole, _other = add(2)
        place = hole.pk
        hole.delete()
        seal_log()
        monkeypatch.undo()
        [inserted] = add(pk=place)
        assert seal_log() == 0
        assert ("unsealed", inserted.pk) in faults()

    def test_an_entry_inserted_with_an_old_time_is_named_though_it_was_sealed(self, sealed: list[LogEntry]) -> None:
        add(timestamp=now() - timedelta(hours=3))
        seal_log()
        assert faults() == [("order", 11)]

    def test_an_entry_with_a_time_to_come_is_named_and_no_other(self, sealed: list[LogEntry]) -> None:
        add(timestamp=now() + timedelta(days=3))
        seal_log()
        add()
        seal_log()
        assert faults() == [("order", 11)]

    def test_an_entry_waits_ten_minutes_before_it_is_named(self, sealed: list[LogEntry]) -> None:
        [fresh] = add(timestamp=now() - timedelta(minutes=9))
        assert faults() == []
        rows(LogEntry, pk=fresh.pk).update(timestamp=now() - timedelta(minutes=11))
        assert faults() == [("unsealed", fresh.pk)]

    def test_a_chain_that_was_cut_off_is_found_by_a_noted_seal(self, sealed: list[LogEntry]) -> None:
        noted = read_noted(str(LogSeal.objects.get(number=9)))
        assert faults(check_log(noted=[noted])) == []
        rows(LogSeal, number__gte=8)._raw_delete("default")
        rows(LogEntry, pk__gte=sealed[7].pk).delete()
        assert faults() == []
        assert faults(check_log(noted=[noted])) == [("noted", 9)]

    def test_a_chain_that_was_made_anew_is_found_by_what_the_nightly_check_wrote(self, sealed: list[LogEntry]) -> None:
        tasks.verify_log_task.apply(throw=True)
        seal_log()
        assert faults() == []
        rows(LogEntry, pk=sealed[4].pk).update(remote_addr="192.0.2.9")
        QuerySet(LogSeal)._raw_delete("default")
        seal_log()
        assert faults() == [("noted", 10)]
        rows(LogEntry, additional_data__event=Event.LOG_CHECKED).update(
            additional_data={"event": "log_checked", "seal": 3}
        )
        assert ("altered", 11) in faults()

    def test_only_the_newest_are_read_where_only_these_are_asked_for(self, sealed: list[LogEntry]) -> None:
        rows(LogEntry, pk=sealed[1].pk).update(cid="x")
        rows(LogEntry, pk=sealed[8].pk).update(cid="x")
        check = check_log(newest=4)
        assert (faults(check), check.checked) == ([("altered", 9)], 4)


class TestSealing:
    def test_the_task_may_run_twice(self, sealed: list[LogEntry]) -> None:
        tasks.seal_log_task.apply(throw=True)
        assert LogSeal.objects.count() == 10
        add(3)
        for _run in range(2):
            tasks.seal_log_task.apply(throw=True)
        assert [seal.number for seal in LogSeal.objects.all()] == list(range(1, 14))

    def test_many_are_sealed_in_pieces_of_four_statements(
        self, sealed: list[LogEntry], monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
    ) -> None:
        monkeypatch.setattr(seals, "CHUNK", 20)
        add(55)
        # Two ask what waits. Each piece: savepoint, lock, newest, entries, seals, release.
        with django_assert_max_num_queries(2 + 3 * 6):
            assert seal_log() == 55
        assert faults() == []

    def test_where_nothing_waits_nobody_waits_for_it(
        self, sealed: list[LogEntry], django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(2):
            assert seal_log() == 0

    def test_an_entry_that_was_committed_late_is_sealed_after_those_with_higher_ids(
        self, sealed: list[LogEntry]
    ) -> None:
        late, *others = add(4)
        late_row = rows(LogEntry, pk=late.pk)
        kept = QuerySet(LogEntry).get(pk=late.pk)
        late_row.delete()
        assert seal_log() == 3
        kept.save(force_insert=True)
        assert seal_log() == 1
        ids = LogSeal.objects.filter(number__gt=10).order_by("number").values_list("entry_id", flat=True)
        assert list(ids) == [*[each.pk for each in others], late.pk]
        assert faults() == []

    def test_the_newest_seal_is_one_line_of_the_log_of_the_server(
        self, sealed: list[LogEntry], caplog: pytest.LogCaptureFixture
    ) -> None:
        add(2)
        with caplog.at_level("INFO", "audit.seals"):
            seal_log()
            seal_log()
        newest = LogSeal.objects.get(number=12)
        assert [record.getMessage() for record in caplog.records] == [
            f"The log is sealed up to 12:{newest.digest} (2 entries)."
        ]

    def test_the_state_says_what_waits(self, sealed: list[LogEntry]) -> None:
        add(3)
        state = seal_state()
        assert (state.newest, state.waiting) == (LogSeal.objects.get(number=10), 3)

    def test_it_runs_each_minute_and_the_check_each_night(self) -> None:
        by_task = {each["task"]: each["schedule"] for each in SCHEDULE.values()}
        assert by_task["audit.tasks.seal_log_task"] == 60.0
        assert (by_task["audit.tasks.verify_log_task"].hour, by_task["audit.tasks.verify_log_task"].minute) == (
            {23},
            {45},
        )

    def test_the_nightly_check_names_what_it_finds(
        self, sealed: list[LogEntry], caplog: pytest.LogCaptureFixture
    ) -> None:
        rows(LogEntry, pk=sealed[4].pk).delete()
        tasks.verify_log_task.apply(throw=True)
        errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert len(errors) == 2
        assert f"{sealed[4].pk}" in errors[0]
        told = LogEntry.objects.filter(additional_data__event=Event.LOG_CHECKED).get().additional_data
        assert (told["checked"], told["found"], told["seal"]) == (10, 1, str(LogSeal.objects.get(number=10)))


class TestCommand:
    @staticmethod
    def run(*options: str) -> str:
        out = io.StringIO()
        call_command("verify_audit", *options, stdout=out)
        return out.getvalue()

    def test_says_that_all_is_well(self, sealed: list[LogEntry]) -> None:
        newest = LogSeal.objects.get(number=10)
        said = self.run("--seal", str(newest))
        assert "Checked 10 entries in " in said
        assert f"the newest seal is {newest}." in said
        assert "Every entry is as it was sealed." in said

    def test_names_what_is_not_and_fails(self, sealed: list[LogEntry]) -> None:
        rows(LogEntry, pk=sealed[4].pk).update(cid="x")
        out = io.StringIO()
        with pytest.raises(CommandError, match="1 fault: "):
            call_command("verify_audit", stdout=out)
        assert f"Entry {sealed[4].pk} (seal 5) was altered.\n" in out.getvalue()

    def test_a_seal_that_is_not_there_fails_it(self, sealed: list[LogEntry]) -> None:
        with pytest.raises(CommandError, match="1 fault"):
            self.run("--seal", f"10:{'0' * 64}")

    @pytest.mark.parametrize("text", ["10", "x:00", ":", "9" * 19 + ":00"])
    def test_a_seal_that_cannot_be_read_is_refused(self, text: str) -> None:
        with pytest.raises(CommandError, match="NUMBER:DIGEST"):
            self.run("--seal", text)

    def test_an_empty_log_is_hardly_the_one_that_is_meant(self) -> None:
        LogEntry.objects.all().delete()
        with pytest.raises(CommandError, match="has no entries"):
            self.run()
        assert "the newest seal is none" in self.run("--even-empty")


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc字", max_size=3), inner, max_size=3),
    max_leaves=5,
)


class TestAnyEntry(TestCase):
    """Entries with any content: each is read from the database as it was sealed, and any two differ."""

    @settings(deadline=None, max_examples=examples(25), suppress_health_check=[HealthCheck.too_slow])
    @given(changes=JSON, data=JSON, text=TEXTS)
    def test_is_sealed_and_stays_well(self, changes: Any, data: Any, text: str) -> None:
        add(changes=changes, additional_data=data, actor_email=text[:254])
        seal_log()
        self.assertEqual(faults(), [])

    @settings(deadline=None, max_examples=examples(50), suppress_health_check=[HealthCheck.too_slow])
    @given(one=JSON, other=JSON)
    def test_with_other_values_it_has_another_digest(self, one: Any, other: Any) -> None:
        entry = dict.fromkeys(METHODS["sha256"].columns)
        alike = repr(one) == repr(other) or one == other
        digests = {content_of({**entry, "changes": each}, "sha256") for each in (one, other)}
        self.assertTrue(alike or len(digests) == 2)
