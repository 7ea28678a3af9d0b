"""Photographs by the hundred: brought in by staff as a ZIP or a folder."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.webapp.files import photo_bytes, photo_file
from webapp import storage
from webapp.desk import unpacking
from webapp.models import Refusal, Upload

pytestmark = pytest.mark.django_db


def zipped(entries: dict[str, bytes], **how: object) -> SimpleUploadedFile:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **how) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return SimpleUploadedFile("album.zip", file.getvalue())


def bring(desk: Client, *zips: SimpleUploadedFile, **more: object) -> Upload:
    answer = desk.post(reverse("desk_take_in"), {"zips": list(zips), **more})
    assert answer.status_code == 303
    return Upload.objects.get(pk=answer["Location"].split("/")[2])


def refusals(upload: Upload) -> dict[str, str]:
    return dict(Refusal.objects.filter(upload=upload).values_list("name", "reason_code"))


def test_a_zip_is_taken_in_with_its_folders_in_the_names(desk, archivist) -> None:
    upload = bring(
        desk,
        zipped(
            {
                "album 1/page 1.jpg": photo_bytes(),
                "album 1/inner/page.png": photo_bytes("PNG"),
                "b.jpg": photo_bytes(),
            }
        ),
    )

    photos = {photo.name: photo for photo in upload.photos.all()}
    assert set(photos) == {"album 1/page 1.jpg", "album 1/inner/page.png", "b.jpg"}
    assert upload.user == archivist
    assert storage.locate(photos["b.jpg"].stored).read_bytes() == photo_bytes()
    assert all(photo.job.state == "queued" for photo in photos.values())


def test_each_refusal_is_listed_with_its_reason_and_the_others_go_on(desk) -> None:
    entries = {
        "letter.txt": b"Dear Anna",
        "empty.jpg": b"",
        "cut.jpg": photo_bytes()[:200],
        "good.jpg": photo_bytes(),
    }

    upload = bring(desk, zipped(entries))

    assert [photo.name for photo in upload.photos.all()] == ["good.jpg"]
    assert refusals(upload).keys() == {"letter.txt", "empty.jpg", "cut.jpg"}
    html = desk.get(reverse("upload", args=[upload.pk])).content.decode()
    assert "letter.txt" in html and "The file is empty." in html


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.jpg",
        "/etc/evil.jpg",
        "a/../../evil.jpg",
        "..\\..\\evil.jpg",
        "C:\\evil.jpg",
        "C:/evil.jpg",
    ],
)
def test_a_name_that_leads_out_of_the_zip_is_refused(desk, name, data_dir) -> None:
    upload = bring(desk, zipped({name: photo_bytes(), "good.jpg": photo_bytes()}))

    assert [photo.name for photo in upload.photos.all()] == ["good.jpg"]
    assert list(refusals(upload).values()) == ["zip_place"]
    assert not list(data_dir.parent.rglob("*evil*"))


def test_what_systems_put_beside_photographs_is_passed_over(desk) -> None:
    junk = ["__MACOSX/._a.jpg", ".DS_Store", "album/Thumbs.db", "album/desktop.ini", "album/.hidden.jpg"]

    upload = bring(desk, zipped(dict.fromkeys(junk, b"x") | {"a.jpg": photo_bytes()}))

    assert (upload.photos.count(), refusals(upload)) == (1, {})


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_zip_is_told(desk, content) -> None:
    upload = bring(desk, SimpleUploadedFile("album.zip", content))

    assert refusals(upload) == {"album.zip": "zip_broken"}


def test_a_damaged_entry_is_refused_and_the_next_is_taken(desk) -> None:
    file = zipped({"bad.jpg": photo_bytes(ending=b"MARK"), "good.jpg": photo_bytes()})
    file = SimpleUploadedFile("album.zip", file.read().replace(b"MARK", b"KRAM"))

    upload = bring(desk, file)

    assert (refusals(upload), upload.photos.get().name) == ({"bad.jpg": "broken"}, "good.jpg")


def test_a_locked_entry_is_refused(desk) -> None:
    content = bytearray(zipped({"a.jpg": photo_bytes()}).read())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1

    upload = bring(desk, SimpleUploadedFile("album.zip", bytes(content)))

    assert refusals(upload) == {"a.jpg": "zip_locked"}


def test_a_bomb_is_stopped_by_its_bytes(desk, settings, data_dir) -> None:
    settings.MAX_ZIP_MB = settings.MAX_UPLOAD_MB = 1
    bombs = {f"{n}.jpg": photo_bytes() + bytes(900_000) for n in range(5)}

    upload = bring(desk, zipped(bombs, compression=zipfile.ZIP_DEFLATED))

    assert upload.photos.count() == 2  # two MB unpacked
    assert refusals(upload) == {"album.zip": "zip_unpacked"}


def test_one_entry_is_bounded_as_any_photograph(desk, settings) -> None:
    settings.MAX_UPLOAD_MB = 1
    bomb = zipped({"bomb.jpg": photo_bytes() + bytes(3_000_000)}, compression=zipfile.ZIP_DEFLATED)

    assert refusals(bring(desk, bomb)) == {"bomb.jpg": "too_many_bytes"}


def test_an_entry_that_says_less_than_it_holds_gives_no_more_than_it_says(desk) -> None:
    whole = photo_bytes() + bytes(3_000_000)
    content = zipped({"liar.jpg": whole}, compression=zipfile.ZIP_DEFLATED).read()
    lie = content.replace(len(whole).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert lie != content

    upload = bring(desk, SimpleUploadedFile("album.zip", lie))

    assert upload.photos.count() == 0 and list(refusals(upload)) == ["liar.jpg"]


def test_files_are_counted(desk, monkeypatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_FILES", 2)

    upload = bring(desk, zipped({f"{n}.jpg": photo_bytes() for n in range(4)}))

    assert (upload.photos.count(), refusals(upload)) == (2, {"album.zip": "zip_files"})


def test_of_a_zip_that_is_too_large_no_more_than_the_limit_is_written(desk, settings, monkeypatch) -> None:
    settings.MAX_ZIP_MB = 3
    large, written, files = zipped({"a.jpg": photo_bytes(ending=bytes(4_000_000))}), [], unpacking.files

    def look(zip_file, name, size):
        written.append(zip_file.seek(0, 2))
        return files(zip_file, name, size)

    monkeypatch.setattr(unpacking, "files", look)

    assert refusals(bring(desk, large)) == {"album.zip": "zip_too_large"}
    assert 0 < written[0] <= 3_000_000


def test_a_zip_may_be_larger_than_a_photograph_may(desk, settings) -> None:
    settings.MAX_UPLOAD_MB = 1
    many = zipped({f"{n}.jpg": photo_bytes(ending=bytes([n]) + bytes(600_000)) for n in range(6)})
    assert many.size > 3_000_000

    assert bring(desk, many).photos.count() == 6


@pytest.mark.parametrize(
    ("encoding", "stored"), [("utf-8", "Бабушка"), ("cp866", "Бабушка"), ("cp437", "Müller")]
)
def test_names_without_the_mark_of_utf8_are_read_all_the_same(desk, encoding, stored) -> None:
    raw = stored.encode(encoding)
    placeholder = b"x" * len(raw)
    content = zipped({f"{placeholder.decode()}.jpg": photo_bytes()}).read().replace(placeholder, raw)

    upload = bring(desk, SimpleUploadedFile("album.zip", content))

    assert upload.photos.get().name == f"{stored}.jpg"


def test_a_folder_comes_with_the_places_of_its_files(desk) -> None:
    files = [photo_file("page.jpg"), photo_file("page.jpg", ending=b"2"), photo_file("page.jpg", ending=b"3")]
    places = ["album/1/page.jpg", "album/2/page.jpg", "../../page.jpg"]

    upload = bring(desk, folder=files, places=json.dumps(places))

    assert {photo.name for photo in upload.photos.all()} == {
        "album/1/page.jpg",
        "album/2/page.jpg",
        "page.jpg",
    }


@pytest.mark.parametrize("places", ["", "no json", "[1, 2]", '{"a": 1}', "[" * 100_000])
def test_without_places_the_files_own_names_do(desk, places) -> None:
    upload = bring(desk, folder=[photo_file("page.jpg")], places=places)

    assert upload.photos.get().name == "page.jpg"


def test_nothing_chosen_is_told(desk) -> None:
    answer = desk.post(reverse("desk_take_in"), follow=True)

    assert "Choose a ZIP or a folder first." in answer.content.decode()
    assert not Upload.objects.exists()


def test_a_form_from_elsewhere_is_refused(archivist) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(archivist)

    answer = client.post(reverse("desk_take_in"), {"zips": zipped({"a.jpg": photo_bytes()})})

    assert answer.status_code == 403
    assert not Upload.objects.exists()
