"""Asks the package index for known security holes in what sites install; `./run check` runs it."""

import json
import subprocess
import sys

from tests.checks import LEFT_OUT
from tests.services import ROOT

# It holds all of the others that sites install.
COMMAND = (
    "pip-audit --requirement requirements-ldap.txt --require-hashes --disable-pip --format json --progress-spinner off"
)


def main() -> int:
    """0: none is known; 1: some are; LEFT_OUT where the index does not answer, or knows nothing of a package."""
    found = subprocess.run(COMMAND.split(), cwd=ROOT, capture_output=True, text=True)
    try:
        packages = json.loads(found.stdout)["dependencies"]
    except ValueError:
        print((found.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1])
        return LEFT_OUT
    holes = [(each, hole) for each in packages for hole in each.get("vulns", [])]
    for package, hole in holes:
        fixed = ", ".join(hole["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {hole['id']}, mended in {fixed}")
    unknown = sum("skip_reason" in each for each in packages)
    if holes:
        return 1
    if unknown:
        print(f"the package index has no list of holes for {unknown} of {len(packages)} packages")
        return LEFT_OUT
    return 0


if __name__ == "__main__":
    sys.exit(main())
