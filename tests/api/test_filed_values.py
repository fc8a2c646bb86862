"""Values of indicators by API: the same services and the same refusals as the form, and nothing half-saved. Science
owns `gdp_growth_ytd`, of which there is 2023H1 (accepted by the office) and 2023Q1."""

from datetime import date
from typing import Any

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators.models import Indicator, Observation, ValueReport
from indicators.values.services import accept_value
from reporting.services import return_report
from tests import factories as make
from tests.api.addresses import WRITTEN, wrong
from tests.api.conftest import API, Caller
from tests.api.test_schema import described, plain

pytestmark = pytest.mark.django_db

VALUES = "indicators/gdp_growth_ytd/filed-values/"
FILED = [each for each in WRITTEN if "/filed-values/" in each[1]]
DOCUMENT = {"document_number": "鲁统字〔2023〕1号", "title": "季报"}
WHOLE = {
    "region": "370000",
    "period": "2023Q2",
    "value": 6.3,
    "verified": True,
    "released_on": "2023-07-20",
    "value_provenance": "published",
    "source": "山东省统计局 | Shandong Bureau of Statistics",
    "evidence": [DOCUMENT],
}


def nothing_was_saved() -> bool:
    return not ValueReport.objects.open().exists()


def address(report: Any, move: str = "") -> str:
    return f"{VALUES}{report['id']}/{f'{move}/' if move else ''}"


def test_ada_files_a_draft(people: Any) -> None:
    answer = people.ada("post", VALUES, WHOLE)
    assert answer.status_code == 201, answer.content
    report = answer.json()
    assert answer["Location"] == report["url"] == f"http://testserver{API}{address(report)}"
    [evidence] = report.pop("evidence")
    assert (evidence["document_number"], evidence["title"]) == ("鲁统字〔2023〕1号", "季报")
    assert report == {
        "as_of": "2023-08-29",
        "id": ValueReport.objects.get(state="draft").pk,
        "indicator": "gdp_growth_ytd",
        "region": "370000",
        "department": "science",
        "period": "2023Q2",
        "state": "draft",
        "version": 1,
        "unit": "%",
        "value": 6.3,
        "exact": True,
        "verified": True,
        "released_on": "2023-07-20",
        "release_basis": "stated",
        "value_provenance": "published",
        "source": "山东省统计局 | Shandong Bureau of Statistics",
        "basis": "",
        "scope": "",
        "note": "",
        "purpose": "",
        "reason": "",
        "corrects": None,
        "observation": None,
        "submitted_on": None,
        "decided_on": None,
        "decision_note": "",
        "steps": [],
        "moves": ["submit"],
        "provenance": "reported",
        "updated_at": report["updated_at"],
        "url": report["url"],
    }


def test_ada_submits_at_once_rita_accepts_and_it_is_an_observation(people: Any) -> None:
    report = people.ada("post", VALUES, {**WHOLE, "submit": True}).json()
    assert (report["state"], report["submitted_on"], report["moves"]) == ("submitted", "2023-08-29", ["withdraw"])
    assert people.rita("get", address(report)).json()["moves"] == ["accept", "return"]
    accept_value(ValueReport.objects.get(pk=report["id"]), by=people.users["rita"])
    done = people.ada("get", address(report)).json()
    assert (done["state"], done["moves"], done["decided_on"]) == ("accepted", [], "2023-08-29")
    assert done["observation"] == Observation.objects.get(period="2023Q2").pk
    kept = done["steps"][0]["content"]
    assert (kept["period"], kept["value"], kept["evidence"][0]["title_zh"]) == ("2023Q2", 6.3, "季报")


def test_the_least_that_makes_a_draft(people: Any) -> None:
    report = people.ada("post", VALUES, {"region": "370200", "period": "2022"}).json()
    assert (report["value"], report["verified"], report["evidence"], report["region"]) == (None, None, [], "370200")


