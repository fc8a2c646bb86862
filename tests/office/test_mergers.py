"""Departments that are merged: everything of the one belongs to the other afterwards, and nothing is lost of what was.

Water leads two measures of Ecology and one of Energy, and joins three that others lead; Housing takes it in.
"""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import Department
from core.exceptions import NotAllowed
from core.signals import figures_changed
from dashboard.figures import Figures
from measures.editing.terms import change_terms
from measures.models import Measure, TermsChange
from measures.reports import submit_report
from measures.services import add_measure
from office.mergers import Holdings, count_holdings, merge_departments
from problems.models import Problem, ProblemStep
from problems.on_day import problem_counts
from problems.services import allowed_moves
from rollups.models import MeasureRollup, StaleCell
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_rollups
from tests import factories as make
from tests.api.addresses import wrong
from tests.pages import text_of

pytestmark = pytest.mark.django_db
TODAY = date(2023, 8, 29)
MARCH = date(2023, 3, 31)
SAID = "省级机构改革方案"


@pytest.fixture
def site(today: date, open_reading: None) -> SimpleNamespace:
    """W101 and W102 (completed in May) of Ecology and W103 (late) of Energy are Water's; Housing leads W104 of
    Ecology. Water joins W104, W105 (with Housing) and W106; Housing joins W101.
    """
    assert today == TODAY
    plan = make.make_plan()
    ecology = make.make_section(plan, slug="ecology", number=1, title_en="Ecology")
    energy = make.make_section(plan, slug="energy", number=2, title_en="Energy")
    names = (("water", "省水利厅", "Water"), ("housing", "省住房厅", "Housing"), ("finance", "省财政厅", "Finance"))
    water, housing, finance = (
        make.make_department(slug, number=n, name_zh=zh, name_en=en, short_zh=zh, short_en=en)
        for n, (slug, zh, en) in enumerate(names, start=1)
    )
    rows: dict[str, tuple[Any, Department, list[Department]]] = {
        "W101": (ecology, water, [housing]),
        "W102": (ecology, water, [finance]),
        "W103": (energy, water, []),
        "W104": (ecology, housing, [water, finance]),
        "W105": (energy, finance, [water, housing]),
        "W106": (energy, finance, [water]),
    }
    for code, (section, lead, joined) in rows.items():
        measure = make.make_measure(section, lead, code=code)
        measure.participating_departments.set(joined)
    make.make_change(Measure.objects.get(code="W102"), "completed", date(2023, 5, 8))
    Measure.objects.filter(code="W103").update(due_on=date(2023, 8, 1))
    rebuild_rollups()
    return SimpleNamespace(
        plan=plan,
        ecology=ecology,
        energy=energy,
        water=water,
        housing=housing,
        finance=finance,
        rita=make.make_user("rita", role="reviewer"),
        ada=make.make_user("ada", role="reporter", department=water),
        ben=make.make_user("ben", role="reporter", department=housing),
    )


@pytest.fixture
def heard() -> Any:
    """The cells of each signal that was sent."""
    signals: list[set[Any]] = []

    def listen(sender: Any, *, kind: str, cells: set[Any], **kwargs: Any) -> None:
        signals.append(cells)

    figures_changed.connect(listen)
    yield signals
    figures_changed.disconnect(listen)


def leads() -> dict[str, str]:
    return dict(Measure.objects.values_list("code", "lead_department__slug"))


def joined() -> dict[str, set[str]]:
    measures = Measure.objects.prefetch_related("participating_departments")
    return {each.code: {one.slug for one in each.participating_departments.all()} for each in measures}


def counts_of(plan: Any, day: date) -> dict[str, tuple[int, int, int]]:
    """Department -> total, completed and red lights, as the pages show them."""
    rows = Figures(plan, day).measures_by("department")
    return {row.key: (row.figures["total"], row.figures["completed"], row.figures["lights"]["red"]) for row in rows}


def get(address: str, by: Any = None, lang: str = "en") -> Any:
    client = Client()
    if by is not None:
        client.force_login(by)
    return client.get(f"{address}{'&' if '?' in address else '?'}lang={lang}")


