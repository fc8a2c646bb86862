"""docker-compose.yml, .env.example and the settings name the same variables."""

import itertools
import re

import pytest
import yaml
from django.conf import settings

from datasets.embedded_site import MALLOC
from pilotzone import env
from tests.compose import OURS, SERVICES, TEXT, app_variables, compose_command, interpolated_variables
from tests.services import ROOT

# Read by compose alone.
OF_COMPOSE = {"POSTGRES_PASSWORD", "PUBLISH_ADDRESS", "REQUIREMENTS"}
# Read by glibc before anything of ours runs.
OF_GLIBC = set(MALLOC)
SECRETS = {"POSTGRES_PASSWORD", "PILOTZONE_SECRET_KEY"}


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
    assert set(example_lines()) - OF_COMPOSE - OF_GLIBC == settings_variables()


def test_compose_asks_for_no_variable_that_the_example_leaves_out():
    assert interpolated_variables() <= set(example_lines())


def test_each_variable_of_the_example_is_explained_by_a_sentence_above_it():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    for above, line in itertools.pairwise(lines):
        if re.match(r"(# )?[A-Z_]+=", line):
            assert re.match(r"# [A-Za-z].*\.$", above), line


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_no_secret_has_a_default(name):
    assert example_lines()[name] == ""
    uses = re.findall(rf"\$\{{{name}(.*?)\}}", TEXT)
    assert uses
    assert all(use.startswith(":?") for use in uses)


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_comes_back_by_itself_and_says_whether_it_is_well(service):
    if service == "migrate":
        assert SERVICES[service]["restart"] == "no"
        return
    assert SERVICES[service]["restart"] == "unless-stopped"
    assert SERVICES[service]["healthcheck"]["test"]


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_our_processes_start_after_the_migration(service):
    assert SERVICES[service]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_other_machine_reaches_the_site_unless_that_is_said():
    (port,) = SERVICES["web"]["ports"]
    assert port == "${PUBLISH_ADDRESS:-127.0.0.1:8000}:8000"
    assert all("ports" not in service for name, service in SERVICES.items() if name != "web")


@pytest.mark.parametrize("service", OURS)
def test_our_processes_have_no_rights_and_bounds(service):
    own = SERVICES[service]
    assert own["read_only"] is True
    assert own["tmpfs"] == ["/tmp"]
    assert own["cap_drop"] == ["ALL"]
    assert own["security_opt"] == ["no-new-privileges:true"]
    assert own["mem_limit"] == "2g"
    assert own["pids_limit"] == 200


def test_every_volume_that_a_service_uses_is_kept():
    named = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert named == set(yaml.safe_load(TEXT)["volumes"])


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
    """What operations.md says after the start, by which services and settings there are."""
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
