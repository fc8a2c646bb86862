"""The version of the data is another one after each committed change of what pages show, and after nothing else."""

import threading
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from accounts.models import Department, Scope
from accounts.tokens import create_token, use_token
from core.own_apps import own_models
from measures.models import Measure
from measures.reports import ReportData, accept_report, save_draft, submit_report
from projects.models import Project
from tests.factories import (
    file_report,
    make_department,
    make_indicator,
    make_measure,
    make_plan,
    make_project,
    make_user,
    region,
)
from web.cache import versions
from web.models import DataChange

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


class Broken(Exception):
    pass


def rename(department: Department) -> None:
    department.name_zh = "省新名厅"
    department.save()


def rename_in_sql(department: Department) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_department SET name_zh = 'x' WHERE id = %s", [department.pk])


def add_two(department: Department) -> None:
    plan = make_plan()
    first = make_project(plan)
    kept = {field.attname: getattr(first, field.attname) for field in Project._meta.fields if field.attname != "id"}
    Project.objects.bulk_create([Project(**kept | {"code": f"P900{n}"}) for n in range(2)])


WRITES = {
    "a row saved": rename,
    "a row made": lambda department: make_department(),
    "a row deleted": lambda department: department.delete(),
    "many rows at once": lambda department: Department.objects.update(name_zh="一个名字"),
    "many new rows at once": add_two,
    "rows deleted at once": lambda department: Department.objects.filter(pk=department.pk).delete(),
    "a link between rows": lambda department: make_project(also_in=["370600"]),
    "SQL of ours": rename_in_sql,
    "a person's name": lambda department: make_user("ada"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_whatever_is_written_and_however_gives_another_version(write: Any) -> None:
    department = make_department()
    before = versions.current()
    write(department)
    assert versions.current() != before


def test_a_link_alone_does_too() -> None:
    project, yantai = make_project(), region("370600")
    before = versions.current()
    project.also_in.add(yantai)
    assert versions.current() != before


def test_reading_and_what_no_page_shows_does_not(today: date, open_reading: None) -> None:
    make_measure()
    viewer = make_user("vic")
    _token, key = create_token(viewer, scope=Scope.READ)
    before = versions.current()
    client = Client()
    assert client.get("/measures/").status_code == 200
    client.force_login(viewer)
    use_token(key)  # writes when it was last used
    assert client.get("/api/v1/summary/").status_code == 200
    assert versions.current() == before


def test_who_logs_in_or_prefers_another_language_leaves_everybodys_pages(open_reading: None) -> None:
    viewer = make_user("vic", password="guess")
    before = versions.current()
    client = Client()
    assert client.post("/accounts/login/", {"username": "vic", "password": "guess"}).status_code == 302
    client.post("/language/", {"language": "en", "size": "large"})
    viewer.set_password("another")
    viewer.save(update_fields=["password"])
    viewer.refresh_from_db()
    assert (viewer.language, viewer.large_print, viewer.last_login is None) == ("en", True, False)
    assert versions.current() == before


@pytest.mark.parametrize("written", ["role", "first_name", "is_active"])
def test_what_pages_show_of_a_person_counts_beside_what_they_do_not(written: str) -> None:
    viewer = make_user("vic")
    before = versions.current()
    viewer.save(update_fields=["last_login", written])
    assert versions.current() != before


def test_what_is_rolled_back_leaves_the_version() -> None:
    department = make_department()
    before = versions.current()
    with pytest.raises(Broken), transaction.atomic():
        rename(department)
        assert versions.current() != before  # for this transaction itself
        raise Broken
    assert versions.current() == before


def test_a_part_that_is_rolled_back_takes_no_later_change_with_it() -> None:
    department, other = make_department(), make_department()
    before = versions.current()
    with transaction.atomic():
        with pytest.raises(Broken), transaction.atomic():
            rename(department)
            raise Broken
        rename(other)
    assert versions.current() != before


def test_a_transaction_adds_one_row_however_much_it_writes() -> None:
    departments = [make_department() for _ in range(3)]
    before = DataChange.objects.count()
    with transaction.atomic():
        for each in departments:
            rename(each)
    assert DataChange.objects.count() == before + 1


def test_nobody_sees_the_new_version_before_the_change_itself(real_connections: None) -> None:
    """Seen from another connection, and both together."""
    department = make_department()
    old = department.name_zh
    written, looked = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                rename(department)
                written.set()
                assert looked.wait(10)
        finally:
            connection.close()

    before = versions.current()
    thread = threading.Thread(target=write)
    thread.start()
    assert written.wait(10)
    assert (versions.current(), Department.objects.get().name_zh) == (before, old)
    looked.set()
    thread.join()
    assert versions.current() != before
    assert Department.objects.get().name_zh == "省新名厅"


@pytest.mark.skipif(settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="SQLite has one writer")
def test_of_two_at_once_the_one_that_ends_last_counts_too() -> None:
    """The one that ends last wrote first: a number that only goes up would have been overtaken already."""
    slow, quick = make_department(), make_department()
    written, go_on = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                rename(slow)
                written.set()
                assert go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert written.wait(10)
    rename(quick)
    between = versions.current()
    go_on.set()
    thread.join()
    assert versions.current() != between


def test_an_accepted_report_gives_another_version(today: date) -> None:
    measure = make_measure()
    ada = make_user("ada", role="reporter", department=measure.lead_department)
    report = file_report(measure, by=ada, status="in_progress", effective_on=today)
    before = versions.current()
    accept_report(report, by=make_user("rita", role="reviewer"))
    assert versions.current() != before


def test_old_rows_are_forgotten_and_the_version_is_none_that_was_there_before() -> None:
    seen = set()
    for _ in range(120):
        make_indicator()
        seen.add(versions.current())
    assert len(seen) == 120
    assert versions.delete_old_changes() > 0
    assert DataChange.objects.filter(kind="indicators").count() == 100
    assert versions.current() not in seen
    assert versions.delete_old_changes() == 0


def test_every_table_of_ours_counts_but_those_that_no_page_shows() -> None:
    tables = {model._meta.db_table for model in own_models(with_links=True)}
    assert tables - versions.watched_tables().keys() == {
        "web_datachange",
        "web_idempotencykey",
        "web_lease",
        "accounts_accesstoken",
        "accounts_logseal",
        "accounts_session",
        "accounts_usedpassword",
        # That of the apps which show codes.
        "otp_totp_totpdevice",
        # What a person has sent and not loaded yet: its page is not kept.
        "datasets_upload",
        # What the product did, on a page that is not kept.
        "datasets_integrityrun",
        "datasets_ledgerversion",
    }
    assert "projects_project_measures" in versions.watched_tables()
    assert Measure._meta.db_table in versions.watched_tables()


def test_a_kind_changes_with_its_own_rows_and_no_others() -> None:
    measure = make_measure()
    ada = make_user("ada", role="reporter", department=measure.lead_department)
    before = {kind: versions.current([kind]) for kind in ("regions", "accounts", "measures", "reports")}
    save_draft(measure, by=ada, data=ReportData(status="promoting", against_status="promoting"))
    assert {kind for kind, version in before.items() if versions.current([kind]) != version} == {"reports"}
    rename(measure.lead_department)
    assert versions.current(["accounts"]) != before["accounts"]
    assert versions.current(["regions"]) == before["regions"]


def test_a_kind_has_no_version_again_that_it_had_before() -> None:
    region("370600")
    seen = {versions.current(["regions"])}
    for _ in range(120):
        make_indicator()
    versions.delete_old_changes()
    seen.add(versions.current(["regions"]))
    DataChange.objects.create(token=1, kind="regions")
    assert versions.current(["regions"]) not in seen


def seen() -> tuple[str, str, str]:
    """The version of an answer made of reports, of pages for those who only read, and of those that show no filings."""
    unseen = (versions.DRAFTS, versions.FILINGS)
    return versions.current(["reports"]), versions.current(but=unseen[:1]), versions.current(but=unseen)


def test_what_few_may_see_of_reports_leaves_the_pages_of_those_who_only_read() -> None:
    measure = make_measure()
    ada = make_user("ada", role="reporter", department=measure.lead_department)
    data = ReportData(status="promoting", against_status="promoting", what_was_done="开工")
    before = seen()
    report = save_draft(measure, by=ada, data=data)
    # That there is one of the month.
    assert [one == other for one, other in zip(before, seen(), strict=True)] == [False, False, True]
    before = seen()
    save_draft(measure, by=ada, data=replace(data, what_was_done="开工了"), version=report.version)
    assert [one == other for one, other in zip(before, seen(), strict=True)] == [False, True, True]
    before = seen()
    report.refresh_from_db()
    submit_report(report, by=ada)
    assert [one == other for one, other in zip(before, seen(), strict=True)] == [False, False, True]
    rita = make_user("rita", role="reviewer")
    before = seen()
    accept_report(report, by=rita)
    assert [one == other for one, other in zip(before, seen(), strict=True)] == [False, False, False]


def test_a_request_knows_the_kinds_of_all_tables_that_its_statements_read() -> None:
    versions.note_reads()
    assert versions.kinds_read() == frozenset()
    list(Measure.objects.select_related("section", "lead_department"))
    assert versions.kinds_read() == {"measures", "plans", "accounts"}
    versions.note_reads()
    list(Measure.objects.filter(projects__city__code="370200").values("pk"))
    assert versions.kinds_read() == {"measures", "projects", "regions"}
    versions.note_reads()
    list(Measure.objects.in_scope(date(2023, 8, 29)).with_last_report(date(2023, 8, 29)))
    # The light beside it asks since when its plan wants reports.
    assert versions.kinds_read() == {"measures", "plans", "reports"}
