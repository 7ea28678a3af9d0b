"""How long a photograph will take, as far as the last ones tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webapp.files import photo_file
from webapp import queue, standing
from webapp.models import Job, Worker


@pytest.fixture
def worked(submit):
    def worked(seconds: Sequence[float]) -> None:
        """Photographs of 100 x 100 were done, each in so many seconds."""
        now = timezone.now()
        photos = submit(*[photo_file(size=(100, 100))] * len(seconds)).photos
        for photo, took in zip(photos, seconds, strict=True):
            started = now - timedelta(seconds=took)
            Job.objects.filter(photo=photo).update(state="done", started_at=started, finished_at=now)

    return worked


@pytest.fixture
def waiting(submit):
    return lambda count=1: [photo.job for photo in submit(*[photo_file(size=(100, 100))] * count).photos]


def middle(wait: standing.Wait) -> float:
    return (wait.least + wait.most) / 2


def width(wait: standing.Wait) -> float:
    return wait.most - wait.least


def test_nothing_is_expected_where_nothing_was_done_yet(waiting):
    assert standing.expected(waiting()[0]) is None


def test_the_expected_time_follows_the_pace_of_the_last_ones(worked, waiting):
    worked([20])
    running, job = waiting(2)
    queue.claim("anna", running.pk)

    assert middle(standing.expected(job)) == pytest.approx(10 + 20, abs=0.5)
    assert middle(standing.expected(Job.objects.get(pk=running.pk))) == pytest.approx(20, abs=1)
    assert standing.expected(Job.objects.get(state="done")) is None

    Worker.objects.create(name="anna", slots=2)
    assert middle(standing.expected(job)) == pytest.approx(5 + 20, abs=0.5)


def test_it_is_a_range_as_wide_as_the_last_ones_differed(worked, waiting):
    worked([20] * 10)
    steady = standing.expected(waiting()[0])
    Job.objects.all().delete()
    worked([10, 30] * 5)
    wavering = standing.expected(waiting()[0])

    assert middle(steady) == pytest.approx(middle(wavering), abs=0.5)
    assert width(wavering) == pytest.approx(2 * 1.28 * 10 * 1.1**0.5, abs=0.5)
    assert width(steady) < width(wavering) / 3


def test_the_more_are_known_the_narrower_it_is(worked, waiting):
    job = waiting()[0]
    worked([20])
    from_one = standing.expected(job)
    worked([20] * 9)

    assert 0 < width(standing.expected(job)) < width(from_one) / 3
    assert from_one.least > 0


def test_many_that_wait_even_out(worked, waiting):
    worked([10, 30] * 10)
    first, *_, last = waiting(20)

    assert width(standing.expected(first)) / middle(standing.expected(first)) > 1
    assert width(standing.expected(last)) / middle(standing.expected(last)) < 0.5


def test_what_takes_longer_than_any_before_is_told_to_be_over_soon(worked, waiting):
    worked([20] * 10)
    job = waiting()[0]
    queue.claim("anna", job.pk)
    Job.objects.filter(pk=job.pk).update(started_at=timezone.now() - timedelta(hours=1))

    assert standing.expected(Job.objects.get(pk=job.pk)) == standing.Wait(0, 0)
