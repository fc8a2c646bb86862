"""`GET explain/`: the answers by hand from the site of conftest, their description, and what is refused."""

from typing import Any

import jsonschema
import pytest

from rollups.models import RollupRun
from rollups.services import rebuild_rollups
from tests.api.addresses import wrong
from tests.api.conftest import API
from tests.api.test_schema import described, plain
from tests.sweeps import sample_or_whole, some_of

pytestmark = pytest.mark.django_db


def test_a_rate_with_all_that_is_said_of_it(site: Any, ask: Any) -> None:
    rebuild_rollups()
    run = RollupRun.objects.order_by("-pk")[0]
    answer = ask("explain/?figure=measures.completion_rate&section=innovation&lang=en").json()
    times = {name: answer.pop(name) for name in ("computed_at", "run")}
    here = f"http://testserver{API}"
    rows = "section=innovation&as_of=2023-08-29&plan=shandong-2023-2025"
    # M001 is completed, M004 is not.
    assert answer == {
        "as_of": "2023-08-29",
        "plan": "shandong-2023-2025",
        "figure": "measures.completion_rate",
        "label": "Completion rate",
        "narrowed": {"section": "innovation"},
        "value": 50.0,
        "unit": "%",
        "cumulative": True,
        "provenance": "illustrative",
        "published_for": None,
        "source": "",
        "explain": "Completed measures over all measures, rounded half up to one decimal.",
        "working": "1 ÷ 2 = 50.0%",
        "inputs": [
            {"figure": "measures.completed", "label": "Completed", "value": 1, "day": None, "unit": "measures"},
            {"figure": "measures.total", "label": "Policy measures", "value": 2, "day": None, "unit": "measures"},
        ],
        "rows": {
            "count": 2,
            "page": f"http://testserver/measures/?{rows}",
            "url": f"{here}measures/?{rows}",
        },
        "cells": 1,
        "stored": True,
        "refreshing": False,
        "observation": None,
        "meta": {},
    }
    assert times["computed_at"].endswith("+08:00")
    # Three cells of measures, one of them another plan's, and three of projects.
    assert (times["run"]["id"], times["run"]["full"], times["run"]["cells"]) == (run.pk, True, 6)


def test_an_indicator_with_its_observation(site: Any, ask: Any) -> None:
    answer = ask("explain/?figure=indicators.gdp_growth_ytd.value&lang=en").json()
    assert (answer["value"], answer["cells"], answer["stored"], answer["run"]) == (6.2, 0, False, None)
    assert answer["observation"] == {
        "indicator": "gdp_growth_ytd",
        "region": "370000",
        "period": "2023H1",
        "value": 6.2,
        "released_on": "2023-07-20",
        "release_basis": "stated",
        "verified": True,
        "source": "Made for tests",
        "previous": None,
        "comparator": {"region": "100000", "value": 5.5},
    }


def test_time_elapsed_is_made_of_days(site: Any, ask: Any) -> None:
    answer = ask("explain/?figure=measures.time_elapsed&lang=en").json()
    assert (answer["working"], answer["rows"]) == ("241 ÷ 1,096 = 22.0%", None)
    assert [each["value"] or each["day"] for each in answer["inputs"]] == [241, 1096, "2023-01-01", "2025-12-31"]


def test_another_plan_has_its_own(site: Any, ask: Any) -> None:
    answer = ask("explain/?figure=measures.total&plan=another-plan").json()
    assert (answer["value"], answer["plan"]) == (1, "another-plan")
    assert "plan=another-plan" in answer["rows"]["page"]


@sample_or_whole
@pytest.mark.parametrize("query", ["", "&as_of=2023-02-01", "&as_of=0001-01-01"])
def test_every_answer_fits_the_description(query: str, whole: bool, site: Any, ask: Any) -> None:
    everything = described()
    responses = everything["paths"][f"{API}explain/"]["get"]["responses"]
    shape = plain(responses["200"]["content"]["application/json"]["schema"], everything)
    figures = ask(f"summary/?lang=en{query}").json()["meta"]
    assert "measures.lights.yellow" in figures
    for figure in some_of(figures, query, whole=whole, number=8):
        jsonschema.validate(ask(f"explain/?figure={figure}{query}").json(), shape)
    refused = ask("explain/?figure=measures.total&nothing=1").json()
    jsonschema.validate(refused, plain(responses["400"]["content"]["application/problem+json"]["schema"], everything))


def test_its_parameters_are_described_and_no_other(site: Any, ask: Any) -> None:
    parameters = described()["paths"][f"{API}explain/"]["get"]["parameters"]
    refused = ask("explain/?figure=measures.total&nothing=1&lang=en").json()["detail"]
    assert {each["name"] for each in parameters} == set(refused.split(": ")[-1].rstrip(".").split(", "))
    assert [each["name"] for each in parameters if each.get("required")] == ["figure"]


def test_what_is_asked_wrongly_is_refused_with_what_is_allowed(site: Any, ask: Any) -> None:
    for query, parameter, words in (
        ("", "figure", "measures.completion_rate"),
        ("figure=measures.nothing", "figure", "indicators.gdp_growth_ytd.value"),
        ("figure=measures.total&city=370200", "city", "section, department"),
        ("figure=measures.total&section=nothing", "section", "energy, innovation"),
        ("figure=measures.total&as_of=2023-08-30", "as_of", "2023-08-29"),
        ("figure=measures.total&plan=nothing", "plan", "another-plan"),
        ("figure=measures.total%00", "figure", "Null"),
    ):
        answer = ask(f"explain/?lang=en&{query}")
        assert answer.status_code == 400, query
        assert list(wrong(answer)) == [parameter], query
        assert words in answer.json()["detail"], query


def test_a_site_without_a_plan_has_nothing_to_explain(db: Any, today: Any, ask: Any) -> None:
    assert ask("explain/?figure=measures.total").status_code == 404
