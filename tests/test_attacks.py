"""Attacks that somebody would try, where no test of a page or a rule does so already; `docs/security.md` names them
all."""

import ast
import gc
import io
import math
import re
import signal
import subprocess
import sys
import time
import tomllib
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AccessToken, User
from accounts.people import reset_password
from accounts.sessions import SessionStore
from core.exceptions import NotAllowed
from core.searching import found_pattern, search_words
from ledger.files import read_file
from measures.models import Evidence, Report
from measures.reports import ReportData, save_draft
from reporting.evidence import attach_file
from reporting.file_types import CONTENT_TYPES, check_file
from tests import factories as make
from tests.documents import make_pdf
from tests.lanes import clean_environment
from tests.services import ROOT
from tests.test_limits import APPS, name_of, python_files

AUGUST = date(2023, 8, 1)
PASSWORD = "eine-lange-zeile"


@pytest.fixture
def site(db: Any, today: date, settings: Any, tmp_path: Path) -> SimpleNamespace:
    """Ada reports on M001, Mia administers, Rita reviews; evidence has a folder of its own."""
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"]["location"] = tmp_path / "evidence"
    settings.STORAGES = storages
    science = make.make_department("science")
    measure = make.make_measure(lead_department=science, code="M001")
    ada = make.make_user("ada", role="reporter", department=science, password=PASSWORD)
    return SimpleNamespace(
        measure=measure,
        science=science,
        energy=make.make_department("energy"),
        ada=ada,
        mia=make.make_user("mia", role="administrator"),
        rita=make.make_user("rita", role="reviewer"),
        folder=tmp_path / "evidence",
    )


def as_person(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def log_in(client: Client, name: str = "ada", password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"username": name, "password": password})


# Sessions and cookies


def test_the_session_is_another_one_after_the_log_in(site: Any) -> None:
    """Whoever put a session into the browser before does not know the one that the log-in makes."""
    planted = SessionStore()
    planted["planted"] = "yes"
    planted.create()
    assert planted.session_key
    for key in (planted.session_key, "a" * 32):
        client = Client()
        client.cookies["sessionid"] = key
        assert log_in(client).status_code == 302
        assert client.cookies["sessionid"].value != key
        assert client.get("/accounts/password/").status_code == 200
        thief = Client()
        thief.cookies["sessionid"] = key
        assert thief.get("/accounts/password/").status_code == 302


def test_the_name_of_a_session_cannot_be_guessed(db: Any) -> None:
    names = {SessionStore()._get_new_session_key() for _each in range(100)}  # type: ignore[attr-defined]  # of Django
    assert len(names) == 100
    assert all(re.fullmatch("[a-z0-9]{32}", name) for name in names)
    assert len({letter for name in names for letter in name}) == 36
    assert 32 * math.log2(36) >= 128


def close_account(site: Any, client: Client) -> None:
    User.objects.filter(pk=site.ada.pk).update(is_active=False)


def change_password(site: Any, client: Client) -> None:
    body = {"old_password": PASSWORD, "new_password1": "Eine-andere-Zeile-7", "new_password2": "Eine-andere-Zeile-7"}
    assert client.post("/accounts/password/", body).status_code == 302


def have_it_reset(site: Any, client: Client) -> None:
    reset_password(site.ada, by=site.mia)


def log_out(site: Any, client: Client) -> None:
    client.post("/accounts/logout/")


@pytest.mark.parametrize("end", [log_out, close_account, change_password, have_it_reset])
def test_a_session_that_has_ended_opens_nothing(end: Callable[[Any, Client], None], site: Any) -> None:
    client, elsewhere = Client(), Client()
    log_in(client)
    elsewhere.cookies["sessionid"] = client.cookies["sessionid"].value
    assert elsewhere.get("/workspace/").status_code == 200
    end(site, client)
    assert elsewhere.get("/workspace/").status_code == 302


