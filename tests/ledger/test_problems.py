# ruff: noqa: E501 (rows of data)
"""Problems, their steps and meetings as sheets: what is written reads back, and what cannot be is said."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from accounts.models import Department
from core.clock import SHANGHAI, today
from core.exceptions import NotAllowed
from ledger import preview as previews
from ledger.reading import read_ledger
from ledger.take_back import take_back
from measures.models import Load, Measure, Plan, Report
from office.mergers import merge_departments
from problems.categories import DEFAULT_CATEGORIES
from problems.models import Meeting, MeetingItem, Problem, ProblemCategory, ProblemStep
from problems.services import ProblemData, move_problem, save_problem_draft
from tests.factories import make_department, make_user
from tests.ledger.example import append, complaints, edit, load, rows
from tests.ledger.test_export_data import contents, empty_the_site, export, preview

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "english")]

FILES = {
    "people": """
username,role
rita,reviewer
""",
    "problem_categories": """
slug,number,name_zh,name_en
money,1,资金,Money
land,2,用地,Land
""",
    "problems": """
measure,number,text_zh,text_en,category,raised_on,raised_by,proposed_owner,helpers,provenance,source
M001,1,配套资金不足,Matching funds are missing,money,2023-05-04,energy,water,,illustrative,
M001,2,征地未完成,,用地,2023-06-05,,,water,reported,
M002,1,,Staff are missing,,2023-08-10,water,,,illustrative,
""",
    "problem_steps": """
measure,problem,made_on,number,move,state,owner,due_on,is_escalated,note,made_at,made_by
M001,1,2023-05-04,1,raise,raised,water,,no,,,
M001,1,2023-05-04,2,assign,assigned,energy,2023-07-31,yes,请能源局牵头解决,2023-05-04 10:30,rita
M001,1,2023-07-01,1,solve,solved,,,,资金已到位,,
M001,1,2023-07-03,1,close,closed,,,,经核实，同意销号,2023-07-03 09:00,rita
M001,2,2023-06-05,1,raise,,,,,,,
M001,2,2023-06-30,1,assign,,water,2023-09-30,,,,
""",
    "meetings": """
number,held_on,title_zh,title_en,place
1,2023-06-30,六月协调会,Meeting of June,三楼会议室
2,2023-08-28,八月协调会,,
""",
    "meeting_items": """
