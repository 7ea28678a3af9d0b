"""The files of one photograph's results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ml.contract import RESULTS, Options
from ml.networks import SOFTWARE, hole_sha256, weights_sha256
from ml.photo import Metadata, Photo, result_format, suffix
from ml.photo.codecs import png
from ml.photo.preview import preview_bytes, veil_bytes
from ml.photo.writing import encode, write_atomically
from ml.photo.xmp import with_history

if TYPE_CHECKING:
    from ml.pipeline import Pictures


def write_results(
    pictures: Pictures, source: Path, out: Path, name: str, options: Options, previews: bool
) -> dict[str, str]:
    """Result, mask or preview to the name of its file in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    files: dict[str, str] = {}

    def put(kind: str, file_name: str, content: bytes) -> None:
        write_atomically(out / file_name, content)
        files[kind] = file_name

    for result in RESULTS:
        if result in options.only:
            photo = with_provenance(pictures, result, options)
            format = result_format(photo, options.format)
            content = _content(photo, pictures.original, source, format)
            put(result, f"{name}_{result}{suffix(format, source, options.format)}", content)
    if pictures.hole_HW is not None:
        put("mask", f"{name}_mask.png", mask_bytes(pictures.hole_HW))
    if previews:
        _write_previews(pictures, name, options, put)
    return files


def _content(photo: Photo, original: Photo, source: Path, format: str) -> bytes:
    """Where nothing was changed, the very bytes that came in, if they may go out as they are: decoding and
    encoding a JPEG anew would be a change that nobody asked for."""
    if photo is original and photo.as_stored and format == photo.format:
        return source.read_bytes()
    return encode(photo, format)


def with_provenance(pictures: Pictures, result: str, options: Options) -> Photo:
    """The result with what was done to it in its metadata; a photograph that was not changed says nothing new."""
    photo = pictures.results[result]
    if photo is pictures.original:
        return photo
    return described(photo, steps(pictures, result, options.saturation))


def described(photo: Photo, done: list[str]) -> Photo:
    return replace(
        photo, metadata=replace(photo.metadata, xmp=with_history(photo.metadata.xmp, SOFTWARE, done))
    )


def steps(pictures: Pictures, result: str, saturation: float) -> list[str]:
    """One line per step that made the result, with the sha256 of the weights that were used."""
    done = []
    if result != "colorized" and pictures.hole_HW is not None and not pictures.found_nothing:
        if pictures.mask_given:
            done.append("mask given")
        else:
            done.append(f"damage found; {_weights('segment')}")
        done.append(repaired_step(pictures.hole_HW))
    if result != "restored":
        done.append(coloured_step(saturation))
    return done


def repaired_step(hole_HW: np.ndarray) -> str:
    hole = f"{100 * hole_HW.mean():.3f} % of the area; mask sha256 {hole_sha256(hole_HW)}"
    return f"repaired; {hole}; {_weights('inpaint')}"


def coloured_step(saturation: float) -> str:
    return f"colours invented; saturation {saturation:g}; {_weights('colorize')}"


def _weights(network: str) -> str:
    return f"{network} weights sha256 {weights_sha256([network]).get(network, 'unknown')}"


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
