"""Time and peak memory of each stage at its own size, and of the whole path from file to three files.

Beside them the rate of a large matrix product in the same run, and classical methods beside the repairer.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ml.commands.console import UsageError, add_common_arguments, answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    parser.add_argument(
        "--megapixels",
        type=_numbers,
        default=(1.0, 4.0),
        metavar="N,...",
        help="sizes of the whole path (default: 1,4)",
    )
    parser.add_argument(
        "--repeat", type=int, default=3, metavar="N", help="the median of N is told (default: 3)"
    )
    parser.add_argument(
        "--photo", type=Path, metavar="FILE", help="a photograph for the path, in place of a made one"
    )


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(",") if part)


def main(args: argparse.Namespace) -> int:
    if args.repeat < 1 or any(size <= 0 for size in args.megapixels):
        raise UsageError("--repeat and --megapixels: numbers above 0")
    if args.photo is not None and not args.photo.is_file():
        raise UsageError(f"--photo: {args.photo} is no file")
    from ml.bench import bench

    figures = bench(args.device, args.megapixels, args.repeat, args.photo)
    if args.json:
        answer(figures)
    else:
        sys.stdout.write("\n".join(table(figures)) + "\n")
    return 0


def table(figures: dict[str, Any]) -> list[str]:
    machine, product = figures["machine"], figures["matrix_product"]
    rates = ", ".join(f"{name} {rate:.2f} TFLOP/s" for name, rate in product["tflops"].items())
    text = [
        f"{machine['processor']}, {machine['threads']} threads, torch {machine['torch']}, {machine['device']}",
        f"matrix product of {product['size']}: {rates}",
        "",
        f"{'stage':36}{'s':>9}{'peak MB':>9}{'GFLOP':>9}{'TFLOP/s':>9}{'of product':>12}",
    ]
    for name, stage in figures["stages"].items():
        words = f"{name} {stage['size']} ({stage['what']})"
        rates = f"{stage['gflop']:9.0f}{stage['tflops']:9.2f}{stage['share_of_product']:12.0%}"
        text.append(f"{words:36}{stage['seconds']:9.3f}{stage['peak_mb']:9}{rates}")
    text += [f"{'  ' + name:36}{seconds:9.3f}" for name, seconds in figures["classical_inpainting"].items()]
    rate = figures["painter"]["samples_per_s_of_a_core"]
    text.append(f"{'painter ' + figures['painter']['size']:36}{rate:9.2f} samples a second on a core")
    text += ["", f"{'whole path':12}{'s':>8}{'peak MB':>9}{'hole %':>8}   stages"]
    for path in figures["path"]:
        stages = "  ".join(f"{stage} {seconds:.2f}" for stage, seconds in path["seconds"].items())
        share = 100 * path["defect_share"]
        label = f"{path['megapixels']:.1f} MP"
        text.append(f"{label:12}{path['total']:8.2f}{path['peak_mb']:9}{share:8.2f}   {stages}")
    return text