meeting,measure,problem,position,direction_on,direction_number
1,M001,2,1,2023-06-30,
2,M002,1,1,,
2,M001,2,2,,
""",
}
LINE = "measure,submitted_on,period,status,against_status,what_was_done_zh"


def write_problems(folder: Path) -> Path:
    for name, content in FILES.items():
        (folder / f"{name}.csv").write_text(content.lstrip("\n"), encoding="utf-8")
    edit(
        folder,
        "reports",
        "decided_on,state,provenance,source",
        "decided_on,state,provenance,source,problem_choice,about_problem",
    )
    edit(
        folder, "reports", "No change,,,,,,submitted,illustrative,", "No change,缺人,,,,,submitted,illustrative,,new,1"
    )
    return folder


@pytest.fixture
def full(folder: Path) -> Path:
    return write_problems(folder)


def told() -> list[tuple[Any, ...]]:
    """The steps of all problems, in order."""
    columns = (
        "problem__measure__code",
        "problem__number",
        "made_on",
        "move",
        "state",
        "owner__slug",
        "due_on",
        "is_escalated",
        "note",
    )
    return list(
        ProblemStep.objects.order_by("problem__measure__code", "problem__number", "made_on", "pk").values_list(*columns)
    )


STORY = [
    ("M001", 1, date(2023, 5, 4), "raise", "raised", "water", None, False, ""),
    ("M001", 1, date(2023, 5, 4), "assign", "assigned", "energy", date(2023, 7, 31), True, "请能源局牵头解决"),
    ("M001", 1, date(2023, 7, 1), "solve", "solved", "energy", date(2023, 7, 31), True, "资金已到位"),
    ("M001", 1, date(2023, 7, 3), "close", "closed", "energy", date(2023, 7, 31), True, "经核实，同意销号"),
    ("M001", 2, date(2023, 6, 5), "raise", "raised", "energy", None, False, ""),
    ("M001", 2, date(2023, 6, 30), "assign", "assigned", "water", date(2023, 9, 30), False, ""),
    # What the file does not say.
    ("M002", 1, date(2023, 8, 10), "raise", "raised", "water", None, False, ""),
]  # fmt: skip


def test_problems_are_loaded_with_their_steps_and_meetings(full: Path) -> None:
    load(full)
    assert told() == STORY
    first, second, third = Problem.objects.order_by("measure__code", "number")
    assert (first.category.slug, first.raised_by.slug, first.proposed_owner.slug) == ("money", "energy", "water")  # type: ignore[union-attr]
    assert (second.category.slug, second.raised_by, [each.slug for each in second.helpers.all()]) == (
        "land",
        None,
        ["water"],
    )  # type: ignore[union-attr]
    assert first.last_step.made_by.username == "rita"
    assert first.steps.get(move="assign").made_at == datetime(2023, 5, 4, 10, 30, tzinfo=SHANGHAI)
    assert [step.content for step in second.steps.all()] == [second.content()] * 2
    assert second.content() == {"text_zh": "征地未完成", "text_en": "", "category": "land", "helpers": ["water"]}
    report = Report.objects.get(measure__code="M002")
    assert (report.about_problem, report.problem_choice) == (third.number, "new")
    one, two = Meeting.objects.order_by("number")
    assert (str(one), one.place, one.created_by, one.items.get().direction) == (
        "六月协调会",
        "三楼会议室",
        None,
        second.last_step,
    )
    assert list(two.items.values_list("problem", "position", "direction")) == [
        (third.pk, 1, None),
        (second.pk, 2, None),
    ]
    assert load(full) == "Everything was loaded already.\n"


@pytest.mark.parametrize("name", ["folder", "book.xlsx"])
def test_they_move_to_another_site_and_are_written_there_byte_for_byte(full: Path, tmp_path: Path, name: str) -> None:
    load(full)
    reporter = make_user("ada", role="reporter", department=Measure.objects.get(code="M002").lead_department)
    problem = Problem.objects.get(measure__code="M002")
    save_problem_draft(Problem(measure=problem.measure), by=reporter, data=ProblemData("草稿"))
    move_problem(problem, "reply", by=reporter, note="正在招聘\n下周到岗")
    # The owner was merged while the problem waited: that step leaves any open state as it is.
    problem.steps.create(
        move="reassign", state="raised", owner=problem.measure.lead_department, made_on=today(), content={}
    )
    export(tmp_path / name)
    export(tmp_path / "before")
    before = told()
    # Of 30 rows here and the 7 of the example: the draft is not among them.
    assert "草稿" not in (tmp_path / "before" / "problems.csv").read_text(encoding="utf-8")
    assert preview(tmp_path / name).endswith("unchanged\n")
    empty_the_site()
    load(tmp_path / name)
    assert told() == before
    assert set(preview(tmp_path / name).split()[1:]) == {"unchanged"}
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")


def test_a_department_that_is_merged_by_now_is_no_obstacle_to_the_file_that_names_it(
    full: Path, tmp_path: Path
) -> None:
    load(full)
    water, audit = Department.objects.get(slug="water"), make_department("audit", number=9)
    merge_departments(water, into=audit, by=make_user("ned", role="reviewer"), reason="机构改革")
    assert [owner for *_others, owner, _due, _is, _note in told()].count("water") == 3
    export(tmp_path / "out")
    assert set(preview(tmp_path / "out").split()[1:]) == {"unchanged"}
    # Who solves a problem is not asked to help with it any more.
    edit(full, "problems", "2023-06-05,,,water", "2023-06-05,,,")
    # After the step of that day that gave the problem to the other one.
    append(full, "problem_steps", "M002,1,2023-08-29,2,assign,,water,2023-10-01,,,,")
    load(full)
    assert Problem.objects.get(measure__code="M002").last_step.owner == audit


def test_measure_text_and_day_are_enough(folder: Path) -> None:
    """Numbered in the order of the file, raised on its day, for the lead to solve; loaded again, nothing is new."""
    (folder / "problems.csv").write_text(
        "measure,text_zh,raised_on\nM001,缺资金,2023-05-04\nM002,缺人,2023-05-05\nM001,缺土地,2023-05-06\n",
        encoding="utf-8",
    )
    load(folder)
    assert [(code, number, on, move, state, owner) for code, number, on, move, state, owner, *_rest in told()] == [
        ("M001", 1, date(2023, 5, 4), "raise", "raised", "energy"),
        ("M001", 2, date(2023, 5, 6), "raise", "raised", "energy"),
        ("M002", 1, date(2023, 5, 5), "raise", "raised", "water"),
    ]
    assert load(folder) == "Everything was loaded already.\n"
    # A colleague's draft has its number already.
    reporter = make_user("ada", role="reporter", department=Measure.objects.get(code="M002").lead_department)
    save_problem_draft(Problem(measure=Measure.objects.get(code="M002")), by=reporter, data=ProblemData("草稿"))
    append(folder, "problems", "M002,缺电,2023-05-07")
    assert load(folder) == "Loaded: 1 problems new, 1 problem_steps new.\n"
    assert list(Problem.objects.filter(measure__code="M002").values_list("number", "text_zh")) == [
        (1, "缺人"),
        (2, "草稿"),
        (3, "缺电"),
    ]
    # So has one that the file numbers.
    (folder / "problems.csv").write_text("measure,number,text_zh,raised_on\nM002,2,缺水,2023-05-04\n", encoding="utf-8")
    assert complaints(folder) == [
        "problems, row 2, number: A draft has this number already: write another one, or leave it empty."
    ]


def test_a_new_plan_sorts_its_problems_into_seven_categories(folder: Path) -> None:
    (folder / "problems.csv").write_text(
        "measure,text_zh,raised_on,category\nM001,缺资金,2023-05-04,资金\n", encoding="utf-8"
    )
    load(folder)
    found = ProblemCategory.objects.values_list("slug", "name_zh", "name_en")
    assert tuple(found) == DEFAULT_CATEGORIES
    assert Problem.objects.get().category.slug == "money"  # type: ignore[union-attr]
    # A plan that has sorted them otherwise does not get them again.
    Problem.objects.update(category=None)
    ProblemCategory.objects.all().delete()
    edit(folder, "problems", ",资金", ",")
    assert load(folder) == "Everything was loaded already.\n"
    assert not ProblemCategory.objects.exists()


def test_texts_and_categories_are_changed_and_changed_back(full: Path, tmp_path: Path) -> None:
    load(full)
    reviewer = make_user("ned", role="reviewer")
    export(tmp_path / "before")
    edit(full, "problems", "配套资金不足,Matching funds are missing,money", "配套资金仍不足,,land")
    edit(full, "problems", "M001,2,征地未完成,,用地,2023-06-05,,,water", "M001,2,征地未完成,,用地,2023-06-05,,,")
    edit(full, "meetings", "三楼会议室", "四楼会议室")
    append(full, "problem_steps", "M002,1,2023-08-28,1,assign,,water,2023-10-01,,,,")
    append(full, "meeting_items", "1,M001,1,,2023-05-04,2")
    assert preview(full).splitlines() == [
        "problems, 2, M001 1: text_zh: 配套资金不足 → 配套资金仍不足",
        "problems, 2, M001 1: text_en: Matching funds are missing → -",
        "problems, 2, M001 1: category: money → land",
        "problems, 3, M001 2: helpers: water → -",
        "meetings, 2, 1: place: 三楼会议室 → 四楼会议室",
        "2 new, 3 changed, 48 unchanged",
    ]
    load(full, change=True)
    first, second, third = Problem.objects.order_by("measure__code", "number")
    assert (first.text_zh, first.text_en, first.category.slug, second.helpers.count()) == (
        "配套资金仍不足",
        "",
        "land",
        0,
    )  # type: ignore[union-attr]
    assert (third.state, third.last_step.due_on) == ("assigned", date(2023, 10, 1))
    item = MeetingItem.objects.get(problem=first)
    assert (item.position, item.direction) == (2, first.steps.get(move="assign"))
    # The words that the steps before were made with stay.
    assert first.steps.first().content["text_zh"] == "配套资金不足"
    take_back(Load.objects.latest("pk"), by=reviewer)
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")


def test_a_category_goes_only_without_problems(full: Path) -> None:
    load(full)
    edit(full, "problem_categories", "slug,number,name_zh,name_en", "slug,number,name_zh,name_en,remove")
    edit(full, "problem_categories", "用地,Land", "用地,Land,不用")
    sentence = "problem_categories, row 3, remove: It has problems: give them to another category first."
    assert complaints(full, change=True) == [sentence]
    # A draft that nobody else sees is one, too.
    edit(full, "problems", ",用地,", ",,")
    Problem.objects.filter(number=2).update(category=None)
    measure = Measure.objects.get(code="M002")
    reporter = make_user("ada", role="reporter", department=measure.lead_department)
    land = ProblemCategory.objects.get(slug="land")
    draft = save_problem_draft(Problem(measure=measure), by=reporter, data=ProblemData("草稿", category=land))
    assert complaints(full, change=True) == [sentence]
    draft.delete()
    load(full, change=True)
    assert not ProblemCategory.objects.filter(slug="land").exists()


def test_nothing_is_taken_back_once_a_problem_has_moved_on(full: Path) -> None:
    load(full)
    reviewer = make_user("ned", role="reviewer")
    append(full, "problem_steps", "M002,1,2023-08-28,1,assign,,water,2023-10-01,,,,")
    load(full)
    added = Load.objects.latest("pk")
    reporter = make_user("ada", role="reporter", department=Measure.objects.get(code="M002").lead_department)
    move_problem(Problem.objects.get(measure__code="M002"), "solve", by=reporter, note="已招聘")
    before = rows()
    with pytest.raises(NotAllowed, match="changed since"):
        take_back(added, by=reviewer)
    assert rows() == before
    # Nor does a problem go that somebody answered.
    append(full, "problems", "M002,2,缺水,,,2023-08-10,water,,,illustrative,")
    load(full)
    move_problem(Problem.objects.get(text_zh="缺水"), "reply", by=reporter, note="已协调")
    with pytest.raises(NotAllowed, match=r"changed since|in use"):
        take_back(Load.objects.latest("pk"), by=reviewer)


BROKEN = {
    "problem_steps": {
        "M001,9,2023-08-01,1,reply,,,,,,,": ("problem", "The measure has no problem of the number 9."),
        "M001,2,2023-06-01,1,reply,,,,,,,": ("made_on", "The step was made before the problem was raised, on 2023-06-05."),
        "M001,2,2023-08-30,1,reply,,,,,,,": ("made_on", "The day is in the future"),
        "M001,2,2023-08-01,1,close,,,,,,,": ("move", "The problem is “Being solved” by then; this cannot follow."),
        "M001,2,2023-08-01,1,solve,closed,,,,,,": ("state", "This step leads to “To be verified”."),
        "M001,2,2023-08-01,1,reply,,fishery,,,,,": ("owner", "There is no “fishery” in Departments."),
        "M001,2,2023-08-01,1,reply,,,,,,2023-08-01 10:00,": ("made_by", "A moment and a person belong together."),
        "M001,2,2023-08-01,1,reply,,,,,,2023-08-02 10:00,rita": ("made_at", "The moment is of another day."),
        "M001,2,2023-08-01,2,reply,,,,,,,": ("number", "The steps of a day are numbered one after the other."),
        "M001,2,2023-06-05,3,reply,,,,,,,": ("number", "The steps of a day are numbered one after the other."),
        # Between two rows of the site.
        "M001,2,2023-06-10,1,withdraw,,,,,,,": ("move", "The row of 2023-06-30 would not fit any more: The problem is “Withdrawn” by then; this cannot follow."),
        "M001,2,2023-06-30,1,assign,,energy,2023-09-30,,,,": ("owner", "This row is on record and says water: correct it by a row of its own."),
    },
    "problems": {
        "M001,3,,,,2023-08-01,,,,illustrative,": ("text_zh", "A value is wanted in one of the two languages."),
        "M001,3,缺水,,,2023-08-30,,,,illustrative,": ("raised_on", "The day is in the future"),
        "M001,3,缺水,,,,,,,illustrative,": ("raised_on", "A value is wanted."),
        "M001,3,缺水,,air,2023-08-01,,,,illustrative,": ("category", "There is no “air” in Categories of problems."),
        "M001,2,征地未完成,,用地,2023-06-06,,,water,reported,": ("raised_on", "It was raised on 2023-06-05: that is on record."),
    },
    "meeting_items": {
        "3,M001,1,,,": ("meeting", "There is no meeting of the number 3."),
        "1,M002,2,,,": ("problem", "The measure has no problem of the number 2."),
        "1,M001,1,,2023-05-05,": ("direction_on", "No such step was made with the problem on that day."),
        "2,M001,2,,2023-06-30,": ("direction_on", "This row is on record and says -: correct it by a row of its own."),
    },
    "meetings": {"3,2023-08-01,,,": ("title_zh", "A value is wanted in one of the two languages.")},
}  # fmt: skip


def test_what_is_wrong_with_a_row_is_said_by_sheet_row_and_column(full: Path) -> None:
    load(full)
    for sheet, cases in BROKEN.items():
        head = FILES[sheet].lstrip("\n").splitlines()[0]
        for line, (column, sentence) in cases.items():
            path = full / f"{sheet}.csv"
            held = path.read_text(encoding="utf-8")
            path.write_text(f"{head}\n{line}\n", encoding="utf-8")
            found = complaints(full, change=True)
            assert f"{sheet}, row 2, {column}: {sentence}" in found, (line, found)
            path.write_text(held, encoding="utf-8")


@pytest.mark.parametrize(
    ("sheet", "old", "new", "expected"),
    [
        ("problem_steps", "2023-06-05,1,raise", "2023-06-06,1,raise", "row 6, made_on: The problem was raised on 2023-06-05."),
        ("problem_steps", "2023-06-05,1,raise", "2023-06-05,1,reply", "row 6, move: The first step of a problem is that it is raised."),
        ("problem_steps", "2023-06-05,1,raise", "2023-06-05,1,dance", "row 6, move: “dance”"),
        ("meeting_items", "2,M001,2,2,,", "2,M001,2,2,2023-06-30,", "row 4, direction_on: Another meeting made this step."),
        ("reports", "new,1", "new,9", "row 4, about_problem: The measure has no problem of the number 9."),
    ],
)  # fmt: skip
def test_rows_of_a_file_that_contradict_each_other_are_named(
    full: Path, sheet: str, old: str, new: str, expected: str
) -> None:
    edit(full, sheet, old, new)
    found = complaints(full)
    assert [line for line in found if line.startswith(f"{sheet}, {expected}")], found


def test_it_is_said_in_chinese_too(full: Path) -> None:
    load(full)
    for line in ("M001,9,2023-08-01,1,reply,,,,,,,", "M001,2,2023-08-01,1,close,,,,,,,"):
        append(full, "problem_steps", line)
    with override("zh-hans"):
        found = previews.preview(read_ledger(full).ledger, Plan.objects.get()).faults
    assert [each.sentence for each in found] == [
        "该措施没有编号为9的问题。",
        "此时问题为“办理中”，不能接着办理此项。",
    ]
