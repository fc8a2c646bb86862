"""The checks for all that the database and the rules would refuse of the rows of a load, said with sheet, row and
column."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.bounds import FIRST_DAY, FIRST_OBSERVED_DAY, LAST_DAY, MAX_PLAN_YEARS, is_within
from core.clock import today
from core.periods import is_period
from core.provenance import Provenance
from indicators.milestones import check_milestones
from indicators.models import STATED
from indicators.rules import HALF_BASELINE, why_too_early
from ledger.bindings import BESIDE, BINDINGS, LEAVING, RECORDED_BY_SOMEBODY, TERMS
from ledger.checks.derived import check_derived
from ledger.checks.future import check_future
from ledger.checks.problems import check_problems
from ledger.checks.published import check_published_amounts
from ledger.checks.reports import check_annual_plans, check_evidence, check_reports
from ledger.checks.values import check_shares
from ledger.declaration import Kind
from ledger.history import check_histories
from ledger.merging import Item, Merged
from ledger.report_changes import check_stated_statuses
from ledger.scopes import check_scopes, last_days
from ledger.sheets import SHEETS
from projects.rules import (
    COMPLETION_BEFORE_START,
    EXEMPTION_ENDS_BEFORE_START,
    Days,
    Place,
    exempt_already,
    misplacements,
)
from regions.models import RegionKind

# Texts of which one language must be there.
NAMED = {
    "regions": "name",
    "departments": "name",
    "site": "name",
    "plan": "name",
    "milestones": "name",
    "sections": "title",
    "measures": "title",
    "problem_categories": "name",
    "problems": "text",
    "meetings": "title",
    "reports": "what_was_done",
    "categories": "name",
    "projects": "name",
    "rank_exemptions": "reason",
    "indicators": "name",
    "themes": "name",
}


def check(merged: Merged) -> None:
    """Adds every problem of the rows that the load would write."""
    for sheet in BINDINGS:
        for item in merged.touched(sheet):
            _check_row(merged, item)
    _check_places(merged)
    _check_plan(merged)
    _check_measures(merged)
    _check_leaving(merged)
    _check_placements(merged)
    _check_planned_days(merged)
    check_published_amounts(merged)
    _check_exemptions(merged)
    _check_indicators(merged)
    _check_links(merged)
    _check_people(merged)
    _check_mergers(merged)
    _check_removals(merged)
    check_problems(merged)
    check_reports(merged)
    check_evidence(merged)
    check_annual_plans(merged)
    check_histories(merged)
    check_stated_statuses(merged)
    check_scopes(merged)
    check_future(merged)


def _check_row(merged: Merged, item: Item) -> None:
    """Checks the rules that hold for rows of all sheets."""
    _check_named(merged, item)
    if item["provenance"] == Provenance.PUBLISHED and item["source"] is None:
        merged.add_problem(item, "source", _("A published row needs its source."))
    for column in SHEETS[item.sheet].columns:
        if item[column.name] is None:
            continue
        if column.kind in (Kind.DAY, Kind.MONTH):
            _check_day(merged, item, column.name)
        elif column.kind is Kind.CODE or column.name == "email":
            _check_shape(merged, item, column.name)


def _check_named(merged: Merged, item: Item) -> None:
    stem = NAMED.get(item.sheet)
    names = [f"{stem}_zh", f"{stem}_en"] if stem else []
    if names and not any(item[name] is not None or merged.is_unreadable(item.row, name) for name in names):
        merged.add_problem(item, names[0], _("A value is wanted in one of the two languages."))


def _check_day(merged: Merged, item: Item, column: str) -> None:
    first = FIRST_OBSERVED_DAY if item.sheet == "observations" or column == "baseline_on" else FIRST_DAY
    if not is_within(item[column], first):
        days = {"first": first, "last": LAST_DAY}
        merged.add_problem(item, column, _("A day from %(first)s to %(last)s is wanted.") % days)


def _check_shape(merged: Merged, item: Item, column: str) -> None:
    name = SHEETS[item.sheet].column(column).field
    field: Any = BINDINGS[item.sheet].model._meta.get_field(name)
    try:
        field.run_validators(item[column])
    except ValidationError as error:
        merged.add_problem(item, column, " ".join(error.messages))


def _check_once(merged: Merged, sheet: str, *columns: str) -> None:
    """Checks that no two rows have the same values in the columns; rows with an empty one do not count."""
    seen: dict[tuple[Any, ...], Item] = {}
    # What the site has comes first: the file's row is at fault.
    for item in sorted(merged.there(sheet), key=lambda item: item.is_touched):
        values = tuple(item[column] for column in columns)
        if None in values:
            continue
        if values in seen and item.is_touched:
            words = {"value": values[-1], "key": " ".join(map(str, seen[values].key))}
            merged.add_problem(item, columns[-1], _("%(value)s belongs to “%(key)s” already.") % words)
        seen.setdefault(values, item)


def _check_places(merged: Merged) -> None:
    """Checks the place of a region, a section or an indicator in its list or on the map."""
    kinds = {item["code"]: item["kind"] for item in merged.items["regions"].values()}
    for item in merged.touched("regions"):
        if item["kind"] in RegionKind.values:
            _check_region(merged, item, kinds)
    _check_once(merged, "regions", "parent", "tile_row", "tile_column")
    for sheet in ("sections", "categories", "problem_categories", "themes"):
        _check_once(merged, sheet, "number")
    _check_once(merged, "indicators", "headline")


def _check_region(merged: Merged, item: Item, kinds: Mapping[Any, Any]) -> None:
    """Checks where a region lies; `kinds`: those of all regions, by their codes."""
    order = RegionKind.values
    above = set(order[: order.index(item["kind"])])
    if not above and item["parent"]:
        merged.add_problem(item, "parent", _("A country lies in no region of the list."))
    # The largest region of a site lies in none.
    elif kinds.get(item["parent"]) not in above and (item["parent"] or not above.isdisjoint(kinds.values())):
        merged.add_problem(item, "parent", _("It must lie in a larger region."))
    if (item["tile_row"] is None) != (item["tile_column"] is None):
        merged.add_problem(item, "tile_row", _("A tile needs both its row and its column."))
    if item["tile_row"] is not None and item["kind"] == RegionKind.COUNTRY:
        merged.add_problem(item, "tile_row", _("A country has no tile on the map."))


def _check_plan(merged: Merged) -> None:
    for item in merged.touched("plan"):
        starts_on, ends_on = item["starts_on"], item["ends_on"]
        if starts_on and ends_on and ends_on < starts_on:
            merged.add_problem(item, "ends_on", _("The plan ends before it starts."))
        elif starts_on and ends_on and ends_on.year - starts_on.year >= MAX_PLAN_YEARS:
            years = {"count": MAX_PLAN_YEARS}
            merged.add_problem(item, "ends_on", _("A plan runs over at most %(count)s calendar years.") % years)
    kinds = {each["kind"] for each in merged.items["regions"].values()}
    for item in merged.items["plan"].values():
        if item["region"] is None and kinds - {RegionKind.COUNTRY}:
            merged.add_problem(item, "region", _("Name the region of the plan: no region holds all the others."))


def _check_measures(merged: Merged) -> None:
    for item in merged.touched("measures"):
        listed_on, due_on = item["listed_on"], item["due_on"]
        if listed_on and due_on and due_on < listed_on:
            merged.add_problem(item, "due_on", _("The measure is due before it is listed."))
        if due_on and item["due_text"]:
            merged.add_problem(item, "due_text", _("The measure has a due date: nothing stands in its place."))


def _check_leaving(merged: Merged) -> None:
    """Checks measures and projects that are withdrawn."""
    for sheet in LEAVING:
        left_on = last_days(merged, sheet)
        for item in merged.touched(sheet):
            if item["remove"] is None or item["listed_on"] is None:
                continue
            if item.site and item.site["remove"] is not None and any(c.column in BESIDE for c in item.cells):
                merged.add_problem(
                    item, "remove", _("It was withdrawn already, on %(day)s.") % {"day": item.site["removed_on"]}
                )
                continue
            first, last = max(item["listed_on"], left_on.get(item.key, item["listed_on"])), today()
            if not first <= (item["removed_on"] or last) <= last:
                days = {"first": first, "last": last}
                merged.add_problem(item, "removed_on", _("The day must lie between %(first)s and %(last)s.") % days)


def _check_placements(merged: Merged) -> None:
    """Checks that each project lies in a member of its plan's region, or in the region itself where it has none."""
    regions = merged.items["regions"].values()
    places = {each["code"]: Place(each["code"], each["kind"], each["parent"], each["code"]) for each in regions}
    plan = merged.plan
    if plan is None:
        return
    region = places.get(plan["region"])
    is_divided = region is not None and any(place.parent == region.key for place in places.values())
    moved = any(cell.column == "region" for cell in plan.cells)
    for item in merged.items["projects"].values() if moved else merged.touched("projects"):
        # A city that is not there has its problem already.
        if item["city"] in places:
            for column, sentence in _misplacements(item, region, places, is_divided):
                merged.add_problem(item if item.row else plan, column if item.row else "region", sentence)


