"""The pages on which values of indicators are filed and accepted: Ada reports for the department that owns `growth`,
Ben for another, Rita reviews, Vic only looks."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core.period_codes import read_period
from indicators.models import Indicator, Observation, ValueReport
from indicators.values.services import ValueData, accept_value, save_value, submit_value
from reporting.services import return_report
from tests.documents import make_pdf
from tests.factories import (
    make_department,
    make_indicator,
    make_observation,
    make_plan,
    make_target,
    make_theme,
    make_user,
    region,
)
from tests.pages import text_of

pytestmark = pytest.mark.django_db
VALUE = ValueData(
    Decimal("5.3"), verified=True, released_on=date(2023, 7, 21), value_provenance="published", source="山东省统计局"
)
FORM = {
    "value": "5.3",
    "exact": "yes",
    "released_on": "2023-07-21",
    "release_basis": "stated",
    "value_provenance": "published",
    "source": "山东省统计局",
    "verified": "yes",
    "note": "基数较低",
}
SHARE = "The indicator is a share of a whole: its value lies between 0 and 100."
URL = "/indicators/growth/value/?period=2023Q2&region=370000"
REVIEW = "/review/indicators/"


@pytest.fixture
def site(today: date, settings: Any, tmp_path: Any) -> SimpleNamespace:
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"]["location"] = tmp_path / "evidence"
    settings.STORAGES = storages
    plan, science = make_plan(), make_department("science", short_en="Science")
    return SimpleNamespace(
        plan=plan,
        science=science,
        growth=make_indicator("growth", name_en="Growth", owner=science, frequency="quarter", due_days=20),
        home=region(),
        ada=make_user("ada", role="reporter", department=science),
        amy=make_user("amy", role="reporter", department=science),
        ben=make_user("ben", role="reporter", department=make_department("other")),
        rita=make_user("rita", role="reviewer"),
        audit=make_user("audit", role="auditor"),
        vic=make_user("vic"),
    )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def signed_in(person: Any, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(person)
    return client


def drafted(site: SimpleNamespace, period: str = "2023Q2", **changes: Any) -> ValueReport:
    found = read_period(period)
    assert found is not None
    return save_value(site.growth, site.home, found, by=site.ada, data=replace(VALUE, **changes))


def filed(site: SimpleNamespace, period: str = "2023Q2", **changes: Any) -> ValueReport:
    return submit_value(drafted(site, period, **changes), by=site.ada)


def sent(person: Any, action: str = "submit", address: str = URL, **values: Any) -> Any:
    return signed_in(person).post(address, {**FORM, "action": action, **values})


class TestForm:
    def test_says_what_it_is_about_and_by_when_it_is_due(self, site: SimpleNamespace) -> None:
        make_observation(site.growth, "6.2")
        text = text_of(signed_in(site.ada).get(URL).content.decode())
        assert "Q2 2023 File a value: Growth It was due on 20 July 2023; you can still submit it." in text
        assert "In %." in text
        assert "Last values % Period Value Released H1 2023 6.2 2023-07-20" in text

    def test_speaks_chinese(self, site: SimpleNamespace) -> None:
        text = text_of(signed_in(site.ada, "zh-hans").get(URL).content.decode())
        for words in ("填报指标数值", "2023年二季度", "发布日期", "数据来源", "保存草稿"):
            assert words in text

    def test_is_saved_and_submitted(self, site: SimpleNamespace) -> None:
        answer = sent(site.ada, "draft")
        assert (answer.status_code, answer["Location"]) == (302, URL)
        draft = ValueReport.objects.get()
        assert (draft.state, draft.value, draft.verified, draft.exact) == ("draft", Decimal("5.3"), True, True)
        answer = sent(site.ada, version=str(draft.version))
        assert (answer.status_code, answer["Location"]) == (302, "/workspace/#values")
        draft.refresh_from_db()
        assert (draft.state, draft.submitted_by, draft.note) == ("submitted", site.ada, "基数较低")

    @pytest.mark.parametrize("name", ["ben", "rita", "vic"])
    def test_is_for_the_department_that_owns_the_indicator(self, site: SimpleNamespace, name: str) -> None:
        person = getattr(site, name)
        assert signed_in(person).get(URL).status_code == 403
        assert sent(person).status_code == 403
        assert not ValueReport.objects.exists()

    def test_nobody_logs_in_first_and_keeps_what_was_typed(self, site: SimpleNamespace) -> None:
        assert Client().get(URL)["Location"].startswith("/accounts/login/?next=/indicators/growth/value/")
        answer = Client().post(URL, {**FORM, "action": "submit"})
        assert (answer.status_code, "基数较低" in answer.content.decode()) == (403, True)
        assert Client().post("/indicators/growth/value/draft/?period=2023Q2", FORM).status_code == 401

    @pytest.mark.parametrize(
        "query", ["period=summer", "period=2023Q9", "period=2024Q1", "period=2023Q2&region=1", "period=2023Q2&region="]
    )
    def test_what_is_no_period_or_region_is_refused(self, site: SimpleNamespace, query: str) -> None:
        site.plan.delete() if query.endswith("region=") else None
        assert signed_in(site.ada).get(f"/indicators/growth/value/?{query}").status_code == 400

    def test_of_an_unknown_or_derived_indicator_there_is_none(self, site: SimpleNamespace) -> None:
        derived = {"derived_form": "year_on_year", "derived_from": site.growth}
        make_indicator("change", owner=site.science, **derived)
        client = signed_in(site.ada)
        assert client.get("/indicators/unheard/value/?period=2023Q2").status_code == 404
        assert client.get("/indicators/change/value/?period=2023Q2").status_code == 403

    def test_what_people_write_for_a_period_opens_the_form(self, site: SimpleNamespace) -> None:
        answer = signed_in(site.ada).get("/indicators/growth/value/", {"period": "２０２３年二季度"})
        assert answer.context["period"] == "Q2 2023"
        assert answer.context["form_url"] == URL

    def test_without_a_period_it_offers_what_is_owed(self, site: SimpleNamespace) -> None:
        make_observation(site.growth, "6.2", period_start=date(2023, 1, 1), period_end=date(2023, 3, 31))
        answer = signed_in(site.ada).get("/indicators/growth/value/")
        html = answer.content.decode()
        assert f'href="{URL.replace("&", "&amp;")}"' in html
        assert "Q2 2023 Due on 20 July 2023" in text_of(html)
        assert "Another period" in text_of(html)


REFUSED = [
    ({"value": ""}, "value", "This field is required"),
    ({"value": "much"}, "value", "Write a number in digits"),
    ({"value": "1.2345678"}, "value", "at most six decimals"),
    ({"value": "1234567890123"}, "value", "Write a number in digits"),
    ({"released_on": ""}, "released_on", "This field is required"),
    ({"released_on": "2023-02-30"}, "released_on", "There is no such date"),
    ({"released_on": "2023-08-30"}, "released_on", "The day is in the future"),
    ({"source": ""}, "source", "A published value needs its source"),
    ({"verified": ""}, "verified", "checked against its source"),
    ({"exact": "perhaps"}, "exact", "Select a valid choice"),
    ({"note": "x" * 301}, "note", "At most 300 characters"),
]


@pytest.mark.parametrize(("values", "field", "words"), REFUSED)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    site: SimpleNamespace, values: dict[str, str], field: str, words: str
) -> None:
    answer = sent(site.ada, **values)
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert words in " ".join(form.errors[field])
    assert f'href="#id_{field}' in answer.content.decode()
    for name, value in {**FORM, **values}.items():
        assert form[name].value() == value
    assert not ValueReport.objects.filter(state="submitted").exists()


def test_a_share_of_a_whole_beyond_it_is_refused_in_words(site: SimpleNamespace) -> None:
    Indicator.objects.update(is_share=True)
    assert sent(site.ada, value="100.5").context["form"].errors == {"value": [SHARE]}
    assert not ValueReport.objects.filter(state="submitted").exists()


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1,234.5", "1234.5"), ("－3.9", "-3.9"), ("１２．５", "12.5"), (" 12 345 ", "12345"), ("+0.7", "0.7")],
)
def test_a_number_is_read_as_people_write_it(site: SimpleNamespace, typed: str, value: str) -> None:
    sent(site.ada, "draft", value=typed)
    assert ValueReport.objects.get().value == Decimal(value)


class TestUnits:
    """A capacity in GW is 万千瓦 on Chinese pages: 100 times the number."""

    @pytest.fixture
    def url(self, site: SimpleNamespace) -> str:
        fields = {"unit": "GW", "unit_zh": "万千瓦", "zh_factor": 100, "owner": site.science}
        make_indicator("capacity", **fields)
        return URL.replace("growth", "capacity")

    @pytest.mark.parametrize(("unit", "typed", "value"), [("zh", "8382", "83.82"), ("own", "83.82", "83.82")])
    def test_a_value_is_written_in_either(
        self, site: SimpleNamespace, url: str, unit: str, typed: str, value: str
    ) -> None:
        sent(site.ada, "draft", url, value=typed, unit=unit)
        assert ValueReport.objects.get().value == Decimal(value)
        # And read again in that one.
        form = signed_in(site.ada).get(url).context["form"]
        assert (form["value"].value(), form["unit"].value()) == (typed, unit)

    def test_which_one_is_asked(self, site: SimpleNamespace, url: str) -> None:
        answer = signed_in(site.ada).get(url)
        assert [choice[0] for choice in answer.context["form"].fields["unit"].choices] == ["zh", "own"]
        assert list(sent(site.ada, "draft", url, value="8382").context["form"].errors) == ["unit"]
        assert "unit" not in signed_in(site.ada).get(URL).context["form"].fields

    def test_too_many_decimals_are_refused_in_its_words(self, site: SimpleNamespace, url: str) -> None:
        answer = sent(site.ada, "draft", url, value="0.00001", unit="zh")
        assert answer.context["form"].errors["value"] == ["A value has at most six decimals in GW."]


class TestDoubts:
    @pytest.fixture(autouse=True)
    def quarters(self, site: SimpleNamespace) -> None:
        for number, value in enumerate(("5.1", "5.2", "5.3", "5.0"), 1):
            period = read_period(f"2022Q{number}")
            assert period is not None
            make_observation(
                site.growth,
                value,
                period=period.code,
                period_kind="quarter",
                period_start=period.start,
                period_end=period.end,
                released_on=date(2023, 1, 20),
            )

    def test_are_asked_about_and_then_believed(self, site: SimpleNamespace) -> None:
        answer = sent(site.ada, value="53")
        assert [each.name for each, _is_confirmed, _reason in answer.context["doubts"]] == ["far"]
        assert "The last 4 values lie between 5.0% and 5.3%. Is it 53.0%?" in text_of(answer.content.decode())
        draft = ValueReport.objects.open().get()
        assert (draft.state, draft.value) == ("draft", Decimal(53))
        assert sent(site.ada, value="53", version=str(draft.version), confirmed=["far"]).status_code == 302
        draft.refresh_from_db()
        assert draft.state == "submitted"

    def test_the_office_sees_them_and_they_are_not_ticked_with_all(self, site: SimpleNamespace) -> None:
        submit_value(drafted(site, value=Decimal(53)), by=site.ada, answers={"far": ""})
        html = signed_in(site.rita).get(f"{REVIEW}?ticked=all").content.decode()
        assert "Said to be so The last 4 values lie between 5.0% and 5.3%. Is it 53.0%?" in text_of(html)
        assert not re.search(r'name="report"[^>]*checked', html)


class TestDraft:
    def test_saves_itself_and_says_what_is_needed(self, site: SimpleNamespace) -> None:
        address = "/indicators/growth/value/draft/?period=2023Q2"
        answer = signed_in(site.ada).post(address, {**FORM, "verified": ""})
        assert answer.status_code == 200
        html = answer.content.decode()
        assert "Draft saved" in html and "Say whether the value was checked against its source." in html
        assert ValueReport.objects.get().value == Decimal("5.3")

    def test_of_two_who_write_the_second_sees_both_versions(self, site: SimpleNamespace) -> None:
        draft = drafted(site)
        sent(site.amy, "draft", version=str(draft.version), value="5.4")
        answer = sent(site.ada, "draft", version=str(draft.version), value="5.5")
        assert "both versions are shown" in text_of(answer.content.decode())
        assert ValueReport.objects.get().value == Decimal("5.4")
        version = answer.context["form"]["version"].value()
        assert sent(site.ada, "draft", version=str(version), value="5.5").status_code == 302
        assert ValueReport.objects.get().value == Decimal("5.5")

    def test_is_deleted(self, site: SimpleNamespace) -> None:
        drafted(site)
        assert sent(site.ada, "discard")["Location"] == "/workspace/#values"
        assert not ValueReport.objects.exists()

    def test_has_evidence(self, site: SimpleNamespace) -> None:
        file = ContentFile(make_pdf(), name="公报.pdf")
        assert sent(site.ada, "attach", evidence=file)["Location"] == f"{URL}#evidence"
        piece = ValueReport.objects.get().evidence.get()
        address = f"/indicators/growth/evidence/{piece.key}/"
        assert address in signed_in(site.ada).get(URL).content.decode()
        answers = {
            name: signed_in(getattr(site, name)).get(address).status_code for name in ("ada", "ben", "vic", "rita")
        }
        assert answers == {"ada": 200, "ben": 403, "vic": 403, "rita": 200}


class TestSubmitted:
    def test_is_shown_and_withdrawn(self, site: SimpleNamespace) -> None:
        filed(site)
        html = signed_in(site.ada).get(URL).content.decode()
        assert "it waits for its review" in text_of(html)
        assert "Value 5.3%" in text_of(html)
        assert 'id="report-form"' not in html
        assert sent(site.ada, "withdraw")["Location"] == URL
        assert ValueReport.objects.get().state == "draft"

    def test_the_same_again_is_done_and_anything_else_is_shown_to_be_copied(self, site: SimpleNamespace) -> None:
        report = filed(site, note="基数较低")
        assert sent(site.ada, version=str(report.version)).status_code == 302
        answer = sent(site.ada, version=str(report.version), note="基数较高")
        assert "what you typed was not saved" in text_of(answer.content.decode())
        assert "基数较高" in answer.content.decode()

    def test_returned_it_says_why_and_comes_again(self, site: SimpleNamespace) -> None:
        report = filed(site)
        return_report(report, by=site.rita, note="请附公报")
        html = signed_in(site.ada).get(URL).content.decode()
        assert "请附公报" in html and "Life of this report: 2 steps" in text_of(html)
        assert sent(site.ada, version=str(report.version)).status_code == 302
        report.refresh_from_db()
        assert report.state == "submitted"


class TestRevision:
    @pytest.fixture
    def recorded(self, site: SimpleNamespace) -> Observation:
        return make_observation(site.growth, "6.2")

    def url(self) -> str:
        return URL.replace("2023Q2", "2023H1")

    def test_says_which_it_is(self, site: SimpleNamespace, recorded: Observation) -> None:
        answer = sent(site.ada, address=self.url())
        assert answer.context["form"].errors["purpose"] == [
            "This period has a value already: say whether yours is a revision or corrects it."
        ]
        text = text_of(answer.content.decode())
        assert "A correction: 6.2%, released on 2023-07-20, was wrong from the start" in text
        assert "Recorded for H1 2023 Period Value Released H1 2023 6.2 2023-07-20" in text

    def test_that_is_accepted_is_everywhere_at_once_and_the_day_before_shows_the_old_value(
        self, site: SimpleNamespace, recorded: Observation
    ) -> None:
        vic, day_before = signed_in(site.vic), "2023-08-28"
        pages = ("/", "/indicators/", "/indicators/growth/", "/themes/growing/")
        target = make_indicator("aim", name_en="Aim", headline=None)
        make_observation(target, "6.0")
        derived = {"derived_form": "difference", "derived_from": site.growth, "derived_with": target}
        lead = make_indicator("lead", name_en="Lead", headline=None, **derived)
        make_theme(site.plan, "growing", indicators=[site.growth, lead])
        before = {
            page: [vic.get(page).content.decode(), vic.get(f"{page}?as_of={day_before}").content] for page in pages
        }
        assert all("6.2" in shown for shown, _then in before.values())
        answer = sent(
            site.ada, address=self.url(), value="6.7", released_on="2023-08-29", purpose="revision", reason="终核"
        )
        assert answer.status_code == 302
        [report] = ValueReport.objects.all()
        answer = signed_in(site.rita).post(f"{REVIEW}decide/", {"decision": "accept", "report": report.content_key})
        assert (answer.status_code, answer["Location"]) == (302, REVIEW)
        for page in pages:
            assert "6.7" in text_of(vic.get(page).content.decode())
            then = text_of(vic.get(f"{page}?as_of={day_before}").content.decode())
            assert "6.2" in then and "6.7" not in then
        summary = vic.get("/api/v1/summary/").json()["indicators"]["growth"]
        assert (summary["value"], summary["released_on"]) == (6.7, "2023-08-29")
        assert vic.get(f"/api/v1/summary/?as_of={day_before}").json()["indicators"]["growth"]["value"] == 6.2
        rows = vic.get("/api/v1/observations/?indicator=growth").json()["results"]
        assert sorted(row["value"] for row in rows) == [6.2, 6.7]
        # What is derived from it: 6.7 - 6.0, and 6.2 - 6.0 the day before.
        assert vic.get("/api/v1/indicators/lead/").json()["latest"]["value"] == 0.7
        assert vic.get(f"/api/v1/indicators/lead/?as_of={day_before}").json()["latest"]["value"] == 0.2
        assert "Lead 0.7" in text_of(vic.get("/themes/growing/").content.decode())

    def test_a_correction_is_filed_and_read_again(self, site: SimpleNamespace, recorded: Observation) -> None:
        purpose = f"correction-{recorded.pk}"
        sent(site.ada, "draft", self.url(), purpose=purpose, reason="录入错误")
        draft = ValueReport.objects.get()
        assert (draft.purpose, draft.corrects) == ("correction", recorded)
        assert signed_in(site.ada).get(self.url()).context["form"]["purpose"].value() == purpose
        answer = sent(site.ada, "draft", self.url(), purpose="correction-999999", version=str(draft.version))
        assert "not there any more" in text_of(answer.content.decode())


class TestReview:
    def test_shows_what_waits_beside_what_was_there(self, site: SimpleNamespace) -> None:
        make_observation(site.growth, "6.2")
        make_target(site.growth, "7", qualifier="about")
        filed(site, "2023H1", value=Decimal("6.7"), released_on=date(2023, 8, 1), purpose="revision", reason="终核")
        text = text_of(signed_in(site.rita).get(REVIEW).content.decode())
        assert "H1 2023 6.7% 6.2% A revision +0.5 about 7.0% (2025) 2023-08-01 Science" in text
        assert "Reason 终核" in text

    def test_shows_a_new_period_beside_the_last_one_as_long(self, site: SimpleNamespace) -> None:
        year = {
            "period_kind": "year",
            "period_start": date(2022, 1, 1),
            "period_end": date(2022, 12, 31),
            "period": "2022",
        }
        quarter = {"period_kind": "quarter", "period_end": date(2023, 3, 31), "period": "2023Q1"}
        make_observation(site.growth, "3.9", released_on=date(2023, 1, 20), **year)
        make_observation(site.growth, "4.7", released_on=date(2023, 4, 20), **quarter)
        filed(site)
        text = text_of(signed_in(site.rita).get(REVIEW).content.decode())
        assert "Q2 2023 5.3% 4.7% Q1 2023 +0.6 — 2023-07-21 Science" in text

    def test_returns_those_ticked_with_words(self, site: SimpleNamespace) -> None:
        report = filed(site)
        data = {"decision": "return", "report": report.content_key}
        answer = signed_in(site.rita).post(f"{REVIEW}decide/", data)
        assert "Please say why the report is returned" in text_of(answer.content.decode())
        assert signed_in(site.rita).post(f"{REVIEW}decide/", {**data, "note": "请附公报"}).status_code == 302
        report.refresh_from_db()
        assert (report.state, report.decision_note) == ("returned", "请附公报")

    def test_undoes_an_acceptance_of_the_day(self, site: SimpleNamespace) -> None:
        report = filed(site)
        accept_value(report, by=site.rita)
        client = signed_in(site.rita)
        html = client.get(REVIEW).content.decode()
        assert "Accepted today" in text_of(html)
        data = {"decision": "undo_acceptance", "report": report.content_key}
        assert "Please say why" in text_of(client.post(f"{REVIEW}decide/", data).content.decode())
        assert client.post(f"{REVIEW}decide/", {**data, "note": "看错行"}).status_code == 302
        assert not Observation.objects.exists()
        assert "/indicators/growth/" in client.get(REVIEW).content.decode()

    def test_a_refusal_stands_in_its_row(self, site: SimpleNamespace) -> None:
        report = filed(site)
        make_observation(
            site.growth,
            period="2023Q2",
            period_kind="quarter",
            period_start=date(2023, 4, 1),
            released_on=date(2023, 7, 21),
        )
        answer = signed_in(site.rita).post(f"{REVIEW}decide/", {"decision": "accept", "report": report.content_key})
        assert "This release is recorded already" in text_of(answer.content.decode())
        report.refresh_from_db()
        assert report.state == "submitted"

    def test_of_one_department_or_indicator(self, site: SimpleNamespace) -> None:
        filed(site)
        client = signed_in(site.rita)
        for query, number in (("department=science", 1), ("department=other", 0), ("indicator=growth", 1)):
            assert len(client.get(f"{REVIEW}?{query}").context["rows"]) == number
        assert client.get(f"{REVIEW}?department=unheard").status_code == 400

    def test_is_counted_beside_what_else_waits(self, site: SimpleNamespace) -> None:
        filed(site)
        html = signed_in(site.rita).get("/review/").content.decode()
        assert "Indicator values waiting for review 1" in text_of(html)

    def test_the_auditor_looks_and_others_do_not(self, site: SimpleNamespace) -> None:
        report = filed(site)
        answers = {name: signed_in(getattr(site, name)).get(REVIEW).status_code for name in ("audit", "ada", "vic")}
        assert answers == {"audit": 200, "ada": 403, "vic": 403}
        data = {"decision": "accept", "report": report.content_key}
        assert signed_in(site.audit).post(f"{REVIEW}decide/", data).status_code == 403
        assert signed_in(site.ada).post(f"{REVIEW}decide/", data).status_code == 403
        assert Client().get(REVIEW)["Location"].startswith("/accounts/login/")

    def test_takes_as_many_queries_for_many_values(self, site: SimpleNamespace) -> None:
        client, counts = signed_in(site.rita), []
        filed(site)
        for round_number in range(2):
            client.get(REVIEW)
            with CaptureQueriesContext(connection) as queries:
                client.get(REVIEW)
            counts.append(len(queries))
            for number in range(5 * (1 - round_number)):
                filed(site, f"201{number}Q1", released_on=date(2023, 1, 1))
        assert counts[0] == counts[1]


class TestWorkspace:
    def test_lists_what_is_owed_and_what_is_late_first(self, site: SimpleNamespace) -> None:
        make_observation(
            site.growth,
            "6.2",
            period="2022",
            period_kind="year",
            period_start=date(2022, 1, 1),
            period_end=date(2022, 12, 31),
        )
        make_indicator("waste", name_en="Waste", owner=site.science, frequency="year", due_days=300)
        make_indicator("water", name_en="Water", owner=site.science)
        make_indicator("other", owner=None)
        return_report(filed(site, "2023Q1"), by=site.rita, note="请附公报")
        answer = signed_in(site.ada).get("/workspace/")
        rows = [(row.indicator.code, row.period, row.state) for row in answer.context["values"].rows]
        assert rows == [
            ("growth", "Q1 2023", "returned"),
            ("growth", "Q2 2023", "late"),
            ("waste", "2022", "outstanding"),
            ("water", "", "coming"),
        ]
        text = text_of(answer.content.decode())
        assert "3 indicator values to file , 2 overdue" in text
        assert "请附公报" in text
        assert URL.replace("&", "&amp;") in answer.content.decode()

    def test_what_waits_is_owed_no_more(self, site: SimpleNamespace) -> None:
        filed(site)
        work = signed_in(site.ada).get("/workspace/").context["values"]
        assert [(row.period, row.state) for row in work.rows] == [("Q2 2023", "submitted")]
        assert (work.owed, work.late) == (0, 0)

    def test_what_was_accepted_gives_way_to_the_next_period(self, site: SimpleNamespace) -> None:
        accept_value(filed(site), by=site.rita)
        [row] = signed_in(site.ada).get("/workspace/").context["values"].rows
        assert (row.period, row.state, row.due_on) == ("Q3 2023", "coming", date(2023, 10, 20))
        assert (row.latest_value, row.latest_period) == ("5.3", "Q2 2023")

    def test_is_not_there_for_a_department_without_indicators(self, site: SimpleNamespace) -> None:
        assert 'id="values"' not in signed_in(site.ben).get("/workspace/").content.decode()

    def test_a_returned_one_is_counted_in_the_frame(self, site: SimpleNamespace) -> None:
        return_report(filed(site), by=site.rita, note="请附公报")
        html = signed_in(site.ada).get("/indicators/").content.decode()
        assert re.search(r"My department\s*<[^>]*>\s*1\b", html)

    def test_takes_as_many_queries_for_many_indicators(self, site: SimpleNamespace) -> None:
        client, counts = signed_in(site.ada), []
        filed(site)
        for _round in range(2):
            client.get("/workspace/")
            with CaptureQueriesContext(connection) as queries:
                client.get("/workspace/")
            counts.append(len(queries))
            for _number in range(5):
                make_observation(make_indicator(owner=site.science, frequency="month", due_days=10))
        assert counts[0] == counts[1]


class TestPaste:
    PASTE = "/indicators/growth/value/paste/?region=370000"
    SHARED = {
        "release_basis": "stated",
        "value_provenance": "published",
        "source": "山东省统计局",
        "verified": "yes",
    }

    def paste(self, site: SimpleNamespace, text: str, action: str = "preview", **values: str) -> Any:
        return signed_in(site.ada).post(self.PASTE, {**self.SHARED, "text": text, "action": action, **values})

    def test_lines_are_seen_first_and_then_saved(self, site: SimpleNamespace) -> None:
        text = "时期\t数值\t发布日期\n2023年一季度\t5.1\t2023/4/20\n2023Q2\t１,２３４．５\t2023年7月21日\n\n"
        answer = self.paste(site, text)
        assert "Q1 2023 5.1 2023-04-20" in text_of(answer.content.decode())
        assert [row["line"].number for row in answer.context["rows"]] == [2, 3]
        assert not ValueReport.objects.exists()
        answer = self.paste(site, text, "save")
        assert (answer.status_code, answer["Location"]) == (302, "/workspace/#values")
        drafts = ValueReport.objects.order_by("period_end").values_list("period", "value", "released_on", "state")
        assert list(drafts) == [
            ("2023Q1", Decimal("5.1"), date(2023, 4, 20), "draft"),
            ("2023Q2", Decimal("1234.5"), date(2023, 7, 21), "draft"),
        ]

    def test_errors_are_named_by_line_and_nothing_is_saved(self, site: SimpleNamespace) -> None:
        make_observation(site.growth, "6.2")
        drafted(site, "2022Q1")
        text = "\n".join(
            [
                "2023Q1\t5.1\t2023-04-20",
                "summer\t5.1\t2023-04-20",
                "2023Q2\tmuch\t2023-07-21",
                "2022Q4\t5.1\tsoon",
                "2022Q3\t5.1",
                "2023Q1\t5.2\t2023-04-21",
                "2023H1\t6.7\t2023-08-01",
                "2022Q1\t5.0\t2022-04-20",
                "2022Q2\t5.0\t2023-08-30",
                "2021Q4\t5.0000004\t2022-01-20",
            ]
        )
        for action in ("preview", "save"):
            answer = self.paste(site, text, action)
            errors = [" ".join(row["line"].errors) for row in answer.context["rows"]]
            assert errors == [
                "",
                "This is no period; write it like 2023H1, 2023Q1, 2023-06 or 2022.",
                "Write a number in digits, such as 1,234.5 or -3.9.",
                "There is no such date; choose another, such as 2023-06-30",
                "Three columns are wanted: period, value, release date; there are 2.",
                "The period is in line 1, too.",
                "The period has a value already: say below why it is revised.",
                "A value of this period is begun already: open it.",
                "The day is in the future",
                "A value has at most six decimals in the indicator’s own unit.",
            ]
            assert answer.context["form"]["text"].value() == text
            assert ValueReport.objects.count() == 1

    def test_a_share_of_a_whole_beyond_it_is_named_by_line(self, site: SimpleNamespace) -> None:
        Indicator.objects.update(is_share=True)
        answer = self.submit(site, "2023Q1\t51\t2023-04-20\n2023Q2\t-5.3\t2023-07-21")
        assert [row["line"].errors for row in answer.context["rows"]] == [[], [SHARE]]
        assert not ValueReport.objects.exists()

    def submit(self, site: SimpleNamespace, text: str, *confirmed: str, **values: str) -> Any:
        """Submit the pasted text that was looked at just before."""
        shown = self.paste(site, text, **values).context["shown"]
        return self.paste(site, text, "submit", shown=shown, confirmed=list(confirmed), **values)

    def said(self, answer: Any) -> list[str]:
        return [str(each) for each in get_messages(answer.wsgi_request)]

    def filed(self) -> list[tuple[str, str]]:
        return list(ValueReport.objects.order_by("period_end").values_list("period", "state"))

    def test_all_are_submitted_in_one_step(self, site: SimpleNamespace) -> None:
        answer = self.submit(site, "2023Q1\t5.1\t2023-04-20\n2023Q2\t5.3\t2023-07-21")
        assert answer["Location"] == "/workspace/#values"
        assert self.filed() == [("2023Q1", "submitted"), ("2023Q2", "submitted")]
        first = ValueReport.objects.earliest("period_end")
        assert (first.submitted_by, first.steps.get().move) == (site.ada, "submit")
        assert len(signed_in(site.rita).get(REVIEW).context["rows"]) == 2
        assert self.said(answer) == ["2 values submitted"]

    def test_what_is_unlikely_is_asked_about_and_stays_a_draft_until_it_is_said_to_be_so(
        self, site: SimpleNamespace
    ) -> None:
        text = "2023Q1\t5.1\t2023-03-20\n2023Q2\t5.3\t2023-07-21"
        answer = self.paste(site, text)
        assert "It was released before its period ended, on 31 March 2023. Is that so?" in text_of(
            answer.content.decode()
        )
        assert self.said(self.submit(site, text)) == ["1 submitted, 1 kept as drafts."]
        assert self.filed() == [("2023Q1", "draft"), ("2023Q2", "submitted")]
        text = text.replace("2023", "2022")
        [key] = re.findall(r'name="confirmed"\s+value="(\w+)"', self.paste(site, text).content.decode())
        assert self.said(self.submit(site, text, key)) == ["2 values submitted"]
        assert self.filed()[:2] == [("2022Q1", "submitted"), ("2022Q2", "submitted")]

    def test_a_tick_is_for_the_value_that_was_asked_about(self, site: SimpleNamespace) -> None:
        html = self.paste(site, "2023Q1\t5.1\t2023-03-20").content.decode()
        [key] = re.findall(r'name="confirmed"\s+value="(\w+)"', html)
        self.submit(site, "2023Q1\t5.2\t2023-03-20", key)
        assert self.filed() == [("2023Q1", "draft")]

    @pytest.mark.parametrize("change", ["text", "source", "site"])
    def test_what_was_not_looked_at_is_not_submitted(self, site: SimpleNamespace, change: str) -> None:
        text, values = "2023Q1\t5.1\t2023-04-20", {}
        shown = self.paste(site, text, reason="终核").context["shown"]
        if change == "text":
            text = "2023Q1\t9.9\t2023-04-20"
        elif change == "source":
            values = {"source": "国家统计局"}
        else:
            # Somebody enters a value of the period meanwhile: this one would revise it.
            quarter = {"period_kind": "quarter", "period_start": date(2023, 1, 1), "period_end": date(2023, 3, 31)}
            make_observation(site.growth, "5.0", period="2023Q1", released_on=date(2023, 4, 10), **quarter)
        answer = self.paste(site, text, "submit", shown=shown, reason="终核", **values)
        assert "This is something else than what you looked at." in text_of(answer.content.decode())
        assert not ValueReport.objects.exists()
        # It is shown as it would be now.
        shown = answer.context["shown"]
        assert self.paste(site, text, "submit", shown=shown, reason="终核", **values).status_code == 302
        assert self.filed() == [("2023Q1", "submitted")]

    def test_nothing_is_submitted_where_one_is_wrong(self, site: SimpleNamespace) -> None:
        answer = self.submit(site, "2023Q1\t5.1\t2023-04-20\n2023Q2\tmuch\t2023-07-21")
        assert "Nothing was saved: correct the lines first." in text_of(answer.content.decode())
        assert not ValueReport.objects.exists()

    def test_many_cost_no_more_statements(self, site: SimpleNamespace) -> None:
        client = signed_in(site.ada)
        counts = []
        for years in (range(2020, 2022), range(2000, 2019)):
            text = "\n".join(f"{year}\t5.1\t{year + 1}-02-20" for year in years)
            data = {**self.SHARED, "text": text, "action": "preview"}
            client.get("/workspace/")
            with CaptureQueriesContext(connection) as looked:
                shown = client.post(self.PASTE, data).context["shown"]
            with CaptureQueriesContext(connection) as filed:
                assert client.post(self.PASTE, {**data, "action": "submit", "shown": shown}).status_code == 302
            counts.append((len(looked), len(filed)))
        assert counts[0] >= counts[1]
        assert ValueReport.objects.filter(state="submitted").count() == 2 + 19

    def test_with_a_reason_they_revise_what_is_there(self, site: SimpleNamespace) -> None:
        make_observation(site.growth, "6.2")
        assert self.paste(site, "2023H1\t6.7\t2023-08-01", "save", reason="终核").status_code == 302
        draft = ValueReport.objects.get()
        assert (draft.purpose, draft.reason) == ("revision", "终核")

    def test_what_is_missing_or_too_much_is_said(self, site: SimpleNamespace) -> None:
        assert "Paste at least one line" in text_of(self.paste(site, " \n").content.decode())
        many = "\n".join(["2023Q1\t5.1\t2023-04-20"] * 201)
        assert "At most 200 lines; there are 201." in text_of(self.paste(site, many).content.decode())
        answer = self.paste(site, "2023Q1\t5.1\t2023-04-20", verified="")
        assert list(answer.context["form"].errors) == ["verified"]

    def test_in_the_chinese_unit(self, site: SimpleNamespace) -> None:
        make_indicator("capacity", unit="GW", unit_zh="万千瓦", zh_factor=100, owner=site.science)
        data = {**self.SHARED, "text": "2022\t8382\t2023-02-01", "unit": "zh", "action": "save"}
        signed_in(site.ada).post(self.PASTE.replace("growth", "capacity"), data)
        assert ValueReport.objects.get().value == Decimal("83.82")

    @pytest.mark.parametrize("name", ["ben", "rita"])
    def test_is_for_the_department_that_owns_the_indicator(self, site: SimpleNamespace, name: str) -> None:
        assert signed_in(getattr(site, name)).get(self.PASTE).status_code == 403
