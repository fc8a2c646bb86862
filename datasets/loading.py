"""Loads a data set of CSV files: checks everything first, then writes all of it or nothing.

`FILES` says what each file holds. Rows that are there already (by their key) are left as they are, so
that loading twice changes nothing and never overwrites what a site has edited. Codes of measures and projects
are those of one plan: what a row refers to is looked for in its own plan. Regions, departments and indicators
belong to the site, whatever plan brings them (`SHARED`).
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Choices, F, Model
from django.db.models.functions import Coalesce
from django.utils.translation import override

from accounts.models import Department
from core.bounds import (
    FIRST_DAY,
    FIRST_OBSERVED_DAY,
    LAST_DAY,
    MAX_DESCRIPTION_LENGTH,
    MAX_INVESTMENT_WAN,
    MAX_PLAN_YEARS,
)
from core.clock import SHANGHAI
from core.codes import MAX_CODE_LENGTH, clean_code
from core.periods import PeriodKind, is_period
from core.provenance import Provenance
from core.statuses import MeasureStatus
from core.texts import CONTROL, MAX_TEXT_LENGTH
from dashboard.models import PublishedFigure
from indicators.models import STATED, Direction, HeadlineIndicator, Indicator, Observation, Target
from indicators.rules import earliest_release
from measures.models import Evidence, Measure, Plan, PlanMilestone, Report, ReportStep, Section, StatusChange
from measures.rules import Change, correction_window, effective_changes, in_force
from projects.models import Category, Project, Stage
from projects.rules import Place, misplacements
from regions.models import Region, RegionKind
from reporting.workflow import HAND_IN_MOVES, OPEN_STATES, ReportState
from rollups.services import rebuild_rollups
from web.days import parse_day
from web.formats.money import WAN_PER_YI
from web.models import Languages, Site

# Rows are stamped at these hours of the day that the file gives: filed in the morning, recorded in the afternoon.
RECORDED_AT = time(16, 0, tzinfo=SHANGHAI)
BATCH_SIZE = 500
# No text holds them, and PostgreSQL refuses the first; tab and line breaks may stand in one.


@dataclass(frozen=True, order=True)
class Problem:
    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, column {self.column}: {self.reason}"


class InvalidData(Exception):
    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = sorted(set(problems))


Parse = Callable[[str], Any]


@dataclass(frozen=True)
class Column:
    """How a cell is read. `refers_to`: its value (or each, where `many`) is a key of that file."""

    parse: Parse = str
    required: bool = True
    refers_to: str = ""
    many: bool = False
    most: int = 0
    # A column that says the same in the other language: one of the two is wanted.
    or_else: str = ""
    # What it says is no column of the rows' own table.
    is_elsewhere: bool = False
    may_be_missing: bool = False


def _day(raw: str, first: date = FIRST_DAY) -> date:
    day = parse_day(raw)
    if day is None:
        raise ValueError("a day written as 2023-06-30 is wanted")
    if not first <= day <= LAST_DAY:
        raise ValueError(f"a day from {first} to {LAST_DAY} is wanted")
    return day


def _observed_day(raw: str) -> date:
    return _day(raw, FIRST_OBSERVED_DAY)


def _month(raw: str) -> date:
    if parse_day(f"{raw}-01") is None:
        raise ValueError("a month written as 2023-06 is wanted")
    return _day(f"{raw}-01")


def _flag(raw: str) -> bool:
    if raw not in ("yes", "no"):
        raise ValueError("yes or no is wanted")
    return raw == "yes"


def _whole(least: int, most: int) -> Parse:
    def parse(raw: str) -> int:
        if not (re.fullmatch(r"[0-9]{1,9}", raw) and least <= int(raw) <= most):
            raise ValueError(f"a whole number from {least} to {most} is wanted")
        return int(raw)

    return parse


def _number(whole: int, decimals: int, *, least: str = "") -> Parse:
    """With at most so many digits before and after the point: 15 in all is what SQLite keeps of a number."""
    shape = re.compile(rf"-?[0-9]{{1,{whole}}}(\.[0-9]{{1,{decimals}}})?")

    def parse(raw: str) -> Decimal:
        if not shape.fullmatch(raw):
            raise ValueError(f"a number with at most {whole} digits and {decimals} decimals is wanted")
        if least and Decimal(raw) < Decimal(least):
            raise ValueError(f"a number from {least} on is wanted")
        return Decimal(raw)

    return parse


def _wan(raw: str) -> int:
    """亿元 as whole 万元."""
    wan = int(_number(8, 4, least="0")(raw) * WAN_PER_YI)
    if wan > MAX_INVESTMENT_WAN:
        raise ValueError(f"a number up to {MAX_INVESTMENT_WAN // WAN_PER_YI} is wanted")
    return wan


def _one_of(choices: type[Choices]) -> Parse:
    def parse(raw: str) -> str:
        if raw not in choices.values:
            raise ValueError(f"one of {', '.join(choices.values)} is wanted")
        return raw

    return parse


def text(most: int, *, required: bool = True) -> Column:
    return Column(required=required, most=most)


def day(*, required: bool = True) -> Column:
    return Column(_day, required)


def one_of(choices: type[Choices], *, required: bool = True) -> Column:
    return Column(_one_of(choices), required)


def ref(file: str, *, required: bool = True) -> Column:
    return Column(_key_of(file), required, refers_to=file)


def refs(file: str) -> Column:
    return Column(_key_of(file), required=False, refers_to=file, many=True)


def _key_of(file: str) -> Parse:
    return clean_code if file == "measures" else str


CODE = Column(clean_code, most=MAX_CODE_LENGTH)


# What a small integer holds on every database.
PLACE = Column(_whole(0, 32_767))
TILE = Column(_whole(1, 32_767), required=False)
VALUE = _number(9, 6)


SOURCED = {"provenance": one_of(Provenance), "source": text(600, required=False)}


def titled(name: str, zh: int, en: int, *, required: bool = True) -> dict[str, Column]:
    """A text in Chinese, in English or in both."""
    return {
        f"{name}_{own}": Column(
            required=False, most=most, may_be_missing=True, or_else=f"{name}_{other}" if required else ""
        )
        for own, other, most in (("zh", "en", zh), ("en", "zh", en))
    }


@dataclass(frozen=True)
class File:
    """`key`: the columns that name a row; others refer to it by the last. `links`: columns that become many-to-many
    rows. `plan`: the path to the plan of rows that name none, which is that of their measure. `may_be_missing`: the
    folder need not have it."""

    model: type[Model]
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    links: tuple[str, ...] = ()
    plan: str = ""
    may_be_missing: bool = False


FILES: Mapping[str, File] = {
    # One row, which is left as it is where there is one.
    "site": File(
        Site,
        (),
        {
            **titled("name", 60, 80),
            **titled("place", 30, 60, required=False),
            **titled("subject", 60, 120, required=False),
            "languages": one_of(Languages),
        },
        may_be_missing=True,
    ),
    "regions": File(
        Region,
        ("code",),
        {
            "code": text(6),
            "kind": one_of(RegionKind),
            "parent": ref("regions", required=False),
            **titled("name", 60, 80),
            **titled("short", 30, 60, required=False),
            "tile_row": TILE,
            "tile_column": TILE,
            **SOURCED,
        },
    ),
    "departments": File(
        Department,
        ("slug",),
        {
            "slug": text(50),
            "number": PLACE,
            **titled("name", 60, 120),
            **titled("short", 30, 60, required=False),
            **SOURCED,
        },
    ),
    "plans": File(
        Plan,
        ("slug",),
        {
            "slug": text(50),
            **titled("name", 120, 200),
            "starts_on": day(),
            "ends_on": day(),
            "region": Column(required=False, refers_to="regions", may_be_missing=True),
            "comparator": Column(required=False, refers_to="regions", may_be_missing=True),
            **SOURCED,
        },
    ),
    "plan_milestones": File(
        PlanMilestone,
        ("plan", "happens_on"),
        {
            "plan": ref("plans"),
            "happens_on": day(),
            "day_known": Column(_flag),
            **titled("name", 120, 200),
            **SOURCED,
        },
        may_be_missing=True,
    ),
    "sections": File(
        Section,
        ("plan", "slug"),
        {"plan": ref("plans"), "slug": text(50), "number": PLACE, **titled("title", 120, 200), **SOURCED},
    ),
    "measures": File(
        Measure,
        ("plan", "code"),
        {
            "code": CODE,
            "plan": ref("plans"),
            "section": text(50),
            **titled("title", 200, 300),
            **titled("description", MAX_DESCRIPTION_LENGTH, MAX_DESCRIPTION_LENGTH, required=False),
            "lead_department": ref("departments"),
            "participating_departments": refs("departments"),
            **titled("target", 300, 400, required=False),
            "listed_on": day(),
            "due_on": day(required=False),
            "provenance": one_of(Provenance),
            "lead_provenance": one_of(Provenance),
            "source": text(600, required=False),
        },
        links=("participating_departments",),
    ),
    "reports": File(
        Report,
        ("plan", "measure", "submitted_on"),
        {
            "measure": ref("measures"),
            "period": Column(_month),
            "status": one_of(MeasureStatus),
            "against_status": one_of(MeasureStatus),
            **titled("what_was_done", MAX_TEXT_LENGTH, MAX_TEXT_LENGTH),
            **titled("problem", MAX_TEXT_LENGTH, MAX_TEXT_LENGTH, required=False),
            **titled("next_step", MAX_TEXT_LENGTH, MAX_TEXT_LENGTH, required=False),
            "submitted_on": day(),
            "decided_on": day(required=False),
            "state": one_of(ReportState),
            "document_number": text(80, required=False),
            **titled("document_title", 200, 300, required=False),
            **SOURCED,
        },
        plan="measure__plan__slug",
    ),
    "status_changes": File(
        StatusChange,
        ("plan", "measure", "recorded_on"),
        {
            "measure": ref("measures"),
            "old_status": one_of(MeasureStatus, required=False),
            "status": one_of(MeasureStatus),
            "effective_on": day(),
            "recorded_on": day(),
            "supersedes": day(required=False),
            "report": day(required=False),
            **titled("reason", 300, 400),
            **SOURCED,
        },
        plan="measure__plan__slug",
    ),
    "categories": File(
        Category,
        ("plan", "slug"),
        {
            "plan": ref("plans"),
            "slug": text(50),
            "number": PLACE,
            **titled("name", 60, 120, required=False),
            **SOURCED,
        },
        may_be_missing=True,
    ),
    "projects": File(
        Project,
        ("plan", "code"),
        {
            "code": CODE,
            "plan": ref("plans"),
            **titled("name", 200, 300),
            "city": ref("regions"),
            "county": ref("regions", required=False),
            "also_in": refs("regions"),
            "category": text(50),
            "stage": one_of(Stage),
            "total_investment": Column(_wan),
            "listed_on": day(),
            "measures": refs("measures"),
            "provenance": one_of(Provenance),
            "investment_provenance": one_of(Provenance),
            "source": text(600, required=False),
        },
        links=("also_in", "measures"),
    ),
    "indicators": File(
        Indicator,
        ("code",),
        {
            "code": text(60),
            **titled("name", 80, 160),
            "unit": text(40),
            "unit_zh": text(40, required=False),
            "zh_factor": Column(_number(6, 4, least="0.0001")),
            "direction": one_of(Direction),
            "cumulative": Column(_flag),
            "headline": Column(_whole(0, 32_767), required=False, is_elsewhere=True),
            "measures": refs("measures"),
            **SOURCED,
        },
        links=("measures",),
    ),
    "observations": File(
        Observation,
        ("indicator", "region", "period_kind", "period_start", "period_end", "released_on"),
        {
            "indicator": ref("indicators"),
            "region": ref("regions"),
            "period": text(24),
            "period_kind": one_of(PeriodKind),
            "period_start": Column(_observed_day),
            "period_end": Column(_observed_day),
            "value": Column(VALUE),
            "exact": Column(_flag),
            "basis": text(300, required=False),
            "released_on": Column(_observed_day),
            "release_basis": text(80, required=False),
            "verified": Column(_flag),
            **SOURCED,
        },
    ),
    "targets": File(
        Target,
        ("indicator", "region", "due_year", "document", "value", "qualifier"),
        {
            "indicator": ref("indicators"),
            "region": ref("regions"),
            "due_year": Column(_whole(FIRST_DAY.year, LAST_DAY.year)),
            "value": Column(VALUE),
            "unit": text(40),
            "qualifier": text(120, required=False),
            "derived": Column(_flag),
            "baseline_value": Column(VALUE, required=False),
            "baseline_on": Column(_observed_day, required=False),
            "document": text(200),
            "adopted_on": day(),
            "adopted_basis": text(120, required=False),
            **SOURCED,
        },
    ),
    "published_figures": File(
        PublishedFigure,
        ("plan", "as_of", "figure"),
        {
            "plan": ref("plans"),
            "as_of": day(),
            "figure": text(60),
            "value": Column(_number(11, 4)),
            "unit": text(40, required=False),
            "source": text(600),
        },
    ),
}

# Files whose rows belong to the site and not to a plan; those of the first three have names.
SHARED = ("regions", "departments", "indicators", "observations", "targets", "site")
NAMED = SHARED[:3]

Key = tuple[Any, ...]


@dataclass
class Row:
    file: str
    line: int
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def key(self) -> Key:
        return tuple(self[name] for name in FILES[self.file].key)


@dataclass
class DataSet:
    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def plans_by_measure(self) -> dict[str, list[str]]:
        """The plans that have a measure of the code; asked for when all files are read."""
        found: dict[str, list[str]] = {}
        for row in self.rows["measures"]:
            found.setdefault(row["code"], []).append(row["plan"])
        return found

    def add_problem(self, row: Row, column: str, reason: str) -> None:
        self.problems.append(Problem(f"{row.file}.csv", row.line, column, reason))


def read_data_set(folder: Path) -> DataSet:
    """Reads and checks every file. Raises InvalidData with every problem found."""
    data = DataSet()
    for name, file in FILES.items():
        data.rows[name] = list(_read_file(folder, name, file, data))
    _number_rows(data)
    _check_references(data)
    _check_keys(data)
    if not data.problems:
        _check_rules(data)
        _check_reports(data)
        _check_histories(data)
    if data.problems:
        raise InvalidData(data.problems)
    return data


def _read_file(folder: Path, name: str, file: File, data: DataSet) -> Iterator[Row]:
    path = folder / f"{name}.csv"
    add_problem = data.problems.append
    content = b""
    try:
        content = path.read_bytes()
        decoded = content.decode("utf-8-sig")
    except FileNotFoundError:
        if file.may_be_missing:
            return
        add_problem(Problem(path.name, 1, "-", "the file is missing"))
        return
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        add_problem(Problem(path.name, line, "-", "the file is not written in UTF-8"))
        return
    except OSError as error:
        add_problem(Problem(path.name, 1, "-", f"the file cannot be read ({error.strerror})"))
        return
    reader = csv.reader(io.StringIO(decoded, newline=""), strict=True)
    try:
        head = next(reader, [])
        needed = {name for name, how in file.columns.items() if not how.may_be_missing}
        for column in needed - set(head):
            add_problem(Problem(path.name, 1, column, "the column is missing"))
        for column in set(head) - file.columns.keys():
            add_problem(Problem(path.name, 1, column or "(empty)", "no such column is known"))
        if len(head) != len(set(head)):
            add_problem(Problem(path.name, 1, "-", "a column stands twice"))
        if not needed <= set(head) <= file.columns.keys():
            return
        end = reader.line_num
        for cells in reader:
            # A cell may hold line breaks: a row is named by the line on which it begins.
            line, end = end + 1, reader.line_num
            if not cells:
                continue
            if len(cells) != len(head):
                add_problem(Problem(path.name, line, "-", f"{len(cells)} cells where {len(head)} are wanted"))
                continue
            yield Row(name, line, _parse(path.name, line, dict(zip(head, cells, strict=True)), file, add_problem))
    except csv.Error as error:
        add_problem(Problem(path.name, reader.line_num, "-", f"the line is no CSV ({error})"))


def _parse(
    name: str, line: int, cells: Mapping[str, str], file: File, add_problem: Callable[[Problem], None]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column, how in file.columns.items():
        raw = cells.get(column, "").strip()
        if CONTROL.search(raw):
            values[column] = None
            add_problem(Problem(name, line, column, "a control character is not allowed"))
        elif how.many:
            values[column] = [how.parse(part.strip()) for part in raw.split(";") if part.strip()]
        elif not raw:
            values[column] = "" if how.parse is str and not how.refers_to else None
            if how.required:
                add_problem(Problem(name, line, column, "a value is wanted"))
            elif how.or_else and not cells.get(how.or_else, "").strip():
                add_problem(Problem(name, line, column, f"a value is wanted, here or in {how.or_else}"))
        elif how.most and len(raw) > how.most:
            add_problem(Problem(name, line, column, f"at most {how.most} characters are allowed, not {len(raw)}"))
        else:
            try:
                values[column] = how.parse(raw)
            except ValueError as error:
                add_problem(Problem(name, line, column, f"{raw[:40]!r}: {error}"))
    return values


def _number_rows(data: DataSet) -> None:
    """Measures and projects are listed in the order of their file."""
    for name in ("measures", "projects"):
        for number, row in enumerate(data.rows[name], 1):
            row.values["position"] = number


def _check_keys(data: DataSet) -> None:
    for name, rows in data.rows.items():
        seen: dict[Key, int] = {}
        for row in rows:
            if None in row.key:
                continue
            if row.key in seen:
                data.add_problem(row, (FILES[name].key or ("-",))[-1], f"the same row stands in line {seen[row.key]}")
            seen.setdefault(row.key, row.line)


def _check_references(data: DataSet) -> None:
    """That each is in its file and, to a measure, in the row's plan; a row that names no plan gets its measure's."""
    known = {name: {row.key[-1] for row in rows if row.key} for name, rows in data.rows.items()}
    sections, categories = ({row.key for row in data.rows[name]} for name in ("sections", "categories"))
    for name, rows in data.rows.items():
        file = FILES[name]
        for row in rows:
            for column, how in file.columns.items():
                for key in _values(row, column) if how.refers_to else ():
                    if reason := _refuse_reference(data, row, key, how.refers_to, known):
                        data.add_problem(row, column, reason)
            if file.plan and len(own := data.plans_by_measure.get(row["measure"], [])) == 1:
                row.values["plan"] = own[0]
            if name == "measures" and (row["plan"], row["section"]) not in sections:
                data.add_problem(row, "section", f"{row['section']!r} is no section of the plan in sections.csv")
            if name == "projects" and (row["plan"], row["category"]) not in categories:
                data.add_problem(row, "category", f"{row['category']!r} is no category of the plan in categories.csv")


def _refuse_reference(data: DataSet, row: Row, key: str, target: str, known: Mapping[str, set[str]]) -> str:
    """Why a row cannot refer to the key; one without a plan, to a measure that two plans have."""
    if key not in known[target]:
        return f"{key!r} is not in {target}.csv"
    plans = data.plans_by_measure[key] if target == "measures" else []
    if row["plan"] is None and len(plans) > 1:
        return f"{key!r} is a measure of {' and of '.join(plans)}: load each plan from a folder of its own"
    if row["plan"] and plans and row["plan"] not in plans:
        return f"{key!r} is a measure of another plan: {plans[0]}"
    return ""


def _check_once(data: DataSet, name: str, *columns: str) -> None:
    """That no two rows of a file have the same values there; rows with an empty one do not count."""
    seen: dict[Key, int] = {}
    for row in data.rows[name]:
        values = tuple(row[column] for column in columns)
        if None in values:
            continue
        if values in seen:
            data.add_problem(row, columns[-1], f"{row[columns[-1]]} stands in line {seen[values]} too")
        seen.setdefault(values, row.line)


def _check_places(data: DataSet) -> None:
    """What the place of a region, a section or an indicator in its list or on the map may be."""
    kinds = {row["code"]: row["kind"] for row in data.rows["regions"]}
    order = RegionKind.values
    for row in data.rows["regions"]:
        above = order[: order.index(row["kind"])]
        if not above and row["parent"]:
            data.add_problem(row, "parent", "a country lies in no region of the list")
        elif above and kinds.get(row["parent"]) not in above:
            data.add_problem(row, "parent", f"a {row['kind']} lies in a {' or '.join(above)}")
        if (row["tile_row"] is None) != (row["tile_column"] is None):
            data.add_problem(row, "tile_row", "a tile needs both its row and its column")
        if row["tile_row"] is not None and row["kind"] == RegionKind.COUNTRY:
            data.add_problem(row, "tile_row", "a country has no tile on the map")
    _check_once(data, "regions", "parent", "tile_row", "tile_column")
    _check_once(data, "sections", "plan", "number")
    _check_once(data, "categories", "plan", "number")
    _check_once(data, "indicators", "headline")


def _check_rules(data: DataSet) -> None:
    """What the database would refuse, said with file, line and column."""
    _check_places(data)
    for name, rows in data.rows.items():
        fields = {each.name: each for each in FILES[name].model._meta.get_fields()}
        for row in rows:
            if row["provenance"] == Provenance.PUBLISHED and not row["source"]:
                data.add_problem(row, "source", "a published row needs its source")
            for column in ("code", "slug"):
                for validator in getattr(fields.get(column), "validators", ()) if row[column] else ():
                    try:
                        validator(row[column])
                    except ValidationError:
                        data.add_problem(row, column, f"{row[column]!r} does not have the right shape")
                        break
    for row in data.rows["plans"]:
        if row["ends_on"] < row["starts_on"]:
            data.add_problem(row, "ends_on", "the plan ends before it starts")
        elif row["ends_on"].year - row["starts_on"].year >= MAX_PLAN_YEARS:
            data.add_problem(row, "ends_on", f"a plan runs over at most {MAX_PLAN_YEARS} calendar years")
    for row in data.rows["categories"]:
        if not row["name_zh"] and not row["name_en"]:
            data.add_problem(row, "name_zh", "a name in Chinese or in English is wanted")
    for row in data.rows["measures"]:
        if row["due_on"] is not None and row["due_on"] < row["listed_on"]:
            data.add_problem(row, "due_on", "the measure is due before it is listed")
    for row in data.rows["observations"]:
        if row["period_end"] < row["period_start"]:
            data.add_problem(row, "period_end", "the period ends before it starts")
        elif not is_period(row["period_kind"], row["period_start"], row["period_end"]):
            data.add_problem(row, "period_kind", f"the days are not the first and the last of a {row['period_kind']}")
        earliest = earliest_release(row["source"])
        if row["release_basis"] != STATED and earliest and row["released_on"] < earliest:
            data.add_problem(
                row, "released_on", f"no day before {earliest.year}, of which the source is, can be assumed"
            )
    for row in data.rows["targets"]:
        if (row["baseline_value"] is None) != (row["baseline_on"] is None):
            data.add_problem(row, "baseline_on", "a baseline needs both its value and its day")
    _check_placements(data)


def _check_placements(data: DataSet) -> None:
    """That each project lies in a city of its plan's region."""
    places = {row["code"]: Place(row["code"], row["kind"], row["parent"], row["code"]) for row in data.rows["regions"]}
    _name_regions_of_plans(data, [code for code, place in places.items() if place.kind == RegionKind.PROVINCE])
    regions = {row["slug"]: places.get(row["region"]) for row in data.rows["plans"]}
    divided = {place.parent for place in places.values()}
    for row in data.rows["projects"]:
        region = regions[row["plan"]]
        county, also_in = places.get(row["county"]), [places[code] for code in row["also_in"]]
        with override("en"):
            for column, sentence in misplacements(
                region, places[row["city"]], county, also_in, is_divided=region is not None and region.key in divided
            ):
                data.add_problem(row, column, sentence.rstrip("."))


