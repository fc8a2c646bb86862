import re
from datetime import date

import pytest

from projects.models import AnnualPlan
from tests.factories import make_change, make_measure, make_plan, make_project, make_project_month, make_user
from tests.measures.test_views import page, query_count
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_in_the_demonstration(today, open_reading, client):
    client.cookies["pilotzone_language"] = "en"


class TestList:
    def test_shows_each_project_and_the_sum(self, client):
        make_project(code="P0001", name_en="Wind farm", city="370200", investment=123_456, provenance="published")
        make_project(code="P0002", name_en="Solar park", investment=5_000)
        text = text_of(page(client, "/projects/"))
        assert "2 results total investment 1.28456 billion yuan" in text
        assert (
            "P0001 Wind farm Qingdao Energy Under construction 12.3456 Name: published Investment: illustrative" in text
        )

    def test_the_sum_follows_the_filter_and_not_the_page(self, client):
        for _n in range(3):
            make_project(city="370200", investment=10_000)
        make_project(city="370100", investment=70_000)
        text = text_of(page(client, "/projects/?city=370200&page_size=1"))
        assert "3 results total investment 300 million yuan" in text
        assert "Page 1 of 3" in text

    def test_a_list_that_no_project_of_the_plan_is_on_is_refused_with_those_there_are(self, client):
        make_project(code="P0001", list_name="省重大项目名单")
        make_project(code="P0002")
        make_project(make_plan("other-plan"), code="P0003", list_name="别的计划的名单")
        address = "/api/v1/projects/?fields=code&lang=en"
        for asked, codes in (("省重大项目名单", ["P0001"]), ("none", ["P0002"])):
            assert [row["code"] for row in client.get(f"{address}&list={asked}").json()["results"]] == codes
        for unknown in ("省重大", "别的计划的名单"):
            answer = client.get(f"{address}&list={unknown}")
            assert answer.status_code == 400
            assert answer.json()["errors"] == [
                {
                    "parameter": "list",
                    "detail": "This value is not allowed; choose one of: 省重大项目名单, none",
                    "allowed": ["省重大项目名单", "none"],
                }
            ]
            # A page says it beside the field.
            assert "choose one of: 省重大项目名单, none" in text_of(
                client.get(f"/projects/?list={unknown}").content.decode()
            )

    def test_subtotals_by_stage_follow_the_filter(self, client):
        make_project(city="370200", investment=15_000, stage="suspended")
        make_project(city="370200", investment=25_000, stage="suspended")
        make_project(city="370200", investment=70_000, stage="completed")
        make_project(city="370100", investment=10_000, stage="completed")
        shown = page(client, "/projects/?city=370200")
        text = text_of(shown)
        # No project is in another stage.
        assert "By stage 2 Completed 1 700 million yuan Suspended 2 400 million yuan" in text
        assert 'href="?city=370200&amp;stage=suspended">Suspended</a>' in shown
        assert "By stage" not in text_of(page(client, "/projects/?stage=suspended"))
        assert "Completed 2 800 million yuan Suspended 2 400 million yuan" in text_of(page(client, "/projects/"))

    def test_the_choice_of_large_projects_that_have_not_started_states_their_sum(self, client):
        make_project(city="370200", investment=1_000_000, stage="preparing")
        make_project(city="370100", investment=2_500_000, stage="preparing")
        make_project(city="370100", investment=999_999, stage="preparing")
        make_project(city="370100", investment=9_000_000)
        label = "10 billion yuan or more, not started"
        assert f"{label} 2 projects, 35.0 billion yuan" in text_of(page(client, "/projects/"))
        assert f"{label} 1 project, 10.0 billion yuan" in text_of(page(client, "/projects/?city=370200"))
        opened = text_of(page(client, "/projects/?investment_from=100&stage=preparing"))
        assert "2 results total investment 35 billion yuan" in opened
        # It would take the place of these, so that their rows tell nothing of it.
        assert f"{label} Suspended" in text_of(page(client, "/projects/?stage=completed"))

    def test_projects_count_from_the_day_they_are_listed(self, client):
        make_project(name_en="Early", listed_on=date(2023, 2, 1))
        make_project(name_en="Late", listed_on=date(2023, 8, 1))
        text = text_of(page(client, "/projects/?as_of=2023-07-31"))
        assert "Early" in text and "Late" not in text

    def test_of_a_measure(self, client):
        measure = make_measure(code="M001")
        make_project(name_en="Linked", measures=[measure])
        make_project(name_en="Other")
        html = page(client, "/projects/?measure=M001")
        assert "Linked" in html and "Other" not in text_of(html)
        assert "Measure: " in text_of(html)

    def test_export_links_and_links_keep_the_day(self, client):
        make_project(code="P0001")
        html = page(client, "/projects/?category=energy&as_of=2023-06-30")
        # With the order of the page: the API's own is another.
        query = "category=energy&amp;as_of=2023-06-30&amp;ordering=-total_investment&amp;lang=en&amp;format=xlsx"
        assert f'href="/api/v1/projects/?{query}"' in html
        assert 'href="/projects/P0001/?as_of=2023-06-30"' in html

    def test_nothing_found_offers_to_clear_the_filters(self, client):
        make_plan()
        html = page(client, "/projects/?stage=suspended")
        assert "No projects match these filters" in html
        assert '<a href="/projects/">Clear filters</a>' in html

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("category=wind", "choose one of: energy"),
            ("city=999999", "choose one of: 370200"),
            ("as_of=2030-01-01", "The day is in the future"),
        ],
    )
    def test_bad_input_is_answered_in_the_frame_of_the_site(self, client, query, sentence):
        make_project(city="370200")
        response = client.get(f"/projects/?{query}")
        assert response.status_code == 400
        assert sentence in response.content.decode()

    def test_queries_do_not_grow_with_the_rows(self, client):
        make_project()
        page(client, "/projects/")
        few = query_count(client, "/projects/")
        for city in ("370100", "370200", "370600") * 4:
            make_project(city=city)
        assert query_count(client, "/projects/") == few
        # One of them for the departments that may lead.
        assert few <= 8  # the last one for the themes of the filter


