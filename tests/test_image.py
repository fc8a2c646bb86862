"""The image of the Dockerfile, built and started where buildah is there; nothing here needs Docker or its registry.

The two images that it begins with are made of packages of Debian. Processes run in it by `chroot`; what compose adds (a
root that is read only, no capabilities, bounds) is looked at in tests/test_compose.py.
"""

import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.compose import compose_command
from tests.running import database_address
from tests.services import ROOT, free_port, redis, wait_until

pytestmark = [pytest.mark.long, pytest.mark.services]
BASE, IMAGE = "localhost/pilotzone-base", "localhost/pilotzone-test"
# With Python's own headers, which Docker's images have too.
PACKAGES = "ca-certificates nodejs npm python3 python3-venv python3-pip python3-dev"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
SECRET_KEY = "aB3-eF7hI9kL2mN5pQ8rS1tU4vW6xY0zaB3-eF7hI9kL2mN5pQ8"
# Of a provider and of a directory; nothing is asked of them before somebody logs in.
SIGN_ON = {
    "PILOTZONE_SECRET_KEY": SECRET_KEY,
    "PILOTZONE_OIDC_ISSUER": "https://login.example/realms/city",
    "PILOTZONE_OIDC_CLIENT_ID": "pilotzone",
    "PILOTZONE_OIDC_CLIENT_SECRET": "aB3-eF7hI9kL2mN5",
    "PILOTZONE_OIDC_NAME": "City",
    "PILOTZONE_LDAP_URL": "ldaps://directory.example",
    "PILOTZONE_LDAP_SEARCH_BASE": "ou=people,dc=city,dc=example",
}
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
    with built(base, IMAGE, "COMMIT=of-this-test") as name:
        yield name


@contextmanager
def built(base: str, name: str, *arguments: str) -> Iterator[str]:
    words = [f"--build-arg={each}" for each in (f"NODE_IMAGE={base}", f"PYTHON_IMAGE={base}", *arguments)]
    buildah("build", "--quiet", *LIMITS, *words, "--tag", name, ROOT)
    yield name
    buildah("rmi", "--force", name)


@pytest.fixture
def container(image) -> Iterator[str]:
    """One of its own for each test: what runs in it writes there."""
    with made_from(image) as name:
        yield name


@contextmanager
def made_from(image: str) -> Iterator[str]:
    name = buildah("from", *LIMITS, image)
    yield name
    buildah("rm", name)


def inside(container: str, script: str, **environment: str) -> str:
    words = [f"--env={name}={value}" for name, value in environment.items()]
    return buildah("run", *words, container, "--", "sh", "-c", script)


@contextmanager
def running(container: str, command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    words = [f"--env={key}={value}" for key, value in environment.items()]
    one = subprocess.Popen(
        ["buildah", "run", "--network=host", *words, container, "--", *command],
        env={**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield one
    finally:
        one.terminate()
        one.wait(timeout=60)


def test_it_runs_as_nobody_who_has_rights_and_says_which_code_it_is(container):
    assert inside(container, "id -u; cat COMMIT").splitlines() == ["10001", "of-this-test"]


def test_it_holds_no_tests_no_settings_and_no_key(container):
    assert "tests" not in inside(container, "ls -A").split()
    assert inside(container, "ls -A /data") == ""
    assert inside(container, "find /app /data -name secret_key -o -name .env") == ""


def test_its_charts_are_the_small_ones(container):
    assert int(inside(container, "stat -c %s staticfiles/plotly/plotly.min.js")) < 2_500_000


def test_with_the_packages_of_single_sign_on_it_takes_its_settings(base, container):
    """The packages of a directory have parts that are built for the image, and need libraries where they run."""
    script = "python manage.py check && python -c 'import ldap, authlib'"
    without = inside(container, f"({script}) 2>&1 || true", **SIGN_ON)
    assert "not installed: install those of requirements-" in without
    with built(base, f"{IMAGE}-sign-on", "REQUIREMENTS=requirements-ldap.txt") as image, made_from(image) as one:
        assert "System check identified no issues" in inside(one, script, **SIGN_ON)


@pytest.mark.django_db(transaction=True)
def test_web_workers_and_beat_start_from_it(container):
    with redis() as broker:
        start_all(container, broker.url)


def start_all(container: str, broker: str) -> None:
    environment = {
        "DATABASE_URL": database_address(),
        "REDIS_URL": broker,
        "PILOTZONE_SECRET_KEY": SECRET_KEY,
        "PILOTZONE_PUBLIC_READING": "on",
    }
    port = free_port()
    web = [*compose_command("web"), "--bind", f"127.0.0.1:{port}"]
    commands = [web, *map(compose_command, ("worker", "worker-slow", "beat"))]
    with ExitStack() as stack:
        processes = [stack.enter_context(running(container, command, environment)) for command in commands]

        def is_ready() -> bool:
            assert [one.poll() for one in processes] == [None] * 4
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                    return answer.status == 200
            except OSError:
                return False

        wait_until(is_ready, "the web server of the image", seconds=120)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/version", timeout=5) as answer:
            assert b"of-this-test" in answer.read()

        def answers() -> bool:
            ping = ["celery", "-A", "pilotzone", "inspect", "ping", "--timeout", "10"]
            with running(container, ping, environment) as one:
                return one.wait(timeout=60) == 0

        wait_until(answers, "the worker of the image", seconds=180)
