"""All pictures of an upload in one ZIP: whole, named as the single downloads are, with what is missing told."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from tests.browser import made
from tests.webapp.files import photo_file
from webapp import queue, storage, versions

pytestmark = pytest.mark.django_db


def packed(browser: Client, upload) -> tuple[zipfile.ZipFile, list[dict[str, str]]]:
    answer = browser.get(reverse("archive", args=[upload.pk]))
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    assert len(content) == int(answer["Content-Length"])
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    table = archive.read("contents.csv").decode("utf-8-sig")
    return archive, list(csv.DictReader(io.StringIO(table)))


def test_every_result_is_in_it_byte_for_byte_with_its_sum(browser, submit):
    photo = submit(photo_file("grandmother.jpg")).photos[0]
    made.finish(photo)

    archive, table = packed(browser, photo.upload)

    files = {f"grandmother_{kind}" for kind in ("restored", "colorized", "restored_colorized", "mask")}
    assert {name.rpartition(".")[0] for name in archive.namelist()} == files | {"contents", "checksums"}
    sums = dict(line.split("  ")[::-1] for line in archive.read("checksums.sha256").decode().splitlines())
    assert {row["file"]: row["sha256"] for row in table} == sums
    assert all(hashlib.sha256(archive.read(name)).hexdigest() == digest for name, digest in sums.items())
    assert [int(row["bytes"]) for row in table] == [archive.getinfo(row["file"]).file_size for row in table]


def test_photographs_of_one_name_do_not_overwrite_each_other(browser, submit):
    upload = submit(photo_file("scan.jpg"), photo_file("SCAN.jpg", size=(80, 40))).upload
    for photo in upload.photos.all():
        made.finish(photo)

    archive, _ = packed(browser, upload)

    assert {"scan_restored.jpg", "SCAN_restored (2).jpg"} <= set(archive.namelist())
    assert len({name.casefold() for name in archive.namelist()}) == len(archive.namelist()) == 10


def test_what_failed_and_what_waits_is_told(browser, submit):
    upload = submit(photo_file("good.jpg"), photo_file("bad.jpg"), photo_file("later.jpg")).upload
    good, bad, _ = upload.photos.all()
    made.finish(good)
    made.fail(bad, "timed_out", minutes=20)

    _, table = packed(browser, upload)

    told = {row["photograph"]: (row["state"], row["reason"], row["file"]) for row in table}
    assert told["good.jpg"][0] == "Done"
    assert told["bad.jpg"][0] == "Could not be restored" and "20" in told["bad.jpg"][1]
    assert told["later.jpg"] == ("Waiting", "", "")


def test_the_newest_version_is_packed(browser, photo):
    made.finish(photo)
    versions.look_again(photo, "thorough", other_repair=False)
    held = queue.claim("anna")
    path = f"{storage.attempt_folder(held.pk, held.attempt)}/picture_restored.png"
    digest, length = storage.write_durably([b"newest"], storage.locate(path))
    queue.finish(held, {}, [queue.MadeFile("restored", path, digest, length, "image/png")])

    archive, _ = packed(browser, photo.upload)

    assert archive.read("grandmother_restored.png") == b"newest"


@pytest.mark.parametrize("name", ["../../etc/passwd.jpg", "a\\b.jpg", "=cmd|' /C calc'!A0.jpg"])
def test_no_name_leaves_its_folder_or_is_a_formula(browser, submit, name):
    photo = submit(photo_file(name)).photos[0]
    made.finish(photo)

    archive, table = packed(browser, photo.upload)

    assert not any(set('/\\:*?"<>|') & set(packed_name) for packed_name in archive.namelist())
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in table for cell in row.values())


def test_strangers_get_404_and_the_page_offers_it_when_something_is_ready(browser, photo):
    address = reverse("archive", args=[photo.upload.pk])
    page = reverse("upload", args=[photo.upload.pk])
    assert Client().get(address).status_code == 404
    assert address not in browser.get(page).content.decode()

    made.finish(photo)

    assert address in browser.get(page).content.decode()
