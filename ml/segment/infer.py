"""Finding defects in a photograph of any size: averaged over turns, tiles at native scale, and one look from afar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from ml.abn import fold
from ml.checkpoint import load_weights, read_weights
from ml.devices import choose_device
from ml.economy import sparing
from ml.engines import Engine, TorchEngine, load_engine
from ml.folding import fold_batch_norms
from ml.scaling import at_most
from ml.segment.network import MULTIPLE, build_for
from ml.tiles import blended_bands, plan_tiles

TILE, OVERLAP = 1024, 128
"""Pixels; a picture up to TILE on its long side is seen in one piece."""
SMALL_TILE = 512
"""Where memory runs out; losses that are larger than a tile are then found from afar alone."""
VIEWS = (768, 384)
"""Long sides to which each tile is shrunk and seen again: what is damage near and from afar is damage at all, what is
grass or lace often is not. Average precision on real masks 0.61 for 0.51 with the tiles as they are."""
FAR_SURER, FAR_UNSURE = 0.5, 0.25
"""What the view from afar counts for where it is surer of a defect than the tiles, and where it is not."""
HALF_ABOVE = 32_000_000
"""Pixels; the probabilities of a larger picture are kept in half precision: of 100 megapixels 0.2 GB for 0.4."""
THRESHOLDS = {"careful": 0.75, "normal": 0.55, "thorough": 0.35}
"""By setting: a pixel above it is a defect; how they were chosen is told in weights/segment.md."""

Share = Callable[[float], None]


@dataclass(frozen=True)
class Found:
    """probability_01_HW: of a defect; float32, or float16 above HALF_ABOVE.
    likeliest_u8_HW: of which kind it would be; 0 line, 1 speck, 2 loss.
    """

    probability_01_HW: np.ndarray
    likeliest_u8_HW: np.ndarray

    @classmethod
    def nothing_yet(cls, height: int, width: int) -> Found:
        dtype = np.float16 if height * width > HALF_ABOVE else np.float32
        return cls(np.empty((height, width), dtype), np.empty((height, width), np.uint8))

    def take(self, rows: slice, logits_HW4: np.ndarray) -> None:
        """Rows as the network has them: logits of a defect and of each kind."""
        self.probability_01_HW[rows] = torch.from_numpy(logits_HW4[..., 0]).sigmoid().numpy()
        self.likeliest_u8_HW[rows] = logits_HW4[..., 1:].argmax(axis=2)


class Finder:
    """engine: logits of defect and of its kinds, B4HW, of RGB 0..1 at multiples of MULTIPLE."""

    def __init__(self, engine: Engine, device: torch.device) -> None:
        self.engine, self.device = engine, device

    @classmethod
    def of(cls, network: nn.Module, device: torch.device) -> Finder:
        """With a network as it comes from training, run by torch."""
        return cls(TorchEngine(_folded(network), device), device)

    @classmethod
    def load(cls, device: str = "auto", weights: Path | None = None, engine: str = "auto") -> Finder:
        """The shipped weights, or those of a file; engine: see ml.engines. Raises WeightsMissing."""
        state, _ = read_weights(weights) if weights else load_weights("segment")
        network = build_for(state)
        network.load_state_dict(state)
        place = choose_device(device)
        example = torch.rand(1, 3, 2 * MULTIPLE, 2 * MULTIPLE)
        return cls(load_engine(_folded(network), place, "segment", example, engine), place)

    def find(
        self,
        photo_u8_HWC: np.ndarray,
        on_progress: Share | None = None,
        flips: bool = True,
        far: bool = True,
    ) -> Found:
        """RGB of any size. Deterministic; the photograph is not modified. flips: averaged over the picture and itself
        turned by a quarter.  far: also look at the whole, shrunk.

        Where memory runs out: in smaller tiles, then not turned (ml.economy).
        """
        with_less = [
            ("", TILE, flips),
            ("finding:tiles", SMALL_TILE, flips),
            ("finding:turns", SMALL_TILE, False),
        ]
        return sparing(
            [
                (given_up, partial(self._find, photo_u8_HWC, on_progress, turned, far, tile))
                for given_up, tile, turned in with_less
            ]
        )

    def _find(
        self, photo_u8_HWC: np.ndarray, on_progress: Share | None, flips: bool, far: bool, tile: int
    ) -> Found:
        tiles = plan_tiles(*photo_u8_HWC.shape[:2], tile, OVERLAP)
        views_too = flips and len(tiles) == 1

        def see(tile_u8_HWC: np.ndarray) -> np.ndarray:
            return self._see(tile_u8_HWC, flips, far, views_too)

        height, width = photo_u8_HWC.shape[:2]
        far_HW4 = (
            self._see(at_most(photo_u8_HWC, TILE), flips, True, flips) if far and len(tiles) > 1 else None
        )
        found = Found.nothing_yet(height, width)
        for rows, logits_HW4 in blended_bands(photo_u8_HWC, tiles, see, on_progress):
            if far_HW4 is not None:
                _join_far_view(logits_HW4, _enlarged(far_HW4, height, width, rows))
            found.take(rows, logits_HW4)
        return found

    def hole(self, found: Found, setting: str = "normal") -> np.ndarray:
        """What is to be repaired: bool HW. setting: one of THRESHOLDS."""
        return found.probability_01_HW > THRESHOLDS[setting]

    def _see(self, photo_u8_HWC: np.ndarray, flips: bool, far: bool, views_too: bool) -> np.ndarray:
        """Logits, float32 HW4: as it is and, if far, at VIEWS that are smaller, averaged.

        flips: turned by a quarter too.  views_too: the smaller ones as well; where there are many tiles it would take
        a quarter of the time.
        """
        height, width = photo_u8_HWC.shape[:2]
        logits_HW4 = self._look(photo_u8_HWC, flips)
        views = [side for side in VIEWS if far and side < max(height, width)]
        for side in views:
            seen_HW4 = self._look(at_most(photo_u8_HWC, side), views_too)
            logits_HW4 += cv2.resize(seen_HW4, (width, height), interpolation=cv2.INTER_LINEAR)
        return logits_HW4 / (1 + len(views))

    def _look(self, photo_u8_HWC: np.ndarray, turned_too: bool) -> np.ndarray:
        """Logits, float32 HW4. turned_too: averaged with those of the picture turned by a quarter; its mirror tells
        less, since training knew as many mirrored pictures as not."""
        height, width = photo_u8_HWC.shape[:2]
        padded_u8_HWC = cv2.copyMakeBorder(
            photo_u8_HWC, 0, -height % MULTIPLE, 0, -width % MULTIPLE, cv2.BORDER_REFLECT_101
        )
        logits_HW4 = self._run(padded_u8_HWC)
        if turned_too:
            turned_HW4 = self._run(np.ascontiguousarray(np.rot90(padded_u8_HWC)))
            logits_HW4 = (logits_HW4 + np.rot90(turned_HW4, -1)) / 2
        return np.ascontiguousarray(logits_HW4[:height, :width])

    def _run(self, photo_u8_HWC: np.ndarray) -> np.ndarray:
        """Logits, float32 HW4, of a picture whose sides are multiples of MULTIPLE."""
        photo_1CHW = torch.from_numpy(photo_u8_HWC).permute(2, 0, 1)[None]
        photo_1CHW = (
            photo_1CHW.to(self.device).float().div_(255).contiguous(memory_format=torch.channels_last)
        )
        return self.engine(photo_1CHW)[0].permute(1, 2, 0).float().cpu().numpy()


def _folded(network: nn.Module) -> nn.Module:
    return fold_batch_norms(fold(network.eval()))


def _join_far_view(near_HW4: np.ndarray, far_HW4: np.ndarray) -> None:
    """The whole picture at TILE shows large losses that a tile takes for background, and is blind to hairlines."""
    step_HW4 = far_HW4 - near_HW4
    near_HW4 += step_HW4 * np.where(step_HW4[..., :1] > 0, FAR_SURER, FAR_UNSURE)


def _enlarged(small_HWC: np.ndarray, height: int, width: int, rows: slice) -> np.ndarray:
    """Those rows of the map enlarged linearly to height and width, as cv2.resize does it."""
    last = len(small_HWC) - 1
    place = np.clip((np.arange(rows.start, rows.stop) + 0.5) * (last + 1) / height - 0.5, 0, last)
    above = np.minimum(place.astype(int), max(last - 1, 0))
    share = np.float32(place - above)[:, None, None]
    tall_HWC = small_HWC[above] * (1 - share) + small_HWC[np.minimum(above + 1, last)] * share
    return cv2.resize(tall_HWC, (width, len(tall_HWC)), interpolation=cv2.INTER_LINEAR)
