"""Many people at the same moment, each with a real connection of their own: nothing is done twice, nothing is lost,
and nobody is shown an error of the database.
"""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections, transaction
from django.test import Client

from accounts import log
from accounts.log import log_settings
from accounts.models import AccessToken, Department, LogSeal, Scope, User
from accounts.tokens import create_token, create_token_once
from audit import seals
from audit.check import check_log
from core.exceptions import NotAllowed
from measures.editing.terms import change_terms
from measures.filing import report_no_change
from measures.models import Measure, Report, StatusChange, TermsChange
from measures.reports import ReportData, accept_report, save_draft, submit_report
from notices.models import Notice
from notices.reminders import remind_department
from office import mergers
from office.mergers import merge_departments
from pilotzone.celery import app
from problems.meetings import Direction, add_meeting, give_direction, put_on_agenda
from problems.models import Meeting, MeetingItem, ProblemStep
from projects.models import Project
from reporting.services import DraftChanged, do_each, return_report
from rollups import engine
from rollups.models import MeasureRollup, RollupRun
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_rollups
from tests.factories import (
    file_report,
    make_department,
    make_measure,
    make_meeting,
    make_problem,
    make_project,
    make_section,
    make_user,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
EIGHT, TWENTY = 8, 20
AUGUST, DAY = date(2023, 8, 1), date(2023, 8, 29)


@pytest.fixture(autouse=True)
def _at_once(real_connections, today, monkeypatch):
    monkeypatch.setitem(app.conf, "task_always_eager", True)


@pytest.fixture
def department():
    return make_department("science-technology")


@pytest.fixture
def ada(department):
    return make_user("ada", role="reporter", department=department)


@pytest.fixture
def measure(department):
    return make_measure(lead_department=department)


@pytest.fixture
def reviewers():
    return [make_user(f"reviewer-{number}", role="reviewer") for number in range(EIGHT)]


def at_once(jobs):
    """Runs all jobs in the same moment, each on a thread and a connection of its own; what each returned or raised."""
    start = threading.Barrier(len(jobs))

    def run(job):
        try:
            start.wait(20)
            return job()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def split(answers):
    """Return the answers that went well, and the refusals; anything else is a failure of the test."""
    refusals = [answer for answer in answers if isinstance(answer, NotAllowed)]
    well = [answer for answer in answers if not isinstance(answer, Exception)]
    strange = [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, NotAllowed)]
    assert strange == []
    return well, refusals


def test_the_connections_are_real(measure):
    """Four threads hold four connections, and each sees what was committed."""
    together = threading.Barrier(4)

    def look():
        count = Measure.objects.count()
        together.wait(10)
        return count, id(connections["default"].connection)

    seen, _refusals = split(at_once([look] * 4))
    assert [count for count, _connection in seen] == [1] * 4
    assert len({connection for _count, connection in seen}) == 4
    connection = connections["default"]
    if connection.vendor == "sqlite":
        assert connection.settings_dict["NAME"].endswith("db.sqlite3")
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_eight_reviewers_decide_at_once_and_one_decision_is_recorded(measure, ada, reviewers):
    report = file_report(measure, by=ada, status="in_progress")
    held = [Report.objects.get(pk=report.pk) for _reviewer in reviewers]
    jobs = [
        (lambda report=report, by=by: accept_report(report, by=by))
        if number % 2
        else (lambda report=report, by=by: return_report(report, by=by, note=f"{by.username}：请补充材料"))
        for number, (report, by) in enumerate(zip(held, reviewers, strict=True))
    ]
    well, refusals = split(at_once(jobs))
    assert (len(well), len(refusals)) == (1, 7)
    assert all(str(refusal) for refusal in refusals)
    report.refresh_from_db()
    assert report.state in ("accepted", "returned")
    accepted = report.state == "accepted"
    assert StatusChange.objects.filter(report=report).count() == int(accepted)
    assert (report.decision_note == "") == accepted
    assert report.decision_note == "" or report.decision_note.startswith(report.decided_by.username)
    assert list(Notice.objects.values_list("user__username", "kind")) == [("ada", report.state)]