def _name_regions_of_plans(data: DataSet, provinces: list[str]) -> None:
    """Where the file names none, it is the only province of regions.csv."""
    for row in data.rows["plans"]:
        if not row["region"] and len(provinces) == 1:
            row.values["region"] = provinces[0]
        elif not row["region"] and provinces:
            data.add_problem(row, "region", "a value is wanted: there are several provinces in regions.csv")


def _check_reports(data: DataSet) -> None:
    waiting: dict[tuple[str, date], int] = {}
    for row in data.rows["reports"]:
        is_decided = row["state"] in (ReportState.ACCEPTED, ReportState.RETURNED)
        if is_decided != (row["decided_on"] is not None):
            data.add_problem(row, "decided_on", "a decided report has its day, and no other has one")
        if row["decided_on"] is not None and row["decided_on"] < row["submitted_on"]:
            data.add_problem(row, "decided_on", "the report is decided before it was filed")
        if row["submitted_on"] < row["period"]:
            data.add_problem(row, "submitted_on", "the report is filed before its month begins")
        if not row["document_number"] and (row["document_title_zh"] or row["document_title_en"]):
            data.add_problem(row, "document_number", "a document needs its number")
        if row["state"] in OPEN_STATES:
            month = (row["measure"], row["period"])
            if month in waiting:
                data.add_problem(row, "state", f"the month has an open report in line {waiting[month]} already")
            waiting.setdefault(month, row.line)


