"""`manage.py canary`: whether work gets done, told by work that is done."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.browser import made
from webapp import canary, queue, storage
from webapp.models import Job, Photo, Trace, Upload, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def meanwhile(monkeypatch):
    """meanwhile(act): while the canary waits, act(its photograph) happens."""

    def meanwhile(act):
        monkeypatch.setattr(
            canary.time, "sleep", lambda _: act(Photo.objects.get(name=canary.PHOTOGRAPH.name))
        )

    return meanwhile


def told(capsys, **options) -> dict:
    try:
        call_command("canary", json=True, **options)
    except CommandError as error:
        assert error.returncode == 1
    return json.loads(capsys.readouterr().out)


def test_it_goes_before_all_that_wait_says_how_long_it_took_and_leaves_nothing(submit, meanwhile, capsys):
    other = submit().photos[0]

    def work(photo):
        assert queue.claim("anna").photo == photo
        Job.objects.filter(photo=photo).update(state="queued", worker="", lease_expires_at=None)
        made.finish(photo)

    meanwhile(work)

    flight = told(capsys)

    assert flight["fault"] == "" and flight["worked"] >= 0 and flight["waited"] >= 0
    assert list(Photo.objects.all()) == [other] and Upload.objects.count() == 1
    assert Trace.objects.count() == 0


def test_in_turn_it_waits_behind_the_others(submit, meanwhile, capsys):
    other = submit().photos[0]
    first = []
    meanwhile(lambda photo: first or (first.append(queue.claim("anna").photo), made.finish(photo)))

    assert told(capsys, in_turn=True)["fault"] == ""
    assert first == [other]


def test_a_failure_is_told_with_its_reason(meanwhile, capsys):
    meanwhile(lambda photo: made.fail(photo, "out_of_memory"))

    assert "needs more memory than this machine has" in told(capsys)["fault"]
    assert not Photo.objects.exists()


def test_a_file_that_is_not_what_its_row_says_is_a_failure(meanwhile, capsys):
    def spoil(photo):
        result = made.finish(photo).results.get(kind="mask")
        storage.locate(result.path).write_bytes(b"another")

    meanwhile(spoil)

    assert told(capsys)["fault"] == "Its file mask is missing or altered."


def test_who_hinders_it_is_named(capsys):
    assert "no worker has been heard of" in told(capsys, patience=0)["fault"]

    worker = Worker.objects.create(name="anna", slots=1, draining=True)
    assert "every worker is being drained" in told(capsys, patience=0)["fault"]

    Worker.objects.filter(pk=worker.pk).update(draining=False)
    assert "workers are alive" in told(capsys, patience=0)["fault"]

    queue.pause()
    assert "paused" in told(capsys, patience=0)["fault"]

    Worker.objects.filter(pk=worker.pk).update(seen_at=timezone.now() - timedelta(hours=1))
    queue.resume()
    assert "no worker" in told(capsys, patience=0)["fault"]
    assert not Photo.objects.exists() and not Upload.objects.exists()


def test_a_full_disk_is_named(settings, capsys):
    settings.MIN_FREE_MB = 10**9

    assert "nearly full" in told(capsys)["fault"]
    assert not Upload.objects.exists()
