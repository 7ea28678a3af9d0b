"""Prints how far restored photographs differ from what came in, outside of what a repair may touch, at 8 and 16 bits.

    .venv/bin/python docs/repairs/outside.py DATA OUT [PART OF]

DATA holds real_damaged and real_train. Every photograph of real_damaged goes through `python -m ml restore --only
restored` at its own size twice: as it is, and as 16 bits whose low byte is noise, so that a way through 8 bits would
show. Where real_train has a mask made by hand, that is given; elsewhere the finder's own is taken, and given the second
time. Results are PNG and TIFF by turns. Pixels are read back by OpenCV, which the product does not read photographs
with. OUT keeps the masks and the results; both are worth a look. PART 1 OF 3 takes every third photograph from the
first on.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import tifffile

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from ml.__main__ import main as command_line  # noqa: E402
from ml.networks import load_repairer  # noqa: E402

FORMATS = ("png", "tiff")
DEFECT = 255
"""In masks made by hand; 128 is a doubtful place and no hole."""


def main(data: Path, out: Path, part: int = 1, of: int = 1) -> None:
    with (data / "real_damaged" / "manifest.csv").open(newline="", encoding="utf-8") as file:
        names = [row["file"] for row in csv.DictReader(file)][part - 1 :: of]
    rows: dict[str, list[dict[str, int]]] = {"8": [], "16": []}
    for number, name in enumerate(names):
        photograph, format = data / "real_damaged" / name, FORMATS[number % len(FORMATS)]
        mask = by_hand(data / "real_train" / f"{photograph.stem}_mask.png", out)
        row, mask = compared(photograph, mask, out / "8", format)
        rows["8"].append(row)
        deep = deepened(photograph, out / "in16", number)
        rows["16"].append(compared(deep, mask, out / "16", format)[0])
        say(f"{name}: {rows['8'][-1]} {rows['16'][-1]}")
    for bits, found in rows.items():
        say(f"{bits} bit: {summary(found)}")


def by_hand(marked: Path, out: Path) -> Path | None:
    """A mask file that holds what is a defect for sure; None where none was made."""
    if not marked.exists():
        return None
    path = out / "by-hand" / marked.name
    path.parent.mkdir(parents=True, exist_ok=True)
    marks_HW = cv2.imread(str(marked), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(path), np.where(marks_HW == DEFECT, np.uint8(255), np.uint8(0)))
    return path


def deepened(photograph: Path, folder: Path, seed: int) -> Path:
    """The photograph as a TIFF of 16 bits: its own values above, noise below; grey stays grey."""
    folder.mkdir(parents=True, exist_ok=True)
    high = cv2.imread(str(photograph), cv2.IMREAD_ANYCOLOR)
    low = np.random.default_rng(seed).integers(0, 256, high.shape, np.uint16)
    deep = (high.astype(np.uint16) << 8) | low
    path = folder / f"{photograph.stem}.tif"
    if deep.ndim == 2:
        tifffile.imwrite(path, deep, photometric="minisblack")
    else:
        tifffile.imwrite(path, np.ascontiguousarray(deep[..., ::-1]), photometric="rgb")
    return path


def compared(photograph: Path, mask: Path | None, out: Path, format: str) -> tuple[dict[str, int], Path]:
    """What differs between a photograph and its result, in its own levels, and the mask that was repaired."""
    files = restored(photograph, mask, out, format)
    mask = out / files["mask"]
    hole_HW = cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE) > 0
    before, after = (pixels(path) for path in (photograph, out / files["restored"]))
    if (before.dtype, before.shape) != (after.dtype, after.shape):
        raise AssertionError(f"{photograph.name}: {before.dtype} {before.shape}, {after.dtype} {after.shape}")
    apart_HW = np.abs(before.astype(np.int64) - after).max(axis=2)
    touched_HW = load_repairer("auto").touched(hole_HW)
    return {
        "hole": int(hole_HW.sum()),
        "changed inside": int((apart_HW[touched_HW] > 0).sum()),
        "largest outside": int(apart_HW[~touched_HW].max(initial=0)),
        "changed in the rim": int((apart_HW[touched_HW & ~hole_HW] > 0).sum()),
    }, mask


def restored(photograph: Path, mask: Path | None, out: Path, format: str) -> dict[str, str]:
    """Result to file, by the command line."""
    words = ["restore", str(photograph), "--only", "restored", "--format", format, "--out", str(out)]
    given = ["--mask", str(mask)] if mask else []
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
        command_line([*words, *given, "--again", "--json"])
    document = json.loads(told.getvalue())["files"][0]
    if document["status"] != "done":
        raise AssertionError(f"{photograph.name}: {document}")
    return document["report"]["files"]


def pixels(path: Path) -> np.ndarray:
    """HW3 as the file holds them, 8 or 16 bits."""
    return cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)


def summary(rows: list[dict[str, int]]) -> str:
    repaired = [row for row in rows if row["hole"]]
    return (
        f"{len(rows)} photographs, {len(repaired)} of them with a hole, "
        f"{sum(row['changed inside'] for row in repaired)} pixels changed in holes and rims; "
        f"largest difference outside {max(row['largest outside'] for row in rows)}, "
        f"files with any {sum(row['largest outside'] > 0 for row in rows)}"
    )


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]), *map(int, sys.argv[3:5]))
