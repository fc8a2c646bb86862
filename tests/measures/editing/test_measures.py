"""Measures that the office adds, and their texts: by a reviewer, on record, and never over what another wrote."""

from datetime import date

import pytest
from auditlog.models import LogEntry

from core.edit_conflicts import ChangedMeanwhile
from core.exceptions import NotAllowed
from core.signals import figures_changed
from measures.editing.corrections import correct_status
from measures.editing.measures import TEXTS, change_texts, enter_measure, measure_state
from measures.models import Measure
from notices.models import Notice
from tests.factories import make_department, make_measure, make_section, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
WORDS = dict.fromkeys(TEXTS, "") | {"title_zh": "新措施", "title_en": "A new one"}


@pytest.fixture
def rita():
    return make_user("rita", role="reviewer")


@pytest.fixture
def science():
    return make_department("science")


@pytest.fixture
def heard():
    """The cells of each signal that was sent."""
    signals = []

    def listen(sender, *, kind, cells, **kwargs):
        signals.append((kind, cells))

    figures_changed.connect(listen)
    yield signals
    figures_changed.disconnect(listen)


def enter(section, rita, science, **changes):
    values = {
        "code": "M900",
        "lead_department": science,
        "participating_departments": [],
        "listed_on": date(2023, 3, 1),
        "due_on": date(2023, 12, 31),
        "texts": WORDS,
    }
    return enter_measure(section, by=rita, **values | changes)


class TestEnterMeasure:
    def test_it_is_under_way_from_its_day_and_counts(self, rita, science, heard):
        section, energy = make_section(slug="innovation"), make_department("energy")
        measure = enter(section, rita, science, participating_departments=[energy])
        assert [(c.status, c.effective_on, c.recorded_by) for c in measure.status_changes.all()] == [
            ("promoting", date(2023, 3, 1), rita)
        ]
        assert (measure.plan, measure.title_zh, measure.provenance) == (section.plan, "新措施", "reported")
        assert list(measure.participating_departments.all()) == [energy]
        assert heard == [("measures", {(section.plan_id, section.pk, science.pk)})]

    def test_it_may_have_shown_results_before(self, rita, science, heard):
        section = make_section()
        reached = {"first_status": "in_progress", "reached_on": date(2023, 5, 4), "reason": "已建成一期"}
        measure = enter(section, rita, science, **reached)
        rows = measure.status_changes.order_by("effective_on")
        assert [(c.old_status, c.status, c.effective_on, c.reason_zh, c.recorded_by) for c in rows] == [
            (None, "promoting", date(2023, 3, 1), "列入行动计划", rita),
            ("promoting", "in_progress", date(2023, 5, 4), "已建成一期", rita),
        ]
        days = [date(2023, 5, 3), date(2023, 5, 4), date(2023, 8, 29)]
        assert [Measure.objects.with_status(day).get().status for day in days] == [
            "promoting",
            "in_progress",
            "in_progress",
        ]
        assert heard == [("measures", {(section.plan_id, section.pk, science.pk)})]

    def test_from_the_day_that_it_is_listed_where_no_other_is_given(self, rita, science):
        measure = enter(make_section(), rita, science, first_status="in_progress", reason="已建成一期")
        assert Measure.objects.with_status(measure.listed_on).get().status == "in_progress"
        assert not Measure.objects.in_plan(measure.plan).with_status(date(2023, 2, 28)).exclude(status=None).exists()

    def test_a_wrong_one_is_corrected_as_any_other(self, rita, science):
        measure = enter(make_section(), rita, science, first_status="in_progress", reason="已建成一期")
        wrong = measure.status_changes.get(status="in_progress")
        correct_status(wrong, by=rita, status="in_progress", effective_on=date(2023, 6, 1), reason="日期有误")
        assert Measure.objects.with_status(date(2023, 5, 31)).get().status == "promoting"

    def test_the_department_is_told(self, rita, science):
        ada = make_user("ada", role="reporter", department=science)
        measure = enter(make_section(), rita, science)
        assert [(n.user, n.kind, n.measure) for n in Notice.objects.all()] == [(ada, "lead_given", measure)]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"code": "M001"}, "code"),
            ({"code": "1/2"}, "code"),
            ({"listed_on": date(2023, 8, 30)}, "listed_on"),
            ({"due_on": date(2023, 2, 28)}, "due_on"),
            ({"first_status": "completed", "reason": "完成"}, "first_status"),
            ({"first_status": "in_progress"}, "reason"),
            ({"first_status": "in_progress", "reason": "完成", "reached_on": date(2023, 2, 28)}, "reached_on"),
            ({"first_status": "in_progress", "reason": "完成", "reached_on": date(2023, 8, 30)}, "reached_on"),
            ({"reason": "已建成一期"}, "first_status"),
        ],
    )
    def test_what_would_break_figures_is_refused_at_its_field(self, rita, science, heard, changes, field):
        section = make_section()
        make_measure(section, science, code="M001")
        with pytest.raises(NotAllowed) as refusal:
            enter(section, rita, science, **changes)
        assert refusal.value.field == field
        assert Measure.objects.count() == 1
        assert heard == []

    def test_the_lead_is_no_participant(self, rita, science):
        with pytest.raises(NotAllowed) as refusal:
            enter(make_section(), rita, science, participating_departments=[science])
        assert refusal.value.field == "participating_departments"

    def test_a_merged_department_leads_nothing(self, rita, science):
        merged = make_department("old", merged_into=science, merged_on=date(2023, 5, 1))
        with pytest.raises(NotAllowed) as refusal:
            enter(make_section(), rita, merged)
        assert refusal.value.field == "lead_department"

    @pytest.mark.parametrize("role", ["viewer", "auditor", "administrator"])
    def test_only_reviewers(self, science, role):
        with pytest.raises(NotAllowed):
            enter(make_section(), make_user("someone", role=role), science)
        assert not Measure.objects.exists()


