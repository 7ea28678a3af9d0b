"""A photograph as pages show it: its pictures, its downloads, its state in a sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

from django.urls import reverse

from ml.contract import RESULTS, Options, Stage
from webapp import conversion, queue, standing, versions
from webapp.models import Job, Photo
from webapp.steps import steps_of
from webapp.views import words

SHOWN = ("original", *RESULTS, "mask")
"""The order of pictures in the viewer and of downloads below it."""
BEST_FIRST = ("restored", "restored_colorized", "colorized", "original")
PRINT = "preview_print"
SEEN_BY_BROWSERS = ("jpeg", "png", "webp")
LARGEST_SHOWN_BYTES = 20_000_000
"""A larger original is not put on a page; it waits for its preview."""
WAITING = ("queued", "running")


@dataclass(frozen=True)
class Picture:
    kind: str
    name: str
    url: str
    tiles: str
    """Where it is said whether there are tiles of it: webapp/views/tiles.py."""
    alt: str


@dataclass(frozen=True)
class Other:
    format_name: str
    url: str


@dataclass(frozen=True)
class Take:
    """A download."""

    kind: str
    name: str
    url: str
    format_name: str
    bytes: int
    others: list[Other]
    """The same in other formats."""


@dataclass(frozen=True)
class Step:
    name: str
    over: bool
    now: bool


@dataclass(frozen=True)
class Kind:
    name: str
    share: float
    """Of the picture's area, 0..1."""


@dataclass(frozen=True)
class Version:
    name: str
    url: str
    is_shown: bool