def _check_histories(data: DataSet) -> None:
    """Each measure's rows must tell one story: listed as promoting, old and new status joined, reports behind."""
    reports = {(row["measure"], row["submitted_on"]): row for row in data.rows["reports"]}
    histories: dict[str, list[Row]] = {row["code"]: [] for row in data.rows["measures"]}
    for row in data.rows["status_changes"]:
        histories[row["measure"]].append(row)
    used: set[Key] = set()
    for measure in data.rows["measures"]:
        rows = sorted(histories[measure["code"]], key=lambda row: row["recorded_on"])
        if not rows:
            data.add_problem(measure, "code", "the measure has no row in status_changes.csv")
            continue
        written: list[Change] = []
        for row in rows:
            if row is rows[0]:
                _check_first(data, row, measure)
            else:
                _check_change(data, row, rows, written)
            if row["effective_on"] > row["recorded_on"]:
                data.add_problem(row, "effective_on", "the change is recorded before it takes effect")
            behind = reports.get((row["measure"], row["report"]))
            if _needs_report(row, rows[0]) != (row["report"] is not None):
                reason = "each change but the first, corrections and reopenings rests on one report"
                data.add_problem(row, "report", reason)
            elif row["report"] is not None:
                if behind is None or behind["state"] != ReportState.ACCEPTED:
                    data.add_problem(row, "report", "no accepted report of the measure was filed on that day")
                elif (behind["against_status"], behind["status"]) != (row["old_status"], row["status"]):
                    data.add_problem(row, "report", "the report of that day states another change")
                if (row["measure"], row["report"]) in used:
                    data.add_problem(row, "report", "another change rests on this report")
                used.add((row["measure"], row["report"]))
            written.append(_as_change(row, rows))