def test_eight_reviewers_accept_the_same_ten_reports_and_each_is_accepted_once(department, ada, reviewers):
    section = make_section()
    reports = [
        file_report(make_measure(section, department), by=ada, status="in_progress", texts={"what_was_done": "开工"})
        for _number in range(10)
    ]
    rebuild_rollups()

    def accept_all(by):
        return do_each(list(Report.objects.order_by("pk")), lambda report: accept_report(report, by=by))

    jobs = [lambda by=by: accept_all(by) for by in reviewers]
    answers, refusals = split(at_once(jobs))
    assert refusals == []
    for row in zip(*answers, strict=True):
        assert sum(outcome.ok for outcome in row) == 1
        assert all(outcome.reason for outcome in row if not outcome.ok)
    assert StatusChange.objects.filter(report__in=reports).count() == 10
    assert Notice.objects.count() == 10
    refresh_stale_rollups()
    assert verify_rollups() == []


def test_twenty_departments_file_at_once_and_nothing_is_lost():
    people, jobs = [], []
    for number in range(TWENTY):
        department = make_department()
        people.append(make_user(f"reporter-{number}", role="reporter", department=department))
        mine = [make_measure(lead_department=department) for _measure in range(2)]
        data = ReportData("in_progress", "promoting", what_was_done=f"第{number}家")

        def job(by=people[-1], mine=mine, data=data):
            report = submit_report(save_draft(mine[0], by=by, data=data), by=by)
            return report, report_no_change(mine[1:], by=by)

        jobs.append(job)
    well, refusals = split(at_once(jobs))
    assert (len(well), refusals) == (TWENTY, [])
    assert all(outcome.ok for _report, outcomes in well for outcome in outcomes)
    filed = Report.objects.filter(state="submitted", period=AUGUST)
    assert filed.count() == 2 * TWENTY
    assert {report.what_was_done_zh for report in filed.filter(status="in_progress")} == {
        f"第{number}家" for number in range(TWENTY)
    }
    assert {report.submitted_by for report in filed} == set(people)


def test_a_storm_of_double_clicks_files_one_report(measure, ada):
    answers, refusals = split(at_once([lambda: report_no_change([measure], by=ada)] * EIGHT))
    assert refusals == []
    assert sum(outcomes[0].ok for outcomes in answers) == 1
    assert Report.objects.count() == 1


def test_two_people_save_the_same_draft_at_once_and_one_is_told(measure, department, ada):
    eve = make_user("eve", role="reporter", department=department)

    def data(words):
        return ReportData("promoting", "promoting", what_was_done=words)

    draft = save_draft(measure, by=ada, data=data("开头"))
    jobs = [
        lambda by=by, words=words: save_draft(measure, by=by, data=data(words), version=draft.version)
        for by, words in ((ada, "艾达的文字"), (eve, "伊芙的文字"))
    ]
    well, refusals = split(at_once(jobs))
    assert len(well) == 1
    (told,) = refusals
    assert isinstance(told, DraftChanged)
    stored = Report.objects.get()
    assert (stored.version, stored.what_was_done_zh) == (2, well[0].what_was_done_zh)
    assert told.theirs.what_was_done_zh == stored.what_was_done_zh


def test_two_people_begin_the_same_report_at_once_and_one_is_told(measure, department, ada):
    eve = make_user("eve", role="reporter", department=department)
    jobs = [
        lambda by=by: save_draft(measure, by=by, data=ReportData("promoting", "promoting", what_was_done=by.username))
        for by in (ada, eve)
    ]
    well, refusals = split(at_once(jobs))
    assert (len(well), [type(refusal) for refusal in refusals]) == (1, [DraftChanged])
    assert Report.objects.get().what_was_done_zh == well[0].what_was_done_zh


def test_measures_that_change_places_at_once_stop_nobody(department, reviewers):
    """Each change marks and refreshes two cells, and all eight touch the same two."""
    other, section = make_department("energy"), make_section()
    there = [make_measure(section, department) for _number in range(4)]
    back = [make_measure(section, other) for _number in range(4)]
    rebuild_rollups()
    jobs = [
        lambda measure=measure, to=to, by=by: change_terms(measure, by=by, lead_department=to, reason="职能划转")
        for (measure, to), by in zip(
            [*((one, other) for one in there), *((one, department) for one in back)], reviewers, strict=True
        )
    ]
    well, refusals = split(at_once(jobs))
    assert (len(well), refusals) == (EIGHT, [])
    refresh_stale_rollups()
    assert verify_rollups() == []


