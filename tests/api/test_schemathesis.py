"""Tests that what the schema allows is answered as it says, what it does not allow is refused, and nothing is a
fault."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import WSGIHandler
from django.db import close_old_connections, transaction
from schemathesis.checks import load_all_checks
from schemathesis.core.parameters import ParameterLocation

# The tests that it collects by itself cost every run the making of the schema, whichever tests are asked for.
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.generation.meta import CoveragePhaseData

from tests import factories as make
from tests.api.conftest import API
from tests.api.test_schema import described
from web.api.throttles import AnonymousThrottle, TokenThrottle

pytestmark = pytest.mark.django_db

load_all_checks()
REJECTED_THOUGH_IT_FITS = schemathesis.checks.CHECKS.get_one("positive_data_acceptance")
# Whether their values can be answered the data decide: which slugs and codes there are, which day it is, how many pages
# there are, what a cursor was made for. No schema can say it.
OF_THE_DATA = {"as_of", "compare", "page", "cursor", "figure", "key", "plan", "section", "department", "participating"}
OF_THE_DATA |= {
    "category",
    "theme",
    "lead",
    "owner",
    "helper",
    "raised_by",
    "#/what_was_done",
    "#/problem",
    "#/next_step",
    "#/text",
    "#/category",
    "#/owner",
}
OF_THE_DATA |= {"measure", "indicator", "project", "list", "city", "also_in", "region", "parent", "county"}
# Not before the first day of a series, and no later than the day of the answer.
OF_THE_DATA |= {"from", "to", "vintage", "regions"}
# Which regions there are, and whether there is such a day: no value is of 2023-02-30.
OF_THE_DATA |= {"#/region", "#/period"}
# A `uri` may be more than an address of a page.
OF_THE_DATA |= {"url"}


def is_about_the_path(case: Any) -> bool:
    phase = case.meta.phase.data
    if isinstance(phase, CoveragePhaseData):
        return phase.parameter_location == ParameterLocation.PATH
    return bool(case.meta.is_negative_at(ParameterLocation.PATH))


def is_explained(case: Any) -> bool:
    return bool(case.operation.path == f"{API}explain/")


def refused_only_by_the_data(context: Any, response: Any, case: Any) -> None:
    """Takes the place of a check that would have each request of a fitting shape answered."""
    if case.meta.generation.mode.is_positive and response.status_code == 400:
        places = [each.get("parameter", each.get("pointer")) for each in response.json()["errors"]]
        refused = {re.sub(r"^#/evidence/\d+/", "", place) for place in places}
        # The fields of a comparison need one, and measures are in no stage.
        allowed = OF_THE_DATA if case.query and case.query.get("compare") else OF_THE_DATA | {"fields"}
        assert refused <= (allowed | {"stage"} if is_explained(case) else allowed), refused


# Who files reaches every operation; what others get differs by permission alone, which has its own table.
@pytest.fixture(params=["ada", *(pytest.param(name, marks=pytest.mark.long) for name in ("nobody", "vic"))])
def callers(request: Any, site: Any, settings: Any, token_of: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The API as its schema describes it, and the headers of who asks: nobody where reading is open, a viewer, and a
    reporter who may file."""
    settings.PILOTZONE_PUBLIC_READING = request.param == "nobody"
    for throttle in (AnonymousThrottle, TokenThrottle):
        monkeypatch.setattr(throttle, "THROTTLE_RATES", {throttle.scope: None})
    api = schemathesis.openapi.from_dict(deepcopy(described()))
    api.app = WSGIHandler()
    # An account that is made up is refused, and nothing more is seen; `ignored_auth` tries those.
    api.config.generation.update(with_security_parameters=False)
    headers = {"Accept-Encoding": "identity"}
    if request.param == "vic":
        headers |= token_of(make.make_user("vic"))
    elif request.param == "ada":
        ada = make.make_user("ada", role="reporter", department=site.first.lead_department)
        headers |= token_of(ada, scope="report")
    # The end of a request must not close the connection that the test's transaction is on.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield api, headers
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.fixture
def row_of(site: Any) -> Callable[[Any], dict[str, Any]]:
    """Return a function that gives an operation the values in its path with which it finds its row."""
    [accepted, submitted] = make.Report.objects.filter(measure__code="M004").order_by("submitted_on")
    returned = make.make_report(site.first, date(2023, 8, 21), state="returned")
    growth = make.Indicator.objects.get(code="gdp_growth_ytd")
    values = {"accepted": growth.value_reports.get()}
    for state, period in (("submitted", "2023-07"), ("returned", "2022")):
        values[state] = make.make_value_report(growth, period, state=state)
    codes = {"measures": "M001", "projects": "P0001", "indicators": "gdp_growth_ytd"}

    def find(operation: Any) -> dict[str, Any]:
        kind = operation.path.removeprefix(API).partition("/")[0]
        if "{report}" not in operation.path:
            return {"code": codes[kind]} if "{code}" in operation.path else {}
        if kind == "indicators":
            is_withdrawn = operation.path.endswith("withdraw/")
            state = "accepted" if operation.method == "get" else "submitted" if is_withdrawn else "returned"
            return {"code": codes[kind], "report": values[state].pk}
        if operation.method == "get":
            return {"code": "M004", "report": accepted.pk}
        if operation.path.endswith("withdraw/"):
            return {"code": "M004", "report": submitted.pk}
        return {"code": "M001", "report": returned.pk}

    return find


def go_through(callers: Any, row_of: Any, *, modes: list[HypothesisTestMode], examples: int) -> int:
    """Every operation in turn; gives how many answers were good."""
    api, headers = callers
    good = 0

    def check(case: Any) -> None:
        nonlocal good
        if case.path_parameters and not is_about_the_path(case):
            case.path_parameters.update(row_of(case.operation))
        if is_explained(case) and case.meta.generation.mode.is_positive:
            case.query["figure"] = "measures.total"
        with transaction.atomic():
            answer = case.call_and_validate(
                headers=headers,
                excluded_checks=[REJECTED_THOUGH_IT_FITS],
                additional_checks=[refused_only_by_the_data],
            )
            good += answer.status_code < 300
            transaction.set_rollback(True)

    settings = hypothesis.settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    for found in api.get_all_operations():
        config = HypothesisTestConfig(project=api.config, modes=modes, settings=settings)
        create_test(operation=found.ok(), test_func=check, config=config)()
    return good


def test_each_operation_does_what_the_schema_says(callers: Any, row_of: Any) -> None:
    assert go_through(callers, row_of, modes=[HypothesisTestMode.FUZZING], examples=4) > 0


@pytest.mark.long
def test_each_operation_does_what_the_schema_says_at_every_edge(callers: Any, row_of: Any) -> None:
    modes = [HypothesisTestMode.COVERAGE, HypothesisTestMode.FUZZING]
    assert go_through(callers, row_of, modes=modes, examples=100) > 0
