"""The release and the commit of the code that runs."""

import functools
import subprocess
import tomllib

from django.conf import settings


@functools.cache
def release() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


@functools.cache
def commit() -> str:
    """Return the commit with which the image was built, else that of the clone."""
    file = settings.BASE_DIR / "COMMIT"
    if file.exists():
        return file.read_text(encoding="ascii").strip()
    try:
        command = ["git", "rev-parse", "HEAD"]
        asked = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return asked.stdout.strip()
