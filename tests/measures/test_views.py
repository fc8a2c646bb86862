import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    make_change,
    make_department,
    make_indicator,
    make_measure,
    make_plan,
    make_project,
    make_report,
    make_section,
    make_user,
    shanghai,
)
from tests.pages import joined, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_in_the_demonstration(today, open_reading, client):
    client.cookies["pilotzone_language"] = "en"


def page(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content.decode()
    return joined(response.content.decode())


def query_count(client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page(client, url)
    return len(queries)


class TestList:
    def test_shows_each_measure_with_status_light_and_lead(self, client):
        lead = make_department(short_en="Energy")
        measure = make_measure(
            lead_department=lead, code="M120", title_en="Clean up outfalls", due_on=date(2023, 6, 30)
        )
        make_change(measure, "in_progress", date(2023, 4, 20))
        make_report(measure, date(2023, 8, 21), status="in_progress", against_status="in_progress")
        text = text_of(page(client, "/measures/"))
        assert "M120 Clean up outfalls Progress made Red 60 days late 2023-06-30 Energy 2023-08-21" in text
        assert "1 result 0 completed, 1 with progress made, 0 under way" in text

    def test_says_what_stands_behind_a_yellow_light(self, client):
        make_measure(code="M130", due_on=date(2023, 9, 12))
        make_measure(code="M131", listed_on=date(2023, 1, 3), due_on=None)
        text = text_of(page(client, "/measures/"))
        assert re.search(r"M130 .*? Under way Yellow Due in 14 days 2023-09-12", text)
        assert re.search(r"M131 .*? Under way Yellow 238 days unreported —", text)

    def test_what_the_data_say_is_text(self, client):
        lead = make_department(short_en="<script>lead()</script>")
        make_measure(lead_department=lead, title_en="<script>title()</script> & more", due_on=date(2023, 6, 30))
        for _again in range(2):
            html = page(client, "/measures/?compare=2023-06-30")
            assert "&lt;script&gt;title()&lt;/script&gt; &amp; more</a></th>" in html
            assert '<td class="short card-lead">&lt;script&gt;lead()&lt;/script&gt;</td>' in html
            assert "<script>title" not in html and "<script>lead" not in html

    @pytest.mark.parametrize("asked", ["", "&ordering=light", "&ordering=-light", "&light={light}"])
    def test_each_row_has_the_light_of_its_filter(self, client, asked):
        """Each row has its light whether the database was asked for the lights or not."""
        make_measure(code="M001", due_on=date(2023, 8, 28))
        make_measure(code="M002", due_on=date(2023, 9, 5))
        done = make_measure(code="M003", due_on=date(2023, 8, 28))
        make_change(done, "completed", date(2023, 8, 1))
        for code, light in (("M001", "red"), ("M002", "yellow"), ("M003", "green")):
            html = page(client, f"/measures/?as_of=2023-08-29{asked.format(light=light)}")
            row = html[html.index(f"<td>{code}</td>") :].partition("</tr>")[0]
            assert f"light light-{light}" in row
            assert ("1 day late" in row) == (light == "red")

    def test_counts_follow_the_filter(self, client):
        section = make_section(slug="marine")
        make_change(make_measure(section), "completed", date(2023, 3, 1))
        make_measure(section)
        make_measure()
        text = text_of(page(client, "/measures/?section=marine"))
        assert "2 results 1 completed, 0 with progress made, 1 under way" in text

    def test_chips_drop_one_filter_and_keep_the_day(self, client):
        department = make_department("energy", short_en="Energy")
        make_measure(lead_department=department)
        html = page(client, "/measures/?department=energy&as_of=2023-06-30")
        assert "Lead department: Energy" in text_of(html)
        assert 'href="/measures/?as_of=2023-06-30"' in html

    def test_export_links_carry_the_filters(self, client):
        make_measure()
        html = page(client, "/measures/?status=promoting&as_of=2023-06-30")
        assert 'href="/api/v1/measures/?status=promoting&amp;as_of=2023-06-30&amp;lang=en&amp;format=csv"' in html

    def test_links_to_a_measure_keep_day_and_plan(self, client):
        make_plan()
        make_measure(code="M001")
        html = page(client, "/measures/?as_of=2023-06-30&plan=shandong-2023-2025")
        assert 'href="/measures/M001/?as_of=2023-06-30&amp;plan=shandong-2023-2025"' in html

    def test_another_plan_is_read_where_it_is_named(self, client):
        make_measure(title_en="Of the current plan")
        make_measure(plan=make_plan("next"), title_en="Of the next plan")
        assert "Of the next plan" not in page(client, "/measures/")
        assert "Of the next plan" in page(client, "/measures/?plan=next")

    def test_sorted_column_says_so(self, client):
        late, soon = make_measure(due_on=date(2024, 1, 1)), make_measure(due_on=date(2023, 12, 1))
        html = page(client, "/measures/?ordering=due_on")
        assert 'aria-sort="ascending"' in html
        assert html.index(soon.code) < html.index(late.code)

    def test_nothing_found_offers_to_clear_the_filters(self, client):
        make_measure()
        html = page(client, "/measures/?search=nowhere&as_of=2023-06-30")
        assert "No measures match these filters" in html
        assert '<a href="/measures/?as_of=2023-06-30">Clear filters</a>' in html

    def test_before_the_plan_a_sentence_says_so(self, client):
        make_measure()
        assert "The day is before the plan began" in page(client, "/measures/?as_of=2022-12-31")

    def test_an_empty_site_is_no_error(self, client):
        assert "No measures match these filters" in page(client, "/measures/")

    def test_unknown_parameters_are_ignored(self, client):
        make_measure(code="M001")
        assert "M001" in page(client, "/measures/?utm_source=mail")

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("status=done", "choose one of: Under way (promoting), Progress made (in_progress), completed"),
            ("light=blue", "choose one of: Green light (green), Yellow light (yellow), Red light (red)"),
            ("section=nowhere", "choose one of: section-"),
            ("ordering=colour", "choose one of: code,"),
            ("page=2", "The last page is 1."),
            ("page_size=0", "It must be a whole number from 1 to 1000."),
            ("plan=nowhere", "choose one of: shandong-2023-2025"),
            ("as_of=20230630", "There is no such date; choose another, such as 2023-06-30"),
            ("as_of=2023-08-30", "The day is in the future"),
            ("as_of=2023-02-30", "There is no such date; choose another, such as 2023-06-30"),
        ],
    )
    def test_bad_input_is_answered_in_the_frame_of_the_site(self, client, query, sentence):
        make_measure()
        response = client.get(f"/measures/?{query}")
        assert response.status_code == 400
        assert sentence in joined(response.content.decode())
        assert 'aria-label="Main navigation"' in response.content.decode()

    def test_queries_do_not_grow_with_the_rows(self, client):
        section, lead = make_section(), make_department()
        make_measure(section, lead)
        page(client, "/measures/")
        few = query_count(client, "/measures/")
        for _n in range(12):
            make_report(make_measure(section, make_department()), date(2023, 8, 1))
        assert query_count(client, "/measures/") == few
        assert few <= 8  # the last one for the themes of the filter