class TestMerging:
    def test_what_it_led_is_led_by_the_other_with_the_reason_on_record(self, site: Any) -> None:
        moved = merge_departments(site.water, into=site.housing, by=site.rita, reason=f" {SAID}\n")
        assert moved == Holdings(led=3, joined=3, people=1)
        assert leads() == {
            "W101": "housing",
            "W102": "housing",
            "W103": "housing",
            "W104": "housing",
            "W105": "finance",
            "W106": "finance",
        }
        rows = TermsChange.objects.order_by("measure__code").values_list(
            "measure__code", "field", "old_value", "new_value", "reason", "recorded_by"
        )
        assert list(rows) == [
            (code, "lead_department", "water", "housing", SAID, site.rita.pk) for code in ("W101", "W102", "W103")
        ]

    def test_it_takes_part_where_the_other_did_once_and_not_where_it_leads(self, site: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        assert joined() == {
            "W101": set(),
            "W102": {"finance"},
            "W103": set(),
            "W104": {"finance"},
            "W105": {"housing"},
            "W106": {"housing"},
        }
        links = Measure.participating_departments.through._default_manager
        assert links.filter(measure__code="W105").count() == 1

    def test_who_took_part_before_stays_in_the_log(self, site: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        entries = LogEntry.objects.get_for_model(Measure).filter(changes__has_key="participating_departments")
        made = entries.filter(actor=site.rita)
        said = set()
        for entry in made:
            change = entry.changes["participating_departments"]
            assert change["type"] == "m2m"
            said.add((entry.object_repr[:4], change["operation"], *change["objects"]))
        assert said == {
            ("W101", "delete", "省住房厅"),
            ("W104", "delete", "省水利厅"),
            ("W105", "delete", "省水利厅"),
            ("W106", "delete", "省水利厅"),
            ("W106", "add", "省住房厅"),
        }

    def test_the_log_says_of_each_of_its_people_where_they_were(self, site: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        entry = LogEntry.objects.get_for_object(site.ada).latest("pk")
        assert (entry.actor, entry.changes) == (site.rita, {"department": [str(site.water.pk), str(site.housing.pk)]})

    def test_its_people_belong_to_the_other_and_go_on_with_their_drafts(self, site: Any) -> None:
        measure = Measure.objects.get(code="W101")
        draft = make.make_report(measure, date(2023, 8, 10), state="draft")
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        site.ada.refresh_from_db()
        assert site.ada.department == site.housing
        assert submit_report(draft, by=site.ada).measure == measure
        assert get("/workspace/", by=site.ada).status_code == 200

    def test_it_is_marked_with_its_day_and_who_and_why(self, site: Any) -> None:
        merge_departments(site.finance, into=site.housing, by=site.rita, reason=SAID)
        site.finance.refresh_from_db()
        assert (site.finance.merged_into, site.finance.merged_on) == (site.housing, TODAY)
        entry = LogEntry.objects.get_for_object(site.finance).get(action=LogEntry.Action.UPDATE)
        assert (entry.actor, entry.additional_data) == (site.rita, {"reason": SAID})

    def test_nothing_in_the_database_refers_to_it_any_more(self, site: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        refresh_stale_rollups()
        for relation in Department._meta.related_objects:
            rows = relation.related_model._default_manager.filter(**{relation.field.name: site.water})
            assert not rows.exists(), relation

    def test_one_that_has_nothing_can_be_merged_too(self, site: Any, heard: Any) -> None:
        empty = make.make_department("empty")
        assert merge_departments(empty, into=site.housing, by=site.rita, reason=SAID) == Holdings(0, 0, 0)
        assert heard == []

    def test_of_a_chain_all_addresses_lead_to_the_last(self, site: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason="一")
        site.water.refresh_from_db()
        Department.objects.filter(pk=site.water.pk).update(merged_on=date(2023, 3, 1))
        merge_departments(site.housing, into=site.finance, by=site.rita, reason="二")
        assert set(leads().values()) == {"finance"}
        history = TermsChange.objects.filter(measure__code="W101").order_by("pk").values_list("old_value", "new_value")
        assert list(history) == [("water", "housing"), ("housing", "finance")]
        assert [each.successor.slug for each in Department.objects.order_by("number")] == ["finance"] * 3
        days = dict(Department.objects.values_list("slug", "merged_on"))
        assert days == {"water": date(2023, 3, 1), "housing": TODAY, "finance": None}
        assert list(joined().values()) == [set()] * 6


class TestProblems:
    """P1 (being solved) and P2 (to be verified) are Water's to solve, P3 is closed; Housing owns P4."""

    @pytest.fixture
    def problems(self, site: Any) -> list[Problem]:
        measure, other = Measure.objects.get(code="W101"), Measure.objects.get(code="W106")
        day, due_on = date(2023, 8, 1), date(2023, 9, 30)
        of_water = {"owner": site.water, "due_on": due_on, "is_escalated": True}
        return [
            make.make_problem(other, day, steps=["assign"], raised_by=site.finance, **of_water),
            make.make_problem(measure, day, steps=["assign", "solve"], proposed_owner=site.water, **of_water),
            make.make_problem(measure, day, steps=["assign", "solve", "close"], owner=site.water),
            make.make_problem(other, day, steps=["assign"], owner=site.housing, raised_by=site.finance),
        ]

    def merge(self, site: Any) -> Holdings:
        return merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)

    def test_open_ones_are_the_other_s_to_solve_as_they_were_to_be_solved(self, site: Any, problems: Any) -> None:
        before = ProblemStep.objects.count()
        assert self.merge(site).problems == 2
        for problem, state in zip(problems[:2], ("assigned", "solved"), strict=True):
            step = Problem.objects.get(pk=problem.pk).last_step
            assert (step.move, step.state, step.owner, step.made_by) == ("reassign", state, site.housing, site.rita)
            assert (step.note, step.due_on, step.is_escalated) == (SAID, date(2023, 9, 30), True)
            assert step.content["text_zh"] == problem.text_zh
        assert ProblemStep.objects.count() == before + 2
        assert [step.owner.slug for step in problems[0].steps.order_by("pk")] == ["water", "water", "housing"]

    def test_who_raised_one_and_who_solved_one_that_is_closed_stays_on_record(self, site: Any, problems: Any) -> None:
        self.merge(site)
        closed = Problem.objects.get(pk=problems[2].pk)
        assert (closed.raised_by, closed.last_step.owner, closed.last_step.move) == (site.water, site.water, "close")
        # Lists, the API and counts name the department that does its work now.
        for query, count in (
            ("owner=housing", 4),
            ("owner=water", 4),
            ("raised_by=water", 2),
            ("raised_by=finance", 2),
        ):
            assert get(f"/api/v1/problems/?{query}").json()["count"] == count, query
        rows = get("/api/v1/problems/").json()["results"]
        assert {(row["owner"], row["raised_by"]) for row in rows} == {("housing", "housing"), ("housing", "finance")}
        for day in (TODAY, date(2023, 8, 2)):
            assert problem_counts(site.plan, on=day).by_owner[site.housing.pk] == 3
            assert problem_counts(site.plan, on=day).by_owner[site.water.pk] == 0

    def test_its_people_go_on_with_them(self, site: Any, problems: Any) -> None:
        self.merge(site)
        site.ada.refresh_from_db()
        for person in (site.ada, site.ben):
            moves = [
                [move.name for move in allowed_moves(Problem.objects.get(pk=each.pk), person)] for each in problems
            ]
            assert moves == [["solve", "reply"], ["reply", "take_back"], [], ["solve", "reply"]]

    def test_it_is_asked_to_help_once_and_never_with_its_own(self, site: Any, problems: Any) -> None:
        first, second, closed, of_housing = problems
        first.helpers.set([site.housing, site.finance])  # becomes Housing's own
        second.helpers.set([site.finance])
        closed.helpers.set([site.water, site.housing])
        of_housing.helpers.set([site.water])
        third = make.make_problem(Measure.objects.get(code="W105"), owner=site.finance, proposed_owner=site.water)
        third.helpers.set([site.water])
        Problem.objects.update(updated_at=datetime(2020, 1, 1, tzinfo=UTC))
        self.merge(site)
        assert [{each.slug for each in problem.helpers.all()} for problem in (*problems, third)] == [
            {"finance"},
            {"finance"},
            {"housing"},
            set(),
            {"housing"},
        ]
        assert Problem.objects.get(pk=first.pk).last_step.content["helpers"] == ["finance"]
        third.refresh_from_db()
        assert third.proposed_owner == site.housing
        assert Problem.objects.filter(updated_at__year=2020).count() == 0
        entries = LogEntry.objects.get_for_model(Problem).filter(changes__has_key="helpers", actor=site.rita)
        said = {
            (entry.object_repr, entry.changes["helpers"]["operation"], *entry.changes["helpers"]["objects"])
            for entry in entries
        }
        assert said == {
            (first.code, "delete", "省住房厅"),
            (closed.code, "delete", "省水利厅"),
            (of_housing.code, "delete", "省水利厅"),
            (third.code, "delete", "省水利厅"),
            (third.code, "add", "省住房厅"),
        }


class TestFigures:
    def test_the_totals_follow_and_their_sum_stays(self, site: Any) -> None:
        assert counts_of(site.plan, TODAY) == {"water": (3, 1, 1), "housing": (1, 0, 0), "finance": (2, 0, 0)}
        whole = Figures(site.plan, TODAY).measures
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        refresh_stale_rollups()
        assert counts_of(site.plan, TODAY) == {"housing": (4, 1, 1), "finance": (2, 0, 0)}
        assert Figures(site.plan, TODAY).measures == whole
        stored = MeasureRollup.objects.values_list("section", "lead_department", "total", "completed", "red")
        assert set(stored) == {
            (site.ecology.pk, site.housing.pk, 3, 1, 0),
            (site.energy.pk, site.housing.pk, 1, 0, 1),
            (site.energy.pk, site.finance.pk, 2, 0, 0),
        }
        assert verify_rollups() == []

    def test_on_a_past_day_they_are_the_new_department_s_too(self, site: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        assert counts_of(site.plan, MARCH) == {"housing": (4, 0, 0), "finance": (2, 0, 0)}

    def test_while_the_totals_wait_for_their_refresh_the_departments_still_sum_to_them(self, site: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        assert StaleCell.objects.exists()
        assert counts_of(site.plan, TODAY) == {"housing": (4, 1, 1), "finance": (2, 0, 0)}

    def test_every_cell_before_and_after_is_told_of_once(self, site: Any, heard: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        assert heard == [
            {
                (site.plan.pk, site.ecology.pk, site.water.pk),
                (site.plan.pk, site.energy.pk, site.water.pk),
                (site.plan.pk, site.ecology.pk, site.housing.pk),
                (site.plan.pk, site.energy.pk, site.housing.pk),
            }
        ]

    def test_measures_of_every_plan_follow(self, site: Any) -> None:
        other = make.make_measure(lead_department=site.water, plan=make.make_plan("another"), code="W900")
        rebuild_rollups()
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        refresh_stale_rollups()
        assert leads()["W900"] == "housing"
        assert counts_of(other.section.plan, TODAY)["housing"] == (1, 0, 0)
        assert verify_rollups() == []


def test_the_statements_do_not_grow_with_the_measures(site: Any) -> None:
    def asked(number: int) -> int:
        source = make.make_department()
        for _measure in range(number):
            make.make_measure(site.ecology, source).participating_departments.add(site.housing)
            make.make_measure(site.ecology, site.finance).participating_departments.add(source)
            make.make_user(f"{source.slug}-{_measure}", role="reporter", department=source)
            for helper in (site.housing, site.finance):
                problem = make.make_problem(Measure.objects.get(code="W105"), steps=["assign"], owner=source)
                problem.helpers.add(helper)
                make.make_problem(Measure.objects.get(code="W106"), steps=["assign"], owner=helper).helpers.add(source)
        with CaptureQueriesContext(connection) as queries:
            moved = merge_departments(source, into=site.housing, by=site.rita, reason=SAID)
        assert moved == Holdings(number, number, number, 2 * number)
        return len(queries)

    asked(1)
    assert asked(2) == asked(20)


class TestRefusals:
    def refused(self, site: Any, **change: Any) -> NotAllowed:
        asked = {"source": site.water, "into": site.housing, "by": site.rita, "reason": SAID, **change}
        before = leads(), joined()
        with pytest.raises(NotAllowed) as refusal:
            merge_departments(asked.pop("source"), **asked)
        assert (leads(), joined()) == before
        assert not TermsChange.objects.filter(reason=SAID).exists()
        return refusal.value

    def test_only_the_office_merges(self, site: Any) -> None:
        people = [
            site.ada,
            site.ben,
            make.make_user("vic"),
            make.make_user("audit", role="auditor"),
        ]
        for person in people:
            assert str(self.refused(site, by=person)) == "您没有此项操作权限"
        admin = make.make_user("admin", is_superuser=True)
        assert merge_departments(site.water, into=site.housing, by=admin, reason="已定").led == 3

    @pytest.mark.parametrize("reason", ["", " \n\x00", "长" * 301])
    def test_it_needs_a_reason_of_at_most_300_characters(self, site: Any, reason: str) -> None:
        assert self.refused(site, reason=reason).field == "reason"

    @pytest.mark.parametrize(
        ("language", "sentences"),
        [
            (
                "en",
                [
                    "A department cannot be merged into itself.",
                    "This department has been merged already.",
                    "This department has been merged into another; choose the one that does its work now.",
                ],
            ),
            (
                "zh-hans",
                [
                    "不能将部门并入其自身。",
                    "该部门已并入其他部门，不能重复操作。",
                    "该部门已并入其他部门，请选择现在承担其职责的部门。",
                ],
            ),
        ],
    )
    def test_what_makes_no_sense_is_refused_in_the_reader_s_language(
        self, site: Any, language: str, sentences: list[str]
    ) -> None:
        gone = make.make_department("gone", merged_into=site.finance, merged_on=TODAY)
        with translation.override(language):
            refusals = [
                self.refused(site, into=site.water),
                self.refused(site, source=gone),
                self.refused(site, into=gone),
            ]
        assert [str(each) for each in refusals] == sentences
        assert [each.field for each in refusals] == ["into", None, "into"]

    def test_what_was_read_before_another_merged_it_is_not_believed(self, site: Any) -> None:
        old = Department.objects.get(slug="water")
        merge_departments(site.water, into=site.housing, by=site.rita, reason="先到")
        with pytest.raises(NotAllowed):
            merge_departments(old, into=site.finance, by=site.rita, reason=SAID)

    def test_no_measure_newly_goes_to_it(self, site: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason="已定")
        measure = Measure.objects.get(code="W106")
        with pytest.raises(NotAllowed) as refusal:
            change_terms(measure, by=site.rita, lead_department=site.water, reason=SAID)
        assert refusal.value.field == "lead_department"
        # The form of a new one was opened before: it goes to the department that does the work now.
        new = Measure(code="W901", section=site.energy, lead_department=site.water, title_zh="新", title_en="New")
        new.provenance = new.lead_provenance = "illustrative"
        add_measure(new, by=site.rita, listed_on=TODAY)
        assert leads()["W901"] == "housing"


class TestPages:
    @pytest.fixture
    def merged(self, site: Any) -> Any:
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        refresh_stale_rollups()
        return site

    @pytest.mark.parametrize("query", ["", "?as_of=2023-03-31&plan=shandong-2023-2025"])
    def test_the_old_address_leads_to_the_new_one_with_its_query(self, merged: Any, query: str) -> None:
        answer = Client().get(f"/departments/water/{query}")
        assert (answer.status_code, answer["Location"]) == (302, f"/departments/housing/{query}")
        assert Client().get("/departments/nobody/").status_code == 404

    def test_the_old_address_asks_for_the_log_in_first(self, merged: Any, settings: Any) -> None:
        settings.PILOTZONE_PUBLIC_READING = False
        assert Client().get("/departments/water/")["Location"] == "/accounts/login/?next=/departments/water/"

    @pytest.mark.parametrize("address", ["/", "/departments/", "/measures/", "/departments/?as_of=2023-03-31"])
    def test_it_is_listed_nowhere(self, merged: Any, address: str) -> None:
        html = get(address).content.decode()
        assert "Housing" in html
        assert "Water" not in html

    def test_the_office_s_pages_list_it_nowhere(self, merged: Any) -> None:
        for address in ("/review/board/", "/measures/W104/terms/", "/office/departments/finance/merge/"):
            html = get(address, by=merged.rita).content.decode()
            assert "Housing" in html
            assert "Water" not in html

    @pytest.mark.parametrize(
        ("lang", "line"),
        [
            ("en", "Merged into this department: Water (since 29 August 2023)"),
            ("zh-hans", "并入本部门的单位：省水利厅（自2023年8月29日起）"),
        ],
    )
    def test_the_new_department_says_who_was_merged_into_it_and_since_when(
        self, merged: Any, lang: str, line: str
    ) -> None:
        assert line in text_of(get("/departments/housing/", lang=lang).content.decode())
        assert "Merged into" not in get("/departments/finance/").content.decode()

    def test_the_measure_says_who_led_it_at_first(self, merged: Any) -> None:
        text = text_of(get("/measures/W101/").content.decode())
        assert "moved once; at first Water" in text
        assert f"Water Housing {SAID}" in text

    def test_an_old_bookmark_finds_the_rows_of_the_new_department_and_shows_so(self, merged: Any) -> None:
        html = get("/measures/?department=water").content.decode()
        assert [code for code in leads() if f">{code}<" in html] == ["W101", "W102", "W103", "W104"]
        assert "Lead department: Housing" in text_of(html)
        assert '<option value="housing" selected>' in html
        assert get("/measures/?department=nobody").status_code == 400
        assert [c for c in leads() if f">{c}<" in get("/measures/?participating=water").content.decode()] == [
            "W105",
            "W106",
        ]

    def test_a_form_of_terms_opened_before_the_merger_still_saves(self, merged: Any) -> None:
        form = {
            "due_on": "2024-06-30",
            "initial-due_on": "",
            "lead_department": "water",
            "initial-lead_department": "water",
            "section": "ecology",
            "initial-section": "ecology",
            "reason": "推迟",
        }
        client = Client()
        client.force_login(merged.rita)
        assert client.post("/measures/W101/terms/", form).status_code == 302
        measure = Measure.objects.get(code="W101")
        assert (measure.due_on, measure.lead_department.slug) == (date(2024, 6, 30), "housing")
        assert measure.terms_changes.count() == 2


class TestApi:
    @pytest.fixture(autouse=True)
    def _merged(self, site: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        refresh_stale_rollups()

    def test_it_is_no_longer_listed(self) -> None:
        rows = get("/api/v1/departments/").json()["results"]
        assert [row["slug"] for row in rows] == ["housing", "finance"]
        rows = get("/api/v1/rollups/measures/?by=department").json()["results"]
        assert [(row["key"], row["total"]) for row in rows] == [("housing", 4), ("finance", 2)]

    @pytest.mark.parametrize(
        ("path", "count"),
        [
            ("measures/?department=water", 4),
            ("measures/?department=housing", 4),
            ("measures/?participating=water", 2),
            ("status-changes/?department=water", 5),
            ("measures/?department=water&as_of=2023-03-31", 4),
        ],
    )
    def test_an_old_address_of_an_analyst_goes_on_answering(self, path: str, count: int) -> None:
        assert get(f"/api/v1/{path}").json()["count"] == count

    def test_an_unknown_one_is_refused_with_those_that_stand(self) -> None:
        answer = get("/api/v1/measures/?department=nobody")
        assert answer.status_code == 400
        assert wrong(answer)["department"] == ["This value is not allowed; choose one of: finance, housing"]


class TestTheOfficeS:
    """The office's page for a merger, reached from the department's."""

    ADDRESS = "/office/departments/water/merge/"
    FORM = {"into": "housing", "reason": SAID, "confirmed": "on"}

    def post(self, by: Any, address: str = ADDRESS, **form: str) -> Any:
        client = Client(headers={"accept-language": "en"})
        client.force_login(by)
        return client.post(address, self.FORM | form, follow=True)

    def test_the_department_s_page_leads_there_for_the_office_alone_and_today(self, site: Any) -> None:
        for person, shown in ((site.rita, True), (site.ada, False), (None, False)):
            assert (self.ADDRESS in get("/departments/water/", by=person).content.decode()) == shown
        assert self.ADDRESS not in get("/departments/water/?as_of=2023-03-31", by=site.rita).content.decode()

    @pytest.mark.parametrize(
        ("lang", "sentences"),
        [
            (
                "en",
                [
                    "This cannot be undone.",
                    "I understand that all of this moves and cannot be undone: the Water leads 3 measures, "
                    "takes part in 3, has to solve 1 open problem and has 1 person",
                ],
            ),
            (
                "zh-hans",
                [
                    "此操作不可撤销。",
                    "确认全部转入且不可撤销：省水利厅牵头3项政策措施、参与3项、负责解决1项未销号问题，有1名人员",
                ],
            ),
        ],
    )
    def test_it_says_before_how_much_moves_and_that_it_is_for_good(
        self, site: Any, lang: str, sentences: list[str]
    ) -> None:
        make.make_problem(Measure.objects.get(code="W105"), owner=site.water)
        assert count_holdings(site.water) == Holdings(3, 3, 1, 1)
        text = text_of(get(self.ADDRESS, by=site.rita, lang=lang).content.decode())
        for sentence in sentences:
            assert sentence in text

    def test_after_it_the_target_s_page_says_so(self, site: Any) -> None:
        answer = self.post(site.rita)
        assert answer.redirect_chain == [("/departments/housing/", 302)]
        assert "The departments were merged; links to the old one lead here" in text_of(answer.content.decode())
        assert leads()["W101"] == "housing"

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ({"confirmed": ""}, "Tick the box to confirm."),
            ({"reason": ""}, "Reason: This field is required"),
            ({"into": ""}, "Merge into: This field is required"),
            ({"into": "water"}, "This value is not allowed; choose one of: finance, housing"),
            ({"into": "nobody"}, "This value is not allowed; choose one of: finance, housing"),
        ],
    )
    def test_a_refusal_comes_back_with_what_was_typed(self, site: Any, form: dict[str, str], sentence: str) -> None:
        answer = self.post(site.rita, **form)
        assert answer.status_code == 200
        assert sentence in text_of(answer.content.decode())
        if "reason" not in form:
            assert SAID in answer.content.decode()
        assert not Department.objects.exclude(merged_into=None).exists()

    def test_of_one_that_was_merged_there_is_nothing_to_fill_in(self, site: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason="先到")
        for answer in (get(self.ADDRESS, by=site.rita), self.post(site.rita, into="finance")):
            text = text_of(answer.content.decode())
            assert "This department has been merged already." in text
            assert "Choose a department" not in text
        assert leads()["W101"] == "housing"
        assert get("/office/departments/nobody/merge/", by=site.rita).status_code == 404

    def test_without_a_session_what_was_typed_is_shown_and_nothing_done(self, site: Any) -> None:
        answer = Client(headers={"accept-language": "en"}).post(self.ADDRESS, self.FORM)
        assert (answer.status_code, SAID in answer.content.decode()) == (403, True)
        assert leads()["W101"] == "water"


class TestAdministration:
    @pytest.fixture(autouse=True)
    def _administrator(self, client: Any, site: Any) -> None:
        merge_departments(site.water, into=site.housing, by=site.rita, reason=SAID)
        client.force_login(make.make_user("admin", is_staff=True, is_superuser=True))

    def test_its_merger_is_seen_and_not_edited(self, client: Any, site: Any) -> None:
        page = client.get(f"/admin/accounts/department/{site.water.pk}/change/").content.decode()
        assert "并入部门" in page
        assert 'name="merged_into"' not in page

    @pytest.mark.parametrize(
        ("model", "field"),
        [("user", "department"), ("measure", "lead_department"), ("measure", "participating_departments")],
    )
    def test_it_is_offered_for_nobody_and_nothing(self, client: Any, model: str, field: str) -> None:
        app = "accounts" if model == "user" else "measures"
        query = {"app_label": app, "model_name": model, "field_name": field}
        offered = client.get("/admin/autocomplete/", query).json()["results"]
        assert {each["text"] for each in offered} == {"省住房厅", "省财政厅"}