def test_a_rebuild_in_progress_shows_no_half_new_figures(measure, monkeypatch):
    """Other connections see the cells as they were, between the two tables and before the commit."""
    project = make_project(measure.section.plan, investment=1)
    rebuild_rollups()
    plan = measure.section.plan_id
    # Behind the services' back, so that nothing refreshes by itself.
    Measure.objects.filter(pk=measure.pk).update(due_on=date(2023, 6, 30))
    Project.objects.filter(pk=project.pk).update(investment_wan=2)

    def totals():
        read = [engine.read_cells(kind, plan_id=plan, day=DAY, today=DAY) for kind in ("measures", "projects")]
        assert all(cells.computed_at for cells in read)
        measures, projects = (cells.totals() for cells in read)
        return measures["due"], projects["investment"]

    write, seen = engine._write, []

    def write_and_look(*args, **kwargs):
        written = write(*args, **kwargs)
        seen.extend(at_once([totals]))
        return written

    monkeypatch.setattr(engine, "_write", write_and_look)
    rebuild_rollups()
    assert seen == [(0, 1), (0, 1)]
    assert totals() == (1, 2)


class TestMergers:
    """A row that refers to a department that was merged would be lost to every page."""

    @pytest.fixture
    def three(self):
        """Departments with four measures each, of which each joins those of the next, and two people."""
        section, three = make_section(), [make_department(slug) for slug in ("one", "two", "three")]
        for number, department in enumerate(three):
            for _measure in range(4):
                measure = make_measure(section, department)
                measure.participating_departments.add(three[number - 1])
            for name in "ab":
                make_user(f"{department.slug}-{name}", role="reporter", department=department)
        rebuild_rollups()
        return three

    def check(self, *, stand):
        """All that is there belongs to the departments that stand, and the totals say so."""
        assert {each.slug for each in Department.objects.not_merged()} == stand
        assert not Department.objects.filter(merged_into__merged_into__isnull=False).exists()
        for rows in (
            Measure.objects.filter(lead_department__merged_into__isnull=False),
            Measure.objects.filter(participating_departments__merged_into__isnull=False),
            User.objects.filter(department__merged_into__isnull=False),
        ):
            assert not rows.exists()
        refresh_stale_rollups()
        assert verify_rollups() == []

    def test_two_departments_merged_into_each_other_at_once_become_one(self, three, reviewers):
        one, two, _three = three
        answers = at_once(
            [
                lambda: merge_departments(one, into=two, by=reviewers[0], reason="甲并入乙"),
                lambda: merge_departments(two, into=one, by=reviewers[1], reason="乙并入甲"),
            ]
        )
        well, refusals = split(answers)
        assert (len(well), len(refusals)) == (1, 1)
        assert (well[0].led, well[0].people) == (4, 2)
        self.check(stand={"two" if well[0] is answers[0] else "one", "three"})
        assert TermsChange.objects.count() == 4

    def test_eight_reviewers_merge_the_same_two_at_once_and_it_happens_once(self, three, reviewers):
        one, two, _three = three
        jobs = [lambda by=by: merge_departments(one, into=two, by=by, reason="机构改革") for by in reviewers]
        well, refusals = split(at_once(jobs))
        assert (len(well), len(refusals)) == (1, 7)
        assert TermsChange.objects.count() == 4
        self.check(stand={"two", "three"})

    def test_a_ring_of_mergers_at_once_leaves_nothing_behind(self, three, reviewers):
        """Each into the next: whichever comes first, the last of them finds that its target is gone."""
        jobs = [
            lambda source=source, into=into, by=by: merge_departments(source, into=into, by=by, reason="机构改革")
            for source, into, by in zip(three, [*three[1:], three[0]], reviewers, strict=False)
        ]
        well, refusals = split(at_once(jobs))
        assert len(well) + len(refusals) == 3
        assert refusals
        assert Department.objects.not_merged().count() == 3 - len(well)
        self.check(stand=set(Department.objects.not_merged().values_list("slug", flat=True)))

    def test_departments_that_take_part_with_each_other_merge_into_others_at_once(self, three, reviewers, monkeypatch):
        """Each writes the measures that the other leads: one waits for the other before it holds any."""
        one, two, three_ = three
        four = make_department("four")
        for lead, joins in ((one, three_), (three_, one)):
            for measure in lead.led_measures.all():
                measure.participating_departments.set([joins])
        both, move_participation = threading.Barrier(2), mergers._move_participation

        def after_the_other(*args, **kwargs):
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(1)
            return move_participation(*args, **kwargs)

        monkeypatch.setattr(mergers, "_move_participation", after_the_other)
        jobs = [
            lambda: merge_departments(one, into=two, by=reviewers[0], reason="机构改革"),
            lambda: merge_departments(three_, into=four, by=reviewers[1], reason="机构改革"),
        ]
        well, refusals = split(at_once(jobs))
        assert (len(well), refusals) == (2, [])
        self.check(stand={"two", "four"})

    def test_measures_that_move_while_their_departments_merge_are_not_left_behind(self, three, reviewers):
        """Three move into the department that goes, three out of it: each is refused or goes along."""
        one, two, three_ = three
        coming = list(Measure.objects.filter(lead_department=three_).order_by("pk")[:3])
        going = list(Measure.objects.filter(lead_department=one).order_by("-pk")[:3])
        moves = [*((measure, one) for measure in coming), *((measure, three_) for measure in going)]
        jobs = [
            lambda measure=measure, to=to, by=by: change_terms(measure, by=by, lead_department=to, reason="职能划转")
            for (measure, to), by in zip(moves, reviewers, strict=False)
        ]
        jobs.insert(2, lambda: merge_departments(one, into=two, by=reviewers[7], reason="机构改革"))
        split(at_once(jobs))
        self.check(stand={"two", "three"})

    def test_a_measure_that_changes_its_section_meanwhile_counts_where_it_comes_to_stand(self, three, reviewers):
        """The merger waits for the change, and only then reads which cells it touches."""
        one, two, _three = three
        measure = Measure.objects.filter(lead_department=one).order_by("pk")[0]
        section = make_section()
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                change_terms(measure, by=reviewers[0], section=section, reason="任务调整")
                job = [lambda: merge_departments(one, into=two, by=reviewers[1], reason="机构改革")]
                merging = pool.submit(at_once, job)
                # Long enough for it to come to the measure.
                time.sleep(0.5)
                assert not merging.done()
            well, _refusals = split(merging.result(20))
        assert well[0].led == 4
        self.check(stand={"two", "three"})
        assert MeasureRollup.objects.get(section=section).lead_department == two

    @pytest.mark.services
    def test_departments_are_locked_in_one_order_whichever_goes_into_which(self, three, reviewers):
        """Else two that cross would each hold what the other waits for: a deadlock."""
        one, two, _three = three
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                Department.objects.select_for_update(no_key=True).get(pk=one.pk)
                job = [lambda: merge_departments(two, into=one, by=reviewers[0], reason="机构改革")]
                merging = pool.submit(at_once, job)
                time.sleep(0.5)
                assert not merging.done()
                # It waits for the first, and so does not hold the second yet.
                assert Department.objects.select_for_update(no_key=True, nowait=True).get(pk=two.pk) == two
            split(merging.result(20))
        self.check(stand={"one", "three"})


