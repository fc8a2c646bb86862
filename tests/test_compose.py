"""docker-compose.yml, .env.example and the settings name the same variables; each service has bounds and no rights.

There is no Docker where tests run. What compose makes of the file is worked out in tests/compose.py, and asked of
compose itself where that is installed.
"""

import itertools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from demonstration.embedded_site import MALLOC
from pilotzone import env
from pilotzone.broker_settings import GRACE
from tests.compose import (
    DOCUMENT,
    INTERPOLATED,
    MOUNTED,
    OURS,
    SERVICES,
    TEXT,
    app_variables,
    compose_command,
    compose_environment,
    interpolated_variables,
    secret_file,
)
from tests.composed import Composed, answers, composed_redis
from tests.services import ROOT

# Read by compose alone.
OF_COMPOSE = {"PUBLISH_ADDRESS", "REQUIREMENTS"}
# Read by glibc before anything of ours runs.
OF_GLIBC = set(MALLOC)
# What the secrets of a site open; compose writes the addresses of its own servers, without their passwords.
SECRETS = {
    "PILOTZONE_SECRET_KEY",
    "PILOTZONE_SECRET_KEY_FALLBACKS",
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
    "PILOTZONE_OIDC_CLIENT_SECRET",
    "PILOTZONE_LDAP_BIND_PASSWORD",
    "PILOTZONE_METRICS_TOKEN",
    "PILOTZONE_EMAIL_URL",
}
ADDRESSES = {"DATABASE_URL", "REDIS_URL", "CACHE_URL"}
# Those that a new site makes before its first start, with the files of .env.example.
FILES_MADE = {
    "PILOTZONE_SECRET_KEY_FILE": "./secrets/PILOTZONE_SECRET_KEY",
    "POSTGRES_PASSWORD_FILE": "./secrets/POSTGRES_PASSWORD",
    "REDIS_PASSWORD_FILE": "./secrets/REDIS_PASSWORD",
}
# Others' servers, and the networks of which each has one for itself and the product.
SERVERS = {"db": "database", "redis": "queue", "cache": "cache"}