def test_cookies_over_https_are_of_this_host_alone(site: Any, settings: Any) -> None:
    script = (
        "import django; django.setup(); from django.conf import settings as s;"
        "from accounts.preferences import SIZE_COOKIE; from web.idempotency import DONE_COOKIE;"
        "from web.messages import CookieMessages;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, SIZE_COOKIE, DONE_COOKIE,"
        "CookieMessages.cookie_name, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE,"
        "s.PILOTZONE_SECOND_FACTOR)"
    )
    environment = {"PILOTZONE_HTTPS": "on", "PILOTZONE_DATA_DIR": str(site.folder.parent)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**clean_environment(), **environment, "DJANGO_SETTINGS_MODULE": "pilotzone.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    words = done.stdout.split()
    assert [name for name in words[:6] if not name.startswith("__Host-")] == []
    # Whoever administers shows a code there, unless the settings say otherwise.
    assert words[6:] == ["True", "True", "True", "required"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = True
    client = Client()
    client.get("/accounts/login/")
    log_in(client)
    client.post("/language/", {"language": "en", "size": "large"})
    client.post("/measures/", {"name": "All", "form_id": "a" * 22})
    assert {"sessionid", "csrftoken", "pilotzone_language", "pilotzone_size"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", ""), name
        assert cookie["samesite"] == "Lax", name
        assert cookie["httponly"] or name in ("csrftoken", "pilotzone_done"), name


# Passwords


def test_fields_for_passwords_are_masked_and_take_what_is_pasted(site: Any) -> None:
    link = reset_password(site.ada, by=site.mia)
    pages = [
        Client().get("/accounts/login/"),
        as_person(site.mia).get("/accounts/password/"),
        Client().get(link.path, follow=True),
    ]
    for page, count in zip(pages, (1, 3, 2), strict=True):
        fields = re.findall(r'<input[^>]*name="[^"]*password[^"]*"[^>]*>', page.content.decode())
        assert len(fields) == count
        for field in fields:
            assert 'type="password"' in field
            assert re.search('autocomplete="(current|new)-password"', field)
            assert "maxlength" not in field
    scripts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "static/js").glob("*.js"))
    assert '"paste"' not in scripts


def test_a_password_is_taken_as_it_is_typed(site: Any) -> None:
    password = "  Grüße aus 济南, und noch viel mehr Wörter bis weit über vierundsechzig Zeichen hinaus!  "
    body = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    client = as_person(site.ada)
    assert client.post("/accounts/password/", body).status_code == 302
    for other in (password.strip(), password.lower(), password[:72]):
        assert log_in(Client(), password=other).status_code == 200
    assert log_in(Client(), password=password).status_code == 302


# Hosts, headers, addresses


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "a b", ""])
def test_a_host_that_is_not_ours_is_refused(host: str, site: Any, open_reading: None) -> None:
    answer = Client().get("/accounts/login/", headers={"host": host}, SERVER_NAME="evil.example")
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


def test_a_link_to_set_a_password_leads_to_the_site_of_the_settings(site: Any, settings: Any) -> None:
    settings.PILOTZONE_SITE_URL = "https://pilotzone.example"
    body = {"username": "li", "name": "李敏", "email": "li@example.org", "role": "viewer"}
    headers = {"X-Forwarded-Host": "evil.example", "host": "testserver"}
    as_person(site.mia).post("/office/people/invite/", body, headers=headers)
    (sent,) = mail.outbox
    links = re.findall(r"https?://[\x21-\x7e]+", sent.body)
    assert links and all(link.startswith("https://pilotzone.example") for link in links)


@pytest.mark.parametrize(
    "address", ["a@example.org\nBcc: b@example.org", "a@example.org\r\n\r\nClick here", "a\0@b.org"]
)
def test_no_address_of_an_account_adds_a_header_to_an_e_mail(address: str, site: Any) -> None:
    body = {"username": "li", "name": "李敏", "email": address, "role": "viewer"}
    answer = as_person(site.mia).post("/office/people/invite/", body)
    assert answer.status_code == 200
    assert mail.outbox == []
    assert not User.objects.filter(username="li").exists()


