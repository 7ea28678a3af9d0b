"""The queue page at one glance: hours, room, reasons, memory; and a worker that is drained."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.browser import made
from tests.webapp import timing
from tests.webapp.files import photo_file
from webapp import memory, workers
from webapp.dispatcher import Dispatcher
from webapp.models import Job, Photo, User, Worker
from webapp.views.hours import HEIGHT, last_day
from webapp.views.queue_board import board
from webapp.workshop import Workshop

pytestmark = pytest.mark.django_db
MOST_QUERIES = 11


@pytest.fixture
def keeper() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("keeper"))
    return client


def ended(photo: Photo, state: str, hours: float) -> Job:
    return Job(photo=photo, state=state, reason_code="timed_out" if state == "failed" else "",
               finished_at=timezone.now() - timedelta(hours=hours))  # fmt: skip


def test_with_ten_thousand_jobs_it_asks_less_than_twelve_times(keeper, submit, django_assert_max_num_queries):
    photo = submit().photos[0]
    states = ["done"] * 8 + ["failed", "cancelled"]
    Job.objects.bulk_create(ended(photo, states[n % 10], n % 240 / 10) for n in range(9_000))
    waiting = Photo(
        upload=photo.upload,
        name="b",
        sha256="",
        bytes=1,
        format="jpeg",
        width=9,
        height=9,
        bits=8,
        stored="b",
    )
    waiting.save()
    Job.objects.bulk_create(Job(photo=waiting) for _ in range(1_000))

    keeper.get("/ops/")
    with django_assert_max_num_queries(MOST_QUERIES):
        html = keeper.get("/ops/").content.decode()

    assert timing.best(keeper, "/ops/") < timing.MOST_SECONDS
    assert "1001 photographs wait" in html


def test_hours_are_counted_from_the_one_that_runs(submit):
    photo = submit().photos[0]
    now = timezone.now().replace(minute=30)
    at = {0: ["done", "done", "failed"], 1: ["done"], 23: ["cancelled"], 24: ["done"]}
    for hours, states in at.items():
        for state in states:
            job = ended(photo, state, 0)
            job.finished_at = now - timedelta(hours=hours)
            job.save()

    day = last_day(now)

    newest = day.newest_first
    assert [(hour.done, hour.failed, hour.stopped) for hour in (newest[0], newest[1], newest[23])] == [
        (2, 1, 0), (1, 0, 0), (0, 0, 1),
    ]  # fmt: skip
    assert (len(newest), day.done, day.failed, day.most) == (24, 3, 1, 3)
    assert newest[0].done_height + newest[0].failed_height == HEIGHT and newest[0].failed_y == 0
    assert newest[5].done_height == 0


def test_failures_are_told_by_reason_the_most_frequent_first(keeper, submit):
    photos = submit(*(photo_file(f"{n}.jpg") for n in range(3))).photos
    made.fail(photos[0], "out_of_memory")
    made.fail(photos[1])
    made.fail(photos[2])

    told = [(failure.count, failure.words) for failure in board().failures]

    assert [count for count, _ in told] == [2, 1]
    assert "took longer than 20 minutes" in told[0][1]
    html = keeper.get("/ops/").content.decode()
    assert "3 photographs in the last day" in html


def test_room_is_told_and_its_want_too(keeper, submit, settings):
    made.finish(submit().photos[0])

    disk = board().disk
    assert 0 < disk.free_bytes < disk.total_bytes and not disk.is_full
    assert disk.originals_bytes == Photo.objects.get().bytes
    assert disk.results_bytes == sum(Job.objects.get().results.values_list("bytes", flat=True))

    settings.MIN_FREE_MB = 10**9
    assert "uploads are refused" in keeper.get("/ops/").content.decode()


def test_a_workers_memory_is_its_own_and_its_childrens():
    own = memory.tree_bytes(os.getpid())
    touched = "b = bytearray(60_000_000); b[::4096] = b'x' * len(b[::4096])"
    code = f"import sys; {touched}; print(flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        child.stdout.readline()
        assert memory.tree_bytes(os.getpid()) - own > 55_000_000
    finally:
        child.communicate()
    assert memory.tree_bytes(child.pid) is None


@pytest.fixture
def worker():
    """A worker's dispatcher; `hints` and `hears` are what it did."""
    hints, hears = [], []
    dispatcher = Dispatcher(
        Workshop(slots=1), lambda job: hints.append(job) or True, lambda: None, hears.append
    )
    dispatcher.hints, dispatcher.hears = hints, hears
    return dispatcher


def test_the_heartbeat_brings_the_memory(worker, keeper):
    worker.look()

    assert Worker.objects.get().memory_bytes > 20_000_000
    assert re.search(r"\d+[.,]\d\xa0MB</td>", keeper.get("/ops/").content.decode())


def test_a_drained_worker_ends_what_it_has_and_takes_nothing_new(worker, keeper, submit):
    first, second = submit(*(photo_file(f"{n}.jpg") for n in range(2))).photos
    in_hand = made.claim(first)
    worker.look()
    name = Worker.objects.get().name

    keeper.post("/ops/act/", {"act": "drain", "worker": name})
    worker.look()
    worker.hints.clear()
    worker.look()

    assert worker.hints == [] and worker.hears == [False]
    assert worker.workshop.work(second.job.pk) is False and second.job.state == "queued"
    assert Job.objects.get(pk=in_hand.pk).state == "running"  # and is nobody's business
    assert "No: every worker ends what it has" in keeper.get("/ops/").content.decode()

    keeper.post("/ops/act/", {"act": "undrain", "worker": name})
    worker.look()
    assert worker.hints == [second.job.pk] and worker.hears == [False, True]


def test_one_is_drained_and_the_others_work_or_all_are(keeper):
    for name in ("anna", "boris"):
        Worker.objects.create(name=name, slots=1)

    keeper.post("/ops/act/", {"act": "drain", "worker": "anna"})
    assert set(Worker.objects.filter(draining=True).values_list("name", flat=True)) == {"anna"}
    assert board().working and not board().all_draining

    keeper.post("/ops/act/", {"act": "drain"})
    assert board().all_draining and not board().working
    Worker.objects.create(name="new", slots=1)
    assert board().working

    keeper.post("/ops/act/", {"act": "undrain"})
    assert not Worker.objects.filter(draining=True).exists()
    assert workers.drain("nobody") == 0


def test_staff_cannot_drain():
    archivist = Client()
    archivist.force_login(User.objects.create_user("archivist", is_staff=True))
    Worker.objects.create(name="anna", slots=1)

    assert archivist.post("/ops/act/", {"act": "drain", "worker": "anna"}).status_code == 404
    assert not Worker.objects.get().draining
    assert Client().post("/ops/act/", {"act": "first", "job": str(uuid.uuid4())}).status_code == 302
