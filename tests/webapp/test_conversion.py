"""A result in other formats: made when asked for, with its metadata, its profile and its depth, and kept nowhere."""

from __future__ import annotations

import fcntl
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from ml.photo import Metadata, Photo, read, write
from tests.webapp.files import photo_file
from webapp import conversion, queue, storage
from webapp.models import Photo as PhotoRow

pytestmark = pytest.mark.django_db
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="album 7"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


@pytest.fixture
def done(submit):
    """done(format, suffix, bits) -> a photograph whose `restored` lies in that format, and its pixels."""

    def done(format: str, suffix: str, bits: int = 8) -> tuple[PhotoRow, np.ndarray]:
        photo = submit(photo_file()).photos[0]
        PhotoRow.objects.filter(pk=photo.pk).update(bits=bits)
        held = queue.claim("anna", photo.job.pk)
        rows, columns = np.mgrid[0:48, 0:64]
        pixels_HWC = np.stack([rows * 900, columns * 900, rows * 300 + columns * 400], axis=2)
        pixels_HWC = pixels_HWC.astype(np.uint16) if bits == 16 else (pixels_HWC >> 8).astype(np.uint8)
        metadata = Metadata(icc=PROFILE, ppi=(600.0, 600.0), xmp=XMP)
        path = f"{storage.attempt_folder(held.pk, held.attempt)}/picture_restored{suffix}"
        storage.make_folder(storage.locate(path).parent)
        write(Photo(pixels_HWC, False, metadata, format), storage.locate(path), format)
        digest, size = storage.sha256(storage.locate(path)), storage.locate(path).stat().st_size
        made = queue.MadeFile("restored", path, digest, size, storage.content_type(path))
        queue.finish(held, {}, [made])
        return PhotoRow.objects.get(pk=photo.pk), pixels_HWC

    return done


def get(browser, photo, suffix: str, **headers):
    return browser.get(f"/p/{photo.pk}/restored.{suffix}", headers=headers)


def content(answer) -> bytes:
    return b"".join(answer.streaming_content)


def left(data_dir: Path) -> list[str]:
    """What lies where conversions are made."""
    return [path.name for path in (data_dir / "incoming").iterdir()]


@pytest.mark.parametrize(
    ("stored", "suffix", "asked", "type_"),
    [
        ("png", ".png", "tiff", "image/tiff"),
        ("png", ".png", "jpg", "image/jpeg"),
        ("tiff", ".tif", "png", "image/png"),
        ("tiff", ".tif", "jpg", "image/jpeg"),
        ("jpeg", ".jpg", "png", "image/png"),
        ("webp", ".webp", "tiff", "image/tiff"),
    ],
)
def test_pixels_profile_and_metadata_go_along(
    browser, done, tmp_path, data_dir, stored, suffix, asked, type_
):
    photo, pixels_HWC = done(stored, suffix)

    answer = get(browser, photo, asked)

    assert answer.status_code == 200 and answer["Content-Type"] == type_
    assert answer["Content-Disposition"] == f'attachment; filename="grandmother_restored.{asked}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    (tmp_path / f"got.{asked}").write_bytes(content(answer))
    got = read(tmp_path / f"got.{asked}")
    assert got.metadata.icc == PROFILE and b"album 7" in got.metadata.xmp
    assert got.metadata.ppi == pytest.approx((600, 600), abs=0.5)
    if "jpeg" in (stored, type_[6:]) or stored == "webp":
        assert np.abs(got.pixels_HWC.astype(int) - pixels_HWC).mean() < 8
    else:
        assert np.array_equal(got.pixels_HWC, pixels_HWC)
    assert left(data_dir) == []


