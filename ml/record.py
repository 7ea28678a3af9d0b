"""What every result says of itself: the networks that made it, their weights, the settings, the mask.

The same words go into the result's XMP and into the report, so that either can be checked by the other. Only the report
tells the time: a date in a result would make other bytes of the same photograph each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from ml.contract import RESULTS, Hints, Options
from ml.mark import MARKS
from ml.networks import SOFTWARE, hole_sha256, networks_of, weights_sha256
from ml.photo import Photo
from ml.photo.xmp import SOURCE_TYPE, with_history

if TYPE_CHECKING:
    from ml.pipeline import Pictures
    from ml.tries import Tried

STAGES_OF = {
    "restored": {"finding", "repairing"},
    "colorized": {"colouring"},
    "restored_colorized": {"finding", "repairing", "colouring"},
}
Record = dict[str, Any]
"""What JSON can hold, without dates."""


def with_provenance(pictures: Pictures, result: str, photo: Photo, options: Options) -> Photo:
    """The result with what was done to it in its metadata; a photograph that was not changed says nothing new."""
    if pictures.is_unchanged(result):
        return photo
    done = steps(pictures, result, options)
    return described(photo, done, result_record(pictures, result, options))


def described(photo: Photo, done: Sequence[str], record: Record) -> Photo:
    """The photograph with these steps at the end of its history, and the record beside them, in its XMP."""
    xmp = with_history(photo.metadata.xmp, SOFTWARE, done, record)
    return replace(photo, metadata=replace(photo.metadata, xmp=xmp))


def full_record(pictures: Pictures, options: Options, now: datetime | None = None) -> Record:
    """For the report: {"date": ISO 8601 in UTC, "results": {result: as in its XMP}}. now: for tests."""
    date = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    made = [result for result in RESULTS if result in options.only]
    return {"date": date, "results": {result: result_record(pictures, result, options) for result in made}}


def result_record(pictures: Pictures, result: str, options: Options) -> Record:
    """Of one result. `digital_source_type` is None where the photograph came back as it was."""
    settings: Record = {"format": options.format}
    mask_sha256 = ""
    if result != "colorized" and pictures.hole_HW is not None:
        settings["mask"] = "given" if pictures.mask_given else "found"
        if not pictures.mask_given:
            settings["finding"] = options.finding
        settings["seed"] = options.seed
        if pictures.tried:
            settings["tries"] = [{"seed": one.seed, "mask_sha256": one.mask_sha256} for one in pictures.tried]
        mask_sha256 = hole_sha256(pictures.hole_HW)
    if result != "restored":
        settings |= colour_settings(options.saturation, options.hints, options.variant, options.damped)
    networks = networks_of([result], pictures.mask_given, options.damped)
    if pictures.found_nothing:
        networks -= {"inpaint"}
    record = new_record(result, networks, settings, pictures.source_sha256, mask_sha256)
    degraded = [given_up for given_up in pictures.degraded if given_up.split(":")[0] in STAGES_OF[result]]
    if degraded:
        record["degraded"] = degraded
    if pictures.is_unchanged(result):
        record["digital_source_type"] = None
    elif options.visible_mark:
        settings["visible_mark"] = MARKS[result]
    return record


def colour_settings(saturation: float, hints: Hints, variant: int, damped: bool) -> Record:
    """Of hints what counts of them, and no key of another's."""
    given = [{key: hint[key] for key in ("x", "y", "rgb")} for hint in hints]
    return {"saturation": saturation, "hints": given, "variant": variant, "damped": damped}


def new_record(
    result: str, networks: set[str], settings: Record, source_sha256: str, mask_sha256: str = ""
) -> Record:
    """mask_sha256: of the mask's pixels (ml.networks.hole_sha256); left out where nothing was repaired or sought."""
    record: Record = {
        "result": result,
        "software": SOFTWARE,
        "digital_source_type": SOURCE_TYPE,
        "models": [
            {"name": name, "weights_sha256": sha256} for name, sha256 in weights_sha256(networks).items()
        ],
        "settings": settings,
        "source_sha256": source_sha256,
    }
    return record | ({"mask_sha256": mask_sha256} if mask_sha256 else {})


def steps(pictures: Pictures, result: str, options: Options) -> list[str]:
    """One line per step that made the result, with the sha256 of the weights that were used."""
    done = []
    if result != "colorized" and pictures.hole_HW is not None and not pictures.found_nothing:
        if pictures.mask_given:
            done.append("mask given")
        else:
            done.append(f"damage found; {_weights('segment')}")
        done.append(repaired_step(pictures.hole_HW))
        done += [tried_step(one) for one in pictures.tried]
    if result != "restored":
        done.append(coloured_step(options.saturation, options.hints, options.variant, options.damped))
    return done


def repaired_step(hole_HW: np.ndarray) -> str:
    hole = f"{100 * hole_HW.mean():.3f} % of the area; mask sha256 {hole_sha256(hole_HW)}"
    return f"repaired; {hole}; {_weights('inpaint')}"


def tried_step(tried: Tried) -> str:
    hole = f"{100 * tried.share:.3f} % of the area; mask sha256 {tried.mask_sha256}"
    return f"repaired another way at one place; seed {tried.seed}; {hole}; {_weights('inpaint')}"


def coloured_step(saturation: float, hints: Hints = (), variant: int = 0, damped: bool = True) -> str:
    chosen = f"; variant {variant}" if variant else ""
    chosen += "; paler where unsure" if damped else ""
    given = f"; colours given at {len(hints)} places" if hints else ""
    return f"colours invented; saturation {saturation:g}{chosen}{given}; {_weights('colorize')}"


def _weights(network: str) -> str:
    return f"{network} weights sha256 {weights_sha256([network]).get(network, 'unknown')}"
