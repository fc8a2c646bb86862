"""Specimens of marks and bars."""

from datetime import date

from django.utils.translation import gettext as _

from core.lights import Light
from core.provenance import Provenance
from core.scope import PlanScope
from core.statuses import MeasureStatus
from problems.rules import TimeLeft
from problems.workflow import LISTED_STATES, ProblemState
from styleguide.specimens.specimen import Entry, Specimen, component, states


def mark_entries() -> list[Entry]:
    return [*_lights_and_statuses(), *_other_marks(), *_bars()]


def _lights_and_statuses() -> list[Entry]:
    statuses = {status.value: "" for status in MeasureStatus}
    lights = {light.value: "" for light in Light}
    return [
        Entry("status_mark", [*states('{%% status_mark "%s" %%}', statuses), Specimen("{% status_mark None %}")]),
        Entry("status_cells", states('{%% status_cells "%s" %%}', statuses)),
        Entry(
            "light_mark",
            [
                *states('{%% light_mark "%s" %%}', lights),
                Specimen('{% light_mark "red" note=note %}', _("with its reason"), {"note": _("Overdue")}),
                *states('{%% light_mark "%s" short=True %%}', {light: _("in a column of lights") for light in lights}),
                Specimen("{% light_mark None %}", _("not judged")),
            ],
        ),
        Entry(
            "light_count",
            [
                *states('{%% light_count "%s" 3 %%}', {light: _("in a column of it") for light in lights}),
                Specimen('{% light_count "red" 0 %}', _("none of them")),
            ],
        ),
    ]


def _other_marks() -> list[Entry]:
    return [
        Entry(
            "scope_tag",
            states('{%% scope_tag "%s" %%}', {scope.value: "" for scope in PlanScope if scope != PlanScope.IN_PLAN}),
        ),
        Entry(
            "provenance_tag",
            [
                Specimen('{% provenance_tag "published" on=day %}', "", {"day": date(2023, 6, 30)}),
                *states('{%% provenance_tag "%s" %%}', {one.value: "" for one in Provenance}),
            ],
        ),
        Entry(
            "problem_state_mark",
            [Specimen("{% problem_state_mark state %}", "", {"state": ProblemState(each)}) for each in LISTED_STATES],
        ),
        Entry(
            "problem_due",
            [
                Specimen("{% problem_due left %}", state, {"left": left})
                for state, left in (
                    (_("past its due date"), TimeLeft(-9)),
                    (_("before its due date"), TimeLeft(17)),
                    (_("without a due date"), TimeLeft(None)),
                    (_("waits for verification"), TimeLeft(-2, is_of_office=True)),
                    (_("closed or withdrawn"), TimeLeft(-9, is_settled=True)),
                )
            ],
        ),
        Entry(
            "change_mark",
            [
                Specimen('{% change_mark "promoting" "completed" %}', _("a step forward")),
                Specimen('{% change_mark "completed" "in_progress" %}', _("Status reversed")),
                Specimen('{% change_mark None "promoting" %}', _("Newly listed")),
            ],
        ),
    ]


def _bars() -> list[Entry]:
    return [
        Entry(
            "status_bar",
            [
                Specimen("{% status_bar 13 105 131 249 tick=22 %}", _("in a row of a table")),
                Specimen("{% status_bar 0 0 3 3 tick=22 %}", _("one status only")),
                Specimen("{% status_bar 0 0 0 0 %}", _("Nothing to measure")),
                Specimen(
                    "{% status_bar 13 105 131 249 tick=22 plan_tick=9.2 labels=True %}", _("with its ticks named")
                ),
                Specimen(
                    "{% status_bar 200 30 19 249 tick=88.5 plan_tick=80.1 labels=True %}", _("near the end of the plan")
                ),
            ],
        ),
        Entry(
            "term",
            [
                Specimen('{% term "time_elapsed" %}'),
                Specimen('{% term "planned_completion" _("Due measures") %}', _("under another name")),
            ],
        ),
        Entry(
            "status_key.html",
            [
                component("status_key.html"),
                component("status_key.html", "tick=22", _("with time elapsed")),
            ],
        ),
        Entry(
            "value_bar",
            states("{%% value_bar %s 8897 %%}", {"8897": _("the largest"), "2371": "", "0": _("none of them")}),
        ),
    ]