def test_when_the_day_turns_eight_sweeps_at_once_rebuild_everything_once(measure, settings):
    rebuild_rollups()
    RollupRun.objects.all().delete()
    settings.PILOTZONE_TODAY = date(2023, 8, 30)
    answers, _refusals = split(at_once([refresh_stale_rollups] * EIGHT))
    assert sorted(answers) == [0] * (EIGHT - 1) + [1]
    assert [run.full for run in RollupRun.objects.all()] == [True]


def test_a_report_is_accepted_while_its_measure_changes_its_section(measure, ada, reviewers):
    """Whoever waits for the measure finds it where it has gone, and not nowhere."""
    report = file_report(measure, by=ada, status="in_progress")
    section = make_section()
    rebuild_rollups()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            change_terms(measure, by=reviewers[0], section=section, reason="任务调整")
            accepting = pool.submit(at_once, [lambda: accept_report(report, by=reviewers[1])])
            # Long enough for it to come to the measure.
            time.sleep(0.5)
            assert not accepting.done()
        (change,), _refusals = split(accepting.result(20))
    assert change.status == "in_progress"
    refresh_stale_rollups()
    assert verify_rollups() == []
    assert MeasureRollup.objects.get(section=section).in_progress == 1


def test_eight_reviewers_remind_a_department_at_once_and_its_people_are_told_once(measure, department, ada, reviewers):
    plan = measure.section.plan
    jobs = [lambda by=by: remind_department(department, by=by, plan=plan, period=AUGUST) for by in reviewers]
    well, refusals = split(at_once(jobs))
    assert (well, len(refusals)) == ([1], 7)
    assert Notice.objects.count() == 1