def draft_of(site: Any) -> Report:
    data = ReportData(status="promoting", against_status="promoting", what_was_done="…")
    report: Report = save_draft(site.measure, by=site.ada, period=AUGUST, data=data)
    return report


HOSTILE_NAMES = (
    'a"; filename="b.html\r\nSet-Cookie: evil=1\r\n\r\n<script>.pdf',
    "../../../evil.pdf",
    "..\\..\\evil.pdf",
    "/etc/cron.d/evil.pdf",
    "evil\0.pdf",
    "‮fdp.exe",
    "." * 300,
)


@pytest.fixture
def evidence(site: Any, request: pytest.FixtureRequest) -> Evidence:
    file = SimpleUploadedFile("a.pdf", make_pdf())
    # Past what Django makes of a name that a browser sends.
    file._name = request.param
    kept: Evidence = attach_file(draft_of(site), by=site.ada, file=file)  # type: ignore[assignment]
    return kept


@pytest.mark.parametrize("evidence", HOSTILE_NAMES, indirect=True)
def test_no_name_of_a_file_leads_out_of_its_folder(site: Any, evidence: Evidence) -> None:
    kept = [path for path in site.folder.parent.rglob("*") if path.is_file()]
    assert [path.relative_to(site.folder).name for path in kept] == [evidence.key.hex]
    assert not {"/", "\\", "\0"} & set(evidence.file_name)


@pytest.mark.parametrize("evidence", HOSTILE_NAMES[:1], indirect=True)
def test_no_name_of_a_file_adds_a_header(site: Any, evidence: Evidence) -> None:
    Evidence.objects.filter(pk=evidence.pk).update(file_name=HOSTILE_NAMES[0])
    answer = as_person(site.ada).get(f"/measures/M001/evidence/{evidence.key}/")
    assert answer.status_code == 200
    assert set(answer.cookies) <= {"sessionid"}
    for name, value in answer.headers.items():
        assert "\n" not in value and "\r" not in value, name
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert re.search(r"%22|\\\"", answer["Content-Disposition"])


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/",
        "//evil.example/measures",
        "/\\evil.example/measures",
        "/%2f%2fevil.example/measures",
        "/https://evil.example/measures",
        "/language/",
        "/accounts/login/",
        "/accounts/login/?next=//evil.example",
        "/measures/?next=//evil.example",
        "/measures?next=https://evil.example",
        "/accounts/logout/?next=//evil.example",
        "/data/?next=//evil.example",
        "/inbox/?next=//evil.example",
        "/measures/M001?next=//evil.example//",
    ],
)
def test_no_address_sends_on_to_another_site(path: str, site: Any, open_reading: None) -> None:
    for client in (Client(), as_person(site.ada)):
        for send in (client.get, client.post):
            # Forms of the log-in and of the language name the page to go on to.
            body = {"next": "//evil.example/", "language": "en", "username": "ada", "password": PASSWORD}
            # As it stands in the line of a request: the client of the tests would take it for a host.
            answer = send("/", body, PATH_INFO=path.partition("?")[0], QUERY_STRING=path.partition("?")[2])
            wanted = urljoin("http://testserver/", answer.headers.get("Location", ""))
            assert urlsplit(wanted).netloc == "testserver", wanted


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/css/",
        "/static/css",
        "/static/../pilotzone/settings.py",
        "/static/css/../../../pilotzone/settings.py",
        "/static/%2e%2e/pilotzone/settings.py",
        "/static/..%2f..%2fpilotzone/settings.py",
        "/static/..\\pilotzone\\settings.py",
        f"/static/{ROOT}/pilotzone/settings.py",
        f"/static//{ROOT}/pilotzone/settings.py",
        "/.git/config",
        "/.env",
        "/var/db.sqlite3",
        "/pilotzone/settings.py",
        "/evidence/",
    ],
)
def test_no_address_leads_out_of_the_static_files(path: str, site: Any, open_reading: None) -> None:
    answer = Client().get(path, PATH_INFO=path)
    assert answer.status_code in (301, 404)
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"SECRET_KEY" not in text
    assert b"base.css" not in text or b"<html" in text


