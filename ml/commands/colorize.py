"""Colour photographs as they are; their damage stays.

For each NAME.ext (files, or all photographs of folders) the folder --out then holds
  NAME_colorized.X             its luma is the photograph's own, exactly
  NAME_colorized_2.X, ...      other opinions of the network, with --variants
X is the photograph's own format where it can hold the result, else PNG.
--hints is a JSON file [{"x": 10, "y": 20, "rgb": "#a0b0c0"}, ...]: this colour at this pixel of the picture as
displayed.
"""

from __future__ import annotations

import argparse
import functools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.checksum import file_sha256
from ml.commands import batch
from ml.commands.console import UsageError, add_batch_arguments, add_common_arguments, limits
from ml.contract import FORMATS

if TYPE_CHECKING:
    import numpy as np

MOST_VARIANTS = 8
"""As many as the colorizer has views; a test compares."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    add_batch_arguments(parser)
    parser.add_argument("--format", choices=FORMATS, help="of the results (default: the photograph's own)")
    parser.add_argument("--saturation", type=float, default=1.0, metavar="N", help="0 to 1.5 (default: 1)")
    parser.add_argument(
        "--hints",
        type=Path,
        metavar="FILE",
        help='JSON [{"x":, "y":, "rgb": "#rrggbb"}], pixels of the picture as displayed',
    )
    parser.add_argument(
        "--variants",
        type=int,
        default=1,
        metavar="N",
        help=f"so many colourings of each, 1 to {MOST_VARIANTS}",
    )


def main(args: argparse.Namespace) -> int:
    if not 0 <= args.saturation <= 1.5:
        raise UsageError(f"--saturation: 0 to 1.5; got {args.saturation}")
    if not 1 <= args.variants <= MOST_VARIANTS:
        raise UsageError(f"--variants: 1 to {MOST_VARIANTS}; got {args.variants}")
    hints = () if args.hints is None else read_hints(args.hints)
    items = batch.collect(args.input, args.out)
    outcomes = batch.run(items, lambda item, on_progress: _colour(item, args, hints, on_progress))
    return batch.conclude(outcomes, args.json, args.out)


def read_hints(path: Path) -> tuple[dict[str, Any], ...]:
    """The points and their colours; UsageError where the file is not as --help says."""
    try:
        hints = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"--hints: {error}") from error
    if not isinstance(hints, list):
        raise UsageError("--hints: a JSON list is needed")
    for hint in hints:
        whole = isinstance(hint, dict) and hint.keys() >= {"x", "y", "rgb"}
        numbers = whole and all(isinstance(hint[axis], int | float) for axis in "xy")
        if not numbers or not re.fullmatch(r"#[0-9a-fA-F]{6}", str(hint["rgb"])):
            raise UsageError(f'--hints: {json.dumps(hint)} is not {{"x":, "y":, "rgb": "#rrggbb"}}')
    return tuple(hints)


def _colour(item: batch.Item, args: argparse.Namespace, hints: Any, on_progress: Any) -> dict[str, Any]:
    from ml.photo import read, result_format, suffix, write
    from ml.record import coloured_step, described

    photo = read(item.source, **limits(args))
    _check_places(hints, *photo.pixels_HWC.shape[:2])
    folder = args.out / item.folder
    format = result_format(photo, args.format)
    ending = suffix(format, item.source, args.format)
    files = []
    for number, pixels_HWC in enumerate(_coloured(photo.pixels_HWC, args, hints, on_progress), start=1):
        file = f"{item.name}_colorized{'' if number == 1 else f'_{number}'}{ending}"
        folder.mkdir(parents=True, exist_ok=True)
        coloured = photo.with_pixels(pixels_HWC, grey=False)
        record = _record(item.source, args, hints, number)
        write(described(coloured, [coloured_step(args.saturation)], record), folder / file, format)
        files.append(file)
    return {"folder": str(item.folder), "files": files}


def _record(source: Path, args: argparse.Namespace, hints: Any, number: int) -> dict[str, Any]:
    from ml.record import new_record

    settings = {"format": args.format, "saturation": args.saturation, "hints": list(hints), "variant": number}
    return new_record("colorized", {"colorize"}, settings, file_sha256(source))


def _coloured(
    photo_HWC: np.ndarray, args: argparse.Namespace, hints: Any, on_progress: Any
) -> list[np.ndarray]:
    from ml import networks

    colorizer = networks.load_colorizer(args.device)
    if args.variants == 1:
        tell = functools.partial(on_progress, "colouring")
        return [colorizer.colorize(photo_HWC, saturation=args.saturation, hints=hints, on_progress=tell)]
    chosen = {} if args.saturation == 1 and not hints else {"saturation": args.saturation, "hints": hints}
    return colorizer.variants(photo_HWC, args.variants, **chosen)


def _check_places(hints: tuple[dict[str, Any], ...], height: int, width: int) -> None:
    for hint in hints:
        if not (0 <= hint["x"] < width and 0 <= hint["y"] < height):
            place = f"x {hint['x']}, y {hint['y']}"
            raise batch.Failed(
                f"The hint at {place} lies outside of the picture of {width} x {height} pixels."
            )
