"""A second plan is loaded beside the demonstration, and begins later. Until the office chooses it, every page and
answer is as it was, to the last character, also where its address names no plan; then all follow at once."""

import html
import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core import mail
from django.test import Client
from django.urls import resolve

from accounts.models import Department, User
from demonstration.fixtures import FOLDER
from ledger.commit import commit_ledger
from ledger.reading import read_ledger
from ledger.rows import Row
from measures.editing.current_plan import choose_current_plan
from measures.models import Measure, Plan
from notices.digests import send_digests
from notices.reminders import remind_department
from rollups.services import refresh_stale_rollups
from tests.api.addresses import ALL
from tests.browser.samples import SAMPLES, live_in
from tests.factories import make_indicator, make_measure, make_plan, make_project, make_section, make_theme, make_user
from tests.pages import OF_THE_VISIT
from tests.sweeps import sample_or_whole, some_of

pytestmark = pytest.mark.django_db
FIRST, SECOND = "shandong-2023-2025", "second"
# What a ledger holds of the site, and not of its plan.
SHARED = ("site", "regions", "departments", "people", "indicators", "observations", "targets")
# Pages and answers of the whole site, by what differs there.
OF_THE_SITE = {
    "the list of all plans": {"dashboard:plans", "plans/", "office:current_plan"},
    "how many measures a department has, over all plans": {
        "office:departments",
        "office:department",
        "office:merge",
    },
    "what was done meanwhile": {"rollups:runs", "log", "office:people"},
    "the ids of forms, as text": {"styleguide:gallery"},
}
# What else may differ, and becomes nothing.
DIFFERENCES = {
    "a visit has tokens of its own, a form its id, and time passes": OF_THE_VISIT,
    "the head offers both plans, in the place of what the site is about": re.compile(
        rb'\s*(<details class="plan-switch">.*?</details>|<span class="product-full">[^<]*</span>)\s*', re.DOTALL
    ),
    "forms and workbooks name their plan, since another may be chosen meanwhile": re.compile(
        rb'(?<=\?)plan=P&(?:amp;)?|[?&](?:amp;)?plan=P(?![-\w])|(?<=name="plan" value=")P(?=")|\?(?=")'.replace(
            b"P", FIRST.encode()
        )
    ),
}


def compared(content: bytes) -> bytes:
    for difference in DIFFERENCES.values():
        content = difference.sub(b"", content)
    return content


def load_second() -> None:
    """The ledger of the demonstration as that of another plan, with equal codes, and with work that waits."""
    found = read_ledger(FOLDER).ledger
    rows = {sheet: list(held) for sheet, held in found.rows.items() if sheet not in SHARED}
    days = {"starts_on": date(2023, 3, 1), "ends_on": date(2026, 2, 28)}
    names = {"slug": SECOND, "name_zh": "第二个行动计划", "name_en": "Second plan"}
    rows["plan"] = [replace(each, values=each.values | names | days) for each in rows["plan"]]
    waits = {"state": "submitted", "submitted_on": date(2023, 8, 20), "what_was_done_zh": "另一计划的填报"}
    report = {"measure": "M001", "period": date(2023, 8, 1), "status": "in_progress", "provenance": "reported"}
    rows["reports"].append(Row("reports", 9_999, report | {"against_status": "in_progress"} | waits))
    month = {"project": "P0001", "period": date(2023, 7, 1), "stage": "under_construction", "provenance": "reported"}
    built = {"started_on": date(2023, 3, 1), "invested_since_january": 100, "progress": 10}
    rows["project_months"] = [Row("project_months", 2, month | built | waits)]
    assert commit_ledger(replace(found, rows=rows), None, by=None, unlikely_is_so=True) is not None
    refresh_stale_rollups()


class Readers:
    """The people who open the pages of the samples, and whoever asks the API."""

    def __init__(self) -> None:
        make_user("ada", role="reporter", department=Department.objects.get(slug="science-technology"))
        make_user("rita", role="reviewer")
        parts = live_in()
        refresh_stale_rollups()
        pages = [each for each in SAMPLES if each.name and each.fields is None and each.status == 200]
        self.places = {(each.person, each.where(parts)): each.name for each in pages}
        self.places |= {("", f"/api/v1/{path}"): path for path in ALL}
        of_the_site = set().union(*OF_THE_SITE.values())
        assert of_the_site <= {*self.places.values()}
        self.places = {place: name for place, name in self.places.items() if name not in of_the_site}
        people = {person for person, _address in self.places}
        self.clients = {person: Client() for person in people}
        for person in people - {""}:
            self.clients[person].force_login(User.objects.get(username=person))

    def shown(self, person: str, address: str) -> tuple[int, bytes]:
        answer = self.clients[person].get(address)
        return answer.status_code, compared(answer.getvalue())


