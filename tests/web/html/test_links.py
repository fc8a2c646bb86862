import re
from datetime import date

import pytest
from django.http import QueryDict

from tests.web.rendering import compact, render
from web.html.links import naming_plan, query_with

pytestmark = pytest.mark.usefixtures("english")


def test_links_change_one_thing_and_start_on_the_first_page():
    params = QueryDict("status=completed&page=3&city=370100&city=370200")
    assert query_with(params, status=None) == "?city=370100&city=370200"
    assert query_with(params, page=4) == "?status=completed&page=4&city=370100&city=370200"
    day = date(2023, 8, 29)
    assert query_with(params, as_of=day, city=["370100"]) == "?status=completed&city=370100&as_of=2023-08-29"


def test_a_link_in_a_page_is_escaped():
    assert render('{% url_with status="completed" %}', "/?section=a%22b") == "?section=a%22b&amp;status=completed"


def test_a_chip_drops_its_filter_or_one_of_its_values():
    page = "/?city=370100&city=370200&status=completed"
    assert render('{% url_without "city" "370100" %}', page) == "?city=370200&amp;status=completed"
    assert render('{% url_without "city" %}', page) == "?status=completed"


def test_the_navigation_marks_the_open_page_and_keeps_the_day():
    link = compact(render('{% nav_link "/measures/" "Measures" %}', "/measures/M001/?as_of=2023-03-31&page=2"))
    assert link == '<li><a href="/measures/?as_of=2023-03-31" aria-current="true">Measures</a></li>'
    assert 'aria-current="page"' in render('{% nav_link "/measures/" "Measures" %}', "/measures/")
    assert "aria-current" not in render('{% nav_link "/" "Overview" %}', "/measures/")


def test_a_sorted_column_says_so_and_its_link_turns_it_round():
    head = compact(render('{% sort_head "due_on" "Due" number=True %}', "/?ordering=due_on&status=completed"))
    assert head == (
        '<th scope="col" class="number" aria-sort="ascending"><a href="?ordering=-due_on&amp;status=completed"'
        ' id="sort-due_on" hx-boost="true" hx-swap="innerHTML show:none">'
        'Due&nbsp;<span class="arrow" aria-hidden="true">↑</span></a></th>'
    )
    assert 'aria-sort="descending"' in render('{% sort_head "due_on" "Due" %}', "/?ordering=-due_on")
    assert "aria-sort" not in render('{% sort_head "due_on" "Due" default="code" %}')
    assert 'aria-sort="ascending"' in render('{% sort_head "code" "Code" default="code" %}')


def test_the_unit_of_a_head_stays_whole():
    head = render('{% sort_head "investment" "Investment (100 million yuan)" %}')
    assert re.search(r'Investment \(<span class="nowrap">100 million yuan</span>\)\s*</a>', head)


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/measures/", "/measures/?plan=first"),
        ("http://testserver/measures/?light=red#list", "http://testserver/measures/?light=red&plan=first#list"),
        ("/measures/?plan=other", "/measures/?plan=other"),
        ("/api/v1/measures/?lang=en", "/api/v1/measures/?lang=en&plan=first"),
        # They are of no plan, and refuse the parameter.
        ("/api/v1/departments/?lang=en", "/api/v1/departments/?lang=en"),
        ("/api/v1/observations/", "/api/v1/observations/"),
    ],
)
def test_an_address_that_is_kept_names_its_plan_where_it_leads_to_one(address, named):
    assert naming_plan(address, "first") == named
    assert naming_plan(address, "") == address
