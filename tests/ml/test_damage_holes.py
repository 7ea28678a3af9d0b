"""Holes for the repairer, decoys for the finder, real shapes, and the sheet."""

from __future__ import annotations

import gzip
import json
import zipfile

import cv2
import numpy as np
import pytest

from ml.damage import LINE, SPECK, decoys, draw_holes, fittings, load_shapes, margins
from ml.damage.canvas import Canvas
from ml.damage.sheet import paint_sheet

BINS = [(0.0, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.4)]


@pytest.mark.parametrize("share", BINS)
@pytest.mark.parametrize("size", [(64, 64), (101, 230), (256, 256)])
def test_the_share_of_holes_lies_within_the_bounds(share, size):
    for seed in range(25):
        hole = draw_holes(*size, np.random.default_rng(seed), share)

        assert hole.shape == size
        assert hole.dtype == np.uint8
        assert set(np.unique(hole)) <= {0, 1}
        assert hole.any()
        assert share[0] <= hole.mean() <= share[1]


def test_narrow_bounds_are_met_to_the_pixel():
    hole = draw_holes(100, 100, np.random.default_rng(0), (0.1234, 0.1234))

    assert hole.sum() == 1234


def test_bounds_between_two_pixels_are_refused():
    with pytest.raises(ValueError, match="widen"):
        draw_holes(10, 10, np.random.default_rng(0), (0.001, 0.002))


def test_holes_repeat_for_the_same_seed():
    first, again, other = (draw_holes(80, 90, np.random.default_rng(seed), (0.1, 0.2)) for seed in (4, 4, 5))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_holes_come_thin_and_thick():
    widths = []
    for seed in range(60):
        hole = draw_holes(128, 128, np.random.default_rng(seed), (0.05, 0.1))
        widths.append(cv2.distanceTransform(hole, cv2.DIST_L2, 5).max())

    assert min(widths) < 6
    assert max(widths) > 14


@pytest.mark.parametrize("size", [(64, 64), (65, 301), (200, 97)])
def test_decoys_change_a_copy_and_repeat(size):
    photo = np.random.default_rng(0).integers(40, 200, (*size, 3), dtype=np.uint8)
    before = photo.copy()
    changed = 0
    for seed in range(60):
        decoyed = decoys(photo, np.random.default_rng(seed))

        assert decoyed.shape == photo.shape
        assert decoyed.dtype == np.uint8
        assert np.array_equal(decoyed, decoys(photo, np.random.default_rng(seed)))
        changed += not np.array_equal(decoyed, photo)
    assert changed > 50
    assert np.array_equal(photo, before)


@pytest.fixture
def overlays(tmp_path):
    (tmp_path / "film35-annotated").mkdir()
    outlines = [[1, [10, 10, 20, 10, 20, 30, 10, 30]], [3, [0, 0, 100, 0, 100, 4, 0, 4]], [5, [1, 1, 2, 2]]]
    with gzip.open(tmp_path / "film35-annotated" / "film35-01_polygons.json.gz", "wt") as stream:
        json.dump(outlines, stream)
    disc = cv2.circle(np.zeros((400, 400), np.uint8), (200, 200), 90, 255, -1)
    png = cv2.imencode(".png", disc)[1].tobytes()
    with zipfile.ZipFile(tmp_path / "stamps.zip", "w") as packed:
        packed.writestr("stamps-hair/hair-001.png", png)
        packed.writestr("stamps-dots/dots-001.png", png)
        packed.writestr("stamps-dots/empty.png", cv2.imencode(".png", disc * 0)[1].tobytes())
    return tmp_path


def test_real_shapes_are_read_with_their_kinds(overlays):
    shapes = load_shapes(overlays)

    assert {kind: len(pool) for kind, pool in shapes.outlines.items()} == {SPECK: 1, LINE: 1}
    assert np.allclose(shapes.outlines[SPECK][0].mean(axis=0), 0)
    assert sorted(kind for kind, _ in shapes.stamps) == [LINE, SPECK]
    assert shapes.nets == []


def test_a_folder_without_shapes_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="stamps.zip"):
        load_shapes(tmp_path)


def test_the_sheet_needs_no_data_and_repeats(tmp_path):
    paint_sheet(tmp_path / "a.png", seed=3, data=None)
    paint_sheet(tmp_path / "b.png", seed=3, data=None)
    paint_sheet(tmp_path / "c.png", seed=4, data=None)

    first, again, other = ((tmp_path / name).read_bytes() for name in ("a.png", "b.png", "c.png"))
    assert first == again
    assert first != other


def test_the_sheet_takes_photographs_of_a_folder(tmp_path, overlays):
    (tmp_path / "photos").mkdir()
    photo = np.random.default_rng(0).integers(0, 256, (200, 500, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "photos" / "a.jpg"), photo)
    (tmp_path / "photos" / "manifest.csv").write_text("file\na.jpg\n")

    paint_sheet(tmp_path / "sheet.png", seed=0, data=tmp_path / "photos", shapes=overlays)

    assert cv2.imread(str(tmp_path / "sheet.png")).shape[1] > 1000


def test_the_sheet_says_what_is_wrong(tmp_path):
    with pytest.raises(FileNotFoundError, match="no picture"):
        paint_sheet(tmp_path / "a.png", seed=0, data=tmp_path)
    with pytest.raises(ValueError, match=".png"):
        paint_sheet(tmp_path / "a.unknown", seed=0, data=None)


def test_a_window_covers_the_corners_and_leaves_the_middle():
    photo = np.random.default_rng(0).integers(60, 190, (160, 200, 3), dtype=np.uint8)
    for seed in range(20):
        canvas = Canvas(photo, np.random.default_rng(seed))
        margins.window(canvas)

        change = np.abs(canvas.photo - photo).mean(axis=2)
        assert change[70:90, 90:110].max() < 2  # a fade reaches far
        assert np.mean([change[y, x] for y in (0, -1) for x in (0, -1)]) > 5


def test_blown_lights_and_blocked_shadows_are_even():
    photo = np.tile(np.linspace(10, 245, 200, dtype=np.uint8)[None, :, None], (160, 1, 3))
    evens = []
    for seed in range(30):
        canvas = Canvas(photo, np.random.default_rng(seed))
        fittings.blown(canvas)
        ends = canvas.photo[0, :4, 0], canvas.photo[0, -4:, 0]
        evens.append([np.ptp(end) == 0 for end in ends])

    assert 0.4 < np.mean([shadows for shadows, _ in evens]) < 0.9
    assert 0.4 < np.mean([lights for _, lights in evens]) < 0.9
    assert np.any(evens, axis=1).all()
