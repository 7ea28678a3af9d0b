"""`inpaint INPUT --mask FILE --out FILE`: the repair alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter

from ml.commands.console import UsageError, add_common_arguments, add_limit_argument, answer, say
from ml.contract import PhotoRejected

FORMATS = {".png": "png", ".tif": "tiff", ".tiff": "tiff", ".webp": "webp", ".jpg": "jpeg", ".jpeg": "jpeg"}
"""All but JPEG keep every pixel outside the hole exactly."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    parser.add_argument("input", type=Path, metavar="INPUT", help="the photograph")
    parser.add_argument("--mask", type=Path, required=True, metavar="FILE", help="white is what to repair")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="its suffix chooses the format"
    )
    add_limit_argument(parser)


def main(args: argparse.Namespace) -> int:
    format = FORMATS.get(args.out.suffix.lower())
    if format is None:
        raise UsageError(f"--out: a suffix of {', '.join(FORMATS)} is needed; got {args.out.name}")
    for path in (args.input, args.mask):
        if not path.is_file():
            raise UsageError(f"{path} is no file")
    start = perf_counter()
    try:
        share = _repair(args, format)
    except PhotoRejected as error:
        say(f"{args.input.name}: {error}")
        if args.json:
            answer({"file": args.input.name, "status": "failed", "reason": str(error), "code": error.code})
        return 1
    if args.json:
        answer(
            {
                "file": args.input.name,
                "status": "done",
                "out": str(args.out),
                "hole_share": share,
                "seconds": round(perf_counter() - start, 3),
            }
        )
    return 0


def _repair(args: argparse.Namespace, format: str) -> float:
    from ml.commands.progress import Bar
    from ml.networks import load_repairer
    from ml.photo import read, write
    from ml.pipeline import read_hole, repair_photo

    photo = read(args.input, max_pixels=round(args.max_megapixels * 1e6))
    hole_HW = read_hole(args.mask, photo)
    bar = Bar(1)
    if hole_HW.any():
        repairer = load_repairer(args.device)
        photo = repair_photo(
            photo, hole_HW, repairer, lambda share: bar.show(args.input.name, "repairing", share)
        )
    bar.close()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write(photo, args.out, format)
    return float(hole_HW.mean())
