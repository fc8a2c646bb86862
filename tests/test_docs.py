"""The documents name what is there, and all of it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from doctest import DocTestParser, Example
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import Resolver404, resolve
from django.utils.translation import override

from measures.models import Plan
from pilotzone import env
from pilotzone.api import urlpatterns
from problems import workflow as problem_workflow
from reporting import workflow
from tests.lanes import clean_environment
from tests.services import ROOT
from web.api.endpoints import Endpoint, ListEndpoint

DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("README.md", "CONTRIBUTING.md", "docs/**/*.md", "[a-z]*/README.md")
    for path in ROOT.glob(pattern)
)
APPS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
NOT_OURS = {".git", ".venv", ".tools", "node_modules", "var", "site", "__pycache__"}
# Folders that commands make.
MADE = [
    line.removeprefix("/")
    for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    if line.endswith("/")
]
FILE = re.compile(r"[\w.*/-]*\w\.(?:py|html|css|js|mjs|json|csv|sql|md|toml|yml|po)")
FOLDER = re.compile(r"[\w.-]+(?:/[\w.-]+)*/")
DOTTED_NAME = re.compile(rf"(?:{'|'.join(APPS)})(?:\.\w+)+")
# Parameters and fields that every list has; a document tells of them once.
LISTING = {"search", "ordering", "page", "page_size", "cursor", "updated_since"}
OF_EVERY_ANSWER = {"as_of", "lang", "format", "fields"}
OF_EVERY_ROW = {"as_of", "meta", "updated_at"}


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def section_of(document: str, title: str) -> str:
    """Return the text below a heading of the second rank, up to the next one."""
    return text_of(document).split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def in_backticks(text: str) -> list[str]:
    """Return each text in backticks; blocks of code are left out."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"(?m)^    .*$", "", text))


def rows_of(text: str) -> list[list[str]]:
    """The rows of all tables of a text, without their heads."""
    rows: list[list[str]] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and set("".join(cells)) <= {"-"}:
            rows.pop()
        elif cells and line.startswith("|"):
            rows.append(cells)
    return rows


@cache
def files() -> frozenset[str]:
    found = set()
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [name for name in inside if name not in NOT_OURS]
        found |= {str((Path(folder) / name).relative_to(ROOT)) for name in names}
    return frozenset(found)


@cache
def folders() -> frozenset[str]:
    return frozenset(f"{parent}/" for name in files() for parent in Path(name).parents)


# Settings


def settings_read() -> set[str]:
    assert settings.SECRET_KEY  # loads the settings, which record what they read
    return set(env.values_read)


def test_the_table_of_settings_has_every_setting_and_no_other():
    first_cells = [row[0] for row in rows_of(section_of("docs/operations.md", "Settings"))]
    assert set(in_backticks("\n".join(first_cells))) == settings_read()


def test_the_table_of_settings_has_the_values_of_the_example():
    """The table has the value of the example where it names a value and does not describe one."""
    example = dict(re.findall(r"(?m)^# ([A-Z_]+)=(.*)$", text_of(".env.example")))
    for name, value, _what in rows_of(section_of("docs/operations.md", "Settings")):
        if re.fullmatch(r"`.+`|[0-9.]+|on|off", value):
            assert value.strip("`") == example[name.strip("`")], name


@pytest.mark.parametrize("document", [*DOCUMENTS, "docker-compose.yml", "Dockerfile"])
def test_a_document_names_no_setting_that_is_gone(document: str):
    known = settings_read() | {f"{name}_FILE" for name in env.secret_names}
    assert set(re.findall(r"PILOTZONE_[A-Z_]+", text_of(document))) <= known


# Commands


def commands_of_run() -> set[str]:
    """Return the commands that the last `case` of the script takes."""
    cases = text_of("run").rsplit("case $command in", 1)[1]
    alternatives = re.findall(r"(?m)^    (\w+(?: \| \w+)*)(?: \| -.*?)?\)", cases)
    return {command for each in alternatives for command in each.split(" | ")}


def help_of_run() -> str:
    return text_of("run").split("<<'TEXT'\n", 1)[1].split("\nTEXT\n", 1)[0]


def test_the_help_of_run_names_every_command_and_no_other():
    assert set(re.findall(r"(?m)^  (\w+)", help_of_run())) == commands_of_run()


@pytest.mark.parametrize("source", ["tests/lanes.py", "docs/screenshots.py"])
def test_the_help_of_run_names_every_option(source: str):
    options = set(re.findall(r'add_argument\(\s*"(--[a-z-]+)"', text_of(source)))
    assert options
    assert options <= set(re.findall(r"--[a-z-]+", help_of_run()))


