"""Tests that what the manual says is what is done: they run its blocks, line by line, in a site of their own.

Each block is asked for by a test, here or elsewhere, by the words with which it begins (`tests.manual.block`).
What runs nowhere, since there is no Docker where tests run, is looked at here, and the manual names it in a section.
"""

import logging
import os
import re
import shlex
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.test import Client

from accounts.models import AccessToken, LogSeal
from audit.archive import prune_log
from audit.seals import seal_log
from core import log_context, request_id
from core.log_formats import TextFormatter
from pilotzone.env import strong_key
from rollups.models import StaleCell, Verification
from tests import factories as make
from tests.audit.test_seals import add
from tests.backups.backing_up import Elsewhere, Site, elsewhere, site
from tests.compose import SERVICES
from tests.lanes import clean_environment
from tests.manual import OPERATIONS, block, blocks, calls_of_block, commands
from tests.services import ROOT, free_port
from tests.test_run_script import Machine

__all__ = ["elsewhere", "site"]

MANUALS = (OPERATIONS, "README.md", "README.zh-hans.md")
SECTION = "What no test runs"
# What begins a line that is looked at, and run by nobody.
NOT_RUN = ("docker compose", "systemctl", "scrape_configs:")


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return tmp_path / "data"


def run(text: str) -> list[str]:
    """Run each line, and return the output of each. One that fails raises CommandError."""
    return [run_line(words) for words in commands(text)]


def run_line(words: list[str]) -> str:
    assert words[0] == "manage.py"
    said = StringIO()
    call_command(*words[1:], stdout=said, stderr=said)
    return said.getvalue()


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here")
    return found


class TestTheManual:
    @pytest.mark.parametrize("document", MANUALS)
    def test_each_block_is_asked_for_by_a_test(self, document: str) -> None:
        """A new one fails: write a test that runs it, or that looks at it, and then say so in the manual."""
        known = [beginning for named, beginning in calls_of_block() if named == document]
        assert [each for each in blocks(document) if not each.startswith(tuple(known))] == []

    def test_each_block_that_a_test_asks_for_is_there_once(self) -> None:
        asked = calls_of_block()
        assert len(asked) > 20
        for document, beginning in asked:
            assert sum(each.startswith(beginning) for each in blocks(document)) == 1, beginning

    def test_it_says_what_is_not_run(self) -> None:
        section = text_of(OPERATIONS).partition(f"\n## {SECTION}\n")[2].partition("\n## ")[0]
        assert tuple(re.findall(r"(?m)^\| `([^`]+)", section)) == NOT_RUN

    def test_its_shell_is_shell(self) -> None:
        scripts = [each for each in blocks() if re.match(r"(?:\S+/)?[a-z][\w.-]* (?!=)", each) and " INFO " not in each]
        assert len(scripts) > 10
        for script in scripts:
            done = subprocess.run(["bash", "-n"], input=without_choices(script), text=True, capture_output=True)
            assert (done.returncode, done.stderr) == (0, ""), script

    @pytest.mark.parametrize("document", MANUALS)
    def test_each_option_of_a_command_is_one_that_it_has(self, document: str) -> None:
        """Options that stand beside the blocks are looked at, too."""
        names = get_commands()
        used = re.findall(r"manage\.py ([a-z]\w*)([^`\n#]*)", text_of(document))
        for name, rest in used:
            app = names[name]
            command = load_command_class(app, name) if isinstance(app, str) else app
            known = {option for action in command.create_parser("", name)._actions for option in action.option_strings}
            assert set(re.findall(r"(?<!\S)--[a-z][a-z-]*", rest)) <= known, f"manage.py {name}{rest}"


def without_choices(script: str) -> str:
    return script.replace("read|reports|values|problems", "read")


