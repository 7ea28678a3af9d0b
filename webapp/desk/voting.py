"""Blind votes on a comparison: which set stands left is random, but always the same for one voter and one pair."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

from webapp.models import Comparison, Job, Pair, User, Vote

SIDES = ("left", "right")
Z_95 = 1.959964
"""Of a normal distribution: 95 % lie within so many standard deviations of its middle."""


@dataclass(frozen=True)
class Tally:
    """Votes of everyone.

    share_01: of the second set among the votes that chose one, with its 95 % interval (Wilson's); None without any.
    p_value: of so uneven an outcome if both sets were alike (sign test).
    """

    first: int
    second: int
    neither: int
    share_01: float | None
    low_01: float
    high_01: float
    p_value: float


@dataclass(frozen=True)
class Voter:
    name: str
    first: int
    second: int
    neither: int


def first_is_left(pair: Pair, user: User) -> bool:
    """By the site's secret key, so that nobody can work it out from an address."""
    return bool(salted_hmac("webapp.desk.voting", f"{pair.pk} {user.pk}").digest()[0] & 1)


def picture_on(side: str, pair: Pair, user: User) -> Job:
    return pair.first if (side == "left") == first_is_left(pair, user) else pair.second


def cast(pair: Pair, user: User, side: str | None) -> Vote:
    """side: the better one; None where there is no difference. A later vote takes the place of the first."""
    is_left = first_is_left(pair, user)
    choice = Vote.Choice.NEITHER
    if side is not None:
        choice = Vote.Choice.FIRST if (side == "left") == is_left else Vote.Choice.SECOND
    vote, _ = Vote.objects.update_or_create(
        pair=pair, user=user, defaults={"choice": choice, "first_was_left": is_left}
    )
    return vote


def voted(comparison: Comparison, user: User) -> set[int]:
    """Ids of the pairs that this voter has voted on."""
    return set(Vote.objects.filter(pair__comparison=comparison, user=user).values_list("pair_id", flat=True))


def still_to_vote(ready: Sequence[Pair], voted: set[int]) -> list[Pair]:
    return [pair for pair in ready if pair.pk not in voted]


def tally(comparison: Comparison) -> Tally:
    votes = Vote.objects.filter(pair__comparison=comparison).values_list("choice", flat=True)
    count = Counter(votes)
    first, second = count[Vote.Choice.FIRST], count[Vote.Choice.SECOND]
    share = second / (first + second) if first + second else None
    low, high = wilson(second, first + second)
    return Tally(first, second, count[Vote.Choice.NEITHER], share, low, high, sign_test(first, second))


def voters(comparison: Comparison) -> list[Voter]:
    votes = Vote.objects.filter(pair__comparison=comparison).values_list("user__username", "choice")
    counts: dict[str, Counter[str]] = {}
    for name, choice in votes:
        counts.setdefault(name or "–", Counter())[choice] += 1
    return [
        Voter(name, count[Vote.Choice.FIRST], count[Vote.Choice.SECOND], count[Vote.Choice.NEITHER])
        for name, count in sorted(counts.items())
    ]


def wilson(wins: int, votes: int) -> tuple[float, float]:
    """The 95 % interval of a share, 0..1 (Wilson 1927); all of 0..1 without a vote."""
    if votes == 0:
        return 0.0, 1.0
    share, square = wins / votes, Z_95**2
    middle = (share + square / (2 * votes)) / (1 + square / votes)
    reach = Z_95 * math.sqrt(share * (1 - share) / votes + square / (4 * votes**2)) / (1 + square / votes)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def sign_test(first: int, second: int) -> float:
    """Two-sided, exact: the chance of a difference at least as large from tossed coins."""
    votes = first + second
    tail = sum(math.comb(votes, wins) for wins in range(min(first, second) + 1))
    return min(1.0, 2 * tail / 2**votes)
