"""One attempt, with a real child process whose pipeline is the stand-in of tests/faults/child.py."""

import sys
import threading

import pytest
from django.db import OperationalError, connection

from tests.webapp.files import photo_bytes
from webapp import queue, storage, versions
from webapp.models import Job, Result
from webapp.workshop import Workshop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workshop(data_dir, settings, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    settings.CHILD_COMMAND = [sys.executable, "-m", "tests.faults.child"]
    settings.LEASE_SECONDS = 1
    shop = Workshop(slots=1)
    yield shop
    shop.close()


@pytest.fixture
def behaving(submit):
    """behaving("slow"): the waiting job of a photograph that makes the stand-in behave so."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    def behaving(behaviour):
        sent = photo_bytes(ending=b"#" + behaviour.encode())
        return submit(SimpleUploadedFile("a.jpg", sent)).photos[0].job

    return behaving


def fresh(job):
    return Job.objects.get(pk=job.pk)


def made(data_dir):
    return [path for path in (data_dir / "media" / "results").rglob("*") if path.is_file()]


def test_what_it_made_is_published_with_its_hashes(workshop, behaving):
    job = behaving("quick")

    assert workshop.work()

    assert fresh(job).state == "done"
    assert fresh(job).report["files"].keys() == {result.kind for result in Result.objects.all()}
    for result in Result.objects.all():
        kept = storage.locate(result.path)
        assert (storage.sha256(kept), kept.stat().st_size) == (result.sha256, result.bytes)
        assert result.content_type == "image/png"


def test_other_colours_are_given_what_was_repaired(workshop, behaving):
    job = behaving("quick")
    workshop.work()
    recoloured = versions.recolour(job.photo, fresh(job), {"saturation": 0.5})

    assert workshop.work()

    assert fresh(job).report["notes"] == []
    assert fresh(recoloured).report["notes"] == ["repair was kept"]


def test_the_child_stays_for_the_next_photograph(workshop, behaving, data_dir):
    behaving("quick"), behaving("quick")

    assert [workshop.work(), workshop.work(), workshop.work()] == [True, True, False]

    pids = {line.split()[1] for line in (data_dir / "starts.log").read_text().splitlines()}
    assert len(pids) == 1


def test_a_dead_child_is_replaced_and_leaves_nothing(workshop, behaving, data_dir):
    poison, fine = behaving("die"), behaving("quick")

    workshop.work(poison.pk)
    assert (fresh(poison).state, fresh(poison).deaths) == ("queued", 1)
    assert made(data_dir) == []
    workshop.work(fine.pk)

    assert fresh(fine).state == "done"


def test_a_child_that_hangs_is_given_up_after_its_time(workshop, behaving, settings, data_dir):
    settings.JOB_MINUTES = 1 / 60
    job = behaving("hang")

    workshop.work()

    assert fresh(job).state == "failed"
    assert fresh(job).reason.startswith("The photograph took longer than")
    assert made(data_dir) == []


def test_the_lease_is_renewed_while_the_child_works(workshop, behaving, monkeypatch):
    behaving("slow")  # longer than a lease
    beats, renew = [], queue.renew
    monkeypatch.setattr(queue, "renew", lambda job, *how: (beats.append(how), renew(job, *how)))

    workshop.work()

    assert len(beats) >= 5
    assert Job.objects.get().attempt == 1


def test_a_child_that_lets_no_other_thread_run_does_not_lose_its_lease(workshop, behaving, monkeypatch):
    behaving("stubborn")
    beats, renew = [], queue.renew
    monkeypatch.setattr(queue, "renew", lambda job, *how: (beats.append(how), renew(job, *how)))

    workshop.work()

    assert Job.objects.get().state == "done"
    assert sum(how == ("reading", 0.5) for how in beats) >= 3


def test_a_job_that_was_deleted_under_it_ends_its_child(workshop, behaving, data_dir):
    job = behaving("hang")
    thread = threading.Thread(target=lambda: (workshop.work(), connection.close()))
    thread.start()
    while fresh(job).stage != "reading":
        pass
    Job.objects.all().delete()
    thread.join(timeout=20)

    assert not thread.is_alive()
    assert made(data_dir) == []


def test_a_database_that_is_away_for_a_moment_costs_time_and_not_the_work(workshop, behaving, monkeypatch):
    job = behaving("slow")
    away = iter([True] * 3)
    finish, renew = queue.finish, queue.renew

    def unless_away(write):
        def write_if_there(*arguments):
            if next(away, False):
                raise OperationalError("the connection is closed")
            return write(*arguments)

        return write_if_there

    monkeypatch.setattr(queue, "renew", unless_away(renew))
    monkeypatch.setattr(queue, "finish", unless_away(finish))
    workshop.work()

    assert (fresh(job).state, fresh(job).attempt) == ("done", 1)


def test_a_commit_whose_answer_was_lost_keeps_its_files(workshop, behaving, monkeypatch, data_dir):
    job = behaving("quick")
    finish, told = queue.finish, []

    def finish_without_answer(*arguments):
        if not told:
            told.append(finish(*arguments))
            raise OperationalError("the line broke after COMMIT")
        return finish(*arguments)

    monkeypatch.setattr(queue, "finish", finish_without_answer)
    workshop.work()

    assert fresh(job).state == "done"
    published = {storage.locate(result.path) for result in Result.objects.all()}
    assert published and published <= set(made(data_dir))


def test_a_child_that_lies_about_its_files_is_not_believed(workshop, behaving, monkeypatch):
    from webapp.handle import Child

    job = behaving("quick")
    lie = {"kind": "restored", "name": "../../../../secret_key", "sha256": "0" * 64, "bytes": 1}
    monkeypatch.setattr(Child, "hear", lambda *_: {"outcome": "done", "report": {}, "files": [lie]})

    workshop.work()

    assert (fresh(job).state, Result.objects.count()) == ("queued", 0)


def test_a_child_that_cannot_be_started_is_an_error_of_the_machine(workshop, behaving, settings):
    settings.CHILD_COMMAND = ["/no/such/program"]
    job = behaving("quick")

    workshop.work()

    assert (fresh(job).state, fresh(job).setbacks, fresh(job).deaths) == ("queued", 1, 0)
