"""Versions of a photograph: each finished job is one, counted from 1. None replaces another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from ml.contract import PROTECT, Options
from webapp import queue, tries
from webapp.models import Job, Photo


def of(photo: Photo) -> list[Job]:
    """The finished jobs, oldest first; number N is the Nth."""
    done = [job for job in photo.jobs.all() if job.state == Job.State.DONE]
    return sorted(done, key=lambda job: (job.created_at, job.pk.int))


def numbered(photo: Photo, number: str) -> Job | None:
    """The version of that number as it stands in an address; None where there is none."""
    versions = of(photo)
    if number not in map(str, range(1, len(versions) + 1)):
        return None
    return versions[int(number) - 1]


def look_again(
    photo: Photo,
    finding: str,
    *,
    other_repair: bool,
    only: Sequence[str] | None = None,
    layers: str | None = None,
) -> Job | None:
    """A new job with these settings and the others of the last one; None while one is being worked on.

    What was protected stays so.
    finding, only, layers: see ml.contract.Options; None for the last one's, no layers if empty. other_repair: another
    try of the repair, by a seed not used before.
    """

    def wish(jobs: list[Job]) -> dict[str, Any]:
        options = with_layers(wished(jobs[-1].options, finding=finding, only=only), layers)
        if other_repair:
            options = {name: value for name, value in options.items() if name != "tries"}
            options["seed"] = tries.next_seed(jobs)
        return {"options": options, "strokes": protecting(jobs[-1])}

    return _enqueue(photo, wish)


def wished(options: dict[str, Any], **chosen: Any) -> dict[str, Any]:
    """A job's options with others in place of its own; None changes nothing, and what is as usual is left out."""
    changed = {name: value for name, value in chosen.items() if value is not None}
    usual = {name for name, value in changed.items() if value == getattr(Options, name)}
    return {name: value for name, value in {**options, **changed}.items() if name not in usual}


def with_layers(options: dict[str, Any], layers: str | None) -> dict[str, Any]:
    """A job's options with layers of this format; None changes nothing, empty is none."""
    if layers is None:
        return options
    plain = {name: value for name, value in options.items() if name != "layers"}
    return plain | ({"layers": layers} if layers else {})


def correct(photo: Photo, base: Job, strokes: list[dict[str, Any]]) -> Job | None:
    """A new job that repairs where the base's mask and these strokes over it say, and looks for nothing anew.

    base: a finished job of the photograph. strokes: see ml.strokes; those of webapp.tries.RETRY ask for another try.
    None while one is being worked on. Raises tries.TooMany.
    """
    drawn, places = tries.parted(strokes)
    options = tries.with_try(base.options, places, photo.jobs.all())
    return make(photo, options, mask=mask_of(base), strokes=drawn)


def recolour(photo: Photo, base: Job, options: dict[str, Any]) -> Job | None:
    """A new job with these options that repairs by the base's mask, so that nothing but the colours is another.

    base: a finished job of the photograph. None while one is being worked on.
    """
    return make(photo, options, mask=mask_of(base), strokes=protecting(base))


def origin(photo: Photo, job: Job) -> Job:
    """The job that found the mask by which this one repairs, or was given it or drew it: often the job itself."""
    if draws(job) or not job.mask:
        return job
    made = {result.path: one for one in photo.jobs.all() for result in one.results.all()}
    while not draws(job) and job.mask in made:
        job = made[job.mask]
    return job


def repeat(photo: Photo) -> Job | None:
    """The last job once more, as it was; None where it is being worked on or was done."""
    last = photo.job
    if last.state == Job.State.DONE:
        return None
    return make(photo, last.options, mask=last.mask, strokes=last.strokes)


def make(photo: Photo, options: dict[str, Any], **fields: Any) -> Job | None:
    """A new job with exactly these options and fields of Job; None while one is being worked on."""
    return _enqueue(photo, lambda jobs: {"options": options, **fields})


def protecting(job: Job) -> list[dict[str, Any]]:
    """Of its strokes those that say where nothing may be repaired."""
    return [stroke for stroke in job.strokes if stroke["tool"] == PROTECT]


def draws(job: Job) -> bool:
    """Whether a person drew or erased damage, beyond protecting places."""
    return len(protecting(job)) < len(job.strokes)


def mask_of(version: Job) -> str:
    """Where its mask lies, below MEDIA_ROOT; empty where it has none."""
    return version.results.filter(kind="mask").values_list("path", flat=True).first() or ""


@transaction.atomic
def _enqueue(photo: Photo, wish: Callable[[list[Job]], dict[str, Any]]) -> Job | None:
    """wish: of all jobs so far, oldest first, the new one's fields."""
    Photo.objects.select_for_update().get(pk=photo.pk)
    jobs = list(Job.objects.filter(photo=photo).order_by("created_at", "id"))
    if not jobs[-1].is_over:
        return None
    return queue.enqueue([photo], family=photo.upload.family, **wish(jobs))[0]
