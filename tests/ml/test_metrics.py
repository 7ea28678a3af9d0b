"""Each figure against a value worked out by hand, and against the property that it exists for."""

from __future__ import annotations

import numpy as np
import pytest

from ml import metrics


def test_psnr_of_a_known_error():
    truth = np.zeros((8, 8, 3), np.uint8)

    result = truth + np.uint8(16)

    assert metrics.mse(result, truth) == 256
    assert metrics.psnr(result, truth) == pytest.approx(10 * np.log10(255**2 / 256))


def test_psnr_of_equal_pictures_is_capped():
    picture = np.full((4, 4, 3), 7, np.uint8)

    assert metrics.psnr(picture, picture) == metrics.PSNR_CAP_DB


def test_psnr_averages_errors_before_the_logarithm():
    truth = np.zeros((4, 4, 3), np.uint8)
    result = truth.copy()
    result[..., 0] = 30

    assert metrics.psnr(result, truth) == pytest.approx(metrics.psnr_of_mse(900 / 3))


def test_hole_psnr_sees_the_hole_alone():
    truth = np.zeros((8, 8, 3), np.uint8)
    hole_HW = np.zeros((8, 8), bool)
    hole_HW[2:4, 2:4] = True
    result = truth.copy()
    result[hole_HW] = 10
    elsewhere = result.copy()
    elsewhere[6, 6] = 200

    assert metrics.psnr_hole(result, truth, hole_HW) == pytest.approx(metrics.psnr_of_mse(100))
    assert metrics.psnr_hole(elsewhere, truth, hole_HW) == metrics.psnr_hole(result, truth, hole_HW)


def test_hole_psnr_refuses_an_empty_hole():
    picture = np.zeros((4, 4, 3), np.uint8)

    with pytest.raises(ValueError, match="no pixel"):
        metrics.psnr_hole(picture, picture, np.zeros((4, 4), bool))


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="shape"):
        metrics.mse(np.zeros((4, 4, 3)), np.zeros((4, 4)))


def test_ssim_is_one_only_for_the_same_structure():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)

    assert metrics.ssim(truth, truth) == pytest.approx(1)
    assert metrics.ssim(255 - truth, truth) < 0


def test_auc_and_average_precision_by_hand():
    score = np.array([0.1, 0.4, 0.35, 0.8])
    defect = np.array([False, False, True, True])

    assert metrics.roc_auc(score, defect) == pytest.approx(0.75)
    assert metrics.average_precision(score, defect) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_ties_count_half():
    score = np.zeros(10)
    defect = np.arange(10) < 3

    assert metrics.roc_auc(score, defect) == pytest.approx(0.5)
    assert metrics.average_precision(score, defect) == pytest.approx(0.3)


def test_auc_and_average_precision_agree_with_a_plain_count():
    rng = np.random.default_rng(1)
    defect = rng.random(300) < 0.2
    score = np.round(rng.random(300) + 0.3 * defect, 1)

    pairs = score[defect][:, None] - score[~defect][None]
    auc = ((pairs > 0) + 0.5 * (pairs == 0)).mean()
    precision, recall, area = 0.0, 0.0, 0.0
    for threshold in np.unique(score)[::-1]:
        found = score >= threshold
        precision, before, recall = defect[found].mean(), recall, found[defect].mean()
        area += precision * (recall - before)

    assert metrics.roc_auc(score, defect) == pytest.approx(auc)
    assert metrics.average_precision(score, defect) == pytest.approx(area)


def test_auc_without_both_classes_is_not_a_number():
    assert np.isnan(metrics.roc_auc(np.arange(3.0), np.zeros(3, bool)))
    assert np.isnan(metrics.average_precision(np.arange(3.0), np.zeros(3, bool)))


def test_dice_by_hand():
    found = np.array([1, 1, 1, 0], bool)
    defect = np.array([1, 0, 0, 1], bool)

    assert metrics.dice(found, defect) == pytest.approx(2 / 5)
    assert metrics.dice(np.zeros(4, bool), np.zeros(4, bool)) == 1


def test_best_dice_is_the_dice_at_its_threshold_and_no_other_is_better():
    rng = np.random.default_rng(2)
    defect = rng.random(500) < 0.1
    score = np.round(rng.random(500) + 0.4 * defect, 2)

    best, threshold = metrics.best_dice(score, defect)

    assert best == pytest.approx(metrics.dice(score >= threshold, defect))
    assert best == pytest.approx(max(metrics.dice(score >= t, defect) for t in np.unique(score)))


def test_best_dice_without_defects_finds_nothing():
    best, threshold = metrics.best_dice(np.arange(5.0), np.zeros(5, bool))

    assert best == 1
    assert not (np.arange(5.0) >= threshold).any()


def test_boundary_dice_forgives_exactly_the_tolerance():
    defect, near, far = (np.zeros((40, 40), bool) for _ in range(3))
    defect[10], near[13], far[14] = True, True, True

    assert metrics.boundary_dice(near, defect, tolerance_px=3) == 1
    assert metrics.boundary_dice(far, defect, tolerance_px=3) == 0


def test_boundary_dice_leaves_ignored_pixels_out():
    defect, found, ignore = (np.zeros((40, 40), bool) for _ in range(3))
    defect[10], found[10], found[30], ignore[28:33] = True, True, True, True

    assert metrics.boundary_dice(found, defect) < 1
    assert metrics.boundary_dice(found, defect, ignore=ignore) == 1


def test_colourfulness_of_grey_and_of_two_colours():
    grey = np.repeat(np.arange(64, dtype=np.uint8).reshape(8, 8, 1), 3, axis=2)
    halves = np.zeros((8, 8, 3), np.uint8)
    halves[:, :4, 0], halves[:, 4:, 1] = 255, 255

    assert metrics.colourfulness(grey) == 0
    # red-green is +-255 (spread 255, mean 0), yellow-blue 127.5 everywhere (spread 0)
    assert metrics.colourfulness(halves) == pytest.approx(255 + 0.3 * 127.5)
