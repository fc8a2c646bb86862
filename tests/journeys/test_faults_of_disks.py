"""Disks that are full or take no writes, and uploads that break off: nothing that was acknowledged is lost, nobody
finds half a file, and with room again all goes on by itself.
"""

import socket
import subprocess
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from measures.models import Evidence
from tests.acceptances import assert_right, make_reports
from tests.compose import compose_command
from tests.documents import make_pdf
from tests.factories import make_measure, make_user
from tests.services import process, wait_until
from tests.sites import CSRF_TOKEN, Person, deciding, is_acknowledged, new_site, readers, web, web_command, whole_site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
ON_SQLITE = pytest.mark.skipif(connections["default"].vendor != "sqlite", reason="of SQLite's file")

# Seconds, as users were promised.
MOST = 3
MEGABYTE = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path):
    """A real one, in the place of the test's own folder, where this process may mount it."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", tmp_path], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield tmp_path
    finally:
        # Lazily: the test's own database is still open.
        subprocess.run(["umount", "--lazy", tmp_path], check=True)


@pytest.fixture
def rita(small_disk, real_connections, today):
    return make_user("rita", role="reviewer")


@pytest.fixture
def reports(rita):
    return make_reports(sections=2, departments=2, each=5)


def has_emptied_journal():
    """Return whether nobody was reading from SQLite's journal, so that it was brought into the database and cut."""
    with connections["default"].cursor() as cursor:
        is_busy, _pages, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


