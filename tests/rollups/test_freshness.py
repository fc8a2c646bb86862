"""Every page with totals says of when they are, that some wait, or that it counted them itself; in both languages."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

import briefs.urls
import dashboard.urls
from core.clock import SHANGHAI
from dashboard.views import PlanPage
from measures.models import Plan
from rollups.models import MeasureRollup, ProjectRollup, StaleCell
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.sweeps import each_in_one_way, one_in

pytestmark = pytest.mark.django_db
AT = datetime(2023, 8, 29, 14, 30, tzinfo=SHANGHAI)

# Those that show stored totals, and the lists whose own counts are live.
TOTALS = [
    "/",
    "/plan/",
    "/departments/",
    "/departments/science/",
    "/sections/",
    "/project-groups/",
    "/sections/innovation/",
    "/themes/",
    "/themes/energy/",
    "/cities/",
    "/cities/370200/",
    "/published/",
    "/changes/",
    "/brief/",
    "/sections/innovation/brief/",
    "/departments/science/brief/",
    "/themes/energy/brief/",
    "/cities/370200/brief/",
]
LISTS = ["/measures/", "/projects/"]
NO_TOTALS = [
    "/plan/first/",
    "/measures/M001/",
    "/lights/",
    "/problems/",
    "/meetings/",
    "/projects/P0001/",
    "/indicators/",
    "/search/",
    "/glossary/",
    "/guide/",
    "/guide/reader/",
    "/accounts/login/",
    "/nothing/",
]
WORDS = {
    "en": ("Totals are being refreshed", "Updated at ", "Counted live at "),
    "zh-hans": ("汇总数据正在更新", "更新时间：", "实时统计："),
}
LANGUAGES = list(WORDS)


@pytest.fixture
def site(today, open_reading, monkeypatch):
    for module in ("rollups.engine", "rollups.freshness"):
        monkeypatch.setattr(f"{module}.now", lambda: AT)
    section = make.make_section(slug="innovation")
    make.make_measure(section, make.make_department("science"), code="M001")
    make.make_project(city="370200", code="P0001")
    rebuild_rollups()
    make.make_theme(section.plan, "energy", sections=[section])
    return section.plan


def said(address, language):
    """The foot's line on the totals, and whether the page also says below its sentence that some wait."""
    page = Client().get(f"{address}{'&' if '?' in address else '?'}lang={language}").content.decode()
    foot = page[page.index("<footer") :]
    lines = [line.split("</li>")[0].strip() for line in foot.split("<li>")[1:]]
    about = [line for line in lines if line.startswith(WORDS[language])]
    main = page[page.index("<main") : page.index("</main>")]
    return about, WORDS[language][0] in main


@pytest.mark.parametrize(("address", "language"), each_in_one_way(TOTALS + LISTS, list(LANGUAGES)))
def test_of_when_the_totals_are(site, address, language):
    _refreshing, updated, _live = WORDS[language]
    assert said(address, language) == ([f"{updated}14:30"], False)


@pytest.mark.parametrize(("address", "language"), each_in_one_way(TOTALS + LISTS, list(LANGUAGES)))
def test_with_the_day_when_it_is_another(site, address, language):
    for table in (MeasureRollup, ProjectRollup):
        table.objects.update(computed_at=datetime(2023, 8, 28, 23, 59, tzinfo=SHANGHAI))
    assert said(address, language) == ([f"{WORDS[language][1]}2023-08-28 23:59"], False)


@pytest.mark.parametrize("address", one_in(3, TOTALS + LISTS))
def test_the_older_of_the_two_tables_counts(site, address):
    ProjectRollup.objects.update(computed_at=AT - timedelta(hours=2))
    assert said(address, "en") == (["Updated at 12:30"], False)
    MeasureRollup.objects.update(computed_at=AT - timedelta(hours=3))
    assert said(address, "en") == (["Updated at 11:30"], False)


@pytest.mark.parametrize(("address", "language"), each_in_one_way(TOTALS, list(LANGUAGES)))
def test_while_cells_of_the_plan_wait_figures_stay_and_it_says_so_twice(site, address, language):
    StaleCell.objects.create(kind="projects", key=[site.pk, 1, "energy", "completed"], marked_at=AT)
    assert said(address, language) == ([WORDS[language][0]], True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", LISTS)
def test_a_list_is_right_already_and_says_in_its_foot_that_totals_wait(site, address, language):
    StaleCell.objects.create(kind="measures", key=[site.pk, 1, 1], marked_at=AT)
    assert said(address, language) == ([WORDS[language][0]], False)


@pytest.mark.parametrize("address", one_in(3, TOTALS + LISTS))
def test_what_waits_of_another_plan_is_not_told(site, address):
    StaleCell.objects.create(kind="measures", key=[site.pk + 1, 1, 1], marked_at=AT)
    assert said(address, "en") == (["Updated at 14:30"], False)


@pytest.mark.parametrize(("address", "language"), each_in_one_way(TOTALS + LISTS, list(LANGUAGES)))
def test_a_past_day_is_counted_live_and_nothing_waits_for_it(site, address, language):
    StaleCell.objects.create(kind="measures", key=[site.pk, 1, 1], marked_at=AT)
    assert said(f"{address}?as_of=2023-08-28", language) == ([f"{WORDS[language][2]}14:30"], False)


@pytest.mark.parametrize("address", one_in(3, TOTALS + LISTS))
def test_so_is_a_day_that_has_just_turned(site, settings, monkeypatch, address):
    settings.PILOTZONE_TODAY = date(2023, 8, 30)
    monkeypatch.setattr("rollups.freshness.now", lambda: datetime(2023, 8, 30, 0, 0, 9, tzinfo=SHANGHAI))
    assert said(address, "en") == (["Counted live at 00:00"], False)


@pytest.mark.parametrize("address", one_in(3, TOTALS + LISTS))
def test_a_plan_without_any_cell_is_counted_live(site, address):
    for table in (MeasureRollup, ProjectRollup):
        table.objects.all().delete()
    assert said(address, "en") == (["Counted live at 14:30"], False)


@pytest.mark.parametrize("address", NO_TOTALS)
def test_a_page_without_totals_says_nothing_of_them(site, address):
    StaleCell.objects.create(kind="measures", key=[site.pk, 1, 1], marked_at=AT)
    assert said(address, "en") == ([], False)
    if address != "/nothing/":
        StaleCell.objects.all().delete()
        assert said(address, "en") == ([], False)


@pytest.mark.parametrize("address", ["/", "/departments/", "/measures/", "/projects/"])
def test_a_site_without_a_plan_has_no_totals(today, open_reading, address):
    assert Plan.objects.count() == 0
    assert said(address, "en") == ([], False)


def test_the_lists_above_have_every_page_of_totals():
    arguments = {"section": ["innovation"], "department": ["science"], "city": ["370200"], "theme": ["energy"]}
    pages = {
        (room.app_name, pattern.name)
        for room in (dashboard.urls, briefs.urls)
        for pattern in room.urlpatterns
        if issubclass(getattr(pattern.callback, "view_class", object), PlanPage)
    }
    # The explanation of a figure has a part of its own on when and from what; a search and the plan as first listed
    # count rows as they are; the presentation says it in its head.
    pages -= {("dashboard", name) for name in ("explain", "search", "first_version", "presentation")}
    assert {reverse(f"{room}:{name}", args=arguments.get(name, [])) for room, name in pages} == set(TOTALS)
