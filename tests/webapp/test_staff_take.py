"""Photographs by the hundred: taken as a ZIP with a table and checksums."""

from __future__ import annotations

import csv
import io
import subprocess
import tracemalloc
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from tests.browser import made
from tests.webapp.files import photo_file
from webapp import storage
from webapp.desk import packing, reviews
from webapp.models import Description, Job, Photo

pytestmark = pytest.mark.django_db
ALL_KINDS = ["original", "restored", "colorized", "restored_colorized", "mask"]


def taken(
    desk: Client, photos: list[Photo], kinds: list[str]
) -> tuple[zipfile.ZipFile, list[dict[str, str]]]:
    sent = {"act": "take", "photo": [photo.pk for photo in photos], "kinds": kinds}
    answer = desk.post(reverse("desk_act"), sent)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    content = b"".join(answer.streaming_content)
    assert len(content) == int(answer["Content-Length"])
    archive = zipfile.ZipFile(io.BytesIO(content))
    table = archive.read("contents.csv").decode("utf-8-sig")
    return archive, list(csv.DictReader(io.StringIO(table)))


def test_every_kind_is_in_it_with_sums_that_sha256sum_reads(desk, submit, tmp_path) -> None:
    photos = submit(photo_file("a.jpg"), photo_file("b.jpg", ending=b"b")).photos
    for photo in photos:
        made.finish(photo)

    archive, table = taken(desk, photos, ALL_KINDS)

    assert len(table) == 10
    archive.extractall(tmp_path)
    check = ["sha256sum", "--check", "--strict", "checksums.sha256"]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.count(": OK") == 10
    originals = {row["file"]: row["sha256"] for row in table if row["kind"] == "original"}
    assert originals == {photo.name: photo.sha256 for photo in photos}


def test_only_what_was_ticked_is_in_it(desk, submit) -> None:
    photo = submit().photos[0]
    made.finish(photo)

    archive, _ = taken(desk, [photo], ["restored", "mask"])

    assert set(archive.namelist()) == {
        "grandmother_restored.jpg", "grandmother_mask.png", "contents.csv", "checksums.sha256",
    }  # fmt: skip


def test_the_table_tells_names_numbers_review_and_settings(desk, archivist, submit) -> None:
    photo = submit(photo_file("=1+1.jpg")).photos[0]
    job = made.finish(photo)
    Job.objects.filter(pk=job.pk).update(
        options={"finding": "careful"}, report={"weights": {"segment": "ab"}}
    )
    reviews.decide(job, archivist, "rejected", "Look at the hand.")
    Description.objects.create(photo=photo, catalogue_number="Ф-12", title="Свадьба", note="On cardboard.")

    _, (row,) = taken(desk, [photo], ["restored"])

    told = {"photograph": "'=1+1.jpg", "catalogue_number": "Ф-12", "title": "Свадьба", "review": "rejected",
            "reviewed_by": "archivist", "review_note": "Look at the hand.", "description_note": "On cardboard.",
            "state": "done", "version": "1", "settings": '{"finding": "careful"}', "weights": '{"segment": "ab"}',
            "kind": "restored"}  # fmt: skip
    assert told.items() <= row.items()
    assert row["sha256"] == job.results.get(kind="restored").sha256


def test_what_could_not_be_made_has_its_line_without_a_file(desk, submit) -> None:
    photo = submit().photos[0]
    made.fail(photo)

    archive, (row,) = taken(desk, [photo], ["restored"])

    assert (row["state"], row["file"]) == ("failed", "")
    assert set(archive.namelist()) == {"contents.csv", "checksums.sha256"}


def test_folders_are_kept_and_equal_names_told_apart(desk, submit) -> None:
    photos = submit(*(photo_file(ending=bytes([n])) for n in range(4))).photos
    names = ("album 1/page.jpg", "album 2/page.jpg", "album 2/page.png", "../../etc/passwd.jpg")
    for photo, name in zip(photos, names, strict=True):
        Photo.objects.filter(pk=photo.pk).update(name=name)
        made.finish(photo)

    archive, _ = taken(desk, photos, ["restored"])

    files = set(archive.namelist()) - {"contents.csv", "checksums.sha256"}
    assert files == {
        "album 1/page_restored.jpg", "album 2/page_restored.jpg", "album 2/page_restored (2).jpg",
        "etc/passwd_restored.jpg",
    }  # fmt: skip


def test_nothing_ticked_to_take_is_told(desk, submit) -> None:
    photo = submit().photos[0]

    answer = desk.post(reverse("desk_act"), {"act": "take", "photo": [photo.pk]}, follow=True)

    assert "Please tick which pictures to take." in answer.content.decode()


def test_hundreds_are_streamed_without_being_held_in_memory(desk, submit) -> None:
    photo = submit().photos[0]
    job = made.finish(photo)
    megabyte = storage.locate(photo.stored)
    megabyte.chmod(0o600)
    megabyte.write_bytes(bytes(1_000_000))
    photos = Photo.objects.bulk_create(
        Photo(upload=photo.upload, name=f"{n}.jpg", sha256="0" * 64, bytes=1_000_000, format="jpeg", width=1,
              height=1, bits=8, stored=f"originals/{n}.jpg")
        for n in range(300)
    )  # fmt: skip
    Job.objects.bulk_create(
        Job(photo=one, state="done", finished_at=job.finished_at, report={"long": "x" * 20_000})
        for one in photos
    )
    for one in photos:
        storage.locate(one.stored).symlink_to(megabyte)

    sent = {"act": "take", "which": "all", "query": "", "kinds": ["original"]}
    tracemalloc.start()
    answer = desk.post(reverse("desk_act"), sent)
    length = sum(map(len, answer.streaming_content))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert length == int(answer["Content-Length"]) > 300_000_000
    assert peak < 30_000_000


def test_a_name_in_a_zip_never_has_a_folder_twice_over() -> None:
    taken = packing.new_taken()
    photo = Photo(name="Album/a.jpg", stored="originals/x.jpg")
    names = [packing.name_in_zip(photo, "original", photo.stored, taken) for _ in range(2)]

    assert names == ["Album/a.jpg", "Album/a (2).jpg"]