def _needs_report(row: Row, first: Row) -> bool:
    return row is not first and not row["supersedes"] and row["old_status"] != MeasureStatus.COMPLETED


def _as_change(row: Row, rows: list[Row]) -> Change:
    recorded_at = datetime.combine(row["recorded_on"], RECORDED_AT)
    replaced = _replaced(row, rows)
    return Change(row.line, row["status"], row["effective_on"], recorded_at, replaced.line if replaced else None)


def _check_first(data: DataSet, row: Row, measure: Row) -> None:
    if row["old_status"] or row["status"] != MeasureStatus.PROMOTING or row["supersedes"]:
        data.add_problem(row, "status", "the first row of a measure is promoting, without an old status")
    if row["effective_on"] != measure["listed_on"]:
        data.add_problem(row, "effective_on", "the first row is of the day on which the measure was listed")


def _check_change(data: DataSet, row: Row, rows: list[Row], written: list[Change]) -> None:
    """A row after the first, against those that were written before it."""
    if row["supersedes"]:
        replaced = _replaced(row, rows)
        wrong = next((each for each in effective_changes(written) if replaced and each.id == replaced.line), None)
        if wrong is None:
            data.add_problem(
                row, "supersedes", "no earlier row of the measure that still holds was recorded on that day"
            )
            return
        if row["old_status"] != wrong.status:
            data.add_problem(row, "old_status", f"the row that this one replaces says {wrong.status}")
        if wrong == effective_changes(written)[0] and row["status"] != MeasureStatus.PROMOTING:
            data.add_problem(row, "status", "the first status of a measure is promoting")
        window = correction_window(written, wrong, today=row["recorded_on"])
        if window is None:
            data.add_problem(
                row, "supersedes", "the replaced row counts for no day: another one follows on the same day"
            )
        elif not window[0] <= row["effective_on"] <= window[1]:
            data.add_problem(row, "effective_on", f"a day from {window[0]} to {window[1]} is wanted")
        return
    before = in_force(written, on=row["effective_on"])
    if before is None:
        data.add_problem(row, "effective_on", "the row takes effect before the first one")
    elif row["old_status"] != before.status:
        data.add_problem(row, "old_status", f"{before.status} was in force before this row")
    elif row["status"] == before.status:
        data.add_problem(row, "status", "the row changes nothing")


