import time
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from tests.webapp.files import photo_file
from webapp import dispatcher, queue, tasks
from webapp.dispatcher import Dispatcher
from webapp.models import Job, Worker
from webapp.workshop import Workshop

pytestmark = pytest.mark.django_db


class Bells:
    """A dispatcher whose hints are written down."""

    def __init__(self, slots=1):
        self.sent, self.deaf, self.away = [], 0, False
        self.workshop = Workshop(slots=slots)
        self.dispatcher = Dispatcher(self.workshop, self._send, self._is_deaf)
        self.look = self.dispatcher.look

    def _send(self, job_id):
        if not self.away:
            self.sent.append(job_id)
        return not self.away

    def _is_deaf(self):
        self.deaf += 1


@pytest.fixture
def clock(monkeypatch):
    """clock(seconds) moves the dispatcher's time on."""
    ahead = [1.0]
    monkeypatch.setattr(dispatcher, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + ahead[0]))
    return lambda seconds: ahead.append(ahead.pop() + seconds)


def test_it_hints_at_the_first_in_turn_as_many_as_have_room(submit):
    jobs = [photo.job.pk for photo in submit(*[photo_file()] * 3).photos]
    bells = Bells(slots=2)

    bells.look()

    assert bells.sent == jobs[:2]


def test_a_busy_worker_sends_none(submit):
    submit()
    bells = Bells()
    bells.workshop._in_hand.add(uuid.uuid4())

    bells.look()

    assert bells.sent == []


def test_a_hint_that_brought_nothing_is_sent_again_after_a_while(job, clock):
    bells = Bells()
    bells.look()
    bells.look()
    assert bells.sent == [job.pk]

    clock(dispatcher.HINT_AGAIN_S + 0.1)
    bells.look()

    assert bells.sent == [job.pk] * 2


def test_a_paused_job_is_not_hinted_at(job):
    queue.set_back(queue.claim("anna"), "waits_for_space")
    bells = Bells()

    bells.look()

    assert bells.sent == []


def test_a_broker_that_is_away_is_asked_again_at_the_next_look(job, clock):
    bells = Bells()
    bells.away = True
    bells.look()
    bells.away = False

    bells.look()
    clock(dispatcher.DEAF_S + 1)
    bells.workshop.called_at = dispatcher.time.monotonic()
    bells.look()

    assert bells.sent[0] == job.pk
    assert bells.deaf == 0


def test_a_worker_that_hears_nothing_of_its_hints_is_replaced(job, clock):
    bells = Bells()
    bells.look()
    assert bells.deaf == 0

    clock(dispatcher.DEAF_S + 1)
    bells.look()

    assert bells.deaf == 1


def test_an_idle_worker_is_not_taken_for_deaf(clock, db):
    bells = Bells()
    for _ in range(3):
        clock(dispatcher.DEAF_S)
        bells.look()

    assert bells.deaf == 0


def test_it_reports_its_worker_and_forgets_those_long_gone(db):
    Worker.objects.create(name="long gone", slots=1, seen_at=timezone.now() - timedelta(days=2))
    bells = Bells(slots=3)

    bells.look()

    (worker,) = Worker.objects.all()
    assert (worker.name, worker.slots, worker.busy) == (bells.workshop.name, 3, 0)


def test_it_takes_the_jobs_of_the_dead(job):
    queue.claim("dead")
    Job.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    bells = Bells()

    bells.look()

    assert bells.sent == [job.pk]


def test_a_broker_that_is_away_is_told_and_not_raised(monkeypatch, job):
    def away(*_, **__):
        raise OperationalError("Connection refused")

    monkeypatch.setattr(tasks.work, "apply_async", away)

    assert tasks.hint(job.pk) is False
