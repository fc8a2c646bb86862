"""Files that are written whole: each is there whole or as it was, whatever happens while it is written."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from core.files import DamagedFile, WholeFileStorage, read_texts, write_whole


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a-file"


def test_it_is_written_for_its_owner_alone_and_replaces_what_was_there(file: Path) -> None:
    write_whole(file, "first")
    write_whole(file, "第二")
    assert file.read_text(encoding="utf-8") == "第二"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("before", [None, "what was there"])
def test_a_full_disk_leaves_what_was_there_and_no_half_file(
    file: Path, monkeypatch: pytest.MonkeyPatch, call: str, before: str | None
) -> None:
    if before:
        write_whole(file, before)

    def full(*_args: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, "what is new")
    assert [(each.name, each.read_text()) for each in file.parent.iterdir()] == (
        [(file.name, before)] if before else []
    )


def test_it_is_on_the_disk_before_it_has_its_name(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    fsync, replace = os.fsync, os.replace

    def sync(descriptor: int) -> None:
        calls.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def move(*names: Any) -> None:
        calls.append("moved")
        replace(*names)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", move)
    write_whole(file, "text")
    assert calls == ["file", "moved", "folder"]


@pytest.mark.parametrize("content", [b"", b'{"a": "1', b"\xff\xfe\x00", b"[1]", b'{"a": 1}', b"null", b"[" * 100_000])
def test_a_file_of_texts_that_is_something_else_is_called_damaged(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(DamagedFile, match=f"The file {file} is damaged"):
        read_texts(file)


def test_texts_are_read(file: Path) -> None:
    file.write_text('{"a": "1", "日": ""}', encoding="utf-8")
    assert read_texts(file) == {"a": "1", "日": ""}


class DoesNotFit(ContentFile):
    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half of it"
        raise OSError(errno.ENOSPC, "No space left on device")


def test_of_a_file_of_evidence_that_does_not_fit_no_half_stays(tmp_path: Path) -> None:
    storage = WholeFileStorage(location=tmp_path)
    with pytest.raises(OSError, match="No space left"):
        storage.save("ab/a-random-name", DoesNotFit(b""))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    storage.save("ab/a-random-name", ContentFile(b"all of it"))
    assert (tmp_path / "ab" / "a-random-name").read_bytes() == b"all of it"
