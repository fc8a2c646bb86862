"""The web server with clients of every kind: whoever is slow, silent or wrong holds up nobody else."""

import contextlib
import json
import logging
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from gunicorn.config import Config

from pilotzone import worker
from pilotzone.worker import Worker
from tests.services import wait_until
from web.api.problem_details import PROBLEMS

# Those that make pages, beside one for changes.
THREADS = 2
CHUNKED = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
EXPORT = "/api/v1/projects/?format=xlsx"


class Site:
    """A worker in a thread of the test, whose answers are the names of what was asked."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.held: set[str] = set()
        self.seen: list[dict[str, Any]] = []
        self.content: dict[str, bytes] = {}
        self.go_on = threading.Event()
        config = Config()
        config.set("threads", THREADS + 1)
        config.set("graceful_timeout", 3)
        self.worker = Worker(
            1, os.getppid(), [SimpleNamespace(sock=self.socket)], None, 30, config, logging.getLogger("gunicorn.error")
        )
        self.worker.wsgi = self.answer
        self.thread = threading.Thread(target=self.worker.run)

    def answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.seen.append(environ)
        path = environ["PATH_INFO"]
        if path in self.held:
            assert self.go_on.wait(10)
        start_response("200 OK", [])
        return [self.content.get(path, path.encode() + environ["wsgi.input"].read())]

    def connect(self, sent: bytes = b"") -> socket.socket:
        client = socket.create_connection(self.socket.getsockname(), timeout=5)
        client.sendall(sent)
        return client

    def ask(self, address: str) -> socket.socket:
        return self.connect(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def paths(self) -> list[str]:
        return [environ["PATH_INFO"] for environ in self.seen]

    def end(self) -> None:
        self.go_on.set()
        # A signal is handled in the thread of the loop. Here the loop may have ended, and closed what would wake it.
        with contextlib.suppress(OSError):
            self.worker.handle_exit(15, None)
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    site = Site()
    site.thread.start()
    wait_until(lambda: bool(site.worker.servers), "the server listening")
    yield site
    site.end()


def heads_and_body(client: socket.socket) -> tuple[list[str], bytes]:
    """Return the heads and the body of one answer that says its length."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += client.recv(65536) or pytest.fail(f"closed after {received!r}")
    heads, body = received.split(b"\r\n\r\n", 1)
    lines = heads.decode().splitlines()
    length = next(int(line.split(": ")[1]) for line in lines if line.startswith("Content-Length"))
    while len(body) < length:
        body += client.recv(65536) or pytest.fail("cut off")
    return lines, body


def refusal(client: socket.socket, name: str) -> list[str]:
    """The heads of a refusal, which says all that one of the API's says, and after which the connection ends."""
    lines, body = heads_and_body(client)
    found = json.loads(body)
    assert found["type"] == f"/api/help/#{name}"
    assert lines[0].split()[1] == str(found["status"]) == str(PROBLEMS[name][0])
    assert "Content-Type: application/problem+json" in lines
    assert f"X-Request-Id: {found['request_id']}" in lines
    assert found["title"] != found["detail"] != ""
    assert is_closed(client)
    return lines


