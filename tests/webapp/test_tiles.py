"""Tiles of a large picture: its own pixels, for those who may see it, within the room there is, and gone with it."""

from __future__ import annotations

import io
import os
import time
import uuid

import numpy as np
import pytest
from django.urls import reverse
from PIL import Image

from tests.browser import made
from tests.webapp.files import photo_file
from webapp import cutting, delivery, removal, tiles
from webapp.access import SESSION_KEY

SIZE = (2100, 700)
PATIENCE_S = 60


@pytest.fixture
def photo(submit):
    """Larger than a preview, with a noise that no scaling keeps; done, with a mask of one bar."""
    noise_u8 = np.random.default_rng(0).integers(60, 200, (SIZE[1] // 4, SIZE[0] // 4, 3), dtype=np.uint8)
    picture = Image.fromarray(noise_u8).resize(SIZE, Image.Resampling.BICUBIC)
    file = io.BytesIO()
    picture.save(file, "PNG")
    upload = photo_file("large.png")
    upload.file, upload.size = file, file.tell()
    file.seek(0)
    photo = submit(upload).photos[0]
    hole_HW = np.zeros(SIZE[::-1], bool)
    hole_HW[600:610, 300:1900] = True
    made.finish(photo, hole_HW=hole_HW)
    return photo


def settled(client, photo, kind: str) -> dict:
    """What is said of the picture's tiles when they are no longer being made."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        said = client.get(reverse("photo_tiles", args=[photo.pk, kind])).json()
        if said["state"] != "making":
            return said
        time.sleep(0.1)
    raise AssertionError("the tiles never came")


def address(photo, kind: str, column: int, row: int, level: int = 12, suffix: str = "jpg") -> str:
    return reverse("photo_tile", args=[photo.pk, kind, level, column, row, suffix])


def test_tiles_are_made_at_the_first_look_and_are_the_pictures_pixels(browser, photo, settings):
    assert browser.get(reverse("photo_tiles", args=[photo.pk, "restored"])).json()["state"] == "making"
    said = settled(browser, photo, "restored")
    assert said == {
        "state": "ready",
        "tile": 512,
        "address": f"/p/{photo.pk}/tiles/restored/LEVEL/COLUMN_ROW.jpg",
        "levels": [{"level": 12, "width": 2100, "height": 700}],
    }

    answer = browser.get(address(photo, "restored", 2, 1))

    stored = delivery.find(photo, "restored").stored
    whole_u8 = np.asarray(Image.open(settings.MEDIA_ROOT / stored)).astype(int)
    tile_u8 = np.asarray(Image.open(io.BytesIO(answer.content)))
    assert tile_u8.shape == (700 - 512, 512, 3)
    assert np.abs(tile_u8 - whole_u8[512:700, 1024:1536]).mean() < 2
    assert np.abs(tile_u8 - whole_u8[511:699, 1024:1536]).mean() > 5  # a row off would be seen


def test_a_masks_tile_is_transparent_but_for_the_mask(browser, photo):
    settled(browser, photo, "mask")

    answer = browser.get(address(photo, "mask", 1, 1, suffix="png"))

    alpha = np.asarray(Image.open(io.BytesIO(answer.content)))[..., 3]
    assert set(np.flatnonzero(alpha.any(axis=1))) == set(range(600 - 512, 610 - 512))
    assert browser.get(address(photo, "mask", 1, 1)).status_code == 404


def test_a_tile_is_kept_by_the_browser_and_asked_for_anew(browser, photo):
    settled(browser, photo, "original")
    answer = browser.get(address(photo, "original", 0, 0))
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Content-Security-Policy"] == delivery.SANDBOX

    again = browser.get(address(photo, "original", 0, 0), headers={"If-None-Match": answer["ETag"]})

    assert again.status_code == 304 and again.content == b""


@pytest.mark.parametrize(
    ("kind", "level", "column", "row"),
    [("preview_original", 12, 0, 0), ("original", 11, 0, 0), ("original", 12, 5, 0), ("original", 12, 0, 2)],
)
def test_what_is_no_tile_is_not_found(browser, photo, kind, level, column, row):
    if kind == "original":
        settled(browser, photo, kind)

    assert browser.get(address(photo, kind, column, row, level)).status_code == 404


def test_others_learn_nothing_and_set_nothing_going(client, browser, photo, settings):
    settled(browser, photo, "original")
    session = client.session
    session[SESSION_KEY] = str(uuid.uuid4())
    session.save()

    assert client.get(address(photo, "original", 0, 0)).status_code == 404
    assert client.get(reverse("photo_tiles", args=[photo.pk, "restored"])).status_code == 404
    assert [path.name.split("-")[0] for path in settings.TILES_DIR.rglob("*.zip")] == ["original"]


def test_a_small_picture_needs_none(browser, submit, settings):
    small = submit().photos[0]

    said = browser.get(reverse("photo_tiles", args=[small.pk, "original"])).json()

    assert (said["state"], said["levels"]) == ("ready", [])
    assert list(settings.TILES_DIR.iterdir()) == []


def test_a_tile_that_went_is_made_again_and_meanwhile_nobody_waits(browser, photo, settings):
    settled(browser, photo, "original")
    next(settings.TILES_DIR.rglob("*.zip")).unlink()

    answer = browser.get(address(photo, "original", 0, 0))

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    settled(browser, photo, "original")
    assert browser.get(address(photo, "original", 0, 0)).status_code == 200


def test_those_longest_not_looked_at_go_first(browser, photo, settings):
    for kind in ("original", "restored", "colorized"):
        settled(browser, photo, kind)
    boxes = {path.name.split("-")[0]: path for path in settings.TILES_DIR.rglob("*.zip")}
    for age, kind in enumerate(("colorized", "original", "restored")):
        os.utime(boxes[kind], (time.time() - 100 * age - 100,) * 2)
    settled(browser, photo, "restored")  # a look makes it the newest
    room = sum(boxes[kind].stat().st_size for kind in ("restored", "colorized"))

    tiles.trim(room)

    assert {kind for kind, path in boxes.items() if path.exists()} == {"restored", "colorized"}


def test_what_cannot_be_cut_is_not_tried_in_a_loop(browser, photo, settings):
    path = settings.MEDIA_ROOT / photo.stored
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:5000])

    assert settled(browser, photo, "original")["state"] == "unavailable"
    assert browser.get(address(photo, "original", 0, 0)).status_code == 404
    assert list(settings.TILES_DIR.rglob("*.zip")) == [] and list(settings.TILES_DIR.rglob("*.part")) == []


def test_without_room_there_are_none(browser, photo, settings):
    settings.TILE_CACHE_MB = 0

    assert settled(browser, photo, "original")["state"] == "unavailable"


def test_tiles_go_with_their_photograph(browser, photo, settings):
    settled(browser, photo, "original")

    removal.remove_photo(photo)

    assert [path for path in settings.TILES_DIR.rglob("*") if path.is_file() and path.name != "slot"] == []


def test_tiles_of_a_photograph_that_is_deleted_while_they_are_cut_never_come(browser, photo, settings):
    browser.get(reverse("photo_tiles", args=[photo.pk, "original"]))

    removal.remove_photo(photo)
    cutting.wait()

    assert list(settings.TILES_DIR.rglob("*.zip")) == []


def test_the_sweep_takes_tiles_that_nobody_knows_and_leaves_the_others(browser, photo, settings):
    settled(browser, photo, "original")
    nobody = uuid.uuid4()
    stray = settings.TILES_DIR / nobody.hex[:2] / str(nobody) / "original-0.jpg.zip"
    stray.parent.mkdir(parents=True)
    stray.touch()

    tiles.sweep()

    assert not stray.exists()
    assert [path.name.split("-")[0] for path in settings.TILES_DIR.rglob("*.zip")] == ["original"]
