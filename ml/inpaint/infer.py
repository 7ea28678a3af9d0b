"""Repairing a photograph of any size: windows with context at native resolution, large losses coarse to fine.

Suffixes: H height, W width, C channels. `hole` is true where to fill. What is written lies in `touched(hole)`; every
other pixel is the original's, bit for bit. The working copy is of the photograph's own type, so that memory stays
bounded: beside it and the masks only one window is held.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from ml.checkpoint import load_weights, read_weights
from ml.contract import PhotoRejected
from ml.devices import autocast, choose_device
from ml.economy import sparing
from ml.inpaint.grain import add_grain
from ml.inpaint.margins import USUAL, Margins
from ml.inpaint.network import MULTIPLE, build
from ml.inpaint.pyramid import deep_part, enlarge_into, shrink
from ml.inpaint.tint import keep_tint
from ml.inpaint.windows import CORE_PX, SMALL_CORE_PX, Window, plan_windows

Share = Callable[[float], None]


class Repairer:
    """margins: how far beyond its hole a repair reaches.  grain: put back that of the surroundings."""

    def __init__(
        self,
        network: nn.Module,
        device: torch.device,
        margins: Margins = USUAL,
        grain: bool = True,
    ) -> None:
        self.network = network.eval().to(device, memory_format=torch.channels_last).requires_grad_(False)
        self.device = device
        self.margins, self.grain = margins, grain

    @classmethod
    def load(cls, device: str = "auto", weights: Path | None = None, **options: Any) -> Repairer:
        """The shipped weights, or those of a file; options as above. Raises WeightsMissing."""
        state, _ = read_weights(weights) if weights else load_weights("inpaint")
        network = build()
        network.load_state_dict(state)
        return cls(network, choose_device(device), **options)

    def touched(self, hole_HW: np.ndarray) -> np.ndarray:
        """Where a repair may change the photograph: bool HW."""
        return self.margins.touched(hole_HW)

    def repair(
        self, photo_HWC: np.ndarray, hole_HW: np.ndarray, seed: int = 0, on_progress: Share | None = None
    ) -> np.ndarray:
        """A copy of the photograph with its hole filled: same type, equal outside of touched(hole_HW).

        photo_HWC: RGB, uint8 or uint16.  hole_HW: bool, true where to fill.  seed: 0 or more; another is another try:
        the network sees the place turned or mirrored, and the grain falls otherwise.  Same seed, same result.
        Where memory runs out, cell by smaller cell (ml.economy).
        Raises ValueError where they do not fit, PhotoRejected("all_hole") where nothing is left to repair from.
        """
        _check(photo_HWC, hole_HW)
        repair = partial(self._repair, photo_HWC, hole_HW, seed, on_progress)
        return sparing([("", partial(repair, CORE_PX)), ("repairing:cells", partial(repair, SMALL_CORE_PX))])

    def _repair(
        self,
        photo_HWC: np.ndarray,
        hole_HW: np.ndarray,
        seed: int,
        on_progress: Share | None,
        core_px: int,
    ) -> np.ndarray:
        work_HWC = photo_HWC.copy()
        if not hole_HW.any():
            return work_HWC
        if hole_HW.all():
            raise PhotoRejected("all_hole")
        hole_HW = hole_HW.astype(bool)
        grown_HW, unknown_HW = self.margins.grown(hole_HW), self.margins.unseen(hole_HW)
        if unknown_HW.all():  # a speck of a picture: better no margin than nothing to go by
            grown_HW, unknown_HW = hole_HW, hole_HW.copy()
        self._fill_deep(work_HWC, unknown_HW, deep_part(unknown_HW) & grown_HW, seed, core_px)
        windows = plan_windows(grown_HW, MULTIPLE, core_px)
        for done, window in enumerate(windows, start=1):
            filled_01 = self._see(work_HWC[window.seen], unknown_HW[window.seen], seed)
            seen_grown_HW = grown_HW[window.seen]
            alpha_HW1 = _feather(seen_grown_HW, self.margins.feather_px)
            seen_01 = _as_01(work_HWC[window.seen])
            filled_01 = keep_tint(filled_01, seen_01, seen_grown_HW | unknown_HW[window.seen])
            if self.grain:
                rng = np.random.default_rng((seed, window.top, window.left))
                filled_01 = add_grain(filled_01, seen_01, seen_grown_HW, alpha_HW1[..., 0] > 0, rng)
            _composite(work_HWC, filled_01, alpha_HW1, window)
            unknown_HW[window.core] = False  # later windows go on from what this one filled
            if on_progress:
                on_progress(done / len(windows))
        return work_HWC

    def _fill_deep(
        self, work_HWC: np.ndarray, hole_HW: np.ndarray, deep_HW: np.ndarray, seed: int, core_px: int
    ) -> None:
        """Fill what lies too far from any valid pixel by a repair at half the size, and take it out of the hole."""
        if not deep_HW.any():
            return
        small_HWC, small_hole_HW = shrink(work_HWC, hole_HW)
        self._fill(small_HWC, small_hole_HW, seed, core_px)
        enlarge_into(work_HWC, small_HWC, deep_HW)
        hole_HW &= ~deep_HW

    def _fill(self, work_HWC: np.ndarray, hole_HW: np.ndarray, seed: int, core_px: int) -> None:
        """Fill the hole in place, without feather and grain: the coarser levels."""
        unknown_HW = hole_HW.copy()
        self._fill_deep(work_HWC, unknown_HW, deep_part(hole_HW), seed, core_px)
        for window in plan_windows(hole_HW, MULTIPLE, core_px):
            filled_01 = self._see(work_HWC[window.seen], unknown_HW[window.seen], seed)
            _composite(work_HWC, filled_01, hole_HW[window.seen][..., None].astype(np.float32), window)
            unknown_HW[window.core] = False

    def _see(self, photo_HWC: np.ndarray, hole_HW: np.ndarray, seed: int) -> np.ndarray:
        """What the network makes of a window, in one of the square's eight positions: float32 0-1, HWC."""
        turns, mirrored = seed % 4, seed // 4 % 2
        if mirrored:
            photo_HWC, hole_HW = photo_HWC[:, ::-1], hole_HW[:, ::-1]
        filled_01 = self._see_upright(np.rot90(photo_HWC, turns).copy(), np.rot90(hole_HW, turns).copy())
        filled_01 = np.rot90(filled_01, -turns)
        return np.ascontiguousarray(filled_01[:, ::-1] if mirrored else filled_01)

    def _see_upright(self, photo_HWC: np.ndarray, hole_HW: np.ndarray) -> np.ndarray:
        """float32 0-1, HWC. What reaches beyond the picture is a hole to the network."""
        height, width = hole_HW.shape
        padding = (0, -width % MULTIPLE, 0, -height % MULTIPLE)
        photo = torch.from_numpy(_as_01(photo_HWC)).permute(2, 0, 1)[None]
        valid = torch.from_numpy(~hole_HW)[None, None].float()
        photo, valid = (F.pad(part, padding).to(self.device) for part in (photo, valid))
        with torch.inference_mode(), autocast(self.device, min(photo.shape[2:])):
            filled = self.network(photo, valid)
        return filled[0, :, :height, :width].float().clamp(0, 1).permute(1, 2, 0).cpu().numpy()