class Card:
    """One photograph with a job, by default its newest, and its files; selections.py prefetches them for lists."""

    def __init__(self, photo: Photo, version: Job | None = None) -> None:
        """version: an earlier job of the photograph's, shown in the newest one's place."""
        job = version or photo.job
        self._is_version = version is not None
        self.photo, self.job = photo, job
        self._results = {result.kind: result for result in job.results.all()}
        self.id, self.name = photo.id, photo.name
        self.width, self.height, self.created_at = photo.width, photo.height, photo.created_at
        self.format_name = photo.format.upper()
        self.state: str = job.state
        self.waiting = job.state in WAITING
        self.progress = job.progress or 0.0
        self.report: dict[str, Any] = job.report or {}
        self.url = reverse("photo", args=[photo.id])
        self.upload_id = photo.upload_id
        self.upload_url = reverse("upload", args=[photo.upload_id])

    @cached_property
    def number(self) -> int:
        """Of the version that the job made, from 1; 0 where it has made none."""
        done = versions.of(self.photo)
        return done.index(self.job) + 1 if self.job in done else 0

    @cached_property
    def versions(self) -> list[Version]:
        """All that can be seen besides what is shown without a choice: empty where one job is all there is."""
        done = versions.of(self.photo)
        if len(done) < 2 and self.state == "done":
            return []
        return [
            Version(
                words.version(number, job.options, is_corrected=self._is_corrected(job)),
                f"{self.url}?version={number}",
                job == self.job,
            )
            for number, job in enumerate(done, start=1)
        ]

    @cached_property
    def is_corrected(self) -> bool:
        """Whether a person said where to repair."""
        return self._is_corrected(self.job)

    @cached_property
    def protecting(self) -> str:
        """As JSON, the strokes that say where nothing may be repaired; the editor goes on from them."""
        return json.dumps(versions.protecting(self.job))

    @cached_property
    def finding(self) -> str:
        """How damage was looked for: one of ml.contract.FINDER_SETTINGS."""
        return self.job.options.get("finding", Options.finding)

    @cached_property
    def layers(self) -> str:
        """In which of ml.contract.LAYERED its layers are; empty for none."""
        return str(self.job.options.get("layers") or "")

    @cached_property
    def steps(self) -> str:
        """What was asked for: one of words.STEPS."""
        return steps_of(self.job.options)

    @cached_property
    def is_repaired(self) -> bool:
        """Whether any of its pictures was to be repaired."""
        return "restored" in self._results or "restored_colorized" in self._results

    @cached_property
    def is_coloured(self) -> bool:
        return "colorized" in self._results or "restored_colorized" in self._results

    @cached_property
    def print_size(self) -> str:
        return words.print_size(self.width, self.height)

    @cached_property
    def sentence(self) -> str:
        """The state in words; with place and time it is `placed_sentence`, which asks the whole queue."""
        if self.reason:
            return self.reason
        if self.state == "running" and self.job.stage:
            return str(words.STAGES[self.job.stage])
        if self.state == "done" and self.report.get("found_nothing") and not self.is_corrected:
            return str(words.IN_GOOD_CONDITION)
        return str(words.STATES[self.state])

    @cached_property
    def placed_sentence(self) -> str:
        if not self.waiting or self.reason:
            return self.sentence
        if self.state == "queued" and queue.paused():
            return str(words.PAUSED)
        if self.state == "running":
            return words.under_way(standing.expected(self.job))
        return words.place(standing.place(self.job), standing.expected(self.job))

    @cached_property
    def reason(self) -> str:
        """Why it failed, or what a waiting photograph waits for."""
        return self.job.reason

    @cached_property
    def overall(self) -> float:
        """Share of the whole way, 0..1: stages count alike."""
        stages = list(Stage)
        return (stages.index(Stage(self.job.stage)) + self.progress) / len(stages) if self.job.stage else 0.0

    @cached_property
    def stages(self) -> list[Step]:
        stages = [str(stage) for stage in Stage]
        at = stages.index(self.job.stage) if self.state == "running" and self.job.stage else -1
        return [Step(str(words.STAGES[name]), place < at, place == at) for place, name in enumerate(stages)]

    @cached_property
    def pictures(self) -> list[Picture]:
        """What the viewer lays on one another; the previews, all of one size."""
        return [
            Picture(
                kind,
                str(words.PICTURES[kind]),
                self.address(f"preview_{kind}"),
                self._of_version(reverse("photo_tiles", args=[self.id, kind])),
                str(words.ALTS[kind]),
            )
            for kind in SHOWN
            if f"preview_{kind}" in self._results and (kind != "mask" or self.has_veil)
        ]

    @cached_property
    def has_veil(self) -> bool:
        return "preview_mask" in self._results and not self.report.get("found_nothing")

    @cached_property
    def first_shown(self) -> str:
        kinds = {picture.kind for picture in self.pictures}
        return next((kind for kind in BEST_FIRST if kind in kinds), "")

    @cached_property
    def picture_url(self) -> str:
        """One picture; empty where a browser could not show it yet."""
        if self.first_shown:
            return self.address(f"preview_{self.first_shown}")
        if self.photo.format in SEEN_BY_BROWSERS and self.photo.bytes <= LARGEST_SHOWN_BYTES:
            return self.address("original")
        return ""

    @cached_property
    def print_url(self) -> str:
        """A small one for a contact print; of what was made before there were any, as large as on the page."""
        return self.address(PRINT) if PRINT in self._results else self.picture_url

    @cached_property
    def packed_anew(self) -> bool:
        """Whether `restored` was encoded with losses: its untouched places are then close to the original's."""
        return self.suffix("restored") in ("jpg", "jpeg", "webp") and not self.report.get("found_nothing")

    @cached_property
    def takes(self) -> list[Take]:
        kinds = (*SHOWN, "layers")
        return [self._take(kind) for kind in kinds if kind == "original" or kind in self._results]

    @cached_property
    def kinds(self) -> list[Kind]:
        shares = versions.origin(self.photo, self.job).report.get("kinds") or {}
        return [Kind(str(name), shares[kind]) for kind, name in words.KINDS.items() if shares.get(kind)]

    @cached_property
    def invented(self) -> list[str]:
        """What of the picture the repair had to make up, each kind once."""
        there = {place["what"] for place in self.report.get("invented") or []}
        return [str(name) for what, name in words.INVENTED.items() if what in there]

    @cached_property
    def notes(self) -> list[str]:
        return [str(words.NOTES[code]) for code in self.report.get("notes", []) if code in words.NOTES]

    def suffix(self, kind: str) -> str:
        """The ending of a file's address, without its dot; empty where there is no such file."""
        if kind == "original":
            return _suffix(self.photo.stored)
        return _suffix(self._results[kind].path) if kind in self._results else ""

    def other_suffixes(self, kind: str) -> list[str]:
        """Endings of the formats in which one of RESULTS may be had besides its own."""
        if kind not in RESULTS or kind not in self._results:
            return []
        return conversion.others(self.photo, self._results[kind].path)

    def address(self, kind: str, suffix: str = "") -> str:
        """Of one of its files, in its own format or another."""
        return self._of_version(reverse("photo_file", args=[self.id, kind, suffix or self.suffix(kind)]))

    def _of_version(self, address: str) -> str:
        return f"{address}?version={self.number}" if self._is_version else address

    def _is_corrected(self, job: Job) -> bool:
        origin = versions.origin(self.photo, job)
        return bool(origin.mask) or versions.draws(origin)

    def _take(self, kind: str) -> Take:
        bytes = self.photo.bytes if kind == "original" else self._results[kind].bytes
        name = words.FORMATS.get(self.suffix(kind), self.suffix(kind).upper())
        others = [
            Other(words.FORMATS[suffix], self.address(kind, suffix)) for suffix in self.other_suffixes(kind)
        ]
        return Take(kind, str(words.TAKES[kind]), self.address(kind), name, bytes, others)


def _suffix(path: str) -> str:
    return PurePath(path).suffix.lstrip(".")
