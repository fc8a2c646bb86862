"""Services of docker-compose.yml, started on this machine with what compose would give them."""

import contextlib
import os
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import redis

from tests.compose import (
    DOCUMENT,
    MOUNTED,
    SERVICES,
    compose_command,
    compose_environment,
    interpolated,
    secret_file,
)
from tests.services import Process, free_port, process, wait_until


class Composed:
    """`given` is what .env has, with whole paths of files. `places`: what compose says -> what stands for it here."""

    def __init__(self, given: Mapping[str, str], places: Mapping[str, str]) -> None:
        self._given = given
        secrets = {f"{MOUNTED}{name}": secret_file(name, given) for name in DOCUMENT["secrets"]}
        self._places = {**secrets, **places}

    def environment(self, service: str) -> dict[str, str]:
        values = compose_environment(service, self._given)
        return {"PATH": os.environ["PATH"]} | {name: self._placed(value) for name, value in values.items()}

    def command(self, service: str) -> list[str]:
        return [self._placed(word) for word in compose_command(service)]

    def health(self, service: str) -> str:
        """The line of shell that says whether it is well."""
        kind, line = SERVICES[service]["healthcheck"]["test"]
        assert kind == "CMD-SHELL"
        return self._placed(interpolated(line, {}))

    def _placed(self, text: str) -> str:
        there = sorted(self._places, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, there)), lambda found: self._places[found[0]], text)


@contextlib.contextmanager
def composed_redis(service: str, composed: Composed, home: Path) -> Iterator[tuple[int, Process]]:
    """`redis` or `cache`, on a free port of this machine, once it listens or has ended."""
    port = free_port()
    where = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(home)]
    with process([*composed.command(service), *where], composed.environment(service)) as one:
        wait_until(lambda: not one.is_alive or _listens(port), f"{service} listening", 10)
        yield port, one


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int, password: str | None) -> bool:
    """Return whether the Redis on this port takes the password; None: none is sent."""
    with redis.Redis(port=port, password=password, socket_timeout=5) as client:
        try:
            return bool(client.ping())
        except redis.AuthenticationError:
            return False
