"""The page of who may do what: its matrix says what the table written by hand says, and it explains one decision."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access_rules import ACCOUNTS, ANYONE, LOG_READERS, OWNERS, RULES, STRANGERS
from accounts.second_factor import SHOWN
from permissions.explained import FACT_LABELS
from permissions.matrix import FACTS, KINDS, PARTS, Answer, answer, lines, matrix, part_of
from tests import factories as make
from tests.addresses import KIND_OF, ROWS
from tests.pages import text_of
from tests.test_permissions import is_refusal

pytestmark = pytest.mark.django_db
PAGE = "/accounts/permissions/"
# Of each column of the page, who of the table is of that kind.
OF_KIND = {"nobody": "nobody", **KIND_OF}
COLUMNS = [[name for name, kind in OF_KIND.items() if kind == column.name] for column in KINDS]
# Where it depends on the row for those whom no row is of, by their rules: one's own things, problems by their moves,
# and what is accepted.
OF_ROWS = {
    "rita": {"owners", "upload_owners", "problem_parties", "drafting_parties"},
    "audit": {"owners"},
    "mia": {"owners", "report_readers", "evidence_readers", "project_evidence_readers"},
    "admin": {"owners", "upload_owners", "problem_parties", "drafting_parties"},
    "vic": {"owners", "report_readers", "evidence_readers", "project_evidence_readers"},
}


class Cells(HTMLParser):
    """The rows of all tables of a page, each a list of the words of its cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.is_in_cell = False
        # Where an address may be broken.
        self.feed(html.replace("<wbr>", ""))

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.is_in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.is_in_cell = False

    def handle_data(self, data: str) -> None:
        if self.is_in_cell:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {data}".strip()


@pytest.fixture
def mia() -> Client:
    client = Client()
    client.force_login(make.make_user("mia", role="administrator"))
    return client


def decision(client: Client, account: str, asked: str, method: str = "GET", *, status: int = 200) -> str:
    answer = client.get(PAGE, {"account": account, "asked": asked, "method": method, "lang": "en"})
    assert answer.status_code == status
    text = text_of(answer.text)
    return text[text.index("Explain ") : text.index("What is kept apart")] if status == 200 else text


def test_every_kind_of_people_has_somebody_in_the_table() -> None:
    """A new role is a column of the page by itself, and nobody who asks for each address until it has a person."""
    assert [kind.name for kind, people in zip(KINDS, COLUMNS, strict=True) if not people] == []
    assert set(OF_KIND.values()) == {kind.name for kind in KINDS}


def test_the_page_says_what_the_table_says(mia, today) -> None:
    """Nobody of a kind is refused what the page calls yes, and everybody is what it calls no."""
    shown = {}
    for cells in Cells(mia.get(PAGE, {"lang": "en"}).text).rows:
        if len(cells) == 3 + len(COLUMNS) and cells[1] in ("GET", "POST", "PUT"):
            shown[cells[0].split()[0], cells[1]] = cells[3:]
    paths = {(line.address.name, line.method): line.address.path for line in lines()}
    missing, wrong = [], []
    for row in ROWS:
        if row.name == "api-unknown":
            continue
        found = shown.get((paths[row.name, row.method], row.method))
        if found is None:
            missing.append(str(row))
            continue
        for said, people in zip(found, COLUMNS, strict=True):
            for name in people:
                refused = is_refusal(row, row.answers[name])
                if said not in ("yes", "some", "no") or (said == "yes" and refused) or (said == "no" and not refused):
                    wrong.append(f"{row}: {name} {said}")
    assert (missing, wrong) == ([], [])


def test_some_is_said_only_where_the_row_decides() -> None:
    for name, people in OF_ROWS.items():
        kind = KINDS[[name in each for each in COLUMNS].index(True)]
        assert {rule for rule in RULES if answer(RULES[rule], kind.person) == Answer.SOME} == people


def test_every_rule_asks_only_for_facts_that_the_page_knows() -> None:
    for rule in RULES.values():
        assert set(rule.fact_names) <= set(FACTS)
    assert set(FACT_LABELS) == set(FACTS)


def test_every_rule_is_asked_by_an_address() -> None:
    assert {line.rule for line in lines()} == set(RULES.values())


def test_the_parts_of_the_site_have_every_address_once() -> None:
    shown = [(line.address.path, line.method) for part in matrix() for line in part.lines]
    assert len(shown) == len(set(shown)) == len(list(lines()))
    assert {part_of(line.address) for line in lines()} == set(PARTS)


# What everybody changes: their own account and their own things.
OF_EVERYBODY = {ANYONE, STRANGERS, ACCOUNTS, OWNERS}


def changes(kind: str) -> set[tuple[str, str]]:
    """Addresses and methods with which a kind of people may change something beyond their own account."""
    at = [each.name for each in KINDS].index(kind)
    found = set()
    for line in lines():
        if line.method != "GET" and line.rule not in OF_EVERYBODY and line.answers[at] != Answer.NO:
            found.add((line.address.name, line.method))
    return found


