"""Files that arrive piece by piece: what has come lies on the disk, so that a lost line costs nothing that was sent.

    INCOMING_DIR/parcels/<id>        the bytes so far; their number is the offset to go on from
    INCOMING_DIR/parcels/<id>.json   whose it is, its name and its length

No row of the database: a parcel is no photograph yet. `intake` takes it once it is whole; what lies untouched for
KEPT_S goes.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from webapp import storage

KEPT_S = 24 * 3600.0
"""From the last byte on."""
ALGORITHMS = ("sha1", "sha256")
"""Of the checksum of a piece."""


class Busy(Exception):
    """Another request writes to the parcel."""


class Elsewhere(Exception):
    """The piece begins at another place than where the parcel ends."""


class TooLong(Exception):
    """More came than the parcel was said to hold."""


class Corrupted(Exception):
    """The piece is not what its checksum says; nothing of it was kept."""


@dataclass(frozen=True)
class Parcel:
    """id: random, in hexadecimals.  length: bytes when it is whole."""

    id: str
    family: str
    name: str
    length: int

    @property
    def path(self) -> Path:
        return folder() / self.id

    @property
    def note(self) -> Path:
        return note_of(UUID(self.id))

    @property
    def offset(self) -> int:
        """Bytes that have come."""
        return self.path.stat().st_size

    @property
    def expires_at(self) -> float:
        """Seconds since 1970."""
        return self.path.stat().st_mtime + KEPT_S


def folder() -> Path:
    return Path(settings.INCOMING_DIR, "parcels")


def note_of(id: UUID) -> Path:
    return folder() / f"{id.hex}.json"


def begin(family: UUID, name: str, length: int) -> Parcel:
    parcel = Parcel(uuid.uuid4().hex, str(family), name, length)
    storage.make_folder(folder())
    storage.write_durably([json.dumps(asdict(parcel)).encode()], parcel.note)
    storage.write_durably([], parcel.path)
    storage.sync_folder(folder())
    return parcel


def find(family: UUID | None, id: UUID) -> Parcel | None:
    """None for one that is not there, has expired, or is another family's."""
    try:
        parcel = Parcel(**json.loads(note_of(id).read_bytes()))
        expired = parcel.expires_at < time.time()
    except FileNotFoundError:
        return None
    return None if expired or parcel.family != str(family) else parcel


def append(
    parcel: Parcel, offset: int, blocks: Iterable[bytes], checksum: tuple[str, bytes] | None = None
) -> int:
    """Write what comes at the end of the parcel and sync it; returns the new offset.

    checksum: one of ALGORITHMS, and the digest that the blocks must have.
    What came before the blocks break off is kept, unless a checksum covers it. Raises Busy, Elsewhere, TooLong and
    Corrupted.
    """
    with _held(parcel) as file:
        if file.seek(0, os.SEEK_END) != offset:
            raise Elsewhere
        digest = hashlib.new(checksum[0]) if checksum else None
        try:
            _write(file, blocks, parcel.length - offset, digest)
            if digest is not None and digest.digest() != checksum[1]:
                raise Corrupted
        except Exception as error:
            if digest is not None or isinstance(error, TooLong):
                file.truncate(offset)
            raise
        finally:
            file.flush()
            os.fsync(file.fileno())
    return parcel.offset


def remove_all(family: UUID | None) -> None:
    """Whatever of the family's files has come and was not handed in."""
    notes = folder().glob("*.json") if folder().is_dir() else ()
    for parcel in [Parcel(**json.loads(note.read_bytes())) for note in notes]:
        if parcel.family == str(family):
            remove(parcel)


def remove(parcel: Parcel) -> None:
    for path in (parcel.path, parcel.note):
        with suppress(FileNotFoundError):
            path.unlink()


def sweep() -> int:
    """Remove what has expired; returns how many parcels went."""
    if not folder().is_dir():
        return 0
    old = [path for path in folder().iterdir() if path.stat().st_mtime + KEPT_S < time.time()]
    for path in old:
        # A note is as old as its parcel's beginning: it stays while bytes still come.
        if path.suffix == ".json" and path.with_suffix("").exists() and path.with_suffix("") not in old:
            continue
        path.unlink(missing_ok=True)
    return sum(path.suffix == "" for path in old)


@contextmanager
def _held(parcel: Parcel) -> Iterator[BinaryIO]:
    """The file, which no other process writes to meanwhile; the kernel lets go of it when the process dies."""
    with parcel.path.open("r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        yield file


def _write(file: BinaryIO, blocks: Iterable[bytes], room: int, digest: hashlib._Hash | None) -> None:
    for block in blocks:
        room -= len(block)
        if room < 0:
            raise TooLong
        file.write(block)
        if digest is not None:
            digest.update(block)
