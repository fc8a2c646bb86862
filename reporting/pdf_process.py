"""Looks through the PDF on the standard input, in a process of its own: the library takes 60 MB, and a file that is
made to keep it busy ends the process at a bound. It imports nothing of the site.

Says one word on the standard output: "harmless", "active" (something in it runs, or another file is in it), or
"locked": nobody reads it without a password. Of what goes beyond a bound it says nothing.
"""

import re
import resource
import sys
from collections.abc import Iterator
from pathlib import PurePath
from typing import IO, Any

from pypdf import PdfReader
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

# Kinds of actions and annotations: run a script or a program, read another file, show Flash.
ACTIVE = {"/JavaScript", "/Launch", "/ImportData", "/RichMedia", "/RichMediaExecute"}
# Keys: forms that are programs, scripts of a model in three dimensions.
ACTIVE_KEYS = {"/XFA", "/OnInstantiate"}
# Nobody expects them without a press: they send something, or ask another machine or file for it.
NOT_BY_THEMSELVES = {"/URI", "/SubmitForm", "/GoToR", "/GoToE"}
# Where a file that is in the PDF lies, one of them for each system.
EMBEDDED = {"/F", "/UF", "/DOS", "/Mac", "/Unix"}
# Data of electronic invoices and receipts.
HARMLESS_ENDINGS = {".xml", ".xbrl"}
# Looked for in the bytes of a file that cannot be read as a whole. Shorter ones stand in pictures by chance.
ACTIVE_BYTES = re.compile(rb"/(JavaScript|Launch|ImportData|RichMedia|OnInstantiate|EmbeddedFiles?)\b")


def main() -> None:
    memory, seconds = map(int, sys.argv[1:3])
    # The library passes over errors of memory: what took too much is noticed below, well before any.
    resource.setrlimit(resource.RLIMIT_DATA, (2 * memory, 2 * memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A process begins with the peak of the one that started it.
    bound = max(memory, peak())
    found = finding(sys.stdin.buffer)
    if peak() <= bound:
        print(found)  # noqa: T201  # what the site asked for


def peak() -> int:
    """Return the peak memory of this process, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def finding(file: IO[bytes]) -> str:
    """Empty where it goes beyond a bound of the library."""
    faults: list[Exception] = []
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not is_opened(reader):
            return "locked"
        if any(is_active(each) for each in objects(reader, faults)):
            return "active"
    except NotImplementedError:
        # Another way of encryption than that of passwords.
        return "locked"
    except Exception as error:
        # Over a damaged file the library falls in many ways.
        faults.append(error)
    if any(is_of_bound(fault) for fault in faults):
        return ""
    return "active" if faults and has_active_bytes(file) else "harmless"


def is_opened(reader: PdfReader) -> bool:
    """Return whether the PDF opens without a password; printing or copying may be forbidden then."""
    try:
        return bool(reader.decrypt(""))
    except Exception:
        return False


def objects(reader: PdfReader, faults: list[Exception]) -> Iterator[Any]:
    """Each object that a viewer can get to, once. What cannot be read is left out, and told in `faults`."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [reader.trailer]
    while waiting:
        each = waiting.pop()
        if isinstance(each, IndirectObject):
            key = (each.idnum, each.generation)
            if key not in seen:
                seen.add(key)
                waiting.append(resolved(each, faults))
            continue
        yield each
        if isinstance(each, DictionaryObject):
            waiting.extend(each.values())
        elif isinstance(each, ArrayObject):
            waiting.extend(each)


def resolved(each: Any, faults: list[Exception]) -> Any:
    try:
        return each.get_object()
    except Exception as error:
        faults.append(error)
        return None


def is_active(each: Any) -> bool:
    if isinstance(each, NameObject):
        return each in ACTIVE
    if not isinstance(each, DictionaryObject):
        return False
    return (
        not ACTIVE_KEYS.isdisjoint(each)
        # The script of a film.
        or ("/JS" in each and "/S" in each)
        or holds_file(each)
        or any(acts(action) for action in (value_of(each, "/OpenAction"), *values_of(value_of(each, "/AA"))))
    )


def holds_file(each: DictionaryObject) -> bool:
    if EMBEDDED.isdisjoint(value_of(each, "/EF") or ()):
        return False
    name = value_of(each, "/UF") or value_of(each, "/F")
    return not (isinstance(name, str) and PurePath(name).suffix.lower() in HARMLESS_ENDINGS)


def acts(action: Any) -> bool:
    """Return whether an action is more than a place to go to. One that is followed by others is more."""
    return (
        isinstance(action, DictionaryObject)
        and "/S" in action
        and (value_of(action, "/S") in NOT_BY_THEMSELVES or "/Next" in action)
    )


def values_of(each: Any) -> Iterator[Any]:
    if isinstance(each, DictionaryObject):
        yield from (value_of(each, key) for key in each)


def value_of(each: DictionaryObject, key: str) -> Any:
    """None where there is none, and where it cannot be read."""
    value = each.get(key)
    return resolved(value, []) if isinstance(value, IndirectObject) else value


def is_of_bound(error: BaseException | None) -> bool:
    """Return whether the error is of a bound and no damage: no program writes objects within objects a thousand
    times."""
    bounds = (LimitReachedError, RecursionError, MemoryError)
    return error is not None and (isinstance(error, bounds) or is_of_bound(error.__context__))


def has_active_bytes(file: IO[bytes]) -> bool:
    file.seek(0)
    return bool(ACTIVE_BYTES.search(file.read()))


if __name__ == "__main__":
    main()