class TestWhatIsNotRun:
    """No Docker, no systemd and no Prometheus is where the tests are."""

    def test_each_line_of_docker_names_what_compose_has(self) -> None:
        lines = [
            line
            for beginning in ("cp .env.example", "docker compose build", "docker compose run")
            for line in block(beginning).splitlines()
            if "docker" in line
        ]
        assert len(lines) == 7
        for line in lines:
            words = shlex.split(line.partition("&&")[0], comments=True)
            assert words[:2] == ["docker", "compose"]
            assert words[2] in ("build", "up", "exec", "run", "stop", "start")
            before_python = words[3 : words.index("python")] if "python" in words else words[3:]
            mounted = [word for word in before_python if ":/" in word]
            services = [word for word in before_python if not word.startswith("-") and word not in mounted]
            assert set(services) <= set(SERVICES), line
            assert [each.partition(":")[2] for each in mounted] == ["/backups"] * len(mounted)

    def test_the_units_that_are_stopped_and_started_are_there(self) -> None:
        [line] = [each for each in block("docker compose build").splitlines() if each.startswith("systemctl")]
        words = line.split(" && ")
        stop, reload, start = [each.split() for each in words]
        # Else systemd would start the units of the release before.
        assert reload == ["systemctl", "daemon-reload"]
        for each, verb in ((stop, "stop"), (start, "start")):
            assert each[:2] == ["systemctl", verb]
            assert (ROOT / "deploy/systemd" / each[2]).exists()

    def test_prometheus_is_told_of_the_port_of_compose_and_of_the_file_of_alerts(self) -> None:
        told = yaml.safe_load(block("scrape_configs:"))
        assert set(told) == {"scrape_configs", "rule_files"}
        [job] = told["scrape_configs"]
        [target] = job["static_configs"][0]["targets"]
        assert f"127.0.0.1:{target.rpartition(':')[2]}}}:" in str(SERVICES["web"]["ports"])
        assert set(job) == {"job_name", "authorization", "static_configs"}
        if promtool := shutil.which("promtool"):
            checked = subprocess.run([promtool, "check", "rules", ROOT / "deploy/alerts.yml"], capture_output=True)
            assert checked.returncode == 0, checked.stdout


@pytest.mark.django_db
def test_a_new_site_gets_its_administrator(tmp_path: Path) -> None:
    make_settings, _docker, invite = re.split(r"(?m)^(?=docker)", block("cp .env.example"))
    shutil.copy(ROOT / ".env.example", tmp_path)
    subprocess.run(["bash", "-ec", f"umask 077\n{make_settings}"], cwd=tmp_path, check=True)
    assert (tmp_path / ".env").read_text() == text_of(".env.example")
    assert secrets_made(tmp_path / "secrets") == {"PILOTZONE_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert "set a password for the account admin at\n  http://localhost:8000/" in run(invite)[0]


def secrets_made(folder: Path) -> set[str]:
    """Return the names of the secrets in the folder. Nobody gets into the folder; the users of containers, who are
    given the files, read them."""
    assert folder.stat().st_mode & 0o777 == 0o700
    files = list(folder.iterdir())
    assert {file.stat().st_mode & 0o777 for file in files} == {0o644}
    assert len({strong_key(file.read_text().strip()) for file in files}) == len(files)
    return {file.name for file in files}


def test_the_commands_of_the_readme(tmp_path: Path) -> None:
    english = [block("./run demo", "README.md"), block("./run test", "README.md"), block("./run serve", "README.md")]
    chinese = [
        block("./run demo", "README.zh-hans.md"),
        block("./run test", "README.zh-hans.md"),
        block("./run serve", "README.zh-hans.md"),
    ]
    assert english == chinese == ["./run demo", "./run test", "./run serve"]
    machine = Machine(tmp_path)
    machine.add_python()
    machine.add_uv()
    for command in ("demo", "serve"):
        started = machine.run(command, "--port", str(free_port()))
        assert (started.returncode, f"manage.py {command}" in started.stdout) == (0, True), started.stderr
    assert re.search(r"(?m)^  test ", machine.run("help").stdout)


class TestSettings:
    def test_those_of_e_mail_and_of_other_sites(self, tmp_path: Path) -> None:
        lines = [
            *block("PILOTZONE_EMAIL_URL=", password="tR7-wQ2m").splitlines(),
            *block("PILOTZONE_CORS_ORIGINS=").splitlines(),
        ]
        given = dict(shlex.split(line, comments=True)[0].split("=", 1) for line in lines)
        names = ("DEFAULT_FROM_EMAIL", "PILOTZONE_SITE_URL", "CORS_ALLOWED_ORIGINS", "MAILERS")
        script = f"from django.conf import settings; print(*(getattr(settings, name) for name in {names}), sep='\\n')"
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "--command", script],
            cwd=ROOT,
            env={**clean_environment(), "PILOTZONE_DATA_DIR": str(tmp_path), **given},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        *plain, mailer = done.stdout.splitlines()
        assert plain == [
            "Pilot zone <pilotzone@example.org>",
            "https://pilotzone.example.org",
            "['https://charts.example.org', 'https://data.example.org']",
        ]
        for part in ("'host': 'host'", "'port': 587", "'use_tls': True"):
            assert part in mailer