class TestThroughThePages:
    """The same as people meet it: no page of an error, and a sentence for each who came second."""

    @pytest.fixture(autouse=True)
    def _a_session_for_each_browser(self, settings):
        settings.PILOTZONE_SESSIONS_AT_ONCE = EIGHT

    def client_of(self, person):
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        return client

    def test_twenty_departments_file_at_once(self):
        jobs, words = [], set()
        for number in range(TWENTY):
            department = make_department()
            client = self.client_of(make_user(f"reporter-{number}", role="reporter", department=department))
            first, second = (make_measure(lead_department=department) for _measure in range(2))
            form = {
                "status": "completed",
                "against_status": "promoting",
                "what_was_done": f"No. {number}",
                "document_number": f"{number}号",
                "action": "submit",
            }
            words.add(form["what_was_done"])

            def job(client=client, first=first, second=second, form=form):
                form_page = client.post(f"/measures/{first.code}/report/?period=2023-08", form)
                workspace = client.post("/workspace/no-change/", {"measure": second.code, "period": "2023-08"})
                return form_page.status_code, workspace.status_code

            jobs.append(job)
        assert at_once(jobs) == [(302, 302)] * TWENTY
        filed = Report.objects.filter(state="submitted", period=AUGUST)
        assert filed.count() == 2 * TWENTY
        completions = filed.filter(status="completed")
        assert {report.what_was_done_en for report in completions} == words
        assert {report.evidence.count() for report in completions} == {1}

    def test_eight_reviewers_press_accept_at_once(self, measure, ada, reviewers):
        report = file_report(measure, by=ada, status="in_progress")
        clients = [self.client_of(reviewer) for reviewer in reviewers]
        form = {"report": report.content_key, "decision": "accept"}
        answers, _refusals = split(
            at_once([lambda client=client: client.post("/review/decide/", form, follow=True) for client in clients])
        )
        assert {answer.status_code for answer in answers} == {200}
        pages = [answer.content.decode() for answer in answers]
        assert sum("1 report accepted" in page for page in pages) == 1
        assert sum("This report has already been reviewed" in page for page in pages) == 7
        assert StatusChange.objects.filter(report=report).count() == 1

    def test_a_storm_of_double_clicks_on_submit_files_one_report(self, measure, ada):
        clients = [self.client_of(ada) for _click in range(EIGHT)]
        form = {
            "status": "in_progress",
            "against_status": "promoting",
            "what_was_done": "开工建设",
            "document_number": "8号",
            "action": "submit",
        }
        address = f"/measures/{measure.code}/report/?period=2023-08"
        answers, _refusals = split(at_once([lambda client=client: client.post(address, form) for client in clients]))
        # Each click leads to where the first one does.
        assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/workspace/?period=2023-08")}
        assert Report.objects.get().evidence.count() == 1


def test_a_form_for_a_token_that_is_sent_eight_times_makes_one(ada):
    def send():
        return create_token_once(ada, newest=None, scope=Scope.READ, name="export", days=90)

    made, refusals = split(at_once([send] * EIGHT))
    assert (len(made), len(refusals)) == (1, 7)
    assert AccessToken.objects.count() == 1


def test_whoever_has_nineteen_tokens_makes_one_more_however_many_they_ask_for(ada):
    for _n in range(19):
        create_token(ada, scope=Scope.READ)
    made, refusals = split(at_once([lambda: create_token(ada, scope=Scope.READ)] * EIGHT))
    assert (len(made), len(refusals)) == (1, 7)
    assert AccessToken.objects.count() == 20


def test_web_processes_that_start_at_once_log_a_changed_setting_once(monkeypatch):
    look = log._differing

    def look_slowly(*args):
        """All find the change before one has written it."""
        found = look(*args)
        if found:
            time.sleep(0.3)
        return found

    log_settings({"PILOTZONE_SILENT_DAYS": "62"})
    monkeypatch.setattr(log, "_differing", look_slowly)
    _started, errors = split(at_once([lambda: log_settings({"PILOTZONE_SILENT_DAYS": "90"})] * EIGHT))
    assert errors == []
    logged = LogEntry.objects.filter(object_pk="PILOTZONE_SILENT_DAYS").order_by("pk")
    assert [entry.changes["PILOTZONE_SILENT_DAYS"] for entry in logged] == [[None, "62"], ["62", "90"]]