def _misplacements(
    item: Item, region: Place | None, places: Mapping[str, Place], is_divided: bool
) -> Iterator[tuple[str, str]]:
    also_in = [places[code] for code in item["also_in"] if code in places]
    return misplacements(region, places[item["city"]], places.get(item["county"]), also_in, is_divided=is_divided)


def _check_planned_days(merged: Merged) -> None:
    for item in merged.touched("projects"):
        start, completion = item["planned_start_on"], item["planned_completion_on"]
        if start and completion and completion < start:
            merged.add_problem(item, "planned_completion_on", str(COMPLETION_BEFORE_START))


def _check_exemptions(merged: Merged) -> None:
    """Checks that no two exemptions of a city overlap, and that the person who recorded one comes with the moment."""
    for item in merged.touched("rank_exemptions"):
        first, last = item["starts_on"], item["ends_on"]
        if (item["recorded_at"] is None) != (item["recorded_by"] is None):
            merged.add_problem(item, "recorded_by", _("A moment and a person belong together."))
        if last is not None and last < first:
            merged.add_problem(item, "ends_on", str(EXEMPTION_ENDS_BEFORE_START))
        elif not item.is_deleted:
            others = (
                Days(each["starts_on"], each["ends_on"])
                for each in merged.there("rank_exemptions")
                if each["city"] == item["city"] and each is not item
            )
            sentence = exempt_already(Days(first, last), others)
            if sentence:
                merged.add_problem(item, "starts_on", sentence)


