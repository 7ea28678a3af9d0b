"""A blind vote between two sets of pictures: unlabelled pairs to look at, and the tally of what was chosen.

DIR/pair_001.png ...   left and right, which is which decided by the seed
DIR/votes.csv          pair,vote: to be filled in with left, right or tie
DIR/key.json           who was where; not to be looked at before the votes are in
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scipy.stats import binomtest

from ml.photo import read
from ml.scaling import at_most

SIDE_PX, GAP_PX = 768, 24
VOTES = ("left", "right", "tie")


class VoteError(ValueError):
    """The folders hold no pairs, or the votes are not as they should be."""


@dataclass(frozen=True)
class Tally:
    """first, second: votes for the pictures of either set.  p_value: of so uneven an outcome by chance (sign test)."""

    first: int
    second: int
    ties: int
    p_value: float


def make_pairs(first: Path, second: Path, out: Path, seed: int = 0, count: int = 40) -> int:
    """Write unlabelled pairs of the pictures that both folders have under one stem; returns how many.

    Raises VoteError where there are none, or where `out` holds a vote already: votes are never overwritten.
    """
    if (out / "votes.csv").exists():
        raise VoteError(f"{out}: a vote lies there already")
    pairs = _common(first, second)
    if not pairs:
        raise VoteError(f"{first} and {second} have no pictures of one name")
    rng = np.random.default_rng(seed)
    chosen = sorted(rng.choice(sorted(pairs), min(count, len(pairs)), replace=False).tolist())
    out.mkdir(parents=True, exist_ok=True)
    key = {}
    for number, stem in enumerate(chosen, start=1):
        name = f"pair_{number:03d}.png"
        is_swapped = bool(rng.random() < 0.5)
        _write_pair(out / name, *(pairs[stem][::-1] if is_swapped else pairs[stem]))
        key[name] = {"stem": stem, "left": "second" if is_swapped else "first"}
    (out / "key.json").write_text(
        json.dumps({"first": str(first), "second": str(second), "pairs": key}, indent=1)
    )
    with (out / "votes.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("pair", "vote"), *((name, "") for name in key)])
    return len(key)


def tally(folder: Path) -> Tally:
    """Raises VoteError for a pair without a vote, and FileNotFoundError where no vote lies."""
    key = json.loads((folder / "key.json").read_text())["pairs"]
    with (folder / "votes.csv").open(newline="", encoding="utf-8") as file:
        votes = {line["pair"]: (line["vote"] or "").strip().lower() for line in csv.DictReader(file)}
    wrong = sorted(name for name in key if votes.get(name) not in VOTES)
    if wrong:
        raise VoteError(
            f"{folder}/votes.csv: {wrong[0]} and {len(wrong) - 1} more have none of {', '.join(VOTES)}"
        )
    return count_votes(key, votes)


def count_votes(key: Mapping[str, Mapping[str, str]], votes: Mapping[str, str]) -> Tally:
    first = sum(
        votes[name] != "tie" and (votes[name] == "left") == (pair["left"] == "first")
        for name, pair in key.items()
    )
    ties = sum(votes[name] == "tie" for name in key)
    second = len(key) - ties - first
    p_value = float(binomtest(first, first + second).pvalue) if first + second else 1.0
    return Tally(first, second, ties, p_value)


def _common(first: Path, second: Path) -> dict[str, tuple[Path, Path]]:
    ours, theirs = (
        {path.stem: path for path in sorted(folder.iterdir()) if path.is_file()} for folder in (first, second)
    )
    return {stem: (ours[stem], theirs[stem]) for stem in ours.keys() & theirs.keys()}


def _write_pair(path: Path, left: Path, right: Path) -> None:
    """One height for both, so that no size tells them apart."""
    sides = [at_most(read(side).pixels_u8(), SIDE_PX) for side in (left, right)]
    height = min(len(side) for side in sides)
    sides = [
        cv2.resize(side, (round(side.shape[1] * height / len(side)), height), interpolation=cv2.INTER_AREA)
        for side in sides
    ]
    gap = np.full((height, GAP_PX, 3), 128, np.uint8)
    pair_u8_HWC = np.hstack([sides[0], gap, sides[1]])
    cv2.imwrite(str(path), pair_u8_HWC[..., ::-1])
