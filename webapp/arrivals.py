"""A file as intake takes it, by the way it came: whole, or piece by piece before."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.core.files import File
from django.db import transaction

from webapp import parcels, storage
from webapp.models import Handover, Upload
from webapp.parcels import Parcel


class Arrival(Protocol):
    """name: as the person called it, not fit to be shown yet.  size: bytes, as far as it is known beforehand."""

    name: str
    size: int

    def move_to(self, path: Path) -> tuple[str, int]:
        """Its sha256 and its length, once it is there and synced. Raises storage.NoSpace."""

    def taken_into(self, upload: Upload) -> None:
        """Called in the transaction that writes what became of the file."""


class Copied:
    """A file of a form, a ZIP or our own: its bytes are copied as they are read."""

    def __init__(self, file: File, name: str | None = None) -> None:
        self._file, self.name, self.size = file, name or file.name or "", file.size or 0

    def move_to(self, path: Path) -> tuple[str, int]:
        try:
            digest, length = storage.write_durably(self._file.chunks(), path)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise storage.NoSpace from error
            raise
        if length != self.size:  # webapp/uploads.py stopped writing where the disk was full
            raise storage.NoSpace
        return digest, length

    def taken_into(self, upload: Upload) -> None:
        """Nothing is left of it elsewhere."""


class Arrived:
    """A whole parcel: moved, never copied. Its note stays until it is on record which upload took it."""

    def __init__(self, parcel: Parcel) -> None:
        self._parcel, self.name, self.size = parcel, parcel.name, parcel.length

    def move_to(self, path: Path) -> tuple[str, int]:
        """Every byte was synced as it came."""
        digest, length = storage.sha256(self._parcel.path), self._parcel.offset
        self._parcel.path.replace(path)
        return digest, length

    def taken_into(self, upload: Upload) -> None:
        Handover.objects.create(parcel=UUID(self._parcel.id), upload=upload)
        transaction.on_commit(lambda: parcels.remove(self._parcel))
