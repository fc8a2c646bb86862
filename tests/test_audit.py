"""Data that figures depend on are in the log with old and new value, are not deleted, and change for a reason."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib import admin
from django.db import models

from accounts.models import AccessToken, AuthenticatorApp, Department, LogSeal, Session, UsedPassword, User
from core.exceptions import NotAllowed
from core.own_apps import own_models
from core.provenance import Sourced
from core.published import PublishedAdmin, save_published
from dashboard.models import PublishedFigure
from indicators.models import Observation, ValueReport, ValueReportEvidence, ValueReportStep
from integrity.models import IntegrityRun
from ledger.models import LedgerVersion
from measures.models import Comment, Evidence, Load, LoadedRow, Report, ReportStep
from measures.services import change_measure
from notices.models import Notice
from problems.models import Problem, ProblemEvidence, ProblemStep
from projects.models import Project, ProjectMonth, ProjectMonthEvidence, ProjectMonthStep
from projects.services import save_project
from rollups.models import MeasureRollup, ProjectRollup, RollupRun, StaleCell, Verification
from tests.factories import make_indicator, make_measure, make_observation, make_plan, make_project, make_user
from web.models import DataChange, IdempotencyKey, Lease
from workbooks.models import Upload

pytestmark = pytest.mark.both_databases

MODELS = own_models()
# Why the log leaves them out.
EXEMPT: dict[type[models.Model], str] = {
    LogSeal: "it seals the log",
    Report: "each move is a ReportStep, in the log, with the text as it was; drafts save themselves",
    Evidence: "a part of a report",
    ProjectMonth: "each move is a ProjectMonthStep, in the log, with what it said; drafts are saved again and again",
    ProjectMonthEvidence: "a part of a month",
    ValueReport: "each move is a ValueReportStep, in the log, with what it said; drafts are saved again and again",
    ValueReportEvidence: "a part of a filed value",
    ProblemEvidence: "a part of a step, which is in the log",
    Comment: "counts in no figure",
    Notice: "counts in no figure",
    Load: "says itself who and when",
    LedgerVersion: "what a download held",
    Upload: "a draft; what comes of it is a load",
    LoadedRow: "it is the log of a load, with old and new value",
    MeasureRollup: "computed from other rows",
    ProjectRollup: "computed from other rows",
    RollupRun: "what the product did",
    StaleCell: "what the product is to do",
    Verification: "what the product did",
    Session: "log-ins and log-outs have entries of their own",
    AuthenticatorApp: "what is done with it has entries of its own; its key is nobody's business",
    UsedPassword: "the log says that a password was changed, and nothing of it",
    IntegrityRun: "what the product did",
    Lease: "which process does what the product is to do",
    IdempotencyKey: "kept for a day, for what is sent twice",
    DataChange: "says that something changed",
}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_is_in_the_log_or_has_a_reason_not_to_be(model: type[models.Model]) -> None:
    assert auditlog.contains(model) is not (model in EXEMPT)


@pytest.mark.parametrize("model", [each for each in MODELS if each not in EXEMPT], ids=lambda model: model._meta.label)
def test_links_are_in_the_log_too(model: type[models.Model]) -> None:
    links = {field.name for field in model._meta.many_to_many}
    assert set(auditlog._registry[model]["m2m_fields"]) == links


# Columns that the log leaves out, besides the time of the last change.
LEFT_OUT: dict[type[models.Model], set[str]] = {
    # What a reader prefers; log-ins have entries of their own.
    User: {"last_login", "password_changed_at", "language", "large_print", "returns_at_once"},
    AccessToken: {"digest", "last_used_at", "last_address"},
    # A merger writes an entry of its own, with its reason.
    Department: {"merged_into", "merged_on"},
    # A step is written once, and keeps the rest itself.
    ReportStep: {field.name for field in ReportStep._meta.concrete_fields} - {"move"},
    ProjectMonthStep: {field.name for field in ProjectMonthStep._meta.concrete_fields} - {"move"},
    ValueReportStep: {field.name for field in ValueReportStep._meta.concrete_fields} - {"move"},
    ProblemStep: {field.name for field in ProblemStep._meta.concrete_fields} - {"move"},
    # Of drafts, which are saved again and again.
    Problem: {"version", "edited_at", "edited_by"},
}


@pytest.mark.parametrize("model", [each for each in MODELS if each not in EXEMPT], ids=lambda model: model._meta.label)
def test_every_column_is_in_the_log_with_its_old_and_new_value(model: type[models.Model]) -> None:
    columns = {field.name for field in model._meta.concrete_fields} - {"updated_at"}
    kept = auditlog.get_model_fields(model)
    logged = (set(kept["include_fields"]) or columns) - set(kept["exclude_fields"])
    assert columns - logged == LEFT_OUT.get(model, set())


@pytest.mark.parametrize(
    "model", [each for each in MODELS if issubclass(each, Sourced)], ids=lambda model: model._meta.label
)
def test_the_admin_deletes_nothing_that_counts(model: type[models.Model], rf: Any, admin_user: Any) -> None:
    shown = admin.site._registry.get(model)
    request = rf.get("/admin/")
    request.user = admin_user
    if shown is not None:
        assert not shown.has_delete_permission(request)
        # A correction of an observation is a row of its own.
        is_explained = isinstance(shown, PublishedAdmin) or model is Observation
        assert is_explained or not shown.has_change_permission(request)


PUBLISHED = {"provenance": "published", "source": "China Daily, 29 August 2023"}
WHY = {"change_reason": "报社更正", "change_source": "国家统计局公报"}


@pytest.fixture
def root(client: Any, today: date) -> Any:
    user = make_user("admin", is_staff=True, is_superuser=True)
    client.force_login(user)
    return client


def posted(client: Any, row: Any, **changes: Any) -> Any:
    """The admin's form of a row as it shows it, with what was changed."""
    address = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
    page = client.get(f"{address}?lang=en")
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in values.items() if value is not False}
    return client.post(f"{address}?lang=en", {**data, **changes})


