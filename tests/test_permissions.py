"""Each person asks for each address of `tests.addresses`, and gets what stands there."""

from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from shutil import copytree

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import get_resolver, resolve

from accounts.addresses import addresses
from accounts.tokens import create_token
from core.clock import now
from core.period_codes import read_period
from indicators.values.services import ValueData, save_value, submit_value
from measures.models import Evidence, Load, Measure, PlanMilestone
from measures.reports import ReportData, save_draft
from notices.models import Notice
from permissions.explained import Outcome, explain
from problems.models import Problem
from problems.services import ProblemData, move_problem, save_problem_draft
from projects.models import ProjectMonthEvidence
from reporting.evidence import attach_file
from tests import factories as make
from tests.address_bodies import BODIES
from tests.addresses import KIND_OF, PEOPLE, ROWS
from tests.conftest import DEMONSTRATION_DAY
from tests.documents import make_pdf
from tests.kept_databases import changes_taken_back, kept_database
from tests.pages import patterns
from tests.sweeps import sample_or_whole, some_of
from web.saved_views import save_view
from workbooks.models import Upload
from workbooks.uploads import keep_upload, work_on

pytestmark = pytest.mark.django_db


def those_who_ask(row, whole):
    """Everybody, or for a sample one who may and one more. Who may does not depend on the database: on PostgreSQL each
    address is asked for by one who may.
    """
    may = row.admitted or PEOPLE
    others = some_of(PEOPLE, str(row), whole=whole) if connection.vendor == "sqlite" else []
    return {*some_of(may, str(row), whole=whole), *others}


# Django's own forms take a PUT for a POST.
ALIKE = {"PUT accounts:login", "PUT accounts:password", "PUT accounts:set_password"}


def test_every_address_has_a_row_and_every_row_an_address():
    found = dict(patterns(get_resolver()))
    assert set(found) == {row.name for row in ROWS}
    listed = {f"{row.method} {row.name}" for row in ROWS} | ALIKE
    answered = {f"{method} {each.name}" for each in addresses() for method in each.stated.by_method}
    assert answered == listed


@pytest.mark.one_database
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_speaks_of_its_address(row):
    address = row.address
    for part in (
        "change",
        "item",
        "milestone",
        "exemption",
        "target",
        "notice",
        "person",
        "token",
        "view",
        "draft",
        "begun",
        "sent",
        "done",
        "waits",
        "filed",
        "value",
        "upload",
        "load",
        "month",
        "city",
        "values",
    ):
        address = address.replace(f"{{{part}}}", "1")
    for part in ("secret", "accepted", "file", "re", "paper", "annex"):
        address = address.replace(f"{{{part}}}", "00000000-0000-0000-0000-000000000000")
    if row.name != "admin:index":
        assert resolve(address.partition("?")[0]).view_name == row.name


