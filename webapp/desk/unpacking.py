"""What lies in a ZIP, one file after the other, as intake takes files in; nothing is unpacked to a path of its own.

A ZIP from a stranger's hands may hold names that lead elsewhere, and more bytes than any disk: names are only shown,
and there is an end to files, to the bytes of each (intake's) and to the bytes of all.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings
from django.core.files import File

from ml.contract import PhotoRejected
from webapp.arrivals import Arrival, Copied
from webapp.models import Upload

MOST_FILES = 10_000
UNPACKED = 2
"""The unpacked files may be so many times as large as the largest ZIP: photographs hardly shrink."""
NO_PHOTOGRAPHS = ("__macosx", "thumbs.db", "desktop.ini")
IS_UTF8, IS_LOCKED = 0x800, 0x1


class NotTaken(PhotoRejected):
    """For a reason of the site's own (webapp/reasons.py), of which ml.contract knows nothing."""

    def __init__(self, code: str, **values: object) -> None:
        Exception.__init__(self, code)
        self.code, self.values = code, values


class Refused:
    """Stands for a file that intake shall refuse with this reason."""

    def __init__(self, name: str, code: str, **values: object) -> None:
        self.name, self.size, self._rejected = name, 0, NotTaken(code, **values)

    def move_to(self, path: Path) -> tuple[str, int]:
        raise self._rejected

    def taken_into(self, upload: Upload) -> None:
        """It never was a file."""


class Entry(File):
    """A file in a ZIP. It is opened when its bytes are asked for, and never gives more than it said it holds."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> None:
        super().__init__(None, name)
        self.size, self._archive, self._info = info.file_size, archive, info

    def __bool__(self) -> bool:
        return True

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        try:
            with self._archive.open(self._info) as file:
                while block := file.read(chunk_size or self.DEFAULT_CHUNK_SIZE):
                    yield block
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise PhotoRejected("broken") from error
        except (RuntimeError, NotImplementedError) as error:
            raise NotTaken("zip_packing") from error


def files(zip_file: IO[bytes], name: str, size: int) -> Iterator[Arrival]:
    """Of the ZIP called so and of that many bytes; a ZIP that cannot be read is one Refused."""
    if size > settings.MAX_ZIP_MB * 1_000_000:
        yield Refused(name, "zip_too_large", limit=settings.MAX_ZIP_MB)
        return
    try:
        archive = zipfile.ZipFile(zip_file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        yield Refused(name, "zip_broken")
        return
    with archive:
        yield from _entries(archive, name)


def _entries(archive: zipfile.ZipFile, zip_name: str) -> Iterator[Arrival]:
    left = UNPACKED * settings.MAX_ZIP_MB * 1_000_000
    infos = [info for info in archive.infolist() if not info.is_dir() and not _is_no_photograph(info)]
    for info in infos[:MOST_FILES]:
        name = _readable(info)
        left -= info.file_size
        if left < 0:
            yield Refused(zip_name, "zip_unpacked", limit=UNPACKED * settings.MAX_ZIP_MB)
            return
        if inner_name(name) is None:
            yield Refused(name, "zip_place")
        elif info.flag_bits & IS_LOCKED:
            yield Refused(name, "zip_locked")
        else:
            yield Copied(Entry(archive, info, inner_name(name) or ""))
    if len(infos) > MOST_FILES:
        yield Refused(zip_name, "zip_files", limit=MOST_FILES)


def inner_name(name: str) -> str | None:
    """The name with the folders it lies in, parted by "/"; None where they lead out of the ZIP."""
    path = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in path.parts if part != "."]
    if path.is_absolute() or ".." in parts or not parts or parts[0].endswith(":"):
        return None
    return "/".join(parts)


def _is_no_photograph(info: zipfile.ZipInfo) -> bool:
    """What systems put beside photographs unasked."""
    parts = info.filename.replace("\\", "/").lower().split("/")
    return parts[-1].startswith(".") or any(part in NO_PHOTOGRAPHS for part in parts)


def _readable(info: zipfile.ZipInfo) -> str:
    """Without the mark of UTF-8 a name may be in it all the same, or, from a Russian Windows, in CP 866."""
    if info.flag_bits & IS_UTF8:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        russian = raw.decode("cp866")
        letters = [letter for letter in PurePosixPath(russian).stem if letter.isalpha()]
        is_russian = 2 * sum("А" <= letter <= "ё" for letter in letters) > len(letters)
        return russian if is_russian else info.filename
