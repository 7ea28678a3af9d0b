"""`evaluate chain`: painted damage, repaired where it is and where it was found."""

from __future__ import annotations

import csv
import json

import cv2
import numpy as np
import pytest

from ml import chain
from ml.chain import FIGURES, WAYS, evaluate


class Knowing:
    """Stands for both networks: finds what was painted, or everything it was told; repairs by the truth."""

    def __init__(self, found_share: float) -> None:
        self.found_share, self.truths = found_share, []

    def find(self, photo_u8_HWC):
        return self.truths[-1]

    def hole(self, found, setting):
        _, hole_HW = found
        rows = np.arange(len(hole_HW)) < self.found_share * len(hole_HW)
        return hole_HW & rows[:, None]

    def repair(self, photo_HWC, hole_HW):
        truth_HWC, _ = self.truths[-1]
        return np.where(hole_HW[..., None], truth_HWC, photo_HWC)


@pytest.fixture
def data(tmp_path):
    rng = np.random.default_rng(5)
    with (tmp_path / "manifest.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "group", "people"])
        for number in range(3):
            noise = cv2.GaussianBlur(rng.normal(0, 400, (160, 200, 3)), (0, 0), 6)
            cv2.imwrite(str(tmp_path / f"{number}.png"), np.clip(128 + noise, 0, 255).astype(np.uint8))
            writer.writerow([f"{number}.png", "made", "no"])
    return tmp_path


def measured(data, monkeypatch, found_share: float, **options):
    knowing = Knowing(found_share)
    damage = chain._damage

    def remembered(*arguments):
        truth_HWC, damaged_HWC, hole_HW = damage(*arguments)
        knowing.truths.append((truth_HWC, hole_HW))
        return truth_HWC, damaged_HWC, hole_HW

    monkeypatch.setattr(chain, "_damage", remembered)
    monkeypatch.setattr("ml.networks.load_finder", lambda device: knowing)
    monkeypatch.setattr("ml.networks.load_repairer", lambda device: knowing)
    return evaluate(data, device="cpu", **options)


def test_what_the_finder_misses_costs(data, monkeypatch, tmp_path):
    figures = measured(data, monkeypatch, 0.5, save=tmp_path / "kept")

    assert figures["n"] == 3 and set(figures) == {"n", "damaged_share", "found_share", *WAYS}
    assert all(set(figures[way]) == set(FIGURES) for way in WAYS)
    assert 0 < figures["found_share"] < figures["damaged_share"] < 1
    for figure in ("psnr_hole", "psnr", "ssim"):
        assert figures["damaged"][figure] <= figures["found_mask"][figure] < figures["true_mask"][figure]
    json.dumps(figures)
    assert cv2.imread(str(tmp_path / "kept" / "0.png")).shape == (160, 4 * 200, 3)


def test_a_finder_that_finds_all_costs_nothing(data, monkeypatch):
    figures = measured(data, monkeypatch, 1.0, limit=2)

    assert figures["n"] == 2
    assert figures["found_mask"] == figures["true_mask"]


def test_every_photograph_is_damaged_and_the_seed_decides_how(data, monkeypatch):
    photo = np.full((96, 96, 3), 128, np.uint8)

    holes = [chain._damage(photo, seed, 0)[2] for seed in range(20)]

    assert all(hole.any() and not hole.all() for hole in holes)
    assert np.array_equal(chain._damage(photo, 7, 0)[2], holes[7])
    assert not np.array_equal(holes[0], holes[1])
