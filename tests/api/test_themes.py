"""Themes in the API: what belongs to each, how it stands on a day, and the filter that finds its rows."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


def test_the_list_counts_what_belongs_to_each(site: Any, ask: Any) -> None:
    [row] = ask("themes/?lang=en").json()["results"]
    assert {name: row[name] for name in ("sections", "categories", "indicators", "measures")} == {
        "sections": ["energy"],
        "categories": ["energy"],
        "indicators": ["gdp_growth_ytd"],
        "measures": ["M001"],
    }
    assert {name: row[name] for name in row if name.endswith(("total", "completed", "overdue", "open"))} == {
        "measures_total": 3,
        "measures_completed": 1,
        "measures_overdue": 1,
        "projects_total": 2,
        "problems_open": 1,
    }
    assert row["total_investment"] == 1235.5678
    [then] = ask("themes/?as_of=2023-03-01").json()["results"]
    assert (then["measures_completed"], then["measures_overdue"], then["projects_total"]) == (0, 0, 1)


def test_one_theme_names_all_its_measures_and_where_its_rows_are(site: Any, ask: Any) -> None:
    answer = ask("themes/energy/?lang=en").json()
    assert answer["all_measures"] == ["M001", "M002", "M003"]
    assert answer["name"] == "Energy transition"
    for name, count in (("measure_list", 3), ("project_list", 2)):
        assert ask(answer[name].removeprefix("http://testserver/api/v1/")).json()["count"] == count
    assert ask("themes/none/").status_code == 404
    assert ask("themes/energy/?plan=another-plan").status_code == 404
    assert ask("themes/?plan=another-plan").json()["results"] == []


@pytest.mark.parametrize(
    ("path", "codes"),
    [("measures/", "M001 M002 M003"), ("projects/", "P0001 P0003"), ("indicators/", "gdp_growth_ytd")],
)
def test_lists_are_filtered_by_theme(path: str, codes: str, site: Any, ask: Any) -> None:
    answer = ask(f"{path}?theme=energy&fields=code&ordering=code").json()
    assert " ".join(row["code"] for row in answer["results"]) == codes
    refused = ask(f"{path}?theme=none&lang=en")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["parameter"] == "theme"
