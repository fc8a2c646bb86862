"""The content of the page of a search."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.paginator import Page
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.pages.links import Links
from dashboard.search import Search
from measures.models import Report
from problems.rules import TimeLeft
from projects.models import Project
from reporting.models import TEXT_COLUMNS
from web.formats.money import format_exact_money
from web.html.found import FoundWords
from web.language import column_suffix, localized

# Of measures, projects, indicators and reports; themes, departments and cities are few.
FIRST_ROWS = 5
SHORT_NAMES = ("short_zh", "short_en")


@dataclass(frozen=True)
class Kind:
    """The rows of a kind that the page shows, of `count` that were found. `all_url`: where all of them are, if they are
    more; `note`: what they sum to."""

    name: str
    label: str
    count: int
    rows: Sequence[Any]
    all_url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Found:
    """A text with the found words bold, and its language as HTML names it; "" where that is the page's or none."""

    text: SafeString
    language: str = ""


@dataclass(frozen=True)
class FoundRow:
    """A row with its name and its code. `other`: the column that holds the words where neither does. `url`: of its
    page, where the row does not know it."""

    row: Any
    name: SafeString
    code: SafeString | str = ""
    other: Found | None = None
    url: str = ""


@dataclass(frozen=True)
class FoundReport:
    report: Report
    name: SafeString
    excerpt: Found


@dataclass(frozen=True)
class FoundProblem:
    """`step` holds on the day; `subject`: the title of what it stands in the way of."""

    step: Any
    excerpt: Found
    code: SafeString
    subject: SafeString
    left: TimeLeft
    url: str


class SearchContext(NamedTuple):
    """The values of the page. `total`: of all that was found; `page` and `all_url` (back to all kinds): where only the
    reports are shown."""

    kinds: list[Kind]
    total: int
    page: Page[Any] | None = None
    all_url: str = ""


def search_context(search: Search, links: Links) -> SearchContext:
    words = FoundWords(search.text)
    kinds = [
        _measures(search, links, words),
        _projects(search, links, words),
        _indicators(search, links, words),
        _problems(search, links, words),
        _themes(search, links, words),
        _departments(search, links, words),
        _cities(search, links, words),
        _reports(search, links, words),
    ]
    shown = [each for each in kinds if each.count or not search.plan.hides.get(each.name)]
    return SearchContext(shown, sum(each.count for each in kinds))


def reports_context(search: Search, links: Links, page: Page[Any]) -> SearchContext:
    """All reports that were found, in pages."""
    rows = [_found_report(each, FoundWords(search.text)) for each in page]
    kind = Kind("reports", pgettext("search", "Accepted reports"), page.paginator.count, rows)
    return SearchContext([kind], kind.count, page, links.url("dashboard:search", q=search.text))


def _measures(search: Search, links: Links, words: FoundWords) -> Kind:
    count = search.measures.count()
    first = search.measures.with_status(search.day).select_related("lead_department")[:FIRST_ROWS] if count else []
    return Kind(
        "measures",
        pgettext("navigation", "Measures"),
        count,
        [_found_row(each, "title", words, code=each.code) for each in first],
        links.url("measures:list", search=search.text) if count > FIRST_ROWS else "",
    )


def _projects(search: Search, links: Links, words: FoundWords) -> Kind:
    # Names are searched once, not again for the sum: there are thousands.
    found = list(search.projects.values_list("pk", "investment_wan"))
    rows = Project.objects.with_stage(search.day).select_related("city", "category")
    first = rows.in_bulk([pk for pk, _wan in found[:FIRST_ROWS]])
    return Kind(
        "projects",
        pgettext("navigation", "Projects"),
        len(found),
        [_found_row(first[pk], "name", words, code=first[pk].code) for pk, _wan in found[:FIRST_ROWS]],
        links.url("projects:list", search=search.text) if len(found) > FIRST_ROWS else "",
        _("total investment %(amount)s") % {"amount": format_exact_money(sum(wan for _pk, wan in found))},
    )


def _indicators(search: Search, links: Links, words: FoundWords) -> Kind:
    found = list(search.indicators)
    rows = _named_rows(found[:FIRST_ROWS], words, links, page="indicators:detail", key="code")
    all_url = links.url("indicators:list", search=search.text) if len(found) > FIRST_ROWS else ""
    return Kind("indicators", pgettext("navigation", "Indicators"), len(found), rows, all_url)


