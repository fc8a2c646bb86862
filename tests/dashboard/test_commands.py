"""Tests of what a person at a terminal reads from the commands of the totals."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.clock import now
from measures.models import Measure
from rollups.models import MeasureRollup, ProjectRollup, RollupRun, StaleCell, Verification
from rollups.services import rebuild_rollups
from rollups.tasks import verify_rollups_task
from tests.factories import make_department, make_measure, make_plan, make_project, make_section

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    def isatty(self):
        return True


@pytest.fixture
def site(today):
    section = make_section()
    make_measure(section, make_department("energy"))
    make_project()
    rebuild_rollups()
    return section


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    # How long it took differs from run to run.
    return re.sub(r"\d+\.\d s", "N s", out.getvalue()).splitlines()


class TestVerify:
    def test_a_clean_site(self, site):
        assert run("verify_rollups") == ["Every stored total is what its rows say. Checked in N s."]
        assert Verification.objects.count() == 0

    def test_the_result_can_be_kept(self, site):
        assert run("verify_rollups", "--record") == [
            "The result is kept: the page /runs/ shows it.",
            "Every stored total is what its rows say. Checked in N s.",
        ]
        assert Verification.objects.get().cells == 2

    def test_each_difference_is_a_line_and_the_end_says_what_to_do(self, site):
        ProjectRollup.objects.update(total=7)
        out = StringIO()
        with pytest.raises(CommandError) as refusal:
            call_command("verify_rollups", stdout=out)
        assert str(refusal.value) == (
            "1 cell differs; `manage.py refresh_rollups --all` recomputes every cell from its rows."
        )
        (line,) = out.getvalue().splitlines()
        project = site.plan.projects.get()
        key = f'{site.plan_id}, {project.city_id}, {project.category_id}, "under_construction"'
        assert line == (
            f"projects [{key}] as of 2023-08-29: "
            'stored {"total": 7, "investment": 10000, "started": 1, "to_start": 0, "planned": 0, "invested": 0, '
            '"without_month": 1, "illustrative": 1}, '
            'computed {"total": 1, "investment": 10000, "started": 1, "to_start": 0, "planned": 0, "invested": 0, '
            '"without_month": 1, "illustrative": 1}'
        )

    def test_the_lines_are_the_same_when_the_result_is_kept(self, site):
        ProjectRollup.objects.update(total=7)
        MeasureRollup.objects.all().delete()
        plain, kept = StringIO(), StringIO()
        with pytest.raises(CommandError, match="2 cells differ"):
            call_command("verify_rollups", stdout=plain)
        with pytest.raises(CommandError, match="2 cells differ"):
            call_command("verify_rollups", "--record", stdout=kept)
        assert kept.getvalue() == plain.getvalue() + "The result is kept: the page /runs/ shows it.\n"
        assert Verification.objects.get().differing == 2

    def test_rows_that_are_in_two_plans_at_once_are_named(self, site, caplog):
        measure = site.measures.get()
        other = make_section(make_plan("other"))
        make_project(other.plan, code="P0001", measures=[measure])
        make_measure(other, measure.lead_department, code="M001")
        Measure.objects.filter(pk=measure.pk).update(section=other)
        rebuild_rollups()
        out = StringIO()
        with pytest.raises(CommandError, match=r"^2 rows contradict another, see above"):
            call_command("verify_rollups", stdout=out)
        assert out.getvalue().splitlines() == [
            f"measure {measure.code} of {site.plan.slug} is in a section of other",
            f"project P0001 of other is linked to measure {measure.code} of {site.plan.slug}",
        ]
        verify_rollups_task()
        assert [each.getMessage() for each in caplog.records if each.name == "rollups.tasks"] == [
            f"Rows contradict each other: {line}." for line in out.getvalue().splitlines()
        ]

    def test_it_says_how_many_lines_were_left_out(self, site, monkeypatch):
        monkeypatch.setattr("rollups.services.MAX_RECORDED_DIFFERENCES", 1)
        ProjectRollup.objects.update(total=7)
        MeasureRollup.objects.all().delete()
        out = StringIO()
        with pytest.raises(CommandError, match="2 cells differ"):
            call_command("verify_rollups", "--record", stdout=out)
        assert "… and 1 more, which are not kept." in out.getvalue()

    def test_a_terminal_sees_how_far_it_is(self, site, monkeypatch):
        make_plan("second")
        terminal = Terminal()
        monkeypatch.setattr("sys.stderr", terminal)
        run("verify_rollups")
        *_shown, last, rest = terminal.getvalue().split("\r")
        assert "/2 [" in terminal.getvalue()
        # Nothing of it stays, so that what is written next begins on a line of its own.
        assert (last.strip(), rest) == ("", "")

    def test_a_log_file_stays_clean(self, site, capsys):
        run("verify_rollups")
        assert capsys.readouterr().err == ""


class TestRefresh:
    def test_all_says_how_many_and_how_long(self, site):
        assert run("refresh_rollups", "--all") == ["2 cells recomputed in N s."]
        assert RollupRun.objects.filter(full=True).count() == 2

    def test_what_waits(self, site):
        assert run("refresh_rollups") == ["No cell waits: nothing to do. With --all every cell is recomputed."]
        key = [site.plan_id, site.pk, MeasureRollup.objects.get().lead_department_id]
        StaleCell.objects.create(kind="measures", key=key, marked_at=now())
        assert run("refresh_rollups") == ["1 cell recomputed in N s."]

    def test_all_of_an_empty_site(self, today):
        assert run("refresh_rollups", "--all") == ["0 cells recomputed in N s."]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("verify_rollups", ["--record", "Changes no total", "exits 1", "/runs/"]),
        ("refresh_rollups", ["--all", "marked or not", "at any time"]),
    ],
)
def test_help_tells_a_newcomer_what_it_does(command, words, capsys):
    with pytest.raises(SystemExit):
        call_command(command, "--help")
    text = " ".join(capsys.readouterr().out.split())
    assert [each for each in words if each not in text] == []
