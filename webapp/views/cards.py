"""A photograph as pages show it: its pictures, its downloads, its state in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse

from ml.contract import RESULTS, Stage
from webapp import delivery, queue, reasons
from webapp.models import Job, Photo
from webapp.views import words

SHOWN = ("original", *RESULTS)
SEEN_BY_BROWSERS = ("jpeg", "png", "webp")
LARGEST_SHOWN_BYTES = 20_000_000
"""A larger original is not put on a page; it waits for its preview."""


@dataclass(frozen=True)
class Picture:
    kind: str
    name: str
    url: str
    alt: str


@dataclass(frozen=True)
class Take:
    """A download."""

    kind: str
    name: str
    url: str
    file_name: str
    format_name: str
    bytes: int


@dataclass(frozen=True)
class Step:
    """A stage on the way."""

    name: str
    over: bool
    now: bool


@dataclass(frozen=True)
class Share:
    name: str
    share: float


class Card:
    """One photograph with its newest job. `place` asks the queue where it stands: for one photograph, not for lists."""

    def __init__(self, photo: Photo, job: Job, *, place: bool = False) -> None:
        self.photo, self.job = photo, job
        self._place = place
