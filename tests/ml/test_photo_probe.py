"""The judge of an upload: by content, by limits, without the weight of a pixel library."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from ml import photo
from ml.contract import PhotoRejected

RNG = np.random.default_rng(7)
RGB_U8 = RNG.integers(0, 256, (40, 56, 3), dtype=np.uint8)


def test_content_decides_not_the_name(tmp_path):
    Image.fromarray(RGB_U8).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")

    assert photo.probe(tmp_path / "a.jpg").format == "png"


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"max_bytes": 100}, "too_many_bytes"), ({"max_pixels": 2239}, "too_many_pixels")],
)
def test_limits_are_told_with_their_numbers(limits, code, tmp_path):
    Image.fromarray(RGB_U8).save(tmp_path / "a.png")

    with pytest.raises(PhotoRejected) as refusal:
        photo.probe(tmp_path / "a.png", **limits)

    assert refusal.value.code == code and "limit" in refusal.value.values
    photo.probe(tmp_path / "a.png", max_bytes=100_000, max_pixels=2240)


def test_a_stamp_is_too_small(tmp_path):
    Image.new("RGB", (200, 31)).save(tmp_path / "a.png")

    with pytest.raises(PhotoRejected) as refusal:
        photo.probe(tmp_path / "a.png")

    assert (refusal.value.code, refusal.value.values) == ("too_small", {"width": 200, "height": 31})


def test_probing_loads_no_pixel_library(tmp_path):
    paths = [tmp_path / name for name in ("a.png", "a.jpg", "a.tif", "a.webp")]
    for path in paths:
        Image.fromarray(RGB_U8).save(path)
    program = (
        "import sys; from pathlib import Path; from ml.photo import probe\n"
        "for path in sys.argv[1:]: probe(Path(path))\n"
        "print({'numpy', 'torch', 'cv2', 'imagecodecs', 'tifffile'} & set(sys.modules))"
    )

    result = subprocess.run(
        [sys.executable, "-c", program, *paths], capture_output=True, text=True, check=True
    )

    assert result.stdout.strip() == "set()"
