"""`docs/security.md` and its two tables say what is so: each test, setting and section that they name is there."""

import ast
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

from accounts.forgotten import ASKED_PER_ADDRESS, SENT_PER_ACCOUNT
from accounts.lockout import LIMITS
from accounts.models import User
from accounts.passwords import LEAST_OTHERS
from ledger import raw
from pilotzone import env
from reporting.evidence import MAX_EVIDENCE
from reporting.file_types import EXTENSIONS
from tests.lanes import clean_environment
from tests.services import ROOT
from tests.test_docs import in_backticks, rows_of, section_of, text_of
from tests.test_limits import APPS, python_files

SECURITY, OPERATIONS = "docs/security.md", "docs/operations.md"
ASVS, DENGBAO = "docs/security/asvs.md", "docs/security/dengbao.md"
KINDS = ("test", "setting", "duty", "does not apply", "not followed")

# The requirements of levels 1 and 2 of ASVS 5.0.0: section -> their last numbers. Those of level 3 are left out.
ASVS_NUMBERS = """
1.1 1-2; 1.2 1-9; 1.3 1-11; 1.4 1-3; 1.5 1-2; 2.1 1-3; 2.2 1-3; 2.3 1-4; 2.4 1; 3.2 1-2; 3.3 1-4; 3.4 1-6; 3.5 1-5;
3.7 1-2; 4.1 1-3; 4.2 1; 4.3 1-2; 4.4 1-4; 5.1 1; 5.2 1-3; 5.3 1-2; 5.4 1-3; 6.1 1-3; 6.2 1-12; 6.3 1-4; 6.4 1-4; 6.5
1-5; 6.6 1-3; 6.8 1-4; 7.1 1-3; 7.2 1-4; 7.3 1-2; 7.4 1-5; 7.5 1-2; 7.6 1-2; 8.1 1-2; 8.2 1-3; 8.3 1; 8.4 1; 9.1 1-3;
9.2 1-4; 10.1 1-2; 10.2 1-2; 10.3 1-4; 10.4 1-11; 10.5 1-5; 10.6 1-2; 10.7 1-3; 11.1 1-2; 11.2 1-3; 11.3 1-3; 11.4
1-4; 11.5 1; 11.6 1; 12.1 1-3; 12.2 1-2; 12.3 1-4; 13.1 1; 13.2 1-5; 13.3 1-2; 13.4 1-5; 14.1 1-2; 14.2 1-4; 14.3 1-3;
15.1 1-3; 15.2 1-3; 15.3 1-7; 16.1 1; 16.2 1-5; 16.3 1-4; 16.4 1-3; 16.5 1-3; 17.1 1; 17.2 1-4; 17.3 1-2
"""
# Clauses of level 3 of GB/T 22239-2019: clause -> its letters, "-" where it has none.
DENGBAO_CLAUSES = {
    "8.1.4.1": "abcd",
    "8.1.4.2": "abcdefg",
    "8.1.4.3": "abcd",
    "8.1.4.4": "abcdef",
    "8.1.4.5": "-",
    "8.1.4.6": "-",
    "8.1.4.7": "ab",
    "8.1.4.8": "ab",
    "8.1.4.9": "abc",
    "8.1.4.10": "ab",
    "8.1.4.11": "ab",
    "8.1.5.1": "ab",
    "8.1.5.2": "ab",
    "8.1.5.3": "ab",
    "8.1.5.4": "abcdef",
    "8.1.9.2": "abc",
    # Of those about products the one about cryptography; of those about building it those about software.
    "8.1.9.3": "b",
    "8.1.9.4": "abcdefg",
    "8.1.9.5": "abc",
    "8.1.9.7": "ab",
    "8.1.9.8": "abc",
}

TEST = re.compile(r"tests/[\w/]+\.py::[\w:]+")
SETTING = re.compile(r"([A-Z_]+)(?:\[(\d+)\])? = (.+)")


def rows(document: str) -> list[list[str]]:
    return rows_of(text_of(document))


EVIDENCE = [(document, row[0], row[-1]) for document in (ASVS, DENGBAO) for row in rows(document)]


def of_kind(kind: str) -> list[Any]:
    return [
        pytest.param(document, text, id=number) for document, number, text in EVIDENCE if text.startswith(f"{kind}: ")
    ]


# Every row


def asvs_numbers() -> Iterator[str]:
    for part in ASVS_NUMBERS.replace("\n", " ").split(";"):
        section, numbers = part.split()
        first, _dash, last = numbers.partition("-")
        yield from (f"V{section}.{number}" for number in range(int(first), int(last or first) + 1))