def _replaced(row: Row, rows: list[Row]) -> Row | None:
    """The row of the same measure that a correction replaces, by the day on which that one was recorded."""
    if not row["supersedes"] or row["supersedes"] >= row["recorded_on"]:
        return None
    return next((each for each in rows if each["recorded_on"] == row["supersedes"]), None)


Ids = dict[str, dict[Key, int]]


def _own_key(row: Row, column: str, value: str, data: DataSet) -> Key:
    """The key of the row that a value of the column refers to."""
    if FILES[row.file].columns[column].refers_to != "measures":
        return (value,)
    return (row["plan"] or data.plans_by_measure[value][0], value)


@dataclass(frozen=True)
class SiteRow:
    """A row of the data set that the site has with other values in the columns; `name`: its code or slug."""

    file: str
    name: str
    columns: tuple[str, ...]


def find_differing(data: DataSet) -> list[SiteRow]:
    """Regions, departments and indicators that are there with other values than the data set's; they stay so."""
    return [each for name in NAMED for each in _differing(FILES[name], data.rows[name])]


def _differing(file: File, rows: list[Row]) -> Iterator[SiteRow]:
    paths = {column: _path(file, column) for column, how in file.columns.items() if not (how.many or how.is_elsewhere)}
    [name] = file.key
    there = {row[name]: row for row in file.model._default_manager.values(*paths.values())}
    for row in rows:
        if stored := there.get(row[name]):
            columns = [column for column, path in paths.items() if (row[column] or None) != (stored[path] or None)]
            if columns:
                yield SiteRow(row.file, row[name], tuple(columns))


