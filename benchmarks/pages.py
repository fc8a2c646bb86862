"""Pages and answers of the API: which are asked for, by whom, and how long they take."""

from collections.abc import Sequence
from dataclasses import dataclass

from tqdm import tqdm

from benchmarks import load, serving
from benchmarks.load import NotMeasured, Timings

COLD = "/benchmark/cold"
HUNDRED_PROJECTS = "/api/v1/projects/?page_size=100"


@dataclass(frozen=True)
class Page:
    """What a reader waits for, and how many times an empty view it may take."""

    what: str
    path: str
    budget: float | None = None
    # Whether it must take no longer on a larger site.
    same: bool = False
    # Answers of two workers in a second, of which there must be `least`.
    counted: bool = False
    least: float | None = None
    # Whether the reader has the answer already.
    known: bool = False
    # Whose page it is, of the demonstration's accounts; "" for anyone.
    person: str = ""


EMPTY = Page("empty view", "/benchmark/empty/")
PAGES = (
    EMPTY,
    Page("overview, warm", "/", 6, same=True, counted=True, least=400),
    Page("overview, cold", COLD + "/", 80, same=True, counted=True),
    Page("departments, cold", COLD + "/departments/", 80, same=True),
    Page("a department, cold", COLD + "/departments/energy/", 80, same=True),
    Page("a measure, cold", COLD + "/measures/M172/", 80, same=True),
    Page("month board, cold", COLD + "/review/board/", 80, same=True, person="rita"),
    Page("measures page, 250 rows, warm", "/measures/?page_size=250", 40),
    Page("measures page, 250 rows, cold", COLD + "/measures/?page_size=250", 100),
    Page("projects page, 50 rows, warm", "/projects/", 40),
    Page("projects page, 50 rows, cold", COLD + "/projects/", 60),
    Page("projects behind their plan, cold", COLD + "/projects/?behind=yes&ordering=-total_investment", 80, same=True),
    Page("a city, cold", COLD + "/cities/370300/", 80, same=True),
    Page("workspace of a city, cold", COLD + "/workspace/", 80, same=True, person="zoe"),
    Page("review of months, 100 rows, cold", COLD + "/review/projects/", same=True, person="rita"),
    Page("problems page, warm", "/problems/", 40),
    Page("problems page, cold", COLD + "/problems/", 60),
    Page("checks of the data, cold", COLD + "/integrity/", same=True, person="admin"),
    Page("backups, cold", COLD + "/backups/", 80, person="admin"),
    Page("check of the log, cold", COLD + "/log/check/", person="admin"),
    Page("one's sessions, cold", COLD + "/accounts/sessions/", 80, same=True, person="rita"),
    Page("search, two characters, cold", COLD + "/search/?q=%E6%B0%A2%E8%83%BD", 100, same=True),
    Page("search, initials, cold", COLD + "/search/?q=hsfd", 150, same=True),
    Page("API, 249 measures, warm", "/api/v1/measures/?page_size=249", 12),
    Page("API, 249 measures, cold", COLD + "/api/v1/measures/?page_size=249"),
    Page("API, 100 projects, warm", HUNDRED_PROJECTS, counted=True),
    Page("API, 100 projects, cold", COLD + HUNDRED_PROJECTS, counted=True, least=150),
    Page("API, problems, cold", COLD + "/api/v1/problems/"),
    Page("API, 304", HUNDRED_PROJECTS, 3, known=True),
)
# Short and many: what else the machine does then falls on all alike.
ROUND_SECONDS = 1

type Target = tuple[serving.Site, Page]


def time_pages(targets: Sequence[Target], rounds: int) -> dict[Target, Timings]:
    found = {target: Timings() for target in targets}
    cookies = {(site, page.person): site.cookies_of(page.person) for site, page in targets}
    for target in tqdm([*targets] * rounds, leave=False, disable=None):
        (site, page), timings = target, found[target]
        headers = cookies[site, page.person]
        before = site.cpu_seconds
        try:
            load.read(
                site.port, page.path, timings, requests=400, seconds=ROUND_SECONDS, known=page.known, headers=headers
            )
        except NotMeasured as reason:
            timings.problem = str(reason)
        timings.cpu_seconds += site.cpu_seconds - before
    return found
