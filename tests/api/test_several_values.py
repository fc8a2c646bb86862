"""Every filter of every list, with several values, none, and one that there is not: on the page, in the API, in its
files and in rollups.

The table is made from what the lists declare, so that a new filter is in it. `outcomes` gives one cell for each way to
write a value: "any of them", "as without", "refused" or "words" (a text is searched for as it stands).
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import django_filters
import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from measures.models import Measure
from pilotzone.api import urlpatterns as API_PATTERNS
from projects.filters import WrittenFilter
from tests import factories as make
from tests.api.conftest import API
from tests.sweeps import sample_or_whole, some_of
from web.api.endpoints import ListEndpoint
from web.api.shapes import Shape, filter_shape
from web.lists.filters import AnyOf
from web.views import FilteredListView

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

WAYS = ("repeated", "comma", "empty", "unknown")
ANY, REFUSED, WITHOUT, WORDS = "any of them", "refused", "as without", "words"
# Values of the filters that have one.
ONE = {
    "date": ("2023-03-01", "2023-07-20"),
    "date-time": ("2023-03-01", "2023-07-20T00:00:00Z"),
    "decimal": ("0.5", "100"),
}
UNKNOWN = "there-is-none"
# So many values are tried, to find two that have rows.
MOST = 5


def endpoints() -> dict[str, Any]:
    """Address below /api/v1/ -> the list that answers there."""
    found = {str(each.pattern): getattr(each.callback, "cls", None) for each in API_PATTERNS}
    return {
        address.removeprefix("v1/")
        .replace("<slug:code>", "gdp_growth_ytd")
        .replace("<str:code>", "M004" if "measures/" in address else "P0001"): endpoint
        for address, endpoint in found.items()
        if endpoint and issubclass(endpoint, ListEndpoint)
    }


def pages(patterns: Any = None, before: str = "/") -> Iterator[tuple[str, Any]]:
    """Address -> the class of each page that is a filtered list."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            yield from pages(each.url_patterns, before + str(each.pattern))
        elif isinstance(each, URLPattern):
            view = getattr(each.callback, "view_class", None)
            if view and issubclass(view, FilteredListView):
                yield before + str(each.pattern), view


PAGES = {address: view for address, view in pages() if view.filterset_class.base_filters and "decide" not in address}
LISTS = {address: each for address, each in endpoints().items() if hasattr(each, "filterset_class")}
ROLLUPS = {address: each for address, each in endpoints().items() if hasattr(each, "groups")}


def values_of(filterset_class: Any, name: str) -> list[str]:
    """Some values that the filter takes."""
    each = filterset_class.base_filters[name]
    if isinstance(each, AnyOf):
        filters = filterset_class({}, queryset=Measure.objects.none(), request=RequestFactory().get("/"))
        field = filters.form.fields[name]
        if hasattr(field, "queryset"):
            return [str(field.prepare_value(row)) for row in field.queryset.order_by("pk")][:MOST]
        return [str(value) for value, _label in field.choices if value][:MOST]
    return list(ONE.get(shape_of(filterset_class, name).get("format", ""), ("lab", "wind")))


def shape_of(filterset_class: Any, name: str) -> Shape:
    return filter_shape(filterset_class.base_filters[name])


def rows(answer: Any) -> set[str] | None:
    """Return the rows of an answer, a file or a page; None for a refusal."""
    if answer.status_code == 400:
        return None
    assert answer.status_code == 200, answer.content
    if answer["Content-Type"].startswith("text/csv"):
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return {str(row) for row in csv.DictReader(io.StringIO(text, newline=""))}
    if answer["Content-Type"] == "application/json":
        assert answer.json()["count"] == len(answer.json()["results"])
        return {str(row) for row in answer.json()["results"]}
    return {str(row.pk) for row in answer.context["page"].paginator.object_list}


