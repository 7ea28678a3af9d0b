"""Training photographs: folders with a manifest.csv and the files it names, loose or in zip packs."""

from __future__ import annotations

import csv
import os
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

RARE_TAGS = frozenset(
    {"child", "baby", "family", "uniform", "costume", "dress", "old", "rural", "wedding", "medal"}
)
"""What old photographs show and the large sources lack."""
RARE_WEIGHT = 3.0
GROUP_WEIGHTS = {"clothing": 0.25}
"""180 garments on sheets and walls: a strong bias of colour and little else."""


@dataclass(frozen=True)
class Row:
    """One photograph as its manifest has it."""

    folder: Path
    name: str
    pack: str
    group: str
    people: bool
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """photo_u8_HWC: RGB."""

    name: str
    group: str
    people: bool
    tags: tuple[str, ...]
    photo_u8_HWC: np.ndarray


class Photoset:
    """Photographs by index, decoded when asked for; cheap to send to a loader's process."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows)
        self.decoded: list[np.ndarray] = []

    def decode_all(self) -> None:
        """Decode each photograph once, for machines with memory to spare (1 MB each); loaders forked later share it."""
        with ThreadPoolExecutor() as pool:
            self.decoded = list(pool.map(self._decode, range(len(self))))

    @property
    def weights(self) -> np.ndarray:
        """float64 per photograph: how often each should be drawn against the others."""
        return np.array([_weight(row) for row in self.rows])

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Sample:
        row = self.rows[index]
        photo_u8_HWC = self.decoded[index] if self.decoded else self._decode(index)
        return Sample(row.name, row.group, row.people, row.tags, photo_u8_HWC)

    def _decode(self, index: int) -> np.ndarray:
        return decode_rgb(_bytes(self.rows[index]), self.rows[index].name)


def load_photoset(folders: Sequence[Path], hold_out: Sequence[str] = (), in_memory: bool = False) -> Photoset:
    """The photographs of all folders but for those of the groups in `hold_out`; `in_memory`: decoded here and now.

    Folders whose manifest lists no photographs for training (no column `people`) are passed over.
    Raises FileNotFoundError without a manifest or without a pack, ValueError where nothing is left or a held-out
    group does not exist.
    """
    rows = [row for folder in folders for row in _read_manifest(Path(folder))]
    unknown = set(hold_out) - {row.group for row in rows}
    if unknown:
        raise ValueError(f"--hold-out: no such group: {', '.join(sorted(unknown))}")
    kept = [row for row in rows if row.group not in hold_out]
    if not kept:
        raise ValueError(f"no photographs to train on in {', '.join(map(str, folders))}")
    photoset = Photoset(kept)
    if in_memory:
        photoset.decode_all()
    return photoset


def _read_manifest(folder: Path) -> list[Row]:
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    rows = [_row(folder, line) for line in lines if "group" in line and "people" in line]
    for row in rows:
        if row.pack and not (folder / row.pack).is_file():
            raise FileNotFoundError(f"{folder / row.pack}: the manifest names it")
    return rows


def _row(folder: Path, line: dict[str, str]) -> Row:
    tags = tuple(tag for tag in line.get("tags", "").replace(",", ";").split(";") if tag)
    return Row(folder, line["file"], line.get("pack", ""), line["group"], line["people"] == "yes", tags)


def _weight(row: Row) -> float:
    return GROUP_WEIGHTS.get(row.group, 1.0) * (RARE_WEIGHT if RARE_TAGS & set(row.tags) else 1.0)


def _bytes(row: Row) -> bytes:
    if not row.pack:
        return (row.folder / row.name).read_bytes()
    # A handle per process: a zip's position is not to be shared with the process it was forked from.
    return _open_pack(row.folder / row.pack, os.getpid()).read(row.name)


@lru_cache(maxsize=64)
def _open_pack(path: Path, process: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


def decode_rgb(data: bytes, name: str) -> np.ndarray:
    """RGB u8 HWC of an encoded picture. Raises ValueError where it is none."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise ValueError(f"{name} cannot be decoded")
    return picture
