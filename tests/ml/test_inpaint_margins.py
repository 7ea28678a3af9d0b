"""How far a repair reaches: farther around a loss than around a scratch, and never farther than is told."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ml.inpaint.margins import (
    FEATHER_PX,
    GROW_PX,
    GROW_WIDE_PX,
    KNOWN_EXACTLY,
    USUAL,
    WIDE_PX,
    grow,
    wide_part,
)
from ml.strokes import REACH_PX


def square(side: int) -> np.ndarray:
    hole_HW = np.zeros((81, 81), bool)
    start = 40 - side // 2
    hole_HW[start : start + side, start : start + side] = True
    return hole_HW


def reach(hole_HW: np.ndarray, reached_HW: np.ndarray) -> float:
    """The farthest from the hole, in pixels."""
    distance_HW = cv2.distanceTransform((~hole_HW).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float(distance_HW[reached_HW].max())


def test_growing_by_nothing_is_the_hole_itself():
    hole_HW = square(1)

    assert np.array_equal(grow(hole_HW, 0), hole_HW)
    assert grow(hole_HW, 2).sum() == 21  # a disk of radius 2: 5 x 5 without its corners


@pytest.mark.parametrize(
    ("side", "grown_px"), [(1, GROW_PX), (WIDE_PX - 1, GROW_PX), (WIDE_PX, GROW_WIDE_PX)]
)
def test_a_loss_grows_by_more_than_a_scratch(side, grown_px):
    hole_HW = square(side)

    assert int(reach(hole_HW, USUAL.grown(hole_HW))) == grown_px
    assert int(reach(hole_HW, USUAL.touched(hole_HW))) == grown_px + FEATHER_PX
    assert (USUAL.unseen(hole_HW) >= USUAL.grown(hole_HW)).all()
    assert (USUAL.unseen(hole_HW) <= USUAL.touched(hole_HW)).all()


def test_a_scratch_from_a_loss_stays_a_scratch():
    hole_HW = square(21)
    hole_HW[40, :30] = True

    assert wide_part(hole_HW).sum() == 21**2
    assert USUAL.grown(hole_HW)[:, 10].sum() == 2 * GROW_PX + 1


def test_a_loss_at_the_edge_is_wide_where_it_reaches_into_the_picture():
    hole_HW = np.zeros((40, 60), bool)
    hole_HW[:7] = True

    assert wide_part(hole_HW).sum() == 7 * 60
    assert not wide_part(hole_HW[:, ::-1] & (np.arange(40) < 5)[:, None]).any()


def test_a_hole_that_is_known_exactly_has_no_margin():
    hole_HW = square(31)

    for reached_HW in (KNOWN_EXACTLY.grown, KNOWN_EXACTLY.unseen, KNOWN_EXACTLY.touched):
        assert np.array_equal(reached_HW(hole_HW), hole_HW)


def test_what_is_protected_is_kept_as_far_away_as_a_repair_reaches():
    """ml.strokes keeps a square around what is protected free."""
    assert USUAL.wide_px + USUAL.feather_px <= REACH_PX