def test_eight_reviewers_give_a_direction_at_once_and_the_problem_is_assigned_once(measure, reviewers):
    problem = make_problem(measure)
    item = make_meeting([problem]).items.get()
    jobs = [
        lambda by=by: give_direction(
            MeetingItem.objects.get(pk=item.pk),
            by=by,
            direction=Direction(make_department(by.username), by.username, date(2023, 9, 30)),
        )
        for by in reviewers
    ]
    well, refusals = split(at_once(jobs))
    assert (len(well), len(refusals)) == (1, 7)
    item.refresh_from_db()
    assert (item.direction, item.direction.note) == (well[0], item.direction.made_by.username)
    assert [step.move for step in ProblemStep.objects.filter(problem=problem).order_by("pk")] == ["raise", "assign"]


def test_eight_reviewers_call_meetings_at_once_and_fill_one_agenda(measure, reviewers):
    problems = [make_problem(measure) for _reviewer in reviewers]
    meeting = make_meeting(plan=measure.plan)

    def job(by, problem):
        there = put_on_agenda(meeting, [problem, problems[0]], by=by)
        return there, add_meeting(measure.plan, by=by, held_on=DAY, title_zh=by.username)

    jobs = [lambda by=by, problem=problem: job(by, problem) for by, problem in zip(reviewers, problems, strict=True)]
    well, refusals = split(at_once(jobs))
    assert (len(well), refusals) == (EIGHT, [])
    assert sorted(meeting.items.values_list("position", flat=True)) == list(range(1, EIGHT + 1))
    assert sorted(Meeting.objects.values_list("number", flat=True)) == list(range(1, EIGHT + 2))


def add_to_log(number):
    content_type = ContentType.objects.get_for_model(LogEntry)
    for each in range(number):
        LogEntry.objects.create(content_type=content_type, object_repr=str(each), action=LogEntry.Action.UPDATE)


def test_eight_sealers_at_once_make_one_chain(monkeypatch):
    link = seals._next_seal

    def link_slowly(*args):
        """All have read the newest seal before one has written another."""
        time.sleep(0.002)
        return link(*args)

    monkeypatch.setattr(seals, "CHUNK", 20)
    monkeypatch.setattr(seals, "_next_seal", link_slowly)
    add_to_log(200)
    waiting = seals.seal_state().waiting
    sealed, errors = split(at_once([seals.seal_log] * EIGHT))
    assert (sum(sealed), errors) == (waiting, [])
    assert check_log().found == 0
    assert [seal.number for seal in LogSeal.objects.all()] == list(range(1, waiting + 1))


def test_entries_of_transactions_that_end_late_are_sealed_as_they_come():
    """SQLite lets one write at a time; on PostgreSQL the first entry is committed after the second was sealed."""
    seals.seal_log()
    begun, may_end = threading.Event(), threading.Event()

    def write_slowly():
        with transaction.atomic():
            add_to_log(1)
            begun.set()
            assert connection.vendor == "sqlite" or may_end.wait(20)

    def write_and_seal():
        begun.wait(20)
        add_to_log(1)
        sealed = seals.seal_log()
        may_end.set()
        return sealed

    answers, errors = split(at_once([write_slowly, write_and_seal]))
    assert errors == []
    assert answers[1] >= 1
    seals.seal_log()
    assert check_log().found == 0
    assert seals.seal_state().waiting == 0
    order = list(LogSeal.objects.order_by("-number").values_list("entry_id", flat=True)[:2])
    late = order[0] < order[1]
    assert late or connection.vendor == "sqlite"


def test_the_log_grows_while_it_is_sealed():
    def seal_often():
        for _run in range(20):
            seals.seal_log()

    answers, errors = split(at_once([*[lambda: add_to_log(25)] * 4, seal_often, seal_often]))
    assert (len(answers), errors) == (6, [])
    seals.seal_log()
    assert check_log().found == 0
    assert LogSeal.objects.count() == LogEntry.objects.count()
