"""The rules that each address of the site asks of whoever uses it: its view states one for reading and one for
changing.

`GuardedView`, the decorator `asks` and the permission class of the API enforce them. A system check refuses an address
that states none, and the page of permissions shows them all. What gets somebody into an account, or lets much out of
the site, states too for which methods it asks for the password again: an open session is not yet its owner.
"""

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from accounts import permissions as may
from accounts.models import User
from accounts.sessions import is_confirmed
from core.view_instances import made_from

WRITE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
ALL_METHODS = ("GET", "HEAD", *WRITE_METHODS)

type Person = User | AnonymousUser
# What a rule asks about the row at the address, by the names that its function takes.
type Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """A rule of who may. `allows` knows the person alone; `of_row` is asked next, with the facts about the row.

    `words` name those who may. `hides_row`: whoever may not is told that there is no such row.
    """

    words: str | Promise
    allows: Callable[[Person], bool]
    of_row: Callable[..., bool] | None = None
    hides_row: bool = False

    @property
    def fact_names(self) -> list[str]:
        return [] if self.of_row is None else list(inspect.signature(self.of_row).parameters)[1:]

    def allows_row(self, user: Person, facts: Facts) -> bool:
        return self.of_row is None or self.of_row(user, **facts)

    def for_own(self, words: str | Promise) -> "Rule":
        """The same people, each for the rows that are their own."""
        return replace(self, words=words, of_row=may.is_own, hides_row=True)


ANYONE = Rule(_("anyone, with an account or without"), lambda user: True)
STRANGERS = Rule(
    _("whoever is not logged in: this is a way to the log-in page"), lambda user: not user.is_authenticated
)
READERS = Rule(_("whoever may read: every account, and anyone where the site reads openly"), may.may_read)
ACCOUNTS = Rule(_("whoever has an account"), may.has_account)
OWNERS = ACCOUNTS.for_own(_("whoever has an account, for what is their own"))

REPORTERS = Rule(_("reporters"), may.may_use_workspace)
DEPARTMENT_REPORTERS = Rule(_("reporters of a department"), may.may_report_measures)
FILE_OWNERS = REPORTERS.for_own(_("reporters, for the files that they sent"))
DEPARTMENT_FILE_OWNERS = DEPARTMENT_REPORTERS.for_own(_("reporters of a department, for the files that they sent"))
MEASURE_REPORTERS = Rule(_("reporters of the department that leads the measure"), may.has_account, may.may_report)
PROJECT_REPORTERS = Rule(
    _("reporters of the department that leads the project, and of its city"), may.has_account, may.may_report_project
)
VALUE_REPORTERS = Rule(_("reporters of the department that owns the indicator"), may.has_account, may.may_file_value)
COMMENTATORS = Rule(
    _("whoever reviews, and reporters of the departments that lead the measure or take part in it"),
    may.has_account,
    may.may_comment,
)
ASSIGNERS = Rule(
    _("whoever reviews, and reporters of the department that leads the measure"), may.has_account, may.may_assign
)
PROBLEM_RAISERS = Rule(
    _("whoever reviews, and reporters of those that carry it out: departments, or the city of a project"),
    may.has_account,
    may.may_raise_problem,
)
PROBLEM_PARTIES = Rule(
    _("whoever takes part in the problem: who raised it, solves it, helps, or reviews; each move has its own"),
    may.has_account,
    may.may_move_problem,
)
DRAFTING_PARTIES = replace(
    PROBLEM_PARTIES, words=_("those who began the draft: its department or city, or the office"), hides_row=True
)

REPORT_READERS = Rule(
    _("of an accepted report whoever may read; of others the department that wrote it, reviewers and auditors"),
    may.may_read,
    may.may_see_report,
)
EVIDENCE_READERS = Rule(
    _("of an accepted report every account; of others the department that wrote it, reviewers and auditors"),
    may.has_account,
    may.may_see_evidence,
)
PROJECT_EVIDENCE_READERS = Rule(
    _("of an accepted report every account; of others those who may file it, reviewers and auditors"),
    may.has_account,
    may.may_see_project_evidence,
)

REVIEWERS = Rule(_("whoever reviews"), may.may_review)
REVIEW_READERS = Rule(_("reviewers and auditors"), may.may_see_reviews)
UPLOAD_OWNERS = REVIEWERS.for_own(_("whoever reviews, for the files that they sent"))
OFFICE = Rule(_("reviewers and administrators"), may.may_open_office)
LOG_READERS = Rule(_("administrators and auditors"), may.may_see_logs)
ADMINISTRATORS = Rule(_("whoever administers"), may.may_administer)
FOUNDERS = Rule(_("whoever both administers and reviews: superusers alone"), may.may_load_first_workbook)
SUPERUSERS = Rule(_("superusers"), may.is_superuser)
METRICS_READERS = Rule(_("superusers, and monitors with the token of the settings"), may.is_superuser)
STAFF = Rule(_("superusers, and accounts that one of them made staff"), may.may_open_admin)

RULES: Mapping[str, Rule] = {name.lower(): found for name, found in list(globals().items()) if isinstance(found, Rule)}


def rule_for(view: Any, method: str) -> Rule:
    """Returns the rule of a view, by what it states. A method that the view does not take is refused under the rule of
    the others."""
    read, write = view.permission, view.write_permission
    found: Rule | None = (write or read) if method in WRITE_METHODS else (read or write)
    if found is None:
        raise ImproperlyConfigured(f"{view} states no permission.")
    return found


