"""`colorize INPUT... --out DIR`: the scan as it is, coloured."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from ml.commands import batch
from ml.commands.console import UsageError, add_common_arguments, add_limit_argument, answer
from ml.contract import FORMATS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    parser.add_argument(
        "input", type=Path, nargs="+", metavar="INPUT", help="photographs, or folders of them"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the results go")
    parser.add_argument("--format", choices=FORMATS, help="of the results (default: the photograph's own)")
    parser.add_argument("--saturation", type=float, default=1.0, metavar="N", help="0 to 1.5 (default: 1)")
    parser.add_argument(
        "--hints",
        type=Path,
        metavar="FILE",
        help='JSON [{"x":, "y":, "rgb": "#rrggbb"}], pixels of the picture as displayed',
    )
    parser.add_argument("--variants", type=int, default=1, metavar="N", help="so many colourings of each")
    add_limit_argument(parser)


def main(args: argparse.Namespace) -> int:
    if not 0 <= args.saturation <= 1.5:
        raise UsageError(f"--saturation: 0 to 1.5; got {args.saturation}")
    if args.variants < 1:
        raise UsageError(f"--variants: at least 1; got {args.variants}")
    hints = () if args.hints is None else read_hints(args.hints)
    items = batch.collect(args.input, args.out)
    if not items:
        raise UsageError("no photographs in the folders that were named")

    def work(item: batch.Item, on_progress: Any) -> dict[str, Any]:
        return _colour(item, args, hints, on_progress)

    outcomes = batch.run(items, work)
    if args.json:
        answer(batch.summary(outcomes))
    return batch.exit_code(outcomes)


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
    from ml.networks import load_colorizer
    from ml.photo import read, result_format, suffix, write

    photo = read(item.source, max_pixels=round(args.max_megapixels * 1e6))
    colorizer = load_colorizer(args.device)
    first = colorizer.colorize(
        photo.pixels_HWC,
        saturation=args.saturation,
        hints=hints,
        on_progress=lambda share: on_progress("colouring", share),
    )
    coloured = [first]
    if args.variants > 1:
        coloured += list(colorizer.variants(photo.pixels_HWC, args.variants))[1:]
    folder = args.out / item.folder
    folder.mkdir(parents=True, exist_ok=True)
    format = result_format(photo, args.format)
    ending = suffix(format, item.source, args.format)
    files = []
    for number, pixels_HWC in enumerate(coloured, start=1):
        file = f"{item.name}_colorized{'' if number == 1 else f'_{number}'}{ending}"
        write(photo.with_pixels(pixels_HWC, grey=False), folder / file, format)
        files.append(file)
    return {"folder": str(item.folder), "files": files}