@pytest.mark.django_db
class TestAccounts:
    def test_a_token_for_an_account_that_nobody_logs_in_to(self) -> None:
        make.make_user("ada", role="reporter", department=make.make_department("energy"))
        for scope in ("read", "reports"):
            put = {"USER": "ada", "read|reports|values|problems": scope}
            [said] = run(block("manage.py create_token", **put))
            token = AccessToken.objects.latest("pk")
            assert (token.scope, token.name, (token.expires_at - token.created_at).days) == (
                scope,
                "what it is for",
                90,
            )
            assert len(said.strip()) > 20

    def test_a_lock_is_ended(self) -> None:
        make.make_user("vic", password="only-for-tests")
        client = Client()

        def log_in(password: str) -> int:
            return client.post("/accounts/login/", {"username": "vic", "password": password}).status_code

        assert [log_in("wrong") for _ in range(5)][-1] == 429
        assert log_in("only-for-tests") == 429
        run(block("manage.py axes_reset_username", USER="vic"))
        assert log_in("only-for-tests") == 302

    def test_the_only_administrator_lost_the_second_factor(self) -> None:
        admin = make.make_user("admin", is_superuser=True)
        admin.totpdevice_set.create(name="app", confirmed=True)
        [command] = re.findall(r"`(manage\.py shell -c \"from django_otp[^`]*)`", text_of(OPERATIONS))
        run(command.replace("\n", " "))
        assert not admin.totpdevice_set.exists()


