"""The shipped finder on what finders were seen to take for damage: harmless/README.md."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from ml.photoset import decode_rgb
from ml.segment.infer import Finder

FOLDER = Path(__file__).parent / "harmless"
MARKED_AT_MOST = 0.01
KINDS = {
    "lace", "stripes", "torn jeans", "lettering", "handwriting", "jewellery", "medals", "window bars", "eye highlights",
    "card mounts", "hair", "wire",
}  # fmt: skip


def lines() -> list[dict[str, str]]:
    with (FOLDER / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read(name: str) -> np.ndarray:
    return decode_rgb((FOLDER / name).read_bytes(), name)


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder.load("cpu")


def grey(photo_u8_HWC: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(cv2.cvtColor(photo_u8_HWC, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def test_every_kind_is_there():
    assert {line["kind"] for line in lines()} == KINDS


@pytest.mark.parametrize("tone", ["as it is", "grey"])
@pytest.mark.parametrize("line", lines(), ids=lambda line: Path(line["file"]).stem)
def test_it_is_left_alone(finder, line, tone):
    photo_u8_HWC = read(line["file"]) if tone == "as it is" else grey(read(line["file"]))
    left, top, width, height = (int(line[name]) for name in ("left", "top", "width", "height"))

    hole_HW = finder.hole(finder.find(photo_u8_HWC))

    region = hole_HW[top : top + height, left : left + width]
    assert region.shape == (height, width)
    assert region.mean() <= MARKED_AT_MOST


@pytest.mark.parametrize(
    "name", ["stripes-jersey.webp", "hair-long.webp", "window-bars.webp", "jeans-frayed.webp"]
)
def test_a_scratch_across_it_is_found_all_the_same(finder, name):
    """Else a finder that finds nothing would pass."""
    photo_u8_HWC = grey(read(name))
    scratch_u8_HW = scratch(*photo_u8_HWC.shape[:2])
    cover_HW1 = cv2.GaussianBlur(np.float32(scratch_u8_HW) / 255, (0, 0), 0.6)[..., None]
    scratched = photo_u8_HWC + (245 - np.float32(photo_u8_HWC)) * np.minimum(1, 1.2 * cover_HW1)

    hole_HW = finder.hole(finder.find(scratched.round().astype(np.uint8)))

    assert hole_HW[scratch_u8_HW > 127].mean() > 0.5


def scratch(height: int, width: int) -> np.ndarray:
    """A white scratch from top to bottom: it wavers and breaks off, or it would be a wire. HW, 0..255."""
    rng = np.random.default_rng(1)
    along = np.linspace(0, 1, 40)
    x = width * (0.2 + 0.3 * along) + 12 * np.sin(5 * along) + rng.normal(0, 1.2, 40)
    way = np.stack([x, height * along + rng.normal(0, 2, 40)], axis=1)
    cover_u8_HW = np.zeros((height, width), np.uint8)
    for start, end in zip((way * 16).round().astype(int), (way[1:] * 16).round().astype(int), strict=False):
        if rng.random() >= 0.12:
            cv2.line(cover_u8_HW, start.tolist(), end.tolist(), 255, 2, cv2.LINE_AA, 4)
    return cover_u8_HW
