"""Whatever is loaded for a second plan with the same codes, changed and taken back: of the first nothing changes, nor
what addresses without a plan show, though the second begins later."""

import re
from datetime import date, datetime
from itertools import product
from typing import Any

import pytest
from django.test import Client, override_settings
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from core.clock import SHANGHAI
from ledger.commit import commit_ledger
from ledger.rows import Ledger, Row
from ledger.take_back import take_back
from measures.editing.current_plan import choose_current_plan
from measures.models import Load, Measure, Plan
from projects.models import ProjectClass, Stage
from rollups.services import refresh_stale_rollups, verify_rollups
from tests.factories import file_report, make_department, make_indicator, make_observation, make_user, region

TODAY = date(2023, 8, 29)
CITIES = ("370100", "370200")
LEADS = ("energy", "water")
SECTIONS = ("section-1", "section-2")
CATEGORIES = ("category-1", "category-2")
LISTS = (
    "measures/",
    "projects/",
    "status-changes/",
    "indicators/",
    "sections/",
    "categories/",
    "rollups/measures/?by=section",
    "rollups/projects/?by=category",
)
Rows = dict[str, list[dict[str, Any]]]


def names(word: str, draw: Any) -> dict[str, str]:
    return {f"{word}_zh": draw(st.sampled_from(["甲", "乙", "丙"])), f"{word}_en": "A name"}


@st.composite
def ledgers(draw: Any) -> Rows:
    """Draw the rows of each sheet of one plan, with codes that each plan has."""
    codes = draw(st.lists(st.sampled_from(["M1", "M2", "M3"]), min_size=1, unique=True))
    projects = draw(st.lists(st.sampled_from(["P1", "P2", "P3"]), unique=True))
    linked = st.tuples(st.sampled_from(codes), st.sampled_from([*projects, None]))
    return {
        "sections": [
            {"slug": slug, "number": number, **names("title", draw)} for number, slug in enumerate(SECTIONS, 1)
        ],
        "categories": [
            {"slug": slug, "number": number, **names("name", draw)} for number, slug in enumerate(CATEGORIES, 1)
        ],
        "milestones": [{"happens_on": draw(st.dates(date(2023, 1, 1), TODAY)), **names("name", draw)}],
        "measures": [
            {
                "code": code,
                "section": draw(st.sampled_from(SECTIONS)),
                "lead_department": draw(st.sampled_from(LEADS)),
                "due_on": draw(st.none() | st.dates(date(2023, 1, 1), date(2025, 12, 31))),
                **names("title", draw),
            }
            for code in codes
        ],
        "status_history": [
            {"measure": code, "status": status, "effective_on": day, "recorded_at": noon(day)}
            for code in codes
            for status, day in zip(
                ("in_progress", "completed"),
                sorted(draw(st.lists(st.dates(date(2023, 1, 2), TODAY), max_size=2, unique=True))),
                strict=False,
            )
        ],
        "projects": [
            {
                "code": code,
                "city": draw(st.sampled_from(CITIES)),
                "category": draw(st.sampled_from(CATEGORIES)),
                "stage": draw(st.sampled_from(Stage.values)),
                "total_investment": draw(st.integers(0, 10**6)),
                "lead_department": draw(st.none() | st.sampled_from(LEADS)),
                "project_class": draw(st.none() | st.sampled_from(ProjectClass.values)),
                "list_name": draw(st.none() | st.just("省重大项目名单")),
                "national_code": draw(st.none() | st.just("2105-370602-04-01-123456")),
                "planned_start_on": draw(st.none() | st.dates(date(2022, 1, 1), date(2022, 12, 31))),
                "planned_completion_on": draw(st.none() | st.dates(date(2023, 1, 1), date(2025, 12, 31))),
                **names("name", draw),
            }
            for code in projects
        ],
        "project_terms_changes": [
            {
                "project": code,
                "recorded_at": noon(date(2023, 5, 4)),
                "field": "investment_wan",
                "old_value": "7",
                "new_value": "8",
                "reason": "概算调整",
            }
            for code in draw(st.lists(st.sampled_from(projects), unique=True) if projects else st.just([]))
        ],
        "indicators": [{"code": "growth", "headline": draw(st.none() | st.just(1))}],
        "links": [
            {"measure": code, "project": project, "indicator": None if project else "growth"}
            for code, project in draw(st.lists(linked, max_size=3, unique=True))
        ],
        "published_figures": [{"as_of": TODAY, "figure": "measures.total", "value": len(codes), "source": "A paper"}],
    }


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def load(slug: str, rows: Rows, by: User) -> Load | None:
    starts_on = date(2022, 1, 1) if slug == "first" else date(2023, 1, 1)
    plan = {"slug": slug, "name_zh": "计划", "starts_on": starts_on, "ends_on": date(2025, 12, 31)}
    whole = {"plan": [plan], **rows}
    ledger = Ledger({sheet: [Row(sheet, n, each) for n, each in enumerate(held, 2)] for sheet, held in whole.items()})
    found = commit_ledger(ledger, Plan.objects.filter(slug=slug).first(), by=by, confirmed=True)
    refresh_stale_rollups()
    return found


