"""Problems under attack: what people type and send, what happens to departments, measures and disks meanwhile."""

import errno
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.test import Client

from core.clock import today as this_day
from core.exceptions import NotAllowed
from measures.models import Measure
from notices.due_dates import notify_of_due_dates
from notices.models import Notice
from office.mergers import merge_departments
from problems.models import Problem, ProblemEvidence, ProblemStep
from problems.on_day import problem_counts
from problems.services import (
    Assignment,
    ProblemData,
    allowed_moves,
    assign_problem,
    discard_problem_draft,
    move_problem,
    raise_problem,
    reword_problem,
    save_problem_draft,
)
from reporting.report_problems import open_problems
from tests import factories as make
from tests.documents import make_pdf

pytestmark = pytest.mark.django_db
DUE = date(2023, 9, 30)


@pytest.fixture
def site(today: date, settings: Any, tmp_path: Path) -> SimpleNamespace:
    """Science leads M001, Energy must solve its problem; Ada and Ben are theirs, Rita is of the office."""
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"]["location"] = tmp_path / "evidence"
    settings.STORAGES = storages
    science, energy, water = (make.make_department(each) for each in ("science", "energy", "water"))
    measure = make.make_measure(lead_department=science, code="M001")
    return SimpleNamespace(
        science=science,
        energy=energy,
        water=water,
        measure=measure,
        problem=make.make_problem(measure, date(2023, 8, 1), steps=["assign"], owner=energy, due_on=DUE),
        ada=make.make_user("ada", role="reporter", department=science),
        ben=make.make_user("ben", role="reporter", department=energy),
        rita=make.make_user("rita", role="reviewer"),
        folder=tmp_path / "evidence",
    )


def everything() -> Any:
    rows = [list(model.objects.order_by("pk").values()) for model in (Problem, ProblemStep, ProblemEvidence)]
    return rows, list(Problem.helpers.through.objects.values_list("problem", "department")), Notice.objects.count()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def pdf(name: str = "a.pdf") -> "ContentFile[bytes]":
    return ContentFile(make_pdf(), name=name)


def test_what_is_typed_is_kept_without_what_nobody_sees(site: Any) -> None:
    typed = "\x07 资金\x00缺口\u202e \ufeff\r\n第二行 "
    step = raise_problem(Problem(measure=site.measure), by=site.ada, data=ProblemData(typed))
    assert step.problem.text_zh.splitlines() == ["资金缺口", "第二行"] or step.problem.text_zh == "资金缺口 \n第二行"
    assert step.content["text_zh"] == step.problem.text_zh
    reply = move_problem(site.problem, "reply", by=site.ben, note="\x1b[31m已\x00报告\u2067")
    assert reply.note == "[31m已报告"
    before = everything()
    for nothing in ("", " \n\t", "\x00\x07\u202e", "\ufeff"):
        with pytest.raises(NotAllowed) as refusal:
            raise_problem(Problem(measure=site.measure), by=site.ada, data=ProblemData(nothing))
        assert refusal.value.field == "text"
        with pytest.raises(NotAllowed) as refusal:
            move_problem(site.problem, "reply", by=site.ben, note=nothing)
        assert refusal.value.field == "note"
    for refused, field in (
        (lambda: raise_problem(Problem(measure=site.measure), by=site.ada, data=ProblemData("字" * 2001)), "text"),
        (lambda: move_problem(site.problem, "reply", by=site.ben, note="字" * 2001), "note"),
        (
            lambda: assign_problem(
                site.problem, by=site.rita, assignment=Assignment(site.water, DUE), note="字" * 2001
            ),
            "note",
        ),
    ):
        with pytest.raises(NotAllowed) as refusal:
            refused()
        assert refusal.value.field == field
    assert everything() == before


