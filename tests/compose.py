"""What docker-compose.yml says, for the tests that hold it against the product."""

import re
import shlex
from typing import Any

import yaml

from tests.services import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = ("migrate", "web", "worker", "beat")


def compose_command(service: str) -> list[str]:
    command = SERVICES[service]["command"]
    return shlex.split(command) if isinstance(command, str) else command


def app_variables() -> set[str]:
    """The names that the product's own containers are given."""
    return set().union(*(SERVICES[service]["environment"] for service in OURS))


def interpolated_variables() -> set[str]:
    """The names that compose itself reads, as in ${NAME} or ${NAME:?reason}."""
    return set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT))
