"""Restore photographs: remove their damage, colour them, and do both.

For each NAME.ext (files, or all photographs of folders) the folder --out then holds
  NAME_restored.X              the damage repaired; everything else is the original's, pixel for pixel
  NAME_colorized.X             the scan as it is, coloured
  NAME_restored_colorized.X    both
  NAME_mask.png                what was repaired is white; of the photograph's size as displayed
  NAME_layers.ora or .tiff     with --layers: original, repair, colour and mask (hidden), one over the other; as shown
                               they are the last wanted of colorized, restored and restored_colorized
  NAME_report.json             what was found and done: shares, notes, seconds, sha256 of the weights, date
and one report.csv with a row per file. X is the photograph's own format where it can hold the result, else PNG.
--hints is a JSON file [{"x": 10, "y": 20, "rgb": "#a0b0c0"}, ...]: this colour at this pixel of the picture as
displayed, and on what is like it. --variant 1 is the opinion that `colorize --variants 2` writes as NAME_colorized_2.X.
--retry-region is a mask like --mask: what was repaired there is repaired once more by --retry-seed, and every other
pixel is the one of the run without it.
Where a.jpg and a.png lie in one folder, NAME is the whole name: a.jpg_restored.jpg, a.png_restored.png.
Files that were done before with the same settings are skipped when the command is run again.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from ml.checksum import file_sha256
from ml.commands import batch
from ml.commands.console import (
    UsageError,
    add_batch_arguments,
    add_common_arguments,
    add_damping_argument,
    add_finding_argument,
    add_seed_argument,
    limits,
)
from ml.commands.hints import add_hints_argument, read_hints
from ml.commands.ledger import Ledger, settings_text
from ml.contract import FORMATS, LAYERED, RESULTS, VARIANTS, Options, PhotoRejected


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    add_batch_arguments(parser)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="of the results (default: the photograph's own where it can hold them, else PNG)",
    )
    parser.add_argument(
        "--layers",
        choices=LAYERED,
        help="also a file with layers: OpenRaster, or a TIFF with Photoshop's layers",
    )
    parser.add_argument(
        "--mask", type=Path, metavar="FILE", help="repair where it is white, instead of finding"
    )
    add_finding_argument(parser)
    add_seed_argument(parser)
    parser.add_argument(
        "--retry-region",
        type=Path,
        metavar="FILE",
        help="where this picture is white, repair once more and another way; all else stays as without it",
    )
    parser.add_argument(
        "--retry-seed", type=int, metavar="N", help="of that try (default: one more than --seed)"
    )
    parser.add_argument("--only", default=",".join(RESULTS), metavar="NAME,...", help="default: %(default)s")
    parser.add_argument("--saturation", type=float, default=1.0, metavar="N", help="of the colours, 0 to 1.5")
    parser.add_argument(
        "--visible-mark",
        action="store_true",
        help="small letters in each result's lower right corner say what it is; layers carry none",
    )
    add_hints_argument(parser)
    parser.add_argument(
        "--variant",
        type=int,
        default=0,
        metavar="N",
        help=f"which opinion of the colorizer, 0 to {VARIANTS - 1} (0)",
    )
    add_damping_argument(parser)
    parser.add_argument("--again", action="store_true", help="do files that are done already once more")


def main(args: argparse.Namespace) -> int:
    options = _options(args)
    _check_mask("--mask", args.mask)
    _check_mask("--retry-region", args.retry_region)
    ledger = Ledger(args.out, settings_text(options, args.mask))
    items = batch.collect(args.input, args.out, ledger.results_of_others(args.input))
    _make_folder(args.out)
    hashes: dict[str, str] = {}

    def work(item: batch.Item, on_progress: Any) -> dict[str, Any] | None:
        hashes[item.label] = file_sha256(item.source)
        if not args.again and ledger.is_done(item, hashes[item.label]):
            return None
        return _restore(item, args, options, on_progress)

    outcomes = batch.run(items, work, lambda outcome: ledger.add(outcome, hashes.get(outcome.item.label, "")))
    ledger.tidy()
    return batch.conclude(outcomes, args.json, ledger.path)


def _restore(
    item: batch.Item, args: argparse.Namespace, options: Options, on_progress: Any
) -> dict[str, Any]:
    from ml.photo.writing import write_atomically
    from ml.pipeline import restore_file  # torch comes in here, not with --help

    folder = args.out / item.folder
    report = restore_file(
        item.source,
        folder,
        options,
        on_progress=lambda stage, share: on_progress(stage.value, share),
        mask=args.mask,
        name=item.name,
        **limits(args),
    ).as_json()
    content = json.dumps({"file": item.label} | report, ensure_ascii=False, indent=2) + "\n"
    write_atomically(folder / f"{item.name}_report.json", content.encode())
    return {"folder": str(item.folder), "report": report}


def _options(args: argparse.Namespace) -> Options:
    only = tuple(dict.fromkeys(name.strip() for name in args.only.split(",") if name.strip()))
    hints = read_hints(args.hints)
    try:
        return Options(
            only=only,
            format=args.format,
            saturation=args.saturation,
            device=args.device,
            finding=args.finding,
            seed=args.seed,
            tries=_tries(args),
            layers=args.layers,
            hints=hints,
            variant=args.variant,
            damped=args.damped,
            visible_mark=args.visible_mark,
        )
    except ValueError as error:
        raise UsageError(f"--{error}") from error


def _tries(args: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    if args.retry_region is None:
        if args.retry_seed is not None:
            raise UsageError("--retry-seed: only together with --retry-region")
        return ()
    seed = args.seed + 1 if args.retry_seed is None else args.retry_seed
    return ({"seed": seed, "mask": str(args.retry_region)},)


def _make_folder(out: Path) -> None:
    """Once, before any photograph is worked on for nothing."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out: the folder {out} cannot be made: {error.strerror}") from error
    if not os.access(out, os.W_OK | os.X_OK):
        raise UsageError(f"--out: nothing can be written into {out}")


def _check_mask(argument: str, mask: Path | None) -> None:
    """Once, before any photograph is blamed for it."""
    if mask is None:
        return
    if not mask.is_file():
        raise UsageError(f"{argument}: {mask} is no file")
    from ml.photo import probe

    try:
        probe(mask, max_pixels=10**12)
    except PhotoRejected as error:
        raise UsageError(f"{argument}: {mask}: {error}") from error
