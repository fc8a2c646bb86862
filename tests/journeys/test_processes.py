"""The processes of docker-compose.yml, started with exactly the commands and settings written there."""

import contextlib
import os
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.composed import Composed, composed_redis
from tests.services import ROOT, free_port, process, program_path, wait_until

pytestmark = pytest.mark.services


KEEP = "from django.core.cache import cache; cache.set('page', 'kept'); print(cache.get('page'))"
# Those that a site makes before its first start.
SECRETS = ("PILOTZONE_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD")


@pytest.fixture
def composed(tmp_path):
    """A new site: an empty database on the lane's server, and the two Redis of compose, which ask for a password."""
    server = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    name = f"site_{uuid4().hex[:8]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    files = {f"{secret}_FILE": str(tmp_path / secret) for secret in SECRETS}
    for path in files.values():
        Path(path).write_text(f"{uuid4().hex}{uuid4().hex}\n")
    # A machine that is busy answers later.
    given = {**files, "PILOTZONE_CACHE_TIMEOUT": "5"}
    places = {f"/{folder}": str(tmp_path / folder) for folder in ("data", "metrics")}
    with contextlib.ExitStack() as stack:
        for redis in ("redis", "cache"):
            (tmp_path / redis).mkdir()
            port, _process = stack.enter_context(composed_redis(redis, Composed(given, {}), tmp_path / redis))
            places[f"{redis}:6379"] = f"127.0.0.1:{port}"
        yield Composed(given, {**places, "db:5432/pilotzone": f"{server.rpartition('@')[2]}/{name}"})


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


def test_web_workers_and_beat_start_as_in_compose_and_are_well(composed):
    migrated = run(composed.command("migrate"), composed.environment("migrate"))
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr

    port = free_port()
    site = composed.environment("web")
    with contextlib.ExitStack() as stack:
        running = {
            name: stack.enter_context(
                process(
                    composed.command(name),
                    {**composed.environment(name), "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}"},
                )
            )
            for name in ("web", "worker", "worker-slow", "beat")
        }
        try:
            wait_until(lambda: status_of(f"http://127.0.0.1:{port}/readyz") == 200, "/readyz answering 200")
            for node in ("celery@", "slow@", "celerybeat@"):
                wait_until(lambda node=node: answers_ping(node, site), f"{node} answering a ping")
        except TimeoutError as error:
            pytest.fail(f"{error}\n" + "\n".join(f"{name}: {one.output}" for name, one in running.items()))
        for name, one in running.items():
            assert one.is_alive, f"{name} ended: {one.output}"
        # A cache that refuses would be silent: pages are made anew without it.
        said = run(["python", "manage.py", "shell", "--no-imports", "--command", KEEP], site)
        assert said.stdout == "kept\n", said.stderr


def answers_ping(node, environment):
    found = run(["celery", "-A", "pilotzone", "inspect", "ping", "--timeout", "2"], environment)
    return found.returncode == 0 and any(node in line and "OK" in line for line in found.stdout.splitlines())
