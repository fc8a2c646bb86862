"""The texts of the source, and the catalogue that answers them in Chinese; without GNU gettext."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

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
}
SKIPPED = {"tests", "benchmarks", "fixtures", "migrations", "staticfiles", "node_modules", "var"}
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


def update_catalogue(path: Path) -> Catalog:
    """Writes the catalogue of what the source says now, with the translations it had; gives it back."""
    known = {key(message): message.string for message in read_catalogue(path)} if path.exists() else {}
    catalogue = extracted()
    for message in catalogue:
        if not message.id or not known.get(key(message)):
            continue
        string = known[key(message)]
        # A text that has gained or lost its plural keeps its translation: Chinese has one form.
        first = string if isinstance(string, str) else string[0]
        message.string = (first,) if isinstance(message.id, tuple) else first
    text = BytesIO()
    # Without locations and dates, a change of the file is a change of a text.
    write_po(text, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + text.getvalue().decode().strip() + "\n", encoding="utf-8")
    return catalogue


def extracted() -> Catalog:
    catalogue = Catalog(locale="zh_Hans")
    for path in _sources():
        source = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            # Within brackets Python does not mind how the template is indented.
            source = f"(\n{templatize(source, origin=str(path))}\n)"
        for _, function, texts, _ in extract_python(BytesIO(source.encode()), tuple(KEYWORDS), (), {}):
            _add(catalogue, function, texts)
    return catalogue


def _add(catalogue: Catalog, function: str, texts: object) -> None:
    given = list(texts) if isinstance(texts, list | tuple) else [texts]
    context = None
    if "pgettext" in function:
        context = given.pop(0)
    if not given or not given[0]:
        return  # a variable: its text is marked where it is written
    plural = function.startswith(("ngettext", "npgettext", "ungettext"))
    catalogue.add(tuple(given[:2]) if plural else given[0], context=context)


def _sources() -> Iterator[Path]:
    root = Path(settings.BASE_DIR)
    for path in sorted(root.glob("*/**/*")):
        parts = path.relative_to(root).parts
        if path.suffix in (".py", ".html") and not any(part in SKIPPED or part.startswith(".") for part in parts):
            yield path