@pytest.fixture(scope="session")
def _site_of_all_addresses(django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("evidence")

    def fill():
        with (
            override_settings(PILOTZONE_TODAY=DEMONSTRATION_DAY, STORAGES=evidence_in(folder)),
            transaction.atomic(),
            make.numbers_from_one(),
        ):
            rows = make_site()
            # As in the transaction of a test, nothing follows from the commit: the rollups stay stale.
            connection.run_on_commit.clear()
        return rows

    with kept_database("all_addresses", fill, django_db_blocker) as kept:
        yield kept, folder


@pytest.fixture
def site(_site_of_all_addresses, today, settings, tmp_path, django_db_blocker):
    """The people, and the numbers that stand in braces in the table. Files are copies: a test may delete them."""
    kept, folder = _site_of_all_addresses
    settings.STORAGES = evidence_in(copytree(folder, tmp_path / "evidence"))
    with changes_taken_back(kept, django_db_blocker) as rows:
        yield rows


def evidence_in(folder):
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"]["location"] = folder
    return storages


def make_site():
    """Makes the rows that the addresses speak of. Gives the people, and the numbers of these rows."""
    section = make.make_section(make.make_plan(), slug="innovation", number=1)
    make.make_section(section.plan, slug="empty", number=2)
    make.make_problem_category(section.plan, "no", number=1)
    for number, slug in enumerate(("energy", "empty"), start=1):
        make.make_theme(section.plan, slug, number=number, provenance="reported", source="")
    science, energy, joined = (make.make_department(slug) for slug in ("science", "energy", "joined"))
    measures = [
        make.make_measure(section, science, code=f"M00{number}", due_on=date(2023, 12, 31)) for number in (1, 2, 3, 4)
    ]
    for measure in measures:
        measure.participating_departments.add(joined)
    raised = make.make_problem(measures[3])
    project = make.make_project(city="370200", code="P0001", lead_department=science)
    make.make_category(section.plan, "empty")
    gdp = make.make_indicator("gdp", headline=1, owner=science)
    make.make_observation(gdp)
    special = {
        "ada": {"role": "reporter", "department": science},
        "ben": {"role": "reporter", "department": energy},
        "pat": {"role": "reporter", "department": joined},
        "admin": {"role": "viewer", "is_staff": True, "is_superuser": True},
        "zoe": {"role": "reporter", "city": make.region("370200")},
    }
    people = {name: make.make_user(name, **special.get(name, {"role": kind})) for name, kind in KIND_OF.items()}
    written = ReportData("in_progress", "promoting", what_was_done="开始")
    draft = save_draft(measures[0], by=people["ada"], data=written)
    change = make.make_change(measures[1], "completed", date(2023, 6, 20))
    waits = make.make_report(measures[2], date(2023, 8, 10), state="submitted", status="in_progress")
    secret, accepted = (
        Evidence.objects.create(
            report=report,
            file=ContentFile(make_pdf(), name="a.pdf"),
            file_name="a.pdf",
            content_type="application/pdf",
            size=len(make_pdf()),
        )
        for report in (draft, change.report)
    )
    filed = make.make_project_month(project, date(2023, 7, 1), state="submitted")
    paper = ProjectMonthEvidence.objects.create(
        report=filed, file=ContentFile(make_pdf(), name="a.pdf"), file_name="a.pdf", size=len(make_pdf())
    )
    data = ValueData(Decimal("6.3"), verified=True, released_on=date(2023, 7, 21), purpose="revision", reason="终核")
    value = save_value(gdp, make.region(), read_period("2023H1"), by=people["ada"], data=data)
    attach_file(value, by=people["ada"], file=ContentFile(make_pdf(), name="a.pdf"))
    submit_value(value, by=people["ada"])
    other = replace(data, purpose="", reason="")
    begun = save_value(gdp, make.region(), read_period("2022H2"), by=people["ada"], data=other)
    notice = Notice.objects.create(
        user=people["ada"], kind="returned", measure=measures[2], report=waits, day=DEMONSTRATION_DAY, created_at=now()
    )
    save_problem_draft(Problem(measure=measures[3]), by=people["ada"], data=ProblemData("半句话"))
    of_project = make.make_problem(project)
    save_problem_draft(Problem(project=project), by=people["ada"], data=ProblemData("半句话"))
    answer, project_answer = (
        move_problem(each, "reply", by=people["ada"], note="见附件", files=[ContentFile(make_pdf(), name="a.pdf")])
        for each in (raised, of_project)
    )
    problem = make.make_problem(measures[0], date(2023, 8, 1))
    meeting = make.make_meeting([problem], title_zh="", place="")
    plan = section.plan
    upload = keep_upload(plan, by=people["rita"], name="m.csv", content=b"code,due_on\nM001,2023-02-30\n")
    work_on(upload.pk)
    filled = b"code,what_was_done\nM004,Talks\n"
    month = keep_upload(
        plan, by=people["ada"], name="m.csv", content=filled, period=date(2023, 8, 1), kind=Upload.Kind.MONTH
    )
    work_on(month.pk)
    projects = keep_upload(
        plan,
        by=people["zoe"],
        name="m.csv",
        content=b"code,progress\nP0001,5\n",
        period=date(2023, 8, 1),
        kind=Upload.Kind.PROJECTS,
    )
    work_on(projects.pk)
    values = keep_upload(
        plan, by=people["ada"], name="v.csv", content=b"code,period,value\ngdp,2023Q1,5\n", kind=Upload.Kind.VALUES
    )
    work_on(values.pk)
    loaded = Load.objects.create(plan=plan, file_name="m.csv", digest="0" * 64, reason="", loaded_at=now())
    parts = {
        "problem": problem.pk,
        "item": meeting.items.get().pk,
        "upload": upload.pk,
        "load": loaded.pk,
        "month": month.pk,
        "city": projects.pk,
        "values": values.pk,
        "change": change.pk,
        "secret": secret.key,
        "accepted": accepted.key,
        "file": answer.evidence.get().key,
        "re": project_answer.evidence.get().key,
        "draft": draft.pk,
        "done": change.report_id,
        "waits": waits.pk,
        "waits_shown": waits.content_key,
        "led": Measure.objects.get(code="M001").pk,
        "filed": filed.pk,
        "filed_shown": filed.content_key,
        "paper": paper.key,
        "value": value.pk,
        "value_shown": value.content_key,
        "sent": value.pk,
        "begun": begun.pk,
        "annex": value.evidence.get().key,
        "notice": notice.pk,
        "person": make.make_user("pete").pk,
        "milestone": PlanMilestone.objects.create(plan=section.plan, happens_on=date(2023, 6, 1), name_zh="印发").pk,
        "exemption": make.make_exemption(plan, "370200").pk,
        "target": make.make_target(gdp).pk,
        "view": save_view("measures:list", by=people["ada"], name="本厅", query="department=science").pk,
        "token": create_token(people["ada"], scope="read")[0].pk,
    }
    return people, parts


def ask(row, person, parts):
    """The answer's word in the table."""
    client = Client()
    headers = {}
    if person is not None and row.is_api:
        _token, key = create_token(person, scope="report")
        headers = {"Authorization": f"Bearer {key}"}
    elif person is not None:
        client.force_login(person)
    answer = answer_for(client, row, parts, headers=headers)
    b"".join(answer) if answer.streaming else answer.content
    is_login = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    return "login" if is_login else str(answer.status_code)


def answer_for(client, row, parts, **options):
    body = BODIES.get(f"{row.method} {row.name}", {})
    body = {name: value.format(**parts) if isinstance(value, str) else value for name, value in body.items()}
    send = getattr(client, row.method.lower())
    more = {"data": body, **({"content_type": "application/json"} if row.is_api else {})}
    return send(row.address.format(**parts), **options, **(more if row.method != "GET" else {}))


@pytest.mark.both_databases
@sample_or_whole
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_person_gets_what_the_table_says(row, whole, site, settings):
    people, parts = site
    asked = those_who_ask(row, whole)
    found = {}
    for name in asked:
        settings.PILOTZONE_PUBLIC_READING = name == "anyone"
        cache.clear()
        # What one person did is undone before the next one asks.
        with transaction.atomic():
            found[name] = ask(row, people.get(name), parts)
            transaction.set_rollback(True)
    assert found == {name: row.answers[name] for name in asked}


# Whoever may use these is led to the log-in page: nobody waits for a second factor there.
LEAD_TO_LOG_IN = {"accounts:code", "admin_log_in"}
# For nobody are they there on a site without single sign-on, whoever may open them.
NOT_HERE = {"accounts:sign_on", "accounts:signed_on", "accounts:logged_out"}


def is_refusal(row, answer):
    """Sent away, refused, or told that there is no such row; the administration sends away in its own manner."""
    if answer == "login":
        return row.name not in LEAD_TO_LOG_IN
    if row.name in NOT_HERE:
        return False
    return answer in ("401", "403", "404") or (row.name == "admin:index" and answer == "302")


@pytest.mark.one_database
def test_the_rules_say_the_same_of_each_person_and_row(site, settings):
    """The page of permissions explains the very answers that the addresses give."""
    people, parts = site
    wrong = []
    for name in PEOPLE:
        settings.PILOTZONE_PUBLIC_READING = name == "anyone"
        for row in ROWS:
            if row.name == "api-unknown":
                continue
            found = explain(people.get(name), row.address.format(**parts), row.method)
            if (found.outcome == Outcome.REFUSED) != is_refusal(row, row.answers[name]):
                wrong.append(f"{row}: {name} {found.outcome}")
    assert wrong == []


@pytest.mark.one_database
def test_somebody_of_a_department_that_leads_nothing_is_asked_for_everything(site):
    people, _parts = site
    ben = people["ben"]
    assert ben.reports_for_department
    assert not ben.department.led_measures.exists()
    assert not ben.department.joined_measures.exists()


FORMS = [row for row in ROWS if row.method != "GET" and not row.is_api]
# Names of fields in which words may come.
WRITABLE = (
    "text",
    "title_zh",
    "what",
    "note",
    "reason",
    "what_was_done",
    "problem",
    "next_step",
    "username",
    "old_password",
    "name",
    "url",
)
# A failed log-in is in the log and counts for the lock-out; both keep no more than a name of at most 150 characters.
OF_FAILED_LOG_INS = {"auditlog.LogEntry", "axes.AccessAttempt"}


def rows_of_all_tables():
    return {model._meta.label: model._base_manager.count() for model in apps.get_models(include_auto_created=True)}


@pytest.mark.one_database
@pytest.mark.parametrize("minutes", [0, 20])
def test_an_open_session_is_asked_again_where_that_is_stated_and_nowhere_else(minutes, site):
    """The superuser, who may most, tries each address: the password is asked for once it is more than ten minutes
    old."""
    people, parts = site
    rows = [row for row in ROWS if not row.is_api and row.answers["admin"] in ("200", "302")]
    stated = {(each.name, method) for each in addresses() for method in each.stated.confirmed_methods}
    asked = set()
    # Whoever was not asked after ten minutes is not asked before.
    for row in rows if minutes else [row for row in rows if (row.name, row.method) in stated]:
        with transaction.atomic():
            client = Client()
            client.force_login(people["admin"])
            session = client.session
            session["confirmed_at"] -= minutes * 60
            session.save()
            answer = answer_for(client, row, parts)
            is_sent_on = answer.status_code == 302 and answer["Location"].startswith("/accounts/confirm/")
            if is_sent_on or answer.status_code == 403:
                asked.add((row.name, row.method))
            transaction.set_rollback(True)
    assert asked == (stated & {(row.name, row.method) for row in rows} if minutes else set())
    assert len(asked) >= (20 if minutes else 0)


@pytest.mark.one_database
@pytest.mark.parametrize("has_token", [True, False])
@pytest.mark.parametrize("row", FORMS, ids=str)
def test_nothing_that_a_stranger_sends_is_stored(row, site, has_token):
    """Neither where the form comes with the site's token, nor where it is refused for want of one."""
    _people, parts = site
    client = Client(enforce_csrf_checks=not has_token)
    client.cookies["csrftoken"] = "a" * 32
    body = dict.fromkeys(WRITABLE, "字" * 70_000) | {"next": "/"}
    before = rows_of_all_tables()
    answer = client.post(row.address.format(**parts), body, headers={"Origin": "http://testserver"})
    assert answer.status_code in (200, 302, 401, 403)
    assert "sessionid" not in answer.cookies
    grown = {name for name, number in rows_of_all_tables().items() if number != before[name]}
    assert grown - (OF_FAILED_LOG_INS if row.name == "accounts:login" else set()) == set()


@pytest.mark.one_database
@pytest.mark.parametrize("row", [row for row in ROWS if row.is_api and row.method != "GET"], ids=str)
def test_a_token_for_reading_writes_nothing(row, site):
    people, parts = site
    _token, key = create_token(people["ada"], scope="read")
    body = BODIES[f"{row.method} {row.name}"]
    send = getattr(Client(), row.method.lower())
    answer = send(
        row.address.format(**parts), body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 403
    assert answer.json()["detail"]


@pytest.mark.one_database
@pytest.mark.parametrize("row", [row for row in FORMS if row.answers["nobody"] in ("login", "403")], ids=str)
def test_no_form_of_another_site_is_taken(row, site):
    """Nobody's browser can be made to post without the site's own token, not even the right person's."""
    people, parts = site
    for person in ("ada", "rita"):
        client = Client(enforce_csrf_checks=True)
        client.force_login(people[person])
        body = BODIES.get(f"{row.method} {row.name}", {})
        answer = client.post(row.address.format(**parts), body, headers={"Origin": "https://elsewhere.example"})
        assert answer.status_code == 403