def test_a_text_that_is_emptied_is_empty(site: Any) -> None:
    draft = save_problem_draft(Problem(measure=site.measure), by=site.ada, data=ProblemData("甲"))
    with pytest.raises(NotAllowed) as refusal:
        raise_problem(Problem.objects.get(pk=draft.pk), by=site.ada, data=ProblemData(" "), version=1)
    assert refusal.value.field == "text"
    save_problem_draft(draft, by=site.ada, data=ProblemData(""), version=1)
    assert Problem.objects.get(pk=draft.pk).text_zh == ""


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.pdf", b"MZ\x90\x00 a program"),
            ("a.pdf", b""),
            ("page.html", b"<html><script>alert(1)</script></html>"),
            ("a.docm", b"PK\x03\x04 no archive"),
        ],
    )
    def test_one_that_is_no_document_takes_the_whole_reply_back(self, site: Any, name: str, content: bytes) -> None:
        before = everything()
        with pytest.raises(NotAllowed) as refusal:
            move_problem(site.problem, "reply", by=site.ben, note="答", files=[pdf(), ContentFile(content, name=name)])
        assert refusal.value.field == "evidence"
        assert everything() == before
        assert files_in(site.folder) == []

    def test_too_many_are_refused_together(self, site: Any) -> None:
        before = everything()
        with pytest.raises(NotAllowed):
            move_problem(site.problem, "solve", by=site.ben, note="好", files=[pdf() for _ in range(21)])
        assert everything() == before
        assert files_in(site.folder) == []

    def test_on_a_full_disk_nothing_is_half_kept_and_the_same_goes_again(self, site: Any, monkeypatch: Any) -> None:
        before, save, saved = everything(), FileSystemStorage._save, []

        def fail_at_the_second(self: Any, name: str, content: Any) -> str:
            if saved:
                raise OSError(errno.ENOSPC, "No space left on device")
            saved.append(name)
            return save(self, name, content)

        monkeypatch.setattr(FileSystemStorage, "_save", fail_at_the_second)
        client = Client()
        client.force_login(site.ben)
        address, sent = (
            "/measures/M001/problems/1/solve/",
            {"note": "资金到位", "evidence": [pdf("a.pdf"), pdf("b.pdf")]},
        )
        page = client.post(f"{address}?lang=en", sent)
        assert (page.status_code, "choose the files once more" in page.content.decode()) == (200, True)
        assert "资金到位" in page.content.decode()
        assert saved
        assert everything() == before
        assert files_in(site.folder) == []
        monkeypatch.undo()
        sent["evidence"] = [pdf("a.pdf"), pdf("b.pdf")]
        assert client.post(address, sent).status_code == 302
        assert Problem.objects.get().state == "solved"
        assert len(files_in(site.folder)) == 2

    def test_who_opens_one(self, site: Any, settings: Any) -> None:
        settings.PILOTZONE_PUBLIC_READING = True
        step = move_problem(site.problem, "reply", by=site.ben, note="答", files=[pdf()])
        address = f"/measures/M001/problems/1/evidence/{step.evidence.get().key}/"
        assert Client().get(address).status_code == 302
        client = Client()
        client.force_login(make.make_user("vic"))
        assert client.get(address).status_code == 200
        assert client.get(address.replace("M001", "M002")).status_code == 404
        assert client.get(address.replace("problems/1", "problems/2")).status_code == 404


class TestDepartments:
    def test_nothing_is_given_to_one_that_was_merged(self, site: Any) -> None:
        stale = make.Department.objects.get(pk=site.water.pk)
        merge_departments(site.water, into=site.science, by=site.rita, reason="机构改革")
        before = everything()
        for assignment, field in (
            (Assignment(stale, DUE), "owner"),
            (Assignment(site.energy, DUE + timedelta(days=1), helpers=[stale]), "helpers"),
        ):
            with pytest.raises(NotAllowed) as refusal:
                assign_problem(site.problem, by=site.rita, assignment=assignment, note="改派")
            assert refusal.value.field == field
        assert everything() == before

    def test_what_comes_back_is_for_the_department_that_does_the_work_now(self, site: Any) -> None:
        move_problem(site.problem, "solve", by=site.ben, note="好")
        move_problem(site.problem, "close", by=site.rita, note="已核实")
        gone = make.make_problem(site.measure, date(2023, 8, 1), steps=["withdraw"], owner=site.energy)
        merge_departments(site.energy, into=site.water, by=site.rita, reason="机构改革")
        for problem, move in ((site.problem, "reopen"), (gone, "restore")):
            step = move_problem(Problem.objects.get(pk=problem.pk), move, by=site.rita, note="又出现")
            assert step.owner == site.water
        counts = problem_counts(site.measure.plan, on=this_day())
        # What was raised again has yet to be assigned.
        assert counts.by_owner == {site.water.pk: 1}
        # Whoever does the work now is reminded of it.
        notify_of_due_dates(DUE - timedelta(days=7))
        told = Notice.objects.filter(kind="problem_due").values_list("user__username", flat=True)
        assert list(told) == ["ben"]
        notify_of_due_dates(DUE - timedelta(days=7))
        assert Notice.objects.filter(kind="problem_due").count() == 1

    def test_who_moves_to_another_department_leaves_its_problems(self, site: Any) -> None:
        assert [move.name for move in allowed_moves(site.problem, site.ben)] == ["solve", "reply"]
        site.ben.department = site.water
        site.ben.save()
        before = everything()
        with pytest.raises(NotAllowed):
            move_problem(site.problem, "solve", by=site.ben, note="好")
        draft = save_problem_draft(Problem(measure=site.measure), by=site.ada, data=ProblemData("甲"))
        site.ada.department = site.water
        site.ada.save()
        with pytest.raises(NotAllowed):
            discard_problem_draft(draft, by=site.ada)
        client = Client()
        client.force_login(site.ada)
        assert client.get(f"/measures/M001/problems/{draft.number}/raise/").status_code in (403, 404)
        draft.delete()
        assert everything() == before

    def test_closed_accounts_do_nothing_and_are_told_nothing(self, site: Any) -> None:
        client = Client()
        client.force_login(site.ben)
        site.ben.is_active = False
        site.ben.save()
        before = everything()
        answer = client.post("/measures/M001/problems/1/solve/", {"note": "好"})
        assert answer.status_code in (302, 403)
        assert everything() == before
        move_problem(site.problem, "reply", by=site.rita, note="请抓紧")
        assert not Notice.objects.filter(user=site.ben).exists()


