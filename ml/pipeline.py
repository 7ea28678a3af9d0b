"""One photograph's way: pixels -> hole -> repair -> colour -> the three results.

restored is the repair of what was found (or of a given mask); colorized is the colour of the scan as it is;
restored_colorized is the colour of the repaired picture. Only the stages that the wanted results need are run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ml import networks as loading
from ml.alternatives import alternatives
from ml.checksum import file_sha256
from ml.contract import Options, PhotoRejected, Progress, Report, Stage, check_places
from ml.course import Course, parts
from ml.economy import is_out_of_memory, release, watched
from ml.holes import read_hole
from ml.invented import Invented, find_invented
from ml.networks import Networks
from ml.photo import MAX_PIXELS, Photo, read
from ml.record import full_record
from ml.repairing import repaired
from ml.results import ResultFiles
from ml.strokes import Stroke, draws, redraw
from ml.tone import has_colour
from ml.tries import Tried, coloured

KINDS = ("line", "speck", "loss")
REPAIRED = {"restored", "restored_colorized"}
COLOURED = {"colorized", "restored_colorized"}
ALMOST_NOTHING = 1e-5
"""Share of the area, 20 pixels of a 2-megapixel scan: less is no damage that anyone sees, and the photograph is
returned as it was. Never applied to a mask that was given."""
LARGE = 32_000_000
"""Pixels; what a stage of a larger picture has freed goes back to the system before the next begins: the engines' and
the allocator's own stores were half a gigabyte after 100 megapixels were looked at."""


@dataclass
class Pictures:
    """What exists of a photograph so far."""

    original: Photo
    source_sha256: str = ""
    hole_HW: np.ndarray | None = None
    """bool; None where no result needs it."""
    mask_given: bool = False
    kinds: dict[str, float] = field(default_factory=dict)
    invented: list[Invented] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    """Places that were repaired once more; fewer than were asked for where nothing was to repair."""
    degraded: list[str] = field(default_factory=list)
    """What was given up for want of memory, as it happens; see ml.economy."""
    results: dict[str, Photo] = field(default_factory=dict)
    """Those that are still needed: of 100 megapixels each is 300 MB."""

    @property
    def found_nothing(self) -> bool:
        return self.hole_HW is not None and not self.hole_HW.any()

    def is_unchanged(self, result: str) -> bool:
        return result == "restored" and self.found_nothing


def restore_file(
    source: Path,
    out: Path,
    options: Options,
    on_progress: Progress | None = None,
    mask: Path | None = None,
    name: str | None = None,
    previews: bool = False,
    *,
    strokes: Sequence[Mapping[str, Any]] = (),
    max_pixels: int = MAX_PIXELS,
    max_bytes: int | None = None,
    kept: Path | None = None,
    networks: Networks | None = None,
) -> Report:
    """Write the wanted results of `source` into the folder `out` and say what was done.

    Files are NAME_restored.X, NAME_colorized.X, NAME_restored_colorized.X and NAME_mask.png (white is what was
    repaired), NAME being `name` or the source's stem; each appears whole or not at all. With `previews` also
    NAME_preview_*.jpg and NAME_preview_mask.png for a screen, and where colour is wanted NAME_preview_colours_N.jpg.
    mask: a picture of the photograph's size as displayed, white where to repair, in place of finding.
    strokes: laid over the mask, as ml.strokes.Stroke.of reads them; without a mask, over an empty one. Those that only
    protect, without a mask, over what is found.
    kept: the NAME_repair.npz that a run with previews left beside its results; where photograph, mask, seed and weights
    are the same, it is taken in place of repairing.
    networks: for tests; the product loads its own.
    Raises PhotoRejected (the file, the mask, a hint, or too little memory for it) and WeightsMissing. A failure is
    never answered with the photograph itself.
    """
    course = Course(on_progress)
    try:
        with course.stage(Stage.READING):
            photo, sha256 = read(source, max_pixels=max_pixels, max_bytes=max_bytes), file_sha256(source)
            check_places(options.hints, photo.pixels_HWC.shape[1], photo.pixels_HWC.shape[0])
        with (
            watched() as degraded,
            ResultFiles(source, out, name or source.stem, options, previews) as results,
        ):
            pictures = Pictures(photo, sha256, degraded=degraded)
            if REPAIRED & set(options.only):
                if mask is None and not draws(strokes):
                    _find(pictures, options, course, networks, strokes)
                else:
                    _take(pictures, mask, strokes)
                _spare(photo)
                _repair(pictures, options, course, networks, results, kept)
                _spare(photo)
            if COLOURED & set(options.only):
                _colour(pictures, options, course, networks, results)
            with course.stage(Stage.WRITING):
                results.add_rest(pictures)
                files = results.show()
    except Exception as error:
        if is_out_of_memory(error):
            raise PhotoRejected("out_of_memory") from error
        raise
    return _report(pictures, files, options, course)


def _spare(photo: Photo) -> None:
    if photo.pixels_HWC[..., 0].size > LARGE:
        release()


