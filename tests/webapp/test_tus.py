"""Resumable upload by the protocol's own words (https://tus.io/protocols/resumable-upload), and what becomes of it."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings as live_settings
from django.test import Client

from tests.webapp.files import photo_bytes, photo_file
from webapp import parcels, storage, sweep
from webapp.access import SESSION_KEY
from webapp.models import Photo, Upload

pytestmark = pytest.mark.django_db

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"


def metadata(name: str) -> str:
    return f"filename {base64.b64encode(name.encode()).decode()}"


@pytest.fixture
def begin(browser):
    def begin(length: int, name: str = "grandmother.jpg") -> str:
        """Its address."""
        answer = browser.post(
            "/tus/", headers={**TUS, "Upload-Length": str(length), "Upload-Metadata": metadata(name)}
        )
        assert answer.status_code == 201
        return answer["Location"]

    return begin


@pytest.fixture
def patch(browser):
    def patch(address: str, piece: bytes, offset: int, **headers: str):
        return browser.generic(
            "PATCH", address, piece, PIECE,
            headers={**TUS, "Upload-Offset": str(offset), **{k.replace("_", "-"): v for k, v in headers.items()}},
        )  # fmt: skip

    return patch


@pytest.fixture
def offset(browser):
    return lambda address: int(browser.head(address, headers=TUS)["Upload-Offset"])


def id_of(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def lying(address: str) -> Path:
    return parcels.folder() / UUID(id_of(address)).hex


def test_options_tell_version_extensions_and_size(client):
    answer = client.options("/tus/")

    assert answer.status_code == 204
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,expiration,checksum,termination"
    assert answer["Tus-Max-Size"] == str(live_settings.MAX_UPLOAD_MB * 1_000_000)
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"


@pytest.mark.django_db(transaction=True)
def test_a_file_in_two_pieces_becomes_the_photograph_that_it_is(browser, begin, patch, offset):
    whole = photo_bytes(size=(300, 200))
    address = begin(len(whole), "бабушка.jpg")

    assert patch(address, whole[:1000], 0)["Upload-Offset"] == "1000"
    assert offset(address) == 1000
    assert patch(address, whole[1000:], 1000).status_code == 204
    answer = browser.post("/", {"sent": [id_of(address)], "finding": "careful"})

    photo = Photo.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/u/{photo.upload_id}/")
    assert (photo.name, photo.sha256) == ("бабушка.jpg", hashlib.sha256(whole).hexdigest())
    assert storage.locate(photo.stored).read_bytes() == whole
    assert photo.job.options == {"finding": "careful"}
    assert list(parcels.folder().iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_what_is_no_photograph_is_refused_as_in_the_form_and_goes(browser, begin, patch):
    address = begin(8, "letter.pdf")
    patch(address, b"%PDF-1.4", 0)
    browser.post("/", {"sent": [id_of(address)]})

    refusal = Upload.objects.get().refusals.get()
    assert (refusal.name, refusal.reason_code) == ("letter.pdf", "other_format")
    assert list(parcels.folder().iterdir()) == []
    assert [path for path in live_settings.INCOMING_DIR.iterdir() if path.is_file()] == []


def test_a_file_that_has_not_come_whole_is_not_taken_and_stays(browser, begin, patch, offset):
    address = begin(100)
    patch(address, bytes(50), 0)

    answer = browser.post("/", {"sent": [id_of(address)]})

    assert answer.status_code == 400
    assert "Not every photograph has arrived whole." in answer.content.decode()
    assert offset(address) == 50
    assert not Upload.objects.exists()


@pytest.mark.parametrize("sent", ["no id", str(uuid4())])
def test_an_id_that_is_none_is_told(browser, sent):
    assert browser.post("/", {"sent": [sent]}).status_code == 400


def test_a_piece_for_another_place_is_refused_and_nothing_changes(begin, patch, offset):
    address = begin(100)
    patch(address, bytes(40), 0)

    assert patch(address, bytes(10), 30).status_code == 409
    assert offset(address) == 40


def test_more_than_was_announced_is_refused(begin, patch, offset):
    address = begin(100)
    patch(address, bytes(90), 0)

    assert patch(address, bytes(11), 90).status_code == 413
    assert offset(address) == 90


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_with_its_checksum_is_kept_and_with_another_none_of_it(begin, patch, offset, algorithm):
    def checksum(piece: bytes) -> str:
        return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, piece).digest()).decode()}"

    address = begin(100)
    assert patch(address, b"a" * 40, 0, Upload_Checksum=checksum(b"a" * 40)).status_code == 204
    assert patch(address, b"b" * 40, 40, Upload_Checksum=checksum(b"c" * 40)).status_code == 460
    assert offset(address) == 40
    assert patch(address, b"b" * 40, 40, Upload_Checksum=checksum(b"b" * 40)).status_code == 204
    assert lying(address).read_bytes() == b"a" * 40 + b"b" * 40


@pytest.mark.parametrize("checksum", ["md5 AAAA", "sha1 not base64!"])
def test_a_checksum_that_cannot_be_read_is_told(begin, patch, checksum):
    assert patch(begin(10), bytes(10), 0, Upload_Checksum=checksum).status_code == 400


def test_a_body_that_breaks_off_keeps_what_came(begin, offset, family):
    def broken():
        yield bytes(30)
        raise ConnectionResetError

    address = begin(100)
    with pytest.raises(ConnectionResetError):
        parcels.append(parcels.find(family, UUID(id_of(address))), 0, broken())

    assert offset(address) == 30


def test_two_at_a_time_do_not_write_to_one_file(begin, patch, offset):
    address = begin(100)
    with lying(address).open("r+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert patch(address, bytes(10), 0).status_code == 423
    assert patch(address, bytes(10), 0).status_code == 204
    assert offset(address) == 10


def test_what_is_given_up_is_gone(browser, begin):
    address = begin(100)

    assert browser.delete(address, headers=TUS).status_code == 204
    assert browser.head(address, headers=TUS).status_code == 404
    assert list(parcels.folder().iterdir()) == []


def test_what_lies_untouched_expires_and_is_swept(browser, begin, patch):
    old, young = begin(100), begin(100)
    answer = patch(young, bytes(10), 0)
    assert answer["Upload-Expires"].endswith("GMT")
    for path in (lying(old), lying(old).with_suffix(".json"), lying(young).with_suffix(".json")):
        os.utime(path, (0, time.time() - parcels.KEPT_S - 60))

    assert browser.head(old, headers=TUS).status_code == 404
    sweep.sweep()

    assert {path.stem for path in parcels.folder().iterdir()} == {lying(young).name}
    assert browser.head(young, headers=TUS)["Upload-Offset"] == "10"


def test_a_file_that_the_family_sent_before_is_told_once_it_is_whole(begin, patch, submit):
    submit(photo_file("theirs.jpg", ending=b"2"), family=uuid4())
    earlier = submit(photo_file("first.jpg", ending=b"1")).photos[0]
    same, others = photo_bytes(ending=b"1"), photo_bytes(ending=b"2")
    address, new = begin(len(same)), begin(len(others))

    answers = [patch(address, same[:100], 0), patch(address, same[100:], 100), patch(new, others, 0)]

    assert [answer.get("Photo-Sent-Before") for answer in answers] == [None, f"/p/{earlier.pk}/", None]


@pytest.mark.parametrize("method", ["head", "patch", "delete"])
def test_another_familys_is_not_there(begin, method):
    address = begin(100)
    other = Client()
    session = other.session
    session[SESSION_KEY] = str(uuid4())
    session.save()
    headers = {**TUS, "Upload-Offset": "0"}

    for client in (other, Client()):
        assert getattr(client, method)(address, headers=headers).status_code == 404
    assert other.post("/", {"sent": [id_of(address)]}).status_code == 400
    assert lying(address).exists()


def test_what_is_too_large_is_refused_before_a_byte_is_sent(browser, settings):
    settings.MAX_UPLOAD_MB = 1

    answer = browser.post("/tus/", headers={**TUS, "Upload-Length": "1200000"})

    assert answer.status_code == 413
    assert answer.content.decode() == "The file is 1.2 MB; at most 1 MB are accepted."


def test_a_full_disk_is_told(browser, settings):
    settings.MIN_FREE_MB = 10**9

    assert browser.post("/tus/", headers={**TUS, "Upload-Length": "12"}).status_code == 507


def test_a_quota_is_told_before_a_byte_is_sent(browser, settings, submit):
    settings.QUOTA_PER_DAY = 1
    submit()

    answer = browser.post("/tus/", headers={**TUS, "Upload-Length": "12"})

    assert answer.status_code == 429
    assert "1" in answer.content.decode()
    assert not parcels.folder().is_dir() or list(parcels.folder().iterdir()) == []


def test_delete_everything_takes_what_has_come_so_far(browser, begin, patch):
    mine = begin(100)
    patch(mine, bytes(10), 0)
    others = parcels.begin(uuid4(), "other.jpg", 10)

    browser.post("/delete/")

    assert not lying(mine).exists()
    assert others.path.exists()
    parcels.remove(others)


@pytest.mark.parametrize("length", ["", "-1", "1e3", "٣", "9" * 30])
def test_a_length_is_needed(browser, length):
    assert browser.post("/tus/", headers={**TUS, "Upload-Length": length}).status_code == 400


def test_another_version_and_another_method_are_refused(browser, begin):
    old = browser.post("/tus/", headers={"Upload-Length": "3"})
    assert (old.status_code, old["Tus-Version"]) == (412, "1.0.0")
    assert browser.put(begin(3), headers=TUS).status_code == 405


def test_a_method_may_come_in_a_header(browser, begin, offset):
    address = begin(3)
    headers = {**TUS, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}

    assert browser.post(address, b"abc", content_type=PIECE, headers=headers).status_code == 204
    assert offset(address) == 3
    assert browser.post(address, b"abc", content_type="text/plain", headers=headers).status_code == 415


def test_it_is_for_the_sites_own_pages(family):
    client = Client(enforce_csrf_checks=True)

    assert client.post("/tus/", headers={**TUS, "Upload-Length": "3"}).status_code == 403
