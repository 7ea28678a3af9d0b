"""`restore INPUT... --out DIR`: the three results, a mask and a row in report.csv per photograph."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ml.commands import batch
from ml.commands.console import UsageError, add_common_arguments, add_limit_argument, answer, say
from ml.commands.ledger import Ledger, file_sha256, settings_text
from ml.contract import FORMATS, RESULTS, Options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    parser.add_argument(
        "input", type=Path, nargs="+", metavar="INPUT", help="photographs, or folders of them"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the results go")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="of the results (default: the photograph's own where it can hold them, else PNG)",
    )
    parser.add_argument(
        "--mask", type=Path, metavar="FILE", help="repair where it is white, instead of finding"
    )
    parser.add_argument("--only", default=",".join(RESULTS), metavar="NAME,...", help="default: %(default)s")
    parser.add_argument("--saturation", type=float, default=1.0, metavar="N", help="of the colours, 0 to 1.5")
    parser.add_argument("--again", action="store_true", help="do files that are done already once more")
    add_limit_argument(parser)


def main(args: argparse.Namespace) -> int:
    options = _options(args)
    items = batch.collect(args.input, args.out)
    if not items:
        raise UsageError("no photographs in the folders that were named")
    if args.mask is not None and not args.mask.is_file():
        raise UsageError(f"--mask: {args.mask} is no file")
    args.out.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(args.out, settings_text(options, args.mask))
    hashes: dict[str, str] = {}

    def work(item: batch.Item, on_progress: Any) -> dict[str, Any] | None:
        hashes[item.label] = file_sha256(item.source)
        if not args.again and ledger.is_done(item, hashes[item.label]):
            return None
        from ml.pipeline import restore_file  # torch comes in here, not with --help

        report = restore_file(
            item.source,
            args.out / item.folder,
            options,
            on_progress=lambda stage, share: on_progress(stage.value, share),
            mask=args.mask,
            name=item.name,
            max_pixels=round(args.max_megapixels * 1e6),
        )
        return {"folder": str(item.folder), "report": report.as_json()}

    outcomes = batch.run(items, work, lambda outcome: ledger.add(outcome, hashes.get(outcome.item.label, "")))
    ledger.tidy()
    result = batch.summary(outcomes)
    say(
        f"{result['done']} done, {result['skipped']} done before, {result['failed']} failed; see {ledger.path}"
    )
    if args.json:
        answer(result)
    return batch.exit_code(outcomes)


def _options(args: argparse.Namespace) -> Options:
    only = tuple(dict.fromkeys(name.strip() for name in args.only.split(",") if name.strip()))
    try:
        return Options(only, args.format, args.saturation, args.device)
    except ValueError as error:
        raise UsageError(f"--{error}") from error
