"""What an admin does to the queue: pause, go on, let one go first, stop, try again."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.browser import made
from tests.webapp.files import photo_file
from webapp import queue
from webapp.models import Job, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("keeper"))
    return client


def act(client: Client, name: str, job: Job | str = "") -> str:
    answer = client.post("/ops/act/", {"act": name, "job": getattr(job, "pk", job)}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_nothing_is_begun_while_it_is_paused_and_what_has_begun_goes_on(keeper, submit):
    begun, waiting = submit(photo_file("a.jpg"), photo_file("b.jpg")).photos
    held = made.claim(begun)

    assert "No: it is paused." in act(keeper, "pause")
    act(keeper, "pause")
    assert queue.claim("anna") is None and queue.claim("anna", waiting.job.pk) is None
    queue.finish(held, {}, [])
    later = submit(photo_file("c.jpg")).photos[0]
    assert later.job.state == "queued"

    assert "Pause the queue" in act(keeper, "resume")
    assert queue.claim("anna").photo == waiting


def test_a_family_is_told_of_a_pause(browser, photo):
    queue.pause()
    assert "The work rests for a while" in browser.get(f"/p/{photo.pk}/").content.decode()

    queue.resume()
    assert "Yours is next." in browser.get(f"/p/{photo.pk}/").content.decode()


def test_one_goes_before_all_that_wait(keeper, submit):
    photos = submit(*(photo_file(f"{name}.jpg") for name in "abc")).photos

    act(keeper, "first", photos[2].job)
    act(keeper, "first", photos[1].job)

    assert [queue.claim("anna").photo.name for _ in photos] == ["b.jpg", "c.jpg", "a.jpg"]


def test_a_job_is_stopped_and_one_that_failed_is_tried_again(keeper, submit):
    waiting, failed = submit(photo_file("a.jpg"), photo_file("b.jpg")).photos
    made.fail(failed)
    html = keeper.get("/ops/").content.decode()
    assert "Try again" in html and "Stop" in html

    act(keeper, "stop", waiting.job)
    act(keeper, "retry", failed.jobs.get())

    assert waiting.jobs.get().state == "cancelled"
    assert failed.jobs.filter(state="queued").count() == 1


@pytest.mark.parametrize(("name", "job"), [("burn", ""), ("stop", ""), ("stop", "x"), ("", "")])
def test_what_is_no_act_is_404(keeper, photo, name, job):
    assert keeper.post("/ops/act/", {"act": name, "job": job}).status_code == 404
    assert photo.jobs.get().state == "queued"
