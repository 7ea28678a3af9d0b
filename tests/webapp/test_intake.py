import errno
import hashlib
import os
import shutil
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import DatabaseError

from tests.webapp.files import photo_bytes, photo_file
from webapp import intake, queue, storage, sweep
from webapp.models import Job, Photo, Refusal, Upload


def files_of(data_dir):
    return [path for path in data_dir.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("format", "expected"), [("JPEG", "jpeg"), ("PNG", "png"), ("TIFF", "tiff"), ("WEBP", "webp")]
)
def test_it_keeps_the_file_byte_for_byte(submit, format, expected):
    sent = photo_bytes(format, size=(80, 60))

    photo = submit(SimpleUploadedFile("a.bin", sent)).photos[0]

    kept = storage.locate(photo.stored)
    assert kept.read_bytes() == sent
    assert (photo.format, photo.width, photo.height, photo.bits) == (expected, 80, 60, 8)
    assert (photo.sha256, photo.bytes) == (hashlib.sha256(sent).hexdigest(), len(sent))
    assert kept.stat().st_mode & 0o777 == 0o440


def test_it_makes_one_waiting_job_per_photograph(submit):
    taken = submit(photo_file(), photo_file("b.jpg"))

    jobs = Job.objects.filter(photo__upload=taken.upload)
    assert [job.state for job in jobs] == ["queued", "queued"]
    assert {job.photo_id for job in jobs} == {photo.id for photo in taken.photos}


def test_bad_files_are_refused_each_with_its_reason_while_the_others_go_on(submit, data_dir, settings):
    settings.MAX_UPLOAD_MB, settings.MAX_MEGAPIXELS = 1, 1
    truncated = photo_bytes()[:40]

    taken = submit(
        photo_file("good.jpg"),
        SimpleUploadedFile("empty.jpg", b""),
        SimpleUploadedFile("letter.jpg", b"Dear grandmother"),
        SimpleUploadedFile("cut.jpg", truncated),
        SimpleUploadedFile("large.jpg", photo_bytes(ending=bytes(1_100_000))),
        photo_file("wide.png", format="PNG", size=(1500, 800)),
        photo_file("also good.png", format="PNG"),
    )

    assert [photo.name for photo in taken.photos] == ["good.jpg", "also good.png"]
    assert [(refusal.name, refusal.reason_code) for refusal in taken.refused] == [
        ("empty.jpg", "empty"),
        ("letter.jpg", "not_a_photo"),
        ("cut.jpg", "broken"),
        ("large.jpg", "too_many_bytes"),
        ("wide.png", "too_many_pixels"),
    ]
    assert taken.refused[4].reason == "The picture has 1.2 megapixels; at most 1 are accepted."
    assert len(files_of(data_dir)) == 2


def test_refusals_are_kept_for_the_page_of_the_upload(submit):
    upload = submit(SimpleUploadedFile("letter.txt", b"Dear grandmother")).upload

    assert [refusal.reason for refusal in Upload.objects.get(pk=upload.pk).refusals.all()] == [
        "This is not a photograph that can be read. JPEG, PNG, TIFF, WebP, HEIC and AVIF can."
    ]


def test_a_disk_without_room_refuses_before_it_accepts(submit, data_dir, settings):
    settings.MIN_FREE_MB = 10**9

    taken = submit()

    assert taken.photos == []
    assert taken.refused[0].reason_code == "no_space"
    assert files_of(data_dir) == []


def test_a_disk_that_fills_up_under_the_copy_refuses_too(submit, data_dir, monkeypatch):
    def full(blocks, path):
        path.write_bytes(next(iter(blocks))[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "write_durably", full)

    assert submit().refused[0].reason_code == "no_space"
    assert files_of(data_dir) == []


def test_a_file_that_arrived_cut_off_is_refused(submit, data_dir):
    file = TemporaryUploadedFile("cut.jpg", "image/jpeg", 0, None)
    file.write(photo_bytes())
    file.size = 5_000_000  # what the browser sent; the handler stopped writing at the end of the disk

    assert submit(file).refused[0].reason_code == "no_space"
    file.close()
    assert files_of(data_dir) == []


def test_a_crash_between_file_and_row_leaves_an_orphan_that_is_swept(submit, data_dir, monkeypatch):
    kept = submit().photos[0]
    monkeypatch.setattr(queue, "enqueue", lambda *_, **__: (_ for _ in ()).throw(DatabaseError("gone")))
    with pytest.raises(DatabaseError):
        submit(photo_file("second.jpg"))
    assert (Photo.objects.count(), Upload.objects.count(), Refusal.objects.count()) == (1, 1, 0)
    orphan = next(path for path in files_of(data_dir) if path != storage.locate(kept.stored))

    assert sweep.sweep() == 0, "it is too young: an upload may be under way"
    os.utime(orphan, (time.time() - 2 * sweep.ORPHAN_AGE_S,) * 2)
    assert sweep.sweep() == 1

    assert files_of(data_dir) == [storage.locate(kept.stored)]


def test_a_half_written_upload_is_swept(db, data_dir, settings):
    half = settings.INCOMING_DIR / "abc.upload"
    half.write_bytes(b"half")
    os.utime(half, (0, 0))

    assert sweep.sweep() == 1
    assert not half.exists()


def test_the_file_is_on_the_disk_before_its_row_is_in_the_database(submit, monkeypatch):
    order = []
    replace, enqueue = shutil.os.replace, queue.enqueue
    sync = storage.sync_folder
    monkeypatch.setattr(storage, "sync_folder", lambda folder: (order.append("folder synced"), sync(folder)))
    monkeypatch.setattr(queue, "enqueue", lambda *a, **k: (order.append("row"), enqueue(*a, **k))[1])

    submit()

    assert replace and order[-2:] == ["folder synced", "row"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Бабушка 1943.jpg", "Бабушка 1943.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\nc.jpg", "a b  c.jpg"),
        ("", "photograph"),
        (None, "photograph"),
        ("\u202egpj.exe", "gpj.exe"),
        ("x" * 300 + ".jpeg", "x" * 250 + ".jpeg"),
    ],
)
def test_names_are_shown_and_never_used_as_paths(sent, shown):
    file = photo_file()
    file._name = (
        sent if sent != "../../etc/passwd" else "passwd"
    )  # Django's own setter takes the folders away

    assert intake.shown_name(file.name) == shown
