"""The command line: `python -m ml COMMAND ...`.

Exit codes: 0 all went well, 1 some file failed (the others are done), 2 wrong usage. With --json one JSON document
goes to standard output and nothing else; messages, the progress bar and one line `NAME: reason` per failed file go to
standard error.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from ml.commands.console import Parser, UsageError, answer, check_device, say, set_precision
from ml.contract import PhotoRejected, WeightsMissing

COMMANDS = {
    "restore": "photographs in; restored, colorized, restored and colorized ones out",
    "segment": "find the damage: a mask and a map of probability per photograph",
    "inpaint": "repair one photograph where a mask is white",
    "colorize": "colour photographs",
    "evaluate": "measure a network on a folder with a manifest",
    "train": "train a network",
    "export": "make the weights that are shipped from a run of train",
    "paint": "draw a contact sheet of painted damage",
    "vote": "a blind vote between two sets of pictures",
    "bench": "time and memory of each stage and of the whole path",
}
"""Command to its line in --help; each is a module of the same name in ml.commands, imported when it is chosen."""

INTERRUPTED = 130
"""As shells have it: 128 and the signal's number."""
EXIT_CODES = """exit codes: 0 all went well, 1 some file failed (the others are done), 2 wrong usage.
With --json: one JSON document on standard output, nothing else there; messages go to standard error,
with one line `NAME: reason` for each file that failed."""


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ml",
        description="Restores old photographs.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary, epilog=EXIT_CODES, fill=_filler(name))
    return parser


def _filler(name: str):
    def fill(parser: Parser) -> None:
        module = import_module(f"ml.commands.{name}")
        parser.description = module.__doc__
        parser.set_defaults(main=module.main)
        module.add_arguments(parser)

    return fill


def main(argv: list[str] | None = None) -> int:
    parser = build_parser()
    words = sys.argv[1:] if argv is None else argv
    args = parser.parse_args(words)
    args.words = words
    try:
        check_device(args.device)
        set_precision(args.precision)
        return args.main(args)
    except UsageError as error:
        say(f"python -m ml {args.command}: {error}")
        return 2
    except (PhotoRejected, WeightsMissing) as error:
        return _stopped(args, str(error), 1)
    except KeyboardInterrupt:
        return _stopped(args, "interrupted; run the same command again to go on", INTERRUPTED)


def _stopped(args: argparse.Namespace, reason: str, code: int) -> int:
    say(reason)
    if args.json:
        answer({"error": reason})
    return code


if __name__ == "__main__":
    sys.exit(main())
