"""Whoever writes to the database can make the log's chain anew: seals that stand elsewhere tell.

Each attack is tried against each witness alone. `docs/security.md` has the same table.
"""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import QuerySet
from django.utils.timezone import now

from accounts.log import Event, log_event_of_log
from accounts.models import LogSeal, Role
from audit import seals, tasks
from audit.archive import prune_log
from audit.check import check_log
from audit.noted_seals import Restoration, keep_restorations, note_restoration, read_noted, restorations, seal_notes
from audit.seals import newest_seal, seal_log
from backups.manifest import Manifest
from notices.models import NoticeKind
from notices.wording import notice_sentence, notice_url
from tests.audit.test_archive import seal_days_ago
from tests.audit.test_seals import add, faults, rows
from tests.factories import make_user
from tests.services import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

WITNESSES = ("none", "backup", "mail", "file")
EVERYBODY, ELSEWHERE, FILE, NOBODY = set(WITNESSES), {"backup", "mail", "file"}, {"file"}, set[str]()


@pytest.fixture
def site(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    settings.PILOTZONE_BACKUP_DIR = tmp_path / "backups"
    settings.PILOTZONE_SEAL_FILE = tmp_path / "seals.txt"
    settings.PILOTZONE_BACKUP_DIR.mkdir()
    return tmp_path


def back_up(folder: Path, *, at: datetime | None = None) -> None:
    """Write a backup that has its list of contents alone."""
    folder.mkdir()
    moment = (at or now()).isoformat()
    Manifest(
        *("0.2.2", "abc", moment, "sqlite", [], {}, {}, []),
        seal=str(newest_seal()),
    ).write(folder)


@pytest.fixture
def night(site: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Entries 1 to 5 of more than a year ago and 6 to 10 of last night, when each witness saw them; 11 and 12 are the
    note of the check, and one of today. The seal of the mail."""
    make_user("otto", role=Role.AUDITOR, email="otto@example.org")
    LogEntry.objects.all().delete()
    seal_days_ago(400, 5, monkeypatch)
    add(5)
    seal_log()
    back_up(settings.PILOTZONE_BACKUP_DIR / "2026-12-01T0130")
    tasks.verify_log_task.apply(throw=True)
    add()
    assert seal_log() == 2
    assert faults() == []
    [sent] = mail.outbox
    [seal] = re.findall("^[0-9]+:[0-9a-f]{64}$", sent.body, flags=re.MULTILINE)
    return seal


def entry(number: int) -> Any:
    return rows(LogEntry, pk=LogSeal.objects.get(number=number).entry_id)


def make_anew() -> None:
    """The whole chain, with the times that the seals had."""
    moments = dict(LogSeal.objects.values_list("entry_id", "sealed_at"))
    QuerySet(LogSeal)._raw_delete("default")
    previous = None
    for each in LogEntry.objects.order_by("pk").values(*seals.COLUMNS):
        previous = seals._next_seal(previous, each, moments.get(each["id"], now()))
        previous.save(force_insert=True)


def alter(number: int) -> None:
    entry(number).update(remote_addr="192.0.2.9")


def swap_entries() -> None:
    one, other = entry(7).get(), entry(9).get()
    one.object_repr, other.object_repr = other.object_repr, one.object_repr
    QuerySet(LogEntry).bulk_update([one, other], ["object_repr"])


def swap_seals() -> None:
    first, second = (LogSeal.objects.get(number=number).entry_id for number in (7, 9))
    for number, value in ((7, -1), (9, first), (7, second)):
        rows(LogSeal, number=number).update(entry_id=value)


def remove_with_seal() -> None:
    entry(8).delete()
    rows(LogSeal, number=8)._raw_delete("default")


def truncate(number: int) -> None:
    """Remove all after a number, and have the database count on from there, as if nothing had come after."""
    last = LogSeal.objects.get(number=number).entry_id
    rows(LogSeal, number__gt=number)._raw_delete("default")
    rows(LogEntry, pk__gt=last).delete()
    add(1, pk=last + 1)


def remove_all() -> None:
    QuerySet(LogSeal)._raw_delete("default")
    QuerySet(LogEntry)._raw_delete("default")


def alter_and_make_anew(number: int) -> None:
    alter(number)
    make_anew()


def rewrite_nightly_note() -> None:
    alter(7)
    note = entry(11).get()
    # What is noted must fit once the chain before it was made anew.
    make_anew()
    note.additional_data |= {"seal": str(LogSeal.objects.get(number=10))}
    rows(LogEntry, pk=note.pk).update(additional_data=note.additional_data)
    make_anew()


def forge_pruning() -> None:
    """Remove the first entries and log a pruning that wrote no file."""
    seal = LogSeal.objects.get(number=5)
    told = {"file": "log-1-5.ndjson.gz", "sha256": "0" * 64, "entries": 5, "days": 365}
    rows(LogEntry, pk__lte=seal.entry_id).delete()
    rows(LogSeal, number__lt=5)._raw_delete("default")
    log_event_of_log(Event.LOG_PRUNED, seal=str(seal), **told)


def forge_pruning_with_file() -> None:
    """Prune entries that were altered: the file is in order in itself, and so is the chain that goes on after it."""
    alter(3)
    rewrite_nightly_note()
    assert prune_log() == 5


def insert(*, hours: int) -> None:
    add(1, timestamp=now() - timedelta(hours=hours))


# Attack -> what is done, and who notices.
ATTACKS: dict[str, tuple[Callable[[], object], set[str]]] = {
    "an entry is altered": (lambda: alter(7), EVERYBODY),
    "an entry is deleted": (lambda: entry(8).delete(), EVERYBODY),
    "an entry is deleted with its seal": (remove_with_seal, EVERYBODY),
    "two entries change places": (swap_entries, EVERYBODY),
    "two seals change places": (swap_seals, EVERYBODY),
    "an entry is inserted and dated three hours earlier": (lambda: insert(hours=3), EVERYBODY),
    "an entry is inserted and dated within the last hour": (lambda: insert(hours=0), NOBODY),
    "the tail is cut off behind last night": (lambda: truncate(11), FILE),
    "the tail is cut off before last night": (lambda: truncate(8), ELSEWHERE),
    "all is deleted": (remove_all, ELSEWHERE),
    "an entry is altered and the chain made anew, before the check of the night": (
        lambda: alter_and_make_anew(12),
        FILE,
    ),
    "an entry is altered and the chain made anew, after the check of the night": (
        lambda: alter_and_make_anew(7),
        EVERYBODY,
    ),
    "the same, and the note of that check is rewritten": (rewrite_nightly_note, ELSEWHERE),
    "a pruning is forged, without a file": (forge_pruning, EVERYBODY),
    "a pruning is forged, with a file that fits": (forge_pruning_with_file, ELSEWHERE),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_who_notices(attack: str, night: str, settings: Any) -> None:
    do, expected = ATTACKS[attack]
    do()
    backups, file = settings.PILOTZONE_BACKUP_DIR, settings.PILOTZONE_SEAL_FILE
    settings.PILOTZONE_BACKUP_DIR = settings.PILOTZONE_SEAL_FILE = None
    # What the witness has noted until now: the site goes on sealing.
    seal_log()
    noticed = {
        "none": check_log(),
        "backup": check_log(places=[backups]),
        "mail": check_log(noted=[read_noted(night)]),
        "file": check_log(places=[file]),
    }
    assert {name for name, check in noticed.items() if check.found} == expected


def test_the_table_of_the_manual_says_the_same() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = {
        attack: {name for name, cell in zip(WITNESSES, cells.split("|"), strict=True) if "seen" in cell}
        for attack, cells in re.findall(r"^\| (?!attack)([^|]+) \|((?: (?:seen|-) \|){3} (?:seen|-)) \|$", text, re.M)
    }
    assert table == {attack: expected for attack, (_do, expected) in ATTACKS.items()}


class TestFile:
    def test_each_run_that_seals_adds_a_line(self, night: str, settings: Any) -> None:
        path = settings.PILOTZONE_SEAL_FILE
        assert [line.split(" ")[1].partition(":")[0] for line in path.read_text().splitlines()] == ["5", "10", "12"]
        assert path.stat().st_mode & 0o077 == 0o040
        seal_log()
        assert len(path.read_text().splitlines()) == 3

    def test_one_that_cannot_be_written_holds_up_no_seal(
        self, night: str, site: Path, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.PILOTZONE_SEAL_FILE = site / "away" / "seals.txt"
        add()
        assert seal_log() == 1
        assert "could not be added to" in caplog.text
        assert faults() == []

    def test_half_a_line_says_nothing(self, night: str, settings: Any) -> None:
        with settings.PILOTZONE_SEAL_FILE.open("a") as file:
            file.write("2026-12-01T00:00:00+00:00 12\n2026-12-01T00:00:00 12:00\n12:00\n")
        assert faults() == []
        assert faults(check_log(newest=3)) == []

    def test_a_quick_look_reads_its_last_line(self, night: str, settings: Any) -> None:
        settings.PILOTZONE_BACKUP_DIR = None
        path = settings.PILOTZONE_SEAL_FILE
        path.write_text(f"{now().isoformat()} 10:{'0' * 64}\n" * 10 + f"{now().isoformat()} {newest_seal()}\n")
        assert faults(check_log(newest=3)) == []
        assert faults() == [("noted_elsewhere", 10)]

    def test_a_place_that_is_not_there_is_an_error(self, night: str, site: Path) -> None:
        with pytest.raises(CommandError, match="nowhere"):
            call_command("verify_audit", seals=[site / "nowhere"], stdout=io.StringIO())


class TestRestored:
    def test_what_was_noted_since_the_backup_counts_no_longer(self, night: str, settings: Any) -> None:
        made_at = now() - timedelta(minutes=5)
        truncate(8)
        seal_log()
        assert {fault for fault, _number in faults()} == {"noted_elsewhere"}
        note_restoration(made_at)
        assert faults() == []

    def test_what_was_noted_before_the_backup_or_after_it_was_brought_back_counts(
        self, night: str, settings: Any
    ) -> None:
        day = timedelta(days=1)
        note_restoration(now() - 3 * day)
        for name, at in (("early", now() - 4 * day), ("late", now() + day), ("between", now() - day)):
            back_up(settings.PILOTZONE_BACKUP_DIR / name, at=at)
        settings.PILOTZONE_SEAL_FILE = None
        assert {Path(note.place).name for note in seal_notes()} == {"early", "late"}

    def test_earlier_ones_stay(self, site: Path) -> None:
        first = Restoration(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
        keep_restorations([first])
        note_restoration(datetime(2026, 4, 1, tzinfo=UTC))
        keep_restorations([first])
        assert [each.made_at.month for each in restorations()] == [1, 4]

    def test_a_backup_that_is_older_than_a_night_is_no_night_without_a_check(
        self, night: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("audit.seals.now", lambda: now() + timedelta(days=3))
        add()
        seal_log()
        assert {fault for fault, _number in faults()} >= {"not_checked"}
        monkeypatch.setattr("audit.noted_seals.now", lambda: now() + timedelta(days=2.9))
        note_restoration(now() - timedelta(days=1))
        assert "not_checked" not in {fault for fault, _number in faults()}


class TestSkippedIds:
    @pytest.fixture
    def removed(self, night: str) -> int:
        """An entry that was removed before it was sealed, and one after it."""
        one, _other = add(2)
        rows(LogEntry, pk=one.pk).delete()
        seal_log()
        return one.pk or 0

    def test_are_counted(self, removed: int) -> None:
        assert check_log().skipped == 1

    def test_are_a_fault_where_nothing_else_skips_any(self, removed: int) -> None:
        expected = [("skipped", 13)] if connection.vendor == "sqlite" else []
        assert faults() == faults(check_log(newest=4)) == expected

    def test_one_that_waits_for_its_seal_is_none(self, night: str) -> None:
        late, _other = add(2)
        kept = QuerySet(LogEntry).get(pk=late.pk)
        rows(LogEntry, pk=late.pk).delete()
        seal_log()
        kept.save(force_insert=True)
        assert check_log().skipped == 0


class TestNights:
    def test_one_without_a_check_is_named(self, night: str, monkeypatch: pytest.MonkeyPatch) -> None:
        later = now() + timedelta(hours=27)
        monkeypatch.setattr(seals, "now", lambda: later)
        add()
        seal_log()
        assert faults() == [("not_checked", None)]

    def test_a_site_that_was_off_is_not(self, night: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("audit.check.now", lambda: now() + timedelta(days=3))
        assert faults() == []


class TestAlarm:
    @pytest.fixture(autouse=True)
    def people(self, night: str) -> None:
        make_user("ada", role=Role.ADMINISTRATOR, email="ada@example.org")
        make_user("rita", role=Role.REVIEWER, email="rita@example.org")
        make_user("gone", role=Role.ADMINISTRATOR, email="gone@example.org", is_active=False)
        mail.outbox.clear()

    def test_whoever_reads_the_log_gets_a_notice_and_an_e_mail(self, django_user_model: Any) -> None:
        alter(7)
        tasks.verify_log_task.apply(throw=True)
        assert {each.to[0]: each.subject for each in mail.outbox} == {
            "ada@example.org": "日志与封存时不一致",
            "otto@example.org": "日志与封存时不一致",
        }
        assert "192.0.2" not in mail.outbox[0].body
        told = {person.username: person.notices.get() for person in django_user_model.objects.filter(notices__gt=0)}
        assert set(told) == {"ada", "otto"}
        notice = told["ada"]
        assert notice.kind == NoticeKind.LOG_ALARM
        assert notice_url(notice) == "/log/check/"
        assert notice_sentence(notice)

    def test_where_all_is_well_auditors_get_the_newest_seal_and_nobody_a_notice(self, django_user_model: Any) -> None:
        tasks.verify_log_task.apply(throw=True)
        [sent] = mail.outbox
        assert sent.to == ["otto@example.org"]
        assert str(LogSeal.objects.get(number=12)) in sent.body
        assert not django_user_model.objects.filter(notices__gt=0).exists()

    def test_a_mail_server_that_fails_holds_up_nobody(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*args: Any) -> None:
            raise OSError("away")

        monkeypatch.setattr("audit.mail.send_mail", fail)
        tasks.verify_log_task.apply(throw=True)
        assert "could not be told by e-mail" in caplog.text


def test_the_command_says_with_what_it_compared(night: str, site: Path, settings: Any) -> None:
    out = io.StringIO()
    note_restoration(now())
    call_command("verify_audit", stdout=out)
    assert f"Compared with the seals in {settings.PILOTZONE_BACKUP_DIR}/2026-12-01T0130, " in out.getvalue()
    assert "was brought back at" in out.getvalue()
    settings.PILOTZONE_BACKUP_DIR = settings.PILOTZONE_SEAL_FILE = None
    call_command("verify_audit", stdout=out)
    assert "No seal stands outside of the database" in out.getvalue()


def test_a_damaged_backup_says_nothing(night: str, settings: Any) -> None:
    (settings.PILOTZONE_BACKUP_DIR / "2026-12-01T0130" / "backup.json").write_text("{")
    assert [note.place for note in seal_notes()] == [str(settings.PILOTZONE_SEAL_FILE)] * 3


def test_a_folder_among_the_backups_that_nobody_may_read_holds_up_no_check(
    night: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder such as the `lost+found` of a disk of its own is passed over."""
    (settings.PILOTZONE_BACKUP_DIR / "lost+found").mkdir()
    look = Path.is_file

    def look_or_fail(path: Path) -> bool:
        if "lost+found" in path.parts:
            raise PermissionError(13, "Permission denied")
        return look(path)

    monkeypatch.setattr(Path, "is_file", look_or_fail)
    assert faults() == []
    assert str(settings.PILOTZONE_BACKUP_DIR / "2026-12-01T0130") in {note.place for note in seal_notes()}


def test_a_file_of_seals_that_may_not_be_read_holds_up_no_check_and_is_told(
    night: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PILOTZONE_SEAL_FILE = settings.PILOTZONE_BACKUP_DIR / "2026-12-01T0130" / "backup.json" / "seals"
    assert faults() == []
    assert "could not be read" in caplog.text


def test_a_quick_look_reads_the_list_of_one_backup(night: str, settings: Any) -> None:
    back_up(settings.PILOTZONE_BACKUP_DIR / "2026-12-02T0130")
    settings.PILOTZONE_SEAL_FILE = None
    assert [Path(note.place).name for note in seal_notes(is_deep=False)] == ["2026-12-02T0130"]
    assert len(seal_notes()) == 2


@pytest.mark.parametrize("moment", [datetime(9999, 12, 31, 23, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)])
def test_days_at_the_ends_of_the_calendar_are_named_like_others(moment: datetime, night: str) -> None:
    rows(LogSeal, number=7).update(sealed_at=moment)
    assert "broken" in {fault for fault, _number in faults()}
    rows(LogSeal, number=12).update(sealed_at=moment)
    assert {number for fault, number in faults() if fault == "broken"} >= {7, 12}