def _take(pictures: Pictures, mask: Path | None, strokes: Sequence[Mapping[str, Any]]) -> None:
    """The hole as a person gave it."""
    photo = pictures.original
    empty_HW = np.zeros(photo.pixels_HWC.shape[:2], bool)
    hole_HW = redraw(empty_HW if mask is None else read_hole(mask, photo), map(Stroke.of, strokes))
    if hole_HW.all():
        raise PhotoRejected("all_hole")
    pictures.hole_HW, pictures.mask_given = hole_HW, True


def _find(
    pictures: Pictures,
    options: Options,
    course: Course,
    given: Networks | None,
    protecting: Sequence[Mapping[str, Any]],
) -> None:
    photo = pictures.original
    with course.stage(Stage.FINDING) as on_share:
        finder = given.finder if given else loading.load_finder(options.device)
        found = finder.find(photo.pixels_u8(), on_progress=on_share)
        hole_HW = redraw(finder.hole(found, options.finding), map(Stroke.of, protecting))
    if hole_HW.all():
        raise PhotoRejected("all_hole")
    if hole_HW.mean() < ALMOST_NOTHING:
        hole_HW = np.zeros_like(hole_HW)
    pictures.hole_HW = hole_HW
    pictures.kinds = _kind_shares(found.likeliest_u8_HW, hole_HW)


def _kind_shares(likeliest_u8_HW: np.ndarray, hole_HW: np.ndarray) -> dict[str, float]:
    """Share of the area by the likeliest kind of each pixel of the hole."""
    counts = np.bincount(likeliest_u8_HW[hole_HW], minlength=len(KINDS))
    return {kind: float(count / hole_HW.size) for kind, count in zip(KINDS, counts, strict=True)}


def _repair(
    pictures: Pictures,
    options: Options,
    course: Course,
    given: Networks | None,
    results: ResultFiles,
    kept: Path | None,
) -> None:
    photo, hole_HW = pictures.original, pictures.hole_HW
    if pictures.found_nothing:
        restored = photo
    else:
        with course.stage(Stage.REPAIRING) as on_share:
            repairer = given.repairer if given else loading.load_repairer(options.device)
            restored = repaired(pictures, options, repairer, on_share, results, kept)
            pictures.invented = find_invented(hole_HW, photo.pixels_u8(), restored.pixels_u8())
    if options.layers is not None or "restored_colorized" in options.only:
        pictures.results["restored"] = restored
    if "restored" in options.only:
        with course.aside(Stage.WRITING):
            results.add_result(pictures, "restored", restored)


def _colour(
    pictures: Pictures, options: Options, course: Course, given: Networks | None, results: ResultFiles
) -> None:
    wanted = [result for result in ("colorized", "restored_colorized") if result in options.only]
    with course.stage(Stage.COLOURING) as on_share:
        colorizer = given.colorizer if given else loading.load_colorizer(options.device)
        for done, result in enumerate(wanted):
            if done and pictures.found_nothing:
                photo = pictures.results["colorized"]
            else:
                is_repaired = result == "restored_colorized"
                photo = coloured(
                    pictures.results["restored"] if is_repaired else pictures.original,
                    pictures.tried if is_repaired else [],
                    lambda seen, on_part: colour_photo(seen, colorizer, options, on_part),
                    parts(on_share, len(wanted))[done],
                )
            with course.aside(Stage.WRITING):
                results.add_result(pictures, result, photo)
            if options.layers is not None or (pictures.found_nothing and not done):
                pictures.results[result] = photo
            del photo  # before the next is made
        if results.wants_previews:
            seen = pictures.results.get("restored", pictures.original)
            for variant, small in enumerate(alternatives(seen, colorizer, options)):
                results.add_alternative(variant, small)


def colour_photo(
    photo: Photo, colorizer: loading.Colorizer, options: Options, on_share: loading.Share
) -> Photo:
    """The photograph with invented colours, which a grey one then has three channels for."""
    coloured_HWC = colorizer.colorize(
        photo.pixels_HWC,
        saturation=options.saturation,
        hints=options.hints,
        on_progress=on_share,
        variant=options.variant,
        damped=options.damped,
    )
    return photo.with_pixels(coloured_HWC, grey=False)


def _report(pictures: Pictures, files: dict[str, str], options: Options, course: Course) -> Report:
    photo = pictures.original
    height, width = photo.pixels_HWC.shape[:2]
    notes = list(photo.notes)
    if COLOURED & set(options.only) and has_colour(photo.pixels_HWC):
        notes.append("already_coloured")
    if len(pictures.tried) < len(options.tries) and REPAIRED & set(options.only):
        notes.append("tried_nothing")
    if pictures.degraded:
        notes.append("degraded")
    hole_HW = pictures.hole_HW
    return Report(
        width=width,
        height=height,
        bits=photo.bits,
        files=files,
        defect_share=0.0 if hole_HW is None else float(hole_HW.mean()),
        kinds=pictures.kinds,
        invented=[asdict(place) for place in pictures.invented],
        found_nothing=pictures.found_nothing,
        notes=notes,
        degraded=pictures.degraded,
        mask_sha256="" if hole_HW is None else loading.hole_sha256(hole_HW),
        weights=loading.weights_sha256(
            loading.networks_of(options.only, pictures.mask_given, options.damped)
        ),
        versions=loading.versions(),
        seconds=course.seconds,
        record=full_record(pictures, options),
    )
