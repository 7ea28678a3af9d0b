"""Finding defects in a photograph of any size: flip averaging, tiles at native scale, and one look from afar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from ml.abn import fold
from ml.checkpoint import load_weights, read_weights
from ml.devices import choose_device
from ml.engines import Engine, TorchEngine, load_engine
from ml.scaling import at_most
from ml.segment.network import MULTIPLE, build_for
from ml.tiles import blend, plan_tiles

TILE, OVERLAP = 1024, 128
"""Pixels; a picture up to TILE on its long side is seen in one piece."""
THRESHOLDS = {"careful": 0.8, "normal": 0.65, "thorough": 0.4}
"""By setting: a pixel above it is a defect; how they were chosen is told in weights/segment.md."""

Share = Callable[[float], None]


@dataclass(frozen=True)
class Found:
    """probability_01_HW: float32, of a defect.  kinds_01_3HW: float32, of a line, a speck, a loss; adds up to it."""

    probability_01_HW: np.ndarray
    kinds_01_3HW: np.ndarray


class Finder:
    """engine: logits of defect and of its kinds, B4HW, of RGB 0..1 at multiples of MULTIPLE."""

    def __init__(self, engine: Engine, device: torch.device) -> None:
        self.engine, self.device = engine, device

    @classmethod
    def of(cls, network: nn.Module, device: torch.device) -> Finder:
        """With a network as it comes from training, run by torch."""
        return cls(TorchEngine(fold(network.eval()), device), device)

    @classmethod
    def load(cls, device: str = "auto", weights: Path | None = None, engine: str = "auto") -> Finder:
        """The shipped weights, or those of a file; engine: see ml.engines. Raises WeightsMissing."""
        state, _ = read_weights(weights) if weights else load_weights("segment")
        network = build_for(state)
        network.load_state_dict(state)
        place = choose_device(device)
        example = torch.rand(1, 3, 2 * MULTIPLE, 2 * MULTIPLE)
        return cls(load_engine(fold(network.eval()), place, "segment", example, engine), place)

    def find(
        self,
        photo_u8_HWC: np.ndarray,
        on_progress: Share | None = None,
        flips: bool = True,
        far: bool = True,
    ) -> Found:
        """RGB of any size. Deterministic; the photograph is not modified. far: also look at the whole, shrunk."""
        tiles = plan_tiles(*photo_u8_HWC.shape[:2], TILE, OVERLAP)
        maps_HW4 = blend(photo_u8_HWC, tiles, lambda tile_u8_HWC: self._see(tile_u8_HWC, flips), on_progress)
        if far and len(tiles) > 1:
            self._join_far_view(maps_HW4, photo_u8_HWC, flips)
        return Found(maps_HW4[..., 0], maps_HW4[..., 1:].transpose(2, 0, 1))

    def hole(self, found: Found, setting: str = "normal") -> np.ndarray:
        """What is to be repaired: bool HW. setting: one of THRESHOLDS."""
        return found.probability_01_HW > THRESHOLDS[setting]

    def _join_far_view(self, near_HW4: np.ndarray, photo_u8_HWC: np.ndarray, flips: bool) -> None:
        """The whole picture at TILE shows large losses that a tile takes for background; the surer view counts."""
        height, width = photo_u8_HWC.shape[:2]
        far_HW4 = self._see(at_most(photo_u8_HWC, TILE), flips)
        far_HW4 = cv2.resize(far_HW4, (width, height), interpolation=cv2.INTER_LINEAR)
        surer = far_HW4[..., 0] > near_HW4[..., 0]
        near_HW4[surer] = far_HW4[surer]

    def _see(self, photo_u8_HWC: np.ndarray, flips: bool) -> np.ndarray:
        """Probability of a defect and of its three kinds, float32 HW4, averaged over the picture and its mirror."""
        height, width = photo_u8_HWC.shape[:2]
        padded_u8_HWC = cv2.copyMakeBorder(
            photo_u8_HWC, 0, -height % MULTIPLE, 0, -width % MULTIPLE, cv2.BORDER_REFLECT_101
        )
        photo_1CHW = torch.from_numpy(padded_u8_HWC).permute(2, 0, 1)[None]
        photo_1CHW = (
            photo_1CHW.to(self.device).float().div_(255).contiguous(memory_format=torch.channels_last)
        )
        maps_4HW = self._maps(photo_1CHW)
        if flips:
            maps_4HW = (maps_4HW + self._maps(photo_1CHW.flip(3)).flip(2)) / 2
        return maps_4HW[:, :height, :width].permute(1, 2, 0).cpu().numpy()

    def _maps(self, photo_1CHW: torch.Tensor) -> torch.Tensor:
        logits_4HW = self.engine(photo_1CHW)[0]
        defect_1HW = logits_4HW[:1].sigmoid()
        return torch.cat([defect_1HW, defect_1HW * logits_4HW[1:].softmax(0)])
