"""Two versions of the same photographs against each other: made anew with the present weights, or as they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from webapp import versions
from webapp.models import Comparison, Job, Pair, Photo, Result, User

PREVIEW = "preview_"
BEHIND_FAMILIES = -1
"""The priority of work that nobody waits for."""


@dataclass(frozen=True)
class Standing:
    """How far a comparison's second set is made."""

    ready: list[Pair]
    """Both pictures are there and differ; only these are voted on."""
    alike: list[Pair]
    """Both are there, byte for byte the same."""
    waiting: int
    given_up: int
    """Pairs of which one picture will not come."""


@transaction.atomic
def anew(photos: Iterable[Photo], user: User, *, name: str, kind: str) -> Comparison | None:
    """Each photograph's newest version once more as it was, by the weights that the workers have now.

    A mask that a person gave or corrected is kept. What has no version yet, or is being worked on, is left out; None
    where that leaves nothing.
    """
    pairs = []
    for photo in photos:
        done = versions.of(photo)
        if done and (job := _again(photo, done[-1])):
            pairs.append((photo, done[-1], job))
    return _make(pairs, user, name, kind)


def _again(photo: Photo, version: Job) -> Job | None:
    as_it_was = {"mask": version.mask, "strokes": version.strokes}
    return versions.make(photo, version.options, priority=BEHIND_FAMILIES, **as_it_was)


def newest_two(photos: Iterable[Photo], user: User, *, name: str, kind: str) -> Comparison | None:
    """The last version but one against the last; None where no photograph has two."""
    done = [(photo, versions.of(photo)) for photo in photos]
    return _make([(photo, jobs[-2], jobs[-1]) for photo, jobs in done if len(jobs) > 1], user, name, kind)


@transaction.atomic
def _make(pairs: list[tuple[Photo, Job, Job]], user: User, name: str, kind: str) -> Comparison | None:
    if not pairs:
        return None
    comparison = Comparison.objects.create(
        name=name or f"{timezone.now():%Y-%m-%d %H:%M}", kind=kind, user=user
    )
    Pair.objects.bulk_create(
        Pair(comparison=comparison, number=number, photo=photo, first=first, second=second)
        for number, (photo, first, second) in enumerate(pairs, start=1)
    )
    return comparison


def pairs(comparison: Comparison) -> QuerySet[Pair]:
    """With the files that are looked at, whatever their number by a handful of queries."""
    seen = Prefetch("results", Result.objects.filter(kind=f"{PREVIEW}{comparison.kind}"))
    jobs = Job.objects.defer("strokes").prefetch_related(seen)
    return comparison.pairs.select_related("photo").prefetch_related(
        Prefetch("first", jobs), Prefetch("second", jobs)
    )


def standing(rows: Iterable[Pair], kind: str) -> Standing:
    """rows: of `pairs`."""
    ready, alike, waiting, given_up = [], [], 0, 0
    for pair in rows:
        sums = [sha256(job, kind) for job in (pair.first, pair.second)]
        if not all(job.is_over for job in (pair.first, pair.second)):
            waiting += 1
        elif not all(sums):
            given_up += 1
        else:
            (alike if sums[0] == sums[1] else ready).append(pair)
    return Standing(ready, alike, waiting, given_up)


def sha256(job: Job, kind: str) -> str:
    """Of the picture that is looked at; empty where there is none."""
    return next((result.sha256 for result in job.results.all() if result.kind == f"{PREVIEW}{kind}"), "")


def weights(jobs: Iterable[Job]) -> dict[str, list[str]]:
    """Network to the weights' sha256s that made these versions, usually one each."""
    found: dict[str, set[str]] = {}
    for job in jobs:
        for network, digest in _weights(job).items():
            found.setdefault(network, set()).add(digest)
    return {network: sorted(digests) for network, digests in sorted(found.items())}


def _weights(job: Job) -> dict[str, Any]:
    return job.report.get("weights") or {}
