"""Tests of the page of backups: the worst that there is to say, in red where nobody can be calm."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from backups import schedule
from backups.schedule import LatestBackup
from backups.views import next_backup
from tests.factories import make_user
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def shown(settings: Any, tmp_path: Path) -> Any:
    settings.DATA_DIR = tmp_path
    settings.PILOTZONE_BACKUP_DIR = tmp_path / "backups"
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_user("audit", role="auditor"))

    def show(latest: LatestBackup | None = None, failed: str = "") -> str:
        schedule._remember(
            {
                "latest": latest and schedule.asdict(latest),
                "failed": {"failed_at": timezone.now().isoformat(), "reason": failed} if failed else None,
            }
        )
        return client.get("/backups/").content.decode()

    return show


def made(hours_ago: float, **fields: Any) -> LatestBackup:
    moment = timezone.now() - timedelta(hours=hours_ago)
    plain = {"seconds": 12.0, "size": 3_500_000, "rows": 12_345, "files": 67, "missing": 0, "is_encrypted": True}
    return LatestBackup("/srv/backups/2026-02-01T0130", moment, moment + timedelta(seconds=10), **(plain | fields))


def words_of(page: str) -> str:
    return text_of(re.sub(r"</?strong[^>]*>", "", page))


def is_red(page: str) -> bool:
    return "state-fault" in page


def test_a_fresh_one_is_told_with_its_size_and_the_next(shown: Any) -> None:
    content = shown(made(3))
    text = words_of(content)
    assert "The last backup is 3 h old and was read back without a fault." in text
    for part in ("3.3 MB", "12,345", "67", "/srv/backups/2026-02-01T0130", "7d, 4w, 12m", "Next backup"):
        assert part in text
    assert not is_red(content)


def test_one_of_more_than_26_hours_is_red(shown: Any) -> None:
    content = shown(made(27))
    assert "The last backup is 27 h old: more than 26 hours." in words_of(content)
    assert is_red(content)


def test_a_failure_comes_first_and_is_red(shown: Any) -> None:
    content = shown(made(3), failed="The folder /srv/backups is not there: mount its disk, or make it.")
    assert "The last backup failed, on " in words_of(content)
    assert "mount its disk, or make it." in words_of(content)
    assert is_red(content)


def test_files_that_were_missing_are_red(shown: Any) -> None:
    assert is_red(shown(made(3, missing=2)))


def test_before_the_first(shown: Any) -> None:
    content = shown()
    assert "There is no backup yet; the first is made on " in words_of(content)
    assert not is_red(content)


def test_a_site_that_makes_none_says_so(shown: Any, settings: Any) -> None:
    settings.PILOTZONE_BACKUP_DIR = None
    content = shown()
    assert "This site makes no backups by itself: the setting PILOTZONE_BACKUP_DIR names no folder." in words_of(
        content
    )
    assert is_red(content)
    assert next_backup() is None


def test_the_next_is_at_half_past_one(shown: Any) -> None:
    following = next_backup()
    assert following is not None
    assert f"{timezone.localtime(following):%H:%M}" == "01:30"
    assert timedelta() < following - timezone.now() <= timedelta(days=1)
    assert isinstance(following, datetime)
