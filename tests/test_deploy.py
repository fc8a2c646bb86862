"""The files of `deploy/` for a machine without Docker: looked at by the programs that would read them."""

import json
import os
import pwd
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compose import OURS, SERVICES
from tests.manual import blocks, commands
from tests.services import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
HOME = "/opt/pilotzone/current"
# What operations.md has people call, without the name of the program.
MANUAL = [words[1:] for each in blocks() for words in commands(each) if words[0] == "manage.py"]


def run(*command: str | Path) -> str:
    """Run a command, and return its words on standard error."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


def value(unit: str, name: str) -> str:
    text = (DEPLOY / "systemd" / f"pilotzone-{unit}.service").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^{name}=(.*)$", text, flags=re.MULTILINE)
    return found


def test_systemd_reads_the_units(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    # It asks whether the programs are there.
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("python", "gunicorn", "celery"):
        shutil.copy("/bin/true", programs / name)
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(f"{HOME}/.venv/bin/", f"{programs}/")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    # What it does not know it ignores, and says so.
    assert run("systemd-analyze", "verify", "--man=no", *(tmp_path / unit.name for unit in UNITS)) == ""


def test_nginx_reads_its_file(tmp_path):
    nginx, openssl = shutil.which("nginx", path="/usr/sbin:/usr/bin"), shutil.which("openssl")
    if not (nginx and openssl):
        pytest.skip("nginx or openssl is not installed")
    certificate = ["-keyout", tmp_path / "pilotzone.key", "-out", tmp_path / "pilotzone.pem"]
    run(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", *certificate)
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    site = site.replace("/etc/nginx/tls", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/nginx.pid; error_log stderr warn; events {{}}\nhttp {{\n{site}\n}}\n", encoding="utf-8"
    )
    assert run(nginx, "-t", "-q", "-c", tmp_path / "nginx.conf", "-p", tmp_path) == ""


@pytest.mark.parametrize("unit", OURS)
def test_each_unit_starts_what_its_container_does(unit):
    started = value(unit, "ExecStart").removeprefix(f"{HOME}/.venv/bin/").replace("--bind 127.0.0.1:8000 ", "")
    # A per cent sign that systemd leaves alone is written twice.
    started = started.replace("%%", "%")
    # The scheduler of a machine is asked by nobody whether it is well.
    assert started == SERVICES[unit]["command"].removesuffix(" --enable-remote-control")


def test_no_other_machine_reaches_the_site_past_the_proxy():
    assert "--bind 127.0.0.1:8000 " in value("web", "ExecStart")


@pytest.mark.parametrize("unit", OURS)
def test_each_process_has_no_rights_and_writes_to_one_folder(unit):
    assert value(unit, "User") == "pilotzone"
    assert value(unit, "ProtectSystem") == "strict"
    assert value(unit, "NoNewPrivileges") == "yes"
    assert value(unit, "CapabilityBoundingSet") == ""
    assert value(unit, "StateDirectory") == "pilotzone"


def test_the_proxy_says_who_asks_and_how():
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    places = [each for each in re.findall(r"location [^{]*\{(.*?)\n    \}", text, flags=re.DOTALL) if "proxy" in each]
    assert len(places) == 2
    for place in places:
        assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in place
        assert "proxy_set_header X-Forwarded-Proto $scheme;" in place
        assert "proxy_set_header Host $host;" in place


def test_nothing_goes_over_the_wire_as_it_is():
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    _unknown, plain, encrypted = text.split("\nserver {")[1:]
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in encrypted
    assert "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;" in encrypted
    assert "proxy_pass" not in plain
    # People are led on, programs are told.
    assert re.findall(r"location (\S+) \{\s+return (\d+)", plain) == [("/", "301"), ("/api/", "403")]


class TestScript:
    """deploy/pilotzone, with other places than those of a real machine, and as whoever runs the tests."""

    SETTINGS = (
        "# The site.\n"
        "DATABASE_URL=postgres://pilotzone:s3cret@db.example:5433/zone?sslmode=require&connect_timeout=5\n"
        'PILOTZONE_EMAIL_FROM="Pilot zone <pilotzone@example.org>"\n'
        "PILOTZONE_SECRET_KEY=a$b;c`touch stolen`'d\n"
    )

    @pytest.fixture
    def script(self, tmp_path: Path) -> Path:
        """Return the script, beside a manage.py that tells what it was called with."""
        home = tmp_path / "home"
        (home / ".venv" / "bin").mkdir(parents=True)
        (home / ".venv" / "bin" / "python").symlink_to(sys.executable)
        told = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]))"
        (home / "manage.py").write_text(told, encoding="utf-8")
        return self.placed(tmp_path, home)

    def placed(self, folder: Path, home: Path) -> Path:
        text = (DEPLOY / "pilotzone").read_text(encoding="utf-8")
        user = pwd.getpwuid(os.geteuid()).pw_name
        for name, value in (
            ("HOME", home),
            ("SETTINGS", folder / "pilotzone.env"),
            ("DATA", folder / "data"),
            ("USER", user),
        ):
            text, number = re.subn(rf'(?m)^{name} = ".*"$', f'{name} = "{value}"', text)
            assert number == 1
        (folder / "pilotzone").write_text(text, encoding="utf-8")
        (folder / "pilotzone.env").write_text(self.SETTINGS, encoding="utf-8")
        return folder / "pilotzone"

    def call(self, script: Path, *words: str, at: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(script), *words]
        environment = {"PATH": "/usr/bin:/bin", "DATABASE_URL": "postgres://of/the/caller"}
        return subprocess.run(command, cwd=at, env=environment, capture_output=True, text=True, timeout=60, check=False)

    @pytest.mark.parametrize("words", MANUAL, ids=" ".join)
    def test_each_line_of_the_manual_arrives_with_the_settings_of_the_site(
        self, script: Path, tmp_path: Path, words: list[str]
    ) -> None:
        done = self.call(script, *words, at=tmp_path)
        assert done.returncode == 0, done.stderr
        arguments, environment, folder = json.loads(done.stdout)
        assert arguments == words
        assert environment["DATABASE_URL"].endswith("/zone?sslmode=require&connect_timeout=5")
        assert environment["PILOTZONE_SECRET_KEY"] == "a$b;c`touch stolen`'d"
        assert environment["PILOTZONE_EMAIL_FROM"] == "Pilot zone <pilotzone@example.org>"
        assert environment["PILOTZONE_DATA_DIR"] == str(tmp_path / "data")
        # A relative folder is the caller's.
        assert folder == str(tmp_path)
        assert not (tmp_path / "stolen").exists()

    def test_it_says_on_which_database_it_works_and_no_password(self, script: Path, tmp_path: Path) -> None:
        said = self.call(script, "backup", "a").stderr
        assert said == f"pilotzone: on the database zone at db.example:5433, with the data folder {tmp_path}/data\n"

    @pytest.mark.parametrize("written", ["", "# DATABASE_URL=postgres://a/b\n", "DATABASE_URL=\n"])
    def test_it_refuses_to_work_on_the_embedded_default(self, script: Path, tmp_path: Path, written: str) -> None:
        (tmp_path / "pilotzone.env").write_text(written, encoding="utf-8")
        done = self.call(script, "backup", "a")
        assert (done.returncode, done.stdout) == (1, "")
        assert "names no DATABASE_URL" in done.stderr and "Nothing was done" in done.stderr

    @pytest.mark.parametrize(
        "address",
        [
            "pilotzone:s3cret@db.example:54x/zone",
            "pilotzone:s3cret@db.example:99999/zone",
            "pilotzone:s3c/ret@db.example/zone",
            # What is in front of the sign could be a port.
            "pilotzone:33/s3cret@db.example/zone",
            "pilotzone:33?s3cret@db.example/zone",
            "pilotzone:33#s3cret@db.example/zone",
            "pilotzone:s3cret@[db.example/zone",
        ],
    )
    def test_an_address_that_is_none_is_a_sentence_without_the_password(
        self, script: Path, tmp_path: Path, address: str
    ) -> None:
        (tmp_path / "pilotzone.env").write_text(f"DATABASE_URL=postgres://{address}\n", encoding="utf-8")
        done = self.call(script, "backup", "a")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("pilotzone: DATABASE_URL in ") and done.stderr.count("\n") == 1
        assert not any(part in done.stderr for part in ("s3c", "ret@", "54x", "db.example"))

    def test_settings_that_cannot_be_read_are_a_sentence(self, script: Path, tmp_path: Path) -> None:
        (tmp_path / "pilotzone.env").unlink()
        done = self.call(script, "check")
        assert done.returncode == 1
        assert "cannot be read" in done.stderr and "Traceback" not in done.stderr

    @pytest.mark.parametrize(
        ("line", "value"),
        [
            # Examples of systemd.exec(5), and the states of its reader.
            ("A=plain & more ; $x  ", "plain & more ; $x"),
            ('A="two  words" ', "two  words"),
            ("A='$word'\"s\" ", "$words"),
            ("A=one\\\ntwo", "onetwo"),
            ('A="x\\"y\\n\\$z"', 'x"y\\n$z'),
            ('A="first\nsecond"', "first\nsecond"),
            ('A=a "b" it\'s', 'a "b" it\'s'),
            ("  A = spaced ", "spaced"),
            ("A=\\ kept\\ ", " kept "),
        ],
    )
    def test_values_are_read_as_systemd_reads_them(self, script: Path, line: str, value: str) -> None:
        read = runpy.run_path(str(script))["read_settings"]
        assert read(f"; before\n{line}\nB=after\nno setting\n") == {"A": value, "B": "after"}

    @pytest.mark.parametrize(
        ("end", "value"),
        [
            ("A=one\\", "one"),
            ("A=one \\", "one "),
            ("A=\\", ""),
            ("A=one\\\n", "one"),
            ("A=one\\\\", "one\\"),
            ('A="one\\', "one"),
            ('A="one\ntwo', "one\ntwo"),
            ("A='one\\", "one\\"),
        ],
    )
    def test_a_file_that_ends_within_a_value_ends_the_value(self, script: Path, end: str, value: str) -> None:
        """The script reads such a file as systemd does, too."""
        read = runpy.run_path(str(script))["read_settings"]
        assert read(f"B=before\n{end}") == {"A": value, "B": "before"}
