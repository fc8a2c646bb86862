"""The steps of each problem must tell one story, as the moves have it; meetings name problems and steps that are
there."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from core.clock import SHANGHAI, today
from ledger.merging import Item, Merged
from ledger.rows import Key
from problems.workflow import BY_NAME, OPEN_STATES, ProblemState

# What holds from a step on, and stays as it was where the step says nothing.
HELD = ("owner", "due_on", "is_escalated")


def first_owner(merged: Merged, problem: Item) -> str | None:
    """Returns the department that is to solve a problem until the office says otherwise; None where nobody leads what
    it is about and nobody is proposed."""
    sheet, code = ("measures", problem["measure"]) if problem["measure"] else ("projects", problem["project"])
    subject = merged.items[sheet].get((code,))
    wanted = problem["proposed_owner"] or (subject["lead_department"] if subject else None)
    department = merged.items["departments"].get((wanted,))
    return (department["merged_into"] if department else None) or wanted


def check_problems(merged: Merged) -> None:
    for item in merged.touched("problems"):
        _check_problem(merged, item)
    steps = merged.stories("problem_steps", 3)
    concerned = [item.key[:3] for item in merged.touched("problem_steps")]
    concerned += [item.key for item in merged.touched("problems")]
    for key in dict.fromkeys(concerned):
        _check_story(merged, merged.items["problems"].get(key), steps.get(key, []))
    _check_meeting_items(merged)


def _check_problem(merged: Merged, item: Item) -> None:
    if item.site is None and item.key in merged.draft_problems:
        sentence = _("A draft has this number already: write another one, or leave it empty.")
        merged.add_problem(item, "number", sentence)
    if item["raised_on"] and item["raised_on"] > today():
        merged.add_problem(item, "raised_on", _("The day is in the future"))
    if item["raised_by"] and item["raised_by_city"]:
        merged.add_problem(item, "raised_by_city", _("Choose a department or a region, not both."))
    if item["measure"] and item["raised_by_city"]:
        merged.add_problem(item, "raised_by_city", _("A city raises problems of projects alone."))


def _check_story(merged: Merged, problem: Item | None, steps: list[Item]) -> None:
    """`steps`: of one problem; None where no problem has their number."""
    if problem is None:
        for step in steps:
            merged.add_problem(step, "problem", no_problem(step, step["problem"]))
        return
    if problem["raised_on"] is None or not steps:
        return
    if not steps[0].is_touched and steps[0]["made_on"] != problem["raised_on"]:
        day = {"day": steps[0]["made_on"]}
        merged.add_problem(problem, "raised_on", _("It was raised on %(day)s: that is on record.") % day)
        return
    before: Item | None = None
    for step in steps:
        if step["move"] not in BY_NAME:
            # An empty cell, or one that cannot be read, has its problem already; what follows rests on it.
            return
        found = _fault(step, before, problem["raised_on"])
        if found is not None:
            _add_fault(merged, step, steps, *found)
            return
        _complete(merged, problem, step, before)
        if step["owner"] is None:
            sentence = _("Say who can solve it: this project has no lead department.")
            merged.add_problem(problem if problem.is_touched else step, "proposed_owner", sentence)
            return
        _check_person(merged, step)
        before = step


def no_problem(item: Item, number: int) -> str:
    """Says that the measure or the project of a row has no problem of this number."""
    words = {"number": number}
    if item["project"]:
        return _("The project has no problem of the number %(number)s.") % words
    return _("The measure has no problem of the number %(number)s.") % words


def _fault(step: Item, before: Item | None, raised_on: date) -> tuple[str, str] | None:
    """The column, and why the step cannot follow the one before it."""
    return _fault_of_day(step, before, raised_on) or _fault_of_move(step, before) or _fault_of_number(step, before)


def _fault_of_day(step: Item, before: Item | None, raised_on: date) -> tuple[str, str] | None:
    if step["made_on"] < raised_on:
        return "made_on", _("The step was made before the problem was raised, on %(day)s.") % {"day": raised_on}
    if step["made_on"] > today():
        return "made_on", _("The day is in the future")
    if before is None and step["move"] == "raise" and step["made_on"] != raised_on:
        return "made_on", _("The problem was raised on %(day)s.") % {"day": raised_on}
    return None


def _fault_of_move(step: Item, before: Item | None) -> tuple[str, str] | None:
    move = BY_NAME[step["move"]]
    state = ProblemState.DRAFT if before is None else ProblemState(before["state"])
    # Whose owner is merged into another is given to that one in any open state.
    possible = OPEN_STATES if move.name == "reassign" else move.before
    if state not in possible:
        if before is None:
            return "move", _("The first step of a problem is that it is raised.")
        return "move", _("The problem is “%(state)s” by then; this cannot follow.") % {"state": state.label}
    after = ProblemState(move.after or state)
    if step["state"] not in (None, after):
        return "state", _("This step leads to “%(state)s”.") % {"state": after.label}
    return None


def _fault_of_number(step: Item, before: Item | None) -> tuple[str, str] | None:
    same_day = before is not None and before["made_on"] == step["made_on"]
    if step["number"] != (before["number"] + 1 if before and same_day else 1):
        return "number", _("The steps of a day are numbered one after the other.")
    return None


def _add_fault(merged: Merged, step: Item, steps: list[Item], column: str, sentence: str) -> None:
    """Adds a problem of a step; where a step of the site no longer fits, those of the file are at fault."""
    if step.is_touched:
        merged.add_problem(step, column, sentence)
        return
    added = next((each for each in steps if each.is_touched), None)
    words = {"day": step["made_on"], "sentence": sentence}
    merged.add_problem(added, column, _("The row of %(day)s would not fit any more: %(sentence)s") % words)


def _complete(merged: Merged, problem: Item, step: Item, before: Item | None) -> None:
    """Fills in the values that the step leaves empty."""
    move = BY_NAME[step["move"]]
    if step["state"] is None:
        step.values["state"] = str(move.after or (before["state"] if before else ProblemState.RAISED))
    first = {"owner": first_owner(merged, problem), "due_on": None, "is_escalated": False}
    for name in HELD:
        if step[name] is None:
            step.values[name] = before[name] if before else first[name]


def _check_person(merged: Merged, step: Item) -> None:
    if (step["made_at"] is None) != (step["made_by"] is None):
        merged.add_problem(step, "made_by", _("A moment and a person belong together."))
    elif step["made_at"] is not None and step["made_at"].astimezone(SHANGHAI).date() != step["made_on"]:
        merged.add_problem(step, "made_at", _("The moment is of another day."))


def _check_meeting_items(merged: Merged) -> None:
    decided: set[Key] = set()
    # What the site has comes first: the file's row is at fault.
    for item in sorted(merged.items["meeting_items"].values(), key=lambda item: item.is_touched):
        direction = (*item.key[1:], item["direction_on"], item["direction_number"])
        if item.is_touched:
            _check_meeting_item(merged, item, direction, decided)
        if item["direction_on"] is not None:
            decided.add(direction)


def _check_meeting_item(merged: Merged, item: Item, direction: Key, decided: Iterable[Key]) -> None:
    if (item["meeting"],) not in merged.items["meetings"]:
        merged.add_problem(
            item, "meeting", _("There is no meeting of the number %(number)s.") % {"number": item["meeting"]}
        )
    if direction[:3] not in merged.items["problems"]:
        merged.add_problem(item, "problem", no_problem(item, item["problem"]))
    elif item["direction_on"] is not None and direction not in merged.items["problem_steps"]:
        merged.add_problem(item, "direction_on", _("No such step was made with the problem on that day."))
    elif direction in decided:
        merged.add_problem(item, "direction_on", _("Another meeting made this step."))
