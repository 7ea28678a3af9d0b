"""A mask of a person's own: it comes in, fits or is refused with a sentence, lies with its job and goes with it."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.browser import made
from webapp import removal, storage, sweep
from webapp.models import Job, Photo

pytestmark = pytest.mark.django_db


def mask_file(size: tuple[int, int] = (64, 48)) -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("L", size, 255).save(file, "PNG")
    return SimpleUploadedFile("mask.png", file.getvalue())


def send(browser: Client, photo: Photo, mask: SimpleUploadedFile):
    return browser.post(f"/p/{photo.pk}/again/", {"finding": "normal", "mask": mask}, follow=True)


def test_a_mask_becomes_a_job_and_lies_with_it(browser, photo):
    made.finish(photo)
    content = mask_file().read()

    send(browser, photo, mask_file())

    job = photo.jobs.get(state=Job.State.QUEUED)
    assert storage.locate(job.mask).read_bytes() == content
    assert job.mask.startswith(storage.job_folder(job.pk))
    assert sweep.find_orphans() == []
    made.finish(Photo.objects.get(pk=photo.pk))
    assert "Version 2, corrected by hand" in browser.get(f"/p/{photo.pk}/").content.decode()

    removal.remove_photo(photo)
    assert not storage.locate(job.mask).exists()


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        (mask_file((63, 48)), "The mask is 63 x 48 pixels, the photograph 64 x 48."),
        (SimpleUploadedFile("mask.png", b"no picture"), "This is not a photograph that can be read."),
        (SimpleUploadedFile("mask.png", mask_file().read()[:20]), "cannot be read"),
    ],
    ids=["another size", "no picture", "cut off"],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(browser, photo, data_dir, mask, sentence):
    made.finish(photo)
    mask.seek(0)
    before = {path for path in data_dir.rglob("*") if path.is_file()}

    html = send(browser, photo, mask).content.decode()

    assert sentence in html
    assert photo.jobs.count() == 1
    assert {path for path in data_dir.rglob("*") if path.is_file()} == before


def test_while_it_is_worked_on_the_mask_is_not_kept(browser, photo, data_dir):
    before = {path for path in data_dir.rglob("*") if path.is_file()}

    html = send(browser, photo, mask_file()).content.decode()

    assert "still being worked on" in html
    assert {path for path in data_dir.rglob("*") if path.is_file()} == before


def test_a_full_disk_is_told(browser, photo, settings):
    made.finish(photo)
    settings.MIN_FREE_MB = 10**12

    html = send(browser, photo, mask_file()).content.decode()

    assert "nearly full" in html
    assert photo.jobs.count() == 1