def test_business_administration_and_audit_are_apart() -> None:
    """No role has powers of two: only the superuser, who is there for the first set-up, does."""
    files, reviews = changes("department") | changes("city"), changes("reviewer")
    administers, audits, looks = changes("administrator"), changes("auditor"), changes("viewer")
    assert audits == looks == changes("nobody") == set()
    assert administers & (files | reviews) == set()
    assert {("office:invite", "POST"), ("office:person", "POST"), ("rollups:runs", "POST")} <= administers
    assert {("measures:decide", "POST"), ("office:measure", "POST")} <= reviews - files
    assert {("measures:report", "POST"), ("api-reports", "POST")} <= files - reviews
    assert administers | reviews <= changes("superuser")
    assert not files & changes("superuser") - reviews


def test_nobody_changes_the_log() -> None:
    of_log = [line for line in lines() if line.address.path.startswith("/log/")]
    assert {(line.method, line.rule) for line in of_log} == {("GET", LOG_READERS)}


def test_the_lead_may_report_and_another_department_may_not(mia, today) -> None:
    section = make.make_section(make.make_plan())
    science, energy = make.make_department("science"), make.make_department("energy")
    make.make_measure(section, science, code="M001")
    make.make_user("ada", role="reporter", department=science)
    make.make_user("ben", role="reporter", department=energy)
    words = "The rule: reporters of the department that leads the measure."
    for who, verdict in (("ada", "Allowed"), ("ben", "Refused"), ("", "Refused"), ("mia", "Refused")):
        said = decision(mia, who, "/measures/M001/report/", "POST")
        assert f"{verdict} POST /measures/M001/report/ {words}" in said
        assert f"Lead department {science.name_en}" in said
    assert f"Department {energy.name_en}" in decision(mia, "ben", "/measures/M001/report/")


def test_an_address_is_taken_as_the_browser_shows_it(mia, today) -> None:
    assert "Allowed GET /backups/ The rule: administrators and auditors." in decision(
        mia, "mia", "https://testserver/backups?lang=en#top"
    )


def test_pages_of_the_administration_that_ask_for_the_password_are_said_to(mia, today) -> None:
    root = make.make_user("root", is_staff=True, is_superuser=True)
    for path, asks_again in ((f"/admin/accounts/user/{root.pk}/change/", True), ("/admin/measures/plan/", False)):
        said = decision(mia, "root", path)
        assert f"Allowed GET {path}" in said
        assert ("it is asked for again" in said) is asks_again


def test_a_closed_account_counts_as_none(mia, today) -> None:
    make.make_user("gone", role="reviewer", is_active=False)
    said = decision(mia, "gone", "/review/")
    assert "Refused GET /review/" in said
    assert "Closed: counts as somebody without an account" in said


def test_what_must_be_done_first_is_said(mia, today) -> None:
    make.make_user("new", role="reviewer", must_change_password=True)
    assert "Not yet GET /review/" in decision(mia, "new", "/review/")
    assert "Choose another password first" in decision(mia, "new", "/review/")
    assert "Allowed GET /accounts/password/" in decision(mia, "new", "/accounts/password/")
    # Whoever may not will not after it, either.
    assert "Refused GET /backups/" in decision(mia, "new", "/backups/")


def test_a_second_factor_that_is_due_is_said(mia, today, settings) -> None:
    settings.PILOTZONE_SECOND_FACTOR = "required"
    session = mia.session
    session[SHOWN] = True
    session.save()
    make.make_user("rita", role="reviewer")
    assert "Set up a second factor first" in decision(mia, "rita", "/review/")


@pytest.mark.parametrize(
    ("account", "asked", "method", "sentence"),
    [
        ("stranger", "/", "GET", "Nobody has this user name."),
        ("mia", "/nothing/", "GET", "This site has no such address."),
        ("mia", "/api/v1/nothing/", "GET", "This site has no such address."),
        ("mia", "http://[", "GET", "This is no address."),
        ("mia", "/measures/M999/report/", "GET", "There is nothing at this address"),
        ("mia", "/log/", "POST", "This address does not take POST, only GET."),
        ("mia", "", "GET", "Address: "),
    ],
)
def test_what_cannot_be_explained_is_said_at_its_field(mia, today, account, asked, method, sentence) -> None:
    assert sentence in decision(mia, account, asked, method, status=400)


def test_lines_are_chosen_by_part_and_by_rule(mia, today) -> None:
    rows = Cells(mia.get(PAGE, {"part": "running", "rule": "log_readers", "lang": "en"}).text).rows
    shown = {cells[0].split()[0] for cells in rows if len(cells) == 3 + len(COLUMNS)}
    assert "/backups/" in shown
    assert "/gallery/" not in shown
    assert "/office/people/" not in shown
    none = mia.get(PAGE, {"part": "dashboard", "rule": "log_readers", "lang": "en"}).text
    assert "No address matches these filters" in none


def test_it_asks_the_database_no_more_for_more_addresses(mia, today, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(12):
        mia.get(PAGE)


def test_log_and_office_lead_to_it(mia, today) -> None:
    assert reverse("permissions") == PAGE
    for address in ("/log/", "/office/", "/office/people/"):
        assert f'href="{PAGE}' in mia.get(address).text
