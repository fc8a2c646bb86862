"""How lines of the log are written: as text, or as one JSON object each. Neither has a secret, and whatever people type
stays on its line."""

import logging
import re
from datetime import datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from core import log_context, request_id
from core.clock import SHANGHAI

HIDDEN = "***"
# Where a value stands behind a word: in a query, a cookie, a header, a dictionary that was printed.
_NAMED = re.compile(
    r"""(?ix) \b
    ([\w.-]* (?: password | passwd | token | secret | sessionid | api_?key | credential ) [\w.-]*
      | cookie | set-cookie | authorization)
    ( ["']? \s* [:=] \s* )
    ( "[^"]*" | '[^']*' | (?: (?: bearer | basic | token ) \s+ )? [^\s,;&'")\]}]+ )
    """
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")
# Of the addresses of database, Redis and mail server.
_IN_ADDRESS = re.compile(r"(://[^\s:/@]*:)[^\s/@]+(?=@)")
# The link to set a password is one.
_LINK = re.compile(r"(/set-password/[^/\s]+/)[^/\s]+")
# PostgreSQL prints the row that it refuses, with all that somebody typed.
_ROW = re.compile(r"(DETAIL:\s+).*")
_QUERY = re.compile(r"(?<=[/\w])\?[^\s\"'<>]*=[^\s\"'<>]*")
# What ends a line for some reader of the file, or steers a terminal.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def without_secrets(text: str) -> str:
    """The text, with what may be a secret hidden, and addresses without what follows their path."""
    text = _ROW.sub(rf"\1{HIDDEN}", text)
    text = _QUERY.sub(f"?{HIDDEN}", text)
    text = _LINK.sub(rf"\1{HIDDEN}", text)
    text = _IN_ADDRESS.sub(rf"\1{HIDDEN}", text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    return _NAMED.sub(rf"\1\2{HIDDEN}", text)


def on_one_line(text: str) -> str:
    r"""Return the text with `\n` and the like for what would begin another line."""
    return _CONTROLS.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    return {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(character, rf"\u{ord(character):04x}")


class TextFormatter(logging.Formatter):
    """A line for people, with who asks and which task it is at its end. The lines of a traceback are indented, so
    that none looks like one of the log."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s [%(request_id)s] %(name)s: %(message)s%(of)s")

    def format(self, record: logging.LogRecord) -> str:
        # Of another handler, whose formatter hides nothing.
        record.exc_text = None
        known = log_context.fields()
        record.request_id = known.pop("request_id", request_id.NONE)
        record.of = "".join(f" {name}={on_one_line(str(value))}" for name, value in known.items())
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # logging's own name
        record.message = on_one_line(without_secrets(record.message))
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # logging's own name
        lines = without_secrets(super().formatException(ei)).splitlines()
        return "\n".join(f"    {on_one_line(line)}" for line in lines)


class JSONFormatter(JsonFormatter):
    """One object a line: time, level, logger, message; request_id, user_id, user, address, task_id and task where they
    are known; error, a traceback; and what the line has of its own."""

    def __init__(self) -> None:
        super().__init__(json_ensure_ascii=False)

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data["time"] = datetime.fromtimestamp(record.created, tz=SHANGHAI).isoformat(timespec="milliseconds")
        log_data |= {"level": record.levelname, "logger": record.name}
        log_data["message"] = without_secrets(record.getMessage())
        log_data |= log_context.fields() | getattr(record, "fields", {})
        if record.exc_info:
            log_data["error"] = without_secrets(str(self.formatException(record.exc_info)))

    def jsonify_log_record(self, log_data: dict[str, Any]) -> str:
        # What is left of them is in texts: JSON itself needs none.
        return _CONTROLS.sub(lambda found: rf"\u{ord(found[0]):04x}", super().jsonify_log_record(log_data))
