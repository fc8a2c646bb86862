"""Throwaway PostgreSQL, Redis and processes for tests: a folder and a port of their own, gone afterwards.

Nothing here touches a server that was already running.
"""

import contextlib
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent


class Missing(Exception):
    """A program is not installed; the message says which Debian package brings it."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(happens: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds:g} seconds")
        time.sleep(0.05)


@contextlib.contextmanager
def folder(prefix: str) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def find_chromium() -> str:
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise Missing("no Chromium: install the Debian package chromium")


def find_node() -> str:
    """Node, where node_modules holds what the project's tools need."""
    path = shutil.which("node")
    if not path or not shutil.which("npm"):
        raise Missing("no Node: install the Debian packages nodejs and npm")
    if not (ROOT / "node_modules" / ".installed").exists():
        raise Missing("the packages of Node are not installed: ./run check installs them")
    return path


def find_libreoffice() -> str:
    if path := shutil.which("soffice"):
        return path
    raise Missing("no LibreOffice: install the Debian package libreoffice-calc-nogui")


def find_promtool() -> str:
    if path := shutil.which("promtool"):
        return path
    raise Missing("no promtool: install the Debian package prometheus")


def find_postgres() -> Path:
    """The folder of the newest PostgreSQL's programs; Debian keeps them off the path."""

    def version(path: Path) -> int:
        return int(path.parent.name) if path.parent.name.isdigit() else 0

    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)
    folders += [Path(found).parent for found in [shutil.which("pg_ctl")] if found]
    for path in folders:
        if all((path / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return path
    raise Missing("no PostgreSQL: install the Debian package postgresql")


class PostgreSQL:
    """A PostgreSQL that a test may stop and start again; it keeps its port and what was committed."""

    def __init__(self, home: Path, options: Mapping[str, str]) -> None:
        self._home = home
        self._data = str(home / "data")
        self._programs = find_postgres()
        self._user: str | None = None
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            names = {entry.pw_name for entry in pwd.getpwall()}
            self._user = "postgres" if "postgres" in names else "nobody"
            shutil.chown(home, self._user)
        self.port = free_port()
        settings = {"synchronous_commit": "off", "full_page_writes": "off", **options}
        self._options = " ".join(
            [f"-h 127.0.0.1 -p {self.port} -k {home} -F", *(f"-c {name}={value}" for name, value in settings.items())]
        )
        self.url = f"{self._server}/pilotzone"

    def make(self) -> None:
        self._run("initdb", "-U", "pilotzone", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()
        self.create_database("pilotzone")

    def start(self) -> None:
        self._run("pg_ctl", "-w", "-l", str(self._home / "log"), "-o", self._options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """`fast` ends the connections and writes everything down; `immediate` is like a crash."""
        if (self._home / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-w", "-m", mode, "stop")

    @contextlib.contextmanager
    def stopped(self, mode: str = "immediate") -> Iterator[None]:
        self.stop(mode)
        yield
        self.start()

    @contextlib.contextmanager
    def hung(self) -> Iterator[None]:
        """All its processes stand still: the system takes what is sent to them, and they answer nothing."""
        with stopped(self.process_id, *children(self.process_id)):
            yield

    @property
    def process_id(self) -> int:
        """The id of the first of its processes, which has started the others."""
        return int((self._home / "data" / "postmaster.pid").read_text().split()[0])

    def base_backup(self, line: str) -> None:
        """A copy of its files, while it runs, by a line of shell that begins with `pg_basebackup`."""
        program, *options = shlex.split(line)
        # The folder that the line names comes last, and wins over the server's own.
        self._run(program, "--host=127.0.0.1", f"--port={self.port}", "--username=pilotzone", *options)

    def recover(self, base: Path, settings: Sequence[str]) -> None:
        """Starts it on a copy of its files, with lines of postgresql.conf that say to which moment it goes."""
        data = Path(self._data)
        self.stop()
        shutil.rmtree(data)
        shutil.move(base, data)
        with (data / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{line}\n" for line in settings)
        (data / "recovery.signal").touch()
        self.start()

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Makes a database, a copy of another one or empty, and returns its address."""
        names = map(sql.Identifier, (name, template))
        with psycopg.connect(f"{self._server}/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return f"{self._server}/{name}"

    @property
    def _server(self) -> str:
        return f"postgres://pilotzone@127.0.0.1:{self.port}"

    def _run(self, program: str, *arguments: str, data: Path | None = None) -> None:
        with (self._home / "output").open("w") as output:
            done = subprocess.run(
                [self._programs / program, "-D", data or self._data, *arguments],
                cwd=self._home,
                user=self._user,
                group=pwd.getpwnam(self._user).pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C goes to the tests, which then stop the server in order.
                start_new_session=True,
            )
        if done.returncode:
            logs = [path.read_text() for path in (self._home / "output", self._home / "log") if path.exists()]
            raise RuntimeError(f"{program} failed: {' '.join(' '.join(logs).split())[-500:]}")


def children(of: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # What stands in brackets is the name, which may hold anything.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == of:
                found.append(int(stat.parent.name))
    return found


def command_of(process_id: int) -> str:
    """Return the words of a process's command, without blanks between them; empty once it has ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process_id}/cmdline").read_text()
    return ""


@contextlib.contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """Processes that stand still, as on a machine that has run out of memory. They may be killed meanwhile."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def postgresql(options: Mapping[str, str] | None = None) -> Iterator[PostgreSQL]:
    """`options`: names and values as in postgresql.conf, beside those that make a throwaway server quick.

    The machine stays up, so nothing needs to reach the disk; but a test that stops the server at once and wants all
    that was committed says `synchronous_commit` on.
    """
    with folder("pilotzone-postgresql-") as home:
        server = PostgreSQL(home, options or {})
        try:
            server.make()
            yield server
        finally:
            server.stop()


class Redis:
    """A Redis that a test may stop and start again; it keeps its port and forgets its data."""

    def __init__(self, home: Path, options: Sequence[str] = ()) -> None:
        self._home = home
        self._options = options
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        if not program:
            raise Missing("no Redis: install the Debian package redis-server")
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [*command, *self._options],
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(self._answers, "Redis' answer", 10)

    def stop(self) -> None:
        if self._process:
            end(self._process)
            self._process = None

    @contextlib.contextmanager
    def hung(self) -> Iterator[None]:
        """Make Redis stand still in the block: the system takes what is sent to it, and it answers nothing."""
        assert self._process is not None
        with stopped(self._process.pid):
            yield

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextlib.contextmanager
def redis(*options: str) -> Iterator[Redis]:
    """`options`: as on its command line."""
    with folder("pilotzone-redis-") as home:
        server = Redis(home, options)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def end(process: subprocess.Popen[bytes], seconds: float = 10) -> None:
    """Asks a process and its children to end, and insists after a while."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Process:
    def __init__(self, popen: subprocess.Popen[bytes], log: Path) -> None:
        self.popen = popen
        self._log = log

    @property
    def is_alive(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        """Ends it and all its children at once, as the kernel does when memory runs out: no last words."""
        os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    @property
    def children(self) -> list[int]:
        return children(self.popen.pid)

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")


@contextlib.contextmanager
def process(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Process]:
    """Runs a command of this environment in the project's root until the block ends."""
    with folder("pilotzone-process-") as home:
        log = home / "output"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env=program_path(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield Process(popen, log)
        finally:
            end(popen)


def program_path(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with the programs of this virtual environment first on the path."""
    programs = Path(sys.executable).parent
    return {**environment, "PATH": f"{programs}{os.pathsep}{environment.get('PATH', os.defpath)}"}
