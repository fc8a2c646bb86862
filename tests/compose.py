"""The contents of docker-compose.yml, for the tests that hold it against the product."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

import yaml

from tests.services import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = DOCUMENT["services"]
OURS = ("migrate", "web", "worker", "worker-slow", "beat")
# Where compose mounts secrets.
MOUNTED = "/run/secrets/"
# What compose replaces: a dollar that is written twice, ${NAME}, ${NAME:-else} and ${NAME:+instead}.
INTERPOLATED = re.compile(r"\$(?:\$|\{(\w+)(?::([-+])([^}]*))?\})")


def interpolated(text: str, given: Mapping[str, str]) -> str:
    """The text as compose reads it where .env has what is given."""

    def value(found: re.Match[str]) -> str:
        name, way, word = found.groups()
        if name is None:
            return "$"
        if way == "+":
            return word if given.get(name) else ""
        return given.get(name) or word or ""

    return INTERPOLATED.sub(value, text)


def compose_command(service: str) -> list[str]:
    """The words with which its container starts, those of an entry point of ours first."""
    entry_point, command = (_words(SERVICES[service].get(key, [])) for key in ("entrypoint", "command"))
    return [interpolated(word, {}) for word in [*entry_point, *command]]


def _words(written: str | list[str]) -> list[str]:
    return shlex.split(written) if isinstance(written, str) else written


def compose_environment(service: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return what an .env with the `given` values gives a service's container; a name without a value is passed on
    where it is set."""
    written = SERVICES[service].get("environment", {})
    passed = {name: given[name] for name, value in written.items() if value is None and name in given}
    return passed | {name: interpolated(value, given) for name, value in written.items() if value is not None}


def secret_file(name: str, given: Mapping[str, str]) -> str:
    return interpolated(DOCUMENT["secrets"][name]["file"], given)


def app_variables() -> set[str]:
    """The names that the product's own containers are given; a secret by its own name, not by that of its file."""
    names = set().union(*(SERVICES[service]["environment"] for service in OURS))
    return names - {f"{secret}_FILE" for secret in DOCUMENT["secrets"]}


def interpolated_variables() -> set[str]:
    """The names that compose itself reads, as in ${NAME} or ${NAME:-else}."""
    return {name for name, _way, _word in INTERPOLATED.findall(TEXT) if name}