def test_names_in_an_archive_are_only_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ("../../evil.csv", "/tmp/pilotzone-evil.csv", "a/../../measures.csv"):
            archive.writestr(name, "code\nM001\n")
    content.seek(0)
    assert [sheet.name for sheet in read_file(content, "ledger.zip").sheets] == ["evil", "pilotzone-evil", "measures"]
    assert list(tmp_path.rglob("*")) == []
    assert not Path("/tmp/pilotzone-evil.csv").exists()


@pytest.mark.parametrize(
    "path", ["/", "/measures/", "/api/v1/", "/accounts/login/", "/healthz", "/static/css/base.css"]
)
def test_nothing_is_echoed_by_trace(path: str, site: Any, open_reading: None) -> None:
    answer = Client().generic("TRACE", path, headers={"X-Secret": "echo-of-a-secret"})
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"echo-of-a-secret" not in text
    assert answer.status_code in (403, 405)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/nothing/", "text/html; charset=utf-8"),
        ("/api/v1/measures/", "application/json"),
        ("/api/v1/measures/?format=csv", "text/csv; charset=utf-8"),
        ("/api/v1/nothing/", "application/problem+json"),
        ("/healthz", "text/plain; charset=utf-8"),
        ("/static/css/base.css", 'text/css; charset="utf-8"'),
    ],
)
def test_each_answer_says_what_it_is(path: str, kind: str, site: Any, open_reading: None) -> None:
    assert Client().get(path)["Content-Type"] == kind


# What is for few


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("mia", "/log/"),
        ("mia", "/office/people/"),
        ("mia", "/accounts/tokens/"),
        ("rita", "/review/"),
        ("rita", "/review/board/"),
        ("ada", "/workspace/"),
        ("ada", "/measures/M001/report/"),
        ("ada", "/inbox/"),
    ],
)
def test_no_disk_keeps_what_is_for_few(who: str, path: str, site: Any) -> None:
    answer = as_person(getattr(site, who)).get(path)
    assert answer.status_code == 200
    assert {"private", "no-store"} <= set(answer["Cache-Control"].replace(" ", "").split(","))


@pytest.mark.parametrize(
    "path", ["/", "/measures/M001/", "/workspace/", "/accounts/password/", "/inbox/", "/search/?q=a"]
)
def test_each_kind_of_page_offers_to_log_out(path: str, site: Any) -> None:
    assert 'action="/accounts/logout/"' in as_person(site.ada).get(path).content.decode()


FOREIGN_FIELDS = {
    "id": "1",
    "pk": "1",
    "user": "mia",
    "username": "root",
    "role": "administrator",
    "is_superuser": "on",
    "is_staff": "on",
    "is_active": "",
    "password": "pbkdf2_sha256$1$a$b",
    "department": "energy",
    "state": "accepted",
    "decided_by": "1",
    "submitted_at": "2020-01-01",
    "measure": "M002",
    "expires_at": "2099-01-01",
    "digest": "0" * 64,
}


def state_of(site: Any) -> dict[str, Any]:
    own = {"language", "large_print", "last_login"}
    return {
        user.username: {name: value for name, value in vars(user).items() if name not in own and name[0] != "_"}
        for user in User.objects.all()
    }


