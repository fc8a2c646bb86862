"""The accounts of the demonstration."""

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import Department, Role, User
from core.files import read_texts, write_whole
from regions.models import Region


class DemoAccount(NamedTuple):
    """`department`: its slug; `city`: its code."""

    role: Role
    department: str | None = None
    city: str | None = None


# By name. The superuser `admin` needs no role.
DEMO_ACCOUNTS = {
    "ada": DemoAccount(Role.REPORTER, department="science-technology"),
    "ben": DemoAccount(Role.REPORTER, department="energy"),
    "zoe": DemoAccount(Role.REPORTER, city="370300"),
    "yan": DemoAccount(Role.REPORTER, city="370600"),
    "rita": DemoAccount(Role.REVIEWER),
    "vic": DemoAccount(Role.VIEWER),
    "audit": DemoAccount(Role.AUDITOR),
    "mia": DemoAccount(Role.ADMINISTRATOR),
    "admin": DemoAccount(Role.VIEWER),
}
DEMO_PASSWORDS = "demo-accounts.json"


def make_demo_accounts(path: Path, *, meanwhile: Callable[[], object] = lambda: None) -> dict[str, str]:
    """Makes the demonstration's accounts once, and returns their random passwords, stored in `path` (mode 0600).
    `meanwhile` is done before, while other threads make the slow hashes of the passwords.

    A password that somebody changed on the site stays changed; the file then holds the old one. Raises DamagedFile for
    a file that was cut off, and OSError: then no account was made.
    """
    stored = read_texts(path) if path.exists() else {}
    passwords = {name: stored.get(name) or secrets.token_urlsafe(9) for name in DEMO_ACCOUNTS}
    there = set(User.objects.filter(username__in=stored).values_list("username", flat=True))
    with ThreadPoolExecutor() as pool:
        hashes = {name: pool.submit(make_password, passwords[name]) for name in passwords if name not in there}
        meanwhile()
    with transaction.atomic():
        for name, hashed in hashes.items():
            role, department, city = DEMO_ACCOUNTS[name]
            user, _is_new = User.objects.get_or_create(username=name)
            user.role = role
            user.department = Department.objects.get(slug=department).successor if department else None
            user.city = Region.objects.get(code=city) if city else None
            user.is_staff = user.is_superuser = name == "admin"
            # What `set_password` does.
            user.password, user._password = hashed.result(), passwords[name]  # type: ignore[attr-defined]  # not in its types
            user.save()
        # A demonstration that is started again is as new: nobody has to change what its file says.
        moment = timezone.now()
        old = User.objects.filter(username__in=DEMO_ACCOUNTS, password_changed_at__lt=moment - timedelta(days=1))
        old.update(password_changed_at=moment)
        if passwords == stored:
            return passwords
        write_whole(path, json.dumps(passwords, indent=1))
    return passwords