class StatesPermission:
    """A view that states who may read and who may change. One whose rule asks about a row gives the facts about it."""

    permission: Rule | None = None
    write_permission: Rule | None = None
    # The methods for which the password must have been entered within the last ten minutes.
    confirmed_methods: Collection[str] = ()
    # What somebody is told who may not, besides that they may not.
    permission_refusal: str | Promise = ""

    def permission_facts(self) -> Facts:
        """Raises Http404 where there is no such row."""
        return {}

    def write_permission_facts(self) -> Facts:
        return self.permission_facts()

    def facts(self, method: str) -> Facts:
        return self.write_permission_facts() if method in WRITE_METHODS else self.permission_facts()


class GuardedView(StatesPermission, View):
    """A page that sees to it."""

    def refused(self, request: HttpRequest) -> HttpResponseBase | None:
        """The answer to somebody who may not; None for those who may. Raises PermissionDenied and Http404."""
        user, method = request.user, request.method or ""
        rule = rule_for(self, method)
        if not rule.allows(user):
            return self.deny(request) if user.is_authenticated else self.turn_away(request)
        if rule.of_row is not None and not rule.allows_row(user, self.facts(method)):
            if rule.hides_row:
                raise Http404
            return self.deny(request)
        return self.ask_for_password(request) if must_confirm(request, self.confirmed_methods) else None

    def deny(self, request: HttpRequest) -> HttpResponseBase:
        raise PermissionDenied(str(self.permission_refusal))

    def turn_away(self, request: HttpRequest) -> HttpResponseBase:
        """The answer to somebody who is not logged in."""
        return redirect_to_login(request.get_full_path())

    def ask_for_password(self, request: HttpRequest) -> HttpResponseBase:
        """The answer to somebody who may, and entered the password too long ago."""
        return to_confirm(request.get_full_path())

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.refused(request) or self.serve(request, *args, **kwargs)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The answer to somebody who may."""
        return super().dispatch(request, *args, **kwargs)


def must_confirm(request: HttpRequest, methods: Collection[str]) -> bool:
    return request.method in methods and not is_confirmed(request.session, at=timezone.now())


class NotConfirmed(HttpResponseRedirect):
    """An answer to somebody who has to enter the password first: what was asked for was not done."""


def to_confirm(address: str) -> NotConfirmed:
    """Leads to the page that asks for the password, and from there to the address."""
    return NotConfirmed(reverse("accounts:confirm", query={"next": address}))


type Shown = Callable[..., HttpResponseBase]


def asks(
    *,
    read: Rule | None = None,
    write: Rule | None = None,
    refuse: Callable[[HttpRequest], HttpResponseBase] | None = None,
    confirmed_methods: Collection[str] = (),
) -> Callable[[Shown], Shown]:
    """States who may use a view that is a function, and which methods it takes. `refuse`: its own answer to others;
    `confirmed_methods`: as a class states it.
    """
    assert all(rule is None or rule.of_row is None for rule in (read, write)), "only classes know rows"

    def decorate(show: Shown) -> Shown:
        @wraps(show)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            rule = read if request.method in ("GET", "HEAD") else write if request.method == "POST" else None
            if rule is None:
                return HttpResponseNotAllowed([*(["GET", "HEAD"] if read else []), *(["POST"] if write else [])])
            # Monitors are answered before anybody is known.
            user: Person = getattr(request, "user", None) or AnonymousUser()
            if rule.allows(user):
                if must_confirm(request, confirmed_methods):
                    return to_confirm(request.get_full_path())
                return show(request, *args, **kwargs)
            if refuse is not None:
                return refuse(request)
            if user.is_authenticated:
                raise PermissionDenied
            return redirect_to_login(request.get_full_path())

        guarded.stated = Stated(read, write, confirmed_methods=tuple(confirmed_methods))  # type: ignore[attr-defined]  # `stated_by` reads it
        return guarded

    return decorate


@dataclass(frozen=True)
class Stated:
    """The rules that an address asks, by what it does: None for what it does not do. `confirmed_methods`: those for
    which it asks for the password again.
    """

    read: Rule | None
    write: Rule | None
    write_methods: tuple[str, ...] = ("POST",)
    confirmed_methods: tuple[str, ...] = ()

    @property
    def by_method(self) -> dict[str, Rule]:
        found = {"GET": self.read, **dict.fromkeys(self.write_methods, self.write)}
        return {method: rule for method, rule in found.items() if rule is not None}

    @property
    def asks_again(self) -> bool:
        """Tells whether each change needs the password."""
        return all(method in self.confirmed_methods for method in self.by_method if method in WRITE_METHODS)


def stated_by(callback: Any) -> Stated | None:
    """None of a view that does not state a rule for all that it does."""
    view = made_from(callback)
    if view is None:
        found: Stated | None = getattr(callback, "stated", None)
        return found
    taken = {name.upper() for name in view.http_method_names if hasattr(view, name)}
    read, write = getattr(view, "permission", None), getattr(view, "write_permission", None)
    writes = tuple(name for name in WRITE_METHODS if name in taken)
    if ("GET" in taken and read is None) or (writes and write is None):
        return None
    confirmed_methods = tuple(getattr(view, "confirmed_methods", ()))
    return Stated(read if "GET" in taken else None, write if writes else None, writes, confirmed_methods)