@transaction.atomic
def write_data_set(data: DataSet) -> dict[str, int]:
    """Writes what is not there yet; returns how many rows of each file were added."""
    ids: Ids = {name: {} for name in FILES}
    had = _known(FILES["measures"]).keys()
    added = dict.fromkeys(FILES, 0)
    for name, rows in data.rows.items():
        if name == "regions":
            # A parent stands before its children: the country, the province, the cities, the counties.
            for kind in RegionKind:
                added[name] += _add(data, name, [row for row in rows if row["kind"] == kind], ids, had)
        elif name == "status_changes":
            added[name] = _add_changes(rows, ids)
        else:
            added[name] = _add(data, name, rows, ids, had)
        if name == "reports":
            _add_evidence(rows, ids)
    _add_steps()
    if any(added.values()):
        analyze_tables(file.model for file in FILES.values())
        rebuild_rollups()
    return added


def analyze_tables(models: Iterable[type[Model]]) -> None:
    """A database that was empty a moment ago plans as if it still were, and would count for minutes."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _own_columns(row: Row, ids: Ids) -> dict[str, Any]:
    """Columns of the model that the file says in its own way."""
    if row.file == "measures":
        return {"section_id": ids["sections"][row["plan"], row["section"]], "position": row["position"]}
    if row.file == "projects":
        category = ids["categories"][row["plan"], row["category"]]
        return {"investment_wan": row["total_investment"], "category_id": category, "position": row["position"]}
    if row.file == "published_figures":
        return {"provenance": Provenance.PUBLISHED}
    return {}


def _add(data: DataSet, name: str, rows: list[Row], ids: Ids, had: Set[Key]) -> int:
    """Adds the rows of a file that are not in the database, and their links. `had`: the measures that were there before
    the load; an indicator that the site has is linked to the others."""
    file = FILES[name]
    known = _known(file)
    new = [row for row in rows if row.key not in known]
    fields = {each.name for each in file.model._meta.concrete_fields}
    objects = []
    for row in new:
        values = _own_columns(row, ids)
        for column in fields & file.columns.keys() - {"section", "category"}:
            if row[column] is None:
                continue
            if target := file.columns[column].refers_to:
                values[f"{column}_id"] = ids[target][_own_key(row, column, row[column], data)]
            else:
                values[column] = row[column]
        objects.append(file.model(**values))
    if name == "reports":
        _set_departments(objects)
    file.model._default_manager.bulk_create(objects, batch_size=BATCH_SIZE)
    ids[name] = _known(file)
    if name == "indicators":
        _add_headlines(data, ids, known)
    _add_links(
        data, name, rows, ids, lambda row, key: row.key not in known or (name == "indicators" and key not in had)
    )
    return len(objects)


def _add_headlines(data: DataSet, ids: Ids, known: Mapping[Key, int]) -> None:
    """The headline indicators of the data set's plans: all of a plan that has none yet, else the new ones."""
    with_some = set(HeadlineIndicator.objects.values_list("plan", flat=True))
    plans = {ids["plans"][row.key] for row in data.rows["plans"]}
    HeadlineIndicator.objects.bulk_create(
        HeadlineIndicator(plan_id=plan, indicator_id=ids["indicators"][row.key], number=row["headline"])
        for plan in sorted(plans)
        for row in data.rows["indicators"]
        if row["headline"] is not None and (plan not in with_some or row.key not in known)
    )