def test_no_field_that_the_form_does_not_have_is_taken(site: Any) -> None:
    before = state_of(site)
    ada = as_person(site.ada)
    ada.post("/language/", {**FOREIGN_FIELDS, "language": "en", "size": "large"})
    ada.post(
        "/accounts/tokens/",
        {**FOREIGN_FIELDS, "name": "Mine", "scope": "read", "days": "30"},
    )
    ada.post(
        "/measures/M001/report/?period=2023-08",
        {**FOREIGN_FIELDS, "status": "promoting", "against_status": "promoting", "action": "draft"},
    )
    assert state_of(site) == before
    token, report = AccessToken.objects.get(), Report.objects.get()
    assert (token.user, token.digest != "0" * 64) == (site.ada, True)
    assert (token.expires_at - token.created_at).days in (29, 30)
    assert (report.state, report.decided_by, report.measure) == ("draft", None, site.measure)
    assert (report.department, report.edited_by) == (site.science, site.ada)

    # Whoever administers cannot make a superuser in the office, nor set a password.
    as_person(site.mia).post(
        f"/office/people/{site.rita.pk}/",
        {**FOREIGN_FIELDS, "name": "Rita", "role": "viewer", "department": "", "email": ""},
    )
    site.rita.refresh_from_db()
    assert site.rita.role == "viewer"
    assert (site.rita.is_superuser, site.rita.is_staff, site.rita.is_active) == (False, False, True)
    assert (site.rita.username, site.rita.password) == ("rita", before["rita"]["password"])


@pytest.mark.parametrize("name", sorted({*FOREIGN_FIELDS} - {"id"}))
def test_the_api_takes_no_other_field(name: str, site: Any) -> None:
    """The API refuses another field by name: nobody is left to believe that it was taken."""
    body = {"period": "2023-08", "status": "promoting", "what_was_done": "…", name: FOREIGN_FIELDS[name]}
    client = Client(enforce_csrf_checks=False)
    client.force_login(site.ada)
    answer = client.post("/api/v1/measures/M001/reports/", body, content_type="application/json")
    assert answer.status_code == 400
    assert name in answer.content.decode()
    assert not Report.objects.exists()


# Files that are traps


def document(types: bytes, **parts: bytes) -> SimpleUploadedFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CONTENT_TYPES, types)
        for name, part in parts.items():
            archive.writestr(name.replace("_", "/") + ".xml", part)
    return SimpleUploadedFile("trap.docx", content.getvalue())


LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 12))
TYPES = b'<?xml version="1.0"?><Types>%s</Types>'


@pytest.mark.parametrize(
    "types",
    [
        f'<!DOCTYPE t [<!ENTITY l0 "{"ha" * 500}">{LAUGHS}]><Types>&l11;</Types>'.encode(),
        b'<!DOCTYPE t [<!ENTITY f SYSTEM "file:///etc/passwd">]><Types>&f;</Types>',
        b'<!DOCTYPE t [<!ENTITY % f SYSTEM "http://127.0.0.1:9/x.dtd"> %f;]><Types>&g;</Types>',
    ],
    ids=["a billion laughs", "a file", "an address"],
)
def test_entities_in_a_document_of_evidence_do_no_harm(types: bytes) -> None:
    began = time.process_time()
    with pytest.raises(NotAllowed):
        check_file(document(types, word_document=b"<w/>"))
    assert time.process_time() - began < 1


@pytest.mark.parametrize("trapped", ["the document", "the list of its parts"])
def test_a_bomb_as_evidence_is_not_unpacked(trapped: str) -> None:
    bomb, types = b" " * 50_000_000, TYPES % b""
    is_list = trapped == "the list of its parts"
    file = document(TYPES % bomb, word_document=b"<w/>") if is_list else document(types, word_document=bomb)
    del bomb
    gc.collect()
    tracemalloc.start()
    try:
        if is_list:
            with pytest.raises(NotAllowed):
                check_file(file)
        else:
            assert check_file(file).endswith("wordprocessingml.document")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


# Texts that keep a pattern busy

