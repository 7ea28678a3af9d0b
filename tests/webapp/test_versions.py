"""Looking again makes a version beside the earlier ones: each keeps its address and its bytes."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from tests.webapp.files import photo_file
from webapp import queue, removal, storage, versions
from webapp.models import Job, Photo

pytestmark = pytest.mark.django_db


def finish(photo: Photo, restored: bytes) -> Job:
    """The photograph's waiting job is done, with a restored picture of these bytes."""
    held = queue.claim("anna", Job.objects.get(photo=photo, state=Job.State.QUEUED).pk)
    files = []
    for kind in ("restored", "preview_restored", "preview_original"):
        path = f"{storage.attempt_folder(held.pk, held.attempt)}/{kind}.jpg"
        digest, length = storage.write_durably([restored], storage.locate(path))
        files.append(queue.MadeFile(kind, path, digest, length, "image/jpeg"))
    queue.finish(held, {}, files)
    return held


def again(browser: Client, photo: Photo, **answers: str):
    return browser.post(f"/p/{photo.pk}/again/", {"finding": "normal", **answers}, follow=True)


def text(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_looking_again_queues_a_job_with_what_was_chosen(browser, photo):
    finish(photo, b"first")

    html = again(browser, photo, finding="thorough", other_repair="on").content.decode()

    job = Job.objects.get(photo=photo, state=Job.State.QUEUED)
    assert job.options == {"finding": "thorough", "seed": 1}
    assert "waiting" in html.lower()


def test_each_other_repair_has_a_seed_of_its_own(browser, photo):
    for seed in (1, 2, 3):
        finish(photo, b"one of them")
        again(browser, photo, other_repair="on")
        assert Job.objects.get(photo=photo, state=Job.State.QUEUED).options == {"seed": seed}


def test_the_usual_way_takes_the_wish_back(browser, photo):
    finish(photo, b"first")
    again(browser, photo, finding="careful")
    finish(photo, b"second")

    again(browser, photo, finding="normal")

    assert Job.objects.get(photo=photo, state=Job.State.QUEUED).options == {}


def test_what_is_worked_on_is_not_queued_twice(browser, photo):
    html = again(browser, photo).content.decode()

    assert photo.jobs.count() == 1
    assert "still being worked on" in html
    assert f"/p/{photo.pk}/again/" not in text(browser, f"/p/{photo.pk}/")


@pytest.mark.parametrize("finding", ["", "wildly"])
def test_a_way_to_look_that_is_not_offered_is_refused(browser, photo, finding):
    finish(photo, b"first")

    html = again(browser, photo, finding=finding).content.decode()

    assert photo.jobs.count() == 1
    assert "Please choose how to look for damage." in html


def test_every_version_keeps_its_page_and_its_bytes(browser, photo):
    finish(photo, b"first")
    again(browser, photo, finding="careful")
    finish(photo, b"second")

    newest, first = text(browser, f"/p/{photo.pk}/"), text(browser, f"/p/{photo.pk}/?version=1")

    assert "Version 2, looked for carefully" in newest
    assert "restored.jpg?version=1" in first
    assert "restored.jpg?version=" not in newest
    given = {
        address: b"".join(browser.get(f"/p/{photo.pk}/{address}").streaming_content)
        for address in ("restored.jpg", "restored.jpg?version=1", "restored.jpg?version=2")
    }
    assert given == {
        "restored.jpg": b"second",
        "restored.jpg?version=1": b"first",
        "restored.jpg?version=2": b"second",
    }


def test_while_a_version_is_made_and_when_it_fails_the_earlier_one_is_at_hand(browser, photo):
    finish(photo, b"first")
    again(browser, photo)
    assert f"/p/{photo.pk}/?version=1" in text(browser, f"/p/{photo.pk}/")

    queue.fail(queue.claim("anna", Job.objects.get(photo=photo, state="queued").pk), "too_large", "")

    html = text(browser, f"/p/{photo.pk}/")
    assert f"/p/{photo.pk}/?version=1" in html and "Try once more" in html
    assert b"".join(browser.get(f"/p/{photo.pk}/restored.jpg").streaming_content) == b"first"


def test_a_photograph_of_one_version_does_not_speak_of_versions(browser, photo):
    finish(photo, b"first")

    assert "Version 1" not in text(browser, f"/p/{photo.pk}/")


@pytest.mark.parametrize("number", ["0", "2", "-1", "1.0", "", "x", "\u0661", "9" * 5000])
def test_a_version_that_does_not_exist_is_404(browser, photo, number):
    finish(photo, b"first")

    assert browser.get(f"/p/{photo.pk}/", {"version": number}).status_code == 404
    assert browser.get(f"/p/{photo.pk}/restored.jpg", {"version": number}).status_code == 404


def test_strangers_neither_see_versions_nor_make_them(photo):
    finish(photo, b"first")
    stranger = Client()

    assert again(stranger, photo).status_code == 404
    assert stranger.get(f"/p/{photo.pk}/?version=1").status_code == 404
    assert photo.jobs.count() == 1


def test_deleting_takes_all_versions_with_it(browser, photo):
    finish(photo, b"first")
    again(browser, photo)
    finish(photo, b"second")
    folders = [storage.locate(job.results.first().path).parent for job in versions.of(photo)]
    assert len(folders) == 2 and all(folder.exists() for folder in folders)

    removal.remove_photo(photo)

    assert not any(folder.exists() for folder in folders)
    assert not Job.objects.exists()


def test_a_version_is_of_its_own_photograph(browser, submit):
    one, other = (submit(photo_file(name)).photos[0] for name in ("one.jpg", "other.jpg"))
    finish(one, b"one")
    finish(other, b"other")

    assert versions.numbered(one, "1").photo == one
    assert b"".join(browser.get(f"/p/{other.pk}/restored.jpg?version=1").streaming_content) == b"other"


def test_a_person_stops_the_work_and_starts_it_again(browser, photo):
    assert "Stop the work" in text(browser, f"/p/{photo.pk}/")

    html = browser.post(f"/p/{photo.pk}/stop/", follow=True).content.decode()

    assert photo.jobs.get().state == Job.State.CANCELLED
    assert "was stopped" in html and "Try once more" in html
    again(browser, photo)
    assert photo.jobs.filter(state=Job.State.QUEUED).count() == 1


def test_stopping_what_is_done_changes_nothing(browser, photo):
    finish(photo, b"first")

    browser.post(f"/p/{photo.pk}/stop/")

    assert photo.jobs.get().state == Job.State.DONE


def test_all_that_failed_are_tried_once_more_as_they_were(browser, submit):
    upload = submit(*(photo_file(f"{name}.jpg") for name in ("done", "failed", "waiting"))).upload
    done, failed, waiting = upload.photos.all()
    finish(done, b"done")
    queue.enqueue([failed], family=upload.family, options={"finding": "careful"}, strokes=[1], mask="m.png")
    for job in failed.jobs.all():
        queue.fail(queue.claim("anna", job.pk), "timed_out", {"minutes": 1})

    html = browser.post(f"/u/{upload.pk}/retry/", follow=True).content.decode()

    assert [photo.jobs.count() for photo in (done, failed, waiting)] == [1, 3, 1]
    job = failed.jobs.get(state=Job.State.QUEUED)
    assert (job.options, job.mask, job.strokes) == ({"finding": "careful"}, "m.png", [1])
    assert "given up" not in html


def test_a_stranger_neither_stops_nor_retries(photo):
    stranger = Client()

    assert stranger.post(f"/p/{photo.pk}/stop/").status_code == 404
    assert stranger.post(f"/u/{photo.upload_id}/retry/").status_code == 404
    assert photo.jobs.get().state == Job.State.QUEUED


def test_a_file_sent_twice_is_recognised_in_its_own_family_alone(browser, submit):
    earlier = submit(photo_file("first.jpg")).photos[0]
    submit(photo_file("theirs.jpg"), family=uuid.uuid4())
    other = submit(photo_file("other.jpg", size=(80, 40))).upload
    later = submit(photo_file("again.jpg")).upload

    assert "You sent these before" not in text(browser, f"/u/{other.pk}/")
    html = text(browser, f"/u/{later.pk}/")
    assert "You sent these before" in html and f"/p/{earlier.pk}/" in html
    assert "You sent these before" not in text(browser, f"/u/{earlier.upload_id}/")
