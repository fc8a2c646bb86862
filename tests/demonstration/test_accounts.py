import json
import stat
from pathlib import Path

import pytest

from accounts.models import User
from demonstration.accounts import make_demo_accounts
from tests.factories import make_department, region

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path: Path) -> Path:
    for slug in ("science-technology", "energy"):
        make_department(slug)
    for code in ("370300", "370600"):
        region(code)
    return tmp_path / "demo-accounts.json"


def test_the_cast_of_the_demonstration(path: Path) -> None:
    passwords = make_demo_accounts(path)
    people = {
        user.username: (user.role, user.department.slug if user.department else user.city and user.city.code)
        for user in User.objects.select_related("department", "city")
    }
    assert people == {
        "ada": ("reporter", "science-technology"),
        "ben": ("reporter", "energy"),
        "zoe": ("reporter", "370300"),
        "yan": ("reporter", "370600"),
        "rita": ("reviewer", None),
        "vic": ("viewer", None),
        "audit": ("auditor", None),
        "mia": ("administrator", None),
        "admin": ("viewer", None),
    }
    assert [user.username for user in User.objects.filter(is_superuser=True)] == ["admin"]
    assert len(set(passwords.values())) == len(people)
    assert all(User.objects.get(username=name).check_password(word) for name, word in passwords.items())


def test_passwords_are_kept_for_the_owner_of_the_folder_alone(path: Path) -> None:
    passwords = make_demo_accounts(path)
    assert json.loads(path.read_text(encoding="utf-8")) == passwords
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_next_start_changes_nothing(path: Path) -> None:
    passwords = make_demo_accounts(path)
    before = list(User.objects.order_by("pk").values())
    assert make_demo_accounts(path) == passwords
    assert list(User.objects.order_by("pk").values()) == before


def test_a_password_that_somebody_changed_stays_changed(path: Path) -> None:
    make_demo_accounts(path)
    rita = User.objects.get(username="rita")
    rita.set_password("changed-on-the-site")
    rita.save()
    make_demo_accounts(path)
    assert User.objects.get(username="rita").check_password("changed-on-the-site")


def test_a_new_database_beside_the_old_file_gets_its_accounts(path: Path) -> None:
    passwords = make_demo_accounts(path)
    User.objects.all().delete()
    assert make_demo_accounts(path) == passwords
    assert User.objects.get(username="ada").check_password(passwords["ada"])


def test_a_lost_file_is_made_anew_with_new_passwords(path: Path) -> None:
    old = make_demo_accounts(path)
    path.unlink()
    new = make_demo_accounts(path)
    assert old["ben"] != new["ben"]
    assert User.objects.get(username="ben").check_password(new["ben"])