@pytest.mark.django_db
class TestTheLog:
    def test_it_is_checked_with_a_seal_that_was_noted_elsewhere(self, tmp_path: Path) -> None:
        add(3)
        seal_log()
        noted = str(LogSeal.objects.latest("number"))
        folder = {"/srv/backups": str(tmp_path)}
        said = run(block("manage.py verify_audit  ", **{"1520:9f3c…": noted}, **folder))
        assert all("Checked 3 entries" in each for each in said)
        with pytest.raises(CommandError):
            run(block("manage.py verify_audit  ", **{"1520:9f3c…": f"3:{'0' * 64}"}, **folder))

    def test_a_file_of_old_entries_is_checked(self, data: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        add(3)
        seal_log()
        settings.PILOTZONE_LOG_DAYS = -1
        assert prune_log() == 3
        monkeypatch.chdir(data)
        [said] = run(block("manage.py verify_audit --file", **{"1-1520": "1-3"}))
        assert "Checked 3 entries" in said

    def test_the_line_with_the_seal(self, caplog: pytest.LogCaptureFixture) -> None:
        add(14)
        request_id.end()
        log_context.forget()
        with caplog.at_level(logging.INFO, "audit.seals"):
            seal_log()
        [record] = caplog.records
        assert shape(TextFormatter().format(record)) == shape(block("2023-08-29 09:30:00,123 INFO [-] audit"))


def shape(line: str) -> str:
    """Return the line without the parts that differ each time."""
    line = re.sub(r"[0-9a-f]{32,}|[0-9a-f]+…", "#", line)
    return re.sub(r"\d+(?:\.\d+)?", "0", line)


@pytest.mark.django_db
def test_the_lines_of_a_request(open_reading: None, today: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make.make_measure()
    ada = make.make_user("ada", role="viewer")
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(TextFormatter())
    client = Client(raise_request_exception=False, REMOTE_ADDR="192.0.2.7")

    def line_of(logger: str) -> str:
        written.truncate(0)
        log = logging.getLogger(logger)
        log.addHandler(handler)
        try:
            client.get("/measures/")
        finally:
            log.removeHandler(handler)
        return written.getvalue().lstrip("\0").splitlines()[0]

    of_access, of_error = block("2023-08-29 09:30:00,123 INFO [8c1f").splitlines()

    def fail(*args: Any, **options: Any) -> None:
        raise RuntimeError

    client.force_login(ada)
    monkeypatch.setattr(logging.getLogger("pilotzone.access"), "level", logging.INFO)
    assert shape(line_of("pilotzone.access")) == shape(of_access)
    monkeypatch.setattr("measures.views.measures.MeasureList.get", fail)
    client.logout()
    assert shape(line_of("django.request")) == shape(of_error)


@pytest.mark.django_db
class TestChecks:
    def test_the_data_checks(self, today: Any) -> None:
        make.make_measure()
        all_checks, errors = run(block("manage.py check_integrity"))
        assert all_checks and errors

    def test_the_totals(self, today: Any) -> None:
        make.make_measure()
        with pytest.raises(CommandError):
            run_line(["manage.py", "verify_rollups"])
        *_, everything = commands(block("manage.py verify_rollups  "))
        run_line(everything)
        run(block("manage.py verify_rollups  "))
        assert Verification.objects.count() == 1
        assert not StaleCell.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestBackups:
    def test_a_backup_and_its_way_back(self, site: Site, folder: Path, elsewhere: Elsewhere, data: Path) -> None:
        site.comment(site.client(), "一")
        make_it, into_empty, replace, verify = commands(block("manage.py backup FOLDER", FOLDER=folder))
        assert run_line(make_it).startswith("Copied ")
        assert elsewhere.manage(*into_empty[1:]).returncode == 0
        assert elsewhere.comments() == ["一"]
        site.comment(site.client(), "二")
        with pytest.raises(CommandError, match="with --replace the backup takes its place"):
            run_line(into_empty)
        assert ": replaced." in run_line(replace)
        assert site.measure.comments.count() == 1
        assert "is whole" in run_line(verify)

    def test_the_same_in_a_container(self, site: Site, folder: Path, data: Path) -> None:
        """Docker's lines are run here without Docker, as far as they run inside the container; the folder is mounted
        there."""
        make_it, replace = commands(block("docker compose run", **{"/backups/2026-01-31": folder}))
        run_line(make_it)
        assert ": replaced." in run_line(replace)

    def test_an_encrypted_one(self, site: Site, folder: Path, data: Path, settings: Any, tmp_path: Path) -> None:
        program("age")
        key = tmp_path / "pilotzone-backup.txt"
        made = shell(block("age-keygen"), tmp_path)
        settings.PILOTZONE_BACKUP_RECIPIENT = re.search(r"age1\w+", made.stderr)[0]  # type: ignore[index]  # it prints the key
        run_line(["manage.py", "backup", str(folder)])
        database = next(folder.glob("database.*.age"))
        put = {
            "FOLDER/database.dump.age": database,
            "FOLDER": folder,
            "--identity pilotzone": f"--identity {tmp_path}/pilotzone",
        }
        restore, verify, decrypt = block("manage.py restore FOLDER --identity", **put).splitlines()
        with pytest.raises(CommandError, match="--replace"):
            run(restore)
        run(f"{restore} --replace")
        assert "its rows can be read" in run(verify)[0]
        shell(decrypt, tmp_path)
        assert (tmp_path / "database.dump").stat().st_size > 10_000
        assert key.exists()

    def test_a_key_without_the_program(self, tmp_path: Path) -> None:
        [command] = re.findall(r"`(python -c \"import pyrage[^`]*)`", text_of(OPERATIONS))
        done = subprocess.run([sys.executable, *shlex.split(command)[1:]], capture_output=True, text=True, check=True)
        assert re.fullmatch(r"age1\w+ AGE-SECRET-KEY-1\w+\n", done.stdout)

    def test_the_drill(self, site: Site, folder: Path, elsewhere: Elsewhere, data: Path, tmp_path: Path) -> None:
        site.comment(site.client(), "一")
        run_line(["manage.py", "backup", str(folder)])
        put = {
            "postgres://user:password@host:5432/drill": elsewhere.address,
            "/tmp/drill": elsewhere.data,
            "/srv/backups/2026-01-31T0130": folder,
        }
        assert "Brought back " in shell(block("export DATABASE_URL=", **put), tmp_path).stdout
        assert elsewhere.comments() == ["一"]


def shell(script: str, home: Path) -> "subprocess.CompletedProcess[str]":
    """The script, with `manage.py` as a program."""
    programs = home / "programs"
    programs.mkdir(exist_ok=True)
    manage = programs / "manage.py"
    manage.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/manage.py" "$@"\n')
    manage.chmod(0o755)
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=home,
        env={**clean_environment(), "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done
