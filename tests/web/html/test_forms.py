import pytest

from tests.web.lists.test_chips import Filters
from tests.web.rendering import render
from web.html.forms import visible_fields

pytestmark = pytest.mark.usefixtures("english")


def test_hidden_inputs_carry_the_rest_of_the_address_but_not_the_page():
    html = render('{% query_inputs without="as_of" %}', "/?as_of=2023-03-31&page=2&search=%3Cb%3E&plan=p")
    assert html == ('<input type="hidden" name="search" value="&lt;b&gt;"><input type="hidden" name="plan" value="p">')


def test_a_page_shows_only_the_filters_it_names():
    assert [field.name for field in visible_fields(Filters(), ("status",))] == ["status"]
    assert len(visible_fields(Filters())) == 3


def test_a_form_to_another_page_takes_along_what_the_reader_chose_for_all_pages():
    html = render("{% sticky_inputs %}", "/?as_of=2023-03-31&page=2&search=b&plan=p&q=a+b")
    assert html == ('<input type="hidden" name="as_of" value="2023-03-31"><input type="hidden" name="plan" value="p">')
    assert render("{% sticky_inputs %}") == ""
