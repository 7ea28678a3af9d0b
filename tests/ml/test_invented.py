"""Where a repair had to invent: faces by YuNet on a photograph, large losses by their size."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from ml import shipped
from ml.contract import WeightsMissing
from ml.faces import find_features
from ml.invented import find_invented
from ml.photoset import decode_rgb
from tests.ml.pipeline import restore

BLANK = np.full((300, 400, 3), 128, np.uint8)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    """Eyes and brows of one face of a research set (harmless/README.md), with a nose and a mouth drawn below."""
    path = Path(__file__).parent / "harmless" / "eyes-light.webp"
    eyes_u8_HWC = decode_rgb(path.read_bytes(), path.name)
    skin = eyes_u8_HWC[-20:, 40:280].mean(axis=(0, 1))
    face = np.full((420, 460, 3), 215, np.uint8)
    cv2.ellipse(face, (230, 205), (150, 195), 0, 0, 360, skin.tolist(), -1)
    face[90:230, 70:390] = eyes_u8_HWC
    cv2.ellipse(face, (226, 262), (24, 12), 0, 0, 180, (0.7 * skin).tolist(), 5)
    cv2.ellipse(face, (228, 318), (52, 12), 0, 0, 360, (150, 80, 80), -1)
    return face


def disc(shape: tuple[int, int], x: float, y: float, radius: float) -> np.ndarray:
    rows, columns = np.indices(shape)
    return np.hypot(columns - x, rows - y) < radius


def test_a_face_has_two_eyes_a_nose_and_a_mouth(portrait):
    found = find_features(portrait)

    assert [feature.name for feature in found] == ["eye", "eye", "nose", "mouth"]
    left, right, nose, mouth = found
    assert left.x < nose.x < right.x and left.y < nose.y < mouth.y
    assert left.radius > 5


def test_a_picture_without_faces_has_none():
    assert find_features(BLANK) == []


def test_positions_are_of_the_photograph_however_large_it_is(portrait):
    large = np.repeat(np.repeat(portrait, 4, axis=0), 4, axis=1)

    near, far = find_features(portrait)[0], find_features(large)[0]

    assert np.hypot(far.x - 4 * near.x, far.y - 4 * near.y) < 2 * near.radius
    assert far.radius == pytest.approx(4 * near.radius, rel=0.3)


@pytest.mark.parametrize("index", range(4))
def test_what_covers_a_feature_is_named_with_its_place(portrait, index):
    feature = find_features(portrait)[index]
    hole_HW = disc(portrait.shape[:2], feature.x, feature.y, 0.5 * feature.radius)

    named = [place for place in find_invented(hole_HW, portrait, portrait) if place.what != "loss"]

    assert [place.what for place in named] == [feature.name]
    place = named[0]
    assert place.left <= feature.x <= place.left + place.width
    assert place.top <= feature.y <= place.top + place.height


def test_a_hairline_across_a_face_invents_nothing(portrait):
    hole_HW = np.zeros(portrait.shape[:2], bool)
    hole_HW[:, round(find_features(portrait)[0].x)] = True

    assert find_invented(hole_HW, portrait, portrait) == []


@pytest.mark.parametrize("damaged", ["the original", "the repaired"])
def test_a_face_that_one_picture_has_lost_is_found_in_the_other(portrait, damaged):
    grey = np.full_like(portrait, 128)
    pictures = (grey, portrait) if damaged == "the original" else (portrait, grey)

    named = find_invented(np.ones(portrait.shape[:2], bool), *pictures)

    assert [place.what for place in named] == ["eye", "eye", "nose", "mouth", "loss"]


def test_a_large_loss_is_named_with_its_box():
    hole_HW = np.zeros((300, 400), bool)
    hole_HW[100:180, 50:150] = True
    hole_HW[10, :] = True

    (loss,) = find_invented(hole_HW, BLANK, BLANK)

    box = (loss.left, loss.top, loss.width, loss.height)
    assert loss.what == "loss" and np.abs(np.subtract(box, (50, 100, 100, 80))).max() <= 2


@pytest.mark.parametrize(("side", "is_large"), [(18, False), (30, True)])
def test_how_large_is_large(side, is_large):
    hole_HW = np.zeros((300, 400), bool)
    hole_HW[50 : 50 + side, 60 : 60 + side] = True

    assert bool(find_invented(hole_HW, BLANK, BLANK)) == is_large


def test_a_torn_corner_reaches_the_edge():
    hole_HW = np.zeros((3000, 4000), bool)
    hole_HW[:600, :800] = True

    blank = np.full((3000, 4000, 3), 128, np.uint8)

    (loss,) = find_invented(hole_HW, blank, blank)

    assert (loss.what, loss.left, loss.top) == ("loss", 0, 0)
    assert abs(loss.width - 800) <= 12 and abs(loss.height - 600) <= 12


def test_without_a_hole_nothing_is_looked_for(monkeypatch):
    monkeypatch.setattr("ml.invented.find_features", lambda _: pytest.fail("looked"))

    assert find_invented(np.zeros((300, 400), bool), BLANK, BLANK) == []


def test_the_detector_must_be_the_shipped_one(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path)

    with pytest.raises(WeightsMissing, match=r"faces\.onnx"):
        find_features(BLANK)


def test_a_large_loss_is_reported_as_invented(scratched_png, scratched_u8, tmp_path, fakes):
    hole = np.zeros(scratched_u8.shape[:2], np.uint8)
    hole[8:40, 10:50] = 255
    Image.fromarray(hole).save(tmp_path / "mask.png")

    large = restore(scratched_png, tmp_path, fakes, mask=tmp_path / "mask.png").as_json()
    small = restore(scratched_png, tmp_path, fakes).as_json()

    (place,) = large["invented"]
    assert place["what"] == "loss"
    assert abs(place["left"] - 10) <= 2 and abs(place["width"] - 40) <= 4
    assert small["invented"] == []
