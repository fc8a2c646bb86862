"""The matrix of who may do what, of all addresses and kinds of people: asked of the rules themselves, with people and
rows made up for the question."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access_rules import ADMINISTRATORS, LOG_READERS, REPORTERS, REVIEWERS, Person, Rule
from accounts.addresses import Address, addresses
from accounts.models import Role, User
from core.view_instances import made_from


class Kind(NamedTuple):
    """A kind of people, with one of them."""

    name: str
    label: str | Promise
    person: Person


OWN, OTHER = 1, 0


def _person(role: Role = Role.VIEWER, **more: Any) -> User:
    return User(pk=OWN, username=role.value, role=role, **more)


def _kinds_of(role: Role) -> list[Kind]:
    """Return the kinds of people of a role: one, but for reporters, who are of a department or of a city."""
    if role is not Role.REPORTER:
        return [Kind(role.value, role.label, _person(role))]
    return [
        Kind("department", _("Reporter of a department"), _person(role, department_id=OWN)),
        Kind("city", _("Reporter of a city"), _person(role, city_id=OWN)),
    ]


KINDS = (
    Kind("nobody", _("Without an account"), AnonymousUser()),
    *(kind for role in Role for kind in _kinds_of(role)),
    Kind("superuser", _("Superuser"), _person(is_superuser=True, is_staff=True)),
)


class Answer(models.TextChoices):
    """A sign and a word for each: colour alone says nothing. `SOME`: it depends on the row, whose it is and whether it
    is accepted."""

    YES = "yes", pgettext_lazy("permission", "yes")
    SOME = "some", pgettext_lazy("permission", "some")
    NO = "no", pgettext_lazy("permission", "no")


# What a rule may ask about a row -> what it is of a row of the person's own, and of one of others.
FACTS: Mapping[str, tuple[Any, Any]] = {
    "lead": (OWN, OTHER),
    "department": (OWN, OTHER),
    "city": (OWN, OTHER),
    "departments": ((OWN,), ()),
    "participating": ((OWN,), ()),
    "owner": (OWN, OTHER),
    "is_accepted": (True, False),
    "takes_part": (True, False),
}


def answer(rule: Rule, person: Person) -> Answer:
    if not rule.allows(person):
        return Answer.NO
    samples = product(*(FACTS[name] for name in rule.fact_names))
    found = {rule.allows_row(person, dict(zip(rule.fact_names, values, strict=True))) for values in samples}
    return Answer.SOME if len(found) > 1 else Answer.YES if found.pop() else Answer.NO


def answers(rule: Rule) -> list[Answer]:
    return [answer(rule, kind.person) for kind in KINDS]


class Power(NamedTuple):
    label: str | Promise
    rule: Rule

    @property
    def answers(self) -> list[Answer]:
        return answers(self.rule)


# What is kept apart. Of the first three no role has two; the superuser has all but the first, for the first setup.
POWERS = (
    Power(_("Files: reports, values, workbooks of a month"), REPORTERS),
    Power(_("Reviews: accepts and returns, changes the plan"), REVIEWERS),
    Power(_("Administers: people, departments, the running site"), ADMINISTRATORS),
    Power(_("Reads the log, which nobody changes"), LOG_READERS),
)


@dataclass(frozen=True)
class Line:
    """An address and a method, who may, and the answer to each of `KINDS`."""

    address: Address
    method: str
    rule: Rule
    answers: Sequence[Answer]

    @property
    def asks_again(self) -> bool:
        """Return whether the address asks for the password again."""
        return self.address.stated is not None and self.method in self.address.stated.confirmed_methods

    @property
    def label(self) -> str:
        """Return the name of the page, where its view says so; of an address of the API, what it gives."""
        view: Any = None if self.address.view is None else made_from(self.address.view)
        written: str | Promise = getattr(view, "write_summary", "")
        if self.method != "GET" and written:
            return str(written)
        stated = vars(type(view)) | getattr(view, "__dict__", {})
        found: Any = stated.get("heading") or getattr(view, "summary", "")
        return str(found) % {"name": "…"} if isinstance(found, (str, Promise)) else ""


@dataclass(frozen=True)
class Part:
    name: str
    label: str | Promise
    lines: Sequence[Line]


PARTS: Mapping[str, str | Promise] = {
    "dashboard": _("Dashboard, briefs and guides"),
    "measures": _("Measures, problems, meetings and review"),
    "projects": pgettext_lazy("navigation", "Projects"),
    "indicators": pgettext_lazy("navigation", "Indicators"),
    "workbooks": _("Data, and workbooks of a month"),
    "office": pgettext_lazy("navigation", "Office"),
    "accounts": _("Log-in and one's own account"),
    "running": _("The running site"),
    "api": _("API"),
}
_PART_OF = {
    "briefs": "dashboard",
    "ledger": "workbooks",
    "integrity": "workbooks",
    "glossary": "dashboard",
    "guides": "dashboard",
    "guide": "dashboard",
    "notices": "measures",
    "problems": "measures",
    "web": "accounts",
    "language": "accounts",
    "admin_log_in": "accounts",
    "admin_password_change": "accounts",
    "schema": "api",
}


def part_of(address: Address) -> str:
    if address.path.startswith("/api/"):
        return "api"
    space = address.name.partition(":")[0]
    return _PART_OF.get(space, space if space in PARTS else "running")


def lines(found: Iterable[Address] | None = None) -> Iterator[Line]:
    """One for each address and method. An address that states no rule has none: a system check refuses it."""
    known: dict[Rule, list[Answer]] = {}
    for address in addresses() if found is None else found:
        for method, rule in (address.stated.by_method if address.stated else {}).items():
            if rule not in known:
                known[rule] = answers(rule)
            yield Line(address, method, rule, known[rule])


def matrix() -> list[Part]:
    order = list(PARTS)
    ranked = sorted(lines(), key=lambda line: order.index(part_of(line.address)))
    return [
        Part(name, PARTS[name], list(found)) for name, found in groupby(ranked, key=lambda line: part_of(line.address))
    ]
