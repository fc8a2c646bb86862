"""A web server that is killed or hangs while people read and decide: what was acknowledged is there, who was not
answered sends the form once more, and everybody else goes on.
"""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.acceptances import assert_right, make_reports
from tests.factories import make_user
from tests.services import stopped, wait_until
from tests.sites import Person, deciding, new_site, readers, web, whole_site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

# Seconds, as users were promised.
MOST = 3
PAGES = ("/", "/measures/")


@pytest.fixture
def rita(real_connections, today):
    return make_user("rita", role="reviewer")


@pytest.fixture
def reports(rita):
    return make_reports(sections=2, departments=2, each=15)


def answered(answers):
    """Return the answers that came; a process that is killed takes the connections that it has with it."""
    found = [answer for answer in answers if answer.status is not None]
    assert {answer.status for answer in found} == {200}
    return found


@pytest.mark.long
@pytest.mark.faults("web process killed", "SIGKILL of one process of the web server, twice amid acceptances")
def test_the_other_process_goes_on_and_a_new_one_comes(reports, rita, broker_of_site, tmp_path, record_slowest):
    with whole_site(tmp_path, broker_of_site) as site:
        person = Person.log_in(site, rita)
        with readers(site, *PAGES) as answers, deciding(person, reports) as decisions:
            for number in range(1, 3):
                wait_until(lambda number=number: len(decisions.acknowledged) >= 5 * number, "acceptances")
                victim = max(site.web_workers)
                os.kill(victim, signal.SIGKILL)
                wait_until(lambda victim=victim: victim not in site.web_workers, "its end")
                wait_until(lambda: len(site.web_workers) == 2, "another one in its place")
        found = answered(answers)
        assert len(answers) - len(found) <= 4
        slowest = max(answer.seconds for answer in found)
        record_slowest(max(slowest, decisions.slowest))
        assert slowest <= MOST
        assert decisions.acknowledged == reports
        assert all(other.status is None for other in decisions.others)
        assert_right(reports)


@pytest.mark.long
@pytest.mark.faults("web server killed", "SIGKILL of all its processes amid acceptances, then a new start")
def test_what_was_acknowledged_is_there_after_a_new_start(reports, rita, broker_of_site, tmp_path, record_slowest):
    site = new_site(tmp_path, broker_of_site)
    person = Person.log_in(site, rita)
    with whole_site(tmp_path, broker_of_site, site=site), deciding(person, reports) as decisions:
        wait_until(lambda: len(decisions.acknowledged) >= 8, "acceptances")
        children = site.web_workers
        site.web.kill()
        started = time.monotonic()
        for child in children:
            # Each may have been gone with its group.
            kill_if_there(child)
        with web(site):
            record_slowest(time.monotonic() - started)
            wait_until(lambda: len(decisions.acknowledged) == len(reports), "all the others", 60)
            assert_right(reports)


@pytest.mark.long
@pytest.mark.faults("web server killed", "SIGKILL of its first process alone, then a new start")
def test_orphans_leave_the_port_to_a_new_start(reports, rita, broker_of_site, tmp_path, record_slowest):
    site = new_site(tmp_path, broker_of_site)
    person = Person.log_in(site, rita)
    with whole_site(tmp_path, broker_of_site, site=site), deciding(person, reports) as decisions:
        wait_until(lambda: len(decisions.acknowledged) >= 8, "acceptances")
        orphans = site.web_workers
        started = time.monotonic()
        os.kill(site.web.popen.pid, signal.SIGKILL)
        site.web.popen.wait()
        try:
            wait_until(lambda: not any(map(is_there, orphans)), "the end of those that it had started")
        finally:
            for each in orphans:
                kill_if_there(each)
        with web(site):
            record_slowest(time.monotonic() - started)
            wait_until(lambda: len(decisions.acknowledged) == len(reports), "all the others", 60)
            assert_right(reports)


def is_there(pid):
    return Path(f"/proc/{pid}").exists()


def kill_if_there(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.long
@pytest.mark.faults("web process hung", "SIGSTOP of one process of the web server, for good")
def test_the_server_replaces_a_process_that_hangs(reports, rita, broker_of_site, tmp_path, record_slowest):
    # As pilotzone/gunicorn.py has it, but sooner.
    with whole_site(tmp_path, broker_of_site, options="--timeout 6") as site:
        with deciding(Person.log_in(site, rita), reports) as decisions:
            wait_until(lambda: len(decisions.acknowledged) >= 5, "acceptances")
            victim = max(site.web_workers)
            # Who comes from now on is not taken by the one that hangs; who was waits until it is killed.
            with stopped(victim), readers(site, *PAGES) as answers:
                wait_until(lambda: victim not in site.web_workers, "its end")
                wait_until(lambda: len(site.web_workers) == 2, "another one in its place")
        assert len(answered(answers)) == len(answers) >= 20
        slowest = max(answer.seconds for answer in answers)
        record_slowest(slowest)
        assert slowest <= MOST
        assert_right(reports)