class TestDetail:
    def test_says_status_light_and_why(self, client):
        measure = make_measure(code="M172", title_en="Control cordgrass", due_on=date(2023, 6, 30))
        make_change(measure, "in_progress", date(2023, 4, 20))
        text = text_of(page(client, "/measures/M172/"))
        assert "Control cordgrass Progress made Red light Past its due date and not completed, 60 days late" in text
        assert "Title and target" not in text

    def test_what_is_due_on_the_day_is_due_today(self, client):
        make_measure(code="M171", due_on=date(2023, 8, 29))
        assert "Yellow light Due today and still “Under way”" in text_of(page(client, "/measures/M171/"))
        assert "2023-08-29 Due today" in text_of(page(client, "/measures/M171/"))
        assert "Yellow Due today 2023-08-29" in text_of(page(client, "/measures/"))

    def test_says_what_of_it_is_published(self, client):
        make_measure(code="M172", provenance="published", source="The plan")
        assert "Title and target: published" in text_of(page(client, "/measures/M172/"))

    @pytest.mark.parametrize(
        ("day", "words"),
        [
            ("2023-01-03", "Under way Green light"),
            ("2023-03-06", "Under way Green light"),
            ("2023-03-07", "Under way Yellow light No accepted report for 63 days"),
            ("2023-05-01", "Under way Yellow light Due in 60 days and still “Under way”"),
            ("2023-05-20", "Progress made Green light"),
            ("2023-06-30", "Progress made Green light"),
            ("2023-07-01", "Progress made Red light Past its due date and not completed, 1 day late"),
            ("2023-07-10", "Completed Green light"),
            ("2023-08-29", "Completed Green light"),
        ],
    )
    def test_tells_the_day_asked_for(self, client, day, words):
        measure = make_measure(code="M001", title_en="The measure", due_on=date(2023, 6, 30))
        make_change(measure, "in_progress", date(2023, 5, 20))
        make_change(measure, "completed", date(2023, 7, 10), old_status="in_progress")
        assert f"The measure {words} What it is about" in text_of(page(client, f"/measures/M001/?as_of={day}"))

    def test_words_stand_in_place_of_a_due_date(self, client):
        lead = make_department()
        for code, words in (("M001", "长期坚持"), ("M002", "")):
            make_measure(code=code, title_en="Plant trees", due_on=None, due_text=words, lead_department=lead)
        client.force_login(make_user("rita", role="reviewer"))
        details = [text_of(page(client, f"/measures/{code}/")) for code in ("M001", "M002")]
        assert "Due date 长期坚持" in details[0] and "No due date" not in details[0]
        assert "Due date No due date" in details[1]
        for address in ("/measures/", "/office/measures/", "/office/measures/M001/", f"/departments/{lead.slug}/"):
            assert text_of(page(client, address)).count("长期坚持") == 1, address
        found = text_of(page(client, "/search/?q=Plant"))
        assert found.count("长期坚持") == found.count("No due date") == 1
        rows = client.get("/api/v1/measures/").json()["results"]
        assert [(row["due_on"], row["due_text"]) for row in rows] == [(None, "长期坚持"), (None, None)]

    def test_a_measure_not_yet_listed_says_so(self, client):
        measure = make_measure(code="M001", listed_on=date(2023, 5, 2))
        html = page(client, "/measures/M001/?as_of=2023-05-01")
        assert "This measure was not yet listed on this day; it was listed on 2 May 2023." in html
        assert 'href="?as_of=2023-05-02"' in html
        assert measure.title_en in html and "Status changes" not in html

    def test_a_correction_stands_above_what_it_corrects(self, client):
        measure = make_measure(code="M001")
        make_change(measure, "in_progress", date(2023, 4, 20))
        wrong = make_change(
            measure, "completed", date(2023, 5, 31), old_status="in_progress", reason_en="Typed wrongly"
        )
        make_change(
            measure,
            "in_progress",
            date(2023, 5, 20),
            old_status="completed",
            supersedes=wrong,
            recorded_at=shanghai(date(2023, 6, 19)),
            reason_en="Put right",
        )
        html = page(client, "/measures/M001/")
        text = text_of(html)
        assert "2023-05-20 Progress made Correction Put right 2023-06-19 2023-05-31 Completed Corrected" in text
        assert "<s>2023-05-31</s>" in html
        assert "Progress made Yellow light" in text

    def test_shows_accepted_reports_of_the_day_only(self, client):
        measure = make_measure(code="M001")
        make_report(measure, date(2023, 6, 20), what_was_done_en="Done in June", problem_en="A problem")
        make_report(measure, date(2023, 8, 20), what_was_done_en="Done in August")
        make_report(measure, date(2023, 7, 20), state="returned", what_was_done_en="Sent back")
        make_report(measure, date(2023, 5, 20), state="submitted", what_was_done_en="Waiting")
        text = text_of(page(client, "/measures/M001/"))
        assert text.index("Done in August") < text.index("Done in June")
        assert "Problems A problem" in text
        assert "Sent back" not in text and "Waiting" not in text
        assert "Done in August" not in page(client, "/measures/M001/?as_of=2023-07-31")

    def test_the_last_three_reports_are_open(self, client):
        measure = make_measure(code="M001")
        for month in range(3, 9):
            make_report(measure, date(2023, month, 20), what_was_done_en=f"Done in month {month}")
        html = page(client, "/measures/M001/")
        before, after = html.split("<details", 1)
        assert "Done in month 6" in before and "Done in month 5" not in before
        assert "3 earlier reports" in after and "Done in month 5" in after

    def test_evidence_is_for_those_with_an_account(self, client):
        report = make_report(make_measure(code="M001"), date(2023, 6, 20))
        report.evidence.create(document_number="No. 12 of 2023", title_en="Notice")
        assert "No. 12 of 2023" not in page(client, "/measures/M001/")
        client.force_login(make_user(language="en"))
        assert "Notice No. 12 of 2023" in text_of(page(client, "/measures/M001/"))

    def test_names_what_it_is_linked_with_and_keeps_the_day(self, client):
        partner = make_department(name_en="Department of Water")
        measure = make_measure(code="M001", target_en="90 km of banks")
        measure.participating_departments.add(partner)
        make_project(code="P0001", name_en="A dam", measures=[measure])
        make_project(name_en="Listed later", listed_on=date(2023, 8, 1), measures=[measure])
        make_indicator("coast", name_en="Coast", measures=[measure])
        html = page(client, "/measures/M001/?as_of=2023-07-31")
        text = text_of(html)
        assert "Department of Water" in text and "90 km of banks" in text and "Listed later" not in text
        assert 'href="/projects/P0001/?as_of=2023-07-31"' in html
        assert 'href="/indicators/coast/?as_of=2023-07-31"' in html
        assert 'href="/lights/?as_of=2023-07-31"' in html

    def test_many_projects_are_a_link(self, client):
        measure = make_measure(code="M001")
        for _n in range(6):
            make_project(measures=[measure])
        html = page(client, "/measures/M001/")
        assert "View all 6 projects" in html
        assert 'href="/projects/?measure=M001"' in html

    def test_an_unknown_code_is_not_found(self, client):
        assert client.get("/measures/M999/").status_code == 404
        assert client.get("/measures/workspace'/").status_code == 404

    def test_a_bad_day_is_answered_in_the_frame_of_the_site(self, client):
        make_measure(code="M001")
        response = client.get("/measures/M001/?as_of=yesterday")
        assert response.status_code == 400
        assert "There is no such date; choose another, such as" in response.content.decode()

    @pytest.mark.parametrize("day", ["0001-01-01", "2023-08-29"])
    def test_the_ends_of_the_calendar_break_nothing(self, client, day):
        make_measure(code="M001", due_on=date(2100, 12, 31))
        assert page(client, f"/measures/M001/?as_of={day}")
        assert page(client, f"/measures/?as_of={day}")

    def test_queries_do_not_grow_with_the_rows(self, client):
        measure = make_measure(code="M001")
        make_report(measure, date(2023, 6, 20))
        make_indicator(measures=[measure])
        make_project(measures=[measure])
        page(client, "/measures/M001/")
        few = query_count(client, "/measures/M001/")
        make_change(measure, "in_progress", date(2023, 4, 20))
        for day in range(1, 10):
            make_report(measure, date(2023, 7, day))
            make_indicator(measures=[measure])
            make_project(measures=[measure])
            measure.participating_departments.add(make_department())
        assert query_count(client, "/measures/M001/") == few


