import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.webapp.files import photo_file
from webapp import queue, reasons
from webapp.models import Job, Photo, Result

FILE = queue.MadeFile("restored", "results/ab/x/1/picture_restored.png", "0" * 64, 3, "image/png")


def fresh(job):
    return Job.objects.get(pk=job.pk)


def expire(job):
    Job.objects.filter(pk=job.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))


def test_a_claimed_job_is_leased_under_a_new_token(job, settings):
    before = timezone.now()

    held = queue.claim("anna")

    assert (held.pk, held.state, held.attempt, held.worker) == (job.pk, "running", 1, "anna")
    lease = held.lease_expires_at - before
    assert (
        timedelta(seconds=settings.LEASE_SECONDS - 2) < lease < timedelta(seconds=settings.LEASE_SECONDS + 5)
    )
    assert queue.claim("boris") is None


def test_the_hinted_job_goes_first_and_a_useless_hint_takes_the_next_in_turn(submit):
    first, second, third = (photo.job for photo in submit(*[photo_file()] * 3).photos)

    assert queue.claim("anna", hinted=second.pk).pk == second.pk
    assert queue.claim("anna", hinted=second.pk).pk == first.pk
    assert queue.claim("anna", hinted=str(uuid.uuid4())).pk == third.pk


@pytest.mark.django_db(transaction=True)
def test_of_workers_that_race_for_jobs_each_gets_its_own(submit):
    jobs = {photo.job.pk for photo in submit(*[photo_file()] * 12).photos}
    claimed, start = [], threading.Barrier(6)

    def work(name):
        start.wait()
        try:
            while job := queue.claim(name):
                claimed.append(job.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(claimed) == len(set(claimed)) == 12
    assert set(claimed) == jobs
    assert set(Job.objects.values_list("attempt", flat=True)) == {1}


def test_a_heartbeat_renews_the_lease_and_tells_the_stage(job):
    held = queue.claim("anna")
    expire(held)

    queue.renew(held, "finding", 0.25)

    now = fresh(job)
    assert now.lease_expires_at > timezone.now()
    assert (now.stage, now.progress) == ("finding", 0.25)


def test_finishing_publishes_everything_at_once(job):
    held = queue.claim("anna")

    queue.finish(held, {"found_nothing": False}, [FILE])

    now = fresh(job)
    assert (now.state, now.report, now.lease_expires_at) == ("done", {"found_nothing": False}, None)
    assert now.started_at <= now.finished_at
    assert [result.kind for result in now.results.all()] == ["restored"]


def test_a_result_that_cannot_be_written_leaves_the_job_running(job):
    held = queue.claim("anna")

    with pytest.raises(IntegrityError), transaction.atomic():
        queue.finish(held, {}, [FILE, FILE])

    assert fresh(job).state == "running"
    assert Result.objects.count() == 0


@pytest.mark.parametrize(
    "write",
    [
        lambda job: queue.renew(job),
        lambda job: queue.finish(job, {}, [FILE]),
        lambda job: queue.fail(job, "broken"),
        lambda job: queue.release(job),
        lambda job: queue.set_back(job, "waits_for_space"),
        lambda job: queue.bury(job),
    ],
    ids=["renew", "finish", "fail", "release", "set_back", "bury"],
)
def test_whoever_lost_the_job_cannot_write(job, write):
    stale = queue.claim("anna")
    expire(stale)
    queue.bury_expired()
    successor = queue.claim("boris")

    with pytest.raises(queue.Lost):
        write(stale)

    now = fresh(job)
    assert (now.state, now.worker, now.attempt) == ("running", "boris", successor.attempt)
    assert Result.objects.count() == 0


def test_three_deaths_of_the_worker_end_a_job_with_a_reason(job):
    for death in (1, 2, 3):
        held = queue.claim("anna")
        assert held.attempt == death
        queue.bury(held)

    now = fresh(job)
    assert (now.state, now.deaths) == ("failed", 3)
    assert now.reason.startswith("The photograph was tried 3 times and stopped the machine's work each time.")
    assert queue.claim("anna") is None


def test_an_expired_lease_is_a_death_and_a_living_one_is_not(submit):
    dead, alive = (photo.job for photo in submit(photo_file(), photo_file("b.jpg")).photos)
    queue.claim("anna", dead.pk)
    queue.claim("boris", alive.pk)
    expire(dead)

    assert queue.bury_expired() == 1

    assert (fresh(dead).state, fresh(dead).deaths) == ("queued", 1)
    assert (fresh(alive).state, fresh(alive).deaths) == ("running", 0)


def test_a_machine_that_slept_does_not_rob_itself(job):
    held = queue.claim("anna")
    expire(held)

    assert queue.bury_expired(watched={held.pk}) == 0
    assert fresh(job).state == "running"


def test_errors_of_the_machine_wait_ever_longer_and_do_not_count(job, settings):
    settings.SETBACK_SECONDS = 10
    pauses = []

    for _ in range(8):
        pauses.append(queue.set_back(queue.claim("anna"), "waits_for_space", fault="ENOSPC"))
        assert queue.claim("anna") is None, "it pauses"
        Job.objects.update(not_before=timezone.now() - timedelta(seconds=1))

    assert pauses == [10, 20, 40, 80, 160, 320, 600, 600]
    now = fresh(job)
    assert (now.state, now.deaths, now.setbacks, now.fault) == ("queued", 0, 8, "ENOSPC")
    assert queue.status(job.photo)["reason"] == str(reasons.SENTENCES["waits_for_space"])


def test_a_released_job_keeps_its_place_and_is_not_counted(submit):
    first = submit().photos[0].job
    submit(photo_file("b.jpg"))

    queue.release(queue.claim("anna", first.pk))

    assert queue.claim("anna").pk == first.pk
    assert (fresh(first).deaths, fresh(first).setbacks) == (0, 0)


def test_families_take_turns(submit):
    many, one = uuid.uuid4(), uuid.uuid4()
    submit(*[photo_file(f"{n}.jpg") for n in range(5)], family=many)
    queue.claim("anna")
    single = submit(photo_file("single.jpg"), family=one).photos[0]

    assert queue.place(single.job) == 1
    names = [queue.claim("anna").photo.name for _ in range(5)]
    assert names == ["1.jpg", "single.jpg", "2.jpg", "3.jpg", "4.jpg"]


def test_a_higher_priority_goes_before_every_turn(submit):
    submit()
    urgent = submit(photo_file("urgent.jpg")).photos[0].job
    Job.objects.filter(pk=urgent.pk).update(priority=5)

    assert queue.claim("anna").pk == urgent.pk


def test_places_are_counted_in_the_order_of_work(submit):
    photos = submit(*[photo_file(f"{n}.jpg") for n in range(4)]).photos
    assert [queue.place(photo.job) for photo in photos] == [0, 1, 2, 3]

    queue.claim("anna")

    assert [queue.place(fresh(photo.job)) for photo in photos] == [0, 0, 1, 2]


def test_a_cancelled_job_is_taken_from_its_worker(job):
    held = queue.claim("anna")

    assert queue.cancel(held)
    assert not queue.cancel(held)

    with pytest.raises(queue.Lost):
        queue.renew(held)
    assert queue.status(Photo.objects.get())["state"] == "cancelled"


def test_the_status_is_the_contracts(job):
    photo = Photo.objects.get()
    assert queue.status(photo) == {
        "state": "queued",
        "stage": None,
        "progress": 0.0,
        "place": 0,
        "reason": None,
    }

    held = queue.claim("anna")
    queue.renew(held, "repairing", 0.5)
    assert queue.status(Photo.objects.get()) == {
        "state": "running", "stage": "repairing", "progress": 0.5, "place": None, "reason": None,
    }  # fmt: skip

    queue.fail(held, "broken")
    assert queue.status(Photo.objects.get()) == {
        "state": "failed", "stage": None, "progress": 0.5, "place": None,
        "reason": "The file is damaged or was cut off; it cannot be read to its end.",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "running"},
        {"state": "failed", "finished_at": timezone.now()},
        {"state": "done"},
        {"progress": 1.5},
    ],
)
def test_the_database_itself_refuses_an_impossible_job(job, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.update(**wrong)
