"""Gunicorn's worker with waitress as its HTTP server (ADR 16): gunicorn keeps the processes, waitress the connections.

One thread takes in requests and gives out answers, for all connections, so that a slow client holds up nobody. Views
run in other threads, and begin when a request has arrived as a whole.
"""

import os
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from gunicorn.workers.base import Worker as BaseWorker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from pilotzone.refusals import Refusal
from web.lists.exports import EXPORT_FORMATS, MEDIA_TYPES

# Seconds from the first byte of a request to the last of its headers, to the last of its body, and of its answer.
HEADER_SECONDS = 10
BODY_SECONDS = 300
ANSWER_SECONDS = 600
# For so many seconds a client may take nothing of an answer.
STALL_SECONDS = 30
# From so many on, a process lets go those that say nothing. Each has up to three files open, of 1,024 in all.
CONNECTIONS = 300
# As long as it may be: several values of a filter take room.
MOST_ADDRESS = 8190
MOST_HEADERS = 64 * 1024
# Bytes of all bodies that a process holds in files.
MOST_BODIES = 1_000_000_000
READS = ("GET", "HEAD", "OPTIONS")
# Exports and log-ins that wait for their turn in a process. A log-in takes a third of a second.
MOST_EXPORTS_WAITING = 20
MOST_LOG_INS_WAITING = 20
# Forms with a password, whose hash is slow on purpose.
HASHING = (
    "/accounts/login/",
    "/accounts/confirm/",
    "/accounts/password/",
    "/accounts/set-password/",
)


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    def received(self, data: bytes) -> Any:
        consumed = super().received(data)
        # Waitress bounds what stands in the chunks of a body, and not what stands between and behind them.
        if self.chunked and len(self.body_rcv.control_line) + len(self.body_rcv.trailer) > MOST_HEADERS:
            self.error = Refusal("malformed-request")
            self.completed = True
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if len(self.request_uri) > MOST_ADDRESS:
            self.error = Refusal("address-too-long")
            self.completed = True


