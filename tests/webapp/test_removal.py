from datetime import timedelta

from django.utils import timezone

from tests.webapp.files import photo_file
from webapp import queue, removal, storage
from webapp.models import Job, Photo, Refusal, Result, Upload


def finish(photo):
    held = queue.claim("anna", photo.job.pk)
    path = f"{storage.attempt_folder(held.pk, held.attempt)}/picture_restored.png"
    digest, length = storage.write_durably([b"restored"], storage.locate(path))
    queue.finish(held, {}, [queue.MadeFile("restored", path, digest, length, "image/png")])


def files_of(data_dir):
    return {path for path in data_dir.rglob("*") if path.is_file()}


def test_what_a_person_deletes_is_gone_and_its_neighbour_stays(submit, data_dir):
    gone, kept = submit(photo_file(), photo_file("b.jpg")).photos
    finish(gone)
    assert len(files_of(data_dir)) == 3

    removal.remove_photo(gone)

    assert files_of(data_dir) == {storage.locate(kept.stored)}
    assert [photo.pk for photo in Photo.objects.all()] == [kept.pk]
    assert (Job.objects.count(), Result.objects.count(), Upload.objects.count()) == (1, 0, 1)


def test_the_last_photograph_takes_its_upload_along(photo):
    removal.remove_photo(photo)

    assert (Upload.objects.count(), Refusal.objects.count()) == (0, 0)


def test_a_worker_that_has_it_in_hand_finds_out(photo):
    held = queue.claim("anna")

    removal.remove_photo(photo)

    try:
        queue.renew(held)
    except queue.Lost:
        return
    raise AssertionError("a deleted job was renewed")


def test_what_is_past_its_retention_goes(submit, data_dir, settings):
    old, young = submit().upload, submit().upload
    past = timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1)
    Upload.objects.filter(pk=old.pk).update(created_at=past, added_at=past)

    assert removal.remove_past_retention() == 1

    assert [upload.pk for upload in Upload.objects.all()] == [young.pk]
    assert len(files_of(data_dir)) == 1
