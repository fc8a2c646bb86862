"""The processes of docker-compose.yml, started with exactly the commands written there."""

import contextlib
import os
import subprocess
import urllib.error
import urllib.request
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.compose import compose_command
from tests.services import ROOT, free_port, process, program_path, redis, wait_until

pytestmark = pytest.mark.services


@pytest.fixture
def site(tmp_path):
    """The environment of a new site: an empty database on the lane's server, and a Redis of its own."""
    server = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    name = f"site_{uuid4().hex[:8]}"
    with redis() as broker:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "DATABASE_URL": f"{server}/{name}",
            "REDIS_URL": f"{broker.url}/0",
            "PILOTZONE_DATA_DIR": str(tmp_path / "data"),
            "PILOTZONE_SECRET_KEY": uuid4().hex + uuid4().hex,
        }


def run(command, environment):
    return subprocess.run(command, cwd=ROOT, env=program_path(environment), capture_output=True, text=True, timeout=60)


def status_of(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def test_web_worker_and_beat_start_with_the_commands_of_compose_and_are_well(site):
    migrated = run(compose_command("migrate"), site)
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr

    port = free_port()
    commands = {name: compose_command(name) for name in ("web", "worker", "beat")}
    with contextlib.ExitStack() as stack:
        running = {
            name: stack.enter_context(process(command, {**site, "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}"}))
            for name, command in commands.items()
        }
        try:
            wait_until(lambda: status_of(f"http://127.0.0.1:{port}/readyz") == 200, "/readyz answering 200")
            for node in ("celery@", "celerybeat@"):
                wait_until(lambda node=node: answers_ping(node, site), f"{node} answering a ping")
        except TimeoutError as error:
            pytest.fail(f"{error}\n" + "\n".join(f"{name}: {one.output}" for name, one in running.items()))
        for name, one in running.items():
            assert one.is_alive, f"{name} ended: {one.output}"


def answers_ping(node, environment):
    found = run(["celery", "-A", "pilotzone", "inspect", "ping", "--timeout", "2"], environment)
    return found.returncode == 0 and any(node in line and "OK" in line for line in found.stdout.splitlines())
