"""Repair one photograph where a mask is white: the repair alone.

--out has the photograph's size and depth; its suffix chooses the format. .png, .tif and .webp keep every pixel
outside of the feathered mask exactly; .jpg is lossy. The mask has the photograph's size as displayed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter

from ml.checksum import file_sha256
from ml.commands.console import (
    UsageError,
    add_common_arguments,
    add_limit_arguments,
    add_seed_argument,
    answer,
    limits,
    say,
)
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
    add_seed_argument(parser)
    add_limit_arguments(parser)


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
    from ml import networks
    from ml.commands.progress import Bar
    from ml.holes import read_hole
    from ml.photo import read, write
    from ml.record import described, new_record, repaired_step
    from ml.repairing import repair_photo

    photo = read(args.input, **limits(args))
    hole_HW = read_hole(args.mask, photo)
    bar = Bar(1)
    if hole_HW.any():
        repairer = networks.load_repairer(args.device)
        repaired = repair_photo(
            photo, hole_HW, repairer, lambda share: bar.show(args.input.name, "repairing", share), args.seed
        )
        record = new_record(
            "restored",
            {"inpaint"},
            {"format": format, "mask": "given", "seed": args.seed},
            file_sha256(args.input),
            networks.hole_sha256(hole_HW),
        )
        photo = described(repaired, ["mask given", repaired_step(hole_HW)], record)
    bar.close()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write(photo, args.out, format)
    return float(hole_HW.mean())
