"""Addresses of what a page names many of: rows of lists, figures of tables."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, reverse

# Stands for the code while an address is made; no code of ours has small letters and figures in this order.
_CODE = "c0d3"


def address(name: str, code: str = "") -> str:
    """As `reverse(name, args=[code])` for a code or slug, which has nothing to be escaped; without one the address of
    a page that needs none. Each pattern is looked up once, which takes as long as all the rest of a row.
    """
    prefix, urlconf = get_script_prefix(), settings.ROOT_URLCONF
    if not code:
        return _reversed(name, prefix, urlconf)
    before, after = _around(name, prefix, urlconf)
    return f"{before}{code}{after}"


@lru_cache(maxsize=64)
def _reversed(name: str, _prefix: str, _urlconf: str) -> str:
    return reverse(name)


@lru_cache(maxsize=64)
def _around(name: str, _prefix: str, _urlconf: str) -> tuple[str, str]:
    before, _code, after = reverse(name, args=[_CODE]).rpartition(_CODE)
    return before, after