def test_a_draft_is_changed_submitted_withdrawn_and_submitted_again(people: Any) -> None:
    report = people.ada("post", VALUES, WHOLE).json()
    changed = people.ada("put", address(report), {"version": 1, "value": 6.123456, "note": "x"}).json()
    assert (changed["version"], changed["value"], changed["note"], len(changed["evidence"])) == (2, 6.123456, "x", 1)
    assert changed["source"] == WHOLE["source"]
    moved = people.ada("post", address(report, "submit"))
    assert (moved.status_code, moved.json()["state"]) == (200, "submitted")
    moved = people.ada("post", address(report, "withdraw"), {})
    assert (moved.status_code, moved.json()["state"]) == (200, "draft")
    again = people.ada("put", address(report), {"version": 3, "note": "", "evidence": [], "submit": True}).json()
    assert (again["state"], again["note"], again["evidence"]) == ("submitted", "", [])


def test_a_returned_value_comes_with_the_words_and_is_submitted_again(people: Any) -> None:
    report = people.ada("post", VALUES, {**WHOLE, "submit": True}).json()
    return_report(ValueReport.objects.get(pk=report["id"]), by=people.users["rita"], note="请核对")
    returned = people.ada("get", address(report)).json()
    assert (returned["state"], returned["decision_note"], returned["moves"]) == ("returned", "请核对", ["resubmit"])
    again = people.ada("put", address(report), {"version": 1, "value": 6.4, "submit": True}).json()
    assert (again["state"], again["value"]) == ("submitted", 6.4)


def test_what_is_unlikely_is_asked_about_and_goes_through_once_confirmed(people: Any) -> None:
    early = {**WHOLE, "period": "2023-08", "submit": True}
    answer = people.ada("post", VALUES, early)
    assert answer.status_code == 409
    doubts = answer.json()["doubts"]
    assert [(each["name"], each["field"]) for each in doubts] == [("kind", "value"), ("early", "released_on")]
    assert all(each["question"].endswith("?") for each in doubts)
    assert list(wrong(answer)) == ["#/value"]
    assert nothing_was_saved()
    left = people.ada("post", VALUES, {**early, "confirmed": ["kind"]}).json()["doubts"]
    assert [each["name"] for each in left] == ["early"]
    assert people.ada("post", VALUES, {**early, "confirmed": ["early", "kind"]}).json()["state"] == "submitted"


def test_a_value_far_from_the_last_ones_is_asked_about(people: Any) -> None:
    growth = Indicator.objects.get(code="gdp_growth_ytd")
    for year in range(2015, 2021):
        span = {"period": str(year), "period_kind": "year", "period_start": date(year, 1, 1)}
        make.make_observation(growth, "6", **span, period_end=date(year, 12, 31), released_on=date(year + 1, 1, 20))
    body = {**WHOLE, "period": "2022", "value": 61.5}
    report = people.ada("post", VALUES, body).json()
    [doubt] = people.ada("post", address(report, "submit")).json()["doubts"]
    assert (doubt["name"], doubt["field"]) == ("far", "value")
    sure = people.ada("put", address(report), {"version": 1, "confirmed": ["far"], "submit": True})
    assert sure.json()["state"] == "submitted"


def test_a_period_that_has_a_value_takes_a_revision_or_a_correction(people: Any) -> None:
    first = Observation.objects.get(period="2023Q1")
    again = {**WHOLE, "period": "2023Q1", "submit": True}
    assert list(wrong(people.ada("post", VALUES, again))) == ["#/purpose"]
    assert list(wrong(people.ada("post", VALUES, {**again, "purpose": "revision"}))) == ["#/reason"]
    corrected = {**again, "purpose": "correction", "reason": "笔误", "confirmed": ["kind"]}
    assert list(wrong(people.ada("post", VALUES, corrected))) == ["#/purpose"]
    other = Observation.objects.get(period="2023H1", region__code="370000")
    assert list(wrong(people.ada("post", VALUES, {**corrected, "corrects": other.pk}))) == ["#/purpose"]
    assert nothing_was_saved()
    report = people.ada("post", VALUES, {**corrected, "corrects": first.pk}).json()
    assert (report["state"], report["corrects"]) == ("submitted", first.pk)


def test_a_colleagues_version_is_shown_and_kept(people: Any) -> None:
    report = people.ada("post", VALUES, WHOLE).json()
    people.ada("put", address(report), {"version": 1, "value": 6.4})
    answer = people.ada("put", address(report), {"version": 1, "value": 6.5})
    assert answer.status_code == 409
    assert (answer.json()["theirs"]["value"], answer.json()["theirs"]["version"]) == (6.4, 2)


