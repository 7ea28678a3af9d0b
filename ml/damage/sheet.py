"""The contact sheet of `python -m ml paint`: aged photographs, the same with painted damage, its labels."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from ml.damage.ageing import age
from ml.damage.canvas import IGNORE, LINE, LOSS, SPECK
from ml.damage.decoy import decoys
from ml.damage.noise import clouds
from ml.damage.painting import paint
from ml.damage.shapes import Shapes, load_shapes

TILE_PX = 320
ROWS, COLUMNS = 6, 2
COLOURS = {LINE: (220, 40, 40), SPECK: (40, 190, 70), LOSS: (50, 80, 230), IGNORE: (240, 210, 40)}
PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"}
DECOY_SHARE = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the sheet: .png, .jpg or .webp"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another number, another sheet (0)")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of photographs; without it, made-up pictures"
    )
    parser.add_argument(
        "--shapes", type=Path, metavar="DIR", help="folder of real shapes of damage to use as well"
    )


def paint_sheet(out: Path, *, seed: int, data: Path | None, shapes: Path | None = None) -> None:
    """Writes a sheet of samples, three tiles each: aged, painted, labels.

    Labels: red line, green speck, blue loss, yellow unsure.

    The same arguments give the same sheet.
    Raises FileNotFoundError if `data` holds no picture, ValueError if `out` cannot be written.
    """
    choose = _made_up if data is None else _chooser(data)
    overlays = load_shapes(shapes) if shapes else None
    samples = [
        _sample(choose, overlays, np.random.default_rng((seed, index))) for index in range(ROWS * COLUMNS)
    ]
    rows = [np.hstack(samples[start : start + COLUMNS]) for start in range(0, len(samples), COLUMNS)]
    sheet = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    try:
        written = cv2.imwrite(str(out), sheet)
    except cv2.error as error:
        raise ValueError(f"{out}: a sheet is written as .png, .jpg or .webp") from error
    if not written:
        raise ValueError(f"{out} could not be written; does its folder exist?")


def colour_labels(photo_u8_HWC: np.ndarray, kinds_u8_HW: np.ndarray) -> np.ndarray:
    """The photograph with its labels over it, RGB u8."""
    out = photo_u8_HWC.astype(np.float32)
    for kind, colour in COLOURS.items():
        out[kinds_u8_HW == kind] = 0.35 * out[kinds_u8_HW == kind] + 0.65 * np.array(colour, np.float32)
    return np.rint(out).astype(np.uint8)


def _sample(choose: Callable, shapes: Shapes | None, rng: np.random.Generator) -> np.ndarray:
    aged = age(_crop(choose(rng), rng), rng)
    if rng.random() < DECOY_SHARE:
        aged = decoys(aged, rng)
    painted = paint(aged, rng, shapes)
    return np.hstack([aged, painted.photo_u8_HWC, colour_labels(painted.photo_u8_HWC, painted.kinds_u8_HW)])


def _crop(photo_u8_HWC: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A tile at native scale; a photograph smaller than a tile is enlarged until it covers one."""
    height, width = photo_u8_HWC.shape[:2]
    if min(height, width) < TILE_PX:
        grow = TILE_PX / min(height, width)
        size = (max(TILE_PX, round(width * grow)), max(TILE_PX, round(height * grow)))
        photo_u8_HWC = cv2.resize(photo_u8_HWC, size, interpolation=cv2.INTER_CUBIC)
        height, width = photo_u8_HWC.shape[:2]
    top, left = int(rng.integers(height - TILE_PX + 1)), int(rng.integers(width - TILE_PX + 1))
    return np.ascontiguousarray(photo_u8_HWC[top : top + TILE_PX, left : left + TILE_PX])


def _chooser(data: Path) -> Callable[[np.random.Generator], np.ndarray]:
    paths = sorted(path for path in Path(data).iterdir() if path.suffix.lower() in PICTURES)
    if not paths:
        raise FileNotFoundError(f"{data} holds no picture ({', '.join(sorted(PICTURES))})")

    def choose(rng: np.random.Generator) -> np.ndarray:
        path = paths[int(rng.integers(len(paths)))]
        photo = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if photo is None:
            raise ValueError(f"{path} cannot be read as a picture")
        return cv2.cvtColor(photo, cv2.COLOR_BGR2RGB)

    return choose


def _made_up(rng: np.random.Generator) -> np.ndarray:
    """A sitter before a studio's backdrop, of ellipses and clouds, to see damage on. RGB u8, 400x400."""
    side = 400
    backdrop = 120 + 28 * clouds(side, side, rng, 300, 3) + np.linspace(30, -50, side)[:, None]
    photo = np.repeat(backdrop[..., None], 3, axis=2)
    middle = int(rng.uniform(160, 240))
    coat, hair = rng.uniform(30, 210), rng.uniform(25, 120)
    for centre, axes, level in (
        ((middle, 420), (170, 150), coat),
        ((middle, 265), (34, 60), 175),
        ((middle, 150), (82, 92), hair),
        ((middle, 185), (62, 84), 188),
    ):
        cover = np.zeros((side, side), np.uint8)
        cv2.ellipse(cover, centre, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
        soft = cv2.GaussianBlur(cover, (0, 0), 2).astype(np.float32)[..., None] / 255
        light = level + 14 * clouds(side, side, rng, 60, 4)[..., None] + np.linspace(25, -25, side)[:, None]
        photo += soft * (light * np.array([1.05, 1.0, 0.92]) - photo)
    return np.clip(photo, 0, 255).astype(np.uint8)
