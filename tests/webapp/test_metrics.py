"""What Prometheus reads, and who may read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tests.browser import made
from tests.webapp.files import photo_bytes, photo_file
from webapp import metrics, queue, removal
from webapp.models import Job, User, Worker

pytestmark = pytest.mark.django_db


def numbers() -> dict[str, float]:
    """Each sample by its name and labels, without the site's prefix."""
    found = {}
    for family in text_string_to_metric_families(metrics.page().decode()):
        for sample in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))
            found[f"{sample.name.removeprefix('photo_restorer_')}{{{labels}}}"] = sample.value
    return found


def test_a_site_without_anything_tells_zeros():
    told = numbers()

    assert (
        told["queue_jobs{state=queued}"] == told["jobs_total{outcome=done}"] == told["workers_alive{}"] == 0
    )
    assert told["queue_oldest_wait_seconds{}"] == 0 and told["disk_free_bytes{}"] > 0


def test_the_queue_is_told_by_state_with_its_oldest_wait(submit):
    photos = submit(*(photo_file(f"{name}.jpg") for name in "abc")).photos
    made.run(photos[0], "finding", 0.1)
    Job.objects.filter(photo=photos[1]).update(created_at=timezone.now() - timedelta(seconds=90))

    told = numbers()

    assert (told["queue_jobs{state=queued}"], told["queue_jobs{state=running}"]) == (2, 1)
    assert 90 <= told["queue_oldest_wait_seconds{}"] < 100
    assert told["queue_paused{}"] == 0
    queue.pause()
    assert numbers()["queue_paused{}"] == 1


def test_what_ended_stays_counted_when_it_is_deleted(submit):
    done, failed, stopped, dies = submit(*(photo_file(f"{name}.jpg") for name in "abcd")).photos
    made.finish(done)
    made.fail(failed)
    queue.cancel(stopped.job)
    for _ in range(queue.MOST_DEATHS):
        queue.bury(made.claim(dies))
    queue.cancel(stopped.job)  # a second time it is none

    for photo in (done, failed, stopped, dies):
        removal.remove_photo(photo)

    told = numbers()
    assert [told[f"jobs_total{{outcome={outcome}}}"] for outcome in ("done", "failed", "cancelled")] == [
        1,
        2,
        1,
    ]
    assert told["uploads_total{}"] == 4 and told["upload_bytes_total{}"] == 4 * len(photo_bytes())


def test_stages_are_a_histogram(submit):
    for seconds in (0.3, 40.0, 900.0):
        queue.finish(made.claim(submit().photos[0]), {"seconds": {"finding": seconds, "writing": 0.01}}, [])

    told = numbers()

    buckets = [
        told[f"stage_seconds_bucket{{le={bound},stage=finding}}"] for bound in ("0.25", "0.5", "30.0", "60.0")
    ]
    assert buckets == [0, 1, 1, 2]
    assert (
        told["stage_seconds_bucket{le=+Inf,stage=finding}"] == told["stage_seconds_count{stage=finding}"] == 3
    )
    assert told["stage_seconds_sum{stage=finding}"] == pytest.approx(940.3)
    assert told["stage_seconds_bucket{le=0.1,stage=writing}"] == 3
    assert told["stage_seconds_count{stage=reading}"] == 0


def test_a_job_that_was_lost_counts_nothing(photo):
    held = made.claim(photo)
    queue.cancel(held)

    with pytest.raises(queue.Lost):
        queue.finish(held, {"seconds": {"finding": 1.0}}, [])

    told = numbers()
    assert told["jobs_total{outcome=done}"] == told["stage_seconds_count{stage=finding}"] == 0
    assert told["jobs_total{outcome=cancelled}"] == 1


def test_workers_are_those_heard_of():
    Worker.objects.create(name="anna", slots=2, busy=1, memory_bytes=1000)
    Worker.objects.create(name="boris", slots=1, memory_bytes=500, draining=True)
    Worker.objects.create(name="gone", slots=8, memory_bytes=9, seen_at=timezone.now() - timedelta(minutes=2))

    told = numbers()

    assert (told["workers_alive{}"], told["workers_draining{}"]) == (2, 1)
    assert (told["worker_slots{}"], told["worker_slots_busy{}"], told["worker_memory_bytes{}"]) == (
        3,
        1,
        1500,
    )


def ask(token: str = "", client: Client | None = None, **environment: str) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return (client or Client()).get("/metrics", headers=headers, **environment).status_code


def test_without_a_token_the_machine_itself_may_ask_and_no_proxy_on_it():
    assert ask() == 200
    assert ask(REMOTE_ADDR="::1") == 200
    assert ask(REMOTE_ADDR="192.0.2.7") == ask(HTTP_X_FORWARDED_FOR="192.0.2.7") == 404


def test_with_a_token_it_alone_opens(settings):
    settings.METRICS_TOKEN = "open sesame"

    assert ask("open sesame", REMOTE_ADDR="192.0.2.7") == 200
    assert ask() == ask("open") == ask("öpen") == 404


def test_an_admin_may_ask_from_anywhere(settings):
    settings.METRICS_TOKEN = "open sesame"
    for name, answer in (("keeper", 200), ("archivist", 404)):
        client = Client()
        client.force_login(User.objects.create_user(name, is_staff=True, is_superuser=answer == 200))
        assert ask(client=client, REMOTE_ADDR="192.0.2.7") == answer


def test_it_is_prometheus_text():
    answer = Client().get("/metrics")

    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE photo_restorer_stage_seconds histogram" in answer.content.decode()


def test_a_scrape_asks_the_database_little(submit, django_assert_max_num_queries):
    submit(*(photo_file(f"{n}.jpg") for n in range(20)))

    with django_assert_max_num_queries(8):
        metrics.page()