def undo(made: Load | None, by: User) -> None:
    if made is not None:
        take_back(made, by=by)
        refresh_stale_rollups()


def changed(rows: Rows, others: Rows) -> Rows:
    """The same rows with what others say, and those that only they have; what happened to a measure stays."""
    codes = {row["code"] for row in rows["measures"]}
    history = [row for row in others["status_history"] if row["measure"] not in codes]
    return {**others, "status_history": history}


def answers() -> dict[tuple[str, str], bytes]:
    """Return the answers of the first plan, to the last character: also when a row was written last."""
    client, found = Client(), {}
    for path, plan in product(("summary/", *LISTS), ("", "plan=first")):
        answer = client.get(f"/api/v1/{path}{'&' if '?' in path else '?'}{plan}")
        assert answer.status_code == 200, path
        # Indicators are the site's: one that shows a measure more was written.
        varies = rb'"updated_at":"[^"]+"' if path == "indicators/" else b"$^"
        found[path, plan] = re.sub(varies, b"", answer.content)
    for plan in ("", "&plan=first"):
        found["page", plan] = client.get(f"/?lang=en{plan}").content.partition(b"<main")[2]
    return found


@pytest.mark.one_database
@override_settings(PILOTZONE_TODAY=TODAY, PILOTZONE_PUBLIC_READING=True)
class TestTheFirstPlan(TestCase):
    def setup_example(self) -> None:
        super().setup_example()
        self.rita = make_user("rita", role="reviewer")
        for code in (*CITIES, "370000"):
            region(code)
        for slug in LEADS:
            make_department(slug)
        make_observation(make_indicator("growth"), 6)

    def file_a_report(self) -> None:
        """File a report of the first plan, which is not loaded alone: people work in it."""
        measure = Measure.objects.get(code="M9")
        ada = make_user("ada", role="reporter", department=measure.lead_department)
        file_report(measure, by=ada, status="promoting")

    @given(first=ledgers(), second=ledgers(), other=ledgers())
    @settings(max_examples=6, deadline=None, phases=[Phase.generate])  # to shrink one takes minutes
    def test_nothing_of_it_changes(self, first: Rows, second: Rows, other: Rows) -> None:
        under_way = {"code": "M9", "section": "section-1", "lead_department": "energy", "title_zh": "甲"}
        load("first", {**first, "measures": [*first["measures"], under_way]}, self.rita)
        self.file_a_report()
        choose_current_plan(Plan.objects.get(slug="first"), by=self.rita, reason="已印发")
        before = answers()
        loaded = load("second", second, self.rita)
        assert answers() == before
        assert Plan.objects.get(is_current=True).slug == "first"
        change = load("second", changed(second, other), self.rita)
        assert answers() == before
        assert verify_rollups() == []
        undo(change, self.rita)
        undo(loaded, self.rita)
        assert not Plan.objects.filter(slug="second").exists()
        assert answers() == before
        assert verify_rollups() == []