class Refuse(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Answers what never reaches Django."""

    def execute(self) -> None:
        self.request.error = Refusal.of(self.request)
        super().execute()


class Answer(WSGITask):  # type: ignore[misc]  # waitress has no types
    """Answers with what Django gives. To HEAD that has a body, which is left out here: a client would take it for the
    beginning of the next answer."""

    @property
    def is_of_heads(self) -> bool:
        return bool(self.request.command == "HEAD")

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        if self.is_of_heads:
            # Files would be sent past `write`.
            del environ["wsgi.file_wrapper"]
        return environ

    def build_response_header(self) -> bytes:
        heads: bytes = super().build_response_header()
        if self.is_of_heads:
            # No end of the chunks either.
            self.chunked_response = False
        return heads

    def write(self, data: bytes) -> None:
        super().write(b"" if self.is_of_heads else data)


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection of one client."""

    parser_class = Parser
    task_class = Answer
    error_task_class = Refuse
    # Of which not all has come.
    request: Any
    # When the first byte of the newest request came.
    begun = 0.0
    last_activity: float

    def received(self, data: bytes) -> Any:
        if self.request is None:
            self.begun = time.time()
        try:
            return super().received(data)
        except OSError:
            # A large body goes to a file.
            self.logger.exception("The temporary folder cannot be written to")
            self.refuse(Refusal("no-room"))
            return False

    def refuse(self, refusal: Refusal) -> None:
        """Answers the request that is being received."""
        with self.requests_lock:
            refused, unfinished = Parser(self.adj), self.request
            refused.error = refusal
            if unfinished.headers_finished:
                refused.headers, refused.path = unfinished.headers, unfinished.path
                unfinished.close()
            self.request = None
            self.requests.append(refused)
            if len(self.requests) == 1:
                self.server.add_task(self)

    def end_after_answer(self) -> None:
        for request in self.requests:
            request.headers["CONNECTION"] = "close"

    def look_at_time(self, now: float) -> None:
        """Ends what takes too long. A view at work is left to end."""
        # A clock that was put back would let it last until the clock is there again.
        self.last_activity, self.begun = min(self.last_activity, now), min(self.begun, now)
        silent, lasting = now - self.last_activity, now - self.begun
        if self.total_outbufs_len:
            if silent > STALL_SECONDS or lasting > ANSWER_SECONDS:
                self.handle_close()
        elif self.requests:
            return
        elif self.request is None:
            if silent > self.adj.channel_timeout:
                self.handle_close()
        elif lasting > (BODY_SECONDS if self.request.headers_finished else HEADER_SECONDS):
            self.refuse(Refusal("request-too-slow"))


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """A listening socket of a worker."""

    channel_class = Channel
    next_channel_cleanup: float = 0

    def readable(self) -> bool:
        # After the clock was put back nobody would be looked at until the clock is there again.
        self.next_channel_cleanup = min(self.next_channel_cleanup, time.time() + self.adj.cleanup_interval)
        return bool(super().readable())

    def maintenance(self, now: float) -> None:
        channels = list(self.active_channels.values())
        for channel in channels:
            channel.look_at_time(now)
        self._bound_bodies(channels)

    def _bound_bodies(self, channels: list[Channel]) -> None:
        """Strangers may send as much as the largest report has: together they would fill the disk."""
        held = sum(each.body_bytes_received for channel in channels for each in channel.requests)
        arriving = [channel for channel in channels if channel.request is not None]
        arriving.sort(key=lambda channel: channel.request.body_bytes_received)
        held += sum(channel.request.body_bytes_received for channel in arriving)
        while held > MOST_BODIES and arriving:
            largest = arriving.pop()
            held -= largest.request.body_bytes_received
            largest.refuse(Refusal("no-room"))

    def handle_accept(self) -> None:
        if len(self.active_channels) >= CONNECTIONS:
            self._make_room()
        super().handle_accept()

    def _make_room(self) -> None:
        """Whoever takes longest to say what they want goes first: readers say it at once."""
        unsaid = [each for each in self.active_channels.values() if not (each.requests or each.total_outbufs_len)]
        unsaid.sort(key=lambda each: each.begun or each.creation_time)
        for channel in unsaid[: CONNECTIONS // 10]:
            channel.handle_close()


class Dispatcher:
    """Gives requests to threads of five kinds: readers do not wait for exports, nor for a lock that holds up those who
    write, nor these for the slow hashes of passwords, nor monitors for a database that is away."""

    def __init__(self, threads: int) -> None:
        self.begun = 0
        # Then each answer is the last one of its connection, so that the next request goes to another process.
        self.is_ending = False
        counts = (max(1, threads - changes_at_once(threads)), changes_at_once(threads), 1, 1, 1)
        self.kinds = [ThreadedTaskDispatcher() for _kind in counts]
        self.pages, self.changes, self.log_ins, self.exports, self.checks = self.kinds
        for kind, count in zip(self.kinds, counts, strict=True):
            kind.set_thread_count(count)

    def add_task(self, channel: Channel) -> None:
        self.begun += 1
        if self.is_ending:
            channel.end_after_answer()
        self._kind_for(channel).add_task(channel)

    def _kind_for(self, channel: Channel) -> ThreadedTaskDispatcher:
        request = channel.requests[0]
        if request.error is not None or request.path == "/healthz":
            return self.checks
        if request.command not in READS:
            if not request.path.startswith(HASHING):
                return self.changes
            return self._unless_full(self.log_ins, MOST_LOG_INS_WAITING, request, "too-many-log-ins")
        if not is_export(request):
            return self.pages
        return self._unless_full(self.exports, MOST_EXPORTS_WAITING, request, "too-busy")

    def _unless_full(
        self, kind: ThreadedTaskDispatcher, most: int, request: HTTPRequestParser, refusal: str
    ) -> ThreadedTaskDispatcher:
        if len(kind.queue) < most:
            return kind
        request.error = Refusal(refusal)
        return self.checks

    def shutdown(self) -> None:
        for kind in self.kinds:
            kind.shutdown(timeout=0.5)


def changes_at_once(threads: int) -> int:
    """How many threads of a process take forms, and calls of the API that change something."""
    return max(1, threads // 4)


def is_export(request: HTTPRequestParser) -> bool:
    """Return whether a request asks for a file of all rows of a list."""
    formats = parse_qs(request.query).get("format", [])
    if formats:
        return formats[-1] in EXPORT_FORMATS
    return any(media in request.headers.get("ACCEPT", "") for media in MEDIA_TYPES.values())


class Worker(BaseWorker):  # type: ignore[misc]  # gunicorn has no types
    # Until it is told to end.
    alive: bool
    # None yet when it is told so while it starts.
    servers: Sequence[Server] = ()

    def run(self) -> None:
        self.connections: dict[int, Any] = {}
        self.dispatcher = Dispatcher(self.cfg.threads)
        self.servers = [self._listen(each.sock) for each in self.sockets]
        while self.alive:
            self._serve()
            if self.dispatcher.begun >= self.max_requests:
                self.log.info("Replacing this worker after %s requests", self.dispatcher.begun)
                self.alive = False
            if self.ppid != os.getppid():
                # Nobody would replace this process or tell it to end, and it would keep the port from a new start.
                self.log.info("Ending, since the process that started this worker has ended")
                self.alive = False
        self._finish()

    def _listen(self, listener: Any) -> Server:
        # Found once Django is set up.
        from reporting.evidence import MAX_EVIDENCE
        from reporting.file_types import max_evidence_bytes

        adjustments = Adjustments(
            sockets=[listener],
            # Where all are at work, the others wait to be let in.
            connection_limit=CONNECTIONS + CONNECTIONS // 10,
            cleanup_interval=1,
            channel_timeout=self.cfg.keepalive,
            max_request_header_size=MOST_HEADERS,
            max_request_body_size=MAX_EVIDENCE * max_evidence_bytes() + settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
            # So that an export is not made for somebody who left while it waited.
            channel_request_lookahead=1,
            # Django reads the headers of proxies, where there are any.
            clear_untrusted_proxy_headers=False,
            log_socket_errors=False,
            ident=None,
        )
        place = (listener.family, listener.type, listener.proto, listener.getsockname())
        return Server(
            self.wsgi,
            self.connections,
            _sock=listener,
            dispatcher=self.dispatcher,
            adj=adjustments,
            sockinfo=place,
            bind_socket=False,
        )

    def _serve(self) -> None:
        """Takes in and gives out what there is, or waits for it a second."""
        # Gunicorn replaces a worker that does not say for `timeout` seconds that it lives.
        self.notify()
        wasyncore.loop(timeout=1, map=self.connections, use_poll=True, count=1)

    def _finish(self) -> None:
        """Answers whoever has asked, for at most `graceful_timeout` seconds."""
        end = time.monotonic() + self.cfg.graceful_timeout
        self.dispatcher.is_ending = True
        for server in self.servers:
            server.accepting = False
            for channel in server.active_channels.values():
                channel.end_after_answer()
        while time.monotonic() < end and any(map(is_busy, self.connections.values())):
            self._serve()
        self.dispatcher.shutdown()
        # First, so that a second signal wakes none that is closed.
        self.servers = ()
        wasyncore.close_all(self.connections)

    def handle_exit(self, *args: Any) -> None:
        super().handle_exit(*args)
        # Wakes the loop.
        for server in self.servers:
            server.pull_trigger()


def is_busy(connection: Any) -> bool:
    return isinstance(connection, Channel) and bool(connection.requests or connection.total_outbufs_len)
