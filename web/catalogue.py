"""Collects the texts of the source into the Chinese catalogue, without GNU gettext."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "format_counted": (1, 2),
}
SKIPPED = {"tests", "benchmarks", "fixtures", "migrations", "staticfiles", "node_modules", "var", "site"}
HEADER = """\
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""

type Key = tuple[str, str | None]


def catalogue_path() -> Path:
    return Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.po"


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


def key(message: Message) -> Key:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id, message.context


def chinese(message: Message) -> str:
    """The translation; empty where there is none yet."""
    return message.string if isinstance(message.string, str) else (message.string or ("",))[0]


def update_catalogue(path: Path) -> Catalog:
    """Writes the catalogue anew from the texts of the source, with the translations that it had, and returns it."""
    known = {key(message): chinese(message) for message in read_catalogue(path)} if path.exists() else {}
    catalogue = extract_texts()
    for message in catalogue:
        # A text that has got or lost a plural keeps its translation: Chinese has one form.
        text = known.get(key(message), "")
        message.string = (text,) if isinstance(message.id, tuple) else text
    written = BytesIO()
    # Without locations and dates, a change of the file is a change of a text.
    write_po(written, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + written.getvalue().decode().strip() + "\n", encoding="utf-8")
    return catalogue


def extract_texts() -> Catalog:
    catalogue = Catalog(locale="zh_Hans")
    for path in _source_files():
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Within brackets Python does not mind how the template is indented.
            source = f"(\n{templatize(source, origin=str(path))}\n)"
        calls: Any = extract_python(BytesIO(source.encode()), KEYWORDS, (), {})
        for _line, function, texts, _comments in calls:
            _add(catalogue, function, texts)
    return catalogue


def _add(catalogue: Catalog, function: str, arguments: Any) -> None:
    texts: list[str] = [arguments] if isinstance(arguments, str) else list(arguments)
    context = texts.pop(0) if "pgettext" in function else None
    if not texts or not texts[0]:
        return  # the argument is a variable
    has_plural = function.startswith(("ngettext", "npgettext", "format_counted"))
    catalogue.add(tuple(texts[:2]) if has_plural else texts[0], context=context)


def _source_files() -> Iterator[Path]:
    root = Path(settings.BASE_DIR)
    for folder, folders, names in root.walk():
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith("."))
        suffixes = (".py", ".html", ".txt") if folder.is_relative_to(root / "templates") else (".py", ".html")
        yield from (folder / name for name in sorted(names) if name.endswith(suffixes))