@pytest.mark.one_database
@sample_or_whole
def test_until_it_is_chosen_nothing_differs(whole: bool, demonstration: None) -> None:
    readers = Readers()
    places = some_of(readers.places, "second plan", whole=whole, number=60)
    before = {place: readers.shown(*place) for place in places}
    load_second()
    assert Plan.objects.order_by("-starts_on").first().slug == SECOND
    for place in places:
        assert readers.shown(*place) == before[place], (place, readers.places[place])


def is_cached(page: str) -> bool:
    view = resolve(page.partition("?")[0]).func
    return bool(getattr(getattr(view, "view_class", None), "is_cached", False))


@pytest.fixture
def two_plans(today: date, open_reading: None, transactional_db: None) -> Plan:
    """Both with rows of the same codes; gives the one that is not chosen."""
    plans = make_plan(FIRST, is_current=True), make_plan(SECOND, starts_on=date(2023, 3, 1))
    indicator = make_indicator("gdp_growth_ytd")
    for number, plan in enumerate(plans):
        words = {"title_zh": f"措施{plan.slug}", "title_en": f"Measure of {plan.slug}"}
        section = make_section(plan, slug="innovation", number=1 + number)
        measure = make_measure(section, code="M001", **words)
        make_project(plan, code="P0001", name_en=f"Project of {plan.slug}", measures=[measure])
        make_theme(plan, "energy", number=1 + number)
        indicator.measures.add(measure)
    refresh_stale_rollups()
    return plans[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_what_is_cached_follows_the_choice_at_once(two_plans: Plan, settings: Any) -> None:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    pages = sorted({each.where({}) for each in SAMPLES if each.name and not (each.person or each.fields or each.path)})
    pages += ["/measures/M001/", "/projects/P0001/", "/themes/energy/", "/sections/innovation/"]
    addresses = [*filter(is_cached, pages), *(f"/api/v1/{path}" for path in ALL)]
    # An account that is made between would bring another version of what shows people.
    client, rita = Client(), make_user("rita", role="reviewer")

    def shown() -> dict[str, bytes]:
        answers = {address: client.get(address) for address in addresses}
        return {address: compared(each.getvalue()) for address, each in answers.items() if each.status_code == 200}

    before = shown()
    assert shown() == before
    choose_current_plan(two_plans, by=rita, reason="新计划已印发")
    after = shown()
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 0
    made = shown()
    assert [address for address in made if after[address] != made[address]] == []
    changed = {address for address in made if made[address] != before[address]}
    assert changed >= {"/", "/measures/", "/projects/", "/measures/M001/", "/projects/P0001/", "/sections/", "/brief/"}
    assert changed >= {f"/api/v1/{path}" for path in ("summary/", "measures/", "projects/", "sections/", "themes/")}
    assert changed >= {f"/api/v1/{path}" for path in ("measures/M001/", "projects/P0001/", "status-changes/")}


@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database
def test_what_was_printed_copied_or_sent_shows_the_same_plan_after_another_was_chosen(two_plans: Plan) -> None:
    """The addresses of a brief, in a workbook, below a list and in an e-mail, each with what its page shows."""
    rita, client = make_user("rita", role="reviewer"), Client()
    measure = Measure.objects.get(plan__slug=FIRST)
    for number in range(2, 20):
        make_measure(measure.section, measure.lead_department, code=f"M{number:03}", due_on=date(2023, 7, 1))
    ada = make_user("ada", role="reporter", department=measure.lead_department, email="ada@example.org")
    remind_department(measure.lead_department, by=rita, plan=Plan.objects.get(slug=FIRST), period=date(2023, 8, 1))
    send_digests(date(2023, 8, 29))
    sheet = openpyxl.load_workbook(BytesIO(client.get("/api/v1/measures/?format=xlsx").getvalue())).worksheets[1]
    found = {
        "brief": re.search(r'http://testserver(/measures/\?[^<\s"]+)', client.get("/brief/").content.decode()),
        "workbook": re.search(r"http://testserver(/api/v1/measures/\S+)", str(list(sheet.values))),
        "list": re.search(r'address">http://testserver([^<]+)<', client.get("/measures/").content.decode()),
        "e-mail": re.search(r"http://localhost:8000(/workspace/\S+)", str(mail.outbox[0].body)),
    }
    addresses = {name: html.unescape(each[1]).rstrip("',)") for name, each in found.items() if each}
    assert addresses.keys() == found.keys()
    client.force_login(ada)
    choose_current_plan(two_plans, by=rita, reason="新计划已印发")
    for name, address in addresses.items():
        answer = client.get(address, {}, headers={"Accept-Language": "en"})
        assert answer.status_code == 200, name
        request: Any = answer.wsgi_request
        assert vars(request)["_asked_plan"].slug == FIRST, name
