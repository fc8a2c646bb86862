"""Backups that whoever holds them cannot read, and the sentences for a key that does not fit."""

import os
import shutil
import subprocess
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from backups import databases, encryption, postgresql
from backups.encryption import read_piece, write_piece
from pilotzone import env
from tests.backups.backing_up import Elsewhere, Site, backup, comments, refusal, restore
from tests.documents import make_pdf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def new_key(path: Path) -> str:
    """Written as `age-keygen` does; the public half of it."""
    identity = pyrage.x25519.Identity.generate()
    path.write_text(f"# created: 2026-01-31\n# public key: {identity.to_public()}\n{identity}\n")
    return str(identity.to_public())


@pytest.fixture
def key(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "key.txt"
    settings.PILOTZONE_BACKUP_RECIPIENT = new_key(path)
    return path


def verify(folder: Path, **options: Any) -> str:
    said = StringIO()
    call_command("verify_backup", str(folder), stdout=said, **options)
    return said.getvalue()


def test_nothing_of_the_site_can_be_read_in_it_and_the_key_brings_it_back(
    site: Site, folder: Path, key: Path, elsewhere: Elsewhere, settings: Any
) -> None:
    site.comment(site.client(), "机密的意见")
    assert f", encrypted for {settings.PILOTZONE_BACKUP_RECIPIENT}, and read them back: " in backup(folder)
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "backup.json"]
    assert len(files) == 2
    for path in files:
        content = path.read_bytes()
        assert path.suffix == ".age" and content.startswith(encryption.AGE)
        assert "机密的意见".encode() not in content and b"%PDF" not in content
        assert path.stat().st_mode & 0o077 == 0
    # No copy is left where it was made.
    assert not list(Path(settings.DATA_DIR).glob(".*.unfinished"))
    result = elsewhere.manage("restore", str(folder), "--identity", str(key))
    assert (result.returncode, result.stderr) == (0, ""), result
    assert elsewhere.comments() == ["机密的意见"]
    [file] = [path for path in (elsewhere.data / "evidence").rglob("*") if path.is_file()]
    assert file.read_bytes() == make_pdf()
    assert str(file.relative_to(elsewhere.data / "evidence")) == site.evidence.file.name
    assert not list(elsewhere.data.glob(".*.unfinished"))


def test_the_program_age_reads_it_too(site: Site, folder: Path, key: Path) -> None:
    """Whoever has lost this code still has the rows and files."""
    age = shutil.which("age")
    if age is None:
        pytest.skip("no age: install the Debian package age")
    backup(folder)
    [file] = (folder / "evidence").rglob("*.age")
    read = subprocess.run([age, "--decrypt", "--identity", key, file], capture_output=True, check=True)
    assert read.stdout == make_pdf()


def no_key(key: Path) -> dict[str, Any]:
    return {}


def anothers_key(key: Path) -> dict[str, Any]:
    new_key(key)
    return {"identity": key}


def missing_key(key: Path) -> dict[str, Any]:
    key.unlink()
    return {"identity": key}


def no_key_at_all(key: Path) -> dict[str, Any]:
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    return {"identity": key}


def empty_key(key: Path) -> dict[str, Any]:
    key.write_text("# public key: age1\n")
    return {"identity": key}


def key_with_password(key: Path) -> dict[str, Any]:
    key.write_bytes(pyrage.passphrase.encrypt(key.read_bytes(), "hush"))
    return {"identity": key}


@pytest.mark.faults("key of a backup wrong", "restore refuses with a sentence, and changes nothing")
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (no_key, ": name the file with its secret key by --identity. Nothing was changed."),
        (anothers_key, " holds the key of age1"),
        (missing_key, " cannot be read: No such file or directory. Nothing was changed."),
        (no_key_at_all, " holds no secret key of age, which begins with AGE-SECRET-KEY-1. Nothing was changed."),
        (empty_key, " holds no secret key of age, which begins with AGE-SECRET-KEY-1. Nothing was changed."),
        (key_with_password, " takes it off. Nothing was changed."),
    ],
)
def test_a_wrong_key_is_refused_with_a_sentence(
    site: Site, folder: Path, key: Path, spoil: Callable[[Path], dict[str, Any]], words: str
) -> None:
    backup(folder)
    site.comment(site.client(), "之后的意见")
    options = spoil(key)
    assert words in refusal(restore, folder, replace=True, **options)
    assert comments() == ["之后的意见"]
    if options:
        assert words in refusal(verify, folder, **options)


def test_a_list_that_names_another_key_does_not_help(site: Site, folder: Path, key: Path) -> None:
    backup(folder)
    before = key.read_text().split()[-1]
    list_ = folder / "backup.json"
    list_.write_text(list_.read_text().replace(str(pyrage.x25519.Identity.from_str(before).to_public()), new_key(key)))
    assert " cannot be decrypted with the key that was given " in refusal(restore, folder, identity=key, replace=True)


