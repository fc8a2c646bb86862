"""The words that people head columns with besides their names and labels: `headers.toml` says more."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

# By sheet and column, the surest first.
HEADERS: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(
    Path(__file__).with_name("headers.toml").read_text(encoding="utf-8")
)
