"""The facts of a project beside its place and stage, and how far its terms have moved."""

from collections import namedtuple
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from core.append_only import AppendOnlyError
from core.clock import now
from core.exceptions import NotAllowed
from core.signals import figures_changed
from office.mergers import count_holdings, merge_departments
from projects.editing import change_project, change_project_terms, project_state, terms_state
from projects.models import Project, TermsChange
from projects.national_codes import clean_national_code, validate_national_code
from projects.services import cells_of_place
from projects.terms import Delay, Overrun, delay_of, first_values, overrun_of
from projects.terms_history import terms_history
from tests.factories import make_department, make_measure, make_plan, make_project, make_section, make_user, region

Change = namedtuple("Change", "field old_value")
CODE = "2105-370602-04-01-123456"


def test_the_first_value_of_a_term_is_the_oldest() -> None:
    newest_first = [Change("investment_wan", "300"), Change("planned_start_on", ""), Change("investment_wan", "200")]
    assert first_values(newest_first) == {"investment_wan": "200", "planned_start_on": ""}


@pytest.mark.parametrize(
    ("first", "present", "expected"),
    [
        ({}, 300, None),
        ({"investment_wan": "200"}, 300, Overrun(200, 300, 100, Decimal("50.0"))),
        ({"investment_wan": "300"}, 200, Overrun(300, 200, -100, Decimal("-33.3"))),
        ({"investment_wan": "200"}, 200, Overrun(200, 200, 0, Decimal("0.0"))),
        ({"investment_wan": "0"}, 200, Overrun(0, 200, 200, None)),
    ],
)
def test_the_overrun_of_a_total(first: dict[str, str], present: int, expected: Overrun | None) -> None:
    assert overrun_of(first, present) == expected


@pytest.mark.parametrize(
    ("first", "present", "expected"),
    [
        ({}, date(2023, 5, 1), None),
        ({"planned_start_on": "2023-04-01"}, date(2023, 5, 1), Delay(date(2023, 4, 1), date(2023, 5, 1), 30)),
        ({"planned_start_on": "2023-05-01"}, date(2023, 4, 1), Delay(date(2023, 5, 1), date(2023, 4, 1), -30)),
        ({"planned_start_on": ""}, date(2023, 4, 1), Delay(None, date(2023, 4, 1), None)),
        ({"planned_start_on": "2023-05-01"}, None, Delay(date(2023, 5, 1), None, None)),
    ],
)
def test_the_delay_of_a_planned_day(first: dict[str, str], present: date | None, expected: Delay | None) -> None:
    assert delay_of(first, "planned_start_on", present) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("term", "values", "words"),
    [
        ("investment_wan", ("20000", "30000", "20000"), "200 million yuan, as it was at first"),
        (
            "investment_wan",
            ("30000", "20000"),
            "At first 300 million yuan, now 200 million yuan: 100 million yuan less (33.3%)",
        ),
        ("planned_start_on", ("", "2023-05-01"), "At first no day, now 2023-05-01"),
        ("planned_start_on", ("2023-05-31", "2023-05-01"), "At first 2023-05-31, now 2023-05-01: 30 days earlier"),
        ("planned_start_on", ("2023-05-01", "2023-05-31"), "At first 2023-05-01, now 2023-05-31: 30 days later"),
        ("planned_start_on", ("2023-05-01", "", "2023-05-01"), "2023-05-01, as it was at first"),
    ],
)
@override("en")
def test_how_far_a_term_has_moved_is_said(term: str, values: tuple[str, ...], words: str) -> None:
    project, rita = make_project(), make_user("rita", role="reviewer")
    setattr(project, term, int(values[-1]) if term == "investment_wan" else date.fromisoformat(values[-1]))
    for old, new in pairwise(values):
        change = {"old_value": old, "new_value": new, "reason": "调整", "recorded_at": now(), "recorded_by": rita}
        TermsChange.objects.create(project=project, field=term, **change)
    [summary] = terms_history(project).moved.values()
    assert summary.words == words


