import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.html import escape

from dashboard.models import PublishedFigure
from dashboard.pages.overview.headline import format_against
from indicators.state import IndicatorState
from measures.models import Measure, Plan, StatusChange
from projects.models import Project
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.pages import joined
from tests.sweeps import each_in_one_way
from web.site import site_profile

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/plan/",
    "/plan/first/",
    "/departments/",
    "/departments/science/",
    "/sections/",
    "/sections/innovation/",
    "/cities/",
    "/cities/370200/",
    "/published/",
]


@pytest.fixture
def site(today, open_reading, settings):
    """Science leads five measures of Innovation (one completed, one overdue), Energy none."""
    settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 8, 1)
    section = make.make_section(slug="innovation", number=1, title_en="Innovation-driven development")
    science = make.make_department("science", name_en="Department of Science", short_en="Science")
    make.make_department("energy", name_en="Energy Administration", short_en="Energy")
    done, late, *_others = (make.make_measure(section, science, title_en=f"Task number {n}") for n in range(5))
    make.make_change(done, "completed", date(2023, 4, 3))
    Measure.objects.filter(pk=late.pk).update(due_on=date(2023, 8, 1))
    make.make_project(city="370200", investment=93_600_000)
    return section.plan


def get(address, **headers):
    separator = "&" if "?" in address else "?"
    return Client().get(f"{address}{separator}lang=en", headers=headers)


def text_of(address):
    response = get(address)
    assert response.status_code == 200, address
    return joined(response.content.decode())


@pytest.mark.parametrize("address", PAGES)
def test_a_page_opens_for_a_viewer_and_sends_others_to_the_log_in(site, settings, address):
    assert get(address).status_code == 200
    settings.PILOTZONE_PUBLIC_READING = False
    response = Client().get(f"{address}?as_of=2023-03-31")
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/?next=")
    client = Client()
    client.force_login(make.make_user("vic"))
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2023-08-30", "The day is in the future"),
        ("9999-12-31", "The day is in the future"),
        ("2023-02-30", "There is no such date; choose another, such as"),
        ("20230630", "There is no such date; choose another, such as"),
        ("2023-W05-1", "There is no such date; choose another, such as"),
        ("0000-01-01", "There is no such date; choose another, such as"),
        ("２０２３-01-01", "There is no such date; choose another, such as"),
    ],
)
def test_a_day_that_is_none_is_refused_in_the_frame_with_a_way_back(site, address, day, sentence):
    response = get(f"{address}?as_of={day}")
    page = response.content.decode()
    assert response.status_code == 400
    assert sentence in page
    assert "Key task progress" in page
    assert f'href="{address}?' in page


@pytest.mark.parametrize(
    ("address", "day"), each_in_one_way(list(PAGES), ["0001-01-01", "2022-12-31", "2023-01-01", "2023-01-31", ""])
)
def test_every_day_up_to_today_has_a_page(site, address, day):
    assert get(f"{address}?as_of={day}").status_code == 200


def test_before_the_plan_there_are_zeros_dashes_and_the_sentence(site):
    page = text_of("/?as_of=2022-12-31")
    assert "The day is before the plan began" in page
    assert 'data-figure="measures.total" data-value="0"' in page
    assert 'data-figure="measures.completion_rate" data-value="">—<' in page


@pytest.mark.parametrize("address", ["/", "/departments/", "/departments/science/", "/sections/", "/published/"])
def test_a_site_without_a_plan_says_so(today, open_reading, address):
    assert "This site is being set up" in text_of(address)


@pytest.mark.parametrize(
    "address",
    [
        "/departments/?ordering=size",
        "/sections/?ordering=size",
        "/cities/?ordering=gap",
        "/departments/?reported=maybe",
        "/departments/?fallen=least",
        "/cities/?show=all",
        "/?map=all",
        "/?course=all",
        "/?plan=nowhere",
    ],
)
def test_what_a_page_does_not_have_is_refused_naming_what_it_has(site, address):
    response = get(address)
    assert response.status_code == 400
    assert "choose one of" in response.content.decode()


