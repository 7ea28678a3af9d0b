"""What `paint` promises about its labels, its kinds and its repeatability."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ml.damage import IGNORE, LINE, LOSS, SPECK, Shapes, age, labels, losses, paint
from ml.damage.canvas import Canvas
from ml.damage.labels import VISIBLE_AT_MOST, finish
from ml.damage.painting import FAMILIES

RINGING_LEVELS = 6  # what the compressor may leave outside the labels
GRAIN_LEVELS = 12  # what the grain, added after labelling, may add to a change
STROKES = [stroke for _, family in FAMILIES for stroke in family]


def make_photo(height: int = 160, width: int = 200, seed: int = 0) -> np.ndarray:
    """A soft grey scene in the middle tones, so that both bright and dark damage shows."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(80, 180, (5, 6, 1)).astype(np.float32)
    grey = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    noisy = grey[..., None] + rng.normal(0, 1.5, (height, width, 1))
    return np.clip(np.repeat(noisy, 3, axis=2), 0, 255).astype(np.uint8)


def change_of(photo_u8: np.ndarray, painted_u8: np.ndarray) -> np.ndarray:
    return np.abs(painted_u8.astype(int) - photo_u8.astype(int)).max(axis=2)


def test_it_paints_the_same_for_the_same_seed_and_another_for_another():
    photo = make_photo()

    first, again, other = (paint(photo, np.random.default_rng(seed)) for seed in (1, 1, 2))

    assert np.array_equal(first.photo_u8_HWC, again.photo_u8_HWC)
    assert np.array_equal(first.kinds_u8_HW, again.kinds_u8_HW)
    assert not np.array_equal(first.photo_u8_HWC, other.photo_u8_HWC)


def test_it_leaves_its_input_alone():
    photo = make_photo()
    before = photo.copy()

    for seed in range(20):
        paint(photo, np.random.default_rng(seed))

    assert np.array_equal(photo, before)


@pytest.mark.parametrize("stroke", STROKES, ids=lambda stroke: stroke.__name__)
def test_a_pixel_without_a_label_did_not_change(stroke):
    photo = make_photo()
    for seed in range(6):
        canvas = Canvas(photo, np.random.default_rng(seed))
        stroke(canvas)

        painted = finish(canvas)

        unlabelled = painted.kinds_u8_HW == 0
        assert change_of(photo, painted.photo_u8_HWC)[unlabelled].max(initial=0) <= RINGING_LEVELS


def test_without_the_compressor_a_pixel_without_a_label_is_the_original(monkeypatch):
    monkeypatch.setattr("ml.damage.labels.COMPRESSED_SHARE", 0)
    photo = make_photo()
    for seed in range(40):
        painted = paint(photo, np.random.default_rng(seed))

        unlabelled = painted.kinds_u8_HW == 0
        assert np.array_equal(painted.photo_u8_HWC[unlabelled], photo[unlabelled])


@pytest.mark.parametrize("stroke", STROKES, ids=lambda stroke: stroke.__name__)
def test_every_stroke_can_be_seen_and_is_labelled(stroke):
    photo = make_photo()
    kinds = set()
    for seed in range(12):
        canvas = Canvas(photo, np.random.default_rng(seed))
        stroke(canvas)

        kinds |= set(np.unique(finish(canvas).kinds_u8_HW).tolist())

    assert kinds & {LINE, SPECK, LOSS}
    assert kinds <= {0, LINE, SPECK, LOSS, IGNORE}


def test_a_pixel_that_changed_much_has_a_label():
    photo = make_photo()
    glaring = lone = 0
    for seed in range(60):
        painted = paint(photo, np.random.default_rng(seed))

        certain = (painted.kinds_u8_HW > 0) & (painted.kinds_u8_HW != IGNORE)
        changed_much = change_of(photo, painted.photo_u8_HWC) > VISIBLE_AT_MOST + GRAIN_LEVELS
        assert (painted.kinds_u8_HW[changed_much] > 0).all()
        glaring += changed_much.sum()
        lone += (changed_much & ~certain & ~_near(certain)).sum()
    assert lone <= 0.002 * glaring  # crumbs of broken lines, which are left uncertain


def test_most_of_what_is_labelled_did_change():
    photo = make_photo()
    changed = labelled = 0
    for seed in range(60):
        painted = paint(photo, np.random.default_rng(seed))
        certain = (painted.kinds_u8_HW > 0) & (painted.kinds_u8_HW != IGNORE)
        changed += (change_of(photo, painted.photo_u8_HWC)[certain] >= 4).sum()
        labelled += certain.sum()

    assert changed > 0.9 * labelled


