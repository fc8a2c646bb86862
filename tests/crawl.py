"""A copy of what a running demonstration answers, to compare two commits: `python -m tests.crawl ADDRESS FOLDER`.

It follows the links from the overview for nobody and six accounts, in both languages, and writes each page as its
parsed HTML, one tag or text a line; `diff -r` of two folders shows what a change did. Of each kind of page it asks
for a few. Nothing is sent but GET. The passwords stand in `demo-accounts.json` of the data folder, named as DATA.
"""

import argparse
import json
import re
import sys
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qsl, quote, urldefrag, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

PEOPLE = ("nobody", "vic", "ada", "zoe", "rita", "audit", "admin")
LANGUAGES = ("zh-hans", "en")
# What moves by itself, what would end the session, and the API, whose answers the tests have recorded.
LEFT_OUT = ("/accounts/logout/", "/metrics", "/static/", "/readyz", "/healthz", "/api/")
# Of each kind of page, by the words of its path and the names of its parameters.
MOST_OF_A_KIND = 2
MOST_ANSWERS = 350
NUMBERED = re.compile(r"[A-Z]?\d[\w-]*|[0-9a-f-]{36}")
MOVING = (
    (re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"), "TIME"),
    (re.compile(r"\.[0-9a-f]{8,12}\.(css|js|woff2|svg|png|ico)"), r".HASH.\1"),
    (re.compile(r"nonce-[\w+/=-]+"), "NONCE"),
)
MOVING_ATTRIBUTES = {"nonce", "integrity"}
MOVING_FIELDS = {"csrfmiddlewaretoken", "form_id"}


class Page(HTMLParser):
    """The parsed lines of a page and the links of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.links: list[str] = []
        self.token = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if known.get("name") == "csrfmiddlewaretoken":
            self.token = known["value"] or ""
        if known.get("name") in MOVING_FIELDS:
            known["value"] = "MOVING"
        if tag == "a" and known.get("href"):
            self.links.append(known["href"] or "")
        words = [f'{name}="{value}"' for name, value in sorted(known.items()) if name not in MOVING_ATTRIBUTES]
        self.lines.append(f"<{' '.join([tag, *words])}>")

    def handle_endtag(self, tag: str) -> None:
        self.lines.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.lines.append(in_order(text) if text[0] in "[{" else text)


class Visitor:
    """A person in one language, with cookies of their own."""

    def __init__(self, site: str, person: str, language: str, password: str) -> None:
        self.site, self.person, self.language = site.rstrip("/"), person, language
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        if password:
            token = Page(self.ask("/accounts/login/")[2]).token
            form = {"username": person, "password": password, "csrfmiddlewaretoken": token}
            status, *_ = self.ask("/accounts/login/", urlencode(form).encode())
            assert status == 200, f"{person} cannot log in: {status}"

    def ask(self, path: str, data: bytes | None = None) -> tuple[int, str, str]:
        """Return the status, the content type and the text; for a file the text is empty."""
        address = self.site + quote(path, safe="/?&=%:;,+~@!$'()*")
        headers = {"Accept-Language": self.language, "Accept": "text/html,application/json", "Referer": self.site + "/"}
        request = Request(address, data, headers)  # the address is of http
        try:
            with self.opener.open(request, timeout=120) as answer:
                return self._read(answer.status, answer)
        except HTTPError as error:
            return self._read(error.code, error)

    @staticmethod
    def _read(status: int, answer: object) -> tuple[int, str, str]:
        kind = answer.headers.get_content_type()  # type: ignore[attr-defined]
        if kind not in ("text/html", "application/json", "text/plain"):
            return status, kind, ""
        return status, kind, answer.read().decode("utf-8", "replace")  # type: ignore[attr-defined]

    def crawl(self, folder: Path) -> int:
        """Write each answer to a file of the folder, and return how many there are."""
        folder.mkdir(parents=True, exist_ok=True)
        waiting, seen, kinds = deque(["/"]), {"/"}, Counter[str]()
        written = 0
        while waiting and written < MOST_ANSWERS:
            path = waiting.popleft()
            status, kind, text = self.ask(path)
            lines, links = parsed(kind, text.replace(self.site, "http://site"))
            write(folder, path, [f"{status} {kind}", *lines])
            written += 1
            for link in sorted({*self._inside(path, links)} - seen):
                seen.add(link)
                kinds[kind_of(link)] += 1
                if kinds[kind_of(link)] <= MOST_OF_A_KIND:
                    waiting.append(link)
        return written

    def _inside(self, path: str, links: list[str]) -> Iterator[str]:
        for link in links:
            whole = urldefrag(urljoin(f"http://site{path}", link)).url
            if whole.startswith("http://site/"):
                inside = whole.removeprefix("http://site")
                if not inside.startswith(LEFT_OUT) and "lang=" not in inside:
                    yield inside


def parsed(kind: str, text: str) -> tuple[list[str], list[str]]:
    """Return the lines and the links of an answer."""
    if kind == "text/html":
        page = Page(text)
        return page.lines, page.links
    return text.splitlines(), []


def in_order(text: str) -> str:
    """Return JSON, such as that of a chart, with its keys in order; other texts as they are."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True)
    except ValueError:
        return text


def kind_of(path: str) -> str:
    parts = urlsplit(path)
    words = [NUMBERED.sub("#", word) for word in parts.path.split("/")]
    return "/".join(words) + "?" + "&".join(sorted(name for name, _ in parse_qsl(parts.query)))


def write(folder: Path, path: str, lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    for pattern, instead in MOVING:
        text = pattern.sub(instead, text)
    name = re.sub(r"[^\w.=&?-]", "_", path)[:150]
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="of the running demonstration, such as http://127.0.0.1:8000/")
    parser.add_argument("data", type=Path, help="its data folder")
    parser.add_argument("folder", type=Path, help="where the answers are written")
    asked = parser.parse_args(arguments)
    passwords = json.loads((asked.data / "demo-accounts.json").read_text(encoding="utf-8"))

    def visit(person: str, language: str) -> str:
        visitor = Visitor(asked.address, person, language, passwords.get(person, ""))
        return f"{person} {language}: {visitor.crawl(asked.folder / f'{person}-{language}')} answers"

    with ThreadPoolExecutor(max_workers=4) as pool:
        for said in pool.map(visit, *zip(*((each, lang) for each in PEOPLE for lang in LANGUAGES), strict=True)):
            print(said, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
