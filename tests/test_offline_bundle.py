"""A site from nothing but what `./run bundle --offline` wrote: no network, an empty home, no variables."""

import os
import re
import shutil
import signal
import subprocess
import tarfile
from pathlib import Path

import pytest

from core.release import release
from tests.manual import block
from tests.services import ROOT, free_port

pytestmark = pytest.mark.long
# A network of its own, in which there is nothing but the loopback.
WITHOUT_NETWORK = ["unshare", "--map-root-user", "--net", "--"]


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    clone = tmp_path_factory.mktemp("clone") / "pilotzone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    return clone


@pytest.fixture(scope="module")
def bundle(clone, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    made = subprocess.run([clone / "run", "bundle", "--offline", folder], capture_output=True, text=True, timeout=900)
    assert made.returncode == 0, made.stdout + made.stderr
    (bundle,) = folder.glob("*.tar.gz")
    return bundle


@pytest.fixture(scope="module")
def unpacked(bundle, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(bundle) as archive:
        archive.extractall(folder, filter="data")
    (project,) = folder.iterdir()
    return project


def test_its_checksum_is_beside_it(bundle):
    subprocess.run(["sha256sum", "--check", "--quiet", f"{bundle.name}.sha256"], cwd=bundle.parent, check=True)


def test_each_file_in_it_has_a_checksum(unpacked):
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=unpacked, check=True)
    named = {line.split(maxsplit=1)[1] for line in (unpacked / "SHA256SUMS").read_text(encoding="utf-8").splitlines()}
    files = {f"./{path.relative_to(unpacked)}" for path in unpacked.rglob("*") if path.is_file()}
    assert named == files - {"./SHA256SUMS"}


def test_it_holds_the_code_of_a_commit_and_no_tests(clone, unpacked):
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, capture_output=True, text=True, check=True)
    assert (unpacked / "COMMIT").read_text() == head.stdout
    assert not (unpacked / "tests").exists()


def test_a_site_runs_on_a_machine_without_network(bundle, tmp_path):
    """The site is unpacked and started with the very lines of the manual."""
    if subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True).returncode:
        pytest.skip("this machine makes no network for a process of its own")
    port, log = free_port(), tmp_path / "log"
    # The network of its own is left by nobody: what asks the site has to be inside too.
    ask = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).status)"
    name = bundle.name.removesuffix(".tar.gz")
    put = {
        f"pilotzone-{release()}-python3.13-x86_64": name,
        "./run serve": f"./run serve --port {port} --data-dir $HOME/site",
    }
    *unpack, serve = block("sha256sum --check", **put).splitlines()
    script = f"""
        set -e
        ip link set lo up
        {"; ".join(unpack)}
        set +e
        ({serve} >{log} 2>&1) &
        for second in $(seq 300); do
            python3 -c '{ask}' http://127.0.0.1:{port}/readyz 2>/dev/null && break
            sleep 1
        done
        python3 -c '{ask}' http://127.0.0.1:{port}/
    """
    home, machine = tmp_path / "home", tmp_path / "machine"
    home.mkdir()
    machine.mkdir()
    for file in (bundle, bundle.with_name(f"{bundle.name}.sha256")):
        shutil.copy(file, machine)
    site = subprocess.Popen(
        [*WITHOUT_NETWORK, "sh", "-c", script],
        cwd=machine,
        env={"HOME": str(home), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert site.stdout is not None
        said = [site.stdout.readline().strip() for _ in range(3)]
        assert said == [f"{bundle.name}: OK", "200", "200"], log.read_text()
    finally:
        os.killpg(site.pid, signal.SIGTERM)
        site.wait(timeout=30)
    said = log.read_text()
    assert "set a password for the account admin" in said
    assert re.search(rf"Pilotzone runs at http://127.0.0.1:{port}/", said)


def test_another_python_is_refused_with_a_sentence(unpacked, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(unpacked, other, ignore=shutil.ignore_patterns(".venv", ".tools", "*.whl"))
    (other / "wheels" / "python-version").write_text("3.99\n")
    done = subprocess.run([other / "run", "serve"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "this bundle was made for Python 3.99: install it" in done.stderr


def test_a_bundle_that_was_cut_off_is_refused_with_a_sentence(unpacked, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(unpacked, other, ignore=shutil.ignore_patterns(".venv", ".tools", "django-6*"))
    # What another installation left in the home folder would stand in for what is missing.
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run([other / "run", "serve"], env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "the packages in wheels could not be installed" in done.stderr
