"""Departments as administrators keep them."""

from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry

from accounts.departments import NAMES, add_department, change_department, department_state
from accounts.models import Department, User
from core.edit_conflicts import ChangedMeanwhile
from core.exceptions import NotAllowed
from tests.factories import make_department, make_user

pytestmark = pytest.mark.django_db
NEW = {"slug": "data", "number": 9, "name_zh": "省数据局", "name_en": "Data", "short_zh": "数据局", "short_en": "Data"}


@pytest.fixture
def mia() -> User:
    return make_user("mia", role="administrator")


@pytest.fixture
def science() -> Department:
    return make_department("science", number=1, name_zh="省科技厅", provenance="reported", source="")


def change(department: Department, by: User, **changes: Any) -> Department:
    values = {name: getattr(department, name) for name in ("number", *NAMES)}
    return change_department(department, by=by, **{"opened": department_state(department), **values, **changes})


def test_one_is_added(mia: User, science: Department) -> None:
    added = add_department(by=mia, **NEW)
    assert (added.slug, added.number, added.name_zh, added.provenance) == ("data", 9, "省数据局", "reported")


@pytest.mark.parametrize(("taken", "field"), [({"slug": "science"}, "slug"), ({"name_zh": "省科技厅"}, "name_zh")])
def test_names_are_given_once(mia: User, science: Department, taken: dict[str, str], field: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        add_department(by=mia, **{**NEW, **taken})
    assert refusal.value.field == field
    assert Department.objects.count() == 1


def test_the_name_of_a_merged_one_is_free_its_address_is_not(mia: User, science: Department) -> None:
    make_department("old", name_zh="省旧厅", merged_into=science, merged_on=date(2023, 5, 1))
    add_department(by=mia, **{**NEW, "name_zh": "省旧厅"})
    with pytest.raises(NotAllowed):
        add_department(by=mia, **{**NEW, "slug": "old"})


def test_it_is_renamed_and_renumbered_on_record(mia: User, science: Department) -> None:
    change(science, mia, name_zh="省科学技术厅", number=3, reason="机构改革")
    entry = LogEntry.objects.get_for_object(science).first()
    assert entry.changes == {"number": ["1", "3"], "name_zh": ["省科技厅", "省科学技术厅"]}
    assert entry.additional_data["reason"] == "机构改革"


def test_a_published_one_needs_reason_and_source(mia: User) -> None:
    department = make_department("energy", provenance="published", source="The plan")
    with pytest.raises(NotAllowed):
        change(department, mia, name_zh="省能源局", reason="更正")
    change(department, mia, name_zh="省能源局", reason="更正", source="Second edition")
    assert Department.objects.get().name_zh == "省能源局"


def test_what_another_wrote_is_not_written_over(mia: User, science: Department) -> None:
    opened = department_state(science)
    change(science, mia, name_zh="对方的名")
    with pytest.raises(ChangedMeanwhile):
        change(Department.objects.get(), mia, opened=opened, name_zh="我的名")
    assert Department.objects.get().name_zh == "对方的名"


def test_a_merged_one_stays_as_it_was(mia: User, science: Department) -> None:
    merged = make_department("old", merged_into=science, merged_on=date(2023, 5, 1))
    with pytest.raises(NotAllowed):
        change(merged, mia, name_zh="新名")


def test_nothing_changed_is_said(mia: User, science: Department) -> None:
    with pytest.raises(NotAllowed):
        change(science, mia)


@pytest.mark.parametrize("role", ["viewer", "reviewer", "auditor"])
def test_only_administrators(science: Department, role: str) -> None:
    someone = make_user("someone", role=role)
    with pytest.raises(NotAllowed):
        add_department(by=someone, **NEW)
    with pytest.raises(NotAllowed):
        change(science, someone, name_zh="新名")
    assert list(Department.objects.values_list("name_zh", flat=True)) == ["省科技厅"]