@pytest.mark.parametrize("query", ["from=2023", "to=2023-13", "from=2023-1", "to=二月"])
def test_what_is_no_month_is_refused(site, query):
    response = get(f"/departments/science/?{query}")
    assert response.status_code == 400
    assert "This is not a month; write it like 2023-06." in response.content.decode()


@pytest.mark.parametrize("address", ["/departments/nowhere/", "/sections/nowhere/", "/cities/370000/", "/cities/1/"])
def test_a_member_that_does_not_exist_is_not_found(site, address):
    assert get(address).status_code == 404


def test_the_sentence_is_made_of_the_figures(site):
    page = text_of("/")
    assert "As of 29 August 2023, 1 measure was due: 1 overdue" in page
    assert "1 department has reports outstanding for August" in page


def test_a_past_day_has_the_figures_of_that_day(site):
    page = text_of("/?as_of=2023-03-31")
    assert 'data-figure="measures.completed" data-value="0"' in page
    assert 'href="/measures/?status=completed&amp;as_of=2023-03-31"' in page
    assert "No measure is overdue" in page


def test_figures_are_marked_as_published_only_where_they_equal_the_published_ones(site):
    for figure, value in (("total", 5), ("completed", 1), ("in_progress", 0), ("promoting", 4)):
        PublishedFigure.objects.create(
            plan=site,
            as_of=date(2023, 6, 30),
            figure=f"measures.{figure}",
            value=value,
            unit="measures",
            provenance="published",
            source="A newspaper",
        )
    assert "Published 2023-06-30" in text_of("/")
    assert "Each published figure equals the one computed" in text_of("/published/")
    PublishedFigure.objects.filter(figure="measures.completed").update(value=2)
    assert "Published 2023-06-30" not in text_of("/")
    assert "1 published figure differs" in text_of("/published/")


def test_a_department_page_says_where_it_stands(site):
    page = text_of("/departments/science/")
    shown = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "The department leads 5 measures; 1 due: 0 completed on time, 1 overdue (28 days)" in shown
    assert "4 reports for August are outstanding" in shown
    # Below is what it did in some months.
    assert page[: page.index('id="work"')].count("Task number") == 5
    assert "20.0 % 1st of 1" in shown
    # Its gaps as subtractions, and its lights, each of which opens its rows.
    assert "Versus planned completion 20.0 − 20.0 = 0.0" in shown
    assert "Versus time elapsed 20.0 − 22.0 = −2.0" in shown
    for light, count in (("red", 1), ("yellow", 3), ("green", 1)):
        address = f"/measures/?light={light}&amp;department=science"
        assert f'href="{address}" class="figure" data-figure="measures.lights.{light}" data-value="{count}"' in page
        assert len(re.findall(r"Task number", text_of(address.replace("&amp;", "&")))) == count
    idle = text_of("/departments/energy/")
    assert "It leads no measure of this plan." in idle


def test_the_tables_of_the_overview_lead_to_the_full_ones_in_any_order_and_to_what_is_overdue(site):
    page = text_of("/?as_of=2023-08-28")
    for by in ("section", "department"):
        for ordering in ("name", "urgency", "-longest_overdue", "in_time_rate", "gap_to_plan", "-total"):
            address = f"/{by}s/?ordering={ordering}&amp;as_of=2023-08-28"
            assert f'<a href="{address}">' in page
            assert get(address.replace("&amp;", "&")).status_code == 200
    for member in ("section=innovation", "department=science"):
        address = f"/measures/?light=red&amp;{member}&amp;as_of=2023-08-28"
        assert f'<a class="figure overdue" href="{address}">1</a>' in page
        assert text_of(address.replace("&amp;", "&")).count("Task number") == 1


