"""What `deploy/` has for a machine without Docker: looked at by the programs that would read it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.compose import SERVICES
from tests.services import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
HOME = "/opt/pilotzone/current"


def run(*command: str | Path) -> str:
    """What it said on standard error."""
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


@pytest.mark.parametrize("unit", ["web", "worker", "beat", "migrate"])
def test_each_unit_starts_what_its_container_does(unit):
    started = value(unit, "ExecStart").removeprefix(f"{HOME}/.venv/bin/").replace("--bind 127.0.0.1:8000 ", "")
    # The scheduler of a machine is asked by nobody whether it is well.
    assert started == SERVICES[unit]["command"].removesuffix(" --enable-remote-control")


def test_no_other_machine_reaches_the_site_past_the_proxy():
    assert "--bind 127.0.0.1:8000 " in value("web", "ExecStart")


@pytest.mark.parametrize("unit", ["web", "worker", "beat", "migrate"])
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


def test_the_script_is_a_shell_script():
    run("sh", "-n", DEPLOY / "pilotzone")
    if shellcheck := shutil.which("shellcheck"):
        run(shellcheck, DEPLOY / "pilotzone")
