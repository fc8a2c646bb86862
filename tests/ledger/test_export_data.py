"""An export reads back to the same site, and is written again byte for byte."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from core.own_apps import own_models
from measures.models import Measure, Plan, StatusChange
from regions.models import Region
from tests.factories import make_user
from tests.ledger.example import complaints, edit, load

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def export(destination: Path, **options: Any) -> str:
    out = io.StringIO()
    call_command("export_data", str(destination), stdout=out, **options)
    return out.getvalue()


def preview(path: Path) -> str:
    out = io.StringIO()
    call_command("load_data", str(path), preview=True, stdout=out)
    return out.getvalue()


def empty_the_site() -> None:
    for model in reversed(own_models(with_links=True)):
        model._base_manager.all()._raw_delete("default")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


@pytest.mark.parametrize("name", ["folder", "book.xlsx"])
def test_a_plan_moves_to_an_empty_site_and_is_written_there_byte_for_byte(
    folder: Path, tmp_path: Path, name: str
) -> None:
    load(folder)
    # Not only what files bring: what people did counts as well.
    rita = make_user("rita", role="reviewer")
    StatusChange.objects.filter(status="in_progress").update(recorded_by=rita)
    make_user("zoe", role="reporter", city=Region.objects.get(code="370200"))
    assert export(tmp_path / name).startswith("Wrote 43 rows of plan")
    export(tmp_path / "before")
    story = list(StatusChange.objects.order_by("pk").values_list("status", "effective_on", "recorded_at"))
    assert preview(tmp_path / name) == "43 unchanged\n"
    empty_the_site()
    load(tmp_path / name)
    assert sorted(StatusChange.objects.values_list("status", "effective_on", "recorded_at")) == sorted(story)
    assert preview(tmp_path / name) == "43 unchanged\n"
    zoe = User.objects.get(username="zoe")
    assert (zoe.role, zoe.department, zoe.city.code) == ("reporter", None, "370200")
    export(tmp_path / "after")
    assert contents(tmp_path / "after") == contents(tmp_path / "before")


def test_a_ledger_says_what_is_large(folder: Path, tmp_path: Path) -> None:
    load(folder)
    assert Plan.objects.get().large_project_wan == 1_000_000
    before = (folder / "plan.csv").read_text(encoding="utf-8")
    named = before.replace("ends_on,", "ends_on,大项目总投资下限,")
    edit(folder, "plan", before, named.replace("2025-12-31,", "2025-12-31,0.5亿元,"))
    load(folder, change=True)
    assert Plan.objects.get().large_project_wan == 5_000
    export(tmp_path / "out")
    assert "large_project" in (tmp_path / "out" / "plan.csv").read_text(encoding="utf-8")
    empty_the_site()
    load(tmp_path / "out")
    assert Plan.objects.get().large_project_wan == 5_000
    # A file without the column, or with nothing in it, leaves what the plan says.
    for text in (before, named.replace("2025-12-31,", "2025-12-31,,")):
        (folder / "plan.csv").write_text(text, encoding="utf-8")
        assert preview(folder) == "34 unchanged\n"
    for wrong in ("0", "-1", "many"):
        (folder / "plan.csv").write_text(named.replace("2025-12-31,", f"2025-12-31,{wrong},"), encoding="utf-8")
        assert len(complaints(folder)) == 1


def test_words_in_place_of_a_due_date_go_to_and_fro(folder: Path, tmp_path: Path) -> None:
    def due() -> list[Any]:
        return list(Measure.objects.order_by("code").values_list("due_on", "due_text"))

    edit(folder, "measures", "2023-01-03,,", "2023-01-03,长期坚持,")
    load(folder)
    assert due() == [(date(2023, 12, 31), ""), (None, "长期坚持")]
    export(tmp_path / "out")
    assert preview(folder) == "34 unchanged\n" and preview(tmp_path / "out") == "41 unchanged\n"
    empty_the_site()
    load(tmp_path / "out")
    assert due() == [(date(2023, 12, 31), ""), (None, "长期坚持")]
    # A day that is written over the empty cell of an export takes the place of the words beside it.
    edit(tmp_path / "out", "measures", ",,长期坚持,", ",2024-06-30,长期坚持,")
    make_user("rita", role="reviewer")
    load(tmp_path / "out", change=True, by="rita")
    assert due()[1] == (date(2024, 6, 30), "")
    load(folder, change=True, by="rita")
    assert due()[1] == (None, "长期坚持")
    edit(folder, "measures", "2023-01-03,长期坚持,", "2023-01-03,,")
    load(folder, change=True)
    assert due()[1] == (None, "")
    (folder / "measures.csv").write_text("code,due_text\nM001,长期\n", encoding="utf-8")
    assert complaints(folder) == [
        "measures, row 2, due_text: The measure has a due date: nothing stands in its place.",
    ]


def test_a_plan_that_is_not_there_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"There is no plan yet\."):
        export(tmp_path / "out")
    load(folder)
    with pytest.raises(CommandError, match=r"There is no plan nowhere\."):
        export(tmp_path / "out", plan="nowhere")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CommandError, match="cannot be written"):
        export(tmp_path / "file" / "out")
