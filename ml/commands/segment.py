"""Find the damage of photographs.

For each NAME.ext (files, or all photographs of folders) the folder --out then holds
  NAME_mask.png           255 where the finder sees damage, else 0
  NAME_probability.png    16 bit grey, 65535 where it is certain of damage
Both are of the size of the picture as displayed.
"""

from __future__ import annotations

import argparse
from typing import Any

from ml.commands import batch
from ml.commands.console import add_batch_arguments, add_common_arguments, add_finding_argument, limits


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    add_batch_arguments(parser)
    add_finding_argument(parser)


def main(args: argparse.Namespace) -> int:
    items = batch.collect(args.input, args.out)
    outcomes = batch.run(items, lambda item, on_progress: _find(item, args, on_progress))
    return batch.conclude(outcomes, args.json, args.out)


def _find(item: batch.Item, args: argparse.Namespace, on_progress: Any) -> dict[str, Any]:
    import numpy as np

    from ml import networks
    from ml.photo import Metadata, read
    from ml.photo.codecs import png
    from ml.photo.writing import write_atomically
    from ml.results import mask_bytes

    photo = read(item.source, **limits(args))
    finder = networks.load_finder(args.device)
    found = finder.find(photo.pixels_u8(), on_progress=lambda share: on_progress("finding", share))
    hole_HW = finder.hole(found, args.finding)
    probability_u16 = np.rint(np.clip(found.probability_01_HW, 0, 1) * 65535).astype(np.uint16)
    folder = args.out / item.folder
    folder.mkdir(parents=True, exist_ok=True)
    files = {"mask": f"{item.name}_mask.png", "probability": f"{item.name}_probability.png"}
    write_atomically(folder / files["mask"], mask_bytes(hole_HW))
    write_atomically(folder / files["probability"], png.encode(probability_u16, Metadata()))
    return {"folder": str(item.folder), "files": files, "defect_share": float(hole_HW.mean())}