def test_a_second_report_of_the_period_is_refused_with_the_first(people: Any) -> None:
    first = people.ada("post", VALUES, WHOLE).json()
    answer = people.ada("post", VALUES, WHOLE)
    assert (answer.status_code, list(wrong(answer))) == (409, ["#/period"])
    assert answer.json()["theirs"]["id"] == first["id"]
    assert people.ada("post", VALUES, {**WHOLE, "region": "370200"}).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": None}, "value"),
        ({"value": 1e13}, "value"),
        ({"value": 0.0000001}, "value"),
        ({"verified": None}, "verified"),
        ({"source": ""}, "source"),
        ({"released_on": None}, "released_on"),
        ({"released_on": "2023-08-30"}, "released_on"),
        ({"period": "2023Q4"}, "period"),
        ({"period": "1899"}, "period"),
        ({"period": "2020-2150"}, "period"),
    ],
)
def test_what_the_rules_refuse_is_a_409_that_names_the_field_and_saves_nothing(
    people: Any, change: dict[str, Any], field: str
) -> None:
    answer = people.ada("post", VALUES, {**WHOLE, "submit": True, **change})
    assert answer.status_code == 409, answer.content
    assert list(wrong(answer)) == [f"#/{field}"]
    assert nothing_was_saved()


def test_a_share_of_a_whole_beyond_it_is_refused(people: Any) -> None:
    Indicator.objects.filter(code="gdp_growth_ytd").update(is_share=True)
    answer = people.ada("post", VALUES, {**WHOLE, "submit": True, "value": 100.1})
    assert answer.status_code == 409
    assert wrong(answer) == {"#/value": ["The indicator is a share of a whole: its value lies between 0 and 100."]}
    assert nothing_was_saved()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"period": "2023年上半年"}, "period"),
        ({"period": "2023-02-30"}, "period"),
        ({"period": None}, "period"),
        ({"region": "999999"}, "region"),
        ({"region": ""}, "region"),
        ({"value": "6.3"}, "value"),
        ({"value": True}, "value"),
        ({"exact": None}, "exact"),
        ({"verified": "yes"}, "verified"),
        ({"released_on": "2023-02-30"}, "released_on"),
        ({"release_basis": "guessed"}, "release_basis"),
        ({"value_provenance": "illustrative"}, "value_provenance"),
        ({"source": "x" * 601}, "source"),
        ({"purpose": "none"}, "purpose"),
        ({"corrects": "1"}, "corrects"),
        ({"confirmed": ["all"]}, "confirmed/0"),
        ({"confirmed": "far"}, "confirmed"),
        ({"evidence": [{}]}, "evidence/0"),
        ({"submit": 1}, "submit"),
        ({"state": "accepted"}, "state"),
    ],
)
def test_what_does_not_fit_is_a_400_that_names_the_field_and_saves_nothing(
    people: Any, change: dict[str, Any], field: str
) -> None:
    answer = people.ada("post", VALUES, {**WHOLE, "submit": True, **change})
    assert answer.status_code == 400, answer.content
    assert list(wrong(answer)) == [f"#/{field}"]
    assert nothing_was_saved()


def test_of_a_derived_indicator_nothing_is_filed(people: Any) -> None:
    growth = Indicator.objects.get(code="gdp_growth_ytd")
    fields = {"derived_form": "year_on_year", "derived_from": growth}
    derived = make.make_indicator("derived_1", owner=growth.owner, **fields)
    answer = people.ada("post", f"indicators/{derived.code}/filed-values/", WHOLE)
    assert answer.status_code == 409
    assert nothing_was_saved()


