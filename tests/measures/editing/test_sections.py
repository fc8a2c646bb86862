"""Priority areas that the office adds, renames, renumbers and removes."""

import pytest
from auditlog.models import LogEntry
from django.utils.translation import override

from core.edit_conflicts import ChangedMeanwhile
from core.exceptions import NotAllowed
from measures.editing.sections import SECTIONS
from measures.models import Section
from rollups.services import rebuild_rollups
from tests.factories import make_measure, make_plan, make_section, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
NEW = {"slug": "marine", "number": 3, "title_zh": "海洋", "title_en": "Marine"}


@pytest.fixture
def rita():
    return make_user("rita", role="reviewer")


@pytest.fixture
def first():
    return make_section(slug="first", number=1, title_zh="第一", title_en="First", provenance="reported", source="")


def change(section, rita, **changes):
    values = {"number": section.number, "title_zh": section.title_zh, "title_en": section.title_en}
    return SECTIONS.change(section, by=rita, **{"opened": SECTIONS.state(section), **values, **changes})


def test_one_is_added_to_the_plan(rita, first):
    added = SECTIONS.add(first.plan, by=rita, **NEW)
    assert (added.plan, added.slug, added.number, added.provenance) == (first.plan, "marine", 3, "reported")


@pytest.mark.parametrize(("taken", "field"), [({"slug": "first"}, "slug"), ({"number": 1}, "number")])
def test_slug_and_number_are_once_in_a_plan(rita, first, taken, field):
    with pytest.raises(NotAllowed) as refusal:
        SECTIONS.add(first.plan, by=rita, **NEW | taken)
    assert refusal.value.field == field
    # Another plan has its own.
    SECTIONS.add(make_plan("other"), by=rita, **NEW | taken)


def test_it_is_renamed_and_renumbered_on_record(rita, first):
    change(first, rita, title_zh="新名", number=7, reason="按印发文件")
    entry = LogEntry.objects.get_for_object(first).first()
    assert entry.changes == {"number": ["1", "7"], "title_zh": ["第一", "新名"]}
    assert entry.additional_data["reason"] == "按印发文件"


def test_a_number_that_another_has_is_refused(rita, first):
    second = make_section(first.plan, number=2, title_zh="第二", title_en="Second")
    with pytest.raises(NotAllowed) as refusal:
        change(first, rita, number=2)
    assert refusal.value.field == "number"
    assert "第二" in str(refusal.value)
    assert [Section.objects.get(pk=each.pk).number for each in (first, second)] == [1, 2]


def test_a_published_one_needs_reason_and_source(rita):
    section = make_section(number=1, provenance="published", source="The plan")
    with pytest.raises(NotAllowed):
        change(section, rita, title_zh="新名", reason="更正")
    change(section, rita, title_zh="新名", reason="更正", source="Second edition")
    assert Section.objects.get().title_zh == "新名"


def test_what_another_wrote_is_not_written_over(rita, first):
    opened = SECTIONS.state(first)
    change(first, rita, title_zh="对方的名")
    with pytest.raises(ChangedMeanwhile):
        change(Section.objects.get(), rita, opened=opened, title_zh="我的名")
    assert Section.objects.get().title_zh == "对方的名"


def test_nothing_changed_is_said(rita, first):
    with pytest.raises(NotAllowed):
        change(first, rita)


def test_an_empty_one_is_removed_and_the_log_keeps_it(rita, first):
    make_measure(make_section(first.plan, number=2))
    rebuild_rollups()
    SECTIONS.remove(first, by=rita)
    assert list(Section.objects.values_list("number", flat=True)) == [2]
    entry = LogEntry.objects.filter(content_type__model="section", action=LogEntry.Action.DELETE).get()
    assert entry.changes["title_zh"] == ["第一", "None"]
    # Twice is no harm.
    SECTIONS.remove(first, by=rita)
    with override("en"), pytest.raises(NotAllowed, match="Somebody has removed this priority area"):
        change(first, rita, opened={}, title_zh="新名")


def test_one_with_measures_stays(rita, first):
    make_measure(first)
    with pytest.raises(NotAllowed):
        SECTIONS.remove(first, by=rita)
    assert Section.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "auditor", "administrator"])
def test_only_reviewers(first, role):
    someone = make_user("someone", role=role)
    with pytest.raises(NotAllowed):
        SECTIONS.add(first.plan, by=someone, **NEW)
    with pytest.raises(NotAllowed):
        change(first, someone, title_zh="新名")
    with pytest.raises(NotAllowed):
        SECTIONS.remove(first, by=someone)
    assert Section.objects.get().title_zh == "第一"