def test_bright_and_dark_damage_come_equally_often():
    bright = damaged = 0
    for seed in range(300):
        photo = make_photo(seed=seed)
        painted = paint(photo, np.random.default_rng(seed))
        certain = (painted.kinds_u8_HW > 0) & (painted.kinds_u8_HW != IGNORE)
        if certain.any():
            step = painted.photo_u8_HWC.astype(int).mean(axis=2) - photo.mean(axis=2)
            bright += (step[certain] > 0).mean()
            damaged += 1

    assert 0.42 < bright / damaged < 0.58


def test_about_one_picture_in_eight_stays_clean_and_all_kinds_occur():
    photo = make_photo()
    pictures = [paint(photo, np.random.default_rng(seed)) for seed in range(200)]

    untouched = np.mean([np.array_equal(painted.photo_u8_HWC, photo) for painted in pictures])
    assert 0.07 < untouched < 0.25
    for kind in (LINE, SPECK, LOSS):
        assert np.mean([(painted.kinds_u8_HW == kind).any() for painted in pictures]) > 0.25


@pytest.mark.parametrize(("calm_share", "is_calm"), [(1.0, True), (0.0, False)])
def test_bare_ground_may_be_free_of_the_photographs_grain(monkeypatch, calm_share, is_calm):
    monkeypatch.setattr(losses, "FLAT_SHARE", 1.0)
    monkeypatch.setattr(losses, "CALM_SHARE", calm_share)
    monkeypatch.setattr(labels, "ABOVE_SHARE", 0)
    rng = np.random.default_rng(4)
    photo = np.clip(rng.normal(128, 8, (160, 200, 1)), 0, 255).repeat(3, axis=2).astype(np.uint8)
    roughness = []
    for _ in range(12):
        canvas = Canvas(photo, rng)
        losses.torn_off(canvas)
        painted = finish(canvas)
        core = cv2.erode((painted.kinds_u8_HW == LOSS).astype(np.uint8), np.ones((21, 21))) > 0
        if core.any():
            roughness.append(float(painted.photo_u8_HWC[core].astype(float).std()))

    assert (min(roughness) < 1) == is_calm
    assert (np.median(roughness) < 4) == is_calm


@pytest.mark.parametrize("size", [(64, 64), (65, 301), (333, 97), (127, 129)])
def test_it_takes_any_size(size):
    photo = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    for seed in range(40):
        painted = paint(photo, np.random.default_rng(seed))

        assert painted.photo_u8_HWC.shape == photo.shape
        assert painted.photo_u8_HWC.dtype == painted.kinds_u8_HW.dtype == np.uint8
        assert painted.kinds_u8_HW.shape == size


@pytest.mark.parametrize("level", [0, 128, 255])
def test_it_paints_on_a_blank_sheet_of_any_level(level):
    photo = np.full((96, 96, 3), level, np.uint8)

    seen = [(paint(photo, np.random.default_rng(seed)).kinds_u8_HW % IGNORE > 0).any() for seed in range(40)]

    assert np.mean(seen) > 0.5


def test_it_paints_given_shapes():
    square = np.array([[-40, -40], [40, -40], [40, 40], [-40, 40]], np.float32)
    stamp = np.full((160, 160), 255, np.uint8)
    photo = make_photo()

    for shapes in (Shapes({SPECK: [square]}), Shapes(stamps=[(LINE, stamp)]), Shapes(nets=[stamp[:, :120]])):
        pictures = [paint(photo, np.random.default_rng(seed), shapes) for seed in range(20)]
        plain = [paint(photo, np.random.default_rng(seed)) for seed in range(20)]
        assert any(
            not np.array_equal(with_shapes.photo_u8_HWC, without.photo_u8_HWC)
            for with_shapes, without in zip(pictures, plain, strict=True)
        )


def test_ageing_repeats_and_leaves_its_input_alone():
    photo = np.random.default_rng(0).integers(0, 256, (90, 71, 3), dtype=np.uint8)
    before = photo.copy()
    for seed in range(40):
        aged = age(photo, np.random.default_rng(seed))

        assert aged.shape == photo.shape
        assert aged.dtype == np.uint8
        assert np.array_equal(aged, age(photo, np.random.default_rng(seed)))
    assert np.array_equal(photo, before)


def test_most_aged_photographs_have_one_hue():
    photo = cv2.resize(np.random.default_rng(3).integers(0, 256, (6, 6, 3), dtype=np.uint8), (128, 128))
    spreads = []
    for seed in range(60):
        aged = age(photo, np.random.default_rng(seed)).astype(float)
        spreads.append(np.std(aged[..., 0] - aged[..., 2]))

    assert np.median(spreads) < 0.25 * np.std(photo[..., 0].astype(float) - photo[..., 2])


def _near(marked_HW: np.ndarray) -> np.ndarray:
    return cv2.dilate(marked_HW.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
