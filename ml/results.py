"""The files of one photograph's results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ml.contract import RESULTS, Options
from ml.photo import Metadata, Photo, layered_tiff, openraster, result_format, suffix
from ml.photo.codecs import png
from ml.photo.layers import Layered
from ml.photo.preview import preview_bytes, veil_bytes
from ml.photo.writing import atomically, encode, write_atomically
from ml.record import with_provenance

if TYPE_CHECKING:
    from ml.pipeline import Pictures


def write_results(
    pictures: Pictures, source: Path, out: Path, name: str, options: Options, previews: bool
) -> dict[str, str]:
    """Result, mask, layers or preview to the name of its file in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    files: dict[str, str] = {}

    def put(kind: str, file_name: str, content: bytes) -> None:
        write_atomically(out / file_name, content)
        files[kind] = file_name

    for result in RESULTS:
        if result in options.only:
            photo = with_provenance(pictures, result, options)
            format = result_format(photo, options.format)
            file_name = f"{name}_{result}{suffix(format, source, options.format)}"
            put(result, file_name, _content(photo, pictures.original, source, format))
    if pictures.hole_HW is not None:
        put("mask", f"{name}_mask.png", mask_bytes(pictures.hole_HW))
    if options.layers is not None:
        files["layers"] = f"{name}_layers.{options.layers}"
        write_layers(pictures, options, out / files["layers"])
    if previews:
        _write_previews(pictures, name, options, put)
    return files


def _content(photo: Photo, original: Photo, source: Path, format: str) -> bytes:
    """Where nothing was changed, the very bytes that came in, if they may go out as they are: decoding and
    encoding a JPEG anew would be a change that nobody asked for."""
    if photo is original and photo.as_stored and format == photo.format:
        return source.read_bytes()
    return encode(photo, format)


LAYER_WRITERS = {"ora": openraster.write, "tiff": layered_tiff.write}
"""By ml.contract.LAYERED."""


def write_layers(pictures: Pictures, options: Options, path: Path) -> None:
    """Original, repair, colour and mask as layers; visible is the last wanted of colorized, restored and both."""
    wanted = [result for result in ("restored_colorized", "restored", "colorized") if result in options.only]
    results = pictures.results
    layered = Layered(
        original=pictures.original,
        shown=with_provenance(pictures, wanted[0], options),
        restored=results.get("restored"),
        coloured=results.get("restored_colorized") or results.get("colorized"),
        hole_HW=pictures.hole_HW,
    )
    with atomically(path) as file:
        LAYER_WRITERS[options.layers or ""](file, layered)


def mask_bytes(hole_HW: np.ndarray) -> bytes:
    """A PNG, one channel: 255 where hole_HW is true, else 0."""
    return png.encode(hole_HW.astype(np.uint8) * 255, Metadata())


def _write_previews(
    pictures: Pictures, name: str, options: Options, put: Callable[[str, str, bytes], None]
) -> None:
    shown = {"original": pictures.original} | {
        result: pictures.results[result] for result in RESULTS if result in options.only
    }
    for kind, photo in shown.items():
        put(f"preview_{kind}", f"{name}_preview_{kind}.jpg", preview_bytes(photo))
    if pictures.hole_HW is not None:
        put("preview_mask", f"{name}_preview_mask.png", veil_bytes(pictures.hole_HW))
