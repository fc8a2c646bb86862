"""What changes accounts."""

import json
import os
import secrets
from pathlib import Path

from django.db import transaction

from accounts.models import Department, User
from accounts.roles import Role

# Name -> role and department; nobody has a role for the administrator.
DEMO_ACCOUNTS: dict[str, tuple[Role, str | None]] = {
    "ada": (Role.REPORTER, "science-technology"),
    "ben": (Role.REPORTER, "energy"),
    "rita": (Role.REVIEWER, None),
    "vic": (Role.VIEWER, None),
    "audit": (Role.AUDITOR, None),
    "admin": (Role.VIEWER, None),
}


def make_demo_accounts(path: Path) -> dict[str, str]:
    """The demonstration's accounts and their passwords: made once, at random, and kept in `path` (mode 0600).

    A password that somebody changed on the site stays changed; the file then holds an old one.
    """
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    passwords = {name: kept.get(name) or secrets.token_urlsafe(9) for name in DEMO_ACCOUNTS}
    with transaction.atomic():
        for name, (role, department) in DEMO_ACCOUNTS.items():
            user, is_new = User.objects.get_or_create(username=name)
            if name in kept and not is_new:
                continue
            user.role = role
            user.department = Department.objects.get(slug=department) if department else None
            user.is_staff = user.is_superuser = name == "admin"
            user.set_password(passwords[name])
            user.save()
        if passwords == kept:
            return passwords
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(passwords, file, indent=1)
    return passwords
