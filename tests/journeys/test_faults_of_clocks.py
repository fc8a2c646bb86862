"""A clock that is put forward or back by days under a running site: people go on deciding, pages show what they
decided, and the sweep goes on sweeping.
"""

from contextlib import ExitStack

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from accounts.models import User
from audit.chain import Fault
from rollups import receivers
from rollups.models import StaleCell
from tests.acceptances import ONE_SWEEP, accept, assert_right, make_reports
from tests.clocks import clock
from tests.compose import compose_command
from tests.factories import PASSWORD, make_user
from tests.services import process, wait_until
from tests.sites import Person, deciding, new_site, readers, web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long, pytest.mark.both_databases]

# Seconds, as users were promised.
MOST = 3
THREE_DAYS = 3 * 24 * 3600


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(THREE_DAYS, id="forward", marks=pytest.mark.faults("clock put forward", "by three days")),
        pytest.param(-THREE_DAYS, id="back", marks=pytest.mark.faults("clock put back", "by three days")),
    ],
)
def test_people_and_sweeps_go_on(
    real_connections, today, broker_of_site, tmp_path, monkeypatch, seconds, record_slowest
):
    rita, reports = make_user("rita", role="reviewer"), make_reports(sections=2, departments=2, each=5)
    # As the site's processes read it: the tests' own hash is quicker.
    User.objects.filter(pk=rita.pk).update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-a-test"))
    rita.refresh_from_db()
    site = new_site(tmp_path, broker_of_site)
    person = Person.log_in(site, rita)
    with ExitStack() as stack:
        shifted = stack.enter_context(clock(tmp_path))
        site.environment |= shifted.environment
        if broker_of_site is not None:
            for name in ("worker", "worker-slow", "beat"):
                stack.enter_context(process(compose_command(name), site.environment))
        stack.enter_context(web(site))
        people = deciding(person, reports[1:], pause=0.2, user=rita)
        with readers(site, "/", "/measures/") as answers, people as decisions:
            wait_until(lambda: len(decisions.acknowledged) >= 5, "acceptances")
            shifted.put(seconds)
        slowest = max([*(answer.seconds for answer in answers), decisions.slowest])
        record_slowest(slowest)
        assert slowest <= MOST
        assert {answer.status for answer in answers} == {200}
        # Three days later the session has ended: whoever sends a form is told that it was not saved, and logs in again.
        assert [answer.status for answer in decisions.others] == ([403] if seconds > 0 else [])
        assert all("您尚未登录或登录已失效，所填内容未保存。" in answer.text for answer in decisions.others)
        wait_until(lambda: not StaleCell.objects.exists(), "totals of what was accepted", ONE_SWEEP)
        assert f'"in_progress":{len(reports) - 1}' in site.ask("/api/v1/summary/").text.replace(" ", "")
        # As when a process is killed after it committed: only a sweep finds it.
        monkeypatch.setattr(receivers, "ask_for_refresh", lambda: None)
        accept(reports[0], rita)
        # The log names the entries that say another time than those around them.
        assert_right(reports, but=Fault.ORDER)
        assert f'"in_progress":{len(reports)}' in site.ask("/api/v1/summary/").text.replace(" ", "")
