"""A site of the first version is upgraded: its rows stay, with what later migrations fill in.

`_fill_first_version` makes rows as the first version had them, once for all tests here. Who adds a migration that fills
something in adds the rows that it needs there, and a test that looks at what became of them.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

from datasets.models import Upload
from measures.models import Measure, Notice, Plan, Problem, Report
from measures.problems import DEFAULT_CATEGORIES
from projects.models import Project
from rollups.models import ProjectRollup, StaleCell, Verification
from tests.test_fixtures import read
from web.cache import versions

OWN_APPS = (
    "accounts",
    "dashboard",
    "indicators",
    "measures",
    "projects",
    "regions",
    "rollups",
    "web",
)
# The last version in which a file of a month did not say whose it is.
UPLOADS_OF_MONTHS = ("datasets", "0003_uploads_of_months")
MOMENT = datetime(2023, 8, 1, tzinfo=UTC)
SHOWN = {"provenance": "illustrative", "updated_at": MOMENT}


def _fill_first_version(old: Any) -> None:
    """`old`: the models as they were, by app and name. Rows have codes and slugs by which tests find them."""

    def make(label: str, **fields: Any) -> Any:
        return old.get_model(label).objects.create(**fields)

    days = {"starts_on": date(2023, 1, 1), "ends_on": date(2025, 12, 31)}
    earlier = {"starts_on": date(2020, 1, 1), "ends_on": date(2022, 12, 31)}
    plan = make("measures.Plan", slug="plan", name_zh="计划", name_en="Plan", **days, **SHOWN)
    past = make("measures.Plan", slug="past", name_zh="上一计划", name_en="Past plan", **earlier, **SHOWN)
    energy = make("accounts.Department", slug="energy", number=1, name_zh="能源局", name_en="Energy", **SHOWN)
    ada = make("accounts.User", username="ada", role="reporter", department=energy)
    for number, (own, code) in enumerate([(plan, "M001"), (past, "M002")], 1):
        section = make("measures.Section", plan=own, slug="energy", number=1, title_zh="能源", title_en="E", **SHOWN)
        measure = make(
            "measures.Measure",
            code=code,
            section=section,
            lead_department=energy,
            title_zh=f"措施{number}",
            title_en=f"Measure {number}",
            listed_on=date(2023, 1, 3),
            lead_provenance="illustrative",
            **SHOWN,
        )
        make(
            "measures.StatusChange",
            measure=measure,
            status="promoting",
            effective_on=date(2023, 1, 3),
            recorded_at=MOMENT,
            **SHOWN,
        )
        make(
            "measures.Report",
            measure=measure,
            period=date(2023, 6, 1),
            status="promoting",
            against_status="promoting",
            what_was_done_zh=f"第{number}项",
            state="accepted",
            submitted_on=date(2023, 6, 20),
            decided_on=date(2023, 6, 21),
            **SHOWN,
        )
        make("measures.Notice", user=ada, kind="due_soon", measure=measure, day=date(2023, 8, 1), created_at=MOMENT)
    _add_problems(make, plan.sections.get(), ada)
    _add_a_project(make, plan)
    _add_a_cell(make, plan)
    for day in (date(2022, 8, 1), date(2023, 8, 1)):
        make("measures.Notice", user=ada, kind="reminder", period=day, day=day, created_at=MOMENT)


def _add_problems(make: Any, section: Any, person: Any) -> None:
    """The measures of the demonstration whose reports name a problem, and two reports of M001 that are not in force."""
    told = [row for row in read("reports") if row["problem_zh"]]
    leads = {row["code"]: row["lead_department"] for row in read("measures")}
    departments: dict[str, Any] = {}
    measures: dict[str, Any] = {"M001": section.measures.get()}
    for number, code in enumerate(sorted({row["measure"] for row in told}), 2):
        slug = leads[code]
        if slug not in departments:
            names = {"name_zh": slug, "name_en": slug}
            departments[slug] = make("accounts.Department", slug=slug, number=number, **names, **SHOWN)
        measures[code] = make(
            "measures.Measure",
            code=code,
            section=section,
            lead_department=departments[slug],
            title_zh=code,
            title_en=code,
            listed_on=date(2023, 1, 3),
            lead_provenance="illustrative",
            **SHOWN,
        )
    drafted = {"measure": "M001", "period": "2023-07", "problem_zh": "草稿", "problem_en": "", "submitted_on": ""}
    returned = {
        **drafted,
        "period": "2023-05",
        "problem_zh": "已退回",
        "submitted_on": "2023-05-20",
        "state": "returned",
    }
    for row in [*told, {**drafted, "state": "draft"}, returned]:
        make(
            "measures.Report",
            measure=measures[row["measure"]],
            period=date.fromisoformat(f"{row['period']}-01"),
            status="promoting",
            against_status="promoting",
            what_was_done_zh="进展",
            problem_zh=row["problem_zh"],
            problem_en=row["problem_en"],
            state=row["state"],
            submitted_on=row["submitted_on"] or None,
            decided_on=row["submitted_on"] or None,
            edited_at=None if row["submitted_on"] else MOMENT,
            edited_by=None if row["submitted_on"] else person,
            source=row.get("source", ""),
            **SHOWN,
        )


def _add_a_project(make: Any, plan: Any) -> None:
    """In a city of the second of two provinces."""
    places: dict[str | None, Any] = {None: None}
    listed = [
        ("100000", "country", None),
        ("330000", "province", "100000"),
        ("370000", "province", "100000"),
        ("370200", "city", "370000"),
    ]
    for code, kind, parent in listed:
        names = {"name_zh": code, "name_en": code, "short_zh": code, "short_en": code}
        places[code] = make("regions.Region", code=code, kind=kind, parent=places[parent], **names, **SHOWN)
    make(
        "projects.Project",
        code="P0001",
        plan=plan,
        city=places["370200"],
        name_zh="项目",
        name_en="Project",
        category="energy",
        stage="completed",
        investment_wan=1,
        listed_on=date(2023, 1, 3),
        investment_provenance="illustrative",
        **SHOWN,
    )


def _add_a_cell(make: Any, plan: Any) -> None:
    """Of the project: stored, marked stale, and recorded as differing."""
    city = plan.projects.get().city
    counts = {"total": 1, "investment": 1}
    make(
        "rollups.ProjectRollup",
        plan=plan,
        city=city,
        category="energy",
        stage="completed",
        as_of=MOMENT.date(),
        computed_at=MOMENT,
        **counts,
    )
    key = [plan.pk, city.pk, "energy", "completed"]
    make("rollups.StaleCell", kind="projects", key=key, marked_at=MOMENT)
    of_measures = {"kind": "measures", "key": [1, 2, 3], "as_of": "2023-08-01", "stored": None, "fresh": None}
    of_projects = {"kind": "projects", "key": key, "as_of": "2023-08-01", "stored": counts, "fresh": None}
    # Of a plan that is not there any more.
    gone = {**of_projects, "key": [99, *key[1:]]}
    make(
        "rollups.Verification",
        started_at=MOMENT,
        finished_at=MOMENT,
        cells=3,
        differing=3,
        differences=[of_measures, of_projects, gone],
    )


def _fill_uploads(old: Any) -> None:
    """Files of months, of a later version: by Ada, and by somebody who reports for no department any more."""
    person = old.get_model("accounts.User").objects
    plan = old.get_model("measures.Plan").objects.get(slug="plan")
    for by in (person.get(username="ada"), person.create(username="gone", role="viewer")):
        for state in ("read", "loaded"):
            old.get_model("datasets.Upload").objects.create(
                kind="month",
                period=date(2023, 8, 1),
                plan=plan,
                uploaded_by=by,
                uploaded_at=MOMENT,
                file_name=f"{state}.xlsx",
                content=b"",
                language="en",
                state=state,
            )


@pytest.fixture(scope="module")
def _upgraded_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """A database of its own: made as the first version, filled, and upgraded, once."""
    tests: Any = connections["default"]
    site = tests.copy()
    site._connection_pools = {}  # not those of the other database
    with django_db_blocker.unblock():
        if tests.vendor == "sqlite":
            site.settings_dict["NAME"] = "file:upgraded?mode=memory&cache=shared"
        else:
            site.settings_dict["NAME"] = f"{tests.settings_dict['NAME']}_upgraded"
            with tests._nodb_cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{site.settings_dict["NAME"]}"')
        connections["default"] = site
        # As `migrate` does: the table of changes is not yet what the code knows.
        versions.pause()
        try:
            first = [(app, "0001_initial") for app in OWN_APPS]
            executor = MigrationExecutor(site)
            executor.migrate(first)
            with transaction.atomic():
                _fill_first_version(executor.loader.project_state(first).apps)
            executor = MigrationExecutor(site)
            executor.migrate([UPLOADS_OF_MONTHS])
            with transaction.atomic():
                _fill_uploads(executor.loader.project_state([UPLOADS_OF_MONTHS]).apps)
            executor = MigrationExecutor(site)
            executor.migrate(executor.loader.graph.leaf_nodes())
            versions.resume()
        finally:
            connections["default"] = tests
        yield site
        site.close()
        if tests.vendor != "sqlite":
            site.close_pool()
            with tests._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{site.settings_dict["NAME"]}"')


@pytest.fixture(autouse=True)
def _upgraded(_upgraded_database: Any, django_db_blocker: Any) -> Iterator[None]:
    """Each test looks at the upgraded rows. What it changes is taken back."""
    tests, connections["default"] = connections["default"], _upgraded_database
    try:
        with django_db_blocker.unblock(), transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        connections["default"] = tests


def test_measures_get_the_plan_of_their_section() -> None:
    found = Measure.objects.filter(code__in=["M001", "M002"]).order_by("code")
    found = found.values_list("code", "plan__slug", "updated_at")
    assert list(found) == [("M001", "plan", MOMENT), ("M002", "past", MOMENT)]


def test_reminders_get_the_plan_that_was_the_newest_on_their_day() -> None:
    found = Notice.objects.order_by("kind", "day").values_list("kind", "plan__slug")
    assert list(found) == [("due_soon", None), ("due_soon", None), ("reminder", "past"), ("reminder", "plan")]


def test_reports_get_their_department_and_the_steps_that_are_known_of_them() -> None:
    for number, report in enumerate(Report.objects.filter(period=date(2023, 6, 1), problem_zh="").order_by("pk"), 1):
        assert report.department.slug == "energy"
        assert [(f"{step.made_on}", step.move, step.content["what_was_done_zh"]) for step in report.steps.all()] == [
            ("2023-06-20", "submit", f"第{number}项"),
            ("2023-06-21", "accept", f"第{number}项"),
        ]
    assert number == 2


def test_a_code_may_stand_in_two_plans_from_then_on() -> None:
    Measure.objects.filter(code="M002").update(code="M001")
    assert [plan.measures.get(code="M001").title_en for plan in Plan.objects.all()] == ["Measure 2", "Measure 1"]


def test_a_plan_gets_the_province_of_its_projects_and_one_without_projects_the_first() -> None:
    assert dict(Plan.objects.values_list("slug", "region__code")) == {"plan": "370000", "past": "330000"}


def test_projects_keep_their_category_and_each_plan_gets_the_four_of_the_first_version() -> None:
    slugs = ["innovation", "industry", "infrastructure", "energy"]
    for plan in Plan.objects.all():
        assert list(plan.categories.values_list("slug", flat=True)) == slugs
    project = Project.objects.get()
    assert (project.category.name_zh, project.category.name_en, project.updated_at) == ("能源", "Energy", MOMENT)
    assert project.category.plan == project.plan


def test_the_problems_that_reports_name_are_raised_as_those_of_the_demonstration_are() -> None:
    """Apart from their categories, which only somebody who reads them can say."""
    columns = ("measure__code", "number", "text_zh", "text_en", "raised_on", "raised_by__slug", "provenance", "source")
    found = Problem.objects.order_by("measure__code").values_list(*columns, "category")
    wanted = [
        tuple(row[name] for name in ("measure", "number", "text_zh", "text_en", "raised_on", "raised_by", "provenance"))
        for row in read("problems")
    ]
    assert [tuple(map(str, row)) for row in found] == [(*row, read("problems")[0]["source"], "None") for row in wanted]
    assert len(wanted) == 19
    for problem in Problem.objects.all():
        step = problem.steps.get()
        assert (step.move, step.state, step.owner, step.due_on) == (
            "raise",
            "raised",
            problem.measure.lead_department,
            None,
        )
        assert (step.made_on, step.made_at, step.made_by) == (problem.raised_on, None, None)
        assert step.content == problem.content()
        assert (problem.plan, problem.project) == (problem.measure.plan, None)
        report = problem.reports.get()
        assert (report.submitted_on, report.problem_zh) == (problem.raised_on, problem.text_zh)
        assert report.problem_choice == "new"
        assert report.updated_at > MOMENT
    assert Report.objects.filter(problem_choice="").exclude(problem_zh="").count() == 3
    for plan in Plan.objects.all():
        assert tuple(plan.problem_categories.values_list("slug", "name_zh", "name_en")) == DEFAULT_CATEGORIES


def test_cells_of_projects_are_named_by_the_id_of_their_category() -> None:
    project = Project.objects.get()
    key = [project.plan_id, project.city_id, project.category_id, "completed"]
    assert list(ProjectRollup.objects.values_list("plan", "city", "category", "stage", "total")) == [(*key, 1)]
    assert StaleCell.objects.get().key == key
    of_measures, of_projects = Verification.objects.get().differences
    assert (of_measures["key"], of_projects["key"]) == ([1, 2, 3], key)


def test_files_of_months_get_the_department_of_whoever_sent_them_and_are_read_anew() -> None:
    found = Upload.objects.order_by("file_name").values_list("file_name", "state", "department__slug", "city")
    assert list(found) == [("loaded.xlsx", "loaded", "energy", None), ("read.xlsx", "waiting", "energy", None)]