# As long as a field of a report; each keeps some careless pattern busy for hours.
LONG = 2_000
TRAPS = [
    *(letter * LONG + "!" for letter in "a1 ,;-./=<>\"'(\n\t，。中_&#0"),
    *(pair * (LONG // 2) + "!" for pair in ("a ", "1,", "a,", " ,", "ab", "1.", '="', "中，", "\n ", ", ", "; ")),
    "<" + "a" * LONG,
    "http://" * (LONG // 7),
    "a@" * (LONG // 2),
]
# Of processor time: the machine may have others to serve.
SECONDS = 2


def our_patterns() -> Iterator[tuple[str, "re.Pattern[Any]"]]:
    """Every compiled pattern in a module of ours, or in one of its classes."""
    for path in python_files(APPS):
        try:
            module = import_module(name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        except ModuleNotFoundError as missing:
            if missing.name != "ldap":  # which few machines have; CI does
                raise
            continue
        places = [module, *(each for each in vars(module).values() if isinstance(each, type))]
        for place in places:
            for name, value in list(vars(place).items()):
                if isinstance(value, re.Pattern):
                    yield f"{path.relative_to(ROOT)} {name}", value


def test_no_pattern_is_kept_busy() -> None:
    patterns = dict(our_patterns())
    assert len(patterns) > 30

    def too_long(*_args: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, too_long)
    busy = []
    try:
        for name, pattern in patterns.items():
            for text in TRAPS:
                trap: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
                signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
                try:
                    pattern.search(trap)
                    pattern.fullmatch(trap)
                except TimeoutError:
                    busy.append((name, text[:20]))
                finally:
                    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    assert busy == []


@pytest.mark.parametrize("typed", ["(a+)+$", ".*", "[", "a|b", "(?P<x>", "\\", "^$", "(" * 90])
def test_words_that_are_looked_for_are_no_patterns(typed: str) -> None:
    pattern = found_pattern(search_words(typed))
    assert pattern
    assert pattern.fullmatch(typed)
    assert not pattern.search("aaaaaaaa b x")


# The source itself


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in python_files(APPS):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.func)}", node


def test_no_text_is_run_as_code_or_command() -> None:
    refused = re.compile(r" (eval|exec|compile|__import__|os\.system|os\.popen|subprocess\.getoutput)$")
    found = list(calls())
    assert [place for place, _call in found if refused.search(place)] == []
    shells = [place for place, call in found if any(each.arg == "shell" for each in call.keywords)]
    assert shells == []


def test_objects_are_read_back_in_one_place_alone() -> None:
    """The objects read back are those of the reader of spreadsheets, which the site itself starts. Objects that Django
    caches stand in `docs/security.md`."""
    readers = [place.split(":")[0] for place, _call in calls() if re.search(r"(pickle|marshal|shelve)\.loads?$", place)]
    assert readers == ["ledger/spreadsheets.py"]
    imported = {
        str(path.relative_to(ROOT))
        for path in python_files(APPS)
        if re.search(r"(?m)^\s*(?:import|from) (?:pickle|marshal|shelve|dill|yaml)\b", path.read_text(encoding="utf-8"))
    }
    assert imported == {"ledger/spreadsheets.py", "ledger/spreadsheet_process.py"}


@pytest.mark.parametrize("path", sorted((ROOT / "static/js").glob("*.js")), ids=lambda path: path.name)
def test_no_script_of_ours_writes_html_or_runs_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    refused = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    # Messages between windows come from anywhere; a BroadcastChannel is of this origin alone.
    if "BroadcastChannel" not in text:
        refused += r"|postMessage|\"message\""
    assert re.findall(refused, text) == []
    assert not re.findall(r"(?:window|parent|opener|top)\.(?:postMessage|addEventListener\(\"message)", text)


def test_the_image_has_no_history_tests_or_settings() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".env", "var", "tests", "benchmarks"} <= set(left_out)


def test_the_rules_for_safe_code_are_on() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert "S" in tools["ruff"]["lint"]["select"]
    assert tools["mypy"]["strict"]
