"""`segment INPUT... --out DIR`: what the finder sees, as a mask and as a probability."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ml.commands import batch
from ml.commands.console import UsageError, add_common_arguments, add_limit_argument, answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    parser.add_argument(
        "input", type=Path, nargs="+", metavar="INPUT", help="photographs, or folders of them"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the masks go")
    add_limit_argument(parser)


def main(args: argparse.Namespace) -> int:
    items = batch.collect(args.input, args.out)
    if not items:
        raise UsageError("no photographs in the folders that were named")

    def work(item: batch.Item, on_progress: Any) -> dict[str, Any]:
        return _find(item, args, on_progress)

    outcomes = batch.run(items, work)
    if args.json:
        answer(batch.summary(outcomes))
    return batch.exit_code(outcomes)


def _find(item: batch.Item, args: argparse.Namespace, on_progress: Any) -> dict[str, Any]:
    import numpy as np

    from ml.networks import load_finder
    from ml.photo import Metadata, read
    from ml.photo.codecs import png
    from ml.photo.writing import write_atomically
    from ml.results import mask_bytes

    photo = read(item.source, max_pixels=round(args.max_megapixels * 1e6))
    finder = load_finder(args.device)
    found = finder.find(photo.pixels_u8(), on_progress=lambda share: on_progress("finding", share))
    hole_HW = finder.hole(found)
    probability_u16 = np.rint(np.clip(found.probability_01_HW, 0, 1) * 65535).astype(np.uint16)
    folder = args.out / item.folder
    folder.mkdir(parents=True, exist_ok=True)
    files = {"mask": f"{item.name}_mask.png", "probability": f"{item.name}_probability.png"}
    write_atomically(folder / files["mask"], mask_bytes(hole_HW))
    write_atomically(folder / files["probability"], png.encode(probability_u16, Metadata()))
    return {"folder": str(item.folder), "files": files, "defect_share": float(hole_HW.mean())}