def clauses() -> Iterator[str]:
    for clause, letters in DENGBAO_CLAUSES.items():
        yield from (clause if letter == "-" else f"{clause} {letter})" for letter in letters)


@pytest.mark.parametrize(("document", "numbers"), [(ASVS, asvs_numbers), (DENGBAO, clauses)])
def test_each_number_has_one_row_in_the_order_of_the_standard(document: str, numbers: Any) -> None:
    assert [row[0] for row in rows(document)] == list(numbers())


def test_there_are_as_many_requirements_as_the_standard_has() -> None:
    levels = Counter(row[1] for row in rows(ASVS))
    assert levels == {"1": 70, "2": 183}


@pytest.mark.parametrize("document", [ASVS, DENGBAO])
def test_each_row_has_one_kind_of_evidence(document: str) -> None:
    for row in rows(document):
        assert all(row), row
        kinds = [kind for kind in KINDS if re.match(rf"{kind}: \S", row[-1])]
        assert len(kinds) == 1, row
        others = re.findall(rf"\b({'|'.join(KINDS)}): ", row[-1])
        assert others == kinds, row


# What they name


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """The tests of a module, as pytest calls them, read from its text."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        within = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {f"{within}{each.name}" for each in inside if isinstance(each, ast.FunctionDef)}
    return frozenset(name for name in found if name.rpartition("::")[2].startswith("test_"))


def check_test(name: str) -> None:
    path, _colons, test = name.partition("::")
    assert (ROOT / path).exists(), name
    assert test in names_of_tests(path), name


@pytest.mark.parametrize(("document", "text"), of_kind("test"))
def test_each_test_is_there(document: str, text: str) -> None:
    names = in_backticks(text)
    assert text == "test: " + ", ".join(f"`{name}`" for name in names)
    for name in names:
        check_test(name)


def test_each_attack_has_a_test_that_is_there() -> None:
    for attack, tests in rows_of(section_of(SECURITY, "Attacks, and the tests that make them")):
        names = in_backticks(tests)
        assert names, attack
        for name in names:
            assert TEST.fullmatch(name), name
            check_test(name)


@cache
def settings_where(environment: str, *names: str) -> dict[str, str]:
    """How Python writes these settings of a site, or of Django, in a process that is started with this one variable."""
    variable, _equals, value = environment.partition("=")
    script = (
        "import json, sys; from django.conf import settings;"
        "print(json.dumps({name: repr(getattr(settings, name)) for name in sys.argv[1:]}))"
    )
    own = {"DJANGO_SETTINGS_MODULE": "pilotzone.settings", "PILOTZONE_DATA_DIR": os.environ["PILOTZONE_DATA_DIR"]}
    done = subprocess.run(
        [sys.executable, "-c", script, *names],
        cwd=ROOT,
        env={**clean_environment(), **own, **({variable: value} if variable else {})},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("document", "text"), of_kind("setting"))
def test_each_setting_has_the_value_that_the_row_says(document: str, text: str) -> None:
    said, _where, environment = text.removeprefix("setting: ").partition(" where ")
    named = [SETTING.fullmatch(each) for each in in_backticks(said)]
    assert named and all(named), text
    found = settings_where(environment.strip("`"), *(match[1] for match in named if match))
    for match in filter(None, named):
        actual = ast.literal_eval(found[match[1]])
        assert (actual[int(match[2])] if match[2] else actual) == ast.literal_eval(match[3]), match[0]


def anchors(document: str) -> list[str]:
    """Return the anchors that GitHub makes of a document's headings."""
    headings = re.findall(r"(?m)^#+ (.*)$", text_of(document))
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


@pytest.mark.parametrize("document", [SECURITY, ASVS, DENGBAO])
def test_each_section_that_is_linked_is_there_once(document: str) -> None:
    for path, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", text_of(document)):
        target = (ROOT / document).parent / path if path else ROOT / document
        found = anchors(str(target.resolve().relative_to(ROOT)))
        assert found.count(anchor) == 1, f"{path}#{anchor}"


@pytest.mark.parametrize(("document", "text"), of_kind("duty"))
def test_each_duty_leads_to_its_section_of_the_operations(document: str, text: str) -> None:
    assert re.search(r"\]\(\.\./operations\.md#[\w-]+\)$", text), text


# What the document says itself


def test_the_limits_of_guessing_are_those_of_the_code() -> None:
    section = section_of(SECURITY, "Guessing passwords")
    assert tuple(int(row[1]) for row in rows_of(section)) == LIMITS
    assert f"counted for {settings.AXES_COOLOFF_TIME * 60:.0f} minutes" in section
    assert f"{ASKED_PER_ADDRESS} times in 15 minutes from one address" in section
    assert f"sent {SENT_PER_ACCOUNT} links" in section


