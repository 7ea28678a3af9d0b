"""Colour photographs as they are; their damage stays.

For each NAME.ext (files, or all photographs of folders) the folder --out then holds
  NAME_colorized.X             its luma is the photograph's own, exactly
  NAME_colorized_2.X, ...      other opinions of the network, with --variants
  NAME_doubts.png              where it was unsure of them, with --doubts
X is the photograph's own format where it can hold the result, else PNG.
--hints is a JSON file [{"x": 10, "y": 20, "rgb": "#a0b0c0"}, ...]: this colour at this pixel of the picture as
displayed.
"""

from __future__ import annotations

import argparse
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.checksum import file_sha256
from ml.commands import batch
from ml.commands.console import (
    UsageError,
    add_batch_arguments,
    add_common_arguments,
    add_damping_argument,
    limits,
)
from ml.commands.hints import add_hints_argument, read_hints
from ml.contract import FORMATS, VARIANTS, Hints, check_places

if TYPE_CHECKING:
    import numpy as np

WHITE_DOUBT = 0.08
"""Expected error of Cb and Cr, -0.5..0.5; on photographs it is 0.03 to 0.07."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    add_batch_arguments(parser)
    parser.add_argument("--format", choices=FORMATS, help="of the results (default: the photograph's own)")
    parser.add_argument("--saturation", type=float, default=1.0, metavar="N", help="0 to 1.5 (default: 1)")
    add_damping_argument(parser)
    add_hints_argument(parser)
    parser.add_argument(
        "--variants",
        type=int,
        default=1,
        metavar="N",
        help=f"so many colourings of each, 1 to {VARIANTS}",
    )
    parser.add_argument(
        "--doubts",
        action="store_true",
        help="also NAME_doubts.png: the brighter, the less sure the network was of the colour there",
    )


def main(args: argparse.Namespace) -> int:
    if not 0 <= args.saturation <= 1.5:
        raise UsageError(f"--saturation: 0 to 1.5; got {args.saturation}")
    if not 1 <= args.variants <= VARIANTS:
        raise UsageError(f"--variants: 1 to {VARIANTS}; got {args.variants}")
    hints = read_hints(args.hints)
    items = batch.collect(args.input, args.out)
    outcomes = batch.run(items, lambda item, on_progress: _colour(item, args, hints, on_progress))
    return batch.conclude(outcomes, args.json, args.out)


def _colour(item: batch.Item, args: argparse.Namespace, hints: Hints, on_progress: Any) -> dict[str, Any]:
    from ml.photo import read, result_format, suffix, write
    from ml.record import coloured_step, described

    photo = read(item.source, **limits(args))
    check_places(hints, photo.pixels_HWC.shape[1], photo.pixels_HWC.shape[0])
    folder = args.out / item.folder
    format = result_format(photo, args.format)
    ending = suffix(format, item.source, args.format)
    files = []
    for variant, pixels_HWC in enumerate(_coloured(photo.pixels_HWC, args, hints, on_progress)):
        file = f"{item.name}_colorized{f'_{variant + 1}' if variant else ''}{ending}"
        folder.mkdir(parents=True, exist_ok=True)
        coloured = photo.with_pixels(pixels_HWC, grey=False)
        done = [coloured_step(args.saturation, hints, variant, args.damped)]
        write(described(coloured, done, _record(item.source, args, hints, variant)), folder / file, format)
        files.append(file)
    if args.doubts:
        files.append(_write_doubts(photo.pixels_HWC, folder / f"{item.name}_doubts.png", args))
    return {"folder": str(item.folder), "files": files}


def _record(source: Path, args: argparse.Namespace, hints: Hints, variant: int) -> dict[str, Any]:
    from ml.networks import networks_of
    from ml.record import colour_settings, new_record

    settings = {"format": args.format} | colour_settings(args.saturation, hints, variant, args.damped)
    networks = networks_of(["colorized"], damped=args.damped)
    return new_record("colorized", networks, settings, file_sha256(source))


def _coloured(
    photo_HWC: np.ndarray, args: argparse.Namespace, hints: Hints, on_progress: Any
) -> list[np.ndarray]:
    from ml import networks

    colorizer = networks.load_colorizer(args.device)
    given = {"saturation": args.saturation, "hints": hints, "damped": args.damped}
    if args.variants == 1:
        tell = functools.partial(on_progress, "colouring")
        return [colorizer.colorize(photo_HWC, on_progress=tell, **given)]
    return colorizer.variants(photo_HWC, args.variants, **given)


def _write_doubts(photo_HWC: np.ndarray, path: Path, args: argparse.Namespace) -> str:
    """The expected error at the photograph's size; white is WHITE_DOUBT and more. Returns the file's name."""
    import cv2
    import numpy as np

    from ml.networks import load_colorizer
    from ml.photo.writing import write_atomically

    error_HW = load_colorizer(args.device).doubt(photo_HWC)
    doubts_u8_HW = (error_HW / WHITE_DOUBT * 255).clip(0, 255).astype(np.uint8)
    doubts_u8_HW = cv2.resize(doubts_u8_HW, photo_HWC.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    write_atomically(path, cv2.imencode(".png", doubts_u8_HW)[1].tobytes())
    return path.name
