"""Jobs brought to an end by hand, with small pictures in place of the networks': for looking at pages."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable, Iterator

import numpy as np
from PIL import Image, ImageFilter

from ml.alternatives import COUNT as ALTERNATIVES
from ml.contract import RESULTS
from webapp import queue, storage
from webapp.models import Job, Photo

PREVIEW_SIDE = 2048
PRINT_SIDE = 400
AMBER = (255, 176, 0)
REPORT = {
    "defect_share": 0.0234,
    "kinds": {"line": 0.012, "speck": 0.0084, "loss": 0.003},
    "found_nothing": False,
}
NOTHING = {"defect_share": 0.0, "kinds": {}, "found_nothing": True}


def finish(
    photo: Photo,
    *,
    found_nothing: bool = False,
    notes: tuple[str, ...] = (),
    invented: tuple[str, ...] = (),
    hole_HW: np.ndarray | None = None,
) -> Job:
    """The photograph's job is done, with every file that the pipeline would have written; hole_HW: its mask."""
    job = claim(photo)
    made = _files(photo, found_nothing, hole_HW)
    files = [put(job, kind, *made[kind]) for kind in _asked(made, job.options.get("only", RESULTS))]
    report = {**(NOTHING if found_nothing else REPORT), "width": photo.width, "height": photo.height}
    places = [{"what": what, "left": 0, "top": 0, "width": 9, "height": 9} for what in invented]
    queue.finish(job, {**report, "bits": photo.bits, "notes": list(notes), "invented": places}, files)
    return Job.objects.get(pk=job.pk)


def fail(photo: Photo, code: str = "timed_out", **values: object) -> None:
    queue.fail(claim(photo), code, values or {"minutes": 20})


def run(photo: Photo, stage: str, progress: float) -> Job:
    """The photograph is being worked on."""
    job = claim(photo)
    queue.renew(job, stage, progress)
    return job


def claim(photo: Photo) -> Job:
    job = queue.claim("workbench", photo.job.pk)
    assert job is not None
    assert job.photo_id == photo.pk
    return job


def _asked(kinds: Iterable[str], only: Collection[str]) -> Iterator[str]:
    """Of all kinds of files those that come of a job that was to make these results."""
    for kind in kinds:
        of = kind.removeprefix("preview_")
        if of == "mask":
            wanted = set(only) & {"restored", "restored_colorized"}
        elif of.startswith("colours_"):
            wanted = set(only) & {"colorized", "restored_colorized"}
        else:
            wanted = of in ("original", "print") or of in only
        if wanted:
            yield kind


def _files(
    photo: Photo, found_nothing: bool, hole: np.ndarray | None = None
) -> dict[str, tuple[bytes, str, str]]:
    original = Image.open(storage.locate(photo.stored)).convert("RGB")
    restored = original if found_nothing else original.filter(ImageFilter.MedianFilter(5))
    if hole is None:
        hole = np.any(np.asarray(original) != np.asarray(restored), axis=2)
        hole &= np.abs(np.asarray(original, int) - np.asarray(restored, int)).max(axis=2) > 40
    pictures = {"restored": restored, "colorized": _toned(original), "restored_colorized": _toned(restored)}
    files = {kind: (_bytes(picture, "JPEG"), "jpg", "image/jpeg") for kind, picture in pictures.items()}
    files["mask"] = (_bytes(Image.fromarray(hole.astype(np.uint8) * 255), "PNG"), "png", "image/png")
    for kind, picture in {"original": original, **pictures}.items():
        files[f"preview_{kind}"] = (_bytes(_small(picture), "JPEG"), "jpg", "image/jpeg")
    for variant in range(ALTERNATIVES):
        other = _toned(restored, variant).resize((96, 72))
        files[f"preview_colours_{variant}"] = (_bytes(other, "JPEG"), "jpg", "image/jpeg")
    small = restored.copy()
    small.thumbnail((PRINT_SIDE, PRINT_SIDE))
    files["preview_print"] = (_bytes(small, "JPEG"), "jpg", "image/jpeg")
    files["preview_mask"] = (_bytes(_small(_veil(hole)), "PNG"), "png", "image/png")
    return files


def _toned(picture: Image.Image, variant: int = 0) -> Image.Image:
    luma = picture.convert("L")
    height, width = luma.height, luma.width
    warm = np.linspace(108, 128, height, dtype=np.uint8)[:, None].repeat(width, axis=1)
    warm += 6 * variant
    chroma = [Image.fromarray(plane) for plane in (warm, (255 - warm + 4).astype(np.uint8))]
    return Image.merge("YCbCr", (luma, *chroma)).convert("RGB")


def _veil(hole: np.ndarray) -> Image.Image:
    veil = np.zeros((*hole.shape, 4), np.uint8)
    veil[..., :3] = AMBER
    veil[..., 3] = hole * 150
    return Image.fromarray(veil, "RGBA")


def _small(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return small


def _bytes(picture: Image.Image, format: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, format)
    return file.getvalue()


def put(job: Job, kind: str, content: bytes, suffix: str, content_type: str) -> queue.MadeFile:
    path = f"{storage.attempt_folder(job.pk, job.attempt)}/{kind}.{suffix}"
    storage.locate(path).parent.mkdir(parents=True, exist_ok=True)
    storage.locate(path).write_bytes(content)
    return queue.MadeFile(kind, path, hashlib.sha256(content).hexdigest(), len(content), content_type)