def _check_indicators(merged: Merged) -> None:
    for item in merged.touched("indicators"):
        if item["zh_factor"] is not None and item["zh_factor"] <= 0:
            merged.add_problem(item, "zh_factor", _("A number above 0 is wanted."))
    check_derived(merged)
    check_shares(merged)
    for item in merged.touched("observations"):
        _check_observation(merged, item)
    for item in merged.touched("targets"):
        if (item["baseline_value"] is None) != (item["baseline_on"] is None):
            merged.add_problem(item, "baseline_on", str(HALF_BASELINE))
        try:
            check_milestones(item["milestones"] or "")
        except ValidationError as error:
            merged.add_problem(item, "milestones", str(error.message))


def _check_observation(merged: Merged, item: Item) -> None:
    start, end = item["period_start"], item["period_end"]
    if end < start:
        merged.add_problem(item, "period_end", _("The period ends before it starts."))
    elif item["period_kind"] and not is_period(item["period_kind"], start, end):
        words = {"kind": item["period_kind"]}
        sentence = _("The days are not the first and the last of this kind: %(kind)s.") % words
        merged.add_problem(item, "period_kind", sentence)
    too_early = why_too_early(item["source"] or "", item["released_on"], period_end=end)
    if item["release_basis"] != STATED and too_early:
        merged.add_problem(item, "released_on", too_early)


def _check_links(merged: Merged) -> None:
    for item in merged.touched("links"):
        if (item["project"] is None) == (item["indicator"] is None):
            merged.add_problem(item, "project", _("Name a project or an indicator: one of the two."))


def _check_people(merged: Merged) -> None:
    for item in merged.touched("people"):
        if item["role"] == "reporter" and item["department"] is None and item["city"] is None:
            merged.add_problem(item, "department", _("A reporter needs a department or a region."))
        if item["department"] is not None and item["city"] is not None:
            merged.add_problem(item, "city", _("Choose a department or a region, not both."))


def _check_mergers(merged: Merged) -> None:
    for item in merged.touched("departments"):
        if any(cell.column in ("merged_into", "merged_on") for cell in item.cells):
            merged.add_problem(item, "merged_into", _("Departments that are there are merged on their page."))
        elif (item["merged_into"] is None) != (item["merged_on"] is None):
            merged.add_problem(item, "merged_on", _("A merger needs both the department and the day."))
        elif item["merged_into"] == item["slug"]:
            merged.add_problem(item, "merged_into", _("A department cannot be merged into itself."))
        elif circle := _circle_of_mergers(merged, item):
            words = {"names": " → ".join(circle)}
            merged.add_problem(item, "merged_into", _("Departments are merged in a circle: %(names)s.") % words)


def _circle_of_mergers(merged: Merged, item: Item) -> list[str]:
    """The departments from this one back to it; none where its mergers lead elsewhere."""
    into = {each["slug"]: each["merged_into"] for each in merged.items["departments"].values()}
    passed = [item["slug"]]
    while (following := into.get(passed[-1])) is not None and following not in passed:
        passed.append(following)
    return [*passed, following] if following == item["slug"] else []


def _check_removals(merged: Merged) -> None:
    """Report each section that is to be removed and has measures, and each category that has projects or problems."""
    used = {
        "sections": {item["section"] for item in merged.items["measures"].values()},
        "categories": {item["category"] for item in merged.items["projects"].values()},
    }
    for sheet, slugs in used.items():
        for item in merged.touched(sheet):
            if item.is_removed and item["slug"] in slugs:
                sentence = _("Measures or projects belong to it: move them to another one first.")
                merged.add_problem(item, "remove", sentence)
    sorted_under = {item["category"] for item in merged.items["problems"].values()}
    for item in merged.touched("problem_categories"):
        if item.is_removed and (item["slug"] in sorted_under or item["slug"] in merged.draft_categories):
            merged.add_problem(item, "remove", _("It has problems: give them to another category first."))


def check_needs_no_person(merged: Merged) -> None:
    """Changes of terms and withdrawals are on record with whoever made them."""
    sentence = _("This needs to be known by whom: load the file as a person.")
    for sheet, terms in TERMS.items():
        for item in merged.touched(sheet):
            for cell in item.cells:
                if cell.column in terms:
                    merged.add_problem(item, cell.column, sentence)
    for sheet in LEAVING:
        for item in merged.touched(sheet):
            if item["remove"] is not None:
                merged.add_problem(item, "remove", sentence)
    for sheet in RECORDED_BY_SOMEBODY:
        for item in merged.touched(sheet):
            if item["recorded_by"] is None:
                merged.add_problem(item, "recorded_by", sentence)