@pytest.mark.parametrize(("asked", "dtype"), [("tiff", np.uint16), ("jpg", np.uint8)])
def test_sixteen_bits_stay_where_the_format_holds_them(browser, done, tmp_path, asked, dtype):
    photo, pixels_HWC = done("png", ".png", bits=16)

    (tmp_path / f"got.{asked}").write_bytes(content(get(browser, photo, asked)))

    got = read(tmp_path / f"got.{asked}").pixels_HWC
    assert got.dtype == dtype
    assert np.array_equal(got, pixels_HWC) or dtype == np.uint8


def test_the_page_offers_the_other_formats_beside_the_own(browser, done):
    photo, _ = done("png", ".png")

    html = browser.get(f"/p/{photo.pk}/").content.decode()

    for suffix in ("png", "jpg", "tiff"):
        assert html.count(f"/p/{photo.pk}/restored.{suffix}") == 1
    assert html.count("also as") == 1, "neither the original nor a mask"


@pytest.mark.parametrize("address", ["restored.gif", "restored.webp", "restored.tif", "restored.jpeg", "mask.jpg",
                                     "colorized.png", "original.png", "preview_restored.png"])  # fmt: skip
def test_what_is_not_offered_is_404(browser, done, address):
    photo, _ = done("png", ".png")

    assert browser.get(f"/p/{photo.pk}/{address}").status_code == 404


def test_what_the_browser_has_is_not_made_again_and_a_head_makes_nothing(browser, done, monkeypatch):
    photo, _ = done("png", ".png")
    first = get(browser, photo, "tiff")
    content(first)
    monkeypatch.setattr(conversion, "saved_as", None)

    assert get(browser, photo, "tiff", if_none_match=first["ETag"]).status_code == 304
    head = browser.head(f"/p/{photo.pk}/restored.tiff")
    assert head.status_code == 200 and head["ETag"] == first["ETag"] and head["Content-Type"] == "image/tiff"
    assert first["ETag"] != browser.head(f"/p/{photo.pk}/restored.jpg")["ETag"]


def test_one_at_a_time(browser, done, data_dir, monkeypatch):
    photo, _ = done("png", ".png")
    monkeypatch.setattr(conversion, "PATIENCE_S", 0.3)

    with (data_dir / conversion.LOCK).open("w") as other:
        fcntl.flock(other, fcntl.LOCK_SH)  # which only who wants it alone minds
        answer = get(browser, photo, "tiff")

    assert answer.status_code == 503 and answer["Retry-After"] == "60"
    assert "Another picture is being made ready" in answer.content.decode()
    again = get(browser, photo, "tiff")
    assert again.status_code == 200
    again.close()


@pytest.mark.parametrize("want", ["memory", "disk", "time"])
def test_where_the_machine_cannot_the_own_format_is_named_as_the_way(
    browser, done, data_dir, settings, monkeypatch, want
):
    photo, _ = done("png", ".png")
    if want == "memory":
        monkeypatch.setattr(conversion, "BASE_BYTES", 5_000_000)
    elif want == "disk":
        settings.MIN_FREE_MB = 10**9
    else:
        monkeypatch.setattr(conversion, "LONGEST_S", 0.01)

    answer = get(browser, photo, "tiff")

    assert answer.status_code == 503
    assert "could not be saved in this format" in answer.content.decode()
    assert left(data_dir) == []


def test_a_stranger_gets_404(client, done):
    photo, _ = done("png", ".png")

    assert get(client, photo, "tiff").status_code == 404


def test_the_process_that_saves_loads_neither_torch_nor_django(tmp_path):
    Image.new("RGB", (64, 48), (1, 2, 3)).save(tmp_path / "a.png")
    program = (
        "import sys; from webapp.converter import main; "
        f"main({str(tmp_path / 'a.png')!r}, {str(tmp_path / 'a.tiff')!r}, 'tiff', '{10**9}'); "
        "print(*{name.split('.')[0] for name in sys.modules})"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert not {"torch", "django", "cv2"} & set(done.stdout.split())
    assert Image.open(io.BytesIO((tmp_path / "a.tiff").read_bytes())).getpixel((5, 5)) == (1, 2, 3)
