"""Two versions of the same photographs against each other: made anew with the present weights, or as they are."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from webapp import queue, versions
from webapp.models import Comparison, Job, Pair, Photo, Result, User

PREVIEW = "preview_"
OVER = {Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED}
BEHIND_FAMILIES = -1
"""The priority of work that nobody waits for."""


Weights = dict[str, list[str]]
"""Network to the sha256s of the weights that made a set, usually one each."""


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
def anew(photos: QuerySet[Photo], user: User, *, name: str, kind: str) -> Comparison | None:
    """Each photograph's newest version once more as it was, by the weights that the workers have now.

    A mask that a person gave or corrected is kept. What has no version yet, or is being worked on, is left out; None
    where that leaves nothing.
    """
    alike: dict[tuple[UUID, str], list[tuple[Photo, Job]]] = defaultdict(list)
    for photo in photos.select_for_update(of=("self",)):
        done = versions.of(photo)
        if done and photo.job.is_over:
            alike[photo.upload.family, _settings(done[-1])].append((photo, done[-1]))
    made = [pair for (family, _), rows in alike.items() for pair in _again(family, rows)]
    made.sort(key=lambda pair: (-pair[0].created_at.timestamp(), pair[0].pk.int))
    return _make(made, user, name, kind)


def _settings(version: Job) -> str:
    return json.dumps([version.options, version.mask, version.strokes], sort_keys=True)


def _again(family: UUID, rows: list[tuple[Photo, Job]]) -> list[tuple[Photo, Job, Job]]:
    """rows: of one family, their versions all of the same settings; so one statement makes all the jobs."""
    photos, version = [photo for photo, _ in rows], rows[0][1]
    as_it_was = {"options": version.options, "mask": version.mask, "strokes": version.strokes}
    jobs = queue.enqueue(photos, family=family, priority=BEHIND_FAMILIES, **as_it_was)
    return [(photo, before, after) for (photo, before), after in zip(rows, jobs, strict=True)]


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
    """Each with the states of both jobs and the sha256 of both pictures: `first_state`, `first_sum` and so on."""
    seen = Result.objects.filter(kind=f"{PREVIEW}{comparison.kind}").values("sha256")
    return comparison.pairs.annotate(
        first_state=F("first__state"),
        second_state=F("second__state"),
        first_sum=Subquery(seen.filter(job=OuterRef("first"))[:1]),
        second_sum=Subquery(seen.filter(job=OuterRef("second"))[:1]),
    )


def standing(rows: Iterable[Pair]) -> Standing:
    """rows: of `pairs`."""
    ready, alike, waiting, given_up = [], [], 0, 0
    for pair in rows:
        if not {pair.first_state, pair.second_state} <= OVER:
            waiting += 1
        elif not (pair.first_sum and pair.second_sum):
            given_up += 1
        else:
            (alike if pair.first_sum == pair.second_sum else ready).append(pair)
    return Standing(ready, alike, waiting, given_up)


def weights(comparison: Comparison) -> tuple[Weights, Weights]:
    """Of the first and of the second set."""
    used = (
        comparison.pairs.order_by()
        .values_list("first__report__weights", "second__report__weights")
        .distinct()
    )
    first, second = zip(*used, strict=True) if used else ((), ())
    return _joined(first), _joined(second)


def _joined(sets: Iterable[dict[str, str] | None]) -> Weights:
    found: dict[str, set[str]] = defaultdict(set)
    for one in sets:
        for network, digest in (one or {}).items():
            found[network].add(digest)
    return {network: sorted(digests) for network, digests in found.items()}
