"""What people corrected, taken as training pairs: only approved masks drawn by hand, as the evaluation reads them."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from django.urls import reverse
from PIL import Image

from ml.segment.evaluate import evaluate
from tests.browser import made
from tests.webapp.files import photo_file
from webapp import versions
from webapp.desk import reviews
from webapp.models import Job, Photo

pytestmark = pytest.mark.django_db
SIZE = (320, 240)
STROKE = {"tool": "brush", "width": 3, "points": [[1, 1]]}
HOLE = np.zeros(SIZE[::-1], bool)
HOLE[20:30, 50:200] = True


def corrected(photo: Photo, user, state: str = "approved") -> Job:
    versions.correct(photo, versions.of(photo)[-1], [STROKE])
    job = made.finish(Photo.objects.get(pk=photo.pk), hole_HW=HOLE)
    reviews.decide(job, user, state)
    return job


@pytest.fixture
def album(submit) -> list[Photo]:
    photos = submit(*(photo_file(f"{n}.jpg", size=SIZE, ending=bytes([n])) for n in range(4))).photos
    for photo in photos:
        made.finish(photo)
    return photos


def take(desk, photos: list[Photo]):
    return desk.post(reverse("desk_act"), {"act": "pairs", "photo": [photo.pk for photo in photos]})


def unpacked(answer, folder: Path) -> list[dict[str, str]]:
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    assert len(content) == int(answer["Content-Length"])
    zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_only_approved_versions_with_a_mask_by_hand_are_in_it(desk, archivist, album, tmp_path) -> None:
    good, rejected, found_by_the_finder, unlooked_at = album
    corrected(good, archivist)
    corrected(rejected, archivist, "rejected")
    reviews.decide(found_by_the_finder.job, archivist, "approved")
    corrected(unlooked_at, archivist, "open")

    lines = unpacked(take(desk, album), tmp_path)

    assert [line["file"] for line in lines] == [f"photographs/{good.pk}.jpg"]


def test_original_and_mask_are_there_byte_for_byte_and_white_is_damage(
    desk, archivist, album, tmp_path
) -> None:
    job = corrected(album[0], archivist)

    (line,) = unpacked(take(desk, album), tmp_path)

    for name, digest in ((line["file"], line["file_sha256"]), (line["mask"], line["mask_sha256"])):
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    assert line["file_sha256"] == album[0].sha256
    assert line["mask_sha256"] == job.results.get(kind="mask").sha256
    assert np.array_equal(np.asarray(Image.open(tmp_path / line["mask"])) == 255, HOLE)


def test_the_newest_approved_correction_stands_for_a_photograph(desk, archivist, album, tmp_path) -> None:
    corrected(album[0], archivist)
    newer = corrected(album[0], archivist)
    corrected(album[0], archivist, "rejected")

    (line,) = unpacked(take(desk, album), tmp_path)

    assert line["mask_sha256"] == newer.results.get(kind="mask").sha256


def test_a_mask_of_a_persons_own_counts_too(desk, archivist, album, tmp_path) -> None:
    mask = io.BytesIO()
    Image.fromarray(HOLE).save(mask, "PNG")
    mask.seek(0)
    mask.name = "mask.png"
    desk.post(reverse("photo_again", args=[album[1].pk]), {"finding": "normal", "mask": mask})
    reviews.decide(made.finish(Photo.objects.get(pk=album[1].pk), hole_HW=HOLE), archivist, "approved")

    assert len(unpacked(take(desk, album), tmp_path)) == 1


def test_the_evaluation_reads_it_as_it_is(desk, archivist, album, tmp_path) -> None:
    for photo in album[:2]:
        corrected(photo, archivist)
    unpacked(take(desk, album), tmp_path)

    figures = evaluate(tmp_path, baseline=True, bootstrap=0)

    assert figures["all"]["n"] == 2
    assert list(figures["groups"]) == [str(album[0].upload_id)[:8]]
    assert list(figures["levels"]) == ["moderate"]


def test_where_nothing_fits_that_is_told(desk, album) -> None:
    answer = desk.post(reverse("desk_act"), {"act": "pairs", "photo": [album[0].pk]}, follow=True)

    assert "None of these is approved with a mask corrected by hand." in answer.content.decode()