def test_a_city_page_says_what_it_holds(site):
    page = text_of("/cities/370200/")
    assert "1 project with an investment of 936.0 billion yuan, 100.0% of the total." in page
    assert ">936.0</a>" in page
    assert '<span class="unit">billion yuan</span>' in page
    assert 'href="/projects/?city=370200&amp;category=energy"' in page


def test_only_departments_that_have_not_reported_can_be_shown(site):
    assert ">Energy</a>" in text_of("/departments/")
    page = text_of("/departments/?reported=no")
    assert ">Science</a>" in page
    assert ">Energy</a>" not in page
    for measure in Measure.objects.all():
        make.make_report(measure, date(2023, 8, 20), state="submitted")
    assert "No department has reports outstanding" in text_of("/departments/?reported=no")


def test_a_table_is_sorted_as_asked(site):
    other = make.make_section(slug="energy", number=2, title_en="Energy transition", plan=site)
    make.make_measure(other, Measure.objects.first().lead_department)

    def order(ordering):
        page = text_of(f"/sections/?ordering={ordering}")
        return page.index(">Innovation-driven development</a>") < page.index(">Energy transition</a>")

    assert order("-total")
    assert not order("total")
    assert order("name")
    assert not order("-name")


def test_names_of_rows_are_escaped(site):
    name = '<script>alert("x")</script>'
    Measure.objects.update(title_en=name)
    for address in ("/", "/departments/science/"):
        page = text_of(address)
        assert name not in page
        assert escape(name) in page


def copies_of(model, plan_filter, letters, **changed):
    return [
        model(
            **{
                **row,
                **{name: change(row) for name, change in changed.items()},
                "id": None,
                "code": letter + row["code"][1:],
            }
        )
        for letter in letters
        for row in model.objects.filter(**plan_filter).values()
    ]


def count_queries(client, address):
    # A process reads it once.
    site_profile()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.fixture
def demo(demonstration):
    return Plan.objects.get()


def test_the_number_of_queries_does_not_grow_with_the_data(demo, django_user_model):
    reader = Client()
    reader.force_login(make.make_user("vic"))
    addresses = [
        "/",
        "/?as_of=2023-03-31",
        "/departments/",
        "/departments/energy/",
        "/plan/",
        "/plan/first/",
        "/sections/",
        "/cities/",
        "/published/",
    ]
    addresses.append("/cities/370200/")
    before = {address: count_queries(reader, address) for address in addresses}
    assert max(before.values()) <= 25  # with the session, the account and the number of notices

    measures = Measure.objects.bulk_create(copies_of(Measure, {"plan": demo}, "AB"))
    StatusChange.objects.bulk_create(
        StatusChange(
            measure=measure,
            status="promoting",
            effective_on=measure.listed_on,
            recorded_at=make.shanghai(measure.listed_on),
            provenance="illustrative",
        )
        for measure in measures
    )
    Project.objects.bulk_create(copies_of(Project, {"plan": demo}, "AB"))
    rebuild_rollups()
    assert Measure.objects.count() == 3 * 249
    assert {address: count_queries(reader, address) for address in addresses} == before
    page = reader.get("/?lang=en").content.decode()
    assert 'data-figure="measures.total" data-value="747"' in page
    assert 'data-figure="projects.total" data-value="9558"' in page


@pytest.mark.parametrize(
    ("gap", "english", "chinese"),
    [
        ("0.7", "above China (5.5%)", "高于全国（5.5%）"),
        ("-1.2", "below China (5.5%)", "低于全国（5.5%）"),
        ("0.0", "as in China (5.5%)", "与全国持平（5.5%）"),
        (None, "", ""),
    ],
)
def test_the_gap_to_the_country_is_said_in_words(gap, english, chinese):
    state = IndicatorState(
        make.make_indicator(unit="%"),
        None,
        None,
        Decimal("5.5"),
        gap and Decimal(gap),
        None,
        None,
        against=make.region("100000"),
    )
    with translation.override("en"):
        assert format_against(state) == english
    with translation.override("zh-hans"):
        assert format_against(state) == chinese