def test_the_names_of_the_place_are_written_down() -> None:
    section = section_of(OPERATIONS, "Passwords")
    assert f"a name of the place and fewer than {LEAST_OTHERS} other characters" in section
    assert "the product's, and the short names of the site's\nregions and departments" in section


def test_the_bounds_of_sessions_are_written_down() -> None:
    defaults = {row[0].strip("`"): row[1] for row in rows_of(section_of(OPERATIONS, "Settings")) if len(row) == 3}
    section = section_of(OPERATIONS, "Sessions")
    for name in ("PILOTZONE_IDLE_MINUTES", "PILOTZONE_SESSION_HOURS", "PILOTZONE_SESSIONS_AT_ONCE"):
        assert defaults[name] == str(getattr(settings, name))
        assert f"`{name}`" in section


def test_the_table_of_files_says_what_is_taken() -> None:
    evidence, ledger = rows_of(section_of(SECURITY, "Files that are taken"))
    assert set(in_backticks(evidence[1])) == {ending for endings in EXTENSIONS.values() for ending in endings}
    assert f"{MAX_EVIDENCE} of them for a report" in evidence[2]
    for limit in (
        f"{raw.MAX_BYTES // 1024 // 1024} MB,",
        f"{raw.MAX_UNPACKED_BYTES // 1024 // 1024} MB unpacked",
        f"{raw.MAX_SHEETS} sheets",
        f"{raw.MAX_ROWS:,} rows",
        f"{raw.MAX_COLUMNS} columns",
        f"{raw.MAX_CELLS:,} cells",
    ):
        assert limit in ledger[2], limit


def stored() -> str:
    return section_of(SECURITY, "What is stored")


def test_each_table_of_the_database_has_a_class() -> None:
    named = [name for row in rows_of(stored()) if len(row) == 4 for name in in_backticks(row[1])]
    assert len(named) == len(set(named))
    assert {resolve_name(name) for name in named} == set(apps.get_models())


def test_of_a_person_nothing_is_kept_that_is_not_listed() -> None:
    sentence = stored().split("Of a person these columns are kept")[1].split("No telephone number")[0]
    assert set(in_backticks(sentence)) == {field.name for field in User._meta.fields}


def test_the_fields_that_not_everybody_sees_are_fields() -> None:
    fields = [name for row in rows_of(stored()) if len(row) == 2 for name in in_backticks(row[0])]
    assert fields
    for name in fields:
        model, _dot, field = name.rpartition(".")
        assert resolve_name(model)._meta.get_field(field), name


KEYS = "Keys and digests"
HASHES, DRAWS = {"hashlib", "hmac", "pyrage", "cryptography"}, {"secrets"}
OF_DJANGO = {"salted_hmac", "signing", "default_token_generator", "make_password", "get_random_string", "uuid4"}


def makes_keys(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {each.name.partition(".")[0] for each in node.names}
            module = (getattr(node, "module", "") or "").partition(".")[0]
            if names & (HASHES | DRAWS | OF_DJANGO) or module in HASHES | DRAWS:
                return True
    return False


def test_each_module_that_hashes_signs_or_draws_is_listed() -> None:
    listed = {name for row in rows_of(section_of(SECURITY, KEYS)) for name in in_backticks(row[0]) if ".py" in name}
    assert {str(path.relative_to(ROOT)) for path in python_files(APPS) if makes_keys(path)} == listed


def test_no_weak_algorithm_is_named() -> None:
    weak = re.compile(r"(?i)\b(md4|md5|sha1|des3?|rc4|ecb)\b")
    assert weak.search("hashlib.md5(b'')")
    for path in python_files(APPS):
        assert not weak.search(path.read_text(encoding="utf-8")), path


def test_each_secret_is_listed() -> None:
    listed = [name for row in rows_of(section_of(SECURITY, KEYS)) for name in in_backticks(row[0]) if ".py" not in name]
    assert settings.SECRET_KEY  # reads them all
    assert set(listed) == env.secret_names


def test_the_table_of_logs_names_what_writes_them() -> None:
    logs = "\n".join(row[0] for row in rows_of(section_of(SECURITY, "Logs")))
    assert {"auditlog_logentry", *settings.LOGGING["handlers"]} <= set(in_backticks(logs))
    for path in re.findall(r"(?m)^ *access_log (\S+)", text_of("deploy/nginx.conf")):
        assert path in logs
