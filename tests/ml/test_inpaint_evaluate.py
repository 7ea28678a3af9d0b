"""`evaluate inpaint`: the contract of its figures, and that no method can peek or differ in what it is given."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from ml.checkpoint import save_weights
from ml.inpaint import baselines
from ml.inpaint.evaluate import BINS, FIGURES, evaluate
from ml.inpaint.grain import grain_ratio
from ml.inpaint.network import build

METHODS = {"ours", "telea", "navier_stokes", "biharmonic"}


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "fresh.safetensors"
    save_weights(path, build().state_dict(), {})
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Eight pictures of soft shapes, one of them larger than 512."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(5)
    with (folder / "manifest.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "group", "people"])
        for number in range(8):
            size = (600, 80) if number == 7 else (72, 96)
            noise = cv2.GaussianBlur(rng.normal(0, 400, (*size, 3)), (0, 0), 6)
            cv2.imwrite(str(folder / f"{number}.png"), np.clip(128 + noise, 0, 255).astype(np.uint8))
            writer.writerow([f"{number}.png", "made", "no"])
    return folder


def test_the_document_holds_every_bin_method_and_figure(data, weights, tmp_path):
    figures = evaluate(data, device="cpu", weights=weights, save=tmp_path)

    assert set(figures) == {*BINS, "all"}
    assert figures["all"]["n"] == 8
    for part in figures.values():
        assert set(part) == METHODS | {"n"}
        for method in METHODS:
            assert set(part[method]) == {*FIGURES, "grain_ratio", "grain_near"}
            assert part[method]["psnr"] > part[method]["psnr_hole"]
            assert part[method]["grain_near"] is None or 0 <= part[method]["grain_near"] <= 1
    json.dumps(figures, allow_nan=False)
    for number in range(8):
        hole_HW = cv2.imread(str(tmp_path / f"{number}_hole.png"), cv2.IMREAD_GRAYSCALE) > 0
        low, high = list(BINS.values())[number % 4]
        assert low <= hole_HW.mean() <= high
        assert max(hole_HW.shape) <= 512
        truth, *results = (cv2.imread(str(tmp_path / f"{number}_{name}.png")) for name in ("truth", *METHODS))
        for result in results:
            assert np.array_equal(result[~hole_HW], truth[~hole_HW])


def test_all_is_the_mean_over_photographs(data, weights):
    figures = evaluate(data, device="cpu", weights=weights, skip=("biharmonic",))

    means = [figures[name]["telea"]["psnr_hole"] for name in BINS]
    assert figures["all"]["telea"]["psnr_hole"] == pytest.approx(np.mean(means))


def test_seed_and_limit(data, weights):
    options = {"device": "cpu", "weights": weights, "limit": 4, "skip": ("biharmonic",)}

    first, again, other = (evaluate(data, seed=seed, **options) for seed in (0, 0, 1))

    assert first == again
    assert first != other
    assert first["all"]["n"] == 4
    assert "biharmonic" not in first["all"]


def test_an_unknown_method_is_told(data, weights):
    with pytest.raises(ValueError, match="no such method: magic"):
        evaluate(data, weights=weights, skip=("magic",))


@pytest.mark.parametrize("name", baselines.BASELINES)
def test_baselines_fill_a_slope_and_touch_nothing_else(name):
    slope = np.tile(np.arange(60, 120, dtype=np.uint8)[None, :, None], (40, 1, 3))
    hole_HW = np.zeros((40, 60), bool)
    hole_HW[15:20, 20:30] = True
    given = slope.copy()
    given[hole_HW] = 0

    filled = baselines.BASELINES[name](given, hole_HW)

    assert np.array_equal(filled[~hole_HW], slope[~hole_HW])
    assert np.abs(filled[hole_HW].astype(int) - slope[hole_HW]).max() <= 5


@pytest.mark.parametrize(("strength", "expected"), [(0.0, 0.0), (0.5, 0.25), (1.0, 1.0), (2.0, 4.0)])
def test_the_grain_ratio_is_that_of_energies(strength, expected):
    noise = np.random.default_rng(0).normal(0, 0.03, (160, 160, 1))
    hole_HW = np.zeros((160, 160), bool)
    hole_HW[50:110, 50:110] = True
    photo_01 = np.repeat(0.5 + np.where(hole_HW[..., None], strength, 1) * noise, 3, axis=2)

    assert grain_ratio(photo_01, hole_HW) == pytest.approx(expected, rel=0.15, abs=0.05)


def test_without_grain_around_there_is_no_ratio():
    hole_HW = np.zeros((90, 90), bool)
    hole_HW[30:60, 30:60] = True

    assert np.isnan(grain_ratio(np.full((90, 90, 3), 0.5), hole_HW))
    assert np.isnan(grain_ratio(np.random.default_rng(0).random((90, 90, 3)), hole_HW & False))