class TestChangeTexts:
    def change(self, measure, rita, opened=None, **changes):
        opened = opened or measure_state(measure)
        texts = {name: getattr(measure, name) for name in TEXTS}
        texts |= {name: value for name, value in changes.items() if name in TEXTS}
        more = {name: value for name, value in changes.items() if name not in TEXTS}
        more.setdefault("participating_departments", list(measure.participating_departments.all()))
        return change_texts(measure, by=rita, opened=opened, texts=texts, **more)

    def test_the_log_has_old_and_new_and_why(self, rita, science):
        measure, energy = make_measure(lead_department=science, title_zh="旧名"), make_department("energy")
        self.change(measure, rita, title_zh="新名", participating_departments=[energy], reason="按印发文件")
        entries = LogEntry.objects.get_for_object(measure)
        assert {"title_zh": ["旧名", "新名"]} in [each.changes for each in entries]
        linked = next(each for each in entries if "participating_departments" in each.changes)
        assert linked.changes["participating_departments"]["objects"] == [energy.name_zh]
        assert {each.additional_data["reason"] for each in entries if each.action == 1} == {"按印发文件"}

    def test_a_published_one_needs_reason_and_source(self, rita):
        measure = make_measure(provenance="published", source="The plan")
        with pytest.raises(NotAllowed):
            self.change(measure, rita, title_zh="新名", reason="更正")
        self.change(measure, rita, title_zh="新名", reason="更正", source="Second edition")
        assert Measure.objects.get().title_zh == "新名"

    def test_what_another_wrote_meanwhile_is_not_written_over(self, rita):
        measure = make_measure(title_zh="旧名")
        opened = measure_state(measure)
        other = make_user("rob", role="reviewer")
        self.change(measure, other, title_zh="对方的名")
        with pytest.raises(ChangedMeanwhile) as refusal:
            self.change(Measure.objects.get(), rita, opened=opened, title_zh="我的名")
        assert refusal.value.stored == {"title_zh": "对方的名"}
        assert Measure.objects.get().title_zh == "对方的名"

    def test_an_accepted_report_meanwhile_is_no_conflict(self, rita):
        measure = make_measure(title_zh="旧名")
        opened = measure_state(measure)
        Measure.objects.mark_updated()
        self.change(measure, rita, opened=opened, title_zh="新名")
        assert Measure.objects.get().title_zh == "新名"

    def test_nothing_changed_is_said(self, rita):
        with pytest.raises(NotAllowed):
            self.change(make_measure(), rita)

    def test_only_reviewers(self):
        measure = make_measure(title_zh="旧名")
        with pytest.raises(NotAllowed):
            self.change(measure, make_user("mia", role="administrator"), title_zh="新名")
        assert Measure.objects.get().title_zh == "旧名"