def example_lines() -> dict[str, str]:
    """Name -> value of each variable in .env.example, commented out or not."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", text, flags=re.MULTILINE))


def settings_variables() -> set[str]:
    assert settings.SECRET_KEY  # loads the settings, which record what they read
    return set(env.values_read)


def test_compose_passes_on_every_variable_that_the_settings_read_and_no_other():
    assert app_variables() - OF_GLIBC == settings_variables()


def test_the_example_lists_every_variable_that_the_settings_read_and_no_other():
    listed = {name.removesuffix("_FILE") if name in FILES_MADE else name for name in example_lines()}
    assert listed - OF_COMPOSE - OF_GLIBC == settings_variables()


def test_compose_asks_for_no_variable_that_the_example_leaves_out():
    files = {f"{name}_FILE" for name in SECRETS}
    assert interpolated_variables() - files <= set(example_lines())


def test_each_variable_of_the_example_is_explained_by_a_sentence_above_it():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    for above, line in itertools.pairwise(lines):
        if re.match(r"(# )?[A-Z_]+=", line):
            assert re.match(r"# [A-Za-z].*\.$", above), line


class TestSecrets:
    GIVEN = {f"{name}_FILE": f"./secrets/{name}" for name in sorted(SECRETS)}

    def test_each_secret_of_the_settings_is_one_of_compose(self):
        assert settings.SECRET_KEY
        assert SECRETS == env.secret_names - ADDRESSES == set(DOCUMENT["secrets"])

    @pytest.mark.parametrize("service", SERVICES)
    def test_one_that_stands_in_a_file_is_in_no_environment_and_no_command(self, service):
        """`docker inspect` shows both; of a file it shows where it lies."""
        values = compose_environment(service, self.GIVEN)
        named = {name for name in values if name.removesuffix("_FILE") in SECRETS}
        assert all(values[name] == f"{MOUNTED}{name.removesuffix('_FILE')}" for name in named)
        assert not re.search(r"//[^/@]*:[^/@]*@", "\n".join(values.values()))
        assert "./secrets" not in "\n".join([*values.values(), *compose_command(service)])

    @pytest.mark.parametrize("service", SERVICES)
    def test_each_service_gets_the_files_that_it_reads_and_no_other(self, service):
        own = SERVICES[service]
        read = set(re.findall(rf"{MOUNTED}(\w+)", str(own)))
        assert set(own["secrets"]) == read
        assert read == {"db": {"POSTGRES_PASSWORD"}, "redis": {"REDIS_PASSWORD"}, "cache": {"REDIS_PASSWORD"}}.get(
            service, SECRETS
        )

    @pytest.mark.parametrize("name", sorted(SECRETS))
    def test_the_file_is_the_one_that_is_named_and_none_is_needed(self, name):
        assert secret_file(name, self.GIVEN) == f"./secrets/{name}"
        assert secret_file(name, {}) == "/dev/null"
        assert compose_environment("web", {})[f"{name}_FILE"] == ""

    @pytest.mark.parametrize("name", sorted(SECRETS))
    def test_no_secret_has_a_default(self, name):
        assert example_lines().get(name, "") == ""
        assert name not in compose_environment("web", {})
        longer = {other.removeprefix(name) for other in SECRETS if other.startswith(name)} - {""}
        ends = set(re.findall(rf"(?<!\$)\$\{{{name}(\w*)", TEXT))
        assert ends - {f"{end}_FILE" for end in longer} == {"_FILE"}

    @pytest.mark.parametrize("service", SERVICES)
    def test_a_site_that_has_them_in_its_env_goes_on_as_it_is(self, service):
        old = {"PILOTZONE_SECRET_KEY": "a key", "POSTGRES_PASSWORD": "a word", "PILOTZONE_EMAIL_URL": "smtp://a:b@c"}
        values = compose_environment(service, old)
        expected = {"db": {"POSTGRES_PASSWORD"}, "redis": set(), "cache": set()}.get(service, set(old))
        assert {name: values[name] for name in expected} == {name: old[name] for name in expected}
        assert not any(value for name, value in values.items() if name.removesuffix("_FILE") in SECRETS - set(old))
        assert not any(value for name, value in values.items() if name.endswith("_FILE"))

    def test_a_new_site_has_the_three_in_files_that_the_manual_makes(self):
        text = (ROOT / ".env.example").read_text(encoding="utf-8")
        assert dict(re.findall(r"(?m)^([A-Z_]+)=(.*)$", text)) == FILES_MADE

    @pytest.mark.parametrize("folder", ["secrets", "certificates"])
    def test_their_folder_is_in_no_commit_and_no_image(self, folder):
        assert f"{folder}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        assert f"/{folder}/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.services
@pytest.mark.parametrize("service", ["redis", "cache"])
class TestRedisStartedHere:
    PASSWORD = "aB3-eF7hI9kL2mN5/+="

    @pytest.fixture
    def composed(self, tmp_path: Path) -> Composed:
        (tmp_path / "password").write_text(f"{self.PASSWORD}\n")
        return Composed({"REDIS_PASSWORD_FILE": str(tmp_path / "password")}, {})

    def test_it_answers_whoever_knows_the_password_and_nobody_else(self, service, composed, tmp_path):
        with composed_redis(service, composed, tmp_path) as (port, _process):
            assert answers(port, self.PASSWORD)
            assert not answers(port, None)
            assert not answers(port, "another one")

    def test_the_password_is_no_word_of_its_command_and_no_variable(self, service, composed, tmp_path):
        """Redis hides its words once it runs; for a moment `ps` would show them."""
        program = tmp_path / "redis-server"
        program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nenv\n')
        program.chmod(0o700)
        environment = composed.environment(service) | {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        said = subprocess.run(composed.command(service), env=environment, capture_output=True, text=True, check=True)
        assert "PATH=" in said.stdout
        assert self.PASSWORD not in said.stdout

    def test_it_is_well_by_its_own_password_alone(self, service, composed, tmp_path):
        with composed_redis(service, composed, tmp_path) as (port, _process):
            assert self.is_well(service, composed, port)
            (tmp_path / "password").write_text("another one")
            assert not self.is_well(service, composed, port)

    def is_well(self, service: str, composed: Composed, port: int) -> bool:
        line = composed.health(service)
        assert line.count("redis-cli ") == 1
        return subprocess.run(["sh", "-c", line.replace("redis-cli ", f"redis-cli -p {port} ")]).returncode == 0

    def test_without_its_file_it_does_not_start_at_all(self, service, composed, tmp_path):
        (tmp_path / "password").unlink()
        with composed_redis(service, composed, tmp_path) as (_port, process):
            assert not process.is_alive
            assert "password" in process.output

    def test_a_password_in_the_env_does_as_well(self, service, tmp_path):
        with composed_redis(service, Composed({"REDIS_PASSWORD": self.PASSWORD}, {}), tmp_path) as (port, _process):
            assert answers(port, self.PASSWORD)
            assert not answers(port, None)

    def test_a_site_that_has_set_none_yet_goes_on(self, service, tmp_path):
        composed = Composed({}, {})
        with composed_redis(service, composed, tmp_path) as (port, _process):
            assert answers(port, None)
            assert self.is_well(service, composed, port)


def test_compose_itself_reads_the_file_as_these_tests_do(tmp_path):
    compose = next((words for words in (["docker", "compose"], ["docker-compose"]) if shutil.which(words[0])), None)
    if compose is None:
        pytest.skip("neither docker nor docker-compose is installed")
    given = {**TestSecrets.GIVEN, "PILOTZONE_SITE_URL": "https://pilotzone.example", "PUBLISH_ADDRESS": "0.0.0.0:80"}
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in given.items()))
    command = [*compose, "-f", "docker-compose.yml", "config", "--format", "json"]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    for name, service in read["services"].items():
        set_here = {each: value for each, value in service["environment"].items() if value is not None}
        assert set_here == compose_environment(name, given)
        words = [*(service["entrypoint"] or []), *(service["command"] or [])]
        assert [word.replace("$$", "$") for word in words] == compose_command(name)
    assert {name: each["file"] for name, each in read["secrets"].items()} == {
        name: str(tmp_path / "secrets" / name) for name in SECRETS
    }


def test_these_tests_know_each_way_in_which_the_file_is_interpolated():
    assert INTERPOLATED.sub("", TEXT).count("$") == 0


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_comes_back_by_itself_and_says_whether_it_is_well(service):
    if service == "migrate":
        assert SERVICES[service]["restart"] == "no"
        return
    assert SERVICES[service]["restart"] == "unless-stopped"
    assert SERVICES[service]["healthcheck"]["test"]


@pytest.mark.parametrize("service", ["web", "worker", "worker-slow", "beat"])
def test_our_processes_start_after_the_migration(service):
    assert SERVICES[service]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_other_machine_reaches_the_site_unless_that_is_said():
    (port,) = SERVICES["web"]["ports"]
    assert port == "${PUBLISH_ADDRESS:-127.0.0.1:8000}:8000"
    assert all("ports" not in service for name, service in SERVICES.items() if name != "web")


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_no_rights_and_bounds(service):
    own = SERVICES[service]
    assert own["read_only"] is True
    assert own["tmpfs"] == ["/tmp", *(["/var/run/postgresql"] if service == "db" else [])]
    assert own["cap_drop"] == ["ALL"]
    assert "cap_add" not in own and "privileged" not in own
    assert own["security_opt"] == ["no-new-privileges:true"]
    assert own["mem_limit"] == {"db": "4g", "redis": "512m", "cache": "512m"}.get(service, "2g")
    assert own["pids_limit"] == 200


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_runs_as_root(service):
    """The product's image has a user of its own (tests/test_image.py); others' begin as root where none is named."""
    users = {"db": "postgres", "redis": "redis", "cache": "redis"}
    assert SERVICES[service].get("user") == users.get(service)


def test_postgresql_may_have_as_many_processes_as_connections():
    assert SERVICES["db"]["pids_limit"] > 100 + 20


@pytest.mark.parametrize("service", SERVICES)
def test_no_log_fills_the_disk(service):
    assert SERVICES[service]["logging"] == {"driver": "json-file", "options": {"max-size": "20m", "max-file": "10"}}


@pytest.mark.parametrize("server", SERVERS)
def test_each_server_is_reached_by_our_processes_alone_and_has_no_way_out(server):
    network = SERVERS[server]
    assert SERVICES[server]["networks"] == [network]
    assert DOCUMENT["networks"][network] == {"internal": True}
    assert {name for name, each in SERVICES.items() if network in each["networks"]} == {server, *OURS}


def test_who_is_published_or_sends_e_mail_has_a_way_out_and_nobody_else():
    """A port of a container that has internal networks alone is not published."""
    outer = {name for name, network in DOCUMENT["networks"].items() if not (network or {}).get("internal")}
    assert outer == {"outside"}
    assert {name for name, each in SERVICES.items() if outer & set(each["networks"])} == {
        "web",
        "worker",
        "worker-slow",
    }


def test_who_is_stopped_has_the_time_to_end():
    """A worker as long as systemd's, and as its messages are kept for it; the web server longer than it gives its own,
    PostgreSQL as its image says."""
    units = [ROOT / f"deploy/systemd/pilotzone-{name}.service" for name in ("worker", "worker-slow")]
    server = (ROOT / "pilotzone/gunicorn.py").read_text(encoding="utf-8")
    periods = {name: each.get("stop_grace_period") for name, each in SERVICES.items() if name != "migrate"}
    workers = {"worker": "60s", "worker-slow": "60s"}
    assert periods == {"db": "90s", "redis": None, "cache": None, "web": "10s", **workers, "beat": "10s"}
    assert GRACE == 60
    for unit in units:
        assert re.findall(r"(?m)^TimeoutStopSec=(.*)$", unit.read_text(encoding="utf-8")) == ["60"]
    assert re.findall(r"(?m)^graceful_timeout = (.*)$", server) == ["8"]


def test_every_volume_that_a_service_uses_is_kept():
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert {each for each in mounted if not each.startswith(".")} == set(DOCUMENT["volumes"])


@pytest.mark.parametrize("service", OURS)
def test_certificates_of_authorities_are_given_in_a_folder_that_is_only_read(service):
    mounted = [each for each in SERVICES[service]["volumes"] if each.startswith(".")]
    assert mounted == ["./certificates:/certificates:ro"]


def test_kept_pages_have_a_bound_and_take_no_room_from_the_tasks():
    environment = SERVICES["web"]["environment"]
    command = compose_command("cache")
    assert environment["CACHE_URL"] != environment["REDIS_URL"]
    assert command[command.index("--maxmemory") + 1] == "128mb"
    assert command[command.index("--maxmemory-policy") + 1] == "allkeys-lru"
    assert "--maxmemory" not in compose_command("redis")


def test_our_services_run_the_same_image():
    assert {SERVICES[service]["image"] for service in OURS} == {"pilotzone"}


def test_a_new_installation_has_no_account_but_the_one_that_a_link_opens_and_no_demonstration():
    """The services and settings that there are bear out what operations.md says after the start."""
    assert compose_command("migrate") == ["python", "manage.py", "migrate", "--no-input"]
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    lines = re.findall(r"^    (docker compose .*)$", text.partition("## Without Docker")[0], flags=re.MULTILINE)
    commands = ["docker compose up -d", "docker compose exec web python manage.py first_administrator"]
    assert lines == commands
    assert not set(app_variables()) & {"DJANGO_SUPERUSER_PASSWORD", "PILOTZONE_DEMO"}


def test_the_image_starts_the_same_web_server_as_compose():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    words = ", ".join(f'"{word}"' for word in compose_command("web"))
    assert f"CMD [{words}]" in dockerfile


def test_the_image_copies_the_database_with_programs_of_its_version():
    """A newer pg_restore says what an older server does not know, and an older pg_dump refuses a newer server."""
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"postgresql-client-(\d+)", dockerfile) == [SERVICES["db"]["image"].removeprefix("postgres:")]


def test_the_image_gives_malloc_the_same_thresholds_as_the_demonstration():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert dict(re.findall(r"(MALLOC_[A-Z_]+)=([0-9]+)", dockerfile)) == MALLOC


def test_an_operator_may_set_the_thresholds_of_malloc_and_else_they_are_those_of_the_image():
    passed = {name: value for name, value in SERVICES["web"]["environment"].items() if name in OF_GLIBC}
    assert passed == {name: f"${{{name}:-{value}}}" for name, value in MALLOC.items()}
    assert {name: value for name, value in example_lines().items() if name in OF_GLIBC} == MALLOC