def test_a_national_code_has_its_layout() -> None:
    validate_national_code(CODE)
    # As they were given before the standard: with the year.
    validate_national_code("2017-370602-44-03-012345")
    assert clean_national_code(" ２１０５－370602－04－01－123456 ") == CODE
    for wrong in (CODE[:-1], f"{CODE}1", CODE.replace("-", ""), CODE.replace("1", "A"), f"{CODE}\n", "٢" + CODE[1:]):
        with pytest.raises(ValidationError):
            validate_national_code(wrong)


@pytest.mark.django_db
class TestServices:
    @pytest.fixture
    def rita(self) -> Any:
        return make_user("rita", role="reviewer")

    @pytest.fixture
    def heard(self) -> Any:
        signals: list[set[Any]] = []

        def listen(sender: Any, *, cells: set[Any], **kwargs: Any) -> None:
            signals.append(cells)

        figures_changed.connect(listen)
        yield signals
        figures_changed.disconnect(listen)

    def test_a_change_is_heard_of_in_both_cells(self, rita: Any, heard: list[Any]) -> None:
        project = make_project(city="370200", stage="preparing")
        columns = {
            name: getattr(project, name) for name in ("name_zh", "name_en", "county", "category", "lead_department")
        }
        columns |= {"project_class": "", "list_name": "", "national_code": ""}
        columns |= {"city": region("370600"), "opening_stage": "in_production"}
        change_project(project, by=rita, opened=project_state(project), columns=columns, also_in=[], measures=[])
        one, category = project.plan_id, project.category_id
        before, after = (cells_of_place(one, region(code).pk, category) for code in ("370200", "370600"))
        assert heard == [before | after]
        project.refresh_from_db()
        elsewhere = make_measure(make_section(make_plan("other")))
        for measures, sentence in (([], "Nothing was changed."), ([elsewhere], "of the project's own plan")):
            with override("en"), pytest.raises(NotAllowed, match=sentence):
                opened = project_state(project)
                change_project(project, by=rita, opened=opened, columns=columns, also_in=[], measures=measures)

    @pytest.mark.parametrize("role", ["reporter", "viewer", "auditor", "administrator"])
    def test_nobody_but_a_reviewer_revises(self, role: str, heard: list[Any]) -> None:
        project = make_project()
        department = make_department() if role == "reporter" else None
        somebody = make_user("other", role=role, department=department)
        with pytest.raises(NotAllowed):
            change_project_terms(project, by=somebody, opened=terms_state(project), reason="So", investment_wan=1)
        assert (Project.objects.get().investment_wan, TermsChange.objects.count(), heard) == (10_000, 0, [])

    def test_a_term_that_did_not_change_gets_no_row(self, rita: Any) -> None:
        project = make_project(planned_start_on=date(2023, 4, 1))
        opened = terms_state(project)
        change_project_terms(
            project, by=rita, opened=opened, reason="延期", investment_wan=10_000, planned_start_on=date(2023, 5, 1)
        )
        row = TermsChange.objects.get()
        assert (row.field, row.old_value, row.new_value, row.recorded_by) == (
            "planned_start_on",
            "2023-04-01",
            "2023-05-01",
            rita,
        )
        with pytest.raises(AppendOnlyError):
            row.delete()
        with pytest.raises(AppendOnlyError):
            TermsChange.objects.update(reason="")

    def test_a_department_that_is_merged_hands_its_projects_over(self, rita: Any) -> None:
        old, new = make_department(), make_department()
        project, other = make_project(lead_department=old), make_project()
        before = project.updated_at
        assert count_holdings(old).projects == 1
        assert merge_departments(old, into=new, by=rita, reason="机构改革").projects == 1
        project.refresh_from_db()
        other.refresh_from_db()
        assert (project.lead_department, other.lead_department) == (new, None)
        assert project.updated_at > before

    def test_the_page_of_a_merger_says_how_many_projects_move(self, client: Any, rita: Any) -> None:
        make_project(lead_department=make_department("old"))
        make_department("new")
        client.force_login(rita)
        for language, words in (("en", "It leads 1 project, which moves, too."), ("zh-hans", "牵头的1个项目一并转入")):
            assert words in client.get(f"/office/departments/old/merge/?lang={language}").content.decode()

    def test_a_merged_department_leads_no_further_project(self, rita: Any) -> None:
        old, new, project = make_department(), make_department(), make_project()
        merge_departments(old, into=new, by=rita, reason="机构改革")
        names = ("name_zh", "name_en", "city", "county", "category", "opening_stage", "project_class", "list_name")
        columns = {name: getattr(project, name) for name in names} | {"national_code": "", "lead_department": old}
        with pytest.raises(NotAllowed) as refusal:
            change_project(project, by=rita, opened=project_state(project), columns=columns, also_in=[], measures=[])
        assert refusal.value.field == "lead_department"


