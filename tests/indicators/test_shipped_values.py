"""The values that ship add up and agree with each other, as the notes on their sources say. Read from the file, so that
no code of the product has a part in the sums."""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core.periods import is_period
from indicators.rules import earliest_release

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
PROVINCE, CHINA = "370000", "100000"
SECTORS = ("gdp_primary", "gdp_secondary", "gdp_tertiary")
HAN = re.compile("[\u3400-\u9fff]")
# Who issues figures, or what they are issued in.
OFFICE = re.compile(
    r"[Bb]ureaus? of|NBS|National Energy Administration|Department|Administration|Commission|press conference|briefing"
    r"|communique|government|governor|release|air ranking|[Yy]earbook|State Grid"
    r"|CEADs|Cui et al|Global Carbon Project|Global Energy Monitor|IQAir"
)
# Of government, statistics bureaus, CEADs and state media.
LINKED = (
    "gov.cn",
    "ceads.net",
    "chinadaily.com.cn",
    "people.cn",
    "people.com.cn",
    "news.cn",
    "ecns.cn",
    "cri.cn",
    "workercn.cn",
    "gmw.cn",
    "dzwww.com",
    "sdnews.com.cn",
    "iqilu.com",
)


def read(name: str) -> list[dict[str, str]]:
    with open(FIXTURES / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read("observations")
INDICATORS = read("indicators")
CITIES = {row["code"] for row in read("regions") if row["kind"] == "city"}
VALUES = {(row["indicator"], row["region"], row["period"]): Decimal(row["value"]) for row in ROWS}


def of(indicator: str) -> list[dict[str, str]]:
    return [row for row in ROWS if row["indicator"] == indicator]


def row_of(indicator: str, region: str, period: str) -> dict[str, str]:
    (row,) = (row for row in of(indicator) if (row["region"], row["period"]) == (region, period))
    return row


def sum_of_cities(indicator: str, period: str) -> Decimal:
    return sum((VALUES[indicator, city, period] for city in CITIES), Decimal())


def to_places(value: Decimal, places: str) -> Decimal:
    return value.quantize(Decimal(places), ROUND_HALF_UP)


def periods_of(indicator: str, region: str) -> set[str]:
    return {row["period"] for row in of(indicator) if row["region"] == region}


class TestRows:
    def test_two_collections_have_six_values_in_common_and_one_wrong_one_and_one_was_revised(self) -> None:
        assert len(ROWS) == 353 + 886 - 6 - 1 + 1
        # And four that are derived from them.
        assert len(INDICATORS) == 51 + 24 + 4

    @pytest.mark.parametrize(
        ("indicator", "count"),
        {
            "solar_capacity": 72,
            "solar_utility_capacity": 70,
            "solar_distributed_capacity": 70,
            "solar_household_capacity": 36,
            "wind_capacity": 3,
            "biomass_capacity": 2,
            "wind_solar_generation": 1,
            "wind_solar_generation_share": 2,
            "electricity_generation": 10,
            "grid_emission_factor": 2,
            "co2_emissions_apparent": 18,
            "so2_emissions": 9,
            "gdp_primary": 58,
            "gdp_secondary": 63,
            "gdp_tertiary": 63,
            # Of the seven that were collected, that of 2021 has lost a digit.
            "gdp_per_capita": 6,
            "gdp_annual_nbs": 20,
            "rd_spending": 1,
            "pm25_iqair": 64,
            "wind_capacity_gem": 17,
            "wind_building_gem": 17,
            "coal_capacity_gem": 34,
            "coal_building_gem": 34,
            "coal_retired_gem": 9,
            # Had some before.
            "gdp_annual": 82,
            "gdp_growth_annual": 36,
            "gdp_growth_ytd": 67,
            "gdp_ytd": 50,
            "pm25": 28,
            "good_air_share": 15,
            "surface_water_good": 8,
            "energy_consumption": 11,
            "population": 53,
            "hightech_firms": 3,
            "hightech_share": 6,
        }.items(),
    )
    def test_of_each_indicator(self, indicator: str, count: int) -> None:
        assert len(of(indicator)) == count

    def test_a_period_is_there_twice_only_where_it_was_revised(self) -> None:
        keys = Counter(
            (row["indicator"], row["region"], row["period_kind"], row["period_start"], row["period_end"])
            for row in ROWS
        )
        twice = [key[:2] + key[3:] for key, count in keys.items() if count > 1]
        assert twice == [("gdp_growth_ytd", CHINA, "2021-01-01", "2021-12-31")]
        first, revised = (row for row in of("gdp_growth_ytd") if (row["region"], row["period"]) == (CHINA, "2021"))
        assert [(row["value"], row["released_on"]) for row in (first, revised)] == [
            ("8.1", "2022-01-17"),
            ("8.4", "2022-12-27"),
        ]

    def test_each_is_of_a_period_and_came_after_it_began(self) -> None:
        for row in ROWS:
            start, end = date.fromisoformat(row["period_start"]), date.fromisoformat(row["period_end"])
            assert is_period(row["period_kind"], start, end), row
            assert row["released_on"] > row["period_start"], row
            assert row["release_basis"] in ("stated", "assumed"), row

    def test_what_was_uncertain_has_given_way_to_what_is_exact(self) -> None:
        found = {
            key: (row_of(*key)["value"], row_of(*key)["exact"], row_of(*key)["verified"])
            for key in (
                ("gdp_growth_ytd", PROVINCE, "2021H1"),
                ("gdp_annual", "370200", "2021"),
                ("gdp_annual", "370100", "2021"),
                ("gdp_annual", "370700", "2023"),
                ("gdp_annual", "370700", "2024"),
                ("gdp_growth_annual", "370700", "2024"),
            )
        }
        assert list(found.values()) == [
            ("12.8", "yes", "yes"),
            ("14136.46", "yes", "yes"),
            ("11432.22", "yes", "yes"),
            ("7606.01", "yes", "yes"),
            # Portals say so, and name no office.
            ("8203.2", "yes", "no"),
            ("5.9", "yes", "no"),
        ]

    def test_only_addresses_of_government_and_state_media_are_linked(self) -> None:
        hosts = {urlsplit(url).hostname or "" for row in ROWS for url in re.findall(r"https?://\S+", row["source"])}
        assert "www.nea.gov.cn" in hosts
        strangers = {host for host in hosts if not any(host == end or host.endswith(f".{end}") for end in LINKED)}
        assert not strangers

    def test_what_no_office_issued_is_not_verified(self) -> None:
        nameless = {
            (row["indicator"], row["region"], row["period"])
            for row in ROWS
            if row["verified"] == "yes" and not OFFICE.search(row["source"])
        }
        assert nameless == set()
        guide = row_of("gdp_growth_ytd", PROVINCE, "2022")
        assert (guide["value"], guide["verified"], "no issuing office" in guide["basis"]) == ("3.9", "no", True)

    def test_what_was_rounded_is_not_exact(self) -> None:
        rounded = [row for row in ROWS if re.search(r"^rounded|rounded to 0\.1$", row["basis"])]
        assert len(rounded) == 7
        assert {row["exact"] for row in rounded} == {"no"}

    def test_notes_are_in_both_languages(self) -> None:
        notes = [row["note"] for row in ROWS if row["note"]]
        assert len(notes) == 10
        assert all([bool(HAN.search(part)) for part in note.split(" | ")] == [True, False] for note in notes)


class TestKnownInTime:
    """No value counts before the day on which it can have been known."""

    def test_no_release_is_assumed_before_its_own_source(self) -> None:
        too_early = [
            (row["indicator"], row["region"], row["period"], row["released_on"])
            for row in ROWS
            if row["release_basis"] != "stated"
            and (earliest := earliest_release(row["source"], after=date.fromisoformat(row["period_end"])))
            and row["released_on"] < earliest.isoformat()
        ]
        assert too_early == []

    @pytest.mark.parametrize(
        ("indicator", "region", "period", "day"),
        [
            # The report is of 16 August; by the end of June nobody had read it.
            ("energy_intensity_change", PROVINCE, "2021-2022", "2023-08-16"),
            ("energy_intensity_change", PROVINCE, "2021-2023", "2024-04-10"),
            ("nre_capacity", PROVINCE, "2023-06-30", "2023-08-16"),
            ("rd_intensity", PROVINCE, "2022", "2023-11-08"),
            # Press conferences of the province.
            ("gdp_growth_ytd", PROVINCE, "2022H1", "2022-07-19"),
            ("gdp_growth_ytd", PROVINCE, "2023Q1", "2023-04-24"),
            ("gdp_ytd", PROVINCE, "2023Q1", "2023-04-24"),
            ("gdp_growth_ytd", PROVINCE, "2023H1", "2023-07-20"),
            ("gdp_ytd", PROVINCE, "2023H1", "2023-07-20"),
            ("pm25", PROVINCE, "2022", "2023-02-07"),
            ("good_air_share", PROVINCE, "2022", "2023-02-07"),
            ("surface_water_good", PROVINCE, "2022", "2023-02-07"),
            # The calendar of the National Bureau of Statistics.
            ("gdp_growth_ytd", CHINA, "2022", "2023-01-17"),
            ("gdp_annual", CHINA, "2022", "2023-02-28"),
            ("gdp_growth_ytd", CHINA, "2023Q1", "2023-04-18"),
            ("gdp_growth_ytd", CHINA, "2023H1", "2023-07-17"),
            ("gdp_growth_ytd", CHINA, "2023Q1-Q3", "2023-10-18"),
        ],
    )
    def test_its_source_or_a_calendar_states_the_day(self, indicator: str, region: str, period: str, day: str) -> None:
        row = row_of(indicator, region, period)
        assert (row["released_on"], row["release_basis"], row["verified"]) == (day, "stated", "yes")

    @pytest.mark.parametrize(
        ("indicator", "region", "period", "later"),
        [
            ("pm25", PROVINCE, "2021", "2022"),
            ("good_air_share", PROVINCE, "2021", "2022"),
            ("surface_water_good", PROVINCE, "2021", "2022"),
            ("coastal_water_good", PROVINCE, "2022", "2023"),
            ("rd_intensity", PROVINCE, "2021", "2022"),
            ("nonfossil_capacity_share", PROVINCE, "2023-12-31", "2024-12-31"),
            ("gdp_growth_ytd", "370100", "2023Q1", "2023H1"),
        ],
    )
    def test_what_is_derived_from_a_later_figure_is_known_from_its_day(
        self, indicator: str, region: str, period: str, later: str
    ) -> None:
        row = row_of(indicator, region, period)
        assert (row["basis"].startswith("derived"), row["verified"]) == (True, "no")
        assert row["released_on"] == row_of(indicator, region, later)["released_on"]

    def test_derived_values_are_those_seven(self) -> None:
        assert sum(row["basis"].startswith("derived") for row in ROWS) == 7

    def test_a_target_that_follows_from_a_figure_is_known_from_its_day(self) -> None:
        found = {
            row["due_year"]: row["adopted_on"] for row in read("targets") if row["indicator"] == "surface_water_good"
        }
        assert (found["2022"], found["2023"]) == ("2023-02-07", "2024-06-06")
        assert row_of("surface_water_good", PROVINCE, "2023")["released_on"] == "2024-06-06"

    def test_what_stands_in_one_work_counts_from_that_work(self) -> None:
        works = {
            "gdp_annual_nbs": {"2025-03-01"},
            "pm25_iqair": {"2022-05-02"},
            "co2_emissions_apparent": {"2023-03-01"},
            "coal_retired_gem": {"2024-07-31"},
        }
        assert {code: {row["released_on"] for row in of(code)} for code in works} == works

    def test_restated_years_count_from_the_restatement(self) -> None:
        restated = [row for row in of("so2_emissions") if row["period"] <= "2020"]
        assert {row["released_on"] for row in restated} == {"2021-03-01"}
        revised = [row for row in of("energy_consumption") if row["basis"].startswith("later, revised accounts")]
        assert [row["period"] for row in revised] == ["2020", "2021", "2022", "2023"]
        assert {(row["released_on"], row["verified"]) for row in revised} == {("2024-02-29", "no")}

    def test_the_factors_of_electricity_count_from_their_announcements(self) -> None:
        found = {row["period"]: (row["released_on"], row["verified"]) for row in of("grid_emission_factor")}
        assert found == {"2021": ("2024-04-12", "no"), "2022": ("2024-12-23", "no")}


class TestEnergy:
    def test_solar_capacity_is_utility_scale_and_distributed(self) -> None:
        whole = {(row["region"], row["period"]) for row in of("solar_utility_capacity")}
        assert len(whole) == 70
        for region, period in whole:
            parts = (VALUES[f"solar_{part}_capacity", region, period] for part in ("utility", "distributed"))
            # Each of the three is rounded.
            assert abs(sum(parts) - VALUES["solar_capacity", region, period]) <= Decimal("0.01"), (region, period)
        others = {(row["region"], row["period"]) for row in of("solar_capacity")} - whole
        assert others == {(PROVINCE, "2017-09-30"), (PROVINCE, "2020-11-30")}

    def test_household_capacity_is_a_part_of_the_distributed(self) -> None:
        for row in of("solar_household_capacity"):
            distributed = VALUES["solar_distributed_capacity", row["region"], row["period"]]
            assert Decimal(row["value"]) < distributed

    def test_wind_and_solar_are_what_the_grid_company_stated_for_2023(self) -> None:
        wind, solar = VALUES["wind_capacity", PROVINCE, "2023-12-31"], Decimal("56.377")
        assert wind + solar == Decimal("82.288")
        row = row_of("solar_capacity", PROVINCE, "2023-12-31")
        assert (row["value"], str(solar) in row["note"]) == ("56.925", True)

    @pytest.mark.parametrize(
        ("year", "change", "growth"),
        [("2016", "-5.15", "7.6"), ("2017", "-6.94", "7.4"), ("2018", "-4.87", "6.4"), ("2019", "-3.27", "5.5")],
    )
    def test_energy_grew_as_growth_and_intensity_say(self, year: str, change: str, growth: str) -> None:
        row = row_of("energy_intensity_change", PROVINCE, year)
        assert (row["value"], row["exact"], row["verified"]) == (change, "yes", "yes")
        used, before = (VALUES["energy_consumption", PROVINCE, str(int(year) - back)] for back in (0, 1))
        of_gdp = (used / before / (1 + Decimal(change) / 100) - 1) * 100
        assert abs(of_gdp - Decimal(growth)) < Decimal("0.1")

    def test_generation_agrees_with_the_non_fossil_share(self) -> None:
        generation = Decimal("185.9") / Decimal("0.275")
        assert VALUES["nonfossil_generation", PROVINCE, "2024"] == Decimal("185.9")
        assert abs(VALUES["electricity_generation", PROVINCE, "2024"] - generation) < 2

    @pytest.mark.parametrize("code", ["wind_capacity", "wind_building", "coal_capacity", "coal_building"])
    def test_lists_of_plants_are_sums_and_say_so(self, code: str) -> None:
        rows = of(f"{code}_gem")
        for period in {row["period"] for row in rows}:
            assert sum_of_cities(f"{code}_gem", period) == VALUES[f"{code}_gem", PROVINCE, period]
        assert all("非统计数据" in row["source"] and "not statistics" in row["source"] for row in rows)
        (indicator,) = (row for row in INDICATORS if row["code"] == f"{code}_gem")
        assert ("GEM list" in indicator["name_en"], "GEM项目清单" in indicator["name_zh"]) == (True, True)


class TestEconomy:
    @pytest.mark.parametrize(("year", "share"), [("2019", "99.91"), ("2020", "99.95"), ("2021", "99.97")])
    def test_cities_add_up_to_nearly_the_province(self, year: str, share: str) -> None:
        of_cities = sum_of_cities("gdp_annual", year) / VALUES["gdp_annual", PROVINCE, year] * 100
        assert to_places(of_cities, "0.01") == Decimal(share)

    def test_sectors_add_up_to_the_gdp_of_their_city(self) -> None:
        off: dict[tuple[str, str], Decimal] = {}
        compared = 0
        for city in CITIES:
            for period in set.intersection(*(periods_of(code, city) for code in (*SECTORS, "gdp_annual"))):
                parts = sum((VALUES[code, city, period] for code in SECTORS), Decimal())
                compared += 1
                if abs(parts - VALUES["gdp_annual", city, period]) > Decimal("0.05"):
                    off[city, period] = parts
        assert compared == 48 + 8 + 1
        # Its communique says so itself.
        assert off == {("370700", "2023"): Decimal("7606.10")}
        assert "7606.10" in row_of("gdp_annual", "370700", "2023")["basis"]

    @pytest.mark.parametrize("code", SECTORS)
    def test_every_city_has_its_sectors_in_three_years(self, code: str) -> None:
        assert all({"2019", "2020", "2021"} <= periods_of(code, city) for city in CITIES)

    @pytest.mark.parametrize("day", ["2020-12-31", "2021-12-31"])
    def test_the_people_of_the_cities_are_those_of_the_province(self, day: str) -> None:
        assert abs(sum_of_cities("population", day) - VALUES["population", PROVINCE, day]) < 1

    @pytest.mark.parametrize(
        ("year", "per_head", "gdp"),
        [
            (2018, 66284, "gdp_annual_nbs"),
            (2019, 69901, "gdp_annual_nbs"),
            (2020, 71825, "gdp_annual_nbs"),
            # Of the first release: not revised then.
            (2022, 86003, "gdp_annual"),
            (2023, 90771, "gdp_annual_nbs"),
            (2024, 97575, "gdp_annual_nbs"),
        ],
    )
    def test_gdp_per_head_is_that_of_the_mean_population(self, year: int, per_head: int, gdp: str) -> None:
        before, after = (VALUES["population", PROVINCE, f"{each}-12-31"] for each in (year - 1, year))
        assert VALUES["gdp_per_capita", PROVINCE, str(year)] == per_head
        assert abs(VALUES[gdp, PROVINCE, str(year)] / (before + after) * 20_000 - per_head) <= 1

    def test_revised_gdp_is_apart_from_the_first_releases(self) -> None:
        for year, revised, first in (("2021", "82875.2", "83095.9"), ("2022", "87576.9", "87435")):
            assert VALUES["gdp_annual_nbs", PROVINCE, year] == Decimal(revised)
            assert VALUES["gdp_annual", PROVINCE, year] == Decimal(first)


class TestAir:
    @pytest.mark.parametrize(("year", "mean"), [("2018", "48.8"), ("2019", "51.8"), ("2020", "46.3"), ("2021", "40.6")])
    def test_the_cities_of_the_independent_source_have_the_mean_that_it_should(self, year: str, mean: str) -> None:
        assert to_places(sum_of_cities("pm25_iqair", year) / 16, "0.1") == Decimal(mean)

    def test_the_independent_source_is_apart_from_the_official_assessment(self) -> None:
        def sources(rows: Iterable[dict[str, str]]) -> set[bool]:
            return {"IQAir" in row["source"] for row in rows}

        assert (sources(of("pm25_iqair")), sources(of("pm25"))) == ({True}, {False})
        assert {row["region"] for row in of("pm25_iqair")} == CITIES

    @pytest.mark.parametrize(
        ("code", "part", "year"),
        [("pm25", "34", "36"), ("good_air_share", "73.7", "73.2"), ("surface_water_good", "79.1", "83.0")],
    )
    def test_eleven_months_lie_near_their_year(self, code: str, part: str, year: str) -> None:
        assert VALUES[code, PROVINCE, "2022-01/11"] == Decimal(part)
        assert VALUES[code, PROVINCE, "2022"] == Decimal(year)


class TestWhatTheMethodAllows:
    def test_each_indicator_has_a_group(self) -> None:
        groups = Counter(row["group"] for row in INDICATORS)
        expected = {"energy": 36, "economy": 15, "innovation": 9, "emissions": 7, "environment": 8, "livelihood": 4}
        assert groups == expected

    def test_cities_add_up_where_it_says_so(self) -> None:
        compared = set()
        for code in (row["code"] for row in INDICATORS if row["may_add_up"] == "yes"):
            for period in set.intersection(*(periods_of(code, region) for region in (*CITIES, PROVINCE))):
                share = sum_of_cities(code, period) / VALUES[code, PROVINCE, period]
                # Cities and province revise their sectors apart.
                assert abs(share - 1) < Decimal("0.006"), (code, period)
                compared.add(code)
        lists = {f"{each}_gem" for each in ("wind_capacity", "wind_building", "coal_capacity", "coal_building")}
        assert compared == {"gdp_annual", "gdp_secondary", "gdp_tertiary", "population"} | lists

    def test_cities_are_ranked_by_statistics_alone(self) -> None:
        ranked = {row["code"] for row in INDICATORS if row["may_rank"] == "yes"}
        assert {"gdp_annual", "population", "pm25", "pm25_iqair"} <= ranked
        # City inventories add up to another total than the province's; lists of plants are no statistics.
        assert not any(code.endswith("_gem") or code.startswith("co2") for code in ranked)


class TestInnovation:
    def test_spending_on_research_agrees_with_its_intensity(self) -> None:
        share = VALUES["rd_spending", PROVINCE, "2022"] / VALUES["gdp_annual", PROVINCE, "2022"] * 100
        assert to_places(share, "0.01") == VALUES["rd_intensity", PROVINCE, "2022"] == Decimal("2.49")

    def test_the_rank_of_the_article_stands_with_its_indicator(self) -> None:
        (row,) = of("industrial_internet_platforms")
        chinese, english = row["note"].split(" | ")
        assert all(word in chinese for word in ("《中国日报》2023年8月29日", "全国首位", "示范区"))
        assert all(word in english for word in ("China Daily, 29 August 2023", "first in the country", "zone"))