def _problems(search: Search, links: Links, words: FoundWords) -> Kind:
    count = search.problems.count()
    first = search.problems.with_rows()[:FIRST_ROWS] if count else []
    return Kind(
        "problems",
        pgettext("navigation", "Problems"),
        count,
        [_found_problem(each, words, search, links) for each in first],
        links.url("problems:list", search=search.text) if count > FIRST_ROWS else "",
    )


def _found_problem(step: Any, words: FoundWords, search: Search, links: Links) -> FoundProblem:
    problem = step.problem
    return FoundProblem(
        step,
        _excerpt(problem, ["text_zh", "text_en"], words),
        words.mark(problem.code),
        words.mark(problem.subject_name),
        step.left_on(search.day),
        links.url(f"problems:{problem.subject_kind}_problem", problem.subject.code, problem.number),
    )


def _themes(search: Search, links: Links, words: FoundWords) -> Kind:
    rows = _named_rows(search.themes, words, links, page="dashboard:theme", key="slug")
    return Kind("themes", pgettext("navigation", "Themes"), len(rows), rows)


def _departments(search: Search, links: Links, words: FoundWords) -> Kind:
    rows = _named_rows(search.departments, words, links, page="dashboard:department", key="slug", more=SHORT_NAMES)
    return Kind("departments", _("Departments"), len(rows), rows)


def _cities(search: Search, links: Links, words: FoundWords) -> Kind:
    rows = _named_rows(search.cities, words, links, page="dashboard:city", key="code", more=SHORT_NAMES)
    return Kind("cities", search.plan.part_words.heading, len(rows), rows)


def _reports(search: Search, links: Links, words: FoundWords) -> Kind:
    count = search.reports.count()
    first = search.reports.select_related("measure", "department")[:FIRST_ROWS] if count else []
    return Kind(
        "reports",
        pgettext("search", "Accepted reports"),
        count,
        [_found_report(each, words) for each in first],
        links.url("dashboard:search", q=search.text, kind="reports") if count > FIRST_ROWS else "",
    )


def _named_rows(
    found: Iterable[Any], words: FoundWords, links: Links, *, page: str, key: str, more: Sequence[str] = ()
) -> list[FoundRow]:
    """Return rows by their name. `key`: what addresses of the `page` call them, in which the words may stand, too."""
    return [
        _found_row(each, "name", words, more=[*more, key], url=links.url(page, getattr(each, key))) for each in found
    ]


def _found_row(
    row: Any, field: str, words: FoundWords, *, more: Sequence[str] = (), code: str = "", url: str = ""
) -> FoundRow:
    """`more`: further columns in which the words may stand."""
    name = localized(row, field)
    columns = [] if words.are_in(name) or words.are_in(code) else [f"{field}_zh", f"{field}_en", *more]
    column = next((each for each in columns if words.are_in(getattr(row, each))), "")
    other = Found(words.mark(getattr(row, column)), _language_of(column)) if column else None
    return FoundRow(row, words.mark(name), words.mark(code), other, url)


def _found_report(report: Report, words: FoundWords) -> FoundReport:
    title = words.mark(localized(report.measure, "title"))
    return FoundReport(report, title, _excerpt(report, TEXT_COLUMNS, words))


def _excerpt(row: Any, columns: Iterable[str], words: FoundWords) -> Found:
    """Return an excerpt of the first column with the words, else of the first that is filled: those in the reader's
    language come before others."""
    in_order = sorted(columns, key=lambda column: not column.endswith(column_suffix()))
    written = [each for each in in_order if getattr(row, each)]
    column = next((each for each in written if words.are_in(getattr(row, each))), next(iter(written), ""))
    return Found(words.excerpt(getattr(row, column)), _language_of(column)) if column else Found(SafeString())


def _language_of(column: str) -> str:
    """Empty for the page's own, and for a column of no language."""
    languages = {"zh": "zh-Hans", "en": "en"}
    suffix = column.rpartition("_")[2]
    return "" if suffix == column_suffix() else languages.get(suffix, "")
