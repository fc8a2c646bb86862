"""Versions of a ledger: what a downloaded file held, so that whoever brings it back is told what changed meanwhile."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from datetime import timedelta

from core.clock import now
from ledger.codec import as_json, parsed_key, parsed_values
from ledger.contents import Contents
from ledger.models import LedgerVersion
from ledger.rows import Key, Values
from ledger.sheets import SHEETS
from measures.models import Plan

# A file that was made for a year's work comes back within that year and the month after it.
KEPT_DAYS = 400

Rows = Mapping[str, Mapping[Key, Values]]


def digest_of(contents: Contents) -> str:
    """Equal for equal contents."""
    return hashlib.sha256(as_json(contents.rows).encode()).hexdigest()


def keep_version(plan: Plan, contents: Contents) -> str:
    """Keeps what a file is made from; returns the digest that goes into it."""
    return keep_text(plan, as_json(contents.rows))


def keep_text(plan: Plan, contents: str) -> str:
    """The same of contents as a text; equal ones are kept once."""
    text = contents.encode()
    digest = hashlib.sha256(text).hexdigest()
    at = now()
    LedgerVersion.objects.update_or_create(
        digest=digest,
        defaults={"made_at": at},
        create_defaults={"plan": plan, "contents": zlib.compress(text), "made_at": at},
    )
    return digest


def delete_old_versions() -> int:
    """Deletes versions that nobody downloaded for KEPT_DAYS: a file of one is compared as one that does not name its
    version."""
    return LedgerVersion.objects.filter(made_at__lt=now() - timedelta(days=KEPT_DAYS)).delete()[0]


def find_version(digest: str) -> LedgerVersion | None:
    """None where the file names no version, or one that this site does not have."""
    return LedgerVersion.objects.select_related("plan").filter(digest=digest).first() if digest else None


def text_of_version(version: LedgerVersion) -> bytes:
    return zlib.decompress(version.contents)


def rows_of_version(version: LedgerVersion) -> Rows:
    held = json.loads(text_of_version(version))
    return {
        sheet: {parsed_key(sheet, key): parsed_values(sheet, values) for key, values in rows}
        for sheet, rows in held.items()
        if sheet in SHEETS
    }