class TestVerifying:
    def test_of_one_that_is_not_encrypted_all_is_read(self, site: Site, folder: Path) -> None:
        backup(folder)
        assert verify(folder).endswith("; its rows can be read.\n")
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        verify(folder)
        assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def test_of_an_encrypted_one_the_checksums_alone_unless_there_is_the_key(
        self, site: Site, folder: Path, key: Path
    ) -> None:
        backup(folder)
        assert verify(folder).endswith("; its rows were not read, since it is encrypted: --identity.\n")
        assert verify(folder, identity=key).endswith("; its rows can be read.\n")
        [file] = (folder / "evidence").rglob("*.age")
        os.truncate(file, 40)
        assert " is not what was written." in refusal(verify, folder)

    def test_rows_that_were_damaged_before_their_checksum_was_taken_are_found(
        self, site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backup(folder)
        [dump] = folder.glob("database.*")
        size = dump.stat().st_size
        with dump.open("r+b") as file:
            file.seek(size // 2)
            file.write(os.urandom(size // 3))
        monkeypatch.setattr("backups.manifest.Manifest.check", lambda *args: None)
        sentence = refusal(verify, folder)
        assert "is damaged (" in sentence or sentence.startswith("pg_restore failed on ")


class TestPieces:
    """The pieces of a backup without a site: what goes wrong in the middle."""

    recipient = str(pyrage.x25519.Identity.generate().to_public())

    @pytest.mark.parametrize("encrypted", [False, True])
    def test_a_full_disk_is_told_as_such(self, encrypted: bool, tmp_path: Path) -> None:
        with Path("/dev/zero").open("rb") as zeros, pytest.raises(OSError, match="No space left on device"):
            self.write_to_full_disk(zeros, tmp_path / "piece", self.recipient if encrypted else "")
        assert list(tmp_path.iterdir()) == []

    @staticmethod
    def write_to_full_disk(source: Any, path: Path, recipient: str) -> None:
        def full(file: Any, piece: bytes) -> None:
            raise OSError(28, "No space left on device")

        with pytest.MonkeyPatch.context() as patch:
            write = encryption._Stream.write

            def count(self: Any, piece: bytes) -> int:
                self._file = type("Full", (), {"write": full})()
                return write(self, piece)

            patch.setattr(encryption._Stream, "write", count)
            write_piece(source, path, recipient=recipient, on_read=lambda piece: None)

    def test_what_was_cut_off_or_changed_is_not_taken(self, tmp_path: Path) -> None:
        identity = pyrage.x25519.Identity.generate()
        path = tmp_path / "piece"
        with Path(__file__).open("rb") as source:
            write_piece(source, path, recipient=str(identity.to_public()), on_read=lambda piece: None)
        content = path.read_bytes()
        for spoiled in (content[:-20], content[:-1] + bytes([content[-1] ^ 1])):
            path.write_bytes(spoiled)
            with (tmp_path / "out").open("wb") as target, pytest.raises(databases.BackupError, match="damaged"):
                read_piece(path, target, identities=[identity], on_piece=lambda piece: None)

    def test_a_file_of_any_size_takes_the_same_memory(self, tmp_path: Path) -> None:
        asked: list[int] = []

        class Long:
            left = 3000

            def read(self, size: int) -> bytes:
                asked.append(size)
                self.left -= 1
                return bytes(size) if self.left else b""

        written = write_piece(Long(), tmp_path / "piece", recipient=self.recipient, on_read=lambda piece: None)
        assert max(asked) <= encryption.PIECE
        assert written.size > 2999 * min(asked)


class TestSetting:
    @pytest.fixture
    def given(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
        def read(value: str) -> str:
            monkeypatch.setenv("PILOTZONE_BACKUP_RECIPIENT", value)
            return env.age_recipient("PILOTZONE_BACKUP_RECIPIENT")

        return read

    def test_a_public_key_is_taken(self, given: Callable[[str], str], tmp_path: Path) -> None:
        key = new_key(tmp_path / "key")
        assert given(key) == key
        assert given("") == ""

    @pytest.mark.parametrize("value", ["age1", "age1qqqq", "ssh-ed25519 AAAA", "yes"])
    def test_anything_else_is_refused(self, given: Callable[[str], str], value: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="must be a public key of age, which begins with age1"):
            given(value)

    def test_a_secret_key_is_refused_and_not_repeated(self, given: Callable[[str], str]) -> None:
        secret = str(pyrage.x25519.Identity.generate())
        with pytest.raises(ImproperlyConfigured) as refused:
            given(secret)
        assert "holds a secret key, which belongs on another machine" in str(refused.value)
        assert secret not in str(refused.value)


def test_the_kind_of_a_backup_says_by_which_programs_it_is_read() -> None:
    assert isinstance(databases.database_of_kind("sqlite"), databases.SQLite)
    assert isinstance(databases.database_of_kind("postgresql"), postgresql.PostgreSQL)
    assert databases.site_database().kind == connection.vendor
