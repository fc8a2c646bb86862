"""Why a named person may use an address or not: the rule that decides, asked with the facts that it decides by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.access_rules import Facts, Person, Rule, Stated, stated_by
from accounts.addresses import ADMIN, OF_ADMIN
from accounts.models import Department, User
from accounts.required_actions import ALWAYS_OPEN, RequiredAction, due_action
from accounts.second_factor import SHOWN, has_app
from core.exceptions import NotAllowed
from core.view_instances import made_from
from regions.models import Region
from web.api.endpoints import Endpoint
from web.errors import BadQuery
from web.formats.numbers import NO_VALUE
from web.formats.text import format_list, format_person
from web.language import localized

UNKNOWN = "api-unknown"
METHODS = ("GET", "POST", "PUT")


class Outcome(StrEnum):
    ALLOWED = "allowed"
    # Something must be done first.
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True)
class Explanation:
    """`facts`: labels and values of what the rule asked about the row and the person; `action`: what is due first;
    `asks_again`: whether the password is asked for, where it was entered too long ago.
    """

    name: str
    method: str
    path: str
    person: User | None
    rule: Rule
    outcome: Outcome
    facts: list[tuple[str | Promise, str]]
    action: RequiredAction | None
    asks_again: bool


FACT_LABELS: Mapping[str, str | Promise] = {
    "lead": gettext_lazy("Lead department"),
    "department": gettext_lazy("Department that it is of"),
    "departments": gettext_lazy("Departments that carry it out"),
    "participating": gettext_lazy("Participating departments"),
    "city": gettext_lazy("City"),
    "owner": gettext_lazy("Whose it is"),
    "is_accepted": gettext_lazy("Accepted"),
    "takes_part": gettext_lazy("Takes part in it, and may make this move"),
}


def explain(person: User | None, address: str, method: str) -> Explanation:
    """`person`: None for somebody without an account; `address`: a path or a full URL of this site.

    Raises NotAllowed with a sentence where there is no such address, row or method.
    """
    path, match, stated, query = _find(address)
    rule = stated.by_method.get(method)
    if rule is None:
        taken = format_list(stated.by_method)
        raise NotAllowed(
            _("This address does not take %(method)s, only %(taken)s.") % {"method": method, "taken": taken}
        )
    # A closed account opens nothing: its owner is somebody without one.
    asking: Person = person if person is not None and person.is_active else AnonymousUser()
    request = _request(asking, path, query, method=method, match=match)
    facts: Facts = {}
    allowed = rule.allows(asking)
    if rule.of_row is not None:
        facts = _facts(match, request)
        allowed = allowed and rule.allows_row(asking, facts)
    action = None
    if isinstance(asking, User) and match.view_name not in ALWAYS_OPEN:
        due = due_action(asking, request)
        action = due if due is not None and match.view_name not in due.pages else None
    outcome = Outcome.REFUSED if not allowed else Outcome.ALLOWED if action is None else Outcome.LATER
    asks_again = method in stated.confirmed_methods
    return Explanation(match.view_name, method, path, person, rule, outcome, list(_readable(facts)), action, asks_again)


def _find(address: str) -> tuple[str, ResolverMatch, Stated, str]:
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        raise NotAllowed(_("This is no address.")) from None
    path = "/" + parts.path.lstrip("/")
    for each in (path, f"{path}/"):
        try:
            match = resolve(each)
        except Resolver404:
            continue
        stated = stated_by(match.func) or (OF_ADMIN if ADMIN in match.app_names else None)
        if match.view_name != UNKNOWN and stated is not None:
            return each, match, stated, parts.query
    raise NotAllowed(_("This site has no such address."))


def _request(person: Person, path: str, query: str, *, method: str, match: ResolverMatch) -> HttpRequest:
    """Return a request as the person would send it, with a session that has shown all that the person could show."""
    request = HttpRequest()
    request.method, request.path, request.path_info = method, path, path
    request.GET, request.resolver_match = QueryDict(query), match
    request.user = person
    session: Any = {SHOWN: True} if isinstance(person, User) and has_app(person) else {}
    request.session = session
    return request


def _facts(match: ResolverMatch, request: HttpRequest) -> Facts:
    view = made_from(match.func)
    view.setup(request, *match.args, **match.kwargs)
    if isinstance(view, Endpoint):
        view.stand_for(request)
    try:
        found: Facts = view.facts(request.method)
    except (Http404, BadQuery):
        raise NotAllowed(_("There is nothing at this address: no row has this code or number.")) from None
    return found


def _readable(facts: Facts) -> Iterable[tuple[str | Promise, str]]:
    for name, value in facts.items():
        yield FACT_LABELS[name], _value(name, value)


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value is None or value == () or value == set():
        return NO_VALUE
    if name == "owner":
        return format_person(User.objects.get(pk=value))
    if name == "city":
        return localized(Region.objects.get(pk=value), "name")
    departments = Department.objects.filter(pk__in=value if isinstance(value, (list, set, tuple)) else [value])
    return format_list(localized(each, "name") for each in departments.order_by("number")) or NO_VALUE


def facts_of_person(person: User | None) -> list[tuple[str, str]]:
    """Return the facts that a rule knows of the person."""
    if person is None:
        return []
    role = _("Superuser") if person.is_superuser else person.get_role_display()
    found = [(_("Role"), str(role))]
    if person.department is not None:
        found.append((_("Department"), localized(person.department, "name")))
    if person.city is not None:
        found.append((_("City"), localized(person.city, "name")))
    if not person.is_active:
        found.append((pgettext("account", "State"), _("Closed: counts as somebody without an account")))
    return found