def fill(disk, *, but=0):
    """Fill the disk until nothing more fits, or all `but` so many bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(64 * 1024))
        except OSError:
            pass
        file.truncate(max(0, file.tell() - but))
    return filler


@ON_SQLITE
@pytest.mark.faults("disk full on a write", "no byte left below SQLite's file amid acceptances, until /readyz says so")
def test_without_room_people_are_told_so_and_with_room_again_all_goes_on(rita, reports, small_disk, record_slowest):
    with whole_site(small_disk, None) as site:
        person = Person.log_in(site, rita)
        with readers(site, "/", "/measures/") as answers, deciding(person, reports, pause=0.1) as decisions:
            wait_until(lambda: len(decisions.acknowledged) >= 4, "acceptances")
            # The next write needs room, instead of what the journal had before.
            wait_until(has_emptied_journal, "an empty journal")
            filler = fill(small_disk)
            wait_until(lambda: decisions.others, "a refusal")
            wait_until(lambda: site.ask("/readyz").status == 503, "/readyz saying so", 15)
            assert site.ask("/healthz").status == 200
            filler.unlink()
        slowest = max([*(answer.seconds for answer in answers), decisions.slowest])
        record_slowest(slowest)
        assert slowest <= MOST
        assert {answer.status for answer in answers} == {200}
        assert {answer.status for answer in decisions.others} == {503}
        assert all("已受理的填报不会丢失" in answer.text for answer in decisions.others), decisions.others[0]
        assert decisions.acknowledged == reports
        wait_until(lambda: site.is_ready, "/readyz saying that all is well", 15)
        assert_right(reports)


@pytest.fixture
def site_that_was_well(reports, small_disk):
    """Made, used and ended; nobody has a file of it open."""
    site = new_site(small_disk)
    with web(site):
        pass
    connections["default"].close()
    return site


def remount(disk, how):
    subprocess.run(["mount", "-o", f"remount,{how}", disk], check=True)


@ON_SQLITE
@pytest.mark.long
@pytest.mark.faults("data folder read-only", "a start of the demonstration on a disk that takes no writes")
def test_the_demonstration_says_in_a_sentence_that_its_disk_takes_no_writes(site_that_was_well, small_disk):
    remount(small_disk, "ro")
    with process(web_command(site_that_was_well), site_that_was_well.environment) as one:
        wait_until(lambda: not one.is_alive, "its end")
        sentence = one.output.splitlines()[-1]
    assert sentence.startswith(f"The database {small_disk}/db.sqlite3 cannot be read and written to (")
    remount(small_disk, "rw")
    with web(site_that_was_well):
        pass


@ON_SQLITE
@pytest.mark.long
@pytest.mark.faults("data folder read-only", "a start of gunicorn on a disk that takes no writes, and then does")
def test_a_server_on_a_disk_that_takes_no_writes_says_so_and_goes_on_when_it_does(
    rita, reports, site_that_was_well, small_disk, record_slowest
):
    site = site_that_was_well
    person = Person.log_in(site, rita)
    connections["default"].close()
    remount(small_disk, "ro")
    with process([*compose_command("web"), "--bind", f"127.0.0.1:{site.port}"], site.environment) as one:
        wait_until(lambda: site.ask("/healthz").status == 200 or not one.is_alive, "a start", 60)
        answers = [site.ask("/readyz"), site.ask("/"), site.ask("/measures/"), person.accept(reports[0])]
        slowest = max(answer.seconds for answer in answers)
        record_slowest(slowest)
        assert slowest <= MOST
        assert [answer.status for answer in answers] == [503] * 4, one.output
        remount(small_disk, "rw")
        wait_until(lambda: site.is_ready, "/readyz saying that all is well", 15)
        assert all(is_acknowledged(person.accept(report)) for report in reports)
        assert_right(reports)


class Ada:
    """A reporter of a department, on a site with a folder for what is being sent."""

    def __init__(self, site, folder):
        self.measure = make_measure()
        user = make_user("adele", role="reporter", department=self.measure.lead_department)
        self.person = Person.log_in(site, user)
        self.path = f"/measures/{self.measure.code}/report/"
        self.folder = folder
        self.sent = folder / "sent"
        self.sent.mkdir()
        site.environment["TMPDIR"] = str(self.sent)

    def form(self, **fields):
        typed = {"status": "promoting", "against_status": "promoting", "what_was_done": "开工", "action": "attach"}
        empty = dict.fromkeys(("effective_on", "problem", "next_step", "version"), "")
        return {**empty, **typed, **fields}

    def file(self, name, size):
        return SimpleUploadedFile(name, make_pdf("x" * size), content_type="application/pdf")

    def attach(self, name, size, **fields):
        return self.person.post(self.path, evidence=self.file(name, size), **self.form(**fields))

    def begin_to_attach(self, name, size):
        """Sends half of it, and hangs up."""
        content = {"csrfmiddlewaretoken": CSRF_TOKEN, "evidence": self.file(name, size), **self.form()}
        body = encode_multipart(BOUNDARY, content)
        heads = [
            f"POST {self.path} HTTP/1.1",
            "Host: localhost",
            f"Cookie: {self.person.cookies}",
            f"Content-Type: {MULTIPART_CONTENT}",
            f"Content-Length: {len(body)}",
        ]
        with socket.create_connection(("127.0.0.1", self.person.site.port)) as line:
            line.sendall("\r\n".join([*heads, "", ""]).encode() + body[: len(body) // 2])
            time.sleep(0.05)

    @property
    def kept(self):
        """The sizes of all files of evidence, half ones too."""
        return sorted(path.stat().st_size for path in (self.folder / "evidence").rglob("*") if path.is_file())


@pytest.mark.faults("disk full on an upload", "room for half a file of evidence, then for all of it")
def test_a_file_that_does_not_fit_takes_no_words_and_leaves_no_half(
    small_disk, real_connections, today, broker_of_site, record_slowest
):
    site = new_site(small_disk, broker_of_site)
    ada = Ada(site, small_disk)
    ada.sent.rmdir()
    with web(site):
        assert is_acknowledged(ada.attach("first.pdf", 1000))
        filler = fill(small_disk, but=3 * MEGABYTE)
        refused = ada.attach("second.pdf", 5 * MEGABYTE, what_was_done="不会丢的话", version="1")
        record_slowest(refused.seconds)
        assert refused.seconds <= MOST
        assert refused.status == 200
        assert "附件未能保留，请重新选择" in refused.text
        assert "不会丢的话" in refused.text
        assert len(ada.kept) == 1
        filler.unlink()
        assert is_acknowledged(ada.attach("second.pdf", 5 * MEGABYTE, version="2"))
        kept = Evidence.objects.order_by("pk")
        assert [each.file_name for each in kept] == ["first.pdf", "second.pdf"]
        assert ada.kept == [each.size for each in kept]


@pytest.mark.faults("upload cut off", "twelve connections that break in the middle of a file of evidence")
def test_an_upload_that_breaks_off_leaves_nothing_behind(
    real_connections, today, broker_of_site, tmp_path, record_slowest
):
    site = new_site(tmp_path, broker_of_site)
    ada = Ada(site, tmp_path)
    with web(site):
        with readers(site, "/measures/") as answers:
            for number in range(12):
                ada.begin_to_attach(f"{number}.pdf", 4 * MEGABYTE)
            whole = ada.attach("whole.pdf", 4 * MEGABYTE)
        slowest = max(answer.seconds for answer in [*answers, whole])
        record_slowest(slowest)
        assert slowest <= MOST
        assert {answer.status for answer in answers} == {200}
        assert is_acknowledged(whole)
        [evidence] = Evidence.objects.all()
        assert evidence.file_name == "whole.pdf"
        assert ada.kept == [evidence.size]
        wait_until(lambda: not list(ada.sent.iterdir()), "the end of what was sent in part")
        assert site.is_ready