def is_closed(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def is_open(client: socket.socket) -> bool:
    client.settimeout(0.05)
    try:
        return client.recv(1) != b""
    except TimeoutError:
        return True


@contextlib.contextmanager
def trickle(client: socket.socket, every: float = 0.1) -> Iterator[None]:
    """Sends a byte every now and then."""
    done = threading.Event()

    def send() -> None:
        with contextlib.suppress(OSError):
            while not done.wait(every):
                client.sendall(b"a")

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class TestHeads:
    @pytest.mark.parametrize("kind", ["page", "stream", "file"])
    def test_what_asks_for_the_heads_gets_nothing_more(self, site: Site, kind: str) -> None:
        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            body = b"a page"
            start_response("200 OK", [("Content-Length", "6")] if kind == "page" else [])
            if kind == "file" and (wrapper := environ.get("wsgi.file_wrapper")):
                return wrapper(BytesIO(body))
            return iter([body, body]) if kind == "stream" else [body]

        site.worker.servers[0].application = answer
        client = site.connect(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.settimeout(0.5)
        received = b""
        with contextlib.suppress(TimeoutError):
            while piece := client.recv(65536):
                received += piece
        heads, body = received.split(b"\r\n\r\n", 1)
        assert (b"Content-Length: 6" in heads, body) == (kind != "stream", b"")
        # To GET all of it comes.
        client = site.ask("/")
        assert client.recv(1) if kind == "stream" else heads_and_body(client)[1] == b"a page"


class TestTime:
    @pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "], ids=["line", "headers"])
    def test_headers_that_trickle_in_are_waited_for_so_long(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, sent: bytes
    ) -> None:
        monkeypatch.setattr(worker, "HEADER_SECONDS", 1)
        client = site.connect(sent)
        with trickle(client):
            refusal(client, "request-too-slow")
        assert site.seen == []

    def test_after_the_clock_was_put_back_they_are_waited_for_no_longer(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "HEADER_SECONDS", 1)
        real, (server,) = time.time, site.worker.servers
        monkeypatch.setattr(time, "time", lambda: real() + 3600)
        wait_until(lambda: server.next_channel_cleanup > real() + 3000, "a look at the time")
        client = site.connect(b"G")
        wait_until(lambda: any(each.begun for each in channels(site)), "the first byte of a request")
        monkeypatch.setattr(time, "time", real)
        with trickle(client):
            refusal(client, "request-too-slow")

    def test_a_body_may_take_longer_than_headers_and_not_for_ever(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "HEADER_SECONDS", 0)
        monkeypatch.setattr(worker, "BODY_SECONDS", 3)
        begun = time.monotonic()
        client = site.connect(b"POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
        with trickle(client):
            refusal(client, "request-too-slow")
        assert time.monotonic() - begun > 2.5
        assert site.seen == []

    def test_a_body_is_whole_before_a_view_begins(self, site: Site) -> None:
        client = site.connect(b"POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab")
        time.sleep(0.2)
        assert site.seen == []
        client.sendall(b"cd")
        assert heads_and_body(client)[1] == b"/formabcd"

    @pytest.mark.parametrize(("bound", "takes"), [("STALL_SECONDS", False), ("ANSWER_SECONDS", True)])
    def test_an_answer_that_is_not_taken_is_waited_for_so_long(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, bound: str, takes: bool
    ) -> None:
        """The answer's view has ended long before, and its thread is free."""
        monkeypatch.setattr(worker, bound, 3)
        begun = time.monotonic()
        site.content["/large"] = b"x" * 8_000_000
        clients = [site.ask("/large") for _each in range(THREADS)]
        assert heads_and_body(site.ask("/other"))[1] == b"/other"
        deadline = time.monotonic() + 6
        for each in channels(site):
            each.adj.channel_timeout = 0
        (connection,) = [each for each in channels(site) if each.addr == clients[0].getsockname()]
        while connection.connected and time.monotonic() < deadline:
            if takes:
                clients[0].recv(1)
            time.sleep(0.05)
        assert not connection.connected
        assert time.monotonic() - begun > 2.5

    def test_a_connection_is_kept_for_a_next_request_and_not_for_ever(self, site: Site) -> None:
        client = site.ask("/first")
        heads_and_body(client)
        client.sendall(b"GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert heads_and_body(client)[1] == b"/second"
        for each in channels(site):
            each.adj.channel_timeout = 0
        assert is_closed(client)

    def test_who_connects_and_says_nothing_is_sent_away(self, site: Site) -> None:
        assert is_closed(site.connect())

    def test_a_view_that_takes_long_is_left_to_end(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        for bound in ("HEADER_SECONDS", "BODY_SECONDS", "ANSWER_SECONDS", "STALL_SECONDS"):
            monkeypatch.setattr(worker, bound, 0)
        site.held = {"/long"}
        client = site.ask("/long")
        time.sleep(2.2)
        assert is_open(client)


def channels(site: Site) -> list[Any]:
    return [each for each in list(site.worker.connections.values()) if isinstance(each, worker.Channel)]


def queued(site: Site) -> list[str]:
    return [channel.requests[0].path for kind in site.worker.dispatcher.kinds for channel in list(kind.queue)]


class TestRefusals:
    @pytest.mark.parametrize(
        ("sent", "name"),
        [
            (b"NONSENSE\r\n\r\n", "malformed-request"),
            (b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n", "malformed-request"),
            (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "malformed-request"),
            (b"GET /?" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", "address-too-long"),
            (b"POST /?" + b"a" * 9000 + b" HTTP/1.1\r\nContent-Length: 9\r\n\r\n", "address-too-long"),
            (b"GET / HTTP/1.1\r\nCookie: " + b"a" * 70_000 + b"\r\n\r\n", "headers-too-large"),
            (b"POST / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n", "body-too-large"),
            (CHUNKED + b"1;" + b"a" * 70_000, "malformed-request"),
            (CHUNKED + b"0\r\nX-Long: " + b"a" * 70_000, "malformed-request"),
        ],
        ids=["line", "length", "encoding", "address", "address of a form", "headers", "body", "chunk", "trailer"],
    )
    def test_what_never_reaches_django_is_refused_as_by_the_api(self, site: Site, sent: bytes, name: str) -> None:
        refusal(site.connect(sent), name)
        assert site.seen == []

    def test_bodies_that_would_fill_the_disk_are_refused_the_largest_first(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "MOST_BODIES", 100_000)
        site.held = {"/held"}
        head = "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n"
        held = site.connect(head.format("/held", 30_000).encode() + b"a" * 30_000)
        form = head.format("/form", 90_000).encode()
        small, large = [site.connect(form + b"a" * sent) for sent in (30_000, 60_000)]
        assert "Retry-After: 60" in refusal(large, "no-room")
        small.sendall(b"a" * 60_000)
        site.go_on.set()
        assert len(heads_and_body(small)[1]) == len("/form") + 90_000
        assert len(heads_and_body(held)[1]) == len("/held") + 30_000

    @pytest.mark.parametrize(("tongue", "words"), [("en", "The address is too long"), ("zh-CN", "地址过长")])
    def test_a_person_is_shown_a_page_in_their_language(self, site: Site, tongue: str, words: str) -> None:
        heads = (
            f"Host: localhost\r\nAccept: text/html,*/*\r\nAccept-Language: {tongue}\r\nX-Request-ID: trace-8\r\n\r\n"
        )
        lines, body = heads_and_body(site.connect(f"GET /measures/?{'a' * 9000} HTTP/1.1\r\n{heads}".encode()))
        assert lines[0].startswith("HTTP/1.1 414 ")
        assert {"Content-Type: text/html; charset=utf-8", "X-Request-Id: trace-8"} <= set(lines)
        assert f"<h1>{words}" in body.decode()

    def test_an_address_may_be_as_long_as_is_said(self, site: Site) -> None:
        assert heads_and_body(site.ask("/" + "a" * 8189))[0][0] == "HTTP/1.1 200 OK"

    def test_a_full_temporary_folder_is_told_and_ends_nothing_else(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def is_full(*_args: Any, **_kwargs: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(tempfile, "TemporaryFile", is_full)
        monkeypatch.setattr(tempfile, "_TemporaryFileWrapper", is_full)
        head = b"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 600000\r\n\r\n"
        client = site.connect(head + b"a" * 600_000)
        assert "Retry-After: 60" in refusal(client, "no-room")
        assert heads_and_body(site.ask("/after"))[1] == b"/after"
        assert site.paths() == ["/after"]

    @pytest.mark.parametrize("name", ["X-Forwarded-Proto: https", "X_Forwarded_For: 1.2.3.4", "Script_Name: /x"])
    def test_no_neighbour_is_believed_about_how_it_was_asked(self, site: Site, name: str) -> None:
        """Not one on this machine either: that is for the settings to say."""
        heads_and_body(site.connect(f"GET / HTTP/1.1\r\nHost: localhost\r\n{name}\r\n\r\n".encode()))
        (environ,) = site.seen
        assert (environ["wsgi.url_scheme"], environ["SCRIPT_NAME"]) == ("http", "")
        assert ("HTTP_" + name.partition(":")[0].upper() in environ) is False or "-" in name
        assert "HTTP_X_FORWARDED_FOR" not in environ

    def test_what_proxies_say_is_left_to_the_settings(self, site: Site) -> None:
        heads_and_body(site.connect(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"))
        assert site.seen[0]["HTTP_X_FORWARDED_FOR"] == "1.2.3.4"

    def test_a_body_in_chunks_arrives_as_a_whole(self, site: Site) -> None:
        client = site.connect(CHUNKED + b"3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-After: 1\r\n\r\n")
        assert heads_and_body(client)[1] == b"/abcde"

    def test_a_request_of_two_lengths_hides_no_other(self, site: Site) -> None:
        """A proxy that went by the other length would take what is inside for a request of somebody else."""
        hidden = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for lengths in (b"Content-Length: 4\r\nTransfer-Encoding: chunked", b"Content-Length: 4\r\nContent-Length: 5"):
            head = b"POST /form HTTP/1.1\r\nHost: localhost\r\n" + lengths + b"\r\n\r\n"
            client = site.connect(head + b"%x\r\n" % len(hidden) + hidden + b"\r\n0\r\n\r\n")
            client.recv(65536)
            client.close()
        wait_until(lambda: not channels(site), "both being closed")
        assert "/hidden" not in site.paths()


class TestKinds:
    def test_readers_and_monitors_do_not_wait_for_exports(self, site: Site) -> None:
        site.held = {"/api/v1/projects/"}
        exports = [site.ask(EXPORT) for _each in range(5)]
        wait_until(lambda: len(site.seen) == 1, "the first export at work")
        for _each in range(3 * THREADS):
            assert heads_and_body(site.ask("/measures/"))[1] == b"/measures/"
        assert heads_and_body(site.ask("/healthz"))[1] == b"/healthz"
        # One after the other.
        assert site.paths().count("/api/v1/projects/") == 1
        site.go_on.set()
        assert [heads_and_body(client)[0][0] for client in exports] == ["HTTP/1.1 200 OK"] * 5

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_readers_do_not_wait_for_those_who_write(self, site: Site, method: str) -> None:
        site.held = {"/form"}
        asked = f"{method} /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".encode()
        writers = [site.connect(asked) for _each in range(2 * THREADS)]
        wait_until(lambda: len(site.seen) == 1, "the first of those who write at work")
        for _each in range(3 * THREADS):
            assert heads_and_body(site.ask("/measures/"))[1] == b"/measures/"
        assert site.paths().count("/form") == 1
        site.go_on.set()
        assert [heads_and_body(client)[1] for client in writers] == [b"/form"] * len(writers)

    def test_those_who_file_do_not_wait_for_those_who_log_in(self, site: Site) -> None:
        """The hash of a password takes a third of a second: sixty at once held up a filing for twelve."""
        site.held = {"/accounts/login/"}
        log_in = b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        crowd = [site.connect(log_in) for _each in range(10)]
        wait_until(lambda: len(site.seen) == 1, "the first log-in at work")
        filing = b"POST /measures/M001/report/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        for _each in range(3):
            assert heads_and_body(site.connect(filing))[1] == b"/measures/M001/report/"
        # One after the other.
        assert site.paths().count("/accounts/login/") == 1
        site.go_on.set()
        assert [heads_and_body(client)[1] for client in crowd] == [b"/accounts/login/"] * 10

    def test_more_log_ins_than_can_wait_are_told_to_come_again(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "MOST_LOG_INS_WAITING", 2)
        site.held = {"/accounts/login/"}
        heads = "POST /accounts/login/?next=/inbox/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
        log_in = f"{heads}Accept: text/html\r\nAccept-Language: en\r\n\r\n".encode()
        clients = [site.connect(log_in)]
        wait_until(lambda: len(site.seen) == 1, "the first log-in at work")
        clients += [site.connect(log_in), site.connect(log_in)]
        wait_until(lambda: len(site.worker.dispatcher.log_ins.queue) == 2, "two more that wait")
        told, page = heads_and_body(site.connect(log_in))
        assert told[0].startswith("HTTP/1.1 503") and "Retry-After: 5" in told
        # Its own address: the form, with where it leads to.
        assert b'<meta http-equiv="refresh" content="5">' in page
        assert b"Many people are logging in right now" in page
        site.go_on.set()
        assert [heads_and_body(client)[0][0] for client in clients] == ["HTTP/1.1 200 OK"] * 3

    def test_each_form_with_a_password_is_known(self) -> None:
        names = ("login", "confirm", "password")
        paths = [reverse(f"accounts:{name}") for name in names]
        paths.append(reverse("accounts:set_password", args=["MQ", "c8-1"]))
        assert [path for path in paths if not path.startswith(worker.HASHING)] == []

    @pytest.mark.parametrize("name", ["code", "second_factor", "set_up_app"])
    def test_whoever_enters_a_code_waits_for_no_password(self, site: Site, name: str) -> None:
        """Codes are compared at once."""
        site.held = {"/accounts/login/"}
        log_in = b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        crowd = [site.connect(log_in) for _each in range(3)]
        wait_until(lambda: len(site.seen) == 1, "the first log-in at work")
        path = reverse(f"accounts:{name}")
        code = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".encode()
        assert heads_and_body(site.connect(code))[1] == path.encode()
        site.go_on.set()
        assert [heads_and_body(client)[1] for client in crowd] == [b"/accounts/login/"] * 3

    @pytest.mark.parametrize(("threads", "pages", "changes"), [(1, 1, 1), (2, 1, 1), (4, 3, 1), (8, 6, 2)])
    def test_a_quarter_of_the_threads_makes_changes(self, threads: int, pages: int, changes: int) -> None:
        dispatcher = worker.Dispatcher(threads)
        try:
            assert (len(dispatcher.pages.threads), len(dispatcher.changes.threads)) == (pages, changes)
        finally:
            dispatcher.shutdown()

    def test_monitors_do_not_wait_for_readers(self, site: Site) -> None:
        site.held = {"/stuck"}
        stuck = [site.ask("/stuck") for _each in range(THREADS)]
        wait_until(lambda: len(site.seen) == THREADS, "all threads at work")
        assert heads_and_body(site.ask("/healthz"))[1] == b"/healthz"
        site.go_on.set()
        assert [heads_and_body(client)[1] for client in stuck] == [b"/stuck"] * THREADS

    @pytest.mark.parametrize(
        ("address", "accept", "is_one"),
        [
            ("/measures/?format=csv", "*/*", True),
            ("/measures/?format=json&format=ndjson", "*/*", True),
            ("/api/v1/projects/", "text/csv", True),
            ("/api/v1/projects/?format=json", "text/csv", False),
            ("/api/schema/?format=yaml", "*/*", False),
            ("/measures/?search=csv", "text/html,*/*;q=0.8", False),
        ],
    )
    def test_an_export_is_told_by_what_is_asked_for(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, address: str, accept: str, is_one: bool
    ) -> None:
        begun = []
        monkeypatch.setattr(site.worker.dispatcher.exports, "add_task", lambda channel: begun.append(channel))
        with site.connect(f"GET {address} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n\r\n".encode()):
            wait_until(lambda: bool(begun or site.seen), "the request")
        assert bool(begun) is is_one

    def test_more_exports_than_can_wait_are_told_to_come_again(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "MOST_EXPORTS_WAITING", 2)
        site.held = {"/api/v1/projects/"}
        clients = [site.ask(EXPORT)]
        wait_until(lambda: len(site.seen) == 1, "the first export at work")
        clients += [site.ask(EXPORT), site.ask(EXPORT)]
        wait_until(lambda: len(site.worker.dispatcher.exports.queue) == 2, "two more that wait")
        assert "Retry-After: 10" in refusal(site.ask(EXPORT), "too-busy")
        site.go_on.set()
        assert [heads_and_body(client)[0][0] for client in clients] == ["HTTP/1.1 200 OK"] * 3

    def test_no_export_is_made_for_somebody_who_left(self, site: Site) -> None:
        site.held = {"/api/v1/projects/"}
        first = site.ask(EXPORT)
        wait_until(lambda: len(site.seen) == 1, "the first export at work")
        site.ask(EXPORT).close()
        last = site.ask(EXPORT)
        wait_until(lambda: len(site.worker.dispatcher.exports.queue) == 2, "two more that wait")
        wait_until(lambda: len(channels(site)) == 2, "the end of the connection")
        site.go_on.set()
        heads_and_body(first)
        heads_and_body(last)
        assert len(site.seen) == 2


class TestConnections:
    def test_more_connections_than_there_may_be_keep_nobody_out(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "CONNECTIONS", 20)
        site.held = {"/long"}
        at_work = site.ask("/long")
        wait_until(lambda: len(site.seen) == 1, "a view at work")
        strangers = [site.connect(b"G") for _each in range(60)]
        begun = time.monotonic()
        assert heads_and_body(site.ask("/reader"))[1] == b"/reader"
        assert time.monotonic() - begun < 1
        assert 10 <= sum(map(is_open, strangers)) <= 20
        site.go_on.set()
        assert heads_and_body(at_work)[1] == b"/long"


class TestEnd:
    def test_who_has_asked_is_answered_and_nobody_else(self, site: Site) -> None:
        site.held = {"/long"}
        asked = site.ask("/long")
        wait_until(lambda: len(site.seen) == 1, "a view at work")
        site.worker.handle_exit(15, None)
        wait_until(lambda: not site.worker.servers[0].accepting, "the end of accepting")
        late = site.ask("/late")
        site.go_on.set()
        assert heads_and_body(asked)[1] == b"/long"
        site.thread.join(3)
        assert not site.thread.is_alive()
        assert site.paths() == ["/long"]
        late.close()

    def test_who_goes_on_asking_is_sent_to_another_process(self, site: Site) -> None:
        """Else people who ask without a pause would be cut off when the time is over."""
        site.held = {"/long", "/longer"}
        kept, asked, longer = site.ask("/kept"), site.ask("/long"), site.ask("/longer")
        heads_and_body(kept)
        wait_until(lambda: len(site.seen) == 3 or "/longer" in queued(site), "the views at work")
        site.worker.handle_exit(15, None)
        wait_until(lambda: site.worker.dispatcher.is_ending, "the end")
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert "Connection: close" in heads_and_body(kept)[0]
        assert is_closed(kept)
        site.go_on.set()
        for client in (asked, longer):
            assert "Connection: close" in heads_and_body(client)[0]
            assert is_closed(client)

    def test_it_may_be_told_to_end_before_it_has_begun(self) -> None:
        site = Site()
        site.worker.handle_exit(15, None)
        site.thread.start()
        site.thread.join(5)
        assert not site.thread.is_alive()
        assert site.seen == []

    def test_it_ends_at_once_when_nobody_waits(self, site: Site) -> None:
        idle = site.ask("/idle")
        heads_and_body(idle)
        begun = time.monotonic()
        site.worker.handle_exit(15, None)
        site.thread.join(3)
        assert time.monotonic() - begun < 0.8

    def test_who_takes_longer_than_there_is_time_holds_nobody_up(self, site: Site) -> None:
        site.held = {"/long"}
        asked = site.ask("/long")
        wait_until(lambda: len(site.seen) == 1, "a view at work")
        begun = time.monotonic()
        site.worker.handle_exit(15, None)
        site.thread.join(8)
        assert not site.thread.is_alive()
        assert 2.5 < time.monotonic() - begun < 6
        asked.close()

    def test_it_ends_when_the_process_has_ended_that_would_end_it(self, site: Site) -> None:
        assert heads_and_body(site.ask("/before"))[1] == b"/before"
        site.worker.ppid = -1
        site.thread.join(5)
        assert not site.thread.is_alive()

    def test_after_so_many_requests_a_worker_is_replaced(self, site: Site) -> None:
        site.worker.max_requests = 3
        answers = [heads_and_body(site.ask(f"/{number}"))[1] for number in range(3)]
        assert answers == [b"/0", b"/1", b"/2"]
        site.thread.join(5)
        assert not site.thread.is_alive()

    def test_gunicorn_is_told_that_it_lives(self, site: Site) -> None:
        told = site.worker.tmp.last_update()
        wait_until(lambda: site.worker.tmp.last_update() != told, "a sign of life")
