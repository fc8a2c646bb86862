"""The preview of a load. Writes nothing, and sends nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.clock import now
from indicators.models import Direction
from ledger.checks.rows import check, check_needs_no_person
from ledger.contents import SHEETS_OF_MONTHS, Contents, read_contents
from ledger.derived import add_first_rows, add_first_steps
from ledger.doubts import Unlikely, find_unlikely
from ledger.merging import Cell, CellName, Item, Merged, What, merge
from ledger.models import LedgerVersion
from ledger.raw import MAX_FAULTS
from ledger.report_changes import add_changes_of_reports, reports_without_change
from ledger.rows import Fault, Ledger, Place
from ledger.sheets import SHEETS
from ledger.versions import digest_of, find_version, rows_of_version
from measures.models import Plan
from reporting.plausibility import limits
from web.formats.text import format_list
from web.language import in_language

# Places that no region has, by name.
SHOWN_PLACES = 5
# A wrong row is left out with what rests on it, and so on.
MAX_ROUNDS = 20


@dataclass(frozen=True)
class Preview:
    """`entries`: the rows of the file, and those that follow from it, that are not wrong; `wrong`: how many are.
    `faults`: what is wrong with the file's rows. `consequences`: why other rows are wrong, too, once those are
    left out. `site`: the digest of what the file was compared with. `downloaded_at`: when the site held last what the
    file was made from; None where the file does not say what it was, or the site does not know it any more. `unlikely`:
    what whoever loads it is asked about."""

    plan: Plan | None
    entries: list[Item]
    wrong: int
    faults: list[Fault]
    consequences: list[Fault]
    site: str
    downloaded_at: datetime | None
    is_base_lost: bool
    merged: Merged
    contents: Contents
    unlikely: tuple[Unlikely, ...] = ()

    @property
    def unlikely_key(self) -> str:
        """Is equal for two previews that ask the same of the same rows; empty where nothing is asked."""
        asked = [(each.sheet, each.check, *each.rows) for each in self.unlikely]
        return hashlib.sha256(repr(asked).encode()).hexdigest() if asked else ""

    def count(self) -> Counter[What]:
        return Counter(entry.what for entry in self.entries) + Counter({What.WRONG: self.wrong})

    @property
    def notices(self) -> list[str]:
        """Returns what was read otherwise than it is written, or made up for it."""
        return [*self._unknown_places(), *self._likely_directions()]

    def _likely_directions(self) -> Iterator[str]:
        made = [
            each for each in self.merged.touched("indicators") if each.site is None and not _written(each, "direction")
        ]
        for direction, sentence in (
            (Direction.UP, _("By their names, more is taken to be better of these indicators: %(names)s.")),
            (Direction.DOWN, _("By their names, less is taken to be better of these indicators: %(names)s.")),
        ):
            if names := [
                in_language(each["name_zh"], each["name_en"]) for each in made if each["direction"] == direction
            ]:
                yield sentence % {"names": format_list(names)}

    def _unknown_places(self) -> list[str]:
        if not self.merged.addresses:
            return []
        places = format_list(islice(self.merged.addresses, SHOWN_PLACES))
        sentence = ngettext(
            "%(count)s place of projects is no region of the site, and is not kept: %(places)s.",
            "%(count)s places of projects are no regions of the site, and are not kept, such as %(places)s.",
            len(self.merged.addresses),
        )
        return [sentence % {"count": len(self.merged.addresses), "places": places}]

    @property
    def conflicts(self) -> list[Item]:
        return [entry for entry in self.entries if entry.what is What.CONFLICT]

    @property
    def needs_confirmation(self) -> bool:
        """Returns whether rows of the site change without a version that says what the file was made from."""
        return self.downloaded_at is None and any(
            self._needs_consent(entry, cell)
            for entry in self.entries
            # What follows by itself from a file is no row of it.
            if entry.number and entry.what in (What.CHANGED, What.REMOVED)
            for cell in entry.cells
        )

    def _needs_consent(self, entry: Item, cell: Cell) -> bool:
        if self.plan is None:
            # Which indicators a new plan shows first is no change of another.
            return cell.column != "headline"
        # What a plan that was only named does not say yet, nobody has entered; of its place it says a short name.
        fills = entry.what is What.CHANGED and (cell.old is None or entry.sheet == "regions")
        return not (fills and self.plan.is_being_set_up)


def preview(
    ledger: Ledger,
    plan: Plan | None,
    *,
    answers: Mapping[CellName, str] | None = None,
    has_person: bool = True,
) -> Preview:
    """Compares a file with what the site holds of the plan; None: the file brings the plan. `has_person`: whether it is
    known who loads it, which some changes need."""
    # A file without months is neither compared with those of the site nor checked against them.
    has_months = any(ledger.rows.get(sheet) for sheet in SHEETS_OF_MONTHS)
    contents = read_contents(plan, without=() if has_months else SHEETS_OF_MONTHS)
    version = find_version(ledger.base)
    base = None if version is None else rows_of_version(version)
    wrong: set[Place] = set()
    found: list[list[Fault]] = []
    for _turn in range(MAX_ROUNDS):
        merged = merge(ledger, contents, base=base, answers=answers, without=wrong)
        _add_derived(merged)
        _check_file(merged, plan, version)
        check(merged)
        if not has_person:
            check_needs_no_person(merged)
        found.append(list(dict.fromkeys(merged.faults)))
        new = {each.place for each in merged.faults} | ledger.unreadable.keys()
        new -= wrong
        if not new:
            break
        wrong |= new
    return Preview(
        plan,
        _items_of_file(merged),
        sum(number > 0 for *_table, number in wrong),
        _bounded(found[0]),
        _only_later(found)[:MAX_FAULTS],
        digest_of(contents),
        version.made_at if version else None,
        is_base_lost=bool(ledger.base) and version is None,
        merged=merged,
        contents=contents,
        unlikely=tuple(find_unlikely(merged, limits())),
    )


def _written(item: Item, column: str) -> bool:
    return item.row is not None and item.row.values.get(column) is not None


def _items_of_file(merged: Merged) -> list[Item]:
    return [item for sheet in SHEETS for item in merged.items[sheet].values() if item.row is not None]


def _only_later(found: Sequence[Sequence[Fault]]) -> list[Fault]:
    """Returns what is wrong only once the rows that were wrong at first are left out, each once."""
    known = set(found[0])
    return [each for each in dict.fromkeys(chain(*found[1:])) if each not in known]


def _add_derived(merged: Merged) -> None:
    """Rows that follow from those of the file."""
    unnamed = reports_without_change(merged)
    add_first_rows(merged, at=now().replace(microsecond=0), changed=unnamed)
    add_changes_of_reports(merged, unnamed)
    add_first_steps(merged)


def _bounded(faults: list[Fault]) -> list[Fault]:
    """Returns only the first of very many faults, and how many more there are: such a file is not loaded, whatever is
    left out."""
    of_file = [each for each in faults if not each.number]
    of_rows = [each for each in faults if each.number]
    more = len(of_rows) - MAX_FAULTS
    if more <= 0:
        return faults
    sentence = _("%(count)s more problems were found: correct these first.") % {"count": more}
    return [*of_file, *of_rows[:MAX_FAULTS], Fault("", 0, "", sentence)]


def _check_file(merged: Merged, plan: Plan | None, version: LedgerVersion | None) -> None:
    """Checks that the file is of this plan, or brings one."""
    plans = list(merged.items["plan"].values())
    if version is not None and version.plan != plan:
        words = {"file": version.plan.slug, "plan": plan.slug if plan else "-"}
        sentence = _("The file was downloaded from another plan: %(file)s, not %(plan)s.") % words
        merged.faults.append(Fault("", 0, "", sentence))
    if not plans:
        merged.faults.append(Fault("plan", 0, "", _("The sheet is missing: it names the plan and its days.")))
    for item in plans:
        if plan is not None and item.key != (plan.slug,):
            words = {"file": item["slug"], "plan": plan.slug}
            merged.add_problem(item, "slug", _("The file is of another plan: %(file)s, not %(plan)s.") % words)
    if len(plans) > 1 and plan is None:
        merged.add_problem(plans[-1], "slug", _("A ledger is of one plan."))
