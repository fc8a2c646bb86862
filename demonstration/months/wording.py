"""The texts of the made months, from parts of the demonstration's data: they name its place, the rule does not."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

from demonstration.fixtures import FOLDER
from demonstration.months.rule import SEED, CityHabits, Facts, MadeMonth
from reporting.models import TEXT_COLUMNS, ProblemChoice
from reporting.workflow import ReportState

PARTS = FOLDER / "parts"
Row = Mapping[str, str]


def read_part(name: str) -> list[Row]:
    with open(PARTS / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def habits_of_cities() -> dict[str, CityHabits]:
    return {
        row["city"]: CityHabits(*(float(row[name]) for name in ("pace", "submitted", "draft", "returned")))
        for row in read_part("city_habits.csv")
    }


def lead_of(facts: Facts) -> str:
    """The slug of the department that leads the project; empty where none does."""
    draw = Random(f"{SEED} lead {facts.code}").random()
    for row in read_leads()[facts.category]:
        draw -= float(row["share"])
        if draw < 0:
            return row["department"]
    return ""


@cache
def read_leads() -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in read_part("lead_shares.csv"):
        found[row["category"]].append(row)
    return found


@cache
def _wordings() -> Mapping[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in read_part("month_wording.csv"):
        found[row["stage"], row["when"]].append(row)
    return found


@cache
def _returns() -> list[Row]:
    return read_part("month_returns.csv")


@cache
def _problems() -> Mapping[str, Row]:
    """The problems of projects, by the code of the project and the month in which they were raised."""
    return {f"{row['project']} {row['raised_on'][:7]}": row for row in read_part("project_problems.csv")}


def _problem_of(code: str, month: MadeMonth) -> dict[str, Any]:
    """Return what a month says of a problem: only that which was raised with it is one."""
    row = _problems().get(f"{code} {month.period:%Y-%m}")
    return {
        "problem_zh": row["text_zh"] if row else "",
        "problem_en": row["text_en"] if row else "",
        "problem_choice": ProblemChoice.NEW.value if row else "",
        "about_problem": 1 if row else None,
    }


def texts_of(code: str, month: MadeMonth) -> dict[str, Any]:
    """The texts of a month, by their columns."""
    rng = Random(f"{SEED} words {code} {month.period}")
    row = rng.choice(_wordings()[month.stage, "behind" if month.is_behind else "normal"])
    return {
        **{name: row[name] for name in TEXT_COLUMNS},
        **_problem_of(code, month),
        "stage_reason": row["problem_zh"] if month.stage == "suspended" else "",
        "decision_note": rng.choice(_returns())["note"] if month.state == ReportState.RETURNED else "",
    }