@pytest.mark.one_database
@pytest.mark.parametrize("module", ["tests.lanes", "benchmarks", "docs.screenshots"])
def test_a_command_helps_whoever_has_no_settings_yet(module: str):
    # pytest names the settings for what it starts.
    environment = {name: value for name, value in clean_environment().items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "--help" in done.stdout


def test_contributing_names_every_command_of_run():
    assert set(re.findall(r"\./run (\w+)", text_of("CONTRIBUTING.md"))) == commands_of_run()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_names_no_command_that_is_gone(document: str):
    text = text_of(document)
    assert set(re.findall(r"\./run ([a-z]\w*)", text)) <= commands_of_run()
    assert set(re.findall(r"manage\.py ([a-z]\w*)", text)) <= set(get_commands())


def test_operations_names_every_management_command_of_ours():
    ours = {command for command, app in get_commands().items() if app in APPS}
    assert ours <= set(re.findall(r"manage\.py (\w+)", text_of("docs/operations.md")))


# The API


def endpoints() -> dict[str, Any]:
    """Address below /api/v1/, such as `measures/<>/` -> its class."""
    found = {}
    for pattern in urlpatterns:
        address, endpoint = str(pattern.pattern), getattr(pattern.callback, "cls", None)
        if address.startswith("v1/"):
            assert issubclass(endpoint, Endpoint)
            found[re.sub("<.*?>", "<>", address.removeprefix("v1/"))] = endpoint
    return found


def documented_endpoints() -> dict[str, str]:
    """Address -> the cell with its parameters."""
    rows = rows_of(section_of("docs/api.md", "Endpoints"))
    return {re.sub("<.*?>", "<>", address.strip("`")): parameters for address, _what, parameters in rows}


def is_a_list(endpoint: Any) -> bool:
    return issubclass(endpoint, ListEndpoint)


def shape_of(endpoint: Any) -> dict[str, Any]:
    """The shape of its rows, or of its answer."""
    shape = endpoint.shape()
    return shape["properties"]["results"]["items"] if is_a_list(endpoint) else shape


READ = {address: endpoint for address, endpoint in endpoints().items() if "get" in endpoint.http_method_names}
LISTS = {address: endpoint for address, endpoint in READ.items() if is_a_list(endpoint)}


def test_the_table_of_endpoints_has_every_address_that_is_read_and_no_other():
    assert documented_endpoints().keys() == READ.keys()


@pytest.mark.parametrize("address", READ)
def test_the_table_of_endpoints_names_every_parameter_of_each_and_no_other(address: str):
    documented = {each.partition("=")[0] for each in in_backticks(documented_endpoints()[address])}
    common = OF_EVERY_ANSWER | (LISTING if address in LISTS else set())
    assert documented == set(READ[address].parameter_shapes()) - common


def test_the_table_of_requests_has_every_address_that_is_written_to_and_no_other():
    written = {
        f"{method.upper()} {address}"
        for address, endpoint in endpoints().items()
        for method in endpoint.http_method_names
        if method in ("post", "put", "patch", "delete")
    }
    rows = rows_of(section_of("docs/api.md", "Filing reports"))
    assert {re.sub("<.*?>", "<>", row[0].strip("`")) for row in rows} == written


def test_the_pages_about_the_api_are_named():
    pages = {f"/api/{each.pattern}" for each in urlpatterns if not str(each.pattern).startswith("v1/")}
    assert pages - {"/api/"} <= set(in_backticks(text_of("docs/api.md")))


def documented_fields() -> dict[str, set[str]]:
    """Kind of row -> the names in its paragraph; braces hold the fields of a record."""
    parts = re.split(r"\*\*([a-z-]+)\*\*", section_of("docs/api.md", "Fields"))[1:]
    return {
        kind: set(re.findall(r"[a-z_]+", " ".join(in_backticks(text))))
        for kind, text in zip(parts[::2], parts[1::2], strict=True)
    }


@pytest.mark.parametrize("address", LISTS)
def test_the_fields_of_each_list_are_documented(address: str):
    fields = set(shape_of(LISTS[address])["properties"]) - OF_EVERY_ROW
    kind = address.rstrip("/").rpartition("/")[2]
    if kind == "months":
        kind = "project-months"  # those of one project
    if address.startswith("rollups/"):
        kind = "rollups"
        fields = {name for name in fields if not name.endswith("_then")}  # a sentence says which there are
    assert fields <= documented_fields()[kind]


def names_in(shape: Any) -> Iterator[str]:
    """Fields, allowed values and keys, however deep."""
    if isinstance(shape, dict):
        yield from map(str, shape.get("properties", {}))
        yield from map(str, shape.get("enum", []))
        yield from chain.from_iterable(map(names_in, shape.values()))


def test_no_field_is_documented_that_is_gone():
    known = set(chain.from_iterable(names_in(endpoint.shape()) for endpoint in endpoints().values()))
    known |= set(
        chain.from_iterable(names_in({"properties": endpoint.parameter_shapes()}) for endpoint in endpoints().values())
    )
    known |= {"gdp_growth_ytd", "innovation", "energy", "yes", "no", "true", "false"}  # in examples
    assert set(chain.from_iterable(documented_fields().values())) - known == set()


# The rules


def rules() -> dict[str, list[Example]]:
    """Heading -> its examples."""
    sections = re.split(r"(?m)^##+ (.*)$", text_of("docs/domain-rules.md"))[1:]
    return {
        title: DocTestParser().get_examples(text) for title, text in zip(sections[::2], sections[1::2], strict=True)
    }


def shown(answer: Any) -> str:
    return ", ".join(map(str, answer)) if isinstance(answer, list | tuple) else str(answer)


def functions_of_the_rules() -> dict[str, Any]:
    """Return all that the document on the rules names, by its short name; but for methods, which are called on
    something."""
    dotted = [name for name in in_backticks(text_of("docs/domain-rules.md")) if DOTTED_NAME.fullmatch(name)]
    in_modules = [name for name in dotted if not isinstance(resolve_name(name.rpartition(".")[0]), type)]
    return {name.rpartition(".")[2]: resolve_name(name) for name in in_modules}


@pytest.mark.django_db
def test_the_answers_to_the_examples_of_the_rules_are_right(demonstration: None):
    names = functions_of_the_rules()
    names |= {"day": date.fromisoformat, "moment": datetime.fromisoformat, "number": Decimal}
    # Both tables are called so.
    names |= {"REPORT_MOVES": workflow.MOVES, "PROBLEM_MOVES": problem_workflow.MOVES}
    names["plan"] = Plan.objects.get()
    answers, wanted = {}, {}
    with override("en"):
        for example in chain.from_iterable(rules().values()):
            if example.want:
                answers[example.source] = shown(eval(example.source, names))
                wanted[example.source] = example.want.strip()
            else:
                exec(example.source, names)
    assert answers == wanted


def test_each_rule_has_an_example():
    text = text_of("docs/domain-rules.md")
    titles = re.findall(r"(?m)^### (.*)$", text)
    assert [title for title in titles if not rules()[title]] == []


# Names of the source


def is_in_the_summary(path: str) -> bool:
    """Return whether this is the path of a figure in the summary, such as `measures.completion_rate`."""
    shape: Any = READ["summary/"].shape()
    for part in path.split("."):
        shape = shape.get("properties", {}).get(part, shape.get("additionalProperties", {}))
    return bool(shape)


def is_a_name(dotted: str) -> bool:
    """Return whether a module, or something in one, has this name."""
    parts = dotted.split(".")
    for place in range(len(parts), 0, -1):
        module = ".".join(parts[:place])
        try:
            if find_spec(module) is None:
                continue
        except ModuleNotFoundError:
            continue
        found = import_module(module)
        for part in parts[place:]:
            if not (hasattr(found, part) or part in getattr(found, "__annotations__", {})):
                return False
            found = getattr(found, part, None)
        return True
    return False


def is_a_path(path: str) -> bool:
    """Return whether the tree has the path, from the root or below some folder, or a command makes it. `*` stands for
    any name."""
    if any(f"/{made}" in f"/{path}" for made in MADE):
        return True
    if path.endswith("/"):
        return path in endpoints() or any(f"/{folder}".endswith(f"/{path}") for folder in folders())
    pattern = re.compile(rf"(.*/)?{re.escape(path).replace(r'\*', '[^/]*')}")
    return any(pattern.fullmatch(name) for name in files())


def is_an_address(path: str) -> bool:
    """Return whether the site answers at the address. The beginning of every address of a version counts, though it has
    no page of its own."""
    if re.fullmatch(r"/api/v\d/", path):
        return True
    try:
        return resolve(re.sub("<.*?>", "1", path.partition("?")[0])).url_name != "api-unknown"
    except Resolver404:
        return False


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_name_of_the_source_in_a_document_is_there(document: str):
    for name in in_backticks(text_of(document)):
        if FILE.fullmatch(name) or FOLDER.fullmatch(name):
            assert is_a_path(name), f"{document} names the path {name}"
        elif DOTTED_NAME.fullmatch(name):
            assert is_a_name(name) or is_in_the_summary(name), f"{document} names {name}"
        elif re.fullmatch(r"/[\w/<>?=.-]*", name):
            assert is_an_address(name), f"{document} names the address {name}"


def test_the_names_that_contributing_explains_are_in_the_source():
    names = {name for row in rows_of(section_of("CONTRIBUTING.md", "Names")) for name in in_backticks(row[0])}
    sources = [name for name in files() if name.endswith(".py") and name.partition("/")[0] in APPS]
    words = set(re.findall(r"[A-Za-z]\w*", " ".join(map(text_of, sources))))
    parts = words | {part for word in words for part in word.split("_")}
    assert names - parts == set()


@pytest.mark.parametrize("document", [*DOCUMENTS, "CHANGELOG.md"])
def test_a_document_holds_no_mark_of_an_unfinished_merge(document: str):
    assert re.findall(r"(?m)^(?:<{7}|>{7}|={7}$).*", text_of(document)) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_link_in_a_document_leads_somewhere(document: str):
    for target in re.findall(r"\]\(([^)]+)\)", text_of(document)):
        path, _hash, _anchor = target.partition("#")
        assert "://" in path or ((ROOT / document).parent / path).exists(), f"{document} links to {target}"
