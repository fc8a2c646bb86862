"""The image of the Dockerfile, built and started where buildah is there; nothing here needs Docker or its registry.

The two images that it begins with are made of packages of Debian. Processes run in it by `chroot`; what compose adds (a
root that is read only, no capabilities, bounds) is looked at in tests/test_compose.py.
"""

import os
import shlex
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.compose import compose_command
from tests.running import database_address
from tests.services import ROOT, free_port, redis, wait_until

pytestmark = [pytest.mark.long, pytest.mark.services]
BASE, IMAGE = "localhost/pilotzone-base", "localhost/pilotzone-test"
PACKAGES = "ca-certificates nodejs npm python3 python3-venv python3-pip"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
# Limits of this process: without rights none can be raised.
LIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"]


def buildah(*arguments: str | Path, timeout: int = 1800) -> str:
    environment = {**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}
    done = subprocess.run(["buildah", *arguments], env=environment, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout.strip()


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    missing = [name for name in ("buildah", "debootstrap", "netavark") if not _is_there(name)]
    if missing or os.geteuid() != 0:
        pytest.skip(f"an image is built by root with {', '.join(missing or ['no more than is there'])}")


def _is_there(program: str) -> bool:
    return bool(shutil.which(program, path="/usr/sbin:/usr/bin:/usr/lib/podman"))


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Iterator[str]:
    """Debian with Python and Node, in the place of Docker's own images of these."""
    root = tmp_path_factory.mktemp("base") / "root"
    subprocess.run(["debootstrap", "--variant=minbase", "stable", root], check=True, capture_output=True, timeout=1800)
    for file in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copy(file, f"{root}{file}")
    script = f"apt-get update -q && apt-get install -q -y --no-install-recommends {PACKAGES}"
    subprocess.run(
        ["chroot", root, "sh", "-c", script],
        check=True,
        capture_output=True,
        timeout=1800,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"},
    )
    # Certificates of a network that has its own.
    if Path(CERTIFICATES).exists():
        shutil.copy(CERTIFICATES, f"{root}{CERTIFICATES}")
    # As the images have them: `python`, and an npm that reads lock files without addresses.
    (root / "usr/bin/python").symlink_to("python3")
    npm = ["npm", "install", "--global", "--cafile", CERTIFICATES, "npm@11"]
    subprocess.run(["chroot", root, *npm], check=True, capture_output=True, timeout=1800)
    container = buildah("from", "scratch")
    buildah("add", "--quiet", container, root, "/")
    buildah("config", "--env", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", container)
    buildah("commit", "--quiet", "--rm", container, BASE)
    yield BASE
    buildah("rmi", "--force", BASE)


@pytest.fixture(scope="module")
def image(base) -> Iterator[str]:
    arguments = [f"--build-arg={name}_IMAGE={base}" for name in ("NODE", "PYTHON")]
    buildah("build", "--quiet", *LIMITS, *arguments, "--build-arg=COMMIT=of-this-test", "--tag", IMAGE, ROOT)
    yield IMAGE
    buildah("rmi", "--force", IMAGE)


@contextmanager
def container(image: str, command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    name = buildah("from", image)
    words = [f"--env={key}={value}" for key, value in environment.items()]
    running = subprocess.Popen(
        ["buildah", "run", "--isolation=chroot", "--network=host", *words, name, "--", *command],
        env={**os.environ, "STORAGE_DRIVER": "vfs"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield running
    finally:
        running.terminate()
        running.wait(timeout=60)
        buildah("rm", name)


def inside(image: str, script: str) -> str:
    name = buildah("from", image)
    try:
        return buildah("run", "--isolation=chroot", name, "--", "sh", "-c", script)
    finally:
        buildah("rm", name)


def test_it_runs_as_nobody_who_has_rights_and_says_which_code_it_is(image):
    assert inside(image, "id -u; cat COMMIT; python manage.py --version").splitlines()[:2] == ["10001", "of-this-test"]


def test_it_holds_no_tests_no_settings_and_no_key(image):
    assert inside(image, "ls -A; ls -A /data").split().count("tests") == 0
    assert inside(image, "find / -xdev -name secret_key -o -xdev -name .env 2>/dev/null || true") == ""


def test_its_charts_are_the_small_ones(image):
    size = int(inside(image, "stat -c %s staticfiles/plotly/plotly.min.js"))
    assert 500_000 < size < 2_500_000


@pytest.mark.django_db(transaction=True)
def test_web_worker_and_beat_start_from_it(image):
    with redis() as broker:
        start_all(image, broker.url)


def start_all(image: str, broker: str) -> None:
    environment = {
        "DATABASE_URL": database_address(),
        "REDIS_URL": broker,
        "PILOTZONE_SECRET_KEY": "aB3-eF7hI9kL2mN5pQ8rS1tU4vW6xY0zaB3-eF7hI9kL2mN5pQ8",
        "PILOTZONE_PUBLIC_READING": "on",
    }
    port = free_port()
    web = [*compose_command("web"), "--bind", f"127.0.0.1:{port}"]
    with (
        container(image, web, environment) as server,
        container(image, compose_command("worker"), environment) as worker,
        container(image, compose_command("beat"), environment) as beat,
    ):

        def is_ready() -> bool:
            assert server.poll() is None and worker.poll() is None and beat.poll() is None
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                    return answer.status == 200
            except OSError:
                return False

        wait_until(is_ready, "the web server of the image", seconds=120)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/version", timeout=5) as answer:
            assert b"of-this-test" in answer.read()
        check = shlex.join(["celery", "-A", "pilotzone", "inspect", "ping", "--timeout", "20"])
        with container(image, ["sh", "-c", check], environment) as ping:
            said, _ = ping.communicate(timeout=120)
        assert "pong" in said
