"""Every address of the site with the rules that it states, as the page of permissions shows them and a check asks."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access_rules import ANYONE, STAFF, Stated, StatesPermission, stated_by
from core.view_instances import made_from

# The administration is Django's: all its addresses ask the same, and then for the permissions of each table.
ADMIN = "admin"
OF_ADMIN = Stated(STAFF, STAFF)
# Below these paths each change gets somebody into an account or keeps somebody out, or touches what proves it later:
# it asks for the password again.
CONFIRMED_BELOW = (
    "/office/people/",
    "/accounts/tokens/",
    "/accounts/second-factor/",
    "/accounts/sessions/",
    "/backups/",
    "/log/",
)


@dataclass(frozen=True)
class Address:
    """`name`: as `reverse` takes it; `path`: with the parts that vary in braces. `stated` is None of one that states
    no rule for all that it does."""

    name: str
    path: str
    view: Any
    stated: Stated | None


def addresses(resolver: URLResolver | None = None) -> Iterator[Address]:
    yield from _addresses(resolver or get_resolver(), "/", ())


def _addresses(resolver: URLResolver, path: str, names: Sequence[str]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        here = path + readable(str(pattern.pattern))
        if isinstance(pattern, URLPattern):
            yield Address(":".join((*names, pattern.name or "")), here, pattern.callback, stated_by(pattern.callback))
        elif pattern.namespace == ADMIN:
            yield Address(f"{ADMIN}:index", here, None, OF_ADMIN)
        else:
            yield from _addresses(pattern, here, (*names, *filter(None, [pattern.namespace])))


def readable(route: str) -> str:
    """`<int:number>` and the groups of an expression as `{number}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route).removeprefix("^").removesuffix("$")


@register(Tags.urls)
def check_addresses(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    return list(faults(addresses()))


def faults(found: Iterable[Address]) -> Iterator[CheckMessage]:
    for address in found:
        if address.stated is None:
            yield Error(
                f"{address.path} states no permission for all that it does.",
                hint="Set `permission` and `write_permission` of the view, or decorate it with `asks`.",
                obj=address.name,
                id="accounts.E001",
            )
        elif not _is_enforced(address):
            yield Error(
                f"{address.path} states a permission that nothing enforces.",
                hint="Derive the view from `GuardedView`.",
                obj=address.name,
                id="accounts.E002",
            )
        elif address.path.startswith(CONFIRMED_BELOW) and not address.stated.asks_again:
            yield Error(
                f"{address.path} changes accounts, or what proves who used them, and an open session is enough for it.",
                hint="State the methods in `confirmed_methods`, beside the permission.",
                obj=address.name,
                id="accounts.E003",
            )


def _is_enforced(address: Address) -> bool:
    """Functions by their decorator, the administration by Django."""
    view = None if address.view is None else made_from(address.view)
    assert address.stated is not None
    is_open = all(rule is ANYONE for rule in address.stated.by_method.values())
    return view is None or is_open or isinstance(view, StatesPermission)
