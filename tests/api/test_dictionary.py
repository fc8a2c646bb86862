"""The data dictionary names every field that the API gives."""

import csv
import io
import re
from functools import cache
from typing import Any

import pytest
from django.test import Client

from tests.api.addresses import LISTS, SINGLE

pytestmark = pytest.mark.django_db
# What stands below these is kept by keys that are data.
KEYED = {"meta.", "indicators.", "figures.", "compare.figures.", "projects.by_category."}
# Whoever has one of these can be compared with an earlier day.
COMPARED = {"status_then", "listed_then", "latest_then", "total_then", "compare", "compared_with"}
TITLES = {"M001": "<code>", "P0001": "<code>", "gdp_growth_ytd": "<code>", "1": "<number>", "energy": "<slug>"}


@cache
def rows(language: str) -> list[dict[str, str]]:
    answer: Any = Client().get(f"/api/dictionary/?lang={language}&format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"] == 'attachment; filename="dictionary.csv"'
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def title(address: str) -> str:
    return "/api/v1/" + "/".join(TITLES.get(part, part) for part in address.split("/"))


def paths(value: Any, path: str = "") -> set[str]:
    """Return the path of every field of an answer, as the dictionary writes it."""
    found: set[str] = set()
    if isinstance(value, dict):
        for name, each in value.items():
            if path in KEYED:
                found |= paths(each, f"{path}*.")
            else:
                found |= {f"{path}{name}"} | paths(each, f"{path}{name}.")
    elif isinstance(value, list):
        found = set().union(*(paths(each, f"{path.removesuffix('.')}[].") for each in value))
    return found


@pytest.mark.parametrize("address", [*LISTS, *SINGLE])
def test_every_field_of_an_answer_is_in_it(address: str, site: Any, ask: Any) -> None:
    known = {each["field"] for each in rows("en") if each["address"] == title(address)}
    answer = ask(f"{address}?compare=last_month" if COMPARED & known else address).json()
    given = paths(answer["results"][0] if "results" in answer else answer)
    assert given - known == set()
    assert given


def test_units_values_and_meanings_are_in_the_readers_language(open_reading: None) -> None:
    of_language = {
        language: {(each["address"], each["field"]): each for each in rows(language)} for language in ("en", "zh-hans")
    }
    place = ("/api/v1/rollups/projects/", "total_investment")
    assert of_language["en"][place] == {
        "address": "/api/v1/rollups/projects/",
        "field": "total_investment",
        "type": "number",
        "unit": "100 million yuan",
        "cumulative": "Yes",
        "values": "",
        "description": "The sum of the investment of the projects listed by the day",
    }
    chinese = of_language["zh-hans"][place]
    assert (chinese["type"], chinese["unit"], chinese["cumulative"]) == ("数值", "亿元", "是")
    status = of_language["zh-hans"][("/api/v1/measures/", "status_then")]
    assert status["values"] == "promoting（正在推进）; in_progress（取得进展）; completed（已完成）"
    assert status["type"] == "文本，可为空"
    assert of_language["en"][("/api/v1/changes/", "measures[].status_since")]["type"] == "day (YYYY-MM-DD)"
    # A unit is a Chinese word, or a sign.
    english = {each["unit"] for each in of_language["zh-hans"].values() if re.search("[A-Za-z]{2}", each["unit"])}
    assert english == set()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_holds_the_same_as_the_file(language: str, open_reading: None) -> None:
    page = Client().get(f"/api/dictionary/?lang={language}").content.decode()
    assert page.count('<th scope="row"><code>') == len(rows(language)) > 300
    assert 'id="api-measures"' in page
    assert "<code>red</code>" in page


def test_it_refuses_what_it_cannot_write(client: Client, open_reading: None) -> None:
    assert client.get("/api/dictionary/?format=xml").status_code == 400


def test_it_is_for_those_who_may_read(client: Client) -> None:
    answer = client.get("/api/dictionary/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/api/dictionary/")


def test_the_page_writes_names_as_code_and_meanings_without_a_full_stop(client: Client, open_reading: None) -> None:
    page = client.get("/api/dictionary/?lang=en").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "<code>meta</code> says what each figure is" in main
    assert "`" not in main
    assert re.search(r"The sum of the investment of the projects listed by the day\s*<", main)
