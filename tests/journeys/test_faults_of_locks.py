"""A lock that somebody else holds for half a minute, as a backup of another program or a forgotten session does: people
read on, and who decides is told after a while; nothing is lost.
"""

import sqlite3
import time
from contextlib import ExitStack, closing, contextmanager

import psycopg
import pytest
from django.db import connections

from measures.models import Report
from tests.acceptances import assert_right, make_reports
from tests.factories import make_user
from tests.running import database_address
from tests.services import wait_until
from tests.sites import Person, deciding, readers, whole_site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long, pytest.mark.both_databases]

SECONDS = 30
# Who decide at the same time: more than a site has threads.
PEOPLE = 12
# Seconds, as readers were promised.
MOST = 3


@contextmanager
def write_lock():
    """Hold the write lock of the whole SQLite file, or of the table of reports on PostgreSQL."""
    connection = connections["default"]
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
            other.execute("PRAGMA busy_timeout = 20000")
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(database_address()) as other:
            other.execute(f"LOCK TABLE {Report._meta.db_table} IN EXCLUSIVE MODE")
            yield


def go_on_while_a_lock_is_held(tmp_path, broker, record_slowest):
    people = [make_user(f"reviewer-{number}", role="reviewer") for number in range(PEOPLE)]
    reports = make_reports(sections=2, departments=3, each=8)
    with whole_site(tmp_path, broker) as site, ExitStack() as stack:
        decisions = [
            stack.enter_context(deciding(Person.log_in(site, user), reports[number::PEOPLE], pause=0.5))
            for number, user in enumerate(people)
        ]
        wait_until(lambda: all(each.acknowledged for each in decisions), "acceptances")
        with readers(site, "/", "/measures/", "/readyz", "/api/v1/summary/") as answers, write_lock():
            time.sleep(SECONDS)
            before = sum(len(each.acknowledged) for each in decisions)
        stack.close()
        slowest = max(answer.seconds for answer in answers)
        record_slowest(slowest)
        assert {answer.status for answer in answers} == {200}
        assert slowest <= MOST
        assert before < len(reports)
        # Of PILOTZONE_STATEMENT_TIMEOUT, 15 s, after those before them. Then they try again.
        refused = [answer for each in decisions for answer in each.others]
        assert {answer.status for answer in refused} == {503}
        assert min(answer.seconds for answer in refused) < 20
        assert max(each.slowest for each in decisions) < SECONDS + 15
        assert_right(reports)


@pytest.mark.skipif(connections["default"].vendor != "sqlite", reason="of SQLite's file")
@pytest.mark.faults("lock held, SQLite", "another program's write lock for 30 s, twelve people deciding")
def test_while_another_program_writes_to_the_file_people_read_on(real_connections, today, tmp_path, record_slowest):
    go_on_while_a_lock_is_held(tmp_path, None, record_slowest)


@pytest.mark.services
@pytest.mark.faults("lock held, PostgreSQL", "another session's lock for 30 s, twelve people deciding")
def test_while_another_session_has_a_table_people_read_on(transactional_db, today, broker, tmp_path, record_slowest):
    go_on_while_a_lock_is_held(tmp_path, broker, record_slowest)