def outcomes(ask: Any, name: str, values: list[str], *, is_text: bool = False) -> dict[str, str]:
    """Return the outcome of each way to write values; `ask` takes a query and gives an answer."""
    alone = {each: rows(ask(f"{name}={each}")) for each in values}
    two = sorted(values, key=lambda each: -len(alone[each] or ()))[:2]
    together = set().union(*(alone[each] or () for each in two))
    everything = rows(ask(""))
    queries = {
        "repeated": "&".join(f"{name}={each}" for each in two),
        "comma": f"{name}={','.join(two)}",
        "empty": f"{name}=",
        "unknown": f"{name}={UNKNOWN}",
    }
    meant = {"repeated": (together, ANY), "comma": (together, ANY), "empty": (everything, WITHOUT)}
    meant |= {way: (set(), WORDS) for way in ("comma", "unknown") if is_text}
    found = {}
    for way, query in queries.items():
        got = rows(ask(query))
        wanted, word = meant.get(way, (None, ""))
        found[way] = REFUSED if got is None else word if got == wanted else "other"
    return found


def is_words(each: Any) -> bool:
    return isinstance(each, django_filters.CharFilter) and not isinstance(each, WrittenFilter)


def expected(each: Any, *, is_page: bool) -> dict[str, str]:
    empty = WITHOUT if is_page else REFUSED
    if isinstance(each, AnyOf):
        return {"repeated": ANY, "comma": ANY, "empty": empty, "unknown": REFUSED}
    if is_words(each):
        return {"repeated": REFUSED, "comma": WORDS, "empty": empty, "unknown": WORDS}
    return {"repeated": REFUSED, "comma": REFUSED, "empty": empty, "unknown": REFUSED}


def asked(path: str, more: str = "") -> Any:
    client = Client()
    return lambda query: client.get(f"{path}?{query}&{more}".rstrip("&"))


@sample_or_whole
@pytest.mark.parametrize("file_format", ["json", pytest.param("csv", marks=pytest.mark.long)])
@pytest.mark.parametrize("address", LISTS)
def test_a_filter_of_the_api_takes_several_values_or_refuses_them(
    address: str, file_format: str, whole: bool, site: Any, open_reading: None
) -> None:
    more = "format=csv" if file_format == "csv" else "page_size=1000"
    filterset_class = LISTS[address].filterset_class
    for name in some_of(filterset_class.base_filters, f"{address} {file_format}", whole=whole, number=3):
        each = filterset_class.base_filters[name]
        values, is_text = values_of(filterset_class, name), is_words(each)
        found = outcomes(asked(API + address, more), name, values, is_text=is_text)
        assert found == expected(each, is_page=False), name


