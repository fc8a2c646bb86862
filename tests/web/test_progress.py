import io

import pytest

from web import progress
from web.progress import Bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    at = {"now": 100.0}
    monkeypatch.setattr(progress.time, "monotonic", lambda: at["now"])
    return at


def test_a_short_job_shows_nothing(clock):
    out = Terminal()
    with Bar("plans", out) as bar:
        clock["now"] += 0.4
        bar.show(1, 2)
    assert out.getvalue() == ""


def test_a_long_one_is_a_line_that_replaces_itself_and_goes(clock):
    out = Terminal()
    with Bar("plans", out) as bar:
        clock["now"] += 1
        bar.show(250, 1000)
        clock["now"] += 0.01
        bar.show(251, 1000)
        clock["now"] += 0.2
        bar.show(1000, 1000)
    assert out.getvalue() == (
        f"\r\033[K[{'#' * 7}{'.' * 23}] 250 of 1,000 plans\r\033[K[{'#' * 30}] 1,000 of 1,000 plans\r\033[K"
    )


def test_an_error_begins_on_a_line_of_its_own(clock):
    out = Terminal()
    with pytest.raises(ZeroDivisionError), Bar("plans", out) as bar:
        clock["now"] += 1
        bar.show(1, 2)
        raise ZeroDivisionError
    assert out.getvalue().endswith("\r\033[K")


def test_a_log_file_stays_clean(clock):
    out = io.StringIO()
    with Bar("plans", out) as bar:
        clock["now"] += 1
        bar.show(1, 2)
    assert out.getvalue() == ""
