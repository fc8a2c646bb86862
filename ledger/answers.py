"""The answers about a file as lines, which its page writes and the command reads: `measures:干什么=title_zh`."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.headers import NOT_READ
from ledger.matching import NAMED
from ledger.sentences import FileRefused
from ledger.sheets import SHEETS

NOTE = "#"


def written_answers(answers: Mapping[str, str]) -> str:
    """Returns the answers about sheets, columns and cells, one a line; "" where there are none."""
    lines = [f"{key}={value}" for key, value in answers.items() if not _fault(key, value)]
    note = _("What the sheets and columns are: manage.py load_data PATH --columns FILE")
    return "\n".join([f"{NOTE} {note}", *lines, ""]) if lines else ""


def read_answers(text: str) -> dict[str, str]:
    """Raises FileRefused where a line says nothing that may be asked."""
    return dict(_read_lines(text))


def _read_lines(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith(NOTE):
            continue
        # A header may hold the sign, a choice does not.
        key, _equals, value = line.strip().rpartition("=")
        if sentence := _fault(key, value):
            raise FileRefused(gettext_lazy("Line %(line)s: %(sentence)s"), line=number, sentence=sentence)
        yield key, value


def _fault(key: str, value: str) -> str:
    """Returns what is wrong with an answer; "" where it may be one."""
    subject, colon, name = key.partition(":")
    if not colon:
        subject, _dot, column = key.partition(".")
        return _wrong_sheet(subject) or _wrong_column(subject, column.partition(".")[0])
    if key.startswith(NAMED):
        return _wrong_sheet(name.partition(":")[0])
    if value == NOT_READ:
        return "" if subject == "sheet" else _wrong_sheet(subject)
    return _wrong_sheet(value) if subject == "sheet" else _wrong_sheet(subject) or _wrong_column(subject, value)


def _wrong_sheet(name: str) -> str:
    if name in SHEETS:
        return ""
    words = {"name": name, "names": ", ".join(SHEETS)}
    return _("There is no sheet “%(name)s”. Its name is one of: %(names)s.") % words


def _wrong_column(sheet: str, name: str) -> str:
    names = [column.name for column in SHEETS[sheet].columns]
    if name in names:
        return ""
    words = {"sheet": SHEETS[sheet].label, "name": name, "names": ", ".join(names)}
    return _("%(sheet)s has no column “%(name)s”. Its name is one of: %(names)s.") % words
