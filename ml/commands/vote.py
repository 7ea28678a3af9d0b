"""A blind vote between two folders of results: unlabelled pairs, and the tally once votes.csv is filled in.

vote --pairs A B --out DIR   writes DIR/pair_001.png ..., DIR/votes.csv, DIR/key.json
vote --tally DIR             counts; p is the chance of so uneven an outcome if both were alike (sign test)
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from ml.commands.console import UsageError, add_common_arguments, answer, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--pairs", type=Path, nargs=2, metavar="DIR", help="pictures of one name are compared")
    task.add_argument(
        "--tally", type=Path, metavar="DIR", help="what --pairs wrote, with the votes filled in"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the pairs go")
    parser.add_argument("--count", type=int, default=40, metavar="N", help="pairs (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which pairs, and who stands left")


def main(args: argparse.Namespace) -> int:
    from ml import vote

    try:
        if args.tally:
            return _told(args, asdict(vote.tally(args.tally)))
        if args.out is None:
            raise UsageError("--pairs: say with --out where they go")
        made = vote.make_pairs(*args.pairs, args.out, args.seed, args.count)
    except (OSError, vote.VoteError) as error:
        raise UsageError(str(error)) from error
    say(f"{args.out}: {made} pairs; fill in votes.csv, then --tally {args.out}")
    if args.json:
        answer({"pairs": made})
    return 0


def _told(args: argparse.Namespace, result: dict[str, float]) -> int:
    say("first {first}, second {second}, ties {ties}, p {p_value:.3f}".format(**result))
    if args.json:
        answer(result)
    return 0