def _add_links(data: DataSet, name: str, rows: list[Row], ids: Ids, is_new: Callable[[Row, Key], bool]) -> None:
    """What rows of a file refer to in others: those that are new are linked, and news of what shows them."""
    file = FILES[name]
    for column, how in file.columns.items():
        if not how.refers_to:
            continue
        keys = ((row, _own_key(row, column, each, data)) for row in rows for each in _values(row, column))
        pairs = [(ids[name][row.key], ids[how.refers_to][key]) for row, key in keys if is_new(row, key)]
        _mark_updated(how.refers_to, {other for _own, other in pairs})
        if column in file.links:
            _mark_updated(name, {own for own, _other in pairs})
            _link(file, column, pairs)


def _mark_updated(name: str, ids: set[int]) -> None:
    """Of what shows the rows that refer to it: bulk statements send no signals."""
    model = FILES[name].model
    if model in (Measure, Indicator):
        model._default_manager.filter(pk__in=ids).mark_updated()


def _values(row: Row, column: str) -> list[str]:
    value = row[column]
    return (value if isinstance(value, list) else [value]) if value else []


def _link(file: File, column: str, pairs: list[tuple[int, int]]) -> None:
    relation: Any = file.model._meta.get_field(column)
    through = relation.remote_field.through
    here, there = f"{relation.m2m_field_name()}_id", f"{relation.m2m_reverse_field_name()}_id"
    # Two departments may be one by now.
    rows = [through(**{here: own, there: other}) for own, other in dict.fromkeys(pairs)]
    through._default_manager.bulk_create(rows, batch_size=BATCH_SIZE)


