"""Whatever changes or fails meanwhile: nobody reads a page, or keeps an answer of the API, from before it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import zip_longest
from typing import Any

import pytest
from django.test import Client, override_settings

from accounts.models import User
from tests.crawl import parsed
from tests.simulator.machinery import TICK
from tests.simulator.people import must
from tests.simulator.simulation import Simulation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
READS = 10_000
# So many after each step: what was kept before it is read after it, too.
AT_ONCE = 4
TIME = re.compile(r"\d\d:\d\d(:[\d.]+)?")
OF_A_PLAN = (
    *("/", "/plan/", "/presentation/", "/changes/", "/sections/", "/departments/", "/cities/", "/project-groups/"),
    *("/measures/", "/measures/M001/", "/projects/", "/projects/P0001/", "/cities/370100/", "/problems/"),
    *("/api/v1/summary/", "/api/v1/measures/", "/api/v1/projects/", "/api/v1/project-months/"),
    *("/api/v1/problems/", "/api/v1/status-changes/"),
)
OF_THE_OFFICE = ("/review/", "/review/projects/", "/review/board/", "/review/projects/board/")


class ReadSite(Simulation):
    """A site on which somebody reads after each step."""

    def __enter__(self) -> "ReadSite":
        super().__enter__()
        office = User.objects.get(pk=self.world.of_the_office())
        self.readers = {"anybody": Client(), "the office": Client()}
        self.readers["the office"].force_login(office)
        self.answers: dict[tuple[str, str], Any] = {}
        self.found: Counter[str] = Counter()
        return self

    def step(self) -> None:
        super().step()
        # Both are of one moment: the one that was kept and the one that is made to compare.
        self.clock.tick = timedelta(0)
        for _number in range(AT_ONCE):
            reader = self.world.one_of(self.readers)
            pages = OF_A_PLAN + OF_THE_OFFICE * (reader == "the office")
            self.read(reader, f"{self.world.one_of(pages)}?plan={self.world.one_of(('first', 'second'))}")
        self.clock.tick = TICK

    def read(self, reader: str, address: str) -> None:
        """Reads as a browser does that has read there before, and has the same made anew."""
        client, known = self.readers[reader], self.answers.get((reader, address))
        etag = {"If-None-Match": known.headers["ETag"]} if known and "ETag" in known.headers else {}
        answer = client.get(address, headers=etag)
        if answer.status_code == 304:
            answer = known
            self.found["unchanged"] += 1
        self.answers[reader, address] = answer
        with override_settings(PILOTZONE_PAGE_CACHE_SECONDS=0):
            anew = client.get(address)
        must(answer.status_code == anew.status_code == 200, f"{address}: {answer.status_code}, {anew.status_code}")
        differing = [pair for pair in zip_longest(shown(answer), shown(anew)) if len(set(pair)) == 2]
        must(not differing, f"{address}, which {reader} reads, is of before: {differing[:3]}")
        self.found["read"] += 1


def shown(answer: Any) -> list[str]:
    """Returns the lines of an answer, without the time of day at which it was counted and what is of one form alone."""
    lines, _links = parsed(answer.headers["Content-Type"].partition(";")[0], answer.content.decode())
    return [TIME.sub("", line) for line in lines]


@pytest.fixture
def _site_that_keeps(settings: Any, open_reading: None) -> Iterator[None]:
    settings.PILOTZONE_PAGE_CACHE_SECONDS = 600
    yield


def test_what_is_read_right_after_a_change_is_of_after_it(_site_that_keeps: None) -> None:
    with ReadSite(1) as site:
        site.run(READS // AT_ONCE)
    assert site.found["read"] == READS
    assert site.found["unchanged"] > READS / 20
