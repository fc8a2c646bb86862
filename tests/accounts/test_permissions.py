"""Tests of who reports what: Ada for Science, Zoe for a city."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from accounts.models import Role, Scope, User
from accounts.permissions import (
    may_comment,
    may_report,
    may_report_measures,
    may_report_project,
    may_see_owners,
    may_see_report,
    may_use_workspace,
    scopes_of,
    signed_in,
)

SCIENCE, ENERGY, ZIBO, YANTAI = 1, 2, 11, 12
ADA = User(role=Role.REPORTER, department_id=SCIENCE)
ZOE = User(role=Role.REPORTER, city_id=ZIBO)
# Of a department and of a city, and reporters of neither.
VIC, QING = User(role=Role.VIEWER, department_id=SCIENCE), User(role=Role.REVIEWER, city_id=ZIBO)
NOBODY = AnonymousUser()


@pytest.mark.parametrize(
    ("who", "lead", "city", "may"),
    [
        (ZOE, None, ZIBO, True),
        (ZOE, SCIENCE, ZIBO, True),
        (ZOE, None, YANTAI, False),
        (ADA, SCIENCE, ZIBO, True),
        (ADA, ENERGY, ZIBO, False),
        # No department is not that of a project without a lead, nor no city that of one.
        (ADA, None, ZIBO, False),
        (ZOE, None, SCIENCE, False),
        (VIC, SCIENCE, ZIBO, False),
        (QING, None, ZIBO, False),
        (User(is_superuser=True), None, ZIBO, False),
        (NOBODY, None, ZIBO, False),
    ],
)
def test_a_project_is_reported_by_its_city_and_by_its_lead(who: Any, lead: int | None, city: int, may: bool) -> None:
    assert may_report_project(who, lead=lead, city=city) is may


def test_a_citys_reporter_has_no_part_in_measures() -> None:
    assert not may_report_measures(ZOE)
    assert not may_report(ZOE, lead=ZIBO)
    assert not may_comment(ZOE, lead=SCIENCE, participating=[ENERGY])
    assert not may_see_owners(ZOE, lead=SCIENCE)
    assert not may_see_report(ZOE, department=SCIENCE, is_accepted=False)
    assert may_see_report(ZOE, department=SCIENCE, is_accepted=True)


@pytest.mark.parametrize(("who", "measures", "workspace"), [(ADA, True, True), (ZOE, False, True), (VIC, False, False)])
def test_every_reporter_has_a_workspace(who: User, measures: bool, workspace: bool) -> None:
    assert (may_report_measures(who), may_use_workspace(who)) == (measures, workspace)
    assert (Scope.REPORTS in scopes_of(who)) is measures
    assert (Scope.PROBLEMS in scopes_of(who)) is workspace
    # Of tokens that were made before there were others.
    assert Scope.REPORT not in scopes_of(who)


def test_nobody_has_a_token_comments_or_changes_anything() -> None:
    assert scopes_of(NOBODY) == []
    assert not may_comment(NOBODY, lead=SCIENCE, participating=[ENERGY])
    with pytest.raises(PermissionDenied):
        signed_in(NOBODY)
    assert signed_in(ADA) is ADA