def _known(file: File) -> dict[Key, int]:
    """The rows in the database by the key that the file gives them; for a merged department, the one that does its
    work now."""
    names = [_path(file, column) for column in file.key]
    pk = Coalesce("merged_into_id", "pk") if file.model is Department else F("pk")
    known = {tuple(row[1:]): row[0] for row in file.model._default_manager.values_list(pk, *names)}
    if file.model is Report:
        # One that was handed in again has another day by now; its steps keep each.
        steps = ReportStep.objects.filter(move__in=HAND_IN_MOVES)
        columns = ("report", "report__measure__plan__slug", "report__measure__code", "made_on")
        known = {tuple(row[1:]): row[0] for row in steps.values_list(*columns)} | known
    return known


def _path(file: File, column: str) -> str:
    """The path to what a column of the file says."""
    if column not in file.columns:
        return file.plan
    target = file.columns[column].refers_to
    return f"{column}__{FILES[target].key[-1]}" if target else column


def _set_departments(reports: Iterable[Any]) -> None:
    """Whoever leads the measure wrote them."""
    leads = dict(Measure.objects.values_list("pk", "lead_department"))
    for report in reports:
        report.department_id = leads[report.measure_id]


def _reports_of(model: Any) -> set[int]:
    return set(model.objects.values_list("report_id", flat=True))


def _add_evidence(rows: list[Row], ids: Ids) -> None:
    # Those that were there before have steps already: what the site took off them stays off.
    known = _reports_of(Evidence) | _reports_of(ReportStep)
    added = Evidence.objects.bulk_create(
        Evidence(
            report_id=ids["reports"][row.key],
            document_number=row["document_number"],
            title_zh=row["document_title_zh"],
            title_en=row["document_title_en"],
        )
        for row in rows
        if row["document_number"] and ids["reports"][row.key] not in known
    )
    Report.objects.filter(pk__in={each.report_id for each in added}).mark_updated()


def _add_steps() -> None:
    """What is known of the life of reports that came without one: the days of submission and decision."""
    reports = Report.objects.filter(steps=None).exclude(submitted_on=None).prefetch_related("evidence").order_by("pk")
    steps = []
    for report in reports:
        decision = "accept" if report.state == ReportState.ACCEPTED else "return"
        days, content = {"submit": report.submitted_on, decision: report.decided_on}, report.content()
        steps += [ReportStep(report=report, move=move, made_on=on, content=content) for move, on in days.items() if on]
    ReportStep.objects.bulk_create(steps, batch_size=BATCH_SIZE)


def _add_changes(rows: list[Row], ids: Ids) -> int:
    """Histories of measures that have none yet: rows added between others would rewrite what was so."""
    have = set(StatusChange.objects.values_list("measure_id", flat=True))
    histories: dict[Key, list[Row]] = {}
    for row in rows:
        measure = (row["plan"], row["measure"])
        if ids["measures"][measure] not in have:
            histories.setdefault(measure, []).append(row)
    changes: dict[int, StatusChange] = {}
    replaced: dict[int, int] = {}
    effective: dict[int, date] = {}
    for measure, history in histories.items():
        for row in history:
            report = ids["reports"][*measure, row["report"]] if row["report"] else None
            changes[row.line] = StatusChange(
                measure_id=ids["measures"][measure],
                old_status=row["old_status"] or None,
                status=row["status"],
                effective_on=row["effective_on"],
                recorded_at=datetime.combine(row["recorded_on"], RECORDED_AT),
                report_id=report,
                reason_zh=row["reason_zh"],
                reason_en=row["reason_en"],
                provenance=row["provenance"],
                source=row["source"],
            )
            if report is not None:
                effective[report] = row["effective_on"]
            if wrong := _replaced(row, history):
                replaced[row.line] = wrong.line
    StatusChange.objects.bulk_create(
        [change for line, change in changes.items() if line not in replaced], batch_size=BATCH_SIZE
    )
    # A corrected row stands before its correction.
    for line in sorted(replaced, key=lambda each: changes[each].recorded_at):
        changes[line].supersedes = changes[replaced[line]]
        # As the others: a load is no change that the log speaks of.
        StatusChange.objects.bulk_create([changes[line]])
    behind = list(Report.objects.filter(pk__in=effective))
    for each in behind:
        each.effective_on = effective[each.pk]
    Report.objects.bulk_update(behind, ["effective_on"], batch_size=BATCH_SIZE)
    return len(changes)
