"""One simulated site: `Simulation(seed).run(steps)`. All that happens is drawn from the seed."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import celery.app.task
import pytest
from celery.signals import task_prerun
from django.core import mail
from django.db import OperationalError
from django.http import HttpResponse

from accounts.models import User
from core import clock as product_clock
from core.clock import SHANGHAI
from core.exceptions import NotAllowed
from notices.models import Notice
from notices.tasks import (
    notify_of_due_dates_task,
    notify_of_due_months_task,
    send_digests_task,
    send_returns_task,
)
from pilotzone.celery import app
from rollups import receivers
from rollups.models import StaleCell
from rollups.services import rebuild_rollups
from rollups.tasks import rebuild_rollups_task, refresh_rollups_task, verify_rollups_task
from tests.simulator import checks
from tests.simulator.actions import ACTIONS
from tests.simulator.checks import DUE_KINDS, OF_PROBLEMS
from tests.simulator.machinery import TICK, Clock, Crash, between_transactions, draw_fault, run_task
from tests.simulator.people import Fault, must
from tests.simulator.requests import Request
from tests.simulator.world import World
from web.idempotency import do_once

START = datetime(2023, 1, 16, 9, tzinfo=SHANGHAI)
# How often each thing happens, and how often what goes wrong.
STEPS = {"a_request": 60, "work": 20, "clock_moves": 18, "sweep": 1}
FAULTS = {"": 81, "crash": 6, "database": 3, "unsent": 5, "broker": 5}
TASK_FAULTS = {"": 82, "crash": 12, "database": 6}
# Of a worker that takes messages: how many at most.
MESSAGES = 10
# Everything is compared after so many steps; after each step what is quick and what the step touched.
CHECK_ALL_EVERY = 50
INTERRUPTED = (refresh_rollups_task.name, rebuild_rollups_task.name, verify_rollups_task.name)


def due_notices_of(day: date) -> tuple[int, int]:
    """How many there are of measures, and of months of projects."""
    due = Notice.objects.filter(day=day, kind__in=DUE_KINDS)
    return due.exclude(measure=None).count(), due.filter(measure=None).count()


class Simulation:
    """Put into `with`: it takes the place of the clock and the broker meanwhile."""

    def __init__(self, seed: int) -> None:
        self.seed, self.random, self.clock = seed, Random(seed), Clock(START)
        self.patch = pytest.MonkeyPatch()
        self.log: list[str] = []
        self.done: Counter[tuple[str, str]] = Counter()
        self.open_pages: list[Request] = []
        self.keys = 0
        self.done_keys: set[str] = set()

    def __enter__(self) -> "Simulation":
        logging.disable(logging.CRITICAL)  # what breaks here is meant to
        self.patch.setattr(product_clock, "datetime", self.clock)
        self.patch.setattr(receivers, "time", self.clock)
        self.patch.setattr(receivers, "_skipped_until", 0.0)
        self.world = World(self.random, self.clock)
        broker = self.world.broker
        self.patch.setattr(celery.app.task.Task, "apply_async", lambda task, *a, **k: broker.send(task))
        self.expected, self.broker = self.world.expected, broker
        app.loader.import_default_modules()
        rebuild_rollups()
        return self

    def __exit__(self, *error: Any) -> None:
        self.patch.undo()
        logging.disable(logging.NOTSET)

    def run(self, steps: int) -> None:
        """Raises Fault with the step and what came before it."""
        for number in range(1, steps + 1):
            self.log.append("")
            try:
                self.step()
                if number % CHECK_ALL_EVERY == 0 or number == steps:
                    self.come_to_rest()
            except Exception as error:
                raise Fault(self.report(number, error)) from error

    def report(self, number: int, error: Exception) -> str:
        last = [f"  {number - back}: {said}" for back, said in list(enumerate(reversed(self.log)))[12::-1]]
        return "\n".join(
            [
                f"seed {self.seed}, step {number}: {type(error).__name__}: {error}",
                f"at {self.clock.moment}, after:",
                *last,
                "Once more, in the same lane:",
                f"  SIMULATOR_SEED={self.seed} SIMULATOR_STEPS={number} ./run test tests/simulator -k seed --lane LANE",
            ]
        )

    def say(self, words: str) -> None:
        self.log[-1] = f"{self.log[-1]} {words}".strip()

    def step(self) -> None:
        kind = self.random.choices(list(STEPS), list(STEPS.values()))[0]
        getattr(self, kind)()
        checks.check_numbers(self.expected)
        checks.check_totals(self.expected, list(self.world.sections), self.today)

    @property
    def today(self) -> date:
        return self.clock.moment.date()

    # People

    def a_request(self) -> None:
        """A new one, or one from a page that was left open. Sometimes it is sent again: with its key, as by a client
        without an answer, or without, as by a second person."""
        if self.open_pages and self.world.chance(0.2):
            request = self.open_pages.pop(self.random.randrange(len(self.open_pages)))
        else:
            request = self.draw()
        if request is None:
            return
        if self.world.chance(0.1):
            self.open_pages.append(request)
            self.say("left open")
            return
        self.perform(request)
        while self.world.chance(0.12):
            if self.world.chance(0.5):
                request.key = self.new_key()
            self.say("and again:")
            self.perform(request)

    def draw(self) -> Request | None:
        action = self.random.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        request = action(self.world)
        self.say(action.__name__)
        if request:
            request.key, request.name = self.new_key(), action.__name__
        return request

    def new_key(self) -> str:
        self.keys += 1
        return f"request-{self.keys}"

    def perform(self, request: Request) -> None:
        """Do a request through the same door as forms and the API: what was done under a key is not done again."""
        acknowledged: list[Any] = []

        def respond() -> HttpResponse:
            acknowledged.append(request.do(user))
            return HttpResponse()

        user = User.objects.get(pk=request.by)
        fault, context = draw_fault(self.random, FAULTS, self.broker)
        is_skipped = self.clock.monotonic() < receivers._skipped_until
        first, marks, messages = self.today, StaleCell.objects.count(), len(self.broker.messages)
        outcome = "refused"
        try:
            with context:
                do_once(respond, user=user, key=request.key, fingerprint="", outcome_of=lambda _answer: {"status": 200})
        except NotAllowed:
            pass
        except (Crash, OperationalError):
            outcome = "lost"
        else:
            outcome = "done" if acknowledged else "known"
            if acknowledged:
                must(request.key not in self.done_keys, f"{request.key} was done twice")
                self.done_keys.add(request.key)
                request.note(self.expected, acknowledged[0], first, self.today)
            asked = len(self.broker.messages) - messages
            is_marked = StaleCell.objects.count() > marks
            is_excused = is_skipped or fault in ("unsent", "broker")
            must(asked or not is_marked or is_excused, "cells are stale, and no refresh was asked for")
        self.say(f"{request.name} of {request.about} {fault} {outcome}")
        self.done[request.name, outcome] += 1
        if request.measure:
            checks.check_measure(self.expected, request.measure)
        for project in request.projects:
            checks.check_project(self.expected, project)

    # Machines

    def clock_moves(self) -> None:
        before = self.clock.moment
        self.say(f"{self.clock.move(self.random)} pass")
        if not self.world.chance(0.1):
            self.broker.beat(before, self.clock.moment)

    def work(self) -> None:
        """A worker takes messages in any order. One that is not acknowledged is delivered again, done or not."""
        for _number in range(self.random.randint(1, MESSAGES)):
            if not self.broker.messages:
                return
            place = self.random.randrange(len(self.broker.messages))
            name = self.broker.messages[place]
            is_done = self.run_task(name)
            # Others may have sent more meanwhile, behind it.
            if is_done and not self.world.chance(0.1):
                self.broker.messages.pop(place)
            else:
                self.say("not acknowledged")

    def run_task(self, name: str) -> bool:
        """Run a task and return whether it came to its end."""
        short = name.rsplit(".", 1)[1]
        fault, context = draw_fault(self.random, TASK_FAULTS, self.broker)
        meanwhile: Any = nullcontext()
        if name in INTERRUPTED and not fault and self.world.chance(0.2):
            meanwhile = between_transactions(self.something_else, skip=self.random.randint(0, 3))
        day, sent = self.today_of_next_call(), len(mail.outbox)
        is_done, told = True, due_notices_of(day)
        self.say(f"{short} {fault}")
        try:
            with meanwhile, context as raised, self.days_of_tries() as days:
                run_task(name)
        except (Crash, OperationalError):
            is_done = False
        self.done[short, "done" if is_done else "lost"] += 1
        # One statement: after a crash all of them are there, or none.
        if name == notify_of_due_dates_task.name and (is_done or due_notices_of(day) != told):
            self.expected.tell_of_due_dates(days[-1])
        if name == notify_of_due_months_task.name and (is_done or due_notices_of(day) != told):
            self.expected.tell_of_due_months(min(self.world.sections), days[-1])
        if name == send_digests_task.name:
            self.check_digests(days[-1], mail.outbox[sent:], was_disturbed=bool(raised))
        if name == send_returns_task.name:
            self.check_returns(mail.outbox[sent:], was_disturbed=bool(raised))
        return is_done

    @contextmanager
    def days_of_tries(self) -> Iterator[list[date]]:
        """The day on which each try of a task began: midnight may pass before Celery tries it again."""
        days: list[date] = []

        def add_day(**_signal: Any) -> None:
            days.append(self.today_of_next_call())

        task_prerun.connect(add_day)
        try:
            yield days
        finally:
            task_prerun.disconnect(add_day)

    def today_of_next_call(self) -> date:
        moment = self.clock.moment
        day = self.clock.now().date()
        self.clock.moment = moment
        return day

    def something_else(self) -> None:
        """Do what another process does between two transactions of a task."""
        self.say("(meanwhile")
        if self.world.chance(0.2):
            self.clock_moves()
        elif request := self.draw():
            self.perform(request)
        self.say(")")

    def sweep(self) -> None:
        self.say("sweep")
        run_task(refresh_rollups_task.name)

    def check_digests(self, day: date, mails: list[Any], *, was_disturbed: bool) -> None:
        """One e-mail a day to a person, with all that was in none; where the task was disturbed, perhaps none."""
        unsent = Counter(Notice.objects.filter(emailed_on=None).order_by().values_list("user", flat=True))
        of_problems = Counter(Notice.objects.filter(kind__in=OF_PROBLEMS).order_by().values_list("user", flat=True))
        for person in self.expected.people.values():
            own = [each for each in mails if each.to == [person.email]] if person.email else []
            waiting = self.expected.notices_of(person.pk) + of_problems[person.pk] - person.emailed
            is_due = bool(person.email and waiting and not person.mails[day])
            what = f"person {person.pk} on {day}: {len(own)} e-mails, {waiting} waited, {unsent[person.pk]} wait now"
            must(len(own) <= is_due, f"an e-mail too many, {what}")
            if is_due and (own or not was_disturbed) and unsent[person.pk] != waiting:
                must(own and unsent[person.pk] == 0, f"a notice in no e-mail, {what}")
                person.emailed += waiting
                person.mails[day] += 1
            else:
                must(unsent[person.pk] == waiting and (was_disturbed or not is_due), f"digests, {what}")

    def check_returns(self, mails: list[Any], *, was_disturbed: bool) -> None:
        """One e-mail to a person, with all that was returned a short while ago; where the task was disturbed, perhaps
        none."""
        at_once = Counter(Notice.objects.filter(emailed_at_once=True).order_by().values_list("user", flat=True))
        recent = Notice.objects.filter(kind="returned", created_at__gt=self.clock.moment - timedelta(minutes=14))
        waiting = Counter(recent.filter(emailed_on=None).order_by().values_list("user", flat=True))
        for person in self.expected.people.values():
            number = at_once[person.pk] - person.emailed_at_once
            own = [each for each in mails if each.to == [person.email]] if person.email else []
            what = f"person {person.pk}: {len(own)} e-mails of {number} returns, {waiting[person.pk]} wait now"
            # A crash after the e-mail takes back that it was sent.
            must(len(own) == bool(number) or (was_disturbed and not number), f"e-mails of returns, {what}")
            must(was_disturbed or not person.email or not waiting[person.pk], f"a return in no e-mail, {what}")
            person.emailed_at_once += number
            person.emailed += number

    def come_to_rest(self) -> None:
        """Everything is compared, and again after a sweep. The clock stands still while it looks."""
        past = self.world.a_day(START.date(), spread=400)
        self.clock.tick = timedelta(0)
        checks.check_all(self.expected, past, self.today)
        run_task(refresh_rollups_task.name)
        checks.check_at_rest(self.expected, list(self.world.sections), self.today)
        self.clock.tick = TICK
