"""Real shapes of damage: outlines of film dirt and stamps (FilmDamageSimulator, MIT), cracks of paintings."""

import gzip
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from ml.damage.canvas import LINE, SPECK, Canvas
from ml.damage.noise import clouds
from ml.damage.strokes import coin, contrast, fill, tone_for

FILM_KINDS = {1: SPECK, 2: LINE, 3: LINE, 4: LINE, 5: SPECK}  # dust, scratch, long hair, short hair, dirt
STAMP_SIDE_PX = 160


@dataclass(frozen=True)
class Shapes:
    """outlines: per kind, N2 float32 around their own middle, in pixels of a film frame 4,950 px wide.
    stamps: (kind, grey cover u8 HW of STAMP_SIDE_PX).  nets: cracks as grey covers, u8 HW, 590 x 886."""

    outlines: dict[int, list[np.ndarray]] = field(default_factory=dict)
    stamps: list[tuple[int, np.ndarray]] = field(default_factory=list)
    nets: list[np.ndarray] = field(default_factory=list)


def load_shapes(overlays_dir: Path) -> Shapes:
    """Reads film35-annotated/*_polygons.json.gz, stamps.zip and craquelure/*.jpg below the folder.

    Raises FileNotFoundError if there is none of them.
    """
    folder = Path(overlays_dir)
    shapes = Shapes(_read_outlines(folder), _read_stamps(folder / "stamps.zip"), _read_nets(folder))
    if not (shapes.outlines or shapes.stamps or shapes.nets):
        raise FileNotFoundError(f"{folder} holds none of film35-annotated/, stamps.zip, craquelure/")
    return shapes


def _read_outlines(folder: Path) -> dict[int, list[np.ndarray]]:
    outlines: dict[int, list[np.ndarray]] = {}
    for path in sorted(folder.glob("film35-annotated/*_polygons.json.gz")):
        with gzip.open(path) as stream:
            for film_class, flat in json.load(stream):
                points = np.array(flat, np.float32).reshape(-1, 2)
                if len(points) >= 3:
                    middle = (points.min(0) + points.max(0)) / 2
                    outlines.setdefault(FILM_KINDS[film_class], []).append(points - middle)
    return outlines


def _read_stamps(archive: Path) -> list[tuple[int, np.ndarray]]:
    if not archive.is_file():
        return []
    stamps = []
    with zipfile.ZipFile(archive) as packed:
        for name in sorted(packed.namelist()):
            grey = cv2.imdecode(np.frombuffer(packed.read(name), np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_2)
            if grey is not None and grey.any():
                kind = LINE if any(word in name for word in ("hair", "scratch", "lint")) else SPECK
                stamps.append((kind, cv2.resize(grey, (STAMP_SIDE_PX,) * 2, interpolation=cv2.INTER_AREA)))
    return stamps


def _read_nets(folder: Path) -> list[np.ndarray]:
    nets = []
    for path in sorted(folder.glob("craquelure/*.jpg")):
        grey = 255 - cv2.imread(str(path), cv2.IMREAD_REDUCED_GRAYSCALE_2)
        above = cv2.subtract(
            grey, cv2.GaussianBlur(grey, (0, 0), 8)
        )  # the paint's own shades go, the cracks stay
        nets.append(np.clip((above.astype(np.float32) - 25) * 2.5, 0, 255).astype(np.uint8))
    return nets


def film_dirt(canvas: Canvas, shapes: Shapes) -> None:
    """Outlines scattered over the picture, of one tone, as the dirt on a negative is."""
    rng = canvas.rng
    kinds = sorted(shapes.outlines)
    kind = kinds[rng.integers(len(kinds))]
    pool = shapes.outlines[kind]
    scale = np.exp(rng.uniform(np.log(0.07), np.log(0.4))) * canvas.zoom
    cover = canvas.blank()
    for index in rng.integers(0, len(pool), int(np.exp(rng.uniform(0, np.log(12 if kind == LINE else 60))))):
        angle, size = rng.uniform(0, 2 * np.pi), scale * rng.uniform(0.6, 1.6)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
        fill(cover, [pool[index] @ (turn * np.float32(size)) + canvas.place()], rng.uniform(130, 255))
    tone, strength = tone_for(canvas, canvas.level_under(cover), coin(rng), contrast(rng, 9, 150))
    canvas.press(cover, tone, 1.3 * strength, kind)


def stamped(canvas: Canvas, shapes: Shapes) -> None:
    """One stamp, scaled, turned and mirrored."""
    rng = canvas.rng
    kind, shape = shapes.stamps[rng.integers(len(shapes.stamps))]
    size = int(np.clip(canvas.side * rng.uniform(0.1, 0.7), 24, 400))
    turn = cv2.getRotationMatrix2D((STAMP_SIDE_PX / 2,) * 2, rng.uniform(0, 360), size / STAMP_SIDE_PX)
    turn[:, 2] += (size - STAMP_SIDE_PX) / 2
    cover = cv2.warpAffine(shape[:, :: rng.choice([-1, 1])], turn, (size, size)).astype(np.float32) / 255
    cover = cv2.GaussianBlur(cover, (0, 0), canvas.softness_px)
    left, top = (canvas.place() - size / 2).astype(int)
    level = canvas.level_at(np.array([[left, top]]) + size / 2)
    tone, strength = tone_for(canvas, level, coin(rng), contrast(rng, 9, 150))
    canvas.lay(1.3 * cover * np.float32(strength), tone, kind, int(top), int(left))


def crackled(canvas: Canvas, shapes: Shapes) -> None:
    """A piece of a real net of cracks, over all of the picture or a part of it."""
    rng = canvas.rng
    net = shapes.nets[rng.integers(len(shapes.nets))]
    scale = min(1.1, rng.uniform(0.35, 0.9) * canvas.zoom**0.4)
    middle = rng.uniform(0.3, 0.7, 2) * [net.shape[1], net.shape[0]]
    turn = cv2.getRotationMatrix2D(tuple(map(float, middle)), rng.uniform(0, 360), scale)
    turn[:, 2] += np.array([canvas.width, canvas.height]) / 2 - middle
    cover = cv2.warpAffine(net, turn, (canvas.width, canvas.height), borderMode=cv2.BORDER_REFLECT)
    if coin(rng):
        cover[clouds(canvas.height, canvas.width, rng, canvas.side / 2, 2) < rng.uniform(-0.7, 0.9)] = 0
    tone, strength = tone_for(canvas, float(canvas.mean.mean()), coin(rng), contrast(rng, 10, 130))
    canvas.press(cover, tone, 1.3 * strength, LINE)