@pytest.mark.django_db
def test_a_published_observation_is_corrected_with_a_reason_by_a_row_of_its_own(root: Any) -> None:
    row = make_observation(make_indicator(), "6.2", **PUBLISHED)
    page = posted(root, row, value="6.9")
    assert page.status_code == 200
    assert "reason" in page.context["adminform"].form.errors
    assert "6.9" in page.content.decode()
    assert posted(root, row, value="6.9", reason="报社更正", source="国家统计局公报").status_code == 302
    row.refresh_from_db()
    assert (row.value, row.superseded) == (Decimal("6.2"), True)
    correction = row.superseded_by
    assert (correction.value, correction.reason, correction.source) == (Decimal("6.9"), "报社更正", "国家统计局公报")
    entry = LogEntry.objects.get_for_object(correction).get()
    assert entry.changes["value"][1].startswith("6.9")


@pytest.mark.django_db
def test_the_last_day_of_a_published_plan_does_not_move_without_a_word(root: Any) -> None:
    plan = make_plan(**PUBLISHED)
    for half in ({}, {"change_reason": "报社更正"}, {"change_source": "国家统计局公报"}):
        page = posted(root, plan, ends_on="2026-12-31", **half)
        assert page.status_code == 200
        assert set(page.context["adminform"].form.errors) == set(WHY) - set(half)
    plan.refresh_from_db()
    assert plan.ends_on == date(2025, 12, 31)
    assert posted(root, plan, ends_on="2026-12-31", **WHY).status_code == 302
    entry = LogEntry.objects.get_for_object(plan).filter(action=LogEntry.Action.UPDATE).get()
    assert entry.changes["ends_on"] == ["2025-12-31", "2026-12-31"]
    assert entry.actor.username == "admin"
    log = root.get("/log/?lang=en").content.decode()
    assert "报社更正" in log
    assert "国家统计局公报" in log


@pytest.mark.django_db
def test_the_words_of_a_published_measure_change_with_a_reason_and_a_source(root: Any) -> None:
    measure = make_measure(title_en="Old title", **PUBLISHED)
    measure.title_en = "New title"
    with pytest.raises(NotAllowed):
        change_measure(measure, by=make_user("rita", role="reviewer"))
    assert posted(root, measure, title_en="New title").status_code == 200
    assert posted(root, measure, title_en="New title", **WHY).status_code == 302
    entry = LogEntry.objects.get_for_object(measure).filter(action=LogEntry.Action.UPDATE).latest("pk")
    assert entry.changes["title_en"] == ["Old title", "New title"]
    assert entry.additional_data == {"reason": WHY["change_reason"], "source": WHY["change_source"]}


@pytest.mark.django_db
def test_what_is_not_published_is_changed_as_before_and_logged(root: Any) -> None:
    plan = make_plan()
    assert posted(root, plan, ends_on="2026-12-31").status_code == 302
    entry = LogEntry.objects.get_for_object(plan).filter(action=LogEntry.Action.UPDATE).get()
    assert entry.changes == {"ends_on": ["2025-12-31", "2026-12-31"]}


@pytest.mark.django_db
def test_services_ask_the_same_of_the_investment_of_a_published_project() -> None:
    project, rita = make_project(investment=10_000, **PUBLISHED), make_user("rita", role="reviewer")
    project.investment_wan = 20_000
    why = {"reason": "批复调整", "source": "鲁发改〔2023〕1号"}
    for half in ({}, {"reason": why["reason"]}, {"source": why["source"]}, {**why, "reason": " "}):
        with pytest.raises(NotAllowed):
            save_project(project, by=rita, **half)
    assert Project.objects.get().investment_wan == 10_000
    save_project(project, by=rita, **why)
    entry = LogEntry.objects.get_for_object(project).filter(action=LogEntry.Action.UPDATE).latest("timestamp")
    assert entry.changes["investment_wan"] == ["10000", "20000"]
    assert entry.additional_data == why


@pytest.mark.django_db
def test_saying_that_it_is_published_no_more_needs_a_reason_too() -> None:
    figure = PublishedFigure.objects.create(
        plan=make_plan(), as_of=date(2023, 6, 30), figure="measures.total", value=249, **PUBLISHED
    )
    figure.provenance = "illustrative"
    with pytest.raises(NotAllowed):
        save_published(figure)
    assert PublishedFigure.objects.get().provenance == "published"