@pytest.mark.parametrize(
    ("who", "status"), [("ben", 403), ("vic", 403), ("rita", 403), ("audit", 403), ("reads", 403), ("nobody", 401)]
)
@pytest.mark.parametrize("number", range(len(FILED)))
def test_nobody_else_files(people: Any, open_reading: None, who: str, status: int, number: int) -> None:
    state = "submitted" if number == 3 else "draft"
    report = people.ada("post", VALUES, {**WHOLE, "submit": number == 3}).json()
    method, path = FILED[number]
    path = path.replace("/1/", f"/{report['id']}/")
    answer = getattr(people, who)(method, path, {**WHOLE, "period": "2022", "version": 1})
    assert answer.status_code == status
    assert [each.state for each in ValueReport.objects.open()] == [state]
    if status == 403 and who != "reads":
        expected = "Only the responsible department may file values of this indicator"
        assert answer.json()["detail"] == expected


def test_who_sees_which(people: Any, open_reading: None) -> None:
    report = people.ada("post", VALUES, WHOLE).json()
    for who in ("ada", "reads", "rita", "audit"):
        rows = getattr(people, who)("get", VALUES).json()["results"]
        assert [row["state"] for row in rows] == ["accepted", "draft"], who
        assert getattr(people, who)("get", address(report)).status_code == 200, who
        assert rows[0]["decision_note"] == ""
    for who in ("ben", "vic", "nobody"):
        [row] = getattr(people, who)("get", VALUES).json()["results"]
        assert (row["state"], row["decision_note"], row["steps"]) == ("accepted", None, None)
        status = 401 if who == "nobody" else 403
        assert getattr(people, who)("get", address(report)).status_code == status, who


def test_the_successor_of_a_department_reads_what_that_wrote(people: Any) -> None:
    report = people.ada("post", VALUES, WHOLE).json()
    science, power = (people.users[name].department for name in ("ada", "ben"))
    science.merged_into, science.merged_on = power, date(2023, 8, 29)
    science.save()
    assert people.ben("get", address(report)).status_code == 200
    assert [row["id"] for row in people.ben("get", f"{VALUES}").json()["results"] if row["state"] == "draft"]


def test_a_value_is_that_of_its_indicator(people: Any) -> None:
    report = people.ada("post", VALUES, WHOLE).json()
    make.make_indicator("other_1")
    assert people.ada("get", f"indicators/other_1/filed-values/{report['id']}/").status_code == 404
    assert people.ada("get", "indicators/nothing_1/filed-values/").status_code == 404


def test_a_key_makes_one_of_two_sendings(people: Any) -> None:
    caller = Caller({**people.ada.headers, "Idempotency-Key": "one"})
    first, second = (caller("post", VALUES, WHOLE) for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second["Idempotency-Replayed"] == "true"
    assert ValueReport.objects.filter(state="draft").count() == 1


def test_what_is_answered_fits_the_schema(people: Any) -> None:
    everything = described()

    def fits(path: str, method: str, answer: Any) -> None:
        shapes = everything["paths"][API + path][method]["responses"][str(answer.status_code)]["content"]
        jsonschema.validate(answer.json(), plain(shapes[answer["Content-Type"]]["schema"], everything))

    each = "indicators/{code}/filed-values/"
    one = f"{each}{{report}}/"
    made = people.ada("post", VALUES, WHOLE)
    fits(each, "post", made)
    fits(each, "post", people.ada("post", VALUES, WHOLE))
    fits(each, "post", people.ada("post", VALUES, {**WHOLE, "period": "2023-08", "submit": True}))
    fits(each, "post", people.ada("post", VALUES, {}))
    fits(each, "get", people.ada("get", VALUES))
    fits(f"{one}submit/", "post", people.ada("post", address(made.json(), "submit")))
    fits(one, "get", people.ada("get", address(made.json())))
    fits(f"{one}withdraw/", "post", people.ada("post", address(made.json(), "withdraw")))
    fits(one, "put", people.ada("put", address(made.json()), {"version": 2, "value": None}))
    fits(one, "put", people.ada("put", address(made.json()), {"version": 2, "value": 5}))


def test_the_number_of_queries_does_not_grow(people: Any) -> None:
    growth = Indicator.objects.get(code="gdp_growth_ytd")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert people.rita("get", VALUES).status_code == 200
        return len(queries)

    make.make_value_report(growth, "2022-01", state="returned")
    people.rita("get", VALUES)
    few = count()
    for month in range(2, 12):
        filed = make.make_value_report(growth, f"2022-{month:02}", state="returned")
        filed.evidence.create(document_number=str(month))
    assert count() == few
