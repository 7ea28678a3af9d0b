"""The colorizer at work: a photograph's own luma, with the colours that the network gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from ml.checkpoint import load_weights, read_weights
from ml.colorize.confidence import DoubtingUNet, ErrorHead, kept
from ml.colorize.evening import evened
from ml.colorize.gamut import joined, rounded_luma
from ml.colorize.hints import Hint, Spot, add_spots, read_hints, spread
from ml.colorize.network import MULTIPLE, ChromaUNet, build
from ml.colorize.spectral import fold_spectral_norms
from ml.colorize.upsampling import GuidedChroma
from ml.devices import choose_device
from ml.economy import sparing
from ml.folding import fold_batch_norms

NAME, HEAD_NAME = "colorize", "confidence"
LONG_SIDE = 512
"""Of the picture that the network sees, in pixels."""
SMALL_SIDE = 256
"""The same where memory runs out."""
STRIP_PX = 1_000_000
"""Pixels coloured at a time: what memory the work takes beside source and result does not grow with the picture."""


@dataclass(frozen=True)
class View:
    """How the network is shown a picture."""

    long_side: int = LONG_SIDE
    gamma: float = 1.0
    """Exponent of luma; only what the network sees of it."""
    mirrored: bool = False


VIEWS = (
    View(),
    View(gamma=1.5),
    View(long_side=384, mirrored=True),
    View(gamma=0.67),
    View(long_side=640),
    View(long_side=320, gamma=1.25),
    View(mirrored=True, gamma=0.8),
    View(long_side=448, gamma=1.8),
)
"""What it takes a thing for depends on how near and how bright it sees it: each view is an opinion."""


class Colorizer:
    """Thread-safe: nothing of it changes after loading."""

    def __init__(self, network: ChromaUNet, device: torch.device, head: ErrorHead | None = None) -> None:
        """head: of errors; without one nothing is damped."""
        folded = fold_batch_norms(fold_spectral_norms(network.eval()))
        seeing = folded if head is None else DoubtingUNet(folded, head.eval())
        self.network = seeing.requires_grad_(False).to(device)
        self.device = device

    @classmethod
    def load(cls, device: str = "auto", weights: Path | None = None) -> Colorizer:
        """With the shipped weights, or those of a file that `export` wrote; to these no head of errors belongs.

        Raises WeightsMissing, and ValueError for cuda without one.
        """
        network, head = build(), None
        network.load_state_dict((load_weights(NAME) if weights is None else read_weights(weights))[0])
        if weights is None:
            head = ErrorHead()
            head.load_state_dict(load_weights(HEAD_NAME)[0])
        return cls(network, choose_device(device), head)

    def colorize(
        self,
        photo_HWC: np.ndarray,
        saturation: float = 1.0,
        hints: Sequence[Mapping[str, Any]] = (),
        on_progress: Callable[[float], None] | None = None,
        variant: int = 0,
        damped: bool = True,
    ) -> np.ndarray:
        """The photograph in colour, HWC, in its own type and size; its luma is kept exactly (see gamut.py).

        photo_HWC: RGB, uint8 or uint16; colours that it has are replaced, only luma is looked at.
        saturation: strength of the network's colours, 0..1.5; not of the hints'.
        hints: [{"x":, "y":, "rgb": "#rrggbb"}], pixels of the photograph.
        variant: the number of one of VIEWS.
        damped: paler where the network is unsure (confidence.py).
        Where memory runs out, from a smaller view and in narrower strips (ml.economy).
        Raises ValueError for a hint outside the picture or another type of pixels.
        """
        colorize = partial(
            self._colorize,
            photo_HWC,
            saturation=saturation,
            hints=hints,
            on_progress=on_progress,
            damped=damped,
        )
        small = partial(colorize, replace(VIEWS[variant], long_side=SMALL_SIDE), strip_px=STRIP_PX // 16)
        return sparing([("", partial(colorize, VIEWS[variant])), ("colouring:view", small)])

    def variants(
        self,
        photo_HWC: np.ndarray,
        count: int,
        saturation: float = 1.0,
        hints: Sequence[Mapping[str, Any]] = (),
        damped: bool = True,
    ) -> list[np.ndarray]:
        """`count` colourings, each another opinion of the network; the first is that of `colorize`.

        Raises ValueError for more than there are views.
        """
        if not 1 <= count <= len(VIEWS):
            raise ValueError(f"variants: 1 to {len(VIEWS)}; got {count}")
        return [self._colorize(photo_HWC, view, saturation, hints, damped=damped) for view in VIEWS[:count]]

    def doubt(self, photo_HWC: np.ndarray) -> np.ndarray:
        """The standard error that is expected of the colours, of Cb and Cr each (0..0.5), float32 HW at half the size
        that the network sees; RGB as for `colorize`. Raises ValueError without a head of errors."""
        error_HW = self._seen(photo_HWC, VIEWS[0])[2]
        if error_HW is None:
            raise ValueError("this colorizer has no head of errors")
        return error_HW

    def _colorize(
        self,
        photo_HWC: np.ndarray,
        view: View,
        saturation: float = 1.0,
        hints: Sequence[Mapping[str, Any]] = (),
        on_progress: Callable[[float], None] | None = None,
        strip_px: int | None = None,
        damped: bool = True,
    ) -> np.ndarray:
        if photo_HWC.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"uint8 or uint16 pixels are needed; got {photo_HWC.dtype}")
        height, width = photo_HWC.shape[:2]
        places = read_hints(hints, height, width)
        luma_01_HW, chroma_HW2 = self.small(photo_HWC, view, damped)
        chroma_HW2 = chroma_HW2 * np.float32(saturation)
        if places:
            chroma_HW2 = spread(luma_01_HW, chroma_HW2, places, height, width)
        if on_progress:
            on_progress(0.5)
        guided = GuidedChroma(luma_01_HW, chroma_HW2, height, width)
        return _drawn(photo_HWC, guided, places, on_progress, strip_px or STRIP_PX)

    def small(
        self, photo_HWC: np.ndarray, view: View = VIEWS[0], damped: bool = True
    ) -> tuple[np.ndarray, np.ndarray]:
        """The network's picture at half the size that it sees: luma 0..1 (HW), Cb and Cr -0.5..0.5 (HW2), float32;
        with a head of errors, evened out within edges (evening.py)."""
        luma_01_HW, chroma_HW2, error_HW = self._seen(photo_HWC, view)
        if error_HW is not None:
            chroma_HW2 = evened(luma_01_HW, chroma_HW2, error_HW)
            if damped:
                chroma_HW2 *= kept(error_HW)[..., None]
        return luma_01_HW, chroma_HW2

    def _seen(self, photo_HWC: np.ndarray, view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """As `small`, as the network gives it, and the expected error (HW) or None."""
        seen_01_HW = shown(photo_HWC, view.long_side)
        height, width = seen_01_HW.shape
        given = seen_01_HW**view.gamma if view.gamma != 1 else seen_01_HW
        below, right = -height % MULTIPLE, -width % MULTIPLE
        given = cv2.copyMakeBorder(given, 0, below, 0, right, cv2.BORDER_REPLICATE)
        luma_B1HW = torch.from_numpy(given)[None, None].to(self.device)
        seen_BCHW = self._run(luma_B1HW.flip(3)).flip(3) if view.mirrored else self._run(luma_B1HW)
        seen_HWC = seen_BCHW[0].permute(1, 2, 0).cpu().numpy()[: height // 2, : width // 2]
        luma_01_HW = cv2.resize(seen_01_HW, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        error_HW = np.ascontiguousarray(seen_HWC[..., 2]) if seen_HWC.shape[2] == 3 else None
        return luma_01_HW, np.ascontiguousarray(seen_HWC[..., :2]), error_HW

    @torch.inference_mode()
    def _run(self, luma_01_B1HW: Tensor) -> Tensor:
        return self.network(luma_01_B1HW)


def shown(photo_HWC: np.ndarray, long_side: int) -> np.ndarray:
    """Luma 0..1, float32 HW, of the photograph brought to about that long side; both sides even."""
    height, width = photo_HWC.shape[:2]
    scale = long_side / max(height, width)
    size = tuple(max(2, 2 * round(length * scale / 2)) for length in (width, height))
    small_HWC = cv2.resize(photo_HWC, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    weights = np.array([0.299, 0.587, 0.114], np.float32) / np.iinfo(photo_HWC.dtype).max
    return np.ascontiguousarray(small_HWC.astype(np.float32) @ weights.astype(np.float32))


def _drawn(
    photo_HWC: np.ndarray,
    guided: GuidedChroma,
    hints: Sequence[Hint],
    on_progress: Callable[[float], None] | None,
    strip_px: int,
) -> np.ndarray:
    """The picture at full size, strip by strip."""
    height, width = photo_HWC.shape[:2]
    spots = _spots(photo_HWC, guided, hints)
    coloured_HWC = np.empty_like(photo_HWC)
    count = max(1, strip_px // width)
    for top in range(0, height, count):
        strip_HW = rounded_luma(photo_HWC[top : top + count])
        luma_01_HW = _01(strip_HW)
        chroma_HW2 = guided.rows(top, luma_01_HW)
        add_spots(chroma_HW2, luma_01_HW, top, spots, max(height, width))
        coloured_HWC[top : top + count] = joined(strip_HW, chroma_HW2)
        if on_progress:
            on_progress(0.5 + 0.5 * min(1.0, (top + count) / height))
    return coloured_HWC


def _spots(photo_HWC: np.ndarray, guided: GuidedChroma, hints: Sequence[Hint]) -> list[Spot]:
    spots = []
    for hint in hints:
        row_01_HW = _01(rounded_luma(photo_HWC[hint.y : hint.y + 1]))
        missing = np.subtract(hint.chroma, guided.rows(hint.y, row_01_HW)[0, hint.x])
        spots.append(Spot(hint, missing, float(row_01_HW[0, hint.x])))
    return spots


def _01(luma_HW: np.ndarray) -> np.ndarray:
    return luma_HW.astype(np.float32) / np.float32(np.iinfo(luma_HW.dtype).max)
