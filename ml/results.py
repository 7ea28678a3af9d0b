"""The files of one photograph's results, written as they are made and seen all at once."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from ml.contract import Options
from ml.kept import Keep
from ml.mark import marked
from ml.photo import Metadata, Photo, layered_tiff, openraster, result_format, suffix
from ml.photo.codecs import jpeg, png
from ml.photo.layers import Layered
from ml.photo.preview import preview_bytes, veil_bytes
from ml.photo.writing import atomically, encode
from ml.record import with_provenance

if TYPE_CHECKING:
    from ml.pipeline import Pictures

LAYER_WRITERS = {"ora": openraster.write, "tiff": layered_tiff.write}
"""By ml.contract.LAYERED."""
PRINT_SIDE = 400
"""Longer side of the one small picture that stands for the photograph among others, in pixels."""
PRINT_OF = ("restored", "restored_colorized", "colorized")
"""Which result it is of: the first that is wanted."""
REPAIR = "repair.npz"
ALTERNATIVE_SIDE = 480
"""Longer side of an alternative as it is shown, in pixels."""


class ResultFiles:
    """Files in `out` that begin with `name`. Each is written under a temporary name as soon as its picture is there, so
    that the picture can be let go; `show` gives all of them their names, and a block that raises leaves nothing."""

    def __init__(self, source: Path, out: Path, name: str, options: Options, previews: bool) -> None:
        self._source, self._out, self._name = source, out, name
        self._options, self._previews = options, previews
        self._names: dict[str, str] = {}
        self._unseen = ExitStack()

    def __enter__(self) -> ResultFiles:
        return self

    def __exit__(self, *raised: Any) -> None:
        self._unseen.__exit__(*raised)

    def add_result(self, pictures: Pictures, result: str, photo: Photo) -> None:
        """One of RESULTS, with what was done to it in its metadata."""
        if self._options.visible_mark and not pictures.is_unchanged(result):
            photo = marked(photo, result)
        described = with_provenance(pictures, result, photo, self._options)
        format = result_format(photo, self._options.format)
        ending = suffix(format, self._source, self._options.format)
        self._add(result, f"{result}{ending}", _content(described, pictures.original, self._source, format))
        self._add_preview(result, photo)
        if self._previews and result == next(kind for kind in PRINT_OF if kind in self._options.only):
            self._add("preview_print", "preview_print.jpg", preview_bytes(photo, PRINT_SIDE))

    @property
    def wants_previews(self) -> bool:
        return self._previews

    def add_alternative(self, variant: int, photo: Photo) -> None:
        """A small picture of what that variant of the colorizer would make."""
        kind = f"preview_colours_{variant}"
        self._add(kind, f"{kind}.jpg", preview_bytes(photo, ALTERNATIVE_SIDE))

    def add_rest(self, pictures: Pictures) -> None:
        """Mask, layers and what is seen of them and of the original."""
        self._add_preview("original", pictures.original)
        hole_HW = pictures.hole_HW
        if hole_HW is not None:
            self._add("mask", "mask.png", mask_bytes(hole_HW))
            if self._previews:
                self._add("preview_mask", "preview_mask.png", veil_bytes(hole_HW))
        if self._options.layers is not None:
            self._add_layers(pictures, self._options.layers)

    def keep_repair(self, keep: Keep, restored: Photo, touched_HW: np.ndarray) -> None:
        """Beside the results but none of them, where previews are wanted."""
        if self._previews:
            keep.save(self._hidden(f"{self._name}_{REPAIR}"), restored, touched_HW)

    def show(self) -> dict[str, str]:
        """Result, mask, layers or preview to the name of its file, which is there from now on."""
        self._unseen.close()
        return self._names

    def _add_preview(self, kind: str, photo: Photo) -> None:
        if self._previews:
            self._add(f"preview_{kind}", f"preview_{kind}.jpg", preview_bytes(photo))

    def _add_layers(self, pictures: Pictures, format: str) -> None:
        """Original, repair, colour and mask; visible is the last wanted of colorized, restored and both."""
        results = pictures.results
        shown = next(
            one for one in ("restored_colorized", "restored", "colorized") if one in self._options.only
        )
        layered = Layered(
            original=pictures.original,
            shown=with_provenance(pictures, shown, results[shown], self._options),
            restored=results.get("restored"),
            coloured=results.get("restored_colorized") or results.get("colorized"),
            hole_HW=pictures.hole_HW,
        )
        LAYER_WRITERS[format](self._file("layers", f"layers.{format}"), layered)

    def _add(self, kind: str, ending: str, content: bytes) -> None:
        self._file(kind, ending).write(content)

    def _file(self, kind: str, ending: str) -> BinaryIO:
        self._names[kind] = f"{self._name}_{ending}"
        return self._hidden(self._names[kind])

    def _hidden(self, name: str) -> BinaryIO:
        """A file that has this name once all are shown."""
        self._out.mkdir(parents=True, exist_ok=True)
        return self._unseen.enter_context(atomically(self._out / name))


def _content(photo: Photo, original: Photo, source: Path, format: str) -> bytes:
    """Where nothing was changed, the very bytes that came in, if they may go out as they are, and a JPEG's compressed
    picture where its metadata may not: decoding and encoding it anew would be a change that nobody asked for."""
    if photo is original and format == photo.format:
        if photo.as_stored:
            return source.read_bytes()
        if format == "jpeg" and photo.pixels_as_stored:
            return jpeg.with_metadata(source, photo.metadata)
    return encode(photo, format)


def mask_bytes(hole_HW: np.ndarray) -> bytes:
    """A PNG, one channel: 255 where hole_HW is true, else 0."""
    return png.encode(hole_HW.astype(np.uint8) * 255, Metadata())
