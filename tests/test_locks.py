"""Each package of the locks comes built for the machines of the manual: the image has a compiler for one alone."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.services import ROOT

# It asks the package index which files there are, and takes none.
pytestmark = pytest.mark.long
# The other locks are parts of these. Lock -> what is built where it is installed.
LOCKS: dict[str, set[str]] = {"requirements-ldap.txt": {"python-ldap"}, "requirements-dev.txt": set()}


def packages_for(lock: Path, python: str, processor: str, folder: Path) -> list[dict[str, Any]]:
    """Each package with the files of it that suit a Linux of this kind, as a file of PEP 751 lists them."""
    uv = shutil.which("uv") or str(ROOT / ".tools/bin/uv")
    if not Path(uv).exists():
        pytest.skip("no uv: ./run lock gets it")
    machine = ["--python-platform", f"{processor}-unknown-linux-gnu", "--python-version", python]
    found = folder / "pylock.toml"
    index = {"UV_DEFAULT_INDEX": os.environ["PIP_INDEX_URL"]} if os.environ.get("PIP_INDEX_URL") else {}
    done = subprocess.run(
        [uv, "pip", "compile", "--quiet", "--no-deps", "--format", "pylock.toml", *machine, "-o", found, lock],
        env={**index, "UV_SYSTEM_CERTS": "1", **os.environ},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    packages: list[dict[str, Any]] = tomllib.loads(found.read_text(encoding="utf-8"))["packages"]
    return packages


@pytest.mark.parametrize("processor", ["x86_64", "aarch64"])
@pytest.mark.parametrize("python", ["3.12", "3.13", "3.14"])
@pytest.mark.parametrize("lock", LOCKS)
def test_each_package_comes_built_for_linux(lock: str, python: str, processor: str, tmp_path: Path) -> None:
    allowed = set(re.findall(r"--hash=sha256:(\w+)", (ROOT / lock).read_text(encoding="utf-8")))
    packages = packages_for(ROOT / lock, python, processor, tmp_path)
    assert len(packages) > 70
    not_built = [each for each in packages if not allowed & {digest(file) for file in each.get("wheels", [])}]
    assert {each["name"] for each in not_built} == LOCKS[lock]
    assert {digest(each["sdist"]) for each in not_built} <= allowed


def digest(file: dict[str, Any]) -> str:
    return str(file["hashes"]["sha256"])