class TestLightsRule:
    def test_states_the_thresholds_in_force(self, client, settings):
        settings.PILOTZONE_DUE_SOON_DAYS = 45
        settings.PILOTZONE_SILENT_DAYS = 70
        text = text_of(page(client, "/lights/"))
        assert "within the next 45 days" in text
        assert "for more than 70 days" in text

    def test_opens_the_measures_of_each_light(self, client):
        assert 'href="/measures/?light=red"' in page(client, "/lights/")


@pytest.mark.parametrize("url", ["/measures/", "/measures/M001/", "/lights/"])
class TestWhoMayRead:
    def test_anyone_where_the_site_reads_openly(self, client, url):
        make_measure(code="M001")
        assert client.get(url).status_code == 200

    def test_others_log_in_first(self, client, settings, url):
        settings.PILOTZONE_PUBLIC_READING = False
        make_measure(code="M001")
        response = client.get(f"{url}?as_of=2023-06-30")
        assert response.status_code == 302
        assert response.url == f"/accounts/login/?next={url}%3Fas_of%3D2023-06-30"

    def test_any_account_reads(self, client, settings, url):
        settings.PILOTZONE_PUBLIC_READING = False
        make_measure(code="M001")
        client.force_login(make_user())
        assert client.get(url).status_code == 200