@sample_or_whole
@pytest.mark.parametrize("address", PAGES)
def test_a_filter_of_a_page_takes_several_values_or_refuses_them(
    address: str, whole: bool, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each look at the log would add a row to it.
    monkeypatch.setattr("audit.views.log.log_reading", lambda request: None)
    client = Client()
    roles = {"/log/": "auditor", "/office/people/": "administrator"}
    client.force_login(make.make_user("rita", role=roles.get(address, "reviewer")))
    filterset_class = PAGES[address].filterset_class
    for name in some_of(filterset_class.base_filters, address, whole=whole, number=2):
        each = filterset_class.base_filters[name]
        values, is_text = values_of(filterset_class, name), is_words(each)
        found = outcomes(lambda query: client.get(f"{address}?{query}"), name, values, is_text=is_text)
        assert found == expected(each, is_page=True), name


@sample_or_whole
@pytest.mark.parametrize("file_format", ["json", "csv"])
@pytest.mark.parametrize("address", ROLLUPS)
def test_keys_of_rollups_may_be_several(
    address: str, file_format: str, whole: bool, site: Any, open_reading: None
) -> None:
    more = "format=csv" if file_format == "csv" else "page_size=1000"
    for by in some_of(ROLLUPS[address].groups, f"{address} {file_format}", whole=whole):
        answer = Client().get(f"{API}{address}?by={by}").json()
        keys = [row["key"] for row in answer["results"]][:2]
        found = outcomes(asked(API + address, f"by={by}&{more}"), "key", keys)
        assert found == {"repeated": ANY, "comma": ANY, "empty": REFUSED, "unknown": REFUSED}, by


@pytest.mark.parametrize("address", [*LISTS, *ROLLUPS, "summary/", "changes/", "measures/M001/"])
def test_what_has_one_value_is_refused_when_it_comes_twice(address: str, site: Any, ask: Any) -> None:
    endpoint = {**LISTS, **ROLLUPS}.get(address)
    names = {"as_of", "lang", "format", "compare", "plan", "ordering", "page", "page_size", "cursor", "search"}
    for name in sorted(names & set(endpoint.parameter_shapes() if endpoint else ("as_of", "compare", "lang"))):
        answer = ask(f"{address}?{name}=a&{name}=b", **{"Accept-Language": "en"})
        assert answer.status_code == 400, name
        [error] = answer.json()["errors"]
        assert error == {"parameter": name, "detail": "Give this parameter once: it has one value."}


@pytest.mark.parametrize("address", ["/", "/measures/", "/projects/", "/departments/", "/changes/", "/measures/M001/"])
@pytest.mark.parametrize("name", ["as_of", "compare", "plan", "search"])
def test_a_page_refuses_them_too(address: str, name: str, site: Any, open_reading: None) -> None:
    answer = Client().get(f"{address}?{name}=2023-06-30&{name}=2023-05-31&lang=en")
    if name == "search" and address not in ("/measures/", "/projects/"):
        assert "Parts of the address that this page does not know were left out: search" in answer.content.decode()
        return
    assert answer.status_code == 400
    assert "Give this parameter once: it has one value." in answer.content.decode()


def test_fields_may_be_repeated_too(site: Any, ask: Any) -> None:
    for query in ("fields=code&fields=status", "fields=code,status", "fields=code,status&fields=code"):
        assert list(ask(f"measures/?{query}").json()["results"][0]) == ["code", "status"], query
        file = b"".join(ask(f"measures/?{query}&format=csv").streaming_content)
        assert file.splitlines()[0].decode("utf-8-sig") == "code,status", query


def test_an_empty_day_is_today(site: Any, ask: Any) -> None:
    assert ask("measures/?as_of=").json()["as_of"] == "2023-08-29"


def test_an_explanation_may_be_of_several_cities_together(site: Any, ask: Any, client: Client) -> None:
    figure = "explain/?figure=projects.total"
    alone = [ask(f"{figure}&city={code}").json()["value"] for code in ("370100", "370200")]
    for query in ("city=370100&city=370200", "city=370100,370200"):
        found = ask(f"{figure}&{query}").json()
        assert (found["value"], found["narrowed"]) == (sum(alone), {"city": "370100,370200"})
        assert client.get(found["rows"]["url"]).json()["count"] == sum(alone)
    page = client.get("/explain/?figure=projects.total&city=370100&city=370200&lang=en").content.decode()
    assert "Jinan" in page
    assert "Qingdao" in page


class TestThePageOfAList:
    TWO = "/projects/?city=370100&city=370200&category=energy&lang=en"

    def shown(self, client: Client, address: str) -> str:
        return " ".join(client.get(address).content.decode().split())

    def test_each_value_has_a_chip_that_drops_it_alone(self, site: Any, client: Client, open_reading: None) -> None:
        page = self.shown(client, self.TWO)
        assert 'class="chip" href="?city=370200&amp;category=energy&amp;lang=en"' in page
        assert 'class="chip" href="?city=370100&amp;category=energy&amp;lang=en"' in page
        both = self.shown(client, "/projects/?city=370100,370200&lang=en")
        assert 'class="chip" href="?city=370200&amp;lang=en"' in both

    def test_the_choice_shows_them_together_and_sends_them_on(
        self, site: Any, client: Client, open_reading: None
    ) -> None:
        for address in (self.TWO, "/projects/?city=370100,370200&lang=en"):
            page = self.shown(client, address)
            assert '<option value="370100,370200" selected>' in page
        assert "selected" not in self.shown(client, self.TWO).split('name="stage"')[1].split("</select>")[0].replace(
            '<option value="" selected>', ""
        )

    def test_links_and_files_keep_them(self, site: Any, client: Client, open_reading: None) -> None:
        page = self.shown(client, self.TWO)
        assert "?city=370100&amp;city=370200&amp;category=energy&amp;lang=en&amp;ordering=" in page
        assert "/api/v1/projects/?city=370100,370200&amp;category=energy&amp;lang=en" in page

    def test_the_old_name_of_a_merged_department_is_dropped_with_its_chip(
        self, site: Any, client: Client, open_reading: None
    ) -> None:
        merged = {"merged_into": site.second.lead_department, "merged_on": date(2023, 8, 1)}
        old = make.make_department("old", number=9, **merged)
        page = self.shown(client, f"/measures/?department={old.slug},science&lang=en")
        assert 'class="chip" href="?department=science&amp;lang=en"' in page
        assert '<option value="power,science" selected>' in page
