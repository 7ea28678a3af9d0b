"""Small photographs made on the spot, and networks that stand in where the pipeline itself is under test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from ml.networks import Networks

SCRATCH = (slice(40, 44), slice(20, 90))


@dataclass
class FakeFound:
    probability_01_HW: np.ndarray
    likeliest_u8_HW: np.ndarray


class FakeFinder:
    """Pure white is damage."""

    calls = 0

    def find(self, photo_u8_HWC, on_progress=None, flips=True):
        assert photo_u8_HWC.dtype == np.uint8
        self.calls += 1
        if on_progress:
            on_progress(0.5)
        probability = (photo_u8_HWC.min(axis=2) == 255).astype(np.float32)
        return FakeFound(probability, np.zeros(probability.shape, np.uint8))

    def hole(self, found, setting="normal"):
        self.setting = setting
        return found.probability_01_HW > 0.5


class FakeRepairer:
    """Reddish grey within three pixels of the hole: a neutral photograph must not keep the red."""

    calls = 0

    def touched(self, hole_HW):
        return cv2.dilate(hole_HW.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)

    def repair(self, photo_HWC, hole_HW, seed=0, on_progress=None):
        self.calls += 1
        self.seed = seed
        repaired = photo_HWC.copy()
        most = np.iinfo(photo_HWC.dtype).max
        repaired[self.touched(hole_HW)] = np.array([most // 2, most // 3, most // 3], photo_HWC.dtype)
        return repaired


class FakeColorizer:
    """Bluish: two of blue for one less of green, at nearly the same luma; a later variant is darker."""

    calls = 0

    def colorize(self, photo_HWC, saturation=1.0, hints=(), on_progress=None, variant=0, damped=True):
        self.calls += 1
        self.asked = {"saturation": saturation, "hints": hints, "variant": variant, "damped": damped}
        if on_progress:
            on_progress(1.0)
        coloured = photo_HWC.copy()
        coloured[..., 2] = photo_HWC[..., 2] // 2
        return coloured // (variant + 1)

    def variants(self, photo_HWC, count, saturation=1.0, hints=(), damped=True):
        return [
            self.colorize(photo_HWC, saturation, hints, variant=index, damped=damped)
            for index in range(count)
        ]

    def doubt(self, photo_HWC):
        return np.full((8, 8), 0.04, np.float32)


@pytest.fixture
def fakes() -> Networks:
    return Networks(FakeFinder(), FakeRepairer(), FakeColorizer())


@pytest.fixture
def scene_u8() -> np.ndarray:
    """96 x 128 grey-brown shapes, no pixel white."""
    rows, columns = np.mgrid[0:96, 0:128]
    red = 60 + columns + 20 * np.sin(rows / 7)
    picture = np.stack([red, red * 0.9, red * 0.8], axis=2)
    return np.clip(picture, 0, 240).astype(np.uint8)


@pytest.fixture
def scratched_u8(scene_u8) -> np.ndarray:
    scratched = scene_u8.copy()
    scratched[SCRATCH] = 255
    return scratched


@pytest.fixture
def scratched_png(tmp_path: Path, scratched_u8) -> Path:
    path = tmp_path / "in" / "granny.png"
    path.parent.mkdir()
    Image.fromarray(scratched_u8).save(path)
    return path


@pytest.fixture
def loaded(fakes, monkeypatch):
    """The networks that the product would load."""
    monkeypatch.setattr("ml.networks.load_finder", lambda device: fakes.finder)
    monkeypatch.setattr("ml.networks.load_repairer", lambda device: fakes.repairer)
    monkeypatch.setattr("ml.networks.load_colorizer", lambda device: fakes.colorizer)
    return fakes


@pytest.fixture
def folder(tmp_path, scratched_u8):
    """Two photographs, one broken file, one that is no photograph by its name."""
    folder = tmp_path / "album"
    (folder / "deeper").mkdir(parents=True)
    Image.fromarray(scratched_u8).save(folder / "a.png")
    Image.fromarray(scratched_u8).save(folder / "deeper" / "b.jpg")
    (folder / "c.jpg").write_bytes(b"\xff\xd8\xff but no more")
    (folder / "notes.txt").write_text("who is who")
    return folder
