"""Draw a contact sheet of painted damage, as the networks are trained with it."""

from __future__ import annotations

import argparse

from ml.commands.console import UsageError, add_common_arguments, answer, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from ml.damage import sheet

    add_common_arguments(parser)
    sheet.add_arguments(parser)


def main(args: argparse.Namespace) -> int:
    from ml.damage.sheet import paint_sheet

    try:
        paint_sheet(args.out, seed=args.seed, data=args.data, shapes=args.shapes)
    except (FileNotFoundError, ValueError) as error:
        raise UsageError(str(error)) from error
    say(f"{args.out}: a contact sheet of painted damage")
    if args.json:
        answer({"out": str(args.out), "seed": args.seed})
    return 0