class TestMeasures:
    def test_a_withdrawn_measure_gets_no_further_problems_and_the_open_ones_end(self, site: Any) -> None:
        raised = make.make_problem(site.measure, date(2023, 8, 1))
        gone = make.make_problem(site.measure, date(2023, 8, 1), steps=["withdraw"])
        make.leave(site.measure, "withdrawn", reason="不再实施")
        before = everything()
        for refused in (
            lambda: raise_problem(Problem(measure=site.measure), by=site.ada, data=ProblemData("甲")),
            lambda: move_problem(gone, "restore", by=site.ada, note="重提"),
        ):
            with pytest.raises(NotAllowed) as refusal:
                refused()
            assert "不再实施" in str(refusal.value)
        assert everything() == before
        move_problem(raised, "withdraw", by=site.rita, note="措施已撤销")
        move_problem(site.problem, "solve", by=site.ben, note="好")
        move_problem(site.problem, "close", by=site.rita, note="已核实")
        assert open_problems(site.measure, on=this_day()) == []

    def test_a_suspended_and_a_completed_one_have_theirs(self, site: Any) -> None:
        completed = make.make_measure(lead_department=site.science)
        make.make_change(completed, "completed", date(2023, 8, 1))
        make.leave(site.measure, "suspended", reason="暂缓")
        for measure in (site.measure, completed):
            assert raise_problem(Problem(measure=measure), by=site.ada, data=ProblemData("甲")).state == "raised"

    def test_one_of_another_plan_with_the_same_code_keeps_its_own(self, site: Any) -> None:
        other = make.make_measure(
            plan=make.make_plan("other", starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31)), code="M001"
        )
        theirs = make.make_problem(other, date(2020, 3, 1), text_zh="另一计划的问题")
        client = Client()
        client.force_login(site.rita)
        assert client.post("/measures/M001/problems/1/withdraw/?plan=other", {"note": "撤"}).status_code == 302
        assert Problem.objects.get(pk=theirs.pk).state == "withdrawn"
        assert Problem.objects.get(pk=site.problem.pk).state == "assigned"
        assert problem_counts(site.measure.plan, on=this_day()).open == 1
        assert Measure.objects.filter(code="M001").count() == 2


def test_who_rewords_over_a_colleague_is_told(site: Any) -> None:
    problem = make.make_problem(site.measure, date(2023, 8, 1))
    stale = Problem.objects.get(pk=problem.pk)
    reword_problem(problem, by=site.ada, data=ProblemData("乙"), version=1)
    before = everything()
    with pytest.raises(NotAllowed):
        reword_problem(stale, by=site.rita, data=ProblemData("丙"), version=1)
    assert everything() == before
    client = Client()
    client.force_login(site.rita)
    address = f"/measures/M001/problems/{problem.number}/reword/"
    assert client.post(address, {"text": "丙", "version": "1"}).status_code == 200
    assert client.post(address, {"text": "丙", "version": "2"}).status_code == 302
    assert Problem.objects.get(pk=problem.pk).text_zh == "丙"