def _check(photo_HWC: np.ndarray, hole_HW: np.ndarray) -> None:
    if photo_HWC.dtype not in (np.uint8, np.uint16) or photo_HWC.ndim != 3 or photo_HWC.shape[2] != 3:
        raise ValueError(f"RGB of 8 or 16 bits is needed, got {photo_HWC.dtype} {photo_HWC.shape}")
    if hole_HW.shape != photo_HWC.shape[:2]:
        raise ValueError(f"the hole is {hole_HW.shape}, the photograph {photo_HWC.shape[:2]}")


def _as_01(photo_HWC: np.ndarray) -> np.ndarray:
    return photo_HWC.astype(np.float32) / np.iinfo(photo_HWC.dtype).max


def _feather(grown_HW: np.ndarray, reach_px: int) -> np.ndarray:
    """How much of the repair counts: 1 in the grown hole, falling to 0 beyond reach_px; float32 HW1."""
    if reach_px == 0:
        return grown_HW[..., None].astype(np.float32)
    distance_px = cv2.distanceTransform((~grown_HW).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    alpha_HW = np.where(distance_px <= reach_px, 1 - distance_px / (reach_px + 1), 0)
    return alpha_HW[..., None].astype(np.float32)


def _composite(work_HWC: np.ndarray, filled_01: np.ndarray, alpha_HW1: np.ndarray, window: Window) -> None:
    """Write the repair into the window's core where alpha is above 0; nothing else is touched."""
    inner = window.core_in_seen
    alpha_HW1, filled_01 = alpha_HW1[inner], filled_01[inner]
    target_HWC = work_HWC[window.core]
    most = np.iinfo(work_HWC.dtype).max
    where_HW = alpha_HW1[..., 0] > 0
    before = target_HWC[where_HW].astype(np.float32)
    alpha = alpha_HW1[where_HW]
    mixed = before + alpha * (filled_01[where_HW] * np.float32(most) - before)
    target_HWC[where_HW] = np.rint(mixed).clip(0, most).astype(work_HWC.dtype)
