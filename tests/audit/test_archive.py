"""Old entries of the log are exported, read back and only then deleted; the chain goes on from the last of them."""

import gzip
import hashlib
import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from accounts.log import Event, log_event_of_log
from accounts.models import LogSeal
from audit import archive, seals
from audit.archive import DamagedArchive, check_archive, check_prunings, prune_log, pruned_seal
from audit.check import check_log
from audit.seals import seal_log
from core.append_only import AppendOnlyError
from pilotzone import env
from tests.audit.test_seals import add, faults, rows
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    settings.PILOTZONE_LOG_DAYS = 365
    return tmp_path / archive.FOLDER


def seal_days_ago(days: int, number: int, monkeypatch: pytest.MonkeyPatch, **fields: Any) -> list[LogEntry]:
    moment = now() - timedelta(days=days)
    entries = add(number, timestamp=moment, **fields)
    with monkeypatch.context() as patch:
        patch.setattr(seals, "now", lambda: moment)
        seal_log()
    return entries


@pytest.fixture
def old(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[LogEntry]:
    """Seals 1 to 7 of more than a year ago, 8 to 12 of less."""
    ada = make_user("ada")
    LogEntry.objects.all().delete()
    entries = seal_days_ago(400, 4, monkeypatch, actor=ada)
    entries += seal_days_ago(365, 3, monkeypatch)
    seal_days_ago(364, 3, monkeypatch)
    seal_days_ago(0, 2, monkeypatch)
    assert faults() == []
    return entries


def test_what_is_older_goes_to_a_file_and_the_chain_goes_on(old: list[LogEntry], folder: Path) -> None:
    assert prune_log() == 7
    assert not LogEntry.objects.filter(pk__in=[entry.pk for entry in old]).exists()
    assert list(LogSeal.objects.values_list("number", flat=True)) == list(range(7, 13))
    assert faults() == []
    seal_log()
    assert faults() == []
    told = LogEntry.objects.filter(additional_data__event=Event.LOG_PRUNED).get().additional_data
    assert (told["entries"], told["file"]) == (7, "log-1-7.ndjson.gz")
    assert told["seal"] == str(LogSeal.objects.get(number=7)) == str(pruned_seal(check_prunings()))
    assert prune_log() == 0


def test_the_file_holds_entries_seals_and_names_and_nobody_else_reads_it(old: list[LogEntry], folder: Path) -> None:
    seals = list(LogSeal.objects.filter(number__lte=7))
    prune_log()
    path = folder / "log-1-7.ndjson.gz"
    head, *lines = (json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines())
    assert head == {"after": None}
    assert [line["seal"]["digest"] for line in lines] == [seal.digest for seal in seals]
    assert [line["entry"]["id"] for line in lines] == [entry.pk for entry in old]
    assert lines[0]["entry"]["changes"] == {"name": ["旧", "新0"]}
    assert (lines[0]["actor"], lines[0]["model"], lines[6]["actor"]) == ("ada", "auditlog.logentry", None)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (folder / f"{path.name}.sha256").read_text() == f"{digest}  {path.name}\n"
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
    assert check_archive(path).checked == 7


def test_the_next_night_goes_on_after_the_last_seal(
    old: list[LogEntry], folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    prune_log()
    seal_log()
    settings.PILOTZONE_LOG_DAYS = 200
    assert prune_log() == 3
    seal_log()
    assert faults() == []
    second = folder / "log-8-10.ndjson.gz"
    assert json.loads(gzip.decompress(second.read_bytes()).splitlines()[0])["after"]["number"] == 7
    assert check_archive(second).found == 0


def test_where_all_is_old_the_last_seal_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    LogEntry.objects.all().delete()
    seal_days_ago(400, 2, monkeypatch)
    assert prune_log() == 2
    assert [seal.number for seal in LogSeal.objects.all()] == [2]
    assert seal_log() == 1
    assert [seal.number for seal in LogSeal.objects.all()] == [2, 3]
    assert faults() == []


def test_what_was_deleted_only_in_part_is_finished_in_the_next_night(
    old: list[LogEntry], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "CHUNK", 2)
    delete, done = LogEntry.objects.none()._raw_delete.__func__, []  # type: ignore[attr-defined]

    def killed(*args: Any) -> int:
        if len(done) == 4:
            raise OSError("killed")
        done.append(args)
        return int(delete(*args))

    with monkeypatch.context() as patch:
        patch.setattr("django.db.models.QuerySet._raw_delete", killed)
        with pytest.raises(OSError, match="killed"):
            prune_log()
    assert LogSeal.objects.order_by("number").values_list("number", flat=True)[0] == 5
    assert faults() == []
    assert prune_log() == 2
    assert LogSeal.objects.order_by("number").values_list("number", flat=True)[0] == 7
    seal_log()
    assert faults() == []


@pytest.mark.parametrize("fault", ["a byte", "cut off", "no checksum"])
def test_nothing_is_deleted_where_the_file_is_not_as_it_was_written(
    old: list[LogEntry], folder: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    write = archive._write

    def write_badly(path: Path, *args: Any) -> Any:
        check = write(path, *args)
        packed = gzip.decompress(path.read_bytes())
        wrong = packed.replace(b"192.0.2.7", b"192.0.2.8", 1) if fault == "a byte" else packed[: len(packed) // 2]
        path.write_bytes(gzip.compress(wrong))
        return check

    monkeypatch.setattr(archive, "_write", write_badly)
    if fault == "no checksum":
        monkeypatch.setattr(archive, "_write", write)
        monkeypatch.setattr(archive, "write_whole", lambda path, text: path.write_text("0" * 64))
    with pytest.raises(DamagedArchive):
        prune_log()
    assert LogSeal.objects.count() == 12
    assert LogEntry.objects.filter(pk__in=[entry.pk for entry in old]).count() == 7
    assert faults() == []


def test_what_was_altered_is_in_the_file_as_it_is_and_named(
    old: list[LogEntry], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows(LogEntry, pk=old[2].pk).update(remote_addr="192.0.2.9")
    rows(LogEntry, pk=old[4].pk).delete()
    assert prune_log() == 6
    assert faults(check_archive(folder / "log-1-7.ndjson.gz")) == [("altered", 3), ("removed", 5)]
    assert "Old entries of the log were altered" in caplog.text
    with pytest.raises(CommandError, match="2 faults"):
        call_command("verify_audit", "--file", folder / "log-1-7.ndjson.gz")


def test_a_file_that_somebody_changed_is_refused(old: list[LogEntry], folder: Path) -> None:
    prune_log()
    path = folder / "log-1-7.ndjson.gz"
    call_command("verify_audit", "--file", path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(CommandError, match="checksum"):
        call_command("verify_audit", "--file", path)
    with pytest.raises(CommandError):
        call_command("verify_audit", "--file", folder / "other.gz")


def test_entries_that_go_without_a_word_of_the_log_are_missed(old: list[LogEntry], folder: Path) -> None:
    prune_log()
    rows(LogEntry, additional_data__event=Event.LOG_PRUNED).delete()
    assert faults() == [("gap", 7), ("removed", 7)]


class TestForgedPruning:
    """Whoever writes to the database takes the head of the log away and has the log say that it was pruned; the site
    itself seals that sentence.
    """

    def forge(self, seal: LogSeal, **told: Any) -> None:
        rows(LogEntry, pk__in=LogSeal.objects.filter(number__lte=seal.number).values("entry_id")).delete()
        rows(LogSeal, number__lt=seal.number).delete()
        said = {"file": f"log-1-{seal.number}.ndjson.gz", "sha256": "0" * 64, "entries": seal.number, "days": 365}
        log_event_of_log(Event.LOG_PRUNED, seal=str(seal), **{**said, **told})
        seal_log()

    def test_without_a_file(self, old: list[LogEntry], folder: Path) -> None:
        self.forge(LogSeal.objects.get(number=7))
        assert ("no_archive", 7) in faults()
        assert ("gap", 7) in faults()
        with pytest.raises(CommandError, match="faults"):
            call_command("verify_audit")

    @pytest.mark.parametrize("file", ["../log-1-7.ndjson.gz", "/etc/passwd", "None", ""])
    def test_the_name_leads_to_no_other_folder(self, old: list[LogEntry], folder: Path, file: str) -> None:
        folder.mkdir()
        (folder.parent / "log-1-7.ndjson.gz").touch()
        self.forge(LogSeal.objects.get(number=7), file=file)
        assert ("no_archive", 7) in faults()

    def archive(self, folder: Path, change: Callable[[bytes], bytes]) -> str:
        """Makes a file of the first seven as the site does, and changes its content. Gives its digest."""
        folder.mkdir(exist_ok=True)
        path = folder / "log-1-7.ndjson.gz"
        archive._write(path, None, LogSeal.objects.get(number=7))
        path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        (folder / f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n")
        return digest

    def test_with_a_file_in_which_an_entry_says_something_else(self, old: list[LogEntry], folder: Path) -> None:
        digest = self.archive(folder, lambda lines: lines.replace(b"192.0.2.7", b"192.0.2.8", 1))
        self.forge(LogSeal.objects.get(number=7), sha256=digest)
        assert ("altered", 1) in faults()

    def test_with_a_file_from_which_entries_are_missing(self, old: list[LogEntry], folder: Path) -> None:
        digest = self.archive(folder, lambda lines: b"".join(lines.splitlines(keepends=True)[:5]))
        self.forge(LogSeal.objects.get(number=7), sha256=digest)
        assert ("archive", 7) in faults()
        assert ("gap", 7) in faults()

    def test_with_a_file_of_another_digest(self, old: list[LogEntry], folder: Path) -> None:
        self.archive(folder, bytes)
        self.forge(LogSeal.objects.get(number=7))
        assert ("archive", 7) in faults()
        # The page, which reads no file, sees that too.
        assert ("archive", 7) in faults(check_log(newest=2_000))

    def test_of_entries_that_are_not_old_enough(self, old: list[LogEntry], folder: Path) -> None:
        folder.mkdir()
        path, last = folder / "log-1-10.ndjson.gz", LogSeal.objects.get(number=10)
        archive._write(path, None, last)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        (folder / f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n")
        self.forge(last, sha256=digest)
        assert ("too_young", 10) in faults()


class TestArchivesElsewhere:
    def test_they_are_looked_for_where_the_command_says(
        self, old: list[LogEntry], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        prune_log()
        seal_log()
        folder.rename(tmp_path / "tape")
        with pytest.raises(CommandError):
            call_command("verify_audit")
        assert "log-1-7.ndjson.gz" in capsys.readouterr().out
        call_command("verify_audit", "--archives", tmp_path / "tape")

    def test_without_them_nothing_more_is_pruned(self, old: list[LogEntry], folder: Path, settings: Any) -> None:
        prune_log()
        seal_log()
        (folder / "log-1-7.ndjson.gz").unlink()
        settings.PILOTZONE_LOG_DAYS = 200
        before = LogEntry.objects.count()
        with pytest.raises(DamagedArchive, match="Nothing was deleted"):
            prune_log()
        assert LogEntry.objects.count() == before

    def test_a_seal_that_was_noted_is_looked_up_in_them(self, old: list[LogEntry], folder: Path) -> None:
        noted = str(LogSeal.objects.get(number=3))
        prune_log()
        seal_log()
        call_command("verify_audit", "--seal", noted)
        # Of another digest, or of a chain that nobody has.
        for wrong in (f"3:{'0' * 64}", f"300:{'0' * 64}"):
            with pytest.raises(CommandError, match="1 fault"):
                call_command("verify_audit", "--seal", wrong)


def test_nobody_else_deletes_seals(old: list[LogEntry]) -> None:
    with pytest.raises(AppendOnlyError):
        LogSeal.objects.all().delete()
    with pytest.raises(AppendOnlyError):
        LogSeal.objects.get(number=1).delete()
    with pytest.raises(AppendOnlyError):
        LogSeal.objects.update(digest="")


def test_no_setting_keeps_less_than_the_law_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILOTZONE_LOG_DAYS", "179")
    with pytest.raises(Exception, match="180"):
        env.integer("PILOTZONE_LOG_DAYS", 365, least=180, most=36_500)