@pytest.mark.django_db
class TestApi:
    @pytest.fixture(autouse=True)
    def _as_in_the_demonstration(self, today: Any, open_reading: Any) -> None:
        pass

    def test_a_row_has_what_the_project_says(self, client: Any) -> None:
        make_project(
            code="P0001",
            lead_department=make_department("energy-board"),
            project_class="reserve",
            list_name="省重大项目名单",
            national_code=CODE,
            planned_start_on=date(2023, 4, 1),
            planned_completion_on=date(2024, 12, 31),
        )
        make_project(code="P0002")
        full, bare = client.get("/api/v1/projects/").json()["results"]
        names = (
            *("lead_department", "project_class", "list_name", "national_code"),
            *("planned_start_on", "planned_completion_on"),
        )
        said = ["energy-board", "reserve", "省重大项目名单", CODE, "2023-04-01", "2024-12-31"]
        assert [full[name] for name in names] == said
        assert [bare[name] for name in names] == [None, "", "", "", None, None]

    def test_the_row_alone_has_its_original_total_and_its_revisions(self, client: Any) -> None:
        rita = make_user("rita", role="reviewer")
        project = make_project(code="P0001", investment=94_200)
        address = "/api/v1/projects/P0001/"
        assert (client.get(address).json()["original_investment"], client.get(address).json()["terms_changes"]) == (
            9.42,
            [],
        )
        for wan, reason in ((120_000, "概算"), (125_000, "决算")):
            change_project_terms(
                project, by=rita, opened=terms_state(Project.objects.get()), reason=reason, investment_wan=wan
            )
        found = client.get(address).json()
        assert (found["total_investment"], found["original_investment"]) == (12.5, 9.42)
        rows = [(row["field"], row["old_value"], row["new_value"], row["reason"]) for row in found["terms_changes"]]
        assert rows == [("total_investment", "12", "12.5", "决算"), ("total_investment", "9.42", "12", "概算")]
        assert "rita" not in str(found)

    def test_class_and_lead_are_filters_and_no_class_counts_as_implementing(self, client: Any) -> None:
        energy, board = make_department("energy-board"), make_department("board")
        make_project(code="P0001", project_class="implementing", lead_department=energy)
        make_project(code="P0002", project_class="reserve", lead_department=board)
        make_project(code="P0003")

        def codes(query: str) -> list[str]:
            return [each["code"] for each in client.get(f"/api/v1/projects/?{query}").json()["results"]]

        assert codes("project_class=implementing") == ["P0001", "P0003"]
        assert codes("project_class=reserve") == ["P0002"]
        assert codes("project_class=implementing,reserve") == ["P0001", "P0002", "P0003"]
        assert codes("lead=energy-board") == ["P0001"]
        assert codes("lead=energy-board,board") == ["P0001", "P0002"]
        assert client.get("/api/v1/projects/?project_class=dream").status_code == 400
        # The slug of one that was merged means its successor.
        merge_departments(board, into=energy, by=make_user("rita", role="reviewer"), reason="机构改革")
        assert codes("lead=board") == ["P0001", "P0002"]
