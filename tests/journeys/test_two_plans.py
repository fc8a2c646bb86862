"""Two plans with equal codes beside each other: each page and answer is about the one that it is asked for."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from django.http import QueryDict
from django.test import Client

from dashboard.changes import Changes, EarlierFigures
from dashboard.charts.due_dates import due_rows
from dashboard.figures import Figures
from dashboard.models import PublishedFigure
from measures.models import Comment, Measure, Plan, Report, ScopeChange, StatusChange
from measures.services import change_measure
from measures.timeline import load_history
from measures.views.plans import MAX_IN_HEAD
from notices.models import Notice
from notices.reminders import remind_department
from notices.wording import notice_url
from projects.models import ScopeChange as ProjectScopeChange
from reporting.services import return_report
from rollups.services import rebuild_rollups
from tests.factories import (
    file_report,
    leave,
    make_change,
    make_department,
    make_indicator,
    make_measure,
    make_plan,
    make_project,
    make_report,
    make_section,
    make_user,
    region,
)
from web.html.links import row_url

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
OTHER = {"plan": "other"}


@pytest.fixture
def site(today: date, open_reading: None) -> SimpleNamespace:
    """The current plan began in 2023, the other in 2022. M001 and P0001 are in both, N001 only in the other."""
    current, other = make_plan("current"), make_plan("other", starts_on=date(2022, 1, 1), ends_on=date(2024, 12, 31))
    lead = make_department("energy")
    found = {}
    for plan in (current, other):
        section = make_section(plan, slug="section", number=1)
        title = f"Measure of {plan.slug}"
        found[plan.slug] = make_measure(section, lead, code="M001", title_en=title, title_zh=title)
        name = f"Project of {plan.slug}"
        make_project(plan, code="P0001", name_en=name, name_zh=name, measures=[found[plan.slug]])
    alone = make_measure(found["other"].section, lead, code="N001")
    make_indicator("gdp_growth_ytd", measures=found.values())
    make_change(found["other"], "in_progress", date(2023, 5, 1))
    rebuild_rollups()
    return SimpleNamespace(
        current=found["current"],
        other=found["other"],
        alone=alone,
        plans={"current": current, "other": other},
        lead=lead,
        ada=make_user("ada", role="reporter", department=lead),
        rita=make_user("rita", role="reviewer"),
    )


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def links_of(page: str) -> list[str]:
    return re.findall(r'(?:href|action)="(/(?:measures|projects|workspace|review)[^"#]*)', page.replace("&amp;", "&"))


class TestPages:
    @pytest.mark.parametrize(
        "address", ["/measures/", "/measures/M001/", "/projects/", "/projects/P0001/", "/changes/?as_of=2023-05-31"]
    )
    def test_an_address_without_a_plan_is_of_the_current_one_and_another_is_named(
        self, site: Any, address: str
    ) -> None:
        here, there = Client().get(address), Client().get(address, OTHER | {"as_of": "2023-06-30"})
        for page, own, else_ in ((here, "current", "other"), (there, "other", "current")):
            text = page.content.decode()
            assert f" of {else_}" not in text
            assert address.startswith("/changes/") or f" of {own}" in text
        to_rows = [each for each in links_of(there.content.decode()) if "/M001/" in each or "/P0001/" in each]
        assert all("plan=other" in each for each in to_rows)
        assert to_rows or "P0001" in address or "M001" in address or "changes" in address
        assert not [each for each in links_of(here.content.decode()) if "plan=" in each and "other" in each]

    def test_a_code_that_only_the_other_plan_has_is_not_found_in_the_current_one(self, site: Any) -> None:
        assert Client().get("/measures/N001/").status_code == 404
        assert Client().get("/measures/N001/", OTHER).status_code == 200

    def test_an_indicator_names_the_measures_of_the_plan_in_view(self, site: Any) -> None:
        for plan in ("current", "other"):
            page = Client().get("/indicators/gdp_growth_ytd/", {"plan": plan}).content.decode()
            assert re.findall(r"Measure of (\w+)", page) == [plan]

    def test_filters_by_a_measure_mean_that_of_the_plan(self, site: Any) -> None:
        page = Client().get("/projects/", {"measure": "M001", **OTHER}).content.decode()
        assert "Project of other" in page
        assert Client().get("/projects/", {"measure": "N001"}).status_code == 400

    @pytest.mark.parametrize("address", ["/measures/", "/api/v1/measures/", "/api/v1/status-changes/"])
    def test_filters_by_a_section_know_those_of_the_plan(self, site: Any, address: str) -> None:
        make_section(site.plans["other"], slug="there-alone")
        statuses = [Client().get(address, {"section": "there-alone", "plan": plan}).status_code for plan in site.plans]
        assert statuses == [400, 200]

    @pytest.mark.parametrize("address", ["/sections/section/", "/departments/energy/", "/cities/370200/"])
    def test_pages_of_sections_departments_and_cities_name_the_rows_of_the_plan_in_view(
        self, site: Any, address: str
    ) -> None:
        for plan in site.plans:
            page = Client().get(address, {"plan": plan}).content.decode()
            assert set(re.findall(r"(?:Measure|Project) of (\w+)", page)) == {plan}

    def test_a_row_knows_its_address_in_its_plan(self, site: Any) -> None:
        assert site.current.get_absolute_url() == "/measures/M001/"
        assert site.other.get_absolute_url() == "/measures/M001/?plan=other"
        assert site.plans["other"].projects.get().get_absolute_url() == "/projects/P0001/?plan=other"
        asked, plan = QueryDict("as_of=2023-06-30"), site.plans["current"]
        assert row_url(site.current, asked, plan=plan) == "/measures/M001/?as_of=2023-06-30"
        assert row_url(site.other, asked, plan=plan) == "/measures/M001/?as_of=2023-06-30&plan=other"


class TestReporting:
    def test_a_report_goes_to_the_measure_of_the_plan_and_stays_there(self, site: Any) -> None:
        ada = client_of(site.ada)
        page = ada.get("/workspace/", OTHER).content.decode()
        form = next(each for each in links_of(page) if each.startswith("/measures/M001/report/"))
        shown = ada.get(form)
        assert "Measure of other" in shown.content.decode()
        action = re.search(r'action="([^"]+)"\s+enctype', shown.content.decode().replace("&amp;", "&"))
        assert action and "plan=other" in action[1]
        typed = {"status": "in_progress", "against_status": "in_progress", "what_was_done": "做了"}
        draft = action[1].replace("report/", "report/draft/")
        assert ada.post(draft, typed).status_code == 200
        report = Report.objects.get(state="draft")
        assert report.measure == site.other
        form = ada.get(form).content.decode().replace("&amp;", "&")
        addresses = re.findall(r'="(/measures/M001/report/[^"]*)"', form)
        assert {re.split(r"[/?]", each)[4] for each in addresses} == {"", "draft", "discard"}
        assert all("plan=other" in each for each in addresses)
        sent = ada.post(action[1], {**typed, "version": report.version, "action": "submit"})
        assert sent.status_code == 302 and "plan=other" in sent["Location"]
        report.refresh_from_db()
        assert report.state == "submitted"

    def test_the_form_of_the_current_plan_names_it_too_since_another_may_begin_meanwhile(self, site: Any) -> None:
        ada, settings = client_of(site.ada), {"status": "promoting", "against_status": "promoting"}
        page = ada.get("/measures/M001/report/").content.decode().replace("&amp;", "&")
        action = re.search(r'action="([^"]+)"\s+enctype', page)
        site.plans["other"].starts_on = date(2023, 6, 1)
        site.plans["other"].save()
        assert action
        ada.post(action[1], {**settings, "what_was_done": "做了", "action": "save"})
        assert Report.objects.get(state="draft").measure == site.current

    def test_no_change_is_filed_for_the_plan_in_view_alone(self, site: Any) -> None:
        sent = client_of(site.ada).post("/workspace/no-change/?plan=other", {"measure": "M001", "period": "2023-08"})
        assert sent["Location"] == "/workspace/?period=2023-08&plan=other"
        assert Report.objects.get(state="submitted").measure == site.other

    def test_the_workspace_holds_the_plan_in_view_alone_with_what_was_left_behind(self, site: Any) -> None:
        left = {}
        for measure in (site.current, site.other):
            left[measure.plan.slug] = make_measure(measure.section, make_department(), code="M002")
            make_report(left[measure.plan.slug], date(2023, 8, 10), state="draft", department=site.lead)
        ada = client_of(site.ada)
        for plan, codes in (("current", ["M001"]), ("other", ["M001", "N001"])):
            work = ada.get("/workspace/", {"plan": plan}).context["work"]
            assert {row.measure.plan.slug for row in work.rows} == {plan}
            assert sorted({row.measure.code for row in work.rows}) == codes
            assert [report.measure for report in work.left] == [left[plan]]

    def test_comments_and_terms_are_of_the_plan(self, site: Any) -> None:
        rita = client_of(site.rita)
        sent = rita.post("/measures/M001/comment/?plan=other", {"text": "看过"})
        assert sent["Location"] == "/measures/M001/?plan=other#comments"
        assert Comment.objects.get().measure == site.other
        form = {"due_on": "2023-12-31", "initial-due_on": "", "reason": "调整"}
        form |= {
            name: value
            for each in ("", "initial-")
            for name, value in ((f"{each}lead_department", "energy"), (f"{each}section", "section"))
        }
        assert rita.post("/measures/M001/terms/?plan=other", form)["Location"] == "/measures/M001/?plan=other"
        assert [each.due_on for each in (site.current, site.other) if each.refresh_from_db() is None] == [
            None,
            date(2023, 12, 31),
        ]

    def test_the_log_in_for_a_form_that_was_sent_without_leads_to_its_own_plan(self, site: Any) -> None:
        sent = Client().post("/measures/M001/report/?period=2023-08&plan=other", {"what_was_done": "为另一计划写的"})
        page = unquote(sent.content.decode())
        assert sent.status_code == 403
        assert "为另一计划写的" in page
        assert 'href="/accounts/login/?next=/measures/M001/report/?period=2023-08&plan=other"' in page


class TestOffice:
    def test_the_queue_and_the_board_are_of_the_plan_in_view(self, site: Any) -> None:
        file_report(site.other, by=site.ada, status="in_progress")
        rita = client_of(site.rita)
        assert "Measure of other" not in rita.get("/review/").content.decode()
        page = rita.get("/review/", OTHER).content.decode()
        assert "Measure of other" in page
        report = Report.objects.get(state="submitted")
        sent = rita.post("/review/decide/?plan=other", {"report": report.content_key, "decision": "accept"})
        assert sent["Location"] == "/review/?plan=other"
        board = {plan: rita.get("/review/board/", {"plan": plan}).context for plan in ("current", "other")}
        assert [(each["owed"], each["filed"]) for each in board.values()] == [(1, 0), (2, 1)]
        accepted = {plan: rita.get("/review/", {"plan": plan}).context["accepted_today"] for plan in board}
        assert [[row.report for row in rows] for rows in accepted.values()] == [[], [report]]

    def test_the_navigation_counts_what_waits_and_what_came_back_in_the_plan_in_view(self, site: Any) -> None:
        report = file_report(site.other, by=site.ada, status="in_progress")
        rita, ada = client_of(site.rita), client_of(site.ada)
        waiting = {plan: rita.get("/", {"plan": plan}).context["waiting_reviews"]() for plan in site.plans}
        return_report(report, by=site.rita, note="请补充")
        returned = {plan: ada.get("/", {"plan": plan}).context["returned_reports"]() for plan in site.plans}
        assert waiting == returned == {"current": 0, "other": 1}

    def test_a_measure_that_left_its_plan_still_owes_and_counts_in_the_other(self, site: Any) -> None:
        leave(site.other, "suspended")
        rita = client_of(site.rita)
        owed = [rita.get("/review/board/", {"plan": plan}).context["owed"] for plan in ("current", "other")]
        assert owed == [1, 1]
        totals = [rita.get("/api/v1/summary/", {"plan": plan, "as_of": "2023-08-28"}).json() for plan in site.plans]
        assert [each["measures"]["total"] for each in totals] == [1, 1]

    def test_a_reminder_is_of_a_plan_and_leads_there(self, site: Any) -> None:
        month = date(2023, 8, 1)
        for plan in site.plans.values():
            remind_department(site.lead, by=site.rita, plan=plan, period=month)
        assert {each.plan.slug: notice_url(each) for each in Notice.objects.filter(kind="reminder")} == {
            "current": "/workspace/",
            "other": "/workspace/?plan=other",
        }
        board = client_of(site.rita).get("/review/board/").content.decode()
        assert "2023-08-29" in board

    def test_a_measure_and_a_project_leave_the_plan_that_is_named(self, site: Any) -> None:
        rita, form = client_of(site.rita), {"kind": "withdrawn", "effective_on": "2023-08-29", "reason": "误加"}
        for address in ("/measures/M001/", "/projects/P0001/"):
            assert rita.post(f"{address}scope/?plan=other", form)["Location"] == f"{address}?plan=other"
        assert ScopeChange.objects.get().measure == site.other
        assert ProjectScopeChange.objects.get().project.plan == site.plans["other"]

    def test_the_board_of_a_plan_shows_no_reminder_of_another(self, site: Any) -> None:
        remind_department(site.lead, by=site.rita, plan=site.plans["other"], period=date(2023, 8, 1))
        rita = client_of(site.rita)
        for plan, reminded_on in (("current", None), ("other", date(2023, 8, 29))):
            [shown] = rita.get("/review/board/", {"plan": plan}).context["rows"]
            assert shown["row"].reminded_on == reminded_on

    def test_a_notice_of_a_return_leads_to_the_form_in_its_plan(self, site: Any) -> None:
        return_report(file_report(site.other, by=site.ada, status="in_progress"), by=site.rita, note="请补充")
        notice = Notice.objects.get(kind="returned")
        assert notice_url(notice) == "/measures/M001/report/?period=2023-08&plan=other"

    def test_a_measure_whose_words_change_stays_in_its_plan(self, site: Any) -> None:
        site.other.plan, site.other.section, site.other.title_en = site.current.plan, site.current.section, "Reworded"
        change_measure(site.other, by=site.rita)
        stored = Measure.objects.get(pk=site.other.pk)
        assert (stored.title_en, stored.plan, stored.section.plan) == ("Reworded", *[site.plans["other"]] * 2)

    def test_a_notice_leads_to_its_measure_in_its_plan(self, site: Any) -> None:
        about = {"user": site.ada, "kind": "due_soon", "day": date(2023, 8, 29)}
        for measure in (site.current, site.other):
            Notice.objects.create(measure=measure, created_at=StatusChange.objects.first().recorded_at, **about)
        assert {notice_url(each) for each in Notice.objects.all()} == {
            "/measures/M001/",
            "/measures/M001/?plan=other",
        }


class TestApi:
    @pytest.mark.parametrize("address", ["measures/M001/", "measures/M001/history/", "projects/P0001/"])
    def test_one_row_is_of_the_current_plan_unless_another_is_named(self, site: Any, address: str) -> None:
        here = Client().get(f"/api/v1/{address}").json()
        there = Client().get(f"/api/v1/{address}", OTHER).json()
        assert here["url"] == f"http://testserver/api/v1/{address}"
        assert there["url"] == f"http://testserver/api/v1/{address}?plan=other"
        assert here != {**there, "url": here["url"]}

    @pytest.mark.parametrize(
        ("address", "counts"),
        [
            ("measures/", (1, 2)),
            ("projects/", (1, 1)),
            ("status-changes/", (1, 3)),
            ("sections/", (1, 1)),
            ("measures/M001/reports/", (0, 1)),
        ],
    )
    def test_a_list_holds_the_rows_of_its_plan_alone_and_they_lead_there(
        self, site: Any, address: str, counts: tuple[int, int]
    ) -> None:
        for plan, ending, count in zip(("current", "other"), ("/", "/?plan=other"), counts, strict=True):
            rows = Client().get(f"/api/v1/{address}", {"plan": plan}).json()["results"]
            assert len(rows) == count
            assert address == "sections/" or all(each["url"].endswith(ending) for each in rows)
        links = Client().get("/api/v1/projects/P0001/", OTHER).json()["measure_urls"]
        assert links == ["http://testserver/api/v1/measures/M001/?plan=other"]

    @pytest.mark.parametrize(
        ("address", "field", "words"), [("measures/M001/", "title", "Measure"), ("projects/P0001/", "name", "Project")]
    )
    def test_what_one_row_says_is_of_its_plan(self, site: Any, address: str, field: str, words: str) -> None:
        found = [Client().get(f"/api/v1/{address}", {"plan": plan}).json()[field] for plan in site.plans]
        assert found == [f"{words} of current", f"{words} of other"]

    def test_a_history_is_that_of_the_measure_of_the_plan(self, site: Any) -> None:
        found = [Client().get("/api/v1/measures/M001/history/", {"plan": plan}).json() for plan in site.plans]
        assert [[row["status"] for row in each["status_changes"]] for each in found] == [
            ["promoting"],
            ["promoting", "in_progress"],
        ]
        assert [len(each["reports"]) for each in found] == [0, 1]

    def test_changes_and_indicators_are_of_the_plan(self, site: Any) -> None:
        asked = {"as_of": "2023-06-30", "compare": "2023-03-31", **OTHER}
        [change] = Client().get("/api/v1/changes/", asked).json()["measures"]
        assert change["url"] == "http://testserver/api/v1/measures/M001/?plan=other"
        assert Client().get("/api/v1/indicators/gdp_growth_ytd/", OTHER).json()["measures"] == ["M001"]

    def test_a_report_is_filed_on_the_measure_of_the_plan(self, site: Any) -> None:
        ada = client_of(site.ada)
        filed = ada.post(
            "/api/v1/measures/M001/reports/?plan=other",
            {"period": "2023-08", "status": "in_progress", "what_was_done": "做了"},
            content_type="application/json",
        )
        assert filed.status_code == 201
        assert filed["Location"].endswith("/?plan=other")
        report = Report.objects.get(state="draft")
        assert report.measure == site.other
        at = f"/api/v1/measures/M001/reports/{report.pk}/"
        assert ada.get(at).status_code == 404
        assert ada.get(at, OTHER).json()["url"] == f"http://testserver{at}?plan=other"
        assert ada.post(f"{at}submit/?plan=other", {}, content_type="application/json").status_code == 200

    def test_rows_of_another_plan_cost_no_query_each(self, site: Any, django_assert_max_num_queries: Any) -> None:
        for number in range(2, 30):
            make_measure(site.other.section, site.lead, code=f"M{number:03}")
        ada = client_of(site.ada)
        with django_assert_max_num_queries(14):
            assert Client().get("/measures/", OTHER).status_code == 200
        with django_assert_max_num_queries(14):
            assert Client().get("/api/v1/measures/", OTHER).json()["count"] == 30
        with django_assert_max_num_queries(20):  # one for the indicators of the department
            assert ada.get("/workspace/", OTHER).status_code == 200


class TestFigures:
    """The figures of a plan, which come from its own rows."""

    def test_what_changed(self, site: Any) -> None:
        make_project(site.plans["other"], code="P0002", listed_on=date(2023, 6, 1))
        days = date(2023, 6, 30), date(2023, 3, 31)
        found = {slug: Changes(*(Figures(plan, day) for day in days)) for slug, plan in site.plans.items()}
        assert [each.projects["total"] for each in found.values()] == [0, 1]
        assert [each.now.latest_change_on for each in found.values()] == [date(2023, 1, 3), date(2023, 5, 1)]

    def test_the_chart_of_due_days_has_the_measures_of_the_plan(self, site: Any) -> None:
        assert [len(due_rows(Figures(plan, date(2023, 8, 29)))) for plan in site.plans.values()] == [1, 2]

    def test_earlier_figures_of_the_overview_count_the_projects_of_the_plan(self, site: Any) -> None:
        make_project(site.plans["other"], code="P0002")
        day = date(2023, 6, 30)
        found = [EarlierFigures(Figures(plan, day), day, load_history(plan, day)) for plan in site.plans.values()]
        assert [each.projects["total"] for each in found] == [1, 2]

    def test_what_is_published_or_illustrative_of_another_plan_marks_no_figure(self, site: Any) -> None:
        reported = {"provenance": "reported", "source": ""}
        StatusChange.objects.filter(measure=site.current).update(**reported)
        Measure.objects.filter(pk=site.current.pk).update(lead_provenance="reported", **reported)
        site.plans["current"].projects.update(investment_provenance="reported", **reported)
        rebuild_rollups()
        values = {"as_of": date(2023, 6, 30), "figure": "measures.total", "value": 1, "source": "China Daily"}
        PublishedFigure.objects.create(plan=site.plans["other"], provenance="published", **values)
        figures = [Figures(plan, date(2023, 8, 29)) for plan in site.plans.values()]
        paths = ("measures", "projects", "measures.total")
        assert [[each.provenance_of(path) for path in paths] for each in figures] == [
            ["reported", "reported", "reported"],
            ["illustrative", "illustrative", "illustrative"],
        ]


def test_places_and_departments_are_the_site_s(site: Any) -> None:
    assert region("370200").projects.count() == 2
    assert site.lead.led_measures.count() == 3


class TestTheHeadLeadsToEachPlan:
    @staticmethod
    def links(page: str) -> list[tuple[str, str]]:
        """Address and state of each plan in the head."""
        found = re.search(r'<details class="plan-switch">(.*?)</details>', page, re.DOTALL)
        assert found
        return re.findall(r'href="([^"]+)"\s*(?:aria-current="(\w+)")?', found[1])

    def test_the_newest_first_and_the_open_one_is_marked(self, client: Client, site: SimpleNamespace) -> None:
        assert self.links(ask(client, "/measures/")) == [("/", "true"), ("/?plan=other", ""), ("/plans/", "")]
        other = [("/", ""), ("/?plan=other", "true"), ("/plans/?plan=other", "")]
        assert self.links(ask(client, "/measures/?plan=other")) == other

    def test_the_day_that_was_chosen_goes_along(self, client: Client, site: SimpleNamespace) -> None:
        page = ask(client, "/?as_of=2023-06-30&lang=en")
        assert self.links(page) == [
            ("/?as_of=2023-06-30", "true"),
            ("/?as_of=2023-06-30&amp;plan=other", ""),
            ("/plans/?as_of=2023-06-30", ""),
        ]

    def test_an_ended_one_says_so_and_stays_readable(
        self, client: Client, site: SimpleNamespace, settings: Any
    ) -> None:
        settings.PILOTZONE_TODAY = date(2025, 3, 1)
        page = ask(client, "/?lang=en&plan=other")
        assert "ended on 31 December 2024" in page
        assert "Measure of other" in ask(client, "/measures/M001/?lang=en&plan=other")

    def test_of_very_many_it_offers_the_newest_and_the_open_one(self, client: Client, site: SimpleNamespace) -> None:
        for year in range(2000, 2000 + MAX_IN_HEAD):
            make_plan(f"of-{year}", starts_on=date(year, 1, 1), ends_on=date(year, 12, 31))
        links = self.links(ask(client, "/measures/?plan=of-2000"))
        assert len(links) == 1 + MAX_IN_HEAD + 1
        assert links[0] == ("/?plan=of-2000", "true")
        assert links[1:3] == [("/", ""), ("/?plan=other", "")]
        assert links[-1] == ("/plans/?plan=of-2000", "")
        assert not [address for address, _state in self.links(ask(client, "/measures/"))[:-1] if "of-2000" in address]

    def test_the_list_of_all_finds_one_by_its_name(self, client: Client, site: SimpleNamespace) -> None:
        plans = site.plans
        Plan.objects.filter(pk=plans["other"].pk).update(name_en="Ports and shipping", region=None)
        page = ask(client, "/plans/?lang=en&search=shipping")
        assert "Ports and shipping" in page
        assert re.findall(r'<th scope="row">\s*<a href="([^"]+)"', page) == ["/?plan=other"]
        assert re.findall(r'<th scope="row">\s*<a href="([^"]+)"', ask(client, "/plans/")) == ["/", "/?plan=other"]
        assert re.findall(r'href="([^"]+)">[^<]*</a>\s*<span class="tag">Current', ask(client, "/plans/?lang=en")) == [
            "/"
        ]
        assert "No action plan matches these filters" in ask(client, "/plans/?lang=en&search=nothing")

    def test_a_site_with_one_plan_has_no_choice(self, client: Client, today: date, open_reading: None) -> None:
        make_section(make_plan("only"), slug="section", number=1)
        assert '<details class="plan-switch"' not in ask(client, "/glossary/")


def ask(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()
