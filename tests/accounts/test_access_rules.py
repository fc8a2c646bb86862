"""An address states who may, and what states a rule enforces it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import URLResolver, path
from django.urls.resolvers import RegexPattern
from django.views.generic import View

from accounts.access_rules import (
    ACCOUNTS,
    ANYONE,
    MEASURE_REPORTERS,
    OWNERS,
    READERS,
    REVIEWERS,
    GuardedView,
    asks,
    stated_by,
)
from accounts.addresses import Address, addresses, check_addresses, faults, readable
from accounts.models import Role, User
from web.api.endpoints import Endpoint
from web.api.permissions import AsksRule

SCIENCE, ENERGY = 1, 2
ADA = User(pk=1, username="ada", role=Role.REPORTER, department_id=SCIENCE)
BEN = User(pk=2, username="ben", role=Role.REPORTER, department_id=ENERGY)
RITA = User(pk=3, username="rita", role=Role.REVIEWER)


class Answers(GuardedView):
    """Says "done" to whoever may."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("done")

    def post(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("done")


class OfReviewers(Answers):
    permission = READERS
    write_permission = REVIEWERS


class ReadAlone(Answers):
    permission = READERS


class OfLead(Answers):
    permission = write_permission = MEASURE_REPORTERS
    permission_refusal = "Only for the lead"

    def permission_facts(self) -> Any:
        return {"lead": SCIENCE}


class OfOwner(Answers):
    permission = write_permission = OWNERS

    def permission_facts(self) -> Any:
        return {"owner": ADA.pk}


class Unguarded(View):
    permission = REVIEWERS

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("done")


class Open(Unguarded):
    permission = ANYONE


@asks(read=ACCOUNTS)
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


def unstated(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


def ask(view: Any, person: Any, method: str = "GET") -> Any:
    request = RequestFactory().generic(method, "/")
    request.user = person
    return view(request)


def found_at(*views: Any) -> list[Address]:
    patterns = [path(f"{number}/", view, name=f"name-{number}") for number, view in enumerate(views)]
    return list(addresses(URLResolver(RegexPattern(r"^/"), patterns)))


def test_every_address_of_the_site_states_who_may() -> None:
    assert check_addresses() == []
    assert len(list(addresses())) > 200


@pytest.mark.parametrize("view", [unstated, Answers.as_view(), ReadAlone.as_view()], ids=["function", "none", "write"])
def test_an_address_that_states_no_rule_is_refused(view: Any) -> None:
    [fault] = faults(found_at(page, view))
    assert (fault.id, fault.obj) == ("accounts.E001", "name-1")


def test_a_rule_that_nothing_enforces_is_refused() -> None:
    [fault] = faults(found_at(OfReviewers.as_view(), Open.as_view(), Unguarded.as_view()))
    assert (fault.id, fault.obj) == ("accounts.E002", "name-2")


def test_every_endpoint_of_the_api_enforces_its_rule() -> None:
    endpoints = [each.view.cls for each in addresses() if hasattr(each.view, "cls")]
    assert len(endpoints) > 30
    for endpoint in endpoints:
        assert issubclass(endpoint, Endpoint)
        assert endpoint.permission_classes == [AsksRule]


def test_a_view_that_states_nothing_opens_to_nobody() -> None:
    with pytest.raises(ImproperlyConfigured, match="states no permission"):
        ask(Answers.as_view(), RITA)


def test_reading_and_changing_have_rules_of_their_own() -> None:
    view = OfReviewers.as_view()
    assert ask(view, ADA).content == b"done"
    assert ask(view, RITA, "POST").content == b"done"
    with pytest.raises(PermissionDenied):
        ask(view, ADA, "POST")
    assert ask(view, AnonymousUser(), "POST")["Location"].startswith("/accounts/login/")


def test_the_facts_about_the_row_decide() -> None:
    view = OfLead.as_view()
    assert ask(view, ADA).content == b"done"
    for person in (BEN, RITA):
        with pytest.raises(PermissionDenied, match="Only for the lead"):
            ask(view, person)


def test_what_is_somebodys_own_is_not_there_for_others() -> None:
    view = OfOwner.as_view()
    assert ask(view, ADA, "POST").content == b"done"
    with pytest.raises(Http404):
        ask(view, BEN, "POST")


def test_a_function_takes_the_methods_that_it_states() -> None:
    assert ask(page, ADA).content == b"done"
    assert ask(page, ADA, "HEAD").status_code == 200
    assert ask(page, AnonymousUser())["Location"].startswith("/accounts/login/")
    refused = ask(page, ADA, "POST")
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")


def test_what_is_stated_is_found_by_method() -> None:
    assert stated_by(OfReviewers.as_view()).by_method == {"GET": READERS, "POST": REVIEWERS}  # type: ignore[union-attr]
    assert stated_by(page).by_method == {"GET": ACCOUNTS}  # type: ignore[union-attr]
    assert stated_by(unstated) is None


def test_a_route_is_shown_with_its_parts_in_braces() -> None:
    assert readable("measures/<str:code>/problems/<int:number>/") == "measures/{code}/problems/{number}/"
    assert readable("set-password/<uidb64>/") == "set-password/{uidb64}/"