class TestDetail:
    def test_shows_what_is_known(self, client):
        measure = make_measure(code="M008", title_en="Raise the share")
        make_change(measure, "in_progress", date(2023, 4, 1))
        make_project(
            code="P0001",
            name_en="Wind farm",
            county="370202",
            also_in=["370600"],
            investment=94_200,
            measures=[measure],
            source="List of key projects; https://example.org/list",
        )
        html = page(client, "/projects/P0001/?as_of=2023-06-30")
        text = text_of(html)
        assert "City Qingdao" in text and "Total investment 942 million yuan Illustrative" in text
        assert "M008 Raise the share Progress made" in text
        assert 'href="/measures/M008/?as_of=2023-06-30"' in html
        assert "County Shinan" in text and "Also in Yantai" in text
        assert "Name: illustrative; investment: illustrative" in text
        assert '<a href="https://example.org/list" rel="noopener noreferrer">List of key projects</a>' in html

    def test_an_invented_amount_does_not_stand_under_a_published_name_s_tag(self, client):
        make_project(code="P0001", name_en="Wind farm", provenance="published", source="A list")
        html = page(client, "/projects/P0001/")
        assert '<span class="tag tag-published">Name: published</span>' in html
        assert re.search(r'yuan\s+<span class="tag tag-illustrative">Illustrative</span>', html)
        make_project(code="P0002", provenance="published", investment_provenance="published", source="A list")
        html = page(client, "/projects/P0002/")
        assert '<span class="tag tag-published">Published</span>' in html and "Name: published<" not in html

    @pytest.mark.parametrize(
        ("day", "status"),
        [("2023-03-31", "Under way"), ("2023-04-01", "Progress made"), ("2023-08-29", "Progress made")],
    )
    def test_linked_measures_have_the_status_of_the_day(self, client, day, status):
        measure = make_measure(code="M008", title_en="Raise the share")
        make_change(measure, "in_progress", date(2023, 4, 1))
        make_project(code="P0001", measures=[measure])
        assert f"Raise the share {status}" in text_of(page(client, f"/projects/P0001/?as_of={day}"))

    def test_a_project_not_yet_listed_says_so(self, client):
        make_project(code="P0001", listed_on=date(2023, 8, 1))
        html = page(client, "/projects/P0001/?as_of=2023-07-31")
        assert "This project was not yet listed on this day; it was listed on 1 August 2023." in html

    def test_an_unknown_code_is_not_found(self, client):
        assert client.get("/projects/P9999/").status_code == 404

    def test_a_bad_day_is_answered_in_the_frame_of_the_site(self, client):
        make_project(code="P0001")
        response = client.get("/projects/P0001/?as_of=2023-13-01")
        assert response.status_code == 400
        assert "There is no such date; choose another, such as" in response.content.decode()

    def test_queries_do_not_grow_with_the_rows(self, client):
        project = make_project(code="P0001", measures=[make_measure()], also_in=["370600"])
        page(client, "/projects/P0001/")
        few = query_count(client, "/projects/P0001/")
        for _n in range(8):
            project.measures.add(make_measure())
        assert query_count(client, "/projects/P0001/") == few


@pytest.mark.parametrize("url", ["/projects/", "/projects/P0001/"])
def test_where_reading_is_not_open_others_log_in_first(client, settings, url):
    settings.PILOTZONE_PUBLIC_READING = False
    make_project(code="P0001")
    assert client.get(url).url == f"/accounts/login/?next={url}"
    client.force_login(make_user())
    assert client.get(url).status_code == 200


def test_lists_are_asked_who_is_behind_and_who_did_not_report(client, today, open_reading):
    for code, invested in (("P0001", 100), ("P0002", 700), ("P0003", None)):
        project = make_project(code=code)
        AnnualPlan.objects.create(project=project, year=2023, planned_wan=1_000)
        if invested is not None:
            make_project_month(project, date(2023, 7, 1), invested_wan=invested)

    def codes(query: str) -> list[str]:
        page = client.get(f"/projects/?lang=en&ordering=code&{query}")
        listed = client.get(f"/api/v1/projects/?{query}").json()["results"]
        shown = [each.code for each in page.context["page"]]
        assert shown == [each["code"] for each in listed]
        return shown

    assert codes("behind=yes") == ["P0001"]
    assert codes("behind=no") == ["P0002"]
    assert codes("behind=no_month") == ["P0003"]
    assert codes("behind=yes&behind=no_month") == ["P0001", "P0003"]
    assert codes("behind=yes&behind=no&behind=no_month") == ["P0001", "P0002", "P0003"]
    assert codes("reported=no") == ["P0003"]
    assert codes("reported=yes") == ["P0001", "P0002"]
    assert codes("behind=yes&as_of=2023-06-30") == []
